#pragma once

#include "core/analysis/analysis.h"

#define KAPPA_TYPE_SHARPNESS (kappa_sharpness_get_type ())
G_DECLARE_FINAL_TYPE (KappaSharpness, kappa_sharpness, KAPPA, SHARPNESS, KappaAnalysis)

/* What those who run it for others let be chosen. */
extern const KappaProperty kappa_property_rho;
extern const KappaProperty kappa_property_sigma;
extern const KappaProperty kappa_property_draws;
