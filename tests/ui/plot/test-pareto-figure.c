#include <math.h>
#include <string.h>

#include "tests/ui/plot/support.h"
#include "ui/plot/colormap.h"
#include "ui/plot/figure-factory.h"
#include "ui/plot/pareto-figure.h"

#define WIDTH  720
#define HEIGHT 480

/* Two series, two files, a network of shapes, published ones; a cost that is missing, and
 * intervals. */
static const struct
{
  const char *name, *kind, *series, *source;
  double resolution, macs, latency, latency_low, latency_high, top1, top1_low, top1_high;
} rows[] = {
  { "ResNet-18", "checkpoint", "ResNet", "", 224, 1.8e9, 0.02, 0.018, 0.025, 0.70, 0.66, 0.74 },
  { "ResNet-50", "checkpoint", "ResNet", "", 224, 4.1e9, 0.05, 0.048, 0.052, 0.76, 0.72, 0.80 },
  { "ResNet-34", "checkpoint", "ResNet", "", 224, 4.5e9, 0.04, 0.039, 0.041, 0.73, 0.69, 0.77 },
  { "ResNet-101", "shapes", "ResNet", "", 224, 7.8e9, 0.09, 0.08, 0.1, NAN, NAN, NAN },
  { "ViT-S/16", "published", "ViT", "somebody, their table (1999)", 224, 4.6e9, NAN, NAN, NAN, 0.81,
    NAN, NAN },
  { "ViT-B/16", "published", "ViT", "somebody, another table", 384, 55e9, NAN, NAN, NAN, 0.86, NAN,
    NAN },
  { "ViT-S/32", "published", "ViT", "nobody", 384, 6e9, NAN, NAN, NAN, 0.80, NAN, NAN },
};

static KappaTable *
make_points (void)
{
  static const char *const numbers[] = { "resolution",   "macs", "latency",  "latency_low",
                                         "latency_high", "top1", "top1_low", "top1_high" };
  static const char *const texts[] = { "name", "kind", "series", "training", "source" };
  KappaColumn columns[13];
  KappaTable *table;

  for (guint c = 0; c < 13; c++)
    columns[c] = c < 5 ? (KappaColumn) { (char *)texts[c], (char *)"", KAPPA_COLUMN_TEXT }
                       : (KappaColumn) { (char *)numbers[c - 5], (char *)"", KAPPA_COLUMN_NUMBER };
  table = kappa_table_new ("points", "made up", 13, columns);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    kappa_table_add_row (table, rows[i].name, rows[i].kind, rows[i].series, "some training",
                         rows[i].source, rows[i].resolution, rows[i].macs, rows[i].latency,
                         rows[i].latency_low, rows[i].latency_high, rows[i].top1, rows[i].top1_low,
                         rows[i].top1_high);
  return table;
}

static KappaTable *
make_lines (void)
{
  const KappaColumn columns[] = { { (char *)"rule", (char *)"", KAPPA_COLUMN_TEXT },
                                  { (char *)"series", (char *)"", KAPPA_COLUMN_TEXT },
                                  { (char *)"statement", (char *)"", KAPPA_COLUMN_TEXT },
                                  { (char *)"macs", (char *)"", KAPPA_COLUMN_NUMBER },
                                  { (char *)"top1", (char *)"", KAPPA_COLUMN_NUMBER } };
  KappaTable *table = kappa_table_new ("lines", "made up", 5, columns);

  kappa_table_add_row (table, "depth", "ResNet", "width 1", 2e9, 0.62);
  kappa_table_add_row (table, "depth", "ResNet", "width 1", 5e9, 0.62);
  kappa_table_add_row (table, "depth", "ResNet", "width 2", 7e9, 0.62);
  return table;
}

static KappaResult *
make_result (void)
{
  KappaResult *result = kappa_result_new ();

  kappa_result_take_table (result, make_points ());
  kappa_result_take_table (result, make_lines ());
  return result;
}

static KappaFigure *
make_figure (const char *view)
{
  g_autoptr (KappaResult) result = make_result ();
  g_autoptr (GError) error = NULL;
  KappaFigure *figure = kappa_figure_new_for_result ("scaling", result, &error);

  g_assert_no_error (error);
  g_assert_true (KAPPA_IS_PARETO_FIGURE (figure));
  if (view != NULL)
    {
      g_auto (GStrv) pair = g_strsplit (view, "=", 2);

      kappa_figure_set_text (figure, pair[0], pair[1], &error);
      g_assert_no_error (error);
    }
  g_assert_true (kappa_figure_update (figure, result, &error));
  return figure;
}

static guint32
get_color (KappaThemeKind kind, int series)
{
  KappaTheme theme;

  kappa_theme_init (&theme, kind);
  return kappa_color_to_pixel (series >= 0 ? &theme.series[series] : &theme.paper);
}

/* In every theme a file is full and what is published is hollow, each where its numbers say. */
static void
test_markers (void)
{
  for (int kind = 0; kind < KAPPA_N_THEMES; kind++)
    {
      g_autoptr (KappaFigure) figure = make_figure ("cost=macs");
      g_autofree guint8 *pixels = support_draw (figure, WIDTH, HEIGHT, kind);
      double x, y;

      for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
        {
          const gboolean published = strcmp (rows[i].kind, "published") == 0;

          if (!isfinite (rows[i].top1))
            continue;
          g_assert_true (
              kappa_figure_locate (figure, rows[i].macs, rows[i].top1, WIDTH, HEIGHT, &x, &y));
          g_assert_true (support_is_close (support_pixel (pixels, WIDTH, x, y),
                                           get_color (kind, published ? -1 : 0), 40));
        }
    }
}

static char *
probe (KappaFigure *figure, double x, double y)
{
  KappaProbe found = { 0 };
  double at_x, at_y;
  char *text = NULL;

  g_assert_true (kappa_figure_locate (figure, x, y, WIDTH, HEIGHT, &at_x, &at_y));
  if (kappa_figure_probe (figure, at_x + 2.0, at_y - 1.0, WIDTH, HEIGHT, &found))
    {
      g_assert_cmpfloat (found.x, ==, x);
      g_assert_cmpfloat (found.y, ==, y);
      text = g_strdup (found.text);
    }
  kappa_probe_clear (&found);
  return text;
}

static void
test_read_out (void)
{
  g_autoptr (KappaFigure) figure = make_figure ("cost=macs");
  g_autofree char *file = probe (figure, 4.1e9, 0.76), *published = probe (figure, 55e9, 0.86),
                  *beaten = probe (figure, 4.5e9, 0.73);
  KappaProbe nowhere = { 0 };

  g_assert_nonnull (strstr (file, "ResNet-50 @224\nthis checkpoint: some training"));
  g_assert_nonnull (strstr (file, "(0.72"));
  g_assert_nonnull (strstr (file, "on the front"));
  g_assert_null (strstr (beaten, "on the front"));
  g_assert_nonnull (strstr (published, "published: some training"));
  g_assert_nonnull (strstr (published, "somebody, another table"));
  g_assert_false (kappa_figure_probe (figure, 1.0, 1.0, WIDTH, HEIGHT, &nowhere));
  kappa_probe_clear (&nowhere);
}

/* Measured and published qualities have fronts of their own; the description tells both. */
static void
test_front (void)
{
  g_autoptr (KappaFigure) figure = make_figure ("cost=macs");
  g_autofree char *text = kappa_figure_describe (figure);

  g_assert_nonnull (strstr (text, "6 networks"));
  g_assert_nonnull (strstr (text, "On the front: ResNet-18 at"));
  g_assert_nonnull (strstr (text, "ResNet-50 at"));
  g_assert_nonnull (strstr (text, "ViT-S/16 (published)"));
  g_assert_nonnull (strstr (text, "ViT-B/16 (published)"));
  g_assert_null (strstr (text, "ResNet-34"));
  g_assert_null (strstr (text, "ViT-S/32"));
}

/* By itself latency, which three networks have; asked for another cost, that. */
static void
test_cost (void)
{
  g_autoptr (KappaFigure) automatic = make_figure (NULL);
  g_autoptr (KappaFigure) latency = make_figure ("cost=latency");
  g_autoptr (KappaFigure) macs = make_figure ("cost=macs");
  g_autoptr (KappaFigure) none = make_figure ("cost=memory");
  g_autofree guint8 *pixels = support_draw (none, WIDTH, HEIGHT, KAPPA_THEME_LIGHT);
  g_autofree char *a = kappa_figure_describe (automatic), *b = kappa_figure_describe (latency),
                  *c = kappa_figure_describe (macs), *d = kappa_figure_describe (none);

  g_assert_cmpstr (a, ==, b);
  g_assert_true (g_str_has_prefix (b, "3 networks by latency"));
  g_assert_true (g_str_has_prefix (c, "6 networks by multiply-adds"));
  g_assert_true (g_str_has_prefix (d, "0 networks"));
}

static void
test_published_hidden (void)
{
  g_autoptr (KappaFigure) figure = make_figure ("published=false");
  g_autofree char *text = kappa_figure_describe (figure);

  g_assert_null (strstr (text, "published"));
}

/* A line of two points is drawn, one of a single point is none; neither is when lines are off. */
static void
test_lines (void)
{
  g_autoptr (KappaFigure) with = make_figure ("cost=macs"), without = make_figure ("lines=false");
  g_autofree guint8 *pixels = NULL, *bare = NULL;
  double x, y;
  gboolean drawn = FALSE, left = FALSE;

  for (guint i = 0; i < 2; i++)
    {
      g_assert_true (kappa_figure_set_text (i == 0 ? with : without, "limits", "0.6:0.9", NULL));
      g_assert_true (kappa_figure_set_text (i == 0 ? with : without, "cost", "macs", NULL));
    }
  pixels = support_draw (with, WIDTH, HEIGHT, KAPPA_THEME_LIGHT);
  bare = support_draw (without, WIDTH, HEIGHT, KAPPA_THEME_LIGHT);
  g_assert_true (kappa_figure_locate (with, 3e9, 0.62, WIDTH, HEIGHT, &x, &y));
  for (int dy = -2; dy <= 2; dy++)
    drawn |= support_is_close (support_pixel (pixels, WIDTH, x, y + dy),
                               get_color (KAPPA_THEME_LIGHT, 0), 200);
  g_assert_true (kappa_figure_locate (without, 3e9, 0.62, WIDTH, HEIGHT, &x, &y));
  for (int dy = -2; dy <= 2; dy++)
    left |= support_is_close (support_pixel (bare, WIDTH, x, y + dy),
                              get_color (KAPPA_THEME_LIGHT, 0), 200);
  g_assert_true (drawn);
  g_assert_false (left);
}

/* Zooming and panning move what is located where, and resetting brings it back. */
static void
test_view (void)
{
  g_autoptr (KappaFigure) figure = make_figure (NULL);
  double x0, y0, x1, y1;

  g_assert_true (kappa_figure_locate (figure, 0.05, 0.76, WIDTH, HEIGHT, &x0, &y0));
  kappa_figure_zoom (figure, 2.0, x0, y0, WIDTH, HEIGHT);
  g_assert_true (kappa_figure_locate (figure, 0.05, 0.76, WIDTH, HEIGHT, &x1, &y1));
  g_assert_cmpfloat (hypot (x1 - x0, y1 - y0), <, 8.0);
  kappa_figure_pan (figure, 30.0, -20.0, WIDTH, HEIGHT);
  g_assert_true (kappa_figure_locate (figure, 0.05, 0.76, WIDTH, HEIGHT, &x1, &y1));
  g_assert_cmpfloat (fabs (x1 - x0 - 30.0), <, 8.0);
  g_assert_cmpfloat (fabs (y1 - y0 + 20.0), <, 8.0);
  kappa_figure_reset_view (figure);
  g_assert_true (kappa_figure_locate (figure, 0.05, 0.76, WIDTH, HEIGHT, &x1, &y1));
  g_assert_cmpfloat (x1, ==, x0);
}

/* Many names in a small figure: it is drawn, whatever finds no room. */
static void
test_small (void)
{
  static const int sizes[][2] = { { 40, 30 }, { 120, 90 }, { 300, 60 }, { 60, 300 } };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (KappaFigure) figure = make_figure (NULL);
      g_autofree guint8 *pixels = support_draw (figure, sizes[i][0], sizes[i][1], KAPPA_THEME_DARK);

      g_assert_nonnull (pixels);
    }
}

/* Without any quality the curves of costs are shown instead. */
static void
test_without_quality (void)
{
  g_autoptr (KappaResult) result = kappa_result_new ();
  const gsize n = 3;
  const double x[] = { 16, 24, 32 }, y[] = { 1, 2, 4 };
  KappaTable *table = make_points ();
  KappaArray *array = kappa_array_new ("macs_by_resolution", "", "made up", 1, &n);
  g_autoptr (KappaFigure) figure = NULL;
  g_autoptr (GError) error = NULL;

  for (gsize row = 0; row < table->n_rows; row++)
    table->numbers[10][row] = (double)NAN;
  kappa_result_take_table (result, table);
  g_assert_null (kappa_figure_new_for_result ("scaling", result, &error));
  g_assert_nonnull (strstr (error->message, "top1"));
  g_clear_error (&error);
  kappa_array_set_axis (array, 0, "resolution", x);
  kappa_result_take_array (result, array);
  kappa_result_set_values (result, "macs_by_resolution", 0, 3, y);
  figure = kappa_figure_new_for_result ("scaling", result, &error);
  g_assert_no_error (error);
  g_assert_false (KAPPA_IS_PARETO_FIGURE (figure));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pareto-figure/markers", test_markers);
  g_test_add_func ("/pareto-figure/read-out", test_read_out);
  g_test_add_func ("/pareto-figure/front", test_front);
  g_test_add_func ("/pareto-figure/cost", test_cost);
  g_test_add_func ("/pareto-figure/published-hidden", test_published_hidden);
  g_test_add_func ("/pareto-figure/lines", test_lines);
  g_test_add_func ("/pareto-figure/view", test_view);
  g_test_add_func ("/pareto-figure/small", test_small);
  g_test_add_func ("/pareto-figure/without-quality", test_without_quality);
  return g_test_run ();
}
