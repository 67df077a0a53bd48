/* What a landscape will take: evaluations, and what comes on top of them. */

#include "core/analysis/landscape-axes.h"
#include "core/analysis/landscape-curvature.h"
#include "core/analysis/landscape-run.h"

#define IMAGES_TO_TIME 64

/* How long a pass takes, in seconds for an image. */
typedef struct
{
  double evaluation, reference, recalibration, gradient, product;
} Pace;

static double
seconds_since (gint64 started)
{
  return (double)(g_get_monotonic_time () - started) * 1e-6;
}

static gboolean
time_reference (KappaLandscapeRun *run, Pace *pace, GError **error)
{
  if (kappa_analysis_get_enum (run->analysis, "precision") != KAPPA_PRECISION_BFLOAT16)
    return TRUE;
  run->reference = kappa_objective_new (kappa_inputs_get_model (run->inputs, "model", 0),
                                        run->batches, KAPPA_PRECISION_FLOAT32, 0.0, error);
  return run->reference != NULL
         && kappa_objective_calibrate (run->reference, run->context, &pace->reference, error);
}

static gboolean
time_recalibration (KappaLandscapeRun *run, Pace *pace, GError **error)
{
  KappaModel *model = kappa_inputs_get_model (run->inputs, "model", 0);
  g_autofree double *buffers = NULL;
  const double *weights;

  if (kappa_analysis_get_enum (run->analysis, "batchnorm") != KAPPA_BATCHNORM_RECALIBRATED)
    return TRUE;
  weights = kappa_model_get_parameters_wide (model, error);
  if (weights == NULL)
    return FALSE;
  run->recalibration = kappa_recalibration_new (model, run->batches, error);
  if (run->recalibration == NULL)
    return FALSE;
  buffers = g_new (double, kappa_model_get_buffers_size (model));
  /* The first only warms up. */
  for (guint i = 0; i < 2; i++)
    {
      gint64 started = g_get_monotonic_time ();

      if (!kappa_recalibration_run (run->recalibration, weights, run->context, buffers, error))
        return FALSE;
      pace->recalibration
          = seconds_since (started) / (double)kappa_batch_source_get_n (run->batches);
    }
  return TRUE;
}

static gboolean
time_derivatives (KappaLandscapeRun *run,
                  KappaCurvature *curvature,
                  const KappaLandscapeCost *cost,
                  Pace *pace,
                  GError **error)
{
  g_autofree double *vector = g_new0 (double, kappa_curvature_get_n_parameters (curvature));
  const double n = (double)kappa_curvature_get_n_images (curvature);

  for (guint i = 0; cost->gradients > 0.0 && i < 2; i++)
    {
      gint64 started = g_get_monotonic_time ();

      if (!kappa_curvature_differentiate (curvature, NULL, run->context, NULL, vector, error))
        return FALSE;
      pace->gradient = seconds_since (started) / n;
    }
  for (guint i = 0; cost->products > 0.0 && i < 2; i++)
    {
      gint64 started = g_get_monotonic_time ();

      if (!kappa_curvature_multiply (curvature, KAPPA_CURVATURE_HESSIAN, NULL, 1,
                                     (const double *const[]) { vector },
                                     (double *const[]) { vector }, run->context, error))
        return FALSE;
      pace->product = seconds_since (started) / n;
    }
  return TRUE;
}

static gboolean
add_curvature (KappaLandscapeRun *run, KappaLandscapeCost *cost, Pace *pace, GError **error)
{
  KappaPrecision precision = kappa_analysis_get_enum (run->analysis, "precision");
  g_autoptr (KappaCurvature) curvature = NULL;

  if (kappa_analysis_get_enum (run->analysis, "along") == KAPPA_ALONG_RANDOM
      && !kappa_analysis_get_boolean (run->analysis, "quadratic")
      && kappa_analysis_get_integer (run->analysis, "curvature-map") == 0)
    return TRUE;
  curvature = kappa_curvature_new (kappa_inputs_get_model (run->inputs, "model", 0), run->batches,
                                   precision == KAPPA_PRECISION_BFLOAT16 ? KAPPA_PRECISION_FLOAT32
                                                                         : precision,
                                   kappa_analysis_get_double (run->analysis, "l2"), error);
  if (curvature == NULL || !kappa_landscape_axes_add_cost (run, curvature, cost, error)
      || !kappa_landscape_map_add_cost (run, curvature, cost, error))
    return FALSE;
  kappa_landscape_quadratic_add_cost (run, cost);
  return time_derivatives (run, curvature, cost, pace, error);
}

/* The evaluations have their phase, axes and map have theirs; directions stay all the while. */
static gboolean
predict_memory (KappaLandscapeRun *run,
                gint64 n,
                const KappaLandscapeCost *cost,
                guint64 *bytes,
                GError **error)
{
  const guint n_workers = kappa_workers_get_n (run->context->workers);
  const guint64 quadratic = kappa_landscape_quadratic_memory (run, error);
  guint64 memory = kappa_objective_get_memory (
      run->reference != NULL ? run->reference : run->objective, n, n_workers);

  if (quadratic == G_MAXUINT64)
    return FALSE;
  if (run->recalibration != NULL)
    memory += kappa_recalibration_get_memory (run->recalibration, n, n_workers);
  *bytes = MAX (memory + quadratic, cost->bytes)
           + kappa_landscape_plan_get_memory (run->analysis, run->inputs);
  return TRUE;
}

static void
run_clear (KappaLandscapeRun *run)
{
  g_clear_pointer (&run->objective, kappa_objective_free);
  g_clear_pointer (&run->reference, kappa_objective_free);
  g_clear_pointer (&run->recalibration, kappa_recalibration_free);
  g_clear_object (&run->batches);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (KappaLandscapeRun, run_clear)

/* Points of the grid, for every direction; a refined one may need them all. */
static double
count_points (const KappaLandscapeRun *run)
{
  return (double)kappa_landscape_plan_get_size (run->plan)
         * (double)kappa_analysis_get_integer (run->analysis, "seeds");
}

/**
 * kappa_landscape_estimate:
 * @given: open
 *
 * Times every kind of pass over a few images that a run makes over all of them.
 */
gboolean
kappa_landscape_estimate (KappaAnalysis *analysis,
                          KappaInputs *given,
                          KappaContext *context,
                          KappaEstimate *estimate,
                          GError **error)
{
  const gint64 n = kappa_selection_get_n (kappa_inputs_get_selection (given, "data", 0));
  KappaContext quiet = *context;
  KappaLandscapePlan plan = { .kind = kappa_landscape_get_kind (given) };
  g_auto (KappaLandscapeRun) run
      = { .analysis = analysis, .inputs = given, .context = &quiet, .plan = &plan };
  KappaLandscapeCost cost = { 0 };
  Pace pace = { 0 };

  quiet.progress = NULL;
  kappa_landscape_get_ranges (analysis, plan.kind, &plan.x_range, &plan.y_range);
  run.batches
      = kappa_inputs_sample_batches (given, "data", "model", TRUE, IMAGES_TO_TIME, context, error);
  if (run.batches == NULL)
    return FALSE;
  run.objective = kappa_landscape_make_objective (analysis, given, run.batches, error);
  if (run.objective == NULL
      || !kappa_objective_calibrate (run.objective, &quiet, &pace.evaluation, error)
      || !time_reference (&run, &pace, error) || !time_recalibration (&run, &pace, error)
      || !add_curvature (&run, &cost, &pace, error)
      || !predict_memory (&run, n, &cost, &estimate->bytes, error))
    return FALSE;
  estimate->units = count_points (&run);
  estimate->unit = "points";
  estimate->seconds = (estimate->units * (pace.evaluation + pace.recalibration)
                       + (double)kappa_landscape_count_checked (&run)
                             * (pace.reference + pace.recalibration) * (run.reference != NULL)
                       + cost.gradients * pace.gradient + cost.products * pace.product)
                      * (double)n;
  return TRUE;
}
