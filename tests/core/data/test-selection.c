#include <string.h>

#include "core/base/error.h"
#include "core/data/selection.h"
#include "tests/core/data/data-test.h"

#define RECORD 3073

/* A CIFAR-10 batch in which class 0 has half of the images and the others share the rest. */
static KappaDataset *
open_batch (guint n)
{
  g_autofree char *folder = kappa_test_folder_new (), *path = NULL;
  g_autofree guint8 *bytes = g_malloc0 ((gsize)n * RECORD);
  g_autoptr (GError) error = NULL;
  KappaDataset *dataset;

  for (guint i = 0; i < n; i++)
    bytes[(gsize)i * RECORD] = i % 2 == 0 ? 0 : (guint8)(1 + i / 2 % 9);
  path = kappa_test_write (folder, "test_batch.bin", bytes, (gssize)n * RECORD);
  dataset = kappa_dataset_open (path, NULL, NULL, &error);
  g_assert_no_error (error);
  kappa_test_folder_remove (folder);
  return dataset;
}

static KappaSelection *
select_images (KappaDataset *dataset, const char *range, guint sample, guint64 seed)
{
  g_autoptr (GError) error = NULL;
  KappaSelection *selection = kappa_selection_new (dataset, range, sample, seed, &error);

  g_assert_no_error (error);
  return selection;
}

static void
test_ranges (void)
{
  static const struct
  {
    const char *range;
    guint first, n;
    const char *description;
  } cases[] = {
    { "0:10", 0, 10, "images 0–9 of 1,200 (held-out), CIFAR-10 test_batch.bin" },
    { "1000:1200", 1000, 200, "images 1,000–1,199 of 1,200 (held-out), CIFAR-10 test_batch.bin" },
    { ":", 0, 1200, "all 1,200 images (held-out), CIFAR-10 test_batch.bin" },
    { "all", 0, 1200, "all 1,200 images (held-out), CIFAR-10 test_batch.bin" },
    { ":5", 0, 5, NULL },
    { "-5:", 1195, 5, NULL },
    { "-5:-1", 1195, 4, NULL },
    { NULL, 0, 1200, NULL },
  };
  g_autoptr (KappaDataset) dataset = open_batch (1200);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (KappaSelection) selection = select_images (dataset, cases[i].range, 0, 0);

      g_assert_cmpuint (kappa_selection_get_n (selection), ==, cases[i].n);
      for (guint j = 0; j < cases[i].n; j++)
        g_assert_cmpuint (kappa_selection_get_indices (selection)[j], ==, cases[i].first + j);
      if (cases[i].description != NULL)
        g_assert_cmpstr (kappa_selection_get_description (selection), ==, cases[i].description);
    }
}

static void
test_refusals (void)
{
  static const char *const ranges[]
      = { "",    "5",      "0:1201", "-1201:", "5:5",  "10:5",
          "a:b", "0:10:2", "1.5:3",  "0x1:5",  " 1:2", "99999999999999999999:" };
  g_autoptr (KappaDataset) dataset = open_batch (1200);

  for (gsize i = 0; i < G_N_ELEMENTS (ranges); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (kappa_selection_new (dataset, ranges[i], 0, 0, &error));
      kappa_test_assert_fails (&error, KAPPA_ERROR, KAPPA_ERROR_USAGE, "images \"");
    }
}

static void
count_classes (KappaDataset *dataset, KappaSelection *selection, guint counts[10])
{
  memset (counts, 0, 10 * sizeof *counts);
  for (guint i = 0; i < kappa_selection_get_n (selection); i++)
    counts[kappa_dataset_get_label (dataset, kappa_selection_get_indices (selection)[i])]++;
}

static void
test_sample (void)
{
  g_autoptr (KappaDataset) dataset = open_batch (1800);
  g_autoptr (KappaSelection) selection = select_images (dataset, NULL, 180, 7),
                             again = select_images (dataset, NULL, 180, 7),
                             other = select_images (dataset, NULL, 180, 8),
                             larger = select_images (dataset, NULL, 360, 7);
  const guint32 *indices = kappa_selection_get_indices (selection);
  guint counts[10];

  g_assert_cmpuint (kappa_selection_get_n (selection), ==, 180);
  for (guint i = 1; i < 180; i++)
    g_assert_cmpuint (indices[i - 1], <, indices[i]);
  count_classes (dataset, selection, counts);
  g_assert_cmpuint (counts[0], ==, 90);
  for (guint c = 1; c < 10; c++)
    g_assert_cmpuint (counts[c], ==, 10);
  g_assert_cmpmem (indices, 180 * sizeof *indices, kappa_selection_get_indices (again),
                   180 * sizeof *indices);
  g_assert_cmpint (memcmp (indices, kappa_selection_get_indices (other), 180 * sizeof *indices), !=,
                   0);
  /* The smaller sample lies in the larger. */
  for (guint i = 0, j = 0; i < 180; i++)
    {
      while (kappa_selection_get_indices (larger)[j] != indices[i])
        g_assert_cmpuint (++j, <, 360);
    }
  g_assert_cmpstr (kappa_selection_get_description (selection), ==,
                   "180 of the 1,800 images, drawn class by class with seed 7 (held-out), CIFAR-10 "
                   "test_batch.bin");
}

/* Where the classes do not divide evenly every share is right to within one, and the sum exactly.
 */
static void
test_remainders (void)
{
  g_autoptr (KappaDataset) dataset = open_batch (100);

  for (guint n = 1; n <= 100; n++)
    {
      g_autoptr (KappaSelection) selection = select_images (dataset, ":", n, 3),
                                 all = select_images (dataset, ":", 0, 0);
      guint counts[10], totals[10];

      g_assert_cmpuint (kappa_selection_get_n (selection), ==, n);
      count_classes (dataset, selection, counts);
      count_classes (dataset, all, totals);
      for (guint c = 0; c < 10; c++)
        {
          double share = n * totals[c] / 100.0;

          g_assert_cmpfloat (counts[c], >, share - 1.0);
          g_assert_cmpfloat (counts[c], <, share + 1.0);
        }
    }
}

static void
test_default_sample (void)
{
  g_autoptr (KappaDataset) dataset = open_batch (KAPPA_SELECTION_DEFAULT_SAMPLE + 1);
  g_autoptr (KappaSelection) drawn = select_images (dataset, NULL, 0, 0),
                             all = select_images (dataset, ":", 0, 0);

  g_assert_cmpuint (kappa_selection_get_n (drawn), ==, KAPPA_SELECTION_DEFAULT_SAMPLE);
  g_assert_cmpuint (kappa_selection_get_n (all), ==, KAPPA_SELECTION_DEFAULT_SAMPLE + 1);
}

static void
test_text (void)
{
  static const struct
  {
    const char *range;
    guint sample;
    guint64 seed;
    const char *text;
  } cases[] = {
    { "-100:", 0, 0, "1700:1800" },
    { NULL, 0, 5, "0:1800" },
    { ":900", 90, G_MAXUINT64, "0:900,sample=90,seed=18446744073709551615" },
    { ":900", 900, 1, "0:900" },
  };
  static const char *const bad[] = { "0:10,sample=5",
                                     "0:10,sample=0,seed=0",
                                     "0:10,seed=0,sample=5",
                                     "0:10,sample=5,seed=-1",
                                     "0:10,sample=5,seed=1,x=2",
                                     "0:1801",
                                     "" };
  g_autoptr (KappaDataset) dataset = open_batch (1800);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (KappaSelection) selection
          = select_images (dataset, cases[i].range, cases[i].sample, cases[i].seed);
      g_autoptr (KappaSelection) again
          = kappa_selection_new_from_text (dataset, kappa_selection_get_text (selection), NULL);

      g_assert_cmpstr (kappa_selection_get_text (selection), ==, cases[i].text);
      g_assert_nonnull (again);
      g_assert_cmpmem (kappa_selection_get_indices (selection),
                       kappa_selection_get_n (selection) * sizeof (guint32),
                       kappa_selection_get_indices (again),
                       kappa_selection_get_n (again) * sizeof (guint32));
      g_assert_cmpstr (kappa_selection_get_description (selection), ==,
                       kappa_selection_get_description (again));
    }
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (kappa_selection_new_from_text (dataset, bad[i], &error));
      g_assert_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/data/selection/ranges", test_ranges);
  g_test_add_func ("/data/selection/refusals", test_refusals);
  g_test_add_func ("/data/selection/sample", test_sample);
  g_test_add_func ("/data/selection/remainders", test_remainders);
  g_test_add_func ("/data/selection/default-sample", test_default_sample);
  g_test_add_func ("/data/selection/text", test_text);
  return g_test_run ();
}
