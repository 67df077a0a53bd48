#include "core/store/run.h"

#include "core/base/error.h"
#include "core/store/database.h"
#include "core/store/owner.h"
#include "core/store/record.h"
#include "core/store/run-writer.h"
#include "core/store/side-file.h"
#include "core/store/workspace-private.h"

/**
 * KappaRun:
 *
 * Every change of the attached result is written by the thread that makes it, before anyone else
 * sees it, as long as changes come slowly enough: what a process loses that dies is what it had not
 * yet put into the result. Faster ones gather for up to 5 ms, so that writing takes little of the
 * time that computing needs; on a file system that machines share, where a write waits for the
 * network, for up to 250 ms.
 *
 * When writing fails (the disk is full, another process keeps the file locked) nothing is lost: the
 * changes wait, kappa_run_dup_error() says why, and writing is tried again each second, and once
 * more by kappa_run_finish().
 */
struct _KappaRun
{
  GObject parent_instance;

  KappaWorkspace *workspace;
  KappaResult *result;
  KappaRunWriter *writer;
  gint64 id;
  gboolean finished;
};

G_DEFINE_FINAL_TYPE (KappaRun, kappa_run, G_TYPE_OBJECT)

/* Returns the claim, 0 with @error set. */
static gint64
take (KappaRun *self, sqlite3 *db, GError **error)
{
  g_autoptr (sqlite3_stmt) update = NULL;
  gint64 claim;
  int row;

  if (!kappa_run_check_free (db, self->id, error))
    return 0;
  update = kappa_database_prepare (
      db, error,
      "UPDATE runs SET state = 'running', error = NULL, finished = 0, claim = claim + 1,"
      " owner = ?1, heartbeat = ?2 WHERE id = ?3 AND deleted = 0"
      " AND NOT (state IN ('running', 'paused') AND owner = ?1) RETURNING claim",
      "sii", kappa_owner_get_self (), g_get_real_time (), self->id);
  row = update != NULL ? kappa_database_step (update, error) : -1;
  if (row == 0)
    g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_STORE,
                 "%s: run %" G_GINT64_FORMAT " is deleted, or this program is computing it already",
                 kappa_workspace_get_path (self->workspace), self->id);
  if (row != 1)
    return 0;
  claim = sqlite3_column_int64 (update, 0);
  return kappa_database_step (update, error) == 0 ? claim : 0;
}

/**
 * kappa_run_claim:
 * @id: a run that nobody computes: queued by this process, interrupted, or ended
 *
 * Takes a run for writing; its state is running from now on.
 *
 * Returns: (transfer full): %NULL with %KAPPA_ERROR_STORE, e.g. when a living process computes it
 */
KappaRun *
kappa_run_claim (KappaWorkspace *workspace, gint64 id, GError **error)
{
  g_autoptr (KappaRun) self = g_object_new (KAPPA_TYPE_RUN, NULL);
  g_autoptr (sqlite3) db = kappa_workspace_connect (workspace, error);
  gint64 claim;

  self->workspace = g_object_ref (workspace);
  self->id = id;
  if (db == NULL || !kappa_database_begin (db, error))
    return NULL;
  claim = take (self, db, error);
  if (!kappa_database_end (db, claim != 0, error))
    return NULL;
  self->writer = kappa_run_writer_new (g_steal_pointer (&db), kappa_workspace_get_path (workspace),
                                       id, claim);
  return g_steal_pointer (&self);
}

gint64
kappa_run_get_id (KappaRun *self)
{
  return self->id;
}

static gboolean
record (sqlite3 *db, gpointer data, GError **error)
{
  KappaRun *self = data;

  return kappa_record_result (db, kappa_workspace_get_path (self->workspace), self->id,
                              self->result, error);
}

/* What changes from the moment the listener is set waits until what was there before is written. */
static gboolean
listen_and_record (sqlite3 *db, gpointer data, GError **error)
{
  KappaRun *self = data;

  kappa_result_set_listener (self->result, &kappa_run_writer_listener, self->writer);
  return record (db, data, error);
}

/**
 * kappa_run_attach:
 * @result: what the run fills; empty, or loaded from the store to resume
 *
 * From now on each change of @result is written. What is in it already is written now.
 *
 * Returns: %FALSE with @error set when nothing can be written; then @result is not listened to
 */
gboolean
kappa_run_attach (KappaRun *self, KappaResult *result, GError **error)
{
  g_return_val_if_fail (self->result == NULL && !self->finished, FALSE);
  self->result = g_object_ref (result);
  if (kappa_run_writer_transact (self->writer, listen_and_record, self, error))
    return TRUE;
  kappa_result_set_listener (result, NULL, NULL);
  g_clear_object (&self->result);
  return FALSE;
}

/**
 * kappa_run_flush:
 *
 * Writes what has gathered, waiting for other processes if need be.
 *
 * Returns: %FALSE with @error set when something stays unwritten
 */
gboolean
kappa_run_flush (KappaRun *self, GError **error)
{
  return kappa_run_writer_flush (self->writer, error);
}

/**
 * kappa_run_dup_error:
 *
 * Returns: (transfer full) (nullable): why nothing could be written for the last two seconds or
 * more; %NULL when all is well
 */
GError *
kappa_run_dup_error (KappaRun *self)
{
  return kappa_run_writer_dup_error (self->writer);
}

typedef struct
{
  gint64 id;
  KappaRunState state;
  const char *message;
  gboolean ends;
} NewState;

static gboolean
set_state (sqlite3 *db, gpointer data, GError **error)
{
  const NewState *new_state = data;
  gint64 finished
      = new_state->ends && new_state->state != KAPPA_RUN_INTERRUPTED ? g_get_real_time () : 0;

  return kappa_database_run (
      db, error, "UPDATE runs SET state = ?, error = ?, finished = ?, owner = ? WHERE id = ?",
      "ssisi", kappa_run_state_name (new_state->state), new_state->message, finished,
      new_state->ends ? NULL : kappa_owner_get_self (), new_state->id);
}

static gboolean
write_state (KappaRun *self,
             KappaRunState state,
             const char *message,
             gboolean ends,
             GError **error)
{
  NewState new_state = { self->id, state, message, ends };

  return kappa_run_writer_transact (self->writer, set_state, &new_state, error);
}

/**
 * kappa_run_set_state:
 * @state: running or paused
 */
gboolean
kappa_run_set_state (KappaRun *self, KappaRunState state, GError **error)
{
  g_return_val_if_fail (state == KAPPA_RUN_RUNNING || state == KAPPA_RUN_PAUSED, FALSE);
  return write_state (self, state, NULL, FALSE, error);
}

static void
stop (KappaRun *self)
{
  if (self->result != NULL)
    kappa_result_set_listener (self->result, NULL, NULL);
  kappa_run_writer_stop (self->writer);
}

static void
sweep (KappaRun *self)
{
  sqlite3 *db = kappa_workspace_lock (self->workspace);

  kappa_side_file_sweep (db, kappa_workspace_get_path (self->workspace), NULL);
  kappa_workspace_unlock (self->workspace);
}

/**
 * kappa_run_finish:
 * @state: done, failed, cancelled or interrupted
 * @message: (nullable): why it failed
 *
 * Writes what has gathered and gives the run back. The result is not listened to any more.
 *
 * Returns: %FALSE with @error set when something stays unwritten, e.g. because the disk is full:
 * the run can be resumed then, and this can be called again after there is room
 */
gboolean
kappa_run_finish (KappaRun *self, KappaRunState state, const char *message, GError **error)
{
  g_return_val_if_fail (!self->finished, FALSE);
  stop (self);
  if (!kappa_run_flush (self, error))
    {
      write_state (self, KAPPA_RUN_INTERRUPTED, NULL, TRUE, NULL);
      return FALSE;
    }
  /* All is stored; fewer and longer rows only load faster, so it does not matter if this fails. */
  if (self->result != NULL && kappa_run_writer_transact (self->writer, record, self, NULL))
    sweep (self);
  self->finished = write_state (self, state, message, TRUE, error);
  return self->finished;
}

static void
kappa_run_dispose (GObject *object)
{
  KappaRun *self = KAPPA_RUN (object);

  if (self->writer != NULL)
    {
      stop (self);
      if (!self->finished && kappa_run_flush (self, NULL))
        write_state (self, KAPPA_RUN_INTERRUPTED, NULL, TRUE, NULL);
      g_clear_pointer (&self->writer, kappa_run_writer_free);
    }
  g_clear_object (&self->result);
  g_clear_object (&self->workspace);
  G_OBJECT_CLASS (kappa_run_parent_class)->dispose (object);
}

static void
kappa_run_class_init (KappaRunClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = kappa_run_dispose;
}

static void
kappa_run_init (KappaRun *self)
{
}
