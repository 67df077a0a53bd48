#include "ui/plot/contour.h"

#include <math.h>
#include <string.h>

#include "ui/plot/smooth.h"

#define NO_EDGE G_MAXUINT32

static void
path_free (gpointer data)
{
  KappaPath *path = data;

  g_free (path->points);
  g_free (path);
}

static KappaPath *
path_new (GArray *points, gboolean closed)
{
  KappaPath *path = g_new (KappaPath, 1);

  path->closed = closed;
  path->n = points->len;
  path->points = g_memdup2 (points->data, points->len * sizeof (KappaPoint));
  return path;
}

static double *
refine_axis (const double *coordinates, gsize n, gsize parts)
{
  double *fine = g_new (double, (n - 1) * parts + 1);

  for (gsize i = 0; i <= (n - 1) * parts; i++)
    {
      double u = (double)(i % parts) / (double)parts;
      gsize a = i / parts;

      fine[i] = u == 0.0 ? coordinates[a] : coordinates[a] * (1.0 - u) + coordinates[a + 1] * u;
    }
  return fine;
}

/**
 * kappa_lattice_new:
 * @z: nx × ny heights, NaN for holes
 * @least: how many points an axis gets at least, by dividing every step into equal parts
 *
 * Makes the lattice that is drawn: it passes through the points given, is smooth between them, and
 * within a step never leaves the range of its ends, so that a coarse grid gives curves and not
 * polygons, and none that are not there.
 *
 * Returns: (transfer full)
 */
KappaLattice *
kappa_lattice_new (gsize nx,
                   gsize ny,
                   const double *x,
                   const double *y,
                   const double *z,
                   gsize least)
{
  KappaLattice *lattice = g_new0 (KappaLattice, 1);
  KappaGrid grid = { nx, ny, x, y, z };
  gsize parts_x = nx > 1 ? MAX ((least + nx - 2) / (nx - 1), 1) : 1;
  gsize parts_y = ny > 1 ? MAX ((least + ny - 2) / (ny - 1), 1) : 1;

  lattice->nx = (nx - 1) * parts_x + 1;
  lattice->ny = (ny - 1) * parts_y + 1;
  lattice->x = refine_axis (x, nx, parts_x);
  lattice->y = refine_axis (y, ny, parts_y);
  lattice->z = kappa_smooth_grid (&grid, lattice->nx, lattice->x, lattice->ny, lattice->y);
  return lattice;
}

void
kappa_lattice_free (KappaLattice *lattice)
{
  if (lattice == NULL)
    return;
  g_free (lattice->x);
  g_free (lattice->y);
  g_free (lattice->z);
  g_free (lattice);
}

static gsize
find_step (const double *coordinates, gsize n, double value)
{
  gsize low = 0, high = n - 1;

  while (high - low > 1)
    {
      gsize middle = (low + high) / 2;

      if (coordinates[middle] <= value)
        low = middle;
      else
        high = middle;
    }
  return low;
}

/**
 * kappa_lattice_height:
 *
 * Returns: the bilinear height over (@x, @y); NaN over holes and outside. The lattice has at least
 * two points along each axis
 */
double
kappa_lattice_height (const KappaLattice *lattice, double x, double y)
{
  gsize i = find_step (lattice->x, lattice->nx, x), j = find_step (lattice->y, lattice->ny, y);
  double u = (x - lattice->x[i]) / (lattice->x[i + 1] - lattice->x[i]);
  double v = (y - lattice->y[j]) / (lattice->y[j + 1] - lattice->y[j]);

  const double *z = lattice->z + i * lattice->ny + j;
  gsize ny = lattice->ny;

  if (!(u >= 0.0 && u <= 1.0 && v >= 0.0 && v <= 1.0))
    return (double)NAN;
  return (z[0] * (1.0 - v) + z[1] * v) * (1.0 - u) + (z[ny] * (1.0 - v) + z[ny + 1] * v) * u;
}

/* Corners of cell (i, j) counter-clockwise, and the edge from each corner to the next by a number
 * that both cells of the edge use: 2 · point for the edge along x from a point, 2 · point + 1 for
 * the one along y. */
static void
get_cell (const KappaLattice *lattice, gsize i, gsize j, guint32 corners[4], guint32 edges[4])
{
  guint32 p = (guint32)(i * lattice->ny + j), ny = (guint32)lattice->ny;

  corners[0] = p;
  corners[1] = p + ny;
  corners[2] = p + ny + 1;
  corners[3] = p + 1;
  edges[0] = 2 * p;
  edges[1] = 2 * (p + ny) + 1;
  edges[2] = 2 * (p + 1);
  edges[3] = 2 * p + 1;
}

static gboolean
cell_is_whole (const KappaLattice *lattice, const guint32 corners[4])
{
  return !isnan (lattice->z[corners[0]]) && !isnan (lattice->z[corners[1]])
         && !isnan (lattice->z[corners[2]]) && !isnan (lattice->z[corners[3]]);
}

/* Where the level crosses an edge. Always computed from the edge's first point, so that both cells
 * agree. */
static KappaPoint
cross_edge (const KappaLattice *lattice, guint32 edge, double level)
{
  guint32 a = edge / 2, b = edge % 2 != 0 ? a + 1 : a + (guint32)lattice->ny;
  double za = lattice->z[a], zb = lattice->z[b];
  double t = CLAMP ((level - za) / (zb - za), 0.0, 1.0);
  double xa = lattice->x[a / lattice->ny], ya = lattice->y[a % lattice->ny];
  double xb = lattice->x[b / lattice->ny], yb = lattice->y[b % lattice->ny];

  return (KappaPoint) { xa + t * (xb - xa), ya + t * (yb - ya) };
}

static gboolean
centre_is_above (const KappaLattice *lattice, const guint32 corners[4], double level)
{
  const double *z = lattice->z;

  return 0.25 * (z[corners[0]] + z[corners[1]] + z[corners[2]] + z[corners[3]]) >= level;
}

static void
join (guint32 (*links)[2], guint32 a, guint32 b)
{
  links[a][links[a][0] != NO_EDGE] = b;
  links[b][links[b][0] != NO_EDGE] = a;
}

/* Marching squares: joins the crossed edges of one cell in pairs. In the ambiguous case, opposite
 * corners above, the mean of the corners decides whether the two are connected. */
static void
link_cell (const KappaLattice *lattice, gsize i, gsize j, double level, guint32 (*links)[2])
{
  guint32 corners[4], edges[4], crossed[4];
  gboolean above[4];
  guint n = 0;

  get_cell (lattice, i, j, corners, edges);
  if (!cell_is_whole (lattice, corners))
    return;
  for (guint c = 0; c < 4; c++)
    above[c] = lattice->z[corners[c]] >= level;
  for (guint c = 0; c < 4; c++)
    if (above[c] != above[(c + 1) % 4])
      crossed[n++] = edges[c];
  if (n == 2)
    join (links, crossed[0], crossed[1]);
  if (n == 4)
    {
      /* Cut off the corners that differ from the centre: corner c lies between edges c − 1 and c.
       */
      guint first = above[0] == centre_is_above (lattice, corners, level) ? 1 : 0;

      join (links, edges[(first + 3) % 4], edges[first]);
      join (links, edges[first + 1], edges[first + 2]);
    }
}

static KappaPath *
follow (const KappaLattice *lattice, guint32 (*links)[2], guint32 start, double level)
{
  g_autoptr (GArray) points = g_array_new (FALSE, FALSE, sizeof (KappaPoint));
  gboolean closed = links[start][1] != NO_EDGE;
  guint32 edge = start;

  if (closed)
    {
      guint32 last = links[start][1];

      links[last][links[last][0] != start] = NO_EDGE;
    }
  while (edge != NO_EDGE)
    {
      KappaPoint point = cross_edge (lattice, edge, level);
      guint32 next = links[edge][0] != NO_EDGE ? links[edge][0] : links[edge][1];

      g_array_append_val (points, point);
      links[edge][0] = links[edge][1] = NO_EDGE;
      if (next != NO_EDGE)
        links[next][links[next][0] != edge] = NO_EDGE;
      edge = next;
    }
  return path_new (points, closed);
}

/**
 * kappa_contour_lines:
 * @level: in the unit of the heights
 *
 * Traces the curves along which the surface has the height @level. They end at the rim and at
 * holes.
 *
 * Returns: (transfer container) (element-type KappaPath): curves, in the coordinates of the lattice
 */
GPtrArray *
kappa_contour_lines (const KappaLattice *lattice, double level)
{
  GPtrArray *paths = g_ptr_array_new_with_free_func (path_free);
  gsize n = 2 * lattice->nx * lattice->ny;
  guint32 (*links)[2] = g_malloc_n (n, sizeof *links);

  memset (links, 0xff, n * sizeof *links);
  for (gsize i = 0; i + 1 < lattice->nx; i++)
    for (gsize j = 0; j + 1 < lattice->ny; j++)
      link_cell (lattice, i, j, level, links);
  /* Open curves first, from one of their ends; what is left then are rings. */
  for (gsize edge = 0; edge < n; edge++)
    if ((links[edge][0] == NO_EDGE) != (links[edge][1] == NO_EDGE))
      g_ptr_array_add (paths, follow (lattice, links, (guint32)edge, level));
  for (gsize edge = 0; edge < n; edge++)
    if (links[edge][0] != NO_EDGE)
      g_ptr_array_add (paths, follow (lattice, links, (guint32)edge, level));
  g_free (links);
  return paths;
}

static void
add_corner (const KappaLattice *lattice, GArray *points, guint32 corner)
{
  KappaPoint point = { lattice->x[corner / lattice->ny], lattice->y[corner % lattice->ny] };

  g_array_append_val (points, point);
}

static void
take_polygon (GPtrArray *paths, GArray *points)
{
  if (points->len >= 3)
    g_ptr_array_add (paths, path_new (points, TRUE));
  g_array_set_size (points, 0);
}

/* The part of one cell at or above the level, one polygon or two, counter-clockwise. */
static void
add_partial_cell (const KappaLattice *lattice,
                  const guint32 corners[4],
                  const guint32 edges[4],
                  double level,
                  GPtrArray *paths,
                  GArray *points)
{
  guint n_crossed = 0;
  gboolean apart;

  for (guint c = 0; c < 4; c++)
    n_crossed += (lattice->z[corners[c]] >= level) != (lattice->z[corners[(c + 1) % 4]] >= level);
  apart = n_crossed == 4 && !centre_is_above (lattice, corners, level);
  for (guint c = 0; c < 4; c++)
    {
      gboolean here = lattice->z[corners[c]] >= level,
               next = lattice->z[corners[(c + 1) % 4]] >= level;

      if (apart && here)
        {
          KappaPoint before = cross_edge (lattice, edges[(c + 3) % 4], level);
          KappaPoint after = cross_edge (lattice, edges[c], level);

          g_array_append_val (points, before);
          add_corner (lattice, points, corners[c]);
          g_array_append_val (points, after);
          take_polygon (paths, points);
          continue;
        }
      if (here)
        add_corner (lattice, points, corners[c]);
      if (here != next && !apart)
        {
          KappaPoint point = cross_edge (lattice, edges[c], level);

          g_array_append_val (points, point);
        }
    }
  take_polygon (paths, points);
}

static void
add_run (const KappaLattice *lattice,
         gsize i,
         gsize first,
         gsize last,
         GPtrArray *paths,
         GArray *points)
{
  gsize ny = lattice->ny;

  add_corner (lattice, points, (guint32)(i * ny + first));
  add_corner (lattice, points, (guint32)((i + 1) * ny + first));
  add_corner (lattice, points, (guint32)((i + 1) * ny + last));
  add_corner (lattice, points, (guint32)(i * ny + last));
  take_polygon (paths, points);
}

/**
 * kappa_contour_region:
 * @level: in the unit of the heights; −∞ for everything that is not a hole
 *
 * Covers the region at or above @level by polygons of one orientation. Filled as a single path
 * their common edges cancel, so that no seams show.
 *
 * Returns: (transfer container) (element-type KappaPath)
 */
GPtrArray *
kappa_contour_region (const KappaLattice *lattice, double level)
{
  GPtrArray *paths = g_ptr_array_new_with_free_func (path_free);
  g_autoptr (GArray) points = g_array_new (FALSE, FALSE, sizeof (KappaPoint));

  for (gsize i = 0; i + 1 < lattice->nx; i++)
    {
      gsize run = 0; /* full cells just before j */

      for (gsize j = 0; j + 1 < lattice->ny; j++)
        {
          guint32 corners[4], edges[4];
          guint above = 0;

          get_cell (lattice, i, j, corners, edges);
          for (guint c = 0; c < 4; c++)
            above += lattice->z[corners[c]] >= level;
          if (above == 4)
            {
              run++;
              continue;
            }
          if (run > 0)
            add_run (lattice, i, j - run, j, paths, points);
          run = 0;
          if (above > 0 && cell_is_whole (lattice, corners))
            add_partial_cell (lattice, corners, edges, level, paths, points);
        }
      if (run > 0)
        add_run (lattice, i, lattice->ny - 1 - run, lattice->ny - 1, paths, points);
    }
  return paths;
}

static double
distance_to_chord (const KappaPoint *p,
                   const KappaPoint *a,
                   const KappaPoint *b,
                   double sx,
                   double sy)
{
  double dx = (b->x - a->x) * sx, dy = (b->y - a->y) * sy;
  double px = (p->x - a->x) * sx, py = (p->y - a->y) * sy;
  double length = hypot (dx, dy);

  return length > 0.0 ? fabs (dx * py - dy * px) / length : hypot (px, py);
}

static void
mark_needed (const KappaPath *path, gsize first, gsize last, double sx, double sy, guint8 *needed)
{
  double farthest = 1.0;
  gsize at = 0;

  for (gsize i = first + 1; i < last; i++)
    {
      double distance
          = distance_to_chord (&path->points[i], &path->points[first], &path->points[last], sx, sy);

      if (distance > farthest)
        {
          farthest = distance;
          at = i;
        }
    }
  if (at == 0)
    return;
  needed[at] = TRUE;
  mark_needed (path, first, at, sx, sy, needed);
  mark_needed (path, at, last, sx, sy, needed);
}

/**
 * kappa_path_simplify:
 * @tolerance_x, @tolerance_y: how far the curve may be moved, in its coordinates
 *
 * Leaves out points that nobody would miss: Douglas and Peucker, 1973.
 */
void
kappa_path_simplify (KappaPath *path, double tolerance_x, double tolerance_y)
{
  g_autofree guint8 *needed = g_new0 (guint8, MAX (path->n, 1));
  gsize kept = 0;

  if (path->n < 3 || !(tolerance_x > 0.0) || !(tolerance_y > 0.0))
    return;
  needed[0] = needed[path->n - 1] = TRUE;
  mark_needed (path, 0, path->n - 1, 1.0 / tolerance_x, 1.0 / tolerance_y, needed);
  for (gsize i = 0; i < path->n; i++)
    if (needed[i])
      path->points[kept++] = path->points[i];
  path->n = kept;
}
