#include "core/analysis/scaling-run.h"

#include <math.h>
#include <string.h>

#include "core/analysis/memory.h"
#include "core/analysis/objective.h"
#include "core/models/preset.h"

/* As often the tables are written anew while measurements come in. */
#define REFRESH G_TIME_SPAN_SECOND

void
kappa_scaling_run_clear (KappaScalingRun *run)
{
  g_clear_pointer (&run->images, g_free);
  g_clear_pointer (&run->published, g_array_unref);
}

static void
declare (KappaScalingRun *run)
{
  static const char *const states[][3]
      = { { KAPPA_SCALING_MEMORY, "B", "planned memory of each point" },
          { KAPPA_SCALING_CORRECT, "", "right images of each checkpoint" },
          { KAPPA_SCALING_LOSS, "nat", "mean loss of each checkpoint" } };
  const gsize n = run->plan->points->len, dims[] = { n, run->plan->repeats };
  g_autofree char *definition = kappa_scaling_describe_measure (run->plan);

  for (guint i = 0; i < G_N_ELEMENTS (states); i++)
    {
      KappaArray *array = kappa_array_new (states[i][0], states[i][1], states[i][2], 1, &n);

      kappa_array_set_axis (array, 0, "point", NULL);
      kappa_result_take_array (run->result, array);
    }
  if (run->plan->repeats > 0)
    {
      KappaArray *array = kappa_array_new (KAPPA_SCALING_RUNS, "s", definition, 2, dims);

      kappa_array_set_axis (array, 0, "point", NULL);
      kappa_array_set_axis (array, 1, "pass", NULL);
      kappa_result_take_array (run->result, array);
    }
}

/**
 * kappa_scaling_is_measured:
 *
 * Returns: whether all that is to be found about a point by running it is there
 */
gboolean
kappa_scaling_is_measured (KappaResult *result, const KappaScalingPlan *plan, guint point)
{
  return kappa_result_is_present (result, KAPPA_SCALING_MEMORY, point)
         && (plan->repeats == 0
             || kappa_result_is_present (result, KAPPA_SCALING_RUNS,
                                         (gsize)(point + 1) * plan->repeats - 1));
}

static gboolean
is_evaluated (const KappaScalingRun *run, guint i)
{
  return run->n_images == 0 || kappa_scaling_plan_get (run->plan, i)->model < 0
         || kappa_result_is_present (run->result, KAPPA_SCALING_LOSS, i);
}

/* In billions of multiply-adds. */
static double
count_work (const KappaScalingRun *run)
{
  double work = 0.0;

  for (guint i = 0; i < run->plan->points->len; i++)
    {
      const KappaScalingPoint *point = kappa_scaling_plan_get (run->plan, i);
      double pass = kappa_scaling_get_work (run->plan, point);

      if (!kappa_scaling_is_measured (run->result, run->plan, i) && run->plan->repeats > 0)
        work += pass * (run->plan->repeats + KAPPA_SCALING_WARM_UP + 1);
      if (!is_evaluated (run, i))
        work += pass / (double)run->plan->batch * (double)run->n_images;
    }
  return work;
}

/* What does not fit into memory is left out, and the table says so: the others need not suffer. */
static gboolean
measure (KappaScalingRun *run, KappaScalingMeter *meter, guint i, GError **error)
{
  const KappaScalingPoint *point = kappa_scaling_plan_get (run->plan, i);
  const guint repeats = run->plan->repeats;
  g_autofree double *seconds = g_new (double, MAX (repeats, 1));
  guint64 bytes, bytes_to_run;
  double memory;

  kappa_progress_set_message (run->context->progress, kappa_variant_get_name (point->variant));
  if (!kappa_scaling_meter_prepare (meter, point, &bytes, &bytes_to_run, error))
    return FALSE;
  for (guint r = 0; r < repeats; r++)
    seconds[r] = (double)NAN;
  if (repeats > 0 && bytes_to_run <= kappa_memory_get_budget (run->context)
      && !kappa_scaling_meter_run (meter, repeats, seconds, error))
    return FALSE;
  memory = (double)bytes;
  if (repeats > 0)
    kappa_result_set_values (run->result, KAPPA_SCALING_RUNS, (gsize)i * repeats, repeats, seconds);
  kappa_result_set_values (run->result, KAPPA_SCALING_MEMORY, i, 1, &memory);
  return TRUE;
}

static void
refresh (KappaScalingRun *run, gint64 *last)
{
  g_autoptr (GPtrArray) rows = NULL;

  if (g_get_monotonic_time () - *last < REFRESH)
    return;
  rows = kappa_scaling_make_rows (run);
  kappa_scaling_tell_points (run, rows);
  *last = g_get_monotonic_time ();
}

static gboolean
measure_all (KappaScalingRun *run, GError **error)
{
  g_autoptr (KappaScalingMeter) meter = kappa_scaling_meter_new (run->plan, run->context);
  gint64 last = 0;

  for (guint i = 0; i < run->plan->points->len; i++)
    {
      if (!kappa_progress_check (run->context->progress, run->context->cancellable, error))
        return FALSE;
      if (!kappa_scaling_is_measured (run->result, run->plan, i) && !measure (run, meter, i, error))
        return FALSE;
      refresh (run, &last);
    }
  return TRUE;
}

static gboolean
evaluate_all (KappaScalingRun *run, GError **error)
{
  for (guint i = 0; i < run->plan->points->len; i++)
    {
      const KappaScalingPoint *point = kappa_scaling_plan_get (run->plan, i);
      double correct, loss;

      if (is_evaluated (run, i))
        continue;
      kappa_progress_begin_part (run->context->progress,
                                 kappa_scaling_get_work (run->plan, point)
                                     / (double)run->plan->batch * (double)run->n_images,
                                 kappa_variant_get_name (point->variant));
      if (!kappa_scaling_evaluate (run, point, &correct, &loss, error))
        return FALSE;
      kappa_progress_end_part (run->context->progress);
      kappa_result_set_values (run->result, KAPPA_SCALING_CORRECT, i, 1, &correct);
      kappa_result_set_values (run->result, KAPPA_SCALING_LOSS, i, 1, &loss);
    }
  return TRUE;
}

/* As the preset prepares images, but for another size; images that were to fit as they are get
 * resized then. */
static KappaPreprocess
preprocess_for (KappaModel *model, const KappaScalingPoint *point)
{
  KappaPreprocess preprocess = kappa_model_get_preset (model)->preprocess;

  if (preprocess.height == point->height && preprocess.width == point->width)
    return preprocess;
  if (preprocess.scale_to > 0)
    preprocess.scale_to
        = (guint)lround ((double)preprocess.scale_to * point->width / preprocess.width);
  if (preprocess.fit == KAPPA_FIT_NONE)
    {
      preprocess.fit = KAPPA_FIT_SQUASH;
      preprocess.crop = 1.0;
      preprocess.scale_to = 0;
    }
  preprocess.height = point->height;
  preprocess.width = point->width;
  return preprocess;
}

/**
 * kappa_scaling_evaluate:
 * @point: of a model
 * @correct: (out): images whose true class has the largest logit
 * @loss: (out): mean cross-entropy, nat
 *
 * Returns: %FALSE with the error
 */
gboolean
kappa_scaling_evaluate (KappaScalingRun *run,
                        const KappaScalingPoint *point,
                        double *correct,
                        double *loss,
                        GError **error)
{
  KappaModel *model = kappa_variant_get_model (point->variant);
  const KappaPreprocess preprocess = preprocess_for (model, point);
  const KappaBatchOptions options
      = { .n_classes = kappa_model_get_n_classes (model), .need_labels = TRUE };
  g_autoptr (KappaBatchSource) batches = kappa_batch_source_new (
      kappa_inputs_get_dataset (run->given, "data", 0),
      kappa_inputs_get_selection (run->given, "data", 0), &preprocess, &options,
      run->context->workers, NULL, run->context->cancellable, error);
  g_autoptr (KappaObjective) objective = NULL;
  KappaEvaluation evaluation;
  const double *parameters;

  if (batches == NULL)
    return FALSE;
  objective = kappa_objective_new (model, batches, run->plan->precision, 0.0, error);
  parameters = objective != NULL ? kappa_model_get_parameters_wide (model, error) : NULL;
  if (parameters == NULL)
    return FALSE;
  kappa_progress_start (run->context->progress, (double)run->n_images, "images");
  if (!kappa_memory_check (run->context,
                           kappa_objective_get_memory (objective, run->n_images,
                                                       kappa_workers_get_n (run->context->workers)),
                           "scaling", error)
      || !kappa_objective_evaluate (objective, parameters, NULL, run->context, &evaluation, error))
    return FALSE;
  *correct = (double)evaluation.correct;
  *loss = evaluation.loss;
  return TRUE;
}

/**
 * kappa_scaling_compute:
 *
 * Measures and evaluates what is not known yet, point by point, and fills the tables.
 *
 * Returns: %FALSE with the error, or %G_IO_ERROR_CANCELLED
 */
gboolean
kappa_scaling_compute (KappaScalingRun *run, GError **error)
{
  double work;

  declare (run);
  work = count_work (run);
  kappa_progress_start (run->context->progress, work, "Networks");
  if (!measure_all (run, error) || !evaluate_all (run, error))
    return FALSE;
  kappa_progress_set_done (run->context->progress, work);
  kappa_scaling_summarise (run);
  return TRUE;
}
