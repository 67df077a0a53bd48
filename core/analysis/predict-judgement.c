#include "core/analysis/predict-judgement.h"

#include <math.h>
#include <string.h>

#include "core/analysis/objective.h"

/**
 * kappa_judge_scores:
 * @scores: (array length=n_classes): logits, or an average that takes their place
 * @label: the true class, negative if it is not known
 */
KappaJudgement
kappa_judge_scores (const double *scores, guint n_classes, int label)
{
  KappaJudgement judgement = { .loss = NAN, .rank = NAN };
  double second = -INFINITY;
  guint best = 0;

  for (guint c = 1; c < n_classes; c++)
    if (scores[c] > scores[best])
      best = c;
  for (guint c = 0; c < n_classes; c++)
    if (c != best && !(scores[c] <= second))
      second = scores[c];
  judgement.predicted = best;
  judgement.probability = exp (-kappa_cross_entropy_of_logits (scores, n_classes, best));
  judgement.margin = judgement.probability * -expm1 (second - scores[best]);
  if (label >= 0)
    {
      judgement.loss = kappa_cross_entropy_of_logits (scores, n_classes, (guint)label);
      judgement.rank = kappa_rank_of_label (scores, n_classes, (guint)label);
    }
  return judgement;
}

/* The @k classes with the largest scores, of equal ones the first, largest first. */
static void
find_top (const double *scores, guint n_classes, guint k, guint *top)
{
  guint n = 0;

  for (guint c = 0; c < n_classes; c++)
    {
      guint place = n;

      while (place > 0 && scores[c] > scores[top[place - 1]])
        place--;
      if (place == k)
        continue;
      n = MIN (n + 1, k);
      memmove (top + place + 1, top + place, (n - 1 - place) * sizeof *top);
      top[place] = c;
    }
}

/**
 * kappa_count_shared_top:
 * @k: at most @n_classes and %KAPPA_MOST_TOP
 *
 * Returns: how many classes are among the @k with the largest scores in both rows; of equal scores
 * those of the first classes count as larger
 */
guint
kappa_count_shared_top (const double *a, const double *b, guint n_classes, guint k)
{
  guint top_a[KAPPA_MOST_TOP], top_b[KAPPA_MOST_TOP], shared = 0;

  find_top (a, n_classes, k, top_a);
  find_top (b, n_classes, k, top_b);
  for (guint i = 0; i < k; i++)
    for (guint j = 0; j < k; j++)
      shared += top_a[i] == top_b[j];
  return shared;
}
