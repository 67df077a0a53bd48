/* Planes that the curvature of the loss chooses: along eigenvectors, or down the gradient. */

#include "core/analysis/landscape-axes.h"

#include <math.h>

#include "core/analysis/curvature.h"
#include "core/analysis/lanczos-journal.h"
#include "core/analysis/memory.h"
#include "core/base/error.h"
#include "core/base/random.h"

#define JOURNAL      ".axes"
#define BLOCK        2
#define MAX_PRODUCTS 400
/* What it takes as a rule: a trained network's largest eigenvalues stand apart. */
#define USUAL_PRODUCTS(n_axes) (35.0 + 6.0 * (n_axes))
/* A direction that is off by a thousandth shows no other picture. */
#define TOLERANCE 1e-3

static const char *const vectors[] = { ".axes-x", ".axes-y" };
static const char *const numbers[] = { ".axes-x-values", ".axes-y-values" };

/* The axis as it was found before. What it bends by goes with it. */
static gboolean
load_axis (KappaLandscapeRun *run, guint axis, double *values)
{
  KappaLandscapePlan *plan = run->plan;
  gsize size = kappa_model_get_parameters_size (kappa_inputs_get_model (run->inputs, "model", 0))
               * sizeof (double);
  double known[2];

  if (!kappa_state_get_bytes (run->result, vectors[axis], values, size)
      || !kappa_state_get_bytes (run->result, numbers[axis], known, sizeof known))
    return FALSE;
  plan->curvatures[axis] = known[0];
  plan->residuals[axis] = known[1];
  return TRUE;
}

static void
save_axis (KappaLandscapeRun *run, guint axis, const double *values, gsize n)
{
  const double known[2] = { run->plan->curvatures[axis], run->plan->residuals[axis] };

  kappa_state_set_bytes (run->result, vectors[axis], values, n * sizeof *values);
  kappa_state_set_bytes (run->result, numbers[axis], known, sizeof known);
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
scale (double *a, double factor, gsize n)
{
  for (gsize i = 0; i < n; i++)
    a[i] *= factor;
}

/* An eigenvector has no sign of its own: the largest of its numbers gets a positive one. */
static void
choose_sign (double *vector, gsize n)
{
  gsize largest = 0;

  for (gsize i = 1; i < n; i++)
    if (fabs (vector[i]) > fabs (vector[largest]))
      largest = i;
  if (vector[largest] < 0.0)
    scale (vector, -1.0, n);
}

static KappaLanczosOptions
make_options (KappaLandscapeRun *run, gsize n)
{
  gboolean wide = kappa_analysis_get_enum (run->analysis, "precision") == KAPPA_PRECISION_FLOAT64;
  gboolean extremes = kappa_analysis_get_enum (run->analysis, "pair") == KAPPA_PAIR_EXTREMES;
  guint n_axes = run->plan->y_range.n > 0 ? 2 : 1;
  guint bottom = extremes && n_axes > 1 ? 1 : 0;

  return (KappaLanczosOptions) { .n = n,
                                 .top = n_axes - bottom,
                                 .bottom = bottom,
                                 .block = (guint)MIN (BLOCK, n),
                                 .capacity = kappa_lanczos_default_capacity (n, n_axes, BLOCK),
                                 .max_products = MAX_PRODUCTS,
                                 .tolerance = TOLERANCE,
                                 .wide = wide,
                                 .seed
                                 = (guint64)kappa_analysis_get_integer (run->analysis, "seed") };
}

static double **
new_block (gsize n)
{
  double **block = g_new (double *, BLOCK);

  for (guint v = 0; v < BLOCK; v++)
    block[v] = g_new (double, n);
  return block;
}

static void
free_block (double **block)
{
  for (guint v = 0; v < BLOCK; v++)
    g_free (block[v]);
  g_free (block);
}

static gboolean
start (KappaLandscapeRun *run, KappaLanczos *lanczos, double **block, GError **error)
{
  const KappaLanczosOptions *options = kappa_lanczos_get_options (lanczos);

  for (guint v = 0; v < options->block; v++)
    {
      g_autofree char *name = g_strdup_printf ("landscape/start/%u", v);
      KappaStream stream = kappa_stream_init (options->seed, name);

      kappa_stream_normals (&stream, 0, options->n, block[v]);
    }
  return kappa_lanczos_start (lanczos, options->block, block, run->context, error);
}

static gboolean
advance (KappaLandscapeRun *run,
         KappaCurvature *curvature,
         KappaLanczos *lanczos,
         double **block,
         GError **error)
{
  KappaLanczosJournal journal = { .result = run->result, .name = JOURNAL };
  gboolean done
      = kappa_lanczos_journal_load (&journal, lanczos) || start (run, lanczos, block, error);

  if (done)
    kappa_lanczos_journal_save (&journal, lanczos);
  while (done && !kappa_lanczos_is_done (lanczos))
    {
      guint n_wanted = kappa_lanczos_get_n_wanted (lanczos);

      for (guint v = 0; v < n_wanted; v++)
        kappa_lanczos_get_wanted (lanczos, v, block[v]);
      done = kappa_curvature_multiply (curvature, KAPPA_CURVATURE_HESSIAN, NULL, n_wanted,
                                       (const double *const *)block, block, run->context, error)
             && kappa_lanczos_advance (lanczos, block, run->context, error);
      if (done)
        kappa_lanczos_journal_save (&journal, lanczos);
    }
  return done;
}

static gboolean
take_vectors (KappaLandscapeRun *run,
              KappaLanczos *lanczos,
              double **axes,
              guint n_axes,
              GError **error)
{
  gsize n = kappa_lanczos_get_options (lanczos)->n;

  for (guint axis = 0; axis < n_axes; axis++)
    {
      if (!kappa_lanczos_get_value (lanczos, axis, &run->plan->curvatures[axis],
                                    &run->plan->residuals[axis])
          || !kappa_lanczos_get_vector (lanczos, axis, axes[axis], run->context, error))
        {
          if (error != NULL && *error == NULL)
            g_set_error_literal (error, KAPPA_ERROR, KAPPA_ERROR_DATA,
                                 "along: the Hessian of so small a network has too few "
                                 "eigenvectors for this plane");
          return FALSE;
        }
      choose_sign (axes[axis], n);
      save_axis (run, axis, axes[axis], n);
    }
  kappa_lanczos_journal_forget (run->result, JOURNAL);
  return TRUE;
}

/* Of the search for eigenvectors. */
static gboolean
predict_memory (KappaLandscapeRun *run, KappaCurvature *curvature, guint64 *bytes, GError **error)
{
  const gsize n = kappa_curvature_get_n_parameters (curvature);
  const KappaLanczosOptions options = make_options (run, n);

  if (!kappa_curvature_get_cost (curvature, KAPPA_CURVATURE_HESSIAN, BLOCK,
                                 kappa_workers_get_n (run->context->workers), bytes, NULL, error))
    return FALSE;
  *bytes += kappa_lanczos_predict_memory (&options) + (2 + BLOCK) * n * sizeof (double);
  return TRUE;
}

/**
 * kappa_landscape_axes_add_cost:
 * @run: with ranges
 * @curvature: the network's, over any images
 *
 * Adds what finding the directions usually takes; nothing where they are not chosen by curvature.
 */
gboolean
kappa_landscape_axes_add_cost (KappaLandscapeRun *run,
                               KappaCurvature *curvature,
                               KappaLandscapeCost *cost,
                               GError **error)
{
  const double n_axes = run->plan->y_range.n > 0 ? 2.0 : 1.0;
  const int along = kappa_analysis_get_enum (run->analysis, "along");
  guint64 bytes;

  if (along == KAPPA_ALONG_RANDOM)
    return TRUE;
  if (!(along == KAPPA_ALONG_GRADIENT ? kappa_curvature_get_cost (
            curvature, KAPPA_CURVATURE_HESSIAN, 1, kappa_workers_get_n (run->context->workers),
            &bytes, NULL, error)
                                      : predict_memory (run, curvature, &bytes, error)))
    return FALSE;
  cost->gradients += along == KAPPA_ALONG_GRADIENT;
  cost->products += along == KAPPA_ALONG_GRADIENT ? n_axes : USUAL_PRODUCTS (n_axes);
  cost->bytes = MAX (cost->bytes, bytes);
  return TRUE;
}

static gboolean
find_eigenvectors (KappaLandscapeRun *run,
                   KappaCurvature *curvature,
                   double **axes,
                   guint n_axes,
                   GError **error)
{
  gsize n = kappa_curvature_get_n_parameters (curvature);
  KappaLanczosOptions options = make_options (run, n);
  g_autoptr (KappaLanczos) lanczos = NULL;
  double **block;
  gboolean done;
  guint64 bytes;

  if (!predict_memory (run, curvature, &bytes, error)
      || !kappa_memory_check (run->context, bytes, "eigenvectors", error))
    return FALSE;
  kappa_progress_start (run->context->progress,
                        MAX_PRODUCTS * (double)kappa_objective_get_n (run->objective),
                        "Eigenvectors at the checkpoint");
  lanczos = kappa_lanczos_new (&options);
  block = new_block (n);
  done = advance (run, curvature, lanczos, block, error)
         && take_vectors (run, lanczos, axes, n_axes, error);
  free_block (block);
  return done;
}

/* Of two vectors of a plane the second, without what it has of the first, of length 1; both as they
 * bend. */
static gboolean
find_gradient (KappaLandscapeRun *run,
               KappaCurvature *curvature,
               double **axes,
               guint n_axes,
               GError **error)
{
  gsize n = kappa_curvature_get_n_parameters (curvature);
  g_autofree double *bent = g_new (double, n);
  KappaLandscapePlan *plan = run->plan;
  double length;

  kappa_progress_start (run->context->progress,
                        3.0 * (double)kappa_objective_get_n (run->objective),
                        "Gradient at the checkpoint");
  if (!kappa_curvature_differentiate (curvature, NULL, run->context, NULL, axes[0], error))
    return FALSE;
  length = sqrt (dot (axes[0], axes[0], n));
  if (!(length > 0.0) || !isfinite (length))
    {
      g_set_error_literal (error, KAPPA_ERROR, KAPPA_ERROR_DATA,
                           "along: the gradient at the checkpoint is 0 or not finite, so it has no "
                           "direction");
      return FALSE;
    }
  scale (axes[0], 1.0 / length, n);
  for (guint axis = 0; axis < n_axes; axis++)
    {
      const double *axis_vectors[] = { axes[axis] };
      double *products[] = { bent }, along;

      if (!kappa_curvature_multiply (curvature, KAPPA_CURVATURE_HESSIAN, NULL, 1, axis_vectors,
                                     products, run->context, error))
        return FALSE;
      plan->curvatures[axis] = dot (axes[axis], bent, n);
      plan->residuals[axis] = 0.0;
      along = dot (axes[0], bent, n);
      for (gsize i = 0; axis == 0 && n_axes > 1 && i < n; i++)
        axes[1][i] = bent[i] - along * axes[0][i];
      if (axis == 0 && n_axes > 1)
        scale (axes[1], 1.0 / sqrt (dot (axes[1], axes[1], n)), n);
    }
  for (guint axis = 0; axis < n_axes; axis++)
    save_axis (run, axis, axes[axis], n);
  return TRUE;
}

static KappaDisplacement *
wrap (double *values, gsize n)
{
  KappaDisplacement *displacement = g_new0 (KappaDisplacement, 1);

  displacement->n_parameters = n;
  displacement->parameters = values;
  return displacement;
}

static void
name_axes (KappaLandscapeRun *run, guint n_axes)
{
  gboolean extremes = kappa_analysis_get_enum (run->analysis, "pair") == KAPPA_PAIR_EXTREMES;
  KappaLandscapePlan *plan = run->plan;
  gboolean gradient = kappa_analysis_get_enum (run->analysis, "along") == KAPPA_ALONG_GRADIENT;

  plan->labels[0] = g_strdup (gradient ? "gradient" : extremes ? "λ_max" : "λ₁");
  if (n_axes > 1)
    plan->labels[1] = g_strdup (gradient ? "H·gradient" : extremes ? "λ_min" : "λ₂");
  plan->axes = g_strdup_printf (
      "%s of the %s at the checkpoint, of length 1, running statistics %s",
      gradient      ? n_axes > 1 ? "the gradient, and the part of H·gradient orthogonal to it,"
                                 : "the gradient"
      : n_axes == 1 ? "the eigenvector of the largest eigenvalue"
      : extremes    ? "the eigenvectors of the largest and the smallest eigenvalue"
                    : "the eigenvectors of the two largest eigenvalues",
      gradient ? "loss" : "Hessian of the loss",
      kappa_analysis_get_enum (run->analysis, "batchnorm") == KAPPA_BATCHNORM_RECALIBRATED
          ? "recomputed at each point, over the same images, in float64"
          : "fixed");
}

/**
 * kappa_landscape_find_axes:
 * @run: with a plan that has ranges and no directions
 *
 * Finds the directions that property "along" asks for, or takes them up where an interrupted run
 * left them.
 */
gboolean
kappa_landscape_find_axes (KappaLandscapeRun *run, GError **error)
{
  KappaModel *model = kappa_inputs_get_model (run->inputs, "model", 0);
  KappaPrecision precision = kappa_analysis_get_enum (run->analysis, "precision");
  g_autoptr (KappaCurvature) curvature = NULL;
  gsize n = kappa_model_get_parameters_size (model);
  guint n_axes = run->plan->y_range.n > 0 ? 2 : 1;
  double *axes[2] = { g_new (double, n), n_axes > 1 ? g_new (double, n) : NULL };
  gboolean known = TRUE;

  run->plan->n_seeds = 1;
  run->plan->x[0] = wrap (axes[0], n);
  run->plan->y = axes[1] != NULL ? wrap (axes[1], n) : NULL;
  name_axes (run, n_axes);
  for (guint axis = 0; axis < n_axes; axis++)
    known = known && load_axis (run, axis, axes[axis]);
  if (known)
    return TRUE;
  curvature = kappa_curvature_new (model, run->batches,
                                   precision == KAPPA_PRECISION_BFLOAT16 ? KAPPA_PRECISION_FLOAT32
                                                                         : precision,
                                   kappa_analysis_get_double (run->analysis, "l2"), error);
  if (curvature == NULL)
    return FALSE;
  return kappa_analysis_get_enum (run->analysis, "along") == KAPPA_ALONG_GRADIENT
             ? find_gradient (run, curvature, axes, n_axes, error)
             : find_eigenvectors (run, curvature, axes, n_axes, error);
}
