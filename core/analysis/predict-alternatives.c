#include "core/analysis/predict-alternatives-private.h"
#include "core/analysis/predict-judgement.h"

const char *const kappa_alternative_arrays[KAPPA_ALTERNATIVE_N_FIGURES]
    = { "alternative_predicted", "alternative_shared", "alternative_loss", "alternative_rank" };

guint
kappa_alternative_count_figures (gboolean labelled)
{
  return labelled ? KAPPA_ALTERNATIVE_N_FIGURES : KAPPA_ALTERNATIVE_LOSS;
}

/* All predictions but the average of everything, which has arrays of its own. */
guint
kappa_alternative_count (KappaPredictMembers *members)
{
  guint n;

  kappa_predict_members_list (members, &n);
  return n - 1;
}

/* How many classes with the largest scores are compared. */
guint
kappa_alternative_top (KappaPredictMembers *members)
{
  return MIN (KAPPA_MOST_TOP, kappa_predict_members_get_n_classes (members));
}

/* What they are, in the order of the columns of the arrays. */
static char *
describe_columns (KappaPredictMembers *members)
{
  guint n;
  const KappaPrediction *predictions = kappa_predict_members_list (members, &n);
  GString *text = g_string_new (NULL);

  for (guint p = 1; p < n; p++)
    {
      g_string_append_printf (text, "%s%u ", p > 1 ? ", " : "", p - 1);
      if (predictions[p].member >= 0)
        g_string_append_printf (text, "network %d alone", predictions[p].member + 1);
      else
        g_string_append (text, "everything");
      if (predictions[p].plain)
        g_string_append (text, " on the preset's own crop");
    }
  return g_string_free (text, FALSE);
}

/**
 * kappa_predict_alternatives_declare:
 *
 * Adds the arrays over (image, alternative), if there are alternatives.
 */
void
kappa_predict_alternatives_declare (KappaPredictMembers *members,
                                    KappaResult *result,
                                    gboolean labelled,
                                    const KappaPredictWords *words)
{
  gsize dims[]
      = { (gsize)kappa_predict_members_get_n_images (members), kappa_alternative_count (members) };
  g_autofree char *columns = describe_columns (members);
  char *definitions[]
      = { g_strdup_printf ("the class an alternative predicts; alternatives: %s", columns),
          g_strdup_printf ("how many of an alternative's %u classes with the largest scores are "
                           "among those with the largest %s of everything",
                           kappa_alternative_top (members), words->scores),
          g_strdup ("the cross-entropy of an alternative, −log of the probability of the true "
                    "class"),
          g_strdup ("the place of the true class among an alternative's scores, 1 for the "
                    "largest") };

  for (guint f = 0; dims[1] > 0 && f < kappa_alternative_count_figures (labelled); f++)
    {
      KappaArray *array
          = kappa_array_new (kappa_alternative_arrays[f], f == KAPPA_ALTERNATIVE_LOSS ? "nat" : "",
                             definitions[f], 2, dims);

      kappa_array_set_axis (array, 0, "image", NULL);
      kappa_array_set_axis (array, 1, "alternative", NULL);
      kappa_result_take_array (result, array);
    }
  for (guint f = 0; f < KAPPA_ALTERNATIVE_N_FIGURES; f++)
    g_free (definitions[f]);
}

/**
 * kappa_predict_alternatives_keep:
 * @first: number of the first image that was computed last
 * @count: of those images
 * @labels: (array length=count): their classes, -1 if unknown
 */
void
kappa_predict_alternatives_keep (KappaPredictMembers *members,
                                 KappaResult *result,
                                 gboolean labelled,
                                 gint64 first,
                                 gint64 count,
                                 const gint32 *labels)
{
  guint n = kappa_alternative_count (members),
        n_classes = kappa_predict_members_get_n_classes (members);
  const double *whole = kappa_predict_members_get_scores (members, 0);
  gsize size = (gsize)count * n;
  g_autofree double *values = g_new (double, KAPPA_ALTERNATIVE_N_FIGURES *size);

  for (gsize cell = 0; cell < size; cell++)
    {
      gsize row = cell / n * n_classes;
      const double *scores
          = kappa_predict_members_get_scores (members, 1 + (guint)(cell % n)) + row;
      KappaJudgement judgement = kappa_judge_scores (scores, n_classes, labels[cell / n]);

      values[KAPPA_ALTERNATIVE_PREDICTED * size + cell] = judgement.predicted;
      values[KAPPA_ALTERNATIVE_SHARED * size + cell] = kappa_count_shared_top (
          scores, whole + row, n_classes, kappa_alternative_top (members));
      values[KAPPA_ALTERNATIVE_LOSS * size + cell] = judgement.loss;
      values[KAPPA_ALTERNATIVE_RANK * size + cell] = judgement.rank;
    }
  for (guint f = 0; n > 0 && f < kappa_alternative_count_figures (labelled); f++)
    kappa_result_set_values (result, kappa_alternative_arrays[f], (gsize)first * n, size,
                             values + f * size);
}
