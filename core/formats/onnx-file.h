#pragma once

#include "core/formats/tensor-file.h"

/*
 * An ONNX model: its initialisers and constants are the tensors of a file, and its graph is there to be walked. The
 * messages are those protoc-c makes of onnx.proto; include "core/formats/onnx.pb-c.h" to look into them. The raw_data of
 * tensors in them are not their elements: those are read as the file's.
 */

/* Constants of a graph with more elements are weights; fewer, sizes, means and the like. */
#define KAPPA_ONNX_MAX_LITERAL 64

typedef struct Onnx__GraphProto Onnx__GraphProto;
typedef struct Onnx__TensorProto Onnx__TensorProto;

typedef struct _KappaOnnxFile KappaOnnxFile;

KappaOnnxFile          *kappa_onnx_file_from      (KappaTensorFile *file);
const Onnx__GraphProto *kappa_onnx_file_get_graph (KappaOnnxFile *self);
guint                   kappa_onnx_file_get_opset (KappaOnnxFile *self);
gboolean                kappa_onnx_file_is_literal (KappaOnnxFile *self, guint index);
gboolean                kappa_onnx_file_find      (KappaOnnxFile *self, const Onnx__TensorProto *tensor, guint *index);
