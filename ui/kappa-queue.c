#include "ui/kappa-queue.h"

/**
 * KappaQueue:
 *
 * Runs runners one after the other: each uses all workers, so two at once would only slow each
 * other down.
 */
struct _KappaQueue
{
  GObject parent_instance;

  GQueue waiting; /* of Entry */
  KappaRunner *running;
  KappaWorkers *workers; /* made for the first runner */
  guint n_threads;
};

typedef struct
{
  KappaRunner *runner;
  KappaWorkspace *workspace;
} Entry;

G_DEFINE_FINAL_TYPE (KappaQueue, kappa_queue, G_TYPE_OBJECT)

static void start_next (KappaQueue *self);

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  g_object_unref (entry->runner);
  g_object_unref (entry->workspace);
  g_free (entry);
}

static void
kappa_queue_dispose (GObject *object)
{
  KappaQueue *self = KAPPA_QUEUE (object);

  g_queue_clear_full (&self->waiting, entry_free);
  if (self->running != NULL)
    g_signal_handlers_disconnect_by_data (self->running, self);
  g_clear_object (&self->running);
  g_clear_pointer (&self->workers, kappa_workers_unref);
  G_OBJECT_CLASS (kappa_queue_parent_class)->dispose (object);
}

static void
kappa_queue_class_init (KappaQueueClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = kappa_queue_dispose;
}

static void
kappa_queue_init (KappaQueue *self)
{
  g_queue_init (&self->waiting);
  self->n_threads = g_get_num_processors ();
}

KappaQueue *
kappa_queue_new (void)
{
  return g_object_new (KAPPA_TYPE_QUEUE, NULL);
}

/**
 * kappa_queue_set_threads:
 * @n: for the runners that begin from now on; 0 for all processors
 */
void
kappa_queue_set_threads (KappaQueue *self, guint n)
{
  if (n == 0)
    n = g_get_num_processors ();
  if (self->n_threads == n)
    return;
  self->n_threads = n;
  g_clear_pointer (&self->workers, kappa_workers_unref);
}

/**
 * kappa_queue_get_workers:
 *
 * Returns: (transfer none): what the next runner will be computed with
 */
KappaWorkers *
kappa_queue_get_workers (KappaQueue *self)
{
  if (self->workers == NULL)
    self->workers = kappa_workers_new (self->n_threads);
  return self->workers;
}

static void
runner_finished_cb (KappaRunner *runner, KappaQueue *self)
{
  g_signal_handlers_disconnect_by_data (runner, self);
  g_clear_object (&self->running);
  start_next (self);
}

static void
start_next (KappaQueue *self)
{
  Entry *entry;

  while (self->running == NULL && (entry = g_queue_pop_head (&self->waiting)) != NULL)
    {
      if (kappa_runner_is_active (entry->runner))
        {
          self->running = g_object_ref (entry->runner);
          g_signal_connect (self->running, "finished", G_CALLBACK (runner_finished_cb), self);
          kappa_runner_start (self->running, entry->workspace, kappa_queue_get_workers (self));
        }
      entry_free (entry);
    }
}

/**
 * kappa_queue_push:
 * @runner: begins at once if no other is running
 */
void
kappa_queue_push (KappaQueue *self, KappaRunner *runner, KappaWorkspace *workspace)
{
  Entry *entry = g_new (Entry, 1);

  *entry = (Entry) { g_object_ref (runner), g_object_ref (workspace) };
  g_queue_push_tail (&self->waiting, entry);
  start_next (self);
}

/**
 * kappa_queue_get_running:
 *
 * Returns: (transfer none) (nullable): the runner that computes, or is paused
 */
KappaRunner *
kappa_queue_get_running (KappaQueue *self)
{
  return self->running;
}

/**
 * kappa_queue_interrupt:
 *
 * For a program that ends: nothing begins any more, and what runs is kept to be resumed.
 */
void
kappa_queue_interrupt (KappaQueue *self)
{
  g_queue_clear_full (&self->waiting, entry_free);
  if (self->running != NULL)
    kappa_runner_interrupt (self->running);
}
