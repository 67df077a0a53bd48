#include "core/analysis/landscape-refine.h"

#include <math.h>

#include "core/analysis/grid.h"
#include "core/base/random.h"

/* Points of the levels up to this are always computed: nine along each axis. */
#define ALWAYS 3

/* Interpolated points that are computed after all, to see how far off they are. */
#define LEAST_CHECKS 20
#define CHECK_SHARE  0.05

struct _KappaLandscapeRefinement
{
  double tolerance;
  guint nx, ny;
  guint8 *x_levels, *y_levels;
  double *errors; /* of each point: how far off its prediction was, or is taken to be */
};

/* The values along one axis from which a point between them is interpolated. */
typedef struct
{
  guint n;
  guint index[4];
  double cubic[4], linear[4];
} Stencil;

typedef struct
{
  double loss, accuracy;
  double error; /* the largest of the neighbours one level above */
} Prediction;

KappaLandscapeRefinement *
kappa_landscape_refinement_new (const KappaLandscapePlan *plan, double tolerance)
{
  KappaLandscapeRefinement *self = g_new0 (KappaLandscapeRefinement, 1);
  gsize n = kappa_landscape_plan_get_size (plan);

  self->tolerance = tolerance;
  self->nx = plan->x_range.n;
  self->ny = MAX (1, plan->y_range.n);
  self->x_levels = kappa_grid_levels (self->nx);
  self->y_levels = kappa_grid_levels (self->ny);
  self->errors = g_new (double, n);
  for (gsize i = 0; i < n; i++)
    self->errors[i] = INFINITY;
  return self;
}

void
kappa_landscape_refinement_free (KappaLandscapeRefinement *self)
{
  if (self == NULL)
    return;
  g_free (self->x_levels);
  g_free (self->y_levels);
  g_free (self->errors);
  g_free (self);
}

static guint8
level_of (const KappaLandscapeRefinement *self, gsize point)
{
  return MAX (self->x_levels[point / self->ny], self->y_levels[point % self->ny]);
}

/* Lagrange's weights at @at for the values at whole numbers @index. */
static void
weigh (const guint *index, guint n, guint at, double *weights)
{
  for (guint k = 0; k < n; k++)
    {
      weights[k] = 1.0;
      for (guint m = 0; m < n; m++)
        if (m != k)
          weights[k] *= ((double)at - index[m]) / ((double)index[k] - index[m]);
    }
}

/* The next value below @level from @i on in the direction of @step; @n if there is none. */
static guint
next_coarse (const guint8 *levels, guint n, guint i, int step, guint8 level)
{
  do
    {
      if ((step < 0 && i == 0) || (step > 0 && i + 1 == n))
        return n;
      i = (guint)((int)i + step);
    }
  while (levels[i] >= level);
  return i;
}

/* Two values of coarser levels on either side, or as many as there are; @i itself if it is one. */
static Stencil
make_stencil (const guint8 *levels, guint n, guint i, guint8 level)
{
  Stencil stencil = { .n = 0 };
  guint below, above, other;

  if (levels[i] < level)
    return (Stencil) { .n = 1, .index = { i }, .cubic = { 1.0 }, .linear = { 1.0 } };
  /* Both ends are of level 0, so there is a value on either side. */
  below = next_coarse (levels, n, i, -1, level);
  above = next_coarse (levels, n, i, 1, level);
  other = next_coarse (levels, n, below, -1, level);
  if (other < n)
    stencil.index[stencil.n++] = other;
  stencil.linear[stencil.n] = (double)(above - i) / (double)(above - below);
  stencil.index[stencil.n++] = below;
  stencil.linear[stencil.n] = (double)(i - below) / (double)(above - below);
  stencil.index[stencil.n++] = above;
  other = next_coarse (levels, n, above, 1, level);
  if (other < n)
    stencil.index[stencil.n++] = other;
  weigh (stencil.index, stencil.n, i, stencil.cubic);
  return stencil;
}

/* Losses of 0.01 and 10 stand side by side, and what counts is the relative error: logarithms are
 * interpolated where there are such. */
static gboolean
gather (const KappaLandscapeRefinement *self,
        KappaResult *result,
        const Stencil *x,
        const Stencil *y,
        guint8 level,
        double losses[4][4],
        gboolean *logarithms,
        Prediction *prediction)
{
  gboolean positive = TRUE;

  for (guint k = 0; k < x->n; k++)
    for (guint m = 0; m < y->n; m++)
      {
        gsize point = (gsize)x->index[k] * self->ny + y->index[m];
        double accuracy = NAN;

        losses[k][m] = NAN;
        kappa_result_get_value (result, "loss", point, &losses[k][m]);
        kappa_result_get_value (result, "accuracy", point, &accuracy);
        if (!isfinite (losses[k][m]))
          return FALSE;
        positive = positive && losses[k][m] > 0.0;
        if (level_of (self, point) + 1 == level)
          prediction->error = fmax (prediction->error, self->errors[point]);
        prediction->accuracy += x->linear[k] * y->linear[m] * accuracy;
      }
  for (guint k = 0; positive && k < x->n; k++)
    for (guint m = 0; m < y->n; m++)
      losses[k][m] = log (losses[k][m]);
  *logarithms = positive;
  return TRUE;
}

/* What coarser levels say about a point; %FALSE where one of them is not finite. */
static gboolean
predict (const KappaLandscapeRefinement *self,
         KappaResult *result,
         gsize point,
         Prediction *prediction)
{
  guint8 level = level_of (self, point);
  Stencil x = make_stencil (self->x_levels, self->nx, (guint)(point / self->ny), level);
  Stencil y = make_stencil (self->y_levels, self->ny, (guint)(point % self->ny), level);
  double losses[4][4], sum = 0.0;
  gboolean logarithms;

  *prediction = (Prediction) { 0 };
  if (!gather (self, result, &x, &y, level, losses, &logarithms, prediction))
    return FALSE;
  for (guint k = 0; k < x.n; k++)
    for (guint m = 0; m < y.n; m++)
      sum += x.cubic[k] * y.cubic[m] * losses[k][m];
  prediction->loss = logarithms ? exp (sum) : sum;
  return isfinite (prediction->loss);
}

/**
 * kappa_landscape_refinement_compare:
 *
 * Returns: how far an interpolated loss is off: the difference over the exact loss; infinite if
 * that is 0 or not finite and the other is not the same
 */
double
kappa_landscape_refinement_compare (double interpolated, double exact)
{
  double error = fabs (interpolated - exact) / fabs (exact);

  if (interpolated == exact)
    return 0.0;
  return isfinite (error) ? error : INFINITY;
}

/**
 * kappa_landscape_refinement_predict:
 * @result: with the values of all points of coarser levels
 * @loss: (out): if it is interpolated
 * @accuracy: (out): likewise
 *
 * That cubics are 16 times better at half the step is not counted on: at the kinks of rectifiers
 * they are not.
 *
 * Returns: whether a point may be interpolated
 */
gboolean
kappa_landscape_refinement_predict (KappaLandscapeRefinement *self,
                                    KappaResult *result,
                                    gsize point,
                                    double *loss,
                                    double *accuracy)
{
  Prediction prediction;

  if (level_of (self, point) <= ALWAYS || !predict (self, result, point, &prediction)
      || !(prediction.error <= self->tolerance))
    return FALSE;
  *loss = prediction.loss;
  *accuracy = CLAMP (prediction.accuracy, 0.0, 1.0);
  return TRUE;
}

/**
 * kappa_landscape_refinement_take:
 * @point: whose value is known now, computed or interpolated. To be told of all points, coarse to
 * fine
 */
void
kappa_landscape_refinement_take (KappaLandscapeRefinement *self, KappaResult *result, gsize point)
{
  Prediction prediction;
  double loss = NAN;

  if (level_of (self, point) == 0 || !predict (self, result, point, &prediction))
    return;
  kappa_result_get_value (result, "loss", point, &loss);
  self->errors[point] = kappa_landscape_is_interpolated (result, point)
                            ? prediction.error
                            : kappa_landscape_refinement_compare (prediction.loss, loss);
}

/**
 * kappa_landscape_is_interpolated:
 *
 * Returns: whether a point of a landscape was not computed but interpolated
 */
gboolean
kappa_landscape_is_interpolated (KappaResult *result, gsize point)
{
  double interpolated = 0.0;

  return kappa_result_get_value (result, "interpolated", point, &interpolated)
         && interpolated != 0.0;
}

/**
 * kappa_landscape_refinement_list_checks:
 * @result: complete
 * @n: (out)
 *
 * Returns: (transfer full) (array length=n): interpolated points to be computed after all, drawn at
 * random without regard to anything; the same ones for the same result
 */
guint32 *
kappa_landscape_refinement_list_checks (KappaResult *result, guint64 seed, gsize *n)
{
  KappaStream stream = kappa_stream_init (seed, "landscape/checks");
  g_autoptr (KappaArray) interpolated = kappa_result_dup_array (result, "interpolated");
  gsize size = kappa_array_get_size (interpolated), found = 0;
  guint32 *points = g_new (guint32, MAX (size, 1));

  for (gsize i = 0; i < size; i++)
    if (interpolated->present[i] && interpolated->values[i] != 0.0)
      points[found++] = (guint32)i;
  *n = MIN (found, MAX (LEAST_CHECKS, (gsize)ceil (CHECK_SHARE * (double)found)));
  for (gsize i = 0; i < *n; i++)
    {
      gsize other = i + (gsize)kappa_stream_below (&stream, i, found - i);
      guint32 point = points[other];

      points[other] = points[i];
      points[i] = point;
    }
  return points;
}
