/* Softmax and its logarithm over the last axis. */

#include <math.h>

#include "core/base/clones.h"
#include "core/graph/op.h"
#include "core/ops/ops.h"
#include "core/ops/vector-math.h"

static gboolean
rows_shape (KappaGraph *g,
            const KappaNode *inputs,
            guint n,
            const KappaAttrs *attrs,
            KappaShape *shape,
            KappaDtype *dtype,
            GError **error)
{
  *shape = *kappa_graph_get_shape (g, inputs[0]);
  return kappa_op_check_real (error, g, "softmax", inputs, n, *dtype, FALSE)
         && (shape->rank > 0 || kappa_op_shape_error (error, g, "softmax", inputs, n, "at least one dimension"));
}

static gboolean
rows_prepare (const KappaKernelSpec *spec, KappaKernelPlan *plan, GError **error)
{
  plan->layouts[0] = KAPPA_LAYOUT_ROWS;
  plan->output = KAPPA_LAYOUT_ROWS;
  return TRUE;
}

/* The row's largest element, NaN if there is one. */
#define LARGEST(type, p, n)                          \
  ({                                                 \
    type largest_ = (p)[0];                          \
    for (gint64 j_ = 1; j_ < (n); j_++)              \
      if ((p)[j_] > largest_ || (p)[j_] != (p)[j_])  \
        largest_ = (p)[j_];                          \
    largest_;                                        \
  })

static gint64
count_rows (const KappaView *view)
{
  gint64 rows = 1;

  for (guint d = 0; d + 1 < view->rank; d++)
    rows *= view->dims[d];
  return rows;
}

/* Sixteen maxima side by side. NaN may be passed over: its exponential is in the sum. */
static inline __attribute__ ((always_inline)) float
largest_float (const float *x, gint64 n)
{
  float lanes[16];
  gint64 j = 0;

  for (int l = 0; l < 16; l++)
    lanes[l] = x[0];
  for (; j + 16 <= n; j += 16)
    for (int l = 0; l < 16; l++)
      lanes[l] = x[j + l] > lanes[l] ? x[j + l] : lanes[l];
  for (; j < n; j++)
    lanes[0] = x[j] > lanes[0] ? x[j] : lanes[0];
  for (int half = 8; half > 0; half /= 2)
    for (int l = 0; l < half; l++)
      lanes[l] = lanes[l + half] > lanes[l] ? lanes[l + half] : lanes[l];
  return lanes[0];
}

/* y = exp (x - largest); returns their sum, taken in eight float64 lanes. */
static inline __attribute__ ((always_inline)) double
exponentials (float *restrict y, const float *restrict x, gint64 n, float largest)
{
  double lanes[8] = { 0 };
  gint64 j = 0;

  for (gint64 i = 0; i < n; i++)
    y[i] = kappa_float_exp (x[i] - largest);
  for (; j + 8 <= n; j += 8)
    for (int l = 0; l < 8; l++)
      lanes[l] += (double) y[j + l];
  for (; j < n; j++)
    lanes[0] += (double) y[j];
  return ((lanes[0] + lanes[4]) + (lanes[1] + lanes[5])) + ((lanes[2] + lanes[6]) + (lanes[3] + lanes[7]));
}

KAPPA_CLONES static void
softmax_floats (float *y, const float *x, gint64 rows, gint64 n)
{
  for (gint64 r = 0; r < rows; r++, x += n, y += n)
    {
      const float factor = (float) (1.0 / exponentials (y, x, n, largest_float (x, n)));

      for (gint64 j = 0; j < n; j++)
        y[j] *= factor;
    }
}

KAPPA_CLONES static void
log_softmax_floats (float *y, const float *x, gint64 rows, gint64 n)
{
  for (gint64 r = 0; r < rows; r++, x += n, y += n)
    {
      const double largest = (double) largest_float (x, n), shift = largest + log (exponentials (y, x, n, (float) largest));

      for (gint64 j = 0; j < n; j++)
        y[j] = (float) ((double) x[j] - shift);
    }
}

static void
softmax_doubles (double *y, const double *x, gint64 rows, gint64 n, gboolean logarithm)
{
  for (gint64 r = 0; r < rows; r++, x += n, y += n)
    {
      const double largest = LARGEST (double, x, n);
      double sum = 0.0;

      for (gint64 j = 0; j < n; j++)
        sum += exp (x[j] - largest);
      for (gint64 j = 0; j < n; j++)
        y[j] = logarithm ? x[j] - largest - log (sum) : exp (x[j] - largest) / sum;
    }
}

static void
softmax_run (gpointer state, const KappaKernelArgs *args)
{
  const KappaView *in = &args->views[0];

  if (args->out_view->dtype == KAPPA_F64)
    softmax_doubles (args->output, args->inputs[0], count_rows (in), in->dims[in->rank - 1], FALSE);
  else
    softmax_floats (args->output, args->inputs[0], count_rows (in), in->dims[in->rank - 1]);
}

static void
log_softmax_run (gpointer state, const KappaKernelArgs *args)
{
  const KappaView *in = &args->views[0];

  if (args->out_view->dtype == KAPPA_F64)
    softmax_doubles (args->output, args->inputs[0], count_rows (in), in->dims[in->rank - 1], TRUE);
  else
    log_softmax_floats (args->output, args->inputs[0], count_rows (in), in->dims[in->rank - 1]);
}

static const KappaKernelClass softmax_kernel = { .prepare = rows_prepare, .run = softmax_run };
static const KappaKernelClass log_softmax_kernel = { .prepare = rows_prepare, .run = log_softmax_run };

/* The sum over the last axis, repeated along it. */
static KappaNode
row_sums (KappaGraph *g, KappaNode x)
{
  const KappaShape shape = *kappa_graph_get_shape (g, x);

  return kappa_broadcast (g, kappa_reduce_sum (g, x, 1u << (shape.rank - 1)), &shape);
}

/* y = softmax (x): the Jacobian diag (y) - y y^T is symmetric, so both rules are one. */
static KappaNode
softmax_jacobian (KappaGraph *g, KappaNode y, KappaNode v)
{
  return kappa_mul (g, y, kappa_sub (g, v, row_sums (g, kappa_mul (g, y, v))));
}

static KappaNode
softmax_jvp (KappaGraph *g, KappaNode node, const KappaNode *tangents)
{
  return softmax_jacobian (g, node, tangents[0]);
}

static void
softmax_vjp (KappaGraph *g, KappaNode node, KappaNode cotangent, KappaNode *cotangents)
{
  cotangents[0] = softmax_jacobian (g, node, cotangent);
}

static KappaNode
log_softmax_jvp (KappaGraph *g, KappaNode node, const KappaNode *tangents)
{
  KappaNode p = kappa_softmax (g, kappa_graph_get_operand (g, node, 0));

  return kappa_sub (g, tangents[0], row_sums (g, kappa_mul (g, p, tangents[0])));
}

static void
log_softmax_vjp (KappaGraph *g, KappaNode node, KappaNode cotangent, KappaNode *cotangents)
{
  KappaNode p = kappa_softmax (g, kappa_graph_get_operand (g, node, 0));

  cotangents[0] = kappa_sub (g, cotangent, kappa_mul (g, p, row_sums (g, cotangent)));
}

static const KappaExample examples[] = { { 1, { { 2, { 3, 5 } } } }, { 1, { { 3, { 2, 1, 4 } } } }, { 1, { { 1, { 1 } } } } };

static const KappaOp op_softmax = { .name = "softmax",
                                    .kind = KAPPA_OP_KERNEL,
                                    .min_inputs = 1,
                                    .max_inputs = 1,
                                    .shape = rows_shape,
                                    .jvp = softmax_jvp,
                                    .vjp = softmax_vjp,
                                    .kernel = &softmax_kernel,
                                    .examples = examples,
                                    .n_examples = G_N_ELEMENTS (examples) };

static const KappaOp op_log_softmax = { .name = "log_softmax",
                                        .kind = KAPPA_OP_KERNEL,
                                        .min_inputs = 1,
                                        .max_inputs = 1,
                                        .shape = rows_shape,
                                        .jvp = log_softmax_jvp,
                                        .vjp = log_softmax_vjp,
                                        .kernel = &log_softmax_kernel,
                                        .examples = examples,
                                        .n_examples = G_N_ELEMENTS (examples) };

KappaNode
kappa_softmax (KappaGraph *g, KappaNode x)
{
  return kappa_op_unary (g, &op_softmax, x);
}

KappaNode
kappa_log_softmax (KappaGraph *g, KappaNode x)
{
  return kappa_op_unary (g, &op_log_softmax, x);
}

const KappaOp *const kappa_ops_softmax[] = { &op_softmax, &op_log_softmax, NULL };
