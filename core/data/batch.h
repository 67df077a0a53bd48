#pragma once

#include "core/base/progress.h"
#include "core/base/workers.h"
#include "core/data/crops.h"
#include "core/data/dataset.h"
#include "core/data/preprocess.h"
#include "core/data/selection.h"

/**
 * KappaBatchOptions:
 * @budget: bytes that decoded pixels may occupy; 0 for 1 GiB. What does not fit is decoded again
 *   when it is wanted.
 * @n_classes: how many outputs the model has: a label beyond them is an error; 0 if labels do not
 *   matter
 * @need_labels: whether images without a label are left out
 * @crops: which views of each image; every view counts as an image of its own
 */
typedef struct
{
  gsize budget;
  guint n_classes;
  gboolean need_labels;
  KappaCrops crops;
} KappaBatchOptions;

#define KAPPA_TYPE_BATCH_SOURCE (kappa_batch_source_get_type ())
G_DECLARE_FINAL_TYPE (KappaBatchSource, kappa_batch_source, KAPPA, BATCH_SOURCE, GObject)

KappaBatchSource      *kappa_batch_source_new             (KappaDataset *dataset,
                                                           KappaSelection *selection,
                                                           const KappaPreprocess *preprocess,
                                                           const KappaBatchOptions *options,
                                                           KappaWorkers *workers,
                                                           KappaProgress *progress,
                                                           GCancellable *cancellable,
                                                           GError **error);
gint64                 kappa_batch_source_get_n           (KappaBatchSource *self);
guint                  kappa_batch_source_get_n_views     (KappaBatchSource *self);
int                    kappa_batch_source_get_plain_view  (KappaBatchSource *self);
KappaDataset          *kappa_batch_source_get_dataset     (KappaBatchSource *self);
const KappaPreprocess *kappa_batch_source_get_preprocess  (KappaBatchSource *self);
guint32                kappa_batch_source_get_item        (KappaBatchSource *self, gint64 i);
const char            *kappa_batch_source_get_description (KappaBatchSource *self);
const char            *kappa_batch_source_get_hash        (KappaBatchSource *self);
GPtrArray             *kappa_batch_source_get_left_out    (KappaBatchSource *self);
gboolean               kappa_batch_source_fetch           (KappaBatchSource *self, gint64 first,
                                                           gint64 count, KappaPixelType type,
                                                           void *values, GError **error);
gboolean               kappa_batch_source_fetch_pixels    (KappaBatchSource *self, gint64 first,
                                                           gint64 count, guint8 *chw,
                                                           GError **error);
void                   kappa_batch_source_fetch_labels    (KappaBatchSource *self, gint64 first,
                                                           gint64 count, gint32 *labels);
gsize                  kappa_batch_source_predict_memory  (guint n_images,
                                                           const KappaPreprocess *preprocess,
                                                           const KappaBatchOptions *options);
gsize                  kappa_batch_source_get_memory      (KappaBatchSource *self, gint64 n_images,
                                                           guint n_workers);
