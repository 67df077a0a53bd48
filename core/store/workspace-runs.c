#include <string.h>

#include "core/base/error.h"
#include "core/store/database.h"
#include "core/store/owner.h"
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

/* What no version wrote counts as interrupted. */
KappaRunState
kappa_run_state_from_text (const char *text)
{
  for (guint i = 0; i < G_N_ELEMENTS (state_texts); i++)
    if (strcmp (state_texts[i], text) == 0)
      return (KappaRunState)i;
  return KAPPA_RUN_INTERRUPTED;
}

/* Whether the state means that a process looks after the run. */
gboolean
kappa_run_state_is_live (KappaRunState state)
{
  return state == KAPPA_RUN_QUEUED || state == KAPPA_RUN_RUNNING || state == KAPPA_RUN_PAUSED;
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
  info->state = kappa_run_state_from_text (state);
  info->error = kappa_database_dup_text (statement, 6);
  info->created = sqlite3_column_int64 (statement, 7);
  info->finished = sqlite3_column_int64 (statement, 8);
  info->engine = dup_text (statement, 9);
  info->isa = dup_text (statement, 10);
  info->threads = (guint)CLAMP (sqlite3_column_int64 (statement, 11), 0, G_MAXINT);
  info->view = kappa_database_dup_text (statement, 12);
  info->deleted = sqlite3_column_int64 (statement, 13) != 0;
  if (kappa_run_state_is_live (info->state)
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

      if (info->state == KAPPA_RUN_DONE || kappa_run_state_is_live (info->state))
        continue;
      if (best == G_MAXUINT || info->id > ((KappaRunInfo *)g_ptr_array_index (runs, best))->id)
        best = i;
    }
  return best != G_MAXUINT ? g_ptr_array_steal_index (runs, best) : NULL;
}
