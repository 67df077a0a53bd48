#include "core/base/error.h"
#include "core/models/architecture.h"
#include "core/models/token-unit.h"

/*
 * MLP-Mixer (Tolstikhin et al. 2021): patches, and blocks of two perceptrons, the first over the
 * tokens of a channel, the second over the channels of a token. The number of tokens is that of
 * the first's inputs, so images have one size.
 */

typedef struct
{
  KappaConfig base;
  gint64 width;
  gint64 patch;
  gint64 tokens;
  gint64 token_hidden;
  gint64 channel_hidden;
  guint depth;
} MixerConfig;

static KappaNode
block (KappaBuilder *builder, const MixerConfig *config, KappaNode x, const char *name)
{
  static const guint swapped[] = { 0, 2, 1 };
  KappaGraph *graph = builder->graph;
  g_autofree char *norm1 = g_strconcat (name, ".norm1", NULL),
                  *norm2 = g_strconcat (name, ".norm2", NULL);
  g_autofree char *tokens = g_strconcat (name, ".mlp_tokens", NULL),
                  *channels = g_strconcat (name, ".mlp_channels", NULL);
  KappaNode y = kappa_transpose (graph, kappa_token_layer_norm (builder, x, norm1), swapped);

  y = kappa_token_mlp (builder, y, tokens, config->token_hidden);
  x = kappa_add (graph, x, kappa_transpose (graph, y, swapped));
  y = kappa_token_layer_norm (builder, x, norm2);
  x = kappa_add (graph, x, kappa_token_mlp (builder, y, channels, config->channel_hidden));
  kappa_builder_mark (builder, x, name, KAPPA_ACTIVATION_BLOCK);
  return x;
}

static KappaNode
mixer_build (KappaBuilder *builder, gconstpointer data, KappaNode images)
{
  const MixerConfig *config = data;
  KappaNode x = kappa_token_patches (builder, images, "stem.proj", config->width, config->patch);
  const KappaShape shape = *kappa_graph_get_shape (builder->graph, x);

  if (shape.dims[1] != config->tokens)
    {
      kappa_graph_fail (builder->graph,
                        "a Mixer takes images of one size, here %u × %u pixels: its first layer in "
                        "a block is over %" G_GINT64_FORMAT " patches",
                        config->base.width, config->base.height, config->tokens);
      return KAPPA_BAD;
    }
  kappa_builder_mark (builder, x, "stem", KAPPA_ACTIVATION_STEM);
  for (guint i = 0; i < config->depth; i++)
    {
      g_autofree char *name = g_strdup_printf ("blocks.%u", i);

      x = block (builder, config, x, name);
    }
  x = kappa_reduce_mean (builder->graph, kappa_token_layer_norm (builder, x, "norm"), 1u << 1);
  x = kappa_reshape (builder->graph, x, &KAPPA_SHAPE (shape.dims[0], config->width));
  kappa_builder_mark (builder, x, "pooled", KAPPA_ACTIVATION_POOLED);
  x = kappa_builder_linear (builder, x, "head", config->base.classes);
  return kappa_builder_logits (builder, x);
}

static gboolean
mixer_configure (const KappaTensorView *view, gpointer data, GError **error)
{
  MixerConfig *config = data;
  gint64 classes = kappa_tensor_view_get_dim (view, "head.weight", 2, 0), side = 1;
  gint64 channels = kappa_tensor_view_get_dim (view, "stem.proj.weight", 4, 1);

  config->width = kappa_tensor_view_get_dim (view, "stem.proj.weight", 4, 0);
  config->patch = kappa_tensor_view_get_dim (view, "stem.proj.weight", 4, 2);
  config->tokens = kappa_tensor_view_get_dim (view, "blocks.0.mlp_tokens.fc1.weight", 2, 1);
  config->token_hidden = kappa_tensor_view_get_dim (view, "blocks.0.mlp_tokens.fc1.weight", 2, 0);
  config->channel_hidden
      = kappa_tensor_view_get_dim (view, "blocks.0.mlp_channels.fc1.weight", 2, 0);
  config->depth = kappa_tensor_view_count (view, "blocks.", ".mlp_tokens.fc1.weight");
  while (side < 256 && side * side < config->tokens)
    side++;
  if (classes < 1 || classes > G_MAXINT32 || (channels != 1 && channels != 3) || config->width < 1
      || config->patch < 1 || config->patch > 64 || side * side != config->tokens
      || config->token_hidden < 1 || config->channel_hidden < 1 || config->depth > KAPPA_MAX_BLOCKS)
    {
      g_set_error_literal (error, KAPPA_ERROR, KAPPA_ERROR_MODEL,
                           "it looks like an MLP-Mixer, but its patches, first block or last "
                           "layer, “head.weight”, are missing or of a shape no Mixer has");
      return FALSE;
    }
  config->base = (KappaConfig) { (guint)classes, (guint)channels, (guint)(side * config->patch),
                                 (guint)(side * config->patch) };
  return TRUE;
}

static char *
mixer_describe (gconstpointer data)
{
  static const struct
  {
    const char *size;
    gint64 width;
    guint depth;
  } sizes[] = { { "S", 512, 8 }, { "B", 768, 12 }, { "L", 1024, 24 } };
  const MixerConfig *config = data;

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    if (sizes[i].width == config->width && sizes[i].depth == config->depth)
      return g_strdup_printf ("Mixer-%s/%" G_GINT64_FORMAT, sizes[i].size, config->patch);
  return g_strdup_printf ("Mixer of width %" G_GINT64_FORMAT
                          " and depth %u, patches of %" G_GINT64_FORMAT,
                          config->width, config->depth, config->patch);
}

static const KappaKeyRule google_rules[] = {
  { "stem.proj.weight", "stem/kernel", "3201" },
  { "stem.proj.bias", "stem/bias" },
  { "blocks.{b}.norm{k}.weight", "MixerBlock_{b}/LayerNorm_{k-1}/scale" },
  { "blocks.{b}.norm{k}.bias", "MixerBlock_{b}/LayerNorm_{k-1}/bias" },
  { "blocks.{b}.mlp_tokens.fc{k}.weight", "MixerBlock_{b}/token_mixing/Dense_{k-1}/kernel", "10" },
  { "blocks.{b}.mlp_tokens.fc{k}.bias", "MixerBlock_{b}/token_mixing/Dense_{k-1}/bias" },
  { "blocks.{b}.mlp_channels.fc{k}.weight", "MixerBlock_{b}/channel_mixing/Dense_{k-1}/kernel",
    "10" },
  { "blocks.{b}.mlp_channels.fc{k}.bias", "MixerBlock_{b}/channel_mixing/Dense_{k-1}/bias" },
  { "norm.weight", "pre_head_layer_norm/scale" },
  { "norm.bias", "pre_head_layer_norm/bias" },
  { "head.weight", "head/kernel", "10" },
  { "head.bias", "head/bias" },
};
static const KappaKeyScheme google = { "Google", google_rules, G_N_ELEMENTS (google_rules) };

static const char *const evidence[]
    = { "stem.proj.weight ?x?x?x?", "blocks.0.mlp_tokens.fc1.weight ?x?", NULL };
static const KappaKeyScheme *const schemes[] = { &kappa_key_scheme_torch, &google, NULL };

const KappaArchitecture kappa_architecture_mixer = {
  .id = "mixer",
  .preset = "mixer",
  .evidence = evidence,
  .schemes = schemes,
  .config_size = sizeof (MixerConfig),
  .configure = mixer_configure,
  .describe = mixer_describe,
  .build = mixer_build,
  .shows_size = TRUE,
};
