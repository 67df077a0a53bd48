#include "ui/kappa-input-row.h"

#include "ui/kappa-words.h"

/**
 * KappaInputRow:
 *
 * Chooses one more input of an analysis than the model and images that are looked at: another open
 * model, other images, or a file. There may be none.
 */
struct _KappaInputRow
{
  AdwActionRow parent_instance;

  const KappaInputSpec *spec;
  KappaDesk *desk;
  GtkWidget *chooser; /* a drop-down, or for files a button */
  GtkFileChooserNative *dialog;
  char *path;
};

G_DEFINE_FINAL_TYPE (KappaInputRow, kappa_input_row, ADW_TYPE_ACTION_ROW)

static guint changed_signal;

static void
changed (KappaInputRow *self)
{
  g_signal_emit (self, changed_signal, 0);
}

static void
kappa_input_row_dispose (GObject *object)
{
  KappaInputRow *self = KAPPA_INPUT_ROW (object);

  g_clear_object (&self->dialog);
  g_clear_object (&self->desk);
  G_OBJECT_CLASS (kappa_input_row_parent_class)->dispose (object);
}

static void
kappa_input_row_finalize (GObject *object)
{
  g_free (KAPPA_INPUT_ROW (object)->path);
  G_OBJECT_CLASS (kappa_input_row_parent_class)->finalize (object);
}

static void
kappa_input_row_class_init (KappaInputRowClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = kappa_input_row_dispose;
  G_OBJECT_CLASS (klass)->finalize = kappa_input_row_finalize;

  /**
   * KappaInputRow::changed:
   */
  changed_signal = g_signal_new ("changed", KAPPA_TYPE_INPUT_ROW, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                 NULL, G_TYPE_NONE, 0);
}

static void
kappa_input_row_init (KappaInputRow *self)
{
}

static GListModel *
documents (KappaInputRow *self)
{
  return self->spec->kind == KAPPA_INPUT_MODEL ? kappa_desk_get_models (self->desk)
                                               : kappa_desk_get_data (self->desk);
}

static KappaDocument *
dup_chosen (KappaInputRow *self)
{
  guint selected = gtk_drop_down_get_selected (GTK_DROP_DOWN (self->chooser));

  /* The first choice is none. */
  return selected != GTK_INVALID_LIST_POSITION && selected > 0
             ? g_list_model_get_item (documents (self), selected - 1)
             : NULL;
}

static void
list_documents (KappaInputRow *self)
{
  g_autoptr (GtkStringList) names = gtk_string_list_new ((const char *[]) { "none", NULL });
  g_autoptr (KappaDocument) chosen
      = gtk_drop_down_get_model (GTK_DROP_DOWN (self->chooser)) != NULL ? dup_chosen (self) : NULL;
  guint again = 0;

  for (guint i = 0; i < g_list_model_get_n_items (documents (self)); i++)
    {
      g_autoptr (KappaDocument) document = g_list_model_get_item (documents (self), i);

      gtk_string_list_append (names, kappa_document_get_title (document));
      if (document == chosen)
        again = i + 1;
    }
  gtk_drop_down_set_model (GTK_DROP_DOWN (self->chooser), G_LIST_MODEL (names));
  gtk_drop_down_set_selected (GTK_DROP_DOWN (self->chooser), again);
}

static void
make_list (KappaInputRow *self)
{
  self->chooser = gtk_drop_down_new (NULL, NULL);
  list_documents (self);
  g_signal_connect_object (documents (self), "items-changed", G_CALLBACK (list_documents), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_swapped (self->chooser, "notify::selected", G_CALLBACK (changed), self);
}

static void
show_path (KappaInputRow *self)
{
  g_autofree char *name
      = self->path != NULL ? g_path_get_basename (self->path) : g_strdup ("Choose…");

  gtk_button_set_label (GTK_BUTTON (self->chooser), name);
  gtk_widget_set_tooltip_text (self->chooser, self->path);
  changed (self);
}

static void
response_cb (GtkNativeDialog *dialog, int response, KappaInputRow *self)
{
  g_autoptr (GFile) file = NULL;

  g_clear_pointer (&self->path, g_free);
  if (response == GTK_RESPONSE_ACCEPT)
    {
      file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
      self->path = g_file_get_path (file);
    }
  g_clear_object (&self->dialog);
  show_path (self);
}

/* Cancelling the dialog takes the file back. */
static void
choose_cb (KappaInputRow *self)
{
  GtkWidget *root = GTK_WIDGET (gtk_widget_get_root (GTK_WIDGET (self)));

  g_clear_object (&self->dialog);
  self->dialog = gtk_file_chooser_native_new (self->spec->blurb, GTK_WINDOW (root),
                                              GTK_FILE_CHOOSER_ACTION_OPEN, "Choose", "None");
  g_signal_connect (self->dialog, "response", G_CALLBACK (response_cb), self);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->dialog));
}

static void
make_button (KappaInputRow *self)
{
  self->chooser = gtk_button_new ();
  show_path (self);
  g_signal_connect_swapped (self->chooser, "clicked", G_CALLBACK (choose_cb), self);
}

/**
 * kappa_input_row_new:
 * @spec: lives as long as the program
 */
GtkWidget *
kappa_input_row_new (const KappaInputSpec *spec, KappaDesk *desk)
{
  KappaInputRow *self = g_object_new (KAPPA_TYPE_INPUT_ROW, NULL);
  g_autofree char *title = kappa_words_title (spec->name);
  g_autofree char *blurb = g_strdup (spec->blurb);

  self->spec = spec;
  self->desk = g_object_ref (desk);
  if (spec->kind == KAPPA_INPUT_MODEL || spec->kind == KAPPA_INPUT_DATASET)
    make_list (self);
  else
    make_button (self);
  *blurb = g_ascii_toupper (*blurb);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), title);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self), blurb);
  gtk_widget_set_valign (self->chooser, GTK_ALIGN_CENTER);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->chooser), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  title, -1);
  adw_action_row_add_suffix (ADW_ACTION_ROW (self), self->chooser);
  return GTK_WIDGET (self);
}

/**
 * kappa_input_row_is_set:
 *
 * Returns: whether something is chosen
 */
gboolean
kappa_input_row_is_set (KappaInputRow *self)
{
  if (GTK_IS_DROP_DOWN (self->chooser))
    return gtk_drop_down_get_selected (GTK_DROP_DOWN (self->chooser)) > 0;
  return self->path != NULL;
}

/**
 * kappa_input_row_add_to:
 *
 * Adds what is chosen, if anything is.
 */
void
kappa_input_row_add_to (KappaInputRow *self, KappaInputs *inputs)
{
  g_autoptr (KappaDocument) document = NULL;

  if (!GTK_IS_DROP_DOWN (self->chooser))
    {
      if (self->path != NULL)
        kappa_inputs_add (inputs, self->spec->name, self->spec->kind, self->path);
      return;
    }
  document = dup_chosen (self);
  if (document != NULL)
    kappa_document_add_to (document, inputs, self->spec->name);
}
