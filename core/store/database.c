#include "core/store/database.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "core/base/error.h"

/* Waiting longer for another process than a person would wait for an answer helps nobody. */
#define BUSY_MILLISECONDS 10000

/* What SQLite is told before it reads anything of a file that may have been made to harm it:
 * nothing stored in the schema is run, and cells are checked before they are believed.
 */
static gboolean
harden (sqlite3 *db, GError **error)
{
  sqlite3_db_config (db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
  sqlite3_db_config (db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
  sqlite3_db_config (db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
  sqlite3_limit (db, SQLITE_LIMIT_ATTACHED, 0);
  return kappa_database_exec (db,
                              "PRAGMA trusted_schema = OFF;"
                              "PRAGMA cell_size_check = ON;"
                              "PRAGMA mmap_size = 0;"
                              "PRAGMA foreign_keys = ON",
                              error);
}

/* Where a file cannot be made SQLite tries to open it for reading alone, and tells of that. */
static int
find_cause (sqlite3 *db, const char *path, int flags)
{
  const int code = sqlite3_system_errno (db);
  g_autofree char *folder = g_path_get_dirname (path);

  return code == ENOENT && (flags & SQLITE_OPEN_CREATE) != 0 && g_access (folder, W_OK) != 0 ? errno
                                                                                             : code;
}

/**
 * kappa_database_open:
 * @path: a file, or a "file:" URI
 * @flags: of sqlite3_open_v2()
 *
 * Returns: (transfer full): a connection with foreign keys on, which waits for others; %NULL with
 *   %KAPPA_ERROR_STORE
 */
sqlite3 *
kappa_database_open (const char *path, int flags, GError **error)
{
  g_autoptr (sqlite3) db = NULL;

  if (sqlite3_open_v2 (path, &db, flags | SQLITE_OPEN_FULLMUTEX | SQLITE_OPEN_URI, NULL)
      != SQLITE_OK)
    {
      const int code = db != NULL ? find_cause (db, path, flags) : 0;
      const char *reason = code != 0    ? g_strerror (code)
                           : db != NULL ? sqlite3_errmsg (db)
                                        : "out of memory";

      g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_STORE,
                   "%s: the workspace cannot be opened: %s. Choose another place with --workspace",
                   path, reason);
      return NULL;
    }
  sqlite3_extended_result_codes (db, 1);
  sqlite3_busy_timeout (db, BUSY_MILLISECONDS);
  return harden (db, error) ? g_steal_pointer (&db) : NULL;
}

static const char *
explain (sqlite3 *db)
{
  int system = sqlite3_system_errno (db);

  switch (sqlite3_errcode (db) & 0xff)
    {
    case SQLITE_FULL:
      return "the disk is full. Free some space; what is computed stays in memory and can be "
             "exported";
    case SQLITE_IOERR:
      if (system == ENOSPC || system == EFBIG || system == EDQUOT)
        return "the disk or the quota is full. Free some space; what is computed stays in memory "
               "and can be exported";
      return NULL;
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return "the workspace is read-only. Choose another place with --workspace";
    case SQLITE_CANTOPEN:
      return "the workspace or its directory cannot be written. Choose another place with "
             "--workspace";
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return "another process keeps the workspace locked. Try again when it has finished";
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return "the workspace is damaged. Move the file away and a new one is made";
    default:
      return NULL;
    }
}

/**
 * kappa_database_fail:
 *
 * Sets @error to what just went wrong on @db.
 *
 * Returns: %FALSE
 */
gboolean
kappa_database_fail (sqlite3 *db, GError **error)
{
  const char *path = sqlite3_db_filename (db, "main");
  const char *reason = explain (db);
  int system = sqlite3_system_errno (db);

  if (path == NULL || *path == '\0')
    path = "workspace";
  if (reason != NULL)
    g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_STORE, "%s: %s (%s)", path, reason,
                 sqlite3_errmsg (db));
  else if ((sqlite3_errcode (db) & 0xff) == SQLITE_IOERR && system != 0)
    g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_STORE, "%s: %s: %s", path, sqlite3_errmsg (db),
                 g_strerror (system));
  else
    g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_STORE, "%s: %s", path, sqlite3_errmsg (db));
  return FALSE;
}

static void
bind (sqlite3_stmt *statement, const char *format, va_list args)
{
  for (int i = 1; *format != '\0'; i++, format++)
    switch (*format)
      {
      case 'i':
        sqlite3_bind_int64 (statement, i, va_arg (args, gint64));
        break;
      case 's':
        sqlite3_bind_text (statement, i, va_arg (args, const char *), -1, SQLITE_TRANSIENT);
        break;
      default:
        g_assert_not_reached ();
      }
}

static sqlite3_stmt *
prepare (sqlite3 *db, GError **error, const char *sql, const char *format, va_list args)
{
  sqlite3_stmt *statement = NULL;

  if (sqlite3_prepare_v2 (db, sql, -1, &statement, NULL) != SQLITE_OK)
    {
      kappa_database_fail (db, error);
      return NULL;
    }
  bind (statement, format, args);
  return statement;
}

/**
 * kappa_database_prepare:
 * @sql: one statement
 * @format: a letter for each parameter: "i" gint64, "d" double (a NaN is stored as NULL), "s"
 * string or %NULL
 *
 * Returns: (transfer full): the statement, ready for kappa_database_step(); %NULL with @error set
 */
sqlite3_stmt *
kappa_database_prepare (sqlite3 *db, GError **error, const char *sql, const char *format, ...)
{
  sqlite3_stmt *statement;
  va_list args;

  va_start (args, format);
  statement = prepare (db, error, sql, format, args);
  va_end (args);
  return statement;
}

/**
 * kappa_database_step:
 *
 * Returns: 1 when there is a row, 0 when there are no more, -1 with @error set
 */
int
kappa_database_step (sqlite3_stmt *statement, GError **error)
{
  int code = sqlite3_step (statement);

  if (code == SQLITE_ROW)
    return 1;
  if (code == SQLITE_DONE)
    return 0;
  kappa_database_fail (sqlite3_db_handle (statement), error);
  return -1;
}

/**
 * kappa_database_run:
 *
 * Runs one statement that gives no rows; parameters as for kappa_database_prepare().
 */
gboolean
kappa_database_run (sqlite3 *db, GError **error, const char *sql, const char *format, ...)
{
  g_autoptr (sqlite3_stmt) statement = NULL;
  va_list args;

  va_start (args, format);
  statement = prepare (db, error, sql, format, args);
  va_end (args);
  return statement != NULL && kappa_database_step (statement, error) == 0;
}

/**
 * kappa_database_exec:
 * @sql: any number of statements without parameters
 */
gboolean
kappa_database_exec (sqlite3 *db, const char *sql, GError **error)
{
  return sqlite3_exec (db, sql, NULL, NULL, NULL) == SQLITE_OK || kappa_database_fail (db, error);
}

/**
 * kappa_database_get_int:
 * @sql: a query of one row and one column
 * @value: (out): its value, 0 when there is no row
 */
gboolean
kappa_database_get_int (sqlite3 *db, const char *sql, gint64 *value, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = kappa_database_prepare (db, error, sql, "");
  int row = statement != NULL ? kappa_database_step (statement, error) : -1;

  *value = row == 1 ? sqlite3_column_int64 (statement, 0) : 0;
  return row >= 0;
}

/**
 * kappa_database_begin:
 *
 * Begins a transaction that is going to write. The lock is taken now: a transaction that starts by
 * reading can be refused the lock later, when it is too late to wait for it.
 */
gboolean
kappa_database_begin (sqlite3 *db, GError **error)
{
  return kappa_database_exec (db, "BEGIN IMMEDIATE", error);
}

/**
 * kappa_database_end:
 * @success: whether all that belongs to the transaction was done
 *
 * Commits the transaction, or rolls it back when @success is %FALSE or committing fails.
 *
 * Returns: whether it was committed; @error is set only when committing failed
 */
gboolean
kappa_database_end (sqlite3 *db, gboolean success, GError **error)
{
  if (success && kappa_database_exec (db, "COMMIT", error))
    return TRUE;
  /* SQLite may have rolled back by itself, e.g. when the disk is full. */
  if (!sqlite3_get_autocommit (db))
    sqlite3_exec (db, "ROLLBACK", NULL, NULL, NULL);
  return FALSE;
}

/**
 * kappa_database_dup_text:
 *
 * Returns: (transfer full): the text of a column, valid UTF-8 whatever the file holds; %NULL for
 * NULL
 */
char *
kappa_database_dup_text (sqlite3_stmt *statement, int column)
{
  const char *text = (const char *)sqlite3_column_text (statement, column);

  return text != NULL ? g_utf8_make_valid (text, -1) : NULL;
}

/**
 * kappa_database_bind_doubles:
 * @values: (array length=n): numbers, stored in 8 bytes each, little-endian, bit by bit as they are
 */
void
kappa_database_bind_doubles (sqlite3_stmt *statement, int parameter, const double *values, gsize n)
{
  if (G_BYTE_ORDER == G_LITTLE_ENDIAN)
    {
      sqlite3_bind_blob64 (statement, parameter, n > 0 ? (const void *)values : "",
                           n * sizeof (double), SQLITE_TRANSIENT);
      return;
    }
  guint64 *words = g_new (guint64, n + 1);

  memcpy (words, values, n * sizeof (double));
  for (gsize i = 0; i < n; i++)
    words[i] = GUINT64_TO_LE (words[i]);
  sqlite3_bind_blob64 (statement, parameter, words, n * sizeof (double), g_free);
}

/**
 * kappa_database_read_doubles:
 * @values: (out caller-allocates) (array length=n): where the numbers go
 *
 * Returns: %FALSE when the column does not hold exactly @n numbers
 */
gboolean
kappa_database_read_doubles (sqlite3_stmt *statement, int column, double *values, gsize n)
{
  const void *blob = sqlite3_column_blob (statement, column);
  gsize size = (gsize)sqlite3_column_bytes (statement, column);

  if (sqlite3_column_type (statement, column) != SQLITE_BLOB || size != n * sizeof (double))
    return FALSE;
  for (gsize i = 0; i < n; i++)
    {
      guint64 word;

      memcpy (&word, (const guint8 *)blob + i * sizeof word, sizeof word);
      word = GUINT64_FROM_LE (word);
      memcpy (&values[i], &word, sizeof word);
    }
  return TRUE;
}
