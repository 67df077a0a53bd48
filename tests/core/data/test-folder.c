#include <unistd.h>

#include "core/base/error.h"
#include "core/data/dataset.h"
#include "tests/core/data/data-test.h"
#include "tests/core/data/dataset-test.h"

/* As torchvision's ImageFolder has it: classes by name, and in each its files before those of inner
 * folders. */
static void
test_class_folders (KappaTestFolder *folder, gconstpointer data)
{
  g_autoptr (KappaDataset) dataset = NULL;
  g_autofree char *path = NULL;

  kappa_test_add_image (folder, "dog/b.png");
  kappa_test_add_image (folder, "dog/a.JPG");
  kappa_test_add_image (folder, "dog/more/0.png");
  kappa_test_add_image (folder, "cat-2/x.png");
  kappa_test_add_image (folder, "cat/9.png");
  kappa_test_add_image (folder, "cat/10.png");
  kappa_test_add_image (folder, "cat/.hidden.png");
  kappa_test_add_text (folder, "cat/notes.txt", "not an image");
  kappa_test_add_text (folder, "eel/readme", "an empty class");
  dataset = kappa_test_open_spec (folder->path, NULL);
  kappa_test_assert_items (
      dataset,
      "cat/10.png 0, cat/9.png 0, cat-2/x.png 1, dog/a.JPG 2, dog/b.png 2, dog/more/0.png 2");
  g_assert_cmpuint (kappa_dataset_get_n_classes (dataset), ==, 4);
  g_assert_cmpstr (kappa_dataset_get_class_name (dataset, 1), ==, "cat-2");
  g_assert_true (kappa_dataset_get_by_position (dataset));
  kappa_test_assert_problem (dataset, 1, "eel", "has no images");
  path = kappa_dataset_dup_item_path (dataset, 3);
  g_assert_true (g_file_test (path, G_FILE_TEST_IS_REGULAR));
}

static void
test_splits (KappaTestFolder *folder, gconstpointer data)
{
  KappaDatasetOptions options = { 0 };
  g_autofree char *train = g_build_filename (folder->path, "train", NULL);
  g_autoptr (KappaDataset) held_out = NULL, training = NULL, all = NULL, one = NULL;

  kappa_test_add_image (folder, "train/a/1.png");
  kappa_test_add_image (folder, "train/b/2.png");
  kappa_test_add_image (folder, "val/b/3.png");
  held_out = kappa_test_open_spec (folder->path, &options);
  kappa_test_assert_items (held_out, "val/b/3.png 1/held-out");
  options.split = KAPPA_SPLIT_CHOICE_TRAINING;
  training = kappa_test_open_spec (folder->path, &options);
  kappa_test_assert_items (training, "train/a/1.png 0/training, train/b/2.png 1/training");
  options.split = KAPPA_SPLIT_CHOICE_ALL;
  all = kappa_test_open_spec (folder->path, &options);
  g_assert_cmpuint (kappa_dataset_get_n_items (all), ==, 3);
  one = kappa_test_open_spec (train, NULL);
  kappa_test_assert_items (one, "a/1.png 0/training, b/2.png 1/training");
  g_assert_true (g_str_has_suffix (kappa_dataset_get_title (one), "/train"));
  options.split = KAPPA_SPLIT_CHOICE_HELD_OUT;
  kappa_test_assert_refused (train, &options, KAPPA_ERROR_DATA, "no images of the split");
}

static void
test_flat_folder (KappaTestFolder *folder, gconstpointer data)
{
  static const char *const ids[] = { "n01440764", "n01443537", NULL }, *const names[]
                                                                       = { "tench", "goldfish",
                                                                           NULL };
  const KappaDatasetOptions options = { .class_ids = ids, .class_names = names };
  g_autoptr (KappaDataset) unlabelled = NULL, labelled = NULL;

  kappa_test_add_image (folder, "n01443537_1.JPEG");
  kappa_test_add_image (folder, "n014405370.png");
  kappa_test_add_image (folder, "n01440764.png");
  unlabelled = kappa_test_open_spec (folder->path, NULL);
  kappa_test_assert_items (unlabelled, "n014405370.png -1, n01440764.png -1, n01443537_1.JPEG -1");
  g_assert_cmpuint (kappa_dataset_get_n_classes (unlabelled), ==, 0);
  labelled = kappa_test_open_spec (folder->path, &options);
  kappa_test_assert_items (labelled, "n014405370.png -1, n01440764.png 0, n01443537_1.JPEG 1");
  g_assert_cmpstr (kappa_dataset_get_class_name (labelled, 1), ==, "goldfish");
}

/* Folders called after the model's classes get the model's numbers, also where not all classes are
 * there. */
static void
test_class_ids (KappaTestFolder *folder, gconstpointer data)
{
  static const char *const ids[] = { "n1", "n2", "n3", NULL };
  const KappaDatasetOptions options = { .class_ids = ids };
  g_autoptr (KappaDataset) dataset = NULL;

  kappa_test_add_image (folder, "n3/a.png");
  kappa_test_add_image (folder, "n2/b.png");
  dataset = kappa_test_open_spec (folder->path, &options);
  kappa_test_assert_items (dataset, "n2/b.png 1, n3/a.png 2");
  g_assert_cmpuint (kappa_dataset_get_n_classes (dataset), ==, 3);
  g_assert_false (kappa_dataset_get_by_position (dataset));
  kappa_test_add_image (folder, "other/c.png");
  kappa_test_assert_refused (folder->path, &options, KAPPA_ERROR_DATA,
                             "\"other\" is none of the model's classes");
}

static void
test_stray_images (KappaTestFolder *folder, gconstpointer data)
{
  g_autoptr (KappaDataset) dataset = NULL;
  g_autofree char *name = g_path_get_basename (folder->path);

  kappa_test_add_image (folder, "a/1.png");
  kappa_test_add_image (folder, "stray.png");
  dataset = kappa_test_open_spec (folder->path, NULL);
  kappa_test_assert_items (dataset, "a/1.png 0");
  kappa_test_assert_problem (dataset, 1, name, "1 images lie beside");
}

static void
test_links (KappaTestFolder *folder, gconstpointer data)
{
  g_autoptr (KappaDataset) dataset = NULL;
  g_autofree char *loop = g_build_filename (folder->path, "a", "loop", NULL);
  g_autofree char *dangling = g_build_filename (folder->path, "a", "gone.png", NULL);

  kappa_test_add_image (folder, "a/1.png");
  g_assert_cmpint (symlink ("..", loop), ==, 0);
  g_assert_cmpint (symlink ("nowhere", dangling), ==, 0);
  dataset = kappa_test_open_spec (folder->path, NULL);
  kappa_test_assert_items (dataset, "a/1.png 0");
}

static void
test_labels_csv (KappaTestFolder *folder, gconstpointer data)
{
  g_autoptr (KappaDataset) dataset = NULL;

  kappa_test_add_image (folder, "b.png");
  kappa_test_add_image (folder, "sub/c.png");
  kappa_test_add_image (folder, "d.png");
  kappa_test_add_image (folder, "e.png");
  kappa_test_add_image (folder, "twice.png");
  kappa_test_add_image (folder, "sub/twice.png");
  kappa_test_add_text (folder, "labels.csv",
                       "id_code,quality,diagnosis\nsub\\c.png,1,4\n/elsewhere/data/"
                       "b.png,1,2.0\nd,1,\nmissing.png,1,0\nb.png,1,3\n"
                       "twice.png,0,1\nsub/twice.png,0,1\n../../etc/passwd,1,1\n");
  dataset = kappa_test_open_spec (folder->path, NULL);
  kappa_test_assert_items (dataset, "sub/c.png 4, b.png 2, d.png -1, twice.png 1, sub/twice.png 1");
  g_assert_cmpuint (kappa_dataset_get_n_classes (dataset), ==, 5);
  g_assert_false (kappa_dataset_get_by_position (dataset));
  kappa_test_assert_problem (dataset, 4, "labels.csv, line 5: missing.png", "no such image");
  kappa_test_assert_problem (dataset, 4, "labels.csv, line 6: b.png", "named by an earlier line");
  kappa_test_assert_problem (dataset, 4, "labels.csv, line 9: ../../etc/passwd", "no such image");
  kappa_test_assert_problem (dataset, 4, "labels.csv", "1 images of the folder have no row");
}

static void
test_label_columns (KappaTestFolder *folder, gconstpointer data)
{
  const KappaDatasetOptions mapped = { .image_column = "picture", .label_column = "Referable" };
  const KappaDatasetOptions wrong = { .label_column = "nothing" };
  g_autoptr (KappaDataset) dataset = NULL;

  kappa_test_add_image (folder, "1.png");
  kappa_test_add_image (folder, "2.png");
  kappa_test_add_text (folder, "labels.csv",
                       "picture;grade;referable;probability\n1.png;3;1;0.9\n2.png;0;0;0.1\n");
  kappa_test_assert_refused (folder->path, NULL, KAPPA_ERROR_DATA,
                             "which column has the names of the images");
  kappa_test_assert_refused (folder->path, &wrong, KAPPA_ERROR_DATA,
                             "which column has the names of the images");
  dataset = kappa_test_open_spec (folder->path, &mapped);
  kappa_test_assert_items (dataset, "1.png 1, 2.png 0");
}

static void
test_text_labels (KappaTestFolder *folder, gconstpointer data)
{
  static const char *const names[] = { "pear", "apple", "fig", NULL };
  const KappaDatasetOptions options = { .class_names = names };
  g_autoptr (KappaDataset) sorted = NULL, known = NULL;

  kappa_test_add_image (folder, "1.png");
  kappa_test_add_image (folder, "2.png");
  kappa_test_add_text (folder, "labels.csv", "file,what\n1.png,pear\n2.png,apple\n");
  sorted = kappa_test_open_spec (folder->path, NULL);
  kappa_test_assert_items (sorted, "1.png 1, 2.png 0");
  g_assert_true (kappa_dataset_get_by_position (sorted));
  known = kappa_test_open_spec (folder->path, &options);
  kappa_test_assert_items (known, "1.png 0, 2.png 1");
  g_assert_false (kappa_dataset_get_by_position (known));
  g_assert_cmpuint (kappa_dataset_get_n_classes (known), ==, 3);
}

/* A table beside a folder of images, opened by itself or named for the folder. */
static void
test_csv_spec (KappaTestFolder *folder, gconstpointer data)
{
  g_autofree char *table = g_build_filename (folder->path, "val.csv", NULL);
  g_autofree char *images = g_build_filename (folder->path, "images", NULL);
  const KappaDatasetOptions options = { .labels = table };
  g_autoptr (KappaDataset) dataset = NULL, same = NULL;

  kappa_test_add_image (folder, "images/1.png");
  kappa_test_add_image (folder, "images/2.png");
  kappa_test_add_text (folder, "val.csv", "image,label\n2.png,1\n1.png,0\n");
  dataset = kappa_test_open_spec (table, NULL);
  kappa_test_assert_items (dataset, "images/2.png 1, images/1.png 0");
  g_assert_cmpstr (kappa_dataset_get_title (dataset), ==, "val.csv");
  same = kappa_test_open_spec (images, &options);
  kappa_test_assert_items (same, "2.png 1, 1.png 0");
}

/* Listed, not swallowed; found when it is loaded, not when the folder is opened. */
static void
test_broken_image (KappaTestFolder *folder, gconstpointer data)
{
  g_autoptr (KappaDataset) dataset = NULL;
  g_autoptr (KappaImage) image = NULL;
  g_autoptr (GError) error = NULL;

  kappa_test_add_image (folder, "1.png");
  kappa_test_add_text (folder, "2.png", "<!DOCTYPE html>");
  kappa_test_add_text (folder, "3.tif", "II*");
  dataset = kappa_test_open_spec (folder->path, NULL);
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
  kappa_test_assert_problem (dataset, 1, "2.png", "is a web page");
}

static void
test_one_image (KappaTestFolder *folder, gconstpointer data)
{
  g_autoptr (KappaDataset) dataset = NULL;
  g_autofree char *path = NULL, *expected = NULL;

  kappa_test_add_image (folder, "eye.jpg");
  path = g_build_filename (folder->path, "eye.jpg", NULL);
  dataset = kappa_test_open_spec (path, NULL);
  kappa_test_assert_items (dataset, "eye.jpg -1");
  expected = g_strconcat ("image:", path, NULL);
  g_assert_cmpstr (kappa_dataset_get_spec (dataset), ==, expected);
}

static char *
hash_of (const char *spec)
{
  g_autoptr (KappaDataset) dataset = kappa_test_open_spec (spec, NULL);

  return kappa_dataset_dup_hash (dataset, NULL, NULL);
}

/* The same for the same bytes written again, another for another image, name or label. */
static void
test_folder_hash (KappaTestFolder *folder, gconstpointer data)
{
  g_autofree char *first = NULL, *again = NULL, *larger = NULL, *other = NULL, *labelled = NULL;

  kappa_test_add_image (folder, "a/1.png");
  first = hash_of (folder->path);
  kappa_test_add_image (folder, "a/1.png");
  again = hash_of (folder->path);
  kappa_test_add_image (folder, "a/2.png");
  larger = hash_of (folder->path);
  kappa_test_copy_fixture ("rgb16.png", folder->path, "a/2.png");
  other = hash_of (folder->path);
  kappa_test_add_text (folder, "labels.csv", "image,label\na/1.png,0\na/2.png,1\n");
  labelled = hash_of (folder->path);
  g_assert_cmpstr (first, ==, again);
  g_assert_cmpstr (first, !=, larger);
  g_assert_cmpstr (larger, !=, other);
  g_assert_cmpstr (other, !=, labelled);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *name;
    void (*run) (KappaTestFolder *folder, gconstpointer data);
  } tests[] = {
    { "class-folders", test_class_folders }, { "splits", test_splits },
    { "flat-folder", test_flat_folder },     { "class-ids", test_class_ids },
    { "stray-images", test_stray_images },   { "links", test_links },
    { "labels-csv", test_labels_csv },       { "label-columns", test_label_columns },
    { "text-labels", test_text_labels },     { "csv-spec", test_csv_spec },
    { "broken-image", test_broken_image },   { "one-image", test_one_image },
    { "folder-hash", test_folder_hash },
  };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++)
    {
      g_autofree char *path = g_strconcat ("/data/folder/", tests[i].name, NULL);

      g_test_add (path, KappaTestFolder, NULL, kappa_test_set_up, tests[i].run,
                  kappa_test_tear_down);
    }
  return g_test_run ();
}
