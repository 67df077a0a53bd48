/* Convolution and its two transposes: three primitives, each linear in both operands, each the transpose of the
 * others. So their rules need no other primitive.
 */

#include "core/graph/op.h"
#include "core/ops/conv-kernels.h"
#include "core/ops/ops.h"
#include "core/ops/window.h"

/* Beyond the window, i[11] and i[12] are H and W of the input gradient. */
enum
{
  HEIGHT = 11,
};

static const KappaOp op_conv, op_conv_input_grad, op_conv_weight_grad;

static gboolean
fits (const KappaShape *x, const KappaShape *w, const KappaShape *y, const KappaWindow *window)
{
  gboolean fit = x->rank == 4 && w->rank == 4 && y->rank == 4 && window->groups >= 1 && x->dims[0] == y->dims[0]
                 && x->dims[1] == w->dims[1] * window->groups && y->dims[1] == w->dims[0]
                 && w->dims[0] % window->groups == 0;

  for (guint d = 0; fit && d < 2; d++)
    fit = w->dims[2 + d] == window->kernel[d] && window->dilation[d] >= 1 && window->pad_begin[d] >= 0
          && window->pad_end[d] >= 0 && y->dims[2 + d] >= 1
          && y->dims[2 + d] == kappa_window_output (window, d, x->dims[2 + d], FALSE);
  return fit;
}

static gboolean
conv_shape (KappaGraph *g,
            const KappaNode *inputs,
            guint n,
            const KappaAttrs *attrs,
            KappaShape *y,
            KappaDtype *dtype,
            GError **error)
{
  const KappaShape *x = kappa_graph_get_shape (g, inputs[0]), *w = kappa_graph_get_shape (g, inputs[1]);
  KappaWindow window = kappa_window_from_attrs (attrs);

  *y = KAPPA_SHAPE (x->dims[0], w->dims[0], kappa_window_output (&window, 0, x->dims[2], FALSE),
                    kappa_window_output (&window, 1, x->dims[3], FALSE));
  return kappa_op_check_real (error, g, "conv", inputs, n, *dtype, TRUE)
         && (fits (x, w, y, &window)
             || kappa_op_shape_error (error, g, "conv", inputs, n, "images N × C × H × W and a weight O × C/groups × kh × kw"));
}

static gboolean
input_grad_shape (KappaGraph *g,
                  const KappaNode *inputs,
                  guint n,
                  const KappaAttrs *attrs,
                  KappaShape *x,
                  KappaDtype *dtype,
                  GError **error)
{
  const KappaShape *y = kappa_graph_get_shape (g, inputs[0]), *w = kappa_graph_get_shape (g, inputs[1]);
  KappaWindow window = kappa_window_from_attrs (attrs);

  *x = KAPPA_SHAPE (y->dims[0], w->dims[1] * window.groups, attrs->i[HEIGHT], attrs->i[HEIGHT + 1]);
  return kappa_op_check_real (error, g, "conv_input_grad", inputs, n, *dtype, FALSE)
         && (fits (x, w, y, &window)
             || kappa_op_shape_error (error, g, "conv_input_grad", inputs, n, "what conv would have made of that image"));
}

static gboolean
weight_grad_shape (KappaGraph *g,
                   const KappaNode *inputs,
                   guint n,
                   const KappaAttrs *attrs,
                   KappaShape *w,
                   KappaDtype *dtype,
                   GError **error)
{
  const KappaShape *x = kappa_graph_get_shape (g, inputs[0]), *y = kappa_graph_get_shape (g, inputs[1]);
  KappaWindow window = kappa_window_from_attrs (attrs);

  *w = KAPPA_SHAPE (y->dims[1], x->dims[1] / MAX (window.groups, 1), window.kernel[0], window.kernel[1]);
  return kappa_op_check_real (error, g, "conv_weight_grad", inputs, n, *dtype, FALSE)
         && (fits (x, w, y, &window)
             || kappa_op_shape_error (error, g, "conv_weight_grad", inputs, n, "images and what conv would have made of them"));
}

/* The node's primitive on other operands. */
static KappaNode
product (KappaGraph *g, KappaNode node, KappaNode a, KappaNode b)
{
  KappaNode operands[] = { a, b };

  return kappa_graph_apply (g, kappa_graph_get_op (g, node), operands, 2, kappa_graph_get_attrs (g, node));
}

static KappaNode
bilinear_jvp (KappaGraph *g, KappaNode node, const KappaNode *tangents)
{
  KappaNode a = kappa_graph_get_operand (g, node, 0), b = kappa_graph_get_operand (g, node, 1);

  return kappa_graph_sum (g, tangents[0] != KAPPA_NONE ? product (g, node, tangents[0], b) : KAPPA_NONE,
                          tangents[1] != KAPPA_NONE ? product (g, node, a, tangents[1]) : KAPPA_NONE);
}

static const KappaShape *
operand_shape (KappaGraph *g, KappaNode node, guint operand)
{
  return kappa_graph_get_shape (g, kappa_graph_get_operand (g, node, operand));
}

static void
conv_vjp (KappaGraph *g, KappaNode node, KappaNode dy, KappaNode *cotangents)
{
  KappaWindow window = kappa_window_from_attrs (kappa_graph_get_attrs (g, node));
  const KappaShape *x = operand_shape (g, node, 0);

  cotangents[0] = kappa_conv_input_grad (g, dy, kappa_graph_get_operand (g, node, 1), &window, x->dims[2], x->dims[3]);
  cotangents[1] = kappa_conv_weight_grad (g, kappa_graph_get_operand (g, node, 0), dy, &window);
}

static void
input_grad_vjp (KappaGraph *g, KappaNode node, KappaNode dx, KappaNode *cotangents)
{
  KappaWindow window = kappa_window_from_attrs (kappa_graph_get_attrs (g, node));

  cotangents[0] = kappa_conv (g, dx, kappa_graph_get_operand (g, node, 1), &window);
  cotangents[1] = kappa_conv_weight_grad (g, dx, kappa_graph_get_operand (g, node, 0), &window);
}

static void
weight_grad_vjp (KappaGraph *g, KappaNode node, KappaNode dw, KappaNode *cotangents)
{
  KappaWindow window = kappa_window_from_attrs (kappa_graph_get_attrs (g, node));
  const KappaShape *x = operand_shape (g, node, 0);

  cotangents[0] = kappa_conv_input_grad (g, kappa_graph_get_operand (g, node, 1), dw, &window, x->dims[2], x->dims[3]);
  cotangents[1] = kappa_conv (g, kappa_graph_get_operand (g, node, 0), dw, &window);
}

/* The kernels: oneDNN for float32 and bfloat16, matrix products for float64. */

typedef struct
{
  KappaConvShape shape;
  gboolean dnnl;
  gboolean flipped; /* an input gradient, done forward with the weight's axes exchanged and its taps reversed */
  gpointer state;
} Kernel;

static KappaConvShape
shape_of (KappaConvKind kind, const KappaKernelSpec *spec)
{
  const KappaView *x = kind == KAPPA_CONV_INPUT_GRAD ? &spec->output : &spec->inputs[0];
  const KappaView *y = kind == KAPPA_CONV_FORWARD      ? &spec->output
                       : kind == KAPPA_CONV_INPUT_GRAD ? &spec->inputs[0]
                                                       : &spec->inputs[1];

  return (KappaConvShape){ kind,       kappa_window_from_attrs (spec->attrs),
                           x->dims[0], x->dims[1],
                           x->dims[2], x->dims[3],
                           y->dims[1], y->dims[2],
                           y->dims[3] };
}

/* With stride 1 an input gradient is a convolution, which can take links; the library's own transposes take none. */
static gboolean
is_forward (const KappaWindow *window)
{
  gboolean forward = window->groups == 1;

  for (guint d = 0; d < 2; d++)
    {
      gint64 reach = window->dilation[d] * (window->kernel[d] - 1);

      forward &= window->stride[d] == 1 && window->pad_begin[d] <= reach && window->pad_end[d] <= reach;
    }
  return forward;
}

static KappaConvShape
flip_shape (const KappaConvShape *c)
{
  KappaConvShape flipped = { KAPPA_CONV_FORWARD, c->window, c->n, c->oc, c->oh, c->ow, c->ic, c->ih, c->iw };

  for (guint d = 0; d < 2; d++)
    {
      gint64 reach = c->window.dilation[d] * (c->window.kernel[d] - 1);

      flipped.window.pad_begin[d] = reach - c->window.pad_begin[d];
      flipped.window.pad_end[d] = reach - c->window.pad_end[d];
    }
  return flipped;
}

/* O × I × kh × kw seen as I × O × kh × kw with the taps in reverse. */
static KappaView
flip_view (const KappaView *view)
{
  KappaView flipped = *view;

  for (guint d = 0; d < 2; d++)
    {
      flipped.dims[d] = view->dims[1 - d];
      flipped.strides[d] = view->strides[1 - d];
      flipped.strides[2 + d] = -view->strides[2 + d];
      flipped.offset += (view->dims[2 + d] - 1) * view->strides[2 + d];
    }
  return flipped;
}

static gboolean
prepare (KappaConvKind kind, const KappaKernelSpec *spec, KappaKernelPlan *plan, GError **error)
{
  g_autofree Kernel *kernel = g_new0 (Kernel, 1);

  kernel->shape = shape_of (kind, spec);
  plan->macs = kappa_conv_macs (&kernel->shape);
  kernel->dnnl = spec->output.dtype != KAPPA_F64;
  kernel->flipped = kernel->dnnl && kind == KAPPA_CONV_INPUT_GRAD && is_forward (&kernel->shape.window);
  if (kernel->flipped)
    kernel->shape = flip_shape (&kernel->shape);
  if (!(kernel->dnnl ? kappa_conv_dnnl_prepare : kappa_conv_gemm_prepare) (&kernel->shape, spec, plan, error))
    return FALSE;
  if (kernel->flipped)
    {
      g_autofree char *key = plan->pack_keys[1];

      plan->pack_keys[1] = g_strconcat ("flipped/", key, NULL);
    }
  kernel->state = plan->state;
  plan->state = g_steal_pointer (&kernel);
  return TRUE;
}

static gboolean
conv_prepare (const KappaKernelSpec *spec, KappaKernelPlan *plan, GError **error)
{
  return prepare (KAPPA_CONV_FORWARD, spec, plan, error);
}

static gboolean
input_grad_prepare (const KappaKernelSpec *spec, KappaKernelPlan *plan, GError **error)
{
  return prepare (KAPPA_CONV_INPUT_GRAD, spec, plan, error);
}

static gboolean
weight_grad_prepare (const KappaKernelSpec *spec, KappaKernelPlan *plan, GError **error)
{
  return prepare (KAPPA_CONV_WEIGHT_GRAD, spec, plan, error);
}

static void
pack (gpointer state, guint operand, const KappaView *view, const void *source, void *packed)
{
  Kernel *kernel = state;

  if (kernel->flipped)
    {
      KappaView flipped = flip_view (view);

      source = (const char *) source + (flipped.offset - view->offset) * (gint64) kappa_dtype_size (view->dtype);
      kappa_conv_dnnl_pack (kernel->state, operand, &flipped, source, packed);
    }
  else
    (kernel->dnnl ? kappa_conv_dnnl_pack : kappa_conv_gemm_pack) (kernel->state, operand, view, source, packed);
}

static void
run (gpointer state, const KappaKernelArgs *args)
{
  Kernel *kernel = state;

  (kernel->dnnl ? kappa_conv_dnnl_run : kappa_conv_gemm_run) (kernel->state, args);
}

static void
release (gpointer state)
{
  Kernel *kernel = state;

  (kernel->dnnl ? kappa_conv_dnnl_release : g_free) (kernel->state);
  g_free (kernel);
}

static gboolean
conv_fuses (KappaGraph *g, KappaNode node)
{
  return kappa_graph_get_dtype (g, node) != KAPPA_F64;
}

static gboolean
input_grad_fuses (KappaGraph *g, KappaNode node)
{
  KappaWindow window = kappa_window_from_attrs (kappa_graph_get_attrs (g, node));

  return kappa_graph_get_dtype (g, node) != KAPPA_F64 && is_forward (&window);
}

static const KappaKernelClass conv_kernel
    = { .prepare = conv_prepare, .fuses = conv_fuses, .pack = pack, .run = run, .release = release };
static const KappaKernelClass input_grad_kernel
    = { .prepare = input_grad_prepare, .fuses = input_grad_fuses, .pack = pack, .run = run, .release = release };
static const KappaKernelClass weight_grad_kernel
    = { .prepare = weight_grad_prepare, .pack = pack, .run = run, .release = release };

/* kernel, stride, pad before, pad after, dilation, groups */
static const KappaExample conv_examples[] = {
  { 2, { { 4, { 2, 3, 5, 4 } }, { 4, { 4, 3, 3, 3 } } }, { { 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1 } } },
  { 2, { { 4, { 1, 4, 6, 5 } }, { 4, { 6, 2, 3, 2 } } }, { { 3, 2, 2, 1, 1, 0, 0, 1, 1, 2, 2 } } },
  { 2, { { 4, { 2, 3, 4, 4 } }, { 4, { 5, 3, 1, 1 } } }, { { 1, 1, 2, 2, 0, 0, 0, 0, 1, 1, 1 } } },
  { 2, { { 4, { 1, 1, 1, 1 } }, { 4, { 1, 1, 1, 1 } } }, { { 1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1 } } },
};
static const KappaExample input_grad_examples[] = {
  { 2, { { 4, { 2, 4, 5, 4 } }, { 4, { 4, 3, 3, 3 } } }, { { 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 5, 4 } } },
  { 2, { { 4, { 1, 6, 2, 4 } }, { 4, { 6, 2, 3, 2 } } }, { { 3, 2, 2, 1, 1, 0, 0, 1, 1, 2, 2, 5, 5 } } },
};
static const KappaExample weight_grad_examples[] = {
  { 2, { { 4, { 2, 3, 5, 4 } }, { 4, { 2, 4, 5, 4 } } }, { { 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1 } } },
  { 2, { { 4, { 1, 4, 5, 5 } }, { 4, { 1, 6, 2, 4 } } }, { { 3, 2, 2, 1, 1, 0, 0, 1, 1, 2, 2 } } },
};

static const KappaOp op_conv = { .name = "conv",
                                 .kind = KAPPA_OP_KERNEL,
                                 .min_inputs = 2,
                                 .max_inputs = 2,
                                 .shape = conv_shape,
                                 .jvp = bilinear_jvp,
                                 .vjp = conv_vjp,
                                 .kernel = &conv_kernel,
                                 .examples = conv_examples,
                                 .n_examples = G_N_ELEMENTS (conv_examples) };

static const KappaOp op_conv_input_grad = { .name = "conv_input_grad",
                                            .kind = KAPPA_OP_KERNEL,
                                            .min_inputs = 2,
                                            .max_inputs = 2,
                                            .shape = input_grad_shape,
                                            .jvp = bilinear_jvp,
                                            .vjp = input_grad_vjp,
                                            .kernel = &input_grad_kernel,
                                            .examples = input_grad_examples,
                                            .n_examples = G_N_ELEMENTS (input_grad_examples) };

static const KappaOp op_conv_weight_grad = { .name = "conv_weight_grad",
                                             .kind = KAPPA_OP_KERNEL,
                                             .min_inputs = 2,
                                             .max_inputs = 2,
                                             .shape = weight_grad_shape,
                                             .jvp = bilinear_jvp,
                                             .vjp = weight_grad_vjp,
                                             .kernel = &weight_grad_kernel,
                                             .examples = weight_grad_examples,
                                             .n_examples = G_N_ELEMENTS (weight_grad_examples) };

guint64
kappa_conv_macs (const KappaConvShape *shape)
{
  return (guint64) (shape->n * shape->oc * shape->oh * shape->ow) * (guint64) (shape->ic / shape->window.groups)
         * (guint64) (shape->window.kernel[0] * shape->window.kernel[1]);
}

/**
 * kappa_conv:
 * @x: N × C × H × W
 * @weight: O × C/groups × kh × kw
 *
 * Cross-correlation with zero padding, as every framework calls convolution. A graph whose compute dtype is bfloat16
 * does it in bfloat16, accumulating in float32.
 *
 * Returns: N × O × H' × W'
 */
KappaNode
kappa_conv (KappaGraph *g, KappaNode x, KappaNode weight, const KappaWindow *window)
{
  KappaAttrs attrs = kappa_window_to_attrs (window);
  KappaDtype compute = kappa_graph_get_compute (g);
  KappaNode operands[] = { x, weight };

  if (compute == KAPPA_BF16)
    {
      operands[0] = kappa_cast (g, x, compute);
      operands[1] = kappa_cast (g, weight, compute);
    }
  return kappa_graph_apply (g, &op_conv, operands, 2, &attrs);
}

/**
 * kappa_conv_input_grad:
 * @height, @width: of the image @dy came from
 */
KappaNode
kappa_conv_input_grad (KappaGraph *g, KappaNode dy, KappaNode weight, const KappaWindow *window, gint64 height, gint64 width)
{
  KappaAttrs attrs = kappa_window_to_attrs (window);
  KappaNode operands[] = { dy, weight };

  attrs.i[HEIGHT] = height;
  attrs.i[HEIGHT + 1] = width;
  return kappa_graph_apply (g, &op_conv_input_grad, operands, 2, &attrs);
}

KappaNode
kappa_conv_weight_grad (KappaGraph *g, KappaNode x, KappaNode dy, const KappaWindow *window)
{
  KappaAttrs attrs = kappa_window_to_attrs (window);
  KappaNode operands[] = { x, dy };

  return kappa_graph_apply (g, &op_conv_weight_grad, operands, 2, &attrs);
}

const KappaOp *const kappa_ops_conv[] = { &op_conv, &op_conv_input_grad, &op_conv_weight_grad, NULL };
