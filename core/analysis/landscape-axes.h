#pragma once

#include "core/analysis/landscape-run-private.h"

gboolean kappa_landscape_find_axes (KappaLandscapeRun *run, GError **error);
