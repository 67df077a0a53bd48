/* Picking elements by index along an axis, and putting them back: each is the other's transpose. */

#include <string.h>

#include "core/graph/op.h"
#include "core/graph/view.h"
#include "core/ops/gather.h"
#include "core/ops/ops.h"

/* i[0] is the axis, i[1] how many axes from there on the index counts through together; scatter: i[2…] their sizes. */

static gboolean
gather_shape (KappaGraph *g,
              const KappaNode *inputs,
              guint n,
              const KappaAttrs *attrs,
              KappaShape *shape,
              KappaDtype *dtype,
              GError **error)
{
  const KappaShape *from = kappa_graph_get_shape (g, inputs[0]);

  if (!kappa_op_check_real (error, g, "gather", inputs, 1, *dtype, FALSE))
    return FALSE;
  *shape = *kappa_graph_get_shape (g, inputs[1]);
  if (from->rank != shape->rank || kappa_graph_get_dtype (g, inputs[1]) != KAPPA_I32)
    return kappa_op_shape_error (error, g, "gather", inputs, n, "an int32 index of the operand's rank");
  for (guint d = 0; d < from->rank; d++)
    if ((d < attrs->i[0] || d >= attrs->i[0] + attrs->i[1]) && from->dims[d] != shape->dims[d])
      return kappa_op_shape_error (error, g, "gather", inputs, n, "equal sizes but along the axis");
  return TRUE;
}

static gboolean
scatter_shape (KappaGraph *g,
               const KappaNode *inputs,
               guint n,
               const KappaAttrs *attrs,
               KappaShape *shape,
               KappaDtype *dtype,
               GError **error)
{
  if (!kappa_op_check_real (error, g, "scatter", inputs, 1, *dtype, FALSE))
    return FALSE;
  *shape = *kappa_graph_get_shape (g, inputs[0]);
  if (!kappa_shape_equal (shape, kappa_graph_get_shape (g, inputs[1]))
      || kappa_graph_get_dtype (g, inputs[1]) != KAPPA_I32)
    return kappa_op_shape_error (error, g, "scatter", inputs, n, "an int32 index of the operand's shape");
  for (gint64 k = 0; k < attrs->i[1]; k++)
    shape->dims[attrs->i[0] + k] = attrs->i[2 + k];
  return TRUE;
}

/* Axes the index counts through together must lie without gaps: both layouts see to that. */
static gboolean
indexed_prepare (const KappaKernelSpec *spec, KappaKernelPlan *plan, GError **error)
{
  const KappaView *in = &spec->inputs[0];
  KappaLayout layout
      = in->rank == 4 && in->dims[1] > 1 && in->strides[1] == 1 ? KAPPA_LAYOUT_CHANNELS_LAST : KAPPA_LAYOUT_ROWS;

  plan->layouts[0] = plan->layouts[1] = plan->output = layout;
  plan->state = (gpointer) spec->attrs;
  return TRUE;
}

/* The walk over all index elements: dense[] are the strides of what has the index's shape, sparse[] of what is
 * indexed, 0 along the axes; unit is the stride of one step of the index.
 */
typedef struct
{
  guint rank;
  gint64 dims[KAPPA_MAX_RANK];
  gint64 dense[KAPPA_MAX_RANK];
  gint64 sparse[KAPPA_MAX_RANK];
  gint64 unit;
} Walk;

static Walk
walk_init (const KappaAttrs *attrs, const KappaView *index, const KappaView *indexed)
{
  Walk walk = { .rank = index->rank, .unit = indexed->strides[attrs->i[0] + attrs->i[1] - 1] };

  for (guint d = 0; d < index->rank; d++)
    {
      guint place = d;
      gboolean along = d >= attrs->i[0] && d < attrs->i[0] + attrs->i[1];

      for (; place > 0 && walk.dense[place - 1] < index->strides[d]; place--)
        {
          walk.dims[place] = walk.dims[place - 1];
          walk.dense[place] = walk.dense[place - 1];
          walk.sparse[place] = walk.sparse[place - 1];
        }
      walk.dims[place] = index->dims[d];
      walk.dense[place] = index->strides[d];
      walk.sparse[place] = along ? 0 : indexed->strides[d];
    }
  return walk;
}

#define INDEXED_RUN(name, type, statement)                                                                      \
  static void name (const Walk *w, guint level, type *dense, const gint32 *index, type *sparse)                 \
  {                                                                                                             \
    if (level + 1 == w->rank)                                                                                   \
      {                                                                                                         \
        const gint64 a = w->dense[level], b = w->sparse[level], u = w->unit;                                    \
        for (gint64 i = 0; i < w->dims[level]; i++)                                                             \
          statement;                                                                                            \
        return;                                                                                                 \
      }                                                                                                         \
    for (gint64 i = 0; i < w->dims[level]; i++)                                                                 \
      name (w, level + 1, dense + i * w->dense[level], index + i * w->dense[level], sparse + i * w->sparse[level]); \
  }

INDEXED_RUN (gather_f32, float, dense[i * a] = sparse[i * b + index[i * a] * u])
INDEXED_RUN (gather_f64, double, dense[i * a] = sparse[i * b + index[i * a] * u])
INDEXED_RUN (scatter_f32, float, sparse[i * b + index[i * a] * u] += dense[i * a])
INDEXED_RUN (scatter_f64, double, sparse[i * b + index[i * a] * u] += dense[i * a])

static void
gather_run (gpointer state, const KappaKernelArgs *args)
{
  Walk walk = walk_init (state, args->out_view, &args->views[0]);

  if (args->out_view->dtype == KAPPA_F64)
    gather_f64 (&walk, 0, args->output, args->inputs[1], (double *) args->inputs[0]);
  else
    gather_f32 (&walk, 0, args->output, args->inputs[1], (float *) args->inputs[0]);
}

static void
scatter_run (gpointer state, const KappaKernelArgs *args)
{
  Walk walk = walk_init (state, &args->views[0], args->out_view);
  gsize size = kappa_dtype_size (args->out_view->dtype);

  for (guint d = 0; d < args->out_view->rank; d++)
    size *= (gsize) args->out_view->dims[d];
  memset (args->output, 0, size);
  if (args->out_view->dtype == KAPPA_F64)
    scatter_f64 (&walk, 0, (double *) args->inputs[0], args->inputs[1], args->output);
  else
    scatter_f32 (&walk, 0, (float *) args->inputs[0], args->inputs[1], args->output);
}

static KappaNode
again (KappaGraph *g, KappaNode node, KappaNode on)
{
  KappaNode operands[] = { on, kappa_graph_get_operand (g, node, 1) };

  return kappa_graph_apply (g, kappa_graph_get_op (g, node), operands, 2, kappa_graph_get_attrs (g, node));
}

static KappaNode
indexed_jvp (KappaGraph *g, KappaNode node, const KappaNode *tangents)
{
  return tangents[0] == KAPPA_NONE ? KAPPA_NONE : again (g, node, tangents[0]);
}

static void
gather_vjp (KappaGraph *g, KappaNode node, KappaNode cotangent, KappaNode *cotangents)
{
  const KappaAttrs *attrs = kappa_graph_get_attrs (g, node);
  const KappaShape *from = kappa_graph_get_shape (g, kappa_graph_get_operand (g, node, 0));

  cotangents[0] = kappa_scatter_axes (g, cotangent, kappa_graph_get_operand (g, node, 1), (guint) attrs->i[0],
                                      (guint) attrs->i[1], from->dims + attrs->i[0]);
}

static void
scatter_vjp (KappaGraph *g, KappaNode node, KappaNode cotangent, KappaNode *cotangents)
{
  const KappaAttrs *attrs = kappa_graph_get_attrs (g, node);

  cotangents[0] = kappa_gather_axes (g, cotangent, kappa_graph_get_operand (g, node, 1), (guint) attrs->i[0],
                                     (guint) attrs->i[1]);
}

static const KappaKernelClass gather_kernel = { .prepare = indexed_prepare, .run = gather_run };
static const KappaKernelClass scatter_kernel = { .prepare = indexed_prepare, .run = scatter_run };

static const KappaExample gather_examples[] = {
  { 2, { { 3, { 2, 5, 3 } }, { 3, { 2, 4, 3 } } }, { { 1, 1 } }, { 0, 5 } },
  { 2, { { 4, { 1, 3, 4, 2 } }, { 4, { 1, 3, 2, 2 } } }, { { 2, 2 } }, { 0, 8 } },
};
static const KappaExample scatter_examples[] = {
  { 2, { { 3, { 2, 4, 3 } }, { 3, { 2, 4, 3 } } }, { { 1, 1, 5 } }, { 0, 5 } },
  { 2, { { 4, { 1, 3, 2, 2 } }, { 4, { 1, 3, 2, 2 } } }, { { 2, 2, 4, 2 } }, { 0, 8 } },
};

static const KappaOp op_gather = { .name = "gather",
                                   .kind = KAPPA_OP_KERNEL,
                                   .min_inputs = 2,
                                   .max_inputs = 2,
                                   .shape = gather_shape,
                                   .jvp = indexed_jvp,
                                   .vjp = gather_vjp,
                                   .kernel = &gather_kernel,
                                   .examples = gather_examples,
                                   .n_examples = G_N_ELEMENTS (gather_examples) };

static const KappaOp op_scatter = { .name = "scatter",
                                    .kind = KAPPA_OP_KERNEL,
                                    .min_inputs = 2,
                                    .max_inputs = 2,
                                    .shape = scatter_shape,
                                    .jvp = indexed_jvp,
                                    .vjp = scatter_vjp,
                                    .kernel = &scatter_kernel,
                                    .examples = scatter_examples,
                                    .n_examples = G_N_ELEMENTS (scatter_examples) };

/**
 * kappa_gather_axes:
 * @index: int32, of @x's rank; an element counts through axes @axis … @axis + @n_axes - 1 of @x in row-major order
 *
 * Returns: x[…, index[…, i, …], …] in the index's shape. The index is trusted: it comes from arg_max or pooling, or
 *   was checked when it was read
 */
KappaNode
kappa_gather_axes (KappaGraph *g, KappaNode x, KappaNode index, guint axis, guint n_axes)
{
  KappaAttrs attrs = { { axis, n_axes } };
  KappaNode operands[] = { x, index };

  return kappa_graph_apply (g, &op_gather, operands, 2, &attrs);
}

/**
 * kappa_scatter_axes:
 * @sizes: sizes of the @n_axes axes of the result
 *
 * Returns: zeros, and @x added where @index points: the transpose of kappa_gather_axes()
 */
KappaNode
kappa_scatter_axes (KappaGraph *g, KappaNode x, KappaNode index, guint axis, guint n_axes, const gint64 *sizes)
{
  KappaAttrs attrs = { { axis, n_axes } };
  KappaNode operands[] = { x, index };

  memcpy (attrs.i + 2, sizes, n_axes * sizeof *sizes);
  return kappa_graph_apply (g, &op_scatter, operands, 2, &attrs);
}

KappaNode
kappa_gather (KappaGraph *g, KappaNode x, KappaNode index, guint axis)
{
  return kappa_gather_axes (g, x, index, axis, 1);
}

KappaNode
kappa_scatter (KappaGraph *g, KappaNode x, KappaNode index, guint axis, gint64 size)
{
  return kappa_scatter_axes (g, x, index, axis, 1, &size);
}

const KappaOp *const kappa_ops_gather[] = { &op_gather, &op_scatter, NULL };
