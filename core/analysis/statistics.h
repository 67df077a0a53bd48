#pragma once

#include <glib.h>

/* The 97.5 % quantile of the standard normal distribution: both tails together leave 5 %. */
#define KAPPA_NORMAL_95 1.959963984540054

void   kappa_wilson_interval     (double successes, double n, double z, double *low, double *high);
double kappa_mean                (const double *values, gsize n);
double kappa_standard_deviation  (const double *values, gsize n);
