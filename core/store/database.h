#pragma once

#include <gio/gio.h>
#include <sqlite3.h>

/*
 * SQLite with GLib's manners, for the files of this room only.
 */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (sqlite3, sqlite3_close)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (sqlite3_stmt, sqlite3_finalize)

sqlite3      *kappa_database_open     (const char *path, int flags, GError **error);
gboolean      kappa_database_fail     (sqlite3 *db, GError **error);
sqlite3_stmt *kappa_database_prepare  (sqlite3 *db, GError **error, const char *sql, const char *format, ...);
int           kappa_database_step     (sqlite3_stmt *statement, GError **error);
gboolean      kappa_database_run      (sqlite3 *db, GError **error, const char *sql, const char *format, ...);
gboolean      kappa_database_exec     (sqlite3 *db, const char *sql, GError **error);
gboolean      kappa_database_get_int  (sqlite3 *db, const char *sql, gint64 *value, GError **error);
gboolean      kappa_database_begin    (sqlite3 *db, GError **error);
gboolean      kappa_database_end      (sqlite3 *db, gboolean success, GError **error);
char         *kappa_database_dup_text (sqlite3_stmt *statement, int column);
void          kappa_database_bind_doubles (sqlite3_stmt *statement, int parameter, const double *values, gsize n);
gboolean      kappa_database_read_doubles (sqlite3_stmt *statement, int column, double *values, gsize n);
