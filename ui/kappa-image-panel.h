#pragma once

#include <adwaita.h>

#include "core/data/dataset.h"
#include "core/models/blocks.h"
#include "ui/kappa-plot-view.h"

#define KAPPA_TYPE_IMAGE_PANEL (kappa_image_panel_get_type ())
G_DECLARE_FINAL_TYPE (KappaImagePanel, kappa_image_panel, KAPPA, IMAGE_PANEL, GtkWidget)

GtkWidget     *kappa_image_panel_new         (void);
void           kappa_image_panel_set_model   (KappaImagePanel *self, KappaModel *model, KappaBlocks *blocks);
void           kappa_image_panel_set_dataset (KappaImagePanel *self, KappaDataset *dataset);
void           kappa_image_panel_set_block   (KappaImagePanel *self, guint block);
void           kappa_image_panel_set_shown   (KappaImagePanel *self, gboolean shown);
void           kappa_image_panel_open        (KappaImagePanel *self, const char *path);
KappaPlotView *kappa_image_panel_get_plot    (KappaImagePanel *self);
