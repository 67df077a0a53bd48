#include "ui/plot/frame.h"

#include <math.h>
#include <string.h>

#define TICK      0.35 /* lengths in letter sizes */
#define TITLE_GAP 0.45
#define CAP       0.72

/**
 * kappa_axis_symbol:
 *
 * Returns: (transfer none): the sign the field uses for an axis called @name: α for "alpha"; the
 * words of @name if there is none
 */
const char *
kappa_axis_symbol (const char *name)
{
  static const char *const symbols[][2] = { { "alpha", "α" },
                                            { "beta", "β" },
                                            { "lambda", "λ" },
                                            { "sigma", "σ" },
                                            { "lambda_ratio", "|λ min / λ max|" },
                                            { "lambda_max", "λ max" },
                                            { "lambda_min", "λ min" },
                                            { "macs", "multiply-adds" },
                                            { "ntk_condition_by_n", "κ" } };
  g_autofree char *words = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (symbols); i++)
    if (strcmp (name, symbols[i][0]) == 0)
      return symbols[i][1];
  if (strchr (name, '_') == NULL)
    return name;
  words = g_strdelimit (g_strdup (name), "_", ' ');
  return g_intern_string (words);
}

static double
widest_label (KappaPen *pen, const KappaAxis *axis)
{
  double widest = 0.0;

  for (guint i = 0; i < axis->n_ticks; i++)
    widest = MAX (widest, kappa_pen_measure (pen, axis->ticks[i].label, KAPPA_TEXT_BODY));
  return widest;
}

/* As many labels as fit with a letter's room between them. */
static void
fit_x_ticks (KappaFrame *frame, KappaPen *pen, double width)
{
  guint most = (guint)CLAMP (width / (3.0 * pen->em), 2.0, 12.0);

  for (; most > 1; most--)
    {
      guint labels = 0;

      kappa_axis_make_ticks (&frame->x, most);
      for (guint i = 0; i < frame->x.n_ticks; i++)
        labels += frame->x.ticks[i].label[0] != '\0';
      if (labels * (widest_label (pen, &frame->x) + pen->em) <= width + pen->em)
        return;
    }
}

/* A title of a few letters stands upright; a longer one is turned, and takes one line. */
static gboolean
is_short (const char *title)
{
  return g_utf8_strlen (title, -1) <= 3;
}

static double
title_width (KappaPen *pen, const char *title)
{
  if (title[0] == '\0')
    return 0.0;
  return (is_short (title) ? kappa_pen_measure (pen, title, KAPPA_TEXT_BODY) : CAP * pen->em)
         + 2.0 * TITLE_GAP * pen->em;
}

static double
bottom_height (const KappaFrame *frame, KappaPen *pen)
{
  if (frame->hide_x)
    return 0.6 * pen->em;
  return (TICK + 0.3 + CAP + (frame->x_title[0] != '\0' ? TITLE_GAP + CAP + 0.3 : 0.1)) * pen->em;
}

/**
 * kappa_frame_measure_left:
 *
 * Returns: the room that labels and title of the y axis take in @area; makes the y ticks
 */
double
kappa_frame_measure_left (KappaFrame *frame, KappaPen *pen, const KappaRect *area)
{
  double height = area->height - bottom_height (frame, pen);

  kappa_axis_make_ticks (&frame->y, (guint)CLAMP (height / (2.6 * pen->em), 2.0, 10.0));
  return (TICK + 0.3) * pen->em + widest_label (pen, &frame->y) + title_width (pen, frame->y_title);
}

static void
keep_ratio (KappaFrame *frame)
{
  KappaRect *plot = &frame->plot;
  double per_x = plot->width / (frame->x.high - frame->x.low),
         per_y = plot->height / (frame->y.high - frame->y.low);
  double unit = MIN (per_x, per_y);
  double width = unit * (frame->x.high - frame->x.low),
         height = unit * (frame->y.high - frame->y.low);

  plot->x += 0.5 * (plot->width - width);
  plot->y += 0.5 * (plot->height - height);
  plot->width = width;
  plot->height = height;
}

/**
 * kappa_frame_lay_out:
 * @area: what axes, labels and plot may take together
 *
 * Decides where the plot is, and makes the ticks there is room for.
 */
void
kappa_frame_lay_out (KappaFrame *frame, KappaPen *pen, const KappaRect *area)
{
  double left = MAX (kappa_frame_measure_left (frame, pen, area), frame->left_margin);
  double bottom = bottom_height (frame, pen);
  double top = 0.5 * pen->em;
  double right = 0.6 * pen->em;

  fit_x_ticks (frame, pen, area->width - left - right);
  if (!frame->hide_x && frame->x.n_ticks > 0)
    {
      const KappaTick *last = &frame->x.ticks[frame->x.n_ticks - 1];
      double half = 0.5 * kappa_pen_measure (pen, last->label, KAPPA_TEXT_BODY);

      right = MAX (
          right,
          half - (1.0 - kappa_axis_place (&frame->x, last->value)) * (area->width - left - right));
    }
  frame->plot
      = (KappaRect) { area->x + left, area->y + top, MAX (area->width - left - right, pen->em),
                      MAX (area->height - top - bottom, pen->em) };
  if (frame->keep_ratio)
    keep_ratio (frame);
}

double
kappa_frame_get_x (const KappaFrame *frame, double value)
{
  return frame->plot.x + kappa_axis_place (&frame->x, value) * frame->plot.width;
}

double
kappa_frame_get_y (const KappaFrame *frame, double value)
{
  return frame->plot.y + (1.0 - kappa_axis_place (&frame->y, value)) * frame->plot.height;
}

gboolean
kappa_frame_contains (const KappaFrame *frame, double x, double y)
{
  const KappaRect *plot = &frame->plot;

  return x >= plot->x && x <= plot->x + plot->width && y >= plot->y && y <= plot->y + plot->height;
}

double
kappa_frame_x_value (const KappaFrame *frame, double x)
{
  return kappa_axis_value (&frame->x, (x - frame->plot.x) / frame->plot.width);
}

double
kappa_frame_y_value (const KappaFrame *frame, double y)
{
  return kappa_axis_value (&frame->y, 1.0 - (y - frame->plot.y) / frame->plot.height);
}

/**
 * kappa_frame_zoom_axis:
 * @factor: above 1 enlarges
 * @place: what stays where it is, 0 … 1
 * @low, @high: (out): the limits after it
 */
void
kappa_frame_zoom_axis (const KappaAxis *axis,
                       double factor,
                       double place,
                       double *low,
                       double *high)
{
  *low = kappa_axis_value (axis, place - place / factor);
  *high = kappa_axis_value (axis, place + (1.0 - place) / factor);
}

/**
 * kappa_frame_draw_grid:
 *
 * Draws faint lines at the labelled ticks, to be drawn over.
 */
void
kappa_frame_draw_grid (const KappaFrame *frame, KappaPen *pen)
{
  const KappaRect *plot = &frame->plot;

  for (guint i = 0; i < frame->x.n_ticks; i++)
    {
      double x = kappa_pen_snap_x (pen, kappa_frame_get_x (frame, frame->x.ticks[i].value));

      if (frame->x.ticks[i].label[0] == '\0')
        continue;
      cairo_move_to (pen->cr, x, plot->y);
      cairo_line_to (pen->cr, x, plot->y + plot->height);
    }
  for (guint i = 0; i < frame->y.n_ticks; i++)
    {
      double y = kappa_pen_snap_y (pen, kappa_frame_get_y (frame, frame->y.ticks[i].value));

      if (frame->y.ticks[i].label[0] == '\0')
        continue;
      cairo_move_to (pen->cr, plot->x, y);
      cairo_line_to (pen->cr, plot->x + plot->width, y);
    }
  kappa_pen_set_color (pen, &pen->theme->grid);
  cairo_set_line_width (pen->cr, pen->line);
  cairo_stroke (pen->cr);
}

static void
draw_x_axis (const KappaFrame *frame, KappaPen *pen)
{
  const KappaRect *plot = &frame->plot;
  double bottom = plot->y + plot->height;

  for (guint i = 0; i < frame->x.n_ticks; i++)
    {
      const KappaTick *tick = &frame->x.ticks[i];
      double x = kappa_pen_snap_x (pen, kappa_frame_get_x (frame, tick->value));

      cairo_move_to (pen->cr, x, bottom);
      cairo_line_to (pen->cr, x, bottom + (tick->label[0] != '\0' ? TICK : 0.5 * TICK) * pen->em);
      cairo_stroke (pen->cr);
      if (!frame->hide_x)
        kappa_pen_text (pen, tick->label, KAPPA_TEXT_BODY, &pen->theme->ink, x,
                        bottom + (TICK + 0.3) * pen->em, 0.5, 0.0);
      kappa_pen_set_color (pen, &pen->theme->ink);
    }
  if (!frame->hide_x)
    kappa_pen_text (pen, frame->x_title, KAPPA_TEXT_BODY, &pen->theme->ink,
                    plot->x + 0.5 * plot->width, bottom + (TICK + 0.3 + CAP + TITLE_GAP) * pen->em,
                    0.5, 0.0);
}

static void
draw_y_axis (const KappaFrame *frame, KappaPen *pen)
{
  const KappaRect *plot = &frame->plot;
  double middle = plot->y + 0.5 * plot->height, widest = 0.0, x;

  for (guint i = 0; i < frame->y.n_ticks; i++)
    {
      const KappaTick *tick = &frame->y.ticks[i];
      double y = kappa_pen_snap_y (pen, kappa_frame_get_y (frame, tick->value));

      kappa_pen_set_color (pen, &pen->theme->ink);
      cairo_move_to (pen->cr, plot->x, y);
      cairo_line_to (pen->cr, plot->x - (tick->label[0] != '\0' ? TICK : 0.5 * TICK) * pen->em, y);
      cairo_stroke (pen->cr);
      kappa_pen_text (pen, tick->label, KAPPA_TEXT_BODY, &pen->theme->ink,
                      plot->x - (TICK + 0.3) * pen->em, y, 1.0, 0.5);
    }
  widest = widest_label (pen, &frame->y);
  x = plot->x - (TICK + 0.3 + TITLE_GAP) * pen->em - widest;
  if (is_short (frame->y_title))
    kappa_pen_text (pen, frame->y_title, KAPPA_TEXT_BODY, &pen->theme->ink, x, middle, 1.0, 0.5);
  else
    kappa_pen_text_turned (pen, frame->y_title, KAPPA_TEXT_BODY, &pen->theme->ink, x, middle, 0.5,
                           1.0, -G_PI / 2.0);
}

/**
 * kappa_frame_draw:
 *
 * Draws the axes: the border of the plot, ticks, labels and titles.
 */
void
kappa_frame_draw (const KappaFrame *frame, KappaPen *pen)
{
  const KappaRect *plot = &frame->plot;
  double x0 = kappa_pen_snap_x (pen, plot->x), x1 = kappa_pen_snap_x (pen, plot->x + plot->width);
  double y0 = kappa_pen_snap_y (pen, plot->y), y1 = kappa_pen_snap_y (pen, plot->y + plot->height);

  kappa_pen_set_color (pen, &pen->theme->ink);
  cairo_set_line_width (pen->cr, pen->line);
  cairo_rectangle (pen->cr, x0, y0, x1 - x0, y1 - y0);
  cairo_stroke (pen->cr);
  draw_x_axis (frame, pen);
  draw_y_axis (frame, pen);
}
