#pragma once

#include "ui/plot/contour.h"

/**
 * KappaMesh:
 * @u, @v, @t: vertices in the unit cube
 * @du, @dv: the slope of t along u and v at each vertex
 * @triangles: three vertices each
 * @lines: for each triangle, bit k is set if its edge from vertex k to vertex k + 1 is a mesh line
 *
 * A surface cut off at the faces of the unit cube.
 */
typedef struct
{
  GArray *u, *v, *t, *du, *dv; /* of float */
  GArray *triangles;           /* of guint32 */
  GArray *lines;               /* of guint8 */
} KappaMesh;

/**
 * KappaMeshBox:
 * @x0, @x1, @y0, @y1: what part of the plane is shown
 * @z0, @z1: heights at the floor and the ceiling
 */
typedef struct
{
  double x0, x1, y0, y1, z0, z1;
} KappaMeshBox;

KappaMesh *kappa_mesh_new  (const KappaLattice *lattice, const KappaMeshBox *box, gsize line_step_x, gsize line_step_y);
void       kappa_mesh_free (KappaMesh *mesh);
gsize      kappa_mesh_get_n_vertices  (const KappaMesh *mesh);
gsize      kappa_mesh_get_n_triangles (const KappaMesh *mesh);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (KappaMesh, kappa_mesh_free)
