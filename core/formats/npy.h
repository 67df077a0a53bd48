#pragma once

#include "core/formats/export-tensor.h"

gboolean kappa_npy_save (const char *path, const KappaExportTensor *tensor, GCancellable *cancellable, GError **error);
