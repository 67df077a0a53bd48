#pragma once

#include "core/analysis/result.h"
#include "core/models/model.h"

/**
 * KappaDifference:
 * @absolute: the largest |a − b|; infinite where one is not a number and the other is
 * @relative: the largest |a − b| / max (|a|, |b|); 0 where both are 0
 * @n_different: of how many numbers a is not b
 * @n: of how many
 */
typedef struct
{
  double absolute;
  double relative;
  gsize n_different;
  gsize n;
} KappaDifference;

void     kappa_difference_add            (KappaDifference *self, const double *a, const double *b, gsize n);
gboolean kappa_compare_check_same        (KappaModel *first, KappaModel *second, GError **error);
gboolean kappa_compare_tensors           (KappaModel *first, KappaModel *second, KappaResult *result,
                                          KappaDifference *all, GError **error);
