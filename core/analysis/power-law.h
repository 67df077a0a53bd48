#pragma once

#include <glib.h>

/**
 * KappaPowerLaw:
 * @exponent: b in y = a·x^b
 * @low, @high: 95 % confidence interval of the exponent
 * @factor: a
 * @residual: standard deviation of log y around the line
 */
typedef struct
{
  gsize n;
  double exponent;
  double low, high;
  double factor;
  double residual;
} KappaPowerLaw;

gboolean kappa_power_law_fit     (const double *x, const double *y, gsize n, KappaPowerLaw *law);
double   kappa_student_quantile  (gsize degrees);
