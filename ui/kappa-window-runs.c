#include "ui/kappa-window-private.h"

/* What is done to runs: resumed, cancelled, renamed, deleted, and brought back. */

typedef struct
{
  gint64 run;
  char *title;
  gboolean deleted;
} Order;

static Order *
order_new (gint64 run, const char *title, gboolean deleted)
{
  Order *order = g_new (Order, 1);

  *order = (Order) { run, g_strdup (title), deleted };
  return order;
}

static void
order_free (gpointer data)
{
  Order *order = data;

  g_free (order->title);
  g_free (order);
}

static gboolean
rename_run (KappaWorkspace *workspace, gpointer data, GError **error)
{
  Order *order = data;

  return kappa_workspace_rename_run (workspace, order->run, order->title, error);
}

static gboolean
set_deleted (KappaWorkspace *workspace, gpointer data, GError **error)
{
  Order *order = data;

  return kappa_workspace_set_run_deleted (workspace, order->run, order->deleted, error);
}

static KappaRunItem *
find_run (KappaWindow *self, GVariant *parameter)
{
  if (parameter == NULL)
    return kappa_desk_get_run (self->desk);
  return kappa_run_list_find (kappa_desk_get_runs (self->desk), g_variant_get_int64 (parameter));
}

/* The same recipe again: the workspace knows what there is of it. */
static void
resume_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  KappaWindow *self = KAPPA_WINDOW (widget);
  KappaRunItem *run = find_run (self, parameter);
  g_autoptr (KappaAnalysis) analysis = NULL;
  g_autoptr (KappaInputs) inputs = NULL;
  g_autoptr (GError) error = NULL;

  if (run == NULL)
    return;
  if (kappa_run_item_dup_recipe (run, &analysis, &inputs, &error))
    kappa_desk_run (self->desk, analysis, inputs);
  else
    kappa_window_tell (self, error->message);
}

static void
cancel_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  KappaWindow *self = KAPPA_WINDOW (widget);
  KappaRunItem *run = find_run (self, parameter);
  KappaRunner *runner = run != NULL ? kappa_run_item_get_runner (run) : NULL;

  if (runner != NULL)
    kappa_runner_cancel (runner);
}

static void
pause_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  KappaWindow *self = KAPPA_WINDOW (widget);
  KappaRunner *runner = kappa_queue_get_running (kappa_desk_get_queue (self->desk));

  if (runner != NULL)
    kappa_runner_set_paused (runner, !kappa_runner_get_paused (runner));
}

static void
undo_delete_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  KappaWindow *self = KAPPA_WINDOW (widget);

  kappa_desk_store (self->desk, set_deleted,
                    order_new (g_variant_get_int64 (parameter), NULL, FALSE), order_free);
}

static void
offer_undo (KappaWindow *self, KappaRunItem *run)
{
  g_autofree char *title = g_markup_printf_escaped ("“%s” deleted", kappa_run_item_get_title (run));
  AdwToast *toast = adw_toast_new (title);

  adw_toast_set_button_label (toast, "Undo");
  adw_toast_set_action_name (toast, "win.undo-delete-run");
  adw_toast_set_action_target (toast, "x", kappa_run_item_get_id (run));
  adw_toast_overlay_add_toast (self->toasts, toast);
}

static void
delete_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  KappaWindow *self = KAPPA_WINDOW (widget);
  KappaRunItem *run = find_run (self, parameter);
  KappaRunner *runner = run != NULL ? kappa_run_item_get_runner (run) : NULL;

  if (run == NULL || kappa_run_item_get_id (run) == 0
      || (runner != NULL && kappa_runner_is_active (runner)))
    return;
  offer_undo (self, run);
  kappa_desk_store (self->desk, set_deleted, order_new (kappa_run_item_get_id (run), NULL, TRUE),
                    order_free);
  if (run != kappa_desk_get_run (self->desk))
    return;
  kappa_page_show_run (kappa_window_get_page (self), NULL);
  kappa_desk_set_run (self->desk, NULL);
}

static void
renamed_cb (AdwMessageDialog *dialog, const char *response, KappaWindow *self)
{
  GtkEditable *entry = GTK_EDITABLE (adw_message_dialog_get_extra_child (dialog));
  gint64 *run = g_object_get_data (G_OBJECT (dialog), "run");

  if (g_str_equal (response, "rename") && *gtk_editable_get_text (entry) != '\0')
    kappa_desk_store (self->desk, rename_run,
                      order_new (*run, gtk_editable_get_text (entry), FALSE), order_free);
}

static void
rename_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  KappaWindow *self = KAPPA_WINDOW (widget);
  KappaRunItem *run = find_run (self, parameter);
  GtkWidget *dialog, *entry;
  gint64 *id;

  if (run == NULL || kappa_run_item_get_id (run) == 0)
    return;
  dialog = adw_message_dialog_new (GTK_WINDOW (self), "Rename the Run", NULL);
  entry = gtk_entry_new ();
  id = g_new (gint64, 1);
  *id = kappa_run_item_get_id (run);
  gtk_editable_set_text (GTK_EDITABLE (entry), kappa_run_item_get_title (run));
  gtk_entry_set_activates_default (GTK_ENTRY (entry), TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (entry), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  "Name of the run", -1);
  adw_message_dialog_set_extra_child (ADW_MESSAGE_DIALOG (dialog), entry);
  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel", "_Cancel", "rename",
                                    "_Rename", NULL);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "rename");
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "rename",
                                              ADW_RESPONSE_SUGGESTED);
  g_object_set_data_full (G_OBJECT (dialog), "run", id, g_free);
  g_signal_connect_object (dialog, "response", G_CALLBACK (renamed_cb), self, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

void
kappa_window_class_install_run_actions (GtkWidgetClass *klass)
{
  gtk_widget_class_install_action (klass, "win.resume", NULL, resume_cb);
  gtk_widget_class_install_action (klass, "win.cancel", NULL, cancel_cb);
  gtk_widget_class_install_action (klass, "win.pause", NULL, pause_cb);
  gtk_widget_class_install_action (klass, "win.rename", NULL, rename_cb);
  gtk_widget_class_install_action (klass, "win.delete", NULL, delete_cb);
  gtk_widget_class_install_action (klass, "win.resume-run", "x", resume_cb);
  gtk_widget_class_install_action (klass, "win.cancel-run", "x", cancel_cb);
  gtk_widget_class_install_action (klass, "win.rename-run", "x", rename_cb);
  gtk_widget_class_install_action (klass, "win.delete-run", "x", delete_cb);
  gtk_widget_class_install_action (klass, "win.undo-delete-run", "x", undo_delete_cb);
  gtk_widget_class_add_binding_action (klass, GDK_KEY_F2, 0, "win.rename", NULL);
  gtk_widget_class_add_binding_action (klass, GDK_KEY_p, GDK_CONTROL_MASK, "win.pause", NULL);
  gtk_widget_class_add_binding_action (klass, GDK_KEY_period, GDK_CONTROL_MASK, "win.cancel", NULL);
}
