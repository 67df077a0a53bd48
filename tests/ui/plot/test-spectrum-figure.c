#include <math.h>
#include <string.h>

#include "tests/ui/plot/support.h"
#include "ui/plot/colormap.h"
#include "ui/plot/figure-factory.h"
#include "ui/plot/spectrum-figure.h"

#define WIDTH  640
#define HEIGHT 420
#define NODES  400

/* λ₁ … λ₅ of the golden ResNet-20, rounded, and a λ_min, in the order in which they were found. */
static const double eigenvalues[] = { 98.2, 135.4, 64.3, -6.9, 50.0, 81.7 };
static const double residuals[] = { 8e-10, 1e-9, 2.0, 5e-3, (double)NAN, 0.4 };

static void
add_list (KappaResult *result, const char *name, const double *values, gsize n, gsize present)
{
  kappa_result_take_array (result, kappa_array_new (name, "", "made up", 1, &n));
  kappa_result_set_values (result, name, 0, present, values);
}

/* A bulk around zero that falls by many decades. */
static void
add_density (KappaResult *result, const char *name, double factor)
{
  const gsize n = NODES;
  KappaArray *array = kappa_array_new (name, "", "made up", 1, &n);
  double lambda[NODES], density[NODES];

  for (int i = 0; i < NODES; i++)
    {
      lambda[i] = -15.0 + 160.0 * i / (NODES - 1);
      density[i] = factor * (3.0 * exp (-0.5 * lambda[i] * lambda[i] / 4.0) + 1e-5);
    }
  kappa_array_set_axis (array, 0, "lambda", lambda);
  kappa_result_take_array (result, array);
  kappa_result_set_values (result, name, 0, NODES, density);
}

static KappaResult *
make_spectrum (gboolean density, gsize present)
{
  KappaResult *result = kappa_result_new ();
  const gsize folds[2] = { 2, G_N_ELEMENTS (eigenvalues) };
  double by_fold[2][G_N_ELEMENTS (eigenvalues)];

  add_list (result, "eigenvalues", eigenvalues, G_N_ELEMENTS (eigenvalues), present);
  add_list (result, "residuals", residuals, G_N_ELEMENTS (residuals), present);
  for (guint i = 0; i < G_N_ELEMENTS (eigenvalues); i++)
    {
      by_fold[0][i] = 0.9 * eigenvalues[i];
      by_fold[1][i] = 1.2 * eigenvalues[i];
    }
  kappa_result_take_array (result,
                           kappa_array_new ("eigenvalues_by_fold", "", "made up", 2, folds));
  kappa_result_set_values (result, "eigenvalues_by_fold", 0, 2 * G_N_ELEMENTS (eigenvalues),
                           by_fold[0]);
  if (density)
    {
      add_density (result, "density", 1.0);
      add_density (result, "density_low", 0.7);
      add_density (result, "density_high", 1.4);
    }
  return result;
}

static KappaFigure *
make_figure (gboolean density, gsize present)
{
  g_autoptr (KappaResult) result = make_spectrum (density, present);
  g_autoptr (GError) error = NULL;
  KappaFigure *figure = kappa_figure_new_for_result ("spectrum", result, &error);

  g_assert_no_error (error);
  g_assert_true (KAPPA_IS_SPECTRUM_FIGURE (figure));
  return figure;
}

static guint32
series_color (KappaThemeKind kind, int i)
{
  KappaTheme theme;

  kappa_theme_init (&theme, kind);
  return kappa_color_to_pixel (&theme.series[i]);
}

static gboolean
is_near (const guint8 *pixels, double x, double y, guint32 color)
{
  for (int dx = -1; dx <= 1; dx++)
    if (support_is_close (support_pixel (pixels, WIDTH, x + dx, y), color, 150))
      return TRUE;
  return FALSE;
}

/* A stem stands where its eigenvalue is, and none elsewhere, in every theme and on every scale. */
static void
test_stems (void)
{
  for (int kind = 0; kind < KAPPA_N_THEMES; kind++)
    for (int symlog = 0; symlog < 2; symlog++)
      {
        g_autoptr (KappaFigure) figure = make_figure (TRUE, G_N_ELEMENTS (eigenvalues));
        g_autofree guint8 *pixels = NULL;
        double x, y;

        if (symlog)
          g_assert_true (kappa_figure_set_text (figure, "lambda-scale", "symlog", NULL));
        pixels = support_draw (figure, WIDTH, HEIGHT, kind);
        for (guint i = 0; i < G_N_ELEMENTS (eigenvalues); i++)
          {
            g_assert_true (
                kappa_figure_locate (figure, eigenvalues[i], 3e-4, WIDTH, HEIGHT, &x, &y));
            g_assert_true (is_near (pixels, x, y, series_color (kind, 1)));
          }
        g_assert_true (kappa_figure_locate (figure, 113.0, 3e-4, WIDTH, HEIGHT, &x, &y));
        g_assert_false (is_near (pixels, x, y, series_color (kind, 1)));
      }
}

/* The density passes where it should, and its band is around it. */
static void
test_density (void)
{
  g_autoptr (KappaFigure) figure = make_figure (TRUE, G_N_ELEMENTS (eigenvalues));
  g_autofree guint8 *pixels = support_draw (figure, WIDTH, HEIGHT, KAPPA_THEME_LIGHT);
  KappaProbe probe;
  double x, y;

  g_assert_true (kappa_figure_locate (figure, 20.0, 1e-5, WIDTH, HEIGHT, &x, &y));
  g_assert_true (support_is_close (support_pixel (pixels, WIDTH, x, y),
                                   series_color (KAPPA_THEME_LIGHT, 0), 60));
  g_assert_true (kappa_figure_probe (figure, x, y, WIDTH, HEIGHT, &probe));
  g_assert_cmpfloat_with_epsilon (probe.value, 1e-5, 1e-9);
  g_assert_nonnull (strstr (probe.text, "density 1.00×10⁻⁵"));
  g_assert_cmpint (kappa_spectrum_figure_find (KAPPA_SPECTRUM_FIGURE (figure), probe.x), ==, -1);
  kappa_probe_clear (&probe);
}

/* A click near a stem is on the eigenvalue, by its place in the array, whichever view it is in. */
static void
test_pick (void)
{
  static const char *const views[] = { "density", "rank" };
  static const guint ranks[] = { 2, 1, 4, 6, 5, 3 };

  for (guint v = 0; v < G_N_ELEMENTS (views); v++)
    for (guint i = 0; i < G_N_ELEMENTS (eigenvalues); i++)
      {
        g_autoptr (KappaFigure) figure = make_figure (TRUE, G_N_ELEMENTS (eigenvalues));
        g_autofree char *rank = g_strdup_printf ("eigenvalue %u of 6\n", ranks[i]);
        KappaProbe probe;
        double x, y;

        g_assert_true (kappa_figure_set_text (figure, "view", views[v], NULL));
        g_assert_true (kappa_figure_locate (figure, v == 0 ? eigenvalues[i] : ranks[i],
                                            v == 0 ? 1e-4 : 10.0, WIDTH, HEIGHT, &x, &y));
        g_assert_true (kappa_figure_probe (figure, x + 3.0, y, WIDTH, HEIGHT, &probe));
        g_assert_cmpfloat (probe.value, ==, eigenvalues[i]);
        g_assert_true (g_str_has_prefix (probe.text, rank));
        g_assert_true ((strstr (probe.text, "\nresidual") != NULL) == isfinite (residuals[i]));
        g_assert_nonnull (strstr (probe.text, "\nover folds "));
        g_assert_cmpint (kappa_spectrum_figure_find (KAPPA_SPECTRUM_FIGURE (figure), probe.x), ==,
                         (int)i);
        kappa_probe_clear (&probe);
      }
}

/* Without a density eigenvalues stand by rank. What is not found yet is missing, and said to be. */
static void
test_interim (void)
{
  g_autoptr (KappaFigure) figure = make_figure (FALSE, 2);
  g_autofree char *words = kappa_figure_describe (figure);
  g_autofree char *none = NULL;
  g_autoptr (KappaFigure) empty = make_figure (FALSE, 0);
  KappaProbe probe;
  double x, y;

  g_assert_nonnull (strstr (words, "2 of 6 eigenvalues"));
  g_assert_true (kappa_figure_locate (figure, 1.0, 100.0, WIDTH, HEIGHT, &x, &y));
  g_assert_true (kappa_figure_probe (figure, x, y, WIDTH, HEIGHT, &probe));
  g_assert_cmpfloat (probe.value, ==, 135.4);
  kappa_probe_clear (&probe);
  g_assert_true (kappa_figure_locate (figure, 5.0, 100.0, WIDTH, HEIGHT, &x, &y));
  g_assert_false (kappa_figure_probe (figure, x, y, WIDTH, HEIGHT, &probe));
  g_free (support_draw (empty, WIDTH, HEIGHT, KAPPA_THEME_LIGHT));
  none = kappa_figure_describe (empty);
  g_assert_nonnull (strstr (none, "0 of 6"));
}

/* An estimate of every eigenvalue is there from the first product on; that says nothing of how many
 * are found. */
static void
test_rough (void)
{
  g_autoptr (KappaResult) result = make_spectrum (FALSE, G_N_ELEMENTS (eigenvalues));
  const double final[] = { 1.0, 1.0 };
  g_autoptr (KappaFigure) figure = NULL;
  g_autofree char *words = NULL, *none = NULL;

  add_list (result, ".verified", final, G_N_ELEMENTS (eigenvalues), G_N_ELEMENTS (final));
  figure = kappa_figure_new_for_result ("spectrum", result, NULL);
  words = kappa_figure_describe (figure);
  g_assert_nonnull (strstr (words, "Interim: 4 may still change"));
  for (gsize i = 0; i < G_N_ELEMENTS (eigenvalues); i++)
    kappa_result_set_values (result, ".verified", i, 1, final);
  g_assert_true (kappa_figure_update (figure, result, NULL));
  none = kappa_figure_describe (figure);
  g_assert_null (strstr (none, "Interim"));
}

/* Whatever is chosen draws, at every size, and zooming keeps what is under the pointer. */
static void
test_views (void)
{
  static const char *const views[] = { "view=rank",
                                       "view=rank;lambda-scale=log",
                                       "view=rank;log=true",
                                       "lambda-scale=log",
                                       "scale=linear",
                                       "view=density;x-range=-5:5",
                                       "limits=1e-3:10",
                                       "view=rank;limits=-3:7",
                                       "x-range=200:300",
                                       "view=log-density",
                                       "view=log-density;x-range=-5:5" };

  for (guint i = 0; i < G_N_ELEMENTS (views); i++)
    for (int density = 0; density < 2; density++)
      {
        g_autoptr (KappaFigure) figure = make_figure (density, G_N_ELEMENTS (eigenvalues));
        KappaProbe before, after;

        g_assert_true (kappa_figure_set_view (figure, views[i], NULL));
        g_free (support_draw (figure, WIDTH, HEIGHT, KAPPA_THEME_DARK));
        g_free (support_draw (figure, 90, 70, KAPPA_THEME_DARK));
        kappa_spectrum_figure_select (KAPPA_SPECTRUM_FIGURE (figure), 1);
        g_free (support_draw (figure, WIDTH, HEIGHT, KAPPA_THEME_PRINT));
        kappa_figure_probe (figure, 400.0, 60.0, WIDTH, HEIGHT, &before);
        kappa_figure_zoom (figure, 3.0, 400.0, 60.0, WIDTH, HEIGHT);
        kappa_figure_probe (figure, 400.0, 60.0, WIDTH, HEIGHT, &after);
        if (before.on_data && after.on_data)
          g_assert_cmpfloat_with_epsilon (after.x, before.x, 1e-6 * fabs (before.x) + 1.0);
        kappa_probe_clear (&before);
        kappa_probe_clear (&after);
        kappa_figure_pan (figure, 25.0, 0.0, WIDTH, HEIGHT);
        g_free (support_draw (figure, WIDTH, HEIGHT, KAPPA_THEME_LIGHT));
      }
}

/* The negative eigenvalues first, then the positive ones, over the logarithm of their size. */
static void
add_decades (KappaResult *result, const char *name, double factor)
{
  const gsize dims[] = { 2, NODES };
  KappaArray *array = kappa_array_new (name, "1/decade", "made up", 2, dims);
  double at[NODES], density[2 * NODES];

  for (int i = 0; i < NODES; i++)
    {
      at[i] = -2.0 + 5.0 * i / (NODES - 1);
      density[i] = factor * 1e-3;
      density[NODES + i] = factor * 1e-1;
    }
  kappa_array_set_axis (array, 1, "log10 |lambda|", at);
  kappa_result_take_array (result, array);
  kappa_result_set_values (result, name, 0, 2 * NODES, density);
}

/* By size, a negative eigenvalue stands at its absolute value, in the colour of its own density. */
static void
test_by_size (void)
{
  g_autoptr (KappaResult) result = make_spectrum (TRUE, G_N_ELEMENTS (eigenvalues));
  g_autoptr (KappaFigure) figure = NULL;
  g_autofree guint8 *pixels = NULL;
  KappaProbe probe;
  double x, y;

  add_decades (result, "log_density", 1.0);
  add_decades (result, "log_density_low", 0.5);
  add_decades (result, "log_density_high", 2.0);
  figure = kappa_figure_new_for_result ("spectrum", result, NULL);
  g_assert_true (kappa_figure_set_text (figure, "view", "log-density", NULL));
  pixels = support_draw (figure, WIDTH, HEIGHT, KAPPA_THEME_LIGHT);
  for (guint i = 0; i < G_N_ELEMENTS (eigenvalues); i++)
    {
      gboolean negative = eigenvalues[i] < 0.0;

      g_assert_true (
          kappa_figure_locate (figure, fabs (eigenvalues[i]), 2e-3, WIDTH, HEIGHT, &x, &y));
      g_assert_true (is_near (pixels, x, y, series_color (KAPPA_THEME_LIGHT, negative ? 2 : 1)));
      g_assert_true (kappa_figure_probe (figure, x, y, WIDTH, HEIGHT, &probe));
      g_assert_cmpfloat (probe.value, ==, eigenvalues[i]);
      g_assert_cmpint (kappa_spectrum_figure_find (KAPPA_SPECTRUM_FIGURE (figure), probe.x), ==,
                       (int)i);
      kappa_probe_clear (&probe);
    }
  g_assert_true (kappa_figure_locate (figure, 0.1, 1e-1, WIDTH, HEIGHT, &x, &y));
  g_assert_true (support_is_close (support_pixel (pixels, WIDTH, x, y),
                                   series_color (KAPPA_THEME_LIGHT, 0), 60));
  g_assert_true (kappa_figure_probe (figure, x, y, WIDTH, HEIGHT, &probe));
  g_assert_nonnull (strstr (probe.text, "λ < 0: 0.00100"));
  g_assert_nonnull (strstr (probe.text, "λ > 0: 0.100"));
  kappa_probe_clear (&probe);
}

/* Several matrices in one result: the quantity says which, and the figure reads it at once. */
static void
test_quantities (void)
{
  g_autoptr (KappaResult) result = make_spectrum (TRUE, G_N_ELEMENTS (eigenvalues));
  g_autoptr (KappaFigure) figure = NULL;
  g_auto (GStrv) names = NULL;
  g_autoptr (GError) error = NULL;
  const double others[] = { 7.0, 3.0 };
  KappaProbe probe;

  add_list (result, "eigenvalues_gauss_newton", others, 2, 2);
  figure = kappa_figure_new_for_result ("spectrum", result, NULL);
  names = kappa_figure_list_quantities (figure);
  g_assert_cmpuint (g_strv_length (names), ==, 2);
  g_assert_cmpstr (names[0], ==, "eigenvalues");
  g_assert_cmpstr (names[1], ==, "eigenvalues_gauss_newton");
  g_assert_true (kappa_figure_set_text (figure, "quantity", names[1], NULL));
  g_assert_cmpstr (kappa_spectrum_figure_get_shown (KAPPA_SPECTRUM_FIGURE (figure)), ==, names[1]);
  g_assert_true (kappa_figure_probe (figure, 200.0, 200.0, WIDTH, HEIGHT, &probe));
  g_assert_cmpfloat (probe.value, ==, 7.0);
  kappa_probe_clear (&probe);
  g_assert_true (kappa_figure_set_text (figure, "quantity", "eigenvalues_of_nothing", NULL));
  g_assert_false (kappa_figure_reread (figure, &error));
  g_assert_nonnull (strstr (error->message, "eigenvalues_of_nothing"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/spectrum/stems", test_stems);
  g_test_add_func ("/spectrum/density", test_density);
  g_test_add_func ("/spectrum/pick", test_pick);
  g_test_add_func ("/spectrum/interim", test_interim);
  g_test_add_func ("/spectrum/rough", test_rough);
  g_test_add_func ("/spectrum/views", test_views);
  g_test_add_func ("/spectrum/by-size", test_by_size);
  g_test_add_func ("/spectrum/quantities", test_quantities);
  return g_test_run ();
}
