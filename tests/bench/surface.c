/* How long a frame of the turning surface takes: 101 x 101 points, axes and letters included, on
 * one core. Prints the median over a full turn at 1000 x 800 CSS pixels, at scale 1 and 2, beside
 * the times it must meet. */

#include <math.h>
#include <stdlib.h>
#include <time.h>

#include "ui/plot/export.h"
#include "ui/plot/landscape-figure.h"

#define POINTS 101
#define FRAMES 180

static int
compare (const void *a, const void *b)
{
  double x = *(const double *)a, y = *(const double *)b;

  return (x > y) - (x < y);
}

static KappaResult *
make_result (void)
{
  const gsize dims[2] = { POINTS, POINTS };
  KappaResult *result = kappa_result_new ();
  KappaArray *array = kappa_array_new ("loss", "", "a bowl with ripples", 2, dims);
  double coordinates[POINTS];

  for (guint i = 0; i < POINTS; i++)
    coordinates[i] = -1.0 + 2.0 * i / (POINTS - 1);
  kappa_array_set_axis (array, 0, "alpha", coordinates);
  kappa_array_set_axis (array, 1, "beta", coordinates);
  kappa_result_take_array (result, array);
  for (guint i = 0; i < POINTS; i++)
    for (guint j = 0; j < POINTS; j++)
      {
        double a = coordinates[i], b = coordinates[j];
        double value
            = 0.4 + 3.0 * a * a + 2.0 * b * b + a * b + 0.2 * sin (9.0 * a) * cos (7.0 * b);

        kappa_result_set_values (result, "loss", i * POINTS + j, 1, &value);
      }
  return result;
}

/* What this thread has used of a processor, in milliseconds: other programs do not count. */
static double
get_cpu_time (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return (double)now.tv_sec * 1e3 + (double)now.tv_nsec * 1e-6;
}

static void
measure (KappaFigure *figure, int scale, double allowed)
{
  double times[FRAMES], cpu_times[FRAMES];
  KappaTheme theme;

  kappa_theme_init (&theme, KAPPA_THEME_LIGHT);
  for (int frame = -5; frame < FRAMES; frame++)
    {
      gint64 start = g_get_monotonic_time ();
      double cpu_start = get_cpu_time ();
      cairo_surface_t *surface;

      g_object_set (figure, "azimuth", 360.0 * frame / FRAMES, NULL);
      surface = kappa_figure_render (figure, 1000.0, 800.0, scale, &theme);
      cairo_surface_destroy (surface);
      if (frame < 0)
        continue;
      times[frame] = (double)(g_get_monotonic_time () - start) * 1e-3;
      cpu_times[frame] = get_cpu_time () - cpu_start;
    }
  qsort (times, FRAMES, sizeof *times, compare);
  qsort (cpu_times, FRAMES, sizeof *cpu_times, compare);
  g_print ("scale %d: median %5.1f ms (of processor time %5.1f ms), 95 %% below %5.1f ms, allowed "
           "%4.0f ms\n",
           scale, times[FRAMES / 2], cpu_times[FRAMES / 2], times[FRAMES * 95 / 100], allowed);
}

int
main (void)
{
  g_autoptr (KappaResult) result = make_result ();
  g_autoptr (KappaFigure) figure = kappa_landscape_figure_new ();
  g_autoptr (GError) error = NULL;

  if (!kappa_figure_update (figure, result, &error))
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }
  g_print ("turning surface of %d x %d points, 1000 x 800, cairo %s, one thread\n", POINTS, POINTS,
           cairo_version_string ());
  measure (figure, 1, 16.0);
  measure (figure, 2, 33.0);
  return 0;
}
