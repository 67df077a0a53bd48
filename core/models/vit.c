#include <math.h>
#include <string.h>

#include "core/base/error.h"
#include "core/models/architecture.h"
#include "core/models/positions.h"
#include "core/models/token-unit.h"
#include "core/models/vit-keys.h"

/*
 * Vision Transformers (Dosovitskiy et al. 2020): patches, a class token, learnt positions, and
 * blocks of attention and a two-layer perceptron, each with a layer norm before it.
 */

/* All sizes that were published have heads of 64 channels; only Google's files show it. */
#define HEAD_SIZE 64

typedef struct
{
  KappaConfig base;
  gint64 width;
  gint64 patch;
  gint64 heads;
  gboolean heads_shown; /* by the tensors; if not they are a guess */
  gint64 hidden;
  gint64 positions;  /* vectors in the table */
  gint64 pre_logits; /* numbers between the features and the classes, 0 for none */
  guint depth;
  gboolean class_token;
  gboolean qkv_bias;
} VitConfig;

/* Returns: the block's result, N × T × D */
static KappaNode
attention (KappaBuilder *builder, const VitConfig *config, KappaNode x, const char *name)
{
  static const guint heads_first[] = { 0, 2, 1, 3 };
  static const gint64 step[] = { 1, 1, 1 };
  KappaGraph *graph = builder->graph;
  const KappaShape shape = *kappa_graph_get_shape (graph, x);
  const gint64 samples = shape.dims[0], tokens = shape.dims[1], width = config->width;
  const gint64 heads = builder->choices->heads > 0 ? builder->choices->heads : config->heads;
  const gint64 size = width / heads, part[] = { samples, tokens, width };
  const KappaShape split = KAPPA_SHAPE (samples, tokens, heads, size);
  g_autofree char *qkv = g_strconcat (name, ".qkv", NULL),
                  *proj = g_strconcat (name, ".proj", NULL);
  g_autofree char *softmax = g_strconcat (name, ".softmax", NULL);
  KappaNode parts[3], all = kappa_token_linear (builder, x, qkv, 3 * width, config->qkv_bias);

  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      const gint64 start[] = { 0, 0, (gint64)i * width };

      parts[i] = kappa_reshape (graph, kappa_slice (graph, all, start, part, step), &split);
      parts[i] = kappa_transpose (graph, parts[i], heads_first);
    }
  x = kappa_matmul (graph, kappa_scale (graph, parts[0], 1.0 / sqrt ((double)size)), parts[1],
                    FALSE, TRUE);
  x = kappa_softmax (graph, x);
  kappa_builder_mark (builder, x, softmax, KAPPA_ACTIVATION_ATTENTION);
  x = kappa_transpose (graph, kappa_matmul (graph, x, parts[2], FALSE, FALSE), heads_first);
  x = kappa_reshape (graph, x, &shape);
  kappa_builder_add_layer (builder, name, "attention", x, 0,
                           2 * (guint64)(tokens * tokens * width));
  return kappa_token_linear (builder, x, proj, width, TRUE);
}

static KappaNode
block (KappaBuilder *builder, const VitConfig *config, KappaNode x, const char *name)
{
  g_autofree char *norm1 = g_strconcat (name, ".norm1", NULL),
                  *norm2 = g_strconcat (name, ".norm2", NULL);
  g_autofree char *attn = g_strconcat (name, ".attn", NULL),
                  *mlp = g_strconcat (name, ".mlp", NULL);
  KappaNode y = attention (builder, config, kappa_token_layer_norm (builder, x, norm1), attn);

  x = kappa_add (builder->graph, x, y);
  y = kappa_token_mlp (builder, kappa_token_layer_norm (builder, x, norm2), mlp, config->hidden);
  x = kappa_add (builder->graph, x, y);
  kappa_builder_mark (builder, x, name, KAPPA_ACTIVATION_BLOCK);
  return x;
}

/* Files have class token and positions before the patches. */
static KappaNode
embed (KappaBuilder *builder, const VitConfig *config, KappaNode images)
{
  KappaGraph *graph = builder->graph;
  const KappaShape size = *kappa_graph_get_shape (graph, images);
  const gint64 leading = config->class_token, height = size.dims[2] / config->patch,
               width = size.dims[3] / config->patch;
  const KappaShape one = KAPPA_SHAPE (1, 1, config->width),
                   table = KAPPA_SHAPE (1, config->positions, config->width);
  const KappaShape first = KAPPA_SHAPE (size.dims[0], 1, config->width),
                   all = KAPPA_SHAPE (size.dims[0], leading + height * width, config->width);
  KappaNode token = KAPPA_NONE, positions, x;

  if (config->class_token)
    token = kappa_builder_parameter_named (builder, "cls_token", KAPPA_PARAMETER_EMBEDDING, &one);
  positions
      = kappa_builder_parameter_named (builder, "pos_embed", KAPPA_PARAMETER_EMBEDDING, &table);
  x = kappa_token_patches (builder, images, "patch_embed.proj", config->width, config->patch);
  if (token != KAPPA_NONE)
    {
      KappaNode parts[] = { kappa_broadcast (graph, token, &first), x };

      x = kappa_concat (graph, parts, 2, 1);
    }
  positions = kappa_positions_resize (builder, positions, leading, height, width);
  x = kappa_add (graph, x, kappa_broadcast (graph, positions, &all));
  kappa_builder_mark (builder, x, "stem", KAPPA_ACTIVATION_STEM);
  return x;
}

/* The class token, or the mean of all tokens where there is none. */
static KappaNode
pool (KappaBuilder *builder, const VitConfig *config, KappaNode x)
{
  const KappaShape shape = *kappa_graph_get_shape (builder->graph, x);
  const gint64 start[] = { 0, 0, 0 }, size[] = { shape.dims[0], 1, config->width },
               step[] = { 1, 1, 1 };

  x = config->class_token ? kappa_slice (builder->graph, x, start, size, step)
                          : kappa_reduce_mean (builder->graph, x, 1u << 1);
  x = kappa_reshape (builder->graph, x, &KAPPA_SHAPE (shape.dims[0], config->width));
  kappa_builder_mark (builder, x, "pooled", KAPPA_ACTIVATION_POOLED);
  return x;
}

static KappaNode
vit_build (KappaBuilder *builder, gconstpointer data, KappaNode images)
{
  const VitConfig *config = data;
  KappaNode x = embed (builder, config, images);

  /* An image without a single patch, for example. */
  if (x == KAPPA_BAD)
    return KAPPA_BAD;
  for (guint i = 0; i < config->depth; i++)
    {
      g_autofree char *name = g_strdup_printf ("blocks.%u", i);

      x = block (builder, config, x, name);
    }
  x = pool (builder, config, kappa_token_layer_norm (builder, x, "norm"));
  if (config->pre_logits > 0)
    x = kappa_tanh (builder->graph,
                    kappa_builder_linear (builder, x, "pre_logits", config->pre_logits));
  x = kappa_builder_linear (builder, x, "head", config->base.classes);
  return kappa_builder_logits (builder, x);
}

static void
count_heads (VitConfig *config, const KappaTensorView *view)
{
  KappaTensorPlace place;

  config->heads_shown = kappa_tensor_view_find (view, "blocks.0.attn.qkv.weight", &place)
                        && place.stored.rank == 3 && place.n_parts == 3;
  config->heads = config->heads_shown ? place.stored.dims[1] : config->width / HEAD_SIZE;
}

static gboolean
is_sound (const VitConfig *config, gint64 classes, gint64 patches)
{
  return config->width >= 1 && config->patch >= 1 && config->patch <= 64 && config->hidden >= 1
         && config->heads >= 1 && config->width % config->heads == 0 && config->depth >= 1
         && config->depth <= KAPPA_MAX_BLOCKS && patches >= 1 && patches <= 65536 && classes >= 1
         && classes <= G_MAXINT32;
}

static gboolean
vit_configure (const KappaTensorView *view, gpointer data, GError **error)
{
  VitConfig *config = data;
  gint64 classes = kappa_tensor_view_get_dim (view, "head.weight", 2, 0), side = 1;
  gint64 channels = kappa_tensor_view_get_dim (view, "patch_embed.proj.weight", 4, 1), patches;

  config->width = kappa_tensor_view_get_dim (view, "pos_embed", 3, 2);
  config->patch = kappa_tensor_view_get_dim (view, "patch_embed.proj.weight", 4, 2);
  config->hidden = kappa_tensor_view_get_dim (view, "blocks.0.mlp.fc1.weight", 2, 0);
  config->positions = kappa_tensor_view_get_dim (view, "pos_embed", 3, 1);
  config->pre_logits = MAX (0, kappa_tensor_view_get_dim (view, "pre_logits.weight", 2, 0));
  config->depth = kappa_tensor_view_count (view, "blocks.", ".norm1.weight");
  config->class_token = kappa_tensor_view_has (view, "cls_token");
  config->qkv_bias = kappa_tensor_view_has (view, "blocks.0.attn.qkv.bias");
  count_heads (config, view);
  patches = config->positions - config->class_token;
  if (!is_sound (config, classes, patches) || (channels != 1 && channels != 3))
    {
      g_set_error_literal (error, KAPPA_ERROR, KAPPA_ERROR_MODEL,
                           "it looks like a ViT, but its patches, positions, first block or last "
                           "layer, “head.weight”, are missing or of a shape no ViT has");
      return FALSE;
    }
  while (side * side < patches)
    side++;
  if (side * side != patches)
    {
      g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_MODEL,
                   "it looks like a ViT, but its table of %" G_GINT64_FORMAT
                   " positions is of no square grid%s",
                   config->positions, config->class_token ? " and a class token" : "");
      return FALSE;
    }
  config->base = (KappaConfig) { (guint)classes, (guint)channels, (guint)(side * config->patch),
                                 (guint)(side * config->patch) };
  return TRUE;
}

static gboolean
vit_check (gconstpointer data, const KappaChoices *choices, GError **error)
{
  const VitConfig *config = data;

  if (choices->heads == 0 || choices->heads == config->heads)
    return TRUE;
  if (!config->heads_shown && config->width % choices->heads == 0)
    return TRUE;
  if (config->heads_shown)
    g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE,
                 "%" G_GINT64_FORMAT
                 " attention heads are asked for, but its tensors show %" G_GINT64_FORMAT,
                 choices->heads, config->heads);
  else
    g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE,
                 "its %" G_GINT64_FORMAT " channels cannot be parted into %" G_GINT64_FORMAT
                 " attention heads",
                 config->width, choices->heads);
  return FALSE;
}

static gint64
vit_get_size (gconstpointer data, const char *name)
{
  const VitConfig *config = data;
  const struct
  {
    const char *name;
    gint64 size;
  } sizes[] = {
    { "hidden_size", config->width },          { "num_features", config->width },
    { "intermediate_size", config->hidden },   { "num_hidden_layers", config->depth },
    { "patch_size", config->patch },           { "image_size", config->base.height },
    { "num_channels", config->base.channels },
  };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    if (strcmp (sizes[i].name, name) == 0)
      return sizes[i].size;
  return -1;
}

static char *
vit_describe (gconstpointer data)
{
  static const struct
  {
    const char *size;
    gint64 width;
    guint depth;
  } sizes[] = {
    { "Ti", 192, 12 }, { "S", 384, 12 }, { "B", 768, 12 }, { "L", 1024, 24 }, { "H", 1280, 32 }
  };
  const VitConfig *config = data;

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    if (sizes[i].width == config->width && sizes[i].depth == config->depth)
      return g_strdup_printf ("ViT-%s/%" G_GINT64_FORMAT, sizes[i].size, config->patch);
  return g_strdup_printf ("ViT of width %" G_GINT64_FORMAT
                          " and depth %u, patches of %" G_GINT64_FORMAT,
                          config->width, config->depth, config->patch);
}

static const char *const evidence[]
    = { "patch_embed.proj.weight ?x?x?x?", "pos_embed 1x?x?", "blocks.0.norm1.weight ?",
        "blocks.0.mlp.fc1.weight ?x?", NULL };
static const char *const absent[] = { "blocks.0.mlp_tokens.fc1.weight", NULL };
static const KappaKeyScheme *const schemes[] = { &kappa_key_scheme_torch,
                                                 &kappa_key_scheme_vit_torchvision,
                                                 &kappa_key_scheme_vit_torchvision_old,
                                                 &kappa_key_scheme_vit_transformers,
                                                 &kappa_key_scheme_vit_google,
                                                 &kappa_key_scheme_vit_big_vision,
                                                 &kappa_key_scheme_vit_big_vision_stacked,
                                                 NULL };

const KappaArchitecture kappa_architecture_vit = {
  .id = "vit",
  .preset = "vit",
  .evidence = evidence,
  .absent = absent,
  .schemes = schemes,
  .config_size = sizeof (VitConfig),
  .configure = vit_configure,
  .describe = vit_describe,
  .build = vit_build,
  .check = vit_check,
  .get_size = vit_get_size,
  .shows_size = TRUE,
};
