#include <math.h>

#include "ui/plot/box-axes.h"
#include "ui/plot/landscape-private.h"

#define MAX_DOTS 400

/* Where the light comes from, in the directions of the screen: right, up, towards the eye. */
static const double light[3] = { -0.42, 0.52, 0.74 };

/* One drawing of the surface: the box in its place, and the mesh seen in it. */
typedef struct
{
  KappaBoxAxes axes;
  KappaCamera camera;
  KappaRasterScene scene;
  float *vertices; /* x, y, depth and light of all vertices, one after another */
} Stage;

static void
set_up (KappaLandscapeFigure *self, KappaPen *pen, const KappaRect *picture, Stage *stage)
{
  KappaLimits x = kappa_landscape_get_extent (self, 0, FALSE),
              y = kappa_landscape_get_extent (self, 1, FALSE);
  const KappaAxis *value = &self->bar.axis;
  double ratio = self->equal ? (y.high - y.low) / (x.high - x.low) : 1.0;
  KappaRect inside;

  *stage = (Stage) { .axes.titles = { kappa_axis_symbol (self->field->x_name),
                                      kappa_axis_symbol (self->field->y_name), self->bar_title } };
  kappa_axis_init (&stage->axes.axes[0], KAPPA_SCALE_LINEAR, x.low, x.high);
  kappa_axis_init (&stage->axes.axes[1], KAPPA_SCALE_LINEAR, y.low, y.high);
  stage->axes.axes[2] = *value;
  kappa_box_axes_measure (&stage->axes, pen, picture, &inside);
  kappa_camera_fit (&stage->camera, &inside, ratio, self->azimuth, self->elevation, self->zoom);
}

/* Projects the mesh to pixels: (x − left) · scale. */
static void
project_mesh (KappaLandscapeFigure *self,
              Stage *stage,
              double left,
              double top,
              double scale_x,
              double scale_y)
{
  const KappaMesh *mesh = self->mesh;
  gsize n = kappa_mesh_get_n_vertices (mesh);
  float *x, *y, *depth, *lit;
  KappaCamera camera = stage->camera;
  double direction[3];

  stage->vertices = g_new (float, 4 * MAX (n, 1));
  x = stage->vertices;
  y = x + n;
  depth = y + n;
  lit = depth + n;
  for (guint k = 0; k < 3; k++)
    direction[k]
        = light[0] * camera.right[k] + light[1] * camera.up[k] + light[2] * camera.toward[k];
  for (gsize i = 0; i < n; i++)
    {
      double normal_u = -g_array_index (mesh->du, float, i) * camera.size[2] / camera.size[0];
      double normal_v = -g_array_index (mesh->dv, float, i) * camera.size[2] / camera.size[1];
      double at_x, at_y, at_depth;

      kappa_camera_project (&camera, g_array_index (mesh->u, float, i),
                            g_array_index (mesh->v, float, i), g_array_index (mesh->t, float, i),
                            &at_x, &at_y, &at_depth);
      x[i] = (float)((at_x - left) * scale_x);
      y[i] = (float)((at_y - top) * scale_y);
      depth[i] = (float)at_depth;
      lit[i] = (float)((normal_u * direction[0] + normal_v * direction[1] + direction[2])
                       / sqrt (normal_u * normal_u + normal_v * normal_v + 1.0));
    }
  stage->scene = (KappaRasterScene) {
    .n_vertices = n,
    .n_triangles = kappa_mesh_get_n_triangles (mesh),
    .x = x,
    .y = y,
    .depth = depth,
    .light = lit,
    .t = (const float *)(const void *)mesh->t->data,
    .triangles = (const guint32 *)(const void *)mesh->triangles->data,
    .lines = (const guint8 *)mesh->lines->data,
    .palette = self->palettes,
    .line_palette = self->palettes + KAPPA_PALETTE_SIZE,
    .samples = 1,
  };
}

/* A place on the surface in the box; FALSE where there is none or it is cut off. */
static gboolean
find_on_surface (KappaLandscapeFigure *self,
                 const Stage *stage,
                 double x,
                 double y,
                 double *u,
                 double *v,
                 double *t)
{
  gsize point = kappa_field_find (self->field, x, y);

  if (self->fill->cells[point] != KAPPA_CELL_VALUE)
    return FALSE;
  *u = kappa_axis_place (&stage->axes.axes[0], x);
  *v = kappa_axis_place (&stage->axes.axes[1], y);
  if (*u < 0.0 || *u > 1.0 || *v < 0.0 || *v > 1.0)
    return FALSE;
  *t = kappa_lattice_height (self->surface, x, y);
  *t = (*t - kappa_axis_transform (&self->bar.axis, self->bar.axis.low))
       / (kappa_axis_transform (&self->bar.axis, self->bar.axis.high)
          - kappa_axis_transform (&self->bar.axis, self->bar.axis.low));
  return *t >= -1e-9 && *t <= 1.0 + 1e-9;
}

static void
draw_floor (KappaLandscapeFigure *self, KappaPen *pen, const Stage *stage)
{
  const KappaAxis *axes = stage->axes.axes;
  double x, y, depth;

  cairo_set_line_width (pen->cr, 1.5 * pen->line);
  cairo_set_line_join (pen->cr, CAIRO_LINE_JOIN_ROUND);
  for (guint i = 0; self->floor && i < self->n_levels; i++)
    {
      GPtrArray *paths = self->lines->pdata[i];
      KappaColor color = kappa_colormap_get (self->colormap,
                                             kappa_axis_place (&self->bar.axis, self->levels[i]));

      for (guint k = 0; k < paths->len; k++)
        {
          const KappaPath *path = paths->pdata[k];

          cairo_new_sub_path (pen->cr);
          for (gsize p = 0; p < path->n; p++)
            {
              kappa_camera_project (&stage->camera, kappa_axis_place (&axes[0], path->points[p].x),
                                    kappa_axis_place (&axes[1], path->points[p].y), 0.0, &x, &y,
                                    &depth);
              cairo_line_to (pen->cr, x, y);
            }
          if (path->closed)
            cairo_close_path (pen->cr);
        }
      kappa_pen_set_color (pen, &color);
      cairo_stroke (pen->cr);
    }
}

/* Points that were computed, and checkpoints, are drawn where nothing is before them. */
static GArray *
collect_points (KappaLandscapeFigure *self, const Stage *stage, const KappaRect *area)
{
  GArray *points = g_array_new (FALSE, FALSE, sizeof (KappaRasterPoint));
  const KappaField *field = self->field;
  gsize n = field->nx * field->ny;
  gboolean dots = self->points && field->n_present < n && field->n_present <= MAX_DOTS;

  for (gsize i = 0; i < self->marks->len + (dots ? n : 0); i++)
    {
      gsize k = i - self->marks->len;
      const KappaLandscapeMark *mark
          = i < self->marks->len ? &g_array_index (self->marks, KappaLandscapeMark, i) : NULL;
      KappaRasterPoint point = { .x = -1e9f };
      double u, v, t, x, y, depth;

      if (mark == NULL && !field->present[k])
        continue;
      if (find_on_surface (self, stage, mark != NULL ? mark->x : field->x[k / field->ny],
                           mark != NULL ? mark->y : field->y[k % field->ny], &u, &v, &t))
        {
          kappa_camera_project (&stage->camera, u, v, t, &x, &y, &depth);
          point = (KappaRasterPoint) { (float)((x - area->x)), (float)((y - area->y)), (float)depth,
                                       TRUE };
        }
      g_array_append_val (points, point);
    }
  return points;
}

static void
scale_points (GArray *points, double scale_x, double scale_y)
{
  for (guint i = 0; i < points->len; i++)
    {
      KappaRasterPoint *point = &g_array_index (points, KappaRasterPoint, i);

      point->x = (float)(point->x * scale_x);
      point->y = (float)(point->y * scale_y);
    }
}

static void
draw_points (KappaLandscapeFigure *self, KappaPen *pen, GArray *points, const KappaRect *area)
{
  for (guint pass = 0; pass < 2; pass++)
    for (guint i = 0; i < points->len; i++)
      {
        const KappaRasterPoint *point = &g_array_index (points, KappaRasterPoint, i);
        gboolean mark = i < self->marks->len;

        if (point->x < -1e8f || mark != (pass == 1))
          continue;
        if (mark)
          kappa_landscape_draw_mark (pen, point->x + area->x, point->y + area->y,
                                     point->visible ? 1.0 : 0.35);
        else if (point->visible)
          kappa_landscape_draw_dot (pen, point->x + area->x, point->y + area->y);
      }
}

/* Two by two samples in a pixel, unless the pixels are small and somebody is turning the surface.
 */
static int
choose_samples (KappaPen *pen)
{
  gboolean file = pen->theme->unit == 1.0;

  return file || pen->scale_x < 1.5 ? 2 : 1;
}

/* The part of the picture that the mesh can touch. */
static KappaRect
bound_mesh (const Stage *stage, const KappaRect *picture)
{
  double left = INFINITY, right = -INFINITY, top = INFINITY, bottom = -INFINITY;

  for (guint corner = 0; corner < 8; corner++)
    {
      double x, y, depth;

      kappa_camera_project (&stage->camera, corner & 1, corner >> 1 & 1, corner >> 2, &x, &y,
                            &depth);
      left = MIN (left, x);
      right = MAX (right, x);
      top = MIN (top, y);
      bottom = MAX (bottom, y);
    }
  left = MAX (left, picture->x);
  top = MAX (top, picture->y);
  return (KappaRect) { left, top, MIN (right, picture->x + picture->width) - left,
                       MIN (bottom, picture->y + picture->height) - top };
}

static void
draw_mesh (KappaLandscapeFigure *self, KappaPen *pen, Stage *stage, const KappaRect *picture)
{
  KappaRect area = bound_mesh (stage, picture);
  cairo_surface_t *raster = kappa_pen_begin_raster (pen, &area);
  GArray *points;
  int width, height;
  double scale_x, scale_y;

  if (raster == NULL)
    return;
  points = collect_points (self, stage, &area);
  width = cairo_image_surface_get_width (raster);
  height = cairo_image_surface_get_height (raster);
  scale_x = width / area.width;
  scale_y = height / area.height;
  project_mesh (self, stage, area.x, area.y, scale_x, scale_y);
  scale_points (points, scale_x, scale_y);
  stage->scene.samples = choose_samples (pen);
  stage->scene.line_width = self->mesh_lines ? (float)(0.8 * pen->line * scale_x) : 0.0f;
  stage->scene.points = (KappaRasterPoint *)(void *)points->data;
  stage->scene.n_points = points->len;
  kappa_raster_draw (&stage->scene, cairo_image_surface_get_data (raster), width, height,
                     (gsize)cairo_image_surface_get_stride (raster));
  kappa_pen_end_raster (pen, &area, raster);
  scale_points (points, 1.0 / scale_x, 1.0 / scale_y);
  draw_points (self, pen, points, &area);
  g_array_unref (points);
  g_clear_pointer (&stage->vertices, g_free);
}

/**
 * kappa_landscape_draw_surface:
 *
 * Draws the shaded surface in its box. What is beyond the limits is cut off.
 */
void
kappa_landscape_draw_surface (KappaLandscapeFigure *self, KappaPen *pen, const KappaRect *picture)
{
  Stage stage;

  set_up (self, pen, picture, &stage);
  cairo_save (pen->cr);
  cairo_rectangle (pen->cr, picture->x, picture->y, picture->width, picture->height);
  cairo_clip (pen->cr);
  kappa_box_axes_draw_walls (&stage.axes, pen, &stage.camera);
  draw_floor (self, pen, &stage);
  draw_mesh (self, pen, &stage, picture);
  kappa_box_axes_draw_edges (&stage.axes, pen, &stage.camera);
  cairo_restore (pen->cr);
}

/**
 * kappa_landscape_pick_surface:
 * @at_x, @at_y: a place in the picture
 * @x, @y: (out): the place in the plane of what is seen there
 *
 * Returns: whether the surface is there
 */
gboolean
kappa_landscape_pick_surface (KappaLandscapeFigure *self,
                              KappaPen *pen,
                              const KappaRect *picture,
                              double at_x,
                              double at_y,
                              double *x,
                              double *y)
{
  const KappaMesh *mesh = self->mesh;
  KappaRasterHit hit;
  Stage stage;
  gboolean found;

  set_up (self, pen, picture, &stage);
  project_mesh (self, &stage, 0.0, 0.0, 1.0, 1.0);
  found = kappa_raster_pick (&stage.scene, (float)at_x, (float)at_y, &hit);
  if (found)
    {
      const guint32 *v = stage.scene.triangles + 3 * hit.triangle;

      *x = kappa_axis_value (&stage.axes.axes[0],
                             hit.a * g_array_index (mesh->u, float, v[0])
                                 + hit.b * g_array_index (mesh->u, float, v[1])
                                 + hit.c * g_array_index (mesh->u, float, v[2]));
      *y = kappa_axis_value (&stage.axes.axes[1],
                             hit.a * g_array_index (mesh->v, float, v[0])
                                 + hit.b * g_array_index (mesh->v, float, v[1])
                                 + hit.c * g_array_index (mesh->v, float, v[2]));
    }
  g_free (stage.vertices);
  return found;
}

/**
 * kappa_landscape_locate_surface:
 * @at_x, @at_y: (out): where the surface over (@x, @y) is drawn, even if something is before it
 *
 * Returns: whether it is in the box
 */
gboolean
kappa_landscape_locate_surface (KappaLandscapeFigure *self,
                                KappaPen *pen,
                                const KappaRect *picture,
                                double x,
                                double y,
                                double *at_x,
                                double *at_y)
{
  double u, v, t, depth;
  Stage stage;

  set_up (self, pen, picture, &stage);
  if (!find_on_surface (self, &stage, x, y, &u, &v, &t))
    return FALSE;
  kappa_camera_project (&stage.camera, u, v, t, at_x, at_y, &depth);
  return TRUE;
}
