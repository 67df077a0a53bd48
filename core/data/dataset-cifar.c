#include <string.h>

#include "core/base/error.h"
#include "core/data/cifar-part.h"
#include "core/data/dataset-private.h"

/*
 * CIFAR-10 and CIFAR-100 (Krizhevsky, "Learning multiple layers of features from tiny images",
 * 2009).
 */

typedef struct
{
  const char *scheme;
  const char *title;
  guint n_classes;
  const char *const *classes;
  const char *const *folders; /* how the archives call their folder */
  const char *const *files;   /* training first */
} Kind;

static const char *const cifar10_classes[]
    = { "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck" };

static const char *const cifar100_classes[] = {
  "apple",       "aquarium_fish", "baby",      "bear",       "beaver",       "bed",
  "bee",         "beetle",        "bicycle",   "bottle",     "bowl",         "boy",
  "bridge",      "bus",           "butterfly", "camel",      "can",          "castle",
  "caterpillar", "cattle",        "chair",     "chimpanzee", "clock",        "cloud",
  "cockroach",   "couch",         "crab",      "crocodile",  "cup",          "dinosaur",
  "dolphin",     "elephant",      "flatfish",  "forest",     "fox",          "girl",
  "hamster",     "house",         "kangaroo",  "keyboard",   "lamp",         "lawn_mower",
  "leopard",     "lion",          "lizard",    "lobster",    "man",          "maple_tree",
  "motorcycle",  "mountain",      "mouse",     "mushroom",   "oak_tree",     "orange",
  "orchid",      "otter",         "palm_tree", "pear",       "pickup_truck", "pine_tree",
  "plain",       "plate",         "poppy",     "porcupine",  "possum",       "rabbit",
  "raccoon",     "ray",           "road",      "rocket",     "rose",         "sea",
  "seal",        "shark",         "shrew",     "skunk",      "skyscraper",   "snail",
  "snake",       "spider",        "squirrel",  "streetcar",  "sunflower",    "sweet_pepper",
  "table",       "tank",          "telephone", "television", "tiger",        "tractor",
  "train",       "trout",         "tulip",     "turtle",     "wardrobe",     "whale",
  "willow_tree", "wolf",          "woman",     "worm",
};

G_STATIC_ASSERT (G_N_ELEMENTS (cifar100_classes) == 100);

static const char *const cifar10_folders[]
    = { ".", "cifar-10-batches-bin", "cifar-10-batches-py", NULL };
static const char *const cifar100_folders[] = { ".", "cifar-100-binary", "cifar-100-python", NULL };
static const char *const cifar10_files[] = {
  "data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5", "test_batch", NULL
};
static const char *const cifar100_files[] = { "train", "test", NULL };

static const Kind cifar10
    = { "cifar10", "CIFAR-10", 10, cifar10_classes, cifar10_folders, cifar10_files };
static const Kind cifar100
    = { "cifar100", "CIFAR-100", 100, cifar100_classes, cifar100_folders, cifar100_files };

#define KAPPA_TYPE_CIFAR_DATASET (kappa_cifar_dataset_get_type ())
G_DECLARE_FINAL_TYPE (KappaCifarDataset, kappa_cifar_dataset, KAPPA, CIFAR_DATASET, KappaDataset)

struct _KappaCifarDataset
{
  KappaDataset parent_instance;

  GPtrArray *parts;
};

G_DEFINE_FINAL_TYPE (KappaCifarDataset, kappa_cifar_dataset, KAPPA_TYPE_DATASET)

static const KappaCifarPart *
find_part (KappaDataset *dataset, guint *item)
{
  KappaCifarDataset *self = KAPPA_CIFAR_DATASET (dataset);
  guint p = 0;

  while (*item >= ((KappaCifarPart *)g_ptr_array_index (self->parts, p))->n)
    *item -= ((KappaCifarPart *)g_ptr_array_index (self->parts, p++))->n;
  return g_ptr_array_index (self->parts, p);
}

static char *
kappa_cifar_dataset_dup_item_name (KappaDataset *dataset, guint item)
{
  const KappaCifarPart *part = find_part (dataset, &item);

  return g_strdup_printf ("%s #%u", part->name, item);
}

static KappaImage *
kappa_cifar_dataset_load_image (KappaDataset *dataset,
                                guint item,
                                GCancellable *cancellable,
                                GError **error)
{
  const KappaCifarPart *part = find_part (dataset, &item);

  return kappa_cifar_part_read_image (part, item, error);
}

static char *
kappa_cifar_dataset_dup_hash (KappaDataset *dataset, GCancellable *cancellable, GError **error)
{
  KappaCifarDataset *self = KAPPA_CIFAR_DATASET (dataset);
  g_autoptr (GPtrArray) paths = g_ptr_array_new ();

  for (guint p = 0; p < self->parts->len; p++)
    g_ptr_array_add (paths, ((KappaCifarPart *)g_ptr_array_index (self->parts, p))->path);
  return kappa_dataset_hash_files ((const char *const *)paths->pdata, paths->len, cancellable,
                                   error);
}

static void
kappa_cifar_dataset_finalize (GObject *object)
{
  g_ptr_array_unref (KAPPA_CIFAR_DATASET (object)->parts);
  G_OBJECT_CLASS (kappa_cifar_dataset_parent_class)->finalize (object);
}

static void
kappa_cifar_dataset_class_init (KappaCifarDatasetClass *klass)
{
  KappaDatasetClass *dataset_class = KAPPA_DATASET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = kappa_cifar_dataset_finalize;
  dataset_class->dup_item_name = kappa_cifar_dataset_dup_item_name;
  dataset_class->load_image = kappa_cifar_dataset_load_image;
  dataset_class->dup_hash = kappa_cifar_dataset_dup_hash;
}

static void
kappa_cifar_dataset_init (KappaCifarDataset *self)
{
  self->parts = g_ptr_array_new_with_free_func ((GDestroyNotify)kappa_cifar_part_free);
}

/* The batches in a folder or in the archive's own folder inside it, binary ones first. */
static GPtrArray *
list_files (const Kind *kind, const char *path)
{
  static const char *const endings[] = { ".bin", "" };
  GPtrArray *files = g_ptr_array_new_with_free_func (g_free);

  if (!g_file_test (path, G_FILE_TEST_IS_DIR))
    {
      g_ptr_array_add (files, g_strdup (path));
      return files;
    }
  for (gsize e = 0; e < G_N_ELEMENTS (endings); e++)
    for (gsize d = 0; kind->folders[d] != NULL; d++)
      {
        for (gsize f = 0; kind->files[f] != NULL; f++)
          {
            g_autofree char *name = g_strconcat (kind->files[f], endings[e], NULL);
            g_autofree char *file = d == 0 ? g_build_filename (path, name, NULL)
                                           : g_build_filename (path, kind->folders[d], name, NULL);

            if (g_file_test (file, G_FILE_TEST_IS_REGULAR))
              g_ptr_array_add (files, g_steal_pointer (&file));
          }
        if (files->len > 0)
          return files;
      }
  return files;
}

static void
keep_wanted_files (GPtrArray *files, KappaSplitChoice choice)
{
  gboolean any_held_out = FALSE;

  for (guint f = 0; f < files->len; f++)
    any_held_out |= kappa_cifar_guess_split (g_ptr_array_index (files, f)) == KAPPA_SPLIT_HELD_OUT;
  for (guint f = files->len; f-- > 0;)
    if (!kappa_split_is_wanted (kappa_cifar_guess_split (g_ptr_array_index (files, f)), choice,
                                any_held_out))
      g_ptr_array_remove_index (files, f);
}

static GPtrArray *
find_files (const Kind *kind, const char *path, KappaSplitChoice choice, GError **error)
{
  g_autoptr (GPtrArray) files = list_files (kind, path);
  g_autofree char *name = g_filename_display_name (path);

  if (files->len == 0)
    {
      g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_DATA,
                   "%s: has none of the files of %s, such as \"%s.bin\" or \"%s\"", name,
                   kind->title, kind->files[0], kind->files[0]);
      return NULL;
    }
  keep_wanted_files (files, choice);
  if (files->len == 0)
    {
      g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_DATA,
                   "%s: has no %s file of the split that was asked for", name, kind->title);
      return NULL;
    }
  return g_steal_pointer (&files);
}

static void
publish (KappaCifarDataset *self, const Kind *kind)
{
  const KappaCifarPart *first = g_ptr_array_index (self->parts, 0);
  GArray *labels = g_array_new (FALSE, FALSE, sizeof (gint32));
  GByteArray *splits = g_byte_array_new ();
  guint n;

  for (guint p = 0; p < self->parts->len; p++)
    {
      const KappaCifarPart *part = g_ptr_array_index (self->parts, p);

      g_array_append_vals (labels, part->labels, part->n);
      g_byte_array_set_size (splits, labels->len);
      memset (splits->data + labels->len - part->n, (int)part->split, part->n);
    }
  n = labels->len;
  kappa_dataset_take_items (KAPPA_DATASET (self), n, (gint32 *)(void *)g_array_free (labels, FALSE),
                            g_byte_array_free (splits, FALSE));
  kappa_dataset_set_classes (KAPPA_DATASET (self), kind->classes, kind->n_classes, FALSE);
  kappa_dataset_take_title (KAPPA_DATASET (self),
                            self->parts->len == 1
                                ? g_strdup_printf ("%s %s", kind->title, first->name)
                                : g_strdup_printf ("%s %s and %u more files", kind->title,
                                                   first->name, self->parts->len - 1));
}

static KappaDataset *
open_kind (const Kind *kind,
           const char *path,
           const KappaDatasetOptions *options,
           GCancellable *cancellable,
           GError **error)
{
  g_autoptr (KappaCifarDataset) self = g_object_new (KAPPA_TYPE_CIFAR_DATASET, NULL);
  g_autoptr (GPtrArray) files = find_files (kind, path, options->split, error);

  for (guint f = 0; files != NULL && f < files->len; f++)
    {
      KappaCifarPart *part = kappa_cifar_part_open (g_ptr_array_index (files, f), kind->n_classes,
                                                    cancellable, error);

      if (part == NULL)
        return NULL;
      g_ptr_array_add (self->parts, part);
    }
  if (files == NULL)
    return NULL;
  kappa_dataset_set_place (KAPPA_DATASET (self), kind->scheme, path);
  publish (self, kind);
  return KAPPA_DATASET (g_steal_pointer (&self));
}

KappaDataset *
kappa_dataset_open_cifar10 (const char *path,
                            const KappaDatasetOptions *options,
                            GCancellable *cancellable,
                            GError **error)
{
  return open_kind (&cifar10, path, options, cancellable, error);
}

KappaDataset *
kappa_dataset_open_cifar100 (const char *path,
                             const KappaDatasetOptions *options,
                             GCancellable *cancellable,
                             GError **error)
{
  return open_kind (&cifar100, path, options, cancellable, error);
}
