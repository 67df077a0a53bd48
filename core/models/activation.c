#include "core/models/activation.h"

/**
 * kappa_activation_find_input:
 * @self: the result of a relu or a gelu
 * @graph: in which the network was built
 *
 * Returns: what the function was applied to, of the shape of its result; %KAPPA_NONE if it is not
 *   in the graph, or not the result of such a function
 */
KappaNode
kappa_activation_find_input (const KappaActivation *self, KappaGraph *graph)
{
  g_autofree char *input = g_strconcat (self->name, KAPPA_ACTIVATION_INPUT, NULL);
  KappaNode result = kappa_graph_find (graph, self->name);

  if (self->flags & KAPPA_ACTIVATION_GELU)
    return kappa_graph_find (graph, input);
  if ((self->flags & KAPPA_ACTIVATION_RELU) && result >= 0
      && kappa_graph_get_arity (graph, result) == 1)
    return kappa_graph_get_operand (graph, result, 0);
  return KAPPA_NONE;
}
