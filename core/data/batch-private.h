#pragma once

#include "core/data/batch.h"

#define KAPPA_BATCH_DIGEST_SIZE 32

struct _KappaBatchSource
{
  GObject parent_instance;

  KappaDataset *dataset;
  KappaPreprocess preprocess;
  gsize size; /* bytes of one preprocessed image */

  guint n;
  guint32 *items;
  gint32 *labels;
  guint8 *digests; /* KAPPA_BATCH_DIGEST_SIZE bytes for each image: SHA-256 of its pixels */
  guint n_cached;  /* the first so many have their pixels in memory */
  guint8 *pixels;

  GPtrArray *left_out;
  char *description;
  char *hash;
};

void     kappa_batch_source_digest      (const guint8 *pixels, gsize size, guint8 *digest);
gboolean kappa_batch_source_load_pixels (KappaBatchSource *self, guint item, guint8 *chw,
                                         GCancellable *cancellable, GError **error);
