#include <math.h>

#include "core/analysis/sharpness-run.h"
#include "core/analysis/statistics.h"

static void
set (KappaSharpnessRun *run,
     const char *name,
     double value,
     const char *unit,
     KappaCertainty certainty,
     const char *definition)
{
  g_autofree char *text = g_strdup_printf ("%s, over %s", definition, run->description);

  kappa_result_set_scalar (run->result, name, value, unit, certainty, text);
}

static double
get_scalar (KappaSharpnessRun *run, const char *name)
{
  g_autoptr (KappaScalar) scalar = kappa_result_dup_scalar (run->result, name);

  return scalar->value;
}

static char *
describe_ball (const KappaSharpnessSettings *settings)
{
  return g_strdup_printf ("the %s ball of radius ρ = %g around the weights%s",
                          settings->ball == KAPPA_BALL_L2 ? "ℓ2" : "ℓ∞", settings->rho,
                          settings->adaptive ? ", every coordinate in units of |w|" : "");
}

static void
summarise_first_order (KappaSharpnessRun *run, const char *ball)
{
  const KappaSharpnessSettings *settings = &run->settings;
  g_autoptr (KappaArray) gradient = kappa_result_dup_array (run->result, ".gradient");
  double norm = kappa_norm (gradient->values, run->n), rho = settings->rho;
  double rise = get_scalar (run, "sam_loss") - get_scalar (run, "loss");
  g_autofree char *text = g_strdup_printf (
      "first-order sharpness L(w + ε) − L(w), with ε = %s the one step uphill to the edge of %s; "
      "full batch",
      settings->ball == KAPPA_BALL_L2 ? "ρ·g/(‖g‖ + 10⁻¹²)" : "ρ·sign g", ball);

  set (run, "sam_sharpness", rise, "nat", KAPPA_CERTAINTY_EXACT, text);
  set (run, "gradient_norm", norm, "nat", KAPPA_CERTAINTY_EXACT,
       "Euclidean length of the gradient of the mean loss at the checkpoint");
  kappa_result_set_scalar (run->result, "weight_norm", kappa_norm (run->weights, run->n), "",
                           KAPPA_CERTAINTY_EXACT,
                           "Euclidean length of all trained parameters, in float64");
  if (settings->ball != KAPPA_BALL_L2 || settings->adaptive)
    return;
  /* The loss has an error of a few units in the last place of its float32 or float64 terms. */
  set (run, "lambda_from_sam", 2.0 * (rise - rho * norm) / (rho * rho), "nat",
       KAPPA_CERTAINTY_RESIDUAL (8.0 * run->settings.epsilon * fabs (get_scalar (run, "sam_loss"))
                                 / (rho * rho)),
       "2·(S − ρ‖g‖)/ρ² with S the first-order sharpness: the curvature along the gradient, up to "
       "terms of third order, and a lower bound of the largest Hessian eigenvalue; the residual is "
       "the rounding of the losses");
}

/* The curvature along the worst perturbation ε, by what the rise exceeds g·ε. */
static void
set_lambda (KappaSharpnessRun *run, KappaAscent *ascent, double rise)
{
  g_autoptr (KappaArray) gradient = kappa_result_dup_array (run->result, ".gradient");
  const double *move = kappa_ascent_get_best_position (ascent);
  double norm = kappa_norm (move, run->n), slope = 0.0;

  for (gsize i = 0; i < run->n; i++)
    slope += gradient->values[i] * move[i];
  if (norm > 0.0)
    set (run, "lambda_from_sharpness", 2.0 * (rise - slope) / (norm * norm), "nat",
         KAPPA_CERTAINTY_RESIDUAL (8.0 * run->settings.epsilon
                                   * fabs (get_scalar (run, "loss") + rise) / (norm * norm)),
         "2·(S − g·ε)/‖ε‖² with ε the worst perturbation found and S its rise: the curvature along "
         "it, up to terms of third order; near the largest Hessian eigenvalue where the gradient "
         "is small; the residual is the rounding of the losses");
}

static void
summarise_ascent (KappaSharpnessRun *run, const char *ball)
{
  const KappaSharpnessSettings *settings = &run->settings;
  g_autoptr (KappaArray) state = kappa_result_dup_array (run->result, ".ascent");
  g_autoptr (KappaAscent) ascent
      = kappa_ascent_new (settings->ball, settings->rho, settings->steps, run->n);
  g_autofree char *text = g_strdup_printf (
      "largest rise L(w + ε) − L(w) found in %s by %u steps of projected gradient ascent with "
      "momentum ¾ and first step 2ρ, a lower bound of the maximum; the residual is what the last "
      "fifth of the steps added; full batch",
      ball, settings->steps);
  double rise, growth;

  if (settings->steps == 0 || !kappa_ascent_restore (ascent, state->values))
    return;
  rise = kappa_ascent_get_best (ascent, &growth) - kappa_ascent_get_values (ascent)[0];
  set (run, "sharpness", rise, "nat", KAPPA_CERTAINTY_RESIDUAL (growth), text);
  if (settings->ball == KAPPA_BALL_L2 && !settings->adaptive)
    set_lambda (run, ascent, rise);
}

static void
summarise_folds (KappaSharpnessRun *run, const char *ball)
{
  g_autoptr (KappaArray) norms = kappa_result_dup_array (run->result, "gradient_norm_by_fold");
  g_autoptr (KappaArray) rises = kappa_result_dup_array (run->result, "sam_sharpness_by_fold");
  g_autofree char *text
      = g_strdup_printf ("first-order sharpness in %s, over %s", ball, run->description);
  g_autofree char *gradient = g_strdup_printf (
      "Euclidean length of the gradient of the mean loss, over %s", run->description);

  kappa_folds_set_scalar (run->folds, run->result, "sam_sharpness_over_folds", "nat", rises->values,
                          text);
  kappa_folds_set_scalar (run->folds, run->result, "gradient_norm_over_folds", "nat", norms->values,
                          gradient);
}

static void
set_over_batches (KappaSharpnessRun *run,
                  const char *name,
                  const char *array,
                  const char *what,
                  const char *ball)
{
  g_autoptr (KappaArray) rises = kappa_result_dup_array (run->result, array);
  gsize n = rises->dims[0];
  double whole = 0.0, mean, low, high;
  g_autofree char *text = g_strdup_printf (
      "m-sharpness with m = %" G_GINT64_FORMAT ": mean over %" G_GSIZE_FORMAT
      " batches %s, weighted by their size, of the %s in %s; the interval is that of Student's t "
      "over the batches",
      run->settings.m, n, kappa_folds_describe (run->batches), what, ball);

  for (gsize b = 0; b < n; b++)
    whole += rises->values[b] * (double)kappa_folds_get (run->batches, (guint)b).count;
  whole /= (double)run->n_images;
  kappa_mean_interval (rises->values, n, &mean, &low, &high);
  set (run, name, whole, "nat",
       KAPPA_CERTAINTY_INTERVAL (whole + low - mean, whole + high - mean, 0.95), text);
}

static void
summarise_batches (KappaSharpnessRun *run, const char *ball)
{
  set_over_batches (run, "m_sam_sharpness", "m_sam_sharpness_by_batch", "first-order sharpness",
                    ball);
  if (run->settings.steps > 0)
    set_over_batches (run, "m_sharpness", "m_sharpness_by_batch", "largest rise found", ball);
  kappa_result_set_scalar (run->result, "m", (double)run->settings.m, "images",
                           KAPPA_CERTAINTY_EXACT, "images in a batch of m-sharpness");
}

/* Over all images for each draw, and over all draws for each fold. */
static void
average (KappaSharpnessRun *run, double *by_draw, double *by_fold)
{
  g_autoptr (KappaArray) losses = kappa_result_dup_array (run->result, "perturbed_loss");
  guint draws = run->settings.draws, parts = MAX (1, run->settings.folds);

  for (guint d = 0; d < draws; d++)
    for (guint p = 0; p < parts; p++)
      {
        double loss = losses->values[(gsize)d * parts + p];
        gint64 count = kappa_folds_get (run->folds, p).count;

        by_draw[d] += loss * (double)count / (double)run->n_images;
        by_fold[p] += loss / draws;
      }
}

static void
summarise_draws (KappaSharpnessRun *run)
{
  const KappaSharpnessSettings *settings = &run->settings;
  g_autofree double *by_draw = g_new0 (double, settings->draws);
  g_autofree double *by_fold = g_new0 (double, MAX (1, settings->folds));
  g_autoptr (KappaArray) lengths = kappa_result_dup_array (run->result, "perturbation_norm");
  double loss = get_scalar (run, "loss"), mean, low, high;
  g_autofree char *text = g_strdup_printf (
      "average flatness: mean over %u draws of the mean loss with σ·ε%s added to all trained "
      "parameters, ε standard normal in every coordinate, σ = %g per coordinate, ‖σ·ε‖ = %g on "
      "average, seed %" G_GUINT64_FORMAT "; the interval is that of Student's t over the draws",
      settings->draws, settings->adaptive ? "·|w|" : "", settings->sigma,
      kappa_mean (lengths->values, settings->draws), settings->seed);

  average (run, by_draw, by_fold);
  kappa_mean_interval (by_draw, settings->draws, &mean, &low, &high);
  set (run, "average_flatness", mean, "nat", KAPPA_CERTAINTY_INTERVAL (low, high, 0.95), text);
  set (run, "average_rise", mean - loss, "nat",
       KAPPA_CERTAINTY_INTERVAL (low - loss, high - loss, 0.95),
       "average flatness minus the loss at the checkpoint");
  if (settings->folds > 0)
    {
      g_autofree char *over = g_strdup_printf ("%s, over %s", text, run->description);

      kappa_folds_set_scalar (run->folds, run->result, "average_flatness_over_folds", "nat",
                              by_fold, over);
    }
}

/**
 * kappa_sharpness_summarise:
 *
 * Sets the scalars of a complete run.
 */
void
kappa_sharpness_summarise (KappaSharpnessRun *run)
{
  g_autofree char *ball = describe_ball (&run->settings);

  summarise_first_order (run, ball);
  summarise_ascent (run, ball);
  if (run->settings.folds > 0)
    summarise_folds (run, ball);
  if (run->settings.m > 0)
    summarise_batches (run, ball);
  if (run->settings.draws > 0)
    summarise_draws (run);
}
