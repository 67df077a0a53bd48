#include <string.h>

#include "core/base/error.h"
#include "core/data/dataset-private.h"
#include "core/data/folder-items.h"
#include "core/data/label-table.h"

/* Stands in an index for a name that several files have. */
#define AMBIGUOUS GUINT_TO_POINTER (G_MAXUINT)

/* How tables name images: by their path in the folder, by their name, or by their name without its
 * ending. */
typedef struct
{
  GHashTable *paths;
  GHashTable *names;
  GHashTable *stems;
} Index;

static void
index_add (GHashTable *table, char *key, guint file)
{
  gpointer value = g_hash_table_contains (table, key) ? AMBIGUOUS : GUINT_TO_POINTER (file);

  g_hash_table_replace (table, key, value);
}

static char *
dup_stem (const char *name)
{
  const char *dot = strrchr (name, '.');

  return dot != NULL && dot != name ? g_strndup (name, (gsize)(dot - name)) : g_strdup (name);
}

static void
index_init (Index *self, const KappaFolderList *list)
{
  self->paths = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->stems = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (guint f = 0; f < list->files->len; f++)
    {
      const KappaFolderFile *file = g_ptr_array_index (list->files, f);
      g_autofree char *name = g_path_get_basename (file->path);

      index_add (self->paths, g_strdup (file->path), f);
      index_add (self->names, g_strdup (name), f);
      index_add (self->stems, dup_stem (name), f);
    }
}

static void
index_clear (Index *self)
{
  g_clear_pointer (&self->paths, g_hash_table_unref);
  g_clear_pointer (&self->names, g_hash_table_unref);
  g_clear_pointer (&self->stems, g_hash_table_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Index, index_clear)

/* A table may have been made elsewhere: of a path only the end need agree. No file outside the
 * folder is ever named. */
static gboolean
index_find (const Index *self, const char *cell, gpointer *file)
{
  g_autofree char *path = g_strdelimit (g_strdup (cell), "\\", '/'), *name = NULL;

  if (*path == '\0')
    return FALSE;
  name = g_path_get_basename (path);
  return g_hash_table_lookup_extended (self->paths, g_str_has_prefix (path, "./") ? path + 2 : path,
                                       NULL, file)
         || g_hash_table_lookup_extended (self->names, name, NULL, file)
         || g_hash_table_lookup_extended (self->stems, name, NULL, file);
}

static void
report_row (KappaDataset *dataset, const KappaLabelTable *table, guint row, const char *message)
{
  g_autofree char *item = g_strdup_printf ("%s, line %u: %s", kappa_csv_get_name (table->csv),
                                           kappa_csv_get_line (table->csv, row),
                                           kappa_csv_get (table->csv, row, table->image_column));

  kappa_dataset_add_problem (dataset, item, message);
}

/* Adds what a row names, once. */
static void
add_row (KappaDataset *dataset,
         const KappaFolderList *list,
         const KappaLabelTable *table,
         const Index *index,
         guint row,
         guint8 *taken,
         GArray *items)
{
  KappaFolderItem item = { NULL, table->labels[row], KAPPA_SPLIT_UNKNOWN };
  gpointer found;
  guint file;

  if (!index_find (index, kappa_csv_get (table->csv, row, table->image_column), &found))
    {
      report_row (dataset, table, row, "there is no such image in the folder");
      return;
    }
  if (found == AMBIGUOUS)
    {
      report_row (dataset, table, row, "several images in the folder are called so; give the path");
      return;
    }
  file = GPOINTER_TO_UINT (found);
  if (taken[file])
    {
      report_row (dataset, table, row,
                  "the image was named by an earlier line; this one is left out");
      return;
    }
  taken[file] = TRUE;
  item.file = g_ptr_array_index (list->files, file);
  g_array_append_val (items, item);
}

static KappaSplit
split_of_path (const char *root, const char *path)
{
  g_autofree char *root_name = g_path_get_basename (root);
  g_auto (GStrv) parts = g_strsplit (path, G_DIR_SEPARATOR_S, -1);
  KappaSplit split = kappa_split_from_name (root_name);

  for (guint i = 0; parts[i] != NULL && parts[i + 1] != NULL; i++)
    if (kappa_split_from_name (parts[i]) != KAPPA_SPLIT_UNKNOWN)
      split = kappa_split_from_name (parts[i]);
  return split;
}

static void
set_classes (KappaDataset *dataset,
             const KappaLabelTable *table,
             const KappaDatasetOptions *options,
             GArray *items)
{
  const char *const *known
      = options->class_names != NULL ? options->class_names : options->class_ids;
  gint32 last = -1;

  for (guint i = 0; i < items->len; i++)
    last = MAX (last, g_array_index (items, KappaFolderItem, i).label);
  if (table->by_position)
    kappa_dataset_set_classes (dataset, (const char *const *)table->classes->pdata,
                               table->classes->len, TRUE);
  else if (known != NULL && last < (gint32)g_strv_length ((char **)known))
    kappa_dataset_set_classes (dataset, known, g_strv_length ((char **)known), FALSE);
  else
    kappa_dataset_number_classes (dataset, (guint)(last + 1));
}

/**
 * kappa_folder_arrange_by_table:
 * @table: a CSV file
 *
 * Takes the images that a table names, in its order, with their labels. Rows whose image is missing
 * are problems; images without a row are left out and counted.
 *
 * Returns: %FALSE with %KAPPA_ERROR_DATA if no row has an image, or an error of
 * kappa_label_table_load()
 */
gboolean
kappa_folder_arrange_by_table (KappaDataset *dataset,
                               const KappaFolderList *list,
                               const char *table,
                               const KappaDatasetOptions *options,
                               GArray *items,
                               GCancellable *cancellable,
                               GError **error)
{
  g_autoptr (KappaLabelTable) labels = kappa_label_table_load (table, options, cancellable, error);
  g_autofree guint8 *taken = g_new0 (guint8, list->files->len);
  g_autofree char *root = g_canonicalize_filename (list->root, NULL), *left_out = NULL;
  g_auto (Index) index = { 0 };

  if (labels == NULL)
    return FALSE;
  index_init (&index, list);
  for (guint row = 0; row < kappa_csv_get_n_rows (labels->csv); row++)
    add_row (dataset, list, labels, &index, row, taken, items);
  for (guint i = 0; i < items->len; i++)
    {
      KappaFolderItem *item = &g_array_index (items, KappaFolderItem, i);

      item->split = split_of_path (root, item->file->path);
    }
  if (items->len == 0)
    {
      g_set_error (
          error, KAPPA_ERROR, KAPPA_ERROR_DATA,
          "%s: none of the %u names in column \"%s\" is an image in \"%s\", for example \"%s\"",
          kappa_csv_get_name (labels->csv), kappa_csv_get_n_rows (labels->csv),
          kappa_csv_get_header (labels->csv, labels->image_column), root,
          kappa_csv_get (labels->csv, 0, labels->image_column));
      return FALSE;
    }
  set_classes (dataset, labels, options, items);
  left_out = g_strdup_printf ("%u images of the folder have no row and are left out",
                              list->files->len - items->len);
  if (items->len < list->files->len)
    kappa_dataset_add_problem (dataset, kappa_csv_get_name (labels->csv), left_out);
  return TRUE;
}
