#include "core/models/onnx-walk.h"

#include <string.h>

/* Convolutions, matrix products, pools and norms. */

#define MAX_STEP ((gint64)1 << 16)

static gint64
get_dim (KappaOnnxWalk *walk, KappaNode node, guint axis)
{
  return kappa_graph_get_shape (walk->graph, node)->dims[axis];
}

/* An attribute with one integer for H and one for W. */
static gboolean
get_pair (KappaOnnxWalk *walk, const char *name, gint64 *pair)
{
  gint n;

  if (!kappa_onnx_get_list (walk, name, G_MAXUINT, pair, 2, &n))
    return FALSE;
  if (n != -1 && n != 2)
    return kappa_onnx_fail (walk, "its “%s” are %d, expected 2: only images are convolved", name,
                            n);
  for (guint d = 0; d < 2; d++)
    if (pair[d] < 1 || pair[d] > MAX_STEP)
      return kappa_onnx_fail (walk,
                              "its “%s” are %" G_GINT64_FORMAT ", expected 1 to %" G_GINT64_FORMAT,
                              name, pair[d], MAX_STEP);
  return TRUE;
}

/* Padding that makes the output as large as the input, divided by the stride and rounded up. */
static void
pad_same (KappaWindow *window, const KappaShape *shape, gboolean more_before)
{
  for (guint d = 0; d < 2; d++)
    {
      const gint64 size = shape->dims[2 + d], stride = window->stride[d];
      const gint64 span = (window->kernel[d] - 1) * window->dilation[d] + 1;
      const gint64 places = (size + stride - 1) / stride;
      const gint64 pad = MAX ((places - 1) * stride + span - size, 0);

      window->pad_begin[d] = more_before ? pad - pad / 2 : pad / 2;
      window->pad_end[d] = pad - window->pad_begin[d];
    }
}

/* @window: its kernel is preset where the file need not say it */
static gboolean
get_window (KappaOnnxWalk *walk, const KappaShape *shape, KappaWindow *window)
{
  static const char *const choices[] = { "NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID", NULL };
  gint64 pads[4] = { 0 };
  guint padding;
  gint n;

  if (shape->rank != 4)
    return kappa_onnx_fail (walk, "it works on %u dimensions, expected four: only images are read",
                            shape->rank);
  if (!get_pair (walk, "kernel_shape", window->kernel)
      || !get_pair (walk, "strides", window->stride)
      || !get_pair (walk, "dilations", window->dilation)
      || !kappa_onnx_get_choice (walk, "auto_pad", choices, &padding)
      || !kappa_onnx_get_list (walk, "pads", G_MAXUINT, pads, 4, &n))
    return FALSE;
  if (n != -1 && n != 4)
    return kappa_onnx_fail (walk, "its “pads” are %d, expected 4", n);
  for (guint i = 0; i < 4; i++)
    if (pads[i] < 0 || pads[i] > MAX_STEP)
      return kappa_onnx_fail (walk, "its “pads” are %" G_GINT64_FORMAT ", expected 0 or more",
                              pads[i]);
  for (guint d = 0; d < 2 && padding == 0; d++)
    {
      window->pad_begin[d] = pads[d];
      window->pad_end[d] = pads[2 + d];
    }
  if (padding == 1 || padding == 2)
    pad_same (window, shape, padding == 2);
  return TRUE;
}

typedef struct
{
  KappaNode scale, shift, mean, variance;
  double epsilon;
} Norm;

static gboolean
get_norm (KappaOnnxWalk *walk, gint64 channels, Norm *norm)
{
  for (guint i = 1; i < 5; i++)
    {
      const KappaShape *shape = &kappa_onnx_input (walk, i)->shape;

      if (shape->rank != 1 || shape->dims[0] != channels)
        return kappa_onnx_fail (
            walk, "its input %u is not one number for each of %" G_GINT64_FORMAT " channels", i,
            channels);
    }
  norm->epsilon = kappa_onnx_get_epsilon (walk);
  norm->scale
      = kappa_onnx_matrix (walk, kappa_onnx_input (walk, 1), KAPPA_PARAMETER_NORM_SCALE, FALSE);
  norm->shift
      = kappa_onnx_matrix (walk, kappa_onnx_input (walk, 2), KAPPA_PARAMETER_NORM_SHIFT, FALSE);
  if (walk->builder->choices->training_batch > 0)
    return TRUE;
  norm->mean = kappa_onnx_buffer (walk, kappa_onnx_input (walk, 3));
  norm->variance = kappa_onnx_buffer (walk, kappa_onnx_input (walk, 4));
  return TRUE;
}

/* The step is the batch norm's, whose inputs name the statistics that are replaced. */
static KappaNode
normalise_training (KappaOnnxWalk *walk, KappaNode x, const Norm *norm)
{
  KappaOnnxStatistic mean = { kappa_onnx_input (walk, 3)->tensor, KAPPA_NONE };
  KappaOnnxStatistic variance = { kappa_onnx_input (walk, 4)->tensor, KAPPA_NONE };
  KappaNode y
      = kappa_batch_norm_train (walk->graph, x, norm->scale, norm->shift, norm->epsilon,
                                walk->builder->choices->training_batch, &mean.node, &variance.node);

  g_array_append_val (walk->statistics, mean);
  g_array_append_val (walk->statistics, variance);
  return y;
}

static gboolean
run_batch_norm (KappaOnnxWalk *walk)
{
  KappaNode x = kappa_onnx_node (walk, kappa_onnx_input (walk, 0), KAPPA_PARAMETER_EMBEDDING);
  const KappaShape shape = *kappa_graph_get_shape (walk->graph, x);
  Norm norm;

  if (kappa_onnx_get_int (walk, "training_mode", 0) != 0)
    return kappa_onnx_fail (walk, "it is in training mode; export the network in evaluation mode");
  if (kappa_onnx_get_int (walk, "spatial", 1) != 1)
    return kappa_onnx_fail (walk, "it has statistics for each place, which is not built");
  if (shape.rank < 2 || !get_norm (walk, shape.dims[1], &norm))
    return kappa_onnx_fail (walk, "there are no channels");
  x = walk->builder->choices->training_batch > 0
          ? normalise_training (walk, x, &norm)
          : kappa_batch_norm (walk->graph, x, norm.scale, norm.shift, norm.mean, norm.variance,
                              norm.epsilon);
  kappa_onnx_add_layer (walk, "batch norm", x, 0);
  return kappa_onnx_give (walk, 0, x);
}

/* The convolution's own bias is as good as a smaller mean. */
static KappaNode
convolve_norm (KappaOnnxWalk *walk,
               KappaNode x,
               KappaNode weight,
               const KappaWindow *window,
               KappaNode bias,
               const Norm *norm)
{
  KappaNode y, mean;

  if (walk->builder->choices->training_batch > 0)
    {
      y = kappa_conv (walk->graph, x, weight, window);
      if (bias != KAPPA_NONE)
        y = kappa_add_channel (walk->graph, y, bias);
      return normalise_training (walk, y, norm);
    }
  mean = bias != KAPPA_NONE ? kappa_sub (walk->graph, norm->mean, bias) : norm->mean;
  return kappa_conv_batch_norm (walk->graph, x, weight, window, norm->scale, norm->shift, mean,
                                norm->variance, norm->epsilon);
}

/* The batch norm behind, in the same breath; its own step then finds its work done. */
static gboolean
run_conv_norm (KappaOnnxWalk *walk,
               KappaNode x,
               KappaNode weight,
               const KappaWindow *window,
               KappaNode bias,
               guint64 macs)
{
  const KappaOnnxStep *step = walk->step;
  Norm norm = { 0 };
  KappaNode y;

  walk->step = &g_array_index (walk->network->steps, KappaOnnxStep, step->norm);
  if (kappa_onnx_get_int (walk, "training_mode", 0) != 0
      || kappa_onnx_get_int (walk, "spatial", 1) != 1)
    return kappa_onnx_fail (walk, "the batch norm behind it is in training mode, or has statistics "
                                  "for each place; export the network in evaluation mode");
  kappa_onnx_add_layer (walk, "convolution", kappa_conv (walk->graph, x, weight, window), macs);
  if (!get_norm (walk, get_dim (walk, weight, 0), &norm))
    return FALSE;
  y = convolve_norm (walk, x, weight, window, bias, &norm);
  kappa_onnx_add_layer (walk, "batch norm", y, 0);
  if (!kappa_onnx_give (walk, 0, y))
    return FALSE;
  walk->step = step;
  return TRUE;
}

/* Whether all a batch norm needs is there before the convolution is done. */
static gboolean
can_join (KappaOnnxWalk *walk)
{
  const KappaOnnxStep *norm;

  if (walk->step->norm < 0)
    return FALSE;
  norm = &g_array_index (walk->network->steps, KappaOnnxStep, walk->step->norm);
  for (guint i = 1; i < 5; i++)
    if (norm->inputs[i] < 0 || walk->values[norm->inputs[i]].tensor < 0)
      return FALSE;
  return TRUE;
}

static gboolean
run_conv (KappaOnnxWalk *walk)
{
  const KappaOnnxValue *weight = kappa_onnx_input (walk, 1), *bias = kappa_onnx_input (walk, 2);
  const KappaShape kernel = weight->shape;
  KappaWindow window = KAPPA_WINDOW (1, 1, 0);
  KappaNode x = kappa_onnx_node (walk, kappa_onnx_input (walk, 0), KAPPA_PARAMETER_EMBEDDING);
  KappaNode w, b = KAPPA_NONE, y;
  guint64 macs;

  if (kernel.rank != 4)
    return kappa_onnx_fail (walk, "its weight has %u dimensions, expected four", kernel.rank);
  window.kernel[0] = kernel.dims[2];
  window.kernel[1] = kernel.dims[3];
  window.groups = kappa_onnx_get_int (walk, "group", 1);
  if (!get_window (walk, kappa_graph_get_shape (walk->graph, x), &window))
    return FALSE;
  if (window.kernel[0] != kernel.dims[2] || window.kernel[1] != kernel.dims[3] || window.groups < 1
      || kernel.dims[0] % window.groups != 0 || kernel.dims[1] > MAX_STEP
      || window.groups > MAX_STEP || get_dim (walk, x, 1) != kernel.dims[1] * window.groups)
    return kappa_onnx_fail (walk, "its weight does not fit its kernel, its groups or its input");
  if (bias != NULL && (bias->shape.rank != 1 || bias->shape.dims[0] != kernel.dims[0]))
    return kappa_onnx_fail (walk, "its bias does not fit its weight");
  w = kappa_onnx_matrix (walk, weight, KAPPA_PARAMETER_CONVOLUTION, FALSE);
  if (bias != NULL)
    b = kappa_onnx_matrix (walk, bias, KAPPA_PARAMETER_BIAS, FALSE);
  y = kappa_conv (walk->graph, x, w, &window);
  if (y < 0)
    return kappa_onnx_fail (walk, "its window does not fit the image");
  macs = (guint64)kappa_shape_size (&kernel)
         * (guint64)(get_dim (walk, y, 0) * get_dim (walk, y, 2) * get_dim (walk, y, 3));
  if (can_join (walk))
    return run_conv_norm (walk, x, w, &window, b, macs);
  if (bias != NULL)
    y = kappa_add_channel (walk->graph, y, b);
  kappa_onnx_add_layer (walk, "convolution", y, macs);
  return kappa_onnx_give (walk, 0, y);
}

static KappaShape
get_matrix (const KappaShape *shape)
{
  return KAPPA_SHAPE (shape->dims[shape->rank - 2], shape->dims[shape->rank - 1]);
}

/* x · W with a matrix of the file: its rows are outputs in the network, whatever they are here. */
static KappaNode
multiply_weight (KappaOnnxWalk *walk, KappaNode x, const KappaOnnxValue *weight)
{
  const KappaShape shape = *kappa_graph_get_shape (walk->graph, x);
  const gint64 inputs = shape.dims[shape.rank - 1];
  KappaShape result = shape;
  KappaNode w, y;

  result.dims[result.rank - 1] = weight->shape.dims[1];
  w = kappa_onnx_matrix (walk, weight, KAPPA_PARAMETER_LINEAR, TRUE);
  y = kappa_reshape (walk->graph, x, &KAPPA_SHAPE (kappa_shape_size (&shape) / inputs, inputs));
  y = kappa_matmul (walk->graph, y, w, FALSE, TRUE);
  return kappa_reshape (walk->graph, y, &result);
}

static KappaNode
multiply_batches (KappaOnnxWalk *walk, KappaNode a, KappaNode b)
{
  const KappaShape x = *kappa_graph_get_shape (walk->graph, a),
                   y = *kappa_graph_get_shape (walk->graph, b);
  const KappaShape last_x = get_matrix (&x), last_y = get_matrix (&y);
  KappaShape batch_x = x, batch_y = y, full_x, full_y;

  batch_x.rank -= 2;
  batch_y.rank -= 2;
  if (!kappa_onnx_broadcast_shapes (&batch_x, &batch_y, &full_x))
    {
      kappa_onnx_fail (walk, "its batches do not fit");
      return KAPPA_BAD;
    }
  full_y = full_x;
  for (guint d = 0; d < 2; d++)
    {
      full_x.dims[full_x.rank++] = last_x.dims[d];
      full_y.dims[full_y.rank++] = last_y.dims[d];
    }
  return kappa_matmul (walk->graph, kappa_onnx_stretch (walk, a, &full_x),
                       kappa_onnx_stretch (walk, b, &full_y), FALSE, FALSE);
}

static gboolean
run_matmul (KappaOnnxWalk *walk)
{
  const KappaOnnxValue *a = kappa_onnx_input (walk, 0), *b = kappa_onnx_input (walk, 1);
  guint64 macs;
  KappaNode y;

  if (a->shape.rank < 2 || b->shape.rank < 2 || b->shape.rank > KAPPA_MAX_RANK
      || a->shape.dims[a->shape.rank - 1] != b->shape.dims[b->shape.rank - 2])
    {
      g_autofree char *first = kappa_shape_to_string (&a->shape);
      g_autofree char *second = kappa_shape_to_string (&b->shape);

      return kappa_onnx_fail (walk, "its operands have the shapes %s and %s, which do not fit",
                              first, second);
    }
  if (b->shape.rank == 2 && b->tensor >= 0 && a->node >= 0)
    y = multiply_weight (walk, a->node, b);
  else
    y = multiply_batches (walk, kappa_onnx_node (walk, a, KAPPA_PARAMETER_LINEAR),
                          kappa_onnx_node (walk, b, KAPPA_PARAMETER_LINEAR));
  if (y < 0)
    return kappa_onnx_fail (walk, "its operands do not fit");
  macs = (guint64)kappa_shape_size (kappa_graph_get_shape (walk->graph, y))
         * (guint64)a->shape.dims[a->shape.rank - 1];
  kappa_onnx_add_layer (walk, walk->new_name != NULL ? "linear" : "matrix product", y, macs);
  return kappa_onnx_give (walk, 0, y);
}

static gboolean
run_gemm (KappaOnnxWalk *walk)
{
  const KappaOnnxValue *a = kappa_onnx_input (walk, 0), *b = kappa_onnx_input (walk, 1),
                       *c = kappa_onnx_input (walk, 2);
  const double alpha = kappa_onnx_get_float (walk, "alpha", 1.0),
               beta = kappa_onnx_get_float (walk, "beta", 1.0);
  const gboolean outputs_first = kappa_onnx_get_int (walk, "transB", 0) != 0;
  const gboolean transposed = kappa_onnx_get_int (walk, "transA", 0) != 0;
  KappaNode y;
  guint64 inputs;

  if (a->shape.rank != 2 || b->shape.rank != 2
      || a->shape.dims[transposed ? 0 : 1] != b->shape.dims[outputs_first ? 1 : 0])
    return kappa_onnx_fail (walk, "its operands are no two matrices that fit");
  inputs = (guint64)b->shape.dims[outputs_first ? 1 : 0];
  y = kappa_matmul (walk->graph, kappa_onnx_node (walk, a, KAPPA_PARAMETER_LINEAR),
                    kappa_onnx_matrix (walk, b, KAPPA_PARAMETER_LINEAR, !outputs_first), transposed,
                    TRUE);
  if (y < 0)
    return kappa_onnx_fail (walk, "its operands do not fit");
  if (alpha != 1.0)
    y = kappa_scale (walk->graph, y, alpha);
  if (c != NULL)
    {
      KappaNode bias = kappa_onnx_matrix (walk, c, KAPPA_PARAMETER_BIAS, FALSE);

      if (beta != 1.0)
        bias = kappa_scale (walk->graph, bias, beta);
      y = kappa_add (walk->graph, y,
                     kappa_onnx_stretch (walk, bias, kappa_graph_get_shape (walk->graph, y)));
    }
  if (y < 0)
    return kappa_onnx_fail (walk, "its bias does not fit");
  kappa_onnx_add_layer (walk, "linear", y,
                        (guint64)kappa_shape_size (kappa_graph_get_shape (walk->graph, y))
                            * inputs);
  return kappa_onnx_give (walk, 0, y);
}

static gboolean
run_pool (KappaOnnxWalk *walk)
{
  const gboolean largest = strcmp (walk->step->op->name, "MaxPool") == 0;
  const gboolean ceil_mode = kappa_onnx_get_int (walk, "ceil_mode", 0) != 0;
  KappaWindow window = KAPPA_WINDOW (1, 1, 0);
  KappaNode x = kappa_onnx_node (walk, kappa_onnx_input (walk, 0), KAPPA_PARAMETER_EMBEDDING);

  if (kappa_onnx_get_attribute (walk, "kernel_shape") == NULL)
    return kappa_onnx_fail (walk, "it has no “kernel_shape”");
  if (walk->step->node->n_output > 1)
    return kappa_onnx_fail (walk, "it gives places, too, which is not built");
  if (kappa_onnx_get_int (walk, "storage_order", 0) != 0)
    return kappa_onnx_fail (walk, "its “storage_order” is none that is read");
  if (!get_window (walk, kappa_graph_get_shape (walk->graph, x), &window))
    return FALSE;
  x = largest ? kappa_max_pool (walk->graph, x, &window, ceil_mode)
              : kappa_avg_pool (walk->graph, x, &window, ceil_mode,
                                kappa_onnx_get_int (walk, "count_include_pad", 0) != 0);
  if (x < 0)
    return kappa_onnx_fail (walk, "its window does not fit the image");
  kappa_onnx_add_layer (walk, largest ? "max pool" : "average pool", x, 0);
  return kappa_onnx_give (walk, 0, x);
}

static gboolean
run_global_pool (KappaOnnxWalk *walk)
{
  const gboolean largest = strcmp (walk->step->op->name, "GlobalMaxPool") == 0;
  KappaNode x = kappa_onnx_node (walk, kappa_onnx_input (walk, 0), KAPPA_PARAMETER_EMBEDDING);
  KappaShape shape = *kappa_graph_get_shape (walk->graph, x);

  if (shape.rank != 4)
    return kappa_onnx_fail (walk, "it works on %u dimensions, expected four", shape.rank);
  shape.dims[2] = shape.dims[3] = 1;
  x = largest ? kappa_reshape (walk->graph, kappa_reduce_max (walk->graph, x, 12u),
                               &KAPPA_SHAPE (shape.dims[0], shape.dims[1]))
              : kappa_global_avg_pool (walk->graph, x);
  kappa_onnx_add_layer (walk, largest ? "global max pool" : "global average pool", x, 0);
  kappa_onnx_mark (walk, x, KAPPA_ACTIVATION_POOLED);
  return kappa_onnx_give (walk, 0, kappa_reshape (walk->graph, x, &shape));
}

/* To mean 0 and variance 1 over the axes whose bits are set. */
static KappaNode
standardise (KappaGraph *g, KappaNode x, guint axes, double epsilon)
{
  const KappaShape shape = *kappa_graph_get_shape (g, x);
  KappaNode centred = kappa_sub (g, x, kappa_broadcast (g, kappa_reduce_mean (g, x, axes), &shape));
  KappaNode variance = kappa_reduce_mean (g, kappa_mul (g, centred, centred), axes);
  KappaNode factor = kappa_rsqrt (g, kappa_shift (g, variance, epsilon));

  return kappa_mul (g, centred, kappa_broadcast (g, factor, &shape));
}

static gboolean
run_layer_norm (KappaOnnxWalk *walk)
{
  const KappaOnnxValue *shift = kappa_onnx_input (walk, 2);
  KappaNode x = kappa_onnx_node (walk, kappa_onnx_input (walk, 0), KAPPA_PARAMETER_EMBEDDING);
  const KappaShape shape = *kappa_graph_get_shape (walk->graph, x);
  KappaNode scale, y;
  guint axis;

  if (!kappa_onnx_get_axis (walk, kappa_onnx_get_int (walk, "axis", -1), shape.rank, &axis))
    return FALSE;
  if (walk->step->node->n_output > 1)
    return kappa_onnx_fail (walk, "it gives its statistics, too, which is not built");
  y = standardise (walk->graph, x, ((1u << shape.rank) - 1) & ~((1u << axis) - 1),
                   kappa_onnx_get_epsilon (walk));
  scale = kappa_onnx_matrix (walk, kappa_onnx_input (walk, 1), KAPPA_PARAMETER_NORM_SCALE, FALSE);
  y = kappa_mul (walk->graph, y, kappa_onnx_stretch (walk, scale, &shape));
  if (shift != NULL)
    y = kappa_add (
        walk->graph, y,
        kappa_onnx_stretch (
            walk, kappa_onnx_matrix (walk, shift, KAPPA_PARAMETER_NORM_SHIFT, FALSE), &shape));
  kappa_onnx_add_layer (walk, "layer norm", y, 0);
  return kappa_onnx_give (walk, 0, y);
}

static gboolean
run_instance_norm (KappaOnnxWalk *walk)
{
  KappaNode x = kappa_onnx_node (walk, kappa_onnx_input (walk, 0), KAPPA_PARAMETER_EMBEDDING);
  const KappaShape shape = *kappa_graph_get_shape (walk->graph, x);
  KappaNode y;

  for (guint i = 1; i < 3; i++)
    if (shape.rank != 4 || kappa_onnx_input (walk, i)->shape.rank != 1
        || kappa_onnx_input (walk, i)->shape.dims[0] != shape.dims[1])
      return kappa_onnx_fail (walk, "its scale and shift do not fit its channels");
  y = standardise (walk->graph, x, 12u, kappa_onnx_get_epsilon (walk));
  y = kappa_mul_channel (
      walk->graph, y,
      kappa_onnx_matrix (walk, kappa_onnx_input (walk, 1), KAPPA_PARAMETER_NORM_SCALE, FALSE));
  y = kappa_add_channel (
      walk->graph, y,
      kappa_onnx_matrix (walk, kappa_onnx_input (walk, 2), KAPPA_PARAMETER_NORM_SHIFT, FALSE));
  kappa_onnx_add_layer (walk, "instance norm", y, 0);
  return kappa_onnx_give (walk, 0, y);
}

#define WINDOW "auto_pad dilations kernel_shape pads strides"

const KappaOnnxOperator kappa_onnx_layers[] = {
  { "Conv", WINDOW " group", 2, 3, 7, run_conv },
  { "MatMul", "", 2, 2, 7, run_matmul },
  { "Gemm", "alpha beta transA transB", 2, 3, 7, run_gemm },
  { "MaxPool", WINDOW " ceil_mode storage_order", 1, 1, 7, run_pool },
  { "AveragePool", WINDOW " ceil_mode count_include_pad", 1, 1, 7, run_pool },
  { "GlobalAveragePool", "", 1, 1, 7, run_global_pool },
  { "GlobalMaxPool", "", 1, 1, 7, run_global_pool },
  { "BatchNormalization", "epsilon momentum spatial training_mode", 5, 5, 7, run_batch_norm },
  { "InstanceNormalization", "epsilon", 3, 3, 7, run_instance_norm },
  { "LayerNormalization", "axis epsilon stash_type", 2, 3, 17, run_layer_norm },
  { NULL },
};
