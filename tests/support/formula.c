#include "tests/support/formula.h"

#include <math.h>
#include <string.h>

#include "core/base/hash.h"

/**
 * kappa_formula_fill:
 * @seed: stands before the name
 * @name: what the numbers are for
 * @values: (out) (array length=n): numbers in [@low, @high) that depend on nothing but seed, name
 * and index
 *
 * Weights that need no file: SplitMix64's finaliser over a Weyl sequence that starts at the name's
 * FNV-1a hash.
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
      values[i] = (float) (low + (high - low) * ((double) (z >> 40) * 0x1p-24));
    }
}

/**
 * kappa_formula_range:
 * @gain: of the tensors of rank 2 and more
 * @low: (out): the interval the tensor's numbers come from, by the last part of its name and its
 * rank
 */
void
kappa_formula_range (const char *name,
                     const KappaShape *shape,
                     double gain,
                     double *low,
                     double *high)
{
  const char *dot = strrchr (name, '.'), *part = dot != NULL ? dot + 1 : name;
  double fan = 1.0;

  for (guint d = 1; d < shape->rank; d++)
    fan *= (double) shape->dims[d];
  if (strcmp (part, "num_batches_tracked") == 0)
    *low = *high = 0.0;
  else if (strcmp (part, "running_var") == 0)
    *low = 0.5, *high = 1.5;
  else if (shape->rank <= 1 && strcmp (part, "weight") == 0)
    *low = 0.8, *high = 1.2;
  else if (shape->rank <= 1)
    *low = -0.1, *high = 0.1;
  else
    *low = -gain * sqrt (3.0 / fan), *high = gain * sqrt (3.0 / fan);
}

/**
 * kappa_formula_tensor:
 * @values: (out): all elements of the tensor @name, row-major
 */
void
kappa_formula_tensor (const char *seed,
                      const char *name,
                      const KappaShape *shape,
                      double gain,
                      float *values)
{
  double low, high;

  kappa_formula_range (name, shape, gain, &low, &high);
  kappa_formula_fill (seed, name, low, high, (gsize) kappa_shape_size (shape), values);
}
