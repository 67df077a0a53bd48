#pragma once

#include <gio/gio.h>

#include "core/graph/graph.h"

typedef struct _KappaBlocks KappaBlocks;
typedef struct _KappaPreset KappaPreset;
typedef struct _KappaTensorFile KappaTensorFile;

/**
 * KappaParameterKind:
 *
 * What a trained tensor is to the network. A filter is one output unit of it:
 *
 * - convolution: one output channel, all its input channels and taps
 * - linear: one row of the (outputs, inputs) matrix
 * - norm scale, norm shift, bias: one number
 * - embedding: the vector of one position or token
 */
typedef enum
{
  KAPPA_PARAMETER_CONVOLUTION,
  KAPPA_PARAMETER_LINEAR,
  KAPPA_PARAMETER_NORM_SCALE,
  KAPPA_PARAMETER_NORM_SHIFT,
  KAPPA_PARAMETER_BIAS,
  KAPPA_PARAMETER_EMBEDDING,
} KappaParameterKind;

/**
 * KappaParameter:
 * @name: the canonical name, e.g. "layer1.0.conv1.weight", whatever the file calls it
 * @file_name: the name in the file
 * @layer: the layer it belongs to, e.g. "layer1.0.conv1"
 * @shape: in the builder's axes: (outputs, inputs / groups, kernel height, kernel width) for convolutions
 * @offset: index of its first number among all parameters; the numbers of one tensor are row-major
 * @size: how many numbers
 * @n_filters: how many filters; they lie one after the other
 * @filter_size: numbers in one filter; @n_filters × @filter_size = @size
 */
typedef struct
{
  const char *name;
  const char *file_name;
  const char *layer;
  KappaParameterKind kind;
  KappaShape shape;
  gsize offset;
  gsize size;
  gsize n_filters;
  gsize filter_size;
} KappaParameter;

/**
 * KappaLayer:
 * @name: e.g. "layer1.0.conv1"
 * @kind: a word for people: "convolution", "batch norm", "linear", "max pool", …
 * @output: the shape of its result for one image, without the sample dimension
 * @n_parameters: trained numbers in it
 * @macs: multiply-adds for one image: those of convolutions and matrix products, nothing else is counted
 */
typedef struct
{
  char *name;
  const char *kind;
  KappaShape output;
  guint64 n_parameters;
  guint64 macs;
} KappaLayer;

/**
 * KappaActivationFlags:
 * @KAPPA_ACTIVATION_STEM: what the first block receives
 * @KAPPA_ACTIVATION_BLOCK: the result of a block
 * @KAPPA_ACTIVATION_STAGE: the result of the last block of a stage, named as the stage: "layer4"
 * @KAPPA_ACTIVATION_RELU: the result of a relu
 * @KAPPA_ACTIVATION_POOLED: the feature vector
 * @KAPPA_ACTIVATION_LOGITS: the result
 * @KAPPA_ACTIVATION_GELU: the result of a gelu
 * @KAPPA_ACTIVATION_ATTENTION: how much each token attends to each other: heads × tokens × tokens
 */
typedef enum
{
  KAPPA_ACTIVATION_STEM = 1 << 0,
  KAPPA_ACTIVATION_BLOCK = 1 << 1,
  KAPPA_ACTIVATION_STAGE = 1 << 2,
  KAPPA_ACTIVATION_RELU = 1 << 3,
  KAPPA_ACTIVATION_POOLED = 1 << 4,
  KAPPA_ACTIVATION_LOGITS = 1 << 5,
  KAPPA_ACTIVATION_GELU = 1 << 6,
  KAPPA_ACTIVATION_ATTENTION = 1 << 7,
} KappaActivationFlags;

/**
 * KappaActivation:
 * @name: the node's name in a built graph: kappa_graph_find() finds it there
 * @stage: (nullable): the stage it ends, for those with %KAPPA_ACTIVATION_STAGE
 * @shape: for one image, without the sample dimension
 */
typedef struct
{
  char *name;
  char *stage;
  KappaActivationFlags flags;
  KappaShape shape;
} KappaActivation;

/**
 * KappaModelOptions:
 * @preset: (nullable): name of a preset to use instead of the one that the evidence suggests
 * @settings: (nullable): single choices that override the preset, e.g. "size=128,mean=0.5,0.5,0.5,crop=1"
 */
typedef struct
{
  const char *preset;
  const char *settings;
} KappaModelOptions;

#define KAPPA_TYPE_MODEL (kappa_model_get_type ())
G_DECLARE_FINAL_TYPE (KappaModel, kappa_model, KAPPA, MODEL, GObject)

KappaModel            *kappa_model_open                (const char *path, const KappaModelOptions *options,
                                                        GCancellable *cancellable, GError **error);

const char            *kappa_model_get_path            (KappaModel *self);
const char            *kappa_model_get_sha256          (KappaModel *self, GCancellable *cancellable, GError **error);
const char            *kappa_model_get_name_digest     (KappaModel *self);
const char            *kappa_model_get_format          (KappaModel *self);
const char            *kappa_model_get_wrapper         (KappaModel *self);
KappaTensorFile       *kappa_model_get_file            (KappaModel *self);
char                 **kappa_model_list_metadata       (KappaModel *self);
const char            *kappa_model_get_metadata        (KappaModel *self, const char *key);
const char            *kappa_model_get_licence         (KappaModel *self);

const char            *kappa_model_get_architecture    (KappaModel *self);
const char            *kappa_model_get_key_scheme      (KappaModel *self);
const char            *kappa_model_get_evidence        (KappaModel *self);
const KappaPreset     *kappa_model_get_preset          (KappaModel *self);
guint                  kappa_model_get_n_classes       (KappaModel *self);
const char            *kappa_model_get_class_name      (KappaModel *self, guint index);
const char            *kappa_model_get_class_evidence  (KappaModel *self, gboolean *assumed);
guint                  kappa_model_get_channels        (KappaModel *self);
void                   kappa_model_get_input_size      (KappaModel *self, guint *height, guint *width);

guint                  kappa_model_get_n_parameters    (KappaModel *self);
const KappaParameter  *kappa_model_get_parameter       (KappaModel *self, guint index);
const KappaParameter  *kappa_model_find_parameter      (KappaModel *self, const char *name);
guint                  kappa_model_get_n_buffers       (KappaModel *self);
const KappaParameter  *kappa_model_get_buffer          (KappaModel *self, guint index);
gsize                  kappa_model_get_parameters_size (KappaModel *self);
gsize                  kappa_model_get_buffers_size    (KappaModel *self);
const float           *kappa_model_get_parameters      (KappaModel *self, GError **error);
const float           *kappa_model_get_buffers         (KappaModel *self, GError **error);
const double          *kappa_model_get_parameters_wide (KappaModel *self, GError **error);
const double          *kappa_model_get_buffers_wide    (KappaModel *self, GError **error);

float                 *kappa_model_read_tensor         (KappaModel *self, const KappaParameter *tensor, GError **error);

KappaNode              kappa_model_build               (KappaModel *self, KappaGraph *graph, KappaNode images);
KappaNode              kappa_model_build_training      (KappaModel *self, KappaGraph *graph, KappaNode images,
                                                        gint64 batch, GArray *statistics);
KappaNode              kappa_model_build_named         (KappaModel *self, KappaGraph *graph, KappaNode images,
                                                        const char *const *names, KappaNode *nodes);
KappaBlocks           *kappa_model_list_blocks         (KappaModel *self, GError **error);
const KappaLayer      *kappa_model_get_layers          (KappaModel *self, guint *n_layers);
const KappaActivation *kappa_model_get_activations     (KappaModel *self, guint *n_activations);
const KappaActivation *kappa_model_find_activation     (KappaModel *self, const char *name);
guint64                kappa_model_get_macs            (KappaModel *self);
gboolean               kappa_model_count_macs          (KappaModel *self, guint height, guint width, guint64 *macs,
                                                        GError **error);
