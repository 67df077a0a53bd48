#include <math.h>

#include "ui/plot/landscape-private.h"

#define MAX_LABELS 80

typedef struct
{
  double x, y, radius;
} Taken;

typedef struct
{
  KappaPen *pen;
  const KappaFrame *frame;
  Taken taken[MAX_LABELS];
  guint n_taken;
} Labels;

/* A curve on the paper with the length up to each point. */
typedef struct
{
  gsize n;
  double *x, *y, *length;
} Curve;

static void
add_paths (const KappaFrame *frame, KappaPen *pen, GPtrArray *paths)
{
  for (guint i = 0; i < paths->len; i++)
    {
      const KappaPath *path = paths->pdata[i];

      for (gsize k = 0; k < path->n; k++)
        cairo_line_to (pen->cr, kappa_frame_get_x (frame, path->points[k].x),
                       kappa_frame_get_y (frame, path->points[k].y));
      cairo_close_path (pen->cr);
      cairo_new_sub_path (pen->cr);
    }
}

/* Each band is drawn as all that is at least as high, over the lower ones: no seams between bands.
 */
static void
fill_bands (KappaLandscapeFigure *self, KappaPen *pen, const KappaFrame *frame)
{
  for (guint i = 0; i <= self->n_levels; i++)
    {
      double level = i == 0 ? -(double)INFINITY
                            : kappa_axis_transform (&self->bar.axis, self->levels[i - 1]);
      double place = i == 0 ? 0.0 : kappa_axis_place (&self->bar.axis, self->levels[i - 1]);
      g_autoptr (GPtrArray) region = kappa_contour_region (self->lattice, level);
      KappaColor color = kappa_colorbar_get_color (&self->bar, place);

      cairo_new_path (pen->cr);
      add_paths (frame, pen, region);
      kappa_pen_set_color (pen, &color);
      cairo_fill (pen->cr);
    }
}

/* A hole reaches to the neighbouring points, because nothing is known about the surface between it
 * and them. */
static void
paint_holes (KappaLandscapeFigure *self, KappaPen *pen, const KappaFrame *frame)
{
  const KappaField *field = self->field;

  for (guint cell = KAPPA_CELL_MISSING; cell <= KAPPA_CELL_NOT_ON_SCALE; cell++)
    {
      gboolean any = FALSE;

      for (gsize k = 0; k < field->nx * field->ny; k++)
        {
          gsize i = k / field->ny, j = k % field->ny;
          double x0, x1, y0, y1;

          if (self->fill->cells[k] != cell)
            continue;
          x0 = kappa_frame_get_x (frame, field->x[i > 0 ? i - 1 : 0]);
          x1 = kappa_frame_get_x (frame, field->x[MIN (i + 1, field->nx - 1)]);
          y0 = kappa_frame_get_y (frame, field->y[j > 0 ? j - 1 : 0]);
          y1 = kappa_frame_get_y (frame, field->y[MIN (j + 1, field->ny - 1)]);
          cairo_rectangle (pen->cr, x0, y1, x1 - x0, y0 - y1);
          any = TRUE;
        }
      if (any)
        kappa_cell_paint (pen, cell);
    }
}

static Curve
make_curve (const KappaFrame *frame, const KappaPath *path)
{
  Curve curve = { .n = path->n + (path->closed ? 1 : 0) };

  curve.x = g_new (double, curve.n);
  curve.y = g_new (double, curve.n);
  curve.length = g_new (double, curve.n);
  for (gsize k = 0; k < curve.n; k++)
    {
      const KappaPoint *point = &path->points[k % path->n];

      curve.x[k] = kappa_frame_get_x (frame, point->x);
      curve.y[k] = kappa_frame_get_y (frame, point->y);
      curve.length[k]
          = k == 0 ? 0.0
                   : curve.length[k - 1]
                         + hypot (curve.x[k] - curve.x[k - 1], curve.y[k] - curve.y[k - 1]);
    }
  return curve;
}

static void
clear_curve (Curve *curve)
{
  g_free (curve->x);
  g_free (curve->y);
  g_free (curve->length);
}

static void
point_at (const Curve *curve, double length, double *x, double *y)
{
  gsize k = 1;
  double share;

  while (k + 1 < curve->n && curve->length[k] < length)
    k++;
  share = (length - curve->length[k - 1]) / MAX (curve->length[k] - curve->length[k - 1], 1e-12);
  *x = curve->x[k - 1] + share * (curve->x[k] - curve->x[k - 1]);
  *y = curve->y[k - 1] + share * (curve->y[k] - curve->y[k - 1]);
}

static gboolean
is_free (const Labels *labels, double x, double y, double radius)
{
  const KappaRect *plot = &labels->frame->plot;

  if (x - radius < plot->x || x + radius > plot->x + plot->width || y - radius < plot->y
      || y + radius > plot->y + plot->height)
    return FALSE;
  for (guint i = 0; i < labels->n_taken; i++)
    if (hypot (x - labels->taken[i].x, y - labels->taken[i].y) < radius + labels->taken[i].radius)
      return FALSE;
  return TRUE;
}

/* The straightest stretch of the curve that is as long as the label and free; a negative length if
 * there is none. */
static double
find_stretch (const Labels *labels, const Curve *curve, double width)
{
  double total = curve->length[curve->n - 1], best = -1.0, straightest = 0.90;

  for (int i = 1; i < 40; i++)
    {
      double middle = total * i / 40.0, x0, y0, x1, y1, straight;

      if (middle < 0.5 * width || middle > total - 0.5 * width)
        continue;
      point_at (curve, middle - 0.5 * width, &x0, &y0);
      point_at (curve, middle + 0.5 * width, &x1, &y1);
      straight = hypot (x1 - x0, y1 - y0) / width;
      if (straight > straightest && is_free (labels, 0.5 * (x0 + x1), 0.5 * (y0 + y1), 0.6 * width))
        {
          straightest = straight;
          best = middle;
        }
    }
  return best;
}

static void
draw_label (Labels *labels,
            const Curve *curve,
            double middle,
            double width,
            const char *text,
            const KappaColor *color)
{
  KappaColor opaque = { color->red, color->green, color->blue, 1.0 };
  double x0, y0, x1, y1, angle;

  point_at (curve, middle - 0.5 * width, &x0, &y0);
  point_at (curve, middle + 0.5 * width, &x1, &y1);
  angle = atan2 (y1 - y0, x1 - x0);
  if (fabs (angle) > G_PI / 2.0)
    angle -= copysign (G_PI, angle);
  kappa_pen_text_turned (labels->pen, text, KAPPA_TEXT_SMALL, &opaque, 0.5 * (x0 + x1),
                         0.5 * (y0 + y1), 0.5, 0.5, angle);
  labels->taken[labels->n_taken++] = (Taken) { 0.5 * (x0 + x1), 0.5 * (y0 + y1), 0.6 * width };
}

static void
stroke_between (KappaPen *pen, const Curve *curve, double from, double to)
{
  double x, y;

  if (to <= from)
    return;
  point_at (curve, from, &x, &y);
  cairo_move_to (pen->cr, x, y);
  for (gsize k = 0; k < curve->n; k++)
    if (curve->length[k] > from && curve->length[k] < to)
      cairo_line_to (pen->cr, curve->x[k], curve->y[k]);
  point_at (curve, to, &x, &y);
  cairo_line_to (pen->cr, x, y);
  cairo_stroke (pen->cr);
}

static void
draw_curve (Labels *labels, const KappaPath *path, const char *text, const KappaColor *color)
{
  KappaPen *pen = labels->pen;
  Curve curve = make_curve (labels->frame, path);
  double width = kappa_pen_measure (pen, text, KAPPA_TEXT_SMALL) + 0.8 * pen->em;
  double total = curve.n > 1 ? curve.length[curve.n - 1] : 0.0, middle = -1.0;

  if (total > 3.0 * width && labels->n_taken < MAX_LABELS)
    middle = find_stretch (labels, &curve, width);
  kappa_pen_set_color (pen, color);
  cairo_set_line_width (pen->cr, 1.2 * pen->line);
  if (middle < 0.0)
    stroke_between (pen, &curve, 0.0, total);
  else
    {
      stroke_between (pen, &curve, 0.0, middle - 0.5 * width);
      stroke_between (pen, &curve, middle + 0.5 * width, total);
      draw_label (labels, &curve, middle, width, text, color);
    }
  clear_curve (&curve);
}

/* White on the dark end of the map, black on the light one. */
static KappaColor
line_color (KappaLandscapeFigure *self, double level)
{
  KappaColor ground
      = kappa_colorbar_get_color (&self->bar, kappa_axis_place (&self->bar.axis, level));
  gboolean dark = kappa_color_get_lightness (&ground) < 0.66;

  return (KappaColor) { dark, dark, dark, dark ? 0.85 : 0.75 };
}

/**
 * kappa_landscape_draw_contours:
 *
 * Draws filled bands between round levels, and the levels as lines with their numbers.
 */
void
kappa_landscape_draw_contours (KappaLandscapeFigure *self, KappaPen *pen, const KappaFrame *frame)
{
  Labels labels = { pen, frame };

  /* Checkpoints keep their place free. */
  for (guint i = 0; i < self->marks->len; i++)
    {
      const KappaLandscapeMark *mark = &g_array_index (self->marks, KappaLandscapeMark, i);

      if (labels.n_taken < MAX_LABELS)
        labels.taken[labels.n_taken++]
            = (Taken) { kappa_frame_get_x (frame, mark->x), kappa_frame_get_y (frame, mark->y),
                        0.7 * pen->em };
    }
  paint_holes (self, pen, frame);
  fill_bands (self, pen, frame);
  cairo_set_line_join (pen->cr, CAIRO_LINE_JOIN_ROUND);
  for (guint i = 0; i < self->n_levels; i++)
    {
      GPtrArray *paths = self->lines->pdata[i];
      g_autofree char *text = kappa_format_short (self->levels[i], 3);
      KappaColor color = line_color (self, self->levels[i]);

      for (guint k = 0; k < paths->len; k++)
        draw_curve (&labels, paths->pdata[k], text, &color);
    }
}
