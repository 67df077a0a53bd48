#include "core/analysis/sharpness.h"

#include <float.h>
#include <math.h>

#include "core/analysis/folds.h"
#include "core/analysis/memory.h"
#include "core/analysis/sharpness-run.h"
#include "core/base/error.h"

#define IMAGES_TO_TIME 32

struct _KappaSharpness
{
  KappaAnalysis parent_instance;
};

G_DEFINE_FINAL_TYPE (KappaSharpness, kappa_sharpness, KAPPA_TYPE_ANALYSIS)

static const KappaInputSpec inputs[] = {
  { "model", KAPPA_INPUT_MODEL, 1, 1, TRUE, "a trained network" },
  { "data", KAPPA_INPUT_DATASET, 1, 1, FALSE,
    "labelled images: cifar10:FILE, mnist:DIR, a folder or an .npz file" },
};

static const char *const ball_blurbs[] = {
  "perturbations of Euclidean length ρ at most",
  "perturbations of ρ at most in every coordinate",
};

const KappaProperty kappa_property_rho = {
  .name = "rho",
  .type = KAPPA_PROPERTY_DOUBLE,
  .title = "Radius ρ",
  .blurb = "how far the worst perturbation of the weights may go",
  .unit = "",
  .fallback = "0.05",
  .minimum = 0.0,
  .maximum = 1e6,
  .flags = KAPPA_PROPERTY_ABOVE_MINIMUM,
};

static const KappaProperty ball_property = {
  .name = "ball",
  .type = KAPPA_PROPERTY_ENUM,
  .title = "Ball",
  .blurb = "how the length of a perturbation is measured",
  .unit = "",
  .fallback = "l2",
  .enum_type = kappa_ball_get_type,
  .value_blurbs = ball_blurbs,
};

static const KappaProperty adaptive_property = {
  .name = "adaptive",
  .type = KAPPA_PROPERTY_BOOLEAN,
  .title = "Adaptive",
  .blurb
  = "measure every coordinate, also of the random perturbations, in units of the size |w| of "
    "its weight, so that rescaling the weights changes nothing",
  .unit = "",
  .fallback = "false",
};

static const KappaProperty steps_property = {
  .name = "steps",
  .type = KAPPA_PROPERTY_INTEGER,
  .title = "Ascent steps",
  .blurb = "steps of the search for the worst perturbation, a gradient each; 0 to leave it",
  .unit = "",
  .fallback = "20",
  .minimum = 0.0,
  .maximum = 10000.0,
};

static const KappaProperty m_property = {
  .name = "m",
  .type = KAPPA_PROPERTY_INTEGER,
  .title = "Images per batch (m)",
  .blurb = "compute m-sharpness as well: every batch of m images has a worst perturbation of its "
           "own; 0 to leave it",
  .unit = "",
  .fallback = "0",
  .minimum = 0.0,
  .maximum = 1e9,
};

const KappaProperty kappa_property_sigma = {
  .name = "sigma",
  .type = KAPPA_PROPERTY_DOUBLE,
  .title = "Noise σ",
  .blurb = "standard deviation of every coordinate of the random perturbations; their length is "
           "about σ·√n for n weights",
  .unit = "",
  .fallback = "0.01",
  .minimum = 0.0,
  .maximum = 1e6,
  .flags = KAPPA_PROPERTY_ABOVE_MINIMUM,
};

const KappaProperty kappa_property_draws = {
  .name = "draws",
  .type = KAPPA_PROPERTY_INTEGER,
  .title = "Random perturbations",
  .blurb = "how many of them the average flatness is averaged over; 0 to leave it",
  .unit = "",
  .fallback = "20",
  .minimum = 0.0,
  .maximum = 100000.0,
};

/**
 * kappa_sharpness_settings:
 * @settings: (out): the parameters of @analysis
 */
void
kappa_sharpness_settings (KappaAnalysis *analysis, KappaSharpnessSettings *settings)
{
  *settings = (KappaSharpnessSettings) {
    .ball = kappa_analysis_get_enum (analysis, "ball"),
    .rho = kappa_analysis_get_double (analysis, "rho"),
    .adaptive = kappa_analysis_get_boolean (analysis, "adaptive"),
    .steps = (guint)kappa_analysis_get_integer (analysis, "steps"),
    .m = kappa_analysis_get_integer (analysis, "m"),
    .folds = (guint)kappa_analysis_get_integer (analysis, "folds"),
    .fold_images = kappa_analysis_get_enum (analysis, "fold-images"),
    .sigma = kappa_analysis_get_double (analysis, "sigma"),
    .draws = (guint)kappa_analysis_get_integer (analysis, "draws"),
    .seed = (guint64)kappa_analysis_get_integer (analysis, "seed"),
    .epsilon = kappa_analysis_get_enum (analysis, "precision") == KAPPA_PRECISION_FLOAT64
                   ? DBL_EPSILON
                   : FLT_EPSILON,
  };
}

static gboolean
kappa_sharpness_check (KappaAnalysis *analysis, KappaInputs *given, GError **error)
{
  if (kappa_analysis_get_enum (analysis, "precision") != KAPPA_PRECISION_BFLOAT16)
    {
      if (kappa_analysis_get_integer (analysis, "folds") != 1)
        return TRUE;
      g_set_error_literal (error, KAPPA_ERROR, KAPPA_ERROR_USAGE,
                           "folds: one fold is all images, and shows no spread; set it to 2 or "
                           "more, or to 0");
      return FALSE;
    }
  g_set_error_literal (error, KAPPA_ERROR, KAPPA_ERROR_USAGE,
                       "precision: sharpness is a small difference of losses and takes gradients; "
                       "choose float32 or float64");
  return FALSE;
}

static gboolean
open_functions (KappaAnalysis *analysis,
                KappaInputs *given,
                KappaBatchSource *batches,
                KappaSharpnessRun *run,
                GError **error)
{
  KappaModel *model = kappa_inputs_get_model (given, "model", 0);
  KappaPrecision precision = kappa_analysis_get_enum (analysis, "precision");
  double l2 = kappa_analysis_get_double (analysis, "l2");

  kappa_sharpness_settings (analysis, &run->settings);
  run->n = kappa_model_get_parameters_size (model);
  run->n_images = kappa_batch_source_get_n (batches);
  run->curvature = kappa_curvature_new (model, batches, precision, l2, error);
  if (run->curvature == NULL)
    return FALSE;
  run->objective = kappa_objective_new (model, batches, precision, l2, error);
  run->weights = kappa_model_get_parameters_wide (model, error);
  return run->objective != NULL && run->weights != NULL;
}

static void
run_clear (KappaSharpnessRun *run)
{
  g_clear_pointer (&run->curvature, kappa_curvature_free);
  g_clear_pointer (&run->objective, kappa_objective_free);
  g_clear_pointer (&run->scale, g_free);
  g_clear_pointer (&run->point, g_free);
  g_clear_pointer (&run->gradient, g_free);
  g_clear_pointer (&run->description, g_free);
  g_clear_pointer (&run->folds, kappa_folds_free);
  g_clear_pointer (&run->batches, kappa_folds_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (KappaSharpnessRun, run_clear)

static gboolean
predict_memory (KappaSharpnessRun *run,
                gint64 n_images,
                guint n_workers,
                guint64 *bytes,
                GError **error)
{
  guint64 gradient;

  if (!kappa_curvature_get_cost (run->curvature, KAPPA_CURVATURE_HESSIAN, 0, n_workers, &gradient,
                                 NULL, error))
    return FALSE;
  *bytes = gradient + kappa_objective_get_memory (run->objective, n_images, n_workers)
           + kappa_sharpness_get_memory (&run->settings, run->n);
  return TRUE;
}

static gboolean
kappa_sharpness_estimate (KappaAnalysis *analysis,
                          KappaInputs *given,
                          KappaContext *context,
                          KappaEstimate *estimate,
                          GError **error)
{
  gint64 n = kappa_selection_get_n (kappa_inputs_get_selection (given, "data", 0));
  g_autoptr (KappaBatchSource) few
      = kappa_inputs_sample_batches (given, "data", "model", TRUE, IMAGES_TO_TIME, context, error);
  g_auto (KappaSharpnessRun) run = { 0 };
  g_autofree double *gradient = NULL;
  KappaContext quiet = *context;
  gint64 started;

  quiet.progress = NULL;
  if (few == NULL || !open_functions (analysis, given, few, &run, error)
      || !predict_memory (&run, n, kappa_workers_get_n (context->workers), &estimate->bytes, error))
    return FALSE;
  gradient = g_new (double, run.n);
  for (guint pass = 0; pass < 2; pass++)
    {
      started = g_get_monotonic_time ();
      if (!kappa_curvature_differentiate (run.curvature, NULL, &quiet, NULL, gradient, error))
        return FALSE;
    }
  estimate->units = kappa_sharpness_count_images (&run.settings, NULL, n);
  estimate->unit = "images";
  estimate->seconds
      = (double)(g_get_monotonic_time () - started) * 1e-6 / (double)run.n_images * estimate->units;
  return TRUE;
}

static gboolean
kappa_sharpness_run (KappaAnalysis *analysis,
                     KappaInputs *given,
                     KappaResult *result,
                     KappaContext *context,
                     GError **error)
{
  g_autoptr (KappaBatchSource) batches
      = kappa_inputs_make_batches (given, "data", "model", TRUE, context, error);
  g_auto (KappaSharpnessRun) run = { .result = result, .context = context };
  guint64 bytes;

  if (batches == NULL || !open_functions (analysis, given, batches, &run, error)
      || !predict_memory (&run, run.n_images, kappa_workers_get_n (context->workers), &bytes, error)
      || !kappa_memory_check (context, bytes, "sharpness", error))
    return FALSE;
  if (run.settings.folds > run.n_images || run.settings.m > run.n_images)
    {
      g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE,
                   "%s: there are only %" G_GINT64_FORMAT " images",
                   run.settings.m > run.n_images ? "m" : "folds", run.n_images);
      return FALSE;
    }
  run.point = g_new (double, run.n);
  run.gradient = g_new (double, run.n);
  run.scale = run.settings.adaptive ? g_new (double, run.n) : NULL;
  for (gsize i = 0; run.scale != NULL && i < run.n; i++)
    run.scale[i] = fabs (run.weights[i]);
  run.description = kappa_curvature_describe (run.curvature);
  run.folds = kappa_folds_new_of_batches (batches, MAX (1, run.settings.folds),
                                          run.settings.fold_images, run.settings.seed);
  if (run.settings.m > 0)
    run.batches = kappa_folds_new_of_size (run.n_images, run.settings.m, run.settings.fold_images,
                                           run.settings.seed);
  kappa_progress_start (context->progress,
                        kappa_sharpness_count_images (&run.settings, result, run.n_images),
                        "Sharpness");
  if (!kappa_sharpness_compute (&run, error))
    return FALSE;
  kappa_sharpness_summarise (&run);
  return TRUE;
}

static void
kappa_sharpness_class_init (KappaSharpnessClass *klass)
{
  static const KappaProperty *const table[] = {
    &kappa_property_rho,       &ball_property,        &adaptive_property,
    &steps_property,           &m_property,           &kappa_property_sigma,
    &kappa_property_draws,     &kappa_property_folds, &kappa_property_fold_images,
    &kappa_property_precision, &kappa_property_seed,  &kappa_property_l2,
  };
  KappaAnalysisClass *analysis_class = KAPPA_ANALYSIS_CLASS (klass);

  analysis_class->name = "sharpness";
  analysis_class->title = "Sharpness";
  analysis_class->summary = "How much the loss grows at worst and on average when the weights are "
                            "perturbed a little.";
  analysis_class->reading = (KappaReading) {
    .axes = "The curve is the loss along the search for the worst perturbation: it begins at the "
            "checkpoint and should have become flat at the end. Points are losses under random "
            "perturbations, each of length about σ·√n.",
    .typical = "With ρ = 0.05 the loss of a network trained by SGD typically grows by 0.01 to 1 "
               "nat, that of one trained with SAM by a tenth of that. One step finds most of what "
               "twenty find.",
    .misleads
    = "Sharpness depends on ρ, on how weights are scaled (except the adaptive kind) and on the "
      "images; batches of m images give larger values than all images together, so numbers are "
      "comparable only with the same m. Every maximum found is a lower bound. Random "
      "perturbations of σ per coordinate are √n times σ long, far longer than the worst ones.",
    .source
    = "P. Foret et al.: Sharpness-aware minimization, ICLR 2021. J. Kwon et al.: ASAM, ICML "
      "2021. F. Croce, M. Hein, ICML 2020 (the ascent). M. Andriushchenko et al., ICML "
      "2023 (m-sharpness, adaptive balls). X. Chen et al., ICLR 2022 (average flatness).",
  };
  analysis_class->inputs = inputs;
  analysis_class->n_inputs = G_N_ELEMENTS (inputs);
  analysis_class->check = kappa_sharpness_check;
  analysis_class->estimate = kappa_sharpness_estimate;
  analysis_class->run = kappa_sharpness_run;
  kappa_analysis_class_declare (analysis_class, table, G_N_ELEMENTS (table));
}

static void
kappa_sharpness_init (KappaSharpness *self)
{
}
