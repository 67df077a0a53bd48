#include <string.h>

#include "core/base/error.h"
#include "core/models/architecture.h"

/*
 * Families whose files are recognised, down to size and classes, and that have no builder: a user
 * is told what the file is instead of that it is unknown. The rules of their key schemes go as far
 * as recognition needs.
 */

typedef struct
{
  KappaConfig base;
  char name[64];
} UnbuiltConfig;

static char *
unbuilt_describe (gconstpointer data)
{
  return g_strdup (((const UnbuiltConfig *) data)->name);
}

/* Returns: %FALSE with an error if the last layer has no classes */
static gboolean
set_base (UnbuiltConfig *config, gint64 classes, guint size, GError **error)
{
  if (classes < 0 || classes > G_MAXINT32)
    {
      g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_MODEL,
                   "it looks like %s, but its last layer is missing or no matrix", config->name);
      return FALSE;
    }
  config->base = (KappaConfig) { (guint) classes, 3, size, size };
  return TRUE;
}

static void
name_transformer (UnbuiltConfig *config,
                  const char *family,
                  gint64 width,
                  guint depth,
                  gint64 patch)
{
  static const struct
  {
    const char *family, *size;
    gint64 width;
    guint depth;
  } sizes[] = { { "ViT", "Ti", 192, 12 },  { "ViT", "S", 384, 12 },  { "ViT", "B", 768, 12 },
                { "ViT", "L", 1024, 24 },  { "Mixer", "S", 512, 8 }, { "Mixer", "B", 768, 12 },
                { "Mixer", "L", 1024, 24 } };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    if (strcmp (sizes[i].family, family) == 0 && sizes[i].width == width && sizes[i].depth == depth)
      {
        g_snprintf (config->name, sizeof config->name, "%s-%s/%" G_GINT64_FORMAT, family,
                    sizes[i].size, patch);
        return;
      }
  g_snprintf (config->name, sizeof config->name, "a %s of width %" G_GINT64_FORMAT " and depth %u",
              family, width, depth);
}

static gboolean
vit_configure (const KappaTensorView *view, gpointer data, GError **error)
{
  UnbuiltConfig *config = data;
  gint64 patch = kappa_tensor_view_get_dim (view, "patch_embed.proj.weight", 4, 2);
  gint64 positions = kappa_tensor_view_get_dim (view, "pos_embed", 3, 1);
  gint64 side = 1;

  name_transformer (config, "ViT", kappa_tensor_view_get_dim (view, "pos_embed", 3, 2),
                    kappa_tensor_view_count (view, "blocks.", ".norm1.weight"), patch);
  while (side < 256 && side * side < positions - 1)
    side++;
  return set_base (config, kappa_tensor_view_get_dim (view, "head.weight", 2, 0),
                   (guint) (side * CLAMP (patch, 1, 64)), error);
}

static gboolean
mixer_configure (const KappaTensorView *view, gpointer data, GError **error)
{
  UnbuiltConfig *config = data;

  name_transformer (config, "Mixer", kappa_tensor_view_get_dim (view, "stem.proj.weight", 4, 0),
                    kappa_tensor_view_count (view, "blocks.", ".mlp_tokens.fc1.weight"),
                    kappa_tensor_view_get_dim (view, "stem.proj.weight", 4, 2));
  return set_base (config, kappa_tensor_view_get_dim (view, "head.weight", 2, 0), 224, error);
}

static const KappaKeyRule vit_torchvision_rules[] = {
  { "patch_embed.proj.weight", "conv_proj.weight" },
  { "pos_embed", "encoder.pos_embedding" },
  { "blocks.{b}.norm1.weight", "encoder.layers.encoder_layer_{b}.ln_1.weight" },
  { "head.weight", "heads.head.weight" },
};
static const KappaKeyRule vit_transformers_rules[] = {
  { "patch_embed.proj.weight", "vit.embeddings.patch_embeddings.projection.weight" },
  { "pos_embed", "vit.embeddings.position_embeddings" },
  { "blocks.{b}.norm1.weight", "vit.encoder.layer.{b}.layernorm_before.weight" },
  { "head.weight", "classifier.weight" },
};
static const KappaKeyRule vit_google_rules[] = {
  { "patch_embed.proj.weight", "embedding/kernel", "3201" },
  { "pos_embed", "Transformer/posembed_input/pos_embedding" },
  { "blocks.{b}.norm1.weight", "Transformer/encoderblock_{b}/LayerNorm_0/scale" },
  { "head.weight", "head/kernel", "10" },
};
static const KappaKeyRule mixer_google_rules[] = {
  { "stem.proj.weight", "stem/kernel", "3201" },
  { "blocks.{b}.mlp_tokens.fc1.weight", "MixerBlock_{b}/token_mixing/Dense_0/kernel", "10" },
  { "head.weight", "head/kernel", "10" },
};
static const KappaKeyScheme vit_torchvision
    = { "torchvision", vit_torchvision_rules, G_N_ELEMENTS (vit_torchvision_rules) };
static const KappaKeyScheme vit_transformers
    = { "Hugging Face transformers", vit_transformers_rules,
        G_N_ELEMENTS (vit_transformers_rules) };
static const KappaKeyScheme vit_google
    = { "Google", vit_google_rules, G_N_ELEMENTS (vit_google_rules) };
static const KappaKeyScheme mixer_google
    = { "Google", mixer_google_rules, G_N_ELEMENTS (mixer_google_rules) };

#define NAMES(...)   ((const char *const[]) { __VA_ARGS__, NULL })
#define SCHEMES(...) ((const KappaKeyScheme *const[]) { __VA_ARGS__, NULL })

const KappaArchitecture kappa_architecture_vit = {
  .id = "vit",
  .evidence
  = NAMES ("patch_embed.proj.weight ?x?x?x?", "pos_embed 1x?x?", "blocks.0.norm1.weight ?"),
  .schemes = SCHEMES (&kappa_key_scheme_torch, &vit_torchvision, &vit_transformers, &vit_google),
  .config_size = sizeof (UnbuiltConfig),
  .configure = vit_configure,
  .describe = unbuilt_describe,
};

const KappaArchitecture kappa_architecture_mixer = {
  .id = "mixer",
  .evidence = NAMES ("stem.proj.weight ?x?x?x?", "blocks.0.mlp_tokens.fc1.weight ?x?"),
  .schemes = SCHEMES (&kappa_key_scheme_torch, &mixer_google),
  .config_size = sizeof (UnbuiltConfig),
  .configure = mixer_configure,
  .describe = unbuilt_describe,
};
