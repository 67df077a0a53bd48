#include "core/analysis/compatibility.h"

#include "core/analysis/compatibility-run.h"
#include "core/analysis/lanczos.h"
#include "core/analysis/memory.h"
#include "core/analysis/power.h"
#include "core/base/error.h"

#define IMAGES_TO_TIME 32
#define USUAL_PRODUCTS 150 /* of the tool's part, and again of the correct one */
#define PARTS_OF_TOOL  2.0 /* of the progress; every analysis beside it is one */

struct _KappaCompatibility
{
  KappaAnalysis parent_instance;
};

G_DEFINE_FINAL_TYPE (KappaCompatibility, kappa_compatibility, KAPPA_TYPE_ANALYSIS)

G_DEFINE_ENUM_TYPE (KappaTool,
                    kappa_tool,
                    G_DEFINE_ENUM_VALUE (KAPPA_TOOL_PYHESSIAN, "pyhessian"),
                    G_DEFINE_ENUM_VALUE (KAPPA_TOOL_LI2018, "li2018"),
                    G_DEFINE_ENUM_VALUE (KAPPA_TOOL_CURVLINOPS, "curvlinops"),
                    G_DEFINE_ENUM_VALUE (KAPPA_TOOL_PARK_KIM, "park-kim"))

static const KappaInputSpec inputs[] = {
  { "model", KAPPA_INPUT_MODEL, 1, 1, TRUE, "a trained network" },
  { "data", KAPPA_INPUT_DATASET, 1, 1, FALSE,
    "labelled images: cifar10:FILE, mnist:DIR, a folder or an .npz file" },
};

static const char *const tool_blurbs[] = {
  "PyHessian: power iteration and Hutchinson's estimator, both stopped when they change little",
  "Li et al. 2018: the sum over mini-batches, tensors of rank 1 left out, a tolerance of 10⁻²",
  "curvlinops, after Papyan: both ends to 10⁻², Hutchinson's estimator of all vectors",
  "Park and Kim: the largest eigenvalues of every mini-batch, its regulariser included",
};

static const KappaProperty tool_property = {
  .name = "tool",
  .type = KAPPA_PROPERTY_ENUM,
  .title = "Tool",
  .blurb = "whose rules to follow, quirks included",
  .unit = "",
  .fallback = "pyhessian",
  .enum_type = kappa_tool_get_type,
  .value_blurbs = tool_blurbs,
};

static const KappaProperty top_property = {
  .name = "top",
  .type = KAPPA_PROPERTY_INTEGER,
  .title = "Eigenvalues",
  .blurb = "how many of the largest PyHessian, or Park and Kim, are asked for",
  .unit = "",
  .fallback = "2",
  .minimum = 1.0,
  .maximum = 100.0,
};

static const KappaProperty batch_property = {
  .name = "batch",
  .type = KAPPA_PROPERTY_INTEGER,
  .title = "Mini-batch",
  .blurb = "images in a mini-batch of Li et al., or of Park and Kim",
  .unit = "",
  .fallback = "128",
  .minimum = 1.0,
  .maximum = 1e9,
};

static const KappaProperty probes_property = {
  .name = "probes",
  .type = KAPPA_PROPERTY_INTEGER,
  .title = "Random vectors",
  .blurb = "most of them for the trace of PyHessian, or all of them for that of curvlinops",
  .unit = "",
  .fallback = "100",
  .minimum = 1.0,
  .maximum = 10000.0,
};

static gboolean
is_iterating (KappaTool tool)
{
  return tool == KAPPA_TOOL_PYHESSIAN || tool == KAPPA_TOOL_PARK_KIM;
}

static gboolean
has_batches (KappaTool tool)
{
  return tool == KAPPA_TOOL_LI2018 || tool == KAPPA_TOOL_PARK_KIM;
}

static gboolean
kappa_compatibility_check (KappaAnalysis *analysis, KappaInputs *given, GError **error)
{
  KappaTool tool = kappa_analysis_get_enum (analysis, "tool");
  const char *fault = NULL;

  if (kappa_analysis_get_enum (analysis, "precision") == KAPPA_PRECISION_BFLOAT16)
    fault = "precision: eigenvalues take derivatives; choose float32 or float64";
  else if (!is_iterating (tool) && !kappa_analysis_is_default (analysis, "top"))
    fault = "top: this tool finds the two ends of the spectrum only";
  else if (!has_batches (tool) && !kappa_analysis_is_default (analysis, "batch"))
    fault = "batch: this tool takes the mean over all images";
  else if (!kappa_compatibility_has_trace (tool) && !kappa_analysis_is_default (analysis, "probes"))
    fault = "probes: this tool estimates no trace";
  if (fault != NULL)
    g_set_error_literal (error, KAPPA_ERROR, KAPPA_ERROR_USAGE, fault);
  return fault == NULL;
}

static void
run_clear (KappaCompatibilityRun *run)
{
  g_clear_pointer (&run->curvature, kappa_curvature_free);
  g_clear_pointer (&run->description, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (KappaCompatibilityRun, run_clear)

static gboolean
prepare (KappaCompatibilityRun *run, KappaBatchSource *batches, GError **error)
{
  KappaTool tool = kappa_analysis_get_enum (run->analysis, "tool");

  run->tool = tool;
  run->top = is_iterating (tool) ? (guint)kappa_analysis_get_integer (run->analysis, "top") : 1;
  run->batch = kappa_analysis_get_integer (run->analysis, "batch");
  run->probes = (guint)kappa_analysis_get_integer (run->analysis, "probes");
  run->seed = (guint64)kappa_analysis_get_integer (run->analysis, "seed");
  run->model = kappa_inputs_get_model (run->inputs, "model", 0);
  run->n = kappa_model_get_parameters_size (run->model);
  run->n_images = kappa_batch_source_get_n (batches);
  run->curvature = kappa_curvature_new (run->model, batches,
                                        kappa_analysis_get_enum (run->analysis, "precision"),
                                        kappa_analysis_get_double (run->analysis, "l2"), error);
  if (run->curvature == NULL)
    return FALSE;
  run->description = kappa_curvature_describe (run->curvature);
  return TRUE;
}

static gboolean
predict_memory (KappaCompatibilityRun *run, guint64 *bytes, GError **error)
{
  const KappaLanczosOptions options = { .n = run->n,
                                        .top = 1,
                                        .bottom = 1,
                                        .block = 1,
                                        .capacity = kappa_lanczos_default_capacity (run->n, 2, 1),
                                        .wide = TRUE };

  if (!kappa_curvature_get_cost (run->curvature, KAPPA_CURVATURE_HESSIAN, 1,
                                 kappa_workers_get_n (run->context->workers), bytes, NULL, error))
    return FALSE;
  if (is_iterating (run->tool))
    *bytes += 4 * kappa_power_get_state_size (run->n, run->top) * sizeof (double);
  else
    *bytes += 2 * kappa_lanczos_predict_memory (&options);
  return TRUE;
}

static gboolean
kappa_compatibility_estimate (KappaAnalysis *analysis,
                              KappaInputs *given,
                              KappaContext *context,
                              KappaEstimate *estimate,
                              GError **error)
{
  gint64 n = kappa_selection_get_n (kappa_inputs_get_selection (given, "data", 0)), started = 0;
  KappaContext quiet = *context;
  g_auto (KappaCompatibilityRun) run = { .analysis = analysis, .inputs = given, .context = &quiet };
  g_autoptr (KappaBatchSource) few
      = kappa_inputs_sample_batches (given, "data", "model", TRUE, IMAGES_TO_TIME, context, error);
  g_autofree double *vector = NULL;

  quiet.progress = NULL;
  if (few == NULL || !prepare (&run, few, error) || !predict_memory (&run, &estimate->bytes, error))
    return FALSE;
  vector = g_new0 (double, run.n);
  for (guint pass = 0; pass < 2; pass++)
    {
      started = g_get_monotonic_time ();
      if (!kappa_curvature_multiply (run.curvature, KAPPA_CURVATURE_HESSIAN, NULL, 1,
                                     (const double *const *)&vector, &vector, &quiet, error))
        return FALSE;
    }
  estimate->units = 2.0 * USUAL_PRODUCTS;
  estimate->unit = "products";
  estimate->seconds = (double)(g_get_monotonic_time () - started) * 1e-6 * (double)n
                      / (double)run.n_images * estimate->units;
  return TRUE;
}

static gboolean
kappa_compatibility_run (KappaAnalysis *analysis,
                         KappaInputs *given,
                         KappaResult *result,
                         KappaContext *context,
                         GError **error)
{
  g_auto (KappaCompatibilityRun) run
      = { .analysis = analysis, .inputs = given, .result = result, .context = context };
  g_autoptr (KappaBatchSource) batches
      = kappa_inputs_make_batches (given, "data", "model", TRUE, context, error);
  gboolean done;
  guint64 bytes;

  if (batches == NULL || !prepare (&run, batches, error) || !predict_memory (&run, &bytes, error)
      || !kappa_memory_check (context, bytes, "compatibility", error))
    return FALSE;
  kappa_progress_start (context->progress,
                        PARTS_OF_TOOL + 1.0 + kappa_compatibility_has_trace (run.tool),
                        "Compatibility");
  kappa_progress_begin_part (context->progress, PARTS_OF_TOOL, "The tool's rules");
  kappa_progress_start (context->progress, (double)run.n_images * USUAL_PRODUCTS, "products");
  done = kappa_compatibility_follow (&run, error);
  kappa_progress_end_part (context->progress);
  return done && kappa_compatibility_compare (&run, error);
}

static void
kappa_compatibility_class_init (KappaCompatibilityClass *klass)
{
  static const KappaProperty *const table[] = {
    &tool_property,
    &top_property,
    &batch_property,
    &probes_property,
    &kappa_property_precision,
    &kappa_property_seed,
    &kappa_property_l2,
  };
  KappaAnalysisClass *analysis_class = KAPPA_ANALYSIS_CLASS (klass);

  analysis_class->name = "compatibility";
  analysis_class->title = "Compatibility";
  analysis_class->summary = "What another tool would print for this network, by its own rules, "
                            "beside the correct value.";
  analysis_class->reading = (KappaReading) {
    .axes = "Every row is one quantity: the number by the tool's rules, the correct number, and "
            "how far the one is off as a part of the other.",
    .typical = "PyHessian's largest eigenvalue is right to a part in a thousand, its second to one "
               "in a hundred, its trace to about a tenth. Li et al. multiply eigenvalues by the "
               "number of mini-batches.",
    .misleads
    = "Random vectors are drawn by this program, not by the tool: the rules are the same, "
      "the digits beyond what they guarantee are not.",
    .source = "Z. Yao, A. Gholami et al.: PyHessian, 2020. H. Li et al., NeurIPS 2018. V. Papyan, "
              "JMLR 21 (2020). N. Park, S. Kim, ICLR 2022.",
  };
  analysis_class->inputs = inputs;
  analysis_class->n_inputs = G_N_ELEMENTS (inputs);
  analysis_class->check = kappa_compatibility_check;
  analysis_class->estimate = kappa_compatibility_estimate;
  analysis_class->run = kappa_compatibility_run;
  kappa_analysis_class_declare (analysis_class, table, G_N_ELEMENTS (table));
}

static void
kappa_compatibility_init (KappaCompatibility *self)
{
}
