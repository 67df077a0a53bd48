#pragma once

#include "core/data/csv.h"
#include "core/data/dataset.h"

/**
 * KappaLabelTable:
 * @image_column: where the file names are
 * @labels: one for each row, -1 where the cell is empty
 * @classes: (element-type utf8): their names; empty where labels are plain numbers
 * @by_position: whether labels are places in the sorted list of the texts that occur
 */
typedef struct
{
  KappaCsv *csv;
  guint image_column;
  gint32 *labels;
  GPtrArray *classes;
  gboolean by_position;
} KappaLabelTable;

KappaLabelTable *kappa_label_table_load        (const char *path,
                                                const KappaDatasetOptions *options,
                                                GCancellable *cancellable, GError **error);
void             kappa_label_table_free        (KappaLabelTable *self);
int              kappa_label_table_find_class  (const KappaDatasetOptions *options,
                                                const char *text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (KappaLabelTable, kappa_label_table_free)
