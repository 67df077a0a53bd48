#pragma once

#include "core/data/dataset.h"
#include "core/formats/source.h"

#define KAPPA_CIFAR_SIDE   32
#define KAPPA_CIFAR_PIXELS (KAPPA_CIFAR_SIDE * KAPPA_CIFAR_SIDE)

/**
 * KappaCifarPart:
 * @record: bytes from one image to the next
 * @header: bytes before the pixels of an image
 * @labels: one for each of @n images, each below the number of classes
 *
 * One file of CIFAR images. @source holds, for each image, @header bytes and then a plane of red,
 * of green and of blue.
 */
typedef struct
{
  char *path;
  char *name;
  KappaSplit split;
  KappaSource *source;
  gsize record;
  gsize header;
  guint n;
  gint32 *labels;
} KappaCifarPart;

KappaSplit      kappa_cifar_guess_split     (const char *path);
KappaCifarPart *kappa_cifar_part_open       (const char *path, guint n_classes,
                                             GCancellable *cancellable, GError **error);
KappaImage     *kappa_cifar_part_read_image (const KappaCifarPart *self, guint i, GError **error);
void            kappa_cifar_part_free       (KappaCifarPart *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (KappaCifarPart, kappa_cifar_part_free)
