#pragma once

#include <gio/gio.h>

/* Eigenvalues of a kernel that was computed in finite precision, and what can be said of their ratio. */

/**
 * KappaNtkCondition:
 * @largest, @smallest: eigenvalues, as computed
 * @floor: an eigenvalue below it may be nothing but rounding
 * @value: κ = largest / smallest, or a lower bound of it
 * @low, @high: bounds that rounding leaves; @high is infinite where the smallest eigenvalue is not resolved
 */
typedef struct
{
  double largest, smallest, trace;
  double floor;
  double value;
  double low, high;
  gboolean resolved;
} KappaNtkCondition;

gboolean kappa_ntk_eigenvalues  (guint order, const double *matrix, GCancellable *cancellable, double *values,
                                 GError **error);
void     kappa_ntk_condition    (guint order, const double *values, double rounding, KappaNtkCondition *condition);
