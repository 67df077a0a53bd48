/* What a spectrum shows, out of its result. */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/error.h"
#include "ui/plot/spectrum-private.h"

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

/* The arrays of a result that are eigenvalues. */
char **
kappa_spectrum_list_quantities (KappaFigure *figure, KappaResult *result)
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
      gsize at = fold * n + e->index;
      double value = folds->values[at];

      if (!folds->present[at] || !isfinite (value))
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

/* Estimates stand in the result from the first product on; another array says which are final. */
static gsize
count_rough (KappaResult *result, const KappaArray *array)
{
  g_autoptr (KappaArray) final = kappa_result_dup_array (result, ".verified");
  gsize n = 0;

  if (final == NULL || !g_str_equal (array->name, "eigenvalues")
      || kappa_array_get_size (final) != kappa_array_get_size (array))
    return 0;
  for (gsize i = 0; i < array->dims[0]; i++)
    n += array->present[i] && !final->present[i];
  return n;
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
  self->n_rough = count_rough (result, array);
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

static void
clear_curve (KappaSpectrumCurve *curve)
{
  g_clear_pointer (&curve->x, g_free);
  g_clear_pointer (&curve->values, g_free);
  g_clear_pointer (&curve->low, g_free);
  g_clear_pointer (&curve->high, g_free);
  curve->n = 0;
}

void
kappa_spectrum_clear_curves (KappaSpectrumFigure *self)
{
  clear_curve (&self->density);
  clear_curve (&self->decades[0]);
  clear_curve (&self->decades[1]);
}

/* What is not computed yet is NaN, and leaves a gap. */
static double *
take_row (const KappaArray *array, gsize row, gsize n)
{
  double *values;

  if (array == NULL || array->dims[array->rank - 1] != n
      || kappa_array_get_size (array) < (row + 1) * n)
    return NULL;
  values = g_new (double, n);
  for (gsize i = 0; i < n; i++)
    values[i] = array->present[row * n + i] ? array->values[row * n + i] : (double)NAN;
  return values;
}

static void
take_curve (KappaSpectrumCurve *curve,
            const KappaArray *density,
            const KappaArray *low,
            const KappaArray *high,
            gsize row)
{
  guint axis = density->rank - 1;
  gsize n = density->dims[axis], present = 0;

  for (gsize i = 0; i < n; i++)
    present += density->present[row * n + i];
  if (present < 2 || density->coordinates[axis] == NULL)
    return;
  curve->n = n;
  curve->x = g_memdup2 (density->coordinates[axis], n * sizeof (double));
  curve->values = take_row (density, row, n);
  curve->low = take_row (low, row, n);
  curve->high = take_row (high, row, n);
}

static void
take_density (KappaSpectrumFigure *self, KappaResult *result, const char *shown)
{
  g_autoptr (KappaArray) density = find_companion (result, shown, "density", "");
  g_autoptr (KappaArray) low = find_companion (result, shown, "density", "_low");
  g_autoptr (KappaArray) high = find_companion (result, shown, "density", "_high");

  if (density != NULL && density->rank == 1)
    take_curve (&self->density, density, low, high, 0);
}

/* Its axis is the logarithm of |λ|, its rows are the negative ones and the positive ones. */
static void
take_decades (KappaSpectrumFigure *self, KappaResult *result, const char *shown)
{
  g_autoptr (KappaArray) density = find_companion (result, shown, "log_density", "");
  g_autoptr (KappaArray) low = find_companion (result, shown, "log_density", "_low");
  g_autoptr (KappaArray) high = find_companion (result, shown, "log_density", "_high");

  if (density == NULL || density->rank != 2 || density->dims[0] != G_N_ELEMENTS (self->decades))
    return;
  for (gsize row = 0; row < density->dims[0]; row++)
    {
      KappaSpectrumCurve *curve = &self->decades[row];

      take_curve (curve, density, low, high, row);
      for (gsize i = 0; i < curve->n; i++)
        curve->x[i] = pow (10.0, curve->x[i]);
    }
}

/**
 * kappa_spectrum_read:
 *
 * Takes eigenvalues and densities out of a result.
 *
 * Returns: %FALSE with %KAPPA_ERROR_DATA if it has no eigenvalues
 */
gboolean
kappa_spectrum_read (KappaSpectrumFigure *self, KappaResult *result, GError **error)
{
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
  kappa_spectrum_clear_curves (self);
  take_density (self, result, array->name);
  take_decades (self, result, array->name);
  return TRUE;
}
