#pragma once

#include <glib.h>

void kappa_formula_fill (const char *seed, const char *name, double low, double high, gsize n, float *values);
