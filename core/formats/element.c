#include "core/formats/element.h"

#include <math.h>
#include <string.h>

#include "core/base/half.h"

static const struct
{
  const char *name;
  gsize size;
} elements[KAPPA_N_ELEMENTS] = {
  [KAPPA_ELEMENT_F64] = { "F64", 8 },   [KAPPA_ELEMENT_F32] = { "F32", 4 },
  [KAPPA_ELEMENT_F16] = { "F16", 2 },   [KAPPA_ELEMENT_BF16] = { "BF16", 2 },
  [KAPPA_ELEMENT_I64] = { "I64", 8 },   [KAPPA_ELEMENT_I32] = { "I32", 4 },
  [KAPPA_ELEMENT_I16] = { "I16", 2 },   [KAPPA_ELEMENT_I8] = { "I8", 1 },
  [KAPPA_ELEMENT_U64] = { "U64", 8 },   [KAPPA_ELEMENT_U32] = { "U32", 4 },
  [KAPPA_ELEMENT_U16] = { "U16", 2 },   [KAPPA_ELEMENT_U8] = { "U8", 1 },
  [KAPPA_ELEMENT_BOOL] = { "BOOL", 1 },
};

/**
 * kappa_element_get_name:
 *
 * Returns: (transfer none): the type's name as safetensors writes it, e.g. "BF16"
 */
const char *
kappa_element_get_name (KappaElement element)
{
  return elements[element].name;
}

/**
 * kappa_element_from_name:
 * @name: as kappa_element_get_name() gives it
 * @element: (out): the type
 *
 * Returns: %FALSE if no type is called @name
 */
gboolean
kappa_element_from_name (const char *name, KappaElement *element)
{
  for (guint i = 0; i < KAPPA_N_ELEMENTS; i++)
    if (strcmp (elements[i].name, name) == 0)
      {
        *element = i;
        return TRUE;
      }
  return FALSE;
}

/**
 * kappa_element_get_size:
 *
 * Returns: bytes of one element
 */
gsize
kappa_element_get_size (KappaElement element)
{
  return elements[element].size;
}

gboolean
kappa_element_is_float (KappaElement element)
{
  return element <= KAPPA_ELEMENT_BF16;
}

/**
 * kappa_element_swap:
 * @data: @n elements, of any alignment
 *
 * Reverses the bytes of every element in place.
 */
void
kappa_element_swap (KappaElement element, void *data, gsize n)
{
  guint8 *bytes = data;
  gsize size = elements[element].size;

  for (gsize i = 0; i < n && size > 1; i++, bytes += size)
    for (gsize low = 0, high = size - 1; low < high; low++, high--)
      {
        guint8 swapped = bytes[low];

        bytes[low] = bytes[high];
        bytes[high] = swapped;
      }
}

/* Files are not always aligned, so elements are copied out one by one; compilers make this a plain
 * load. */
#define CONVERT(stored_type, expression)                                                           \
  for (gsize i = 0; i < n; i++)                                                                    \
    {                                                                                              \
      stored_type x;                                                                               \
                                                                                                   \
      memcpy (&x, (const guint8 *)data + i * sizeof x, sizeof x);                                  \
      values[i] = expression;                                                                      \
    }                                                                                              \
  break

#define CONVERT_ALL(type)                                                                          \
  switch (element)                                                                                 \
    {                                                                                              \
    case KAPPA_ELEMENT_F64:                                                                        \
      CONVERT (double, (type)x);                                                                   \
    case KAPPA_ELEMENT_F32:                                                                        \
      CONVERT (float, (type)x);                                                                    \
    case KAPPA_ELEMENT_F16:                                                                        \
      CONVERT (guint16, (type)kappa_half_to_float (x));                                            \
    case KAPPA_ELEMENT_BF16:                                                                       \
      CONVERT (guint16, (type)kappa_bfloat16_to_float (x));                                        \
    case KAPPA_ELEMENT_I64:                                                                        \
      CONVERT (gint64, (type)x);                                                                   \
    case KAPPA_ELEMENT_I32:                                                                        \
      CONVERT (gint32, (type)x);                                                                   \
    case KAPPA_ELEMENT_I16:                                                                        \
      CONVERT (gint16, (type)x);                                                                   \
    case KAPPA_ELEMENT_I8:                                                                         \
      CONVERT (gint8, (type)x);                                                                    \
    case KAPPA_ELEMENT_U64:                                                                        \
      CONVERT (guint64, (type)x);                                                                  \
    case KAPPA_ELEMENT_U32:                                                                        \
      CONVERT (guint32, (type)x);                                                                  \
    case KAPPA_ELEMENT_U16:                                                                        \
      CONVERT (guint16, (type)x);                                                                  \
    case KAPPA_ELEMENT_U8:                                                                         \
      CONVERT (guint8, (type)x);                                                                   \
    case KAPPA_ELEMENT_BOOL:                                                                       \
      CONVERT (guint8, (type)(x != 0));                                                            \
    }

/**
 * kappa_element_to_floats:
 * @data: @n elements in the byte order of this machine, of any alignment
 * @values: (out) (array length=n): the elements, rounded to nearest where float32 is narrower
 */
void
kappa_element_to_floats (KappaElement element, const void *data, gsize n, float *values)
{
  CONVERT_ALL (float);
}

/**
 * kappa_element_to_doubles:
 * @data: @n elements in the byte order of this machine, of any alignment
 * @values: (out) (array length=n): the elements; only 64-bit integers beyond 2^53 are rounded
 */
void
kappa_element_to_doubles (KappaElement element, const void *data, gsize n, double *values)
{
  CONVERT_ALL (double);
}

static gboolean
floats_to_int64s (KappaElement element, const void *data, gsize n, gint64 *values)
{
  for (gsize i = 0; i < n; i++)
    {
      double value;

      kappa_element_to_doubles (element, (const guint8 *)data + i * elements[element].size, 1,
                                &value);
      if (!(value >= -0x1p63 && value < 0x1p63) || value != trunc (value))
        return FALSE;
      values[i] = (gint64)value;
    }
  return TRUE;
}

/**
 * kappa_element_to_int64s:
 * @data: @n elements in the byte order of this machine, of any alignment
 * @values: (out) (array length=n): the elements
 *
 * Returns: %FALSE if an element is not a whole number, or does not fit
 */
gboolean
kappa_element_to_int64s (KappaElement element, const void *data, gsize n, gint64 *values)
{
  if (kappa_element_is_float (element))
    return floats_to_int64s (element, data, n, values);
  CONVERT_ALL (gint64);
  if (element == KAPPA_ELEMENT_U64)
    for (gsize i = 0; i < n; i++)
      if (values[i] < 0)
        return FALSE;
  return TRUE;
}
