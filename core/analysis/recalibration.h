#pragma once

#include "core/analysis/context.h"
#include "core/data/batch.h"
#include "core/models/model.h"

/*
 * Running statistics as they would be at other weights: mean and variance of what each batch norm layer receives, over
 * the images, with all layers before it normalised by statistics of the same kind.
 */
typedef struct _KappaRecalibration KappaRecalibration;

KappaRecalibration *kappa_recalibration_new        (KappaModel *model, KappaBatchSource *batches, GError **error);
void                kappa_recalibration_free       (KappaRecalibration *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KappaRecalibration, kappa_recalibration_free)

guint64             kappa_recalibration_get_memory (KappaRecalibration *self, gint64 n_images, guint n_workers);
gboolean            kappa_recalibration_run        (KappaRecalibration *self, const double *parameters,
                                                    KappaContext *context, double *buffers, GError **error);
