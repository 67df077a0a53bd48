#include "core/formats/npy-private.h"
#include "core/formats/zip-tensors.h"

#include <string.h>

/* Larger arrays are refused when they are compressed better than this: real weights and images
 * never are. */
#define MAX_UNCHECKED ((guint64)256 << 20)
#define MAX_RATIO     200

static gboolean
fail (KappaSource *source, const char *member, GError **error, const char *what)
{
  g_autofree char *name = kappa_source_quote (member, strlen (member));

  return kappa_source_fail (source, error, KAPPA_ERROR_FORMAT, "the member “%s” %s", name, what);
}

static gboolean
add_member (KappaTensorFile *file, KappaZip *zip, guint index, GError **error)
{
  const KappaZipEntry *entry = kappa_zip_get_entry (zip, index);
  KappaSource *source = kappa_tensor_file_get_source (file);
  gsize n = MIN (entry->size, KAPPA_NPY_MAX_HEADER);
  g_autofree guint8 *data = g_malloc (MAX (n, 1));
  g_autofree char *name = NULL;
  g_autofree char *quoted = kappa_source_quote (entry->name, strlen (entry->name));
  KappaTensorLayout layout;
  KappaNpyHeader header;
  const char *what;

  if (!g_str_has_suffix (entry->name, ".npy") || strlen (entry->name) == 4)
    return fail (source, entry->name, error, "is not a .npy array");
  if (entry->size > MAX_UNCHECKED && entry->size / MAX_RATIO > entry->stored_size)
    return fail (source, entry->name, error,
                 "grows more than 200-fold when decompressed, to more than 256 MiB; no real "
                 "weights or images do");
  if (!kappa_zip_peek (zip, index, data, n, error))
    return FALSE;
  if (!kappa_npy_parse_header (data, n, TRUE, &header, error))
    {
      g_prefix_error (error, "%s: the member “%s”: ", kappa_source_get_name (source), quoted);
      return FALSE;
    }
  what = kappa_npy_check_size (&header, entry->size);
  if (what != NULL)
    return fail (source, entry->name, error, what);
  kappa_npy_get_layout (&header, index, &layout);
  name = g_strndup (entry->name, strlen (entry->name) - 4);
  return kappa_tensor_file_add (file, name, &layout, error);
}

/**
 * kappa_npz_open:
 * @zip: (transfer full): the archive
 *
 * Names are the members' without ".npy"; they may have slashes in them, as Google's do. Prefixes
 * are taken away as in all checkpoints.
 *
 * Returns: (transfer full): the file; %NULL with %KAPPA_ERROR_FORMAT or %KAPPA_ERROR_UNSUPPORTED
 */
KappaTensorFile *
kappa_npz_open (KappaSource *source, KappaZip *zip, GCancellable *cancellable, GError **error)
{
  g_autoptr (KappaTensorFile) file = kappa_zip_tensors_new (source, zip, "NumPy archive");

  for (guint i = 0; i < kappa_zip_get_n_entries (zip); i++)
    if (g_cancellable_set_error_if_cancelled (cancellable, error)
        || !add_member (file, zip, i, error))
      return NULL;
  return kappa_tensor_file_finish (file, TRUE, error) ? g_steal_pointer (&file) : NULL;
}
