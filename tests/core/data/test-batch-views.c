#include <string.h>

#include "core/base/error.h"
#include "core/data/batch.h"
#include "tests/core/data/data-test.h"

#define TEXT    "size=16,mode=center,crop=0.8,resize=bicubic"
#define N_ITEMS 4

typedef struct
{
  char *path;
  KappaWorkers *workers;
  KappaPreprocess preprocess;
} Folder;

/* Two classes of two images each, and a broken one. */
static void
set_up (Folder *folder, gconstpointer data)
{
  g_autofree char *broken = NULL;

  folder->path = kappa_test_folder_new ();
  kappa_test_copy_fixture ("444.jpg", folder->path, "a/1.jpg");
  broken = kappa_test_write (folder->path, "a/2.png", "not an image", -1);
  kappa_test_copy_fixture ("rgb8.png", folder->path, "a/3.png");
  kappa_test_copy_fixture ("grey.jpg", folder->path, "b/4.jpg");
  kappa_test_copy_fixture ("orientation6.jpg", folder->path, "b/5.jpg");
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
make (Folder *folder, KappaCrops crops, gsize budget, GError **error)
{
  const KappaBatchOptions options = { .budget = budget, .crops = crops };
  g_autoptr (KappaDataset) dataset = kappa_dataset_open (folder->path, NULL, NULL, error);
  g_autoptr (KappaSelection) selection = kappa_selection_new (dataset, NULL, 0, 0, error);

  g_assert_nonnull (selection);
  return kappa_batch_source_new (dataset, selection, &folder->preprocess, &options, folder->workers,
                                 NULL, NULL, error);
}

static KappaBatchSource *
make_well (Folder *folder, KappaCrops crops, gsize budget)
{
  g_autoptr (GError) error = NULL;
  KappaBatchSource *source = make (folder, crops, budget, &error);

  g_assert_no_error (error);
  return source;
}

static guint8 *
expect_views (KappaBatchSource *source, KappaCrops crops)
{
  const KappaPreprocess *preprocess = kappa_batch_source_get_preprocess (source);
  guint n_views = kappa_crops_get_n (crops);
  gsize unit = n_views * kappa_preprocess_get_size (preprocess);
  guint8 *expected = g_malloc (N_ITEMS * unit);

  for (guint i = 0; i < N_ITEMS; i++)
    {
      g_autoptr (KappaImage) image = kappa_dataset_load_image (
          kappa_batch_source_get_dataset (source),
          kappa_batch_source_get_item (source, (gint64)i * n_views), NULL, NULL);

      g_assert_true (kappa_crops_apply (crops, preprocess, image, expected + i * unit, NULL, NULL));
    }
  return expected;
}

/* Any stretch of views, whether it begins and ends with an item or not, is that of the list of all
 * views, as bytes and as numbers. */
static void
check_stretches (KappaBatchSource *source, const guint8 *expected)
{
  const KappaPreprocess *preprocess = kappa_batch_source_get_preprocess (source);
  gsize size = kappa_preprocess_get_size (preprocess);
  gint64 n = kappa_batch_source_get_n (source);
  g_autofree guint8 *pixels = g_malloc ((gsize)n * size);
  g_autofree float *floats = g_new (float, (gsize)n *size),
                   *expected_floats = g_new (float, (gsize)n *size);

  kappa_preprocess_normalize (preprocess, expected, (gsize)n, KAPPA_PIXEL_FLOAT, expected_floats);
  for (gint64 first = 0; first < n; first += 3)
    for (gint64 count = 1; first + count <= n; count += 5)
      {
        gsize at = (gsize)first * size, length = (gsize)count * size;

        g_assert_true (kappa_batch_source_fetch_pixels (source, first, count, pixels, NULL));
        g_assert_cmpmem (pixels, length, expected + at, length);
        g_assert_true (
            kappa_batch_source_fetch (source, first, count, KAPPA_PIXEL_FLOAT, floats, NULL));
        g_assert_cmpmem (floats, length * 4, expected_floats + at, length * 4);
      }
}

/* Every view is an image, whatever fits into memory, under the same hash. */
static void
test_views (Folder *folder, gconstpointer data)
{
  const KappaCrops all[] = { KAPPA_CROPS_FLIPS, KAPPA_CROPS_TEN, KAPPA_CROPS_TWELVE };

  for (gsize c = 0; c < G_N_ELEMENTS (all); c++)
    {
      guint n_views = kappa_crops_get_n (all[c]);
      gsize unit = n_views * kappa_preprocess_get_size (&folder->preprocess);
      g_autoptr (KappaBatchSource) reference = make_well (folder, all[c], 0);
      g_autofree guint8 *expected = expect_views (reference, all[c]);

      g_assert_cmpuint (kappa_batch_source_get_n_views (reference), ==, n_views);
      g_assert_cmpint (kappa_batch_source_get_n (reference), ==, (gint64)N_ITEMS * n_views);
      for (gsize budget = 1; budget < 6 * unit; budget += unit + 1)
        {
          g_autoptr (KappaBatchSource) source = make_well (folder, all[c], budget);

          check_stretches (source, expected);
          g_assert_cmpstr (kappa_batch_source_get_hash (source), ==,
                           kappa_batch_source_get_hash (reference));
        }
    }
}

static void
test_labels_and_words (Folder *folder, gconstpointer data)
{
  g_autoptr (KappaBatchSource) source = make_well (folder, KAPPA_CROPS_TEN, 0);
  gint32 labels[12];

  kappa_batch_source_fetch_labels (source, 15, 12, labels);
  for (guint i = 0; i < 12; i++)
    g_assert_cmpint (labels[i], ==, i < 5 ? 0 : 1);
  g_assert_cmpuint (kappa_batch_source_get_item (source, 9), ==, 0);
  g_assert_cmpuint (kappa_batch_source_get_item (source, 10), ==, 2);
  g_assert_cmpint (kappa_batch_source_get_plain_view (source), ==, 8);
  g_assert_nonnull (
      strstr (kappa_batch_source_get_description (source), "; 10 views of each: four corners"));
  g_assert_cmpuint (kappa_batch_source_get_left_out (source)->len, ==, 1);
}

/* Of one view the hash is what it has always been, computed anew here; other views, another hash.
 */
static void
test_hash (Folder *folder, gconstpointer data)
{
  g_autoptr (KappaBatchSource) one = make_well (folder, KAPPA_CROPS_ONE, 0);
  g_autoptr (KappaBatchSource) flips = make_well (folder, KAPPA_CROPS_FLIPS, 0);
  g_autoptr (KappaBatchSource) ten = make_well (folder, KAPPA_CROPS_TEN, 0);
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree char *text = kappa_preprocess_to_text (&folder->preprocess);
  gsize size = kappa_preprocess_get_size (&folder->preprocess);
  g_autofree guint8 *pixels = g_malloc (size);

  g_checksum_update (checksum, (const guchar *)text, -1);
  for (gint64 i = 0; i < N_ITEMS; i++)
    {
      g_autoptr (GChecksum) image = g_checksum_new (G_CHECKSUM_SHA256);
      guint8 digest[32];
      gsize length = sizeof digest;
      const guint8 label[4] = { i < 2 ? 0 : 1, 0, 0, 0 };

      g_assert_true (kappa_batch_source_fetch_pixels (one, i, 1, pixels, NULL));
      g_checksum_update (image, pixels, (gssize)size);
      g_checksum_get_digest (image, digest, &length);
      g_checksum_update (checksum, digest, sizeof digest);
      g_checksum_update (checksum, label, sizeof label);
    }
  g_assert_cmpstr (kappa_batch_source_get_hash (one), ==, g_checksum_get_string (checksum));
  g_assert_cmpstr (kappa_batch_source_get_hash (flips), !=, kappa_batch_source_get_hash (one));
  g_assert_cmpstr (kappa_batch_source_get_hash (flips), !=, kappa_batch_source_get_hash (ten));
}

/* What fits is kept; of what does not, one item for each worker and one more, within the budget. */
static void
test_memory (Folder *folder, gconstpointer data)
{
  gsize unit = 12 * kappa_preprocess_get_size (&folder->preprocess), list = 40 * 1000;
  g_autoptr (KappaBatchSource) source = make_well (folder, KAPPA_CROPS_TWELVE, 10 * unit);

  g_assert_cmpuint (kappa_batch_source_get_memory (source, 12, 2), ==, unit + 40);
  g_assert_cmpuint (kappa_batch_source_get_memory (source, 120, 2), ==, 10 * unit + 400);
  g_assert_cmpuint (kappa_batch_source_get_memory (source, 12000, 2), ==, 10 * unit + list);
  g_assert_cmpuint (kappa_batch_source_get_memory (source, 12000, 50), ==, 51 * unit + list);
}

typedef struct
{
  KappaBatchSource *source;
  const float *expected;
  gsize size;
} Reading;

static gboolean
read_some (gsize task, guint worker, gpointer data, GError **error)
{
  Reading *reading = data;
  gint64 first = (gint64)task * 3 % (N_ITEMS * 10 - 7);
  g_autofree float *values = g_new (float, 7 * reading->size);

  if (!kappa_batch_source_fetch (reading->source, first, 7, KAPPA_PIXEL_FLOAT, values, error))
    return FALSE;
  g_assert_cmpmem (values, 7 * reading->size * 4, reading->expected + (gsize)first * reading->size,
                   7 * reading->size * 4);
  return TRUE;
}

/* More workers than the source was made for share its few slots. */
static void
test_threads (Folder *folder, gconstpointer data)
{
  gsize size = kappa_preprocess_get_size (&folder->preprocess);
  g_autoptr (KappaBatchSource) source = make_well (folder, KAPPA_CROPS_TEN, 1);
  g_autoptr (KappaWorkers) many = kappa_workers_new (7);
  g_autofree float *expected = g_new (float, N_ITEMS * 10 * size);
  g_autoptr (GError) error = NULL;
  Reading reading = { source, expected, size };

  g_assert_true (
      kappa_batch_source_fetch (source, 0, N_ITEMS * 10, KAPPA_PIXEL_FLOAT, expected, NULL));
  kappa_workers_run (many, 300, read_some, &reading, NULL, &error);
  g_assert_no_error (error);
}

static void
test_refused (Folder *folder, gconstpointer data)
{
  g_autoptr (KappaBatchSource) source = make_well (folder, KAPPA_CROPS_FLIPS, 1);
  gsize size = kappa_preprocess_get_size (&folder->preprocess);
  g_autofree float *values = g_new (float, size);
  g_autoptr (GError) error = NULL;

  kappa_test_copy_fixture ("progressive.jpg", folder->path, "b/4.jpg");
  for (guint i = 0; i < 2; i++)
    {
      g_assert_false (kappa_batch_source_fetch (source, 5, 1, KAPPA_PIXEL_FLOAT, values, &error));
      kappa_test_assert_fails (&error, KAPPA_ERROR, KAPPA_ERROR_DATA,
                               "b/4.jpg: was changed while it was in use");
    }
  g_assert_true (kappa_batch_source_fetch (source, 6, 1, KAPPA_PIXEL_FLOAT, values, NULL));
  g_assert_true (kappa_preprocess_parse (&folder->preprocess, "mode=none", NULL));
  g_assert_null (make (folder, KAPPA_CROPS_TEN, 0, &error));
  kappa_test_assert_fails (&error, KAPPA_ERROR, KAPPA_ERROR_USAGE, "mode=none");
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *name;
    void (*run) (Folder *folder, gconstpointer data);
  } tests[] = {
    { "views", test_views },     { "labels-and-words", test_labels_and_words },
    { "hash", test_hash },       { "memory", test_memory },
    { "threads", test_threads }, { "refused", test_refused },
  };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++)
    {
      g_autofree char *path = g_strconcat ("/data/batch-views/", tests[i].name, NULL);

      g_test_add (path, Folder, NULL, set_up, tests[i].run, tear_down);
    }
  return g_test_run ();
}
