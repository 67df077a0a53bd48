#include "core/analysis/power-law.h"

#include <math.h>

/* P(|T| < t) for Student's T with so many degrees of freedom, as a finite sum in the cosine of
 * atan (t / √degrees) (Abramowitz and Stegun, 26.7.3 and 26.7.4). */
static double
student_inside (double t, gsize degrees)
{
  const double angle = atan (t / sqrt ((double)degrees)), c = cos (angle), s = sin (angle);
  const gboolean odd = degrees % 2 == 1;
  double term = odd ? c : 1.0, sum = degrees > 1 ? term : 0.0;

  for (gsize k = odd ? 3 : 2; k + 1 < degrees; k += 2)
    {
      term *= c * c * (double)(k - 1) / (double)k;
      sum += term;
    }
  return odd ? (angle + s * sum) / G_PI_2 : s * sum;
}

/**
 * kappa_student_quantile:
 * @degrees: of freedom, at least 1
 *
 * Returns: the t for which P(|T| < t) = 95 %
 */
double
kappa_student_quantile (gsize degrees)
{
  double low = 1.0, high = 13.0;

  for (guint i = 0; i < 60; i++)
    {
      double middle = 0.5 * (low + high);

      *(student_inside (middle, degrees) < 0.95 ? &low : &high) = middle;
    }
  return 0.5 * (low + high);
}

static gboolean
is_usable (double x, double y)
{
  return isfinite (x) && isfinite (y) && x > 0.0 && y > 0.0;
}

/**
 * kappa_power_law_fit:
 * @x, @y: (array length=n): points with a number that is not finite or not positive are left out
 * @law: (out)
 *
 * Least squares of log y over log x. The interval is Student's, which takes the deviations for
 * independent and of one size.
 *
 * Returns: %FALSE if fewer than three points with two different x remain
 */
gboolean
kappa_power_law_fit (const double *x, const double *y, gsize n, KappaPowerLaw *law)
{
  double mean_x = 0.0, mean_y = 0.0, xx = 0.0, xy = 0.0, rest = 0.0, half;

  *law = (KappaPowerLaw) { 0 };
  for (gsize i = 0; i < n; i++)
    if (is_usable (x[i], y[i]))
      {
        law->n++;
        mean_x += log (x[i]);
        mean_y += log (y[i]);
      }
  if (law->n < 3)
    return FALSE;
  mean_x /= (double)law->n;
  mean_y /= (double)law->n;
  for (gsize i = 0; i < n; i++)
    if (is_usable (x[i], y[i]))
      {
        xx += (log (x[i]) - mean_x) * (log (x[i]) - mean_x);
        xy += (log (x[i]) - mean_x) * (log (y[i]) - mean_y);
      }
  if (!(xx > 1e-12))
    return FALSE;
  law->exponent = xy / xx;
  law->factor = exp (mean_y - law->exponent * mean_x);
  for (gsize i = 0; i < n; i++)
    if (is_usable (x[i], y[i]))
      {
        double deviation = log (y[i]) - mean_y - law->exponent * (log (x[i]) - mean_x);

        rest += deviation * deviation;
      }
  law->residual = sqrt (rest / (double)(law->n - 2));
  half = kappa_student_quantile (law->n - 2) * law->residual / sqrt (xx);
  law->low = law->exponent - half;
  law->high = law->exponent + half;
  return TRUE;
}
