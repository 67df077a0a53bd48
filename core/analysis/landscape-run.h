#pragma once

#include "core/analysis/objective.h"

KappaObjective *kappa_landscape_make_objective (KappaAnalysis *analysis, KappaInputs *given, KappaBatchSource *batches,
                                                GError **error);
gboolean        kappa_landscape_estimate       (KappaAnalysis *analysis, KappaInputs *given, KappaContext *context,
                                                KappaEstimate *estimate, GError **error);
gboolean        kappa_landscape_run            (KappaAnalysis *analysis, KappaInputs *given, KappaResult *result,
                                                KappaContext *context, GError **error);
