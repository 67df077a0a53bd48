#pragma once

#include <cairo.h>
#include <gtk/gtk.h>

#include "core/data/image.h"

GdkTexture *kappa_texture_take_surface  (cairo_surface_t *surface);
GdkTexture *kappa_texture_new_for_image (const KappaImage *image, guint side);
