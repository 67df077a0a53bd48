#include "core/analysis/predict.h"

#include <math.h>

#include "core/analysis/memory.h"
#include "core/analysis/predict-alternatives.h"
#include "core/analysis/predict-judgement.h"
#include "core/analysis/predict-members.h"
#include "core/analysis/predict-tables.h"
#include "core/base/error.h"

#define VIEWS_TO_TIME  64
#define VIEWS_TO_CHECK 256

struct _KappaPredict
{
  KappaAnalysis parent_instance;
};

G_DEFINE_FINAL_TYPE (KappaPredict, kappa_predict, KAPPA_TYPE_ANALYSIS)

static const KappaInputSpec inputs[] = {
  { "model", KAPPA_INPUT_MODEL, 1, 0, TRUE,
    "a trained network; of several the predictions are averaged" },
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

static KappaPredictOptions
get_options (KappaAnalysis *analysis, gboolean labelled)
{
  return (KappaPredictOptions) { .crops = (KappaCrops)kappa_analysis_get_enum (analysis, "crops"),
                                 .average
                                 = (KappaAverage)kappa_analysis_get_enum (analysis, "average"),
                                 .precision
                                 = (KappaPrecision)kappa_analysis_get_enum (analysis, "precision"),
                                 .l2 = kappa_analysis_get_double (analysis, "l2"),
                                 .labelled = labelled };
}

static gboolean
kappa_predict_check (KappaAnalysis *analysis, KappaInputs *given, GError **error)
{
  if (kappa_inputs_get_n (given, "model") == 1 || kappa_analysis_get_double (analysis, "l2") <= 0.0)
    return TRUE;
  g_set_error_literal (error, KAPPA_ERROR, KAPPA_ERROR_USAGE,
                       "l2: several networks have no weights in common that a regulariser could be "
                       "of; leave it away, or give one model");
  return FALSE;
}

static gboolean
kappa_predict_estimate (KappaAnalysis *analysis,
                        KappaInputs *given,
                        KappaContext *context,
                        KappaEstimate *estimate,
                        GError **error)
{
  gint64 n = kappa_selection_get_n (kappa_inputs_get_selection (given, "data", 0));
  KappaPredictOptions options = get_options (analysis, FALSE);
  gint64 started = g_get_monotonic_time ();
  g_autoptr (KappaPredictMembers) few = NULL;
  double decoding, seconds, views;

  options.n_sample = MAX (VIEWS_TO_TIME / kappa_crops_get_n (options.crops), 1);
  few = kappa_predict_members_new (given, &options, context, error);
  decoding = (double)(g_get_monotonic_time () - started) * 1e-6;
  if (few == NULL || !kappa_predict_members_calibrate (few, context, &seconds, error))
    return FALSE;
  seconds += decoding / (double)kappa_predict_members_get_n_images (few);
  views = (double)kappa_predict_members_get_n (few) * kappa_predict_members_get_n_views (few);
  *estimate = (KappaEstimate) { seconds * (double)n,
                                kappa_predict_members_get_memory (
                                    few, n, kappa_workers_get_n (context->workers)),
                                views * (double)n, views > 1.0 ? "views" : "images" };
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

static const char *const names[N_FIGURES] = { [PREDICTED] = "predicted",
                                              [PROBABILITY] = "probability",
                                              [MARGIN] = "margin",
                                              [LOSS] = "image_loss",
                                              [RANK] = "rank" };

static char *
define (Figure figure, const KappaPredictWords *words)
{
  switch (figure)
    {
    case PREDICTED:
      return g_strdup_printf ("the class with the largest %s, the first of equals", words->score);
    case PROBABILITY:
      return g_strdup_printf ("%s of the predicted class", words->probability);
    case MARGIN:
      return g_strdup_printf ("%s of the predicted class minus that of the second",
                              words->probability);
    case LOSS:
      return g_strdup ("the cross-entropy, −log of the probability of the true class");
    case RANK:
    default:
      return g_strdup_printf ("the place of the true class among the %s, 1 for the largest",
                              words->scores);
    }
}

static guint
n_figures (gboolean labelled)
{
  return labelled ? N_FIGURES : LOSS;
}

static KappaPredictWords
choose_words (KappaPredictMembers *members)
{
  if (!kappa_predict_members_is_average (members))
    return (KappaPredictWords) { "logit", "logits", "the softmax probability" };
  if (kappa_predict_members_get_average (members) == KAPPA_AVERAGE_LOGITS)
    return (KappaPredictWords) { "mean logit", "mean logits",
                                 "the softmax probability, from mean logits," };
  return (KappaPredictWords) { "mean softmax probability", "mean softmax probabilities",
                               "the mean softmax probability" };
}

typedef struct
{
  KappaPredictMembers *members;
  KappaResult *result;
  KappaContext *context;
  gboolean labelled;
  KappaPredictWords words;
} Run;

static void
declare_arrays (const Run *run)
{
  gsize n = (gsize)kappa_predict_members_get_n_images (run->members);

  kappa_predict_alternatives_declare (run->members, run->result, run->labelled, &run->words);
  for (guint f = 0; f < n_figures (run->labelled); f++)
    {
      g_autofree char *definition = define (f, &run->words);
      KappaArray *array = kappa_array_new (names[f], f == LOSS ? "nat" : "", definition, 1, &n);

      kappa_array_set_axis (array, 0, "image", NULL);
      kappa_result_take_array (run->result, array);
    }
}

/* The last figure kept tells whether all were. */
static gboolean
is_kept (const Run *run, gint64 first, gint64 count)
{
  for (gint64 i = first; i < first + count; i++)
    if (!kappa_result_is_present (run->result, names[n_figures (run->labelled) - 1], (gsize)i))
      return FALSE;
  return TRUE;
}

static void
fetch_labels (KappaPredictMembers *members, gint64 first, gint64 count, gint32 *labels)
{
  gint64 n_views = kappa_predict_members_get_n_views (members);

  for (gint64 i = 0; i < count; i++)
    kappa_batch_source_fetch_labels (kappa_predict_members_get_batches (members),
                                     (first + i) * n_views, 1, &labels[i]);
}

static gboolean
predict_some (const Run *run, gint64 first, gint64 count, GError **error)
{
  guint n_classes = kappa_predict_members_get_n_classes (run->members);
  const double *scores = kappa_predict_members_get_scores (run->members, 0);
  g_autofree gint32 *labels = g_new (gint32, count);
  g_autofree double *values = g_new (double, N_FIGURES *count);

  if (!kappa_predict_members_compute (run->members, first, count, run->context, error))
    return FALSE;
  fetch_labels (run->members, first, count, labels);
  for (gint64 i = 0; i < count; i++)
    {
      KappaJudgement image = kappa_judge_scores (scores + i * n_classes, n_classes, labels[i]);

      values[PREDICTED * count + i] = image.predicted;
      values[PROBABILITY * count + i] = image.probability;
      values[MARGIN * count + i] = image.margin;
      values[LOSS * count + i] = image.loss;
      values[RANK * count + i] = image.rank;
    }
  kappa_predict_alternatives_keep (run->members, run->result, run->labelled, first, count, labels);
  for (guint f = 0; f < n_figures (run->labelled); f++)
    kappa_result_set_values (run->result, names[f], (gsize)first, (gsize)count, values + f * count);
  return TRUE;
}

/* How far what was found is off from what float32 says of the same image. */
static void
compare_image (const Run *run,
               const double *scores,
               gint64 i,
               int label,
               KappaPredictSummary *summary)
{
  guint n_classes = kappa_predict_members_get_n_classes (run->members);
  KappaJudgement exact = kappa_judge_scores (scores, n_classes, label);
  double loss = NAN, predicted = NAN;

  kappa_result_get_value (run->result, "predicted", (gsize)i, &predicted);
  summary->n_changed += predicted != exact.predicted;
  if (kappa_result_get_value (run->result, "image_loss", (gsize)i, &loss))
    summary->loss_error += (loss - exact.loss) / (double)summary->n_checked;
}

/* Runs some images in float32, too, and says how far bfloat16 was off. */
static gboolean
check_precision (const Run *run, KappaPredictSummary *summary, GError **error)
{
  guint n_classes = kappa_predict_members_get_n_classes (run->members);
  g_autoptr (KappaPredictMembers) reference
      = kappa_predict_members_new_float32 (run->members, error);
  gint64 most = MAX (VIEWS_TO_CHECK / kappa_predict_members_get_n_views (run->members), 1);
  KappaContext quiet = *run->context;
  g_autofree gint32 *labels = NULL;

  if (reference == NULL)
    return FALSE;
  quiet.progress = NULL;
  summary->n_checked = MIN (most, kappa_predict_members_get_n_images (reference));
  labels = g_new (gint32, summary->n_checked);
  fetch_labels (reference, 0, summary->n_checked, labels);
  if (!kappa_predict_members_compute (reference, 0, summary->n_checked, &quiet, error))
    return FALSE;
  for (gint64 i = 0; i < summary->n_checked; i++)
    compare_image (run, kappa_predict_members_get_scores (reference, 0) + i * n_classes, i,
                   labels[i], summary);
  return TRUE;
}

static gint64
count_missing (const Run *run)
{
  gint64 n = kappa_predict_members_get_n_images (run->members),
         step = kappa_predict_members_get_block (run->members), missing = 0;

  for (gint64 first = 0; first < n; first += step)
    if (!is_kept (run, first, MIN (step, n - first)))
      missing += MIN (step, n - first);
  return missing;
}

static gboolean
predict_all (const Run *run, GError **error)
{
  gint64 n = kappa_predict_members_get_n_images (run->members),
         step = kappa_predict_members_get_block (run->members);
  gint64 views = (gint64)kappa_predict_members_get_n (run->members)
                 * kappa_predict_members_get_n_views (run->members);

  declare_arrays (run);
  kappa_progress_start (run->context->progress, (double)(views * count_missing (run)),
                        views > 1 ? "Views" : "Images");
  for (gint64 first = 0; first < n; first += step)
    {
      gint64 count = MIN (step, n - first);

      if (!is_kept (run, first, count) && !predict_some (run, first, count, error))
        return FALSE;
    }
  return TRUE;
}

/* The first network that knows what its classes are called, else the first. */
static KappaModel *
find_named_model (KappaPredictMembers *members)
{
  guint m = 0, n = kappa_predict_members_get_n (members);

  while (m < n
         && kappa_model_get_class_name (kappa_predict_members_get_model (members, m), 0) == NULL)
    m++;
  return kappa_predict_members_get_model (members, m < n ? m : 0);
}

static gboolean
summarise (const Run *run, KappaAnalysis *analysis, GError **error)
{
  g_autofree char *description = kappa_predict_members_describe (run->members);
  KappaPredictSummary summary
      = { .model = find_named_model (run->members),
          .batches = kappa_predict_members_get_batches (run->members),
          .n_views = kappa_predict_members_get_n_views (run->members),
          .words = run->words,
          .description = description,
          .labelled = run->labelled,
          .l2 = kappa_analysis_get_double (analysis, "l2"),
          .n_listed = (guint)kappa_analysis_get_integer (analysis, "list") };

  if (kappa_analysis_get_enum (analysis, "precision") == KAPPA_PRECISION_BFLOAT16
      && !check_precision (run, &summary, error))
    return FALSE;
  kappa_predict_alternatives_add_table (run->members, run->result, run->labelled, description);
  if (!kappa_predict_summarise (&summary, run->result, error))
    return FALSE;
  if (run->labelled)
    kappa_predict_alternatives_add_gains (run->members, run->result, description);
  return TRUE;
}

static gboolean
kappa_predict_run (KappaAnalysis *analysis,
                   KappaInputs *given,
                   KappaResult *result,
                   KappaContext *context,
                   GError **error)
{
  Run run = { .result = result, .context = context, .labelled = has_labels (given) };
  KappaPredictOptions options = get_options (analysis, run.labelled);
  g_autoptr (KappaPredictMembers) members
      = kappa_predict_members_new (given, &options, context, error);

  if (members == NULL
      || !kappa_memory_check (
          context,
          kappa_predict_members_get_memory (members, kappa_predict_members_get_n_images (members),
                                            kappa_workers_get_n (context->workers)),
          "predict", error))
    return FALSE;
  run.members = members;
  run.words = choose_words (members);
  return predict_all (&run, error) && summarise (&run, analysis, error);
}

static const char *const crops_blurbs[] = {
  "what the preset does, one view of each image",
  "that and its mirror image",
  "four corners and the centre at the preset's scale size, and their mirror images",
  "of the square in the middle four corners, the centre and the whole square resized, and their "
  "mirror images",
  "the twelve of three squares along the longer side at four scales: 256, 288, 320 and 352 for "
  "networks that see 224 pixels, in proportion for others",
};

static const char *const average_blurbs[] = {
  "the mean of the softmax probabilities, as the papers have it",
  "the mean of the logits",
};

static const KappaProperty crops_property = {
  .name = "crops",
  .type = KAPPA_PROPERTY_ENUM,
  .title = "Crops",
  .blurb = "which views of each image are looked at and averaged",
  .unit = "",
  .fallback = "1",
  .enum_type = kappa_crops_get_type,
  .value_blurbs = crops_blurbs,
  .flags = KAPPA_PROPERTY_ADDED,
};

static const KappaProperty average_property = {
  .name = "average",
  .type = KAPPA_PROPERTY_ENUM,
  .title = "Average of",
  .blurb = "what is averaged over views and over several models",
  .unit = "",
  .fallback = "probabilities",
  .enum_type = kappa_average_get_type,
  .value_blurbs = average_blurbs,
  .flags = KAPPA_PROPERTY_ADDED,
};

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
      = { &crops_property,           &average_property,    &list,
          &kappa_property_precision, &kappa_property_seed, &kappa_property_l2 };
  KappaAnalysisClass *analysis_class = KAPPA_ANALYSIS_CLASS (klass);

  analysis_class->name = "predict";
  analysis_class->title = "Predictions";
  analysis_class->summary
      = "Runs a network, or the average of several, over images: loss, accuracy, confusion, and "
        "the images it fails on.";
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
                "probabilities trustworthy. What several crops or networks gain costs as many "
                "times the work: compare with others' numbers for as many crops.",
    .source = "Intervals: E. B. Wilson, JASA 22 (1927); of differences R. G. Newcombe, Statistics "
              "in Medicine 17 (1998). 10 crops: A. Krizhevsky et al., NIPS 2012; 144: C. Szegedy "
              "et al., CVPR 2015.",
  };
  analysis_class->inputs = inputs;
  analysis_class->n_inputs = G_N_ELEMENTS (inputs);
  analysis_class->seed_draws_images = TRUE;
  analysis_class->check = kappa_predict_check;
  analysis_class->estimate = kappa_predict_estimate;
  analysis_class->run = kappa_predict_run;
  kappa_analysis_class_declare (analysis_class, table, G_N_ELEMENTS (table));
}

static void
kappa_predict_init (KappaPredict *self)
{
}
