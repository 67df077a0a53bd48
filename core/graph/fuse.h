#pragma once

#include "core/graph/late.h"

/**
 * KappaFusion:
 *
 * What the planner decided about one node.
 * @needed: an output is computed from it
 * @kept: it is an output itself
 * @absorbed: it is done by another node's step: the tail of a convolution, or a link of an elementwise chain
 * @repeated: elementwise, cheap: every chain that uses it does it again
 * @leader: the node whose step makes this value: of a fused convolution the convolution; else itself
 * @bias: of a convolution: what is added for each channel, or %KAPPA_NONE
 * @links, @linked, @n_links: of a convolution: what is done to its result, with which operand
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
  KappaLink links[KAPPA_MAX_LINKS];
  KappaNode linked[KAPPA_MAX_LINKS];
  guint n_links;
  KappaNode tail;
} KappaFusion;

guint        kappa_fuse_stage (KappaGraph *graph, const KappaLate *late, KappaNode node);
KappaFusion *kappa_fuse       (KappaGraph *graph, const KappaLate *late, const KappaNode *outputs, guint n_outputs);
