#include <math.h>
#include <string.h>

#include "ui/plot/curve-private.h"

/**
 * kappa_curve_get_panel:
 *
 * Returns: (transfer none) (nullable): the @i-th panel that is shown
 */
const KappaCurvePanel *
kappa_curve_get_panel (KappaCurveFigure *self, guint i)
{
  for (guint k = 0; k < self->panels->len; k++)
    {
      KappaCurvePanel *panel = self->panels->pdata[k];

      if ((self->quantity[0] == '\0' || strcmp (self->quantity, panel->name) == 0) && i-- == 0)
        return panel;
    }
  return NULL;
}

/**
 * kappa_curve_get_scale:
 * @panel: the choice is for the first; the others are linear unless their values ask for more
 */
KappaScale
kappa_curve_get_scale (KappaCurveFigure *self, guint panel)
{
  const KappaCurvePanel *shown = kappa_curve_get_panel (self, panel);
  gboolean suggests_log = shown != NULL && kappa_values_suggest_log (shown->mean, shown->n);

  return kappa_scale_choice_resolve (panel == 0 ? self->scale : KAPPA_SCALE_CHOICE_AUTO,
                                     suggests_log);
}

/* Places that double, or nearly, from one to the next belong on a logarithmic axis. */
static gboolean
is_geometric (const KappaCurvePanel *panel)
{
  if (panel == NULL || panel->n < 3 || !(panel->x[0] > 0.0))
    return FALSE;
  /* The last may be where the data ended. */
  for (gsize i = 1; i + 1 < panel->n; i++)
    if (panel->x[i] < 1.5 * panel->x[i - 1])
      return FALSE;
  return TRUE;
}

/**
 * kappa_curve_get_x_scale:
 *
 * Returns: of the axis that all panels share
 */
KappaScale
kappa_curve_get_x_scale (KappaCurveFigure *self)
{
  const KappaCurvePanel *shown = kappa_curve_get_panel (self, 0);
  KappaScale scale = kappa_scale_choice_resolve (self->x_scale, is_geometric (shown));

  return scale == KAPPA_SCALE_LOG && shown != NULL && !(shown->x[0] > 0.0) ? KAPPA_SCALE_LINEAR
                                                                           : scale;
}

static void
include (const KappaAxis *scale, double value, double *low, double *high)
{
  if (!kappa_axis_can_show (scale, value))
    return;
  *low = MIN (*low, value);
  *high = MAX (*high, value);
}

/* Everything that is drawn has room, with a little air above and below. */
static void
choose_y_limits (KappaCurveFigure *self, const KappaCurvePanel *panel, KappaAxis *axis)
{
  KappaScale scale = axis->scale;
  double low = (double)INFINITY, high = -(double)INFINITY;

  for (gsize i = 0; i < panel->n; i++)
    {
      double deviation = panel->deviation != NULL && self->band == KAPPA_CURVE_BAND_DEVIATION
                             ? panel->deviation[i]
                             : 0.0;

      include (axis, panel->mean[i], &low, &high);
      include (axis, panel->mean[i] - deviation, &low, &high);
      include (axis, panel->mean[i] + deviation, &low, &high);
      for (gsize s = 0;
           s < panel->n_seeds && (self->show_seeds || self->band == KAPPA_CURVE_BAND_RANGE); s++)
        include (axis, panel->seeds[s * panel->n + i], &low, &high);
    }
  kappa_axis_init (axis, scale, low, high);
  low = kappa_axis_value (axis, -0.05);
  high = kappa_axis_value (axis, 1.05);
  kappa_axis_init (axis, scale, low, high);
}

/* Of "macs_by_depth" only "macs", for the axis below says the rest; unless the field has a sign for
 * the whole. */
static char *
shorten (const KappaCurvePanel *panel)
{
  g_autofree char *ending = g_strconcat ("_by_", panel->x_name, NULL);
  const gboolean has_sign = kappa_axis_symbol (panel->name)[0] != panel->name[0];

  if (has_sign || !g_str_has_suffix (panel->name, ending))
    return g_strdup (panel->name);
  return g_strndup (panel->name, strlen (panel->name) - strlen (ending));
}

static char *
make_title (const KappaCurvePanel *panel, KappaScale scale)
{
  g_autofree char *name = shorten (panel);

  return g_strdup_printf (panel->unit[0] != '\0' ? "%s (%s)%s" : "%s%s%s",
                          kappa_axis_symbol (name), panel->unit,
                          scale == KAPPA_SCALE_LOG      ? ", log"
                          : scale == KAPPA_SCALE_SYMLOG ? ", symlog"
                                                        : "");
}

static void
prepare_frame (KappaCurveFigure *self, KappaCurveLayout *layout, guint i)
{
  const KappaCurvePanel *panel = layout->panels[i];
  KappaFrame *frame = &layout->frames[i];
  KappaScale scale = kappa_curve_get_scale (self, i), x_scale = kappa_curve_get_x_scale (self);
  const KappaLimits *range = &self->x_range;

  *frame
      = (KappaFrame) { .x_title = kappa_axis_symbol (panel->x_name), .hide_x = i + 1 < layout->n };
  layout->titles[i] = make_title (panel, scale);
  frame->y_title = layout->titles[i];
  if (kappa_limits_is_auto (range) || (x_scale == KAPPA_SCALE_LOG && !(range->low > 0.0)))
    kappa_axis_init (&frame->x, x_scale, panel->x[0], panel->x[panel->n - 1]);
  else
    kappa_axis_init (&frame->x, x_scale, range->low, range->high);
  /* Single points at the ends have room for their marks. */
  if (panel->resolved != NULL && kappa_limits_is_auto (range))
    kappa_axis_init (&frame->x, x_scale, kappa_axis_value (&frame->x, -0.03),
                     kappa_axis_value (&frame->x, 1.03));
  frame->y = (KappaAxis) { .scale = scale, .threshold = 1.0 };
  if (i == 0 && !kappa_limits_is_auto (&self->limits)
      && (scale != KAPPA_SCALE_LOG || self->limits.high > 0.0))
    kappa_axis_init (&frame->y, scale, self->limits.low, self->limits.high);
  else
    choose_y_limits (self, panel, &frame->y);
}

/**
 * kappa_curve_lay_out:
 * @layout: (out): free with kappa_curve_layout_clear()
 *
 * Stacks the panels: the first is the largest, all share the x axis and begin at the same place.
 */
void
kappa_curve_lay_out (KappaCurveFigure *self,
                     KappaPen *pen,
                     const KappaRect *body,
                     KappaCurveLayout *layout)
{
  double notes = kappa_curve_draw_notes (self, pen, body, 0.0, FALSE), left = 0.0, y = body->y,
         share;
  KappaRect areas[KAPPA_CURVE_MAX_PANELS];

  *layout = (KappaCurveLayout) { 0 };
  while (layout->n < KAPPA_CURVE_MAX_PANELS
         && (layout->panels[layout->n] = kappa_curve_get_panel (self, layout->n)) != NULL)
    layout->n++;
  /* The first panel counts twice; the last needs room for the x axis as well. */
  share = MAX (body->height - notes - 2.6 * pen->em, pen->em) / (layout->n + 1.0);
  for (guint i = 0; i < layout->n; i++)
    {
      double height = (i == 0 ? 2.0 : 1.0) * share + (i + 1 == layout->n ? 2.6 * pen->em : 0.0);

      if (layout->n == 1)
        height = body->height - notes;
      areas[i] = (KappaRect) { body->x, y, body->width, height };
      y += height;
      prepare_frame (self, layout, i);
      left = MAX (left, kappa_frame_measure_left (&layout->frames[i], pen, &areas[i]));
    }
  for (guint i = 0; i < layout->n; i++)
    {
      layout->frames[i].left_margin = left;
      kappa_frame_lay_out (&layout->frames[i], pen, &areas[i]);
    }
  /* The labels of the last panel decide where all of them end. */
  for (guint i = 0; i + 1 < layout->n; i++)
    layout->frames[i].plot.width = layout->frames[layout->n - 1].plot.width;
}

void
kappa_curve_layout_clear (KappaCurveLayout *layout)
{
  for (guint i = 0; i < layout->n; i++)
    g_free (layout->titles[i]);
}
