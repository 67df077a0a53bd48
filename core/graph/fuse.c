#include "core/graph/fuse.h"

#include <string.h>

/* The work table: decisions, and who uses what. */
typedef struct
{
  KappaGraph *graph;
  const KappaLate *late;
  guint n;
  KappaFusion *nodes;
  GArray **users; /* of KappaNode, one entry for each use */
} Table;

static const guint longest_chain = 10;

/**
 * kappa_fuse_stage:
 *
 * Returns: the KappaStage of core/graph/plan.h in which a node's value is made
 */
guint
kappa_fuse_stage (KappaGraph *graph, const KappaLate *late, KappaNode node)
{
  guint rate = kappa_graph_get_rate (graph, node);

  return (rate & KAPPA_RATE_SAMPLE ? 2u : 0u) + (late->late[node] ? 2u : 0u) + (rate & KAPPA_RATE_VECTOR ? 1u : 0u);
}

static gboolean
is (const Table *t, KappaNode node, const char *name)
{
  return strcmp (kappa_graph_get_op (t->graph, node)->name, name) == 0;
}

/* What is late takes the sums of what is not. */
static gboolean
takes_sum (const Table *t, KappaNode node, KappaNode operand)
{
  return t->late->late[node] && t->late->place[operand] >= 0;
}

static void
use (Table *t, KappaNode node, KappaNode operand)
{
  t->nodes[operand].needed = TRUE;
  if (t->users[operand] == NULL)
    t->users[operand] = g_array_new (FALSE, FALSE, sizeof (KappaNode));
  g_array_append_val (t->users[operand], node);
}

static void
collect (Table *t, const KappaNode *outputs, guint n_outputs)
{
  for (guint i = 0; i < n_outputs; i++)
    if (t->late->place[outputs[i]] < 0)
      t->nodes[outputs[i]].needed = t->nodes[outputs[i]].kept = TRUE;
  for (guint i = 0; i < t->late->summed->len; i++)
    {
      const KappaSummed *summed = &g_array_index (t->late->summed, KappaSummed, i);

      for (guint k = 0; k < summed->n_addends; k++)
        t->nodes[summed->addends[k]].needed = t->nodes[summed->addends[k]].kept = TRUE;
    }
  for (guint n = t->n; n-- > 0;)
    {
      KappaNode node = (KappaNode) n;

      t->nodes[node].leader = t->nodes[node].tail = node;
      t->nodes[node].bias = KAPPA_NONE;
      for (guint i = 0; t->nodes[node].needed && i < kappa_graph_get_arity (t->graph, node); i++)
        if (!takes_sum (t, node, kappa_graph_get_operand (t->graph, node, i)))
          use (t, node, kappa_graph_get_operand (t->graph, node, i));
    }
}

/* The one node that uses this one, if nobody else needs its value and it runs as often. */
static KappaNode
sole_user (const Table *t, KappaNode node)
{
  KappaNode user;

  if (t->nodes[node].kept || t->users[node] == NULL || t->users[node]->len != 1)
    return KAPPA_NONE;
  user = g_array_index (t->users[node], KappaNode, 0);
  if (t->nodes[user].absorbed || kappa_fuse_stage (t->graph, t->late, user) != kappa_fuse_stage (t->graph, t->late, node)
      || kappa_graph_get_dtype (t->graph, user) != kappa_graph_get_dtype (t->graph, node))
    return KAPPA_NONE;
  return user;
}

/* The vector over channels that a node repeats over an image or over rows, as real numbers; or none. */
static KappaNode
channel_vector (const Table *t, KappaNode node)
{
  const KappaShape *shape = kappa_graph_get_shape (t->graph, node), *vector;
  KappaNode source;

  if (!is (t, node, "broadcast") || (shape->rank != 4 && shape->rank != 2))
    return KAPPA_NONE;
  source = kappa_graph_get_operand (t->graph, node, 0);
  vector = kappa_graph_get_shape (t->graph, source);
  for (guint d = 0; d < shape->rank; d++)
    if (vector->dims[d] != (d == 1 ? shape->dims[1] : 1))
      return KAPPA_NONE;
  if (kappa_graph_get_dtype (t->graph, source) == KAPPA_BF16 && is (t, source, "cast"))
    source = kappa_graph_get_operand (t->graph, source, 0);
  return kappa_graph_get_dtype (t->graph, source) == KAPPA_F32 ? source : KAPPA_NONE;
}

static KappaNode
other_operand (const Table *t, KappaNode node, KappaNode one)
{
  KappaNode first = kappa_graph_get_operand (t->graph, node, 0);

  return first == one ? kappa_graph_get_operand (t->graph, node, 1) : first;
}

/* The bias is added first, so only sums may have come before it. */
static gboolean
takes_bias (const KappaFusion *f)
{
  for (guint i = 0; i < f->n_links; i++)
    if (f->links[i] != KAPPA_LINK_ADD)
      return FALSE;
  return f->bias == KAPPA_NONE;
}

/* A view that repeats numbers would have to be written out in full. */
static gboolean
lies_in_full (const Table *t, KappaNode node)
{
  return kappa_graph_get_op (t->graph, node)->kind != KAPPA_OP_VIEW;
}

/* Whether what the only user of the result does with it can be done in the product's step; notes it. */
static gboolean
take_link (Table *t, KappaFusion *f, KappaNode user)
{
  KappaNode other = kappa_graph_get_arity (t->graph, user) == 2 ? other_operand (t, user, f->tail) : KAPPA_NONE;
  KappaNode vector;
  KappaLink link;

  if (is (t, user, "relu"))
    link = KAPPA_LINK_RELU;
  else if (other == f->tail || other == KAPPA_NONE)
    return FALSE;
  else if (is (t, user, "add"))
    {
      vector = takes_bias (f) ? channel_vector (t, other) : KAPPA_NONE;
      if (vector != KAPPA_NONE)
        {
          f->bias = vector;
          return TRUE;
        }
      link = KAPPA_LINK_ADD;
    }
  else if (is (t, user, "mul") && lies_in_full (t, other))
    link = KAPPA_LINK_MUL;
  else
    return FALSE;
  if (f->n_links == KAPPA_MAX_LINKS)
    return FALSE;
  f->linked[f->n_links] = other;
  f->links[f->n_links++] = link;
  return TRUE;
}

/* As far as nobody needs what lies between. */
static void
fuse_product (Table *t, KappaNode product)
{
  KappaFusion *f = &t->nodes[product];
  KappaNode user;

  while ((f->n_links == 0 || f->links[f->n_links - 1] != KAPPA_LINK_RELU)
         && (user = sole_user (t, f->tail)) != KAPPA_NONE && take_link (t, f, user))
    {
      t->nodes[user].absorbed = TRUE;
      t->nodes[user].leader = product;
      f->tail = user;
    }
}

static gboolean
chainable (const Table *t, KappaNode node)
{
  return kappa_graph_get_op (t->graph, node)->kind == KAPPA_OP_ELEMENTWISE && t->nodes[node].leader == node;
}

static gboolean
same_chain (const Table *t, KappaNode node, KappaNode user)
{
  KappaDtype a = kappa_graph_get_dtype (t->graph, node), b = kappa_graph_get_dtype (t->graph, user);

  return chainable (t, user) && kappa_fuse_stage (t->graph, t->late, node) == kappa_fuse_stage (t->graph, t->late, user)
         && (a == KAPPA_F64) == (b == KAPPA_F64) && a != KAPPA_I32 && b != KAPPA_I32;
}

/* Cheap work on a value that is in memory anyway is done again by each user rather than kept. */
static gboolean
worth_repeating (const Table *t, KappaNode node)
{
  const KappaOp *op = kappa_graph_get_op (t->graph, node);

  if (!op->cheap || t->nodes[node].kept || t->users[node] == NULL)
    return FALSE;
  for (guint i = 0; i < kappa_graph_get_arity (t->graph, node); i++)
    if (chainable (t, kappa_graph_get_operand (t->graph, node, i)))
      return FALSE;
  for (guint i = 0; i < t->users[node]->len; i++)
    if (!chainable (t, g_array_index (t->users[node], KappaNode, i)))
      return FALSE;
  return TRUE;
}

/* A node joins the chain of its users if all of them are in one chain; chain[] names each chain by its last node.
 * Chains are kept short enough for a tile program's operands.
 */
static void
fuse_chains (Table *t)
{
  g_autofree KappaNode *chain = g_new (KappaNode, t->n);
  g_autofree guint *length = g_new0 (guint, t->n);

  for (guint i = t->n; i-- > 0;)
    {
      KappaNode node = (KappaNode) i, common = KAPPA_NONE;
      gboolean joins = !t->nodes[node].kept && t->users[node] != NULL;

      chain[node] = node;
      if (!t->nodes[node].needed || !chainable (t, node))
        continue;
      if (worth_repeating (t, node))
        {
          t->nodes[node].repeated = t->nodes[node].absorbed = TRUE;
          chain[node] = KAPPA_NONE;
          continue;
        }
      for (guint u = 0; joins && u < t->users[node]->len; u++)
        {
          KappaNode user = g_array_index (t->users[node], KappaNode, u);

          joins = same_chain (t, node, user) && chain[user] != KAPPA_NONE
                  && (common == KAPPA_NONE || common == chain[user]);
          common = chain[user];
        }
      if (!joins || common == KAPPA_NONE || length[common] + 1 >= longest_chain)
        continue;
      length[common]++;
      t->nodes[node].absorbed = TRUE;
      chain[node] = common;
    }
}

/**
 * kappa_fuse:
 * @outputs: nodes whose values are wanted
 *
 * Decides which nodes have a step of their own.
 *
 * Returns: (transfer full): a decision for each node of the graph
 */
KappaFusion *
kappa_fuse (KappaGraph *graph, const KappaLate *late, const KappaNode *outputs, guint n_outputs)
{
  Table t = { .graph = graph, .late = late, .n = kappa_graph_get_n_nodes (graph) };

  t.nodes = g_new0 (KappaFusion, t.n);
  t.users = g_new0 (GArray *, t.n);
  collect (&t, outputs, n_outputs);
  for (guint node = 0; node < t.n; node++)
    {
      const KappaOp *op = kappa_graph_get_op (graph, (KappaNode) node);

      if (t.nodes[node].needed && !t.nodes[node].absorbed && op->kernel != NULL && op->kernel->fuses != NULL
          && op->kernel->fuses (graph, (KappaNode) node))
        fuse_product (&t, (KappaNode) node);
    }
  fuse_chains (&t);
  for (guint node = 0; node < t.n; node++)
    if (t.users[node] != NULL)
      g_array_unref (t.users[node]);
  g_free (t.users);
  return t.nodes;
}
