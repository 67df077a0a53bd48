#include "core/analysis/report-rows.h"

#include "core/base/error.h"

static const KappaReportRow rows[] = {
  { "parameters", "Parameters", NULL, NULL, KAPPA_REPORT_BEST },
  { "train_loss", "Training loss", "predict", "loss", KAPPA_REPORT_TRAINING },
  { "train_accuracy", "Training accuracy", "predict", "top1", KAPPA_REPORT_TRAINING },
  { "loss", "Loss", "predict", "loss", KAPPA_REPORT_DATA },
  { "accuracy", "Accuracy", "predict", "top1", KAPPA_REPORT_DATA },
  { "active_fraction", "Active neurons", "activity", "active_fraction", KAPPA_REPORT_BEST },
  { "dead_units", "Dead units", "activity", "dead_units", KAPPA_REPORT_BEST },
  { "weight_norm", "Length of the weights ‖w‖", "sharpness", "weight_norm", KAPPA_REPORT_BEST },
  { "gradient_norm", "Length of the gradient", "sharpness", "gradient_norm", KAPPA_REPORT_BEST },
  { "sam_sharpness", "Sharpness, one step", "sharpness", "sam_sharpness", KAPPA_REPORT_BEST },
  { "sharpness", "Sharpness, worst found", "sharpness", "sharpness", KAPPA_REPORT_BEST },
  { "average_flatness", "Average loss under noise", "sharpness", "average_flatness",
    KAPPA_REPORT_BEST },
  { "lambda_from_sharpness", "λ from sharpness", "sharpness", "lambda_from_sharpness",
    KAPPA_REPORT_BEST },
  { "trace", "Trace of the Hessian", "trace", "trace", KAPPA_REPORT_BEST },
  { "lambda_max", "Largest eigenvalue λ_max", "spectrum", "lambda_max", KAPPA_REPORT_BEST },
  { "lambda_min", "Smallest eigenvalue λ_min", "spectrum", "lambda_min", KAPPA_REPORT_BEST },
  { "ntk_condition", "Condition of the NTK κ", "ntk", "ntk_condition", KAPPA_REPORT_BEST },
};

/* Rough times, so that progress is roughly even. */
static const struct
{
  const char *analysis;
  double weight;
} weights[] = {
  { "predict", 1.0 }, { "activity", 2.0 },   { "sharpness", 70.0 },
  { "trace", 60.0 },  { "spectrum", 300.0 }, { "ntk", 60.0 },
};

/**
 * kappa_report_list_rows:
 * @n: (out)
 *
 * Returns: (transfer none) (array length=n): all rows a report can have, in order
 */
const KappaReportRow *
kappa_report_list_rows (guint *n)
{
  *n = G_N_ELEMENTS (rows);
  return rows;
}

/**
 * kappa_report_same_stage:
 *
 * Returns: whether one run finds both rows
 */
gboolean
kappa_report_same_stage (const KappaReportRow *a, const KappaReportRow *b)
{
  return a->images == b->images && g_strcmp0 (a->analysis, b->analysis) == 0;
}

/**
 * kappa_report_get_weight:
 *
 * Returns: about how long the analysis takes, in no unit
 */
double
kappa_report_get_weight (const char *analysis)
{
  for (guint i = 0; i < G_N_ELEMENTS (weights); i++)
    if (g_str_equal (weights[i].analysis, analysis))
      return weights[i].weight;
  return 1.0;
}

/**
 * kappa_report_is_left_out:
 * @without: names of analyses, separated by commas
 */
gboolean
kappa_report_is_left_out (const char *without, const char *analysis)
{
  g_auto (GStrv) names = g_strsplit (without, ",", -1);

  for (guint i = 0; names[i] != NULL; i++)
    if (g_str_equal (g_strstrip (names[i]), analysis))
      return TRUE;
  return FALSE;
}

static gboolean
is_used (const char *analysis)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (rows[i].analysis != NULL && g_str_equal (rows[i].analysis, analysis))
      return TRUE;
  return FALSE;
}

/**
 * kappa_report_check_without:
 *
 * Returns: %FALSE with %KAPPA_ERROR_USAGE if a name is that of no analysis the report is made of
 */
gboolean
kappa_report_check_without (const char *without, GError **error)
{
  g_auto (GStrv) names = g_strsplit (without, ",", -1);

  for (guint i = 0; names[i] != NULL; i++)
    if (*g_strstrip (names[i]) != '\0' && !is_used (names[i]))
      {
        g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE,
                     "without: the report does not use “%s”; it is made of predict, activity, "
                     "sharpness, trace, spectrum and ntk",
                     names[i]);
        return FALSE;
      }
  return TRUE;
}
