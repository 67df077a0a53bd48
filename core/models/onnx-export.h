#pragma once

#include "core/formats/convert.h"
#include "core/models/model.h"

gboolean kappa_onnx_export       (KappaModel *model, const char *path, gboolean replace, KappaConversion *conversion,
                                  GCancellable *cancellable, GError **error);
gboolean kappa_onnx_export_check (KappaModel *model, const char *path, KappaConversion *conversion,
                                  GCancellable *cancellable, GError **error);
