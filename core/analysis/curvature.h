#pragma once

#include "core/analysis/analysis.h"

/*
 * First and second derivatives of the mean loss of core/analysis/objective.h over a part of the images, as products
 * with vectors. Vectors and products are float64, in flat parameter order, whatever the engine computes in.
 *
 *   Hessian         H = ∂²L/∂w²
 *   Gauss-Newton    G = 1/N · Σ_n J_nᵀ (diag p − p·pᵀ) J_n, with J_n the logits' Jacobian and p the softmax
 *
 * With a regulariser both have λ added on the diagonal.
 */

typedef enum
{
  KAPPA_CURVATURE_HESSIAN,
  KAPPA_CURVATURE_GAUSS_NEWTON,
} KappaCurvatureKind;

#define KAPPA_TYPE_CURVATURE_KIND (kappa_curvature_kind_get_type ())
GType kappa_curvature_kind_get_type (void);

typedef struct _KappaCurvature KappaCurvature;

KappaCurvature *kappa_curvature_new          (KappaModel *model, KappaBatchSource *batches, KappaPrecision precision,
                                              double l2, GError **error);
void            kappa_curvature_free         (KappaCurvature *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KappaCurvature, kappa_curvature_free)

gsize           kappa_curvature_get_n_parameters (KappaCurvature *self);
gint64          kappa_curvature_get_n_images (KappaCurvature *self);
void            kappa_curvature_set_images   (KappaCurvature *self, gint64 first, gint64 count);
void            kappa_curvature_choose_images (KappaCurvature *self, const guint32 *images, gint64 count);
char           *kappa_curvature_describe     (KappaCurvature *self);
guint64         kappa_curvature_get_n_products (KappaCurvature *self);
gboolean        kappa_curvature_get_cost     (KappaCurvature *self, KappaCurvatureKind kind, guint n_vectors,
                                              guint n_workers, guint64 *bytes, guint64 *macs, GError **error);
gboolean        kappa_curvature_differentiate (KappaCurvature *self, const double *parameters, KappaContext *context,
                                              double *loss, double *gradient, GError **error);
gboolean        kappa_curvature_multiply     (KappaCurvature *self, KappaCurvatureKind kind, const double *parameters,
                                              guint n_vectors, const double *const *vectors, double *const *products,
                                              KappaContext *context, GError **error);
