#include "core/models/onnx-walk.h"

#include <math.h>
#include <string.h>

/* More numbers in a value mean a mistake, or worse. */
#define MAX_ELEMENTS ((gint64)1 << 36)

static const char *
get_name (const KappaOnnxStep *step)
{
  const char *name = step->node->name;

  return name != NULL && *name != '\0' ? name : step->node->output[0];
}

/**
 * kappa_onnx_fail:
 *
 * Records that a step cannot be done.
 *
 * Returns: %FALSE, for the caller to return
 */
gboolean
kappa_onnx_fail (KappaOnnxWalk *walk, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  kappa_graph_fail (walk->graph, "%s", text);
  return FALSE;
}

guint
kappa_onnx_n_inputs (KappaOnnxWalk *walk)
{
  return (guint)walk->step->node->n_input;
}

/**
 * kappa_onnx_input:
 *
 * Returns: (nullable): %NULL for an input that is left out
 */
const KappaOnnxValue *
kappa_onnx_input (KappaOnnxWalk *walk, guint index)
{
  const KappaOnnxStep *step = walk->step;

  return index < step->node->n_input && step->inputs[index] >= 0
             ? &walk->values[step->inputs[index]]
             : NULL;
}

gboolean
kappa_onnx_all_known (KappaOnnxWalk *walk)
{
  for (guint i = 0; i < kappa_onnx_n_inputs (walk); i++)
    if (kappa_onnx_input (walk, i) != NULL && kappa_onnx_input (walk, i)->numbers == NULL)
      return FALSE;
  return TRUE;
}

const Onnx__AttributeProto *
kappa_onnx_get_attribute (KappaOnnxWalk *walk, const char *name)
{
  const Onnx__NodeProto *node = walk->step->node;

  for (gsize i = 0; i < node->n_attribute; i++)
    if (strcmp (node->attribute[i]->name, name) == 0)
      return node->attribute[i];
  return NULL;
}

gint64
kappa_onnx_get_int (KappaOnnxWalk *walk, const char *name, gint64 otherwise)
{
  const Onnx__AttributeProto *attribute = kappa_onnx_get_attribute (walk, name);

  return attribute != NULL ? attribute->i : otherwise;
}

double
kappa_onnx_get_float (KappaOnnxWalk *walk, const char *name, double otherwise)
{
  const Onnx__AttributeProto *attribute = kappa_onnx_get_attribute (walk, name);

  return attribute != NULL ? (double)attribute->f : otherwise;
}

/**
 * kappa_onnx_get_epsilon:
 *
 * Returns: what is added to a variance: the shortest decimal number that the file's float32 is
 * the nearest to, since epsilons are chosen as such, so that float64 has what the builder of the
 * network wrote
 */
double
kappa_onnx_get_epsilon (KappaOnnxWalk *walk)
{
  const float stored = (float)kappa_onnx_get_float (walk, "epsilon", 1e-5);
  double epsilon = stored;

  for (guint digits = 1; digits < 9 && isfinite (stored); digits++)
    {
      g_autofree char *format = g_strdup_printf ("%%.%ue", digits - 1);
      char text[G_ASCII_DTOSTR_BUF_SIZE];

      epsilon = g_ascii_strtod (g_ascii_formatd (text, sizeof text, format, (double)stored), NULL);
      if ((float)epsilon == stored)
        return epsilon;
    }
  return stored;
}

/**
 * kappa_onnx_get_choice:
 * @choices: (array zero-terminated=1): what the text may be, the default first
 * @choice: (out): which it is
 *
 * Returns: %FALSE for another text
 */
gboolean
kappa_onnx_get_choice (KappaOnnxWalk *walk,
                       const char *name,
                       const char *const *choices,
                       guint *choice)
{
  const Onnx__AttributeProto *attribute = kappa_onnx_get_attribute (walk, name);

  *choice = 0;
  if (attribute == NULL)
    return TRUE;
  for (; choices[*choice] != NULL; (*choice)++)
    if (strlen (choices[*choice]) == attribute->s.len
        && memcmp (choices[*choice], attribute->s.data, attribute->s.len) == 0)
      return TRUE;
  return kappa_onnx_fail (walk, "its “%s” is none that is read", name);
}

/**
 * kappa_onnx_get_list:
 * @input: which input the integers are since some version; G_MAXUINT if they always are an
 * attribute
 * @list: (out) (array length=max): the integers
 * @n: (out): how many; -1 if they are left out
 *
 * Returns: %FALSE if they are too many, or not known
 */
gboolean
kappa_onnx_get_list (KappaOnnxWalk *walk,
                     const char *name,
                     guint input,
                     gint64 *list,
                     guint max,
                     gint *n)
{
  const Onnx__AttributeProto *attribute = kappa_onnx_get_attribute (walk, name);
  const KappaOnnxValue *value = kappa_onnx_input (walk, input);
  gsize count;

  *n = -1;
  if (attribute == NULL && value == NULL)
    return TRUE;
  if (attribute == NULL && value->numbers == NULL)
    return kappa_onnx_fail (
        walk, "its “%s” depend on the images or are too many, which is not read", name);
  count = attribute != NULL ? attribute->n_ints : value->numbers->n;
  if (count > max)
    return kappa_onnx_fail (walk, "its “%s” are %" G_GSIZE_FORMAT ", expected at most %u", name,
                            count, max);
  for (gsize i = 0; i < count; i++)
    list[i] = attribute != NULL ? attribute->ints[i] : kappa_onnx_numbers_get (value->numbers, i);
  *n = (gint)count;
  return TRUE;
}

/**
 * kappa_onnx_get_axis:
 * @value: counted from the end if negative
 */
gboolean
kappa_onnx_get_axis (KappaOnnxWalk *walk, gint64 value, guint rank, guint *axis)
{
  if (value < -(gint64)rank || value >= (gint64)rank)
    return kappa_onnx_fail (walk, "there is no axis %" G_GINT64_FORMAT " of %u", value, rank);
  *axis = (guint)(value < 0 ? value + rank : value);
  return TRUE;
}

static KappaShape
exchange (const KappaShape *shape)
{
  return KAPPA_SHAPE (shape->dims[1], shape->dims[0]);
}

/**
 * kappa_onnx_ask:
 * @number: of a tensor that nobody asked for yet
 * @stored: the shape it is used in, in the file's order
 * @swapped: whether the network has its two axes the other way round
 *
 * Makes a tensor an input of the graph. The first request decides how the network has it.
 */
void
kappa_onnx_ask (KappaOnnxWalk *walk,
                guint number,
                const KappaShape *stored,
                KappaRole role,
                KappaParameterKind kind,
                gboolean swapped)
{
  KappaOnnxTensor *tensor = &g_array_index (walk->network->tensors, KappaOnnxTensor, number);
  const KappaShape shape = swapped ? exchange (stored) : *stored;
  KappaTensorSpec spec = { g_strdup (tensor->name), shape, role, kind };

  g_array_append_val (walk->builder->listing->tensors, spec);
  walk->asked[number].node = kappa_graph_input (walk->graph, role, tensor->name,
                                                kappa_graph_get_real (walk->graph), &shape);
  walk->asked[number].stored = *stored;
  walk->asked[number].swapped = swapped;
  if (!walk->note)
    return;
  tensor->role = role;
  tensor->kind = kind;
  tensor->stored = *stored;
  tensor->swapped = swapped;
}

/* What a step is the first to use belongs to its layer. */
static void
use (KappaOnnxWalk *walk, const KappaOnnxTensor *tensor, KappaOnnxAsked *asked, KappaRole role)
{
  if (asked->used)
    return;
  asked->used = TRUE;
  if (role == KAPPA_ROLE_PARAMETER)
    walk->n_new += (guint64)kappa_shape_size (&asked->stored);
  if (walk->new_name == NULL)
    walk->new_name = tensor->name;
}

/* A tensor as a node of the value's shape, or of that shape with its two axes exchanged. */
static KappaNode
get_tensor (KappaOnnxWalk *walk,
            const KappaOnnxValue *value,
            KappaRole role,
            KappaParameterKind kind,
            gboolean swap)
{
  static const guint exchanged[] = { 1, 0 };
  KappaOnnxAsked *asked = &walk->asked[value->tensor];
  const KappaShape stored = value->transposed ? exchange (&value->shape) : value->shape;
  const gboolean swapped = value->transposed != swap;
  KappaNode node;

  if (kappa_shape_size (&stored) == 0)
    {
      kappa_onnx_fail (walk, "it uses a tensor without elements");
      return KAPPA_BAD;
    }
  if (asked->node == KAPPA_NONE)
    kappa_onnx_ask (walk, (guint)value->tensor, &stored, role, kind, swapped);
  use (walk, &g_array_index (walk->network->tensors, KappaOnnxTensor, value->tensor), asked, role);
  node = asked->node;
  if (kappa_shape_equal (&asked->stored, &stored) && asked->swapped == swapped)
    return node;
  if (asked->swapped)
    node = kappa_transpose (walk->graph, node, exchanged);
  node = kappa_reshape (walk->graph, node, &stored);
  return swapped ? kappa_transpose (walk->graph, node, exchanged) : node;
}

/* Few numbers as constants of the graph, which has only such that are the same everywhere. */
static KappaNode
get_literal (KappaOnnxWalk *walk, const KappaOnnxNumbers *numbers)
{
  KappaNode parts[KAPPA_ONNX_MAX_LITERAL];
  const KappaShape one = KAPPA_SHAPE (1);

  if (kappa_onnx_numbers_are_equal (numbers))
    return kappa_fill (walk->graph, numbers->values[0], &numbers->shape);
  if (numbers->n == 0 || numbers->n > KAPPA_ONNX_MAX_LITERAL)
    {
      kappa_onnx_fail (walk,
                       "it computes with %" G_GSIZE_FORMAT
                       " different numbers that the graph itself makes, at most %d are read",
                       numbers->n, KAPPA_ONNX_MAX_LITERAL);
      return KAPPA_BAD;
    }
  for (gsize i = 0; i < numbers->n; i++)
    parts[i] = kappa_fill (walk->graph, numbers->values[i], &one);
  /* Joined eight at a time, as many as a node can have. */
  for (gsize n = numbers->n; n > 1;)
    {
      gsize joined = 0;

      for (gsize i = 0; i < n; i += KAPPA_MAX_INPUTS)
        {
          const guint here = (guint)MIN (KAPPA_MAX_INPUTS, n - i);

          parts[joined++] = here == 1 ? parts[i] : kappa_concat (walk->graph, parts + i, here, 0);
        }
      n = joined;
    }
  return kappa_reshape (walk->graph, parts[0], &numbers->shape);
}

/**
 * kappa_onnx_is_weight:
 *
 * Returns: whether it is a tensor of the file, not a number known beforehand
 */
gboolean
kappa_onnx_is_weight (const KappaOnnxValue *value)
{
  return value->tensor >= 0 && value->numbers == NULL;
}

/**
 * kappa_onnx_node:
 * @kind: what the value is if it is a tensor of the file
 *
 * Returns: the value in the graph, of the shape it has in the file
 */
KappaNode
kappa_onnx_node (KappaOnnxWalk *walk, const KappaOnnxValue *value, KappaParameterKind kind)
{
  if (value->node != KAPPA_NONE)
    return value->node;
  if (kappa_onnx_is_weight (value))
    return kappa_onnx_matrix (walk, value, kind, FALSE);
  return get_literal (walk, value->numbers);
}

/**
 * kappa_onnx_matrix:
 * @value: of a place that weights have: even one number is a parameter there
 * @swap: whether to exchange its two axes
 *
 * Returns: the value in the graph
 */
KappaNode
kappa_onnx_matrix (KappaOnnxWalk *walk,
                   const KappaOnnxValue *value,
                   KappaParameterKind kind,
                   gboolean swap)
{
  static const guint exchanged[] = { 1, 0 };
  KappaNode node;

  if (value->node == KAPPA_NONE && value->tensor >= 0)
    {
      const KappaOnnxTensor *tensor
          = &g_array_index (walk->network->tensors, KappaOnnxTensor, value->tensor);

      if (!tensor->real)
        {
          kappa_onnx_fail (walk, "it computes with the integers “%s”", tensor->name);
          return KAPPA_BAD;
        }
      return get_tensor (walk, value, KAPPA_ROLE_PARAMETER, kind, swap);
    }
  node = value->node != KAPPA_NONE ? value->node : get_literal (walk, value->numbers);
  return swap ? kappa_transpose (walk->graph, node, exchanged) : node;
}

/**
 * kappa_onnx_buffer:
 * @value: running statistics
 */
KappaNode
kappa_onnx_buffer (KappaOnnxWalk *walk, const KappaOnnxValue *value)
{
  if (value->node != KAPPA_NONE || value->tensor < 0)
    return kappa_onnx_node (walk, value, KAPPA_PARAMETER_BIAS);
  return get_tensor (walk, value, KAPPA_ROLE_BUFFER, KAPPA_PARAMETER_BIAS, FALSE);
}

static gboolean
is_too_large (const KappaShape *shape)
{
  gint64 n = 1;

  for (guint d = 0; d < shape->rank; d++)
    {
      if (shape->dims[d] < 1 || shape->dims[d] > MAX_ELEMENTS / n)
        return TRUE;
      n *= shape->dims[d];
    }
  return FALSE;
}

/**
 * kappa_onnx_stretch:
 * @shape: what the node is broadcast to, as NumPy does
 */
KappaNode
kappa_onnx_stretch (KappaOnnxWalk *walk, KappaNode x, const KappaShape *shape)
{
  const KappaShape from = *kappa_graph_get_shape (walk->graph, x);
  KappaShape aligned = { .rank = shape->rank };

  if (x < 0 || kappa_shape_equal (&from, shape))
    return x;
  if (from.rank > shape->rank || is_too_large (shape))
    {
      kappa_onnx_fail (walk, "it would make a value larger than any network read here has");
      return KAPPA_BAD;
    }
  for (guint d = 0; d < shape->rank; d++)
    aligned.dims[d] = d < shape->rank - from.rank ? 1 : from.dims[d - (shape->rank - from.rank)];
  return kappa_broadcast (walk->graph, kappa_reshape (walk->graph, x, &aligned), shape);
}

/* The place of an output that is wanted; %NULL for one that is left out. */
static KappaOnnxValue *
get_place (KappaOnnxWalk *walk, guint output)
{
  return output < walk->step->node->n_output && walk->step->outputs[output] >= 0
             ? &walk->values[walk->step->outputs[output]]
             : NULL;
}

gboolean
kappa_onnx_give (KappaOnnxWalk *walk, guint output, KappaNode node)
{
  KappaOnnxValue *place = get_place (walk, output);
  const KappaShape *shape = kappa_graph_get_shape (walk->graph, node);

  if (node < 0)
    return kappa_onnx_fail (walk, "its operands do not fit");
  if (is_too_large (shape))
    return kappa_onnx_fail (walk, "its result is empty, or larger than any network read here has");
  if (place != NULL)
    *place = (KappaOnnxValue) { TRUE, *shape, NULL, -1, FALSE, node };
  return TRUE;
}

/**
 * kappa_onnx_give_numbers:
 * @numbers: (transfer full) (nullable): %NULL if they could not be computed
 */
gboolean
kappa_onnx_give_numbers (KappaOnnxWalk *walk, guint output, KappaOnnxNumbers *numbers)
{
  KappaOnnxValue *place = get_place (walk, output);

  if (numbers == NULL)
    return kappa_onnx_fail (walk, "its numbers do not fit together, or are too many");
  if (place != NULL)
    *place = (KappaOnnxValue) { TRUE, numbers->shape, numbers, -1, FALSE, KAPPA_NONE };
  else
    kappa_onnx_numbers_unref (numbers);
  return TRUE;
}

/* The same value under another name, perhaps another shape. */
gboolean
kappa_onnx_give_value (KappaOnnxWalk *walk, guint output, const KappaOnnxValue *value)
{
  const KappaOnnxValue same = *value;
  KappaOnnxValue *place = get_place (walk, output);

  if (place == NULL)
    return TRUE;
  *place = same;
  if (same.numbers != NULL)
    kappa_onnx_numbers_ref (same.numbers);
  return TRUE;
}

/* "layer1.0.conv1" of "layer1.0.conv1.weight". */
static char *
layer_of (const char *name)
{
  const char *dot = strrchr (name, '.');

  return dot != NULL && dot > name ? g_strndup (name, dot - name) : g_strdup (name);
}

/**
 * kappa_onnx_add_layer:
 * @macs: multiply-adds for all images
 *
 * Writes down a layer, with the parameters this step asked for.
 */
void
kappa_onnx_add_layer (KappaOnnxWalk *walk, const char *kind, KappaNode output, guint64 macs)
{
  GArray *layers = walk->builder->listing->layers;
  g_autofree char *name
      = walk->new_name != NULL ? layer_of (walk->new_name) : g_strdup (get_name (walk->step));
  KappaLayer *last = layers->len > 0 ? &g_array_index (layers, KappaLayer, layers->len - 1) : NULL;

  /* A bias that is a step of its own. */
  if (macs == 0 && walk->n_new > 0 && last != NULL && strcmp (last->name, name) == 0)
    last->n_parameters += walk->n_new;
  else
    kappa_builder_add_layer (walk->builder, name, kind, output, walk->n_new,
                             macs / (guint64)walk->samples);
  walk->n_new = 0;
  walk->new_name = NULL;
}

/**
 * kappa_onnx_mark:
 *
 * Names a node as the file does, where the name is free.
 */
void
kappa_onnx_mark (KappaOnnxWalk *walk, KappaNode node, KappaActivationFlags flags)
{
  static const char *const reserved[] = { "images", "labels", "logits", "pooled", NULL };
  const char *name
      = (flags & KAPPA_ACTIVATION_POOLED) != 0 ? "pooled" : walk->step->node->output[0];

  if (node < 0 || kappa_graph_find (walk->graph, name) >= 0 || g_str_has_prefix (name, "stage")
      || ((flags & KAPPA_ACTIVATION_POOLED) == 0 && g_strv_contains (reserved, name)))
    return;
  if (kappa_graph_get_name (walk->graph, node) != NULL)
    return;
  kappa_builder_mark (walk->builder, node, name, flags);
  if ((flags & KAPPA_ACTIVATION_RELU) != 0)
    g_array_append_val (walk->relus, node);
}
