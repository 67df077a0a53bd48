#pragma once

#include "core/formats/onnx-file.h"
#include "core/models/architecture.h"
#include "core/models/onnx-numbers.h"

/**
 * KappaOnnxTensor:
 * @value: number of the value it is
 * @index: which tensor of the file
 * @real: whether its elements are floating-point numbers
 * @constant: whether it stands in the graph as a literal, not as an initialiser
 * @numbers: (nullable): its elements, of those that may be wanted before anything runs
 * @role: what it turned out to be: %KAPPA_ROLE_NONE for what is neither trained nor a statistic
 * @kind: of a parameter, how it is used first
 * @stored: its shape where it is used, in the file's order
 * @swapped: whether the network has its two axes the other way round
 */
typedef struct
{
  const char *name;
  guint value;
  guint index;
  KappaShape shape;
  gboolean real;
  gboolean constant;
  KappaOnnxNumbers *numbers;
  KappaRole role;
  KappaParameterKind kind;
  KappaShape stored;
  gboolean swapped;
} KappaOnnxTensor;

typedef struct _KappaOnnxOperator KappaOnnxOperator;

/**
 * KappaOnnxStep:
 * @inputs: (array): numbers of values, -1 for what is left out
 * @norm: the step of the batch norm that alone uses this convolution; -1 if there is none
 */
typedef struct
{
  const struct Onnx__NodeProto *node;
  const KappaOnnxOperator *op;
  gint *inputs;
  gint *outputs;
  gint norm;
} KappaOnnxStep;

/**
 * KappaOnnxNetwork:
 * @steps: (element-type KappaOnnxStep): what the logits need, in the order of computation
 * @by_value: (element-type gint): the tensor that is a value, or -1
 * @input: number of the value that is the images
 * @output: number of the value that is the logits
 * @batch: samples the file declares; 0 for any number
 * @last_channels: whether images are N × H × W × C there
 * @softmax: operator left away behind the logits, %NULL if none was
 *
 * The graph of a file, ready to be built for any number of images of any size.
 */
typedef struct
{
  KappaOnnxFile *file;
  guint opset;
  GArray *tensors;
  GArray *steps;
  GArray *by_value;
  guint n_values;
  gint input;
  gint output;
  gint64 batch;
  gboolean last_channels;
  const char *softmax;
  guint n_convolutions;
  guint n_biased;
  guint n_norms;
} KappaOnnxNetwork;

/* What #KappaArchitecture has for families of its own. */
typedef struct
{
  KappaConfig base;
  KappaOnnxNetwork *network;
} KappaOnnxConfig;

KappaOnnxNetwork *kappa_onnx_network_new  (KappaOnnxFile *file, KappaConfig *config, GError **error);
void              kappa_onnx_network_free (KappaOnnxNetwork *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KappaOnnxNetwork, kappa_onnx_network_free)

KappaNode         kappa_onnx_network_build (KappaOnnxNetwork *self, KappaBuilder *builder, KappaNode images,
                                            gboolean note, const char **where);
char             *kappa_onnx_network_tell  (const KappaOnnxNetwork *self);
