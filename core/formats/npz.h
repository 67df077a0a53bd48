#pragma once

#include "core/formats/export-tensor.h"

gboolean kappa_npz_save (const char *path, const KappaExportTensor *tensors, guint n_tensors,
                         GCancellable *cancellable, GError **error);
