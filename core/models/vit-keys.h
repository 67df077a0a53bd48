#pragma once

#include "core/models/key-scheme.h"

/* The names other libraries than timm give to a ViT's tensors. */
extern const KappaKeyScheme kappa_key_scheme_vit_torchvision;
extern const KappaKeyScheme kappa_key_scheme_vit_torchvision_old;
extern const KappaKeyScheme kappa_key_scheme_vit_transformers;
extern const KappaKeyScheme kappa_key_scheme_vit_google;
extern const KappaKeyScheme kappa_key_scheme_vit_big_vision;
extern const KappaKeyScheme kappa_key_scheme_vit_big_vision_stacked;
