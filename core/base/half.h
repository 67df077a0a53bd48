#pragma once

#include <glib.h>

/*
 * Half-precision numbers. float16 is IEEE 754 binary16; bfloat16 is the upper half of a float32.
 * Rounding is to nearest, ties to even; subnormals, infinities and NaN survive both ways.
 */

float   kappa_half_to_float       (guint16 half);
guint16 kappa_half_from_float     (float value);
float   kappa_bfloat16_to_float   (guint16 bits);
guint16 kappa_bfloat16_from_float (float value);
