/*
 * A grid of which a part is interpolated, with a bound. In rounds: a pass over the grid from coarse
 * to fine that interpolates what looks smooth enough, then a check at interpolated points drawn at
 * random. If the check does not show that enough of them are within the tolerance, those it
 * computed are taken over and the next round asks for more smoothness.
 *
 * The rounds are a function of the computed losses alone, which are all written down: an
 * interrupted run goes through them again from the first one, and computes what it meets that is
 * not there yet.
 */

#include <math.h>
#include <stdlib.h>

#include "core/analysis/held-out.h"
#include "core/analysis/landscape-interpolation.h"
#include "core/analysis/landscape-run-private.h"
#include "core/analysis/landscape-summary.h"
#include "core/base/random.h"

/* So large a part of the interpolated points is computed for the check at least. */
#define CHECK_SHARE 0.05

#define EXACT_LOSS     ".computed_loss"
#define EXACT_ACCURACY ".computed_accuracy"

typedef struct
{
  guint32 *points;
  double *losses, *errors;
  gsize n;
} Check;

typedef struct
{
  KappaLandscapeRun *run;
  gsize size;
  double tolerance;
  double work;        /* images that a pass may take, until that is announced */
  gboolean replaying; /* nothing was met yet that had to be computed: the picture stays as it is */
} Rounds;

static void
check_clear (Check *check)
{
  g_free (check->points);
  g_free (check->losses);
  g_free (check->errors);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Check, check_clear)

/* The picture as it is now; what is so already is not told again. */
static void
show (Rounds *rounds, gsize point)
{
  static const char *const names[] = { "loss", "accuracy", "interpolated" };
  KappaResult *result = rounds->run->result;
  double values[3];

  values[2]
      = kappa_landscape_refinement_get (rounds->run->refinement, point, &values[0], &values[1])
            ? 0.0
            : 1.0;
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      double there = NAN;

      if (!kappa_result_is_present (result, names[i], point)
          || !kappa_result_get_value (result, names[i], point, &there)
          || !(there == values[i] || (isnan (there) && isnan (values[i]))))
        kappa_result_set_values (result, names[i], point, 1, &values[i]);
    }
}

/* The loss as it is, from an earlier time if it was computed then. */
static gboolean
find_exact (Rounds *rounds, gsize point, double *loss, double *accuracy, GError **error)
{
  KappaLandscapeRun *run = rounds->run;

  if (kappa_result_is_present (run->result, EXACT_ACCURACY, point))
    {
      kappa_result_get_value (run->result, EXACT_LOSS, point, loss);
      kappa_result_get_value (run->result, EXACT_ACCURACY, point, accuracy);
      return TRUE;
    }
  rounds->replaying = FALSE;
  if (rounds->work > 0.0)
    kappa_progress_start (run->context->progress, rounds->work, "Refining further");
  rounds->work = 0.0;
  if (!kappa_landscape_evaluate_point (run, 0, point, loss, accuracy, error))
    return FALSE;
  kappa_result_set_values (run->result, EXACT_LOSS, point, 1, loss);
  kappa_result_set_values (run->result, EXACT_ACCURACY, point, 1, accuracy);
  return TRUE;
}

static gboolean
settle (Rounds *rounds, gsize point, GError **error)
{
  KappaLandscapeRun *run = rounds->run;
  KappaLandscapeRefinement *refinement = run->refinement;
  double loss, accuracy;

  if (kappa_landscape_refinement_predict (refinement, point, &loss, &accuracy))
    {
      kappa_landscape_refinement_set (refinement, point, loss, accuracy, FALSE);
      if (!kappa_result_is_present (run->result, "loss", point))
        kappa_progress_advance (run->context->progress,
                                (double)kappa_objective_get_n (run->objective));
      return TRUE;
    }
  if (kappa_landscape_refinement_get (refinement, point, &loss, &accuracy))
    return TRUE;
  if (!find_exact (rounds, point, &loss, &accuracy, error))
    return FALSE;
  kappa_landscape_refinement_set (refinement, point, loss, accuracy, TRUE);
  return TRUE;
}

/* All points, coarse to fine. */
static gboolean
pass (Rounds *rounds, double threshold, GError **error)
{
  KappaLandscapeRun *run = rounds->run;

  kappa_landscape_refinement_begin (run->refinement, threshold);
  for (gsize k = 0; k < rounds->size; k++)
    {
      if (!settle (rounds, run->order[k], error))
        return FALSE;
      kappa_landscape_refinement_take (run->refinement, run->order[k]);
      /* The first point comes before those it is predicted from. */
      kappa_landscape_refinement_take (run->refinement, run->order[0]);
      if (!rounds->replaying)
        show (rounds, run->order[k]);
    }
  rounds->work = 0.0;
  /* How many had to be computed is known in the end only. */
  kappa_progress_set_done (run->context->progress,
                           kappa_progress_get_state (run->context->progress).total);
  return TRUE;
}

/* Returns: (transfer full) (array length=n): all interpolated points, in an order drawn anew in
 * each round, without regard to anything */
static guint32 *
shuffle_interpolated (Rounds *rounds, guint round, gsize *n)
{
  g_autofree char *name = g_strdup_printf ("landscape/checks/%u", round);
  KappaStream stream = kappa_stream_init (
      (guint64)kappa_analysis_get_integer (rounds->run->analysis, "seed"), name);
  guint32 *points = g_new (guint32, rounds->size);
  double loss, accuracy;

  *n = 0;
  for (gsize i = 0; i < rounds->size; i++)
    if (!kappa_landscape_refinement_get (rounds->run->refinement, i, &loss, &accuracy))
      points[(*n)++] = (guint32)i;
  for (gsize i = 0; i + 1 < *n; i++)
    {
      gsize other = i + (gsize)kappa_stream_below (&stream, i, *n - i);
      guint32 point = points[other];

      points[other] = points[i];
      points[i] = point;
    }
  return points;
}

/* Computes some interpolated points, enough to be sure if nearly all are good; all of them if there
 * are no more. */
static gboolean
examine (Rounds *rounds, guint round, Check *check, gboolean *all, GError **error)
{
  KappaLandscapeRun *run = rounds->run;
  const double images = (double)kappa_objective_get_n (run->objective);
  gsize n;

  check->points = shuffle_interpolated (rounds, round, &n);
  check->n = MAX (kappa_held_out_count (KAPPA_HELD_OUT_SHARE, kappa_held_out_alpha (round)),
                  (gsize)ceil (CHECK_SHARE * (double)n));
  *all = check->n >= n;
  check->n = MIN (check->n, n);
  check->losses = g_new (double, check->n);
  check->errors = g_new (double, check->n);
  run->n_left = run->done = 0;
  for (gsize i = 0; i < check->n; i++)
    run->n_left += !kappa_result_is_present (run->result, EXACT_ACCURACY, check->points[i]);
  if (run->n_left > 0)
    kappa_progress_start (run->context->progress, (double)run->n_left * images,
                          "Checking interpolated points");
  for (gsize i = 0; i < check->n; i++)
    {
      double interpolated, accuracy;

      kappa_landscape_refinement_get (run->refinement, check->points[i], &interpolated, &accuracy);
      if (!find_exact (rounds, check->points[i], &check->losses[i], &accuracy, error))
        return FALSE;
      check->errors[i] = kappa_landscape_refinement_compare (interpolated, check->losses[i]);
    }
  return TRUE;
}

/* What a check computed is on the grid from now on. */
static void
adopt (Rounds *rounds, const Check *check)
{
  for (gsize i = 0; i < check->n; i++)
    {
      double accuracy = NAN;

      kappa_result_get_value (rounds->run->result, EXACT_ACCURACY, check->points[i], &accuracy);
      kappa_landscape_refinement_set (rounds->run->refinement, check->points[i], check->losses[i],
                                      accuracy, TRUE);
    }
}

static int
compare_numbers (gconstpointer a, gconstpointer b)
{
  const double one = *(const double *)a, other = *(const double *)b;

  return (one > other) - (one < other);
}

static gsize
count_interpolated (Rounds *rounds)
{
  double loss, accuracy;
  gsize n = 0;

  for (gsize i = 0; i < rounds->size; i++)
    n += !kappa_landscape_refinement_get (rounds->run->refinement, i, &loss, &accuracy);
  return n;
}

static gboolean
is_good (Rounds *rounds, const Check *check, guint round)
{
  gsize bad = 0;

  for (gsize i = 0; i < check->n; i++)
    bad += !(check->errors[i] <= rounds->tolerance);
  return kappa_held_out_bound_share (check->n, bad, kappa_held_out_alpha (round))
         <= KAPPA_HELD_OUT_SHARE;
}

/* By as much as 95 % of the errors were too large, and at least to the half. */
static double
tighten (Rounds *rounds, const Check *check, double threshold)
{
  g_autofree double *sorted = g_memdup2 (check->errors, check->n * sizeof *sorted);
  double typical;

  qsort (sorted, check->n, sizeof *sorted, compare_numbers);
  typical = sorted[(gsize)ceil ((1.0 - KAPPA_HELD_OUT_SHARE) * (double)check->n) - 1];
  return threshold * fmin (0.5, rounds->tolerance / typical);
}

/**
 * kappa_landscape_evaluate_refined:
 *
 * Computes or interpolates all points. In the end the held-out points show with 95 % confidence
 * that 95 % of the interpolated ones are within the tolerance, or there are none.
 */
gboolean
kappa_landscape_evaluate_refined (KappaLandscapeRun *run, GError **error)
{
  Rounds rounds = { .run = run,
                    .size = kappa_landscape_plan_get_size (run->plan),
                    .tolerance = kappa_analysis_get_double (run->analysis, "refine"),
                    .replaying = TRUE };
  double threshold = rounds.tolerance;

  kappa_landscape_declare_array (run->result, run->plan, EXACT_LOSS, "nat", "the computed losses");
  kappa_landscape_declare_array (run->result, run->plan, EXACT_ACCURACY, "",
                                 "the computed accuracies");
  for (guint round = 0;; round++)
    {
      g_auto (Check) check = { 0 };
      gboolean all = FALSE, good;

      if (!pass (&rounds, threshold, error) || !examine (&rounds, round, &check, &all, error))
        return FALSE;
      good = !all && is_good (&rounds, &check, round);
      if (good)
        kappa_landscape_add_held_out (run->result, check.points, check.losses, check.n, round);
      else
        adopt (&rounds, &check);
      if (good || all)
        break;
      threshold = tighten (&rounds, &check, threshold);
      run->n_left = count_interpolated (&rounds);
      run->done = 0;
      rounds.work = (double)run->n_left * (double)kappa_objective_get_n (run->objective);
    }
  for (gsize i = 0; i < rounds.size; i++)
    show (&rounds, i);
  return TRUE;
}
