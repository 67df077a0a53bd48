#include "core/analysis/linearity.h"

#include "core/graph/autodiff.h"
#include "core/graph/op.h"

/* What a primitive does to a change of some of its operands. */
typedef enum
{
  UNKNOWN,
  CONSTANT, /* nothing, but at jumps */
  LINEAR,   /* it hands it on, piece by piece in proportion */
  CURVED,
} Effect;

/* By primitive, then by the bits of the operands that change. */
typedef Effect Effects[1 << KAPPA_MAX_INPUTS];

static KappaNode
input_like (KappaGraph *scratch, KappaGraph *graph, KappaNode node)
{
  return kappa_graph_input (scratch, KAPPA_ROLE_PARAMETER, NULL,
                            kappa_graph_get_dtype (graph, node),
                            kappa_graph_get_shape (graph, node));
}

/* Rules say that nothing changes by no tangent, or by one that is filled with zeros. */
static gboolean
is_zero (KappaGraph *graph, KappaNode node)
{
  return node == KAPPA_NONE
         || (g_str_equal (kappa_graph_get_op (graph, node)->name, "fill")
             && kappa_graph_get_attrs (graph, node)->f[0] == 0.0);
}

/* Asks the primitive's own rules: no tangent is no effect, and no tangent of the tangent is none on
 * the slope. So a new primitive needs no word here. */
static Effect
probe (KappaGraph *graph, KappaNode node, guint changed)
{
  g_autoptr (KappaGraph) scratch = kappa_graph_new (kappa_graph_get_real (graph));
  guint n = kappa_graph_get_arity (graph, node);
  KappaNode operands[KAPPA_MAX_INPUTS], along[KAPPA_MAX_INPUTS];
  KappaNode copy, first = KAPPA_NONE, second = KAPPA_NONE;

  for (guint i = 0; i < n; i++)
    {
      KappaNode operand = kappa_graph_get_operand (graph, node, i);
      gboolean moves = (changed >> i & 1) && kappa_graph_get_dtype (graph, operand) != KAPPA_I32;

      operands[i] = input_like (scratch, graph, operand);
      along[i] = moves ? input_like (scratch, graph, operand) : KAPPA_NONE;
    }
  copy = kappa_graph_apply (scratch, kappa_graph_get_op (graph, node), operands, n,
                            kappa_graph_get_attrs (graph, node));
  kappa_graph_jvp (scratch, &copy, 1, operands, along, n, &first);
  if (is_zero (scratch, first))
    return CONSTANT;
  kappa_graph_jvp (scratch, &first, 1, operands, along, n, &second);
  return is_zero (scratch, second) ? LINEAR : CURVED;
}

static Effect
effect_of (GHashTable *known, KappaGraph *graph, KappaNode node, guint changed)
{
  const KappaOp *op = kappa_graph_get_op (graph, node);
  Effect *effects = g_hash_table_lookup (known, op);

  if (effects == NULL)
    {
      effects = g_malloc0 (sizeof (Effects));
      g_hash_table_insert (known, (gpointer)op, effects);
    }
  if (effects[changed] == UNKNOWN)
    effects[changed] = probe (graph, node, changed);
  return effects[changed];
}

/* Marks nodes that are of no consequence to @output, so that what is beside the way does not count.
 */
static gboolean *
mark_needed (KappaGraph *graph, KappaNode output)
{
  gboolean *needed = g_new0 (gboolean, (gsize)output + 1);

  needed[output] = TRUE;
  for (KappaNode node = output; node >= 0; node--)
    for (guint i = 0; needed[node] && i < kappa_graph_get_arity (graph, node); i++)
      needed[kappa_graph_get_operand (graph, node, i)] = TRUE;
  return needed;
}

/* Follows one tensor through the graph. Returns the primitive in whose operands it bends, or NULL.
 */
static const KappaOp *
follow (KappaGraph *graph,
        const gboolean *needed,
        KappaNode parameter,
        KappaNode output,
        GHashTable *known,
        gboolean *moves)
{
  for (KappaNode node = 0; node <= output; node++)
    {
      guint changed = 0;

      for (guint i = 0; needed[node] && i < kappa_graph_get_arity (graph, node); i++)
        changed |= (guint)moves[kappa_graph_get_operand (graph, node, i)] << i;
      moves[node] = node == parameter;
      if (changed == 0)
        continue;
      switch (effect_of (known, graph, node, changed))
        {
        case CURVED:
          return kappa_graph_get_op (graph, node);
        case LINEAR:
          moves[node] = TRUE;
          break;
        default:
          break;
        }
    }
  return NULL;
}

void
kappa_linearity_clear (KappaLinearity *self)
{
  g_clear_pointer (&self->bent, g_free);
  g_clear_pointer (&self->reason, g_free);
}

/**
 * kappa_linearity_of_graph:
 * @output: what should be piecewise linear in each of @parameters
 * @bent: (out caller-allocates) (optional) (array length=n_parameters): in which it is not
 *
 * Decided from the rules of the primitives between each tensor and the output: a product of two
 * things that both change with the tensor, or a function with a second derivative, bends.
 *
 * Returns: (nullable) (transfer full): what bends first; %NULL if nothing does
 */
char *
kappa_linearity_of_graph (KappaGraph *graph,
                          KappaNode output,
                          const KappaNode *parameters,
                          guint n_parameters,
                          gboolean *bent)
{
  g_autoptr (GHashTable) known = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  g_autofree gboolean *needed = mark_needed (graph, output);
  g_autofree gboolean *moves = g_new0 (gboolean, (gsize)output + 1);
  char *reason = NULL;

  for (guint p = 0; p < n_parameters; p++)
    {
      const KappaOp *op = follow (graph, needed, parameters[p], output, known, moves);
      const char *name = kappa_graph_get_name (graph, parameters[p]);

      if (bent != NULL)
        bent[p] = op != NULL;
      if (op != NULL && reason == NULL)
        reason = g_strdup_printf ("the logits are not piecewise linear in %s: “%s” lies between",
                                  name != NULL ? name : "a tensor", op->name);
    }
  return reason;
}

/**
 * kappa_linearity_of_model:
 * @linearity: (out): to be cleared
 *
 * Returns: %FALSE with the error if the network cannot be built
 */
gboolean
kappa_linearity_of_model (KappaModel *model, KappaLinearity *linearity, GError **error)
{
  g_autoptr (KappaGraph) graph = kappa_graph_new (KAPPA_F32);
  g_autofree KappaNode *parameters = NULL;
  KappaNode images, logits;
  guint height, width, n;

  kappa_model_get_input_size (model, &height, &width);
  images = kappa_graph_input (graph, KAPPA_ROLE_SAMPLE, "images", KAPPA_F32,
                              &KAPPA_SHAPE (1, kappa_model_get_channels (model), height, width));
  logits = kappa_model_build (model, graph, images);
  if (!kappa_graph_check (graph, error))
    return FALSE;
  n = kappa_graph_get_n_inputs (graph, KAPPA_ROLE_PARAMETER);
  parameters = g_new (KappaNode, n);
  for (guint p = 0; p < n; p++)
    parameters[p] = kappa_graph_get_input (graph, KAPPA_ROLE_PARAMETER, p);
  linearity->bent = g_new (gboolean, n);
  linearity->reason = kappa_linearity_of_graph (graph, logits, parameters, n, linearity->bent);
  return TRUE;
}
