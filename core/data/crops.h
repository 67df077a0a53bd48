#pragma once

#include "core/data/preprocess.h"

/**
 * KappaCrops:
 * @KAPPA_CROPS_ONE: what the preset does, one view
 * @KAPPA_CROPS_FLIPS: that and its mirror image
 * @KAPPA_CROPS_TEN: four corners and the centre, and their mirror images
 * @KAPPA_CROPS_TWELVE: the same of the middle square, and the whole square, and their mirror images
 * @KAPPA_CROPS_MANY: the twelve of three squares at each of four scales: 144 views
 *
 * Which views of an image a network sees; see kappa_crops_apply().
 */
typedef enum
{
  KAPPA_CROPS_ONE,
  KAPPA_CROPS_FLIPS,
  KAPPA_CROPS_TEN,
  KAPPA_CROPS_TWELVE,
  KAPPA_CROPS_MANY,
} KappaCrops;

#define KAPPA_TYPE_CROPS (kappa_crops_get_type ())
GType    kappa_crops_get_type  (void);

guint    kappa_crops_get_n     (KappaCrops crops);
int      kappa_crops_get_plain (KappaCrops crops, const KappaPreprocess *preprocess);
char    *kappa_crops_describe  (KappaCrops crops, const KappaPreprocess *preprocess);
gboolean kappa_crops_check     (KappaCrops crops, const KappaPreprocess *preprocess,
                                GError **error);
gboolean kappa_crops_can_apply (KappaCrops crops, const KappaPreprocess *preprocess,
                                const KappaImage *image, GError **error);
gboolean kappa_crops_apply     (KappaCrops crops, const KappaPreprocess *preprocess,
                                KappaImage *image, guint8 *views, GCancellable *cancellable,
                                GError **error);
