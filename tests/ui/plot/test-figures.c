#include <math.h>
#include <string.h>

#include "tests/ui/plot/support.h"
#include "ui/plot/bars-figure.h"
#include "ui/plot/confusion-figure.h"
#include "ui/plot/curve-figure.h"
#include "ui/plot/figure-factory.h"
#include "ui/plot/histogram-figure.h"
#include "ui/plot/landscape-figure.h"
#include "ui/plot/units-figure.h"

#define WIDTH  600
#define HEIGHT 450
#define POINTS 21
#define SEEDS  3

static void
add_array (KappaResult *result,
           const char *name,
           guint rank,
           const gsize *dims,
           const char *last_axis,
           const double *coordinates)
{
  KappaArray *array = kappa_array_new (name, "", "made up", rank, dims);
  const double seeds[SEEDS] = { 0.0, 1.0, 2.0 };

  if (rank == 2)
    kappa_array_set_axis (array, 0, "seed", seeds);
  if (last_axis != NULL)
    kappa_array_set_axis (array, rank - 1, last_axis, coordinates);
  kappa_result_take_array (result, array);
}

/* loss = 1 + α² (1 + s / 10) for seed s, and accuracy; NaN at the last point; nothing at the first
 * two if @interim. */
static KappaResult *
make_line (gboolean interim)
{
  KappaResult *result = kappa_result_new ();
  const gsize line[1] = { POINTS }, by_seed[2] = { SEEDS, POINTS };
  double alpha[POINTS];

  for (int i = 0; i < POINTS; i++)
    alpha[i] = -1.0 + 0.1 * i;
  add_array (result, "loss", 1, line, "alpha", alpha);
  add_array (result, "accuracy", 1, line, "alpha", alpha);
  add_array (result, "loss_deviation", 1, line, "alpha", alpha);
  add_array (result, "loss_by_seed", 2, by_seed, "alpha", alpha);
  for (int i = interim ? 2 : 0; i < POINTS; i++)
    {
      double mean = i == POINTS - 1 ? (double)NAN : 1.0 + 1.1 * alpha[i] * alpha[i];
      double deviation = 0.1 * alpha[i] * alpha[i], accuracy = 1.0 / (1.0 + alpha[i] * alpha[i]);

      kappa_result_set_values (result, "loss", i, 1, &mean);
      kappa_result_set_values (result, "loss_deviation", i, 1, &deviation);
      kappa_result_set_values (result, "accuracy", i, 1, &accuracy);
      for (int s = 0; s < SEEDS; s++)
        {
          double value = 1.0 + alpha[i] * alpha[i] * (1.0 + 0.1 * s);

          kappa_result_set_values (result, "loss_by_seed", s * POINTS + i, 1, &value);
        }
    }
  return result;
}

static KappaResult *
make_prediction (gsize n)
{
  static const KappaColumn columns[] = {
    { "class", "", KAPPA_COLUMN_INTEGER },  { "name", "", KAPPA_COLUMN_TEXT },
    { "images", "", KAPPA_COLUMN_INTEGER }, { "correct", "", KAPPA_COLUMN_INTEGER },
    { "top1", "", KAPPA_COLUMN_NUMBER },    { "loss", "nat", KAPPA_COLUMN_NUMBER },
  };
  KappaResult *result = kappa_result_new ();
  const gsize dims[2] = { n, n }, images[1] = { 100 };
  KappaTable *table = kappa_table_new ("classes", "made up", G_N_ELEMENTS (columns), columns);

  kappa_result_take_array (result, kappa_array_new ("confusion", "", "made up", 2, dims));
  kappa_result_take_array (result, kappa_array_new ("predicted", "", "made up", 1, images));
  kappa_result_take_array (result, kappa_array_new ("probability", "", "made up", 1, images));
  kappa_result_take_array (result, kappa_array_new ("image_loss", "", "made up", 1, images));
  for (gsize i = 0; i < n; i++)
    {
      g_autofree char *name = g_strdup_printf ("class %zu", i);

      for (gsize j = 0; j < n; j++)
        {
          double count = i == j ? 90.0 : j == (i + 1) % n ? 10.0 : 0.0;

          kappa_result_set_values (result, "confusion", i * n + j, 1, &count);
        }
      kappa_table_add_row (table, (gint64)i, name, (gint64)100, (gint64)90, 0.9,
                           0.1 * (double)(i + 1));
    }
  kappa_result_take_table (result, table);
  for (gsize i = 0; i < 100; i++)
    {
      double probability = ((double)i + 0.5) / 100.0, loss = -log (probability);

      kappa_result_set_values (result, "probability", i, 1, &probability);
      kappa_result_set_values (result, "image_loss", i, 1, &loss);
    }
  return result;
}

static guint32
series_color (KappaThemeKind kind, int i)
{
  KappaTheme theme;

  kappa_theme_init (&theme, kind);
  return kappa_color_to_pixel (&theme.series[i]);
}

static guint32
get_theme_color (KappaThemeKind kind, gboolean paper)
{
  KappaTheme theme;

  kappa_theme_init (&theme, kind);
  return kappa_color_to_pixel (paper ? &theme.paper : &theme.ink);
}

/* The curve passes where it should, the band is around it, the grid is elsewhere. */
static void
test_curve (void)
{
  for (int kind = 0; kind < KAPPA_N_THEMES; kind++)
    {
      g_autoptr (KappaResult) result = make_line (FALSE);
      g_autoptr (KappaFigure) figure = kappa_figure_new_for_result ("landscape", result, NULL);
      g_autofree guint8 *pixels = NULL;
      double x, y, x2, y2;
      gboolean seen = FALSE;

      g_assert_true (KAPPA_IS_CURVE_FIGURE (figure));
      g_assert_true (kappa_figure_set_text (figure, "seed-lines", "false", NULL));
      pixels = support_draw (figure, WIDTH, HEIGHT, kind);
      g_assert_true (
          kappa_figure_locate (figure, 0.45, 1.0 + 1.1 * 0.45 * 0.45, WIDTH, HEIGHT, &x, &y));
      for (int dy = -1; dy <= 1; dy++)
        seen |= support_is_close (support_pixel (pixels, WIDTH, x, y + dy), series_color (kind, 0),
                                  100);
      g_assert_true (seen);
      /* Between the largest seed and the mean there is band, beyond it none. */
      g_assert_true (
          kappa_figure_locate (figure, -0.95, 1.0 + 0.95 * 0.95 * 1.15, WIDTH, HEIGHT, &x, &y));
      g_assert_true (
          kappa_figure_locate (figure, -0.95, 1.0 + 0.95 * 0.95 * 0.8, WIDTH, HEIGHT, &x2, &y2));
      g_assert_false (
          support_is_close (support_pixel (pixels, WIDTH, x, y), get_theme_color (kind, TRUE), 12));
      g_assert_true (support_is_close (support_pixel (pixels, WIDTH, x2, y2),
                                       get_theme_color (kind, TRUE), 2));
    }
}

static void
test_curve_probe (void)
{
  g_autoptr (KappaResult) result = make_line (TRUE);
  g_autoptr (KappaFigure) figure = kappa_figure_new_for_result ("landscape", result, NULL);
  g_autofree char *words = kappa_figure_describe (figure);
  KappaProbe probe;
  double x, y, before;

  g_assert_true (kappa_figure_locate (figure, 0.31, 1.5, WIDTH, HEIGHT, &x, &y));
  g_assert_true (kappa_figure_probe (figure, x, y, WIDTH, HEIGHT, &probe));
  g_assert_cmpfloat_with_epsilon (probe.x, 0.31, 1e-9);
  g_assert_cmpfloat_with_epsilon (probe.y, 1.5, 1e-9);
  g_assert_cmpfloat_with_epsilon (probe.value, 1.0 + 1.1 * 0.09, 1e-9);
  g_assert_nonnull (strstr (probe.text, "α 0.300\nloss 1.099 ± 0.009"));
  g_assert_nonnull (strstr (probe.text, "\naccuracy 0.917"));
  kappa_probe_clear (&probe);
  g_assert_nonnull (strstr (words, "19 of them computed"));

  before = x;
  kappa_figure_zoom (figure, 4.0, x, y, WIDTH, HEIGHT);
  g_assert_true (kappa_figure_locate (figure, 0.31, 1.5, WIDTH, HEIGHT, &x, &y));
  g_assert_cmpfloat_with_epsilon (x, before, 8.0);
  kappa_figure_pan (figure, 25.0, 0.0, WIDTH, HEIGHT);
  g_assert_true (kappa_figure_locate (figure, 0.31, 1.5, WIDTH, HEIGHT, &x, &y));
  g_assert_cmpfloat_with_epsilon (x, before + 25.0, 10.0);
}

/* Whatever is chosen draws: every scale, band and size, one point, no points, infinities. */
static void
test_curve_awkward (void)
{
  static const char *const views[] = {
    "scale=log",   "scale=symlog;band=deviation", "band=none;quantity=accuracy", "quantity=none",
    "x-range=5:6", "limits=-3:0.5;scale=log"
  };
  const gsize one[1] = { 1 };
  const double zero = 0.0, infinite = (double)INFINITY;

  for (guint i = 0; i < G_N_ELEMENTS (views); i++)
    for (int small = 0; small < 2; small++)
      {
        g_autoptr (KappaResult) result = make_line (small);
        g_autoptr (KappaFigure) figure = kappa_figure_new_for_result ("landscape", result, NULL);
        g_autoptr (GError) error = NULL;
        KappaProbe probe;

        g_assert_true (kappa_figure_set_view (figure, views[i], &error));
        g_assert_no_error (error);
        g_free (support_draw (figure, small ? 60 : WIDTH, small ? 50 : HEIGHT, KAPPA_THEME_DARK));
        kappa_figure_probe (figure, 100.0, 100.0, WIDTH, HEIGHT, &probe);
        kappa_probe_clear (&probe);
      }
  for (int present = 0; present < 2; present++)
    {
      g_autoptr (KappaResult) result = kappa_result_new ();
      g_autoptr (KappaFigure) figure = NULL;

      add_array (result, "loss", 1, one, "alpha", &zero);
      if (present)
        kappa_result_set_values (result, "loss", 0, 1, &infinite);
      figure = kappa_figure_new_for_result ("landscape", result, NULL);
      g_assert_nonnull (figure);
      g_free (support_draw (figure, WIDTH, HEIGHT, KAPPA_THEME_LIGHT));
    }
}

/* Ten thousand points with one spike: it is drawn to its full height, and drawing takes no longer
 * for it. */
static void
test_curve_dense (void)
{
  const gsize dims[1] = { 20000 };
  g_autoptr (KappaResult) result = kappa_result_new ();
  g_autoptr (KappaFigure) figure = NULL;
  g_autofree double *x = g_new (double, dims[0]);
  g_autofree double *values = g_new0 (double, dims[0]);
  g_autofree guint8 *pixels = NULL;
  double at_x, at_y;
  gboolean found = FALSE;

  for (gsize i = 0; i < dims[0]; i++)
    x[i] = (double)i;
  values[12345] = 1.0;
  add_array (result, "loss", 1, dims, "step", x);
  kappa_result_set_values (result, "loss", 0, dims[0], values);
  figure = kappa_figure_new_for_result ("landscape", result, NULL);
  pixels = support_draw (figure, WIDTH, HEIGHT, KAPPA_THEME_LIGHT);
  g_assert_true (kappa_figure_locate (figure, 12345.0, 0.9, WIDTH, HEIGHT, &at_x, &at_y));
  for (int dx = -2; dx <= 2; dx++)
    found |= support_is_close (support_pixel (pixels, WIDTH, at_x + dx, at_y),
                               series_color (KAPPA_THEME_LIGHT, 0), 90);
  g_assert_true (found);
}

static void
test_confusion (void)
{
  for (int kind = 0; kind < KAPPA_N_THEMES; kind++)
    {
      g_autoptr (KappaResult) result = make_prediction (4);
      g_autoptr (KappaFigure) figure = kappa_figure_new_for_result ("predict", result, NULL);
      g_autofree guint8 *pixels = support_draw (figure, WIDTH, HEIGHT, kind);
      g_autofree char *words = kappa_figure_describe (figure);
      KappaColor color = kappa_colormap_get (KAPPA_COLORMAP_VIRIDIS, 0.9);
      guint seen = 0;

      g_assert_true (KAPPA_IS_CONFUSION_FIGURE (figure));
      /* Every cell is found by the read-out, and has its colour. */
      for (int y = 5; y < HEIGHT; y += 10)
        for (int x = 5; x < WIDTH; x += 10)
          {
            KappaProbe probe;

            if (kappa_figure_probe (figure, x, y, WIDTH, HEIGHT, &probe))
              {
                gsize i = (gsize)probe.y, j = (gsize)probe.x;

                seen |= 1u << (4 * i + j);
                g_assert_cmpfloat (probe.value, ==, i == j ? 90.0 : j == (i + 1) % 4 ? 10.0 : 0.0);
              }
            kappa_probe_clear (&probe);
          }
      g_assert_cmpuint (seen, ==, 0xffff);
      g_assert_cmpuint (support_count (pixels, WIDTH, HEIGHT, kappa_color_to_pixel (&color), 2), >,
                        4000);
      g_assert_nonnull (strstr (words, "360 of 400 images are right"));
    }
}

static void
test_confusion_large (void)
{
  g_autoptr (KappaResult) result = make_prediction (200);
  g_autoptr (KappaFigure) figure = kappa_figure_new_of_kind ("predict", "confusion", result, NULL);

  g_assert_true (kappa_figure_set_text (figure, "log", "true", NULL));
  g_free (support_draw (figure, WIDTH, HEIGHT, KAPPA_THEME_LIGHT));
  g_free (support_draw (figure, 40, 40, KAPPA_THEME_LIGHT));
}

static void
test_bars (void)
{
  static const char *const orders[] = { "given", "rising", "falling" };
  const KappaBar bars[] = {
    { "b", 2.0, NULL }, { "c", 3.0, "three" }, { "a", 1.0, NULL }, { "nothing", (double)NAN, NULL }
  };
  static const double expected[3][4] = { { 2.0, 3.0, 1.0 }, { 1.0, 2.0, 3.0 }, { 3.0, 2.0, 1.0 } };
  g_autoptr (KappaFigure) figure = kappa_bars_figure_new ();

  kappa_bars_figure_set_bars (KAPPA_BARS_FIGURE (figure), "parameters", "", bars,
                              G_N_ELEMENTS (bars));
  for (guint o = 0; o < G_N_ELEMENTS (orders); o++)
    {
      guint row = 0;
      double last = -1.0;

      g_assert_true (kappa_figure_set_text (figure, "order", orders[o], NULL));
      for (int y = 0; y < HEIGHT; y++)
        {
          KappaProbe probe;

          if (kappa_figure_probe (figure, 300.0, y, WIDTH, HEIGHT, &probe) && probe.value != last
              && !isnan (probe.value))
            {
              g_assert_cmpuint (row, <, 3);
              g_assert_cmpfloat (probe.value, ==, expected[o][row++]);
              last = probe.value;
            }
          kappa_probe_clear (&probe);
        }
      g_assert_cmpuint (row, ==, 3);
    }
  for (int kind = 0; kind < KAPPA_N_THEMES; kind++)
    {
      g_autofree guint8 *pixels = support_draw (figure, WIDTH, HEIGHT, kind);

      g_assert_cmpuint (support_count (pixels, WIDTH, HEIGHT, series_color (kind, 0), 2), >, 10000);
    }
  g_assert_true (kappa_figure_set_text (figure, "log", "true", NULL));
  g_free (support_draw (figure, WIDTH, HEIGHT, KAPPA_THEME_LIGHT));
  kappa_bars_figure_set_bars (KAPPA_BARS_FIGURE (figure), "", "", NULL, 0);
  g_free (support_draw (figure, WIDTH, HEIGHT, KAPPA_THEME_LIGHT));
}

static void
test_bars_of_classes (void)
{
  g_autoptr (KappaResult) result = make_prediction (120);
  g_autoptr (KappaFigure) figure = kappa_figure_new_of_kind ("predict", "classes", result, NULL);
  KappaProbe probe;

  g_free (support_draw (figure, WIDTH, HEIGHT, KAPPA_THEME_PRINT));
  g_assert_true (kappa_figure_probe (figure, 300.0, 20.0, WIDTH, HEIGHT, &probe));
  g_assert_nonnull (strstr (probe.text, "top1 0.900\n90 of 100 right"));
  kappa_probe_clear (&probe);
  g_assert_true (kappa_figure_set_text (figure, "quantity", "loss", NULL));
  g_assert_true (kappa_figure_update (figure, result, NULL));
  g_assert_true (kappa_figure_set_text (figure, "quantity", "beauty", NULL));
  g_assert_false (kappa_figure_update (figure, result, NULL));
}

static KappaResult *
make_layers (double factor, const char *last)
{
  static const KappaColumn columns[] = {
    { "layer", "", KAPPA_COLUMN_TEXT },         { "units", "", KAPPA_COLUMN_INTEGER },
    { "active", "", KAPPA_COLUMN_NUMBER },      { "active_low", "", KAPPA_COLUMN_NUMBER },
    { "active_high", "", KAPPA_COLUMN_NUMBER },
  };
  const gsize dims[2] = { 2, 4 };
  const double first_row[] = { 0.0, 0.5, 1.0, 0.25 }, second_row[] = { 0.125, 0.75 };
  KappaResult *result = kappa_result_new ();
  KappaTable *table = kappa_table_new ("layers", "made up", G_N_ELEMENTS (columns), columns);
  KappaArray *array = kappa_array_new ("active_by_unit", "", "made up", 2, dims);

  kappa_table_add_row (table, "stem", (gint64)4, 0.4 * factor, 0.3 * factor, 0.5 * factor);
  kappa_table_add_row (table, last, (gint64)2, 0.2 * factor, 0.1 * factor, 0.3 * factor);
  kappa_result_take_table (result, table);
  kappa_array_set_axis (array, 0, "layer", NULL);
  kappa_array_set_axis (array, 1, "unit", NULL);
  kappa_result_take_array (result, array);
  kappa_result_set_values (result, "active_by_unit", 0, 4, first_row);
  kappa_result_set_values (result, "active_by_unit", 4, 2, second_row);
  return result;
}

static KappaProbe
probe_at (KappaFigure *figure, double x, double y)
{
  KappaProbe probe;

  g_assert_true (kappa_figure_probe (figure, x, y, WIDTH, HEIGHT, &probe));
  return probe;
}

/* Two results stand side by side by the names of their rows; what one does not have is missing. */
static void
test_bars_compared (void)
{
  g_autoptr (KappaResult) a = make_layers (1.0, "head"), b = make_layers (2.0, "tail");
  g_autoptr (KappaFigure) figure = kappa_figure_new_for_result ("activity", a, NULL);
  KappaResult *results[] = { a, b };
  const char *names[] = { "before", "after" };
  g_auto (GStrv) quantities = kappa_figure_list_quantities (figure);
  g_autofree char *words = NULL;
  g_autoptr (GError) error = NULL;
  KappaProbe probe = probe_at (figure, 300.0, 60.0);

  g_assert_cmpstr (probe.text, ==, "stem\nactive 0.400 (0.300 … 0.500)");
  kappa_probe_clear (&probe);
  g_assert_cmpuint (g_strv_length (quantities), ==, 2);
  g_assert_cmpstr (quantities[0], ==, "active");
  g_assert_cmpstr (quantities[1], ==, "units");
  g_assert_true (kappa_bars_figure_compare (KAPPA_BARS_FIGURE (figure), results, names, 2, &error));
  g_assert_no_error (error);
  words = kappa_figure_describe (figure);
  g_assert_cmpstr (
      words, ==,
      "Bars of active for 3 items: stem 0.4 and 0.8, tail nan and 0.4, head 0.2 and nan.");
  g_assert_cmpstr (kappa_bars_figure_get_name (KAPPA_BARS_FIGURE (figure), 1), ==, "tail");
  g_assert_null (kappa_bars_figure_get_name (KAPPA_BARS_FIGURE (figure), 3));
  for (int kind = 0; kind < KAPPA_N_THEMES; kind++)
    {
      g_autofree guint8 *pixels = support_draw (figure, WIDTH, HEIGHT, kind);

      for (int s = 0; s < 2; s++)
        g_assert_cmpuint (support_count (pixels, WIDTH, HEIGHT, series_color (kind, s), 2), >,
                          1000);
    }
}

/* Each unit has the colour of its share, the dead and the saturated their own; none is invented
 * where a layer has fewer. */
static void
test_units (void)
{
  g_autoptr (KappaResult) result = make_layers (1.0, "head");
  g_autoptr (KappaFigure) figure = kappa_figure_new_of_kind ("activity", "units", result, NULL);
  g_autofree char *words = kappa_figure_describe (figure);
  const char *const sorted[] = { "unit 2 of 4\nactive 100 %, saturated", "unit 1 of 4\nactive 50 %",
                                 "unit 3 of 4\nactive 25 %", "unit 0 of 4\nactive 0 %, dead" };
  KappaTheme theme;
  int n = 0;

  g_assert_nonnull (strstr (words, "stem 0.438, 1 of 4 units dead; head 0.438, 0 of 2 units dead"));
  g_assert_cmpstr (kappa_units_figure_get_name (KAPPA_UNITS_FIGURE (figure), 1), ==, "head");
  for (double x = 0.0; x < WIDTH && n < 4; x += 4.0)
    {
      KappaProbe probe;

      if (kappa_figure_probe (figure, x, 60.0, WIDTH, HEIGHT, &probe)
          && strstr (probe.text, sorted[n]) != NULL)
        n++;
      kappa_probe_clear (&probe);
    }
  g_assert_cmpint (n, ==, 4);
  for (int kind = 0; kind < KAPPA_N_THEMES; kind++)
    {
      g_autofree guint8 *pixels = support_draw (figure, WIDTH, HEIGHT, kind);

      kappa_theme_init (&theme, kind);
      g_assert_cmpuint (support_count (pixels, WIDTH, HEIGHT, kappa_color_to_pixel (&theme.nan), 1),
                        >, 5000);
      g_assert_cmpuint (
          support_count (pixels, WIDTH, HEIGHT, kappa_color_to_pixel (&theme.positive_infinity), 1),
          >, 5000);
    }
  g_assert_true (kappa_figure_set_view (figure, "sort=given;stretch=false", NULL));
  g_assert_false (kappa_figure_probe (figure, 450.0, 350.0, WIDTH, HEIGHT, &(KappaProbe) { 0 }));
  g_free (support_draw (figure, WIDTH, HEIGHT, KAPPA_THEME_PRINT));
  g_free (support_draw (figure, 80, 60, KAPPA_THEME_PRINT));
}

/* Rows of folds count once, by their mean. */
static void
test_histogram_of_rows (void)
{
  g_autoptr (KappaResult) result = kappa_result_new ();
  g_autoptr (KappaFigure) figure = NULL;
  const KappaHistogramStatistics *statistics;
  const gsize dims[2] = { 3, 2 };
  const double values[] = { 1.0, 3.0, 2.0, 4.0, 3.0, 5.0 };

  kappa_result_take_array (result, kappa_array_new ("perturbed_loss", "nat", "made up", 2, dims));
  kappa_result_set_values (result, "perturbed_loss", 0, 5, values);
  figure = kappa_figure_new_of_kind ("sharpness", "draws", result, NULL);
  statistics = kappa_histogram_figure_get_statistics (KAPPA_HISTOGRAM_FIGURE (figure));
  g_assert_cmpuint (statistics->n, ==, 3);
  g_assert_cmpfloat (statistics->minimum, ==, 2.0);
  g_assert_cmpfloat (statistics->maximum, ==, 3.0);
}

/* Only what lies over the axis of the preferred array is drawn with it. */
static void
test_curve_preferred (void)
{
  g_autoptr (KappaResult) result = make_line (FALSE);
  g_autoptr (KappaFigure) figure = NULL;
  g_autofree char *words = NULL;
  const gsize n = 3;
  const double values[] = { 5.0, 6.0, 7.0 };

  kappa_result_take_array (result, kappa_array_new ("ascent_loss", "nat", "made up", 1, &n));
  kappa_result_set_values (result, "ascent_loss", 0, 3, values);
  figure = kappa_figure_new_for_result ("sharpness", result, NULL);
  words = kappa_figure_describe (figure);
  g_assert_true (g_str_has_prefix (words, "Curve of ascent_loss"));
  g_assert_null (strstr (words, "accuracy"));
}

static void
take_curve (KappaResult *result, const char *name, const double *values)
{
  const double images[] = { 2.0, 4.0, 8.0, 16.0, 20.0 };
  const gsize n = G_N_ELEMENTS (images);
  KappaArray *array = kappa_array_new (name, "", "made up", 1, &n);

  kappa_array_set_axis (array, 0, "images", images);
  kappa_result_take_array (result, array);
  kappa_result_set_values (result, name, 0, n, values);
}

/* Numbers of images that double have a logarithmic axis; what is but a bound says so, and is
 * hollow. */
static void
test_curve_unresolved (void)
{
  const double values[] = { 10.0, 100.0, 1e3, 1e4, 1e5 }, resolved[] = { 1.0, 1.0, 1.0, 0.0, 0.0 };
  g_autoptr (KappaResult) result = kappa_result_new ();
  g_autoptr (KappaFigure) figure = NULL;
  g_autofree guint8 *pixels = NULL;
  double x[3], y[3];

  take_curve (result, "ntk_condition_by_n", values);
  take_curve (result, "ntk_resolved_by_n", resolved);
  figure = kappa_figure_new_for_result ("ntk", result, NULL);
  for (int i = 0; i < 3; i++)
    g_assert_true (
        kappa_figure_locate (figure, 4 << i, values[i + 1], WIDTH, HEIGHT, &x[i], &y[i]));
  g_assert_cmpfloat_with_epsilon (x[1] - x[0], x[2] - x[1], 1e-6);
  pixels = support_draw (figure, WIDTH, HEIGHT, KAPPA_THEME_LIGHT);
  g_assert_true (support_is_close (support_pixel (pixels, WIDTH, x[1], y[1]),
                                   series_color (KAPPA_THEME_LIGHT, 0), 60));
  g_assert_false (support_is_close (support_pixel (pixels, WIDTH, x[2], y[2]),
                                    series_color (KAPPA_THEME_LIGHT, 0), 60));
  for (int i = 1; i < 3; i++)
    {
      KappaProbe probe;

      g_assert_true (kappa_figure_probe (figure, x[i], y[i], WIDTH, HEIGHT, &probe));
      g_assert_true ((strstr (probe.text, "unresolved") != NULL) == (i == 2));
      kappa_probe_clear (&probe);
    }
  g_assert_true (kappa_figure_set_text (figure, "x-scale", "linear", NULL));
  g_assert_true (kappa_figure_locate (figure, 11.0, 1e3, WIDTH, HEIGHT, &x[0], &y[0]));
  g_assert_true (kappa_figure_locate (figure, 2.0, 1e3, WIDTH, HEIGHT, &x[1], &y[1]));
  g_assert_true (kappa_figure_locate (figure, 20.0, 1e3, WIDTH, HEIGHT, &x[2], &y[2]));
  g_assert_cmpfloat_with_epsilon (x[0], 0.5 * (x[1] + x[2]), 1e-6);
}

static KappaResult *
make_comparison (double correct)
{
  static const KappaColumn columns[] = {
    { (char *)"quantity", (char *)"", KAPPA_COLUMN_TEXT },
    { (char *)"tool", (char *)"nat", KAPPA_COLUMN_NUMBER },
    { (char *)"correct", (char *)"nat", KAPPA_COLUMN_NUMBER },
    { (char *)"relative_deviation", (char *)"", KAPPA_COLUMN_NUMBER },
    { (char *)"by", (char *)"", KAPPA_COLUMN_TEXT },
    { (char *)"rule", (char *)"", KAPPA_COLUMN_TEXT },
  };
  KappaResult *result = kappa_result_new ();
  KappaTable *table = kappa_table_new ("comparison", "made up", G_N_ELEMENTS (columns), columns);

  kappa_table_add_row (table, "lambda_max", 30.0, 20.0, 0.5, "Li et al.", "summed, not averaged");
  kappa_table_add_row (table, "trace", 50.0, correct, (50.0 - correct) / correct, "Li et al.",
                       "few random vectors");
  kappa_result_take_table (result, table);
  return result;
}

/* Too much is a bar to the right, too little one to the left; what is not known yet has none. */
static void
test_pairs (void)
{
  g_autoptr (KappaResult) result = make_comparison (100.0), waiting = make_comparison ((double)NAN);
  g_autoptr (KappaResult) empty = kappa_result_new ();
  g_autoptr (KappaFigure) figure = kappa_figure_new_for_result ("compatibility", result, NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *words = kappa_figure_describe (figure);
  gsize both, one;

  g_assert_nonnull (strstr (words, "Li et al. 30, correct 20, off by +50 %"));
  g_assert_nonnull (strstr (words, "off by −50 %"));
  for (int kind = 0; kind < KAPPA_N_THEMES; kind++)
    {
      g_autofree guint8 *pixels = support_draw (figure, WIDTH, HEIGHT, kind);

      both = support_count (pixels, WIDTH, HEIGHT, series_color (kind, 1), 2);
      g_free (g_steal_pointer (&pixels));
      g_assert_true (kappa_figure_update (figure, waiting, NULL));
      pixels = support_draw (figure, WIDTH, HEIGHT, kind);
      one = support_count (pixels, WIDTH, HEIGHT, series_color (kind, 1), 2);
      g_assert_cmpuint (one, >, 500);
      g_assert_cmpuint (both, >, one + one / 2);
      g_assert_true (kappa_figure_update (figure, result, NULL));
    }
  g_free (support_draw (figure, 60, 40, KAPPA_THEME_LIGHT));
  g_assert_true (kappa_figure_set_text (figure, "rules", "false", NULL));
  g_free (support_draw (figure, WIDTH, HEIGHT, KAPPA_THEME_DARK));
  g_assert_false (kappa_figure_update (figure, empty, &error));
  g_assert_nonnull (strstr (error->message, "comparison"));
}

/* The moments are those of the definition, every value is in one bin, and zeros and NaN are told
 * apart. */
static void
test_histogram (void)
{
  const float values[] = { 1.0f, 2.0f, 3.0f, 4.0f, 0.0f, -0.0f, (float)NAN, (float)INFINITY };
  g_autoptr (KappaFigure) figure = kappa_histogram_figure_new ();
  const KappaHistogramStatistics *statistics;
  g_autofree char *words = NULL;

  kappa_histogram_figure_set_floats (KAPPA_HISTOGRAM_FIGURE (figure), "weights", values,
                                     G_N_ELEMENTS (values));
  statistics = kappa_histogram_figure_get_statistics (KAPPA_HISTOGRAM_FIGURE (figure));
  g_assert_cmpuint (statistics->n, ==, 8);
  g_assert_cmpuint (statistics->zeros, ==, 2);
  g_assert_cmpuint (statistics->not_finite, ==, 2);
  g_assert_cmpfloat_with_epsilon (statistics->mean, 10.0 / 6.0, 1e-12);
  g_assert_cmpfloat_with_epsilon (statistics->deviation, sqrt (30.0 / 6.0 - 100.0 / 36.0), 1e-12);
  g_assert_cmpfloat (statistics->minimum, ==, 0.0);
  g_assert_cmpfloat (statistics->maximum, ==, 4.0);
  words = kappa_figure_describe (figure);
  g_assert_nonnull (strstr (words, "zero 25 %"));
}

static void
test_histogram_bins (void)
{
  g_autoptr (KappaFigure) figure = kappa_histogram_figure_new ();
  g_autofree double *values = g_new (double, 1000);
  KappaProbe probe;

  for (int i = 0; i < 1000; i++)
    values[i] = (i % 10) + 0.5;
  kappa_histogram_figure_set_doubles (KAPPA_HISTOGRAM_FIGURE (figure), "weights", values, 1000);
  g_assert_true (kappa_figure_set_view (figure, "bins=10;x-range=0:10", NULL));
  for (int x = 100; x < WIDTH - 20; x += 7)
    {
      g_assert_true (kappa_figure_probe (figure, x, 100.0, WIDTH, HEIGHT, &probe));
      g_assert_cmpfloat (probe.value, ==, 100.0);
      kappa_probe_clear (&probe);
    }
  for (int kind = 0; kind < KAPPA_N_THEMES; kind++)
    {
      g_autofree guint8 *pixels = support_draw (figure, WIDTH, HEIGHT, kind);

      g_assert_cmpuint (support_count (pixels, WIDTH, HEIGHT, series_color (kind, 0), 2), >, 50000);
    }
  kappa_figure_zoom (figure, 2.0, 300.0, 200.0, WIDTH, HEIGHT);
  kappa_figure_pan (figure, 20.0, 0.0, WIDTH, HEIGHT);
  g_assert_true (kappa_figure_set_text (figure, "log", "true", NULL));
  g_free (support_draw (figure, WIDTH, HEIGHT, KAPPA_THEME_LIGHT));
  /* Nothing, and one value many times. */
  kappa_histogram_figure_set_doubles (KAPPA_HISTOGRAM_FIGURE (figure), "weights", NULL, 0);
  kappa_figure_reset_view (figure);
  g_free (support_draw (figure, WIDTH, HEIGHT, KAPPA_THEME_LIGHT));
  memset (values, 0, 1000 * sizeof *values);
  kappa_histogram_figure_set_doubles (KAPPA_HISTOGRAM_FIGURE (figure), "weights", values, 1000);
  g_free (support_draw (figure, WIDTH, HEIGHT, KAPPA_THEME_LIGHT));
}

static void
test_factory (void)
{
  g_autoptr (KappaResult) line = make_line (FALSE);
  g_autoptr (KappaResult) prediction = make_prediction (3);
  g_autoptr (KappaResult) empty = kappa_result_new ();
  g_auto (GStrv) kinds = kappa_figure_list_kinds ("predict");
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (g_strv_length (kinds), ==, 4);
  for (char **kind = kinds; *kind != NULL; kind++)
    {
      g_autoptr (KappaFigure) figure
          = kappa_figure_new_of_kind ("predict", *kind, prediction, &error);
      g_autofree char *view = NULL;

      g_assert_no_error (error);
      view = kappa_figure_dup_view (figure);
      g_assert_cmpstr (view, ==, "");
    }
  g_assert_null (kappa_figure_new_for_result ("landscape", empty, &error));
  g_assert_nonnull (error);
  g_clear_error (&error);
  g_assert_null (kappa_figure_new_of_kind ("landscape", "plane", line, &error));
  g_assert_nonnull (strstr (error->message, "over a plane"));
  g_clear_error (&error);
  g_assert_null (kappa_figure_new_of_kind ("predict", "globe", prediction, &error));
  g_assert_nonnull (strstr (error->message, "confusion, classes, confidence, losses"));
  g_clear_error (&error);
  g_assert_null (kappa_figure_new_for_result ("astrology", line, &error));
  g_assert_nonnull (error);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/figures/curve", test_curve);
  g_test_add_func ("/figures/curve-probe", test_curve_probe);
  g_test_add_func ("/figures/curve-awkward", test_curve_awkward);
  g_test_add_func ("/figures/curve-dense", test_curve_dense);
  g_test_add_func ("/figures/confusion", test_confusion);
  g_test_add_func ("/figures/confusion-large", test_confusion_large);
  g_test_add_func ("/figures/bars", test_bars);
  g_test_add_func ("/figures/bars-of-classes", test_bars_of_classes);
  g_test_add_func ("/figures/bars-compared", test_bars_compared);
  g_test_add_func ("/figures/units", test_units);
  g_test_add_func ("/figures/curve-preferred", test_curve_preferred);
  g_test_add_func ("/figures/curve-unresolved", test_curve_unresolved);
  g_test_add_func ("/figures/pairs", test_pairs);
  g_test_add_func ("/figures/histogram-of-rows", test_histogram_of_rows);
  g_test_add_func ("/figures/histogram", test_histogram);
  g_test_add_func ("/figures/histogram-bins", test_histogram_bins);
  g_test_add_func ("/figures/factory", test_factory);
  return g_test_run ();
}
