#pragma once

#include "core/base/formula.h"
#include "core/graph/graph.h"

void kappa_formula_range  (const char *name, const KappaShape *shape, double gain, double *low, double *high);
void kappa_formula_tensor (const char *seed, const char *name, const KappaShape *shape, double gain, float *values);
