/* Reshape, transpose, broadcast, slice: other views of the same memory. And pad and concat, which copy. */

#include <string.h>

#include "core/base/error.h"
#include "core/graph/op.h"
#include "core/graph/view.h"
#include "core/ops/ops.h"

/* Reshape and broadcast: i[0] is the rank, i[1…] are the dimensions of the result. */
static KappaShape
target_shape (const KappaAttrs *attrs)
{
  KappaShape shape = { .rank = (guint) attrs->i[0] };

  memcpy (shape.dims, attrs->i + 1, sizeof shape.dims);
  return shape;
}

static KappaAttrs
target_attrs (const KappaShape *shape)
{
  KappaAttrs attrs = { { shape->rank } };

  memcpy (attrs.i + 1, shape->dims, shape->rank * sizeof shape->dims[0]);
  return attrs;
}

static gboolean
reshape_shape (KappaGraph *g,
               const KappaNode *inputs,
               guint n,
               const KappaAttrs *attrs,
               KappaShape *shape,
               KappaDtype *dtype,
               GError **error)
{
  *shape = target_shape (attrs);
  return kappa_shape_size (shape) == kappa_shape_size (kappa_graph_get_shape (g, inputs[0]))
         || kappa_op_shape_error (error, g, "reshape", inputs, n, "as many elements as before");
}

static gboolean
reshape_view (const KappaAttrs *attrs, const KappaView *in, const KappaShape *shape, KappaView *out)
{
  return kappa_view_reshape (in, shape, out);
}

static KappaNode
reshape_jvp (KappaGraph *g, KappaNode node, const KappaNode *tangents)
{
  return kappa_reshape (g, tangents[0], kappa_graph_get_shape (g, node));
}

static void
reshape_vjp (KappaGraph *g, KappaNode node, KappaNode cotangent, KappaNode *cotangents)
{
  cotangents[0] = kappa_reshape (g, cotangent, kappa_graph_get_shape (g, kappa_graph_get_operand (g, node, 0)));
}

static const KappaExample reshape_examples[] = {
  { 1, { { 3, { 2, 3, 4 } } }, { { 2, 6, 4 } } },
  { 1, { { 3, { 2, 3, 4 } } }, { { 4, 1, 8, 1, 3 } } },
  { 1, { { 1, { 1 } } }, { { 0 } } },
};

static const KappaOp op_reshape = { .name = "reshape",
                                    .kind = KAPPA_OP_VIEW,
                                    .min_inputs = 1,
                                    .max_inputs = 1,
                                    .shape = reshape_shape,
                                    .jvp = reshape_jvp,
                                    .vjp = reshape_vjp,
                                    .view = reshape_view,
                                    .examples = reshape_examples,
                                    .n_examples = G_N_ELEMENTS (reshape_examples) };

static gboolean
broadcast_shape (KappaGraph *g,
                 const KappaNode *inputs,
                 guint n,
                 const KappaAttrs *attrs,
                 KappaShape *shape,
                 KappaDtype *dtype,
                 GError **error)
{
  const KappaShape *from = kappa_graph_get_shape (g, inputs[0]);

  *shape = target_shape (attrs);
  if (from->rank != shape->rank)
    return kappa_op_shape_error (error, g, "broadcast", inputs, n, "the rank of the result");
  for (guint d = 0; d < from->rank; d++)
    if (from->dims[d] != 1 && from->dims[d] != shape->dims[d])
      return kappa_op_shape_error (error, g, "broadcast", inputs, n, "1 or the size of the result in each dimension");
  return TRUE;
}

static gboolean
broadcast_view (const KappaAttrs *attrs, const KappaView *in, const KappaShape *shape, KappaView *out)
{
  *out = *in;
  for (guint d = 0; d < in->rank; d++)
    {
      out->dims[d] = shape->dims[d];
      if (in->dims[d] != shape->dims[d])
        out->strides[d] = 0;
    }
  return TRUE;
}

static KappaNode
broadcast_jvp (KappaGraph *g, KappaNode node, const KappaNode *tangents)
{
  return kappa_broadcast (g, tangents[0], kappa_graph_get_shape (g, node));
}

static void
broadcast_vjp (KappaGraph *g, KappaNode node, KappaNode cotangent, KappaNode *cotangents)
{
  const KappaShape *from = kappa_graph_get_shape (g, kappa_graph_get_operand (g, node, 0));
  const KappaShape *to = kappa_graph_get_shape (g, node);
  guint axes = 0;

  for (guint d = 0; d < to->rank; d++)
    if (from->dims[d] != to->dims[d])
      axes |= 1u << d;
  cotangents[0] = kappa_reduce_sum (g, cotangent, axes);
}

static const KappaExample broadcast_examples[] = {
  { 1, { { 4, { 1, 3, 1, 1 } } }, { { 4, 2, 3, 4, 5 } } },
  { 1, { { 3, { 2, 1, 5 } } }, { { 3, 2, 3, 5 } } },
  { 1, { { 1, { 1 } } }, { { 1, 7 } } },
};

static const KappaOp op_broadcast = { .name = "broadcast",
                                      .kind = KAPPA_OP_VIEW,
                                      .min_inputs = 1,
                                      .max_inputs = 1,
                                      .shape = broadcast_shape,
                                      .jvp = broadcast_jvp,
                                      .vjp = broadcast_vjp,
                                      .view = broadcast_view,
                                      .examples = broadcast_examples,
                                      .n_examples = G_N_ELEMENTS (broadcast_examples) };

/* Transpose: dimension d of the result is dimension i[d] of the operand. */
static gboolean
transpose_shape (KappaGraph *g,
                 const KappaNode *inputs,
                 guint n,
                 const KappaAttrs *attrs,
                 KappaShape *shape,
                 KappaDtype *dtype,
                 GError **error)
{
  const KappaShape *from = kappa_graph_get_shape (g, inputs[0]);
  guint seen = 0;

  shape->rank = from->rank;
  for (guint d = 0; d < from->rank; d++)
    {
      if (attrs->i[d] < 0 || attrs->i[d] >= from->rank)
        return kappa_op_shape_error (error, g, "transpose", inputs, n, "a permutation of the dimensions");
      seen |= 1u << attrs->i[d];
      shape->dims[d] = from->dims[attrs->i[d]];
    }
  return seen == (1u << from->rank) - 1
         || kappa_op_shape_error (error, g, "transpose", inputs, n, "a permutation of the dimensions");
}

static gboolean
transpose_view (const KappaAttrs *attrs, const KappaView *in, const KappaShape *shape, KappaView *out)
{
  *out = *in;
  for (guint d = 0; d < in->rank; d++)
    {
      out->dims[d] = in->dims[attrs->i[d]];
      out->strides[d] = in->strides[attrs->i[d]];
    }
  return TRUE;
}

static KappaNode
transpose_jvp (KappaGraph *g, KappaNode node, const KappaNode *tangents)
{
  return kappa_graph_apply (g, kappa_graph_get_op (g, node), tangents, 1, kappa_graph_get_attrs (g, node));
}

static void
transpose_vjp (KappaGraph *g, KappaNode node, KappaNode cotangent, KappaNode *cotangents)
{
  guint inverse[KAPPA_MAX_RANK];

  for (guint d = 0; d < kappa_graph_get_shape (g, node)->rank; d++)
    inverse[kappa_graph_get_attrs (g, node)->i[d]] = d;
  cotangents[0] = kappa_transpose (g, cotangent, inverse);
}

static const KappaExample transpose_examples[] = {
  { 1, { { 3, { 2, 3, 4 } } }, { { 2, 0, 1 } } },
  { 1, { { 2, { 1, 5 } } }, { { 1, 0 } } },
};

static const KappaOp op_transpose = { .name = "transpose",
                                      .kind = KAPPA_OP_VIEW,
                                      .min_inputs = 1,
                                      .max_inputs = 1,
                                      .shape = transpose_shape,
                                      .jvp = transpose_jvp,
                                      .vjp = transpose_vjp,
                                      .view = transpose_view,
                                      .examples = transpose_examples,
                                      .n_examples = G_N_ELEMENTS (transpose_examples) };

/* Slice and pad: i[d] the elements before the first, i[8 + d] the step, i[16 + d] the size of the result. */
static gboolean
slice_shape (KappaGraph *g,
             const KappaNode *inputs,
             guint n,
             const KappaAttrs *attrs,
             KappaShape *shape,
             KappaDtype *dtype,
             GError **error)
{
  const KappaShape *from = kappa_graph_get_shape (g, inputs[0]);

  shape->rank = from->rank;
  for (guint d = 0; d < from->rank; d++)
    {
      gint64 start = attrs->i[d], step = attrs->i[8 + d], size = attrs->i[16 + d];

      shape->dims[d] = size;
      if (start < 0 || step < 1 || size < 1 || start + (size - 1) * step >= from->dims[d])
        return kappa_op_shape_error (error, g, "slice", inputs, n, "a range inside the operand");
    }
  return TRUE;
}

static gboolean
slice_view (const KappaAttrs *attrs, const KappaView *in, const KappaShape *shape, KappaView *out)
{
  *out = *in;
  for (guint d = 0; d < in->rank; d++)
    {
      out->dims[d] = shape->dims[d];
      out->offset += attrs->i[d] * in->strides[d];
      out->strides[d] = in->strides[d] * attrs->i[8 + d];
    }
  return TRUE;
}

static KappaNode
again (KappaGraph *g, KappaNode node, KappaNode on)
{
  return kappa_graph_apply (g, kappa_graph_get_op (g, node), &on, 1, kappa_graph_get_attrs (g, node));
}

static KappaNode
movement_jvp (KappaGraph *g, KappaNode node, const KappaNode *tangents)
{
  return again (g, node, tangents[0]);
}

static void
slice_vjp (KappaGraph *g, KappaNode node, KappaNode cotangent, KappaNode *cotangents)
{
  const KappaAttrs *attrs = kappa_graph_get_attrs (g, node);
  const KappaShape *from = kappa_graph_get_shape (g, kappa_graph_get_operand (g, node, 0));
  gint64 after[KAPPA_MAX_RANK];

  for (guint d = 0; d < from->rank; d++)
    after[d] = from->dims[d] - attrs->i[d] - ((attrs->i[16 + d] - 1) * attrs->i[8 + d] + 1);
  cotangents[0] = kappa_pad (g, cotangent, attrs->i, after, attrs->i + 8);
}

static const KappaExample slice_examples[] = {
  { 1, { { 3, { 4, 5, 6 } } }, { { [0] = 1, 0, 2, [8] = 2, 1, 3, [16] = 2, 4, 2 } } },
  { 1, { { 4, { 2, 3, 4, 4 } } }, { { [0] = 0, 0, 0, 0, [8] = 1, 1, 2, 2, [16] = 2, 3, 2, 2 } } },
};

static const KappaOp op_slice = { .name = "slice",
                                  .kind = KAPPA_OP_VIEW,
                                  .min_inputs = 1,
                                  .max_inputs = 1,
                                  .shape = slice_shape,
                                  .jvp = movement_jvp,
                                  .vjp = slice_vjp,
                                  .view = slice_view,
                                  .examples = slice_examples,
                                  .n_examples = G_N_ELEMENTS (slice_examples) };

static gboolean
pad_shape (KappaGraph *g,
           const KappaNode *inputs,
           guint n,
           const KappaAttrs *attrs,
           KappaShape *shape,
           KappaDtype *dtype,
           GError **error)
{
  const KappaShape *from = kappa_graph_get_shape (g, inputs[0]);

  shape->rank = from->rank;
  for (guint d = 0; d < from->rank; d++)
    {
      shape->dims[d] = attrs->i[16 + d];
      if (attrs->i[d] < 0 || attrs->i[8 + d] < 1
          || attrs->i[d] + (from->dims[d] - 1) * attrs->i[8 + d] >= attrs->i[16 + d])
        return kappa_op_shape_error (error, g, "pad", inputs, n, "padding that is not negative");
    }
  return TRUE;
}

static void
pad_vjp (KappaGraph *g, KappaNode node, KappaNode cotangent, KappaNode *cotangents)
{
  const KappaAttrs *attrs = kappa_graph_get_attrs (g, node);

  cotangents[0] = kappa_slice (g, cotangent, attrs->i, kappa_graph_get_shape (g, kappa_graph_get_operand (g, node, 0))->dims,
                               attrs->i + 8);
}

/* The layout most operands have, so that nothing is turned around on the way. */
static KappaLayout
natural_layout (const KappaView *view)
{
  return view->rank == 4 && view->dims[1] > 1 && view->strides[1] == 1 ? KAPPA_LAYOUT_CHANNELS_LAST : KAPPA_LAYOUT_ROWS;
}

static gboolean
copying_prepare (const KappaKernelSpec *spec, KappaKernelPlan *plan, GError **error)
{
  plan->output = natural_layout (&spec->inputs[0]);
  plan->state = (gpointer) spec->attrs;
  return TRUE;
}

static char *
at (const KappaView *view, const void *memory)
{
  return (char *) memory + view->offset * (gint64) kappa_dtype_size (view->dtype);
}

static void
pad_run (gpointer state, const KappaKernelArgs *args)
{
  const KappaAttrs *attrs = state;
  KappaShape all = { .rank = args->out_view->rank };
  KappaView inside = *args->out_view;

  memcpy (all.dims, inside.dims, sizeof all.dims);
  memset (args->output, 0, (gsize) kappa_shape_size (&all) * kappa_dtype_size (inside.dtype));
  for (guint d = 0; d < inside.rank; d++)
    {
      inside.dims[d] = args->views[0].dims[d];
      inside.offset += attrs->i[d] * inside.strides[d];
      inside.strides[d] *= attrs->i[8 + d];
    }
  kappa_view_copy (&inside, at (&inside, args->output), &args->views[0], args->inputs[0]);
}

static const KappaKernelClass pad_kernel = { .prepare = copying_prepare, .run = pad_run };

static const KappaExample pad_examples[] = {
  { 1, { { 2, { 2, 3 } } }, { { [0] = 1, 0, [8] = 2, 1, [16] = 5, 4 } } },
  { 1, { { 4, { 2, 3, 2, 2 } } }, { { [0] = 0, 1, 0, 0, [8] = 1, 1, 1, 1, [16] = 2, 5, 2, 2 } } },
};

static const KappaOp op_pad = { .name = "pad",
                                .kind = KAPPA_OP_KERNEL,
                                .min_inputs = 1,
                                .max_inputs = 1,
                                .shape = pad_shape,
                                .jvp = movement_jvp,
                                .vjp = pad_vjp,
                                .kernel = &pad_kernel,
                                .examples = pad_examples,
                                .n_examples = G_N_ELEMENTS (pad_examples) };

/* Concat along axis i[0]. */
static gboolean
concat_shape (KappaGraph *g,
              const KappaNode *inputs,
              guint n,
              const KappaAttrs *attrs,
              KappaShape *shape,
              KappaDtype *dtype,
              GError **error)
{
  gint64 total = 0;

  *shape = *kappa_graph_get_shape (g, inputs[0]);
  for (guint i = 0; i < n; i++)
    {
      KappaShape other = *kappa_graph_get_shape (g, inputs[i]);

      if (other.rank != shape->rank || attrs->i[0] >= other.rank)
        return kappa_op_shape_error (error, g, "concat", inputs, n, "equal ranks");
      total += other.dims[attrs->i[0]];
      other.dims[attrs->i[0]] = shape->dims[attrs->i[0]];
      if (!kappa_shape_equal (&other, shape))
        return kappa_op_shape_error (error, g, "concat", inputs, n, "equal sizes but along the axis");
    }
  shape->dims[attrs->i[0]] = total;
  return TRUE;
}

static KappaNode
concat_jvp (KappaGraph *g, KappaNode node, const KappaNode *tangents)
{
  guint n = kappa_graph_get_arity (g, node);
  KappaNode parts[KAPPA_MAX_INPUTS];

  for (guint i = 0; i < n; i++)
    parts[i] = tangents[i] != KAPPA_NONE ? tangents[i] : kappa_fill_like (g, 0.0, kappa_graph_get_operand (g, node, i));
  return kappa_concat (g, parts, n, (guint) kappa_graph_get_attrs (g, node)->i[0]);
}

static void
concat_vjp (KappaGraph *g, KappaNode node, KappaNode cotangent, KappaNode *cotangents)
{
  guint axis = (guint) kappa_graph_get_attrs (g, node)->i[0];
  gint64 start[KAPPA_MAX_RANK] = { 0 };

  for (guint i = 0; i < kappa_graph_get_arity (g, node); i++)
    {
      const KappaShape *shape = kappa_graph_get_shape (g, kappa_graph_get_operand (g, node, i));

      cotangents[i] = kappa_slice (g, cotangent, start, shape->dims, NULL);
      start[axis] += shape->dims[axis];
    }
}

static void
concat_run (gpointer state, const KappaKernelArgs *args)
{
  const KappaAttrs *attrs = state;
  gint64 start = 0;

  for (guint i = 0; i < KAPPA_MAX_INPUTS && args->inputs[i] != NULL; i++)
    {
      KappaView part = *args->out_view;

      part.dims[attrs->i[0]] = args->views[i].dims[attrs->i[0]];
      part.offset += start * part.strides[attrs->i[0]];
      start += part.dims[attrs->i[0]];
      kappa_view_copy (&part, at (&part, args->output), &args->views[i], args->inputs[i]);
    }
}

static const KappaKernelClass concat_kernel = { .prepare = copying_prepare, .run = concat_run };

static const KappaExample concat_examples[] = {
  { 2, { { 3, { 2, 3, 2 } }, { 3, { 2, 1, 2 } } }, { { 1 } } },
  { 3, { { 4, { 1, 2, 3, 3 } }, { 4, { 1, 4, 3, 3 } }, { 4, { 1, 1, 3, 3 } } }, { { 1 } } },
};

static const KappaOp op_concat = { .name = "concat",
                                   .kind = KAPPA_OP_KERNEL,
                                   .min_inputs = 1,
                                   .max_inputs = KAPPA_MAX_INPUTS,
                                   .shape = concat_shape,
                                   .jvp = concat_jvp,
                                   .vjp = concat_vjp,
                                   .kernel = &concat_kernel,
                                   .examples = concat_examples,
                                   .n_examples = G_N_ELEMENTS (concat_examples) };

/**
 * kappa_broadcast:
 * @shape: of the operand's rank; where the operand has 1, its element is repeated
 */
KappaNode
kappa_broadcast (KappaGraph *g, KappaNode x, const KappaShape *shape)
{
  KappaAttrs attrs = target_attrs (shape);

  return kappa_graph_apply (g, &op_broadcast, &x, 1, &attrs);
}

KappaNode
kappa_reshape (KappaGraph *g, KappaNode x, const KappaShape *shape)
{
  KappaAttrs attrs = target_attrs (shape);

  return kappa_graph_apply (g, &op_reshape, &x, 1, &attrs);
}

/**
 * kappa_transpose:
 * @permutation: dimension d of the result is dimension @permutation[d] of @x
 */
KappaNode
kappa_transpose (KappaGraph *g, KappaNode x, const guint *permutation)
{
  KappaAttrs attrs = { { 0 } };

  for (guint d = 0; d < kappa_graph_get_shape (g, x)->rank; d++)
    attrs.i[d] = permutation[d];
  return kappa_graph_apply (g, &op_transpose, &x, 1, &attrs);
}

/**
 * kappa_slice:
 * @start: (nullable): the first element in each dimension, 0 if %NULL
 * @size: the number of elements
 * @step: (nullable): from one element to the next, 1 if %NULL
 */
KappaNode
kappa_slice (KappaGraph *g, KappaNode x, const gint64 *start, const gint64 *size, const gint64 *step)
{
  const KappaShape *from = kappa_graph_get_shape (g, x);
  KappaAttrs attrs = { { 0 } };
  gboolean whole = TRUE;

  for (guint d = 0; d < from->rank; d++)
    {
      attrs.i[d] = start != NULL ? start[d] : 0;
      attrs.i[8 + d] = step != NULL ? step[d] : 1;
      attrs.i[16 + d] = size[d];
      whole &= attrs.i[d] == 0 && size[d] == from->dims[d] && (attrs.i[8 + d] == 1 || size[d] == 1);
    }
  return whole ? x : kappa_graph_apply (g, &op_slice, &x, 1, &attrs);
}

/**
 * kappa_pad:
 * @before, @after: (nullable): zeros to add
 * @step: (nullable): the distance of the operand's elements in the result, 1 if %NULL; zeros stand between
 */
KappaNode
kappa_pad (KappaGraph *g, KappaNode x, const gint64 *before, const gint64 *after, const gint64 *step)
{
  const KappaShape *from = kappa_graph_get_shape (g, x);
  KappaAttrs attrs = { { 0 } };
  gboolean whole = TRUE;

  for (guint d = 0; d < from->rank; d++)
    {
      attrs.i[d] = before != NULL ? before[d] : 0;
      attrs.i[8 + d] = step != NULL ? step[d] : 1;
      attrs.i[16 + d] = attrs.i[d] + (from->dims[d] - 1) * attrs.i[8 + d] + 1 + (after != NULL ? after[d] : 0);
      whole &= attrs.i[d] == 0 && attrs.i[16 + d] == from->dims[d];
    }
  return whole ? x : kappa_graph_apply (g, &op_pad, &x, 1, &attrs);
}

KappaNode
kappa_concat (KappaGraph *g, const KappaNode *parts, guint n_parts, guint axis)
{
  KappaAttrs attrs = { { axis } };
  g_autofree KappaNode *groups = NULL;
  guint n_groups = 0;

  if (n_parts == 1)
    return parts[0];
  if (n_parts <= KAPPA_MAX_INPUTS)
    return kappa_graph_apply (g, &op_concat, parts, n_parts, &attrs);
  groups = g_new (KappaNode, n_parts / KAPPA_MAX_INPUTS + 1);
  for (guint i = 0; i < n_parts; i += KAPPA_MAX_INPUTS)
    groups[n_groups++] = kappa_concat (g, parts + i, MIN (KAPPA_MAX_INPUTS, n_parts - i), axis);
  return kappa_concat (g, groups, n_groups, axis);
}

const KappaOp *const kappa_ops_movement[]
    = { &op_reshape, &op_broadcast, &op_transpose, &op_slice, &op_pad, &op_concat, NULL };
