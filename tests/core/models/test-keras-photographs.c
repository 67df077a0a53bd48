#include <math.h>

#include "core/analysis/objective.h"
#include "core/models/preset.h"
#include "tests/core/models/model-checks.h"
#include "tests/support/shared.h"

/*
 * The ResNet-50 of keras.applications on photographs, from the HDF5 file to the logits: what Keras
 * itself says is in expected.csv.
 */

#define N_PHOTOGRAPHS 100

typedef struct
{
  gint32 label;
  gint32 top[5];
  double probability;
  double logit;
} Expected;

/* Rows of image, label, top1 … top5, p_top1, logit_label. */
static GHashTable *
read_expected (void)
{
  g_autofree char *path = kappa_test_need_shared ("data/imagenet/expected.csv"), *text = NULL;
  g_auto (GStrv) lines = NULL;
  GHashTable *all = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  lines = g_strsplit (g_strchomp (text), "\n", -1);
  for (guint i = 1; lines[i] != NULL; i++)
    {
      g_auto (GStrv) cells = g_strsplit (lines[i], ",", -1);
      Expected *expected = g_new0 (Expected, 1);

      g_assert_cmpuint (g_strv_length (cells), ==, 9);
      expected->label = (gint32)g_ascii_strtoll (cells[1], NULL, 10);
      for (guint k = 0; k < 5; k++)
        expected->top[k] = (gint32)g_ascii_strtoll (cells[2 + k], NULL, 10);
      expected->probability = g_ascii_strtod (cells[7], NULL);
      expected->logit = g_ascii_strtod (cells[8], NULL);
      g_hash_table_insert (all, g_strdup (cells[0]), expected);
    }
  return all;
}

static KappaBatchSource *
open_photographs (KappaModel *model, const char *images, KappaWorkers *workers)
{
  g_autofree char *table = kappa_test_need_shared ("data/imagenet/expected.csv");
  const KappaDatasetOptions options
      = { .labels = table, .image_column = "image", .label_column = "label" };
  const KappaBatchOptions batch = { .n_classes = 1000, .need_labels = TRUE };
  g_autoptr (GError) error = NULL;
  g_autoptr (KappaDataset) dataset = kappa_dataset_open (images, &options, NULL, &error);
  g_autoptr (KappaSelection) selection = NULL;
  KappaBatchSource *source;

  g_assert_no_error (error);
  selection = kappa_selection_new (dataset, ":", 0, 0, &error);
  g_assert_no_error (error);
  source = kappa_batch_source_new (dataset, selection, &kappa_model_get_preset (model)->preprocess,
                                   &batch, workers, NULL, NULL, &error);
  g_assert_no_error (error);
  return source;
}

/* Returns: how far the label's logit is off */
static double
check_photograph (const double *logits, const Expected *expected)
{
  double sum = 0.0;
  gint32 best = 0;

  for (gint32 c = 1; c < 1000; c++)
    if (logits[c] > logits[best])
      best = c;
  for (guint c = 0; c < 1000; c++)
    sum += exp (logits[c] - logits[best]);
  g_assert_cmpint (best, ==, expected->top[0]);
  for (guint k = 1; k < 5; k++)
    g_assert_cmpfloat (logits[expected->top[k]], <=, logits[expected->top[k - 1]] + 2e-3);
  g_assert_cmpfloat_with_epsilon (1.0 / sum, expected->probability, 1e-4);
  g_assert_cmpfloat_with_epsilon (logits[expected->label], expected->logit, 1e-3);
  return fabs (logits[expected->label] - expected->logit);
}

static void
check_all (KappaModel *model, const char *images)
{
  g_autoptr (GHashTable) expected = read_expected ();
  g_autoptr (KappaWorkers) workers = kappa_workers_new (2);
  g_autoptr (KappaBatchSource) batches = open_photographs (model, images, workers);
  KappaContext context = { .workers = workers };
  g_autoptr (GError) error = NULL;
  g_autoptr (KappaObjective) objective
      = kappa_objective_new (model, batches, KAPPA_PRECISION_FLOAT32, 0.0, &error);
  const double *logits;
  double worst = 0.0;
  guint right = 0;

  g_assert_no_error (error);
  g_assert_cmpint (kappa_batch_source_get_n (batches), ==, N_PHOTOGRAPHS);
  logits = kappa_objective_compute_logits (objective, 0, N_PHOTOGRAPHS, &context, &error);
  g_assert_no_error (error);
  for (gint64 i = 0; i < N_PHOTOGRAPHS; i++)
    {
      g_autofree char *name = kappa_dataset_dup_item_name (
          kappa_batch_source_get_dataset (batches), kappa_batch_source_get_item (batches, i));
      const Expected *row = g_hash_table_lookup (expected, name);

      g_assert_nonnull (row);
      worst = MAX (worst, check_photograph (logits + i * 1000, row));
      right += row->top[0] == row->label;
    }
  g_test_message ("%u of %u right, the label's logit off by at most %.2g", right, N_PHOTOGRAPHS,
                  worst);
}

static void
test_photographs (void)
{
  g_autofree char *path = kappa_test_need_shared ("data/imagenet/keras_resnet50.h5");
  g_autofree char *images = kappa_test_need_shared ("data/imagenet/images");
  g_autoptr (KappaModel) model = NULL;

  if (path == NULL || images == NULL)
    return;
  model = model_open_or_fail (path, NULL, NULL);
  g_assert_cmpstr (kappa_model_get_architecture (model), ==, "ResNet-50");
  g_assert_cmpstr (kappa_model_get_format (model), ==, "Keras HDF5");
  g_assert_cmpstr (kappa_model_get_preset (model)->name, ==, "keras-caffe-old");
  g_assert_cmpuint (kappa_model_get_parameters_size (model), ==, 25583592);
  /* With the stride in the second convolution it would be 4,089,184,256. */
  g_assert_cmpuint (kappa_model_get_macs (model), ==,
                    4089184256 - 3 * (3 * 256 * 128 * 56 * 56 / 4));
  check_all (model, images);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/keras/photographs", test_photographs);
  return g_test_run ();
}
