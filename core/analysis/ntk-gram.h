#pragma once

#include "core/analysis/analysis.h"
#include "core/analysis/ntk.h"

/*
 * The neural tangent kernel of a network over images: Θ = J·Jᵀ, with J the Jacobian of outputs in all trained
 * parameters, one row for each output of each image. J is made a group of parameters at a time, in the engine's
 * precision, and multiplied in float64; the whole of it never stands in memory.
 */

/* 256 MiB of them. */
#define KAPPA_NTK_NUMBERS_AT_ONCE ((gsize)32 << 20)

typedef struct _KappaNtkGram KappaNtkGram;

KappaNtkGram *kappa_ntk_gram_new        (KappaModel *model, KappaBatchSource *batches, KappaPrecision precision,
                                         KappaNtkLogits logits, guint logit, gint64 n_images, gsize numbers_at_once,
                                         GError **error);
void          kappa_ntk_gram_free       (KappaNtkGram *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KappaNtkGram, kappa_ntk_gram_free)

guint         kappa_ntk_gram_get_n_outputs (KappaNtkGram *self);
gint64        kappa_ntk_gram_get_image  (KappaNtkGram *self, gint64 index);
guint         kappa_ntk_gram_get_order  (KappaNtkGram *self);
guint         kappa_ntk_gram_get_n_groups (KappaNtkGram *self);
guint64       kappa_ntk_gram_get_macs   (KappaNtkGram *self, GError **error);
guint64       kappa_ntk_gram_get_memory (KappaNtkGram *self, guint n_workers);
gboolean      kappa_ntk_gram_add        (KappaNtkGram *self, guint group, double *gram, KappaContext *context,
                                         GError **error);
