#pragma once

#include "core/analysis/context.h"

/*
 * Estimates of the trace of a symmetric matrix that is known by its products only, with their standard errors: of the
 * whole and of each of its diagonal blocks.
 */

/**
 * KappaTraceOperator:
 * @n: order
 * @n_blocks: how many diagonal blocks
 * @offsets: (array length=n_blocks+1): where each begins, and @n
 * @multiply: writes the products of @n_vectors vectors; they share no memory
 */
typedef struct
{
  gsize n;
  guint n_blocks;
  const gsize *offsets;
  gboolean (*multiply) (guint n_vectors, const double *const *vectors, double *const *products, KappaContext *context,
                        gpointer data, GError **error);
  gpointer data;
} KappaTraceOperator;

/**
 * KappaTraceEstimate:
 * @n: independent or exchangeable estimates behind each mean
 * @means: (array length=n_blocks+1): of each block, then of the whole
 * @errors: (array length=n_blocks+1): their standard errors
 */
typedef struct
{
  guint n;
  double *means;
  double *errors;
} KappaTraceEstimate;

void     kappa_trace_estimate_clear  (KappaTraceEstimate *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (KappaTraceEstimate, kappa_trace_estimate_clear)

guint64  kappa_trace_predict_memory  (gsize n, guint n_blocks, guint n_products, gboolean sketch);
gboolean kappa_trace_hutchinson      (const KappaTraceOperator *of, guint n_products, guint64 seed, const char *stream,
                                      KappaContext *context, KappaTraceEstimate *estimate, GError **error);
gboolean kappa_trace_xtrace          (const KappaTraceOperator *of, guint n_products, guint64 seed, const char *stream,
                                      KappaContext *context, KappaTraceEstimate *estimate, GError **error);
