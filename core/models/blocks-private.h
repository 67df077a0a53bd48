#pragma once

#include "core/models/blocks.h"

/**
 * KappaLeaf:
 * @node: whose value it results in
 * @inputs: (element-type guint): leaves it uses, in the order of its operands
 * @flags: of all activations that are this leaf's result
 * @block_name: (nullable): the block it ends
 * @stage: (nullable): the stage it ends
 *
 * A layer or a join of a built network, before they are grouped. Strings belong to the listing.
 */
typedef struct
{
  KappaBlockType type;
  const char *name;
  const char *kind;
  const char *then;
  guint layer;
  KappaNode node;
  GArray *inputs;
  guint flags;
  const char *block_name;
  const char *stage;
  const char *result;
  const char *attention;
  KappaShape output;
} KappaLeaf;

/**
 * KappaTrace:
 * @leaves: (element-type KappaLeaf): each behind those it uses
 * @leaf_of_node: for each node of the graph the leaf that computes it; %KAPPA_BLOCK_NONE for weights
 */
typedef struct
{
  GArray *leaves;
  guint *leaf_of_node;
  guint n_nodes;
} KappaTrace;

struct _KappaBlocks
{
  gatomicrefcount references;
  GPtrArray *blocks; /* of KappaBlock */
  GArray *leaves;    /* of guint: blocks */
  GArray *edges;     /* of KappaBlockEdge, between leaves */
  guint *leaf_of_node;
  guint n_nodes;
};

KappaTrace *kappa_trace_new  (KappaGraph *graph, KappaNode images, KappaNode logits, const KappaNetworkListing *listing);
void        kappa_trace_free (KappaTrace *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KappaTrace, kappa_trace_free)

/* blocks-group.c */
KappaBlocks *kappa_blocks_new_from_trace (const KappaTrace *trace, const KappaNetworkListing *listing);
void         kappa_block_free            (KappaBlock *block);
