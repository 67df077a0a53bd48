#include <math.h>
#include <string.h>

#include "tests/ui/plot/support.h"
#include "ui/plot/colormap.h"
#include "ui/plot/landscape-private.h"

#define WIDTH  640
#define HEIGHT 480

static const char *const views[] = { "surface", "contour", "heat" };

static double
bowl (double a, double b)
{
  return 1.0 + 2.0 * a * a + b * b;
}

static double
steep (double a, double b)
{
  return 0.3 * pow (10.0, 3.0 * (a * a + b * b) / 2.0);
}

static double
with_holes (double a, double b)
{
  if (a > 0.45 && b > 0.45)
    return (double)NAN;
  if (a < -0.45 && b > 0.45)
    return (double)INFINITY;
  if (a < -0.45 && b < -0.45)
    return -(double)INFINITY;
  return bowl (a, b);
}

static double
upper_half_absent (double a, double b)
{
  return b > 0.05 ? ABSENT : bowl (a, b);
}

static double
signed_waves (double a, double b)
{
  return sin (3.0 * a) * cos (2.0 * b);
}

static double
everything_absent (double a, double b)
{
  return ABSENT;
}

static double
everything_nan (double a, double b)
{
  return (double)NAN;
}

static double
constant (double a, double b)
{
  return 7.0;
}

static double
huge (double a, double b)
{
  return a > 0.9 && b > 0.9 ? 1e300 : 1.0 + a * a;
}

/* One point in ten along each axis. */
static double
coarse (double a, double b)
{
  gboolean on_grid
      = fabs (remainder (a + 1.0, 0.2)) < 1e-6 && fabs (remainder (b + 1.0, 0.2)) < 1e-6;

  return on_grid ? bowl (a, b) : ABSENT;
}

static guint32
theme_color (KappaThemeKind kind, gsize offset)
{
  KappaTheme theme;

  kappa_theme_init (&theme, kind);
  return kappa_color_to_pixel ((const KappaColor *)(const void *)((const char *)&theme + offset));
}

#define THEME_COLOR(kind, name) theme_color (kind, G_STRUCT_OFFSET (KappaTheme, name))

static guint32
map_color (double t)
{
  KappaColor color = kappa_colormap_get (KAPPA_COLORMAP_VIRIDIS, t);

  return kappa_color_to_pixel (&color);
}

/* The mean height on the page of the pixels of one colour in the strip of the colour bar; −1
 * without any. */
static double
find_in_bar (const guint8 *pixels, guint32 color)
{
  double sum = 0.0;
  gsize n = 0;

  for (int y = 0; y < HEIGHT; y++)
    for (int x = WIDTH * 85 / 100; x < WIDTH; x++)
      if (support_is_close (support_pixel (pixels, WIDTH, x, y), color, 3))
        {
          sum += y;
          n++;
        }
  return n >= 8 ? sum / (double)n : -1.0;
}

static void
locate (KappaFigure *figure, double a, double b, double *x, double *y)
{
  g_assert_true (kappa_figure_locate (figure, a, b, WIDTH, HEIGHT, x, y));
}

/* In every theme and view: paper at the rim, both ends of the colour bar the right way up, the
 * checkpoint's cross. */
static void
test_every_theme (void)
{
  for (int kind = 0; kind < KAPPA_N_THEMES; kind++)
    for (guint v = 0; v < G_N_ELEMENTS (views); v++)
      {
        g_autoptr (KappaFigure) figure = support_make_figure (21, 21, bowl, views[v]);
        g_autofree guint8 *pixels = NULL;
        double high, low, x, y;

        kappa_figure_set_title (figure, "A bowl");
        kappa_figure_set_caption (figure, "With a caption that says what it is.");
        kappa_figure_set_provenance (figure, "made up, seed 1");
        g_assert_true (kappa_figure_set_text (figure, "elevation", "60", NULL));
        pixels = support_draw (figure, WIDTH, HEIGHT, kind);
        g_assert_cmphex (support_pixel (pixels, WIDTH, 1, 1), ==, THEME_COLOR (kind, paper));
        high = find_in_bar (pixels, map_color (1.0));
        low = find_in_bar (pixels, map_color (0.0));
        g_assert_cmpfloat (high, >, 0.0);
        g_assert_cmpfloat (low, >, high + 100.0);
        locate (figure, 0.0, 0.0, &x, &y);
        g_assert_true (support_is_close (support_pixel (pixels, WIDTH, x, y), 0xffffff, 20));
      }
}

/* A cell of the heat map has exactly the colour of its value. */
static void
test_heat_colors (void)
{
  g_autoptr (KappaFigure) figure = support_make_figure (11, 9, bowl, "heat");
  g_autofree guint8 *pixels = support_draw (figure, WIDTH, HEIGHT, KAPPA_THEME_LIGHT);
  guint32 palette[1024];

  kappa_colormap_fill_table (KAPPA_COLORMAP_VIRIDIS, palette, 1024);
  for (int i = 0; i < 11; i++)
    for (int j = 0; j < 9; j++)
      {
        double a = -1.0 + 0.2 * i, b = -1.0 + 0.25 * j, x, y;

        if (i == 5 && j == 4)
          continue; /* the cross */
        locate (figure, a, b, &x, &y);
        g_assert_cmphex (support_pixel (pixels, WIDTH, x, y), ==,
                         palette[(int)lround ((bowl (a, b) - 1.0) / 3.0 * 1023.0)]);
      }
}

static gsize
count_around (const guint8 *pixels, double x, double y, guint32 color)
{
  gsize n = 0;

  for (int dy = -12; dy <= 12; dy++)
    for (int dx = -12; dx <= 12; dx++)
      n += support_is_close (support_pixel (pixels, WIDTH, x + dx, y + dy), color, 4);
  return n;
}

/* What is not finite or not there looks like nothing else, in contour map and heat map, in every
 * theme. */
static void
test_holes (void)
{
  for (int kind = 0; kind < KAPPA_N_THEMES; kind++)
    for (guint v = 1; v < G_N_ELEMENTS (views); v++)
      {
        g_autoptr (KappaFigure) holes = support_make_figure (21, 21, with_holes, views[v]);
        g_autoptr (KappaFigure) half = support_make_figure (21, 21, upper_half_absent, views[v]);
        g_autofree guint8 *pixels = support_draw (holes, WIDTH, HEIGHT, kind);
        g_autofree guint8 *half_pixels = support_draw (half, WIDTH, HEIGHT, kind);
        double x, y;

        locate (holes, 0.75, 0.75, &x, &y);
        g_assert_cmpuint (count_around (pixels, x, y, THEME_COLOR (kind, nan)), >, 100);
        g_assert_cmpuint (count_around (pixels, x, y, THEME_COLOR (kind, nan)), <, 600);
        locate (holes, -0.75, 0.75, &x, &y);
        g_assert_cmpuint (count_around (pixels, x, y, THEME_COLOR (kind, positive_infinity)), ==,
                          625);
        locate (holes, -0.75, -0.75, &x, &y);
        g_assert_cmpuint (count_around (pixels, x, y, THEME_COLOR (kind, negative_infinity)), ==,
                          625);
        locate (half, 0.3, 0.7, &x, &y);
        g_assert_cmpuint (count_around (half_pixels, x, y, THEME_COLOR (kind, hole)), >, 200);
        g_assert_cmpuint (count_around (half_pixels, x, y, THEME_COLOR (kind, hole)), <, 600);
        locate (half, 0.3, -0.7, &x, &y);
        g_assert_cmpuint (count_around (half_pixels, x, y, THEME_COLOR (kind, hole)), <, 10);
      }
}

/* Where a point is drawn is where it is read. */
static void
test_probe_inverts (void)
{
  for (guint v = 0; v < G_N_ELEMENTS (views); v++)
    {
      g_autoptr (KappaFigure) figure = support_make_figure (41, 31, bowl, views[v]);
      double tolerance = v == 0 ? 2e-3 : 1e-9;

      /* From high above nothing of a bowl is hidden. */
      g_assert_true (kappa_figure_set_text (figure, "elevation", "80", NULL));
      g_assert_true (kappa_figure_set_text (figure, "azimuth", "37", NULL));
      for (double a = -0.93; a < 1.0; a += 0.31)
        for (double b = -0.91; b < 1.0; b += 0.23)
          {
            KappaProbe probe;
            double x, y;

            locate (figure, a, b, &x, &y);
            g_assert_true (kappa_figure_probe (figure, x, y, WIDTH, HEIGHT, &probe));
            g_assert_cmpfloat_with_epsilon (probe.x, a, tolerance);
            g_assert_cmpfloat_with_epsilon (probe.y, b, tolerance);
            g_assert_cmpfloat_with_epsilon (probe.value, bowl (a, b), 0.25);
            g_assert_true (g_str_has_prefix (probe.text, "α "));
            g_assert_nonnull (strstr (probe.text, "loss "));
            kappa_probe_clear (&probe);
          }
    }
}

static void
test_probe_outside (void)
{
  for (guint v = 0; v < G_N_ELEMENTS (views); v++)
    {
      g_autoptr (KappaFigure) figure = support_make_figure (21, 21, bowl, views[v]);
      KappaProbe probe;

      g_assert_false (kappa_figure_probe (figure, 1.0, 1.0, WIDTH, HEIGHT, &probe));
      kappa_probe_clear (&probe);
      g_assert_false (kappa_figure_probe (figure, WIDTH - 2.0, 200.0, WIDTH, HEIGHT, &probe));
      kappa_probe_clear (&probe);
      g_assert_false (kappa_figure_probe (figure, -1e9, (double)NAN, WIDTH, HEIGHT, &probe));
      kappa_probe_clear (&probe);
    }
}

/* A surface hides what is behind it: the read-out is of the nearer sheet. */
static void
test_pick_nearest (void)
{
  g_autoptr (KappaFigure) figure = support_make_figure (41, 41, signed_waves, "surface");
  KappaProbe probe;
  guint hits = 0;

  g_assert_true (kappa_figure_set_text (figure, "elevation", "15", NULL));
  for (double y = 5.0; y < HEIGHT; y += 9.0)
    for (double x = 5.0; x < WIDTH; x += 11.0)
      {
        double at_x, at_y;

        if (kappa_figure_probe (figure, x, y, WIDTH, HEIGHT, &probe)
            && kappa_figure_locate (figure, probe.x, probe.y, WIDTH, HEIGHT, &at_x, &at_y))
          {
            g_assert_cmpfloat_with_epsilon (at_x, x, 1.5);
            g_assert_cmpfloat_with_epsilon (at_y, y, 1.5);
            hits++;
          }
        kappa_probe_clear (&probe);
      }
  g_assert_cmpuint (hits, >, 300);
}

/* Grids of every small shape, and values of every bad kind, draw something at every size, and never
 * crash. */
static void
test_awkward (void)
{
  static const gsize shapes[][2] = { { 1, 1 }, { 2, 1 }, { 1, 5 }, { 2, 2 }, { 3, 40 } };
  static const PlaneFunc funcs[]
      = { bowl, constant, everything_absent, everything_nan, signed_waves, huge, with_holes };
  static const int sizes[][2] = { { 640, 480 }, { 90, 70 }, { 12, 9 }, { 900, 60 } };
  static const char *const scales[] = { "auto", "linear", "log", "symlog" };

  for (guint s = 0; s < G_N_ELEMENTS (shapes); s++)
    for (guint f = 0; f < G_N_ELEMENTS (funcs); f++)
      for (guint v = 0; v < G_N_ELEMENTS (views); v++)
        {
          g_autoptr (KappaFigure) figure
              = support_make_figure (shapes[s][0], shapes[s][1], funcs[f], views[v]);
          g_autofree char *words = kappa_figure_describe (figure);

          g_assert_true (g_str_has_suffix (words, "."));
          for (guint k = 0; k < G_N_ELEMENTS (scales); k++)
            {
              KappaProbe probe;
              const int *size = sizes[(s + k) % G_N_ELEMENTS (sizes)];
              g_autofree guint8 *pixels = NULL;

              g_assert_true (kappa_figure_set_text (figure, "scale", scales[k], NULL));
              pixels
                  = support_draw (figure, size[0], size[1], (KappaThemeKind)(k % KAPPA_N_THEMES));
              g_assert_cmpint (pixels[3], ==, 255);
              kappa_figure_probe (figure, size[0] / 2.0, size[1] / 2.0, size[0], size[1], &probe);
              kappa_probe_clear (&probe);
            }
        }
}

static void
test_constant (void)
{
  g_autoptr (KappaFigure) figure = support_make_figure (5, 5, constant, "heat");
  KappaLimits limits = kappa_landscape_figure_get_shown_limits (KAPPA_LANDSCAPE_FIGURE (figure));
  KappaProbe probe;

  g_assert_cmpfloat (limits.low, <, 7.0);
  g_assert_cmpfloat (limits.high, >, 7.0);
  g_assert_true (kappa_figure_probe (figure, 300.0, 200.0, WIDTH, HEIGHT, &probe));
  g_assert_cmpfloat (probe.value, ==, 7.0);
  kappa_probe_clear (&probe);
}

/* Zero and negative values on a logarithmic scale get their own colour and are counted; they are
 * not dropped. */
static void
test_log_of_negative (void)
{
  g_autoptr (KappaFigure) figure = support_make_figure (21, 21, signed_waves, "heat");
  g_autofree guint8 *pixels = NULL;
  KappaProbe probe;
  double x, y;

  g_assert_true (kappa_figure_set_text (figure, "log", "true", NULL));
  pixels = support_draw (figure, WIDTH, HEIGHT, KAPPA_THEME_LIGHT);
  locate (figure, -0.5, 0.2, &x, &y);
  g_assert_cmphex (support_pixel (pixels, WIDTH, x, y), ==, THEME_COLOR (KAPPA_THEME_LIGHT, hatch));
  g_assert_true (kappa_figure_probe (figure, x, y, WIDTH, HEIGHT, &probe));
  g_assert_cmpfloat_with_epsilon (probe.value, signed_waves (-0.5, 0.2), 1e-9);
  kappa_probe_clear (&probe);
}

/* Values over a wide range choose a logarithmic scale by themselves; "log" says which it is, and
 * overrides. */
static void
test_auto_scale (void)
{
  g_autoptr (KappaFigure) wide = support_make_figure (21, 21, steep, "contour");
  g_autoptr (KappaFigure) narrow = support_make_figure (21, 21, bowl, "contour");
  g_autofree char *wide_log = kappa_figure_dup_text (wide, "log");
  g_autofree char *narrow_log = kappa_figure_dup_text (narrow, "log");
  g_autofree char *view = NULL;

  g_assert_cmpstr (wide_log, ==, "true");
  g_assert_cmpstr (narrow_log, ==, "false");
  g_object_set (wide, "log", FALSE, NULL);
  view = kappa_figure_dup_view (wide);
  g_assert_cmpstr (view, ==, "view=contour;scale=linear");
}

/* At 1 % of the points every pixel of the plot has a colour of the map, and a block that of its
 * computed point. */
static void
test_interim (void)
{
  g_autoptr (KappaFigure) figure = support_make_figure (101, 101, coarse, "heat");
  g_autoptr (KappaFigure) contour = support_make_figure (101, 101, coarse, "contour");
  g_autofree guint8 *pixels = support_draw (figure, WIDTH, HEIGHT, KAPPA_THEME_LIGHT);
  g_autofree guint8 *contour_pixels = support_draw (contour, WIDTH, HEIGHT, KAPPA_THEME_LIGHT);
  g_autofree char *words = kappa_figure_describe (figure);
  double x, y;
  guint32 color;
  KappaProbe probe;

  g_assert_nonnull (strstr (words, "121 of them are computed"));
  locate (figure, 0.44, 0.44, &x, &y);
  color = support_pixel (pixels, WIDTH, x, y);
  locate (figure, 0.36, 0.36, &x, &y);
  g_assert_cmphex (support_pixel (pixels, WIDTH, x, y), ==, color);
  g_assert_true (kappa_figure_probe (figure, x, y, WIDTH, HEIGHT, &probe));
  g_assert_cmpfloat_with_epsilon (probe.value, bowl (0.4, 0.4), 1e-9);
  g_assert_nonnull (strstr (probe.text, "interim"));
  kappa_probe_clear (&probe);
  /* The computed point itself is marked by a white dot. */
  locate (figure, 0.4, 0.4, &x, &y);
  g_assert_true (support_is_close (support_pixel (pixels, WIDTH, x, y), 0xffffff, 40));
  g_assert_cmpuint (support_count (pixels, WIDTH, HEIGHT, THEME_COLOR (KAPPA_THEME_LIGHT, hole), 0),
                    ==, 0);
  g_assert_cmpuint (
      support_count (contour_pixels, WIDTH, HEIGHT, THEME_COLOR (KAPPA_THEME_LIGHT, hole), 0), ==,
      0);
}

/* With locked limits a colour means the same whatever the data; what is beyond has the end's colour
 * and an arrow. */
static void
test_locked_limits (void)
{
  g_autoptr (KappaFigure) a = support_make_figure (21, 21, bowl, "heat");
  g_autoptr (KappaFigure) b = support_make_figure (21, 21, huge, "heat");
  g_autofree guint8 *free_pixels = support_draw (a, WIDTH, HEIGHT, KAPPA_THEME_LIGHT);
  g_autofree guint8 *pixels_a = NULL;
  g_autofree guint8 *pixels_b = NULL;
  double x, y;

  g_assert_true (kappa_figure_set_text (a, "limits", "1:2", NULL));
  g_assert_true (kappa_figure_set_text (b, "limits", "1:2", NULL));
  g_assert_true (kappa_figure_set_text (b, "scale", "linear", NULL));
  pixels_a = support_draw (a, WIDTH, HEIGHT, KAPPA_THEME_LIGHT);
  pixels_b = support_draw (b, WIDTH, HEIGHT, KAPPA_THEME_LIGHT);
  /* bowl (0.5, 0) = 1.5 and huge (√0.5, …) = 1.5: both in the middle of the map. */
  locate (a, 0.5, 0.0, &x, &y);
  g_assert_true (support_is_close (support_pixel (pixels_a, WIDTH, x, y), map_color (0.5), 3));
  locate (b, 0.7, 0.0, &x, &y);
  g_assert_true (support_is_close (support_pixel (pixels_b, WIDTH, x, y), map_color (0.49), 3));
  locate (a, 1.0, 1.0, &x, &y);
  g_assert_true (support_is_close (support_pixel (pixels_a, WIDTH, x, y), map_color (1.0), 3));
  /* The arrow: the end's colour reaches higher than without it. */
  g_assert_cmpfloat (find_in_bar (pixels_a, map_color (1.0)), <,
                     find_in_bar (free_pixels, map_color (1.0)));
}

/* One absurd value takes no colour from the others, and is reported. */
static void
test_outlier (void)
{
  g_autoptr (KappaFigure) figure = support_make_figure (41, 41, huge, "heat");
  KappaLimits limits = kappa_landscape_figure_get_shown_limits (KAPPA_LANDSCAPE_FIGURE (figure));

  g_assert_cmpfloat (limits.high, <, 10.0);
  g_assert_cmpfloat (limits.low, ==, 1.0);
}

static void
count_cb (KappaFigure *figure, guint *n)
{
  (*n)++;
}

static void
test_view_text (void)
{
  static const char text[] = "view=contour;scale=log;limits=0.1:5;x-range=-0.5:0.5;azimuth=12.5;"
                             "zoom=2;mesh=false;colormap=magma";
  g_autoptr (KappaFigure) figure = support_make_figure (11, 11, steep, "heat");
  g_autoptr (KappaFigure) other = kappa_landscape_figure_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *view = NULL;
  g_auto (GStrv) arguments = NULL;
  g_auto (GStrv) options = kappa_figure_list_options (figure);
  guint n_changed = 0;

  g_signal_connect (figure, "changed", G_CALLBACK (count_cb), &n_changed);
  g_assert_true (kappa_figure_set_view (figure, text, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (n_changed, >, 0);
  view = kappa_figure_dup_view (figure);
  g_assert_cmpstr (view, ==, text);
  g_assert_true (kappa_figure_set_view (other, view, &error));
  arguments = kappa_figure_dup_arguments (other);
  g_assert_cmpstr (arguments[0], ==, "--view=contour");
  g_assert_cmpstr (arguments[2], ==, "--limits=0.1:5");
  g_assert_true (g_strv_contains ((const char *const *)options, "log"));
  kappa_figure_reset_view (figure);
  g_free (view);
  view = kappa_figure_dup_view (figure);
  g_assert_cmpstr (view, ==, "");
}

/* A wrong option is refused with what would be right, and changes nothing. */
static void
test_view_errors (void)
{
  static const char *const wrong[][3] = {
    { "view", "globe", "surface, contour, heat" },
    { "elevation", "91", "from 0 to 90" },
    { "elevation", "1e", "expected a number" },
    { "mesh", "yes", "true or false" },
    { "limits", "5:1", "LOW below HIGH" },
    { "limits", "1", "LOW:HIGH" },
    { "limits", "nan:1", "LOW:HIGH" },
    { "colour", "red", "no option “colour”" },
    { "zoom", "nan", "from 0.2 to 20" },
  };
  g_autoptr (KappaFigure) figure = support_make_figure (5, 5, bowl, "surface");

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *view = NULL;

      g_assert_false (kappa_figure_set_text (figure, wrong[i][0], wrong[i][1], &error));
      g_assert_nonnull (strstr (error->message, wrong[i][2]));
      view = kappa_figure_dup_view (figure);
      g_assert_cmpstr (view, ==, "");
    }
  g_assert_false (kappa_figure_set_view (figure, "view", NULL));
}

/* What is under the pointer stays there while zooming, and moves with it while dragging. */
static void
test_zoom_and_pan (void)
{
  g_autoptr (KappaFigure) figure = support_make_figure (21, 21, bowl, "contour");
  g_autofree char *elevation = NULL;
  double x, y, x1, y1;

  locate (figure, 0.3, -0.4, &x, &y);
  kappa_figure_zoom (figure, 2.0, x, y, WIDTH, HEIGHT);
  locate (figure, 0.3, -0.4, &x1, &y1);
  g_assert_cmpfloat_with_epsilon (x1, x, 8.0); /* the labels may take another width */
  g_assert_cmpfloat_with_epsilon (y1, y, 8.0);
  locate (figure, 0.3, -0.4, &x, &y);
  kappa_figure_pan (figure, 30.0, -20.0, WIDTH, HEIGHT);
  locate (figure, 0.3, -0.4, &x1, &y1);
  g_assert_cmpfloat_with_epsilon (x1, x + 30.0, 8.0);
  g_assert_cmpfloat_with_epsilon (y1, y - 20.0, 8.0);
  g_assert_true (kappa_figure_set_text (figure, "view", "surface", NULL));
  kappa_figure_pan (figure, 50.0, 1000.0, WIDTH, HEIGHT);
  elevation = kappa_figure_dup_text (figure, "elevation");
  g_assert_cmpstr (elevation, ==, "90");
}

/* Every azimuth and elevation draws; the numbers are on the page. */
static void
test_turning (void)
{
  g_autoptr (KappaFigure) figure = support_make_figure (15, 15, bowl, "surface");

  for (int azimuth = -360; azimuth <= 360; azimuth += 45)
    for (int elevation = 0; elevation <= 90; elevation += 30)
      {
        g_autofree guint8 *pixels = NULL;
        guint ink = 0;

        g_object_set (figure, "azimuth", (double)azimuth, "elevation", (double)elevation, NULL);
        pixels = support_draw (figure, WIDTH, HEIGHT, KAPPA_THEME_PRINT);
        for (int x = 0; x < WIDTH; x++)
          {
            ink += support_is_close (support_pixel (pixels, WIDTH, x, 0), 0, 100);
            ink += support_is_close (support_pixel (pixels, WIDTH, x, HEIGHT - 1), 0, 100);
          }
        for (int y = 0; y < HEIGHT; y++)
          ink += support_is_close (support_pixel (pixels, WIDTH, 0, y), 0, 100);
        g_assert_cmpuint (ink, ==, 0);
      }
}

static void
test_cursor (void)
{
  g_autoptr (KappaFigure) figure = support_make_figure (15, 15, bowl, "contour");
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, WIDTH, HEIGHT);
  cairo_t *cr = cairo_create (surface);
  KappaTheme theme;
  double x, y;
  gsize drawn = 0;

  kappa_theme_init (&theme, KAPPA_THEME_LIGHT);
  kappa_figure_draw_cursor (figure, cr, WIDTH, HEIGHT, &theme);
  kappa_figure_set_cursor (figure, 0.25, 0.5);
  kappa_figure_draw_cursor (figure, cr, WIDTH, HEIGHT, &theme);
  cairo_surface_flush (surface);
  locate (figure, 0.25, 0.5, &x, &y);
  for (int row = 0; row < HEIGHT; row++)
    for (int column = 0; column < WIDTH; column++)
      {
        guint8 *pixel = cairo_image_surface_get_data (surface)
                        + row * cairo_image_surface_get_stride (surface) + 4 * column;

        if (pixel[3] == 0)
          continue;
        drawn++;
        g_assert_cmpfloat (hypot (column + 0.5 - x, row + 0.5 - y), <, 12.0);
      }
  g_assert_cmpuint (drawn, >, 50);
  cairo_destroy (cr);
  cairo_surface_destroy (surface);
}

/* Several quantities on one grid: each can be shown, and the read-out has all of them. */
static void
test_quantities (void)
{
  g_autoptr (KappaResult) result = support_make_plane (9, 9, bowl);
  g_autoptr (KappaFigure) figure = kappa_landscape_figure_new ();
  g_autoptr (KappaArray) loss = kappa_result_dup_array (result, "loss");
  KappaArray *accuracy = kappa_array_new ("accuracy", "", "made up", 2, loss->dims);
  g_auto (GStrv) names = NULL;
  KappaProbe probe;
  double half = 0.5;

  kappa_array_set_axis (accuracy, 0, "alpha", loss->coordinates[0]);
  kappa_array_set_axis (accuracy, 1, "beta", loss->coordinates[1]);
  kappa_result_take_array (result, accuracy);
  kappa_result_set_values (result, "accuracy", 40, 1, &half);
  g_assert_true (kappa_figure_update (figure, result, NULL));
  g_assert_true (kappa_figure_set_text (figure, "view", "heat", NULL));
  names = kappa_landscape_figure_list_quantities (KAPPA_LANDSCAPE_FIGURE (figure));
  g_assert_cmpuint (g_strv_length (names), ==, 2);
  g_assert_cmpstr (names[0], ==, "loss");
  for (int k = 0; k < 2; k++)
    {
      double x, y;

      g_assert_true (kappa_figure_set_text (figure, "quantity", names[k], NULL));
      locate (figure, 0.0, 0.0, &x, &y);
      g_assert_true (kappa_figure_probe (figure, x, y, WIDTH, HEIGHT, &probe));
      g_assert_cmpfloat (probe.value, ==, k == 0 ? 1.0 : 0.5);
      g_assert_nonnull (strstr (probe.text, "loss 1\n"));
      g_assert_nonnull (strstr (probe.text, "accuracy 0.5"));
      kappa_probe_clear (&probe);
    }
  /* A quantity that does not exist draws nothing, and the figure lives on. */
  g_assert_true (kappa_figure_set_text (figure, "quantity", "flops", NULL));
  g_free (support_draw (figure, WIDTH, HEIGHT, KAPPA_THEME_DARK));
  g_assert_false (kappa_figure_probe (figure, 200, 200, WIDTH, HEIGHT, &probe));
  kappa_probe_clear (&probe);
}

static void
add_array (KappaResult *result, const char *name, gsize n, PlaneFunc func)
{
  const gsize dims[] = { n, n };
  KappaArray *array = kappa_array_new (name, "", "made up", 2, dims);
  g_autofree double *at = g_new (double, n);

  for (gsize i = 0; i < n; i++)
    at[i] = -1.0 + 2.0 * (double)i / (double)(n - 1);
  kappa_array_set_axis (array, 0, "alpha", at);
  kappa_array_set_axis (array, 1, "beta", at);
  kappa_result_take_array (result, array);
  for (gsize i = 0; i < n * n; i++)
    {
      double value = func (at[i / n], at[i % n]);

      kappa_result_set_values (result, name, i, 1, &value);
    }
}

static double
left_half (double a, double b)
{
  return a < -0.05;
}

static void
add_trajectory (KappaResult *result)
{
  static const KappaColumn columns[]
      = { { "alpha", "", KAPPA_COLUMN_NUMBER }, { "beta", "", KAPPA_COLUMN_NUMBER } };
  KappaTable *table = kappa_table_new ("trajectory", "made up", 2, columns);

  kappa_table_add_row (table, 0.8, 0.8);
  kappa_table_add_row (table, 0.6, 0.1);
  kappa_table_add_row (table, 0.0, 0.0);
  kappa_result_take_table (result, table);
}

static gsize
count_changes (KappaFigure *figure, const guint8 *before)
{
  g_autofree guint8 *after = support_draw (figure, WIDTH, HEIGHT, KAPPA_THEME_LIGHT);
  gsize changed = 0;

  for (gsize i = 0; i < (gsize)WIDTH * HEIGHT; i++)
    changed += memcmp (before + 4 * i, after + 4 * i, 4) != 0;
  return changed;
}

/* How far off interpolated points were found to be is told below the picture. */
static void
test_interpolation_error (void)
{
  g_autoptr (KappaResult) result = support_make_plane (21, 21, steep);
  g_autoptr (KappaFigure) figure = kappa_landscape_figure_new ();
  g_autofree char *before = NULL, *after = NULL;
  const gsize n = 20;

  add_array (result, "interpolated", 21, left_half);
  g_assert_true (kappa_figure_update (figure, result, NULL));
  g_assert_true (kappa_landscape_prepare (KAPPA_LANDSCAPE_FIGURE (figure)));
  before = kappa_landscape_dup_notes (KAPPA_LANDSCAPE_FIGURE (figure));
  g_assert_null (strstr (before, "measured"));
  kappa_result_set_scalar (result, "interpolation_error", 0.031, "", KAPPA_CERTAINTY_EXACT,
                           "made up");
  kappa_result_take_array (result, kappa_array_new ("held_out_loss", "nat", "made up", 1, &n));
  g_assert_true (kappa_figure_update (figure, result, NULL));
  g_assert_true (kappa_landscape_prepare (KAPPA_LANDSCAPE_FIGURE (figure)));
  after = kappa_landscape_dup_notes (KAPPA_LANDSCAPE_FIGURE (figure));
  g_assert_nonnull (strstr (after, "Off by 3.1 % of the loss at most, measured at 20 of them."));
}

/* A trajectory, the quadratic model and the mask of what was interpolated lie over the loss; a map
 * on another grid is a quantity of its own. */
static void
test_overlays (void)
{
  g_autoptr (KappaResult) result = support_make_plane (21, 21, steep);
  g_autoptr (KappaFigure) figure = kappa_landscape_figure_new ();
  g_auto (GStrv) names = NULL;
  g_autofree guint8 *plain = NULL;
  g_autofree guint8 *with_path = NULL;
  KappaProbe probe;
  double x, y;

  g_assert_true (kappa_figure_update (figure, result, NULL));
  g_assert_true (kappa_figure_set_text (figure, "view", "contour", NULL));
  plain = support_draw (figure, WIDTH, HEIGHT, KAPPA_THEME_LIGHT);
  add_trajectory (result);
  g_assert_true (kappa_figure_update (figure, result, NULL));
  g_assert_cmpuint (count_changes (figure, plain), >, 100);
  with_path = support_draw (figure, WIDTH, HEIGHT, KAPPA_THEME_LIGHT);
  add_array (result, "quadratic", 21, bowl);
  g_assert_true (kappa_figure_update (figure, result, NULL));
  g_assert_cmpuint (count_changes (figure, with_path), >, 300);
  g_assert_true (kappa_figure_set_text (figure, "overlay", "false", NULL));
  g_assert_cmpuint (count_changes (figure, with_path), ==, 0);
  add_array (result, "interpolated", 21, left_half);
  add_array (result, "curvature_ratio", 3, constant);
  g_assert_true (kappa_figure_update (figure, result, NULL));
  g_assert_cmpuint (count_changes (figure, with_path), >, 1000);
  names = kappa_landscape_figure_list_quantities (KAPPA_LANDSCAPE_FIGURE (figure));
  g_assert_cmpuint (g_strv_length (names), ==, 3);
  g_assert_false (g_strv_contains ((const char *const *)names, "interpolated"));
  g_assert_true (kappa_figure_set_text (figure, "view", "heat", NULL));
  for (int side = -1; side <= 1; side += 2)
    {
      locate (figure, 0.5 * side, 0.5, &x, &y);
      g_assert_true (kappa_figure_probe (figure, x, y, WIDTH, HEIGHT, &probe));
      g_assert_cmpint (strstr (probe.text, "interpolated") != NULL, ==, side < 0);
      g_assert_null (strstr (probe.text, "curvature"));
      kappa_probe_clear (&probe);
    }
  g_assert_true (kappa_figure_set_text (figure, "quantity", "curvature_ratio", NULL));
  locate (figure, 0.0, 0.0, &x, &y);
  g_assert_true (kappa_figure_probe (figure, x, y, WIDTH, HEIGHT, &probe));
  g_assert_cmpfloat (probe.value, ==, 7.0);
  kappa_probe_clear (&probe);
}

static void
test_describe (void)
{
  g_autoptr (KappaFigure) figure = support_make_figure (21, 21, with_holes, "surface");
  g_autofree char *words = kappa_figure_describe (figure);

  g_assert_nonnull (strstr (words, "Surface of loss over alpha and beta, 21 by 21 points"));
  g_assert_nonnull (strstr (words, "The lowest value is 1, at alpha 0 and beta 0."));
  g_assert_nonnull (strstr (words, "values are not finite"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/landscape-figure/every-theme", test_every_theme);
  g_test_add_func ("/landscape-figure/heat-colors", test_heat_colors);
  g_test_add_func ("/landscape-figure/holes", test_holes);
  g_test_add_func ("/landscape-figure/probe-inverts", test_probe_inverts);
  g_test_add_func ("/landscape-figure/probe-outside", test_probe_outside);
  g_test_add_func ("/landscape-figure/pick-nearest", test_pick_nearest);
  g_test_add_func ("/landscape-figure/awkward", test_awkward);
  g_test_add_func ("/landscape-figure/constant", test_constant);
  g_test_add_func ("/landscape-figure/log-of-negative", test_log_of_negative);
  g_test_add_func ("/landscape-figure/auto-scale", test_auto_scale);
  g_test_add_func ("/landscape-figure/interim", test_interim);
  g_test_add_func ("/landscape-figure/locked-limits", test_locked_limits);
  g_test_add_func ("/landscape-figure/outlier", test_outlier);
  g_test_add_func ("/landscape-figure/view-text", test_view_text);
  g_test_add_func ("/landscape-figure/view-errors", test_view_errors);
  g_test_add_func ("/landscape-figure/zoom-and-pan", test_zoom_and_pan);
  g_test_add_func ("/landscape-figure/interpolation-error", test_interpolation_error);
  g_test_add_func ("/landscape-figure/turning", test_turning);
  g_test_add_func ("/landscape-figure/cursor", test_cursor);
  g_test_add_func ("/landscape-figure/quantities", test_quantities);
  g_test_add_func ("/landscape-figure/overlays", test_overlays);
  g_test_add_func ("/landscape-figure/describe", test_describe);
  return g_test_run ();
}
