#include <math.h>

#include "ui/plot/curve-private.h"

#define MAX_DOTS 200

/* Draws stretches of neighbouring values; what is not computed yet is bridged, what is not finite
 * leaves a gap. Many points in one column of pixels become one line from their smallest to their
 * largest. */
static void
add_line (const KappaCurvePanel *panel,
          const KappaFrame *frame,
          KappaPen *pen,
          const double *values)
{
  gboolean pen_is_down = FALSE;
  double column = -(double)INFINITY, low = 0.0, high = 0.0, x = 0.0, y = 0.0;

  for (gsize i = 0; i < panel->n; i++)
    {
      if (!panel->present[i])
        continue;
      if (!kappa_axis_can_show (&frame->y, values[i]))
        {
          pen_is_down = FALSE;
          continue;
        }
      x = kappa_frame_get_x (frame, panel->x[i]);
      y = kappa_frame_get_y (frame, values[i]);
      if (pen_is_down && x - column < 0.5 / pen->scale_x)
        {
          /* Every spike stays visible: the column is drawn over its whole extent. */
          if (y < low || y > high)
            cairo_line_to (pen->cr, column, y);
          low = MIN (low, y);
          high = MAX (high, y);
          continue;
        }
      if (pen_is_down)
        cairo_line_to (pen->cr, x, y);
      else
        cairo_move_to (pen->cr, x, y);
      pen_is_down = TRUE;
      column = x;
      low = high = y;
    }
}

static gboolean
get_band (KappaCurveFigure *self, const KappaCurvePanel *panel, gsize i, double *low, double *high)
{
  if (self->band == KAPPA_CURVE_BAND_RANGE && panel->n_seeds > 1)
    kappa_curve_panel_get_range (panel, i, low, high);
  else if (self->band == KAPPA_CURVE_BAND_DEVIATION && panel->deviation != NULL)
    {
      *low = panel->mean[i] - panel->deviation[i];
      *high = panel->mean[i] + panel->deviation[i];
    }
  else
    return FALSE;
  return TRUE;
}

/* Below a logarithmic axis a band goes on to the floor. */
static double
clamp_to_axis (const KappaFrame *frame, double value)
{
  return frame->y.scale == KAPPA_SCALE_LOG && value < frame->y.low ? frame->y.low : value;
}

static void
fill_band (KappaCurveFigure *self,
           KappaPen *pen,
           const KappaCurvePanel *panel,
           const KappaFrame *frame)
{
  KappaColor color = pen->theme->series[0];
  g_autofree KappaRect *edges = g_new (KappaRect, panel->n); /* x; y of low; height: y of high */
  gsize n = 0;

  for (gsize i = 0; i <= panel->n; i++)
    {
      double low, high;

      if (i < panel->n && !panel->present[i])
        continue;
      if (i < panel->n && get_band (self, panel, i, &low, &high) && isfinite (low)
          && isfinite (high))
        {
          edges[n++]
              = (KappaRect) { .x = kappa_frame_get_x (frame, panel->x[i]),
                              .y = kappa_frame_get_y (frame, clamp_to_axis (frame, low)),
                              .height = kappa_frame_get_y (frame, clamp_to_axis (frame, high)) };
          continue;
        }
      for (gsize k = 0; k < n; k++)
        cairo_line_to (pen->cr, edges[k].x, edges[k].y);
      for (gsize k = n; k > 0; k--)
        cairo_line_to (pen->cr, edges[k - 1].x, edges[k - 1].height);
      cairo_new_sub_path (pen->cr);
      n = 0;
    }
  color.alpha = 0.22;
  kappa_pen_set_color (pen, &color);
  cairo_fill (pen->cr);
}

static void
draw_seeds (KappaPen *pen, const KappaCurvePanel *panel, const KappaFrame *frame)
{
  KappaColor color = pen->theme->series[0];

  color.alpha = 0.45;
  kappa_pen_set_color (pen, &color);
  cairo_set_line_width (pen->cr, 0.8 * pen->line);
  for (gsize s = 0; s < panel->n_seeds; s++)
    {
      add_line (panel, frame, pen, panel->seeds + s * panel->n);
      cairo_stroke (pen->cr);
    }
}

/* Values that are not finite get a mark at the rim, so that nobody takes the gap for a missing run.
 */
static void
draw_not_finite (KappaPen *pen, const KappaCurvePanel *panel, const KappaFrame *frame)
{
  double side = 0.28 * pen->em;

  for (gsize i = 0; i < panel->n; i++)
    {
      double x, y;

      if (!panel->present[i] || isfinite (panel->mean[i]))
        continue;
      x = kappa_frame_get_x (frame, panel->x[i]);
      y = frame->plot.y
          + (isinf (panel->mean[i]) && panel->mean[i] < 0.0 ? frame->plot.height - side : side);
      cairo_rectangle (pen->cr, x - 0.5 * side, y - 0.5 * side, side, side);
      kappa_pen_set_color (pen, isnan (panel->mean[i]) ? &pen->theme->nan
                                : panel->mean[i] > 0.0 ? &pen->theme->positive_infinity
                                                       : &pen->theme->negative_infinity);
      cairo_fill (pen->cr);
    }
}

static void
draw_dots (KappaPen *pen, const KappaCurvePanel *panel, const KappaFrame *frame)
{
  for (gsize i = 0; i < panel->n && panel->n_present <= MAX_DOTS; i++)
    if (panel->present[i] && kappa_axis_can_show (&frame->y, panel->mean[i]))
      {
        cairo_new_sub_path (pen->cr);
        cairo_arc (pen->cr, kappa_frame_get_x (frame, panel->x[i]),
                   kappa_frame_get_y (frame, panel->mean[i]), 0.2 * pen->em, 0.0, 2.0 * G_PI);
      }
  kappa_pen_set_color (pen, &pen->theme->series[0]);
  cairo_fill (pen->cr);
}

static gboolean
is_unresolved (const KappaCurvePanel *panel, gsize i)
{
  return panel->resolved != NULL && panel->present[i] && !panel->resolved[i];
}

static gsize
count_unresolved (const KappaCurvePanel *panel)
{
  gsize n = 0;

  for (gsize i = 0; i < panel->n; i++)
    n += is_unresolved (panel, i);
  return n;
}

/* A hollow dot, from which an arrow says that the value may be anywhere above. */
static void
draw_bound (KappaPen *pen, double x, double y)
{
  const double radius = 0.3 * pen->em, length = 1.3 * pen->em, barb = 0.3 * pen->em;

  cairo_new_sub_path (pen->cr);
  cairo_arc (pen->cr, x, y, radius, 0.0, 2.0 * G_PI);
  kappa_pen_set_color (pen, &pen->theme->paper);
  cairo_fill_preserve (pen->cr);
  cairo_move_to (pen->cr, x, y - radius);
  cairo_line_to (pen->cr, x, y - length);
  cairo_move_to (pen->cr, x - barb, y - length + barb);
  cairo_line_to (pen->cr, x, y - length);
  cairo_line_to (pen->cr, x + barb, y - length + barb);
  kappa_pen_set_color (pen, &pen->theme->series[0]);
  cairo_set_line_width (pen->cr, 1.5 * pen->line);
  cairo_stroke (pen->cr);
}

/* The first of them says what they are. */
static void
draw_unresolved (KappaPen *pen, const KappaCurvePanel *panel, const KappaFrame *frame)
{
  gboolean told = FALSE;

  for (gsize i = 0; i < panel->n; i++)
    {
      double x = kappa_frame_get_x (frame, panel->x[i]),
             y = kappa_frame_get_y (frame, panel->mean[i]);
      gboolean left = x > frame->plot.x + 0.7 * frame->plot.width;

      if (!is_unresolved (panel, i) || !kappa_axis_can_show (&frame->y, panel->mean[i]))
        continue;
      draw_bound (pen, x, y);
      if (!told)
        kappa_pen_text (pen, "unresolved", KAPPA_TEXT_SMALL, &pen->theme->faint,
                        x + (left ? -0.5 : 0.5) * pen->em, y + 0.5 * pen->em, left ? 1.0 : 0.0,
                        0.0);
      told = TRUE;
    }
}

static void
draw_marks (KappaCurveFigure *self, KappaPen *pen, const KappaFrame *frame, gboolean names)
{
  const double dashes[2] = { 0.35 * pen->em, 0.3 * pen->em };
  double taken = -(double)INFINITY;

  for (guint i = 0; i < self->marks->len; i++)
    {
      const KappaCurveMark *mark = &g_array_index (self->marks, KappaCurveMark, i);
      double x = kappa_pen_snap_x (pen, kappa_frame_get_x (frame, mark->x));
      double width = kappa_pen_measure (pen, mark->name, KAPPA_TEXT_SMALL), gap = 0.3 * pen->em,
             start;
      gboolean left = x + gap + width > frame->plot.x + frame->plot.width;

      if (x < frame->plot.x || x > frame->plot.x + frame->plot.width)
        continue;
      cairo_set_dash (pen->cr, dashes, 2, 0.0);
      kappa_pen_set_color (pen, &pen->theme->faint);
      cairo_set_line_width (pen->cr, pen->line);
      cairo_move_to (pen->cr, x, frame->plot.y);
      cairo_line_to (pen->cr, x, frame->plot.y + frame->plot.height);
      cairo_stroke (pen->cr);
      cairo_set_dash (pen->cr, NULL, 0, 0.0);
      start = left ? x - gap - width : x + gap;
      if (!names || start < taken)
        continue;
      kappa_pen_text (pen, mark->name, KAPPA_TEXT_SMALL, &pen->theme->faint,
                      left ? x - gap : x + gap, frame->plot.y + 0.45 * pen->em, left ? 1.0 : 0.0,
                      0.0);
      taken = start + width + pen->em;
    }
}

/**
 * kappa_curve_draw_panel:
 * @names: whether checkpoints get their names
 */
void
kappa_curve_draw_panel (KappaCurveFigure *self,
                        KappaPen *pen,
                        const KappaCurvePanel *panel,
                        const KappaFrame *frame,
                        gboolean names)
{
  kappa_frame_draw_grid (frame, pen);
  cairo_save (pen->cr);
  cairo_rectangle (pen->cr, frame->plot.x, frame->plot.y, frame->plot.width, frame->plot.height);
  cairo_clip (pen->cr);
  cairo_set_line_join (pen->cr, CAIRO_LINE_JOIN_ROUND);
  draw_marks (self, pen, frame, names);
  fill_band (self, pen, panel, frame);
  if (self->show_seeds)
    draw_seeds (pen, panel, frame);
  add_line (panel, frame, pen, panel->mean);
  kappa_pen_set_color (pen, &pen->theme->series[0]);
  cairo_set_line_width (pen->cr, 2.2 * pen->line);
  cairo_stroke (pen->cr);
  if (panel->n_present < panel->n || panel->n == 1 || panel->resolved != NULL)
    draw_dots (pen, panel, frame);
  draw_unresolved (pen, panel, frame);
  draw_not_finite (pen, panel, frame);
  cairo_restore (pen->cr);
  kappa_frame_draw (frame, pen);
}

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
 * kappa_curve_draw_notes:
 * @y: the top of the notes
 *
 * Says what line and band are, and what cannot be seen.
 *
 * Returns: the height taken
 */
double
kappa_curve_draw_notes (KappaCurveFigure *self,
                        KappaPen *pen,
                        const KappaRect *body,
                        double y,
                        gboolean draw)
{
  static const char *const bands[]
      = { "; band: smallest to largest", "; band: one standard deviation", "" };
  const KappaCurvePanel *panel = kappa_curve_get_panel (self, 0);
  g_autoptr (GString) text = g_string_new (NULL);
  gsize hidden = 0;

  if (panel == NULL)
    return 0.0;
  for (gsize i = 0; i < panel->n; i++)
    hidden += kappa_curve_get_scale (self, 0) == KAPPA_SCALE_LOG && panel->mean[i] <= 0.0
              && isfinite (panel->mean[i]);
  if (panel->n_seeds > 1)
    add_sentence (text, "Line: mean of %zu seeds%s%s.", panel->n_seeds, bands[self->band],
                  self->show_seeds ? "; thin lines: the seeds" : "");
  if (panel->n_present < panel->n)
    add_sentence (text, "Interim: %zu of %zu points computed.", panel->n_present, panel->n);
  if (panel->n_present > panel->n_finite)
    add_sentence (text, "Not finite: %zu points, marked at the rim.",
                  panel->n_present - panel->n_finite);
  if (count_unresolved (panel) > 0)
    add_sentence (text,
                  "Hollow: unresolved, below what rounding leaves; the value is at least that.");
  if (hidden > 0)
    add_sentence (text, "Zero or negative, not on a log scale: %zu points.", hidden);
  return kappa_pen_paragraph (pen, text->str, KAPPA_TEXT_SMALL, &pen->theme->faint, body->x, y,
                              body->width, draw);
}
