#pragma once

#include "core/models/family.h"
#include "core/models/model.h"

/**
 * KappaVariantCounts:
 * @parameters: trained numbers
 * @macs: multiply-adds for one image: those of convolutions and matrix products, nothing else
 * @activations: numbers that convolutions and matrix products write for one image
 *
 * What a network costs, counted exactly.
 */
typedef struct
{
  guint64 parameters;
  guint64 macs;
  guint64 activations;
} KappaVariantCounts;

/**
 * KappaVariant:
 *
 * A network that can be built and counted, whether a file holds it or only its shapes are known. Nothing of it
 * changes; every function may be called from any thread.
 */
#define KAPPA_TYPE_VARIANT (kappa_variant_get_type ())
G_DECLARE_FINAL_TYPE (KappaVariant, kappa_variant, KAPPA, VARIANT, GObject)

KappaVariant        *kappa_variant_new_for_model (KappaModel *model);
KappaVariant        *kappa_variant_new           (const KappaFamily *family, guint depth, double width, KappaVariant *like,
                                                  GError **error);
const char          *kappa_variant_get_name      (KappaVariant *self);
KappaModel          *kappa_variant_get_model     (KappaVariant *self);
const KappaFamily   *kappa_variant_get_family    (KappaVariant *self);
guint                kappa_variant_get_depth     (KappaVariant *self);
double               kappa_variant_get_width     (KappaVariant *self);
guint                kappa_variant_get_channels  (KappaVariant *self);
void                 kappa_variant_get_size      (KappaVariant *self, guint *height, guint *width);
KappaNetworkListing *kappa_variant_list          (KappaVariant *self, guint height, guint width, GError **error);
gboolean             kappa_variant_count         (KappaVariant *self, guint height, guint width,
                                                  KappaVariantCounts *counts, GError **error);
KappaNode            kappa_variant_build         (KappaVariant *self, KappaGraph *graph, KappaNode images);

/* variant-weights.c */
gboolean             kappa_variant_make_weights  (KappaVariant *self, guint64 seed, float **parameters, float **buffers,
                                                  GError **error);
