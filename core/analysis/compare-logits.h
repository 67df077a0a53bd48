#pragma once

#include "core/analysis/analysis.h"
#include "core/base/random.h"

/**
 * KappaCompareInputs:
 * @preprocess: the size and channels of the inputs
 * @batches: (nullable): the images; %NULL for random numbers
 * @n: how many
 * @stream: the random numbers
 * @precision: of the networks
 *
 * What both networks see.
 */
typedef struct
{
  const KappaPreprocess *preprocess;
  KappaBatchSource *batches;
  gint64 n;
  KappaStream stream;
  KappaPrecision precision;
} KappaCompareInputs;

typedef struct _KappaLogits KappaLogits;

KappaLogits  *kappa_logits_new        (KappaModel *model, const KappaCompareInputs *inputs, GError **error);
void          kappa_logits_free       (KappaLogits *self);
guint64       kappa_logits_get_memory (KappaLogits *self, gint64 n, guint n_workers);
const double *kappa_logits_compute    (KappaLogits *self, gint64 first, gint64 n, KappaContext *context, gsize *n_logits,
                                       GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (KappaLogits, kappa_logits_free)
