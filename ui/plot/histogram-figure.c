#include "ui/plot/histogram-figure.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>

#include "core/base/error.h"
#include "ui/plot/frame.h"

#define LEAST_BINS 8
#define MOST_BINS  120
/* More numbers than this are not kept: a fine count of all and a sample are. */
#define MANY      ((gsize)1 << 22)
#define FINE_BINS ((gsize)1 << 16)
#define SAMPLE    ((gsize)1 << 18)

struct _KappaHistogramFigure
{
  KappaFigure parent_instance;

  char *quantity;
  gboolean log;
  double bins;
  KappaLimits x_range;

  char *preferred;
  char *name;
  KappaHistogramStatistics statistics;
  double *sorted; /* the finite values, of many a sample */
  gsize n_sorted;
  gsize *fine; /* of many, how many there are from the smallest to the largest; else NULL */

  /* for the range and the number of bins it was made with; NULL when out of date */
  gsize *counts;
  gsize n_bins;
  double low, high;
};

G_DEFINE_FINAL_TYPE (KappaHistogramFigure, kappa_histogram_figure, KAPPA_TYPE_FIGURE)

#define FIELD(name) offsetof (KappaHistogramFigure, name)

enum
{
  STALE_NOTHING,
  STALE_BINS,
};

static const KappaFigureOption options[] = {
  { "quantity", KAPPA_OPTION_STRING, FIELD (quantity), .reads = TRUE },
  { "log", KAPPA_OPTION_BOOLEAN, FIELD (log) },
  { "bins", KAPPA_OPTION_DOUBLE, FIELD (bins), .minimum = 0.0, .maximum = 1000.0,
    .stale = STALE_BINS },
  { "x-range", KAPPA_OPTION_LIMITS, FIELD (x_range), .stale = STALE_BINS },
};

static void
kappa_histogram_figure_view_changed (KappaFigure *figure, guint stale)
{
  if (stale == STALE_BINS)
    g_clear_pointer (&KAPPA_HISTOGRAM_FIGURE (figure)->counts, g_free);
}

static void
kappa_histogram_figure_finalize (GObject *object)
{
  KappaHistogramFigure *self = KAPPA_HISTOGRAM_FIGURE (object);

  g_free (self->quantity);
  g_free (self->preferred);
  g_free (self->name);
  g_free (self->sorted);
  g_free (self->fine);
  g_free (self->counts);
  G_OBJECT_CLASS (kappa_histogram_figure_parent_class)->finalize (object);
}

static int
compare (const void *a, const void *b)
{
  double x = *(const double *)a, y = *(const double *)b;

  return (x > y) - (x < y);
}

/* Takes @values, which become the sorted finite ones. */
static void
take_values (KappaHistogramFigure *self, const char *name, double *values, gsize n)
{
  KappaHistogramStatistics *statistics = &self->statistics;
  double sum = 0.0, squares = 0.0;

  *statistics = (KappaHistogramStatistics) { .n = n,
                                             .mean = (double)NAN,
                                             .deviation = (double)NAN,
                                             .minimum = (double)NAN,
                                             .maximum = (double)NAN };
  g_free (self->sorted);
  g_clear_pointer (&self->fine, g_free);
  g_clear_pointer (&self->counts, g_free);
  self->sorted = values;
  self->n_sorted = 0;
  for (gsize i = 0; i < n; i++)
    {
      statistics->zeros += values[i] == 0.0;
      if (isfinite (values[i]))
        values[self->n_sorted++] = values[i];
    }
  statistics->not_finite = n - self->n_sorted;
  qsort (values, self->n_sorted, sizeof *values, compare);
  for (gsize i = 0; i < self->n_sorted; i++)
    sum += values[i];
  if (self->n_sorted > 0)
    {
      statistics->mean = sum / (double)self->n_sorted;
      statistics->minimum = values[0];
      statistics->maximum = values[self->n_sorted - 1];
      for (gsize i = 0; i < self->n_sorted; i++)
        squares += (values[i] - statistics->mean) * (values[i] - statistics->mean);
      statistics->deviation = sqrt (squares / (double)self->n_sorted);
    }
  g_free (self->name);
  self->name = g_strdup (name);
}

/* Exact numbers of all in two passes, without a copy. */
static void
measure_floats (KappaHistogramStatistics *s, const float *values, gsize n)
{
  gsize finite = 0;
  double sum = 0.0, squares = 0.0;

  *s = (KappaHistogramStatistics) { .n = n,
                                    .mean = (double)NAN,
                                    .deviation = (double)NAN,
                                    .minimum = (double)NAN,
                                    .maximum = (double)NAN };
  for (gsize i = 0; i < n; i++)
    {
      const double value = (double)values[i];

      s->zeros += value == 0.0;
      if (!isfinite (value))
        continue;
      s->minimum = finite == 0 ? value : MIN (s->minimum, value);
      s->maximum = finite == 0 ? value : MAX (s->maximum, value);
      sum += value;
      finite++;
    }
  s->not_finite = n - finite;
  if (finite == 0)
    return;
  s->mean = sum / (double)finite;
  for (gsize i = 0; i < n; i++)
    if (isfinite (values[i]))
      squares += ((double)values[i] - s->mean) * ((double)values[i] - s->mean);
  s->deviation = sqrt (squares / (double)finite);
}

static void
take_many (KappaHistogramFigure *self, const char *name, const float *values, gsize n)
{
  const KappaHistogramStatistics *s = &self->statistics;
  const gsize step = n / SAMPLE;
  double *sample = g_new (double, n / step + 1), factor;
  gsize n_sample = 0;

  for (gsize i = 0; i < n; i += step)
    sample[n_sample++] = (double)values[i];
  take_values (self, name, sample, n_sample);
  measure_floats (&self->statistics, values, n);
  self->fine = g_new0 (gsize, FINE_BINS);
  factor = s->maximum > s->minimum ? (double)FINE_BINS / (s->maximum - s->minimum) : 0.0;
  for (gsize i = 0; i < n; i++)
    if (isfinite (values[i]))
      self->fine[MIN ((gsize)(((double)values[i] - s->minimum) * factor), FINE_BINS - 1)]++;
}

static void
count_value (KappaHistogramFigure *self, double value, gsize n)
{
  double place = (value - self->low) / (self->high - self->low);

  if (place >= 0.0 && place <= 1.0)
    self->counts[MIN ((gsize)(place * (double)self->n_bins), self->n_bins - 1)] += n;
}

static void
count_all (KappaHistogramFigure *self)
{
  const KappaHistogramStatistics *s = &self->statistics;
  const double width = (s->maximum - s->minimum) / (double)FINE_BINS;

  for (gsize i = 0; self->fine != NULL && i < FINE_BINS; i++)
    count_value (self, s->minimum + ((double)i + 0.5) * width, self->fine[i]);
  for (gsize i = 0; self->fine == NULL && i < self->n_sorted; i++)
    count_value (self, self->sorted[i], 1);
}

/* Freedman and Diaconis, 1981: bins of width 2 IQR n^(−1/3), within reason. */
static gsize
choose_n_bins (KappaHistogramFigure *self)
{
  double quartiles, width;

  if (self->bins >= 1.0)
    return (gsize)self->bins;
  if (self->n_sorted < 2)
    return LEAST_BINS;
  quartiles = self->sorted[(self->n_sorted - 1) * 3 / 4] - self->sorted[(self->n_sorted - 1) / 4];
  width = 2.0 * quartiles / cbrt ((double)(self->statistics.n - self->statistics.not_finite));
  if (!(width > 0.0))
    return LEAST_BINS * 4;
  return (gsize)CLAMP (ceil ((self->high - self->low) / width), (double)LEAST_BINS,
                       (double)MOST_BINS);
}

static void
prepare (KappaHistogramFigure *self)
{
  KappaAxis axis;

  if (self->counts != NULL)
    return;
  if (kappa_limits_is_auto (&self->x_range))
    kappa_axis_init (&axis, KAPPA_SCALE_LINEAR, self->statistics.minimum, self->statistics.maximum);
  else
    kappa_axis_init (&axis, KAPPA_SCALE_LINEAR, self->x_range.low, self->x_range.high);
  self->low = axis.low;
  self->high = axis.high;
  self->n_bins = choose_n_bins (self);
  self->counts = g_new0 (gsize, self->n_bins);
  count_all (self);
}

/* What is known of each entry of the first axis: its value, or the mean over the other axes. Draws
 * over folds are so many draws, not so many times more. */
static double *
list_means (const KappaArray *array, gsize *n)
{
  gsize size = kappa_array_get_size (array), rows = array->rank > 0 ? array->dims[0] : 1;
  gsize row_length = size / MAX (rows, 1);
  double *means = g_new (double, MAX (rows, 1));

  *n = 0;
  for (gsize row = 0; row < rows; row++)
    {
      double sum = 0.0;
      gsize present = 0;

      for (gsize i = row * row_length; i < (row + 1) * row_length; i++)
        if (array->present[i])
          {
            sum += array->values[i];
            present++;
          }
      if (present > 0)
        means[(*n)++] = sum / (double)present;
    }
  return means;
}

static gboolean
kappa_histogram_figure_update (KappaFigure *figure, KappaResult *result, GError **error)
{
  KappaHistogramFigure *self = KAPPA_HISTOGRAM_FIGURE (figure);
  const char *quantity
      = self->quantity[0] != '\0' || self->preferred == NULL ? self->quantity : self->preferred;
  g_auto (GStrv) names = kappa_result_list_arrays (result);

  for (char **name = names; *name != NULL; name++)
    {
      g_autoptr (KappaArray) array = NULL;
      double *values;
      gsize n;

      if (quantity[0] != '\0' && g_strcmp0 (*name, quantity) != 0)
        continue;
      array = kappa_result_dup_array (result, *name);
      if (array == NULL || (array->rank != 1 && quantity[0] == '\0'))
        continue;
      values = list_means (array, &n);
      take_values (self, array->name, values, n);
      return TRUE;
    }
  g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_DATA,
               "this result has no list of values called “%s”", quantity);
  return FALSE;
}

static char *
make_notes (KappaHistogramFigure *self)
{
  const KappaHistogramStatistics *s = &self->statistics;
  g_autofree char *n = kappa_format_count (s->n);
  g_autofree char *mean = kappa_format_value (s->mean, 4);
  g_autofree char *deviation = kappa_format_value (s->deviation, 4);
  g_autofree char *low = kappa_format_value (s->minimum, 4);
  g_autofree char *high = kappa_format_value (s->maximum, 4);
  GString *text = g_string_new (NULL);

  g_string_append_printf (
      text,
      "%s values · mean (line) %s · standard deviation (dashes) %s · from %s to %s · zero %.3g %%",
      n, mean, deviation, low, high, s->n > 0 ? 100.0 * (double)s->zeros / (double)s->n : 0.0);
  if (s->not_finite > 0)
    {
      g_autofree char *count = kappa_format_count (s->not_finite);

      g_string_append_printf (text, " · not finite, not shown: %s", count);
    }
  return g_string_free (text, FALSE);
}

static void
lay_out (KappaHistogramFigure *self,
         KappaPen *pen,
         const KappaRect *body,
         KappaFrame *frame,
         double *notes_top)
{
  g_autofree char *notes = make_notes (self);
  double taken = kappa_pen_paragraph (pen, notes, KAPPA_TEXT_SMALL, &pen->theme->faint, 0, 0,
                                      body->width, FALSE);
  KappaRect area
      = { body->x, body->y, body->width, MAX (body->height - taken - 0.4 * pen->em, pen->em) };
  gsize fullest = 1;

  prepare (self);
  for (gsize i = 0; i < self->n_bins; i++)
    fullest = MAX (fullest, self->counts[i]);
  *frame = (KappaFrame) { .x_title = kappa_axis_symbol (self->name),
                          .y_title = self->log ? "count, log" : "count" };
  kappa_axis_init (&frame->x, KAPPA_SCALE_LINEAR, self->low, self->high);
  if (self->log)
    kappa_axis_init (&frame->y, KAPPA_SCALE_LOG, 0.7, (double)fullest * 1.3);
  else
    kappa_axis_init (&frame->y, KAPPA_SCALE_LINEAR, 0.0, (double)fullest * 1.05);
  kappa_frame_lay_out (frame, pen, &area);
  *notes_top = body->y + body->height - taken;
}

static double
bin_edge (KappaHistogramFigure *self, gsize bin)
{
  return self->low + (self->high - self->low) * (double)bin / (double)self->n_bins;
}

static void
draw_bins (KappaHistogramFigure *self, KappaPen *pen, const KappaFrame *frame)
{
  double floor_y = frame->plot.y + frame->plot.height;

  for (gsize i = 0; i < self->n_bins; i++)
    {
      double x0 = kappa_frame_get_x (frame, bin_edge (self, i)),
             x1 = kappa_frame_get_x (frame, bin_edge (self, i + 1));
      double y = kappa_frame_get_y (frame, (double)self->counts[i]);
      double gap = x1 - x0 > 4.0 * pen->line ? pen->line : 0.0;

      if (self->counts[i] > 0)
        cairo_rectangle (pen->cr, x0 + 0.5 * gap, y, x1 - x0 - gap, floor_y - y);
    }
  kappa_pen_set_color (pen, &pen->theme->series[0]);
  cairo_fill (pen->cr);
}

/* The mean, and one standard deviation to each side of it. */
static void
draw_moments (KappaHistogramFigure *self, KappaPen *pen, const KappaFrame *frame)
{
  const double dashes[2] = { 0.35 * pen->em, 0.3 * pen->em };
  const KappaHistogramStatistics *s = &self->statistics;

  if (!isfinite (s->mean))
    return;
  kappa_pen_set_color (pen, &pen->theme->series[1]);
  cairo_set_line_width (pen->cr, 1.6 * pen->line);
  for (int side = -1; side <= 1; side++)
    {
      double x = kappa_pen_snap_x (pen, kappa_frame_get_x (frame, s->mean + side * s->deviation));

      cairo_set_dash (pen->cr, dashes, side == 0 ? 0 : 2, 0.0);
      cairo_move_to (pen->cr, x, frame->plot.y);
      cairo_line_to (pen->cr, x, frame->plot.y + frame->plot.height);
      cairo_stroke (pen->cr);
    }
  cairo_set_dash (pen->cr, NULL, 0, 0.0);
}

static void
kappa_histogram_figure_draw (KappaFigure *figure, KappaPen *pen, const KappaRect *body)
{
  KappaHistogramFigure *self = KAPPA_HISTOGRAM_FIGURE (figure);
  g_autofree char *notes = make_notes (self);
  KappaFrame frame;
  double top;

  lay_out (self, pen, body, &frame, &top);
  kappa_frame_draw_grid (&frame, pen);
  cairo_save (pen->cr);
  cairo_rectangle (pen->cr, frame.plot.x, frame.plot.y, frame.plot.width, frame.plot.height);
  cairo_clip (pen->cr);
  draw_bins (self, pen, &frame);
  draw_moments (self, pen, &frame);
  cairo_restore (pen->cr);
  kappa_frame_draw (&frame, pen);
  kappa_pen_paragraph (pen, notes, KAPPA_TEXT_SMALL, &pen->theme->faint, body->x, top, body->width,
                       TRUE);
}

static gboolean
kappa_histogram_figure_probe (KappaFigure *figure,
                              KappaPen *pen,
                              const KappaRect *body,
                              double x,
                              double y,
                              KappaProbe *probe)
{
  KappaHistogramFigure *self = KAPPA_HISTOGRAM_FIGURE (figure);
  g_autofree char *count = NULL;
  g_autofree char *from = NULL;
  g_autofree char *to = NULL;
  KappaFrame frame;
  double top;
  gsize bin;

  lay_out (self, pen, body, &frame, &top);
  if (!kappa_frame_contains (&frame, x, y))
    return FALSE;
  probe->x = kappa_frame_x_value (&frame, x);
  probe->y = kappa_frame_y_value (&frame, y);
  bin = (gsize)CLAMP ((probe->x - self->low) / (self->high - self->low) * (double)self->n_bins, 0.0,
                      (double)self->n_bins - 1.0);
  probe->value = (double)self->counts[bin];
  count = kappa_format_count (self->counts[bin]);
  from = kappa_axis_dup_number (&frame.x, bin_edge (self, bin));
  to = kappa_axis_dup_number (&frame.x, bin_edge (self, bin + 1));
  probe->text = g_strdup_printf ("%s … %s\n%s values, %.3g %%", from, to, count,
                                 100.0 * probe->value / (double)MAX (self->statistics.n, 1));
  return TRUE;
}

static void
kappa_histogram_figure_zoom (KappaFigure *figure,
                             KappaPen *pen,
                             const KappaRect *body,
                             double factor,
                             double x,
                             double y)
{
  KappaHistogramFigure *self = KAPPA_HISTOGRAM_FIGURE (figure);
  KappaFrame frame;
  double top, place;

  lay_out (self, pen, body, &frame, &top);
  place = (x - frame.plot.x) / frame.plot.width;
  kappa_frame_zoom_axis (&frame.x, factor, CLAMP (place, 0.0, 1.0), &self->x_range.low,
                         &self->x_range.high);
  g_clear_pointer (&self->counts, g_free);
}

static void
kappa_histogram_figure_pan (KappaFigure *figure,
                            KappaPen *pen,
                            const KappaRect *body,
                            double dx,
                            double dy)
{
  KappaHistogramFigure *self = KAPPA_HISTOGRAM_FIGURE (figure);
  KappaFrame frame;
  double top, shift;

  lay_out (self, pen, body, &frame, &top);
  shift = kappa_frame_x_value (&frame, frame.plot.x - dx) - frame.x.low;
  self->x_range = (KappaLimits) { frame.x.low + shift, frame.x.high + shift };
  g_clear_pointer (&self->counts, g_free);
}

static char *
kappa_histogram_figure_describe (KappaFigure *figure)
{
  KappaHistogramFigure *self = KAPPA_HISTOGRAM_FIGURE (figure);
  g_autofree char *notes = make_notes (self);

  return g_strdup_printf ("Histogram of %s: %s.", self->name, notes);
}

static void
kappa_histogram_figure_class_init (KappaHistogramFigureClass *klass)
{
  KappaFigureClass *figure_class = KAPPA_FIGURE_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = kappa_histogram_figure_finalize;
  figure_class->view_changed = kappa_histogram_figure_view_changed;
  figure_class->update = kappa_histogram_figure_update;
  figure_class->draw = kappa_histogram_figure_draw;
  figure_class->probe = kappa_histogram_figure_probe;
  figure_class->zoom = kappa_histogram_figure_zoom;
  figure_class->pan = kappa_histogram_figure_pan;
  figure_class->describe = kappa_histogram_figure_describe;
  kappa_figure_class_install_options (figure_class, options, G_N_ELEMENTS (options));
}

static void
kappa_histogram_figure_init (KappaHistogramFigure *self)
{
  take_values (self, "", g_new0 (double, 1), 0);
}

/**
 * kappa_histogram_figure_new:
 *
 * Returns: (transfer full): a figure without values
 */
KappaFigure *
kappa_histogram_figure_new (void)
{
  return g_object_new (KAPPA_TYPE_HISTOGRAM_FIGURE, NULL);
}

/**
 * kappa_histogram_figure_set_preferred:
 * @name: the array of a result that is shown while the option "quantity" is ""
 */
void
kappa_histogram_figure_set_preferred (KappaHistogramFigure *self, const char *name)
{
  g_free (self->preferred);
  self->preferred = g_strdup (name);
}

/**
 * kappa_histogram_figure_set_doubles:
 * @name: what the values are; the title of the axis
 * @values: copied
 */
void
kappa_histogram_figure_set_doubles (KappaHistogramFigure *self,
                                    const char *name,
                                    const double *values,
                                    gsize n)
{
  double *copy = g_new (double, MAX (n, 1));

  for (gsize i = 0; i < n; i++)
    copy[i] = values[i];
  take_values (self, name, copy, n);
  kappa_figure_changed (KAPPA_FIGURE (self));
}

/**
 * kappa_histogram_figure_set_floats:
 *
 * Like kappa_histogram_figure_set_doubles(), for the weights of a tensor.
 */
void
kappa_histogram_figure_set_floats (KappaHistogramFigure *self,
                                   const char *name,
                                   const float *values,
                                   gsize n)
{
  if (n > MANY)
    take_many (self, name, values, n);
  else
    {
      double *copy = g_new (double, MAX (n, 1));

      for (gsize i = 0; i < n; i++)
        copy[i] = (double)values[i];
      take_values (self, name, copy, n);
    }
  kappa_figure_changed (KAPPA_FIGURE (self));
}

/**
 * kappa_histogram_figure_get_statistics:
 *
 * Returns: (transfer none): of all values, whatever part is shown
 */
const KappaHistogramStatistics *
kappa_histogram_figure_get_statistics (KappaHistogramFigure *self)
{
  return &self->statistics;
}
