#pragma once

#include "core/data/dataset.h"

/* As many images are drawn where neither a range nor a number was asked for and the set is larger.
 * */
#define KAPPA_SELECTION_DEFAULT_SAMPLE 4096

/**
 * KappaSelection:
 *
 * Which images of a dataset an analysis uses. Reference-counted and immutable.
 */
typedef struct _KappaSelection KappaSelection;

#define KAPPA_TYPE_SELECTION (kappa_selection_get_type ())

GType           kappa_selection_get_type        (void);
KappaSelection *kappa_selection_new             (KappaDataset *dataset, const char *range,
                                                 guint sample, guint64 seed,
                                                 GError **error);
KappaSelection *kappa_selection_new_from_text   (KappaDataset *dataset, const char *text,
                                                 GError **error);
KappaSelection *kappa_selection_ref             (KappaSelection *self);
void            kappa_selection_unref           (KappaSelection *self);
guint           kappa_selection_get_n           (KappaSelection *self);
const guint32  *kappa_selection_get_indices     (KappaSelection *self);
const char     *kappa_selection_get_description (KappaSelection *self);
const char     *kappa_selection_get_text        (KappaSelection *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (KappaSelection, kappa_selection_unref)
