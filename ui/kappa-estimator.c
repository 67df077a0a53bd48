#include "ui/kappa-estimator.h"

#include "ui/kappa-words.h"

/**
 * KappaEstimator:
 *
 * Says beforehand how long a run will take and how much memory it needs. The question is put a
 * moment after the last change, and not while a run computes: the short calibration would disturb
 * it, and be disturbed.
 */
struct _KappaEstimator
{
  GObject parent_instance;

  KappaQueue *queue;
  KappaAnalysis *analysis;
  KappaInputs *inputs;
  GCancellable *cancellable;
  guint delay_source;
};

typedef struct
{
  KappaAnalysis *analysis;
  KappaInputs *inputs;
  KappaWorkers *workers;
} Question;

G_DEFINE_FINAL_TYPE (KappaEstimator, kappa_estimator, G_TYPE_OBJECT)

#define DELAY 600 /* ms */

static guint answered_signal;

static void
kappa_estimator_dispose (GObject *object)
{
  KappaEstimator *self = KAPPA_ESTIMATOR (object);

  kappa_estimator_cancel (self);
  g_clear_object (&self->queue);
  G_OBJECT_CLASS (kappa_estimator_parent_class)->dispose (object);
}

static void
kappa_estimator_class_init (KappaEstimatorClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = kappa_estimator_dispose;

  /**
   * KappaEstimator::answered:
   * @text: a sentence; "" while nothing is known; or why the run would be refused
   */
  answered_signal = g_signal_new ("answered", KAPPA_TYPE_ESTIMATOR, G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
kappa_estimator_init (KappaEstimator *self)
{
}

KappaEstimator *
kappa_estimator_new (KappaQueue *queue)
{
  KappaEstimator *self = g_object_new (KAPPA_TYPE_ESTIMATOR, NULL);

  self->queue = g_object_ref (queue);
  return self;
}

static void
question_free (gpointer data)
{
  Question *question = data;

  g_object_unref (question->analysis);
  g_object_unref (question->inputs);
  kappa_workers_unref (question->workers);
  g_free (question);
}

static void
estimate_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Question *question = data;
  KappaContext context = { .workers = question->workers, .cancellable = cancellable };
  g_autoptr (GError) error = NULL;
  KappaEstimate *estimate = g_new0 (KappaEstimate, 1);

  if (kappa_inputs_open (question->inputs, cancellable, &error)
      && kappa_analysis_check (question->analysis, question->inputs, &error)
      && kappa_analysis_estimate (question->analysis, question->inputs, &context, estimate, &error))
    {
      g_task_return_pointer (task, estimate, g_free);
      return;
    }
  g_free (estimate);
  g_task_return_error (task, g_steal_pointer (&error));
}

static char *
describe (const KappaEstimate *estimate)
{
  g_autofree char *units = kappa_words_count ((guint64)estimate->units);
  g_autofree char *time = kappa_words_duration (estimate->seconds);
  g_autofree char *memory = kappa_words_bytes (estimate->bytes);

  return g_strdup_printf ("%s %s: about %s and %s of memory.", units, estimate->unit, time, memory);
}

static void
estimated_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (KappaEstimator) self = data;
  g_autoptr (GError) error = NULL;
  g_autofree KappaEstimate *estimate = g_task_propagate_pointer (G_TASK (result), &error);
  g_autofree char *text = estimate != NULL ? describe (estimate) : NULL;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED)
      || g_task_get_cancellable (G_TASK (result)) != self->cancellable)
    return;
  g_signal_emit (self, answered_signal, 0, text != NULL ? text : error->message);
}

static gboolean
put_question (gpointer data)
{
  KappaEstimator *self = data;
  g_autoptr (GTask) task = NULL;
  Question *question;

  self->delay_source = 0;
  if (kappa_queue_get_running (self->queue) != NULL)
    return G_SOURCE_REMOVE;
  question = g_new (Question, 1);
  *question = (Question) { g_steal_pointer (&self->analysis), g_steal_pointer (&self->inputs),
                           kappa_workers_ref (kappa_queue_get_workers (self->queue)) };
  self->cancellable = g_cancellable_new ();
  task = g_task_new (NULL, self->cancellable, estimated_cb, g_object_ref (self));
  g_task_set_task_data (task, question, question_free);
  g_task_run_in_thread (task, estimate_in_thread);
  return G_SOURCE_REMOVE;
}

/**
 * kappa_estimator_ask:
 * @analysis: a copy, not to be changed any more
 * @inputs: not to be changed any more
 *
 * Asks soon, instead of what was asked before.
 */
void
kappa_estimator_ask (KappaEstimator *self, KappaAnalysis *analysis, KappaInputs *inputs)
{
  kappa_estimator_cancel (self);
  self->analysis = g_object_ref (analysis);
  self->inputs = g_object_ref (inputs);
  self->delay_source = g_timeout_add (DELAY, put_question, self);
}

/**
 * kappa_estimator_cancel:
 *
 * Forgets the question; to be called before a run begins.
 */
void
kappa_estimator_cancel (KappaEstimator *self)
{
  g_clear_handle_id (&self->delay_source, g_source_remove);
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->analysis);
  g_clear_object (&self->inputs);
}
