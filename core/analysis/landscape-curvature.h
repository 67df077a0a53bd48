#pragma once

#include "core/analysis/landscape-run-private.h"

gboolean kappa_landscape_add_curvature_map (KappaLandscapeRun *run, GError **error);
gboolean kappa_landscape_map_add_cost      (KappaLandscapeRun *run, KappaCurvature *curvature,
                                            KappaLandscapeCost *cost, GError **error);
