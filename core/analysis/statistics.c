#include "core/analysis/statistics.h"

#include <math.h>

/**
 * kappa_wilson_interval:
 * @successes: of @n independent trials; @n > 0
 * @z: quantile of the standard normal distribution, %KAPPA_NORMAL_95
 * @low, @high: (out): in [0, 1]
 *
 * The score interval of a proportion (E. B. Wilson, "Probable inference, the law of succession, and
 * statistical inference", JASA 22, 1927), without continuity correction.
 */
void
kappa_wilson_interval (double successes, double n, double z, double *low, double *high)
{
  double p = successes / n, square = z * z;
  double centre = (p + square / (2.0 * n)) / (1.0 + square / n);
  double half = z / (1.0 + square / n) * sqrt (p * (1.0 - p) / n + square / (4.0 * n * n));

  /* Exact at the ends, where the difference is 0 but for rounding. */
  *low = successes <= 0.0 ? 0.0 : fmax (0.0, centre - half);
  *high = successes >= n ? 1.0 : fmin (1.0, centre + half);
}

double
kappa_mean (const double *values, gsize n)
{
  double sum = 0.0;

  for (gsize i = 0; i < n; i++)
    sum += values[i];
  return sum / (double) n;
}

/**
 * kappa_standard_deviation:
 *
 * Returns: of the sample, with n − 1 in the denominator; 0 for a single value
 */
double
kappa_standard_deviation (const double *values, gsize n)
{
  double mean = kappa_mean (values, n), sum = 0.0;

  for (gsize i = 0; i < n; i++)
    sum += (values[i] - mean) * (values[i] - mean);
  return n > 1 ? sqrt (sum / (double) (n - 1)) : 0.0;
}
