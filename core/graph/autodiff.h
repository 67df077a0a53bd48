#pragma once

#include "core/graph/graph.h"

/**
 * KappaVjpRule:
 * @cotangents: (out): one for each operand, preset to %KAPPA_NONE
 *
 * Stands in for a primitive's own rule, e.g. guided backpropagation's rule for relu. Returns %FALSE to leave the
 * node to its own rule.
 */
typedef gboolean (*KappaVjpRule) (KappaGraph *graph, KappaNode node, KappaNode cotangent, KappaNode *cotangents,
                                  gpointer data);

void kappa_graph_jvp       (KappaGraph *graph, const KappaNode *outputs, guint n_outputs, const KappaNode *inputs,
                            const KappaNode *tangents, guint n_inputs, KappaNode *output_tangents);
void kappa_graph_vjp       (KappaGraph *graph, KappaNode output, KappaNode cotangent, const KappaNode *inputs,
                            guint n_inputs, KappaNode *cotangents);
void kappa_graph_vjp_rules (KappaGraph *graph, KappaNode output, KappaNode cotangent, const KappaNode *inputs,
                            guint n_inputs, KappaNode *cotangents, KappaVjpRule rule, gpointer data);
