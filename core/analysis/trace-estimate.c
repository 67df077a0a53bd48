#include "core/analysis/trace-estimate.h"

#include <math.h>

#include "core/analysis/statistics.h"
#include "core/analysis/trace-private.h"
#include "core/base/random.h"

void
kappa_trace_estimate_clear (KappaTraceEstimate *self)
{
  g_clear_pointer (&self->means, g_free);
  g_clear_pointer (&self->errors, g_free);
}

double **
kappa_trace_vectors_new (guint count, gsize n)
{
  double **vectors = g_new (double *, count);

  for (guint i = 0; i < count; i++)
    vectors[i] = g_new (double, n);
  return vectors;
}

void
kappa_trace_vectors_free (double **vectors, guint count)
{
  for (guint i = 0; vectors != NULL && i < count; i++)
    g_free (vectors[i]);
  g_free (vectors);
}

/* Eight sums side by side, so that the compiler may use vectors without changing the result. */
double
kappa_trace_dot (const double *a, const double *b, gsize n)
{
  double sums[8] = { 0.0 };
  gsize i = 0;

  for (; i + 8 <= n; i += 8)
    for (guint j = 0; j < 8; j++)
      sums[j] += a[i + j] * b[i + j];
  for (; i < n; i++)
    sums[i % 8] += a[i] * b[i];
  return ((sums[0] + sums[4]) + (sums[2] + sums[6])) + ((sums[1] + sums[5]) + (sums[3] + sums[7]));
}

void
kappa_trace_dot_by_block (const KappaTraceOperator *of,
                          const double *a,
                          const double *b,
                          double *dots)
{
  for (guint block = 0; block < of->n_blocks; block++)
    {
      gsize first = of->offsets[block];

      dots[block] = kappa_trace_dot (a + first, b + first, of->offsets[block + 1] - first);
    }
}

/**
 * kappa_trace_predict_memory:
 * @sketch: for kappa_trace_xtrace(), which keeps its vectors
 *
 * Returns: bytes an estimate holds, the products' own not counted
 */
guint64
kappa_trace_predict_memory (gsize n, guint n_blocks, guint n_products, gboolean sketch)
{
  guint64 half = n_products / 2;

  if (!sketch)
    return (guint64)2 * KAPPA_TRACE_AT_ONCE * n * sizeof (double);
  return ((2 * half + KAPPA_TRACE_AT_ONCE) * n + 3 * n_blocks * half * half) * sizeof (double);
}

/* Means and standard errors of rows of estimates, one column for each block; their sums are those
 * of the whole. */
void
kappa_trace_summarise (KappaTraceEstimate *estimate,
                       const double *rows,
                       guint n_rows,
                       guint n_blocks)
{
  g_autofree double *column = g_new0 (double, MAX (n_rows, 1));

  estimate->n = n_rows;
  estimate->means = g_new0 (double, n_blocks + 1);
  estimate->errors = g_new0 (double, n_blocks + 1);
  for (guint block = 0; n_rows > 0 && block <= n_blocks; block++)
    {
      for (guint i = 0; i < n_rows; i++)
        {
          const double *row = rows + (gsize)i * n_blocks;

          column[i] = 0.0;
          for (guint b = 0; block == n_blocks && b < n_blocks; b++)
            column[i] += row[b];
          if (block < n_blocks)
            column[i] = row[block];
        }
      estimate->means[block] = kappa_mean (column, n_rows);
      estimate->errors[block] = kappa_standard_deviation (column, n_rows) / sqrt (n_rows);
    }
}

/* Bit i of a stream decides the sign of number i. */
static void
draw_signs (const KappaStream *stream, guint64 probe, gsize n, double *signs)
{
  const guint64 first = probe * ((n + 127) / 128);
  guint32 bits[4] = { 0 };

  for (gsize i = 0; i < n; i++)
    {
      if (i % 128 == 0)
        kappa_stream_block (stream, first + i / 128, bits);
      signs[i] = bits[i % 128 / 32] >> i % 32 & 1 ? 1.0 : -1.0;
    }
}

/**
 * kappa_trace_hutchinson:
 * @n_products: vectors to multiply, at least 2
 * @stream: name of the stream of random signs
 *
 * The mean of vᵀ·A·v over vectors of random signs (M. F. Hutchinson, Commun. Stat. Simul. Comput.
 * 18, 1989).
 *
 * Returns: %FALSE with what the operator said, or %G_IO_ERROR_CANCELLED
 */
gboolean
kappa_trace_hutchinson (const KappaTraceOperator *of,
                        guint n_products,
                        guint64 seed,
                        const char *stream,
                        KappaContext *context,
                        KappaTraceEstimate *estimate,
                        GError **error)
{
  const KappaStream signs = kappa_stream_init (seed, stream);
  double **vectors = kappa_trace_vectors_new (2 * KAPPA_TRACE_AT_ONCE, of->n);
  g_autofree double *rows = g_new (double, (gsize)n_products * of->n_blocks);
  gboolean done = TRUE;

  for (guint first = 0; done && first < n_products; first += KAPPA_TRACE_AT_ONCE)
    {
      guint count = MIN (KAPPA_TRACE_AT_ONCE, n_products - first);

      for (guint i = 0; i < count; i++)
        draw_signs (&signs, first + i, of->n, vectors[i]);
      done = of->multiply (count, (const double *const *)vectors, vectors + KAPPA_TRACE_AT_ONCE,
                           context, of->data, error);
      for (guint i = 0; done && i < count; i++)
        kappa_trace_dot_by_block (of, vectors[i], vectors[KAPPA_TRACE_AT_ONCE + i],
                                  rows + (gsize)(first + i) * of->n_blocks);
    }
  kappa_trace_vectors_free (vectors, 2 * KAPPA_TRACE_AT_ONCE);
  if (done)
    kappa_trace_summarise (estimate, rows, n_products, of->n_blocks);
  return done;
}
