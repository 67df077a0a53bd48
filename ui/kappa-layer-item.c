#include "ui/kappa-layer-item.h"

struct _KappaLayerItem
{
  GObject parent_instance;

  KappaModel *model; /* owns the layer */
  const KappaLayer *layer;
  guint index;
};

G_DEFINE_FINAL_TYPE (KappaLayerItem, kappa_layer_item, G_TYPE_OBJECT)

static void
kappa_layer_item_finalize (GObject *object)
{
  g_object_unref (KAPPA_LAYER_ITEM (object)->model);
  G_OBJECT_CLASS (kappa_layer_item_parent_class)->finalize (object);
}

static void
kappa_layer_item_class_init (KappaLayerItemClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = kappa_layer_item_finalize;
}

static void
kappa_layer_item_init (KappaLayerItem *self)
{
}

/**
 * kappa_layer_item_list:
 *
 * Returns: (transfer full): the layers of a model, in its own order
 */
GListModel *
kappa_layer_item_list (KappaModel *model)
{
  GListStore *list = g_list_store_new (KAPPA_TYPE_LAYER_ITEM);
  guint n;
  const KappaLayer *layers = kappa_model_get_layers (model, &n);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (KappaLayerItem) item = g_object_new (KAPPA_TYPE_LAYER_ITEM, NULL);

      item->model = g_object_ref (model);
      item->layer = &layers[i];
      item->index = i;
      g_list_store_append (list, item);
    }
  return G_LIST_MODEL (list);
}

/**
 * kappa_layer_item_get:
 *
 * Returns: (transfer none): lives as long as the item
 */
const KappaLayer *
kappa_layer_item_get (KappaLayerItem *self)
{
  return self->layer;
}

/**
 * kappa_layer_item_get_index:
 *
 * Returns: its place in the model's own order
 */
guint
kappa_layer_item_get_index (KappaLayerItem *self)
{
  return self->index;
}

/**
 * kappa_shape_to_words:
 *
 * Returns: (transfer full): "16 × 32 × 32"
 */
char *
kappa_shape_to_words (const KappaShape *shape)
{
  GString *text = g_string_new (NULL);

  for (guint d = 0; d < shape->rank; d++)
    g_string_append_printf (text, "%s%" G_GINT64_FORMAT, d > 0 ? " × " : "", shape->dims[d]);
  return g_string_free (text, FALSE);
}
