#include <glib/gstdio.h>
#include <string.h>

#include "core/base/error.h"
#include "tests/core/data/data-test.h"
#include "tests/core/data/dataset-test.h"

/* How images are found and told apart, and what is said when they are not. */

#define IDX_IMAGES "\0\0\x08\x03\0\0\0\2\0\0\0\1\0\0\0\3\1\2\3\4\5\6"
#define IDX_LABELS "\0\0\x08\x01\0\0\0\2\x09\4"

static char *
put (KappaTestFolder *folder, const char *name, const char *bytes, gsize size)
{
  return kappa_test_write (folder->path, name, (const guint8 *)bytes, (gssize)size);
}

#define PUT(folder, name, literal) put (folder, name, literal, sizeof (literal) - 1)

static void
test_nothing (KappaTestFolder *folder, gconstpointer data)
{
  static const char *const kinds[]
      = { "", "cifar10:", "cifar100:", "mnist:", "npz:", "folder:", "csv:", "image:" };
  g_autofree char *missing = g_build_filename (folder->path, "missing", NULL);

  kappa_test_add_image (folder, "one.png");
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autofree char *spec = g_strconcat (kinds[i], missing, NULL);
      g_autoptr (GError) error = NULL, empty = NULL;

      g_assert_null (kappa_dataset_open (kinds[i], NULL, NULL, &empty));
      g_assert_error (empty, KAPPA_ERROR, KAPPA_ERROR_USAGE);
      g_assert_nonnull (strstr (empty->message, "names no images"));
      g_assert_null (kappa_dataset_open (spec, NULL, NULL, &error));
      g_assert_nonnull (error);
      if (strstr (error->message, "missing") == NULL)
        g_test_fail_printf ("%s: “%s” does not name the file", spec, error->message);
    }
}

/* A path with a colon that is no scheme's is a path. */
static void
test_colon (KappaTestFolder *folder, gconstpointer data)
{
  g_autofree char *inner = g_build_filename (folder->path, "mnist2:x", NULL);
  g_autoptr (KappaDataset) dataset = NULL;

  kappa_test_add_image (folder, "mnist2:x/a/one.png");
  dataset = kappa_test_open_spec (inner, NULL);
  g_assert_cmpuint (kappa_dataset_get_n_items (dataset), ==, 1);
}

/* What is told by a folder's files, or by a file's bytes; each kind's own reader then says what is
 * wrong. */
static void
test_sniffed (KappaTestFolder *folder, gconstpointer data)
{
  static const struct
  {
    const char *name, *bytes;
    gsize size;
    gboolean folder; /* whether the folder is opened, not the file */
    const char *message;
  } cases[] = {
    { "a/test_batch.bin", "xyz", 3, TRUE, "test_batch.bin" },
    { "b/data_batch_1", "xyz", 3, TRUE, "data_batch_1" },
    { "c/meta", "xyz", 3, TRUE, "CIFAR-100" },
    { "d/train-images-idx3-ubyte.gz", "xyz", 3, TRUE, "train-images-idx3-ubyte.gz" },
    { "e/t10k-images.idx3-ubyte", "\0\0\x08\x03", 4, TRUE, "t10k-images.idx3-ubyte" },
    { "f/notes.txt", "xyz", 3, TRUE, "holds no images" },
    { "broken.zip", "PK\3\4", 4, FALSE, "broken.zip" },
    { "x-idx3.gz", "\x1f\x8b\x08\0", 4, FALSE, "x-idx3.gz" },
    { "x.gz", "\x1f\x8b\x08\0", 4, FALSE, "x.gz" },
    { "train", "\x80\2N.", 4, FALSE, "train" },
    { "test", "\x80\2N.", 4, FALSE, "test" },
    { "other", "\x80\2N.", 4, FALSE, "other" },
    { "empty", "", 0, FALSE, "empty" },
    { "table.csv", "a,b\n1,2\n", 8, FALSE, "table.csv" },
    { "table.tsv", "a\tb\n1\t2\n", 8, FALSE, "table.tsv" },
    { "text.txt", "a,b\n1,2\n", 8, FALSE, "PNG or JPEG image, or a CIFAR" },
  };

  kappa_test_add_image (folder, "one.png");
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = put (folder, cases[i].name, cases[i].bytes, cases[i].size),
                      *parent = g_path_get_dirname (path);
      g_autoptr (GError) error = NULL;
      g_autoptr (KappaDataset) dataset
          = kappa_dataset_open (cases[i].folder ? parent : path, NULL, NULL, &error);

      g_assert_true ((dataset == NULL) == (error != NULL));
      if (dataset != NULL)
        g_test_fail_printf ("%s is opened as “%s”", cases[i].name,
                            kappa_dataset_get_title (dataset));
      else if (strstr (error->message, cases[i].message) == NULL)
        g_test_fail_printf ("%s: “%s” is not in “%s”", cases[i].name, cases[i].message,
                            error->message);
    }
}

/* A single image shows what is wrong with it when it is decoded. */
static void
test_broken_images (KappaTestFolder *folder, gconstpointer data)
{
  char *paths[]
      = { PUT (folder, "broken.jpg", "\xff\xd8\xff\xe0"), PUT (folder, "broken.png", "\x89PNG") };

  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autoptr (KappaDataset) dataset = kappa_test_open_spec (paths[i], NULL);
      g_autoptr (GError) error = NULL;

      g_assert_null (kappa_dataset_load_image (dataset, 0, NULL, &error));
      g_assert_nonnull (strstr (error->message, "broken."));
      g_free (paths[i]);
    }
}

/* A record of CIFAR begins with its label, or its two. */
static void
test_records (KappaTestFolder *folder, gconstpointer data)
{
  static const struct
  {
    gsize size;
    guint8 first, second;
    const char *title; /* NULL: neither */
  } cases[] = {
    { 3073, 9, 0, "CIFAR-10" }, { 3073, 10, 0, NULL },   { 3074, 19, 99, "CIFAR-100" },
    { 3074, 20, 99, NULL },     { 3074, 19, 100, NULL }, { 3072, 0, 0, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *bytes = g_malloc0 (cases[i].size), *path = NULL;
      g_autoptr (KappaDataset) dataset = NULL;
      g_autoptr (GError) error = NULL;

      bytes[0] = (char)cases[i].first;
      bytes[1] = (char)cases[i].second;
      path = put (folder, "batch.bin", bytes, cases[i].size);
      dataset = kappa_dataset_open (path, NULL, NULL, &error);
      g_assert_true ((dataset != NULL) == (cases[i].title != NULL));
      if (dataset != NULL)
        g_assert_true (g_str_has_prefix (kappa_dataset_get_title (dataset), cases[i].title));
    }
}

static void
test_mnist_splits (KappaTestFolder *folder, gconstpointer data)
{
  const KappaDatasetOptions training = { .split = KAPPA_SPLIT_CHOICE_TRAINING },
                            held_out = { .split = KAPPA_SPLIT_CHOICE_HELD_OUT };
  g_autofree char *images = PUT (folder, "train-images.idx3-ubyte", IDX_IMAGES),
                  *labels = PUT (folder, "train-labels.idx1-ubyte", IDX_LABELS),
                  *spec = g_strconcat ("mnist:", folder->path, NULL),
                  *file = g_strconcat ("mnist:", images, NULL), *hash = NULL, *bare_hash = NULL;
  g_autoptr (KappaDataset) dataset = kappa_test_open_spec (spec, &training), bare = NULL;

  g_assert_cmpint (kappa_dataset_get_label (dataset, 0), ==, 9);
  g_assert_cmpint (kappa_dataset_get_split (dataset, 1), ==, KAPPA_SPLIT_TRAINING);
  kappa_test_assert_refused (spec, &held_out, KAPPA_ERROR_DATA, "no MNIST images of the split");
  kappa_test_assert_refused (file, &held_out, KAPPA_ERROR_DATA, "no MNIST images of the split");
  hash = kappa_dataset_dup_hash (dataset, NULL, NULL);
  g_remove (labels);
  bare = kappa_test_open_spec (file, NULL);
  bare_hash = kappa_dataset_dup_hash (bare, NULL, NULL);
  g_assert_cmpstr (hash, !=, bare_hash);
  g_assert_cmpint (kappa_dataset_get_label (bare, 0), ==, -1);
}

/* Names that do not say which file the labels are in, or of which split. */
static void
test_mnist_names (KappaTestFolder *folder, gconstpointer data)
{
  g_autofree char *path = PUT (folder, "digits", IDX_IMAGES);
  g_autoptr (KappaDataset) dataset = kappa_test_open_spec (path, NULL);

  g_assert_cmpint (kappa_dataset_get_split (dataset, 0), ==, KAPPA_SPLIT_UNKNOWN);
  kappa_test_assert_problem (dataset, 1, "digits", "no file of labels lies beside it");
}

static void
test_mnist_broken (KappaTestFolder *folder, gconstpointer data)
{
  static const struct
  {
    const char *images, *labels;
    gsize images_size, labels_size;
    int code;
    const char *message;
  } cases[] = {
#define CASE(images, labels, code, message)                                                        \
  { (images), (labels), sizeof (images) - 1, sizeof (labels) - 1, (code), (message) }
    CASE ("\0\0\x08\x03\0\0\0\0\0\0\0\1\0\0\0\3", IDX_LABELS, KAPPA_ERROR_FORMAT,
          "no images in it"),
    CASE ("\0\0\x08\x03\0\0\0\2\0\0\0\0\0\0\0\3", IDX_LABELS, KAPPA_ERROR_FORMAT,
          "no images in it"),
    CASE ("\0\0\x08\x03\0\0\0\2\0\0\0\1\0\0\0\0", IDX_LABELS, KAPPA_ERROR_FORMAT,
          "no images in it"),
    CASE (IDX_IMAGES, "\0\0\x08\x01\0\0\0\1\x09", KAPPA_ERROR_DATA, "1 labels for 2 images"),
    CASE (IDX_IMAGES, "\0\0\x08\x01\0\0\0\2\x09", KAPPA_ERROR_FORMAT, "t10k-labels-idx1-ubyte"),
    CASE (IDX_IMAGES, "\0\0\x08\x03\0\0\0\2\x09\4", KAPPA_ERROR_FORMAT, "t10k-labels-idx1-ubyte"),
    CASE (IDX_IMAGES, "", KAPPA_ERROR_FORMAT, "t10k-labels-idx1-ubyte"),
#undef CASE
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *images
          = put (folder, "t10k-images-idx3-ubyte", cases[i].images, cases[i].images_size);
      g_autofree char *labels
          = put (folder, "t10k-labels-idx1-ubyte", cases[i].labels, cases[i].labels_size);
      g_autofree char *spec = g_strconcat ("mnist:", images, NULL);

      kappa_test_assert_refused (spec, NULL, cases[i].code, cases[i].message);
    }
}

/* A folder that changes after it was opened. */
static void
test_folder_changes (KappaTestFolder *folder, gconstpointer data)
{
  g_autoptr (KappaDataset) dataset = NULL;
  g_autofree char *one = g_build_filename (folder->path, "cat", "one.png", NULL);
  g_autoptr (GError) loading = NULL, hashing = NULL, cancelled = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  kappa_test_add_image (folder, "cat/one.png");
  kappa_test_add_image (folder, "dog/two.png");
  dataset = kappa_test_open_spec (folder->path, NULL);
  g_cancellable_cancel (cancellable);
  g_assert_null (kappa_dataset_dup_hash (dataset, cancellable, &cancelled));
  g_assert_error (cancelled, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_remove (one);
  g_assert_null (kappa_dataset_load_image (dataset, 0, NULL, &loading));
  g_assert_nonnull (strstr (loading->message, "one.png"));
  g_assert_null (kappa_dataset_dup_hash (dataset, NULL, &hashing));
  g_assert_nonnull (strstr (hashing->message, "one.png"));
}

/* Of a large file both ends are looked at. */
static void
test_folder_hash (KappaTestFolder *folder, gconstpointer data)
{
  const gsize size = 1 << 20, places[] = { size, 0, size / 2, size - 1 };
  g_autofree char *bytes = g_malloc0 (size + 1), *first = NULL;

  memcpy (bytes, "\x89PNG", 4);
  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    {
      g_autofree char *path = NULL, *hash = NULL;
      g_autoptr (KappaDataset) dataset = NULL;

      bytes[places[i]] ^= 1;
      path = put (folder, "cat/large.png", bytes, size);
      bytes[places[i]] ^= 1;
      dataset = kappa_test_open_spec (folder->path, NULL);
      hash = kappa_dataset_dup_hash (dataset, NULL, NULL);
      if (first == NULL)
        first = g_steal_pointer (&hash);
      else
        g_assert_true ((strcmp (hash, first) == 0) == (places[i] == size / 2));
    }
}

static void
test_folder_refused (KappaTestFolder *folder, gconstpointer data)
{
  const KappaDatasetOptions training = { .split = KAPPA_SPLIT_CHOICE_TRAINING };
  g_autofree char *val = g_build_filename (folder->path, "val", NULL);
  g_autofree char *table = g_build_filename (folder->path, "none.csv", NULL),
                  *csv = g_strconcat ("csv:", table, NULL),
                  *nowhere = g_strconcat ("csv:", folder->path, "/gone/none.csv", NULL);
  const KappaDatasetOptions labelled = { .labels = table };

  kappa_test_add_image (folder, "val/cat/one.png");
  kappa_test_assert_refused (val, &training, KAPPA_ERROR_DATA, "no images of the split");
  {
    g_autoptr (GError) error = NULL;

    g_assert_null (kappa_dataset_open (folder->path, &labelled, NULL, &error));
    g_assert_nonnull (strstr (error->message, "none.csv"));
  }
  {
    g_autoptr (GError) error = NULL;

    g_assert_null (kappa_dataset_open (csv, NULL, NULL, &error));
    g_assert_nonnull (strstr (error->message, "none.csv"));
  }
  {
    g_autoptr (GError) error = NULL;

    g_assert_null (kappa_dataset_open (nowhere, NULL, NULL, &error));
    g_assert_nonnull (strstr (error->message, "gone"));
  }
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *name;
    void (*test) (KappaTestFolder *folder, gconstpointer data);
  } tests[] = { { "/data/open/nothing", test_nothing },
                { "/data/open/colon", test_colon },
                { "/data/open/sniffed", test_sniffed },
                { "/data/open/broken-images", test_broken_images },
                { "/data/open/records", test_records },
                { "/data/open/mnist-splits", test_mnist_splits },
                { "/data/open/mnist-names", test_mnist_names },
                { "/data/open/mnist-broken", test_mnist_broken },
                { "/data/open/folder-changes", test_folder_changes },
                { "/data/open/folder-hash", test_folder_hash },
                { "/data/open/folder-refused", test_folder_refused } };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].name, KappaTestFolder, NULL, kappa_test_set_up, tests[i].test,
                kappa_test_tear_down);
  return g_test_run ();
}
