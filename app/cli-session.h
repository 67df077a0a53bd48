#pragma once

#include "core/analysis/context.h"

typedef gboolean (*CliSessionFunc) (gpointer data, GError **error);

gboolean cli_session_run (CliSessionFunc func, gpointer data, KappaContext *context, gboolean quiet, GError **error);
