#pragma once

#include "core/analysis/analysis.h"

/*
 * The analysis "predict". What it leaves in a KappaResult:
 *
 * Arrays over the images, in the order of the selection:
 *   predicted                 the class with the largest logit
 *   probability, margin       softmax probability of that class, and its lead over the second
 *   image_loss, rank          cross-entropy, and the place of the true class (1 is best); labelled images only
 * Tables:
 *   classes                   per true class: name, images, correct, top1, loss
 *   confusion                 true class by predicted class, counts
 *   worst                     the images with the largest loss
 *   least_certain             the images with the smallest margin
 * Scalars: loss, top1, top5, correct, images
 */

#define KAPPA_TYPE_PREDICT (kappa_predict_get_type ())
G_DECLARE_FINAL_TYPE (KappaPredict, kappa_predict, KAPPA, PREDICT, KappaAnalysis)
