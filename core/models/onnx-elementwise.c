#include "core/models/onnx-walk.h"

#include <math.h>
#include <string.h>

/* Operators that treat every number by itself. */

static KappaNode
leaky_relu (KappaGraph *g, KappaNode x, double slope)
{
  return kappa_sub (g, kappa_relu (g, x), kappa_scale (g, kappa_relu (g, kappa_neg (g, x)), slope));
}

static KappaNode
clip (KappaGraph *g, KappaNode x, double low, double high)
{
  if (low == 0.0 && isinf (high))
    return kappa_relu (g, x);
  if (!isinf (low))
    x = kappa_maximum (g, x, kappa_fill_like (g, low, x));
  return isinf (high) ? x : kappa_minimum (g, x, kappa_fill_like (g, high, x));
}

static KappaNode
hard_sigmoid (KappaGraph *g, KappaNode x, double alpha, double beta)
{
  return clip (g, kappa_shift (g, kappa_scale (g, x, alpha), beta), 0.0, 1.0);
}

/* ½·x·(1 + erf (x/√2)), or ½·x·(1 + tanh (√(2/π)·(x + 0.044715·x³))) */
static KappaNode
gelu (KappaGraph *g, KappaNode x, gboolean by_tanh)
{
  KappaNode inner = kappa_scale (g, x, G_SQRT2 / 2.0);

  if (by_tanh)
    {
      KappaNode cube = kappa_mul (g, kappa_mul (g, x, x), x);

      inner = kappa_scale (g, kappa_add (g, x, kappa_scale (g, cube, 0.044715)), sqrt (2.0 / G_PI));
    }
  inner = by_tanh ? kappa_tanh (g, inner) : kappa_erf (g, inner);
  return kappa_mul (g, kappa_scale (g, x, 0.5), kappa_shift (g, inner, 1.0));
}

/* log (1 + exp (x)) without overflow */
static KappaNode
softplus (KappaGraph *g, KappaNode x)
{
  KappaNode size = kappa_add (g, kappa_relu (g, x), kappa_relu (g, kappa_neg (g, x)));

  return kappa_add (g, kappa_relu (g, x),
                    kappa_log (g, kappa_shift (g, kappa_exp (g, kappa_neg (g, size)), 1.0)));
}

static gboolean
give_marked (KappaOnnxWalk *walk, KappaNode node, KappaActivationFlags flags)
{
  kappa_onnx_mark (walk, node, flags);
  return kappa_onnx_give (walk, 0, node);
}

/* The operand in the graph, where no rule for numbers is of use. */
static KappaNode
operand (KappaOnnxWalk *walk)
{
  return kappa_onnx_node (walk, kappa_onnx_input (walk, 0), KAPPA_PARAMETER_EMBEDDING);
}

static gboolean
run_relu (KappaOnnxWalk *walk)
{
  return give_marked (walk, kappa_relu (walk->graph, operand (walk)), KAPPA_ACTIVATION_RELU);
}

static gboolean
run_leaky_relu (KappaOnnxWalk *walk)
{
  const double slope = kappa_onnx_get_float (walk, "alpha", 0.01);

  return kappa_onnx_give (walk, 0, leaky_relu (walk->graph, operand (walk), slope));
}

static gboolean
run_elu (KappaOnnxWalk *walk)
{
  KappaGraph *g = walk->graph;
  KappaNode x = operand (walk);
  KappaNode below
      = kappa_shift (g, kappa_exp (g, kappa_minimum (g, x, kappa_fill_like (g, 0.0, x))), -1.0);

  return kappa_onnx_give (
      walk, 0,
      kappa_add (g, kappa_relu (g, x),
                 kappa_scale (g, below, kappa_onnx_get_float (walk, "alpha", 1.0))));
}

static gboolean
run_gelu (KappaOnnxWalk *walk)
{
  static const char *const choices[] = { "none", "tanh", NULL };
  KappaNode x = operand (walk), y;
  guint by_tanh;

  if (!kappa_onnx_get_choice (walk, "approximate", choices, &by_tanh))
    return FALSE;
  y = gelu (walk->graph, x, by_tanh != 0);
  kappa_onnx_mark_gelu (walk, y, x);
  return kappa_onnx_give (walk, 0, y);
}

static gboolean
run_hard (KappaOnnxWalk *walk)
{
  const gboolean swish = strcmp (walk->step->op->name, "HardSwish") == 0;
  KappaNode x = operand (walk);
  KappaNode y
      = hard_sigmoid (walk->graph, x, swish ? 1.0 / 6.0 : kappa_onnx_get_float (walk, "alpha", 0.2),
                      kappa_onnx_get_float (walk, "beta", 0.5));

  return kappa_onnx_give (walk, 0, swish ? kappa_mul (walk->graph, x, y) : y);
}

/* A limit: an attribute at first, an input since version 11. */
static gboolean
get_limit (KappaOnnxWalk *walk, const char *name, guint input, double otherwise, double *limit)
{
  const KappaOnnxValue *value = kappa_onnx_input (walk, input);

  *limit = kappa_onnx_get_float (walk, name, otherwise);
  if (value == NULL)
    return TRUE;
  if (value->numbers == NULL || value->numbers->n != 1)
    return kappa_onnx_fail (walk, "its limit is no single number that is known beforehand");
  *limit = value->numbers->values[0];
  return TRUE;
}

static gboolean
run_clip (KappaOnnxWalk *walk)
{
  double low, high;

  if (!get_limit (walk, "min", 1, -INFINITY, &low) || !get_limit (walk, "max", 2, INFINITY, &high))
    return FALSE;
  if (low <= -3.4e38)
    low = -INFINITY;
  if (high >= 3.4e38)
    high = INFINITY;
  return give_marked (walk, clip (walk->graph, operand (walk), low, high),
                      low == 0.0 ? KAPPA_ACTIVATION_RELU : 0);
}

static const struct
{
  const char *op;
  KappaNode (*apply) (KappaGraph *g, KappaNode x);
} unaries[] = {
  { "Sigmoid", kappa_sigmoid }, { "Tanh", kappa_tanh },
  { "Erf", kappa_erf },         { "Sqrt", kappa_sqrt },
  { "Exp", kappa_exp },         { "Log", kappa_log },
  { "Neg", kappa_neg },         { "Reciprocal", kappa_reciprocal },
  { "Softplus", softplus },
};

static gboolean
run_unary (KappaOnnxWalk *walk)
{
  const char *name = walk->step->op->name;
  KappaOnnxNumbers *numbers
      = kappa_onnx_all_known (walk)
            ? kappa_onnx_numbers_unary (name, kappa_onnx_input (walk, 0)->numbers)
            : NULL;

  if (numbers != NULL)
    return kappa_onnx_give_numbers (walk, 0, numbers);
  for (gsize i = 0; i < G_N_ELEMENTS (unaries); i++)
    if (strcmp (unaries[i].op, name) == 0)
      return kappa_onnx_give (walk, 0, unaries[i].apply (walk->graph, operand (walk)));
  if (strcmp (name, "Abs") == 0)
    {
      KappaNode x = operand (walk);

      return kappa_onnx_give (walk, 0, leaky_relu (walk->graph, x, -1.0));
    }
  return kappa_onnx_fail (walk, "it depends on the image, which is not built");
}

static KappaNode
power (KappaOnnxWalk *walk, KappaNode x, double exponent)
{
  KappaGraph *g = walk->graph;
  const double size = fabs (exponent);
  KappaNode y = x;

  if (exponent == 0.5)
    return kappa_sqrt (g, x);
  if (exponent == -0.5)
    return kappa_rsqrt (g, x);
  if (size != floor (size) || size < 1.0 || size > 8.0)
    {
      kappa_onnx_fail (walk, "powers other than ±½ and ±1 to ±8 are not built");
      return KAPPA_BAD;
    }
  for (guint i = 1; i < (guint)size; i++)
    y = kappa_mul (g, y, x);
  return exponent < 0.0 ? kappa_reciprocal (g, y) : y;
}

static gboolean
run_pow (KappaOnnxWalk *walk)
{
  const KappaOnnxNumbers *exponent = kappa_onnx_input (walk, 1)->numbers;

  if (kappa_onnx_all_known (walk))
    return kappa_onnx_give_numbers (
        walk, 0, kappa_onnx_numbers_binary ("Pow", kappa_onnx_input (walk, 0)->numbers, exponent));
  if (exponent == NULL || !kappa_onnx_numbers_are_equal (exponent))
    return kappa_onnx_fail (walk, "its exponent is no single number that is known beforehand");
  return kappa_onnx_give (walk, 0, power (walk, operand (walk), exponent->values[0]));
}

/* What a tensor of the file is that meets something else in arithmetic. */
static KappaParameterKind
guess_kind (const KappaOnnxValue *value, const char *op)
{
  guint n = 0;

  for (guint d = 0; d < value->shape.rank; d++)
    n += value->shape.dims[d] > 1;
  if (n > 1)
    return KAPPA_PARAMETER_EMBEDDING;
  return strcmp (op, "Mul") == 0 || strcmp (op, "Div") == 0 ? KAPPA_PARAMETER_NORM_SCALE
                                                            : KAPPA_PARAMETER_BIAS;
}

static const struct
{
  const char *op;
  KappaNode (*apply) (KappaGraph *g, KappaNode a, KappaNode b);
} binaries[] = { { "Add", kappa_add }, { "Sub", kappa_sub },     { "Mul", kappa_mul },
                 { "Div", kappa_div }, { "Max", kappa_maximum }, { "Min", kappa_minimum },
                 { "Sum", kappa_add } };

/* Arithmetic with one number, which needs no value of the image's size. */
static KappaNode
apply_scalar (KappaOnnxWalk *walk, const char *op, KappaNode x, double number)
{
  if (strcmp (op, "Add") == 0 || strcmp (op, "Sum") == 0)
    return kappa_shift (walk->graph, x, number);
  if (strcmp (op, "Sub") == 0)
    return kappa_shift (walk->graph, x, -number);
  if (strcmp (op, "Mul") == 0)
    return kappa_scale (walk->graph, x, number);
  if (strcmp (op, "Div") == 0)
    return kappa_scale (walk->graph, x, 1.0 / number);
  return KAPPA_NONE;
}

static KappaNode
apply_two (KappaOnnxWalk *walk, const KappaOnnxValue *a, const KappaOnnxValue *b)
{
  const char *op = walk->step->op->name;
  KappaNode x, y;
  KappaShape shape;

  if (!kappa_onnx_broadcast_shapes (&a->shape, &b->shape, &shape))
    {
      g_autofree char *first = kappa_shape_to_string (&a->shape);
      g_autofree char *second = kappa_shape_to_string (&b->shape);

      kappa_onnx_fail (walk, "its operands have the shapes %s and %s, which do not fit", first,
                       second);
      return KAPPA_BAD;
    }
  x = kappa_onnx_node (walk, a, guess_kind (a, op));
  if (b->numbers != NULL && b->numbers->n == 1 && kappa_shape_equal (&shape, &a->shape))
    {
      KappaNode node = apply_scalar (walk, op, x, b->numbers->values[0]);

      if (node != KAPPA_NONE)
        return node;
    }
  x = kappa_onnx_stretch (walk, x, &shape);
  y = kappa_onnx_stretch (walk, kappa_onnx_node (walk, b, guess_kind (b, op)), &shape);
  for (gsize i = 0; i < G_N_ELEMENTS (binaries); i++)
    if (strcmp (binaries[i].op, op) == 0)
      return binaries[i].apply (walk->graph, x, y);
  kappa_onnx_fail (walk, "it depends on the image, which is not built");
  return KAPPA_BAD;
}

/* Of the signs of its operands, a remainder has the divisor's, or the dividend's as in C. */
static const char *
get_number_operator (KappaOnnxWalk *walk)
{
  const char *op = walk->step->op->name;

  if (strcmp (op, "Mod") == 0 && kappa_onnx_get_int (walk, "fmod", 0) != 0)
    return "Fmod";
  return strcmp (op, "Sum") == 0 ? "Add" : op;
}

static gboolean
run_binary (KappaOnnxWalk *walk)
{
  const char *op = walk->step->op->name;
  const guint n = kappa_onnx_n_inputs (walk);
  KappaOnnxValue sum = *kappa_onnx_input (walk, 0);

  if (kappa_onnx_all_known (walk) && n == 2)
    return kappa_onnx_give_numbers (
        walk, 0,
        kappa_onnx_numbers_binary (get_number_operator (walk), sum.numbers,
                                   kappa_onnx_input (walk, 1)->numbers));
  if (n == 1)
    return kappa_onnx_give_value (walk, 0, &sum);
  for (guint i = 1; i < n; i++)
    {
      const KappaOnnxValue *next = kappa_onnx_input (walk, i);
      KappaNode node = next != NULL ? apply_two (walk, &sum, next) : KAPPA_BAD;

      if (node < 0)
        return kappa_onnx_fail (walk, "its operands do not fit");
      sum = (KappaOnnxValue) { TRUE, *kappa_graph_get_shape (walk->graph, node), NULL, -1, FALSE,
                               node };
    }
  if (strcmp (op, "Add") == 0 && kappa_onnx_input (walk, 0)->node >= 0
      && kappa_onnx_input (walk, 1)->node >= 0)
    kappa_onnx_mark (walk, sum.node, KAPPA_ACTIVATION_BLOCK);
  /* The last step of a gelu that is written out. */
  if (strcmp (op, "Mul") == 0 || strcmp (op, "Div") == 0)
    kappa_onnx_mark_gelu (walk, sum.node, KAPPA_NONE);
  return kappa_onnx_give (walk, 0, sum.node);
}

static gboolean
run_where (KappaOnnxWalk *walk)
{
  const KappaOnnxValue *mask = kappa_onnx_input (walk, 0), *a = kappa_onnx_input (walk, 1),
                       *b = kappa_onnx_input (walk, 2);
  g_autoptr (KappaOnnxNumbers) yes = NULL;
  g_autoptr (KappaOnnxNumbers) no = NULL;
  g_autoptr (KappaOnnxNumbers) pick = NULL;
  KappaShape shape;

  if (!kappa_onnx_all_known (walk))
    return kappa_onnx_fail (walk, "it depends on the image, which is not built");
  if (!kappa_onnx_broadcast_shapes (&mask->shape, &a->shape, &shape)
      || !kappa_onnx_broadcast_shapes (&shape, &b->shape, &shape))
    return kappa_onnx_fail (walk, "its operands do not fit");
  yes = kappa_onnx_numbers_expand (a->numbers, &shape);
  no = kappa_onnx_numbers_expand (b->numbers, &shape);
  pick = kappa_onnx_numbers_expand (mask->numbers, &shape);
  for (gsize i = 0; yes != NULL && no != NULL && pick != NULL && i < yes->n; i++)
    if (pick->values[i] == 0.0)
      yes->values[i] = no->values[i];
  return kappa_onnx_give_numbers (walk, 0, g_steal_pointer (&yes));
}

static gboolean
run_cast (KappaOnnxWalk *walk)
{
  const KappaOnnxValue *x = kappa_onnx_input (walk, 0);
  const gint64 to = kappa_onnx_get_int (walk, "to", 0);
  const gboolean real = to == ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT
                        || to == ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT16
                        || to == ONNX__TENSOR_PROTO__DATA_TYPE__DOUBLE
                        || to == ONNX__TENSOR_PROTO__DATA_TYPE__BFLOAT16;
  KappaOnnxNumbers *numbers;

  if (x->numbers == NULL)
    return real ? kappa_onnx_give_value (walk, 0, x)
                : kappa_onnx_fail (walk, "it rounds what depends on the image, which is not built");
  numbers = kappa_onnx_numbers_reshape (x->numbers, &x->shape);
  if (numbers == NULL)
    return kappa_onnx_fail (walk, "its numbers are too many");
  numbers->whole = !real;
  for (gsize i = 0; i < numbers->n && !real; i++)
    numbers->values[i] = to == ONNX__TENSOR_PROTO__DATA_TYPE__BOOL ? numbers->values[i] != 0.0
                                                                   : trunc (numbers->values[i]);
  return kappa_onnx_give_numbers (walk, 0, numbers);
}

static gboolean
run_same (KappaOnnxWalk *walk)
{
  return kappa_onnx_give_value (walk, 0, kappa_onnx_input (walk, 0));
}

#define UNARY(name)                                                                                \
  {                                                                                                \
    name, "", 1, 1, 7, run_unary                                                                   \
  }
#define BINARY(name)                                                                               \
  {                                                                                                \
    name, "", 2, 2, 7, run_binary                                                                  \
  }

const KappaOnnxOperator kappa_onnx_elementwise[] = {
  { "Relu", "", 1, 1, 7, run_relu },
  { "LeakyRelu", "alpha", 1, 1, 7, run_leaky_relu },
  { "Elu", "alpha", 1, 1, 7, run_elu },
  { "Gelu", "approximate", 1, 1, 20, run_gelu },
  { "HardSigmoid", "alpha beta", 1, 1, 7, run_hard },
  { "HardSwish", "", 1, 1, 14, run_hard },
  { "Clip", "min max", 1, 3, 7, run_clip },
  { "Pow", "", 2, 2, 7, run_pow },
  { "Where", "", 3, 3, 9, run_where },
  { "Cast", "to saturate", 1, 1, 7, run_cast },
  { "Identity", "", 1, 1, 7, run_same },
  { "Dropout", "ratio seed", 1, 3, 7, run_same },
  { "Max", "", 1, 64, 7, run_binary },
  { "Min", "", 1, 64, 7, run_binary },
  { "Sum", "", 1, 64, 7, run_binary },
  UNARY ("Sigmoid"),
  UNARY ("Tanh"),
  UNARY ("Erf"),
  UNARY ("Sqrt"),
  UNARY ("Exp"),
  UNARY ("Log"),
  UNARY ("Neg"),
  UNARY ("Abs"),
  UNARY ("Reciprocal"),
  UNARY ("Softplus"),
  UNARY ("Floor"),
  UNARY ("Ceil"),
  UNARY ("Not"),
  BINARY ("Add"),
  BINARY ("Sub"),
  BINARY ("Mul"),
  BINARY ("Div"),
  { "Mod", "fmod", 2, 2, 10, run_binary },
  BINARY ("Equal"),
  BINARY ("Less"),
  BINARY ("Greater"),
  BINARY ("And"),
  BINARY ("Or"),
  { NULL },
};
