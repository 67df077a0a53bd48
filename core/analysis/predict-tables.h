#pragma once

#include "core/analysis/analysis.h"

/**
 * KappaPredictSummary:
 * @description: which images, mode, precision, regulariser
 * @labelled: whether there are true classes
 * @l2: λ
 * @n_listed: how many images the lists show
 */
typedef struct
{
  KappaModel *model;
  KappaBatchSource *batches;
  const char *description;
  gboolean labelled;
  double l2;
  guint n_listed;
} KappaPredictSummary;

gboolean kappa_predict_summarise (const KappaPredictSummary *summary, KappaResult *result, GError **error);
