#pragma once

#include "core/ops/ops.h"
#include "lab.h"

/*
 * What the primitives mean, written down plainly a second time: element by element, in float64,
 * from the index alone.
 */

typedef double (*NaiveFunc) (const double *operands);

LabTensor *naive_map              (NaiveFunc function, LabTensor *const *operands, guint n);
LabTensor *naive_broadcast        (const LabTensor *x, const KappaShape *shape);
LabTensor *naive_reshape          (const LabTensor *x, const KappaShape *shape);
LabTensor *naive_transpose        (const LabTensor *x, const guint *permutation);
LabTensor *naive_slice            (const LabTensor *x, const gint64 *start, const gint64 *size, const gint64 *step);
LabTensor *naive_pad              (const LabTensor *x, const gint64 *before, const gint64 *after, const gint64 *step);
LabTensor *naive_concat           (LabTensor *const *parts, guint n, guint axis);
LabTensor *naive_gather           (const LabTensor *x, const LabTensor *index, guint axis);
LabTensor *naive_scatter          (const LabTensor *x, const LabTensor *index, guint axis, gint64 size);
LabTensor *naive_reduce_sum       (const LabTensor *x, guint axes);
LabTensor *naive_reduce_max       (const LabTensor *x, guint axes);
LabTensor *naive_arg_max          (const LabTensor *x);
LabTensor *naive_softmax          (const LabTensor *x, gboolean logarithm);
LabTensor *naive_matmul           (const LabTensor *a, const LabTensor *b, gboolean transpose_a, gboolean transpose_b);

LabTensor *naive_conv             (const LabTensor *x, const LabTensor *weight, const KappaWindow *window);
LabTensor *naive_conv_input_grad  (const LabTensor *dy, const LabTensor *weight, const KappaWindow *window,
                                   gint64 height, gint64 width);
LabTensor *naive_conv_weight_grad (const LabTensor *x, const LabTensor *dy, const KappaWindow *window);
LabTensor *naive_max_pool         (const LabTensor *x, const KappaWindow *window, gboolean ceil_mode, gboolean places);
LabTensor *naive_max_pool_grad    (const LabTensor *x, const LabTensor *dy, const KappaWindow *window,
                                   gboolean ceil_mode);
LabTensor *naive_avg_pool         (const LabTensor *x, const KappaWindow *window, gboolean ceil_mode,
                                   gboolean count_padding);
LabTensor *naive_avg_pool_grad    (const LabTensor *x, const LabTensor *dy, const KappaWindow *window,
                                   gboolean ceil_mode, gboolean count_padding);
