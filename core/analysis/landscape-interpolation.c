/* What is told about points that were interpolated. */

#include "core/analysis/landscape-interpolation.h"

#include <math.h>

#include "core/analysis/landscape-refine.h"
#include "core/analysis/landscape-summary.h"

/**
 * kappa_landscape_declare_interpolated:
 *
 * Adds the array that says which points were not computed, or keeps the one that is there.
 */
void
kappa_landscape_declare_interpolated (KappaResult *result,
                                      const KappaLandscapePlan *plan,
                                      double tolerance)
{
  g_autofree char *definition = g_strdup_printf (
      "1 where loss and accuracy were not computed but interpolated between coarser points, by "
      "cubics (of the logarithm where the losses are positive) and linearly, because that was "
      "expected to be off by no more than %g of the loss; 0 where they were computed",
      tolerance);

  kappa_landscape_declare_array (result, plan, "interpolated", "", definition);
}

/**
 * kappa_landscape_declare_held_out:
 * @points: the interpolated points that are computed after all
 */
void
kappa_landscape_declare_held_out (KappaResult *result, const guint32 *points, gsize n)
{
  KappaArray *array
      = kappa_array_new ("held_out_loss", "nat",
                         "the loss as it is, at some interpolated points, drawn at random, whose "
                         "row-major numbers on the grid are the coordinates; they remain "
                         "interpolated on the grid",
                         1, &n);
  g_autofree double *cells = g_new (double, n);

  for (gsize i = 0; i < n; i++)
    cells[i] = points[i];
  kappa_array_set_axis (array, 0, "cell", cells);
  kappa_result_take_array (result, array);
}

static double
measure (KappaResult *result, const KappaArray *checks)
{
  double worst = 0.0;

  for (gsize i = 0; i < checks->dims[0]; i++)
    {
      double interpolated = NAN;

      kappa_result_get_value (result, "loss", (gsize)checks->coordinates[0][i], &interpolated);
      worst = fmax (worst, kappa_landscape_refinement_compare (interpolated, checks->values[i]));
    }
  return worst;
}

/* Of points drawn at random none was worse than the worst: if a share s of all were, that would
 * happen with probability (1 - s)ⁿ. */
static char *
describe_error (gsize n_checks, gsize n_interpolated, const char *description)
{
  g_autofree char *rest
      = n_checks < n_interpolated
            ? g_strdup_printf ("with 95 %% confidence no more than %.2g %% of the interpolated "
                               "points are farther off",
                               100.0 * (1.0 - pow (0.05, 1.0 / (double)n_checks)))
            : g_strdup ("which is all of them");

  return g_strdup_printf ("largest difference between interpolated and computed loss, over the "
                          "computed one, at %" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT
                          " interpolated points, drawn at random; %s; over %s",
                          n_checks, n_interpolated, rest, description);
}

/**
 * kappa_landscape_add_interpolation:
 * @result: complete
 * @description: images, mode, precision, regulariser
 *
 * Adds how many points were interpolated, and how far off they were found to be, if some may have
 * been.
 */
void
kappa_landscape_add_interpolation (KappaResult *result, const char *description)
{
  g_autoptr (KappaArray) interpolated = kappa_result_dup_array (result, "interpolated");
  g_autoptr (KappaArray) checks = kappa_result_dup_array (result, "held_out_loss");
  g_autofree char *definition = NULL;
  gsize n = 0;

  if (interpolated == NULL)
    return;
  for (gsize i = 0; i < kappa_array_get_size (interpolated); i++)
    n += interpolated->values[i] != 0.0;
  kappa_result_set_scalar (result, "interpolated_points", (double)n, "", KAPPA_CERTAINTY_EXACT,
                           interpolated->definition);
  if (checks == NULL)
    return;
  definition = describe_error (checks->dims[0], n, description);
  kappa_result_set_scalar (result, "interpolation_error", measure (result, checks), "",
                           KAPPA_CERTAINTY_EXACT, definition);
}
