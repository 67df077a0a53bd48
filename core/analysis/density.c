#include "core/analysis/density.h"

#include <math.h>

#include "core/analysis/folds.h"

/* Added to |λ| before its logarithm is taken (curvlinops' choice). */
#define LOG_FLOOR 1e-5

G_DEFINE_ENUM_TYPE (KappaDensityKernel,
                    kappa_density_kernel,
                    G_DEFINE_ENUM_VALUE (KAPPA_DENSITY_PAPYAN, "papyan"),
                    G_DEFINE_ENUM_VALUE (KAPPA_DENSITY_PYHESSIAN, "pyhessian"),
                    G_DEFINE_ENUM_VALUE (KAPPA_DENSITY_EIGENTHINGS, "eigenthings"))

void
kappa_density_free (KappaDensity *self)
{
  if (self == NULL)
    return;
  g_free (self->x);
  g_free (self->mean);
  g_free (self->low);
  g_free (self->high);
  g_free (self);
}

static double
place (double lambda, gboolean log)
{
  return log ? log10 (fabs (lambda) + LOG_FLOOR) : lambda;
}

/* Where the nodes of one vector begin and end, known eigenvalues included. */
static void
find_ends (const KappaQuadrature *self, guint probe, gboolean log, double *low, double *high)
{
  *low = INFINITY;
  *high = -INFINITY;
  for (guint j = 0; j < self->n_steps; j++)
    if (self->weights[probe * self->n_steps + j] > 0.0)
      {
        *low = fmin (*low, place (self->nodes[probe * self->n_steps + j], log));
        *high = fmax (*high, place (self->nodes[probe * self->n_steps + j], log));
      }
  for (guint i = 0; i < self->n_locked; i++)
    {
      *low = fmin (*low, place (self->locked[i], log));
      *high = fmax (*high, place (self->locked[i], log));
    }
}

/* The ends of all vectors; PyHessian takes their mean. */
static void
find_range (const KappaQuadrature *self, gboolean mean, gboolean log, double *low, double *high)
{
  double low_sum = 0.0, high_sum = 0.0;

  *low = INFINITY;
  *high = -INFINITY;
  for (guint p = 0; p < self->n_probes; p++)
    {
      double first, last;

      find_ends (self, p, log, &first, &last);
      *low = fmin (*low, first);
      *high = fmax (*high, last);
      low_sum += first;
      high_sum += last;
    }
  if (mean)
    {
      *low = low_sum / self->n_probes;
      *high = high_sum / self->n_probes;
    }
}

static void
choose_grid (const KappaQuadrature *quadrature,
             KappaDensityKernel kernel,
             gboolean log,
             double *low,
             double *high,
             KappaDensity *self)
{
  const double steps = MAX (quadrature->n_steps, 2);
  double range;

  find_range (quadrature, kernel == KAPPA_DENSITY_PYHESSIAN, log, low, high);
  range = *high - *low;
  /* A single eigenvalue has no range. */
  if (!(range > 0.0))
    range = fabs (*high) > 0.0 ? 0.1 * fabs (*high) : 0.1;
  self->n = kernel == KAPPA_DENSITY_PAPYAN ? 1024 : 10000;
  if (kernel == KAPPA_DENSITY_PYHESSIAN)
    {
      *low -= 0.01;
      *high += 0.01;
      self->width = sqrt (1e-5 * fmax (1.0, *high - *low));
      return;
    }
  *low -= kernel == KAPPA_DENSITY_PAPYAN ? 0.05 * range : 0.1 * range;
  *high += kernel == KAPPA_DENSITY_PAPYAN ? 0.05 * range : 0.1 * range;
  if (kernel == KAPPA_DENSITY_PAPYAN)
    self->width = 0.5 * (*high - *low) * 2.0 / (steps - 1.0)
                  / sqrt (8.0 * (log ? 0.03922071315328133 /* ln 1.04 */ : 1.0986122886681098));
  else
    self->width = range / steps;
}

static double
gaussian (double distance, double width)
{
  const double t = distance / width;

  return exp (-0.5 * t * t) / (width * 2.5066282746310002 /* √(2π) */);
}

/* The density of one sign, or of both, at @x by one vector. */
static double
evaluate (const KappaQuadrature *q, guint probe, gboolean log, int sign, double x, double width)
{
  const double rest = (double)(q->n - q->n_locked) / (double)q->n;
  double sum = 0.0;

  for (guint j = 0; j < q->n_steps; j++)
    {
      const double node = q->nodes[probe * q->n_steps + j];
      const double weight = q->weights[probe * q->n_steps + j];

      if (weight > 0.0 && (sign == 0 || (node < 0.0) == (sign < 0)))
        sum += rest * weight * gaussian (x - place (node, log), width);
    }
  for (guint i = 0; i < q->n_locked; i++)
    if (sign == 0 || (q->locked[i] < 0.0) == (sign < 0))
      sum += gaussian (x - place (q->locked[i], log), width) / (double)q->n;
  return sum;
}

/* The area by the rule of rectangles, as PyHessian computes it. */
static void
normalise (KappaDensity *self)
{
  const double step = self->x[1] - self->x[0];
  double area = 0.0;

  for (guint i = 0; i < self->n * self->n_rows; i++)
    area += self->mean[i] * step;
  for (guint i = 0; area > 0.0 && i < self->n * self->n_rows; i++)
    {
      self->mean[i] /= area;
      self->low[i] /= area;
      self->high[i] /= area;
    }
}

/**
 * kappa_density_new:
 * @log: whether over log₁₀ |λ|, the signs apart, instead of over λ
 *
 * Returns: (transfer full): the density of eigenvalues; the area below all rows is 1
 */
KappaDensity *
kappa_density_new (const KappaQuadrature *quadrature, KappaDensityKernel kernel, gboolean log)
{
  KappaDensity *self = g_new0 (KappaDensity, 1);
  g_autofree double *values = g_new (double, quadrature->n_probes);
  double low, high;

  choose_grid (quadrature, kernel, log, &low, &high, self);
  self->n_rows = log ? 2 : 1;
  self->x = g_new (double, self->n);
  self->mean = g_new (double, self->n * self->n_rows);
  self->low = g_new (double, self->n * self->n_rows);
  self->high = g_new (double, self->n * self->n_rows);
  for (guint i = 0; i < self->n; i++)
    self->x[i] = low + (high - low) * i / (self->n - 1);
  for (guint row = 0; row < self->n_rows; row++)
    for (guint i = 0; i < self->n; i++)
      {
        const guint at = row * self->n + i;

        for (guint p = 0; p < quadrature->n_probes; p++)
          values[p] = evaluate (quadrature, p, log,
                                !log       ? 0
                                : row == 0 ? -1
                                           : 1,
                                self->x[i], self->width);
        kappa_mean_interval (values, quadrature->n_probes, &self->mean[at], &self->low[at],
                             &self->high[at]);
        self->low[at] = fmax (self->low[at], 0.0);
      }
  if (kernel == KAPPA_DENSITY_PYHESSIAN)
    normalise (self);
  return self;
}

/**
 * kappa_quadrature_get_moment:
 * @power: 1 for the trace, 2 for the squared Frobenius norm
 * @mean: (out): the sum of that power of all eigenvalues
 * @low, @high: (out): its 95 % confidence interval; infinite with one vector
 */
void
kappa_quadrature_get_moment (const KappaQuadrature *self,
                             guint power,
                             double *mean,
                             double *low,
                             double *high)
{
  g_autofree double *sums = g_new0 (double, self->n_probes);

  for (guint p = 0; p < self->n_probes; p++)
    {
      for (guint j = 0; j < self->n_steps; j++)
        sums[p] += (double)(self->n - self->n_locked) * self->weights[p * self->n_steps + j]
                   * pow (self->nodes[p * self->n_steps + j], power);
      for (guint i = 0; i < self->n_locked; i++)
        sums[p] += pow (self->locked[i], power);
    }
  kappa_mean_interval (sums, self->n_probes, mean, low, high);
}
