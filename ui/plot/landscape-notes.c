#include <math.h>

#include "ui/plot/landscape-private.h"

/* What stands around the picture and beside the pointer. */

static void
add_sentence (GString *text, const char *format, ...)
{
  va_list arguments;

  if (text->len > 0)
    g_string_append (text, " ");
  va_start (arguments, format);
  g_string_append_vprintf (text, format, arguments);
  va_end (arguments);
}

/**
 * kappa_landscape_dup_notes:
 *
 * Returns: (transfer full): what must be known to read the picture rightly, in short sentences;
 * often ""
 */
char *
kappa_landscape_dup_notes (KappaLandscapeFigure *self)
{
  GString *text = g_string_new (NULL);
  gsize n = self->field->nx * self->field->ny;
  g_autofree char *present = kappa_format_count (self->field->n_present);
  g_autofree char *total = kappa_format_count (n);

  if (self->field->n_present < n)
    add_sentence (text, "Interim: %s of %s points computed; %s.", present, total,
                  kappa_landscape_get_view (self) == KAPPA_LANDSCAPE_HEAT
                      ? "the others show the nearest of them"
                      : "interpolated between them");
  if (kappa_landscape_count_interpolated (self) > 0)
    {
      g_autofree char *count = kappa_format_count (kappa_landscape_count_interpolated (self));

      add_sentence (text, "%s of %s points interpolated%s.", count, total,
                    self->points ? "; dots mark computed ones" : "");
      if (isfinite (self->interpolation_error) && self->n_checked > 0)
        {
          g_autofree char *error = kappa_format_value (100.0 * self->interpolation_error, 2);

          add_sentence (text, "Off by %s %% of the loss at most, measured at %zu of them.", error,
                        self->n_checked);
        }
    }
  if (kappa_landscape_has_model (self))
    add_sentence (text, "Dashed: the same levels of the local quadratic model.");
  if (self->n_above + self->n_below > 0)
    {
      add_sentence (text, "Beyond the limits: %zu above, %zu below", self->n_above, self->n_below);
      g_string_append (text, kappa_limits_is_auto (&self->limits)
                                 ? " (limits: quartiles and three interquartile ranges)."
                                 : " (limits set by hand).");
    }
  if (self->field->reduction > 1)
    add_sentence (text, "Drawn as means of %u × %u points.", self->field->reduction,
                  self->field->reduction);
  if (self->view != kappa_landscape_get_view (self))
    add_sentence (text, "A %s needs two points along each axis: drawn as cells.",
                  self->view == KAPPA_LANDSCAPE_SURFACE ? "surface" : "contour map");
  return g_string_free (text, FALSE);
}

static guint
list_legend (KappaLandscapeFigure *self, KappaLegendEntry *entries, char **texts)
{
  static const char *const names[]
      = { "", "not computed", "NaN", "+∞", "−∞", "zero or negative, not on a log scale" };
  gsize n = self->field->nx * self->field->ny, counts[G_N_ELEMENTS (names)] = { 0 };
  guint n_entries = 0;

  for (gsize i = 0; i < n; i++)
    if (self->field->present[i] || self->fill->cells[i] == KAPPA_CELL_MISSING)
      counts[self->fill->cells[i]]++;
  for (guint cell = KAPPA_CELL_MISSING; cell < G_N_ELEMENTS (names); cell++)
    if (counts[cell] > 0)
      {
        g_autofree char *count = kappa_format_count (counts[cell]);

        texts[n_entries] = g_strdup_printf ("%s: %s", names[cell], count);
        entries[n_entries] = (KappaLegendEntry) { cell, texts[n_entries] };
        n_entries++;
      }
  return n_entries;
}

/**
 * kappa_landscape_lay_out:
 * @draw: also draws colour bar, legend and notes
 *
 * Parts @body between the picture and what explains it.
 */
void
kappa_landscape_lay_out (KappaLandscapeFigure *self,
                         KappaPen *pen,
                         const KappaRect *body,
                         KappaLandscapeLayout *layout,
                         gboolean draw)
{
  KappaLegendEntry entries[KAPPA_CELL_NOT_ON_SCALE];
  char *texts[KAPPA_CELL_NOT_ON_SCALE] = { NULL };
  guint n = list_legend (self, entries, texts);
  g_autofree char *notes = kappa_landscape_dup_notes (self);
  double legend = kappa_legend_draw (pen, entries, n, body->x, 0.0, body->width, FALSE);
  double below = kappa_pen_paragraph (pen, notes, KAPPA_TEXT_SMALL, &pen->theme->faint, 0, 0,
                                      body->width, FALSE);
  double top = body->y + body->height - legend - below;
  double height = top - body->y - (legend + below > 0.0 ? 0.4 * pen->em : 0.0);
  double bar = kappa_colorbar_measure (&self->bar, pen, height), gap = 0.9 * pen->em;

  self->bar.n_levels
      = kappa_landscape_get_view (self) == KAPPA_LANDSCAPE_CONTOUR ? self->n_levels : 0;
  self->bar.levels = self->levels;
  layout->picture = (KappaRect) { body->x, body->y, MAX (body->width - bar - gap, pen->em),
                                  MAX (height, pen->em) };
  layout->bar = (KappaRect) { body->x + body->width - bar, body->y, bar, MAX (height, pen->em) };
  if (kappa_landscape_get_view (self) != KAPPA_LANDSCAPE_SURFACE)
    {
      KappaFrame frame;

      /* The bar ends where the plot ends, not where the numbers below it do. */
      kappa_landscape_lay_out_plane (self, pen, &layout->picture, &frame);
      layout->bar.height = frame.plot.y + frame.plot.height + 0.5 * pen->em - body->y;
    }
  layout->notes = (KappaRect) { body->x, top, body->width, legend + below };
  if (draw)
    {
      kappa_colorbar_draw (&self->bar, pen, &layout->bar);
      kappa_legend_draw (pen, entries, n, body->x, top, body->width, TRUE);
      kappa_pen_paragraph (pen, notes, KAPPA_TEXT_SMALL, &pen->theme->faint, body->x, top + legend,
                           body->width, TRUE);
    }
  for (guint i = 0; i < n; i++)
    g_free (texts[i]);
}

/**
 * kappa_landscape_describe_point:
 * @point: of the field
 *
 * Returns: (transfer full): the read-out: where, and every quantity's value at the nearest point
 */
char *
kappa_landscape_describe_point (KappaLandscapeFigure *self, gsize point)
{
  const KappaField *field = self->field;
  GString *text = g_string_new (NULL);
  gsize nearest = self->fill->nearest[point];
  gsize i = nearest != KAPPA_NO_POINT ? nearest / field->ny : point / field->ny;
  gsize j = nearest != KAPPA_NO_POINT ? nearest % field->ny : point % field->ny;
  KappaAxis axes[2];
  g_autofree char *at_x = NULL;
  g_autofree char *at_y = NULL;

  kappa_axis_init (&axes[0], KAPPA_SCALE_LINEAR, field->x[0], field->x[field->nx - 1]);
  kappa_axis_init (&axes[1], KAPPA_SCALE_LINEAR, field->y[0], field->y[field->ny - 1]);
  at_x = kappa_axis_dup_number (&axes[0], field->x[i]);
  at_y = kappa_axis_dup_number (&axes[1], field->y[j]);
  g_string_append_printf (text, "%s %s   %s %s", kappa_axis_symbol (field->x_name), at_x,
                          kappa_axis_symbol (field->y_name), at_y);
  if (nearest == KAPPA_NO_POINT)
    g_string_append (text, "\nnot computed");
  for (guint k = 0; nearest != KAPPA_NO_POINT && k < self->fields->len; k++)
    {
      const KappaField *other = self->fields->pdata[k];
      g_autofree char *number = kappa_format_value (other->values[nearest], 4);

      if (kappa_landscape_same_grid (other, field) && other->present[nearest])
        g_string_append_printf (text, "\n%s %s%s%s", kappa_axis_symbol (other->name), number,
                                other->unit[0] != '\0' ? " " : "", other->unit);
    }
  if (nearest != KAPPA_NO_POINT && self->interpolated != NULL
      && kappa_landscape_same_grid (self->interpolated, field)
      && self->interpolated->values[nearest] == 1.0)
    g_string_append (text, "\ninterpolated");
  if (nearest != KAPPA_NO_POINT && nearest != point)
    g_string_append (text, "\ninterim: nearest computed point");
  return g_string_free (text, FALSE);
}
