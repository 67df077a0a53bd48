#pragma once

#include "core/analysis/context.h"
#include "core/models/blocks.h"

double *kappa_block_times_measure (KappaModel *model, const KappaBlocks *blocks, guint repeats, KappaContext *context,
                                   GError **error);
