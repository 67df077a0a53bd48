/* Movement: slices, paddings, concatenation, transposition, reshaping; and picking by index. */

#include "kernels.h"

#include <string.h>

static const KappaDtype reals[] = { KAPPA_F32, KAPPA_F64 };

/* A number in [0, below) from a stream of its own for each test. */
typedef struct
{
  guint64 state;
} Dice;

static guint
roll (Dice *dice, guint below)
{
  dice->state = dice->state * 6364136223846793005u + 1442695040888963407u;
  return (guint) ((dice->state >> 33) % below);
}

static KappaShape
random_shape (Dice *dice, guint rank, guint largest)
{
  KappaShape shape = { .rank = rank };

  for (guint d = 0; d < rank; d++)
    shape.dims[d] = 1 + roll (dice, largest);
  return shape;
}

/* The numbers are start or padding before, size or padding after, and the step. */

static KappaNode
apply_slice (KappaGraph *g, const KappaNode *operands, gpointer data)
{
  const Trial *t = data;

  return kappa_slice (g, operands[0], t->numbers, t->numbers + 8, t->numbers + 16);
}

static KappaNode
apply_pad (KappaGraph *g, const KappaNode *operands, gpointer data)
{
  const Trial *t = data;

  return kappa_pad (g, operands[0], t->numbers, t->numbers + 8, t->numbers + 16);
}

static void
check_slice_and_pad (LabTensor *x, Dice *dice, KappaDtype dtype)
{
  g_autoptr (LabTensor) part = NULL, padded = NULL;
  Trial t = { .n = 1, .operands = { x } };

  for (guint d = 0; d < x->shape.rank; d++)
    {
      t.numbers[d] = roll (dice, (guint) x->shape.dims[d]);
      t.numbers[16 + d] = 1 + roll (dice, 3);
      t.numbers[8 + d] = 1 + roll (dice, (guint) ((x->shape.dims[d] - 1 - t.numbers[d]) / t.numbers[16 + d] + 1));
    }
  part = naive_slice (x, t.numbers, t.numbers + 8, t.numbers + 16);
  t.operation = apply_slice;
  trial_check_all (&t, "slice", dtype, part);
  for (guint d = 0; d < x->shape.rank; d++)
    {
      t.numbers[d] = roll (dice, 3);
      t.numbers[8 + d] = roll (dice, 3);
    }
  padded = naive_pad (x, t.numbers, t.numbers + 8, t.numbers + 16);
  t.operation = apply_pad;
  trial_check_all (&t, "pad", dtype, padded);
}

static KappaNode
apply_concat (KappaGraph *g, const KappaNode *operands, gpointer data)
{
  const Trial *t = data;

  return kappa_concat (g, operands, t->n, (guint) t->numbers[0]);
}

static void
check_concat (const LabTensor *x, Dice *dice, KappaDtype dtype)
{
  guint axis = roll (dice, x->shape.rank);
  Trial t = { .operation = apply_concat, .n = 2 + roll (dice, 3), .numbers = { axis } };
  g_autoptr (LabTensor) whole = NULL;

  for (guint i = 0; i < t.n; i++)
    {
      KappaShape shape = x->shape;

      shape.dims[axis] = 1 + roll (dice, 4);
      t.operands[i] = lab_tensor_random (&shape, i, dtype, -1, 1);
    }
  whole = naive_concat (t.operands, t.n, axis);
  trial_check_all (&t, "concat", dtype, whole);
  for (guint i = 0; i < t.n; i++)
    lab_tensor_free (t.operands[i]);
}

static KappaNode
apply_transpose (KappaGraph *g, const KappaNode *operands, gpointer data)
{
  const Trial *t = data;
  guint permutation[KAPPA_MAX_RANK];

  for (guint d = 0; d < t->operands[0]->shape.rank; d++)
    permutation[d] = (guint) t->numbers[d];
  return kappa_transpose (g, operands[0], permutation);
}

static void
check_transpose (LabTensor *x, Dice *dice, KappaDtype dtype)
{
  Trial t = { .operation = apply_transpose, .n = 1, .operands = { x } };
  guint permutation[KAPPA_MAX_RANK];
  g_autoptr (LabTensor) expected = NULL;

  for (guint d = 0; d < x->shape.rank; d++)
    {
      guint other = roll (dice, d + 1);

      t.numbers[d] = t.numbers[other];
      t.numbers[other] = d;
    }
  for (guint d = 0; d < x->shape.rank; d++)
    permutation[d] = (guint) t.numbers[d];
  expected = naive_transpose (x, permutation);
  trial_check_all (&t, "transpose", dtype, expected);
}

static KappaNode
apply_reshape (KappaGraph *g, const KappaNode *operands, gpointer data)
{
  const Trial *t = data;
  KappaShape shape = { .rank = (guint) t->numbers[0] };

  memcpy (shape.dims, t->numbers + 1, shape.rank * sizeof shape.dims[0]);
  return kappa_reshape (g, operands[0], &shape);
}

/* Neighbouring prime factors of the size, put together anew, with dimensions of 1 in between. */
static void
check_reshape (LabTensor *x, Dice *dice, KappaDtype dtype)
{
  Trial t = { .operation = apply_reshape, .n = 1, .operands = { x } };
  KappaShape shape = { .rank = 1, .dims = { 1 } };
  gint64 rest = (gint64) x->size;
  g_autoptr (LabTensor) expected = NULL;

  while (rest > 1)
    {
      gint64 factor = 2;

      while (rest % factor != 0)
        factor++;
      rest /= factor;
      if (shape.rank < KAPPA_MAX_RANK && roll (dice, 2) == 0)
        shape.dims[shape.rank++] = 1;
      shape.dims[shape.rank - 1] *= factor;
    }
  expected = naive_reshape (x, &shape);
  t.numbers[0] = shape.rank;
  memcpy (t.numbers + 1, shape.dims, shape.rank * sizeof shape.dims[0]);
  trial_check_all (&t, "reshape", dtype, expected);
}

static void
test_movement (gconstpointer data)
{
  KappaDtype dtype = GPOINTER_TO_UINT (data);
  Dice dice = { 17 };

  for (guint round = 0; round < 60; round++)
    {
      KappaShape shape = random_shape (&dice, round % 3 == 0 ? 1 + roll (&dice, 5) : 4, 7);
      g_autoptr (LabTensor) x = lab_tensor_random (&shape, round, dtype, -1, 1);

      check_slice_and_pad (x, &dice, dtype);
      check_concat (x, &dice, dtype);
      check_transpose (x, &dice, dtype);
      check_reshape (x, &dice, dtype);
    }
}

/* Parts of a slice that begin far in: the first hundred rows are another part. */
static void
test_far_slice (void)
{
  g_autoptr (LabTensor) x = lab_tensor_random (&KAPPA_SHAPE (200, 3), 1, KAPPA_F64, -1, 1);
  Trial t = { .operation = apply_slice, .n = 1, .operands = { x }, .numbers = { 150, 1, [8] = 20, 2, [16] = 2, 1 } };
  g_autoptr (LabTensor) part = naive_slice (x, t.numbers, t.numbers + 8, t.numbers + 16);

  trial_check_all (&t, "slice", KAPPA_F64, part);
}

/* Gather and scatter. */

static KappaNode
apply_gather (KappaGraph *g, const KappaNode *operands, gpointer data)
{
  return kappa_gather (g, operands[0], operands[1], (guint) ((Trial *) data)->numbers[0]);
}

static KappaNode
apply_scatter (KappaGraph *g, const KappaNode *operands, gpointer data)
{
  const Trial *t = data;

  return kappa_scatter (g, operands[0], operands[1], (guint) t->numbers[0], t->numbers[1]);
}

static void
check_indexed (const KappaShape *shape, guint axis, gint64 picked, KappaDtype dtype)
{
  KappaShape small = *shape;
  g_autoptr (LabTensor) x = lab_tensor_random (shape, 1, dtype, -1, 1);
  g_autoptr (LabTensor) index = NULL, y = NULL, gathered = NULL, scattered = NULL;
  Trial t = { .n = 2, .numbers = { axis, shape->dims[axis] } };

  small.dims[axis] = picked;
  index = lab_tensor_integers (&small, 2, shape->dims[axis]); /* with repetitions */
  y = lab_tensor_random (&small, 3, dtype, -1, 1);
  gathered = naive_gather (x, index, axis);
  scattered = naive_scatter (y, index, axis, shape->dims[axis]);
  t.operands[0] = x;
  t.operands[1] = index;
  t.operation = apply_gather;
  trial_check_all (&t, "gather", dtype, gathered);
  t.operands[0] = y;
  t.operation = apply_scatter;
  trial_check_all (&t, "scatter", dtype, scattered);
}

static void
test_indexed (void)
{
  static const KappaShape shapes[] = { { 4, { 2, 5, 3, 4 } }, { 2, { 6, 10 } }, { 3, { 3, 4, 5 } }, { 1, { 8 } } };

  for (guint i = 0; i < G_N_ELEMENTS (shapes); i++)
    for (guint axis = 0; axis < shapes[i].rank; axis++)
      for (gint64 picked = 1; picked <= 13; picked += 6)
        for (guint k = 0; k < G_N_ELEMENTS (reals); k++)
          check_indexed (&shapes[i], axis, picked, reals[k]);
}

void
add_movement_tests (void)
{
  for (guint dtype = KAPPA_F32; dtype <= KAPPA_BF16; dtype++)
    add_for_dtype ("/kernels/movement", dtype, test_movement);
  g_test_add_func ("/kernels/far-slice", test_far_slice);
  g_test_add_func ("/kernels/indexed", test_indexed);
}
