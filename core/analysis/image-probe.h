#pragma once

#include "core/analysis/context.h"
#include "core/data/image.h"
#include "core/analysis/analysis.h"
#include "core/models/model.h"

/**
 * KappaProbed:
 * @name: what it answers to in the network
 * @shape: without the sample dimension
 * @values: all its numbers, row-major
 *
 * The value of one result inside a network, for one image.
 */
typedef struct
{
  char *name;
  KappaShape shape;
  gsize n;
  double *values;
} KappaProbed;

/**
 * KappaGuess:
 * @index: which class
 * @probability: softmax over all classes
 */
typedef struct
{
  guint index;
  double logit;
  double probability;
} KappaGuess;

typedef struct _KappaImageProbe KappaImageProbe;

KappaImageProbe *kappa_image_probe_new      (KappaModel *model, KappaImage *image, GError **error);
void             kappa_image_probe_free     (KappaImageProbe *self);
KappaModel      *kappa_image_probe_get_model (KappaImageProbe *self);
KappaImage      *kappa_image_probe_dup_seen (KappaImageProbe *self);
GPtrArray       *kappa_image_probe_run      (KappaImageProbe *self, const char *const *names, KappaPrecision precision,
                                             KappaContext *context, GError **error);
GArray          *kappa_image_probe_rank     (const KappaProbed *logits, guint n);

void             kappa_probed_free          (KappaProbed *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (KappaImageProbe, kappa_image_probe_free)
