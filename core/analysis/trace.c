#include "core/analysis/trace.h"

#include "core/analysis/memory.h"
#include "core/analysis/parts.h"
#include "core/analysis/trace-run.h"
#include "core/base/error.h"

#define IMAGES_TO_TIME 4

struct _KappaTrace
{
  KappaAnalysis parent_instance;
};

G_DEFINE_FINAL_TYPE (KappaTrace, kappa_trace, KAPPA_TYPE_ANALYSIS)

G_DEFINE_ENUM_TYPE (KappaTraceMethod,
                    kappa_trace_method,
                    G_DEFINE_ENUM_VALUE (KAPPA_TRACE_AUTO, "auto"),
                    G_DEFINE_ENUM_VALUE (KAPPA_TRACE_EXACT, "exact"),
                    G_DEFINE_ENUM_VALUE (KAPPA_TRACE_DIFFERENCE, "difference"),
                    G_DEFINE_ENUM_VALUE (KAPPA_TRACE_XTRACE, "xtrace"),
                    G_DEFINE_ENUM_VALUE (KAPPA_TRACE_HUTCHINSON, "hutchinson"))

static const KappaInputSpec inputs[] = {
  { "model", KAPPA_INPUT_MODEL, 1, 1, TRUE, "a trained network" },
  { "data", KAPPA_INPUT_DATASET, 1, 1, FALSE,
    "the images: cifar10:FILE, mnist:DIR, a folder or an .npz file" },
};

static const char *const operator_blurbs[] = {
  "the matrix of second derivatives",
  "the part of it that second derivatives of the network have no share in; never negative",
};

static const char *const method_blurbs[] = {
  "exact wherever that is possible and costs no more than an estimate",
  "a backward pass for each class but one; no estimator, no noise",
  "the Gauss-Newton part exact, the rest by XTrace",
  "XTrace on the whole matrix",
  "Hutchinson's estimator with random signs, as most tools have it: for comparison",
};

static const KappaProperty operator_property = {
  .name = "operator",
  .type = KAPPA_PROPERTY_ENUM,
  .title = "Matrix",
  .blurb = "whose trace",
  .unit = "",
  .fallback = "hessian",
  .enum_type = kappa_curvature_kind_get_type,
  .value_blurbs = operator_blurbs,
};

static const KappaProperty method_property = {
  .name = "method",
  .type = KAPPA_PROPERTY_ENUM,
  .title = "Method",
  .blurb = "how the trace is found",
  .unit = "",
  .fallback = "auto",
  .enum_type = kappa_trace_method_get_type,
  .value_blurbs = method_blurbs,
};

static const KappaProperty probes_property = {
  .name = "probes",
  .type = KAPPA_PROPERTY_INTEGER,
  .title = "Products",
  .blurb = "how many vectors an estimate multiplies with the matrix of each fold",
  .unit = "",
  .fallback = "60",
  .minimum = 4.0,
  .maximum = 10000.0,
};

static const char *const per_blurbs[] = {
  "every tensor for itself",
  "weight and bias of a layer together",
  "all layers of a block together; what lies before the first block is the stem, what lies behind "
  "the last one the head",
};

static const KappaProperty per_property = {
  .name = "per",
  .type = KAPPA_PROPERTY_ENUM,
  .title = "Parts",
  .blurb = "the finest parts that get a table of their own; coarser ones get theirs as well",
  .unit = "",
  .fallback = "tensor",
  .enum_type = kappa_per_get_type,
  .value_blurbs = per_blurbs,
};

static gboolean
kappa_trace_check (KappaAnalysis *analysis, KappaInputs *given, GError **error)
{
  KappaTraceMethod method = kappa_analysis_get_enum (analysis, "method");
  const char *fault = NULL;

  if (method == KAPPA_TRACE_EXACT && !kappa_analysis_is_default (analysis, "probes"))
    fault = "probes: the exact trace needs none";
  if (method == KAPPA_TRACE_DIFFERENCE
      && kappa_analysis_get_enum (analysis, "operator") == KAPPA_CURVATURE_GAUSS_NEWTON)
    fault = "method: the difference from the Gauss-Newton matrix is nothing for that matrix itself";
  if (fault != NULL)
    g_set_error_literal (error, KAPPA_ERROR, KAPPA_ERROR_USAGE, fault);
  return fault == NULL;
}

/* Seconds that a multiply-add takes, from a gradient. */
static gboolean
time_one (KappaAnalysis *analysis,
          KappaModel *model,
          KappaBatchSource *few,
          KappaContext *context,
          double *seconds,
          GError **error)
{
  KappaContext quiet = *context;
  g_autoptr (KappaCurvature) curvature = kappa_curvature_new (
      model, few, kappa_analysis_get_enum (analysis, "precision"), 0.0, error);
  g_autofree double *gradient = g_new (double, kappa_model_get_parameters_size (model));
  guint64 macs;
  gint64 started;

  quiet.progress = NULL;
  if (curvature == NULL
      || !kappa_curvature_get_cost (curvature, KAPPA_CURVATURE_HESSIAN, 0, 1, NULL, &macs, error)
      || !kappa_curvature_differentiate (curvature, NULL, &quiet, NULL, gradient, error))
    return FALSE;
  started = g_get_monotonic_time ();
  if (!kappa_curvature_differentiate (curvature, NULL, &quiet, NULL, gradient, error))
    return FALSE;
  *seconds = (double)(g_get_monotonic_time () - started) * 1e-6 / (double)MAX (macs, 1);
  return TRUE;
}

static gboolean
kappa_trace_estimate (KappaAnalysis *analysis,
                      KappaInputs *given,
                      KappaContext *context,
                      KappaEstimate *estimate,
                      GError **error)
{
  guint n_workers = kappa_workers_get_n (context->workers);
  gint64 n = kappa_selection_get_n (kappa_inputs_get_selection (given, "data", 0));
  KappaModel *model = kappa_inputs_get_model (given, "model", 0);
  g_autoptr (KappaBatchSource) few = kappa_inputs_sample_batches (
      given, "data", "model", TRUE, IMAGES_TO_TIME * n_workers, context, error);
  g_autoptr (KappaTracePlan) plan
      = few != NULL ? kappa_trace_plan_new (analysis, model, few, n, error) : NULL;
  guint64 bytes, macs;
  double seconds;

  if (plan == NULL || !kappa_trace_plan_get_cost (plan, n, n_workers, &bytes, &macs, error)
      || !time_one (analysis, model, few, context, &seconds, error))
    return FALSE;
  *estimate = (KappaEstimate) { seconds * (double)macs, bytes, (double)n, "images" };
  return TRUE;
}

static gboolean
kappa_trace_run (KappaAnalysis *analysis,
                 KappaInputs *given,
                 KappaResult *result,
                 KappaContext *context,
                 GError **error)
{
  g_autoptr (KappaBatchSource) batches
      = kappa_inputs_make_batches (given, "data", "model", TRUE, context, error);
  g_autoptr (KappaTracePlan) plan = NULL;
  guint64 bytes, macs;

  if (batches == NULL)
    return FALSE;
  plan = kappa_trace_plan_new (analysis, kappa_inputs_get_model (given, "model", 0), batches,
                               kappa_batch_source_get_n (batches), error);
  return plan != NULL
         && kappa_trace_plan_get_cost (plan, kappa_batch_source_get_n (batches),
                                       kappa_workers_get_n (context->workers), &bytes, &macs, error)
         && kappa_memory_check (context, bytes, "trace", error)
         && kappa_trace_compute (plan, result, context, error)
         && kappa_trace_summarise_run (plan, analysis, result, context, error);
}

static void
kappa_trace_class_init (KappaTraceClass *klass)
{
  static const KappaProperty *const table[] = {
    &operator_property,        &method_property,
    &probes_property,          &per_property,
    &kappa_property_folds,     &kappa_property_fold_images,
    &kappa_property_precision, &kappa_property_seed,
    &kappa_property_l2,
  };
  KappaAnalysisClass *analysis_class = KAPPA_ANALYSIS_CLASS (klass);

  analysis_class->name = "trace";
  analysis_class->title = "Hessian trace";
  analysis_class->summary
      = "The sum of all eigenvalues of the loss's Hessian, and what each tensor, "
        "layer and block has of it.";
  analysis_class->reading = (KappaReading) {
    .axes = "A bar is the trace of one diagonal block: the sum of the curvatures along all its "
            "parameters, in nats. Blocks add up to the whole.",
    .typical
    = "Divided by the number of parameters it is the mean curvature along a random direction. "
      "Trained networks have some tens to thousands in all, most of it in few eigenvalues; on "
      "training images it is far smaller than on held-out ones.",
    .misleads
    = "The trace scales with the weights: with BatchNorm behind them, weights half as large have "
      "four times the trace and compute the same. Negative eigenvalues cancel positive ones. "
      "Few images with large loss make up most of it: look at the spread over folds and images.",
    .source
    = "Exact: blocks of a piecewise linear network's Hessian are those of its Gauss-Newton matrix. "
      "XTrace: E. N. Epperly, J. A. Tropp, R. J. Webber, SIMAX 45 (2024). M. F. Hutchinson (1989).",
  };
  analysis_class->inputs = inputs;
  analysis_class->n_inputs = G_N_ELEMENTS (inputs);
  analysis_class->check = kappa_trace_check;
  analysis_class->estimate = kappa_trace_estimate;
  analysis_class->run = kappa_trace_run;
  kappa_analysis_class_declare (analysis_class, table, G_N_ELEMENTS (table));
}

static void
kappa_trace_init (KappaTrace *self)
{
}
