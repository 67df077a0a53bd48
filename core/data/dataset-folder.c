#include "core/base/error.h"
#include "core/data/dataset-private.h"
#include "core/data/folder-items.h"
#include "core/formats/source.h"

/* How much of each image identifies it; what it is shown as is hashed when it is decoded. */
#define HASHED_HEAD 1024
#define HASHED_TAIL 3072

/*
 * Images that are files of their own: a folder, a table that names them, or one alone.
 */

#define KAPPA_TYPE_FOLDER_DATASET (kappa_folder_dataset_get_type ())
G_DECLARE_FINAL_TYPE (KappaFolderDataset, kappa_folder_dataset, KAPPA, FOLDER_DATASET, KappaDataset)

struct _KappaFolderDataset
{
  KappaDataset parent_instance;

  KappaFolderList *list;
  GPtrArray *files; /* one of the list's for each item */
};

G_DEFINE_FINAL_TYPE (KappaFolderDataset, kappa_folder_dataset, KAPPA_TYPE_DATASET)

static const KappaFolderFile *
get_file (KappaDataset *dataset, guint item)
{
  return g_ptr_array_index (KAPPA_FOLDER_DATASET (dataset)->files, item);
}

static char *
kappa_folder_dataset_dup_item_name (KappaDataset *dataset, guint item)
{
  return g_filename_display_name (get_file (dataset, item)->path);
}

static char *
kappa_folder_dataset_dup_item_path (KappaDataset *dataset, guint item)
{
  return g_build_filename (KAPPA_FOLDER_DATASET (dataset)->list->root,
                           get_file (dataset, item)->path, NULL);
}

static KappaImage *
kappa_folder_dataset_load_image (KappaDataset *dataset,
                                 guint item,
                                 GCancellable *cancellable,
                                 GError **error)
{
  g_autofree char *path = kappa_folder_dataset_dup_item_path (dataset, item);

  return kappa_image_load (path, cancellable, error);
}

/* Both ends of a file. The end of a PNG has a checksum of all its pixels; in a JPEG any change
 * moves what follows. */
static gboolean
hash_ends (KappaDataset *dataset, guint item, GChecksum *checksum, GError **error)
{
  g_autofree char *path = kappa_folder_dataset_dup_item_path (dataset, item);
  g_autoptr (KappaSource) source = kappa_source_open (path, error);
  guint8 ends[HASHED_HEAD + HASHED_TAIL];
  gsize head, tail;

  if (source == NULL)
    return FALSE;
  head = (gsize)MIN (kappa_source_get_size (source), HASHED_HEAD);
  tail = (gsize)MIN (kappa_source_get_size (source) - head, HASHED_TAIL);
  if (!kappa_source_read (source, 0, ends, head, error)
      || !kappa_source_read (source, kappa_source_get_size (source) - tail, ends + head, tail,
                             error))
    return FALSE;
  g_checksum_update (checksum, ends, (gssize)(head + tail));
  return TRUE;
}

static char *
kappa_folder_dataset_dup_hash (KappaDataset *dataset, GCancellable *cancellable, GError **error)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);

  for (guint i = 0; i < kappa_dataset_get_n_items (dataset); i++)
    {
      const KappaFolderFile *file = get_file (dataset, i);
      g_autofree char *line = g_strdup_printf ("%s\n%" G_GUINT64_FORMAT " %d\n", file->path,
                                               file->size, kappa_dataset_get_label (dataset, i));

      g_checksum_update (checksum, (const guchar *)line, -1);
      if (g_cancellable_set_error_if_cancelled (cancellable, error)
          || !hash_ends (dataset, i, checksum, error))
        return NULL;
    }
  return g_strdup (g_checksum_get_string (checksum));
}

static void
kappa_folder_dataset_finalize (GObject *object)
{
  KappaFolderDataset *self = KAPPA_FOLDER_DATASET (object);

  g_clear_pointer (&self->list, kappa_folder_list_free);
  g_ptr_array_unref (self->files);
  G_OBJECT_CLASS (kappa_folder_dataset_parent_class)->finalize (object);
}

static void
kappa_folder_dataset_class_init (KappaFolderDatasetClass *klass)
{
  KappaDatasetClass *dataset_class = KAPPA_DATASET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = kappa_folder_dataset_finalize;
  dataset_class->dup_item_name = kappa_folder_dataset_dup_item_name;
  dataset_class->dup_item_path = kappa_folder_dataset_dup_item_path;
  dataset_class->load_image = kappa_folder_dataset_load_image;
  dataset_class->dup_hash = kappa_folder_dataset_dup_hash;
}

static void
kappa_folder_dataset_init (KappaFolderDataset *self)
{
  self->files = g_ptr_array_new ();
}

static gboolean
keep_wanted (GArray *items, KappaSplitChoice choice, const char *root, GError **error)
{
  g_autofree char *name = g_filename_display_name (root);
  gboolean any_held_out = FALSE;
  guint n = 0;

  for (guint i = 0; i < items->len; i++)
    any_held_out |= g_array_index (items, KappaFolderItem, i).split == KAPPA_SPLIT_HELD_OUT;
  for (guint i = 0; i < items->len; i++)
    if (kappa_split_is_wanted (g_array_index (items, KappaFolderItem, i).split, choice,
                               any_held_out))
      g_array_index (items, KappaFolderItem, n++) = g_array_index (items, KappaFolderItem, i);
  g_array_set_size (items, n);
  if (n > 0)
    return TRUE;
  g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_DATA,
               "%s: has no images of the split that was asked for", name);
  return FALSE;
}

static void
take_items (KappaFolderDataset *self, GArray *items)
{
  gint32 *labels = g_new (gint32, items->len);
  guint8 *splits = g_new (guint8, items->len);

  for (guint i = 0; i < items->len; i++)
    {
      const KappaFolderItem *item = &g_array_index (items, KappaFolderItem, i);

      g_ptr_array_add (self->files, (gpointer)item->file);
      labels[i] = item->label;
      splits[i] = (guint8)item->split;
    }
  kappa_dataset_take_items (KAPPA_DATASET (self), items->len, labels, splits);
}

/* "imagenette/val" says more than "val". */
static char *
make_title (const char *path)
{
  g_autofree char *absolute = g_canonicalize_filename (path, NULL),
                  *name = g_filename_display_basename (absolute);
  g_autofree char *parent = g_path_get_dirname (absolute),
                  *parent_name = g_filename_display_basename (parent);

  return kappa_split_from_name (name) == KAPPA_SPLIT_UNKNOWN
             ? g_strdup (name)
             : g_strconcat (parent_name, "/", name, NULL);
}

static KappaDataset *
open_list (KappaFolderList *list,
           const char *table,
           const KappaDatasetOptions *options,
           GCancellable *cancellable,
           GError **error)
{
  g_autoptr (KappaFolderDataset) self = g_object_new (KAPPA_TYPE_FOLDER_DATASET, NULL);
  g_autoptr (GArray) items = g_array_new (FALSE, FALSE, sizeof (KappaFolderItem));
  KappaDataset *dataset = KAPPA_DATASET (self);

  self->list = list;
  if (list->files->len == 0)
    {
      g_autofree char *name = g_filename_display_name (list->root);

      g_set_error (
          error, KAPPA_ERROR, KAPPA_ERROR_DATA,
          "%s: holds no images; expected PNG or JPEG files, or a folder of them for each class",
          name);
      return NULL;
    }
  if (table != NULL ? !kappa_folder_arrange_by_table (dataset, list, table, options, items,
                                                      cancellable, error)
                    : !kappa_folder_arrange_by_class (dataset, list, options, items, error))
    return NULL;
  if (!keep_wanted (items, options->split, list->root, error))
    return NULL;
  take_items (self, items);
  return KAPPA_DATASET (g_steal_pointer (&self));
}

KappaDataset *
kappa_dataset_open_folder (const char *path,
                           const KappaDatasetOptions *options,
                           GCancellable *cancellable,
                           GError **error)
{
  g_autofree char *usual = g_build_filename (path, "labels.csv", NULL);
  const char *table = options->labels;
  KappaFolderList *list = kappa_folder_list_new (path, cancellable, error);
  KappaDataset *self;

  if (list == NULL)
    return NULL;
  if (table == NULL && g_file_test (usual, G_FILE_TEST_IS_REGULAR))
    table = usual;
  self = open_list (list, table, options, cancellable, error);
  if (self == NULL)
    return NULL;
  kappa_dataset_set_place (self, "folder", path);
  kappa_dataset_take_title (self, make_title (path));
  return self;
}

KappaDataset *
kappa_dataset_open_csv (const char *path,
                        const KappaDatasetOptions *options,
                        GCancellable *cancellable,
                        GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  KappaFolderList *list = kappa_folder_list_new (folder, cancellable, error);
  KappaDataset *self = list != NULL ? open_list (list, path, options, cancellable, error) : NULL;

  if (self == NULL)
    return NULL;
  kappa_dataset_set_place (self, "csv", path);
  kappa_dataset_take_title (self, g_filename_display_basename (path));
  return self;
}

KappaDataset *
kappa_dataset_open_image (const char *path,
                          const KappaDatasetOptions *options,
                          GCancellable *cancellable,
                          GError **error)
{
  KappaFolderList *list = kappa_folder_list_new_one (path, error);
  KappaDataset *self = list != NULL ? open_list (list, NULL, options, cancellable, error) : NULL;

  if (self == NULL)
    return NULL;
  kappa_dataset_set_place (self, "image", path);
  kappa_dataset_take_title (self, g_filename_display_basename (path));
  return self;
}
