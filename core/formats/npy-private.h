#pragma once

#include "core/formats/npy-header.h"
#include "core/formats/tensor-file-private.h"

void        kappa_npy_get_layout (const KappaNpyHeader *header, guint storage, KappaTensorLayout *layout);
const char *kappa_npy_check_size (const KappaNpyHeader *header, guint64 size);
