#include "ui/kappa-analysis-page.h"
#include "ui/kappa-clipboard.h"
#include "ui/kappa-export-dialog.h"
#include "ui/kappa-page-switcher.h"
#include "ui/kappa-print.h"
#include "ui/kappa-window-private.h"

/* Every command of the window is an action: menus, keys, buttons and tests use the same. */

static void
open_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  kappa_window_choose_file (KAPPA_WINDOW (widget));
}

static void
open_folder_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  kappa_window_choose_folder (KAPPA_WINDOW (widget));
}

static void
open_uri_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  g_autoptr (GFile) file = g_file_new_for_uri (g_variant_get_string (parameter, NULL));

  kappa_window_open (KAPPA_WINDOW (widget), &file, 1);
}

static void
open_sample_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  KappaWindow *self = KAPPA_WINDOW (widget);

  if (!kappa_window_open_sample (self))
    kappa_window_tell (
        self, "The sample is not installed. Set KAPPA_SAMPLE_DIR to the folder that holds it.");
}

static void
close_document_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  KappaWindow *self = KAPPA_WINDOW (widget);
  KappaDocument *document;
  const char *source;
  gboolean is_model;

  g_variant_get (parameter, "(b&s)", &is_model, &source);
  document
      = kappa_desk_find (self->desk, is_model ? KAPPA_INPUT_MODEL : KAPPA_INPUT_DATASET, source);
  if (document != NULL)
    kappa_desk_remove (self->desk, document);
}

/* What was wrong before the last try says nothing about this one. */
static void
run_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  gtk_revealer_set_reveal_child (KAPPA_WINDOW (widget)->error_bar, FALSE);
  kappa_page_run (kappa_window_get_page (KAPPA_WINDOW (widget)));
}

static void
show_page_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  kappa_window_show_page (KAPPA_WINDOW (widget), g_variant_get_string (parameter, NULL));
}

static void
show_tab_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  kappa_page_switcher_show_group (KAPPA_PAGE_SWITCHER (KAPPA_WINDOW (widget)->switcher),
                                  (guint)g_variant_get_int32 (parameter));
}

static void
step_page_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  kappa_page_switcher_step (KAPPA_PAGE_SWITCHER (KAPPA_WINDOW (widget)->switcher),
                            g_variant_get_int32 (parameter));
}

/* From the lists to the tabs, the page, the parameters, and round again. */
static void
step_pane_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  KappaWindow *self = KAPPA_WINDOW (widget);
  GtkWidget *const panes[]
      = { self->sidebar, self->switcher, GTK_WIDGET (self->pages), GTK_WIDGET (self->sides) };
  const int n = G_N_ELEMENTS (panes), step = g_variant_get_int32 (parameter);
  GtkWidget *focus = gtk_root_get_focus (GTK_ROOT (widget));
  int at = step > 0 ? n - 1 : 0;

  for (int i = 0; i < n && focus != NULL; i++)
    if (gtk_widget_is_ancestor (focus, panes[i]))
      at = i;
  for (int i = 1; i <= n; i++)
    if (gtk_widget_child_focus (panes[(at + i * step + n * n) % n], GTK_DIR_TAB_FORWARD))
      return;
}

static KappaFigure *
get_figure (KappaWindow *self)
{
  KappaPlotView *plot = kappa_page_get_plot (kappa_window_get_page (self));

  return plot != NULL ? kappa_plot_view_get_figure (plot) : NULL;
}

static void
toast (KappaWindow *self, const char *text)
{
  adw_toast_overlay_add_toast (self->toasts, adw_toast_new (text));
}

static void
copy_picture_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  KappaWindow *self = KAPPA_WINDOW (widget);
  KappaPage *page = kappa_window_get_page (self);
  KappaFigure *figure = get_figure (self);
  KappaResult *result = KAPPA_IS_ANALYSIS_PAGE (page)
                            ? kappa_analysis_page_get_result (KAPPA_ANALYSIS_PAGE (page))
                            : NULL;
  g_autoptr (GError) error = NULL;

  if (figure == NULL)
    return;
  if (kappa_clipboard_copy_figure (widget, figure, result, &error))
    toast (self, "Picture copied");
  else
    kappa_window_tell (self, error->message);
}

static void
copy_data_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  KappaWindow *self = KAPPA_WINDOW (widget);
  KappaPage *page = kappa_window_get_page (self);
  KappaResult *result = KAPPA_IS_ANALYSIS_PAGE (page)
                            ? kappa_analysis_page_get_result (KAPPA_ANALYSIS_PAGE (page))
                            : NULL;
  g_autofree char *table = result != NULL ? kappa_clipboard_dup_table (result) : NULL;

  if (table == NULL)
    return;
  gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), table);
  toast (self, "Table copied");
}

static void
copy_command_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  KappaWindow *self = KAPPA_WINDOW (widget);
  KappaPage *page = kappa_window_get_page (self);
  g_autofree char *command = KAPPA_IS_ANALYSIS_PAGE (page)
                                 ? kappa_analysis_page_dup_command (KAPPA_ANALYSIS_PAGE (page))
                                 : NULL;

  if (command == NULL)
    return;
  gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), command);
  toast (self, "Command line copied");
}

static void
export_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  KappaWindow *self = KAPPA_WINDOW (widget);
  KappaPage *page = kappa_window_get_page (self);
  KappaFigure *figure = get_figure (self);
  GtkWidget *dialog;

  if (figure == NULL || !KAPPA_IS_ANALYSIS_PAGE (page))
    return;
  dialog = kappa_export_dialog_new (GTK_WINDOW (self), KAPPA_ANALYSIS_PAGE (page), figure);
  g_signal_connect_object (dialog, "exported", G_CALLBACK (toast), self, G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
print_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  KappaWindow *self = KAPPA_WINDOW (widget);
  KappaPage *page = kappa_window_get_page (self);
  KappaFigure *figure = get_figure (self);
  g_autoptr (GtkPrintOperation) operation = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *provenance = NULL;

  if (figure == NULL || !KAPPA_IS_ANALYSIS_PAGE (page))
    return;
  provenance = kappa_analysis_page_dup_provenance (KAPPA_ANALYSIS_PAGE (page));
  operation = kappa_print_new (figure, kappa_run_item_get_title (kappa_desk_get_run (self->desk)),
                               provenance);
  gtk_print_operation_set_allow_async (operation, TRUE);
  if (gtk_print_operation_run (operation, GTK_PRINT_OPERATION_ACTION_PRINT_DIALOG,
                               GTK_WINDOW (self), &error)
      == GTK_PRINT_OPERATION_RESULT_ERROR)
    kappa_window_tell (self, error->message);
}

static void
toggle_flap (AdwFlap *flap)
{
  adw_flap_set_reveal_flap (flap, !adw_flap_get_reveal_flap (flap));
}

static void
toggle_sidebar_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  toggle_flap (KAPPA_WINDOW (widget)->sidebar_flap);
  kappa_window_save_soon (KAPPA_WINDOW (widget));
}

static void
toggle_side_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  toggle_flap (KAPPA_WINDOW (widget)->side_flap);
  kappa_window_save_soon (KAPPA_WINDOW (widget));
}

/* If any pane is open, all room goes to the page; else both come back. */
static void
toggle_panes_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  KappaWindow *self = KAPPA_WINDOW (widget);
  gboolean any
      = adw_flap_get_reveal_flap (self->sidebar_flap) || adw_flap_get_reveal_flap (self->side_flap);

  adw_flap_set_reveal_flap (self->sidebar_flap, !any);
  adw_flap_set_reveal_flap (self->side_flap, !any);
  kappa_window_save_soon (self);
}

static void
fullscreen_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  GtkWindow *window = GTK_WINDOW (widget);

  if (gtk_window_is_fullscreen (window))
    gtk_window_unfullscreen (window);
  else
    gtk_window_fullscreen (window);
}

/**
 * kappa_window_update_actions:
 *
 * Allows what can be done with what is looked at.
 */
void
kappa_window_update_actions (KappaWindow *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  KappaPage *page = kappa_window_get_page (self);
  KappaRunItem *run = kappa_desk_get_run (self->desk);
  gboolean analysis = page != NULL && kappa_page_can_run (page);
  gboolean ready = kappa_desk_get_model (self->desk) != NULL && KAPPA_IS_ANALYSIS_PAGE (page)
                   && kappa_analysis_page_has_models (KAPPA_ANALYSIS_PAGE (page))
                   && (kappa_desk_get_dataset (self->desk) != NULL
                       || !kappa_analysis_page_needs_data (KAPPA_ANALYSIS_PAGE (page)));

  gtk_widget_action_set_enabled (widget, "win.run", analysis && ready);
  gtk_widget_action_set_enabled (widget, "win.export", analysis && run != NULL);
  gtk_widget_action_set_enabled (widget, "win.print", analysis && run != NULL);
  gtk_widget_action_set_enabled (widget, "win.copy-data", analysis && run != NULL);
  gtk_widget_action_set_enabled (widget, "win.copy-command", analysis && run != NULL);
  gtk_widget_action_set_enabled (widget, "win.rename", run != NULL);
  gtk_widget_action_set_enabled (widget, "win.delete", run != NULL);
  gtk_widget_set_visible (self->run_button, analysis);
  gtk_widget_set_visible (self->export_button, analysis);
}

static void
bind_pages (GtkWidgetClass *klass)
{
  for (int i = 0; i < 9; i++)
    {
      gtk_widget_class_add_binding_action (klass, (guint)(GDK_KEY_1 + i), GDK_CONTROL_MASK,
                                           "win.show-tab", "i", i);
      gtk_widget_class_add_binding_action (klass, (guint)(GDK_KEY_1 + i), GDK_ALT_MASK,
                                           "win.show-tab", "i", i);
    }
  gtk_widget_class_add_binding_action (klass, GDK_KEY_Page_Down, GDK_CONTROL_MASK, "win.step-page",
                                       "i", 1);
  gtk_widget_class_add_binding_action (klass, GDK_KEY_Page_Up, GDK_CONTROL_MASK, "win.step-page",
                                       "i", -1);
  gtk_widget_class_add_binding_action (klass, GDK_KEY_F6, 0, "win.step-pane", "i", 1);
  gtk_widget_class_add_binding_action (klass, GDK_KEY_F6, GDK_SHIFT_MASK, "win.step-pane", "i", -1);
}

static void
bind_keys (GtkWidgetClass *klass)
{
  gtk_widget_class_add_binding_action (klass, GDK_KEY_o, GDK_CONTROL_MASK, "win.open", NULL);
  gtk_widget_class_add_binding_action (klass, GDK_KEY_o, GDK_CONTROL_MASK | GDK_SHIFT_MASK,
                                       "win.open-folder", NULL);
  gtk_widget_class_add_binding_action (klass, GDK_KEY_Return, GDK_CONTROL_MASK, "win.run", NULL);
  gtk_widget_class_add_binding_action (klass, GDK_KEY_e, GDK_CONTROL_MASK, "win.export", NULL);
  gtk_widget_class_add_binding_action (klass, GDK_KEY_p, GDK_CONTROL_MASK | GDK_SHIFT_MASK,
                                       "win.print", NULL);
  gtk_widget_class_add_binding_action (klass, GDK_KEY_c, GDK_CONTROL_MASK, "win.copy-picture",
                                       NULL);
  gtk_widget_class_add_binding_action (klass, GDK_KEY_c, GDK_CONTROL_MASK | GDK_SHIFT_MASK,
                                       "win.copy-command", NULL);
  gtk_widget_class_add_binding_action (klass, GDK_KEY_d, GDK_CONTROL_MASK, "win.copy-data", NULL);
  gtk_widget_class_add_binding_action (klass, GDK_KEY_F9, 0, "win.toggle-panes", NULL);
  gtk_widget_class_add_binding_action (klass, GDK_KEY_F9, GDK_SHIFT_MASK, "win.toggle-sidebar",
                                       NULL);
  gtk_widget_class_add_binding_action (klass, GDK_KEY_F9, GDK_CONTROL_MASK, "win.toggle-side",
                                       NULL);
  gtk_widget_class_add_binding_action (klass, GDK_KEY_F11, 0, "win.fullscreen", NULL);
  gtk_widget_class_add_binding_action (klass, GDK_KEY_w, GDK_CONTROL_MASK, "window.close", NULL);
  bind_pages (klass);
}

void
kappa_window_class_install_actions (GtkWidgetClass *klass)
{
  gtk_widget_class_install_action (klass, "win.open", NULL, open_cb);
  gtk_widget_class_install_action (klass, "win.open-folder", NULL, open_folder_cb);
  gtk_widget_class_install_action (klass, "win.open-uri", "s", open_uri_cb);
  gtk_widget_class_install_action (klass, "win.open-sample", NULL, open_sample_cb);
  gtk_widget_class_install_action (klass, "win.close-document", "(bs)", close_document_cb);
  gtk_widget_class_install_action (klass, "win.run", NULL, run_cb);
  gtk_widget_class_install_action (klass, "win.show-page", "s", show_page_cb);
  gtk_widget_class_install_action (klass, "win.show-tab", "i", show_tab_cb);
  gtk_widget_class_install_action (klass, "win.step-page", "i", step_page_cb);
  gtk_widget_class_install_action (klass, "win.step-pane", "i", step_pane_cb);
  gtk_widget_class_install_action (klass, "win.export", NULL, export_cb);
  gtk_widget_class_install_action (klass, "win.print", NULL, print_cb);
  gtk_widget_class_install_action (klass, "win.copy-picture", NULL, copy_picture_cb);
  gtk_widget_class_install_action (klass, "win.copy-data", NULL, copy_data_cb);
  gtk_widget_class_install_action (klass, "win.copy-command", NULL, copy_command_cb);
  gtk_widget_class_install_action (klass, "win.toggle-sidebar", NULL, toggle_sidebar_cb);
  gtk_widget_class_install_action (klass, "win.toggle-side", NULL, toggle_side_cb);
  gtk_widget_class_install_action (klass, "win.toggle-panes", NULL, toggle_panes_cb);
  gtk_widget_class_install_action (klass, "win.fullscreen", NULL, fullscreen_cb);
  bind_keys (klass);
}
