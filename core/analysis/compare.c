#include "core/analysis/compare.h"

#include <math.h>
#include <string.h>

#include "core/analysis/compare-logits.h"
#include "core/analysis/compare-tensors.h"
#include "core/analysis/memory.h"
#include "core/base/error.h"
#include "core/models/preset.h"

/* Inputs pass through both networks in parts of so many. */
#define INPUTS_AT_ONCE 64

struct _KappaCompare
{
  KappaAnalysis parent_instance;
};

G_DEFINE_FINAL_TYPE (KappaCompare, kappa_compare, KAPPA_TYPE_ANALYSIS)

static const KappaInputSpec inputs[] = {
  { "model", KAPPA_INPUT_MODEL, 2, 2, TRUE,
    "the two files, of any format and with any library's names" },
  { "data", KAPPA_INPUT_DATASET, 0, 1, FALSE,
    "images to compare the logits of; random inputs if it is not given" },
};

typedef struct
{
  KappaModel *models[2];
  KappaCompareInputs inputs;
  KappaLogits *logits[2];
  KappaContext *context;
  KappaResult *result;
  char *description; /* of the inputs */
} Run;

static void
run_clear (Run *run)
{
  for (guint m = 0; m < 2; m++)
    g_clear_pointer (&run->logits[m], kappa_logits_free);
  g_clear_object (&run->inputs.batches);
  g_clear_pointer (&run->description, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Run, run_clear)

static char *
describe_inputs (const Run *run, KappaAnalysis *analysis)
{
  static const char *const precisions[] = { "float32", "float64", "bfloat16" };
  const char *precision = precisions[run->inputs.precision];

  if (run->inputs.batches != NULL)
    return g_strdup_printf (
        "%s, prepared as the first file's preset says; BatchNorm in inference mode; %s",
        kappa_batch_source_get_description (run->inputs.batches), precision);
  return g_strdup_printf ("%" G_GINT64_FORMAT
                          " inputs of independent standard normal numbers (seed %" G_GINT64_FORMAT
                          "); BatchNorm in inference mode; %s",
                          run->inputs.n, kappa_analysis_get_integer (analysis, "seed"), precision);
}

/* Both networks see the same numbers, so the preparation of images is that of the first. */
static gboolean
begin (Run *run, KappaAnalysis *analysis, KappaInputs *given, KappaContext *context, GError **error)
{
  gboolean images = kappa_inputs_get_n (given, "data") > 0;

  run->context = context;
  for (guint m = 0; m < 2; m++)
    run->models[m] = kappa_inputs_get_model (given, "model", m);
  if (!kappa_compare_check_same (run->models[0], run->models[1], error))
    return FALSE;
  run->inputs.preprocess = &kappa_model_get_preset (run->models[0])->preprocess;
  run->inputs.precision = kappa_analysis_get_enum (analysis, "precision");
  run->inputs.stream = kappa_stream_init ((guint64)kappa_analysis_get_integer (analysis, "seed"),
                                          "compare:inputs");
  run->inputs.n = kappa_analysis_get_integer (analysis, "inputs");
  if (images)
    {
      run->inputs.batches
          = kappa_inputs_make_batches (given, "data", "model", FALSE, context, error);
      if (run->inputs.batches == NULL)
        return FALSE;
      run->inputs.n = kappa_batch_source_get_n (run->inputs.batches);
    }
  run->description = describe_inputs (run, analysis);
  for (guint m = 0; m < 2; m++)
    if ((run->logits[m] = kappa_logits_new (run->models[m], &run->inputs, error)) == NULL)
      return FALSE;
  return TRUE;
}

static guint64
get_memory (const Run *run)
{
  guint n_workers = kappa_workers_get_n (run->context->workers);
  gint64 n = MIN (run->inputs.n, INPUTS_AT_ONCE);

  return kappa_logits_get_memory (run->logits[0], n, n_workers)
         + kappa_logits_get_memory (run->logits[1], n, n_workers);
}

static gboolean
kappa_compare_estimate (KappaAnalysis *analysis,
                        KappaInputs *given,
                        KappaContext *context,
                        KappaEstimate *estimate,
                        GError **error)
{
  g_auto (Run) run = { 0 };
  KappaContext quiet = *context;
  gint64 started, few;
  gsize n;

  quiet.progress = NULL;
  if (!begin (&run, analysis, given, &quiet, error))
    return FALSE;
  *estimate = (KappaEstimate) { .bytes = get_memory (&run),
                                .units = 2.0 * (double)run.inputs.n,
                                .unit = "inputs" };
  few = MIN (run.inputs.n, kappa_workers_get_n (context->workers));
  started = g_get_monotonic_time ();
  if (kappa_logits_compute (run.logits[0], 0, few, &quiet, &n, error) == NULL)
    return FALSE;
  estimate->seconds = (double)(g_get_monotonic_time () - started) / G_TIME_SPAN_SECOND
                      * estimate->units / (double)few;
  return TRUE;
}

static guint
find_largest (const double *values, gsize n)
{
  guint largest = 0;

  for (guint i = 1; i < n; i++)
    if (values[i] > values[largest])
      largest = i;
  return largest;
}

static void
declare_arrays (const Run *run)
{
  gsize n = (gsize)run->inputs.n;
  g_autofree char *largest
      = g_strdup_printf ("the largest |a − b| of an input's logits, over %s", run->description);
  g_autofree char *relative = g_strdup_printf ("the largest |a − b| of an input's logits, divided "
                                               "by the largest |a| or |b| among them, over %s",
                                               run->description);
  g_autofree char *same = g_strdup_printf (
      "1 where the largest logit is that of the same class, else 0, over %s", run->description);
  KappaArray *arrays[] = { kappa_array_new ("logit_absolute", "", largest, 1, &n),
                           kappa_array_new ("logit_relative", "", relative, 1, &n),
                           kappa_array_new ("same_class", "", same, 1, &n) };

  for (guint i = 0; i < G_N_ELEMENTS (arrays); i++)
    {
      kappa_array_set_axis (arrays[i], 0, "input", NULL);
      kappa_result_take_array (run->result, arrays[i]);
    }
}

static void
compare_input (const Run *run, gsize input, const double *a, const double *b, gsize n)
{
  KappaDifference d = { 0 };
  double size = 0.0, relative, same;

  kappa_difference_add (&d, a, b, n);
  for (gsize i = 0; i < n; i++)
    size = MAX (size, MAX (fabs (a[i]), fabs (b[i])));
  relative = d.absolute == 0.0 ? 0.0 : d.absolute / size;
  same = find_largest (a, n) == find_largest (b, n);
  kappa_result_set_values (run->result, "logit_absolute", input, 1, &d.absolute);
  kappa_result_set_values (run->result, "logit_relative", input, 1, &relative);
  kappa_result_set_values (run->result, "same_class", input, 1, &same);
}

static gboolean
is_kept (const Run *run, gint64 first, gint64 n)
{
  for (gint64 i = first; i < first + n; i++)
    if (!kappa_result_is_present (run->result, "same_class", (gsize)i))
      return FALSE;
  return TRUE;
}

static gint64
count_missing (const Run *run)
{
  gint64 missing = 0;

  for (gint64 first = 0; first < run->inputs.n; first += INPUTS_AT_ONCE)
    if (!is_kept (run, first, MIN (INPUTS_AT_ONCE, run->inputs.n - first)))
      missing += MIN (INPUTS_AT_ONCE, run->inputs.n - first);
  return missing;
}

static gboolean
compare_some (const Run *run, gint64 first, gint64 n, GError **error)
{
  gsize n_first, n_second, n_classes;
  const double *a, *b;

  if (is_kept (run, first, n))
    return TRUE;
  if ((a = kappa_logits_compute (run->logits[0], first, n, run->context, &n_first, error)) == NULL
      || (b = kappa_logits_compute (run->logits[1], first, n, run->context, &n_second, error))
             == NULL)
    return FALSE;
  if (n_first != n_second)
    {
      g_set_error_literal (
          error, KAPPA_ERROR, KAPPA_ERROR_MODEL,
          "the presets give the two networks different numbers of classes: the background class "
          "is left away in one; choose the same with --preset");
      return FALSE;
    }
  n_classes = n_first / (gsize)n;
  for (gint64 i = 0; i < n; i++)
    compare_input (run, (gsize)(first + i), a + (gsize)i * n_classes, b + (gsize)i * n_classes,
                   n_classes);
  return TRUE;
}

static double
reduce (const Run *run, const char *name, gboolean sum)
{
  g_autoptr (KappaArray) array = kappa_result_dup_array (run->result, name);
  double value = 0.0;

  for (gsize i = 0; i < kappa_array_get_size (array); i++)
    value = sum ? value + array->values[i] : MAX (value, array->values[i]);
  return value;
}

static void
add_files_table (const Run *run)
{
  static const KappaColumn columns[] = {
    { "file", "", KAPPA_COLUMN_TEXT },    { "format", "", KAPPA_COLUMN_TEXT },
    { "network", "", KAPPA_COLUMN_TEXT }, { "names", "", KAPPA_COLUMN_TEXT },
    { "preset", "", KAPPA_COLUMN_TEXT },  { "settings", "", KAPPA_COLUMN_TEXT },
  };
  KappaTable *table
      = kappa_table_new ("files",
                         "what is compared; the settings of the network are each file's own, those "
                         "of the images the first file's",
                         G_N_ELEMENTS (columns), columns);

  for (guint m = 0; m < 2; m++)
    {
      KappaModel *model = run->models[m];
      g_autofree char *settings = kappa_preset_to_text (kappa_model_get_preset (model));

      kappa_table_add_row (table, kappa_model_get_path (model), kappa_model_get_format (model),
                           kappa_model_get_architecture (model), kappa_model_get_key_scheme (model),
                           kappa_model_get_preset (model)->name, settings);
    }
  kappa_result_take_table (run->result, table);
}

static void
set (const Run *run, const char *name, double value, const char *definition)
{
  kappa_result_set_scalar (run->result, name, value, "", KAPPA_CERTAINTY_EXACT, definition);
}

static void
set_verdict (const Run *run, KappaAnalysis *analysis, const KappaDifference *tensors, double logits)
{
  double tensor_limit = kappa_analysis_get_double (analysis, "tensor-tolerance");
  double limit = kappa_analysis_get_double (analysis, "tolerance");
  g_autofree char *definition
      = g_strdup_printf ("1 if no number of a tensor differs by more than %g and no logit by more "
                         "than %g, else 0; logits over %s",
                         tensor_limit, limit, run->description);

  set (run, "agrees", tensors->absolute <= tensor_limit && logits <= limit, definition);
}

static void
summarise (const Run *run, KappaAnalysis *analysis, const KappaDifference *tensors)
{
  double largest = reduce (run, "logit_absolute", FALSE);
  g_autofree char *absolute
      = g_strdup_printf ("the largest |a − b| of all logits, over %s", run->description);
  g_autofree char *relative
      = g_strdup_printf ("the largest over inputs of |a − b| of its logits divided by the largest "
                         "|a| or |b| among them, over %s",
                         run->description);
  g_autofree char *same = g_strdup_printf (
      "share of inputs whose largest logit is that of the same class, over %s", run->description);

  set (run, "numbers", (double)tensors->n,
       "how many numbers were compared, all parameters and buffers");
  set (run, "numbers_different", (double)tensors->n_different, "of how many of them a is not b");
  set (run, "tensor_absolute", tensors->absolute,
       "the largest |a − b| over all parameters and buffers, float64");
  set (run, "tensor_relative", tensors->relative,
       "the largest |a − b| / max (|a|, |b|) over all parameters and buffers, float64");
  set (run, "logit_largest_absolute", largest, absolute);
  set (run, "logit_largest_relative", reduce (run, "logit_relative", FALSE), relative);
  set (run, "same_class_share", reduce (run, "same_class", TRUE) / (double)run->inputs.n, same);
  set_verdict (run, analysis, tensors, largest);
}

static gboolean
kappa_compare_run (KappaAnalysis *analysis,
                   KappaInputs *given,
                   KappaResult *result,
                   KappaContext *context,
                   GError **error)
{
  g_auto (Run) run = { .result = result };
  KappaDifference tensors;

  if (!begin (&run, analysis, given, context, error)
      || !kappa_memory_check (context, get_memory (&run), "compare", error))
    return FALSE;
  add_files_table (&run);
  if (!kappa_compare_tensors (run.models[0], run.models[1], result, &tensors, error))
    return FALSE;
  declare_arrays (&run);
  kappa_progress_start (context->progress, 2.0 * (double)count_missing (&run), "Inputs");
  for (gint64 first = 0; first < run.inputs.n; first += INPUTS_AT_ONCE)
    if (!compare_some (&run, first, MIN (INPUTS_AT_ONCE, run.inputs.n - first), error))
      return FALSE;
  summarise (&run, analysis, &tensors);
  return TRUE;
}

static void
kappa_compare_class_init (KappaCompareClass *klass)
{
  static const KappaProperty n_inputs = {
    .name = "inputs",
    .type = KAPPA_PROPERTY_INTEGER,
    .title = "Random inputs",
    .blurb = "how many random inputs the logits are compared for, where no images are given",
    .unit = "",
    .fallback = "4",
    .minimum = 1.0,
    .maximum = 100000.0,
  };
  static const KappaProperty tolerance = {
    .name = "tolerance",
    .type = KAPPA_PROPERTY_DOUBLE,
    .title = "Tolerance of logits",
    .blurb = "the largest difference of a logit between files that agree",
    .unit = "",
    .fallback = "0",
    .minimum = 0.0,
    .maximum = 1e9,
  };
  static const KappaProperty tensor_tolerance = {
    .name = "tensor-tolerance",
    .type = KAPPA_PROPERTY_DOUBLE,
    .title = "Tolerance of tensors",
    .blurb = "the largest difference of a number in a tensor between files that agree",
    .unit = "",
    .fallback = "0",
    .minimum = 0.0,
    .maximum = 1e9,
  };
  static const KappaProperty *const table[] = { &n_inputs, &tolerance, &tensor_tolerance,
                                                &kappa_property_precision, &kappa_property_seed };
  KappaAnalysisClass *analysis_class = KAPPA_ANALYSIS_CLASS (klass);

  analysis_class->name = "compare";
  analysis_class->title = "Comparison of two files";
  analysis_class->summary
      = "Whether two files hold the same network: the largest difference of each tensor, and of "
        "the logits.";
  analysis_class->reading = (KappaReading) {
    .axes = "A row is a tensor of the network, in the order of its layers; the numbers are "
            "differences between the two "
            "files.",
    .typical = "A lossless conversion changes no number, and with the same settings no logit "
               "either. Weights rounded "
               "to float16 differ by up to 5·10⁻⁴ of their size, to bfloat16 by 4·10⁻³.",
    .misleads = "Equal tensors do not make equal networks: what no file says, such as the place of "
                "a stride or batch "
                "norm's epsilon, comes from the preset; compare the settings first. The same "
                "network folded or "
                "fused has other tensors and the same logits.",
    .source = "The definition of each difference stands beside it.",
  };
  analysis_class->inputs = inputs;
  analysis_class->n_inputs = G_N_ELEMENTS (inputs);
  analysis_class->verdict = "agrees";
  analysis_class->estimate = kappa_compare_estimate;
  analysis_class->run = kappa_compare_run;
  kappa_analysis_class_declare (analysis_class, table, G_N_ELEMENTS (table));
}

static void
kappa_compare_init (KappaCompare *self)
{
}
