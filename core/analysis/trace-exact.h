#pragma once

#include "core/analysis/analysis.h"

/*
 * The trace of the Gauss-Newton matrix of single images, tensor by tensor, without an estimator:
 *
 *   tr G_n = Σ_k ‖J_nᵀ s_k‖²,   Σ_k s_k·s_kᵀ = diag p − p·pᵀ
 *
 * with J_n the logits' Jacobian and p the softmax: one backward pass for each class but one.
 */

typedef struct _KappaExactTrace KappaExactTrace;

KappaExactTrace *kappa_exact_trace_new        (KappaModel *model, KappaBatchSource *batches, KappaPrecision precision,
                                               GError **error);
void             kappa_exact_trace_free       (KappaExactTrace *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KappaExactTrace, kappa_exact_trace_free)

guint            kappa_exact_trace_get_n_passes (KappaExactTrace *self);
guint64          kappa_exact_trace_get_macs   (KappaExactTrace *self, gint64 n_images);
guint64          kappa_exact_trace_get_memory (KappaExactTrace *self, gint64 n_images, guint n_workers);
gboolean         kappa_exact_trace_run        (KappaExactTrace *self, gint64 first, gint64 count, KappaContext *context,
                                               double *traces, GError **error);
