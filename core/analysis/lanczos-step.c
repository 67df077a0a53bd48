/* What happens to the basis: it is extended by products, and replaced by fewer vectors. */

#include "core/analysis/lanczos-private.h"

#include <math.h>
#include <string.h>

#include "core/analysis/symmetric.h"
#include "core/base/error.h"

/* What is left of a vector, as a part of what there was, when it depends on the others: the noise
 * of products in float32, and the rounding of inner products in float64. */
#define NOTHING_LEFT(options) ((options)->wide ? 1e-12 : 1e-6)
/* After so much has cancelled, what is left is not orthogonal any more. */
#define MUCH_CANCELLED 1e-3

/* Takes from vectors what lies along the locked ones and along @count of the basis from @first on.
 * What was taken is added to @coefficients. */
static gboolean
purge (KappaLanczos *self,
       guint first,
       guint count,
       guint n_vectors,
       double *const *vectors,
       double *coefficients,
       KappaContext *context,
       GError **error)
{
  const KappaLanczosOptions *options = &self->options;
  const gsize n_taken = (gsize)MAX (count, options->n_locked) * n_vectors;
  g_autofree double *taken = g_new (double, n_taken + 1);

  if (options->n_locked > 0
      && (!kappa_krylov_basis_project (options->locked, 0, options->n_locked, n_vectors, vectors,
                                       taken, context, error)
          || !kappa_krylov_basis_subtract (options->locked, 0, options->n_locked, n_vectors,
                                           vectors, taken, context, error)))
    return FALSE;
  if (count == 0)
    return TRUE;
  if (!kappa_krylov_basis_project (self->basis, first, count, n_vectors, vectors, taken, context,
                                   error)
      || !kappa_krylov_basis_subtract (self->basis, first, count, n_vectors, vectors, taken,
                                       context, error))
    return FALSE;
  for (gsize i = 0; coefficients != NULL && i < (gsize)count * n_vectors; i++)
    coefficients[i] += taken[i];
  return TRUE;
}

/* Once is not enough, twice is (the rule of Kahan and Parlett). */
static gboolean
purge_twice (KappaLanczos *self,
             guint first,
             guint count,
             guint n_vectors,
             double *const *vectors,
             double *coefficients,
             KappaContext *context,
             GError **error)
{
  return purge (self, first, count, n_vectors, vectors, coefficients, context, error)
         && purge (self, first, count, n_vectors, vectors, coefficients, context, error);
}

static gboolean
get_length (KappaLanczos *self,
            const double *vector,
            double *length,
            KappaContext *context,
            GError **error)
{
  if (!kappa_krylov_dots (self->options.n, 1, &vector, &vector, length, context, error))
    return FALSE;
  *length = sqrt (*length);
  return TRUE;
}

static void
divide (double *vector, gsize n, double length)
{
  for (gsize i = 0; i < n; i++)
    vector[i] /= length;
}

/* Takes from @vector what the basis has already, from vector @first on; all of it, and again, when
 * little is left. */
static gboolean
orthogonalise (KappaLanczos *self,
               double *vector,
               guint first,
               double scale,
               double *coefficients,
               double *length,
               KappaContext *context,
               GError **error)
{
  const guint n = self->state.n_done + self->state.n_pending;
  double again;

  if (!purge_twice (self, first, n - first, 1, &vector, coefficients, context, error)
      || !get_length (self, vector, length, context, error))
    return FALSE;
  if (!(*length > NOTHING_LEFT (&self->options) * scale))
    return TRUE;
  divide (vector, self->options.n, *length);
  if (*length > MUCH_CANCELLED * scale)
    return TRUE;
  if (!purge_twice (self, 0, n, 1, &vector, NULL, context, error)
      || !get_length (self, vector, &again, context, error))
    return FALSE;
  divide (vector, self->options.n, again);
  return TRUE;
}

/**
 * kappa_lanczos_append:
 * @vectors: (array length=n_vectors): worked on in place
 * @scale: 0 for vectors of any kind; for products, which are orthogonal to all but the pending
 *   vectors, how large they were
 * @factor: (nullable): block × n_vectors: the vectors as combinations of the pending ones
 *
 * Orthonormalises vectors, and adds those of which something is left to the pending ones.
 */
gboolean
kappa_lanczos_append (KappaLanczos *self,
                      guint n_vectors,
                      double *const *vectors,
                      double scale,
                      double *factor,
                      KappaContext *context,
                      GError **error)
{
  KappaLanczosState *state = &self->state;
  const guint first = scale > 0.0 ? state->n_done : 0;

  for (guint v = 0; v < n_vectors; v++)
    {
      g_autofree double *coefficients = g_new0 (double, state->n_done + state->n_pending + 1);
      double size = scale, length;

      if ((scale == 0.0 && !get_length (self, vectors[v], &size, context, error))
          || !orthogonalise (self, vectors[v], first, size, coefficients, &length, context, error))
        return FALSE;
      for (guint j = 0; factor != NULL && j < state->n_pending; j++)
        factor[j * n_vectors + v] = coefficients[state->n_done - first + j];
      if (!(length > NOTHING_LEFT (&self->options) * size))
        continue;
      if (factor != NULL)
        factor[state->n_pending * n_vectors + v] = length;
      kappa_krylov_basis_set (self->basis, state->n_done + state->n_pending, vectors[v]);
      state->n_pending++;
    }
  return TRUE;
}

static double *
cell (KappaLanczos *self, guint row, guint column)
{
  return self->state.matrix + (gsize)row * self->options.capacity + column;
}

static double *
coupling (KappaLanczos *self, guint pending, guint column)
{
  return self->state.coupling + (gsize)pending * self->options.capacity + column;
}

/* The operator in the basis, of which the last @n_new vectors are new. */
static void
extend_matrix (KappaLanczos *self, guint n_new, const double *coefficients)
{
  const guint n = self->state.n_done, n_old = n - n_new;

  for (guint i = 0; i < n_new; i++)
    for (guint j = 0; j < n; j++)
      {
        double value = coefficients[j * n_new + i];

        if (j >= n_old)
          value = 0.5 * (value + coefficients[(n_old + i) * n_new + (j - n_old)]);
        *cell (self, n_old + i, j) = *cell (self, j, n_old + i) = value;
      }
}

static gboolean
measure (KappaLanczos *self,
         guint n_products,
         double *const *products,
         double *scale,
         KappaContext *context,
         GError **error)
{
  *scale = 0.0;
  for (guint v = 0; v < n_products; v++)
    {
      double length;

      if (!get_length (self, products[v], &length, context, error))
        return FALSE;
      if (!isfinite (length))
        {
          g_set_error_literal (error, KAPPA_ERROR, KAPPA_ERROR_DATA,
                               "a product with the matrix is not finite: the network overflows at "
                               "these weights. Try float64");
          return FALSE;
        }
      *scale = fmax (*scale, length);
    }
  for (guint i = 0; i < self->state.n_done; i++)
    *scale = fmax (*scale, fabs (self->values[i]));
  return TRUE;
}

/**
 * kappa_lanczos_extend:
 * @products: of the pending vectors; worked on in place
 *
 * The pending vectors become part of what is explored, and what is new in their products is
 * pending.
 */
gboolean
kappa_lanczos_extend (KappaLanczos *self,
                      double *const *products,
                      KappaContext *context,
                      GError **error)
{
  KappaLanczosState *state = &self->state;
  const guint n_new = state->n_pending, n_old = state->n_done, n = n_old + n_new;
  g_autofree double *coefficients = g_new0 (double, (gsize)n *n_new + 1);
  g_autofree double *factor = g_new0 (double, (gsize)self->options.block *n_new + 1);
  double scale;

  if (!measure (self, n_new, products, &scale, context, error)
      || !purge_twice (self, 0, n, n_new, products, coefficients, context, error))
    return FALSE;
  state->n_done = n;
  state->n_pending = 0;
  extend_matrix (self, n_new, coefficients);
  memset (state->coupling, 0,
          (gsize)self->options.block * self->options.capacity * sizeof *state->coupling);
  if (scale > 0.0 && !kappa_lanczos_append (self, n_new, products, scale, factor, context, error))
    return FALSE;
  for (guint j = 0; j < state->n_pending; j++)
    for (guint i = 0; i < n_new; i++)
      *coupling (self, j, n_old + i) = factor[j * n_new + i];
  kappa_lanczos_solve (self);
  return TRUE;
}

/**
 * kappa_lanczos_solve:
 *
 * Ritz values, vectors and residuals from the present state.
 */
void
kappa_lanczos_solve (KappaLanczos *self)
{
  const guint n = self->state.n_done;

  kappa_symmetric_eigen (n, self->state.matrix, self->options.capacity, self->values,
                         self->rotation);
  for (guint i = 0; i < n; i++)
    {
      double squares = 0.0;

      for (guint p = 0; p < self->state.n_pending; p++)
        {
          double sum = 0.0;

          for (guint j = 0; j < n; j++)
            sum += *coupling (self, p, j) * self->rotation[(gsize)i * n + j];
          squares += sum * sum;
        }
      self->residuals[i] = sqrt (squares);
    }
}

/* How many Ritz vectors to keep at both ends: the wanted ones, and two fifths of the others, which
 * spares them from being found again. */
static void
choose_kept (KappaLanczos *self, guint *n_top, guint *n_bottom)
{
  const KappaLanczosOptions *options = &self->options;
  const guint wanted = options->top + options->bottom;
  const guint most = MIN (options->capacity - 3 * options->block, self->state.n_done);
  const guint more = MIN (most - MIN (most, wanted),
                          (self->state.n_done - MIN (self->state.n_done, wanted)) * 2 / 5);

  *n_bottom = MIN (most, options->bottom + (wanted > 0 ? more * options->bottom / wanted : 0));
  *n_top = MIN (most - *n_bottom, wanted + more - MIN (*n_bottom, wanted + more));
}

/**
 * kappa_lanczos_restart:
 *
 * Keeps the Ritz vectors nearest to the wanted ends and the pending vectors, nothing else.
 */
gboolean
kappa_lanczos_restart (KappaLanczos *self, KappaContext *context, GError **error)
{
  KappaLanczosState *state = &self->state;
  const guint n = state->n_done, capacity = self->options.capacity;
  guint n_top, n_bottom, n_kept;
  g_autofree double *kept = NULL, *values = NULL, *along = NULL;

  choose_kept (self, &n_top, &n_bottom);
  n_kept = n_top + n_bottom;
  kept = g_new (double, (gsize)n_kept *n + 1);
  values = g_new (double, n_kept + 1);
  along = g_new0 (double, (gsize)self->options.block *capacity);
  for (guint i = 0; i < n_kept; i++)
    {
      const guint place = i < n_top ? n - 1 - i : i - n_top;

      values[i] = self->values[place];
      memcpy (kept + (gsize)i * n, self->rotation + (gsize)place * n, n * sizeof *kept);
      for (guint p = 0; p < state->n_pending; p++)
        for (guint j = 0; j < n; j++)
          along[(gsize)p * capacity + i] += *coupling (self, p, j) * kept[(gsize)i * n + j];
    }
  if (!kappa_krylov_basis_rotate (self->basis, n, n_kept, kept, context, error))
    return FALSE;
  for (guint p = 0; p < state->n_pending; p++)
    kappa_krylov_basis_move (self->basis, n + p, n_kept + p);
  memset (state->matrix, 0, (gsize)capacity * capacity * sizeof *state->matrix);
  for (guint i = 0; i < n_kept; i++)
    *cell (self, i, i) = values[i];
  memcpy (state->coupling, along, (gsize)self->options.block * capacity * sizeof *along);
  state->n_done = n_kept;
  state->n_restarts++;
  kappa_lanczos_solve (self);
  return TRUE;
}
