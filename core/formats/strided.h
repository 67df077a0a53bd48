#pragma once

#include <glib.h>

gboolean kappa_shape_count        (const gsize *dims, guint rank, gsize *n);
void     kappa_strides_row_major  (const gsize *dims, guint rank, gsize *strides);
void     kappa_strides_col_major  (const gsize *dims, guint rank, gsize *strides);
gboolean kappa_strides_are_dense  (const gsize *dims, const gsize *strides, guint rank);
gboolean kappa_strides_extent     (const gsize *dims, const gsize *strides, guint rank, gsize *extent);
void     kappa_strided_gather     (const void *data, gsize size, const gsize *dims, const gsize *strides, guint rank,
                                   void *values);
