#include <string.h>

#include "core/base/clones.h"
#include "core/graph/run-private.h"
#include "core/graph/view.h"

/*
 * What micro-batches leave behind, taken into sums and results. Sums are taken in the order of the micro-batches, whoever
 * computes them: each sum of each vector has a turn, which goes from task to task.
 *
 * Nobody waits for ever. Tasks are handed out in order, and a task that is handed out runs: so when a worker waits, every
 * earlier task has been taken. It has been added, or is being computed by a worker that waits for earlier ones alone; the
 * earliest waits for none. A task ends by passing on every turn of its stages, or by giving up, which sets @failed. Both
 * change what is waited for and wake all, under the mutex under which the waiting look at it: no change falls between a
 * look and the sleep. A worker can wait long, though, where another is kept from running, be it by other programs or,
 * between steps, by a pause.
 */

KAPPA_CLONES static void
add_floats (double *restrict sums, const float *restrict values, gsize n)
{
  for (gsize i = 0; i < n; i++)
    sums[i] += (double) values[i];
}

KAPPA_CLONES static void
add_float_pairs (double *restrict sums, const float *restrict a, const float *restrict b, gsize n)
{
  for (gsize i = 0; i < n; i++)
    sums[i] += (double) a[i] + (double) b[i];
}

KAPPA_CLONES static void
add_doubles (double *restrict sums, const double *restrict values, gsize n)
{
  for (gsize i = 0; i < n; i++)
    sums[i] += values[i];
}

static void
read_value (double *to, const KappaView *view, const void *from)
{
  KappaShape shape = { .rank = view->rank };
  KappaView dense;

  memcpy (shape.dims, view->dims, sizeof shape.dims);
  dense = kappa_view_dense (KAPPA_F64, &shape, KAPPA_LAYOUT_ROWS);
  kappa_view_copy (&dense, to, view, from);
}

void
kappa_run_add_value (double *sums, const KappaView *view, const void *from, gsize n)
{
  if (kappa_view_is_dense (view, KAPPA_LAYOUT_ROWS) && view->dtype == KAPPA_F32)
    add_floats (sums, from, n);
  else if (kappa_view_is_dense (view, KAPPA_LAYOUT_ROWS) && view->dtype == KAPPA_F64)
    add_doubles (sums, from, n);
  else
    {
      g_autofree double *values = g_new (double, n);

      read_value (values, view, from);
      add_doubles (sums, values, n);
    }
}

/* Waits until all micro-batches before this one have been added to this output of this vector. */
static gboolean
wait_turn (KappaRun *run, gsize output, gint64 task)
{
  gboolean go;

  g_mutex_lock (&run->mutex);
  while (run->turns[output] != task && !run->failed)
    g_cond_wait (&run->turned, &run->mutex);
  go = !run->failed;
  g_mutex_unlock (&run->mutex);
  return go;
}

static void
end_turn (KappaRun *run, gsize output)
{
  g_mutex_lock (&run->mutex);
  run->turns[output]++;
  g_cond_broadcast (&run->turned);
  g_mutex_unlock (&run->mutex);
}

void
kappa_run_give_up (KappaRun *run)
{
  g_mutex_lock (&run->mutex);
  run->failed = TRUE;
  g_cond_broadcast (&run->turned);
  g_mutex_unlock (&run->mutex);
}

static gboolean
is_float_rows (const KappaValue *value)
{
  return value->view.dtype == KAPPA_F32 && kappa_view_is_dense (&value->view, KAPPA_LAYOUT_ROWS);
}

static void
add_sum (const KappaPlan *plan, const KappaSum *sum, const KappaRunMemory *memory, double *to)
{
  const KappaValue *v = sum->values;

  if (sum->n_values == 2 && is_float_rows (&v[0]) && is_float_rows (&v[1]))
    add_float_pairs (to, kappa_plan_address (plan, memory, &v[0]), kappa_plan_address (plan, memory, &v[1]), sum->size);
  else
    for (guint i = 0; i < sum->n_values; i++)
      kappa_run_add_value (to, &v[i].view, kappa_plan_address (plan, memory, &v[i]), sum->size);
}

/* Adds what a stage has left behind to the sums, in turn. */
static gboolean
collect_sums (KappaRun *run, const KappaPlan *plan, KappaStage stage, gsize task, const KappaRunMemory *memory, guint vector)
{
  for (guint i = 0; i < plan->sums->len; i++)
    {
      const KappaSum *sum = &g_array_index (plan->sums, KappaSum, i);
      gsize turn = (gsize) (plan->outputs->len + i) * MAX (run->n_vectors, 1) + vector;

      if (sum->stage != stage)
        continue;
      if (!wait_turn (run, turn, (gint64) task))
        return FALSE;
      add_sum (plan, sum, memory, (stage == KAPPA_STAGE_SAMPLE ? run->sums : run->vector_sums[vector]) + sum->offset);
      end_turn (run, turn);
    }
  return TRUE;
}

/* Takes what a stage has left behind into the results: rows at once, sums in turn. */
gboolean
kappa_run_collect (KappaRun *run, const KappaPlan *plan, KappaStage stage, gsize task, const KappaRunMemory *memory, guint vector)
{
  for (guint i = 0; i < plan->outputs->len; i++)
    {
      const KappaOutput *output = &g_array_index (plan->outputs, KappaOutput, i);
      gsize size = kappa_program_row_size (plan, output);
      gsize turn = (gsize) i * MAX (run->n_vectors, 1) + vector;
      double *to = run->results[i]->values;
      const void *from;

      if (output->stage != stage)
        continue;
      from = kappa_plan_address (plan, memory, &output->value);
      if (output->kind == KAPPA_OUTPUT_ROWS)
        {
          gsize rows = (gsize) run->feed->n_samples;

          read_value (to + (vector * rows + task * (gsize) run->micro) * size, &output->value.view, from);
          continue;
        }
      /* Shards are collected in order by one thread; where others add to sums, the rest is alone. */
      if (run->reached != NULL || (plan->sums->len == 0 && run->plans[KAPPA_RUN_MAIN] != NULL && run->plans[KAPPA_RUN_MAIN]->sums->len > 0))
        {
          kappa_run_add_value (to + vector * size, &output->value.view, from, size);
          continue;
        }
      if (!wait_turn (run, turn, (gint64) task))
        return FALSE;
      kappa_run_add_value (to + vector * size, &output->value.view, from, size);
      end_turn (run, turn);
    }
  return collect_sums (run, plan, stage, task, memory, vector);
}

void
kappa_run_collect_once (KappaRun *run)
{
  const KappaPlan *plan = run->plans[KAPPA_RUN_MAIN] != NULL ? run->plans[KAPPA_RUN_MAIN] : run->plans[KAPPA_RUN_REST];

  for (guint i = 0; i < plan->outputs->len; i++)
    {
      const KappaOutput *output = &g_array_index (plan->outputs, KappaOutput, i);
      guint n = kappa_program_output_has_vectors (output) ? run->n_vectors : 1;

      for (guint v = 0; output->kind == KAPPA_OUTPUT_ONCE && v < n; v++)
        {
          KappaRunMemory memory = kappa_run_memory_for (run, plan, run->program->arenas->pdata[0], v);

          read_value (run->results[i]->values + v * kappa_program_row_size (plan, output), &output->value.view,
                      kappa_plan_address (plan, &memory, &output->value));
        }
    }
}
