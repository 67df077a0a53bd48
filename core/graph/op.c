#include "core/graph/op.h"

#include <string.h>

#include "core/base/error.h"

/**
 * kappa_op_find:
 *
 * Returns: the primitive of that name; it is a fault of ours if there is none
 */
const KappaOp *
kappa_op_find (const char *name)
{
  for (guint family = 0; kappa_op_families[family] != NULL; family++)
    for (guint i = 0; kappa_op_families[family][i] != NULL; i++)
      if (strcmp (kappa_op_families[family][i]->name, name) == 0)
        return kappa_op_families[family][i];
  g_error ("no primitive is named “%s”", name);
}

/**
 * kappa_op_shape_error:
 * @expected: what the operands should have been like, in words
 *
 * Returns: %FALSE, with an error that names the primitive and shows its operands' shapes
 */
gboolean
kappa_op_shape_error (GError **error,
                      KappaGraph *graph,
                      const char *op,
                      const KappaNode *inputs,
                      guint n_inputs,
                      const char *expected)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < n_inputs; i++)
    {
      g_autofree char *shape = kappa_shape_to_string (kappa_graph_get_shape (graph, inputs[i]));
      const char *name = kappa_graph_get_name (graph, inputs[i]);

      g_string_append_printf (text, "%s%s%s%s", i > 0 ? ", " : "", name != NULL ? name : "", name != NULL ? " " : "", shape);
    }
  g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_SHAPE, "%s of %s: expected %s", op, text->str, expected);
  return FALSE;
}

/**
 * kappa_op_same_shape:
 *
 * The shape rule of elementwise primitives: all operands have one shape and one dtype, and so has the result.
 */
gboolean
kappa_op_same_shape (KappaGraph *graph,
                     const KappaNode *inputs,
                     guint n_inputs,
                     const KappaAttrs *attrs,
                     KappaShape *shape,
                     KappaDtype *dtype,
                     GError **error)
{
  *shape = *kappa_graph_get_shape (graph, inputs[0]);
  for (guint i = 1; i < n_inputs; i++)
    {
      if (!kappa_shape_equal (shape, kappa_graph_get_shape (graph, inputs[i])))
        return kappa_op_shape_error (error, graph, "an elementwise primitive", inputs, n_inputs, "equal shapes");
      if (kappa_graph_get_dtype (graph, inputs[i]) != *dtype)
        return kappa_op_shape_error (error, graph, "an elementwise primitive", inputs, n_inputs, "equal dtypes");
    }
  return TRUE;
}

/**
 * kappa_op_check_real:
 * @bfloat16: whether bfloat16 will do too
 *
 * For shape rules of primitives whose kernel reads real numbers of one dtype.
 *
 * Returns: %FALSE with an error if an operand is of another dtype than @dtype, or that is none the kernel knows
 */
gboolean
kappa_op_check_real (GError **error,
                     KappaGraph *graph,
                     const char *op,
                     const KappaNode *inputs,
                     guint n_inputs,
                     KappaDtype dtype,
                     gboolean bfloat16)
{
  gboolean known = dtype == KAPPA_F32 || dtype == KAPPA_F64 || (dtype == KAPPA_BF16 && bfloat16);

  for (guint i = 0; i < n_inputs; i++)
    if (!known || kappa_graph_get_dtype (graph, inputs[i]) != dtype)
      {
        g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_SHAPE, "%s of %s: expected operands of one real dtype%s", op,
                     kappa_dtype_name (kappa_graph_get_dtype (graph, inputs[i])), bfloat16 ? "" : ", not bfloat16");
        return FALSE;
      }
  return TRUE;
}

KappaNode
kappa_op_unary (KappaGraph *graph, const KappaOp *op, KappaNode x)
{
  return kappa_graph_apply (graph, op, &x, 1, NULL);
}

KappaNode
kappa_op_binary (KappaGraph *graph, const KappaOp *op, KappaNode a, KappaNode b)
{
  KappaNode operands[] = { a, b };

  return kappa_graph_apply (graph, op, operands, 2, NULL);
}
