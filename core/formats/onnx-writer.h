#pragma once

#include <gio/gio.h>

#include "core/formats/export-tensor.h"

typedef struct Onnx__NodeProto Onnx__NodeProto;

/* The version of the operators of models that are written; the first with LayerNormalization. */
#define KAPPA_ONNX_WRITTEN_OPSET 17

/**
 * KappaOnnxWriter:
 *
 * An ONNX model in the making: nodes in the order of computation, and tensors whose elements are read when it is saved.
 */
typedef struct _KappaOnnxWriter KappaOnnxWriter;

KappaOnnxWriter *kappa_onnx_writer_new            (const char *name);
void             kappa_onnx_writer_free           (KappaOnnxWriter *self);
Onnx__NodeProto *kappa_onnx_writer_add_node       (KappaOnnxWriter *self, const char *op_type, const char *output);
void             kappa_onnx_node_add_input        (Onnx__NodeProto *node, const char *name);
void             kappa_onnx_node_add_int          (Onnx__NodeProto *node, const char *name, gint64 value);
void             kappa_onnx_node_add_float        (Onnx__NodeProto *node, const char *name, double value);
void             kappa_onnx_node_add_ints         (Onnx__NodeProto *node, const char *name, const gint64 *values, gsize n);
void             kappa_onnx_writer_add_tensor     (KappaOnnxWriter *self, const KappaExportTensor *tensor);
void             kappa_onnx_writer_add_integers   (KappaOnnxWriter *self, const char *name, const gint64 *values, gsize n);
void             kappa_onnx_writer_add_number     (KappaOnnxWriter *self, const char *name, double value,
                                                   gboolean wide);
void             kappa_onnx_writer_set_input      (KappaOnnxWriter *self, const char *name, const gint64 *dims, guint rank);
void             kappa_onnx_writer_set_output     (KappaOnnxWriter *self, const char *name, const gint64 *dims, guint rank);
void             kappa_onnx_writer_add_metadata   (KappaOnnxWriter *self, const char *key, const char *text);
void             kappa_onnx_writer_set_description (KappaOnnxWriter *self, const char *text);
gint32           kappa_onnx_writer_get_type       (KappaElement element);
gboolean         kappa_onnx_writer_save           (KappaOnnxWriter *self, const char *path, GCancellable *cancellable,
                                                   GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (KappaOnnxWriter, kappa_onnx_writer_free)
