/* Averages over the views of each network, and over networks. */

#include <string.h>

#include "core/analysis/predict-average.h"
#include "core/analysis/predict-members-private.h"

/**
 * kappa_predict_members_list:
 * @n: (out)
 *
 * Returns: (transfer none) (array length=n): the predictions that are computed: first that of
 * everything; where there is more than one network that of each alone; then, if one of several
 * views is the preset's own crop, the same once more of that view
 */
const KappaPrediction *
kappa_predict_members_list (KappaPredictMembers *self, guint *n)
{
  *n = self->n_predictions;
  return self->predictions;
}

static guint
find_prediction (KappaPredictMembers *self, int member, gboolean plain)
{
  guint p = 0;

  while (self->predictions[p].member != member || self->predictions[p].plain != plain)
    p++;
  return p;
}

/* What one network says of each image, from the logits of all views. */
static void
average_views (KappaPredictMembers *self, const double *logits, gint64 count, guint prediction)
{
  gsize n = self->n_classes;
  gboolean plain = self->predictions[prediction].plain;
  KappaAverage average = self->options.average;

  for (gint64 i = 0; i < count; i++, logits += n * self->n_views)
    {
      double *mean = self->scores[prediction] + (gsize)i * n;

      if (plain || self->n_views == 1)
        {
          memcpy (mean, logits + (plain ? (gsize)self->plain * n : 0), n * sizeof *mean);
          continue;
        }
      kappa_average_begin (mean, n, average);
      for (guint v = 0; v < self->n_views; v++)
        kappa_average_add (mean, logits + v * n, n, average);
      kappa_average_finish (mean, n, self->n_views, average);
    }
}

static void
average_members (KappaPredictMembers *self, gint64 count, gboolean plain)
{
  gsize n = self->n_classes;
  guint whole = find_prediction (self, -1, plain), first = find_prediction (self, 0, plain);
  KappaAverage average = self->options.average;

  for (gint64 i = 0; i < count; i++)
    {
      double *mean = self->scores[whole] + (gsize)i * n;

      kappa_average_begin (mean, n, average);
      for (guint m = 0; m < self->n; m++)
        kappa_average_add (mean, self->scores[first + m] + (gsize)i * n, n, average);
      kappa_average_finish (mean, n, self->n, average);
    }
}

/**
 * kappa_predict_members_compute:
 * @first: number of an image
 * @count: at most kappa_predict_members_get_block()
 *
 * Computes the scores of all predictions for some images. Advances the progress by one for each
 * view and network.
 *
 * Returns: %FALSE with the error, or %G_IO_ERROR_CANCELLED
 */
gboolean
kappa_predict_members_compute (KappaPredictMembers *self,
                               gint64 first,
                               gint64 count,
                               KappaContext *context,
                               GError **error)
{
  gboolean plain = self->predictions[self->n_predictions - 1].plain;

  g_return_val_if_fail (count <= kappa_predict_members_get_block (self), FALSE);

  for (guint m = 0; m < self->n; m++)
    {
      int member = self->n > 1 ? (int)m : -1;
      const double *logits = kappa_objective_compute_logits (
          self->members[m].objective, first * self->n_views, count * self->n_views, context, error);

      if (logits == NULL)
        return FALSE;
      average_views (self, logits, count, find_prediction (self, member, FALSE));
      if (plain)
        average_views (self, logits, count, find_prediction (self, member, TRUE));
    }
  for (int with_plain = 0; self->n > 1 && with_plain <= plain; with_plain++)
    average_members (self, count, with_plain == 1);
  return TRUE;
}

/**
 * kappa_predict_members_get_scores:
 * @prediction: index into the list of predictions
 *
 * Returns: (transfer none): a row for each image that was computed last, a score for each class:
 * the largest belongs to the predicted class, and their softmax is its probability
 */
const double *
kappa_predict_members_get_scores (KappaPredictMembers *self, guint prediction)
{
  return self->scores[prediction];
}
