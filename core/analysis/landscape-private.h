#pragma once

#include "core/analysis/landscape.h"

/* landscape-properties.c */
extern const KappaProperty *const kappa_landscape_properties[];
extern const guint kappa_landscape_n_properties;

/* landscape-check.c */
gboolean kappa_landscape_check (KappaAnalysis *analysis, KappaInputs *given, GError **error);
