/* Reductions over all sets of axes, and what is done along the last. */

#include "kernels.h"

#include <math.h>

static const KappaDtype reals[] = { KAPPA_F32, KAPPA_F64 };

static KappaNode
apply_sum (KappaGraph *g, const KappaNode *operands, gpointer data)
{
  return kappa_reduce_sum (g, operands[0], (guint) ((Trial *) data)->numbers[0]);
}

static KappaNode
apply_mean (KappaGraph *g, const KappaNode *operands, gpointer data)
{
  return kappa_reduce_mean (g, operands[0], (guint) ((Trial *) data)->numbers[0]);
}

static KappaNode
apply_max (KappaGraph *g, const KappaNode *operands, gpointer data)
{
  return kappa_reduce_max (g, operands[0], (guint) ((Trial *) data)->numbers[0]);
}

static KappaNode
apply_arg_max (KappaGraph *g, const KappaNode *operands, gpointer data)
{
  return kappa_arg_max (g, operands[0]);
}

static void
check_reductions (const LabTensor *x, KappaDtype dtype)
{
  Trial t = { .n = 1, .operands = { (LabTensor *) x } };

  for (guint axes = 0; axes < 1u << x->shape.rank; axes++)
    {
      g_autoptr (LabTensor) sum = naive_reduce_sum (x, axes), mean = lab_tensor_copy (sum);
      g_autoptr (LabTensor) largest = naive_reduce_max (x, axes);

      t.numbers[0] = axes;
      t.operation = apply_sum;
      trial_check_all (&t, "reduce_sum", dtype, sum);
      for (gsize i = 0; i < mean->size; i++)
        mean->values[i] *= (double) mean->size / (double) x->size;
      t.operation = apply_mean;
      trial_check_all (&t, "reduce_mean", dtype, mean);
      t.operation = apply_max;
      if (dtype != KAPPA_BF16)
        trial_check_all (&t, "reduce_max", dtype, largest);
    }
}

static void
test_reductions (gconstpointer data)
{
  static const KappaShape shapes[] = {
    { 4, { 3, 5, 4, 7 } }, { 4, { 2, 1, 9, 3 } }, { 4, { 1, 6, 1, 35 } },   { 3, { 40, 3, 11 } },
    { 2, { 9, 33 } },      { 1, { 70 } },         { 5, { 2, 3, 1, 4, 5 } },
  };
  KappaDtype dtype = GPOINTER_TO_UINT (data);

  for (guint i = 0; i < G_N_ELEMENTS (shapes); i++)
    {
      g_autoptr (LabTensor) x = lab_tensor_random (&shapes[i], i, dtype, -1, 1);

      check_reductions (x, dtype);
      if (dtype == KAPPA_BF16)
        continue; /* oneDNN multiplies pairs of bfloat16: what is not finite reaches its neighbour
                     too */
      x->values[x->size / 2] = NAN;
      x->values[x->size / 3] = -INFINITY;
      check_reductions (x, dtype);
    }
}

static void
test_arg_max (void)
{
  static const KappaShape shapes[]
      = { { 2, { 13, 10 } }, { 3, { 4, 5, 6 } }, { 4, { 2, 3, 4, 5 } }, { 1, { 9 } }, { 2, { 7, 1 } } };

  for (guint i = 0; i < G_N_ELEMENTS (shapes); i++)
    for (guint k = 0; k < G_N_ELEMENTS (reals); k++)
      {
        g_autoptr (LabTensor) x = lab_tensor_integers (&shapes[i], i, 4), expected = NULL;
        Trial t = { .operation = apply_arg_max, .n = 1, .operands = { x } };

        x->integer = FALSE; /* small integers: many ties */
        for (gsize j = 5; j < x->size; j += 11)
          x->values[j] = j % 2 == 0 ? NAN : INFINITY;
        expected = naive_arg_max (x);
        trial_check_all (&t, "arg_max", reals[k], expected);
      }
}

static KappaNode
apply_softmax (KappaGraph *g, const KappaNode *operands, gpointer data)
{
  return ((Trial *) data)->numbers[0] ? kappa_log_softmax (g, operands[0]) : kappa_softmax (g, operands[0]);
}

static void
check_softmax (LabTensor *x, KappaDtype dtype)
{
  Trial t = { .operation = apply_softmax, .n = 1, .operands = { x } };

  for (t.numbers[0] = 0; t.numbers[0] < 2; t.numbers[0]++)
    {
      g_autoptr (LabTensor) expected = naive_softmax (x, t.numbers[0] != 0);

      trial_check_all (&t, t.numbers[0] ? "log_softmax" : "softmax", dtype, expected);
    }
}

static void
test_softmax (void)
{
  static const KappaShape shapes[]
      = { { 2, { 7, 10 } }, { 2, { 3, 1000 } }, { 3, { 2, 3, 5 } }, { 1, { 4 } }, { 4, { 2, 3, 4, 5 } } };

  for (guint i = 0; i < G_N_ELEMENTS (shapes); i++)
    for (guint k = 0; k < G_N_ELEMENTS (reals); k++)
      {
        g_autoptr (LabTensor) x = lab_tensor_random (&shapes[i], i, reals[k], -3, 3);

        check_softmax (x, reals[k]);
        for (gsize j = 1; j < x->size; j += 3)
          x->values[j] = j % 2 == 0 ? -INFINITY : -1e30;
        check_softmax (x, reals[k]); /* classes that cannot be */
        for (gsize j = 0; j < x->size; j += 2)
          x->values[j] = 1e30;
        check_softmax (x, reals[k]); /* exp alone would overflow; equal logits share */
        x->values[x->size - 1] = NAN;
        check_softmax (x, reals[k]);
      }
}

void
add_reduction_tests (void)
{
  for (guint dtype = KAPPA_F32; dtype <= KAPPA_BF16; dtype++)
    add_for_dtype ("/kernels/reductions", dtype, test_reductions);
  g_test_add_func ("/kernels/arg-max", test_arg_max);
  g_test_add_func ("/kernels/softmax", test_softmax);
}
