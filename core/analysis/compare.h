#pragma once

#include "core/analysis/analysis.h"

/**
 * KappaCompare:
 *
 * Whether two files hold the same network: how far its tensors are apart, and its logits.
 */
#define KAPPA_TYPE_COMPARE (kappa_compare_get_type ())
G_DECLARE_FINAL_TYPE (KappaCompare, kappa_compare, KAPPA, COMPARE, KappaAnalysis)
