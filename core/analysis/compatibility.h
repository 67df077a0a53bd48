#pragma once

#include "core/analysis/analysis.h"

/**
 * KappaTool:
 * @KAPPA_TOOL_PYHESSIAN: A. Gholami et al., PyHessian
 * @KAPPA_TOOL_LI2018: H. Li et al., loss-landscape, plot_hessian_eigen.py
 * @KAPPA_TOOL_CURVLINOPS: F. Dangel et al., curvlinops, after V. Papyan
 * @KAPPA_TOOL_PARK_KIM: N. Park, S. Kim, "How do vision transformers work?"
 *
 * Whose rules are followed.
 */
typedef enum
{
  KAPPA_TOOL_PYHESSIAN,
  KAPPA_TOOL_LI2018,
  KAPPA_TOOL_CURVLINOPS,
  KAPPA_TOOL_PARK_KIM,
} KappaTool;

#define KAPPA_TYPE_TOOL (kappa_tool_get_type ())
GType kappa_tool_get_type (void);

#define KAPPA_TYPE_COMPATIBILITY (kappa_compatibility_get_type ())
G_DECLARE_FINAL_TYPE (KappaCompatibility, kappa_compatibility, KAPPA, COMPATIBILITY, KappaAnalysis)
