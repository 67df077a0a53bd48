#include "core/analysis/paired.h"

#include <math.h>

#include "core/analysis/statistics.h"

/* The correlation of the two, with the continuity correction of positive ones. */
static double
correlation (const KappaPaired *self)
{
  double a = (double)self->both, b = (double)self->first, c = (double)self->second,
         d = (double)self->neither;
  double product = (a + b) * (c + d) * (a + c) * (b + d), excess = a * d - b * c;

  if (product <= 0.0)
    return 0.0;
  if (excess > 0.0)
    excess = fmax (excess - 0.5 * (a + b + c + d), 0.0);
  return excess / sqrt (product);
}

static double
distance (double x, double y, double phi)
{
  return sqrt (fmax (x * x - 2.0 * phi * x * y + y * y, 0.0));
}

/**
 * kappa_paired_interval:
 * @self: of at least one trial
 * @z: quantile of the standard normal distribution, %KAPPA_NORMAL_95
 * @low, @high: (out): in [-1, 1]
 *
 * The interval of a difference of paired proportions that Wilson's two intervals make (R. G.
 * Newcombe, "Improved confidence intervals for the difference between binomial proportions based on
 * paired data", Statistics in Medicine 17, 1998, method 10).
 *
 * Returns: the proportion of the first minus that of the second
 */
double
kappa_paired_interval (const KappaPaired *self, double z, double *low, double *high)
{
  double n = (double)(self->both + self->first + self->second + self->neither);
  double p = (double)(self->both + self->first) / n, q = (double)(self->both + self->second) / n;
  double difference = ((double)self->first - (double)self->second) / n;
  double phi = correlation (self), p_low, p_high, q_low, q_high;

  kappa_wilson_interval ((double)(self->both + self->first), n, z, &p_low, &p_high);
  kappa_wilson_interval ((double)(self->both + self->second), n, z, &q_low, &q_high);
  *low = fmax (-1.0, difference - distance (p - p_low, q_high - q, phi));
  *high = fmin (1.0, difference + distance (p_high - p, q - q_low, phi));
  return difference;
}

/**
 * kappa_paired_mcnemar:
 *
 * McNemar's test, exact: how likely the trials in which only one of the two succeeds are divided at
 * least as unevenly if both succeed equally often.
 *
 * Returns: the two-sided p-value; 1 if there is no such trial
 */
double
kappa_paired_mcnemar (const KappaPaired *self)
{
  double n = (double)(self->first + self->second);
  gsize fewer = MIN (self->first, self->second);
  double sum = 0.0;

  for (gsize k = 0; k <= fewer; k++)
    sum += exp (lgamma (n + 1.0) - lgamma ((double)k + 1.0) - lgamma (n - (double)k + 1.0)
                - n * G_LN2);
  return fmin (1.0, 2.0 * sum);
}
