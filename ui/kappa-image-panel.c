#include "ui/kappa-image-panel.h"

#include "ui/kappa-figure-saver.h"
#include "ui/kappa-guess-list.h"
#include "ui/kappa-look.h"
#include "ui/kappa-texture.h"
#include "ui/plot/colormap.h"
#include "ui/plot/export.h"
#include "ui/plot/maps-figure.h"

/**
 * KappaImagePanel:
 *
 * What a network makes of one image: the classes it takes it for, and what the selected block makes
 * of it, as maps. Everything is computed in a thread, and only while the panel is looked at.
 */
struct _KappaImagePanel
{
  GtkWidget parent_instance;

  GtkWidget *child; /* the stack */
  GtkStack *stack;
  AdwStatusPage *status;
  GtkPicture *picture;
  GtkLabel *title, *block_label, *readout;
  KappaGuessList *guesses;
  GtkDropDown *kind;
  GtkToggleButton *common;
  GtkWidget *token_button, *spinner, *previous, *next, *sample;
  KappaPlotView *plot;
  KappaMapsFigure *figure;

  KappaModel *model;
  KappaBlocks *blocks;
  guint block;
  KappaDataset *dataset;
  KappaPicture image;
  gboolean has_image, shown, stale;
  guint token;        /* that looks at the others, */
  gboolean has_token; /* if the user chose one */
  KappaLook *look;    /* what is shown */
  GCancellable *looking;
};

G_DEFINE_FINAL_TYPE (KappaImagePanel, kappa_image_panel, GTK_TYPE_WIDGET)

typedef enum
{
  KIND_FEATURES,
  KIND_ATTENTION,
  KIND_ROLLOUT,
} Kind;

#define SEEN_SIZE 128

static guint told_signal;

static void
tell (const char *message, gpointer data)
{
  g_signal_emit (data, told_signal, 0, message);
}

static const KappaBlock *
get_block (KappaImagePanel *self)
{
  return self->blocks != NULL && self->block != KAPPA_BLOCK_NONE
             ? kappa_blocks_get (self->blocks, self->block)
             : NULL;
}

static Kind
get_kind (KappaImagePanel *self)
{
  const KappaBlock *block = get_block (self);
  guint selected = gtk_drop_down_get_selected (self->kind);

  if (block == NULL || block->attention == NULL || selected == GTK_INVALID_LIST_POSITION)
    return KIND_FEATURES;
  return (Kind)selected;
}

/* All attention up to the selected block. */
static void
add_attentions (KappaImagePanel *self, GPtrArray *names)
{
  const KappaBlock *block = get_block (self);
  const guint end = block->first_leaf + block->n_leaves;

  for (guint leaf = 0; leaf < end; leaf++)
    {
      const KappaBlock *other
          = kappa_blocks_get (self->blocks, kappa_blocks_get_leaf (self->blocks, leaf));

      if (other->attention != NULL)
        g_ptr_array_add (names, other->attention);
    }
}

static GPtrArray *
list_names (KappaImagePanel *self)
{
  const KappaBlock *block = get_block (self);
  GPtrArray *names = g_ptr_array_new ();

  if (block != NULL && get_kind (self) == KIND_ROLLOUT)
    add_attentions (self, names);
  else if (block != NULL && get_kind (self) == KIND_ATTENTION)
    g_ptr_array_add (names, block->attention);
  else if (block != NULL && block->result != NULL)
    g_ptr_array_add (names, block->result);
  g_ptr_array_add (names, NULL);
  return names;
}

/* The class token looks, or the mean of all tokens where there is none, unless the user chose one.
 */
static void
settle_token (KappaImagePanel *self, const KappaProbed *attention)
{
  const KappaImage *seen = self->look->seen;
  const gint64 tokens = attention->shape.dims[attention->shape.rank - 1];
  guint rows, columns;

  if (self->has_token && self->token < tokens)
    return;
  self->has_token = FALSE;
  self->token = kappa_tokens_find_leading (tokens, seen->height, seen->width, &rows, &columns) > 0
                    ? 0
                    : KAPPA_TOKEN_MEAN;
}

static KappaMaps *
make_maps (KappaImagePanel *self)
{
  const KappaImage *seen = self->look->seen;
  GPtrArray *values = self->look->values;

  if (values->len == 0)
    return NULL;
  if (get_kind (self) != KIND_FEATURES)
    settle_token (self, values->pdata[0]);
  switch (get_kind (self))
    {
    case KIND_ROLLOUT:
      return kappa_maps_new_for_rollout (values, self->token, seen->height, seen->width);
    case KIND_ATTENTION:
      return kappa_maps_new_for_attention (values->pdata[0], self->token, seen->height,
                                           seen->width);
    case KIND_FEATURES:
    default:
      return kappa_maps_new_for_features (values->pdata[0], seen->height, seen->width);
    }
}

/* The token that looks, as a cell of the maps. */
static int
find_cell (KappaImagePanel *self, const KappaMaps *maps)
{
  if (get_kind (self) == KIND_FEATURES || self->token == KAPPA_TOKEN_MEAN
      || self->token < maps->n_leading)
    return -1;
  return (int)(self->token - maps->n_leading);
}

static char *
describe_maps (KappaImagePanel *self, const KappaMaps *maps)
{
  const KappaMapStatistics all = kappa_maps_measure (maps, 0, maps->n);
  int cell = find_cell (self, maps);
  g_autofree char *who = NULL;

  if (get_kind (self) == KIND_FEATURES)
    return maps->height * maps->width == 1
               ? g_strdup_printf ("%u numbers from %.4g to %.4g, mean %.4g, zeros %.3g %%", maps->n,
                                  all.minimum, all.maximum, all.mean, 100.0 * all.zeros)
               : g_strdup_printf ("%u maps of %u × %u, from %.4g to %.4g, mean %.4g, zeros %.3g %%",
                                  maps->n, maps->height, maps->width, all.minimum, all.maximum,
                                  all.mean, 100.0 * all.zeros);
  if (cell >= 0)
    who = g_strdup_printf ("the patch in row %u, column %u looks", (guint)cell / maps->width,
                           (guint)cell % maps->width);
  else
    who = g_strdup (self->token == KAPPA_TOKEN_MEAN ? "the mean over all tokens"
                                                    : "the class token looks");
  if (get_kind (self) == KIND_ROLLOUT)
    return g_strdup_printf ("Attention rollout through %u layers: %s; click a patch for its own",
                            self->look->values->len, who);
  return g_strdup_printf ("Attention of %u heads and their mean: %s; click a patch for its own",
                          maps->n - 1, who);
}

static void
read_out (KappaImagePanel *self)
{
  const char *text = kappa_plot_view_get_readout (self->plot);
  const KappaMaps *maps = kappa_maps_figure_get_maps (self->figure);
  g_autofree char *about = maps != NULL ? describe_maps (self, maps) : NULL;

  gtk_label_set_label (self->readout, text != NULL ? text : about != NULL ? about : "");
}

static void
show_maps (KappaImagePanel *self)
{
  static const KappaMapsWords channels = { "channel", NULL }, heads = { "head", "mean of heads" },
                              rollout = { "rollout", "rollout" };
  const Kind kind = get_kind (self);
  KappaMaps *maps = self->look != NULL ? make_maps (self) : NULL;
  const gboolean over = maps != NULL && kind != KIND_FEATURES;

  kappa_maps_figure_set_image (self->figure, over ? self->look->seen : NULL,
                               maps != NULL ? find_cell (self, maps) : -1);
  g_object_set (self->figure, "colormap", over ? KAPPA_COLORMAP_MAGMA : KAPPA_COLORMAP_VIRIDIS,
                NULL);
  kappa_maps_figure_take (self->figure, maps,
                          kind == KIND_ROLLOUT     ? &rollout
                          : kind == KIND_ATTENTION ? &heads
                                                   : &channels);
  gtk_widget_set_visible (self->token_button, over && self->has_token);
  if (over)
    gtk_button_set_label (GTK_BUTTON (self->token_button),
                          maps->n_leading > 0 ? "Class Token" : "Mean");
  read_out (self);
}

static void
show_look (KappaImagePanel *self)
{
  const KappaLook *look = self->look;
  g_autofree char *title = look->truth != NULL
                               ? g_strdup_printf ("%s\nlabelled %s", look->title, look->truth)
                               : g_strdup (look->title);
  g_autoptr (GdkTexture) texture = kappa_texture_new_for_image (look->seen, SEEN_SIZE * 2);

  gtk_picture_set_paintable (self->picture, GDK_PAINTABLE (texture));
  gtk_label_set_label (self->title, title);
  kappa_guess_list_show (self->guesses, self->model, look->guesses);
  gtk_stack_set_visible_child_name (self->stack, "look");
  show_maps (self);
}

static void
show_status (KappaImagePanel *self, const char *title, const char *text)
{
  g_autofree char *escaped = g_markup_escape_text (text, -1);

  adw_status_page_set_title (self->status, title);
  adw_status_page_set_description (self->status, escaped);
  gtk_stack_set_visible_child_name (self->stack, "status");
}

static void
stop_looking (KappaImagePanel *self)
{
  g_cancellable_cancel (self->looking);
  g_clear_object (&self->looking);
  gtk_widget_set_visible (self->spinner, FALSE);
}

static void
looked_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (KappaImagePanel) self = data;
  g_autoptr (GError) error = NULL;
  KappaLook *look = kappa_look_finish (result, &error);

  if (self->looking == NULL || g_task_get_cancellable (G_TASK (result)) != self->looking)
    {
      g_clear_pointer (&look, kappa_look_free);
      return;
    }
  stop_looking (self);
  g_clear_pointer (&self->look, kappa_look_free);
  self->look = look;
  if (look != NULL)
    show_look (self);
  else
    show_status (self, "This Image Cannot Be Shown to the Network", error->message);
}

/* Only what is looked at is computed. */
static void
look_again (KappaImagePanel *self)
{
  g_autoptr (GPtrArray) names = NULL;

  self->stale = TRUE;
  if (!self->shown || self->model == NULL || !self->has_image)
    return;
  self->stale = FALSE;
  stop_looking (self);
  names = list_names (self);
  self->looking = g_cancellable_new ();
  gtk_widget_set_visible (self->spinner, TRUE);
  kappa_look_start (self->model, &self->image, (const char *const *)names->pdata, self->looking,
                    looked_cb, g_object_ref (self));
}

static void
show_block (KappaImagePanel *self)
{
  const KappaBlock *block = get_block (self);
  g_autofree char *text
      = block == NULL ? g_strdup ("Select a block to see its maps")
        : block->result == NULL
            ? g_strdup_printf ("%s has no name in the network", block->name)
            : g_strdup_printf ("%s%s%s", block->name, block->then != NULL ? ", after " : "",
                               block->then != NULL ? block->then : "");

  gtk_label_set_label (self->block_label, text);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->block_label), text);
  gtk_widget_set_visible (GTK_WIDGET (self->kind), block != NULL && block->attention != NULL);
}

static void
kind_cb (KappaImagePanel *self)
{
  look_again (self);
}

static void
common_cb (KappaImagePanel *self)
{
  g_object_set (self->figure, "scale",
                gtk_toggle_button_get_active (self->common) ? KAPPA_MAPS_SCALE_COMMON
                                                            : KAPPA_MAPS_SCALE_EACH,
                NULL);
}

static void
token_cb (KappaImagePanel *self)
{
  self->has_token = FALSE;
  show_maps (self);
}

static void
picked_cb (KappaImagePanel *self, double x, double y)
{
  const KappaMaps *maps = kappa_maps_figure_get_maps (self->figure);
  guint map, row, column;

  if (get_kind (self) == KIND_FEATURES
      || !kappa_maps_figure_find_cell (self->figure, x, y, &map, &row, &column))
    return;
  self->token = maps->n_leading + row * maps->width + column;
  self->has_token = TRUE;
  show_maps (self);
}

static void
show_number (KappaImagePanel *self)
{
  const guint n = self->dataset != NULL ? kappa_dataset_get_n_items (self->dataset) : 0;
  const gboolean walking = self->has_image && self->image.dataset != NULL;

  gtk_widget_set_visible (self->previous, n > 0);
  gtk_widget_set_visible (self->next, n > 0);
  gtk_widget_set_visible (self->sample, n > 0);
  gtk_widget_set_sensitive (self->previous, walking && self->image.item > 0);
  gtk_widget_set_sensitive (self->next, !walking || self->image.item + 1 < n);
}

static void
take_item (KappaImagePanel *self, guint item)
{
  kappa_picture_clear (&self->image);
  self->image.dataset = g_object_ref (self->dataset);
  self->image.item = item;
  self->has_image = TRUE;
  show_number (self);
  look_again (self);
}

static void
step_cb (KappaImagePanel *self, int step)
{
  const gboolean walking = self->has_image && self->image.dataset == self->dataset;

  if (self->dataset == NULL || kappa_dataset_get_n_items (self->dataset) == 0)
    return;
  take_item (self, walking ? (guint)CLAMP ((int)self->image.item + step, 0,
                                           (int)kappa_dataset_get_n_items (self->dataset) - 1)
                           : 0);
}

static void
chosen_cb (GtkNativeDialog *dialog, int response, KappaImagePanel *self)
{
  g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
  g_autofree char *path = file != NULL ? g_file_get_path (file) : NULL;

  if (response == GTK_RESPONSE_ACCEPT && path != NULL)
    kappa_image_panel_open (self, path);
  g_object_unref (dialog);
}

static void
choose (KappaImagePanel *self)
{
  GtkFileChooserNative *chooser = gtk_file_chooser_native_new (
      "Open an Image", GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))),
      GTK_FILE_CHOOSER_ACTION_OPEN, "_Open", "_Cancel");
  g_autoptr (GtkFileFilter) filter = gtk_file_filter_new ();

  gtk_file_filter_set_name (filter, "JPEG and PNG");
  gtk_file_filter_add_suffix (filter, "jpg");
  gtk_file_filter_add_suffix (filter, "jpeg");
  gtk_file_filter_add_suffix (filter, "png");
  gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (chooser), filter);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (chooser), TRUE);
  g_signal_connect_object (chooser, "response", G_CALLBACK (chosen_cb), self, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (chooser));
}

static gboolean
save (const char *path, gpointer data, GError **error)
{
  const KappaExportOptions options = KAPPA_EXPORT_OPTIONS_INIT;

  return kappa_figure_export (KAPPA_FIGURE (KAPPA_IMAGE_PANEL (data)->figure), path, &options,
                              error);
}

static void
action_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  KappaImagePanel *self = KAPPA_IMAGE_PANEL (widget);

  if (g_str_equal (action, "image.open"))
    choose (self);
  else if (g_str_equal (action, "image.sample") || g_str_equal (action, "image.next"))
    step_cb (self, 1);
  else if (g_str_equal (action, "image.previous"))
    step_cb (self, -1);
  else if (g_str_equal (action, "image.token"))
    token_cb (self);
  else if (self->look != NULL)
    kappa_figure_saver_run (widget, "Export the Maps", "maps.png", save, tell, self);
}

static void
kappa_image_panel_dispose (GObject *object)
{
  KappaImagePanel *self = KAPPA_IMAGE_PANEL (object);

  g_cancellable_cancel (self->looking);
  g_clear_object (&self->looking);
  g_clear_pointer (&self->child, gtk_widget_unparent);
  g_clear_pointer (&self->look, kappa_look_free);
  kappa_picture_clear (&self->image);
  g_clear_object (&self->figure);
  g_clear_object (&self->model);
  g_clear_object (&self->dataset);
  g_clear_pointer (&self->blocks, kappa_blocks_unref);
  G_OBJECT_CLASS (kappa_image_panel_parent_class)->dispose (object);
}

static void
kappa_image_panel_class_init (KappaImagePanelClass *klass)
{
  static const char *const actions[] = { "image.open",     "image.sample", "image.next",
                                         "image.previous", "image.token",  "image.export" };
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = kappa_image_panel_dispose;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    gtk_widget_class_install_action (widget_class, actions[i], NULL, action_cb);

  /**
   * KappaImagePanel::told:
   * @message: for the user
   */
  told_signal = g_signal_new ("told", KAPPA_TYPE_IMAGE_PANEL, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
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
make_status (KappaImagePanel *self)
{
  GtkWidget *buttons = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12),
            *open = gtk_button_new_with_mnemonic ("_Open an Image…");

  self->status = ADW_STATUS_PAGE (adw_status_page_new ());
  adw_status_page_set_icon_name (self->status, "image-x-generic-symbolic");
  gtk_widget_add_css_class (GTK_WIDGET (self->status), "compact");
  self->sample = gtk_button_new_with_mnemonic ("From the _Data");
  gtk_actionable_set_action_name (GTK_ACTIONABLE (open), "image.open");
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->sample), "image.sample");
  gtk_widget_add_css_class (open, "pill");
  gtk_widget_add_css_class (self->sample, "pill");
  gtk_widget_set_halign (buttons, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (buttons), open);
  gtk_box_append (GTK_BOX (buttons), self->sample);
  adw_status_page_set_child (self->status, buttons);
  return GTK_WIDGET (self->status);
}

static GtkWidget *
make_head (KappaImagePanel *self)
{
  GtkWidget *head = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12),
            *column = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6),
            *bar = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);

  self->picture = GTK_PICTURE (gtk_picture_new ());
  gtk_picture_set_can_shrink (self->picture, TRUE);
  gtk_widget_set_size_request (GTK_WIDGET (self->picture), SEEN_SIZE, SEEN_SIZE);
  gtk_widget_set_valign (GTK_WIDGET (self->picture), GTK_ALIGN_START);
  gtk_picture_set_alternative_text (self->picture, "The image as the network sees it");
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->picture), "The image as the network sees it");
  self->title = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_xalign (self->title, 0.0f);
  gtk_label_set_ellipsize (self->title, PANGO_ELLIPSIZE_MIDDLE);
  gtk_widget_set_hexpand (GTK_WIDGET (self->title), TRUE);
  gtk_widget_add_css_class (GTK_WIDGET (self->title), "caption");
  gtk_widget_add_css_class (GTK_WIDGET (self->title), "dim-label");
  self->spinner = gtk_spinner_new ();
  gtk_spinner_start (GTK_SPINNER (self->spinner));
  self->previous
      = make_button ("go-previous-symbolic", "The image before in the data", "image.previous");
  self->next = make_button ("go-next-symbolic", "The next image of the data", "image.next");
  gtk_box_append (GTK_BOX (bar), GTK_WIDGET (self->title));
  gtk_box_append (GTK_BOX (bar), self->spinner);
  gtk_box_append (GTK_BOX (bar), self->previous);
  gtk_box_append (GTK_BOX (bar), self->next);
  gtk_box_append (GTK_BOX (bar),
                  make_button ("document-open-symbolic", "Open an image", "image.open"));
  self->guesses = KAPPA_GUESS_LIST (kappa_guess_list_new ());
  gtk_box_append (GTK_BOX (column), bar);
  gtk_box_append (GTK_BOX (column), GTK_WIDGET (self->guesses));
  gtk_box_append (GTK_BOX (head), GTK_WIDGET (self->picture));
  gtk_box_append (GTK_BOX (head), column);
  gtk_widget_add_css_class (head, "padded");
  return head;
}

static GtkWidget *
make_controls (KappaImagePanel *self)
{
  static const char *const kinds[] = { "Features", "Attention", "Rollout", NULL };
  GtkWidget *bar = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  self->block_label = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_xalign (self->block_label, 0.0f);
  gtk_label_set_ellipsize (self->block_label, PANGO_ELLIPSIZE_START);
  gtk_widget_set_hexpand (GTK_WIDGET (self->block_label), TRUE);
  gtk_widget_add_css_class (GTK_WIDGET (self->block_label), "heading");
  self->kind = GTK_DROP_DOWN (gtk_drop_down_new_from_strings (kinds));
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->kind), "What is shown of the block");
  g_signal_connect_swapped (self->kind, "notify::selected", G_CALLBACK (kind_cb), self);
  self->token_button = gtk_button_new_with_label ("All");
  gtk_widget_set_tooltip_text (self->token_button,
                               "Let the class token look again, or the mean of all");
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->token_button), "image.token");
  self->common = GTK_TOGGLE_BUTTON (gtk_toggle_button_new_with_label ("One scale"));
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->common),
                               "The same colours for all maps, instead of each map's own");
  g_signal_connect_swapped (self->common, "toggled", G_CALLBACK (common_cb), self);
  gtk_box_append (GTK_BOX (bar), GTK_WIDGET (self->block_label));
  gtk_box_append (GTK_BOX (bar), GTK_WIDGET (self->kind));
  gtk_box_append (GTK_BOX (bar), self->token_button);
  gtk_box_append (GTK_BOX (bar), GTK_WIDGET (self->common));
  gtk_box_append (GTK_BOX (bar),
                  make_button ("document-save-symbolic", "Export the maps", "image.export"));
  gtk_widget_add_css_class (bar, "padded");
  return bar;
}

static GtkWidget *
make_look (KappaImagePanel *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  self->figure = KAPPA_MAPS_FIGURE (kappa_maps_figure_new ());
  self->plot = KAPPA_PLOT_VIEW (kappa_plot_view_new ());
  g_object_set (self->plot, "label", "Maps of the selected block", NULL);
  kappa_plot_view_set_figure (self->plot, KAPPA_FIGURE (self->figure));
  gtk_widget_set_vexpand (GTK_WIDGET (self->plot), TRUE);
  g_signal_connect_object (self->plot, "notify::readout", G_CALLBACK (read_out), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->plot, "picked", G_CALLBACK (picked_cb), self, G_CONNECT_SWAPPED);
  self->readout = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_xalign (self->readout, 0.0f);
  gtk_label_set_yalign (self->readout, 0.0f);
  gtk_label_set_wrap (self->readout, TRUE);
  gtk_label_set_lines (self->readout, 3);
  gtk_label_set_ellipsize (self->readout, PANGO_ELLIPSIZE_END);
  gtk_widget_set_size_request (GTK_WIDGET (self->readout), -1, 56);
  gtk_widget_add_css_class (GTK_WIDGET (self->readout), "readout");
  gtk_widget_add_css_class (GTK_WIDGET (self->readout), "numeric");
  gtk_widget_add_css_class (GTK_WIDGET (self->readout), "caption");
  gtk_box_append (GTK_BOX (box), make_head (self));
  gtk_box_append (GTK_BOX (box), gtk_separator_new (GTK_ORIENTATION_HORIZONTAL));
  gtk_box_append (GTK_BOX (box), make_controls (self));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->plot));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->readout));
  return box;
}

static void
show_empty (KappaImagePanel *self)
{
  show_status (self, "Show the Network an Image",
               "Drop a photograph here: what it is taken for, and what each block makes of it.");
}

static void
kappa_image_panel_init (KappaImagePanel *self)
{
  self->block = KAPPA_BLOCK_NONE;
  self->child = gtk_stack_new ();
  self->stack = GTK_STACK (self->child);
  gtk_stack_add_named (self->stack, make_status (self), "status");
  gtk_stack_add_named (self->stack, make_look (self), "look");
  gtk_widget_set_parent (self->child, GTK_WIDGET (self));
  gtk_widget_set_visible (self->spinner, FALSE);
  gtk_widget_set_visible (self->token_button, FALSE);
  show_empty (self);
  show_number (self);
  show_block (self);
}

GtkWidget *
kappa_image_panel_new (void)
{
  return g_object_new (KAPPA_TYPE_IMAGE_PANEL, NULL);
}

/**
 * kappa_image_panel_set_model:
 * @model: (nullable): the image stays when another model is shown
 * @blocks: (nullable): those of the model
 */
void
kappa_image_panel_set_model (KappaImagePanel *self, KappaModel *model, KappaBlocks *blocks)
{
  stop_looking (self);
  g_set_object (&self->model, model);
  g_clear_pointer (&self->blocks, kappa_blocks_unref);
  self->blocks = blocks != NULL ? kappa_blocks_ref (blocks) : NULL;
  self->block = KAPPA_BLOCK_NONE;
  self->has_token = FALSE;
  g_clear_pointer (&self->look, kappa_look_free);
  show_block (self);
  show_maps (self);
  if (!self->has_image)
    show_empty (self);
  look_again (self);
}

/**
 * kappa_image_panel_set_dataset:
 * @dataset: (nullable): whose images can be walked through
 */
void
kappa_image_panel_set_dataset (KappaImagePanel *self, KappaDataset *dataset)
{
  g_set_object (&self->dataset, dataset);
  show_number (self);
}

/**
 * kappa_image_panel_set_block:
 * @block: whose maps are wanted; %KAPPA_BLOCK_NONE for none
 */
void
kappa_image_panel_set_block (KappaImagePanel *self, guint block)
{
  if (block == self->block)
    return;
  self->block = block;
  show_block (self);
  look_again (self);
}

/**
 * kappa_image_panel_set_shown:
 *
 * Nothing is computed while the panel is not shown.
 */
void
kappa_image_panel_set_shown (KappaImagePanel *self, gboolean shown)
{
  self->shown = shown;
  if (shown && self->stale)
    look_again (self);
}

/**
 * kappa_image_panel_open:
 * @path: a JPEG or PNG file
 */
void
kappa_image_panel_open (KappaImagePanel *self, const char *path)
{
  g_autofree char *copy = g_strdup (path);

  kappa_picture_clear (&self->image);
  self->image.path = g_steal_pointer (&copy);
  self->has_image = TRUE;
  show_number (self);
  look_again (self);
}

/**
 * kappa_image_panel_get_plot:
 *
 * Returns: (transfer none): the maps
 */
KappaPlotView *
kappa_image_panel_get_plot (KappaImagePanel *self)
{
  return self->plot;
}
