#include "core/analysis/grid.h"
#include "core/analysis/landscape-plan.h"
#include "core/analysis/landscape-private.h"
#include "core/base/error.h"

/* Which choices about a landscape go together. */

static gboolean
refuse (GError **error, const char *message)
{
  g_set_error_literal (error, KAPPA_ERROR, KAPPA_ERROR_USAGE, message);
  return FALSE;
}

/* What is said about random directions where there are none would have no effect. */
static gboolean
check_unused (KappaAnalysis *analysis, gboolean random, KappaLandscapeKind kind, GError **error)
{
  if (!random && !kappa_analysis_is_default (analysis, "norm"))
    return refuse (error, "norm: only random directions are normalised");
  if (!random && !kappa_analysis_is_default (analysis, "ignore"))
    return refuse (error, "ignore: only random directions leave parameters alone");
  if (kind != KAPPA_LANDSCAPE_PLANE && !kappa_analysis_is_default (analysis, "basis"))
    return refuse (error, "basis: only the plane through three checkpoints has one");
  return TRUE;
}

/* Derivatives are those with fixed running statistics, by more digits than bfloat16 has. */
static gboolean
check_derivatives (KappaAnalysis *analysis, const char *property, GError **error)
{
  int batchnorm = kappa_analysis_get_enum (analysis, "batchnorm");
  const char *what = NULL;
  g_autofree char *message = NULL;

  if (batchnorm != KAPPA_BATCHNORM_AUTO && batchnorm != KAPPA_BATCHNORM_FROZEN)
    what = "derivatives are those with fixed running statistics; set batchnorm to frozen";
  else if (kappa_analysis_get_enum (analysis, "precision") == KAPPA_PRECISION_BFLOAT16)
    what = "bfloat16 has too few digits for derivatives; set precision to float32";
  else if (kappa_analysis_get_integer (analysis, "seeds") > 1)
    what = "several directions have no common model; set seeds to 1";
  if (what == NULL)
    return TRUE;
  message = g_strdup_printf ("%s: %s", property, what);
  return refuse (error, message);
}

static gboolean
check_gains (KappaAnalysis *analysis, gboolean several, GError **error)
{
  if (several && kappa_analysis_get_double (analysis, "refine") > 0.0)
    return refuse (error, "refine: the points of several directions are all computed; set seeds "
                          "to 1");
  if (kappa_analysis_get_boolean (analysis, "quadratic")
      && !check_derivatives (analysis, "quadratic", error))
    return FALSE;
  return kappa_analysis_get_integer (analysis, "curvature-map") == 0
         || check_derivatives (analysis, "curvature-map", error);
}

/* Directions that curvature chooses are those around one checkpoint, and have no statistics. */
static gboolean
check_along (KappaAnalysis *analysis, KappaInputs *given, KappaLandscapeKind kind, GError **error)
{
  int along = kappa_analysis_get_enum (analysis, "along");

  if (along != KAPPA_ALONG_EIGENVECTORS && !kappa_analysis_is_default (analysis, "pair"))
    return refuse (error, "pair: chooses among eigenvectors; set along to eigenvectors");
  if (along == KAPPA_ALONG_RANDOM)
    return TRUE;
  if (kind != KAPPA_LANDSCAPE_RANDOM)
    return refuse (error, "along: with several checkpoints, they are the directions");
  if (kappa_inputs_get_n (given, "directions") > 0)
    return refuse (error, "along: the directions are those of the file; set along to random, or "
                          "leave --directions away");
  if (kappa_analysis_get_enum (analysis, "batchnorm") == KAPPA_BATCHNORM_MOVED)
    return refuse (error, "along: these directions are without running statistics; set batchnorm "
                          "to frozen or recalibrated");
  return TRUE;
}

static gboolean
check_trajectory (KappaAnalysis *analysis, KappaInputs *given, const KappaRange *y, GError **error)
{
  guint n = kappa_inputs_get_n (given, "trajectory");
  gboolean directions = kappa_inputs_get_n (given, "directions") > 0;

  if (n > 0 && kappa_inputs_get_n (given, "model") > 1)
    return refuse (error, "trajectory: ends at one model; give the others as --trajectory, too");
  if (n == 1 && !directions)
    return refuse (error, "trajectory: two earlier checkpoints at least span a plane with the "
                          "model; give another, or --directions");
  if (n > 0 && y->n == 0)
    return refuse (error, "y: a trajectory is drawn on a plane; leave it away, or give it a range");
  if (n == 0 && *kappa_analysis_get_string (analysis, "save-projection") != '\0')
    return refuse (error, "save-projection: there is no trajectory; give its checkpoints as "
                          "--trajectory");
  if (kappa_inputs_get_n (given, "projection") > 0 && (!directions || n > 0))
    return refuse (error, "projection: the coordinates belong to a direction file, in place of a "
                          "trajectory; give --directions and no --trajectory");
  return TRUE;
}

/**
 * kappa_landscape_check:
 *
 * Returns: %FALSE with %KAPPA_ERROR_USAGE, which says what does not fit and what to do
 */
gboolean
kappa_landscape_check (KappaAnalysis *analysis, KappaInputs *given, GError **error)
{
  KappaLandscapeKind kind = kappa_landscape_get_kind (given);
  gboolean several = kappa_analysis_get_integer (analysis, "seeds") > 1;
  gboolean chosen = kappa_analysis_get_enum (analysis, "along") != KAPPA_ALONG_RANDOM;
  gboolean random
      = kind == KAPPA_LANDSCAPE_RANDOM && kappa_inputs_get_n (given, "directions") == 0 && !chosen;
  KappaRange x, y;

  kappa_landscape_get_ranges (analysis, kind, &x, &y);
  if (kind == KAPPA_LANDSCAPE_LINE && y.n > 0)
    return refuse (error, "y: a line between two checkpoints has no second axis; give a third "
                          "checkpoint for a plane");
  if (kind == KAPPA_LANDSCAPE_PLANE && y.n == 0)
    return refuse (error, "y: the plane through three checkpoints has a second axis; leave it "
                          "away, or give it a range");
  if (several && !random)
    return refuse (error,
                   "seeds: several directions are random ones around a single checkpoint only");
  if (several && y.n > 0)
    return refuse (error, "seeds: a mean over several directions is a curve; set y to none");
  if (several && *kappa_analysis_get_string (analysis, "save-directions") != '\0')
    return refuse (error,
                   "save-directions: there are several directions for one axis; set seeds to 1");
  if ((kind == KAPPA_LANDSCAPE_LINE || kind == KAPPA_LANDSCAPE_PLANE)
      && kappa_inputs_get_n (given, "directions") > 0)
    return refuse (error, "directions: with several checkpoints, they are the directions");
  if ((gsize)x.n * MAX (1, y.n) > KAPPA_GRID_MAX_POINTS)
    return refuse (error, "x, y: the grid has more than 1,048,576 points");
  return check_unused (analysis, random, kind, error)
         && check_trajectory (analysis, given, &y, error)
         && check_along (analysis, given, kind, error) && check_gains (analysis, several, error);
}
