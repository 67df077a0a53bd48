#include <math.h>

#include "ui/plot/contour.h"
#include "ui/plot/smooth.h"

static KappaLattice *
make_lattice (gsize nx, gsize ny, double (*height) (double x, double y), gsize least)
{
  g_autofree double *x = g_new (double, nx);
  g_autofree double *y = g_new (double, ny);
  g_autofree double *z = g_new (double, nx *ny);

  for (gsize i = 0; i < nx; i++)
    x[i] = -1.0 + 2.0 * (double)i / (double)(nx - 1);
  for (gsize j = 0; j < ny; j++)
    y[j] = -1.0 + 2.0 * (double)j / (double)(ny - 1);
  for (gsize i = 0; i < nx; i++)
    for (gsize j = 0; j < ny; j++)
      z[i * ny + j] = height (x[i], y[j]);
  return kappa_lattice_new (nx, ny, x, y, z, least);
}

static double
bowl (double x, double y)
{
  return x * x + y * y;
}

static double
saddle (double x, double y)
{
  return x * y;
}

static double
bowl_with_hole (double x, double y)
{
  return fabs (x) < 0.12 && fabs (y) < 0.12 ? (double)NAN : bowl (x, y);
}

static double
plain (double x, double y)
{
  return 3.0;
}

static double
path_length (const KappaPath *path)
{
  double length = 0.0;

  for (gsize k = 1; k < path->n + (path->closed ? 1 : 0); k++)
    length += hypot (path->points[k % path->n].x - path->points[k - 1].x,
                     path->points[k % path->n].y - path->points[k - 1].y);
  return length;
}

static double
region_area (GPtrArray *paths)
{
  double area = 0.0;

  for (guint i = 0; i < paths->len; i++)
    {
      const KappaPath *path = paths->pdata[i];

      for (gsize k = 0; k < path->n; k++)
        {
          const KappaPoint *a = &path->points[k], *b = &path->points[(k + 1) % path->n];

          area += 0.5 * (a->x * b->y - b->x * a->y);
        }
    }
  return area;
}

/* The level curve of a bowl is one circle. */
static void
test_circle (void)
{
  g_autoptr (KappaLattice) lattice = make_lattice (31, 41, bowl, 200);
  g_autoptr (GPtrArray) paths = kappa_contour_lines (lattice, 0.49);
  const KappaPath *path;

  g_assert_cmpuint (paths->len, ==, 1);
  path = paths->pdata[0];
  g_assert_true (path->closed);
  for (gsize k = 0; k < path->n; k++)
    g_assert_cmpfloat_with_epsilon (hypot (path->points[k].x, path->points[k].y), 0.7, 2e-3);
  g_assert_cmpfloat_with_epsilon (path_length (path), 2.0 * G_PI * 0.7, 5e-3);
}

/* Beyond radius 1 the circle is cut by the rim into four arcs that end on it. */
static void
test_open_curves (void)
{
  g_autoptr (KappaLattice) lattice = make_lattice (41, 41, bowl, 200);
  g_autoptr (GPtrArray) paths = kappa_contour_lines (lattice, 1.3);

  g_assert_cmpuint (paths->len, ==, 4);
  for (guint i = 0; i < paths->len; i++)
    {
      const KappaPath *path = paths->pdata[i];
      const KappaPoint *first = &path->points[0], *last = &path->points[path->n - 1];

      g_assert_false (path->closed);
      g_assert_cmpfloat_with_epsilon (MAX (fabs (first->x), fabs (first->y)), 1.0, 1e-12);
      g_assert_cmpfloat_with_epsilon (MAX (fabs (last->x), fabs (last->y)), 1.0, 1e-12);
    }
}

/* The ambiguous cell: at the level of the saddle's centre the curves must not cross, and all
 * crossings be used. */
static void
test_saddle (void)
{
  g_autoptr (KappaLattice) lattice = make_lattice (2, 2, saddle, 1);

  for (double level = -0.9; level < 1.0; level += 0.1)
    {
      g_autoptr (GPtrArray) paths = kappa_contour_lines (lattice, level);
      g_autoptr (GPtrArray) region = kappa_contour_region (lattice, level);

      g_assert_cmpuint (paths->len, ==, 2);
      for (guint i = 0; i < paths->len; i++)
        g_assert_cmpuint (((KappaPath *)paths->pdata[i])->n, ==, 2);
      g_assert_cmpuint (region->len, ==, level <= 0.0 ? 1 : 2);
    }
}

static void
test_region (void)
{
  g_autoptr (KappaLattice) lattice = make_lattice (31, 41, bowl, 200);
  g_autoptr (GPtrArray) all = kappa_contour_region (lattice, -(double)INFINITY);
  g_autoptr (GPtrArray) outside = kappa_contour_region (lattice, 0.49);

  g_assert_cmpfloat_with_epsilon (region_area (all), 4.0, 1e-9);
  g_assert_cmpfloat_with_epsilon (region_area (outside), 4.0 - G_PI * 0.49, 2e-3);
}

/* Nothing is drawn over a hole, and curves end at it. */
static void
test_hole (void)
{
  g_autoptr (KappaLattice) lattice = make_lattice (41, 41, bowl_with_hole, 41);
  g_autoptr (GPtrArray) all = kappa_contour_region (lattice, -(double)INFINITY);
  g_autoptr (GPtrArray) near = kappa_contour_lines (lattice, 0.03);

  /* Five points each way are missing, so the hole is six steps of 0.05 wide. */
  g_assert_cmpfloat_with_epsilon (region_area (all), 4.0 - 0.3 * 0.3, 1e-9);
  g_assert_cmpuint (near->len, ==, 4);
}

static void
test_constant (void)
{
  g_autoptr (KappaLattice) lattice = make_lattice (5, 5, plain, 20);
  g_autoptr (GPtrArray) paths = kappa_contour_lines (lattice, 3.0);
  g_autoptr (GPtrArray) region = kappa_contour_region (lattice, 3.0);

  g_assert_cmpuint (paths->len, ==, 0);
  g_assert_cmpfloat_with_epsilon (region_area (region), 4.0, 1e-9);
  g_assert_cmpfloat_with_epsilon (kappa_lattice_height (lattice, 0.123, -0.77), 3.0, 1e-12);
}

/* Through the points, exact for parabolas inside, and never beyond the ends of a step. */
static void
test_smooth (void)
{
  const double x[] = { -1.0, -0.7, -0.1, 0.2, 0.9, 1.0 }, y[] = { 0.0, 1.0 };
  double z[12], fine[301];
  g_autofree double *smooth = NULL;

  for (int i = 0; i < 6; i++)
    z[2 * i] = z[2 * i + 1] = x[i] * x[i];
  for (int i = 0; i <= 300; i++)
    fine[i] = -1.0 + 2.0 * i / 300.0;
  smooth = kappa_smooth_grid (&(KappaGrid) { 6, 2, x, y, z }, 301, fine, 2, y);
  for (int i = 0; i <= 300; i++)
    {
      int k = 0;

      while (k < 4 && fine[i] >= x[k + 1])
        k++;
      g_assert_cmpfloat (smooth[2 * i], >=, MIN (z[2 * k], z[2 * k + 2]));
      g_assert_cmpfloat (smooth[2 * i], <=, MAX (z[2 * k], z[2 * k + 2]));
      if (fine[i] > -0.7 && fine[i] < -0.1)
        g_assert_cmpfloat_with_epsilon (smooth[2 * i], fine[i] * fine[i], 1e-9);
    }
  g_assert_cmpfloat (smooth[0], ==, 1.0);
  g_assert_cmpfloat (smooth[600], ==, 1.0);
}

static void
test_simplify (void)
{
  g_autoptr (KappaLattice) lattice = make_lattice (31, 41, bowl, 200);
  g_autoptr (GPtrArray) paths = kappa_contour_lines (lattice, 0.49);
  KappaPath *path = paths->pdata[0];
  gsize before = path->n;

  kappa_path_simplify (path, 1e-3, 1e-3);
  g_assert_cmpuint (path->n, <, before / 4);
  g_assert_cmpfloat_with_epsilon (path_length (path), 2.0 * G_PI * 0.7, 2e-2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/contour/circle", test_circle);
  g_test_add_func ("/contour/open-curves", test_open_curves);
  g_test_add_func ("/contour/saddle", test_saddle);
  g_test_add_func ("/contour/region", test_region);
  g_test_add_func ("/contour/hole", test_hole);
  g_test_add_func ("/contour/constant", test_constant);
  g_test_add_func ("/contour/smooth", test_smooth);
  g_test_add_func ("/contour/simplify", test_simplify);
  return g_test_run ();
}
