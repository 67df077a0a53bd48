#include "core/formats/onnx.pb-c.h"
#include "core/models/onnx-emit.h"

/* Movements as nodes of ONNX, for any number of images. */

static const gint64 *
get_attrs (KappaOnnxEmitter *self, const KappaOnnxPiece *piece)
{
  return kappa_graph_get_attrs (self->graph, piece->node)->i;
}

static guint
get_rank (KappaOnnxEmitter *self, const KappaOnnxPiece *piece)
{
  return kappa_graph_get_shape (self->graph, piece->node)->rank;
}

static gint64
get_size (KappaOnnxEmitter *self, KappaNode node, guint axis)
{
  return kappa_graph_get_shape (self->graph, node)->dims[axis];
}

gboolean
kappa_onnx_write_transpose (KappaOnnxEmitter *self, const KappaOnnxPiece *piece, GError **error)
{
  kappa_onnx_node_add_ints (kappa_onnx_emit_node (self, piece, 1), "perm", get_attrs (self, piece),
                            get_rank (self, piece));
  return TRUE;
}

gboolean
kappa_onnx_write_concat (KappaOnnxEmitter *self, const KappaOnnxPiece *piece, GError **error)
{
  kappa_onnx_node_add_int (kappa_onnx_emit_node (self, piece, piece->n_inputs), "axis",
                           get_attrs (self, piece)[0]);
  return TRUE;
}

/* The sizes of a shape; -1 once, where it depends on the number of images. */
static gboolean
find_sizes (KappaOnnxEmitter *self, const KappaOnnxPiece *piece, gint64 *sizes, GError **error)
{
  guint n_free = 0;

  for (guint d = 0; d < get_rank (self, piece); d++)
    {
      const gboolean is_free = kappa_onnx_emit_is_free (self, piece->node, d);

      sizes[d] = is_free ? -1 : get_size (self, piece->node, d);
      n_free += is_free;
    }
  return n_free <= 1
         || kappa_onnx_emit_refuse (self, piece->node, "with two sizes that depend on the images",
                                    error);
}

gboolean
kappa_onnx_write_reshape (KappaOnnxEmitter *self, const KappaOnnxPiece *piece, GError **error)
{
  gint64 sizes[KAPPA_MAX_RANK];
  const char *name;

  if (!find_sizes (self, piece, sizes, error))
    return FALSE;
  name = kappa_onnx_emit_integers (self, sizes, get_rank (self, piece));
  kappa_onnx_node_add_input (kappa_onnx_emit_node (self, piece, 1), name);
  return TRUE;
}

/* The number of images, a list of one. */
static const char *
emit_samples (KappaOnnxEmitter *self)
{
  const char *samples = g_hash_table_lookup (self->constants, "samples");
  Onnx__NodeProto *node;

  if (samples != NULL)
    return samples;
  samples = kappa_onnx_emit_unique (self, "samples");
  g_hash_table_insert (self->constants, g_strdup ("samples"), (gpointer)samples);
  node = kappa_onnx_writer_add_node (self->writer, "Shape", samples);
  kappa_onnx_node_add_input (
      node, kappa_onnx_emit_name (self, kappa_graph_get_input (self->graph, KAPPA_ROLE_SAMPLE, 0)));
  kappa_onnx_node_add_int (node, "start", 0);
  kappa_onnx_node_add_int (node, "end", 1);
  return samples;
}

/* A shape as a value: a constant, or a list that begins with the number of images. */
static const char *
emit_shape (KappaOnnxEmitter *self, const KappaOnnxPiece *piece, const gint64 *sizes)
{
  const guint rank = get_rank (self, piece);
  g_autofree char *wish = NULL;
  const char *name, *samples, *rest;
  Onnx__NodeProto *node;

  if (rank == 0 || sizes[0] >= 0)
    return kappa_onnx_emit_integers (self, sizes, rank);
  samples = emit_samples (self);
  if (rank == 1)
    return samples;
  rest = kappa_onnx_emit_integers (self, sizes + 1, rank - 1);
  wish = g_strconcat (kappa_onnx_emit_name (self, piece->node), ".shape", NULL);
  name = kappa_onnx_emit_unique (self, wish);
  node = kappa_onnx_writer_add_node (self->writer, "Concat", name);
  kappa_onnx_node_add_input (node, samples);
  kappa_onnx_node_add_input (node, rest);
  kappa_onnx_node_add_int (node, "axis", 0);
  return name;
}

static gboolean
expand (KappaOnnxEmitter *self, const KappaOnnxPiece *piece, const char *x, GError **error)
{
  const gint64 samples
      = get_size (self, kappa_graph_get_input (self->graph, KAPPA_ROLE_SAMPLE, 0), 0);
  gint64 sizes[KAPPA_MAX_RANK];
  const char *shape;
  Onnx__NodeProto *node;

  if (!find_sizes (self, piece, sizes, error))
    return FALSE;
  for (guint d = 0; d < get_rank (self, piece); d++)
    if (sizes[d] < 0 && (d > 0 || get_size (self, piece->node, 0) != samples))
      return kappa_onnx_emit_refuse (self, piece->node, "to a multiple of the images", error);
  shape = emit_shape (self, piece, sizes);
  node = kappa_onnx_writer_add_node (self->writer, "Expand",
                                     kappa_onnx_emit_name (self, piece->node));
  kappa_onnx_node_add_input (node, x);
  kappa_onnx_node_add_input (node, shape);
  return TRUE;
}

gboolean
kappa_onnx_write_broadcast (KappaOnnxEmitter *self, const KappaOnnxPiece *piece, GError **error)
{
  return expand (self, piece, kappa_onnx_emit_name (self, piece->inputs[0]), error);
}

gboolean
kappa_onnx_write_fill (KappaOnnxEmitter *self, const KappaOnnxPiece *piece, GError **error)
{
  return expand (self, piece, kappa_onnx_emit_number (self, piece->number), error);
}

/* Of the sample axis all is taken, or it would be the images that are chosen. */
gboolean
kappa_onnx_write_slice (KappaOnnxEmitter *self, const KappaOnnxPiece *piece, GError **error)
{
  const gint64 *start = get_attrs (self, piece), *step = start + 8, *size = start + 16;
  gint64 starts[KAPPA_MAX_RANK], ends[KAPPA_MAX_RANK], axes[KAPPA_MAX_RANK], steps[KAPPA_MAX_RANK];
  const char *names[4];
  Onnx__NodeProto *node;
  gsize n = 0;

  for (guint d = 0; d < get_rank (self, piece); d++)
    {
      if (start[d] == 0 && size[d] == get_size (self, piece->inputs[0], d))
        continue;
      if (kappa_onnx_emit_is_free (self, piece->inputs[0], d))
        return kappa_onnx_emit_refuse (self, piece->node, "of some of the images", error);
      starts[n] = start[d];
      ends[n] = start[d] + (size[d] - 1) * step[d] + 1;
      axes[n] = d;
      steps[n++] = step[d];
    }
  names[0] = kappa_onnx_emit_integers (self, starts, n);
  names[1] = kappa_onnx_emit_integers (self, ends, n);
  names[2] = kappa_onnx_emit_integers (self, axes, n);
  names[3] = kappa_onnx_emit_integers (self, steps, n);
  node = kappa_onnx_emit_node (self, piece, 1);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    kappa_onnx_node_add_input (node, names[i]);
  return TRUE;
}

gboolean
kappa_onnx_write_pad (KappaOnnxEmitter *self, const KappaOnnxPiece *piece, GError **error)
{
  const gint64 *before = get_attrs (self, piece), *step = before + 8, *size = before + 16;
  const guint rank = get_rank (self, piece);
  gint64 pads[2 * KAPPA_MAX_RANK];
  const char *name;

  for (guint d = 0; d < rank; d++)
    {
      const gint64 inside = get_size (self, piece->inputs[0], d);

      pads[d] = before[d];
      pads[rank + d] = size[d] - before[d] - inside;
      if (step[d] != 1 && inside != 1)
        return kappa_onnx_emit_refuse (self, piece->node, "between the elements", error);
    }
  name = kappa_onnx_emit_integers (self, pads, 2 * rank);
  kappa_onnx_node_add_input (kappa_onnx_emit_node (self, piece, 1), name);
  return TRUE;
}

/* The last two axes exchanged, where a product wants them so. */
static const char *
turn (KappaOnnxEmitter *self, const KappaOnnxPiece *piece, guint input)
{
  const char *name = kappa_onnx_emit_name (self, piece->inputs[input]), *turned;
  const guint rank = kappa_graph_get_shape (self->graph, piece->inputs[input])->rank;
  g_autofree char *wish = NULL;
  gint64 permutation[KAPPA_MAX_RANK];
  Onnx__NodeProto *node;

  if (get_attrs (self, piece)[input] == 0)
    return name;
  for (guint d = 0; d < rank; d++)
    permutation[d] = d < rank - 2 ? d : 2 * rank - 3 - d;
  wish = g_strdup_printf ("%s.turned%u", kappa_onnx_emit_name (self, piece->node), input);
  turned = kappa_onnx_emit_unique (self, wish);
  node = kappa_onnx_writer_add_node (self->writer, "Transpose", turned);
  kappa_onnx_node_add_input (node, name);
  kappa_onnx_node_add_ints (node, "perm", permutation, rank);
  return turned;
}

/* Products of many matrices have no transposition of their own. */
gboolean
kappa_onnx_write_matmul (KappaOnnxEmitter *self, const KappaOnnxPiece *piece, GError **error)
{
  const char *a = turn (self, piece, 0), *b = turn (self, piece, 1);
  Onnx__NodeProto *node = kappa_onnx_writer_add_node (self->writer, "MatMul",
                                                      kappa_onnx_emit_name (self, piece->node));

  kappa_onnx_node_add_input (node, a);
  kappa_onnx_node_add_input (node, b);
  return TRUE;
}
