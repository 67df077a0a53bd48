#include "core/formats/save.h"

#include "core/base/error.h"
#include "core/formats/strided.h"

/**
 * kappa_save_file:
 *
 * Writes a file beside @path and moves it there when it is complete, so that @path is never half a
 * file.
 *
 * Returns: %FALSE with the system's error, %G_IO_ERROR_CANCELLED, or what @func gave; @path is as
 * it was then
 */
gboolean
kappa_save_file (const char *path,
                 KappaSaveFunc func,
                 gpointer data,
                 GCancellable *cancellable,
                 GError **error)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GCancellable) abandoned = g_cancellable_new ();
  g_autoptr (GFileOutputStream) stream = NULL;

  stream = g_file_replace (file, NULL, FALSE, G_FILE_CREATE_NONE, cancellable, error);
  if (stream == NULL)
    return FALSE;
  if (func (G_OUTPUT_STREAM (stream), data, cancellable, error))
    return g_output_stream_close (G_OUTPUT_STREAM (stream), cancellable, error);
  /* Closing a replacement under a cancelled cancellable throws it away. */
  g_cancellable_cancel (abandoned);
  g_output_stream_close (G_OUTPUT_STREAM (stream), abandoned, NULL);
  return FALSE;
}

gboolean
kappa_save_bytes (GOutputStream *stream,
                  const void *data,
                  gsize size,
                  GCancellable *cancellable,
                  GError **error)
{
  return g_output_stream_write_all (stream, data, size, NULL, cancellable, error);
}

/**
 * kappa_save_size:
 * @size: (out): bytes the elements take
 *
 * Returns: %FALSE with %KAPPA_ERROR_USAGE if the tensor's description is impossible
 */
gboolean
kappa_save_size (const KappaExportTensor *tensor, gsize *size, GError **error)
{
  gsize n;

  if (tensor->rank <= KAPPA_TENSOR_MAX_RANK && kappa_shape_count (tensor->dims, tensor->rank, &n)
      && g_size_checked_mul (size, n, kappa_element_get_size (tensor->element)))
    return TRUE;
  g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE, "the array “%s” is too large to be saved",
               tensor->name);
  return FALSE;
}

/**
 * kappa_save_names:
 *
 * Returns: %FALSE with %KAPPA_ERROR_USAGE if a name is empty, not UTF-8, or there twice
 */
gboolean
kappa_save_names (const KappaExportTensor *tensors, guint n_tensors, GError **error)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < n_tensors; i++)
    if (*tensors[i].name == '\0' || !g_utf8_validate (tensors[i].name, -1, NULL)
        || !g_hash_table_add (seen, (gpointer)tensors[i].name))
      {
        g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE,
                     "array %u has no name, or that of another one", i);
        return FALSE;
      }
  return TRUE;
}
