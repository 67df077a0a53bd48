#pragma once

#include "core/models/key-scheme.h"

/* The names of Inception-ResNet-v2 in pretrained-models.pytorch (Cadene) and in keras.applications. */
extern const KappaKeyScheme kappa_key_scheme_inception_resnet_cadene;
extern const KappaKeyScheme kappa_key_scheme_inception_resnet_keras;
