#include "core/analysis/landscape-run.h"

#include <math.h>
#include <string.h>

#include "core/analysis/grid.h"
#include "core/analysis/landscape-plan.h"
#include "core/analysis/landscape-summary.h"
#include "core/analysis/memory.h"

#define MAX_CHECKED 9

/**
 * kappa_landscape_make_objective:
 *
 * Returns: (transfer full): the function the landscape is of
 */
KappaObjective *
kappa_landscape_make_objective (KappaAnalysis *analysis,
                                KappaInputs *given,
                                KappaBatchSource *batches,
                                GError **error)
{
  return kappa_objective_new (kappa_inputs_get_model (given, "model", 0), batches,
                              kappa_analysis_get_enum (analysis, "precision"),
                              kappa_analysis_get_double (analysis, "l2"), error);
}

/* A run under way. */
typedef struct
{
  KappaInputs *inputs;
  KappaResult *result;
  KappaContext *context;
  KappaObjective *objective;
  KappaObjective *reference; /* the same in float32, to measure the error of bfloat16; else NULL */
  KappaLandscapePlan *plan;
  guint32 *order;
  double *parameters; /* the point */
  double *buffers;    /* NULL while running statistics stay */
  gsize done, n_left; /* evaluations */
} Run;

static gsize
grid_size (const KappaLandscapePlan *plan)
{
  return (gsize) plan->x_range.n * MAX (1, plan->y_range.n);
}

/* A point whose values are all there is not computed again. */
static gboolean
is_known (const Run *run, gsize cell)
{
  const char *loss = run->plan->n_seeds > 1 ? "loss_by_seed" : "loss";
  const char *accuracy = run->plan->n_seeds > 1 ? "accuracy_by_seed" : "accuracy";

  return kappa_result_is_present (run->result, loss, cell)
         && kappa_result_is_present (run->result, accuracy, cell);
}

static gboolean
is_checkpoint_known (const Run *run, guint index)
{
  return kappa_result_is_present (run->result, "checkpoint_loss", index)
         && kappa_result_is_present (run->result, "checkpoint_accuracy", index);
}

static void
locate (const KappaLandscapePlan *plan, gsize point, double *alpha, double *beta)
{
  guint ny = MAX (1, plan->y_range.n);

  *alpha = kappa_range_get_value (&plan->x_range, (guint) (point / ny));
  *beta = plan->y != NULL ? kappa_range_get_value (&plan->y_range, (guint) (point % ny)) : 0.0;
}

/* Points at which bfloat16 is compared with float32: the checkpoint, and the coarsest of the grid.
 */
static gsize
n_checked (const Run *run)
{
  return MIN (MAX_CHECKED, grid_size (run->plan));
}

/* Evaluations to come. The origin needs none: that is the first checkpoint. */
static gsize
count_left (const Run *run)
{
  gsize left = 0, n = grid_size (run->plan);

  for (guint i = 0; i < run->plan->n_checkpoints; i++)
    left += !is_checkpoint_known (run, i);
  if (run->reference != NULL)
    left += n_checked (run) - kappa_result_count_present (run->result, "float32_loss");
  for (gsize cell = 0; cell < n * run->plan->n_seeds; cell++)
    {
      double alpha, beta;

      locate (run->plan, cell % n, &alpha, &beta);
      left += (alpha != 0.0 || beta != 0.0) && !is_known (run, cell);
    }
  return left;
}

static gboolean
evaluate (Run *run,
          KappaObjective *objective,
          const double *parameters,
          const double *buffers,
          double *loss,
          double *accuracy,
          GError **error)
{
  g_autofree char *message = g_strdup_printf ("Point %" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT,
                                              run->done + 1, run->n_left);
  KappaEvaluation evaluation;

  kappa_progress_set_message (run->context->progress, message);
  if (!kappa_objective_evaluate (objective, parameters, buffers, run->context, &evaluation, error))
    return FALSE;
  run->done++;
  *loss = evaluation.loss;
  *accuracy = (double) evaluation.correct / (double) kappa_objective_get_n (run->objective);
  return TRUE;
}

static gboolean
evaluate_checkpoint (Run *run, guint index, GError **error)
{
  KappaModel *model = kappa_inputs_get_model (run->inputs, "model", index);
  const double *parameters = kappa_model_get_parameters_wide (model, error);
  const double *buffers = NULL;
  double loss, accuracy;

  if (parameters == NULL)
    return FALSE;
  /* A checkpoint's own statistics, also where the line between two leaves those of the first. */
  if (index > 0 && kappa_model_get_buffers_size (model) > 0)
    {
      buffers = kappa_model_get_buffers_wide (model, error);
      if (buffers == NULL)
        return FALSE;
    }
  if (!evaluate (run, run->objective, parameters, buffers, &loss, &accuracy, error))
    return FALSE;
  kappa_result_set_values (run->result, "checkpoint_loss", index, 1, &loss);
  kappa_result_set_values (run->result, "checkpoint_accuracy", index, 1, &accuracy);
  return TRUE;
}

static void
add_scaled (double *target, double factor, const double *direction, gsize n)
{
  for (gsize i = 0; i < n; i++)
    target[i] += factor * direction[i];
}

/* w + α·x + β·y. A factor of 0 leaves the weights exactly as they are, even along a direction that
 * is not finite. */
static gboolean
move_to (Run *run, guint seed, double alpha, double beta, GError **error)
{
  KappaModel *model = kappa_inputs_get_model (run->inputs, "model", 0);
  const KappaDisplacement *x = run->plan->x[seed], *y = run->plan->y;
  const double *weights = kappa_model_get_parameters_wide (model, error);
  const double *statistics
      = run->buffers != NULL ? kappa_model_get_buffers_wide (model, error) : NULL;

  if (weights == NULL || (run->buffers != NULL && statistics == NULL))
    return FALSE;
  memcpy (run->parameters, weights, x->n_parameters * sizeof *weights);
  if (alpha != 0.0)
    add_scaled (run->parameters, alpha, x->parameters, x->n_parameters);
  if (beta != 0.0)
    add_scaled (run->parameters, beta, y->parameters, y->n_parameters);
  if (run->buffers == NULL)
    return TRUE;
  memcpy (run->buffers, statistics, kappa_model_get_buffers_size (model) * sizeof *statistics);
  if (alpha != 0.0 && x->buffers != NULL)
    add_scaled (run->buffers, alpha, x->buffers, x->n_buffers);
  if (beta != 0.0 && y->buffers != NULL)
    add_scaled (run->buffers, beta, y->buffers, y->n_buffers);
  return TRUE;
}

static gboolean
evaluate_point (Run *run, guint seed, gsize point, GError **error)
{
  const KappaLandscapePlan *plan = run->plan;
  gsize cell = seed * grid_size (plan) + point;
  double alpha, beta, loss, accuracy;

  locate (plan, point, &alpha, &beta);
  if (alpha == 0.0 && beta == 0.0)
    {
      kappa_result_get_value (run->result, "checkpoint_loss", 0, &loss);
      kappa_result_get_value (run->result, "checkpoint_accuracy", 0, &accuracy);
    }
  else if (!move_to (run, seed, alpha, beta, error)
           || !evaluate (run, run->objective, run->parameters, run->buffers, &loss, &accuracy,
                         error))
    return FALSE;
  kappa_result_set_values (run->result, plan->n_seeds > 1 ? "loss_by_seed" : "loss", cell, 1,
                           &loss);
  kappa_result_set_values (run->result, plan->n_seeds > 1 ? "accuracy_by_seed" : "accuracy", cell,
                           1, &accuracy);
  return TRUE;
}

static gboolean
evaluate_grid (Run *run, GError **error)
{
  const KappaLandscapePlan *plan = run->plan;

  for (gsize k = 0; k < grid_size (plan); k++)
    {
      for (guint seed = 0; seed < plan->n_seeds; seed++)
        if (!is_known (run, seed * grid_size (plan) + run->order[k])
            && !evaluate_point (run, seed, run->order[k], error))
          return FALSE;
      if (plan->n_seeds > 1)
        kappa_landscape_average_seeds (run->result, plan, run->order[k]);
    }
  return TRUE;
}

/* The loss in float32: at the checkpoint first, then at the first points of the grid. */
static gboolean
check_precision (Run *run, GError **error)
{
  for (gsize i = 0; run->reference != NULL && i < n_checked (run); i++)
    {
      double alpha = 0.0, beta = 0.0, loss, accuracy;

      if (kappa_result_is_present (run->result, "float32_loss", i))
        continue;
      if (i > 0)
        locate (run->plan, run->order[i], &alpha, &beta);
      if (!move_to (run, 0, alpha, beta, error)
          || !evaluate (run, run->reference, run->parameters, run->buffers, &loss, &accuracy,
                        error))
        return FALSE;
      kappa_result_set_values (run->result, "float32_loss", i, 1, &loss);
    }
  return TRUE;
}

static gboolean
evaluate_all (Run *run, GError **error)
{
  run->n_left = count_left (run);
  kappa_progress_start (run->context->progress,
                        (double) run->n_left * (double) kappa_objective_get_n (run->objective),
                        "Loss landscape");
  for (guint i = 0; i < run->plan->n_checkpoints; i++)
    if (!is_checkpoint_known (run, i) && !evaluate_checkpoint (run, i, error))
      return FALSE;
  return evaluate_grid (run, error) && check_precision (run, error);
}

static void
run_clear (Run *run)
{
  g_clear_pointer (&run->reference, kappa_objective_free);
  g_clear_pointer (&run->order, g_free);
  g_clear_pointer (&run->objective, kappa_objective_free);
  g_clear_pointer (&run->plan, kappa_landscape_plan_free);
  g_clear_pointer (&run->parameters, g_free);
  g_clear_pointer (&run->buffers, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Run, run_clear)

static gboolean
make_objectives (Run *run, KappaAnalysis *analysis, GError **error)
{
  KappaModel *model = kappa_inputs_get_model (run->inputs, "model", 0);
  g_autoptr (KappaBatchSource) batches
      = kappa_inputs_make_batches (run->inputs, "data", "model", TRUE, run->context, error);

  if (batches == NULL)
    return FALSE;
  run->objective = kappa_landscape_make_objective (analysis, run->inputs, batches, error);
  if (run->objective == NULL
      || kappa_analysis_get_enum (analysis, "precision") != KAPPA_PRECISION_BFLOAT16)
    return run->objective != NULL;
  run->reference = kappa_objective_new (model, batches, KAPPA_PRECISION_FLOAT32,
                                        kappa_analysis_get_double (analysis, "l2"), error);
  return run->reference != NULL;
}

static gboolean
fits (Run *run, KappaAnalysis *analysis, GError **error)
{
  KappaObjective *larger = run->reference != NULL ? run->reference : run->objective;
  guint64 memory = kappa_objective_get_memory (larger, kappa_objective_get_n (larger),
                                               kappa_workers_get_n (run->context->workers));

  return kappa_memory_check (run->context,
                             memory + kappa_landscape_plan_get_memory (analysis, run->inputs),
                             "landscape", error);
}

static gboolean
prepare (Run *run, KappaAnalysis *analysis, GError **error)
{
  KappaModel *model = kappa_inputs_get_model (run->inputs, "model", 0);
  const char *save = kappa_analysis_get_string (analysis, "save-directions");
  const KappaLandscapePlan *plan;

  if (!make_objectives (run, analysis, error) || !fits (run, analysis, error))
    return FALSE;
  run->plan = kappa_landscape_plan_new (analysis, run->inputs, run->context->cancellable, error);
  if (run->plan == NULL
      || (*save != '\0' && !kappa_landscape_plan_save (run->plan, model, save, error)))
    return FALSE;
  plan = run->plan;
  run->order = kappa_grid_order (plan->x_range.n, MAX (1, plan->y_range.n),
                                 kappa_grid_nearest (&plan->x_range, 0.0),
                                 plan->y != NULL ? kappa_grid_nearest (&plan->y_range, 0.0) : 0);
  run->parameters = g_new (double, kappa_model_get_parameters_size (model));
  if (plan->x[0]->buffers != NULL || (plan->y != NULL && plan->y->buffers != NULL))
    run->buffers = g_new (double, kappa_model_get_buffers_size (model));
  return TRUE;
}

/**
 * kappa_landscape_run:
 * @given: open
 *
 * Computes what is missing in @result.
 */
gboolean
kappa_landscape_run (KappaAnalysis *analysis,
                     KappaInputs *given,
                     KappaResult *result,
                     KappaContext *context,
                     GError **error)
{
  g_auto (Run) run = { .inputs = given, .result = result, .context = context };
  g_autofree char *description = NULL;

  if (!prepare (&run, analysis, error))
    return FALSE;
  description = kappa_objective_describe (run.objective);
  kappa_landscape_declare (result, run.plan, description);
  if (run.reference != NULL)
    kappa_landscape_declare_check (result, run.order, n_checked (&run));
  if (!evaluate_all (&run, error))
    return FALSE;
  kappa_landscape_summarise (result, run.plan, given, description);
  return TRUE;
}
