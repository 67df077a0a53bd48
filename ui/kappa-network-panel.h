#pragma once

#include <adwaita.h>

#include "core/models/model.h"
#include "ui/kappa-network-view.h"

#define KAPPA_TYPE_NETWORK_PANEL (kappa_network_panel_get_type ())
G_DECLARE_FINAL_TYPE (KappaNetworkPanel, kappa_network_panel, KAPPA, NETWORK_PANEL, GtkWidget)

GtkWidget        *kappa_network_panel_new       (void);
void              kappa_network_panel_set_model (KappaNetworkPanel *self, KappaModel *model, KappaBlocks *blocks);
KappaNetworkView *kappa_network_panel_get_view  (KappaNetworkPanel *self);
