#pragma once

#include "core/analysis/landscape-plan.h"

void kappa_landscape_declare_interpolated (KappaResult *result, const KappaLandscapePlan *plan, double tolerance);
void kappa_landscape_add_held_out         (KappaResult *result, const guint32 *points, const double *losses, gsize n,
                                           guint round);
void kappa_landscape_add_interpolation    (KappaResult *result, double tolerance, const char *description);
