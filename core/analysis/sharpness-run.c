#include "core/analysis/sharpness-run.h"

#include <math.h>
#include <string.h>

#include "core/base/random.h"

/* Passes over its images that a part takes beside the ascent: gradient, loss, loss after one step.
 */
#define PASSES_OF_PART 3

static guint
n_batches (const KappaSharpnessSettings *settings, gint64 n_images)
{
  return settings->m > 0 ? (guint)((n_images + settings->m - 1) / settings->m) : 0;
}

/* The last batch may be smaller. */
static gint64
count_of_batch (const KappaSharpnessSettings *settings, gint64 n_images, guint index)
{
  return MIN (settings->m, n_images - settings->m * index);
}

static gboolean
is_known (KappaResult *result, const char *array, gsize index)
{
  return result != NULL && kappa_result_is_present (result, array, index);
}

static gboolean
has_scalar (KappaResult *result, const char *name)
{
  g_autoptr (KappaScalar) scalar = result != NULL ? kappa_result_dup_scalar (result, name) : NULL;

  return scalar != NULL;
}

/* Values that the ascent over all images was told. */
static guint
count_told (const KappaSharpnessSettings *settings, KappaResult *result)
{
  guint told = 0;

  while (told <= settings->steps && is_known (result, "ascent_loss", told))
    told++;
  return told;
}

static double
count_draws (const KappaSharpnessSettings *settings, KappaResult *result, gint64 n_images)
{
  guint parts = MAX (1, settings->folds);
  double left = 0.0;

  for (guint d = 0; d < settings->draws; d++)
    for (guint p = 0; p < parts; p++)
      if (!is_known (result, "perturbed_loss", (gsize)d * parts + p))
        left += (double)kappa_fold_count (n_images, parts, p);
  return left;
}

/**
 * kappa_sharpness_count_images:
 * @result: (nullable): what is known already
 *
 * Returns: how many images will pass, forward, or forward and backward
 */
double
kappa_sharpness_count_images (const KappaSharpnessSettings *settings,
                              KappaResult *result,
                              gint64 n_images)
{
  const double steps = settings->steps;
  double left = (!is_known (result, ".gradient", 0) + !has_scalar (result, "loss")
                 + !has_scalar (result, "sam_loss") + steps + 1.0
                 - fmax (1.0, count_told (settings, result)))
                * (double)n_images;

  for (guint f = 0; f < settings->folds; f++)
    if (!is_known (result, "sam_sharpness_by_fold", f))
      left += PASSES_OF_PART * (double)kappa_fold_count (n_images, settings->folds, f);
  for (guint b = 0; b < n_batches (settings, n_images); b++)
    if (!is_known (result, "m_sam_sharpness_by_batch", b))
      left += (PASSES_OF_PART + steps) * (double)count_of_batch (settings, n_images, b);
  return left + count_draws (settings, result, n_images);
}

/**
 * kappa_sharpness_get_memory:
 * @n: how many weights
 *
 * Returns: bytes beside those of gradient and loss: the ascent, its saved state and a copy of that,
 * the gradient, the point
 */
guint64
kappa_sharpness_get_memory (const KappaSharpnessSettings *settings, gsize n)
{
  guint64 state = kappa_ascent_get_state_size (settings->steps, n);

  return (3 * state + 8 * (guint64)n + settings->draws * (guint64)MAX (1, settings->folds) * 2)
         * sizeof (double);
}

static void
declare (KappaSharpnessRun *run,
         const char *name,
         const char *unit,
         const char *axis,
         gsize size,
         const char *definition)
{
  g_autofree char *text = g_strdup_printf ("%s, over %s", definition, run->description);
  KappaArray *array = kappa_array_new (name, unit, text, 1, &size);

  kappa_array_set_axis (array, 0, axis, NULL);
  kappa_result_take_array (run->result, array);
}

static void
declare_draws (KappaSharpnessRun *run)
{
  const KappaSharpnessSettings *settings = &run->settings;
  gsize dims[] = { settings->draws, MAX (1, settings->folds) };
  g_autofree char *text = g_strdup_printf (
      "mean cross-entropy of each fold with σ·ε%s added to the weights, ε standard normal in every "
      "coordinate, σ = %g, seed %" G_GUINT64_FORMAT "; folds %s, over %s",
      settings->adaptive ? "·|w|" : "", settings->sigma, settings->seed,
      kappa_folds_describe (run->folds), run->description);
  KappaArray *array = kappa_array_new ("perturbed_loss", "nat", text, 2, dims);

  kappa_array_set_axis (array, 0, "draw", NULL);
  kappa_array_set_axis (array, 1, "fold", NULL);
  kappa_result_take_array (run->result, array);
  declare (run, "perturbation_norm", "", "draw", settings->draws,
           "Euclidean length of the random perturbation of the weights");
}

static void
declare_all (KappaSharpnessRun *run)
{
  const KappaSharpnessSettings *settings = &run->settings;

  declare (run, ".gradient", "nat", "parameter", run->n,
           "gradient of the mean loss with respect to the weights, at the checkpoint");
  declare (run, "ascent_loss", "nat", "step", settings->steps + 1,
           "mean loss at every step of the search for the worst perturbation; 0 is the checkpoint");
  declare (run, ".ascent", "", "number", kappa_ascent_get_state_size (settings->steps, run->n),
           "where the search for the worst perturbation stands, for a run that goes on");
  if (settings->folds > 0)
    {
      declare (run, "gradient_norm_by_fold", "nat", "fold", settings->folds,
               "Euclidean length of the gradient of the mean loss of one fold alone");
      declare (run, "sam_sharpness_by_fold", "nat", "fold", settings->folds,
               "first-order sharpness of the mean loss of one fold alone");
    }
  if (settings->m > 0)
    declare (run, "m_sam_sharpness_by_batch", "nat", "batch", n_batches (settings, run->n_images),
             "first-order sharpness of the mean loss of one batch alone");
  if (settings->m > 0 && settings->steps > 0)
    declare (run, "m_sharpness_by_batch", "nat", "batch", n_batches (settings, run->n_images),
             "largest rise found of the mean loss of one batch alone");
  if (settings->draws > 0)
    declare_draws (run);
}

static void
select_images (KappaSharpnessRun *run, KappaFold part)
{
  kappa_curvature_choose_images (run->curvature, part.images, part.count);
  kappa_objective_choose_images (run->objective, part.images, part.count);
}

/* The weights moved by @move, each coordinate in its own unit. */
static const double *
displace (KappaSharpnessRun *run, const double *move)
{
  for (gsize i = 0; i < run->n; i++)
    run->point[i] = run->weights[i] + (run->scale != NULL ? run->scale[i] * move[i] : move[i]);
  return run->point;
}

/* The gradient with respect to coordinates in their own units. */
static void
rescale (KappaSharpnessRun *run, double *gradient)
{
  for (gsize i = 0; run->scale != NULL && i < run->n; i++)
    gradient[i] *= run->scale[i];
}

static gboolean
evaluate (KappaSharpnessRun *run, const double *point, double *loss, GError **error)
{
  KappaEvaluation evaluation;

  if (!kappa_objective_evaluate (run->objective, point, NULL, run->context, &evaluation, error))
    return FALSE;
  *loss = evaluation.loss;
  return TRUE;
}

/* The loss one step of length ρ uphill, with the gradient in the coordinates' own units. */
static gboolean
evaluate_uphill (KappaSharpnessRun *run, const double *gradient, double *loss, GError **error)
{
  g_autofree double *step = g_new (double, run->n);

  kappa_ball_step (run->settings.ball, run->settings.rho, gradient, run->n, step);
  return evaluate (run, displace (run, step), loss, error);
}

static void
keep_ascent (KappaSharpnessRun *run, KappaAscent *ascent)
{
  gsize size = kappa_ascent_get_state_size (run->settings.steps, run->n);
  g_autofree double *state = g_new (double, size);
  guint told = kappa_ascent_get_step (ascent);

  kappa_ascent_save (ascent, state);
  kappa_result_set_values (run->result, "ascent_loss", told - 1, 1,
                           kappa_ascent_get_values (ascent) + told - 1);
  kappa_result_set_values (run->result, ".ascent", 0, size, state);
}

/* Goes on to the end with an ascent that knows its beginning. */
static gboolean
ascend (KappaSharpnessRun *run, KappaAscent *ascent, gboolean keep, GError **error)
{
  while (!kappa_ascent_is_done (ascent))
    {
      const double *point = displace (run, kappa_ascent_get_position (ascent));
      double loss;

      if (!kappa_curvature_differentiate (run->curvature, point, run->context, &loss, run->gradient,
                                          error))
        return FALSE;
      rescale (run, run->gradient);
      kappa_ascent_tell (ascent, loss, run->gradient);
      if (keep)
        keep_ascent (run, ascent);
    }
  return TRUE;
}

static KappaAscent *
new_ascent (KappaSharpnessRun *run, guint steps)
{
  return kappa_ascent_new (run->settings.ball, run->settings.rho, steps, run->n);
}

/* The ascent over all images as far as it was kept; new if it was not. */
static KappaAscent *
restore_ascent (KappaSharpnessRun *run)
{
  KappaAscent *ascent = new_ascent (run, run->settings.steps);
  g_autoptr (KappaArray) state = kappa_result_dup_array (run->result, ".ascent");

  if (state->present[0] && state->present[kappa_array_get_size (state) - 1])
    kappa_ascent_restore (ascent, state->values);
  return ascent;
}

static gboolean
begin (KappaSharpnessRun *run, KappaAscent *ascent, GError **error)
{
  g_autoptr (KappaArray) known = kappa_result_dup_array (run->result, ".gradient");
  g_autofree double *scaled = NULL;
  double loss;

  if (known->present[0])
    {
      memcpy (run->gradient, known->values, run->n * sizeof *run->gradient);
      return TRUE;
    }
  if (!kappa_curvature_differentiate (run->curvature, run->weights, run->context, &loss,
                                      run->gradient, error))
    return FALSE;
  scaled = g_memdup2 (run->gradient, run->n * sizeof *scaled);
  rescale (run, scaled);
  if (kappa_ascent_get_step (ascent) == 0)
    {
      kappa_ascent_tell (ascent, loss, scaled);
      keep_ascent (run, ascent);
    }
  kappa_result_set_values (run->result, ".gradient", 0, run->n, run->gradient);
  return TRUE;
}

static gboolean
compute_loss (KappaSharpnessRun *run,
              const char *name,
              gboolean uphill,
              const char *what,
              GError **error)
{
  g_autofree char *text
      = g_strdup_printf ("mean cross-entropy %s, over %s", what, run->description);
  double loss;

  if (has_scalar (run->result, name))
    return TRUE;
  if (!(uphill ? evaluate_uphill (run, run->gradient, &loss, error)
               : evaluate (run, run->weights, &loss, error)))
    return FALSE;
  kappa_result_set_scalar (run->result, name, loss, "nat", KAPPA_CERTAINTY_EXACT, text);
  return TRUE;
}

static gboolean
compute_whole (KappaSharpnessRun *run, GError **error)
{
  g_autoptr (KappaAscent) ascent = restore_ascent (run);
  g_autofree char *there
      = g_strdup_printf ("one step of length ρ = %g uphill from the checkpoint", run->settings.rho);

  kappa_progress_set_message (run->context->progress, "One step uphill");
  if (!begin (run, ascent, error) || !compute_loss (run, "loss", FALSE, "at the checkpoint", error))
    return FALSE;
  rescale (run, run->gradient);
  if (!compute_loss (run, "sam_loss", TRUE, there, error))
    return FALSE;
  kappa_progress_set_message (run->context->progress, "Search for the worst perturbation");
  return ascend (run, ascent, TRUE, error);
}

/* Sharpness of a part of the images. */
static gboolean
study (KappaSharpnessRun *run,
       KappaFold part,
       guint steps,
       double *norm,
       double *first_order,
       double *worst,
       GError **error)
{
  g_autoptr (KappaAscent) ascent = new_ascent (run, steps);
  double loss, base, uphill, growth;

  select_images (run, part);
  if (!kappa_curvature_differentiate (run->curvature, run->weights, run->context, &loss,
                                      run->gradient, error))
    return FALSE;
  *norm = kappa_norm (run->gradient, run->n);
  rescale (run, run->gradient);
  kappa_ascent_tell (ascent, loss, run->gradient);
  if (!evaluate (run, run->weights, &base, error)
      || !evaluate_uphill (run, run->gradient, &uphill, error)
      || !ascend (run, ascent, FALSE, error))
    return FALSE;
  *first_order = uphill - base;
  *worst = kappa_ascent_get_best (ascent, &growth) - loss;
  return TRUE;
}

static gboolean
compute_parts (KappaSharpnessRun *run, GError **error)
{
  const KappaSharpnessSettings *settings = &run->settings;
  double norm, first_order, worst;

  kappa_progress_set_message (run->context->progress, "Folds");
  for (guint f = 0; f < settings->folds; f++)
    {
      if (is_known (run->result, "sam_sharpness_by_fold", f))
        continue;
      if (!study (run, kappa_folds_get (run->folds, f), 0, &norm, &first_order, &worst, error))
        return FALSE;
      kappa_result_set_values (run->result, "gradient_norm_by_fold", f, 1, &norm);
      kappa_result_set_values (run->result, "sam_sharpness_by_fold", f, 1, &first_order);
    }
  kappa_progress_set_message (run->context->progress, "Batches of m images");
  for (guint b = 0; b < n_batches (settings, run->n_images); b++)
    {
      if (is_known (run->result, "m_sam_sharpness_by_batch", b))
        continue;
      if (!study (run, kappa_folds_get (run->batches, b), settings->steps, &norm, &first_order,
                  &worst, error))
        return FALSE;
      if (settings->steps > 0)
        kappa_result_set_values (run->result, "m_sharpness_by_batch", b, 1, &worst);
      kappa_result_set_values (run->result, "m_sam_sharpness_by_batch", b, 1, &first_order);
    }
  return TRUE;
}

/* Draws the perturbation and moves the weights by it. Returns: its length */
static double
perturb (KappaSharpnessRun *run, guint draw)
{
  g_autofree char *name = g_strdup_printf ("flatness/%u", draw);
  KappaStream stream = kappa_stream_init (run->settings.seed, name);
  double *noise = run->gradient;

  kappa_stream_normals (&stream, 0, run->n, noise);
  for (gsize i = 0; i < run->n; i++)
    noise[i] *= run->settings.sigma;
  displace (run, noise);
  rescale (run, noise);
  return kappa_norm (noise, run->n);
}

static gboolean
compute_draws (KappaSharpnessRun *run, GError **error)
{
  guint parts = MAX (1, run->settings.folds);

  kappa_progress_set_message (run->context->progress, "Random perturbations");
  for (guint d = 0; d < run->settings.draws; d++)
    {
      double length;

      if (is_known (run->result, "perturbed_loss", (gsize)d * parts + parts - 1))
        continue;
      length = perturb (run, d);
      kappa_result_set_values (run->result, "perturbation_norm", d, 1, &length);
      for (guint p = 0; p < parts; p++)
        {
          gsize cell = (gsize)d * parts + p;
          double loss;

          if (is_known (run->result, "perturbed_loss", cell))
            continue;
          select_images (run, kappa_folds_get (run->folds, p));
          if (!evaluate (run, run->point, &loss, error))
            return FALSE;
          kappa_result_set_values (run->result, "perturbed_loss", cell, 1, &loss);
        }
    }
  return TRUE;
}

/**
 * kappa_sharpness_compute:
 *
 * Computes what is missing: over all images, over folds, over batches of m, under random
 * perturbations.
 */
gboolean
kappa_sharpness_compute (KappaSharpnessRun *run, GError **error)
{
  declare_all (run);
  kappa_curvature_set_images (run->curvature, 0, run->n_images);
  kappa_objective_set_images (run->objective, 0, run->n_images);
  return compute_whole (run, error) && compute_parts (run, error) && compute_draws (run, error);
}
