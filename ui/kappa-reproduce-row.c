#include "ui/kappa-reproduce-row.h"

/**
 * KappaReproduceRow:
 *
 * The command that makes the figure as it stands, with a button that copies it.
 */
struct _KappaReproduceRow
{
  AdwBin parent_instance;

  KappaAnalysisPage *page; /* not owned: the page owns the row */
  KappaFigure *figure;
  GtkWidget *label;
  guint delay_source;
};

G_DEFINE_FINAL_TYPE (KappaReproduceRow, kappa_reproduce_row, ADW_TYPE_BIN)

#define DELAY 300 /* ms */

static gboolean
show_cb (gpointer data)
{
  KappaReproduceRow *self = data;
  g_autofree char *command
      = self->page != NULL ? kappa_analysis_page_dup_command (self->page) : NULL;

  self->delay_source = 0;
  gtk_widget_set_visible (GTK_WIDGET (self), command != NULL);
  gtk_label_set_label (GTK_LABEL (self->label), command != NULL ? command : "");
  gtk_widget_set_tooltip_text (self->label, command);
  return G_SOURCE_REMOVE;
}

/* A figure that is being turned changes at every frame; words can wait. */
static void
show_soon (KappaReproduceRow *self)
{
  if (self->delay_source == 0)
    self->delay_source = g_timeout_add (DELAY, show_cb, self);
}

static void
leave_figure (KappaReproduceRow *self)
{
  if (self->figure != NULL)
    g_signal_handlers_disconnect_by_data (self->figure, self);
  g_clear_object (&self->figure);
}

static void
kappa_reproduce_row_dispose (GObject *object)
{
  KappaReproduceRow *self = KAPPA_REPRODUCE_ROW (object);

  leave_figure (self);
  g_clear_handle_id (&self->delay_source, g_source_remove);
  G_OBJECT_CLASS (kappa_reproduce_row_parent_class)->dispose (object);
}

static void
kappa_reproduce_row_class_init (KappaReproduceRowClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = kappa_reproduce_row_dispose;
}

static GtkWidget *
make_copy_button (void)
{
  GtkWidget *button = gtk_button_new_from_icon_name ("edit-copy-symbolic");

  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), "win.copy-command");
  gtk_widget_set_tooltip_text (button, "Copy as command line");
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  "Copy as command line", -1);
  gtk_widget_set_valign (button, GTK_ALIGN_START);
  gtk_widget_add_css_class (button, "flat");
  return button;
}

static void
kappa_reproduce_row_init (KappaReproduceRow *self)
{
  GtkWidget *group = adw_preferences_group_new (),
            *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *card = gtk_list_box_row_new (), *list = gtk_list_box_new ();

  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (group), "Reproduce");
  self->label = gtk_label_new (NULL);
  gtk_label_set_xalign (GTK_LABEL (self->label), 0.0f);
  gtk_label_set_wrap (GTK_LABEL (self->label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (self->label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_lines (GTK_LABEL (self->label), 4);
  gtk_label_set_ellipsize (GTK_LABEL (self->label), PANGO_ELLIPSIZE_END);
  gtk_widget_set_hexpand (self->label, TRUE);
  gtk_widget_add_css_class (self->label, "command");
  gtk_box_append (GTK_BOX (line), self->label);
  gtk_box_append (GTK_BOX (line), make_copy_button ());
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (list), GTK_SELECTION_NONE);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (card), line);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (card), FALSE);
  gtk_widget_add_css_class (list, "boxed-list");
  gtk_list_box_append (GTK_LIST_BOX (list), card);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), list);
  adw_bin_set_child (ADW_BIN (self), group);
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
}

GtkWidget *
kappa_reproduce_row_new (void)
{
  return g_object_new (KAPPA_TYPE_REPRODUCE_ROW, NULL);
}

/**
 * kappa_reproduce_row_set_page:
 * @page: (nullable): whose run and figure are told; to be called again when the page has another
 * figure
 */
void
kappa_reproduce_row_set_page (KappaReproduceRow *self, KappaAnalysisPage *page)
{
  leave_figure (self);
  self->page = page;
  if (page != NULL && kappa_analysis_page_get_figure (page) != NULL)
    {
      self->figure = g_object_ref (kappa_analysis_page_get_figure (page));
      g_signal_connect_object (self->figure, "changed", G_CALLBACK (show_soon), self,
                               G_CONNECT_SWAPPED);
    }
  show_soon (self);
}
