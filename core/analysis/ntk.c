#include "core/analysis/ntk.h"

#include <float.h>
#include <math.h>

#include "core/analysis/folds.h"
#include "core/analysis/ntk-run.h"
#include "core/analysis/objective.h"
#include "core/base/error.h"

#define IMAGES_TO_TIME 4

struct _KappaNtk
{
  KappaAnalysis parent_instance;
};

G_DEFINE_FINAL_TYPE (KappaNtk, kappa_ntk, KAPPA_TYPE_ANALYSIS)

G_DEFINE_ENUM_TYPE (KappaNtkLogits,
                    kappa_ntk_logits,
                    G_DEFINE_ENUM_VALUE (KAPPA_NTK_ALL, "all"),
                    G_DEFINE_ENUM_VALUE (KAPPA_NTK_SUM, "sum"),
                    G_DEFINE_ENUM_VALUE (KAPPA_NTK_ONE, "one"))

static const KappaInputSpec inputs[] = {
  { "model", KAPPA_INPUT_MODEL, 1, 1, TRUE, "a trained network" },
  { "data", KAPPA_INPUT_DATASET, 1, 1, FALSE,
    "the images: cifar10:FILE, mnist:DIR, a folder or an .npz file" },
};

static const char *const logits_blurbs[] = {
  "a row for each logit of each image",
  "a row for each image: the sum of its logits",
  "a row for each image: one of its logits",
};

static const KappaProperty logits_property = {
  .name = "logits",
  .type = KAPPA_PROPERTY_ENUM,
  .title = "Outputs",
  .blurb = "which outputs the kernel is of",
  .unit = "",
  .fallback = "all",
  .enum_type = kappa_ntk_logits_get_type,
  .value_blurbs = logits_blurbs,
};

static const KappaProperty logit_property = {
  .name = "logit",
  .type = KAPPA_PROPERTY_INTEGER,
  .title = "Logit",
  .blurb = "which one, if the kernel is of one",
  .unit = "",
  .fallback = "0",
  .minimum = 0.0,
  .maximum = 1000000.0,
};

static const KappaProperty limit_property = {
  .name = "limit",
  .type = KAPPA_PROPERTY_INTEGER,
  .title = "Images at most",
  .blurb = "of more images, take so many, spread evenly over them; 0 to take all",
  .unit = "",
  .fallback = "100",
  .minimum = 0.0,
  .maximum = 1000000.0,
};

static gboolean
kappa_ntk_check (KappaAnalysis *analysis, KappaInputs *given, GError **error)
{
  if (kappa_analysis_get_enum (analysis, "logits") == KAPPA_NTK_ONE
      || kappa_analysis_is_default (analysis, "logit"))
    return TRUE;
  g_set_error_literal (error, KAPPA_ERROR, KAPPA_ERROR_USAGE,
                       "logit: the kernel is of several logits; set logits to one");
  return FALSE;
}

static gint64
count_images (KappaAnalysis *analysis, gint64 n)
{
  gint64 limit = kappa_analysis_get_integer (analysis, "limit");

  return limit > 0 ? MIN (limit, n) : n;
}

static KappaNtkGram *
make_gram (KappaAnalysis *analysis,
           KappaInputs *given,
           KappaBatchSource *batches,
           gint64 n,
           GError **error)
{
  return kappa_ntk_gram_new (
      kappa_inputs_get_model (given, "model", 0), batches,
      kappa_analysis_get_enum (analysis, "precision"), kappa_analysis_get_enum (analysis, "logits"),
      (guint)kappa_analysis_get_integer (analysis, "logit"), n, KAPPA_NTK_NUMBERS_AT_ONCE, error);
}

static gboolean
kappa_ntk_estimate (KappaAnalysis *analysis,
                    KappaInputs *given,
                    KappaContext *context,
                    KappaEstimate *estimate,
                    GError **error)
{
  gint64 n = count_images (analysis,
                           kappa_selection_get_n (kappa_inputs_get_selection (given, "data", 0)));
  g_autoptr (KappaBatchSource) few
      = kappa_inputs_sample_batches (given, "data", "model", FALSE, IMAGES_TO_TIME, context, error);
  g_autoptr (KappaNtkGram) all = few != NULL ? make_gram (analysis, given, few, n, error) : NULL;
  g_autoptr (KappaNtkGram) some
      = all != NULL ? make_gram (analysis, given, few, kappa_batch_source_get_n (few), error)
                    : NULL;
  KappaContext quiet = *context;
  g_autofree double *kernel = NULL;
  guint64 macs = some != NULL ? kappa_ntk_gram_get_macs (all, error) : 0,
          macs_of_few = macs > 0 ? kappa_ntk_gram_get_macs (some, error) : 0;
  gint64 started;
  guint order;

  if (macs_of_few == 0)
    return FALSE;
  quiet.progress = NULL;
  order = kappa_ntk_gram_get_order (some);
  kernel = g_new0 (double, (gsize)order *order);
  started = g_get_monotonic_time ();
  for (guint g = 0; g < kappa_ntk_gram_get_n_groups (some); g++)
    if (!kappa_ntk_gram_add (some, g, kernel, &quiet, error))
      return FALSE;
  estimate->seconds
      = (double)(g_get_monotonic_time () - started) * 1e-6 * (double)macs / (double)macs_of_few;
  estimate->units = (double)n;
  estimate->unit = "images";
  kappa_ntk_check_memory (all, context, &estimate->bytes, NULL);
  return TRUE;
}

/* A gradient passes every layer that multiplies twice, and rounding errors add up at worst. */
static double
rounding_of (KappaModel *model, KappaPrecision precision)
{
  guint n, deep = 0;
  const KappaLayer *layers = kappa_model_get_layers (model, &n);

  for (guint i = 0; i < n; i++)
    deep += layers[i].macs > 0;
  return deep * (precision == KAPPA_PRECISION_FLOAT64 ? DBL_EPSILON : (double)FLT_EPSILON);
}

static char *
describe (KappaAnalysis *analysis, KappaBatchSource *batches, gint64 n)
{
  static const char *const outputs[] = { "all logits", "the sum of the logits" };
  KappaNtkLogits logits = kappa_analysis_get_enum (analysis, "logits");
  g_autofree char *settings = kappa_objective_describe_settings (
      batches, kappa_analysis_get_enum (analysis, "precision"), 0.0);
  g_autofree char *which = logits == KAPPA_NTK_ONE
                               ? g_strdup_printf ("logit %" G_GINT64_FORMAT,
                                                  kappa_analysis_get_integer (analysis, "logit"))
                               : g_strdup (outputs[logits]);
  g_autofree char *spread
      = n < kappa_batch_source_get_n (batches)
            ? g_strdup_printf ("%" G_GINT64_FORMAT " images spread evenly over ", n)
            : g_strdup ("");

  return g_strdup_printf ("%s%s; Jacobian of %s in all trained parameters, products in float64",
                          spread, settings, which);
}

/* Returns: (transfer full) (nullable): %NULL for too few images, or if none are wanted */
static KappaFolds *
cut_images (KappaAnalysis *analysis, KappaNtkGram *gram, KappaBatchSource *batches, gint64 n)
{
  const gint64 n_folds = kappa_analysis_get_integer (analysis, "folds");
  g_autofree gint32 *labels = g_new (gint32, n);

  if (n_folds < 2 || n < n_folds)
    return NULL;
  for (gint64 i = 0; i < n; i++)
    kappa_batch_source_fetch_labels (batches, kappa_ntk_gram_get_image (gram, i), 1, &labels[i]);
  return kappa_folds_new (labels, n, (guint)n_folds,
                          kappa_analysis_get_enum (analysis, "fold-images"),
                          (guint64)kappa_analysis_get_integer (analysis, "seed"));
}

static gboolean
kappa_ntk_run (KappaAnalysis *analysis,
               KappaInputs *given,
               KappaResult *result,
               KappaContext *context,
               GError **error)
{
  KappaModel *model = kappa_inputs_get_model (given, "model", 0);
  g_autoptr (KappaBatchSource) batches
      = kappa_inputs_make_batches (given, "data", "model", FALSE, context, error);
  gint64 n = batches != NULL ? count_images (analysis, kappa_batch_source_get_n (batches)) : 0;
  g_autoptr (KappaNtkGram) gram
      = batches != NULL ? make_gram (analysis, given, batches, n, error) : NULL;
  g_autofree double *kernel = NULL;
  g_autofree char *description = NULL;
  g_autoptr (KappaFolds) folds = NULL;
  KappaNtkSample sample;
  guint64 bytes;
  gsize order;

  if (gram == NULL || !kappa_ntk_check_memory (gram, context, &bytes, error))
    return FALSE;
  order = kappa_ntk_gram_get_order (gram);
  kernel = g_new (double, order *order);
  description = describe (analysis, batches, n);
  folds = cut_images (analysis, gram, batches, n);
  sample = (KappaNtkSample) {
    .folds = folds,
    .images = kappa_analysis_get_enum (analysis, "fold-images"),
    .seed = (guint64)kappa_analysis_get_integer (analysis, "seed"),
    .rounding = rounding_of (model, kappa_analysis_get_enum (analysis, "precision")),
    .description = description,
  };
  if (!kappa_ntk_compute (gram, result, context, kernel, error)
      || !kappa_ntk_summarise (gram, &sample, kernel, result, context, error))
    return FALSE;
  kappa_ntk_forget (result);
  return TRUE;
}

static void
kappa_ntk_class_init (KappaNtkClass *klass)
{
  static const KappaProperty *const table[] = { &logits_property,
                                                &logit_property,
                                                &limit_property,
                                                &kappa_property_folds,
                                                &kappa_property_fold_images,
                                                &kappa_property_precision,
                                                &kappa_property_seed };
  KappaAnalysisClass *analysis_class = KAPPA_ANALYSIS_CLASS (klass);

  analysis_class->name = "ntk";
  analysis_class->title = "Neural tangent kernel";
  analysis_class->summary = "How alike the gradients of a network's outputs are from image to "
                            "image: the kernel, its spectrum and "
                            "condition number.";
  analysis_class->reading = (KappaReading) {
    .axes = "The curve is the condition number κ over the number of images, both logarithmic: the "
            "largest "
            "eigenvalue of the kernel divided by the smallest. Hollow points are lower bounds. In "
            "the map, a cell "
            "is the inner product of two images' gradients.",
    .typical = "κ grows with images and logits, steeply where two images are nearly the same to "
               "the network; "
               "trained networks have 10³ to 10⁸. Networks that train easily have smaller ones.",
    .misleads
    = "κ is set by the two most similar images, so it is comparable only at the same number of "
      "images "
      "and logits, and other images give other values: look at the folds. Below the floor of the "
      "arithmetic it is but a bound: use float64.",
    .source = "A. Jacot, F. Gabriel, C. Hongler, NeurIPS 2018. Condition number: L. Xiao, J. "
              "Pennington, S. "
              "Schoenholz, ICML 2020; X. Chen, C.-J. Hsieh, B. Gong, ICLR 2022.",
  };
  analysis_class->inputs = inputs;
  analysis_class->n_inputs = G_N_ELEMENTS (inputs);
  analysis_class->seed_draws_images = TRUE;
  analysis_class->check = kappa_ntk_check;
  analysis_class->estimate = kappa_ntk_estimate;
  analysis_class->run = kappa_ntk_run;
  kappa_analysis_class_declare (analysis_class, table, G_N_ELEMENTS (table));
}

static void
kappa_ntk_init (KappaNtk *self)
{
}
