#include "core/analysis/power.h"

#include <math.h>
#include <string.h>

#include "core/base/random.h"

#define MOST_PRODUCTS 100
#define LEAST_CHANGE  1e-3
#define TINY          1e-6

struct _KappaPower
{
  gsize n;
  guint n_values;
  KappaStream stream;
  double found; /* values that are done */
  double *values;
  double *products; /* how many each took */
  double *vectors;  /* n_values × n: those found, then the one under way */
};

static double
dot (const double *a, const double *b, gsize n)
{
  double sum = 0.0;

  for (gsize i = 0; i < n; i++)
    sum += a[i] * b[i];
  return sum;
}

static void
normalise (double *v, gsize n)
{
  double norm = sqrt (dot (v, v, n)) + TINY;

  for (gsize i = 0; i < n; i++)
    v[i] /= norm;
}

static double *
vector_at (KappaPower *self, guint index)
{
  return self->vectors + index * self->n;
}

static guint
current (KappaPower *self)
{
  return (guint)self->found;
}

/* One pass of Gram and Schmidt, one vector after the other, then the length. */
static void
orthogonalise (KappaPower *self)
{
  double *v = vector_at (self, current (self));

  for (guint k = 0; k < current (self); k++)
    {
      const double *other = vector_at (self, k);
      double along = dot (v, other, self->n);

      for (gsize i = 0; i < self->n; i++)
        v[i] -= along * other[i];
    }
  normalise (v, self->n);
}

static void
begin (KappaPower *self)
{
  double *v = vector_at (self, current (self));

  kappa_stream_normals (&self->stream, (guint64)current (self) * self->n, self->n, v);
  normalise (v, self->n);
  orthogonalise (self);
}

/**
 * kappa_power_new:
 * @n: order of the operator
 * @n_values: how many eigenvalues, the largest |λ| first
 * @stream: name of the random numbers
 *
 * Returns: (transfer full)
 */
KappaPower *
kappa_power_new (gsize n, guint n_values, guint64 seed, const char *stream)
{
  KappaPower *self = g_new0 (KappaPower, 1);

  self->n = n;
  self->n_values = n_values;
  self->stream = kappa_stream_init (seed, stream);
  self->values = g_new0 (double, n_values);
  self->products = g_new0 (double, n_values);
  self->vectors = g_new0 (double, n_values *n);
  begin (self);
  return self;
}

void
kappa_power_free (KappaPower *self)
{
  if (self == NULL)
    return;
  g_free (self->values);
  g_free (self->products);
  g_free (self->vectors);
  g_free (self);
}

gboolean
kappa_power_is_done (KappaPower *self)
{
  return current (self) == self->n_values;
}

/**
 * kappa_power_get_vector:
 *
 * Returns: (transfer none) (array): the vector whose product it wants next
 */
const double *
kappa_power_get_vector (KappaPower *self)
{
  return vector_at (self, current (self));
}

/**
 * kappa_power_tell:
 * @product: (array): of the operator and kappa_power_get_vector()
 */
void
kappa_power_tell (KappaPower *self, const double *product)
{
  guint k = current (self);
  double *v = vector_at (self, k), before = self->values[k];
  double value = dot (v, product, self->n);
  gboolean settled
      = self->products[k] > 0.0 && fabs (before - value) / (fabs (before) + TINY) < LEAST_CHANGE;

  memcpy (v, product, self->n * sizeof *v);
  normalise (v, self->n);
  self->products[k] += 1.0;
  /* When it settles, the value before is what counts. */
  if (!settled)
    self->values[k] = value;
  if (settled || self->products[k] >= MOST_PRODUCTS)
    {
      self->found += 1.0;
      if (!kappa_power_is_done (self))
        begin (self);
    }
  else
    orthogonalise (self);
}

double
kappa_power_get_value (KappaPower *self, guint index)
{
  return self->values[index];
}

guint
kappa_power_get_n_products (KappaPower *self, guint index)
{
  return (guint)self->products[index];
}

gsize
kappa_power_get_state_size (gsize n, guint n_values)
{
  return 1 + (2 + n) * (gsize)n_values;
}

/**
 * kappa_power_save:
 * @state: (out caller-allocates) (array): kappa_power_get_state_size() numbers with which a new one
 *   goes on from here
 */
void
kappa_power_save (KappaPower *self, double *state)
{
  gsize n = self->n_values;

  state[0] = self->found;
  memcpy (state + 1, self->values, n * sizeof *state);
  memcpy (state + 1 + n, self->products, n * sizeof *state);
  memcpy (state + 1 + 2 * n, self->vectors, n * self->n * sizeof *state);
}

void
kappa_power_restore (KappaPower *self, const double *state)
{
  gsize n = self->n_values;

  self->found = CLAMP (state[0], 0.0, (double)n);
  memcpy (self->values, state + 1, n * sizeof *state);
  memcpy (self->products, state + 1 + n, n * sizeof *state);
  memcpy (self->vectors, state + 1 + 2 * n, n * self->n * sizeof *state);
}
