#include "core/formats/torch.h"
#include "core/formats/zip-tensors.h"

#include <string.h>

/*
 * PyTorch's zip archives (since 1.6): all records in one directory of any name, data.pkl the
 * checkpoint, data/KEY the storages, all stored and none compressed.
 */

typedef struct
{
  KappaTorch torch;
  KappaZip *zip;
  char *directory; /* with its slash */
  guint pickle;
} Archive;

static gboolean
fail_member (KappaSource *source, GError **error, const char *name, const char *what)
{
  g_autofree char *quoted = kappa_source_quote (name, strlen (name));

  return kappa_source_fail (source, error, KAPPA_ERROR_FORMAT,
                            "PyTorch archive: the member “%s” %s", quoted, what);
}

/* Everything PyTorch writes and nothing else: what stays hidden from one reader is found by
 * another. */
static gboolean
check_member (Archive *self, const KappaZipEntry *entry, GError **error)
{
  static const char *const known[] = { "data.pkl",
                                       "version",
                                       "byteorder",
                                       ".format_version",
                                       ".storage_alignment",
                                       ".data/serialization_id",
                                       NULL };
  const char *record = entry->name + strlen (self->directory);

  if (!g_str_has_prefix (entry->name, self->directory))
    return fail_member (self->torch.source, error, entry->name,
                        "is outside the directory of the others");
  if (entry->deflated)
    return fail_member (self->torch.source, error, entry->name,
                        "is compressed, which PyTorch never does");
  if (g_strv_contains (known, record)
      || (g_str_has_prefix (record, "data/") && record[5] != '\0'
          && strchr (record + 5, '/') == NULL))
    return TRUE;
  return fail_member (self->torch.source, error, entry->name, "is not a record PyTorch writes");
}

static gboolean
check_members (Archive *self, GError **error)
{
  const char *first = kappa_zip_get_entry (self->zip, 0)->name, *slash = strchr (first, '/');
  g_autofree char *pickle = NULL;

  self->directory = g_strndup (first, slash != NULL ? (gsize)(slash - first) + 1 : 0);
  for (guint i = 0; i < kappa_zip_get_n_entries (self->zip); i++)
    if (!check_member (self, kappa_zip_get_entry (self->zip, i), error))
      return FALSE;
  pickle = g_strconcat (self->directory, "data.pkl", NULL);
  return kappa_zip_find (self->zip, pickle, &self->pickle)
         || fail_member (self->torch.source, error, pickle, "is missing");
}

/* The content of a short record, with white space taken away; NULL if the archive has none. */
static gboolean
read_word (Archive *self, const char *record, char **word, GError **error)
{
  g_autofree char *name = g_strconcat (self->directory, record, NULL);
  char text[64] = { 0 };
  guint index;
  guint64 size;

  *word = NULL;
  if (!kappa_zip_find (self->zip, name, &index))
    return TRUE;
  size = kappa_zip_get_entry (self->zip, index)->size;
  if (size >= sizeof text)
    return fail_member (self->torch.source, error, name, "is longer than the word it should be");
  if (!kappa_zip_read (self->zip, index, 0, text, (gsize)size, error))
    return FALSE;
  *word = g_strdup (g_strstrip (text));
  return TRUE;
}

static gboolean
read_notes (Archive *self, GError **error)
{
  g_autofree char *version = NULL, *order = NULL, *shown = NULL;

  if (!read_word (self, "version", &version, error)
      || !read_word (self, "byteorder", &order, error))
    return FALSE;
  if (version != NULL)
    {
      shown = kappa_source_quote (version, strlen (version));
      kappa_tensor_file_add_metadata (self->torch.file, "archive version", shown);
    }
  if (order != NULL && strcmp (order, "little") != 0 && strcmp (order, "big") != 0)
    return kappa_source_fail (self->torch.source, error, KAPPA_ERROR_FORMAT,
                              "PyTorch archive: the byte order is neither little nor big");
  self->torch.swap
      = (order != NULL && strcmp (order, "big") == 0) == (G_BYTE_ORDER == G_LITTLE_ENDIAN);
  return TRUE;
}

static KappaPickle *
read_pickle (Archive *self, GError **error)
{
  const KappaZipEntry *entry = kappa_zip_get_entry (self->zip, self->pickle);
  g_auto (KappaCursor) cursor = { 0 };
  g_autoptr (KappaPickle) pickle = NULL;

  /* Reading nothing of it is enough to have its checksum looked at. */
  if (!kappa_zip_read (self->zip, self->pickle, 0, NULL, 0, error))
    return NULL;
  kappa_cursor_init (&cursor, self->torch.source, entry->offset, entry->offset + entry->size);
  pickle = kappa_pickle_read (&cursor, KAPPA_PICKLE_CHECKPOINT, error);
  if (pickle == NULL)
    return NULL;
  if (kappa_cursor_get_left (&cursor) > 0)
    {
      fail_member (self->torch.source, error, entry->name, "goes on after the end of the pickle");
      return NULL;
    }
  return g_steal_pointer (&pickle);
}

/* Every storage is a member whose size is what the pickle says. */
static gboolean
locate_storages (Archive *self, GError **error)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->torch.storages);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      KappaTorchStorage *storage = value;
      g_autofree char *name = g_strconcat (self->directory, "data/", storage->key, NULL);

      if (storage->root != NULL)
        return fail_member (self->torch.source, error, name, "is said to be part of another");
      if (!kappa_zip_find (self->zip, name, &storage->number))
        return fail_member (self->torch.source, error, name, "is missing");
      if (kappa_zip_get_entry (self->zip, storage->number)->size
          != kappa_torch_storage_size (storage))
        return fail_member (self->torch.source, error, name,
                            "is not as large as its tensors' storage");
    }
  return TRUE;
}

static gboolean
read_archive (Archive *self, GError **error)
{
  g_autoptr (KappaPickle) pickle = NULL;

  if (!check_members (self, error) || !read_notes (self, error))
    return FALSE;
  pickle = read_pickle (self, error);
  if (pickle == NULL)
    return FALSE;
  return kappa_torch_collect_storages (&self->torch, pickle, error) && locate_storages (self, error)
         && kappa_torch_add_tensors (&self->torch, g_steal_pointer (&pickle), error);
}

/**
 * kappa_torch_zip_open:
 * @zip: (transfer full): the archive
 *
 * Returns: (transfer full): the file; %NULL with %KAPPA_ERROR_FORMAT or %KAPPA_ERROR_UNSUPPORTED
 */
KappaTensorFile *
kappa_torch_zip_open (KappaSource *source, KappaZip *zip, GCancellable *cancellable, GError **error)
{
  g_autoptr (KappaTensorFile) file = kappa_zip_tensors_new (source, zip, "PyTorch zip archive");
  Archive archive = { .zip = zip };
  gboolean sound;

  kappa_torch_init (&archive.torch, file);
  sound = read_archive (&archive, error);
  kappa_torch_clear (&archive.torch);
  g_free (archive.directory);
  return sound ? g_steal_pointer (&file) : NULL;
}
