#include <string.h>

#include "core/graph/op.h"
#include "core/ops/ops.h"

/*
 * Local rules, tried on every node before it is appended. They only use facts that hold for every finite value; a
 * product with the constant zero is zero, since constants of zero come from derivative rules alone.
 */

static gboolean
is (KappaGraph *graph, KappaNode node, const char *op)
{
  return strcmp (kappa_graph_get_op (graph, node)->name, op) == 0;
}

static gboolean
is_constant (KappaGraph *graph, KappaNode node, double *value)
{
  if (!is (graph, node, "fill"))
    return FALSE;
  *value = kappa_graph_get_attrs (graph, node)->f[0];
  return TRUE;
}

/* An elementwise primitive of constants is a constant; its own kernel says which. */
static gboolean
fold (KappaGraph *graph, const KappaOp *op, const KappaNode *inputs, guint n_inputs, const KappaAttrs *attrs, double *value)
{
  double values[3];
  const double *operands[3];

  if (op->kind != KAPPA_OP_ELEMENTWISE || n_inputs == 0 || strcmp (op->name, "cast") == 0)
    return FALSE;
  for (guint i = 0; i < n_inputs; i++)
    if (!is_constant (graph, inputs[i], &values[i]))
      return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (operands); i++)
    operands[i] = &values[MIN (i, n_inputs - 1)];
  op->tile.f64 (value, operands, 1, attrs->f);
  return TRUE;
}

static KappaNode
simplify_binary (KappaGraph *graph, const char *name, KappaNode a, KappaNode b)
{
  double value;

  if (strcmp (name, "add") == 0)
    {
      if (is_constant (graph, a, &value))
        return value == 0.0 ? b : kappa_shift (graph, b, value);
      if (is_constant (graph, b, &value))
        return value == 0.0 ? a : kappa_shift (graph, a, value);
    }
  else if (strcmp (name, "mul") == 0)
    {
      if (is_constant (graph, a, &value))
        return value == 0.0 ? a : kappa_scale (graph, b, value);
      if (is_constant (graph, b, &value))
        return value == 0.0 ? b : kappa_scale (graph, a, value);
    }
  else if (strcmp (name, "sub") == 0)
    {
      if (is_constant (graph, b, &value))
        return value == 0.0 ? a : kappa_shift (graph, a, -value);
      if (is_constant (graph, a, &value))
        return kappa_shift (graph, kappa_neg (graph, b), value);
    }
  else if (strcmp (name, "div") == 0 && is_constant (graph, b, &value))
    return kappa_scale (graph, a, 1.0 / value);
  return KAPPA_NONE;
}

static KappaNode
simplify_scale (KappaGraph *graph, KappaNode x, double factor)
{
  if (factor == 1.0)
    return x;
  if (factor == 0.0)
    return kappa_fill_like (graph, 0.0, x);
  if (is (graph, x, "scale"))
    return kappa_scale (graph, kappa_graph_get_operand (graph, x, 0), factor * kappa_graph_get_attrs (graph, x)->f[0]);
  return KAPPA_NONE;
}

/* A reshape to the shape there is; one after another is one. So with broadcast. */
static KappaNode
simplify_movement (KappaGraph *graph, const KappaOp *op, KappaNode x, const KappaAttrs *attrs, const KappaShape *shape)
{
  if (kappa_shape_equal (kappa_graph_get_shape (graph, x), shape))
    return x;
  if (kappa_graph_get_op (graph, x) == op)
    return kappa_graph_apply (graph, op, (KappaNode[]){ kappa_graph_get_operand (graph, x, 0) }, 1, attrs);
  return KAPPA_NONE;
}

static KappaNode
simplify_transpose (KappaGraph *graph, KappaNode x, const KappaAttrs *attrs)
{
  guint rank = kappa_graph_get_shape (graph, x)->rank;
  gboolean identity = TRUE;
  guint permutation[KAPPA_MAX_RANK];

  for (guint d = 0; d < rank; d++)
    identity &= attrs->i[d] == (gint64) d;
  if (identity)
    return x;
  if (!is (graph, x, "transpose"))
    return KAPPA_NONE;
  for (guint d = 0; d < rank; d++)
    permutation[d] = (guint) kappa_graph_get_attrs (graph, x)->i[attrs->i[d]];
  return kappa_transpose (graph, kappa_graph_get_operand (graph, x, 0), permutation);
}

static KappaNode
simplify_sum (KappaGraph *graph, KappaNode x, const KappaShape *shape)
{
  const KappaShape *from = kappa_graph_get_shape (graph, x);
  double value;

  if (is_constant (graph, x, &value))
    return kappa_fill (graph, value * (double) (kappa_shape_size (from) / MAX (kappa_shape_size (shape), 1)), shape);
  /* A sum of bfloat16 is a cast too. */
  return kappa_shape_equal (from, shape) && kappa_graph_get_dtype (graph, x) != KAPPA_BF16 ? x : KAPPA_NONE;
}

/**
 * kappa_graph_simplify:
 * @shape: the result's, by the primitive's own rule
 *
 * Returns: a node equal to @op on @inputs that costs less, or %KAPPA_NONE if no rule applies
 */
KappaNode
kappa_graph_simplify (KappaGraph *graph,
                      const KappaOp *op,
                      const KappaNode *inputs,
                      guint n_inputs,
                      const KappaAttrs *attrs,
                      const KappaShape *shape)
{
  double value;

  if (fold (graph, op, inputs, n_inputs, attrs, &value))
    return kappa_fill (graph, value, shape);
  if (n_inputs == 2 && op->kind == KAPPA_OP_ELEMENTWISE)
    return simplify_binary (graph, op->name, inputs[0], inputs[1]);
  if (n_inputs != 1)
    return KAPPA_NONE;
  if (op->kind == KAPPA_OP_VIEW && is_constant (graph, inputs[0], &value))
    return kappa_fill (graph, value, shape);
  if (strcmp (op->name, "scale") == 0)
    return simplify_scale (graph, inputs[0], attrs->f[0]);
  if (strcmp (op->name, "shift") == 0)
    return attrs->f[0] == 0.0 ? inputs[0] : KAPPA_NONE;
  if (strcmp (op->name, "cast") == 0)
    return kappa_graph_get_dtype (graph, inputs[0]) == (KappaDtype) attrs->i[0] ? inputs[0] : KAPPA_NONE;
  if (strcmp (op->name, "transpose") == 0)
    return simplify_transpose (graph, inputs[0], attrs);
  if (strcmp (op->name, "reduce_sum") == 0)
    return simplify_sum (graph, inputs[0], shape);
  if (strcmp (op->name, "reshape") == 0 || strcmp (op->name, "broadcast") == 0)
    return simplify_movement (graph, op, inputs[0], attrs, shape);
  return KAPPA_NONE;
}
