#include "tests/core/analysis/operator.h"

#include <math.h>
#include <string.h>

#include "core/base/random.h"

static void
reflect (Operator *self, const double *axis)
{
  const gsize n = self->n;

  /* (I − 2 a aᵀ) M (I − 2 a aᵀ): rows first, then columns. */
  for (guint pass = 0; pass < 2; pass++)
    for (gsize i = 0; i < n; i++)
      {
        const gsize step = pass == 0 ? 1 : n, start = pass == 0 ? i * n : i;
        double sum = 0.0;

        for (gsize j = 0; j < n; j++)
          sum += self->matrix[start + j * step] * axis[j];
        for (gsize j = 0; j < n; j++)
          self->matrix[start + j * step] -= 2.0 * sum * axis[j];
      }
}

/* The spectrum on the diagonal, turned by reflections along random axes. */
Operator *
operator_new (gsize n, const double *spectrum)
{
  Operator *self = g_new0 (Operator, 1);
  const KappaStream stream = kappa_stream_init (7, "operator");
  g_autofree double *axis = g_new (double, n);

  self->n = n;
  self->spectrum = g_memdup2 (spectrum, n * sizeof *spectrum);
  self->matrix = g_new0 (double, n *n);
  for (gsize i = 0; i < n; i++)
    self->matrix[i * n + i] = spectrum[i];
  for (guint turn = 0; turn < 3; turn++)
    {
      double square = 0.0;

      kappa_stream_normals (&stream, turn * n, n, axis);
      for (gsize i = 0; i < n; i++)
        square += axis[i] * axis[i];
      for (gsize i = 0; i < n; i++)
        axis[i] /= sqrt (square);
      reflect (self, axis);
    }
  return self;
}

void
operator_free (Operator *self)
{
  g_free (self->spectrum);
  g_free (self->matrix);
  g_free (self);
}

/* In place. */
void
operator_multiply (Operator *self, guint n_vectors, double *const *vectors)
{
  g_autofree double *product = g_new (double, self->n);

  for (guint v = 0; v < n_vectors; v++)
    {
      for (gsize i = 0; i < self->n; i++)
        {
          product[i] = 0.0;
          for (gsize j = 0; j < self->n; j++)
            product[i] += self->matrix[i * self->n + j] * vectors[v][j];
        }
      memcpy (vectors[v], product, self->n * sizeof *product);
    }
  self->n_products += n_vectors;
}

/* Returns: (transfer full): room for vectors, in one piece: to be freed as vectors[0] and vectors
 */
double **
operator_vectors (gsize n, guint n_vectors)
{
  double **vectors = g_new0 (double *, n_vectors + 1);
  double *values = g_new0 (double, n *n_vectors + 1);

  for (guint v = 0; v < n_vectors; v++)
    vectors[v] = values + v * n;
  return vectors;
}

void
operator_step (Operator *self, KappaLanczos *lanczos, KappaContext *context)
{
  const guint n_wanted = kappa_lanczos_get_n_wanted (lanczos);
  g_autofree double **vectors = operator_vectors (self->n, n_wanted);
  g_autofree double *values = vectors[0];
  g_autoptr (GError) error = NULL;

  for (guint v = 0; v < n_wanted; v++)
    kappa_lanczos_get_wanted (lanczos, v, vectors[v]);
  operator_multiply (self, n_wanted, vectors);
  kappa_lanczos_advance (lanczos, vectors, context, &error);
  g_assert_no_error (error);
}

void
operator_run (Operator *self, KappaLanczos *lanczos, KappaContext *context)
{
  while (!kappa_lanczos_is_done (lanczos))
    operator_step (self, lanczos, context);
}
