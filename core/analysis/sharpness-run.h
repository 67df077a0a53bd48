#pragma once

#include "core/analysis/ascent.h"
#include "core/analysis/curvature.h"
#include "core/analysis/folds.h"
#include "core/analysis/objective.h"

/**
 * KappaSharpnessSettings:
 * @rho: radius of the ball
 * @adaptive: whether every coordinate is measured in units of its own weight's size
 * @steps: of the ascent; 0 for none
 * @m: images in a batch of m-sharpness; 0 for none
 * @folds: 0 for none
 * @fold_images: which images a fold and a batch have
 * @sigma: standard deviation of every coordinate of the random perturbation
 * @draws: random perturbations; 0 for none
 * @epsilon: of the engine's numbers: the distance of 1 to the next
 *
 * The parameters of a run.
 */
typedef struct
{
  KappaBall ball;
  double rho;
  gboolean adaptive;
  guint steps;
  gint64 m;
  guint folds;
  KappaFoldImages fold_images;
  double sigma;
  guint draws;
  guint64 seed;
  double epsilon;
} KappaSharpnessSettings;

/**
 * KappaSharpnessRun:
 * @weights: of the model, float64
 * @scale: what a coordinate is measured in: |w|, or %NULL for 1
 * @folds: the images, cut into folds; one where none are wanted
 * @batches: (nullable): the images, cut into batches of m
 * @description: images, mode, precision, regulariser
 *
 * A run under way.
 */
typedef struct
{
  KappaSharpnessSettings settings;
  KappaCurvature *curvature;
  KappaObjective *objective;
  KappaResult *result;
  KappaContext *context;
  gint64 n_images;
  gsize n;
  const double *weights;
  double *scale;
  double *point;
  double *gradient;
  KappaFolds *folds;
  KappaFolds *batches;
  char *description;
} KappaSharpnessRun;

void     kappa_sharpness_settings     (KappaAnalysis *analysis, KappaSharpnessSettings *settings);
double   kappa_sharpness_count_images (const KappaSharpnessSettings *settings, KappaResult *result, gint64 n_images);
guint64  kappa_sharpness_get_memory   (const KappaSharpnessSettings *settings, gsize n);
gboolean kappa_sharpness_compute      (KappaSharpnessRun *run, GError **error);
void     kappa_sharpness_summarise    (KappaSharpnessRun *run);
