#pragma once

#include <sqlite3.h>

#include "core/analysis/result.h"

/*
 * One change of a result, copied when it happened, waiting to be written.
 */

typedef struct _KappaChange KappaChange;

KappaChange *kappa_change_new_scalar (const KappaScalar *scalar);
KappaChange *kappa_change_new_table  (const KappaTable *table);
KappaChange *kappa_change_new_array  (const KappaArray *array);
KappaChange *kappa_change_new_values (const KappaArray *array, gsize first, gsize n);
void         kappa_change_free       (KappaChange *self);
gsize        kappa_change_get_size   (const KappaChange *self);
gboolean     kappa_change_write      (const KappaChange *self, sqlite3 *db, const char *workspace, gint64 run,
                                      GError **error);
