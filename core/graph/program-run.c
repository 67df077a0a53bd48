#include <stdlib.h>

#include "core/base/error.h"
#include "core/graph/run-private.h"

/* One run of a program: the stages in their order, and the micro-batches of the middle ones handed out to workers. */

/* Waits while the run is paused. */
gboolean
kappa_run_may_go_on (KappaRun *run, GError **error)
{
  return kappa_progress_check (run->environment->progress, run->environment->cancellable, error);
}

gboolean
kappa_run_fetch (KappaRun *run, const KappaPlan *plan, gsize task, const KappaRunMemory *memory, GError **error)
{
  for (guint i = 0; i < plan->samples->len; i++)
    if (!run->feed->fetch (i, (gint64) task * run->micro, plan->batch,
                           kappa_plan_address (plan, memory, &g_array_index (plan->samples, KappaValue, i)), run->feed->data,
                           error))
      return FALSE;
  return TRUE;
}

/* Where another worker failed there is no error here: the other one says why, and it may say so later. */
static gboolean
cancelled (KappaRun *run, GError **error)
{
  kappa_run_give_up (run);
  g_cancellable_set_error_if_cancelled (run->environment->cancellable, error);
  return FALSE;
}

static gboolean
run_micro_batch (gsize task, guint worker, gpointer data, GError **error)
{
  KappaRun *run = data;
  const KappaPlan *plan = kappa_run_plan_of_task (run, task);
  KappaRunMemory memory = kappa_run_memory_for (run, plan, run->program->arenas->pdata[worker], 0);

  if (!kappa_run_may_go_on (run, error) || !kappa_run_fetch (run, plan, task, &memory, error))
    {
      kappa_run_give_up (run);
      return FALSE;
    }
  if (!kappa_plan_run (plan, KAPPA_STAGE_SAMPLE, 0, &memory, NULL)
      || !kappa_run_collect (run, plan, KAPPA_STAGE_SAMPLE, task, &memory, 0))
    return cancelled (run, error);
  for (guint v = 0; v < run->n_vectors; v++)
    {
      memory = kappa_run_memory_for (run, plan, run->program->arenas->pdata[worker], v);
      if (!kappa_run_may_go_on (run, NULL) || !kappa_plan_run (plan, KAPPA_STAGE_SAMPLE_VECTOR, 0, &memory, NULL)
          || !kappa_run_collect (run, plan, KAPPA_STAGE_SAMPLE_VECTOR, task, &memory, v))
        return cancelled (run, error);
    }
  kappa_progress_advance (run->environment->progress, (double) plan->batch * MAX (run->n_vectors, 1));
  return TRUE;
}

/* Task: for the first vector the stage without vectors comes before. */
static gboolean
run_shared_stage (gsize task, guint worker, gpointer data, GError **error)
{
  KappaRun *run = data;
  guint p = (guint) task % KAPPA_RUN_N_PLANS, vector = (guint) task / KAPPA_RUN_N_PLANS;
  KappaRunMemory memory;

  if (run->plans[p] == NULL)
    return TRUE;
  memory = kappa_run_memory_for (run, run->plans[p], run->program->arenas->pdata[worker], vector);
  return kappa_plan_run (run->plans[p], run->stage, 0, &memory, NULL)
         || !g_cancellable_set_error_if_cancelled (run->environment->cancellable, error);
}

static gboolean
run_shared (KappaRun *run, GError **error)
{
  const KappaEnvironment *e = run->environment;

  run->stage = KAPPA_STAGE_ONCE;
  if (!kappa_workers_run (e->workers, KAPPA_RUN_N_PLANS, run_shared_stage, run, e->cancellable, error))
    return FALSE;
  run->stage = KAPPA_STAGE_VECTOR;
  return run->n_vectors == 0
         || kappa_workers_run (e->workers, KAPPA_RUN_N_PLANS * run->n_vectors, run_shared_stage, run, e->cancellable, error);
}

/* Makes of the sums what was asked for. Task: a vector; the first also takes what depends on none. The sums of a vector
 * go as its results come, so that there is never room for both of all vectors.
 */
static gboolean
run_late (gsize task, guint worker, gpointer data, GError **error)
{
  KappaRun *run = data;
  const KappaPlan *plan = run->plans[KAPPA_RUN_MAIN];
  KappaRunMemory memory = kappa_run_memory_for (run, plan, run->program->arenas->pdata[worker], (guint) task);

  if (!kappa_plan_run (plan, KAPPA_STAGE_LATE, 0, &memory, NULL)
      || (run->n_vectors > 0 && !kappa_plan_run (plan, KAPPA_STAGE_LATE_VECTOR, 0, &memory, NULL)))
    return !g_cancellable_set_error_if_cancelled (run->environment->cancellable, error);
  for (guint i = 0; i < plan->outputs->len; i++)
    {
      const KappaOutput *output = &g_array_index (plan->outputs, KappaOutput, i);
      gsize size = kappa_program_row_size (plan, output);

      if (output->stage == KAPPA_STAGE_LATE_VECTOR || (output->stage == KAPPA_STAGE_LATE && task == 0))
        kappa_run_add_value (run->results[i]->values + task * size, &output->value.view,
                   kappa_plan_address (plan, &memory, &output->value), size);
    }
  if (run->n_vectors > 0)
    g_clear_pointer (&run->vector_sums[task], free);
  return TRUE;
}

static gboolean
execute (KappaRun *run, GError **error)
{
  const KappaEnvironment *e = run->environment;
  const KappaPlan *plan;

  kappa_run_prepare (run);
  if (!run_shared (run, error))
    return FALSE;
  kappa_run_collect_once (run);
  plan = run->plans[KAPPA_RUN_MAIN] != NULL ? run->plans[KAPPA_RUN_MAIN] : run->plans[KAPPA_RUN_REST];
  if (plan->has_barriers)
    return kappa_run_shards (run, error);
  if (!kappa_workers_run (e->workers, (gsize) run->n_tasks, run_micro_batch, run, e->cancellable, error))
    return FALSE;
  return run->plans[KAPPA_RUN_MAIN] == NULL || run->plans[KAPPA_RUN_MAIN]->sums->len == 0
         || kappa_workers_run (e->workers, MAX (run->n_vectors, 1), run_late, run, e->cancellable, error);
}

static gboolean
choose_plans (KappaRun *run, GError **error)
{
  gint64 rest = run->feed->n_samples % run->micro;

  if (run->feed->n_samples >= run->micro || run->feed->n_samples == 0)
    {
      run->plans[KAPPA_RUN_MAIN] = kappa_program_get_plan (run->program, run->micro, TRUE, error);
      if (run->plans[KAPPA_RUN_MAIN] == NULL)
        return FALSE;
    }
  if (rest == 0)
    return TRUE;
  run->plans[KAPPA_RUN_REST] = kappa_program_get_plan (run->program, rest, FALSE, error);
  return run->plans[KAPPA_RUN_REST] != NULL;
}

static gboolean
fits (KappaRun *run, GError **error)
{
  guint64 needed = kappa_program_get_memory (run->program, run->feed->n_samples, run->n_vectors,
                                             kappa_workers_get_n (run->environment->workers));
  g_autofree char *needs = g_format_size_full (needed, G_FORMAT_SIZE_IEC_UNITS);
  g_autofree char *allowed = g_format_size_full (run->environment->memory, G_FORMAT_SIZE_IEC_UNITS);

  if (run->environment->memory == 0 || needed <= run->environment->memory)
    return TRUE;
  g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_MEMORY,
               "this computation needs %s of memory and may take %s: use fewer images, threads or vectors at once, or "
               "allow it more memory",
               needs, allowed);
  return FALSE;
}

/**
 * kappa_program_run:
 * @feed: what it runs on
 *
 * Runs the program over all samples; kappa_program_get_output() then has the results.
 *
 * Returns: %FALSE with KAPPA_ERROR_MEMORY before anything is done if it would not fit, %G_IO_ERROR_CANCELLED, or what
 *   the feed's fetch function said
 */
gboolean
kappa_program_run (KappaProgram *self, const KappaFeed *feed, const KappaEnvironment *environment, GError **error)
{
  g_autoptr (GPtrArray) owned = g_ptr_array_new_with_free_func (free);
  KappaRun run = { .program = self, .feed = feed, .environment = environment, .owned = owned, .micro = self->micro_batch,
              .n_vectors = feed->n_vectors, .element = kappa_dtype_size (self->options.real) };
  gboolean done;

  run.n_tasks = (feed->n_samples + run.micro - 1) / run.micro;
  if (!choose_plans (&run, error) || !fits (&run, error))
    return FALSE;
  g_mutex_init (&run.mutex);
  g_cond_init (&run.turned);
  done = execute (&run, error);
  kappa_run_release (&run);
  g_mutex_clear (&run.mutex);
  g_cond_clear (&run.turned);
  return done;
}
