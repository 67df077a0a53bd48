#include "ui/kappa-model-page.h"

#include "core/formats/tensor-file.h"
#include "core/models/preset.h"
#include "ui/kappa-facts.h"
#include "ui/kappa-layer-list.h"
#include "ui/kappa-tensor-panel.h"
#include "ui/kappa-validated-row.h"
#include "ui/kappa-words.h"

/**
 * KappaModelPage:
 *
 * What a file turned out to be: its layers and their tensors in the middle; at the side what the
 * network is, which preset says what the file cannot, and where the file comes from.
 */
struct _KappaModelPage
{
  KappaPage parent_instance;

  GtkStack *stack;
  AdwStatusPage *status;
  KappaLayerList *layers;
  KappaTensorPanel *tensor;

  GtkWidget *side;
  KappaFacts *facts, *file;
  AdwComboRow *preset;
  KappaValidatedRow *settings;
  GtkLabel *evidence;
  char **presets;

  KappaDocument *document;
  KappaModel *model; /* what is shown */
  gboolean following;
};

G_DEFINE_FINAL_TYPE (KappaModelPage, kappa_model_page, KAPPA_TYPE_PAGE)

static void
show_what_it_is (KappaModelPage *self)
{
  KappaModel *model = self->model;
  g_autofree char *parameters = kappa_words_count (kappa_model_get_parameters_size (model));
  g_autofree char *macs = kappa_words_short (kappa_model_get_macs (model));
  g_autofree char *classes = kappa_words_count (kappa_model_get_n_classes (model));
  g_autofree char *input = NULL;
  guint height, width;

  kappa_model_get_input_size (model, &height, &width);
  input = g_strdup_printf ("%u × %u × %u", kappa_model_get_channels (model), height, width);
  kappa_facts_set (self->facts, "Network", kappa_model_get_architecture (model),
                   kappa_model_get_key_scheme (model));
  kappa_facts_set (self->facts, "Parameters", parameters,
                   "Trained numbers; running statistics are not among them");
  kappa_facts_set (self->facts, "Multiply-adds", macs,
                   "For one image: those of convolutions and matrix products");
  kappa_facts_set (self->facts, "Input", input, "Channels × height × width");
  kappa_facts_set (self->facts, "Classes", classes, NULL);
}

static void
show_file (KappaModelPage *self)
{
  KappaModel *model = self->model;
  g_autofree char *name = g_path_get_basename (kappa_model_get_path (model));
  g_autofree char *size
      = kappa_words_bytes (kappa_tensor_file_get_file_size (kappa_model_get_file (model)));
  const char *wrapper = kappa_model_get_wrapper (model), *licence = kappa_model_get_licence (model);

  kappa_facts_set (self->file, "File", name, kappa_model_get_path (model));
  kappa_facts_set (self->file, "Format", kappa_model_get_format (model), NULL);
  kappa_facts_set (self->file, "Size", size, NULL);
  if (wrapper != NULL && *wrapper != '\0')
    kappa_facts_set (self->file, "Wrapped in", wrapper, "Where the tensors are inside the file");
  kappa_facts_set (self->file, "Names", kappa_model_get_key_scheme (model),
                   "Whose names the tensors have");
  if (licence != NULL)
    kappa_facts_set (self->file, "Licence", licence, NULL);
}

/* The first choice is what the evidence says. */
static void
show_preset (KappaModelPage *self)
{
  const KappaPreset *preset = kappa_model_get_preset (self->model);
  const char *chosen = kappa_document_get_option (self->document, "preset");
  const char *set = kappa_document_get_option (self->document, "set");
  g_autofree char *settings = kappa_preset_to_text (preset);
  guint selected = 0;

  for (guint i = 0; self->presets[i] != NULL && chosen != NULL; i++)
    if (g_str_equal (self->presets[i], chosen))
      selected = i + 1;
  self->following = TRUE;
  adw_combo_row_set_selected (self->preset, selected);
  kappa_validated_row_set_text (self->settings, set != NULL ? set : "");
  self->following = FALSE;
  gtk_label_set_label (self->evidence, preset->evidence != NULL ? preset->evidence : "");
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->preset), selected == 0 ? preset->name : "");
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->settings), settings);
}

static void
show_model (KappaModelPage *self, KappaModel *model)
{
  gboolean other = model != self->model;

  g_set_object (&self->model, model);
  if (model == NULL)
    {
      kappa_layer_list_set_model (self->layers, NULL);
      kappa_tensor_panel_show (self->tensor, NULL, NULL);
      return;
    }
  if (other)
    {
      kappa_facts_clear (self->facts);
      kappa_facts_clear (self->file);
      kappa_layer_list_set_model (self->layers, model);
    }
  show_what_it_is (self);
  show_file (self);
  show_preset (self);
}

static void
show_status (KappaModelPage *self, const char *icon, const char *title, const char *text)
{
  g_autofree char *escaped = g_markup_escape_text (text, -1);

  adw_status_page_set_icon_name (self->status, icon);
  adw_status_page_set_title (self->status, title);
  adw_status_page_set_description (self->status, escaped);
  gtk_stack_set_visible_child_name (self->stack, "status");
}

/* A preset that does not fit leaves the model as it was, and says why. */
static void
show_document (KappaModelPage *self)
{
  KappaModel *model = self->document != NULL ? kappa_document_get_model (self->document) : NULL;

  show_model (self, model);
  gtk_widget_set_visible (self->side, model != NULL);
  if (model != NULL)
    gtk_stack_set_visible_child_name (self->stack, "model");
  else if (self->document == NULL)
    show_status (self, "document-open-symbolic", "Open a Model",
                 "Drop a checkpoint here, or press Ctrl+O.");
  else if (kappa_document_get_state (self->document) == KAPPA_DOCUMENT_FAILED)
    show_status (self, "dialog-warning-symbolic", "The Model Cannot Be Opened",
                 kappa_document_get_error (self->document));
  else
    show_status (self, "content-loading-symbolic", "Reading",
                 kappa_document_get_title (self->document));
}

static void
follow_document (KappaModelPage *self)
{
  KappaDocument *document = kappa_desk_get_model (kappa_page_get_desk (KAPPA_PAGE (self)));

  if (document != self->document)
    {
      if (self->document != NULL)
        g_signal_handlers_disconnect_by_data (self->document, self);
      g_set_object (&self->document, document);
      if (document != NULL)
        g_signal_connect_object (document, "notify::state", G_CALLBACK (show_document), self,
                                 G_CONNECT_SWAPPED);
    }
  show_document (self);
}

static void
layer_selected_cb (KappaModelPage *self)
{
  kappa_tensor_panel_show (self->tensor, self->model, kappa_layer_list_get_selected (self->layers));
}

static void
preset_chosen_cb (KappaModelPage *self)
{
  guint selected = adw_combo_row_get_selected (self->preset);

  if (!self->following && self->document != NULL && selected != GTK_INVALID_LIST_POSITION)
    kappa_document_set_option (self->document, "preset",
                               selected > 0 ? self->presets[selected - 1] : NULL, NULL);
}

/* Only a text that says something about preprocessing is worth reading the model again. */
static gboolean
accept_settings (const char *text, gpointer data, GError **error)
{
  KappaModelPage *self = data;
  KappaPreprocess trial = KAPPA_PREPROCESS_IMAGENET;
  g_auto (GStrv) parts = g_strsplit (text, "=", 2);

  if (self->document == NULL || self->following)
    return TRUE;
  if (*text != '\0' && kappa_preprocess_has_key (parts[0])
      && !kappa_preprocess_parse (&trial, text, error))
    return FALSE;
  return kappa_document_set_option (self->document, "set", text, error);
}

static AdwComboRow *
make_preset_row (KappaModelPage *self)
{
  g_autoptr (GtkStringList) names = gtk_string_list_new ((const char *[]) { "by evidence", NULL });
  GtkWidget *row = adw_combo_row_new ();

  self->presets = kappa_preset_list ();
  for (guint i = 0; self->presets[i] != NULL; i++)
    gtk_string_list_append (names, self->presets[i]);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), "Preset");
  gtk_widget_set_tooltip_text (
      row, "What the file cannot say: how images are prepared.  Option: --preset");
  adw_combo_row_set_model (ADW_COMBO_ROW (row), G_LIST_MODEL (names));
  g_signal_connect_swapped (row, "notify::selected", G_CALLBACK (preset_chosen_cb), self);
  return ADW_COMBO_ROW (row);
}

static GtkWidget *
make_preset_group (KappaModelPage *self)
{
  GtkWidget *group = adw_preferences_group_new (), *evidence = gtk_label_new (NULL);

  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (group), "Preset");
  self->preset = make_preset_row (self);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), GTK_WIDGET (self->preset));
  self->settings
      = KAPPA_VALIDATED_ROW (kappa_validated_row_new ("Override", accept_settings, self, NULL));
  kappa_validated_row_set_hint (self->settings, "mean=…,crop=…");
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), GTK_WIDGET (self->settings));
  self->evidence = GTK_LABEL (evidence);
  gtk_label_set_wrap (self->evidence, TRUE);
  gtk_label_set_xalign (self->evidence, 0.0f);
  gtk_label_set_selectable (self->evidence, TRUE);
  gtk_widget_add_css_class (evidence, "caption");
  gtk_widget_add_css_class (evidence, "dim-label");
  gtk_widget_add_css_class (evidence, "note");
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), evidence);
  return group;
}

static void
make_side (KappaModelPage *self)
{
  self->side = g_object_ref_sink (gtk_box_new (GTK_ORIENTATION_VERTICAL, 18));
  self->facts = KAPPA_FACTS (kappa_facts_new ("What it is"));
  self->file = KAPPA_FACTS (kappa_facts_new ("Where it is from"));
  gtk_box_append (GTK_BOX (self->side), GTK_WIDGET (self->facts));
  gtk_box_append (GTK_BOX (self->side), make_preset_group (self));
  gtk_box_append (GTK_BOX (self->side), GTK_WIDGET (self->file));
}

static GtkWidget *
make_middle (KappaModelPage *self)
{
  GtkWidget *paned = gtk_paned_new (GTK_ORIENTATION_VERTICAL);

  self->layers = KAPPA_LAYER_LIST (kappa_layer_list_new ());
  self->tensor = KAPPA_TENSOR_PANEL (kappa_tensor_panel_new ());
  gtk_widget_add_css_class (GTK_WIDGET (self->layers), "card-like");
  gtk_widget_add_css_class (GTK_WIDGET (self->tensor), "card-like");
  gtk_paned_set_start_child (GTK_PANED (paned), GTK_WIDGET (self->layers));
  gtk_paned_set_end_child (GTK_PANED (paned), GTK_WIDGET (self->tensor));
  gtk_paned_set_shrink_start_child (GTK_PANED (paned), FALSE);
  gtk_paned_set_shrink_end_child (GTK_PANED (paned), FALSE);
  gtk_widget_set_size_request (GTK_WIDGET (self->layers), -1, 160);
  gtk_widget_set_size_request (GTK_WIDGET (self->tensor), -1, 300);
  gtk_paned_set_resize_end_child (GTK_PANED (paned), FALSE);
  g_signal_connect_object (self->layers, "selected", G_CALLBACK (layer_selected_cb), self,
                           G_CONNECT_SWAPPED);
  return paned;
}

static void
kappa_model_page_build (KappaPage *page)
{
  KappaModelPage *self = KAPPA_MODEL_PAGE (page);

  self->status = ADW_STATUS_PAGE (adw_status_page_new ());
  self->stack = GTK_STACK (gtk_stack_new ());
  gtk_stack_add_named (self->stack, GTK_WIDGET (self->status), "status");
  gtk_stack_add_named (self->stack, make_middle (self), "model");
  adw_bin_set_child (ADW_BIN (self), GTK_WIDGET (self->stack));
  make_side (self);
  g_signal_connect_object (kappa_page_get_desk (page), "notify::model",
                           G_CALLBACK (follow_document), self, G_CONNECT_SWAPPED);
  follow_document (self);
}

static GtkWidget *
kappa_model_page_get_side (KappaPage *page)
{
  return KAPPA_MODEL_PAGE (page)->side;
}

static KappaPlotView *
kappa_model_page_get_plot (KappaPage *page)
{
  return kappa_tensor_panel_get_plot (KAPPA_MODEL_PAGE (page)->tensor);
}

static void
kappa_model_page_dispose (GObject *object)
{
  KappaModelPage *self = KAPPA_MODEL_PAGE (object);

  if (self->document != NULL)
    g_signal_handlers_disconnect_by_data (self->document, self);
  g_clear_object (&self->document);
  g_clear_object (&self->model);
  g_clear_object (&self->side);
  g_clear_pointer (&self->presets, g_strfreev);
  G_OBJECT_CLASS (kappa_model_page_parent_class)->dispose (object);
}

static void
kappa_model_page_class_init (KappaModelPageClass *klass)
{
  KappaPageClass *page_class = KAPPA_PAGE_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = kappa_model_page_dispose;
  page_class->build = kappa_model_page_build;
  page_class->get_side = kappa_model_page_get_side;
  page_class->get_plot = kappa_model_page_get_plot;
}

static void
kappa_model_page_init (KappaModelPage *self)
{
}

/**
 * kappa_model_page_show_layer:
 * @name: see kappa_layer_list_select()
 */
void
kappa_model_page_show_layer (KappaModelPage *self, const char *name)
{
  kappa_page_open (KAPPA_PAGE (self));
  kappa_layer_list_select (self->layers, name);
}
