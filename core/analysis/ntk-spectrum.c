#include "core/analysis/ntk-spectrum.h"

#include <float.h>
#include <lapack.h>
#include <math.h>
#include <string.h>

/* A dense problem under way in a thread of its own: LAPACK cannot be interrupted, so whoever is
 * cancelled leaves it behind, and the last to go tidies up. */
typedef struct
{
  gint references;
  GMutex mutex;
  GCond finished;
  gboolean done;
  guint order;
  double *matrix;
  double *values;
} Problem;

static void
problem_unref (Problem *self)
{
  if (!g_atomic_int_dec_and_test (&self->references))
    return;
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->finished);
  g_free (self->matrix);
  g_free (self->values);
  g_free (self);
}

static gpointer
solve (gpointer data)
{
  Problem *self = data;
  const lapack_int order = (lapack_int)self->order, size = 34 * order + 1;
  g_autofree double *work = g_new (double, size);
  lapack_int info = 0;

  /* The transpose of a row-major lower triangle is LAPACK's upper one. */
  LAPACK_dsyev ("N", "U", &order, self->matrix, &order, self->values, work, &size, &info);
  g_assert (info == 0);
  g_mutex_lock (&self->mutex);
  self->done = TRUE;
  g_cond_signal (&self->finished);
  g_mutex_unlock (&self->mutex);
  problem_unref (self);
  return NULL;
}

static gboolean
wait_for (Problem *self, GCancellable *cancellable)
{
  gboolean done;

  g_mutex_lock (&self->mutex);
  while (!self->done && !g_cancellable_is_cancelled (cancellable))
    g_cond_wait_until (&self->finished, &self->mutex,
                       g_get_monotonic_time () + G_TIME_SPAN_SECOND / 20);
  done = self->done;
  g_mutex_unlock (&self->mutex);
  return done;
}

static gboolean
is_finite (const double *matrix, guint order)
{
  for (guint i = 0; i < order; i++)
    for (guint j = 0; j <= i; j++)
      if (!isfinite (matrix[(gsize)i * order + j]))
        return FALSE;
  return TRUE;
}

/**
 * kappa_ntk_eigenvalues:
 * @matrix: (array): order × order, row-major; only the lower triangle is read
 * @values: (out caller-allocates) (array length=order): descending; NaN where the matrix is not
 * finite
 *
 * Returns: %FALSE with %G_IO_ERROR_CANCELLED
 */
gboolean
kappa_ntk_eigenvalues (guint order,
                       const double *matrix,
                       GCancellable *cancellable,
                       double *values,
                       GError **error)
{
  Problem *problem;
  gboolean done;

  for (guint i = 0; i < order; i++)
    values[i] = NAN;
  if (order == 0 || !is_finite (matrix, order))
    return !g_cancellable_set_error_if_cancelled (cancellable, error);
  problem = g_new0 (Problem, 1);
  problem->references = 2;
  g_mutex_init (&problem->mutex);
  g_cond_init (&problem->finished);
  problem->order = order;
  problem->matrix = g_memdup2 (matrix, (gsize)order * order * sizeof (double));
  problem->values = g_new (double, order);
  g_thread_unref (g_thread_new ("kappa-eigenvalues", solve, problem));
  done = wait_for (problem, cancellable);
  for (guint i = 0; done && i < order; i++)
    values[i] = problem->values[order - 1 - i];
  problem_unref (problem);
  return done || !g_cancellable_set_error_if_cancelled (cancellable, error);
}

/**
 * kappa_ntk_condition:
 * @values: (array length=order): eigenvalues of the computed kernel, descending
 * @rounding: relative error of the Jacobian it was made of, in the Frobenius norm
 *
 * A Jacobian that is off by E has singular values off by ‖E‖ at most (H. Weyl), and ‖E‖ is at most
 * @rounding times the root of the kernel's trace. To that comes what float64 sums and the
 * eigenvalue problem lose: order × 2⁻⁵² of the largest eigenvalue.
 */
void
kappa_ntk_condition (guint order,
                     const double *values,
                     double rounding,
                     KappaNtkCondition *condition)
{
  KappaNtkCondition *c = condition;
  double off, lost, root, least;

  *c = (KappaNtkCondition) { .largest = values[0], .smallest = values[order - 1] };
  for (guint i = 0; i < order; i++)
    c->trace += values[i];
  off = rounding * sqrt (fmax (c->trace, 0.0));
  lost = order * DBL_EPSILON * c->largest;
  root = sqrt (fmax (c->smallest, 0.0));
  c->floor = (off + sqrt (lost)) * (off + sqrt (lost));
  least = root > off ? (root - off) * (root - off) - lost : 0.0;
  c->resolved = least > 0.0;
  c->low = fmax (c->largest - lost, 0.0) > 0.0 ? pow (fmax (sqrt (c->largest) - off, 0.0), 2.0)
                                                     / ((root + off) * (root + off) + lost)
                                               : NAN;
  c->low = fmax (c->low, 1.0);
  c->high = c->resolved ? (pow (sqrt (c->largest) + off, 2.0) + lost) / least : INFINITY;
  c->value = c->resolved ? c->largest / c->smallest : c->low;
  if (!isfinite (c->largest) || !isfinite (c->smallest) || c->largest <= 0.0)
    {
      c->value = c->low = c->high = NAN;
      c->resolved = FALSE;
    }
}
