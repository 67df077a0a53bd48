#pragma once

#include "core/analysis/analysis.h"

/*
 * The analysis "predict". What it leaves in a KappaResult:
 *
 * Arrays over the images, in the order of the selection:
 *   predicted                 the class with the largest logit, or mean probability or logit where several views or
 *                             networks are averaged
 *   probability, margin       softmax probability of that class, and its lead over the second
 *   image_loss, rank          cross-entropy, and the place of the true class (1 is best); labelled images only
 * and
 *   confusion                 (true class, predicted class): how many images; labelled images only
 * and over (image, alternative), where several views or networks are averaged: what each network alone predicts, and
 * what all and each of them predict from the preset's own crop alone, if that is one of the views
 *   alternative_predicted     the class
 *   alternative_shared        how many of its five largest classes are among those of the average
 *   alternative_loss, alternative_rank     as above; labelled images only
 * Tables:
 *   classes                   for each true class: number, name, images, correct, top1, loss
 *   confusion                 the cells of the array that are not empty: true, predicted, images
 *   worst                     the images with the largest loss
 *   least_certain             the images with the smallest margin
 *   alternatives              the average, and each alternative: views, disagreement, accuracies with intervals, loss
 * Scalars: loss, top1, top5, correct, images; expected_loss, expected_top1, expected_top5 with 95 % intervals;
 *   bfloat16_changed in bfloat16; for several networks ensemble_gain_top1, _top5, _loss over the best of them; for
 *   several views single_top1, _top5, _loss of the preset's own crop, and crops_gain_top1, _top5, _loss over it
 */

#define KAPPA_TYPE_PREDICT (kappa_predict_get_type ())
G_DECLARE_FINAL_TYPE (KappaPredict, kappa_predict, KAPPA, PREDICT, KappaAnalysis)
