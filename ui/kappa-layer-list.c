#include "ui/kappa-layer-list.h"

#include <string.h>

#include "ui/kappa-layer-item.h"
#include "ui/kappa-words.h"

/**
 * KappaLayerList:
 *
 * The layers of a network in a table that sorts, with an entry that filters it by name and kind.
 */
struct _KappaLayerList
{
  GtkWidget parent_instance;

  GtkWidget *box;
  GtkSearchEntry *entry;
  GtkLabel *count;
  GtkColumnView *view;
  GtkCustomFilter *filter;
  GtkSingleSelection *selection;
  char *needle;
};

G_DEFINE_FINAL_TYPE (KappaLayerList, kappa_layer_list, GTK_TYPE_WIDGET)

typedef enum
{
  COLUMN_NAME,
  COLUMN_KIND,
  COLUMN_OUTPUT,
  COLUMN_PARAMETERS,
  COLUMN_MACS,
  N_COLUMNS,
} Column;

static const struct
{
  const char *title;
  gboolean is_text;
} columns[N_COLUMNS] = {
  { "Layer", TRUE },       { "Kind", TRUE },           { "Output", TRUE },
  { "Parameters", FALSE }, { "Multiply-adds", FALSE },
};

static guint selected_signal;

static void
kappa_layer_list_dispose (GObject *object)
{
  KappaLayerList *self = KAPPA_LAYER_LIST (object);

  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_object (&self->filter);
  g_clear_object (&self->selection);
  G_OBJECT_CLASS (kappa_layer_list_parent_class)->dispose (object);
}

static void
kappa_layer_list_finalize (GObject *object)
{
  g_free (KAPPA_LAYER_LIST (object)->needle);
  G_OBJECT_CLASS (kappa_layer_list_parent_class)->finalize (object);
}

static void
kappa_layer_list_class_init (KappaLayerListClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = kappa_layer_list_dispose;
  G_OBJECT_CLASS (klass)->finalize = kappa_layer_list_finalize;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BIN_LAYOUT);

  /**
   * KappaLayerList::selected:
   */
  selected_signal = g_signal_new ("selected", KAPPA_TYPE_LAYER_LIST, G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 0);
}

static guint64
number_of (const KappaLayer *layer, Column column)
{
  return column == COLUMN_PARAMETERS ? layer->n_parameters : layer->macs;
}

static char *
dup_cell (KappaLayerItem *item, Column column)
{
  const KappaLayer *layer = kappa_layer_item_get (item);

  switch (column)
    {
    case COLUMN_NAME:
      return g_strdup (layer->name);
    case COLUMN_KIND:
      return g_strdup (layer->kind);
    case COLUMN_OUTPUT:
      return kappa_shape_to_words (&layer->output);
    case COLUMN_PARAMETERS:
    case COLUMN_MACS:
    default:
      return number_of (layer, column) > 0 ? kappa_words_count (number_of (layer, column))
                                           : g_strdup ("–");
    }
}

static int
compare (gconstpointer a, gconstpointer b, gpointer data)
{
  Column column = GPOINTER_TO_UINT (data);
  KappaLayerItem *item_a = (gpointer)a, *item_b = (gpointer)b;
  guint64 number_a = number_of (kappa_layer_item_get (item_a), column), number_b;

  /* Sorting by name is sorting by depth: "layer10" would come before "layer2" otherwise. */
  if (column == COLUMN_NAME)
    return (int)kappa_layer_item_get_index (item_a) - (int)kappa_layer_item_get_index (item_b);
  if (columns[column].is_text)
    {
      g_autofree char *text_a = dup_cell (item_a, column), *text_b = dup_cell (item_b, column);

      return strcmp (text_a, text_b);
    }
  number_b = number_of (kappa_layer_item_get (item_b), column);
  return number_a < number_b ? -1 : number_a > number_b;
}

static gboolean
matches (gpointer item, gpointer data)
{
  KappaLayerList *self = data;
  const KappaLayer *layer = kappa_layer_item_get (item);
  g_autofree char *words = NULL;

  if (self->needle == NULL || *self->needle == '\0')
    return TRUE;
  words = g_strdup_printf ("%s %s", layer->name, layer->kind);
  return strstr (words, self->needle) != NULL;
}

static void
setup_cb (GtkSignalListItemFactory *factory, GtkListItem *item, gpointer data)
{
  Column column = GPOINTER_TO_UINT (data);
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), columns[column].is_text ? 0.0f : 1.0f);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_MIDDLE);
  gtk_widget_add_css_class (label, "numeric");
  gtk_list_item_set_child (item, label);
}

static void
bind_cb (GtkSignalListItemFactory *factory, GtkListItem *item, gpointer data)
{
  g_autofree char *text = dup_cell (gtk_list_item_get_item (item), GPOINTER_TO_UINT (data));

  gtk_label_set_label (GTK_LABEL (gtk_list_item_get_child (item)), text);
}

static void
add_column (KappaLayerList *self, Column column)
{
  gpointer data = GUINT_TO_POINTER (column);
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  g_autoptr (GtkSorter) sorter = GTK_SORTER (gtk_custom_sorter_new (compare, data, NULL));
  g_autoptr (GtkColumnViewColumn) made = NULL;

  g_signal_connect (factory, "setup", G_CALLBACK (setup_cb), data);
  g_signal_connect (factory, "bind", G_CALLBACK (bind_cb), data);
  made = gtk_column_view_column_new (columns[column].title, factory);
  gtk_column_view_column_set_sorter (made, sorter);
  gtk_column_view_column_set_resizable (made, TRUE);
  gtk_column_view_column_set_expand (made, column <= COLUMN_KIND);
  gtk_column_view_append_column (self->view, made);
}

static void
show_count (KappaLayerList *self)
{
  guint shown = g_list_model_get_n_items (G_LIST_MODEL (self->selection));
  g_autofree char *text = g_strdup_printf ("%u layers", shown);

  gtk_label_set_label (self->count, text);
}

static void
search_cb (KappaLayerList *self)
{
  g_free (self->needle);
  self->needle = g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->entry)));
  gtk_filter_changed (GTK_FILTER (self->filter), GTK_FILTER_CHANGE_DIFFERENT);
  if (self->selection != NULL)
    show_count (self);
}

static void
selected_cb (KappaLayerList *self)
{
  g_signal_emit (self, selected_signal, 0);
}

static GtkWidget *
make_search (KappaLayerList *self)
{
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);

  self->entry = GTK_SEARCH_ENTRY (gtk_search_entry_new ());
  g_object_set (self->entry, "placeholder-text", "Filter by name or kind", "hexpand", TRUE, NULL);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->entry), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  "Filter the layers", -1);
  g_signal_connect_swapped (self->entry, "search-changed", G_CALLBACK (search_cb), self);
  self->count = GTK_LABEL (gtk_label_new (NULL));
  gtk_widget_add_css_class (GTK_WIDGET (self->count), "dim-label");
  gtk_box_append (GTK_BOX (line), GTK_WIDGET (self->entry));
  gtk_box_append (GTK_BOX (line), GTK_WIDGET (self->count));
  gtk_widget_add_css_class (line, "padded");
  return line;
}

static void
kappa_layer_list_init (KappaLayerList *self)
{
  GtkWidget *scroller = gtk_scrolled_window_new ();

  self->filter = gtk_custom_filter_new (matches, self, NULL);
  self->view = GTK_COLUMN_VIEW (gtk_column_view_new (NULL));
  gtk_widget_add_css_class (GTK_WIDGET (self->view), "data-table");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->view), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  "Layers", -1);
  for (Column column = 0; column < N_COLUMNS; column++)
    add_column (self, column);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), GTK_WIDGET (self->view));
  gtk_widget_set_vexpand (scroller, TRUE);
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gtk_box_append (GTK_BOX (self->box), make_search (self));
  gtk_box_append (GTK_BOX (self->box), scroller);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
}

GtkWidget *
kappa_layer_list_new (void)
{
  return g_object_new (KAPPA_TYPE_LAYER_LIST, NULL);
}

/**
 * kappa_layer_list_set_model:
 * @model: (nullable)
 */
void
kappa_layer_list_set_model (KappaLayerList *self, KappaModel *model)
{
  GListModel *filtered, *sorted;

  if (self->selection != NULL)
    g_signal_handlers_disconnect_by_data (self->selection, self);
  g_clear_object (&self->selection);
  gtk_column_view_set_model (self->view, NULL);
  if (model == NULL)
    return;
  filtered = G_LIST_MODEL (gtk_filter_list_model_new (kappa_layer_item_list (model),
                                                      GTK_FILTER (g_object_ref (self->filter))));
  sorted = G_LIST_MODEL (
      gtk_sort_list_model_new (filtered, g_object_ref (gtk_column_view_get_sorter (self->view))));
  self->selection = gtk_single_selection_new (sorted);
  gtk_column_view_set_model (self->view, GTK_SELECTION_MODEL (self->selection));
  g_signal_connect_object (self->selection, "notify::selected-item", G_CALLBACK (selected_cb), self,
                           G_CONNECT_SWAPPED);
  show_count (self);
  selected_cb (self);
}

/**
 * kappa_layer_list_get_selected:
 *
 * Returns: (transfer none) (nullable): the name of the layer
 */
const char *
kappa_layer_list_get_selected (KappaLayerList *self)
{
  KappaLayerItem *item
      = self->selection != NULL ? gtk_single_selection_get_selected_item (self->selection) : NULL;

  return item != NULL ? kappa_layer_item_get (item)->name : NULL;
}

/* How many letters of a layer's name are the path to @name, or @name is the path to: 0 if they are
 * not on one path. "layer1.0.conv1" has the tensor "layer1.0.conv1.weight" and is in the block
 * "layer1.0". */
static gsize
count_common (const char *layer, const char *name)
{
  gsize n = strlen (layer), m = strlen (name), common = MIN (n, m);
  char next = n > m ? layer[common] : name[common];

  return strncmp (layer, name, common) == 0 && (next == '\0' || next == '.') ? common : 0;
}

/* How many letters of the path to two names are the same, up to a dot. */
static gsize
count_shared (const char *a, const char *b)
{
  gsize shared = 0;

  for (gsize i = 0; a[i] != '\0' && a[i] == b[i]; i++)
    if (a[i] == '.')
      shared = i;
  return shared;
}

static gboolean
have_same_number (const char *a, const char *b)
{
  gsize n = strlen (a), m = strlen (b);

  return n > 0 && m > 0 && g_ascii_isdigit (a[n - 1]) && a[n - 1] == b[m - 1];
}

/* An activation is no layer: "layer1.0.relu2" follows what in its block has the same number. */
static gsize
rate (const char *layer, const char *name)
{
  gsize common = count_common (layer, name), shared = count_shared (layer, name);

  if (common == 0 && shared == 0)
    return 0;
  return 4 * MAX (common, shared) + (common > 0 ? 2 : 0) + have_same_number (layer, name);
}

static guint
find_nearest (KappaLayerList *self, const char *name)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->selection)), best = n;
  gsize highest = 0;

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (KappaLayerItem) item = g_list_model_get_item (G_LIST_MODEL (self->selection), i);
      gsize rating = rate (kappa_layer_item_get (item)->name, name);

      if (rating > highest)
        {
          highest = rating;
          best = i;
        }
    }
  /* These parts have the names of no layer. */
  if (best == n && n > 0 && g_str_equal (name, "stem"))
    best = 0;
  if (best == n && n > 0 && g_str_equal (name, "head"))
    best = n - 1;
  return best;
}

/**
 * kappa_layer_list_select:
 * @name: of a layer, or of a tensor, an activation or a block; the layer nearest to it is selected
 */
void
kappa_layer_list_select (KappaLayerList *self, const char *name)
{
  guint best;

  if (*gtk_editable_get_text (GTK_EDITABLE (self->entry)) != '\0')
    {
      gtk_editable_set_text (GTK_EDITABLE (self->entry), "");
      search_cb (self);
    }
  if (self->selection == NULL)
    return;
  best = find_nearest (self, name);
  if (best == g_list_model_get_n_items (G_LIST_MODEL (self->selection)))
    return;
  gtk_single_selection_set_selected (self->selection, best);
  gtk_widget_activate_action (GTK_WIDGET (self->view), "list.scroll-to-item", "u", best);
}
