#include "ui/plot/smooth.h"

#include <math.h>

/* One row of a grid: n numbers, stride apart. */
typedef struct
{
  gsize n, stride;
  const double *x;
  const double *z;
} Row;

static double
slope (const Row *row, gsize k)
{
  return (row->z[(k + 1) * row->stride] - row->z[k * row->stride]) / (row->x[k + 1] - row->x[k]);
}

/* The slope at point k of the parabola through it and its neighbours; at rims and holes, that of
 * the step at hand. */
static double
tangent (const Row *row, gsize k, gsize step)
{
  double before, after, width_before, width_after;

  if (k == 0 || k + 1 == row->n || isnan (row->z[(k - 1) * row->stride])
      || isnan (row->z[(k + 1) * row->stride]))
    return slope (row, step);
  before = slope (row, k - 1);
  after = slope (row, k);
  width_before = row->x[k] - row->x[k - 1];
  width_after = row->x[k + 1] - row->x[k];
  return (before * width_after + after * width_before) / (width_before + width_after);
}

/* Hermite's cubic over one step, kept between the ends of the step so that it invents no hills. */
static double
cubic (const Row *row, gsize k, double x)
{
  double from = row->z[k * row->stride], to = row->z[(k + 1) * row->stride];
  double width = row->x[k + 1] - row->x[k], u = (x - row->x[k]) / width;
  double start = tangent (row, k, k) * width, end = tangent (row, k + 1, k) * width,
         rise = to - from;
  double value
      = from + u * (start + u * (3.0 * rise - 2.0 * start - end + u * (start + end - 2.0 * rise)));

  return CLAMP (value, MIN (from, to), MAX (from, to));
}

static void
smooth_row (const Row *row, gsize n, const double *x, double *z, gsize stride)
{
  gsize k = 0;

  for (gsize i = 0; i < n; i++)
    {
      while (k + 1 < row->n && row->x[k + 1] <= x[i])
        k++;
      if (x[i] <= row->x[k] || k + 1 == row->n)
        z[i * stride] = row->z[k * row->stride];
      else if (isnan (row->z[k * row->stride]) || isnan (row->z[(k + 1) * row->stride]))
        z[i * stride] = (double)NAN;
      else
        z[i * stride] = cubic (row, k, x[i]);
    }
}

/**
 * kappa_smooth_grid:
 * @x, @y: increasing coordinates of the grid to make; outside @from its rim goes on
 *
 * Draws a smooth surface through the points of a grid: cubic along y, then along x. Within a step
 * it never leaves the range of the ends. Next to a hole there is nothing but the points themselves.
 *
 * Returns: (transfer full): nx · ny heights
 */
double *
kappa_smooth_grid (const KappaGrid *from, gsize nx, const double *x, gsize ny, const double *y)
{
  g_autofree double *rows = g_new (double, from->nx *ny);
  double *z = g_new (double, nx *ny);

  for (gsize i = 0; i < from->nx; i++)
    smooth_row (&(Row) { from->ny, 1, from->y, from->z + i * from->ny }, ny, y, rows + i * ny, 1);
  for (gsize j = 0; j < ny; j++)
    smooth_row (&(Row) { from->nx, ny, from->x, rows + j }, nx, x, z + j, ny);
  return z;
}
