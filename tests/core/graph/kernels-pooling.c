/* Pooling, and what its gradients are made of. */

#include "kernels.h"

#include <math.h>

#include "core/graph/autodiff.h"

typedef struct
{
  const char *name;
  gint64 n, c, h, w;
  KappaWindow window;
  gboolean ceil_mode;
} PoolCase;

static const PoolCase pool_cases[] = {
  { "2×2", 2, 3, 6, 8, KAPPA_WINDOW (2, 2, 0), FALSE },
  { "overlapping", 2, 5, 7, 9, KAPPA_WINDOW (3, 2, 1), FALSE },
  { "every place", 1, 2, 5, 5, KAPPA_WINDOW (3, 1, 1), FALSE },
  { "ceil", 2, 3, 7, 8, KAPPA_WINDOW (2, 2, 0), TRUE },
  { "ceil and padding", 1, 4, 8, 6, KAPPA_WINDOW (3, 2, 1), TRUE },
  { "a window in the padding alone does not count",
    1,
    2,
    4,
    6,
    { { 2, 2 }, { 3, 4 }, { 1, 1 }, { 1, 1 }, { 1, 1 }, 1 },
    TRUE },
  { "uneven", 2, 3, 6, 5, { { 2, 3 }, { 1, 2 }, { 0, 1 }, { 1, 0 }, { 1, 1 }, 1 }, FALSE },
  { "many channels", 1, 70, 5, 5, KAPPA_WINDOW (3, 2, 1), FALSE },
  { "one pixel", 2, 3, 1, 1, KAPPA_WINDOW (3, 2, 1), FALSE },
  { "one row", 2, 3, 1, 9, { { 1, 3 }, { 1, 2 }, { 0, 1 }, { 0, 1 }, { 1, 1 }, 1 }, FALSE },
  { "the whole image", 2, 3, 4, 5, { { 4, 5 }, { 1, 1 }, { 0, 0 }, { 0, 0 }, { 1, 1 }, 1 }, FALSE },
  { "dilated", 1, 2, 9, 8, { { 3, 2 }, { 1, 2 }, { 1, 1 }, { 2, 1 }, { 2, 3 }, 1 }, FALSE },
};

typedef enum
{
  MAXIMUM,
  MAXIMUM_PLACES,
  MAXIMUM_GRAD,
  AVERAGE,
  AVERAGE_PADDED,
  AVERAGE_GRAD,
  AVERAGE_PADDED_GRAD,
  N_POOLS,
} Pool;

typedef struct
{
  Pool pool;
  const PoolCase *c;
  LabArrangement arrangement;
  KappaShape shape;
} PoolJob;

static KappaNode
gradient (KappaGraph *g, KappaNode y, KappaNode dy, KappaNode x)
{
  KappaNode dx;

  kappa_graph_vjp (g, y, dy, &x, 1, &dx);
  return dx;
}

static KappaNode
build_pool (KappaGraph *g, const KappaNode *inputs, gpointer data)
{
  const PoolJob *job = data;
  const PoolCase *c = job->c;
  KappaNode x = kappa_cast (g, lab_arranged (g, inputs[0], &job->shape, job->arrangement), kappa_graph_get_compute (g));
  KappaNode y = job->pool <= MAXIMUM_GRAD
                    ? kappa_max_pool (g, x, &c->window, c->ceil_mode)
                    : kappa_avg_pool (g, x, &c->window, c->ceil_mode,
                                      job->pool == AVERAGE_PADDED || job->pool == AVERAGE_PADDED_GRAD);

  switch (job->pool)
    {
    case MAXIMUM_PLACES:
      return kappa_graph_apply (g, kappa_op_find ("max_pool_index"), &x, 1, kappa_graph_get_attrs (g, y));
    case MAXIMUM_GRAD:
    case AVERAGE_GRAD:
    case AVERAGE_PADDED_GRAD:
      return gradient (g, y, inputs[1], x);
    default:
      return y;
    }
}

static LabTensor *
expected_pool (Pool pool, const PoolCase *c, const LabTensor *x, const LabTensor *dy)
{
  switch (pool)
    {
    case MAXIMUM:
    case MAXIMUM_PLACES:
      return naive_max_pool (x, &c->window, c->ceil_mode, pool == MAXIMUM_PLACES);
    case MAXIMUM_GRAD:
      return naive_max_pool_grad (x, dy, &c->window, c->ceil_mode);
    case AVERAGE:
    case AVERAGE_PADDED:
      return naive_avg_pool (x, &c->window, c->ceil_mode, pool == AVERAGE_PADDED);
    default:
      return naive_avg_pool_grad (x, dy, &c->window, c->ceil_mode, pool == AVERAGE_PADDED_GRAD);
    }
}

/* With few different values there are ties in most windows. */
static LabTensor *
image_with_ties (const PoolCase *c)
{
  LabTensor *x = lab_tensor_integers (&KAPPA_SHAPE (c->n, c->c, c->h, c->w), 4, 5);

  x->integer = FALSE;
  for (gsize i = 0; i < x->size; i++)
    x->values[i] -= 2.0;
  return x;
}

static void
check_pool (Pool pool, const PoolCase *c, KappaDtype dtype, LabArrangement arrangement, const LabTensor *x)
{
  static const char *const names[] = { "maximum",        "place of the maximum", "maximum's gradient",       "average",
                                       "padded average", "average's gradient",   "padded average's gradient" };
  g_autoptr (LabTensor) shape_of_y = naive_max_pool (x, &c->window, c->ceil_mode, FALSE);
  g_autoptr (LabTensor) dy = lab_tensor_random (&shape_of_y->shape, 5, dtype, -1, 1);
  PoolJob job = { pool, c, arrangement, x->shape };
  g_autoptr (LabTensor) fed_x = lab_arrange (x, arrangement);
  LabTensor *fed[] = { fed_x, dy };
  g_autoptr (LabTensor) expected = expected_pool (pool, c, x, dy);
  g_autoptr (LabTensor) found = lab_run (dtype == KAPPA_F64 ? KAPPA_F64 : KAPPA_F32, dtype, fed, 2, build_pool, &job);
  g_autofree char *what = g_strdup_printf ("%s, %s, operand lying %d,", names[pool], c->name, arrangement);

  lab_compare (what, dtype, found, expected);
}

static void
test_pool (gconstpointer data)
{
  const PoolCase *c = data;
  g_autoptr (LabTensor) ties = image_with_ties (c);
  g_autoptr (LabTensor) broken = lab_tensor_copy (ties);

  for (gsize i = 0; i < broken->size; i++)
    if (i % 7 == 3)
      broken->values[i] = i % 3 == 0 ? NAN : i % 3 == 1 ? -INFINITY : INFINITY;
  for (guint pool = 0; pool < N_POOLS; pool++)
    for (guint arrangement = 0; arrangement < LAB_N_ARRANGEMENTS; arrangement++)
      {
        /* What padding that counts means between the taps of a dilated window is nobody's
         * convention. */
        if ((pool == AVERAGE_PADDED || pool == AVERAGE_PADDED_GRAD) && c->window.dilation[0] > 1)
          continue;
        for (guint dtype = KAPPA_F32; dtype <= KAPPA_BF16; dtype++)
          {
            g_autoptr (LabTensor) x = lab_tensor_random (&ties->shape, 6, dtype, -1, 1);

            if (dtype == KAPPA_BF16 && pool != MAXIMUM && pool != AVERAGE && pool != AVERAGE_PADDED)
              continue; /* bfloat16 is for forward passes */
            check_pool (pool, c, dtype, arrangement, x);
            check_pool (pool, c, dtype, arrangement, ties);
            check_pool (pool, c, dtype, arrangement, broken);
          }
      }
}

void
add_pooling_tests (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (pool_cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/kernels/pool/%s", pool_cases[i].name);

      g_test_add_data_func (path, &pool_cases[i], test_pool);
    }
}
