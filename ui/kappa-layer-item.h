#pragma once

#include <gio/gio.h>

#include "core/models/model.h"

/**
 * KappaLayerItem:
 *
 * A layer of a model as an object, for lists.
 */
#define KAPPA_TYPE_LAYER_ITEM (kappa_layer_item_get_type ())
G_DECLARE_FINAL_TYPE (KappaLayerItem, kappa_layer_item, KAPPA, LAYER_ITEM, GObject)

GListModel       *kappa_layer_item_list (KappaModel *model);
const KappaLayer *kappa_layer_item_get  (KappaLayerItem *self);
guint             kappa_layer_item_get_index (KappaLayerItem *self);
char             *kappa_shape_to_words  (const KappaShape *shape);
