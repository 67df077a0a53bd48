#include "core/models/onnx-emit.h"

#include <string.h>

#include "core/graph/op.h"

/* What builders compose of primitives and ONNX has an operator for; see core/ops/compose.c. */

static KappaNode
operand (KappaGraph *g, KappaNode node, guint index)
{
  return kappa_graph_get_operand (g, node, index);
}

gboolean
kappa_onnx_is (KappaGraph *graph, KappaNode node, const char *op)
{
  return node >= 0 && strcmp (kappa_graph_get_op (graph, node)->name, op) == 0;
}

#define is kappa_onnx_is

/* Vectors lie along one axis of what they are added to or multiplied with: @node is @vector in a
 * shape that has its numbers along @axis alone, perhaps stretched. */
static gboolean
is_vector_along (KappaGraph *g, KappaNode node, guint axis, KappaNode *vector)
{
  const KappaShape *shape;

  if (is (g, node, "broadcast"))
    node = operand (g, node, 0);
  if (!is (g, node, "reshape"))
    return FALSE;
  shape = kappa_graph_get_shape (g, node);
  *vector = operand (g, node, 0);
  return axis < shape->rank && kappa_graph_get_shape (g, *vector)->rank == 1
         && shape->dims[axis] == kappa_shape_size (shape);
}

/* @node is @op of something and a vector along an axis, in either order. */
static gboolean
split (KappaGraph *g,
       KappaNode node,
       const char *op,
       guint axis,
       KappaNode *rest,
       KappaNode *vector)
{
  if (!is (g, node, op))
    return FALSE;
  for (guint i = 0; i < 2; i++)
    if (is_vector_along (g, operand (g, node, i), axis, vector)
        && kappa_graph_get_shape (g, *vector)->dims[0]
               == kappa_graph_get_shape (g, node)->dims[axis])
      {
        *rest = operand (g, node, 1 - i);
        return TRUE;
      }
  return FALSE;
}

/* @node is @op of one that is @wanted and another, in either order. */
static gboolean
part (KappaGraph *g,
      KappaNode node,
      const char *op,
      const char *wanted,
      KappaNode *found,
      KappaNode *other)
{
  if (!is (g, node, op))
    return FALSE;
  for (guint i = 0; i < 2; i++)
    if (is (g, operand (g, node, i), wanted))
      {
        *found = operand (g, node, i);
        *other = operand (g, node, 1 - i);
        return TRUE;
      }
  return FALSE;
}

/* 1 / √(x + epsilon) */
static gboolean
match_inverse_root (KappaGraph *g, KappaNode node, KappaNode *x, double *epsilon)
{
  if (!is (g, node, "rsqrt"))
    return FALSE;
  *x = operand (g, node, 0);
  *epsilon = 0.0;
  if (is (g, *x, "shift"))
    {
      *epsilon = kappa_graph_get_attrs (g, *x)->f[0];
      *x = operand (g, *x, 0);
    }
  return TRUE;
}

typedef struct
{
  KappaNode scale, shift, mean, variance;
  double epsilon;
} Norm;

/* @factor = scale / √(variance + epsilon) and @offset = shift − mean · factor, vectors. */
static gboolean
match_statistics (KappaGraph *g, KappaNode factor, KappaNode offset, Norm *norm)
{
  KappaNode root, product;

  if (!part (g, factor, "mul", "rsqrt", &root, &norm->scale)
      || !match_inverse_root (g, root, &norm->variance, &norm->epsilon)
      || !part (g, offset, "add", "scale", &product, &norm->shift)
      || kappa_graph_get_attrs (g, product)->f[0] != -1.0)
    return FALSE;
  product = operand (g, product, 0);
  if (!is (g, product, "mul"))
    return FALSE;
  for (guint i = 0; i < 2; i++)
    if (operand (g, product, i) == factor)
      {
        norm->mean = operand (g, product, 1 - i);
        return TRUE;
      }
  return FALSE;
}

static void
set_norm (KappaOnnxPiece *piece, const Norm *norm)
{
  const KappaNode inputs[] = { norm->scale, norm->shift, norm->mean, norm->variance };

  memcpy (piece->inputs + piece->n_inputs, inputs, sizeof inputs);
  piece->n_inputs += G_N_ELEMENTS (inputs);
  piece->number = norm->epsilon;
  piece->onnx = "BatchNormalization";
}

/* A convolution whose weight has the factor in it. A smaller mean is a bias of its own. */
static gboolean
match_conv_norm (KappaGraph *g, KappaNode node, KappaOnnxPiece *piece)
{
  KappaNode conv, weight, factor, offset, bias = KAPPA_NONE;
  Norm norm;

  if (!split (g, node, "add", 1, &conv, &offset) || !is (g, conv, "conv")
      || !split (g, operand (g, conv, 1), "mul", 0, &weight, &factor)
      || !match_statistics (g, factor, offset, &norm))
    return FALSE;
  if (is (g, norm.mean, "sub"))
    {
      bias = operand (g, norm.mean, 1);
      norm.mean = operand (g, norm.mean, 0);
    }
  piece->inputs[piece->n_inputs++] = operand (g, conv, 0);
  piece->inputs[piece->n_inputs++] = weight;
  piece->inputs[piece->n_inputs++] = bias;
  piece->product = conv;
  set_norm (piece, &norm);
  piece->write = kappa_onnx_write_conv_norm;
  return TRUE;
}

static gboolean
match_norm (KappaGraph *g, KappaNode node, KappaOnnxPiece *piece)
{
  KappaNode product, x, factor, offset;
  Norm norm;

  if (!split (g, node, "add", 1, &product, &offset) || !split (g, product, "mul", 1, &x, &factor)
      || !match_statistics (g, factor, offset, &norm))
    return FALSE;
  piece->inputs[piece->n_inputs++] = x;
  set_norm (piece, &norm);
  piece->write = kappa_onnx_write_norm;
  return TRUE;
}

/* The mean over axes, stretched to the operand's shape again. */
static gboolean
is_mean_of (KappaGraph *g, KappaNode node, KappaNode x, guint axes)
{
  KappaOnnxPiece mean = { 0 };

  return is (g, node, "broadcast") && kappa_onnx_match_mean (g, operand (g, node, 0), &mean)
         && mean.inputs[0] == x && mean.axes == axes;
}

/* x − mean */
static gboolean
match_centred (KappaGraph *g, KappaNode node, guint axes, KappaNode *x)
{
  if (!is (g, node, "sub"))
    return FALSE;
  *x = operand (g, node, 0);
  return is_mean_of (g, operand (g, node, 1), *x, axes);
}

/* (x − mean) / √(variance + epsilon) over axes */
static gboolean
match_standardised (KappaGraph *g, KappaNode node, guint axes, KappaNode *x, double *epsilon)
{
  KappaNode stretched, centred, variance;
  KappaOnnxPiece mean = { 0 };

  if (!part (g, node, "mul", "broadcast", &stretched, &centred)
      || !match_centred (g, centred, axes, x)
      || !match_inverse_root (g, operand (g, stretched, 0), &variance, epsilon)
      || !kappa_onnx_match_mean (g, variance, &mean) || mean.axes != axes)
    return FALSE;
  return is (g, mean.inputs[0], "mul") && operand (g, mean.inputs[0], 0) == centred
         && operand (g, mean.inputs[0], 1) == centred;
}

/* @node is a tensor of the last axes of @shape, from @axis on, perhaps stretched. */
static gboolean
is_tail (KappaGraph *g, KappaNode node, const KappaShape *shape, guint axis, KappaNode *tensor)
{
  KappaShape tail = { .rank = shape->rank - axis };

  memcpy (tail.dims, shape->dims + axis, tail.rank * sizeof *tail.dims);
  *tensor = is (g, node, "broadcast") ? operand (g, node, 0) : node;
  if (is (g, *tensor, "reshape"))
    *tensor = operand (g, *tensor, 0);
  return *tensor != node && kappa_shape_equal (kappa_graph_get_shape (g, *tensor), &tail);
}

/* @node is @op of something and such a tensor, in either order. */
static gboolean
split_tail (KappaGraph *g,
            KappaNode node,
            const char *op,
            guint axis,
            KappaNode *rest,
            KappaNode *tensor)
{
  if (!is (g, node, op))
    return FALSE;
  for (guint i = 0; i < 2; i++)
    if (is_tail (g, operand (g, node, i), kappa_graph_get_shape (g, node), axis, tensor))
      {
        *rest = operand (g, node, 1 - i);
        return TRUE;
      }
  return FALSE;
}

/* Over the last axes, from @axis on; the shift may be left out. */
static gboolean
match_layer_norm (KappaGraph *g, KappaNode node, guint axis, KappaOnnxPiece *piece)
{
  const guint rank = kappa_graph_get_shape (g, node)->rank;
  const guint axes = ((1u << rank) - 1) & ~((1u << axis) - 1);
  KappaNode scaled = node, standardised, scale, shift, x;
  const gboolean shifted = is (g, node, "add");

  if ((shifted && !split_tail (g, node, "add", axis, &scaled, &shift))
      || !split_tail (g, scaled, "mul", axis, &standardised, &scale)
      || !match_standardised (g, standardised, axes, &x, &piece->number))
    return FALSE;
  piece->inputs[piece->n_inputs++] = x;
  piece->inputs[piece->n_inputs++] = scale;
  if (shifted)
    piece->inputs[piece->n_inputs++] = shift;
  piece->axes = axes;
  piece->onnx = "LayerNormalization";
  piece->write = kappa_onnx_write_layer_norm;
  return TRUE;
}

static gboolean
match_instance_norm (KappaGraph *g, KappaNode node, KappaOnnxPiece *piece)
{
  KappaNode scaled, standardised, scale, shift, x;

  if (kappa_graph_get_shape (g, node)->rank != 4 || !split (g, node, "add", 1, &scaled, &shift)
      || !split (g, scaled, "mul", 1, &standardised, &scale)
      || !match_standardised (g, standardised, 12u, &x, &piece->number))
    return FALSE;
  piece->inputs[piece->n_inputs++] = x;
  piece->inputs[piece->n_inputs++] = scale;
  piece->inputs[piece->n_inputs++] = shift;
  piece->onnx = "InstanceNormalization";
  piece->write = kappa_onnx_write_layer_norm;
  return TRUE;
}

/**
 * kappa_onnx_match_norms:
 *
 * Returns: whether @node is the result of a batch norm, layer norm or instance norm
 */
gboolean
kappa_onnx_match_norms (KappaGraph *graph, KappaNode node, KappaOnnxPiece *piece)
{
  const guint rank = kappa_graph_get_shape (graph, node)->rank;

  if (!is (graph, node, "add") && !is (graph, node, "mul"))
    return FALSE;
  if (match_conv_norm (graph, node, piece) || match_norm (graph, node, piece)
      || match_instance_norm (graph, node, piece))
    return TRUE;
  for (guint axis = rank; axis-- > 1;)
    if (match_layer_norm (graph, node, axis, piece))
      return TRUE;
  return FALSE;
}

/**
 * kappa_onnx_match_products:
 *
 * Returns: whether @node is a convolution, or a product of two matrices, perhaps with a bias
 */
gboolean
kappa_onnx_match_products (KappaGraph *graph, KappaNode node, KappaOnnxPiece *piece)
{
  KappaNode product = node, bias = KAPPA_NONE;
  gboolean conv;

  if (is (graph, node, "add") && !split (graph, node, "add", 1, &product, &bias))
    return FALSE;
  conv = is (graph, product, "conv");
  if (!conv
      && (!is (graph, product, "matmul") || kappa_graph_get_shape (graph, product)->rank != 2))
    return FALSE;
  piece->inputs[piece->n_inputs++] = operand (graph, product, 0);
  piece->inputs[piece->n_inputs++] = operand (graph, product, 1);
  piece->inputs[piece->n_inputs++] = bias;
  piece->product = product;
  piece->onnx = conv ? "Conv" : "Gemm";
  piece->write = conv ? kappa_onnx_write_conv : kappa_onnx_write_product;
  return TRUE;
}

/**
 * kappa_onnx_match_mean:
 *
 * Returns: whether @node is the mean of something over axes, which stay, with size 1
 */
gboolean
kappa_onnx_match_mean (KappaGraph *graph, KappaNode node, KappaOnnxPiece *piece)
{
  const KappaShape *shape;
  gint64 count = 1;
  KappaNode sum;

  if (!is (graph, node, "scale") || !is (graph, operand (graph, node, 0), "reduce_sum"))
    return FALSE;
  sum = operand (graph, node, 0);
  shape = kappa_graph_get_shape (graph, operand (graph, sum, 0));
  piece->axes = (guint)kappa_graph_get_attrs (graph, sum)->i[0];
  for (guint d = 0; d < shape->rank; d++)
    count *= (piece->axes >> d & 1) != 0 ? shape->dims[d] : 1;
  if (kappa_graph_get_attrs (graph, node)->f[0] != 1.0 / (double)count)
    return FALSE;
  piece->inputs[piece->n_inputs++] = operand (graph, sum, 0);
  piece->onnx = "ReduceMean";
  piece->write = kappa_onnx_write_reduction;
  return TRUE;
}

/**
 * kappa_onnx_match_max:
 *
 * Returns: whether @node is the largest of something along an axis, which stays, with size 1
 */
gboolean
kappa_onnx_match_max (KappaGraph *graph, KappaNode node, KappaOnnxPiece *piece)
{
  const KappaAttrs *attrs = kappa_graph_get_attrs (graph, node);
  KappaNode x, place;

  if (!is (graph, node, "gather") || attrs->i[1] != 1)
    return FALSE;
  x = operand (graph, node, 0);
  place = operand (graph, node, 1);
  if (!is (graph, place, "arg_max") || operand (graph, place, 0) != x
      || kappa_graph_get_attrs (graph, place)->i[0] != attrs->i[0])
    return FALSE;
  piece->axes = 1u << attrs->i[0];
  piece->inputs[piece->n_inputs++] = x;
  piece->onnx = "ReduceMax";
  piece->write = kappa_onnx_write_reduction;
  return TRUE;
}
