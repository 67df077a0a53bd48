#pragma once

#include <sqlite3.h>

#include "core/analysis/result.h"

/*
 * Parts of a result to rows. Each function belongs inside a transaction and replaces the namesake of what it
 * writes; @workspace is the path of the database.
 */

/* value, low, high, level, residual */
#define KAPPA_RECORD_SCALAR_NUMBERS 5

gboolean kappa_record_scalar (sqlite3 *db, gint64 run, const KappaScalar *scalar, GError **error);
gboolean kappa_record_table  (sqlite3 *db, gint64 run, const KappaTable *table, GError **error);
gboolean kappa_record_array  (sqlite3 *db, const char *workspace, gint64 run, const KappaArray *array, GError **error);
gboolean kappa_record_values (sqlite3 *db, const char *workspace, gint64 run, const char *array, gsize first, gsize n,
                              const double *values, GError **error);
gboolean kappa_record_result (sqlite3 *db, const char *workspace, gint64 run, KappaResult *result, GError **error);
