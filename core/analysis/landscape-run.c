#include "core/analysis/landscape-run.h"

#include <math.h>

#include "core/analysis/grid.h"
#include "core/analysis/landscape-axes.h"
#include "core/analysis/landscape-interpolation.h"
#include "core/analysis/landscape-run-private.h"
#include "core/analysis/landscape-summary.h"
#include "core/analysis/landscape-trajectory.h"
#include "core/analysis/memory.h"

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
    memory += kappa_recalibration_get_memory (run->recalibration,
                                              kappa_batch_source_get_n (run->batches), n_workers);
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
    run->refinement = kappa_landscape_refinement_new (plan);
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
    kappa_landscape_declare_check (result, run.order, kappa_landscape_count_checked (&run));
  if (!kappa_landscape_evaluate_all (&run, error))
    return FALSE;
  kappa_landscape_summarise (result, run.plan, given, description);
  if (run.refinement != NULL)
    kappa_landscape_add_interpolation (result, kappa_analysis_get_double (analysis, "refine"),
                                       description);
  kappa_landscape_add_reach (&run, description);
  add_eigenvalues (&run, description);
  return TRUE;
}
