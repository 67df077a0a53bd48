#include <math.h>

#include "ui/plot/spectrum-private.h"

#define HEAD 0.3 /* lengths in letter sizes */
#define CAP  0.28

/* On a logarithmic axis what is zero lies on the floor. */
static double
density_y (const KappaFrame *frame, double value)
{
  if (!isfinite (value))
    return (double)NAN;
  if (frame->y.scale == KAPPA_SCALE_LOG && value < frame->y.low)
    return frame->plot.y + frame->plot.height;
  return kappa_frame_get_y (frame, value);
}

static gboolean
is_on_axis (const KappaSpectrumCurve *curve, const KappaFrame *frame, gsize node)
{
  return kappa_axis_can_show (&frame->x, curve->x[node]) && isfinite (curve->values[node]);
}

static void
fill_between (const KappaSpectrumCurve *curve,
              KappaPen *pen,
              const KappaFrame *frame,
              const double *low,
              const double *high,
              KappaColor color)
{
  double floor = frame->plot.y + frame->plot.height;

  for (gsize i = 0; i < curve->n; i++)
    if (is_on_axis (curve, frame, i))
      cairo_line_to (pen->cr, kappa_frame_get_x (frame, curve->x[i]), density_y (frame, high[i]));
  for (gsize i = curve->n; i > 0; i--)
    if (is_on_axis (curve, frame, i - 1))
      cairo_line_to (pen->cr, kappa_frame_get_x (frame, curve->x[i - 1]),
                     low != NULL ? density_y (frame, low[i - 1]) : floor);
  kappa_pen_set_color (pen, &color);
  cairo_fill (pen->cr);
}

static void
draw_curve (const KappaSpectrumCurve *curve,
            KappaPen *pen,
            const KappaFrame *frame,
            KappaColor color,
            gboolean filled)
{
  KappaColor shade = color;

  if (curve->n == 0)
    return;
  shade.alpha = 0.12;
  if (filled)
    fill_between (curve, pen, frame, NULL, curve->values, shade);
  shade.alpha = 0.28;
  if (curve->low != NULL && curve->high != NULL)
    fill_between (curve, pen, frame, curve->low, curve->high, shade);
  for (gsize i = 0; i < curve->n; i++)
    if (is_on_axis (curve, frame, i))
      cairo_line_to (pen->cr, kappa_frame_get_x (frame, curve->x[i]),
                     density_y (frame, curve->values[i]));
  kappa_pen_set_color (pen, &color);
  cairo_set_line_width (pen->cr, 2.0 * pen->line);
  cairo_stroke (pen->cr);
}

/* Of both signs, the negative ones have the colour of their stems. */
static const KappaColor *
choose_color (KappaSpectrumFigure *self, KappaPen *pen, gboolean negative)
{
  return &pen->theme->series[kappa_spectrum_is_by_size (self) && negative ? 2 : 0];
}

static void
draw_density (KappaSpectrumFigure *self, KappaPen *pen, const KappaFrame *frame)
{
  const KappaSpectrumCurve *curves[2];
  guint n = kappa_spectrum_list_curves (self, curves);

  for (guint i = 0; i < n; i++)
    draw_curve (curves[i], pen, frame, *choose_color (self, pen, i + 1 < n), n == 1);
}

/* A bar with caps from @a to @b along the axis of eigenvalues, through (@x, @y) across it. One
 * shorter than a pixel would only soil the head of the stem. */
static void
draw_whisker (KappaSpectrumFigure *self,
              KappaPen *pen,
              const KappaFrame *frame,
              double x,
              double y,
              double a,
              double b)
{
  gboolean upright = kappa_spectrum_is_by_rank (self);
  const KappaAxis *axis = upright ? &frame->y : &frame->x;
  double cap = CAP * pen->em, from, to;

  /* By size, what reaches over zero begins there. */
  if (kappa_spectrum_is_by_size (self) && b <= 0.0)
    {
      double swap = a;

      a = -b;
      b = -swap;
    }
  else if (kappa_spectrum_is_by_size (self) && a < 0.0)
    {
      b = MAX (-a, b);
      a = 0.0;
    }
  if (axis->scale == KAPPA_SCALE_LOG)
    a = MAX (a, axis->low * 1e-3);
  if (!(isfinite (a) && isfinite (b)))
    return;
  from = upright ? kappa_frame_get_y (frame, a) : kappa_frame_get_x (frame, a);
  to = upright ? kappa_frame_get_y (frame, b) : kappa_frame_get_x (frame, b);
  if (fabs (to - from) < 1.0)
    return;
  for (int end = 0; end < 2; end++)
    {
      double at = end == 0 ? from : to;

      cairo_move_to (pen->cr, upright ? x - cap : at, upright ? at : y - cap);
      cairo_line_to (pen->cr, upright ? x + cap : at, upright ? at : y + cap);
    }
  cairo_move_to (pen->cr, upright ? x : from, upright ? from : y);
  cairo_line_to (pen->cr, upright ? x : to, upright ? to : y);
  cairo_stroke (pen->cr);
}

static double
stem_foot (KappaSpectrumFigure *self, const KappaFrame *frame)
{
  const KappaRect *plot = &frame->plot;

  if (!kappa_spectrum_is_by_rank (self) || frame->y.scale == KAPPA_SCALE_LOG)
    return plot->y + plot->height;
  return CLAMP (kappa_frame_get_y (frame, 0.0), plot->y, plot->y + plot->height);
}

/* The spread over folds stands a little beside the stem, so that neither covers the other; those of
 * neighbours overlap, and stand one above the other. */
static void
draw_spread (KappaSpectrumFigure *self,
             KappaPen *pen,
             const KappaFrame *frame,
             const KappaEigenvalue *e,
             double x,
             double y)
{
  gboolean upright = kappa_spectrum_is_by_rank (self);
  double aside = (upright ? 0.55 : 0.65 + 0.6 * ((e->rank - 1) % 4)) * pen->em;

  if (!isfinite (e->low))
    return;
  kappa_pen_set_color (pen, &pen->theme->faint);
  cairo_set_line_width (pen->cr, pen->line);
  draw_whisker (self, pen, frame, upright ? x + aside : x, upright ? y : y - aside, e->low,
                e->high);
}

/* By rank, stems have room of their own: where there are many, they become a profile. */
static double
head_size (KappaSpectrumFigure *self, KappaPen *pen, const KappaFrame *frame)
{
  double room = frame->plot.width / (frame->x.high - frame->x.low);

  return kappa_spectrum_is_by_rank (self) ? MIN (HEAD * pen->em, MAX (0.35 * room, pen->line))
                                          : HEAD * pen->em;
}

static void
draw_stem (KappaSpectrumFigure *self,
           KappaPen *pen,
           const KappaFrame *frame,
           const KappaEigenvalue *e)
{
  gboolean selected = self->selected == (int)e->index;
  gboolean apart = kappa_spectrum_is_by_size (self) && e->value < 0.0;
  const KappaColor *color = selected ? &pen->theme->accent
                            : apart  ? choose_color (self, pen, TRUE)
                                     : &pen->theme->series[1];
  double x = kappa_spectrum_stem_x (self, frame, e), y = kappa_spectrum_stem_y (self, frame, e);
  double head = head_size (self, pen, frame), width = (selected ? 2.6 : 1.6) * pen->line;

  if (!isfinite (x) || !isfinite (y))
    return;
  kappa_pen_set_color (pen, color);
  cairo_set_line_width (pen->cr, selected ? width : MIN (width, 0.4 * head));
  cairo_move_to (pen->cr, x, stem_foot (self, frame));
  cairo_line_to (pen->cr, x, y);
  cairo_stroke (pen->cr);
  cairo_arc (pen->cr, x, y, selected ? 1.4 * HEAD * pen->em : head, 0.0, 2.0 * G_PI);
  cairo_fill (pen->cr);
  draw_spread (self, pen, frame, e, x, y);
  if (!(e->residual > 0.0))
    return;
  kappa_pen_set_color (pen, &pen->theme->ink);
  cairo_set_line_width (pen->cr, pen->line);
  draw_whisker (self, pen, frame, x, y, e->value - e->residual, e->value + e->residual);
}

static void
draw_zero (KappaSpectrumFigure *self, KappaPen *pen, const KappaFrame *frame)
{
  gboolean upright = kappa_spectrum_is_by_rank (self);
  const KappaAxis *axis = upright ? &frame->y : &frame->x;
  const KappaRect *plot = &frame->plot;
  double x, y;

  if (axis->scale == KAPPA_SCALE_LOG || axis->low >= 0.0 || axis->high <= 0.0)
    return;
  x = kappa_pen_snap_x (pen, kappa_frame_get_x (frame, 0.0));
  y = kappa_pen_snap_y (pen, kappa_frame_get_y (frame, 0.0));
  cairo_move_to (pen->cr, upright ? plot->x : x, upright ? y : plot->y);
  cairo_line_to (pen->cr, upright ? plot->x + plot->width : x,
                 upright ? y : plot->y + plot->height);
  kappa_pen_set_color (pen, &pen->theme->faint);
  cairo_set_line_width (pen->cr, pen->line);
  cairo_stroke (pen->cr);
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

static gsize
count_hidden (KappaSpectrumFigure *self)
{
  gsize n = 0;

  for (guint i = 0;
       kappa_spectrum_get_lambda_scale (self) == KAPPA_SCALE_LOG && i < self->eigenvalues->len; i++)
    n += kappa_spectrum_place (self, kappa_spectrum_get (self, i)->value) <= 0.0;
  return n;
}

/* Whether some residual can be seen; otherwise the note must say that there are any. */
static double
worst_residual (KappaSpectrumFigure *self)
{
  double worst = (double)NAN;

  for (guint i = 0; i < self->eigenvalues->len; i++)
    {
      double residual = kappa_spectrum_get (self, i)->residual;

      if (isfinite (residual) && !(residual <= worst))
        worst = residual;
    }
  return worst;
}

static gboolean
has_spread (KappaSpectrumFigure *self)
{
  return self->eigenvalues->len > 0 && isfinite (kappa_spectrum_get (self, 0)->low);
}

/**
 * kappa_spectrum_draw_notes:
 * @y: the top of the notes
 *
 * Says what whiskers and bands are, and what cannot be seen.
 *
 * Returns: the height taken
 */
double
kappa_spectrum_draw_notes (KappaSpectrumFigure *self,
                           KappaPen *pen,
                           const KappaRect *body,
                           double y,
                           gboolean draw)
{
  g_autoptr (GString) text = g_string_new (NULL);
  double worst = worst_residual (self);

  if (self->eigenvalues->len < self->n_wanted)
    add_sentence (text, "Interim: %u of %zu eigenvalues.", self->eigenvalues->len, self->n_wanted);
  if (self->n_rough > 0)
    add_sentence (text, "%s%zu of %u may still change.",
                  self->eigenvalues->len < self->n_wanted ? "" : "Interim: ", self->n_rough,
                  self->eigenvalues->len);
  if (isfinite (worst))
    {
      g_autofree char *number = kappa_format_value (worst, 1);

      add_sentence (text, "Whiskers: residual, %s at most.", number);
    }
  if (has_spread (self))
    add_sentence (text, "Grey: smallest to largest over folds of the images.");
  if (!kappa_spectrum_is_by_rank (self) && self->density.low != NULL)
    add_sentence (text, "Band: error of the density, 95 %% over random vectors.");
  if (kappa_spectrum_is_by_size (self))
    add_sentence (text, self->decades[0].n > 0 ? "Green: negative eigenvalues."
                                               : "There is no density by size yet.");
  if (count_hidden (self) > 0)
    add_sentence (text, "Zero or negative, not on a log scale: %zu.", count_hidden (self));
  if (self->n_not_finite > 0)
    add_sentence (text, "Not finite: %zu.", self->n_not_finite);
  return kappa_pen_paragraph (pen, text->str, KAPPA_TEXT_SMALL, &pen->theme->faint, body->x, y,
                              body->width, draw);
}

void
kappa_spectrum_draw (KappaFigure *figure, KappaPen *pen, const KappaRect *body)
{
  KappaSpectrumFigure *self = KAPPA_SPECTRUM_FIGURE (figure);
  KappaFrame frame;
  double top = kappa_spectrum_lay_out (self, pen, body, &frame);

  kappa_frame_draw_grid (&frame, pen);
  cairo_save (pen->cr);
  cairo_rectangle (pen->cr, frame.plot.x, frame.plot.y, frame.plot.width, frame.plot.height);
  cairo_clip (pen->cr);
  draw_zero (self, pen, &frame);
  if (!kappa_spectrum_is_by_rank (self))
    draw_density (self, pen, &frame);
  for (guint i = 0; i < self->eigenvalues->len; i++)
    draw_stem (self, pen, &frame, kappa_spectrum_get (self, i));
  cairo_restore (pen->cr);
  kappa_frame_draw (&frame, pen);
  kappa_spectrum_draw_notes (self, pen, body, top, TRUE);
}
