#pragma once

#include <gtk/gtk.h>

#include "core/data/dataset.h"

/**
 * KappaGalleryItem:
 *
 * One image of a gallery. Its picture is decoded in a thread when it is first asked for; "texture" tells when it is there.
 */
#define KAPPA_TYPE_GALLERY_ITEM (kappa_gallery_item_get_type ())
G_DECLARE_FINAL_TYPE (KappaGalleryItem, kappa_gallery_item, KAPPA, GALLERY_ITEM, GObject)

KappaGalleryItem *kappa_gallery_item_new         (KappaDataset *dataset, guint index, const char *caption, const char *details);
const char       *kappa_gallery_item_get_caption (KappaGalleryItem *self);
const char       *kappa_gallery_item_get_details (KappaGalleryItem *self);
GdkTexture       *kappa_gallery_item_get_texture (KappaGalleryItem *self);
