#pragma once

#include "core/formats/export-tensor.h"

gboolean kappa_safetensors_save (const char *path, const KappaExportTensor *tensors, guint n_tensors,
                                 const char *const *metadata, GCancellable *cancellable, GError **error);
