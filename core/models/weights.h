#pragma once

#include "core/models/recogniser.h"

/**
 * KappaWeights:
 *
 * The tensors of one role in flat order, and their numbers once they are asked for.
 */
typedef struct _KappaWeights KappaWeights;

KappaWeights         *kappa_weights_new         (KappaTensorFile *file, const KappaMatch *match, KappaRole role);
void                  kappa_weights_free        (KappaWeights *self);
guint                 kappa_weights_get_n       (const KappaWeights *self);
const KappaParameter *kappa_weights_get         (const KappaWeights *self, guint index);
gsize                 kappa_weights_get_size    (const KappaWeights *self);
const float          *kappa_weights_get_floats  (KappaWeights *self, GError **error);
const double         *kappa_weights_get_doubles (KappaWeights *self, GError **error);
gboolean              kappa_weights_get_element (const KappaWeights *self, guint index, KappaElement *element);
gboolean              kappa_weights_read_floats (KappaWeights *self, guint index, float *values, GError **error);
gboolean              kappa_weights_read_elements (KappaWeights *self, guint index, void *elements, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (KappaWeights, kappa_weights_free)
