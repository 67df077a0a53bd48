#include <math.h>
#include <string.h>

#include "core/graph/op.h"
#include "core/models/activation.h"
#include "core/models/onnx-walk.h"

/*
 * Until version 20 a gelu is written out, in any of a dozen orders. It is known by what it
 * computes: the steps are done on numbers, and the results compared with those of the function. The
 * steps stay as they are.
 */

/* As many steps lie between a gelu and what it is of, and as many evaluations find it. */
#define MAX_STEPS       10
#define MAX_EVALUATIONS 200

/* Constants are float32, or have fewer digits still; the two forms of the function are 5e-4 apart.
 */
#define TOLERANCE 1e-5

static const double points[] = { -3.1, -1.7, -0.9, -0.2, 0.4, 1.1, 2.2, 3.7 };

typedef struct
{
  KappaGraph *graph;
  KappaNode x;
  double value;
  guint n_left;
} Trial;

static gboolean
is_elementwise (KappaGraph *graph, KappaNode node)
{
  return node >= 0 && kappa_graph_get_op (graph, node)->kind == KAPPA_OP_ELEMENTWISE
         && kappa_graph_get_op (graph, node)->tile.f64 != NULL;
}

/* What @node is if x is the trial's number; %FALSE if it is of something else, too. */
static gboolean
evaluate (Trial *trial, KappaNode node, double *result)
{
  const guint arity = kappa_graph_get_arity (trial->graph, node);
  double values[3];
  const double *operands[] = { &values[0], &values[1], &values[2] };

  if (node == trial->x)
    {
      *result = trial->value;
      return TRUE;
    }
  if (trial->n_left == 0 || !is_elementwise (trial->graph, node) || arity > G_N_ELEMENTS (values))
    return FALSE;
  trial->n_left--;
  for (guint i = 0; i < arity; i++)
    if (!evaluate (trial, kappa_graph_get_operand (trial->graph, node, i), &values[i]))
      return FALSE;
  kappa_graph_get_op (trial->graph, node)
      ->tile.f64 (result, operands, 1, kappa_graph_get_attrs (trial->graph, node)->f);
  return TRUE;
}

static double
gelu (double x, gboolean by_tanh)
{
  return 0.5 * x
         * (1.0
            + (by_tanh ? tanh (sqrt (2.0 / G_PI) * (x + 0.044715 * x * x * x))
                       : erf (x * M_SQRT1_2)));
}

static gboolean
is_gelu_of (KappaGraph *graph, KappaNode y, KappaNode x)
{
  gboolean fits[] = { TRUE, TRUE };

  for (gsize i = 0; i < G_N_ELEMENTS (points); i++)
    {
      Trial trial = { graph, x, points[i], MAX_EVALUATIONS };
      double value;

      if (!evaluate (&trial, y, &value))
        return FALSE;
      for (guint form = 0; form < G_N_ELEMENTS (fits); form++)
        fits[form] = fits[form] && fabs (value - gelu (points[i], form == 1)) <= TOLERANCE;
    }
  return fits[0] || fits[1];
}

/* The erf or tanh a few steps before; %KAPPA_NONE if there is none. */
static KappaNode
find_bend (KappaGraph *graph, KappaNode node, guint n_steps)
{
  const char *op = kappa_graph_get_op (graph, node)->name;

  if (strcmp (op, "erf") == 0 || strcmp (op, "tanh") == 0)
    return node;
  if (n_steps == 0 || !is_elementwise (graph, node))
    return KAPPA_NONE;
  for (guint i = 0; i < kappa_graph_get_arity (graph, node); i++)
    {
      KappaNode bend = find_bend (graph, kappa_graph_get_operand (graph, node, i), n_steps - 1);

      if (bend != KAPPA_NONE)
        return bend;
    }
  return KAPPA_NONE;
}

/* One of the steps before the bend is x: the first operands lead there whatever is in between. */
static KappaNode
find_operand (KappaGraph *graph, KappaNode y, KappaNode bend)
{
  KappaNode x = bend;

  for (guint step = 0;
       step < MAX_STEPS && is_elementwise (graph, x) && kappa_graph_get_arity (graph, x) > 0;
       step++)
    {
      x = kappa_graph_get_operand (graph, x, 0);
      if (is_gelu_of (graph, y, x))
        return x;
    }
  return KAPPA_NONE;
}

/* Whether a tensor of the file has the name already. */
static gboolean
is_taken (KappaOnnxWalk *walk, const char *name, KappaNode x)
{
  const KappaNode node = kappa_graph_find (walk->graph, name);
  GArray *tensors = walk->network->tensors;

  for (guint i = 0; i < tensors->len; i++)
    if (strcmp (g_array_index (tensors, KappaOnnxTensor, i).name, name) == 0)
      return TRUE;
  return node >= 0 && node != x;
}

/**
 * kappa_onnx_mark_gelu:
 * @y: the result of the step
 * @x: what it is the gelu of; %KAPPA_NONE to find that out, and whether it is one
 *
 * Marks a gelu and what it is of.
 */
void
kappa_onnx_mark_gelu (KappaOnnxWalk *walk, KappaNode y, KappaNode x)
{
  const char *name = walk->step->node->output[0];
  g_autofree char *input = g_strconcat (name, KAPPA_ACTIVATION_INPUT, NULL);
  KappaNode bend;

  if (y < 0)
    return;
  bend = x == KAPPA_NONE ? find_bend (walk->graph, y, 4) : KAPPA_NONE;
  if (bend != KAPPA_NONE)
    x = find_operand (walk->graph, y, bend);
  if (x < 0 || is_taken (walk, input, x))
    return;
  kappa_onnx_mark (walk, y, KAPPA_ACTIVATION_GELU);
  if (kappa_graph_find (walk->graph, name) == y && kappa_graph_find (walk->graph, input) < 0)
    kappa_graph_set_name (walk->graph, x, input);
}
