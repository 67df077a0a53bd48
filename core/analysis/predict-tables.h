#pragma once

#include "core/analysis/analysis.h"

/**
 * KappaPredictWords:
 * @score: what the predicted class has most of: "logit", or a mean
 * @scores: several of them
 * @probability: what its probability is
 *
 * How definitions speak of one network's prediction, and of an average.
 */
typedef struct
{
  const char *score;
  const char *scores;
  const char *probability;
} KappaPredictWords;

/**
 * KappaPredictSummary:
 * @model: whose names the classes have, and whose weights the regulariser is of
 * @batches: the images
 * @n_views: how many images of @batches are one that is predicted
 * @words: of definitions
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
  guint n_views;
  KappaPredictWords words;
  const char *description;
  gboolean labelled;
  double l2;
  guint n_listed;
  gint64 n_checked;
  gint64 n_changed;
  double loss_error;
} KappaPredictSummary;

gboolean kappa_predict_summarise (const KappaPredictSummary *summary, KappaResult *result, GError **error);
