#pragma once

#include "core/analysis/analysis.h"

/*
 * The analysis "trace": the trace of the Hessian or of the Gauss-Newton matrix of the mean loss, of the whole and of the
 * diagonal block of each tensor, layer and block of layers. What it leaves in a KappaResult:
 *
 * Scalars:
 *   trace                 exact, or with the interval of the estimate
 *   trace_over_folds      mean and interval over the folds of the images
 *   trace_over_images     where it is exact: mean and interval over the images
 *   trace_gauss_newton    where the rest of the Hessian is estimated: the exact part
 *   mean_eigenvalue       the trace divided by the number of parameters
 *   backward_passes       for each image; products: vectors multiplied with each fold's matrix
 *   multiply_adds         executed in all
 * Tables, down to the property "per":
 *   trace_by_tensor, trace_by_layer, trace_by_block   name, parameters, trace, its interval, share, deviation over folds
 * Arrays:
 *   trace_by_fold         (fold)
 *   trace_by_image        (image, tensor): the exact traces of single images' Gauss-Newton matrices
 *   estimate_by_fold      (fold, tensor, figure): estimate and standard error; the last tensor stands for the whole
 */

#define KAPPA_TYPE_TRACE (kappa_trace_get_type ())
G_DECLARE_FINAL_TYPE (KappaTrace, kappa_trace, KAPPA, TRACE, KappaAnalysis)

typedef enum
{
  KAPPA_TRACE_AUTO,
  KAPPA_TRACE_EXACT,
  KAPPA_TRACE_DIFFERENCE,
  KAPPA_TRACE_XTRACE,
  KAPPA_TRACE_HUTCHINSON,
} KappaTraceMethod;

#define KAPPA_TYPE_TRACE_METHOD (kappa_trace_method_get_type ())
GType kappa_trace_method_get_type (void);
