#pragma once

#include <glib.h>

gboolean    kappa_cpu_has_tiles       (void);
void        kappa_cpu_flush_subnormals (void);
const char *kappa_cpu_isa             (void);
