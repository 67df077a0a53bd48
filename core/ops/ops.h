#pragma once

#include "core/graph/graph.h"

/*
 * The primitives as functions that append a node and return it. Elementwise primitives want operands of equal shape:
 * broadcasting is written out with kappa_broadcast(). Reductions keep the reduced dimensions, as 1.
 * Every one of them can be differentiated any number of times.
 *
 * Kinks, ties and NaN: relu'(0) = 0; max and max-pooling pick the first of equals; step(NaN) = 0; relu, max, min and
 * pooling hand NaN on.
 */

/* Constants. */
KappaNode kappa_fill        (KappaGraph *g, double value, const KappaShape *shape);
KappaNode kappa_fill_like   (KappaGraph *g, double value, KappaNode x);

/* Elementwise, one operand. */
KappaNode kappa_neg         (KappaGraph *g, KappaNode x);
KappaNode kappa_scale       (KappaGraph *g, KappaNode x, double factor);
KappaNode kappa_shift       (KappaGraph *g, KappaNode x, double summand);
KappaNode kappa_exp         (KappaGraph *g, KappaNode x);
KappaNode kappa_log         (KappaGraph *g, KappaNode x);
KappaNode kappa_sqrt        (KappaGraph *g, KappaNode x);
KappaNode kappa_rsqrt       (KappaGraph *g, KappaNode x);
KappaNode kappa_reciprocal  (KappaGraph *g, KappaNode x);
KappaNode kappa_relu        (KappaGraph *g, KappaNode x);
KappaNode kappa_step        (KappaGraph *g, KappaNode x);
KappaNode kappa_sigmoid     (KappaGraph *g, KappaNode x);
KappaNode kappa_tanh        (KappaGraph *g, KappaNode x);
KappaNode kappa_erf         (KappaGraph *g, KappaNode x);
KappaNode kappa_cast        (KappaGraph *g, KappaNode x, KappaDtype dtype);

/* Elementwise, two and three operands. */
KappaNode kappa_add         (KappaGraph *g, KappaNode a, KappaNode b);
KappaNode kappa_sub         (KappaGraph *g, KappaNode a, KappaNode b);
KappaNode kappa_mul         (KappaGraph *g, KappaNode a, KappaNode b);
KappaNode kappa_div         (KappaGraph *g, KappaNode a, KappaNode b);
KappaNode kappa_maximum     (KappaGraph *g, KappaNode a, KappaNode b);
KappaNode kappa_minimum     (KappaGraph *g, KappaNode a, KappaNode b);
KappaNode kappa_greater     (KappaGraph *g, KappaNode a, KappaNode b);
KappaNode kappa_equal       (KappaGraph *g, KappaNode a, KappaNode b);
KappaNode kappa_select      (KappaGraph *g, KappaNode mask, KappaNode a, KappaNode b);

/* Movement: where a value stands changes, the value does not. */
KappaNode kappa_broadcast   (KappaGraph *g, KappaNode x, const KappaShape *shape);
KappaNode kappa_reshape     (KappaGraph *g, KappaNode x, const KappaShape *shape);
KappaNode kappa_transpose   (KappaGraph *g, KappaNode x, const guint *permutation);
KappaNode kappa_slice       (KappaGraph *g, KappaNode x, const gint64 *start, const gint64 *size, const gint64 *step);
KappaNode kappa_pad         (KappaGraph *g, KappaNode x, const gint64 *before, const gint64 *after, const gint64 *step);
KappaNode kappa_concat      (KappaGraph *g, const KappaNode *parts, guint n_parts, guint axis);
KappaNode kappa_gather      (KappaGraph *g, KappaNode x, KappaNode index, guint axis);
KappaNode kappa_scatter     (KappaGraph *g, KappaNode x, KappaNode index, guint axis, gint64 size);

/* Reductions over the axes whose bits are set. */
KappaNode kappa_reduce_sum  (KappaGraph *g, KappaNode x, guint axes);
KappaNode kappa_reduce_max  (KappaGraph *g, KappaNode x, guint axes);
KappaNode kappa_reduce_mean (KappaGraph *g, KappaNode x, guint axes);
KappaNode kappa_shard_sum   (KappaGraph *g, KappaNode x);
KappaNode kappa_shard_copy  (KappaGraph *g, KappaNode x);

/* Over the last axis. */
KappaNode kappa_softmax     (KappaGraph *g, KappaNode x);
KappaNode kappa_log_softmax (KappaGraph *g, KappaNode x);
KappaNode kappa_arg_max     (KappaGraph *g, KappaNode x);

/* Products. The last two axes are a matrix, those before are batches and equal in both. */
KappaNode kappa_matmul      (KappaGraph *g, KappaNode a, KappaNode b, gboolean transpose_a, gboolean transpose_b);

/**
 * KappaWindow:
 *
 * A sliding window over H and W. Padding is by zeros (convolution, average) or by nothing (maximum).
 */
typedef struct
{
  gint64 kernel[2];
  gint64 stride[2];
  gint64 pad_begin[2];
  gint64 pad_end[2];
  gint64 dilation[2];
  gint64 groups;
} KappaWindow;

#define KAPPA_WINDOW(k, s, p) \
  ((KappaWindow){ { (k), (k) }, { (s), (s) }, { (p), (p) }, { (p), (p) }, { 1, 1 }, 1 })

KappaNode kappa_conv             (KappaGraph *g, KappaNode x, KappaNode weight, const KappaWindow *window);
KappaNode kappa_conv_input_grad  (KappaGraph *g, KappaNode dy, KappaNode weight, const KappaWindow *window, gint64 height,
                                  gint64 width);
KappaNode kappa_conv_weight_grad (KappaGraph *g, KappaNode x, KappaNode dy, const KappaWindow *window);
KappaNode kappa_max_pool         (KappaGraph *g, KappaNode x, const KappaWindow *window, gboolean ceil_mode);
KappaNode kappa_avg_pool         (KappaGraph *g, KappaNode x, const KappaWindow *window, gboolean ceil_mode,
                                  gboolean count_padding);

/* Compositions every builder needs (core/ops/compose.c). */
KappaNode kappa_add_channel      (KappaGraph *g, KappaNode x, KappaNode bias);
KappaNode kappa_mul_channel      (KappaGraph *g, KappaNode x, KappaNode factor);
KappaNode kappa_linear           (KappaGraph *g, KappaNode x, KappaNode weight, KappaNode bias);
KappaNode kappa_global_avg_pool  (KappaGraph *g, KappaNode x);
KappaNode kappa_batch_norm       (KappaGraph *g, KappaNode x, KappaNode gamma, KappaNode beta, KappaNode mean,
                                  KappaNode variance, double epsilon);
KappaNode kappa_conv_batch_norm  (KappaGraph *g, KappaNode x, KappaNode weight, const KappaWindow *window, KappaNode gamma,
                                  KappaNode beta, KappaNode mean, KappaNode variance, double epsilon);
KappaNode kappa_batch_norm_train (KappaGraph *g, KappaNode x, KappaNode gamma, KappaNode beta, double epsilon,
                                  gint64 batch, KappaNode *mean, KappaNode *variance);
KappaNode kappa_cross_entropy    (KappaGraph *g, KappaNode logits, KappaNode labels);
