#include "core/analysis/held-out.h"

#include <math.h>

/* P(B ≤ k) for B binomial of n trials with probability p. */
static double
binomial_at_most (gsize n, gsize k, double p)
{
  double sum = 0.0;

  if (k >= n || p <= 0.0)
    return 1.0;
  if (p >= 1.0)
    return 0.0;
  for (gsize i = 0; i <= k; i++)
    sum += exp (lgamma ((double)n + 1.0) - lgamma ((double)i + 1.0) - lgamma ((double)(n - i) + 1.0)
                + (double)i * log (p) + (double)(n - i) * log1p (-p));
  return MIN (sum, 1.0);
}

/**
 * kappa_held_out_alpha:
 * @round: from 0 on
 *
 * Returns: how probable a wrong statement may be in a round, so that in all rounds together it is
 *   5 % at most, however many there are
 */
double
kappa_held_out_alpha (guint round)
{
  return ldexp (0.05, -(int)round - 1);
}

/**
 * kappa_held_out_count:
 * @share: of the points, above 0
 *
 * Returns: how many points drawn at random must all be good to say with the confidence 1 − @alpha
 *   that no more than @share of all are bad: the smallest n with (1 − share)ⁿ ≤ α
 */
gsize
kappa_held_out_count (double share, double alpha)
{
  return (gsize)ceil (log (alpha) / log1p (-share));
}

/**
 * kappa_held_out_bound_share:
 * @n: points drawn, at least 1
 * @k: how many of them were bad
 *
 * Returns: the upper confidence bound of the share that is bad of all: the largest p with
 *   P(B ≤ k) ≥ α, B binomial of n trials with p (C. J. Clopper, E. S. Pearson, Biometrika 26,
 *   1934). Drawn without replacement, it holds all the more
 */
double
kappa_held_out_bound_share (gsize n, gsize k, double alpha)
{
  double low = (double)k / (double)n, high = 1.0;

  for (guint step = 0; k < n && step < 60; step++)
    {
      double middle = 0.5 * (low + high);

      if (binomial_at_most (n, k, middle) >= alpha)
        low = middle;
      else
        high = middle;
    }
  return high;
}

/**
 * kappa_held_out_rank:
 * @n: points drawn
 * @share: of all points
 *
 * Returns: the smallest m such that with the confidence 1 − @alpha at least @share of all points
 *   are no worse than the m-th best of those drawn; 0 if they are too few for any
 */
gsize
kappa_held_out_rank (gsize n, double share, double alpha)
{
  for (gsize m = 1; m <= n; m++)
    if (binomial_at_most (n, n - m, 1.0 - share) <= alpha)
      return m;
  return 0;
}
