#pragma once

#include "core/data/batch.h"

#define KAPPA_BATCH_DIGEST_SIZE 32

typedef struct _KappaBatchSlots KappaBatchSlots;

struct _KappaBatchSource
{
  GObject parent_instance;

  KappaDataset *dataset;
  KappaPreprocess preprocess;
  KappaCrops crops;
  guint n_views; /* of each item */
  gsize size;    /* bytes of one preprocessed image, which is one view */

  guint n; /* items; each is n_views images */
  guint32 *items;
  gint32 *labels;
  guint8 *digests; /* KAPPA_BATCH_DIGEST_SIZE bytes for each item, see kappa_batch_source_load() */
  gsize budget;
  guint n_cached; /* the first so many items have the pixels of their views in memory */
  guint8 *pixels;
  KappaBatchSlots *slots; /* for the others */

  GPtrArray *left_out;
  char *description;
  char *hash;
};

gboolean         kappa_batch_source_load         (KappaBatchSource *self, guint item, guint8 *views,
                                                  guint8 *digest, GCancellable *cancellable,
                                                  GError **error);
gsize            kappa_batch_source_unit         (KappaBatchSource *self);
guint            kappa_batch_source_count_cached (KappaBatchSource *self, gsize n,
                                                  guint n_workers);

KappaBatchSlots *kappa_batch_slots_new           (guint n);
void             kappa_batch_slots_free          (KappaBatchSlots *self);
const guint8    *kappa_batch_source_hold         (KappaBatchSource *self, guint i, GError **error);
void             kappa_batch_source_release      (KappaBatchSource *self, const guint8 *views);
