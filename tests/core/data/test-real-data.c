#include <string.h>

#include "core/base/error.h"
#include "core/data/batch.h"
#include "tests/core/data/data-test.h"
#include "tests/support/shared.h"

static KappaDataset *
open_shared (const char *relative, const KappaDatasetOptions *options)
{
  g_autofree char *path = kappa_test_need_shared (relative);
  g_autoptr (GError) error = NULL;
  KappaDataset *dataset = path != NULL ? kappa_dataset_open (path, options, NULL, &error) : NULL;

  g_assert_no_error (error);
  return dataset;
}

static void
assert_no_problems (KappaDataset *dataset)
{
  g_autoptr (GPtrArray) problems = kappa_dataset_list_problems (dataset);

  g_assert_cmpuint (problems->len, ==, 0);
}

/* The network sees the file's own bytes. */
static void
test_cifar10 (void)
{
  g_autofree char *path = kappa_test_need_shared ("data/cifar10/test_batch.bin"), *bytes = NULL;
  g_autofree guint8 *chw = g_malloc (3072);
  g_autoptr (KappaDataset) dataset = open_shared ("data/cifar10", NULL);
  g_autoptr (KappaSelection) selection = NULL;
  g_autoptr (KappaWorkers) workers = kappa_workers_new (2);
  g_autoptr (KappaBatchSource) source = NULL;
  KappaPreprocess preprocess = KAPPA_PREPROCESS_IMAGENET;
  const KappaBatchOptions options = { .n_classes = 10, .need_labels = TRUE };
  guint counts[10] = { 0 };

  if (path == NULL)
    return;
  g_assert_true (g_file_get_contents (path, &bytes, NULL, NULL));
  g_assert_true (kappa_preprocess_parse (&preprocess, "size=32,mode=none", NULL));
  selection = kappa_selection_new (dataset, ":", 0, 0, NULL);
  g_assert_cmpstr (kappa_selection_get_description (selection), ==,
                   "all 10,000 images (held-out), CIFAR-10 test_batch.bin");
  source = kappa_batch_source_new (dataset, selection, &preprocess, &options, workers, NULL, NULL,
                                   NULL);
  g_assert_cmpint (kappa_batch_source_get_n (source), ==, 10000);
  for (gint64 i = 0; i < 10000; i++)
    {
      gint32 label;

      kappa_batch_source_fetch_labels (source, i, 1, &label);
      g_assert_cmpint (label, ==, bytes[i * 3073]);
      counts[label]++;
      g_assert_true (kappa_batch_source_fetch_pixels (source, i, 1, chw, NULL));
      g_assert_cmpmem (chw, 3072, bytes + i * 3073 + 1, 3072);
    }
  for (guint c = 0; c < 10; c++)
    g_assert_cmpuint (counts[c], ==, 1000);
  assert_no_problems (dataset);
}

static void
test_mnist (void)
{
  static const int labels[] = { 7, 2, 1, 0, 4, 1, 4, 9, 5, 9 };
  g_autofree char *path = kappa_test_need_shared ("data/mnist/t10k-images-idx3-ubyte"),
                  *bytes = NULL;
  g_autoptr (KappaDataset) dataset = open_shared ("data/mnist/t10k-images-idx3-ubyte", NULL);
  KappaPreprocess preprocess = KAPPA_PREPROCESS_IMAGENET;
  guint8 grey[28 * 28];

  if (path == NULL)
    return;
  g_assert_true (g_file_get_contents (path, &bytes, NULL, NULL));
  g_assert_true (kappa_preprocess_parse (&preprocess, "size=28,mode=none,channels=grey", NULL));
  g_assert_cmpuint (kappa_dataset_get_n_items (dataset), ==, 10000);
  for (guint i = 0; i < G_N_ELEMENTS (labels); i++)
    g_assert_cmpint (kappa_dataset_get_label (dataset, i), ==, labels[i]);
  for (guint i = 0; i < 10000; i++)
    {
      g_autoptr (KappaImage) image = kappa_dataset_load_image (dataset, i, NULL, NULL);

      g_assert_true (kappa_preprocess_apply (&preprocess, image, grey, NULL));
      g_assert_cmpmem (grey, sizeof grey, bytes + 16 + i * sizeof grey, sizeof grey);
    }
  assert_no_problems (dataset);
}

/* SHA-256 over the SHA-256 of each image's RGB pixels, as PIL 9.4 decodes them. */
typedef struct
{
  const char *folder;
  guint n;
  const char *sha256;
} Folder;

static const Folder folders[] = {
  { "data/imagenet/images", 100,
    "487038eba66fd14eb7a764ee989f07af385a783aa11028c8f2858934966d7828" },
  { "data/dr/aptos", 150, "d6fbc9e30fe94afa70eb906637e531242d5ce4dbb7ee9fd5104f8632fd3a9ed9" },
  { "data/dr/eyepacs", 120, "22bd2496a88b5931d2d949ff79017e4878f5fa99356fb3de0f8b04db6e22e68b" },
  { "data/dr/idrid", 6, "c050a204f4fcb91aa2e5768d604fbdacea3afc9ed88004ae7e39572ce8256442" },
};

static void
test_decoded (gconstpointer data)
{
  const Folder *folder = data;
  g_autoptr (KappaDataset) dataset = open_shared (folder->folder, NULL);
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);

  if (dataset == NULL)
    return;
  g_assert_cmpuint (kappa_dataset_get_n_items (dataset), ==, folder->n);
  for (guint i = 0; i < folder->n; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (KappaImage) image = kappa_dataset_load_image (dataset, i, NULL, &error);
      g_autoptr (GChecksum) one = g_checksum_new (G_CHECKSUM_SHA256);
      guint8 digest[32];
      gsize length = sizeof digest;

      g_assert_no_error (error);
      g_checksum_update (one, image->pixels, (gssize)((gsize)image->width * image->height * 3));
      g_checksum_get_digest (one, digest, &length);
      g_checksum_update (checksum, digest, sizeof digest);
    }
  g_assert_cmpstr (g_checksum_get_string (checksum), ==, folder->sha256);
  assert_no_problems (dataset);
}

/* The first photograph's cropped pixels, planes of red, green and blue, and those of all hundred.
 */
typedef struct
{
  const char *text;
  const char *first;
  const char *all;
} Crop;

static const Crop crops[] = {
  { "size=224,mode=center,crop=0.875,resize=bilinear",
    "90abf41a2f41ef1b6a7cc2c8a31571b2dba77cfa44b205504a0f3ceb088f6ccf",
    "2d8fedc2a4d6d058c96622e8383bac6958e888c13aaf6154f600308300b4eefb" },
  { "size=224,mode=center,crop=0.875,resize=bilinear,offset=up",
    "8a985a01a38e63ba6f167a76e05d8f1d4ede6f2db9bcac0159334f98d6d5c6d0",
    "27dc0e16cd36b09bcb4290e5bffd85f0c016241c3c140288bb63189fa3163ff3" },
  { "size=224,mode=center,scale=232,resize=bicubic",
    "6e27ae1e4201e1cd4c56fa8c6506325dc6ea5a4d3ef35326b94d8cbea564e587",
    "b1ce602f704ed5efa6feb14dce89d88611dc5b5dc1ce5908fbe180e275d18947" },
  { "size=299,mode=squash,crop=0.8975,resize=bicubic",
    "9f804784184387fbafda3237651ce14c9c11e590758dab9f37e61ace06864e2d",
    "26044755e7cf96c50c83c76d82288cdef71b341edb3791e304f8e9151fadeec2" },
};

static void
test_cropped (gconstpointer data)
{
  const Crop *crop = data;
  g_autoptr (KappaDataset) dataset = open_shared ("data/imagenet/images", NULL);
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  KappaPreprocess preprocess = KAPPA_PREPROCESS_IMAGENET;
  g_autofree guint8 *chw = NULL;

  if (dataset == NULL)
    return;
  g_assert_true (kappa_preprocess_parse (&preprocess, crop->text, NULL));
  chw = g_malloc (kappa_preprocess_get_size (&preprocess));
  for (guint i = 0; i < kappa_dataset_get_n_items (dataset); i++)
    {
      g_autoptr (KappaImage) image = kappa_dataset_load_image (dataset, i, NULL, NULL);
      g_autoptr (GChecksum) one = g_checksum_new (G_CHECKSUM_SHA256), copy = NULL;
      guint8 digest[32];
      gsize length = sizeof digest;

      g_assert_true (kappa_preprocess_apply (&preprocess, image, chw, NULL));
      g_checksum_update (one, chw, (gssize)kappa_preprocess_get_size (&preprocess));
      copy = g_checksum_copy (one);
      if (i == 0)
        g_assert_cmpstr (g_checksum_get_string (copy), ==, crop->first);
      g_checksum_get_digest (one, digest, &length);
      g_checksum_update (checksum, digest, sizeof digest);
    }
  g_assert_cmpstr (g_checksum_get_string (checksum), ==, crop->all);
}

static void
test_retina (void)
{
  g_autofree char *path = kappa_test_need_shared ("data/dr/retina.jpg"), *whole = NULL,
                  *small = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (KappaImage) image = path != NULL ? kappa_image_load (path, NULL, &error) : NULL,
                         resized = NULL;

  if (path == NULL)
    return;
  g_assert_no_error (error);
  g_assert_cmpuint (image->width, ==, 1411);
  whole = kappa_test_image_sha256 (image);
  g_assert_cmpstr (whole, ==, "3670e389d0dae9f755cc1bb7e4da4c3d2cdf10eba2dc3060836d8d4b8024d860");
  resized = kappa_image_resize (image, 128, 128, KAPPA_RESAMPLE_BILINEAR);
  small = kappa_test_image_sha256 (resized);
  g_assert_cmpstr (small, ==, "4e8ac7ca9b3701a358227e38f1dc132582aee6cfc0e1877aa1948a0cb820e20c");
}

/* A table beside the folder of its images. */
static void
test_imagenet_labels (void)
{
  g_autoptr (KappaDataset) dataset = open_shared ("data/imagenet/expected.csv", NULL);
  g_autofree char *name = NULL;

  if (dataset == NULL)
    return;
  g_assert_cmpuint (kappa_dataset_get_n_items (dataset), ==, 100);
  name = kappa_dataset_dup_item_name (dataset, 1);
  g_assert_cmpstr (name, ==, "images/n01494475_hammerhead.JPEG");
  g_assert_cmpint (kappa_dataset_get_label (dataset, 1), ==, 4);
  assert_no_problems (dataset);
}

/* 700 rows for 150 images; the rest are named as missing. */
static void
test_aptos_labels (void)
{
  g_autofree char *table = kappa_test_need_shared ("data/dr/aptos_val.csv");
  const KappaDatasetOptions options = { .labels = table, .label_column = "referable" };
  g_autoptr (KappaDataset) dataset = open_shared ("data/dr/aptos", &options);
  g_autoptr (GPtrArray) problems = NULL;
  guint n_referable = 0;

  if (dataset == NULL)
    return;
  problems = kappa_dataset_list_problems (dataset);
  g_assert_cmpuint (problems->len, ==, 550);
  g_assert_cmpuint (kappa_dataset_get_n_items (dataset), ==, 150);
  for (guint i = 0; i < 150; i++)
    n_referable += kappa_dataset_get_label (dataset, i) == 1;
  g_assert_cmpuint (n_referable, ==, 53);
}

static void
test_eyepacs_labels (void)
{
  g_autoptr (KappaDataset) dataset = open_shared ("data/dr/eyepacs", NULL);
  guint counts[5] = { 0 };

  if (dataset == NULL)
    return;
  g_assert_cmpuint (kappa_dataset_get_n_classes (dataset), ==, 5);
  for (guint i = 0; i < 120; i++)
    counts[kappa_dataset_get_label (dataset, i)]++;
  g_assert_cmpmem (counts, sizeof counts, ((const guint[]) { 84, 6, 23, 4, 3 }), sizeof counts);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/data/real/cifar10", test_cifar10);
  g_test_add_func ("/data/real/mnist", test_mnist);
  for (gsize i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      g_autofree char *path = g_strconcat ("/data/real/decoded/", folders[i].folder, NULL);

      g_test_add_data_func (path, &folders[i], test_decoded);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (crops); i++)
    {
      g_autofree char *path = g_strconcat ("/data/real/cropped/", crops[i].text, NULL);

      g_test_add_data_func (path, &crops[i], test_cropped);
    }
  g_test_add_func ("/data/real/retina", test_retina);
  g_test_add_func ("/data/real/imagenet-labels", test_imagenet_labels);
  g_test_add_func ("/data/real/aptos-labels", test_aptos_labels);
  g_test_add_func ("/data/real/eyepacs-labels", test_eyepacs_labels);
  return g_test_run ();
}
