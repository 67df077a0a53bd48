#include "core/models/blocks-private.h"

#include <string.h>

#include "core/graph/op.h"

/*
 * From a built graph back to its layers. A value flows through a node that has one source unchanged
 * in kind: through reshapes, activation functions, the arithmetic inside a layer. Where a layer
 * ends it becomes that layer's; where values of different layers meet it becomes a join's.
 */

typedef struct
{
  KappaGraph *graph;
  const KappaNetworkListing *listing;
  KappaTrace *trace;
  gboolean *needed; /* by the logits */
  GArray **ends;    /* of each node: the layers whose result it is, of guint */
  guint *source;    /* of each node: the leaf its value comes from */
} Tracer;

static KappaLeaf *
leaf_at (const KappaTrace *trace, guint leaf)
{
  return &g_array_index (trace->leaves, KappaLeaf, leaf);
}

static KappaShape
without_sample (const KappaShape *shape)
{
  KappaShape rest = { 0 };

  for (guint d = 1; d < shape->rank; d++)
    rest.dims[rest.rank++] = shape->dims[d];
  return rest;
}

static void
clear_leaf (gpointer data)
{
  g_array_unref (((KappaLeaf *)data)->inputs);
}

void
kappa_trace_free (KappaTrace *self)
{
  g_array_unref (self->leaves);
  g_free (self->leaf_of_node);
  g_free (self);
}

static guint
add_leaf (Tracer *t, KappaBlockType type, const char *name, const char *kind, KappaNode node)
{
  KappaLeaf leaf
      = { .type = type, .name = name, .kind = kind, .layer = KAPPA_BLOCK_NONE, .node = node };

  leaf.inputs = g_array_new (FALSE, FALSE, sizeof (guint));
  leaf.output = without_sample (kappa_graph_get_shape (t->graph, node));
  g_array_append_val (t->trace->leaves, leaf);
  return t->trace->leaves->len - 1;
}

static void
add_input (GArray *inputs, guint leaf)
{
  for (guint i = 0; i < inputs->len; i++)
    if (g_array_index (inputs, guint, i) == leaf)
      return;
  g_array_append_val (inputs, leaf);
}

/* The leaves whose values a node uses; weights have none. */
static GArray *
list_sources (Tracer *t, KappaNode node)
{
  GArray *sources = g_array_new (FALSE, FALSE, sizeof (guint));

  for (guint i = 0; i < kappa_graph_get_arity (t->graph, node); i++)
    {
      guint source = t->source[kappa_graph_get_operand (t->graph, node, i)];

      if (source != KAPPA_BLOCK_NONE)
        add_input (sources, source);
    }
  return sources;
}

static guint
add_layer (Tracer *t, guint layer, KappaNode node)
{
  const KappaLayer *listed = &g_array_index (t->listing->layers, KappaLayer, layer);
  guint leaf = add_leaf (t, KAPPA_BLOCK_LAYER, listed->name, listed->kind, node);

  leaf_at (t->trace, leaf)->layer = layer;
  leaf_at (t->trace, leaf)->output = listed->output;
  return leaf;
}

static KappaNode
node_of_layer (const Tracer *t, guint layer)
{
  return g_array_index (t->listing->layer_nodes, KappaNode, layer);
}

/* A convolution that is computed together with the batch norm behind it has no value of its own. */
static guint
add_layer_before (Tracer *t, guint layer, GArray **sources)
{
  const guint before = layer - 1;
  GArray *own;
  guint leaf;

  if (layer == 0 || node_of_layer (t, before) < 0 || t->needed[node_of_layer (t, before)])
    return KAPPA_BLOCK_NONE;
  leaf = add_layer (t, before, node_of_layer (t, before));
  own = leaf_at (t->trace, leaf)->inputs;
  g_array_append_vals (own, (*sources)->data, (*sources)->len);
  g_array_set_size (*sources, 0);
  g_array_append_val (*sources, leaf);
  return leaf;
}

/* Layers that end in the same node follow each other. */
static void
end_layers (Tracer *t, KappaNode node)
{
  const GArray *ends = t->ends[node];
  g_autoptr (GArray) sources = list_sources (t, node);

  for (guint i = 0; i < ends->len; i++)
    {
      guint layer = g_array_index (ends, guint, i), leaf;

      add_layer_before (t, layer, &sources);
      leaf = add_layer (t, layer, node);
      g_array_append_vals (leaf_at (t->trace, leaf)->inputs, sources->data, sources->len);
      g_array_set_size (sources, 0);
      g_array_append_val (sources, leaf);
      t->source[node] = leaf;
    }
}

static const char *
join_words (const KappaOp *op)
{
  static const struct
  {
    const char *name, *words;
  } table[] = {
    { "mul", "multiply" },       { "sub", "subtract" },          { "div", "divide" },
    { "concat", "concatenate" }, { "matmul", "matrix product" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    if (strcmp (table[i].name, op->name) == 0)
      return table[i].words;
  return op->name;
}

static void
pass_node (Tracer *t, KappaNode node)
{
  g_autoptr (GArray) sources = list_sources (t, node);
  const char *words;
  guint leaf;

  if (sources->len == 1)
    t->source[node] = g_array_index (sources, guint, 0);
  if (sources->len < 2)
    return;
  words = join_words (kappa_graph_get_op (t->graph, node));
  leaf = add_leaf (t, KAPPA_BLOCK_JOIN, words, words, node);
  g_array_append_vals (leaf_at (t->trace, leaf)->inputs, sources->data, sources->len);
  t->source[node] = leaf;
}

static void
find_needed (Tracer *t, KappaNode logits)
{
  t->needed[logits] = TRUE;
  for (KappaNode node = logits; node >= 0; node--)
    for (guint i = 0; t->needed[node] && i < kappa_graph_get_arity (t->graph, node); i++)
      t->needed[kappa_graph_get_operand (t->graph, node, i)] = TRUE;
}

static void
find_ends (Tracer *t)
{
  for (guint i = 0; i < t->listing->layers->len; i++)
    {
      KappaNode node = node_of_layer (t, i);

      if (node < 0 || !t->needed[node])
        continue;
      if (t->ends[node] == NULL)
        t->ends[node] = g_array_new (FALSE, FALSE, sizeof (guint));
      g_array_append_val (t->ends[node], i);
    }
}

static gboolean
ends_something (const Tracer *t, KappaNode node, const gboolean *named)
{
  guint leaf = t->source[node];

  return named[node] || t->ends[node] != NULL
         || (leaf != KAPPA_BLOCK_NONE && leaf_at (t->trace, leaf)->node == node);
}

/* Backwards from where a leaf ends, to where others did: what lies between is computed for it. */
static void
claim (Tracer *t, KappaNode node, guint leaf, const gboolean *named)
{
  g_autoptr (GArray) open = g_array_new (FALSE, FALSE, sizeof (KappaNode));

  g_array_append_val (open, node);
  while (open->len > 0)
    {
      KappaNode next = g_array_index (open, KappaNode, open->len - 1);

      g_array_set_size (open, open->len - 1);
      if (t->trace->leaf_of_node[next] != KAPPA_BLOCK_NONE)
        continue;
      t->trace->leaf_of_node[next] = leaf;
      for (guint i = 0; i < kappa_graph_get_arity (t->graph, next); i++)
        {
          KappaNode operand = kappa_graph_get_operand (t->graph, next, i);

          if ((kappa_graph_get_rate (t->graph, operand) & KAPPA_RATE_SAMPLE) != 0
              && !ends_something (t, operand, named))
            g_array_append_val (open, operand);
        }
    }
}

static void
claim_all (Tracer *t, const gboolean *named)
{
  /* The first of several layers that end in one node did the work; one without a value of its own
   * did it where the next ends. */
  for (guint leaf = 0; leaf < t->trace->leaves->len; leaf++)
    {
      KappaNode node = leaf_at (t->trace, leaf)->node;

      claim (t, t->needed[node] ? node : leaf_at (t->trace, leaf + 1)->node, leaf, named);
    }
  for (guint node = 0; node < t->trace->n_nodes; node++)
    if (named[node] && t->source[node] != KAPPA_BLOCK_NONE)
      claim (t, (KappaNode)node, t->source[node], named);
}

static KappaNode
node_of_activation (const Tracer *t, const KappaActivation *activation)
{
  return kappa_graph_find (t->graph, activation->name);
}

static void
tell_activation (Tracer *t, const KappaActivation *activation, KappaNode node)
{
  const gboolean attention = (activation->flags & KAPPA_ACTIVATION_ATTENTION) != 0;
  guint leaf = attention ? t->trace->leaf_of_node[node] : t->source[node];
  KappaLeaf *told;

  if (leaf == KAPPA_BLOCK_NONE)
    return;
  told = leaf_at (t->trace, leaf);
  if (attention)
    {
      told->attention = activation->name;
      return;
    }
  told->flags |= activation->flags;
  if (kappa_shape_equal (&activation->shape, &told->output))
    told->result = activation->name;
  if ((activation->flags & KAPPA_ACTIVATION_RELU) != 0)
    told->then = "ReLU";
  else if ((activation->flags & KAPPA_ACTIVATION_GELU) != 0)
    told->then = "GELU";
  if ((activation->flags & KAPPA_ACTIVATION_BLOCK) != 0)
    told->block_name = activation->name;
  if (activation->stage != NULL)
    told->stage = activation->stage;
}

/* What has a name beside the attention is a result, whoever uses it. */
static gboolean *
find_named (const Tracer *t)
{
  gboolean *named = g_new0 (gboolean, t->trace->n_nodes);

  for (guint i = 0; i < t->listing->activations->len; i++)
    {
      const KappaActivation *activation
          = &g_array_index (t->listing->activations, KappaActivation, i);
      KappaNode node = node_of_activation (t, activation);

      if (node >= 0 && (activation->flags & KAPPA_ACTIVATION_ATTENTION) == 0)
        named[node] = TRUE;
    }
  return named;
}

static void
tell_activations (Tracer *t)
{
  g_autofree gboolean *named = find_named (t);

  claim_all (t, named);
  for (guint i = 0; i < t->listing->activations->len; i++)
    {
      const KappaActivation *activation
          = &g_array_index (t->listing->activations, KappaActivation, i);
      KappaNode node = node_of_activation (t, activation);

      if (node >= 0)
        tell_activation (t, activation, node);
    }
}

static void
walk (Tracer *t, KappaNode images, KappaNode logits)
{
  guint output;

  t->source[images] = add_leaf (t, KAPPA_BLOCK_INPUT, "images", "input", images);
  for (KappaNode node = 0; node <= logits; node++)
    {
      if (node == images || !t->needed[node])
        continue;
      if (t->ends[node] != NULL)
        end_layers (t, node);
      else
        pass_node (t, node);
    }
  output = add_leaf (t, KAPPA_BLOCK_OUTPUT, "logits", "output", logits);
  leaf_at (t->trace, output)->result = "logits";
  add_input (leaf_at (t->trace, output)->inputs, t->source[logits]);
}

/**
 * kappa_trace_new:
 * @graph: with nothing but the network
 * @listing: of what was built
 *
 * Returns: (transfer full): layers and joins between the images and the logits; its strings live as
 * long as @listing
 */
KappaTrace *
kappa_trace_new (KappaGraph *graph,
                 KappaNode images,
                 KappaNode logits,
                 const KappaNetworkListing *listing)
{
  KappaTrace *trace = g_new0 (KappaTrace, 1);
  const guint n = kappa_graph_get_n_nodes (graph);
  Tracer t = { .graph = graph, .listing = listing, .trace = trace };

  trace->leaves = g_array_new (FALSE, FALSE, sizeof (KappaLeaf));
  g_array_set_clear_func (trace->leaves, clear_leaf);
  trace->n_nodes = n;
  trace->leaf_of_node = g_new (guint, n);
  t.source = g_new (guint, n);
  for (guint i = 0; i < n; i++)
    trace->leaf_of_node[i] = t.source[i] = KAPPA_BLOCK_NONE;
  t.needed = g_new0 (gboolean, n);
  t.ends = g_new0 (GArray *, n);
  find_needed (&t, logits);
  find_ends (&t);
  walk (&t, images, logits);
  tell_activations (&t);
  for (guint i = 0; i < n; i++)
    g_clear_pointer (&t.ends[i], g_array_unref);
  g_free (t.ends);
  g_free (t.needed);
  g_free (t.source);
  return trace;
}
