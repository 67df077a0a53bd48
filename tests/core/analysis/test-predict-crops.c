#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "core/analysis/objective.h"
#include "core/base/error.h"
#include "core/formats/npz.h"
#include "core/models/preset.h"
#include "tests/core/analysis/fixture.h"
#include "tests/support/shared.h"

/* The bundled network sees 32 pixels; so scaled, its images have corners. */
#define SETTINGS "mode=center,scale=40,resize=bilinear"
#define N_IMAGES 5

static KappaInputs *
open_images (const char *settings, const char *images)
{
  KappaInputs *inputs = kappa_inputs_new ();
  g_autoptr (GError) error = NULL;

  fixture_add_model (inputs);
  g_assert_true (kappa_inputs_set_option (inputs, "model", 0, "set", settings, NULL));
  fixture_add_images (inputs, images);
  kappa_inputs_open (inputs, NULL, &error);
  g_assert_no_error (error);
  return inputs;
}

static KappaAnalysis *
new_predict (const char *crops)
{
  KappaAnalysis *analysis = kappa_analysis_new_by_name ("predict", NULL);

  fixture_set (analysis, "crops", crops);
  return analysis;
}

static KappaResult *
predict (KappaInputs *inputs, const char *crops, guint threads)
{
  g_autoptr (KappaAnalysis) analysis = new_predict (crops);

  return fixture_run (analysis, inputs, NULL, threads);
}

/* One view of every image as a file of images of its own, which needs no preparation. */
static void
save_view (const char *path, KappaInputs *inputs, KappaCrops crops, guint view)
{
  const KappaPreprocess *preprocess
      = &kappa_model_get_preset (kappa_inputs_get_model (inputs, "model", 0))->preprocess;
  KappaDataset *dataset = kappa_inputs_get_dataset (inputs, "data", 0);
  g_autofree guint8 *views = g_malloc (kappa_crops_get_n (crops) * 3072),
                    *pixels = g_malloc (N_IMAGES * 3072);
  gint64 labels[N_IMAGES];
  const KappaExportTensor tensors[] = { { .name = "images",
                                          .element = KAPPA_ELEMENT_U8,
                                          .rank = 4,
                                          .dims = { N_IMAGES, 32, 32, 3 },
                                          .data = pixels },
                                        { .name = "labels",
                                          .element = KAPPA_ELEMENT_I64,
                                          .rank = 1,
                                          .dims = { N_IMAGES },
                                          .data = labels } };
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < N_IMAGES; i++)
    {
      g_autoptr (KappaImage) image = kappa_dataset_load_image (dataset, i, NULL, NULL);

      g_assert_true (kappa_crops_apply (crops, preprocess, image, views, NULL, NULL));
      labels[i] = kappa_dataset_get_label (dataset, i);
      for (guint p = 0; p < 1024; p++)
        for (guint c = 0; c < 3; c++)
          pixels[i * 3072 + 3 * p + c] = views[view * 3072 + c * 1024 + p];
    }
  kappa_npz_save (path, tensors, G_N_ELEMENTS (tensors), NULL, &error);
  g_assert_no_error (error);
}

/* Adds the probabilities that the network gives the images of a file. */
static void
add_probabilities (const char *path, double *sums)
{
  g_autoptr (KappaInputs) inputs = kappa_inputs_new ();
  g_autoptr (KappaWorkers) workers = kappa_workers_new (2);
  KappaContext context = { .workers = workers };
  g_autoptr (KappaBatchSource) batches = NULL;
  g_autoptr (KappaObjective) objective = NULL;
  const double *logits;

  fixture_add_model (inputs);
  kappa_inputs_add (inputs, "data", KAPPA_INPUT_DATASET, path);
  g_assert_true (kappa_inputs_set_option (inputs, "data", 0, "images", "all", NULL));
  g_assert_true (kappa_inputs_open (inputs, NULL, NULL));
  batches = kappa_inputs_make_batches (inputs, "data", "model", TRUE, &context, NULL);
  objective = kappa_objective_new (kappa_inputs_get_model (inputs, "model", 0), batches,
                                   KAPPA_PRECISION_FLOAT32, 0.0, NULL);
  logits = kappa_objective_compute_logits (objective, 0, N_IMAGES, &context, NULL);
  g_assert_nonnull (logits);
  for (guint i = 0; i < N_IMAGES; i++, logits += 10)
    for (guint c = 0; c < 10; c++)
      sums[i * 10 + c] += exp (-kappa_cross_entropy_of_logits (logits, 10, c));
}

/* The mean of ten views is that over ten files, of one view each. */
static void
test_ten_files (void)
{
  g_autofree char *folder = g_dir_make_tmp ("kappa-crops-XXXXXX", NULL);
  g_autoptr (KappaInputs) inputs = open_images (SETTINGS, "0:5");
  g_autoptr (KappaResult) result = predict (inputs, "10", 2);
  g_autoptr (KappaArray) loss = kappa_result_dup_array (result, "image_loss");
  g_autoptr (KappaArray) probability = kappa_result_dup_array (result, "probability");
  double sums[N_IMAGES * 10] = { 0.0 };

  g_assert_cmpfloat (fixture_last_total (), ==, 10.0 * N_IMAGES);
  for (guint v = 0; v < 10; v++)
    {
      g_autofree char *name = g_strdup_printf ("%u.npz", v);
      g_autofree char *path = g_build_filename (folder, name, NULL);

      save_view (path, inputs, KAPPA_CROPS_TEN, v);
      add_probabilities (path, sums);
      g_remove (path);
    }
  g_rmdir (folder);
  for (guint i = 0; i < N_IMAGES; i++)
    {
      int label = kappa_dataset_get_label (kappa_inputs_get_dataset (inputs, "data", 0), i);
      double largest = 0.0;

      for (guint c = 0; c < 10; c++)
        largest = MAX (largest, sums[i * 10 + c] / 10.0);
      g_assert_cmpfloat_with_epsilon (probability->values[i], largest, 1e-6);
      g_assert_cmpfloat_with_epsilon (exp (-loss->values[i]), sums[i * 10 + label] / 10.0, 1e-6);
    }
}

/* The preset's own crop beside the others is what it is alone. */
static void
test_single_crop (void)
{
  static const char *const crops[] = { "flips", "10", "12" };
  g_autoptr (KappaInputs) inputs = open_images (SETTINGS, "0:30");
  g_autoptr (KappaResult) alone = predict (inputs, "1", 2);

  g_assert_null (kappa_result_dup_table (alone, "alternatives"));
  for (gsize c = 0; c < G_N_ELEMENTS (crops); c++)
    {
      g_autoptr (KappaResult) result = predict (inputs, crops[c], 2);
      g_autoptr (KappaTable) table = kappa_result_dup_table (result, "alternatives");

      g_assert_cmpuint (table->n_rows, ==, 2);
      g_assert_cmpfloat (table->numbers[1][1], ==, 1.0);
      g_assert_cmpfloat (fixture_scalar (result, "single_top1"), ==,
                         fixture_scalar (alone, "top1"));
      g_assert_cmpfloat_with_epsilon (fixture_scalar (result, "single_loss"),
                                      fixture_scalar (alone, "loss"), 1e-6);
      g_assert_cmpfloat_with_epsilon (
          fixture_scalar (result, "crops_gain_loss"),
          fixture_scalar (result, "loss") - fixture_scalar (result, "single_loss"), 1e-12);
    }
}

/* 40 pixels are none of the four scales for 32: 36, 41, 45 and 50. */
static void
test_no_single_crop (void)
{
  g_autoptr (KappaInputs) inputs = open_images (SETTINGS, "0:2");
  g_autoptr (KappaInputs) with = open_images ("mode=center,scale=41,resize=bilinear", "0:2");
  g_autoptr (KappaResult) result = predict (inputs, "144", 2);
  g_autoptr (KappaResult) with_single = predict (with, "144", 2);
  g_autoptr (KappaScalar) single = kappa_result_dup_scalar (result, "single_top1");

  g_assert_cmpfloat (fixture_last_total (), ==, 2.0 * 144.0);
  g_assert_null (single);
  g_assert_cmpfloat (fixture_scalar (with_single, "single_top1"), >=, 0.0);
}

static void
check_bits (KappaResult *a, KappaResult *b, const char *name)
{
  g_autoptr (KappaArray) first = kappa_result_dup_array (a, name);
  g_autoptr (KappaArray) second = kappa_result_dup_array (b, name);
  gsize n = kappa_array_get_size (first);

  g_assert_cmpmem (first->values, n * sizeof (double), second->values,
                   kappa_array_get_size (second) * sizeof (double));
}

static void
test_threads (void)
{
  static const guint threads[] = { 2, 3, 7 };
  g_autoptr (KappaInputs) inputs = open_images (SETTINGS, "0:25");
  g_autoptr (KappaResult) one = predict (inputs, "12", 1);

  for (gsize t = 0; t < G_N_ELEMENTS (threads); t++)
    {
      g_autoptr (KappaResult) many = predict (inputs, "12", threads[t]);

      check_bits (one, many, "image_loss");
      check_bits (one, many, "margin");
      check_bits (one, many, "alternative_loss");
    }
}

/* What a process that was killed after its first images left behind. */
static KappaResult *
keep_first (KappaResult *result, gsize n_kept)
{
  KappaResult *partial = kappa_result_new ();
  g_auto (GStrv) names = kappa_result_list_arrays (result);

  for (guint i = 0; names[i] != NULL; i++)
    {
      g_autoptr (KappaArray) array = kappa_result_dup_array (result, names[i]);
      gsize columns = array->rank > 1 ? array->dims[1] : 1;
      KappaArray *empty;

      if (strcmp (names[i], "confusion") == 0)
        continue;
      empty
          = kappa_array_new (array->name, array->unit, array->definition, array->rank, array->dims);
      kappa_result_take_array (partial, empty);
      kappa_result_set_values (partial, names[i], 0, n_kept * columns, array->values);
    }
  return partial;
}

/* Blocks have 51 images of ten views; only the second is missing. */
static void
test_resume (void)
{
  g_autoptr (KappaInputs) inputs = open_images (SETTINGS, "0:60");
  g_autoptr (KappaAnalysis) analysis = new_predict ("10");
  g_autoptr (KappaResult) whole = fixture_run (analysis, inputs, NULL, 2);
  g_autoptr (KappaResult) partial = keep_first (whole, 51);

  fixture_run (analysis, inputs, partial, 2);
  g_assert_cmpfloat (fixture_last_total (), ==, 90.0);
  check_bits (whole, partial, "image_loss");
  check_bits (whole, partial, "alternative_loss");
  check_bits (whole, partial, "alternative_shared");
  g_assert_cmpfloat (fixture_scalar (whole, "loss"), ==, fixture_scalar (partial, "loss"));
  g_assert_cmpfloat (fixture_scalar (whole, "crops_gain_top5"), ==,
                     fixture_scalar (partial, "crops_gain_top5"));
  fixture_run (analysis, inputs, partial, 2);
  g_assert_cmpfloat (fixture_last_total (), ==, 0.0);
}

static KappaEstimate
estimate (KappaInputs *inputs, const char *crops)
{
  g_autoptr (KappaAnalysis) analysis = new_predict (crops);
  g_autoptr (KappaWorkers) workers = kappa_workers_new (2);
  KappaContext context = { .workers = workers };
  g_autoptr (GError) error = NULL;
  KappaEstimate found;

  kappa_analysis_estimate (analysis, inputs, &context, &found, &error);
  g_assert_no_error (error);
  return found;
}

static void
test_estimate (void)
{
  g_autoptr (KappaInputs) inputs = open_images (SETTINGS, "0:400");
  KappaEstimate one = estimate (inputs, "1"), many = estimate (inputs, "144");

  g_assert_cmpfloat (one.units, ==, 400.0);
  g_assert_cmpstr (one.unit, ==, "images");
  g_assert_cmpfloat (many.units, ==, 400.0 * 144.0);
  g_assert_cmpstr (many.unit, ==, "views");
  /* A hundred and forty-four times the work, as far as a busy machine lets it be seen. */
  g_assert_cmpfloat (many.seconds, >, 10.0 * one.seconds);
  g_assert_cmpuint (many.bytes, >, 400 * 144 * 3072);
  g_assert_cmpuint (many.bytes, <, 1000 * 144 * 3072);
}

/* bfloat16 is compared with float32 over as many views. */
static void
test_precision (void)
{
  g_autoptr (KappaInputs) inputs = open_images (SETTINGS, "0:20");
  g_autoptr (KappaAnalysis) analysis = new_predict ("10");
  g_autoptr (KappaResult) reference = fixture_run (analysis, inputs, NULL, 2);
  g_autoptr (KappaResult) result = NULL;

  fixture_set (analysis, "precision", "bfloat16");
  result = fixture_run (analysis, inputs, NULL, 2);
  g_assert_cmpfloat_with_epsilon (fixture_scalar (result, "loss"),
                                  fixture_scalar (reference, "loss"), 0.05);
  g_assert_cmpfloat (fixture_scalar (result, "bfloat16_changed"), <=, 0.2);
}

static gpointer
cancel_soon (gpointer data)
{
  g_usleep (150000);
  g_cancellable_cancel (data);
  return (gpointer)(gsize)g_get_monotonic_time ();
}

/* It takes minutes, and ends at once. The bound leaves room for a busy machine. */
static void
test_cancel (void)
{
  g_autoptr (KappaInputs) inputs = open_images (SETTINGS, "0:400");
  g_autoptr (KappaAnalysis) analysis = new_predict ("144");
  g_autoptr (KappaResult) result = kappa_result_new ();
  g_autoptr (KappaWorkers) workers = kappa_workers_new (2);
  g_autoptr (KappaProgress) progress = kappa_progress_new ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  KappaContext context = { .workers = workers, .progress = progress, .cancellable = cancellable };
  g_autoptr (GError) error = NULL;
  GThread *thread = g_thread_new ("cancel", cancel_soon, cancellable);
  gint64 ended, cancelled;

  g_assert_false (kappa_analysis_run (analysis, inputs, result, &context, &error));
  ended = g_get_monotonic_time ();
  cancelled = (gint64)(gsize)g_thread_join (thread);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_test_message ("ended %.0f ms after it was cancelled", (double)(ended - cancelled) * 1e-3);
  g_assert_cmpint (ended - cancelled, <, 1000000);
}

/* A CIFAR network that takes images as they are has no corners. */
static void
test_refused (void)
{
  g_autoptr (KappaInputs) inputs = open_images ("mode=none", "0:5");
  g_autoptr (KappaAnalysis) analysis = new_predict ("10");
  g_autoptr (KappaWorkers) workers = kappa_workers_new (1);
  KappaContext context = { .workers = workers };
  g_autoptr (KappaResult) result = kappa_result_new ();
  g_autoptr (GError) error = NULL;

  g_assert_false (kappa_analysis_run (analysis, inputs, result, &context, &error));
  g_assert_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE);
  g_assert_nonnull (strstr (error->message, "mode=none"));
}

/* By hand: crops of the resized photograph with a plain loop, each through the network alone. */
static void
average_by_hand (KappaInputs *inputs, guint item, double mean[1000])
{
  KappaModel *model = kappa_inputs_get_model (inputs, "model", 0);
  KappaPreprocess direct = kappa_model_get_preset (model)->preprocess;
  g_autoptr (KappaImage) image
      = kappa_dataset_load_image (kappa_inputs_get_dataset (inputs, "data", 0), item, NULL, NULL);
  guint shorter = MIN (image->width, image->height);
  guint width = 256 * image->width / shorter, height = 256 * image->height / shorter;
  g_autoptr (KappaImage) scaled = kappa_image_resize (image, width, height, direct.resample);
  const guint corners[][2]
      = { { 0, 0 },
          { width - 224, 0 },
          { 0, height - 224 },
          { width - 224, height - 224 },
          { (guint)rint ((width - 224) / 2.0), (guint)rint ((height - 224) / 2.0) } };
  g_autofree guint8 *pixels = g_malloc (10 * 224 * 224 * 3);
  g_autofree char *folder = g_dir_make_tmp ("kappa-crops-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "views.npz", NULL);
  const KappaExportTensor tensor = { .name = "images",
                                     .element = KAPPA_ELEMENT_U8,
                                     .rank = 4,
                                     .dims = { 10, 224, 224, 3 },
                                     .data = pixels };
  g_autoptr (KappaDataset) dataset = NULL;
  g_autoptr (KappaSelection) all = NULL;
  g_autoptr (KappaBatchSource) batches = NULL;
  g_autoptr (KappaWorkers) workers = kappa_workers_new (2);
  g_autoptr (KappaObjective) objective = NULL;
  KappaContext context = { .workers = workers };
  guint8 *out = pixels;
  const double *logits;

  for (guint v = 0; v < 10; v++)
    for (guint y = 0; y < 224; y++)
      for (guint x = 0; x < 224; x++, out += 3)
        memcpy (out,
                scaled->pixels
                    + 3
                          * ((corners[v / 2][1] + y) * width + corners[v / 2][0]
                             + (v % 2 == 0 ? x : 223 - x)),
                3);
  g_assert_true (kappa_npz_save (path, &tensor, 1, NULL, NULL));
  dataset = kappa_dataset_open (path, NULL, NULL, NULL);
  all = kappa_selection_new (dataset, NULL, 0, 0, NULL);
  direct.fit = KAPPA_FIT_NONE;
  batches = kappa_batch_source_new (dataset, all, &direct, NULL, workers, NULL, NULL, NULL);
  objective = kappa_objective_new (model, batches, KAPPA_PRECISION_FLOAT32, 0.0, NULL);
  logits = kappa_objective_compute_logits (objective, 0, 10, &context, NULL);
  g_assert_nonnull (logits);
  for (guint v = 0; v < 10; v++)
    for (guint c = 0; c < 1000; c++)
      mean[c] += exp (-kappa_cross_entropy_of_logits (logits + v * 1000, 1000, c)) / 10.0;
  g_remove (path);
  g_rmdir (folder);
}

static void
check_photograph (KappaInputs *inputs, KappaResult *result, guint item)
{
  double mean[1000] = { 0.0 }, predicted, probability;
  guint best = 0;

  average_by_hand (inputs, item, mean);
  for (guint c = 1; c < 1000; c++)
    best = mean[c] > mean[best] ? c : best;
  g_assert_true (kappa_result_get_value (result, "predicted", item, &predicted));
  g_assert_true (kappa_result_get_value (result, "probability", item, &probability));
  g_assert_cmpfloat (predicted, ==, best);
  g_assert_cmpfloat_with_epsilon (probability, mean[best], 1e-5);
}

/* A real network on real photographs: the plain crop is what its library says of them, the mean of
 * ten views what a plain loop says. */
static void
test_photographs (void)
{
  g_autofree char *path = kappa_test_need_shared ("data/imagenet/keras_resnet50.h5");
  g_autofree char *images = kappa_test_need_shared ("data/imagenet/images");
  g_autofree char *table = kappa_test_need_shared ("data/imagenet/expected.csv");
  const int top[] = { 0, 842 }; /* top1 of the first two rows of the table */
  g_autoptr (KappaInputs) inputs = kappa_inputs_new ();
  g_autoptr (KappaResult) ten = NULL;
  g_autoptr (KappaArray) plain = NULL;
  g_autoptr (GError) error = NULL;

  if (path == NULL || images == NULL || table == NULL)
    return;
  kappa_inputs_add (inputs, "model", KAPPA_INPUT_MODEL, path);
  kappa_inputs_add (inputs, "data", KAPPA_INPUT_DATASET, images);
  g_assert_true (kappa_inputs_set_option (inputs, "data", 0, "labels", table, NULL));
  g_assert_true (kappa_inputs_set_option (inputs, "data", 0, "image-column", "image", NULL));
  g_assert_true (kappa_inputs_set_option (inputs, "data", 0, "label-column", "label", NULL));
  g_assert_true (kappa_inputs_set_option (inputs, "data", 0, "images", "0:2", NULL));
  kappa_inputs_open (inputs, NULL, &error);
  g_assert_no_error (error);
  ten = predict (inputs, "10", 2);
  plain = kappa_result_dup_array (ten, "alternative_predicted");
  for (guint i = 0; i < 2; i++)
    {
      g_assert_cmpfloat (plain->values[i], ==, top[i]);
      check_photograph (inputs, ten, i);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/predict/crops/ten-files", test_ten_files);
  g_test_add_func ("/predict/crops/single-crop", test_single_crop);
  g_test_add_func ("/predict/crops/no-single-crop", test_no_single_crop);
  g_test_add_func ("/predict/crops/threads", test_threads);
  g_test_add_func ("/predict/crops/resume", test_resume);
  g_test_add_func ("/predict/crops/estimate", test_estimate);
  g_test_add_func ("/predict/crops/precision", test_precision);
  g_test_add_func ("/predict/crops/cancel", test_cancel);
  g_test_add_func ("/predict/crops/refused", test_refused);
  g_test_add_func ("/predict/crops/photographs", test_photographs);
  return g_test_run ();
}
