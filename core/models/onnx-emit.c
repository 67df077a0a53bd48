#include "core/models/onnx-emit.h"

#include <string.h>

#include "core/formats/onnx.pb-c.h"
#include "core/graph/op.h"
#include "core/models/onnx-numbers.h"

static gboolean
write_plain (KappaOnnxEmitter *self, const KappaOnnxPiece *piece, GError **error)
{
  kappa_onnx_emit_node (self, piece, piece->n_inputs);
  return TRUE;
}

static gboolean
write_with_number (KappaOnnxEmitter *self, const KappaOnnxPiece *piece, GError **error)
{
  const char *number = kappa_onnx_emit_number (self, piece->number);

  kappa_onnx_node_add_input (kappa_onnx_emit_node (self, piece, 1), number);
  return TRUE;
}

static gboolean
write_softmax (KappaOnnxEmitter *self, const KappaOnnxPiece *piece, GError **error)
{
  kappa_onnx_node_add_int (kappa_onnx_emit_node (self, piece, 1), "axis", -1);
  return TRUE;
}

/**
 * Form:
 * @op: the primitive
 * @onnx: the operator
 * @number: its second operand, where that is always the same
 */
typedef struct
{
  const char *op;
  const char *onnx;
  KappaOnnxWriteFunc write;
  gboolean loose;
  double number;
} Form;

static const Form forms[] = {
  { "add", "Add", write_plain, TRUE, 0.0 },
  { "sub", "Sub", write_plain, TRUE, 0.0 },
  { "mul", "Mul", write_plain, TRUE, 0.0 },
  { "div", "Div", write_plain, TRUE, 0.0 },
  { "maximum", "Max", write_plain, TRUE, 0.0 },
  { "minimum", "Min", write_plain, TRUE, 0.0 },
  { "exp", "Exp", write_plain, FALSE, 0.0 },
  { "log", "Log", write_plain, FALSE, 0.0 },
  { "sqrt", "Sqrt", write_plain, FALSE, 0.0 },
  { "reciprocal", "Reciprocal", write_plain, FALSE, 0.0 },
  { "relu", "Relu", write_plain, FALSE, 0.0 },
  { "sigmoid", "Sigmoid", write_plain, FALSE, 0.0 },
  { "tanh", "Tanh", write_plain, FALSE, 0.0 },
  { "erf", "Erf", write_plain, FALSE, 0.0 },
  { "rsqrt", "Pow", write_with_number, FALSE, -0.5 },
  { "scale", "Mul", write_with_number, FALSE, 0.0 },
  { "shift", "Add", write_with_number, FALSE, 0.0 },
  { "softmax", "Softmax", write_softmax, FALSE, 0.0 },
  { "log_softmax", "LogSoftmax", write_softmax, FALSE, 0.0 },
  { "matmul", "MatMul", kappa_onnx_write_matmul, FALSE, 0.0 },
  { "max_pool", "MaxPool", kappa_onnx_write_pool, FALSE, 0.0 },
  { "avg_pool", "AveragePool", kappa_onnx_write_pool, FALSE, 0.0 },
  { "reduce_sum", "ReduceSum", kappa_onnx_write_sum, FALSE, 0.0 },
  { "fill", "Expand", kappa_onnx_write_fill, FALSE, 0.0 },
  { "broadcast", "Expand", kappa_onnx_write_broadcast, FALSE, 0.0 },
  { "reshape", "Reshape", kappa_onnx_write_reshape, FALSE, 0.0 },
  { "transpose", "Transpose", kappa_onnx_write_transpose, FALSE, 0.0 },
  { "slice", "Slice", kappa_onnx_write_slice, FALSE, 0.0 },
  { "pad", "Pad", kappa_onnx_write_pad, FALSE, 0.0 },
  { "concat", "Concat", kappa_onnx_write_concat, FALSE, 0.0 },
};

/* What stands for an operand that is stretched: the smallest that NumPy's rules stretch alike. */
static KappaNode
loosen (KappaGraph *graph, KappaNode node)
{
  const KappaShape *shape, *inner;
  guint rank;

  if (kappa_onnx_is (graph, node, "broadcast"))
    node = kappa_graph_get_operand (graph, node, 0);
  if (!kappa_onnx_is (graph, node, "reshape"))
    return node;
  shape = kappa_graph_get_shape (graph, node);
  inner = kappa_graph_get_shape (graph, kappa_graph_get_operand (graph, node, 0));
  rank = inner->rank;
  for (guint d = 0; d < shape->rank; d++)
    if (d + rank < shape->rank
            ? shape->dims[d] != 1
            : rank > shape->rank || shape->dims[d] != inner->dims[d + rank - shape->rank])
      return node;
  return kappa_graph_get_operand (graph, node, 0);
}

static void
loosen_inputs (KappaGraph *graph, KappaOnnxPiece *piece)
{
  const KappaNode first = loosen (graph, piece->inputs[0]),
                  second = loosen (graph, piece->inputs[1]);
  const KappaShape *whole = kappa_graph_get_shape (graph, piece->node);
  KappaShape shape;

  if (kappa_onnx_broadcast_shapes (kappa_graph_get_shape (graph, first),
                                   kappa_graph_get_shape (graph, piece->inputs[1]), &shape)
      && kappa_shape_equal (&shape, whole))
    piece->inputs[0] = first;
  if (kappa_onnx_broadcast_shapes (kappa_graph_get_shape (graph, piece->inputs[0]),
                                   kappa_graph_get_shape (graph, second), &shape)
      && kappa_shape_equal (&shape, whole))
    piece->inputs[1] = second;
}

/* The first of the two matrices that is the same in all of a batch is stretched by the product
 * itself. */
static void
loosen_matrices (KappaGraph *graph, KappaOnnxPiece *piece)
{
  for (guint i = 0; i < 2; i++)
    {
      const KappaNode loose = loosen (graph, piece->inputs[i]);
      const KappaShape *whole = kappa_graph_get_shape (graph, piece->inputs[i]),
                       *shape = kappa_graph_get_shape (graph, loose);

      if (loose == piece->inputs[i] || shape->rank < 2
          || memcmp (shape->dims + shape->rank - 2, whole->dims + whole->rank - 2,
                     2 * sizeof *shape->dims)
                 != 0)
        continue;
      piece->inputs[i] = loose;
      return;
    }
}

/* A constant takes part as a scalar. */
static gboolean
take_number (KappaGraph *graph, KappaOnnxPiece *piece)
{
  const gboolean commutes = kappa_graph_get_op (graph, piece->node)->commutes;

  for (guint i = commutes ? 0 : 1; i < 2; i++)
    if (kappa_onnx_is (graph, piece->inputs[i], "fill"))
      {
        piece->number = kappa_graph_get_attrs (graph, piece->inputs[i])->f[0];
        piece->inputs[0] = piece->inputs[1 - i];
        piece->n_inputs = 1;
        piece->write = write_with_number;
        return TRUE;
      }
  return FALSE;
}

static gboolean
match_primitive (KappaGraph *graph, KappaNode node, KappaOnnxPiece *piece)
{
  const Form *form = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (forms) && form == NULL; i++)
    if (kappa_onnx_is (graph, node, forms[i].op))
      form = &forms[i];
  if (form == NULL)
    return FALSE;
  piece->write = form->write;
  piece->onnx = form->onnx;
  piece->number = form->number != 0.0 ? form->number : kappa_graph_get_attrs (graph, node)->f[0];
  piece->n_inputs = kappa_graph_get_arity (graph, node);
  for (guint i = 0; i < piece->n_inputs; i++)
    piece->inputs[i] = kappa_graph_get_operand (graph, node, i);
  if (form->loose && !take_number (graph, piece))
    loosen_inputs (graph, piece);
  if (kappa_onnx_is (graph, node, "matmul"))
    loosen_matrices (graph, piece);
  return TRUE;
}

typedef gboolean (*Match) (KappaGraph *graph, KappaNode node, KappaOnnxPiece *piece);

static const Match matches[] = { kappa_onnx_match_norms, kappa_onnx_match_products,
                                 kappa_onnx_match_mean, kappa_onnx_match_max, match_primitive };

static gboolean
is_twin (KappaOnnxEmitter *self, KappaNode node)
{
  if (kappa_graph_get_op (self->graph, node) != kappa_graph_get_op (self->twin, node)
      || kappa_graph_get_arity (self->graph, node) != kappa_graph_get_arity (self->twin, node)
      || kappa_graph_get_shape (self->graph, node)->rank
             != kappa_graph_get_shape (self->twin, node)->rank
      || kappa_graph_get_attrs (self->graph, node)->f[0]
             != kappa_graph_get_attrs (self->twin, node)->f[0])
    return FALSE;
  for (guint i = 0; i < kappa_graph_get_arity (self->graph, node); i++)
    if (kappa_graph_get_operand (self->graph, node, i)
        != kappa_graph_get_operand (self->twin, node, i))
      return FALSE;
  return TRUE;
}

static gboolean
match (KappaOnnxEmitter *self, KappaNode node, GError **error)
{
  if (kappa_onnx_is (self->graph, node, "input"))
    return TRUE;
  if (!is_twin (self, node))
    return kappa_onnx_emit_refuse (self, node, "that is another for another number of images",
                                   error);
  for (gsize i = 0; i < G_N_ELEMENTS (matches); i++)
    {
      KappaOnnxPiece piece = { .node = node, .product = KAPPA_NONE };

      if (!matches[i](self->graph, node, &piece))
        continue;
      self->pieces[node] = piece;
      return TRUE;
    }
  return kappa_onnx_emit_refuse (self, node, "", error);
}

/* From the end to the beginning: who needs a node is known before it is looked at. */
static gboolean
match_all (KappaOnnxEmitter *self, KappaNode logits, GError **error)
{
  g_autofree gboolean *needed = g_new0 (gboolean, logits + 1);

  needed[logits] = TRUE;
  for (KappaNode node = logits; node >= 0; node--)
    {
      const KappaOnnxPiece *piece = &self->pieces[node];

      if (!needed[node])
        continue;
      if (!match (self, node, error))
        return FALSE;
      for (guint i = 0; i < piece->n_inputs; i++)
        if (piece->inputs[i] != KAPPA_NONE)
          needed[piece->inputs[i]] = TRUE;
    }
  return TRUE;
}

/* A tensor of the file keeps its type; what computes with it gets it as float32. */
static void
add_tensor (KappaOnnxEmitter *self, const KappaExportTensor *tensor, KappaNode logits)
{
  const KappaNode node = kappa_graph_find (self->graph, tensor->name);
  g_autofree char *wish = g_strconcat (tensor->name, ".float", NULL);

  g_hash_table_add (self->used, g_strdup (tensor->name));
  kappa_onnx_writer_add_tensor (self->writer, tensor);
  if (node > logits)
    return;
  if (tensor->element == KAPPA_ELEMENT_F32)
    {
      self->names[node] = tensor->name;
      return;
    }
  self->names[node] = kappa_onnx_emit_unique (self, wish);
  kappa_onnx_emit_cast (self, tensor->name, self->names[node]);
}

static void
add_input (KappaOnnxEmitter *self)
{
  const KappaNode images = kappa_graph_get_input (self->graph, KAPPA_ROLE_SAMPLE, 0);
  KappaShape shape = *kappa_graph_get_shape (self->graph, images);

  shape.dims[0] = -1;
  kappa_onnx_writer_set_input (self->writer, kappa_onnx_emit_name (self, images), shape.dims,
                               shape.rank);
}

/* Readers take what stands before a last softmax; if this is one, it is no last step here. */
static void
add_output (KappaOnnxEmitter *self, KappaNode logits)
{
  KappaShape shape = *kappa_graph_get_shape (self->graph, logits);
  const char *name = kappa_onnx_emit_name (self, logits);
  Onnx__NodeProto *node;

  shape.dims[0] = -1;
  if (kappa_onnx_is (self->graph, logits, "softmax")
      || kappa_onnx_is (self->graph, logits, "log_softmax"))
    {
      const char *output = kappa_onnx_emit_unique (self, "output");

      node = kappa_onnx_writer_add_node (self->writer, "Identity", output);
      kappa_onnx_node_add_input (node, name);
      name = output;
    }
  kappa_onnx_writer_set_output (self->writer, name, shape.dims, shape.rank);
}

static gboolean
write_all (KappaOnnxEmitter *self, KappaNode logits, GError **error)
{
  for (KappaNode node = 0; node <= logits; node++)
    if (self->pieces[node].write != NULL
        && !self->pieces[node].write (self, &self->pieces[node], error))
      return FALSE;
  return TRUE;
}

/**
 * kappa_onnx_emit:
 * @graph: a network in inference mode, for some number of images
 * @twin: the same for another number
 * @logits: the result, the same node in both
 * @tensors: (array length=n_tensors): parameters and buffers, called as in the graph
 *
 * Writes the network into a model: tensors, nodes, input and output.
 *
 * Returns: %FALSE with %KAPPA_ERROR_UNSUPPORTED, which names the step ONNX has no operator for
 */
gboolean
kappa_onnx_emit (KappaGraph *graph,
                 KappaGraph *twin,
                 KappaNode logits,
                 const KappaExportTensor *tensors,
                 guint n_tensors,
                 KappaOnnxWriter *writer,
                 GError **error)
{
  g_autofree KappaOnnxPiece *pieces = g_new0 (KappaOnnxPiece, logits + 1);
  g_autofree const char **names = g_new0 (const char *, logits + 1);
  g_autoptr (GHashTable) used = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GHashTable) constants = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  KappaOnnxEmitter self = { graph, twin, writer, pieces, names, used, constants };

  if (logits >= (KappaNode)kappa_graph_get_n_nodes (twin))
    return kappa_onnx_emit_refuse (&self, logits, "that is another for another number of images",
                                   error);
  if (!match_all (&self, logits, error))
    return FALSE;
  for (guint i = 0; i < n_tensors; i++)
    add_tensor (&self, &tensors[i], logits);
  add_input (&self);
  if (!write_all (&self, logits, error))
    return FALSE;
  add_output (&self, logits);
  return TRUE;
}
