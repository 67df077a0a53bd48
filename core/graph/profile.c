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

static void
time_in_place (const KappaPlan *plan, KappaStage stage, const KappaRunMemory *memory, guint repeats, GArray *steps)
{
  guint n = plan->stages[stage]->len;
  g_autofree double *times = g_new0 (double, n * repeats);

  for (guint r = 0; r < repeats; r++)
    for (guint s = 0; s < n; s++)
      {
        gint64 start = g_get_monotonic_time ();

        kappa_plan_run_step (plan, stage, s, memory);
        times[s * repeats + r] = seconds (start);
      }
  for (guint s = 0; s < n; s++)
    g_array_index (steps, KappaStepTime, s).seconds = median (times + s * repeats, repeats);
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
measure (const KappaPlan *plan, const KappaRunMemory *memory, guint repeats)
{
  GArray *steps = g_array_new (FALSE, TRUE, sizeof (KappaStepTime));

  kappa_plan_run (plan, KAPPA_STAGE_ONCE, 0, memory, NULL);
  for (guint s = 0; s < plan->stages[KAPPA_STAGE_SAMPLE]->len; s++)
    {
      const KappaStep *step = plan->stages[KAPPA_STAGE_SAMPLE]->pdata[s];
      KappaStepTime time = { .name = step->name, .macs = step->macs };

      kappa_plan_run_step (plan, KAPPA_STAGE_SAMPLE, s, memory);
      g_array_append_val (steps, time);
    }
  time_in_place (plan, KAPPA_STAGE_SAMPLE, memory, repeats, steps);
  for (guint s = 0; s < steps->len; s++)
    g_array_index (steps, KappaStepTime, s).alone = time_alone (plan, KAPPA_STAGE_SAMPLE, s, memory, repeats);
  return steps;
}

/**
 * kappa_program_profile:
 * @feed: as for kappa_program_run(), its numbers in the program's real dtype; one micro-batch of it is used
 * @repeats: measurements; medians are taken
 *
 * To be called in a worker, whose settings the kernels count on.
 *
 * Returns: (transfer full) (element-type KappaStepTime): the steps that depend on samples and no vector, in order
 */
GArray *
kappa_program_profile (KappaProgram *program, const KappaFeed *feed, guint repeats, GError **error)
{
  KappaPlan *plan = kappa_program_get_plan (program, MIN (program->micro_batch, feed->n_samples), error);
  KappaRunMemory memory = { .element = kappa_dtype_size (program->options.real) };
  GArray *steps = NULL;

  if (plan == NULL)
    return NULL;
  memory.base[KAPPA_ARENA_ONCE] = g_aligned_alloc (1, plan->arena_sizes[KAPPA_ARENA_ONCE] + 64, 64);
  memory.base[KAPPA_ARENA_WORKER] = g_aligned_alloc (1, plan->arena_sizes[KAPPA_ARENA_WORKER] + plan->scratch + 64, 64);
  memory.base[KAPPA_PLACE_PARAMETERS] = (char *) feed->parameters;
  memory.base[KAPPA_PLACE_BUFFERS] = (char *) feed->buffers;
  memory.scratch = memory.base[KAPPA_ARENA_WORKER] + plan->arena_sizes[KAPPA_ARENA_WORKER];
  if (load_samples (plan, feed, &memory, error))
    steps = measure (plan, &memory, repeats);
  g_aligned_free (memory.base[KAPPA_ARENA_ONCE]);
  g_aligned_free (memory.base[KAPPA_ARENA_WORKER]);
  return steps;
}
