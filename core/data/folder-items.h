#pragma once

#include "core/data/dataset.h"
#include "core/data/folder-list.h"

/**
 * KappaFolderItem:
 * @file: (unowned): one of the list's
 * @label: -1 if unknown
 */
typedef struct
{
  const KappaFolderFile *file;
  gint32 label;
  KappaSplit split;
} KappaFolderItem;

/*
 * What the images of a folder are. Both add items (element-type KappaFolderItem), and tell the
 * dataset its classes and what is wrong.
 */

gboolean kappa_folder_arrange_by_class (KappaDataset *dataset, const KappaFolderList *list,
                                        const KappaDatasetOptions *options, GArray *items,
                                        GError **error);
gboolean kappa_folder_arrange_by_table (KappaDataset *dataset, const KappaFolderList *list,
                                        const char *table,
                                        const KappaDatasetOptions *options, GArray *items,
                                        GCancellable *cancellable,
                                        GError **error);
