#pragma once

#include "core/analysis/image-probe.h"
#include "core/data/dataset.h"

/**
 * KappaPicture:
 * @path: (nullable): a file
 * @dataset: (nullable): else one of its images, @item
 *
 * An image that someone wants a network to look at.
 */
typedef struct
{
  char *path;
  KappaDataset *dataset;
  guint item;
} KappaPicture;

/**
 * KappaLook:
 * @title: of the image
 * @truth: (nullable): its true class, as the data name it
 * @seen: as the network sees it
 * @guesses: (element-type KappaGuess): the first classes
 * @values: (element-type KappaProbed): what was asked for, in that order
 *
 * What came of looking at an image. Free with kappa_look_free().
 */
typedef struct
{
  char *title;
  char *truth;
  KappaImage *seen;
  GArray *guesses;
  GPtrArray *values;
} KappaLook;

void       kappa_picture_clear (KappaPicture *picture);
void       kappa_look_free     (KappaLook *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KappaLook, kappa_look_free)
void       kappa_look_start    (KappaModel *model, const KappaPicture *picture, const char *const *names,
                                GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
KappaLook *kappa_look_finish   (GAsyncResult *result, GError **error);
