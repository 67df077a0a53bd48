#pragma once

#include <glib.h>

guint kappa_exif_get_orientation (const guint8 *tiff, gsize size);
