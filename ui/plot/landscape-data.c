#include <math.h>
#include <string.h>

#include "ui/plot/landscape-private.h"

/* Everything that is made from data and view before anything is drawn. */

#define LEAST_CONTOUR 150
#define LEAST_SURFACE 96
#define MESH_LINES    26
#define MESH_WHITE    0.33

static const KappaField *
choose_field (KappaLandscapeFigure *self)
{
  for (guint i = 0; i < self->fields->len; i++)
    {
      KappaField *field = self->fields->pdata[i];

      if (self->quantity[0] == '\0' || strcmp (field->name, self->quantity) == 0)
        return field;
    }
  return NULL;
}

void
kappa_landscape_forget_mesh (KappaLandscapeFigure *self)
{
  g_clear_pointer (&self->mesh, kappa_mesh_free);
}

void
kappa_landscape_forget_scale (KappaLandscapeFigure *self)
{
  kappa_landscape_forget_mesh (self);
  g_clear_pointer (&self->fill, kappa_fill_free);
  g_clear_pointer (&self->lattice, kappa_lattice_free);
  g_clear_pointer (&self->surface, kappa_lattice_free);
  g_clear_pointer (&self->lines, g_ptr_array_unref);
  g_clear_pointer (&self->palettes, g_free);
  g_clear_pointer (&self->bar_title, g_free);
}

void
kappa_landscape_forget_grid (KappaLandscapeFigure *self)
{
  kappa_landscape_forget_scale (self);
  self->field = NULL;
}

static void
count_beyond (KappaLandscapeFigure *self)
{
  const KappaAxis *axis = &self->bar.axis;
  const KappaField *field = self->field;

  self->n_above = self->n_below = 0;
  for (gsize i = 0; i < field->nx * field->ny; i++)
    if (field->present[i] && kappa_axis_can_show (axis, field->values[i]))
      {
        double place = kappa_axis_place (axis, field->values[i]);

        self->n_above += place > 1.0 + 1e-9;
        self->n_below += place < -1e-9;
      }
  self->bar.above = self->n_above > 0;
  self->bar.below = self->n_below > 0;
}

static void
prepare_bar (KappaLandscapeFigure *self)
{
  static const char *const suffixes[] = { "", ", log", ", symlog" };
  gboolean suggests_log
      = kappa_values_suggest_log (self->field->values, self->field->nx * self->field->ny);
  KappaScale scale = kappa_scale_choice_resolve (self->scale, suggests_log);
  KappaLimits limits = self->limits;
  const char *unit = self->field->unit;

  if (kappa_limits_is_auto (&limits) || (scale == KAPPA_SCALE_LOG && limits.high <= 0.0))
    {
      limits = kappa_field_suggest_limits (self->field, scale);
      if (self->colormap == KAPPA_COLORMAP_DIVERGING && scale != KAPPA_SCALE_LOG
          && limits.low < 0.0)
        limits.low = -(limits.high = MAX (-limits.low, fabs (limits.high)));
    }
  self->bar = (KappaColorbar) { .map = self->colormap };
  kappa_axis_init (&self->bar.axis, scale, limits.low, limits.high);
  count_beyond (self);
  self->bar_title = g_strdup_printf (unit[0] != '\0' ? "%s (%s)%s" : "%s%s%s",
                                     kappa_axis_symbol (self->field->name), unit, suffixes[scale]);
  self->bar.title = self->bar_title;
}

static void
prepare_lines (KappaLandscapeFigure *self)
{
  const KappaAxis *axis = &self->bar.axis;
  double x_span = self->lattice->x[self->lattice->nx - 1] - self->lattice->x[0];
  double y_span = self->lattice->y[self->lattice->ny - 1] - self->lattice->y[0];

  self->n_levels = kappa_axis_levels (axis, 12, self->levels, KAPPA_LANDSCAPE_MAX_LEVELS);
  self->lines = g_ptr_array_new_with_free_func ((GDestroyNotify)g_ptr_array_unref);
  for (guint i = 0; i < self->n_levels; i++)
    {
      GPtrArray *paths
          = kappa_contour_lines (self->lattice, kappa_axis_transform (axis, self->levels[i]));

      for (guint k = 0; k < paths->len; k++)
        kappa_path_simplify (paths->pdata[k], x_span * 2e-4, y_span * 2e-4);
      g_ptr_array_add (self->lines, paths);
    }
}

/* Mesh lines are the colour beneath them with white. */
static void
prepare_palettes (KappaLandscapeFigure *self)
{
  guint32 *lines;

  self->palettes = g_new (guint32, 2 * KAPPA_PALETTE_SIZE);
  lines = self->palettes + KAPPA_PALETTE_SIZE;
  kappa_colormap_fill_table (self->colormap, self->palettes, KAPPA_PALETTE_SIZE);
  for (guint i = 0; i < KAPPA_PALETTE_SIZE; i++)
    {
      KappaColor color = kappa_colormap_get (self->colormap, (double)i / (KAPPA_PALETTE_SIZE - 1));

      color.red += (1.0 - color.red) * MESH_WHITE;
      color.green += (1.0 - color.green) * MESH_WHITE;
      color.blue += (1.0 - color.blue) * MESH_WHITE;
      lines[i] = kappa_color_to_pixel (&color);
    }
}

static void
prepare_mesh (KappaLandscapeFigure *self)
{
  const KappaAxis *axis = &self->bar.axis;
  KappaLimits x = kappa_landscape_get_extent (self, 0, FALSE),
              y = kappa_landscape_get_extent (self, 1, FALSE);
  KappaMeshBox box = { x.low,
                       x.high,
                       y.low,
                       y.high,
                       kappa_axis_transform (axis, axis->low),
                       kappa_axis_transform (axis, axis->high) };
  gsize parts_x = (self->surface->nx - 1) / (self->field->nx - 1),
        parts_y = (self->surface->ny - 1) / (self->field->ny - 1);

  self->mesh = kappa_mesh_new (self->surface, &box,
                               parts_x * ((self->field->nx + MESH_LINES - 2) / MESH_LINES),
                               parts_y * ((self->field->ny + MESH_LINES - 2) / MESH_LINES));
}

/**
 * kappa_landscape_prepare:
 *
 * Makes whatever is out of date.
 *
 * Returns: whether there is a grid to draw
 */
gboolean
kappa_landscape_prepare (KappaLandscapeFigure *self)
{
  if (self->field == NULL && (self->field = choose_field (self)) == NULL)
    return FALSE;
  if (self->fill == NULL)
    {
      prepare_bar (self);
      prepare_palettes (self);
      self->fill = kappa_fill_new (self->field, &self->bar.axis);
      self->lattice = kappa_lattice_new (self->field->nx, self->field->ny, self->field->x,
                                         self->field->y, self->fill->heights, LEAST_CONTOUR);
      self->surface = kappa_lattice_new (self->field->nx, self->field->ny, self->field->x,
                                         self->field->y, self->fill->heights, LEAST_SURFACE);
      prepare_lines (self);
    }
  if (self->mesh == NULL && kappa_landscape_get_view (self) == KAPPA_LANDSCAPE_SURFACE)
    prepare_mesh (self);
  return TRUE;
}

/**
 * kappa_landscape_get_view:
 *
 * Returns: the view that can be drawn: a surface and contours need two points along each axis;
 * fewer are drawn as cells
 */
KappaLandscapeView
kappa_landscape_get_view (KappaLandscapeFigure *self)
{
  return self->field == NULL || (self->field->nx > 1 && self->field->ny > 1) ? self->view
                                                                             : KAPPA_LANDSCAPE_HEAT;
}

/**
 * kappa_landscape_get_extent:
 * @axis: 0 for x, 1 for y
 * @cells: as far as cells reach, not only points
 *
 * Returns: the part of an axis that is shown
 */
KappaLimits
kappa_landscape_get_extent (KappaLandscapeFigure *self, guint axis, gboolean cells)
{
  const KappaLimits *range = axis == 0 ? &self->x_range : &self->y_range;
  const double *coordinates = axis == 0 ? self->field->x : self->field->y;
  gsize n = axis == 0 ? self->field->nx : self->field->ny;

  if (!kappa_limits_is_auto (range))
    return *range;
  if (cells || n == 1)
    return (KappaLimits) { kappa_field_edge (coordinates, n, 0),
                           kappa_field_edge (coordinates, n, n) };
  return (KappaLimits) { coordinates[0], coordinates[n - 1] };
}
