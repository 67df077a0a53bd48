#include <math.h>
#include <string.h>

#include "ui/plot/pareto-private.h"

#define RADIUS   0.30 /* lengths in letter sizes */
#define CAP      0.16
#define N_SHAPES 6

/* Corners of a marker around its middle: a square, triangles, a diamond, a cross; none for a disc.
 */
static void
trace_marker (KappaPen *pen, guint shape, double x, double y, double radius)
{
  static const struct
  {
    guint n;
    double corners[12][2];
  } shapes[N_SHAPES] = {
    { 0 },
    { 4, { { -0.9, -0.9 }, { 0.9, -0.9 }, { 0.9, 0.9 }, { -0.9, 0.9 } } },
    { 3, { { 0.0, -1.2 }, { 1.1, 0.8 }, { -1.1, 0.8 } } },
    { 4, { { 0.0, -1.25 }, { 1.25, 0.0 }, { 0.0, 1.25 }, { -1.25, 0.0 } } },
    { 3, { { 0.0, 1.2 }, { 1.1, -0.8 }, { -1.1, -0.8 } } },
    { 12,
      { { -0.4, -1.1 },
        { 0.4, -1.1 },
        { 0.4, -0.4 },
        { 1.1, -0.4 },
        { 1.1, 0.4 },
        { 0.4, 0.4 },
        { 0.4, 1.1 },
        { -0.4, 1.1 },
        { -0.4, 0.4 },
        { -1.1, 0.4 },
        { -1.1, -0.4 },
        { -0.4, -0.4 } } },
  };

  cairo_new_path (pen->cr);
  if (shapes[shape].n == 0)
    cairo_arc (pen->cr, x, y, radius, 0.0, 2.0 * G_PI);
  for (guint i = 0; i < shapes[shape].n; i++)
    cairo_line_to (pen->cr, x + radius * shapes[shape].corners[i][0],
                   y + radius * shapes[shape].corners[i][1]);
  cairo_close_path (pen->cr);
}

/**
 * kappa_pareto_draw_marker:
 * @series: its colour and shape; G_MAXUINT for no series
 * @kind: filled large, filled small, or hollow
 */
void
kappa_pareto_draw_marker (KappaPen *pen, guint series, KappaParetoKind kind, double x, double y)
{
  const gboolean none = series == G_MAXUINT;
  const KappaColor *color
      = none ? &pen->theme->ink : &pen->theme->series[series % KAPPA_THEME_N_SERIES];
  const double radius = (kind == KAPPA_PARETO_CHECKPOINT ? 1.35
                         : kind == KAPPA_PARETO_SHAPES   ? 0.8
                                                         : 1.0)
                        * RADIUS * pen->em;

  trace_marker (pen, none ? 0 : series % N_SHAPES, x, y, radius);
  kappa_pen_set_color (pen, kind == KAPPA_PARETO_PUBLISHED ? &pen->theme->paper : color);
  cairo_fill_preserve (pen->cr);
  kappa_pen_set_color (pen, kind == KAPPA_PARETO_CHECKPOINT ? &pen->theme->ink : color);
  cairo_set_line_width (pen->cr, (kind == KAPPA_PARETO_SHAPES ? 0.5 : 1.5) * pen->line);
  cairo_stroke (pen->cr);
}

static void
draw_bar (KappaPen *pen, double x0, double y0, double x1, double y1)
{
  const double cap = CAP * pen->em, along_x = x0 != x1 ? 0.0 : cap, along_y = x0 != x1 ? cap : 0.0;

  cairo_move_to (pen->cr, x0 - along_x, y0 - along_y);
  cairo_line_to (pen->cr, x0 + along_x, y0 + along_y);
  cairo_move_to (pen->cr, x0, y0);
  cairo_line_to (pen->cr, x1, y1);
  cairo_move_to (pen->cr, x1 - along_x, y1 - along_y);
  cairo_line_to (pen->cr, x1 + along_x, y1 + along_y);
  cairo_stroke (pen->cr);
}

static void
draw_intervals (KappaPen *pen,
                const KappaFrame *frame,
                const KappaParetoPoint *point,
                double x,
                double y)
{
  kappa_pen_set_color (pen, &pen->theme->series[point->series % KAPPA_THEME_N_SERIES]);
  cairo_set_line_width (pen->cr, pen->line);
  if (kappa_axis_can_show (&frame->x, point->x_low) && point->x_high > point->x_low)
    draw_bar (pen, kappa_frame_get_x (frame, point->x_low), y,
              kappa_frame_get_x (frame, point->x_high), y);
  if (kappa_axis_can_show (&frame->y, point->y_low) && point->y_high > point->y_low)
    draw_bar (pen, x, kappa_frame_get_y (frame, point->y_low), x,
              kappa_frame_get_y (frame, point->y_high));
}

/* The published last, so that they do not lose their holes; this checkpoint above all. */
static void
draw_points (KappaParetoFigure *self, KappaPen *pen, const KappaFrame *frame)
{
  static const KappaParetoKind order[]
      = { KAPPA_PARETO_SHAPES, KAPPA_PARETO_PUBLISHED, KAPPA_PARETO_CHECKPOINT };
  double x, y;

  for (guint k = 0; k < G_N_ELEMENTS (order); k++)
    for (guint i = 0; i < self->points->len; i++)
      {
        const KappaParetoPoint *point = kappa_pareto_get (self, i);

        if (point->kind != order[k] || !kappa_pareto_is_visible (self, frame, point, &x, &y))
          continue;
        draw_intervals (pen, frame, point, x, y);
        kappa_pareto_draw_marker (pen, point->series, point->kind, x, y);
      }
}

/* A staircase: between two points of the front nothing better is known than the cheaper one. */
static void
draw_front (KappaParetoFigure *self, KappaPen *pen, const KappaFrame *frame, gboolean published)
{
  g_autoptr (GPtrArray) front = kappa_pareto_list_front (self, published);
  double last = 0.0;

  if (front->len < 2)
    return;
  cairo_new_path (pen->cr);
  for (guint i = 0; i < front->len; i++)
    {
      const KappaParetoPoint *point = front->pdata[i];
      const double x = kappa_frame_get_x (frame, point->x), y = kappa_frame_get_y (frame, point->y);

      if (i > 0)
        cairo_line_to (pen->cr, x, last);
      cairo_line_to (pen->cr, x, y);
      last = y;
    }
  cairo_save (pen->cr);
  kappa_pen_set_color (pen, &pen->theme->ink);
  kappa_pareto_set_dash (pen, published ? "published front" : "front");
  cairo_set_line_width (pen->cr, 1.6 * pen->line);
  cairo_stroke (pen->cr);
  cairo_restore (pen->cr);
}

static void
draw_line (KappaPen *pen, const KappaFrame *frame, const KappaParetoLine *line)
{
  cairo_new_path (pen->cr);
  for (guint i = 0; i < line->n; i++)
    if (kappa_axis_can_show (&frame->x, line->x[i]) && kappa_axis_can_show (&frame->y, line->y[i]))
      cairo_line_to (pen->cr, kappa_frame_get_x (frame, line->x[i]),
                     kappa_frame_get_y (frame, line->y[i]));
  cairo_save (pen->cr);
  kappa_pen_set_color (pen, line->series >= 0
                                ? &pen->theme->series[line->series % KAPPA_THEME_N_SERIES]
                                : &pen->theme->faint);
  kappa_pareto_set_dash (pen, line->rule);
  cairo_set_line_width (pen->cr, pen->line);
  cairo_stroke (pen->cr);
  cairo_restore (pen->cr);
}

void
kappa_pareto_draw (KappaFigure *figure, KappaPen *pen, const KappaRect *body)
{
  KappaParetoFigure *self = KAPPA_PARETO_FIGURE (figure);
  KappaFrame frame;
  double notes = kappa_pareto_lay_out (self, pen, body, &frame);

  kappa_pareto_draw_legend (self, pen, body, TRUE);
  kappa_frame_draw_grid (&frame, pen);
  cairo_save (pen->cr);
  cairo_rectangle (pen->cr, frame.plot.x, frame.plot.y, frame.plot.width, frame.plot.height);
  cairo_clip (pen->cr);
  for (guint i = 0; self->show_lines && i < self->lines->len; i++)
    draw_line (pen, &frame, kappa_pareto_get_line (self, i));
  for (guint published = 0; self->show_front && published < 2; published++)
    draw_front (self, pen, &frame, published == 0);
  draw_points (self, pen, &frame);
  cairo_restore (pen->cr);
  if (self->show_labels)
    kappa_pareto_draw_labels (self, pen, &frame);
  kappa_frame_draw (&frame, pen);
  kappa_pareto_draw_notes (self, pen, body, notes, TRUE);
}
