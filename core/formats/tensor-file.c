#include "core/formats/tensor-file-private.h"

#include <string.h>

#include "core/formats/strided.h"
#include "core/formats/tensor-names.h"

#define MAX_TENSORS ((guint)1 << 18)

/* Tensors may share storage, or repeat one value, but not so that a small file fills the memory. */
#define MAX_SHARING ((guint64)16)
#define MAX_EXTRA   ((guint64)64 << 20)

/**
 * KappaTensorFile:
 *
 * A checkpoint opened for inspection: names, types and shapes of its tensors are known, their
 * elements are read when they are asked for. Nothing in a file is ever run. After it is opened it
 * does not change, and all functions may be called from any thread.
 */
typedef struct
{
  KappaTensorInfo info;
  KappaTensorLayout layout;
} Tensor;

typedef struct
{
  guint64 offset;
  guint64 size;
} Storage;

typedef struct
{
  char *key;
  char *text;
} Metadata;

typedef struct
{
  KappaSource *source;
  const char *format;
  GArray *tensors;
  GArray *storages;
  GArray *metadata;
  guint n_notes; /* metadata of our own, which comes first */
  GHashTable *by_name;
  KappaPickle *pickle;
} KappaTensorFilePrivate;

G_DEFINE_TYPE_WITH_PRIVATE (KappaTensorFile, kappa_tensor_file, G_TYPE_OBJECT)

#define PRIVATE(self) ((KappaTensorFilePrivate *)kappa_tensor_file_get_instance_private (self))

static gboolean
kappa_tensor_file_real_read_span (KappaTensorFile *self,
                                  guint storage,
                                  guint64 offset,
                                  gpointer data,
                                  gsize size,
                                  GError **error)
{
  KappaTensorFilePrivate *priv = PRIVATE (self);
  const Storage *extent = &g_array_index (priv->storages, Storage, storage);

  return kappa_source_read (priv->source, extent->offset + offset, data, size, error);
}

static void
kappa_tensor_file_finalize (GObject *object)
{
  KappaTensorFilePrivate *priv = PRIVATE (KAPPA_TENSOR_FILE (object));

  g_hash_table_unref (priv->by_name);
  g_array_unref (priv->tensors);
  g_array_unref (priv->storages);
  g_array_unref (priv->metadata);
  g_clear_pointer (&priv->pickle, kappa_pickle_free);
  g_clear_pointer (&priv->source, kappa_source_unref);
  G_OBJECT_CLASS (kappa_tensor_file_parent_class)->finalize (object);
}

static void
kappa_tensor_file_class_init (KappaTensorFileClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = kappa_tensor_file_finalize;
  klass->read_span = kappa_tensor_file_real_read_span;
}

static void
clear_tensor (gpointer data)
{
  Tensor *tensor = data;

  /* The name is the end of the original name. */
  g_free ((char *)tensor->info.original_name);
}

static void
clear_metadata (gpointer data)
{
  Metadata *pair = data;

  g_free (pair->key);
  g_free (pair->text);
}

static void
kappa_tensor_file_init (KappaTensorFile *self)
{
  KappaTensorFilePrivate *priv = PRIVATE (self);

  priv->tensors = g_array_new (FALSE, FALSE, sizeof (Tensor));
  g_array_set_clear_func (priv->tensors, clear_tensor);
  priv->storages = g_array_new (FALSE, FALSE, sizeof (Storage));
  priv->metadata = g_array_new (FALSE, FALSE, sizeof (Metadata));
  g_array_set_clear_func (priv->metadata, clear_metadata);
  priv->by_name = g_hash_table_new (g_str_hash, g_str_equal);
}

/* An empty file of the given class; readers fill it, and then call kappa_tensor_file_finish(). */
KappaTensorFile *
kappa_tensor_file_new (GType type, KappaSource *source, const char *format)
{
  KappaTensorFile *self = g_object_new (type, NULL);

  PRIVATE (self)->source = kappa_source_ref (source);
  PRIVATE (self)->format = format;
  return self;
}

KappaSource *
kappa_tensor_file_get_source (KappaTensorFile *self)
{
  return PRIVATE (self)->source;
}

/* A range of bytes tensors may lie in; @offset matters to the default read_span() only. Returns its
 * number. */
guint
kappa_tensor_file_add_storage (KappaTensorFile *self, guint64 offset, guint64 size)
{
  KappaTensorFilePrivate *priv = PRIVATE (self);
  Storage storage = { offset, size };

  g_array_append_val (priv->storages, storage);
  return priv->storages->len - 1;
}

/* A part of a storage as a storage of its own, for the default read_span() only. Returns its
 * number. */
guint
kappa_tensor_file_add_part (KappaTensorFile *self, guint storage, guint64 offset, guint64 size)
{
  const Storage *whole = &g_array_index (PRIVATE (self)->storages, Storage, storage);

  return kappa_tensor_file_add_storage (self, whole->offset + offset, size);
}

static gboolean
check_layout (KappaTensorFile *self,
              const char *name,
              const KappaTensorLayout *layout,
              gsize *n,
              GError **error)
{
  KappaTensorFilePrivate *priv = PRIVATE (self);
  const Storage *storage = &g_array_index (priv->storages, Storage, layout->storage);
  gsize extent = 0, size = kappa_element_get_size (layout->element);

  if (!kappa_shape_count (layout->dims, layout->rank, n) || *n > G_MAXINT64 / 8)
    return kappa_source_fail (priv->source, error, KAPPA_ERROR_FORMAT,
                              "the sizes of the tensor “%s” multiply to more than memory can hold",
                              name);
  if (*n > 0
      && (!kappa_strides_extent (layout->dims, layout->strides, layout->rank, &extent)
          || extent > G_MAXINT64 / 8))
    return kappa_source_fail (priv->source, error, KAPPA_ERROR_FORMAT,
                              "the strides of the tensor “%s” are too large", name);
  if (layout->offset > storage->size || extent > (storage->size - layout->offset) / size)
    return kappa_source_fail (priv->source, error, KAPPA_ERROR_FORMAT,
                              "the tensor “%s” reaches beyond its storage of %" G_GUINT64_FORMAT
                              " bytes",
                              name, storage->size);
  return TRUE;
}

/* Adds a tensor under the file's own name for it; every part of it must lie in its storage. */
gboolean
kappa_tensor_file_add (KappaTensorFile *self,
                       const char *name,
                       const KappaTensorLayout *layout,
                       GError **error)
{
  KappaTensorFilePrivate *priv = PRIVATE (self);
  Tensor tensor = { .layout = *layout };
  g_autofree char *quoted = kappa_source_quote (name, strlen (name));

  if (priv->tensors->len >= MAX_TENSORS)
    return kappa_source_fail (priv->source, error, KAPPA_ERROR_UNSUPPORTED,
                              "more than %u tensors are not read", MAX_TENSORS);
  if (!check_layout (self, quoted, layout, &tensor.info.n, error))
    return FALSE;
  tensor.info.original_name = g_strdup (name);
  tensor.info.name = tensor.info.original_name;
  tensor.info.element = layout->element;
  tensor.info.rank = layout->rank;
  memcpy (tensor.info.dims, layout->dims, sizeof layout->dims);
  g_array_append_val (priv->tensors, tensor);
  return TRUE;
}

/* Adds what the file says about itself; beyond a few hundred pairs nobody would read on. */
void
kappa_tensor_file_add_metadata (KappaTensorFile *self, const char *key, const char *text)
{
  KappaTensorFilePrivate *priv = PRIVATE (self);
  Metadata pair = { g_strdup (key), g_strdup (text) };

  if (priv->metadata->len < KAPPA_TENSOR_FILE_MAX_METADATA)
    g_array_append_val (priv->metadata, pair);
  else
    clear_metadata (&pair);
}

/* Adds what was found out about the file, before all that it says itself. */
void
kappa_tensor_file_add_note (KappaTensorFile *self, const char *key, const char *text)
{
  KappaTensorFilePrivate *priv = PRIVATE (self);
  Metadata pair = { g_strdup (key), g_strdup (text) };

  g_array_insert_val (priv->metadata, priv->n_notes++, pair);
}

/* How many of the metadata, the first of them, were found out and not said by the file. */
guint
kappa_tensor_file_get_n_notes (KappaTensorFile *self)
{
  return PRIVATE (self)->n_notes;
}

/* Keeps the values of a pickled checkpoint for kappa_tensor_file_get_object(); takes @pickle. */
void
kappa_tensor_file_set_pickle (KappaTensorFile *self, KappaPickle *pickle)
{
  PRIVATE (self)->pickle = pickle;
}

static Tensor *
get_tensor (KappaTensorFile *self, guint index)
{
  return &g_array_index (PRIVATE (self)->tensors, Tensor, index);
}

/* Numbers the tensors by name; returns a name that appears twice, or NULL. */
static const char *
index_names (KappaTensorFile *self)
{
  KappaTensorFilePrivate *priv = PRIVATE (self);

  g_hash_table_remove_all (priv->by_name);
  for (guint i = 0; i < priv->tensors->len; i++)
    if (!g_hash_table_insert (priv->by_name, (gpointer)get_tensor (self, i)->info.name,
                              GUINT_TO_POINTER (i)))
      return get_tensor (self, i)->info.name;
  return NULL;
}

static void
strip_names (KappaTensorFile *self)
{
  guint n = PRIVATE (self)->tensors->len;
  g_autofree const char **names = g_new (const char *, n);
  g_autofree char *stripped = NULL;

  for (guint i = 0; i < n; i++)
    names[i] = get_tensor (self, i)->info.name;
  stripped = kappa_tensor_names_strip (names, n);
  for (guint i = 0; i < n; i++)
    get_tensor (self, i)->info.name = names[i];
  if (*stripped != '\0')
    kappa_tensor_file_add_note (self, "prefix", stripped);
}

static gboolean
check_total (KappaTensorFile *self, GError **error)
{
  KappaTensorFilePrivate *priv = PRIVATE (self);
  guint64 total = 0, present = 0;

  for (guint i = 0; i < priv->storages->len; i++)
    present += g_array_index (priv->storages, Storage, i).size;
  for (guint i = 0; i < priv->tensors->len; i++)
    {
      const KappaTensorInfo *info = &get_tensor (self, i)->info;

      /* Neither term can overflow: a tensor has fewer than 2^60 elements, and the sum stops at the
       * first excess. */
      total += info->n * kappa_element_get_size (info->element);
      if (total / MAX_SHARING > present + MAX_EXTRA)
        return kappa_source_fail (priv->source, error, KAPPA_ERROR_FORMAT,
                                  "its tensors would take more than %" G_GUINT64_FORMAT
                                  " bytes, but only %" G_GUINT64_FORMAT " are stored",
                                  total, present);
    }
  return TRUE;
}

/* Refuses names that appear twice, strips prefixes if asked. Call once, after everything is added.
 */
gboolean
kappa_tensor_file_finish (KappaTensorFile *self, gboolean strip, GError **error)
{
  const char *twice = index_names (self);

  if (twice != NULL)
    {
      g_autofree char *quoted = kappa_source_quote (twice, strlen (twice));

      return kappa_source_fail (PRIVATE (self)->source, error, KAPPA_ERROR_FORMAT,
                                "two tensors are called “%s”", quoted);
    }
  if (strip)
    {
      strip_names (self);
      index_names (self);
    }
  return check_total (self, error);
}

const char *
kappa_tensor_file_get_path (KappaTensorFile *self)
{
  return kappa_source_get_path (PRIVATE (self)->source);
}

/**
 * kappa_tensor_file_get_format:
 *
 * Returns: (transfer none): what kind of file it is, for people, e.g. "PyTorch legacy stream"
 */
const char *
kappa_tensor_file_get_format (KappaTensorFile *self)
{
  return PRIVATE (self)->format;
}

guint64
kappa_tensor_file_get_file_size (KappaTensorFile *self)
{
  return kappa_source_get_size (PRIVATE (self)->source);
}

guint
kappa_tensor_file_get_n_tensors (KappaTensorFile *self)
{
  return PRIVATE (self)->tensors->len;
}

/**
 * kappa_tensor_file_get_info:
 * @index: less than kappa_tensor_file_get_n_tensors(); the order is the file's
 *
 * Returns: (transfer none): name, type and shape of a tensor
 */
const KappaTensorInfo *
kappa_tensor_file_get_info (KappaTensorFile *self, guint index)
{
  return &get_tensor (self, index)->info;
}

const KappaTensorLayout *
kappa_tensor_file_get_layout (KappaTensorFile *self, guint index)
{
  return &get_tensor (self, index)->layout;
}

/**
 * kappa_tensor_file_lookup:
 * @name: a tensor's name, prefixes taken away
 * @index: (out) (optional): which tensor it is
 *
 * Returns: (transfer none) (nullable): the tensor called @name, or %NULL
 */
const KappaTensorInfo *
kappa_tensor_file_lookup (KappaTensorFile *self, const char *name, guint *index)
{
  gpointer value;

  if (!g_hash_table_lookup_extended (PRIVATE (self)->by_name, name, NULL, &value))
    return NULL;
  if (index != NULL)
    *index = GPOINTER_TO_UINT (value);
  return kappa_tensor_file_get_info (self, GPOINTER_TO_UINT (value));
}

guint
kappa_tensor_file_get_n_metadata (KappaTensorFile *self)
{
  return PRIVATE (self)->metadata->len;
}

/**
 * kappa_tensor_file_get_metadata:
 * @index: less than kappa_tensor_file_get_n_metadata()
 * @key: (out) (transfer none): what the text is about. "wrapper" is where in the file the tensors
 * were, "prefix" what was taken from their names; all other keys are the file's
 *
 * Returns: (transfer none): what the file says, as text
 */
const char *
kappa_tensor_file_get_metadata (KappaTensorFile *self, guint index, const char **key)
{
  const Metadata *pair = &g_array_index (PRIVATE (self)->metadata, Metadata, index);

  *key = pair->key;
  return pair->text;
}

/**
 * kappa_tensor_file_lookup_metadata:
 *
 * Returns: (transfer none) (nullable): the first text under @key, or %NULL
 */
const char *
kappa_tensor_file_lookup_metadata (KappaTensorFile *self, const char *key)
{
  for (guint i = 0; i < kappa_tensor_file_get_n_metadata (self); i++)
    {
      const char *found;
      const char *text = kappa_tensor_file_get_metadata (self, i, &found);

      if (strcmp (found, key) == 0)
        return text;
    }
  return NULL;
}

/**
 * kappa_tensor_file_get_object:
 *
 * Returns: (transfer none) (nullable): everything that was saved in a PyTorch file, as it was
 * nested; tensors in it are calls. %NULL for other formats
 */
const KappaPickleValue *
kappa_tensor_file_get_object (KappaTensorFile *self)
{
  KappaPickle *pickle = PRIVATE (self)->pickle;

  return pickle != NULL ? kappa_pickle_get_root (pickle) : NULL;
}
