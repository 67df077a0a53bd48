#pragma once

#include "core/models/key-scheme.h"

/* The names Keras gives to a ResNet's tensors: those of keras.applications, and Caffe's, which it had before. */
extern const KappaKeyScheme kappa_key_scheme_resnet_keras;
extern const KappaKeyScheme kappa_key_scheme_resnet_keras_old;
