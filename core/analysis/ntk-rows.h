#pragma once

#include "core/base/workers.h"

/**
 * KappaNtkRows:
 * @width: how many columns; 0 for none
 * @values: a row of that width for each row of the kernel
 * @owned: (nullable): where they are a copy
 *
 * Some columns of a Jacobian.
 */
typedef struct
{
  int width;
  const double *values;
  double *owned;
} KappaNtkRows;

void     kappa_ntk_rows_clear    (gpointer rows);
guint64  kappa_ntk_rows_get_macs (guint order, gsize n_columns);
gboolean kappa_ntk_rows_add      (GArray *rows, guint order, double *gram, KappaWorkers *workers,
                                  GCancellable *cancellable, GError **error);
