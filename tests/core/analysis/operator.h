#pragma once

#include "core/analysis/lanczos.h"

/**
 * Operator:
 * @n: order
 * @spectrum: its eigenvalues
 * @matrix: n × n
 * @n_products: vectors multiplied so far
 *
 * A symmetric matrix of known spectrum.
 */
typedef struct
{
  gsize n;
  double *spectrum;
  double *matrix;
  guint n_products;
} Operator;

Operator *operator_new      (gsize n, const double *spectrum);
void      operator_free     (Operator *self);
void      operator_multiply (Operator *self, guint n_vectors, double *const *vectors);
double  **operator_vectors  (gsize n, guint n_vectors);
void      operator_step     (Operator *self, KappaLanczos *lanczos, KappaContext *context);
void      operator_run      (Operator *self, KappaLanczos *lanczos, KappaContext *context);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Operator, operator_free)
