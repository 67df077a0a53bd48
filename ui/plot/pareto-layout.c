#include <math.h>
#include <string.h>

#include "ui/plot/pareto-private.h"

/* Where the plot is, and how far its axes reach. */

KappaScale
kappa_pareto_get_cost_scale (KappaParetoFigure *self)
{
  return kappa_scale_choice_resolve (self->cost_scale, TRUE);
}

static KappaScale
get_scale (KappaParetoFigure *self)
{
  g_autofree double *values = g_new (double, MAX (self->points->len, 1));

  for (guint i = 0; i < self->points->len; i++)
    values[i] = kappa_pareto_get (self, i)->y;
  return kappa_scale_choice_resolve (self->scale,
                                     kappa_values_suggest_log (values, self->points->len));
}

static void
include (const KappaAxis *scale, double value, double *low, double *high)
{
  if (!kappa_axis_can_show (scale, value))
    return;
  *low = MIN (*low, value);
  *high = MAX (*high, value);
}

/* Everything has room, with a little air around it; a share ends at 0 and at 1. */
static void
choose_limits (KappaParetoFigure *self,
               KappaAxis *axis,
               gboolean vertical,
               const KappaLimits *chosen)
{
  const KappaScale scale = axis->scale;
  double low = (double)INFINITY, high = -(double)INFINITY;

  for (guint i = 0; i < self->points->len; i++)
    {
      const KappaParetoPoint *p = kappa_pareto_get (self, i);

      include (axis, vertical ? p->y : p->x, &low, &high);
      include (axis, vertical ? p->y_low : p->x_low, &low, &high);
      include (axis, vertical ? p->y_high : p->x_high, &low, &high);
    }
  if (low > high)
    low = high = 1.0;
  kappa_axis_init (axis, scale, low, high);
  low = kappa_axis_value (axis, -0.06);
  high = kappa_axis_value (axis, 1.06);
  if (vertical && strcmp (self->y_name, "top1") == 0)
    high = MIN (high, 1.0);
  if (!kappa_limits_is_auto (chosen) && (scale != KAPPA_SCALE_LOG || chosen->low > 0.0))
    {
      low = chosen->low;
      high = chosen->high;
    }
  kappa_axis_init (axis, scale, low, high);
}

static const char *
make_title (const char *name, const char *unit, KappaScale scale)
{
  g_autofree char *title = NULL;
  const char *words = strcmp (name, "top1") == 0 ? "top-1 accuracy" : kappa_axis_symbol (name);

  title = g_strdup_printf (*unit != '\0' ? "%s (%s)%s" : "%s%s%s", words, unit,
                           scale == KAPPA_SCALE_LOG ? ", log" : "");
  return g_intern_string (title);
}

/**
 * kappa_pareto_lay_out:
 * @frame: (out)
 *
 * Returns: the top of the notes below the plot
 */
double
kappa_pareto_lay_out (KappaParetoFigure *self,
                      KappaPen *pen,
                      const KappaRect *body,
                      KappaFrame *frame)
{
  const double legend = kappa_pareto_draw_legend (self, pen, body, FALSE);
  const double notes = kappa_pareto_draw_notes (self, pen, body, 0.0, FALSE);
  const double bottom = notes > 0.0 ? notes + 0.3 * pen->em : 0.0;
  const KappaRect area = { body->x, body->y + legend, body->width,
                           MAX (body->height - legend - bottom, 4.0 * pen->em) };

  *frame = (KappaFrame) { 0 };
  frame->x.scale = kappa_pareto_get_cost_scale (self);
  frame->y.scale = get_scale (self);
  frame->x.threshold = frame->y.threshold = 1.0;
  frame->x_title = make_title (self->x_name, self->x_unit, frame->x.scale);
  frame->y_title = make_title (self->y_name, self->y_unit, frame->y.scale);
  choose_limits (self, &frame->x, FALSE, &self->x_range);
  choose_limits (self, &frame->y, TRUE, &self->limits);
  kappa_frame_lay_out (frame, pen, &area);
  return body->y + body->height - notes;
}

/**
 * kappa_pareto_is_visible:
 * @x, @y: (out): where the point is drawn
 *
 * Returns: whether it has a place on both axes, inside the plot
 */
gboolean
kappa_pareto_is_visible (KappaParetoFigure *self,
                         const KappaFrame *frame,
                         const KappaParetoPoint *point,
                         double *x,
                         double *y)
{
  if (!kappa_axis_can_show (&frame->x, point->x) || !kappa_axis_can_show (&frame->y, point->y))
    return FALSE;
  *x = kappa_frame_get_x (frame, point->x);
  *y = kappa_frame_get_y (frame, point->y);
  return kappa_frame_contains (frame, *x, *y);
}

static int
by_cost (const void *a, const void *b)
{
  const KappaParetoPoint *p = *(KappaParetoPoint *const *)a, *q = *(KappaParetoPoint *const *)b;

  return (p->x > q->x) - (p->x < q->x);
}

/**
 * kappa_pareto_list_front:
 * @published: whether of published qualities
 *
 * Returns: (transfer full) (element-type KappaParetoPoint): the points on that front, the cheapest
 * first
 */
GPtrArray *
kappa_pareto_list_front (KappaParetoFigure *self, gboolean published)
{
  GPtrArray *front = g_ptr_array_new ();
  const KappaAxis x = { .scale = kappa_pareto_get_cost_scale (self), .threshold = 1.0 },
                  y = { .scale = get_scale (self), .threshold = 1.0 };

  for (guint i = 0; i < self->points->len; i++)
    {
      const KappaParetoPoint *point = kappa_pareto_get (self, i);

      if (point->on_front && (point->kind == KAPPA_PARETO_PUBLISHED) == published
          && kappa_axis_can_show (&x, point->x) && kappa_axis_can_show (&y, point->y))
        g_ptr_array_add (front, (gpointer)point);
    }
  g_ptr_array_sort (front, by_cost);
  return front;
}
