#include "tests/ui/ui-test.h"
#include "ui/kappa-figure-grid.h"
#include "ui/kappa-plot-view-private.h"
#include "ui/plot/landscape-figure.h"

/* The plot view, with a landscape of a bowl. */

static KappaResult *
make_result (void)
{
  const gsize dims[] = { 11, 11 };
  g_autoptr (KappaArray) array = kappa_array_new ("loss", "nat", "a bowl", 2, dims);
  KappaResult *result = kappa_result_new ();
  double axis[11], values[121];

  for (guint i = 0; i < 11; i++)
    axis[i] = -1.0 + 0.2 * i;
  for (guint i = 0; i < 121; i++)
    values[i] = axis[i / 11] * axis[i / 11] + 2.0 * axis[i % 11] * axis[i % 11] + 0.1;
  kappa_array_set_axis (array, 0, "alpha", axis);
  kappa_array_set_axis (array, 1, "beta", axis);
  kappa_result_take_array (result, g_steal_pointer (&array));
  kappa_result_set_values (result, "loss", 0, 121, values);
  return result;
}

static KappaFigure *
make_figure (const char *view)
{
  g_autoptr (KappaResult) result = make_result ();
  KappaFigure *figure = kappa_landscape_figure_new ();

  g_assert_true (kappa_figure_update (figure, result, NULL));
  g_assert_true (kappa_figure_set_text (figure, "view", view, NULL));
  return figure;
}

static GtkWidget *
show (GtkWidget *child)
{
  GtkWidget *window = gtk_window_new ();

  gtk_window_set_default_size (GTK_WINDOW (window), 480, 400);
  gtk_window_set_child (GTK_WINDOW (window), child);
  gtk_window_present (GTK_WINDOW (window));
  return window;
}

static gboolean
has_texture (gpointer view)
{
  return ((KappaPlotView *)view)->texture != NULL;
}

/* Drawn once; a cursor that moves draws nothing again; a change does. */
static void
test_texture (void)
{
  g_autoptr (KappaFigure) figure = make_figure ("contour");
  GtkWidget *view = kappa_plot_view_new (), *window = show (view);
  g_autoptr (GdkTexture) first = NULL;

  kappa_plot_view_set_figure (KAPPA_PLOT_VIEW (view), figure);
  g_assert_true (ui_test_wait (has_texture, view, 10.0));
  first = g_object_ref (KAPPA_PLOT_VIEW (view)->texture);
  g_assert_cmpint (gdk_texture_get_width (first), ==,
                   gtk_widget_get_width (view) * gtk_widget_get_scale_factor (view));
  kappa_plot_view_set_cursor (KAPPA_PLOT_VIEW (view), TRUE, 0.2, 0.4);
  gtk_test_widget_wait_for_draw (view);
  g_assert_true (KAPPA_PLOT_VIEW (view)->texture == first);
  g_assert_true (kappa_figure_set_text (figure, "colormap", "magma", NULL));
  gtk_test_widget_wait_for_draw (view);
  g_assert_true (ui_test_wait (has_texture, view, 10.0));
  g_assert_true (KAPPA_PLOT_VIEW (view)->texture != first);
  gtk_window_destroy (GTK_WINDOW (window));
}

/* A probe puts the cursor on the data and reads it; off the data there is none. */
static void
test_cursor (void)
{
  g_autoptr (KappaFigure) figure = make_figure ("contour");
  GtkWidget *view = kappa_plot_view_new (), *window = show (view);
  double x, y;

  kappa_plot_view_set_figure (KAPPA_PLOT_VIEW (view), figure);
  g_assert_true (ui_test_wait (has_texture, view, 10.0));
  g_assert_true (kappa_figure_locate (figure, 0.4, -0.2, gtk_widget_get_width (view),
                                      gtk_widget_get_height (view), &x, &y));
  g_assert_true (kappa_plot_view_probe (KAPPA_PLOT_VIEW (view), x, y, FALSE));
  g_assert_cmpfloat_with_epsilon (KAPPA_PLOT_VIEW (view)->cursor_x, 0.4, 0.05);
  g_assert_cmpfloat_with_epsilon (KAPPA_PLOT_VIEW (view)->cursor_y, -0.2, 0.05);
  g_assert_nonnull (strstr (kappa_plot_view_get_readout (KAPPA_PLOT_VIEW (view)), "loss"));
  kappa_plot_view_drop_cursor (KAPPA_PLOT_VIEW (view));
  g_assert_null (kappa_plot_view_get_readout (KAPPA_PLOT_VIEW (view)));
  g_assert_false (kappa_plot_view_probe (KAPPA_PLOT_VIEW (view), -50.0, -50.0, FALSE));
  gtk_window_destroy (GTK_WINDOW (window));
}

static char *
view_of (KappaFigure *figure)
{
  return kappa_figure_dup_view (figure);
}

static void
test_history (void)
{
  g_autoptr (KappaFigure) figure = make_figure ("contour");
  GtkWidget *view = g_object_ref_sink (kappa_plot_view_new ());
  g_autofree char *first = view_of (figure);
  g_autofree char *second = NULL, *back = NULL, *again = NULL, *fitted = NULL;

  kappa_plot_view_set_figure (KAPPA_PLOT_VIEW (view), figure);
  g_assert_false (kappa_plot_view_step_history (KAPPA_PLOT_VIEW (view), -1));
  kappa_plot_view_remember (KAPPA_PLOT_VIEW (view));
  g_assert_true (kappa_figure_set_text (figure, "x-range", "-0.5:0.5", NULL));
  second = view_of (figure);
  g_assert_cmpstr (first, !=, second);
  g_assert_true (kappa_plot_view_step_history (KAPPA_PLOT_VIEW (view), -1));
  back = view_of (figure);
  g_assert_cmpstr (back, ==, first);
  g_assert_true (kappa_plot_view_step_history (KAPPA_PLOT_VIEW (view), 1));
  again = view_of (figure);
  g_assert_cmpstr (again, ==, second);
  g_assert_false (kappa_plot_view_step_history (KAPPA_PLOT_VIEW (view), 1));
  kappa_plot_view_fit (KAPPA_PLOT_VIEW (view));
  fitted = view_of (figure);
  g_assert_cmpstr (fitted, ==, first);
  g_object_unref (view);
}

/* Figures in a grid share the cursor, and stay inside the grid whatever its shape. */
static void
test_grid (void)
{
  g_autoptr (KappaFigure) surface = make_figure ("surface"), map = make_figure ("contour");
  GtkWidget *grid = kappa_figure_grid_new (), *window = show (grid);
  KappaPlotView *main, *other;

  kappa_figure_grid_set_n (KAPPA_FIGURE_GRID (grid), 2);
  main = kappa_figure_grid_get_view (KAPPA_FIGURE_GRID (grid), 0);
  other = kappa_figure_grid_get_view (KAPPA_FIGURE_GRID (grid), 1);
  g_assert_null (kappa_figure_grid_get_view (KAPPA_FIGURE_GRID (grid), 2));
  kappa_plot_view_set_figure (main, surface);
  kappa_plot_view_set_figure (other, map);
  g_assert_true (ui_test_wait (has_texture, other, 10.0));
  g_assert_true (kappa_plot_view_probe (other, gtk_widget_get_width (GTK_WIDGET (other)) / 2.0,
                                        gtk_widget_get_height (GTK_WIDGET (other)) / 2.0, FALSE));
  g_assert_true (main->cursor_shown);
  g_assert_cmpfloat (main->cursor_x, ==, other->cursor_x);
  g_assert_cmpint (gtk_widget_get_width (GTK_WIDGET (main)), <=, gtk_widget_get_width (grid));
  g_assert_true (kappa_plot_view_is_surface (main));
  g_assert_false (kappa_plot_view_is_surface (other));
  kappa_figure_grid_set_alone (KAPPA_FIGURE_GRID (grid), TRUE);
  g_assert_false (gtk_widget_get_visible (GTK_WIDGET (other)));
  gtk_window_destroy (GTK_WINDOW (window));
}

static gboolean
is_described (gpointer view)
{
  return ((KappaPlotView *)view)->describe_source == 0;
}

static void
test_accessible (void)
{
  g_autoptr (KappaFigure) figure = make_figure ("heat");
  GtkWidget *view
      = g_object_ref_sink (g_object_new (KAPPA_TYPE_PLOT_VIEW, "label", "Loss landscape", NULL));
  g_autofree char *described = NULL;

  kappa_plot_view_set_figure (KAPPA_PLOT_VIEW (view), figure);
  g_assert_true (ui_test_wait (is_described, view, 5.0));
  described = kappa_figure_describe (figure);
  g_assert_nonnull (strstr (described, "."));
  gtk_test_accessible_assert_role (view, GTK_ACCESSIBLE_ROLE_IMG);
  gtk_test_accessible_assert_property (view, GTK_ACCESSIBLE_PROPERTY_LABEL, "Loss landscape");
  gtk_test_accessible_assert_property (view, GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, described);
  g_assert_true (gtk_widget_get_focusable (view));
  g_object_unref (view);
}

int
main (int argc, char **argv)
{
  ui_test_init (&argc, &argv);
  g_test_add_func ("/plot-view/texture", test_texture);
  g_test_add_func ("/plot-view/cursor", test_cursor);
  g_test_add_func ("/plot-view/history", test_history);
  g_test_add_func ("/plot-view/grid", test_grid);
  g_test_add_func ("/plot-view/accessible", test_accessible);
  return ui_test_run ();
}
