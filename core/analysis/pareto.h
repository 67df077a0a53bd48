#pragma once

#include <glib.h>

gsize kappa_pareto_front (const double *cost, const double *quality, gsize n, gsize *front);
