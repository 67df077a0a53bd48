/* XTrace: every probe is estimated in the space the others leave over.
 *
 * With Ω the probes and Y = AΩ = QR, the part of A inside the range of Q is known exactly; only
 * what is outside is estimated. Each probe in turn is left out of the basis and tried on what its
 * basis, Q_i, misses:
 *
 *   t_i = tr Q_iᵀAQ_i + c·μᵀAμ,   μ = (1 − Q_iQ_iᵀ)·ω_i,   c = (n − m + 1) / ‖μ‖²
 *
 * Q_iQ_iᵀ = Q·(1 − s_i·s_iᵀ)·Qᵀ with s_i ∝ R⁻ᵀe_i, so that all m of them cost no product more (E.
 * N. Epperly, J. A. Tropp, R. J. Webber, SIAM J. Matrix Anal. Appl. 45, 2024, section 2; c is right
 * for Gaussian probes).
 */

#include <math.h>
#include <string.h>

#include "core/analysis/trace-private.h"
#include "core/base/random.h"

/* A column that the others leave so little of adds nothing but rounding. */
static const double dependent = 1e-10;

typedef struct
{
  const KappaTraceOperator *of;
  KappaContext *context;
  guint m;
  double **probes;  /* ω_i */
  double **basis;   /* first y_i, then q_i */
  double *r;        /* m × m, of the products Y = QR */
  double *inside;   /* m × m: q_j·ω_i in row i */
  double *own;      /* m × blocks: ω_i·y_i */
  double *gram;     /* for each block m × m: q_i·q_j in it */
  double *products; /* likewise q_i·A·q_j, the row in the block */
  double *tried;    /* likewise ω_i·A·q_j */
} Sketch;

static Sketch *
sketch_new (const KappaTraceOperator *of, guint m, KappaContext *context)
{
  Sketch *self = g_new0 (Sketch, 1);
  const gsize squares = (gsize)m * m;

  self->of = of;
  self->context = context;
  self->m = m;
  self->probes = kappa_trace_vectors_new (m, of->n);
  self->basis = kappa_trace_vectors_new (m, of->n);
  self->r = g_new0 (double, squares);
  self->inside = g_new0 (double, squares);
  self->own = g_new0 (double, (gsize)m * of->n_blocks);
  self->gram = g_new0 (double, squares * of->n_blocks);
  self->products = g_new0 (double, squares * of->n_blocks);
  self->tried = g_new0 (double, squares * of->n_blocks);
  return self;
}

static void
sketch_free (Sketch *self, guint m)
{
  kappa_trace_vectors_free (self->probes, m);
  kappa_trace_vectors_free (self->basis, m);
  g_free (self->r);
  g_free (self->inside);
  g_free (self->own);
  g_free (self->gram);
  g_free (self->products);
  g_free (self->tried);
  g_free (self);
}

static gboolean
draw_and_multiply (Sketch *self, guint64 seed, const char *name, GError **error)
{
  const KappaStream stream = kappa_stream_init (seed, name);
  const KappaTraceOperator *of = self->of;

  for (guint i = 0; i < self->m; i++)
    kappa_stream_normals (&stream, (guint64)i * of->n, of->n, self->probes[i]);
  for (guint i = 0; i < self->m; i += KAPPA_TRACE_AT_ONCE)
    if (!of->multiply (MIN (KAPPA_TRACE_AT_ONCE, self->m - i),
                       (const double *const *)self->probes + i, self->basis + i, self->context,
                       of->data, error))
      return FALSE;
  for (guint i = 0; i < self->m; i++)
    kappa_trace_dot_by_block (of, self->probes[i], self->basis[i],
                              self->own + (gsize)i * of->n_blocks);
  return TRUE;
}

/* A column of R: what Gram and Schmidt take away, twice, from a vector. */
typedef struct
{
  Sketch *sketch;
  double *vector;
  guint n_columns;
  double *taken;
} Projection;

static gboolean
measure (gsize task, guint worker, gpointer data, GError **error)
{
  Projection *p = data;

  p->taken[task] = kappa_trace_dot (p->sketch->basis[task], p->vector, p->sketch->of->n);
  return TRUE;
}

#define PIECE ((gsize)1 << 16)

static gboolean
take_away (gsize task, guint worker, gpointer data, GError **error)
{
  Projection *p = data;
  gsize first = task * PIECE, last = MIN (first + PIECE, p->sketch->of->n);

  for (guint k = 0; k < p->n_columns; k++)
    for (gsize i = first; i < last; i++)
      p->vector[i] -= p->taken[k] * p->sketch->basis[k][i];
  return TRUE;
}

static gboolean
orthogonalise (Sketch *self, double *vector, guint n_columns, double *column, GError **error)
{
  g_autofree double *taken = g_new0 (double, MAX (n_columns, 1));
  Projection projection = { self, vector, n_columns, taken };
  KappaContext *c = self->context;

  for (guint round = 0; round < 2; round++)
    {
      if (!kappa_workers_run (c->workers, n_columns, measure, &projection, c->cancellable, error)
          || !kappa_workers_run (c->workers, (self->of->n + PIECE - 1) / PIECE, take_away,
                                 &projection, c->cancellable, error))
        return FALSE;
      for (guint k = 0; k < n_columns; k++)
        column[k] += taken[k];
    }
  return TRUE;
}

static void
swap (double **vectors, guint a, guint b)
{
  double *kept = vectors[a];

  vectors[a] = vectors[b];
  vectors[b] = kept;
}

/* Y = QR, with the probes whose products depend on those of others left out. */
static gboolean
factorise (Sketch *self, GError **error)
{
  const guint m = self->m, n_blocks = self->of->n_blocks;
  guint kept = 0;

  for (guint i = 0; i < m; i++)
    {
      g_autofree double *column = g_new0 (double, m);
      double *vector = self->basis[i];
      double before = sqrt (kappa_trace_dot (vector, vector, self->of->n)), after;

      if (!orthogonalise (self, vector, kept, column, error))
        return FALSE;
      after = sqrt (kappa_trace_dot (vector, vector, self->of->n));
      if (!(after > dependent * before))
        continue;
      column[kept] = after;
      for (gsize j = 0; j < self->of->n; j++)
        vector[j] /= after;
      swap (self->basis, i, kept);
      swap (self->probes, i, kept);
      memmove (self->own + (gsize)kept * n_blocks, self->own + (gsize)i * n_blocks,
               n_blocks * sizeof (double));
      for (guint k = 0; k <= kept; k++)
        self->r[k * m + kept] = column[k];
      kept++;
    }
  self->m = kept;
  for (guint k = 0; kept < m && k < kept; k++)
    memmove (self->r + k * kept, self->r + k * m, kept * sizeof (double));
  return TRUE;
}

typedef struct
{
  Sketch *sketch;
  guint first, count;
  double *const *products;
} Columns;

/* Row @task of what is kept of the products with some basis vectors. */
static gboolean
keep_row (gsize task, guint worker, gpointer data, GError **error)
{
  Columns *c = data;
  Sketch *self = c->sketch;
  const guint m = self->m, n_blocks = self->of->n_blocks;
  g_autofree double *dots = g_new (double, n_blocks);

  for (guint j = 0; j < c->count; j++)
    {
      const double *against[] = { self->basis[task], self->probes[task], self->basis[task] };
      const double *with[] = { c->products[j], c->products[j], self->basis[c->first + j] };
      double *into[] = { self->products, self->tried, self->gram };

      for (guint kind = 0; kind < 3; kind++)
        {
          kappa_trace_dot_by_block (self->of, against[kind], with[kind], dots);
          for (guint block = 0; block < n_blocks; block++)
            into[kind][((gsize)block * m + task) * m + c->first + j] = dots[block];
        }
      self->inside[task * m + c->first + j]
          = kappa_trace_dot (self->probes[task], self->basis[c->first + j], self->of->n);
    }
  return TRUE;
}

static gboolean
multiply_basis (Sketch *self, GError **error)
{
  const KappaTraceOperator *of = self->of;
  KappaContext *context = self->context;
  double **products = kappa_trace_vectors_new (KAPPA_TRACE_AT_ONCE, of->n);
  gboolean done = TRUE;

  for (guint i = 0; done && i < self->m; i += KAPPA_TRACE_AT_ONCE)
    {
      Columns columns = { self, i, MIN (KAPPA_TRACE_AT_ONCE, self->m - i), products };

      done = of->multiply (columns.count, (const double *const *)self->basis + i, products, context,
                           of->data, error)
             && kappa_workers_run (context->workers, self->m, keep_row, &columns,
                                   context->cancellable, error);
    }
  kappa_trace_vectors_free (products, KAPPA_TRACE_AT_ONCE);
  return done;
}

/* The direction of the basis that probe @i alone added: R⁻ᵀe_i, normalised. */
static void
own_direction (const Sketch *self, guint i, double *s)
{
  const guint m = self->m;
  double square = 0.0;

  for (guint k = 0; k < m; k++)
    {
      double sum = k == i ? 1.0 : 0.0;

      for (guint j = 0; j < k; j++)
        sum -= self->r[j * m + k] * s[j];
      s[k] = sum / self->r[k * m + k];
    }
  for (guint k = 0; k < m; k++)
    square += s[k] * s[k];
  for (guint k = 0; k < m; k++)
    s[k] /= sqrt (square);
}

/* aᵀ·M·b, M one block's m × m */
static double
form (const Sketch *self, const double *matrices, guint block, const double *a, const double *b)
{
  const double *matrix = matrices + (gsize)block * self->m * self->m;
  double sum = 0.0;

  for (guint j = 0; j < self->m; j++)
    for (guint k = 0; k < self->m; k++)
      sum += a[j] * matrix[j * self->m + k] * b[k];
  return sum;
}

static void
estimate_from (const Sketch *self, guint i, double *row)
{
  const guint m = self->m;
  g_autofree double *s = g_new (double, m), *u = g_new (double, m), *r = g_new (double, m);
  g_autofree double *unit = g_new0 (double, m);
  const double *w = self->inside + (gsize)i * m;
  double along = 0.0, outside = kappa_trace_dot (self->probes[i], self->probes[i], self->of->n);
  double factor;

  unit[i] = 1.0;
  own_direction (self, i, s);
  for (guint k = 0; k < m; k++)
    along += s[k] * w[k];
  for (guint k = 0; k < m; k++)
    {
      u[k] = w[k] - along * s[k]; /* Q_i·Q_iᵀ·ω_i = Q·u */
      r[k] = self->r[k * m + i];  /* y_i = Q·r */
      outside -= u[k] * u[k];
    }
  factor = (double)(self->of->n - m + 1) / outside;
  for (guint block = 0; block < self->of->n_blocks; block++)
    {
      const double *h = self->products + (gsize)block * m * m;
      double known = -form (self, self->products, block, s, s);
      double rest
          = self->own[(gsize)i * self->of->n_blocks + block] - form (self, self->gram, block, u, r)
            - form (self, self->tried, block, unit, u) + form (self, self->products, block, u, u);

      for (guint k = 0; k < m; k++)
        known += h[k * m + k];
      row[block] = known + factor * rest;
    }
}

/* Where a probe added nothing, the basis spans all that the matrix makes of anything, also when any
 * one probe is left out: nothing is to be estimated. */
static void
read_off (const Sketch *self, double *row)
{
  const guint m = self->m;

  for (guint block = 0; block < self->of->n_blocks; block++)
    {
      row[block] = 0.0;
      for (guint k = 0; k < m; k++)
        row[block] += self->products[((gsize)block * m + k) * m + k];
    }
}

/**
 * kappa_trace_xtrace:
 * @n_products: vectors to multiply: half of them are probes, half span the basis; at least 4
 * @stream: name of the stream of the probes
 *
 * Returns: %FALSE with what the operator said, or %G_IO_ERROR_CANCELLED
 */
gboolean
kappa_trace_xtrace (const KappaTraceOperator *of,
                    guint n_products,
                    guint64 seed,
                    const char *stream,
                    KappaContext *context,
                    KappaTraceEstimate *estimate,
                    GError **error)
{
  const guint m = MIN (n_products / 2, of->n);
  Sketch *sketch = sketch_new (of, m, context);
  g_autofree double *rows = g_new (double, (gsize)m * of->n_blocks);
  gboolean done = draw_and_multiply (sketch, seed, stream, error) && factorise (sketch, error)
                  && multiply_basis (sketch, error);

  for (guint i = 0; done && i < sketch->m; i++)
    if (sketch->m < m)
      read_off (sketch, rows + (gsize)i * of->n_blocks);
    else
      estimate_from (sketch, i, rows + (gsize)i * of->n_blocks);
  if (done)
    kappa_trace_summarise (estimate, rows, sketch->m, of->n_blocks);
  sketch_free (sketch, m);
  return done;
}
