#pragma once

#include "core/analysis/activity.h"

/*
 * What the neurons of a network do on images: a forward pass that counts instead of predicting. Layers are the results
 * of its activation functions, in the order of computation.
 */

/**
 * KappaActivityLayer:
 * @activation: of the model
 * @n_units: channels of a convolution, features of a dense layer or of tokens
 * @n_tokens: positions or tokens that every unit has a neuron at; 1 for dense layers
 * @has_kink: whether its function bends at 0 alone, as relu does, and not everywhere
 * @unit_last: whether a unit's neurons are @n_units apart in memory, not @n_tokens side by side
 * @first: index of its first neuron among those of all layers
 */
typedef struct
{
  const KappaActivation *activation;
  gsize n_units;
  gsize n_tokens;
  gboolean has_kink;
  gboolean unit_last;
  gsize first;
} KappaActivityLayer;

/* What is known of a layer and an image. */
typedef enum
{
  KAPPA_ACTIVITY_ACTIVE,      /* active neurons */
  KAPPA_ACTIVITY_SQUARES,     /* sum of the squares of the activations */
  KAPPA_ACTIVITY_PRE_SQUARES, /* sum of the squares of what the activation function was applied to */
  KAPPA_ACTIVITY_KINK,        /* smallest size of that, where there is a kink at 0 */
  KAPPA_ACTIVITY_N_FIGURES,
} KappaActivityFigure;

typedef struct _KappaActivityCounter KappaActivityCounter;

KappaActivityCounter     *kappa_activity_counter_new        (KappaModel *model, KappaBatchSource *batches,
                                                             KappaPrecision precision, GError **error);
void                      kappa_activity_counter_free       (KappaActivityCounter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KappaActivityCounter, kappa_activity_counter_free)

const KappaActivityLayer *kappa_activity_counter_get_layers (KappaActivityCounter *self, guint *n_layers);
gsize                     kappa_activity_counter_get_n_neurons (KappaActivityCounter *self);
gboolean                  kappa_activity_counter_find_quantile (KappaActivityCounter *self, double quantile,
                                                             KappaContext *context, double *threshold,
                                                             gint64 *n_images, GError **error);
gboolean                  kappa_activity_counter_set_rule   (KappaActivityCounter *self, KappaActive active,
                                                             double threshold, GError **error);
guint64                   kappa_activity_counter_get_memory (KappaActivityCounter *self, gint64 n_images,
                                                             guint n_workers);
gboolean                  kappa_activity_counter_run        (KappaActivityCounter *self, gint64 first, gint64 count,
                                                             KappaContext *context, GError **error);
const double             *kappa_activity_counter_get_cells  (KappaActivityCounter *self, guint layer);
const double             *kappa_activity_counter_get_figure (KappaActivityCounter *self, KappaActivityFigure figure,
                                                             guint layer);
