#pragma once

#include "core/formats/onnx-writer.h"
#include "core/graph/graph.h"

/*
 * A graph as nodes of ONNX: what several primitives make together that has an operator of its own becomes that
 * operator, the rest one operator each. Values whose size depends on the number of images must fit any number.
 */

typedef struct _KappaOnnxEmitter KappaOnnxEmitter;
typedef struct _KappaOnnxPiece KappaOnnxPiece;

typedef gboolean (*KappaOnnxWriteFunc) (KappaOnnxEmitter *self, const KappaOnnxPiece *piece, GError **error);

/**
 * KappaOnnxPiece:
 * @node: whose value it makes
 * @onnx: the operator
 * @inputs: (array length=n_inputs): what is needed for it, perhaps far before @node; %KAPPA_NONE for what is left out
 * @product: a convolution or matrix product inside, %KAPPA_NONE if there is none
 * @number: an epsilon, or the second operand of arithmetic with one number
 * @axes: bits of axes
 *
 * A part of the graph that becomes one operator, or a few.
 */
struct _KappaOnnxPiece
{
  KappaNode node;
  KappaOnnxWriteFunc write;
  const char *onnx;
  KappaNode inputs[KAPPA_MAX_INPUTS];
  guint n_inputs;
  KappaNode product;
  double number;
  guint axes;
};

/**
 * KappaOnnxEmitter:
 * @twin: the same network for another number of images
 * @pieces: (array): one for each node; those without @write are not needed by themselves
 * @names: (array) (nullable) (element-type utf8): of values that are there already
 * @used: (element-type utf8): all names
 * @constants: (element-type utf8 utf8): names of numbers and lists, by what they are
 */
struct _KappaOnnxEmitter
{
  KappaGraph *graph;
  KappaGraph *twin;
  KappaOnnxWriter *writer;
  KappaOnnxPiece *pieces;
  const char **names;
  GHashTable *used;
  GHashTable *constants;
};

/* What builders compose (core/models/onnx-emit-match.c). */
gboolean         kappa_onnx_is              (KappaGraph *graph, KappaNode node, const char *op);
gboolean         kappa_onnx_match_norms     (KappaGraph *graph, KappaNode node, KappaOnnxPiece *piece);
gboolean         kappa_onnx_match_products  (KappaGraph *graph, KappaNode node, KappaOnnxPiece *piece);
gboolean         kappa_onnx_match_mean      (KappaGraph *graph, KappaNode node, KappaOnnxPiece *piece);
gboolean         kappa_onnx_match_max       (KappaGraph *graph, KappaNode node, KappaOnnxPiece *piece);

/* Writing a piece (core/models/onnx-emit-layers.c, core/models/onnx-emit-movements.c). */
Onnx__NodeProto *kappa_onnx_emit_node       (KappaOnnxEmitter *self, const KappaOnnxPiece *piece, guint n_inputs);
gboolean         kappa_onnx_write_conv      (KappaOnnxEmitter *self, const KappaOnnxPiece *piece, GError **error);
gboolean         kappa_onnx_write_conv_norm (KappaOnnxEmitter *self, const KappaOnnxPiece *piece, GError **error);
gboolean         kappa_onnx_write_norm      (KappaOnnxEmitter *self, const KappaOnnxPiece *piece, GError **error);
gboolean         kappa_onnx_write_layer_norm (KappaOnnxEmitter *self, const KappaOnnxPiece *piece, GError **error);
gboolean         kappa_onnx_write_product   (KappaOnnxEmitter *self, const KappaOnnxPiece *piece, GError **error);
gboolean         kappa_onnx_write_reduction (KappaOnnxEmitter *self, const KappaOnnxPiece *piece, GError **error);
gboolean         kappa_onnx_write_sum       (KappaOnnxEmitter *self, const KappaOnnxPiece *piece, GError **error);
gboolean         kappa_onnx_write_pool      (KappaOnnxEmitter *self, const KappaOnnxPiece *piece, GError **error);
gboolean         kappa_onnx_write_transpose (KappaOnnxEmitter *self, const KappaOnnxPiece *piece, GError **error);
gboolean         kappa_onnx_write_concat    (KappaOnnxEmitter *self, const KappaOnnxPiece *piece, GError **error);
gboolean         kappa_onnx_write_reshape   (KappaOnnxEmitter *self, const KappaOnnxPiece *piece, GError **error);
gboolean         kappa_onnx_write_broadcast (KappaOnnxEmitter *self, const KappaOnnxPiece *piece, GError **error);
gboolean         kappa_onnx_write_fill      (KappaOnnxEmitter *self, const KappaOnnxPiece *piece, GError **error);
gboolean         kappa_onnx_write_slice     (KappaOnnxEmitter *self, const KappaOnnxPiece *piece, GError **error);
gboolean         kappa_onnx_write_pad       (KappaOnnxEmitter *self, const KappaOnnxPiece *piece, GError **error);
gboolean         kappa_onnx_write_matmul    (KappaOnnxEmitter *self, const KappaOnnxPiece *piece, GError **error);

/* Names and constants (core/models/onnx-emit-names.c). */
const char      *kappa_onnx_emit_name       (KappaOnnxEmitter *self, KappaNode node);
const char      *kappa_onnx_emit_unique     (KappaOnnxEmitter *self, const char *wish);
const char      *kappa_onnx_emit_number     (KappaOnnxEmitter *self, double value);
void             kappa_onnx_emit_cast       (KappaOnnxEmitter *self, const char *from, const char *to);
const char      *kappa_onnx_emit_integers   (KappaOnnxEmitter *self, const gint64 *values, gsize n);
gboolean         kappa_onnx_emit_refuse     (KappaOnnxEmitter *self, KappaNode node, const char *why, GError **error);
gboolean         kappa_onnx_emit_is_free    (KappaOnnxEmitter *self, KappaNode node, guint axis);

gboolean         kappa_onnx_emit            (KappaGraph *graph, KappaGraph *twin, KappaNode logits,
                                             const KappaExportTensor *tensors, guint n_tensors, KappaOnnxWriter *writer,
                                             GError **error);
