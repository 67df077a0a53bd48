#include <math.h>

#include "core/analysis/grid.h"
#include "core/analysis/statistics.h"

static void
test_covers_once (void)
{
  static const guint sizes[][2]
      = { { 1, 1 }, { 2, 1 }, { 5, 1 }, { 51, 1 }, { 1, 7 }, { 51, 51 }, { 20, 33 }, { 64, 3 } };

  for (gsize s = 0; s < G_N_ELEMENTS (sizes); s++)
    {
      gsize n = (gsize) sizes[s][0] * sizes[s][1];
      guint first_x = sizes[s][0] / 3, first_y = sizes[s][1] / 2;
      g_autofree guint32 *order = kappa_grid_order (sizes[s][0], sizes[s][1], first_x, first_y);
      g_autofree guint8 *seen = g_new0 (guint8, n);

      g_assert_cmpuint (order[0], ==, first_x * sizes[s][1] + first_y);
      for (gsize k = 0; k < n; k++)
        {
          g_assert_cmpuint (order[k], <, n);
          g_assert_false (seen[order[k]]);
          seen[order[k]] = TRUE;
        }
    }
}

/* The largest distance, in steps of the grid, from any point to the nearest of the first @n. */
static double
largest_gap (const guint32 *order, gsize n, guint side)
{
  double largest = 0.0;

  for (guint i = 0; i < side; i++)
    for (guint j = 0; j < side; j++)
      {
        double nearest = INFINITY;

        for (gsize k = 0; k < n; k++)
          nearest = fmin (nearest,
                          hypot ((double) (order[k] / side) - i, (double) (order[k] % side) - j));
        largest = fmax (largest, nearest);
      }
  return largest;
}

/* Useful after one percent: then no point is farther from a known one than a regular grid of as
 * many would have it, give or take a half. */
static void
test_coarse_to_fine (void)
{
  const guint side = 51;
  g_autofree guint32 *order = kappa_grid_order (side, side, 25, 25);
  gsize one_percent = (gsize) side * side / 100;

  g_assert_cmpfloat (largest_gap (order, one_percent, side), <,
                     1.5 * (double) side / sqrt ((double) one_percent));
  g_assert_cmpfloat (largest_gap (order, 4 * one_percent, side), <,
                     0.9 * (double) side / sqrt ((double) one_percent));
}

static void
test_nearest (void)
{
  const KappaRange range = { KAPPA_RANGE_VALUES, -0.5, 1.5, 5 };

  g_assert_cmpuint (kappa_grid_nearest (&range, 0.0), ==, 1);
  g_assert_cmpuint (kappa_grid_nearest (&range, 9.0), ==, 4);
}

/* Wilson's interval for 8 of 10, from the formula by hand; the ends are exact. */
static void
test_wilson (void)
{
  double low, high;

  kappa_wilson_interval (8.0, 10.0, KAPPA_NORMAL_95, &low, &high);
  g_assert_cmpfloat_with_epsilon (low, 0.490162, 1e-6);
  g_assert_cmpfloat_with_epsilon (high, 0.943318, 1e-6);
  kappa_wilson_interval (0.0, 10.0, KAPPA_NORMAL_95, &low, &high);
  g_assert_cmpfloat (low, ==, 0.0);
  g_assert_cmpfloat_with_epsilon (high, 0.277533, 1e-6);
  kappa_wilson_interval (10.0, 10.0, KAPPA_NORMAL_95, &low, &high);
  g_assert_cmpfloat (high, ==, 1.0);
}

static void
test_deviation (void)
{
  const double values[] = { 2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0 };

  g_assert_cmpfloat (kappa_mean (values, 8), ==, 5.0);
  g_assert_cmpfloat_with_epsilon (kappa_standard_deviation (values, 8), sqrt (32.0 / 7.0), 1e-15);
  g_assert_cmpfloat (kappa_standard_deviation (values, 1), ==, 0.0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/grid/covers-once", test_covers_once);
  g_test_add_func ("/grid/coarse-to-fine", test_coarse_to_fine);
  g_test_add_func ("/grid/nearest", test_nearest);
  g_test_add_func ("/statistics/wilson", test_wilson);
  g_test_add_func ("/statistics/deviation", test_deviation);
  return g_test_run ();
}
