#pragma once

#include "core/analysis/scaling-plan.h"

/* Unmeasured passes before the measured ones, in which caches and clocks settle. */
#define KAPPA_SCALING_WARM_UP 2

/**
 * KappaScalingMeter:
 *
 * Measures one network after the other, never two at once. The weights of a network are kept while its resolutions
 * pass.
 */
typedef struct _KappaScalingMeter KappaScalingMeter;

KappaScalingMeter *kappa_scaling_meter_new     (const KappaScalingPlan *plan, KappaContext *context);
void               kappa_scaling_meter_free    (KappaScalingMeter *self);
gboolean           kappa_scaling_meter_prepare (KappaScalingMeter *self, const KappaScalingPoint *point, guint64 *bytes,
                                                guint64 *bytes_to_run, GError **error);
gboolean           kappa_scaling_meter_run     (KappaScalingMeter *self, guint repeats, double *seconds, GError **error);
char              *kappa_scaling_describe_measure (const KappaScalingPlan *plan);
double             kappa_scaling_get_work      (const KappaScalingPlan *plan, const KappaScalingPoint *point);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (KappaScalingMeter, kappa_scaling_meter_free)
