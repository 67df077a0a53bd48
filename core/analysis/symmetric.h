#pragma once

#include <glib.h>

void kappa_symmetric_eigen (guint n, const double *matrix, gsize stride, double *values, double *vectors);
