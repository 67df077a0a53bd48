#include "core/formats/strided.h"

#include <string.h>

#include "core/formats/element.h"

/**
 * kappa_shape_count:
 * @n: (out): the product of @dims
 *
 * A shape whose other sizes overflow is refused even when one size is 0.
 *
 * Returns: %FALSE if the product does not fit
 */
gboolean
kappa_shape_count (const gsize *dims, guint rank, gsize *n)
{
  gboolean empty = FALSE;

  *n = 1;
  for (guint i = 0; i < rank; i++)
    if (dims[i] == 0)
      empty = TRUE;
    else if (!g_size_checked_mul (n, *n, dims[i]) || *n > G_MAXINT64)
      return FALSE;
  if (empty)
    *n = 0;
  return TRUE;
}

/**
 * kappa_strides_row_major:
 * @dims: a shape kappa_shape_count() accepts
 * @strides: (out) (array length=rank): steps in elements, the last axis running fastest
 */
void
kappa_strides_row_major (const gsize *dims, guint rank, gsize *strides)
{
  gsize step = 1;

  for (guint i = rank; i-- > 0; step *= dims[i])
    strides[i] = step;
}

/**
 * kappa_strides_col_major:
 * @dims: a shape kappa_shape_count() accepts
 * @strides: (out) (array length=rank): steps in elements, the first axis running fastest
 */
void
kappa_strides_col_major (const gsize *dims, guint rank, gsize *strides)
{
  gsize step = 1;

  for (guint i = 0; i < rank; step *= dims[i], i++)
    strides[i] = step;
}

/**
 * kappa_strides_are_dense:
 *
 * Returns: whether the elements lie in row-major order without gaps; the step of an axis of size 1
 * does not matter
 */
gboolean
kappa_strides_are_dense (const gsize *dims, const gsize *strides, guint rank)
{
  gsize step = 1;

  for (guint i = rank; i-- > 0; step *= dims[i])
    if (dims[i] != 1 && strides[i] != step)
      return FALSE;
  return TRUE;
}

/**
 * kappa_strides_extent:
 * @dims: a shape of at least one element
 * @extent: (out): how many elements of the storage the tensor spans, Σ (size - 1) · stride + 1
 *
 * Returns: %FALSE if the sum does not fit
 */
gboolean
kappa_strides_extent (const gsize *dims, const gsize *strides, guint rank, gsize *extent)
{
  *extent = 1;
  for (guint i = 0; i < rank; i++)
    {
      gsize reach;

      if (!g_size_checked_mul (&reach, dims[i] - 1, strides[i])
          || !g_size_checked_add (extent, *extent, reach))
        return FALSE;
    }
  return TRUE;
}

/**
 * kappa_strided_gather:
 * @data: the element with all indices 0, and kappa_strides_extent() elements from there on
 * @size: bytes of one element
 * @dims: a shape of at least one element
 * @values: (out): the elements in row-major order
 */
void
kappa_strided_gather (const void *data,
                      gsize size,
                      const gsize *dims,
                      const gsize *strides,
                      guint rank,
                      void *values)
{
  gsize index[KAPPA_TENSOR_MAX_RANK] = { 0 };
  const guint8 *from = data;
  guint8 *to = values;
  guint axis;

  do
    {
      memcpy (to, from, size);
      to += size;
      for (axis = rank; axis-- > 0;)
        {
          from += strides[axis] * size;
          if (++index[axis] < dims[axis])
            break;
          from -= strides[axis] * size * dims[axis];
          index[axis] = 0;
        }
    }
  while (axis != G_MAXUINT);
}
