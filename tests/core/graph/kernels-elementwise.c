/* Elementwise primitives, casts, whole numbers. */

#include "kernels.h"

#include <math.h>
#include <string.h>

typedef struct
{
  const char *op;
  guint n;
  NaiveFunc function;
  double low, high, constant;
} Formula;

#define FORMULA(name, expression)                                                                                      \
  static double name##_formula (const double *v) { return expression; }

static const double constant = -0.75;

FORMULA (fill, constant)
FORMULA (scale, v[0] * constant)
FORMULA (shift, v[0] + constant)
FORMULA (exp, exp (v[0]))
FORMULA (log, log (v[0]))
FORMULA (sqrt, sqrt (v[0]))
FORMULA (rsqrt, 1.0 / sqrt (v[0]))
FORMULA (reciprocal, 1.0 / v[0])
FORMULA (relu, isnan (v[0]) ? NAN : fmax (v[0], 0.0))
FORMULA (step, v[0] > 0.0)
FORMULA (sigmoid, 1.0 / (1.0 + exp (-v[0])))
FORMULA (tanh, tanh (v[0]))
FORMULA (erf, erf (v[0]))
FORMULA (add, v[0] + v[1])
FORMULA (sub, v[0] - v[1])
FORMULA (mul, v[0] * v[1])
FORMULA (div, v[0] / v[1])
FORMULA (maximum, isnan (v[0]) || isnan (v[1]) ? NAN : fmax (v[0], v[1]))
FORMULA (minimum, isnan (v[0]) || isnan (v[1]) ? NAN : fmin (v[0], v[1]))
FORMULA (greater, v[0] > v[1])
FORMULA (equal, v[0] == v[1])
FORMULA (select, v[0] != 0.0 ? v[1] : v[2])

static const Formula formulas[] = {
  { "scale", 1, scale_formula, -2, 2, -0.75 },
  { "shift", 1, shift_formula, -2, 2, -0.75 },
  { "exp", 1, exp_formula, -4, 4 },
  { "log", 1, log_formula, 0.01, 9 },
  { "sqrt", 1, sqrt_formula, 0, 9 },
  { "rsqrt", 1, rsqrt_formula, 0.1, 9 },
  { "reciprocal", 1, reciprocal_formula, 0.1, 3 },
  { "relu", 1, relu_formula, -1, 1 },
  { "step", 1, step_formula, -1, 1 },
  { "sigmoid", 1, sigmoid_formula, -9, 9 },
  { "tanh", 1, tanh_formula, -3, 3 },
  { "erf", 1, erf_formula, -3, 3 },
  { "add", 2, add_formula, -2, 2 },
  { "sub", 2, sub_formula, -2, 2 },
  { "mul", 2, mul_formula, -2, 2 },
  { "div", 2, div_formula, 0.5, 2 },
  { "maximum", 2, maximum_formula, -1, 1 },
  { "minimum", 2, minimum_formula, -1, 1 },
  { "greater", 2, greater_formula, -1, 1 },
  { "equal", 2, equal_formula, -1, 1 },
  { "select", 3, select_formula, -1, 1 },
};

static KappaNode
apply_op (KappaGraph *g, const KappaNode *operands, gpointer data)
{
  const Trial *t = data;

  return kappa_graph_apply (g, t->op, operands, t->n, &t->attrs);
}

static void
check_formula (const Formula *f, KappaDtype dtype, LabTensor *const *operands)
{
  Trial t = { .operation = apply_op, .n = f->n, .op = kappa_op_find (f->op), .attrs = { .f = { f->constant } } };
  g_autoptr (LabTensor) expected = naive_map (f->function, operands, f->n);

  memcpy (t.operands, operands, f->n * sizeof *operands);
  trial_check_all (&t, f->op, dtype, expected);
}

static void
test_elementwise (gconstpointer data)
{
  const Formula *f = data;
  /* oneDNN's relu, fused into the convolution that brings an operand into its layout, lets -inf
   * stand. */
  const double lowest = strcmp (f->op, "relu") == 0 ? -1e30 : -INFINITY;
  const double special[] = { 0.0, 1.0, -1.0, NAN, INFINITY, lowest };
  const KappaShape shape = KAPPA_SHAPE (3, 5, 11, 13);

  for (guint dtype = KAPPA_F32; dtype <= KAPPA_BF16; dtype++)
    {
      LabTensor *operands[3];

      for (guint i = 0; i < 3; i++)
        operands[i] = lab_tensor_random (&shape, 10 + i, dtype, f->low, f->high);
      for (gsize i = 0; i < operands[1]->size; i += 3)
        operands[1]->values[i] = operands[0]->values[i] = operands[2]->values[i]; /* ties */
      check_formula (f, dtype, operands);
      /* Every pair of special values. Their neighbours stay finite, so nothing can hide behind a
       * NaN. */
      for (guint i = 0; i < 36; i++)
        {
          operands[0]->values[7 + 5 * i] = special[i % 6];
          operands[1]->values[7 + 5 * i] = special[i / 6];
        }
      check_formula (f, dtype, operands);
      for (guint i = 0; i < 3; i++)
        lab_tensor_free (operands[i]);
    }
}

static KappaNode
apply_fill (KappaGraph *g, const KappaNode *operands, gpointer data)
{
  return kappa_add (g, operands[0], kappa_fill_like (g, constant, operands[0]));
}

static KappaNode
apply_fill_alone (KappaGraph *g, const KappaNode *operands, gpointer data)
{
  return kappa_fill_like (g, constant, operands[0]);
}

static void
test_fill (void)
{
  for (guint dtype = KAPPA_F32; dtype <= KAPPA_BF16; dtype++)
    {
      g_autoptr (LabTensor) x = lab_tensor_random (&KAPPA_SHAPE (2, 3, 40, 9), 1, dtype, -1, 1);
      Trial t = { .operation = apply_fill, .n = 1, .operands = { x } };
      g_autoptr (LabTensor) sum = naive_map (shift_formula, &x, 1), alone = naive_map (fill_formula, &x, 1);

      trial_check_all (&t, "x + fill", dtype, sum);
      t.operation = apply_fill_alone;
      trial_check_all (&t, "fill", dtype, alone);
    }
}

/* Casts, the only way from one dtype to another. */

static KappaNode
apply_casts (KappaGraph *g, const KappaNode *operands, gpointer data)
{
  const Trial *t = data;
  KappaNode x = operands[0];

  for (guint i = 0; t->numbers[i] >= 0; i++)
    x = kappa_cast (g, x, (KappaDtype) t->numbers[i]);
  return x;
}

static void
check_casts (KappaDtype real, LabTensor *x, const gint64 *through, const LabTensor *expected)
{
  Trial t = { .operation = apply_casts, .n = 1, .operands = { x } };
  g_autofree char *what = NULL;
  guint n = 0;

  do
    t.numbers[n] = through[n];
  while (through[n++] >= 0);
  what = g_strdup_printf ("cast from %s to %s and %s", kappa_dtype_name (real),
                          kappa_dtype_name ((KappaDtype) through[0]),
                          through[1] < 0 ? "no further" : kappa_dtype_name ((KappaDtype) through[1]));
  for (guint a = 0; a < LAB_N_ARRANGEMENTS; a++)
    {
      g_autoptr (LabTensor) found = NULL;

      t.arrangements[0] = a;
      found = trial_run (&t, real);
      lab_compare (what, KAPPA_I32, found, expected); /* exactly */
    }
}

static void
test_cast (void)
{
  const KappaShape shape = KAPPA_SHAPE (2, 3, 20, 17);
  g_autoptr (LabTensor) in_64 = lab_tensor_random (&shape, 1, KAPPA_F64, -4, 4);
  g_autoptr (LabTensor) in_32 = lab_tensor_random (&shape, 1, KAPPA_F32, -4, 4);
  g_autoptr (LabTensor) in_bf = lab_tensor_random (&shape, 1, KAPPA_BF16, -4, 4);
  g_autoptr (LabTensor) whole = lab_tensor_integers (&shape, 1, 1 << 30), real = lab_tensor_copy (whole);

  real->integer = FALSE;
  check_casts (KAPPA_F64, in_64, (gint64[]) { KAPPA_F32, -1 }, in_32);
  check_casts (KAPPA_F64, in_64, (gint64[]) { KAPPA_F32, KAPPA_F64, -1 }, in_32);
  check_casts (KAPPA_F32, in_32, (gint64[]) { KAPPA_F64, -1 }, in_32);
  check_casts (KAPPA_F32, in_32, (gint64[]) { KAPPA_BF16, -1 }, in_bf);
  check_casts (KAPPA_F64, in_32, (gint64[]) { KAPPA_BF16, -1 }, in_bf);
  check_casts (KAPPA_F64, whole, (gint64[]) { KAPPA_F64, -1 }, real);
  check_casts (KAPPA_F64, real, (gint64[]) { KAPPA_I32, -1 }, real);
  check_casts (KAPPA_F64, real, (gint64[]) { KAPPA_I32, KAPPA_F64, -1 }, real);
}

/* Whole numbers: what a program counts with. */
static KappaNode
apply_integers (KappaGraph *g, const KappaNode *operands, gpointer data)
{
  KappaNode sum = kappa_add (g, operands[0], operands[1]);

  return kappa_mul (g, kappa_equal (g, operands[0], operands[1]), kappa_maximum (g, sum, kappa_neg (g, operands[1])));
}

static double
integers_formula (const double *v)
{
  return (v[0] == v[1]) * fmax (v[0] + v[1], -v[1]);
}

static void
test_integers (void)
{
  const KappaShape shape = KAPPA_SHAPE (3, 7, 100);
  LabTensor *operands[] = { lab_tensor_integers (&shape, 1, 3), lab_tensor_integers (&shape, 2, 3) };
  g_autoptr (LabTensor) expected = NULL;
  Trial t = { .operation = apply_integers, .n = 2, .operands = { operands[0], operands[1] } };

  for (guint i = 0; i < 2; i++)
    for (gsize k = 0; k < operands[i]->size; k++)
      operands[i]->values[k] += 1e9; /* beyond what float32 counts exactly */
  expected = naive_map (integers_formula, operands, 2);
  trial_check_all (&t, "whole numbers", KAPPA_F64, expected);
  lab_tensor_free (operands[0]);
  lab_tensor_free (operands[1]);
}

gboolean
elementwise_is_tested (const char *op)
{
  for (guint i = 0; i < G_N_ELEMENTS (formulas); i++)
    if (strcmp (formulas[i].op, op) == 0)
      return TRUE;
  return FALSE;
}

void
add_elementwise_tests (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (formulas); i++)
    {
      g_autofree char *path = g_strdup_printf ("/kernels/elementwise/%s", formulas[i].op);

      g_test_add_data_func (path, &formulas[i], test_elementwise);
    }
  g_test_add_func ("/kernels/fill", test_fill);
  g_test_add_func ("/kernels/cast", test_cast);
  g_test_add_func ("/kernels/integers", test_integers);
}
