#include "core/models/onnx-walk.h"

#include <string.h>

#include "core/graph/op.h"

/* Sums and the like over axes, and softmax. */

/* The axes: an attribute at first, an input later; none are all, unless the node says otherwise. */
static gboolean
get_axes (KappaOnnxWalk *walk, guint rank, guint *bits)
{
  gint64 list[KAPPA_MAX_RANK];
  gint n;

  *bits = 0;
  if (!kappa_onnx_get_list (walk, "axes", 1, list, KAPPA_MAX_RANK, &n))
    return FALSE;
  for (gint i = 0; i < n; i++)
    {
      guint axis;

      if (!kappa_onnx_get_axis (walk, list[i], rank, &axis))
        return FALSE;
      *bits |= 1u << axis;
    }
  if (n <= 0 && kappa_onnx_get_int (walk, "noop_with_empty_axes", 0) == 0)
    *bits = (1u << rank) - 1;
  return TRUE;
}

static KappaShape
drop_axes (const KappaShape *shape, guint bits)
{
  KappaShape rest = { 0 };

  for (guint d = 0; d < shape->rank; d++)
    if ((bits & 1u << d) == 0)
      rest.dims[rest.rank++] = shape->dims[d];
  return rest;
}

/* All numbers to one; what shapes need, and no more. */
static gboolean
reduce_numbers (KappaOnnxWalk *walk, const KappaOnnxNumbers *x, const KappaShape *shape)
{
  const char *op = walk->step->op->name;
  KappaOnnxNumbers *result;

  if (kappa_shape_size (shape) != 1 || x->n == 0)
    return kappa_onnx_fail (walk, "it reduces numbers to several, which is not built");
  result = kappa_onnx_numbers_new (shape, x->whole);
  result->values[0] = x->values[0];
  for (gsize i = 1; i < x->n; i++)
    if (strcmp (op, "ReduceProd") == 0)
      result->values[0] *= x->values[i];
    else if (strcmp (op, "ReduceMax") == 0)
      result->values[0] = MAX (result->values[0], x->values[i]);
    else
      result->values[0] += x->values[i];
  if (strcmp (op, "ReduceMean") == 0)
    result->values[0] /= (double)x->n;
  return kappa_onnx_give_numbers (walk, 0, result);
}

static KappaNode
reduce (KappaOnnxWalk *walk, KappaNode x, guint bits)
{
  const char *op = walk->step->op->name;

  if (strcmp (op, "ReduceMean") == 0)
    return kappa_reduce_mean (walk->graph, x, bits);
  if (strcmp (op, "ReduceSum") == 0)
    return kappa_reduce_sum (walk->graph, x, bits);
  if (strcmp (op, "ReduceMax") == 0)
    return kappa_reduce_max (walk->graph, x, bits);
  kappa_onnx_fail (walk, "it depends on the image, which is not built");
  return KAPPA_BAD;
}

static gboolean
run_reduce (KappaOnnxWalk *walk)
{
  const KappaOnnxValue x = *kappa_onnx_input (walk, 0);
  const gboolean keep = kappa_onnx_get_int (walk, "keepdims", 1) != 0;
  KappaShape shape = x.shape, rest;
  KappaNode node;
  guint bits;

  if (!get_axes (walk, shape.rank, &bits))
    return FALSE;
  rest = drop_axes (&shape, bits);
  for (guint d = 0; d < shape.rank; d++)
    if ((bits & 1u << d) != 0)
      shape.dims[d] = 1;
  if (!keep)
    shape = rest;
  if (x.numbers != NULL)
    return reduce_numbers (walk, x.numbers, &shape);
  if (bits == 0)
    return kappa_onnx_give_value (walk, 0, &x);
  node = reduce (walk, kappa_onnx_node (walk, &x, KAPPA_PARAMETER_EMBEDDING), bits);
  node = kappa_reshape (walk->graph, node, &rest);
  /* A global pool by another name. */
  if (x.shape.rank == 4 && bits == 12u && rest.rank == 2)
    {
      kappa_onnx_add_layer (walk, "global pool", node, 0);
      kappa_onnx_mark (walk, node, KAPPA_ACTIVATION_POOLED);
    }
  return kappa_onnx_give (walk, 0, kappa_reshape (walk->graph, node, &shape));
}

/* Along one axis, which is made the last. */
static KappaNode
along_axis (KappaGraph *g, KappaNode x, guint axis, gboolean logarithm)
{
  const guint rank = kappa_graph_get_shape (g, x)->rank;
  guint exchanged[KAPPA_MAX_RANK];

  for (guint d = 0; d < rank; d++)
    exchanged[d] = d;
  exchanged[axis] = rank - 1;
  exchanged[rank - 1] = axis;
  if (axis + 1 < rank)
    x = kappa_transpose (g, x, exchanged);
  x = logarithm ? kappa_log_softmax (g, x) : kappa_softmax (g, x);
  return axis + 1 < rank ? kappa_transpose (g, x, exchanged) : x;
}

/* Until version 13 all axes from the given one on counted as one. */
static KappaNode
along_rest (KappaGraph *g, KappaNode x, guint axis, gboolean logarithm)
{
  const KappaShape shape = *kappa_graph_get_shape (g, x);
  KappaShape flat = KAPPA_SHAPE (1, 1);

  for (guint d = 0; d < shape.rank; d++)
    flat.dims[d < axis ? 0 : 1] *= shape.dims[d];
  x = kappa_reshape (g, x, &flat);
  return kappa_reshape (g, logarithm ? kappa_log_softmax (g, x) : kappa_softmax (g, x), &shape);
}

/* How much each token attends to each other: a square for each head, from a product of matrices. */
static gboolean
is_attention (KappaOnnxWalk *walk, KappaNode softmax)
{
  const KappaShape *shape = kappa_graph_get_shape (walk->graph, softmax);
  KappaNode x = softmax;

  if (softmax < 0 || shape->rank != 4 || shape->dims[0] != walk->samples
      || shape->dims[2] != shape->dims[3])
    return FALSE;
  /* Scaled before or after, and masked. */
  for (guint step = 0; step < 5 && kappa_graph_get_arity (walk->graph, x) > 0; step++)
    {
      x = kappa_graph_get_operand (walk->graph, x, 0);
      if (strcmp (kappa_graph_get_op (walk->graph, x)->name, "matmul") == 0)
        return TRUE;
    }
  return FALSE;
}

static gboolean
run_softmax (KappaOnnxWalk *walk)
{
  const gboolean logarithm = strcmp (walk->step->op->name, "LogSoftmax") == 0;
  const gboolean modern = walk->network->opset >= 13;
  KappaNode x = kappa_onnx_node (walk, kappa_onnx_input (walk, 0), KAPPA_PARAMETER_EMBEDDING);
  const guint rank = kappa_graph_get_shape (walk->graph, x)->rank;
  guint axis;

  if (!kappa_onnx_get_axis (walk, kappa_onnx_get_int (walk, "axis", modern ? -1 : 1), rank, &axis))
    return FALSE;
  x = modern ? along_axis (walk->graph, x, axis, logarithm)
             : along_rest (walk->graph, x, axis, logarithm);
  if (!logarithm && axis + 1 == rank && is_attention (walk, x))
    kappa_onnx_mark (walk, x, KAPPA_ACTIVATION_ATTENTION);
  return kappa_onnx_give (walk, 0, x);
}

#define REDUCTION(name)                                                                            \
  {                                                                                                \
    name, "axes keepdims noop_with_empty_axes", 1, 2, 7, run_reduce                                \
  }

const KappaOnnxOperator kappa_onnx_reductions[] = {
  REDUCTION ("ReduceMean"),
  REDUCTION ("ReduceSum"),
  REDUCTION ("ReduceMax"),
  REDUCTION ("ReduceProd"),
  { "Softmax", "axis", 1, 1, 7, run_softmax },
  { "LogSoftmax", "axis", 1, 1, 7, run_softmax },
  { NULL },
};
