#include <math.h>

#include "tests/core/models/onnx-lab.h"

/* Operators that treat every number by itself, and those that are done on sizes alone. */

#define UNARY(operator)    NODE (IN ("x"), "v", operator, "")
#define OF_ABS(operator)   NODE (IN ("x"), "a", "Abs", "") NODE (IN ("a"), "v", operator, "")
#define BY(operator, with) NODE (IN ("x") IN (with), "v", operator, "")
#define EACH(f)            f, NULL, LAB_SIZE
#define WHOLE(f)           NULL, f, LAB_SIZE

/* An integer that becomes a factor. */
#define FACTOR                                                                                     \
  NODE (IN ("k"), "f", "Cast", A_INT ("to", "1")) NODE (IN ("x") IN ("f"), "v", "Mul", "")
#define SIZES(name, start) NODE (IN ("x"), name, "Shape", A_INT ("start", start))

static double
relu (double x)
{
  return x > 0.0 ? x : 0.0;
}

static double
leaky (double x)
{
  return x > 0.0 ? x : 0.01 * x;
}

static double
leaky_given (double x)
{
  return x > 0.0 ? x : -0.25 * x;
}

static double
elu (double x)
{
  return x > 0.0 ? x : expm1 (x);
}

static double
elu_given (double x)
{
  return x > 0.0 ? x : 0.75 * expm1 (x);
}

static double
gelu (double x)
{
  return 0.5 * x * erfc (-x / sqrt (2.0));
}

static double
gelu_tanh (double x)
{
  return x / (1.0 + exp (-2.0 * sqrt (2.0 / G_PI) * (x + 0.044715 * x * x * x)));
}

static double
hard_sigmoid (double x)
{
  return fmin (fmax (0.2 * x + 0.5, 0.0), 1.0);
}

static double
hard_sigmoid_given (double x)
{
  return fmin (fmax (0.5 * x + 0.25, 0.0), 1.0);
}

static double
hard_swish (double x)
{
  return x * fmin (fmax (x / 6.0 + 0.5, 0.0), 1.0);
}

static double
clip_both (double x)
{
  return fmin (fmax (x, -0.5), 0.75);
}

static double
clip_above (double x)
{
  return fmin (x, 0.75);
}

static double
clip_positive (double x)
{
  return fmin (fmax (x, 0.0), 1.0);
}

static double
square (double x)
{
  return x * x;
}

static double
cube (double x)
{
  return x * x * x;
}

static double
root (double x)
{
  return sqrt (fabs (x));
}

static double
inverse (double x)
{
  return 1.0 / x;
}

static double
inverse_root (double x)
{
  return 1.0 / sqrt (fabs (x));
}

static double
same (double x)
{
  return x;
}

static double
sigmoid (double x)
{
  return 1.0 / (1.0 + exp (-x));
}

static double
logarithm (double x)
{
  return log (fabs (x));
}

static double
negative (double x)
{
  return -x;
}

static double
softplus (double x)
{
  return log1p (exp (x));
}

static double
plus_half (double x)
{
  return x + 0.5;
}

static double
minus_half (double x)
{
  return x - 0.5;
}

static double
half_minus (double x)
{
  return 0.5 - x;
}

static double
half_over (double x)
{
  return 0.5 / x;
}

static double
halved (double x)
{
  return 0.5 * x;
}

static double
doubled (double x)
{
  return 2.0 * x;
}

static double
tripled (double x)
{
  return 3.0 * x;
}

static double
largest_of_three (double x)
{
  return fmax (fmax (x, -x), 0.5);
}

static double
smallest_of_three (double x)
{
  return fmin (fmin (x, -x), -0.5);
}

static void
minus_channel (const double *x, double *y)
{
  for (gsize i = 0; i < LAB_SIZE; i++)
    y[i] = x[i] - onnx_lab_weight (i / (LAB_HEIGHT * LAB_WIDTH));
}

static void
row_minus (const double *x, double *y)
{
  for (gsize i = 0; i < LAB_SIZE; i++)
    y[i] = onnx_lab_weight (i % LAB_WIDTH) - x[i];
}

static void
over_table (const double *x, double *y)
{
  for (gsize i = 0; i < LAB_SIZE; i++)
    y[i] = x[i] / onnx_lab_positive (i % (LAB_HEIGHT * LAB_WIDTH));
}

static void
by_column (const double *x, double *y)
{
  for (gsize i = 0; i < LAB_SIZE; i++)
    y[i] = x[i] * onnx_lab_weight (i / LAB_WIDTH % LAB_HEIGHT);
}

static void
table_over (const double *x, double *y)
{
  for (gsize i = 0; i < LAB_SIZE; i++)
    y[i] = onnx_lab_weight (i) / x[i];
}

static const OnnxCase cases[] = {
  { "relu", 7, UNARY ("Relu"), EACH (relu) },
  { "leaky-relu", 7, UNARY ("LeakyRelu"), EACH (leaky) },
  { "leaky-relu-alpha", 16, NODE (IN ("x"), "v", "LeakyRelu", A_FLOAT ("alpha", "-0.25")),
    EACH (leaky_given) },
  { "elu", 7, UNARY ("Elu"), EACH (elu) },
  { "elu-alpha", 13, NODE (IN ("x"), "v", "Elu", A_FLOAT ("alpha", "0.75")), EACH (elu_given) },
  { "gelu", 20, UNARY ("Gelu"), EACH (gelu) },
  { "gelu-none", 20, NODE (IN ("x"), "v", "Gelu", A_TEXT ("approximate", "none")), EACH (gelu) },
  { "gelu-tanh", 20, NODE (IN ("x"), "v", "Gelu", A_TEXT ("approximate", "tanh")),
    EACH (gelu_tanh) },
  { "hard-sigmoid", 7, UNARY ("HardSigmoid"), EACH (hard_sigmoid) },
  { "hard-sigmoid-given", 13,
    NODE (IN ("x"), "v", "HardSigmoid", A_FLOAT ("alpha", "0.5") A_FLOAT ("beta", "0.25")),
    EACH (hard_sigmoid_given) },
  { "hard-swish", 14, UNARY ("HardSwish"), EACH (hard_swish) },
  { "clip-attributes", 7,
    NODE (IN ("x"), "v", "Clip", A_FLOAT ("min", "-0.5") A_FLOAT ("max", "0.75")),
    EACH (clip_both) },
  { "clip-inputs", 13, NODE (IN ("x") IN ("n:-0.5") IN ("n:0.75"), "v", "Clip", ""),
    EACH (clip_both) },
  { "clip-above", 11, NODE (IN ("x") IN ("") IN ("n:0.75"), "v", "Clip", ""), EACH (clip_above) },
  { "clip-positive", 11, NODE (IN ("x") IN ("n:0") IN ("n:1"), "v", "Clip", ""),
    EACH (clip_positive) },
  { "clip-relu", 11, NODE (IN ("x") IN ("n:0"), "v", "Clip", ""), EACH (relu) },
  { "pow-2", 7, BY ("Pow", "n:2"), EACH (square) },
  { "pow-3", 13, BY ("Pow", "n:3"), EACH (cube) },
  { "pow-3-integer", 13, BY ("Pow", "k:3"), EACH (cube) },
  { "pow-half", 15, NODE (IN ("x"), "a", "Abs", "") NODE (IN ("a") IN ("n:0.5"), "v", "Pow", ""),
    EACH (root) },
  { "pow-minus-half", 15,
    NODE (IN ("x"), "a", "Abs", "") NODE (IN ("a") IN ("n:-0.5"), "v", "Pow", ""),
    EACH (inverse_root) },
  { "pow-minus-1", 15, BY ("Pow", "n:-1"), EACH (inverse) },
  { "cast", 13, NODE (IN ("x"), "v", "Cast", A_INT ("to", "1")), EACH (same) },
  { "identity", 7, UNARY ("Identity"), EACH (same) },
  { "dropout-attribute", 7, NODE (IN ("x"), "v", "Dropout", A_FLOAT ("ratio", "0.5")),
    EACH (same) },
  { "dropout-inputs", 13, NODE (IN ("x") IN ("n:0.5") IN ("t:0"), "v", "Dropout", ""),
    EACH (same) },
  { "sigmoid", 7, UNARY ("Sigmoid"), EACH (sigmoid) },
  { "tanh", 7, UNARY ("Tanh"), EACH (tanh) },
  { "erf", 9, UNARY ("Erf"), EACH (erf) },
  { "sqrt", 7, OF_ABS ("Sqrt"), EACH (root) },
  { "exp", 7, UNARY ("Exp"), EACH (exp) },
  { "log", 7, OF_ABS ("Log"), EACH (logarithm) },
  { "neg", 7, UNARY ("Neg"), EACH (negative) },
  { "abs", 7, UNARY ("Abs"), EACH (fabs) },
  { "reciprocal", 7, UNARY ("Reciprocal"), EACH (inverse) },
  { "softplus", 7, UNARY ("Softplus"), EACH (softplus) },
  { "add-number", 7, BY ("Add", "n:0.5"), EACH (plus_half) },
  { "add-number-first", 14, NODE (IN ("n:0.5") IN ("x"), "v", "Add", ""), EACH (plus_half) },
  { "sub-number", 7, BY ("Sub", "n:0.5"), EACH (minus_half) },
  { "sub-number-first", 7, NODE (IN ("n:0.5") IN ("x"), "v", "Sub", ""), EACH (half_minus) },
  { "mul-number", 7, BY ("Mul", "n:0.5"), EACH (halved) },
  { "div-number", 7, BY ("Div", "n:2"), EACH (halved) },
  { "div-number-first", 7, NODE (IN ("n:0.5") IN ("x"), "v", "Div", ""), EACH (half_over) },
  { "sub-channels", 7, BY ("Sub", "w:3,1,1"), WHOLE (minus_channel) },
  { "sub-from-row", 13, NODE (IN ("w:5") IN ("x"), "v", "Sub", ""), WHOLE (row_minus) },
  { "div-table", 14, BY ("Div", "p:4,5"), WHOLE (over_table) },
  { "div-whole-first", 14, NODE (IN ("w:1,3,4,5") IN ("x"), "v", "Div", ""), WHOLE (table_over) },
  { "mul-column", 14, BY ("Mul", "w:4,1"), WHOLE (by_column) },
  { "add-itself", 7, NODE (IN ("x") IN ("x"), "v", "Add", ""), EACH (doubled) },
  { "sum-1", 8, NODE (IN ("x"), "v", "Sum", ""), EACH (same) },
  { "sum-3", 8, NODE (IN ("x") IN ("x") IN ("x"), "v", "Sum", ""), EACH (tripled) },
  { "max-3", 8,
    NODE (IN ("x"), "m", "Neg", "") NODE (IN ("x") IN ("m") IN ("n:0.5"), "v", "Max", ""),
    EACH (largest_of_three) },
  { "min-3", 13,
    NODE (IN ("x"), "m", "Neg", "") NODE (IN ("x") IN ("m") IN ("n:-0.5"), "v", "Min", ""),
    EACH (smallest_of_three) },
  /* 11 mod 4 = 3; of negative numbers the sign is the divisor's: −13 mod 5 = 2; C's rule: 13 fmod
     −5 = 3 */
  { "mod", 10, NODE (IN ("k:11") IN ("k:4"), "k", "Mod", "") FACTOR, EACH (tripled) },
  { "mod-negative", 13, NODE (IN ("k:-13") IN ("k:5"), "k", "Mod", "") FACTOR, EACH (doubled) },
  { "mod-c", 13, NODE (IN ("k:13") IN ("k:-5"), "k", "Mod", A_INT ("fmod", "1")) FACTOR,
    EACH (tripled) },
  { "div-integers", 7, NODE (IN ("k:7") IN ("k:2"), "k", "Div", "") FACTOR, EACH (tripled) },
  { "floor", 7, NODE (IN ("n:2.75"), "k", "Floor", "") FACTOR, EACH (doubled) },
  { "ceil", 7, NODE (IN ("n:1.25"), "k", "Ceil", "") FACTOR, EACH (doubled) },
  { "cast-cuts", 13, NODE (IN ("n:3.75"), "k", "Cast", A_INT ("to", "7")) FACTOR, EACH (tripled) },
  { "equal-where", 15,
    SIZES ("s", "2") NODE (IN ("s") IN ("i:4,9"), "c", "Equal", "")
        NODE (IN ("c") IN ("i:3,3") IN ("i:7,2"), "w", "Where", "")
            NODE (IN ("w") IN ("i:1"), "k", "Gather", "") FACTOR,
    EACH (doubled) },
  { "less", 9,
    NODE (IN ("k:3") IN ("k:4"), "c", "Less", "")
        NODE (IN ("c") IN ("k:2") IN ("k:5"), "k", "Where", "") FACTOR,
    EACH (doubled) },
  { "greater", 9,
    NODE (IN ("k:3") IN ("k:4"), "c", "Greater", "")
        NODE (IN ("c") IN ("k:5") IN ("k:2"), "k", "Where", "") FACTOR,
    EACH (doubled) },
  { "not-and-or", 9,
    NODE (IN ("t:0"), "a", "Not", "") NODE (IN ("a") IN ("t:0"), "b", "And", "")
        NODE (IN ("a") IN ("b"), "c", "Or", "")
            NODE (IN ("b") IN ("k:7") IN ("k:3"), "d", "Where", "")
                NODE (IN ("c") IN ("d") IN ("k:9"), "k", "Where", "") FACTOR,
    EACH (tripled) },
};

const OnnxCase *onnx_elementwise_cases = cases;
const gsize n_onnx_elementwise_cases = G_N_ELEMENTS (cases);
