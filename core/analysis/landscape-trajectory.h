#pragma once

#include "core/analysis/landscape-plan.h"

gboolean kappa_landscape_span_trajectory    (KappaLandscapePlan *plan, KappaInputs *inputs, gboolean buffers,
                                             KappaContext *context, GError **error);
gboolean kappa_landscape_project_trajectory (KappaLandscapePlan *plan, KappaInputs *inputs, GError **error);
gboolean kappa_landscape_save_trajectory    (const KappaLandscapePlan *plan, const char *path, GError **error);
gboolean kappa_landscape_read_trajectory    (KappaLandscapePlan *plan, const char *path, GCancellable *cancellable,
                                             GError **error);
void     kappa_landscape_add_trajectory     (KappaResult *result, const KappaLandscapePlan *plan, KappaInputs *inputs);
