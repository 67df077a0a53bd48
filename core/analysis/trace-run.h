#pragma once

#include "core/analysis/curvature.h"
#include "core/analysis/folds.h"
#include "core/analysis/linearity.h"
#include "core/analysis/trace-exact.h"
#include "core/analysis/trace.h"

/* Of the trace: what is computed by which method, and what becomes of it. */

/**
 * KappaTracePlan:
 * @exact: (nullable): single images, for the methods that use it
 * @curvature: (nullable): products, likewise
 * @method: never %KAPPA_TRACE_AUTO
 * @reason: why it is that method, for the definition
 * @linearity: in which tensors there is a difference between the two matrices
 * @n_folds: at least 1
 * @fold_images: which images each has
 * @n_products: vectors multiplied with each fold's matrix
 */
typedef struct
{
  KappaModel *model;
  KappaBatchSource *batches;
  KappaExactTrace *exact;
  KappaCurvature *curvature;
  KappaCurvatureKind kind;
  KappaTraceMethod method;
  char *reason;
  KappaLinearity linearity;
  guint n_folds;
  KappaFoldImages fold_images;
  guint n_products;
  guint64 seed;
  double l2;
} KappaTracePlan;

KappaTracePlan *kappa_trace_plan_new         (KappaAnalysis *analysis, KappaModel *model, KappaBatchSource *batches,
                                              gint64 n_images, GError **error);
void            kappa_trace_plan_free        (KappaTracePlan *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KappaTracePlan, kappa_trace_plan_free)
gboolean        kappa_trace_plan_get_cost    (KappaTracePlan *self, gint64 n_images, guint n_workers, guint64 *bytes,
                                              guint64 *macs, GError **error);
KappaFolds     *kappa_trace_plan_make_folds  (KappaTracePlan *self);
char           *kappa_trace_plan_describe    (KappaTracePlan *self, KappaPrecision precision);

gboolean        kappa_trace_compute          (KappaTracePlan *plan, KappaResult *result, KappaContext *context,
                                              GError **error);
gboolean        kappa_trace_summarise_run    (KappaTracePlan *plan, KappaAnalysis *analysis, KappaResult *result,
                                              KappaContext *context, GError **error);
