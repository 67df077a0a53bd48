#pragma once

#include "core/data/dataset.h"

/*
 * For the sources: what they tell the base class while they open, before anyone else sees the
 * dataset.
 */

void kappa_dataset_set_place   (KappaDataset *self, const char *scheme, const char *path);
void kappa_dataset_take_title  (KappaDataset *self, char *title);
void kappa_dataset_take_items  (KappaDataset *self, guint n_items, gint32 *labels, guint8 *splits);
void kappa_dataset_set_classes (KappaDataset *self, const char *const *names, guint n_classes,
                                gboolean by_position);
void kappa_dataset_number_classes (KappaDataset *self, guint at_least);
void kappa_dataset_add_problem (KappaDataset *self, const char *item, const char *message);

char *kappa_dataset_hash_files (const char *const *paths, guint n_paths, GCancellable *cancellable,
                                GError **error);

gboolean   kappa_split_is_wanted  (KappaSplit split, KappaSplitChoice choice,
                                   gboolean any_held_out);
KappaSplit kappa_split_from_name  (const char *name);

/**
 * KappaDatasetOpenFunc:
 * @path: what follows the scheme in the spec
 */
typedef KappaDataset *(*KappaDatasetOpenFunc) (const char *path, const KappaDatasetOptions *options,
                                               GCancellable *cancellable, GError **error);

KappaDataset *kappa_dataset_open_cifar10  (const char *path, const KappaDatasetOptions *options,
                                           GCancellable *cancellable, GError **error);
KappaDataset *kappa_dataset_open_cifar100 (const char *path, const KappaDatasetOptions *options,
                                           GCancellable *cancellable, GError **error);
KappaDataset *kappa_dataset_open_mnist    (const char *path, const KappaDatasetOptions *options,
                                           GCancellable *cancellable, GError **error);
KappaDataset *kappa_dataset_open_npz      (const char *path, const KappaDatasetOptions *options,
                                           GCancellable *cancellable, GError **error);
KappaDataset *kappa_dataset_open_folder   (const char *path, const KappaDatasetOptions *options,
                                           GCancellable *cancellable, GError **error);
KappaDataset *kappa_dataset_open_csv      (const char *path, const KappaDatasetOptions *options,
                                           GCancellable *cancellable, GError **error);
KappaDataset *kappa_dataset_open_image    (const char *path, const KappaDatasetOptions *options,
                                           GCancellable *cancellable, GError **error);
