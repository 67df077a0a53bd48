#pragma once

#include "core/analysis/analysis.h"

/**
 * KappaActive:
 * @KAPPA_ACTIVE_POSITIVE: a > 0
 * @KAPPA_ACTIVE_MAGNITUDE: |a| above a quantile of the |a| of the whole network
 * @KAPPA_ACTIVE_SLOPE: the derivative of the activation function there is above a threshold
 *
 * When a neuron with activation a counts as active.
 */
typedef enum
{
  KAPPA_ACTIVE_POSITIVE,
  KAPPA_ACTIVE_MAGNITUDE,
  KAPPA_ACTIVE_SLOPE,
} KappaActive;

#define KAPPA_TYPE_ACTIVE (kappa_active_get_type ())
GType kappa_active_get_type (void);

#define KAPPA_TYPE_ACTIVITY (kappa_activity_get_type ())
G_DECLARE_FINAL_TYPE (KappaActivity, kappa_activity, KAPPA, ACTIVITY, KappaAnalysis)
