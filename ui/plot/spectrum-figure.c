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
forget_density (KappaSpectrumFigure *self)
{
  g_clear_pointer (&self->nodes, g_free);
  g_clear_pointer (&self->density, g_free);
  g_clear_pointer (&self->density_low, g_free);
  g_clear_pointer (&self->density_high, g_free);
  self->n_nodes = 0;
}

static void
kappa_spectrum_figure_finalize (GObject *object)
{
  KappaSpectrumFigure *self = KAPPA_SPECTRUM_FIGURE (object);

  forget_density (self);
  g_array_unref (self->eigenvalues);
  g_free (self->quantity);
  g_free (self->shown);
  g_free (self->preferred);
  G_OBJECT_CLASS (kappa_spectrum_figure_parent_class)->finalize (object);
}

/* The residuals of "eigenvalues_gauss_newton" are "residuals_gauss_newton". */
static KappaArray *
find_companion (KappaResult *result, const char *shown, const char *stem, const char *ending)
{
  g_autofree char *name = NULL;

  if (!g_str_has_prefix (shown, KAPPA_SPECTRUM_STEM))
    return NULL;
  name = g_strconcat (stem, shown + strlen (KAPPA_SPECTRUM_STEM), ending, NULL);
  return kappa_result_dup_array (result, name);
}

static gboolean
is_spectrum (const char *name)
{
  return g_str_has_prefix (name, KAPPA_SPECTRUM_STEM) && !g_str_has_suffix (name, "_by_fold");
}

static char **
kappa_spectrum_figure_list_quantities (KappaFigure *figure, KappaResult *result)
{
  g_auto (GStrv) names = kappa_result_list_arrays (result);
  GStrvBuilder *found = g_strv_builder_new ();
  char **quantities;

  for (char **name = names; *name != NULL; name++)
    {
      g_autoptr (KappaArray) array
          = is_spectrum (*name) ? kappa_result_dup_array (result, *name) : NULL;

      if (array != NULL && array->rank == 1)
        g_strv_builder_add (found, *name);
    }
  quantities = g_strv_builder_end (found);
  g_strv_builder_unref (found);
  return quantities;
}

static KappaArray *
find_eigenvalues (KappaSpectrumFigure *self, KappaResult *result)
{
  g_auto (GStrv) names = kappa_result_list_arrays (result);

  if (self->quantity[0] == '\0' && self->preferred != NULL)
    return kappa_result_dup_array (result, self->preferred);
  for (char **name = names; *name != NULL; name++)
    {
      g_autoptr (KappaArray) array = NULL;

      if (!is_spectrum (*name)
          || (self->quantity[0] != '\0' && strcmp (*name, self->quantity) != 0))
        continue;
      array = kappa_result_dup_array (result, *name);
      if (array != NULL && array->rank == 1)
        return g_steal_pointer (&array);
    }
  return NULL;
}

/* Where an array of one row a fold has its smallest and largest value. */
static void
take_spread (const KappaArray *folds, KappaEigenvalue *e)
{
  gsize n = folds != NULL && folds->rank == 2 ? folds->dims[1] : 0;

  e->low = e->high = (double)NAN;
  for (gsize fold = 0; e->index < n && fold < folds->dims[0]; fold++)
    {
      double value = folds->values[fold * n + e->index];

      if (!isfinite (value))
        continue;
      e->low = isnan (e->low) ? value : MIN (e->low, value);
      e->high = isnan (e->high) ? value : MAX (e->high, value);
    }
}

static int
compare_falling (const void *a, const void *b)
{
  const KappaEigenvalue *x = a, *y = b;

  return x->value != y->value ? (x->value < y->value) - (x->value > y->value)
                              : (x->index > y->index) - (x->index < y->index);
}

static void
take_eigenvalues (KappaSpectrumFigure *self, KappaResult *result, const KappaArray *array)
{
  g_autoptr (KappaArray) residuals = find_companion (result, array->name, "residuals", "");
  g_autoptr (KappaArray) folds
      = find_companion (result, array->name, KAPPA_SPECTRUM_STEM, "_by_fold");

  g_array_set_size (self->eigenvalues, 0);
  self->n_wanted = array->dims[0];
  self->n_not_finite = 0;
  for (gsize i = 0; i < array->dims[0]; i++)
    {
      KappaEigenvalue e = { .index = (guint)i, .value = array->values[i] };

      if (!array->present[i])
        continue;
      if (!isfinite (e.value))
        {
          self->n_not_finite++;
          continue;
        }
      e.residual
          = residuals != NULL && i < kappa_array_get_size (residuals) && residuals->present[i]
                ? fabs (residuals->values[i])
                : (double)NAN;
      take_spread (folds, &e);
      g_array_append_val (self->eigenvalues, e);
    }
  g_array_sort (self->eigenvalues, compare_falling);
  for (guint i = 0; i < self->eigenvalues->len; i++)
    g_array_index (self->eigenvalues, KappaEigenvalue, i).rank = i + 1;
}

/* What is not computed yet is NaN, and leaves a gap. */
static double *
take_values (const KappaArray *array, gsize n)
{
  double *values;

  if (array == NULL || array->rank != 1 || array->dims[0] != n)
    return NULL;
  values = g_new (double, n);
  for (gsize i = 0; i < n; i++)
    values[i] = array->present[i] ? array->values[i] : (double)NAN;
  return values;
}

static void
take_density (KappaSpectrumFigure *self, KappaResult *result, const char *shown)
{
  g_autoptr (KappaArray) density = find_companion (result, shown, "density", "");
  g_autoptr (KappaArray) low = find_companion (result, shown, "density", "_low");
  g_autoptr (KappaArray) high = find_companion (result, shown, "density", "_high");
  gsize n = density != NULL && density->rank == 1 ? density->dims[0] : 0, present = 0;

  forget_density (self);
  for (gsize i = 0; i < n; i++)
    present += density->present[i];
  if (present < 2 || density->coordinates[0] == NULL)
    return;
  self->n_nodes = n;
  self->nodes = g_memdup2 (density->coordinates[0], n * sizeof (double));
  self->density = take_values (density, n);
  self->density_low = take_values (low, n);
  self->density_high = take_values (high, n);
}

static gboolean
kappa_spectrum_figure_update (KappaFigure *figure, KappaResult *result, GError **error)
{
  KappaSpectrumFigure *self = KAPPA_SPECTRUM_FIGURE (figure);
  g_autoptr (KappaArray) array = find_eigenvalues (self, result);

  if (array == NULL)
    {
      g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_DATA,
                   "this result has no list of eigenvalues%s%s",
                   self->quantity[0] != '\0' ? " called " : "", self->quantity);
      return FALSE;
    }
  g_free (self->shown);
  self->shown = g_strdup (array->name);
  take_eigenvalues (self, result, array);
  take_density (self, result, array->name);
  return TRUE;
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
density_at (KappaSpectrumFigure *self, double lambda)
{
  for (gsize i = 1; i < self->n_nodes; i++)
    if (lambda >= self->nodes[i - 1] && lambda <= self->nodes[i])
      {
        double share = (lambda - self->nodes[i - 1]) / (self->nodes[i] - self->nodes[i - 1]);

        return self->density[i - 1] + share * (self->density[i] - self->density[i - 1]);
      }
  return (double)NAN;
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
      probe->x = kappa_spectrum_is_by_rank (self) ? e->rank : e->value;
      probe->value = e->value;
      probe->text = describe_eigenvalue (self, e);
    }
  else if (self->n_nodes > 0 && !kappa_spectrum_is_by_rank (self))
    {
      g_autofree char *lambda = kappa_axis_dup_number (&frame.x, probe->x);
      g_autofree char *density = NULL;

      probe->value = density_at (self, probe->x);
      density = kappa_format_value (probe->value, 3);
      probe->text = g_strdup_printf ("λ %s\ndensity %s", lambda, density);
    }
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
  if (n > 0)
    g_string_append_printf (text, " The largest is %.6g, the smallest of those %.6g.",
                            kappa_spectrum_get (self, 0)->value,
                            kappa_spectrum_get (self, n - 1)->value);
  if (self->n_nodes > 0)
    g_string_append_printf (text, " Under them the spectral density from %.3g to %.3g.",
                            self->nodes[0], self->nodes[self->n_nodes - 1]);
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
  figure_class->list_quantities = kappa_spectrum_figure_list_quantities;
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

      if (x == (kappa_spectrum_is_by_rank (self) ? (double)e->rank : e->value))
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
