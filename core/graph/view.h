#pragma once

#include "core/graph/kernel.h"

gboolean kappa_view_reshape  (const KappaView *view, const KappaShape *shape, KappaView *out);
void     kappa_view_copy     (const KappaView *to, void *target, const KappaView *from, const void *source);
void     kappa_view_coalesce (guint *rank, gint64 *dims, gint64 *const *strides, guint n_strides);
