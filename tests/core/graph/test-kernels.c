/* The values of every primitive; and that none with a kernel has been forgotten. */

#include "kernels.h"

static KappaNode
build_trial (KappaGraph *g, const KappaNode *inputs, gpointer data)
{
  const Trial *t = data;
  KappaNode operands[4];

  for (guint i = 0; i < t->n; i++)
    {
      operands[i] = lab_arranged (g, inputs[i], &t->operands[i]->shape, t->arrangements[i]);
      if (!t->operands[i]->integer)
        operands[i] = kappa_cast (g, operands[i], kappa_graph_get_compute (g));
    }
  return t->operation (g, operands, data);
}

LabTensor *
trial_run (Trial *t, KappaDtype dtype)
{
  LabTensor *fed[4], *found;

  for (guint i = 0; i < t->n; i++)
    fed[i] = lab_arrange (t->operands[i], t->arrangements[i]);
  found = lab_run (dtype == KAPPA_F64 ? KAPPA_F64 : KAPPA_F32, dtype, fed, t->n, build_trial, t);
  for (guint i = 0; i < t->n; i++)
    lab_tensor_free (fed[i]);
  return found;
}

void
trial_check (Trial *t, const char *what, KappaDtype dtype, const LabTensor *expected)
{
  g_autoptr (LabTensor) found = trial_run (t, dtype);
  g_autofree char *text
      = g_strdup_printf ("%s, operands lying %d and %d,", what, t->arrangements[0], t->arrangements[1]);

  lab_compare (text, dtype, found, expected);
}

/* Over all arrangements of the first operand, the others' turning with it. */
void
trial_check_all (Trial *t, const char *what, KappaDtype dtype, const LabTensor *expected)
{
  for (guint a = 0; a < LAB_N_ARRANGEMENTS; a++)
    {
      for (guint i = 0; i < t->n; i++)
        t->arrangements[i] = (a * (i + 1) + i) % LAB_N_ARRANGEMENTS;
      trial_check (t, what, dtype, expected);
    }
}

void
add_for_dtype (const char *path, KappaDtype dtype, GTestDataFunc test)
{
  g_autofree char *full = g_strdup_printf ("%s/%s", path, kappa_dtype_name (dtype));

  g_test_add_data_func (full, GUINT_TO_POINTER (dtype), test);
}

/* Every primitive with a kernel has its values tested here or with the windows. */
static void
test_coverage (void)
{
  static const char *const others[] = { "fill",
                                        "cast",
                                        "reduce_sum",
                                        "arg_max",
                                        "softmax",
                                        "log_softmax",
                                        "matmul",
                                        "gather",
                                        "scatter",
                                        "pad",
                                        "concat",
                                        "conv",
                                        "conv_input_grad",
                                        "conv_weight_grad",
                                        "max_pool",
                                        "max_pool_index",
                                        "avg_pool",
                                        "avg_pool_transpose",
                                        "shard_sum",
                                        "shard_copy",
                                        NULL };

  for (guint f = 0; kappa_op_families[f] != NULL; f++)
    for (guint i = 0; kappa_op_families[f][i] != NULL; i++)
      {
        const KappaOp *op = kappa_op_families[f][i];

        if (op->kind != KAPPA_OP_VIEW && !g_strv_contains (others, op->name) && !elementwise_is_tested (op->name))
          g_test_fail_printf ("nothing tests the values of %s", op->name);
      }
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/kernels/coverage", test_coverage);
  add_elementwise_tests ();
  add_reduction_tests ();
  add_product_tests ();
  add_movement_tests ();
  add_convolution_tests ();
  add_pooling_tests ();
  add_refusal_tests ();
  status = g_test_run ();
  lab_report ();
  return status;
}
