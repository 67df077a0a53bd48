#include "core/models/resnet-keys.h"

static const KappaKeyRule keras_rules[] = {
  { "conv1.weight", "conv1_conv/kernel:0", "3201" },
  { "conv1.bias", "conv1_conv/bias:0" },
  { "bn1.weight", "conv1_bn/gamma:0" },
  { "bn1.bias", "conv1_bn/beta:0" },
  { "bn1.running_mean", "conv1_bn/moving_mean:0" },
  { "bn1.running_var", "conv1_bn/moving_variance:0" },
  { "layer{s}.{b}.conv{k}.weight", "conv{s+1}_block{b+1}_{k}_conv/kernel:0", "3201" },
  { "layer{s}.{b}.conv{k}.bias", "conv{s+1}_block{b+1}_{k}_conv/bias:0" },
  { "layer{s}.{b}.bn{k}.weight", "conv{s+1}_block{b+1}_{k}_bn/gamma:0" },
  { "layer{s}.{b}.bn{k}.bias", "conv{s+1}_block{b+1}_{k}_bn/beta:0" },
  { "layer{s}.{b}.bn{k}.running_mean", "conv{s+1}_block{b+1}_{k}_bn/moving_mean:0" },
  { "layer{s}.{b}.bn{k}.running_var", "conv{s+1}_block{b+1}_{k}_bn/moving_variance:0" },
  { "layer{s}.{b}.downsample.0.weight", "conv{s+1}_block{b+1}_0_conv/kernel:0", "3201" },
  { "layer{s}.{b}.downsample.0.bias", "conv{s+1}_block{b+1}_0_conv/bias:0" },
  { "layer{s}.{b}.downsample.1.weight", "conv{s+1}_block{b+1}_0_bn/gamma:0" },
  { "layer{s}.{b}.downsample.1.bias", "conv{s+1}_block{b+1}_0_bn/beta:0" },
  { "layer{s}.{b}.downsample.1.running_mean", "conv{s+1}_block{b+1}_0_bn/moving_mean:0" },
  { "layer{s}.{b}.downsample.1.running_var", "conv{s+1}_block{b+1}_0_bn/moving_variance:0" },
  { "fc.weight", "predictions/kernel:0", "10" },
  { "fc.bias", "predictions/bias:0" },
};

/* Blocks and branches are counted with letters. */
static const KappaKeyRule keras_old_rules[] = {
  { "conv1.weight", "conv1/kernel:0", "3201" },
  { "conv1.bias", "conv1/bias:0" },
  { "bn1.weight", "bn_conv1/gamma:0" },
  { "bn1.bias", "bn_conv1/beta:0" },
  { "bn1.running_mean", "bn_conv1/moving_mean:0" },
  { "bn1.running_var", "bn_conv1/moving_variance:0" },
  { "layer{s}.{b}.conv{k}.weight", "res{s+1}{b:a}_branch2{k-1:a}/kernel:0", "3201" },
  { "layer{s}.{b}.conv{k}.bias", "res{s+1}{b:a}_branch2{k-1:a}/bias:0" },
  { "layer{s}.{b}.bn{k}.weight", "bn{s+1}{b:a}_branch2{k-1:a}/gamma:0" },
  { "layer{s}.{b}.bn{k}.bias", "bn{s+1}{b:a}_branch2{k-1:a}/beta:0" },
  { "layer{s}.{b}.bn{k}.running_mean", "bn{s+1}{b:a}_branch2{k-1:a}/moving_mean:0" },
  { "layer{s}.{b}.bn{k}.running_var", "bn{s+1}{b:a}_branch2{k-1:a}/moving_variance:0" },
  { "layer{s}.{b}.downsample.0.weight", "res{s+1}{b:a}_branch1/kernel:0", "3201" },
  { "layer{s}.{b}.downsample.0.bias", "res{s+1}{b:a}_branch1/bias:0" },
  { "layer{s}.{b}.downsample.1.weight", "bn{s+1}{b:a}_branch1/gamma:0" },
  { "layer{s}.{b}.downsample.1.bias", "bn{s+1}{b:a}_branch1/beta:0" },
  { "layer{s}.{b}.downsample.1.running_mean", "bn{s+1}{b:a}_branch1/moving_mean:0" },
  { "layer{s}.{b}.downsample.1.running_var", "bn{s+1}{b:a}_branch1/moving_variance:0" },
  { "fc.weight", "fc1000/kernel:0", "10" },
  { "fc.bias", "fc1000/bias:0" },
};

const KappaKeyScheme kappa_key_scheme_resnet_keras
    = { "Keras", keras_rules, G_N_ELEMENTS (keras_rules) };

const KappaKeyScheme kappa_key_scheme_resnet_keras_old
    = { "Keras before 2.3", keras_old_rules, G_N_ELEMENTS (keras_old_rules) };
