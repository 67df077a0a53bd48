#include "core/analysis/lanczos.h"

#include <math.h>
#include <string.h>

#include "core/analysis/lanczos-private.h"
#include "core/base/random.h"

/* Fewer basis vectors than these per wanted value restart too often to converge. */
#define SPARE_VECTORS 40
/* The default basis stays below this. */
#define DEFAULT_BYTES ((gsize)4 << 30)

/**
 * kappa_lanczos_default_capacity:
 * @n_values: how many eigenvalues are wanted
 *
 * Returns: how many basis vectors are a good choice for vectors of @n numbers. It depends on
 * nothing else, since the last bits of the result depend on it
 */
guint
kappa_lanczos_default_capacity (gsize n, guint n_values, guint block)
{
  const gsize least = 2 * (gsize)n_values + 4 * block, good = 3 * (gsize)n_values + SPARE_VECTORS;
  const gsize most = DEFAULT_BYTES / sizeof (float) / MAX (n, 1);

  return (guint)CLAMP (MIN (good, most), least, n + block);
}

/**
 * kappa_lanczos_predict_memory:
 *
 * Returns: bytes of the basis, the vectors being multiplied not counted
 */
guint64
kappa_lanczos_predict_memory (const KappaLanczosOptions *options)
{
  return kappa_krylov_basis_predict_memory (options->n, options->capacity, options->wide)
         + 3 * (guint64)options->capacity * options->capacity * sizeof (double);
}

/**
 * kappa_lanczos_new:
 *
 * A block is never larger than the operator, nor the basis smaller than what is wanted needs.
 */
KappaLanczos *
kappa_lanczos_new (const KappaLanczosOptions *options)
{
  KappaLanczos *self = g_new0 (KappaLanczos, 1);
  KappaLanczosOptions *own = &self->options;

  *own = *options;
  own->block = (guint)CLAMP (own->block, 1, MAX (own->n, 1));
  own->top = (guint)MIN (own->top, own->n);
  own->bottom = (guint)MIN (own->bottom, own->n - own->top);
  own->capacity
      = MAX (own->capacity, own->tolerance >= 0.0 ? own->top + own->bottom + 3 * own->block
                                                  : own->max_products + own->block);
  self->basis = kappa_krylov_basis_new (own->n, own->capacity, own->wide);
  self->state.matrix = g_new0 (double, (gsize)own->capacity * own->capacity);
  self->state.coupling = g_new0 (double, (gsize)own->block * own->capacity);
  self->state.closed = g_new0 (double, own->top + own->bottom + 1);
  self->values = g_new0 (double, own->capacity + 1);
  self->residuals = g_new0 (double, own->capacity + 1);
  self->rotation = g_new0 (double, (gsize)own->capacity * own->capacity + 1);
  return self;
}

void
kappa_lanczos_free (KappaLanczos *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->basis, kappa_krylov_basis_free);
  g_free (self->state.matrix);
  g_free (self->state.coupling);
  g_free (self->state.closed);
  g_free (self->values);
  g_free (self->residuals);
  g_free (self->rotation);
  g_free (self);
}

const KappaLanczosOptions *
kappa_lanczos_get_options (KappaLanczos *self)
{
  return &self->options;
}

/**
 * kappa_lanczos_get_state:
 *
 * Returns: (transfer none): for who saves or restores it
 */
KappaLanczosState *
kappa_lanczos_get_state (KappaLanczos *self)
{
  return &self->state;
}

KappaKrylovBasis *
kappa_lanczos_get_basis (KappaLanczos *self)
{
  return self->basis;
}

/**
 * kappa_lanczos_restored:
 *
 * To be called when state and basis were set to what they were at an earlier time.
 */
void
kappa_lanczos_restored (KappaLanczos *self)
{
  kappa_lanczos_solve (self);
}

/* Vectors drawn at random, and made orthogonal to all there are, for a space that is closed. */
static gboolean
renew (KappaLanczos *self, KappaContext *context, GError **error)
{
  const KappaLanczosOptions *options = &self->options;
  g_autofree char *name = g_strdup_printf ("lanczos/%u", self->state.n_renewals);
  const KappaStream stream = kappa_stream_init (options->seed, name);
  g_autofree double *vector = g_new (double, options->n);
  guint count = (guint)MIN (options->block, options->capacity - self->state.n_done);

  self->state.n_renewals++;
  count = (guint)MIN (count, options->n - options->n_locked - self->state.n_done);
  for (guint i = 0; i < count; i++)
    {
      kappa_stream_normals (&stream, i * options->n, options->n, vector);
      if (!kappa_lanczos_append (self, 1, &vector, 0.0, NULL, context, error))
        return FALSE;
    }
  return TRUE;
}

/**
 * kappa_lanczos_start:
 * @vectors: (array length=n_vectors): what the Krylov space begins with, at most a block; they are
 *   orthonormalised in place, those that depend on others are left out. Missing ones are drawn
 *
 * Returns: %FALSE with %G_IO_ERROR_CANCELLED
 */
gboolean
kappa_lanczos_start (KappaLanczos *self,
                     guint n_vectors,
                     double *const *vectors,
                     KappaContext *context,
                     GError **error)
{
  g_return_val_if_fail (n_vectors <= self->options.block, FALSE);
  if (!kappa_lanczos_append (self, n_vectors, vectors, 0.0, NULL, context, error))
    return FALSE;
  return self->state.n_pending > 0 || renew (self, context, error);
}

/**
 * kappa_lanczos_is_done:
 *
 * Returns: whether the wanted values are found, the space is exhausted, or the products are
 */
gboolean
kappa_lanczos_is_done (KappaLanczos *self)
{
  return self->state.complete || self->state.n_pending == 0
         || self->state.n_products >= self->options.max_products;
}

/**
 * kappa_lanczos_get_n_wanted:
 *
 * Returns: how many vectors are to be multiplied next
 */
guint
kappa_lanczos_get_n_wanted (KappaLanczos *self)
{
  return kappa_lanczos_is_done (self) ? 0 : self->state.n_pending;
}

/**
 * kappa_lanczos_get_wanted:
 * @vector: (out caller-allocates): number @index of them
 */
void
kappa_lanczos_get_wanted (KappaLanczos *self, guint index, double *vector)
{
  kappa_krylov_basis_get (self->basis, self->state.n_done + index, vector);
}

/* The largest |λ| known. */
static double
get_scale (KappaLanczos *self)
{
  const guint n = self->state.n_done;

  return n > 0 ? fmax (fabs (self->values[0]), fabs (self->values[n - 1])) : 0.0;
}

/* Place of wanted value @index among all, ascending: the top ones come first, largest first, then
 * the bottom ones, smallest first. Counted from the end of the found ones that it belongs to. */
static gboolean
place_of (KappaLanczos *self, guint index, guint *place)
{
  const guint top = self->options.top, n = self->state.n_done;

  if (index < top)
    *place = n - 1 - index;
  else
    *place = index - top;
  return index < top ? index < n : index - top < (n > top ? n - top : 0);
}

/**
 * kappa_lanczos_get_n_values:
 *
 * Returns: how many values are wanted: the top ones first, from the largest on, then the bottom
 * ones, from the smallest on
 */
guint
kappa_lanczos_get_n_values (KappaLanczos *self)
{
  return self->options.top + self->options.bottom;
}

/**
 * kappa_lanczos_get_value:
 * @value: (out): the present Ritz value
 * @residual: (out): ‖Hv − λv‖ of it
 *
 * Returns: %FALSE if there are not so many yet
 */
gboolean
kappa_lanczos_get_value (KappaLanczos *self, guint index, double *value, double *residual)
{
  guint place;

  if (!place_of (self, index, &place))
    return FALSE;
  *value = self->values[place];
  *residual = self->residuals[place];
  return TRUE;
}

/**
 * kappa_lanczos_get_vector:
 * @vector: (out caller-allocates): the present Ritz vector of wanted value @index
 *
 * Returns: %FALSE with %G_IO_ERROR_CANCELLED
 */
gboolean
kappa_lanczos_get_vector (KappaLanczos *self,
                          guint index,
                          double *vector,
                          KappaContext *context,
                          GError **error)
{
  const guint n = self->state.n_done;
  guint place;

  g_return_val_if_fail (place_of (self, index, &place), FALSE);
  return kappa_krylov_basis_combine (self->basis, n, self->rotation + (gsize)place * n, vector,
                                     context, error);
}

/**
 * kappa_lanczos_get_n_converged:
 *
 * Returns: how many of the wanted values have the residual that was asked for
 */
guint
kappa_lanczos_get_n_converged (KappaLanczos *self)
{
  const double allowed = self->options.tolerance * get_scale (self);
  double value, residual;
  guint n = 0;

  for (guint i = 0; i < kappa_lanczos_get_n_values (self); i++)
    n += kappa_lanczos_get_value (self, i, &value, &residual) && residual <= allowed;
  return n;
}

/**
 * kappa_lanczos_get_nodes:
 * @nodes: (out caller-allocates): the Ritz values, ascending; room for as many as the basis has
 * @weights: (out caller-allocates): of each, the square of the first vector's part along it
 *
 * Of a run without restart from one vector: the Gauss quadrature of its spectral measure (G. Golub,
 * G. Meurant: Matrices, moments and quadrature, 1994).
 *
 * Returns: how many
 */
guint
kappa_lanczos_get_nodes (KappaLanczos *self, double *nodes, double *weights)
{
  const guint n = self->state.n_done;

  for (guint i = 0; i < n; i++)
    {
      const double first = self->rotation[(gsize)i * n];

      nodes[i] = self->values[i];
      weights[i] = first * first;
    }
  return n;
}

/* The space is closed: what was found is exact, but other vectors may have more of the same. Two
 * closed spaces with the same wanted values are believed. */
static gboolean
is_confirmed (KappaLanczos *self)
{
  const guint n = kappa_lanczos_get_n_values (self);
  gboolean same = self->state.n_renewals > 0;

  for (guint i = 0; i < n; i++)
    {
      double value = 0.0, residual;

      if (!kappa_lanczos_get_value (self, i, &value, &residual))
        return FALSE;
      same = same && fabs (value - self->state.closed[i]) <= 1e-6 * get_scale (self);
      self->state.closed[i] = value;
    }
  return same;
}

static gboolean
has_converged (KappaLanczos *self)
{
  /* A space that closed once is explored until it closes again. */
  return self->options.tolerance >= 0.0 && self->state.n_renewals == 0
         && kappa_lanczos_get_n_converged (self) == kappa_lanczos_get_n_values (self);
}

/* What comes after a product: the end, a restart, or new vectors. */
static gboolean
decide (KappaLanczos *self, KappaContext *context, GError **error)
{
  KappaLanczosState *state = &self->state;
  const KappaLanczosOptions *options = &self->options;

  if (state->n_done + options->n_locked >= options->n || has_converged (self))
    state->complete = TRUE;
  else if (options->tolerance < 0.0)
    state->complete = state->n_products >= options->max_products || state->n_pending == 0;
  else if (state->n_pending == 0 && is_confirmed (self))
    state->complete = TRUE;
  if (state->complete || state->n_products >= options->max_products)
    return TRUE;
  /* The next product needs room for as many new vectors as it multiplies. */
  if (options->tolerance >= 0.0 && state->n_done + 2 * options->block > options->capacity
      && !kappa_lanczos_restart (self, context, error))
    return FALSE;
  return state->n_pending > 0 || renew (self, context, error);
}

/**
 * kappa_lanczos_advance:
 * @products: (array): what the operator made of the wanted vectors; used as room to work in
 *
 * Returns: %FALSE with %G_IO_ERROR_CANCELLED, or %KAPPA_ERROR_DATA when a product is not finite;
 * then it cannot go on
 */
gboolean
kappa_lanczos_advance (KappaLanczos *self,
                       double *const *products,
                       KappaContext *context,
                       GError **error)
{
  const guint n_products = self->state.n_pending;

  if (!kappa_lanczos_extend (self, products, context, error))
    return FALSE;
  self->state.n_products += n_products;
  return decide (self, context, error);
}
