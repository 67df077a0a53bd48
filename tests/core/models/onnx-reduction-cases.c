#include <math.h>

#include "tests/core/models/onnx-lab.h"

/* Sums and the like over axes, and softmax. */

#define REDUCE(operator, attributes)          NODE (IN ("x"), "v", operator, attributes)
#define REDUCE_BY(operator, axes, attributes) NODE (IN ("x") IN (axes), "v", operator, attributes)

/* Over rows of H × W, W, or everything. */
static void
sum_rows (const double *x, gsize length, double *y)
{
  for (gsize r = 0; r < LAB_SIZE / length; r++)
    {
      y[r] = 0.0;
      for (gsize i = 0; i < length; i++)
        y[r] += x[r * length + i];
    }
}

static void
sum_last (const double *x, double *y)
{
  sum_rows (x, LAB_WIDTH, y);
}

static void
sum_image (const double *x, double *y)
{
  sum_rows (x, LAB_HEIGHT * LAB_WIDTH, y);
}

static void
mean_image (const double *x, double *y)
{
  sum_image (x, y);
  for (gsize k = 0; k < LAB_CHANNELS; k++)
    y[k] /= LAB_HEIGHT * LAB_WIDTH;
}

static void
mean_channels (const double *x, double *y)
{
  for (gsize i = 0; i < LAB_HEIGHT * LAB_WIDTH; i++)
    y[i] = (x[i] + x[i + 20] + x[i + 40]) / 3.0;
}

static void
max_last (const double *x, double *y)
{
  for (gsize r = 0; r < 12; r++)
    {
      y[r] = x[5 * r];
      for (gsize i = 1; i < 5; i++)
        y[r] = fmax (y[r], x[5 * r + i]);
    }
}

static void
max_columns (const double *x, double *y)
{
  for (gsize k = 0; k < LAB_CHANNELS; k++)
    for (gsize c = 0; c < LAB_WIDTH; c++, y++)
      {
        *y = -INFINITY;
        for (gsize r = 0; r < LAB_HEIGHT; r++)
          *y = fmax (*y, x[(k * LAB_HEIGHT + r) * LAB_WIDTH + c]);
      }
}

static double
same (double x)
{
  return x;
}

static double
sixty_times (double x)
{
  return 60.0 * x;
}

static double
five_times (double x)
{
  return 5.0 * x;
}

static double
nine_times (double x)
{
  return 9.0 * x;
}

/* @stride: between the numbers that make 1 together, @length of them */
static void
softmax_along (const double *x, gsize length, gsize stride, gboolean logarithm, double *y)
{
  for (gsize i = 0; i < LAB_SIZE; i++)
    {
      const gsize first = i / (length * stride) * (length * stride) + i % stride;
      double sum = 0.0;

      for (gsize k = 0; k < length; k++)
        sum += exp (x[first + k * stride]);
      y[i] = logarithm ? x[i] - log (sum) : exp (x[i]) / sum;
    }
}

static void
softmax_last (const double *x, double *y)
{
  softmax_along (x, 5, 1, FALSE, y);
}

static void
softmax_channels (const double *x, double *y)
{
  softmax_along (x, 3, 20, FALSE, y);
}

static void
softmax_rest (const double *x, double *y)
{
  softmax_along (x, 60, 1, FALSE, y);
}

static void
softmax_tables (const double *x, double *y)
{
  softmax_along (x, 20, 1, FALSE, y);
}

static void
log_softmax_rows (const double *x, double *y)
{
  softmax_along (x, 4, 5, TRUE, y);
}

static void
log_softmax_rest (const double *x, double *y)
{
  softmax_along (x, 60, 1, TRUE, y);
}

#define SIZES_BY(operator, attributes)                                                             \
  NODE (IN ("x"), "a", "Shape", A_INT ("start", "1"))                                              \
  NODE (IN ("a"), "b", "Cast", A_INT ("to", "1"))                                                  \
  NODE (IN ("b"), "f", operator, attributes) NODE (IN ("x") IN ("f"), "v", "Mul", "")

static const OnnxCase cases[] = {
  { "mean-image", 7, REDUCE ("ReduceMean", A_INTS ("axes", "8=2 8=3")), NULL, mean_image, 3 },
  { "mean-image-negative", 13,
    REDUCE ("ReduceMean", A_INTS ("axes", "8=-1 8=-2") A_INT ("keepdims", "0")), NULL, mean_image,
    3 },
  { "mean-image-input", 18, REDUCE_BY ("ReduceMean", "i:2,-1", ""), NULL, mean_image, 3 },
  { "mean-channels", 11, REDUCE ("ReduceMean", A_INTS ("axes", "8=1") A_INT ("keepdims", "0")),
    NULL, mean_channels, 20 },
  { "mean-of-none", 18, NODE (IN ("x"), "v", "ReduceMean", A_INT ("noop_with_empty_axes", "1")),
    same, NULL, LAB_SIZE },
  { "sum-last", 7, REDUCE ("ReduceSum", A_INTS ("axes", "8=3")), NULL, sum_last, 12 },
  { "sum-image", 13, REDUCE_BY ("ReduceSum", "i:-2,3", A_INT ("keepdims", "0")), NULL, sum_image,
    3 },
  { "max-last", 7, REDUCE ("ReduceMax", A_INTS ("axes", "8=-1") A_INT ("keepdims", "0")), NULL,
    max_last, 12 },
  { "max-columns", 18, REDUCE_BY ("ReduceMax", "i:2", ""), NULL, max_columns, 15 },
  { "prod-of-sizes", 15, SIZES_BY ("ReduceProd", ""), sixty_times, NULL, LAB_SIZE },
  { "max-of-sizes", 15, SIZES_BY ("ReduceMax", A_INTS ("axes", "8=0") A_INT ("keepdims", "0")),
    five_times, NULL, LAB_SIZE },
  { "sum-of-integers", 13,
    NODE (IN ("i:2,3,4"), "a", "ReduceSum", "") NODE (IN ("a"), "f", "Cast", A_INT ("to", "1"))
        NODE (IN ("x") IN ("f"), "v", "Mul", ""),
    nine_times, NULL, LAB_SIZE },
  { "softmax-last", 13, REDUCE ("Softmax", ""), NULL, softmax_last, LAB_SIZE },
  { "softmax-channels", 13, REDUCE ("Softmax", A_INT ("axis", "1")), NULL, softmax_channels,
    LAB_SIZE },
  { "softmax-channels-negative", 17, REDUCE ("Softmax", A_INT ("axis", "-3")), NULL,
    softmax_channels, LAB_SIZE },
  { "softmax-rest", 7, REDUCE ("Softmax", ""), NULL, softmax_rest, LAB_SIZE },
  { "softmax-tables", 11, REDUCE ("Softmax", A_INT ("axis", "2")), NULL, softmax_tables, LAB_SIZE },
  { "log-softmax-rows", 13, REDUCE ("LogSoftmax", A_INT ("axis", "-2")), NULL, log_softmax_rows,
    LAB_SIZE },
  { "log-softmax-rest", 9, REDUCE ("LogSoftmax", ""), NULL, log_softmax_rest, LAB_SIZE },
};

const OnnxCase *onnx_reduction_cases = cases;
const gsize n_onnx_reduction_cases = G_N_ELEMENTS (cases);
