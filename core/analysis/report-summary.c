#include <math.h>

#include "core/analysis/report-run.h"

static const KappaColumn columns[] = {
  { "quantity", "", KAPPA_COLUMN_TEXT },      { "checkpoint", "", KAPPA_COLUMN_TEXT },
  { "images", "", KAPPA_COLUMN_TEXT },        { "value", "", KAPPA_COLUMN_NUMBER },
  { "unit", "", KAPPA_COLUMN_TEXT },          { "certainty", "", KAPPA_COLUMN_TEXT },
  { "low", "", KAPPA_COLUMN_NUMBER },         { "high", "", KAPPA_COLUMN_NUMBER },
  { "sample_mean", "", KAPPA_COLUMN_NUMBER }, { "sample_low", "", KAPPA_COLUMN_NUMBER },
  { "sample_high", "", KAPPA_COLUMN_NUMBER }, { "analysis", "", KAPPA_COLUMN_TEXT },
  { "definition", "", KAPPA_COLUMN_TEXT },
};

static KappaScalar *
find (KappaReportRun *run, const KappaReportRow *row, gboolean sample, guint model)
{
  g_autofree char *name = kappa_report_scalar_name (run, row, sample, model);

  return kappa_result_dup_scalar (run->result, name);
}

/* How far the value may be off, numerically; 0 if it is exact. */
static double
half_width (const KappaCertainty *certainty)
{
  if (certainty->kind == KAPPA_RESIDUAL)
    return fabs (certainty->residual);
  return certainty->kind == KAPPA_INTERVAL ? 0.5 * (certainty->high - certainty->low) : 0.0;
}

static char *
describe_certainty (const KappaScalar *scalar)
{
  if (isnan (scalar->value))
    return g_strdup ("not available");
  if (scalar->certainty.kind == KAPPA_RESIDUAL)
    return g_strdup_printf ("residual %.2g", scalar->certainty.residual);
  if (scalar->certainty.kind == KAPPA_INTERVAL && scalar->certainty.level >= 1.0)
    return g_strdup ("bound");
  if (scalar->certainty.kind == KAPPA_INTERVAL)
    return g_strdup_printf ("%g %% interval", 100.0 * scalar->certainty.level);
  return g_strdup ("exact");
}

/* The number and what it would have been with other images, as another row of @table. */
static void
add_row (KappaReportRun *run,
         KappaTable *table,
         const KappaReportRow *row,
         const char *checkpoint,
         guint model)
{
  g_autoptr (KappaScalar) whole = find (run, row, FALSE, model);
  g_autoptr (KappaScalar) sample = find (run, row, TRUE, model);
  g_autofree char *certainty = whole != NULL ? describe_certainty (whole) : NULL;
  gboolean is_interval = whole != NULL && whole->certainty.kind == KAPPA_INTERVAL;
  double half;

  if (whole == NULL)
    return;
  half = half_width (&whole->certainty);
  kappa_table_add_row (
      table, row->title, checkpoint, kappa_report_describe_images (run, row), whole->value,
      whole->unit, certainty, is_interval ? whole->certainty.low : whole->value - half,
      is_interval ? whole->certainty.high : whole->value + half,
      sample != NULL ? sample->value : NAN, sample != NULL ? sample->certainty.low : NAN,
      sample != NULL ? sample->certainty.high : NAN, row->analysis != NULL ? row->analysis : "",
      whole->definition);
}

/* Errors of both are taken as independent; residuals are bounds and add up. */
static KappaCertainty
combine (double difference, const KappaCertainty *a, const KappaCertainty *b)
{
  double x = half_width (a), y = half_width (b), half = sqrt (x * x + y * y);

  if (a->kind == KAPPA_EXACT && b->kind == KAPPA_EXACT)
    return KAPPA_CERTAINTY_EXACT;
  if (a->kind != KAPPA_INTERVAL && b->kind != KAPPA_INTERVAL)
    return KAPPA_CERTAINTY_RESIDUAL (x + y);
  return KAPPA_CERTAINTY_INTERVAL (difference - half, difference + half, 0.95);
}

static void
set_difference (KappaReportRun *run, const KappaReportRow *row, gboolean sample)
{
  g_autoptr (KappaScalar) first = find (run, row, sample, 0);
  g_autoptr (KappaScalar) second = find (run, row, sample, 1);
  g_autofree char *name = kappa_report_scalar_name (run, row, sample, run->n_models);
  g_autofree char *text = NULL;
  double difference;

  if (first == NULL || second == NULL)
    return;
  difference = second->value - first->value;
  text = g_strdup_printf ("second checkpoint minus first; their uncertainties combined as if they "
                          "were independent, too wide where both saw the same images: %s",
                          second->definition);
  kappa_result_set_scalar (run->result, name, difference, second->unit,
                           combine (difference, &first->certainty, &second->certainty), text);
}

static KappaTable *
new_table (const char *name, const char *definition)
{
  return kappa_table_new (name, definition, G_N_ELEMENTS (columns), columns);
}

static char *
name_checkpoint (KappaReportRun *run, guint model)
{
  const char *path = kappa_inputs_get_source (run->inputs, "model", model);

  return g_path_get_basename (path);
}

static void
compare (KappaReportRun *run)
{
  KappaTable *table = new_table (
      "differences", "the second checkpoint minus the first, row by row; low and high by both "
                     "uncertainties as if they were independent");
  guint n;
  const KappaReportRow *rows = kappa_report_list_rows (&n);

  for (guint i = 0; i < n; i++)
    {
      set_difference (run, &rows[i], FALSE);
      set_difference (run, &rows[i], TRUE);
      add_row (run, table, &rows[i], "difference", run->n_models);
    }
  kappa_result_take_table (run->result, table);
}

/**
 * kappa_report_summarise:
 *
 * Sets the table of what is known so far and, of two models, that of the differences.
 */
void
kappa_report_summarise (KappaReportRun *run)
{
  KappaTable *table = new_table (
      "report", "the geometry of the checkpoints. Low and high bound the number for these images: "
                "equal where it is exact, else by its residual or interval. The sample columns are "
                "the mean over folds of the images, each computed from its own images alone, with "
                "its 95 % interval: what other images of the same kind would give");
  guint n;
  const KappaReportRow *rows = kappa_report_list_rows (&n);

  for (guint i = 0; i < n; i++)
    for (guint model = 0; model < run->n_models; model++)
      {
        g_autofree char *checkpoint = name_checkpoint (run, model);

        add_row (run, table, &rows[i], checkpoint, model);
      }
  kappa_result_take_table (run->result, table);
  if (run->n_models == 2)
    compare (run);
}
