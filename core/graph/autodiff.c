#include "core/graph/autodiff.h"

#include <string.h>

#include "core/graph/op.h"
#include "core/ops/ops.h"

/* Marks the nodes below @limit that any of @seeds reaches. */
static GArray *
descendants (KappaGraph *graph, const KappaNode *seeds, guint n_seeds, guint limit)
{
  GArray *reached = g_array_sized_new (FALSE, TRUE, sizeof (gboolean), limit);

  g_array_set_size (reached, limit);
  for (guint i = 0; i < n_seeds; i++)
    if (seeds[i] >= 0)
      g_array_index (reached, gboolean, seeds[i]) = TRUE;
  for (guint node = 0; node < limit; node++)
    for (guint i = 0; i < kappa_graph_get_arity (graph, (KappaNode) node); i++)
      if (g_array_index (reached, gboolean, kappa_graph_get_operand (graph, (KappaNode) node, i)))
        g_array_index (reached, gboolean, node) = TRUE;
  return reached;
}

/* Marks the nodes that any of @outputs is computed from. */
static GArray *
ancestors (KappaGraph *graph, const KappaNode *outputs, guint n_outputs, guint limit)
{
  GArray *needed = g_array_sized_new (FALSE, TRUE, sizeof (gboolean), limit);

  g_array_set_size (needed, limit);
  for (guint i = 0; i < n_outputs; i++)
    if (outputs[i] >= 0)
      g_array_index (needed, gboolean, outputs[i]) = TRUE;
  for (guint node = limit; node-- > 0;)
    for (guint i = 0; g_array_index (needed, gboolean, node) && i < kappa_graph_get_arity (graph, (KappaNode) node); i++)
      g_array_index (needed, gboolean, kappa_graph_get_operand (graph, (KappaNode) node, i)) = TRUE;
  return needed;
}

static KappaNode
jvp_of_node (KappaGraph *graph, KappaNode node, const GArray *tangents)
{
  const KappaOp *op = kappa_graph_get_op (graph, node);
  KappaNode operands[KAPPA_MAX_INPUTS];
  gboolean any = FALSE;
  KappaNode tangent;

  for (guint i = 0; i < kappa_graph_get_arity (graph, node); i++)
    {
      operands[i] = g_array_index (tangents, KappaNode, kappa_graph_get_operand (graph, node, i));
      any |= operands[i] != KAPPA_NONE;
    }
  if (!any)
    return KAPPA_NONE;
  kappa_graph_enter_rule (graph, op);
  if (op->derivative != NULL)
    tangent = kappa_mul (graph, operands[0], op->derivative (graph, node, kappa_graph_get_operand (graph, node, 0)));
  else
    tangent = op->jvp != NULL ? op->jvp (graph, node, operands) : KAPPA_NONE;
  kappa_graph_leave_rule (graph);
  return tangent;
}

/**
 * kappa_graph_jvp:
 * @tangents: the direction: a node for each input, of the input's shape
 * @output_tangents: (out) (array length=n_outputs): the derivative of each output along the direction, %KAPPA_NONE if zero
 *
 * Appends the directional derivative (forward mode).
 */
void
kappa_graph_jvp (KappaGraph *graph,
                 const KappaNode *outputs,
                 guint n_outputs,
                 const KappaNode *inputs,
                 const KappaNode *tangents,
                 guint n_inputs,
                 KappaNode *output_tangents)
{
  guint limit = kappa_graph_get_n_nodes (graph);
  g_autoptr (GArray) needed = ancestors (graph, outputs, n_outputs, limit);
  g_autoptr (GArray) all = g_array_sized_new (FALSE, FALSE, sizeof (KappaNode), limit);

  g_array_set_size (all, limit);
  for (guint node = 0; node < limit; node++)
    g_array_index (all, KappaNode, node) = KAPPA_NONE;
  for (guint i = 0; i < n_inputs; i++)
    if (inputs[i] >= 0)
      g_array_index (all, KappaNode, inputs[i]) = tangents[i];
  for (guint node = 0; node < limit; node++)
    if (g_array_index (needed, gboolean, node) && g_array_index (all, KappaNode, node) == KAPPA_NONE)
      g_array_index (all, KappaNode, node) = jvp_of_node (graph, (KappaNode) node, all);
  for (guint i = 0; i < n_outputs; i++)
    output_tangents[i] = outputs[i] < 0 ? KAPPA_NONE : g_array_index (all, KappaNode, outputs[i]);
}

static void
vjp_of_node (KappaGraph *graph,
             KappaNode node,
             KappaNode cotangent,
             GArray *all,
             const GArray *reached,
             KappaVjpRule rule,
             gpointer data)
{
  const KappaOp *op = kappa_graph_get_op (graph, node);
  guint n = kappa_graph_get_arity (graph, node);
  KappaNode parts[KAPPA_MAX_INPUTS];

  for (guint i = 0; i < n; i++)
    parts[i] = KAPPA_NONE;
  if (rule == NULL || !rule (graph, node, cotangent, parts, data))
    {
      kappa_graph_enter_rule (graph, op);
      if (op->derivative != NULL)
        parts[0] = kappa_mul (graph, cotangent, op->derivative (graph, node, kappa_graph_get_operand (graph, node, 0)));
      else if (op->vjp != NULL)
        op->vjp (graph, node, cotangent, parts);
      kappa_graph_leave_rule (graph);
    }
  for (guint i = 0; i < n; i++)
    {
      KappaNode operand = kappa_graph_get_operand (graph, node, i);
      KappaNode *sum = &g_array_index (all, KappaNode, operand);

      if (parts[i] != KAPPA_NONE && g_array_index (reached, gboolean, operand))
        *sum = kappa_graph_sum (graph, *sum, parts[i]);
    }
}

/**
 * kappa_graph_vjp_rules:
 * @cotangent: what the output is weighted with, of its shape; %KAPPA_NONE for ones: the gradient of the output's sum
 * @cotangents: (out) (array length=n_inputs): for each input, %KAPPA_NONE if zero
 * @rule: (nullable): asked before a primitive's own rule
 *
 * Appends the transposed derivative (reverse mode).
 */
void
kappa_graph_vjp_rules (KappaGraph *graph,
                       KappaNode output,
                       KappaNode cotangent,
                       const KappaNode *inputs,
                       guint n_inputs,
                       KappaNode *cotangents,
                       KappaVjpRule rule,
                       gpointer data)
{
  guint limit = kappa_graph_get_n_nodes (graph);
  g_autoptr (GArray) reached = descendants (graph, inputs, n_inputs, limit);
  g_autoptr (GArray) all = g_array_sized_new (FALSE, FALSE, sizeof (KappaNode), limit);

  g_array_set_size (all, limit);
  for (guint node = 0; node < limit; node++)
    g_array_index (all, KappaNode, node) = KAPPA_NONE;
  if (output >= 0 && g_array_index (reached, gboolean, output))
    g_array_index (all, KappaNode, output) = cotangent != KAPPA_NONE ? cotangent : kappa_fill_like (graph, 1.0, output);
  for (guint node = limit; node-- > 0;)
    {
      KappaNode sum = g_array_index (all, KappaNode, node);

      if (sum != KAPPA_NONE && kappa_graph_get_arity (graph, (KappaNode) node) > 0)
        vjp_of_node (graph, (KappaNode) node, sum, all, reached, rule, data);
    }
  for (guint i = 0; i < n_inputs; i++)
    cotangents[i] = inputs[i] < 0 ? KAPPA_NONE : g_array_index (all, KappaNode, inputs[i]);
}

/**
 * kappa_graph_vjp:
 *
 * kappa_graph_vjp_rules() with every primitive's own rule.
 */
void
kappa_graph_vjp (KappaGraph *graph,
                 KappaNode output,
                 KappaNode cotangent,
                 const KappaNode *inputs,
                 guint n_inputs,
                 KappaNode *cotangents)
{
  kappa_graph_vjp_rules (graph, output, cotangent, inputs, n_inputs, cotangents, NULL, NULL);
}
