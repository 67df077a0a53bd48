#include <string.h>

#include "core/base/error.h"
#include "core/data/dataset-private.h"
#include "core/data/npz-images.h"

/*
 * Images and labels as arrays in one npz file.
 */

typedef struct
{
  const char *images;
  const char *labels;
  KappaSplit split;
} Names;

/* What people call the arrays; the names with a split are Keras' and MedMNIST's. */
static const Names usual_names[] = {
  { "images", "labels", KAPPA_SPLIT_UNKNOWN },
  { "x", "y", KAPPA_SPLIT_UNKNOWN },
  { "X", "y", KAPPA_SPLIT_UNKNOWN },
  { "data", "labels", KAPPA_SPLIT_UNKNOWN },
  { "x_train", "y_train", KAPPA_SPLIT_TRAINING },
  { "train_images", "train_labels", KAPPA_SPLIT_TRAINING },
  { "val_images", "val_labels", KAPPA_SPLIT_HELD_OUT },
  { "x_test", "y_test", KAPPA_SPLIT_HELD_OUT },
  { "test_images", "test_labels", KAPPA_SPLIT_HELD_OUT },
};

#define KAPPA_TYPE_NPZ_DATASET (kappa_npz_dataset_get_type ())
G_DECLARE_FINAL_TYPE (KappaNpzDataset, kappa_npz_dataset, KAPPA, NPZ_DATASET, KappaDataset)

struct _KappaNpzDataset
{
  KappaDataset parent_instance;

  char *path;
  GPtrArray *arrays;
};

G_DEFINE_FINAL_TYPE (KappaNpzDataset, kappa_npz_dataset, KAPPA_TYPE_DATASET)

static const KappaNpzImages *
find_array (KappaDataset *dataset, guint *item)
{
  KappaNpzDataset *self = KAPPA_NPZ_DATASET (dataset);
  guint a = 0;

  while (*item >= ((KappaNpzImages *)g_ptr_array_index (self->arrays, a))->n)
    *item -= ((KappaNpzImages *)g_ptr_array_index (self->arrays, a++))->n;
  return g_ptr_array_index (self->arrays, a);
}

static char *
kappa_npz_dataset_dup_item_name (KappaDataset *dataset, guint item)
{
  const KappaNpzImages *array = find_array (dataset, &item);
  g_autofree char *name = g_filename_display_basename (KAPPA_NPZ_DATASET (dataset)->path);

  return g_strdup_printf ("%s %s #%u", name, array->name, item);
}

static KappaImage *
kappa_npz_dataset_load_image (KappaDataset *dataset,
                              guint item,
                              GCancellable *cancellable,
                              GError **error)
{
  const KappaNpzImages *array = find_array (dataset, &item);

  return kappa_npz_images_get (array, item);
}

static char *
kappa_npz_dataset_dup_hash (KappaDataset *dataset, GCancellable *cancellable, GError **error)
{
  const char *path = KAPPA_NPZ_DATASET (dataset)->path;

  return kappa_dataset_hash_files (&path, 1, cancellable, error);
}

static void
kappa_npz_dataset_finalize (GObject *object)
{
  KappaNpzDataset *self = KAPPA_NPZ_DATASET (object);

  g_ptr_array_unref (self->arrays);
  g_free (self->path);
  G_OBJECT_CLASS (kappa_npz_dataset_parent_class)->finalize (object);
}

static void
kappa_npz_dataset_class_init (KappaNpzDatasetClass *klass)
{
  KappaDatasetClass *dataset_class = KAPPA_DATASET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = kappa_npz_dataset_finalize;
  dataset_class->dup_item_name = kappa_npz_dataset_dup_item_name;
  dataset_class->load_image = kappa_npz_dataset_load_image;
  dataset_class->dup_hash = kappa_npz_dataset_dup_hash;
}

static void
kappa_npz_dataset_init (KappaNpzDataset *self)
{
  self->arrays = g_ptr_array_new_with_free_func ((GDestroyNotify)kappa_npz_images_free);
}

static int
find_tensor (KappaTensorFile *file, const char *name)
{
  for (guint i = 0; i < kappa_tensor_file_get_n_tensors (file); i++)
    if (strcmp (kappa_tensor_file_get_info (file, i)->original_name, name) == 0)
      return (int)i;
  return -1;
}

static gboolean
refuse (KappaTensorFile *file, gboolean any, GError **error)
{
  g_autofree char *name = g_filename_display_basename (kappa_tensor_file_get_path (file));
  GString *arrays = g_string_new (NULL);

  for (guint i = 0; i < MIN (kappa_tensor_file_get_n_tensors (file), 20); i++)
    g_string_append_printf (arrays, "%s\"%s\"", i > 0 ? ", " : "",
                            kappa_tensor_file_get_info (file, i)->original_name);
  if (any)
    g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_DATA,
                 "%s: has no images of the split that was asked for, only %s", name, arrays->str);
  else
    g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_DATA,
                 "%s: has the arrays %s; expected \"images\" and \"labels\", or \"x\" and \"y\"",
                 name, arrays->str);
  g_string_free (arrays, TRUE);
  return FALSE;
}

static gboolean
read_arrays (KappaNpzDataset *self, KappaTensorFile *file, KappaSplitChoice choice, GError **error)
{
  gboolean any = FALSE, any_held_out = FALSE;

  for (gsize i = 0; i < G_N_ELEMENTS (usual_names); i++)
    any_held_out |= usual_names[i].split == KAPPA_SPLIT_HELD_OUT
                    && find_tensor (file, usual_names[i].images) >= 0;
  for (gsize i = 0; i < G_N_ELEMENTS (usual_names); i++)
    {
      const Names *names = &usual_names[i];
      int images = find_tensor (file, names->images);
      KappaNpzImages *array;

      any |= images >= 0;
      if (images < 0 || !kappa_split_is_wanted (names->split, choice, any_held_out))
        continue;
      array = kappa_npz_images_read (file, (guint)images, find_tensor (file, names->labels),
                                     names->split, error);
      if (array == NULL)
        return FALSE;
      g_ptr_array_add (self->arrays, array);
    }
  return self->arrays->len > 0 || refuse (file, any, error);
}

static void
publish (KappaNpzDataset *self)
{
  KappaDataset *dataset = KAPPA_DATASET (self);
  GArray *labels = g_array_new (FALSE, FALSE, sizeof (gint32));
  GByteArray *splits = g_byte_array_new ();
  guint n;

  for (guint a = 0; a < self->arrays->len; a++)
    {
      const KappaNpzImages *array = g_ptr_array_index (self->arrays, a);

      for (guint i = 0; i < array->n; i++)
        {
          gint32 label = array->labels != NULL ? array->labels[i] : -1;
          guint8 split = (guint8)array->split;

          g_array_append_val (labels, label);
          g_byte_array_append (splits, &split, 1);
        }
    }
  n = labels->len;
  kappa_dataset_take_items (dataset, n, (gint32 *)(void *)g_array_free (labels, FALSE),
                            g_byte_array_free (splits, FALSE));
}

KappaDataset *
kappa_dataset_open_npz (const char *path,
                        const KappaDatasetOptions *options,
                        GCancellable *cancellable,
                        GError **error)
{
  g_autoptr (KappaNpzDataset) self = g_object_new (KAPPA_TYPE_NPZ_DATASET, NULL);
  g_autoptr (KappaTensorFile) file = kappa_tensor_file_open (path, cancellable, error);
  KappaDataset *dataset = KAPPA_DATASET (self);

  if (file == NULL || !read_arrays (self, file, options->split, error))
    return NULL;
  self->path = g_strdup (path);
  publish (self);
  if (options->class_names != NULL)
    kappa_dataset_set_classes (dataset, options->class_names,
                               g_strv_length ((char **)options->class_names), FALSE);
  kappa_dataset_number_classes (dataset, 0);
  kappa_dataset_set_place (dataset, "npz", path);
  kappa_dataset_take_title (dataset, g_filename_display_basename (path));
  return KAPPA_DATASET (g_steal_pointer (&self));
}
