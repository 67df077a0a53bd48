/* The density of all eigenvalues, by stochastic Lanczos quadrature. */

#include <math.h>
#include <string.h>

#include "core/analysis/spectrum-private.h"

static gboolean
is_known (KappaSpectrumRun *run)
{
  return kappa_result_count_present (run->result, "ritz_weights")
         == (gsize)run->n_probes * run->n_steps;
}

static void
declare_nodes (KappaSpectrumRun *run)
{
  const gsize dims[] = { run->n_probes, run->n_steps };
  g_autofree char *text = g_strdup_printf (
      "Ritz values of the %s after %u Lanczos steps from each random vector%s, over %s", run->name,
      run->n_steps, run->deflate ? ", orthogonal to the eigenvectors that were found" : "",
      run->description);
  g_autofree char *weights
      = g_strdup_printf ("weight of each Ritz value: the square of the random vector's part "
                         "along it; 0 where the space was exhausted before. %s",
                         text);
  KappaArray *nodes = kappa_array_new ("ritz_nodes", "", text, 2, dims);
  KappaArray *array = kappa_array_new ("ritz_weights", "", weights, 2, dims);

  kappa_array_set_axis (nodes, 0, "vector", NULL);
  kappa_array_set_axis (nodes, 1, "node", NULL);
  kappa_array_set_axis (array, 0, "vector", NULL);
  kappa_array_set_axis (array, 1, "node", NULL);
  kappa_result_take_array (run->result, nodes);
  kappa_result_take_array (run->result, array);
}

/* Values that are known to be eigenvalues, and their vectors. */
static KappaKrylovBasis *
lock_vectors (KappaSpectrumRun *run, double *values, guint *n)
{
  const guint n_values = run->deflate ? run->top + run->bottom : 0;
  KappaKrylovBasis *locked = kappa_krylov_basis_new (run->n, MAX (n_values, 1), run->wide);
  g_autofree double *vector = g_new (double, run->n);

  *n = 0;
  for (guint i = 0; i < n_values; i++)
    if (kappa_spectrum_get_vector (run->result, i, run->n, vector)
        && kappa_result_get_value (run->result, "eigenvalues", i, &values[*n]))
      kappa_krylov_basis_set (locked, (*n)++, vector);
  return locked;
}

/* What is there of one vector; what is not yet has no weight. */
static void
take_nodes (KappaSpectrumRun *run, KappaLanczos *lanczos, double *nodes, double *weights)
{
  const guint capacity = kappa_lanczos_get_options (lanczos)->capacity;
  g_autofree double *all_nodes = g_new0 (double, capacity), *all = g_new0 (double, capacity);
  const guint n = MIN (kappa_lanczos_get_nodes (lanczos, all_nodes, all), run->n_steps);

  memset (nodes, 0, run->n_steps * sizeof *nodes);
  memset (weights, 0, run->n_steps * sizeof *weights);
  memcpy (nodes, all_nodes, n * sizeof *nodes);
  memcpy (weights, all, n * sizeof *weights);
}

static void
set_array (KappaSpectrumRun *run,
           const KappaDensity *density,
           const char *name,
           const char *unit,
           const char *text,
           const double *values)
{
  const gsize dims[] = { density->n_rows, density->n };
  const double signs[] = { -1.0, 1.0 };
  const gboolean log = density->n_rows == 2;
  KappaArray *array = kappa_array_new (name, unit, text, log ? 2 : 1, log ? dims : dims + 1);

  if (log)
    kappa_array_set_axis (array, 0, "sign", signs);
  kappa_array_set_axis (array, log ? 1 : 0, log ? "log10 |lambda|" : "lambda", density->x);
  kappa_result_take_array (run->result, array);
  kappa_result_set_values (run->result, name, 0, (gsize)density->n * density->n_rows, values);
}

static void
publish_density (KappaSpectrumRun *run, const KappaQuadrature *quadrature, gboolean log)
{
  g_autoptr (KappaDensity) density = kappa_density_new (quadrature, run->kernel, log);
  const char *name = log ? "log_density" : "density";
  const char *unit = log ? "1/decade" : "1/λ";
  g_autofree char *low = g_strconcat (name, "_low", NULL),
                  *high = g_strconcat (name, "_high", NULL);
  g_autofree char *text = g_strdup_printf (
      "share of all eigenvalues of the %s %s, smoothed by a Gaussian of σ = %g, from %u random "
      "vectors of %u Lanczos steps each and %u known eigenvalues, over %s",
      run->name, log ? "for each decade of |λ|, by sign" : "for each unit of λ", density->width,
      run->n_probes, run->n_steps, quadrature->n_locked, run->description);
  g_autofree char *band = g_strdup_printf (
      "end of the 95 %% interval over the random vectors, point by point, by Student's t: %s",
      text);

  set_array (run, density, name, unit, text, density->mean);
  if (run->n_probes < 2)
    return;
  set_array (run, density, low, unit, band, density->low);
  set_array (run, density, high, unit, band, density->high);
}

static void
publish_trace (KappaSpectrumRun *run, const KappaQuadrature *quadrature)
{
  g_autofree char *text = g_strdup_printf (
      "sum of all eigenvalues of the %s by stochastic Lanczos quadrature, %u random vectors, over "
      "%s; the interval is by Student's t over the vectors",
      run->name, run->n_probes, run->description);
  double trace, low, high;

  kappa_quadrature_get_moment (quadrature, 1, &trace, &low, &high);
  kappa_result_set_scalar (run->result, "trace_from_density", trace, "",
                           KAPPA_CERTAINTY_INTERVAL (low, high, 0.95), text);
}

static void
publish_all (KappaSpectrumRun *run, const double *locked, guint n_locked)
{
  g_autoptr (KappaArray) nodes = kappa_result_dup_array (run->result, "ritz_nodes");
  g_autoptr (KappaArray) weights = kappa_result_dup_array (run->result, "ritz_weights");
  const KappaQuadrature quadrature = { .n = run->n,
                                       .n_probes = run->n_probes,
                                       .n_steps = run->n_steps,
                                       .nodes = nodes->values,
                                       .weights = weights->values,
                                       .n_locked = n_locked,
                                       .locked = locked };

  publish_density (run, &quadrature, FALSE);
  publish_density (run, &quadrature, TRUE);
  publish_trace (run, &quadrature);
}

/* The present state of all vectors, between two steps. */
typedef struct
{
  KappaSpectrumRun *run;
  KappaLockstepTask *tasks;
  const double *locked;
  guint n_locked;
} Progress;

static void
collect_nodes (KappaSpectrumRun *run, KappaLockstepTask *tasks, double *nodes, double *weights)
{
  for (guint p = 0; p < run->n_probes; p++)
    take_nodes (run, tasks[p].lanczos, nodes + (gsize)p * run->n_steps,
                weights + (gsize)p * run->n_steps);
}

static void
step_cb (gpointer data)
{
  const Progress *progress = data;
  KappaSpectrumRun *run = progress->run;
  const gsize n = (gsize)run->n_probes * run->n_steps;
  g_autofree double *nodes = g_new (double, n), *weights = g_new (double, n);
  const KappaQuadrature quadrature = { .n = run->n,
                                       .n_probes = run->n_probes,
                                       .n_steps = run->n_steps,
                                       .nodes = nodes,
                                       .weights = weights,
                                       .n_locked = progress->n_locked,
                                       .locked = progress->locked };

  for (guint p = 0; p < run->n_probes; p++)
    if (kappa_lanczos_get_state (progress->tasks[p].lanczos)->n_done == 0)
      return;
  collect_nodes (run, progress->tasks, nodes, weights);
  publish_density (run, &quadrature, FALSE);
}

static void
make_tasks (KappaSpectrumRun *run,
            KappaLockstepTask *tasks,
            const KappaKrylovBasis *locked,
            guint n_locked)
{
  for (guint p = 0; p < run->n_probes; p++)
    {
      const KappaLanczosOptions options = { .n = run->n,
                                            .block = 1,
                                            .max_products = run->n_steps,
                                            .tolerance = -1.0,
                                            .wide = run->wide,
                                            .seed = run->seed,
                                            .locked = locked,
                                            .n_locked = n_locked };
      KappaLockstepTask *task = &tasks[p];

      task->part = run->whole->pdata[0];
      task->lanczos = kappa_lanczos_new (&options);
      task->journal = (KappaLanczosJournal) { .result = run->result,
                                              .name = g_strdup_printf (".probe-%u", p) };
      task->n_starts = 1;
      task->starts = kappa_spectrum_run_starts (run, task->part, "probe", p, 1);
    }
}

static gboolean
multiply_probes (KappaSpectrumRun *run,
                 KappaLockstepTask *tasks,
                 const double *locked,
                 guint n_locked,
                 GError **error)
{
  Progress progress = { run, tasks, locked, n_locked };
  const KappaLockstep lockstep = kappa_spectrum_run_lockstep (run, step_cb, &progress);
  const gsize n = (gsize)run->n_probes * run->n_steps;
  g_autofree double *nodes = g_new (double, n), *weights = g_new (double, n);

  if (!kappa_lockstep_run (&lockstep, tasks, run->n_probes, error))
    return FALSE;
  collect_nodes (run, tasks, nodes, weights);
  kappa_result_set_values (run->result, "ritz_nodes", 0, n, nodes);
  kappa_result_set_values (run->result, "ritz_weights", 0, n, weights);
  for (guint p = 0; p < run->n_probes; p++)
    kappa_lanczos_journal_forget (run->result, tasks[p].journal.name);
  return TRUE;
}

/**
 * kappa_spectrum_add_density:
 *
 * Density, linear and logarithmic, with a band over the random vectors, and the trace that follows.
 */
gboolean
kappa_spectrum_add_density (KappaSpectrumRun *run, GError **error)
{
  g_autofree double *values = g_new0 (double, run->top + run->bottom + 1);
  g_autoptr (KappaKrylovBasis) locked = NULL;
  KappaLockstepTask *tasks;
  gboolean done;
  guint n_locked;

  if (run->n_probes == 0)
    return TRUE;
  declare_nodes (run);
  locked = lock_vectors (run, values, &n_locked);
  tasks = g_new0 (KappaLockstepTask, run->n_probes);
  done = is_known (run);
  if (!done)
    {
      make_tasks (run, tasks, locked, n_locked);
      done = multiply_probes (run, tasks, values, n_locked, error);
      for (guint p = 0; p < run->n_probes; p++)
        {
          kappa_lanczos_free (tasks[p].lanczos);
          kappa_spectrum_free_starts (tasks[p].starts, 1);
          g_free ((char *)tasks[p].journal.name);
        }
    }
  g_free (tasks);
  if (done)
    publish_all (run, values, n_locked);
  return done;
}
