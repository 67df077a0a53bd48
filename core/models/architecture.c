#include "core/models/architecture.h"

const KappaKeyScheme kappa_key_scheme_torch = { .name = "torchvision and timm" };

const KappaArchitecture *const kappa_architectures[] = {
  &kappa_architecture_cifar_resnet,
  &kappa_architecture_resnet,
  &kappa_architecture_resnet_rs,
  &kappa_architecture_inception_v4,
  &kappa_architecture_inception_resnet_v1,
  &kappa_architecture_inception_resnet_v2,
  &kappa_architecture_vit,
  &kappa_architecture_mixer,
  &kappa_architecture_lenet,
  &kappa_architecture_vgg,
  NULL,
};
