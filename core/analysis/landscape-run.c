#include "core/analysis/landscape-run.h"

#include <math.h>
#include <string.h>

#include "core/analysis/grid.h"
#include "core/analysis/landscape-axes.h"
#include "core/analysis/landscape-curvature.h"
#include "core/analysis/landscape-interpolation.h"
#include "core/analysis/landscape-run-private.h"
#include "core/analysis/landscape-summary.h"
#include "core/analysis/landscape-trajectory.h"
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

/* A point whose values are all there is not computed again. */
static gboolean
is_known (const KappaLandscapeRun *run, gsize cell)
{
  const char *loss = run->plan->n_seeds > 1 ? "loss_by_seed" : "loss";
  const char *accuracy = run->plan->n_seeds > 1 ? "accuracy_by_seed" : "accuracy";

  return kappa_result_is_present (run->result, loss, cell)
         && kappa_result_is_present (run->result, accuracy, cell)
         && (run->refinement == NULL
             || kappa_result_is_present (run->result, "interpolated", cell));
}

static gboolean
is_checkpoint_known (const KappaLandscapeRun *run, guint index)
{
  return kappa_result_is_present (run->result, "checkpoint_loss", index)
         && kappa_result_is_present (run->result, "checkpoint_accuracy", index);
}

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

/* Points at which bfloat16 is compared with float32: the checkpoint, and the coarsest of the grid.
 */
static gsize
n_checked (const KappaLandscapeRun *run)
{
  return MIN (MAX_CHECKED, kappa_landscape_plan_get_size (run->plan));
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
    left += n_checked (run) - kappa_result_count_present (run->result, "float32_loss");
  for (gsize cell = 0; cell < n * run->plan->n_seeds; cell++)
    {
      double alpha, beta;

      kappa_landscape_plan_locate (run->plan, cell % n, &alpha, &beta);
      left += !is_checkpoint (run, alpha, beta) && !is_known (run, cell);
    }
  return left;
}

static gboolean
evaluate (KappaLandscapeRun *run,
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
  return evaluate (run, objective, run->parameters, run->buffers, loss, accuracy, error);
}

static void
set_point (KappaLandscapeRun *run, gsize cell, double loss, double accuracy, double interpolated)
{
  gboolean several = run->plan->n_seeds > 1;

  kappa_result_set_values (run->result, several ? "loss_by_seed" : "loss", cell, 1, &loss);
  kappa_result_set_values (run->result, several ? "accuracy_by_seed" : "accuracy", cell, 1,
                           &accuracy);
  if (run->refinement != NULL)
    kappa_result_set_values (run->result, "interpolated", cell, 1, &interpolated);
}

static gboolean
evaluate_point (KappaLandscapeRun *run, guint seed, gsize point, GError **error)
{
  const KappaLandscapePlan *plan = run->plan;
  gsize cell = seed * kappa_landscape_plan_get_size (plan) + point;
  double alpha, beta, loss, accuracy;

  kappa_landscape_plan_locate (plan, point, &alpha, &beta);
  if (is_checkpoint (run, alpha, beta))
    {
      kappa_result_get_value (run->result, "checkpoint_loss", 0, &loss);
      kappa_result_get_value (run->result, "checkpoint_accuracy", 0, &accuracy);
    }
  else if (!kappa_landscape_move_to (run, seed, alpha, beta, error)
           || !kappa_landscape_evaluate_there (run, run->objective, &loss, &accuracy, error))
    return FALSE;
  set_point (run, cell, loss, accuracy, 0.0);
  return TRUE;
}

/* Takes a point's values from those around it, if that is good enough. */
static gboolean
interpolate_point (KappaLandscapeRun *run, gsize point)
{
  double loss, accuracy;

  if (run->refinement == NULL
      || !kappa_landscape_refinement_predict (run->refinement, run->result, point, &loss,
                                              &accuracy))
    return FALSE;
  set_point (run, point, loss, accuracy, 1.0);
  run->done++;
  kappa_progress_advance (run->context->progress, (double)kappa_objective_get_n (run->objective));
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
            && !interpolate_point (run, run->order[k])
            && !evaluate_point (run, seed, run->order[k], error))
          return FALSE;
      if (run->refinement != NULL)
        {
          kappa_landscape_refinement_take (run->refinement, run->result, run->order[k]);
          /* The first point comes before those it is predicted from. */
          kappa_landscape_refinement_take (run->refinement, run->result, run->order[0]);
        }
      if (plan->n_seeds > 1)
        kappa_landscape_average_seeds (run->result, plan, run->order[k]);
    }
  return TRUE;
}

/* The loss in float32: at the checkpoint first, then at the first points of the grid. */
static gboolean
check_precision (KappaLandscapeRun *run, GError **error)
{
  for (gsize i = 0; run->reference != NULL && i < n_checked (run); i++)
    {
      double alpha = 0.0, beta = 0.0, loss, accuracy;

      if (kappa_result_is_present (run->result, "float32_loss", i))
        continue;
      if (i > 0)
        kappa_landscape_plan_locate (run->plan, run->order[i], &alpha, &beta);
      if (!kappa_landscape_move_to (run, 0, alpha, beta, error)
          || !(i == 0
                   ? evaluate (run, run->reference, run->parameters, NULL, &loss, &accuracy, error)
                   : kappa_landscape_evaluate_there (run, run->reference, &loss, &accuracy, error)))
        return FALSE;
      kappa_result_set_values (run->result, "float32_loss", i, 1, &loss);
    }
  return TRUE;
}

/* Computes some of the interpolated points after all. */
static gboolean
check_interpolation (KappaLandscapeRun *run, GError **error)
{
  guint64 seed = (guint64)kappa_analysis_get_integer (run->analysis, "seed");
  g_autofree guint32 *points = NULL;
  gsize n;

  if (run->refinement == NULL)
    return TRUE;
  points = kappa_landscape_refinement_list_checks (run->result, seed, &n);
  if (n == 0)
    return TRUE;
  kappa_landscape_declare_held_out (run->result, points, n);
  run->n_left = n - kappa_result_count_present (run->result, "held_out_loss");
  run->done = 0;
  if (run->n_left > 0)
    kappa_progress_start (run->context->progress,
                          (double)run->n_left * (double)kappa_objective_get_n (run->objective),
                          "Checking interpolated points");
  for (gsize i = 0; i < n; i++)
    {
      double alpha, beta, loss, accuracy;

      if (kappa_result_is_present (run->result, "held_out_loss", i))
        continue;
      kappa_landscape_plan_locate (run->plan, points[i], &alpha, &beta);
      if (!kappa_landscape_move_to (run, 0, alpha, beta, error)
          || !kappa_landscape_evaluate_there (run, run->objective, &loss, &accuracy, error))
        return FALSE;
      kappa_result_set_values (run->result, "held_out_loss", i, 1, &loss);
    }
  return TRUE;
}

static gboolean
evaluate_all (KappaLandscapeRun *run, GError **error)
{
  double images = (double)kappa_objective_get_n (run->objective);

  run->n_left = count_left (run);
  kappa_progress_start (run->context->progress,
                        (double)run->n_left * images + kappa_landscape_quadratic_work (run),
                        "Loss landscape");
  for (guint i = 0; i < run->plan->n_checkpoints; i++)
    if (!is_checkpoint_known (run, i) && !evaluate_checkpoint (run, i, error))
      return FALSE;
  return kappa_landscape_add_quadratic (run, error) && evaluate_grid (run, error)
         && check_precision (run, error) && check_interpolation (run, error)
         && kappa_landscape_add_curvature_map (run, error);
}

static void
run_clear (KappaLandscapeRun *run)
{
  g_clear_pointer (&run->reference, kappa_objective_free);
  g_clear_pointer (&run->refinement, kappa_landscape_refinement_free);
  g_clear_pointer (&run->recalibration, kappa_recalibration_free);
  g_clear_pointer (&run->order, g_free);
  g_clear_pointer (&run->objective, kappa_objective_free);
  g_clear_object (&run->batches);
  g_clear_pointer (&run->plan, kappa_landscape_plan_free);
  g_clear_pointer (&run->parameters, g_free);
  g_clear_pointer (&run->buffers, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (KappaLandscapeRun, run_clear)

static gboolean
make_objectives (KappaLandscapeRun *run, GError **error)
{
  KappaModel *model = kappa_inputs_get_model (run->inputs, "model", 0);

  run->batches
      = kappa_inputs_make_batches (run->inputs, "data", "model", TRUE, run->context, error);
  if (run->batches == NULL)
    return FALSE;
  run->objective = kappa_landscape_make_objective (run->analysis, run->inputs, run->batches, error);
  if (run->objective == NULL)
    return FALSE;
  if (kappa_analysis_get_enum (run->analysis, "precision") == KAPPA_PRECISION_BFLOAT16)
    {
      run->reference = kappa_objective_new (model, run->batches, KAPPA_PRECISION_FLOAT32,
                                            kappa_analysis_get_double (run->analysis, "l2"), error);
      if (run->reference == NULL)
        return FALSE;
    }
  if (kappa_analysis_get_enum (run->analysis, "batchnorm") == KAPPA_BATCHNORM_RECALIBRATED)
    {
      run->recalibration = kappa_recalibration_new (model, run->batches, error);
      if (run->recalibration == NULL)
        return FALSE;
    }
  return TRUE;
}

static gboolean
fits (KappaLandscapeRun *run, GError **error)
{
  KappaObjective *larger = run->reference != NULL ? run->reference : run->objective;
  guint n_workers = kappa_workers_get_n (run->context->workers);
  guint64 memory = kappa_objective_get_memory (larger, kappa_objective_get_n (larger), n_workers);
  guint64 products = kappa_landscape_quadratic_memory (run, error);

  if (products == G_MAXUINT64)
    return FALSE;
  if (run->recalibration != NULL)
    memory += kappa_recalibration_get_memory (run->recalibration, n_workers);
  return kappa_memory_check (run->context,
                             memory + products
                                 + kappa_landscape_plan_get_memory (run->analysis, run->inputs),
                             "landscape", error);
}

static gboolean
prepare (KappaLandscapeRun *run, GError **error)
{
  KappaModel *model = kappa_inputs_get_model (run->inputs, "model", 0);
  const char *save = kappa_analysis_get_string (run->analysis, "save-directions");
  const char *projection = kappa_analysis_get_string (run->analysis, "save-projection");
  double tolerance = kappa_analysis_get_double (run->analysis, "refine");
  const KappaLandscapePlan *plan;

  if (!make_objectives (run, error) || !fits (run, error))
    return FALSE;
  run->plan = kappa_landscape_plan_new (run->analysis, run->inputs, run->context, error);
  if (run->plan == NULL || (run->plan->x[0] == NULL && !kappa_landscape_find_axes (run, error))
      || (*save != '\0' && !kappa_landscape_plan_save (run->plan, model, save, error))
      || (*projection != '\0' && !kappa_landscape_save_trajectory (run->plan, projection, error)))
    return FALSE;
  plan = run->plan;
  run->order = kappa_grid_order (plan->x_range.n, MAX (1, plan->y_range.n),
                                 kappa_grid_nearest (&plan->x_range, 0.0),
                                 plan->y != NULL ? kappa_grid_nearest (&plan->y_range, 0.0) : 0);
  if (tolerance > 0.0)
    run->refinement = kappa_landscape_refinement_new (plan, tolerance);
  run->parameters = g_new (double, kappa_model_get_parameters_size (model));
  if (plan->x[0]->buffers != NULL || (plan->y != NULL && plan->y->buffers != NULL)
      || run->recalibration != NULL)
    run->buffers = g_new (double, kappa_model_get_buffers_size (model));
  return TRUE;
}

static void
add_eigenvalues (KappaLandscapeRun *run, const char *description)
{
  static const char *const names[] = { "lambda_alpha", "lambda_beta" };
  const KappaLandscapePlan *plan = run->plan;

  for (guint axis = 0; axis < G_N_ELEMENTS (names); axis++)
    if (kappa_analysis_get_enum (run->analysis, "along") == KAPPA_ALONG_EIGENVECTORS
        && isfinite (plan->curvatures[axis]))
      {
        g_autofree char *definition = g_strdup_printf (
            "%s, the eigenvalue of the %s direction: curvature of the loss along it, by all "
            "trained parameters, by block Lanczos; the residual is ‖Hv − λv‖; over %s",
            plan->labels[axis], axis == 0 ? "first" : "second", description);

        kappa_result_set_scalar (run->result, names[axis], plan->curvatures[axis], "nat",
                                 KAPPA_CERTAINTY_RESIDUAL (plan->residuals[axis]), definition);
      }
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
  g_auto (KappaLandscapeRun) run
      = { .analysis = analysis, .inputs = given, .result = result, .context = context };
  g_autofree char *description = NULL;

  if (!prepare (&run, error))
    return FALSE;
  description = kappa_objective_describe (run.objective);
  kappa_landscape_declare (result, run.plan, description);
  if (run.refinement != NULL)
    kappa_landscape_declare_interpolated (result, run.plan,
                                          kappa_analysis_get_double (analysis, "refine"));
  if (run.reference != NULL)
    kappa_landscape_declare_check (result, run.order, n_checked (&run));
  if (!evaluate_all (&run, error))
    return FALSE;
  kappa_landscape_summarise (result, run.plan, given, description);
  kappa_landscape_add_reach (&run, description);
  add_eigenvalues (&run, description);
  return TRUE;
}
