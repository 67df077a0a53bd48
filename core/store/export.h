#pragma once

#include <gio/gio.h>

#include "core/analysis/result.h"

gboolean           kappa_export                 (KappaResult *result, const char *recipe, const char *path, GError **error);
gboolean           kappa_export_supports        (const char *path);
const char *const *kappa_export_list_extensions (void);
