#pragma once

#include "core/models/builder.h"

/*
 * What networks over tokens are made of. Tokens are N × T × D: samples, tokens, channels.
 */

KappaNode kappa_token_linear     (KappaBuilder *builder, KappaNode x, const char *layer, gint64 outputs, gboolean bias);
KappaNode kappa_token_layer_norm (KappaBuilder *builder, KappaNode x, const char *layer);
KappaNode kappa_token_gelu       (KappaBuilder *builder, KappaNode x, const char *name);
KappaNode kappa_token_mlp        (KappaBuilder *builder, KappaNode x, const char *layer, gint64 hidden);
KappaNode kappa_token_patches    (KappaBuilder *builder, KappaNode images, const char *layer, gint64 channels,
                                  gint64 patch);
