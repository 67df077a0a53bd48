#include "core/formats/zip-tensors.h"

#include <string.h>

#include "core/formats/formats-private.h"

struct _KappaZipTensors
{
  KappaTensorFile parent_instance;

  KappaZip *zip;
};

G_DEFINE_FINAL_TYPE (KappaZipTensors, kappa_zip_tensors, KAPPA_TYPE_TENSOR_FILE)

static gboolean
kappa_zip_tensors_read_span (KappaTensorFile *file,
                             guint storage,
                             guint64 offset,
                             gpointer data,
                             gsize size,
                             GError **error)
{
  return kappa_zip_read (KAPPA_ZIP_TENSORS (file)->zip, storage, offset, data, size, error);
}

static void
kappa_zip_tensors_finalize (GObject *object)
{
  g_clear_pointer (&KAPPA_ZIP_TENSORS (object)->zip, kappa_zip_free);
  G_OBJECT_CLASS (kappa_zip_tensors_parent_class)->finalize (object);
}

static void
kappa_zip_tensors_class_init (KappaZipTensorsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = kappa_zip_tensors_finalize;
  KAPPA_TENSOR_FILE_CLASS (klass)->read_span = kappa_zip_tensors_read_span;
}

static void
kappa_zip_tensors_init (KappaZipTensors *self)
{
}

/**
 * kappa_zip_tensors_new:
 * @zip: (transfer full): the archive; its members become the file's storages
 *
 * Returns: (transfer full): a file without tensors
 */
KappaTensorFile *
kappa_zip_tensors_new (KappaSource *source, KappaZip *zip, const char *format)
{
  KappaTensorFile *file = kappa_tensor_file_new (KAPPA_TYPE_ZIP_TENSORS, source, format);

  KAPPA_ZIP_TENSORS (file)->zip = zip;
  for (guint i = 0; i < kappa_zip_get_n_entries (zip); i++)
    kappa_tensor_file_add_storage (file, 0, kappa_zip_get_entry (zip, i)->size);
  return file;
}

static gboolean
has_name (KappaZip *zip, const char *suffix)
{
  for (guint i = 0; i < kappa_zip_get_n_entries (zip); i++)
    if (g_str_has_suffix (kappa_zip_get_entry (zip, i)->name, suffix))
      return TRUE;
  return FALSE;
}

static gboolean
has_directory (KappaZip *zip, const char *directory)
{
  for (guint i = 0; i < kappa_zip_get_n_entries (zip); i++)
    if (strstr (kappa_zip_get_entry (zip, i)->name, directory) != NULL)
      return TRUE;
  return FALSE;
}

/* What an archive is that is neither a PyTorch checkpoint nor numpy arrays, and what to do about
 * it. */
static const char *
explain_archive (KappaZip *zip)
{
  guint index;

  if (has_name (zip, "/constants.pkl") || has_directory (zip, "/code/"))
    return "this is a TorchScript archive, which carries code; load it in Python and save "
           "model.state_dict() instead";
  if (kappa_zip_find (zip, "model.weights.h5", &index))
    return "this is a Keras 3 archive, recognised but not yet read; save its weights as "
           "safetensors or npz";
  if (has_name (zip, "/models/model.json") || has_name (zip, "serialized_exported_program.json"))
    return "this is a torch.export archive, recognised but not read; save model.state_dict() "
           "instead";
  if (kappa_zip_get_n_entries (zip) == 0)
    return "this zip archive is empty";
  return "this zip archive is neither a PyTorch checkpoint (no data.pkl) nor numpy arrays (.npy)";
}

/**
 * kappa_zip_archive_open:
 *
 * Looks at the members' names for what kind of archive it is.
 *
 * Returns: (transfer full): the file; %NULL with %KAPPA_ERROR_FORMAT or %KAPPA_ERROR_UNSUPPORTED
 */
KappaTensorFile *
kappa_zip_archive_open (KappaSource *source, GCancellable *cancellable, GError **error)
{
  g_autoptr (KappaZip) zip = kappa_zip_open (source, error);

  if (zip == NULL)
    return NULL;
  if (has_name (zip, "/data.pkl") && !has_name (zip, "/constants.pkl")
      && !has_directory (zip, "/code/"))
    return kappa_torch_zip_open (source, g_steal_pointer (&zip), cancellable, error);
  if (has_name (zip, ".npy"))
    return kappa_npz_open (source, g_steal_pointer (&zip), cancellable, error);
  kappa_source_fail (source, error, KAPPA_ERROR_UNSUPPORTED, "%s", explain_archive (zip));
  return NULL;
}
