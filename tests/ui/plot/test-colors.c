#include <math.h>
#include <string.h>

#include "ui/plot/colormap.h"

static const char *const names[KAPPA_N_COLORMAPS] = { "viridis", "cividis", "magma", "diverging" };

/* Every step of a sequential map looks lighter than the one before, and about as much; a diverging
 * map rises to its middle and falls. */
static void
test_lightness (void)
{
  for (int kind = 0; kind < KAPPA_N_COLORMAPS; kind++)
    {
      double before = -1.0;

      for (int i = 0; i <= 100; i++)
        {
          KappaColor color = kappa_colormap_get (kind, i / 100.0);
          double lightness = kappa_color_get_lightness (&color), step = lightness - before;

          g_assert_true (color.red >= 0.0 && color.red <= 1.0 && color.green >= 0.0
                         && color.green <= 1.0 && color.blue >= 0.0 && color.blue <= 1.0);
          if (kind == KAPPA_COLORMAP_DIVERGING && i > 50)
            step = -step;
          if (i > 0)
            g_test_message ("%s %d %g", names[kind], i, step);
          if (i > 0)
            g_assert_cmpfloat (step, >, 0.0015);
          if (i > 0 && kind != KAPPA_COLORMAP_MAGMA)
            g_assert_cmpfloat (step, <, 0.0145);
          before = lightness;
        }
    }
}

/* The published values of viridis and magma, at both ends and in the middle. */
static void
test_known_colors (void)
{
  static const struct
  {
    KappaColormapKind kind;
    double t, red, green, blue;
  } cases[] = {
    { KAPPA_COLORMAP_VIRIDIS, 0.0, 0.267004, 0.004874, 0.329415 },
    { KAPPA_COLORMAP_VIRIDIS, 1.0, 0.993248, 0.906157, 0.143936 },
    { KAPPA_COLORMAP_VIRIDIS, 128.0 / 255.0, 0.127568, 0.566949, 0.550556 },
    { KAPPA_COLORMAP_MAGMA, 0.0, 0.001462, 0.000466, 0.013866 },
    { KAPPA_COLORMAP_MAGMA, 1.0, 0.987053, 0.991438, 0.749504 },
    { KAPPA_COLORMAP_MAGMA, 128.0 / 255.0, 0.716387, 0.214982, 0.475290 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      KappaColor color = kappa_colormap_get (cases[i].kind, cases[i].t);

      g_assert_cmpfloat_with_epsilon (color.red, cases[i].red, 0.012);
      g_assert_cmpfloat_with_epsilon (color.green, cases[i].green, 0.012);
      g_assert_cmpfloat_with_epsilon (color.blue, cases[i].blue, 0.012);
    }
}

static void
test_ends (void)
{
  for (int kind = 0; kind < KAPPA_N_COLORMAPS; kind++)
    {
      KappaColor low = kappa_colormap_get (kind, 0.0), below = kappa_colormap_get (kind, -5.0);
      KappaColor nan = kappa_colormap_get (kind, (double)NAN),
                 high = kappa_colormap_get (kind, 1.0);
      KappaColor above = kappa_colormap_get (kind, 7.0);
      guint32 table[16];

      g_assert_true (memcmp (&low, &below, sizeof low) == 0);
      g_assert_true (memcmp (&low, &nan, sizeof low) == 0);
      g_assert_true (memcmp (&high, &above, sizeof low) == 0);
      kappa_colormap_fill_table (kind, table, 16);
      g_assert_cmphex (table[0], ==, kappa_color_to_pixel (&low));
      g_assert_cmphex (table[15], ==, kappa_color_to_pixel (&high));
    }
}

/* WCAG 2.1 relative luminance contrast. */
static double
luminance (const KappaColor *color)
{
  double parts[3] = { color->red, color->green, color->blue };

  for (int i = 0; i < 3; i++)
    parts[i] = parts[i] <= 0.04045 ? parts[i] / 12.92 : pow ((parts[i] + 0.055) / 1.055, 2.4);
  return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
}

static double
contrast (const KappaColor *a, const KappaColor *b)
{
  double x = luminance (a) + 0.05, y = luminance (b) + 0.05;

  return MAX (x, y) / MIN (x, y);
}

/* Letters are readable, lines visible and the colours of special cells distinct, in every theme. */
static void
test_themes (void)
{
  for (int kind = 0; kind < KAPPA_N_THEMES; kind++)
    {
      gboolean high = kind == KAPPA_THEME_HIGH_CONTRAST || kind == KAPPA_THEME_HIGH_CONTRAST_DARK;
      KappaTheme theme;

      kappa_theme_init (&theme, kind);
      g_assert_cmpint ((int)theme.kind, ==, kind);
      g_assert_cmpfloat (contrast (&theme.ink, &theme.paper), >=, high ? 20.0 : 7.0);
      g_assert_cmpfloat (contrast (&theme.faint, &theme.paper), >=, high ? 7.0 : 4.5);
      g_assert_cmpfloat (contrast (&theme.accent, &theme.paper), >=, 4.5);
      g_assert_cmpfloat (contrast (&theme.nan, &theme.hole), >=, 1.5);
      g_assert_cmpfloat (contrast (&theme.hatch, &theme.hole), >=, 1.4);
      for (int i = 0; i < KAPPA_THEME_N_SERIES; i++)
        g_assert_cmpfloat (contrast (&theme.series[i], &theme.paper), >=, 3.0);
      g_assert_cmphex (kappa_color_to_pixel (&theme.nan), !=,
                       kappa_color_to_pixel (&theme.positive_infinity));
      g_assert_cmphex (kappa_color_to_pixel (&theme.positive_infinity), !=,
                       kappa_color_to_pixel (&theme.negative_infinity));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/colors/lightness", test_lightness);
  g_test_add_func ("/colors/known", test_known_colors);
  g_test_add_func ("/colors/ends", test_ends);
  g_test_add_func ("/colors/themes", test_themes);
  return g_test_run ();
}
