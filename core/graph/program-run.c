#include <stdlib.h>
#include <string.h>

#include "core/base/clones.h"
#include "core/base/error.h"
#include "core/base/pages.h"
#include "core/graph/program-private.h"
#include "core/graph/view.h"

/* One run of a program: who holds which memory, and in what order sums are taken. */

enum
{
  MAIN,
  REST,
  N_PLANS,
};

typedef struct
{
  KappaProgram *program;
  const KappaFeed *feed;
  const KappaEnvironment *environment;
  KappaPlan *plans[N_PLANS];
  gint64 micro, n_tasks;
  guint n_vectors;
  gsize element;

  char *parameters, *buffers, **vectors; /* in the real dtype */
  GPtrArray *owned;                      /* of memory freed at the end */
  char *once[N_PLANS];
  char **by_vector[N_PLANS];
  double *sums, **vector_sums; /* of the main plan */

  KappaProgramResult **results; /* by output */
  GMutex mutex;
  GCond turned;
  gint64 *turns; /* by output or sum and by vector: the micro-batch whose turn it is */
  gboolean failed;

  /* Where there are barriers: for each shard the step it has come to. */
  guint *reached;
  KappaStage stage;
  guint vector;
} Run;

static void *
allocate (Run *run, gsize size)
{
  void *memory = kappa_pages_allocate (size);

  g_ptr_array_add (run->owned, memory);
  return memory;
}

/* Numbers in the real dtype: those fed if they are, else a converted copy. */
static char *
in_real (Run *run, const void *values, gsize n)
{
  KappaShape shape = KAPPA_SHAPE ((gint64) n);
  KappaView from = kappa_view_dense (run->feed->wide ? KAPPA_F64 : KAPPA_F32, &shape, KAPPA_LAYOUT_ROWS);
  KappaView to = kappa_view_dense (run->program->options.real, &shape, KAPPA_LAYOUT_ROWS);
  char *copy;

  if (from.dtype == to.dtype || n == 0)
    return (char *) values;
  copy = allocate (run, n * run->element);
  kappa_view_copy (&to, copy, &from, values);
  return copy;
}

static KappaPlan *
plan_of_task (const Run *run, gsize task)
{
  return run->plans[(gint64) (task + 1) * run->micro <= run->feed->n_samples ? MAIN : REST];
}

static guint
index_of_plan (const Run *run, const KappaPlan *plan)
{
  return plan == run->plans[MAIN] ? MAIN : REST;
}

/* The kept memory of a worker or shard, at least as large as both plans need. */
static char *
seat_memory (Run *run, guint seat)
{
  KappaProgram *program = run->program;
  gsize size = 64;

  for (guint p = 0; p < N_PLANS; p++)
    if (run->plans[p] != NULL)
      size = MAX (size, run->plans[p]->arena_sizes[KAPPA_ARENA_WORKER] + ((run->plans[p]->scratch + 63) & ~(gsize) 63));
  if (seat >= program->arenas->len)
    {
      g_ptr_array_set_size (program->arenas, (gint) seat + 1);
      g_array_set_size (program->arena_sizes, seat + 1);
    }
  if (g_array_index (program->arena_sizes, gsize, seat) < size)
    {
      free (program->arenas->pdata[seat]);
      program->arenas->pdata[seat] = kappa_pages_allocate (size);
      g_array_index (program->arena_sizes, gsize, seat) = size;
    }
  return program->arenas->pdata[seat];
}

static KappaRunMemory
memory_for (const Run *run, const KappaPlan *plan, char *seat, guint vector)
{
  guint p = index_of_plan (run, plan);
  KappaRunMemory memory = { .element = run->element, .cancellable = run->environment->cancellable };

  memory.base[KAPPA_ARENA_ONCE] = run->once[p];
  memory.base[KAPPA_ARENA_VECTOR] = run->by_vector[p] != NULL ? run->by_vector[p][vector] : NULL;
  memory.base[KAPPA_ARENA_WORKER] = seat;
  memory.base[KAPPA_PLACE_PARAMETERS] = run->parameters;
  memory.base[KAPPA_PLACE_BUFFERS] = run->buffers;
  memory.base[KAPPA_PLACE_VECTORS] = run->n_vectors > 0 ? run->vectors[vector] : NULL;
  memory.base[KAPPA_PLACE_SUMS] = (char *) run->sums;
  memory.base[KAPPA_PLACE_VECTOR_SUMS] = run->n_vectors > 0 ? (char *) run->vector_sums[vector] : NULL;
  memory.scratch = seat + plan->arena_sizes[KAPPA_ARENA_WORKER];
  return memory;
}

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

static void
add_value (double *sums, const KappaView *view, const void *from, gsize n)
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
wait_turn (Run *run, gsize output, gint64 task)
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
end_turn (Run *run, gsize output)
{
  g_mutex_lock (&run->mutex);
  run->turns[output]++;
  g_cond_broadcast (&run->turned);
  g_mutex_unlock (&run->mutex);
}

static void
give_up (Run *run)
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
      add_value (to, &v[i].view, kappa_plan_address (plan, memory, &v[i]), sum->size);
}

/* Adds what a stage has left behind to the sums, in turn. */
static gboolean
collect_sums (Run *run, const KappaPlan *plan, KappaStage stage, gsize task, const KappaRunMemory *memory, guint vector)
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
static gboolean
collect (Run *run, const KappaPlan *plan, KappaStage stage, gsize task, const KappaRunMemory *memory, guint vector)
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
      if (run->reached != NULL || (plan->sums->len == 0 && run->plans[MAIN] != NULL && run->plans[MAIN]->sums->len > 0))
        {
          add_value (to + vector * size, &output->value.view, from, size);
          continue;
        }
      if (!wait_turn (run, turn, (gint64) task))
        return FALSE;
      add_value (to + vector * size, &output->value.view, from, size);
      end_turn (run, turn);
    }
  return collect_sums (run, plan, stage, task, memory, vector);
}

static gboolean
fetch (Run *run, const KappaPlan *plan, gsize task, const KappaRunMemory *memory, GError **error)
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
cancelled (Run *run, GError **error)
{
  give_up (run);
  g_cancellable_set_error_if_cancelled (run->environment->cancellable, error);
  return FALSE;
}

/* Waits while the run is paused. */
static gboolean
may_go_on (Run *run, GError **error)
{
  return kappa_progress_check (run->environment->progress, run->environment->cancellable, error);
}

static gboolean
run_micro_batch (gsize task, guint worker, gpointer data, GError **error)
{
  Run *run = data;
  const KappaPlan *plan = plan_of_task (run, task);
  KappaRunMemory memory = memory_for (run, plan, run->program->arenas->pdata[worker], 0);

  if (!may_go_on (run, error) || !fetch (run, plan, task, &memory, error))
    {
      give_up (run);
      return FALSE;
    }
  if (!kappa_plan_run (plan, KAPPA_STAGE_SAMPLE, 0, &memory, NULL)
      || !collect (run, plan, KAPPA_STAGE_SAMPLE, task, &memory, 0))
    return cancelled (run, error);
  for (guint v = 0; v < run->n_vectors; v++)
    {
      memory = memory_for (run, plan, run->program->arenas->pdata[worker], v);
      if (!may_go_on (run, NULL) || !kappa_plan_run (plan, KAPPA_STAGE_SAMPLE_VECTOR, 0, &memory, NULL)
          || !collect (run, plan, KAPPA_STAGE_SAMPLE_VECTOR, task, &memory, v))
        return cancelled (run, error);
    }
  kappa_progress_advance (run->environment->progress, (double) plan->batch * MAX (run->n_vectors, 1));
  return TRUE;
}

/* Task: for the first vector the stage without vectors comes before. */
static gboolean
run_shared_stage (gsize task, guint worker, gpointer data, GError **error)
{
  Run *run = data;
  guint p = (guint) task % N_PLANS, vector = (guint) task / N_PLANS;
  KappaRunMemory memory;

  if (run->plans[p] == NULL)
    return TRUE;
  memory = memory_for (run, run->plans[p], run->program->arenas->pdata[worker], vector);
  return kappa_plan_run (run->plans[p], run->stage, 0, &memory, NULL)
         || !g_cancellable_set_error_if_cancelled (run->environment->cancellable, error);
}

static gboolean
run_to_barrier (gsize task, guint worker, gpointer data, GError **error)
{
  Run *run = data;
  const KappaPlan *plan = plan_of_task (run, task);
  KappaRunMemory memory = memory_for (run, plan, run->program->arenas->pdata[task], run->vector);

  if (!may_go_on (run, error))
    return FALSE;
  if (run->stage == KAPPA_STAGE_SAMPLE && run->reached[task] == 0 && !fetch (run, plan, task, &memory, error))
    return FALSE;
  return kappa_plan_run (plan, run->stage, run->reached[task], &memory, &run->reached[task])
         || !g_cancellable_set_error_if_cancelled (run->environment->cancellable, error);
}

/* The barrier's step of a shard, or NULL when the stage is at its end. */
static const KappaStep *
barrier_step (const Run *run, gsize task)
{
  const GPtrArray *steps = plan_of_task (run, task)->stages[run->stage];
  const KappaStep *step = run->reached[task] > 0 ? steps->pdata[run->reached[task] - 1] : NULL;

  return step != NULL && step->barrier ? step : NULL;
}

static void *
barrier_value (const Run *run, gsize task, const KappaStep *step)
{
  const KappaPlan *plan = plan_of_task (run, task);
  KappaRunMemory memory = memory_for (run, plan, run->program->arenas->pdata[task], run->vector);

  return kappa_plan_address (plan, &memory, &step->output);
}

/* Sums a barrier's value over the shards, in their order, and gives every shard the sum. */
static void
sum_over_shards (Run *run)
{
  const KappaStep *first = barrier_step (run, 0);
  KappaView dense = first->output.view;
  gsize n = 1;
  g_autofree double *sums = NULL;

  for (guint d = 0; d < dense.rank; d++)
    n *= (gsize) dense.dims[d];
  sums = g_new0 (double, n);
  for (gsize task = 0; task < (gsize) run->n_tasks; task++)
    add_value (sums, &dense, barrier_value (run, task, barrier_step (run, task)), n);
  dense.dtype = KAPPA_F64;
  for (gsize task = 0; task < (gsize) run->n_tasks; task++)
    {
      const KappaStep *step = barrier_step (run, task);

      kappa_view_copy (&step->output.view, barrier_value (run, task, step), &dense, sums);
    }
}

static gboolean
run_sharded_stage (Run *run, KappaStage stage, guint vector, GError **error)
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
      const KappaPlan *plan = plan_of_task (run, task);
      KappaRunMemory memory = memory_for (run, plan, run->program->arenas->pdata[task], vector);

      collect (run, plan, stage, task, &memory, vector);
    }
  return TRUE;
}

static gboolean
run_sharded (Run *run, GError **error)
{
  if (run->n_tasks == 0)
    return TRUE;
  run->reached = allocate (run, (gsize) run->n_tasks * sizeof *run->reached);
  if (!run_sharded_stage (run, KAPPA_STAGE_SAMPLE, 0, error))
    return FALSE;
  for (guint v = 0; v < run->n_vectors; v++)
    if (!run_sharded_stage (run, KAPPA_STAGE_SAMPLE_VECTOR, v, error))
      return FALSE;
  kappa_progress_advance (run->environment->progress, (double) run->feed->n_samples * MAX (run->n_vectors, 1));
  return TRUE;
}

static double *
zeros (gsize n)
{
  return memset (kappa_pages_allocate (n * sizeof (double)), 0, n * sizeof (double));
}

static void
prepare_sums (Run *run)
{
  const KappaPlan *plan = run->plans[MAIN];

  run->vector_sums = allocate (run, MAX (run->n_vectors, 1) * sizeof (double *));
  run->sums = zeros (plan != NULL ? plan->n_sums : 0);
  for (guint v = 0; v < run->n_vectors; v++)
    run->vector_sums[v] = zeros (plan != NULL ? plan->n_vector_sums : 0);
}

static void
free_sums (Run *run)
{
  free (run->sums);
  for (guint v = 0; v < run->n_vectors; v++)
    free (run->vector_sums[v]);
}

/* Makes of the sums what was asked for. Task: a vector; the first also takes what depends on none. The sums of a vector
 * go as its results come, so that there is never room for both of all vectors.
 */
static gboolean
run_late (gsize task, guint worker, gpointer data, GError **error)
{
  Run *run = data;
  const KappaPlan *plan = run->plans[MAIN];
  KappaRunMemory memory = memory_for (run, plan, run->program->arenas->pdata[worker], (guint) task);

  if (!kappa_plan_run (plan, KAPPA_STAGE_LATE, 0, &memory, NULL)
      || (run->n_vectors > 0 && !kappa_plan_run (plan, KAPPA_STAGE_LATE_VECTOR, 0, &memory, NULL)))
    return !g_cancellable_set_error_if_cancelled (run->environment->cancellable, error);
  for (guint i = 0; i < plan->outputs->len; i++)
    {
      const KappaOutput *output = &g_array_index (plan->outputs, KappaOutput, i);
      gsize size = kappa_program_row_size (plan, output);

      if (output->stage == KAPPA_STAGE_LATE_VECTOR || (output->stage == KAPPA_STAGE_LATE && task == 0))
        add_value (run->results[i]->values + task * size, &output->value.view,
                   kappa_plan_address (plan, &memory, &output->value), size);
    }
  if (run->n_vectors > 0)
    g_clear_pointer (&run->vector_sums[task], free);
  return TRUE;
}

static void
prepare_results (Run *run)
{
  const KappaPlan *plan = run->plans[MAIN] != NULL ? run->plans[MAIN] : run->plans[REST];
  gsize n_turns = (gsize) (plan->outputs->len + plan->sums->len) * MAX (run->n_vectors, 1);

  run->results = allocate (run, plan->outputs->len * sizeof *run->results);
  run->turns = allocate (run, n_turns * sizeof *run->turns);
  memset (run->turns, 0, n_turns * sizeof *run->turns);
  for (guint i = 0; i < plan->outputs->len; i++)
    {
      const KappaOutput *output = &g_array_index (plan->outputs, KappaOutput, i);
      KappaProgramResult *result = g_new0 (KappaProgramResult, 1);

      result->kind = output->kind;
      result->size = kappa_program_get_output_size (run->program, output->name, run->feed->n_samples, run->n_vectors);
      result->values = g_new0 (double, MAX (result->size, 1));
      g_hash_table_replace (run->program->results, g_strdup (output->name), result);
      run->results[i] = result;
    }
}

static void
collect_once (Run *run)
{
  const KappaPlan *plan = run->plans[MAIN] != NULL ? run->plans[MAIN] : run->plans[REST];

  for (guint i = 0; i < plan->outputs->len; i++)
    {
      const KappaOutput *output = &g_array_index (plan->outputs, KappaOutput, i);
      guint n = kappa_program_output_has_vectors (output) ? run->n_vectors : 1;

      for (guint v = 0; output->kind == KAPPA_OUTPUT_ONCE && v < n; v++)
        {
          KappaRunMemory memory = memory_for (run, plan, run->program->arenas->pdata[0], v);

          read_value (run->results[i]->values + v * kappa_program_row_size (plan, output), &output->value.view,
                      kappa_plan_address (plan, &memory, &output->value));
        }
    }
}

static void
allocate_shared (Run *run)
{
  for (guint p = 0; p < N_PLANS; p++)
    {
      if (run->plans[p] == NULL)
        continue;
      run->once[p] = allocate (run, run->plans[p]->arena_sizes[KAPPA_ARENA_ONCE]);
      run->by_vector[p] = allocate (run, MAX (run->n_vectors, 1) * sizeof (char *));
      for (guint v = 0; v < MAX (run->n_vectors, 1); v++)
        run->by_vector[p][v] = allocate (run, run->plans[p]->arena_sizes[KAPPA_ARENA_VECTOR]);
    }
}

static gboolean
run_shared (Run *run, GError **error)
{
  const KappaEnvironment *e = run->environment;

  run->stage = KAPPA_STAGE_ONCE;
  if (!kappa_workers_run (e->workers, N_PLANS, run_shared_stage, run, e->cancellable, error))
    return FALSE;
  run->stage = KAPPA_STAGE_VECTOR;
  return run->n_vectors == 0
         || kappa_workers_run (e->workers, N_PLANS * run->n_vectors, run_shared_stage, run, e->cancellable, error);
}

static void
prepare_inputs (Run *run)
{
  const KappaPlan *plan = run->plans[MAIN] != NULL ? run->plans[MAIN] : run->plans[REST];
  guint n_seats = plan->has_barriers ? MAX ((guint) run->n_tasks, kappa_workers_get_n (run->environment->workers))
                                     : kappa_workers_get_n (run->environment->workers);

  run->parameters = in_real (run, run->feed->parameters, plan->n_parameters);
  run->buffers = in_real (run, run->feed->buffers, plan->n_buffers);
  run->vectors = allocate (run, MAX (run->n_vectors, 1) * sizeof (char *));
  for (guint v = 0; v < run->n_vectors; v++)
    run->vectors[v] = plan->n_vector > 0 ? in_real (run, run->feed->vectors[v], plan->n_vector) : NULL;
  for (guint seat = 0; seat < n_seats; seat++)
    seat_memory (run, seat);
}

static gboolean
execute (Run *run, GError **error)
{
  const KappaEnvironment *e = run->environment;
  const KappaPlan *plan;

  allocate_shared (run);
  prepare_inputs (run);
  prepare_sums (run);
  prepare_results (run);
  if (!run_shared (run, error))
    return FALSE;
  collect_once (run);
  plan = run->plans[MAIN] != NULL ? run->plans[MAIN] : run->plans[REST];
  if (plan->has_barriers)
    return run_sharded (run, error);
  if (!kappa_workers_run (e->workers, (gsize) run->n_tasks, run_micro_batch, run, e->cancellable, error))
    return FALSE;
  return run->plans[MAIN] == NULL || run->plans[MAIN]->sums->len == 0
         || kappa_workers_run (e->workers, MAX (run->n_vectors, 1), run_late, run, e->cancellable, error);
}

static gboolean
choose_plans (Run *run, GError **error)
{
  gint64 rest = run->feed->n_samples % run->micro;

  if (run->feed->n_samples >= run->micro || run->feed->n_samples == 0)
    {
      run->plans[MAIN] = kappa_program_get_plan (run->program, run->micro, TRUE, error);
      if (run->plans[MAIN] == NULL)
        return FALSE;
    }
  if (rest == 0)
    return TRUE;
  run->plans[REST] = kappa_program_get_plan (run->program, rest, FALSE, error);
  return run->plans[REST] != NULL;
}

static gboolean
fits (Run *run, GError **error)
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
  Run run = { .program = self, .feed = feed, .environment = environment, .owned = owned, .micro = self->micro_batch,
              .n_vectors = feed->n_vectors, .element = kappa_dtype_size (self->options.real) };
  gboolean done;

  run.n_tasks = (feed->n_samples + run.micro - 1) / run.micro;
  if (!choose_plans (&run, error) || !fits (&run, error))
    return FALSE;
  g_mutex_init (&run.mutex);
  g_cond_init (&run.turned);
  done = execute (&run, error);
  free_sums (&run);
  g_mutex_clear (&run.mutex);
  g_cond_clear (&run.turned);
  return done;
}
