#pragma once

#include "core/analysis/landscape-plan.h"

void kappa_landscape_declare_interpolated (KappaResult *result, const KappaLandscapePlan *plan, double tolerance);
void kappa_landscape_declare_held_out     (KappaResult *result, const guint32 *points, gsize n);
void kappa_landscape_add_interpolation    (KappaResult *result, const char *description);
