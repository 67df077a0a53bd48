#include <stdlib.h>
#include <string.h>

#include "core/base/error.h"
#include "core/data/dataset-private.h"
#include "core/data/folder-items.h"
#include "core/data/label-table.h"

typedef struct
{
  const KappaFolderList *list;
  KappaSplit split;     /* of the root's own name */
  gboolean split_first; /* the folders below the root are called train, val, … */
  GPtrArray *classes;   /* folder names, sorted */
  gint32 *labels;       /* what each of them means */
} Arrangement;

static gboolean
is_split (const char *folder)
{
  return kappa_split_from_name (folder) != KAPPA_SPLIT_UNKNOWN;
}

/* Whether the folders at the top divide the images into training and held-out ones, every one of
 * them. */
static gboolean
has_split_folders (const KappaFolderList *list)
{
  for (guint f = 0; f < list->files->len; f++)
    if (strchr (((const KappaFolderFile *)g_ptr_array_index (list->files, f))->path,
                G_DIR_SEPARATOR)
        == NULL)
      return FALSE;
  for (guint d = 0; d < list->folders->len; d++)
    {
      const char *folder = g_ptr_array_index (list->folders, d);

      if (strchr (folder, G_DIR_SEPARATOR) == NULL && !is_split (folder))
        return FALSE;
    }
  return list->folders->len > 0;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *)a, *(const char *const *)b);
}

/* Every folder at the level of classes is one, also an empty one: it has its place in the order of
 * labels. */
static void
list_classes (Arrangement *self)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint d = 0; d < self->list->folders->len; d++)
    {
      const char *folder = g_ptr_array_index (self->list->folders, d);
      const char *name = folder;

      if (self->split_first)
        {
          name = strchr (folder, G_DIR_SEPARATOR);
          if (name == NULL)
            continue;
          name++;
        }
      if (strchr (name, G_DIR_SEPARATOR) == NULL && g_hash_table_add (seen, g_strdup (name)))
        g_ptr_array_add (self->classes, g_strdup (name));
    }
  g_ptr_array_sort (self->classes, compare_names);
}

static gboolean
refuse_mixture (Arrangement *self, const char *unknown, GError **error)
{
  g_autofree char *root = g_filename_display_name (self->list->root),
                  *name = g_filename_display_name (unknown);

  g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_DATA,
               "%s: the folder \"%s\" is none of the model's classes, though others beside it are; "
               "rename it or move it away",
               root, name);
  return FALSE;
}

/* The model's own classes where the folders are called after them; else the place in the sorted
 * list. */
static gboolean
number_classes (Arrangement *self,
                const KappaDatasetOptions *options,
                gboolean *by_position,
                GError **error)
{
  const char *unknown = NULL;
  guint n_known = 0;

  for (guint c = 0; c < self->classes->len; c++)
    {
      self->labels[c]
          = kappa_label_table_find_class (options, g_ptr_array_index (self->classes, c));
      if (self->labels[c] >= 0)
        n_known++;
      else
        unknown = g_ptr_array_index (self->classes, c);
    }
  *by_position = n_known == 0;
  if (n_known > 0 && unknown != NULL)
    return refuse_mixture (self, unknown, error);
  for (guint c = 0; *by_position && c < self->classes->len; c++)
    self->labels[c] = (gint32)c;
  return TRUE;
}

static guint
find_class (const Arrangement *self, const char *name, gsize length)
{
  g_autofree char *key = g_strndup (name, length);
  gpointer *found
      = bsearch (&key, self->classes->pdata, self->classes->len, sizeof (gpointer), compare_names);

  g_assert (found != NULL); /* every folder on the way to an image was listed */
  return (guint)(found - self->classes->pdata);
}

/* n01440764 and the like: a WordNet number at the beginning of a file name. */
static gboolean
has_wordnet_number (const char *name)
{
  if (*name != 'n')
    return FALSE;
  for (guint i = 1; i <= 8; i++)
    if (!g_ascii_isdigit (name[i]))
      return FALSE;
  return !g_ascii_isdigit (name[9]);
}

static gint32
label_from_file_name (const char *path, const KappaDatasetOptions *options, GHashTable *known)
{
  g_autofree char *name = g_path_get_basename (path), *number = NULL;
  gpointer label;

  if (options->class_ids == NULL || !has_wordnet_number (name))
    return -1;
  number = g_strndup (name, 9);
  if (!g_hash_table_lookup_extended (known, number, NULL, &label))
    {
      label = GINT_TO_POINTER (kappa_label_table_find_class (options, number));
      g_hash_table_insert (known, g_steal_pointer (&number), label);
    }
  return GPOINTER_TO_INT (label);
}

static void
add_items (Arrangement *self,
           const KappaDatasetOptions *options,
           GArray *items,
           guint *counts,
           guint *n_stray)
{
  g_autoptr (GHashTable) known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint f = 0; f < self->list->files->len; f++)
    {
      KappaFolderItem item = { g_ptr_array_index (self->list->files, f), -1, self->split };
      const char *rest = item.file->path, *separator;

      if (self->split_first)
        {
          g_autofree char *folder = NULL;

          separator = strchr (rest, G_DIR_SEPARATOR);
          folder = g_strndup (rest, (gsize)(separator - rest));
          item.split = kappa_split_from_name (folder);
          rest = separator + 1;
        }
      separator = strchr (rest, G_DIR_SEPARATOR);
      if (self->classes->len > 0 && separator == NULL)
        {
          (*n_stray)++;
          continue;
        }
      if (self->classes->len > 0)
        {
          guint c = find_class (self, rest, (gsize)(separator - rest));

          counts[c]++;
          item.label = self->labels[c];
        }
      else
        {
          item.label = label_from_file_name (rest, options, known);
        }
      g_array_append_val (items, item);
    }
}

static void
report (KappaDataset *dataset, const Arrangement *self, const guint *counts, guint n_stray)
{
  for (guint c = 0; c < self->classes->len; c++)
    if (counts[c] == 0)
      {
        g_autofree char *name = g_filename_display_name (g_ptr_array_index (self->classes, c));

        kappa_dataset_add_problem (dataset, name, "the folder counts as a class and has no images");
      }
  if (n_stray > 0)
    {
      g_autofree char *message = g_strdup_printf (
          "%u images lie beside the folders of the classes and are left out", n_stray);
      g_autofree char *name = g_filename_display_basename (self->list->root);

      kappa_dataset_add_problem (dataset, name, message);
    }
}

static void
set_classes (KappaDataset *dataset,
             const Arrangement *self,
             const KappaDatasetOptions *options,
             gboolean by_position)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  if (!by_position || self->classes->len == 0)
    {
      const char *const *known
          = options->class_names != NULL ? options->class_names : options->class_ids;

      if (known != NULL)
        kappa_dataset_set_classes (dataset, known, g_strv_length ((char **)known), FALSE);
      return;
    }
  for (guint c = 0; c < self->classes->len; c++)
    g_ptr_array_add (names, g_filename_display_name (g_ptr_array_index (self->classes, c)));
  kappa_dataset_set_classes (dataset, (const char *const *)names->pdata, names->len, TRUE);
}

/**
 * kappa_folder_arrange_by_class:
 *
 * Takes the folders below for classes, as torchvision's ImageFolder does; below a level of train,
 * val and test folders where there is one. Without folders the images are unlabelled, unless their
 * names begin with one of the model's class identifiers.
 *
 * Returns: %FALSE with %KAPPA_ERROR_DATA
 */
gboolean
kappa_folder_arrange_by_class (KappaDataset *dataset,
                               const KappaFolderList *list,
                               const KappaDatasetOptions *options,
                               GArray *items,
                               GError **error)
{
  g_autofree char *root = g_canonicalize_filename (list->root, NULL),
                  *name = g_path_get_basename (root);
  g_autoptr (GPtrArray) classes = g_ptr_array_new_with_free_func (g_free);
  Arrangement self
      = { list, kappa_split_from_name (name), has_split_folders (list), classes, NULL };
  g_autofree gint32 *labels = NULL;
  g_autofree guint *counts = NULL;
  gboolean by_position = FALSE;
  guint n_stray = 0;

  list_classes (&self);
  labels = self.labels = g_new (gint32, classes->len);
  if (!number_classes (&self, options, &by_position, error))
    return FALSE;
  counts = g_new0 (guint, classes->len);
  add_items (&self, options, items, counts, &n_stray);
  set_classes (dataset, &self, options, by_position);
  report (dataset, &self, counts, n_stray);
  return TRUE;
}
