#include "core/formats/formats-private.h"

#include <string.h>

#include "core/formats/npy-header.h"
#include "core/formats/npy-private.h"
#include "core/formats/strided.h"

/* Turns what an array's header says into a layout within a storage that begins with that header. */
void
kappa_npy_get_layout (const KappaNpyHeader *header, guint storage, KappaTensorLayout *layout)
{
  *layout = (KappaTensorLayout) { .element = header->element,
                                  .rank = header->rank,
                                  .storage = storage,
                                  .offset = header->size,
                                  .swap = header->swap };
  memcpy (layout->dims, header->dims, sizeof header->dims);
  if (header->fortran)
    kappa_strides_col_major (layout->dims, layout->rank, layout->strides);
  else
    kappa_strides_row_major (layout->dims, layout->rank, layout->strides);
}

/* What is wrong if @size bytes hold header and elements, NULL if they fit exactly. */
const char *
kappa_npy_check_size (const KappaNpyHeader *header, guint64 size)
{
  guint64 elements = size - header->size;

  if (elements < header->n_bytes)
    return "is shorter than its shape says: the file is truncated";
  return elements > header->n_bytes ? "is longer than its shape says" : NULL;
}

/**
 * kappa_npy_open:
 *
 * Returns: (transfer full): a file with one tensor, called "array"; %NULL with %KAPPA_ERROR_FORMAT
 * or %KAPPA_ERROR_UNSUPPORTED
 */
KappaTensorFile *
kappa_npy_open (KappaSource *source, GCancellable *cancellable, GError **error)
{
  g_autoptr (KappaTensorFile) file
      = kappa_tensor_file_new (KAPPA_TYPE_TENSOR_FILE, source, "NumPy array");
  guint64 size = kappa_source_get_size (source);
  gsize n = MIN (size, KAPPA_NPY_MAX_HEADER);
  g_autofree guint8 *data = g_malloc (MAX (n, 1));
  KappaTensorLayout layout;
  KappaNpyHeader header;
  const char *what;

  if (!kappa_source_read (source, 0, data, n, error))
    return NULL;
  if (!kappa_npy_parse_header (data, n, TRUE, &header, error))
    {
      g_prefix_error (error, "%s: ", kappa_source_get_name (source));
      return NULL;
    }
  what = kappa_npy_check_size (&header, size);
  if (what != NULL)
    {
      kappa_source_fail (source, error, KAPPA_ERROR_FORMAT, "the array %s", what);
      return NULL;
    }
  kappa_npy_get_layout (&header, kappa_tensor_file_add_storage (file, 0, size), &layout);
  if (!kappa_tensor_file_add (file, "array", &layout, error)
      || !kappa_tensor_file_finish (file, FALSE, error))
    return NULL;
  return g_steal_pointer (&file);
}
