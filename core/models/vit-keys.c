#include "core/models/vit-keys.h"

/* A builder's query, key and value are one matrix; most libraries keep three. */

/* The perceptron's layers had names before they had numbers. */
#define TORCHVISION(fc1, fc2)                                                                      \
  { "cls_token", "class_token" }, { "pos_embed", "encoder.pos_embedding" },                        \
      { "patch_embed.proj.{*}", "conv_proj.{*}" }, { "blocks.{b}.norm1.{*}", LAYER "ln_1.{*}" },   \
      { "blocks.{b}.attn.qkv.weight", LAYER "self_attention.in_proj_weight" },                     \
      { "blocks.{b}.attn.qkv.bias", LAYER "self_attention.in_proj_bias" },                         \
      { "blocks.{b}.attn.proj.{*}", LAYER "self_attention.out_proj.{*}" },                         \
      { "blocks.{b}.norm2.{*}", LAYER "ln_2.{*}" },                                                \
      { "blocks.{b}.mlp.fc1.{*}", LAYER "mlp." fc1 ".{*}" },                                       \
      { "blocks.{b}.mlp.fc2.{*}", LAYER "mlp." fc2 ".{*}" }, { "norm.{*}", "encoder.ln.{*}" },     \
  {                                                                                                \
    "head.{*}", "heads.head.{*}"                                                                   \
  }
#define LAYER "encoder.layers.encoder_layer_{b}."

static const KappaKeyRule torchvision_rules[] = { TORCHVISION ("0", "3") };
static const KappaKeyRule torchvision_old_rules[] = { TORCHVISION ("linear_1", "linear_2") };

static const KappaKeyRule transformers_rules[] = {
  { "cls_token", "vit.embeddings.cls_token" },
  { "pos_embed", "vit.embeddings.position_embeddings" },
  { "patch_embed.proj.{*}", "vit.embeddings.patch_embeddings.projection.{*}" },
  { "blocks.{b}.norm1.{*}", "vit.encoder.layer.{b}.layernorm_before.{*}" },
  { "blocks.{b}.attn.qkv.{*}",
    "vit.encoder.layer.{b}.attention.attention.query.{*}|vit.encoder.layer.{b}.attention.attention."
    "key.{*}|vit.encoder.layer.{b}.attention.attention.value.{*}" },
  { "blocks.{b}.attn.proj.{*}", "vit.encoder.layer.{b}.attention.output.dense.{*}" },
  { "blocks.{b}.norm2.{*}", "vit.encoder.layer.{b}.layernorm_after.{*}" },
  { "blocks.{b}.mlp.fc1.{*}", "vit.encoder.layer.{b}.intermediate.dense.{*}" },
  { "blocks.{b}.mlp.fc2.{*}", "vit.encoder.layer.{b}.output.dense.{*}" },
  { "norm.{*}", "vit.layernorm.{*}" },
  { "head.{*}", "classifier.{*}" },
};

/*
 * Google's two libraries differ in where positions are and how the parts of a block are counted.
 * Where all blocks are one array each, @slice comes before the axes of a kernel, and @slices are
 * those of a vector.
 */
#define GOOGLE(positions, block, attention, second, mlp, slice, slices)                            \
  { "cls_token", "cls" }, { "pos_embed", positions },                                              \
      { "patch_embed.proj.weight", "embedding/kernel", "3201" },                                   \
      { "patch_embed.proj.bias", "embedding/bias" },                                               \
      { "blocks.{b}.norm1.weight", block "/LayerNorm_0/scale", slices },                           \
      { "blocks.{b}.norm1.bias", block "/LayerNorm_0/bias", slices },                              \
      { "blocks.{b}.attn.qkv.weight", THREE (block "/" attention, "/kernel"), slice "(12)0" },     \
      { "blocks.{b}.attn.qkv.bias", THREE (block "/" attention, "/bias"), slice "(01)" },          \
      { "blocks.{b}.attn.proj.weight", block "/" attention "/out/kernel", slice "2(01)" },         \
      { "blocks.{b}.attn.proj.bias", block "/" attention "/out/bias", slices },                    \
      { "blocks.{b}.norm2.weight", block "/" second "/scale", slices },                            \
      { "blocks.{b}.norm2.bias", block "/" second "/bias", slices },                               \
      { "blocks.{b}.mlp.fc{k}.weight", block "/" mlp "/Dense_{k-1}/kernel", slice "10" },          \
      { "blocks.{b}.mlp.fc{k}.bias", block "/" mlp "/Dense_{k-1}/bias", slices },                  \
      { "norm.weight", "Transformer/encoder_norm/scale" },                                         \
      { "norm.bias", "Transformer/encoder_norm/bias" },                                            \
      { "pre_logits.weight", "pre_logits/kernel", "10" },                                          \
      { "pre_logits.bias", "pre_logits/bias" }, { "head.weight", "head/kernel", "10" },            \
  {                                                                                                \
    "head.bias", "head/bias"                                                                       \
  }
#define THREE(layer, part) layer "/query" part "|" layer "/key" part "|" layer "/value" part

static const KappaKeyRule google_rules[] = { GOOGLE ("Transformer/posembed_input/pos_embedding",
                                                     "Transformer/encoderblock_{b}",
                                                     "MultiHeadDotProductAttention_1",
                                                     "LayerNorm_2",
                                                     "MlpBlock_3",
                                                     "",
                                                     NULL) };

static const KappaKeyRule big_vision_rules[] = { GOOGLE ("pos_embedding",
                                                         "Transformer/encoderblock_{b}",
                                                         "MultiHeadDotProductAttention_0",
                                                         "LayerNorm_1",
                                                         "MlpBlock_0",
                                                         "",
                                                         NULL) };

static const KappaKeyRule big_vision_stacked_rules[] = { GOOGLE ("pos_embedding",
                                                                 "Transformer/encoderblock",
                                                                 "MultiHeadDotProductAttention_0",
                                                                 "LayerNorm_1",
                                                                 "MlpBlock_0",
                                                                 "[b]",
                                                                 "[b]") };

const KappaKeyScheme kappa_key_scheme_vit_torchvision
    = { "torchvision", torchvision_rules, G_N_ELEMENTS (torchvision_rules) };

const KappaKeyScheme kappa_key_scheme_vit_torchvision_old
    = { "torchvision, older", torchvision_old_rules, G_N_ELEMENTS (torchvision_old_rules) };

const KappaKeyScheme kappa_key_scheme_vit_transformers
    = { "Hugging Face transformers", transformers_rules, G_N_ELEMENTS (transformers_rules) };

const KappaKeyScheme kappa_key_scheme_vit_google
    = { "Google", google_rules, G_N_ELEMENTS (google_rules) };

const KappaKeyScheme kappa_key_scheme_vit_big_vision
    = { "Google big_vision", big_vision_rules, G_N_ELEMENTS (big_vision_rules) };

const KappaKeyScheme kappa_key_scheme_vit_big_vision_stacked
    = { "Google big_vision, stacked layers", big_vision_stacked_rules,
        G_N_ELEMENTS (big_vision_stacked_rules) };
