#pragma once

#include "core/analysis/lanczos.h"

/* What lanczos.c and lanczos-step.c share. */
struct _KappaLanczos
{
  KappaLanczosOptions options;
  KappaLanczosState state;
  KappaKrylovBasis *basis;

  /* The eigenvalues of the matrix, ascending; their residuals; row i of the rotation is the eigenvector of value i. */
  double *values;
  double *residuals;
  double *rotation;
};

gboolean kappa_lanczos_append  (KappaLanczos *self, guint n_vectors, double *const *vectors, double scale, double *factor,
                                KappaContext *context, GError **error);
gboolean kappa_lanczos_extend  (KappaLanczos *self, double *const *products, KappaContext *context, GError **error);
gboolean kappa_lanczos_restart (KappaLanczos *self, KappaContext *context, GError **error);
void     kappa_lanczos_solve   (KappaLanczos *self);
