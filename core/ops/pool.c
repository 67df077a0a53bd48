/* Pooling over windows of H and W. Maximum, where the maximum stands, average, and the average's transpose. */

#include <string.h>

#include "core/base/clones.h"
#include "core/base/half.h"
#include "core/graph/op.h"
#include "core/ops/gather.h"
#include "core/ops/ops.h"
#include "core/ops/window.h"

/* i[13], i[14]: H and W of what the transpose makes. */
enum
{
  CEIL = KAPPA_POOL_CEIL,
  COUNT_PADDING = KAPPA_POOL_COUNT_PADDING,
  HEIGHT = 13,
};

/* The part of a window that lies inside the image along one dimension: taps first … last - 1. */
typedef struct
{
  gint64 origin, first, last;
} Span;

static Span
span_of (const KappaWindow *window, guint d, gint64 out, gint64 size)
{
  Span span = { .origin = out * window->stride[d] - window->pad_begin[d], .last = window->kernel[d] };
  gint64 step = window->dilation[d];

  while (span.origin + span.first * step < 0)
    span.first++;
  while (span.last > span.first && span.origin + (span.last - 1) * step >= size)
    span.last--;
  return span;
}

/* Taps far apart can have the whole image between them: the maximum of nothing is no number. */
static gboolean
sees_image (const KappaWindow *window, guint d, gint64 places, gint64 size)
{
  for (gint64 out = 0; out < places; out++)
    {
      Span span = span_of (window, d, out, size);

      if (span.first >= span.last)
        return FALSE;
    }
  return TRUE;
}

static gboolean
pooled_shape (KappaGraph *g, const KappaNode *inputs, guint n, const KappaAttrs *attrs, KappaShape *shape, GError **error)
{
  KappaWindow window = kappa_window_from_attrs (attrs);

  *shape = *kappa_graph_get_shape (g, inputs[0]);
  if (shape->rank != 4)
    return kappa_op_shape_error (error, g, "pooling", inputs, n, "N × C × H × W");
  for (guint d = 0; d < 2; d++)
    {
      gint64 size = kappa_window_output (&window, d, shape->dims[2 + d], attrs->i[CEIL] != 0);

      if (size < 1 || window.pad_begin[d] >= window.kernel[d] || window.pad_end[d] >= window.kernel[d])
        return kappa_op_shape_error (error, g, "pooling", inputs, n, "an image at least as large as the window");
      if (window.dilation[d] < 1 || !sees_image (&window, d, size, shape->dims[2 + d]))
        return kappa_op_shape_error (error, g, "pooling", inputs, n, "a part of the image in every window");
      shape->dims[2 + d] = size;
    }
  return TRUE;
}

static gboolean
pool_shape (KappaGraph *g,
            const KappaNode *inputs,
            guint n,
            const KappaAttrs *attrs,
            KappaShape *shape,
            KappaDtype *dtype,
            GError **error)
{
  return kappa_op_check_real (error, g, "pooling", inputs, n, *dtype, TRUE)
         && pooled_shape (g, inputs, n, attrs, shape, error);
}

static gboolean
index_shape (KappaGraph *g,
             const KappaNode *inputs,
             guint n,
             const KappaAttrs *attrs,
             KappaShape *shape,
             KappaDtype *dtype,
             GError **error)
{
  if (!kappa_op_check_real (error, g, "pooling's gradient", inputs, n, *dtype, FALSE))
    return FALSE;
  *dtype = KAPPA_I32;
  return pooled_shape (g, inputs, n, attrs, shape, error);
}

static gboolean
transpose_shape (KappaGraph *g,
                 const KappaNode *inputs,
                 guint n,
                 const KappaAttrs *attrs,
                 KappaShape *shape,
                 KappaDtype *dtype,
                 GError **error)
{
  if (!kappa_op_check_real (error, g, "pooling's gradient", inputs, n, *dtype, FALSE))
    return FALSE;
  *shape = *kappa_graph_get_shape (g, inputs[0]);
  if (shape->rank != 4)
    return kappa_op_shape_error (error, g, "pooling", inputs, n, "N × C × H × W");
  shape->dims[2] = attrs->i[HEIGHT];
  shape->dims[3] = attrs->i[HEIGHT + 1];
  return TRUE;
}

static gboolean
pool_prepare (const KappaKernelSpec *spec, KappaKernelPlan *plan, GError **error)
{
  plan->layouts[0] = plan->output = KAPPA_LAYOUT_CHANNELS_LAST;
  plan->state = (gpointer) spec->attrs;
  return TRUE;
}

/* Calls body for every window: n, oy, ox, its spans; out points to the C results. */
#define FOR_WINDOWS(...)                                                                    \
  {                                                                                          \
    const KappaView *big = big_view, *small = small_view;                                    \
    const KappaWindow window = kappa_window_from_attrs (attrs);                              \
    const gint64 C = big->dims[1], H = big->dims[2], W = big->dims[3];                       \
    const gint64 oh = small->dims[2], ow = small->dims[3];                                   \
    for (gint64 n = 0; n < big->dims[0]; n++)                                                \
      for (gint64 oy = 0; oy < oh && !g_cancellable_is_cancelled (cancellable); oy++)        \
        {                                                                                    \
          const Span sy = span_of (&window, 0, oy, H);                                       \
          for (gint64 ox = 0; ox < ow; ox++)                                                 \
            {                                                                                \
              const Span sx = span_of (&window, 1, ox, W);                                   \
              const gint64 at = ((n * oh + oy) * ow + ox) * C;                               \
              __VA_ARGS__                                                                    \
            }                                                                                \
        }                                                                                    \
  }

/* Every tap inside the image; tap is its place in the plane. */
#define FOR_TAPS(...)                                                                       \
  for (gint64 ky = sy.first; ky < sy.last; ky++)                                             \
    for (gint64 kx = sx.first; kx < sx.last; kx++)                                           \
      {                                                                                      \
        const gint64 tap = (sy.origin + ky * window.dilation[0]) * W + sx.origin + kx * window.dilation[1]; \
        __VA_ARGS__                                                                          \
      }

/* The first tap starts, a larger one or a first NaN takes over. */
#define MAX_KERNEL(name, type, index_type, widen, result)                                    \
  static void name (const KappaAttrs *attrs, const KappaView *big_view, const KappaView *small_view, const type *in, \
                    index_type *out, GCancellable *cancellable)                              \
  {                                                                                          \
    FOR_WINDOWS ({                                                                           \
      gboolean begun = FALSE;                                                                \
      g_autofree gint64 *best = NULL;                                                        \
      const type *plane = in + n * H * W * C;                                                \
      gint64 places[64], *place = C <= 64 ? places : (best = g_new (gint64, C));             \
      FOR_TAPS ({                                                                            \
        for (gint64 c = 0; c < C; c++)                                                       \
          {                                                                                  \
            if (!begun)                                                                      \
              {                                                                              \
                place[c] = tap;                                                              \
                continue;                                                                    \
              }                                                                              \
            const type raw = plane[tap * C + c], held = plane[place[c] * C + c];             \
            if (widen (raw) > widen (held) || (widen (raw) != widen (raw) && widen (held) == widen (held))) \
              place[c] = tap;                                                                \
          }                                                                                  \
        begun = TRUE;                                                                        \
      })                                                                                     \
      for (gint64 c = 0; c < C; c++)                                                         \
        out[at + c] = (index_type) (result);                                                 \
    })                                                                                       \
  }

#define SAME(v) (v)
MAX_KERNEL (index_f32, float, gint32, SAME, place[c])
MAX_KERNEL (index_f64, double, gint32, SAME, place[c])
MAX_KERNEL (max_f64, double, double, SAME, plane[place[c] * C + c])
MAX_KERNEL (max_bf16, guint16, guint16, kappa_bfloat16_to_float, plane[place[c] * C + c])

KAPPA_CLONES static void
raise_floats (float *restrict best, const float *restrict v, gint64 n)
{
  for (gint64 c = 0; c < n; c++)
    best[c] = v[c] > best[c] || v[c] != v[c] ? v[c] : best[c];
}

/* The forward pass of float32 without the detour over places: the running maximum vectorises. */
static void
max_f32 (const KappaAttrs *attrs,
         const KappaView *big_view,
         const KappaView *small_view,
         const float *in,
         float *out,
         GCancellable *cancellable)
{
  FOR_WINDOWS ({
    gboolean begun = FALSE;
    const float *plane = in + n * H * W * C;
    float *restrict best = out + at;
    FOR_TAPS ({
      const float *restrict v = plane + tap * C;
      if (!begun)
        memcpy (best, v, (gsize) C * sizeof *v);
      else
        raise_floats (best, v, C);
      begun = TRUE;
    })
  })
}

static void
max_run (gpointer state, const KappaKernelArgs *args)
{
  if (args->out_view->dtype == KAPPA_F64)
    max_f64 (state, &args->views[0], args->out_view, args->inputs[0], args->output, args->cancellable);
  else if (args->out_view->dtype == KAPPA_BF16)
    max_bf16 (state, &args->views[0], args->out_view, args->inputs[0], args->output, args->cancellable);
  else
    max_f32 (state, &args->views[0], args->out_view, args->inputs[0], args->output, args->cancellable);
}

static void
index_run (gpointer state, const KappaKernelArgs *args)
{
  if (args->views[0].dtype == KAPPA_F64)
    index_f64 (state, &args->views[0], args->out_view, args->inputs[0], args->output, args->cancellable);
  else
    index_f32 (state, &args->views[0], args->out_view, args->inputs[0], args->output, args->cancellable);
}

/* By how much a window's sum is divided. Padding that counts ends where the padded image does. */
static double
divisor (const KappaAttrs *attrs, const KappaWindow *window, const Span *sy, const Span *sx, gint64 H, gint64 W)
{
  gint64 y = sy->last - sy->first, x = sx->last - sx->first;

  if (attrs->i[COUNT_PADDING])
    {
      y = MIN (window->kernel[0], H + window->pad_end[0] - sy->origin);
      x = MIN (window->kernel[1], W + window->pad_end[1] - sx->origin);
    }
  return (double) (y * x);
}

#define AVERAGE_PARTS(suffix, type, read, write)                                             \
  KAPPA_CLONES static void add_##suffix (double *restrict sums, const type *restrict v, gint64 n) \
  {                                                                                          \
    for (gint64 c = 0; c < n; c++)                                                           \
      sums[c] += read (v[c]);                                                                \
  }                                                                                          \
                                                                                             \
  KAPPA_CLONES static void divide_##suffix (type *restrict out, const double *restrict sums, gint64 n, double count) \
  {                                                                                          \
    for (gint64 c = 0; c < n; c++)                                                           \
      out[c] = (type) write (sums[c] / count);                                               \
  }

#define AVERAGE_KERNEL(suffix, type)                                                         \
  static void average_##suffix (const KappaAttrs *attrs, const KappaView *big_view, const KappaView *small_view, const type *in, \
                    type *out, GCancellable *cancellable)                                    \
  {                                                                                          \
    g_autofree double *sums = g_new (double, big_view->dims[1]);                             \
    FOR_WINDOWS ({                                                                           \
      const double count = divisor (attrs, &window, &sy, &sx, H, W);                         \
      memset (sums, 0, (gsize) C * sizeof *sums);                                            \
      FOR_TAPS ({                                                                            \
        add_##suffix (sums, in + (n * H * W + tap) * C, C);                                  \
      })                                                                                     \
      divide_##suffix (out + at, sums, C, count);                                            \
    })                                                                                       \
  }

#define TO_BF16(v) kappa_bfloat16_from_float ((float) (v))
AVERAGE_PARTS (f32, float, SAME, SAME)
AVERAGE_PARTS (f64, double, SAME, SAME)
AVERAGE_PARTS (bf16, guint16, kappa_bfloat16_to_float, TO_BF16)
AVERAGE_KERNEL (f32, float)
AVERAGE_KERNEL (f64, double)
AVERAGE_KERNEL (bf16, guint16)

static void
average_run (gpointer state, const KappaKernelArgs *args)
{
  if (args->out_view->dtype == KAPPA_F64)
    average_f64 (state, &args->views[0], args->out_view, args->inputs[0], args->output, args->cancellable);
  else if (args->out_view->dtype == KAPPA_BF16)
    average_bf16 (state, &args->views[0], args->out_view, args->inputs[0], args->output, args->cancellable);
  else
    average_f32 (state, &args->views[0], args->out_view, args->inputs[0], args->output, args->cancellable);
}

#define SPREAD_KERNEL(name, type)                                                            \
  static void name (const KappaAttrs *attrs, const KappaView *big_view, const KappaView *small_view, const type *in, \
                    type *out, GCancellable *cancellable)                                    \
  {                                                                                          \
    FOR_WINDOWS ({                                                                           \
      const type count = (type) divisor (attrs, &window, &sy, &sx, H, W);                    \
      FOR_TAPS ({                                                                            \
        type *v = out + (n * H * W + tap) * C;                                               \
        for (gint64 c = 0; c < C; c++)                                                       \
          v[c] += in[at + c] / count;                                                        \
      })                                                                                     \
    })                                                                                       \
  }

SPREAD_KERNEL (spread_f32, float)
SPREAD_KERNEL (spread_f64, double)

static void
spread_run (gpointer state, const KappaKernelArgs *args)
{
  const KappaView *big = args->out_view;

  memset (args->output, 0, (gsize) (big->dims[0] * big->dims[1] * big->dims[2] * big->dims[3]) * kappa_dtype_size (big->dtype));
  if (big->dtype == KAPPA_F64)
    spread_f64 (state, big, &args->views[0], args->inputs[0], args->output, args->cancellable);
  else
    spread_f32 (state, big, &args->views[0], args->inputs[0], args->output, args->cancellable);
}

static const KappaKernelClass max_kernel = { .prepare = pool_prepare, .run = max_run };
static const KappaKernelClass index_kernel = { .prepare = pool_prepare, .run = index_run };
static const KappaKernelClass average_kernel = { .prepare = pool_prepare, .run = average_run };
static const KappaKernelClass spread_kernel = { .prepare = pool_prepare, .run = spread_run };

static const KappaOp op_max_pool, op_max_pool_index, op_avg_pool, op_avg_pool_transpose;

static KappaNode
again (KappaGraph *g, const KappaOp *op, KappaNode node, KappaNode on)
{
  return kappa_graph_apply (g, op, &on, 1, kappa_graph_get_attrs (g, node));
}

static KappaNode
places (KappaGraph *g, KappaNode node)
{
  return again (g, &op_max_pool_index, node, kappa_graph_get_operand (g, node, 0));
}

static KappaNode
max_jvp (KappaGraph *g, KappaNode node, const KappaNode *tangents)
{
  return kappa_gather_axes (g, tangents[0], places (g, node), 2, 2);
}

static void
max_vjp (KappaGraph *g, KappaNode node, KappaNode cotangent, KappaNode *cotangents)
{
  const KappaShape *from = kappa_graph_get_shape (g, kappa_graph_get_operand (g, node, 0));

  cotangents[0] = kappa_scatter_axes (g, cotangent, places (g, node), 2, 2, from->dims + 2);
}

static KappaNode
linear_jvp (KappaGraph *g, KappaNode node, const KappaNode *tangents)
{
  return again (g, kappa_graph_get_op (g, node), node, tangents[0]);
}

static void
average_vjp (KappaGraph *g, KappaNode node, KappaNode cotangent, KappaNode *cotangents)
{
  const KappaShape *from = kappa_graph_get_shape (g, kappa_graph_get_operand (g, node, 0));
  KappaAttrs attrs = *kappa_graph_get_attrs (g, node);

  attrs.i[HEIGHT] = from->dims[2];
  attrs.i[HEIGHT + 1] = from->dims[3];
  cotangents[0] = kappa_graph_apply (g, &op_avg_pool_transpose, &cotangent, 1, &attrs);
}

static void
spread_vjp (KappaGraph *g, KappaNode node, KappaNode cotangent, KappaNode *cotangents)
{
  KappaAttrs attrs = *kappa_graph_get_attrs (g, node);

  attrs.i[HEIGHT] = attrs.i[HEIGHT + 1] = 0;
  cotangents[0] = kappa_graph_apply (g, &op_avg_pool, &cotangent, 1, &attrs);
}

/* kernel, stride, pad before, pad after, dilation, groups, ceil, count padding */
static const KappaExample pool_examples[] = {
  { 1, { { 4, { 2, 3, 6, 5 } } }, { { 3, 3, 2, 2, 1, 1, 1, 1, 1, 1, 1 } } },
  { 1, { { 4, { 1, 2, 5, 4 } } }, { { 2, 2, 2, 2, 0, 0, 0, 0, 1, 1, 1, 1 } } },
  { 1, { { 4, { 1, 1, 7, 7 } } }, { { 2, 3, 1, 2, 0, 1, 1, 0, 2, 1, 1, 0, 1 } } },
};

static const KappaExample spread_examples[] = {
  { 1, { { 4, { 2, 3, 3, 3 } } }, { { 3, 3, 2, 2, 1, 1, 1, 1, 1, 1, 1, 0, 0, 6, 5 } } },
  { 1, { { 4, { 1, 2, 3, 2 } } }, { { 2, 2, 2, 2, 0, 0, 0, 0, 1, 1, 1, 1, 1, 5, 4 } } },
};

static const KappaOp op_max_pool = { .name = "max_pool",
                                     .kind = KAPPA_OP_KERNEL,
                                     .min_inputs = 1,
                                     .max_inputs = 1,
                                     .shape = pool_shape,
                                     .jvp = max_jvp,
                                     .vjp = max_vjp,
                                     .kernel = &max_kernel,
                                     .examples = pool_examples,
                                     .n_examples = G_N_ELEMENTS (pool_examples) };

static const KappaOp op_max_pool_index = { .name = "max_pool_index",
                                           .kind = KAPPA_OP_KERNEL,
                                           .min_inputs = 1,
                                           .max_inputs = 1,
                                           .shape = index_shape,
                                           .kernel = &index_kernel,
                                           .examples = pool_examples,
                                           .n_examples = G_N_ELEMENTS (pool_examples) };

static const KappaOp op_avg_pool = { .name = "avg_pool",
                                     .kind = KAPPA_OP_KERNEL,
                                     .min_inputs = 1,
                                     .max_inputs = 1,
                                     .shape = pool_shape,
                                     .jvp = linear_jvp,
                                     .vjp = average_vjp,
                                     .kernel = &average_kernel,
                                     .examples = pool_examples,
                                     .n_examples = G_N_ELEMENTS (pool_examples) };

static const KappaOp op_avg_pool_transpose = { .name = "avg_pool_transpose",
                                               .kind = KAPPA_OP_KERNEL,
                                               .min_inputs = 1,
                                               .max_inputs = 1,
                                               .shape = transpose_shape,
                                               .jvp = linear_jvp,
                                               .vjp = spread_vjp,
                                               .kernel = &spread_kernel,
                                               .examples = spread_examples,
                                               .n_examples = G_N_ELEMENTS (spread_examples) };

/**
 * kappa_max_pool:
 * @ceil_mode: whether a last window that sticks out counts too; it must begin inside the image or its left padding
 */
KappaNode
kappa_max_pool (KappaGraph *g, KappaNode x, const KappaWindow *window, gboolean ceil_mode)
{
  KappaAttrs attrs = kappa_window_to_attrs (window);

  attrs.i[CEIL] = ceil_mode ? 1 : 0;
  return kappa_graph_apply (g, &op_max_pool, &x, 1, &attrs);
}

/**
 * kappa_avg_pool:
 * @count_padding: whether padding counts in the divisor
 */
KappaNode
kappa_avg_pool (KappaGraph *g, KappaNode x, const KappaWindow *window, gboolean ceil_mode, gboolean count_padding)
{
  KappaAttrs attrs = kappa_window_to_attrs (window);

  attrs.i[CEIL] = ceil_mode ? 1 : 0;
  attrs.i[COUNT_PADDING] = count_padding ? 1 : 0;
  return kappa_graph_apply (g, &op_avg_pool, &x, 1, &attrs);
}

const KappaOp *const kappa_ops_pool[] = { &op_max_pool, &op_max_pool_index, &op_avg_pool, &op_avg_pool_transpose, NULL };
