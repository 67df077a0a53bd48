#include "core/analysis/folds.h"

#include <math.h>

#include "core/analysis/statistics.h"

const KappaProperty kappa_property_folds = {
  .name = "folds",
  .type = KAPPA_PROPERTY_INTEGER,
  .title = "Folds",
  .blurb = "cut the images into so many parts and compute from each alone as well, to see how much "
           "depends on the images; 0 to leave it",
  .unit = "",
  .fallback = "4",
  .minimum = 0.0,
  .maximum = 64.0,
  .flags = KAPPA_PROPERTY_COMMON,
};

/**
 * kappa_fold_get:
 * @n_folds: at most @n_images
 *
 * Returns: the stretch of images that is fold @index; sizes differ by one at most
 */
KappaFold
kappa_fold_get (gint64 n_images, guint n_folds, guint index)
{
  gint64 first = n_images * index / n_folds;

  return (KappaFold) { first, n_images * (index + 1) / n_folds - first };
}

/**
 * kappa_student_95:
 * @n: how many values, at least 2
 *
 * Returns: the 97.5 % quantile of Student's t distribution with @n − 1 degrees of freedom, to three
 * digits or better: the first exactly, the others by the expansion of R. A. Fisher and E. A.
 * Cornish, Technometrics 2 (1960), in the normal quantile
 */
double
kappa_student_95 (gsize n)
{
  static const double first[] = { 12.706204736, 4.302652730, 3.182446305, 2.776445105 };
  const double z = KAPPA_NORMAL_95, s = z * z, nu = (double)n - 1.0;

  if (n < 2)
    return INFINITY;
  if (n - 2 < G_N_ELEMENTS (first))
    return first[n - 2];
  return z
         * (1.0 + (s + 1.0) / (4.0 * nu) + ((5.0 * s + 16.0) * s + 3.0) / (96.0 * nu * nu)
            + (((3.0 * s + 19.0) * s + 17.0) * s - 15.0) / (384.0 * nu * nu * nu));
}

/**
 * kappa_mean_interval:
 * @low, @high: (out): the 95 % confidence interval of the mean of what the values are drawn from,
 *   by Student's t distribution; infinite for a single value
 */
void
kappa_mean_interval (const double *values, gsize n, double *mean, double *low, double *high)
{
  double half = n > 1
                    ? kappa_student_95 (n) * kappa_standard_deviation (values, n) / sqrt ((double)n)
                    : INFINITY;

  *mean = kappa_mean (values, n);
  *low = *mean - half;
  *high = *mean + half;
}

/**
 * kappa_fold_set_scalar:
 * @values: (array length=n_folds): the number, from each fold alone
 * @definition: of the number
 *
 * Sets a scalar: the mean over the folds with its confidence interval.
 */
void
kappa_fold_set_scalar (KappaResult *result,
                       const char *name,
                       const char *unit,
                       const double *values,
                       guint n_folds,
                       const char *definition)
{
  g_autofree char *text = g_strdup_printf (
      "mean over %u folds, each computed from its own images alone, with the 95 %% interval by "
      "Student's t: %s",
      n_folds, definition);
  double mean, low, high;

  kappa_mean_interval (values, n_folds, &mean, &low, &high);
  kappa_result_set_scalar (result, name, mean, unit, KAPPA_CERTAINTY_INTERVAL (low, high, 0.95),
                           text);
}
