#include "core/analysis/ascent.h"

#include <math.h>
#include <string.h>

G_DEFINE_ENUM_TYPE (KappaBall,
                    kappa_ball,
                    G_DEFINE_ENUM_VALUE (KAPPA_BALL_L2, "l2"),
                    G_DEFINE_ENUM_VALUE (KAPPA_BALL_LINF, "linf"))

#define FIRST_STEP   2.0 /* in radii */
#define MOMENTUM     0.75
#define RISES        0.75 /* share of the steps of a period that must go up */
#define FIRST_PERIOD 0.22
#define PERIOD_LOSS  0.03
#define LEAST_PERIOD 0.06
#define TINY         1e-12

typedef enum
{
  POSITION,
  BEFORE,
  BEST,
  BEST_GRADIENT,
  N_VECTORS,
} Vector;

/* What decides how it goes on, beside the vectors; the first numbers of a saved state. */
typedef struct
{
  double step; /* values told so far */
  double length;
  double period; /* steps between two looks at the progress */
  double since;  /* steps since the last look */
  double rises;  /* of them, those that went up */
  double best;
  double best_at_look; /* what was best at the last look */
  double halved;       /* whether the last look halved the step */
} Course;

#define N_COURSE (sizeof (Course) / sizeof (double))

struct _KappaAscent
{
  KappaBall ball;
  double rho;
  guint n_steps;
  gsize n;
  Course course;
  double *values; /* n_steps + 1 */
  double *vectors[N_VECTORS];
  double *room;
};

/**
 * kappa_ascent_new:
 * @n_steps: how many steps; the function is asked for once more than that
 * @n: dimension
 *
 * Returns: (transfer full): an ascent that begins at the centre of the ball, 0
 */
KappaAscent *
kappa_ascent_new (KappaBall ball, double rho, guint n_steps, gsize n)
{
  KappaAscent *self = g_new0 (KappaAscent, 1);

  self->ball = ball;
  self->rho = rho;
  self->n_steps = n_steps;
  self->n = n;
  self->course = (Course) { .length = FIRST_STEP * rho,
                            .period = fmax (1.0, floor (FIRST_PERIOD * n_steps)),
                            .best = -INFINITY,
                            .best_at_look = -INFINITY };
  self->values = g_new (double, n_steps + 1);
  for (guint i = 0; i <= n_steps; i++)
    self->values[i] = NAN;
  for (guint v = 0; v < N_VECTORS; v++)
    self->vectors[v] = g_new0 (double, n);
  self->room = g_new (double, n);
  return self;
}

void
kappa_ascent_free (KappaAscent *self)
{
  if (self == NULL)
    return;
  for (guint v = 0; v < N_VECTORS; v++)
    g_free (self->vectors[v]);
  g_free (self->values);
  g_free (self->room);
  g_free (self);
}

/**
 * kappa_norm:
 *
 * Returns: the Euclidean length, summed in order
 */
double
kappa_norm (const double *values, gsize n)
{
  double sum = 0.0;

  for (gsize i = 0; i < n; i++)
    sum += values[i] * values[i];
  return sqrt (sum);
}

/**
 * kappa_ball_step:
 * @length: of the step, as the ball measures lengths
 * @step: (out) (array length=n): the step uphill; may be @gradient
 *
 * The steepest ascent for the ball's norm: along the gradient, or along its signs. The length of
 * the gradient counts as 1e-12 more than it is, as in SAM's reference code, so that a gradient of 0
 * moves nothing.
 */
void
kappa_ball_step (KappaBall ball, double length, const double *gradient, gsize n, double *step)
{
  double factor = ball == KAPPA_BALL_L2 ? length / (kappa_norm (gradient, n) + TINY) : length;

  for (gsize i = 0; i < n; i++)
    if (ball == KAPPA_BALL_L2)
      step[i] = factor * gradient[i];
    else
      step[i] = gradient[i] > 0.0 ? factor : gradient[i] < 0.0 ? -factor : 0.0;
}

static void
project (const KappaAscent *self, double *x)
{
  double norm;

  if (self->ball == KAPPA_BALL_LINF)
    {
      for (gsize i = 0; i < self->n; i++)
        x[i] = CLAMP (x[i], -self->rho, self->rho);
      return;
    }
  norm = kappa_norm (x, self->n);
  for (gsize i = 0; norm > self->rho && i < self->n; i++)
    x[i] *= self->rho / norm;
}

/* A step uphill, drawn towards where the last step led. */
static void
move (KappaAscent *self, const double *gradient)
{
  const double drive = self->course.step > 1.0 ? MOMENTUM : 1.0;
  double *x = self->vectors[POSITION], *before = self->vectors[BEFORE], *next = self->room;

  kappa_ball_step (self->ball, self->course.length, gradient, self->n, next);
  for (gsize i = 0; i < self->n; i++)
    next[i] += x[i];
  project (self, next);
  for (gsize i = 0; i < self->n; i++)
    next[i] = x[i] + drive * (next[i] - x[i]) + (1.0 - drive) * (x[i] - before[i]);
  project (self, next);
  self->room = before;
  self->vectors[BEFORE] = x;
  self->vectors[POSITION] = next;
}

/* At the end of a period: halve the step and go back to the best, unless there was progress. */
static gboolean
look (KappaAscent *self)
{
  Course *course = &self->course;
  gboolean stuck = course->rises < RISES * course->period
                   || (course->halved == 0.0 && course->best_at_look >= course->best);

  course->halved = stuck;
  course->best_at_look = course->best;
  course->since = course->rises = 0.0;
  course->period = fmax (course->period - fmax (1.0, floor (PERIOD_LOSS * self->n_steps)),
                         fmax (1.0, floor (LEAST_PERIOD * self->n_steps)));
  if (stuck)
    course->length *= 0.5;
  return stuck;
}

/**
 * kappa_ascent_tell:
 * @value: of the function at kappa_ascent_get_position()
 * @gradient: (array): there
 *
 * Takes the next step. A value that is not finite is never the best; from there it goes back to
 * the best and on with half the step.
 */
void
kappa_ascent_tell (KappaAscent *self, double value, const double *gradient)
{
  Course *course = &self->course;
  const guint k = (guint)course->step;

  g_return_if_fail (!kappa_ascent_is_done (self));
  self->values[k] = value;
  course->step += 1.0;
  course->rises += k > 0 && value > self->values[k - 1];
  if (isfinite (value) && value > course->best)
    {
      course->best = value;
      memcpy (self->vectors[BEST], self->vectors[POSITION], self->n * sizeof *gradient);
      memcpy (self->vectors[BEST_GRADIENT], gradient, self->n * sizeof *gradient);
    }
  if (k == 0)
    course->best_at_look = course->best;
  else
    course->since += 1.0;
  if (!isfinite (value))
    {
      course->length *= 0.5;
      memcpy (self->vectors[BEFORE], self->vectors[BEST], self->n * sizeof *gradient);
    }
  if ((course->since >= course->period && look (self)) || !isfinite (value))
    {
      memcpy (self->vectors[POSITION], self->vectors[BEST], self->n * sizeof *gradient);
      gradient = self->vectors[BEST_GRADIENT];
    }
  if (!kappa_ascent_is_done (self))
    move (self, gradient);
}

/**
 * kappa_ascent_get_step:
 *
 * Returns: how many values it was told
 */
guint
kappa_ascent_get_step (KappaAscent *self)
{
  return (guint)self->course.step;
}

gboolean
kappa_ascent_is_done (KappaAscent *self)
{
  return self->course.step > self->n_steps;
}

/**
 * kappa_ascent_get_position:
 *
 * Returns: (transfer none) (array): where it wants to know value and gradient next
 */
const double *
kappa_ascent_get_position (KappaAscent *self)
{
  return self->vectors[POSITION];
}

/**
 * kappa_ascent_get_best:
 * @growth: (out): how much it grew over the last fifth of the steps: what is left to find is of
 *   that order, if there is no better hill elsewhere
 *
 * Returns: the largest value so far
 */
double
kappa_ascent_get_best (KappaAscent *self, double *growth)
{
  const guint told = kappa_ascent_get_step (self);
  double earlier = -INFINITY;

  for (guint k = 0; k < told - MIN (told - 1, (self->n_steps + 4) / 5); k++)
    if (isfinite (self->values[k]))
      earlier = fmax (earlier, self->values[k]);
  *growth = self->course.best - earlier;
  return self->course.best;
}

const double *
kappa_ascent_get_best_position (KappaAscent *self)
{
  return self->vectors[BEST];
}

/**
 * kappa_ascent_get_values:
 *
 * Returns: (transfer none) (array): the value at every step, one more than there are steps
 */
const double *
kappa_ascent_get_values (KappaAscent *self)
{
  return self->values;
}

gsize
kappa_ascent_get_state_size (guint n_steps, gsize n)
{
  return N_COURSE + n_steps + 1 + N_VECTORS * n;
}

/**
 * kappa_ascent_save:
 * @state: (out caller-allocates) (array): kappa_ascent_get_state_size() numbers with which a new
 *   ascent goes on from here
 */
void
kappa_ascent_save (KappaAscent *self, double *state)
{
  memcpy (state, &self->course, sizeof self->course);
  state += N_COURSE;
  memcpy (state, self->values, (self->n_steps + 1) * sizeof *state);
  state += self->n_steps + 1;
  for (guint v = 0; v < N_VECTORS; v++, state += self->n)
    memcpy (state, self->vectors[v], self->n * sizeof *state);
}

/**
 * kappa_ascent_restore:
 *
 * Returns: %FALSE, and nothing happened, if @state is none of an ascent of this many steps
 */
gboolean
kappa_ascent_restore (KappaAscent *self, const double *state)
{
  Course course;

  memcpy (&course, state, sizeof course);
  if (!(course.step >= 0.0 && course.step <= self->n_steps + 1.0 && course.period >= 1.0))
    return FALSE;
  self->course = course;
  state += N_COURSE;
  memcpy (self->values, state, (self->n_steps + 1) * sizeof *state);
  state += self->n_steps + 1;
  for (guint v = 0; v < N_VECTORS; v++, state += self->n)
    memcpy (self->vectors[v], state, self->n * sizeof *state);
  return TRUE;
}
