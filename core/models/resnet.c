#include "core/base/error.h"
#include "core/models/architecture.h"
#include "core/models/resnet-keys.h"

/*
 * The ResNets of He et al. (2015) for ImageNet with basic blocks or bottlenecks, wide ones and
 * ResNeXt, whose widths and groups are in the shapes, and ResNet-D (He et al. 2018): three 3×3
 * convolutions for the first, and an average pool before a shortcut's convolution. ResNet-RS (Bello
 * et al. 2021) is a ResNet-D that halves the image in the first of the three, has a convolution
 * instead of the max pool, and squeeze-and-excitation in every block.
 */

#define N_STAGES 4

typedef struct
{
  KappaConfig base;
  guint blocks[N_STAGES];
  gint64 widths[N_STAGES];  /* channels between the convolutions of a block */
  gint64 outputs[N_STAGES]; /* channels of its result */
  gint64 groups;
  gint64 stem[3]; /* channels of the first convolutions, the last two 0 if there is one */
  gboolean bottleneck;
  gboolean pool_shortcut;
  gboolean conv_pool;        /* a convolution instead of the max pool */
  gint64 squeezed[N_STAGES]; /* channels between squeeze and excitation, 0 where there is none */
} ResnetConfig;

static guint
count_layers (const ResnetConfig *config)
{
  guint n = 2;

  for (guint stage = 0; stage < N_STAGES; stage++)
    n += config->blocks[stage] * (config->bottleneck ? 3 : 2);
  return n;
}

static gboolean
configure_stage (const KappaTensorView *view, ResnetConfig *config, guint stage)
{
  g_autofree char *prefix = g_strdup_printf ("layer%u.", stage + 1);
  g_autofree char *first = g_strconcat (prefix, "0.conv1.weight", NULL);
  g_autofree char *last
      = g_strconcat (prefix, config->bottleneck ? "0.conv3.weight" : "0.conv2.weight", NULL);
  g_autofree char *squeeze = g_strconcat (prefix, "0.se.fc1.weight", NULL);

  config->blocks[stage] = kappa_tensor_view_count (view, prefix, ".conv1.weight");
  config->widths[stage] = kappa_tensor_view_get_dim (view, first, 4, 0);
  config->outputs[stage] = kappa_tensor_view_get_dim (view, last, 4, 0);
  config->squeezed[stage] = MAX (kappa_tensor_view_get_dim (view, squeeze, 4, 0), 0);
  return config->blocks[stage] >= 1 && config->blocks[stage] <= KAPPA_MAX_BLOCKS
         && config->widths[stage] >= 1 && config->outputs[stage] >= 1;
}

/* The second convolution of the first block has inputs / groups channels in its second dimension.
 */
static gboolean
configure_groups (const KappaTensorView *view, ResnetConfig *config)
{
  gint64 inputs = kappa_tensor_view_get_dim (view, "layer1.0.conv2.weight", 4, 1);

  if (inputs < 1 || config->widths[0] % inputs != 0)
    return FALSE;
  config->groups = config->widths[0] / inputs;
  for (guint stage = 0; stage < N_STAGES; stage++)
    if (config->widths[stage] % config->groups != 0)
      return FALSE;
  return config->bottleneck || config->groups == 1;
}

static gboolean
configure_stem (const KappaTensorView *view, ResnetConfig *config)
{
  static const char *const deep[] = { "conv1.0.weight", "conv1.3.weight", "conv1.6.weight" };
  gboolean is_deep = kappa_tensor_view_has (view, deep[0]);
  gint64 channels;

  for (guint i = 0; i < (is_deep ? 3 : 1); i++)
    if ((config->stem[i]
         = kappa_tensor_view_get_dim (view, is_deep ? deep[i] : "conv1.weight", 4, 0))
        < 1)
      return FALSE;
  channels = kappa_tensor_view_get_dim (view, is_deep ? deep[0] : "conv1.weight", 4, 1);
  config->base.channels = (guint)channels;
  return channels == 1 || channels == 3;
}

static gboolean
resnet_configure (const KappaTensorView *view, gpointer data, GError **error)
{
  ResnetConfig *config = data;
  gint64 classes = kappa_tensor_view_get_dim (view, "fc.weight", 2, 0);
  gboolean fits;

  config->bottleneck = kappa_tensor_view_has (view, "layer1.0.conv3.weight");
  config->pool_shortcut
      = kappa_tensor_view_get_dim (view, "layer2.0.downsample.1.weight", 4, 0) > 0;
  config->conv_pool = kappa_tensor_view_has (view, "maxpool.0.weight");
  fits = configure_stem (view, config) && classes >= 1 && classes <= G_MAXINT32;
  for (guint stage = 0; fits && stage < N_STAGES; stage++)
    fits = configure_stage (view, config, stage);
  if (!fits || !configure_groups (view, config))
    {
      g_set_error_literal (error, KAPPA_ERROR, KAPPA_ERROR_MODEL,
                           kappa_tensor_view_has (view, "fc.weight")
                               ? "the first convolution, one of the four stages or the last layer "
                                 "is missing or has a shape"
                                 " no ResNet has"
                               : "its last layer, “fc.weight”, is missing: a network without "
                                 "classes cannot be evaluated");
      return FALSE;
    }
  config->base.classes = (guint)classes;
  config->base.height = config->base.width = 224;
  config->base.conv_bias = kappa_tensor_view_has (view, "conv1.bias");
  return TRUE;
}

static char *
resnet_describe (gconstpointer data)
{
  const ResnetConfig *config = data;
  const char *letter = config->stem[2] == 0    ? ""
                       : config->pool_shortcut ? "D"
                       : config->stem[0] == 64 ? "S"
                                               : "C";
  const gint64 width = config->widths[0] / config->groups;
  guint n = count_layers (config);

  if (config->groups > 1)
    return g_strdup_printf ("ResNeXt-%u%s (%" G_GINT64_FORMAT "×%" G_GINT64_FORMAT "d)", n, letter,
                            config->groups, width);
  if (config->bottleneck && config->outputs[0] == 256 && config->widths[0] != 64)
    return g_strdup_printf ("Wide ResNet-%u%s-%g", n, letter, (double)width / 64.0);
  return g_strdup_printf ("ResNet-%u%s", n, letter);
}

/* The two deepest are called after a count that is rounded. */
static char *
resnet_rs_describe (gconstpointer data)
{
  guint n = count_layers (data);

  return g_strdup_printf ("ResNet-RS-%u", n == 272 ? 270 : n == 419 ? 420 : n);
}

static KappaNode
stem (KappaBuilder *builder, const ResnetConfig *config, KappaNode x)
{
  const KappaWindow seven = KAPPA_WINDOW (7, 2, 3), half = KAPPA_WINDOW (3, 2, 1),
                    same = KAPPA_WINDOW (3, 1, 1);

  if (config->stem[2] == 0)
    x = kappa_builder_conv_norm (builder, x, "conv1", "bn1", config->stem[0], &seven);
  else
    {
      x = kappa_builder_conv_norm (builder, x, "conv1.0", "conv1.1", config->stem[0], &half);
      x = kappa_builder_relu (builder, x, "conv1.relu1", 0);
      x = kappa_builder_conv_norm (builder, x, "conv1.3", "conv1.4", config->stem[1], &same);
      x = kappa_builder_relu (builder, x, "conv1.relu2", 0);
      x = kappa_builder_conv_norm (builder, x, "conv1.6", "bn1", config->stem[2], &same);
    }
  x = kappa_builder_relu (builder, x, "relu1", 0);
  if (config->conv_pool)
    x = kappa_builder_relu (
        builder,
        kappa_builder_conv_norm (builder, x, "maxpool.0", "maxpool.1", config->stem[2], &half),
        "relu2", 0);
  else
    x = kappa_builder_max_pool (builder, x, "maxpool", &half);
  kappa_builder_mark (builder, x, "stem", KAPPA_ACTIVATION_STEM);
  return x;
}

static KappaNode
shortcut (KappaBuilder *builder,
          const ResnetConfig *config,
          KappaNode x,
          const char *block,
          gint64 outputs,
          gint64 stride)
{
  const KappaWindow pool = KAPPA_WINDOW (2, stride, 0);
  const KappaWindow window = KAPPA_WINDOW (1, config->pool_shortcut ? 1 : stride, 0);
  g_autofree char *part0 = g_strconcat (block, ".downsample.0", NULL),
                  *part1 = g_strconcat (block, ".downsample.1", NULL);
  g_autofree char *part2 = g_strconcat (block, ".downsample.2", NULL);

  if (stride == 1 && kappa_graph_get_shape (builder->graph, x)->dims[1] == outputs)
    return x;
  if (!config->pool_shortcut)
    return kappa_builder_conv_norm (builder, x, part0, part1, outputs, &window);
  if (stride > 1)
    x = kappa_builder_avg_pool (builder, x, part0, &pool, TRUE, FALSE);
  return kappa_builder_conv_norm (builder, x, part1, part2, outputs, &window);
}

/* Each channel times a number in (0, 1) that the means of all channels decide (Hu et al. 2018). */
static KappaNode
squeeze_and_excite (KappaBuilder *builder, KappaNode x, const char *block, gint64 squeezed)
{
  const KappaWindow point = KAPPA_WINDOW (1, 1, 0);
  const KappaShape shape = *kappa_graph_get_shape (builder->graph, x);
  g_autofree char *fc1 = g_strconcat (block, ".se.fc1", NULL),
                  *fc2 = g_strconcat (block, ".se.fc2", NULL);
  g_autofree char *relu = g_strconcat (block, ".se.relu", NULL);
  KappaNode gate = kappa_reduce_mean (builder->graph, x, 1u << 2 | 1u << 3);

  gate = kappa_builder_conv (builder, gate, fc1, squeezed, &point);
  gate = kappa_builder_relu (builder, gate, relu, 0);
  gate = kappa_builder_conv (builder, gate, fc2, shape.dims[1], &point);
  gate = kappa_sigmoid (builder->graph, gate);
  return kappa_mul (builder->graph, x, kappa_broadcast (builder->graph, gate, &shape));
}

/* Checkpoints list a block's shortcut behind its convolutions. */
static KappaNode
residual_block (KappaBuilder *builder,
                const ResnetConfig *config,
                KappaNode x,
                guint stage,
                const char *name,
                gint64 stride)
{
  const gboolean deep = config->bottleneck, first = deep && builder->choices->stride_first;
  const gint64 channels[]
      = { config->widths[stage], deep ? config->widths[stage] : config->outputs[stage],
          config->outputs[stage] };
  KappaWindow windows[]
      = { KAPPA_WINDOW (deep ? 1 : 3, !deep || first ? stride : 1, deep ? 0 : 1),
          KAPPA_WINDOW (3, deep && !first ? stride : 1, 1), KAPPA_WINDOW (1, 1, 0) };
  const guint n = deep ? 3 : 2;
  KappaNode y = x;

  windows[1].groups = config->groups;
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *conv = g_strdup_printf ("%s.conv%u", name, i + 1),
                      *norm = g_strdup_printf ("%s.bn%u", name, i + 1);
      g_autofree char *relu = g_strdup_printf ("%s.relu%u", name, i + 1);

      y = kappa_builder_conv_norm (builder, y, conv, norm, channels[i], &windows[i]);
      if (i + 1 < n)
        y = kappa_builder_relu (builder, y, relu, 0);
    }
  if (config->squeezed[stage] > 0)
    y = squeeze_and_excite (builder, y, name, config->squeezed[stage]);
  x = shortcut (builder, config, x, name, config->outputs[stage], stride);
  return kappa_builder_relu (builder, kappa_add (builder->graph, y, x), name,
                             KAPPA_ACTIVATION_BLOCK);
}

static KappaNode
resnet_build (KappaBuilder *builder, gconstpointer data, KappaNode images)
{
  const ResnetConfig *config = data;
  KappaNode x = stem (builder, config, images);

  for (guint stage = 0; stage < N_STAGES; stage++)
    {
      g_autofree char *stage_name = g_strdup_printf ("layer%u", stage + 1);

      for (guint block = 0; block < config->blocks[stage]; block++)
        {
          g_autofree char *name = g_strdup_printf ("%s.%u", stage_name, block);

          x = residual_block (builder, config, x, stage, name, stage > 0 && block == 0 ? 2 : 1);
        }
      kappa_builder_mark_stage (builder, x, stage_name);
    }
  x = kappa_builder_linear (builder, kappa_builder_pool_all (builder, x, "avgpool"), "fc",
                            config->base.classes);
  return kappa_builder_logits (builder, x);
}

/* Hugging Face's transformers library counts stages and convolutions from 0. */
static const KappaKeyRule transformers_rules[] = {
  { "conv1.weight", "resnet.embedder.embedder.convolution.weight" },
  { "bn1.{*}", "resnet.embedder.embedder.normalization.{*}" },
  { "layer{s}.{b}.conv{k}.weight",
    "resnet.encoder.stages.{s-1}.layers.{b}.layer.{k-1}.convolution.weight" },
  { "layer{s}.{b}.bn{k}.{*}",
    "resnet.encoder.stages.{s-1}.layers.{b}.layer.{k-1}.normalization.{*}" },
  { "layer{s}.{b}.downsample.0.weight",
    "resnet.encoder.stages.{s-1}.layers.{b}.shortcut.convolution.weight" },
  { "layer{s}.{b}.downsample.1.{*}",
    "resnet.encoder.stages.{s-1}.layers.{b}.shortcut.normalization.{*}" },
  { "fc.{*}", "classifier.1.{*}" },
};
static const KappaKeyScheme transformers_scheme
    = { "Hugging Face transformers", transformers_rules, G_N_ELEMENTS (transformers_rules) };

static const char *const evidence[] = { "layer1.0.conv1.weight ?x?x?x?", "layer1.0.bn2.weight ?",
                                        "layer4.0.conv2.weight ?x?x3x3", NULL };
static const char *const absent[] = { "layer1.0.se.fc1.weight", "linear.weight", NULL };
static const KappaKeyScheme *const schemes[]
    = { &kappa_key_scheme_torch, &transformers_scheme, &kappa_key_scheme_resnet_keras,
        &kappa_key_scheme_resnet_keras_old, NULL };

const KappaArchitecture kappa_architecture_resnet = {
  .id = "resnet",
  .preset = "torchvision-v1",
  .evidence = evidence,
  .absent = absent,
  .schemes = schemes,
  .config_size = sizeof (ResnetConfig),
  .configure = resnet_configure,
  .describe = resnet_describe,
  .build = resnet_build,
};

static const char *const rs_evidence[]
    = { "conv1.0.weight 32x3x3x3", "maxpool.0.weight 64x64x3x3", "layer1.0.conv1.weight ?x?x?x?",
        "layer1.0.se.fc1.weight ?x?x1x1", NULL };
static const KappaKeyScheme *const rs_schemes[] = { &kappa_key_scheme_torch, NULL };

const KappaArchitecture kappa_architecture_resnet_rs = {
  .id = "resnet-rs",
  .preset = "resnet-rs",
  .evidence = rs_evidence,
  .schemes = rs_schemes,
  .config_size = sizeof (ResnetConfig),
  .configure = resnet_configure,
  .describe = resnet_rs_describe,
  .build = resnet_build,
};
