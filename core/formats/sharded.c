#include "core/formats/json.h"
#include "core/formats/sniff.h"
#include "core/formats/strided.h"

#include <string.h>

/*
 * A checkpoint in several files, with an index {"weight_map": {tensor: file}} that says where each
 * tensor is. The files must be beside the index.
 */

#define MAX_SHARDS 256

/* Where a tensor is. */
typedef struct
{
  guint shard;
  guint index;
} Place;

#define KAPPA_TYPE_SHARDED (kappa_sharded_get_type ())
G_DECLARE_FINAL_TYPE (KappaSharded, kappa_sharded, KAPPA, SHARDED, KappaTensorFile)

struct _KappaSharded
{
  KappaTensorFile parent_instance;

  GPtrArray *shards; /* KappaTensorFile */
  GArray *places;    /* of each storage's tensor */
};

G_DEFINE_FINAL_TYPE (KappaSharded, kappa_sharded, KAPPA_TYPE_TENSOR_FILE)

/* Tensors lie dense from the beginning of their storages, so they are always read whole. */
static gboolean
kappa_sharded_read_span (KappaTensorFile *file,
                         guint storage,
                         guint64 offset,
                         gpointer data,
                         gsize size,
                         GError **error)
{
  KappaSharded *self = KAPPA_SHARDED (file);
  const Place *place = &g_array_index (self->places, Place, storage);

  return kappa_tensor_file_read_elements (g_ptr_array_index (self->shards, place->shard),
                                          place->index, data, error);
}

static void
kappa_sharded_finalize (GObject *object)
{
  KappaSharded *self = KAPPA_SHARDED (object);

  g_ptr_array_unref (self->shards);
  g_array_unref (self->places);
  G_OBJECT_CLASS (kappa_sharded_parent_class)->finalize (object);
}

static void
kappa_sharded_class_init (KappaShardedClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = kappa_sharded_finalize;
  KAPPA_TENSOR_FILE_CLASS (klass)->read_span = kappa_sharded_read_span;
}

static void
kappa_sharded_init (KappaSharded *self)
{
  self->shards = g_ptr_array_new_with_free_func (g_object_unref);
  self->places = g_array_new (FALSE, FALSE, sizeof (Place));
}

static gboolean
fail (KappaSource *source, GError **error, const char *name, const char *what)
{
  g_autofree char *quoted = kappa_source_quote (name, strlen (name));

  return kappa_source_fail (source, error, KAPPA_ERROR_FORMAT,
                            "index of a checkpoint in parts: “%s” %s", quoted, what);
}

static gboolean
add_shard (KappaSharded *self, const char *name, GCancellable *cancellable, GError **error)
{
  KappaSource *index = kappa_tensor_file_get_source (KAPPA_TENSOR_FILE (self));
  g_autofree char *folder = g_path_get_dirname (kappa_source_get_path (index));
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (KappaSource) source = kappa_source_open (path, error);
  const KappaFormat *format;
  KappaTensorFile *shard;

  if (source == NULL || !kappa_format_sniff (source, &format, error))
    return FALSE;
  /* An index that names itself would go on for ever. */
  if (format->open == kappa_sharded_open)
    return fail (index, error, name, "is an index, too");
  shard = kappa_tensor_file_open_source (source, cancellable, error);
  if (shard != NULL)
    g_ptr_array_add (self->shards, shard);
  return shard != NULL;
}

/* Reads {tensor: file}; @owners gets the number of the file under the name of the tensor. */
static gboolean
read_map (KappaSharded *self,
          KappaJson *json,
          GHashTable *owners,
          GCancellable *cancellable,
          GError **error)
{
  KappaSource *source = kappa_tensor_file_get_source (KAPPA_TENSOR_FILE (self));
  g_autoptr (GHashTable) numbers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  guint32 value = kappa_json_get_first (json, kappa_json_lookup (json, 0, "weight_map"));

  for (; value != KAPPA_JSON_MISSING; value = kappa_json_get_next (json, value))
    {
      g_autofree char *tensor = kappa_json_get_key (json, value);
      g_autofree char *name = kappa_json_get_string (json, value);
      gpointer number;

      if (tensor == NULL || name == NULL || *name == '\0' || *name == '.'
          || strpbrk (name, "/\\") != NULL)
        return fail (source, error, name != NULL ? name : "weight_map",
                     "is not the name of a file beside the index");
      if (!g_hash_table_lookup_extended (numbers, name, NULL, &number))
        {
          if (self->shards->len == MAX_SHARDS)
            return fail (source, error, name, "is one file too many; at most 256 are read");
          if (!add_shard (self, name, cancellable, error))
            return FALSE;
          number = GUINT_TO_POINTER (self->shards->len - 1);
          g_hash_table_insert (numbers, g_steal_pointer (&name), number);
        }
      g_hash_table_insert (owners, g_steal_pointer (&tensor), number);
    }
  return TRUE;
}

static gboolean
add_tensor (KappaSharded *self, guint shard, guint index, GError **error)
{
  const KappaTensorInfo *info
      = kappa_tensor_file_get_info (g_ptr_array_index (self->shards, shard), index);
  KappaTensorLayout layout = { .element = info->element, .rank = info->rank };
  Place place = { shard, index };

  memcpy (layout.dims, info->dims, sizeof info->dims);
  kappa_strides_row_major (layout.dims, layout.rank, layout.strides);
  layout.storage = kappa_tensor_file_add_storage (KAPPA_TENSOR_FILE (self), 0,
                                                  info->n * kappa_element_get_size (info->element));
  g_array_append_val (self->places, place);
  return kappa_tensor_file_add (KAPPA_TENSOR_FILE (self), info->original_name, &layout, error);
}

/* Every tensor must be in the file the index says, and every tensor of the files in the index. */
static gboolean
add_tensors (KappaSharded *self, GHashTable *owners, GError **error)
{
  KappaSource *source = kappa_tensor_file_get_source (KAPPA_TENSOR_FILE (self));

  for (guint shard = 0; shard < self->shards->len; shard++)
    {
      KappaTensorFile *file = g_ptr_array_index (self->shards, shard);

      for (guint i = 0; i < kappa_tensor_file_get_n_tensors (file); i++)
        {
          const char *name = kappa_tensor_file_get_info (file, i)->original_name;
          gpointer owner;

          if (!g_hash_table_lookup_extended (owners, name, NULL, &owner)
              || GPOINTER_TO_UINT (owner) != shard)
            return fail (source, error, name, "is in a file where the index does not expect it");
          if (!add_tensor (self, shard, i, error))
            return FALSE;
          g_hash_table_remove (owners, name);
        }
    }
  if (g_hash_table_size (owners) > 0)
    {
      GHashTableIter iter;
      gpointer name;

      g_hash_table_iter_init (&iter, owners);
      g_hash_table_iter_next (&iter, &name, NULL);
      return fail (source, error, name, "is not in the file the index says");
    }
  return kappa_tensor_file_finish (KAPPA_TENSOR_FILE (self), TRUE, error);
}

/**
 * kappa_sharded_open:
 *
 * Returns: (transfer full): all tensors of the files an index names, as one file; %NULL with
 * %KAPPA_ERROR_FORMAT or %KAPPA_ERROR_UNSUPPORTED
 */
KappaTensorFile *
kappa_sharded_open (KappaSource *source, GCancellable *cancellable, GError **error)
{
  g_autoptr (KappaTensorFile) file
      = kappa_tensor_file_new (KAPPA_TYPE_SHARDED, source, "checkpoint in parts");
  g_autoptr (GHashTable) owners = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (KappaJson) json = kappa_json_load (source, error);

  if (json == NULL)
    return NULL;
  if (kappa_json_get_kind (json, kappa_json_lookup (json, 0, "weight_map")) != KAPPA_JSON_OBJECT)
    {
      kappa_source_fail (source, error, KAPPA_ERROR_UNSUPPORTED,
                         "this is JSON without a “weight_map”, so it is not the index of a "
                         "checkpoint; open the weights "
                         "themselves, or the folder");
      return NULL;
    }
  if (!read_map (KAPPA_SHARDED (file), json, owners, cancellable, error)
      || !add_tensors (KAPPA_SHARDED (file), owners, error))
    return NULL;
  return g_steal_pointer (&file);
}
