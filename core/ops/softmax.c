/* Softmax and its logarithm over the last axis. */

#include <math.h>

#include "core/graph/op.h"
#include "core/ops/ops.h"

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

#define ROWS(type, body)                                                                              \
  {                                                                                                   \
    const KappaView *in = &args->views[0];                                                            \
    gint64 n = in->dims[in->rank - 1], rows = 1;                                                      \
    for (guint d = 0; d + 1 < in->rank; d++)                                                          \
      rows *= in->dims[d];                                                                            \
    for (gint64 r = 0; r < rows; r++)                                                                 \
      {                                                                                               \
        const type *x = (const type *) args->inputs[0] + r * n;                                       \
        type *y = (type *) args->output + r * n;                                                      \
        const double largest = (double) LARGEST (type, x, n);                                         \
        double sum = 0.0;                                                                             \
        for (gint64 j = 0; j < n; j++)                                                                \
          sum += exp ((double) x[j] - largest);                                                       \
        for (gint64 j = 0; j < n; j++)                                                                \
          y[j] = (type) (body);                                                                       \
      }                                                                                               \
  }

static void
softmax_run (gpointer state, const KappaKernelArgs *args)
{
  if (args->out_view->dtype == KAPPA_F64)
    ROWS (double, exp (x[j] - largest) / sum)
  else
    ROWS (float, exp ((double) x[j] - largest) / sum)
}

static void
log_softmax_run (gpointer state, const KappaKernelArgs *args)
{
  if (args->out_view->dtype == KAPPA_F64)
    ROWS (double, x[j] - largest - log (sum))
  else
    ROWS (float, (double) x[j] - largest - log (sum))
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
