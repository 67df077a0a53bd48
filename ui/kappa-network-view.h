#pragma once

#include <gtk/gtk.h>

#include "ui/plot/network-figure.h"

#define KAPPA_TYPE_NETWORK_VIEW (kappa_network_view_get_type ())
G_DECLARE_FINAL_TYPE (KappaNetworkView, kappa_network_view, KAPPA, NETWORK_VIEW, GtkWidget)

GtkWidget          *kappa_network_view_new         (void);
void                kappa_network_view_set_blocks  (KappaNetworkView *self, KappaBlocks *blocks);
KappaNetworkFigure *kappa_network_view_get_figure  (KappaNetworkView *self);
void                kappa_network_view_select      (KappaNetworkView *self, guint block);
void                kappa_network_view_reveal      (KappaNetworkView *self, guint block);
const char         *kappa_network_view_get_readout (KappaNetworkView *self);
