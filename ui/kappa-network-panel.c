#include "ui/kappa-network-panel.h"

#include <string.h>

#include "core/analysis/block-times.h"
#include "ui/kappa-figure-saver.h"

/**
 * KappaNetworkPanel:
 *
 * A network to walk through, with an entry to search it, buttons to open, close and measure it, and
 * what is known of the block under the pointer.
 */
struct _KappaNetworkPanel
{
  GtkWidget parent_instance;

  GtkWidget *box;
  GtkSearchEntry *entry;
  GtkLabel *found, *readout;
  GtkButton *measure;
  GtkStack *measure_stack; /* an icon or a spinner */
  KappaNetworkView *view;

  KappaModel *model;
  KappaBlocks *blocks;
  GCancellable *measuring;
};

G_DEFINE_FINAL_TYPE (KappaNetworkPanel, kappa_network_panel, GTK_TYPE_WIDGET)

#define N_PASSES 7

static guint told_signal;

typedef struct
{
  KappaModel *model;
  KappaBlocks *blocks;
} Order;

static void
order_free (gpointer data)
{
  Order *order = data;

  g_object_unref (order->model);
  kappa_blocks_unref (order->blocks);
  g_free (order);
}

static void
tell (const char *message, gpointer data)
{
  g_signal_emit (data, told_signal, 0, message);
}

static void
stop_measuring (KappaNetworkPanel *self)
{
  g_cancellable_cancel (self->measuring);
  g_clear_object (&self->measuring);
  gtk_stack_set_visible_child_name (self->measure_stack, "icon");
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->measure),
                               "Measure the time each block takes, for one image in one thread");
}

static void
measure_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Order *order = data;
  g_autoptr (KappaWorkers) workers = kappa_workers_new (1);
  KappaContext context = { .workers = workers, .cancellable = cancellable };
  GError *error = NULL;
  double *seconds
      = kappa_block_times_measure (order->model, order->blocks, N_PASSES, &context, &error);

  if (seconds != NULL)
    g_task_return_pointer (task, seconds, g_free);
  else
    g_task_return_error (task, error);
}

static void
measured_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (KappaNetworkPanel) self = data;
  g_autoptr (GError) error = NULL;
  g_autofree double *seconds = g_task_propagate_pointer (G_TASK (result), &error);

  if (self->measuring == NULL || g_task_get_cancellable (G_TASK (result)) != self->measuring)
    return;
  stop_measuring (self);
  if (seconds != NULL)
    kappa_network_figure_set_times (kappa_network_view_get_figure (self->view), seconds);
  else
    tell (error->message, self);
}

/* A second click stops it. */
static void
measure_cb (KappaNetworkPanel *self)
{
  g_autoptr (GTask) task = NULL;
  Order *order;

  if (self->measuring != NULL)
    {
      stop_measuring (self);
      return;
    }
  if (self->model == NULL)
    return;
  order = g_new (Order, 1);
  *order = (Order) { g_object_ref (self->model), kappa_blocks_ref (self->blocks) };
  self->measuring = g_cancellable_new ();
  gtk_stack_set_visible_child_name (self->measure_stack, "spinner");
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->measure), "Stop measuring");
  task = g_task_new (NULL, self->measuring, measured_cb, g_object_ref (self));
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, order, order_free);
  g_task_run_in_thread (task, measure_in_thread);
}

static gboolean
save (const char *path, gpointer data, GError **error)
{
  KappaNetworkFigure *figure = kappa_network_view_get_figure (KAPPA_NETWORK_PANEL (data)->view);

  return figure == NULL || kappa_network_figure_export (figure, path, error);
}

static void
export_cb (KappaNetworkPanel *self)
{
  g_autofree char *base = NULL, *name = NULL;

  if (self->model == NULL)
    return;
  base = g_path_get_basename (kappa_model_get_path (self->model));
  name = g_strdup_printf ("%.*s.svg", (int)strcspn (base, "."), base);
  kappa_figure_saver_run (GTK_WIDGET (self), "Export the Drawing", name, save, tell, self);
}

static guint
search (KappaNetworkPanel *self)
{
  KappaNetworkFigure *figure = kappa_network_view_get_figure (self->view);
  const char *needle = gtk_editable_get_text (GTK_EDITABLE (self->entry));
  g_autofree char *text = NULL;
  guint n = 0, next = KAPPA_BLOCK_NONE;

  if (figure != NULL)
    next = kappa_network_figure_search (figure, needle, &n);
  if (*needle != '\0')
    text = g_strdup_printf ("%u", n);
  gtk_label_set_label (self->found, text != NULL ? text : "");
  return next;
}

static void
search_changed_cb (KappaNetworkPanel *self)
{
  search (self);
}

/* Enter goes from match to match. */
static void
search_next_cb (KappaNetworkPanel *self)
{
  kappa_network_view_reveal (self->view, search (self));
  search (self);
}

static void
search_stop_cb (KappaNetworkPanel *self)
{
  gtk_editable_set_text (GTK_EDITABLE (self->entry), "");
  search (self);
  gtk_widget_grab_focus (GTK_WIDGET (self->view));
}

static gboolean
find_cb (GtkWidget *widget, GVariant *arguments, gpointer data)
{
  gtk_widget_grab_focus (GTK_WIDGET (KAPPA_NETWORK_PANEL (widget)->entry));
  return TRUE;
}

static void
readout_cb (KappaNetworkPanel *self)
{
  const char *text = kappa_network_view_get_readout (self->view);

  gtk_label_set_label (self->readout,
                       text != NULL ? text : "Arrows follow the connections, Enter opens a block");
}

static void
action_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  KappaNetworkPanel *self = KAPPA_NETWORK_PANEL (widget);

  if (g_str_equal (action, "panel.measure"))
    measure_cb (self);
  else if (g_str_equal (action, "panel.export"))
    export_cb (self);
  else
    {
      g_autofree char *name = g_strconcat ("network.", action + strlen ("panel."), NULL);

      gtk_widget_activate_action (GTK_WIDGET (self->view), name, NULL);
    }
}

static void
kappa_network_panel_dispose (GObject *object)
{
  KappaNetworkPanel *self = KAPPA_NETWORK_PANEL (object);

  g_cancellable_cancel (self->measuring);
  g_clear_object (&self->measuring);
  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_object (&self->model);
  g_clear_pointer (&self->blocks, kappa_blocks_unref);
  G_OBJECT_CLASS (kappa_network_panel_parent_class)->dispose (object);
}

static void
kappa_network_panel_class_init (KappaNetworkPanelClass *klass)
{
  static const char *const actions[]
      = { "panel.measure", "panel.export", "panel.fit", "panel.open-all", "panel.close-all", NULL };
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = kappa_network_panel_dispose;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  for (guint i = 0; actions[i] != NULL; i++)
    gtk_widget_class_install_action (widget_class, actions[i], NULL, action_cb);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_f, GDK_CONTROL_MASK, find_cb, NULL);

  /**
   * KappaNetworkPanel::told:
   * @message: for the user
   */
  told_signal = g_signal_new ("told", KAPPA_TYPE_NETWORK_PANEL, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                              NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static GtkWidget *
make_button (const char *icon, const char *tooltip, const char *action)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon);

  gtk_widget_set_tooltip_text (button, tooltip);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, tooltip,
                                  -1);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), action);
  gtk_widget_add_css_class (button, "flat");
  return button;
}

static GtkWidget *
make_measure_button (KappaNetworkPanel *self)
{
  GtkWidget *spinner = gtk_spinner_new ();

  self->measure = GTK_BUTTON (make_button ("alarm-symbolic", "Measure time", "panel.measure"));
  self->measure_stack = GTK_STACK (gtk_stack_new ());
  gtk_spinner_start (GTK_SPINNER (spinner));
  gtk_stack_add_named (self->measure_stack, gtk_image_new_from_icon_name ("alarm-symbolic"),
                       "icon");
  gtk_stack_add_named (self->measure_stack, spinner, "spinner");
  gtk_button_set_child (self->measure, GTK_WIDGET (self->measure_stack));
  return GTK_WIDGET (self->measure);
}

static GtkWidget *
make_tools (KappaNetworkPanel *self)
{
  GtkWidget *bar = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);

  self->entry = GTK_SEARCH_ENTRY (gtk_search_entry_new ());
  g_object_set (self->entry, "placeholder-text", "Find blocks", NULL);
  gtk_editable_set_width_chars (GTK_EDITABLE (self->entry), 8);
  gtk_widget_set_hexpand (GTK_WIDGET (self->entry), TRUE);
  g_signal_connect_swapped (self->entry, "search-changed", G_CALLBACK (search_changed_cb), self);
  g_signal_connect_swapped (self->entry, "activate", G_CALLBACK (search_next_cb), self);
  g_signal_connect_swapped (self->entry, "next-match", G_CALLBACK (search_next_cb), self);
  g_signal_connect_swapped (self->entry, "stop-search", G_CALLBACK (search_stop_cb), self);
  self->found = GTK_LABEL (gtk_label_new (NULL));
  gtk_widget_add_css_class (GTK_WIDGET (self->found), "dim-label");
  gtk_widget_add_css_class (GTK_WIDGET (self->found), "numeric");
  gtk_widget_set_margin_start (GTK_WIDGET (self->found), 6);
  gtk_widget_set_margin_end (GTK_WIDGET (self->found), 6);
  gtk_box_append (GTK_BOX (bar), GTK_WIDGET (self->entry));
  gtk_box_append (GTK_BOX (bar), GTK_WIDGET (self->found));
  gtk_box_append (GTK_BOX (bar),
                  make_button ("zoom-fit-best-symbolic", "Show all (0)", "panel.fit"));
  gtk_box_append (GTK_BOX (bar),
                  make_button ("list-add-symbolic", "Open all blocks", "panel.open-all"));
  gtk_box_append (GTK_BOX (bar),
                  make_button ("list-remove-symbolic", "Close all blocks", "panel.close-all"));
  gtk_box_append (GTK_BOX (bar), make_measure_button (self));
  gtk_box_append (GTK_BOX (bar),
                  make_button ("document-save-symbolic", "Export the drawing as SVG, PDF or PNG",
                               "panel.export"));
  gtk_widget_add_css_class (bar, "padded");
  return bar;
}

static void
kappa_network_panel_init (KappaNetworkPanel *self)
{
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gtk_box_append (GTK_BOX (self->box), make_tools (self));
  self->view = KAPPA_NETWORK_VIEW (kappa_network_view_new ());
  gtk_widget_set_vexpand (GTK_WIDGET (self->view), TRUE);
  gtk_widget_set_hexpand (GTK_WIDGET (self->view), TRUE);
  gtk_box_append (GTK_BOX (self->box), GTK_WIDGET (self->view));
  self->readout = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_xalign (self->readout, 0.0f);
  gtk_label_set_yalign (self->readout, 0.0f);
  gtk_label_set_ellipsize (self->readout, PANGO_ELLIPSIZE_END);
  gtk_label_set_lines (self->readout, 4);
  gtk_widget_set_size_request (GTK_WIDGET (self->readout), -1, 84);
  gtk_widget_add_css_class (GTK_WIDGET (self->readout), "readout");
  gtk_widget_add_css_class (GTK_WIDGET (self->readout), "numeric");
  gtk_widget_add_css_class (GTK_WIDGET (self->readout), "caption");
  gtk_box_append (GTK_BOX (self->box), GTK_WIDGET (self->readout));
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
  g_signal_connect_object (self->view, "notify::readout", G_CALLBACK (readout_cb), self,
                           G_CONNECT_SWAPPED);
  stop_measuring (self);
  readout_cb (self);
}

GtkWidget *
kappa_network_panel_new (void)
{
  return g_object_new (KAPPA_TYPE_NETWORK_PANEL, NULL);
}

/**
 * kappa_network_panel_set_model:
 * @model: (nullable)
 * @blocks: (nullable): those of the model
 */
void
kappa_network_panel_set_model (KappaNetworkPanel *self, KappaModel *model, KappaBlocks *blocks)
{
  stop_measuring (self);
  g_set_object (&self->model, model);
  g_clear_pointer (&self->blocks, kappa_blocks_unref);
  self->blocks = blocks != NULL ? kappa_blocks_ref (blocks) : NULL;
  kappa_network_view_set_blocks (self->view, blocks);
  search (self);
}

KappaNetworkView *
kappa_network_panel_get_view (KappaNetworkPanel *self)
{
  return self->view;
}
