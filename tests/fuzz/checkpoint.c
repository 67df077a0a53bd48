#include "tests/fuzz/checkpoint.h"

#include "core/formats/tensor-file-private.h"

/* Tensors beyond this take time, and nothing else. */
#define MAX_ELEMENTS ((gsize)1 << 16)
#define MAX_TENSORS  64

static void
read_tensor (KappaTensorFile *file, guint index)
{
  const KappaTensorInfo *info = kappa_tensor_file_get_info (file, index);
  g_autofree double *values = NULL;
  g_autoptr (GError) error = NULL;
  guint found;

  if (kappa_tensor_file_lookup (file, info->name, &found) != info || found != index)
    abort ();
  if (info->n > MAX_ELEMENTS)
    return;
  values = g_new (double, info->n + 1);
  if (kappa_tensor_file_read_doubles (file, index, values, &error) == (error != NULL))
    abort ();
}

/* Opens a checkpoint as the program would, and reads what is in it; a refusal must say why, as
 * text. */
void
fuzz_checkpoint (GBytes *bytes)
{
  g_autoptr (KappaSource) source = kappa_source_new_for_bytes (bytes, "fuzz");
  g_autoptr (GError) error = NULL;
  g_autoptr (KappaTensorFile) file = kappa_tensor_file_open_source (source, NULL, &error);
  const char *key;

  if ((file != NULL) == (error != NULL)
      || (error != NULL && !g_utf8_validate (error->message, -1, NULL)))
    abort ();
  if (file == NULL)
    return;
  for (guint i = 0; i < kappa_tensor_file_get_n_metadata (file); i++)
    if (!g_utf8_validate (kappa_tensor_file_get_metadata (file, i, &key), -1, NULL)
        || !g_utf8_validate (key, -1, NULL))
      abort ();
  for (guint i = 0; i < MIN (kappa_tensor_file_get_n_tensors (file), MAX_TENSORS); i++)
    read_tensor (file, i);
}
