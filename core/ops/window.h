#pragma once

#include "core/ops/ops.h"

KappaAttrs  kappa_window_to_attrs   (const KappaWindow *window);
KappaWindow kappa_window_from_attrs (const KappaAttrs *attrs);
gint64      kappa_window_output     (const KappaWindow *window, guint dimension, gint64 size, gboolean ceil_mode);
