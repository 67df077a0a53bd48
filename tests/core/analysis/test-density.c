/* Densities of quadratures that are known. */

#include <math.h>

#include "core/analysis/density.h"
#include "tests/core/analysis/operator.h"

#define N     200
#define STEPS 30

static double
area (const KappaDensity *density)
{
  double sum = 0.0;

  for (guint i = 0; i < density->n * density->n_rows; i++)
    sum += density->mean[i] * (density->x[1] - density->x[0]);
  return sum;
}

/* Two nodes, one of them known: where they are, how high, and how wide by each tool's rule. */
static void
test_kernels (void)
{
  static const double nodes[] = { 0.0, 0.0 }, weights[] = { 0.5, 0.5 }, locked[] = { 10.0 };
  const double widths[] = { 11.0 / sqrt (8.0 * 1.0986122886681098), 0.0, 5.0 };
  const KappaQuadrature quadrature = { .n = 4,
                                       .n_probes = 1,
                                       .n_steps = 2,
                                       .nodes = nodes,
                                       .weights = weights,
                                       .n_locked = 1,
                                       .locked = locked };

  for (KappaDensityKernel kernel = 0; kernel < 3; kernel++)
    {
      g_autoptr (KappaDensity) density = kappa_density_new (&quadrature, kernel, FALSE);
      const double expected
          = kernel == KAPPA_DENSITY_PYHESSIAN ? sqrt (1e-5 * 10.02) : widths[kernel];

      g_assert_cmpfloat_with_epsilon (density->width, expected, 1e-9 * expected);
      g_assert_cmpuint (density->n, ==, kernel == KAPPA_DENSITY_PAPYAN ? 1024 : 10000);
      if (kernel == KAPPA_DENSITY_PYHESSIAN)
        {
          g_assert_cmpfloat_with_epsilon (area (density), 1.0, 1e-9);
          g_assert_cmpfloat_with_epsilon (density->x[0], -0.01, 1e-12);
        }
      g_assert_false (isfinite (density->high[0]));
    }
}

/* Signs apart on a logarithmic axis; together they are one. */
static void
test_log (void)
{
  double nodes[40], weights[40], below = 0.0;
  KappaQuadrature quadrature
      = { .n = 1000, .n_probes = 1, .n_steps = 40, .nodes = nodes, .weights = weights };
  g_autoptr (KappaDensity) density = NULL;

  for (guint i = 0; i < 40; i++)
    {
      nodes[i] = (i < 10 ? -1.0 : 1.0) * pow (10.0, -2.0 + 0.1 * i);
      weights[i] = 1.0 / 40.0;
    }
  density = kappa_density_new (&quadrature, KAPPA_DENSITY_PYHESSIAN, TRUE);
  g_assert_cmpuint (density->n_rows, ==, 2);
  for (guint i = 0; i < density->n; i++)
    below += density->mean[i] * (density->x[1] - density->x[0]);
  g_assert_cmpfloat_with_epsilon (area (density), 1.0, 1e-9);
  g_assert_cmpfloat_with_epsilon (below, 0.25, 0.02);
}

/* Moments by quadrature: from enough steps the trace of the space the vector sees is exact, so that
 * vectors orthogonal to all that varies tell it to the last digit. */
static void
test_moments (void)
{
  double spectrum[N], nodes[2 * STEPS], weights[2 * STEPS], locked[] = { 50.0, 30.0 };
  g_autoptr (Operator) operator= NULL;
  KappaContext context = { .workers = kappa_workers_new (1) };
  g_autoptr (KappaWorkers) workers = context.workers;
  g_autoptr (KappaKrylovBasis) basis = kappa_krylov_basis_new (N, 2, TRUE);
  g_autoptr (KappaLanczos) extreme = NULL;
  KappaLanczosOptions options = { .n = N,
                                  .top = 2,
                                  .block = 1,
                                  .capacity = 60,
                                  .max_products = 500,
                                  .tolerance = 1e-12,
                                  .wide = TRUE };
  const KappaQuadrature quadrature = { .n = N,
                                       .n_probes = 2,
                                       .n_steps = STEPS,
                                       .nodes = nodes,
                                       .weights = weights,
                                       .n_locked = 2,
                                       .locked = locked };
  double mean, low, high;

  for (guint i = 0; i < N; i++)
    spectrum[i] = i == 0 ? 50.0 : i == 1 ? 30.0 : 0.25;
  operator= operator_new (N, spectrum);
  extreme = kappa_lanczos_new (&options);
  g_assert_true (kappa_lanczos_start (extreme, 0, NULL, &context, NULL));
  operator_run (operator, extreme, &context);
  for (guint i = 0; i < 2; i++)
    {
      double vector[N];

      kappa_lanczos_get_vector (extreme, i, vector, &context, NULL);
      kappa_krylov_basis_set (basis, i, vector);
    }
  options = (KappaLanczosOptions) { .n = N,
                                    .block = 1,
                                    .max_products = STEPS,
                                    .tolerance = -1.0,
                                    .wide = TRUE,
                                    .locked = basis,
                                    .n_locked = 2 };
  for (guint p = 0; p < 2; p++)
    {
      g_autoptr (KappaLanczos) probe = NULL;
      double own_nodes[STEPS + 1] = { 0.0 }, own_weights[STEPS + 1] = { 0.0 };

      options.seed = p;
      probe = kappa_lanczos_new (&options);
      g_assert_true (kappa_lanczos_start (probe, 0, NULL, &context, NULL));
      operator_run (operator, probe, &context);
      /* All that is left is a multiple of the identity. */
      g_assert_cmpuint (kappa_lanczos_get_nodes (probe, own_nodes, own_weights), ==, 1);
      for (guint j = 0; j < STEPS; j++)
        {
          nodes[p * STEPS + j] = own_nodes[j];
          weights[p * STEPS + j] = own_weights[j];
        }
    }
  kappa_quadrature_get_moment (&quadrature, 1, &mean, &low, &high);
  g_assert_cmpfloat_with_epsilon (mean, 80.0 + 0.25 * (N - 2), 1e-8);
  g_assert_cmpfloat_with_epsilon (high - low, 0.0, 1e-6);
  kappa_quadrature_get_moment (&quadrature, 2, &mean, &low, &high);
  g_assert_cmpfloat_with_epsilon (mean, 3400.0 + 0.0625 * (N - 2), 1e-6);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/density/kernels", test_kernels);
  g_test_add_func ("/density/log", test_log);
  g_test_add_func ("/density/moments", test_moments);
  return g_test_run ();
}
