#include <math.h>
#include <stdlib.h>

#include "ui/plot/bars-private.h"
#include "ui/plot/frame.h"

#define TICK      0.35 /* lengths in letter sizes */
#define GAP       0.35
#define CAP       0.72
#define BAR_SHARE 0.72

/* @numbers: whether there is room for the value behind every bar; @every: one name in so many is
 * written, as wide as @names */
typedef struct
{
  KappaRect plot;
  KappaAxis axis;
  guint *order;
  double row, names;
  guint every;
  gboolean numbers;
} Layout;

static int
compare_items (const void *a, const void *b, void *data)
{
  KappaBarsFigure *self = data;
  guint i = *(const guint *)a, j = *(const guint *)b;
  double x = kappa_bars_get_item (self, i)->values[0], y = kappa_bars_get_item (self, j)->values[0];

  if (self->order == KAPPA_BARS_ORDER_GIVEN || x == y || isnan (x) || isnan (y))
    return isnan (x) != isnan (y) && self->order != KAPPA_BARS_ORDER_GIVEN ? isnan (x) - isnan (y)
                                                                           : (i > j) - (i < j);
  return (x < y) == (self->order == KAPPA_BARS_ORDER_RISING) ? -1 : 1;
}

static guint *
sort_items (KappaBarsFigure *self)
{
  guint *order = g_new (guint, MAX (self->items->len, 1));

  for (guint i = 0; i < self->items->len; i++)
    order[i] = i;
  qsort_r (order, self->items->len, sizeof *order, compare_items, self);
  return order;
}

static void
include (KappaBarsFigure *self, double value, double *low, double *high)
{
  if (!isfinite (value) || (self->log && value <= 0.0))
    return;
  *low = MIN (*low, value);
  *high = MAX (*high, value);
}

/* Bars begin at zero, or, on a logarithmic axis, a little below the smallest. Shares end at one. */
static void
choose_limits (KappaBarsFigure *self, KappaAxis *axis)
{
  KappaScale scale = self->log ? KAPPA_SCALE_LOG : KAPPA_SCALE_LINEAR;
  double low = self->log ? (double)INFINITY : 0.0, high = self->log ? -(double)INFINITY : 0.0;

  for (guint i = 0; i < self->items->len; i++)
    for (guint s = 0; s < self->n_series; s++)
      {
        const KappaBarItem *item = kappa_bars_get_item (self, i);

        include (self, item->values[s], &low, &high);
        include (self, item->lows[s], &low, &high);
        include (self, item->highs[s], &low, &high);
      }
  if (self->log)
    kappa_axis_init (axis, scale, low / 2.0, high);
  else
    kappa_axis_init (axis, scale, low, high > 0.3 && high <= 1.0 && low >= 0.0 ? 1.0 : high);
  if (!kappa_limits_is_auto (&self->limits) && (!self->log || self->limits.high > 0.0))
    kappa_axis_init (axis, scale, self->limits.low, self->limits.high);
}

static char *
format_value (double value)
{
  return kappa_format_value (value, 3);
}

static double
legend_height (KappaBarsFigure *self, KappaPen *pen)
{
  return self->series[0] != NULL ? (CAP + 2.0 * GAP) * pen->em : 0.5 * pen->em;
}

static void
measure_texts (KappaBarsFigure *self, KappaPen *pen, double *names, double *numbers)
{
  *names = *numbers = 0.0;
  for (guint i = 0; i < self->items->len; i++)
    {
      const KappaBarItem *item = kappa_bars_get_item (self, i);

      *names = MAX (*names, kappa_pen_measure (pen, item->name, KAPPA_TEXT_BODY));
      for (guint s = 0; s < self->n_series; s++)
        {
          g_autofree char *text = format_value (item->values[s]);

          *numbers = MAX (*numbers, kappa_pen_measure (pen, text, KAPPA_TEXT_SMALL));
        }
    }
}

static void
lay_out (KappaBarsFigure *self, KappaPen *pen, const KappaRect *body, Layout *layout)
{
  double names, numbers, bottom = (TICK + 0.3 + CAP + 0.45 + CAP + 0.3) * pen->em;
  double top = legend_height (self, pen);
  double height = MAX (body->height - bottom - top, pen->em);
  guint n = MAX (self->items->len, 1);

  *layout = (Layout) { .order = sort_items (self), .row = height / n };
  layout->row = MIN (layout->row, 5.0 * pen->em);
  layout->every = (guint)MAX (ceil (1.15 * pen->em / layout->row), 1.0);
  layout->numbers = layout->row >= 1.15 * pen->em * self->n_series;
  measure_texts (self, pen, &names, &numbers);
  layout->names = names = MIN (names, 0.4 * body->width);
  numbers = layout->numbers ? numbers + 2.0 * GAP * pen->em : pen->em;
  choose_limits (self, &layout->axis);
  layout->plot = (KappaRect) { body->x + names + GAP * pen->em, body->y + top,
                               MAX (body->width - names - numbers - GAP * pen->em, pen->em),
                               layout->row * self->items->len };
  kappa_axis_make_ticks (&layout->axis,
                         (guint)CLAMP (layout->plot.width / (4.5 * pen->em), 2.0, 10.0));
}

static double
get_x (const Layout *layout, double value)
{
  return layout->plot.x
         + CLAMP (kappa_axis_place (&layout->axis, value), 0.0, 1.0) * layout->plot.width;
}

static void
draw_axis (KappaBarsFigure *self, KappaPen *pen, const Layout *layout)
{
  double bottom = layout->plot.y + layout->plot.height, away = bottom + (TICK + 0.3) * pen->em;
  g_autofree char *title = g_strdup_printf (self->unit[0] != '\0' ? "%s (%s)%s" : "%s%s%s",
                                            self->what, self->unit, self->log ? ", log" : "");

  cairo_set_line_width (pen->cr, pen->line);
  for (guint i = 0; i < layout->axis.n_ticks; i++)
    {
      const KappaTick *tick = &layout->axis.ticks[i];
      double x = kappa_pen_snap_x (pen, get_x (layout, tick->value));

      kappa_pen_set_color (pen, &pen->theme->grid);
      cairo_move_to (pen->cr, x, layout->plot.y);
      cairo_line_to (pen->cr, x, bottom);
      cairo_stroke (pen->cr);
      kappa_pen_set_color (pen, &pen->theme->ink);
      cairo_move_to (pen->cr, x, bottom);
      cairo_line_to (pen->cr, x, bottom + TICK * pen->em);
      cairo_stroke (pen->cr);
      kappa_pen_text (pen, tick->label, KAPPA_TEXT_BODY, &pen->theme->ink, x, away, 0.5, 0.0);
    }
  kappa_pen_text (pen, title, KAPPA_TEXT_BODY, &pen->theme->ink,
                  layout->plot.x + 0.5 * layout->plot.width, away + (CAP + 0.45) * pen->em, 0.5,
                  0.0);
}

static void
draw_interval (KappaPen *pen, const Layout *layout, double low, double high, double y, double thick)
{
  double from = get_x (layout, low), to = get_x (layout, high), cap = 0.3 * thick;

  if (!kappa_axis_can_show (&layout->axis, high) || !isfinite (low) || to - from < 1.0)
    return;
  cairo_move_to (pen->cr, from, y - cap);
  cairo_line_to (pen->cr, from, y + cap);
  cairo_move_to (pen->cr, from, y);
  cairo_line_to (pen->cr, to, y);
  cairo_move_to (pen->cr, to, y - cap);
  cairo_line_to (pen->cr, to, y + cap);
  kappa_pen_set_color (pen, &pen->theme->ink);
  cairo_set_line_width (pen->cr, pen->line);
  cairo_stroke (pen->cr);
}

static void
draw_bar (KappaBarsFigure *self,
          KappaPen *pen,
          const Layout *layout,
          const KappaBarItem *item,
          guint series,
          double y,
          double thick)
{
  double value = item->values[series];
  double zero = get_x (layout, self->log ? layout->axis.low : 0.0), end = zero;
  gboolean on_axis = kappa_axis_can_show (&layout->axis, value);
  g_autofree char *text = format_value (value);

  if (on_axis)
    end = get_x (layout, value);
  cairo_rectangle (pen->cr, MIN (zero, end), y - 0.5 * thick, fabs (end - zero), thick);
  kappa_pen_set_color (pen, &pen->theme->series[series]);
  cairo_fill (pen->cr);
  draw_interval (pen, layout, item->lows[series], item->highs[series], y, thick);
  if (!layout->numbers)
    return;
  if (isfinite (item->highs[series]))
    end = MAX (end, get_x (layout, item->highs[series]));
  kappa_pen_text (pen, text, KAPPA_TEXT_SMALL, on_axis ? &pen->theme->ink : &pen->theme->faint,
                  MAX (zero, end) + GAP * pen->em, y, 0.0, 0.5);
}

static void
draw_item (KappaBarsFigure *self, KappaPen *pen, const Layout *layout, guint row)
{
  const KappaBarItem *item = kappa_bars_get_item (self, layout->order[row]);
  double top = layout->plot.y + (row + 0.5 - 0.5 * BAR_SHARE) * layout->row;
  double thick = BAR_SHARE * layout->row / self->n_series;
  g_autofree char *name = NULL;

  for (guint s = 0; s < self->n_series; s++)
    draw_bar (self, pen, layout, item, s, top + (s + 0.5) * thick, thick);
  if (row % layout->every != 0)
    return;
  name = kappa_pen_fit (pen, item->name, KAPPA_TEXT_BODY, layout->names);
  kappa_pen_text (pen, name, KAPPA_TEXT_BODY, &pen->theme->ink, layout->plot.x - GAP * pen->em,
                  layout->plot.y + (row + 0.5) * layout->row, 1.0, 0.5);
}

/* Which colour is which series. */
static void
draw_legend (KappaBarsFigure *self, KappaPen *pen, const Layout *layout, double y)
{
  double x = layout->plot.x, side = CAP * pen->em;

  for (guint s = 0; s < self->n_series && self->series[s] != NULL; s++)
    {
      cairo_rectangle (pen->cr, x, y, side, side);
      kappa_pen_set_color (pen, &pen->theme->series[s]);
      cairo_fill (pen->cr);
      x += side + GAP * pen->em;
      kappa_pen_text (pen, self->series[s], KAPPA_TEXT_BODY, &pen->theme->ink, x, y, 0.0, 0.0);
      x += kappa_pen_measure (pen, self->series[s], KAPPA_TEXT_BODY) + 1.2 * pen->em;
    }
}

void
kappa_bars_draw (KappaFigure *figure, KappaPen *pen, const KappaRect *body)
{
  KappaBarsFigure *self = KAPPA_BARS_FIGURE (figure);
  Layout layout;
  double x;

  lay_out (self, pen, body, &layout);
  if (self->items->len > 0)
    draw_axis (self, pen, &layout);
  for (guint row = 0; row < self->items->len; row++)
    draw_item (self, pen, &layout, row);
  draw_legend (self, pen, &layout, body->y);
  x = kappa_pen_snap_x (pen, get_x (&layout, self->log ? layout.axis.low : 0.0));
  kappa_pen_set_color (pen, &pen->theme->ink);
  cairo_set_line_width (pen->cr, pen->line);
  cairo_move_to (pen->cr, x, layout.plot.y);
  cairo_line_to (pen->cr, x, layout.plot.y + layout.plot.height);
  cairo_stroke (pen->cr);
  g_free (layout.order);
}

static char *
describe_item (KappaBarsFigure *self, const KappaBarItem *item)
{
  GString *text = g_string_new (item->name);

  for (guint s = 0; s < self->n_series; s++)
    {
      g_autofree char *value = format_value (item->values[s]);

      g_string_append_printf (text, "\n%s %s%s%s",
                              self->series[s] != NULL ? self->series[s]
                                                      : kappa_axis_symbol (self->what),
                              value, self->unit[0] != '\0' ? " " : "", self->unit);
      if (item->lows[s] < item->highs[s])
        {
          g_autofree char *low = format_value (item->lows[s]);
          g_autofree char *high = format_value (item->highs[s]);

          g_string_append_printf (text, " (%s … %s)", low, high);
        }
    }
  if (item->detail != NULL)
    g_string_append_printf (text, "\n%s", item->detail);
  return g_string_free (text, FALSE);
}

gboolean
kappa_bars_probe (KappaFigure *figure,
                  KappaPen *pen,
                  const KappaRect *body,
                  double x,
                  double y,
                  KappaProbe *probe)
{
  KappaBarsFigure *self = KAPPA_BARS_FIGURE (figure);
  gboolean found;
  Layout layout;

  lay_out (self, pen, body, &layout);
  found = self->items->len > 0 && y >= layout.plot.y && y < layout.plot.y + layout.plot.height
          && x >= body->x && x <= body->x + body->width;
  if (found)
    {
      guint row = MIN ((guint)((y - layout.plot.y) / layout.row), self->items->len - 1);
      const KappaBarItem *item = kappa_bars_get_item (self, layout.order[row]);

      probe->x = kappa_axis_value (&layout.axis, (x - layout.plot.x) / layout.plot.width);
      probe->y = layout.order[row];
      probe->value = item->values[0];
      probe->text = describe_item (self, item);
    }
  g_free (layout.order);
  return found;
}
