#pragma once

#include <glib.h>

/**
 * KappaPaired:
 * @both: trials in which both succeed
 * @first: trials in which only the first does
 * @second: trials in which only the second does
 * @neither: trials in which neither does
 *
 * Two ways to answer the same questions.
 */
typedef struct
{
  gsize both, first, second, neither;
} KappaPaired;

double kappa_paired_interval (const KappaPaired *self, double z, double *low, double *high);
double kappa_paired_mcnemar  (const KappaPaired *self);
