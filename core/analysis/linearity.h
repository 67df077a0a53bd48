#pragma once

#include "core/models/model.h"

/*
 * Whether a network's logits are piecewise linear in each single tensor of parameters, all others held. Then both
 * terms with second derivatives of the network vanish inside a tensor's block of the Hessian, and the block is that of
 * the Gauss-Newton matrix; so is the whole trace.
 */

typedef struct
{
  gboolean piecewise_linear;
  char *reason; /* where it is not: what bends, and in which tensor; else NULL */
} KappaLinearity;

gboolean kappa_linearity_of_model (KappaModel *model, KappaLinearity *linearity, GError **error);
char    *kappa_linearity_of_graph (KappaGraph *graph, KappaNode output, const KappaNode *parameters, guint n_parameters);
