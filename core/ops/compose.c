/* What every builder is made of, composed of primitives. */

#include "core/ops/ops.h"

/* A vector over channels as 1 × C × 1 × … of the rank of x, or 1 × C for rank 2. */
static KappaNode
over_channels (KappaGraph *g, KappaNode vector, KappaNode x)
{
  const KappaShape shape = *kappa_graph_get_shape (g, x);
  KappaShape flat = { .rank = shape.rank };

  for (guint d = 0; d < shape.rank; d++)
    flat.dims[d] = d == 1 ? shape.dims[d] : 1;
  vector = kappa_reshape (g, vector, &flat);
  if (kappa_graph_get_dtype (g, x) == KAPPA_BF16)
    vector = kappa_cast (g, vector, KAPPA_BF16);
  return kappa_broadcast (g, vector, &shape);
}

/**
 * kappa_add_channel:
 * @bias: C numbers, added along dimension 1
 */
KappaNode
kappa_add_channel (KappaGraph *g, KappaNode x, KappaNode bias)
{
  return kappa_add (g, x, over_channels (g, bias, x));
}

/**
 * kappa_mul_channel:
 * @factor: C numbers, multiplied along dimension 1
 */
KappaNode
kappa_mul_channel (KappaGraph *g, KappaNode x, KappaNode factor)
{
  return kappa_mul (g, x, over_channels (g, factor, x));
}

/**
 * kappa_linear:
 * @x: N × in
 * @weight: out × in
 * @bias: out numbers, or %KAPPA_NONE
 *
 * In the real dtype, also where the graph computes in bfloat16: it is the last layer, and small.
 */
KappaNode
kappa_linear (KappaGraph *g, KappaNode x, KappaNode weight, KappaNode bias)
{
  KappaNode y = kappa_matmul (g, kappa_cast (g, x, kappa_graph_get_real (g)), weight, FALSE, TRUE);

  return bias == KAPPA_NONE ? y : kappa_add_channel (g, y, bias);
}

/**
 * kappa_global_avg_pool:
 * @x: N × C × H × W
 *
 * Returns: N × C, in the real dtype
 */
KappaNode
kappa_global_avg_pool (KappaGraph *g, KappaNode x)
{
  const KappaShape shape = *kappa_graph_get_shape (g, x);

  return kappa_reshape (g, kappa_reduce_mean (g, x, 1u << 2 | 1u << 3), &KAPPA_SHAPE (shape.dims[0], shape.dims[1]));
}

/* gamma / sqrt (variance + epsilon) */
static KappaNode
norm_factor (KappaGraph *g, KappaNode gamma, KappaNode variance, double epsilon)
{
  KappaNode inverse = kappa_rsqrt (g, kappa_shift (g, variance, epsilon));

  return gamma == KAPPA_NONE ? inverse : kappa_mul (g, gamma, inverse);
}

static KappaNode
norm_shift (KappaGraph *g, KappaNode beta, KappaNode mean, KappaNode factor)
{
  KappaNode moved = kappa_neg (g, kappa_mul (g, mean, factor));

  return beta == KAPPA_NONE ? moved : kappa_add (g, beta, moved);
}

/**
 * kappa_batch_norm:
 * @gamma, @beta: C numbers, or %KAPPA_NONE for 1 and 0
 * @mean, @variance: the running statistics
 *
 * BatchNorm in inference mode (Ioffe and Szegedy 2015) where no convolution stands before it.
 */
KappaNode
kappa_batch_norm (KappaGraph *g,
                  KappaNode x,
                  KappaNode gamma,
                  KappaNode beta,
                  KappaNode mean,
                  KappaNode variance,
                  double epsilon)
{
  KappaNode factor = norm_factor (g, gamma, variance, epsilon);

  return kappa_add_channel (g, kappa_mul_channel (g, x, factor), norm_shift (g, beta, mean, factor));
}

/**
 * kappa_conv_batch_norm:
 *
 * Convolution and BatchNorm in inference mode, the factor moved to the weight: conv (x, w γ/σ) + (β - μ γ/σ). The weight
 * side does not depend on samples, so it is done once; its derivatives are those of the two written out.
 */
KappaNode
kappa_conv_batch_norm (KappaGraph *g,
                       KappaNode x,
                       KappaNode weight,
                       const KappaWindow *window,
                       KappaNode gamma,
                       KappaNode beta,
                       KappaNode mean,
                       KappaNode variance,
                       double epsilon)
{
  const KappaShape shape = *kappa_graph_get_shape (g, weight);
  KappaNode factor = norm_factor (g, gamma, variance, epsilon);
  KappaNode by_filter = kappa_broadcast (g, kappa_reshape (g, factor, &KAPPA_SHAPE (shape.dims[0], 1, 1, 1)), &shape);
  KappaNode y = kappa_conv (g, x, kappa_mul (g, weight, by_filter), window);

  return kappa_add_channel (g, y, norm_shift (g, beta, mean, factor));
}

/**
 * kappa_batch_norm_train:
 * @batch: how many samples the declared batch has, over all shards
 * @mean, @variance: (out) (optional): the batch's statistics, C numbers; the variance is divided by the count
 *
 * BatchNorm in training mode. The statistics are sums over all shards, so a run of it has two barriers.
 */
KappaNode
kappa_batch_norm_train (KappaGraph *g,
                        KappaNode x,
                        KappaNode gamma,
                        KappaNode beta,
                        double epsilon,
                        gint64 batch,
                        KappaNode *mean,
                        KappaNode *variance)
{
  const KappaShape shape = *kappa_graph_get_shape (g, x);
  const double count = (double) (batch * kappa_shape_size (&shape) / (shape.dims[0] * shape.dims[1]));
  const guint axes = ((1u << shape.rank) - 1) & ~2u;
  const KappaShape vector = KAPPA_SHAPE (shape.dims[1]);
  KappaNode mu, var, centred, factor;

  mu = kappa_scale (g, kappa_shard_sum (g, kappa_reshape (g, kappa_reduce_sum (g, x, axes), &vector)), 1.0 / count);
  centred = kappa_add_channel (g, x, kappa_neg (g, kappa_shard_copy (g, mu)));
  var = kappa_reshape (g, kappa_reduce_sum (g, kappa_mul (g, centred, centred), axes), &vector);
  var = kappa_scale (g, kappa_shard_sum (g, var), 1.0 / count);
  factor = kappa_shard_copy (g, kappa_rsqrt (g, kappa_shift (g, var, epsilon)));
  if (gamma != KAPPA_NONE)
    factor = kappa_mul (g, gamma, factor);
  if (mean != NULL)
    *mean = mu;
  if (variance != NULL)
    *variance = var;
  centred = kappa_mul_channel (g, centred, factor);
  return beta == KAPPA_NONE ? centred : kappa_add_channel (g, centred, beta);
}

/**
 * kappa_cross_entropy:
 * @logits: N × classes
 * @labels: int32, N × 1, in [0, classes)
 *
 * Returns: N × 1: -log softmax (logits)[label]
 */
KappaNode
kappa_cross_entropy (KappaGraph *g, KappaNode logits, KappaNode labels)
{
  return kappa_neg (g, kappa_gather (g, kappa_log_softmax (g, logits), labels, 1));
}
