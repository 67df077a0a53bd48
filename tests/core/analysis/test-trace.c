#include "core/analysis/trace.h"

#include <math.h>
#include <string.h>

#include "core/analysis/curvature.h"
#include "core/analysis/linearity.h"
#include "core/analysis/trace-estimate.h"
#include "core/base/random.h"
#include "core/ops/ops.h"
#include "tests/core/analysis/fixture.h"
#include "tests/support/shared.h"

/* A symmetric matrix Σ λ_k·q_k·q_kᵀ with nearly orthonormal q_k, cut into blocks. */
#define ORDER 120

static const gsize offsets[] = { 0, 7, 50, ORDER };

typedef struct
{
  double *values;
  double traces[4]; /* of each block, then of all */
} Matrix;

static Matrix *
matrix_new (guint rank)
{
  Matrix *self = g_new0 (Matrix, 1);
  KappaStream stream = kappa_stream_init (1, "matrix");
  g_autofree double *q = g_new (double, ORDER *ORDER);

  kappa_stream_normals (&stream, 0, ORDER * ORDER, q);
  self->values = g_new0 (double, ORDER *ORDER);
  for (guint k = 0; k < rank; k++)
    for (guint i = 0; i < ORDER; i++)
      for (guint j = 0; j < ORDER; j++)
        self->values[i * ORDER + j] += (k % 5 == 3 ? -50.0 : 50.0) / (1 + k * k) / ORDER
                                       * q[k * ORDER + i] * q[k * ORDER + j];
  for (guint block = 0; block < 3; block++)
    for (gsize i = offsets[block]; i < offsets[block + 1]; i++)
      {
        self->traces[block] += self->values[i * ORDER + i];
        self->traces[3] += self->values[i * ORDER + i];
      }
  return self;
}

static void
matrix_free (Matrix *self)
{
  g_free (self->values);
  g_free (self);
}

static gboolean
multiply (guint n_vectors,
          const double *const *vectors,
          double *const *products,
          KappaContext *context,
          gpointer data,
          GError **error)
{
  const Matrix *matrix = data;

  for (guint v = 0; v < n_vectors; v++)
    for (guint i = 0; i < ORDER; i++)
      {
        products[v][i] = 0.0;
        for (guint j = 0; j < ORDER; j++)
          products[v][i] += matrix->values[i * ORDER + j] * vectors[v][j];
      }
  return TRUE;
}

typedef gboolean (*Estimator) (const KappaTraceOperator *,
                               guint,
                               guint64,
                               const char *,
                               KappaContext *,
                               KappaTraceEstimate *,
                               GError **);

/* Runs an estimator with many seeds. Returns the share of intervals that hold the true value; the
 * root mean square of the error of the whole. */
static double
cover (Estimator estimator, Matrix *matrix, guint n_products, double *deviation)
{
  const KappaTraceOperator of = { ORDER, 3, offsets, multiply, matrix };
  const guint n_seeds = 60;
  KappaContext context = { .workers = kappa_workers_new (2) };
  guint inside = 0;
  double squares = 0.0;

  for (guint seed = 0; seed < n_seeds; seed++)
    {
      g_auto (KappaTraceEstimate) estimate = { 0 };
      double off;

      g_assert_true (estimator (&of, n_products, seed, "test", &context, &estimate, NULL));
      for (guint block = 0; block < 4; block++)
        inside
            += fabs (estimate.means[block] - matrix->traces[block]) <= 2.1 * estimate.errors[block];
      off = estimate.means[3] - matrix->traces[3];
      squares += off * off;
    }
  kappa_workers_unref (context.workers);
  *deviation = sqrt (squares / n_seeds);
  return inside / (4.0 * n_seeds);
}

/* Intervals hold what they promise, and XTrace's are far narrower where eigenvalues decay. */
static void
test_estimators (void)
{
  Matrix *matrix = matrix_new (ORDER);
  double hutchinson, xtrace;

  g_assert_cmpfloat (cover (kappa_trace_hutchinson, matrix, 40, &hutchinson), >, 0.88);
  g_assert_cmpfloat (cover (kappa_trace_xtrace, matrix, 40, &xtrace), >, 0.88);
  g_assert_cmpfloat (xtrace, <, hutchinson / 20.0);
  g_assert_cmpfloat (xtrace, >, 0.0);
  matrix_free (matrix);
}

/* A matrix of small rank is known exactly, and one of no rank at all. */
static void
test_small_rank (void)
{
  const guint ranks[] = { 0, 1, 6 };
  KappaContext context = { .workers = kappa_workers_new (1) };

  for (guint r = 0; r < G_N_ELEMENTS (ranks); r++)
    {
      Matrix *matrix = matrix_new (ranks[r]);
      const KappaTraceOperator of = { ORDER, 3, offsets, multiply, matrix };
      g_auto (KappaTraceEstimate) estimate = { 0 };

      g_assert_true (kappa_trace_xtrace (&of, 20, 3, "test", &context, &estimate, NULL));
      g_assert_cmpuint (estimate.n, ==, ranks[r]);
      for (guint block = 0; block < 4; block++)
        g_assert_cmpfloat_with_epsilon (estimate.means[block], matrix->traces[block], 1e-8);
      matrix_free (matrix);
    }
  kappa_workers_unref (context.workers);
}

static KappaNode
parameter (KappaGraph *graph, const char *name, const KappaShape *shape)
{
  return kappa_graph_input (graph, KAPPA_ROLE_PARAMETER, name, KAPPA_F64, shape);
}

/* What bends and what does not: products of two tensors do not bend in either, squares of one do.
 */
static void
test_linearity (void)
{
  g_autoptr (KappaGraph) graph = kappa_graph_new (KAPPA_F64);
  const KappaShape matrix = KAPPA_SHAPE (3, 3), image = KAPPA_SHAPE (3, 1, 3, 3);
  const KappaWindow window = KAPPA_WINDOW (2, 1, 0);
  KappaNode tensors[] = { parameter (graph, "a", &matrix), parameter (graph, "b", &matrix) };
  KappaNode a = tensors[0], b = tensors[1], product = kappa_matmul (graph, a, b, FALSE, FALSE);
  KappaNode relu = kappa_relu (graph, product);
  KappaNode wide
      = kappa_broadcast (graph, kappa_reshape (graph, relu, &KAPPA_SHAPE (3, 1, 3, 1)), &image);
  const KappaNode straight[]
      = { product,
          relu,
          kappa_add (graph, relu, a),
          kappa_max_pool (graph, wide, &window, FALSE),
          kappa_maximum (graph, relu, b),
          kappa_mul (graph, b, kappa_step (graph, b)),
          kappa_mul (graph, kappa_rsqrt (graph, kappa_fill_like (graph, 2.0, a)), product) };
  const KappaNode bent[] = { kappa_mul (graph, a, product),
                             kappa_sigmoid (graph, b),
                             kappa_softmax (graph, relu),
                             kappa_matmul (graph, relu, b, FALSE, FALSE),
                             kappa_tanh (graph, kappa_exp (graph, a)),
                             kappa_div (graph, b, a) };
  gboolean in_tensor[2];

  for (guint i = 0; i < G_N_ELEMENTS (straight); i++)
    g_assert_null (kappa_linearity_of_graph (graph, straight[i], tensors, 2, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (bent); i++)
    {
      g_autofree char *reason = kappa_linearity_of_graph (graph, bent[i], tensors, 2, in_tensor);

      g_assert_nonnull (reason);
      g_assert_true (in_tensor[0] || in_tensor[1]);
    }
}

static KappaResult *
run (const char *images, const char *const *settings, guint threads, KappaResult *result)
{
  g_autoptr (KappaInputs) inputs = fixture_open_inputs (images);
  g_autoptr (KappaAnalysis) analysis = g_object_new (KAPPA_TYPE_TRACE, NULL);

  for (guint i = 0; settings != NULL && settings[i] != NULL; i += 2)
    fixture_set (analysis, settings[i], settings[i + 1]);
  return fixture_run (analysis, inputs, result, threads);
}

static double
trace_of_part (KappaResult *result, const char *table_name, const char *part)
{
  g_autoptr (KappaTable) table = kappa_result_dup_table (result, table_name);

  g_assert_nonnull (table);
  for (gsize row = 0; row < table->n_rows; row++)
    if (g_str_equal (table->texts[0][row], part))
      return table->numbers[2][row];
  g_assert_not_reached ();
}

/* The sum of a tensor's diagonal entries of the Hessian, one product for each. */
static double
sum_diagonal (KappaInputs *inputs, const char *tensor)
{
  KappaModel *model = kappa_inputs_get_model (inputs, "model", 0);
  const KappaParameter *p = kappa_model_find_parameter (model, tensor);
  const gsize n = kappa_model_get_parameters_size (model);
  KappaContext context = { .workers = kappa_workers_new (2) };
  g_autoptr (KappaBatchSource) batches
      = kappa_inputs_make_batches (inputs, "data", "model", TRUE, &context, NULL);
  g_autoptr (KappaCurvature) curvature
      = kappa_curvature_new (model, batches, KAPPA_PRECISION_FLOAT64, 0.0, NULL);
  double *vectors[16], sum = 0.0;

  g_assert_cmpuint (p->size, <=, G_N_ELEMENTS (vectors));
  for (gsize i = 0; i < p->size; i++)
    {
      vectors[i] = g_new0 (double, n);
      vectors[i][p->offset + i] = 1.0;
    }
  g_assert_true (kappa_curvature_multiply (curvature, KAPPA_CURVATURE_HESSIAN, NULL, p->size,
                                           (const double *const *)vectors, vectors, &context,
                                           NULL));
  for (gsize i = 0; i < p->size; i++)
    {
      sum += vectors[i][p->offset + i];
      g_free (vectors[i]);
    }
  kappa_workers_unref (context.workers);
  return sum;
}

/* The exact trace of a tensor is the sum of the Hessian's diagonal there. */
static void
test_diagonal (void)
{
  static const char *const tensors[] = { "linear.bias", "bn1.weight", "layer1.1.bn2.bias" };
  static const char *const settings[] = { "precision", "float64", "folds", "0", NULL };
  g_autoptr (KappaInputs) inputs = fixture_open_inputs ("2:4");
  g_autoptr (KappaResult) result = run ("2:4", settings, 2, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (tensors); i++)
    {
      double sum = sum_diagonal (inputs, tensors[i]);

      g_assert_cmpfloat_with_epsilon (trace_of_part (result, "trace_by_tensor", tensors[i]), sum,
                                      1e-10 * fabs (sum));
    }
}

/* Computed once in float64 by another program, one image after the other. */
static void
test_published (void)
{
  static const char *const wide[] = { "precision", "float64", NULL };
  g_autoptr (KappaResult) few = run ("0:8", wide, 2, NULL), many = run ("0:128", NULL, 2, NULL);
  g_autoptr (KappaScalar) trace = kappa_result_dup_scalar (few, "trace");

  g_assert_cmpint (trace->certainty.kind, ==, KAPPA_EXACT);
  g_assert_cmpfloat_with_epsilon (trace->value, 40.9361949880, 1e-9);
  g_assert_cmpfloat_with_epsilon (fixture_scalar (many, "trace"), 763.8707074846, 763.87 * 5e-6);
  g_assert_cmpfloat_with_epsilon (fixture_scalar (many, "trace_over_folds"),
                                  fixture_scalar (many, "trace"),
                                  1e-9 * fixture_scalar (many, "trace"));
  g_assert_cmpfloat (fixture_scalar (many, "backward_passes"), ==, 9.0);
}

/* LeNet on the first 2,048 test images of MNIST, computed once in float64 by another program. */
static void
test_lenet (void)
{
  static const struct
  {
    const char *tensor;
    double trace;
  } published[] = { { "conv1.weight", 15.241949624 }, { "conv1.bias", 4.105333159 },
                    { "conv2.weight", 18.900791383 }, { "conv2.bias", 1.266966838 },
                    { "fc1.weight", 5.911506443 },    { "fc1.bias", 0.073506393 },
                    { "fc2.weight", 3.795425555 },    { "fc2.bias", 0.018101320 },
                    { "fc3.weight", 8.088066974 },    { "fc3.bias", 0.022747798 } };
  g_autofree char *model = kappa_test_need_shared ("data/mnist/lenet_example.pth"),
                  *images = kappa_test_need_shared ("data/mnist"), *source = NULL;
  g_autoptr (KappaInputs) inputs = kappa_inputs_new ();
  g_autoptr (KappaAnalysis) analysis = g_object_new (KAPPA_TYPE_TRACE, NULL);
  g_autoptr (KappaResult) result = NULL;
  g_autoptr (GError) error = NULL;

  if (model == NULL || images == NULL)
    return;
  source = g_strconcat ("mnist:", images, NULL);
  kappa_inputs_add (inputs, "model", KAPPA_INPUT_MODEL, model);
  kappa_inputs_add (inputs, "data", KAPPA_INPUT_DATASET, source);
  g_assert_true (kappa_inputs_set_option (inputs, "data", 0, "images", "0:2048", NULL));
  kappa_inputs_open (inputs, NULL, &error);
  g_assert_no_error (error);
  result = fixture_run (analysis, inputs, NULL, 2);
  g_assert_cmpfloat_with_epsilon (fixture_scalar (result, "trace"), 57.424395488, 57.4 * 5e-6);
  for (guint i = 0; i < G_N_ELEMENTS (published); i++)
    g_assert_cmpfloat_with_epsilon (trace_of_part (result, "trace_by_tensor", published[i].tensor),
                                    published[i].trace, 5e-6 * published[i].trace);
}

/* Parts add up; the regulariser puts λ on the diagonal. */
static void
test_parts (void)
{
  static const char *const plain[] = { NULL }, *const l2[] = { "l2", "0.5", NULL };
  static const char *const tables[] = { "trace_by_tensor", "trace_by_layer", "trace_by_block" };
  g_autoptr (KappaResult) result = run ("1:4", plain, 2, NULL), with = run ("1:4", l2, 2, NULL);
  double trace = fixture_scalar (result, "trace");

  for (guint i = 0; i < G_N_ELEMENTS (tables); i++)
    {
      g_autoptr (KappaTable) table = kappa_result_dup_table (result, tables[i]);
      double sum = 0.0, share = 0.0;

      for (gsize row = 0; row < table->n_rows; row++)
        {
          sum += table->numbers[2][row];
          share += table->numbers[5][row];
        }
      g_assert_cmpfloat_with_epsilon (sum, trace, 1e-10 * trace);
      g_assert_cmpfloat_with_epsilon (share, 1.0, 1e-10);
    }
  g_assert_cmpfloat_with_epsilon (trace_of_part (with, "trace_by_tensor", "linear.bias"),
                                  trace_of_part (result, "trace_by_tensor", "linear.bias") + 5.0,
                                  1e-9);
  g_assert_cmpfloat_with_epsilon (trace_of_part (result, "trace_by_block", "stem"),
                                  trace_of_part (result, "trace_by_layer", "conv1")
                                      + trace_of_part (result, "trace_by_layer", "bn1"),
                                  1e-10 * trace);
}

/* Every estimate's interval holds the exact value; in this network the rest is nothing but noise.
 */
static void
test_methods (void)
{
  static const char *const methods[] = { "difference", "xtrace", "hutchinson" };
  static const char *const plain[] = { "operator", "gauss-newton", NULL };
  g_autoptr (KappaResult) exact = run ("2:6", plain, 2, NULL);
  double trace = fixture_scalar (exact, "trace");

  for (guint i = 0; i < G_N_ELEMENTS (methods); i++)
    {
      const char *const settings[] = { "method", methods[i], "probes", "16", "folds", "2", NULL };
      g_autoptr (KappaResult) result = run ("2:6", settings, 2, NULL);
      g_autoptr (KappaScalar) scalar = kappa_result_dup_scalar (result, "trace");

      g_assert_cmpint (scalar->certainty.kind, ==, KAPPA_INTERVAL);
      g_assert_cmpfloat (scalar->certainty.low, <=, trace);
      g_assert_cmpfloat (scalar->certainty.high, >=, trace);
      g_assert_true ((scalar->certainty.low < scalar->value) == (i > 0));
    }
}

static void
assert_same_array (KappaResult *a, KappaResult *b, const char *name)
{
  g_autoptr (KappaArray) one = kappa_result_dup_array (a, name),
                         two = kappa_result_dup_array (b, name);

  g_assert_cmpmem (one->values, kappa_array_get_size (one) * sizeof (double), two->values,
                   kappa_array_get_size (two) * sizeof (double));
}

static void
test_threads (void)
{
  static const char *const estimate[] = { "method", "xtrace", "probes", "8", "folds", "0", NULL };
  g_autoptr (KappaResult) exact = run ("0:7", NULL, 1, NULL),
                          estimated = run ("0:3", estimate, 1, NULL);
  const guint threads[] = { 2, 3, 7 };

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    {
      g_autoptr (KappaResult) again = run ("0:7", NULL, threads[i], NULL);
      g_autoptr (KappaResult) also = run ("0:3", estimate, threads[i], NULL);

      assert_same_array (exact, again, "trace_by_image");
      assert_same_array (estimated, also, "estimate_by_fold");
      g_assert_cmpfloat (fixture_scalar (exact, "trace"), ==, fixture_scalar (again, "trace"));
    }
}

/* A result that has some values of an array of another, as after a run that was cut short. */
static KappaResult *
cut_short (KappaResult *whole, const char *name, gsize first, gsize n)
{
  g_autoptr (KappaArray) array = kappa_result_dup_array (whole, name);
  KappaResult *part = kappa_result_new ();

  kappa_result_take_array (
      part, kappa_array_new (name, array->unit, array->definition, array->rank, array->dims));
  kappa_result_set_values (part, name, first, n, array->values + first);
  return part;
}

/* What is there is not computed again, and the end has the same bits. */
static void
test_resume (void)
{
  static const char *const estimate[]
      = { "method", "hutchinson", "probes", "4", "folds", "3", NULL };
  const gsize n_tensors = 59, row = 2 * (n_tensors + 1);
  g_autoptr (KappaResult) exact = run ("0:6", NULL, 2, NULL),
                          estimated = run ("0:6", estimate, 2, NULL);
  g_autoptr (KappaResult) resumed
      = run ("0:6", NULL, 2, cut_short (exact, "trace_by_image", 2 * n_tensors, 3 * n_tensors));

  g_assert_cmpfloat (fixture_last_total (), ==, 3.0 * 9.0);
  assert_same_array (exact, resumed, "trace_by_image");
  g_assert_cmpfloat (fixture_scalar (exact, "trace"), ==, fixture_scalar (resumed, "trace"));
  {
    g_autoptr (KappaResult) also
        = run ("0:6", estimate, 2, cut_short (estimated, "estimate_by_fold", row, row));

    g_assert_cmpfloat (fixture_last_total (), ==, 4.0 * 4.0);
    assert_same_array (estimated, also, "estimate_by_fold");
  }
}

static void
test_refusals (void)
{
  static const char *const settings[][4]
      = { { "method", "exact", "probes", "8" },
          { "method", "difference", "operator", "gauss-newton" } };

  for (guint i = 0; i < G_N_ELEMENTS (settings); i++)
    {
      g_autoptr (KappaInputs) inputs = fixture_open_inputs ("0:2");
      g_autoptr (KappaAnalysis) analysis = g_object_new (KAPPA_TYPE_TRACE, NULL);
      g_autoptr (GError) error = NULL;

      fixture_set (analysis, settings[i][0], settings[i][1]);
      fixture_set (analysis, settings[i][2], settings[i][3]);
      g_assert_false (kappa_analysis_check (analysis, inputs, &error));
      g_assert_nonnull (error);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/trace/estimators", test_estimators);
  g_test_add_func ("/trace/small-rank", test_small_rank);
  g_test_add_func ("/trace/linearity", test_linearity);
  g_test_add_func ("/trace/diagonal", test_diagonal);
  g_test_add_func ("/trace/published", test_published);
  g_test_add_func ("/trace/lenet", test_lenet);
  g_test_add_func ("/trace/parts", test_parts);
  g_test_add_func ("/trace/methods", test_methods);
  g_test_add_func ("/trace/threads", test_threads);
  g_test_add_func ("/trace/resume", test_resume);
  g_test_add_func ("/trace/refusals", test_refusals);
  return g_test_run ();
}
