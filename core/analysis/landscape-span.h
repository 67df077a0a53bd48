#pragma once

#include "core/analysis/landscape-plan.h"

KappaRange kappa_landscape_enclose (double low, double high, guint n);
gboolean   kappa_landscape_span    (KappaLandscapePlan *self, KappaAnalysis *analysis, KappaInputs *inputs,
                                    gboolean buffers, KappaContext *context, GError **error);
