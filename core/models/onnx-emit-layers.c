#include <string.h>

#include "core/formats/onnx.pb-c.h"
#include "core/models/onnx-emit.h"
#include "core/ops/window.h"

/* Convolutions, products, norms, pools and reductions as nodes of ONNX. */

static const KappaShape *
get_shape (KappaOnnxEmitter *self, KappaNode node)
{
  return kappa_graph_get_shape (self->graph, node);
}

static const KappaAttrs *
get_attrs (KappaOnnxEmitter *self, KappaNode node)
{
  return kappa_graph_get_attrs (self->graph, node);
}

/**
 * kappa_onnx_emit_node:
 * @n_inputs: how many of the piece's inputs are the node's
 *
 * Returns: (transfer none): the piece's operator, which makes its value
 */
Onnx__NodeProto *
kappa_onnx_emit_node (KappaOnnxEmitter *self, const KappaOnnxPiece *piece, guint n_inputs)
{
  g_autofree const char **names = g_new (const char *, n_inputs + 1);
  Onnx__NodeProto *node;

  for (guint i = 0; i < n_inputs; i++)
    names[i] = kappa_onnx_emit_name (self, piece->inputs[i]);
  node = kappa_onnx_writer_add_node (self->writer, piece->onnx,
                                     kappa_onnx_emit_name (self, piece->node));
  for (guint i = 0; i < n_inputs; i++)
    kappa_onnx_node_add_input (node, names[i]);
  return node;
}

static void
add_window (Onnx__NodeProto *node, const KappaWindow *window)
{
  const gint64 pads[]
      = { window->pad_begin[0], window->pad_begin[1], window->pad_end[0], window->pad_end[1] };

  kappa_onnx_node_add_ints (node, "kernel_shape", window->kernel, 2);
  kappa_onnx_node_add_ints (node, "strides", window->stride, 2);
  kappa_onnx_node_add_ints (node, "pads", pads, G_N_ELEMENTS (pads));
}

static void
add_conv (KappaOnnxEmitter *self,
          const KappaOnnxPiece *piece,
          const char *output,
          const char *const *names)
{
  const KappaWindow window = kappa_window_from_attrs (get_attrs (self, piece->product));
  Onnx__NodeProto *node = kappa_onnx_writer_add_node (self->writer, "Conv", output);

  for (guint i = 0; i < 3; i++)
    if (names[i] != NULL)
      kappa_onnx_node_add_input (node, names[i]);
  add_window (node, &window);
  kappa_onnx_node_add_ints (node, "dilations", window.dilation, 2);
  kappa_onnx_node_add_int (node, "group", window.groups);
}

static void
get_names (KappaOnnxEmitter *self, const KappaOnnxPiece *piece, const char **names)
{
  for (guint i = 0; i < piece->n_inputs; i++)
    names[i]
        = piece->inputs[i] != KAPPA_NONE ? kappa_onnx_emit_name (self, piece->inputs[i]) : NULL;
}

gboolean
kappa_onnx_write_conv (KappaOnnxEmitter *self, const KappaOnnxPiece *piece, GError **error)
{
  const char *names[KAPPA_MAX_INPUTS];

  get_names (self, piece, names);
  add_conv (self, piece, kappa_onnx_emit_name (self, piece->node), names);
  return TRUE;
}

static void
add_norm (KappaOnnxEmitter *self,
          const KappaOnnxPiece *piece,
          const char *x,
          const char *const *statistics)
{
  Onnx__NodeProto *node = kappa_onnx_writer_add_node (self->writer, "BatchNormalization",
                                                      kappa_onnx_emit_name (self, piece->node));

  kappa_onnx_node_add_input (node, x);
  for (guint i = 0; i < 4; i++)
    kappa_onnx_node_add_input (node, statistics[i]);
  kappa_onnx_node_add_float (node, "epsilon", piece->number);
}

gboolean
kappa_onnx_write_conv_norm (KappaOnnxEmitter *self, const KappaOnnxPiece *piece, GError **error)
{
  const char *names[KAPPA_MAX_INPUTS], *output;
  g_autofree char *wish = g_strconcat (kappa_onnx_emit_name (self, piece->node), ".conv", NULL);

  get_names (self, piece, names);
  output = kappa_onnx_emit_unique (self, wish);
  add_conv (self, piece, output, names);
  add_norm (self, piece, output, names + 3);
  return TRUE;
}

gboolean
kappa_onnx_write_norm (KappaOnnxEmitter *self, const KappaOnnxPiece *piece, GError **error)
{
  const char *names[KAPPA_MAX_INPUTS];

  get_names (self, piece, names);
  add_norm (self, piece, names[0], names + 1);
  return TRUE;
}

gboolean
kappa_onnx_write_layer_norm (KappaOnnxEmitter *self, const KappaOnnxPiece *piece, GError **error)
{
  Onnx__NodeProto *node = kappa_onnx_emit_node (self, piece, piece->n_inputs);

  gint64 n = 0;

  for (guint d = 0; d < KAPPA_MAX_RANK; d++)
    n += piece->axes >> d & 1;
  if (n > 0)
    kappa_onnx_node_add_int (node, "axis", -n);
  kappa_onnx_node_add_float (node, "epsilon", piece->number);
  return TRUE;
}

gboolean
kappa_onnx_write_product (KappaOnnxEmitter *self, const KappaOnnxPiece *piece, GError **error)
{
  const gint64 *transposed = get_attrs (self, piece->product)->i;
  Onnx__NodeProto *node
      = kappa_onnx_emit_node (self, piece, piece->inputs[2] != KAPPA_NONE ? 3 : 2);

  kappa_onnx_node_add_int (node, "transA", transposed[0]);
  kappa_onnx_node_add_int (node, "transB", transposed[1]);
  return TRUE;
}

/* Axes are an attribute until version 18. */
static void
add_axes (Onnx__NodeProto *node, guint axes)
{
  gint64 list[KAPPA_MAX_RANK];
  gsize n = 0;

  for (guint d = 0; d < KAPPA_MAX_RANK; d++)
    if ((axes >> d & 1) != 0)
      list[n++] = d;
  kappa_onnx_node_add_ints (node, "axes", list, n);
}

/* The mean over an image is a pool by another name. */
gboolean
kappa_onnx_write_reduction (KappaOnnxEmitter *self, const KappaOnnxPiece *piece, GError **error)
{
  const gboolean image = get_shape (self, piece->node)->rank == 4 && piece->axes == 12u;
  KappaOnnxPiece pool = *piece;

  pool.onnx = "GlobalAveragePool";
  if (image && strcmp (piece->onnx, "ReduceMean") == 0)
    kappa_onnx_emit_node (self, &pool, 1);
  else
    add_axes (kappa_onnx_emit_node (self, piece, 1), piece->axes);
  return TRUE;
}

/* ReduceSum alone has its axes as an input already. */
gboolean
kappa_onnx_write_sum (KappaOnnxEmitter *self, const KappaOnnxPiece *piece, GError **error)
{
  const guint axes = (guint)get_attrs (self, piece->node)->i[0];
  gint64 list[KAPPA_MAX_RANK];
  gsize n = 0;
  const char *name;

  for (guint d = 0; d < KAPPA_MAX_RANK; d++)
    if ((axes >> d & 1) != 0)
      list[n++] = d;
  name = kappa_onnx_emit_integers (self, list, n);
  kappa_onnx_node_add_input (kappa_onnx_emit_node (self, piece, 1), name);
  return TRUE;
}

gboolean
kappa_onnx_write_pool (KappaOnnxEmitter *self, const KappaOnnxPiece *piece, GError **error)
{
  const KappaAttrs *attrs = get_attrs (self, piece->node);
  const KappaWindow window = kappa_window_from_attrs (attrs);
  const gboolean average = kappa_onnx_is (self->graph, piece->node, "avg_pool");
  Onnx__NodeProto *node = kappa_onnx_emit_node (self, piece, 1);

  if (average && (window.dilation[0] != 1 || window.dilation[1] != 1))
    return kappa_onnx_emit_refuse (self, piece->node, "with gaps in its window", error);
  add_window (node, &window);
  kappa_onnx_node_add_int (node, "ceil_mode", attrs->i[KAPPA_POOL_CEIL]);
  if (average)
    kappa_onnx_node_add_int (node, "count_include_pad", attrs->i[KAPPA_POOL_COUNT_PADDING]);
  else
    kappa_onnx_node_add_ints (node, "dilations", window.dilation, 2);
  return TRUE;
}
