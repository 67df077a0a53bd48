#pragma once

#include "core/analysis/range.h"

/* More points than this are refused. */
#define KAPPA_GRID_MAX_POINTS ((gsize) 1 << 20)

guint32 *kappa_grid_order (guint nx, guint ny, guint first_x, guint first_y);
guint8  *kappa_grid_levels (guint n);
guint    kappa_grid_nearest (const KappaRange *range, double value);
