#include "core/formats/npz.h"

#include "core/formats/npy-header.h"
#include "core/formats/save.h"
#include "core/formats/zip-writer.h"

typedef struct
{
  const KappaExportTensor *tensors;
  guint n_tensors;
} Arrays;

static gboolean
write_member (KappaZipWriter *zip, const KappaExportTensor *tensor, GError **error)
{
  g_autoptr (GBytes) header = NULL, elements = kappa_save_elements (tensor, error);
  g_autofree char *name = g_strconcat (tensor->name, ".npy", NULL);

  if (elements == NULL)
    return FALSE;
  header = kappa_npy_make_header (tensor->element, tensor->dims, tensor->rank);
  return kappa_zip_writer_add (zip, name, (const GBytes *const[]) { header, elements }, 2, error);
}

static gboolean
write_archive (GOutputStream *stream, gpointer data, GCancellable *cancellable, GError **error)
{
  const Arrays *arrays = data;
  g_auto (KappaZipWriter) zip = { 0 };

  kappa_zip_writer_init (&zip, stream, cancellable);
  for (guint i = 0; i < arrays->n_tensors; i++)
    if (!write_member (&zip, &arrays->tensors[i], error))
      return FALSE;
  return kappa_zip_writer_finish (&zip, error);
}

/**
 * kappa_npz_save:
 * @tensors: (array length=n_tensors): arrays of any type; numpy has no bfloat16, which becomes raw
 * pairs of bytes
 *   ("V2") as JAX does it
 *
 * Writes what numpy.savez() would: an archive of stored arrays. Equal content gives equal files.
 *
 * Returns: %FALSE with %KAPPA_ERROR_USAGE, the system's error or %G_IO_ERROR_CANCELLED; @path is as
 * it was then
 */
gboolean
kappa_npz_save (const char *path,
                const KappaExportTensor *tensors,
                guint n_tensors,
                GCancellable *cancellable,
                GError **error)
{
  Arrays arrays = { tensors, n_tensors };

  return kappa_save_names (tensors, n_tensors, error)
         && kappa_save_file (path, write_archive, &arrays, cancellable, error);
}
