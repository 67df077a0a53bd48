#include "core/formats/torch.h"

#include <string.h>

#include "core/formats/formats-private.h"

/*
 * PyTorch's stream (0.2 to 1.5): pickles of a magic number, the protocol, the system, the
 * checkpoint, and the list of the storages' keys; then each storage in that order, its number of
 * elements before it.
 */

/* PROTO 2, LONG1 of 10 bytes 0x1950a86a20f9469cfc6c, STOP. */
#define MAGIC_SIZE 15
#define PROTOCOL   1001

static gboolean
fail (KappaTorch *torch, GError **error, const char *what)
{
  return kappa_source_fail (torch->source, error, KAPPA_ERROR_FORMAT, "PyTorch legacy stream: %s",
                            what);
}

static gboolean
check_system (KappaTorch *torch, KappaCursor *cursor, GError **error)
{
  g_autoptr (KappaPickle) protocol = NULL, system = NULL;
  gint64 number;

  protocol = kappa_pickle_read (cursor, KAPPA_PICKLE_CHECKPOINT, error);
  if (protocol == NULL)
    return FALSE;
  if (!kappa_pickle_value_get_int (kappa_pickle_get_root (protocol), &number) || number != PROTOCOL)
    return fail (torch, error, "the protocol is not 1001, the only one there is");
  system = kappa_pickle_read (cursor, KAPPA_PICKLE_CHECKPOINT, error);
  if (system == NULL)
    return FALSE;
  if (!kappa_pickle_value_get_int (
          kappa_pickle_value_lookup (kappa_pickle_get_root (system), "little_endian"), &number))
    return fail (torch, error, "the byte order is not said");
  torch->swap = G_BYTE_ORDER != G_LITTLE_ENDIAN;
  return number != 0
         || fail (torch, error, "it was written on a big-endian machine; save it anew on another");
}

/* One storage: its number of elements, which the pickle must have said too, and its elements. */
static gboolean
locate_storage (KappaTorch *torch, KappaCursor *cursor, const KappaPickleValue *key, GError **error)
{
  gsize length;
  const char *text = kappa_pickle_value_get_string (key, &length);
  KappaTorchStorage *storage
      = text != NULL && strlen (text) == length ? kappa_torch_get_storage (torch, text) : NULL;
  gint64 n;

  if (storage == NULL || storage->root != NULL)
    return fail (torch, error, "a storage in the list belongs to no tensor");
  if (storage->located)
    return fail (torch, error, "a storage is in the list twice");
  if (!kappa_cursor_read_int64 (cursor, &n, error))
    return FALSE;
  if (n < 0 || (guint64)n != storage->n)
    return fail (torch, error, "a storage has another number of elements than its tensors say");
  storage->number = kappa_tensor_file_add_storage (torch->file, cursor->position,
                                                   kappa_torch_storage_size (storage));
  storage->located = TRUE;
  return kappa_cursor_skip (cursor, kappa_torch_storage_size (storage), error);
}

/* Parts of storages become storages of their own. */
static gboolean
locate_views (KappaTorch *torch, GError **error)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, torch->storages);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      KappaTorchStorage *storage = value;
      KappaTorchStorage *root
          = storage->root != NULL ? kappa_torch_get_storage (torch, storage->root) : NULL;

      if (root != NULL && root->located)
        {
          storage->number = kappa_tensor_file_add_part (
              torch->file, root->number, storage->first * kappa_element_get_size (storage->element),
              kappa_torch_storage_size (storage));
          storage->located = TRUE;
        }
      if (!storage->located)
        return fail (torch, error, "a storage that tensors use is not in the list");
    }
  return TRUE;
}

static gboolean
locate_storages (KappaTorch *torch, KappaCursor *cursor, GCancellable *cancellable, GError **error)
{
  g_autoptr (KappaPickle) keys = kappa_pickle_read (cursor, KAPPA_PICKLE_CHECKPOINT, error);
  const KappaPickleValue *list;

  if (keys == NULL)
    return FALSE;
  list = kappa_pickle_get_root (keys);
  if (kappa_pickle_value_get_kind (list) != KAPPA_PICKLE_LIST)
    return fail (torch, error, "the storages' keys are not a list");
  for (guint i = 0; i < kappa_pickle_value_get_n (list); i++)
    if (g_cancellable_set_error_if_cancelled (cancellable, error)
        || !locate_storage (torch, cursor, kappa_pickle_value_get_item (list, i), error))
      return FALSE;
  if (kappa_cursor_get_left (cursor) > 0)
    return fail (torch, error, "something follows the last storage");
  return locate_views (torch, error);
}

static gboolean
read_stream (KappaTorch *torch, KappaCursor *cursor, GCancellable *cancellable, GError **error)
{
  g_autoptr (KappaPickle) pickle = NULL;

  if (!check_system (torch, cursor, error))
    return FALSE;
  pickle = kappa_pickle_read (cursor, KAPPA_PICKLE_CHECKPOINT, error);
  if (pickle == NULL)
    return FALSE;
  return kappa_torch_collect_storages (torch, pickle, error)
         && locate_storages (torch, cursor, cancellable, error)
         && kappa_torch_add_tensors (torch, g_steal_pointer (&pickle), error);
}

/**
 * kappa_torch_legacy_open:
 *
 * Returns: (transfer full): the file; %NULL with %KAPPA_ERROR_FORMAT or %KAPPA_ERROR_UNSUPPORTED
 */
KappaTensorFile *
kappa_torch_legacy_open (KappaSource *source, GCancellable *cancellable, GError **error)
{
  g_autoptr (KappaTensorFile) file
      = kappa_tensor_file_new (KAPPA_TYPE_TENSOR_FILE, source, "PyTorch legacy stream");
  g_auto (KappaTorch) torch = { 0 };
  g_auto (KappaCursor) cursor = { 0 };

  kappa_torch_init (&torch, file);
  kappa_cursor_init (&cursor, source, MIN (MAGIC_SIZE, kappa_source_get_size (source)),
                     kappa_source_get_size (source));
  return read_stream (&torch, &cursor, cancellable, error) ? g_steal_pointer (&file) : NULL;
}
