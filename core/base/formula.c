#include "core/base/formula.h"

#include <string.h>

#include "core/base/hash.h"

/**
 * kappa_formula_fill:
 * @seed: stands before the name
 * @name: what the numbers are for
 * @values: (out) (array length=n): numbers in [@low, @high) that depend on nothing but seed, name
 * and index
 *
 * Weights and vectors that need no file: SplitMix64's finaliser over a Weyl sequence that starts at
 * the name's FNV-1a hash.
 */
void
kappa_formula_fill (const char *seed,
                    const char *name,
                    double low,
                    double high,
                    gsize n,
                    float *values)
{
  guint64 h = kappa_hash_fnv1a (kappa_hash_fnv1a (KAPPA_HASH_FNV1A, seed, strlen (seed)), name,
                                strlen (name));

  for (gsize i = 0; i < n; i++)
    {
      guint64 z = h += G_GUINT64_CONSTANT (0x9E3779B97F4A7C15);

      z = (z ^ (z >> 30)) * G_GUINT64_CONSTANT (0xBF58476D1CE4E5B9);
      z = (z ^ (z >> 27)) * G_GUINT64_CONSTANT (0x94D049BB133111EB);
      z ^= z >> 31;
      values[i] = (float)(low + (high - low) * ((double)(z >> 40) * 0x1p-24));
    }
}
