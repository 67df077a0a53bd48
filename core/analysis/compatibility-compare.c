#include <math.h>

#include "core/analysis/compatibility-run.h"
#include "core/analysis/job.h"

/* About how the time is divided; the rest is the tool's part. */
#define SPECTRUM_PART 1.0

static gboolean
set (KappaAnalysis *analysis, const char *name, const char *value, GError **error)
{
  return kappa_analysis_set_text (analysis, name, value, error);
}

static gboolean
hand_on (KappaCompatibilityRun *run, KappaAnalysis *analysis, const char *name, GError **error)
{
  g_autofree char *text = kappa_analysis_dup_text (run->analysis, name);

  return set (analysis, name, text, error);
}

/* The correct number by the analysis there is for it, a run of its own. */
static KappaResult *
compute (KappaCompatibilityRun *run, KappaAnalysis *analysis, GError **error)
{
  g_autoptr (KappaInputs) inputs = kappa_inputs_new ();
  g_autoptr (KappaJob) job = NULL;
  gboolean done;

  kappa_inputs_share (inputs, run->inputs, "model", 0, "model");
  kappa_inputs_share (inputs, run->inputs, "data", 0, "data");
  job = kappa_job_new (analysis, inputs, run->context->workspace);
  kappa_job_set_fresh (job, run->context->fresh);
  kappa_progress_begin_part (run->context->progress, SPECTRUM_PART,
                             KAPPA_ANALYSIS_GET_CLASS (analysis)->title);
  done = kappa_job_prepare (job, run->context, error) && kappa_job_run (job, run->context, error);
  kappa_progress_end_part (run->context->progress);
  return done ? g_object_ref (kappa_job_get_result (job)) : NULL;
}

static KappaResult *
compute_spectrum (KappaCompatibilityRun *run, GError **error)
{
  g_autoptr (KappaAnalysis) analysis = kappa_analysis_new_by_name ("spectrum", error);
  g_autofree char *top = g_strdup_printf ("%u", MAX (1, run->top));

  if (analysis == NULL || !set (analysis, "top", top, error)
      || !set (analysis, "probes", "0", error) || !set (analysis, "folds", "0", error)
      || !hand_on (run, analysis, "precision", error) || !hand_on (run, analysis, "seed", error))
    return NULL;
  /* Park and Kim's regulariser is one of the things to compare. */
  if (run->tool != KAPPA_TOOL_PARK_KIM && !hand_on (run, analysis, "l2", error))
    return NULL;
  return compute (run, analysis, error);
}

static KappaResult *
compute_trace (KappaCompatibilityRun *run, GError **error)
{
  g_autoptr (KappaAnalysis) analysis = kappa_analysis_new_by_name ("trace", error);

  if (analysis == NULL || !set (analysis, "folds", "0", error)
      || !hand_on (run, analysis, "precision", error) || !hand_on (run, analysis, "seed", error)
      || !hand_on (run, analysis, "l2", error))
    return NULL;
  return compute (run, analysis, error);
}

static KappaTable *
new_table (KappaCompatibilityRun *run)
{
  static const KappaColumn columns[] = {
    { (char *)"quantity", (char *)"", KAPPA_COLUMN_TEXT },
    { (char *)"tool", (char *)"nat", KAPPA_COLUMN_NUMBER },
    { (char *)"correct", (char *)"nat", KAPPA_COLUMN_NUMBER },
    { (char *)"relative_deviation", (char *)"", KAPPA_COLUMN_NUMBER },
    { (char *)"by", (char *)"", KAPPA_COLUMN_TEXT },
    { (char *)"rule", (char *)"", KAPPA_COLUMN_TEXT },
  };
  g_autofree char *text = g_strdup_printf (
      "what the tool would print, by its rules, beside the number it stands for: eigenvalues and "
      "trace of the Hessian of the mean loss; over %s",
      run->description);

  return kappa_table_new ("comparison", text, G_N_ELEMENTS (columns), columns);
}

/* The correct number comes later than the tool's: a row may wait for it. */
static void
add_row (KappaCompatibilityRun *run,
         KappaTable *table,
         const char *name,
         double value,
         double correct,
         const char *rule)
{
  static const char *const tools[] = { [KAPPA_TOOL_PYHESSIAN] = "PyHessian",
                                       [KAPPA_TOOL_LI2018] = "Li et al.",
                                       [KAPPA_TOOL_CURVLINOPS] = "curvlinops",
                                       [KAPPA_TOOL_PARK_KIM] = "Park and Kim" };

  kappa_table_add_row (table, name, value, correct, (value - correct) / fabs (correct),
                       tools[run->tool], rule);
}

/* @correct: %NULL while it is not known, and then there is no telling how far off the tool is */
static void
add (KappaCompatibilityRun *run,
     KappaTable *table,
     const char *name,
     const char *unit,
     double value,
     const KappaScalar *correct,
     const char *rule)
{
  g_autofree char *tool_name = g_strconcat ("tool_", name, NULL);
  g_autofree char *text = g_strdup_printf (
      "%s; the residual is its distance from the correct value; over %s", rule, run->description);

  add_row (run, table, name, value, correct != NULL ? correct->value : NAN, rule);
  if (correct == NULL)
    return;
  kappa_result_set_scalar (run->result, tool_name, value, unit,
                           KAPPA_CERTAINTY_RESIDUAL (fabs (value - correct->value)), text);
  kappa_result_set_scalar (run->result, name, correct->value, correct->unit, correct->certainty,
                           correct->definition);
}

static KappaScalar *
dup_scalar (KappaResult *result, const char *name)
{
  return result != NULL ? kappa_result_dup_scalar (result, name) : NULL;
}

static void
add_iterated (KappaCompatibilityRun *run, KappaTable *table, KappaResult *spectrum)
{
  static const char rule[] = "power iteration as PyHessian's, stopped when λ changes by less than "
                             "10⁻³, the value before the last";
  g_autoptr (KappaArray) tool = kappa_result_dup_array (run->result, "tool_eigenvalues");
  g_autoptr (KappaScalar) largest = dup_scalar (spectrum, "lambda_max");

  if (tool == NULL || !tool->present[0])
    return;
  add (run, table, "lambda_max", "nat", tool->values[0], largest, rule);
  for (guint k = 1; k < run->top && tool->present[k]; k++)
    {
      g_autofree char *name = g_strdup_printf ("eigenvalue %u", k + 1);
      double correct = NAN;

      if (spectrum != NULL)
        kappa_result_get_value (spectrum, "eigenvalues", k, &correct);
      add_row (run, table, name, tool->values[k], correct, rule);
    }
}

static void
add_ends (KappaCompatibilityRun *run, KappaTable *table, KappaResult *spectrum)
{
  g_autoptr (KappaArray) tool = kappa_result_dup_array (run->result, "tool_eigenvalues");
  g_autoptr (KappaScalar) largest = dup_scalar (spectrum, "lambda_max");
  g_autoptr (KappaScalar) smallest = dup_scalar (spectrum, "lambda_min");
  gboolean summed = run->tool == KAPPA_TOOL_LI2018;

  if (tool == NULL || !tool->present[1])
    return;
  add (run, table, "lambda_max", "nat", tool->values[0], largest,
       summed ? "ARPACK's tolerance of 10⁻²; summed, not averaged, over mini-batches; tensors of "
                "rank 1 left out"
              : "ARPACK's tolerance of 10⁻²");
  add (run, table, "lambda_min", "nat", tool->values[1], smallest,
       summed ? "the eigenvalue farthest from 0.51·λ_max, to a tolerance of 10⁻²; summed, not "
                "averaged, over mini-batches; tensors of rank 1 left out"
              : "ARPACK's tolerance of 10⁻²");
}

static void
add_batches (KappaCompatibilityRun *run, KappaTable *table, KappaResult *spectrum)
{
  g_autoptr (KappaArray) tool = kappa_result_dup_array (run->result, "tool_eigenvalues_by_batch");
  g_autoptr (KappaScalar) correct = dup_scalar (spectrum, "lambda_max");
  double sum = 0.0;

  if (tool == NULL || !tool->present[kappa_array_get_size (tool) - 1])
    return;
  for (gsize b = 0; b < tool->dims[0]; b++)
    sum += tool->values[b * tool->dims[1]];
  add (run, table, "lambda_max", "nat", sum / (double)tool->dims[0], correct,
       "mean over mini-batches of the largest eigenvalue of each, the regulariser included, by "
       "power iteration; the authors' images are augmented, these are not");
}

static void
add_trace (KappaCompatibilityRun *run, KappaTable *table, KappaResult *trace)
{
  g_autoptr (KappaArray) probes = kappa_result_dup_array (run->result, "tool_trace_probes");
  g_autoptr (KappaScalar) correct = dup_scalar (trace, "trace");
  g_autofree char *rule = NULL;
  double sum = 0.0;
  guint n = 0;

  if (probes == NULL)
    return;
  while (n < run->probes && probes->present[n])
    sum += probes->values[n++];
  if (n == 0)
    return;
  rule = g_strdup_printf (
      "Hutchinson's estimator from %u random sign vectors%s", n,
      run->tool == KAPPA_TOOL_PYHESSIAN ? ", stopped when the mean changed by less than 10⁻³" : "");
  add (run, table, "trace", "nat", sum / n, correct, rule);
  if (correct == NULL)
    return;
  kappa_result_set_scalar (run->result, "tool_trace_products", n, "", KAPPA_CERTAINTY_EXACT,
                           "random vectors until the tool's rule stopped");
}

static void
add_ratio (KappaCompatibilityRun *run, KappaTable *table, KappaResult *spectrum)
{
  g_autoptr (KappaArray) tool = kappa_result_dup_array (run->result, "tool_eigenvalues");
  g_autoptr (KappaScalar) correct = dup_scalar (spectrum, "lambda_ratio");

  if (tool == NULL || !tool->present[1])
    return;
  add (run, table, "lambda_ratio", "", fabs (tool->values[1] / tool->values[0]), correct,
       "|λ_min/λ_max| of the tool's two, in which the factor of the mini-batches cancels");
}

/**
 * kappa_compatibility_tell:
 * @spectrum, @trace: (nullable): the correct numbers, as far as they are known
 *
 * Sets what there is of the tool's numbers beside the correct ones.
 */
void
kappa_compatibility_tell (KappaCompatibilityRun *run, KappaResult *spectrum, KappaResult *trace)
{
  KappaTable *table = new_table (run);

  if (run->tool == KAPPA_TOOL_PARK_KIM)
    add_batches (run, table, spectrum);
  else if (run->tool == KAPPA_TOOL_PYHESSIAN)
    add_iterated (run, table, spectrum);
  else
    add_ends (run, table, spectrum);
  if (run->tool == KAPPA_TOOL_LI2018)
    add_ratio (run, table, spectrum);
  if (kappa_compatibility_has_trace (run->tool))
    add_trace (run, table, trace);
  kappa_result_take_table (run->result, table);
}

/**
 * kappa_compatibility_compare:
 *
 * Sets the tool's numbers beside the correct ones, which are runs of their own.
 */
gboolean
kappa_compatibility_compare (KappaCompatibilityRun *run, GError **error)
{
  g_autoptr (KappaResult) spectrum = compute_spectrum (run, error);
  g_autoptr (KappaResult) trace = NULL;

  if (spectrum == NULL)
    return FALSE;
  kappa_compatibility_tell (run, spectrum, NULL);
  if (!kappa_compatibility_has_trace (run->tool))
    return TRUE;
  trace = compute_trace (run, error);
  if (trace == NULL)
    return FALSE;
  kappa_compatibility_tell (run, spectrum, trace);
  return TRUE;
}
