#include "core/base/progress.h"

/**
 * KappaProgress:
 *
 * How far one computation is, written by its workers and read by whoever shows it. All functions may be called
 * from any thread, and accept %NULL for "nobody is looking". Readers poll, ten times a second is plenty; there
 * are no signals, since a signal would run in the worker's thread.
 */
struct _KappaProgress
{
  GObject parent_instance;

  GMutex mutex;
  GCond resumed;
  KappaProgressState state;
  gint64 paused_at;
  gint64 paused_for;
  gboolean paused;

  /* A part of the work that is told of as if it were all; no part if its size is 0. */
  double part_from, part_size; /* in units of the whole */
  double part_done, part_total;
  char   part_title[48];
};

G_DEFINE_FINAL_TYPE (KappaProgress, kappa_progress, G_TYPE_OBJECT)

static void
kappa_progress_finalize (GObject *object)
{
  KappaProgress *self = KAPPA_PROGRESS (object);

  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->resumed);
  G_OBJECT_CLASS (kappa_progress_parent_class)->finalize (object);
}

static void
kappa_progress_class_init (KappaProgressClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = kappa_progress_finalize;
}

static void
kappa_progress_init (KappaProgress *self)
{
  g_mutex_init (&self->mutex);
  g_cond_init (&self->resumed);
  self->state.left = -1.0;
}

KappaProgress *
kappa_progress_new (void)
{
  return g_object_new (KAPPA_TYPE_PROGRESS, NULL);
}

/* With the mutex. */
static void
say (KappaProgress *self, const char *message)
{
  if (self->part_size > 0.0)
    g_snprintf (self->state.message, sizeof self->state.message, "%s: %s", self->part_title, message);
  else
    g_strlcpy (self->state.message, message, sizeof self->state.message);
}

/* With the mutex. */
static void
set_done (KappaProgress *self, double done)
{
  if (self->part_size > 0.0)
    {
      self->part_done = done;
      done = self->part_total > 0.0 ? CLAMP (done / self->part_total, 0.0, 1.0) : 0.0;
      done = self->part_from + self->part_size * done;
    }
  self->state.done = done;
}

/**
 * kappa_progress_start:
 * @total: the amount of work, in any unit
 * @message: what is being done, a few words
 *
 * Begins anew: nothing is done, and the clock starts.
 */
void
kappa_progress_start (KappaProgress *self, double total, const char *message)
{
  if (self == NULL)
    return;
  g_mutex_lock (&self->mutex);
  if (self->part_size > 0.0)
    {
      self->part_total = total;
      set_done (self, 0.0);
    }
  else
    {
      self->state = (KappaProgressState){ .total = total, .started = g_get_monotonic_time (), .left = -1.0 };
      self->paused_for = 0;
    }
  say (self, message);
  g_mutex_unlock (&self->mutex);
}

void
kappa_progress_set_message (KappaProgress *self, const char *message)
{
  if (self == NULL)
    return;
  g_mutex_lock (&self->mutex);
  say (self, message);
  g_mutex_unlock (&self->mutex);
}

void
kappa_progress_advance (KappaProgress *self, double units)
{
  if (self == NULL)
    return;
  g_mutex_lock (&self->mutex);
  set_done (self, (self->part_size > 0.0 ? self->part_done : self->state.done) + units);
  g_mutex_unlock (&self->mutex);
}

void
kappa_progress_set_done (KappaProgress *self, double done)
{
  if (self == NULL)
    return;
  g_mutex_lock (&self->mutex);
  set_done (self, done);
  g_mutex_unlock (&self->mutex);
}

/**
 * kappa_progress_begin_part:
 * @size: how much of the whole it is, in units of the whole; larger than 0
 * @title: what it is, a word or two; put before every message
 *
 * Until kappa_progress_end_part(), whoever does the part tells of it as if it were all: starting does not begin the
 * whole anew, and its units are its own. Parts do not contain parts.
 */
void
kappa_progress_begin_part (KappaProgress *self, double size, const char *title)
{
  if (self == NULL)
    return;
  g_mutex_lock (&self->mutex);
  self->part_from = self->state.done;
  self->part_size = size;
  self->part_done = self->part_total = 0.0;
  g_strlcpy (self->part_title, title, sizeof self->part_title);
  g_strlcpy (self->state.message, title, sizeof self->state.message);
  g_mutex_unlock (&self->mutex);
}

/**
 * kappa_progress_end_part:
 *
 * All of the part is done, whatever was told of it.
 */
void
kappa_progress_end_part (KappaProgress *self)
{
  if (self == NULL)
    return;
  g_mutex_lock (&self->mutex);
  self->state.done = self->part_from + self->part_size;
  self->part_size = 0.0;
  g_mutex_unlock (&self->mutex);
}

/**
 * kappa_progress_get_state:
 *
 * Returns: a copy of the state; the time left is extrapolated from the pace so far, pauses left out
 */
KappaProgressState
kappa_progress_get_state (KappaProgress *self)
{
  KappaProgressState state = { .left = -1.0 };
  double spent;

  if (self == NULL)
    return state;
  g_mutex_lock (&self->mutex);
  state = self->state;
  spent = (double) ((self->paused ? self->paused_at : g_get_monotonic_time ()) - state.started - self->paused_for) * 1e-6;
  g_mutex_unlock (&self->mutex);
  if (state.done > 0.0 && state.done <= state.total && spent > 0.5)
    state.left = spent / state.done * (state.total - state.done);
  return state;
}

/**
 * kappa_progress_set_paused:
 *
 * While paused, kappa_progress_check() keeps its callers waiting.
 */
void
kappa_progress_set_paused (KappaProgress *self, gboolean paused)
{
  g_mutex_lock (&self->mutex);
  if (paused && !self->paused)
    self->paused_at = g_get_monotonic_time ();
  else if (!paused && self->paused)
    self->paused_for += g_get_monotonic_time () - self->paused_at;
  self->paused = paused;
  g_cond_broadcast (&self->resumed);
  g_mutex_unlock (&self->mutex);
}

gboolean
kappa_progress_get_paused (KappaProgress *self)
{
  gboolean paused;

  if (self == NULL)
    return FALSE;
  g_mutex_lock (&self->mutex);
  paused = self->paused;
  g_mutex_unlock (&self->mutex);
  return paused;
}

/**
 * kappa_progress_check:
 *
 * To be called between pieces of work: waits while paused, and notices a cancellation within 50 ms even then.
 *
 * Returns: %FALSE with %G_IO_ERROR_CANCELLED when the work is to stop
 */
gboolean
kappa_progress_check (KappaProgress *self, GCancellable *cancellable, GError **error)
{
  if (self != NULL)
    {
      g_mutex_lock (&self->mutex);
      while (self->paused && !g_cancellable_is_cancelled (cancellable))
        g_cond_wait_until (&self->resumed, &self->mutex, g_get_monotonic_time () + 50 * G_TIME_SPAN_MILLISECOND);
      g_mutex_unlock (&self->mutex);
    }
  return !g_cancellable_set_error_if_cancelled (cancellable, error);
}
