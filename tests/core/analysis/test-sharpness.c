#include <math.h>
#include <string.h>

#include "core/analysis/ascent.h"
#include "core/analysis/curvature.h"
#include "core/analysis/folds.h"
#include "core/analysis/objective.h"
#include "core/base/error.h"
#include "core/formats/json.h"
#include "tests/core/analysis/fixture.h"
#include "tests/support/shared.h"

#define IMAGES "0:10"

/* f(x) = g·x + ½·(4·x₀² + x₁² − x₂²), whose maximum lies on the edge of the ball. */
static double
value_of (const double *x, double *gradient)
{
  const double g[] = { 0.3, 0.1, -0.2 }, d[] = { 4.0, 1.0, -1.0 };
  double value = 0.0;

  for (guint i = 0; i < 3; i++)
    {
      value += g[i] * x[i] + 0.5 * d[i] * x[i] * x[i];
      gradient[i] = g[i] + d[i] * x[i];
    }
  return value;
}

/* The largest value on a fine net over the ball. */
static double
scan (KappaBall ball, double rho)
{
  double best = -INFINITY, gradient[3];

  for (int a = -100; a <= 100; a++)
    for (int b = -100; b <= 100; b++)
      for (int c = -100; c <= 100; c++)
        {
          const double x[] = { a * rho / 100.0, b * rho / 100.0, c * rho / 100.0 };

          if (ball == KAPPA_BALL_LINF || kappa_norm (x, 3) <= rho)
            best = fmax (best, value_of (x, gradient));
        }
  return best;
}

static void
climb (KappaAscent *ascent, guint until)
{
  double gradient[3];

  while (!kappa_ascent_is_done (ascent) && kappa_ascent_get_step (ascent) < until)
    {
      double value = value_of (kappa_ascent_get_position (ascent), gradient);

      kappa_ascent_tell (ascent, value, gradient);
    }
}

static void
test_ascent (void)
{
  for (KappaBall ball = KAPPA_BALL_L2; ball <= KAPPA_BALL_LINF; ball++)
    for (double rho = 0.1; rho < 2.0; rho *= 3.0)
      {
        g_autoptr (KappaAscent) ascent = kappa_ascent_new (ball, rho, 40, 3);
        double growth, best, highest = scan (ball, rho);

        climb (ascent, G_MAXUINT);
        best = kappa_ascent_get_best (ascent, &growth);
        g_assert_cmpfloat (best, >=, highest - 1e-9);
        g_assert_cmpfloat (best, <=, highest * 1.02);
        g_assert_cmpfloat (growth, <, 1e-3 * best);
        if (ball == KAPPA_BALL_L2)
          g_assert_cmpfloat (kappa_norm (kappa_ascent_get_best_position (ascent), 3), <=,
                             rho * (1.0 + 1e-12));
      }
}

static void
test_ascent_restore (void)
{
  gsize size = kappa_ascent_get_state_size (20, 3);
  g_autoptr (KappaAscent) whole = kappa_ascent_new (KAPPA_BALL_L2, 0.5, 20, 3);

  climb (whole, G_MAXUINT);
  for (guint stop = 1; stop <= 21; stop++)
    {
      g_autoptr (KappaAscent) first = kappa_ascent_new (KAPPA_BALL_L2, 0.5, 20, 3);
      g_autoptr (KappaAscent) second = kappa_ascent_new (KAPPA_BALL_L2, 0.5, 20, 3);
      g_autofree double *state = g_new (double, size);

      climb (first, stop);
      kappa_ascent_save (first, state);
      g_assert_true (kappa_ascent_restore (second, state));
      climb (second, G_MAXUINT);
      g_assert_cmpmem (kappa_ascent_get_values (whole), 21 * sizeof (double),
                       kappa_ascent_get_values (second), 21 * sizeof (double));
    }
}

/* Where the function overflows, it turns back and still ends with what was best. */
static void
test_ascent_infinite (void)
{
  g_autoptr (KappaAscent) ascent = kappa_ascent_new (KAPPA_BALL_L2, 1.0, 20, 3);
  double gradient[3], growth;

  while (!kappa_ascent_is_done (ascent))
    {
      const double *x = kappa_ascent_get_position (ascent);
      double value = value_of (x, gradient);

      if (kappa_norm (x, 3) > 0.5)
        value = gradient[0] = INFINITY;
      kappa_ascent_tell (ascent, value, gradient);
    }
  g_assert_cmpfloat (kappa_ascent_get_best (ascent, &growth), >, 0.5 * scan (KAPPA_BALL_L2, 0.5));
  g_assert_cmpfloat (kappa_ascent_get_best (ascent, &growth), <=, 1.02 * scan (KAPPA_BALL_L2, 0.5));
}

static void
test_student (void)
{
  /* Quantiles of the tables. */
  g_assert_cmpfloat_with_epsilon (kappa_student_95 (2), 12.7062, 1e-4);
  g_assert_cmpfloat_with_epsilon (kappa_student_95 (4), 3.1824, 1e-4);
  g_assert_cmpfloat_with_epsilon (kappa_student_95 (6), 2.5706, 3e-3);
  g_assert_cmpfloat_with_epsilon (kappa_student_95 (11), 2.2281, 3e-4);
  g_assert_cmpfloat_with_epsilon (kappa_student_95 (31), 2.0423, 1e-4);
}

static KappaAnalysis *
new_analysis (void)
{
  g_autoptr (GError) error = NULL;
  KappaAnalysis *analysis = kappa_analysis_new_by_name ("sharpness", &error);

  g_assert_no_error (error);
  fixture_set (analysis, "steps", "4");
  fixture_set (analysis, "draws", "3");
  fixture_set (analysis, "folds", "2");
  return analysis;
}

static void
assert_scalar_near (KappaResult *result, const char *name, double expected, double tolerance)
{
  g_assert_cmpfloat_with_epsilon (fixture_scalar (result, name), expected, tolerance);
}

/* The same numbers by a second, plainer way. */
static void
test_definition (void)
{
  g_autoptr (KappaInputs) inputs = fixture_open_inputs (IMAGES);
  g_autoptr (KappaAnalysis) analysis = new_analysis ();
  g_autoptr (KappaWorkers) workers = kappa_workers_new (2);
  KappaContext context = { .workers = workers };
  KappaModel *model = kappa_inputs_get_model (inputs, "model", 0);
  g_autoptr (KappaBatchSource) batches
      = kappa_inputs_make_batches (inputs, "data", "model", TRUE, &context, NULL);
  g_autoptr (KappaCurvature) curvature
      = kappa_curvature_new (model, batches, KAPPA_PRECISION_FLOAT64, 0.0, NULL);
  g_autoptr (KappaObjective) objective
      = kappa_objective_new (model, batches, KAPPA_PRECISION_FLOAT64, 0.0, NULL);
  gsize n = kappa_model_get_parameters_size (model);
  const double *weights = kappa_model_get_parameters_wide (model, NULL);
  g_autofree double *gradient = g_new (double, n), *point = g_new (double, n),
                    *product = g_new (double, n);
  g_autoptr (KappaResult) result = NULL;
  g_autoptr (KappaScalar) rounding = NULL;
  KappaEvaluation there;
  double loss, norm, curve = 0.0;

  fixture_set (analysis, "precision", "float64");
  fixture_set (analysis, "rho", "0.000002");
  result = fixture_run (analysis, inputs, NULL, 2);
  g_assert_true (kappa_curvature_differentiate (curvature, NULL, &context, &loss, gradient, NULL));
  norm = kappa_norm (gradient, n);
  for (gsize i = 0; i < n; i++)
    point[i] = weights[i] + 0.000002 * gradient[i] / norm;
  g_assert_true (kappa_objective_evaluate (objective, point, NULL, &context, &there, NULL));
  assert_scalar_near (result, "gradient_norm", norm, 1e-12 * norm);
  assert_scalar_near (result, "weight_norm", kappa_norm (weights, n), 1e-9);
  assert_scalar_near (result, "loss", loss, 1e-12);
  assert_scalar_near (result, "sam_sharpness", there.loss - loss, 1e-12);
  /* The curvature along the gradient, by an exact product. */
  g_assert_true (kappa_curvature_multiply (curvature, KAPPA_CURVATURE_HESSIAN, NULL, 1,
                                           (const double *const[]) { gradient },
                                           (double *const[]) { product }, &context, NULL));
  for (gsize i = 0; i < n; i++)
    curve += gradient[i] * product[i] / (norm * norm);
  assert_scalar_near (result, "lambda_from_sam", curve, 0.02 * fabs (curve));
  rounding = kappa_result_dup_scalar (result, "lambda_from_sam");
  g_assert_cmpfloat (rounding->certainty.residual, >, 0.0);
  g_assert_cmpfloat (rounding->certainty.residual, <, 0.01 * fabs (curve));
}

/* More steps find more; a batch's own worst is worse than that of all; one batch is all. */
static void
test_order (void)
{
  g_autoptr (KappaInputs) inputs = fixture_open_inputs (IMAGES);
  g_autoptr (KappaAnalysis) analysis = new_analysis ();
  g_autoptr (KappaResult) several = NULL, one = NULL;

  fixture_set (analysis, "m", "4");
  several = fixture_run (analysis, inputs, NULL, 2);
  g_assert_cmpfloat (fixture_scalar (several, "sharpness"), >,
                     fixture_scalar (several, "sam_sharpness"));
  g_assert_cmpfloat (fixture_scalar (several, "m_sharpness"), >,
                     fixture_scalar (several, "sharpness"));
  g_assert_cmpfloat (fixture_scalar (several, "m_sam_sharpness"), >,
                     fixture_scalar (several, "sam_sharpness"));
  g_assert_cmpfloat (fixture_scalar (several, "m"), ==, 4.0);
  fixture_set (analysis, "m", "10");
  one = fixture_run (analysis, inputs, NULL, 2);
  g_assert_cmpfloat (fixture_scalar (one, "m_sharpness"), ==, fixture_scalar (one, "sharpness"));
  g_assert_cmpfloat (fixture_scalar (one, "m_sam_sharpness"), ==,
                     fixture_scalar (one, "sam_sharpness"));
}

/* In units of |w|, weights written at another scale have the same sharpness; and the ℓ∞ ball holds
 * the ℓ2 ball. */
static void
test_balls (void)
{
  g_autoptr (KappaInputs) inputs = fixture_open_inputs (IMAGES);
  g_autoptr (KappaAnalysis) analysis = new_analysis ();
  g_autoptr (KappaResult) round = NULL, cube = NULL, adaptive = NULL;
  g_autoptr (KappaScalar) scalar = NULL;

  fixture_set (analysis, "rho", "0.001");
  round = fixture_run (analysis, inputs, NULL, 2);
  fixture_set (analysis, "ball", "linf");
  cube = fixture_run (analysis, inputs, NULL, 2);
  g_assert_cmpfloat (fixture_scalar (cube, "sharpness"), >, fixture_scalar (round, "sharpness"));
  fixture_set (analysis, "adaptive", "true");
  adaptive = fixture_run (analysis, inputs, NULL, 2);
  g_assert_cmpfloat (fixture_scalar (adaptive, "sharpness"), <, fixture_scalar (cube, "sharpness"));
  scalar = kappa_result_dup_scalar (adaptive, "sharpness");
  g_assert_nonnull (strstr (scalar->definition, "ℓ∞"));
  g_assert_nonnull (strstr (scalar->definition, "|w|"));
}

static void
assert_same_bits (KappaResult *a, KappaResult *b)
{
  g_auto (GStrv) scalars = kappa_result_list_scalars (a), arrays = kappa_result_list_arrays (a);

  g_assert_cmpuint (g_strv_length (scalars), >, 8);
  for (guint i = 0; scalars[i] != NULL; i++)
    {
      g_autoptr (KappaScalar) x = kappa_result_dup_scalar (a, scalars[i]);
      g_autoptr (KappaScalar) y = kappa_result_dup_scalar (b, scalars[i]);

      g_assert_cmpmem (&x->value, sizeof x->value, &y->value, sizeof y->value);
    }
  for (guint i = 0; arrays[i] != NULL; i++)
    {
      g_autoptr (KappaArray) x = kappa_result_dup_array (a, arrays[i]);
      g_autoptr (KappaArray) y = kappa_result_dup_array (b, arrays[i]);

      g_assert_cmpmem (x->values, kappa_array_get_size (x) * sizeof (double), y->values,
                       kappa_array_get_size (y) * sizeof (double));
      g_assert_cmpmem (x->present, kappa_array_get_size (x), y->present, kappa_array_get_size (y));
    }
}

static void
test_threads (void)
{
  static const guint threads[] = { 2, 3, 7 };
  g_autoptr (KappaInputs) inputs = fixture_open_inputs (IMAGES);
  g_autoptr (KappaAnalysis) analysis = new_analysis ();
  g_autoptr (KappaResult) one = NULL;

  fixture_set (analysis, "m", "6");
  one = fixture_run (analysis, inputs, NULL, 1);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    {
      g_autoptr (KappaResult) more = fixture_run (analysis, inputs, NULL, threads[i]);

      assert_same_bits (one, more);
    }
}

/* Ends a run once so many values were found. */
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

/* Returns: whether there was more to find */
static gboolean
run_partly (KappaAnalysis *analysis, KappaInputs *inputs, KappaResult *result, guint n_values)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (KappaWorkers) workers = kappa_workers_new (2);
  KappaContext context = { .workers = workers, .cancellable = cancellable };
  KappaResultListener listener = { .values = burn_cb };
  Fuse fuse = { cancellable, n_values };
  g_autoptr (GError) error = NULL;
  gboolean done;

  kappa_result_set_listener (result, &listener, &fuse);
  done = kappa_analysis_run (analysis, inputs, result, &context, &error);
  kappa_result_set_listener (result, NULL, NULL);
  if (!done)
    g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  return !done;
}

/* Whenever it is interrupted, it ends with the same bits, and does nothing twice. */
static void
test_resume (void)
{
  g_autoptr (KappaInputs) inputs = fixture_open_inputs (IMAGES);
  g_autoptr (KappaAnalysis) analysis = new_analysis ();
  g_autoptr (KappaResult) whole = NULL;
  gboolean more = TRUE;
  double total;

  fixture_set (analysis, "m", "5");
  whole = fixture_run (analysis, inputs, NULL, 2);
  total = fixture_last_total ();
  for (guint n = 1; more; n += 4)
    {
      g_autoptr (KappaResult) result = kappa_result_new ();

      more = run_partly (analysis, inputs, result, n);
      fixture_run (analysis, inputs, result, 2);
      g_assert_cmpfloat (fixture_last_total (), <, n> 3 ? total : total + 1.0);
      assert_same_bits (whole, result);
    }
  fixture_run (analysis, inputs, whole, 2);
  g_assert_cmpfloat (fixture_last_total (), ==, 0.0);
}

static void
assert_refused (const char *name, const char *value)
{
  g_autoptr (KappaInputs) inputs = fixture_open_inputs (IMAGES);
  g_autoptr (KappaAnalysis) analysis = new_analysis ();
  g_autoptr (KappaWorkers) workers = kappa_workers_new (1);
  g_autoptr (KappaResult) result = kappa_result_new ();
  KappaContext context = { .workers = workers };
  g_autoptr (GError) error = NULL;

  fixture_set (analysis, name, value);
  if (kappa_analysis_check (analysis, inputs, &error))
    kappa_analysis_run (analysis, inputs, result, &context, &error);
  g_assert_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE);
  g_assert_nonnull (strstr (error->message, name));
}

static void
test_refused (void)
{
  assert_refused ("precision", "bfloat16");
  assert_refused ("folds", "1");
  assert_refused ("folds", "11");
  assert_refused ("m", "11");
}

/* The published ResNet-20 over the first 256 test images: first-order sharpness by another program.
 */
static void
test_golden (gconstpointer data)
{
  const char *rho = data;
  g_autofree char *path = kappa_test_need_shared ("golden/cifar_resnet20_256.json");
  g_autofree char *weights
      = path ? kappa_test_need_shared ("data/cifar-resnet/resnet20-12fca82f.th") : NULL;
  g_autofree char *images = weights ? kappa_test_need_shared ("data/cifar10/test_batch.bin") : NULL;
  g_autofree char *source = g_strconcat ("cifar10:", images, NULL);
  g_autoptr (KappaInputs) inputs = kappa_inputs_new ();
  g_autoptr (KappaAnalysis) analysis = new_analysis ();
  g_autoptr (KappaResult) result = NULL;
  g_autoptr (KappaJson) json = NULL;
  double expected;

  if (images == NULL)
    return;
  json = kappa_json_load_file (path, NULL);
  g_assert_true (kappa_json_get_double (
      json, kappa_json_lookup (json, kappa_json_lookup (json, 0, "sam"), rho), &expected));
  kappa_inputs_add (inputs, "model", KAPPA_INPUT_MODEL, weights);
  kappa_inputs_add (inputs, "data", KAPPA_INPUT_DATASET, source);
  g_assert_true (kappa_inputs_set_option (inputs, "data", 0, "images", "0:256", NULL));
  g_assert_true (kappa_inputs_open (inputs, NULL, NULL));
  fixture_set (analysis, "rho", rho);
  fixture_set (analysis, "steps", "0");
  fixture_set (analysis, "draws", "0");
  fixture_set (analysis, "folds", "0");
  result = fixture_run (analysis, inputs, NULL, 2);
  assert_scalar_near (result, "sam_sharpness", expected, 2e-5 * expected);
  fixture_set (analysis, "precision", "float64");
  g_clear_object (&result);
  result = fixture_run (analysis, inputs, NULL, 2);
  assert_scalar_near (result, "sam_sharpness", expected, 1e-8 * expected);
  assert_scalar_near (result, "gradient_norm", 3.549445710191219, 1e-7);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sharpness/ascent", test_ascent);
  g_test_add_func ("/sharpness/ascent-restore", test_ascent_restore);
  g_test_add_func ("/sharpness/ascent-infinite", test_ascent_infinite);
  g_test_add_func ("/sharpness/student", test_student);
  g_test_add_func ("/sharpness/definition", test_definition);
  g_test_add_func ("/sharpness/order", test_order);
  g_test_add_func ("/sharpness/balls", test_balls);
  g_test_add_func ("/sharpness/threads", test_threads);
  g_test_add_func ("/sharpness/resume", test_resume);
  g_test_add_func ("/sharpness/refused", test_refused);
  g_test_add_data_func ("/sharpness/golden/0.01", "0.01", test_golden);
  g_test_add_data_func ("/sharpness/golden/0.05", "0.05", test_golden);
  return g_test_run ();
}
