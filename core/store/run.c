#include "core/store/run.h"

#include "core/base/error.h"
#include "core/store/change.h"
#include "core/store/database.h"
#include "core/store/owner.h"
#include "core/store/record.h"
#include "core/store/side-file.h"
#include "core/store/volume.h"
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
  gint64 id;
  gint64 claim;
  gint64 gathering; /* at most, microseconds */
  gboolean finished;

  GMutex mutex; /* of all below; taken inside the lock of the result, never the other way round */
  GCond wake;
  GThread *thread;
  gboolean quit;
  sqlite3 *db;
  gboolean attaching; /* the connection is busy; changes wait */
  gboolean lost;      /* another process has taken the run over */
  GPtrArray *pending; /* of KappaChange */
  gsize pending_size;
  gint64 due;       /* monotonic time of the next write */
  gint64 heartbeat; /* monotonic time of the last write */
  gint64 failing;   /* monotonic time since which nothing could be written */
  GError *error;
};

G_DEFINE_FINAL_TYPE (KappaRun, kappa_run, G_TYPE_OBJECT)

#define GATHERING_LOCAL  (5 * G_TIME_SPAN_MILLISECOND)
#define GATHERING_SHARED (250 * G_TIME_SPAN_MILLISECOND)
#define RETRY            (1 * G_TIME_SPAN_SECOND)
#define WORTH_TELLING    (2 * G_TIME_SPAN_SECOND)
#define MAX_PENDING      4096
#define MAX_INLINE_SIZE  ((gsize)256 * 1024)

/* The threads that compute wait behind a write, so it gives up soon and leaves the matter to the
 * next try. */
#define BUSY_WRITING 50
#define BUSY_PATIENT 10000

/* Inside a transaction: the run is still ours, and we are still here. */
static gboolean
say_alive (KappaRun *self, GError **error)
{
  if (!kappa_database_run (self->db, error,
                           "UPDATE runs SET heartbeat = ? WHERE id = ? AND claim = ?", "iii",
                           g_get_real_time (), self->id, self->claim))
    return FALSE;
  if (sqlite3_changes (self->db) == 1)
    return TRUE;
  self->lost = TRUE;
  g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_STORE,
               "%s: run %" G_GINT64_FORMAT
               " was taken over by another process, or purged; it is not written any more",
               kappa_workspace_get_path (self->workspace), self->id);
  return FALSE;
}

static gboolean
write_changes (KappaRun *self, GError **error)
{
  if (!say_alive (self, error))
    return FALSE;
  for (guint i = 0; i < self->pending->len; i++)
    if (!kappa_change_write (g_ptr_array_index (self->pending, i), self->db,
                             kappa_workspace_get_path (self->workspace), self->id, error))
      return FALSE;
  return TRUE;
}

/* With the mutex held. */
static gboolean
write_pending (KappaRun *self)
{
  gint64 start = g_get_monotonic_time (), end;
  gboolean done;

  if (self->lost)
    {
      g_ptr_array_set_size (self->pending, 0);
      return FALSE;
    }
  g_clear_error (&self->error);
  done = kappa_database_begin (self->db, &self->error)
         && kappa_database_end (self->db, write_changes (self, &self->error), &self->error);
  end = g_get_monotonic_time ();
  self->heartbeat = end;
  self->due = end + (done ? MIN (20 * (end - start), self->gathering) : RETRY);
  if (done)
    {
      g_ptr_array_set_size (self->pending, 0);
      self->pending_size = 0;
      self->failing = 0;
    }
  else if (self->failing == 0)
    self->failing = start;
  return done;
}

/* Writes what gathers, and says now and then that the process lives. */
static gpointer
write_behind (gpointer data)
{
  KappaRun *self = data;

  g_mutex_lock (&self->mutex);
  while (!self->quit)
    {
      gint64 next = self->heartbeat + KAPPA_OWNER_HEARTBEAT;

      if (self->pending->len > 0)
        next = MIN (next, self->due);
      if (self->attaching || self->lost)
        g_cond_wait (&self->wake, &self->mutex);
      else if (g_get_monotonic_time () < next)
        g_cond_wait_until (&self->wake, &self->mutex, next);
      else
        write_pending (self);
    }
  g_mutex_unlock (&self->mutex);
  return NULL;
}

static void
submit (KappaRun *self, KappaChange *change)
{
  g_mutex_lock (&self->mutex);
  g_ptr_array_add (self->pending, change);
  self->pending_size += kappa_change_get_size (change);
  if (!self->attaching && self->pending_size <= MAX_INLINE_SIZE
      && (g_get_monotonic_time () >= self->due
          || (self->pending->len >= MAX_PENDING && self->error == NULL)))
    write_pending (self);
  else
    g_cond_signal (&self->wake);
  g_mutex_unlock (&self->mutex);
}

static void
scalar_cb (const KappaScalar *scalar, gpointer data)
{
  submit (data, kappa_change_new_scalar (scalar));
}

static void
table_cb (const KappaTable *table, gpointer data)
{
  submit (data, kappa_change_new_table (table));
}

static void
array_cb (const KappaArray *array, gpointer data)
{
  submit (data, kappa_change_new_array (array));
}

static void
values_cb (const KappaArray *array, gsize first, gsize n, gpointer data)
{
  submit (data, kappa_change_new_values (array, first, n));
}

static const KappaResultListener listener = { scalar_cb, table_cb, array_cb, values_cb };

static gboolean
take (KappaRun *self, GError **error)
{
  g_autoptr (sqlite3_stmt) update = NULL;
  int row;

  if (!kappa_run_check_free (self->db, self->id, error))
    return FALSE;
  update = kappa_database_prepare (
      self->db, error,
      "UPDATE runs SET state = 'running', error = NULL, finished = 0, claim = claim + 1,"
      " owner = ?1, heartbeat = ?2 WHERE id = ?3 AND deleted = 0"
      " AND NOT (state IN ('running', 'paused') AND owner = ?1) RETURNING claim",
      "sii", kappa_owner_get_self (), g_get_real_time (), self->id);
  row = update != NULL ? kappa_database_step (update, error) : -1;
  if (row == 1)
    {
      self->claim = sqlite3_column_int64 (update, 0);
      row = kappa_database_step (update, error);
      return row == 0;
    }
  if (row == 0)
    g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_STORE,
                 "%s: run %" G_GINT64_FORMAT " is deleted, or this program is computing it already",
                 kappa_workspace_get_path (self->workspace), self->id);
  return FALSE;
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

  self->workspace = g_object_ref (workspace);
  self->id = id;
  self->finished = TRUE; /* nothing to give back yet */
  self->db = kappa_workspace_connect (workspace, error);
  if (self->db == NULL || !kappa_database_begin (self->db, error)
      || !kappa_database_end (self->db, take (self, error), error))
    return NULL;
  self->finished = FALSE;
  self->heartbeat = g_get_monotonic_time ();
  self->gathering = kappa_volume_is_shared (kappa_workspace_get_path (workspace)) ? GATHERING_SHARED
                                                                                  : GATHERING_LOCAL;
  sqlite3_busy_timeout (self->db, BUSY_WRITING);
  self->thread = g_thread_new ("kappa-store", write_behind, self);
  return g_steal_pointer (&self);
}

gint64
kappa_run_get_id (KappaRun *self)
{
  return self->id;
}

static gboolean
record_all (KappaRun *self, GError **error)
{
  gboolean done;

  if (!kappa_database_begin (self->db, error))
    return FALSE;
  done = say_alive (self, error)
         && kappa_record_result (self->db, kappa_workspace_get_path (self->workspace), self->id,
                                 self->result, error);
  return kappa_database_end (self->db, done, error);
}

static void
set_attaching (KappaRun *self, gboolean attaching)
{
  g_mutex_lock (&self->mutex);
  self->attaching = attaching;
  g_cond_signal (&self->wake);
  g_mutex_unlock (&self->mutex);
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
  gboolean done;

  g_return_val_if_fail (self->result == NULL && !self->finished, FALSE);
  set_attaching (self, TRUE);
  self->result = g_object_ref (result);
  kappa_result_set_listener (result, &listener, self);
  sqlite3_busy_timeout (self->db, BUSY_PATIENT);
  done = record_all (self, error);
  sqlite3_busy_timeout (self->db, BUSY_WRITING);
  if (!done)
    {
      kappa_result_set_listener (result, NULL, NULL);
      g_clear_object (&self->result);
    }
  set_attaching (self, FALSE);
  return done;
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
  gboolean done;

  g_mutex_lock (&self->mutex);
  sqlite3_busy_timeout (self->db, BUSY_PATIENT);
  done = self->pending->len == 0 && !self->lost ? TRUE : write_pending (self);
  sqlite3_busy_timeout (self->db, BUSY_WRITING);
  if (!done && error != NULL)
    *error = g_error_copy (self->error);
  g_mutex_unlock (&self->mutex);
  return done;
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
  GError *error = NULL;

  g_mutex_lock (&self->mutex);
  if (self->error != NULL
      && (self->lost || g_get_monotonic_time () - self->failing >= WORTH_TELLING))
    error = g_error_copy (self->error);
  g_mutex_unlock (&self->mutex);
  return error;
}

static gboolean
write_state (KappaRun *self,
             KappaRunState state,
             const char *message,
             gboolean ends,
             GError **error)
{
  gint64 finished = ends && state != KAPPA_RUN_INTERRUPTED ? g_get_real_time () : 0;
  gboolean done;

  if (!kappa_database_begin (self->db, error))
    return FALSE;
  done = say_alive (self, error)
         && kappa_database_run (
             self->db, error,
             "UPDATE runs SET state = ?, error = ?, finished = ?, owner = ? WHERE id = ?", "ssisi",
             kappa_run_state_name (state), message, finished, ends ? NULL : kappa_owner_get_self (),
             self->id);
  return kappa_database_end (self->db, done, error);
}

/**
 * kappa_run_set_state:
 * @state: running or paused
 */
gboolean
kappa_run_set_state (KappaRun *self, KappaRunState state, GError **error)
{
  gboolean done;

  g_return_val_if_fail (state == KAPPA_RUN_RUNNING || state == KAPPA_RUN_PAUSED, FALSE);
  g_mutex_lock (&self->mutex);
  sqlite3_busy_timeout (self->db, BUSY_PATIENT);
  done = write_state (self, state, NULL, FALSE, error);
  sqlite3_busy_timeout (self->db, BUSY_WRITING);
  g_mutex_unlock (&self->mutex);
  return done;
}

static void
stop_writing (KappaRun *self)
{
  if (self->result != NULL)
    kappa_result_set_listener (self->result, NULL, NULL);
  if (self->thread == NULL)
    return;
  g_mutex_lock (&self->mutex);
  self->quit = TRUE;
  g_cond_signal (&self->wake);
  g_mutex_unlock (&self->mutex);
  g_thread_join (g_steal_pointer (&self->thread));
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
  const char *workspace = kappa_workspace_get_path (self->workspace);

  g_return_val_if_fail (!self->finished, FALSE);
  stop_writing (self);
  if (!kappa_run_flush (self, error))
    {
      write_state (self, KAPPA_RUN_INTERRUPTED, NULL, TRUE, NULL);
      return FALSE;
    }
  sqlite3_busy_timeout (self->db, BUSY_PATIENT);
  /* All is stored; fewer and longer rows only load faster, so it does not matter if this fails. */
  if (self->result != NULL && record_all (self, NULL))
    kappa_side_file_sweep (self->db, workspace, NULL);
  self->finished = write_state (self, state, message, TRUE, error);
  return self->finished;
}

static void
kappa_run_dispose (GObject *object)
{
  KappaRun *self = KAPPA_RUN (object);

  stop_writing (self);
  if (!self->finished && self->db != NULL)
    {
      self->finished = TRUE;
      if (kappa_run_flush (self, NULL))
        write_state (self, KAPPA_RUN_INTERRUPTED, NULL, TRUE, NULL);
    }
  g_clear_object (&self->result);
  G_OBJECT_CLASS (kappa_run_parent_class)->dispose (object);
}

static void
kappa_run_finalize (GObject *object)
{
  KappaRun *self = KAPPA_RUN (object);

  sqlite3_close (self->db);
  g_clear_object (&self->workspace);
  g_clear_error (&self->error);
  g_ptr_array_unref (self->pending);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->wake);
  G_OBJECT_CLASS (kappa_run_parent_class)->finalize (object);
}

static void
kappa_run_class_init (KappaRunClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = kappa_run_dispose;
  object_class->finalize = kappa_run_finalize;
}

static void
kappa_run_init (KappaRun *self)
{
  g_mutex_init (&self->mutex);
  g_cond_init (&self->wake);
  self->pending = g_ptr_array_new_with_free_func ((GDestroyNotify)kappa_change_free);
}
