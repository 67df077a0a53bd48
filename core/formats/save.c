#include "core/formats/save.h"

#include "core/base/error.h"
#include "core/formats/atomic-file.h"
#include "core/formats/strided.h"

typedef struct
{
  KappaSaveFunc func;
  gpointer data;
  GCancellable *cancellable;
} Save;

static gboolean
write_file (const char *path, gpointer data, GError **error)
{
  const Save *save = data;
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileOutputStream) stream
      = g_file_append_to (file, G_FILE_CREATE_NONE, save->cancellable, error);

  return stream != NULL
         && save->func (G_OUTPUT_STREAM (stream), save->data, save->cancellable, error)
         && g_output_stream_close (G_OUTPUT_STREAM (stream), save->cancellable, error);
}

/**
 * kappa_save_file:
 *
 * Makes or replaces a file as kappa_atomic_write() does.
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
  Save save = { func, data, cancellable };

  return kappa_atomic_write (path, write_file, &save, error);
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
 * kappa_save_elements:
 *
 * Returns: (transfer full): the bytes of the elements, from where the tensor has them; %NULL with
 * %KAPPA_ERROR_USAGE, %KAPPA_ERROR_MEMORY or the error of its @read
 */
GBytes *
kappa_save_elements (const KappaExportTensor *tensor, GError **error)
{
  g_autofree gpointer elements = NULL;
  gsize size;

  if (!kappa_save_size (tensor, &size, error))
    return NULL;
  if (tensor->read == NULL)
    return g_bytes_new_static (tensor->data, size);
  elements = g_try_malloc (MAX (size, 1));
  if (elements == NULL)
    {
      g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_MEMORY,
                   "the array “%s” takes %" G_GSIZE_FORMAT " bytes of memory, which cannot be had",
                   tensor->name, size);
      return NULL;
    }
  return tensor->read (tensor, elements, error)
             ? g_bytes_new_take (g_steal_pointer (&elements), size)
             : NULL;
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
