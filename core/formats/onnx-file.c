#include "core/formats/onnx-private.h"

#include <string.h>

#include "core/formats/formats-private.h"
#include "core/formats/strided.h"

#define FIRST_OPSET 7
#define LAST_OPSET  20

/* Where a storage is that is not a piece of the model's own file. */
typedef struct
{
  GByteArray *memory;
  KappaSource *external;
  guint64 offset;
} Place;

#define KAPPA_TYPE_ONNX_FILE (kappa_onnx_file_get_type ())
G_DECLARE_FINAL_TYPE (KappaOnnxFile, kappa_onnx_file, KAPPA, ONNX_FILE, KappaTensorFile)

struct _KappaOnnxFile
{
  KappaTensorFile parent_instance;

  Onnx__ModelProto *model;
  guint opset;
  GArray *places;      /* Place of each storage */
  GHashTable *indices; /* TensorProto → number of the tensor, plus 1 */
};

G_DEFINE_FINAL_TYPE (KappaOnnxFile, kappa_onnx_file, KAPPA_TYPE_TENSOR_FILE)

static gboolean
kappa_onnx_file_read_span (KappaTensorFile *file,
                           guint storage,
                           guint64 offset,
                           gpointer data,
                           gsize size,
                           GError **error)
{
  const Place *place = &g_array_index (KAPPA_ONNX_FILE (file)->places, Place, storage);

  if (place->external != NULL)
    return kappa_source_read (place->external, place->offset + offset, data, size, error);
  if (place->memory == NULL)
    return KAPPA_TENSOR_FILE_CLASS (kappa_onnx_file_parent_class)
        ->read_span (file, storage, offset, data, size, error);
  memcpy (data, place->memory->data + offset, size);
  return TRUE;
}

static void
clear_place (gpointer data)
{
  Place *place = data;

  g_clear_pointer (&place->memory, g_byte_array_unref);
  g_clear_pointer (&place->external, kappa_source_unref);
}

static void
kappa_onnx_file_finalize (GObject *object)
{
  KappaOnnxFile *self = KAPPA_ONNX_FILE (object);

  g_hash_table_unref (self->indices);
  g_array_unref (self->places);
  if (self->model != NULL)
    onnx__model_proto__free_unpacked (self->model, NULL);
  G_OBJECT_CLASS (kappa_onnx_file_parent_class)->finalize (object);
}

static void
kappa_onnx_file_class_init (KappaOnnxFileClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = kappa_onnx_file_finalize;
  KAPPA_TENSOR_FILE_CLASS (klass)->read_span = kappa_onnx_file_read_span;
}

static void
kappa_onnx_file_init (KappaOnnxFile *self)
{
  self->indices = g_hash_table_new (NULL, NULL);
  self->places = g_array_new (FALSE, FALSE, sizeof (Place));
  g_array_set_clear_func (self->places, clear_place);
}

static KappaSource *
get_source (KappaOnnxFile *self)
{
  return kappa_tensor_file_get_source (KAPPA_TENSOR_FILE (self));
}

static gboolean
fail (KappaOnnxFile *self, GError **error, KappaError code, const char *name, const char *what)
{
  return kappa_source_fail (get_source (self), error, code, "ONNX: the tensor “%s” %s", name, what);
}

static gboolean
read_shape (KappaOnnxFile *self,
            const char *name,
            const Onnx__TensorProto *tensor,
            KappaTensorLayout *layout,
            guint64 *bytes,
            GError **error)
{
  gsize n, size;

  if (!kappa_onnx_get_element (tensor->data_type, &layout->element))
    return kappa_source_fail (get_source (self), error, KAPPA_ERROR_UNSUPPORTED,
                              "ONNX: the tensor “%s” has elements of type %d, which are not read",
                              name, tensor->data_type);
  if (tensor->n_dims > KAPPA_TENSOR_MAX_RANK)
    return fail (self, error, KAPPA_ERROR_UNSUPPORTED, name, "has more than 8 dimensions");
  for (gsize i = 0; i < tensor->n_dims; i++)
    {
      if (tensor->dims[i] < 0)
        return fail (self, error, KAPPA_ERROR_FORMAT, name, "has a negative size");
      layout->dims[layout->rank++] = (gsize)tensor->dims[i];
    }
  if (!kappa_shape_count (layout->dims, layout->rank, &n)
      || !g_size_checked_mul (&size, n, kappa_element_get_size (layout->element)))
    return fail (self, error, KAPPA_ERROR_FORMAT, name,
                 "has sizes that multiply to more than memory can hold");
  kappa_strides_row_major (layout->dims, layout->rank, layout->strides);
  layout->swap = G_BYTE_ORDER != G_LITTLE_ENDIAN;
  *bytes = size;
  return TRUE;
}

/* The payload of a tensor; %NULL for one without elements here. */
static const KappaOnnxPayload *
get_payload (const Onnx__TensorProto *tensor, const GArray *payloads)
{
  guint32 index;

  if (!tensor->has_raw_data)
    return NULL;
  memcpy (&index, tensor->raw_data.data, sizeof index);
  return &g_array_index (payloads, KappaOnnxPayload, index);
}

static gboolean
find_elements (KappaOnnxFile *self,
               const char *name,
               const KappaOnnxPayload *payload,
               KappaElement element,
               Place *place,
               guint64 *size,
               GError **error)
{
  g_autoptr (GError) cause = NULL;

  *size = payload != NULL ? payload->size : 0;
  if (payload == NULL || payload->field == 9)
    return TRUE;
  place->memory = kappa_onnx_pack_elements (get_source (self), name, payload, element, &cause);
  if (place->memory != NULL)
    *size = place->memory->len;
  if (cause == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&cause));
  return FALSE;
}

static gboolean
find_place (KappaOnnxFile *self,
            const char *name,
            const Onnx__TensorProto *tensor,
            const KappaOnnxPayload *payload,
            KappaElement element,
            guint64 bytes,
            Place *place,
            GError **error)
{
  const gboolean external = tensor->has_data_location
                            && tensor->data_location == ONNX__TENSOR_PROTO__DATA_LOCATION__EXTERNAL;
  guint64 size;

  if (external && payload != NULL)
    return fail (self, error, KAPPA_ERROR_FORMAT, name,
                 "has its elements here and in another file");
  if (external)
    {
      place->external = kappa_onnx_open_external (get_source (self), name, tensor, bytes,
                                                  &place->offset, error);
      return place->external != NULL;
    }
  if (!find_elements (self, name, payload, element, place, &size, error))
    return FALSE;
  if (size == bytes)
    return TRUE;
  return kappa_source_fail (get_source (self), error, KAPPA_ERROR_FORMAT,
                            "ONNX: the tensor “%s” has %" G_GUINT64_FORMAT
                            " bytes of elements, its shape wants %" G_GUINT64_FORMAT,
                            name, size, bytes);
}

/* @name: taken for the tensor's own, which those in attributes do not have */
static gboolean
add_tensor (KappaOnnxFile *self,
            const char *name,
            const Onnx__TensorProto *tensor,
            const GArray *payloads,
            GError **error)
{
  KappaTensorLayout layout = { 0 };
  const KappaOnnxPayload *payload = get_payload (tensor, payloads);
  g_autofree char *quoted = kappa_source_quote (name, strlen (name));
  Place place = { 0 };
  guint64 bytes = 0;

  if (!read_shape (self, quoted, tensor, &layout, &bytes, error))
    return FALSE;
  if (!find_place (self, quoted, tensor, payload, layout.element, bytes, &place, error))
    {
      clear_place (&place);
      return FALSE;
    }
  layout.storage = kappa_tensor_file_add_storage (KAPPA_TENSOR_FILE (self),
                                                  payload != NULL ? payload->offset : 0, bytes);
  g_array_append_val (self->places, place);
  g_hash_table_insert (
      self->indices, (gpointer)tensor,
      GUINT_TO_POINTER (kappa_tensor_file_get_n_tensors (KAPPA_TENSOR_FILE (self)) + 1));
  return kappa_tensor_file_add (KAPPA_TENSOR_FILE (self), name, &layout, error);
}

/* Constants are called what they make; what fills a constant has a name of its own. */
static gboolean
add_constants (KappaOnnxFile *self,
               const Onnx__NodeProto *node,
               const GArray *payloads,
               GError **error)
{
  for (gsize i = 0; i < node->n_attribute; i++)
    {
      g_autofree char *name = NULL;

      if (node->attribute[i]->t == NULL)
        continue;
      name = strcmp (node->op_type, "Constant") == 0
                 ? g_strdup (node->output[0])
                 : g_strdup_printf ("%s.%s", node->output[0], node->attribute[i]->name);
      if (!add_tensor (self, name, node->attribute[i]->t, payloads, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
read_opset (KappaOnnxFile *self, GError **error)
{
  guint n = 0;
  gint64 version = 0;

  for (gsize i = 0; i < self->model->n_opset_import; i++)
    {
      const char *domain = self->model->opset_import[i]->domain;

      if (domain != NULL && *domain != '\0' && strcmp (domain, "ai.onnx") != 0)
        continue;
      version = self->model->opset_import[i]->version;
      n++;
    }
  if (n != 1)
    return kappa_source_fail (get_source (self), error, KAPPA_ERROR_FORMAT,
                              "ONNX: it names %u versions of the operators, expected one", n);
  if (version < FIRST_OPSET || version > LAST_OPSET)
    return kappa_source_fail (get_source (self), error, KAPPA_ERROR_UNSUPPORTED,
                              "ONNX: its operators are of version %" G_GINT64_FORMAT
                              ", versions %d to %d are read; convert the model, or export it anew",
                              version, FIRST_OPSET, LAST_OPSET);
  self->opset = (guint)version;
  return TRUE;
}

static void
add_text (KappaOnnxFile *self, const char *key, const char *text)
{
  if (key != NULL && text != NULL && *text != '\0' && g_utf8_validate (key, -1, NULL)
      && g_utf8_validate (text, -1, NULL))
    kappa_tensor_file_add_metadata (KAPPA_TENSOR_FILE (self), key, text);
}

static void
add_metadata (KappaOnnxFile *self)
{
  const Onnx__ModelProto *model = self->model;
  g_autofree char *opset = g_strdup_printf ("%u", self->opset);

  add_text (self, "producer", model->producer_name);
  add_text (self, "producer version", model->producer_version);
  add_text (self, "operator set", opset);
  for (gsize i = 0; i < model->n_metadata_props; i++)
    add_text (self, model->metadata_props[i]->key, model->metadata_props[i]->value);
}

static gboolean
load (KappaOnnxFile *self, const GByteArray *structure, const GArray *payloads, GError **error)
{
  const Onnx__GraphProto *graph;

  self->model = onnx__model_proto__unpack (NULL, structure->len, structure->data);
  if (self->model == NULL || self->model->graph == NULL)
    return kappa_source_fail (get_source (self), error, KAPPA_ERROR_FORMAT,
                              self->model == NULL ? "ONNX: the model cannot be parsed"
                                                  : "ONNX: there is no graph in it");
  graph = self->model->graph;
  if (!read_opset (self, error) || !kappa_onnx_check_graph (get_source (self), graph, error))
    return FALSE;
  add_metadata (self);
  for (gsize i = 0; i < graph->n_initializer; i++)
    if (!add_tensor (self, graph->initializer[i]->name, graph->initializer[i], payloads, error))
      return FALSE;
  for (gsize i = 0; i < graph->n_node; i++)
    if (!add_constants (self, graph->node[i], payloads, error))
      return FALSE;
  return kappa_tensor_file_finish (KAPPA_TENSOR_FILE (self), FALSE, error);
}

/**
 * kappa_onnx_open:
 *
 * Reads the structure of a model; its weights stay where they are.
 *
 * Returns: (transfer full): the file; %NULL with %KAPPA_ERROR_FORMAT or %KAPPA_ERROR_UNSUPPORTED
 */
KappaTensorFile *
kappa_onnx_open (KappaSource *source, GCancellable *cancellable, GError **error)
{
  g_autoptr (KappaTensorFile) file = kappa_tensor_file_new (KAPPA_TYPE_ONNX_FILE, source, "ONNX");
  g_autoptr (GArray) payloads = kappa_onnx_payloads_new ();
  g_autoptr (GByteArray) structure = kappa_onnx_scan (source, payloads, error);

  if (structure == NULL || !load (KAPPA_ONNX_FILE (file), structure, payloads, error))
    return NULL;
  return g_steal_pointer (&file);
}

/**
 * kappa_onnx_file_from:
 *
 * Returns: (transfer none) (nullable): the same file, if it is an ONNX model
 */
KappaOnnxFile *
kappa_onnx_file_from (KappaTensorFile *file)
{
  return KAPPA_IS_ONNX_FILE (file) ? KAPPA_ONNX_FILE (file) : NULL;
}

/**
 * kappa_onnx_file_get_graph:
 *
 * Returns: (transfer none): the graph, in the order of computation
 */
const Onnx__GraphProto *
kappa_onnx_file_get_graph (KappaOnnxFile *self)
{
  return self->model->graph;
}

/**
 * kappa_onnx_file_get_opset:
 *
 * Returns: the version of the operators, 7 to 20
 */
guint
kappa_onnx_file_get_opset (KappaOnnxFile *self)
{
  return self->opset;
}

/**
 * kappa_onnx_file_is_literal:
 *
 * Returns: whether a tensor of the file stands in the graph as a number or a few, not as a weight
 */
gboolean
kappa_onnx_file_is_literal (KappaOnnxFile *self, guint index)
{
  return index >= self->model->graph->n_initializer
         && kappa_tensor_file_get_info (KAPPA_TENSOR_FILE (self), index)->n
                <= KAPPA_ONNX_MAX_LITERAL;
}

/**
 * kappa_onnx_file_find:
 * @tensor: of the graph
 * @index: (out): which tensor of the file it is
 *
 * Returns: %FALSE if it is none of the graph's initialisers and attributes
 */
gboolean
kappa_onnx_file_find (KappaOnnxFile *self, const Onnx__TensorProto *tensor, guint *index)
{
  const guint number = GPOINTER_TO_UINT (g_hash_table_lookup (self->indices, tensor));

  *index = number - 1;
  return number > 0;
}
