#include <string.h>

#include "core/base/error.h"
#include "core/data/dataset-private.h"
#include "core/data/idx.h"

/*
 * MNIST (LeCun, Cortes and Burges) and the sets that come in its form: a file of grey images and a
 * file of labels.
 */

#define KAPPA_TYPE_MNIST_DATASET (kappa_mnist_dataset_get_type ())
G_DECLARE_FINAL_TYPE (KappaMnistDataset, kappa_mnist_dataset, KAPPA, MNIST_DATASET, KappaDataset)

struct _KappaMnistDataset
{
  KappaDataset parent_instance;

  KappaSource *images;
  KappaIdx idx;
  char *path;
  char *labels_path; /* NULL when there are no labels */
};

G_DEFINE_FINAL_TYPE (KappaMnistDataset, kappa_mnist_dataset, KAPPA_TYPE_DATASET)

static char *
kappa_mnist_dataset_dup_item_name (KappaDataset *dataset, guint item)
{
  KappaMnistDataset *self = KAPPA_MNIST_DATASET (dataset);

  return g_strdup_printf ("%s #%u", kappa_source_get_name (self->images), item);
}

static KappaImage *
kappa_mnist_dataset_load_image (KappaDataset *dataset,
                                guint item,
                                GCancellable *cancellable,
                                GError **error)
{
  KappaMnistDataset *self = KAPPA_MNIST_DATASET (dataset);
  gsize n = self->idx.dims[1] * self->idx.dims[2];
  g_autofree guint8 *grey = g_malloc (n);
  KappaImage *image;

  if (!kappa_source_read (self->images, self->idx.offset + item * n, grey, n, error))
    return NULL;
  image = kappa_image_new ((guint)self->idx.dims[2], (guint)self->idx.dims[1]);
  for (gsize p = 0; p < n; p++)
    memset (image->pixels + 3 * p, grey[p], 3);
  return image;
}

static char *
kappa_mnist_dataset_dup_hash (KappaDataset *dataset, GCancellable *cancellable, GError **error)
{
  KappaMnistDataset *self = KAPPA_MNIST_DATASET (dataset);
  const char *paths[] = { self->path, self->labels_path };

  return kappa_dataset_hash_files (paths, self->labels_path != NULL ? 2 : 1, cancellable, error);
}

static void
kappa_mnist_dataset_finalize (GObject *object)
{
  KappaMnistDataset *self = KAPPA_MNIST_DATASET (object);

  g_clear_pointer (&self->images, kappa_source_unref);
  g_free (self->path);
  g_free (self->labels_path);
  G_OBJECT_CLASS (kappa_mnist_dataset_parent_class)->finalize (object);
}

static void
kappa_mnist_dataset_class_init (KappaMnistDatasetClass *klass)
{
  KappaDatasetClass *dataset_class = KAPPA_DATASET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = kappa_mnist_dataset_finalize;
  dataset_class->dup_item_name = kappa_mnist_dataset_dup_item_name;
  dataset_class->load_image = kappa_mnist_dataset_load_image;
  dataset_class->dup_hash = kappa_mnist_dataset_dup_hash;
}

static void
kappa_mnist_dataset_init (KappaMnistDataset *self)
{
}

static KappaSplit
guess_split (const char *path)
{
  g_autofree char *name = g_path_get_basename (path), *lower = g_ascii_strdown (name, -1);

  if (strstr (lower, "t10k") != NULL || strstr (lower, "test") != NULL)
    return KAPPA_SPLIT_HELD_OUT;
  return strstr (lower, "train") != NULL ? KAPPA_SPLIT_TRAINING : KAPPA_SPLIT_UNKNOWN;
}

/* In a folder: the held-out images unless the others are asked for. The sets are not mixed. */
static char *
find_in_folder (const char *path, KappaSplitChoice choice)
{
  static const char *const endings[] = { "images-idx3-ubyte", "images-idx3-ubyte.gz",
                                         "images.idx3-ubyte", "images.idx3-ubyte.gz" };
  static const char *const beginnings[] = { "t10k", "train" };

  for (gsize b = 0; b < G_N_ELEMENTS (beginnings); b++)
    for (gsize e = 0; e < G_N_ELEMENTS (endings); e++)
      {
        g_autofree char *name = g_strconcat (beginnings[b], "-", endings[e], NULL);
        g_autofree char *file = g_build_filename (path, name, NULL);

        if (kappa_split_is_wanted (guess_split (name), choice, FALSE)
            && g_file_test (file, G_FILE_TEST_IS_REGULAR))
          return g_steal_pointer (&file);
      }
  return NULL;
}

static char *
find_images (const char *path, KappaSplitChoice choice, GError **error)
{
  g_autofree char *display = g_filename_display_name (path);
  char *file = NULL;

  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    file = find_in_folder (path, choice);
  else if (kappa_split_is_wanted (guess_split (path), choice, FALSE))
    file = g_strdup (path);
  if (file == NULL)
    g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_DATA,
                 "%s: has no MNIST images of the split that was asked for, as in a file "
                 "\"t10k-images-idx3-ubyte\"",
                 display);
  return file;
}

/* t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte, packed or not. */
static char *
find_labels (const char *images)
{
  g_autofree char *folder = g_path_get_dirname (images), *base = g_path_get_basename (images);
  g_autoptr (GString) name = g_string_new (base);
  gboolean packed = g_str_has_suffix (base, ".gz");

  g_string_replace (name, "images", "labels", 0);
  g_string_replace (name, "idx3", "idx1", 0);
  if (strcmp (name->str, base) == 0)
    return NULL;
  for (guint attempt = 0; attempt < 2; attempt++)
    {
      g_autofree char *path = g_build_filename (folder, name->str, NULL);

      if (g_file_test (path, G_FILE_TEST_IS_REGULAR))
        return g_steal_pointer (&path);
      if (packed)
        g_string_truncate (name, name->len - 3);
      else
        g_string_append (name, ".gz");
    }
  return NULL;
}

static gboolean
read_labels (KappaMnistDataset *self, gint32 **labels, GCancellable *cancellable, GError **error)
{
  g_autoptr (KappaSource) source = kappa_idx_open (self->labels_path, cancellable, error);
  gsize n = self->idx.dims[0];
  g_autofree guint8 *bytes = NULL;
  KappaIdx idx;

  if (source == NULL || !kappa_idx_read_header (source, 1, &idx, error))
    return FALSE;
  if (idx.dims[0] != n)
    return kappa_source_fail (source, error, KAPPA_ERROR_DATA,
                              "has %" G_GSIZE_FORMAT " labels for %" G_GSIZE_FORMAT " images in %s",
                              idx.dims[0], n, kappa_source_get_name (self->images));
  bytes = g_malloc (n);
  if (!kappa_source_read (source, idx.offset, bytes, n, error))
    return FALSE;
  *labels = g_new (gint32, n);
  for (gsize i = 0; i < n; i++)
    (*labels)[i] = bytes[i];
  return TRUE;
}

static gboolean
check_images (KappaMnistDataset *self, GError **error)
{
  const KappaIdx *idx = &self->idx;

  if (idx->dims[0] == 0 || idx->dims[1] == 0 || idx->dims[2] == 0)
    return kappa_source_fail (self->images, error, KAPPA_ERROR_FORMAT, "has no images in it");
  if (idx->dims[1] > KAPPA_IMAGE_MAX_SIDE || idx->dims[2] > KAPPA_IMAGE_MAX_SIDE
      || (guint64)idx->dims[1] * idx->dims[2] > KAPPA_IMAGE_MAX_PIXELS || idx->dims[0] > G_MAXINT32)
    return kappa_source_fail (self->images, error, KAPPA_ERROR_UNSUPPORTED,
                              "has %" G_GSIZE_FORMAT " images of %" G_GSIZE_FORMAT
                              " × %" G_GSIZE_FORMAT " pixels; that is too large",
                              idx->dims[0], idx->dims[2], idx->dims[1]);
  return TRUE;
}

static void
publish (KappaMnistDataset *self, gint32 *labels)
{
  KappaDataset *dataset = KAPPA_DATASET (self);
  guint n = (guint)self->idx.dims[0];
  guint8 *splits = g_malloc (n);

  memset (splits, (int)guess_split (self->path), n);
  kappa_dataset_set_place (dataset, "mnist", self->path);
  kappa_dataset_take_title (dataset,
                            g_strdup_printf ("MNIST %s", kappa_source_get_name (self->images)));
  kappa_dataset_take_items (dataset, n, labels, splits);
  if (labels != NULL)
    kappa_dataset_number_classes (dataset, 10);
  else
    kappa_dataset_add_problem (dataset, kappa_source_get_name (self->images),
                               "no file of labels lies beside it (for t10k-images-idx3-ubyte: "
                               "t10k-labels-idx1-ubyte), so that "
                               "the images have none");
}

KappaDataset *
kappa_dataset_open_mnist (const char *path,
                          const KappaDatasetOptions *options,
                          GCancellable *cancellable,
                          GError **error)
{
  g_autoptr (KappaMnistDataset) self = g_object_new (KAPPA_TYPE_MNIST_DATASET, NULL);
  g_autofree gint32 *labels = NULL;

  self->path = find_images (path, options->split, error);
  if (self->path == NULL)
    return NULL;
  self->images = kappa_idx_open (self->path, cancellable, error);
  if (self->images == NULL || !kappa_idx_read_header (self->images, 3, &self->idx, error)
      || !check_images (self, error))
    return NULL;
  self->labels_path = find_labels (self->path);
  if (self->labels_path != NULL && !read_labels (self, &labels, cancellable, error))
    return NULL;
  publish (self, g_steal_pointer (&labels));
  return KAPPA_DATASET (g_steal_pointer (&self));
}
