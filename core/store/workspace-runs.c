#include <string.h>

#include "core/base/error.h"
#include "core/store/database.h"
#include "core/store/owner.h"
#include "core/store/side-file.h"
#include "core/store/workspace-private.h"

#define RUN_COLUMNS                                                                                \
  "id, analysis, title, recipe, key, state, error, created, finished, engine, isa, threads, "      \
  "view, deleted, owner, "                                                                         \
  "heartbeat"

static const char *const state_texts[]
    = { "queued", "running", "paused", "done", "failed", "cancelled", "interrupted" };

void
kappa_run_info_free (KappaRunInfo *info)
{
  g_free (info->analysis);
  g_free (info->title);
  g_free (info->recipe);
  g_free (info->key);
  g_free (info->error);
  g_free (info->engine);
  g_free (info->isa);
  g_free (info->view);
  g_free (info);
}

/**
 * kappa_run_state_name:
 *
 * Returns: (transfer none): "queued", "running" …, as the workspace spells it too
 */
const char *
kappa_run_state_name (KappaRunState state)
{
  g_return_val_if_fail ((guint)state < G_N_ELEMENTS (state_texts), "");
  return state_texts[state];
}

static KappaRunState
state_from_text (const char *text)
{
  for (guint i = 0; i < G_N_ELEMENTS (state_texts); i++)
    if (strcmp (state_texts[i], text) == 0)
      return (KappaRunState)i;
  return KAPPA_RUN_INTERRUPTED;
}

static gboolean
needs_process (KappaRunState state)
{
  return state == KAPPA_RUN_QUEUED || state == KAPPA_RUN_RUNNING || state == KAPPA_RUN_PAUSED;
}

static gboolean
has_ended (KappaRunState state)
{
  return state == KAPPA_RUN_DONE || state == KAPPA_RUN_FAILED || state == KAPPA_RUN_CANCELLED;
}

static char *
dup_text (sqlite3_stmt *statement, int column)
{
  char *text = kappa_database_dup_text (statement, column);

  return text != NULL ? text : g_strdup ("");
}

static KappaRunInfo *
read_run (sqlite3_stmt *statement, gint64 now)
{
  KappaRunInfo *info = g_new0 (KappaRunInfo, 1);
  g_autofree char *state = dup_text (statement, 5);
  g_autofree char *owner = kappa_database_dup_text (statement, 14);

  info->id = sqlite3_column_int64 (statement, 0);
  info->analysis = dup_text (statement, 1);
  info->title = dup_text (statement, 2);
  info->recipe = dup_text (statement, 3);
  info->key = dup_text (statement, 4);
  info->state = state_from_text (state);
  info->error = kappa_database_dup_text (statement, 6);
  info->created = sqlite3_column_int64 (statement, 7);
  info->finished = sqlite3_column_int64 (statement, 8);
  info->engine = dup_text (statement, 9);
  info->isa = dup_text (statement, 10);
  info->threads = (guint)CLAMP (sqlite3_column_int64 (statement, 11), 0, G_MAXINT);
  info->view = kappa_database_dup_text (statement, 12);
  info->deleted = sqlite3_column_int64 (statement, 13) != 0;
  if (needs_process (info->state)
      && !kappa_owner_is_alive (owner, sqlite3_column_int64 (statement, 15), now))
    info->state = KAPPA_RUN_INTERRUPTED;
  return info;
}

static gboolean
read_runs (sqlite3_stmt *statement, GPtrArray *runs, GError **error)
{
  gint64 now = g_get_real_time ();
  int row;

  if (statement == NULL)
    return FALSE;
  while ((row = kappa_database_step (statement, error)) == 1)
    g_ptr_array_add (runs, read_run (statement, now));
  return row == 0;
}

/**
 * kappa_workspace_list_runs:
 *
 * Returns: (transfer full) (element-type KappaRunInfo): the runs that are not deleted, the newest
 * first; %NULL with %KAPPA_ERROR_STORE
 */
GPtrArray *
kappa_workspace_list_runs (KappaWorkspace *self, GError **error)
{
  g_autoptr (GPtrArray) runs = g_ptr_array_new_with_free_func ((GDestroyNotify)kappa_run_info_free);
  sqlite3 *db = kappa_workspace_lock (self);
  sqlite3_stmt *statement = kappa_database_prepare (
      db, error,
      "SELECT " RUN_COLUMNS " FROM runs WHERE deleted = 0 ORDER BY created DESC, id DESC", "");
  gboolean done = read_runs (statement, runs, error);

  sqlite3_finalize (statement);
  kappa_workspace_unlock (self);
  return done ? g_steal_pointer (&runs) : NULL;
}

/**
 * kappa_workspace_dup_run:
 *
 * Returns: (transfer full): one run, also a deleted one; %NULL with %KAPPA_ERROR_STORE when there
 * is none
 */
KappaRunInfo *
kappa_workspace_dup_run (KappaWorkspace *self, gint64 id, GError **error)
{
  g_autoptr (GPtrArray) runs = g_ptr_array_new_with_free_func ((GDestroyNotify)kappa_run_info_free);
  sqlite3 *db = kappa_workspace_lock (self);
  sqlite3_stmt *statement = kappa_database_prepare (
      db, error, "SELECT " RUN_COLUMNS " FROM runs WHERE id = ?", "i", id);
  gboolean done = read_runs (statement, runs, error);

  sqlite3_finalize (statement);
  kappa_workspace_unlock (self);
  if (done && runs->len == 1)
    return g_ptr_array_steal_index (runs, 0);
  if (done)
    g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_STORE, "%s: there is no run %" G_GINT64_FORMAT,
                 kappa_workspace_get_path (self), id);
  return NULL;
}

static GPtrArray *
list_by_key (KappaWorkspace *self, const char *key, GError **error)
{
  g_autoptr (GPtrArray) runs = g_ptr_array_new_with_free_func ((GDestroyNotify)kappa_run_info_free);
  sqlite3 *db = kappa_workspace_lock (self);
  sqlite3_stmt *statement = kappa_database_prepare (
      db, error,
      "SELECT " RUN_COLUMNS
      " FROM runs WHERE key = ? AND deleted = 0 ORDER BY finished DESC, id DESC",
      "s", key);
  gboolean done = read_runs (statement, runs, error);

  sqlite3_finalize (statement);
  kappa_workspace_unlock (self);
  return done ? g_steal_pointer (&runs) : NULL;
}

/**
 * kappa_workspace_find_run:
 * @key: a cache key
 *
 * Looks for the answer to a recipe.
 *
 * Returns: (transfer full) (nullable): the latest run of that key that is done and not deleted;
 * %NULL without
 *   @error when there is none
 */
KappaRunInfo *
kappa_workspace_find_run (KappaWorkspace *self, const char *key, GError **error)
{
  g_autoptr (GPtrArray) runs = list_by_key (self, key, error);

  for (guint i = 0; runs != NULL && i < runs->len; i++)
    if (((KappaRunInfo *)g_ptr_array_index (runs, i))->state == KAPPA_RUN_DONE)
      return g_ptr_array_steal_index (runs, i);
  return NULL;
}

/**
 * kappa_workspace_find_unfinished:
 * @key: a cache key
 *
 * Looks for a run worth resuming instead of beginning anew.
 *
 * Returns: (transfer full) (nullable): the latest run of that key that was interrupted, cancelled
 * or failed; %NULL without @error when there is none
 */
KappaRunInfo *
kappa_workspace_find_unfinished (KappaWorkspace *self, const char *key, GError **error)
{
  g_autoptr (GPtrArray) runs = list_by_key (self, key, error);
  guint best = G_MAXUINT;

  for (guint i = 0; runs != NULL && i < runs->len; i++)
    {
      const KappaRunInfo *info = g_ptr_array_index (runs, i);

      if (info->state == KAPPA_RUN_DONE || needs_process (info->state))
        continue;
      if (best == G_MAXUINT || info->id > ((KappaRunInfo *)g_ptr_array_index (runs, best))->id)
        best = i;
    }
  return best != G_MAXUINT ? g_ptr_array_steal_index (runs, best) : NULL;
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
  g_autofree char *state = row == 1 ? dup_text (statement, 0) : NULL;
  g_autofree char *owner = row == 1 ? kappa_database_dup_text (statement, 1) : NULL;

  if (row < 0)
    return FALSE;
  if (row == 0)
    g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_STORE, "%s: there is no run %" G_GINT64_FORMAT,
                 sqlite3_db_filename (db, "main"), id);
  else if (!needs_process (state_from_text (state)) || kappa_owner_is_self (owner)
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
      needs_process (state) ? kappa_owner_get_self () : NULL, now, id);
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
