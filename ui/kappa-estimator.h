#pragma once

#include "core/analysis/analysis.h"
#include "ui/kappa-queue.h"

#define KAPPA_TYPE_ESTIMATOR (kappa_estimator_get_type ())
G_DECLARE_FINAL_TYPE (KappaEstimator, kappa_estimator, KAPPA, ESTIMATOR, GObject)

KappaEstimator *kappa_estimator_new    (KappaQueue *queue);
void            kappa_estimator_ask    (KappaEstimator *self, KappaAnalysis *analysis, KappaInputs *inputs);
void            kappa_estimator_cancel (KappaEstimator *self);
