#include "core/analysis/compatibility-run.h"

#include <math.h>

#include "core/analysis/lanczos-journal.h"
#include "core/analysis/power.h"
#include "core/base/random.h"

#define ARPACK_TOLERANCE 1e-2 /* what the tools give to eigsh() */
#define LI_SHIFT         0.51 /* of the largest eigenvalue, to find the smallest */
#define TRACE_CHANGE     1e-3
#define TINY             1e-6

/**
 * kappa_compatibility_count_batches:
 *
 * Returns: how many mini-batches of consecutive images there are; the last may be smaller
 */
guint
kappa_compatibility_count_batches (const KappaCompatibilityRun *run)
{
  return (guint)((run->n_images + run->batch - 1) / run->batch);
}

/**
 * kappa_compatibility_has_trace:
 *
 * Returns: whether the tool estimates a trace
 */
gboolean
kappa_compatibility_has_trace (KappaTool tool)
{
  return tool == KAPPA_TOOL_PYHESSIAN || tool == KAPPA_TOOL_CURVLINOPS;
}

static void
select_batch (KappaCompatibilityRun *run, guint index)
{
  gint64 first = run->batch * index;

  kappa_curvature_set_images (run->curvature, first, MIN (run->batch, run->n_images - first));
}

static gboolean
multiply (KappaCompatibilityRun *run, const double *vector, double *product, GError **error)
{
  return kappa_curvature_multiply (run->curvature, KAPPA_CURVATURE_HESSIAN, NULL, 1, &vector,
                                   &product, run->context, error);
}

/* Li et al. leave out tensors of rank 1. */
static void
clear_vectors_of_rank_1 (KappaCompatibilityRun *run, double *vector)
{
  for (guint p = 0; p < kappa_model_get_n_parameters (run->model); p++)
    {
      const KappaParameter *parameter = kappa_model_get_parameter (run->model, p);

      for (gsize i = 0; parameter->shape.rank <= 1 && i < parameter->size; i++)
        vector[parameter->offset + i] = 0.0;
    }
}

/* The sum, not the mean, of the Hessians of all mini-batches, each of a mean loss. */
static gboolean
multiply_sum (KappaCompatibilityRun *run, const double *vector, double *product, GError **error)
{
  g_autofree double *one = g_new (double, run->n);

  for (gsize i = 0; i < run->n; i++)
    product[i] = 0.0;
  for (guint b = 0; b < kappa_compatibility_count_batches (run); b++)
    {
      select_batch (run, b);
      if (!multiply (run, vector, one, error))
        return FALSE;
      for (gsize i = 0; i < run->n; i++)
        product[i] += one[i];
    }
  clear_vectors_of_rank_1 (run, product);
  return TRUE;
}

static void
declare (KappaCompatibilityRun *run,
         const char *name,
         const char *unit,
         const char *definition,
         guint rank,
         const gsize *dims,
         const char *const *axes)
{
  g_autofree char *text = g_strdup_printf ("%s, over %s", definition, run->description);
  KappaArray *array = kappa_array_new (name, unit, text, rank, dims);

  for (guint d = 0; d < rank; d++)
    kappa_array_set_axis (array, d, axes[d], NULL);
  kappa_result_take_array (run->result, array);
}

/* Power iteration over the images that are selected, kept after every product in @keep. */
static gboolean
iterate (KappaCompatibilityRun *run, KappaPower *power, const char *keep, GError **error)
{
  gsize size = kappa_power_get_state_size (run->n, run->top);
  g_autofree double *product = g_new (double, run->n), *state = g_new (double, size);

  while (!kappa_power_is_done (power))
    {
      if (!multiply (run, kappa_power_get_vector (power), product, error))
        return FALSE;
      kappa_power_tell (power, product);
      if (keep == NULL)
        continue;
      kappa_power_save (power, state);
      kappa_result_set_values (run->result, keep, 0, size, state);
    }
  return TRUE;
}

static gboolean
follow_pyhessian_values (KappaCompatibilityRun *run, GError **error)
{
  const gsize size = kappa_power_get_state_size (run->n, run->top), top = run->top;
  g_autoptr (KappaPower) power
      = kappa_power_new (run->n, run->top, run->seed, "compatibility/power");
  g_autoptr (KappaArray) state = NULL;

  declare (run, ".power", "", "where the power iteration stands", 1, &size,
           (const char *const[]) { "number" });
  declare (run, "tool_eigenvalues", "nat",
           "eigenvalues as PyHessian finds them, in its order: power iteration with deflation, "
           "stopped when the value changes by less than 10⁻³ or after 100 products, the value "
           "before the last",
           1, &top, (const char *const[]) { "eigenvalue" });
  declare (run, "tool_products", "", "products each of them took", 1, &top,
           (const char *const[]) { "eigenvalue" });
  state = kappa_result_dup_array (run->result, ".power");
  if (state->present[size - 1])
    kappa_power_restore (power, state->values);
  if (!iterate (run, power, ".power", error))
    return FALSE;
  for (guint k = 0; k < run->top; k++)
    {
      double value = kappa_power_get_value (power, k);
      double products = kappa_power_get_n_products (power, k);

      kappa_result_set_values (run->result, "tool_eigenvalues", k, 1, &value);
      kappa_result_set_values (run->result, "tool_products", k, 1, &products);
    }
  return TRUE;
}

/* v·Hv for random signs v. */
static gboolean
probe (KappaCompatibilityRun *run, guint index, double *value, GError **error)
{
  g_autofree char *name = g_strdup_printf ("compatibility/probe/%u", index);
  KappaStream stream = kappa_stream_init (run->seed, name);
  g_autofree double *v = g_new (double, run->n), *product = g_new (double, run->n);

  for (gsize i = 0; i < run->n; i++)
    v[i] = kappa_stream_uniform (&stream, i) < 0.5 ? -1.0 : 1.0;
  if (!multiply (run, v, product, error))
    return FALSE;
  *value = 0.0;
  for (gsize i = 0; i < run->n; i++)
    *value += v[i] * product[i];
  return TRUE;
}

/* Hutchinson's estimator. PyHessian stops when the mean changes little; curvlinops does not. */
static gboolean
follow_trace (KappaCompatibilityRun *run, GError **error)
{
  const gsize n = run->probes;
  double mean = 0.0, sum = 0.0;

  declare (run, "tool_trace_probes", "nat", "v·Hv for random signs v, one after the other", 1, &n,
           (const char *const[]) { "probe" });
  for (guint p = 0; p < run->probes; p++)
    {
      double value, before = mean;

      if (!kappa_result_get_value (run->result, "tool_trace_probes", p, &value))
        {
          if (!probe (run, p, &value, error))
            return FALSE;
          kappa_result_set_values (run->result, "tool_trace_probes", p, 1, &value);
        }
      sum += value;
      mean = sum / (double)(p + 1);
      if (run->tool == KAPPA_TOOL_PYHESSIAN
          && fabs (mean - before) / (fabs (before) + TINY) < TRACE_CHANGE)
        break;
    }
  return TRUE;
}

static KappaLanczos *
new_lanczos (KappaCompatibilityRun *run)
{
  const KappaLanczosOptions options = { .n = run->n,
                                        .top = 1,
                                        .bottom = 1,
                                        .block = 1,
                                        .capacity = kappa_lanczos_default_capacity (run->n, 2, 1),
                                        .max_products = 1000,
                                        .tolerance = ARPACK_TOLERANCE,
                                        .wide = TRUE,
                                        .seed = run->seed };

  return kappa_lanczos_new (&options);
}

static gboolean
start_lanczos (KappaCompatibilityRun *run,
               KappaLanczos *lanczos,
               KappaLanczosJournal *journal,
               double *vector,
               GError **error)
{
  KappaStream stream = kappa_stream_init (run->seed, "compatibility/start");

  if (kappa_lanczos_journal_load (journal, lanczos))
    return TRUE;
  kappa_stream_normals (&stream, 0, run->n, vector);
  if (run->tool == KAPPA_TOOL_LI2018)
    clear_vectors_of_rank_1 (run, vector);
  if (!kappa_lanczos_start (lanczos, 1, &vector, run->context, error))
    return FALSE;
  kappa_lanczos_journal_save (journal, lanczos);
  return TRUE;
}

/* What eigsh() finds first on H − shift: the end that is farther from there. */
static double
pick (double top, double bottom, double shift)
{
  return fabs (top - shift) >= fabs (bottom - shift) ? top : bottom;
}

/* Both ends to the tolerance the tool gives to ARPACK. */
static gboolean
follow_arpack (KappaCompatibilityRun *run, GError **error)
{
  const gsize two = 2;
  g_autoptr (KappaLanczos) lanczos = new_lanczos (run);
  KappaLanczosJournal journal = { .result = run->result, .name = ".tool" };
  g_autofree double *vector = g_new (double, run->n), *product = g_new (double, run->n);
  double top, bottom, residual, ends[2];

  if (!start_lanczos (run, lanczos, &journal, vector, error))
    return FALSE;
  while (!kappa_lanczos_is_done (lanczos))
    {
      kappa_lanczos_get_wanted (lanczos, 0, vector);
      if (!(run->tool == KAPPA_TOOL_LI2018 ? multiply_sum (run, vector, product, error)
                                           : multiply (run, vector, product, error))
          || !kappa_lanczos_advance (lanczos, &product, run->context, error))
        return FALSE;
      kappa_lanczos_journal_save (&journal, lanczos);
    }
  kappa_lanczos_get_value (lanczos, 0, &top, &residual);
  kappa_lanczos_get_value (lanczos, 1, &bottom, &residual);
  ends[0] = run->tool == KAPPA_TOOL_LI2018 ? pick (top, bottom, 0.0) : top;
  ends[1] = run->tool == KAPPA_TOOL_LI2018 ? pick (top, bottom, LI_SHIFT * ends[0]) : bottom;
  declare (run, "tool_eigenvalues", "nat",
           run->tool == KAPPA_TOOL_LI2018
               ? "largest and smallest eigenvalue as plot_hessian_eigen.py finds them: of the sum "
                 "over mini-batches of the Hessians of their mean losses, tensors of rank 1 left "
                 "out, to a tolerance of 10⁻²; the smallest on H − 0.51·λ"
               : "both ends of the spectrum to the tolerance of 10⁻² that bounds the density",
           1, &two, (const char *const[]) { "end" });
  kappa_result_set_values (run->result, "tool_eigenvalues", 0, 2, ends);
  return TRUE;
}

/* The largest eigenvalues of every mini-batch. */
static gboolean
follow_park_kim (KappaCompatibilityRun *run, GError **error)
{
  const gsize dims[] = { kappa_compatibility_count_batches (run), run->top };

  declare (run, "tool_eigenvalues_by_batch", "nat",
           "eigenvalues of the Hessian of each mini-batch's mean loss with its regulariser, by "
           "power iteration as PyHessian's",
           2, dims, (const char *const[]) { "batch", "eigenvalue" });
  for (guint b = 0; b < dims[0]; b++)
    {
      g_autofree char *stream = g_strdup_printf ("compatibility/power/%u", b);
      g_autoptr (KappaPower) power = NULL;
      g_autofree double *values = g_new (double, run->top);

      if (kappa_result_is_present (run->result, "tool_eigenvalues_by_batch", b * run->top))
        continue;
      power = kappa_power_new (run->n, run->top, run->seed, stream);
      select_batch (run, b);
      if (!iterate (run, power, NULL, error))
        return FALSE;
      for (guint k = 0; k < run->top; k++)
        values[k] = kappa_power_get_value (power, k);
      kappa_result_set_values (run->result, "tool_eigenvalues_by_batch", b * run->top, run->top,
                               values);
    }
  return TRUE;
}

/**
 * kappa_compatibility_follow:
 *
 * Finds what the tool would, by its rules.
 */
gboolean
kappa_compatibility_follow (KappaCompatibilityRun *run, GError **error)
{
  gboolean done;

  if (run->tool == KAPPA_TOOL_PARK_KIM)
    done = follow_park_kim (run, error);
  else if (run->tool == KAPPA_TOOL_PYHESSIAN)
    done = follow_pyhessian_values (run, error);
  else
    done = follow_arpack (run, error);
  if (!done)
    return FALSE;
  kappa_compatibility_tell (run, NULL, NULL);
  if (!kappa_compatibility_has_trace (run->tool))
    return TRUE;
  done = follow_trace (run, error);
  if (done)
    kappa_compatibility_tell (run, NULL, NULL);
  return done;
}
