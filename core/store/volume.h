#pragma once

#include <glib.h>

gboolean kappa_volume_magic_is_shared (guint32 magic);
gboolean kappa_volume_is_shared       (const char *path);
