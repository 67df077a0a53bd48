/* Sums over axes, and the place of the largest. The reduced axes stay, with size 1. */

#include <string.h>

#include "core/base/clones.h"
#include "core/base/half.h"
#include "core/graph/op.h"
#include "core/graph/view.h"
#include "core/ops/ops.h"

/* i[0] has the bits of the axes. A sum of bfloat16 is float32. */
static gboolean
sum_shape (KappaGraph *g,
           const KappaNode *inputs,
           guint n,
           const KappaAttrs *attrs,
           KappaShape *shape,
           KappaDtype *dtype,
           GError **error)
{
  if (!kappa_op_check_real (error, g, "reduce_sum", inputs, n, *dtype, TRUE))
    return FALSE;
  *shape = *kappa_graph_get_shape (g, inputs[0]);
  for (guint d = 0; d < shape->rank; d++)
    if (attrs->i[0] >> d & 1)
      shape->dims[d] = 1;
  if (*dtype == KAPPA_BF16)
    *dtype = KAPPA_F32;
  return attrs->i[0] >> shape->rank == 0 || kappa_op_shape_error (error, g, "reduce_sum", inputs, n, "axes it has");
}

static KappaNode
sum_jvp (KappaGraph *g, KappaNode node, const KappaNode *tangents)
{
  return kappa_reduce_sum (g, tangents[0], (guint) kappa_graph_get_attrs (g, node)->i[0]);
}

static void
sum_vjp (KappaGraph *g, KappaNode node, KappaNode cotangent, KappaNode *cotangents)
{
  cotangents[0] = kappa_broadcast (g, cotangent, kappa_graph_get_shape (g, kappa_graph_get_operand (g, node, 0)));
}

/* The walk over the operand in the order of its memory: dimensions sorted by stride and joined where possible. */
typedef struct
{
  guint rank;
  gint64 dims[KAPPA_MAX_RANK];
  gint64 in[KAPPA_MAX_RANK];
  gint64 out[KAPPA_MAX_RANK]; /* 0 where reduced */
  KappaDtype dtype;
} Walk;

static Walk
walk_init (const KappaView *in, const KappaView *out)
{
  Walk walk = { .rank = in->rank, .dtype = in->dtype };
  gint64 *const strides[] = { walk.in, walk.out };

  for (guint d = 0; d < in->rank; d++)
    {
      guint place = d;

      for (; place > 0 && walk.in[place - 1] < in->strides[d]; place--)
        {
          walk.dims[place] = walk.dims[place - 1];
          walk.in[place] = walk.in[place - 1];
          walk.out[place] = walk.out[place - 1];
        }
      walk.dims[place] = in->dims[d];
      walk.in[place] = in->strides[d];
      walk.out[place] = out->dims[d] == in->dims[d] ? out->strides[d] : 0;
    }
  kappa_view_coalesce (&walk.rank, walk.dims, strides, 2);
  while (walk.rank < 2) /* the kernel wants two dimensions */
    {
      memmove (walk.dims + 1, walk.dims, sizeof walk.dims - sizeof walk.dims[0]);
      memmove (walk.in + 1, walk.in, sizeof walk.in - sizeof walk.in[0]);
      memmove (walk.out + 1, walk.out, sizeof walk.out - sizeof walk.out[0]);
      walk.dims[0] = 1;
      walk.in[0] = walk.out[0] = walk.rank == 0 ? 1 : 0;
      walk.rank++;
    }
  return walk;
}

/* Two innermost dimensions at once; sums in float64, eight partial sums along a reduced innermost dimension. */
#define SUM_PLANE(type, suffix, value)                                                                             \
  KAPPA_CLONES static void sum_plane_##suffix (const type *in, double *sums, const gint64 *dims, const gint64 *si, \
                                               const gint64 *so)                                                   \
  {                                                                                                                \
    for (gint64 i = 0; i < dims[0]; i++, in += si[0], sums += so[0])                                               \
      {                                                                                                            \
        if (so[1] != 0 && si[1] == 1 && so[1] == 1)                                                                \
          for (gint64 j = 0; j < dims[1]; j++)                                                                     \
            {                                                                                                      \
              const type v = in[j];                                                                                \
              sums[j] += (value);                                                                                  \
            }                                                                                                      \
        else if (so[1] != 0)                                                                                       \
          for (gint64 j = 0; j < dims[1]; j++)                                                                     \
            {                                                                                                      \
              const type v = in[j * si[1]];                                                                        \
              sums[j * so[1]] += (value);                                                                          \
            }                                                                                                      \
        else                                                                                                       \
          {                                                                                                        \
            double lanes[8] = { 0 };                                                                               \
            gint64 j = 0;                                                                                          \
            for (; j + 8 <= dims[1]; j += 8)                                                                       \
              for (int l = 0; l < 8; l++)                                                                          \
                {                                                                                                  \
                  const type v = in[(j + l) * si[1]];                                                              \
                  lanes[l] += (value);                                                                             \
                }                                                                                                  \
            for (; j < dims[1]; j++)                                                                               \
              {                                                                                                    \
                const type v = in[j * si[1]];                                                                      \
                lanes[0] += (value);                                                                               \
              }                                                                                                    \
            *sums += ((lanes[0] + lanes[4]) + (lanes[1] + lanes[5])) + ((lanes[2] + lanes[6]) + (lanes[3] + lanes[7])); \
          }                                                                                                        \
      }                                                                                                            \
  }

SUM_PLANE (float, f32, v)
SUM_PLANE (double, f64, v)
SUM_PLANE (guint16, bf16, kappa_bfloat16_to_float (v))

static void
sum_walk (const Walk *walk, guint level, const char *in, double *sums)
{
  if (level + 2 == walk->rank)
    {
      const gint64 *dims = walk->dims + level, *si = walk->in + level, *so = walk->out + level;

      if (walk->dtype == KAPPA_F32)
        sum_plane_f32 ((const float *) in, sums, dims, si, so);
      else if (walk->dtype == KAPPA_F64)
        sum_plane_f64 ((const double *) in, sums, dims, si, so);
      else
        sum_plane_bf16 ((const guint16 *) in, sums, dims, si, so);
      return;
    }
  for (gint64 i = 0; i < walk->dims[level]; i++)
    sum_walk (walk, level + 1, in + i * walk->in[level] * (gint64) kappa_dtype_size (walk->dtype), sums + i * walk->out[level]);
}

static gsize
view_size (const KappaView *view)
{
  gsize size = 1;

  for (guint d = 0; d < view->rank; d++)
    size *= (gsize) view->dims[d];
  return size;
}

static gboolean
sum_prepare (const KappaKernelSpec *spec, KappaKernelPlan *plan, GError **error)
{
  const KappaView *in = &spec->inputs[0];

  plan->scratch = view_size (&spec->output) * sizeof (double);
  plan->output = in->rank == 4 && in->dims[1] > 1 && in->strides[1] == 1 ? KAPPA_LAYOUT_CHANNELS_LAST : KAPPA_LAYOUT_ROWS;
  return TRUE;
}

static void
sum_run (gpointer state, const KappaKernelArgs *args)
{
  gsize n = view_size (args->out_view);
  double *sums = args->scratch;
  Walk walk = walk_init (&args->views[0], args->out_view);

  memset (sums, 0, n * sizeof *sums);
  sum_walk (&walk, 0, args->inputs[0], sums);
  if (args->out_view->dtype == KAPPA_F64)
    memcpy (args->output, sums, n * sizeof *sums);
  else
    for (gsize i = 0; i < n; i++)
      ((float *) args->output)[i] = (float) sums[i];
}

static const KappaKernelClass sum_kernel = { .prepare = sum_prepare, .run = sum_run };

static const KappaExample sum_examples[] = {
  { 1, { { 4, { 2, 3, 4, 5 } } }, { { 13 } } },
  { 1, { { 3, { 2, 3, 19 } } }, { { 4 } } },
  { 1, { { 3, { 5, 3, 2 } } }, { { 2 } } },
  { 1, { { 2, { 1, 3 } } }, { { 3 } } },
};

static const KappaOp op_sum = { .name = "reduce_sum",
                                .kind = KAPPA_OP_KERNEL,
                                .min_inputs = 1,
                                .max_inputs = 1,
                                .shape = sum_shape,
                                .jvp = sum_jvp,
                                .vjp = sum_vjp,
                                .kernel = &sum_kernel,
                                .examples = sum_examples,
                                .n_examples = G_N_ELEMENTS (sum_examples) };

/* The place of the largest along axis i[0]: the first of equals; a NaN is larger than all. */
static gboolean
arg_max_shape (KappaGraph *g,
               const KappaNode *inputs,
               guint n,
               const KappaAttrs *attrs,
               KappaShape *shape,
               KappaDtype *dtype,
               GError **error)
{
  if (!kappa_op_check_real (error, g, "arg_max", inputs, n, *dtype, FALSE))
    return FALSE;
  *shape = *kappa_graph_get_shape (g, inputs[0]);
  if (attrs->i[0] < 0 || attrs->i[0] >= shape->rank)
    return kappa_op_shape_error (error, g, "arg_max", inputs, n, "an axis it has");
  shape->dims[attrs->i[0]] = 1;
  *dtype = KAPPA_I32;
  return TRUE;
}

static gboolean
arg_max_prepare (const KappaKernelSpec *spec, KappaKernelPlan *plan, GError **error)
{
  plan->layouts[0] = KAPPA_LAYOUT_ROWS;
  plan->output = KAPPA_LAYOUT_ROWS;
  plan->state = (gpointer) spec->attrs;
  return TRUE;
}

#define ARG_MAX(type)                                                    \
  {                                                                      \
    const type *p = (const type *) args->inputs[0] + o * size * inner + i; \
    for (gint64 k = 1; k < size; k++)                                    \
      if (p[k * inner] > p[best * inner] || (p[k * inner] != p[k * inner] && p[best * inner] == p[best * inner])) \
        best = (gint32) k;                                               \
  }

static void
arg_max_run (gpointer state, const KappaKernelArgs *args)
{
  const KappaView *in = &args->views[0];
  gint64 axis = ((const KappaAttrs *) state)->i[0], size = in->dims[axis], inner = 1, outer = 1;

  for (guint d = 0; d < in->rank; d++)
    *(d < axis ? &outer : d > axis ? &inner : &(gint64){ 0 }) *= in->dims[d];
  for (gint64 o = 0; o < outer; o++)
    for (gint64 i = 0; i < inner; i++)
      {
        gint32 best = 0;

        if (in->dtype == KAPPA_F64)
          ARG_MAX (double)
        else
          ARG_MAX (float)
        ((gint32 *) args->output)[o * inner + i] = best;
      }
}

static const KappaKernelClass arg_max_kernel = { .prepare = arg_max_prepare, .run = arg_max_run };

static const KappaExample arg_max_examples[] = { { 1, { { 3, { 2, 5, 3 } } }, { { 1 } } } };

static const KappaOp op_arg_max = { .name = "arg_max",
                                    .kind = KAPPA_OP_KERNEL,
                                    .min_inputs = 1,
                                    .max_inputs = 1,
                                    .shape = arg_max_shape,
                                    .kernel = &arg_max_kernel,
                                    .examples = arg_max_examples,
                                    .n_examples = G_N_ELEMENTS (arg_max_examples) };

KappaNode
kappa_reduce_sum (KappaGraph *g, KappaNode x, guint axes)
{
  KappaAttrs attrs = { { axes } };

  return axes == 0 ? x : kappa_graph_apply (g, &op_sum, &x, 1, &attrs);
}

KappaNode
kappa_reduce_mean (KappaGraph *g, KappaNode x, guint axes)
{
  const KappaShape *shape = kappa_graph_get_shape (g, x);
  gint64 count = 1;

  for (guint d = 0; d < shape->rank; d++)
    count *= axes >> d & 1 ? shape->dims[d] : 1;
  return kappa_scale (g, kappa_reduce_sum (g, x, axes), 1.0 / (double) count);
}

static KappaNode
arg_max_along (KappaGraph *g, KappaNode x, guint axis)
{
  KappaAttrs attrs = { { axis } };

  return kappa_graph_apply (g, &op_arg_max, &x, 1, &attrs);
}

/**
 * kappa_arg_max:
 *
 * Returns: int32: where the largest element stands along the last axis; the first of equals, a NaN before all
 */
KappaNode
kappa_arg_max (KappaGraph *g, KappaNode x)
{
  return arg_max_along (g, x, MAX (kappa_graph_get_shape (g, x)->rank, 1) - 1);
}

/* Composed: what is largest is picked by its place, so the derivative goes to one element, ties included. */
KappaNode
kappa_reduce_max (KappaGraph *g, KappaNode x, guint axes)
{
  for (guint d = 0; d < kappa_graph_get_shape (g, x)->rank; d++)
    if (axes >> d & 1)
      x = kappa_gather (g, x, arg_max_along (g, x, d), d);
  return x;
}

const KappaOp *const kappa_ops_reduce[] = { &op_sum, &op_arg_max, NULL };
