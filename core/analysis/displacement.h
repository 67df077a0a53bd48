#pragma once

#include "core/analysis/landscape.h"
#include "core/formats/landscape-h5.h"

/**
 * KappaDisplacement:
 * @parameters: a number for each of the model's parameters, in flat order
 * @buffers: (nullable): a number for each of its buffers, such as running statistics; %NULL if they stay as they are
 *
 * A direction in the space of weights.
 */
typedef struct
{
  gsize n_parameters;
  gsize n_buffers;
  double *parameters;
  double *buffers;
} KappaDisplacement;

/**
 * KappaDirectionRules:
 * @norm: what is given the length of the weights it belongs to
 * @ignore: whether tensors of rank 0 and 1 stay as they are
 * @profile: whose habits to follow
 * @buffers: whether running statistics move as well
 */
typedef struct
{
  KappaNorm norm;
  KappaIgnore ignore;
  KappaProfile profile;
  gboolean buffers;
} KappaDirectionRules;

KappaDisplacement *kappa_displacement_new_random      (KappaModel *model, const char *axis, guint64 seed,
                                                       const KappaDirectionRules *rules, GError **error);
KappaDisplacement *kappa_displacement_new_between     (KappaModel *from, KappaModel *to, gboolean buffers, GError **error);
KappaDisplacement *kappa_displacement_new_from_file   (KappaModel *model, const KappaDirection *direction, const char *path,
                                                       GError **error);
void               kappa_displacement_free            (KappaDisplacement *self);
KappaDirection    *kappa_displacement_to_file         (const KappaDisplacement *self, KappaModel *model);
double             kappa_displacement_dot             (const KappaDisplacement *a, const KappaDisplacement *b);
void               kappa_displacement_add             (KappaDisplacement *self, double factor, const KappaDisplacement *other);
void               kappa_displacement_scale           (KappaDisplacement *self, double factor);

gboolean           kappa_models_check_same            (KappaModel *first, KappaModel *other, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (KappaDisplacement, kappa_displacement_free)
