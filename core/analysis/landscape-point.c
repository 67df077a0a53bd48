#include <string.h>

#include "core/analysis/landscape-run-private.h"

/* A single point of a landscape: where it lies, which weights it has, and what they give. */

/**
 * kappa_landscape_plan_locate:
 * @point: its number, row-major
 */
void
kappa_landscape_plan_locate (const KappaLandscapePlan *plan,
                             gsize point,
                             double *alpha,
                             double *beta)
{
  guint ny = MAX (1, plan->y_range.n);

  *alpha = kappa_range_get_value (&plan->x_range, (guint)(point / ny));
  *beta = plan->y != NULL ? kappa_range_get_value (&plan->y_range, (guint)(point % ny)) : 0.0;
}

static void
add_scaled (double *target, double factor, const double *direction, gsize n)
{
  for (gsize i = 0; i < n; i++)
    target[i] += factor * direction[i];
}

/**
 * kappa_landscape_move_to:
 *
 * Sets the point under way to w + α·x + β·y. A factor of 0 leaves the weights exactly as they are,
 * even along a direction that is not finite.
 */
gboolean
kappa_landscape_move_to (KappaLandscapeRun *run,
                         guint seed,
                         double alpha,
                         double beta,
                         GError **error)
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

/**
 * kappa_landscape_evaluate:
 * @parameters: (array): in flat order
 * @buffers: (nullable) (array): %NULL for the first checkpoint's own
 *
 * Computes loss and accuracy anywhere.
 */
gboolean
kappa_landscape_evaluate (KappaLandscapeRun *run,
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
  *accuracy = (double)evaluation.correct / (double)kappa_objective_get_n (run->objective);
  return TRUE;
}

/**
 * kappa_landscape_evaluate_there:
 *
 * Computes loss and accuracy at the point under way.
 */
gboolean
kappa_landscape_evaluate_there (KappaLandscapeRun *run,
                                KappaObjective *objective,
                                double *loss,
                                double *accuracy,
                                GError **error)
{
  if (run->recalibration != NULL
      && !kappa_recalibration_run (run->recalibration, run->parameters, run->context, run->buffers,
                                   error))
    return FALSE;
  return kappa_landscape_evaluate (run, objective, run->parameters, run->buffers, loss, accuracy,
                                   error);
}
