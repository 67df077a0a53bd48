/* Where the parts of a spectrum are drawn. */

#include <math.h>

#include "ui/plot/spectrum-private.h"

#define STEM_HEIGHT 0.62 /* of the plot, where stems have no height of their own */

const KappaEigenvalue *
kappa_spectrum_get (KappaSpectrumFigure *self, guint i)
{
  return &g_array_index (self->eigenvalues, KappaEigenvalue, i);
}

/**
 * kappa_spectrum_is_by_rank:
 *
 * Returns: whether eigenvalues stand side by side, by rank, and have the vertical axis
 */
gboolean
kappa_spectrum_is_by_rank (KappaSpectrumFigure *self)
{
  return self->view == KAPPA_SPECTRUM_RANK
         || (self->view == KAPPA_SPECTRUM_AUTO && self->density.n == 0);
}

/**
 * kappa_spectrum_is_by_size:
 *
 * Returns: whether eigenvalues stand at their absolute value, on a logarithmic axis
 */
gboolean
kappa_spectrum_is_by_size (KappaSpectrumFigure *self)
{
  return self->view == KAPPA_SPECTRUM_LOG_DENSITY;
}

/**
 * kappa_spectrum_place:
 *
 * Returns: where on the axis of eigenvalues one stands
 */
double
kappa_spectrum_place (KappaSpectrumFigure *self, double lambda)
{
  return kappa_spectrum_is_by_size (self) ? fabs (lambda) : lambda;
}

/**
 * kappa_spectrum_list_curves:
 * @curves: (out): two places
 *
 * Returns: how many densities are drawn; of two, the first is that of negative eigenvalues
 */
guint
kappa_spectrum_list_curves (KappaSpectrumFigure *self, const KappaSpectrumCurve **curves)
{
  gboolean by_size = kappa_spectrum_is_by_size (self);
  guint n = by_size ? 2 : 1;

  if (kappa_spectrum_is_by_rank (self))
    return 0;
  for (guint i = 0; i < n; i++)
    curves[i] = by_size ? &self->decades[i] : &self->density;
  return n;
}

static gboolean
has_density (KappaSpectrumFigure *self)
{
  const KappaSpectrumCurve *curves[2];
  gsize nodes = 0;

  for (guint i = 0, n = kappa_spectrum_list_curves (self, curves); i < n; i++)
    nodes += curves[i]->n;
  return nodes > 0;
}

/* Eigenvalues of both signs that differ in size by more than a linear axis shows need a symlog one;
 * over a density the linear axis tells the bulk from the outliers. */
KappaScale
kappa_spectrum_get_lambda_scale (KappaSpectrumFigure *self)
{
  g_autofree double *sizes = g_new (double, MAX (self->eigenvalues->len, 1));
  gboolean negative = FALSE, wide;

  if (kappa_spectrum_is_by_size (self))
    return KAPPA_SCALE_LOG;
  if (self->lambda_scale != KAPPA_SCALE_CHOICE_AUTO || !kappa_spectrum_is_by_rank (self))
    return kappa_scale_choice_resolve (self->lambda_scale, FALSE);
  for (guint i = 0; i < self->eigenvalues->len; i++)
    {
      sizes[i] = fabs (kappa_spectrum_get (self, i)->value);
      negative |= kappa_spectrum_get (self, i)->value < 0.0;
    }
  wide = kappa_values_suggest_log (sizes, self->eigenvalues->len);
  if (wide && negative)
    return KAPPA_SCALE_SYMLOG;
  return wide ? KAPPA_SCALE_LOG : KAPPA_SCALE_LINEAR;
}

/* Of the vertical axis. A density spans so many decades that only a logarithmic axis shows its
 * tail. */
KappaScale
kappa_spectrum_get_scale (KappaSpectrumFigure *self)
{
  if (kappa_spectrum_is_by_rank (self))
    return kappa_spectrum_get_lambda_scale (self);
  return kappa_scale_choice_resolve (self->scale, TRUE);
}

static void
include (KappaScale scale, double value, double *low, double *high)
{
  if (!isfinite (value) || (scale == KAPPA_SCALE_LOG && value <= 0.0))
    return;
  *low = MIN (*low, value);
  *high = MAX (*high, value);
}

/* Over a density, the spread over folds may leave the picture: a few images give outliers ten times
 * as large, and the bulk would be a line. */
static void
find_lambda_range (KappaSpectrumFigure *self,
                   KappaScale scale,
                   gboolean nodes,
                   double *low,
                   double *high)
{
  const KappaSpectrumCurve *curves[2];
  guint n = nodes ? kappa_spectrum_list_curves (self, curves) : 0;

  *low = (double)INFINITY;
  *high = -(double)INFINITY;
  for (guint i = 0; i < self->eigenvalues->len; i++)
    {
      const KappaEigenvalue *e = kappa_spectrum_get (self, i);
      double place = kappa_spectrum_place (self, e->value);

      include (scale, place, low, high);
      include (scale, nodes ? place : e->low, low, high);
      include (scale, nodes ? place : e->high, low, high);
    }
  for (guint c = 0; c < n; c++)
    for (gsize i = 0; i < curves[c]->n; i++)
      include (scale, curves[c]->x[i], low, high);
}

static void
init_with_air (KappaAxis *axis, KappaScale scale, double low, double high, double air)
{
  kappa_axis_init (axis, scale, low, high);
  low = kappa_axis_value (axis, -air);
  high = kappa_axis_value (axis, 1.0 + air);
  kappa_axis_init (axis, scale, low, high);
}

/* Below a hundred millionth of the peak a density is what rounding leaves of it. */
static void
choose_density_axis (KappaSpectrumFigure *self, KappaAxis *axis)
{
  KappaScale scale = kappa_spectrum_get_scale (self);
  double low = (double)INFINITY, high = -(double)INFINITY;
  const KappaSpectrumCurve *curves[2];
  guint n = kappa_spectrum_list_curves (self, curves);

  for (guint c = 0; c < n; c++)
    for (gsize i = 0; i < curves[c]->n; i++)
      {
        include (scale, curves[c]->values[i], &low, &high);
        if (curves[c]->high != NULL)
          include (scale, curves[c]->high[i], &low, &high);
      }
  if (scale == KAPPA_SCALE_LOG)
    init_with_air (axis, scale, MAX (low, high * 1e-8), high, 0.05);
  else
    kappa_axis_init (axis, scale, MIN (low, 0.0), high * 1.08);
}

static void
choose_rank_axes (KappaSpectrumFigure *self, KappaFrame *frame)
{
  KappaScale scale = kappa_spectrum_get_scale (self);
  double low, high;

  find_lambda_range (self, scale, FALSE, &low, &high);
  if (scale == KAPPA_SCALE_LINEAR && isfinite (low))
    {
      low = MIN (low, 0.0);
      high = MAX (high, 0.0);
    }
  init_with_air (&frame->y, scale, low, high, 0.06);
  if (scale == KAPPA_SCALE_LINEAR && low == 0.0)
    kappa_axis_init (&frame->y, scale, 0.0, frame->y.high);
  kappa_axis_init (&frame->x, KAPPA_SCALE_LINEAR, 0.5, MAX ((double)self->n_wanted, 1.0) + 0.5);
}

static void
choose_density_axes (KappaSpectrumFigure *self, KappaFrame *frame)
{
  KappaScale scale = kappa_spectrum_get_lambda_scale (self);
  double low, high;

  find_lambda_range (self, scale, TRUE, &low, &high);
  init_with_air (&frame->x, scale, low, high, 0.03);
  if (has_density (self))
    choose_density_axis (self, &frame->y);
  else
    kappa_axis_init (&frame->y, KAPPA_SCALE_LINEAR, 0.0, 1.0);
}

static void
choose_axes (KappaSpectrumFigure *self, KappaFrame *frame)
{
  if (kappa_spectrum_is_by_rank (self))
    choose_rank_axes (self, frame);
  else
    choose_density_axes (self, frame);
}

/**
 * kappa_spectrum_figure_share_scales:
 * @figures: (array length=n): of which none is empty
 *
 * Gives several spectra the axes that show all of them, so that they can be compared by eye.
 */
void
kappa_spectrum_figure_share_scales (KappaSpectrumFigure *const *figures, guint n)
{
  KappaLimits x = { (double)INFINITY, -(double)INFINITY }, y = x;

  for (guint i = 0; i < n; i++)
    {
      KappaFrame frame = { 0 };

      choose_axes (figures[i], &frame);
      x = (KappaLimits) { MIN (x.low, frame.x.low), MAX (x.high, frame.x.high) };
      y = (KappaLimits) { MIN (y.low, frame.y.low), MAX (y.high, frame.y.high) };
    }
  for (guint i = 0; i < n; i++)
    g_object_set (figures[i], "x-range", &x, "limits", &y, NULL);
}

static void
apply_limits (const KappaLimits *limits, KappaAxis *axis)
{
  if (!kappa_limits_is_auto (limits) && (axis->scale != KAPPA_SCALE_LOG || limits->high > 0.0))
    kappa_axis_init (axis, axis->scale, limits->low, limits->high);
}

static const char *
make_density_title (KappaSpectrumFigure *self)
{
  gboolean log = kappa_spectrum_get_scale (self) == KAPPA_SCALE_LOG;

  if (!has_density (self))
    return "";
  if (kappa_spectrum_is_by_size (self))
    return log ? "density for each decade, log" : "density for each decade";
  return log ? "density, log" : "density";
}

static const char *
make_lambda_title (KappaSpectrumFigure *self, KappaScale scale)
{
  return kappa_spectrum_is_by_size (self) ? "size of the eigenvalue |λ|, log"
         : scale == KAPPA_SCALE_LOG       ? "eigenvalue λ, log"
         : scale == KAPPA_SCALE_SYMLOG    ? "eigenvalue λ, symlog"
                                          : "eigenvalue λ";
}

/* There is no rank between two. */
static void
keep_whole_ticks (KappaAxis *axis)
{
  guint n = 0;

  for (guint i = 0; i < axis->n_ticks; i++)
    {
      double value = axis->ticks[i].value;

      if (value != round (value))
        continue;
      axis->ticks[n].value = value;
      g_snprintf (axis->ticks[n].label, sizeof axis->ticks->label, "%.0f", value);
      n++;
    }
  axis->n_ticks = n;
}

/**
 * kappa_spectrum_lay_out:
 * @frame: (out)
 *
 * Returns: the top of the notes
 */
double
kappa_spectrum_lay_out (KappaSpectrumFigure *self,
                        KappaPen *pen,
                        const KappaRect *body,
                        KappaFrame *frame)
{
  double notes = kappa_spectrum_draw_notes (self, pen, body, 0.0, FALSE);
  gboolean by_rank = kappa_spectrum_is_by_rank (self);
  KappaRect area = *body;

  area.height = MAX (body->height - notes - (notes > 0.0 ? 0.4 * pen->em : 0.0), pen->em);
  *frame = (KappaFrame) { 0 };
  choose_axes (self, frame);
  apply_limits (&self->x_range, &frame->x);
  apply_limits (&self->limits, &frame->y);
  frame->x_title = by_rank ? "rank" : make_lambda_title (self, frame->x.scale);
  frame->y_title = by_rank ? make_lambda_title (self, frame->y.scale) : make_density_title (self);
  kappa_frame_lay_out (frame, pen, &area);
  if (by_rank)
    keep_whole_ticks (&frame->x);
  else if (!has_density (self))
    frame->y.n_ticks = 0;
  return body->y + body->height - notes;
}

double
kappa_spectrum_stem_x (KappaSpectrumFigure *self, const KappaFrame *frame, const KappaEigenvalue *e)
{
  return kappa_frame_get_x (
      frame, kappa_spectrum_is_by_rank (self) ? e->rank : kappa_spectrum_place (self, e->value));
}

/* The head of a stem. */
double
kappa_spectrum_stem_y (KappaSpectrumFigure *self, const KappaFrame *frame, const KappaEigenvalue *e)
{
  if (kappa_spectrum_is_by_rank (self))
    return kappa_frame_get_y (frame, e->value);
  return frame->plot.y + (1.0 - STEM_HEIGHT) * frame->plot.height;
}
