#include "tests/support/formula.h"

#include <math.h>
#include <string.h>

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
