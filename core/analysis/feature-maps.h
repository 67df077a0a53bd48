#pragma once

#include "core/analysis/image-probe.h"

/* Instead of one token that looks: the mean over all, for networks without a class token. */
#define KAPPA_TOKEN_MEAN G_MAXUINT

/**
 * KappaMapStatistics:
 * @zeros: share of numbers that are exactly 0, of either sign
 * @not_finite: how many are NaN or infinite; the others are over the rest
 */
typedef struct
{
  double minimum, maximum, mean;
  double zeros;
  gsize not_finite;
} KappaMapStatistics;

/**
 * KappaMaps:
 * @n: how many maps
 * @height, @width: of each
 * @n_leading: tokens before those of the image, such as the class token, that the maps do not show
 * @values: map by map, each row by row
 *
 * A value inside a network as pictures: a map for each channel of an image, for each number of a token, or for each head.
 */
typedef struct
{
  guint n;
  guint height, width;
  guint n_leading;
  double *values;
} KappaMaps;

KappaMaps          *kappa_maps_new_for_features  (const KappaProbed *probed, guint height, guint width);
KappaMaps          *kappa_maps_new_for_attention (const KappaProbed *probed, guint token, guint height, guint width);
KappaMaps          *kappa_maps_new_for_rollout   (const GPtrArray *attentions, guint token, guint height, guint width);
void                kappa_maps_free              (KappaMaps *self);
KappaMapStatistics  kappa_maps_measure           (const KappaMaps *self, guint first, guint n);
guint               kappa_tokens_find_leading    (gint64 tokens, guint height, guint width, guint *rows, guint *columns);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KappaMaps, kappa_maps_free)
