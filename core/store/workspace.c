#include "core/store/workspace.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

#include "core/base/error.h"
#include "core/store/database.h"
#include "core/store/schema.h"
#include "core/store/volume.h"
#include "core/store/workspace-private.h"

/**
 * KappaWorkspace:
 *
 * Where runs live: one SQLite file, and beside it a directory of large arrays, named like it with
 * "-arrays" at the end. All functions may be called from any thread; they take a few milliseconds,
 * and up to ten seconds when another process keeps the file locked.
 *
 * Several processes may have a workspace open; one at a time computes a given run, which is what
 * KappaRun is for.
 *
 * Durability: on a local disk the file has a write-ahead log with synchronous=NORMAL. What is
 * committed survives the death of the process at any moment; when the machine itself loses power,
 * the file stays consistent, and at most the last commits before the log was last synchronised are
 * missing. On a file system that other machines may share, where such a log cannot work, it has a
 * rollback journal with synchronous=FULL.
 */
struct _KappaWorkspace
{
  GObject parent_instance;

  GRecMutex mutex;
  sqlite3 *db;
  char *path;
  gint64 data_version;
};

G_DEFINE_FINAL_TYPE (KappaWorkspace, kappa_workspace, G_TYPE_OBJECT)

static void
kappa_workspace_finalize (GObject *object)
{
  KappaWorkspace *self = KAPPA_WORKSPACE (object);

  sqlite3_close (self->db);
  g_free (self->path);
  g_rec_mutex_clear (&self->mutex);
  G_OBJECT_CLASS (kappa_workspace_parent_class)->finalize (object);
}

static void
kappa_workspace_class_init (KappaWorkspaceClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = kappa_workspace_finalize;
}

static void
kappa_workspace_init (KappaWorkspace *self)
{
  g_rec_mutex_init (&self->mutex);
}

/**
 * kappa_workspace_dup_default_path:
 *
 * Returns: (transfer full): $XDG_DATA_HOME/kappa/workspace.db
 */
char *
kappa_workspace_dup_default_path (void)
{
  return g_build_filename (g_get_user_data_dir (), "kappa", "workspace.db", NULL);
}

static gboolean
make_directory (const char *path, GError **error)
{
  g_autofree char *directory = g_path_get_dirname (path);

  if (g_mkdir_with_parents (directory, 0700) == 0)
    return TRUE;
  g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_STORE,
               "%s: the directory of the workspace cannot be made: %s. Choose another place with "
               "--workspace",
               directory, g_strerror (errno));
  return FALSE;
}

/* A file that nobody can be writing, since nobody may: SQLite can read it without its helper files,
 * unless a writer died before its log was merged.
 */
static sqlite3 *
open_immutable (const char *path, GError **error)
{
  g_autofree char *log = g_strconcat (path, "-wal", NULL);
  g_autofree char *base = g_filename_to_uri (path, NULL, error);
  g_autofree char *uri = base != NULL ? g_strconcat (base, "?immutable=1", NULL) : NULL;
  GStatBuf status;

  if (uri == NULL)
    return NULL;
  if (g_stat (log, &status) == 0 && status.st_size > 0)
    {
      g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_STORE,
                   "%s: the workspace was not closed properly and cannot be repaired where it is, "
                   "in a directory that "
                   "cannot be written. Copy it and the files beside it elsewhere",
                   path);
      return NULL;
    }
  return kappa_database_open (uri, SQLITE_OPEN_READONLY, error);
}

static sqlite3 *
connect_to (const char *path, gboolean exists, GError **error)
{
  g_autoptr (sqlite3) db = NULL;
  gint64 version;
  int code;

  db = kappa_database_open (path, SQLITE_OPEN_READWRITE | (exists ? 0 : SQLITE_OPEN_CREATE), error);
  if (db == NULL)
    return NULL;
  if (kappa_database_get_int (db, "PRAGMA user_version", &version, NULL))
    return g_steal_pointer (&db);
  code = sqlite3_errcode (db) & 0xff;
  if (!exists || (code != SQLITE_CANTOPEN && code != SQLITE_READONLY))
    {
      kappa_database_fail (db, error);
      return NULL;
    }
  return open_immutable (path, error);
}

static gboolean
set_journal (sqlite3 *db, const char *path, GError **error)
{
  gboolean shared = kappa_volume_is_shared (path);
  g_autoptr (sqlite3_stmt) statement = NULL;
  gboolean has_log;

  statement = kappa_database_prepare (
      db, error, shared ? "PRAGMA journal_mode = TRUNCATE" : "PRAGMA journal_mode = WAL", "");
  if (statement == NULL || kappa_database_step (statement, error) < 0)
    return FALSE;
  has_log = g_strcmp0 ((const char *)sqlite3_column_text (statement, 0), "wal") == 0;
  g_clear_pointer (&statement, sqlite3_finalize);
  return kappa_database_exec (
      db, has_log ? "PRAGMA synchronous = NORMAL" : "PRAGMA synchronous = FULL", error);
}

/* A walk over all pages; files that would make the user wait for it are checked as they are read.
 */
static gboolean
check_pages (sqlite3 *db, const char *path, GError **error)
{
  const gint64 quick = 16 << 20;
  g_autoptr (sqlite3_stmt) statement = NULL;
  GStatBuf status;
  int row;

  if (g_stat (path, &status) != 0 || status.st_size > quick)
    return TRUE;
  statement = kappa_database_prepare (db, error, "PRAGMA quick_check (1)", "");
  row = statement != NULL ? kappa_database_step (statement, error) : -1;
  if (row == 1 && g_strcmp0 ((const char *)sqlite3_column_text (statement, 0), "ok") != 0)
    {
      g_autofree char *found = kappa_database_dup_text (statement, 0);

      g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_STORE,
                   "%s: the workspace is damaged (%s); it was left as it is. Move the file away "
                   "and a new one is made",
                   path, found != NULL ? found : "no details");
      return FALSE;
    }
  return row >= 0;
}

/* What cannot be written cannot be brought up to date either. */
static gboolean
require_version (sqlite3 *db, const char *path, guint n_steps, GError **error)
{
  gint64 version;

  if (!kappa_database_get_int (db, "PRAGMA user_version", &version, error))
    return FALSE;
  if (version == n_steps)
    return TRUE;
  g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_STORE,
               "%s: the workspace has version %" G_GINT64_FORMAT
               " and cannot be written, so that it cannot be brought "
               "to version %u. Copy it elsewhere",
               path, version, n_steps);
  return FALSE;
}

static sqlite3 *
open_with (const char *path, const char *const *steps, guint n_steps, GError **error)
{
  KappaSchemaFile file = kappa_schema_check_file (path, n_steps, error);
  g_autoptr (sqlite3) db = NULL;

  if (file == KAPPA_SCHEMA_FILE_REFUSED
      || (file == KAPPA_SCHEMA_FILE_NEW && !make_directory (path, error)))
    return NULL;
  db = connect_to (path, file == KAPPA_SCHEMA_FILE_OURS, error);
  if (db == NULL || !check_pages (db, path, error)
      || !kappa_schema_verify (db, steps, n_steps, error))
    return NULL;
  if (sqlite3_db_readonly (db, "main") == 1)
    return require_version (db, path, n_steps, error) ? g_steal_pointer (&db) : NULL;
  if (!kappa_schema_upgrade (db, steps, n_steps, error) || !set_journal (db, path, error))
    return NULL;
  return g_steal_pointer (&db);
}

/**
 * kappa_workspace_open:
 * @path: (nullable): the file; %NULL for the default place
 *
 * Opens a workspace, or makes a new one where there is none. One of an older version is brought up
 * to date; a newer one, a file of another program and a damaged file are refused and left as they
 * are. A workspace that cannot be written is opened for reading.
 *
 * Returns: (transfer full): %NULL with %KAPPA_ERROR_STORE
 */
KappaWorkspace *
kappa_workspace_open (const char *path, GError **error)
{
  g_autoptr (KappaWorkspace) self = g_object_new (KAPPA_TYPE_WORKSPACE, NULL);
  g_autofree char *place = path != NULL ? g_strdup (path) : kappa_workspace_dup_default_path ();
  guint n_steps;
  const char *const *steps = kappa_schema_get_steps (&n_steps);

  self->path = g_canonicalize_filename (place, NULL);
  self->db = open_with (self->path, steps, n_steps, error);
  if (self->db == NULL)
    return NULL;
  kappa_workspace_poll (self);
  return g_steal_pointer (&self);
}

/* The same steps with another table of them, so that a test can stand for the next version of the
 * program. */
gboolean
kappa_workspace_upgrade_with (const char *path,
                              const char *const *steps,
                              guint n_steps,
                              GError **error)
{
  g_autoptr (sqlite3) db = open_with (path, steps, n_steps, error);

  return db != NULL;
}

const char *
kappa_workspace_get_path (KappaWorkspace *self)
{
  return self->path;
}

/**
 * kappa_workspace_get_read_only:
 *
 * Returns: whether the file cannot be written: runs can be looked at and exported, and not changed
 */
gboolean
kappa_workspace_get_read_only (KappaWorkspace *self)
{
  return sqlite3_db_readonly (self->db, "main") == 1;
}

/**
 * kappa_workspace_poll:
 *
 * Cheap enough to be asked several times a second.
 *
 * Returns: whether a run under way or another process has changed the workspace since the last call
 */
gboolean
kappa_workspace_poll (KappaWorkspace *self)
{
  gint64 before, after = 0;

  kappa_workspace_lock (self);
  before = self->data_version;
  if (kappa_database_get_int (self->db, "PRAGMA data_version", &after, NULL))
    self->data_version = after;
  kappa_workspace_unlock (self);
  return before != self->data_version;
}

sqlite3 *
kappa_workspace_lock (KappaWorkspace *self)
{
  g_rec_mutex_lock (&self->mutex);
  return self->db;
}

void
kappa_workspace_unlock (KappaWorkspace *self)
{
  g_rec_mutex_unlock (&self->mutex);
}

gboolean
kappa_workspace_require_write (KappaWorkspace *self, GError **error)
{
  if (!kappa_workspace_get_read_only (self))
    return TRUE;
  g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_STORE,
               "%s: the workspace is read-only. Choose another place with --workspace", self->path);
  return FALSE;
}

/* Another connection to the same file; the journal's kind is stored in the file, how it is
 * synchronised is not. */
sqlite3 *
kappa_workspace_connect (KappaWorkspace *self, GError **error)
{
  g_autoptr (sqlite3) db = NULL;

  if (!kappa_workspace_require_write (self, error))
    return NULL;
  db = kappa_database_open (self->path, SQLITE_OPEN_READWRITE, error);
  return db != NULL && set_journal (db, self->path, error) ? g_steal_pointer (&db) : NULL;
}
