/* What is never computed: constants, equal nodes twice, dead nodes, what does not depend on a vector once more. And a
 * primitive that this file adds by itself.
 */

#include <math.h>
#include <string.h>

#include "core/graph/autodiff.h"
#include "core/graph/op.h"
#include "core/graph/program.h"
#include "core/ops/ops.h"
#include "lab.h"

static KappaGraph *
graph_with (KappaNode *x, KappaNode *y)
{
  KappaGraph *g = kappa_graph_new (KAPPA_F64);

  *x = kappa_graph_input (g, KAPPA_ROLE_PARAMETER, "x", KAPPA_F64, &KAPPA_SHAPE (3, 4));
  *y = kappa_graph_input (g, KAPPA_ROLE_PARAMETER, "y", KAPPA_F64, &KAPPA_SHAPE (3, 4));
  return g;
}

/* Whether a node is a constant, and of which value. */
static gboolean
is_fill (KappaGraph *g, KappaNode node, double value)
{
  return strcmp (kappa_graph_get_op (g, node)->name, "fill") == 0 && kappa_graph_get_attrs (g, node)->f[0] == value;
}

static void
test_constants (void)
{
  KappaNode x, y, two, three;
  g_autoptr (KappaGraph) g = graph_with (&x, &y);
  const KappaShape shape = KAPPA_SHAPE (3, 4), row = KAPPA_SHAPE (1, 4), flat = KAPPA_SHAPE (12);

  two = kappa_fill (g, 2.0, &shape);
  three = kappa_fill (g, 3.0, &shape);
  g_assert_true (is_fill (g, kappa_add (g, two, three), 5.0));
  g_assert_true (is_fill (g, kappa_sub (g, two, three), -1.0));
  g_assert_true (is_fill (g, kappa_mul (g, two, three), 6.0));
  g_assert_true (is_fill (g, kappa_div (g, three, two), 1.5));
  g_assert_true (is_fill (g, kappa_scale (g, two, -0.5), -1.0));
  g_assert_true (is_fill (g, kappa_shift (g, two, 1.5), 3.5));
  g_assert_true (is_fill (g, kappa_neg (g, two), -2.0));
  g_assert_true (is_fill (g, kappa_exp (g, two), exp (2.0)));
  g_assert_true (is_fill (g, kappa_relu (g, kappa_neg (g, two)), 0.0));
  g_assert_true (is_fill (g, kappa_maximum (g, two, three), 3.0));
  g_assert_true (is_fill (g, kappa_select (g, kappa_greater (g, two, three), two, three), 3.0));
  g_assert_true (is_fill (g, kappa_reshape (g, two, &flat), 2.0));
  g_assert_true (is_fill (g, kappa_broadcast (g, kappa_fill (g, 2.0, &row), &shape), 2.0));
  g_assert_true (is_fill (g, kappa_transpose (g, two, (guint[]) { 1, 0 }), 2.0));
  g_assert_true (is_fill (g, kappa_slice (g, two, NULL, (gint64[]) { 2, 2 }, NULL), 2.0));
  g_assert_true (is_fill (g, kappa_reduce_sum (g, two, 3), 24.0));
  g_assert_true (is_fill (g, kappa_reduce_mean (g, two, 2), 2.0));
  g_assert_true (kappa_shape_equal (kappa_graph_get_shape (g, kappa_reshape (g, two, &flat)), &flat));
}

/* What changes nothing is not there; one change after its like is one. */
static void
test_identities (void)
{
  KappaNode x, y, zero, one;
  g_autoptr (KappaGraph) g = graph_with (&x, &y);
  const KappaShape shape = KAPPA_SHAPE (3, 4), flat = KAPPA_SHAPE (12);
  const guint turn[] = { 1, 0 };
  guint n;

  zero = kappa_fill (g, 0.0, &shape);
  one = kappa_fill (g, 1.0, &shape);
  n = kappa_graph_get_n_nodes (g);
  g_assert_cmpint (kappa_add (g, x, zero), ==, x);
  g_assert_cmpint (kappa_add (g, zero, x), ==, x);
  g_assert_cmpint (kappa_sub (g, x, zero), ==, x);
  g_assert_cmpint (kappa_mul (g, x, one), ==, x);
  g_assert_cmpint (kappa_mul (g, zero, x), ==, zero);
  g_assert_cmpint (kappa_div (g, x, one), ==, x);
  g_assert_cmpint (kappa_scale (g, x, 1.0), ==, x);
  g_assert_cmpint (kappa_shift (g, x, 0.0), ==, x);
  g_assert_cmpint (kappa_cast (g, x, KAPPA_F64), ==, x);
  g_assert_cmpint (kappa_reshape (g, x, &shape), ==, x);
  g_assert_cmpint (kappa_broadcast (g, x, &shape), ==, x);
  g_assert_cmpint (kappa_slice (g, x, NULL, shape.dims, NULL), ==, x);
  g_assert_cmpint (kappa_pad (g, x, NULL, NULL, NULL), ==, x);
  g_assert_cmpint (kappa_concat (g, &x, 1, 0), ==, x);
  g_assert_cmpint (kappa_reduce_sum (g, x, 0), ==, x);
  g_assert_cmpint (kappa_graph_get_n_nodes (g), ==, n); /* and nothing was left behind */
  g_assert_cmpint (kappa_transpose (g, kappa_transpose (g, x, turn), turn), ==, x);
  g_assert_cmpint (kappa_reshape (g, kappa_reshape (g, x, &flat), &shape), ==, x);
  g_assert_cmpint (kappa_scale (g, kappa_scale (g, x, 3.0), 2.0), ==, kappa_scale (g, x, 6.0));
  g_assert_cmpint (kappa_neg (g, kappa_neg (g, x)), ==, x);
}

/* Equal nodes are one node. */
static void
test_equal_nodes (void)
{
  KappaNode x, y;
  g_autoptr (KappaGraph) g = graph_with (&x, &y);

  g_assert_cmpint (x, !=, y);
  g_assert_cmpint (kappa_add (g, x, y), ==, kappa_add (g, x, y));
  g_assert_cmpint (kappa_add (g, x, y), ==, kappa_add (g, y, x));
  g_assert_cmpint (kappa_mul (g, x, y), ==, kappa_mul (g, y, x));
  g_assert_cmpint (kappa_sub (g, x, y), !=, kappa_sub (g, y, x));
  g_assert_cmpint (kappa_maximum (g, x, y), !=, kappa_maximum (g, y, x)); /* the first of equals */
  g_assert_cmpint (kappa_tanh (g, kappa_add (g, x, y)), ==, kappa_tanh (g, kappa_add (g, y, x)));
  g_assert_cmpint (kappa_scale (g, x, 2.0), !=, kappa_scale (g, x, 3.0));
  g_assert_cmpint (kappa_fill (g, 2.0, &KAPPA_SHAPE (3, 4)), !=, kappa_fill (g, 2.0, &KAPPA_SHAPE (4, 3)));
  g_assert_cmpint (kappa_reduce_sum (g, x, 1), !=, kappa_reduce_sum (g, x, 2));
  g_assert_cmpint (kappa_matmul (g, x, y, FALSE, TRUE), ==, kappa_matmul (g, x, y, FALSE, TRUE));
  g_assert_cmpint (kappa_matmul (g, x, y, FALSE, TRUE), !=, kappa_matmul (g, y, x, FALSE, TRUE));
}

/* A tangent that is zero costs no node; a cotangent of what is not reached neither. */
static void
test_zero_tangents (void)
{
  KappaNode x, y, z, tangent, cotangents[2], nothing = KAPPA_NONE;
  g_autoptr (KappaGraph) g = graph_with (&x, &y);
  guint n;

  z = kappa_mul (g, kappa_tanh (g, x), x);
  n = kappa_graph_get_n_nodes (g);
  kappa_graph_jvp (g, &z, 1, &y, &x, 1, &tangent);
  g_assert_cmpint (tangent, ==, KAPPA_NONE);
  kappa_graph_jvp (g, &z, 1, &x, &nothing, 1, &tangent);
  g_assert_cmpint (tangent, ==, KAPPA_NONE);
  g_assert_cmpuint (kappa_graph_get_n_nodes (g), ==, n);
  kappa_graph_vjp (g, z, KAPPA_NONE, (KappaNode[]) { y, x }, 2, cotangents);
  g_assert_cmpint (cotangents[0], ==, KAPPA_NONE);
  g_assert_cmpint (cotangents[1], >=, 0);
  /* The second derivative of something linear is zero, and known to be. */
  kappa_graph_vjp (g, kappa_reduce_sum (g, kappa_scale (g, x, 3.0), 3), KAPPA_NONE, &x, 1, cotangents);
  g_assert_true (is_fill (g, cotangents[0], 3.0));
  kappa_graph_jvp (g, cotangents, 1, &x, &y, 1, &tangent);
  g_assert_cmpint (tangent, ==, KAPPA_NONE);
}

/* Faults of a builder: the first one is told, with the names of the operands; what comes after is quiet. */
static void
test_faults (void)
{
  KappaNode x, y, bad;
  g_autoptr (KappaGraph) g = graph_with (&x, &y);
  g_autoptr (GError) error = NULL;

  bad = kappa_matmul (g, x, y, FALSE, FALSE);
  g_assert_cmpint (bad, ==, KAPPA_BAD);
  g_assert_cmpint (kappa_tanh (g, kappa_add (g, bad, x)), ==, KAPPA_BAD);
  kappa_reduce_sum (g, x, 1u << 5);
  kappa_reshape (g, kappa_fill (g, 1.0, &KAPPA_SHAPE (3, 4)), &KAPPA_SHAPE (13));
  g_assert_false (kappa_graph_check (g, &error));
  g_assert_nonnull (strstr (error->message, "x 3×4, y 3×4"));
}

static void
refused (KappaNode node, KappaGraph *g)
{
  g_assert_cmpint (node, ==, KAPPA_BAD);
  g_assert_false (kappa_graph_check (g, NULL));
}

static void
test_faults_of_constants (void)
{
  KappaNode x, y, constant;
  g_autoptr (KappaGraph) first = graph_with (&x, &y), second = graph_with (&x, &y), third = graph_with (&x, &y);

  /* Simplification does not look before the operands are seen to fit. */
  refused (kappa_reduce_sum (first, x, 1u << 5), first);
  constant = kappa_fill (second, 1.0, &KAPPA_SHAPE (3, 4));
  refused (kappa_reshape (second, constant, &KAPPA_SHAPE (13)), second);
  constant = kappa_fill (third, 0.0, &KAPPA_SHAPE (1, 4));
  refused (kappa_add (third, x, constant), third);
}

/* A primitive of this file's own: x³. Its derivative is all that is said about derivatives. */

static void
cube_f32 (float *out, const float *const *in, gsize n, const double *f)
{
  for (gsize i = 0; i < n; i++)
    out[i] = in[0][i] * in[0][i] * in[0][i];
}

static void
cube_f64 (double *out, const double *const *in, gsize n, const double *f)
{
  for (gsize i = 0; i < n; i++)
    out[i] = in[0][i] * in[0][i] * in[0][i];
}

static KappaNode
cube_derivative (KappaGraph *g, KappaNode node, KappaNode x)
{
  return kappa_scale (g, kappa_mul (g, x, x), 3.0);
}

static const KappaOp op_cube = { .name = "cube",
                                 .kind = KAPPA_OP_ELEMENTWISE,
                                 .min_inputs = 1,
                                 .max_inputs = 1,
                                 .shape = kappa_op_same_shape,
                                 .derivative = cube_derivative,
                                 .tile = { cube_f32, cube_f64 } };

static KappaNode
cube_node (KappaGraph *g, KappaNode x)
{
  return kappa_op_unary (g, &op_cube, x);
}

/* A kernel that counts how often it runs, and else does nothing: y = x. */

enum
{
  ONCE,
  VECTOR,
  SAMPLE,
  SAMPLE_VECTOR,
  N_STAGES,
};

static gint counts[N_STAGES]; /* atomic */

static gboolean
counted_prepare (const KappaKernelSpec *spec, KappaKernelPlan *plan, GError **error)
{
  plan->layouts[0] = KAPPA_LAYOUT_ROWS;
  plan->output = KAPPA_LAYOUT_ROWS;
  plan->state = &counts[spec->attrs->i[0]];
  plan->macs = 1000;
  return TRUE;
}

static void
counted_run (gpointer state, const KappaKernelArgs *args)
{
  gsize n = 1;

  for (guint d = 0; d < args->out_view->rank; d++)
    n *= (gsize) args->out_view->dims[d];
  memcpy (args->output, args->inputs[0], n * sizeof (double));
  g_atomic_int_inc ((gint *) state);
}

static const KappaKernelClass counted_kernel = { .prepare = counted_prepare, .run = counted_run };

static const KappaOp op_counted = { .name = "counted",
                                    .kind = KAPPA_OP_KERNEL,
                                    .min_inputs = 1,
                                    .max_inputs = 1,
                                    .shape = kappa_op_same_shape,
                                    .kernel = &counted_kernel };

static KappaNode
counted (KappaGraph *g, KappaNode x, gint64 which)
{
  KappaAttrs attrs = { { which } };

  return kappa_graph_apply (g, &op_counted, &x, 1, &attrs);
}

/* Four values that change as seldom or as often as values can, and a dead one of each. */
static gboolean
build_counted (KappaGraph *g, gint64 batch, KappaOutputs *outputs, gpointer data, GError **error)
{
  const KappaShape shape = KAPPA_SHAPE (batch, 3), row = KAPPA_SHAPE (1, 3);
  KappaNode p = kappa_graph_input (g, KAPPA_ROLE_PARAMETER, NULL, KAPPA_F64, &row);
  KappaNode v = kappa_graph_input (g, KAPPA_ROLE_VECTOR, NULL, KAPPA_F64, &row);
  KappaNode s = kappa_graph_input (g, KAPPA_ROLE_SAMPLE, NULL, KAPPA_F64, &shape);
  KappaNode once = counted (g, kappa_exp (g, p), ONCE), vector = counted (g, kappa_mul (g, once, v), VECTOR);
  KappaNode sample = counted (g, kappa_mul (g, s, kappa_broadcast (g, once, &shape)), SAMPLE);
  KappaNode both = counted (g, kappa_mul (g, sample, kappa_broadcast (g, vector, &shape)), SAMPLE_VECTOR);

  for (gint64 dead = 0; dead < N_STAGES; dead++)
    counted (g, kappa_tanh (g, (KappaNode[]) { once, vector, sample, both }[dead]), dead);
  kappa_outputs_add (outputs, "sum", KAPPA_OUTPUT_SUM, kappa_reduce_sum (g, both, 3));
  return kappa_graph_check (g, error);
}

static gboolean
fetch_index (guint input, gint64 first, gint64 n, void *values, gpointer data, GError **error)
{
  for (gint64 i = 0; i < 3 * n; i++)
    ((double *) values)[i] = (double) (3 * first + i + 1);
  return TRUE;
}

/* Constant work once for each plan, work for a sample once for each micro-batch, and only the rest for each vector. */
static void
test_partial_evaluation (void)
{
  KappaProgramOptions options = { KAPPA_F64, KAPPA_F64, 4 };
  g_autoptr (GError) error = NULL;
  g_autoptr (KappaProgram) program = kappa_program_new (&options, build_counted, NULL, NULL, &error);
  const double p[] = { 0.1, -0.2, 0.3 }, a[] = { 1.0, 2.0, 3.0 }, b[] = { -1.0, 0.5, 2.0 };
  const void *vectors[] = { a, b, a };
  KappaFeed feed
      = { .n_samples = 23, .wide = TRUE, .parameters = p, .n_vectors = 3, .vectors = vectors, .fetch = fetch_index };
  KappaEnvironment environment = { .workers = lab_workers (2) };
  const double *sums;
  double expected = 0.0;

  g_assert_no_error (error);
  kappa_program_run (program, &feed, &environment, &error);
  g_assert_no_error (error);
  g_assert_cmpint (counts[ONCE], ==, 2); /* one plan for 4 samples, one for the 3 at the end */
  g_assert_cmpint (counts[VECTOR], ==, 2 * 3);
  g_assert_cmpint (counts[SAMPLE], ==, 6);
  g_assert_cmpint (counts[SAMPLE_VECTOR], ==, 6 * 3);
  for (guint i = 0; i < 69; i++)
    expected += (i + 1.0) * exp (2.0 * p[i % 3]) * b[i % 3];
  sums = kappa_program_get_output (program, "sum", NULL);
  g_assert_cmpfloat_with_epsilon (sums[1], expected, 1e-12 * fabs (expected));
  g_assert_cmpfloat (sums[0], ==, sums[2]);
}

/* Σ cube (x w): its gradient along w is Σ 3 x³ w², its Hessian 6 x³ w, and so on for the third derivative. */
static gboolean
build_cube (KappaGraph *g, gint64 batch, KappaOutputs *outputs, gpointer data, GError **error)
{
  const KappaShape shape = KAPPA_SHAPE (batch, 3), row = KAPPA_SHAPE (1, 3);
  KappaNode w = kappa_graph_input (g, KAPPA_ROLE_PARAMETER, NULL, kappa_graph_get_real (g), &row);
  KappaNode v = kappa_graph_input (g, KAPPA_ROLE_VECTOR, NULL, kappa_graph_get_real (g), &row);
  KappaNode x = kappa_graph_input (g, KAPPA_ROLE_SAMPLE, NULL, kappa_graph_get_real (g), &shape);
  KappaNode y = cube_node (g, kappa_mul (g, x, kappa_broadcast (g, w, &shape)));
  KappaNode loss = kappa_reduce_sum (g, y, 3), gradient, product, third;

  kappa_graph_vjp (g, loss, KAPPA_NONE, &w, 1, &gradient);
  kappa_graph_jvp (g, &gradient, 1, &w, &v, 1, &product);
  kappa_graph_jvp (g, &product, 1, &w, &v, 1, &third);
  kappa_outputs_add (outputs, "loss", KAPPA_OUTPUT_SUM, loss);
  kappa_outputs_add (outputs, "gradient", KAPPA_OUTPUT_SUM, gradient);
  kappa_outputs_add (outputs, "product", KAPPA_OUTPUT_SUM, product);
  kappa_outputs_add (outputs, "third", KAPPA_OUTPUT_SUM, third);
  return kappa_graph_check (g, error);
}

static void
test_own_primitive (void)
{
  enum
  {
    N = 10,
  };
  KappaProgramOptions options = { KAPPA_F64, KAPPA_F64, 4 };
  g_autoptr (GError) error = NULL;
  g_autoptr (KappaProgram) program = kappa_program_new (&options, build_cube, NULL, NULL, &error);
  const double w[] = { 0.1, -0.2, 0.3 }, v[] = { 1.0, 2.0, -3.0 };
  const void *vectors[] = { v };
  KappaFeed feed
      = { .n_samples = N, .wide = TRUE, .parameters = w, .n_vectors = 1, .vectors = vectors, .fetch = fetch_index };
  KappaEnvironment environment = { .workers = lab_workers (2) };
  double loss = 0.0;

  g_assert_no_error (error);
  kappa_program_run (program, &feed, &environment, &error);
  g_assert_no_error (error);
  for (guint k = 0; k < 3; k++)
    {
      double cubes = 0.0;

      for (guint i = 0; i < N; i++)
        cubes += pow (3.0 * i + k + 1.0, 3.0);
      loss += cubes * w[k] * w[k] * w[k];
      g_assert_cmpfloat_with_epsilon (kappa_program_get_output (program, "gradient", NULL)[k],
                                      3.0 * cubes * w[k] * w[k], 1e-12 * cubes);
      g_assert_cmpfloat_with_epsilon (kappa_program_get_output (program, "product", NULL)[k], 6.0 * cubes * w[k] * v[k],
                                      1e-12 * cubes);
      g_assert_cmpfloat_with_epsilon (kappa_program_get_output (program, "third", NULL)[k], 6.0 * cubes * v[k] * v[k],
                                      1e-12 * cubes);
    }
  g_assert_cmpfloat_with_epsilon (kappa_program_get_output (program, "loss", NULL)[0], loss, 1e-12 * fabs (loss));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/simplify/constants", test_constants);
  g_test_add_func ("/simplify/identities", test_identities);
  g_test_add_func ("/simplify/equal-nodes", test_equal_nodes);
  g_test_add_func ("/simplify/zero-tangents", test_zero_tangents);
  g_test_add_func ("/simplify/faults", test_faults);
  g_test_add_func ("/simplify/faults-of-constants", test_faults_of_constants);
  g_test_add_func ("/simplify/partial-evaluation", test_partial_evaluation);
  g_test_add_func ("/simplify/own-primitive", test_own_primitive);
  return g_test_run ();
}
