#include "ui/kappa-input-row.h"

#include "ui/kappa-words.h"

/**
 * KappaInputRow:
 *
 * Chooses one more input of an analysis than the model and images that are looked at: another open
 * model, other images, or a file. There may be none, but for an input that the analysis needs: then
 * another one that is open stands there until someone chooses.
 */
struct _KappaInputRow
{
  AdwActionRow parent_instance;

  const KappaInputSpec *spec;
  KappaDesk *desk;
  gboolean needed;
  KappaDocument *chosen;
  gboolean listing;   /* the list is being made anew, which chooses nothing */
  GtkWidget *chooser; /* a drop-down, or for files a button */
  GtkFileChooserNative *dialog;
  char *path;
};

/* The first choice. */
#define NONE 0

#define NAME_CHARS 18
#define MAX_CHARS  60

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
  g_clear_object (&self->chosen);
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

/* Checkpoints of one network have one title; the file then tells them apart. */
static char *
dup_name (KappaInputRow *self, KappaDocument *document)
{
  const char *title = kappa_document_get_title (document);

  for (guint i = 0; i < g_list_model_get_n_items (documents (self)); i++)
    {
      g_autoptr (KappaDocument) other = g_list_model_get_item (documents (self), i);

      if (other != document && g_str_equal (kappa_document_get_title (other), title))
        return g_path_get_basename (kappa_document_get_source (document));
    }
  return g_strdup (title);
}

static KappaDocument *
get_subject (KappaInputRow *self)
{
  return self->spec->kind == KAPPA_INPUT_MODEL ? kappa_desk_get_model (self->desk)
                                               : kappa_desk_get_dataset (self->desk);
}

static guint
find_place (KappaInputRow *self, KappaDocument *document)
{
  for (guint i = 0; i < g_list_model_get_n_items (documents (self)); i++)
    {
      g_autoptr (KappaDocument) other = g_list_model_get_item (documents (self), i);

      if (other == document)
        return i + 1;
    }
  return NONE;
}

static void
selected_cb (KappaInputRow *self)
{
  guint place = gtk_drop_down_get_selected (GTK_DROP_DOWN (self->chooser));
  g_autoptr (KappaDocument) document = place != NONE && place != GTK_INVALID_LIST_POSITION
                                           ? g_list_model_get_item (documents (self), place - 1)
                                           : NULL;

  if (!self->listing && g_set_object (&self->chosen, document))
    changed (self);
}

/* What was opened last is the likeliest. */
static void
choose_other (KappaInputRow *self)
{
  KappaDocument *subject = get_subject (self);

  if (!self->needed || (self->chosen != NULL && self->chosen != subject))
    return;
  for (guint i = g_list_model_get_n_items (documents (self)); i > 0; i--)
    {
      g_autoptr (KappaDocument) document = g_list_model_get_item (documents (self), i - 1);

      if (document == subject)
        continue;
      gtk_drop_down_set_selected (GTK_DROP_DOWN (self->chooser), i);
      return;
    }
}

static void
list_documents (KappaInputRow *self)
{
  g_autoptr (GtkStringList) names = gtk_string_list_new ((const char *[]) { "none", NULL });

  for (guint i = 0; i < g_list_model_get_n_items (documents (self)); i++)
    {
      g_autoptr (KappaDocument) document = g_list_model_get_item (documents (self), i);

      gtk_string_list_take (names, dup_name (self, document));
    }
  self->listing = TRUE;
  gtk_drop_down_set_model (GTK_DROP_DOWN (self->chooser), G_LIST_MODEL (names));
  gtk_drop_down_set_selected (GTK_DROP_DOWN (self->chooser), find_place (self, self->chosen));
  self->listing = FALSE;
  selected_cb (self);
  choose_other (self);
}

static void
documents_changed_cb (GListModel *list,
                      guint position,
                      guint removed,
                      guint added,
                      KappaInputRow *self)
{
  for (guint i = position; i < position + added; i++)
    {
      g_autoptr (KappaDocument) document = g_list_model_get_item (list, i);

      g_signal_connect_object (document, "notify::title", G_CALLBACK (list_documents), self,
                               G_CONNECT_SWAPPED);
    }
  list_documents (self);
}

static void
set_up_cb (GtkSignalListItemFactory *factory, GtkListItem *item)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_MIDDLE);
  gtk_label_set_max_width_chars (GTK_LABEL (label), NAME_CHARS);
  gtk_label_set_xalign (GTK_LABEL (label), 0.0f);
  gtk_list_item_set_child (item, label);
}

static const char *
show_name (GtkListItem *item)
{
  const char *name = gtk_string_object_get_string (gtk_list_item_get_item (item));

  gtk_label_set_label (GTK_LABEL (gtk_list_item_get_child (item)), name);
  return name;
}

static void
bind_name_cb (GtkSignalListItemFactory *factory, GtkListItem *item)
{
  show_name (item);
}

static void
bind_choice_cb (GtkSignalListItemFactory *factory, GtkListItem *item)
{
  glong length = g_utf8_strlen (show_name (item), -1);

  gtk_label_set_width_chars (GTK_LABEL (gtk_list_item_get_child (item)),
                             (int)MIN (length, MAX_CHARS));
}

static GtkListItemFactory *
make_factory (GCallback bind)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();

  g_signal_connect (factory, "setup", G_CALLBACK (set_up_cb), NULL);
  g_signal_connect (factory, "bind", bind, NULL);
  return factory;
}

/* A long name of a file is shortened where it stands in the row, not where one chooses. */
static GtkWidget *
make_drop_down (void)
{
  GtkWidget *chooser = gtk_drop_down_new (NULL, NULL);
  g_autoptr (GtkListItemFactory) name = make_factory (G_CALLBACK (bind_name_cb)),
                                 choice = make_factory (G_CALLBACK (bind_choice_cb));

  gtk_drop_down_set_factory (GTK_DROP_DOWN (chooser), name);
  gtk_drop_down_set_list_factory (GTK_DROP_DOWN (chooser), choice);
  return chooser;
}

static void
make_list (KappaInputRow *self)
{
  GListModel *list = documents (self);

  self->chooser = make_drop_down ();
  documents_changed_cb (list, 0, 0, g_list_model_get_n_items (list), self);
  g_signal_connect_object (list, "items-changed", G_CALLBACK (documents_changed_cb), self, 0);
  g_signal_connect_object (
      self->desk, self->spec->kind == KAPPA_INPUT_MODEL ? "notify::model" : "notify::dataset",
      G_CALLBACK (choose_other), self, G_CONNECT_SWAPPED);
  g_signal_connect_swapped (self->chooser, "notify::selected", G_CALLBACK (selected_cb), self);
}

static void
show_path (KappaInputRow *self)
{
  g_autofree char *name
      = self->path != NULL ? g_path_get_basename (self->path) : g_strdup ("Choose…");

  gtk_label_set_label (GTK_LABEL (gtk_button_get_child (GTK_BUTTON (self->chooser))), name);
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
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_MIDDLE);
  gtk_label_set_max_width_chars (GTK_LABEL (label), NAME_CHARS);
  self->chooser = gtk_button_new ();
  gtk_button_set_child (GTK_BUTTON (self->chooser), label);
  show_path (self);
  g_signal_connect_swapped (self->chooser, "clicked", G_CALLBACK (choose_cb), self);
}

/**
 * kappa_input_row_new:
 * @spec: lives as long as the program
 * @needed: whether the analysis cannot run without it
 */
GtkWidget *
kappa_input_row_new (const KappaInputSpec *spec, KappaDesk *desk, gboolean needed)
{
  KappaInputRow *self = g_object_new (KAPPA_TYPE_INPUT_ROW, NULL);
  g_autofree char *title = kappa_words_title (spec->name);
  g_autofree char *blurb = g_strdup (spec->blurb);

  self->spec = spec;
  self->desk = g_object_ref (desk);
  self->needed = needed;
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
    return self->chosen != NULL;
  return self->path != NULL;
}

const KappaInputSpec *
kappa_input_row_get_spec (KappaInputRow *self)
{
  return self->spec;
}

/**
 * kappa_input_row_choose:
 * @source: (nullable): a path, or for datasets what kappa_dataset_open() takes
 *
 * Chooses what a run had. A model or images that are not open cannot be chosen: then there are
 * none.
 */
void
kappa_input_row_choose (KappaInputRow *self, const char *source)
{
  guint place = NONE;

  if (!GTK_IS_DROP_DOWN (self->chooser))
    {
      g_free (self->path);
      self->path = g_strdup (source);
      show_path (self);
      return;
    }
  for (guint i = 0; source != NULL && i < g_list_model_get_n_items (documents (self)); i++)
    {
      g_autoptr (KappaDocument) document = g_list_model_get_item (documents (self), i);

      if (kappa_document_is_at (document, source))
        place = i + 1;
    }
  gtk_drop_down_set_selected (GTK_DROP_DOWN (self->chooser), place);
  choose_other (self);
}

/**
 * kappa_input_row_add_to:
 *
 * Adds what is chosen, if anything is.
 */
void
kappa_input_row_add_to (KappaInputRow *self, KappaInputs *inputs)
{
  if (!GTK_IS_DROP_DOWN (self->chooser))
    {
      if (self->path != NULL)
        kappa_inputs_add (inputs, self->spec->name, self->spec->kind, self->path);
      return;
    }
  if (self->chosen != NULL)
    kappa_document_add_to (self->chosen, inputs, self->spec->name);
}
