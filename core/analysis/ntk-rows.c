/* Products of the rows of a Jacobian, tile by tile. */

#include "core/analysis/ntk-rows.h"

#include <cblas.h>

/* Rows and columns of the kernel that are one task. */
#define TILE 64u

typedef struct
{
  GArray *rows;
  double *gram;
  guint order;
} Addition;

void
kappa_ntk_rows_clear (gpointer rows)
{
  g_free (((KappaNtkRows *)rows)->owned);
}

/* The tiles on and below the diagonal, row by row. */
static void
locate_tile (gsize task, guint *row, guint *column)
{
  *row = 0;
  while (task > *row)
    {
      task -= *row + 1;
      (*row)++;
    }
  *column = (guint)task;
}

static gboolean
add_tile (gsize task, guint worker, gpointer data, GError **error)
{
  const Addition *a = data;
  guint row, column;
  int m, n;

  locate_tile (task, &row, &column);
  m = (int)MIN (TILE, a->order - row * TILE);
  n = (int)MIN (TILE, a->order - column * TILE);
  for (guint i = 0; i < a->rows->len; i++)
    {
      const KappaNtkRows *rows = &g_array_index (a->rows, KappaNtkRows, i);
      const gsize width = (gsize)rows->width;

      if (width > 0)
        cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasTrans, m, n, rows->width, 1.0,
                     rows->values + row * TILE * width, rows->width,
                     rows->values + column * TILE * width, rows->width, 1.0,
                     a->gram + (gsize)row * TILE * a->order + column * TILE, (int)a->order);
    }
  return TRUE;
}

/**
 * kappa_ntk_rows_get_macs:
 *
 * Returns: multiply-adds of the products of all pairs of rows
 */
guint64
kappa_ntk_rows_get_macs (guint order, gsize n_columns)
{
  return (guint64)order * (order + TILE) / 2 * n_columns;
}

/**
 * kappa_ntk_rows_add:
 * @rows: (element-type KappaNtkRows): columns of a Jacobian J, group by group
 * @order: how many rows it has
 * @gram: (array): order × order, row-major; J·Jᵀ is added on and below the diagonal
 *
 * Returns: %FALSE with %G_IO_ERROR_CANCELLED
 */
gboolean
kappa_ntk_rows_add (GArray *rows,
                    guint order,
                    double *gram,
                    KappaWorkers *workers,
                    GCancellable *cancellable,
                    GError **error)
{
  Addition addition = { rows, gram, order };
  const gsize tiles = (order + TILE - 1) / TILE;

  return kappa_workers_run (workers, tiles * (tiles + 1) / 2, add_tile, &addition, cancellable,
                            error);
}
