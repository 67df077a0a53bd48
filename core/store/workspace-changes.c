#include "core/base/error.h"
#include "core/store/database.h"
#include "core/store/owner.h"
#include "core/store/side-file.h"
#include "core/store/workspace-private.h"

static gboolean
has_ended (KappaRunState state)
{
  return state == KAPPA_RUN_DONE || state == KAPPA_RUN_FAILED || state == KAPPA_RUN_CANCELLED;
}

/**
 * kappa_workspace_create_run:
 * @analysis: name of the analysis class
 * @title: what the list shows
 * @recipe: JSON text
 * @key: the cache key
 * @isa: the instruction set it will be computed with
 * @threads: with how many threads
 *
 * Adds a run, queued by this process.
 *
 * Returns: its id, 0 with %KAPPA_ERROR_STORE
 */
gint64
kappa_workspace_create_run (KappaWorkspace *self,
                            const char *analysis,
                            const char *title,
                            const char *recipe,
                            const char *key,
                            const char *isa,
                            guint threads,
                            GError **error)
{
  gint64 now = g_get_real_time (), id = 0;
  sqlite3 *db;

  g_return_val_if_fail (
      analysis != NULL && title != NULL && recipe != NULL && key != NULL && isa != NULL, 0);
  if (!kappa_workspace_require_write (self, error))
    return 0;
  db = kappa_workspace_lock (self);
  if (kappa_database_run (db, error,
                          "INSERT INTO runs (analysis, title, recipe, key, state, created, engine, "
                          "isa, threads, owner,"
                          " heartbeat) VALUES (?, ?, ?, ?, 'queued', ?, ?, ?, ?, ?, ?)",
                          "ssssissisi", analysis, title, recipe, key, now, KAPPA_VERSION, isa,
                          (gint64)threads, kappa_owner_get_self (), now))
    id = sqlite3_last_insert_rowid (db);
  kappa_workspace_unlock (self);
  return id;
}

/* To be called inside a transaction, before a change that only the process that computes a run may
 * make. */
gboolean
kappa_run_check_free (sqlite3 *db, gint64 id, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = kappa_database_prepare (
      db, error, "SELECT state, owner, heartbeat FROM runs WHERE id = ?", "i", id);
  int row = statement != NULL ? kappa_database_step (statement, error) : -1;
  g_autofree char *state = row == 1 ? kappa_database_dup_text (statement, 0) : NULL;
  g_autofree char *owner = row == 1 ? kappa_database_dup_text (statement, 1) : NULL;

  if (row < 0)
    return FALSE;
  if (row == 0)
    g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_STORE, "%s: there is no run %" G_GINT64_FORMAT,
                 sqlite3_db_filename (db, "main"), id);
  else if (!kappa_run_state_is_live (kappa_run_state_from_text (state != NULL ? state : ""))
           || kappa_owner_is_self (owner)
           || !kappa_owner_is_alive (owner, sqlite3_column_int64 (statement, 2),
                                     g_get_real_time ()))
    return TRUE;
  else
    g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_STORE,
                 "%s: run %" G_GINT64_FORMAT
                 " is being computed by another process (%s). Wait for it, or cancel it there",
                 sqlite3_db_filename (db, "main"), id, owner);
  return FALSE;
}

/* Runs one UPDATE of a run's row, unless another process computes the run and @guarded is set. */
static gboolean
change_run (KappaWorkspace *self, gint64 id, gboolean guarded, sqlite3_stmt *update, GError **error)
{
  sqlite3 *db = sqlite3_db_handle (update);
  gboolean done;

  if (!kappa_database_begin (db, error))
    return FALSE;
  done = (!guarded || kappa_run_check_free (db, id, error))
         && kappa_database_step (update, error) == 0;
  if (done && sqlite3_changes (db) == 0)
    {
      g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_STORE, "%s: there is no run %" G_GINT64_FORMAT,
                   kappa_workspace_get_path (self), id);
      done = FALSE;
    }
  sqlite3_reset (update);
  return kappa_database_end (db, done, error);
}

static gboolean
set_text (KappaWorkspace *self, gint64 id, const char *sql, const char *text, GError **error)
{
  sqlite3_stmt *update;
  gboolean done;

  if (!kappa_workspace_require_write (self, error))
    return FALSE;
  update = kappa_database_prepare (kappa_workspace_lock (self), error, sql, "si", text, id);
  done = update != NULL && change_run (self, id, FALSE, update, error);
  sqlite3_finalize (update);
  kappa_workspace_unlock (self);
  return done;
}

gboolean
kappa_workspace_rename_run (KappaWorkspace *self, gint64 id, const char *title, GError **error)
{
  g_return_val_if_fail (title != NULL, FALSE);
  return set_text (self, id, "UPDATE runs SET title = ? WHERE id = ?", title, error);
}

/**
 * kappa_workspace_set_run_view:
 * @view: (nullable): JSON text: how the run is looked at
 */
gboolean
kappa_workspace_set_run_view (KappaWorkspace *self, gint64 id, const char *view, GError **error)
{
  return set_text (self, id, "UPDATE runs SET view = ? WHERE id = ?", view, error);
}

/**
 * kappa_workspace_set_run_state:
 * @message: (nullable): why it failed
 *
 * For runs nobody has claimed, e.g. to take one out of the queue; a claimed one is told by
 * kappa_run_set_state() or kappa_run_finish(). Refused while another process computes the run.
 */
gboolean
kappa_workspace_set_run_state (KappaWorkspace *self,
                               gint64 id,
                               KappaRunState state,
                               const char *message,
                               GError **error)
{
  gint64 now = g_get_real_time ();
  sqlite3_stmt *update;
  gboolean done;

  if (!kappa_workspace_require_write (self, error))
    return FALSE;
  update = kappa_database_prepare (
      kappa_workspace_lock (self), error,
      "UPDATE runs SET state = ?, error = ?, finished = ?, owner = ?, heartbeat = ? WHERE id = ?",
      "ssisii", kappa_run_state_name (state), message, has_ended (state) ? now : (gint64)0,
      kappa_run_state_is_live (state) ? kappa_owner_get_self () : NULL, now, id);
  done = update != NULL && change_run (self, id, TRUE, update, error);
  sqlite3_finalize (update);
  kappa_workspace_unlock (self);
  return done;
}

/**
 * kappa_workspace_set_run_deleted:
 * @deleted: %FALSE undoes it
 *
 * A deleted run is hidden and answers no recipe, and is kept until kappa_workspace_purge(). Refused
 * while another process computes the run.
 */
gboolean
kappa_workspace_set_run_deleted (KappaWorkspace *self, gint64 id, gboolean deleted, GError **error)
{
  sqlite3_stmt *update;
  gboolean done;

  if (!kappa_workspace_require_write (self, error))
    return FALSE;
  update = kappa_database_prepare (kappa_workspace_lock (self), error,
                                   "UPDATE runs SET deleted = ? WHERE id = ?", "ii",
                                   deleted ? g_get_real_time () : (gint64)0, id);
  done = update != NULL && change_run (self, id, deleted, update, error);
  sqlite3_finalize (update);
  kappa_workspace_unlock (self);
  return done;
}

static gboolean
purge (sqlite3 *db, const char *path, gint64 older_than, GError **error)
{
  gboolean done;

  if (!kappa_database_begin (db, error))
    return FALSE;
  done = kappa_database_run (db, error, "DELETE FROM runs WHERE deleted != 0 AND deleted <= ?", "i",
                             g_get_real_time () - older_than);
  if (!kappa_database_end (db, done, error))
    return FALSE;
  return kappa_side_file_sweep (db, path, error);
}

/**
 * kappa_workspace_purge:
 * @older_than: microseconds: runs deleted longer ago go for good
 *
 * Removes deleted runs, and the side files that belong to nothing.
 */
gboolean
kappa_workspace_purge (KappaWorkspace *self, gint64 older_than, GError **error)
{
  gboolean done;

  if (!kappa_workspace_require_write (self, error))
    return FALSE;
  done = purge (kappa_workspace_lock (self), kappa_workspace_get_path (self), older_than, error);
  kappa_workspace_unlock (self);
  return done;
}
