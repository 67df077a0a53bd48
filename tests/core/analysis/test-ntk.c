#include "core/analysis/ntk.h"

#include <math.h>
#include <string.h>

#include "core/analysis/curvature.h"
#include "core/analysis/ntk-run.h"
#include "core/analysis/ntk-spectrum.h"
#include "core/analysis/objective.h"
#include "core/analysis/trace-exact.h"
#include "core/base/random.h"
#include "tests/core/analysis/fixture.h"

#define N_CLASSES 10

/* The bundled network over some images. */
typedef struct
{
  KappaInputs *inputs;
  KappaModel *model;
  KappaBatchSource *batches;
  KappaContext context;
  guint n;
} Scene;

static void
scene_open (Scene *scene, const char *images, guint threads)
{
  scene->inputs = fixture_open_inputs (images);
  scene->context = (KappaContext) { .workers = kappa_workers_new (threads) };
  scene->model = kappa_inputs_get_model (scene->inputs, "model", 0);
  scene->batches
      = kappa_inputs_make_batches (scene->inputs, "data", "model", TRUE, &scene->context, NULL);
  scene->n = (guint)kappa_batch_source_get_n (scene->batches);
}

static void
scene_close (Scene *scene)
{
  g_object_unref (scene->batches);
  g_object_unref (scene->inputs);
  kappa_workers_unref (scene->context.workers);
}

static KappaNtkGram *
make (Scene *scene, KappaPrecision precision, KappaNtkLogits logits, gsize numbers)
{
  g_autoptr (GError) error = NULL;
  KappaNtkGram *gram = kappa_ntk_gram_new (scene->model, scene->batches, precision, logits, 3,
                                           scene->n, numbers, &error);

  g_assert_no_error (error);
  return gram;
}

/* Adds all groups, and fills in what is above the diagonal. */
static double *
add_all (Scene *scene, KappaNtkGram *gram)
{
  const gsize order = kappa_ntk_gram_get_order (gram);
  double *kernel = g_new0 (double, order *order);
  g_autoptr (GError) error = NULL;

  for (guint g = 0; g < kappa_ntk_gram_get_n_groups (gram); g++)
    {
      kappa_ntk_gram_add (gram, g, kernel, &scene->context, &error);
      g_assert_no_error (error);
    }
  for (gsize i = 0; i < order; i++)
    for (gsize j = i + 1; j < order; j++)
      kernel[i * order + j] = kernel[j * order + i];
  return kernel;
}

/* Softmax of each image's logits, minus one at the true class if there is to be a slope. */
static double *
slopes (Scene *scene, gboolean minus_label)
{
  g_autoptr (KappaObjective) objective
      = kappa_objective_new (scene->model, scene->batches, KAPPA_PRECISION_FLOAT64, 0.0, NULL);
  const double *logits
      = kappa_objective_compute_logits (objective, 0, scene->n, &scene->context, NULL);
  double *values = g_new (double, (gsize)scene->n *N_CLASSES);
  g_autofree gint32 *labels = g_new (gint32, scene->n);

  kappa_batch_source_fetch_labels (scene->batches, 0, scene->n, labels);
  for (guint i = 0; i < scene->n; i++)
    for (guint c = 0; c < N_CLASSES; c++)
      values[i * N_CLASSES + c]
          = exp (-kappa_cross_entropy_of_logits (logits + (gsize)i * N_CLASSES, N_CLASSES, c))
            - (minus_label && (gint32)c == labels[i] ? 1.0 : 0.0);
  return values;
}

/* The gradient of an image's loss is Jᵀ(p − e), so that inner products of gradients, which come by
 * another way, are forms of the kernel's blocks. */
static void
test_gradients (void)
{
  Scene scene;

  scene_open (&scene, "2:6", 2);
  {
    const gsize size = kappa_model_get_parameters_size (scene.model), order = scene.n * N_CLASSES;
    g_autoptr (KappaNtkGram) gram
        = make (&scene, KAPPA_PRECISION_FLOAT64, KAPPA_NTK_ALL, order * 9001);
    g_autofree double *kernel = add_all (&scene, gram), *slope = slopes (&scene, TRUE);
    g_autofree double *gradients = g_new (double, scene.n *size);
    g_autoptr (KappaCurvature) curvature
        = kappa_curvature_new (scene.model, scene.batches, KAPPA_PRECISION_FLOAT64, 0.0, NULL);

    g_assert_cmpuint (kappa_ntk_gram_get_n_groups (gram), >, 20);
    for (guint i = 0; i < scene.n; i++)
      {
        kappa_curvature_set_images (curvature, i, 1);
        g_assert_true (kappa_curvature_differentiate (curvature, NULL, &scene.context, NULL,
                                                      gradients + i * size, NULL));
      }
    for (guint i = 0; i < scene.n; i++)
      for (guint j = 0; j < scene.n; j++)
        {
          double product = 0.0, form = 0.0, scale = 0.0;

          for (gsize k = 0; k < size; k++)
            product += gradients[i * size + k] * gradients[j * size + k];
          for (guint c = 0; c < N_CLASSES; c++)
            for (guint d = 0; d < N_CLASSES; d++)
              {
                double term = slope[i * N_CLASSES + c] * slope[j * N_CLASSES + d]
                              * kernel[(c * scene.n + i) * order + d * scene.n + j];

                form += term;
                scale += fabs (term);
              }
          g_assert_cmpfloat (scale, >, 0.0);
          g_assert_cmpfloat_with_epsilon (form, product, 1e-11 * scale);
        }
  }
  scene_close (&scene);
}

/* The exact trace of an image's Gauss-Newton matrix is that of (diag p − p·pᵀ)·Θ; and a kernel of
 * one logit, or of their sum, is a part or a sum of that of all. */
static void
test_trace (void)
{
  Scene scene;

  scene_open (&scene, "2:5", 2);
  {
    const gsize order = scene.n * N_CLASSES, n_tensors = kappa_model_get_n_parameters (scene.model);
    g_autoptr (KappaNtkGram) gram
        = make (&scene, KAPPA_PRECISION_FLOAT64, KAPPA_NTK_ALL, KAPPA_NTK_NUMBERS_AT_ONCE);
    g_autoptr (KappaNtkGram) of_sum = make (&scene, KAPPA_PRECISION_FLOAT64, KAPPA_NTK_SUM, 500000);
    g_autoptr (KappaNtkGram) of_one = make (&scene, KAPPA_PRECISION_FLOAT64, KAPPA_NTK_ONE, 500000);
    g_autofree double *kernel = add_all (&scene, gram), *p = slopes (&scene, FALSE);
    g_autofree double *sum = add_all (&scene, of_sum), *one = add_all (&scene, of_one);
    g_autofree double *traces = g_new (double, scene.n *n_tensors);
    g_autoptr (KappaExactTrace) exact
        = kappa_exact_trace_new (scene.model, scene.batches, KAPPA_PRECISION_FLOAT64, NULL);

    g_assert_true (kappa_exact_trace_run (exact, 0, scene.n, &scene.context, traces, NULL));
    for (guint i = 0; i < scene.n; i++)
      {
        double trace = 0.0, form = 0.0, scale = 0.0, total = 0.0;

        for (gsize t = 0; t < n_tensors; t++)
          trace += traces[i * n_tensors + t];
        for (guint c = 0; c < N_CLASSES; c++)
          for (guint d = 0; d < N_CLASSES; d++)
            {
              double pc = p[i * N_CLASSES + c], pd = p[i * N_CLASSES + d];
              double entry = kernel[(c * scene.n + i) * order + d * scene.n + i];

              form += ((c == d ? pc : 0.0) - pc * pd) * entry;
              scale += ((c == d ? pc : 0.0) + pc * pd) * fabs (entry);
              total += entry;
            }
        g_assert_cmpfloat_with_epsilon (form, trace, 1e-12 * scale);
        g_assert_cmpfloat_with_epsilon (total, sum[i * scene.n + i], 1e-10 * total);
        for (guint j = 0; j < scene.n; j++)
          g_assert_cmpfloat_with_epsilon (
              one[i * scene.n + j], kernel[(3 * scene.n + i) * order + 3 * scene.n + j],
              1e-12 * kernel[(3 * scene.n + i) * order + 3 * scene.n + i]);
      }
  }
  scene_close (&scene);
}

static void
test_threads (void)
{
  const guint threads[] = { 1, 2, 3, 7 };
  g_autofree double *first = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    {
      Scene scene;

      scene_open (&scene, "0:7", threads[i]);
      {
        g_autoptr (KappaNtkGram) gram
            = make (&scene, KAPPA_PRECISION_FLOAT32, KAPPA_NTK_ALL, 10000000);
        g_autofree double *kernel = add_all (&scene, gram);
        const gsize bytes = (gsize)kappa_ntk_gram_get_order (gram) * kappa_ntk_gram_get_order (gram)
                            * sizeof (double);

        if (first == NULL)
          first = g_memdup2 (kernel, bytes);
        g_assert_cmpmem (first, bytes, kernel, bytes);
      }
      scene_close (&scene);
    }
}

/* Cancels the run once so many values of the count of groups were written. */
typedef struct
{
  GCancellable *cancellable;
  guint left;
} Stopper;

static void
ignore_array (const KappaArray *array, gpointer data)
{
}

static void
stop_cb (const KappaArray *array, gsize first, gsize n, gpointer data)
{
  Stopper *stopper = data;

  if (g_str_equal (array->name, ".ntk/groups") && --stopper->left == 0)
    g_cancellable_cancel (stopper->cancellable);
}

/* A run that was stopped after three groups goes on with the fourth, to the same bits. */
static void
test_resume (void)
{
  const KappaResultListener listener = { .array = ignore_array, .values = stop_cb };
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Stopper stopper = { cancellable, 3 };
  g_autoptr (KappaResult) result = kappa_result_new (), whole = kappa_result_new ();
  g_autoptr (KappaProgress) progress = kappa_progress_new ();
  g_autoptr (GError) error = NULL;
  Scene scene;

  scene_open (&scene, "0:4", 2);
  {
    g_autoptr (KappaNtkGram) gram
        = make (&scene, KAPPA_PRECISION_FLOAT32, KAPPA_NTK_SUM, 4 * 50000);
    const guint n_groups = kappa_ntk_gram_get_n_groups (gram);
    double kernels[2][16];
    KappaContext stopped = scene.context, resumed = scene.context;

    g_assert_cmpuint (n_groups, >, 4);
    stopped.cancellable = cancellable;
    kappa_result_set_listener (result, &listener, &stopper);
    g_assert_false (kappa_ntk_compute (gram, result, &stopped, kernels[0], &error));
    g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    kappa_result_set_listener (result, NULL, NULL);
    resumed.progress = progress;
    g_assert_true (kappa_ntk_compute (gram, result, &resumed, kernels[0], NULL));
    g_assert_cmpfloat (kappa_progress_get_state (progress).total, ==, (n_groups - 3) * 4.0);
    g_assert_cmpfloat (kappa_progress_get_state (progress).done, ==, (n_groups - 3) * 4.0);
    g_assert_true (kappa_ntk_compute (gram, whole, &scene.context, kernels[1], NULL));
    for (guint i = 0; i < 4; i++)
      g_assert_cmpmem (kernels[0] + 4 * i, (i + 1) * sizeof (double), kernels[1] + 4 * i,
                       (i + 1) * sizeof (double));
  }
  scene_close (&scene);
}

/* What is below the floor is a bound, never a number; what is above has an interval. */
static void
test_condition (void)
{
  const double resolved[] = { 4.0, 1.0, 1e-4 }, lost[] = { 4.0, 1.0, 1e-15 },
               negative[] = { 4.0, 1.0, -1e-17 };
  const double broken[] = { NAN, NAN };
  KappaNtkCondition c;

  kappa_ntk_condition (3, resolved, 1e-6, &c);
  g_assert_true (c.resolved);
  g_assert_cmpfloat_with_epsilon (c.value, 4e4, 1e-6);
  g_assert_cmpfloat (c.low, <, 4e4);
  g_assert_cmpfloat (c.low, >, 3.9e4);
  g_assert_cmpfloat (c.high, >, 4e4);
  g_assert_cmpfloat (c.high, <, 4.1e4);
  g_assert_cmpfloat (c.floor, <, 1e-4);
  for (guint i = 0; i < 2; i++)
    {
      kappa_ntk_condition (3, i == 0 ? lost : negative, 1e-6, &c);
      g_assert_false (c.resolved);
      g_assert_cmpfloat (c.value, ==, c.low);
      g_assert_cmpfloat (c.low, >, 1e11);
      g_assert_cmpfloat (c.low, <, 4e15);
      g_assert_true (isinf (c.high));
    }
  kappa_ntk_condition (2, broken, 1e-6, &c);
  g_assert_true (isnan (c.value));
  g_assert_false (c.resolved);
}

/* Eigenvalues of a matrix that has known ones; none of one that is not finite. */
static void
test_eigenvalues (void)
{
  double matrix[] = { 2.0, NAN, 1.0, 2.0 }, values[2];
  g_autoptr (GCancellable) cancelled = g_cancellable_new ();
  g_autofree double *large = g_new0 (double, 1500 * 1500), *ignored = g_new (double, 1500);
  g_autoptr (GError) error = NULL;
  gint64 started;

  g_assert_true (kappa_ntk_eigenvalues (2, matrix, NULL, values, NULL));
  g_assert_cmpfloat_with_epsilon (values[0], 3.0, 1e-14);
  g_assert_cmpfloat_with_epsilon (values[1], 1.0, 1e-14);
  matrix[2] = INFINITY;
  g_assert_true (kappa_ntk_eigenvalues (2, matrix, NULL, values, NULL));
  g_assert_true (isnan (values[0]));
  g_cancellable_cancel (cancelled);
  started = g_get_monotonic_time ();
  g_assert_false (kappa_ntk_eigenvalues (1500, large, cancelled, ignored, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (g_get_monotonic_time () - started, <, G_TIME_SPAN_SECOND / 5);
}

/* The whole analysis: kernel, curve and folds fit together; precisions agree within the interval.
 */
static void
test_analysis (void)
{
  g_autoptr (KappaInputs) inputs = fixture_open_inputs ("0:12");
  g_autoptr (KappaAnalysis) narrow = g_object_new (KAPPA_TYPE_NTK, NULL),
                            wide = g_object_new (KAPPA_TYPE_NTK, NULL);
  g_autoptr (KappaResult) result = NULL, exact = NULL;

  fixture_set (narrow, "limit", "6");
  fixture_set (narrow, "folds", "2");
  fixture_set (wide, "limit", "6");
  fixture_set (wide, "precision", "float64");
  result = fixture_run (narrow, inputs, NULL, 2);
  exact = fixture_run (wide, inputs, NULL, 2);
  {
    g_autoptr (KappaScalar) condition = kappa_result_dup_scalar (result, "ntk_condition");
    g_autoptr (KappaArray) kernel = kappa_result_dup_array (result, "ntk");
    g_autoptr (KappaArray) values = kappa_result_dup_array (result, "ntk_eigenvalues");
    g_autoptr (KappaArray) curve = kappa_result_dup_array (result, "ntk_condition_by_n");
    g_autoptr (KappaArray) folds = kappa_result_dup_array (result, "ntk_condition_by_fold");
    double trace = 0.0, sum = 0.0;

    g_assert_cmpfloat (condition->certainty.low, <=, fixture_scalar (exact, "ntk_condition"));
    g_assert_cmpfloat (condition->certainty.high, >=, fixture_scalar (exact, "ntk_condition"));
    g_assert_cmpfloat (fixture_scalar (result, "ntk_order"), ==, 60.0);
    g_assert_cmpuint (kernel->dims[0], ==, 6);
    for (guint i = 0; i < 6; i++)
      trace += N_CLASSES * kernel->values[i * 7];
    for (guint i = 0; i < 60; i++)
      sum += values->values[i];
    g_assert_cmpfloat_with_epsilon (trace, sum, 1e-10 * sum);
    g_assert_cmpfloat_with_epsilon (trace, fixture_scalar (result, "ntk_trace"), 1e-10 * trace);
    g_assert_cmpfloat_with_epsilon (condition->value, values->values[0] / values->values[59],
                                    1e-9 * condition->value);
    g_assert_cmpuint (curve->dims[0], ==, 3);
    g_assert_cmpfloat (curve->coordinates[0][2], ==, 6.0);
    g_assert_cmpfloat_with_epsilon (curve->values[2], condition->value, 1e-6 * condition->value);
    /* κ of a part is never above that of the whole. */
    g_assert_cmpfloat (curve->values[0], <=, curve->values[1]);
    g_assert_cmpfloat (curve->values[1], <=, condition->value);
    g_assert_cmpfloat (folds->values[0], <=, condition->value);
    g_assert_cmpuint (folds->dims[0], ==, 2);
  }
}

static void
test_refusals (void)
{
  g_autoptr (KappaInputs) inputs = fixture_open_inputs ("0:2");
  g_autoptr (KappaAnalysis) analysis = g_object_new (KAPPA_TYPE_NTK, NULL);
  g_autoptr (KappaResult) result = kappa_result_new ();
  KappaContext context = { .workers = kappa_workers_new (1), .memory_budget = 1 << 20 };
  g_autoptr (GError) error = NULL;

  g_assert_false (kappa_analysis_run (analysis, inputs, result, &context, &error));
  g_assert_nonnull (strstr (error->message, "memory"));
  g_clear_error (&error);
  fixture_set (analysis, "logit", "4");
  g_assert_false (kappa_analysis_check (analysis, inputs, &error));
  g_clear_error (&error);
  fixture_set (analysis, "logits", "one");
  fixture_set (analysis, "logit", "10");
  context.memory_budget = 0;
  g_assert_false (kappa_analysis_run (analysis, inputs, result, &context, &error));
  g_assert_nonnull (strstr (error->message, "logit"));
  kappa_workers_unref (context.workers);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ntk/gradients", test_gradients);
  g_test_add_func ("/ntk/trace", test_trace);
  g_test_add_func ("/ntk/threads", test_threads);
  g_test_add_func ("/ntk/resume", test_resume);
  g_test_add_func ("/ntk/condition", test_condition);
  g_test_add_func ("/ntk/eigenvalues", test_eigenvalues);
  g_test_add_func ("/ntk/analysis", test_analysis);
  g_test_add_func ("/ntk/refusals", test_refusals);
  return g_test_run ();
}
