/* Chains of elementwise primitives as the planner joins, splits and tiles them: over every pattern of broadcasting, and
 * with more links and operands than one tile program takes.
 */

#include <math.h>

#include "naive.h"

static double
product (const double *v)
{
  return v[0] * v[1];
}

static double
sum (const double *v)
{
  return v[0] + v[1];
}

static double
difference (const double *v)
{
  return v[0] - v[1];
}

static double
hyperbolic (const double *v)
{
  return tanh (v[0]);
}

static double
shrunk (const double *v)
{
  return v[0] * 0.625;
}

static double
chosen (const double *v)
{
  return v[0] != 0.0 ? v[1] : v[2];
}

/* Every pattern of broadcasting of three operands: tanh (a b) + c, which is longer than one tile.
 */

typedef struct
{
  KappaShape full;
  guint masks[3]; /* bits of the dimensions an operand has in full */
  LabArrangement arrangement;
} Pattern;

static KappaShape
masked_shape (const KappaShape *full, guint mask)
{
  KappaShape shape = *full;

  for (guint d = 0; d < shape.rank; d++)
    if (!(mask >> d & 1))
      shape.dims[d] = 1;
  return shape;
}

static KappaNode
build_pattern (KappaGraph *g, const KappaNode *inputs, gpointer data)
{
  const Pattern *p = data;
  KappaNode x[3];

  for (guint i = 0; i < 3; i++)
    {
      KappaShape shape = masked_shape (&p->full, p->masks[i]);

      x[i] = kappa_broadcast (g, lab_arranged (g, inputs[i], &shape, p->arrangement), &p->full);
    }
  return kappa_add (g, kappa_tanh (g, kappa_mul (g, x[0], x[1])), x[2]);
}

static void
check_pattern (Pattern *p, KappaDtype dtype)
{
  LabTensor *full[3], *fed[3];
  g_autoptr (LabTensor) product_ab = NULL, tanh_ab = NULL, expected = NULL, found = NULL;
  g_autofree char *what
      = g_strdup_printf ("pattern %x %x %x, operands lying %d,", p->masks[0], p->masks[1], p->masks[2], p->arrangement);

  for (guint i = 0; i < 3; i++)
    {
      KappaShape shape = masked_shape (&p->full, p->masks[i]);
      g_autoptr (LabTensor) x = lab_tensor_random (&shape, i, dtype, -1, 1);

      full[i] = naive_broadcast (x, &p->full);
      fed[i] = lab_arrange (x, p->arrangement);
    }
  product_ab = naive_map (product, full, 2);
  tanh_ab = naive_map (hyperbolic, &product_ab, 1);
  expected = naive_map (sum, (LabTensor *[]) { tanh_ab, full[2] }, 2);
  found = lab_run (dtype, dtype, fed, 3, build_pattern, p);
  lab_compare (what, dtype, found, expected);
  for (guint i = 0; i < 3; i++)
    {
      lab_tensor_free (full[i]);
      lab_tensor_free (fed[i]);
    }
}

/* All triples of masks would be 4096; every pair is met, the third mask turns along. */
static void
test_patterns (gconstpointer data)
{
  static const KappaShape shapes[] = {
    { 4, { 3, 4, 9, 16 } },  /* a row is far shorter than a tile */
    { 4, { 2, 3, 1, 700 } }, /* a tile does not hold whole rows */
    { 4, { 2, 2, 2, 1300 } },
  };
  const KappaShape *shape = &shapes[GPOINTER_TO_UINT (data)];

  for (guint a = 0; a < 16; a++)
    for (guint b = 0; b < 16; b++)
      {
        Pattern p = { *shape, { a, b, (a * 5 + b * 3) % 16 }, (a + b) % LAB_N_ARRANGEMENTS };

        check_pattern (&p, (a + b / 4) % 2 == 0 ? KAPPA_F32 : KAPPA_F64);
      }
}

/* A chain that takes up a new operand with every link. */

enum
{
  N_LINKS = 40,
};

static KappaNode
build_long_chain (KappaGraph *g, const KappaNode *inputs, gpointer data)
{
  KappaNode x = inputs[0];

  for (guint i = 1; i <= N_LINKS; i++)
    switch (i % 4)
      {
      case 0:
        x = kappa_tanh (g, kappa_mul (g, x, inputs[i]));
        break;
      case 1:
        x = kappa_select (g, inputs[i], x, inputs[N_LINKS - i + 1]);
        break;
      case 2:
        x = kappa_add (g, kappa_scale (g, x, 0.625), inputs[i]);
        break;
      default:
        x = kappa_sub (g, inputs[i], x);
      }
  return x;
}

static LabTensor *
expected_long_chain (LabTensor *const *inputs)
{
  LabTensor *x = lab_tensor_copy (inputs[0]);

  for (guint i = 1; i <= N_LINKS; i++)
    {
      g_autoptr (LabTensor) last = x;
      g_autoptr (LabTensor) between = NULL;

      switch (i % 4)
        {
        case 0:
          between = naive_map (product, (LabTensor *[]) { last, inputs[i] }, 2);
          x = naive_map (hyperbolic, &between, 1);
          break;
        case 1:
          x = naive_map (chosen, (LabTensor *[]) { inputs[i], last, inputs[N_LINKS - i + 1] }, 3);
          break;
        case 2:
          between = naive_map (shrunk, &last, 1);
          x = naive_map (sum, (LabTensor *[]) { between, inputs[i] }, 2);
          break;
        default:
          x = naive_map (difference, (LabTensor *[]) { inputs[i], last }, 2);
        }
    }
  return x;
}

static void
test_long_chain (void)
{
  for (guint dtype = KAPPA_F32; dtype <= KAPPA_F64; dtype++)
    {
      LabTensor *inputs[N_LINKS + 1];
      g_autoptr (LabTensor) expected = NULL, found = NULL;

      for (guint i = 0; i <= N_LINKS; i++)
        {
          inputs[i] = lab_tensor_random (&KAPPA_SHAPE (3, 5, 17, 13), i, dtype, -1, 1);
          for (gsize k = 0; i % 4 == 1 && k < inputs[i]->size; k++)
            inputs[i]->values[k] = inputs[i]->values[k] > 0.0; /* masks */
        }
      expected = expected_long_chain (inputs);
      found = lab_run (dtype, dtype, inputs, N_LINKS + 1, build_long_chain, NULL);
      lab_compare ("a long chain", dtype, found, expected);
      for (guint i = 0; i <= N_LINKS; i++)
        lab_tensor_free (inputs[i]);
    }
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/chains/patterns/short-rows", GUINT_TO_POINTER (0), test_patterns);
  g_test_add_data_func ("/chains/patterns/rows", GUINT_TO_POINTER (1), test_patterns);
  g_test_add_data_func ("/chains/patterns/long-rows", GUINT_TO_POINTER (2), test_patterns);
  g_test_add_func ("/chains/long", test_long_chain);
  status = g_test_run ();
  lab_report ();
  return status;
}
