#pragma once

#include "core/models/builder.h"

KappaNode kappa_positions_resize (KappaBuilder *builder, KappaNode table, gint64 leading, gint64 height, gint64 width);
