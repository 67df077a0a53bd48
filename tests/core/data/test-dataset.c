#include <glib/gstdio.h>
#include <string.h>

#include "core/base/error.h"
#include "core/data/dataset.h"
#include "tests/core/data/data-test.h"
#include "tests/core/data/dataset-test.h"

static char *
add_cifar (KappaTestFolder *folder, const char *name, gsize header, guint8 label, guint n)
{
  gsize record = header + 3072;
  g_autofree guint8 *bytes = g_malloc0 (n * record);

  for (guint i = 0; i < n; i++)
    {
      bytes[i * record + header - 1] = (guint8)(label + i);
      bytes[i * record + header] = (guint8)(10 * i + 1); /* red of the first pixel */
      bytes[i * record + header + 1024 + 33] = 77;       /* green of the first pixel of … */
      bytes[i * record + header + 2048 + 1023] = (guint8)(200 + i); /* blue of the last pixel */
    }
  return kappa_test_write (folder->path, name, bytes, (gssize)(n * record));
}

static void
test_cifar_binary (KappaTestFolder *folder, gconstpointer data)
{
  g_autofree char *test = add_cifar (folder, "cifar-10-batches-bin/test_batch.bin", 1, 0, 3),
                  *hash = NULL, *all_hash = NULL;
  g_autofree char *training = add_cifar (folder, "cifar-10-batches-bin/data_batch_2.bin", 1, 7, 2);
  g_autofree char *spec = g_strconcat ("cifar10:", folder->path, NULL);
  const KappaDatasetOptions everything = { .split = KAPPA_SPLIT_CHOICE_ALL };
  g_autoptr (KappaDataset) dataset = kappa_test_open_spec (spec, NULL),
                           all = kappa_test_open_spec (spec, &everything),
                           sniffed = kappa_test_open_spec (training, NULL);
  g_autoptr (KappaImage) image = kappa_dataset_load_image (dataset, 2, NULL, NULL);

  kappa_test_assert_items (
      dataset,
      "test_batch.bin #0 0/held-out, test_batch.bin #1 1/held-out, test_batch.bin #2 2/held-out");
  g_assert_cmpstr (kappa_dataset_get_title (dataset), ==, "CIFAR-10 test_batch.bin");
  g_assert_cmpuint (kappa_dataset_get_n_classes (dataset), ==, 10);
  g_assert_cmpstr (kappa_dataset_get_class_name (dataset, 9), ==, "truck");
  g_assert_cmpuint (image->width * image->height, ==, 1024);
  g_assert_cmpuint (image->pixels[0], ==, 21);
  g_assert_cmpuint (image->pixels[3 * 33 + 1], ==, 77);
  g_assert_cmpuint (image->pixels[3 * 1023 + 2], ==, 202);
  g_assert_cmpuint (kappa_dataset_get_n_items (all), ==, 5);
  g_assert_cmpint (kappa_dataset_get_label (all, 1), ==, 8);
  g_assert_cmpint (kappa_dataset_get_split (all, 1), ==, KAPPA_SPLIT_TRAINING);
  g_assert_cmpint (kappa_dataset_get_label (all, 2), ==, 0);
  kappa_test_assert_items (sniffed,
                           "data_batch_2.bin #0 7/training, data_batch_2.bin #1 8/training");
  hash = kappa_dataset_dup_hash (dataset, NULL, NULL);
  all_hash = kappa_dataset_dup_hash (all, NULL, NULL);
  g_assert_cmpuint (strlen (hash), ==, 64);
  g_assert_cmpstr (hash, !=, all_hash);
}

static void
test_cifar100 (KappaTestFolder *folder, gconstpointer data)
{
  g_autofree char *path = add_cifar (folder, "test.bin", 2, 97, 3);
  g_autofree char *spec = g_strconcat ("cifar100:", folder->path, NULL);
  g_autoptr (KappaDataset) dataset = kappa_test_open_spec (spec, NULL),
                           sniffed = kappa_test_open_spec (path, NULL);

  kappa_test_assert_items (
      dataset, "test.bin #0 97/held-out, test.bin #1 98/held-out, test.bin #2 99/held-out");
  g_assert_cmpstr (kappa_dataset_get_class_name (dataset, 99), ==, "worm");
  g_assert_cmpstr (kappa_dataset_get_title (sniffed), ==, "CIFAR-100 test.bin");
}

static void
test_cifar_pickles (KappaTestFolder *folder, gconstpointer data)
{
  g_autofree char *test = g_build_filename (folder->path, "cifar-10-batches-py", NULL),
                  *hundred = NULL;
  g_autoptr (KappaDataset) dataset = NULL, second = NULL;
  g_autoptr (KappaImage) image = NULL;

  kappa_test_copy_fixture ("cifar10-python2.pickle", test, "test_batch");
  kappa_test_copy_fixture ("cifar100-python3.pickle", folder->path, "train");
  hundred = g_build_filename (folder->path, "train", NULL);
  dataset = kappa_test_open_spec (test, NULL);
  kappa_test_assert_items (dataset, "test_batch #0 3/held-out, test_batch #1 8/held-out");
  image = kappa_dataset_load_image (dataset, 1, NULL, NULL);
  for (guint p = 0; p < 1024; p++)
    for (guint c = 0; c < 3; c++)
      g_assert_cmpuint (image->pixels[3 * p + c], ==, (3072 + c * 1024 + p) * 7 % 251);
  second = kappa_test_open_spec (hundred, NULL);
  kappa_test_assert_items (second, "train #0 99/training, train #1 0/training");
}

static void
test_mnist (KappaTestFolder *folder, gconstpointer data)
{
  static const guint8 images[]
      = { 0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6 };
  static const guint8 labels[] = { 0, 0, 8, 1, 0, 0, 0, 2, 9, 4 };
  g_autofree char *path
      = kappa_test_write (folder->path, "t10k-images-idx3-ubyte", images, sizeof images);
  g_autofree char *labels_path = NULL, *spec = g_strconcat ("mnist:", folder->path, NULL);
  g_autoptr (KappaDataset) unlabelled = kappa_test_open_spec (path, NULL), dataset = NULL;
  g_autoptr (KappaImage) image = NULL;

  kappa_test_assert_items (
      unlabelled, "t10k-images-idx3-ubyte #0 -1/held-out, t10k-images-idx3-ubyte #1 -1/held-out");
  kappa_test_assert_problem (unlabelled, 1, "t10k-images-idx3-ubyte",
                             "no file of labels lies beside it");
  labels_path = kappa_test_write (folder->path, "t10k-labels-idx1-ubyte", labels, sizeof labels);
  dataset = kappa_test_open_spec (spec, NULL);
  kappa_test_assert_items (
      dataset, "t10k-images-idx3-ubyte #0 9/held-out, t10k-images-idx3-ubyte #1 4/held-out");
  g_assert_cmpuint (kappa_dataset_get_n_classes (dataset), ==, 10);
  image = kappa_dataset_load_image (dataset, 1, NULL, NULL);
  g_assert_cmpuint (image->width, ==, 3);
  g_assert_cmpuint (image->height, ==, 1);
  g_assert_cmpmem (image->pixels, 9, ((const guint8[]) { 4, 4, 4, 5, 5, 5, 6, 6, 6 }), 9);
}

/* As MNIST is downloaded. */
static void
test_mnist_packed (KappaTestFolder *folder, gconstpointer data)
{
  static const guint8 images[] = { 0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 200 };
  static const guint8 labels[] = { 0, 0, 8, 1, 0, 0, 0, 1, 7 };
  g_autoptr (GConverter) pack
      = G_CONVERTER (g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP, 9));
  g_autofree char *path = NULL, *labels_path = NULL;
  g_autoptr (KappaDataset) dataset = NULL;
  guint8 packed[100];
  gsize n_read, n_written;

  g_converter_convert (pack, images, sizeof images, packed, sizeof packed, G_CONVERTER_INPUT_AT_END,
                       &n_read, &n_written, NULL);
  path = kappa_test_write (folder->path, "train-images-idx3-ubyte.gz", packed, (gssize)n_written);
  labels_path = kappa_test_write (folder->path, "train-labels-idx1-ubyte", labels, sizeof labels);
  dataset = kappa_test_open_spec (folder->path, NULL);
  kappa_test_assert_items (dataset, "train-images-idx3-ubyte.gz #0 7/training");
}

static void
test_npz (KappaTestFolder *folder, gconstpointer data)
{
  static const char *const names[] = { "nhwc.npz", "nchw-float.npz" };

  for (guint n = 0; n < G_N_ELEMENTS (names); n++)
    {
      g_autofree char *path = kappa_test_fixture (names[n]);
      g_autoptr (KappaDataset) dataset = kappa_test_open_spec (path, NULL);
      g_autoptr (KappaImage) image = kappa_dataset_load_image (dataset, 1, NULL, NULL);

      g_assert_cmpuint (kappa_dataset_get_n_items (dataset), ==, 2);
      g_assert_cmpint (kappa_dataset_get_label (dataset, 0), ==, 1);
      g_assert_cmpuint (kappa_dataset_get_n_classes (dataset), ==, 2);
      g_assert_cmpuint (image->width, ==, 5);
      for (guint i = 0; i < 60; i++)
        g_assert_cmpuint (image->pixels[i], ==, 60 + i);
    }
}

static void
test_npz_splits (KappaTestFolder *folder, gconstpointer data)
{
  g_autofree char *path = kappa_test_fixture ("medmnist.npz");
  const KappaDatasetOptions training = { .split = KAPPA_SPLIT_CHOICE_TRAINING };
  g_autoptr (KappaDataset) held_out = kappa_test_open_spec (path, NULL),
                           other = kappa_test_open_spec (path, &training);
  g_autoptr (KappaImage) image = kappa_dataset_load_image (held_out, 2, NULL, NULL);

  kappa_test_assert_items (
      held_out, "medmnist.npz val_images #0 1/held-out, medmnist.npz test_images #0 2/held-out, "
                "medmnist.npz test_images #1 0/held-out");
  g_assert_cmpuint (image->pixels[3], ==, 63);
  g_assert_cmpuint (kappa_dataset_get_n_items (other), ==, 3);
}

static void
test_refusals (KappaTestFolder *folder, gconstpointer data)
{
  const KappaDatasetOptions training = { .split = KAPPA_SPLIT_CHOICE_TRAINING };
  g_autofree char *gone = g_build_filename (folder->path, "gone", NULL), *batch = NULL;
  g_autofree char *cifar = g_strconcat ("cifar10:", folder->path, NULL),
                  *mnist = g_strconcat ("mnist:", folder->path, NULL),
                  *page = g_build_filename (folder->path, "page.th", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GCancellable) cancelled = g_cancellable_new ();

  kappa_test_assert_refused ("cifar10:", NULL, KAPPA_ERROR_USAGE, "names no images");
  kappa_test_assert_refused ("", NULL, KAPPA_ERROR_USAGE, "names no images");
  kappa_test_assert_refused (folder->path, NULL, KAPPA_ERROR_DATA, "holds no images");
  kappa_test_assert_refused (cifar, NULL, KAPPA_ERROR_DATA, "has none of the files of CIFAR-10");
  kappa_test_assert_refused (mnist, NULL, KAPPA_ERROR_DATA, "has no MNIST images");
  batch = add_cifar (folder, "test_batch.bin", 1, 0, 1);
  kappa_test_assert_refused (batch, &training, KAPPA_ERROR_DATA, "no CIFAR-10 file of the split");
  g_assert_true (g_file_set_contents (page, "<!DOCTYPE html><html>", -1, NULL));
  kappa_test_assert_refused (page, NULL, KAPPA_ERROR_UNSUPPORTED, "is a web page");
  g_assert_true (g_file_set_contents (page, "weights", -1, NULL));
  kappa_test_assert_refused (page, NULL, KAPPA_ERROR_FORMAT, "is not a PNG or JPEG image");
  g_unlink (page);
  g_assert_null (kappa_dataset_open (gone, NULL, NULL, &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
  g_clear_error (&error);
  kappa_test_add_image (folder, "images/1.png");
  g_cancellable_cancel (cancelled);
  g_unlink (batch);
  g_assert_null (kappa_dataset_open (folder->path, NULL, cancelled, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
test_split_choices (KappaTestFolder *folder, gconstpointer data)
{
  KappaSplitChoice choice;

  g_assert_true (kappa_split_choice_from_name ("held-out", &choice));
  g_assert_cmpint (choice, ==, KAPPA_SPLIT_CHOICE_HELD_OUT);
  g_assert_false (kappa_split_choice_from_name ("test", &choice));
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *name;
    void (*run) (KappaTestFolder *folder, gconstpointer data);
  } tests[] = {
    { "cifar-binary", test_cifar_binary },   { "cifar100", test_cifar100 },
    { "cifar-pickles", test_cifar_pickles }, { "mnist", test_mnist },
    { "mnist-packed", test_mnist_packed },   { "npz", test_npz },
    { "npz-splits", test_npz_splits },       { "refusals", test_refusals },
    { "split-choices", test_split_choices },
  };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++)
    {
      g_autofree char *path = g_strconcat ("/data/dataset/", tests[i].name, NULL);

      g_test_add (path, KappaTestFolder, NULL, kappa_test_set_up, tests[i].run,
                  kappa_test_tear_down);
    }
  return g_test_run ();
}
