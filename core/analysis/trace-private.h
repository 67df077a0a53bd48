#pragma once

#include "core/analysis/trace-estimate.h"

/* What the estimators share. */

/* Vectors in one product. */
#define KAPPA_TRACE_AT_ONCE 8

double **kappa_trace_vectors_new  (guint count, gsize n);
void     kappa_trace_vectors_free (double **vectors, guint count);
double   kappa_trace_dot          (const double *a, const double *b, gsize n);
void     kappa_trace_dot_by_block (const KappaTraceOperator *of, const double *a, const double *b, double *dots);
void     kappa_trace_summarise    (KappaTraceEstimate *estimate, const double *rows, guint n_rows, guint n_blocks);
