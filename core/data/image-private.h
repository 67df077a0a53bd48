#pragma once

#include "core/data/image.h"

KappaImage *kappa_image_try_new     (const char *name, guint64 width, guint64 height, guint64 most,
                                     GError **error);
KappaImage *kappa_image_take_upright (KappaImage *image, guint orientation);
KappaImage *kappa_image_decode_png  (const char *name, const guint8 *data, gsize size,
                                     GCancellable *cancellable,
                                     GError **error);
KappaImage *kappa_image_decode_jpeg (const char *name, const guint8 *data, gsize size,
                                     GCancellable *cancellable,
                                     GError **error);
