#pragma once

#include <glib.h>

#define KAPPA_MOST_TOP 5

/**
 * KappaJudgement:
 * @predicted: the class with the largest score, the first of equals
 * @probability: softmax probability of that class
 * @margin: its lead over the second
 * @loss: cross-entropy, nat; NaN without a label
 * @rank: the place of the true class, 1 is best; NaN without a label
 *
 * What is kept of the scores of an image.
 */
typedef struct
{
  double predicted, probability, margin, loss, rank;
} KappaJudgement;

KappaJudgement kappa_judge_scores     (const double *scores, guint n_classes, int label);
guint          kappa_count_shared_top (const double *a, const double *b, guint n_classes, guint k);
