#include "core/analysis/spectrum-lockstep.h"

/* So many vectors share a pass: beyond, the shared part hardly counts, and memory does. */
#define MAX_VECTORS 8
#define MAX_BYTES   ((gsize)1 << 30)

/**
 * kappa_lockstep_get_width:
 *
 * Returns: how many vectors pass together at most, but for a single task that wants more
 */
guint
kappa_lockstep_get_width (gsize n_parameters)
{
  return (guint)CLAMP (MAX_BYTES / sizeof (double) / MAX (n_parameters, 1), 1, MAX_VECTORS);
}

static double **
new_vectors (gsize n, guint n_vectors)
{
  double **vectors = g_new (double *, n_vectors);

  for (guint v = 0; v < n_vectors; v++)
    vectors[v] = g_new (double, n);
  return vectors;
}

static void
free_vectors (double **vectors, guint n_vectors)
{
  for (guint v = 0; v < n_vectors; v++)
    g_free (vectors[v]);
  g_free (vectors);
}

/**
 * kappa_lockstep_multiply:
 * @vectors: (array length=n_vectors): a number for each parameter; the products take their place
 *
 * Returns: %FALSE with the error, or %G_IO_ERROR_CANCELLED
 */
gboolean
kappa_lockstep_multiply (const KappaLockstep *self,
                         guint n_vectors,
                         double *const *vectors,
                         GError **error)
{
  return kappa_curvature_multiply (self->curvature, self->kind, NULL, n_vectors,
                                   (const double *const *)vectors, vectors, self->context, error);
}

/* Takes up what was written down, or starts. */
static gboolean
begin (const KappaLockstep *self, KappaLockstepTask *task, GError **error)
{
  if (kappa_lanczos_journal_load (&task->journal, task->lanczos))
    return TRUE;
  if (!kappa_lanczos_start (task->lanczos, task->n_starts, task->starts, self->context, error))
    return FALSE;
  kappa_lanczos_journal_save (&task->journal, task->lanczos);
  return TRUE;
}

/* The tasks from @first on whose vectors fit into one pass; at least one. */
static guint
choose_group (const KappaLockstep *self,
              KappaLockstepTask *tasks,
              guint first,
              guint n_tasks,
              guint *n_vectors)
{
  const guint width = kappa_lockstep_get_width (kappa_model_get_parameters_size (self->model));
  guint last = first;

  for (*n_vectors = 0; last < n_tasks; last++)
    {
      const guint wanted = kappa_lanczos_get_n_wanted (tasks[last].lanczos);

      if (*n_vectors > 0 && *n_vectors + wanted > width)
        break;
      *n_vectors += wanted;
    }
  return last;
}

static void
collect_vectors (const KappaLockstep *self,
                 KappaLockstepTask *tasks,
                 guint first,
                 guint last,
                 double **vectors)
{
  for (guint t = first; t < last; t++)
    {
      const KappaPart *part = tasks[t].part;
      g_autofree double *values = g_new (double, part->size);

      for (guint i = 0; i < kappa_lanczos_get_n_wanted (tasks[t].lanczos); i++)
        {
          kappa_lanczos_get_wanted (tasks[t].lanczos, i, values);
          kappa_part_scatter (part, self->model, values, *vectors++);
        }
    }
}

static gboolean
hand_out_products (const KappaLockstep *self,
                   KappaLockstepTask *tasks,
                   guint first,
                   guint last,
                   double **products,
                   GError **error)
{
  for (guint t = first; t < last; t++)
    {
      const guint n_wanted = kappa_lanczos_get_n_wanted (tasks[t].lanczos);

      if (n_wanted == 0)
        continue;
      /* In place: a part never lies before where it is moved to. */
      for (guint i = 0; i < n_wanted; i++)
        kappa_part_gather (tasks[t].part, self->model, products[i], products[i]);
      if (!kappa_lanczos_advance (tasks[t].lanczos, products, self->context, error))
        return FALSE;
      kappa_lanczos_journal_save (&tasks[t].journal, tasks[t].lanczos);
      products += n_wanted;
    }
  return TRUE;
}

static gboolean
pass (const KappaLockstep *self,
      KappaLockstepTask *tasks,
      guint first,
      guint last,
      guint n_vectors,
      GError **error)
{
  double **vectors = new_vectors (kappa_model_get_parameters_size (self->model), n_vectors);
  gboolean done;

  collect_vectors (self, tasks, first, last, vectors);
  done = kappa_lockstep_multiply (self, n_vectors, vectors, error)
         && hand_out_products (self, tasks, first, last, vectors, error);
  free_vectors (vectors, n_vectors);
  return done;
}

/**
 * kappa_lockstep_run:
 *
 * Advances all tasks, a step of each at a time, until all are done. Those that were written down go
 * on where they stopped.
 *
 * Returns: %FALSE with the error, or %G_IO_ERROR_CANCELLED
 */
gboolean
kappa_lockstep_run (const KappaLockstep *self,
                    KappaLockstepTask *tasks,
                    guint n_tasks,
                    GError **error)
{
  gboolean active = TRUE;

  for (guint t = 0; t < n_tasks; t++)
    if (!begin (self, &tasks[t], error))
      return FALSE;
  while (active)
    {
      guint last, n_vectors;

      active = FALSE;
      for (guint first = 0; first < n_tasks; first = last)
        {
          last = choose_group (self, tasks, first, n_tasks, &n_vectors);
          if (n_vectors == 0)
            continue;
          if (!pass (self, tasks, first, last, n_vectors, error))
            return FALSE;
          active = TRUE;
          if (self->stepped != NULL)
            self->stepped (self->data);
        }
    }
  return TRUE;
}
