#include "ui/kappa-model-page.h"

#include "core/formats/tensor-file.h"
#include "core/models/blocks.h"
#include "core/models/preset.h"
#include "ui/kappa-facts.h"
#include "ui/kappa-image-panel.h"
#include "ui/kappa-layer-list.h"
#include "ui/kappa-network-panel.h"
#include "ui/kappa-tensor-panel.h"
#include "ui/kappa-validated-row.h"
#include "ui/kappa-words.h"

/**
 * KappaModelPage:
 *
 * What a file turned out to be: the network as blocks to walk through; beside it its layers and
 * their tensors, or what it makes of an image; at the side what the network is, which preset says
 * what the file cannot, and where the file comes from. What is selected in one is selected in all.
 */
struct _KappaModelPage
{
  KappaPage parent_instance;

  GtkStack *stack;
  AdwStatusPage *status;
  KappaNetworkPanel *network;
  GtkStack *tabs;
  KappaLayerList *layers;
  KappaTensorPanel *tensor;
  KappaImagePanel *image;

  GtkWidget *side;
  KappaFacts *facts, *file;
  AdwComboRow *preset;
  KappaValidatedRow *settings;
  GtkLabel *evidence;
  char **presets;

  KappaDocument *document;
  KappaModel *model; /* what is shown */
  KappaBlocks *blocks;
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
  kappa_facts_set (self->facts, "Classes", classes, kappa_model_get_class_evidence (model, NULL));
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

/* Structure only: no weight is read for it. */
static void
show_structure (KappaModelPage *self)
{
  g_clear_pointer (&self->blocks, kappa_blocks_unref);
  if (self->model != NULL)
    self->blocks = kappa_model_list_blocks (self->model, NULL);
  self->following = TRUE;
  kappa_layer_list_set_model (self->layers, self->model);
  self->following = FALSE;
  kappa_network_panel_set_model (self->network, self->model, self->blocks);
  kappa_image_panel_set_model (self->image, self->model, self->blocks);
}

static void
show_model (KappaModelPage *self, KappaModel *model)
{
  gboolean other = model != self->model;

  g_set_object (&self->model, model);
  if (other)
    show_structure (self);
  if (model == NULL)
    {
      kappa_tensor_panel_show (self->tensor, NULL, NULL);
      return;
    }
  if (other)
    {
      kappa_facts_clear (self->facts);
      kappa_facts_clear (self->file);
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
follow_dataset (KappaModelPage *self)
{
  KappaDocument *document = kappa_desk_get_dataset (kappa_page_get_desk (KAPPA_PAGE (self)));

  kappa_image_panel_set_dataset (self->image,
                                 document != NULL ? kappa_document_get_dataset (document) : NULL);
}

static void
layer_selected_cb (KappaModelPage *self)
{
  const char *layer = kappa_layer_list_get_selected (self->layers);
  guint block = self->blocks != NULL && layer != NULL ? kappa_blocks_find (self->blocks, layer)
                                                      : KAPPA_BLOCK_NONE;

  kappa_tensor_panel_show (self->tensor, self->model, layer);
  if (self->following || block == KAPPA_BLOCK_NONE)
    return;
  kappa_network_view_select (kappa_network_panel_get_view (self->network), block);
  kappa_image_panel_set_block (self->image, block);
}

/* The first layer of a group stands for it in the list. */
static const char *
first_layer (KappaModelPage *self, guint block)
{
  const KappaBlock *chosen = kappa_blocks_get (self->blocks, block);

  for (guint leaf = chosen->first_leaf; leaf < chosen->first_leaf + chosen->n_leaves; leaf++)
    {
      const KappaBlock *found
          = kappa_blocks_get (self->blocks, kappa_blocks_get_leaf (self->blocks, leaf));

      if (found->layer != KAPPA_BLOCK_NONE)
        return found->name;
    }
  return NULL;
}

static void
block_selected_cb (KappaModelPage *self, guint block)
{
  const char *layer = block != KAPPA_BLOCK_NONE ? first_layer (self, block) : NULL;

  self->following = TRUE;
  if (layer != NULL)
    kappa_layer_list_select (self->layers, layer);
  self->following = FALSE;
  kappa_image_panel_set_block (self->image, block);
}

static void
tab_cb (KappaModelPage *self)
{
  kappa_image_panel_set_shown (
      self->image, g_strcmp0 (gtk_stack_get_visible_child_name (self->tabs), "image") == 0);
}

static gboolean
is_picture (const char *path)
{
  static const char *const suffixes[] = { ".jpg", ".jpeg", ".png", NULL };
  g_autofree char *lower = g_ascii_strdown (path, -1);

  for (guint i = 0; suffixes[i] != NULL; i++)
    if (g_str_has_suffix (lower, suffixes[i]))
      return TRUE;
  return FALSE;
}

/* A picture that is dropped here is shown to the network; everything else is opened as elsewhere.
 */
static gboolean
drop_cb (KappaModelPage *self, const GValue *value)
{
  g_autoptr (GSList) files = gdk_file_list_get_files (g_value_get_boxed (value));

  for (GSList *l = files; l != NULL; l = l->next)
    {
      g_autofree char *path = g_file_get_path (l->data), *uri = g_file_get_uri (l->data);

      if (path != NULL && self->model != NULL && is_picture (path))
        {
          kappa_image_panel_open (self->image, path);
          gtk_stack_set_visible_child_name (self->tabs, "image");
        }
      else
        gtk_widget_activate_action (GTK_WIDGET (self), "win.open-uri", "s", uri);
    }
  return files != NULL;
}

static void
told_cb (KappaModelPage *self, const char *message)
{
  kappa_desk_tell (kappa_page_get_desk (KAPPA_PAGE (self)), message);
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
make_layers (KappaModelPage *self)
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

static GtkWidget *
make_tabs (KappaModelPage *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6), *switcher = gtk_stack_switcher_new ();

  self->tabs = GTK_STACK (gtk_stack_new ());
  self->image = KAPPA_IMAGE_PANEL (kappa_image_panel_new ());
  gtk_widget_add_css_class (GTK_WIDGET (self->image), "card-like");
  gtk_stack_add_titled (self->tabs, make_layers (self), "layers", "Layers");
  gtk_stack_add_titled (self->tabs, GTK_WIDGET (self->image), "image", "Image");
  gtk_stack_switcher_set_stack (GTK_STACK_SWITCHER (switcher), self->tabs);
  gtk_widget_set_halign (switcher, GTK_ALIGN_START);
  gtk_widget_set_vexpand (GTK_WIDGET (self->tabs), TRUE);
  gtk_box_append (GTK_BOX (box), switcher);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->tabs));
  g_signal_connect_object (self->tabs, "notify::visible-child", G_CALLBACK (tab_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->image, "told", G_CALLBACK (told_cb), self, G_CONNECT_SWAPPED);
  return box;
}

static GtkWidget *
make_middle (KappaModelPage *self)
{
  GtkWidget *paned = gtk_paned_new (GTK_ORIENTATION_HORIZONTAL);

  self->network = KAPPA_NETWORK_PANEL (kappa_network_panel_new ());
  gtk_widget_add_css_class (GTK_WIDGET (self->network), "card-like");
  gtk_widget_set_size_request (GTK_WIDGET (self->network), 300, -1);
  gtk_paned_set_start_child (GTK_PANED (paned), GTK_WIDGET (self->network));
  gtk_paned_set_end_child (GTK_PANED (paned), make_tabs (self));
  gtk_paned_set_shrink_start_child (GTK_PANED (paned), FALSE);
  gtk_paned_set_shrink_end_child (GTK_PANED (paned), FALSE);
  gtk_paned_set_resize_start_child (GTK_PANED (paned), FALSE);
  gtk_paned_set_position (GTK_PANED (paned), 400);
  g_signal_connect_object (kappa_network_panel_get_view (self->network), "selected",
                           G_CALLBACK (block_selected_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->network, "told", G_CALLBACK (told_cb), self, G_CONNECT_SWAPPED);
  return paned;
}

static void
accept_drops (KappaModelPage *self)
{
  GtkDropTarget *target = gtk_drop_target_new (GDK_TYPE_FILE_LIST, GDK_ACTION_COPY);

  g_signal_connect_swapped (target, "drop", G_CALLBACK (drop_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (target));
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
  g_signal_connect_object (kappa_page_get_desk (page), "notify::dataset",
                           G_CALLBACK (follow_dataset), self, G_CONNECT_SWAPPED);
  accept_drops (self);
  follow_document (self);
  follow_dataset (self);
}

static GtkWidget *
kappa_model_page_get_side (KappaPage *page)
{
  return KAPPA_MODEL_PAGE (page)->side;
}

static KappaPlotView *
kappa_model_page_get_plot (KappaPage *page)
{
  KappaModelPage *self = KAPPA_MODEL_PAGE (page);

  return g_strcmp0 (gtk_stack_get_visible_child_name (self->tabs), "image") == 0
             ? kappa_image_panel_get_plot (self->image)
             : kappa_tensor_panel_get_plot (self->tensor);
}

static void
kappa_model_page_dispose (GObject *object)
{
  KappaModelPage *self = KAPPA_MODEL_PAGE (object);

  if (self->document != NULL)
    g_signal_handlers_disconnect_by_data (self->document, self);
  g_clear_object (&self->document);
  g_clear_object (&self->model);
  g_clear_pointer (&self->blocks, kappa_blocks_unref);
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
