#pragma once

#include "core/formats/onnx-file.h"
#include "core/formats/onnx-scan.h"
#include "core/formats/onnx.pb-c.h"
#include "core/formats/tensor-file-private.h"

gboolean     kappa_onnx_check_graph    (KappaSource *source, const Onnx__GraphProto *graph, GError **error);
gboolean     kappa_onnx_get_element    (gint32 type, KappaElement *element);
GByteArray  *kappa_onnx_pack_elements  (KappaSource *source, const char *name, const KappaOnnxPayload *payload,
                                        KappaElement element, GError **error);
KappaSource *kappa_onnx_open_external  (KappaSource *source, const char *name, const Onnx__TensorProto *tensor,
                                        guint64 size, guint64 *offset, GError **error);
