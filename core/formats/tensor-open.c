#include "core/formats/sniff.h"

/* What a folder from the Hugging Face hub keeps its weights in, the best first. */
static const char *const folder_names[] = { "model.safetensors", "model.safetensors.index.json",
                                            "pytorch_model.bin", "pytorch_model.bin.index.json" };

/* kappa_tensor_file_open() for a file that is open. */
KappaTensorFile *
kappa_tensor_file_open_source (KappaSource *source, GCancellable *cancellable, GError **error)
{
  const KappaFormat *format;

  if (g_cancellable_set_error_if_cancelled (cancellable, error)
      || !kappa_format_sniff (source, &format, error))
    return NULL;
  if (format->open != NULL)
    return format->open (source, cancellable, error);
  kappa_source_fail (source, error, KAPPA_ERROR_UNSUPPORTED, "this is %s; %s", format->name,
                     format->advice);
  return NULL;
}

static char *
find_in_folder (const char *path, GError **error)
{
  g_autofree char *name = g_filename_display_basename (path);

  for (gsize i = 0; i < G_N_ELEMENTS (folder_names); i++)
    {
      g_autofree char *file = g_build_filename (path, folder_names[i], NULL);

      if (g_file_test (file, G_FILE_TEST_IS_REGULAR))
        return g_steal_pointer (&file);
    }
  g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_UNSUPPORTED,
               "%s: this folder has none of model.safetensors, model.safetensors.index.json and "
               "pytorch_model.bin in it",
               name);
  return NULL;
}

/**
 * kappa_tensor_file_open:
 * @path: a checkpoint, the index of one in several parts, or a folder with one from the Hugging
 * Face hub
 *
 * What it is is told from its content. The file is kept open, but not mapped: its tensors are read
 * when they are asked for, and a file that shrinks meanwhile is an error.
 *
 * Returns: (transfer full): the file; %NULL with %KAPPA_ERROR_UNSUPPORTED, which says what the file
 * is and what to do, %KAPPA_ERROR_FORMAT if it is damaged, %G_IO_ERROR_CANCELLED, or with the
 * system's error
 */
KappaTensorFile *
kappa_tensor_file_open (const char *path, GCancellable *cancellable, GError **error)
{
  g_autofree char *found
      = g_file_test (path, G_FILE_TEST_IS_DIR) ? find_in_folder (path, error) : g_strdup (path);
  g_autoptr (KappaSource) source = found != NULL ? kappa_source_open (found, error) : NULL;

  return source != NULL ? kappa_tensor_file_open_source (source, cancellable, error) : NULL;
}
