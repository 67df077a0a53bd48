#include "ui/plot/mesh.h"

#include <math.h>

/* A vertex while it is being cut; @line: the edge to the next vertex is a mesh line. */
typedef struct
{
  double at[3]; /* u, v, t */
  double du, dv;
  gboolean line;
} Corner;

#define MAX_CORNERS 12

typedef struct
{
  const KappaLattice *lattice;
  const KappaMeshBox *box;
  gsize step_x, step_y;
  guint32 *shared; /* vertex of each lattice point inside the box, G_MAXUINT32 until it is needed */
  KappaMesh *mesh;
} Builder;

static Corner
make_corner (const Builder *builder, gsize i, gsize j)
{
  const KappaLattice *lattice = builder->lattice;
  const KappaMeshBox *box = builder->box;

  return (Corner) { .at = { (lattice->x[i] - box->x0) / (box->x1 - box->x0),
                            (lattice->y[j] - box->y0) / (box->y1 - box->y0),
                            (lattice->z[i * lattice->ny + j] - box->z0) / (box->z1 - box->z0) } };
}

static double
height_for_slope (const Builder *builder, gsize i, gsize j)
{
  double t = make_corner (builder, i, j).at[2];

  return CLAMP (t, -0.5, 1.5);
}

/* Central differences, one-sided at rims and holes. */
static void
find_slope (const Builder *builder, gsize i, gsize j, Corner *corner)
{
  const KappaLattice *lattice = builder->lattice;
  gsize a = i > 0 ? i - 1 : i, b = MIN (i + 1, lattice->nx - 1);
  gsize c = j > 0 ? j - 1 : j, d = MIN (j + 1, lattice->ny - 1);

  a = isnan (lattice->z[a * lattice->ny + j]) ? i : a;
  b = isnan (lattice->z[b * lattice->ny + j]) ? i : b;
  c = isnan (lattice->z[i * lattice->ny + c]) ? j : c;
  d = isnan (lattice->z[i * lattice->ny + d]) ? j : d;
  if (lattice->x[b] > lattice->x[a])
    corner->du = (height_for_slope (builder, b, j) - height_for_slope (builder, a, j))
                 / (lattice->x[b] - lattice->x[a]) * (builder->box->x1 - builder->box->x0);
  if (lattice->y[d] > lattice->y[c])
    corner->dv = (height_for_slope (builder, i, d) - height_for_slope (builder, i, c))
                 / (lattice->y[d] - lattice->y[c]) * (builder->box->y1 - builder->box->y0);
}

static guint32
add_vertex (KappaMesh *mesh, const Corner *corner)
{
  float u = (float)corner->at[0], v = (float)corner->at[1], t = (float)corner->at[2];
  float du = (float)corner->du, dv = (float)corner->dv;

  g_array_append_val (mesh->u, u);
  g_array_append_val (mesh->v, v);
  g_array_append_val (mesh->t, t);
  g_array_append_val (mesh->du, du);
  g_array_append_val (mesh->dv, dv);
  return mesh->u->len - 1;
}

static gboolean
is_inside (const Corner *corner)
{
  for (guint axis = 0; axis < 3; axis++)
    if (!(corner->at[axis] >= 0.0 && corner->at[axis] <= 1.0))
      return FALSE;
  return TRUE;
}

static void
add_triangle (KappaMesh *mesh, const guint32 vertices[3], guint8 lines)
{
  g_array_append_vals (mesh->triangles, vertices, 3);
  g_array_append_val (mesh->lines, lines);
}

static Corner
between (const Corner *a, const Corner *b, double share)
{
  Corner corner;

  for (guint axis = 0; axis < 3; axis++)
    corner.at[axis] = a->at[axis] + share * (b->at[axis] - a->at[axis]);
  corner.du = a->du + share * (b->du - a->du);
  corner.dv = a->dv + share * (b->dv - a->dv);
  corner.line = FALSE;
  return corner;
}

/* Sutherland and Hodgman: keeps what is on the inner side of one face of the cube. Cut edges are no
 * mesh lines. */
static guint
cut (Corner *corners, guint n, guint axis, gboolean high_face)
{
  Corner kept[MAX_CORNERS];
  double face = high_face ? 1.0 : 0.0, sign = high_face ? -1.0 : 1.0;
  guint n_kept = 0;

  for (guint k = 0; k < n; k++)
    {
      const Corner *a = &corners[k], *b = &corners[(k + 1) % n];
      double from = sign * (a->at[axis] - face), to = sign * (b->at[axis] - face);

      if (from >= 0.0)
        kept[n_kept++] = *a;
      if ((from >= 0.0) != (to >= 0.0))
        {
          kept[n_kept] = between (a, b, from / (from - to));
          kept[n_kept].at[axis] = face;
          kept[n_kept++].line = to >= 0.0 && a->line;
        }
    }
  for (guint k = 0; k < n_kept; k++)
    corners[k] = kept[k];
  return n_kept;
}

static void
add_cut_triangle (Builder *builder, const Corner triangle[3])
{
  Corner corners[MAX_CORNERS] = { triangle[0], triangle[1], triangle[2] };
  guint32 vertices[MAX_CORNERS];
  guint n = 3;

  for (guint face = 0; face < 6 && n > 0; face++)
    n = cut (corners, n, face / 2, face % 2 != 0);
  for (guint k = 0; k < n; k++)
    vertices[k] = add_vertex (builder->mesh, &corners[k]);
  for (guint k = 1; k + 1 < n; k++)
    add_triangle (builder->mesh, (guint32[3]) { vertices[0], vertices[k], vertices[k + 1] },
                  (guint8)((k == 1 && corners[0].line) | (corners[k].line ? 2 : 0)
                           | (k + 2 == n && corners[k + 1].line ? 4 : 0)));
}

static guint32
share_vertex (Builder *builder, gsize point, const Corner *corner)
{
  if (builder->shared[point] == G_MAXUINT32)
    builder->shared[point] = add_vertex (builder->mesh, corner);
  return builder->shared[point];
}

static gboolean
is_line (gsize i, gsize last, gsize step)
{
  return i % step == 0 || i == last;
}

/* Triangle between three lattice points, given as (i, j) pairs. */
static void
add_lattice_triangle (Builder *builder, gsize points[3][2])
{
  const KappaLattice *lattice = builder->lattice;
  Corner corners[3];
  guint32 vertices[3];
  guint inside = 0;
  guint8 lines = 0;

  for (guint k = 0; k < 3; k++)
    {
      gsize i = points[k][0], j = points[k][1], next_i = points[(k + 1) % 3][0],
            next_j = points[(k + 1) % 3][1];

      if (isnan (lattice->z[i * lattice->ny + j]))
        return;
      corners[k] = make_corner (builder, i, j);
      find_slope (builder, i, j, &corners[k]);
      corners[k].line = (i == next_i && is_line (i, lattice->nx - 1, builder->step_x))
                        || (j == next_j && is_line (j, lattice->ny - 1, builder->step_y));
      lines |= (guint8)(corners[k].line << k);
      inside += is_inside (&corners[k]);
    }
  if (inside < 3)
    {
      add_cut_triangle (builder, corners);
      return;
    }
  for (guint k = 0; k < 3; k++)
    vertices[k] = share_vertex (builder, points[k][0] * lattice->ny + points[k][1], &corners[k]);
  add_triangle (builder->mesh, vertices, lines);
}

/* The diagonal between the corners of more equal height follows valleys and ridges. */
static void
add_cell (Builder *builder, gsize i, gsize j)
{
  const double *z = builder->lattice->z + i * builder->lattice->ny + j;
  gsize ny = builder->lattice->ny;
  gboolean rising = !(fabs (z[0] - z[ny + 1]) > fabs (z[1] - z[ny]));

  if (rising)
    {
      add_lattice_triangle (builder, (gsize[3][2]) { { i, j }, { i + 1, j }, { i + 1, j + 1 } });
      add_lattice_triangle (builder, (gsize[3][2]) { { i, j }, { i + 1, j + 1 }, { i, j + 1 } });
      return;
    }
  add_lattice_triangle (builder, (gsize[3][2]) { { i, j }, { i + 1, j }, { i, j + 1 } });
  add_lattice_triangle (builder, (gsize[3][2]) { { i + 1, j }, { i + 1, j + 1 }, { i, j + 1 } });
}

/**
 * kappa_mesh_new:
 * @box: what becomes the unit cube; everything outside is cut off
 * @line_step_x, @line_step_y: every how many steps of the lattice there is a mesh line
 *
 * Returns: (transfer full)
 */
KappaMesh *
kappa_mesh_new (const KappaLattice *lattice,
                const KappaMeshBox *box,
                gsize line_step_x,
                gsize line_step_y)
{
  gsize n = lattice->nx * lattice->ny;
  g_autofree guint32 *shared = g_new (guint32, n);
  KappaMesh *mesh = g_new (KappaMesh, 1);
  Builder builder = { lattice, box, MAX (line_step_x, 1), MAX (line_step_y, 1), shared, mesh };

  *mesh = (KappaMesh) {
    g_array_new (FALSE, FALSE, sizeof (float)), g_array_new (FALSE, FALSE, sizeof (float)),
    g_array_new (FALSE, FALSE, sizeof (float)), g_array_new (FALSE, FALSE, sizeof (float)),
    g_array_new (FALSE, FALSE, sizeof (float)), g_array_new (FALSE, FALSE, sizeof (guint32)),
    g_array_new (FALSE, FALSE, sizeof (guint8))
  };
  for (gsize i = 0; i < n; i++)
    shared[i] = G_MAXUINT32;
  for (gsize i = 0; i + 1 < lattice->nx; i++)
    for (gsize j = 0; j + 1 < lattice->ny; j++)
      if (lattice->x[i + 1] > box->x0 && lattice->x[i] < box->x1 && lattice->y[j + 1] > box->y0
          && lattice->y[j] < box->y1)
        add_cell (&builder, i, j);
  return mesh;
}

gsize
kappa_mesh_get_n_vertices (const KappaMesh *mesh)
{
  return mesh->u->len;
}

gsize
kappa_mesh_get_n_triangles (const KappaMesh *mesh)
{
  return mesh->lines->len;
}

void
kappa_mesh_free (KappaMesh *mesh)
{
  if (mesh == NULL)
    return;
  g_array_unref (mesh->u);
  g_array_unref (mesh->v);
  g_array_unref (mesh->t);
  g_array_unref (mesh->du);
  g_array_unref (mesh->dv);
  g_array_unref (mesh->triangles);
  g_array_unref (mesh->lines);
  g_free (mesh);
}
