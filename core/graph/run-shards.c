#include <string.h>

#include "core/graph/run-private.h"
#include "core/graph/view.h"

/* Runs with barriers: every micro-batch is a shard with memory of its own, and all come to a barrier before any goes on. */

static gboolean
run_to_barrier (gsize task, guint worker, gpointer data, GError **error)
{
  KappaRun *run = data;
  const KappaPlan *plan = kappa_run_plan_of_task (run, task);
  KappaRunMemory memory = kappa_run_memory_for (run, plan, run->program->arenas->pdata[task], run->vector);

  if (!kappa_run_may_go_on (run, error))
    return FALSE;
  if (run->stage == KAPPA_STAGE_SAMPLE && run->reached[task] == 0 && !kappa_run_fetch (run, plan, task, &memory, error))
    return FALSE;
  return kappa_plan_run (plan, run->stage, run->reached[task], &memory, &run->reached[task])
         || !g_cancellable_set_error_if_cancelled (run->environment->cancellable, error);
}

/* The barrier's step of a shard, or NULL when the stage is at its end. */
static const KappaStep *
barrier_step (const KappaRun *run, gsize task)
{
  const GPtrArray *steps = kappa_run_plan_of_task (run, task)->stages[run->stage];
  const KappaStep *step = run->reached[task] > 0 ? steps->pdata[run->reached[task] - 1] : NULL;

  return step != NULL && step->barrier ? step : NULL;
}

static void *
barrier_value (const KappaRun *run, gsize task, const KappaStep *step)
{
  const KappaPlan *plan = kappa_run_plan_of_task (run, task);
  KappaRunMemory memory = kappa_run_memory_for (run, plan, run->program->arenas->pdata[task], run->vector);

  return kappa_plan_address (plan, &memory, &step->output);
}

/* Sums a barrier's value over the shards, in their order, and gives every shard the sum. */
static void
sum_over_shards (KappaRun *run)
{
  const KappaStep *first = barrier_step (run, 0);
  KappaView dense = first->output.view;
  gsize n = 1;
  g_autofree double *sums = NULL;

  for (guint d = 0; d < dense.rank; d++)
    n *= (gsize) dense.dims[d];
  sums = g_new0 (double, n);
  for (gsize task = 0; task < (gsize) run->n_tasks; task++)
    kappa_run_add_value (sums, &dense, barrier_value (run, task, barrier_step (run, task)), n);
  dense.dtype = KAPPA_F64;
  for (gsize task = 0; task < (gsize) run->n_tasks; task++)
    {
      const KappaStep *step = barrier_step (run, task);

      kappa_view_copy (&step->output.view, barrier_value (run, task, step), &dense, sums);
    }
}

static gboolean
run_sharded_stage (KappaRun *run, KappaStage stage, guint vector, GError **error)
{
  const KappaEnvironment *e = run->environment;

  run->stage = stage;
  run->vector = vector;
  memset (run->reached, 0, (gsize) run->n_tasks * sizeof *run->reached);
  for (;;)
    {
      if (!kappa_workers_run (e->workers, (gsize) run->n_tasks, run_to_barrier, run, e->cancellable, error))
        return FALSE;
      if (barrier_step (run, 0) == NULL)
        break;
      sum_over_shards (run);
    }
  for (gsize task = 0; task < (gsize) run->n_tasks; task++)
    {
      const KappaPlan *plan = kappa_run_plan_of_task (run, task);
      KappaRunMemory memory = kappa_run_memory_for (run, plan, run->program->arenas->pdata[task], vector);

      kappa_run_collect (run, plan, stage, task, &memory, vector);
    }
  return TRUE;
}

gboolean
kappa_run_shards (KappaRun *run, GError **error)
{
  if (run->n_tasks == 0)
    return TRUE;
  run->reached = kappa_run_allocate (run, (gsize) run->n_tasks * sizeof *run->reached);
  if (!run_sharded_stage (run, KAPPA_STAGE_SAMPLE, 0, error))
    return FALSE;
  for (guint v = 0; v < run->n_vectors; v++)
    if (!run_sharded_stage (run, KAPPA_STAGE_SAMPLE_VECTOR, v, error))
      return FALSE;
  kappa_progress_advance (run->environment->progress, (double) run->feed->n_samples * MAX (run->n_vectors, 1));
  return TRUE;
}
