#include "core/analysis/pareto.h"

#include <math.h>
#include <stdlib.h>

typedef struct
{
  const double *cost, *quality;
} Axes;

/* The cheaper first, of equally cheap ones the better, of equal ones the earlier. */
static int
compare (const void *a, const void *b, void *data)
{
  const Axes *axes = data;
  const gsize i = *(const gsize *)a, j = *(const gsize *)b;

  if (axes->cost[i] != axes->cost[j])
    return axes->cost[i] < axes->cost[j] ? -1 : 1;
  if (axes->quality[i] != axes->quality[j])
    return axes->quality[i] > axes->quality[j] ? -1 : 1;
  return (i > j) - (i < j);
}

/**
 * kappa_pareto_front:
 * @cost: (array length=n): smaller is better
 * @quality: (array length=n): larger is better
 * @front: (out caller-allocates) (array length=n): indices, the cheapest first
 *
 * Finds the points that no other dominates: none costs as little or less and is as good or better,
 * one of the two strictly. Points equal in both stand side by side; one with a number that is not
 * finite is no point. Exact: only comparisons, O(n log n).
 *
 * Returns: how many indices @front has
 */
gsize
kappa_pareto_front (const double *cost, const double *quality, gsize n, gsize *front)
{
  Axes axes = { cost, quality };
  g_autofree gsize *order = g_new (gsize, MAX (n, 1));
  gsize n_points = 0, n_front = 0;

  for (gsize i = 0; i < n; i++)
    if (isfinite (cost[i]) && isfinite (quality[i]))
      order[n_points++] = i;
  qsort_r (order, n_points, sizeof *order, compare, &axes);
  for (gsize k = 0; k < n_points; k++)
    {
      const gsize i = order[k], best = n_front > 0 ? front[n_front - 1] : i;

      if (n_front == 0 || quality[i] > quality[best]
          || (quality[i] == quality[best] && cost[i] == cost[best]))
        front[n_front++] = i;
    }
  return n_front;
}
