#pragma once

#include <gtk/gtk.h>

#include "core/analysis/result.h"
#include "core/data/dataset.h"

#define KAPPA_TYPE_GALLERY (kappa_gallery_get_type ())
G_DECLARE_FINAL_TYPE (KappaGallery, kappa_gallery, KAPPA, GALLERY, GtkWidget)

GtkWidget *kappa_gallery_new  (void);
void       kappa_gallery_show (KappaGallery *self, KappaDataset *dataset, const KappaTable *table);
