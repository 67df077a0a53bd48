#include "ui/kappa-validated-row.h"

/**
 * KappaValidatedRow:
 *
 * A row with a title, an entry, and beneath them what is wrong with the text, if anything is. The
 * text is tried on every change, so that a good one counts at once and a bad one is explained at
 * once.
 */
struct _KappaValidatedRow
{
  AdwPreferencesRow parent_instance;

  GtkWidget *title, *entry, *fault;
  KappaValidatedRowFunc accept;
  gpointer data;
  GDestroyNotify destroy;
  gulong changed_id;
};

G_DEFINE_FINAL_TYPE (KappaValidatedRow, kappa_validated_row, ADW_TYPE_PREFERENCES_ROW)

static void
show_fault (KappaValidatedRow *self, const char *message)
{
  gtk_label_set_label (GTK_LABEL (self->fault), message != NULL ? message : "");
  gtk_widget_set_visible (self->fault, message != NULL);
  if (message != NULL)
    gtk_widget_add_css_class (self->entry, "error");
  else
    gtk_widget_remove_css_class (self->entry, "error");
  gtk_accessible_update_state (
      GTK_ACCESSIBLE (self->entry), GTK_ACCESSIBLE_STATE_INVALID,
      message != NULL ? GTK_ACCESSIBLE_INVALID_TRUE : GTK_ACCESSIBLE_INVALID_FALSE, -1);
}

static void
changed_cb (KappaValidatedRow *self)
{
  g_autoptr (GError) error = NULL;

  if (self->accept (gtk_editable_get_text (GTK_EDITABLE (self->entry)), self->data, &error))
    show_fault (self, NULL);
  else
    show_fault (self, error->message);
}

static void
kappa_validated_row_finalize (GObject *object)
{
  KappaValidatedRow *self = KAPPA_VALIDATED_ROW (object);

  if (self->destroy != NULL)
    self->destroy (self->data);
  G_OBJECT_CLASS (kappa_validated_row_parent_class)->finalize (object);
}

static void
kappa_validated_row_class_init (KappaValidatedRowClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = kappa_validated_row_finalize;
}

static GtkWidget *
make_line (KappaValidatedRow *self)
{
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);

  self->title = gtk_label_new (NULL);
  gtk_label_set_xalign (GTK_LABEL (self->title), 0.0f);
  gtk_label_set_ellipsize (GTK_LABEL (self->title), PANGO_ELLIPSIZE_END);
  gtk_widget_set_hexpand (self->title, TRUE);
  self->entry = gtk_entry_new ();
  gtk_editable_set_width_chars (GTK_EDITABLE (self->entry), 11);
  gtk_editable_set_max_width_chars (GTK_EDITABLE (self->entry), 16);
  gtk_editable_set_alignment (GTK_EDITABLE (self->entry), 1.0f);
  gtk_widget_set_valign (self->entry, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (self->entry, "flat");
  gtk_widget_add_css_class (self->entry, "numeric");
  gtk_box_append (GTK_BOX (line), self->title);
  gtk_box_append (GTK_BOX (line), self->entry);
  gtk_accessible_update_relation (GTK_ACCESSIBLE (self->entry), GTK_ACCESSIBLE_RELATION_LABELLED_BY,
                                  self->title, NULL, GTK_ACCESSIBLE_RELATION_DESCRIBED_BY,
                                  self->title, NULL, -1);
  return line;
}

static void
kappa_validated_row_init (KappaValidatedRow *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);

  gtk_box_append (GTK_BOX (box), make_line (self));
  self->fault = gtk_label_new (NULL);
  gtk_label_set_xalign (GTK_LABEL (self->fault), 0.0f);
  gtk_label_set_wrap (GTK_LABEL (self->fault), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (self->fault), PANGO_WRAP_WORD_CHAR);
  gtk_widget_add_css_class (self->fault, "error");
  gtk_widget_add_css_class (self->fault, "caption");
  gtk_widget_set_visible (self->fault, FALSE);
  gtk_box_append (GTK_BOX (box), self->fault);
  gtk_widget_add_css_class (box, "validated");
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (self), box);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (self), FALSE);
  gtk_widget_set_focusable (GTK_WIDGET (self), FALSE);
  self->changed_id
      = g_signal_connect_swapped (self->entry, "changed", G_CALLBACK (changed_cb), self);
}

/**
 * kappa_validated_row_new:
 * @accept: tries a text
 * @destroy: (nullable): frees @data
 */
GtkWidget *
kappa_validated_row_new (const char *title,
                         KappaValidatedRowFunc accept,
                         gpointer data,
                         GDestroyNotify destroy)
{
  KappaValidatedRow *self = g_object_new (KAPPA_TYPE_VALIDATED_ROW, "title", title, NULL);

  gtk_label_set_label (GTK_LABEL (self->title), title);
  self->accept = accept;
  self->data = data;
  self->destroy = destroy;
  return GTK_WIDGET (self);
}

/**
 * kappa_validated_row_set_text:
 *
 * Shows a text that is known to be good, without trying it.
 */
void
kappa_validated_row_set_text (KappaValidatedRow *self, const char *text)
{
  if (g_str_equal (gtk_editable_get_text (GTK_EDITABLE (self->entry)), text))
    return;
  g_signal_handler_block (self->entry, self->changed_id);
  gtk_editable_set_text (GTK_EDITABLE (self->entry), text);
  g_signal_handler_unblock (self->entry, self->changed_id);
  show_fault (self, NULL);
}

const char *
kappa_validated_row_get_text (KappaValidatedRow *self)
{
  return gtk_editable_get_text (GTK_EDITABLE (self->entry));
}

/**
 * kappa_validated_row_set_hint:
 * @hint: (nullable): what stands there while nothing is entered
 */
void
kappa_validated_row_set_hint (KappaValidatedRow *self, const char *hint)
{
  gtk_entry_set_placeholder_text (GTK_ENTRY (self->entry), hint);
}

/**
 * kappa_validated_row_get_fault:
 *
 * Returns: (transfer none) (nullable): what is wrong with the text that stands there
 */
const char *
kappa_validated_row_get_fault (KappaValidatedRow *self)
{
  return gtk_widget_get_visible (self->fault) ? gtk_label_get_label (GTK_LABEL (self->fault))
                                              : NULL;
}
