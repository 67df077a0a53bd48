#pragma once

#include "core/analysis/krylov-basis.h"

/*
 * Extreme eigenvalues of a symmetric operator that is known by its products only: block Lanczos with full
 * reorthogonalisation and thick restart (K. Wu, H. Simon, SIAM J. Matrix Anal. Appl. 22, 2000; Y. Zhou, Y. Saad, Numer.
 * Algorithms 47, 2008). Whoever has the operator drives it, so that several can advance side by side:
 *
 *   kappa_lanczos_start (lanczos, n_vectors, vectors, context, &error);
 *   while (!kappa_lanczos_is_done (lanczos))
 *     {
 *       for (i = 0; i < kappa_lanczos_get_n_wanted (lanczos); i++)
 *         kappa_lanczos_get_wanted (lanczos, i, vectors[i]);
 *       …multiply them…
 *       kappa_lanczos_advance (lanczos, products, context, &error);
 *     }
 */

/**
 * KappaLanczosOptions:
 * @n: order of the operator
 * @top: how many of the largest eigenvalues are wanted
 * @bottom: how many of the smallest
 * @block: vectors in one product
 * @capacity: basis vectors kept at most; beyond, it restarts
 * @max_products: it gives up after so many
 * @tolerance: wanted ‖Hv − λv‖ as a part of the largest |λ|; negative to go on until @max_products
 * @wide: whether the basis is kept in float64, and products are good to it
 * @seed: of vectors drawn where the operator leaves no other
 * @locked: (nullable): vectors all others stay orthogonal to, kept by whoever gives them
 * @n_locked: how many
 */
typedef struct
{
  gsize n;
  guint top;
  guint bottom;
  guint block;
  guint capacity;
  guint max_products;
  double tolerance;
  gboolean wide;
  guint64 seed;
  const KappaKrylovBasis *locked;
  guint n_locked;
} KappaLanczosOptions;

/**
 * KappaLanczosState:
 * @n_done: basis vectors whose products are in @matrix
 * @n_pending: those to be multiplied next, after them in the basis
 * @n_products: vectors multiplied so far
 * @n_restarts: how often the basis was replaced
 * @n_renewals: how often the space closed and a new vector was drawn
 * @complete: whether the whole space, or the steps that were asked for, are explored
 * @matrix: capacity × capacity: the operator in the basis; @n_done rows and columns of it count
 * @coupling: block × capacity: what products of the basis have along the pending vectors
 * @closed: top + bottom: the wanted values when the space last closed
 *
 * All there is to know besides the basis: with both, a run goes on to the same bits.
 */
typedef struct
{
  guint n_done;
  guint n_pending;
  guint n_products;
  guint n_restarts;
  guint n_renewals;
  gboolean complete;
  double *matrix;
  double *coupling;
  double *closed;
} KappaLanczosState;

typedef struct _KappaLanczos KappaLanczos;

guint              kappa_lanczos_default_capacity (gsize n, guint n_values, guint block);
guint64            kappa_lanczos_predict_memory   (const KappaLanczosOptions *options);

KappaLanczos      *kappa_lanczos_new              (const KappaLanczosOptions *options);
void               kappa_lanczos_free             (KappaLanczos *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KappaLanczos, kappa_lanczos_free)

gboolean           kappa_lanczos_start            (KappaLanczos *self, guint n_vectors, double *const *vectors,
                                                   KappaContext *context, GError **error);
gboolean           kappa_lanczos_is_done          (KappaLanczos *self);
guint              kappa_lanczos_get_n_wanted     (KappaLanczos *self);
void               kappa_lanczos_get_wanted       (KappaLanczos *self, guint index, double *vector);
gboolean           kappa_lanczos_advance          (KappaLanczos *self, double *const *products, KappaContext *context,
                                                   GError **error);

guint              kappa_lanczos_get_n_values     (KappaLanczos *self);
gboolean           kappa_lanczos_get_value        (KappaLanczos *self, guint index, double *value, double *residual);
gboolean           kappa_lanczos_get_vector       (KappaLanczos *self, guint index, double *vector, KappaContext *context,
                                                   GError **error);
guint              kappa_lanczos_get_n_converged  (KappaLanczos *self);
guint              kappa_lanczos_get_nodes        (KappaLanczos *self, double *nodes, double *weights);

const KappaLanczosOptions *kappa_lanczos_get_options (KappaLanczos *self);
KappaLanczosState *kappa_lanczos_get_state        (KappaLanczos *self);
KappaKrylovBasis  *kappa_lanczos_get_basis        (KappaLanczos *self);
void               kappa_lanczos_restored         (KappaLanczos *self);
