#include "core/base/workers.h"

#include <omp.h>

#include "core/base/blas.h"
#include "core/base/cpu.h"

/**
 * KappaWorkers:
 *
 * A pool of threads that take numbered tasks in increasing order from one counter. The numerical libraries run
 * single-threaded inside each of them. One run at a time; a second caller waits.
 */
struct _KappaWorkers
{
  gatomicrefcount references;
  guint n;
  GThread **threads;

  GMutex busy; /* held by the caller whose run is under way */
  GMutex mutex;
  GCond start;
  GCond finished;
  guint64 generation;
  guint running;
  gboolean quit;

  gsize next; /* atomic */
  gsize n_tasks;
  gint stop; /* atomic */
  KappaTaskFunc func;
  gpointer data;
  GCancellable *cancellable;
  GError *error;
};

typedef struct
{
  KappaWorkers *pool;
  guint index;
} Seat;

static void
work (KappaWorkers *self, guint index)
{
  gsize task;

  while (!g_atomic_int_get (&self->stop) && !g_cancellable_is_cancelled (self->cancellable)
         && (task = (gsize) g_atomic_pointer_add (&self->next, 1)) < self->n_tasks)
    {
      GError *error = NULL;

      if (self->func (task, index, self->data, &error))
        continue;
      g_atomic_int_set (&self->stop, TRUE);
      g_mutex_lock (&self->mutex);
      if (self->error == NULL)
        self->error = g_steal_pointer (&error);
      g_mutex_unlock (&self->mutex);
      g_clear_error (&error);
    }
}

static gpointer
worker_main (gpointer data)
{
  Seat *seat = data;
  KappaWorkers *self = seat->pool;
  guint64 seen = 0;

  /* The setting belongs to the calling thread: a worker never starts a team of its own. */
  omp_set_num_threads (1);
  kappa_cpu_flush_subnormals ();
  g_mutex_lock (&self->mutex);
  for (;;)
    {
      while (self->generation == seen && !self->quit)
        g_cond_wait (&self->start, &self->mutex);
      if (self->quit)
        break;
      seen = self->generation;
      g_mutex_unlock (&self->mutex);
      work (self, seat->index);
      g_mutex_lock (&self->mutex);
      if (--self->running == 0)
        g_cond_signal (&self->finished);
    }
  g_mutex_unlock (&self->mutex);
  g_free (seat);
  return NULL;
}

/**
 * kappa_workers_new:
 * @n: how many threads; 0 for one per processor the process may run on
 */
KappaWorkers *
kappa_workers_new (guint n)
{
  KappaWorkers *self = g_new0 (KappaWorkers, 1);

  kappa_blas_use_one_thread ();
  g_atomic_ref_count_init (&self->references);
  self->n = n > 0 ? n : g_get_num_processors ();
  g_mutex_init (&self->busy);
  g_mutex_init (&self->mutex);
  g_cond_init (&self->start);
  g_cond_init (&self->finished);
  self->threads = g_new0 (GThread *, self->n);
  for (guint i = 0; i < self->n; i++)
    {
      Seat *seat = g_new (Seat, 1);

      *seat = (Seat){ self, i };
      self->threads[i] = g_thread_new ("kappa-worker", worker_main, seat);
    }
  return self;
}

KappaWorkers *
kappa_workers_ref (KappaWorkers *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
kappa_workers_unref (KappaWorkers *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  g_mutex_lock (&self->mutex);
  self->quit = TRUE;
  g_cond_broadcast (&self->start);
  g_mutex_unlock (&self->mutex);
  for (guint i = 0; i < self->n; i++)
    g_thread_join (self->threads[i]);
  g_free (self->threads);
  g_mutex_clear (&self->busy);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->start);
  g_cond_clear (&self->finished);
  g_free (self);
}

guint
kappa_workers_get_n (KappaWorkers *self)
{
  return self->n;
}

/**
 * kappa_workers_run:
 * @n_tasks: tasks are handed out as 0, 1, 2, …
 * @cancellable: (nullable): looked at before each task; a long task looks by itself as well
 *
 * Runs all tasks and waits for them. After an error or a cancellation no further task begins. Must not be called
 * from one of the pool's own tasks.
 *
 * Returns: %FALSE with the first error, or %G_IO_ERROR_CANCELLED
 */
gboolean
kappa_workers_run (KappaWorkers *self,
                   gsize n_tasks,
                   KappaTaskFunc func,
                   gpointer data,
                   GCancellable *cancellable,
                   GError **error)
{
  g_autoptr (GError) failure = NULL;

  g_mutex_lock (&self->busy);
  g_mutex_lock (&self->mutex);
  self->next = 0;
  self->n_tasks = n_tasks;
  self->func = func;
  self->data = data;
  self->cancellable = cancellable;
  self->stop = FALSE;
  self->running = self->n;
  self->generation++;
  g_cond_broadcast (&self->start);
  while (self->running > 0)
    g_cond_wait (&self->finished, &self->mutex);
  failure = g_steal_pointer (&self->error);
  g_mutex_unlock (&self->mutex);
  g_mutex_unlock (&self->busy);

  if (failure != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  return !g_cancellable_set_error_if_cancelled (cancellable, error);
}
