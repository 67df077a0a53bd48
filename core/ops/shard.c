/* Sums over a declared batch that is computed in shards: what batch statistics need.
 *
 * shard_sum turns a value every shard has of its own into their sum, which all shards then have; shard_copy says that a
 * common value is about to be used by each shard for itself. Each is the other's transpose. In a run shard_sum is a
 * barrier: all shards arrive, the sum is taken in the order of the shards, and they go on.
 */

#include <string.h>

#include "core/graph/op.h"
#include "core/graph/view.h"
#include "core/ops/ops.h"

static gboolean
copy_prepare (const KappaKernelSpec *spec, KappaKernelPlan *plan, GError **error)
{
  plan->layouts[0] = KAPPA_LAYOUT_ROWS;
  plan->output = KAPPA_LAYOUT_ROWS;
  return TRUE;
}

static void
copy_run (gpointer state, const KappaKernelArgs *args)
{
  kappa_view_copy (args->out_view, args->output, &args->views[0], args->inputs[0]);
}

static const KappaKernelClass copy_kernel = { .prepare = copy_prepare, .run = copy_run };

static KappaNode
sum_jvp (KappaGraph *g, KappaNode node, const KappaNode *tangents)
{
  return kappa_shard_sum (g, tangents[0]);
}

static void
sum_vjp (KappaGraph *g, KappaNode node, KappaNode cotangent, KappaNode *cotangents)
{
  cotangents[0] = kappa_shard_copy (g, cotangent);
}

static KappaNode
copy_jvp (KappaGraph *g, KappaNode node, const KappaNode *tangents)
{
  return kappa_shard_copy (g, tangents[0]);
}

static void
copy_vjp (KappaGraph *g, KappaNode node, KappaNode cotangent, KappaNode *cotangents)
{
  cotangents[0] = kappa_shard_sum (g, cotangent);
}

static const KappaExample examples[] = { { 1, { { 2, { 3, 4 } } } } };

/* The sum depends on the samples even where a shard's part does not: a count of samples does not, their number does. */
const KappaOp kappa_op_shard_sum = { .name = "shard_sum",
                                     .kind = KAPPA_OP_KERNEL,
                                     .rate = KAPPA_RATE_SAMPLE,
                                     .min_inputs = 1,
                                     .max_inputs = 1,
                                     .shape = kappa_op_same_shape,
                                     .jvp = sum_jvp,
                                     .vjp = sum_vjp,
                                     .kernel = &copy_kernel,
                                     .examples = examples,
                                     .n_examples = G_N_ELEMENTS (examples) };

static const KappaOp op_shard_copy = { .name = "shard_copy",
                                       .kind = KAPPA_OP_KERNEL,
                                       .min_inputs = 1,
                                       .max_inputs = 1,
                                       .shape = kappa_op_same_shape,
                                       .jvp = copy_jvp,
                                       .vjp = copy_vjp,
                                       .kernel = &copy_kernel,
                                       .examples = examples,
                                       .n_examples = G_N_ELEMENTS (examples) };

/**
 * kappa_shard_sum:
 * @x: a value of this shard, made of its samples, without a sample dimension
 *
 * Returns: the sum over all shards of the declared batch
 */
KappaNode
kappa_shard_sum (KappaGraph *g, KappaNode x)
{
  return kappa_op_unary (g, &kappa_op_shard_sum, x);
}

/**
 * kappa_shard_copy:
 * @x: a value common to all shards: the result of kappa_shard_sum() or what was made of such results alone
 *
 * Returns: @x, to be used with this shard's own samples
 */
KappaNode
kappa_shard_copy (KappaGraph *g, KappaNode x)
{
  return kappa_op_unary (g, &op_shard_copy, x);
}

const KappaOp *const kappa_ops_shard[] = { &kappa_op_shard_sum, &op_shard_copy, NULL };
