#include <math.h>
#include <string.h>

#include "core/analysis/power.h"
#include "core/base/error.h"
#include "tests/core/analysis/fixture.h"

#define IMAGES "0:8"
#define N      6

static const double diagonal[N] = { 1.0, -9.0, 10.0, 0.5, 2.0, 0.0 };

static void
iterate (KappaPower *power, guint n_products)
{
  double product[N];

  while (!kappa_power_is_done (power) && n_products-- > 0)
    {
      for (guint i = 0; i < N; i++)
        product[i] = diagonal[i] * kappa_power_get_vector (power)[i];
      kappa_power_tell (power, product);
    }
}

/* The largest |λ| first; a gap as small as this one makes it slow, and the rule stops it early. */
static void
test_power (void)
{
  g_autoptr (KappaPower) power = kappa_power_new (N, 3, 1, "test");

  iterate (power, G_MAXUINT);
  g_assert_cmpfloat_with_epsilon (kappa_power_get_value (power, 0), 10.0, 0.2);
  g_assert_cmpfloat (kappa_power_get_value (power, 0), !=, 10.0);
  g_assert_cmpfloat_with_epsilon (kappa_power_get_value (power, 1), -9.0, 0.2);
  g_assert_cmpfloat_with_epsilon (kappa_power_get_value (power, 2), 2.0, 0.1);
  g_assert_cmpuint (kappa_power_get_n_products (power, 0), <=, 100);
}

/* It returns the value before the one that made it stop. */
static void
test_power_previous (void)
{
  g_autoptr (KappaPower) power = kappa_power_new (N, 1, 1, "test");
  double last = NAN, before = NAN;

  while (!kappa_power_is_done (power))
    {
      const double *v = kappa_power_get_vector (power);
      double product[N], value = 0.0;

      for (guint i = 0; i < N; i++)
        {
          product[i] = diagonal[i] * v[i];
          value += v[i] * product[i];
        }
      kappa_power_tell (power, product);
      before = last;
      last = value;
    }
  g_assert_cmpfloat (fabs (last - before) / fabs (before), <, 1e-3);
  g_assert_cmpfloat (kappa_power_get_value (power, 0), ==, before);
}

static void
test_power_restore (void)
{
  g_autoptr (KappaPower) whole = kappa_power_new (N, 3, 1, "test");

  iterate (whole, G_MAXUINT);
  for (guint stop = 0; stop < 40; stop++)
    {
      g_autoptr (KappaPower) first = kappa_power_new (N, 3, 1, "test");
      g_autoptr (KappaPower) second = kappa_power_new (N, 3, 1, "test");
      g_autofree double *state = g_new (double, kappa_power_get_state_size (N, 3));

      iterate (first, stop);
      kappa_power_save (first, state);
      kappa_power_restore (second, state);
      iterate (second, G_MAXUINT);
      for (guint k = 0; k < 3; k++)
        g_assert_cmpfloat (kappa_power_get_value (whole, k), ==, kappa_power_get_value (second, k));
    }
}

static KappaAnalysis *
new_analysis (const char *tool)
{
  g_autoptr (GError) error = NULL;
  KappaAnalysis *analysis = kappa_analysis_new_by_name ("compatibility", &error);

  g_assert_no_error (error);
  fixture_set (analysis, "tool", tool);
  return analysis;
}

static void
assert_near (KappaResult *result, const char *tool, const char *correct, double tolerance)
{
  double right = fixture_scalar (result, correct);

  g_assert_cmpfloat_with_epsilon (fixture_scalar (result, tool), right, tolerance * fabs (right));
}

/* The tool's number is what it is, and says how far off. */
static void
test_pyhessian (void)
{
  g_autoptr (KappaInputs) inputs = fixture_open_inputs (IMAGES);
  g_autoptr (KappaAnalysis) analysis = new_analysis ("pyhessian");
  g_autoptr (KappaResult) result = NULL;
  g_autoptr (KappaScalar) tool = NULL;
  g_autoptr (KappaTable) table = NULL;

  fixture_set (analysis, "probes", "6");
  result = fixture_run (analysis, inputs, NULL, 2);
  assert_near (result, "tool_lambda_max", "lambda_max", 0.02);
  g_assert_cmpfloat (fixture_scalar (result, "tool_trace_products"), <=, 6.0);
  tool = kappa_result_dup_scalar (result, "tool_trace");
  g_assert_cmpint (tool->certainty.kind, ==, KAPPA_RESIDUAL);
  g_assert_cmpfloat (tool->certainty.residual, ==,
                     fabs (tool->value - fixture_scalar (result, "trace")));
  g_assert_nonnull (strstr (tool->definition, "Hutchinson"));
  table = kappa_result_dup_table (result, "comparison");
  g_assert_cmpuint (table->n_rows, ==, 3);
}

/* Halves summed, not averaged, are twice the whole; what is left out can only make it smaller. */
static void
test_li (void)
{
  g_autoptr (KappaInputs) inputs = fixture_open_inputs (IMAGES);
  g_autoptr (KappaAnalysis) analysis = new_analysis ("li2018");
  g_autoptr (KappaResult) whole = fixture_run (analysis, inputs, NULL, 2), halves = NULL;

  fixture_set (analysis, "batch", "4");
  halves = fixture_run (analysis, inputs, NULL, 2);
  g_assert_cmpfloat_with_epsilon (fixture_scalar (halves, "tool_lambda_max")
                                      / fixture_scalar (whole, "tool_lambda_max"),
                                  2.0, 0.04);
  g_assert_cmpfloat (fixture_scalar (whole, "tool_lambda_max"), <=,
                     fixture_scalar (whole, "lambda_max") * 1.001);
  g_assert_cmpfloat (fixture_scalar (halves, "lambda_max"), ==,
                     fixture_scalar (whole, "lambda_max"));
}

static void
test_curvlinops (void)
{
  g_autoptr (KappaInputs) inputs = fixture_open_inputs (IMAGES);
  g_autoptr (KappaAnalysis) analysis = new_analysis ("curvlinops");
  g_autoptr (KappaResult) result = NULL;

  fixture_set (analysis, "probes", "3");
  result = fixture_run (analysis, inputs, NULL, 2);
  assert_near (result, "tool_lambda_max", "lambda_max", 0.01);
  g_assert_cmpfloat (fixture_scalar (result, "tool_trace_products"), ==, 3.0);
}

/* Every image on its own curves more than all together: λ_max is convex. */
static void
test_park_kim (void)
{
  g_autoptr (KappaInputs) inputs = fixture_open_inputs (IMAGES);
  g_autoptr (KappaAnalysis) analysis = new_analysis ("park-kim");
  g_autoptr (KappaResult) result = NULL;
  g_autoptr (KappaArray) batches = NULL;

  fixture_set (analysis, "batch", "3");
  fixture_set (analysis, "top", "1");
  result = fixture_run (analysis, inputs, NULL, 2);
  batches = kappa_result_dup_array (result, "tool_eigenvalues_by_batch");
  g_assert_cmpuint (batches->dims[0], ==, 3);
  g_assert_cmpfloat (fixture_scalar (result, "tool_lambda_max"), >,
                     0.95 * fixture_scalar (result, "lambda_max"));
}

static void
assert_same (KappaResult *a, KappaResult *b)
{
  g_auto (GStrv) scalars = kappa_result_list_scalars (a);

  g_assert_cmpuint (g_strv_length (scalars), >, 3);
  for (guint i = 0; scalars[i] != NULL; i++)
    g_assert_cmpfloat (fixture_scalar (a, scalars[i]), ==, fixture_scalar (b, scalars[i]));
}

static void
test_threads (void)
{
  static const guint threads[] = { 2, 3, 7 };
  g_autoptr (KappaInputs) inputs = fixture_open_inputs ("0:5");
  g_autoptr (KappaAnalysis) analysis = new_analysis ("pyhessian");
  g_autoptr (KappaResult) one = NULL;

  fixture_set (analysis, "probes", "3");
  fixture_set (analysis, "top", "1");
  one = fixture_run (analysis, inputs, NULL, 1);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    {
      g_autoptr (KappaResult) more = fixture_run (analysis, inputs, NULL, threads[i]);

      assert_same (one, more);
    }
}

typedef struct
{
  GCancellable *cancellable;
  guint left;
} Fuse;

static void
burn_cb (const KappaArray *array, gsize first, gsize n, gpointer data)
{
  Fuse *fuse = data;

  if (fuse->left > 0 && --fuse->left == 0)
    g_cancellable_cancel (fuse->cancellable);
}

static void
test_resume (void)
{
  static const char *const tools[] = { "pyhessian", "curvlinops" };
  g_autoptr (KappaInputs) inputs = fixture_open_inputs ("0:5");

  for (guint t = 0; t < G_N_ELEMENTS (tools); t++)
    {
      g_autoptr (KappaAnalysis) analysis = new_analysis (tools[t]);
      g_autoptr (KappaResult) whole = NULL, result = kappa_result_new ();
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      g_autoptr (KappaWorkers) workers = kappa_workers_new (2);
      KappaContext context = { .workers = workers, .cancellable = cancellable };
      KappaResultListener listener = { .values = burn_cb };
      Fuse fuse = { cancellable, 7 };
      g_autoptr (GError) error = NULL;

      fixture_set (analysis, "probes", "3");
      whole = fixture_run (analysis, inputs, NULL, 2);
      kappa_result_set_listener (result, &listener, &fuse);
      g_assert_false (kappa_analysis_run (analysis, inputs, result, &context, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      kappa_result_set_listener (result, NULL, NULL);
      fixture_run (analysis, inputs, result, 3);
      assert_same (whole, result);
    }
}

static void
assert_refused (const char *tool, const char *name, const char *value)
{
  g_autoptr (KappaInputs) inputs = fixture_open_inputs (IMAGES);
  g_autoptr (KappaAnalysis) analysis = new_analysis (tool);
  g_autoptr (GError) error = NULL;

  fixture_set (analysis, name, value);
  g_assert_false (kappa_analysis_check (analysis, inputs, &error));
  g_assert_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE);
  g_assert_nonnull (strstr (error->message, name));
}

static void
test_refused (void)
{
  assert_refused ("pyhessian", "precision", "bfloat16");
  assert_refused ("pyhessian", "batch", "64");
  assert_refused ("li2018", "top", "3");
  assert_refused ("li2018", "probes", "3");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/compatibility/power", test_power);
  g_test_add_func ("/compatibility/power-previous", test_power_previous);
  g_test_add_func ("/compatibility/power-restore", test_power_restore);
  g_test_add_func ("/compatibility/pyhessian", test_pyhessian);
  g_test_add_func ("/compatibility/li2018", test_li);
  g_test_add_func ("/compatibility/curvlinops", test_curvlinops);
  g_test_add_func ("/compatibility/park-kim", test_park_kim);
  g_test_add_func ("/compatibility/threads", test_threads);
  g_test_add_func ("/compatibility/resume", test_resume);
  g_test_add_func ("/compatibility/refused", test_refused);
  return g_test_run ();
}
