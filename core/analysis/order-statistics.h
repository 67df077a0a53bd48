#pragma once

#include <glib.h>

double kappa_median_interval (const double *values, gsize n, double level, double *median, double *low, double *high);
