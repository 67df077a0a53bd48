#pragma once

#include "core/analysis/landscape-run-private.h"

gboolean kappa_landscape_find_axes     (KappaLandscapeRun *run, GError **error);
gboolean kappa_landscape_axes_add_cost (KappaLandscapeRun *run, KappaCurvature *curvature, KappaLandscapeCost *cost,
                                        GError **error);
