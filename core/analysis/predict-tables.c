/* What the figures of single images add up to. */

#include "core/analysis/predict-tables.h"

#include <math.h>
#include <stdlib.h>

#include "core/analysis/statistics.h"

typedef struct
{
  const KappaPredictSummary *summary;
  KappaResult *result;
  gsize n;
  guint n_classes;
  gint32 *labels;
  KappaArray *predicted, *margin, *probability;
  KappaArray *loss, *rank; /* NULL without labels */
} Figures;

static char *
class_name (const Figures *f, guint label)
{
  KappaDataset *dataset = kappa_batch_source_get_dataset (f->summary->batches);
  const char *name = kappa_model_get_class_name (f->summary->model, label);

  if (name == NULL && label < kappa_dataset_get_n_classes (dataset))
    name = kappa_dataset_get_class_name (dataset, label);
  return name != NULL ? g_strdup (name) : g_strdup_printf ("%u", label);
}

static void set_scalar (const Figures *f,
                        const char *name,
                        double value,
                        const char *unit,
                        KappaCertainty certainty,
                        const char *format,
                        ...) G_GNUC_PRINTF (6, 7);

static void
set_scalar (const Figures *f,
            const char *name,
            double value,
            const char *unit,
            KappaCertainty certainty,
            const char *format,
            ...)
{
  g_autofree char *what = NULL, *definition = NULL;
  va_list arguments;

  va_start (arguments, format);
  what = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  definition = g_strdup_printf ("%s, over %s", what, f->summary->description);
  kappa_result_set_scalar (f->result, name, value, unit, certainty, definition);
}

static gsize
count_up_to_rank (const Figures *f, double rank)
{
  gsize count = 0;

  for (gsize i = 0; i < f->n; i++)
    count += f->rank->values[i] <= rank;
  return count;
}

/* The accuracy to expect on other images drawn in the same way: the only statement of the three
 * that is uncertain. */
static void
set_expected_accuracy (const Figures *f, const char *name, gsize correct, const char *what)
{
  double low, high;

  kappa_wilson_interval ((double) correct, (double) f->n, KAPPA_NORMAL_95, &low, &high);
  set_scalar (f, name, (double) correct / (double) f->n, "",
              KAPPA_CERTAINTY_INTERVAL (low, high, 0.95),
              "%s to expect on other images like these, with Wilson's 95 %% interval for "
              "independent images",
              what);
}

static gboolean
regulariser (const Figures *f, double *term, GError **error)
{
  gsize size = kappa_model_get_parameters_size (f->summary->model);
  const double *w;

  *term = 0.0;
  if (f->summary->l2 <= 0.0)
    return TRUE;
  w = kappa_model_get_parameters_wide (f->summary->model, error);
  if (w == NULL)
    return FALSE;
  for (gsize i = 0; i < size; i++)
    *term += w[i] * w[i];
  *term *= 0.5 * f->summary->l2;
  return TRUE;
}

static gboolean
set_loss (const Figures *f, GError **error)
{
  double mean = kappa_mean (f->loss->values, f->n), term;
  double half
      = KAPPA_NORMAL_95 * kappa_standard_deviation (f->loss->values, f->n) / sqrt ((double) f->n);

  if (!regulariser (f, &term, error))
    return FALSE;
  set_scalar (f, "loss", mean + term, "nat",
              f->summary->n_checked > 0 ? KAPPA_CERTAINTY_RESIDUAL (fabs (f->summary->loss_error))
                                        : KAPPA_CERTAINTY_EXACT,
              "mean cross-entropy%s", f->summary->l2 > 0.0 ? " plus the regulariser" : "");
  if (f->n > 1)
    set_scalar (f, "expected_loss", mean, "nat",
                KAPPA_CERTAINTY_INTERVAL (fmax (0.0, mean - half), mean + half, 0.95),
                "mean cross-entropy, without a regulariser, to expect on other images like these; "
                "95 %% interval from the "
                "standard error of the mean, cut off at 0");
  return TRUE;
}

static gboolean
set_scalars (const Figures *f, GError **error)
{
  const char *score = f->summary->words.score;
  gsize correct, among_five;

  set_scalar (f, "images", (double) f->n, "", KAPPA_CERTAINTY_EXACT, "number of images");
  if (f->summary->n_checked > 0)
    set_scalar (f, "bfloat16_changed",
                (double) f->summary->n_changed / (double) f->summary->n_checked, "",
                KAPPA_CERTAINTY_EXACT,
                "share of the first %" G_GINT64_FORMAT " images that float32 predicts otherwise",
                f->summary->n_checked);
  if (!f->summary->labelled)
    return TRUE;
  correct = count_up_to_rank (f, 1.0);
  among_five = count_up_to_rank (f, 5.0);
  if (!set_loss (f, error))
    return FALSE;
  set_scalar (f, "correct", (double) correct, "", KAPPA_CERTAINTY_EXACT,
              "images whose true class has the largest %s", score);
  set_scalar (f, "top1", (double) correct / (double) f->n, "", KAPPA_CERTAINTY_EXACT,
              "share of images whose true class has the largest %s", score);
  set_scalar (f, "top5", (double) among_five / (double) f->n, "", KAPPA_CERTAINTY_EXACT,
              "share of images whose true class is among the five largest %s",
              f->summary->words.scores);
  set_expected_accuracy (f, "expected_top1", correct, "top-1 accuracy");
  set_expected_accuracy (f, "expected_top5", among_five, "top-5 accuracy");
  return TRUE;
}

static void
add_classes (const Figures *f)
{
  static const KappaColumn columns[] = {
    { "class", "", KAPPA_COLUMN_INTEGER },  { "name", "", KAPPA_COLUMN_TEXT },
    { "images", "", KAPPA_COLUMN_INTEGER }, { "correct", "", KAPPA_COLUMN_INTEGER },
    { "top1", "", KAPPA_COLUMN_NUMBER },    { "loss", "nat", KAPPA_COLUMN_NUMBER },
  };
  KappaTable *table = kappa_table_new (
      "classes", "per true class: images, how many are right, their share and mean loss",
      G_N_ELEMENTS (columns), columns);
  g_autofree double *sums = g_new0 (double, f->n_classes);
  g_autofree gint64 *images = g_new0 (gint64, f->n_classes);
  g_autofree gint64 *correct = g_new0 (gint64, f->n_classes);

  for (gsize i = 0; i < f->n; i++)
    {
      images[f->labels[i]]++;
      correct[f->labels[i]] += f->rank->values[i] == 1.0;
      sums[f->labels[i]] += f->loss->values[i];
    }
  for (guint c = 0; c < f->n_classes; c++)
    {
      g_autofree char *name = class_name (f, c);
      double n = (double) images[c];

      if (images[c] > 0)
        kappa_table_add_row (table, (gint64) c, name, images[c], correct[c],
                             (double) correct[c] / n, sums[c] / n);
    }
  kappa_result_take_table (f->result, table);
}

static void
add_confusion (const Figures *f)
{
  static const KappaColumn columns[] = { { "true", "", KAPPA_COLUMN_TEXT },
                                         { "predicted", "", KAPPA_COLUMN_TEXT },
                                         { "images", "", KAPPA_COLUMN_INTEGER } };
  const char *definition
      = "how many images of the true class have the largest logit at the predicted class";
  KappaTable *table = kappa_table_new ("confusion", definition, G_N_ELEMENTS (columns), columns);
  gsize dims[] = { f->n_classes, f->n_classes }, n = (gsize) f->n_classes * f->n_classes;
  KappaArray *array = kappa_array_new ("confusion", "", definition, 2, dims);
  g_autofree double *counts = g_new0 (double, n);

  for (gsize i = 0; i < f->n; i++)
    counts[(gsize) f->labels[i] * f->n_classes + (gsize) f->predicted->values[i]]++;
  kappa_array_set_axis (array, 0, "true", NULL);
  kappa_array_set_axis (array, 1, "predicted", NULL);
  kappa_result_take_array (f->result, array);
  kappa_result_set_values (f->result, "confusion", 0, n, counts);
  for (gsize i = 0; i < n; i++)
    if (counts[i] > 0.0)
      {
        g_autofree char *truth = class_name (f, (guint) (i / f->n_classes));
        g_autofree char *predicted = class_name (f, (guint) (i % f->n_classes));

        kappa_table_add_row (table, truth, predicted, (gint64) counts[i]);
      }
  kappa_result_take_table (f->result, table);
}

typedef struct
{
  double value;
  gsize image;
} Entry;

/* By value, NaN first, then by number. */
static int
compare (gconstpointer a, gconstpointer b)
{
  const Entry *left = a, *right = b;

  if (left->value < right->value)
    return -1;
  if (left->value > right->value)
    return 1;
  if (isnan (left->value) != isnan (right->value))
    return isnan (left->value) ? -1 : 1;
  return left->image < right->image ? -1 : left->image > right->image;
}

/* Columns from @true on are left out where there are no true classes. */
static KappaTable *
new_list (const Figures *f, const char *name, const char *definition)
{
  static const KappaColumn columns[] = {
    { "image", "", KAPPA_COLUMN_INTEGER },  { "name", "", KAPPA_COLUMN_TEXT },
    { "predicted", "", KAPPA_COLUMN_TEXT }, { "probability", "", KAPPA_COLUMN_NUMBER },
    { "margin", "", KAPPA_COLUMN_NUMBER },  { "true", "", KAPPA_COLUMN_TEXT },
    { "loss", "nat", KAPPA_COLUMN_NUMBER },
  };

  return kappa_table_new (name, definition, f->loss != NULL ? 7 : 5, columns);
}

static void
add_to_list (const Figures *f, KappaTable *table, gsize i)
{
  guint32 item = kappa_batch_source_get_item (f->summary->batches, (gint64) i * f->summary->n_views);
  KappaDataset *dataset = kappa_batch_source_get_dataset (f->summary->batches);
  g_autofree char *name = kappa_dataset_dup_item_name (dataset, item);
  g_autofree char *predicted = class_name (f, (guint) f->predicted->values[i]);
  g_autofree char *truth = f->loss != NULL ? class_name (f, (guint) f->labels[i]) : NULL;
  const double numbers[] = { item,
                             NAN,
                             NAN,
                             f->probability->values[i],
                             f->margin->values[i],
                             NAN,
                             f->loss != NULL ? f->loss->values[i] : NAN };
  const char *const texts[] = { NULL, name, predicted, NULL, NULL, truth, NULL };

  kappa_table_add_cells (table, numbers, texts);
}

/* The images with the smallest @factor · @values. */
static void
add_list (const Figures *f,
          const char *name,
          const char *definition,
          const double *values,
          double factor)
{
  KappaTable *table = new_list (f, name, definition);
  g_autofree Entry *entries = g_new (Entry, f->n);

  for (gsize i = 0; i < f->n; i++)
    entries[i] = (Entry) { factor * values[i], i };
  qsort (entries, f->n, sizeof *entries, compare);
  for (gsize k = 0; k < MIN (f->n, f->summary->n_listed); k++)
    add_to_list (f, table, entries[k].image);
  kappa_result_take_table (f->result, table);
}

/**
 * kappa_predict_summarise:
 * @result: holds the figures of all images
 *
 * Adds scalars and tables.
 *
 * Returns: %FALSE if the weights cannot be read
 */
gboolean
kappa_predict_summarise (const KappaPredictSummary *summary, KappaResult *result, GError **error)
{
  g_autoptr (KappaArray) predicted = kappa_result_dup_array (result, "predicted");
  g_autoptr (KappaArray) margin = kappa_result_dup_array (result, "margin");
  g_autoptr (KappaArray) probability = kappa_result_dup_array (result, "probability");
  g_autoptr (KappaArray) loss
      = summary->labelled ? kappa_result_dup_array (result, "image_loss") : NULL;
  g_autoptr (KappaArray) rank = summary->labelled ? kappa_result_dup_array (result, "rank") : NULL;
  gsize n = predicted->dims[0];
  g_autofree gint32 *labels = g_new (gint32, n);
  Figures f = { summary, result,    n,      kappa_model_get_n_classes (summary->model),
                labels,  predicted, margin, probability,
                loss,    rank };

  for (gsize i = 0; i < n; i++)
    kappa_batch_source_fetch_labels (summary->batches, (gint64) i * summary->n_views, 1, &labels[i]);
  if (!set_scalars (&f, error))
    return FALSE;
  if (summary->labelled)
    {
      add_classes (&f);
      add_confusion (&f);
      add_list (&f, "worst", "the images with the largest loss, which are not finite first",
                loss->values, -1.0);
    }
  add_list (&f, "least_certain",
            "the images with the smallest margin between the two largest probabilities",
            margin->values, 1.0);
  return TRUE;
}
