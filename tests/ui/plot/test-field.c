#include <math.h>
#include <string.h>

#include "core/base/random.h"
#include "ui/plot/field.h"

#define N 41

static KappaArray *
make_array (gsize nx, gsize ny)
{
  const gsize dims[2] = { nx, ny };
  KappaArray *array = kappa_array_new ("loss", "", "made up", 2, dims);
  g_autofree double *x = g_new (double, nx);
  g_autofree double *y = g_new (double, ny);

  for (gsize i = 0; i < nx; i++)
    x[i] = (double)i;
  for (gsize j = 0; j < ny; j++)
    y[j] = (double)j;
  kappa_array_set_axis (array, 0, "alpha", x);
  kappa_array_set_axis (array, 1, "beta", y);
  return array;
}

static void
set (KappaArray *array, gsize i, gsize j, double value)
{
  array->values[i * array->dims[1] + j] = value;
  array->present[i * array->dims[1] + j] = 1;
}

static KappaAxis
make_axis (KappaScale scale)
{
  KappaAxis axis;

  kappa_axis_init (&axis, scale, 0.1, 10.0);
  return axis;
}

/* A file may list its coordinates in any order. */
static void
test_order (void)
{
  g_autoptr (KappaArray) array = make_array (3, 2);
  const double x[3] = { 1.0, -1.0, 0.0 }, y[2] = { 5.0, 4.0 };
  g_autoptr (KappaField) field = NULL;

  kappa_array_set_axis (array, 0, "alpha", x);
  kappa_array_set_axis (array, 1, "beta", y);
  for (gsize i = 0; i < 3; i++)
    for (gsize j = 0; j < 2; j++)
      set (array, i, j, 10.0 * x[i] + y[j]);
  field = kappa_field_new (array, NULL);
  for (gsize i = 0; i < 3; i++)
    for (gsize j = 0; j < 2; j++)
      g_assert_cmpfloat (field->values[i * 2 + j], ==, 10.0 * field->x[i] + field->y[j]);
  g_assert_cmpfloat (field->x[0], ==, -1.0);
  g_assert_cmpfloat (field->y[0], ==, 4.0);
  g_assert_cmpuint (field->lowest, ==, 0);
  g_assert_cmpuint (field->highest, ==, 5);
}

static void
test_counts (void)
{
  g_autoptr (KappaArray) array = make_array (3, 3);
  g_autoptr (KappaField) field = NULL;

  set (array, 0, 0, 1.0);
  set (array, 0, 1, -2.0);
  set (array, 0, 2, (double)NAN);
  set (array, 1, 0, (double)INFINITY);
  set (array, 1, 1, -(double)INFINITY);
  field = kappa_field_new (array, NULL);
  g_assert_cmpuint (field->n_present, ==, 5);
  g_assert_cmpuint (field->n_finite, ==, 2);
  g_assert_cmpuint (field->n_positive, ==, 1);
  g_assert_cmpuint (field->n_nan, ==, 1);
  g_assert_cmpuint (field->n_positive_infinity, ==, 1);
  g_assert_cmpuint (field->n_negative_infinity, ==, 1);
}

static void
test_refused (void)
{
  const gsize dims[1] = { 4 };
  g_autoptr (KappaArray) line = kappa_array_new ("loss", "", "made up", 1, dims);
  g_autoptr (KappaArray) odd = make_array (2, 2);
  const double x[2] = { 0.0, (double)NAN };
  g_autoptr (GError) error = NULL;

  g_assert_null (kappa_field_new (line, &error));
  g_assert_nonnull (error);
  g_clear_error (&error);
  kappa_array_set_axis (odd, 0, "alpha", x);
  g_assert_null (kappa_field_new (odd, &error));
  g_assert_nonnull (strstr (error->message, "coordinate 1"));
}

/* A few huge values do not set the limits; without them, smallest and largest do. */
static void
test_limits (void)
{
  g_autoptr (KappaArray) array = make_array (10, 10);
  g_autoptr (KappaField) plain = NULL;
  g_autoptr (KappaField) field = NULL;
  KappaLimits limits;

  for (gsize i = 0; i < 10; i++)
    for (gsize j = 0; j < 10; j++)
      set (array, i, j, 1.0 + (double)(i * 10 + j) / 99.0);
  plain = kappa_field_new (array, NULL);
  limits = kappa_field_suggest_limits (plain, KAPPA_SCALE_LINEAR);
  g_assert_cmpfloat (limits.low, ==, 1.0);
  g_assert_cmpfloat (limits.high, ==, 2.0);
  limits = kappa_field_suggest_limits (plain, KAPPA_SCALE_LOG);
  g_assert_cmpfloat_with_epsilon (limits.low, 1.0, 1e-12);
  g_assert_cmpfloat_with_epsilon (limits.high, 2.0, 1e-12);

  set (array, 9, 9, 1e6);
  set (array, 0, 0, (double)INFINITY);
  field = kappa_field_new (array, NULL);
  limits = kappa_field_suggest_limits (field, KAPPA_SCALE_LINEAR);
  g_assert_cmpfloat (limits.high, <, 4.0);
  g_assert_cmpfloat (limits.high, >, 2.0);
}

static gsize
squared_distance (gsize a, gsize b, gsize ny)
{
  gsize dx = MAX (a / ny, b / ny) - MIN (a / ny, b / ny),
        dy = MAX (a % ny, b % ny) - MIN (a % ny, b % ny);

  return dx * dx + dy * dy;
}

/* The nearest computed point, against trying all of them. */
static void
test_nearest (void)
{
  KappaStream stream = kappa_stream_init (7, "nearest");
  const gsize nx = 23, ny = 17;
  KappaAxis axis = make_axis (KAPPA_SCALE_LINEAR);

  for (guint round = 0; round < 20; round++)
    {
      g_autoptr (KappaArray) array = make_array (nx, ny);
      g_autoptr (KappaField) field = NULL;
      g_autoptr (KappaFill) fill = NULL;

      for (guint k = 0; k < 3 + 2 * round; k++)
        set (array, kappa_stream_below (&stream, 1000 * round + 2 * k, nx),
             kappa_stream_below (&stream, 1000 * round + 2 * k + 1, ny), 1.0);
      field = kappa_field_new (array, NULL);
      fill = kappa_fill_new (field, &axis);
      for (gsize i = 0; i < nx * ny; i++)
        {
          gsize best = G_MAXSIZE;

          for (gsize k = 0; k < nx * ny; k++)
            if (field->present[k])
              best = MIN (best, squared_distance (i, k, ny));
          if (fill->nearest[i] != KAPPA_NO_POINT)
            g_assert_cmpuint (squared_distance (i, fill->nearest[i], ny), ==, best);
          else
            g_assert_cmpfloat ((double)best, >,
                               2.25 * (double)(nx * ny) / (double)field->n_present);
        }
    }
}

/* At 1 % of the points, on a coarse grid, a tilted plane comes out exactly; so does any grid at its
 * own points. */
static void
test_coarse (void)
{
  g_autoptr (KappaArray) array = make_array (N, N);
  g_autoptr (KappaField) field = NULL;
  g_autoptr (KappaFill) fill = NULL;
  KappaAxis axis = make_axis (KAPPA_SCALE_LINEAR);

  for (gsize i = 0; i < N; i += 10)
    for (gsize j = 0; j < N; j += 10)
      set (array, i, j, 2.0 + 0.3 * (double)i - 0.1 * (double)j);
  field = kappa_field_new (array, NULL);
  fill = kappa_fill_new (field, &axis);
  for (gsize i = 0; i < N; i++)
    for (gsize j = 0; j < N; j++)
      {
        g_assert_cmpint (fill->cells[i * N + j], ==, KAPPA_CELL_VALUE);
        g_assert_cmpfloat_with_epsilon (fill->heights[i * N + j],
                                        2.0 + 0.3 * (double)i - 0.1 * (double)j, 1e-9);
      }
}

/* A coarse grid with some points of the next one and others anywhere: the surface passes through
 * all of them, and nowhere leaves their range. */
static void
test_partial_level (void)
{
  g_autoptr (KappaArray) array = make_array (N, N);
  KappaStream stream = kappa_stream_init (3, "partial");
  double lowest = (double)INFINITY, highest = (double)-INFINITY;
  KappaAxis axis = make_axis (KAPPA_SCALE_LINEAR);
  g_autoptr (KappaField) field = NULL;
  g_autoptr (KappaFill) fill = NULL;

  for (gsize i = 0; i < N; i += 10)
    for (gsize j = 0; j < N; j += 10)
      set (array, i, j, sin (0.2 * (double)i) + cos (0.1 * (double)j));
  for (guint k = 0; k < 30; k++)
    {
      gsize i = 5 * kappa_stream_below (&stream, 2 * k, 9),
            j = 5 * kappa_stream_below (&stream, 2 * k + 1, 9);

      set (array, i, j, sin (0.2 * (double)i) + cos (0.1 * (double)j));
    }
  set (array, 3, 17, 0.5);
  field = kappa_field_new (array, NULL);
  fill = kappa_fill_new (field, &axis);
  for (gsize i = 0; i < N * N; i++)
    if (field->present[i])
      {
        lowest = MIN (lowest, field->values[i]);
        highest = MAX (highest, field->values[i]);
        g_assert_cmpfloat_with_epsilon (fill->heights[i], field->values[i], 1e-12);
      }
  for (gsize i = 0; i < N * N; i++)
    g_assert_true (fill->heights[i] >= lowest - 1e-12 && fill->heights[i] <= highest + 1e-12);
}

/* Points anywhere: through them, and never beyond their range. */
static void
test_scattered (void)
{
  g_autoptr (KappaArray) array = make_array (N, N);
  KappaStream stream = kappa_stream_init (4, "scattered");
  KappaAxis axis = make_axis (KAPPA_SCALE_LOG);
  g_autoptr (KappaField) field = NULL;
  g_autoptr (KappaFill) fill = NULL;

  for (guint k = 0; k < 17; k++)
    set (array, kappa_stream_below (&stream, 2 * k, N), kappa_stream_below (&stream, 2 * k + 1, N),
         1.0 + (double)k);
  field = kappa_field_new (array, NULL);
  fill = kappa_fill_new (field, &axis);
  for (gsize i = 0; i < N * N; i++)
    {
      if (fill->cells[i] == KAPPA_CELL_MISSING)
        continue;
      g_assert_cmpfloat (fill->heights[i], >=, -1e-12);
      g_assert_cmpfloat (fill->heights[i], <=, log10 (17.0) + 1e-12);
      if (field->present[i])
        g_assert_cmpfloat_with_epsilon (fill->heights[i], log10 (field->values[i]), 1e-12);
    }
}

/* What stands for what: NaN and infinities keep their neighbourhood, a log scale has no place for
 * zero, and far from all that is computed there is nothing. */
static void
test_cells (void)
{
  g_autoptr (KappaArray) array = make_array (N, N);
  KappaAxis axis = make_axis (KAPPA_SCALE_LOG);
  g_autoptr (KappaField) field = NULL;
  g_autoptr (KappaFill) fill = NULL;

  for (gsize i = 0; i < N; i++)
    for (gsize j = 0; j < N / 2; j++)
      set (array, i, j, 1.0);
  set (array, 3, 3, (double)NAN);
  set (array, 5, 3, (double)INFINITY);
  set (array, 7, 3, -(double)INFINITY);
  set (array, 9, 3, 0.0);
  set (array, 11, 3, -4.0);
  field = kappa_field_new (array, NULL);
  fill = kappa_fill_new (field, &axis);
  g_assert_cmpint (fill->cells[3 * N + 3], ==, KAPPA_CELL_NAN);
  g_assert_cmpint (fill->cells[5 * N + 3], ==, KAPPA_CELL_POSITIVE_INFINITY);
  g_assert_cmpint (fill->cells[7 * N + 3], ==, KAPPA_CELL_NEGATIVE_INFINITY);
  g_assert_cmpint (fill->cells[9 * N + 3], ==, KAPPA_CELL_NOT_ON_SCALE);
  g_assert_cmpint (fill->cells[11 * N + 3], ==, KAPPA_CELL_NOT_ON_SCALE);
  g_assert_cmpint (fill->cells[4 * N + 3], ==, KAPPA_CELL_VALUE);
  g_assert_cmpint (fill->cells[4 * N + N - 1], ==, KAPPA_CELL_MISSING);
  for (gsize i = 0; i < N * N; i++)
    g_assert_cmpint (isnan (fill->heights[i]) != 0, ==, fill->cells[i] != KAPPA_CELL_VALUE);
}

static void
test_nothing (void)
{
  g_autoptr (KappaArray) array = make_array (4, 4);
  KappaAxis axis = make_axis (KAPPA_SCALE_LINEAR);
  g_autoptr (KappaField) field = kappa_field_new (array, NULL);
  g_autoptr (KappaFill) fill = kappa_fill_new (field, &axis);
  KappaLimits limits = kappa_field_suggest_limits (field, KAPPA_SCALE_LINEAR);

  g_assert_true (kappa_limits_is_auto (&limits));
  for (gsize i = 0; i < 16; i++)
    g_assert_cmpint (fill->cells[i], ==, KAPPA_CELL_MISSING);
}

/* More points than can be drawn are averaged, never skipped. */
static void
test_reduced (void)
{
  g_autoptr (KappaArray) array = make_array (1000, 3);
  g_autoptr (KappaField) field = NULL;

  for (gsize i = 0; i < 1000; i++)
    for (gsize j = 0; j < 3; j++)
      set (array, i, j, i % 3 == 0 ? 3.0 : 0.0);
  field = kappa_field_new (array, NULL);
  g_assert_cmpuint (field->reduction, ==, 3);
  g_assert_cmpuint (field->nx, ==, 334);
  g_assert_cmpuint (field->ny, ==, 1);
  g_assert_cmpfloat_with_epsilon (field->values[0], 1.0, 1e-12);
  g_assert_cmpfloat_with_epsilon (field->values[200], 1.0, 1e-12);
}

static void
test_find (void)
{
  const double x[4] = { 0.0, 1.0, 3.0, 10.0 };

  g_assert_cmpfloat (kappa_field_edge (x, 4, 0), ==, -0.5);
  g_assert_cmpfloat (kappa_field_edge (x, 4, 2), ==, 2.0);
  g_assert_cmpfloat (kappa_field_edge (x, 4, 4), ==, 13.5);
  g_assert_cmpfloat (kappa_field_edge (x, 1, 1), ==, 0.5);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/field/order", test_order);
  g_test_add_func ("/field/counts", test_counts);
  g_test_add_func ("/field/refused", test_refused);
  g_test_add_func ("/field/limits", test_limits);
  g_test_add_func ("/field/nearest", test_nearest);
  g_test_add_func ("/field/coarse", test_coarse);
  g_test_add_func ("/field/partial-level", test_partial_level);
  g_test_add_func ("/field/scattered", test_scattered);
  g_test_add_func ("/field/cells", test_cells);
  g_test_add_func ("/field/nothing", test_nothing);
  g_test_add_func ("/field/reduced", test_reduced);
  g_test_add_func ("/field/find", test_find);
  return g_test_run ();
}
