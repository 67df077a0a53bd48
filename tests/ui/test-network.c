#include "core/models/blocks.h"
#include "core/models/sample.h"
#include "tests/ui/ui-test.h"
#include "ui/kappa-image-panel.h"
#include "ui/kappa-layer-list.h"
#include "ui/kappa-model-page.h"
#include "ui/kappa-network-panel.h"
#include "ui/kappa-network-view.h"

/* The network of the bundled sample as a graph: keys, search, and who follows whom. */

static KappaModel *
open_sample (void)
{
  g_autofree char *folder = kappa_sample_dir (),
                  *path = g_build_filename (folder, KAPPA_SAMPLE_MODEL, NULL);
  g_autoptr (GError) error = NULL;
  KappaModel *model = kappa_model_open (path, NULL, NULL, &error);

  g_assert_no_error (error);
  return model;
}

/* Does what the widget's class has bound to a key. */
static gboolean
press (GtkWidget *widget, guint keyval, GdkModifierType modifiers)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (widget);

  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);

      for (guint k = 0; GTK_IS_SHORTCUT_CONTROLLER (controller)
                        && k < g_list_model_get_n_items (G_LIST_MODEL (controller));
           k++)
        {
          g_autoptr (GtkShortcut) shortcut = g_list_model_get_item (G_LIST_MODEL (controller), k);
          GtkShortcutTrigger *trigger = gtk_shortcut_get_trigger (shortcut);

          if (GTK_IS_KEYVAL_TRIGGER (trigger)
              && gtk_keyval_trigger_get_keyval (GTK_KEYVAL_TRIGGER (trigger)) == keyval
              && gtk_keyval_trigger_get_modifiers (GTK_KEYVAL_TRIGGER (trigger)) == modifiers)
            return gtk_shortcut_action_activate (gtk_shortcut_get_action (shortcut), 0, widget,
                                                 gtk_shortcut_get_arguments (shortcut));
        }
    }
  return FALSE;
}

static GtkWidget *
show (GtkWidget *child)
{
  GtkWidget *window = gtk_window_new ();

  gtk_window_set_default_size (GTK_WINDOW (window), 900, 700);
  gtk_window_set_child (GTK_WINDOW (window), child);
  gtk_window_present (GTK_WINDOW (window));
  gtk_test_widget_wait_for_draw (child);
  return window;
}

static const char *
selected_name (KappaNetworkView *view)
{
  KappaNetworkFigure *figure = kappa_network_view_get_figure (view);
  guint selected = kappa_network_figure_get_selected (figure);

  return selected != KAPPA_BLOCK_NONE
             ? kappa_blocks_get (kappa_network_figure_get_blocks (figure), selected)->name
             : NULL;
}

static void
count_cb (guint *n)
{
  (*n)++;
}

static void
test_keys (void)
{
  g_autoptr (KappaModel) model = open_sample ();
  g_autoptr (KappaBlocks) blocks = kappa_model_list_blocks (model, NULL);
  GtkWidget *widget = kappa_network_view_new (), *window = show (widget);
  KappaNetworkView *view = KAPPA_NETWORK_VIEW (widget);
  guint n_selected = 0;

  g_signal_connect_swapped (view, "selected", G_CALLBACK (count_cb), &n_selected);
  g_assert_false (press (widget, GDK_KEY_Down, 0));
  kappa_network_view_set_blocks (view, blocks);
  gtk_test_widget_wait_for_draw (widget);
  g_assert_null (selected_name (view));
  g_assert_true (press (widget, GDK_KEY_Down, 0));
  g_assert_cmpstr (selected_name (view), ==, "images");
  for (guint i = 0; i < 8 && g_strcmp0 (selected_name (view), "layer1") != 0; i++)
    press (widget, GDK_KEY_Down, 0);
  g_assert_cmpstr (selected_name (view), ==, "layer1");
  g_assert_cmpuint (n_selected, >=, 3);

  /* Opening goes inside; the way down leads through it and out again. */
  g_assert_true (press (widget, GDK_KEY_Return, 0));
  g_assert_true (kappa_network_figure_get_expanded (kappa_network_view_get_figure (view),
                                                    kappa_blocks_find (blocks, "layer1")));
  press (widget, GDK_KEY_Down, 0);
  for (guint i = 0; i < 8 && g_strcmp0 (selected_name (view), "layer2") != 0; i++)
    {
      g_assert_true (g_str_has_prefix (selected_name (view), "layer1"));
      press (widget, GDK_KEY_Down, 0);
    }
  g_assert_cmpstr (selected_name (view), ==, "layer2");
  press (widget, GDK_KEY_Up, 0);
  g_assert_true (g_str_has_prefix (selected_name (view), "layer1"));
  press (widget, GDK_KEY_BackSpace, 0);
  g_assert_cmpstr (selected_name (view), ==, "layer1");
  g_assert_false (kappa_network_figure_get_expanded (kappa_network_view_get_figure (view),
                                                     kappa_blocks_find (blocks, "layer1")));
  g_assert_nonnull (strstr (kappa_network_view_get_readout (view), "layer1"));
  gtk_window_destroy (GTK_WINDOW (window));
}

static void
test_zoom_and_search (void)
{
  g_autoptr (KappaModel) model = open_sample ();
  g_autoptr (KappaBlocks) blocks = kappa_model_list_blocks (model, NULL);
  GtkWidget *widget = kappa_network_view_new (), *window = show (widget);
  KappaNetworkView *view = KAPPA_NETWORK_VIEW (widget);
  KappaNetworkFigure *figure;
  guint n, next;
  double zoom;

  kappa_network_view_set_blocks (view, blocks);
  gtk_test_widget_wait_for_draw (widget);
  figure = kappa_network_view_get_figure (view);
  zoom = kappa_network_figure_get_zoom (figure);
  press (widget, GDK_KEY_plus, 0);
  g_assert_cmpfloat (kappa_network_figure_get_zoom (figure), >, 1.2 * zoom);
  press (widget, GDK_KEY_minus, 0);
  g_assert_cmpfloat_with_epsilon (kappa_network_figure_get_zoom (figure), zoom, 1e-9);
  press (widget, GDK_KEY_0, 0);
  gtk_test_widget_wait_for_draw (widget);
  g_assert_cmpfloat_with_epsilon (kappa_network_figure_get_zoom (figure), zoom, 1e-9);

  next = kappa_network_figure_search (figure, "LAYER2.1.CONV", &n);
  g_assert_cmpuint (n, ==, 2);
  g_assert_cmpstr (kappa_blocks_get (blocks, next)->name, ==, "layer2.1.conv1");
  kappa_network_view_reveal (view, next);
  g_assert_cmpstr (selected_name (view), ==, "layer2.1.conv1");
  g_assert_true (kappa_network_figure_get_expanded (figure, kappa_blocks_find (blocks, "layer2")));
  next = kappa_network_figure_search (figure, "layer2.1.conv", &n);
  g_assert_cmpstr (kappa_blocks_get (blocks, next)->name, ==, "layer2.1.conv2");
  g_assert_cmpuint (kappa_network_figure_search (figure, "no such layer", &n), ==,
                    KAPPA_BLOCK_NONE);
  g_assert_cmpuint (n, ==, 0);
  gtk_window_destroy (GTK_WINDOW (window));
}

static GtkWidget *
find_widget (GtkWidget *widget, GType type)
{
  GtkWidget *found = NULL;

  if (G_TYPE_CHECK_INSTANCE_TYPE (widget, type))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    found = find_widget (child, type);
  return found;
}

static gboolean
is_not_opening (gpointer data)
{
  return kappa_document_get_state (data) != KAPPA_DOCUMENT_OPENING;
}

static GtkWidget *
make_page (KappaDesk *desk, const char *path)
{
  g_autoptr (KappaDocument) document = kappa_document_new (KAPPA_INPUT_MODEL, path);
  GtkWidget *page = g_object_new (KAPPA_TYPE_MODEL_PAGE, "desk", desk, NULL);

  kappa_desk_set_model (desk, kappa_desk_add (desk, document));
  kappa_document_open (document);
  kappa_page_open (KAPPA_PAGE (page));
  g_assert_true (ui_test_wait (is_not_opening, document, 10.0));
  return page;
}

/* What is selected in the graph is selected in the list, and the other way round. */
static void
test_page (void)
{
  g_autoptr (KappaDesk) desk = kappa_desk_new ();
  g_autofree char *folder = kappa_sample_dir (),
                  *path = g_build_filename (folder, KAPPA_SAMPLE_MODEL, NULL);
  GtkWidget *page = make_page (desk, path), *window = show (page);
  KappaNetworkView *view = KAPPA_NETWORK_VIEW (find_widget (page, KAPPA_TYPE_NETWORK_VIEW));
  KappaLayerList *layers = KAPPA_LAYER_LIST (find_widget (page, KAPPA_TYPE_LAYER_LIST));
  KappaBlocks *blocks = kappa_network_figure_get_blocks (kappa_network_view_get_figure (view));

  kappa_network_view_reveal (view, kappa_blocks_find (blocks, "layer2.1.conv2"));
  g_assert_cmpstr (kappa_layer_list_get_selected (layers), ==, "layer2.1.conv2");
  kappa_layer_list_select (layers, "layer2.1.bn1");
  g_assert_cmpstr (selected_name (view), ==, "layer2.1.bn1");
  /* What is not open stays closed, and is selected as a whole. */
  kappa_layer_list_select (layers, "layer3.2.conv1");
  g_assert_cmpstr (selected_name (view), ==, "layer3");
  gtk_window_destroy (GTK_WINDOW (window));
}

static gboolean
has_maps (gpointer data)
{
  KappaPlotView *plot = kappa_image_panel_get_plot (data);
  g_autofree char *text = kappa_figure_describe (kappa_plot_view_get_figure (plot));

  return g_str_has_prefix (text, "16 maps of 32 × 32");
}

/* An image of a data set, through the network to the selected block. */
static void
test_image (void)
{
  g_autoptr (KappaModel) model = open_sample ();
  g_autoptr (KappaBlocks) blocks = kappa_model_list_blocks (model, NULL);
  g_autofree char *folder = kappa_sample_dir (),
                  *source = g_strconcat ("cifar10:", folder, "/", KAPPA_SAMPLE_IMAGES, NULL);
  g_autoptr (KappaDataset) dataset = kappa_dataset_open (source, NULL, NULL, NULL);
  GtkWidget *panel = kappa_image_panel_new (), *window = show (panel);

  g_assert_nonnull (dataset);
  kappa_image_panel_set_model (KAPPA_IMAGE_PANEL (panel), model, blocks);
  kappa_image_panel_set_dataset (KAPPA_IMAGE_PANEL (panel), dataset);
  kappa_image_panel_set_block (KAPPA_IMAGE_PANEL (panel), kappa_blocks_find (blocks, "layer1.0"));
  gtk_widget_activate_action (panel, "image.sample", NULL);
  g_assert_false (has_maps (panel));
  kappa_image_panel_set_shown (KAPPA_IMAGE_PANEL (panel), TRUE);
  g_assert_true (ui_test_wait (has_maps, panel, 10.0));
  gtk_window_destroy (GTK_WINDOW (window));
}

/* Milliseconds until a file's structure is there, in a window that is there already. */
static double
time_structure (KappaDesk *desk, GtkWidget *page, const char *path)
{
  g_autoptr (KappaDocument) document = kappa_document_new (KAPPA_INPUT_MODEL, path);
  const gint64 started = g_get_monotonic_time ();
  double milliseconds;
  GtkWidget *view;

  kappa_desk_set_model (desk, kappa_desk_add (desk, document));
  kappa_document_open (document);
  g_assert_true (ui_test_wait (is_not_opening, document, 10.0));
  milliseconds = (double)(g_get_monotonic_time () - started) * 1e-3;
  view = find_widget (page, KAPPA_TYPE_NETWORK_VIEW);
  g_assert_nonnull (kappa_network_view_get_figure (KAPPA_NETWORK_VIEW (view)));
  gtk_test_widget_wait_for_draw (page);
  g_test_message ("%s: structure after %.0f ms, painted after %.0f ms", path, milliseconds,
                  (double)(g_get_monotonic_time () - started) * 1e-3);
  return milliseconds;
}

/* KAPPA_LARGE_MODEL names a file of hundreds of megabytes: its structure needs none of its weights.
 */
static void
test_large (void)
{
  const char *large = g_getenv ("KAPPA_LARGE_MODEL");
  g_autoptr (KappaDesk) desk = kappa_desk_new ();
  g_autofree char *folder = kappa_sample_dir (),
                  *path = g_build_filename (folder, KAPPA_SAMPLE_MODEL, NULL);
  GtkWidget *page, *window;

  if (large == NULL)
    {
      g_test_skip ("KAPPA_LARGE_MODEL names no file");
      return;
    }
  page = make_page (desk, path);
  window = show (page);
  g_assert_cmpfloat (time_structure (desk, page, large), <, 300.0);
  gtk_window_destroy (GTK_WINDOW (window));
}

int
main (int argc, char **argv)
{
  if (ui_test_init (&argc, &argv))
    {
      g_test_add_func ("/ui/network/keys", test_keys);
      g_test_add_func ("/ui/network/zoom-and-search", test_zoom_and_search);
      g_test_add_func ("/ui/network/page", test_page);
      g_test_add_func ("/ui/network/image", test_image);
      g_test_add_func ("/ui/network/large", test_large);
    }
  return ui_test_run ();
}
