#pragma once

#include "core/analysis/property.h"
#include "core/analysis/result.h"
#include "core/data/batch.h"

/*
 * How much a number depends on the images it was computed from: the images are cut into folds of nearly the same size,
 * and the number is computed from each of them alone. Files often hold one class after the other, so which images a
 * fold has is drawn; then folds differ as much as other images of the same kind would.
 */

/**
 * KappaFoldImages:
 * @KAPPA_FOLD_IMAGES_DRAWN: a random part of them, of every class its share
 * @KAPPA_FOLD_IMAGES_CONSECUTIVE: a stretch of them in their order
 */
typedef enum
{
  KAPPA_FOLD_IMAGES_DRAWN,
  KAPPA_FOLD_IMAGES_CONSECUTIVE,
} KappaFoldImages;

#define KAPPA_TYPE_FOLD_IMAGES (kappa_fold_images_get_type ())
GType kappa_fold_images_get_type (void);

/**
 * KappaFold:
 * @images: (array length=count): numbers of its images, ascending; the folds' own
 * @count: how many images
 */
typedef struct
{
  const guint32 *images;
  gint64 count;
} KappaFold;

/**
 * KappaFolds:
 *
 * Images cut into parts, each image in one of them. Immutable.
 */
typedef struct _KappaFolds KappaFolds;

extern const KappaProperty kappa_property_folds;
extern const KappaProperty kappa_property_fold_images;

gint64      kappa_fold_count           (gint64 n_images, guint n_folds, guint index);

KappaFolds *kappa_folds_new            (const gint32 *labels, gint64 n_images, guint n_folds, KappaFoldImages images,
                                        guint64 seed);
KappaFolds *kappa_folds_new_of_batches (KappaBatchSource *batches, guint n_folds, KappaFoldImages images,
                                        guint64 seed);
KappaFolds *kappa_folds_new_of_size    (gint64 n_images, gint64 size, KappaFoldImages images, guint64 seed);
void        kappa_folds_free           (KappaFolds *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KappaFolds, kappa_folds_free)
guint       kappa_folds_get_n          (const KappaFolds *self);
KappaFold   kappa_folds_get            (const KappaFolds *self, guint index);
const char *kappa_folds_describe       (const KappaFolds *self);
void        kappa_folds_set_scalar     (const KappaFolds *self, KappaResult *result, const char *name,
                                        const char *unit, const double *values, const char *definition);

gboolean    kappa_images_fetch         (KappaBatchSource *batches, const guint32 *images, gint64 count,
                                        KappaPixelType type, void *values, GError **error);
guint32    *kappa_images_draw          (gint64 n_images, gint64 n, KappaFoldImages images, guint64 seed);

double      kappa_student_95           (gsize n);
void        kappa_mean_interval        (const double *values, gsize n, double *mean, double *low, double *high);
