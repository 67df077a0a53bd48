#pragma once

#include "core/analysis/landscape-plan.h"

void kappa_landscape_declare       (KappaResult *result, const KappaLandscapePlan *plan, const char *description);
void kappa_landscape_declare_array (KappaResult *result, const KappaLandscapePlan *plan, const char *name, const char *unit,
                                    const char *definition);
void kappa_landscape_declare_check (KappaResult *result, const guint32 *order, gsize n);
void kappa_landscape_average_seeds (KappaResult *result, const KappaLandscapePlan *plan, gsize point);
void kappa_landscape_add_extremes  (KappaResult *result, const char *axes, const char *description);
void kappa_landscape_summarise     (KappaResult *result, const KappaLandscapePlan *plan, KappaInputs *inputs,
                                    const char *description);
