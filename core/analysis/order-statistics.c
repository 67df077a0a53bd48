#include "core/analysis/order-statistics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int
by_value (const void *a, const void *b)
{
  const double *x = a, *y = b;

  return (*x > *y) - (*x < *y);
}

/**
 * kappa_median_interval:
 * @values: (array length=n): independent draws of one quantity, @n > 0
 * @level: the confidence that is wanted, e.g. 0.95
 * @median: (out): of the sample
 * @low, @high: (out): the k-th smallest and the k-th largest value
 *
 * The interval between two order statistics, which holds the median of any continuous distribution
 * with the probability 1 − 2·P(B < k), B binomial of n trials of ½ (W. R. Thompson, Annals of
 * Mathematical Statistics 7, 1936). k is the largest for which that is @level or more; from too few
 * values it is 1, and the level less.
 *
 * Returns: the level of the interval
 */
double
kappa_median_interval (const double *values,
                       gsize n,
                       double level,
                       double *median,
                       double *low,
                       double *high)
{
  g_autofree double *sorted = g_memdup2 (values, n * sizeof *values);
  double term = ldexp (1.0, -(int)MIN (n, 1000)), below = term, reached = 1.0 - 2.0 * below;
  gsize k = 1;

  qsort (sorted, n, sizeof *sorted, by_value);
  *median = n % 2 == 1 ? sorted[n / 2] : 0.5 * (sorted[n / 2 - 1] + sorted[n / 2]);
  while (2 * (k + 1) <= n)
    {
      term *= (double)(n - k + 1) / (double)k;
      if (1.0 - 2.0 * (below + term) < level)
        break;
      below += term;
      reached = 1.0 - 2.0 * below;
      k++;
    }
  *low = sorted[k - 1];
  *high = sorted[n - k];
  return MAX (reached, 0.0);
}
