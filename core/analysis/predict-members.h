#pragma once

#include "core/analysis/analysis.h"

/**
 * KappaAverage:
 * @KAPPA_AVERAGE_PROBABILITIES: the mean of the softmax probabilities
 * @KAPPA_AVERAGE_LOGITS: the mean of the logits
 *
 * What is averaged over the views of an image, and then over networks.
 */
typedef enum
{
  KAPPA_AVERAGE_PROBABILITIES,
  KAPPA_AVERAGE_LOGITS,
} KappaAverage;

#define KAPPA_TYPE_AVERAGE (kappa_average_get_type ())
GType kappa_average_get_type (void);

/**
 * KappaPredictOptions:
 * @labelled: whether images without a label are left out
 * @n_sample: how many images, to time something; 0 for those that were chosen
 */
typedef struct
{
  KappaCrops crops;
  KappaAverage average;
  KappaPrecision precision;
  double l2;
  gboolean labelled;
  guint n_sample;
} KappaPredictOptions;

/**
 * KappaPrediction:
 * @member: the network that is asked alone; -1 for all of them
 * @plain: whether it is shown nothing but the preset's own crop
 *
 * A way to come to a prediction.
 */
typedef struct
{
  int member;
  gboolean plain;
} KappaPrediction;

/**
 * KappaPredictMembers:
 *
 * The networks whose predictions are averaged, each with its images as its own preset wants them;
 * often one network and one view. They have the same classes, and see the same images.
 */
typedef struct _KappaPredictMembers KappaPredictMembers;

KappaPredictMembers   *kappa_predict_members_new           (KappaInputs *given, const KappaPredictOptions *options,
                                                            KappaContext *context, GError **error);
KappaPredictMembers   *kappa_predict_members_new_float32   (KappaPredictMembers *of, GError **error);
void                   kappa_predict_members_free          (KappaPredictMembers *self);
guint                  kappa_predict_members_get_n         (KappaPredictMembers *self);
guint                  kappa_predict_members_get_n_views   (KappaPredictMembers *self);
guint                  kappa_predict_members_get_n_classes (KappaPredictMembers *self);
gint64                 kappa_predict_members_get_n_images  (KappaPredictMembers *self);
KappaModel            *kappa_predict_members_get_model     (KappaPredictMembers *self, guint member);
KappaBatchSource      *kappa_predict_members_get_batches   (KappaPredictMembers *self);
KappaAverage           kappa_predict_members_get_average   (KappaPredictMembers *self);
gboolean               kappa_predict_members_is_average    (KappaPredictMembers *self);
char                  *kappa_predict_members_describe      (KappaPredictMembers *self);
gint64                 kappa_predict_members_get_block     (KappaPredictMembers *self);
guint64                kappa_predict_members_get_memory    (KappaPredictMembers *self, gint64 n_images, guint n_workers);
gboolean               kappa_predict_members_calibrate     (KappaPredictMembers *self, KappaContext *context,
                                                            double *seconds_per_image, GError **error);
const KappaPrediction *kappa_predict_members_list          (KappaPredictMembers *self, guint *n);
gboolean               kappa_predict_members_compute       (KappaPredictMembers *self, gint64 first, gint64 count,
                                                            KappaContext *context, GError **error);
const double          *kappa_predict_members_get_scores    (KappaPredictMembers *self, guint prediction);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (KappaPredictMembers, kappa_predict_members_free)
