#include "core/analysis/report.h"

#include "core/analysis/folds.h"
#include "core/analysis/report-run.h"
#include "core/analysis/sharpness.h"
#include "core/base/error.h"

struct _KappaReport
{
  KappaAnalysis parent_instance;
};

G_DEFINE_FINAL_TYPE (KappaReport, kappa_report, KAPPA_TYPE_ANALYSIS)

static const KappaInputSpec inputs[] = {
  { "model", KAPPA_INPUT_MODEL, 1, 2, TRUE, "a trained network; two to compare them" },
  { "data", KAPPA_INPUT_DATASET, 1, 1, FALSE,
    "labelled images, held-out ones if training images are given as well: cifar10:FILE, mnist:DIR, "
    "a folder or an .npz file" },
  { "train-data", KAPPA_INPUT_DATASET, 0, 1, FALSE,
    "training images: all but the held-out loss and accuracy is computed from these" },
};

static const KappaProperty without_property = {
  .name = "without",
  .type = KAPPA_PROPERTY_STRING,
  .title = "Leave out",
  .blurb = "analyses that are not wanted, separated by commas: predict, activity, sharpness, "
           "trace, spectrum, ntk",
  .unit = "",
  .fallback = "",
};

static gboolean
kappa_report_check (KappaAnalysis *analysis, KappaInputs *given, GError **error)
{
  if (kappa_analysis_get_enum (analysis, "precision") != KAPPA_PRECISION_BFLOAT16)
    return kappa_report_check_without (kappa_analysis_get_string (analysis, "without"), error);
  g_set_error_literal (error, KAPPA_ERROR, KAPPA_ERROR_USAGE,
                       "precision: most of the report takes derivatives; choose float32 or "
                       "float64");
  return FALSE;
}

static KappaReportRun
begin (KappaAnalysis *analysis, KappaInputs *given, KappaResult *result, KappaContext *context)
{
  return (KappaReportRun) { analysis, given, result, context, kappa_inputs_get_n (given, "model") };
}

static gboolean
kappa_report_estimate (KappaAnalysis *analysis,
                       KappaInputs *given,
                       KappaContext *context,
                       KappaEstimate *estimate,
                       GError **error)
{
  KappaReportRun run = begin (analysis, given, NULL, context);
  guint n;
  const KappaReportRow *rows = kappa_report_list_rows (&n);

  *estimate = (KappaEstimate) { .unit = "analyses" };
  for (guint model = 0; model < run.n_models; model++)
    for (guint i = 0; i < n; i++)
      {
        g_autoptr (KappaInputs) own = NULL;
        g_autoptr (KappaAnalysis) stage = NULL;
        KappaEstimate part;

        if (rows[i].analysis == NULL || !kappa_report_has_row (&run, &rows[i])
            || kappa_report_same_stage (&rows[i - 1], &rows[i]))
          continue;
        stage = kappa_report_make_stage (&run, &rows[i], model, &own, error);
        if (stage == NULL || !kappa_analysis_estimate (stage, own, context, &part, error))
          return FALSE;
        estimate->seconds += part.seconds;
        estimate->bytes = MAX (estimate->bytes, part.bytes);
        estimate->units += 1.0;
      }
  return TRUE;
}

static gboolean
kappa_report_run (KappaAnalysis *analysis,
                  KappaInputs *given,
                  KappaResult *result,
                  KappaContext *context,
                  GError **error)
{
  KappaReportRun run = begin (analysis, given, result, context);

  return kappa_report_compute (&run, error);
}

static void
kappa_report_class_init (KappaReportClass *klass)
{
  static const KappaProperty *const table[] = {
    &kappa_property_rho,       &kappa_property_sigma, &kappa_property_draws,
    &without_property,         &kappa_property_folds, &kappa_property_fold_images,
    &kappa_property_precision, &kappa_property_seed,  &kappa_property_l2,
  };
  KappaAnalysisClass *analysis_class = KAPPA_ANALYSIS_CLASS (klass);

  analysis_class->name = "report";
  analysis_class->title = "Geometry report";
  analysis_class->summary = "The loss geometry of one checkpoint or of two side by side: loss, "
                            "sharpness, Hessian, kernel and activity in one table.";
  analysis_class->reading = (KappaReading) {
    .axes = "A row is a number, its certainty, and the images it was computed from. With two "
            "checkpoints, the difference is the second minus the first.",
    .typical = "Of two networks with the same training loss, the one with the smaller sharpness, "
               "λ_max and average loss under noise is often, not always, the better on held-out "
               "images.",
    .misleads
    = "Curvature over a few hundred images varies several times between draws of images: look at "
      "the interval over folds before believing a difference. Sharpness and curvature depend on "
      "how weights are scaled; compare networks of one architecture. A regulariser in the loss can "
      "outweigh everything else.",
    .source = "The table of X. Chen, C.-J. Hsieh, B. Gong: When vision transformers outperform "
              "ResNets without pre-training or strong data augmentations, ICLR 2022.",
  };
  analysis_class->inputs = inputs;
  analysis_class->n_inputs = G_N_ELEMENTS (inputs);
  analysis_class->check = kappa_report_check;
  analysis_class->estimate = kappa_report_estimate;
  analysis_class->run = kappa_report_run;
  kappa_analysis_class_declare (analysis_class, table, G_N_ELEMENTS (table));
}

static void
kappa_report_init (KappaReport *self)
{
}
