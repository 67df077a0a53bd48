#pragma once

#include "core/models/model.h"

/*
 * Whether a network's logits are piecewise linear in each single tensor of parameters, all others held. Then both
 * terms with second derivatives of the network vanish inside a tensor's block of the Hessian, and the block is that of
 * the Gauss-Newton matrix; so is the whole trace.
 */

/**
 * KappaLinearity:
 * @bent: for each tensor, whether the logits are not piecewise linear in it
 * @reason: (nullable): what bends, and in which tensor; %NULL if the logits are piecewise linear in all
 */
typedef struct
{
  gboolean *bent;
  char *reason;
} KappaLinearity;

void     kappa_linearity_clear    (KappaLinearity *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (KappaLinearity, kappa_linearity_clear)


gboolean kappa_linearity_of_model (KappaModel *model, KappaLinearity *linearity, GError **error);
char    *kappa_linearity_of_graph (KappaGraph *graph, KappaNode output, const KappaNode *parameters, guint n_parameters,
                                   gboolean *bent);
