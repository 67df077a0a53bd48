#include "ui/kappa-gallery.h"

#include <math.h>

#include "ui/kappa-gallery-item.h"
#include "ui/kappa-words.h"

/**
 * KappaGallery:
 *
 * Images that a table lists, each with what was predicted and what is true.
 */
struct _KappaGallery
{
  GtkWidget parent_instance;

  GtkWidget *scroller;
  GtkGridView *grid;
};

G_DEFINE_FINAL_TYPE (KappaGallery, kappa_gallery, GTK_TYPE_WIDGET)

#define THUMBNAIL 96

static void
kappa_gallery_dispose (GObject *object)
{
  KappaGallery *self = KAPPA_GALLERY (object);

  g_clear_pointer (&self->scroller, gtk_widget_unparent);
  G_OBJECT_CLASS (kappa_gallery_parent_class)->dispose (object);
}

static void
kappa_gallery_class_init (KappaGalleryClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = kappa_gallery_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BIN_LAYOUT);
}

static void
setup_cb (GtkSignalListItemFactory *factory, GtkListItem *item)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 4);
  GtkWidget *picture = gtk_picture_new (), *caption = gtk_label_new (NULL);

  gtk_widget_set_size_request (picture, THUMBNAIL, THUMBNAIL);
  gtk_widget_set_halign (picture, GTK_ALIGN_CENTER);
  gtk_label_set_justify (GTK_LABEL (caption), GTK_JUSTIFY_CENTER);
  gtk_label_set_ellipsize (GTK_LABEL (caption), PANGO_ELLIPSIZE_END);
  gtk_label_set_width_chars (GTK_LABEL (caption), 15);
  gtk_label_set_max_width_chars (GTK_LABEL (caption), 15);
  gtk_widget_add_css_class (caption, "caption");
  gtk_box_append (GTK_BOX (box), picture);
  gtk_box_append (GTK_BOX (box), caption);
  gtk_list_item_set_child (item, box);
}

static void
show_texture (KappaGalleryItem *image, GParamSpec *spec, GtkPicture *picture)
{
  gtk_picture_set_paintable (picture, GDK_PAINTABLE (kappa_gallery_item_get_texture (image)));
}

static void
bind_cb (GtkSignalListItemFactory *factory, GtkListItem *item)
{
  KappaGalleryItem *image = gtk_list_item_get_item (item);
  GtkWidget *box = gtk_list_item_get_child (item), *picture = gtk_widget_get_first_child (box);

  gtk_label_set_label (GTK_LABEL (gtk_widget_get_last_child (box)),
                       kappa_gallery_item_get_caption (image));
  gtk_widget_set_tooltip_text (box, kappa_gallery_item_get_details (image));
  gtk_picture_set_alternative_text (GTK_PICTURE (picture), kappa_gallery_item_get_details (image));
  g_signal_connect_object (image, "notify::texture", G_CALLBACK (show_texture), picture, 0);
  show_texture (image, NULL, GTK_PICTURE (picture));
}

static void
unbind_cb (GtkSignalListItemFactory *factory, GtkListItem *item)
{
  GtkWidget *picture = gtk_widget_get_first_child (gtk_list_item_get_child (item));

  g_signal_handlers_disconnect_by_data (gtk_list_item_get_item (item), picture);
  gtk_picture_set_paintable (GTK_PICTURE (picture), NULL);
}

static void
kappa_gallery_init (KappaGallery *self)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();

  g_signal_connect (factory, "setup", G_CALLBACK (setup_cb), NULL);
  g_signal_connect (factory, "bind", G_CALLBACK (bind_cb), NULL);
  g_signal_connect (factory, "unbind", G_CALLBACK (unbind_cb), NULL);
  self->grid = GTK_GRID_VIEW (gtk_grid_view_new (NULL, factory));
  gtk_grid_view_set_max_columns (self->grid, 40);
  gtk_widget_add_css_class (GTK_WIDGET (self->grid), "gallery");
  self->scroller = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (self->scroller), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (self->scroller), GTK_WIDGET (self->grid));
  gtk_widget_set_parent (self->scroller, GTK_WIDGET (self));
}

GtkWidget *
kappa_gallery_new (void)
{
  return g_object_new (KAPPA_TYPE_GALLERY, NULL);
}

static int
find_column (const KappaTable *table, const char *name)
{
  for (guint i = 0; i < table->n_columns; i++)
    if (g_str_equal (table->columns[i].name, name))
      return (int)i;
  return -1;
}

static const char *
text_at (const KappaTable *table, const char *name, gsize row)
{
  int column = find_column (table, name);
  const char *text = column >= 0 && table->texts[column] != NULL ? table->texts[column][row] : NULL;

  return text != NULL ? text : "";
}

static double
number_at (const KappaTable *table, const char *name, gsize row)
{
  int column = find_column (table, name);

  return column >= 0 && table->numbers[column] != NULL ? table->numbers[column][row] : (double)NAN;
}

static KappaGalleryItem *
make_item (KappaDataset *dataset, const KappaTable *table, gsize row)
{
  const char *truth = text_at (table, "true", row), *predicted = text_at (table, "predicted", row);
  g_autofree char *loss = kappa_words_value (number_at (table, "loss", row), "nat");
  g_autofree char *probability
      = kappa_words_value (100.0 * number_at (table, "probability", row), "%");
  g_autofree char *caption
      = g_strdup_printf ("says %s\nis %s", predicted, *truth != '\0' ? truth : "not labelled");
  g_autofree char *details = g_strdup_printf ("%s\npredicted %s, %s sure\ntrue class %s\nloss %s",
                                              text_at (table, "name", row), predicted, probability,
                                              *truth != '\0' ? truth : "not known", loss);

  return kappa_gallery_item_new (dataset, (guint)number_at (table, "image", row), caption, details);
}

/**
 * kappa_gallery_show:
 * @dataset: whose images they are
 * @table: (nullable): a list of the analysis predict: columns image, name, true, predicted, loss,
 * probability
 */
void
kappa_gallery_show (KappaGallery *self, KappaDataset *dataset, const KappaTable *table)
{
  g_autoptr (GListStore) items = g_list_store_new (KAPPA_TYPE_GALLERY_ITEM);
  g_autoptr (GtkSelectionModel) selection = NULL;
  guint n = kappa_dataset_get_n_items (dataset);

  for (gsize row = 0; table != NULL && row < table->n_rows; row++)
    {
      double index = number_at (table, "image", row);
      g_autoptr (KappaGalleryItem) item
          = index >= 0.0 && index < n ? make_item (dataset, table, row) : NULL;

      if (item != NULL)
        g_list_store_append (items, item);
    }
  selection = GTK_SELECTION_MODEL (gtk_no_selection_new (G_LIST_MODEL (g_steal_pointer (&items))));
  gtk_grid_view_set_model (self->grid, selection);
}
