#include "core/analysis/symmetric.h"

#include <lapack.h>

/**
 * kappa_symmetric_eigen:
 * @matrix: (array): symmetric, rows @stride numbers apart; only the lower triangle is read
 * @values: (out caller-allocates) (array length=n): the eigenvalues, ascending
 * @vectors: (out caller-allocates) (array): n × n, row i is the eigenvector of value i, of length 1
 *
 * The dense problem, by LAPACK's implicit QL. All numbers of @matrix must be finite.
 */
void
kappa_symmetric_eigen (guint n, const double *matrix, gsize stride, double *values, double *vectors)
{
  const lapack_int order = (lapack_int)n, size = 34 * order + 1;
  g_autofree double *work = g_new (double, size);
  lapack_int info = 0;

  if (n == 0)
    return;
  /* The transpose of a row-major lower triangle is LAPACK's upper one; so are rows its columns. */
  for (guint i = 0; i < n; i++)
    for (guint j = 0; j <= i; j++)
      vectors[(gsize)i * n + j] = matrix[i * stride + j];
  LAPACK_dsyev ("V", "U", &order, vectors, &order, values, work, &size, &info);
  g_assert (info == 0);
}
