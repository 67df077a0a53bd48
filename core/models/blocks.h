#pragma once

#include "core/models/architecture.h"

#define KAPPA_BLOCK_NONE G_MAXUINT

/**
 * KappaBlockType:
 * @KAPPA_BLOCK_INPUT: the images
 * @KAPPA_BLOCK_LAYER: a layer of the model's list
 * @KAPPA_BLOCK_JOIN: where several results become one without a layer of their own: the sum behind a residual
 * @KAPPA_BLOCK_GROUP: a stem, a stage, a block
 * @KAPPA_BLOCK_REPEAT: groups one behind the other that are the same but for their weights
 * @KAPPA_BLOCK_OUTPUT: the logits
 */
typedef enum
{
  KAPPA_BLOCK_INPUT,
  KAPPA_BLOCK_LAYER,
  KAPPA_BLOCK_JOIN,
  KAPPA_BLOCK_GROUP,
  KAPPA_BLOCK_REPEAT,
  KAPPA_BLOCK_OUTPUT,
} KappaBlockType;

/**
 * KappaBlock:
 * @name: of a layer as in the model's list; of a group that of its result, e.g. "layer1.0"
 * @title: what tells it from the others in its group, e.g. "conv1"
 * @kind: a word for people: "convolution", "stage", "add", …
 * @then: (nullable): the activation function behind it: "ReLU"
 * @parent: the group it is in; %KAPPA_BLOCK_NONE for the whole network
 * @children: (element-type guint): of a group, in the order of computation
 * @first_leaf: the first of its leaves
 * @n_leaves: how many, 1 for a leaf itself; they lie one behind the other
 * @layer: the layer's place in the model's list; %KAPPA_BLOCK_NONE if it is none
 * @result: (nullable): what its result answers to in a built network, see kappa_model_build_named()
 * @attention: (nullable): the attention inside, likewise, if there is exactly one
 * @input: of the first that goes in, for one image, without the sample dimension
 * @output: likewise
 * @n_parameters: trained numbers
 * @macs: multiply-adds for one image
 * @n_results: numbers all leaves in it result in, for one image
 */
typedef struct
{
  KappaBlockType type;
  char *name;
  char *title;
  const char *kind;
  const char *then;
  guint parent;
  GArray *children;
  guint first_leaf;
  guint n_leaves;
  guint layer;
  char *result;
  char *attention;
  KappaShape input;
  KappaShape output;
  guint64 n_parameters;
  guint64 macs;
  guint64 n_results;
} KappaBlock;

/**
 * KappaBlockEdge:
 * @from: what is used; %KAPPA_BLOCK_NONE for something outside the group
 * @to: by what; likewise
 */
typedef struct
{
  guint from;
  guint to;
} KappaBlockEdge;

KappaBlocks          *kappa_blocks_new          (const KappaArchitecture *architecture, const KappaConfig *config,
                                                 const KappaChoices *choices, guint height, guint width, GError **error);
KappaBlocks          *kappa_blocks_ref          (KappaBlocks *self);
void                  kappa_blocks_unref        (KappaBlocks *self);
guint                 kappa_blocks_get_n        (const KappaBlocks *self);
const KappaBlock     *kappa_blocks_get          (const KappaBlocks *self, guint block);
guint                 kappa_blocks_get_n_leaves (const KappaBlocks *self);
guint                 kappa_blocks_get_leaf     (const KappaBlocks *self, guint leaf);
const KappaBlockEdge *kappa_blocks_get_edges    (const KappaBlocks *self, guint *n_edges);
GArray               *kappa_blocks_list_edges   (const KappaBlocks *self, guint group);
gboolean              kappa_blocks_is_inside    (const KappaBlocks *self, guint block, guint group);
guint                 kappa_blocks_find         (const KappaBlocks *self, const char *name);
guint                 kappa_blocks_find_node    (const KappaBlocks *self, KappaNode node);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (KappaBlocks, kappa_blocks_unref)
