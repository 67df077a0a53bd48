#include "core/analysis/report-run.h"

#include <math.h>

#include "core/analysis/job.h"
#include "core/base/error.h"

/* Whether images are given to which the row belongs. */
static gboolean
has_images (KappaReportRun *run, const KappaReportRow *row)
{
  return row->images != KAPPA_REPORT_TRAINING || kappa_inputs_get_n (run->inputs, "train-data") > 0;
}

/**
 * kappa_report_has_row:
 *
 * Returns: whether the report has that row with these inputs and parameters
 */
gboolean
kappa_report_has_row (KappaReportRun *run, const KappaReportRow *row)
{
  const char *without = kappa_analysis_get_string (run->analysis, "without");

  return row->analysis == NULL
         || (has_images (run, row) && !kappa_report_is_left_out (without, row->analysis));
}

/**
 * kappa_report_scalar_name:
 * @sample: whether the number as a sample, over folds
 * @model: which; @n_models for the difference of the two
 *
 * Returns: (transfer full): "trace"; of two models "trace_1", "trace_2", "trace_difference"
 */
char *
kappa_report_scalar_name (KappaReportRun *run,
                          const KappaReportRow *row,
                          gboolean sample,
                          guint model)
{
  const char *folds = sample ? "_over_folds" : "";

  if (run->n_models == 1)
    return g_strconcat (row->name, folds, NULL);
  if (model == run->n_models)
    return g_strconcat (row->name, folds, "_difference", NULL);
  return g_strdup_printf ("%s%s_%u", row->name, folds, model + 1);
}

/**
 * kappa_report_get_input:
 *
 * Returns: (transfer none): the input whose images the row is computed from
 */
const char *
kappa_report_get_input (KappaReportRun *run, const KappaReportRow *row)
{
  return row->images != KAPPA_REPORT_DATA && kappa_inputs_get_n (run->inputs, "train-data") > 0
             ? "train-data"
             : "data";
}

/**
 * kappa_report_describe_images:
 *
 * Returns: (transfer none): "training", "held-out", or "unknown" where neither the files nor the
 * option by which they were given say so; "" for a row that uses none
 */
const char *
kappa_report_describe_images (KappaReportRun *run, const KappaReportRow *row)
{
  const char *input = kappa_report_get_input (run, row);
  KappaDataset *dataset;
  KappaSelection *selection;
  KappaSplit split;

  if (row->analysis == NULL)
    return "";
  dataset = kappa_inputs_get_dataset (run->inputs, input, 0);
  selection = kappa_inputs_get_selection (run->inputs, input, 0);
  split = kappa_dataset_get_split (dataset, kappa_selection_get_indices (selection)[0]);
  for (guint i = 1; i < kappa_selection_get_n (selection); i++)
    if (kappa_dataset_get_split (dataset, kappa_selection_get_indices (selection)[i]) != split)
      return "training and held-out";
  if (split == KAPPA_SPLIT_UNKNOWN && g_str_equal (input, "train-data"))
    split = KAPPA_SPLIT_TRAINING;
  return kappa_split_get_name (split);
}

/* The report's parameters where the analysis has such. The seed of images is that of the report's
 * inputs, which are shared. */
static gboolean
set_parameters_of (KappaReportRun *run, KappaAnalysis *stage, GError **error)
{
  gboolean draws_images = KAPPA_ANALYSIS_GET_CLASS (stage)->seed_draws_images;
  guint n;
  const KappaProperty **properties = kappa_analysis_list_properties (run->analysis, &n);

  for (guint i = 0; i < n; i++)
    {
      const char *name = properties[i]->name;
      g_autofree char *text = kappa_analysis_dup_text (run->analysis, name);

      if (kappa_analysis_find_property (stage, name) == NULL
          || (draws_images && g_str_equal (name, "seed")))
        continue;
      if (!kappa_analysis_set_text (stage, name, text, error))
        return FALSE;
    }
  return TRUE;
}

/**
 * kappa_report_make_stage:
 * @inputs: (out) (transfer full): the model and the images, as that analysis calls them
 *
 * Returns: (transfer full): the analysis that finds the row, with the report's parameters where it
 * has such; %NULL with the error
 */
KappaAnalysis *
kappa_report_make_stage (KappaReportRun *run,
                         const KappaReportRow *row,
                         guint model,
                         KappaInputs **inputs,
                         GError **error)
{
  g_autoptr (KappaAnalysis) stage = kappa_analysis_new_by_name (row->analysis, error);

  if (stage == NULL || !set_parameters_of (run, stage, error))
    return NULL;
  *inputs = kappa_inputs_new ();
  kappa_inputs_share (*inputs, run->inputs, "model", model, "model");
  kappa_inputs_share (*inputs, run->inputs, kappa_report_get_input (run, row), 0, "data");
  return g_steal_pointer (&stage);
}

static void
set_scalar (KappaReportRun *run,
            const KappaReportRow *row,
            gboolean sample,
            guint model,
            const KappaScalar *scalar)
{
  g_autofree char *name = kappa_report_scalar_name (run, row, sample, model);

  kappa_result_set_scalar (run->result, name, scalar->value, scalar->unit, scalar->certainty,
                           scalar->definition);
}

/* A row that stays empty says why. */
static void
set_empty (KappaReportRun *run, const KappaReportRow *row, guint model, const char *why)
{
  KappaScalar scalar = { .value = NAN, .unit = (char *)"", .definition = (char *)why };

  set_scalar (run, row, FALSE, model, &scalar);
}

static gboolean
is_known (KappaReportRun *run, const KappaReportRow *row, guint model)
{
  g_autofree char *name = kappa_report_scalar_name (run, row, FALSE, model);
  g_autoptr (KappaScalar) scalar = kappa_result_dup_scalar (run->result, name);

  return scalar != NULL;
}

static void
adopt (KappaReportRun *run, const KappaReportRow *row, guint model, KappaResult *found)
{
  g_autofree char *folds = g_strconcat (row->scalar, "_over_folds", NULL);
  g_autoptr (KappaScalar) whole = kappa_result_dup_scalar (found, row->scalar);
  g_autoptr (KappaScalar) sample = kappa_result_dup_scalar (found, folds);

  if (sample != NULL)
    set_scalar (run, row, TRUE, model, sample);
  if (whole != NULL)
    set_scalar (run, row, FALSE, model, whole);
  else
    set_empty (run, row, model, "the analysis gives no such number with these parameters");
}

/* The row and those after it that the same run finds. */
static gboolean
compute_stage (KappaReportRun *run,
               const KappaReportRow *row,
               guint n_rows,
               guint model,
               GError **error)
{
  g_autoptr (KappaInputs) inputs = NULL;
  g_autoptr (KappaAnalysis) stage = kappa_report_make_stage (run, row, model, &inputs, error);
  g_autoptr (KappaJob) job = NULL;
  g_autoptr (GError) failure = NULL;
  gboolean done;

  if (stage == NULL)
    return FALSE;
  job = kappa_job_new (stage, inputs, run->context->workspace);
  kappa_job_set_fresh (job, run->context->fresh);
  kappa_progress_begin_part (run->context->progress, kappa_report_get_weight (row->analysis),
                             KAPPA_ANALYSIS_GET_CLASS (stage)->title);
  done = kappa_job_prepare (job, run->context, &failure)
         && kappa_job_run (job, run->context, &failure);
  kappa_progress_end_part (run->context->progress);
  /* What this network has not, others may have: the other rows are worth having. */
  if (!done && !g_error_matches (failure, KAPPA_ERROR, KAPPA_ERROR_MODEL))
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  if (done)
    kappa_report_keep_parts (run, row->analysis, model, kappa_job_get_result (job));
  for (guint i = 0; i < n_rows && kappa_report_same_stage (row, row + i); i++)
    if (done)
      adopt (run, row + i, model, kappa_job_get_result (job));
    else
      set_empty (run, row + i, model, failure->message);
  return TRUE;
}

static void
set_parameters (KappaReportRun *run, const KappaReportRow *row, guint model)
{
  KappaModel *network = kappa_inputs_get_model (run->inputs, "model", model);
  KappaScalar scalar
      = { .value = (double)kappa_model_get_parameters_size (network),
          .unit = (char *)"",
          .definition = (char *)"numbers in all trained tensors, running statistics not counted" };

  set_scalar (run, row, FALSE, model, &scalar);
}

/* Whether row @i is the first that its run finds, and that run is still to be done. */
static gboolean
begins_stage (KappaReportRun *run, const KappaReportRow *rows, guint i, guint n, guint model)
{
  if (!kappa_report_has_row (run, &rows[i])
      || (i > 0 && kappa_report_same_stage (&rows[i - 1], &rows[i])))
    return FALSE;
  for (guint k = i; k < n && kappa_report_same_stage (&rows[i], &rows[k]); k++)
    if (!is_known (run, &rows[k], model))
      return TRUE;
  return FALSE;
}

/**
 * kappa_report_compute:
 *
 * Finds the rows that are not known yet. Each analysis is a run of its own in the workspace, where
 * there is one: found there if it was done before, resumed if it was interrupted, unless all is to
 * be computed anew.
 */
gboolean
kappa_report_compute (KappaReportRun *run, GError **error)
{
  guint n;
  const KappaReportRow *rows = kappa_report_list_rows (&n);
  double weight = 0.0;

  for (guint model = 0; model < run->n_models; model++)
    for (guint i = 0; i < n; i++)
      if (rows[i].analysis != NULL && begins_stage (run, rows, i, n, model))
        weight += kappa_report_get_weight (rows[i].analysis);
  kappa_progress_start (run->context->progress, weight, "Geometry report");
  /* Row by row, so that two models can be compared early. */
  for (guint i = 0; i < n; i++)
    for (guint model = 0; model < run->n_models; model++)
      {
        if (!begins_stage (run, rows, i, n, model))
          continue;
        if (rows[i].analysis == NULL)
          set_parameters (run, &rows[i], model);
        else if (!compute_stage (run, &rows[i], n - i, model, error))
          return FALSE;
        kappa_report_summarise (run);
      }
  return TRUE;
}
