/* What an average is better by than its parts. */

#include <math.h>

#include "core/analysis/paired.h"
#include "core/analysis/predict-alternatives-private.h"
#include "core/analysis/statistics.h"

/* The figures of all predictions, that of everything being number 0. */
typedef struct
{
  KappaPredictMembers *members;
  KappaResult *result;
  const char *description;
  gsize n; /* images */
  guint n_alternatives;
  KappaArray *whole[KAPPA_ALTERNATIVE_N_FIGURES]; /* NULL where there is none */
  KappaArray *alternatives[KAPPA_ALTERNATIVE_N_FIGURES];
} Figures;

static double
get (const Figures *f, KappaAlternativeFigure figure, guint prediction, gsize i)
{
  if (prediction == 0)
    return f->whole[figure]->values[i];
  return f->alternatives[figure]->values[i * f->n_alternatives + prediction - 1];
}

static gsize
count_up_to_rank (const Figures *f, guint prediction, double rank)
{
  gsize count = 0;

  for (gsize i = 0; i < f->n; i++)
    count += get (f, KAPPA_ALTERNATIVE_RANK, prediction, i) <= rank;
  return count;
}

static double
mean_loss (const Figures *f, guint prediction)
{
  double sum = 0.0;

  for (gsize i = 0; i < f->n; i++)
    sum += get (f, KAPPA_ALTERNATIVE_LOSS, prediction, i);
  return sum / (double)f->n;
}

static char *
name_of (const Figures *f, guint prediction)
{
  guint n;
  int member = kappa_predict_members_list (f->members, &n)[prediction].member;
  guint n_members = kappa_predict_members_get_n (f->members);
  g_autofree char *base = NULL;

  if (member < 0 && n_members > 1)
    return g_strdup_printf ("%u networks", n_members);
  base = g_path_get_basename (
      kappa_model_get_path (kappa_predict_members_get_model (f->members, MAX (member, 0))));
  return n_members > 1 ? g_strdup_printf ("%d: %s", member + 1, base) : g_steal_pointer (&base);
}

static guint
views_of (const Figures *f, guint prediction)
{
  guint n;

  return kappa_predict_members_list (f->members, &n)[prediction].plain
             ? 1
             : kappa_predict_members_get_n_views (f->members);
}

/* Shares of images for which an alternative says something else. */
static void
measure_disagreement (const Figures *f, guint prediction, double *top1, double *top5)
{
  double k = kappa_alternative_top (f->members), n = (double)f->n;

  *top1 = *top5 = 0.0;
  for (gsize i = 0; prediction > 0 && i < f->n; i++)
    {
      *top1 += (get (f, KAPPA_ALTERNATIVE_PREDICTED, prediction, i)
                != get (f, KAPPA_ALTERNATIVE_PREDICTED, 0, i))
               / n;
      *top5 += (1.0 - get (f, KAPPA_ALTERNATIVE_SHARED, prediction, i) / k) / n;
    }
}

static void
add_row (const Figures *f, KappaTable *table, guint prediction, gboolean labelled)
{
  g_autofree char *name = name_of (f, prediction);
  const char *const texts[12] = { name };
  double numbers[12] = { NAN, views_of (f, prediction) }, n = (double)f->n;

  measure_disagreement (f, prediction, &numbers[2], &numbers[3]);
  if (labelled)
    {
      double right = (double)count_up_to_rank (f, prediction, 1.0);
      double near = (double)count_up_to_rank (f, prediction, 5.0);

      numbers[4] = right;
      numbers[5] = right / n;
      kappa_wilson_interval (right, n, KAPPA_NORMAL_95, &numbers[6], &numbers[7]);
      numbers[8] = near / n;
      kappa_wilson_interval (near, n, KAPPA_NORMAL_95, &numbers[9], &numbers[10]);
      numbers[11] = mean_loss (f, prediction);
    }
  kappa_table_add_cells (table, numbers, texts);
}

static void
add_table (const Figures *f, gboolean labelled)
{
  static const KappaColumn columns[] = {
    { "prediction", "", KAPPA_COLUMN_TEXT },     { "views", "", KAPPA_COLUMN_INTEGER },
    { "changed_top1", "", KAPPA_COLUMN_NUMBER }, { "changed_top5", "", KAPPA_COLUMN_NUMBER },
    { "correct", "", KAPPA_COLUMN_INTEGER },     { "top1", "", KAPPA_COLUMN_NUMBER },
    { "top1_low", "", KAPPA_COLUMN_NUMBER },     { "top1_high", "", KAPPA_COLUMN_NUMBER },
    { "top5", "", KAPPA_COLUMN_NUMBER },         { "top5_low", "", KAPPA_COLUMN_NUMBER },
    { "top5_high", "", KAPPA_COLUMN_NUMBER },    { "loss", "nat", KAPPA_COLUMN_NUMBER },
  };
  g_autofree char *definition = g_strdup_printf (
      "the prediction and what its parts say alone: views of each image, share of images whose "
      "predicted class is another than the first row's (changed_top1), mean share of the %u "
      "classes with "
      "the largest scores that are not among the first row's (changed_top5)%s; over %s",
      kappa_alternative_top (f->members),
      labelled
          ? "; images that are right, top-1 and top-5 accuracy with Wilson's 95 % interval for "
            "independent images, and mean cross-entropy without a regulariser"
          : "",
      f->description);
  KappaTable *table = kappa_table_new ("alternatives", definition,
                                       labelled ? G_N_ELEMENTS (columns) : 4, columns);

  for (guint p = 0; p <= f->n_alternatives; p++)
    add_row (f, table, p, labelled);
  kappa_result_take_table (f->result, table);
}

static KappaPaired
pair (const Figures *f, guint other, double rank)
{
  KappaPaired paired = { 0 };

  for (gsize i = 0; i < f->n; i++)
    {
      gboolean first = get (f, KAPPA_ALTERNATIVE_RANK, 0, i) <= rank,
               second = get (f, KAPPA_ALTERNATIVE_RANK, other, i) <= rank;

      paired.both += first && second;
      paired.first += first && !second;
      paired.second += !first && second;
      paired.neither += !first && !second;
    }
  return paired;
}

static void
set_accuracy_gain (const Figures *f, guint other, guint k, const char *prefix, const char *than)
{
  KappaPaired paired = pair (f, other, k);
  double low, high, gain = kappa_paired_interval (&paired, KAPPA_NORMAL_95, &low, &high);
  g_autofree char *name = g_strdup_printf ("%s_gain_top%u", prefix, k);
  g_autofree char *definition = g_strdup_printf (
      "top-%u accuracy minus that of %s, to expect on other images like these; Newcombe's 95 %% "
      "interval for paired proportions of independent images; %" G_GSIZE_FORMAT
      " images are right only with the average and %" G_GSIZE_FORMAT
      " only without, exact McNemar test p = %.3g; over %s",
      k, than, paired.first, paired.second, kappa_paired_mcnemar (&paired), f->description);

  kappa_result_set_scalar (f->result, name, gain, "", KAPPA_CERTAINTY_INTERVAL (low, high, 0.95),
                           definition);
}

static void
set_loss_gain (const Figures *f, guint other, const char *prefix, const char *than)
{
  g_autofree double *differences = g_new (double, f->n);
  g_autofree char *name = g_strdup_printf ("%s_gain_loss", prefix);
  g_autofree char *definition = g_strdup_printf (
      "mean cross-entropy, without a regulariser, minus that of %s, to expect on other images like "
      "these; 95 %% interval from the standard error of the mean difference over images; over %s",
      than, f->description);
  double mean, half;

  for (gsize i = 0; i < f->n; i++)
    differences[i]
        = get (f, KAPPA_ALTERNATIVE_LOSS, 0, i) - get (f, KAPPA_ALTERNATIVE_LOSS, other, i);
  mean = kappa_mean (differences, f->n);
  half = KAPPA_NORMAL_95 * kappa_standard_deviation (differences, f->n) / sqrt ((double)f->n);
  if (f->n > 1)
    kappa_result_set_scalar (f->result, name, mean, "nat",
                             KAPPA_CERTAINTY_INTERVAL (mean - half, mean + half, 0.95), definition);
}

static void
set_gains (const Figures *f, guint other, const char *prefix, const char *than)
{
  set_accuracy_gain (f, other, 1, prefix, than);
  set_accuracy_gain (f, other, 5, prefix, than);
  set_loss_gain (f, other, prefix, than);
}

/* By top-1, then by loss; of equals the first. */
static guint
find_best_member (const Figures *f)
{
  guint best = 1;

  for (guint p = 2; p <= kappa_predict_members_get_n (f->members); p++)
    {
      gsize right = count_up_to_rank (f, p, 1.0), most = count_up_to_rank (f, best, 1.0);

      if (right > most || (right == most && mean_loss (f, p) < mean_loss (f, best)))
        best = p;
    }
  return best;
}

static void
set_ensemble_gains (const Figures *f)
{
  guint best = find_best_member (f);
  g_autofree char *name = name_of (f, best);
  g_autofree char *than = g_strdup_printf (
      "its best member alone (%s; chosen on these very images, which favours it)", name);

  set_gains (f, best, "ensemble", than);
}

/* What the preset's own crop says without the other views. */
static void
set_single_crop (const Figures *f, guint single)
{
  static const struct
  {
    const char *name, *unit, *what;
  } scalars[] = {
    { "single_top1", "", "top-1 accuracy" },
    { "single_top5", "", "top-5 accuracy" },
    { "single_loss", "nat", "mean cross-entropy, without a regulariser," },
  };
  const double values[]
      = { (double)count_up_to_rank (f, single, 1.0) / (double)f->n,
          (double)count_up_to_rank (f, single, 5.0) / (double)f->n, mean_loss (f, single) };

  for (guint i = 0; i < G_N_ELEMENTS (scalars); i++)
    {
      g_autofree char *definition = g_strdup_printf (
          "%s of the preset's own crop alone, which is one of the views, over %s", scalars[i].what,
          f->description);

      kappa_result_set_scalar (f->result, scalars[i].name, values[i], scalars[i].unit,
                               KAPPA_CERTAINTY_EXACT, definition);
    }
  set_gains (f, single, "crops", "the preset's own crop alone");
}

static gboolean
figures_init (Figures *f,
              KappaPredictMembers *members,
              KappaResult *result,
              gboolean labelled,
              const char *description)
{
  static const char *const whole[KAPPA_ALTERNATIVE_N_FIGURES]
      = { [KAPPA_ALTERNATIVE_PREDICTED] = "predicted",
          [KAPPA_ALTERNATIVE_LOSS] = "image_loss",
          [KAPPA_ALTERNATIVE_RANK] = "rank" };

  *f = (Figures) { .members = members,
                   .result = result,
                   .description = description,
                   .n = (gsize)kappa_predict_members_get_n_images (members),
                   .n_alternatives = kappa_alternative_count (members) };
  for (guint i = 0; f->n_alternatives > 0 && i < kappa_alternative_count_figures (labelled); i++)
    {
      f->whole[i] = whole[i] != NULL ? kappa_result_dup_array (result, whole[i]) : NULL;
      f->alternatives[i] = kappa_result_dup_array (result, kappa_alternative_arrays[i]);
    }
  return f->n_alternatives > 0;
}

static void
figures_clear (Figures *f)
{
  for (guint i = 0; i < KAPPA_ALTERNATIVE_N_FIGURES; i++)
    {
      g_clear_pointer (&f->whole[i], kappa_array_free);
      g_clear_pointer (&f->alternatives[i], kappa_array_free);
    }
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Figures, figures_clear)

/**
 * kappa_predict_alternatives_add_table:
 * @result: holds the arrays of all images
 * @description: which images, views, networks and precision
 *
 * Adds the table of alternatives, if there are any.
 */
void
kappa_predict_alternatives_add_table (KappaPredictMembers *members,
                                      KappaResult *result,
                                      gboolean labelled,
                                      const char *description)
{
  g_auto (Figures) f = { 0 };

  if (figures_init (&f, members, result, labelled, description))
    add_table (&f, labelled);
}

/**
 * kappa_predict_alternatives_add_gains:
 * @result: holds the arrays of all images, which are labelled
 *
 * Adds what the average gains over the best network alone and over the preset's own crop alone, as
 * far as there are such alternatives.
 */
void
kappa_predict_alternatives_add_gains (KappaPredictMembers *members,
                                      KappaResult *result,
                                      const char *description)
{
  g_auto (Figures) f = { 0 };
  guint n;
  const KappaPrediction *predictions = kappa_predict_members_list (members, &n);

  if (!figures_init (&f, members, result, TRUE, description))
    return;
  if (kappa_predict_members_get_n (members) > 1)
    set_ensemble_gains (&f);
  for (guint p = 1; p < n; p++)
    if (predictions[p].member < 0 && predictions[p].plain)
      set_single_crop (&f, p);
}
