#include "core/models/refusal.h"

/*
 * Networks that people open by mistake, or in hope. The first table holds relatives of the networks
 * built here: they share most names with one of them and compute something else, so they must be
 * found first. The second holds other networks, by the names that give them away.
 */

/**
 * Refusal:
 * @globs: names of tensors; all that are not %NULL must be there
 */
typedef struct
{
  const char *what;
  const char *reason;
  const char *globs[2];
} Refusal;

#define DERIVATIVE                                                                                 \
  "it has layers a plain ViT has not, and without them it would compute something else"

static const Refusal relatives[] = {
  { "a distilled DeiT",
    "it has a second class token and a second last layer",
    { "head_dist.weight" } },
  { "a distilled DeiT", "it has a second class token", { "dist_token" } },
  { "a ViT with layer scale, such as DINOv2, DeiT III or CaiT",
    DERIVATIVE,
    { "blocks.0.ls1.gamma" } },
  { "a ViT with layer scale, such as BEiT or CaiT", DERIVATIVE, { "blocks.0.gamma_1" } },
  { "a ViT with register tokens", DERIVATIVE, { "reg_token" } },
  { "a ViT with register tokens", DERIVATIVE, { "register_tokens" } },
  { "a ViT that pools the mean of its tokens and normalises that",
    "its last norm stands behind the pooling",
    { "fc_norm.weight" } },
  { "a ViT with a norm before its blocks, such as CLIP's image tower in timm",
    DERIVATIVE,
    { "norm_pre.weight" } },
  { "a ViT whose keys have no bias, such as BEiT or EVA", DERIVATIVE, { "blocks.0.attn.q_bias" } },
  { "a ViT that normalises queries and keys", DERIVATIVE, { "blocks.0.attn.q_norm.weight" } },
  { "a ViT with gated (SwiGLU) layers", DERIVATIVE, { "blocks.0.mlp.w12.weight" } },
  { "a ViT with gated (SwiGLU) layers", DERIVATIVE, { "blocks.0.mlp.fc1_g.weight" } },
  { "a ViT with rotary position embeddings", DERIVATIVE, { "*rope.*" } },
  { "a ViT with relative positions, such as BEiT or Swin",
    DERIVATIVE,
    { "*relative_position_bias_table" } },
  { "a masked autoencoder with its decoder",
    "its decoder is no classifier",
    { "decoder_pos_embed" } },
  { "a hybrid of ResNet and ViT",
    "its patches come from a convolutional network",
    { "patch_embed.backbone.*" } },
  { "a hybrid of ResNet and ViT",
    "its patches come from a convolutional network",
    { "conv_root/kernel" } },
  { "a SigLIP image tower", "it pools with attention", { "*MAPHead_0/*" } },
  { "a ViT that pools with attention, such as SigLIP", DERIVATIVE, { "attn_pool.*" } },
  { "SigLIP", "it compares images with texts and has no classes", { "logit_bias" } },
  { "CLIP", "it compares images with texts and has no classes", { "logit_scale" } },
  { "the image tower of CLIP",
    "it has an embedding instead of classes",
    { "*transformer.resblocks.*" } },
  { "the image tower of CLIP", "it has an embedding instead of classes", { "visual.trunk.*" } },
  { "the image tower of CLIP", "it has an embedding instead of classes", { "visual.layer1.*" } },
  { "CLIP or SigLIP of Hugging Face",
    "it compares images with texts and has no classes",
    { "vision_model.*" } },
  { "a ResNet-v2 of Keras (pre-activation)",
    "its batch norms stand before the convolutions",
    { "post_bn/*" } },
  { "a ResNeXt of Keras",
    "its grouped convolutions are stored as depthwise ones",
    { "*/depthwise_kernel:0", "conv2_block1_1_conv/*" } },
  { "ResNeSt",
    "its 3×3 convolutions are split-attention layers",
    { "layer1.0.conv2.conv.weight" } },
  { "ResNeSt", "its 3×3 convolutions are split-attention layers", { "layer1.0.conv2.fc1.weight" } },
  { "Res2Net", "its 3×3 convolutions are split into scales", { "layer1.0.convs.0.weight" } },
  { "SKNet", "its 3×3 convolutions are selective-kernel layers", { "layer1.0.conv2.paths.*" } },
  { "ECA-ResNet",
    "its blocks have channel attention by a 1-D convolution",
    { "layer1.0.se.conv.weight" } },
  { "ECA-ResNet",
    "its blocks have channel attention by a 1-D convolution",
    { "layer1.0.eca.conv.weight" } },
  { "a ResNet with CBAM", "its blocks have spatial attention", { "layer1.0.*spatial*" } },
  { "a ResNet with instance normalisation (IBN)",
    "its batch norms are split",
    { "layer1.0.bn1.IN.weight" } },
  { "a ResNet with anti-aliased pooling", "it blurs before every stride", { "layer2.0.*filt" } },
  { "a small-image ResNet with projection shortcuts",
    "its first convolution is 3×3 and its shortcuts have parameters; the CIFAR"
    " ResNets read here have none",
    { "layer1.0.conv1.weight", "layer2.0.shortcut.0.weight" } },
  { "a self-supervised ResNet (MoCo, SimCLR, DINO)",
    "it ends in a projection instead of classes",
    { "encoder_q.*" } },
  { "a Poincaré ResNet", "this version does not build hyperbolic layers yet", { "*isp_c" } },
  { "a quantised network",
    "its weights are stored as integers with scales",
    { "*.scale", "*.zero_point" } },
};

static const Refusal strangers[] = {
  { "ResNet-v2 or BiT (pre-activation)",
    NULL,
    { "stages.0.blocks.0.norm1.weight", "stem.conv.weight" } },
  { "ConvNeXt", NULL, { "stages.0.blocks.0.conv_dw.weight" } },
  { "ConvNeXt (torchvision)", NULL, { "features.1.0.block.0.weight" } },
  { "RegNet", NULL, { "s1.b1.conv1.conv.weight" } },
  { "RegNet (torchvision)", NULL, { "trunk_output.block1.*" } },
  { "Swin", NULL, { "layers.0.blocks.0.attn.*" } },
  { "EfficientNet or MobileNet (timm)", NULL, { "conv_stem.weight" } },
  { "EfficientNet or MobileNet (torchvision)", NULL, { "features.0.0.weight" } },
  { "DenseNet", NULL, { "features.denseblock1.*" } },
  { "GoogLeNet", NULL, { "inception3a.*" } },
  { "Inception-v3", NULL, { "Mixed_5b.*" } },
  { "a DenseNet, VGG, AlexNet or another plain stack", NULL, { "features.0.weight" } },
  { "LeNet or another plain stack", NULL, { "conv1.weight", "fc1.weight" } },
  { "an Inception-ResNet-v2 of Keras without its classes, or otherwise incomplete",
    NULL,
    { "block8_10_conv/kernel:0" } },
  { "Inception-v3 of Keras", NULL, { "conv2d_94/kernel:0", "batch_normalization_94/*" } },
  { "Xception of Keras", NULL, { "block2_sepconv1/*" } },
  { "VGG of Keras", NULL, { "block1_conv1/kernel:0", "block1_conv2/kernel:0" } },
  { "DenseNet of Keras", NULL, { "pool2_bn/gamma:0" } },
  { "MobileNet of Keras", NULL, { "conv_pw_1/kernel:0" } },
  { "MobileNet-v2 of Keras", NULL, { "expanded_conv_depthwise/*" } },
  { "EfficientNet of Keras", NULL, { "block1a_dwconv/*" } },
  { "NASNet of Keras", NULL, { "stem_conv1/kernel:0" } },
  { "a detector of the YOLO family", NULL, { "model.0.conv.weight" } },
  { "a detector with a backbone", NULL, { "backbone.body.*" } },
  { "a segmentation network", NULL, { "decoder.blocks.*" } },
  { "a U-Net", NULL, { "*up*.conv*.weight", "*down*.conv*.weight" } },
  { "a diffusion model", NULL, { "model.diffusion_model.*" } },
  { "an image autoencoder", NULL, { "encoder.down.0.*" } },
  { "a language model", NULL, { "*lm_head.weight" } },
  { "a language model", NULL, { "*layers.0.self_attn.q_proj.weight" } },
  { "BERT", NULL, { "*embeddings.word_embeddings.weight" } },
  { "a Poincaré or other embedding table", NULL, { "lt.weight" } },
};

static const Refusal *
find (const KappaTensorTable *table, const Refusal *refusals, guint n, const char **tensor)
{
  for (guint i = 0; i < n; i++)
    {
      const KappaTensorEntry *first = kappa_tensor_table_match (table, refusals[i].globs[0]);

      if (first == NULL)
        continue;
      if (refusals[i].globs[1] != NULL
          && kappa_tensor_table_match (table, refusals[i].globs[1]) == NULL)
        continue;
      *tensor = first->name;
      return &refusals[i];
    }
  return NULL;
}

/**
 * kappa_refusal_find:
 * @reason: (out): why the relative cannot be read as its plain form
 * @tensor: (out): the tensor that gave it away
 *
 * Returns: (nullable): what relative of a known network the tensors make, for people
 */
const char *
kappa_refusal_find (const KappaTensorTable *table, const char **reason, const char **tensor)
{
  const Refusal *refusal = find (table, relatives, G_N_ELEMENTS (relatives), tensor);

  if (refusal == NULL)
    return NULL;
  *reason = refusal->reason;
  return refusal->what;
}

/**
 * kappa_refusal_guess:
 * @tensor: (out): the tensor that gave it away
 *
 * To be asked when no known network matches.
 *
 * Returns: (nullable): what other network the tensors look like, for people
 */
const char *
kappa_refusal_guess (const KappaTensorTable *table, const char **tensor)
{
  const Refusal *refusal = find (table, strangers, G_N_ELEMENTS (strangers), tensor);

  return refusal != NULL ? refusal->what : NULL;
}
