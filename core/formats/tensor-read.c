#include "core/formats/strided.h"
#include "core/formats/tensor-file-private.h"

#include <string.h>

static gpointer
allocate (KappaTensorFile *self, const KappaTensorInfo *info, gsize size, GError **error)
{
  gpointer data = g_try_malloc (MAX (size, 1));
  g_autofree char *name = kappa_source_quote (info->name, strlen (info->name));

  if (data == NULL)
    kappa_source_fail (kappa_tensor_file_get_source (self), error, KAPPA_ERROR_MEMORY,
                       "reading the tensor “%s” takes %" G_GSIZE_FORMAT
                       " bytes of memory, which cannot be had",
                       name, size);
  return data;
}

/**
 * kappa_tensor_file_read_elements:
 * @elements: (out): as many elements as the tensor has, of its own type, row-major, in this
 * machine's byte order
 *
 * Returns: %FALSE with %KAPPA_ERROR_FORMAT if the file turns out to be damaged,
 * %KAPPA_ERROR_MEMORY, or with the system's error
 */
gboolean
kappa_tensor_file_read_elements (KappaTensorFile *self, guint index, void *elements, GError **error)
{
  const KappaTensorInfo *info = kappa_tensor_file_get_info (self, index);
  const KappaTensorLayout *layout = kappa_tensor_file_get_layout (self, index);
  KappaTensorFileClass *klass = KAPPA_TENSOR_FILE_GET_CLASS (self);
  gsize size = kappa_element_get_size (layout->element), extent;
  g_autofree guint8 *span = NULL;

  if (info->n == 0)
    return TRUE;
  if (kappa_strides_are_dense (layout->dims, layout->strides, layout->rank))
    {
      if (!klass->read_span (self, layout->storage, layout->offset, elements, info->n * size,
                             error))
        return FALSE;
    }
  else
    {
      kappa_strides_extent (layout->dims, layout->strides, layout->rank, &extent);
      span = allocate (self, info, extent * size, error);
      if (span == NULL
          || !klass->read_span (self, layout->storage, layout->offset, span, extent * size, error))
        return FALSE;
      kappa_strided_gather (span, size, layout->dims, layout->strides, layout->rank, elements);
    }
  if (layout->swap)
    kappa_element_swap (layout->element, elements, info->n);
  return TRUE;
}

/* The elements in memory of their own, for conversion. */
static gpointer
read_copy (KappaTensorFile *self, guint index, GError **error)
{
  const KappaTensorInfo *info = kappa_tensor_file_get_info (self, index);
  g_autofree gpointer elements
      = allocate (self, info, info->n * kappa_element_get_size (info->element), error);

  if (elements == NULL || !kappa_tensor_file_read_elements (self, index, elements, error))
    return NULL;
  return g_steal_pointer (&elements);
}

/**
 * kappa_tensor_file_read_floats:
 * @values: (out): as many numbers as the tensor has elements, row-major, converted from whatever
 * type they have
 *
 * Returns: %FALSE as kappa_tensor_file_read_elements() does
 */
gboolean
kappa_tensor_file_read_floats (KappaTensorFile *self, guint index, float *values, GError **error)
{
  const KappaTensorInfo *info = kappa_tensor_file_get_info (self, index);
  g_autofree gpointer elements = NULL;

  if (info->element == KAPPA_ELEMENT_F32)
    return kappa_tensor_file_read_elements (self, index, values, error);
  elements = read_copy (self, index, error);
  if (elements != NULL)
    kappa_element_to_floats (info->element, elements, info->n, values);
  return elements != NULL;
}

/**
 * kappa_tensor_file_read_doubles:
 * @values: (out): as many numbers as the tensor has elements, row-major, converted from whatever
 * type they have
 *
 * Returns: %FALSE as kappa_tensor_file_read_elements() does
 */
gboolean
kappa_tensor_file_read_doubles (KappaTensorFile *self, guint index, double *values, GError **error)
{
  const KappaTensorInfo *info = kappa_tensor_file_get_info (self, index);
  g_autofree gpointer elements = NULL;

  if (info->element == KAPPA_ELEMENT_F64)
    return kappa_tensor_file_read_elements (self, index, values, error);
  elements = read_copy (self, index, error);
  if (elements != NULL)
    kappa_element_to_doubles (info->element, elements, info->n, values);
  return elements != NULL;
}

/**
 * kappa_tensor_file_read_int64s:
 * @values: (out): as many integers as the tensor has elements, row-major
 *
 * Returns: %FALSE as kappa_tensor_file_read_elements() does, and with %KAPPA_ERROR_DATA if an
 * element is not a whole number that fits
 */
gboolean
kappa_tensor_file_read_int64s (KappaTensorFile *self, guint index, gint64 *values, GError **error)
{
  const KappaTensorInfo *info = kappa_tensor_file_get_info (self, index);
  g_autofree gpointer elements = read_copy (self, index, error);
  g_autofree char *name = kappa_source_quote (info->name, strlen (info->name));

  if (elements == NULL)
    return FALSE;
  if (kappa_element_to_int64s (info->element, elements, info->n, values))
    return TRUE;
  return kappa_source_fail (kappa_tensor_file_get_source (self), error, KAPPA_ERROR_DATA,
                            "the tensor “%s” has an element that is not a whole number", name);
}
