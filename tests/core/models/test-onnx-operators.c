#include <string.h>

#include "core/models/onnx-walk.h"
#include "tests/core/models/onnx-lab.h"

/* Every operator that is read computes what its definition says, in the versions it has. */

static gboolean
is_in (const char *operator, const OnnxCase * cases, gsize n)
{
  g_autofree char *quoted = g_strdup_printf ("4'%s'", operator);

  for (gsize i = 0; i < n; i++)
    if (strstr (cases[i].nodes, quoted) != NULL)
      return TRUE;
  return FALSE;
}

static void
test_complete (void)
{
  static const KappaOnnxOperator *const families[]
      = { kappa_onnx_elementwise, kappa_onnx_layers, kappa_onnx_movements, kappa_onnx_reductions };
  guint n = 0;

  for (gsize f = 0; f < G_N_ELEMENTS (families); f++)
    for (const KappaOnnxOperator *op = families[f]; op->name != NULL; op++, n++)
      if (!is_in (op->name, onnx_elementwise_cases, n_onnx_elementwise_cases)
          && !is_in (op->name, onnx_layer_cases, n_onnx_layer_cases)
          && !is_in (op->name, onnx_movement_cases, n_onnx_movement_cases)
          && !is_in (op->name, onnx_reduction_cases, n_onnx_reduction_cases))
        g_error ("the operator %s is in no case", op->name);
  g_assert_cmpuint (n, >=, 70);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/onnx/complete", test_complete);
  onnx_lab_add ("elementwise", onnx_elementwise_cases, n_onnx_elementwise_cases);
  onnx_lab_add ("layers", onnx_layer_cases, n_onnx_layer_cases);
  onnx_lab_add ("movements", onnx_movement_cases, n_onnx_movement_cases);
  onnx_lab_add ("reductions", onnx_reduction_cases, n_onnx_reduction_cases);
  return g_test_run ();
}
