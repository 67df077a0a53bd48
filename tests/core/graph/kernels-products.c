/* Products of matrices. */

#include "kernels.h"

static const KappaDtype reals[] = { KAPPA_F32, KAPPA_F64 };

static KappaNode
apply_matmul (KappaGraph *g, const KappaNode *operands, gpointer data)
{
  const Trial *t = data;

  return kappa_matmul (g, operands[0], operands[1], t->numbers[0] != 0, t->numbers[1] != 0);
}

static KappaShape
matrix_shape (const KappaShape *batch, gint64 rows, gint64 columns, gboolean transpose)
{
  KappaShape shape = *batch;

  shape.dims[shape.rank++] = transpose ? columns : rows;
  shape.dims[shape.rank++] = transpose ? rows : columns;
  return shape;
}

static void
check_matmul (const KappaShape *batch, gint64 m, gint64 k, gint64 n, KappaDtype dtype)
{
  for (guint transposed = 0; transposed < 4; transposed++)
    {
      gboolean ta = transposed & 1, tb = transposed >> 1;
      KappaShape a_shape = matrix_shape (batch, m, k, ta), b_shape = matrix_shape (batch, k, n, tb);
      g_autoptr (LabTensor) a = lab_tensor_random (&a_shape, 1, dtype, -1, 1);
      g_autoptr (LabTensor) b = lab_tensor_random (&b_shape, 2, dtype, -1, 1);
      g_autoptr (LabTensor) expected = naive_matmul (a, b, ta, tb);
      Trial t = { .operation = apply_matmul, .n = 2, .operands = { a, b }, .numbers = { ta, tb } };

      for (guint i = 0; i < LAB_N_ARRANGEMENTS; i++)
        for (guint j = 0; j < LAB_N_ARRANGEMENTS; j++)
          {
            t.arrangements[0] = i;
            t.arrangements[1] = j;
            trial_check (&t, "matmul", dtype, expected);
          }
    }
}

static void
test_matmul (gconstpointer data)
{
  static const KappaShape batches[] = { { 0 }, { 1, { 3 } }, { 2, { 2, 3 } } };
  static const gint64 sizes[][3]
      = { { 5, 7, 3 }, { 1, 6, 4 }, { 4, 6, 1 }, { 4, 1, 5 }, { 1, 9, 1 }, { 17, 33, 65 }, { 1, 1, 1 } };
  KappaDtype dtype = GPOINTER_TO_UINT (data);

  for (guint i = 0; i < G_N_ELEMENTS (batches); i++)
    for (guint s = 0; s < G_N_ELEMENTS (sizes); s++)
      check_matmul (&batches[i], sizes[s][0], sizes[s][1], sizes[s][2], dtype);
}

/* A matrix of which all rows, or all columns, are one in memory, and then a part of it. */
static KappaNode
apply_repeated_matmul (KappaGraph *g, const KappaNode *operands, gpointer data)
{
  const Trial *t = data;
  KappaNode a = kappa_broadcast (g, operands[0], &KAPPA_SHAPE (t->numbers[0], t->numbers[1]));

  a = kappa_slice (g, a, NULL, (gint64[]) { t->numbers[2], t->numbers[3] }, NULL);
  return kappa_matmul (g, a, operands[1], FALSE, FALSE);
}

static void
check_repeated_matmul (const KappaShape *small, gint64 rows, gint64 columns, KappaDtype dtype)
{
  const KappaShape large = KAPPA_SHAPE (6, 9);
  g_autoptr (LabTensor) x = lab_tensor_random (small, 1, dtype, -1, 1);
  g_autoptr (LabTensor) b = lab_tensor_random (&KAPPA_SHAPE (columns, 4), 2, dtype, -1, 1);
  g_autoptr (LabTensor) repeated = naive_broadcast (x, &large);
  g_autoptr (LabTensor) part
      = naive_slice (repeated, (gint64[]) { 0, 0 }, (gint64[]) { rows, columns }, (gint64[]) { 1, 1 });
  g_autoptr (LabTensor) expected = naive_matmul (part, b, FALSE, FALSE);
  Trial t = { .operation = apply_repeated_matmul, .n = 2, .operands = { x, b }, .numbers = { 6, 9, rows, columns } };

  trial_check_all (&t, "matmul of a repeated operand", dtype, expected);
}

static void
test_repeated_matmul (void)
{
  for (guint k = 0; k < G_N_ELEMENTS (reals); k++)
    for (gint64 rows = 1; rows <= 6; rows += 5)
      for (gint64 columns = 1; columns <= 9; columns += 4)
        {
          check_repeated_matmul (&KAPPA_SHAPE (1, 9), rows, columns, reals[k]);
          check_repeated_matmul (&KAPPA_SHAPE (6, 1), rows, columns, reals[k]);
          check_repeated_matmul (&KAPPA_SHAPE (1, 1), rows, columns, reals[k]);
        }
}

void
add_product_tests (void)
{
  add_for_dtype ("/kernels/matmul", KAPPA_F32, test_matmul);
  add_for_dtype ("/kernels/matmul", KAPPA_F64, test_matmul);
  g_test_add_func ("/kernels/matmul/repeated", test_repeated_matmul);
}
