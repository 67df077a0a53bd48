#include "core/formats/torch.h"

#include <string.h>

#include "core/formats/formats-private.h"
#include "core/formats/tar.h"

/*
 * PyTorch's tar files (2016 and 2017): "storages" holds a count, then (key, location, type), number
 * of elements and elements of each, then a list of parts of storages; "tensors" holds a count, then
 * (key, storage's key, type), rank, sizes, strides and offset of each; "pickle" is the checkpoint,
 * which refers to tensors by key.
 */

typedef struct
{
  KappaTorch torch;
  GArray *members;
} Archive;

static gboolean
fail (Archive *self, GError **error, const char *what)
{
  return kappa_source_fail (self->torch.source, error, KAPPA_ERROR_FORMAT,
                            "PyTorch tar archive: %s", what);
}

static gboolean
check_members (Archive *self, GError **error)
{
  static const char *const known[] = { "sys_info", "pickle", "tensors", "storages", NULL };

  for (guint i = 0; i < self->members->len; i++)
    if (!g_strv_contains (known, g_array_index (self->members, KappaTarMember, i).name))
      return fail (
          self, error,
          "it has members PyTorch does not write; it is something else, or was tampered with");
  return self->members->len == g_strv_length ((GStrv)known)
         || fail (self, error, "sys_info, pickle, tensors and storages must all be there");
}

static void
open_member (Archive *self, const char *name, KappaCursor *cursor)
{
  for (guint i = 0; i < self->members->len; i++)
    {
      const KappaTarMember *member = &g_array_index (self->members, KappaTarMember, i);

      if (strcmp (member->name, name) == 0)
        kappa_cursor_init (cursor, self->torch.source, member->offset,
                           member->offset + member->size);
    }
}

static gboolean
check_system (Archive *self, GError **error)
{
  g_auto (KappaCursor) cursor = { 0 };
  g_autoptr (KappaPickle) system = NULL;
  gint64 number;

  open_member (self, "sys_info", &cursor);
  system = kappa_pickle_read (&cursor, KAPPA_PICKLE_TAR, error);
  if (system == NULL)
    return FALSE;
  self->torch.swap = G_BYTE_ORDER != G_LITTLE_ENDIAN;
  if (!kappa_pickle_value_get_int (
          kappa_pickle_value_lookup (kappa_pickle_get_root (system), "little_endian"), &number))
    return fail (self, error, "the byte order is not said");
  return number != 0
         || fail (self, error, "it was written on a big-endian machine; save it anew on another");
}

static gboolean
read_count (Archive *self, KappaCursor *cursor, gint64 *count, GError **error)
{
  g_autoptr (KappaPickle) pickle = kappa_pickle_read (cursor, KAPPA_PICKLE_TAR, error);

  if (pickle == NULL)
    return FALSE;
  if (!kappa_pickle_value_get_int (kappa_pickle_get_root (pickle), count) || *count < 0)
    return fail (self, error, "a count is not a number");
  return TRUE;
}

/* Keys are numbers, or text that is one. */
static char *
get_key (const KappaPickleValue *value)
{
  gint64 number;
  gsize length;
  const char *text = kappa_pickle_value_get_string (value, &length);

  if (text != NULL)
    return length > 0 && length < 32 && strspn (text, "0123456789") == length ? g_strdup (text)
                                                                              : NULL;
  return kappa_pickle_value_get_int (value, &number) && number >= 0
             ? g_strdup_printf ("%" G_GINT64_FORMAT, number)
             : NULL;
}

/* A pickled tuple of three: a key, anything, anything. */
static KappaPickle *
read_triple (Archive *self, KappaCursor *cursor, char **key, GError **error)
{
  g_autoptr (KappaPickle) pickle = kappa_pickle_read (cursor, KAPPA_PICKLE_TAR, error);
  const KappaPickleValue *root;

  if (pickle == NULL)
    return NULL;
  root = kappa_pickle_get_root (pickle);
  if (kappa_pickle_value_get_n (root) == 3 && root->kind == KAPPA_PICKLE_TUPLE)
    *key = get_key (root->items[0]);
  if (*key != NULL)
    return g_steal_pointer (&pickle);
  fail (self, error, "a tensor or storage is not described by key, place and type");
  return NULL;
}

static gboolean
read_storage (Archive *self, KappaCursor *cursor, GError **error)
{
  g_autofree char *key = NULL;
  g_autoptr (KappaPickle) pickle = read_triple (self, cursor, &key, error);
  KappaTorchStorage *storage;
  const KappaPickleValue *type;
  gint64 n;

  if (pickle == NULL || !kappa_cursor_read_int64 (cursor, &n, error))
    return FALSE;
  if (n < 0 || kappa_torch_get_storage (&self->torch, key) != NULL)
    return fail (self, error, "a storage has a negative size or stands there twice");
  type = kappa_pickle_get_root (pickle)->items[2];
  storage = kappa_torch_add_storage (
      &self->torch, key,
      type->kind == KAPPA_PICKLE_GLOBAL ? kappa_pickle_value_get_name (type) : NULL, (guint64)n,
      error);
  if (storage == NULL)
    return FALSE;
  storage->number = kappa_tensor_file_add_storage (self->torch.file, cursor->position,
                                                   kappa_torch_storage_size (storage));
  storage->located = TRUE;
  return kappa_cursor_skip (cursor, kappa_torch_storage_size (storage), error);
}

/* (key, key of the whole, first element, number of elements): a part of a storage with a key of its
 * own. */
static gboolean
add_view (Archive *self, const KappaPickleValue *view, GError **error)
{
  gboolean sound = view->kind == KAPPA_PICKLE_TUPLE && view->n == 4;
  g_autofree char *key = sound ? get_key (view->items[0]) : NULL;
  g_autofree char *root_key = sound ? get_key (view->items[1]) : NULL;
  KappaTorchStorage *root
      = root_key != NULL ? kappa_torch_get_storage (&self->torch, root_key) : NULL,
      *storage;
  gint64 first, n;

  if (key == NULL || root == NULL || kappa_torch_get_storage (&self->torch, key) != NULL
      || !kappa_pickle_value_get_int (view->items[2], &first)
      || !kappa_pickle_value_get_int (view->items[3], &n) || first < 0 || n < 0
      || (guint64)first > root->n || (guint64)n > root->n - (guint64)first)
    return fail (self, error, "a part of a storage is impossible");
  storage = g_new (KappaTorchStorage, 1);
  *storage = *root;
  storage->key = g_steal_pointer (&key);
  storage->root = g_steal_pointer (&root_key);
  storage->first = (guint64)first;
  storage->n = (guint64)n;
  storage->number = kappa_tensor_file_add_part (
      self->torch.file, root->number, storage->first * kappa_element_get_size (root->element),
      kappa_torch_storage_size (storage));
  g_hash_table_insert (self->torch.storages, storage->key, storage);
  return TRUE;
}

static gboolean
check_end (Archive *self, const KappaCursor *cursor, GError **error)
{
  return kappa_cursor_get_left (cursor) == 0
         || fail (self, error, "a member goes on after its end");
}

static gboolean
read_storages (Archive *self, GError **error)
{
  g_auto (KappaCursor) cursor = { 0 };
  g_autoptr (KappaPickle) views = NULL;
  const KappaPickleValue *list;
  gint64 count;

  open_member (self, "storages", &cursor);
  if (!read_count (self, &cursor, &count, error))
    return FALSE;
  for (gint64 i = 0; i < count; i++)
    if (!read_storage (self, &cursor, error))
      return FALSE;
  views = kappa_pickle_read (&cursor, KAPPA_PICKLE_TAR, error);
  if (views == NULL)
    return FALSE;
  list = kappa_pickle_get_root (views);
  if (list->kind != KAPPA_PICKLE_LIST)
    return fail (self, error, "the parts of storages are not a list");
  for (guint i = 0; i < list->n; i++)
    if (!add_view (self, list->items[i], error))
      return FALSE;
  return check_end (self, &cursor, error);
}

static gboolean
read_sizes (Archive *self, KappaCursor *cursor, gsize *sizes, guint rank, GError **error)
{
  for (guint i = 0; i < rank; i++)
    {
      gint64 size;

      if (!kappa_cursor_read_int64 (cursor, &size, error))
        return FALSE;
      if (size < 0)
        return fail (self, error, "a tensor has a negative size, stride or offset");
      sizes[i] = (gsize)size;
    }
  return TRUE;
}

static gboolean
read_layout (Archive *self,
             KappaCursor *cursor,
             const KappaTorchStorage *storage,
             KappaTensorLayout *layout,
             GError **error)
{
  gint32 rank, junk;
  gsize first = 0;

  if (!kappa_cursor_read_int32 (cursor, &rank, error)
      || !kappa_cursor_read_int32 (cursor, &junk, error))
    return FALSE;
  if (rank < 0 || rank > KAPPA_TENSOR_MAX_RANK)
    return fail (self, error, "a tensor has more than 8 dimensions");
  *layout = (KappaTensorLayout) { .element = storage->element,
                                  .rank = (guint)rank,
                                  .storage = storage->number,
                                  .swap = self->torch.swap };
  if (!read_sizes (self, cursor, layout->dims, layout->rank, error)
      || !read_sizes (self, cursor, layout->strides, layout->rank, error)
      || !read_sizes (self, cursor, &first, 1, error))
    return FALSE;
  return g_size_checked_mul (&layout->offset, first, kappa_element_get_size (storage->element))
         || fail (self, error, "a tensor begins beyond its storage");
}

static gboolean
read_tensor (Archive *self, KappaCursor *cursor, GError **error)
{
  g_autofree char *key = NULL, *storage_key = NULL;
  g_autoptr (KappaPickle) pickle = read_triple (self, cursor, &key, error);
  g_autofree KappaTensorLayout *layout = g_new (KappaTensorLayout, 1);
  KappaTorchStorage *storage;

  if (pickle == NULL)
    return FALSE;
  storage_key = get_key (kappa_pickle_get_root (pickle)->items[1]);
  storage = storage_key != NULL ? kappa_torch_get_storage (&self->torch, storage_key) : NULL;
  if (storage == NULL)
    return fail (self, error, "a tensor's storage is not there");
  if (!read_layout (self, cursor, storage, layout, error))
    return FALSE;
  if (!g_hash_table_insert (self->torch.tensors, g_steal_pointer (&key), g_steal_pointer (&layout)))
    return fail (self, error, "two tensors have the same key");
  return TRUE;
}

static gboolean
read_tensors (Archive *self, GError **error)
{
  g_auto (KappaCursor) cursor = { 0 };
  gint64 count;

  self->torch.tensors = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  open_member (self, "tensors", &cursor);
  if (!read_count (self, &cursor, &count, error))
    return FALSE;
  for (gint64 i = 0; i < count; i++)
    if (!read_tensor (self, &cursor, error))
      return FALSE;
  return check_end (self, &cursor, error);
}

static gboolean
read_archive (Archive *self, GError **error)
{
  g_auto (KappaCursor) cursor = { 0 };
  g_autoptr (KappaPickle) pickle = NULL;

  if (!check_members (self, error) || !check_system (self, error) || !read_storages (self, error)
      || !read_tensors (self, error))
    return FALSE;
  open_member (self, "pickle", &cursor);
  pickle = kappa_pickle_read (&cursor, KAPPA_PICKLE_TAR, error);
  if (pickle == NULL)
    return FALSE;
  return check_end (self, &cursor, error)
         && kappa_torch_add_tensors (&self->torch, g_steal_pointer (&pickle), error);
}

/**
 * kappa_torch_tar_open:
 *
 * Returns: (transfer full): the file; %NULL with %KAPPA_ERROR_FORMAT or %KAPPA_ERROR_UNSUPPORTED
 */
KappaTensorFile *
kappa_torch_tar_open (KappaSource *source, GCancellable *cancellable, GError **error)
{
  g_autoptr (GArray) members = kappa_tar_list (source, error);
  g_autoptr (KappaTensorFile) file = NULL;
  Archive archive = { .members = members };
  gboolean sound;

  if (members == NULL)
    return NULL;
  file = kappa_tensor_file_new (KAPPA_TYPE_TENSOR_FILE, source, "PyTorch tar archive");
  kappa_torch_init (&archive.torch, file);
  sound = read_archive (&archive, error);
  kappa_torch_clear (&archive.torch);
  return sound ? g_steal_pointer (&file) : NULL;
}
