#include "core/graph/late.h"

#include <string.h>

/*
 * A sum over micro-batches of something linear is that of the sum. So what stands behind the last product of two things
 * that depend on samples, such as the way back from a folded weight to the convolution's and the BatchNorm's own, is
 * done once for a run, in float64, and not for every micro-batch.
 */

typedef struct
{
  KappaGraph *graph;
  guint n;
  guint *users;      /* by node: how many use its value */
  gboolean *needed;
  gboolean *summable; /* as large for any micro-batch: worth summing */
  KappaLate *late;
} Search;

static gboolean
is (const Search *s, KappaNode node, const char *name)
{
  return strcmp (kappa_graph_get_op (s->graph, node)->name, name) == 0;
}

static gboolean
has_samples (const Search *s, KappaNode node)
{
  return (kappa_graph_get_rate (s->graph, node) & KAPPA_RATE_SAMPLE) != 0;
}

static gboolean
reduces_samples (const Search *s, KappaNode node)
{
  const KappaAttrs *attrs = kappa_graph_get_attrs (s->graph, node);
  KappaNode first = kappa_graph_get_operand (s->graph, node, 0);

  if (is (s, node, "conv_weight_grad"))
    return TRUE;
  if (is (s, node, "matmul"))
    return attrs->i[0] != 0 && has_samples (s, first) && has_samples (s, kappa_graph_get_operand (s->graph, node, 1));
  return is (s, node, "reduce_sum") && (attrs->i[0] & 1) != 0 && !s->summable[first];
}

/* Whether the node is linear in operands that can be summed, and depends on samples through them alone. */
static gboolean
is_linear (const Search *s, KappaNode node)
{
  const KappaOp *op = kappa_graph_get_op (s->graph, node);
  guint n = kappa_graph_get_arity (s->graph, node), with = 0;

  for (guint i = 0; i < n; i++)
    {
      KappaNode operand = kappa_graph_get_operand (s->graph, node, i);

      if (has_samples (s, operand) && !s->summable[operand])
        return FALSE;
      with += has_samples (s, operand) ? 1 : 0;
    }
  if (op->kind == KAPPA_OP_VIEW || is (s, node, "reduce_sum") || is (s, node, "scale"))
    return with == 1 && n == 1;
  if (is (s, node, "add") || is (s, node, "sub"))
    return with == 2;
  if (is (s, node, "mul"))
    return with == 1;
  return is (s, node, "div") && with == 1 && has_samples (s, kappa_graph_get_operand (s->graph, node, 0));
}

static void
count_users (Search *s)
{
  for (guint node = s->n; node-- > 0;)
    for (guint i = 0; s->needed[node] && i < kappa_graph_get_arity (s->graph, (KappaNode) node); i++)
      {
        KappaNode operand = kappa_graph_get_operand (s->graph, (KappaNode) node, i);

        s->needed[operand] = TRUE;
        s->users[operand]++;
      }
}

/* Late is what is linear and used by nothing but what is late. */
static void
mark (Search *s, const KappaNode *others, guint n_others)
{
  g_autofree gboolean *barred = g_new0 (gboolean, s->n), *linear = g_new0 (gboolean, s->n);

  for (guint node = 0; node < s->n; node++)
    if (has_samples (s, (KappaNode) node))
      {
        linear[node] = is_linear (s, (KappaNode) node);
        s->summable[node] = linear[node] || reduces_samples (s, (KappaNode) node);
      }
  for (guint i = 0; i < n_others; i++)
    barred[others[i]] = TRUE;
  for (guint node = s->n; node-- > 0;)
    {
      s->late->late[node] = s->needed[node] && linear[node] && !barred[node];
      for (guint i = 0; s->needed[node] && !s->late->late[node] && i < kappa_graph_get_arity (s->graph, (KappaNode) node); i++)
        barred[kappa_graph_get_operand (s->graph, (KappaNode) node, i)] = TRUE;
    }
}

static void
place (Search *s, KappaNode node)
{
  KappaSummed summed = { node, { node }, 1 };

  if (s->late->place[node] >= 0)
    return;
  s->late->place[node] = (gint) s->late->summed->len;
  g_array_append_val (s->late->summed, summed);
}

static gboolean
list_addends (const Search *s, KappaNode node, gboolean top, KappaSummed *to)
{
  if (s->users[node] != 1 && !top)
    return FALSE;
  if (s->late->late[node])
    return is (s, node, "add") && list_addends (s, kappa_graph_get_operand (s->graph, node, 0), FALSE, to)
           && list_addends (s, kappa_graph_get_operand (s->graph, node, 1), FALSE, to);
  if (to->n_addends == KAPPA_MAX_ADDENDS
      || (to->n_addends > 0
          && kappa_graph_get_rate (s->graph, to->addends[0]) != kappa_graph_get_rate (s->graph, node)))
    return FALSE;
  to->addends[to->n_addends++] = node;
  return TRUE;
}

/* A late sum of things that are not late themselves and serve nothing else is summed in one place. */
static gboolean
join (Search *s, KappaNode node)
{
  KappaSummed summed = { .node = node };

  if (!list_addends (s, node, TRUE, &summed))
    return FALSE;
  s->late->late[node] = FALSE;
  s->late->place[node] = (gint) s->late->summed->len;
  g_array_append_val (s->late->summed, summed);
  return TRUE;
}

static void
place_all (Search *s, const KappaNode *sums, guint n_sums)
{
  g_autofree gboolean *used = g_new0 (gboolean, s->n);

  for (guint i = 0; i < n_sums; i++)
    used[sums[i]] = TRUE;
  for (guint n = s->n; n-- > 0;)
    {
      KappaNode node = (KappaNode) n;

      if (!used[node] || !has_samples (s, node))
        continue;
      if (!s->late->late[node])
        place (s, node);
      else if (!join (s, node))
        for (guint i = 0; i < kappa_graph_get_arity (s->graph, node); i++)
          used[kappa_graph_get_operand (s->graph, node, i)] = TRUE;
    }
}

/**
 * kappa_late_find:
 * @sums: outputs that are summed over micro-batches
 * @others: all other outputs
 *
 * Finds what can be done after the summation.
 */
KappaLate *
kappa_late_find (KappaGraph *graph, const KappaNode *sums, guint n_sums, const KappaNode *others, guint n_others)
{
  Search s = { .graph = graph, .n = kappa_graph_get_n_nodes (graph) };
  g_autofree gboolean *summable = g_new0 (gboolean, s.n), *needed = g_new0 (gboolean, s.n);
  g_autofree guint *users = g_new0 (guint, s.n);

  s.summable = summable;
  s.needed = needed;
  s.users = users;
  s.late = g_new0 (KappaLate, 1);
  s.late->late = g_new0 (gboolean, s.n);
  s.late->place = g_new (gint, s.n);
  s.late->summed = g_array_new (FALSE, FALSE, sizeof (KappaSummed));
  for (guint node = 0; node < s.n; node++)
    s.late->place[node] = -1;
  for (guint i = 0; i < n_sums; i++)
    needed[sums[i]] = TRUE;
  for (guint i = 0; i < n_others; i++)
    needed[others[i]] = TRUE;
  count_users (&s);
  mark (&s, others, n_others);
  place_all (&s, sums, n_sums);
  return s.late;
}

void
kappa_late_free (KappaLate *self)
{
  g_free (self->late);
  g_free (self->place);
  g_array_unref (self->summed);
  g_free (self);
}
