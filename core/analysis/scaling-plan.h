#pragma once

#include "core/analysis/scaling.h"
#include "core/models/variant.h"

/* No study has more points. */
#define KAPPA_SCALING_MAX_POINTS 2048

/**
 * KappaScalingPoint:
 * @variant: the network
 * @model: which of the given models it is, −1 for one of shapes alone
 * @height, @width: of the images, pixels
 * @counts: for one image
 *
 * A network at a resolution.
 */
typedef struct
{
  KappaVariant *variant;
  int model;
  guint height, width;
  KappaVariantCounts counts;
} KappaScalingPoint;

/**
 * KappaScalingPlan:
 * @points: (element-type KappaScalingPoint): the given models first; equal networks one after the other
 * @data: whose published numbers the networks can be compared with: "ImageNet", "CIFAR-10", or %NULL
 * @batch: images in a pass
 * @repeats: measured passes; 0 if nothing is measured
 */
typedef struct
{
  GArray *points;
  const char *data;
  gint64 batch;
  guint threads;
  guint repeats;
  KappaPrecision precision;
  guint64 seed;
} KappaScalingPlan;

gboolean          kappa_scaling_check_lists (KappaAnalysis *analysis, GError **error);
KappaScalingPlan *kappa_scaling_plan_new    (KappaAnalysis *analysis, KappaInputs *given, GError **error);
void              kappa_scaling_plan_free   (KappaScalingPlan *self);
const KappaScalingPoint *kappa_scaling_plan_get (const KappaScalingPlan *self, guint i);
const KappaScalingPoint *kappa_scaling_plan_find (const KappaScalingPlan *self, const KappaFamily *family, guint depth,
                                                  double width, guint size);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (KappaScalingPlan, kappa_scaling_plan_free)
