#include "core/analysis/predict.h"

#include <math.h>

#include "core/analysis/memory.h"
#include "core/analysis/objective.h"
#include "core/analysis/predict-tables.h"

/* Images between two looks at what was found; what is in flight is lost when the process is killed.
 */
#define IMAGES_AT_ONCE  512
#define IMAGES_TO_TIME  64
#define IMAGES_TO_CHECK 256

struct _KappaPredict
{
  KappaAnalysis parent_instance;
};

G_DEFINE_FINAL_TYPE (KappaPredict, kappa_predict, KAPPA_TYPE_ANALYSIS)

static const KappaInputSpec inputs[] = {
  { "model", KAPPA_INPUT_MODEL, 1, 1, TRUE, "a trained network" },
  { "data", KAPPA_INPUT_DATASET, 1, 1, FALSE,
    "the images: cifar10:FILE, mnist:DIR, a folder or an .npz file" },
};

/* Whether there is a true class to compare with. */
static gboolean
has_labels (KappaInputs *given)
{
  KappaDataset *dataset = kappa_inputs_get_dataset (given, "data", 0);
  KappaSelection *selection = kappa_inputs_get_selection (given, "data", 0);
  const guint32 *items = kappa_selection_get_indices (selection);

  for (guint i = 0; i < kappa_selection_get_n (selection); i++)
    if (kappa_dataset_get_label (dataset, items[i]) >= 0)
      return TRUE;
  return FALSE;
}

static KappaObjective *
make_objective (KappaAnalysis *analysis,
                KappaInputs *given,
                KappaBatchSource *batches,
                GError **error)
{
  return kappa_objective_new (kappa_inputs_get_model (given, "model", 0), batches,
                              kappa_analysis_get_enum (analysis, "precision"),
                              kappa_analysis_get_double (analysis, "l2"), error);
}

static gboolean
kappa_predict_estimate (KappaAnalysis *analysis,
                        KappaInputs *given,
                        KappaContext *context,
                        KappaEstimate *estimate,
                        GError **error)
{
  gint64 n = kappa_selection_get_n (kappa_inputs_get_selection (given, "data", 0));
  gint64 started = g_get_monotonic_time ();
  g_autoptr (KappaBatchSource) few
      = kappa_inputs_sample_batches (given, "data", "model", FALSE, IMAGES_TO_TIME, context, error);
  double decoding = (double) (g_get_monotonic_time () - started) * 1e-6;
  g_autoptr (KappaObjective) objective
      = few != NULL ? make_objective (analysis, given, few, error) : NULL;
  double seconds;

  if (objective == NULL || !kappa_objective_calibrate (objective, context, &seconds, error))
    return FALSE;
  seconds += decoding / (double) kappa_batch_source_get_n (few);
  *estimate = (KappaEstimate) { seconds * (double) n,
                                kappa_objective_get_memory (objective, n,
                                                            kappa_workers_get_n (context->workers)),
                                (double) n, "images" };
  return TRUE;
}

/* What is kept of each image; of those without a label, all before LOSS. */
typedef enum
{
  PREDICTED,
  PROBABILITY,
  MARGIN,
  LOSS,
  RANK,
  N_FIGURES
} Figure;

static const struct
{
  const char *name, *unit, *definition;
} figures[N_FIGURES] = {
  [PREDICTED] = { "predicted", "", "the class with the largest logit, the first of equals" },
  [PROBABILITY] = { "probability", "", "the softmax probability of the predicted class" },
  [MARGIN]
  = { "margin", "", "the softmax probability of the predicted class minus that of the second" },
  [LOSS] = { "image_loss", "nat", "the cross-entropy, −log of the probability of the true class" },
  [RANK] = { "rank", "", "the place of the true class among the logits, 1 for the largest" },
};

static guint
n_figures (gboolean labelled)
{
  return labelled ? N_FIGURES : LOSS;
}

static void
declare_arrays (KappaResult *result, gsize n, gboolean labelled)
{
  for (guint f = 0; f < n_figures (labelled); f++)
    {
      KappaArray *array
          = kappa_array_new (figures[f].name, figures[f].unit, figures[f].definition, 1, &n);

      kappa_array_set_axis (array, 0, "image", NULL);
      kappa_result_take_array (result, array);
    }
}

static void
judge (const double *logits, guint n_classes, int label, double image[N_FIGURES])
{
  double second = -INFINITY;
  guint best = 0;

  for (guint c = 1; c < n_classes; c++)
    if (logits[c] > logits[best])
      best = c;
  for (guint c = 0; c < n_classes; c++)
    if (c != best && !(logits[c] <= second))
      second = logits[c];
  image[PREDICTED] = best;
  image[PROBABILITY] = exp (-kappa_cross_entropy_of_logits (logits, n_classes, best));
  image[MARGIN] = image[PROBABILITY] * -expm1 (second - logits[best]);
  image[LOSS] = label >= 0 ? kappa_cross_entropy_of_logits (logits, n_classes, (guint) label) : NAN;
  image[RANK] = label >= 0 ? kappa_rank_of_label (logits, n_classes, (guint) label) : NAN;
}

/* The last figure kept tells whether all were. */
static gboolean
is_kept (KappaResult *result, gboolean labelled, gint64 first, gint64 count)
{
  for (gint64 i = first; i < first + count; i++)
    if (!kappa_result_is_present (result, figures[n_figures (labelled) - 1].name, i))
      return FALSE;
  return TRUE;
}

static gboolean
predict_some (KappaObjective *objective,
              KappaBatchSource *batches,
              KappaResult *result,
              gboolean labelled,
              gint64 first,
              gint64 count,
              KappaContext *context,
              GError **error)
{
  guint n_classes = kappa_objective_get_n_classes (objective);
  const double *logits = kappa_objective_compute_logits (objective, first, count, context, error);
  gint32 labels[IMAGES_AT_ONCE];
  double values[N_FIGURES][IMAGES_AT_ONCE];

  if (logits == NULL)
    return FALSE;
  kappa_batch_source_fetch_labels (batches, first, count, labels);
  for (gint64 i = 0; i < count; i++)
    {
      double image[N_FIGURES];

      judge (logits + i * n_classes, n_classes, labels[i], image);
      for (guint f = 0; f < N_FIGURES; f++)
        values[f][i] = image[f];
    }
  for (guint f = 0; f < n_figures (labelled); f++)
    kappa_result_set_values (result, figures[f].name, first, count, values[f]);
  return TRUE;
}

/* Runs some images in float32, too, and says how far bfloat16 was off. */
static gboolean
check_precision (KappaAnalysis *analysis,
                 KappaPredictSummary *summary,
                 KappaResult *result,
                 KappaContext *context,
                 GError **error)
{
  g_autoptr (KappaObjective) reference = NULL;
  KappaContext quiet = *context;
  const double *logits;
  guint n_classes;
  g_autofree gint32 *labels = NULL;

  if (kappa_analysis_get_enum (analysis, "precision") != KAPPA_PRECISION_BFLOAT16)
    return TRUE;
  quiet.progress = NULL;
  reference
      = kappa_objective_new (summary->model, summary->batches, KAPPA_PRECISION_FLOAT32, 0.0, error);
  if (reference == NULL)
    return FALSE;
  n_classes = kappa_objective_get_n_classes (reference);
  summary->n_checked = MIN (IMAGES_TO_CHECK, kappa_objective_get_n (reference));
  logits = kappa_objective_compute_logits (reference, 0, summary->n_checked, &quiet, error);
  if (logits == NULL)
    return FALSE;
  labels = g_new (gint32, summary->n_checked);
  kappa_batch_source_fetch_labels (summary->batches, 0, summary->n_checked, labels);
  for (gint64 i = 0; i < summary->n_checked; i++)
    {
      double exact[N_FIGURES], loss = NAN, predicted = NAN;

      judge (logits + i * n_classes, n_classes, labels[i], exact);
      kappa_result_get_value (result, "predicted", (gsize) i, &predicted);
      summary->n_changed += predicted != exact[PREDICTED];
      if (kappa_result_get_value (result, "image_loss", (gsize) i, &loss))
        summary->loss_error += (loss - exact[LOSS]) / (double) summary->n_checked;
    }
  return TRUE;
}

static gint64
count_missing (KappaResult *result, gboolean labelled, gint64 n)
{
  gint64 missing = 0;

  for (gint64 first = 0; first < n; first += IMAGES_AT_ONCE)
    if (!is_kept (result, labelled, first, MIN (IMAGES_AT_ONCE, n - first)))
      missing += MIN (IMAGES_AT_ONCE, n - first);
  return missing;
}

static gboolean
kappa_predict_run (KappaAnalysis *analysis,
                   KappaInputs *given,
                   KappaResult *result,
                   KappaContext *context,
                   GError **error)
{
  gboolean labelled = has_labels (given);
  g_autoptr (KappaBatchSource) batches
      = kappa_inputs_make_batches (given, "data", "model", labelled, context, error);
  g_autoptr (KappaObjective) objective
      = batches != NULL ? make_objective (analysis, given, batches, error) : NULL;
  g_autofree char *description = objective != NULL ? kappa_objective_describe (objective) : NULL;
  KappaPredictSummary summary;
  gint64 n;

  if (objective == NULL)
    return FALSE;
  n = kappa_objective_get_n (objective);
  if (!kappa_memory_check (
          context,
          kappa_objective_get_memory (objective, n, kappa_workers_get_n (context->workers)),
          "predict", error))
    return FALSE;
  declare_arrays (result, n, labelled);
  kappa_progress_start (context->progress, (double) count_missing (result, labelled, n), "Images");
  for (gint64 first = 0; first < n; first += IMAGES_AT_ONCE)
    {
      gint64 count = MIN (IMAGES_AT_ONCE, n - first);

      if (!is_kept (result, labelled, first, count)
          && !predict_some (objective, batches, result, labelled, first, count, context, error))
        return FALSE;
    }
  summary
      = (KappaPredictSummary) { .model = kappa_inputs_get_model (given, "model", 0),
                                .batches = batches,
                                .description = description,
                                .labelled = labelled,
                                .l2 = kappa_analysis_get_double (analysis, "l2"),
                                .n_listed = (guint) kappa_analysis_get_integer (analysis, "list") };
  return check_precision (analysis, &summary, result, context, error)
         && kappa_predict_summarise (&summary, result, error);
}

static void
kappa_predict_class_init (KappaPredictClass *klass)
{
  static const KappaProperty list = {
    .name = "list",
    .type = KAPPA_PROPERTY_INTEGER,
    .title = "Images listed",
    .blurb = "how many of the worst and of the least certain images are listed",
    .unit = "",
    .fallback = "20",
    .minimum = 0.0,
    .maximum = 1000000.0,
  };
  static const KappaProperty *const table[]
      = { &list, &kappa_property_precision, &kappa_property_seed, &kappa_property_l2 };
  KappaAnalysisClass *analysis_class = KAPPA_ANALYSIS_CLASS (klass);

  analysis_class->name = "predict";
  analysis_class->title = "Predictions";
  analysis_class->summary
      = "Runs a network over images: loss, accuracy, confusion, and the images it fails on.";
  analysis_class->reading = (KappaReading) {
    .axes = "Rows are true classes, columns are predicted ones; a cell counts images. What stands "
            "off the diagonal is wrong.",
    .typical = "A network that learned nothing is right for one image in as many as there are "
               "classes, and its loss is the "
               "logarithm of that number. Trained CIFAR-10 networks are right for 90 to 97 % of "
               "the test images.",
    .misleads = "Accuracy on training images says nothing about new ones. A wrong preset costs "
                "points without any other sign: "
                "compare with the published accuracy first. A small loss does not make "
                "probabilities trustworthy.",
    .source = "Intervals: E. B. Wilson, JASA 22 (1927).",
  };
  analysis_class->inputs = inputs;
  analysis_class->n_inputs = G_N_ELEMENTS (inputs);
  analysis_class->seed_draws_images = TRUE;
  analysis_class->estimate = kappa_predict_estimate;
  analysis_class->run = kappa_predict_run;
  kappa_analysis_class_declare (analysis_class, table, G_N_ELEMENTS (table));
}

static void
kappa_predict_init (KappaPredict *self)
{
}
