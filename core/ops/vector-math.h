#pragma once

#include <glib.h>

/*
 * Functions of float32 without calls or branches, so that a loop over them becomes vector instructions, with the same
 * bits for vectors of any width. Errors are below 2.5 units in the last place. NaN is handed on. The
 * coefficients are least-maximum fits over the intervals named.
 */

typedef union
{
  float f;
  gint32 i;
} KappaFloatBits;

/* 2^n, -126 ≤ n ≤ 127 */
static inline __attribute__ ((always_inline)) float
kappa_float_power_of_two (gint32 n)
{
  return ((KappaFloatBits){ .i = (gint32) ((guint32) (n + 127) << 23) }).f;
}

/* exp (x) = 2^n exp (r), |r| ≤ ln 2 / 2: adding 1.5·2^23 rounds to the integer n, which then stands in the lowest bits. */
static inline __attribute__ ((always_inline)) float
kappa_float_exp (float x)
{
  const float shift = 0x1.8p23f;
  float rounded, n, r, p;
  gint32 whole, half;

  x = x > 90.0f ? 90.0f : x;
  x = x < -105.0f ? -105.0f : x;
  rounded = x * 1.44269504f + shift;
  n = rounded - shift;
  whole = ((KappaFloatBits){ .f = rounded }).i - 0x4b400000;
  r = x - n * 0.693359375f + n * 2.12194440e-4f;
  p = 0.0013950771f * r + 0.0083690528f;
  p = p * r + 0.0416662022f;
  p = p * r + 0.1666651815f;
  p = p * r + 0.5f;
  p = p * r * r + r + 1.0f;
  half = whole >> 1;
  return p * kappa_float_power_of_two (half) * kappa_float_power_of_two (whole - half);
}

/* erf (x) / x is a polynomial of x² up to 1; beyond, -log (1 - erf (x)) is one of x; from 4 on it is 1. */
static inline __attribute__ ((always_inline)) float
kappa_float_erf (float x)
{
  float t = x < 0.0f ? -x : x, s = x * x, p, q, beyond;

  s = s > 1.0f ? 1.0f : s;
  t = t > 4.0f ? 4.0f : t;
  p = 7.88911930e-5f * s - 8.02084105e-4f;
  p = p * s + 0.00518953521f;
  p = p * s - 0.0268544443f;
  p = p * s + 0.112836003f;
  p = p * s - 0.376126260f;
  p = (p * s + 0.128379167f) * x + x;
  q = 2.16976387e-5f * t - 4.41472919e-4f;
  q = q * t + 0.00420528604f;
  q = q * t - 0.0252103433f;
  q = q * t + 0.108422101f;
  q = q * t + 0.633216381f;
  q = q * t + 1.12958026f;
  q = q * t - 1.88467806e-4f;
  beyond = 1.0f - kappa_float_exp (-q);
  beyond = x < 0.0f ? -beyond : beyond;
  return t > 1.0f ? beyond : p;
}

/* tanh (x) = x + x³ p (x²) up to 0.625; beyond, 1 - 2 / (exp (2 |x|) + 1). */
static inline __attribute__ ((always_inline)) float
kappa_float_tanh (float x)
{
  float t = x < 0.0f ? -x : x, s = x * x, p, beyond;

  s = s > 0.4f ? 0.4f : s;
  p = -0.00571703678f * s + 0.0206505787f;
  p = p * s - 0.0537434965f;
  p = p * s + 0.133314908f;
  p = p * s - 0.333332837f;
  p = p * s * x + x;
  beyond = 1.0f - 2.0f / (kappa_float_exp (2.0f * t) + 1.0f);
  beyond = x < 0.0f ? -beyond : beyond;
  return t > 0.625f ? beyond : p;
}

static inline __attribute__ ((always_inline)) float
kappa_float_sigmoid (float x)
{
  return 1.0f / (1.0f + kappa_float_exp (-x));
}
