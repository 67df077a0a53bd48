#pragma once

#include "core/formats/source.h"

/**
 * KappaOnnxPayload:
 * @field: the field of the tensor that holds the elements: 9 for bytes as they are, 4 and 10 for floating-point
 *   numbers, 5, 7 and 11 for integers, 6 for texts
 * @offset: where they begin in the file
 * @size: how many bytes they are there
 * @values: (nullable): the elements themselves where they do not lie in one piece: little-endian, four bytes for
 *   field 4, else eight
 */
typedef struct
{
  guint field;
  guint64 offset;
  guint64 size;
  GByteArray *values;
} KappaOnnxPayload;

GByteArray *kappa_onnx_scan (KappaSource *source, GArray *payloads, GError **error);
GArray     *kappa_onnx_payloads_new (void);
