#pragma once

#include "core/graph/op.h"

/**
 * KappaFusion:
 *
 * What the planner decided about one node.
 * @needed: an output is computed from it
 * @kept: it is an output itself
 * @absorbed: it is done by another node's step: the tail of a convolution, or a link of an elementwise chain
 * @repeated: elementwise, cheap: every chain that uses it does it again
 * @leader: the node whose step makes this value: of a fused convolution the convolution; else itself
 * @bias, @residual, @relu: of a convolution: its tail, %KAPPA_NONE or %FALSE where absent
 * @tail: of a convolution: the node whose value the step makes
 */
typedef struct
{
  gboolean needed;
  gboolean kept;
  gboolean absorbed;
  gboolean repeated;
  KappaNode leader;
  KappaNode bias;
  KappaNode residual;
  gboolean relu;
  KappaNode tail;
} KappaFusion;

guint        kappa_fuse_stage (KappaGraph *graph, KappaNode node);
KappaFusion *kappa_fuse       (KappaGraph *graph, const KappaNode *outputs, guint n_outputs);
