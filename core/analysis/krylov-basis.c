#include "core/analysis/krylov-basis.h"

#include <string.h>

#include "core/base/clones.h"

/* Numbers in one piece of a vector: small enough that the pieces of several vectors share a cache,
 * and fixed, since sums are made piece by piece. */
#define PIECE 4096
#define LANES 16

struct _KappaKrylovBasis
{
  gsize n;
  guint capacity;
  gboolean wide;
  gsize vector_size; /* bytes */
  char *values;
};

/**
 * kappa_krylov_basis_new:
 * @n: numbers in a vector
 * @capacity: how many vectors
 * @wide: whether they are kept in float64 instead of float32
 */
KappaKrylovBasis *
kappa_krylov_basis_new (gsize n, guint capacity, gboolean wide)
{
  KappaKrylovBasis *self = g_new0 (KappaKrylovBasis, 1);

  self->n = n;
  self->capacity = capacity;
  self->wide = wide;
  self->vector_size = n * (wide ? sizeof (double) : sizeof (float));
  self->values = g_malloc0_n (capacity, MAX (self->vector_size, 1));
  return self;
}

void
kappa_krylov_basis_free (KappaKrylovBasis *self)
{
  if (self == NULL)
    return;
  g_free (self->values);
  g_free (self);
}

guint64
kappa_krylov_basis_predict_memory (gsize n, guint capacity, gboolean wide)
{
  return (guint64)n * capacity * (wide ? sizeof (double) : sizeof (float));
}

/**
 * kappa_krylov_basis_get_vector_size:
 *
 * Returns: bytes that one vector takes
 */
gsize
kappa_krylov_basis_get_vector_size (const KappaKrylovBasis *self)
{
  return self->vector_size;
}

/**
 * kappa_krylov_basis_get_vector:
 *
 * Returns: (transfer none): the numbers of a vector as they are stored, for who saves or restores
 * them
 */
gpointer
kappa_krylov_basis_get_vector (KappaKrylovBasis *self, guint index)
{
  g_return_val_if_fail (index < self->capacity, NULL);
  return self->values + index * self->vector_size;
}

static void
store (KappaKrylovBasis *self, guint index, gsize first, gsize n, const double *values)
{
  char *vector = self->values + index * self->vector_size;

  if (self->wide)
    memcpy ((double *)vector + first, values, n * sizeof *values);
  else
    for (gsize i = 0; i < n; i++)
      ((float *)vector)[first + i] = (float)values[i];
}

static void
load (const KappaKrylovBasis *self, guint index, gsize first, gsize n, double *values)
{
  const char *vector = self->values + index * self->vector_size;

  if (self->wide)
    memcpy (values, (const double *)vector + first, n * sizeof *values);
  else
    for (gsize i = 0; i < n; i++)
      values[i] = ((const float *)vector)[first + i];
}

void
kappa_krylov_basis_set (KappaKrylovBasis *self, guint index, const double *vector)
{
  g_return_if_fail (index < self->capacity);
  store (self, index, 0, self->n, vector);
}

void
kappa_krylov_basis_get (const KappaKrylovBasis *self, guint index, double *vector)
{
  g_return_if_fail (index < self->capacity);
  load (self, index, 0, self->n, vector);
}

void
kappa_krylov_basis_move (KappaKrylovBasis *self, guint from, guint to)
{
  if (from != to)
    memcpy (self->values + to * self->vector_size, self->values + from * self->vector_size,
            self->vector_size);
}

/* What the workers share: one task for each piece. */
typedef struct
{
  const KappaKrylovBasis *basis;
  guint first, count, n_vectors;
  gsize n;
  double *const *vectors;
  const double *const *left, *const *right;
  const double *coefficients;
  double *sums; /* pieces × results */
} Work;

static gsize
n_pieces (gsize n)
{
  return (n + PIECE - 1) / PIECE;
}

static gsize
piece_size (gsize n, gsize piece)
{
  return MIN (PIECE, n - piece * PIECE);
}

/* Lanes are the order of the sum: the same for every width of vector registers. */
KAPPA_CLONES static double
dot (gsize n, const double *restrict a, const double *restrict b)
{
  double lanes[LANES] = { 0.0 }, sum = 0.0;
  gsize i = 0;

  for (; i + LANES <= n; i += LANES)
    for (gsize l = 0; l < LANES; l++)
      lanes[l] += a[i + l] * b[i + l];
  for (; i < n; i++)
    sum += a[i] * b[i];
  for (gsize l = 0; l < LANES; l++)
    sum += lanes[l];
  return sum;
}

KAPPA_CLONES static void
add_scaled (gsize n, double factor, const double *restrict a, double *restrict b)
{
  for (gsize i = 0; i < n; i++)
    b[i] += factor * a[i];
}

static gboolean
run_pieces (Work *work, gsize n, KappaTaskFunc func, KappaContext *context, GError **error)
{
  return kappa_workers_run (context->workers, n_pieces (n), func, work, context->cancellable,
                            error);
}

/* Sums of all pieces, in their order. */
static void
add_pieces (const Work *work, gsize n, gsize n_results, double *results)
{
  memset (results, 0, n_results * sizeof *results);
  for (gsize piece = 0; piece < n_pieces (n); piece++)
    for (gsize i = 0; i < n_results; i++)
      results[i] += work->sums[piece * n_results + i];
}

static gboolean
project_piece (gsize piece, guint worker, gpointer data, GError **error)
{
  const Work *work = data;
  const gsize n = piece_size (work->basis->n, piece);
  double *sums = work->sums + piece * work->count * work->n_vectors;
  double values[PIECE];

  for (guint j = 0; j < work->count; j++)
    {
      load (work->basis, work->first + j, piece * PIECE, n, values);
      for (guint v = 0; v < work->n_vectors; v++)
        sums[j * work->n_vectors + v] = dot (n, values, work->vectors[v] + piece * PIECE);
    }
  return TRUE;
}

/**
 * kappa_krylov_basis_project:
 * @first: of the @count basis vectors that are meant
 * @vectors: (array length=n_vectors)
 * @coefficients: (out caller-allocates) (array): count × n_vectors inner products
 *
 * Returns: %FALSE with %G_IO_ERROR_CANCELLED
 */
gboolean
kappa_krylov_basis_project (const KappaKrylovBasis *self,
                            guint first,
                            guint count,
                            guint n_vectors,
                            double *const *vectors,
                            double *coefficients,
                            KappaContext *context,
                            GError **error)
{
  const gsize n_results = (gsize)count * n_vectors;
  g_autofree double *sums = g_new (double, n_pieces (self->n) * n_results + 1);
  Work work = { .basis = self,
                .first = first,
                .count = count,
                .n_vectors = n_vectors,
                .vectors = vectors,
                .sums = sums };

  if (!run_pieces (&work, self->n, project_piece, context, error))
    return FALSE;
  add_pieces (&work, self->n, n_results, coefficients);
  return TRUE;
}

static gboolean
subtract_piece (gsize piece, guint worker, gpointer data, GError **error)
{
  const Work *work = data;
  const gsize n = piece_size (work->basis->n, piece);
  double values[PIECE];

  for (guint j = 0; j < work->count; j++)
    {
      load (work->basis, work->first + j, piece * PIECE, n, values);
      for (guint v = 0; v < work->n_vectors; v++)
        add_scaled (n, -work->coefficients[j * work->n_vectors + v], values,
                    work->vectors[v] + piece * PIECE);
    }
  return TRUE;
}

/**
 * kappa_krylov_basis_subtract:
 * @coefficients: (array): count × n_vectors
 *
 * Subtracts from each vector the basis vectors times their coefficients.
 */
gboolean
kappa_krylov_basis_subtract (const KappaKrylovBasis *self,
                             guint first,
                             guint count,
                             guint n_vectors,
                             double *const *vectors,
                             const double *coefficients,
                             KappaContext *context,
                             GError **error)
{
  Work work = { .basis = self,
                .first = first,
                .count = count,
                .n_vectors = n_vectors,
                .vectors = vectors,
                .coefficients = coefficients };

  return run_pieces (&work, self->n, subtract_piece, context, error);
}

/**
 * kappa_krylov_basis_combine:
 * @coefficients: (array length=count)
 * @vector: (out caller-allocates): the first @count basis vectors times their coefficients
 */
gboolean
kappa_krylov_basis_combine (const KappaKrylovBasis *self,
                            guint count,
                            const double *coefficients,
                            double *vector,
                            KappaContext *context,
                            GError **error)
{
  g_autofree double *negative = g_new (double, count + 1);

  for (guint j = 0; j < count; j++)
    negative[j] = -coefficients[j];
  memset (vector, 0, self->n * sizeof *vector);
  return kappa_krylov_basis_subtract (self, 0, count, 1, &vector, negative, context, error);
}

static gboolean
rotate_piece (gsize piece, guint worker, gpointer data, GError **error)
{
  const Work *work = data;
  const gsize n = piece_size (work->basis->n, piece);
  g_autofree double *rotated = g_new0 (double, work->n_vectors *n);
  double values[PIECE];

  for (guint j = 0; j < work->count; j++)
    {
      load (work->basis, j, piece * PIECE, n, values);
      for (guint v = 0; v < work->n_vectors; v++)
        add_scaled (n, work->coefficients[(gsize)v * work->count + j], values, rotated + v * n);
    }
  for (guint v = 0; v < work->n_vectors; v++)
    store ((KappaKrylovBasis *)work->basis, v, piece * PIECE, n, rotated + v * n);
  return TRUE;
}

/**
 * kappa_krylov_basis_rotate:
 * @count: how many basis vectors there are
 * @coefficients: (array): n_kept × count; row i is what the new vector i is made of
 *
 * Replaces the first vectors by combinations of all, in place. What is beyond @n_kept is of no use
 * afterwards. Not to be interrupted: a cancellation is not looked at.
 */
gboolean
kappa_krylov_basis_rotate (KappaKrylovBasis *self,
                           guint count,
                           guint n_kept,
                           const double *coefficients,
                           KappaContext *context,
                           GError **error)
{
  Work work = { .basis = self, .count = count, .n_vectors = n_kept, .coefficients = coefficients };

  return kappa_workers_run (context->workers, n_pieces (self->n), rotate_piece, &work, NULL, error);
}

static gboolean
dot_piece (gsize piece, guint worker, gpointer data, GError **error)
{
  const Work *work = data;
  const gsize n = piece_size (work->n, piece);

  for (guint v = 0; v < work->n_vectors; v++)
    work->sums[piece * work->n_vectors + v]
        = dot (n, work->left[v] + piece * PIECE, work->right[v] + piece * PIECE);
  return TRUE;
}

/**
 * kappa_krylov_dots:
 * @a, @b: (array length=n_pairs): vectors of @n numbers
 * @dots: (out caller-allocates) (array length=n_pairs): their inner products
 *
 * Returns: %FALSE with %G_IO_ERROR_CANCELLED
 */
gboolean
kappa_krylov_dots (gsize n,
                   guint n_pairs,
                   const double *const *a,
                   const double *const *b,
                   double *dots,
                   KappaContext *context,
                   GError **error)
{
  g_autofree double *sums = g_new (double, n_pieces (n) * n_pairs + 1);
  Work work = { .n = n, .n_vectors = n_pairs, .left = a, .right = b, .sums = sums };

  if (!run_pieces (&work, n, dot_piece, context, error))
    return FALSE;
  add_pieces (&work, n, n_pairs, dots);
  return TRUE;
}
