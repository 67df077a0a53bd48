#include <math.h>
#include <string.h>

#include "ui/plot/landscape-private.h"
#include "ui/plot/table-columns.h"

/* What lies over a map besides checkpoints: a trajectory, the local quadratic model, and which
 * points were computed. */

#define MAX_DOTS 1500

static char *
dup_axis_label (const KappaTable *table, const char *axis)
{
  int name = kappa_table_find_text (table, "axis"), label = kappa_table_find_text (table, "label");
  int curvature = kappa_table_find_number (table, "curvature");

  for (gsize row = 0; name >= 0 && label >= 0 && row < table->n_rows; row++)
    if (strcmp (table->texts[name][row], axis) == 0 && table->texts[label][row][0] != '\0')
      {
        const char *text = table->texts[label][row];
        double value = curvature >= 0 ? table->numbers[curvature][row] : NAN;
        g_autofree char *number = isfinite (value) ? kappa_format_value (value, 4) : NULL;
        /* What is called λ is that number; of a gradient it is the curvature along it. */
        gboolean eigenvalue = g_str_has_prefix (text, "λ");

        if (number == NULL)
          return g_strdup_printf ("%s (%s)", kappa_axis_symbol (axis), text);
        return g_strdup_printf (eigenvalue ? "%s (%s = %s)" : "%s (%s, curvature %s)",
                                kappa_axis_symbol (axis), text, number);
      }
  return NULL;
}

static void
take_path (KappaLandscapeFigure *self, const KappaTable *table)
{
  int x = kappa_table_find_number (table, "alpha"), y = kappa_table_find_number (table, "beta");

  g_array_set_size (self->path, 0);
  for (gsize row = 0; x >= 0 && y >= 0 && row < table->n_rows; row++)
    if (isfinite (table->numbers[x][row]) && isfinite (table->numbers[y][row]))
      {
        KappaPoint point = { table->numbers[x][row], table->numbers[y][row] };

        g_array_append_val (self->path, point);
      }
}

/**
 * kappa_landscape_take_overlays:
 *
 * Takes from a result what is drawn over its maps.
 */
void
kappa_landscape_take_overlays (KappaLandscapeFigure *self, KappaResult *result)
{
  g_autoptr (KappaTable) directions = kappa_result_dup_table (result, "directions");
  g_autoptr (KappaTable) trajectory = kappa_result_dup_table (result, "trajectory");

  for (guint axis = 0; axis < 2; axis++)
    {
      g_free (self->axis_labels[axis]);
      self->axis_labels[axis] = dup_axis_label (directions, axis == 0 ? "alpha" : "beta");
    }
  take_path (self, trajectory);
}

static const KappaField *
find_field (KappaLandscapeFigure *self, const char *name)
{
  for (guint i = 0; i < self->fields->len; i++)
    if (strcmp (((const KappaField *)self->fields->pdata[i])->name, name) == 0)
      return self->fields->pdata[i];
  return NULL;
}

/**
 * kappa_landscape_count_interpolated:
 *
 * Returns: how many points of the field that is shown were interpolated
 */
gsize
kappa_landscape_count_interpolated (KappaLandscapeFigure *self)
{
  const KappaField *mask = self->interpolated;
  gsize n = 0;

  if (mask == NULL || !kappa_landscape_same_grid (mask, self->field))
    return 0;
  for (gsize i = 0; i < mask->nx * mask->ny; i++)
    n += mask->present[i] && mask->values[i] != 0.0;
  return n;
}

static gboolean
was_computed (KappaLandscapeFigure *self, gsize point, gboolean masked)
{
  return self->field->present[point] && !(masked && self->interpolated->values[point] != 0.0);
}

/* Where values were computed, while or because others were not. */
static void
draw_dots (KappaLandscapeFigure *self, KappaPen *pen, const KappaFrame *frame)
{
  const KappaField *field = self->field;
  gsize n = field->nx * field->ny, interpolated = kappa_landscape_count_interpolated (self);

  if (!self->points || (field->n_present == n && interpolated == 0)
      || field->n_present - interpolated > MAX_DOTS)
    return;
  for (gsize i = 0; i < n; i++)
    if (was_computed (self, i, interpolated > 0))
      kappa_landscape_draw_dot (pen, kappa_frame_get_x (frame, field->x[i / field->ny]),
                                kappa_frame_get_y (frame, field->y[i % field->ny]));
}

static void
trace (KappaPen *pen, const KappaFrame *frame, const KappaPoint *points, gsize n, gboolean closed)
{
  for (gsize k = 0; k < n; k++)
    cairo_line_to (pen->cr, kappa_frame_get_x (frame, points[k].x),
                   kappa_frame_get_y (frame, points[k].y));
  if (closed)
    cairo_close_path (pen->cr);
  cairo_new_sub_path (pen->cr);
}

/* Twice: dark beneath, white above, so that it shows on every colour. */
static void
stroke_twice (KappaPen *pen, double width)
{
  cairo_set_line_join (pen->cr, CAIRO_LINE_JOIN_ROUND);
  cairo_set_line_width (pen->cr, 2.2 * width);
  cairo_set_source_rgba (pen->cr, 0.0, 0.0, 0.0, 0.55);
  cairo_stroke_preserve (pen->cr);
  cairo_set_line_width (pen->cr, width);
  cairo_set_source_rgb (pen->cr, 1.0, 1.0, 1.0);
  cairo_stroke (pen->cr);
}

/* Dashed, at the levels of the loss: where both coincide the model holds. */
static void
draw_model (KappaLandscapeFigure *self, KappaPen *pen, const KappaFrame *frame)
{
  const KappaField *model = find_field (self, "quadratic");
  const double dashes[] = { 0.45 * pen->em, 0.35 * pen->em };
  g_autoptr (KappaLattice) lattice = NULL;
  g_autoptr (KappaFill) fill = NULL;

  if (!self->overlay || model == NULL || strcmp (self->field->name, "loss") != 0)
    return;
  if (!kappa_landscape_same_grid (model, self->field) || model->nx < 2 || model->ny < 2)
    return;
  fill = kappa_fill_new (model, &self->bar.axis);
  lattice = kappa_lattice_new (model->nx, model->ny, model->x, model->y, fill->heights, 100);
  cairo_new_path (pen->cr);
  for (guint i = 0; i < self->n_levels; i++)
    {
      g_autoptr (GPtrArray) paths
          = kappa_contour_lines (lattice, kappa_axis_transform (&self->bar.axis, self->levels[i]));

      for (guint k = 0; k < paths->len; k++)
        {
          const KappaPath *path = paths->pdata[k];

          trace (pen, frame, path->points, path->n, path->closed);
        }
    }
  cairo_save (pen->cr);
  cairo_set_dash (pen->cr, dashes, G_N_ELEMENTS (dashes), 0.0);
  stroke_twice (pen, pen->line);
  cairo_restore (pen->cr);
}

static void
draw_path (KappaLandscapeFigure *self, KappaPen *pen, const KappaFrame *frame)
{
  const KappaPoint *points = (const KappaPoint *)(void *)self->path->data;

  if (self->path->len < 2)
    return;
  cairo_new_path (pen->cr);
  trace (pen, frame, points, self->path->len, FALSE);
  stroke_twice (pen, 1.4 * pen->line);
  for (guint i = 0; i < self->path->len; i++)
    kappa_landscape_draw_dot (pen, kappa_frame_get_x (frame, points[i].x),
                              kappa_frame_get_y (frame, points[i].y));
}

/**
 * kappa_landscape_draw_overlays:
 *
 * Draws over a contour map or heat map whatever the result has for it.
 */
void
kappa_landscape_draw_overlays (KappaLandscapeFigure *self, KappaPen *pen, const KappaFrame *frame)
{
  draw_model (self, pen, frame);
  draw_dots (self, pen, frame);
  draw_path (self, pen, frame);
}

/**
 * kappa_landscape_has_model:
 *
 * Returns: whether the lines of the quadratic model are drawn over a map of the loss
 */
gboolean
kappa_landscape_has_model (KappaLandscapeFigure *self)
{
  return self->overlay && strcmp (self->field->name, "loss") == 0
         && find_field (self, "quadratic") != NULL
         && kappa_landscape_get_view (self) != KAPPA_LANDSCAPE_SURFACE;
}
