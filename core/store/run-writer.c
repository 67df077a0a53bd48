#include "core/store/run-writer.h"

#include "core/base/error.h"
#include "core/store/change.h"
#include "core/store/database.h"
#include "core/store/owner.h"
#include "core/store/volume.h"

struct _KappaRunWriter
{
  char *workspace;
  gint64 run;
  gint64 claim;
  gint64 gathering; /* at most, microseconds */
  GThread *thread;

  GMutex mutex; /* of all below; taken inside the lock of the result, never the other way round */
  GCond changed;
  sqlite3 *db;
  gboolean quit;
  gboolean held;      /* a transaction of another kind has the connection; changes wait */
  gboolean lost;      /* another process has taken the run over */
  GPtrArray *pending; /* of KappaChange */
  gsize pending_size;
  gint64 due;       /* monotonic time of the next write */
  gint64 heartbeat; /* monotonic time of the last write */
  gint64 failing;   /* monotonic time since which nothing could be written */
  GError *error;
};

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
say_alive (KappaRunWriter *self, GError **error)
{
  if (!kappa_database_run (self->db, error,
                           "UPDATE runs SET heartbeat = ? WHERE id = ? AND claim = ?", "iii",
                           g_get_real_time (), self->run, self->claim))
    return FALSE;
  if (sqlite3_changes (self->db) == 1)
    return TRUE;
  self->lost = TRUE;
  g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_STORE,
               "%s: run %" G_GINT64_FORMAT
               " was taken over by another process, or purged; it is not written any more",
               self->workspace, self->run);
  return FALSE;
}

static gboolean
write_changes (KappaRunWriter *self, GError **error)
{
  if (!say_alive (self, error))
    return FALSE;
  for (guint i = 0; i < self->pending->len; i++)
    if (!kappa_change_write (g_ptr_array_index (self->pending, i), self->db, self->workspace,
                             self->run, error))
      return FALSE;
  return TRUE;
}

/* With the mutex, and while the connection is not held. */
static gboolean
write_pending (KappaRunWriter *self)
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
  KappaRunWriter *self = data;

  g_mutex_lock (&self->mutex);
  while (!self->quit)
    {
      gint64 next = self->heartbeat + KAPPA_OWNER_HEARTBEAT;

      if (self->pending->len > 0)
        next = MIN (next, self->due);
      if (self->held || self->lost)
        g_cond_wait (&self->changed, &self->mutex);
      else if (g_get_monotonic_time () < next)
        g_cond_wait_until (&self->changed, &self->mutex, next);
      else
        write_pending (self);
    }
  g_mutex_unlock (&self->mutex);
  return NULL;
}

static void
submit (KappaRunWriter *self, KappaChange *change)
{
  gboolean is_due;

  g_mutex_lock (&self->mutex);
  g_ptr_array_add (self->pending, change);
  self->pending_size += kappa_change_get_size (change);
  is_due = g_get_monotonic_time () >= self->due
           || (self->pending->len >= MAX_PENDING && self->error == NULL);
  if (is_due && !self->held && self->pending_size <= MAX_INLINE_SIZE)
    write_pending (self);
  else
    g_cond_broadcast (&self->changed);
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

/* To be set on a result with the writer as its data. */
const KappaResultListener kappa_run_writer_listener = { scalar_cb, table_cb, array_cb, values_cb };

/**
 * kappa_run_writer_new:
 * @db: (transfer full): a connection of its own
 * @claim: what the row of the run says as long as it is ours
 */
KappaRunWriter *
kappa_run_writer_new (sqlite3 *db, const char *workspace, gint64 run, gint64 claim)
{
  KappaRunWriter *self = g_new0 (KappaRunWriter, 1);

  self->workspace = g_strdup (workspace);
  self->run = run;
  self->claim = claim;
  self->gathering = kappa_volume_is_shared (workspace) ? GATHERING_SHARED : GATHERING_LOCAL;
  g_mutex_init (&self->mutex);
  g_cond_init (&self->changed);
  self->db = db;
  self->pending = g_ptr_array_new_with_free_func ((GDestroyNotify)kappa_change_free);
  self->heartbeat = g_get_monotonic_time ();
  sqlite3_busy_timeout (db, BUSY_WRITING);
  self->thread = g_thread_new ("kappa-store", write_behind, self);
  return self;
}

/**
 * kappa_run_writer_free:
 *
 * Frees a writer that was stopped, and closes its connection. What was not written is lost.
 */
void
kappa_run_writer_free (KappaRunWriter *self)
{
  sqlite3_close (self->db);
  g_clear_error (&self->error);
  g_ptr_array_unref (self->pending);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->changed);
  g_free (self->workspace);
  g_free (self);
}

/**
 * kappa_run_writer_stop:
 *
 * Ends what is done by itself; flushing and transactions still work.
 */
void
kappa_run_writer_stop (KappaRunWriter *self)
{
  if (self->thread == NULL)
    return;
  g_mutex_lock (&self->mutex);
  self->quit = TRUE;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->mutex);
  g_thread_join (g_steal_pointer (&self->thread));
}

/**
 * kappa_run_writer_flush:
 *
 * Writes what has gathered, waiting for other processes if need be.
 *
 * Returns: %FALSE with @error set when something stays unwritten
 */
gboolean
kappa_run_writer_flush (KappaRunWriter *self, GError **error)
{
  gboolean done;

  g_mutex_lock (&self->mutex);
  while (self->held)
    g_cond_wait (&self->changed, &self->mutex);
  sqlite3_busy_timeout (self->db, BUSY_PATIENT);
  done = (self->pending->len == 0 && !self->lost) || write_pending (self);
  sqlite3_busy_timeout (self->db, BUSY_WRITING);
  if (!done && error != NULL)
    *error = g_error_copy (self->error);
  g_mutex_unlock (&self->mutex);
  return done;
}

static void
set_held (KappaRunWriter *self, gboolean held)
{
  g_mutex_lock (&self->mutex);
  while (held && self->held)
    g_cond_wait (&self->changed, &self->mutex);
  self->held = held;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->mutex);
}

/**
 * kappa_run_writer_transact:
 * @func: what belongs to it; it may use the result, whose changes wait meanwhile
 *
 * Runs a transaction of another kind, waiting for other processes if need be.
 *
 * Returns: %FALSE with the error of @func, or when the run is not ours any more, or the commit
 * fails
 */
gboolean
kappa_run_writer_transact (KappaRunWriter *self,
                           KappaRunWriterFunc func,
                           gpointer data,
                           GError **error)
{
  gboolean done;

  set_held (self, TRUE);
  sqlite3_busy_timeout (self->db, BUSY_PATIENT);
  done = kappa_database_begin (self->db, error)
         && kappa_database_end (self->db, say_alive (self, error) && func (self->db, data, error),
                                error);
  sqlite3_busy_timeout (self->db, BUSY_WRITING);
  set_held (self, FALSE);
  return done;
}

/**
 * kappa_run_writer_dup_error:
 *
 * Returns: (transfer full) (nullable): why nothing could be written for the last two seconds or
 * more; %NULL when all is well
 */
GError *
kappa_run_writer_dup_error (KappaRunWriter *self)
{
  GError *error = NULL;

  g_mutex_lock (&self->mutex);
  if (self->error != NULL
      && (self->lost || g_get_monotonic_time () - self->failing >= WORTH_TELLING))
    error = g_error_copy (self->error);
  g_mutex_unlock (&self->mutex);
  return error;
}
