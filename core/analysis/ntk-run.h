#pragma once

#include "core/analysis/folds.h"
#include "core/analysis/ntk-gram.h"

/**
 * KappaNtkSample:
 * @folds: (nullable): the images of the kernel, cut into folds, where such are wanted
 * @images, @seed: how the curve over n takes its images
 * @rounding: relative error of the Jacobian
 * @description: images, mode, precision
 *
 * What the numbers that follow from a kernel are over.
 */
typedef struct
{
  KappaFolds *folds;
  KappaFoldImages images;
  guint64 seed;
  double rounding;
  const char *description;
} KappaNtkSample;

gboolean kappa_ntk_check_memory (KappaNtkGram *gram, KappaContext *context, guint64 *bytes, GError **error);
gboolean kappa_ntk_compute      (KappaNtkGram *gram, KappaResult *result, KappaContext *context, double *kernel,
                                 GError **error);
void     kappa_ntk_forget       (KappaResult *result);
gboolean kappa_ntk_summarise    (KappaNtkGram *gram, const KappaNtkSample *sample, const double *kernel,
                                 KappaResult *result, KappaContext *context, GError **error);
