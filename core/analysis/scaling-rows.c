#include <math.h>
#include <string.h>

#include "core/analysis/order-statistics.h"
#include "core/analysis/published.h"
#include "core/analysis/scaling-run.h"
#include "core/analysis/statistics.h"

/* The rows of the table "points": what is made here, then what others published. */

#define LATENCY_LEVEL   0.95
#define PUBLISHED_BATCH 128.0

static const struct
{
  const char *name, *unit;
} columns[KAPPA_SCALING_N_NUMBERS] = {
  [KAPPA_SCALING_DEPTH] = { "depth", "" },
  [KAPPA_SCALING_WIDTH] = { "width", "" },
  [KAPPA_SCALING_RESOLUTION] = { "resolution", "px" },
  [KAPPA_SCALING_BITS] = { "bits", "" },
  [KAPPA_SCALING_PARAMETERS] = { "parameters", "" },
  [KAPPA_SCALING_MACS] = { "macs", "" },
  [KAPPA_SCALING_ACTIVATIONS] = { "activations", "" },
  [KAPPA_SCALING_MEMORY_BYTES] = { "memory", "B" },
  [KAPPA_SCALING_LATENCY] = { "latency", "s" },
  [KAPPA_SCALING_LATENCY_LOW] = { "latency_low", "s" },
  [KAPPA_SCALING_LATENCY_HIGH] = { "latency_high", "s" },
  [KAPPA_SCALING_V100] = { "latency_v100", "s" },
  [KAPPA_SCALING_TPU] = { "latency_tpu", "s" },
  [KAPPA_SCALING_TOP1] = { "top1", "" },
  [KAPPA_SCALING_TOP1_LOW] = { "top1_low", "" },
  [KAPPA_SCALING_TOP1_HIGH] = { "top1_high", "" },
  [KAPPA_SCALING_MEAN_LOSS] = { "loss", "nat" },
};

const char *
kappa_scaling_get_column (KappaScalingNumber number, const char **unit)
{
  *unit = columns[number].unit;
  return columns[number].name;
}

static void
row_free (gpointer data)
{
  KappaScalingRow *row = data;

  g_free (row->name);
  g_free (row->series);
  g_free (row->training);
  g_free (row->source);
  g_free (row);
}

/* "ResNet-RS" of "ResNet-RS-50", "ViT" of "ViT-B/16". */
static char *
make_series (KappaVariant *variant)
{
  const KappaFamily *family = kappa_variant_get_family (variant);
  const char *name = kappa_variant_get_name (variant);

  if (family != NULL)
    return g_strdup_printf ("%.*s%s", (int)strlen (family->title) - 1, family->title,
                            family->suffix);
  return g_strndup (name, strcspn (name, "-"));
}

/**
 * kappa_scaling_get_latency:
 * @low, @high: (out): its interval
 * @level: (out): of the interval
 *
 * Returns: the median time of a pass, seconds; NaN if the point was not measured
 */
double
kappa_scaling_get_latency (KappaScalingRun *run,
                           guint point,
                           double *low,
                           double *high,
                           double *level)
{
  const guint n = run->plan->repeats;
  g_autofree double *seconds = g_new (double, MAX (n, 1));
  double median = (double)NAN;

  *low = *high = (double)NAN;
  *level = 0.0;
  for (guint i = 0; i < n; i++)
    if (!kappa_result_get_value (run->result, KAPPA_SCALING_RUNS, (gsize)point * n + i, &seconds[i])
        || !isfinite (seconds[i]))
      return (double)NAN;
  if (n > 0)
    *level = kappa_median_interval (seconds, n, LATENCY_LEVEL, &median, low, high);
  return median;
}

static void
set_counts (KappaScalingRow *row, const KappaVariantCounts *counts)
{
  row->numbers[KAPPA_SCALING_PARAMETERS] = (double)counts->parameters;
  row->numbers[KAPPA_SCALING_MACS] = (double)counts->macs;
  row->numbers[KAPPA_SCALING_ACTIVATIONS] = (double)counts->activations;
}

static void
set_measures (KappaScalingRow *row, KappaScalingRun *run, guint i)
{
  double *x = row->numbers, level;

  kappa_result_get_value (run->result, KAPPA_SCALING_MEMORY, i, &x[KAPPA_SCALING_MEMORY_BYTES]);
  x[KAPPA_SCALING_LATENCY] = kappa_scaling_get_latency (run, i, &x[KAPPA_SCALING_LATENCY_LOW],
                                                        &x[KAPPA_SCALING_LATENCY_HIGH], &level);
}

static void
set_quality (KappaScalingRow *row, KappaScalingRun *run, guint i)
{
  double *x = row->numbers, correct;
  const double n = (double)run->n_images;

  if (!kappa_result_get_value (run->result, KAPPA_SCALING_CORRECT, i, &correct)
      || !kappa_result_get_value (run->result, KAPPA_SCALING_LOSS, i, &x[KAPPA_SCALING_MEAN_LOSS]))
    return;
  x[KAPPA_SCALING_TOP1] = correct / n;
  kappa_wilson_interval (correct, n, KAPPA_NORMAL_95, &x[KAPPA_SCALING_TOP1_LOW],
                         &x[KAPPA_SCALING_TOP1_HIGH]);
}

static KappaScalingRow *
row_new (const char *kind, const char *name)
{
  KappaScalingRow *row = g_new0 (KappaScalingRow, 1);

  row->kind = kind;
  row->name = g_strdup (name);
  for (guint k = 0; k < KAPPA_SCALING_N_NUMBERS; k++)
    row->numbers[k] = (double)NAN;
  return row;
}

static KappaScalingRow *
make_own (KappaScalingRun *run, guint i)
{
  const KappaScalingPoint *point = kappa_scaling_plan_get (run->plan, i);
  KappaModel *model = kappa_variant_get_model (point->variant);
  KappaScalingRow *row
      = row_new (model != NULL ? "checkpoint" : "shapes", kappa_variant_get_name (point->variant));

  row->series = make_series (point->variant);
  row->training
      = model != NULL ? g_path_get_basename (kappa_model_get_path (model)) : g_strdup ("none");
  row->source = g_strdup ("");
  row->network = point->variant;
  if (kappa_variant_get_depth (point->variant) > 0)
    {
      row->numbers[KAPPA_SCALING_DEPTH] = kappa_variant_get_depth (point->variant);
      row->numbers[KAPPA_SCALING_WIDTH] = kappa_variant_get_width (point->variant);
    }
  row->numbers[KAPPA_SCALING_RESOLUTION] = point->width;
  set_counts (row, &point->counts);
  set_measures (row, run, i);
  if (point->model >= 0)
    set_quality (row, run, i);
  return row;
}

static double
or_nan (double value)
{
  return value > 0.0 ? value : (double)NAN;
}

static KappaVariantCounts
count_published (const KappaPublishedPoint *p)
{
  const KappaFamily *family = p->family != NULL ? kappa_family_find (p->family) : NULL;
  g_autoptr (KappaVariant) variant
      = family != NULL ? kappa_variant_new (family, p->depth, 1.0, NULL, NULL) : NULL;
  KappaVariantCounts counts;

  if (variant == NULL || !kappa_variant_count (variant, p->size, p->size, &counts, NULL))
    counts = (KappaVariantCounts) { p->parameters, p->macs, 0 };
  return counts;
}

static const KappaVariantCounts *
get_published_counts (KappaScalingRun *run, guint i)
{
  guint n;
  const KappaPublishedPoint *published = kappa_published_list (&n);

  if (run->published == NULL)
    {
      run->published = g_array_sized_new (FALSE, TRUE, sizeof (KappaVariantCounts), n);
      g_array_set_size (run->published, n);
      for (guint k = 0; k < n; k++)
        if (g_strcmp0 (published[k].data, run->plan->data) == 0)
          g_array_index (run->published, KappaVariantCounts, k) = count_published (&published[k]);
    }
  return &g_array_index (run->published, KappaVariantCounts, i);
}

/* The cost of a published network is counted from its builder where there is one, and measured
 * where the same network at the same resolution was measured here. */
static void
set_published_cost (KappaScalingRow *row,
                    KappaScalingRun *run,
                    const KappaPublishedPoint *p,
                    guint i)
{
  const KappaFamily *family = p->family != NULL ? kappa_family_find (p->family) : NULL;
  const KappaScalingPoint *measured
      = family != NULL && p->bits == 0
            ? kappa_scaling_plan_find (run->plan, family, p->depth, 1.0, p->size)
            : NULL;

  set_counts (row, get_published_counts (run, i));
  row->numbers[KAPPA_SCALING_ACTIVATIONS] = or_nan (row->numbers[KAPPA_SCALING_ACTIVATIONS]);
  /* The same name does not make the same network: strides may be elsewhere. */
  if (measured != NULL && measured->counts.macs == get_published_counts (run, i)->macs)
    set_measures (row, run, (guint)(measured - kappa_scaling_plan_get (run->plan, 0)));
}

static KappaScalingRow *
make_published (KappaScalingRun *run, const KappaPublishedPoint *p, guint i)
{
  KappaScalingRow *row = row_new ("published", p->name);

  row->series = g_strdup (p->series);
  row->training = g_strdup (p->training);
  row->source = g_strdup (p->source);
  row->rule = p->v100 > 0.0;
  if (p->depth > 0)
    {
      row->numbers[KAPPA_SCALING_DEPTH] = p->depth;
      row->numbers[KAPPA_SCALING_WIDTH] = 1.0;
    }
  row->numbers[KAPPA_SCALING_RESOLUTION] = p->size;
  row->numbers[KAPPA_SCALING_BITS] = or_nan (p->bits);
  row->numbers[KAPPA_SCALING_TOP1] = p->top1;
  row->numbers[KAPPA_SCALING_V100] = or_nan (p->v100 / PUBLISHED_BATCH);
  row->numbers[KAPPA_SCALING_TPU] = or_nan (p->tpu / PUBLISHED_BATCH);
  set_published_cost (row, run, p, i);
  return row;
}

/**
 * kappa_scaling_make_rows:
 *
 * Returns: (transfer full) (element-type KappaScalingRow): all points, with what is known of them
 * by now
 */
GPtrArray *
kappa_scaling_make_rows (KappaScalingRun *run)
{
  GPtrArray *rows = g_ptr_array_new_with_free_func (row_free);
  guint n;
  const KappaPublishedPoint *published = kappa_published_list (&n);

  for (guint i = 0; i < run->plan->points->len; i++)
    g_ptr_array_add (rows, make_own (run, i));
  for (guint i = 0; i < n; i++)
    if (g_strcmp0 (published[i].data, run->plan->data) == 0)
      g_ptr_array_add (rows, make_published (run, &published[i], i));
  return rows;
}
