#include "ui/kappa-runner.h"

#include "core/analysis/job.h"
#include "ui/kappa-words.h"

/**
 * KappaRunner:
 *
 * A #KappaJob in a thread of its own. What the thread finds is polled ten times a second in the
 * main loop, so that however fast results come, the window is told of them at one pace.
 *
 * All functions are for the main thread. The runner may be finalised in the other one, and touches
 * no widget.
 */
struct _KappaRunner
{
  GObject parent_instance;

  KappaAnalysis *analysis;
  KappaInputs *inputs;
  KappaWorkspace *workspace;
  KappaWorkers *workers;
  KappaProgress *progress;
  GCancellable *cancellable;
  KappaRunState state;
  char *error;
  guint poll_source, shown_source;
  gint64 looked; /* monotonic time of the last look */
  guint64 seen;  /* generation of the result that was told last, plus one */
  double fraction;
  gint64 run_id;
  gboolean interrupted;

  GMutex mutex;
  KappaJob *job; /* NULL until it is prepared; both threads use it */
};

G_DEFINE_FINAL_TYPE (KappaRunner, kappa_runner, G_TYPE_OBJECT)

G_DEFINE_ENUM_TYPE (KappaRunState,
                    kappa_run_state,
                    G_DEFINE_ENUM_VALUE (KAPPA_RUN_QUEUED, "queued"),
                    G_DEFINE_ENUM_VALUE (KAPPA_RUN_RUNNING, "running"),
                    G_DEFINE_ENUM_VALUE (KAPPA_RUN_PAUSED, "paused"),
                    G_DEFINE_ENUM_VALUE (KAPPA_RUN_DONE, "done"),
                    G_DEFINE_ENUM_VALUE (KAPPA_RUN_FAILED, "failed"),
                    G_DEFINE_ENUM_VALUE (KAPPA_RUN_CANCELLED, "cancelled"),
                    G_DEFINE_ENUM_VALUE (KAPPA_RUN_INTERRUPTED, "interrupted"))

enum
{
  PROP_STATE = 1,
  PROP_FRACTION,
  PROP_RUN,
  N_PROPS
};

enum
{
  RESULTS_CHANGED,
  FINISHED,
  N_SIGNALS
};

/* Between two looks at the result, ms; and at least so many times what it took to show the last. */
#define LEAST_INTERVAL 100
#define MOST_INTERVAL  1000
#define SHOWING_SHARE  6

static GParamSpec *props[N_PROPS];
static guint signals[N_SIGNALS];

static void
kappa_runner_finalize (GObject *object)
{
  KappaRunner *self = KAPPA_RUNNER (object);

  g_clear_object (&self->analysis);
  g_clear_object (&self->inputs);
  g_clear_object (&self->workspace);
  g_clear_pointer (&self->workers, kappa_workers_unref);
  g_clear_object (&self->progress);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->job);
  g_free (self->error);
  g_mutex_clear (&self->mutex);
  G_OBJECT_CLASS (kappa_runner_parent_class)->finalize (object);
}

static void
kappa_runner_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  KappaRunner *self = KAPPA_RUNNER (object);

  if (id == PROP_STATE)
    g_value_set_enum (value, self->state);
  else if (id == PROP_FRACTION)
    g_value_set_double (value, self->fraction);
  else if (id == PROP_RUN)
    g_value_set_int64 (value, self->run_id);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
kappa_runner_class_init (KappaRunnerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = kappa_runner_get_property;
  object_class->finalize = kappa_runner_finalize;
  props[PROP_STATE]
      = g_param_spec_enum ("state", NULL, NULL, KAPPA_TYPE_RUN_STATE, KAPPA_RUN_QUEUED, flags);
  props[PROP_FRACTION] = g_param_spec_double ("fraction", NULL, NULL, 0.0, 1.0, 0.0, flags);
  props[PROP_RUN] = g_param_spec_int64 ("run", NULL, NULL, 0, G_MAXINT64, 0, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);

  /**
   * KappaRunner::results-changed:
   *
   * The result holds more than when this was emitted last; at most ten times a second.
   */
  signals[RESULTS_CHANGED] = g_signal_new ("results-changed", KAPPA_TYPE_RUNNER, G_SIGNAL_RUN_LAST,
                                           0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  /**
   * KappaRunner::finished:
   *
   * The run has ended, one way or another: its state says which.
   */
  signals[FINISHED] = g_signal_new ("finished", KAPPA_TYPE_RUNNER, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                    NULL, G_TYPE_NONE, 0);
}

static void
kappa_runner_init (KappaRunner *self)
{
  g_mutex_init (&self->mutex);
  self->progress = kappa_progress_new ();
  self->cancellable = g_cancellable_new ();
}

/**
 * kappa_runner_new:
 * @analysis: not to be changed any more
 * @inputs: not to be changed any more
 */
KappaRunner *
kappa_runner_new (KappaAnalysis *analysis, KappaInputs *inputs)
{
  KappaRunner *self = g_object_new (KAPPA_TYPE_RUNNER, NULL);

  self->analysis = g_object_ref (analysis);
  self->inputs = g_object_ref (inputs);
  return self;
}

static KappaJob *
dup_job (KappaRunner *self)
{
  KappaJob *job;

  g_mutex_lock (&self->mutex);
  job = self->job != NULL ? g_object_ref (self->job) : NULL;
  g_mutex_unlock (&self->mutex);
  return job;
}

static gboolean
work (KappaRunner *self, GError **error)
{
  KappaContext context
      = { .workers = self->workers, .progress = self->progress, .cancellable = self->cancellable };
  g_autoptr (KappaJob) job = kappa_job_new (self->analysis, self->inputs, self->workspace);

  kappa_progress_set_message (self->progress, "Reading model and images");
  if (!kappa_job_prepare (job, &context, error))
    return FALSE;
  g_mutex_lock (&self->mutex);
  self->job = g_object_ref (job);
  g_mutex_unlock (&self->mutex);
  return kappa_job_run (job, &context, error);
}

static void
work_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  g_autoptr (GError) error = NULL;

  if (work (data, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

static void
set_state (KappaRunner *self, KappaRunState state)
{
  if (self->state == state)
    return;
  self->state = state;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_STATE]);
}

static void
look_at_job (KappaRunner *self, KappaJob *job)
{
  guint64 generation = kappa_result_get_generation (kappa_job_get_result (job)) + 1;
  gint64 run_id = kappa_job_get_run_id (job);

  if (run_id != self->run_id)
    {
      self->run_id = run_id;
      g_object_notify_by_pspec (G_OBJECT (self), props[PROP_RUN]);
    }
  if (generation != self->seen)
    {
      self->seen = generation;
      g_signal_emit (self, signals[RESULTS_CHANGED], 0);
    }
}

static void
look (KappaRunner *self)
{
  KappaProgressState state = kappa_progress_get_state (self->progress);
  g_autoptr (KappaJob) job = dup_job (self);

  if (job != NULL)
    look_at_job (self, job);
  /* Told even when it is the same: the time left changes. */
  self->fraction = state.total > 0.0 ? CLAMP (state.done / state.total, 0.0, 1.0) : 0.0;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_FRACTION]);
}

static gboolean poll_cb (gpointer data);

/* All that was to be drawn is drawn. */
static gboolean
shown_cb (gpointer data)
{
  KappaRunner *self = data;
  gint64 cost = (g_get_monotonic_time () - self->looked) / G_TIME_SPAN_MILLISECOND;
  guint wait = (guint)CLAMP (SHOWING_SHARE * cost, LEAST_INTERVAL, MOST_INTERVAL);

  self->shown_source = 0;
  g_clear_handle_id (&self->poll_source, g_source_remove);
  self->poll_source = g_timeout_add (wait, poll_cb, self);
  return G_SOURCE_REMOVE;
}

static gboolean
poll_cb (gpointer data)
{
  KappaRunner *self = data;

  self->looked = g_get_monotonic_time ();
  look (self);
  self->poll_source = g_timeout_add (MOST_INTERVAL, poll_cb, self);
  if (self->shown_source == 0)
    self->shown_source = g_idle_add_full (G_PRIORITY_LOW, shown_cb, self, NULL);
  return G_SOURCE_REMOVE;
}

static KappaRunState
state_after (KappaRunner *self, gboolean done, const GError *error)
{
  if (done)
    return KAPPA_RUN_DONE;
  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return KAPPA_RUN_FAILED;
  return self->interrupted ? KAPPA_RUN_INTERRUPTED : KAPPA_RUN_CANCELLED;
}

static void
finished_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (KappaRunner) self = data;
  g_autoptr (GError) error = NULL;
  gboolean done = g_task_propagate_boolean (G_TASK (result), &error);

  g_clear_handle_id (&self->poll_source, g_source_remove);
  g_clear_handle_id (&self->shown_source, g_source_remove);
  look (self);
  if (!done && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    self->error = g_strdup (error->message);
  set_state (self, state_after (self, done, error));
  if (self->state == KAPPA_RUN_INTERRUPTED && self->run_id != 0)
    kappa_workspace_set_run_state (self->workspace, self->run_id, KAPPA_RUN_INTERRUPTED, NULL,
                                   NULL);
  g_signal_emit (self, signals[FINISHED], 0);
}

/**
 * kappa_runner_start:
 *
 * Begins; to be called once. The runner keeps itself alive until it has ended.
 */
void
kappa_runner_start (KappaRunner *self, KappaWorkspace *workspace, KappaWorkers *workers)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, finished_cb, g_object_ref (self));

  g_return_if_fail (self->workspace == NULL);

  self->workspace = g_object_ref (workspace);
  self->workers = kappa_workers_ref (workers);
  set_state (self, KAPPA_RUN_RUNNING);
  self->poll_source = g_timeout_add (LEAST_INTERVAL, poll_cb, self);
  g_task_set_task_data (task, g_object_ref (self), g_object_unref);
  g_task_run_in_thread (task, work_in_thread);
}

/**
 * kappa_runner_cancel:
 *
 * Asks the run to stop; what it has found stays in the workspace. One that has not begun ends at
 * once.
 */
void
kappa_runner_cancel (KappaRunner *self)
{
  g_cancellable_cancel (self->cancellable);
  if (self->state != KAPPA_RUN_QUEUED)
    return;
  set_state (self, KAPPA_RUN_CANCELLED);
  g_signal_emit (self, signals[FINISHED], 0);
}

/**
 * kappa_runner_interrupt:
 *
 * Like kappa_runner_cancel(), for a program that ends: it was not the user who gave up the run.
 */
void
kappa_runner_interrupt (KappaRunner *self)
{
  self->interrupted = TRUE;
  kappa_runner_cancel (self);
}

/**
 * kappa_runner_set_paused:
 *
 * A paused run keeps what it has, and the processor is free.
 */
void
kappa_runner_set_paused (KappaRunner *self, gboolean paused)
{
  if (!kappa_runner_is_active (self) || self->state == KAPPA_RUN_QUEUED)
    return;
  kappa_progress_set_paused (self->progress, paused);
  set_state (self, paused ? KAPPA_RUN_PAUSED : KAPPA_RUN_RUNNING);
}

gboolean
kappa_runner_get_paused (KappaRunner *self)
{
  return self->state == KAPPA_RUN_PAUSED;
}

/**
 * kappa_runner_is_active:
 *
 * Returns: whether the run has not ended
 */
gboolean
kappa_runner_is_active (KappaRunner *self)
{
  return self->state == KAPPA_RUN_QUEUED || self->state == KAPPA_RUN_RUNNING
         || self->state == KAPPA_RUN_PAUSED;
}

KappaRunState
kappa_runner_get_state (KappaRunner *self)
{
  return self->state;
}

/**
 * kappa_runner_get_error:
 *
 * Returns: (transfer none) (nullable): why it failed
 */
const char *
kappa_runner_get_error (KappaRunner *self)
{
  return self->error;
}

double
kappa_runner_get_fraction (KappaRunner *self)
{
  return self->fraction;
}

/**
 * kappa_runner_dup_progress:
 *
 * Returns: (transfer full): a line such as "Points · 988 of 2,601 · 1 min 12 s left"
 */
char *
kappa_runner_dup_progress (KappaRunner *self)
{
  KappaProgressState state = kappa_progress_get_state (self->progress);

  if (self->state == KAPPA_RUN_QUEUED)
    return g_strdup ("Waiting for the run before it");
  return kappa_words_progress (&state, self->state == KAPPA_RUN_PAUSED);
}

KappaAnalysis *
kappa_runner_get_analysis (KappaRunner *self)
{
  return self->analysis;
}

KappaInputs *
kappa_runner_get_inputs (KappaRunner *self)
{
  return self->inputs;
}

/**
 * kappa_runner_dup_result:
 *
 * Returns: (transfer full) (nullable): what is found, and still being filled; %NULL while the
 * inputs are read
 */
KappaResult *
kappa_runner_dup_result (KappaRunner *self)
{
  g_autoptr (KappaJob) job = dup_job (self);

  return job != NULL ? g_object_ref (kappa_job_get_result (job)) : NULL;
}

/**
 * kappa_runner_get_run:
 *
 * Returns: the run in the workspace; 0 while there is none
 */
gint64
kappa_runner_get_run (KappaRunner *self)
{
  return self->run_id;
}

/**
 * kappa_runner_was_stored:
 *
 * Returns: whether the workspace knew the answer
 */
gboolean
kappa_runner_was_stored (KappaRunner *self)
{
  g_autoptr (KappaJob) job = dup_job (self);

  return job != NULL && kappa_job_get_origin (job) == KAPPA_JOB_STORED;
}

/**
 * kappa_runner_dup_store_error:
 *
 * Returns: (transfer full) (nullable): why results could not be kept in the workspace
 */
GError *
kappa_runner_dup_store_error (KappaRunner *self)
{
  g_autoptr (KappaJob) job = dup_job (self);

  return job != NULL ? kappa_job_dup_store_error (job) : NULL;
}
