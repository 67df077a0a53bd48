#include "core/models/blocks-private.h"

#include <string.h>

#include "core/models/recogniser.h"

/**
 * KappaBlocks:
 *
 * A network as people draw it: layers and joins with what flows between them, in blocks, in stages.
 * The first block is the whole network. Nothing of it changes once it is made.
 */

static KappaBlock *
block_at (const KappaBlocks *self, guint block)
{
  return self->blocks->pdata[block];
}

/**
 * kappa_blocks_new:
 * @choices: how the network is built
 * @height: of the images, pixels
 * @width: likewise
 *
 * Builds the network for one image, without weights, and finds its blocks: by what the builder
 * marked as results of a block or a stage, and by the names of layers. Where nothing is marked,
 * layers over one size of image are a stage.
 *
 * Returns: (transfer full): %NULL with KAPPA_ERROR_SHAPE if the images do not fit
 */
KappaBlocks *
kappa_blocks_new (const KappaArchitecture *architecture,
                  const KappaConfig *config,
                  const KappaChoices *choices,
                  guint height,
                  guint width,
                  GError **error)
{
  g_autoptr (KappaGraph) graph = kappa_graph_new (KAPPA_F32);
  g_autoptr (KappaNetworkListing) listing = kappa_network_listing_new ();
  const KappaShape shape = KAPPA_SHAPE (1, config->channels, height, width);
  KappaNode images = kappa_graph_input (graph, KAPPA_ROLE_SAMPLE, "images", KAPPA_F32, &shape);
  KappaNode logits = kappa_network_build (architecture, config, choices, graph, images, listing);
  g_autoptr (KappaTrace) trace = NULL;

  if (!kappa_graph_check (graph, error))
    return NULL;
  trace = kappa_trace_new (graph, images, logits, listing);
  return kappa_blocks_new_from_trace (trace, listing);
}

KappaBlocks *
kappa_blocks_ref (KappaBlocks *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
kappa_blocks_unref (KappaBlocks *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  g_ptr_array_unref (self->blocks);
  g_array_unref (self->leaves);
  g_array_unref (self->edges);
  g_free (self->leaf_of_node);
  g_free (self);
}

guint
kappa_blocks_get_n (const KappaBlocks *self)
{
  return self->blocks->len;
}

const KappaBlock *
kappa_blocks_get (const KappaBlocks *self, guint block)
{
  return block_at (self, block);
}

guint
kappa_blocks_get_n_leaves (const KappaBlocks *self)
{
  return self->leaves->len;
}

/**
 * kappa_blocks_get_leaf:
 * @leaf: in the order of computation
 *
 * Returns: the leaf's number among all blocks
 */
guint
kappa_blocks_get_leaf (const KappaBlocks *self, guint leaf)
{
  return g_array_index (self->leaves, guint, leaf);
}

/**
 * kappa_blocks_get_edges:
 * @n_edges: (out): how many
 *
 * Returns: (transfer none) (array length=n_edges): what flows between leaves, by the leaf it goes
 * to
 */
const KappaBlockEdge *
kappa_blocks_get_edges (const KappaBlocks *self, guint *n_edges)
{
  *n_edges = self->edges->len;
  return (const KappaBlockEdge *)self->edges->data;
}

/* The child of @group that @block is in or is. */
static guint
child_towards (const KappaBlocks *self, guint block, guint group)
{
  while (block != KAPPA_BLOCK_NONE && block_at (self, block)->parent != group)
    block = block_at (self, block)->parent;
  return block;
}

/**
 * kappa_blocks_list_edges:
 *
 * Returns: (transfer full) (element-type KappaBlockEdge): what flows between the children of a
 * group, into it and out of it, each once
 */
GArray *
kappa_blocks_list_edges (const KappaBlocks *self, guint group)
{
  GArray *edges = g_array_new (FALSE, FALSE, sizeof (KappaBlockEdge));
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);

  for (guint i = 0; i < self->edges->len; i++)
    {
      const KappaBlockEdge *leaves = &g_array_index (self->edges, KappaBlockEdge, i);
      KappaBlockEdge edge
          = { child_towards (self, leaves->from, group), child_towards (self, leaves->to, group) };
      gint64 key = (gint64)((guint64)edge.from << 32 | edge.to);

      if (edge.from != edge.to && g_hash_table_add (seen, g_memdup2 (&key, sizeof key)))
        g_array_append_val (edges, edge);
    }
  return edges;
}

gboolean
kappa_blocks_is_inside (const KappaBlocks *self, guint block, guint group)
{
  while (block != KAPPA_BLOCK_NONE && block != group)
    block = block_at (self, block)->parent;
  return block == group;
}

/**
 * kappa_blocks_find:
 * @name: of a block, a layer or an activation
 *
 * Returns: the smallest that bears the name; else the smallest whose result does; %KAPPA_BLOCK_NONE
 * if there is none
 */
guint
kappa_blocks_find (const KappaBlocks *self, const char *name)
{
  for (guint leaf = 0; leaf < self->leaves->len; leaf++)
    if (strcmp (block_at (self, kappa_blocks_get_leaf (self, leaf))->name, name) == 0)
      return kappa_blocks_get_leaf (self, leaf);
  for (guint i = 0; i < self->blocks->len; i++)
    if (strcmp (block_at (self, i)->name, name) == 0)
      return i;
  for (guint leaf = 0; leaf < self->leaves->len; leaf++)
    {
      const KappaBlock *block = block_at (self, kappa_blocks_get_leaf (self, leaf));

      if (g_strcmp0 (block->result, name) == 0 || g_strcmp0 (block->attention, name) == 0)
        return kappa_blocks_get_leaf (self, leaf);
    }
  return KAPPA_BLOCK_NONE;
}

/**
 * kappa_blocks_find_node:
 * @node: of the network built for one image of this size in float32
 *
 * Returns: the leaf it is computed for; %KAPPA_BLOCK_NONE for what depends on weights alone
 */
guint
kappa_blocks_find_node (const KappaBlocks *self, KappaNode node)
{
  if (node < 0 || (guint)node >= self->n_nodes || self->leaf_of_node[node] == KAPPA_BLOCK_NONE)
    return KAPPA_BLOCK_NONE;
  return kappa_blocks_get_leaf (self, self->leaf_of_node[node]);
}
