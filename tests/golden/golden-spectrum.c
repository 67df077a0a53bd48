#include <math.h>
#include <string.h>

#include "core/analysis/curvature.h"
#include "core/analysis/lanczos.h"
#include "core/base/formula.h"
#include "tests/golden/golden.h"

/*
 * The Hessian's spectrum, from as many Lanczos steps from the stated vector as the file says. Steps
 * in float64 take minutes, so that they are left to KAPPA_SLOW=1.
 */

#define N_TOP 5

static KappaContext
make_context (void)
{
  return (KappaContext) { .workers = kappa_workers_new (0) };
}

static KappaCurvature *
open_curvature (GoldenFile *file, KappaDtype real)
{
  g_autoptr (GError) error = NULL;
  KappaCurvature *curvature = kappa_curvature_new (
      file->net.model, KAPPA_BATCH_SOURCE (file->images),
      real == KAPPA_F64 ? KAPPA_PRECISION_FLOAT64 : KAPPA_PRECISION_FLOAT32, 0.0, &error);

  g_assert_no_error (error);
  return curvature;
}

static void
multiply (KappaCurvature *curvature, double *vector, KappaContext *context)
{
  g_autoptr (GError) error = NULL;
  const double *const vectors[] = { vector };
  double *const products[] = { vector };

  kappa_curvature_multiply (curvature, KAPPA_CURVATURE_HESSIAN, NULL, 1, vectors, products, context,
                            &error);
  g_assert_no_error (error);
}

static KappaLanczos *
start (GoldenFile *file, KappaDtype real, double *vector, KappaContext *context)
{
  double steps = 0.0;
  const gsize n = file->net.n_weights;
  g_autofree float *values = g_new (float, n);
  KappaLanczosOptions options = {
    .n = n, .top = N_TOP, .bottom = 1, .block = 1, .tolerance = -1.0, .wide = real == KAPPA_F64
  };
  KappaLanczos *lanczos;
  g_autoptr (GError) error = NULL;

  kappa_json_get_double (file->json, kappa_json_lookup (file->json, 0, "lanczos_steps"), &steps);
  options.max_products = (guint)steps;
  lanczos = kappa_lanczos_new (&options);
  kappa_formula_fill ("", "lanczos", -1.0, 1.0, n, values);
  for (gsize i = 0; i < n; i++)
    vector[i] = values[i];
  kappa_lanczos_start (lanczos, 1, &vector, context, &error);
  g_assert_no_error (error);
  return lanczos;
}

/* Returns: (transfer none): the run in this precision; %NULL, with the test skipped, if it would
 * take too long */
static KappaLanczos *
get_lanczos (GoldenFile *file, KappaDtype real)
{
  KappaLanczos **lanczos = &file->spectra[real == KAPPA_F64];
  KappaContext context = make_context ();
  g_autoptr (KappaWorkers) workers = context.workers;
  g_autoptr (KappaCurvature) curvature = NULL;
  g_autofree double *vector = g_new (double, file->net.n_weights);
  g_autoptr (GError) error = NULL;

  if (g_getenv ("KAPPA_SLOW") == NULL)
    {
      g_test_skip ("Lanczos steps take minutes; KAPPA_SLOW=1 runs them");
      return NULL;
    }
  if (*lanczos != NULL)
    return *lanczos;
  curvature = open_curvature (file, real);
  *lanczos = start (file, real, vector, &context);
  while (!kappa_lanczos_is_done (*lanczos))
    {
      kappa_lanczos_get_wanted (*lanczos, 0, vector);
      multiply (curvature, vector, &context);
      kappa_lanczos_advance (*lanczos, &vector, &context, &error);
      g_assert_no_error (error);
    }
  return *lanczos;
}

static double
get_member (GoldenFile *file, guint32 value, const char *key)
{
  return golden_number (file, kappa_json_lookup (file->json, value, key));
}

/* vᵀHv of the vector that was found, in float64, as the analysis has it: a float32 network has a
 * few inputs of ReLU on the wrong side of their kinks, and thus another matrix. */
static double
try_vector (GoldenFile *file, KappaLanczos *lanczos, guint index)
{
  const gsize n = file->net.n_weights;
  KappaContext context = make_context ();
  g_autoptr (KappaWorkers) workers = context.workers;
  g_autoptr (KappaCurvature) curvature = open_curvature (file, KAPPA_F64);
  g_autofree double *vector = g_new (double, n), *product = NULL;
  double curved = 0.0, square = 0.0;

  g_assert_true (kappa_lanczos_get_vector (lanczos, index, vector, &context, NULL));
  product = g_memdup2 (vector, n * sizeof *vector);
  multiply (curvature, product, &context);
  for (gsize i = 0; i < n; i++)
    {
      curved += vector[i] * product[i];
      square += vector[i] * vector[i];
    }
  return curved / square;
}

void
golden_check_eigenvalues (GoldenFile *file, KappaDtype real, guint32 value)
{
  KappaLanczos *lanczos = get_lanczos (file, real);
  guint32 v = kappa_json_get_first (file->json, value);

  for (guint i = 0; lanczos != NULL && v != KAPPA_JSON_MISSING;
       v = kappa_json_get_next (file->json, v), i++)
    {
      const double expected = get_member (file, v, "value");
      double found = NAN, residual;

      g_assert_true (kappa_lanczos_get_value (lanczos, i, &found, &residual));
      if (real == KAPPA_F32)
        found = try_vector (file, lanczos, i);
      golden_compare ("eigenvalue", found, expected,
                      fabs (expected) * (real == KAPPA_F64 ? 1e-7 : 1e-5));
    }
}

/* A Ritz value that has not converged is sensitive to rounding in float32: it is known to its
 * residual only. */
void
golden_check_smallest (GoldenFile *file, KappaDtype real, guint32 value)
{
  KappaLanczos *lanczos = get_lanczos (file, real);
  const double expected = get_member (file, value, "value"),
               allowed = get_member (file, value, "residual");
  double found = NAN, residual = NAN;

  if (lanczos == NULL)
    return;
  g_assert_true (kappa_lanczos_get_value (lanczos, N_TOP, &found, &residual));
  golden_compare ("smallest", found, expected,
                  real == KAPPA_F64 ? fabs (expected) * 1e-7 : allowed);
}

void
golden_check_ritz (GoldenFile *file, KappaDtype real, guint32 value)
{
  KappaLanczos *lanczos = real == KAPPA_F64 ? get_lanczos (file, real) : NULL;
  gsize n_nodes, n_weights;
  g_autofree double *nodes
      = golden_numbers (file, kappa_json_lookup (file->json, value, "nodes"), &n_nodes);
  g_autofree double *weights
      = golden_numbers (file, kappa_json_lookup (file->json, value, "weights"), &n_weights);
  g_autofree double *found = g_new0 (double, n_nodes + 2),
                    *found_weights = g_new0 (double, n_nodes + 2);

  if (real != KAPPA_F64)
    g_test_skip ("nodes that have not converged follow the rounding: stated for float64");
  if (lanczos == NULL)
    return;
  g_assert_cmpuint (kappa_lanczos_get_nodes (lanczos, found, found_weights), ==, n_nodes);
  g_assert_cmpuint (n_weights, ==, n_nodes);
  for (gsize i = 0; i < n_nodes; i++)
    {
      golden_compare ("node", found[i], nodes[i], 1e-7 * nodes[n_nodes - 1]);
      golden_compare ("weight", found_weights[i], weights[i], 1e-7);
    }
}
