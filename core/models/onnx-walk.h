#pragma once

#include "core/formats/onnx.pb-c.h"
#include "core/models/onnx-network.h"

/**
 * KappaOnnxValue:
 * @shape: as the graph of the file sees it
 * @numbers: (nullable): known before anything is run
 * @tensor: which tensor it is, perhaps under another shape; -1 if it is computed
 * @transposed: whether the two axes of the tensor are exchanged
 * @node: in the graph; %KAPPA_NONE while it is not there
 */
typedef struct
{
  gboolean made;
  KappaShape shape;
  KappaOnnxNumbers *numbers;
  gint tensor;
  gboolean transposed;
  KappaNode node;
} KappaOnnxValue;

/* A tensor that was asked for, and how; and whether a step used it already. */
typedef struct
{
  KappaNode node;
  gboolean used;
  KappaShape stored;
  gboolean swapped;
} KappaOnnxAsked;

/* What the batch itself has in place of a tensor with running statistics. */
typedef struct
{
  gint tensor;
  KappaNode node;
} KappaOnnxStatistic;

/**
 * KappaOnnxWalk:
 * @values: (array): of the network
 * @asked: (array): of the network's tensors
 * @relus: (element-type KappaNode): results of relus, in the order of their activations
 * @statistics: (element-type KappaOnnxStatistic): in training mode
 * @note: whether the network is told what its tensors turn out to be
 * @samples: images in the graph that is built
 * @n_new: trained numbers this step is the first to use
 * @new_name: (nullable): the first tensor it is the first to use
 *
 * A graph that is being built, and the step that is being done.
 */
typedef struct
{
  KappaOnnxNetwork *network;
  KappaBuilder *builder;
  KappaGraph *graph;
  const KappaOnnxStep *step;
  KappaOnnxValue *values;
  KappaOnnxAsked *asked;
  GArray *relus;
  GArray *statistics;
  gboolean note;
  gint64 samples;
  guint64 n_new;
  const char *new_name;
} KappaOnnxWalk;

/**
 * KappaOnnxOperator:
 * @attributes: names of those it may have, separated by spaces
 * @first_opset: the version of the operators it is in since
 * @run: does the step. Returns: %FALSE after kappa_onnx_fail()
 */
struct _KappaOnnxOperator
{
  const char *name;
  const char *attributes;
  guint min_inputs;
  guint max_inputs;
  guint first_opset;
  gboolean (*run) (KappaOnnxWalk *walk);
};

/* Families of operators, each ended by one without a name. */
extern const KappaOnnxOperator kappa_onnx_elementwise[];
extern const KappaOnnxOperator kappa_onnx_layers[];
extern const KappaOnnxOperator kappa_onnx_movements[];
extern const KappaOnnxOperator kappa_onnx_reductions[];

gboolean              kappa_onnx_fail       (KappaOnnxWalk *walk, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* Inputs and attributes of the step. */
guint                 kappa_onnx_n_inputs   (KappaOnnxWalk *walk);
const KappaOnnxValue *kappa_onnx_input      (KappaOnnxWalk *walk, guint index);
gboolean              kappa_onnx_all_known  (KappaOnnxWalk *walk);
gint64                kappa_onnx_get_int    (KappaOnnxWalk *walk, const char *name, gint64 otherwise);
double                kappa_onnx_get_epsilon (KappaOnnxWalk *walk);
double                kappa_onnx_get_float  (KappaOnnxWalk *walk, const char *name, double otherwise);
gboolean              kappa_onnx_get_choice (KappaOnnxWalk *walk, const char *name, const char *const *choices,
                                             guint *choice);
const Onnx__AttributeProto *kappa_onnx_get_attribute (KappaOnnxWalk *walk, const char *name);
gboolean              kappa_onnx_get_list   (KappaOnnxWalk *walk, const char *name, guint input, gint64 *list, guint max,
                                             gint *n);
gboolean              kappa_onnx_get_axis   (KappaOnnxWalk *walk, gint64 value, guint rank, guint *axis);

/* Values as nodes. */
KappaNode             kappa_onnx_node       (KappaOnnxWalk *walk, const KappaOnnxValue *value, KappaParameterKind kind);
KappaNode             kappa_onnx_matrix     (KappaOnnxWalk *walk, const KappaOnnxValue *value, KappaParameterKind kind,
                                             gboolean swap);
void                  kappa_onnx_ask        (KappaOnnxWalk *walk, guint number, const KappaShape *stored, KappaRole role,
                                             KappaParameterKind kind, gboolean swapped);
KappaNode             kappa_onnx_buffer     (KappaOnnxWalk *walk, const KappaOnnxValue *value);
KappaNode             kappa_onnx_stretch    (KappaOnnxWalk *walk, KappaNode x, const KappaShape *shape);
gboolean              kappa_onnx_is_weight  (const KappaOnnxValue *value);

/* Results of the step. */
gboolean              kappa_onnx_give       (KappaOnnxWalk *walk, guint output, KappaNode node);
gboolean              kappa_onnx_give_numbers (KappaOnnxWalk *walk, guint output, KappaOnnxNumbers *numbers);
gboolean              kappa_onnx_give_value (KappaOnnxWalk *walk, guint output, const KappaOnnxValue *value);
void                  kappa_onnx_add_layer  (KappaOnnxWalk *walk, const char *kind, KappaNode output, guint64 macs);
void                  kappa_onnx_mark_gelu  (KappaOnnxWalk *walk, KappaNode y, KappaNode x);
void                  kappa_onnx_mark       (KappaOnnxWalk *walk, KappaNode node, KappaActivationFlags flags);
