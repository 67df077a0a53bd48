#pragma once

#include <gio/gio.h>
#include <sqlite3.h>

/* Stretches of values larger than this go beside the database. */
#define KAPPA_SIDE_FILE_VALUES ((gsize) 512 * 1024)

char    *kappa_side_file_write (const char *workspace, const double *values, gsize n, GError **error);
gboolean kappa_side_file_read  (const char *workspace, const char *name, double *values, gsize n, GError **error);
gboolean kappa_side_file_sweep (sqlite3 *db, const char *workspace, GError **error);
