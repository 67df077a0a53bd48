#pragma once

#include "core/analysis/inputs.h"

/**
 * SmallVit:
 * @width: numbers of a token
 * @heads: of an attention
 * @hidden: numbers between the two layers of a perceptron
 * @patch: side of a patch; images are two patches wide and high
 * @gelu: how it is computed, "erf" or "tanh"
 *
 * A Vision Transformer with two blocks and random weights that tells ten classes apart.
 */
typedef struct
{
  gsize width, heads, hidden, patch;
  const char *gelu;
} SmallVit;

/* Adds it as the model of an analysis, by way of a file; and some of the bundled images, and opens both. */
KappaInputs *small_vit_open_inputs (const SmallVit *vit, const char *images);
