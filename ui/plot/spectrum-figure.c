#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/error.h"
#include "ui/plot/spectrum-private.h"

#define REACH 0.9 /* of the pointer, in letter sizes */

G_DEFINE_FINAL_TYPE (KappaSpectrumFigure, kappa_spectrum_figure, KAPPA_TYPE_FIGURE)

G_DEFINE_ENUM_TYPE (KappaSpectrumView,
                    kappa_spectrum_view,
                    G_DEFINE_ENUM_VALUE (KAPPA_SPECTRUM_AUTO, "auto"),
                    G_DEFINE_ENUM_VALUE (KAPPA_SPECTRUM_DENSITY, "density"),
                    G_DEFINE_ENUM_VALUE (KAPPA_SPECTRUM_LOG_DENSITY, "log-density"),
                    G_DEFINE_ENUM_VALUE (KAPPA_SPECTRUM_RANK, "rank"))

static gboolean
is_log (KappaFigure *figure)
{
  return kappa_spectrum_get_scale (KAPPA_SPECTRUM_FIGURE (figure)) != KAPPA_SCALE_LINEAR;
}

/* Eigenvalues of both signs have no place on a logarithmic axis. */
static void
set_log (KappaFigure *figure, gboolean log)
{
  KappaSpectrumFigure *self = KAPPA_SPECTRUM_FIGURE (figure);
  gboolean by_rank = kappa_spectrum_is_by_rank (self), negative = FALSE;
  KappaScaleChoice choice = log ? KAPPA_SCALE_CHOICE_LOG : KAPPA_SCALE_CHOICE_LINEAR;

  for (guint i = 0; i < self->eigenvalues->len; i++)
    negative |= kappa_spectrum_get (self, i)->value < 0.0;
  if (by_rank && log && negative)
    choice = KAPPA_SCALE_CHOICE_SYMLOG;
  g_object_set (figure, by_rank ? "lambda-scale" : "scale", choice, NULL);
}

#define FIELD(name) offsetof (KappaSpectrumFigure, name)

static const KappaFigureOption options[] = {
  { "view", KAPPA_OPTION_ENUM, FIELD (view), kappa_spectrum_view_get_type },
  { "quantity", KAPPA_OPTION_STRING, FIELD (quantity), .reads = TRUE },
  { "lambda-scale", KAPPA_OPTION_ENUM, FIELD (lambda_scale), kappa_scale_choice_get_type },
  { "scale", KAPPA_OPTION_ENUM, FIELD (scale), kappa_scale_choice_get_type },
  { "log", KAPPA_OPTION_BOOLEAN, .get_alias = is_log, .set_alias = set_log },
  { "limits", KAPPA_OPTION_LIMITS, FIELD (limits) },
  { "x-range", KAPPA_OPTION_LIMITS, FIELD (x_range) },
};

static void
kappa_spectrum_figure_finalize (GObject *object)
{
  KappaSpectrumFigure *self = KAPPA_SPECTRUM_FIGURE (object);

  kappa_spectrum_clear_curves (self);
  g_array_unref (self->eigenvalues);
  g_free (self->quantity);
  g_free (self->shown);
  g_free (self->preferred);
  G_OBJECT_CLASS (kappa_spectrum_figure_parent_class)->finalize (object);
}

static gboolean
kappa_spectrum_figure_update (KappaFigure *figure, KappaResult *result, GError **error)
{
  return kappa_spectrum_read (KAPPA_SPECTRUM_FIGURE (figure), result, error);
}

static const KappaEigenvalue *
find_near (KappaSpectrumFigure *self, KappaPen *pen, const KappaFrame *frame, double x, double y)
{
  const KappaEigenvalue *nearest = NULL;
  double closest = REACH * pen->em;
  gboolean by_rank = kappa_spectrum_is_by_rank (self);

  if (by_rank)
    closest = MAX (closest, 0.5 * frame->plot.width / MAX (self->n_wanted, 1));
  for (guint i = 0; i < self->eigenvalues->len; i++)
    {
      const KappaEigenvalue *e = kappa_spectrum_get (self, i);
      double away = fabs (kappa_spectrum_stem_x (self, frame, e) - x);

      /* Above the heads of stems there is only the density. */
      if (away < closest
          && (by_rank || y > kappa_spectrum_stem_y (self, frame, e) - REACH * pen->em))
        {
          nearest = e;
          closest = away;
        }
    }
  return nearest;
}

static char *
describe_eigenvalue (KappaSpectrumFigure *self, const KappaEigenvalue *e)
{
  GString *text = g_string_new (NULL);
  g_autofree char *value = kappa_format_value (e->value, 6);

  g_string_append_printf (text, "eigenvalue %u of %u\nλ %s", e->rank, self->eigenvalues->len,
                          value);
  if (isfinite (e->residual))
    {
      g_autofree char *residual = kappa_format_value (e->residual, 1);

      g_string_append_printf (text, "\nresidual %s", residual);
    }
  if (isfinite (e->low))
    {
      g_autofree char *low = kappa_format_value (e->low, 4);
      g_autofree char *high = kappa_format_value (e->high, 4);

      g_string_append_printf (text, "\nover folds %s … %s", low, high);
    }
  return g_string_free (text, FALSE);
}

static double
density_at (const KappaSpectrumCurve *curve, double x)
{
  for (gsize i = 1; i < curve->n; i++)
    if (x >= curve->x[i - 1] && x <= curve->x[i])
      {
        double share = (x - curve->x[i - 1]) / (curve->x[i] - curve->x[i - 1]);

        return curve->values[i - 1] + share * (curve->values[i] - curve->values[i - 1]);
      }
  return (double)NAN;
}

/* By size there are two densities at a place, of either sign. */
static char *
describe_density (KappaSpectrumFigure *self, const KappaFrame *frame, double x, double *value)
{
  g_autofree char *place = kappa_axis_dup_number (&frame->x, x);
  gboolean by_size = kappa_spectrum_is_by_size (self);
  GString *text = g_string_new (by_size ? "|λ| " : "λ ");
  const KappaSpectrumCurve *curves[2];
  guint n = kappa_spectrum_list_curves (self, curves);

  g_string_append (text, place);
  for (guint i = 0; i < n; i++)
    {
      double density = density_at (curves[i], x);
      g_autofree char *number = kappa_format_value (density, 3);

      *value = density;
      if (!by_size)
        g_string_append_printf (text, "\ndensity %s", number);
      else if (isfinite (density))
        g_string_append_printf (text, "\n%s %s for each decade",
                                i == 0 ? "λ < 0:" : "λ > 0:", number);
    }
  return g_string_free (text, FALSE);
}

static gboolean
kappa_spectrum_figure_probe (KappaFigure *figure,
                             KappaPen *pen,
                             const KappaRect *body,
                             double x,
                             double y,
                             KappaProbe *probe)
{
  KappaSpectrumFigure *self = KAPPA_SPECTRUM_FIGURE (figure);
  const KappaEigenvalue *e;
  KappaFrame frame;

  kappa_spectrum_lay_out (self, pen, body, &frame);
  if (!kappa_frame_contains (&frame, x, y))
    return FALSE;
  probe->x = kappa_frame_x_value (&frame, x);
  probe->y = kappa_frame_y_value (&frame, y);
  e = find_near (self, pen, &frame, x, y);
  if (e != NULL)
    {
      probe->x = kappa_spectrum_is_by_rank (self) ? e->rank : kappa_spectrum_place (self, e->value);
      probe->value = e->value;
      probe->text = describe_eigenvalue (self, e);
    }
  else if (self->density.n > 0 && !kappa_spectrum_is_by_rank (self))
    probe->text = describe_density (self, &frame, probe->x, &probe->value);
  return probe->text != NULL;
}

static gboolean
kappa_spectrum_figure_locate (KappaFigure *figure,
                              KappaPen *pen,
                              const KappaRect *body,
                              double x,
                              double y,
                              double *at_x,
                              double *at_y)
{
  KappaFrame frame;

  kappa_spectrum_lay_out (KAPPA_SPECTRUM_FIGURE (figure), pen, body, &frame);
  *at_x = kappa_frame_get_x (&frame, x);
  *at_y = kappa_frame_get_y (&frame, y);
  return kappa_frame_contains (&frame, *at_x, *at_y);
}

static void
kappa_spectrum_figure_draw_cursor (KappaFigure *figure,
                                   KappaPen *pen,
                                   const KappaRect *body,
                                   double x,
                                   double y)
{
  KappaFrame frame;
  double at;

  kappa_spectrum_lay_out (KAPPA_SPECTRUM_FIGURE (figure), pen, body, &frame);
  at = kappa_pen_snap_x (pen, kappa_frame_get_x (&frame, x));
  if (!(at >= frame.plot.x && at <= frame.plot.x + frame.plot.width))
    return;
  kappa_pen_set_color (pen, &pen->theme->accent);
  cairo_set_line_width (pen->cr, 1.5 * pen->line);
  cairo_move_to (pen->cr, at, frame.plot.y);
  cairo_line_to (pen->cr, at, frame.plot.y + frame.plot.height);
  cairo_stroke (pen->cr);
}

static void
kappa_spectrum_figure_zoom (KappaFigure *figure,
                            KappaPen *pen,
                            const KappaRect *body,
                            double factor,
                            double x,
                            double y)
{
  KappaSpectrumFigure *self = KAPPA_SPECTRUM_FIGURE (figure);
  KappaFrame frame;
  double place;

  kappa_spectrum_lay_out (self, pen, body, &frame);
  place = (x - frame.plot.x) / frame.plot.width;
  kappa_frame_zoom_axis (&frame.x, factor, CLAMP (place, 0.0, 1.0), &self->x_range.low,
                         &self->x_range.high);
}

static void
kappa_spectrum_figure_pan (KappaFigure *figure,
                           KappaPen *pen,
                           const KappaRect *body,
                           double dx,
                           double dy)
{
  KappaSpectrumFigure *self = KAPPA_SPECTRUM_FIGURE (figure);
  KappaFrame frame;
  double place;

  kappa_spectrum_lay_out (self, pen, body, &frame);
  place = -dx / frame.plot.width;
  self->x_range = (KappaLimits) { kappa_axis_value (&frame.x, place),
                                  kappa_axis_value (&frame.x, 1.0 + place) };
}

static char *
kappa_spectrum_figure_describe (KappaFigure *figure)
{
  KappaSpectrumFigure *self = KAPPA_SPECTRUM_FIGURE (figure);
  GString *text = g_string_new (NULL);
  guint n = self->eigenvalues->len;

  g_string_append_printf (text, "Spectrum: %u of %zu eigenvalues.", n, self->n_wanted);
  if (self->n_rough > 0)
    g_string_append_printf (text, " Interim: %zu may still change.", self->n_rough);
  if (n > 0)
    g_string_append_printf (text, " The largest is %.6g, the smallest of those %.6g.",
                            kappa_spectrum_get (self, 0)->value,
                            kappa_spectrum_get (self, n - 1)->value);
  if (self->density.n > 0)
    g_string_append_printf (text, " Under them the spectral density from %.3g to %.3g.",
                            self->density.x[0], self->density.x[self->density.n - 1]);
  return g_string_free (text, FALSE);
}

static double
kappa_spectrum_figure_get_aspect (KappaFigure *figure)
{
  return 1.6;
}

static void
kappa_spectrum_figure_class_init (KappaSpectrumFigureClass *klass)
{
  KappaFigureClass *figure_class = KAPPA_FIGURE_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = kappa_spectrum_figure_finalize;
  figure_class->update = kappa_spectrum_figure_update;
  figure_class->draw = kappa_spectrum_draw;
  figure_class->draw_cursor = kappa_spectrum_figure_draw_cursor;
  figure_class->probe = kappa_spectrum_figure_probe;
  figure_class->locate = kappa_spectrum_figure_locate;
  figure_class->zoom = kappa_spectrum_figure_zoom;
  figure_class->pan = kappa_spectrum_figure_pan;
  figure_class->list_quantities = kappa_spectrum_list_quantities;
  figure_class->describe = kappa_spectrum_figure_describe;
  figure_class->get_aspect = kappa_spectrum_figure_get_aspect;
  kappa_figure_class_install_options (figure_class, options, G_N_ELEMENTS (options));
}

static void
kappa_spectrum_figure_init (KappaSpectrumFigure *self)
{
  self->eigenvalues = g_array_new (FALSE, FALSE, sizeof (KappaEigenvalue));
  self->selected = -1;
}

/**
 * kappa_spectrum_figure_new:
 *
 * Returns: (transfer full): a figure that is empty until kappa_figure_update()
 */
KappaFigure *
kappa_spectrum_figure_new (void)
{
  return g_object_new (KAPPA_TYPE_SPECTRUM_FIGURE, NULL);
}

/**
 * kappa_spectrum_figure_set_preferred:
 * @name: the array that is shown while the option "quantity" is ""
 */
void
kappa_spectrum_figure_set_preferred (KappaSpectrumFigure *self, const char *name)
{
  g_free (self->preferred);
  self->preferred = g_strdup (name);
}

/**
 * kappa_spectrum_figure_find:
 * @x: as a probe gave it, in data coordinates
 *
 * Returns: the index of the eigenvalue that the probe was on, in the array that is shown; −1 if it
 * was on none
 */
int
kappa_spectrum_figure_find (KappaSpectrumFigure *self, double x)
{
  for (guint i = 0; i < self->eigenvalues->len; i++)
    {
      const KappaEigenvalue *e = kappa_spectrum_get (self, i);

      if (x
          == (kappa_spectrum_is_by_rank (self) ? (double)e->rank
                                               : kappa_spectrum_place (self, e->value)))
        return (int)e->index;
    }
  return -1;
}

/**
 * kappa_spectrum_figure_select:
 * @index: of the eigenvalue to make stand out, or −1
 */
void
kappa_spectrum_figure_select (KappaSpectrumFigure *self, int index)
{
  if (self->selected == index)
    return;
  self->selected = index;
  kappa_figure_changed (KAPPA_FIGURE (self));
}

/**
 * kappa_spectrum_figure_get_selected:
 *
 * Returns: the index of an eigenvalue, or −1
 */
int
kappa_spectrum_figure_get_selected (KappaSpectrumFigure *self)
{
  return self->selected;
}

/**
 * kappa_spectrum_figure_get_shown:
 *
 * Returns: (transfer none) (nullable): the name of the array of eigenvalues that is shown
 */
const char *
kappa_spectrum_figure_get_shown (KappaSpectrumFigure *self)
{
  return self->shown;
}
