#pragma once

#include "core/graph/kernel.h"
#include "core/ops/ops.h"

/*
 * The three products of a convolution. Each is linear in both operands, and the transpose of the others:
 *
 *   forward       y  = x * w         operands x, w
 *   input grad    dx = dy *ᵀ w       operands dy, w
 *   weight grad   dw = x *ᵀ dy       operands x, dy
 *
 * Images are channels-last, weights O × I/groups × kh × kw, row-major.
 */
typedef enum
{
  KAPPA_CONV_FORWARD,
  KAPPA_CONV_INPUT_GRAD,
  KAPPA_CONV_WEIGHT_GRAD,
} KappaConvKind;

/**
 * KappaConvShape:
 * @n, @ic, @ih, @iw: the images x; @oc, @oh, @ow: the images y
 */
typedef struct
{
  KappaConvKind kind;
  KappaWindow window;
  gint64 n, ic, ih, iw, oc, oh, ow;
} KappaConvShape;

guint64  kappa_conv_macs          (const KappaConvShape *shape);
gboolean kappa_conv_gemm_prepare  (const KappaConvShape *shape, const KappaKernelSpec *spec, KappaKernelPlan *plan,
                                   GError **error);
void     kappa_conv_gemm_pack     (gpointer state, guint operand, const KappaView *view, const void *source, void *packed);
void     kappa_conv_gemm_run      (gpointer state, const KappaKernelArgs *args);
gboolean kappa_conv_dnnl_prepare  (const KappaConvShape *shape, const KappaKernelSpec *spec, KappaKernelPlan *plan,
                                   GError **error);
void     kappa_conv_dnnl_pack     (gpointer state, guint operand, const KappaView *view, const void *source, void *packed);
void     kappa_conv_dnnl_run      (gpointer state, const KappaKernelArgs *args);
void     kappa_conv_dnnl_release  (gpointer state);
void     kappa_conv_link          (KappaLink link, KappaDtype dtype, void *y, const void *other, gsize n);
const char *kappa_dnnl_version    (void);
