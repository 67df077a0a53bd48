#pragma once

#include "core/analysis/predict-members.h"

/*
 * Means of predictions. A row of scores is what logits are: the largest belongs to the predicted class, and their
 * softmax is its probability. The mean of probabilities is kept as logarithms, so that none is lost that is too small
 * for a number.
 */

void kappa_average_begin  (double *mean, gsize n, KappaAverage average);
void kappa_average_add    (double *mean, const double *scores, gsize n, KappaAverage average);
void kappa_average_finish (double *mean, gsize n, guint count, KappaAverage average);
