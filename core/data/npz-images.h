#pragma once

#include "core/data/dataset.h"
#include "core/formats/tensor-file.h"

/**
 * KappaNpzImages:
 * @name: of the array
 * @bytes: pixels, 8 bits each, in the layout of the array
 * @channels: 1 or 3
 * @row_step: bytes from a pixel to the one below it; likewise the other two
 * @labels: (nullable): one for each of @n images, -1 if unknown
 */
typedef struct
{
  char *name;
  KappaSplit split;
  guint n, width, height, channels;
  gsize row_step, column_step, channel_step;
  guint8 *bytes;
  gint32 *labels;
} KappaNpzImages;

KappaNpzImages *kappa_npz_images_read     (KappaTensorFile *file, guint images, int labels,
                                           KappaSplit split,
                                           GError **error);
KappaImage     *kappa_npz_images_get      (const KappaNpzImages *self, guint i);
void            kappa_npz_images_free     (KappaNpzImages *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (KappaNpzImages, kappa_npz_images_free)
