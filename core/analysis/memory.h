#pragma once

#include "core/analysis/context.h"

guint64  kappa_memory_get_budget (const KappaContext *context);
gboolean kappa_memory_check      (const KappaContext *context, guint64 bytes, const char *what, GError **error);
