#pragma once

#include "core/analysis/analysis.h"

/*
 * The function all landscapes are of: a network's mean loss over images, as a function of its weights.
 *
 *   L(w) = 1/N · Σ_n (log Σ_c exp z_c(x_n; w) − z_{y_n}(x_n; w)) + ½·λ·‖w‖²
 *
 * with natural logarithms, BatchNorm in inference mode, and w all trained parameters. The sum runs in float64 in the
 * order of the images, whatever the number of threads.
 */

/**
 * KappaEvaluation:
 * @loss: L(w); NaN or infinite where the network overflows
 * @correct: images whose true class has the largest logit
 */
typedef struct
{
  double loss;
  gint64 correct;
} KappaEvaluation;

typedef struct _KappaObjective KappaObjective;

KappaObjective *kappa_objective_new             (KappaModel *model, KappaBatchSource *batches, KappaPrecision precision,
                                                 double l2, GError **error);
void            kappa_objective_free            (KappaObjective *self);
gint64          kappa_objective_get_n           (KappaObjective *self);
void            kappa_objective_set_images      (KappaObjective *self, gint64 first, gint64 count);
void            kappa_objective_choose_images   (KappaObjective *self, const guint32 *images, gint64 count);
guint           kappa_objective_get_n_classes   (KappaObjective *self);
guint64         kappa_objective_get_memory      (KappaObjective *self, gint64 n_images, guint n_workers);
char           *kappa_objective_describe_settings (KappaBatchSource *batches, KappaPrecision precision, double l2);
char           *kappa_objective_describe        (KappaObjective *self);
guint           kappa_objective_get_n_evaluations (KappaObjective *self);
gboolean        kappa_objective_evaluate        (KappaObjective *self, const double *parameters, const double *buffers,
                                                 KappaContext *context, KappaEvaluation *evaluation, GError **error);
const double   *kappa_objective_compute_logits  (KappaObjective *self, gint64 first, gint64 count, KappaContext *context,
                                                 GError **error);
gboolean        kappa_objective_calibrate       (KappaObjective *self, KappaContext *context, double *seconds_per_image,
                                                 GError **error);

double          kappa_cross_entropy_of_logits   (const double *logits, guint n_classes, guint label);
guint           kappa_rank_of_label             (const double *logits, guint n_classes, guint label);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (KappaObjective, kappa_objective_free)
