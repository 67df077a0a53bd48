#include "core/data/dataset.h"

#include <string.h>

#include "core/base/error.h"
#include "core/base/hash.h"
#include "core/data/dataset-private.h"

/**
 * KappaDataset:
 *
 * Images with or without labels, wherever they lie. Opening reads names and labels only; images are
 * decoded one by one when they are asked for, from any thread. An image that turns out to be broken
 * is listed as a problem, and the others go on.
 */
typedef struct
{
  char *spec;
  char *title;
  guint n_items;
  gint32 *labels; /* NULL: all unknown */
  guint8 *splits; /* a KappaSplit each; NULL: all unknown */
  GPtrArray *classes;
  gboolean by_position;

  GMutex mutex;
  GPtrArray *problems;
  GHashTable *reported; /* names of the items among them */
} KappaDatasetPrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (KappaDataset, kappa_dataset, G_TYPE_OBJECT)

static KappaDatasetPrivate *
get_private (KappaDataset *self)
{
  return kappa_dataset_get_instance_private (self);
}

static void
kappa_dataset_finalize (GObject *object)
{
  KappaDatasetPrivate *priv = get_private (KAPPA_DATASET (object));

  g_free (priv->spec);
  g_free (priv->title);
  g_free (priv->labels);
  g_free (priv->splits);
  g_ptr_array_unref (priv->classes);
  g_ptr_array_unref (priv->problems);
  g_hash_table_unref (priv->reported);
  g_mutex_clear (&priv->mutex);
  G_OBJECT_CLASS (kappa_dataset_parent_class)->finalize (object);
}

static void
kappa_dataset_class_init (KappaDatasetClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = kappa_dataset_finalize;
}

static void
kappa_dataset_init (KappaDataset *self)
{
  KappaDatasetPrivate *priv = get_private (self);

  priv->classes = g_ptr_array_new_with_free_func (g_free);
  priv->problems = g_ptr_array_new_with_free_func ((GDestroyNotify)kappa_problem_free);
  priv->reported = g_hash_table_new (g_str_hash, g_str_equal);
  g_mutex_init (&priv->mutex);
}

KappaProblem *
kappa_problem_new (const char *item, const char *message)
{
  KappaProblem *problem = g_new (KappaProblem, 1);

  *problem = (KappaProblem) { g_strdup (item), g_strdup (message) };
  return problem;
}

void
kappa_problem_free (KappaProblem *problem)
{
  g_free (problem->item);
  g_free (problem->message);
  g_free (problem);
}

/**
 * kappa_split_get_name:
 *
 * Returns: "training", "held-out" or "unknown"
 */
const char *
kappa_split_get_name (KappaSplit split)
{
  static const char *const names[] = { "unknown", "training", "held-out" };

  return names[split];
}

/**
 * kappa_split_choice_from_name:
 * @name: "auto", "all", "training" or "held-out"
 *
 * Returns: %FALSE if @name is none of them
 */
gboolean
kappa_split_choice_from_name (const char *name, KappaSplitChoice *choice)
{
  static const char *const names[] = { "auto", "all", "training", "held-out" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (strcmp (name, names[i]) == 0)
      {
        *choice = i;
        return TRUE;
      }
  return FALSE;
}

/* What people call the folders. */
KappaSplit
kappa_split_from_name (const char *name)
{
  static const char *const training[] = { "train", "training", NULL };
  static const char *const held_out[]
      = { "val",        "valid",   "validation", "test",    "testing", "eval",
          "evaluation", "heldout", "held-out",   "holdout", NULL };
  g_autofree char *lower = g_ascii_strdown (name, -1);

  if (g_strv_contains (training, lower))
    return KAPPA_SPLIT_TRAINING;
  return g_strv_contains (held_out, lower) ? KAPPA_SPLIT_HELD_OUT : KAPPA_SPLIT_UNKNOWN;
}

gboolean
kappa_split_is_wanted (KappaSplit split, KappaSplitChoice choice, gboolean any_held_out)
{
  switch (choice)
    {
    case KAPPA_SPLIT_CHOICE_TRAINING:
      return split == KAPPA_SPLIT_TRAINING;
    case KAPPA_SPLIT_CHOICE_HELD_OUT:
      return split == KAPPA_SPLIT_HELD_OUT;
    case KAPPA_SPLIT_CHOICE_AUTO:
      return !any_held_out || split == KAPPA_SPLIT_HELD_OUT;
    case KAPPA_SPLIT_CHOICE_ALL:
    default:
      return TRUE;
    }
}

void
kappa_dataset_set_place (KappaDataset *self, const char *scheme, const char *path)
{
  g_autofree char *absolute = g_canonicalize_filename (path, NULL);

  get_private (self)->spec = g_strconcat (scheme, ":", absolute, NULL);
}

void
kappa_dataset_take_title (KappaDataset *self, char *title)
{
  get_private (self)->title = title;
}

/* @labels and @splits: (transfer full) (nullable): one for each item */
void
kappa_dataset_take_items (KappaDataset *self, guint n_items, gint32 *labels, guint8 *splits)
{
  KappaDatasetPrivate *priv = get_private (self);

  priv->n_items = n_items;
  priv->labels = labels;
  priv->splits = splits;
}

/* @by_position: whether labels are places in a sorted list of the names that happen to be there */
void
kappa_dataset_set_classes (KappaDataset *self,
                           const char *const *names,
                           guint n_classes,
                           gboolean by_position)
{
  KappaDatasetPrivate *priv = get_private (self);

  priv->by_position = by_position;
  g_ptr_array_set_size (priv->classes, 0);
  for (guint i = 0; i < n_classes; i++)
    g_ptr_array_add (priv->classes, g_strdup (names[i]));
}

/* Where labels are numbers without names, the classes are called by them. */
void
kappa_dataset_number_classes (KappaDataset *self, guint at_least)
{
  KappaDatasetPrivate *priv = get_private (self);
  guint n_classes = at_least;

  for (guint i = 0; priv->labels != NULL && i < priv->n_items; i++)
    n_classes = MAX (n_classes, (guint)(priv->labels[i] + 1));
  for (guint i = priv->classes->len; i < n_classes; i++)
    g_ptr_array_add (priv->classes, g_strdup_printf ("%u", i));
}

/* An item that fails every time it is loaded is listed once. */
void
kappa_dataset_add_problem (KappaDataset *self, const char *item, const char *message)
{
  KappaDatasetPrivate *priv = get_private (self);

  g_mutex_lock (&priv->mutex);
  if (!g_hash_table_contains (priv->reported, item))
    {
      KappaProblem *problem = kappa_problem_new (item, message);

      g_ptr_array_add (priv->problems, problem);
      g_hash_table_add (priv->reported, problem->item);
    }
  g_mutex_unlock (&priv->mutex);
}

/* The hash of a dataset that is kept in a few files, in their order. */
char *
kappa_dataset_hash_files (const char *const *paths,
                          guint n_paths,
                          GCancellable *cancellable,
                          GError **error)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);

  for (guint i = 0; i < n_paths; i++)
    {
      g_autofree char *hash = kappa_hash_file (paths[i], cancellable, error);

      if (hash == NULL)
        return NULL;
      g_checksum_update (checksum, (const guchar *)hash, -1);
    }
  return g_strdup (g_checksum_get_string (checksum));
}

/**
 * kappa_dataset_get_spec:
 *
 * Returns: (transfer none): what opens the same place again, from any working directory
 */
const char *
kappa_dataset_get_spec (KappaDataset *self)
{
  return get_private (self)->spec;
}

/**
 * kappa_dataset_get_title:
 *
 * Returns: (transfer none): a few words for people, e.g. "CIFAR-10 test_batch.bin"
 */
const char *
kappa_dataset_get_title (KappaDataset *self)
{
  return get_private (self)->title;
}

guint
kappa_dataset_get_n_items (KappaDataset *self)
{
  return get_private (self)->n_items;
}

/**
 * kappa_dataset_get_n_classes:
 *
 * Returns: how many classes are known by name or by label; 0 if nothing is labelled
 */
guint
kappa_dataset_get_n_classes (KappaDataset *self)
{
  return get_private (self)->classes->len;
}

/**
 * kappa_dataset_get_by_position:
 *
 * Returns: whether a label is the place of a name in the sorted list of the names that are there.
 * Such labels mean a model's outputs only if every class of the model is among them.
 */
gboolean
kappa_dataset_get_by_position (KappaDataset *self)
{
  return get_private (self)->by_position;
}

const char *
kappa_dataset_get_class_name (KappaDataset *self, guint label)
{
  KappaDatasetPrivate *priv = get_private (self);

  g_return_val_if_fail (label < priv->classes->len, NULL);

  return g_ptr_array_index (priv->classes, label);
}

/**
 * kappa_dataset_get_label:
 *
 * Returns: the class of an item, or -1 if it is unknown
 */
int
kappa_dataset_get_label (KappaDataset *self, guint item)
{
  KappaDatasetPrivate *priv = get_private (self);

  g_return_val_if_fail (item < priv->n_items, -1);

  return priv->labels != NULL ? priv->labels[item] : -1;
}

KappaSplit
kappa_dataset_get_split (KappaDataset *self, guint item)
{
  KappaDatasetPrivate *priv = get_private (self);

  g_return_val_if_fail (item < priv->n_items, KAPPA_SPLIT_UNKNOWN);

  return priv->splits != NULL ? priv->splits[item] : KAPPA_SPLIT_UNKNOWN;
}

/**
 * kappa_dataset_dup_item_name:
 *
 * Returns: (transfer full): what an item is called, e.g. "cat/17.png" or "test_batch.bin #17"
 */
char *
kappa_dataset_dup_item_name (KappaDataset *self, guint item)
{
  g_return_val_if_fail (item < kappa_dataset_get_n_items (self), NULL);

  return KAPPA_DATASET_GET_CLASS (self)->dup_item_name (self, item);
}

/**
 * kappa_dataset_dup_item_path:
 *
 * Returns: (transfer full) (nullable): the item's own file; %NULL where many images share one
 */
char *
kappa_dataset_dup_item_path (KappaDataset *self, guint item)
{
  KappaDatasetClass *klass = KAPPA_DATASET_GET_CLASS (self);

  g_return_val_if_fail (item < kappa_dataset_get_n_items (self), NULL);

  return klass->dup_item_path != NULL ? klass->dup_item_path (self, item) : NULL;
}

/**
 * kappa_dataset_dup_hash:
 *
 * Identifies the data, so that a result can be found again. For sets in few files (CIFAR, MNIST,
 * npz) it covers the content of the files. For folders, which may be far too large to read for
 * that, it covers names, sizes, labels and the first KiB and the last three of each image. Either
 * is the same on every machine. What a network was really shown is identified by
 * kappa_batch_source_get_hash().
 *
 * Returns: (transfer full): a SHA-256 as 64 hexadecimal digits; %NULL with the system's error or
 * %G_IO_ERROR_CANCELLED
 */
char *
kappa_dataset_dup_hash (KappaDataset *self, GCancellable *cancellable, GError **error)
{
  return KAPPA_DATASET_GET_CLASS (self)->dup_hash (self, cancellable, error);
}

/**
 * kappa_dataset_load_image:
 *
 * Reads and decodes one image in its own size. May be called from any thread. A broken image is
 * added to the list of problems.
 *
 * Returns: (transfer full): the image; %NULL with an error that names the item
 */
KappaImage *
kappa_dataset_load_image (KappaDataset *self, guint item, GCancellable *cancellable, GError **error)
{
  g_autoptr (GError) failure = NULL;
  KappaImage *image;

  g_return_val_if_fail (item < kappa_dataset_get_n_items (self), NULL);

  image = KAPPA_DATASET_GET_CLASS (self)->load_image (self, item, cancellable, &failure);
  if (image != NULL)
    return image;
  if (!g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_autofree char *name = kappa_dataset_dup_item_name (self, item);

      kappa_dataset_add_problem (self, name, failure->message);
    }
  g_propagate_error (error, g_steal_pointer (&failure));
  return NULL;
}

/**
 * kappa_dataset_list_problems:
 *
 * Returns: (transfer full) (element-type KappaProblem): a copy of what was found broken or missing
 * so far
 */
GPtrArray *
kappa_dataset_list_problems (KappaDataset *self)
{
  KappaDatasetPrivate *priv = get_private (self);
  GPtrArray *copy = g_ptr_array_new_with_free_func ((GDestroyNotify)kappa_problem_free);

  g_mutex_lock (&priv->mutex);
  for (guint i = 0; i < priv->problems->len; i++)
    {
      const KappaProblem *problem = g_ptr_array_index (priv->problems, i);

      g_ptr_array_add (copy, kappa_problem_new (problem->item, problem->message));
    }
  g_mutex_unlock (&priv->mutex);
  return copy;
}
