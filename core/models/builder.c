#include "core/models/builder.h"

static void
clear_tensor (gpointer data)
{
  g_free (((KappaTensorSpec *)data)->name);
}

static void
clear_layer (gpointer data)
{
  g_free (((KappaLayer *)data)->name);
}

static void
clear_activation (gpointer data)
{
  g_free (((KappaActivation *)data)->name);
  g_free (((KappaActivation *)data)->stage);
}

KappaNetworkListing *
kappa_network_listing_new (void)
{
  KappaNetworkListing *self = g_new0 (KappaNetworkListing, 1);

  self->tensors = g_array_new (FALSE, FALSE, sizeof (KappaTensorSpec));
  g_array_set_clear_func (self->tensors, clear_tensor);
  self->layers = g_array_new (FALSE, FALSE, sizeof (KappaLayer));
  g_array_set_clear_func (self->layers, clear_layer);
  self->layer_nodes = g_array_new (FALSE, FALSE, sizeof (KappaNode));
  self->activations = g_array_new (FALSE, FALSE, sizeof (KappaActivation));
  g_array_set_clear_func (self->activations, clear_activation);
  self->statistics = g_array_new (FALSE, FALSE, sizeof (KappaNode));
  return self;
}

void
kappa_network_listing_free (KappaNetworkListing *self)
{
  g_array_unref (self->tensors);
  g_array_unref (self->layers);
  g_array_unref (self->layer_nodes);
  g_array_unref (self->activations);
  g_array_unref (self->statistics);
  g_free (self);
}

static gint64
dim (KappaBuilder *self, KappaNode node, guint axis)
{
  return kappa_graph_get_shape (self->graph, node)->dims[axis];
}

static KappaShape
without_sample (KappaBuilder *self, KappaNode node)
{
  const KappaShape *shape = kappa_graph_get_shape (self->graph, node);
  KappaShape rest = { 0 };

  for (guint d = 1; d < shape->rank; d++)
    rest.dims[rest.rank++] = shape->dims[d];
  return rest;
}

/* @name: taken over */
static KappaNode
ask (KappaBuilder *self,
     KappaRole role,
     char *name,
     KappaParameterKind kind,
     const KappaShape *shape)
{
  KappaTensorSpec spec = { name, *shape, role, kind };

  g_array_append_val (self->listing->tensors, spec);
  return kappa_graph_input (self->graph, role, name, kappa_graph_get_real (self->graph), shape);
}

/**
 * kappa_builder_parameter:
 * @layer: canonical name of the layer
 * @part: the last part of the tensor's canonical name, e.g. "weight"
 *
 * Asks for a trained tensor. The order of these requests is the flat order of parameters: it must
 * be the order in which the layers stand in a checkpoint, whatever the order of computation.
 */
KappaNode
kappa_builder_parameter (KappaBuilder *self,
                         const char *layer,
                         const char *part,
                         KappaParameterKind kind,
                         const KappaShape *shape)
{
  return ask (self, KAPPA_ROLE_PARAMETER, g_strconcat (layer, ".", part, NULL), kind, shape);
}

/**
 * kappa_builder_parameter_named:
 * @name: canonical name of the tensor
 *
 * As kappa_builder_parameter(), for a tensor that is a layer by itself.
 */
KappaNode
kappa_builder_parameter_named (KappaBuilder *self,
                               const char *name,
                               KappaParameterKind kind,
                               const KappaShape *shape)
{
  KappaNode node = ask (self, KAPPA_ROLE_PARAMETER, g_strdup (name), kind, shape);

  kappa_builder_add_layer (self, name, "embedding", node, (guint64)kappa_shape_size (shape), 0);
  return node;
}

/**
 * kappa_builder_buffer:
 *
 * Asks for a tensor that is not trained, such as running statistics.
 */
KappaNode
kappa_builder_buffer (KappaBuilder *self,
                      const char *layer,
                      const char *part,
                      const KappaShape *shape)
{
  return ask (self, KAPPA_ROLE_BUFFER, g_strconcat (layer, ".", part, NULL), KAPPA_PARAMETER_BIAS,
              shape);
}

/**
 * kappa_builder_add_layer:
 * @kind: a word for people, static
 * @output: its result
 * @n_parameters: trained numbers in it
 * @macs: multiply-adds for one image
 *
 * Writes down a layer.
 */
void
kappa_builder_add_layer (KappaBuilder *self,
                         const char *name,
                         const char *kind,
                         KappaNode output,
                         guint64 n_parameters,
                         guint64 macs)
{
  KappaLayer layer = { g_strdup (name), kind, without_sample (self, output), n_parameters, macs };

  g_array_append_val (self->listing->layers, layer);
  g_array_append_val (self->listing->layer_nodes, output);
}

static KappaNode
norm_scale (KappaBuilder *self, const char *norm, const KappaShape *channels)
{
  return self->no_norm_scale
             ? kappa_fill (self->graph, 1.0, channels)
             : kappa_builder_parameter (self, norm, "weight", KAPPA_PARAMETER_NORM_SCALE, channels);
}

static guint64
count_norm_parameters (KappaBuilder *self, gint64 channels)
{
  return (self->no_norm_scale ? 1 : 2) * (guint64)channels;
}

/* The batch's own statistics in place of those of the file, whose tensors are not asked for. A
 * bias before them goes with the mean, whatever it is. */
static KappaNode
conv_norm_training (KappaBuilder *self,
                    KappaNode x,
                    KappaNode weight,
                    const KappaWindow *window,
                    KappaNode scale,
                    KappaNode shift)
{
  KappaNode mean, variance;
  KappaNode y = kappa_batch_norm_train (self->graph, kappa_conv (self->graph, x, weight, window),
                                        scale, shift, self->choices->norm_epsilon,
                                        self->choices->training_batch, &mean, &variance);

  g_array_append_val (self->listing->statistics, mean);
  g_array_append_val (self->listing->statistics, variance);
  return y;
}

static KappaNode
conv_norm_inference (KappaBuilder *self,
                     KappaNode x,
                     KappaNode weight,
                     KappaNode bias,
                     const KappaWindow *window,
                     const char *norm,
                     KappaNode scale,
                     KappaNode shift)
{
  const KappaShape channels = *kappa_graph_get_shape (self->graph, scale);
  KappaNode mean = kappa_builder_buffer (self, norm, "running_mean", &channels);
  KappaNode variance = kappa_builder_buffer (self, norm, "running_var", &channels);

  if (bias != KAPPA_NONE)
    mean = kappa_sub (self->graph, mean, bias);
  return kappa_conv_batch_norm (self->graph, x, weight, window, scale, shift, mean, variance,
                                self->choices->norm_epsilon);
}

/**
 * kappa_builder_conv_norm:
 * @x: N × C × H × W
 * @conv: canonical name of the convolution, which has a bias only if the builder's @conv_bias says
 * so
 * @norm: canonical name of the batch norm behind it
 * @outputs: output channels
 *
 * A convolution and the batch norm behind it, in the mode that was chosen.
 */
KappaNode
kappa_builder_conv_norm (KappaBuilder *self,
                         KappaNode x,
                         const char *conv,
                         const char *norm,
                         gint64 outputs,
                         const KappaWindow *window)
{
  const KappaShape kernel = KAPPA_SHAPE (outputs, dim (self, x, 1) / window->groups,
                                         window->kernel[0], window->kernel[1]);
  const KappaShape channels = KAPPA_SHAPE (outputs);
  KappaNode weight
      = kappa_builder_parameter (self, conv, "weight", KAPPA_PARAMETER_CONVOLUTION, &kernel);
  KappaNode bias = self->conv_bias ? kappa_builder_parameter (self, conv, "bias",
                                                              KAPPA_PARAMETER_BIAS, &channels)
                                   : KAPPA_NONE;
  KappaNode scale = norm_scale (self, norm, &channels);
  KappaNode shift
      = kappa_builder_parameter (self, norm, "bias", KAPPA_PARAMETER_NORM_SHIFT, &channels);
  KappaNode y = self->choices->training_batch > 0
                    ? conv_norm_training (self, x, weight, window, scale, shift)
                    : conv_norm_inference (self, x, weight, bias, window, norm, scale, shift);
  guint64 taps = (guint64)kappa_shape_size (&kernel);

  kappa_builder_add_layer (self, conv, "convolution", y,
                           taps + (self->conv_bias ? (guint64)outputs : 0),
                           taps * (guint64)(dim (self, y, 2) * dim (self, y, 3)));
  kappa_builder_add_layer (self, norm, "batch norm", y, count_norm_parameters (self, outputs), 0);
  return y;
}

/**
 * kappa_builder_conv:
 * @x: N × C × H × W
 *
 * A convolution with a bias, no batch norm behind it.
 */
KappaNode
kappa_builder_conv (KappaBuilder *self,
                    KappaNode x,
                    const char *layer,
                    gint64 outputs,
                    const KappaWindow *window)
{
  const KappaShape kernel = KAPPA_SHAPE (outputs, dim (self, x, 1) / window->groups,
                                         window->kernel[0], window->kernel[1]);
  const KappaShape column = KAPPA_SHAPE (outputs);
  KappaNode weight
      = kappa_builder_parameter (self, layer, "weight", KAPPA_PARAMETER_CONVOLUTION, &kernel);
  KappaNode bias = kappa_builder_parameter (self, layer, "bias", KAPPA_PARAMETER_BIAS, &column);
  KappaNode y = kappa_add_channel (self->graph, kappa_conv (self->graph, x, weight, window), bias);
  guint64 taps = (guint64)kappa_shape_size (&kernel);

  kappa_builder_add_layer (self, layer, "convolution", y, taps + (guint64)outputs,
                           taps * (guint64)(dim (self, y, 2) * dim (self, y, 3)));
  return y;
}

/**
 * kappa_builder_linear:
 * @x: N × inputs
 *
 * Returns: N × @outputs
 */
KappaNode
kappa_builder_linear (KappaBuilder *self, KappaNode x, const char *layer, gint64 outputs)
{
  const KappaShape matrix = KAPPA_SHAPE (outputs, dim (self, x, 1));
  const KappaShape column = KAPPA_SHAPE (outputs);
  KappaNode weight
      = kappa_builder_parameter (self, layer, "weight", KAPPA_PARAMETER_LINEAR, &matrix);
  KappaNode bias = kappa_builder_parameter (self, layer, "bias", KAPPA_PARAMETER_BIAS, &column);
  KappaNode y = kappa_linear (self->graph, x, weight, bias);
  guint64 size = (guint64)kappa_shape_size (&matrix);

  kappa_builder_add_layer (self, layer, "linear", y, size + (guint64)outputs, size);
  return y;
}

/**
 * kappa_builder_norm:
 * @x: N × C, or N × C × H × W
 *
 * A batch norm before which no convolution stands, in the mode that was chosen.
 */
KappaNode
kappa_builder_norm (KappaBuilder *self, KappaNode x, const char *norm)
{
  const KappaShape channels = KAPPA_SHAPE (dim (self, x, 1));
  KappaNode scale = norm_scale (self, norm, &channels);
  KappaNode shift
      = kappa_builder_parameter (self, norm, "bias", KAPPA_PARAMETER_NORM_SHIFT, &channels);
  KappaNode mean, variance, y;

  if (self->choices->training_batch > 0)
    {
      y = kappa_batch_norm_train (self->graph, x, scale, shift, self->choices->norm_epsilon,
                                  self->choices->training_batch, &mean, &variance);
      g_array_append_val (self->listing->statistics, mean);
      g_array_append_val (self->listing->statistics, variance);
    }
  else
    {
      mean = kappa_builder_buffer (self, norm, "running_mean", &channels);
      variance = kappa_builder_buffer (self, norm, "running_var", &channels);
      y = kappa_batch_norm (self->graph, x, scale, shift, mean, variance,
                            self->choices->norm_epsilon);
    }
  kappa_builder_add_layer (self, norm, "batch norm", y,
                           count_norm_parameters (self, channels.dims[0]), 0);
  return y;
}

/**
 * kappa_builder_linear_norm:
 * @x: N × inputs
 * @linear: canonical name of the matrix, which has no bias
 * @norm: canonical name of the batch norm behind it
 *
 * Returns: N × @outputs
 */
KappaNode
kappa_builder_linear_norm (KappaBuilder *self,
                           KappaNode x,
                           const char *linear,
                           const char *norm,
                           gint64 outputs)
{
  const KappaShape matrix = KAPPA_SHAPE (outputs, dim (self, x, 1));
  KappaNode weight
      = kappa_builder_parameter (self, linear, "weight", KAPPA_PARAMETER_LINEAR, &matrix);
  KappaNode y = kappa_matmul (self->graph, x, weight, FALSE, TRUE);
  guint64 size = (guint64)kappa_shape_size (&matrix);

  kappa_builder_add_layer (self, linear, "linear", y, size, size);
  return kappa_builder_norm (self, y, norm);
}

/**
 * kappa_builder_relu:
 * @name: of the result, unique in the network
 * @flags: what it is besides the result of a relu
 */
KappaNode
kappa_builder_relu (KappaBuilder *self, KappaNode x, const char *name, KappaActivationFlags flags)
{
  KappaNode y = kappa_relu (self->graph, x);

  kappa_builder_mark (self, y, name, flags | KAPPA_ACTIVATION_RELU);
  return y;
}

KappaNode
kappa_builder_max_pool (KappaBuilder *self,
                        KappaNode x,
                        const char *layer,
                        const KappaWindow *window)
{
  KappaNode y = kappa_max_pool (self->graph, x, window, FALSE);

  kappa_builder_add_layer (self, layer, "max pool", y, 0, 0);
  return y;
}

KappaNode
kappa_builder_avg_pool (KappaBuilder *self,
                        KappaNode x,
                        const char *layer,
                        const KappaWindow *window,
                        gboolean ceil_mode,
                        gboolean count_padding)
{
  KappaNode y = kappa_avg_pool (self->graph, x, window, ceil_mode, count_padding);

  kappa_builder_add_layer (self, layer, "average pool", y, 0, 0);
  return y;
}

/**
 * kappa_builder_pool_all:
 * @x: N × C × H × W
 *
 * The mean over all positions; it is the network's feature vector and is named "pooled".
 *
 * Returns: N × C
 */
KappaNode
kappa_builder_pool_all (KappaBuilder *self, KappaNode x, const char *layer)
{
  KappaNode y = kappa_global_avg_pool (self->graph, x);

  kappa_builder_add_layer (self, layer, "global average pool", y, 0, 0);
  kappa_builder_mark (self, y, "pooled", KAPPA_ACTIVATION_POOLED);
  return y;
}

/**
 * kappa_builder_mark:
 * @name: unique in the network
 *
 * Names a node, so that analyses can ask for it.
 */
void
kappa_builder_mark (KappaBuilder *self, KappaNode x, const char *name, KappaActivationFlags flags)
{
  KappaActivation activation = { g_strdup (name), NULL, flags, without_sample (self, x) };

  kappa_graph_set_name (self->graph, x, name);
  g_array_append_val (self->listing->activations, activation);
}

/**
 * kappa_builder_mark_stage:
 * @x: the node marked last, the result of the last block
 * @stage: name of the stage; the node answers to it as well
 */
void
kappa_builder_mark_stage (KappaBuilder *self, KappaNode x, const char *stage)
{
  GArray *activations = self->listing->activations;
  KappaActivation *last = &g_array_index (activations, KappaActivation, activations->len - 1);

  kappa_graph_set_name (self->graph, x, stage);
  last->flags |= KAPPA_ACTIVATION_STAGE;
  last->stage = g_strdup (stage);
}

/**
 * kappa_builder_logits:
 * @x: N × classes
 *
 * The network's result, named "logits"; without its first column where that is a background class
 * the choices want dropped.
 */
KappaNode
kappa_builder_logits (KappaBuilder *self, KappaNode x)
{
  const gint64 start[] = { 0, 1 }, step[] = { 1, 1 };
  const gint64 size[] = { dim (self, x, 0), dim (self, x, 1) - 1 };

  if (self->choices->drop_background)
    x = kappa_slice (self->graph, x, start, size, step);
  kappa_builder_mark (self, x, "logits", KAPPA_ACTIVATION_LOGITS);
  return x;
}
