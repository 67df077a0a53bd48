#pragma once

#include <adwaita.h>

#include "core/models/model.h"

#define KAPPA_TYPE_LAYER_LIST (kappa_layer_list_get_type ())
G_DECLARE_FINAL_TYPE (KappaLayerList, kappa_layer_list, KAPPA, LAYER_LIST, GtkWidget)

GtkWidget  *kappa_layer_list_new          (void);
void        kappa_layer_list_set_model    (KappaLayerList *self, KappaModel *model);
const char *kappa_layer_list_get_selected (KappaLayerList *self);
void        kappa_layer_list_select       (KappaLayerList *self, const char *name);
