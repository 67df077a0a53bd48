#include "core/models/onnx-walk.h"

#include <string.h>

/* A network that is built step by step, and what is told of it. */

static KappaOnnxValue *
make_values (const KappaOnnxNetwork *self)
{
  KappaOnnxValue *values = g_new0 (KappaOnnxValue, self->n_values);

  for (guint i = 0; i < self->n_values; i++)
    {
      const gint number = g_array_index (self->by_value, gint, i);
      const KappaOnnxTensor *tensor
          = number >= 0 ? &g_array_index (self->tensors, KappaOnnxTensor, number) : NULL;

      values[i] = (KappaOnnxValue) { .tensor = number, .node = KAPPA_NONE };
      if (tensor == NULL)
        continue;
      values[i].made = TRUE;
      values[i].shape = tensor->shape;
      if (tensor->numbers != NULL)
        values[i].numbers = kappa_onnx_numbers_ref (tensor->numbers);
    }
  return values;
}

static void
clear_values (KappaOnnxValue *values, guint n)
{
  for (guint i = 0; i < n; i++)
    g_clear_pointer (&values[i].numbers, kappa_onnx_numbers_unref);
  g_free (values);
}

static gboolean
run_step (KappaOnnxWalk *walk)
{
  const KappaOnnxStep *step = walk->step;

  /* A batch norm that was built with its convolution. */
  if (step->outputs[0] >= 0 && walk->values[step->outputs[0]].made)
    return TRUE;
  for (guint i = 0; i < kappa_onnx_n_inputs (walk); i++)
    if (kappa_onnx_input (walk, i) != NULL && !kappa_onnx_input (walk, i)->made)
      return kappa_onnx_fail (walk, "its input %u is an output that is not made here", i);
  walk->n_new = 0;
  walk->new_name = NULL;
  if (!step->op->run (walk))
    return FALSE;
  if (walk->n_new > 0)
    kappa_onnx_add_layer (walk, "bias or scale", walk->values[step->outputs[0]].node, 0);
  return TRUE;
}

/* The last relu before the image becomes smaller ends a stage. */
static void
mark_stages (KappaOnnxWalk *walk)
{
  GArray *activations = walk->builder->listing->activations;
  guint n_stages = 0, relu = 0;
  KappaActivation *last = NULL;
  KappaNode last_node = KAPPA_NONE;

  for (guint i = 0; i <= activations->len; i++)
    {
      KappaActivation *activation
          = i < activations->len ? &g_array_index (activations, KappaActivation, i) : NULL;
      const gboolean is_relu
          = activation != NULL && (activation->flags & KAPPA_ACTIVATION_RELU) != 0;
      const KappaNode node = is_relu ? g_array_index (walk->relus, KappaNode, relu++) : KAPPA_NONE;
      const gboolean is_image = is_relu && activation->shape.rank == 3;

      if (activation != NULL && !is_image)
        continue;
      if (last != NULL && (activation == NULL || activation->shape.dims[1] != last->shape.dims[1]))
        {
          g_autofree char *name = g_strdup_printf ("stage%u", ++n_stages);

          kappa_graph_set_name (walk->graph, last_node, name);
          last->flags |= KAPPA_ACTIVATION_STAGE;
          last->stage = g_steal_pointer (&name);
        }
      last = activation;
      last_node = node;
    }
}

static KappaNode
finish (KappaOnnxWalk *walk)
{
  const KappaOnnxValue *output = &walk->values[walk->network->output];
  const KappaShape shape = output->shape;
  const gint64 classes = shape.rank > 1 ? shape.dims[1] : 0;
  KappaNode logits = output->node;

  if (!output->made || logits < 0 || shape.dims[0] != walk->samples || classes < 1
      || kappa_shape_size (&shape) != walk->samples * classes)
    {
      g_autofree char *text = kappa_shape_to_string (&shape);

      kappa_graph_fail (walk->graph,
                        "its result is of the shape %s for %" G_GINT64_FORMAT
                        " images, expected samples × classes",
                        text, walk->samples);
      return KAPPA_BAD;
    }
  logits = kappa_reshape (walk->graph, logits, &KAPPA_SHAPE (walk->samples, classes));
  mark_stages (walk);
  return kappa_builder_logits (walk->builder, logits);
}

/* In the order in which the file has them, which is that of the checkpoint it was made from. */
static void
ask_all (KappaOnnxWalk *walk)
{
  const gboolean training = walk->builder->choices->training_batch > 0;

  for (guint i = 0; i < walk->network->tensors->len; i++)
    {
      const KappaOnnxTensor *tensor = &g_array_index (walk->network->tensors, KappaOnnxTensor, i);

      if (tensor->role == KAPPA_ROLE_PARAMETER || (tensor->role == KAPPA_ROLE_BUFFER && !training))
        kappa_onnx_ask (walk, i, &tensor->stored, tensor->role, tensor->kind, tensor->swapped);
    }
}

static gint
compare_statistics (gconstpointer a, gconstpointer b)
{
  return ((const KappaOnnxStatistic *)a)->tensor - ((const KappaOnnxStatistic *)b)->tensor;
}

/* The batch's statistics in the order of the buffers they stand for. */
static void
give_statistics (KappaOnnxWalk *walk)
{
  g_array_sort (walk->statistics, compare_statistics);
  for (guint i = 0; i < walk->statistics->len; i++)
    g_array_append_val (walk->builder->listing->statistics,
                        g_array_index (walk->statistics, KappaOnnxStatistic, i).node);
}

static KappaNode
run_all (KappaOnnxWalk *walk, const char **where)
{
  const KappaOnnxNetwork *network = walk->network;

  for (guint i = 0; i < network->steps->len; i++)
    {
      walk->step = &g_array_index (network->steps, KappaOnnxStep, i);
      if (run_step (walk) && kappa_graph_check (walk->graph, NULL))
        continue;
      if (where != NULL)
        *where = walk->step->node->output[0];
      return KAPPA_BAD;
    }
  return finish (walk);
}

/**
 * kappa_onnx_network_build:
 * @images: N × C × H × W, whatever the file's order is
 * @note: whether to note what the tensors turn out to be; the first time, from one thread
 * @where: (out) (optional): the value at whose node it failed; unset if it was none
 *
 * Returns: the logits, N × classes; %KAPPA_BAD, with the reason in the graph
 */
KappaNode
kappa_onnx_network_build (KappaOnnxNetwork *self,
                          KappaBuilder *builder,
                          KappaNode images,
                          gboolean note,
                          const char **where)
{
  static const guint channels_last[] = { 0, 2, 3, 1 };
  g_autoptr (GArray) relus = g_array_new (FALSE, FALSE, sizeof (KappaNode));
  g_autoptr (GArray) statistics = g_array_new (FALSE, FALSE, sizeof (KappaOnnxStatistic));
  g_autofree KappaOnnxAsked *asked = g_new0 (KappaOnnxAsked, self->tensors->len + 1);
  KappaOnnxWalk walk = { .network = self, .builder = builder, .graph = builder->graph };
  KappaNode logits;

  if (self->last_channels)
    images = kappa_transpose (builder->graph, images, channels_last);
  for (guint i = 0; i < self->tensors->len; i++)
    asked[i].node = KAPPA_NONE;
  walk.asked = asked;
  walk.relus = relus;
  walk.note = note;
  walk.samples = kappa_graph_get_shape (builder->graph, images)->dims[0];
  walk.values = make_values (self);
  walk.values[self->input]
      = (KappaOnnxValue) { TRUE,  *kappa_graph_get_shape (builder->graph, images), NULL, -1, FALSE,
                           images };
  walk.statistics = statistics;
  if (!note)
    ask_all (&walk);
  logits = run_all (&walk, where);
  give_statistics (&walk);
  clear_values (walk.values, self->n_values);
  return logits;
}

/**
 * kappa_onnx_network_tell:
 *
 * Returns: (transfer full): what counts as a parameter here, and what the file hides, for people
 */
char *
kappa_onnx_network_tell (const KappaOnnxNetwork *self)
{
  GString *text = g_string_new (NULL);
  guint n[KAPPA_ROLE_VECTOR + 1] = { 0 };

  for (guint i = 0; i < self->tensors->len; i++)
    n[g_array_index (self->tensors, KappaOnnxTensor, i).role]++;
  g_string_append_printf (
      text,
      "The network is the file's own graph: %u nodes, operators of version %u. Its parameters are "
      "the floating-point tensors in the place of a weight, bias or scale, and those of more than "
      "one element that meet in arithmetic what depends on the image: %u. Running means and "
      "variances are buffers: %u. Sizes, single numbers and literals of up to 64 are neither: %u.",
      self->steps->len, self->opset, n[KAPPA_ROLE_PARAMETER], n[KAPPA_ROLE_BUFFER],
      n[KAPPA_ROLE_NONE]);
  if (self->softmax != NULL)
    g_string_append_printf (text, " It ends in %s, which is left away: the logits are before it.",
                            self->softmax);
  if (self->n_norms == 0 && self->n_convolutions >= 5 && 2 * self->n_biased > self->n_convolutions)
    g_string_append_printf (
        text,
        " Batch norm is folded, or there was none: %u of %u convolutions have a bias and no batch "
        "norm follows. Logits are the same, but traces, eigenvalues and filter norms are those of "
        "the folded weights and cannot be compared with those of the network as it was trained; "
        "for that, export it in training mode, or open the checkpoint.",
        self->n_biased, self->n_convolutions);
  return g_string_free (text, FALSE);
}
