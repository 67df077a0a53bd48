#include <string.h>

#include "core/base/error.h"
#include "core/data/batch.h"
#include "tests/core/data/data-test.h"

#define TEXT "size=16,mode=center,crop=0.8,resize=bicubic"

typedef struct
{
  char *path;
  KappaWorkers *workers;
  KappaPreprocess preprocess;
} Folder;

/* Two classes of three images each, one of them broken. */
static void
set_up (Folder *folder, gconstpointer data)
{
  g_autofree char *broken = NULL;

  folder->path = kappa_test_folder_new ();
  kappa_test_copy_fixture ("444.jpg", folder->path, "a/1.jpg");
  broken = kappa_test_write (folder->path, "a/2.png", "not an image", -1);
  kappa_test_copy_fixture ("rgb8.png", folder->path, "a/3.png");
  kappa_test_copy_fixture ("grey.jpg", folder->path, "b/4.jpg");
  kappa_test_copy_fixture ("cmyk.jpg", folder->path, "b/5.jpg");
  kappa_test_copy_fixture ("orientation6.jpg", folder->path, "b/6.jpg");
  folder->workers = kappa_workers_new (2);
  folder->preprocess = KAPPA_PREPROCESS_IMAGENET;
  g_assert_true (kappa_preprocess_parse (&folder->preprocess, TEXT, NULL));
}

static void
tear_down (Folder *folder, gconstpointer data)
{
  kappa_workers_unref (folder->workers);
  kappa_test_folder_remove (folder->path);
  g_free (folder->path);
}

static KappaBatchSource *
make (Folder *folder,
      const KappaDatasetOptions *dataset_options,
      const KappaBatchOptions *options,
      GError **error)
{
  g_autoptr (KappaDataset) dataset
      = kappa_dataset_open (folder->path, dataset_options, NULL, error);
  g_autoptr (KappaSelection) selection
      = dataset != NULL ? kappa_selection_new (dataset, NULL, 0, 0, error) : NULL;

  g_assert_nonnull (selection);
  return kappa_batch_source_new (dataset, selection, &folder->preprocess, options, folder->workers,
                                 NULL, NULL, error);
}

static KappaBatchSource *
make_well (Folder *folder, const KappaBatchOptions *options)
{
  g_autoptr (GError) error = NULL;
  KappaBatchSource *source = make (folder, NULL, options, &error);

  g_assert_no_error (error);
  return source;
}

/* What the source gives for image i is the dataset's image, preprocessed and normalised. */
static void
check_pixels (KappaBatchSource *source)
{
  const KappaPreprocess *preprocess = kappa_batch_source_get_preprocess (source);
  gsize size = kappa_preprocess_get_size (preprocess);
  gint64 n = kappa_batch_source_get_n (source);
  g_autofree guint8 *expected = g_malloc ((gsize)n * size), *pixels = g_malloc ((gsize)n * size);
  g_autofree float *floats = g_new (float, (gsize)n *size),
                   *expected_floats = g_new (float, (gsize)n *size);
  g_autofree double *doubles = g_new (double, (gsize)n *size),
                    *expected_doubles = g_new (double, (gsize)n *size);

  for (gint64 i = 0; i < n; i++)
    {
      g_autoptr (KappaImage) image
          = kappa_dataset_load_image (kappa_batch_source_get_dataset (source),
                                      kappa_batch_source_get_item (source, i), NULL, NULL);

      g_assert_true (kappa_preprocess_apply (preprocess, image, expected + (gsize)i * size, NULL));
    }
  kappa_preprocess_normalize (preprocess, expected, (gsize)n, KAPPA_PIXEL_FLOAT, expected_floats);
  kappa_preprocess_normalize (preprocess, expected, (gsize)n, KAPPA_PIXEL_DOUBLE, expected_doubles);
  for (gint64 first = 0; first < n; first++)
    for (gint64 count = 0; first + count <= n; count++)
      {
        gsize at = (gsize)first * size, length = (gsize)count * size;

        g_assert_true (kappa_batch_source_fetch_pixels (source, first, count, pixels, NULL));
        g_assert_cmpmem (pixels, length, expected + at, length);
        g_assert_true (
            kappa_batch_source_fetch (source, first, count, KAPPA_PIXEL_FLOAT, floats, NULL));
        g_assert_cmpmem (floats, length * 4, expected_floats + at, length * 4);
        g_assert_true (
            kappa_batch_source_fetch (source, first, count, KAPPA_PIXEL_DOUBLE, doubles, NULL));
        g_assert_cmpmem (doubles, length * 8, expected_doubles + at, length * 8);
      }
}

static void
test_fetch (Folder *folder, gconstpointer data)
{
  g_autoptr (KappaBatchSource) source = make_well (folder, NULL);
  const KappaProblem *problem = g_ptr_array_index (kappa_batch_source_get_left_out (source), 0);
  gint32 labels[5];

  g_assert_cmpint (kappa_batch_source_get_n (source), ==, 5);
  kappa_batch_source_fetch_labels (source, 0, 5, labels);
  g_assert_cmpmem (labels, sizeof labels, ((const gint32[]) { 0, 0, 1, 1, 1 }), sizeof labels);
  g_assert_cmpuint (kappa_batch_source_get_item (source, 1), ==, 2);
  g_assert_cmpuint (kappa_batch_source_get_left_out (source)->len, ==, 1);
  g_assert_cmpstr (problem->item, ==, "a/2.png");
  g_assert_nonnull (strstr (problem->message, "is not a PNG or JPEG image"));
  g_assert_true (g_str_has_suffix (kappa_batch_source_get_description (source),
                                   "; 1 of them left out as broken or unlabelled"));
  check_pixels (source);
}

/* Within any budget the same numbers, under the same hash. */
static void
test_budget (Folder *folder, gconstpointer data)
{
  g_autoptr (KappaBatchSource) reference = make_well (folder, NULL);
  gsize size = kappa_preprocess_get_size (&folder->preprocess);

  for (gsize budget = 1; budget < 7 * size; budget += size)
    {
      const KappaBatchOptions options = { .budget = budget };
      g_autoptr (KappaBatchSource) source = make_well (folder, &options);

      check_pixels (source);
      g_assert_cmpstr (kappa_batch_source_get_hash (source), ==,
                       kappa_batch_source_get_hash (reference));
      g_assert_cmpuint (kappa_batch_source_predict_memory (6, &folder->preprocess, &options), <=,
                        budget + 6 * 40);
    }
}

static void
test_hash (Folder *folder, gconstpointer data)
{
  g_autoptr (KappaBatchSource) first = make_well (folder, NULL), second = NULL, third = NULL;

  g_assert_true (kappa_preprocess_set (&folder->preprocess, "std", "0.5", NULL));
  second = make_well (folder, NULL);
  g_assert_cmpstr (kappa_batch_source_get_hash (first), !=, kappa_batch_source_get_hash (second));
  g_assert_true (kappa_preprocess_parse (&folder->preprocess, "std=0.229:0.224:0.225", NULL));
  kappa_test_copy_fixture ("420.jpg", folder->path, "a/1.jpg");
  third = make_well (folder, NULL);
  g_assert_cmpstr (kappa_batch_source_get_hash (first), !=, kappa_batch_source_get_hash (third));
}

static void
test_changed_meanwhile (Folder *folder, gconstpointer data)
{
  const KappaBatchOptions options = { .budget = 1 };
  g_autoptr (KappaBatchSource) source = make_well (folder, &options);
  g_autofree float *values = g_new (float, kappa_preprocess_get_size (&folder->preprocess));
  g_autoptr (GError) error = NULL;

  kappa_test_copy_fixture ("progressive.jpg", folder->path, "b/4.jpg");
  g_assert_true (kappa_batch_source_fetch (source, 1, 1, KAPPA_PIXEL_FLOAT, values, &error));
  g_assert_false (kappa_batch_source_fetch (source, 2, 1, KAPPA_PIXEL_FLOAT, values, &error));
  kappa_test_assert_fails (&error, KAPPA_ERROR, KAPPA_ERROR_DATA,
                           "b/4.jpg: was changed while it was in use");
}

static void
test_labels (Folder *folder, gconstpointer data)
{
  KappaBatchOptions options = { .n_classes = 2, .need_labels = TRUE };
  const KappaDatasetOptions mapped = { .label_column = "grade" };
  g_autoptr (KappaBatchSource) source = make_well (folder, &options), some = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *table = NULL;

  options.n_classes = 3;
  g_assert_null (make (folder, NULL, &options, &error));
  kappa_test_assert_fails (&error, KAPPA_ERROR, KAPPA_ERROR_DATA, "has 2 classes, \"a\" to \"b\"");
  table = kappa_test_write (folder->path, "labels.csv",
                            "image,grade\na/1.jpg,2\nb/4.jpg,\nb/5.jpg,0\n", -1);
  some = make (folder, &mapped, &options, &error);
  g_assert_no_error (error);
  g_assert_cmpint (kappa_batch_source_get_n (some), ==, 2);
  g_assert_cmpuint (kappa_batch_source_get_left_out (some)->len, ==, 1);
  options.n_classes = 2;
  g_assert_null (make (folder, &mapped, &options, &error));
  kappa_test_assert_fails (&error, KAPPA_ERROR, KAPPA_ERROR_DATA,
                           "a/1.jpg: has label 2 (\"2\"), but the model has 2 outputs");
}

static void
test_nothing_usable (Folder *folder, gconstpointer data)
{
  const KappaBatchOptions options = { .need_labels = TRUE };
  g_autofree char *table
      = kappa_test_write (folder->path, "labels.csv", "image,label\na/1.jpg,\n", -1);
  g_autoptr (GError) error = NULL;

  g_assert_null (make (folder, NULL, &options, &error));
  kappa_test_assert_fails (&error, KAPPA_ERROR, KAPPA_ERROR_DATA,
                           "none of the 1 images has a label");
  g_assert_true (kappa_preprocess_parse (&folder->preprocess, "mode=none", NULL));
  g_assert_null (make (folder, NULL, NULL, &error));
  kappa_test_assert_fails (
      &error, KAPPA_ERROR, KAPPA_ERROR_DATA,
      "none of the 1 images can be used; the first: a/1.jpg: has 45 × 31 pixels");
}

static void
test_cancelled (Folder *folder, gconstpointer data)
{
  g_autoptr (KappaDataset) dataset = kappa_dataset_open (folder->path, NULL, NULL, NULL);
  g_autoptr (KappaSelection) selection = kappa_selection_new (dataset, NULL, 0, 0, NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (cancellable);
  g_assert_null (kappa_batch_source_new (dataset, selection, &folder->preprocess, NULL,
                                         folder->workers, NULL, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
test_progress (Folder *folder, gconstpointer data)
{
  g_autoptr (KappaDataset) dataset = kappa_dataset_open (folder->path, NULL, NULL, NULL);
  g_autoptr (KappaSelection) selection = kappa_selection_new (dataset, NULL, 0, 0, NULL);
  g_autoptr (KappaProgress) progress = kappa_progress_new ();
  g_autoptr (KappaBatchSource) source = kappa_batch_source_new (
      dataset, selection, &folder->preprocess, NULL, folder->workers, progress, NULL, NULL);
  KappaProgressState state = kappa_progress_get_state (progress);

  g_assert_nonnull (source);
  g_assert_cmpfloat (state.done, ==, 6.0);
  g_assert_cmpfloat (state.total, ==, 6.0);
}

typedef struct
{
  KappaBatchSource *source;
  const float *expected;
  gsize size;
} Reading;

static gboolean
read_one (gsize task, guint worker, gpointer data, GError **error)
{
  Reading *reading = data;
  gint64 i = (gint64)task % 5;
  g_autofree float *values = g_new (float, reading->size);

  if (!kappa_batch_source_fetch (reading->source, i, 1, KAPPA_PIXEL_FLOAT, values, error))
    return FALSE;
  g_assert_cmpmem (values, reading->size * 4, reading->expected + (gsize)i * reading->size,
                   reading->size * 4);
  return TRUE;
}

/* Several workers at once, with images in memory and out of it. */
static void
test_threads (Folder *folder, gconstpointer data)
{
  gsize size = kappa_preprocess_get_size (&folder->preprocess);
  const KappaBatchOptions options = { .budget = 3 * size };
  g_autoptr (KappaBatchSource) source = make_well (folder, &options);
  g_autoptr (KappaWorkers) many = kappa_workers_new (7);
  g_autofree float *expected = g_new (float, 5 * size);
  g_autoptr (GError) error = NULL;
  Reading reading = { source, expected, size };

  g_assert_true (kappa_batch_source_fetch (source, 0, 5, KAPPA_PIXEL_FLOAT, expected, NULL));
  kappa_workers_run (many, 500, read_one, &reading, NULL, &error);
  g_assert_no_error (error);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *name;
    void (*run) (Folder *folder, gconstpointer data);
  } tests[] = {
    { "fetch", test_fetch },         { "budget", test_budget },
    { "hash", test_hash },           { "changed-meanwhile", test_changed_meanwhile },
    { "labels", test_labels },       { "nothing-usable", test_nothing_usable },
    { "cancelled", test_cancelled }, { "progress", test_progress },
    { "threads", test_threads },
  };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++)
    {
      g_autofree char *path = g_strconcat ("/data/batch/", tests[i].name, NULL);

      g_test_add (path, Folder, NULL, set_up, tests[i].run, tear_down);
    }
  return g_test_run ();
}
