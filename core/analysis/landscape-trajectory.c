/*
 * The plane that a list of checkpoints lies in best, and where they are on a plane.
 *
 * Principal directions are those of the differences θ_i − θ_0 from the last checkpoint, mean taken
 * off, over all trained parameters (H. Li, Z. Xu, G. Taylor, C. Studer, T. Goldstein, NeurIPS 2018,
 * section 7). They come from the matrix of inner products, which is as small as the list is short.
 */

#include "core/analysis/landscape-trajectory.h"

#include <math.h>

#include "core/analysis/symmetric.h"
#include "core/base/error.h"

/* A second direction that explains less than this share of the variance is rounding. */
#define LEAST_SHARE 1e-12

typedef struct
{
  guint n;    /* checkpoints, the last one first */
  gsize size; /* parameters */
  const double **points;
  double *products; /* n × n */
} Products;

/* One inner product, ⟨θ_i − θ_0, θ_j − θ_0⟩. */
static gboolean
multiply (gsize task, guint worker, gpointer data, GError **error)
{
  Products *self = data;
  gsize i = task / self->n, j = task % self->n;
  const double *a = self->points[i], *b = self->points[j], *origin = self->points[0];
  double sum = 0.0;

  if (j > i)
    return TRUE;
  for (gsize k = 0; k < self->size; k++)
    sum += (a[k] - origin[k]) * (b[k] - origin[k]);
  self->products[i * self->n + j] = self->products[j * self->n + i] = sum;
  return TRUE;
}

/* Takes the mean of the points off. */
static void
centre (double *matrix, guint n)
{
  g_autofree double *means = g_new0 (double, n);
  double mean = 0.0;

  for (guint i = 0; i < n; i++)
    {
      for (guint j = 0; j < n; j++)
        means[i] += matrix[i * n + j] / n;
      mean += means[i] / n;
    }
  for (guint i = 0; i < n; i++)
    for (guint j = 0; j < n; j++)
      matrix[i * n + j] += mean - means[i] - means[j];
}

static gboolean
list_points (KappaInputs *inputs, guint n, const double **points, GError **error)
{
  for (guint i = 0; i < n; i++)
    {
      KappaModel *model = kappa_landscape_get_checkpoint (inputs, i);

      if (!kappa_models_check_same (kappa_landscape_get_checkpoint (inputs, 0), model, error))
        return FALSE;
      points[i] = kappa_model_get_parameters_wide (model, error);
      if (points[i] == NULL)
        return FALSE;
    }
  return TRUE;
}

static double
dot (const KappaDisplacement *a, const KappaDisplacement *b)
{
  double sum = 0.0;

  for (gsize i = 0; i < a->n_parameters; i++)
    sum += a->parameters[i] * b->parameters[i];
  return sum;
}

/* Σ_i weight_i·(θ_i − θ_0), of length 1 over the parameters. Running statistics take part with the
 * same weights. */
static KappaDisplacement *
combine (KappaInputs *inputs, guint n, const double *weights, gboolean buffers, GError **error)
{
  g_autoptr (KappaDisplacement) sum = NULL;

  for (guint i = 1; i < n; i++)
    {
      g_autoptr (KappaDisplacement) row = kappa_displacement_new_between (
          kappa_landscape_get_checkpoint (inputs, 0), kappa_landscape_get_checkpoint (inputs, i),
          buffers, error);

      if (row == NULL)
        return NULL;
      if (sum != NULL)
        kappa_displacement_add (sum, weights[i], row);
      else
        {
          kappa_displacement_scale (row, weights[i]);
          sum = g_steal_pointer (&row);
        }
    }
  kappa_displacement_scale (sum, 1.0 / sqrt (dot (sum, sum)));
  return g_steal_pointer (&sum);
}

/* Seen along a direction, the trajectory starts on the positive side. */
static void
choose_sign (double *weights, const double *products, guint n)
{
  double first = 0.0;

  for (guint i = 0; i < n; i++)
    first += weights[i] * products[n + i];
  for (guint i = 0; first < 0.0 && i < n; i++)
    weights[i] = -weights[i];
}

static gboolean
find_principal (KappaLandscapePlan *plan,
                KappaInputs *inputs,
                Products *products,
                gboolean buffers,
                GError **error)
{
  guint n = products->n;
  g_autofree double *centred = g_memdup2 (products->products, (gsize)n * n * sizeof (double));
  g_autofree double *values = g_new (double, n), *vectors = g_new (double, (gsize)n *n);
  double *first = vectors + (gsize)(n - 1) * n, *second = vectors + (gsize)(n - 2) * n;

  centre (centred, n);
  kappa_symmetric_eigen (n, centred, n, values, vectors);
  plan->principal = (KappaPrincipal) { { values[n - 1], values[n - 2] }, 0.0, n };
  for (guint i = 0; i < n; i++)
    plan->principal.total += MAX (values[i], 0.0);
  if (!(values[n - 2] > LEAST_SHARE * plan->principal.total))
    {
      g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_MODEL,
                   "trajectory: the %u checkpoints lie on one line, so they span no plane; give "
                   "checkpoints with different weights",
                   n);
      return FALSE;
    }
  choose_sign (first, products->products, n);
  choose_sign (second, products->products, n);
  plan->x[0] = combine (inputs, n, first, buffers, error);
  if (plan->x[0] == NULL)
    return FALSE;
  plan->n_seeds = 1;
  plan->y = combine (inputs, n, second, buffers, error);
  if (plan->y == NULL)
    return FALSE;
  kappa_displacement_add (plan->y, -dot (plan->x[0], plan->y), plan->x[0]);
  kappa_displacement_scale (plan->y, 1.0 / sqrt (dot (plan->y, plan->y)));
  return TRUE;
}

/**
 * kappa_landscape_span_trajectory:
 * @buffers: whether running statistics follow the same combinations of checkpoints
 *
 * Makes the two first principal directions of the trajectory, of length 1, the axes of the plan.
 *
 * Returns: %FALSE with %KAPPA_ERROR_MODEL if the checkpoints are not of one network or span no
 * plane
 */
gboolean
kappa_landscape_span_trajectory (KappaLandscapePlan *plan,
                                 KappaInputs *inputs,
                                 gboolean buffers,
                                 KappaContext *context,
                                 GError **error)
{
  guint n = plan->n_checkpoints;
  g_autofree const double **points = g_new (const double *, n);
  g_autofree double *matrix = g_new (double, (gsize)n *n);
  Products products
      = { n, kappa_model_get_parameters_size (kappa_landscape_get_checkpoint (inputs, 0)), points,
          matrix };

  return list_points (inputs, n, points, error)
         && kappa_workers_run (context->workers, (gsize)n * n, multiply, &products,
                               context->cancellable, error)
         && find_principal (plan, inputs, &products, buffers, error);
}

/* Coordinates of the point of the plane that is nearest to @row, and how far that is. */
static void
project (const KappaLandscapePlan *plan,
         const KappaDisplacement *row,
         double *alpha,
         double *beta,
         double *distance)
{
  const KappaDisplacement *x = plan->x[0], *y = plan->y;
  double xx = dot (x, x), xy = y != NULL ? dot (x, y) : 0.0, yy = y != NULL ? dot (y, y) : 1.0;
  double rx = dot (row, x), ry = y != NULL ? dot (row, y) : 0.0, sum = 0.0;
  double determinant = xx * yy - xy * xy;

  *alpha = (rx * yy - ry * xy) / determinant;
  *beta = (ry * xx - rx * xy) / determinant;
  for (gsize i = 0; i < row->n_parameters; i++)
    {
      double rest = row->parameters[i] - *alpha * x->parameters[i]
                    - (y != NULL ? *beta * y->parameters[i] : 0.0);

      sum += rest * rest;
    }
  *distance = sqrt (sum);
}

/**
 * kappa_landscape_project_trajectory:
 * @plan: with its directions
 *
 * Finds where the checkpoints lie: the nearest point of the plane, by parameters alone. Where axes
 * are orthogonal that is ⟨d,θ_i − θ_0⟩ / ‖d‖² along each.
 */
gboolean
kappa_landscape_project_trajectory (KappaLandscapePlan *plan, KappaInputs *inputs, GError **error)
{
  plan->distances = g_new0 (double, plan->n_checkpoints);
  for (guint i = 1; i < plan->n_checkpoints; i++)
    {
      g_autoptr (KappaDisplacement) row = kappa_displacement_new_between (
          kappa_landscape_get_checkpoint (inputs, 0), kappa_landscape_get_checkpoint (inputs, i),
          FALSE, error);

      if (row == NULL)
        return FALSE;
      project (plan, row, &plan->alphas[i], &plan->betas[i], &plan->distances[i]);
    }
  return TRUE;
}

/* The list in the order in which it was given; the last checkpoint, which is at the origin, ends
 * it. */
static guint
get_step (const KappaLandscapePlan *plan, guint step)
{
  return (step + 1) % plan->n_checkpoints;
}

/**
 * kappa_landscape_save_trajectory:
 *
 * Writes the coordinates of the checkpoints in the layout of the reference tool.
 */
gboolean
kappa_landscape_save_trajectory (const KappaLandscapePlan *plan, const char *path, GError **error)
{
  g_autoptr (KappaProjection) projection = kappa_projection_new (plan->n_checkpoints);

  for (guint step = 0; step < plan->n_checkpoints; step++)
    {
      projection->x[step] = plan->alphas[get_step (plan, step)];
      projection->y[step] = plan->betas[get_step (plan, step)];
    }
  return kappa_projection_write (projection, path, error);
}

static void
rescale (double *coordinates, gsize n, const KappaDisplacement *direction)
{
  double length = sqrt (dot (direction, direction));

  for (gsize i = 0; length > 0.0 && i < n; i++)
    coordinates[i] /= length;
}

/**
 * kappa_landscape_read_trajectory:
 * @plan: with the directions that the coordinates belong to
 * @path: a projection file
 *
 * Reads where somebody's checkpoints lie on the plane. Coordinates of the reference tool, which are
 * inner products over the length of the direction, are divided by that length once more.
 */
gboolean
kappa_landscape_read_trajectory (KappaLandscapePlan *plan,
                                 const char *path,
                                 GCancellable *cancellable,
                                 GError **error)
{
  plan->path = kappa_projection_read (path, cancellable, error);
  if (plan->path == NULL)
    return FALSE;
  if (plan->path->exact)
    return TRUE;
  rescale (plan->path->x, plan->path->n, plan->x[0]);
  if (plan->y != NULL)
    rescale (plan->path->y, plan->path->n, plan->y);
  return TRUE;
}

static void
add_variance (KappaResult *result, const KappaLandscapePlan *plan)
{
  static const char *const names[] = { "explained_variance_alpha", "explained_variance_beta" };

  for (guint i = 0; plan->principal.n > 0 && i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *definition = g_strdup_printf (
          "share of the variance of %" G_GSIZE_FORMAT " checkpoints about their mean, over all "
          "trained parameters in float64, that lies along the %s principal direction",
          plan->principal.n, i == 0 ? "first" : "second");

      kappa_result_set_scalar (result, names[i], plan->principal.values[i] / plan->principal.total,
                               "", KAPPA_CERTAINTY_EXACT, definition);
    }
}

/**
 * kappa_landscape_add_trajectory:
 * @result: complete
 *
 * Adds the table "trajectory" and the shares of the variance that its plane explains, if there is a
 * trajectory.
 */
void
kappa_landscape_add_trajectory (KappaResult *result,
                                const KappaLandscapePlan *plan,
                                KappaInputs *inputs)
{
  static const KappaColumn columns[]
      = { { "step", "", KAPPA_COLUMN_INTEGER },    { "name", "", KAPPA_COLUMN_TEXT },
          { "alpha", "", KAPPA_COLUMN_NUMBER },    { "beta", "", KAPPA_COLUMN_NUMBER },
          { "distance", "", KAPPA_COLUMN_NUMBER }, { "loss", "nat", KAPPA_COLUMN_NUMBER },
          { "accuracy", "", KAPPA_COLUMN_NUMBER } };
  KappaTable *table;

  if (plan->kind != KAPPA_LANDSCAPE_TRAJECTORY && plan->path == NULL)
    return;
  table = kappa_table_new (
      "trajectory",
      "the checkpoints in the order in which they were given: the nearest point of the plane, by "
      "trained parameters alone, the distance from it in the space of weights, and what each "
      "checkpoint itself is worth with its own running statistics",
      G_N_ELEMENTS (columns), columns);
  for (gsize step = 0; plan->path != NULL && step < plan->path->n; step++)
    kappa_table_add_row (table, (gint64)step, "", plan->path->x[step], plan->path->y[step], NAN,
                         NAN, NAN);
  for (guint step = 0; plan->path == NULL && step < plan->n_checkpoints; step++)
    {
      guint i = get_step (plan, step);
      g_autofree char *name = kappa_landscape_name_checkpoint (inputs, i);
      double loss = NAN, accuracy = NAN;

      kappa_result_get_value (result, "checkpoint_loss", i, &loss);
      kappa_result_get_value (result, "checkpoint_accuracy", i, &accuracy);
      kappa_table_add_row (table, (gint64)step, name, plan->alphas[i], plan->betas[i],
                           plan->distances[i], loss, accuracy);
    }
  kappa_result_take_table (result, table);
  add_variance (result, plan);
}
