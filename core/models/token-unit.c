#include "core/models/token-unit.h"

#include <math.h>

#include "core/models/activation.h"

static gint64
dim (KappaBuilder *builder, KappaNode node, guint axis)
{
  return kappa_graph_get_shape (builder->graph, node)->dims[axis];
}

/* D numbers along the last axis. */
static KappaNode
along (KappaBuilder *builder, KappaNode vector, const KappaShape *shape)
{
  KappaShape flat = { .rank = shape->rank };

  for (guint d = 0; d < shape->rank; d++)
    flat.dims[d] = d + 1 == shape->rank ? shape->dims[d] : 1;
  return kappa_broadcast (builder->graph, kappa_reshape (builder->graph, vector, &flat), shape);
}

/**
 * kappa_token_linear:
 * @x: N × T × D
 *
 * The same matrix for every token.
 *
 * Returns: N × T × @outputs
 */
KappaNode
kappa_token_linear (KappaBuilder *builder,
                    KappaNode x,
                    const char *layer,
                    gint64 outputs,
                    gboolean bias)
{
  KappaGraph *graph = builder->graph;
  const gint64 samples = dim (builder, x, 0), tokens = dim (builder, x, 1),
               inputs = dim (builder, x, 2);
  const KappaShape matrix = KAPPA_SHAPE (outputs, inputs), column = KAPPA_SHAPE (outputs);
  const KappaShape result = KAPPA_SHAPE (samples, tokens, outputs);
  const guint64 size = (guint64)kappa_shape_size (&matrix);
  KappaNode weight
      = kappa_builder_parameter (builder, layer, "weight", KAPPA_PARAMETER_LINEAR, &matrix);
  KappaNode y = kappa_reshape (graph, x, &KAPPA_SHAPE (samples * tokens, inputs));

  y = kappa_matmul (graph, y, weight, FALSE, TRUE);
  if (bias)
    y = kappa_add_channel (
        graph, y, kappa_builder_parameter (builder, layer, "bias", KAPPA_PARAMETER_BIAS, &column));
  y = kappa_reshape (graph, y, &result);
  kappa_builder_add_layer (builder, layer, "linear", y, size + (bias ? (guint64)outputs : 0),
                           size * (guint64)tokens);
  return y;
}

/**
 * kappa_token_layer_norm:
 *
 * Each token's channels to mean 0 and variance 1, then scale and shift (Ba et al. 2016).
 */
KappaNode
kappa_token_layer_norm (KappaBuilder *builder, KappaNode x, const char *layer)
{
  KappaGraph *graph = builder->graph;
  const KappaShape shape = *kappa_graph_get_shape (graph, x);
  const guint last = 1u << (shape.rank - 1);
  const KappaShape channels = KAPPA_SHAPE (shape.dims[shape.rank - 1]);
  KappaNode scale
      = kappa_builder_parameter (builder, layer, "weight", KAPPA_PARAMETER_NORM_SCALE, &channels);
  KappaNode shift
      = kappa_builder_parameter (builder, layer, "bias", KAPPA_PARAMETER_NORM_SHIFT, &channels);
  KappaNode centred, variance, factor;

  centred
      = kappa_sub (graph, x, kappa_broadcast (graph, kappa_reduce_mean (graph, x, last), &shape));
  variance = kappa_reduce_mean (graph, kappa_mul (graph, centred, centred), last);
  factor = kappa_rsqrt (graph, kappa_shift (graph, variance, builder->choices->norm_epsilon));
  x = kappa_mul (graph, centred, kappa_broadcast (graph, factor, &shape));
  x = kappa_add (graph, kappa_mul (graph, x, along (builder, scale, &shape)),
                 along (builder, shift, &shape));
  kappa_builder_add_layer (builder, layer, "layer norm", x, 2 * (guint64)channels.dims[0], 0);
  return x;
}

/* ½·x·(1 + tanh (√(2/π)·(x + 0.044715·x³))), as the networks of Flax have it. */
static KappaNode
gelu_tanh (KappaGraph *graph, KappaNode x)
{
  KappaNode cube = kappa_mul (graph, kappa_mul (graph, x, x), x);
  KappaNode inner = kappa_scale (graph, kappa_add (graph, x, kappa_scale (graph, cube, 0.044715)),
                                 sqrt (2.0 / G_PI));

  return kappa_mul (graph, kappa_scale (graph, x, 0.5),
                    kappa_shift (graph, kappa_tanh (graph, inner), 1.0));
}

/**
 * kappa_token_gelu:
 * @name: of the result; @x gets the same with #KAPPA_ACTIVATION_INPUT behind it
 *
 * x·Φ(x) (Hendrycks and Gimpel 2016), or its approximation by tanh, as the choices say.
 */
KappaNode
kappa_token_gelu (KappaBuilder *builder, KappaNode x, const char *name)
{
  KappaGraph *graph = builder->graph;
  g_autofree char *input = g_strconcat (name, KAPPA_ACTIVATION_INPUT, NULL);
  KappaNode y;

  if (builder->choices->gelu_tanh)
    y = gelu_tanh (graph, x);
  else
    y = kappa_mul (
        graph, kappa_scale (graph, x, 0.5),
        kappa_shift (graph, kappa_erf (graph, kappa_scale (graph, x, G_SQRT2 / 2.0)), 1.0));
  kappa_builder_mark (builder, y, name, KAPPA_ACTIVATION_GELU);
  kappa_graph_set_name (graph, x, input);
  return y;
}

/**
 * kappa_token_mlp:
 * @layer: its matrices are "@layer.fc1" and "@layer.fc2"
 * @hidden: numbers between them
 *
 * Returns: of the shape of @x
 */
KappaNode
kappa_token_mlp (KappaBuilder *builder, KappaNode x, const char *layer, gint64 hidden)
{
  const gint64 channels = dim (builder, x, 2);
  g_autofree char *fc1 = g_strconcat (layer, ".fc1", NULL),
                  *fc2 = g_strconcat (layer, ".fc2", NULL);
  g_autofree char *gelu = g_strconcat (layer, ".gelu", NULL);

  x = kappa_token_linear (builder, x, fc1, hidden, TRUE);
  x = kappa_token_gelu (builder, x, gelu);
  return kappa_token_linear (builder, x, fc2, channels, TRUE);
}

/**
 * kappa_token_patches:
 * @images: N × C × H × W
 * @patch: side of a patch, pixels
 *
 * Returns: N × patches × @channels, the patches row by row
 */
KappaNode
kappa_token_patches (KappaBuilder *builder,
                     KappaNode images,
                     const char *layer,
                     gint64 channels,
                     gint64 patch)
{
  static const guint tokens_first[] = { 0, 2, 1 };
  const KappaWindow window = KAPPA_WINDOW (patch, patch, 0);
  KappaNode x = kappa_builder_conv (builder, images, layer, channels, &window);
  const KappaShape shape = *kappa_graph_get_shape (builder->graph, x);

  x = kappa_cast (builder->graph, x, kappa_graph_get_real (builder->graph));
  x = kappa_reshape (builder->graph, x,
                     &KAPPA_SHAPE (shape.dims[0], channels, shape.dims[2] * shape.dims[3]));
  return kappa_transpose (builder->graph, x, tokens_first);
}
