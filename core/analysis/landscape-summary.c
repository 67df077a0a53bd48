#include "core/analysis/landscape-summary.h"

#include <math.h>

#include "core/analysis/landscape-trajectory.h"
#include "core/analysis/statistics.h"

/**
 * kappa_landscape_declare_array:
 *
 * Adds an array with a number for each point of the grid, or keeps the one that is there.
 */
void
kappa_landscape_declare_array (KappaResult *result,
                               const KappaLandscapePlan *plan,
                               const char *name,
                               const char *unit,
                               const char *definition)
{
  gsize dims[] = { plan->x_range.n, plan->y_range.n };
  KappaArray *array = kappa_array_new (name, unit, definition, plan->y != NULL ? 2 : 1, dims);
  g_autofree double *alphas = kappa_range_values (&plan->x_range);
  g_autofree double *betas = plan->y != NULL ? kappa_range_values (&plan->y_range) : NULL;

  kappa_array_set_axis (array, 0, "alpha", alphas);
  if (plan->y != NULL)
    kappa_array_set_axis (array, 1, "beta", betas);
  kappa_result_take_array (result, array);
}

static void
declare_by_seed (KappaResult *result,
                 const KappaLandscapePlan *plan,
                 const char *name,
                 const char *unit,
                 const char *definition)
{
  gsize dims[] = { plan->n_seeds, plan->x_range.n };
  KappaArray *array = kappa_array_new (name, unit, definition, 2, dims);
  g_autofree double *alphas = kappa_range_values (&plan->x_range);

  kappa_array_set_axis (array, 0, "seed", NULL);
  kappa_array_set_axis (array, 1, "alpha", alphas);
  kappa_result_take_array (result, array);
}

static void
declare_at_checkpoints (KappaResult *result,
                        const KappaLandscapePlan *plan,
                        const char *name,
                        const char *unit,
                        const char *definition)
{
  gsize n = plan->n_checkpoints;
  KappaArray *array = kappa_array_new (name, unit, definition, 1, &n);

  kappa_array_set_axis (array, 0, "checkpoint", NULL);
  kappa_result_take_array (result, array);
}

/**
 * kappa_landscape_declare:
 * @description: images, mode, precision, regulariser
 *
 * Adds the arrays of a landscape, or keeps those that are there.
 */
void
kappa_landscape_declare (KappaResult *result,
                         const KappaLandscapePlan *plan,
                         const char *description)
{
  g_autofree char *loss
      = g_strdup_printf ("mean cross-entropy along %s, over %s", plan->axes, description);
  g_autofree char *accuracy = g_strdup_printf (
      "share of images whose true class has the largest logit, along %s, over %s", plan->axes,
      description);
  g_autofree char *mean_loss
      = g_strdup_printf ("mean over %u directions of the %s", plan->n_seeds, loss);
  g_autofree char *mean_accuracy
      = g_strdup_printf ("mean over %u directions of the %s", plan->n_seeds, accuracy);
  g_autofree char *spread
      = g_strdup_printf ("sample standard deviation over %u directions", plan->n_seeds);

  kappa_landscape_declare_array (result, plan, "loss", "nat", plan->n_seeds > 1 ? mean_loss : loss);
  kappa_landscape_declare_array (result, plan, "accuracy", "",
                                 plan->n_seeds > 1 ? mean_accuracy : accuracy);
  declare_at_checkpoints (result, plan, "checkpoint_loss", "nat", loss);
  declare_at_checkpoints (result, plan, "checkpoint_accuracy", "", accuracy);
  if (plan->n_seeds == 1)
    return;
  kappa_landscape_declare_array (result, plan, "loss_deviation", "nat", spread);
  kappa_landscape_declare_array (result, plan, "accuracy_deviation", "", spread);
  declare_by_seed (result, plan, "loss_by_seed", "nat", loss);
  declare_by_seed (result, plan, "accuracy_by_seed", "", accuracy);
}

/**
 * kappa_landscape_declare_check:
 * @order: numbers of the grid's points; the first counts for the checkpoint
 * @n: how many points are computed in float32 as well
 */
void
kappa_landscape_declare_check (KappaResult *result, const guint32 *order, gsize n)
{
  KappaArray *array
      = kappa_array_new ("float32_loss", "nat",
                         "the loss in float32, at the first checkpoint and at some points of the "
                         "grid, whose row-major numbers are the coordinates",
                         1, &n);
  g_autofree double *cells = g_new (double, n);

  for (gsize i = 0; i < n; i++)
    cells[i] = i > 0 ? order[i] : -1.0;
  kappa_array_set_axis (array, 0, "cell", cells);
  kappa_result_take_array (result, array);
}

static void
average (KappaResult *result,
         const KappaLandscapePlan *plan,
         const char *by_seed,
         const char *mean_name,
         const char *deviation_name,
         gsize point)
{
  double values[KAPPA_LANDSCAPE_MAX_SEEDS], mean, deviation;

  if (kappa_result_is_present (result, mean_name, point)
      && kappa_result_is_present (result, deviation_name, point))
    return;
  for (guint seed = 0; seed < plan->n_seeds; seed++)
    if (!kappa_result_get_value (result, by_seed, seed * plan->x_range.n + point, &values[seed]))
      return;
  mean = kappa_mean (values, plan->n_seeds);
  deviation = kappa_standard_deviation (values, plan->n_seeds);
  kappa_result_set_values (result, mean_name, point, 1, &mean);
  kappa_result_set_values (result, deviation_name, point, 1, &deviation);
}

/**
 * kappa_landscape_average_seeds:
 *
 * Adds mean and standard deviation at a point of a curve, once all directions are known there.
 */
void
kappa_landscape_average_seeds (KappaResult *result, const KappaLandscapePlan *plan, gsize point)
{
  average (result, plan, "loss_by_seed", "loss", "loss_deviation", point);
  average (result, plan, "accuracy_by_seed", "accuracy", "accuracy_deviation", point);
}

static void
add_checkpoints (KappaResult *result, const KappaLandscapePlan *plan, KappaInputs *inputs)
{
  static const KappaColumn columns[] = { { "name", "", KAPPA_COLUMN_TEXT },
                                         { "alpha", "", KAPPA_COLUMN_NUMBER },
                                         { "beta", "", KAPPA_COLUMN_NUMBER },
                                         { "loss", "nat", KAPPA_COLUMN_NUMBER },
                                         { "accuracy", "", KAPPA_COLUMN_NUMBER } };
  KappaTable *table
      = kappa_table_new ("checkpoints",
                         "where the checkpoints lie, and what they are worth with their own "
                         "running statistics",
                         G_N_ELEMENTS (columns), columns);

  for (guint i = 0; i < plan->n_checkpoints; i++)
    {
      g_autofree char *name = kappa_landscape_name_checkpoint (inputs, i);
      double loss = NAN, accuracy = NAN;

      kappa_result_get_value (result, "checkpoint_loss", i, &loss);
      kappa_result_get_value (result, "checkpoint_accuracy", i, &accuracy);
      kappa_table_add_row (table, name, plan->alphas[i], plan->betas[i], loss, accuracy);
    }
  kappa_result_take_table (result, table);
}

static double
norm_of_weights (KappaModel *model)
{
  const double *weights = kappa_model_get_parameters_wide (model, NULL);
  double sum = 0.0;

  for (gsize i = 0; weights != NULL && i < kappa_model_get_parameters_size (model); i++)
    sum += weights[i] * weights[i];
  return weights != NULL ? sqrt (sum) : NAN;
}

static void
add_direction (KappaTable *table,
               const KappaLandscapePlan *plan,
               const char *axis,
               gboolean second,
               const KappaDisplacement *direction,
               double weights)
{
  const KappaDisplacement *x = plan->x[0];
  double norm = sqrt (kappa_displacement_dot (direction, direction));
  double cosine
      = kappa_displacement_dot (direction, x) / norm / sqrt (kappa_displacement_dot (x, x));

  kappa_table_add_row (table, axis, norm, norm / weights, cosine,
                       plan->labels[second] != NULL ? plan->labels[second] : "",
                       plan->curvatures[second], plan->residuals[second]);
}

static void
add_directions (KappaResult *result, const KappaLandscapePlan *plan, KappaInputs *inputs)
{
  static const KappaColumn columns[] = { { "axis", "", KAPPA_COLUMN_TEXT },
                                         { "norm", "", KAPPA_COLUMN_NUMBER },
                                         { "relative_norm", "", KAPPA_COLUMN_NUMBER },
                                         { "cosine", "", KAPPA_COLUMN_NUMBER },
                                         { "label", "", KAPPA_COLUMN_TEXT },
                                         { "curvature", "nat", KAPPA_COLUMN_NUMBER },
                                         { "residual", "nat", KAPPA_COLUMN_NUMBER } };
  g_autofree char *definition
      = g_strdup_printf ("%s: Euclidean length of one step, the same over the length of all "
                         "trained parameters, cosine with the first direction, what it is, and "
                         "where they are known the curvature of the loss along it and its residual",
                         plan->axes);
  KappaTable *table = kappa_table_new ("directions", definition, G_N_ELEMENTS (columns), columns);
  double weights = norm_of_weights (kappa_inputs_get_model (inputs, "model", 0));

  for (guint k = 0; k < plan->n_seeds; k++)
    {
      g_autofree char *axis
          = plan->n_seeds > 1 ? g_strdup_printf ("alpha %u", k) : g_strdup ("alpha");

      add_direction (table, plan, axis, FALSE, plan->x[k], weights);
    }
  if (plan->y != NULL)
    add_direction (table, plan, "beta", TRUE, plan->y, weights);
  kappa_result_take_table (result, table);
}

static void
add_points (KappaResult *result, const KappaArray *loss, const KappaArray *accuracy)
{
  static const KappaColumn columns[] = { { "alpha", "", KAPPA_COLUMN_NUMBER },
                                         { "beta", "", KAPPA_COLUMN_NUMBER },
                                         { "loss", "nat", KAPPA_COLUMN_NUMBER },
                                         { "accuracy", "", KAPPA_COLUMN_NUMBER } };
  KappaTable *table = kappa_table_new ("points", loss->definition, G_N_ELEMENTS (columns), columns);
  gsize ny = loss->rank > 1 ? loss->dims[1] : 1;

  for (gsize i = 0; i < kappa_array_get_size (loss); i++)
    kappa_table_add_row (table, loss->coordinates[0][i / ny],
                         loss->rank > 1 ? loss->coordinates[1][i % ny] : 0.0, loss->values[i],
                         accuracy->values[i]);
  kappa_result_take_table (result, table);
}

static void
set_scalar (KappaResult *result,
            const char *name,
            double value,
            const char *unit,
            const char *what,
            const char *description)
{
  g_autofree char *text = g_strdup_printf ("%s, over %s", what, description);

  kappa_result_set_scalar (result, name, value, unit, KAPPA_CERTAINTY_EXACT, text);
}

/**
 * kappa_landscape_add_extremes:
 * @axes: what the directions are
 * @description: images, mode, precision, regulariser, or where it was read from
 *
 * Adds the smallest and the largest loss, and how many points there are.
 */
void
kappa_landscape_add_extremes (KappaResult *result, const char *axes, const char *description)
{
  g_autoptr (KappaArray) loss = kappa_result_dup_array (result, "loss");
  g_autofree char *smallest = g_strdup_printf ("smallest finite loss on the grid along %s", axes);
  g_autofree char *largest = g_strdup_printf ("largest finite loss on the grid along %s", axes);
  double minimum = INFINITY, maximum = -INFINITY;
  gsize n = kappa_result_count_present (result, "loss"), infinite = 0;

  for (gsize i = 0; i < kappa_array_get_size (loss); i++)
    if (isfinite (loss->values[i]))
      {
        minimum = fmin (minimum, loss->values[i]);
        maximum = fmax (maximum, loss->values[i]);
      }
    else
      infinite += loss->present[i];
  if (infinite < n)
    {
      set_scalar (result, "loss_minimum", minimum, "nat", smallest, description);
      set_scalar (result, "loss_maximum", maximum, "nat", largest, description);
    }
  set_scalar (result, "points", (double)n, "", "number of points of the grid", description);
  set_scalar (result, "non_finite", (double)infinite, "",
              "points of the grid whose loss is NaN or infinite", description);
}

/* How far the loss rises above the straight line between the two ends. */
static void
add_barrier (KappaResult *result, const KappaArray *loss, const char *description)
{
  double first, second, barrier = -INFINITY;

  kappa_result_get_value (result, "checkpoint_loss", 0, &first);
  kappa_result_get_value (result, "checkpoint_loss", 1, &second);
  for (gsize i = 0; i < loss->dims[0]; i++)
    {
      double t = loss->coordinates[0][i];
      double excess = loss->values[i] - (1.0 - t) * first - t * second;

      /* A NaN on the way stays. */
      if (t >= 0.0 && t <= 1.0 && !isnan (barrier) && !(excess <= barrier))
        barrier = excess;
    }
  if (barrier != -INFINITY)
    set_scalar (result, "barrier", barrier, "nat",
                "largest excess, over the grid points from 0 to 1, above the line between the "
                "losses of both checkpoints",
                description);
}

/* What bfloat16 makes of points that were computed in float32, too. */
static double
measure_error (KappaResult *result, const KappaLandscapePlan *plan, const KappaArray *checked)
{
  double worst = 0.0;

  for (gsize i = 0; i < checked->dims[0]; i++)
    {
      double exact = checked->values[i], rounded = NAN;

      if (i == 0)
        kappa_result_get_value (result, "checkpoint_loss", 0, &rounded);
      else
        kappa_result_get_value (result, plan->n_seeds > 1 ? "loss_by_seed" : "loss",
                                (gsize)checked->coordinates[0][i], &rounded);
      if (isfinite (exact) && !(fabs (rounded - exact) / exact <= worst))
        worst = fabs (rounded - exact) / exact;
    }
  return worst;
}

static void
add_loss (KappaResult *result, const KappaLandscapePlan *plan, const char *description)
{
  g_autoptr (KappaArray) checked = kappa_result_dup_array (result, "float32_loss");
  g_autofree char *definition
      = g_strdup_printf ("mean cross-entropy, with the regulariser if there is one, at the first "
                         "checkpoint, over %s",
                         description);
  KappaCertainty certainty = KAPPA_CERTAINTY_EXACT;
  double loss = NAN;

  kappa_result_get_value (result, "checkpoint_loss", 0, &loss);
  if (checked != NULL)
    certainty = KAPPA_CERTAINTY_RESIDUAL (fabs (loss - checked->values[0]));
  kappa_result_set_scalar (result, "loss", loss, "nat", certainty, definition);
  if (checked != NULL)
    set_scalar (result, "bfloat16_error", measure_error (result, plan, checked), "",
                "largest relative difference from the loss in float32, at the checkpoint and the "
                "coarsest points of the grid",
                description);
}

/**
 * kappa_landscape_summarise:
 * @result: complete
 *
 * Adds scalars and tables.
 */
void
kappa_landscape_summarise (KappaResult *result,
                           const KappaLandscapePlan *plan,
                           KappaInputs *inputs,
                           const char *description)
{
  g_autoptr (KappaArray) loss = kappa_result_dup_array (result, "loss");
  g_autoptr (KappaArray) accuracy = kappa_result_dup_array (result, "accuracy");
  double right = NAN;

  kappa_result_get_value (result, "checkpoint_accuracy", 0, &right);
  add_loss (result, plan, description);
  set_scalar (result, "accuracy", right, "", "share of correct images at the first checkpoint",
              description);
  kappa_landscape_add_extremes (result, plan->axes, description);
  if (plan->kind == KAPPA_LANDSCAPE_LINE)
    add_barrier (result, loss, description);
  add_checkpoints (result, plan, inputs);
  add_directions (result, plan, inputs);
  kappa_landscape_add_trajectory (result, plan, inputs);
  add_points (result, loss, accuracy);
}
