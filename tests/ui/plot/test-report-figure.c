#include <math.h>
#include <string.h>

#include "tests/ui/plot/support.h"
#include "ui/plot/colormap.h"
#include "ui/plot/figure-factory.h"
#include "ui/plot/report-figure.h"

#define WIDTH  900
#define HEIGHT 700

static const KappaColumn columns[] = {
  { "quantity", "", KAPPA_COLUMN_TEXT },     { "checkpoint", "", KAPPA_COLUMN_TEXT },
  { "images", "", KAPPA_COLUMN_TEXT },       { "value", "", KAPPA_COLUMN_NUMBER },
  { "unit", "", KAPPA_COLUMN_TEXT },         { "certainty", "", KAPPA_COLUMN_TEXT },
  { "low", "", KAPPA_COLUMN_NUMBER },        { "high", "", KAPPA_COLUMN_NUMBER },
  { "sample_low", "", KAPPA_COLUMN_NUMBER }, { "sample_high", "", KAPPA_COLUMN_NUMBER },
  { "definition", "", KAPPA_COLUMN_TEXT },
};

static void
add_row (KappaTable *table, const char *quantity, const char *checkpoint, double value)
{
  kappa_table_add_row (table, quantity, checkpoint, "held-out", value, "nat", "residual 0.01",
                       value - 0.01, value + 0.01, 0.5 * value, 3.0 * value, "made up");
}

static void
add_parts (KappaResult *result, guint model)
{
  static const KappaColumn layers[]
      = { { "layer", "", KAPPA_COLUMN_TEXT }, { "active", "", KAPPA_COLUMN_NUMBER } };
  g_autofree char *eigenvalues = g_strdup_printf ("eigenvalues_of_%u", model);
  g_autofree char *active = g_strdup_printf ("layers_of_%u", model);
  const gsize n = 3;
  const double values[] = { 10.0 * model, 5.0, -1.0 };
  KappaTable *table = kappa_table_new (active, "made up", G_N_ELEMENTS (layers), layers);

  kappa_result_take_array (result, kappa_array_new (eigenvalues, "", "made up", 1, &n));
  kappa_result_set_values (result, eigenvalues, 0, 3, values);
  kappa_table_add_row (table, "stem", 0.25 * model);
  kappa_result_take_table (result, table);
}

/* Two checkpoints of one name, of which the second lacks the last row. */
static KappaResult *
make_report (guint n_models)
{
  KappaResult *result = kappa_result_new ();
  KappaTable *table = kappa_table_new ("report", "made up", G_N_ELEMENTS (columns), columns);

  for (guint model = 0; model < n_models; model++)
    {
      add_row (table, "Loss", "net.pt", 0.5 + model);
      add_parts (result, model + 1);
    }
  add_row (table, "Trace", "net.pt", 700.0);
  kappa_result_take_table (result, table);
  if (n_models == 2)
    {
      table = kappa_table_new ("differences", "made up", G_N_ELEMENTS (columns), columns);
      add_row (table, "Loss", "difference", 1.0);
      kappa_result_take_table (result, table);
    }
  return result;
}

static KappaFigure *
make_figure (guint n_models)
{
  g_autoptr (KappaResult) result = make_report (n_models);
  g_autoptr (GError) error = NULL;
  KappaFigure *figure = kappa_figure_new_for_result ("report", result, &error);

  g_assert_no_error (error);
  g_assert_true (KAPPA_IS_REPORT_FIGURE (figure));
  return figure;
}

static char *
read_at (KappaFigure *figure, double x, double y)
{
  KappaProbe probe;
  char *text;

  kappa_figure_probe (figure, x, y, WIDTH, HEIGHT, &probe);
  text = g_strdup (probe.text);
  kappa_probe_clear (&probe);
  return text;
}

/* A row tells the number, how sure it is, and what other images would give. */
static void
test_one (void)
{
  g_autoptr (KappaFigure) figure = make_figure (1);
  g_autofree char *loss = read_at (figure, 400.0, 42.0);
  g_autofree char *words = kappa_figure_describe (figure);

  g_assert_cmpstr (loss, ==, "Loss\n0.5000, residual 0.01\nother images 0.250 … 1.50");
  g_assert_true (g_str_has_prefix (words, "Geometry of a checkpoint. Loss;0.5000"));
  g_assert_nonnull (strstr (words, "The largest is 10"));
}

/* A count is written in full, whatever its size. */
static void
test_count (void)
{
  g_autoptr (KappaResult) result = kappa_result_new ();
  KappaTable *table = kappa_table_new ("report", "made up", G_N_ELEMENTS (columns), columns);
  g_autoptr (KappaFigure) figure = NULL;
  g_autofree char *words = NULL;

  add_row (table, "Parameters", "net.pt", 5717416.0);
  kappa_result_take_table (result, table);
  figure = kappa_figure_new_for_result ("report", result, NULL);
  words = kappa_figure_describe (figure);
  g_assert_nonnull (strstr (words, "5,717,416"));
}

/* Two checkpoints stand side by side with their difference; what is not known yet is an ellipsis.
 */
static void
test_two (void)
{
  g_autoptr (KappaFigure) figure = make_figure (2);
  g_autofree char *loss = read_at (figure, 400.0, 42.0), *trace = read_at (figure, 400.0, 64.0);
  g_autofree char *words = kappa_figure_describe (figure);

  g_assert_nonnull (strstr (loss, "A · 0.5000, residual 0.01\n"));
  g_assert_nonnull (strstr (loss, "B · 1.500, residual 0.01\n"));
  g_assert_true (g_str_has_suffix (loss, "\nB − A +1"));
  g_assert_true (g_str_has_suffix (trace, "\nB · …"));
  g_assert_nonnull (strstr (words, "stem 0.25 and 0.5"));
}

/* The same height in both spectra is the same eigenvalue. */
static void
test_common_scales (void)
{
  g_autoptr (KappaFigure) figure = make_figure (2);
  g_autofree guint8 *pixels = support_draw (figure, WIDTH, HEIGHT, KAPPA_THEME_LIGHT);
  int found[2] = { -1, -1 };
  KappaTheme theme;

  kappa_theme_init (&theme, KAPPA_THEME_LIGHT);
  for (int half = 0; half < 2; half++)
    for (int y = 100; y < HEIGHT && found[half] < 0; y++)
      for (int x = half * WIDTH / 2; x < (half + 1) * WIDTH / 2 && found[half] < 0; x++)
        if (support_is_close (support_pixel (pixels, WIDTH, x, y),
                              kappa_color_to_pixel (&theme.series[1]), 4))
          found[half] = y;
  /* The largest of the first is half the largest of the second. */
  g_assert_cmpint (found[1], >, 0);
  g_assert_cmpint (found[0], >, found[1] + 40);
}

static void
test_draws (void)
{
  g_autoptr (KappaResult) empty = kappa_result_new ();

  for (guint n_models = 1; n_models <= 2; n_models++)
    for (int kind = 0; kind < KAPPA_N_THEMES; kind++)
      {
        g_autoptr (KappaFigure) figure = make_figure (n_models);
        double with = kappa_figure_get_aspect (figure);

        g_free (support_draw (figure, WIDTH, HEIGHT, kind));
        g_free (support_draw (figure, 320, 500, kind));
        g_free (support_draw (figure, 90, 60, kind));
        g_assert_true (kappa_figure_set_text (figure, "parts", "false", NULL));
        g_assert_cmpfloat (kappa_figure_get_aspect (figure), >, with);
        g_free (support_draw (figure, WIDTH, HEIGHT, kind));
      }
  g_assert_null (kappa_figure_new_for_result ("report", empty, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/report-figure/one", test_one);
  g_test_add_func ("/report-figure/count", test_count);
  g_test_add_func ("/report-figure/two", test_two);
  g_test_add_func ("/report-figure/common-scales", test_common_scales);
  g_test_add_func ("/report-figure/draws", test_draws);
  return g_test_run ();
}
