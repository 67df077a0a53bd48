#include "core/models/model-private.h"

#include <string.h>

#include "core/models/blocks.h"

/* The network in a model: its parameters, its layers, and how it is built. */

guint
kappa_model_get_n_parameters (KappaModel *self)
{
  return kappa_weights_get_n (self->parameters);
}

/**
 * kappa_model_get_parameter:
 * @index: in the flat order
 */
const KappaParameter *
kappa_model_get_parameter (KappaModel *self, guint index)
{
  return kappa_weights_get (self->parameters, index);
}

/**
 * kappa_model_find_parameter:
 * @name: the canonical name
 *
 * Returns: (nullable): the parameter
 */
const KappaParameter *
kappa_model_find_parameter (KappaModel *self, const char *name)
{
  for (guint i = 0; i < kappa_weights_get_n (self->parameters); i++)
    if (strcmp (kappa_weights_get (self->parameters, i)->name, name) == 0)
      return kappa_weights_get (self->parameters, i);
  return NULL;
}

guint
kappa_model_get_n_buffers (KappaModel *self)
{
  return kappa_weights_get_n (self->buffers);
}

/**
 * kappa_model_get_buffer:
 *
 * Returns: a tensor that is not trained, such as running statistics; its kind means nothing
 */
const KappaParameter *
kappa_model_get_buffer (KappaModel *self, guint index)
{
  return kappa_weights_get (self->buffers, index);
}

/**
 * kappa_model_get_parameters_size:
 *
 * Returns: the number of trained numbers, the length of the flat arrays
 */
gsize
kappa_model_get_parameters_size (KappaModel *self)
{
  return kappa_weights_get_size (self->parameters);
}

gsize
kappa_model_get_buffers_size (KappaModel *self)
{
  return kappa_weights_get_size (self->buffers);
}

/**
 * kappa_model_get_parameters:
 *
 * Reads the file the first time.
 *
 * Returns: (transfer none): all trained numbers in flat order; %NULL with the reader's error
 */
const float *
kappa_model_get_parameters (KappaModel *self, GError **error)
{
  return kappa_weights_get_floats (self->parameters, error);
}

const float *
kappa_model_get_buffers (KappaModel *self, GError **error)
{
  return kappa_weights_get_floats (self->buffers, error);
}

/**
 * kappa_model_get_parameters_wide:
 *
 * Returns: (transfer none): as kappa_model_get_parameters(), in float64: exact, whatever the file
 * stores
 */
const double *
kappa_model_get_parameters_wide (KappaModel *self, GError **error)
{
  return kappa_weights_get_doubles (self->parameters, error);
}

const double *
kappa_model_get_buffers_wide (KappaModel *self, GError **error)
{
  return kappa_weights_get_doubles (self->buffers, error);
}

/**
 * kappa_model_read_tensor:
 * @tensor: one of the model's parameters or buffers
 *
 * Returns: (transfer full) (array): its numbers, read from the file for themselves; %NULL with the
 *   reader's error
 */
float *
kappa_model_read_tensor (KappaModel *self, const KappaParameter *tensor, GError **error)
{
  KappaWeights *const roles[] = { self->parameters, self->buffers };
  g_autofree float *values = g_new (float, MAX (tensor->size, 1));

  for (guint role = 0; role < G_N_ELEMENTS (roles); role++)
    for (guint i = 0; i < kappa_weights_get_n (roles[role]); i++)
      if (kappa_weights_get (roles[role], i) == tensor)
        return kappa_weights_read_floats (roles[role], i, values, error) ? g_steal_pointer (&values)
                                                                         : NULL;
  g_return_val_if_reached (NULL);
}

/**
 * kappa_model_build:
 * @graph: a graph with no parameters yet
 * @images: N × C × H × W as the preset makes them; N, H and W are free
 *
 * Appends the network to a graph, its parameters and buffers in flat order, its activations named
 * as kappa_model_get_activations() says.
 *
 * Returns: the logits, N × classes, named "logits"; %KAPPA_BAD with the reason in the graph if the
 * images do not fit
 */
KappaNode
kappa_model_build (KappaModel *self, KappaGraph *graph, KappaNode images)
{
  g_autoptr (KappaNetworkListing) listing = kappa_network_listing_new ();

  return kappa_network_build (self->recognition->architecture, self->recognition->config,
                              &self->preset->choices, graph, images, listing);
}

/**
 * kappa_model_build_training:
 * @batch: how many samples the declared batch has, over all shards
 * @statistics: (element-type KappaNode): takes the batch's mean and variance before each batch
 *   norm, in the order of the buffers; the variance is divided by the count
 *
 * As kappa_model_build(), with batch norm in training mode: the graph has no buffers.
 *
 * Returns: the logits
 */
KappaNode
kappa_model_build_training (KappaModel *self,
                            KappaGraph *graph,
                            KappaNode images,
                            gint64 batch,
                            GArray *statistics)
{
  g_autoptr (KappaNetworkListing) listing = kappa_network_listing_new ();
  KappaChoices choices = self->preset->choices;
  KappaNode logits;

  choices.training_batch = batch;
  logits = kappa_network_build (self->recognition->architecture, self->recognition->config,
                                &choices, graph, images, listing);
  g_array_append_vals (statistics, listing->statistics->data, listing->statistics->len);
  return logits;
}

static KappaNode
find_named (KappaGraph *graph, const KappaNetworkListing *listing, const char *name)
{
  for (guint i = 0; i < listing->activations->len; i++)
    {
      const KappaActivation *activation = &g_array_index (listing->activations, KappaActivation, i);

      if (strcmp (activation->name, name) == 0 || g_strcmp0 (activation->stage, name) == 0)
        return kappa_graph_find (graph, activation->name);
    }
  for (guint i = 0; i < listing->layers->len; i++)
    if (strcmp (g_array_index (listing->layers, KappaLayer, i).name, name) == 0)
      return g_array_index (listing->layer_nodes, KappaNode, i);
  return KAPPA_NONE;
}

/**
 * kappa_model_build_named:
 * @names: (array zero-terminated=1): of activations, stages or layers
 * @nodes: (out caller-allocates): the node of each name; %KAPPA_NONE where the network has none of
 *   that name
 *
 * As kappa_model_build(), and finds results inside the network. That of a layer is what it ends in,
 * before the activation function behind it; a convolution and its batch norm end in the same.
 *
 * Returns: the logits
 */
KappaNode
kappa_model_build_named (KappaModel *self,
                         KappaGraph *graph,
                         KappaNode images,
                         const char *const *names,
                         KappaNode *nodes)
{
  g_autoptr (KappaNetworkListing) listing = kappa_network_listing_new ();
  KappaNode logits
      = kappa_network_build (self->recognition->architecture, self->recognition->config,
                             &self->preset->choices, graph, images, listing);

  for (guint i = 0; names[i] != NULL; i++)
    nodes[i] = find_named (graph, listing, names[i]);
  return logits;
}

/**
 * kappa_model_list_blocks:
 *
 * Returns: (transfer full): layers, blocks and stages with what flows between them, for images of
 *   the preset's size; %NULL with KAPPA_ERROR_SHAPE
 */
KappaBlocks *
kappa_model_list_blocks (KappaModel *self, GError **error)
{
  return kappa_blocks_new (self->recognition->architecture, self->recognition->config,
                           &self->preset->choices, self->preset->preprocess.height,
                           self->preset->preprocess.width, error);
}

/**
 * kappa_model_get_layers:
 * @n_layers: (out): how many
 *
 * Returns: (transfer none) (array length=n_layers): the layers in the order of computation, for
 * images of the preset's size
 */
const KappaLayer *
kappa_model_get_layers (KappaModel *self, guint *n_layers)
{
  *n_layers = self->listing->layers->len;
  return (const KappaLayer *)self->listing->layers->data;
}

/**
 * kappa_model_get_activations:
 * @n_activations: (out): how many
 *
 * Returns: (transfer none) (array length=n_activations): the named activations in the order of
 * computation, for images of the preset's size
 */
const KappaActivation *
kappa_model_get_activations (KappaModel *self, guint *n_activations)
{
  *n_activations = self->listing->activations->len;
  return (const KappaActivation *)self->listing->activations->data;
}

/**
 * kappa_model_find_activation:
 * @name: of an activation or of a stage
 *
 * Returns: (nullable): the activation
 */
const KappaActivation *
kappa_model_find_activation (KappaModel *self, const char *name)
{
  for (guint i = 0; i < self->listing->activations->len; i++)
    {
      const KappaActivation *activation
          = &g_array_index (self->listing->activations, KappaActivation, i);

      if (strcmp (activation->name, name) == 0 || g_strcmp0 (activation->stage, name) == 0)
        return activation;
    }
  return NULL;
}

static guint64
sum_macs (const KappaNetworkListing *listing)
{
  guint64 macs = 0;

  for (guint i = 0; i < listing->layers->len; i++)
    macs += g_array_index (listing->layers, KappaLayer, i).macs;
  return macs;
}

/**
 * kappa_model_get_macs:
 *
 * Returns: multiply-adds for one image of the preset's size: those of convolutions and matrix
 * products, nothing else
 */
guint64
kappa_model_get_macs (KappaModel *self)
{
  return sum_macs (self->listing);
}

/**
 * kappa_model_count_macs:
 * @macs: (out): multiply-adds for one image of @height × @width
 *
 * Returns: %FALSE with KAPPA_ERROR_SHAPE if the network cannot see so small an image
 */
gboolean
kappa_model_count_macs (KappaModel *self, guint height, guint width, guint64 *macs, GError **error)
{
  g_autoptr (KappaNetworkListing) listing
      = kappa_network_list (self->recognition->architecture, self->recognition->config,
                            &self->preset->choices, height, width, error);

  if (listing == NULL)
    return FALSE;
  *macs = sum_macs (listing);
  return TRUE;
}
