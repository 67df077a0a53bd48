/* What cannot be computed is refused when the graph is built. */

#include "kernels.h"

#include <string.h>

#include "core/graph/program.h"

static void
window_refused (KappaNode (*build) (KappaGraph *g, KappaNode x), const char *named)
{
  g_autoptr (KappaGraph) g = kappa_graph_new (KAPPA_F32);
  g_autoptr (GError) error = NULL;
  KappaNode x = kappa_graph_input (g, KAPPA_ROLE_SAMPLE, "image", KAPPA_F32, &KAPPA_SHAPE (1, 4, 4, 4));

  g_assert_cmpint (build (g, x), ==, KAPPA_BAD);
  g_assert_false (kappa_graph_check (g, &error));
  g_assert_nonnull (strstr (error->message, named));
}

static KappaNode
too_small (KappaGraph *g, KappaNode x)
{
  return kappa_conv (g, x, kappa_fill (g, 1.0, &KAPPA_SHAPE (2, 4, 5, 5)), &KAPPA_WINDOW (5, 1, 0));
}

static KappaNode
wrong_channels (KappaGraph *g, KappaNode x)
{
  return kappa_conv (g, x, kappa_fill (g, 1.0, &KAPPA_SHAPE (2, 3, 3, 3)), &KAPPA_WINDOW (3, 1, 1));
}

static KappaNode
wrong_groups (KappaGraph *g, KappaNode x)
{
  KappaWindow window = KAPPA_WINDOW (1, 1, 0);

  window.groups = 4;
  return kappa_conv (g, x, kappa_fill (g, 1.0, &KAPPA_SHAPE (6, 1, 1, 1)), &window);
}

static KappaNode
no_stride (KappaGraph *g, KappaNode x)
{
  return kappa_max_pool (g, x, &KAPPA_WINDOW (2, 0, 0), FALSE);
}

/* Taps at -1 and 4 of an image of 4: there would be a maximum of nothing. */
static KappaNode
empty_window (KappaGraph *g, KappaNode x)
{
  return kappa_max_pool (g, x, &(KappaWindow) { { 2, 2 }, { 1, 1 }, { 1, 1 }, { 1, 1 }, { 5, 5 }, 1 }, FALSE);
}

static KappaNode
mixed_dtypes (KappaGraph *g, KappaNode x)
{
  KappaNode weight = kappa_cast (g, kappa_fill (g, 1.0, &KAPPA_SHAPE (2, 4, 3, 3)), KAPPA_F64);

  return kappa_conv (g, x, weight, &KAPPA_WINDOW (3, 1, 1));
}

static void
test_window_refusals (void)
{
  window_refused (too_small, "1×4×4×4, 2×4×5×5");
  window_refused (wrong_channels, "1×4×4×4, 2×3×3×3");
  window_refused (wrong_groups, "1×4×4×4, 6×1×1×1");
  window_refused (no_stride, "1×4×4×4");
  window_refused (empty_window, "1×4×4×4");
  window_refused (mixed_dtypes, "float64");
}

/* What only forward passes have, or only whole numbers cannot go through, is refused and not
 * misread. */

static KappaNode
to_softmax (KappaGraph *g, const KappaNode *operands, gpointer data)
{
  return kappa_softmax (g, operands[0]);
}

static KappaNode
to_matmul (KappaGraph *g, const KappaNode *operands, gpointer data)
{
  return kappa_matmul (g, operands[0], operands[0], FALSE, TRUE);
}

static KappaNode
to_arg_max (KappaGraph *g, const KappaNode *operands, gpointer data)
{
  return kappa_arg_max (g, operands[0]);
}

static KappaNode
to_sum (KappaGraph *g, const KappaNode *operands, gpointer data)
{
  return kappa_reduce_sum (g, operands[0], 1);
}

static KappaNode
to_gather (KappaGraph *g, const KappaNode *operands, gpointer data)
{
  return kappa_gather (g, operands[0], operands[1], 1);
}

static KappaNode
to_scatter (KappaGraph *g, const KappaNode *operands, gpointer data)
{
  return kappa_scatter (g, operands[0], operands[1], 1, 5);
}

static KappaNode
to_conv (KappaGraph *g, const KappaNode *operands, gpointer data)
{
  KappaNode image = kappa_reshape (g, operands[0], &KAPPA_SHAPE (1, 1, 4, 5));

  return kappa_conv_weight_grad (g, image, image, &KAPPA_WINDOW (1, 1, 0));
}

static KappaNode
to_max_pool (KappaGraph *g, const KappaNode *operands, gpointer data)
{
  return kappa_max_pool (g, kappa_reshape (g, operands[0], &KAPPA_SHAPE (1, 1, 4, 5)), &KAPPA_WINDOW (2, 2, 0), FALSE);
}

typedef struct
{
  LabBuild operation;
  KappaDtype dtype;
} Refusal;

static gboolean
build_refusal (KappaGraph *g, gint64 batch, KappaOutputs *outputs, gpointer data, GError **error)
{
  const Refusal *r = data;
  KappaNode x = kappa_graph_input (g, KAPPA_ROLE_SAMPLE, NULL, KAPPA_F32, &KAPPA_SHAPE (4, 5));
  KappaNode operands[]
      = { kappa_cast (g, x, r->dtype), kappa_graph_input (g, KAPPA_ROLE_SAMPLE, NULL, KAPPA_I32, &KAPPA_SHAPE (4, 5)) };

  kappa_outputs_add (outputs, "result", KAPPA_OUTPUT_SUM, r->operation (g, operands, NULL));
  return kappa_graph_check (g, error);
}

static void
refused (LabBuild operation, KappaDtype dtype)
{
  Refusal r = { operation, dtype };
  KappaProgramOptions options = { .real = KAPPA_F32, .compute = KAPPA_F32, .micro_batch = 1 };
  g_autoptr (GError) error = NULL;
  g_autoptr (KappaProgram) program = kappa_program_new (&options, build_refusal, &r, NULL, &error);

  g_assert_null (program);
  g_assert_nonnull (strstr (error->message, kappa_dtype_name (dtype)));
}

static void
test_refusals (void)
{
  static const LabBuild not_in_bfloat16[] = { to_softmax, to_matmul, to_arg_max, to_gather, to_scatter };
  static const LabBuild not_in_integers[]
      = { to_softmax, to_matmul, to_arg_max, to_sum, to_scatter, to_conv, to_max_pool };

  for (guint i = 0; i < G_N_ELEMENTS (not_in_bfloat16); i++)
    refused (not_in_bfloat16[i], KAPPA_BF16);
  for (guint i = 0; i < G_N_ELEMENTS (not_in_integers); i++)
    refused (not_in_integers[i], KAPPA_I32);
}

static void
out_of_range (const gint64 *start, const gint64 *size)
{
  g_autoptr (KappaGraph) g = kappa_graph_new (KAPPA_F64);
  KappaNode x = kappa_graph_input (g, KAPPA_ROLE_PARAMETER, NULL, KAPPA_F64, &KAPPA_SHAPE (4, 5));

  g_assert_cmpint (kappa_slice (g, x, start, size, NULL), ==, KAPPA_BAD);
  g_assert_false (kappa_graph_check (g, NULL));
}

static void
test_ranges (void)
{
  g_autoptr (KappaGraph) g = kappa_graph_new (KAPPA_F64);
  KappaNode x = kappa_graph_input (g, KAPPA_ROLE_PARAMETER, NULL, KAPPA_F64, &KAPPA_SHAPE (4, 5));

  out_of_range ((gint64[]) { 0, 1 }, (gint64[]) { 4, 5 });
  out_of_range ((gint64[]) { -1, 0 }, (gint64[]) { 2, 5 });
  out_of_range ((gint64[]) { 0, 0 }, (gint64[]) { 4, 6 });
  out_of_range ((gint64[]) { 0, 0 }, (gint64[]) { 0, 5 });
  g_assert_cmpint (kappa_pad (g, x, (gint64[]) { -1, 0 }, (gint64[]) { 1, 0 }, NULL), ==, KAPPA_BAD);
}

void
add_refusal_tests (void)
{
  g_test_add_func ("/kernels/refusals/windows", test_window_refusals);
  g_test_add_func ("/kernels/refusals/dtypes", test_refusals);
  g_test_add_func ("/kernels/refusals/ranges", test_ranges);
}
