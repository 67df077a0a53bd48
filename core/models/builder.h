#pragma once

#include "core/models/model.h"
#include "core/ops/ops.h"

/**
 * KappaPositions:
 * @KAPPA_POSITIONS_BICUBIC: over pixel areas, wider where the grid shrinks, a = −½: timm for its own files
 * @KAPPA_POSITIONS_BICUBIC_CORNERS: corner to corner, a = −¾: torchvision
 * @KAPPA_POSITIONS_BILINEAR: over pixel areas: timm for Google's files
 * @KAPPA_POSITIONS_BILINEAR_CORNERS: corner to corner: Google's own program
 *
 * How a table of positions is made to fit another grid than it was learnt for.
 */
typedef enum
{
  KAPPA_POSITIONS_BICUBIC,
  KAPPA_POSITIONS_BICUBIC_CORNERS,
  KAPPA_POSITIONS_BILINEAR,
  KAPPA_POSITIONS_BILINEAR_CORNERS,
} KappaPositions;

/**
 * KappaChoices:
 * @norm_epsilon: added to the variance in batch norm layers
 * @stride_first: whether the first convolution of a bottleneck has the stride ("v1"), not the second ("v1.5")
 * @gelu_tanh: whether gelu is computed by its approximation with tanh
 * @positions: how positions are made to fit another image size
 * @heads: of attention layers; 0 for what the tensors show, or a head for every 64 channels
 * @drop_background: whether the first class is TensorFlow's background and left away
 * @training_batch: 0 for batch norm in inference mode; for training mode, how many samples the declared batch has
 *
 * What no tensor of a file shows and yet changes the numbers.
 */
typedef struct
{
  double norm_epsilon;
  gboolean stride_first;
  gboolean drop_background;
  gboolean gelu_tanh;
  KappaPositions positions;
  gint64 heads;
  gint64 training_batch;
} KappaChoices;

/**
 * KappaTensorSpec:
 *
 * A tensor the builder asked for.
 */
typedef struct
{
  char *name;
  KappaShape shape;
  KappaRole role;
  KappaParameterKind kind;
} KappaTensorSpec;

/**
 * KappaNetworkListing:
 * @tensors: (element-type KappaTensorSpec): in the order of the builder's requests, the flat order
 * @layers: (element-type KappaLayer)
 * @layer_nodes: (element-type KappaNode): the node each of them ends in
 * @activations: (element-type KappaActivation)
 * @statistics: (element-type KappaNode): in training mode, mean and variance of each batch norm, in the order of buffers
 *
 * What a builder made, written down on the way.
 */
typedef struct
{
  GArray *tensors;
  GArray *layers;
  GArray *layer_nodes;
  GArray *activations;
  GArray *statistics;
} KappaNetworkListing;

/**
 * KappaBuilder:
 * @conv_bias: as in #KappaConfig
 * @no_norm_scale: likewise
 *
 * What a family's build function works with: a graph and the choices. Tensors are asked for through it, so that the
 * order of requests is the flat order of parameters; layers and activations are named through it.
 */
typedef struct
{
  KappaGraph *graph;
  const KappaChoices *choices;
  KappaNetworkListing *listing;
  gboolean conv_bias;
  gboolean no_norm_scale;
} KappaBuilder;

KappaNetworkListing *kappa_network_listing_new  (void);
void                 kappa_network_listing_free (KappaNetworkListing *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KappaNetworkListing, kappa_network_listing_free)

KappaNode kappa_builder_parameter  (KappaBuilder *self, const char *layer, const char *part, KappaParameterKind kind,
                                    const KappaShape *shape);
KappaNode kappa_builder_parameter_named (KappaBuilder *self, const char *name, KappaParameterKind kind,
                                    const KappaShape *shape);
KappaNode kappa_builder_buffer     (KappaBuilder *self, const char *layer, const char *part, const KappaShape *shape);
KappaNode kappa_builder_conv_norm  (KappaBuilder *self, KappaNode x, const char *conv, const char *norm, gint64 outputs,
                                    const KappaWindow *window);
KappaNode kappa_builder_conv       (KappaBuilder *self, KappaNode x, const char *layer, gint64 outputs,
                                    const KappaWindow *window);
KappaNode kappa_builder_linear     (KappaBuilder *self, KappaNode x, const char *layer, gint64 outputs);
KappaNode kappa_builder_linear_norm (KappaBuilder *self, KappaNode x, const char *linear, const char *norm,
                                    gint64 outputs);
KappaNode kappa_builder_norm       (KappaBuilder *self, KappaNode x, const char *norm);
KappaNode kappa_builder_relu       (KappaBuilder *self, KappaNode x, const char *name, KappaActivationFlags flags);
KappaNode kappa_builder_max_pool   (KappaBuilder *self, KappaNode x, const char *layer, const KappaWindow *window);
KappaNode kappa_builder_avg_pool   (KappaBuilder *self, KappaNode x, const char *layer, const KappaWindow *window,
                                    gboolean ceil_mode, gboolean count_padding);
KappaNode kappa_builder_pool_all   (KappaBuilder *self, KappaNode x, const char *layer);
void      kappa_builder_add_layer  (KappaBuilder *self, const char *name, const char *kind, KappaNode output,
                                    guint64 n_parameters, guint64 macs);
void      kappa_builder_mark       (KappaBuilder *self, KappaNode x, const char *name, KappaActivationFlags flags);
void      kappa_builder_mark_stage (KappaBuilder *self, KappaNode x, const char *stage);
KappaNode kappa_builder_logits     (KappaBuilder *self, KappaNode x);
