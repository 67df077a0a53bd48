#pragma once

#include <glib.h>

typedef struct
{
  double x, y;
} KappaPoint;

/**
 * KappaLattice:
 * @x, @y: increasing coordinates
 * @z: heights, the one at (i, j) is number i · ny + j; NaN is a hole
 */
typedef struct
{
  gsize nx, ny;
  double *x, *y;
  double *z;
} KappaLattice;

/**
 * KappaPath:
 * @closed: the last point is joined to the first, which is not repeated
 */
typedef struct
{
  gboolean closed;
  gsize n;
  KappaPoint *points;
} KappaPath;

KappaLattice *kappa_lattice_new    (gsize nx, gsize ny, const double *x, const double *y, const double *z, gsize least);
void          kappa_lattice_free   (KappaLattice *lattice);
double        kappa_lattice_height (const KappaLattice *lattice, double x, double y);
GPtrArray    *kappa_contour_lines  (const KappaLattice *lattice, double level);
GPtrArray    *kappa_contour_region (const KappaLattice *lattice, double level);
void          kappa_path_simplify  (KappaPath *path, double tolerance_x, double tolerance_y);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (KappaLattice, kappa_lattice_free)
