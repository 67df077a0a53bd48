#include "core/formats/onnx-writer.h"

#include <string.h>

#include "core/base/error.h"
#include "core/formats/onnx.pb-c.h"
#include "core/formats/save.h"

/* What readers of messages agree to: a message's length is a positive int32. */
#define MAX_BYTES ((guint64)G_MAXINT32)

/* Wire type 2: a length, and so many bytes. */
#define TAG(field) ((field) << 3 | 2)

enum
{
  MODEL_GRAPH = 7,
  GRAPH_INITIALIZER = 5,
  TENSOR_RAW_DATA = 9,
};

struct _KappaOnnxWriter
{
  Onnx__ModelProto *model; /* its graph has no initialisers until it is saved */
  GArray *tensors;         /* KappaExportTensor */
};

/* One more place at the end of a repeated field. */
#define APPEND(array, n, item)                                                                     \
  G_STMT_START                                                                                     \
  {                                                                                                \
    (array) = g_realloc_n ((array), (n) + 1, sizeof *(array));                                     \
    (array)[(n)++] = (item);                                                                       \
  }                                                                                                \
  G_STMT_END

/* A message as its developers' code begins it. */
#define MESSAGE(type, init) ((type *)g_memdup2 (&(type)init, sizeof (type)))

/**
 * kappa_onnx_writer_new:
 * @name: of the graph
 */
KappaOnnxWriter *
kappa_onnx_writer_new (const char *name)
{
  KappaOnnxWriter *self = g_new0 (KappaOnnxWriter, 1);
  Onnx__OperatorSetIdProto *opset
      = MESSAGE (Onnx__OperatorSetIdProto, ONNX__OPERATOR_SET_ID_PROTO__INIT);

  self->tensors = g_array_new (FALSE, FALSE, sizeof (KappaExportTensor));
  self->model = MESSAGE (Onnx__ModelProto, ONNX__MODEL_PROTO__INIT);
  self->model->has_ir_version = TRUE;
  self->model->ir_version = 8;
  self->model->producer_name = g_strdup ("Kappa");
  self->model->graph = MESSAGE (Onnx__GraphProto, ONNX__GRAPH_PROTO__INIT);
  self->model->graph->name = g_strdup (name);
  opset->domain = g_strdup ("");
  opset->has_version = TRUE;
  opset->version = KAPPA_ONNX_WRITTEN_OPSET;
  APPEND (self->model->opset_import, self->model->n_opset_import, opset);
  return self;
}

void
kappa_onnx_writer_free (KappaOnnxWriter *self)
{
  onnx__model_proto__free_unpacked (self->model, NULL);
  g_array_unref (self->tensors);
  g_free (self);
}

/**
 * kappa_onnx_writer_add_node:
 * @output: what it makes, a name nothing else has
 *
 * Returns: (transfer none): the node, for its inputs and attributes
 */
Onnx__NodeProto *
kappa_onnx_writer_add_node (KappaOnnxWriter *self, const char *op_type, const char *output)
{
  Onnx__NodeProto *node = MESSAGE (Onnx__NodeProto, ONNX__NODE_PROTO__INIT);

  node->op_type = g_strdup (op_type);
  node->name = g_strdup (output);
  APPEND (node->output, node->n_output, g_strdup (output));
  APPEND (self->model->graph->node, self->model->graph->n_node, node);
  return node;
}

void
kappa_onnx_node_add_input (Onnx__NodeProto *node, const char *name)
{
  APPEND (node->input, node->n_input, g_strdup (name));
}

static Onnx__AttributeProto *
add_attribute (Onnx__NodeProto *node, const char *name, Onnx__AttributeProto__AttributeType type)
{
  Onnx__AttributeProto *attribute = MESSAGE (Onnx__AttributeProto, ONNX__ATTRIBUTE_PROTO__INIT);

  attribute->name = g_strdup (name);
  attribute->has_type = TRUE;
  attribute->type = type;
  APPEND (node->attribute, node->n_attribute, attribute);
  return attribute;
}

void
kappa_onnx_node_add_int (Onnx__NodeProto *node, const char *name, gint64 value)
{
  Onnx__AttributeProto *attribute
      = add_attribute (node, name, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INT);

  attribute->has_i = TRUE;
  attribute->i = value;
}

void
kappa_onnx_node_add_float (Onnx__NodeProto *node, const char *name, double value)
{
  Onnx__AttributeProto *attribute
      = add_attribute (node, name, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOAT);

  attribute->has_f = TRUE;
  attribute->f = (float)value;
}

void
kappa_onnx_node_add_ints (Onnx__NodeProto *node, const char *name, const gint64 *values, gsize n)
{
  Onnx__AttributeProto *attribute
      = add_attribute (node, name, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INTS);

  for (gsize i = 0; i < n; i++)
    APPEND (attribute->ints, attribute->n_ints, values[i]);
}

/**
 * kappa_onnx_writer_add_tensor:
 * @tensor: an initialiser; its name and elements outlive the writer
 */
void
kappa_onnx_writer_add_tensor (KappaOnnxWriter *self, const KappaExportTensor *tensor)
{
  g_array_append_vals (self->tensors, tensor, 1);
}

/**
 * kappa_onnx_writer_add_integers:
 *
 * Adds a list that is no weight: sizes, axes.
 */
void
kappa_onnx_writer_add_integers (KappaOnnxWriter *self,
                                const char *name,
                                const gint64 *values,
                                gsize n)
{
  kappa_onnx_node_add_ints (kappa_onnx_writer_add_node (self, "Constant", name), "value_ints",
                            values, n);
}

/**
 * kappa_onnx_writer_add_number:
 * @wide: whether it is stored as float64
 *
 * Adds a scalar that is no weight.
 */
void
kappa_onnx_writer_add_number (KappaOnnxWriter *self, const char *name, double value, gboolean wide)
{
  Onnx__NodeProto *node = kappa_onnx_writer_add_node (self, "Constant", name);
  Onnx__AttributeProto *attribute;

  if (!wide)
    {
      kappa_onnx_node_add_float (node, "value_float", value);
      return;
    }
  attribute = add_attribute (node, "value", ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__TENSOR);
  attribute->t = MESSAGE (Onnx__TensorProto, ONNX__TENSOR_PROTO__INIT);
  attribute->t->has_data_type = TRUE;
  attribute->t->data_type = ONNX__TENSOR_PROTO__DATA_TYPE__DOUBLE;
  attribute->t->has_raw_data = TRUE;
  attribute->t->raw_data.len = sizeof value;
  attribute->t->raw_data.data = g_memdup2 (&value, sizeof value);
}

static Onnx__TensorShapeProto__Dimension *
dimension_new (gint64 size)
{
  Onnx__TensorShapeProto__Dimension *dimension
      = MESSAGE (Onnx__TensorShapeProto__Dimension, ONNX__TENSOR_SHAPE_PROTO__DIMENSION__INIT);

  if (size >= 0)
    {
      dimension->value_case = ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE;
      dimension->dim_value = size;
    }
  else
    {
      dimension->value_case = ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_PARAM;
      dimension->dim_param = g_strdup ("N");
    }
  return dimension;
}

static Onnx__ValueInfoProto *
value_new (const char *name, const gint64 *dims, guint rank)
{
  Onnx__ValueInfoProto *value = MESSAGE (Onnx__ValueInfoProto, ONNX__VALUE_INFO_PROTO__INIT);
  Onnx__TypeProto__Tensor *tensor
      = MESSAGE (Onnx__TypeProto__Tensor, ONNX__TYPE_PROTO__TENSOR__INIT);

  tensor->has_elem_type = TRUE;
  tensor->elem_type = ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT;
  tensor->shape = MESSAGE (Onnx__TensorShapeProto, ONNX__TENSOR_SHAPE_PROTO__INIT);
  for (guint d = 0; d < rank; d++)
    APPEND (tensor->shape->dim, tensor->shape->n_dim, dimension_new (dims[d]));
  value->name = g_strdup (name);
  value->type = MESSAGE (Onnx__TypeProto, ONNX__TYPE_PROTO__INIT);
  value->type->value_case = ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE;
  value->type->tensor_type = tensor;
  return value;
}

/**
 * kappa_onnx_writer_set_input:
 * @dims: sizes; -1 for one that is free
 */
void
kappa_onnx_writer_set_input (KappaOnnxWriter *self,
                             const char *name,
                             const gint64 *dims,
                             guint rank)
{
  APPEND (self->model->graph->input, self->model->graph->n_input, value_new (name, dims, rank));
}

void
kappa_onnx_writer_set_output (KappaOnnxWriter *self,
                              const char *name,
                              const gint64 *dims,
                              guint rank)
{
  APPEND (self->model->graph->output, self->model->graph->n_output, value_new (name, dims, rank));
}

void
kappa_onnx_writer_add_metadata (KappaOnnxWriter *self, const char *key, const char *text)
{
  Onnx__StringStringEntryProto *entry
      = MESSAGE (Onnx__StringStringEntryProto, ONNX__STRING_STRING_ENTRY_PROTO__INIT);

  entry->key = g_strdup (key);
  entry->value = g_strdup (text);
  APPEND (self->model->metadata_props, self->model->n_metadata_props, entry);
}

void
kappa_onnx_writer_set_description (KappaOnnxWriter *self, const char *text)
{
  self->model->doc_string = g_strdup (text);
}

/**
 * kappa_onnx_writer_get_type:
 *
 * Returns: the number ONNX has for the element
 */
gint32
kappa_onnx_writer_get_type (KappaElement element)
{
  static const gint32 types[KAPPA_N_ELEMENTS] = {
    [KAPPA_ELEMENT_F64] = ONNX__TENSOR_PROTO__DATA_TYPE__DOUBLE,
    [KAPPA_ELEMENT_F32] = ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT,
    [KAPPA_ELEMENT_F16] = ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT16,
    [KAPPA_ELEMENT_BF16] = ONNX__TENSOR_PROTO__DATA_TYPE__BFLOAT16,
    [KAPPA_ELEMENT_I64] = ONNX__TENSOR_PROTO__DATA_TYPE__INT64,
    [KAPPA_ELEMENT_I32] = ONNX__TENSOR_PROTO__DATA_TYPE__INT32,
    [KAPPA_ELEMENT_I16] = ONNX__TENSOR_PROTO__DATA_TYPE__INT16,
    [KAPPA_ELEMENT_I8] = ONNX__TENSOR_PROTO__DATA_TYPE__INT8,
    [KAPPA_ELEMENT_U64] = ONNX__TENSOR_PROTO__DATA_TYPE__UINT64,
    [KAPPA_ELEMENT_U32] = ONNX__TENSOR_PROTO__DATA_TYPE__UINT32,
    [KAPPA_ELEMENT_U16] = ONNX__TENSOR_PROTO__DATA_TYPE__UINT16,
    [KAPPA_ELEMENT_U8] = ONNX__TENSOR_PROTO__DATA_TYPE__UINT8,
    [KAPPA_ELEMENT_BOOL] = ONNX__TENSOR_PROTO__DATA_TYPE__BOOL,
  };

  return types[element];
}

static void
put_varint (GByteArray *bytes, guint64 value)
{
  for (; value >= 0x80; value >>= 7)
    g_byte_array_append (bytes, &(guint8) { (guint8)(value | 0x80) }, 1);
  g_byte_array_append (bytes, &(guint8) { (guint8)value }, 1);
}

/* A tensor as a field of the graph, but for its elements, which follow. */
static gboolean
make_head (const KappaExportTensor *tensor, GByteArray *head, gsize *size, GError **error)
{
  Onnx__TensorProto proto = ONNX__TENSOR_PROTO__INIT;
  gint64 dims[KAPPA_TENSOR_MAX_RANK];
  g_autoptr (GByteArray) inner = g_byte_array_new ();

  if (!kappa_save_size (tensor, size, error))
    return FALSE;
  for (guint d = 0; d < tensor->rank; d++)
    dims[d] = (gint64)tensor->dims[d];
  proto.n_dims = tensor->rank;
  proto.dims = dims;
  proto.has_data_type = TRUE;
  proto.data_type = kappa_onnx_writer_get_type (tensor->element);
  proto.name = (char *)tensor->name;
  g_byte_array_set_size (inner, (guint)onnx__tensor_proto__get_packed_size (&proto));
  onnx__tensor_proto__pack (&proto, inner->data);
  put_varint (inner, TAG (TENSOR_RAW_DATA));
  put_varint (inner, *size);
  put_varint (head, TAG (GRAPH_INITIALIZER));
  put_varint (head, inner->len + *size);
  g_byte_array_append (head, inner->data, inner->len);
  return TRUE;
}

/* The bytes of the graph: what is not tensors, and they. */
static gboolean
measure (KappaOnnxWriter *self, guint64 *graph, GError **error)
{
  *graph = onnx__graph_proto__get_packed_size (self->model->graph);
  for (guint i = 0; i < self->tensors->len; i++)
    {
      g_autoptr (GByteArray) head = g_byte_array_new ();
      gsize size;

      if (!make_head (&g_array_index (self->tensors, KappaExportTensor, i), head, &size, error))
        return FALSE;
      *graph += head->len + size;
    }
  if (*graph + onnx__model_proto__get_packed_size (self->model) <= MAX_BYTES)
    return TRUE;
  g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_UNSUPPORTED,
               "an ONNX model holds at most 2 GB, this one takes %" G_GUINT64_FORMAT
               " bytes; convert to safetensors instead",
               *graph);
  return FALSE;
}

/* The model without its graph, the head of the graph, and the graph without its tensors. */
static GByteArray *
make_front (KappaOnnxWriter *self, guint64 graph_size)
{
  Onnx__GraphProto *graph = g_steal_pointer (&self->model->graph);
  GByteArray *front = g_byte_array_new ();
  gsize end;

  g_byte_array_set_size (front, (guint)onnx__model_proto__get_packed_size (self->model));
  onnx__model_proto__pack (self->model, front->data);
  put_varint (front, TAG (MODEL_GRAPH));
  put_varint (front, graph_size);
  end = front->len;
  g_byte_array_set_size (front, (guint)(end + onnx__graph_proto__get_packed_size (graph)));
  onnx__graph_proto__pack (graph, front->data + end);
  self->model->graph = graph;
  return front;
}

static gboolean
write_model (GOutputStream *stream, gpointer data, GCancellable *cancellable, GError **error)
{
  KappaOnnxWriter *self = data;
  g_autoptr (GByteArray) front = NULL;
  guint64 graph_size;

  if (!measure (self, &graph_size, error))
    return FALSE;
  front = make_front (self, graph_size);
  if (!kappa_save_bytes (stream, front->data, front->len, cancellable, error))
    return FALSE;
  for (guint i = 0; i < self->tensors->len; i++)
    {
      const KappaExportTensor *tensor = &g_array_index (self->tensors, KappaExportTensor, i);
      g_autoptr (GByteArray) head = g_byte_array_new ();
      g_autoptr (GBytes) elements = NULL;
      gsize size;

      if (!make_head (tensor, head, &size, error)
          || !kappa_save_bytes (stream, head->data, head->len, cancellable, error))
        return FALSE;
      elements = kappa_save_elements (tensor, error);
      if (elements == NULL
          || !kappa_save_bytes (stream, g_bytes_get_data (elements, NULL), size, cancellable,
                                error))
        return FALSE;
    }
  return TRUE;
}

/**
 * kappa_onnx_writer_save:
 *
 * Writes the model, on a little-endian machine; one tensor at a time is in memory.
 *
 * Returns: %FALSE with %KAPPA_ERROR_UNSUPPORTED if it is too large for the format,
 * %KAPPA_ERROR_USAGE if two tensors have one name, the error of a tensor that cannot be read, the
 * system's error or %G_IO_ERROR_CANCELLED; @path is as it was then
 */
gboolean
kappa_onnx_writer_save (KappaOnnxWriter *self,
                        const char *path,
                        GCancellable *cancellable,
                        GError **error)
{
  if (!kappa_save_names ((const KappaExportTensor *)(gpointer)self->tensors->data,
                         self->tensors->len, error))
    return FALSE;
  return kappa_save_file (path, write_model, self, cancellable, error);
}
