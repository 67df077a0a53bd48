#include "core/formats/npy.h"

#include "core/formats/npy-header.h"
#include "core/formats/save.h"

static gboolean
write_array (GOutputStream *stream, gpointer data, GCancellable *cancellable, GError **error)
{
  const KappaExportTensor *tensor = data;
  g_autoptr (GBytes) header = kappa_npy_make_header (tensor->element, tensor->dims, tensor->rank);
  g_autoptr (GBytes) elements = kappa_save_elements (tensor, error);

  return elements != NULL
         && kappa_save_bytes (stream, g_bytes_get_data (header, NULL), g_bytes_get_size (header),
                              cancellable, error)
         && kappa_save_bytes (stream, g_bytes_get_data (elements, NULL),
                              g_bytes_get_size (elements), cancellable, error);
}

/**
 * kappa_npy_save:
 * @tensor: an array of any type; numpy has no bfloat16, which becomes raw pairs of bytes ("V2") as
 * JAX does it
 *
 * Returns: %FALSE with the system's error or %G_IO_ERROR_CANCELLED; @path is as it was then
 */
gboolean
kappa_npy_save (const char *path,
                const KappaExportTensor *tensor,
                GCancellable *cancellable,
                GError **error)
{
  return kappa_save_file (path, write_array, (gpointer)tensor, cancellable, error);
}
