#pragma once

#include "core/models/model.h"

/* Behind the name of a gelu's result, which takes several steps: the name of what it is of. */
#define KAPPA_ACTIVATION_INPUT ".input"

KappaNode kappa_activation_find_input (const KappaActivation *self, KappaGraph *graph);
