#include "core/analysis/landscape-refine.h"

#include <math.h>

#include "core/analysis/grid.h"

/* Points of the levels up to this are always computed: nine along each axis. */
#define ALWAYS 3

struct _KappaLandscapeRefinement
{
  double threshold;
  guint nx, ny;
  guint8 *x_levels, *y_levels;
  double *losses, *accuracies;
  gboolean *exact;
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
kappa_landscape_refinement_new (const KappaLandscapePlan *plan)
{
  KappaLandscapeRefinement *self = g_new0 (KappaLandscapeRefinement, 1);
  gsize n = kappa_landscape_plan_get_size (plan);

  self->nx = plan->x_range.n;
  self->ny = MAX (1, plan->y_range.n);
  self->x_levels = kappa_grid_levels (self->nx);
  self->y_levels = kappa_grid_levels (self->ny);
  self->losses = g_new0 (double, n);
  self->accuracies = g_new0 (double, n);
  self->exact = g_new0 (gboolean, n);
  self->errors = g_new (double, n);
  kappa_landscape_refinement_begin (self, 0.0);
  return self;
}

void
kappa_landscape_refinement_free (KappaLandscapeRefinement *self)
{
  if (self == NULL)
    return;
  g_free (self->x_levels);
  g_free (self->y_levels);
  g_free (self->losses);
  g_free (self->accuracies);
  g_free (self->exact);
  g_free (self->errors);
  g_free (self);
}

/**
 * kappa_landscape_refinement_begin:
 * @threshold: a point is interpolated where those around it were predicted this well
 *
 * Begins a pass over all points, coarse to fine. What was computed in earlier ones is remembered.
 */
void
kappa_landscape_refinement_begin (KappaLandscapeRefinement *self, double threshold)
{
  const gsize n = (gsize)self->nx * self->ny;

  self->threshold = threshold;
  for (gsize i = 0; i < n; i++)
    {
      self->errors[i] = INFINITY;
      if (!self->exact[i])
        self->losses[i] = self->accuracies[i] = NAN;
    }
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

        losses[k][m] = self->losses[point];
        if (!isfinite (losses[k][m]))
          return FALSE;
        positive = positive && losses[k][m] > 0.0;
        if (level_of (self, point) + 1 == level)
          prediction->error = fmax (prediction->error, self->errors[point]);
        prediction->accuracy += x->linear[k] * y->linear[m] * self->accuracies[point];
      }
  for (guint k = 0; positive && k < x->n; k++)
    for (guint m = 0; m < y->n; m++)
      losses[k][m] = log (losses[k][m]);
  *logarithms = positive;
  return TRUE;
}

/* What coarser levels say about a point; %FALSE where one of them is not finite. */
static gboolean
predict (const KappaLandscapeRefinement *self, gsize point, Prediction *prediction)
{
  guint8 level = level_of (self, point);
  Stencil x = make_stencil (self->x_levels, self->nx, (guint)(point / self->ny), level);
  Stencil y = make_stencil (self->y_levels, self->ny, (guint)(point % self->ny), level);
  double losses[4][4], sum = 0.0;
  gboolean logarithms;

  *prediction = (Prediction) { 0 };
  if (!gather (self, &x, &y, level, losses, &logarithms, prediction))
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
 * @loss: (out): if it is interpolated
 * @accuracy: (out): likewise
 *
 * To be asked when all points of coarser levels were told. That cubics are 16 times better at half
 * the step is not counted on: at the kinks of rectifiers they are not.
 *
 * Returns: whether a point may be interpolated
 */
gboolean
kappa_landscape_refinement_predict (const KappaLandscapeRefinement *self,
                                    gsize point,
                                    double *loss,
                                    double *accuracy)
{
  Prediction prediction;

  if (self->exact[point] || level_of (self, point) <= ALWAYS || !predict (self, point, &prediction)
      || !(prediction.error <= self->threshold))
    return FALSE;
  *loss = prediction.loss;
  *accuracy = CLAMP (prediction.accuracy, 0.0, 1.0);
  return TRUE;
}

/**
 * kappa_landscape_refinement_take:
 * @point: whose value is known now, computed or interpolated. To be taken coarse to fine
 */
void
kappa_landscape_refinement_take (KappaLandscapeRefinement *self, gsize point)
{
  Prediction prediction;

  if (level_of (self, point) == 0 || !predict (self, point, &prediction))
    return;
  self->errors[point]
      = self->exact[point]
            ? kappa_landscape_refinement_compare (prediction.loss, self->losses[point])
            : prediction.error;
}

/**
 * kappa_landscape_refinement_set:
 * @exact: whether the point was computed
 */
void
kappa_landscape_refinement_set (KappaLandscapeRefinement *self,
                                gsize point,
                                double loss,
                                double accuracy,
                                gboolean exact)
{
  self->losses[point] = loss;
  self->accuracies[point] = accuracy;
  self->exact[point] = exact;
}

/**
 * kappa_landscape_refinement_get:
 *
 * Returns: whether the point was computed
 */
gboolean
kappa_landscape_refinement_get (const KappaLandscapeRefinement *self,
                                gsize point,
                                double *loss,
                                double *accuracy)
{
  *loss = self->losses[point];
  *accuracy = self->accuracies[point];
  return self->exact[point];
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
