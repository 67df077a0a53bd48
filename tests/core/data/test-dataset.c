#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/data/dataset.h"
#include "tests/core/data/data-test.h"

typedef struct
{
  char *path;
} Folder;

static void
set_up (Folder *folder, gconstpointer data)
{
  folder->path = kappa_test_folder_new ();
}

static void
tear_down (Folder *folder, gconstpointer data)
{
  kappa_test_folder_remove (folder->path);
  g_free (folder->path);
}

static void
add_image (Folder *folder, const char *name)
{
  kappa_test_copy_fixture (g_str_has_suffix (name, "png") ? "rgb8.png" : "420.jpg", folder->path,
                           name);
}

static void
add_text (Folder *folder, const char *name, const char *text)
{
  g_autofree char *path = kappa_test_write (folder->path, name, text, -1);
}

static KappaDataset *
open_spec (const char *spec, const KappaDatasetOptions *options)
{
  g_autoptr (GError) error = NULL;
  KappaDataset *dataset = kappa_dataset_open (spec, options, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (dataset);
  return dataset;
}

static void
assert_refused (const char *spec, const KappaDatasetOptions *options, int code, const char *part)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (kappa_dataset_open (spec, options, NULL, &error));
  kappa_test_assert_fails (&error, KAPPA_ERROR, code, part);
}

/* "name label, name label, …" of all items, and "/split" where one is known. */
static char *
summarize (KappaDataset *dataset)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < kappa_dataset_get_n_items (dataset); i++)
    {
      g_autofree char *name = kappa_dataset_dup_item_name (dataset, i);

      g_string_append_printf (text, "%s%s %d", i > 0 ? ", " : "", name,
                              kappa_dataset_get_label (dataset, i));
      if (kappa_dataset_get_split (dataset, i) != KAPPA_SPLIT_UNKNOWN)
        g_string_append_printf (text, "/%s",
                                kappa_split_get_name (kappa_dataset_get_split (dataset, i)));
    }
  return g_string_free (text, FALSE);
}

static void
assert_items (KappaDataset *dataset, const char *expected)
{
  g_autofree char *summary = summarize (dataset);

  g_assert_cmpstr (summary, ==, expected);
}

static void
assert_problem (KappaDataset *dataset, guint n, const char *item, const char *part)
{
  g_autoptr (GPtrArray) problems = kappa_dataset_list_problems (dataset);

  g_assert_cmpuint (problems->len, ==, n);
  for (guint i = 0; i < n; i++)
    {
      const KappaProblem *problem = g_ptr_array_index (problems, i);

      if (strcmp (problem->item, item) == 0 && strstr (problem->message, part) != NULL)
        return;
    }
  g_error ("no problem of \"%s\" with \"%s\"", item, part);
}

/* As torchvision's ImageFolder has it: classes by name, and in each its files before those of inner
 * folders. */
static void
test_class_folders (Folder *folder, gconstpointer data)
{
  g_autoptr (KappaDataset) dataset = NULL;
  g_autofree char *path = NULL;

  add_image (folder, "dog/b.png");
  add_image (folder, "dog/a.JPG");
  add_image (folder, "dog/more/0.png");
  add_image (folder, "cat-2/x.png");
  add_image (folder, "cat/9.png");
  add_image (folder, "cat/10.png");
  add_image (folder, "cat/.hidden.png");
  add_text (folder, "cat/notes.txt", "not an image");
  add_text (folder, "eel/readme", "an empty class");
  dataset = open_spec (folder->path, NULL);
  assert_items (
      dataset,
      "cat/10.png 0, cat/9.png 0, cat-2/x.png 1, dog/a.JPG 2, dog/b.png 2, dog/more/0.png 2");
  g_assert_cmpuint (kappa_dataset_get_n_classes (dataset), ==, 4);
  g_assert_cmpstr (kappa_dataset_get_class_name (dataset, 1), ==, "cat-2");
  g_assert_true (kappa_dataset_get_by_position (dataset));
  assert_problem (dataset, 1, "eel", "has no images");
  path = kappa_dataset_dup_item_path (dataset, 3);
  g_assert_true (g_file_test (path, G_FILE_TEST_IS_REGULAR));
}

static void
test_splits (Folder *folder, gconstpointer data)
{
  KappaDatasetOptions options = { 0 };
  g_autofree char *train = g_build_filename (folder->path, "train", NULL);
  g_autoptr (KappaDataset) held_out = NULL, training = NULL, all = NULL, one = NULL;

  add_image (folder, "train/a/1.png");
  add_image (folder, "train/b/2.png");
  add_image (folder, "val/b/3.png");
  held_out = open_spec (folder->path, &options);
  assert_items (held_out, "val/b/3.png 1/held-out");
  options.split = KAPPA_SPLIT_CHOICE_TRAINING;
  training = open_spec (folder->path, &options);
  assert_items (training, "train/a/1.png 0/training, train/b/2.png 1/training");
  options.split = KAPPA_SPLIT_CHOICE_ALL;
  all = open_spec (folder->path, &options);
  g_assert_cmpuint (kappa_dataset_get_n_items (all), ==, 3);
  one = open_spec (train, NULL);
  assert_items (one, "a/1.png 0/training, b/2.png 1/training");
  g_assert_true (g_str_has_suffix (kappa_dataset_get_title (one), "/train"));
  options.split = KAPPA_SPLIT_CHOICE_HELD_OUT;
  assert_refused (train, &options, KAPPA_ERROR_DATA, "no images of the split");
}

static void
test_flat_folder (Folder *folder, gconstpointer data)
{
  static const char *const ids[] = { "n01440764", "n01443537", NULL }, *const names[]
                                                                       = { "tench", "goldfish",
                                                                           NULL };
  const KappaDatasetOptions options = { .class_ids = ids, .class_names = names };
  g_autoptr (KappaDataset) unlabelled = NULL, labelled = NULL;

  add_image (folder, "n01443537_1.JPEG");
  add_image (folder, "n014405370.png");
  add_image (folder, "n01440764.png");
  unlabelled = open_spec (folder->path, NULL);
  assert_items (unlabelled, "n014405370.png -1, n01440764.png -1, n01443537_1.JPEG -1");
  g_assert_cmpuint (kappa_dataset_get_n_classes (unlabelled), ==, 0);
  labelled = open_spec (folder->path, &options);
  assert_items (labelled, "n014405370.png -1, n01440764.png 0, n01443537_1.JPEG 1");
  g_assert_cmpstr (kappa_dataset_get_class_name (labelled, 1), ==, "goldfish");
}

/* Folders called after the model's classes get the model's numbers, also where not all classes are
 * there. */
static void
test_class_ids (Folder *folder, gconstpointer data)
{
  static const char *const ids[] = { "n1", "n2", "n3", NULL };
  const KappaDatasetOptions options = { .class_ids = ids };
  g_autoptr (KappaDataset) dataset = NULL;

  add_image (folder, "n3/a.png");
  add_image (folder, "n2/b.png");
  dataset = open_spec (folder->path, &options);
  assert_items (dataset, "n2/b.png 1, n3/a.png 2");
  g_assert_cmpuint (kappa_dataset_get_n_classes (dataset), ==, 3);
  g_assert_false (kappa_dataset_get_by_position (dataset));
  add_image (folder, "other/c.png");
  assert_refused (folder->path, &options, KAPPA_ERROR_DATA,
                  "\"other\" is none of the model's classes");
}

static void
test_stray_images (Folder *folder, gconstpointer data)
{
  g_autoptr (KappaDataset) dataset = NULL;
  g_autofree char *name = g_path_get_basename (folder->path);

  add_image (folder, "a/1.png");
  add_image (folder, "stray.png");
  dataset = open_spec (folder->path, NULL);
  assert_items (dataset, "a/1.png 0");
  assert_problem (dataset, 1, name, "1 images lie beside");
}

static void
test_links (Folder *folder, gconstpointer data)
{
  g_autoptr (KappaDataset) dataset = NULL;
  g_autofree char *loop = g_build_filename (folder->path, "a", "loop", NULL);
  g_autofree char *dangling = g_build_filename (folder->path, "a", "gone.png", NULL);

  add_image (folder, "a/1.png");
  g_assert_cmpint (symlink ("..", loop), ==, 0);
  g_assert_cmpint (symlink ("nowhere", dangling), ==, 0);
  dataset = open_spec (folder->path, NULL);
  assert_items (dataset, "a/1.png 0");
}

static void
test_labels_csv (Folder *folder, gconstpointer data)
{
  g_autoptr (KappaDataset) dataset = NULL;

  add_image (folder, "b.png");
  add_image (folder, "sub/c.png");
  add_image (folder, "d.png");
  add_image (folder, "e.png");
  add_image (folder, "twice.png");
  add_image (folder, "sub/twice.png");
  add_text (folder, "labels.csv",
            "id_code,quality,diagnosis\nsub\\c.png,1,4\n/elsewhere/data/"
            "b.png,1,2.0\nd,1,\nmissing.png,1,0\nb.png,1,3\n"
            "twice.png,0,1\nsub/twice.png,0,1\n../../etc/passwd,1,1\n");
  dataset = open_spec (folder->path, NULL);
  assert_items (dataset, "sub/c.png 4, b.png 2, d.png -1, twice.png 1, sub/twice.png 1");
  g_assert_cmpuint (kappa_dataset_get_n_classes (dataset), ==, 5);
  g_assert_false (kappa_dataset_get_by_position (dataset));
  assert_problem (dataset, 4, "labels.csv, line 5: missing.png", "no such image");
  assert_problem (dataset, 4, "labels.csv, line 6: b.png", "named by an earlier line");
  assert_problem (dataset, 4, "labels.csv, line 9: ../../etc/passwd", "no such image");
  assert_problem (dataset, 4, "labels.csv", "1 images of the folder have no row");
}

static void
test_label_columns (Folder *folder, gconstpointer data)
{
  const KappaDatasetOptions mapped = { .image_column = "picture", .label_column = "Referable" };
  const KappaDatasetOptions wrong = { .label_column = "nothing" };
  g_autoptr (KappaDataset) dataset = NULL;

  add_image (folder, "1.png");
  add_image (folder, "2.png");
  add_text (folder, "labels.csv",
            "picture;grade;referable;probability\n1.png;3;1;0.9\n2.png;0;0;0.1\n");
  assert_refused (folder->path, NULL, KAPPA_ERROR_DATA, "which column has the names of the images");
  assert_refused (folder->path, &wrong, KAPPA_ERROR_DATA,
                  "which column has the names of the images");
  dataset = open_spec (folder->path, &mapped);
  assert_items (dataset, "1.png 1, 2.png 0");
}

static void
test_text_labels (Folder *folder, gconstpointer data)
{
  static const char *const names[] = { "pear", "apple", "fig", NULL };
  const KappaDatasetOptions options = { .class_names = names };
  g_autoptr (KappaDataset) sorted = NULL, known = NULL;

  add_image (folder, "1.png");
  add_image (folder, "2.png");
  add_text (folder, "labels.csv", "file,what\n1.png,pear\n2.png,apple\n");
  sorted = open_spec (folder->path, NULL);
  assert_items (sorted, "1.png 1, 2.png 0");
  g_assert_true (kappa_dataset_get_by_position (sorted));
  known = open_spec (folder->path, &options);
  assert_items (known, "1.png 0, 2.png 1");
  g_assert_false (kappa_dataset_get_by_position (known));
  g_assert_cmpuint (kappa_dataset_get_n_classes (known), ==, 3);
}

/* A table beside a folder of images, opened by itself or named for the folder. */
static void
test_csv_spec (Folder *folder, gconstpointer data)
{
  g_autofree char *table = g_build_filename (folder->path, "val.csv", NULL);
  g_autofree char *images = g_build_filename (folder->path, "images", NULL);
  const KappaDatasetOptions options = { .labels = table };
  g_autoptr (KappaDataset) dataset = NULL, same = NULL;

  add_image (folder, "images/1.png");
  add_image (folder, "images/2.png");
  add_text (folder, "val.csv", "image,label\n2.png,1\n1.png,0\n");
  dataset = open_spec (table, NULL);
  assert_items (dataset, "images/2.png 1, images/1.png 0");
  g_assert_cmpstr (kappa_dataset_get_title (dataset), ==, "val.csv");
  same = open_spec (images, &options);
  assert_items (same, "2.png 1, 1.png 0");
}

/* Listed, not swallowed; found when it is loaded, not when the folder is opened. */
static void
test_broken_image (Folder *folder, gconstpointer data)
{
  g_autoptr (KappaDataset) dataset = NULL;
  g_autoptr (KappaImage) image = NULL;
  g_autoptr (GError) error = NULL;

  add_image (folder, "1.png");
  add_text (folder, "2.png", "<!DOCTYPE html>");
  add_text (folder, "3.tif", "II*");
  dataset = open_spec (folder->path, NULL);
  g_assert_cmpuint (kappa_dataset_get_n_items (dataset), ==, 3);
  image = kappa_dataset_load_image (dataset, 0, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (image->width, ==, 13);
  for (guint attempt = 0; attempt < 2; attempt++)
    {
      g_assert_null (kappa_dataset_load_image (dataset, 1, NULL, &error));
      kappa_test_assert_fails (&error, KAPPA_ERROR, KAPPA_ERROR_UNSUPPORTED,
                               "2.png: is a web page");
    }
  assert_problem (dataset, 1, "2.png", "is a web page");
}

static void
test_one_image (Folder *folder, gconstpointer data)
{
  g_autoptr (KappaDataset) dataset = NULL;
  g_autofree char *path = NULL, *expected = NULL;

  add_image (folder, "eye.jpg");
  path = g_build_filename (folder->path, "eye.jpg", NULL);
  dataset = open_spec (path, NULL);
  assert_items (dataset, "eye.jpg -1");
  expected = g_strconcat ("image:", path, NULL);
  g_assert_cmpstr (kappa_dataset_get_spec (dataset), ==, expected);
}

static char *
add_cifar (Folder *folder, const char *name, gsize header, guint8 label, guint n)
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
test_cifar_binary (Folder *folder, gconstpointer data)
{
  g_autofree char *test = add_cifar (folder, "cifar-10-batches-bin/test_batch.bin", 1, 0, 3),
                  *hash = NULL, *all_hash = NULL;
  g_autofree char *training = add_cifar (folder, "cifar-10-batches-bin/data_batch_2.bin", 1, 7, 2);
  g_autofree char *spec = g_strconcat ("cifar10:", folder->path, NULL);
  const KappaDatasetOptions everything = { .split = KAPPA_SPLIT_CHOICE_ALL };
  g_autoptr (KappaDataset) dataset = open_spec (spec, NULL), all = open_spec (spec, &everything),
                           sniffed = open_spec (training, NULL);
  g_autoptr (KappaImage) image = kappa_dataset_load_image (dataset, 2, NULL, NULL);

  assert_items (
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
  assert_items (sniffed, "data_batch_2.bin #0 7/training, data_batch_2.bin #1 8/training");
  hash = kappa_dataset_dup_hash (dataset, NULL, NULL);
  all_hash = kappa_dataset_dup_hash (all, NULL, NULL);
  g_assert_cmpuint (strlen (hash), ==, 64);
  g_assert_cmpstr (hash, !=, all_hash);
}

static void
test_cifar100 (Folder *folder, gconstpointer data)
{
  g_autofree char *path = add_cifar (folder, "test.bin", 2, 97, 3);
  g_autofree char *spec = g_strconcat ("cifar100:", folder->path, NULL);
  g_autoptr (KappaDataset) dataset = open_spec (spec, NULL), sniffed = open_spec (path, NULL);

  assert_items (dataset,
                "test.bin #0 97/held-out, test.bin #1 98/held-out, test.bin #2 99/held-out");
  g_assert_cmpstr (kappa_dataset_get_class_name (dataset, 99), ==, "worm");
  g_assert_cmpstr (kappa_dataset_get_title (sniffed), ==, "CIFAR-100 test.bin");
}

static void
test_cifar_pickles (Folder *folder, gconstpointer data)
{
  g_autofree char *test = g_build_filename (folder->path, "cifar-10-batches-py", NULL),
                  *hundred = NULL;
  g_autoptr (KappaDataset) dataset = NULL, second = NULL;
  g_autoptr (KappaImage) image = NULL;

  kappa_test_copy_fixture ("cifar10-python2.pickle", test, "test_batch");
  kappa_test_copy_fixture ("cifar100-python3.pickle", folder->path, "train");
  hundred = g_build_filename (folder->path, "train", NULL);
  dataset = open_spec (test, NULL);
  assert_items (dataset, "test_batch #0 3/held-out, test_batch #1 8/held-out");
  image = kappa_dataset_load_image (dataset, 1, NULL, NULL);
  for (guint p = 0; p < 1024; p++)
    for (guint c = 0; c < 3; c++)
      g_assert_cmpuint (image->pixels[3 * p + c], ==, (3072 + c * 1024 + p) * 7 % 251);
  second = open_spec (hundred, NULL);
  assert_items (second, "train #0 99/training, train #1 0/training");
}

static void
test_mnist (Folder *folder, gconstpointer data)
{
  static const guint8 images[]
      = { 0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6 };
  static const guint8 labels[] = { 0, 0, 8, 1, 0, 0, 0, 2, 9, 4 };
  g_autofree char *path
      = kappa_test_write (folder->path, "t10k-images-idx3-ubyte", images, sizeof images);
  g_autofree char *labels_path = NULL, *spec = g_strconcat ("mnist:", folder->path, NULL);
  g_autoptr (KappaDataset) unlabelled = open_spec (path, NULL), dataset = NULL;
  g_autoptr (KappaImage) image = NULL;

  assert_items (unlabelled,
                "t10k-images-idx3-ubyte #0 -1/held-out, t10k-images-idx3-ubyte #1 -1/held-out");
  assert_problem (unlabelled, 1, "t10k-images-idx3-ubyte", "no file of labels lies beside it");
  labels_path = kappa_test_write (folder->path, "t10k-labels-idx1-ubyte", labels, sizeof labels);
  dataset = open_spec (spec, NULL);
  assert_items (dataset,
                "t10k-images-idx3-ubyte #0 9/held-out, t10k-images-idx3-ubyte #1 4/held-out");
  g_assert_cmpuint (kappa_dataset_get_n_classes (dataset), ==, 10);
  image = kappa_dataset_load_image (dataset, 1, NULL, NULL);
  g_assert_cmpuint (image->width, ==, 3);
  g_assert_cmpuint (image->height, ==, 1);
  g_assert_cmpmem (image->pixels, 9, ((const guint8[]) { 4, 4, 4, 5, 5, 5, 6, 6, 6 }), 9);
}

/* As MNIST is downloaded. */
static void
test_mnist_packed (Folder *folder, gconstpointer data)
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
  dataset = open_spec (folder->path, NULL);
  assert_items (dataset, "train-images-idx3-ubyte.gz #0 7/training");
}

static void
test_npz (Folder *folder, gconstpointer data)
{
  static const char *const names[] = { "nhwc.npz", "nchw-float.npz" };

  for (guint n = 0; n < G_N_ELEMENTS (names); n++)
    {
      g_autofree char *path = kappa_test_fixture (names[n]);
      g_autoptr (KappaDataset) dataset = open_spec (path, NULL);
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
test_npz_splits (Folder *folder, gconstpointer data)
{
  g_autofree char *path = kappa_test_fixture ("medmnist.npz");
  const KappaDatasetOptions training = { .split = KAPPA_SPLIT_CHOICE_TRAINING };
  g_autoptr (KappaDataset) held_out = open_spec (path, NULL), other = open_spec (path, &training);
  g_autoptr (KappaImage) image = kappa_dataset_load_image (held_out, 2, NULL, NULL);

  assert_items (held_out,
                "medmnist.npz val_images #0 1/held-out, medmnist.npz test_images #0 2/held-out, "
                "medmnist.npz test_images #1 0/held-out");
  g_assert_cmpuint (image->pixels[3], ==, 63);
  g_assert_cmpuint (kappa_dataset_get_n_items (other), ==, 3);
}

static char *
hash_of (const char *spec)
{
  g_autoptr (KappaDataset) dataset = open_spec (spec, NULL);

  return kappa_dataset_dup_hash (dataset, NULL, NULL);
}

/* The same for the same bytes written again, another for another image, name or label. */
static void
test_folder_hash (Folder *folder, gconstpointer data)
{
  g_autofree char *first = NULL, *again = NULL, *larger = NULL, *other = NULL, *labelled = NULL;

  add_image (folder, "a/1.png");
  first = hash_of (folder->path);
  add_image (folder, "a/1.png");
  again = hash_of (folder->path);
  add_image (folder, "a/2.png");
  larger = hash_of (folder->path);
  kappa_test_copy_fixture ("rgb16.png", folder->path, "a/2.png");
  other = hash_of (folder->path);
  add_text (folder, "labels.csv", "image,label\na/1.png,0\na/2.png,1\n");
  labelled = hash_of (folder->path);
  g_assert_cmpstr (first, ==, again);
  g_assert_cmpstr (first, !=, larger);
  g_assert_cmpstr (larger, !=, other);
  g_assert_cmpstr (other, !=, labelled);
}

static void
test_refusals (Folder *folder, gconstpointer data)
{
  const KappaDatasetOptions training = { .split = KAPPA_SPLIT_CHOICE_TRAINING };
  g_autofree char *gone = g_build_filename (folder->path, "gone", NULL), *batch = NULL;
  g_autofree char *cifar = g_strconcat ("cifar10:", folder->path, NULL),
                  *mnist = g_strconcat ("mnist:", folder->path, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GCancellable) cancelled = g_cancellable_new ();

  assert_refused ("cifar10:", NULL, KAPPA_ERROR_USAGE, "names no images");
  assert_refused ("", NULL, KAPPA_ERROR_USAGE, "names no images");
  assert_refused (folder->path, NULL, KAPPA_ERROR_DATA, "holds no images");
  assert_refused (cifar, NULL, KAPPA_ERROR_DATA, "has none of the files of CIFAR-10");
  assert_refused (mnist, NULL, KAPPA_ERROR_DATA, "has no MNIST images");
  batch = add_cifar (folder, "test_batch.bin", 1, 0, 1);
  assert_refused (batch, &training, KAPPA_ERROR_DATA, "no CIFAR-10 file of the split");
  g_assert_null (kappa_dataset_open (gone, NULL, NULL, &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
  g_clear_error (&error);
  add_image (folder, "images/1.png");
  g_cancellable_cancel (cancelled);
  g_unlink (batch);
  g_assert_null (kappa_dataset_open (folder->path, NULL, cancelled, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
test_split_choices (Folder *folder, gconstpointer data)
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
    void (*run) (Folder *folder, gconstpointer data);
  } tests[] = {
    { "class-folders", test_class_folders }, { "splits", test_splits },
    { "flat-folder", test_flat_folder },     { "class-ids", test_class_ids },
    { "stray-images", test_stray_images },   { "links", test_links },
    { "labels-csv", test_labels_csv },       { "label-columns", test_label_columns },
    { "text-labels", test_text_labels },     { "csv-spec", test_csv_spec },
    { "broken-image", test_broken_image },   { "one-image", test_one_image },
    { "cifar-binary", test_cifar_binary },   { "cifar100", test_cifar100 },
    { "cifar-pickles", test_cifar_pickles }, { "mnist", test_mnist },
    { "mnist-packed", test_mnist_packed },   { "npz", test_npz },
    { "npz-splits", test_npz_splits },       { "folder-hash", test_folder_hash },
    { "refusals", test_refusals },           { "split-choices", test_split_choices },
  };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++)
    {
      g_autofree char *path = g_strconcat ("/data/dataset/", tests[i].name, NULL);

      g_test_add (path, Folder, NULL, set_up, tests[i].run, tear_down);
    }
  return g_test_run ();
}
