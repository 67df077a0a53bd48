#include "core/data/dataset.h"

#include <string.h>

#include "core/base/error.h"
#include "core/data/dataset-private.h"
#include "core/data/read.h"
#include "core/formats/source.h"

typedef struct
{
  const char *name;
  KappaDatasetOpenFunc open;
} Scheme;

static const Scheme schemes[] = {
  { "cifar10", kappa_dataset_open_cifar10 }, { "cifar100", kappa_dataset_open_cifar100 },
  { "mnist", kappa_dataset_open_mnist },     { "npz", kappa_dataset_open_npz },
  { "folder", kappa_dataset_open_folder },   { "csv", kappa_dataset_open_csv },
  { "image", kappa_dataset_open_image },
};

#define CIFAR10_RECORD  (1 + 3072)
#define CIFAR100_RECORD (2 + 3072)

static gboolean
any_exists (const char *folder, const char *const *names)
{
  for (; *names != NULL; names++)
    {
      g_autofree char *path = g_build_filename (folder, *names, NULL);

      if (g_file_test (path, G_FILE_TEST_IS_REGULAR))
        return TRUE;
    }
  return FALSE;
}

static const char *
sniff_folder (const char *path)
{
  static const char *const cifar10[]
      = { "test_batch.bin", "data_batch_1.bin", "test_batch", "data_batch_1", NULL };
  static const char *const cifar100[] = { "fine_label_names.txt", "meta", NULL };
  static const char *const mnist[] = { "t10k-images-idx3-ubyte",
                                       "train-images-idx3-ubyte",
                                       "t10k-images-idx3-ubyte.gz",
                                       "train-images-idx3-ubyte.gz",
                                       "t10k-images.idx3-ubyte",
                                       "train-images.idx3-ubyte",
                                       NULL };

  if (any_exists (path, cifar10))
    return "cifar10";
  if (any_exists (path, cifar100))
    return "cifar100";
  return any_exists (path, mnist) ? "mnist" : "folder";
}

/* CIFAR's binary files have no signature: every record's label must be one. */
static gboolean
has_labels_below (KappaSource *source, gsize record, gsize at, guint n_classes)
{
  guint64 size = kappa_source_get_size (source);
  guint8 label;

  if (size == 0 || size % record != 0)
    return FALSE;
  for (guint64 offset = at; offset < size; offset += record)
    if (!kappa_source_read (source, offset, &label, 1, NULL) || label >= n_classes)
      return FALSE;
  return TRUE;
}

static const char *
sniff_pickle (const char *path)
{
  g_autofree char *name = g_path_get_basename (path);

  return strcmp (name, "train") == 0 || strcmp (name, "test") == 0 ? "cifar100" : "cifar10";
}

static const char *
sniff_file (const char *path, KappaSource *source)
{
  g_autofree char *lower = g_ascii_strdown (path, -1);
  guint8 head[4] = { 0 };
  gsize size = (gsize)MIN (kappa_source_get_size (source), sizeof head);

  if (!kappa_source_read (source, 0, head, size, NULL))
    return NULL;
  if (memcmp (head, "\x89PNG", 4) == 0 || memcmp (head, "\xff\xd8\xff", 3) == 0)
    return "image";
  if (memcmp (head, "PK\x03\x04", 4) == 0)
    return "npz";
  if (memcmp (head, "\0\0\x08\x03", 4) == 0
      || (memcmp (head, "\x1f\x8b", 2) == 0 && strstr (lower, "idx3") != NULL))
    return "mnist";
  if (head[0] == 0x80)
    return sniff_pickle (path);
  if (has_labels_below (source, CIFAR10_RECORD, 0, 10))
    return "cifar10";
  if (has_labels_below (source, CIFAR100_RECORD, 0, 20)
      && has_labels_below (source, CIFAR100_RECORD, 1, 100))
    return "cifar100";
  return g_str_has_suffix (lower, ".csv") || g_str_has_suffix (lower, ".tsv") ? "csv" : NULL;
}

/* What is no kind of images is not taken for a single broken one: it may be a model after all. */
static void
refuse (KappaSource *source, GError **error)
{
  guint8 head[512];
  gsize size = (gsize)MIN (kappa_source_get_size (source), sizeof head);

  if (kappa_source_read (source, 0, head, size, error))
    kappa_data_refuse_foreign (kappa_source_get_name (source), head, size,
                               "a PNG or JPEG image, or a CIFAR, IDX, npz or CSV file", error);
}

static const char *
sniff (const char *path, GError **error)
{
  g_autoptr (KappaSource) source = NULL;
  const char *kind;

  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    return sniff_folder (path);
  source = kappa_source_open (path, error);
  if (source == NULL)
    return NULL;
  kind = sniff_file (path, source);
  if (kind == NULL)
    refuse (source, error);
  return kind;
}

static const Scheme *
find_scheme (const char *spec, gsize length)
{
  for (gsize i = 0; i < G_N_ELEMENTS (schemes); i++)
    if (strlen (schemes[i].name) == length && strncmp (schemes[i].name, spec, length) == 0)
      return &schemes[i];
  return NULL;
}

/**
 * kappa_dataset_open:
 * @spec: `cifar10:`, `cifar100:`, `mnist:`, `npz:`, `folder:`, `csv:` or `image:` and a path; or a
 * path alone, whose kind is then told by its content
 * @options: (nullable): what the place cannot say by itself
 *
 * Opens images for reading. CIFAR is the binary or the pickled Python form, one file or the
 * directory. MNIST is a file of images in IDX form, plain or packed by gzip, with its labels beside
 * it, or the directory. A folder holds a folder for each class, or images and perhaps a
 * `labels.csv`; its sub-folders may be called train, val and test. A CSV file names images that lie
 * beside it. An npz file holds arrays `images` and `labels` (or `x` and `y`, or the names that
 * Keras and MedMNIST use).
 *
 * Returns: (transfer full): the dataset; %NULL with %KAPPA_ERROR_DATA, %KAPPA_ERROR_FORMAT,
 * %KAPPA_ERROR_UNSUPPORTED, the system's error or %G_IO_ERROR_CANCELLED
 */
KappaDataset *
kappa_dataset_open (const char *spec,
                    const KappaDatasetOptions *options,
                    GCancellable *cancellable,
                    GError **error)
{
  static const KappaDatasetOptions none = { 0 };
  const char *colon = strchr (spec, ':');
  const Scheme *scheme = colon != NULL ? find_scheme (spec, (gsize)(colon - spec)) : NULL;
  const char *path = scheme != NULL ? colon + 1 : spec;

  if (*path == '\0')
    {
      g_set_error (
          error, KAPPA_ERROR, KAPPA_ERROR_USAGE,
          "\"%s\" names no images; expected a file or folder, or for example cifar10:FOLDER", spec);
      return NULL;
    }
  if (scheme == NULL)
    {
      const char *kind = sniff (path, error);

      if (kind == NULL)
        return NULL;
      scheme = find_scheme (kind, strlen (kind));
    }
  return scheme->open (path, options != NULL ? options : &none, cancellable, error);
}
