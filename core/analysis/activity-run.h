#pragma once

#include "core/analysis/activity-count.h"
#include "core/analysis/folds.h"

/**
 * KappaActivityRun:
 * @folds: (nullable): the images, cut into folds, where such are wanted
 * @rule: what counts as active, in words
 * @description: images, mode, precision
 *
 * A run under way.
 */
typedef struct
{
  KappaActivityCounter *counter;
  KappaModel *model;
  KappaResult *result;
  KappaContext *context;
  gint64 n_images;
  KappaFolds *folds;
  char *rule;
  char *description;
} KappaActivityRun;

void     kappa_activity_declare     (KappaActivityRun *run);
gint64   kappa_activity_count_done  (KappaActivityRun *run);
gboolean kappa_activity_compute     (KappaActivityRun *run, GError **error);
void     kappa_activity_summarise   (KappaActivityRun *run);
