#pragma once

#include "core/graph/graph.h"

KappaNode kappa_gather_axes  (KappaGraph *g, KappaNode x, KappaNode index, guint axis, guint n_axes);
KappaNode kappa_scatter_axes (KappaGraph *g, KappaNode x, KappaNode index, guint axis, guint n_axes, const gint64 *sizes);
