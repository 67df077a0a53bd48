#include "core/analysis/scaling.h"

#include "core/analysis/memory.h"
#include "core/analysis/scaling-run.h"
#include "core/base/error.h"

struct _KappaScaling
{
  KappaAnalysis parent_instance;
};

G_DEFINE_FINAL_TYPE (KappaScaling, kappa_scaling, KAPPA_TYPE_ANALYSIS)

G_DEFINE_ENUM_TYPE (KappaScalingFamily,
                    kappa_scaling_family,
                    G_DEFINE_ENUM_VALUE (KAPPA_SCALING_FAMILY_AUTO, "auto"),
                    G_DEFINE_ENUM_VALUE (KAPPA_SCALING_FAMILY_RESNET, "resnet"),
                    G_DEFINE_ENUM_VALUE (KAPPA_SCALING_FAMILY_RESNET_RS, "resnet-rs"),
                    G_DEFINE_ENUM_VALUE (KAPPA_SCALING_FAMILY_CIFAR, "cifar-resnet"))

static const KappaInputSpec inputs[] = {
  { "model", KAPPA_INPUT_MODEL, 1, 0, TRUE, "trained networks, one or more" },
  { "data", KAPPA_INPUT_DATASET, 0, 1, FALSE,
    "labelled images for top-1 and loss of the given networks; without them, costs alone" },
};

static const char *const family_blurbs[] = {
  "that of each given network, if it is of one",
  "ResNets for ImageNet, of 18 to 152 layers",
  "ResNet-RS, of 50 to 420 layers",
  "ResNets for CIFAR, of 6 n + 2 layers",
};

static const KappaProperty family_property = {
  .name = "family",
  .type = KAPPA_PROPERTY_ENUM,
  .title = "Family",
  .blurb = "whose depths and widths are explored, made from shapes alone",
  .unit = "",
  .fallback = "auto",
  .enum_type = kappa_scaling_family_get_type,
  .value_blurbs = family_blurbs,
};

static const KappaProperty depths_property = {
  .name = "depths",
  .type = KAPPA_PROPERTY_STRING,
  .title = "Depths",
  .blurb = "e.g. 50,101,152 or 20:56:12; “auto” for all that were published, “own” for the given "
           "networks' alone",
  .unit = "",
  .fallback = "auto",
};

static const KappaProperty widths_property = {
  .name = "widths",
  .type = KAPPA_PROPERTY_STRING,
  .title = "Widths",
  .blurb = "factors for the channels of every layer, rounded to multiples of 8, e.g. 0.5,1,2",
  .unit = "",
  .fallback = "1",
};

static const KappaProperty resolutions_property = {
  .name = "resolutions",
  .type = KAPPA_PROPERTY_STRING,
  .title = "Resolutions",
  .blurb = "sides of square images, e.g. 128:320:32; “own” for those the networks were made for",
  .unit = "px",
  .fallback = "own",
};

static const KappaProperty measure_property = {
  .name = "measure",
  .type = KAPPA_PROPERTY_BOOLEAN,
  .title = "Measure latency",
  .blurb = "whether networks are run and timed; counts and memory need no run",
  .unit = "",
  .fallback = "true",
};

static const KappaProperty batch_property = {
  .name = "batch",
  .type = KAPPA_PROPERTY_INTEGER,
  .title = "Images in a pass",
  .blurb = "of which latency and memory are told, a multiple of the threads",
  .unit = "",
  .fallback = "1",
  .minimum = 1.0,
  .maximum = 4096.0,
};

static const KappaProperty repeats_property = {
  .name = "repeats",
  .type = KAPPA_PROPERTY_INTEGER,
  .title = "Passes measured",
  .blurb = "of which latency is the median, with an interval of at least 95 %",
  .unit = "",
  .fallback = "9",
  .minimum = 6.0, /* fewer give no such interval */
  .maximum = 1000.0,
};

static const KappaProperty threads_property = {
  .name = "latency-threads",
  .type = KAPPA_PROPERTY_INTEGER,
  .title = "Threads of a pass",
  .blurb
  = "how many measure together, each its share of the batch; what decides the latency belongs "
    "to the recipe",
  .unit = "",
  .fallback = "1",
  .minimum = 1.0,
  .maximum = 256.0,
};

static gboolean
kappa_scaling_check (KappaAnalysis *analysis, KappaInputs *given, GError **error)
{
  const gint64 batch = kappa_analysis_get_integer (analysis, "batch"),
               threads = kappa_analysis_get_integer (analysis, "latency-threads");

  if (kappa_analysis_get_enum (analysis, "precision") == KAPPA_PRECISION_FLOAT64)
    {
      g_set_error_literal (
          error, KAPPA_ERROR, KAPPA_ERROR_USAGE,
          "precision: costs are those of float32 or bfloat16; float64 is for checking "
          "and nobody's deployment");
      return FALSE;
    }
  if (batch % threads != 0)
    {
      g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE,
                   "latency-threads: a batch of %" G_GINT64_FORMAT
                   " images cannot be shared evenly by %" G_GINT64_FORMAT
                   " threads, for each takes whole images; set batch to a multiple",
                   batch, threads);
      return FALSE;
    }
  return kappa_scaling_check_lists (analysis, error);
}

static gint64
count_labelled (KappaInputs *given)
{
  KappaDataset *dataset;
  KappaSelection *selection;
  gint64 n = 0;

  if (kappa_inputs_get_n (given, "data") == 0)
    return 0;
  dataset = kappa_inputs_get_dataset (given, "data", 0);
  selection = kappa_inputs_get_selection (given, "data", 0);
  for (guint i = 0; i < kappa_selection_get_n (selection); i++)
    n += kappa_dataset_get_label (dataset, kappa_selection_get_indices (selection)[i]) >= 0;
  return n;
}

static char *
describe_images (KappaInputs *given, const KappaScalingPlan *plan, gint64 n)
{
  g_autofree char *name = NULL;

  if (n == 0)
    return NULL;
  name = g_path_get_basename (kappa_inputs_get_source (given, "data", 0));
  return g_strdup_printf (
      "%" G_GINT64_FORMAT
      " labelled images of %s, prepared as each network's preset says but for the "
      "resolution; BatchNorm in inference mode; %s",
      n, name, plan->precision == KAPPA_PRECISION_BFLOAT16 ? "bfloat16" : "float32");
}

static gboolean
begin (KappaScalingRun *run, KappaAnalysis *analysis, KappaScalingPlan *plan, GError **error)
{
  run->plan = plan;
  run->n_images = count_labelled (run->given);
  run->images = describe_images (run->given, plan, run->n_images);
  if (kappa_inputs_get_n (run->given, "data") == 0 || run->n_images > 0)
    return TRUE;
  g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_DATA, "%s: none of the selected images has a label",
               kappa_inputs_get_source (run->given, "data", 0));
  return FALSE;
}

static const KappaScalingPoint *
find_extreme (const KappaScalingPlan *plan, gboolean largest)
{
  const KappaScalingPoint *found = kappa_scaling_plan_get (plan, 0);

  for (guint i = 1; i < plan->points->len; i++)
    {
      const KappaScalingPoint *point = kappa_scaling_plan_get (plan, i);

      if ((point->counts.macs > found->counts.macs) == largest)
        found = point;
    }
  return found;
}

/* The cheapest network gives the pace, the dearest the memory, if it fits: what does not is left
 * out. */
static gboolean
kappa_scaling_estimate (KappaAnalysis *analysis,
                        KappaInputs *given,
                        KappaContext *context,
                        KappaEstimate *estimate,
                        GError **error)
{
  g_autoptr (KappaScalingPlan) plan = kappa_scaling_plan_new (analysis, given, error);
  g_auto (KappaScalingRun) run = { .given = given, .context = context };
  g_autoptr (KappaScalingMeter) meter = NULL;
  KappaContext quiet = *context;
  double seconds[3], work = 0.0;
  guint64 bytes, bytes_to_run;

  quiet.progress = NULL;
  if (plan == NULL || !begin (&run, analysis, plan, error))
    return FALSE;
  meter = kappa_scaling_meter_new (plan, &quiet);
  *estimate = (KappaEstimate) { .unit = "billion multiply-adds" };
  if (!kappa_scaling_meter_prepare (meter, find_extreme (plan, TRUE), &bytes, &bytes_to_run, error))
    return FALSE;
  estimate->bytes = MIN (bytes_to_run, kappa_memory_get_budget (context));
  for (guint i = 0; i < plan->points->len; i++)
    {
      const KappaScalingPoint *point = kappa_scaling_plan_get (plan, i);
      double pass = kappa_scaling_get_work (plan, point);

      work += plan->repeats > 0 ? pass * (plan->repeats + KAPPA_SCALING_WARM_UP + 1) : 0.0;
      work += point->model >= 0 ? pass / (double)plan->batch * (double)run.n_images : 0.0;
    }
  estimate->units = work;
  if (work == 0.0)
    return TRUE;
  if (!kappa_scaling_meter_prepare (meter, find_extreme (plan, FALSE), &bytes, &bytes_to_run, error)
      || !kappa_scaling_meter_run (meter, G_N_ELEMENTS (seconds), seconds, error))
    return FALSE;
  estimate->seconds = work * seconds[0] / kappa_scaling_get_work (plan, find_extreme (plan, FALSE));
  return TRUE;
}

static gboolean
kappa_scaling_run (KappaAnalysis *analysis,
                   KappaInputs *given,
                   KappaResult *result,
                   KappaContext *context,
                   GError **error)
{
  g_autoptr (KappaScalingPlan) plan = kappa_scaling_plan_new (analysis, given, error);
  g_auto (KappaScalingRun) run = { .given = given, .context = context, .result = result };

  return plan != NULL && begin (&run, analysis, plan, error) && kappa_scaling_compute (&run, error);
}

static void
kappa_scaling_class_init (KappaScalingClass *klass)
{
  static const KappaProperty *const table[]
      = { &family_property,          &depths_property,    &widths_property,  &resolutions_property,
          &measure_property,         &batch_property,     &repeats_property, &threads_property,
          &kappa_property_precision, &kappa_property_seed };
  KappaAnalysisClass *analysis_class = KAPPA_ANALYSIS_CLASS (klass);

  analysis_class->name = "scaling";
  analysis_class->title = "Scaling";
  analysis_class->summary = "What networks cost and what they are worth over depth, width and "
                            "resolution, beside published ones, and the front none dominates.";
  analysis_class->reading = (KappaReading) {
    .axes
    = "A point is a network at a resolution: its cost to the right, logarithmic, the share of "
      "right images upwards. Filled points were measured here, hollow ones are published. A "
      "point on the front is one that nothing cheaper matches.",
    .typical
    = "Twice the depth is twice the multiply-adds, twice the width or the resolution four "
      "times. Latency follows activations more closely than multiply-adds. Along a front each "
      "further point of accuracy costs more than the one before.",
    .misleads = "Published accuracies come from other training recipes and whole test sets: a step "
                "between two "
                "families may be training, not shape. Latency is of this machine, batch and thread "
                "count; its "
                "interval says how it varied within this run, not on another day. A front leaves "
                "intervals aside.",
    .source
    = "I. Bello et al.: Revisiting ResNets, NeurIPS 2021. Activations: P. Dollár, M. Singh, R. "
      "Girshick: Fast and accurate model scaling, CVPR 2021. Interval of the median: W. R. "
      "Thompson, Annals of Mathematical Statistics 7, 1936.",
  };
  analysis_class->inputs = inputs;
  analysis_class->n_inputs = G_N_ELEMENTS (inputs);
  analysis_class->check = kappa_scaling_check;
  analysis_class->estimate = kappa_scaling_estimate;
  analysis_class->run = kappa_scaling_run;
  kappa_analysis_class_declare (analysis_class, table, G_N_ELEMENTS (table));
}

static void
kappa_scaling_init (KappaScaling *self)
{
}
