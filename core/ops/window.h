#pragma once

#include "core/ops/ops.h"

/* Where a pool's attributes go on behind its window: whether a last, partial window counts (ceil), and whether padding
 * counts in an average. */
#define KAPPA_POOL_CEIL          11
#define KAPPA_POOL_COUNT_PADDING 12

KappaAttrs  kappa_window_to_attrs   (const KappaWindow *window);
KappaWindow kappa_window_from_attrs (const KappaAttrs *attrs);
gint64      kappa_window_output     (const KappaWindow *window, guint dimension, gint64 size, gboolean ceil_mode);
