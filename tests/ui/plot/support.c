#include "tests/ui/plot/support.h"

#include <stdlib.h>
#include <string.h>

#include "ui/plot/export.h"
#include "ui/plot/landscape-figure.h"

KappaResult *
support_make_plane (gsize nx, gsize ny, PlaneFunc func)
{
  const gsize dims[2] = { nx, ny };
  KappaResult *result = kappa_result_new ();
  KappaArray *array = kappa_array_new ("loss", "", "made up", 2, dims);
  g_autofree double *x = g_new (double, nx);
  g_autofree double *y = g_new (double, ny);

  for (gsize i = 0; i < nx; i++)
    x[i] = nx > 1 ? -1.0 + 2.0 * (double)i / (double)(nx - 1) : 0.0;
  for (gsize j = 0; j < ny; j++)
    y[j] = ny > 1 ? -1.0 + 2.0 * (double)j / (double)(ny - 1) : 0.0;
  kappa_array_set_axis (array, 0, "alpha", x);
  kappa_array_set_axis (array, 1, "beta", y);
  kappa_result_take_array (result, array);
  for (gsize i = 0; i < nx; i++)
    for (gsize j = 0; j < ny; j++)
      {
        double value = func (x[i], y[j]);

        if (value != ABSENT)
          kappa_result_set_values (result, "loss", i * ny + j, 1, &value);
      }
  return result;
}

KappaFigure *
support_make_figure (gsize nx, gsize ny, PlaneFunc func, const char *view)
{
  g_autoptr (KappaResult) result = support_make_plane (nx, ny, func);
  KappaFigure *figure = kappa_landscape_figure_new ();
  g_autoptr (GError) error = NULL;

  g_assert_true (kappa_figure_update (figure, result, &error));
  g_assert_no_error (error);
  g_assert_true (kappa_figure_set_text (figure, "view", view, &error));
  g_assert_no_error (error);
  return figure;
}

guint8 *
support_draw (KappaFigure *figure, int width, int height, KappaThemeKind kind)
{
  cairo_surface_t *surface;
  KappaTheme theme;
  guint8 *pixels = g_new (guint8, (gsize)width * height * 4);

  kappa_theme_init (&theme, kind);
  surface = kappa_figure_render (figure, width, height, 1, &theme);
  g_assert_cmpint (cairo_surface_status (surface), ==, CAIRO_STATUS_SUCCESS);
  for (int y = 0; y < height; y++)
    memcpy (pixels + (gsize)y * width * 4,
            cairo_image_surface_get_data (surface)
                + (gsize)y * cairo_image_surface_get_stride (surface),
            (gsize)width * 4);
  cairo_surface_destroy (surface);
  return pixels;
}

guint32
support_pixel (const guint8 *pixels, int width, double x, double y)
{
  guint32 pixel;

  memcpy (&pixel, pixels + ((gsize)y * width + (gsize)x) * 4, 4);
  return pixel;
}

gboolean
support_is_close (guint32 a, guint32 b, int tolerance)
{
  for (int shift = 0; shift < 24; shift += 8)
    if (abs ((int)(a >> shift & 255) - (int)(b >> shift & 255)) > tolerance)
      return FALSE;
  return TRUE;
}

gsize
support_count (const guint8 *pixels, int width, int height, guint32 color, int tolerance)
{
  gsize n = 0;

  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      n += support_is_close (support_pixel (pixels, width, x, y), color, tolerance);
  return n;
}
