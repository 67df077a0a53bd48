/*
 * What gradient and Hessian at the checkpoint say about the plane,
 *
 *   Q(α, β) = L + α·⟨g,x⟩ + β·⟨g,y⟩ + ½·(α²·⟨x,Hx⟩ + 2αβ·⟨x,Hy⟩ + β²·⟨y,Hy⟩),
 *
 * and how far from the checkpoint that is the loss.
 */

#include "core/analysis/landscape-run-private.h"

#include <math.h>
#include <stdlib.h>

#include "core/analysis/curvature.h"
#include "core/analysis/landscape-summary.h"
#include "core/base/error.h"

/* Where the model is off by more than this share of the change of the loss, it does not hold. */
#define TOLERANCE 0.1

enum
{
  SLOPE_X,
  SLOPE_Y,
  CURVATURE_XX,
  CURVATURE_XY,
  CURVATURE_YY,
  N_COEFFICIENTS,
};

static gboolean
is_wanted (KappaLandscapeRun *run)
{
  return kappa_analysis_get_boolean (run->analysis, "quadratic");
}

static gboolean
is_known (KappaLandscapeRun *run, guint coefficient)
{
  return kappa_result_is_present (run->result, "quadratic_coefficients", coefficient);
}

static guint
n_axes (KappaLandscapeRun *run)
{
  return run->plan->y != NULL ? 2 : 1;
}

/**
 * kappa_landscape_quadratic_work:
 *
 * Returns: how far gradient and products will advance the progress
 */
double
kappa_landscape_quadratic_work (KappaLandscapeRun *run)
{
  guint passes = 0;

  if (is_wanted (run) && !is_known (run, SLOPE_X))
    passes++;
  if (is_wanted (run) && !is_known (run, CURVATURE_XX))
    passes += n_axes (run);
  return (double)passes * (double)kappa_objective_get_n (run->objective);
}

static KappaCurvature *
make_curvature (KappaLandscapeRun *run, GError **error)
{
  return kappa_curvature_new (kappa_inputs_get_model (run->inputs, "model", 0), run->batches,
                              kappa_analysis_get_enum (run->analysis, "precision"),
                              kappa_analysis_get_double (run->analysis, "l2"), error);
}

/**
 * kappa_landscape_quadratic_memory:
 *
 * Returns: bytes its products will take; 0 if there are none to compute; %G_MAXUINT64 with the
 * error if they cannot be built
 */
guint64
kappa_landscape_quadratic_memory (KappaLandscapeRun *run, GError **error)
{
  g_autoptr (KappaCurvature) curvature = NULL;
  guint64 bytes, vector;

  if (!is_wanted (run))
    return 0;
  curvature = make_curvature (run, error);
  if (curvature == NULL
      || !kappa_curvature_get_cost (curvature, KAPPA_CURVATURE_HESSIAN, 2,
                                    kappa_workers_get_n (run->context->workers), &bytes, NULL,
                                    error))
    return G_MAXUINT64;
  vector = kappa_curvature_get_n_parameters (curvature) * sizeof (double);
  return bytes + 3 * vector;
}

/**
 * kappa_landscape_quadratic_add_cost:
 * @run: with ranges
 *
 * Adds the passes that a whole run makes; their memory is that of
 * kappa_landscape_quadratic_memory().
 */
void
kappa_landscape_quadratic_add_cost (KappaLandscapeRun *run, KappaLandscapeCost *cost)
{
  if (!is_wanted (run))
    return;
  cost->gradients += 1.0;
  cost->products += run->plan->y_range.n > 0 ? 2.0 : 1.0;
}

static double
dot (const double *a, const double *b, gsize n)
{
  double sum = 0.0;

  for (gsize i = 0; i < n; i++)
    sum += a[i] * b[i];
  return sum;
}

static void
set (KappaLandscapeRun *run, guint coefficient, double value)
{
  kappa_result_set_values (run->result, "quadratic_coefficients", coefficient, 1, &value);
}

static gboolean
find_slopes (KappaLandscapeRun *run, KappaCurvature *curvature, GError **error)
{
  gsize n = kappa_curvature_get_n_parameters (curvature);
  g_autofree double *gradient = g_new (double, n);

  if (!kappa_curvature_differentiate (curvature, NULL, run->context, NULL, gradient, error))
    return FALSE;
  set (run, SLOPE_Y, run->plan->y != NULL ? dot (gradient, run->plan->y->parameters, n) : 0.0);
  set (run, SLOPE_X, dot (gradient, run->plan->x[0]->parameters, n));
  return TRUE;
}

static gboolean
find_curvatures (KappaLandscapeRun *run, KappaCurvature *curvature, GError **error)
{
  const double *vectors[2]
      = { run->plan->x[0]->parameters, run->plan->y != NULL ? run->plan->y->parameters : NULL };
  gsize n = kappa_curvature_get_n_parameters (curvature);
  g_autofree double *first = g_new (double, n), *second = g_new (double, n);
  double *products[2] = { first, second };

  if (!kappa_curvature_multiply (curvature, KAPPA_CURVATURE_HESSIAN, NULL, n_axes (run), vectors,
                                 products, run->context, error))
    return FALSE;
  set (run, CURVATURE_YY, vectors[1] != NULL ? dot (vectors[1], second, n) : 0.0);
  set (run, CURVATURE_XY, vectors[1] != NULL ? dot (vectors[1], first, n) : 0.0);
  set (run, CURVATURE_XX, dot (vectors[0], first, n));
  return TRUE;
}

static void
declare (KappaLandscapeRun *run, const char *description)
{
  const KappaLandscapePlan *plan = run->plan;
  gsize n = N_COEFFICIENTS;
  g_autofree char *coefficients = g_strdup_printf (
      "⟨g,x⟩, ⟨g,y⟩, ⟨x,Hx⟩, ⟨x,Hy⟩, ⟨y,Hy⟩ with gradient g and Hessian H at the "
      "first checkpoint along %s, 0 where there is no second axis; over %s",
      plan->axes, description);
  g_autofree char *model
      = g_strdup_printf ("the quadratic function that has loss, gradient and Hessian of the first "
                         "checkpoint, along %s, over %s",
                         plan->axes, description);
  KappaArray *array = kappa_array_new ("quadratic_coefficients", "nat", coefficients, 1, &n);

  kappa_array_set_axis (array, 0, "coefficient", NULL);
  kappa_result_take_array (run->result, array);
  kappa_landscape_declare_array (run->result, plan, "quadratic", "nat", model);
}

static void
fill (KappaLandscapeRun *run)
{
  gsize n = kappa_landscape_plan_get_size (run->plan);
  g_autofree double *values = g_new (double, n);
  double loss = NAN, c[N_COEFFICIENTS] = { 0 };

  kappa_result_get_value (run->result, "checkpoint_loss", 0, &loss);
  for (guint i = 0; i < N_COEFFICIENTS; i++)
    kappa_result_get_value (run->result, "quadratic_coefficients", i, &c[i]);
  for (gsize i = 0; i < n; i++)
    {
      double a, b;

      kappa_landscape_plan_locate (run->plan, i, &a, &b);
      values[i] = loss + a * c[SLOPE_X] + b * c[SLOPE_Y]
                  + 0.5 * (a * a * c[CURVATURE_XX] + b * b * c[CURVATURE_YY])
                  + a * b * c[CURVATURE_XY];
    }
  kappa_result_set_values (run->result, "quadratic", 0, n, values);
}

/**
 * kappa_landscape_add_quadratic:
 *
 * Adds the arrays "quadratic_coefficients" and "quadratic", if they are wanted; the loss at the
 * checkpoint must be known.
 */
gboolean
kappa_landscape_add_quadratic (KappaLandscapeRun *run, GError **error)
{
  g_autoptr (KappaCurvature) curvature = NULL;
  g_autofree char *description = NULL;

  if (!is_wanted (run))
    return TRUE;
  if (run->buffers != NULL)
    {
      g_set_error_literal (error, KAPPA_ERROR, KAPPA_ERROR_USAGE,
                           "quadratic: running statistics move along these directions, and the "
                           "model knows derivatives by parameters alone; set batchnorm to frozen");
      return FALSE;
    }
  curvature = make_curvature (run, error);
  if (curvature == NULL)
    return FALSE;
  description = kappa_curvature_describe (curvature);
  declare (run, description);
  kappa_progress_set_message (run->context->progress, "Gradient and Hessian at the checkpoint");
  if ((!is_known (run, SLOPE_X) && !find_slopes (run, curvature, error))
      || (!is_known (run, CURVATURE_XX) && !find_curvatures (run, curvature, error)))
    return FALSE;
  fill (run);
  return TRUE;
}

typedef struct
{
  double radius, error, change;
} Place;

static int
compare (gconstpointer a, gconstpointer b)
{
  double left = ((const Place *)a)->radius, right = ((const Place *)b)->radius;

  return left < right ? -1 : left > right;
}

/* All points that were computed, from the checkpoint outwards. */
static GArray *
list_places (KappaLandscapeRun *run)
{
  GArray *places = g_array_new (FALSE, FALSE, sizeof (Place));
  double loss = NAN;

  kappa_result_get_value (run->result, "checkpoint_loss", 0, &loss);
  for (gsize i = 0; i < kappa_landscape_plan_get_size (run->plan); i++)
    {
      double a, b, exact = NAN, model = NAN;
      Place place;

      if (kappa_landscape_is_interpolated (run->result, i))
        continue;
      kappa_landscape_plan_locate (run->plan, i, &a, &b);
      kappa_result_get_value (run->result, "loss", i, &exact);
      kappa_result_get_value (run->result, "quadratic", i, &model);
      place = (Place) { hypot (a, b), fabs (exact - model), fabs (exact - loss) };
      g_array_append_val (places, place);
    }
  g_array_sort (places, compare);
  return places;
}

/* The largest radius up to which the model holds, and the next one on the grid, which is the same
 * if there is none. */
static void
find_reach (const GArray *places, double *reach, double *next)
{
  double error = 0.0, change = 0.0;

  *reach = *next = 0.0;
  for (guint i = 0; i < places->len; i++)
    {
      const Place *place = &g_array_index (places, Place, i);

      *next = place->radius;
      error = isfinite (place->error) ? fmax (error, place->error) : INFINITY;
      change = isfinite (place->change) ? fmax (change, place->change) : change;
      /* Points of one distance count together. */
      if (i + 1 < places->len
          && g_array_index (places, Place, i + 1).radius <= place->radius * (1.0 + 1e-12))
        continue;
      if (!(error <= TOLERANCE * change))
        return;
      *reach = place->radius;
    }
}

/**
 * kappa_landscape_add_reach:
 * @description: images, mode, precision, regulariser
 *
 * Adds the scalar "quadratic_radius", if there is a model: how far from the checkpoint it holds.
 */
void
kappa_landscape_add_reach (KappaLandscapeRun *run, const char *description)
{
  g_autoptr (GArray) places = NULL;
  g_autofree char *definition = NULL;
  double reach, next;

  if (!is_wanted (run))
    return;
  places = list_places (run);
  find_reach (places, &reach, &next);
  definition = g_strdup_printf (
      "largest √(α²+β²) on the grid up to which the local quadratic model misses no computed loss "
      "by more than %.0f %% of the largest change of the loss up to there%s; along %s, over %s",
      100.0 * TOLERANCE,
      next > reach ? "; the residual is the step to the next point, where it fails"
                   : "; it holds over the whole grid",
      run->plan->axes, description);
  kappa_result_set_scalar (
      run->result, "quadratic_radius", reach, "",
      next > reach ? KAPPA_CERTAINTY_RESIDUAL (next - reach) : KAPPA_CERTAINTY_EXACT, definition);
}
