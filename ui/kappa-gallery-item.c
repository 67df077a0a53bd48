#include "ui/kappa-gallery-item.h"

#include "ui/kappa-texture.h"

struct _KappaGalleryItem
{
  GObject parent_instance;

  KappaDataset *dataset;
  guint index;
  char *caption, *details;
  GdkTexture *texture;
  gboolean asked;
};

G_DEFINE_FINAL_TYPE (KappaGalleryItem, kappa_gallery_item, G_TYPE_OBJECT)

enum
{
  PROP_TEXTURE = 1,
  N_PROPS
};

#define SIDE 192 /* pixels: enough for scale 2 */

typedef struct
{
  KappaDataset *dataset;
  guint index;
} Order;

static GParamSpec *props[N_PROPS];

static void
kappa_gallery_item_finalize (GObject *object)
{
  KappaGalleryItem *self = KAPPA_GALLERY_ITEM (object);

  g_clear_object (&self->dataset);
  g_clear_object (&self->texture);
  g_free (self->caption);
  g_free (self->details);
  G_OBJECT_CLASS (kappa_gallery_item_parent_class)->finalize (object);
}

static void
kappa_gallery_item_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_TEXTURE)
    g_value_set_object (value, KAPPA_GALLERY_ITEM (object)->texture);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
kappa_gallery_item_class_init (KappaGalleryItemClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = kappa_gallery_item_finalize;
  object_class->get_property = kappa_gallery_item_get_property;
  props[PROP_TEXTURE]
      = g_param_spec_object ("texture", NULL, NULL, GDK_TYPE_TEXTURE,
                             G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
kappa_gallery_item_init (KappaGalleryItem *self)
{
}

/**
 * kappa_gallery_item_new:
 * @index: which item of the dataset
 * @caption: a few words below the picture
 * @details: lines for who looks closer
 */
KappaGalleryItem *
kappa_gallery_item_new (KappaDataset *dataset,
                        guint index,
                        const char *caption,
                        const char *details)
{
  KappaGalleryItem *self = g_object_new (KAPPA_TYPE_GALLERY_ITEM, NULL);

  self->dataset = g_object_ref (dataset);
  self->index = index;
  self->caption = g_strdup (caption);
  self->details = g_strdup (details);
  return self;
}

const char *
kappa_gallery_item_get_caption (KappaGalleryItem *self)
{
  return self->caption;
}

const char *
kappa_gallery_item_get_details (KappaGalleryItem *self)
{
  return self->details;
}

static void
order_free (gpointer data)
{
  Order *order = data;

  g_object_unref (order->dataset);
  g_free (order);
}

static void
load_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Order *order = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (KappaImage) image
      = kappa_dataset_load_image (order->dataset, order->index, NULL, &error);

  if (image != NULL)
    g_task_return_pointer (task, kappa_texture_new_for_image (image, SIDE), g_object_unref);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

/* A broken image stays without a picture; the data set lists it with its reason. */
static void
loaded_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (KappaGalleryItem) self = data;

  self->texture = g_task_propagate_pointer (G_TASK (result), NULL);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_TEXTURE]);
}

/**
 * kappa_gallery_item_get_texture:
 *
 * Returns: (transfer none) (nullable): the picture; %NULL while it is being decoded, which this
 * call begins
 */
GdkTexture *
kappa_gallery_item_get_texture (KappaGalleryItem *self)
{
  g_autoptr (GTask) task = NULL;
  Order *order;

  if (self->asked)
    return self->texture;
  self->asked = TRUE;
  order = g_new (Order, 1);
  *order = (Order) { g_object_ref (self->dataset), self->index };
  task = g_task_new (NULL, NULL, loaded_cb, g_object_ref (self));
  g_task_set_task_data (task, order, order_free);
  g_task_run_in_thread (task, load_in_thread);
  return NULL;
}
