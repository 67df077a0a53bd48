#include <adwaita.h>
#include <glib/gstdio.h>

#include "core/models/sample.h"
#include "tests/ui/ui-test.h"
#include "ui/kappa-analysis-page.h"
#include "ui/kappa-application.h"
#include "ui/kappa-clipboard.h"
#include "ui/kappa-eigenvalue-panel.h"
#include "ui/kappa-export-dialog.h"
#include "ui/kappa-layer-list.h"
#include "ui/kappa-page-table.h"
#include "ui/kappa-preferences.h"
#include "ui/kappa-print.h"
#include "ui/kappa-run-row.h"
#include "ui/kappa-run-view.h"
#include "ui/kappa-settings.h"
#include "ui/kappa-sidebar.h"
#include "ui/kappa-tensor-panel.h"
#include "ui/kappa-window-private.h"
#include "ui/plot/confusion-figure.h"
#include "ui/plot/pairs-figure.h"

/* The window on the bundled sample, as a whole: what is opened, computed, deleted and restored. */

/* A process is one application. */
static KappaApplication *application;

typedef struct
{
  GSettings *settings;
  KappaWindow *window;
} Fixture;

static gboolean
has_workspace (gpointer window)
{
  return kappa_run_list_is_loaded (kappa_desk_get_runs (kappa_window_get_desk (window)));
}

/* The workspace is opened in a thread, which must be done before its file goes. */
static void
wait_for_workspace (Fixture *fixture)
{
  g_assert_true (ui_test_wait (has_workspace, fixture->window, 20.0));
}

static KappaWindow *
open_window (Fixture *fixture)
{
  KappaWindow *window = kappa_window_new (ADW_APPLICATION (application), fixture->settings);

  gtk_window_present (GTK_WINDOW (window));
  return window;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->settings = kappa_settings_new ();
  fixture->window = open_window (fixture);
}

static gboolean
is_gone (gpointer data)
{
  return g_list_model_get_n_items (gtk_window_get_toplevels ()) == 0;
}

static void
close_window (Fixture *fixture)
{
  wait_for_workspace (fixture);
  gtk_window_close (GTK_WINDOW (fixture->window));
  g_assert_true (ui_test_wait (is_gone, NULL, 20.0));
  ui_test_idle ();
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  close_window (fixture);
  ui_test_forget ();
  g_object_unref (fixture->settings);
}

static char *
sample_path (const char *name)
{
  g_autofree char *folder = kappa_sample_dir ();

  return g_build_filename (folder, name, NULL);
}

static void
open_path (Fixture *fixture, const char *path)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);

  kappa_window_open (fixture->window, &file, 1);
}

static gboolean
has_both (gpointer window)
{
  KappaDesk *desk = kappa_window_get_desk (window);

  return kappa_desk_get_model (desk) != NULL && kappa_desk_get_dataset (desk) != NULL;
}

static void
open_sample (Fixture *fixture)
{
  g_autofree char *model = sample_path (KAPPA_SAMPLE_MODEL),
                  *images = sample_path (KAPPA_SAMPLE_IMAGES);

  open_path (fixture, model);
  open_path (fixture, images);
  g_assert_true (ui_test_wait (has_both, fixture->window, 20.0));
  kappa_document_set_option (kappa_desk_get_dataset (fixture->window->desk), "images", "0:20",
                             NULL);
}

static gboolean
is_done (gpointer window)
{
  KappaRunItem *run = kappa_desk_get_run (kappa_window_get_desk (window));

  return run != NULL && kappa_run_item_get_state (run) == KAPPA_RUN_DONE
         && kappa_run_item_get_id (run) != 0;
}

static void
run_page (Fixture *fixture, const char *name)
{
  KappaPage *page;

  kappa_window_show_page (fixture->window, name);
  page = kappa_window_get_page (fixture->window);
  kappa_page_open (page);
  if (g_str_equal (name, "landscape"))
    {
      KappaAnalysis *analysis = kappa_analysis_page_get_analysis (KAPPA_ANALYSIS_PAGE (page));

      g_assert_true (kappa_analysis_set_text (analysis, "x", "-1:1:5", NULL));
      g_assert_true (kappa_analysis_set_text (analysis, "y", "-1:1:5", NULL));
    }
  gtk_widget_activate_action (GTK_WIDGET (fixture->window), "win.run", NULL);
  g_assert_true (ui_test_wait (is_done, fixture->window, 60.0));
  ui_test_idle ();
}

/* With nothing open the window says what to do, and nothing can be run or exported. */
static void
test_empty (Fixture *fixture, gconstpointer data)
{
  guint n_windows = g_list_model_get_n_items (gtk_window_get_toplevels ());

  g_assert_cmpstr (gtk_stack_get_visible_child_name (fixture->window->centre), ==, "empty");
  kappa_window_show_page (fixture->window, "landscape");
  gtk_widget_activate_action (GTK_WIDGET (fixture->window), "win.run", NULL);
  gtk_widget_activate_action (GTK_WIDGET (fixture->window), "win.export", NULL);
  ui_test_idle ();
  g_assert_null (kappa_desk_get_run (fixture->window->desk));
  g_assert_cmpuint (g_list_model_get_n_items (gtk_window_get_toplevels ()), ==, n_windows);
  g_assert_false (gtk_widget_get_sensitive (fixture->window->run_button));
  g_assert_false (gtk_widget_get_sensitive (fixture->window->export_button));
}

static gboolean
has_model (gpointer window)
{
  KappaDocument *model = kappa_desk_get_model (kappa_window_get_desk (window));

  return model != NULL && kappa_document_get_state (model) == KAPPA_DOCUMENT_READY;
}

/* What needs no images runs without any, and shows curves or published networks. */
static void
test_without_images (Fixture *fixture, gconstpointer data)
{
  g_autofree char *model = sample_path (KAPPA_SAMPLE_MODEL);
  KappaAnalysisPage *page;

  open_path (fixture, model);
  g_assert_true (ui_test_wait (has_model, fixture->window, 20.0));
  kappa_window_show_page (fixture->window, "landscape");
  ui_test_idle ();
  g_assert_false (gtk_widget_get_sensitive (fixture->window->run_button));
  run_page (fixture, "scaling");
  page = KAPPA_ANALYSIS_PAGE (kappa_window_get_page (fixture->window));
  g_assert_nonnull (kappa_analysis_page_get_figure (page));
  g_assert_true (gtk_widget_get_sensitive (fixture->window->run_button));
}

static gboolean
shows_error (gpointer window)
{
  return gtk_revealer_get_reveal_child (((KappaWindow *)window)->error_bar);
}

static gboolean
has_two_models (gpointer window)
{
  return g_list_model_get_n_items (kappa_desk_get_models (kappa_window_get_desk (window))) == 2
         && has_model (window);
}

/* What compares two models asks for a second one, takes it when it opens, whichever of them is
 * looked at, and names the files of both. */
static void
test_two_models (Fixture *fixture, gconstpointer data)
{
  g_autofree char *model = sample_path (KAPPA_SAMPLE_MODEL), *contents = NULL, *provenance = NULL;
  g_autofree char *folder = g_dir_make_tmp ("kappa-window-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "again.th", NULL);
  g_autoptr (KappaDocument) first = NULL;
  gsize length;

  open_path (fixture, model);
  g_assert_true (ui_test_wait (has_model, fixture->window, 20.0));
  kappa_window_show_page (fixture->window, "compare");
  ui_test_idle ();
  g_assert_false (gtk_widget_get_sensitive (fixture->window->run_button));
  g_assert_true (g_file_get_contents (model, &contents, &length, NULL));
  g_assert_true (g_file_set_contents (path, contents, (gssize)length, NULL));
  open_path (fixture, path);
  g_assert_true (ui_test_wait (has_two_models, fixture->window, 20.0));
  g_assert_true (gtk_widget_get_sensitive (fixture->window->run_button));
  first = g_list_model_get_item (kappa_desk_get_models (fixture->window->desk), 0);
  kappa_desk_set_model (fixture->window->desk, first);
  run_page (fixture, "compare");
  g_assert_false (shows_error (fixture->window));
  provenance = kappa_analysis_page_dup_provenance (
      KAPPA_ANALYSIS_PAGE (kappa_window_get_page (fixture->window)));
  g_assert_nonnull (strstr (provenance, KAPPA_SAMPLE_MODEL " and again.th"));
  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

static gboolean
has_model_and_error (gpointer window)
{
  return has_model (window) && shows_error (window);
}

/* Of files that are dropped together the good ones open, and each of the others is named. */
static void
test_refusals (Fixture *fixture, gconstpointer data)
{
  g_autofree char *folder = g_dir_make_tmp ("kappa-window-XXXXXX", NULL),
                  *one = g_build_filename (folder, "one.th", NULL),
                  *two = g_build_filename (folder, "two.th", NULL),
                  *model = sample_path (KAPPA_SAMPLE_MODEL);
  g_autoptr (GFile) first = g_file_new_for_path (one);
  g_autoptr (GFile) second = g_file_new_for_path (two);
  g_autoptr (GFile) third = g_file_new_for_path (model);
  GFile *files[] = { first, second, third };

  g_assert_true (g_file_set_contents (one, "no model", -1, NULL));
  kappa_window_open (fixture->window, files, G_N_ELEMENTS (files));
  g_assert_true (ui_test_wait (has_model_and_error, fixture->window, 20.0));
  while (strstr (gtk_label_get_label (fixture->window->error_label), "one.th") == NULL
         || strstr (gtk_label_get_label (fixture->window->error_label), "two.th") == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (g_unlink (one), ==, 0);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

/* A refusal names the file and stays until the next file opens. */
static void
test_refusal (Fixture *fixture, gconstpointer data)
{
  g_autofree char *folder = g_dir_make_tmp ("kappa-window-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "page.th", NULL);
  g_autofree char *model = sample_path (KAPPA_SAMPLE_MODEL);

  g_assert_true (g_file_set_contents (path, "<!DOCTYPE html><html>Not found</html>", -1, NULL));
  open_path (fixture, path);
  g_assert_true (ui_test_wait (shows_error, fixture->window, 20.0));
  g_assert_nonnull (strstr (gtk_label_get_label (fixture->window->error_label), "page.th"));
  g_assert_cmpuint (g_list_model_get_n_items (kappa_desk_get_models (fixture->window->desk)), ==,
                    0);
  open_path (fixture, model);
  while (kappa_desk_get_model (fixture->window->desk) == NULL || shows_error (fixture->window))
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (gtk_stack_get_visible_child_name (fixture->window->centre), ==, "pages");
}

/* From files to a landscape, its command and its table. */
static void
test_landscape (Fixture *fixture, gconstpointer data)
{
  KappaAnalysisPage *page;
  g_autofree char *command = NULL, *table = NULL, *provenance = NULL;

  open_sample (fixture);
  run_page (fixture, "landscape");
  page = KAPPA_ANALYSIS_PAGE (kappa_window_get_page (fixture->window));
  g_assert_nonnull (kappa_analysis_page_get_figure (page));
  g_assert_nonnull (kappa_plot_view_get_figure (
      kappa_figure_grid_get_view (kappa_analysis_page_get_grid (page), 2)));
  command = kappa_analysis_page_dup_command (page);
  g_assert_true (g_str_has_prefix (command, "kappa-cli landscape "));
  g_assert_nonnull (strstr (command, "-1:1:5"));
  table = kappa_clipboard_dup_table (kappa_analysis_page_get_result (page));
  g_assert_true (g_str_has_prefix (table, "alpha\tbeta\tloss\t"));
  provenance = kappa_analysis_page_dup_provenance (page);
  g_assert_nonnull (strstr (provenance, KAPPA_SAMPLE_MODEL));
  g_assert_true (
      gtk_widget_activate_action (GTK_WIDGET (fixture->window), "win.copy-picture", NULL));
  g_assert_true (gdk_content_formats_contain_mime_type (
      gdk_clipboard_get_formats (gtk_widget_get_clipboard (GTK_WIDGET (page))), "image/svg+xml"));
  g_assert_false (shows_error (fixture->window));
}

/* The figure at the end is the best there is, whichever could be made first. */
static void
test_predictions (Fixture *fixture, gconstpointer data)
{
  KappaResult *result;
  g_autoptr (KappaScalar) images = NULL;

  open_sample (fixture);
  run_page (fixture, "predict");
  result = kappa_analysis_page_get_result (
      KAPPA_ANALYSIS_PAGE (kappa_window_get_page (fixture->window)));
  images = kappa_result_dup_scalar (result, "images");
  g_assert_cmpfloat (images->value, ==, 20.0);
  g_assert_true (KAPPA_IS_CONFUSION_FIGURE (kappa_analysis_page_get_figure (
      KAPPA_ANALYSIS_PAGE (kappa_window_get_page (fixture->window)))));
}

/* The crops of a run are a parameter like any other; its parts stand in a table. */
static void
test_crops (Fixture *fixture, gconstpointer data)
{
  KappaAnalysisPage *page;
  g_autoptr (KappaTable) table = NULL;
  g_autofree char *command = NULL;

  open_sample (fixture);
  run_page (fixture, "predict");
  page = KAPPA_ANALYSIS_PAGE (kappa_window_get_page (fixture->window));
  g_assert_true (
      kappa_analysis_set_text (kappa_analysis_page_get_analysis (page), "crops", "flips", NULL));
  gtk_widget_activate_action (GTK_WIDGET (fixture->window), "win.run", NULL);
  g_assert_false (is_done (fixture->window));
  g_assert_true (ui_test_wait (is_done, fixture->window, 60.0));
  table = kappa_result_dup_table (kappa_analysis_page_get_result (page), "alternatives");
  g_assert_cmpuint (table->n_rows, ==, 2);
  command = kappa_analysis_page_dup_command (page);
  g_assert_nonnull (strstr (command, "--crops='flips'"));
  g_assert_false (shows_error (fixture->window));
}

/* A curve stands alone, and the plane after it has its maps again. */
static void
test_curve_and_plane (Fixture *fixture, gconstpointer data)
{
  KappaAnalysisPage *page;

  open_sample (fixture);
  run_page (fixture, "landscape");
  page = KAPPA_ANALYSIS_PAGE (kappa_window_get_page (fixture->window));
  g_assert_true (
      kappa_analysis_set_text (kappa_analysis_page_get_analysis (page), "y", "none", NULL));
  gtk_widget_activate_action (GTK_WIDGET (fixture->window), "win.run", NULL);
  g_assert_false (is_done (fixture->window));
  g_assert_true (ui_test_wait (is_done, fixture->window, 60.0));
  g_assert_nonnull (kappa_analysis_page_get_figure (page));
  g_assert_null (kappa_figure_grid_get_view (kappa_analysis_page_get_grid (page), 1));
  run_page (fixture, "landscape");
  g_assert_nonnull (kappa_figure_grid_get_view (kappa_analysis_page_get_grid (page), 2));
}

static const char *
shown_page (Fixture *fixture)
{
  return gtk_stack_get_visible_child_name (fixture->window->pages);
}

static void
show_tab (Fixture *fixture, int index)
{
  gtk_widget_activate_action (GTK_WIDGET (fixture->window), "win.show-tab", "i", index);
}

/* Every page of the table can be reached by tabs, again and again, and by stepping; the tab of a
 * group comes back to the page that was looked at last. */
static void
test_pages (Fixture *fixture, gconstpointer data)
{
  guint n;
  const KappaPageEntry *entries = kappa_page_table_list (&n);

  open_sample (fixture);
  for (guint i = 0; i < n; i++)
    {
      g_assert_nonnull (kappa_window_find_page (fixture->window, entries[i].name));
      kappa_window_show_page (fixture->window, entries[i].name);
      g_assert_cmpstr (shown_page (fixture), ==, entries[i].name);
    }
  kappa_window_show_page (fixture->window, "model");
  for (guint i = 1; i < n; i++)
    {
      gtk_widget_activate_action (GTK_WIDGET (fixture->window), "win.step-page", "i", 1);
      g_assert_cmpstr (shown_page (fixture), ==, entries[i].name);
    }
  show_tab (fixture, 0);
  g_assert_cmpstr (shown_page (fixture), ==, "model");
  kappa_window_show_page (fixture->window, "trace");
  show_tab (fixture, 0);
  show_tab (fixture, 3);
  g_assert_cmpstr (shown_page (fixture), ==, "trace");
  show_tab (fixture, 3);
  g_assert_cmpstr (shown_page (fixture), ==, "sharpness");
}

/* What there is no room for stands in a menu. */
static void
test_narrow (Fixture *fixture, gconstpointer data)
{
  GtkWidget *squeezer = adw_bin_get_child (ADW_BIN (fixture->window->switcher));

  open_sample (fixture);
  for (int narrow = 0; narrow < 2; narrow++)
    {
      GtkAllocation room = { 0, 0, narrow ? 300 : 800, 80 };
      int least;

      gtk_widget_measure (squeezer, GTK_ORIENTATION_HORIZONTAL, -1, &least, NULL, NULL, NULL);
      g_assert_cmpint (least, <, 300);
      gtk_widget_size_allocate (squeezer, &room, -1);
      g_assert_true (GTK_IS_MENU_BUTTON (adw_squeezer_get_visible_child (ADW_SQUEEZER (squeezer)))
                     == narrow);
    }
}

/* From pane to pane and back to the first, by keys alone. */
static void
test_panes (Fixture *fixture, gconstpointer data)
{
  GtkWidget *focus;

  open_sample (fixture);
  kappa_window_show_page (fixture->window, "predict");
  gtk_test_widget_wait_for_draw (GTK_WIDGET (fixture->window));
  gtk_window_set_focus (GTK_WINDOW (fixture->window), NULL);
  gtk_widget_activate_action (GTK_WIDGET (fixture->window), "win.step-pane", "i", 1);
  focus = gtk_window_get_focus (GTK_WINDOW (fixture->window));
  g_assert_true (gtk_widget_is_ancestor (focus, fixture->window->sidebar));
  gtk_widget_activate_action (GTK_WIDGET (fixture->window), "win.step-pane", "i", 1);
  focus = gtk_window_get_focus (GTK_WINDOW (fixture->window));
  g_assert_true (gtk_widget_is_ancestor (focus, fixture->window->switcher));
  gtk_widget_activate_action (GTK_WIDGET (fixture->window), "win.step-pane", "i", -1);
  focus = gtk_window_get_focus (GTK_WINDOW (fixture->window));
  g_assert_true (gtk_widget_is_ancestor (focus, fixture->window->sidebar));
}

/* A comparison with another tool has a figure and its table, which stay when the run is read
 * again. */
static void
test_compatibility (Fixture *fixture, gconstpointer data)
{
  KappaAnalysisPage *page;
  KappaAnalysis *analysis;

  open_sample (fixture);
  kappa_document_set_option (kappa_desk_get_dataset (fixture->window->desk), "images", "0:4", NULL);
  kappa_window_show_page (fixture->window, "compatibility");
  page = KAPPA_ANALYSIS_PAGE (kappa_window_get_page (fixture->window));
  analysis = kappa_analysis_page_get_analysis (page);
  g_assert_true (kappa_analysis_set_text (analysis, "tool", "curvlinops", NULL));
  g_assert_true (kappa_analysis_set_text (analysis, "probes", "2", NULL));
  run_page (fixture, "compatibility");
  g_assert_true (KAPPA_IS_PAIRS_FIGURE (kappa_analysis_page_get_figure (page)));
  g_assert_true (KAPPA_ANALYSIS_PAGE_GET_CLASS (page)->has_body (page));
  g_assert_nonnull (kappa_page_get_plot (KAPPA_PAGE (page)));
  g_assert_true (gtk_widget_get_sensitive (fixture->window->export_button));
}

static GtkWidget *
find_widget (GtkWidget *widget, GType type)
{
  GtkWidget *found = G_TYPE_CHECK_INSTANCE_TYPE (widget, type) ? widget : NULL;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    found = find_widget (child, type);
  return found;
}

static gboolean
has_landscape (gpointer window)
{
  KappaRunItem *run = kappa_desk_get_run (kappa_window_get_desk (window));

  return run != NULL && g_str_equal (kappa_run_item_get_analysis (run), "landscape")
         && is_done (window);
}

static void
assert_setting (KappaAnalysis *analysis, const char *name, const char *expected)
{
  g_autofree char *text = kappa_analysis_dup_text (analysis, name);

  g_assert_cmpstr (text, ==, expected);
}

/* A click on an eigenvalue tells of it beside the figure, and leads along it: the same images in
 * the same precision. */
static void
test_eigenvalue (Fixture *fixture, gconstpointer data)
{
  static const char *const settings[][2]
      = { { "top", "1" },   { "bottom", "0" },          { "probes", "0" },
          { "folds", "0" }, { "precision", "float64" }, { "seed", "3" } };
  g_autoptr (KappaAnalysis) landscape = NULL;
  g_autoptr (KappaInputs) inputs = NULL;
  KappaAnalysisPage *page;
  GtkWidget *panel;

  open_sample (fixture);
  kappa_document_set_option (kappa_desk_get_dataset (fixture->window->desk), "images", "0:2", NULL);
  kappa_window_show_page (fixture->window, "spectrum");
  page = KAPPA_ANALYSIS_PAGE (kappa_window_get_page (fixture->window));
  for (guint i = 0; i < G_N_ELEMENTS (settings); i++)
    g_assert_true (kappa_analysis_set_text (kappa_analysis_page_get_analysis (page), settings[i][0],
                                            settings[i][1], NULL));
  run_page (fixture, "spectrum");
  g_signal_emit_by_name (kappa_page_get_plot (KAPPA_PAGE (page)), "picked", 1.0, 0.0);
  gtk_test_widget_wait_for_draw (GTK_WIDGET (fixture->window));
  panel = find_widget (kappa_page_get_side (KAPPA_PAGE (page)), KAPPA_TYPE_EIGENVALUE_PANEL);
  g_assert_true (gtk_widget_get_mapped (panel));
  g_assert_true (adw_flap_get_reveal_flap (fixture->window->side_flap));
  g_signal_emit_by_name (find_widget (panel, GTK_TYPE_BUTTON), "clicked");
  g_assert_true (ui_test_wait (has_landscape, fixture->window, 60.0));
  g_assert_true (kappa_run_item_dup_recipe (kappa_desk_get_run (fixture->window->desk), &landscape,
                                            &inputs, NULL));
  assert_setting (landscape, "precision", "float64");
  assert_setting (landscape, "seed", "3");
  assert_setting (landscape, "batchnorm", "frozen");
  g_assert_cmpstr (kappa_inputs_get_option (inputs, "data", 0, "images"), ==, "0:2");
}

/* A page on paper is a PDF file that holds the figure. */
static void
test_print (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (g_get_user_cache_dir (), "figure.pdf", NULL);
  g_autofree char *contents = NULL;
  g_autoptr (GtkPrintOperation) operation = NULL;
  g_autoptr (GError) error = NULL;
  KappaAnalysisPage *page;
  gsize size;

  open_sample (fixture);
  run_page (fixture, "predict");
  page = KAPPA_ANALYSIS_PAGE (kappa_window_get_page (fixture->window));
  operation = kappa_print_new (kappa_analysis_page_get_figure (page), "Predictions", "of a test");
  gtk_print_operation_set_export_filename (operation, path);
  g_assert_cmpint (gtk_print_operation_run (operation, GTK_PRINT_OPERATION_ACTION_EXPORT,
                                            GTK_WINDOW (fixture->window), &error),
                   ==, GTK_PRINT_OPERATION_RESULT_APPLY);
  g_assert_no_error (error);
  g_assert_true (g_file_get_contents (path, &contents, &size, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (size, >, 4000);
  g_assert_true (g_str_has_prefix (contents, "%PDF-"));
}

/* A preset that is not the evidence's own is used, told, and part of the recipe. */
static void
test_override (Fixture *fixture, gconstpointer data)
{
  KappaDocument *model;
  g_autoptr (GError) error = NULL;

  open_sample (fixture);
  kappa_window_show_page (fixture->window, "model");
  model = kappa_desk_get_model (fixture->window->desk);
  g_assert_true (kappa_document_set_option (model, "set", "mean=0.5,0.5,0.5", &error));
  g_assert_no_error (error);
  while (kappa_document_get_state (model) == KAPPA_DOCUMENT_OPENING)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (kappa_document_get_state (model), ==, KAPPA_DOCUMENT_READY);
  g_assert_cmpstr (kappa_document_get_option (model, "set"), ==, "mean=0.5,0.5,0.5");
}

typedef struct
{
  KappaWindow *window;
  guint n;
} Count;

static gboolean
has_runs (gpointer data)
{
  Count *count = data;

  return g_list_model_get_n_items (G_LIST_MODEL (kappa_desk_get_runs (count->window->desk)))
         == count->n;
}

static void
test_delete_and_undo (Fixture *fixture, gconstpointer data)
{
  Count none = { fixture->window, 0 }, one = { fixture->window, 1 };
  gint64 id;

  open_sample (fixture);
  run_page (fixture, "predict");
  id = kappa_run_item_get_id (kappa_desk_get_run (fixture->window->desk));
  g_assert_true (ui_test_wait (has_runs, &one, 10.0));
  gtk_widget_activate_action (GTK_WIDGET (fixture->window), "win.delete-run", "x", id);
  g_assert_true (ui_test_wait (has_runs, &none, 10.0));
  g_assert_null (kappa_desk_get_run (fixture->window->desk));
  gtk_widget_activate_action (GTK_WIDGET (fixture->window), "win.undo-delete-run", "x", id);
  g_assert_true (ui_test_wait (has_runs, &one, 10.0));
}

static gboolean
shows_restored (gpointer window)
{
  KappaWindow *self = window;
  KappaPage *page = kappa_window_get_page (self);

  return KAPPA_IS_ANALYSIS_PAGE (page) && kappa_page_is_open (page)
         && kappa_analysis_page_get_figure (KAPPA_ANALYSIS_PAGE (page)) != NULL;
}

/* What was open, looked at and chosen is there again in the next window. */
static void
test_session (Fixture *fixture, gconstpointer data)
{
  KappaFigure *figure;
  g_autofree char *view = NULL;

  open_sample (fixture);
  run_page (fixture, "landscape");
  figure = kappa_analysis_page_get_figure (
      KAPPA_ANALYSIS_PAGE (kappa_window_get_page (fixture->window)));
  g_assert_true (kappa_figure_set_text (figure, "colormap", "cividis", NULL));
  close_window (fixture);

  fixture->window = open_window (fixture);
  g_assert_true (kappa_window_restore (fixture->window));
  g_assert_true (ui_test_wait (shows_restored, fixture->window, 30.0));
  g_assert_cmpstr (
      kappa_document_get_option (kappa_desk_get_dataset (fixture->window->desk), "images"), ==,
      "0:20");
  figure = kappa_analysis_page_get_figure (
      KAPPA_ANALYSIS_PAGE (kappa_window_get_page (fixture->window)));
  view = kappa_figure_dup_text (figure, "colormap");
  g_assert_cmpstr (view, ==, "cividis");
}

/* A session that ended before its run had a name shows what it computed, and it can be exported. */
static void
test_session_without_run (Fixture *fixture, gconstpointer data)
{
  open_sample (fixture);
  run_page (fixture, "landscape");
  kappa_desk_set_run (fixture->window->desk, NULL);
  close_window (fixture);

  fixture->window = open_window (fixture);
  g_assert_true (kappa_window_restore (fixture->window));
  g_assert_true (ui_test_wait (shows_restored, fixture->window, 30.0));
  g_assert_nonnull (kappa_desk_get_run (fixture->window->desk));
  g_assert_true (gtk_widget_get_sensitive (fixture->window->export_button));
}

/* A session of another version, and one that is damaged, are left alone. */
static void
test_damaged_session (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path
      = g_build_filename (g_get_user_state_dir (), "kappa", "session.gvariant", NULL);
  g_autofree char *folder = g_path_get_dirname (path);
  g_autoptr (GVariant) newer
      = g_variant_ref_sink (g_variant_new ("(uv)", 99, g_variant_new_string ("?")));

  g_mkdir_with_parents (folder, 0700);
  g_assert_true (g_file_set_contents (path, "not a session", -1, NULL));
  g_assert_false (kappa_window_restore (fixture->window));
  g_assert_true (g_file_set_contents (path, g_variant_get_data (newer),
                                      (gssize)g_variant_get_size (newer), NULL));
  g_assert_false (kappa_window_restore (fixture->window));
}

/* Every window and dialog can be made from its template, light and dark. */
static void
test_dialogs (Fixture *fixture, gconstpointer data)
{
  GtkWidget *preferences, *export;
  KappaAnalysisPage *page;

  open_sample (fixture);
  run_page (fixture, "landscape");
  page = KAPPA_ANALYSIS_PAGE (kappa_window_get_page (fixture->window));
  preferences = kappa_preferences_new (GTK_WINDOW (fixture->window), fixture->settings);
  export = kappa_export_dialog_new (GTK_WINDOW (fixture->window), page,
                                    kappa_analysis_page_get_figure (page));
  gtk_window_present (GTK_WINDOW (preferences));
  gtk_window_present (GTK_WINDOW (export));
  gtk_test_widget_wait_for_draw (export);
  adw_style_manager_set_color_scheme (adw_style_manager_get_default (),
                                      ADW_COLOR_SCHEME_FORCE_DARK);
  gtk_test_widget_wait_for_draw (export);
  adw_style_manager_set_color_scheme (adw_style_manager_get_default (), ADW_COLOR_SCHEME_DEFAULT);
  g_assert_nonnull (
      gtk_application_window_get_help_overlay (GTK_APPLICATION_WINDOW (fixture->window)));
  gtk_window_destroy (GTK_WINDOW (export));
  gtk_window_destroy (GTK_WINDOW (preferences));
}

static GType
type_of_template (const char *path)
{
  static const char opening[] = "<template class=\"";
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = g_resources_lookup_data (path, G_RESOURCE_LOOKUP_FLAGS_NONE, &error);
  g_autofree char *name = NULL;
  const char *at, *end;

  g_assert_no_error (error);
  at = strstr (g_bytes_get_data (bytes, NULL), opening);
  g_assert_nonnull (at);
  at += strlen (opening);
  end = strchr (at, '"');
  name = g_strndup (at, (gsize)(end - at));
  return g_type_from_name (name);
}

/* Each template among the resources makes its widget: what is wrong in one is a critical warning,
 * which is fatal. */
static void
test_templates (Fixture *fixture, gconstpointer data)
{
  static const char folder[] = "/org/kappa/Kappa/ui/";
  const GType types[] = { KAPPA_TYPE_EXPORT_DIALOG, KAPPA_TYPE_PREFERENCES, KAPPA_TYPE_RUN_ROW,
                          KAPPA_TYPE_RUN_VIEW,      KAPPA_TYPE_SIDEBAR,     KAPPA_TYPE_TENSOR_PANEL,
                          KAPPA_TYPE_WINDOW };
  g_auto (GStrv) names
      = g_resources_enumerate_children (folder, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);

  g_assert_cmpuint (g_strv_length (names), ==, G_N_ELEMENTS (types));
  for (guint i = 0; names[i] != NULL; i++)
    {
      g_autofree char *path = g_strconcat (folder, names[i], NULL);
      GType type = type_of_template (path);
      GtkWidget *widget;

      g_test_message ("%s", path);
      g_assert_true (g_type_is_a (type, GTK_TYPE_WIDGET));
      widget = g_object_ref_sink (g_object_new (type, NULL));
      if (GTK_IS_WINDOW (widget))
        gtk_window_destroy (GTK_WINDOW (widget));
      g_object_unref (widget);
    }
}

static void
check_names (GtkWidget *widget)
{
  GtkWidget *child;

  /* A button with only an icon says nothing by itself. */
  if (GTK_IS_BUTTON (widget) && gtk_widget_get_mapped (widget)
      && gtk_button_get_label (GTK_BUTTON (widget)) == NULL
      && gtk_button_get_icon_name (GTK_BUTTON (widget)) != NULL
      && !gtk_test_accessible_has_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL)
      && gtk_widget_get_tooltip_text (widget) == NULL
      && !GTK_IS_WINDOW_CONTROLS (gtk_widget_get_parent (widget))
      && !GTK_IS_SPIN_BUTTON (gtk_widget_get_parent (widget)))
    g_error ("a button with the icon %s has no name",
             gtk_button_get_icon_name (GTK_BUTTON (widget)));
  for (child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    check_names (child);
}

static void
test_accessible (Fixture *fixture, gconstpointer data)
{
  open_sample (fixture);
  run_page (fixture, "landscape");
  check_names (GTK_WIDGET (fixture->window));
  kappa_window_show_page (fixture->window, "model");
  gtk_test_widget_wait_for_draw (GTK_WIDGET (fixture->window));
  check_names (GTK_WIDGET (fixture->window));
}

static gboolean
is_stored (gpointer window)
{
  return is_done (window) && kappa_desk_get_workspace (kappa_window_get_desk (window)) != NULL;
}

/* A run may be about a model that is closed: looking at the run opens it. */
static void
test_run_of_closed_model (Fixture *fixture, gconstpointer data)
{
  KappaDesk *desk = kappa_window_get_desk (fixture->window);
  g_autoptr (KappaRunItem) run = NULL;

  open_sample (fixture);
  run_page (fixture, "activity");
  g_assert_true (ui_test_wait (is_stored, fixture->window, 60.0));
  run = g_object_ref (kappa_desk_get_run (desk));
  kappa_desk_remove (desk, kappa_desk_get_model (desk));
  g_assert_null (kappa_desk_get_model (desk));
  ui_test_idle ();
  kappa_desk_set_run (desk, run);
  g_assert_true (kappa_desk_get_run (desk) == run);
  g_assert_nonnull (kappa_desk_get_model (desk));
  g_assert_true (ui_test_wait (has_both, fixture->window, 20.0));
}

/* What stands on a figure of layers opens the layer: a tensor is in one, an activation follows one,
 * a block begins with one. */
static void
test_show_layer (Fixture *fixture, gconstpointer data)
{
  static const char *const names[][2] = { { "layer1.0.conv1.weight", "layer1.0.conv1" },
                                          { "layer2.1.relu1", "layer2.1.conv1" },
                                          { "layer2.1.relu2", "layer2.1.conv2" },
                                          { "layer3.0", "layer3.0.conv1" },
                                          { "stem", "conv1" },
                                          { "head", "linear" } };

  open_sample (fixture);
  kappa_window_show_page (fixture->window, "model");
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      GtkWidget *page = GTK_WIDGET (kappa_window_find_page (fixture->window, "model")), *list;

      kappa_window_show_page (fixture->window, "activity");
      kappa_window_show_layer (fixture->window, names[i][0]);
      g_assert_true (GTK_WIDGET (kappa_window_get_page (fixture->window)) == page);
      list = find_widget (page, KAPPA_TYPE_LAYER_LIST);
      g_assert_cmpstr (kappa_layer_list_get_selected (KAPPA_LAYER_LIST (list)), ==, names[i][1]);
    }
}

static void
add (const char *path, void (*func) (Fixture *, gconstpointer))
{
  g_test_add (path, Fixture, NULL, set_up, func, tear_down);
}

static void
make_application (void)
{
  g_autoptr (GError) error = NULL;

  application = kappa_application_new ();
  g_application_set_flags (G_APPLICATION (application), G_APPLICATION_NON_UNIQUE);
  g_assert_true (g_application_register (G_APPLICATION (application), NULL, &error));
}

int
main (int argc, char **argv)
{
  int status;

  if (ui_test_init (&argc, &argv))
    make_application ();
  add ("/window/empty", test_empty);
  add ("/window/without-images", test_without_images);
  add ("/window/run-of-closed-model", test_run_of_closed_model);
  add ("/window/show-layer", test_show_layer);
  add ("/window/refusal", test_refusal);
  add ("/window/refusals", test_refusals);
  add ("/window/two-models", test_two_models);
  add ("/window/landscape", test_landscape);
  add ("/window/predictions", test_predictions);
  add ("/window/crops", test_crops);
  add ("/window/curve-and-plane", test_curve_and_plane);
  add ("/window/pages", test_pages);
  add ("/window/narrow", test_narrow);
  add ("/window/panes", test_panes);
  add ("/window/compatibility", test_compatibility);
  add ("/window/eigenvalue", test_eigenvalue);
  add ("/window/print", test_print);
  add ("/window/override", test_override);
  add ("/window/delete-and-undo", test_delete_and_undo);
  add ("/window/session", test_session);
  add ("/window/session-without-run", test_session_without_run);
  add ("/window/damaged-session", test_damaged_session);
  add ("/window/dialogs", test_dialogs);
  add ("/window/templates", test_templates);
  add ("/window/accessible", test_accessible);
  status = ui_test_run ();
  g_clear_object (&application);
  return status;
}
