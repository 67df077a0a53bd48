#include "core/base/error.h"
#include "core/store/database.h"
#include "core/store/workspace-private.h"

void
kappa_seen_file_free (KappaSeenFile *file)
{
  g_free (file->path);
  g_free (file->sha256);
  g_free (file->label);
  g_free (file);
}

static gint64
note_file (sqlite3 *db,
           KappaSeenKind kind,
           const char *path,
           const char *sha256,
           const char *label,
           GError **error)
{
  g_autoptr (sqlite3_stmt) statement = kappa_database_prepare (
      db, error,
      "INSERT INTO seen_files (kind, path, sha256, label, seen) VALUES (?, ?, ?, ?, ?)"
      " ON CONFLICT (kind, path, sha256) DO UPDATE SET label = excluded.label, seen = "
      "excluded.seen RETURNING id",
      "isssi", (gint64)kind, path, sha256, label, g_get_real_time ());
  gint64 id;

  if (statement == NULL || kappa_database_step (statement, error) != 1)
    return 0;
  id = sqlite3_column_int64 (statement, 0);
  return kappa_database_step (statement, error) == 0 ? id : 0;
}

/**
 * kappa_workspace_note_file:
 * @path: where it is
 * @sha256: of its content
 * @label: what to call it in lists
 *
 * Remembers that a model or data set was seen just now. The same content at the same place is
 * remembered once.
 *
 * Returns: its id, 0 with @error set
 */
gint64
kappa_workspace_note_file (KappaWorkspace *self,
                           KappaSeenKind kind,
                           const char *path,
                           const char *sha256,
                           const char *label,
                           GError **error)
{
  gint64 id = 0;

  g_return_val_if_fail (path != NULL && sha256 != NULL && label != NULL, 0);
  if (!kappa_workspace_require_write (self, error))
    return 0;
  id = note_file (kappa_workspace_lock (self), kind, path, sha256, label, error);
  kappa_workspace_unlock (self);
  return id;
}

static gboolean
read_files (sqlite3 *db, KappaSeenKind kind, GPtrArray *files, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = kappa_database_prepare (
      db, error,
      "SELECT id, path, sha256, label, seen FROM seen_files WHERE kind = ?"
      " ORDER BY seen DESC, id DESC",
      "i", (gint64)kind);
  int row;

  if (statement == NULL)
    return FALSE;
  while ((row = kappa_database_step (statement, error)) == 1)
    {
      KappaSeenFile *file = g_new0 (KappaSeenFile, 1);

      file->id = sqlite3_column_int64 (statement, 0);
      file->path = kappa_database_dup_text (statement, 1);
      file->sha256 = kappa_database_dup_text (statement, 2);
      file->label = kappa_database_dup_text (statement, 3);
      file->seen = sqlite3_column_int64 (statement, 4);
      g_ptr_array_add (files, file);
    }
  return row == 0;
}

/**
 * kappa_workspace_list_files:
 *
 * Returns: (transfer full) (element-type KappaSeenFile): the models or data sets seen, the latest
 * first
 */
GPtrArray *
kappa_workspace_list_files (KappaWorkspace *self, KappaSeenKind kind, GError **error)
{
  g_autoptr (GPtrArray) files
      = g_ptr_array_new_with_free_func ((GDestroyNotify)kappa_seen_file_free);
  gboolean done;

  done = read_files (kappa_workspace_lock (self), kind, files, error);
  kappa_workspace_unlock (self);
  return done ? g_steal_pointer (&files) : NULL;
}

/**
 * kappa_workspace_add_run_file:
 * @run: a run
 * @file: what kappa_workspace_note_file() returned
 *
 * Says that a run uses a file.
 */
gboolean
kappa_workspace_add_run_file (KappaWorkspace *self, gint64 run, gint64 file, GError **error)
{
  gboolean done;

  if (!kappa_workspace_require_write (self, error))
    return FALSE;
  done = kappa_database_run (kappa_workspace_lock (self), error,
                             "INSERT OR IGNORE INTO run_files (run, file) VALUES (?, ?)", "ii", run,
                             file);
  kappa_workspace_unlock (self);
  return done;
}
