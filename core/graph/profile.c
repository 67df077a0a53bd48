#include "core/graph/profile.h"

#include <stdlib.h>

#include "core/graph/program-private.h"

/* Where the time of one micro-batch goes, measured in the calling thread. */

static int
by_value (const void *a, const void *b)
{
  const double *x = a, *y = b;

  return (*x > *y) - (*x < *y);
}

static double
median (double *values, guint n)
{
  qsort (values, n, sizeof *values, by_value);
  return values[n / 2];
}

static double
seconds (gint64 since)
{
  return (double) (g_get_monotonic_time () - since) * 1e-6;
}

/* Clocks tick in microseconds, small steps take a few: repeat until a millisecond has gone. */
static double
time_alone (const KappaPlan *plan, KappaStage stage, guint step, const KappaRunMemory *memory, guint repeats)
{
  g_autofree double *times = g_new (double, repeats);

  for (guint r = 0; r < repeats; r++)
    {
      gint64 start = g_get_monotonic_time ();
      guint n = 0;

      do
        kappa_plan_run_step (plan, stage, step, memory);
      while (++n < 1000 && seconds (start) < 1e-3);
      times[r] = seconds (start) / n;
    }
  return median (times, repeats);
}

static gboolean
load_samples (const KappaPlan *plan, const KappaFeed *feed, const KappaRunMemory *memory, GError **error)
{
  for (guint i = 0; i < plan->samples->len; i++)
    if (!feed->fetch (i, 0, plan->batch, kappa_plan_address (plan, memory, &g_array_index (plan->samples, KappaValue, i)),
                      feed->data, error))
      return FALSE;
  return TRUE;
}

static GArray *
list_steps (const GPtrArray *stage, gboolean by_vector)
{
  GArray *steps = g_array_new (FALSE, TRUE, sizeof (KappaStepTime));

  for (guint s = 0; s < stage->len; s++)
    {
      const KappaStep *step = stage->pdata[s];
      KappaStepTime time = { .name = step->name, .node = step->node, .by_vector = by_vector, .macs = step->macs, .output = step->output.view };

      g_array_append_val (steps, time);
    }
  return steps;
}

/* What is wanted of a profile. */
typedef struct
{
  const KappaFeed *feed;
  guint repeats;
  gboolean alone;
  GCancellable *cancellable;
} Wish;

/* Runs all steps once; after the last time each is repeated by itself, if that is wanted. */
static gboolean
run_once (const KappaPlan *plan, KappaStage stage, const Wish *wish, const KappaRunMemory *memory, guint round,
          double *times, GArray *steps, GError **error)
{
  if (stage == KAPPA_STAGE_SAMPLE && !load_samples (plan, wish->feed, memory, error))
    return FALSE;
  for (guint s = 0; s < steps->len; s++)
    {
      gint64 start = g_get_monotonic_time ();

      if (g_cancellable_set_error_if_cancelled (wish->cancellable, error))
        return FALSE;
      kappa_plan_run_step (plan, stage, s, memory);
      if (round < wish->repeats)
        times[s * wish->repeats + round] = seconds (start);
      else
        g_array_index (steps, KappaStepTime, s).alone = time_alone (plan, stage, s, memory, wish->repeats);
    }
  return TRUE;
}

/* Steps only run in their order: later ones write where the operands of earlier ones were. */
static gboolean
measure (const KappaPlan *plan, KappaStage stage, const Wish *wish, const KappaRunMemory *memory, GArray *all, GError **error)
{
  const guint n = plan->stages[stage]->len, rounds = wish->repeats + (wish->alone ? 1 : 0);
  g_autoptr (GArray) steps = list_steps (plan->stages[stage], stage == KAPPA_STAGE_SAMPLE_VECTOR);
  g_autofree double *times = g_new0 (double, n * wish->repeats + 1);

  for (guint round = 0; round < rounds; round++)
    if (!run_once (plan, stage, wish, memory, round, times, steps, error))
      return FALSE;
  for (guint s = 0; s < n; s++)
    g_array_index (steps, KappaStepTime, s).seconds = median (times + s * wish->repeats, wish->repeats);
  g_array_append_vals (all, steps->data, n);
  return TRUE;
}

static KappaRunMemory
provide_memory (const KappaProgram *program, const KappaPlan *plan, const KappaFeed *feed)
{
  KappaRunMemory memory = { .element = kappa_dtype_size (program->options.real) };

  for (guint arena = 0; arena < KAPPA_N_ARENAS; arena++)
    memory.base[arena] = g_aligned_alloc (1, plan->arena_sizes[arena] + plan->scratch + 64, 64);
  memory.base[KAPPA_PLACE_PARAMETERS] = (char *) feed->parameters;
  memory.base[KAPPA_PLACE_BUFFERS] = (char *) feed->buffers;
  memory.base[KAPPA_PLACE_VECTORS] = feed->n_vectors > 0 ? (char *) feed->vectors[0] : NULL;
  memory.scratch = memory.base[KAPPA_ARENA_WORKER] + plan->arena_sizes[KAPPA_ARENA_WORKER];
  return memory;
}

static GArray *
profile (KappaProgram *program, const Wish *wish, GError **error)
{
  const KappaFeed *feed = wish->feed;
  KappaPlan *plan = kappa_program_get_plan (program, MIN (program->micro_batch, feed->n_samples), TRUE, error);
  g_autoptr (GArray) steps = g_array_new (FALSE, TRUE, sizeof (KappaStepTime));
  KappaRunMemory memory;
  gboolean done;

  if (plan == NULL)
    return NULL;
  memory = provide_memory (program, plan, feed);
  kappa_plan_run (plan, KAPPA_STAGE_ONCE, 0, &memory, NULL);
  done = measure (plan, KAPPA_STAGE_SAMPLE, wish, &memory, steps, error);
  if (done && feed->n_vectors > 0)
    {
      kappa_plan_run (plan, KAPPA_STAGE_VECTOR, 0, &memory, NULL);
      done = measure (plan, KAPPA_STAGE_SAMPLE_VECTOR, wish, &memory, steps, error);
    }
  for (guint arena = 0; arena < KAPPA_N_ARENAS; arena++)
    g_aligned_free (memory.base[arena]);
  return done ? g_steal_pointer (&steps) : NULL;
}

/**
 * kappa_program_profile:
 * @feed: as for kappa_program_run(), its numbers in the program's real dtype; one micro-batch of it is used, and its
 *   first vector
 * @repeats: measurements; medians are taken
 *
 * To be called in a worker, whose settings the kernels count on.
 *
 * Returns: (transfer full) (element-type KappaStepTime): the steps that depend on samples, in order: first those that
 *   depend on no vector
 */
GArray *
kappa_program_profile (KappaProgram *program, const KappaFeed *feed, guint repeats, GError **error)
{
  const Wish wish = { feed, repeats, TRUE, NULL };

  return profile (program, &wish, error);
}

/**
 * kappa_program_time_steps:
 * @cancellable: (nullable): asked before each step
 *
 * As kappa_program_profile(), with each step only in its place among the others.
 *
 * Returns: (transfer full) (element-type KappaStepTime): the steps; %NULL with %G_IO_ERROR_CANCELLED or the error of the
 *   images
 */
GArray *
kappa_program_time_steps (KappaProgram *program, const KappaFeed *feed, guint repeats, GCancellable *cancellable,
                          GError **error)
{
  const Wish wish = { feed, repeats, FALSE, cancellable };

  return profile (program, &wish, error);
}
