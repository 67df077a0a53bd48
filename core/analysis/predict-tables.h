#pragma once

#include "core/analysis/analysis.h"

/**
 * KappaPredictSummary:
 * @description: which images, mode, precision, regulariser
 * @labelled: whether there are true classes
 * @l2: λ
 * @n_listed: how many images the lists show
 * @n_checked: how many of the first images were run in float32, too; 0 unless the precision is bfloat16
 * @n_changed: how many of those are predicted otherwise
 * @loss_error: their mean loss minus that in float32
 */
typedef struct
{
  KappaModel *model;
  KappaBatchSource *batches;
  const char *description;
  gboolean labelled;
  double l2;
  guint n_listed;
  gint64 n_checked;
  gint64 n_changed;
  double loss_error;
} KappaPredictSummary;

gboolean kappa_predict_summarise (const KappaPredictSummary *summary, KappaResult *result, GError **error);
