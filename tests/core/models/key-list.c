#include "tests/core/models/key-list.h"

#include <string.h>

static KappaShape
parse_shape (const char *text)
{
  g_auto (GStrv) sizes = *text != '\0' ? g_strsplit (text, "x", -1) : NULL;
  KappaShape shape = { 0 };

  for (guint d = 0; sizes != NULL && sizes[d] != NULL; d++)
    shape.dims[shape.rank++] = g_ascii_strtoll (sizes[d], NULL, 10);
  return shape;
}

/**
 * kappa_test_read_keys:
 * @path: lines of a name, a tab and a shape such as "64x3x7x7"
 *
 * Returns: (transfer full): the table a reader would make of such a file: readers take "module."
 * away
 */
KappaTensorTable *
kappa_test_read_keys (const char *path)
{
  KappaTensorTable *table = kappa_tensor_table_new ();
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      char *tab = strchr (lines[i], '\t');
      KappaShape shape;
      const char *name = lines[i];

      if (tab == NULL)
        continue;
      *tab = '\0';
      shape = parse_shape (tab + 1);
      if (g_str_has_prefix (name, "module."))
        name += strlen ("module.");
      kappa_tensor_table_add (table, name, &shape, !g_str_has_suffix (name, "num_batches_tracked"),
                              i);
    }
  return table;
}

/**
 * kappa_test_copy_table:
 * @without: (nullable): a glob for tensors to leave out
 */
KappaTensorTable *
kappa_test_copy_table (const KappaTensorTable *table, const char *without)
{
  KappaTensorTable *copy = kappa_tensor_table_new ();

  for (guint i = 0; i < kappa_tensor_table_get_n (table); i++)
    {
      const KappaTensorEntry *entry = kappa_tensor_table_get (table, i);

      if (without == NULL || !g_pattern_match_simple (without, entry->name))
        kappa_tensor_table_add (copy, entry->name, &entry->shape, entry->real, entry->index);
    }
  return copy;
}
