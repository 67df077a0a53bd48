#pragma once

#include "core/analysis/context.h"

/*
 * Orthonormal vectors of a Krylov space, stored in float32 or float64, and their products with a few others in
 * float64. All sums run over fixed pieces of the vectors, in a fixed order, whatever the number of threads.
 */

typedef struct _KappaKrylovBasis KappaKrylovBasis;

KappaKrylovBasis *kappa_krylov_basis_new      (gsize n, guint capacity, gboolean wide);
void              kappa_krylov_basis_free     (KappaKrylovBasis *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KappaKrylovBasis, kappa_krylov_basis_free)

guint64           kappa_krylov_basis_predict_memory (gsize n, guint capacity, gboolean wide);
gsize             kappa_krylov_basis_get_vector_size (const KappaKrylovBasis *self);
gpointer          kappa_krylov_basis_get_vector (KappaKrylovBasis *self, guint index);
void              kappa_krylov_basis_set      (KappaKrylovBasis *self, guint index, const double *vector);
void              kappa_krylov_basis_get      (const KappaKrylovBasis *self, guint index, double *vector);
void              kappa_krylov_basis_move     (KappaKrylovBasis *self, guint from, guint to);

gboolean          kappa_krylov_basis_project  (const KappaKrylovBasis *self, guint first, guint count, guint n_vectors,
                                               double *const *vectors, double *coefficients, KappaContext *context,
                                               GError **error);
gboolean          kappa_krylov_basis_subtract (const KappaKrylovBasis *self, guint first, guint count, guint n_vectors,
                                               double *const *vectors, const double *coefficients,
                                               KappaContext *context, GError **error);
gboolean          kappa_krylov_basis_combine  (const KappaKrylovBasis *self, guint count, const double *coefficients,
                                               double *vector, KappaContext *context, GError **error);
gboolean          kappa_krylov_basis_rotate   (KappaKrylovBasis *self, guint count, guint n_kept,
                                               const double *coefficients, KappaContext *context, GError **error);
gboolean          kappa_krylov_dots           (gsize n, guint n_pairs, const double *const *a, const double *const *b,
                                               double *dots, KappaContext *context, GError **error);
