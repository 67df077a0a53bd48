/* What is told about points that were interpolated. */

#include "core/analysis/landscape-interpolation.h"

#include <math.h>
#include <stdlib.h>

#include "core/analysis/held-out.h"
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
      "cubics (of the logarithm where the losses are positive) and linearly, where the points "
      "around were predicted well; refined until it was shown that 95 %% of such points are off by "
      "no more than %g of the loss; 0 where they were computed",
      tolerance);

  kappa_landscape_declare_array (result, plan, "interpolated", "", definition);
}

/**
 * kappa_landscape_add_held_out:
 * @points: interpolated points, drawn at random, that were computed after all
 * @losses: as they are
 * @round: which check it was, from 0 on
 *
 * Adds the check that was passed.
 */
void
kappa_landscape_add_held_out (KappaResult *result,
                              const guint32 *points,
                              const double *losses,
                              gsize n,
                              guint round)
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
  kappa_result_set_values (result, "held_out_loss", 0, n, losses);
  kappa_result_set_scalar (result, "interpolation_rounds", round + 1.0, "", KAPPA_CERTAINTY_EXACT,
                           "how often points were interpolated and some of them computed to see "
                           "how far off they are; before each round but the first, what was "
                           "computed was taken over and more smoothness asked for");
}

static int
compare_numbers (gconstpointer a, gconstpointer b)
{
  const double one = *(const double *)a, other = *(const double *)b;

  return (one > other) - (one < other);
}

/* Returns: (transfer full): how far off each held-out point was interpolated, ascending */
static double *
list_errors (KappaResult *result, const KappaArray *checks)
{
  double *errors = g_new (double, checks->dims[0]);

  for (gsize i = 0; i < checks->dims[0]; i++)
    {
      double interpolated = NAN;

      kappa_result_get_value (result, "loss", (gsize)checks->coordinates[0][i], &interpolated);
      errors[i] = kappa_landscape_refinement_compare (interpolated, checks->values[i]);
    }
  qsort (errors, checks->dims[0], sizeof *errors, compare_numbers);
  return errors;
}

static void
set (KappaResult *result,
     const char *name,
     double value,
     KappaCertainty certainty,
     const char *what,
     const char *where,
     const char *description)
{
  g_autofree char *definition = g_strdup_printf ("%s, %s; over %s", what, where, description);

  kappa_result_set_scalar (result, name, value, "", certainty, definition);
}

static void
add_errors (KappaResult *result,
            const KappaArray *checks,
            double tolerance,
            const char *where,
            const char *description)
{
  const gsize n = checks->dims[0];
  g_autoptr (KappaScalar) rounds = kappa_result_dup_scalar (result, "interpolation_rounds");
  const double alpha = kappa_held_out_alpha ((guint)rounds->value - 1);
  g_autofree double *errors = list_errors (result, checks);
  const gsize rank = kappa_held_out_rank (n, 1.0 - KAPPA_HELD_OUT_SHARE, alpha);
  const gsize typical = (gsize)ceil ((1.0 - KAPPA_HELD_OUT_SHARE) * (double)n);
  g_autofree char *share = g_strdup_printf (
      "share of the held-out points whose interpolated loss is off by more than %g of the computed "
      "one; the interval is the exact binomial one for all interpolated points",
      tolerance);
  gsize bad = 0;

  for (gsize i = 0; i < n; i++)
    bad += !(errors[i] <= tolerance);
  set (result, "interpolation_error", errors[n - 1], KAPPA_CERTAINTY_EXACT,
       "largest difference between interpolated and computed loss, over the computed one", where,
       description);
  set (result, "interpolation_error_95", errors[typical - 1],
       KAPPA_CERTAINTY_INTERVAL (0.0, errors[rank - 1], 0.95),
       "95 % of the held-out points are off by no more than this share of the computed loss, and "
       "with 95 % confidence, whatever the distribution, 95 % of all interpolated points by no "
       "more than the interval's upper end",
       where, description);
  set (result, "interpolation_beyond", (double)bad / (double)n,
       KAPPA_CERTAINTY_INTERVAL (0.0, kappa_held_out_bound_share (n, bad, alpha), 0.95), share,
       where, description);
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
kappa_landscape_add_interpolation (KappaResult *result, double tolerance, const char *description)
{
  g_autoptr (KappaArray) interpolated = kappa_result_dup_array (result, "interpolated");
  g_autoptr (KappaArray) checks = kappa_result_dup_array (result, "held_out_loss");
  g_autofree char *where = NULL;
  gsize n = 0;

  if (interpolated == NULL)
    return;
  for (gsize i = 0; i < kappa_array_get_size (interpolated); i++)
    n += interpolated->values[i] != 0.0;
  kappa_result_set_scalar (result, "interpolated_points", (double)n, "", KAPPA_CERTAINTY_EXACT,
                           interpolated->definition);
  if (checks == NULL)
    return;
  where = g_strdup_printf ("at %" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT
                           " interpolated points, drawn at random, in the last of the rounds, "
                           "among which the 5 %% of doubt are divided as ½, ¼, …",
                           checks->dims[0], n);
  add_errors (result, checks, tolerance, where, description);
}
