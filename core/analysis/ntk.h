#pragma once

#include "core/analysis/analysis.h"

/*
 * The analysis "ntk": the neural tangent kernel over images, its spectrum and condition number κ = λ_1 / λ_m. What it
 * leaves in a KappaResult:
 *
 * Scalars:
 *   ntk_condition            κ with the interval that rounding leaves; where the smallest eigenvalue is below the
 *                            numerical floor the value is a lower bound, and the interval [bound, ∞)
 *   ntk_resolved             1, or 0 where κ is but a bound
 *   ntk_lambda_max, ntk_lambda_min, ntk_trace
 *   ntk_floor                an eigenvalue below it is lost in rounding
 *   ntk_order                of the matrix: images times logits; ntk_images, ntk_logits
 *   ntk_condition_averaged   of the kernel averaged over the logits
 *   ntk_condition_over_folds mean and interval over the folds
 *   multiply_adds
 * Arrays:
 *   ntk                      (image, image): averaged over the logits where there are several
 *   ntk_eigenvalues          (index), descending
 *   ntk_condition_by_n, ntk_resolved_by_n   (images): of the first images, up to all
 *   ntk_condition_by_fold    (fold)
 */

#define KAPPA_TYPE_NTK (kappa_ntk_get_type ())
G_DECLARE_FINAL_TYPE (KappaNtk, kappa_ntk, KAPPA, NTK, KappaAnalysis)

typedef enum
{
  KAPPA_NTK_ALL,
  KAPPA_NTK_SUM,
  KAPPA_NTK_ONE,
} KappaNtkLogits;

#define KAPPA_TYPE_NTK_LOGITS (kappa_ntk_logits_get_type ())
GType kappa_ntk_logits_get_type (void);
