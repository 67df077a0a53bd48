#pragma once

#include <gio/gio.h>

#include "core/data/image.h"

/**
 * KappaSplit:
 *
 * Whether images were used to train, as far as the files say.
 */
typedef enum
{
  KAPPA_SPLIT_UNKNOWN,
  KAPPA_SPLIT_TRAINING,
  KAPPA_SPLIT_HELD_OUT,
} KappaSplit;

/**
 * KappaSplitChoice:
 * @KAPPA_SPLIT_CHOICE_AUTO: the held-out images where there are any, else all
 *
 * Which images to take from a place that holds both kinds, such as the CIFAR directory.
 */
typedef enum
{
  KAPPA_SPLIT_CHOICE_AUTO,
  KAPPA_SPLIT_CHOICE_ALL,
  KAPPA_SPLIT_CHOICE_TRAINING,
  KAPPA_SPLIT_CHOICE_HELD_OUT,
} KappaSplitChoice;

/**
 * KappaDatasetOptions:
 * @labels: (nullable): a CSV file with a row for each image; by default `labels.csv` in the folder
 * @image_column: (nullable): its column of file names; by default found by its name
 * @label_column: (nullable): its column of labels; by default found by its name
 * @class_ids: (nullable) (array zero-terminated=1): identifiers of the model's classes in the order
 *   of its outputs, e.g. the 1000 WordNet numbers of ImageNet. Folders, labels and file names that
 *   carry one of them get its index.
 * @class_names: (nullable) (array zero-terminated=1): as many names for people, in the same order
 *
 * What a place cannot say by itself. All zero is a good default.
 */
typedef struct
{
  KappaSplitChoice split;
  const char *labels;
  const char *image_column;
  const char *label_column;
  const char *const *class_ids;
  const char *const *class_names;
} KappaDatasetOptions;

/**
 * KappaProblem:
 * @item: the image, or the row of a table, that is broken
 * @message: what is wrong with it
 */
typedef struct
{
  char *item;
  char *message;
} KappaProblem;

#define KAPPA_TYPE_DATASET (kappa_dataset_get_type ())
G_DECLARE_DERIVABLE_TYPE (KappaDataset, kappa_dataset, KAPPA, DATASET, GObject)

KappaDataset *kappa_dataset_open            (const char *spec, const KappaDatasetOptions *options,
                                             GCancellable *cancellable, GError **error);
const char   *kappa_dataset_get_spec        (KappaDataset *self);
const char   *kappa_dataset_get_title       (KappaDataset *self);
guint         kappa_dataset_get_n_items     (KappaDataset *self);
guint         kappa_dataset_get_n_classes   (KappaDataset *self);
gboolean      kappa_dataset_get_by_position (KappaDataset *self);
const char   *kappa_dataset_get_class_name  (KappaDataset *self, guint label);
int           kappa_dataset_get_label       (KappaDataset *self, guint item);
KappaSplit    kappa_dataset_get_split       (KappaDataset *self, guint item);
char         *kappa_dataset_dup_item_name   (KappaDataset *self, guint item);
char         *kappa_dataset_dup_item_path   (KappaDataset *self, guint item);
char         *kappa_dataset_dup_hash        (KappaDataset *self, GCancellable *cancellable,
                                             GError **error);
KappaImage   *kappa_dataset_load_image      (KappaDataset *self, guint item,
                                             GCancellable *cancellable, GError **error);
GPtrArray    *kappa_dataset_list_problems   (KappaDataset *self);

const char   *kappa_split_get_name          (KappaSplit split);
gboolean      kappa_split_choice_from_name  (const char *name, KappaSplitChoice *choice);
KappaProblem *kappa_problem_new             (const char *item, const char *message);
void          kappa_problem_free            (KappaProblem *problem);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (KappaProblem, kappa_problem_free)

/**
 * KappaDatasetClass:
 * @dup_item_path: the file to show for an item, %NULL where it is one of many in a file
 *
 * What one kind of source supplies; everything is called from any thread once the dataset is open.
 */
struct _KappaDatasetClass
{
  GObjectClass parent_class;

  char       *(*dup_item_name) (KappaDataset *self, guint item);
  char       *(*dup_item_path) (KappaDataset *self, guint item);
  KappaImage *(*load_image)    (KappaDataset *self, guint item, GCancellable *cancellable,
                                GError **error);
  char       *(*dup_hash)      (KappaDataset *self, GCancellable *cancellable, GError **error);
};
