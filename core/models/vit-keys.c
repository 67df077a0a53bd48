#include "core/models/vit-keys.h"

/* A builder's query, key and value are one matrix; most libraries keep three. */

static const KappaKeyRule torchvision_rules[] = {
  { "cls_token", "class_token" },
  { "pos_embed", "encoder.pos_embedding" },
  { "patch_embed.proj.{*}", "conv_proj.{*}" },
  { "blocks.{b}.norm1.{*}", "encoder.layers.encoder_layer_{b}.ln_1.{*}" },
  { "blocks.{b}.attn.qkv.weight",
    "encoder.layers.encoder_layer_{b}.self_attention.in_proj_weight" },
  { "blocks.{b}.attn.qkv.bias", "encoder.layers.encoder_layer_{b}.self_attention.in_proj_bias" },
  { "blocks.{b}.attn.proj.{*}", "encoder.layers.encoder_layer_{b}.self_attention.out_proj.{*}" },
  { "blocks.{b}.norm2.{*}", "encoder.layers.encoder_layer_{b}.ln_2.{*}" },
  { "blocks.{b}.mlp.fc1.{*}", "encoder.layers.encoder_layer_{b}.mlp.0.{*}" },
  { "blocks.{b}.mlp.fc2.{*}", "encoder.layers.encoder_layer_{b}.mlp.3.{*}" },
  { "norm.{*}", "encoder.ln.{*}" },
  { "head.{*}", "heads.head.{*}" },
};

static const KappaKeyRule torchvision_old_rules[] = {
  { "cls_token", "class_token" },
  { "pos_embed", "encoder.pos_embedding" },
  { "patch_embed.proj.{*}", "conv_proj.{*}" },
  { "blocks.{b}.norm1.{*}", "encoder.layers.encoder_layer_{b}.ln_1.{*}" },
  { "blocks.{b}.attn.qkv.weight",
    "encoder.layers.encoder_layer_{b}.self_attention.in_proj_weight" },
  { "blocks.{b}.attn.qkv.bias", "encoder.layers.encoder_layer_{b}.self_attention.in_proj_bias" },
  { "blocks.{b}.attn.proj.{*}", "encoder.layers.encoder_layer_{b}.self_attention.out_proj.{*}" },
  { "blocks.{b}.norm2.{*}", "encoder.layers.encoder_layer_{b}.ln_2.{*}" },
  { "blocks.{b}.mlp.fc1.{*}", "encoder.layers.encoder_layer_{b}.mlp.linear_1.{*}" },
  { "blocks.{b}.mlp.fc2.{*}", "encoder.layers.encoder_layer_{b}.mlp.linear_2.{*}" },
  { "norm.{*}", "encoder.ln.{*}" },
  { "head.{*}", "heads.head.{*}" },
};

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

static const KappaKeyRule google_rules[] = {
  { "cls_token", "cls" },
  { "pos_embed", "Transformer/posembed_input/pos_embedding" },
  { "patch_embed.proj.weight", "embedding/kernel", "3201" },
  { "patch_embed.proj.bias", "embedding/bias" },
  { "blocks.{b}.norm1.weight", "Transformer/encoderblock_{b}/LayerNorm_0/scale" },
  { "blocks.{b}.norm1.bias", "Transformer/encoderblock_{b}/LayerNorm_0/bias" },
  { "blocks.{b}.attn.qkv.weight",
    "Transformer/encoderblock_{b}/MultiHeadDotProductAttention_1/query/kernel|Transformer/"
    "encoderblock_{b}/MultiHeadDotProductAttention_1/key/kernel|Transformer/encoderblock_{b}/"
    "MultiHeadDotProductAttention_1/value/kernel",
    "(12)0" },
  { "blocks.{b}.attn.qkv.bias",
    "Transformer/encoderblock_{b}/MultiHeadDotProductAttention_1/query/bias|Transformer/"
    "encoderblock_{b}/MultiHeadDotProductAttention_1/key/bias|Transformer/encoderblock_{b}/"
    "MultiHeadDotProductAttention_1/value/bias",
    "(01)" },
  { "blocks.{b}.attn.proj.weight",
    "Transformer/encoderblock_{b}/MultiHeadDotProductAttention_1/out/kernel", "2(01)" },
  { "blocks.{b}.attn.proj.bias",
    "Transformer/encoderblock_{b}/MultiHeadDotProductAttention_1/out/bias" },
  { "blocks.{b}.norm2.weight", "Transformer/encoderblock_{b}/LayerNorm_2/scale" },
  { "blocks.{b}.norm2.bias", "Transformer/encoderblock_{b}/LayerNorm_2/bias" },
  { "blocks.{b}.mlp.fc{k}.weight", "Transformer/encoderblock_{b}/MlpBlock_3/Dense_{k-1}/kernel",
    "10" },
  { "blocks.{b}.mlp.fc{k}.bias", "Transformer/encoderblock_{b}/MlpBlock_3/Dense_{k-1}/bias" },
  { "norm.weight", "Transformer/encoder_norm/scale" },
  { "norm.bias", "Transformer/encoder_norm/bias" },
  { "pre_logits.weight", "pre_logits/kernel", "10" },
  { "pre_logits.bias", "pre_logits/bias" },
  { "head.weight", "head/kernel", "10" },
  { "head.bias", "head/bias" },
};

static const KappaKeyRule big_vision_rules[] = {
  { "cls_token", "cls" },
  { "pos_embed", "pos_embedding" },
  { "patch_embed.proj.weight", "embedding/kernel", "3201" },
  { "patch_embed.proj.bias", "embedding/bias" },
  { "blocks.{b}.norm1.weight", "Transformer/encoderblock_{b}/LayerNorm_0/scale" },
  { "blocks.{b}.norm1.bias", "Transformer/encoderblock_{b}/LayerNorm_0/bias" },
  { "blocks.{b}.attn.qkv.weight",
    "Transformer/encoderblock_{b}/MultiHeadDotProductAttention_0/query/kernel|Transformer/"
    "encoderblock_{b}/MultiHeadDotProductAttention_0/key/kernel|Transformer/encoderblock_{b}/"
    "MultiHeadDotProductAttention_0/value/kernel",
    "(12)0" },
  { "blocks.{b}.attn.qkv.bias",
    "Transformer/encoderblock_{b}/MultiHeadDotProductAttention_0/query/bias|Transformer/"
    "encoderblock_{b}/MultiHeadDotProductAttention_0/key/bias|Transformer/encoderblock_{b}/"
    "MultiHeadDotProductAttention_0/value/bias",
    "(01)" },
  { "blocks.{b}.attn.proj.weight",
    "Transformer/encoderblock_{b}/MultiHeadDotProductAttention_0/out/kernel", "2(01)" },
  { "blocks.{b}.attn.proj.bias",
    "Transformer/encoderblock_{b}/MultiHeadDotProductAttention_0/out/bias" },
  { "blocks.{b}.norm2.weight", "Transformer/encoderblock_{b}/LayerNorm_1/scale" },
  { "blocks.{b}.norm2.bias", "Transformer/encoderblock_{b}/LayerNorm_1/bias" },
  { "blocks.{b}.mlp.fc{k}.weight", "Transformer/encoderblock_{b}/MlpBlock_0/Dense_{k-1}/kernel",
    "10" },
  { "blocks.{b}.mlp.fc{k}.bias", "Transformer/encoderblock_{b}/MlpBlock_0/Dense_{k-1}/bias" },
  { "norm.weight", "Transformer/encoder_norm/scale" },
  { "norm.bias", "Transformer/encoder_norm/bias" },
  { "pre_logits.weight", "pre_logits/kernel", "10" },
  { "pre_logits.bias", "pre_logits/bias" },
  { "head.weight", "head/kernel", "10" },
  { "head.bias", "head/bias" },
};

static const KappaKeyRule big_vision_stacked_rules[] = {
  { "cls_token", "cls" },
  { "pos_embed", "pos_embedding" },
  { "patch_embed.proj.weight", "embedding/kernel", "3201" },
  { "patch_embed.proj.bias", "embedding/bias" },
  { "blocks.{b}.norm1.weight", "Transformer/encoderblock/LayerNorm_0/scale", "[b]" },
  { "blocks.{b}.norm1.bias", "Transformer/encoderblock/LayerNorm_0/bias", "[b]" },
  { "blocks.{b}.attn.qkv.weight",
    "Transformer/encoderblock/MultiHeadDotProductAttention_0/query/kernel|Transformer/encoderblock/"
    "MultiHeadDotProductAttention_0/key/kernel|Transformer/encoderblock/"
    "MultiHeadDotProductAttention_0/value/kernel",
    "[b](12)0" },
  { "blocks.{b}.attn.qkv.bias",
    "Transformer/encoderblock/MultiHeadDotProductAttention_0/query/bias|Transformer/encoderblock/"
    "MultiHeadDotProductAttention_0/key/bias|Transformer/encoderblock/"
    "MultiHeadDotProductAttention_0/value/bias",
    "[b](01)" },
  { "blocks.{b}.attn.proj.weight",
    "Transformer/encoderblock/MultiHeadDotProductAttention_0/out/kernel", "[b]2(01)" },
  { "blocks.{b}.attn.proj.bias", "Transformer/encoderblock/MultiHeadDotProductAttention_0/out/bias",
    "[b]" },
  { "blocks.{b}.norm2.weight", "Transformer/encoderblock/LayerNorm_1/scale", "[b]" },
  { "blocks.{b}.norm2.bias", "Transformer/encoderblock/LayerNorm_1/bias", "[b]" },
  { "blocks.{b}.mlp.fc{k}.weight", "Transformer/encoderblock/MlpBlock_0/Dense_{k-1}/kernel",
    "[b]10" },
  { "blocks.{b}.mlp.fc{k}.bias", "Transformer/encoderblock/MlpBlock_0/Dense_{k-1}/bias", "[b]" },
  { "norm.weight", "Transformer/encoder_norm/scale" },
  { "norm.bias", "Transformer/encoder_norm/bias" },
  { "pre_logits.weight", "pre_logits/kernel", "10" },
  { "pre_logits.bias", "pre_logits/bias" },
  { "head.weight", "head/kernel", "10" },
  { "head.bias", "head/bias" },
};

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
