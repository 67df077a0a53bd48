#include "tests/core/data/dataset-test.h"

#include <string.h>

#include "core/base/error.h"
#include "tests/core/data/data-test.h"

void
kappa_test_set_up (KappaTestFolder *folder, gconstpointer data)
{
  folder->path = kappa_test_folder_new ();
}

void
kappa_test_tear_down (KappaTestFolder *folder, gconstpointer data)
{
  kappa_test_folder_remove (folder->path);
  g_free (folder->path);
}

void
kappa_test_add_image (KappaTestFolder *folder, const char *name)
{
  kappa_test_copy_fixture (g_str_has_suffix (name, "png") ? "rgb8.png" : "420.jpg", folder->path,
                           name);
}

void
kappa_test_add_text (KappaTestFolder *folder, const char *name, const char *text)
{
  g_autofree char *path = kappa_test_write (folder->path, name, text, -1);
}

KappaDataset *
kappa_test_open_spec (const char *spec, const KappaDatasetOptions *options)
{
  g_autoptr (GError) error = NULL;
  KappaDataset *dataset = kappa_dataset_open (spec, options, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (dataset);
  return dataset;
}

void
kappa_test_assert_refused (const char *spec,
                           const KappaDatasetOptions *options,
                           int code,
                           const char *part)
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

void
kappa_test_assert_items (KappaDataset *dataset, const char *expected)
{
  g_autofree char *summary = summarize (dataset);

  g_assert_cmpstr (summary, ==, expected);
}

void
kappa_test_assert_problem (KappaDataset *dataset, guint n, const char *item, const char *part)
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
