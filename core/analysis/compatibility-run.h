#pragma once

#include "core/analysis/compatibility.h"
#include "core/analysis/curvature.h"

/**
 * KappaCompatibilityRun:
 * @top: eigenvalues that the tool finds
 * @batch: images in one of its mini-batches
 * @probes: random vectors at most for its trace
 * @description: images, mode, precision, regulariser
 *
 * A run under way.
 */
typedef struct
{
  KappaAnalysis *analysis;
  KappaInputs *inputs;
  KappaResult *result;
  KappaContext *context;
  KappaModel *model;
  KappaCurvature *curvature;
  KappaTool tool;
  guint top;
  gint64 batch;
  guint probes;
  guint64 seed;
  gint64 n_images;
  gsize n;
  char *description;
} KappaCompatibilityRun;

guint    kappa_compatibility_count_batches (const KappaCompatibilityRun *run);
gboolean kappa_compatibility_has_trace     (KappaTool tool);
gboolean kappa_compatibility_follow        (KappaCompatibilityRun *run, GError **error);
void     kappa_compatibility_tell          (KappaCompatibilityRun *run, KappaResult *spectrum, KappaResult *trace);
gboolean kappa_compatibility_compare       (KappaCompatibilityRun *run, GError **error);
