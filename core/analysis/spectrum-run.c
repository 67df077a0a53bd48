#include "core/analysis/spectrum-private.h"

#include <math.h>

#include "core/analysis/memory.h"
#include "core/base/formula.h"
#include "core/base/random.h"
#include "core/models/preset.h"

/* A product with a part of the network costs as much as one with all of it, so it is worth little
 * more than the largest value. */
#define PART_SPARE 20

static void
run_clear (KappaSpectrumRun *run)
{
  for (guint t = 0; t < run->n_tasks; t++)
    {
      kappa_lanczos_free (run->tasks[t].lanczos);
      kappa_spectrum_free_starts (run->tasks[t].starts, run->tasks[t].n_starts);
      g_free ((char *)run->tasks[t].journal.name);
    }
  g_clear_pointer (&run->tasks, g_free);
  if (run->judge != run->curvature)
    g_clear_pointer (&run->judge, kappa_curvature_free);
  g_clear_pointer (&run->curvature, kappa_curvature_free);
  g_clear_pointer (&run->whole, g_ptr_array_unref);
  g_clear_pointer (&run->parts, g_ptr_array_unref);
  g_clear_pointer (&run->folds, kappa_folds_free);
  g_clear_pointer (&run->description, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (KappaSpectrumRun, run_clear)

static void
read_properties (KappaSpectrumRun *run, KappaAnalysis *analysis)
{
  run->kind = kappa_analysis_get_enum (analysis, "operator");
  run->name = run->kind == KAPPA_CURVATURE_HESSIAN ? "Hessian" : "Gauss-Newton matrix";
  run->top = (guint)kappa_analysis_get_integer (analysis, "top");
  run->bottom = (guint)kappa_analysis_get_integer (analysis, "bottom");
  run->block = (guint)kappa_analysis_get_integer (analysis, "block");
  run->basis = (guint)kappa_analysis_get_integer (analysis, "basis");
  run->max_products = (guint)kappa_analysis_get_integer (analysis, "products");
  run->n_probes = (guint)kappa_analysis_get_integer (analysis, "probes");
  run->n_steps = (guint)kappa_analysis_get_integer (analysis, "steps");
  run->tolerance = kappa_analysis_get_double (analysis, "tolerance");
  run->wide = kappa_analysis_get_enum (analysis, "precision") == KAPPA_PRECISION_FLOAT64;
  run->formula = kappa_analysis_get_enum (analysis, "start") == KAPPA_SPECTRUM_START_FORMULA;
  run->deflate = kappa_analysis_get_boolean (analysis, "deflate") && !run->formula;
  run->per = kappa_analysis_get_enum (analysis, "per");
  run->kernel = kappa_analysis_get_enum (analysis, "kernel");
  run->seed = (guint64)kappa_analysis_get_integer (analysis, "seed");
}

/* The model and the parameters, for a run as for its estimate. */
static void
run_init (KappaSpectrumRun *run, KappaAnalysis *analysis, gint64 n_images)
{
  const guint n_folds = (guint)kappa_analysis_get_integer (analysis, "folds");

  read_properties (run, analysis);
  run->model = kappa_inputs_get_model (run->inputs, "model", 0);
  run->n = kappa_model_get_parameters_size (run->model);
  run->n_images = n_images;
  run->n_folds = n_folds >= 2 && n_folds <= n_images && run->top + run->bottom > 0 ? n_folds : 0;
  run->top = (guint)MIN (run->top, run->n);
  run->bottom = (guint)MIN (run->bottom, run->n - run->top);
  run->whole = kappa_parts_new (run->model, KAPPA_PER_NONE);
  if (run->per != KAPPA_PER_NONE)
    run->parts = kappa_parts_new (run->model, run->per);
}

KappaLockstep
kappa_spectrum_run_lockstep (KappaSpectrumRun *run, void (*stepped) (gpointer data), gpointer data)
{
  return (KappaLockstep) { .model = run->model,
                           .curvature = run->curvature,
                           .kind = run->kind,
                           .context = run->context,
                           .stepped = stepped,
                           .data = data };
}

/**
 * kappa_spectrum_run_options:
 * @n: order of the operator: the network, or a part of it
 */
KappaLanczosOptions
kappa_spectrum_run_options (const KappaSpectrumRun *run, gsize n, guint top, guint bottom)
{
  return (KappaLanczosOptions) {
    .n = n,
    .top = top,
    .bottom = bottom,
    .block = run->block,
    .capacity = run->basis > 0 ? (guint)MIN (run->basis, n + run->block)
                               : kappa_lanczos_default_capacity (n, top + bottom, run->block),
    .max_products = run->max_products,
    .tolerance = run->tolerance,
    .wide = run->wide,
    .seed = run->seed
  };
}

/**
 * kappa_spectrum_run_starts:
 * @stream: what the random numbers are for
 * @first: number of the first vector
 *
 * Returns: (transfer full): vectors on a part: pieces of vectors over all parameters, so that parts
 *   have the same numbers as the whole. The very first one is given by the formula, if that was
 *   asked for
 */
double **
kappa_spectrum_run_starts (KappaSpectrumRun *run,
                           const KappaPart *part,
                           const char *stream,
                           guint first,
                           guint n_vectors)
{
  double **vectors = g_new0 (double *, n_vectors);
  g_autofree double *flat = g_new (double, run->n);

  for (guint v = 0; v < n_vectors; v++)
    {
      g_autofree char *name = g_strdup_printf ("spectrum/%s/%u", stream, first + v);
      const KappaStream numbers = kappa_stream_init (run->seed, name);

      if (run->formula && first + v == 0)
        {
          g_autofree float *values = g_new (float, run->n);

          kappa_formula_fill ("", "lanczos", -1.0, 1.0, run->n, values);
          for (gsize i = 0; i < run->n; i++)
            flat[i] = values[i];
        }
      else
        kappa_stream_normals (&numbers, 0, run->n, flat);
      vectors[v] = g_new (double, part->size);
      kappa_part_gather (part, run->model, flat, vectors[v]);
    }
  return vectors;
}

void
kappa_spectrum_free_starts (double **vectors, guint n_vectors)
{
  for (guint v = 0; vectors != NULL && v < n_vectors; v++)
    g_free (vectors[v]);
  g_free (vectors);
}

static void
add_task (KappaSpectrumRun *run,
          const KappaPart *part,
          const KappaLanczosOptions *options,
          const char *name)
{
  KappaLockstepTask *task = &run->tasks[run->n_tasks++];

  task->part = part;
  task->lanczos = kappa_lanczos_new (options);
  task->journal = (KappaLanczosJournal) { .result = run->result, .name = g_strdup (name) };
  task->n_starts = kappa_lanczos_get_options (task->lanczos)->block;
  task->starts = kappa_spectrum_run_starts (run, part, "start", 0, task->n_starts);
}

static KappaLanczosOptions
part_options (const KappaSpectrumRun *run, const KappaPart *part)
{
  KappaLanczosOptions options
      = kappa_spectrum_run_options (run, part->size, run->top > 0, run->bottom > 0);

  options.block = 1;
  options.capacity = (guint)MIN (options.capacity, PART_SPARE);
  return options;
}

/* The whole network comes first. Verified values need none of it any more. */
static void
make_tasks (KappaSpectrumRun *run)
{
  const KappaLanczosOptions options
      = kappa_spectrum_run_options (run, run->n, run->top, run->bottom);

  run->tasks = g_new0 (KappaLockstepTask, 1 + (run->parts != NULL ? run->parts->len : 0));
  if (run->top + run->bottom == 0 || kappa_spectrum_is_verified (run))
    return;
  add_task (run, run->whole->pdata[0], &options, ".lanczos");
  for (guint i = 0; run->parts != NULL && i < run->parts->len; i++)
    {
      const KappaPart *part = run->parts->pdata[i];
      const KappaLanczosOptions own = part_options (run, part);
      g_autofree char *name = g_strdup_printf (".part-%u", i);

      add_task (run, part, &own, name);
    }
}

static gboolean
find_eigenvalues (KappaSpectrumRun *run, GError **error)
{
  const KappaLockstep lockstep = kappa_spectrum_run_lockstep (run, kappa_spectrum_publish, run);

  make_tasks (run);
  if (run->n_tasks == 0)
    return TRUE;
  if (!kappa_lockstep_run (&lockstep, run->tasks, run->n_tasks, error))
    return FALSE;
  kappa_spectrum_publish (run);
  if (!kappa_spectrum_verify (run, run->tasks[0].lanczos, error))
    return FALSE;
  for (guint t = 0; t < run->n_tasks; t++)
    kappa_lanczos_journal_forget (run->result, run->tasks[t].journal.name);
  return TRUE;
}

/* Products of all phases, if Lanczos takes as long as it usually does; one with a fold counts as
 * the part of the images that it is of. */
static double
predict_products (const KappaSpectrumRun *run)
{
  const guint n_values = run->top + run->bottom;
  const double usual = n_values > 0 ? 25.0 + 6.0 * n_values + 5.0 * run->block : 0.0;
  double products = MIN (usual, run->max_products) + n_values;

  if (run->parts != NULL && n_values > 0)
    products += 15.0 * run->parts->len;
  products += (double)run->n_probes * run->n_steps;
  return products + (run->n_folds > 0 ? 20.0 : 0.0);
}

static guint64
predict_own_memory (const KappaSpectrumRun *run)
{
  const KappaLanczosOptions options
      = kappa_spectrum_run_options (run, run->n, run->top, run->bottom);
  const KappaLanczosOptions probe
      = { .n = run->n, .capacity = run->n_steps + 1, .wide = run->wide };
  const guint width = MAX (kappa_lockstep_get_width (run->n), run->block);
  guint64 eigen = run->top + run->bottom > 0 ? kappa_lanczos_predict_memory (&options) : 0;

  for (guint i = 0; run->parts != NULL && i < run->parts->len; i++)
    {
      const KappaLanczosOptions own = part_options (run, run->parts->pdata[i]);

      eigen += kappa_lanczos_predict_memory (&own);
    }
  /* What is written down is in memory as well, with a byte for each number and its place. */
  return MAX (eigen, run->n_probes * kappa_lanczos_predict_memory (&probe)) * 17 / 8
         + (guint64)(3 * width + 2) * run->n * sizeof (double);
}

static gboolean
predict_memory (KappaSpectrumRun *run, guint64 *bytes, GError **error)
{
  const guint width = MAX (kappa_lockstep_get_width (run->n), run->block);
  const guint n_workers = kappa_workers_get_n (run->context->workers);
  const KappaBatchOptions options = { .n_classes = kappa_model_get_n_classes (run->model) };
  guint64 judge = 0;

  if (!kappa_curvature_get_cost (run->curvature, run->kind, width, n_workers, bytes, NULL, error))
    return FALSE;
  if (run->judge != run->curvature
      && !kappa_curvature_get_cost (run->judge, run->kind, width, n_workers, &judge, NULL, error))
    return FALSE;
  /* A program keeps its memory. */
  *bytes += judge + predict_own_memory (run)
            + kappa_batch_source_predict_memory (
                (guint)run->n_images, &kappa_model_get_preset (run->model)->preprocess, &options);
  return TRUE;
}

/* The matrix, and what its values are tried with in the end. */
static gboolean
make_curvatures (KappaAnalysis *analysis,
                 KappaSpectrumRun *run,
                 KappaBatchSource *batches,
                 GError **error)
{
  const double l2 = kappa_analysis_get_double (analysis, "l2");
  const gboolean same
      = run->wide || kappa_analysis_get_enum (analysis, "verify") == KAPPA_SPECTRUM_VERIFY_SAME
        || run->top + run->bottom == 0;

  run->curvature = kappa_curvature_new (run->model, batches,
                                        kappa_analysis_get_enum (analysis, "precision"), l2, error);
  run->judge = run->curvature;
  if (run->curvature != NULL && !same)
    run->judge = kappa_curvature_new (run->model, batches, KAPPA_PRECISION_FLOAT64, l2, error);
  return run->judge != NULL;
}

static char *
describe (KappaSpectrumRun *run)
{
  g_autofree char *text = kappa_curvature_describe (run->curvature);

  return g_strconcat (
      text,
      run->judge != run->curvature ? "; of single eigenvalues, the last products in float64" : "",
      NULL);
}

static gboolean
prepare (KappaSpectrumRun *run, KappaAnalysis *analysis, GError **error)
{
  g_autoptr (KappaBatchSource) batches
      = kappa_inputs_make_batches (run->inputs, "data", "model", TRUE, run->context, error);
  guint64 bytes;

  if (batches == NULL)
    return FALSE;
  run_init (run, analysis, kappa_batch_source_get_n (batches));
  if (!make_curvatures (analysis, run, batches, error) || !predict_memory (run, &bytes, error)
      || !kappa_memory_check (run->context, bytes, "spectrum", error))
    return FALSE;
  run->description = describe (run);
  run->folds = kappa_folds_new_of_batches (
      batches, MAX (run->n_folds, 1), kappa_analysis_get_enum (analysis, "fold-images"), run->seed);
  return TRUE;
}

/* The first two wanted vectors, one of each end where both were asked for. */
static gboolean
save_vectors (KappaSpectrumRun *run, const char *path, GError **error)
{
  const int second = run->top > 0 && run->bottom > 0 ? (int)run->top
                     : run->top + run->bottom > 1    ? 1
                                                     : -1;

  return *path == '\0'
         || kappa_spectrum_save_directions (run->result, run->model, 0, second, path, error);
}

/**
 * kappa_spectrum_run:
 * @given: open
 *
 * Computes what is missing in @result.
 */
gboolean
kappa_spectrum_run (KappaAnalysis *analysis,
                    KappaInputs *given,
                    KappaResult *result,
                    KappaContext *context,
                    GError **error)
{
  g_auto (KappaSpectrumRun) run = { .inputs = given, .result = result, .context = context };
  double computed;

  if (!prepare (&run, analysis, error))
    return FALSE;
  kappa_progress_start (context->progress, predict_products (&run) * (double)run.n_images,
                        "Spectrum");
  kappa_spectrum_declare (&run);
  if (!find_eigenvalues (&run, error)
      || !save_vectors (&run, kappa_analysis_get_string (analysis, "save-eigenvectors"), error)
      || !kappa_spectrum_add_density (&run, error) || !kappa_spectrum_add_folds (&run, error))
    return FALSE;
  kappa_spectrum_summarise (&run);
  /* How much it was is known in the end only. */
  computed = kappa_progress_get_state (context->progress).done;
  kappa_progress_start (context->progress, computed, "Spectrum");
  kappa_progress_set_done (context->progress, computed);
  return TRUE;
}

/* Returns: seconds that a product with an image takes; negative with the error */
static double
time_product (KappaSpectrumRun *run, KappaCurvature *curvature, gint64 n_images, GError **error)
{
  g_autofree double *vector = g_new0 (double, run->n);
  KappaLockstep lockstep = kappa_spectrum_run_lockstep (run, NULL, NULL);
  gint64 started = 0;

  lockstep.curvature = curvature;
  /* The first only warms up. */
  for (guint i = 0; i < 2; i++)
    {
      started = g_get_monotonic_time ();
      if (!kappa_lockstep_multiply (&lockstep, 1, &vector, error))
        return -1.0;
    }
  return (double)(g_get_monotonic_time () - started) * 1e-6 / (double)n_images;
}

/**
 * kappa_spectrum_estimate:
 *
 * Times products over a few images.
 */
gboolean
kappa_spectrum_estimate (KappaAnalysis *analysis,
                         KappaInputs *given,
                         KappaContext *context,
                         KappaEstimate *estimate,
                         GError **error)
{
  KappaContext quiet = *context;
  g_auto (KappaSpectrumRun) run = { .inputs = given, .context = &quiet };
  g_autoptr (KappaBatchSource) few
      = kappa_inputs_sample_batches (given, "data", "model", TRUE, 32, context, error);
  double each, last;

  if (few == NULL)
    return FALSE;
  quiet.progress = NULL;
  run_init (&run, analysis, kappa_selection_get_n (kappa_inputs_get_selection (given, "data", 0)));
  if (!make_curvatures (analysis, &run, few, error))
    return FALSE;
  each = last = time_product (&run, run.curvature, kappa_batch_source_get_n (few), error);
  if (each >= 0.0 && run.judge != run.curvature)
    last = time_product (&run, run.judge, kappa_batch_source_get_n (few), error);
  if (each < 0.0 || last < 0.0 || !predict_memory (&run, &estimate->bytes, error))
    return FALSE;
  estimate->unit = "products";
  estimate->units = predict_products (&run);
  estimate->seconds
      = (estimate->units * each + (run.top + run.bottom) * (last - each)) * (double)run.n_images;
  return TRUE;
}
