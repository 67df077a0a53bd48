#include "core/models/onnx-walk.h"

#include <string.h>

#include "core/base/error.h"

/* Tensors with more elements are weights, whatever they are for. */
#define MAX_KNOWN 4096

/* The largest network read here has some 6,000 tensors. */
#define MAX_TENSORS 20000
#define MAX_NODES   50000

static const KappaOnnxOperator *const families[]
    = { kappa_onnx_elementwise, kappa_onnx_layers, kappa_onnx_movements, kappa_onnx_reductions };

static gboolean
refuse (GError **error, KappaError code, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error_literal (error, KAPPA_ERROR, (int)code, text);
  return FALSE;
}

static void
clear_tensor (gpointer data)
{
  g_clear_pointer (&((KappaOnnxTensor *)data)->numbers, kappa_onnx_numbers_unref);
}

static void
clear_step (gpointer data)
{
  g_free (((KappaOnnxStep *)data)->inputs);
  g_free (((KappaOnnxStep *)data)->outputs);
}

void
kappa_onnx_network_free (KappaOnnxNetwork *self)
{
  g_array_unref (self->tensors);
  g_array_unref (self->steps);
  g_array_unref (self->by_value);
  g_clear_object (&self->file);
  g_free (self);
}

/* The number of a value; the first time it is heard of it gets one. */
static gint
number_of (KappaOnnxNetwork *self, GHashTable *numbers, const char *name)
{
  gpointer number;
  const gint none = -1;

  if (g_hash_table_lookup_extended (numbers, name, NULL, &number))
    return GPOINTER_TO_INT (number);
  g_hash_table_insert (numbers, (gpointer)name, GINT_TO_POINTER ((gint)self->n_values));
  g_array_append_val (self->by_value, none);
  return (gint)self->n_values++;
}

static KappaOnnxNumbers *
read_numbers (KappaTensorFile *file, const KappaOnnxTensor *tensor, GError **error)
{
  g_autoptr (KappaOnnxNumbers) numbers = kappa_onnx_numbers_new (&tensor->shape, !tensor->real);

  if (numbers == NULL
      || !kappa_tensor_file_read_doubles (file, tensor->index, numbers->values, error))
    return NULL;
  return g_steal_pointer (&numbers);
}

static gboolean
add_tensor (KappaOnnxNetwork *self,
            GHashTable *numbers,
            const char *name,
            const Onnx__TensorProto *proto,
            gboolean constant,
            GError **error)
{
  KappaTensorFile *file = (KappaTensorFile *)self->file;
  KappaOnnxTensor tensor = { .constant = constant };
  const gint position = (gint)self->tensors->len;
  const KappaTensorInfo *info;
  gboolean known;

  if (!kappa_onnx_file_find (self->file, proto, &tensor.index))
    return refuse (error, KAPPA_ERROR_MODEL, "the tensor “%s” is not in the file", name);
  info = kappa_tensor_file_get_info (file, tensor.index);
  tensor.name = info->name;
  tensor.value = (guint)number_of (self, numbers, name);
  tensor.real = kappa_element_is_float (info->element);
  tensor.shape.rank = info->rank;
  for (guint d = 0; d < info->rank; d++)
    tensor.shape.dims[d] = (gint64)info->dims[d];
  known = tensor.real ? info->n == 1 || (constant && info->n <= KAPPA_ONNX_MAX_LITERAL)
                      : info->n <= MAX_KNOWN;
  if (known && (tensor.numbers = read_numbers (file, &tensor, error)) == NULL)
    return FALSE;
  g_array_append_val (self->tensors, tensor);
  g_array_index (self->by_value, gint, tensor.value) = position;
  return TRUE;
}

static const Onnx__TensorProto *
get_constant (const Onnx__NodeProto *node)
{
  if (strcmp (node->op_type, "Constant") != 0 || node->n_attribute != 1)
    return NULL;
  return strcmp (node->attribute[0]->name, "value") == 0 ? node->attribute[0]->t : NULL;
}

static const KappaOnnxOperator *
find_operator (const char *name)
{
  for (gsize f = 0; f < G_N_ELEMENTS (families); f++)
    for (const KappaOnnxOperator *op = families[f]; op->name != NULL; op++)
      if (strcmp (op->name, name) == 0)
        return op;
  return NULL;
}

/* What an attribute of that name is, wherever it occurs. */
static gint32
get_type (const Onnx__NodeProto *node, const char *name)
{
  static const char *const ints[]
      = { "axes",  "dilations", "ends",    "kernel_shape", "pads",         "perm",
          "split", "starts",    "strides", "value_ints",   "output_shape", NULL };
  static const char *const floats[] = { "alpha", "beta", "epsilon", "gamma",       "momentum",
                                        "ratio", "min",  "max",     "value_float", NULL };
  static const char *const texts[] = { "auto_pad", "mode", "approximate", NULL };

  if (strcmp (name, "value") == 0)
    return strcmp (node->op_type, "Pad") == 0 ? ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOAT
                                              : ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__TENSOR;
  if (strcmp (name, "value_floats") == 0)
    return ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOATS;
  if (g_strv_contains (ints, name))
    return ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INTS;
  if (g_strv_contains (floats, name))
    return ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOAT;
  return g_strv_contains (texts, name) ? ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__STRING
                                       : ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INT;
}

static gboolean
check_node (const KappaOnnxNetwork *self,
            const Onnx__NodeProto *node,
            const KappaOnnxOperator *op,
            GError **error)
{
  const char *name = node->name != NULL && *node->name != '\0' ? node->name : node->output[0];
  const gboolean foreign
      = node->domain != NULL && *node->domain != '\0' && strcmp (node->domain, "ai.onnx") != 0;
  g_auto (GStrv) known = op != NULL ? g_strsplit (op->attributes, " ", -1) : NULL;

  if (foreign || op == NULL || self->opset < op->first_opset)
    return refuse (error, KAPPA_ERROR_UNSUPPORTED,
                   "the node “%s” has the operator %s%s%s, which this version does not build", name,
                   node->op_type, foreign ? " of " : "", foreign ? node->domain : "");
  if (node->n_input < op->min_inputs || node->n_input > op->max_inputs)
    return refuse (error, KAPPA_ERROR_FORMAT,
                   "the node “%s” (%s) has %" G_GSIZE_FORMAT " inputs, expected %u to %u", name,
                   node->op_type, node->n_input, op->min_inputs, op->max_inputs);
  for (guint i = 0; i < op->min_inputs; i++)
    if (*node->input[i] == '\0')
      return refuse (error, KAPPA_ERROR_FORMAT, "the node “%s” (%s) lacks its input %u", name,
                     node->op_type, i);
  for (gsize i = 0; i < node->n_attribute; i++)
    {
      const Onnx__AttributeProto *attribute = node->attribute[i];

      if (!g_strv_contains ((const char *const *)known, attribute->name))
        return refuse (error, KAPPA_ERROR_UNSUPPORTED,
                       "the node “%s” (%s) has the attribute “%s”, which this version does not "
                       "know",
                       name, node->op_type, attribute->name);
      if (attribute->has_type && (gint32)attribute->type != get_type (node, attribute->name))
        return refuse (
            error, KAPPA_ERROR_FORMAT,
            "the attribute “%s” of the node “%s” (%s) is of another type than it must be",
            attribute->name, name, node->op_type);
    }
  return TRUE;
}

/* The nodes the output needs. */
static GHashTable *
find_needed (const Onnx__GraphProto *graph, const char *output)
{
  GHashTable *nodes = g_hash_table_new (NULL, NULL);
  g_autoptr (GHashTable) values = g_hash_table_new (g_str_hash, g_str_equal);

  g_hash_table_add (values, (gpointer)output);
  for (gsize i = graph->n_node; i-- > 0;)
    {
      const Onnx__NodeProto *node = graph->node[i];
      gboolean needed = FALSE;

      for (gsize j = 0; j < node->n_output; j++)
        needed = needed || g_hash_table_contains (values, node->output[j]);
      if (!needed)
        continue;
      g_hash_table_add (nodes, (gpointer)node);
      for (gsize j = 0; j < node->n_input; j++)
        g_hash_table_add (values, node->input[j]);
    }
  return nodes;
}

static gint *
number_all (KappaOnnxNetwork *self, GHashTable *numbers, char **names, gsize n)
{
  gint *all = g_new (gint, n + 1);

  for (gsize i = 0; i < n; i++)
    all[i] = *names[i] != '\0' ? number_of (self, numbers, names[i]) : -1;
  return all;
}

static gboolean
add_step (KappaOnnxNetwork *self, GHashTable *numbers, const Onnx__NodeProto *node, GError **error)
{
  KappaOnnxStep step = { .node = node, .op = find_operator (node->op_type), .norm = -1 };

  if (!check_node (self, node, step.op, error))
    return FALSE;
  if (get_constant (node) != NULL)
    return add_tensor (self, numbers, node->output[0], get_constant (node), TRUE, error);
  step.inputs = number_all (self, numbers, node->input, node->n_input);
  step.outputs = number_all (self, numbers, node->output, node->n_output);
  g_array_append_val (self->steps, step);
  return TRUE;
}

/* A convolution whose only user is a batch norm is built with it: the factor goes to the weight. */
static void
join_norms (KappaOnnxNetwork *self)
{
  g_autofree gint *makers = g_new (gint, self->n_values);
  g_autofree guint *users = g_new0 (guint, self->n_values);

  memset (makers, -1, self->n_values * sizeof *makers);
  users[self->output]++;
  for (guint i = 0; i < self->steps->len; i++)
    {
      const KappaOnnxStep *step = &g_array_index (self->steps, KappaOnnxStep, i);

      for (gsize j = 0; j < step->node->n_input; j++)
        if (step->inputs[j] >= 0)
          users[step->inputs[j]]++;
      makers[step->outputs[0]] = (gint)i;
      self->n_norms += strcmp (step->op->name, "BatchNormalization") == 0;
      if (strcmp (step->op->name, "Conv") != 0)
        continue;
      self->n_convolutions++;
      self->n_biased += step->node->n_input > 2 && step->inputs[2] >= 0;
    }
  for (guint i = 0; i < self->steps->len; i++)
    {
      const KappaOnnxStep *step = &g_array_index (self->steps, KappaOnnxStep, i);
      KappaOnnxStep *maker;

      if (strcmp (step->op->name, "BatchNormalization") != 0 || makers[step->inputs[0]] < 0
          || users[step->inputs[0]] != 1)
        continue;
      maker = &g_array_index (self->steps, KappaOnnxStep, makers[step->inputs[0]]);
      if (strcmp (maker->op->name, "Conv") == 0)
        maker->norm = (gint)i;
    }
}

/* Sizes of a declared shape; 0 for one that is free. */
static gboolean
get_shape (const Onnx__ValueInfoProto *value, KappaShape *shape)
{
  const Onnx__TypeProto__Tensor *type;

  *shape = (KappaShape) { 0 };
  if (value->type == NULL || value->type->value_case != ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE)
    return FALSE;
  type = value->type->tensor_type;
  if (type->shape == NULL || type->shape->n_dim > KAPPA_MAX_RANK)
    return FALSE;
  for (gsize d = 0; d < type->shape->n_dim; d++)
    {
      const Onnx__TensorShapeProto__Dimension *dim = type->shape->dim[d];

      shape->dims[shape->rank++]
          = dim->value_case == ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE
                ? MAX (dim->dim_value, 0)
                : 0;
    }
  return TRUE;
}

static gboolean
is_image_side (gint64 side)
{
  return side >= 0 && side <= 16384;
}

static gboolean
is_channels (gint64 channels)
{
  return channels == 1 || channels == 3;
}

/* Finds the input that is the images: the one that has no initialiser. */
static gboolean
read_input (KappaOnnxNetwork *self, GHashTable *numbers, KappaConfig *config, GError **error)
{
  const Onnx__GraphProto *graph = kappa_onnx_file_get_graph (self->file);
  const Onnx__ValueInfoProto *images = NULL;
  guint n = 0, height, width;
  KappaShape shape;

  for (gsize i = 0; i < graph->n_input; i++)
    {
      const gint number = number_of (self, numbers, graph->input[i]->name);

      if (g_array_index (self->by_value, gint, number) >= 0)
        continue;
      images = graph->input[i];
      n++;
    }
  if (n != 1)
    return refuse (error, KAPPA_ERROR_UNSUPPORTED, "it has %u inputs, expected one: the images", n);
  self->input = number_of (self, numbers, images->name);
  if (!get_shape (images, &shape) || shape.rank != 4)
    return refuse (error, KAPPA_ERROR_UNSUPPORTED,
                   "its input “%s” has %u dimensions, expected four: images as samples × channels "
                   "× height × width",
                   images->name, shape.rank);
  self->last_channels = !is_channels (shape.dims[1]) && is_channels (shape.dims[3]);
  height = self->last_channels ? 1 : 2;
  width = height + 1;
  config->channels = (guint)MIN (shape.dims[self->last_channels ? 3 : 1], G_MAXINT32);
  if (!is_channels (config->channels) || !is_image_side (shape.dims[height])
      || !is_image_side (shape.dims[width]))
    {
      g_autofree char *text = kappa_shape_to_string (&shape);

      return refuse (error, KAPPA_ERROR_UNSUPPORTED,
                     "its input “%s” is of the shape %s, expected images with 1 or 3 channels",
                     images->name, text);
    }
  self->batch = shape.dims[0];
  config->height = shape.dims[height] > 0 ? (guint)shape.dims[height] : 224;
  config->width = shape.dims[width] > 0 ? (guint)shape.dims[width] : 224;
  return TRUE;
}

/* Probabilities are of no use to an analysis of losses: the logits before them are taken. */
static const char *
leave_softmax (KappaOnnxNetwork *self, const Onnx__GraphProto *graph, const char *output)
{
  for (gsize i = 0; i < graph->n_node; i++)
    {
      const Onnx__NodeProto *node = graph->node[i];

      if (strcmp (node->output[0], output) != 0 || node->n_input != 1)
        continue;
      if (strcmp (node->op_type, "Softmax") == 0 || strcmp (node->op_type, "LogSoftmax") == 0)
        {
          self->softmax = node->op_type;
          return node->input[0];
        }
    }
  return output;
}

/**
 * kappa_onnx_network_new:
 * @config: told what images the network is made for
 *
 * Reads a file's graph: what is constant in it, which of its nodes the first output needs, and
 * whether this version can build them.
 *
 * Returns: (transfer full): the network; %NULL with %KAPPA_ERROR_UNSUPPORTED or
 * %KAPPA_ERROR_FORMAT, which names the node
 */
KappaOnnxNetwork *
kappa_onnx_network_new (KappaOnnxFile *file, KappaConfig *config, GError **error)
{
  const Onnx__GraphProto *graph = kappa_onnx_file_get_graph (file);
  g_autoptr (KappaOnnxNetwork) self = g_new0 (KappaOnnxNetwork, 1);
  g_autoptr (GHashTable) numbers = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) needed = NULL;
  const char *output;

  self->file = g_object_ref (file);
  self->opset = kappa_onnx_file_get_opset (file);
  self->tensors = g_array_new (FALSE, FALSE, sizeof (KappaOnnxTensor));
  g_array_set_clear_func (self->tensors, clear_tensor);
  self->steps = g_array_new (FALSE, FALSE, sizeof (KappaOnnxStep));
  g_array_set_clear_func (self->steps, clear_step);
  self->by_value = g_array_new (FALSE, FALSE, sizeof (gint));
  if (graph->n_output == 0)
    {
      refuse (error, KAPPA_ERROR_FORMAT, "the graph has no output");
      return NULL;
    }
  if (graph->n_initializer > MAX_TENSORS || graph->n_node > MAX_NODES)
    {
      refuse (error, KAPPA_ERROR_UNSUPPORTED,
              "it has %" G_GSIZE_FORMAT " tensors and %" G_GSIZE_FORMAT
              " nodes; no network known here has more than %d and %d",
              graph->n_initializer, graph->n_node, MAX_TENSORS, MAX_NODES);
      return NULL;
    }
  for (gsize i = 0; i < graph->n_initializer; i++)
    if (!add_tensor (self, numbers, graph->initializer[i]->name, graph->initializer[i], FALSE,
                     error))
      return NULL;
  output = leave_softmax (self, graph, graph->output[0]->name);
  needed = find_needed (graph, output);
  if (!read_input (self, numbers, config, error))
    return NULL;
  for (gsize i = 0; i < graph->n_node; i++)
    if (g_hash_table_contains (needed, graph->node[i])
        && !add_step (self, numbers, graph->node[i], error))
      return NULL;
  self->output = number_of (self, numbers, output);
  join_norms (self);
  return g_steal_pointer (&self);
}
