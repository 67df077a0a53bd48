/* The trace of the Hessian of a network that is not piecewise linear: a small Vision Transformer.
 */

#include <math.h>

#include "core/analysis/curvature.h"
#include "core/analysis/trace.h"
#include "core/base/error.h"
#include "tests/core/analysis/fixture.h"
#include "tests/core/analysis/small-vit.h"

#define IMAGES  "0:4"
#define AT_ONCE 64

static const SmallVit vit = { 8, 2, 12, 4, "erf" };

/* The diagonal of a matrix, column by column. */
static double *
get_diagonal (KappaInputs *inputs, KappaCurvatureKind kind)
{
  KappaModel *model = kappa_inputs_get_model (inputs, "model", 0);
  const gsize n = kappa_model_get_parameters_size (model);
  g_autoptr (KappaWorkers) workers = kappa_workers_new (2);
  KappaContext context = { .workers = workers };
  g_autoptr (KappaBatchSource) batches
      = kappa_inputs_make_batches (inputs, "data", "model", TRUE, &context, NULL);
  g_autoptr (KappaCurvature) curvature
      = kappa_curvature_new (model, batches, KAPPA_PRECISION_FLOAT64, 0.0, NULL);
  double *vectors[AT_ONCE], *diagonal = g_new (double, n);

  for (guint v = 0; v < AT_ONCE; v++)
    vectors[v] = g_new (double, n);
  for (gsize first = 0; first < n; first += AT_ONCE)
    {
      const guint count = (guint)MIN (AT_ONCE, n - first);

      for (guint v = 0; v < count; v++)
        for (gsize i = 0; i < n; i++)
          vectors[v][i] = i == first + v;
      g_assert_true (kappa_curvature_multiply (
          curvature, kind, NULL, count, (const double *const *)vectors, vectors, &context, NULL));
      for (guint v = 0; v < count; v++)
        diagonal[first + v] = vectors[v][first + v];
    }
  for (guint v = 0; v < AT_ONCE; v++)
    g_free (vectors[v]);
  return diagonal;
}

static double
sum (const double *values, gsize n)
{
  double total = 0.0;

  for (gsize i = 0; i < n; i++)
    total += values[i];
  return total;
}

static KappaResult *
run (KappaInputs *inputs, const char *const *settings)
{
  g_autoptr (KappaAnalysis) analysis = g_object_new (KAPPA_TYPE_TRACE, NULL);

  fixture_set (analysis, "precision", "float64");
  fixture_set (analysis, "seed", "5");
  for (guint i = 0; settings[i] != NULL; i += 2)
    fixture_set (analysis, settings[i], settings[i + 1]);
  return fixture_run (analysis, inputs, NULL, 2);
}

/* The Gauss-Newton part is exact in such a network, too. */
static void
test_gauss_newton (void)
{
  static const char *const settings[] = { "operator", "gauss-newton", NULL };
  g_autoptr (KappaInputs) inputs = small_vit_open_inputs (&vit, IMAGES);
  KappaModel *model = kappa_inputs_get_model (inputs, "model", 0);
  g_autofree double *diagonal = get_diagonal (inputs, KAPPA_CURVATURE_GAUSS_NEWTON);
  const double trace = sum (diagonal, kappa_model_get_parameters_size (model));
  g_autoptr (KappaResult) result = run (inputs, settings);
  g_autoptr (KappaScalar) found = kappa_result_dup_scalar (result, "trace");

  g_assert_cmpint (found->certainty.kind, ==, KAPPA_EXACT);
  g_assert_cmpfloat_with_epsilon (found->value, trace, 1e-10 * trace);
}

/* How many tensors' intervals hold the sum of their diagonal entries. */
static guint
count_covered (KappaTable *table, KappaModel *model, const double *diagonal)
{
  guint covered = 0;

  g_assert_cmpuint (table->n_rows, ==, kappa_model_get_n_parameters (model));
  for (guint t = 0; t < table->n_rows; t++)
    {
      const KappaParameter *p = kappa_model_get_parameter (model, t);
      const double trace = sum (diagonal + p->offset, p->size);
      const double slack = 1e-10 * (1.0 + fabs (trace));

      g_assert_cmpstr (table->texts[0][t], ==, p->name);
      covered += table->numbers[3][t] - slack <= trace && trace <= table->numbers[4][t] + slack;
    }
  return covered;
}

/* The interval holds the trace of the Hessian itself, and is an interval: the rest, which the
 * Gauss-Newton matrix does not have, is estimated. */
static void
test_difference (void)
{
  static const char *const settings[]
      = { "method", "difference", "probes", "100", "folds", "2", NULL };
  g_autoptr (KappaInputs) inputs = small_vit_open_inputs (&vit, IMAGES);
  KappaModel *model = kappa_inputs_get_model (inputs, "model", 0);
  const gsize n = kappa_model_get_parameters_size (model);
  const guint n_tensors = kappa_model_get_n_parameters (model);
  g_autofree double *hessian = get_diagonal (inputs, KAPPA_CURVATURE_HESSIAN);
  g_autofree double *gauss_newton = get_diagonal (inputs, KAPPA_CURVATURE_GAUSS_NEWTON);
  const double trace = sum (hessian, n), rest = trace - sum (gauss_newton, n);
  g_autoptr (KappaResult) result = run (inputs, settings);
  g_autoptr (KappaScalar) found = kappa_result_dup_scalar (result, "trace");
  g_autoptr (KappaTable) table = kappa_result_dup_table (result, "trace_by_tensor");
  const double half = 0.5 * (found->certainty.high - found->certainty.low);

  g_test_message ("trace %g, of it the rest %g; found %g ± %g; %u of %u tensors", trace, rest,
                  found->value, half, count_covered (table, model, hessian), n_tensors);
  g_assert_cmpint (found->certainty.kind, ==, KAPPA_INTERVAL);
  g_assert_cmpfloat (found->certainty.low, <=, trace);
  g_assert_cmpfloat (found->certainty.high, >=, trace);
  g_assert_cmpfloat (half, >, 0.0);
  /* An interval so wide that it says nothing would hold everything. */
  g_assert_cmpfloat (half, <, 0.1 * fabs (rest));
  g_assert_cmpfloat (fabs (rest), >, fabs (trace));
  g_assert_cmpuint (count_covered (table, model, hessian), >=, n_tensors * 85 / 100);
}

/* There is no exact trace of such a Hessian, and none is made up. */
static void
test_exact_refused (void)
{
  g_autoptr (KappaInputs) inputs = small_vit_open_inputs (&vit, IMAGES);
  g_autoptr (KappaAnalysis) analysis = g_object_new (KAPPA_TYPE_TRACE, NULL);
  g_autoptr (KappaWorkers) workers = kappa_workers_new (1);
  g_autoptr (KappaResult) result = kappa_result_new ();
  KappaContext context = { .workers = workers };
  g_autoptr (GError) error = NULL;

  fixture_set (analysis, "method", "exact");
  g_assert_false (kappa_analysis_run (analysis, inputs, result, &context, &error));
  g_assert_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/trace-tokens/gauss-newton", test_gauss_newton);
  g_test_add_func ("/trace-tokens/difference", test_difference);
  g_test_add_func ("/trace-tokens/exact-refused", test_exact_refused);
  return g_test_run ();
}
