#include "core/analysis/landscape-curvature.h"
#include "core/analysis/landscape-run-private.h"
#include "core/analysis/landscape-summary.h"

/* What is evaluated, and in which order: checkpoints, then the grid from coarse to fine. */

/* A point whose values are all there is not computed again. */
static gboolean
is_known (const KappaLandscapeRun *run, gsize cell)
{
  const char *loss = run->plan->n_seeds > 1 ? "loss_by_seed" : "loss";
  const char *accuracy = run->plan->n_seeds > 1 ? "accuracy_by_seed" : "accuracy";

  return kappa_result_is_present (run->result, loss, cell)
         && kappa_result_is_present (run->result, accuracy, cell);
}

static gboolean
is_checkpoint_known (const KappaLandscapeRun *run, guint index)
{
  return kappa_result_is_present (run->result, "checkpoint_loss", index)
         && kappa_result_is_present (run->result, "checkpoint_accuracy", index);
}

/* The origin is the first checkpoint, unless statistics are not its own there. */
static gboolean
is_checkpoint (const KappaLandscapeRun *run, double alpha, double beta)
{
  return alpha == 0.0 && beta == 0.0 && run->recalibration == NULL;
}

/* Evaluations to come. */
static gsize
count_left (const KappaLandscapeRun *run)
{
  gsize left = 0, n = kappa_landscape_plan_get_size (run->plan);

  for (guint i = 0; i < run->plan->n_checkpoints; i++)
    left += !is_checkpoint_known (run, i);
  if (run->reference != NULL)
    left += kappa_landscape_count_checked (run)
            - kappa_result_count_present (run->result, "float32_loss");
  for (gsize cell = 0; cell < n * run->plan->n_seeds; cell++)
    {
      double alpha, beta;

      kappa_landscape_plan_locate (run->plan, cell % n, &alpha, &beta);
      left += !is_checkpoint (run, alpha, beta) && !is_known (run, cell);
    }
  return left;
}

static gboolean
evaluate_checkpoint (KappaLandscapeRun *run, guint index, GError **error)
{
  KappaModel *model = kappa_landscape_get_checkpoint (run->inputs, index);
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
  if (!kappa_landscape_evaluate (run, run->objective, parameters, buffers, &loss, &accuracy, error))
    return FALSE;
  kappa_result_set_values (run->result, "checkpoint_loss", index, 1, &loss);
  kappa_result_set_values (run->result, "checkpoint_accuracy", index, 1, &accuracy);
  return TRUE;
}

/**
 * kappa_landscape_evaluate_point:
 * @point: number of a point of the grid
 *
 * Computes loss and accuracy there. The checkpoint's are known already.
 */
gboolean
kappa_landscape_evaluate_point (KappaLandscapeRun *run,
                                guint seed,
                                gsize point,
                                double *loss,
                                double *accuracy,
                                GError **error)
{
  double alpha, beta;

  kappa_landscape_plan_locate (run->plan, point, &alpha, &beta);
  if (!is_checkpoint (run, alpha, beta))
    return kappa_landscape_move_to (run, seed, alpha, beta, error)
           && kappa_landscape_evaluate_there (run, run->objective, loss, accuracy, error);
  kappa_result_get_value (run->result, "checkpoint_loss", 0, loss);
  kappa_result_get_value (run->result, "checkpoint_accuracy", 0, accuracy);
  return TRUE;
}

static gboolean
evaluate_cell (KappaLandscapeRun *run, guint seed, gsize point, GError **error)
{
  const gboolean several = run->plan->n_seeds > 1;
  const gsize cell = seed * kappa_landscape_plan_get_size (run->plan) + point;
  double loss, accuracy;

  if (!kappa_landscape_evaluate_point (run, seed, point, &loss, &accuracy, error))
    return FALSE;
  kappa_result_set_values (run->result, several ? "loss_by_seed" : "loss", cell, 1, &loss);
  kappa_result_set_values (run->result, several ? "accuracy_by_seed" : "accuracy", cell, 1,
                           &accuracy);
  return TRUE;
}

static gboolean
evaluate_grid (KappaLandscapeRun *run, GError **error)
{
  const KappaLandscapePlan *plan = run->plan;

  for (gsize k = 0; k < kappa_landscape_plan_get_size (plan); k++)
    {
      for (guint seed = 0; seed < plan->n_seeds; seed++)
        if (!is_known (run, seed * kappa_landscape_plan_get_size (plan) + run->order[k])
            && !evaluate_cell (run, seed, run->order[k], error))
          return FALSE;
      if (plan->n_seeds > 1)
        kappa_landscape_average_seeds (run->result, plan, run->order[k]);
    }
  return TRUE;
}

/**
 * kappa_landscape_evaluate_all:
 *
 * Computes what is missing.
 */
gboolean
kappa_landscape_evaluate_all (KappaLandscapeRun *run, GError **error)
{
  double images = (double)kappa_objective_get_n (run->objective);

  run->n_left = count_left (run);
  kappa_progress_start (run->context->progress,
                        (double)run->n_left * images + kappa_landscape_quadratic_work (run),
                        "Loss landscape");
  for (guint i = 0; i < run->plan->n_checkpoints; i++)
    if (!is_checkpoint_known (run, i) && !evaluate_checkpoint (run, i, error))
      return FALSE;
  return kappa_landscape_add_quadratic (run, error)
         && (run->refinement != NULL ? kappa_landscape_evaluate_refined (run, error)
                                     : evaluate_grid (run, error))
         && kappa_landscape_check_precision (run, error)
         && kappa_landscape_add_curvature_map (run, error);
}
