#include <math.h>

#include "core/analysis/pareto.h"
#include "core/analysis/power-law.h"
#include "core/analysis/scaling-run.h"

/* What the points add up to: their table, the fronts, the power laws and the first network's
 * numbers. */

enum
{
  NAME,
  KIND,
  SERIES,
  TRAINING,
  SOURCE,
  N_TEXTS,
};

static const char *const text_columns[N_TEXTS] = { "name", "kind", "series", "training", "source" };

static const KappaScalingNumber costs[]
    = { KAPPA_SCALING_PARAMETERS, KAPPA_SCALING_MACS, KAPPA_SCALING_ACTIVATIONS,
        KAPPA_SCALING_MEMORY_BYTES, KAPPA_SCALING_LATENCY };

static const char counts_definition[]
    = "exact counts for one image: trained numbers; multiply-adds of convolutions and matrix "
      "products, nothing else; activations, the numbers that convolutions and matrix products "
      "write";

static char *
define_points (KappaScalingRun *run)
{
  g_autofree char *measure = kappa_scaling_describe_measure (run->plan);
  GString *text = g_string_new (NULL);

  g_string_append_printf (text,
                          "a row for each network at a resolution. Counts: %s. Published "
                          "multiply-adds of ViT and Mixer are "
                          "rounded as their publishers did. Memory: what the engine plans to hold "
                          "in a pass of the batch: "
                          "parameters, packed weights and the memory of all threads. ",
                          counts_definition);
  if (run->plan->repeats > 0)
    g_string_append_printf (
        text,
        "Latency: seconds for a pass: %s; low and high are an interval of at least 95 %% of the "
        "median between order statistics, of this run alone. What is empty did not "
        "fit into memory. ",
        measure);
  if (run->n_images > 0)
    g_string_append_printf (
        text, "Top-1 and loss of checkpoints: over %s, 95 %% Wilson intervals. ", run->images);
  g_string_append (text,
                   "Top-1 of rows called “published” is what the source says of its own "
                   "weights and was not measured here, nor were latencies for V100 and TPU, "
                   "seconds for an image in a batch of 128. Rows called “shapes” have no weights, "
                   "and so no quality");
  return g_string_free (text, FALSE);
}

/**
 * kappa_scaling_tell_points:
 * @rows: (element-type KappaScalingRow)
 *
 * Makes the table "points".
 */
void
kappa_scaling_tell_points (KappaScalingRun *run, GPtrArray *rows)
{
  KappaColumn columns[N_TEXTS + KAPPA_SCALING_N_NUMBERS];
  double numbers[N_TEXTS + KAPPA_SCALING_N_NUMBERS] = { 0 };
  g_autofree char *definition = define_points (run);
  KappaTable *table;

  for (guint c = 0; c < N_TEXTS; c++)
    columns[c] = (KappaColumn) { (char *)text_columns[c], (char *)"", KAPPA_COLUMN_TEXT };
  for (guint c = 0; c < KAPPA_SCALING_N_NUMBERS; c++)
    {
      const char *unit, *name = kappa_scaling_get_column (c, &unit);

      columns[N_TEXTS + c] = (KappaColumn) { (char *)name, (char *)unit, KAPPA_COLUMN_NUMBER };
    }
  table = kappa_table_new ("points", definition, G_N_ELEMENTS (columns), columns);
  for (guint i = 0; i < rows->len; i++)
    {
      const KappaScalingRow *row = rows->pdata[i];
      const char *texts[N_TEXTS + KAPPA_SCALING_N_NUMBERS] = { [NAME] = row->name,
                                                               [KIND] = row->kind,
                                                               [SERIES] = row->series,
                                                               [TRAINING] = row->training,
                                                               [SOURCE] = row->source };

      for (guint c = 0; c < KAPPA_SCALING_N_NUMBERS; c++)
        numbers[N_TEXTS + c] = row->numbers[c];
      kappa_table_add_cells (table, numbers, texts);
    }
  kappa_result_take_table (run->result, table);
}

/* Published and measured qualities are of other images and other hands: each has its own front. */
static void
add_front (KappaTable *table, GPtrArray *rows, KappaScalingNumber cost, gboolean published)
{
  g_autofree double *x = g_new (double, rows->len), *y = g_new (double, rows->len);
  g_autofree gsize *front = g_new (gsize, rows->len);
  const char *unit, *name = kappa_scaling_get_column (cost, &unit);
  gsize n;

  for (guint i = 0; i < rows->len; i++)
    {
      const KappaScalingRow *row = rows->pdata[i];

      x[i] = row->numbers[cost];
      y[i] = (*row->kind == 'p') == published ? row->numbers[KAPPA_SCALING_TOP1] : (double)NAN;
    }
  n = kappa_pareto_front (x, y, rows->len, front);
  for (gsize k = 0; k < n; k++)
    {
      const KappaScalingRow *row = rows->pdata[front[k]];

      kappa_table_add_row (table, name, published ? "published" : "measured here", row->name,
                           row->training, row->numbers[KAPPA_SCALING_RESOLUTION], x[front[k]],
                           y[front[k]]);
    }
}

static void
tell_front (KappaScalingRun *run, GPtrArray *rows)
{
  const KappaColumn columns[] = {
    { (char *)"cost", (char *)"", KAPPA_COLUMN_TEXT },
    { (char *)"top1_is", (char *)"", KAPPA_COLUMN_TEXT },
    { (char *)"name", (char *)"", KAPPA_COLUMN_TEXT },
    { (char *)"training", (char *)"", KAPPA_COLUMN_TEXT },
    { (char *)"resolution", (char *)"px", KAPPA_COLUMN_NUMBER },
    { (char *)"value", (char *)"", KAPPA_COLUMN_NUMBER },
    { (char *)"top1", (char *)"", KAPPA_COLUMN_NUMBER },
  };
  KappaTable *table = kappa_table_new (
      "front",
      "for each cost the points that no other dominates: none costs as little or less and is as "
      "good "
      "or better, one of both strictly; exact for the values as they are, their intervals not "
      "considered; published and measured top-1 apart",
      G_N_ELEMENTS (columns), columns);

  for (guint c = 0; c < G_N_ELEMENTS (costs); c++)
    for (guint published = 0; published < 2; published++)
      add_front (table, rows, costs[c], published == 1);
  kappa_result_take_table (run->result, table);
}

/* Of the rows made here, or of those the scaling rule is made of. */
static void
add_fit (KappaScalingRun *run,
         KappaTable *table,
         GPtrArray *rows,
         KappaScalingNumber y,
         KappaScalingNumber x,
         gboolean rule)
{
  g_autofree double *xs = g_new (double, rows->len), *ys = g_new (double, rows->len);
  const char *unit, *x_name = kappa_scaling_get_column (x, &unit),
                    *y_name = kappa_scaling_get_column (y, &unit);
  g_autofree char *name = g_strdup_printf ("%s%s_exponent_%s", rule ? "rule_" : "", y_name, x_name);
  g_autofree char *definition = NULL;
  KappaPowerLaw law;
  gsize n = 0;

  for (guint i = 0; i < rows->len; i++)
    {
      const KappaScalingRow *row = rows->pdata[i];

      if (rule ? !row->rule : row->network == NULL)
        continue;
      xs[n] = row->numbers[x];
      ys[n++] = row->numbers[y];
    }
  if (!kappa_power_law_fit (xs, ys, n, &law))
    return;
  kappa_table_add_row (table, y_name, x_name, rule ? "published scaling rule" : "networks here",
                       (gint64)law.n, law.exponent, law.low, law.high, law.factor, law.residual);
  definition = g_strdup_printf (
      "the b in %s = a·%s^b, least squares of logarithms over %" G_GSIZE_FORMAT
      " %s; 95 %% interval "
      "of Student, deviations taken for independent",
      y_name, x_name, law.n,
      rule ? "published configurations of the ResNet-RS scaling rule" : "networks and resolutions");
  kappa_result_set_scalar (run->result, name, law.exponent, "",
                           KAPPA_CERTAINTY_INTERVAL (law.low, law.high, 0.95), definition);
}

static void
tell_fits (KappaScalingRun *run, GPtrArray *rows)
{
  const KappaColumn columns[] = {
    { (char *)"of", (char *)"", KAPPA_COLUMN_TEXT },
    { (char *)"over", (char *)"", KAPPA_COLUMN_TEXT },
    { (char *)"points", (char *)"", KAPPA_COLUMN_TEXT },
    { (char *)"n", (char *)"", KAPPA_COLUMN_INTEGER },
    { (char *)"exponent", (char *)"", KAPPA_COLUMN_NUMBER },
    { (char *)"exponent_low", (char *)"", KAPPA_COLUMN_NUMBER },
    { (char *)"exponent_high", (char *)"", KAPPA_COLUMN_NUMBER },
    { (char *)"factor", (char *)"", KAPPA_COLUMN_NUMBER },
    { (char *)"residual", (char *)"", KAPPA_COLUMN_NUMBER },
  };
  KappaTable *table = kappa_table_new ("fits",
                                       "power laws y = a·x^b: exponent b with its 95 % interval, "
                                       "factor a, and the standard deviation "
                                       "of log y around the line, from least squares of "
                                       "logarithms; deviations taken for independent",
                                       G_N_ELEMENTS (columns), columns);

  add_fit (run, table, rows, KAPPA_SCALING_LATENCY, KAPPA_SCALING_MACS, FALSE);
  add_fit (run, table, rows, KAPPA_SCALING_LATENCY, KAPPA_SCALING_ACTIVATIONS, FALSE);
  add_fit (run, table, rows, KAPPA_SCALING_LATENCY, KAPPA_SCALING_PARAMETERS, FALSE);
  add_fit (run, table, rows, KAPPA_SCALING_RESOLUTION, KAPPA_SCALING_MACS, TRUE);
  add_fit (run, table, rows, KAPPA_SCALING_DEPTH, KAPPA_SCALING_MACS, TRUE);
  kappa_result_take_table (run->result, table);
}

static void
set_exact (KappaScalingRun *run,
           const KappaScalingRow *row,
           KappaScalingNumber number,
           const char *what)
{
  const char *unit, *name = kappa_scaling_get_column (number, &unit);
  g_autofree char *definition = g_strdup_printf ("%s of %s at %g pixels; exact", what, row->name,
                                                 row->numbers[KAPPA_SCALING_RESOLUTION]);

  kappa_result_set_scalar (run->result, name, row->numbers[number], unit, KAPPA_CERTAINTY_EXACT,
                           definition);
}

/* Of the first model at its own resolution. */
static void
tell_first (KappaScalingRun *run, const KappaScalingRow *row)
{
  g_autofree char *measure = kappa_scaling_describe_measure (run->plan);
  const double *x = row->numbers;
  double low, high, level, latency = kappa_scaling_get_latency (run, 0, &low, &high, &level);

  set_exact (run, row, KAPPA_SCALING_PARAMETERS, "trained numbers");
  set_exact (run, row, KAPPA_SCALING_MACS,
             "multiply-adds for one image, of convolutions and matrix products,");
  set_exact (run, row, KAPPA_SCALING_ACTIVATIONS,
             "numbers that convolutions and matrix products write for one image,");
  set_exact (run, row, KAPPA_SCALING_MEMORY_BYTES,
             "bytes the engine plans to hold in a pass of the batch");
  if (isfinite (latency))
    {
      g_autofree char *definition
          = g_strdup_printf ("seconds for a pass through %s at %g pixels; %s", row->name,
                             x[KAPPA_SCALING_RESOLUTION], measure);

      kappa_result_set_scalar (run->result, "latency", latency, "s",
                               KAPPA_CERTAINTY_INTERVAL (low, high, level), definition);
    }
  if (isfinite (x[KAPPA_SCALING_TOP1]))
    {
      g_autofree char *share
          = g_strdup_printf ("share of images whose first class is right, over %s", run->images);
      g_autofree char *loss
          = g_strdup_printf ("mean cross-entropy over %s; no regulariser", run->images);

      kappa_result_set_scalar (
          run->result, "top1", x[KAPPA_SCALING_TOP1], "",
          KAPPA_CERTAINTY_INTERVAL (x[KAPPA_SCALING_TOP1_LOW], x[KAPPA_SCALING_TOP1_HIGH], 0.95),
          share);
      kappa_result_set_scalar (run->result, "loss", x[KAPPA_SCALING_MEAN_LOSS], "nat",
                               KAPPA_CERTAINTY_EXACT, loss);
    }
}

/**
 * kappa_scaling_summarise:
 *
 * Makes all tables, curves and scalars of a run whose measurements are there.
 */
void
kappa_scaling_summarise (KappaScalingRun *run)
{
  g_autoptr (GPtrArray) rows = kappa_scaling_make_rows (run);

  kappa_scaling_tell_points (run, rows);
  tell_front (run, rows);
  kappa_scaling_tell_lines (run, rows);
  tell_first (run, rows->pdata[0]);
  tell_fits (run, rows);
}
