#pragma once

#include <adwaita.h>

#include "core/models/model.h"
#include "ui/kappa-plot-view.h"

#define KAPPA_TYPE_TENSOR_PANEL (kappa_tensor_panel_get_type ())
G_DECLARE_FINAL_TYPE (KappaTensorPanel, kappa_tensor_panel, KAPPA, TENSOR_PANEL, GtkWidget)

GtkWidget     *kappa_tensor_panel_new      (void);
KappaPlotView *kappa_tensor_panel_get_plot (KappaTensorPanel *self);
void           kappa_tensor_panel_show     (KappaTensorPanel *self, KappaModel *model, const char *layer);
