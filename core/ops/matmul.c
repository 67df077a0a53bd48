/* Products of matrices, one for each element of the leading dimensions. */

#include <cblas.h>
#include <string.h>

#include "core/graph/op.h"
#include "core/ops/conv-kernels.h"
#include "core/ops/ops.h"

/* i[0], i[1]: whether the first, the second matrix is transposed. */
static gboolean
matmul_shape (KappaGraph *g,
              const KappaNode *inputs,
              guint n,
              const KappaAttrs *attrs,
              KappaShape *shape,
              KappaDtype *dtype,
              GError **error)
{
  const KappaShape *a = kappa_graph_get_shape (g, inputs[0]), *b = kappa_graph_get_shape (g, inputs[1]);
  guint r = a->rank;

  if (!kappa_op_check_real (error, g, "matmul", inputs, n, *dtype, FALSE))
    return FALSE;
  if (r < 2 || b->rank != r)
    return kappa_op_shape_error (error, g, "matmul", inputs, n, "two matrices of one rank");
  for (guint d = 0; d + 2 < r; d++)
    if (a->dims[d] != b->dims[d])
      return kappa_op_shape_error (error, g, "matmul", inputs, n, "equal leading dimensions");
  if (a->dims[attrs->i[0] ? r - 2 : r - 1] != b->dims[attrs->i[1] ? r - 1 : r - 2])
    return kappa_op_shape_error (error, g, "matmul", inputs, n, "equal inner dimensions");
  *shape = *a;
  shape->dims[r - 2] = a->dims[attrs->i[0] ? r - 1 : r - 2];
  shape->dims[r - 1] = b->dims[attrs->i[1] ? r - 2 : r - 1];
  return TRUE;
}

/* From one row to the next, or from one column; where there is but one, as if they lay without gaps. */
static gint64
step (const KappaView *view, guint dimension, guint other)
{
  return view->dims[dimension] > 1 ? view->strides[dimension] : MAX (view->dims[other], 1);
}

/* BLAS takes a matrix whose rows or whose columns are contiguous. */
static gboolean
lies_by_rows (const KappaView *view)
{
  guint r = view->rank;

  return (view->strides[r - 1] == 1 || view->dims[r - 1] == 1) && step (view, r - 2, r - 1) >= view->dims[r - 1];
}

static gboolean
lies_by_columns (const KappaView *view)
{
  guint r = view->rank;

  return (view->strides[r - 2] == 1 || view->dims[r - 2] == 1) && step (view, r - 1, r - 2) >= view->dims[r - 2];
}

static gboolean
blas_takes (const KappaView *view)
{
  return lies_by_rows (view) || lies_by_columns (view);
}

/* The kernels: BLAS; and for rows of numbers times a matrix that stays the same, such as a layer's weight, a convolution
 * over an image one pixel wide, whose pixels are the rows: that matrix is packed once, and what is added comes on the way.
 */
typedef struct
{
  const KappaAttrs *attrs;
  gpointer conv; /* NULL for BLAS */
} Kernel;

static gboolean
is_by_packed (KappaDtype dtype, guint rank, const KappaAttrs *attrs, gboolean fixed)
{
  return dtype == KAPPA_F32 && rank == 2 && attrs->i[0] == 0 && fixed;
}

static gboolean
matmul_fuses (KappaGraph *g, KappaNode node)
{
  const guint changing = KAPPA_RATE_SAMPLE | KAPPA_RATE_VECTOR;
  gboolean fixed = (kappa_graph_get_rate (g, node) & KAPPA_RATE_SAMPLE) != 0
                   && (kappa_graph_get_rate (g, kappa_graph_get_operand (g, node, 1)) & changing) == 0;

  return is_by_packed (kappa_graph_get_dtype (g, node), kappa_graph_get_shape (g, node)->rank,
                       kappa_graph_get_attrs (g, node), fixed);
}

static gboolean
packed_prepare (Kernel *kernel, const KappaKernelSpec *spec, KappaKernelPlan *plan, GError **error)
{
  const KappaWindow point = KAPPA_WINDOW (1, 1, 0);
  const gint64 rows = spec->output.dims[0], inputs = spec->inputs[0].dims[1], outputs = spec->output.dims[1];
  const KappaConvShape shape = { KAPPA_CONV_FORWARD, point, 1, inputs, rows, 1, outputs, rows, 1 };
  g_autofree char *key = NULL;

  if (!kappa_conv_dnnl_prepare (&shape, spec, plan, error))
    return FALSE;
  /* A square matrix has one form either way around. */
  key = g_steal_pointer (&plan->pack_keys[1]);
  plan->pack_keys[1] = g_strconcat (spec->attrs->i[1] ? "matrix/" : "transposed/", key, NULL);
  kernel->conv = plan->state;
  plan->layouts[0] = plan->output = KAPPA_LAYOUT_ROWS;
  return TRUE;
}

/* The second matrix as a convolution's weight: outputs × inputs × 1 × 1. */
static void
matmul_pack (gpointer state, guint operand, const KappaView *view, const void *source, void *packed)
{
  const Kernel *kernel = state;
  const guint out = kernel->attrs->i[1] ? 0 : 1;
  const KappaView weight = { .dtype = view->dtype, .rank = 4, .dims = { view->dims[out], view->dims[1 - out], 1, 1 },
                             .strides = { view->strides[out], view->strides[1 - out], 1, 1 } };

  kappa_conv_dnnl_pack (kernel->conv, operand, &weight, source, packed);
}

static void
matmul_release (gpointer state)
{
  Kernel *kernel = state;

  if (kernel->conv != NULL)
    kappa_conv_dnnl_release (kernel->conv);
  g_free (kernel);
}

static gboolean
matmul_prepare (const KappaKernelSpec *spec, KappaKernelPlan *plan, GError **error)
{
  const KappaView *a = &spec->inputs[0];
  g_autofree Kernel *kernel = g_new0 (Kernel, 1);

  kernel->attrs = spec->attrs;
  plan->layouts[0] = blas_takes (a) ? KAPPA_LAYOUT_ANY : KAPPA_LAYOUT_ROWS;
  plan->layouts[1] = blas_takes (&spec->inputs[1]) ? KAPPA_LAYOUT_ANY : KAPPA_LAYOUT_ROWS;
  plan->output = KAPPA_LAYOUT_ROWS;
  plan->macs = (guint64) a->dims[spec->attrs->i[0] ? a->rank - 2 : a->rank - 1];
  for (guint d = 0; d < spec->output.rank; d++)
    plan->macs *= (guint64) spec->output.dims[d];
  if (is_by_packed (spec->output.dtype, spec->output.rank, spec->attrs, spec->fixed[1])
      && !packed_prepare (kernel, spec, plan, error))
    return FALSE;
  plan->state = g_steal_pointer (&kernel);
  return TRUE;
}

/* One matrix as BLAS is to see it: leading dimension, and whether it lies by columns. */
static CBLAS_TRANSPOSE
orientation (const KappaView *view, gboolean transpose, int *leading)
{
  gboolean by_rows = lies_by_rows (view);
  guint r = view->rank;

  *leading = (int) (by_rows ? step (view, r - 2, r - 1) : step (view, r - 1, r - 2));
  return by_rows != transpose ? CblasNoTrans : CblasTrans;
}

static void
matmul_run (gpointer state, const KappaKernelArgs *args)
{
  const Kernel *kernel = state;
  const KappaAttrs *attrs = kernel->attrs;
  const KappaView *a = &args->views[0], *b = &args->views[1], *c = args->out_view;
  guint r = c->rank;
  int lda, ldb;
  CBLAS_TRANSPOSE ta = orientation (a, attrs->i[0] != 0, &lda), tb = orientation (b, attrs->i[1] != 0, &ldb);
  int m = (int) c->dims[r - 2], n = (int) c->dims[r - 1], k = (int) a->dims[attrs->i[0] ? r - 2 : r - 1];
  gint64 batches = 1;

  if (kernel->conv != NULL)
    {
      kappa_conv_dnnl_run (kernel->conv, args);
      return;
    }
  for (guint d = 0; d + 2 < r; d++)
    batches *= c->dims[d];
  for (gint64 batch = 0; batch < batches && !g_cancellable_is_cancelled (args->cancellable); batch++)
    {
      gint64 rest = batch, pa = 0, pb = 0;

      for (guint d = r - 2; d-- > 0; rest /= c->dims[d])
        {
          pa += rest % c->dims[d] * a->strides[d];
          pb += rest % c->dims[d] * b->strides[d];
        }
      if (c->dtype == KAPPA_F64)
        cblas_dgemm (CblasRowMajor, ta, tb, m, n, k, 1.0, (const double *) args->inputs[0] + pa, lda,
                     (const double *) args->inputs[1] + pb, ldb, 0.0, (double *) args->output + batch * m * n, MAX (n, 1));
      else
        cblas_sgemm (CblasRowMajor, ta, tb, m, n, k, 1.0f, (const float *) args->inputs[0] + pa, lda,
                     (const float *) args->inputs[1] + pb, ldb, 0.0f, (float *) args->output + batch * m * n, MAX (n, 1));
    }
}

static const KappaKernelClass matmul_kernel 
    = { .prepare = matmul_prepare, .fuses = matmul_fuses, .pack = matmul_pack, .run = matmul_run, .release = matmul_release };

static gboolean
transposed (KappaGraph *g, KappaNode node, guint operand)
{
  return kappa_graph_get_attrs (g, node)->i[operand] != 0;
}

static KappaNode
matmul_jvp (KappaGraph *g, KappaNode node, const KappaNode *tangents)
{
  KappaNode a = kappa_graph_get_operand (g, node, 0), b = kappa_graph_get_operand (g, node, 1);
  gboolean ta = transposed (g, node, 0), tb = transposed (g, node, 1);
  KappaNode first = tangents[0] != KAPPA_NONE ? kappa_matmul (g, tangents[0], b, ta, tb) : KAPPA_NONE;
  KappaNode second = tangents[1] != KAPPA_NONE ? kappa_matmul (g, a, tangents[1], ta, tb) : KAPPA_NONE;

  return kappa_graph_sum (g, first, second);
}

static void
matmul_vjp (KappaGraph *g, KappaNode node, KappaNode c, KappaNode *cotangents)
{
  KappaNode a = kappa_graph_get_operand (g, node, 0), b = kappa_graph_get_operand (g, node, 1);
  gboolean ta = transposed (g, node, 0), tb = transposed (g, node, 1);

  cotangents[0] = ta ? kappa_matmul (g, b, c, tb, TRUE) : kappa_matmul (g, c, b, FALSE, !tb);
  cotangents[1] = tb ? kappa_matmul (g, c, a, TRUE, ta) : kappa_matmul (g, a, c, !ta, FALSE);
}

static const KappaExample examples[] = {
  { 2, { { 2, { 3, 4 } }, { 2, { 4, 5 } } } },
  { 2, { { 2, { 4, 3 } }, { 2, { 4, 5 } } }, { { 1, 0 } } },
  { 2, { { 3, { 2, 3, 4 } }, { 3, { 2, 5, 4 } } }, { { 0, 1 } } },
  { 2, { { 4, { 2, 2, 4, 3 } }, { 4, { 2, 2, 1, 4 } } }, { { 1, 1 } } },
};

static const KappaOp op_matmul = { .name = "matmul",
                                   .kind = KAPPA_OP_KERNEL,
                                   .min_inputs = 2,
                                   .max_inputs = 2,
                                   .shape = matmul_shape,
                                   .jvp = matmul_jvp,
                                   .vjp = matmul_vjp,
                                   .kernel = &matmul_kernel,
                                   .examples = examples,
                                   .n_examples = G_N_ELEMENTS (examples) };

KappaNode
kappa_matmul (KappaGraph *g, KappaNode a, KappaNode b, gboolean transpose_a, gboolean transpose_b)
{
  KappaAttrs attrs = { { transpose_a ? 1 : 0, transpose_b ? 1 : 0 } };
  KappaNode operands[] = { a, b };

  return kappa_graph_apply (g, &op_matmul, operands, 2, &attrs);
}

const KappaOp *const kappa_ops_matmul[] = { &op_matmul, NULL };
