#include <math.h>
#include <string.h>

#include "ui/plot/field.h"
#include "ui/plot/smooth.h"

/* Interpolation may visit this many points, about 50 ms; beyond it, sources are thinned out. */
#define MAX_VISITS 4e7

/* For one line of the grid: the nearest source of each place, given the nearest source of each
 * place on its cross line and the squared distance to it. Lower envelope of parabolas: Felzenszwalb
 * and Huttenlocher, "Distance transforms of sampled functions", Theory of Computing 8, 2012. */
static void
sweep_line (gsize n,
            gsize stride,
            const guint32 *source,
            const double *squared,
            guint32 *nearest,
            double *distance,
            gsize *hull,
            double *from)
{
  gsize k = 0;
  gboolean any = FALSE;

  for (gsize q = 0; q < n; q++)
    {
      double fq = squared[q * stride], s = -(double)INFINITY;

      if (isinf (fq))
        continue;
      while (any)
        {
          gsize p = hull[k];

          s = ((fq + (double)(q * q)) - (squared[p * stride] + (double)(p * p)))
              / (2.0 * (double)(q - p));
          if (s > from[k])
            break;
          if (k == 0)
            any = FALSE;
          else
            k--;
        }
      k = any ? k + 1 : 0;
      hull[k] = q;
      from[k] = any ? s : -(double)INFINITY;
      any = TRUE;
    }
  for (gsize q = 0, h = 0; q < n; q++)
    {
      gsize p;

      while (any && h < k && from[h + 1] < (double)q)
        h++;
      p = hull[h];
      nearest[q * stride] = any ? source[p * stride] : KAPPA_NO_POINT;
      distance[q * stride]
          = any ? squared[p * stride] + ((double)q - (double)p) * ((double)q - (double)p)
                : (double)INFINITY;
    }
}

/* The nearest source of every point, and the squared distance to it, both counted in grid steps. */
static void
find_nearest_sources (gsize nx,
                      gsize ny,
                      const guint8 *is_source,
                      guint32 *nearest,
                      double *distance)
{
  gsize n = nx * ny, longest = MAX (nx, ny);
  g_autofree guint32 *source = g_new (guint32, n);
  g_autofree double *squared = g_new (double, n);
  g_autofree gsize *hull = g_new0 (gsize, longest);
  g_autofree double *from = g_new (double, longest);

  for (gsize i = 0; i < n; i++)
    {
      source[i] = (guint32)i;
      squared[i] = is_source[i] ? 0.0 : (double)INFINITY;
    }
  for (gsize i = 0; i < nx; i++)
    sweep_line (ny, 1, source + i * ny, squared + i * ny, nearest + i * ny, distance + i * ny, hull,
                from);
  memcpy (source, nearest, n * sizeof *source);
  memcpy (squared, distance, n * sizeof *squared);
  for (gsize j = 0; j < ny; j++)
    sweep_line (nx, ny, source + j, squared + j, nearest + j, distance + j, hull, from);
}

static KappaCell
classify (const KappaAxis *axis, double value)
{
  if (isnan (value))
    return KAPPA_CELL_NAN;
  if (isinf (value))
    return value > 0.0 ? KAPPA_CELL_POSITIVE_INFINITY : KAPPA_CELL_NEGATIVE_INFINITY;
  return kappa_axis_can_show (axis, value) ? KAPPA_CELL_VALUE : KAPPA_CELL_NOT_ON_SCALE;
}

static guint
choose_thinning (const double *distance, gsize n)
{
  double visits = 0.0;

  for (gsize i = 0; i < n; i++)
    visits += isfinite (distance[i]) ? 4.0 * distance[i] + 1.0 : 0.0;
  return (guint)MAX (ceil (sqrt (visits / MAX_VISITS)), 1.0);
}

/* Every point gives the value of its nearest source to all points within its distance from that
 * source; the mean of what a point is given is its natural-neighbour interpolant: Park, Linsen,
 * Kreylos, Owens and Hamann, "Discrete Sibson interpolation", IEEE TVCG 12, 2006. It passes through
 * the sources and never leaves their range. */
static void
spread (gsize nx, gsize ny, const guint32 *nearest, const double *distance, double *heights)
{
  g_autofree double *sum = g_new0 (double, nx *ny);
  g_autofree double *weight = g_new0 (double, nx *ny);
  guint thinning = choose_thinning (distance, nx * ny);

  for (gsize i = 0; i < nx; i++)
    for (gsize j = 0; j < ny; j++)
      {
        double squared = distance[i * ny + j], reach = sqrt (squared), share = 1.0;
        gsize r = (gsize)reach;
        double height = heights[nearest[i * ny + j]];

        if (thinning > 1 && reach >= 2.0 * thinning)
          {
            if (i % thinning != 0 || j % thinning != 0)
              continue;
            share = (double)thinning * thinning;
          }
        for (gsize a = i > r ? i - r : 0; a <= MIN (i + r, nx - 1); a++)
          {
            double across = (double)a - (double)i;
            gsize half = (gsize)sqrt (MAX (squared - across * across, 0.0));

            for (gsize b = j > half ? j - half : 0; b <= MIN (j + half, ny - 1); b++)
              {
                sum[a * ny + b] += share * height;
                weight[a * ny + b] += share;
              }
          }
      }
  for (gsize i = 0; i < nx * ny; i++)
    if (distance[i] > 0.0)
      heights[i] = weight[i] > 0.0 ? sum[i] / weight[i] : heights[nearest[i]];
}

/* Fills in the heights of a grid of which only some points are sources. */
static void
interpolate_scattered (gsize nx, gsize ny, const guint8 *is_source, double *heights)
{
  g_autofree guint32 *nearest = g_new (guint32, nx * ny);
  g_autofree double *distance = g_new (double, nx *ny);

  find_nearest_sources (nx, ny, is_source, nearest, distance);
  spread (nx, ny, nearest, distance, heights);
}

/* A coarser grid within the grid. */
typedef struct
{
  gsize nx, ny;
  gsize *columns, *rows;
} Coarse;

/* The lines of the grid of which at least @share as much is computed as of the fullest. */
static gsize
choose_lines (gsize n_lines,
              gsize n_points,
              gsize line_stride,
              gsize point_stride,
              const guint8 *present,
              double share,
              gsize *lines)
{
  g_autofree gsize *counts = g_new0 (gsize, n_lines);
  gsize fullest = 1, n = 0;

  for (gsize i = 0; i < n_lines; i++)
    {
      for (gsize j = 0; j < n_points; j++)
        counts[i] += present[i * line_stride + j * point_stride];
      fullest = MAX (fullest, counts[i]);
    }
  for (gsize i = 0; i < n_lines; i++)
    if ((double)counts[i] >= share * (double)fullest)
      lines[n++] = i;
  return n;
}

static gboolean
is_complete (const KappaField *field, const Coarse *coarse)
{
  for (gsize i = 0; i < coarse->nx; i++)
    for (gsize j = 0; j < coarse->ny; j++)
      if (!field->present[coarse->columns[i] * field->ny + coarse->rows[j]])
        return FALSE;
  return coarse->nx >= 2 && coarse->ny >= 2;
}

/* Grids are computed coarse to fine. Finds the finest grid that is complete: its lines are fuller
 * than those of the next one, which is under way. */
static gboolean
find_coarse (const KappaField *field, Coarse *coarse)
{
  static const double shares[] = { 0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 1.0 };

  for (guint k = 0; k < G_N_ELEMENTS (shares); k++)
    {
      coarse->nx = choose_lines (field->nx, field->ny, field->ny, 1, field->present, shares[k],
                                 coarse->columns);
      coarse->ny = choose_lines (field->ny, field->nx, 1, field->ny, field->present, shares[k],
                                 coarse->rows);
      if (is_complete (field, coarse))
        return TRUE;
    }
  return FALSE;
}

static double *
take_lines (const double *coordinates, const gsize *lines, gsize n)
{
  double *taken = g_new (double, n);

  for (gsize i = 0; i < n; i++)
    taken[i] = coordinates[lines[i]];
  return taken;
}

/* The smooth surface through a complete coarser grid. */
static double *
smooth_coarse (const KappaField *field,
               const Coarse *coarse,
               const guint8 *is_source,
               const double *heights)
{
  g_autofree double *x = take_lines (field->x, coarse->columns, coarse->nx);
  g_autofree double *y = take_lines (field->y, coarse->rows, coarse->ny);
  g_autofree double *z = g_new (double, coarse->nx * coarse->ny);
  g_autofree guint8 *known = g_new (guint8, coarse->nx * coarse->ny);
  gsize n_known = 0;

  for (gsize i = 0; i < coarse->nx; i++)
    for (gsize j = 0; j < coarse->ny; j++)
      {
        gsize from = coarse->columns[i] * field->ny + coarse->rows[j], to = i * coarse->ny + j;

        z[to] = heights[from];
        known[to] = is_source[from];
        n_known += is_source[from];
      }
  if (n_known == 0)
    return NULL;
  interpolate_scattered (coarse->nx, coarse->ny, known, z);
  return kappa_smooth_grid (&(KappaGrid) { coarse->nx, coarse->ny, x, y, z }, field->nx, field->x,
                            field->ny, field->y);
}

/* A smooth surface overshoots; beyond the limits it would be cut off, and a valley have a hole for
 * a floor. */
static void
keep_within_sources (gsize n, const guint8 *is_source, double *heights)
{
  double lowest = (double)INFINITY, highest = (double)-INFINITY;

  for (gsize i = 0; i < n; i++)
    if (is_source[i])
      {
        lowest = MIN (lowest, heights[i]);
        highest = MAX (highest, heights[i]);
      }
  for (gsize i = 0; i < n; i++)
    heights[i] = CLAMP (heights[i], lowest, highest);
}

/* A smooth surface through the finest complete grid, plus what the points of the next one differ
 * from it. */
static void
interpolate (const KappaField *field, const guint8 *is_source, double *heights)
{
  g_autofree gsize *columns = g_new (gsize, field->nx);
  g_autofree gsize *rows = g_new (gsize, field->ny);
  g_autofree double *smooth = NULL;
  Coarse coarse = { .columns = columns, .rows = rows };

  if (find_coarse (field, &coarse))
    smooth = smooth_coarse (field, &coarse, is_source, heights);
  for (gsize i = 0; smooth != NULL && i < field->nx * field->ny; i++)
    heights[i] -= smooth[i];
  interpolate_scattered (field->nx, field->ny, is_source, heights);
  for (gsize i = 0; smooth != NULL && i < field->nx * field->ny; i++)
    heights[i] += smooth[i];
  keep_within_sources (field->nx * field->ny, is_source, heights);
}

/* A point that was not computed stands for its nearest computed neighbour while that is no farther
 * than the coarse grid, of which the computed points could be part, would have it. */
static void
classify_cells (const KappaField *field,
                const KappaAxis *axis,
                const double *distance,
                KappaFill *fill)
{
  gsize n = field->nx * field->ny;
  double reach = 1.5 * sqrt ((double)n / (double)MAX (field->n_present, 1));

  for (gsize i = 0; i < n; i++)
    if (fill->nearest[i] == KAPPA_NO_POINT || distance[i] > reach * reach)
      {
        fill->nearest[i] = KAPPA_NO_POINT;
        fill->cells[i] = KAPPA_CELL_MISSING;
      }
    else
      {
        fill->cells[i] = (guint8)classify (axis, field->values[fill->nearest[i]]);
      }
}

/**
 * kappa_fill_new:
 * @axis: the scale of values; its limits do not matter
 *
 * Decides what is drawn at every point of a grid of which only some points may have been computed.
 *
 * Returns: (transfer full): as many entries as the field has points
 */
KappaFill *
kappa_fill_new (const KappaField *field, const KappaAxis *axis)
{
  gsize n = field->nx * field->ny, n_good = 0;
  KappaFill *fill = g_new0 (KappaFill, 1);
  g_autofree double *distance = g_new (double, n);
  g_autofree guint8 *good = g_new0 (guint8, n);

  fill->nearest = g_new (guint32, n);
  fill->cells = g_new (guint8, n);
  fill->heights = g_new (double, n);
  find_nearest_sources (field->nx, field->ny, field->present, fill->nearest, distance);
  classify_cells (field, axis, distance, fill);

  for (gsize i = 0; i < n; i++)
    {
      good[i] = field->present[i] && fill->cells[i] == KAPPA_CELL_VALUE;
      fill->heights[i] = good[i] ? kappa_axis_transform (axis, field->values[i]) : (double)NAN;
      n_good += good[i];
    }
  if (n_good > 0 && n_good < n)
    interpolate (field, good, fill->heights);
  for (gsize i = 0; i < n; i++)
    if (fill->cells[i] != KAPPA_CELL_VALUE)
      fill->heights[i] = (double)NAN;
  return fill;
}

void
kappa_fill_free (KappaFill *fill)
{
  if (fill == NULL)
    return;
  g_free (fill->nearest);
  g_free (fill->cells);
  g_free (fill->heights);
  g_free (fill);
}
