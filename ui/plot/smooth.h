#pragma once

#include <glib.h>

/**
 * KappaGrid:
 * @x, @y: increasing coordinates
 * @z: heights, the one at (i, j) is number i · ny + j; NaN is a hole
 *
 * Borrowed parts of a grid.
 */
typedef struct
{
  gsize nx, ny;
  const double *x, *y;
  const double *z;
} KappaGrid;

double *kappa_smooth_grid (const KappaGrid *from, gsize nx, const double *x, gsize ny, const double *y);
