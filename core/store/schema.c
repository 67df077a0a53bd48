#include "core/store/schema.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/store/database.h"

/*
 * Step n turns a workspace of version n into one of version n + 1. A step that was ever released is
 * never edited: files in the field were made by it. Times are microseconds since 1970 UTC; numbers
 * that must come back with the same bits are blobs of little-endian float64, and a NULL in a REAL
 * column is a NaN.
 */
static const char *const steps[] = {
  "CREATE TABLE runs ("
  " id INTEGER PRIMARY KEY AUTOINCREMENT,"
  " analysis TEXT NOT NULL,"
  " title TEXT NOT NULL,"
  " recipe TEXT NOT NULL,"
  " key TEXT NOT NULL,"
  " state TEXT NOT NULL,"
  " error TEXT,"
  " created INTEGER NOT NULL,"
  " finished INTEGER NOT NULL DEFAULT 0,"
  " engine TEXT NOT NULL,"
  " isa TEXT NOT NULL,"
  " threads INTEGER NOT NULL,"
  " view TEXT,"
  " deleted INTEGER NOT NULL DEFAULT 0,"
  " claim INTEGER NOT NULL DEFAULT 0,"
  " owner TEXT,"
  " heartbeat INTEGER NOT NULL DEFAULT 0) STRICT;"
  "CREATE INDEX runs_key ON runs (key, state);"

  "CREATE TABLE scalars ("
  " id INTEGER PRIMARY KEY,"
  " run INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,"
  " name TEXT NOT NULL,"
  " unit TEXT NOT NULL,"
  " definition TEXT NOT NULL,"
  " certainty INTEGER NOT NULL,"
  " numbers BLOB NOT NULL," /* value, low, high, level, residual */
  " UNIQUE (run, name)) STRICT;"

  "CREATE TABLE result_tables ("
  " id INTEGER PRIMARY KEY,"
  " run INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,"
  " name TEXT NOT NULL,"
  " definition TEXT NOT NULL,"
  " n_rows INTEGER NOT NULL,"
  " UNIQUE (run, name)) STRICT;"

  "CREATE TABLE result_columns ("
  " id INTEGER PRIMARY KEY,"
  " of INTEGER NOT NULL REFERENCES result_tables ON DELETE CASCADE,"
  " position INTEGER NOT NULL,"
  " name TEXT NOT NULL,"
  " unit TEXT NOT NULL,"
  " type INTEGER NOT NULL,"
  " cells BLOB NOT NULL,"
  " UNIQUE (of, position)) STRICT;"

  "CREATE TABLE arrays ("
  " id INTEGER PRIMARY KEY,"
  " run INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,"
  " name TEXT NOT NULL,"
  " unit TEXT NOT NULL,"
  " definition TEXT NOT NULL,"
  " UNIQUE (run, name)) STRICT;"

  "CREATE TABLE array_axes ("
  " id INTEGER PRIMARY KEY,"
  " of INTEGER NOT NULL REFERENCES arrays ON DELETE CASCADE,"
  " axis INTEGER NOT NULL,"
  " name TEXT,"
  " size INTEGER NOT NULL,"
  " coordinates BLOB,"
  " UNIQUE (of, axis)) STRICT;"

  /* Where stretches overlap, the one with the larger id is the later. */
  "CREATE TABLE array_values ("
  " id INTEGER PRIMARY KEY,"
  " of INTEGER NOT NULL REFERENCES arrays ON DELETE CASCADE,"
  " first INTEGER NOT NULL,"
  " n INTEGER NOT NULL,"
  " numbers BLOB,"
  " file TEXT,"
  " UNIQUE (of, first, n)) STRICT;"
  "CREATE INDEX array_values_file ON array_values (file) WHERE file IS NOT NULL;"

  "CREATE TABLE seen_files ("
  " id INTEGER PRIMARY KEY,"
  " kind INTEGER NOT NULL,"
  " path TEXT NOT NULL,"
  " sha256 TEXT NOT NULL,"
  " label TEXT NOT NULL,"
  " seen INTEGER NOT NULL,"
  " UNIQUE (kind, path, sha256)) STRICT;"

  "CREATE TABLE run_files ("
  " run INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,"
  " file INTEGER NOT NULL REFERENCES seen_files,"
  " PRIMARY KEY (run, file)) STRICT, WITHOUT ROWID;",
};

/**
 * kappa_schema_get_steps:
 * @n_steps: (out): their number, which is the version this program writes
 *
 * Returns: (transfer none): the SQL of each step
 */
const char *const *
kappa_schema_get_steps (guint *n_steps)
{
  *n_steps = G_N_ELEMENTS (steps);
  return steps;
}

static gboolean
refuse_version (const char *path, gint64 version, guint n_steps, GError **error)
{
  g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_STORE,
               "%s: the workspace has version %" G_GINT64_FORMAT
               ", this program knows up to version %u. "
               "Use a newer Kappa, or another place with --workspace",
               path, version, n_steps);
  return FALSE;
}

static gboolean
refuse_foreign (const char *path, const char *found, GError **error)
{
  g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_STORE,
               "%s: not a Kappa workspace (%s); the file was left as it is. Choose another place "
               "with --workspace",
               path, found);
  return FALSE;
}

typedef struct
{
  guint8 bytes[100];
  gssize n;
  guint64 file_size;
} Head;

static gboolean
read_head (const char *path, Head *head, GError **error)
{
  struct stat status;
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  int failure = errno;

  if (fd < 0 && failure == ENOENT)
    return TRUE;
  if (fd >= 0 && fstat (fd, &status) == 0)
    {
      head->n = S_ISREG (status.st_mode) ? pread (fd, head->bytes, sizeof head->bytes, 0) : 0;
      failure = errno;
      head->file_size = (guint64)status.st_size;
      close (fd);
      if (!S_ISREG (status.st_mode))
        return refuse_foreign (path, "it is not a regular file", error);
      if (head->n >= 0)
        return TRUE;
    }
  g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_STORE, "%s: the workspace cannot be read: %s", path,
               g_strerror (failure));
  return FALSE;
}

static guint32
get_word (const guint8 *bytes)
{
  return (guint32)bytes[0] << 24 | (guint32)bytes[1] << 16 | (guint32)bytes[2] << 8 | bytes[3];
}

static gboolean
has_journal (const char *path)
{
  g_autofree char *log = g_strconcat (path, "-wal", NULL);
  g_autofree char *rollback = g_strconcat (path, "-journal", NULL);

  return g_file_test (log, G_FILE_TEST_EXISTS) || g_file_test (rollback, G_FILE_TEST_EXISTS);
}

/* SQLite takes a last page that is cut short for whole, and reads zeros where the rest was. */
static gboolean
is_cut (const char *path, const Head *head)
{
  guint32 page = (guint32)head->bytes[16] << 8 | head->bytes[17];

  if (page == 1)
    page = 65536;
  return page < 512 || (head->file_size % page != 0 && !has_journal (path));
}

/**
 * kappa_schema_check_file:
 * @n_steps: the newest version known
 *
 * Looks at the first bytes of a file, without SQLite, which might already write beside it. The
 * offsets are those of SQLite's file format: the size of a page at 16, user_version at 60,
 * application_id at 68.
 */
KappaSchemaFile
kappa_schema_check_file (const char *path, guint n_steps, GError **error)
{
  Head head = { .n = 0 };

  if (!read_head (path, &head, error))
    return KAPPA_SCHEMA_FILE_REFUSED;
  if (head.n == 0)
    return KAPPA_SCHEMA_FILE_NEW;
  if (head.n < (gssize)sizeof head.bytes || memcmp (head.bytes, "SQLite format 3", 16) != 0)
    refuse_foreign (path, "it does not begin like a SQLite database", error);
  else if (get_word (head.bytes + 68) != KAPPA_SCHEMA_APPLICATION_ID)
    refuse_foreign (path, "it is a SQLite database of another program", error);
  else if (get_word (head.bytes + 60) > n_steps)
    refuse_version (path, get_word (head.bytes + 60), n_steps, error);
  else if (is_cut (path, &head))
    g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_STORE,
                 "%s: the workspace is damaged (its end is missing); it was left as it is. Move "
                 "the file away and a "
                 "new one is made",
                 path);
  else
    return KAPPA_SCHEMA_FILE_OURS;
  return KAPPA_SCHEMA_FILE_REFUSED;
}

/* While tables are rebuilt by a step, references may dangle; at the end none may. */
static gboolean
check_references (sqlite3 *db, GError **error)
{
  g_autoptr (sqlite3_stmt) statement
      = kappa_database_prepare (db, error, "PRAGMA foreign_key_check", "");
  int row = statement != NULL ? kappa_database_step (statement, error) : -1;

  if (row == 1)
    g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_STORE,
                 "%s: the workspace is damaged: a row of \"%s\" belongs to nothing; the file was "
                 "left as it is",
                 sqlite3_db_filename (db, "main"),
                 (const char *)sqlite3_column_text (statement, 0));
  return row == 0;
}

static gboolean
upgrade (sqlite3 *db, const char *const *todo, guint n_steps, GError **error)
{
  g_autofree char *stamp = g_strdup_printf ("PRAGMA application_id = %d; PRAGMA user_version = %u",
                                            KAPPA_SCHEMA_APPLICATION_ID, n_steps);
  const char *path = sqlite3_db_filename (db, "main");
  gint64 application, version, entries;

  /* Asked again inside the transaction: another process may have been faster, or a crash was rolled
   * back. */
  if (!kappa_database_get_int (db, "PRAGMA application_id", &application, error)
      || !kappa_database_get_int (db, "PRAGMA user_version", &version, error)
      || !kappa_database_get_int (db, "SELECT count(*) FROM sqlite_master", &entries, error))
    return FALSE;
  if (application != KAPPA_SCHEMA_APPLICATION_ID
      && (application != 0 || version != 0 || entries != 0))
    return refuse_foreign (path, "it is a SQLite database of another program", error);
  if (version < 0 || version > n_steps)
    return refuse_version (path, version, n_steps, error);
  for (guint i = (guint)version; i < n_steps; i++)
    if (!kappa_database_exec (db, todo[i], error))
      return FALSE;
  return version == n_steps
         || (kappa_database_exec (db, stamp, error) && check_references (db, error));
}

/**
 * kappa_schema_upgrade:
 * @steps: (array length=n_steps): what leads from each version to the next
 *
 * Brings a new or older database to version @n_steps, in one transaction: it is done wholly or not
 * at all.
 */
gboolean
kappa_schema_upgrade (sqlite3 *db, const char *const *todo, guint n_steps, GError **error)
{
  gint64 version;
  gboolean done;

  if (!kappa_database_get_int (db, "PRAGMA user_version", &version, error))
    return FALSE;
  if (version == n_steps)
    return TRUE;
  /* With foreign keys on, dropping a table to rebuild it would delete what refers to it. */
  if (!kappa_database_exec (db, "PRAGMA foreign_keys = OFF", error)
      || !kappa_database_begin (db, error))
    return FALSE;
  done = kappa_database_end (db, upgrade (db, todo, n_steps, error), error);
  return kappa_database_exec (db, "PRAGMA foreign_keys = ON", done ? error : NULL) && done;
}

static char *
describe (sqlite3 *db, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (sqlite3_stmt) statement
      = kappa_database_prepare (db, error,
                                "SELECT type, name, sql FROM sqlite_master"
                                " WHERE name NOT LIKE 'sqlite_stat%' ORDER BY type, name",
                                "");
  int row;

  if (statement == NULL)
    return NULL;
  while ((row = kappa_database_step (statement, error)) == 1)
    for (int column = 0; column < 3; column++)
      {
        const char *cell = (const char *)sqlite3_column_text (statement, column);

        g_string_append_printf (text, "%s\n", cell != NULL ? cell : "");
      }
  return row == 0 ? g_string_free (g_steal_pointer (&text), FALSE) : NULL;
}

static gboolean
verify (sqlite3 *db, const char *const *todo, guint n_steps, GError **error)
{
  const char *path = sqlite3_db_filename (db, "main");
  g_autoptr (sqlite3) fresh = NULL;
  g_autofree char *expected = NULL, *found = NULL;
  gint64 version;

  if (!kappa_database_get_int (db, "PRAGMA user_version", &version, error))
    return FALSE;
  if (version < 0 || version > n_steps)
    return refuse_version (path, version, n_steps, error);
  fresh = kappa_database_open (":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, error);
  if (fresh == NULL || (version > 0 && !kappa_schema_upgrade (fresh, todo, (guint)version, error)))
    return FALSE;
  if ((expected = describe (fresh, error)) == NULL || (found = describe (db, error)) == NULL)
    return FALSE;
  return strcmp (expected, found) == 0
         || refuse_foreign (path, "its tables are not those of its version", error);
}

/**
 * kappa_schema_verify:
 *
 * Compares the tables with those the steps make in an empty database, up to the version the file
 * says it has: a file whose tables differ was changed by another hand, and nothing is known about
 * what is in it. A database without tables is fine.
 */
gboolean
kappa_schema_verify (sqlite3 *db, const char *const *todo, guint n_steps, GError **error)
{
  /* Version and tables of one moment: another process may be making the file. */
  if (!kappa_database_exec (db, "BEGIN", error))
    return FALSE;
  return kappa_database_end (db, verify (db, todo, n_steps, error), error);
}
