#include "core/base/half.h"

#include <string.h>

static float
float_from_bits (guint32 bits)
{
  float value;

  memcpy (&value, &bits, sizeof value);
  return value;
}

static guint32
float_bits (float value)
{
  guint32 bits;

  memcpy (&bits, &value, sizeof bits);
  return bits;
}

float
kappa_half_to_float (guint16 half)
{
  guint32 sign = (guint32) (half & 0x8000) << 16;
  guint32 exponent = (half >> 10) & 31;
  guint32 fraction = half & 1023;

  if (exponent == 31)
    return float_from_bits (sign | 0x7f800000 | fraction << 13);
  if (exponent == 0)
    return (sign ? -1.0f : 1.0f) * (float) fraction * 0x1p-24f;
  return float_from_bits (sign | (exponent + 112) << 23 | fraction << 13);
}

guint16
kappa_half_from_float (float value)
{
  guint32 bits = float_bits (value);
  guint16 sign = (guint16) (bits >> 16 & 0x8000);
  guint32 magnitude = bits & 0x7fffffff;

  if (magnitude > 0x7f800000)
    return sign | 0x7e00;
  if (magnitude >= 0x477ff000) /* rounds to 65536 or is infinite */
    return sign | 0x7c00;
  if (magnitude < 0x38800000) /* below the smallest normal: a multiple of 2^-24 */
    {
      /* Adding 2^-1 leaves the value, rounded to a multiple of 2^-24, in the low bits of the sum. */
      float sum = float_from_bits (magnitude) + 0.5f;

      return sign | (guint16) (float_bits (sum) - float_bits (0.5f));
    }
  magnitude += 0xfff + (magnitude >> 13 & 1);
  return sign | (guint16) ((magnitude - 0x38000000) >> 13);
}

float
kappa_bfloat16_to_float (guint16 bits)
{
  return float_from_bits ((guint32) bits << 16);
}

guint16
kappa_bfloat16_from_float (float value)
{
  guint32 bits = float_bits (value);

  if ((bits & 0x7fffffff) > 0x7f800000)
    return (guint16) (bits >> 16 | 0x40);
  return (guint16) ((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}
