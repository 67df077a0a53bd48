#include "core/analysis/grid.h"

#include <math.h>
#include <stdlib.h>

typedef struct
{
  guint64 key;
  guint32 index;
} Place;

/* Marks the middle of (low, high) with @level, the middles of both halves with the next one, and so
 * on. */
static void
bisect (guint8 *levels, guint low, guint high, guint8 level)
{
  guint middle = low + (high - low) / 2;

  if (middle == low)
    return;
  levels[middle] = level;
  bisect (levels, low, middle, level + 1);
  bisect (levels, middle, high, level + 1);
}

/**
 * kappa_grid_levels:
 * @n: values on an axis
 *
 * Returns: (transfer full) (array length=n): how often the axis has to be halved before each of
 * them is reached; 0 for both ends
 */
guint8 *
kappa_grid_levels (guint n)
{
  guint8 *levels = g_new0 (guint8, n);

  bisect (levels, 0, n - 1, 1);
  return levels;
}

static guint32
reverse_bits (guint32 bits)
{
  guint32 reversed = 0;

  for (int i = 0; i < 32; i++)
    reversed |= (bits >> i & 1) << (31 - i);
  return reversed;
}

/* Where (i, j) stands among points of the same level: consecutive ones lie far apart, in the order
 * of van der Corput along a Z-curve. */
static guint32
scatter (guint i, guint j)
{
  guint32 curve = 0;

  for (int bit = 0; bit < 16; bit++)
    curve |= (i >> bit & 1) << (2 * bit) | (j >> bit & 1) << (2 * bit + 1);
  return reverse_bits (curve);
}

static int
compare (gconstpointer a, gconstpointer b)
{
  guint64 left = ((const Place *)a)->key, right = ((const Place *)b)->key;

  return left < right ? -1 : left > right;
}

/**
 * kappa_grid_order:
 * @nx: values on the first axis, 1 … 65536
 * @ny: on the second; 1 for a line
 * @first_x, @first_y: the point to begin with, usually where the checkpoint is
 *
 * The order in which a grid is computed, coarse to fine: the first point, the corners, then ever
 * finer grids, each spread evenly over the plane, so that a part of the points shows all of the
 * picture.
 *
 * Returns: (transfer full) (array): the row-major indices i·@ny + j, each once
 */
guint32 *
kappa_grid_order (guint nx, guint ny, guint first_x, guint first_y)
{
  g_autofree guint8 *x = kappa_grid_levels (nx);
  g_autofree guint8 *y = kappa_grid_levels (ny);
  gsize n = (gsize)nx * ny;
  g_autofree Place *places = g_new (Place, n);
  guint32 *order = g_new (guint32, n);

  for (guint i = 0; i < nx; i++)
    for (guint j = 0; j < ny; j++)
      places[(gsize)i * ny + j] = (Place) { ((guint64)MAX (x[i], y[j]) + 1) << 32 | scatter (i, j),
                                            (guint32)((gsize)i * ny + j) };
  places[(gsize)first_x * ny + first_y].key = 0;
  qsort (places, n, sizeof *places, compare);
  for (gsize k = 0; k < n; k++)
    order[k] = places[k].index;
  return order;
}

/**
 * kappa_grid_nearest:
 *
 * Returns: the index of the range's value that is nearest to @value
 */
guint
kappa_grid_nearest (const KappaRange *range, double value)
{
  guint nearest = 0;

  for (guint i = 1; i < range->n; i++)
    if (fabs (kappa_range_get_value (range, i) - value)
        < fabs (kappa_range_get_value (range, nearest) - value))
      nearest = i;
  return nearest;
}
