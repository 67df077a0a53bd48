#include "core/analysis/activity.h"

#include "core/analysis/activity-run.h"
#include "core/analysis/folds.h"
#include "core/analysis/memory.h"
#include "core/analysis/objective.h"
#include "core/base/error.h"

#define IMAGES_TO_TIME 64

struct _KappaActivity
{
  KappaAnalysis parent_instance;
};

G_DEFINE_FINAL_TYPE (KappaActivity, kappa_activity, KAPPA_TYPE_ANALYSIS)

G_DEFINE_ENUM_TYPE (KappaActive,
                    kappa_active,
                    G_DEFINE_ENUM_VALUE (KAPPA_ACTIVE_POSITIVE, "positive"),
                    G_DEFINE_ENUM_VALUE (KAPPA_ACTIVE_MAGNITUDE, "magnitude"),
                    G_DEFINE_ENUM_VALUE (KAPPA_ACTIVE_SLOPE, "slope"))

static const KappaInputSpec inputs[] = {
  { "model", KAPPA_INPUT_MODEL, 1, 1, TRUE, "a trained network" },
  { "data", KAPPA_INPUT_DATASET, 1, 1, FALSE,
    "images, labelled or not: cifar10:FILE, mnist:DIR, a folder or an .npz file" },
};

static const char *const active_blurbs[] = {
  "its activation is above 0",
  "the size of its activation is above a quantile of those of the whole network",
  "the derivative of the activation function there is above --slope: what gradients pass through",
};

static const KappaProperty active_property = {
  .name = "active",
  .type = KAPPA_PROPERTY_ENUM,
  .title = "Active means",
  .blurb = "when a neuron counts as active",
  .unit = "",
  .fallback = "positive",
  .enum_type = kappa_active_get_type,
  .value_blurbs = active_blurbs,
};

static const KappaProperty quantile_property = {
  .name = "quantile",
  .type = KAPPA_PROPERTY_DOUBLE,
  .title = "Quantile",
  .blurb = "of the sizes of all activations, for active = magnitude",
  .unit = "",
  .fallback = "0.9",
  .minimum = 0.0,
  .maximum = 1.0,
};

static const KappaProperty slope_property = {
  .name = "slope",
  .type = KAPPA_PROPERTY_DOUBLE,
  .title = "Slope",
  .blurb = "least derivative of the activation function, for active = slope",
  .unit = "",
  .fallback = "0.1",
  .minimum = -1.0,
  .maximum = 2.0,
};

static gboolean
refuse (GError **error, const char *message)
{
  g_set_error_literal (error, KAPPA_ERROR, KAPPA_ERROR_USAGE, message);
  return FALSE;
}

static gboolean
kappa_activity_check (KappaAnalysis *analysis, KappaInputs *given, GError **error)
{
  KappaActive active = kappa_analysis_get_enum (analysis, "active");

  if (kappa_analysis_get_enum (analysis, "precision") == KAPPA_PRECISION_BFLOAT16)
    return refuse (error, "precision: distances to kinks need more digits than bfloat16 has; "
                          "choose float32 or float64");
  if (active != KAPPA_ACTIVE_MAGNITUDE && !kappa_analysis_is_default (analysis, "quantile"))
    return refuse (error, "quantile: it is for active = magnitude only");
  if (active != KAPPA_ACTIVE_SLOPE && !kappa_analysis_is_default (analysis, "slope"))
    return refuse (error, "slope: it is for active = slope only");
  if (kappa_analysis_get_integer (analysis, "folds") == 1)
    return refuse (error, "folds: one fold is all images, and shows no spread; set it to 2 or "
                          "more, or to 0");
  return TRUE;
}

static gboolean
kappa_activity_estimate (KappaAnalysis *analysis,
                         KappaInputs *given,
                         KappaContext *context,
                         KappaEstimate *estimate,
                         GError **error)
{
  gint64 n = kappa_selection_get_n (kappa_inputs_get_selection (given, "data", 0)), started = 0;
  g_autoptr (KappaBatchSource) few
      = kappa_inputs_sample_batches (given, "data", "model", FALSE, IMAGES_TO_TIME, context, error);
  g_autoptr (KappaActivityCounter) counter
      = few != NULL
            ? kappa_activity_counter_new (kappa_inputs_get_model (given, "model", 0), few,
                                          kappa_analysis_get_enum (analysis, "precision"), error)
            : NULL;
  KappaContext quiet = *context;

  quiet.progress = NULL;
  for (guint pass = 0; pass < 2; pass++)
    {
      started = g_get_monotonic_time ();
      if (counter == NULL
          || !kappa_activity_counter_run (counter, 0, kappa_batch_source_get_n (few), &quiet,
                                          error))
        return FALSE;
    }
  *estimate = (KappaEstimate) {
    .seconds = (double)(g_get_monotonic_time () - started) * 1e-6 * (double)n
               / (double)kappa_batch_source_get_n (few),
    .bytes = kappa_activity_counter_get_memory (counter, n, kappa_workers_get_n (context->workers)),
    .units = (double)n,
    .unit = "images",
  };
  return TRUE;
}

/* The quantile that a run which was interrupted had found, or found now. */
static gboolean
get_quantile (KappaAnalysis *analysis, KappaActivityRun *run, double *threshold, GError **error)
{
  double quantile = kappa_analysis_get_double (analysis, "quantile");
  g_autoptr (KappaScalar) known = kappa_result_dup_scalar (run->result, "threshold");
  g_autofree char *text = NULL;
  gint64 n;

  if (known != NULL)
    {
      *threshold = known->value;
      return TRUE;
    }
  if (!kappa_activity_counter_find_quantile (run->counter, quantile, run->context, threshold, &n,
                                             error))
    return FALSE;
  text = g_strdup_printf ("the %g quantile of |a| of all neurons of all layers, on "
                          "%" G_GINT64_FORMAT " of the images, spread evenly over all",
                          quantile, n);
  kappa_result_set_scalar (run->result, "threshold", *threshold, "", KAPPA_CERTAINTY_EXACT, text);
  return TRUE;
}

static gboolean
set_rule (KappaAnalysis *analysis, KappaActivityRun *run, GError **error)
{
  KappaActive active = kappa_analysis_get_enum (analysis, "active");
  double threshold = kappa_analysis_get_double (analysis, "slope");

  if (active == KAPPA_ACTIVE_MAGNITUDE && !get_quantile (analysis, run, &threshold, error))
    return FALSE;
  if (active == KAPPA_ACTIVE_POSITIVE)
    run->rule = g_strdup ("active meaning a > 0");
  else if (active == KAPPA_ACTIVE_SLOPE)
    run->rule = g_strdup_printf (
        "active meaning that the derivative of the activation function is above %g", threshold);
  else
    run->rule = g_strdup_printf ("active meaning |a| > %g, the %g quantile of the network",
                                 threshold, kappa_analysis_get_double (analysis, "quantile"));
  return kappa_activity_counter_set_rule (run->counter, active, threshold, error);
}

static void
run_clear (KappaActivityRun *run)
{
  g_clear_pointer (&run->counter, kappa_activity_counter_free);
  g_clear_pointer (&run->folds, kappa_folds_free);
  g_clear_pointer (&run->rule, g_free);
  g_clear_pointer (&run->description, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (KappaActivityRun, run_clear)

static gboolean
prepare (KappaAnalysis *analysis, KappaInputs *given, KappaActivityRun *run, GError **error)
{
  KappaPrecision precision = kappa_analysis_get_enum (analysis, "precision");
  const gint64 n_folds = kappa_analysis_get_integer (analysis, "folds");
  g_autoptr (KappaBatchSource) batches
      = kappa_inputs_make_batches (given, "data", "model", FALSE, run->context, error);

  if (batches == NULL)
    return FALSE;
  run->model = kappa_inputs_get_model (given, "model", 0);
  run->n_images = kappa_batch_source_get_n (batches);
  run->counter = kappa_activity_counter_new (run->model, batches, precision, error);
  if (run->counter == NULL)
    return FALSE;
  if (n_folds > run->n_images)
    {
      g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE,
                   "folds: there are only %" G_GINT64_FORMAT " images", run->n_images);
      return FALSE;
    }
  if (n_folds > 0)
    run->folds = kappa_folds_new_of_batches (
        batches, (guint)n_folds, kappa_analysis_get_enum (analysis, "fold-images"),
        (guint64)kappa_analysis_get_integer (analysis, "seed"));
  run->description = kappa_objective_describe_settings (batches, precision, 0.0);
  return kappa_memory_check (
             run->context,
             kappa_activity_counter_get_memory (run->counter, run->n_images,
                                                kappa_workers_get_n (run->context->workers)),
             "activity", error)
         && set_rule (analysis, run, error);
}

static gboolean
kappa_activity_run (KappaAnalysis *analysis,
                    KappaInputs *given,
                    KappaResult *result,
                    KappaContext *context,
                    GError **error)
{
  g_auto (KappaActivityRun) run = { .result = result, .context = context };

  if (!prepare (analysis, given, &run, error))
    return FALSE;
  kappa_activity_declare (&run);
  kappa_progress_start (context->progress,
                        (double)(run.n_images - kappa_activity_count_done (&run)), "Images");
  if (!kappa_activity_compute (&run, error))
    return FALSE;
  kappa_activity_summarise (&run);
  return TRUE;
}

static void
kappa_activity_class_init (KappaActivityClass *klass)
{
  static const KappaProperty *const table[] = {
    &active_property,      &quantile_property,          &slope_property,
    &kappa_property_folds, &kappa_property_fold_images, &kappa_property_precision,
    &kappa_property_seed,
  };
  KappaAnalysisClass *analysis_class = KAPPA_ANALYSIS_CLASS (klass);

  analysis_class->name = "activity";
  analysis_class->title = "Neuron activity";
  analysis_class->summary = "Which share of the neurons is active, by layer, unit and token; dead "
                            "and saturated units; distance to the nearest kink.";
  analysis_class->reading = (KappaReading) {
    .axes = "Layers follow each other as they are computed. A bar is the share of a layer's "
            "neurons that are active, over all images and positions; in the map a row is a layer "
            "and a cell one of its units.",
    .typical = "Half of the neurons of a ResNet are active, with a fifth in the layers before an "
               "addition; in the MLPs of vision transformers it is a tenth or less. A few dead "
               "units are common.",
    .misleads
    = "A unit that is dead on these images need not be dead on others. A share depends on "
      "what counts as active: after a GELU, values just below 0 are not nothing. Wide "
      "early layers outweigh the others in the share of the whole network.",
    .source = "Active neurons: X. Chen, C.-J. Hsieh, B. Gong, ICLR 2022; Z. Li et al.: The lazy "
              "neuron phenomenon, ICLR 2023.",
  };
  analysis_class->inputs = inputs;
  analysis_class->n_inputs = G_N_ELEMENTS (inputs);
  analysis_class->seed_draws_images = TRUE;
  analysis_class->check = kappa_activity_check;
  analysis_class->estimate = kappa_activity_estimate;
  analysis_class->run = kappa_activity_run;
  kappa_analysis_class_declare (analysis_class, table, G_N_ELEMENTS (table));
}

static void
kappa_activity_init (KappaActivity *self)
{
}
