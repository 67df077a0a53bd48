#include "core/analysis/predict-average.h"

#include <math.h>

G_DEFINE_ENUM_TYPE (KappaAverage,
                    kappa_average,
                    G_DEFINE_ENUM_VALUE (KAPPA_AVERAGE_PROBABILITIES, "probabilities"),
                    G_DEFINE_ENUM_VALUE (KAPPA_AVERAGE_LOGITS, "logits"))

/* log (exp a + exp b). Equal ones first: they may both be infinite. */
static double
add_logarithms (double a, double b)
{
  if (a == b)
    return a + G_LN2;
  return a > b ? a + log1p (exp (b - a)) : b + log1p (exp (a - b));
}

/* log Σ exp; NaN if a score is NaN or +∞, as of kappa_cross_entropy_of_logits(). */
static double
log_sum (const double *scores, gsize n)
{
  double largest = -INFINITY, sum = 0.0;

  for (gsize c = 0; c < n; c++)
    if (!(scores[c] <= largest))
      largest = scores[c];
  for (gsize c = 0; c < n; c++)
    sum += exp (scores[c] - largest);
  return largest + log (sum);
}

/**
 * kappa_average_begin:
 * @mean: (out) (array length=n): a row of scores, one for each class
 */
void
kappa_average_begin (double *mean, gsize n, KappaAverage average)
{
  for (gsize c = 0; c < n; c++)
    mean[c] = average == KAPPA_AVERAGE_LOGITS ? 0.0 : -INFINITY;
}

/**
 * kappa_average_add:
 * @scores: (array length=n): logits, or the result of another average of the same kind
 */
void
kappa_average_add (double *mean, const double *scores, gsize n, KappaAverage average)
{
  double shift;

  if (average == KAPPA_AVERAGE_LOGITS)
    {
      for (gsize c = 0; c < n; c++)
        mean[c] += scores[c];
      return;
    }
  shift = log_sum (scores, n);
  for (gsize c = 0; c < n; c++)
    mean[c] = add_logarithms (mean[c], scores[c] - shift);
}

/**
 * kappa_average_finish:
 * @count: how many rows were added
 */
void
kappa_average_finish (double *mean, gsize n, guint count, KappaAverage average)
{
  for (gsize c = 0; c < n; c++)
    mean[c] = average == KAPPA_AVERAGE_LOGITS ? mean[c] / count : mean[c] - log (count);
}
