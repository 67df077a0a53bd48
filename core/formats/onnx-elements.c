#include "core/formats/onnx-private.h"

#include <string.h>

/* Types of ONNX, and the field of a tensor that holds elements which are written one by one. */
static const struct
{
  gint32 type;
  KappaElement element;
  guint field;
} types[] = {
  { ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT, KAPPA_ELEMENT_F32, 4 },
  { ONNX__TENSOR_PROTO__DATA_TYPE__UINT8, KAPPA_ELEMENT_U8, 5 },
  { ONNX__TENSOR_PROTO__DATA_TYPE__INT8, KAPPA_ELEMENT_I8, 5 },
  { ONNX__TENSOR_PROTO__DATA_TYPE__UINT16, KAPPA_ELEMENT_U16, 5 },
  { ONNX__TENSOR_PROTO__DATA_TYPE__INT16, KAPPA_ELEMENT_I16, 5 },
  { ONNX__TENSOR_PROTO__DATA_TYPE__INT32, KAPPA_ELEMENT_I32, 5 },
  { ONNX__TENSOR_PROTO__DATA_TYPE__INT64, KAPPA_ELEMENT_I64, 7 },
  { ONNX__TENSOR_PROTO__DATA_TYPE__BOOL, KAPPA_ELEMENT_BOOL, 5 },
  { ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT16, KAPPA_ELEMENT_F16, 5 },
  { ONNX__TENSOR_PROTO__DATA_TYPE__DOUBLE, KAPPA_ELEMENT_F64, 10 },
  { ONNX__TENSOR_PROTO__DATA_TYPE__UINT32, KAPPA_ELEMENT_U32, 11 },
  { ONNX__TENSOR_PROTO__DATA_TYPE__UINT64, KAPPA_ELEMENT_U64, 11 },
  { ONNX__TENSOR_PROTO__DATA_TYPE__BFLOAT16, KAPPA_ELEMENT_BF16, 5 },
};

/**
 * kappa_onnx_get_element:
 * @type: the data_type of a tensor
 *
 * Returns: %FALSE for a type that is not read
 */
gboolean
kappa_onnx_get_element (gint32 type, KappaElement *element)
{
  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    if (types[i].type == type)
      {
        *element = types[i].element;
        return TRUE;
      }
  return FALSE;
}

static guint
get_field (KappaElement element)
{
  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    if (types[i].element == element)
      return types[i].field;
  return 0;
}

/* Integers are written as 64 bits whatever their type, halves as the integer their bits make. */
static gboolean
fits (gint64 value, gsize size)
{
  const guint bits = (guint)size * 8;

  return bits == 64 || (value >= -((gint64)1 << (bits - 1)) && value < (gint64)1 << bits);
}

/**
 * kappa_onnx_pack_elements:
 * @payload: one that does not hold bytes as they are
 *
 * Returns: (transfer full) (nullable): its elements, little-endian. %NULL without an error if they
 *   lie in the file as they are; with %KAPPA_ERROR_FORMAT if they are not of that type
 */
GByteArray *
kappa_onnx_pack_elements (KappaSource *source,
                          const char *name,
                          const KappaOnnxPayload *payload,
                          KappaElement element,
                          GError **error)
{
  const gsize size = kappa_element_get_size (element);
  g_autoptr (GByteArray) packed = NULL;

  if (payload->field != get_field (element))
    {
      kappa_source_fail (source, error, KAPPA_ERROR_FORMAT,
                         "ONNX: the elements of “%s” are in a field (%u) that is not for its type "
                         "%s",
                         name, payload->field, kappa_element_get_name (element));
      return NULL;
    }
  if (payload->values == NULL)
    return NULL;
  if (kappa_element_is_float (element) && size >= 4)
    return g_byte_array_ref (payload->values);
  packed = g_byte_array_sized_new (payload->values->len);
  for (guint i = 0; i < payload->values->len; i += 8)
    {
      guint64 value;

      memcpy (&value, payload->values->data + i, sizeof value);
      if (!fits ((gint64)GUINT64_FROM_LE (value), size))
        {
          kappa_source_fail (source, error, KAPPA_ERROR_FORMAT,
                             "ONNX: an element of “%s” is too large for its type %s", name,
                             kappa_element_get_name (element));
          return NULL;
        }
      g_byte_array_append (packed, (const guint8 *)&value, (guint)size);
    }
  return g_steal_pointer (&packed);
}
