#include <stdlib.h>
#include <string.h>

#include "core/base/pages.h"
#include "core/graph/run-private.h"
#include "core/graph/view.h"

/* Who holds which memory in a run. */

void *
kappa_run_allocate (KappaRun *run, gsize size)
{
  void *memory = kappa_pages_allocate (size);

  g_ptr_array_add (run->owned, memory);
  return memory;
}

/* Numbers in the real dtype: those fed if they are, else a converted copy. */
static char *
in_real (KappaRun *run, const void *values, gsize n)
{
  KappaShape shape = KAPPA_SHAPE ((gint64) n);
  KappaView from = kappa_view_dense (run->feed->wide ? KAPPA_F64 : KAPPA_F32, &shape, KAPPA_LAYOUT_ROWS);
  KappaView to = kappa_view_dense (run->program->options.real, &shape, KAPPA_LAYOUT_ROWS);
  char *copy;

  if (from.dtype == to.dtype || n == 0)
    return (char *) values;
  copy = kappa_run_allocate (run, n * run->element);
  kappa_view_copy (&to, copy, &from, values);
  return copy;
}

KappaPlan *
kappa_run_plan_of_task (const KappaRun *run, gsize task)
{
  return run->plans[(gint64) (task + 1) * run->micro <= run->feed->n_samples ? KAPPA_RUN_MAIN : KAPPA_RUN_REST];
}

static guint
index_of_plan (const KappaRun *run, const KappaPlan *plan)
{
  return plan == run->plans[KAPPA_RUN_MAIN] ? KAPPA_RUN_MAIN : KAPPA_RUN_REST;
}

/* The kept memory of a worker or shard, at least as large as both plans need. */
static char *
seat_memory (KappaRun *run, guint seat)
{
  KappaProgram *program = run->program;
  gsize size = 64;

  for (guint p = 0; p < KAPPA_RUN_N_PLANS; p++)
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

KappaRunMemory
kappa_run_memory_for (const KappaRun *run, const KappaPlan *plan, char *seat, guint vector)
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

static void
allocate_shared (KappaRun *run)
{
  for (guint p = 0; p < KAPPA_RUN_N_PLANS; p++)
    {
      if (run->plans[p] == NULL)
        continue;
      run->once[p] = kappa_run_allocate (run, run->plans[p]->arena_sizes[KAPPA_ARENA_ONCE]);
      run->by_vector[p] = kappa_run_allocate (run, MAX (run->n_vectors, 1) * sizeof (char *));
      for (guint v = 0; v < MAX (run->n_vectors, 1); v++)
        run->by_vector[p][v] = kappa_run_allocate (run, run->plans[p]->arena_sizes[KAPPA_ARENA_VECTOR]);
    }
}

static void
prepare_inputs (KappaRun *run)
{
  const KappaPlan *plan = run->plans[KAPPA_RUN_MAIN] != NULL ? run->plans[KAPPA_RUN_MAIN] : run->plans[KAPPA_RUN_REST];
  guint n_seats = plan->has_barriers ? MAX ((guint) run->n_tasks, kappa_workers_get_n (run->environment->workers))
                                     : kappa_workers_get_n (run->environment->workers);

  run->parameters = in_real (run, run->feed->parameters, plan->n_parameters);
  run->buffers = in_real (run, run->feed->buffers, plan->n_buffers);
  run->vectors = kappa_run_allocate (run, MAX (run->n_vectors, 1) * sizeof (char *));
  for (guint v = 0; v < run->n_vectors; v++)
    run->vectors[v] = plan->n_vector > 0 ? in_real (run, run->feed->vectors[v], plan->n_vector) : NULL;
  for (guint seat = 0; seat < n_seats; seat++)
    seat_memory (run, seat);
}

static double *
zeros (gsize n)
{
  return memset (kappa_pages_allocate (n * sizeof (double)), 0, n * sizeof (double));
}

static void
prepare_sums (KappaRun *run)
{
  const KappaPlan *plan = run->plans[KAPPA_RUN_MAIN];

  run->vector_sums = kappa_run_allocate (run, MAX (run->n_vectors, 1) * sizeof (double *));
  run->sums = zeros (plan != NULL ? plan->n_sums : 0);
  for (guint v = 0; v < run->n_vectors; v++)
    run->vector_sums[v] = zeros (plan != NULL ? plan->n_vector_sums : 0);
}

static void
prepare_results (KappaRun *run)
{
  const KappaPlan *plan = run->plans[KAPPA_RUN_MAIN] != NULL ? run->plans[KAPPA_RUN_MAIN] : run->plans[KAPPA_RUN_REST];
  gsize n_turns = (gsize) (plan->outputs->len + plan->sums->len) * MAX (run->n_vectors, 1);

  run->results = kappa_run_allocate (run, plan->outputs->len * sizeof *run->results);
  run->turns = kappa_run_allocate (run, n_turns * sizeof *run->turns);
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

/**
 * kappa_run_prepare:
 *
 * Allocates all a run holds, but for what kappa_run_allocate() is asked for later.
 */
void
kappa_run_prepare (KappaRun *run)
{
  allocate_shared (run);
  prepare_inputs (run);
  prepare_sums (run);
  prepare_results (run);
}

/**
 * kappa_run_release:
 *
 * Frees the sums; the rest belongs to @owned.
 */
void
kappa_run_release (KappaRun *run)
{
  free (run->sums);
  for (guint v = 0; v < run->n_vectors; v++)
    free (run->vector_sums[v]);
}
