#include "ui/kappa-run-row.h"

/**
 * KappaRunRow:
 *
 * A run in the sidebar: what was computed, of what, and how far it is. Its menu renames, deletes
 * and resumes it.
 */
struct _KappaRunRow
{
  GtkWidget parent_instance;

  KappaRunItem *item;
  GtkLabel *title, *subtitle;
  GtkProgressBar *progress;
  GtkMenuButton *menu;
};

G_DEFINE_FINAL_TYPE (KappaRunRow, kappa_run_row, GTK_TYPE_WIDGET)

static void
kappa_run_row_dispose (GObject *object)
{
  kappa_run_row_set_item (KAPPA_RUN_ROW (object), NULL);
  gtk_widget_dispose_template (GTK_WIDGET (object), KAPPA_TYPE_RUN_ROW);
  G_OBJECT_CLASS (kappa_run_row_parent_class)->dispose (object);
}

static void
forward (KappaRunRow *self, const char *action)
{
  if (self->item != NULL)
    gtk_widget_activate_action (GTK_WIDGET (self), action, "x", kappa_run_item_get_id (self->item));
}

static void
action_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  g_autofree char *target = g_strdup_printf ("win.%s-run", action + strlen ("run."));

  forward (KAPPA_RUN_ROW (widget), target);
}

static void
kappa_run_row_class_init (KappaRunRowClass *klass)
{
  static const char *const actions[] = { "run.rename", "run.delete", "run.resume", "run.cancel" };
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = kappa_run_row_dispose;
  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    gtk_widget_class_install_action (widget_class, actions[i], NULL, action_cb);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/kappa/Kappa/ui/kappa-run-row.ui");
  gtk_widget_class_bind_template_child_full (widget_class, "root", FALSE, 0);
  gtk_widget_class_bind_template_child (widget_class, KappaRunRow, title);
  gtk_widget_class_bind_template_child (widget_class, KappaRunRow, subtitle);
  gtk_widget_class_bind_template_child (widget_class, KappaRunRow, progress);
  gtk_widget_class_bind_template_child (widget_class, KappaRunRow, menu);
}

static void
kappa_run_row_init (KappaRunRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
kappa_run_row_new (void)
{
  return g_object_new (KAPPA_TYPE_RUN_ROW, NULL);
}

static void
update (KappaRunRow *self)
{
  KappaRunState state = kappa_run_item_get_state (self->item);
  KappaRunner *runner = kappa_run_item_get_runner (self->item);
  gboolean active = runner != NULL && kappa_runner_is_active (runner),
           kept = kappa_run_item_get_id (self->item) != 0;
  g_autofree char *subtitle = kappa_run_item_dup_subtitle (self->item);

  gtk_label_set_label (self->title, kappa_run_item_get_title (self->item));
  gtk_label_set_label (self->subtitle, subtitle);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self), state == KAPPA_RUN_FAILED
                                                      ? kappa_run_item_get_error (self->item)
                                                      : subtitle);
  gtk_widget_set_visible (GTK_WIDGET (self->progress), active && state != KAPPA_RUN_QUEUED);
  if (active)
    gtk_progress_bar_set_fraction (self->progress, kappa_runner_get_fraction (runner));
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "run.resume",
                                 kappa_run_item_can_resume (self->item));
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "run.cancel", active);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "run.delete", kept && !active);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "run.rename", kept);
}

/**
 * kappa_run_row_set_item:
 * @item: (nullable)
 */
void
kappa_run_row_set_item (KappaRunRow *self, KappaRunItem *item)
{
  if (self->item != NULL)
    g_signal_handlers_disconnect_by_data (self->item, self);
  g_set_object (&self->item, item);
  if (item == NULL)
    return;
  g_signal_connect_object (item, "changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
}
