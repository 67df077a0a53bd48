#include <math.h>

#include "tests/core/models/onnx-lab.h"

/* Convolutions, products, pools and norms. */

#define WINDOW(h, w)               A_INTS ("kernel_shape", "8=" h " 8=" w)
#define STRIDES(h, w)              A_INTS ("strides", "8=" h " 8=" w)
#define PADS(t, l, b, r)           A_INTS ("pads", "8=" t " 8=" l " 8=" b " 8=" r)
#define AUTO(how)                  A_TEXT ("auto_pad", how)
#define STEP(operator, attributes) NODE (IN ("x"), "v", operator, attributes)
#define FLAT(nodes)                NODE (IN ("x"), "f", "Flatten", "") nodes

/* A window over an image: where its first tap begins for the first place, and how it goes on. */
typedef struct
{
  gint64 kernel[2], stride[2], begin[2], dilation[2], places[2];
} Window;

static gboolean
is_inside (gint64 row, gint64 column)
{
  return row >= 0 && row < LAB_HEIGHT && column >= 0 && column < LAB_WIDTH;
}

/* @groups: of the 3 channels; @outputs of each */
static void
convolve (const double *x, const Window *w, gint64 groups, gint64 outputs, double *y)
{
  const gint64 inputs = LAB_CHANNELS / groups, taps = w->kernel[0] * w->kernel[1];

  for (gint64 o = 0; o < groups * outputs; o++)
    for (gint64 r = 0; r < w->places[0]; r++)
      for (gint64 c = 0; c < w->places[1]; c++, y++)
        {
          *y = 0.0;
          for (gint64 i = 0; i < inputs; i++)
            for (gint64 tap = 0; tap < taps; tap++)
              *y += onnx_lab_weight ((gsize)((o * inputs + i) * taps + tap))
                    * onnx_lab_at (
                        x, o / outputs * inputs + i,
                        r * w->stride[0] - w->begin[0] + tap / w->kernel[1] * w->dilation[0],
                        c * w->stride[1] - w->begin[1] + tap % w->kernel[1] * w->dilation[1]);
        }
}

static void
conv_plain (const double *x, double *y)
{
  convolve (x, &(Window) { { 2, 3 }, { 1, 1 }, { 0, 0 }, { 1, 1 }, { 3, 3 } }, 1, 2, y);
}

static void
conv_bias (const double *x, double *y)
{
  convolve (x, &(Window) { { 1, 1 }, { 1, 1 }, { 0, 0 }, { 1, 1 }, { 4, 5 } }, 1, 2, y);
  for (gsize i = 0; i < 40; i++)
    y[i] += onnx_lab_weight (i / 20);
}

/* Above 1, left 0, below 2, right 1: 7 rows and 6 columns. */
static void
conv_pads (const double *x, double *y)
{
  convolve (x, &(Window) { { 2, 3 }, { 2, 1 }, { 1, 0 }, { 1, 1 }, { 3, 4 } }, 1, 2, y);
}

static void
conv_groups (const double *x, double *y)
{
  convolve (x, &(Window) { { 3, 3 }, { 1, 1 }, { 1, 1 }, { 1, 1 }, { 4, 5 } }, 3, 2, y);
}

static void
conv_dilated (const double *x, double *y)
{
  convolve (x, &(Window) { { 2, 2 }, { 1, 1 }, { 0, 0 }, { 3, 2 }, { 1, 3 } }, 1, 1, y);
}

/* 4 rows by 2 are 2 places, which take (2 − 1)·2 + 3 = 5 rows: one more, below; 5 columns are 3
 * places, which take 6 with a kernel of 2: one more, right. */
static void
conv_same_upper (const double *x, double *y)
{
  convolve (x, &(Window) { { 3, 2 }, { 2, 2 }, { 0, 0 }, { 1, 1 }, { 2, 3 } }, 1, 1, y);
}

static void
conv_same_lower (const double *x, double *y)
{
  convolve (x, &(Window) { { 3, 2 }, { 2, 2 }, { 1, 1 }, { 1, 1 }, { 2, 3 } }, 1, 1, y);
}

static void
conv_valid (const double *x, double *y)
{
  convolve (x, &(Window) { { 3, 2 }, { 2, 2 }, { 0, 0 }, { 1, 1 }, { 1, 2 } }, 1, 1, y);
}

typedef enum
{
  LARGEST,
  MEAN,
  MEAN_WITH_PADDING,
} Pool;

/* @end: the padding behind, which counts in the mean; what sticks out further does not */
static void
pool (const double *x, const Window *w, const gint64 *end, Pool how, double *y)
{
  for (gint64 k = 0; k < LAB_CHANNELS; k++)
    for (gint64 r = 0; r < w->places[0]; r++)
      for (gint64 c = 0; c < w->places[1]; c++, y++)
        {
          double largest = -INFINITY, sum = 0.0, count = 0.0;

          for (gint64 i = 0; i < w->kernel[0]; i++)
            for (gint64 j = 0; j < w->kernel[1]; j++)
              {
                const gint64 row = r * w->stride[0] - w->begin[0] + i * w->dilation[0],
                             column = c * w->stride[1] - w->begin[1] + j * w->dilation[1];

                count += how == MEAN_WITH_PADDING
                             ? row < LAB_HEIGHT + end[0] && column < LAB_WIDTH + end[1]
                             : is_inside (row, column);
                if (!is_inside (row, column))
                  continue;
                largest = fmax (largest, onnx_lab_at (x, k, row, column));
                sum += onnx_lab_at (x, k, row, column);
              }
          *y = how == LARGEST ? largest : sum / count;
        }
}

static const gint64 none[] = { 0, 0 }, one[] = { 1, 1 };
static const Window small = { { 2, 2 }, { 2, 2 }, { 0, 0 }, { 1, 1 }, { 2, 2 } },
                    small_ceil = { { 2, 2 }, { 2, 2 }, { 0, 0 }, { 1, 1 }, { 2, 3 } },
                    padded = { { 3, 3 }, { 2, 2 }, { 1, 1 }, { 1, 1 }, { 2, 3 } },
                    dilated = { { 2, 2 }, { 1, 1 }, { 0, 0 }, { 2, 3 }, { 2, 2 } },
                    lower = { { 2, 2 }, { 2, 2 }, { 0, 1 }, { 1, 1 }, { 2, 3 } };

static void
max_small (const double *x, double *y)
{
  pool (x, &small, none, LARGEST, y);
}

static void
max_ceil (const double *x, double *y)
{
  pool (x, &small_ceil, none, LARGEST, y);
}

static void
max_padded (const double *x, double *y)
{
  pool (x, &padded, one, LARGEST, y);
}

static void
max_dilated (const double *x, double *y)
{
  pool (x, &dilated, none, LARGEST, y);
}

static void
max_same_lower (const double *x, double *y)
{
  pool (x, &lower, none, LARGEST, y);
}

static void
mean_small (const double *x, double *y)
{
  pool (x, &small, none, MEAN, y);
}

static void
mean_ceil (const double *x, double *y)
{
  pool (x, &small_ceil, none, MEAN, y);
}

static void
mean_padded (const double *x, double *y)
{
  pool (x, &padded, one, MEAN, y);
}

static void
mean_with_padding (const double *x, double *y)
{
  pool (x, &padded, one, MEAN_WITH_PADDING, y);
}

static void
mean_of_image (const double *x, double *y)
{
  pool (x, &(Window) { { 4, 5 }, { 1, 1 }, { 0, 0 }, { 1, 1 }, { 1, 1 } }, none, MEAN, y);
}

static void
max_of_image (const double *x, double *y)
{
  pool (x, &(Window) { { 4, 5 }, { 1, 1 }, { 0, 0 }, { 1, 1 }, { 1, 1 } }, none, LARGEST, y);
}

/* y = x · W, W with @outputs columns, or rows if @turned */
static void
multiply (const double *x, gint64 rows, gint64 inputs, gint64 outputs, gboolean turned, double *y)
{
  for (gint64 r = 0; r < rows; r++)
    for (gint64 o = 0; o < outputs; o++, y++)
      {
        *y = 0.0;
        for (gint64 i = 0; i < inputs; i++)
          *y += x[r * inputs + i]
                * onnx_lab_weight ((gsize)(turned ? o * inputs + i : i * outputs + o));
      }
}

static void
matmul (const double *x, double *y)
{
  multiply (x, 12, LAB_WIDTH, 2, FALSE, y);
}

/* Each of the three matrices times its own transpose. */
static void
matmul_itself (const double *x, double *y)
{
  for (gint64 k = 0; k < LAB_CHANNELS; k++)
    for (gint64 r = 0; r < LAB_HEIGHT; r++)
      for (gint64 c = 0; c < LAB_HEIGHT; c++, y++)
        {
          *y = 0.0;
          for (gint64 i = 0; i < LAB_WIDTH; i++)
            *y += onnx_lab_at (x, k, r, i) * onnx_lab_at (x, k, c, i);
        }
}

/* A 2 × 4 matrix from the left. */
static void
matmul_left (const double *x, double *y)
{
  for (gint64 k = 0; k < LAB_CHANNELS; k++)
    for (gint64 r = 0; r < 2; r++)
      for (gint64 c = 0; c < LAB_WIDTH; c++, y++)
        {
          *y = 0.0;
          for (gint64 i = 0; i < LAB_HEIGHT; i++)
            *y += onnx_lab_weight ((gsize)(r * LAB_HEIGHT + i)) * onnx_lab_at (x, k, i, c);
        }
}

static void
gemm (const double *x, double *y)
{
  multiply (x, 1, LAB_SIZE, 2, FALSE, y);
}

static void
gemm_turned (const double *x, double *y)
{
  multiply (x, 1, LAB_SIZE, 2, TRUE, y);
  y[0] += onnx_lab_weight (0);
  y[1] += onnx_lab_weight (1);
}

static void
gemm_scaled (const double *x, double *y)
{
  multiply (x, 1, LAB_SIZE, 2, TRUE, y);
  for (gsize i = 0; i < 2; i++)
    y[i] = 0.5 * y[i] - 0.25 * onnx_lab_weight (0);
}

static void
batch_norm (const double *x, double *y)
{
  for (gsize i = 0; i < LAB_SIZE; i++)
    {
      const gsize k = i / (LAB_HEIGHT * LAB_WIDTH);

      y[i]
          = (x[i] - onnx_lab_weight (k)) / sqrt (onnx_lab_positive (k) + 1e-5) * onnx_lab_weight (k)
            + onnx_lab_weight (k);
    }
}

/* With a bias before, and an epsilon of its own. */
static void
conv_batch_norm (const double *x, double *y)
{
  conv_bias (x, y);
  for (gsize i = 0; i < 40; i++)
    y[i] = (y[i] - onnx_lab_weight (i / 20)) / sqrt (onnx_lab_positive (i / 20) + 1e-3)
               * onnx_lab_weight (i / 20)
           + onnx_lab_weight (i / 20);
}

/* To mean 0 and variance 1, @n numbers. */
static void
standardise (const double *x, gsize n, double epsilon, double *y)
{
  double mean = 0.0, variance = 0.0;

  for (gsize i = 0; i < n; i++)
    mean += x[i] / (double)n;
  for (gsize i = 0; i < n; i++)
    variance += (x[i] - mean) * (x[i] - mean) / (double)n;
  for (gsize i = 0; i < n; i++)
    y[i] = (x[i] - mean) / sqrt (variance + epsilon);
}

static void
instance_norm (const double *x, double *y)
{
  const gsize n = LAB_HEIGHT * LAB_WIDTH;

  for (gsize k = 0; k < LAB_CHANNELS; k++)
    standardise (x + k * n, n, 1e-5, y + k * n);
  for (gsize i = 0; i < LAB_SIZE; i++)
    y[i] = y[i] * onnx_lab_positive (i / n) + onnx_lab_weight (i / n);
}

static void
layer_norm (const double *x, double *y)
{
  for (gsize i = 0; i < LAB_SIZE; i += LAB_WIDTH)
    standardise (x + i, LAB_WIDTH, 1e-5, y + i);
  for (gsize i = 0; i < LAB_SIZE; i++)
    y[i] = y[i] * onnx_lab_positive (i % LAB_WIDTH) + onnx_lab_weight (i % LAB_WIDTH);
}

/* Over the last two axes, without a shift. */
static void
layer_norm_table (const double *x, double *y)
{
  const gsize n = LAB_HEIGHT * LAB_WIDTH;

  for (gsize i = 0; i < LAB_SIZE; i += n)
    standardise (x + i, n, 1e-3, y + i);
  for (gsize i = 0; i < LAB_SIZE; i++)
    y[i] *= onnx_lab_weight (i % n);
}

#define CONV(weight, attributes) NODE (IN ("x") IN (weight), "v", "Conv", attributes)

static const OnnxCase cases[] = {
  { "conv", 7, CONV ("w:2,3,2,3", ""), NULL, conv_plain, 18 },
  { "conv-bias", 11, NODE (IN ("x") IN ("w:2,3,1,1") IN ("w:2"), "v", "Conv", WINDOW ("1", "1")),
    NULL, conv_bias, 40 },
  { "conv-pads", 11,
    CONV ("w:2,3,2,3", STRIDES ("2", "1") PADS ("1", "0", "2", "1") WINDOW ("2", "3")), NULL,
    conv_pads, 24 },
  { "conv-groups", 7, CONV ("w:6,1,3,3", A_INT ("group", "3") PADS ("1", "1", "1", "1")), NULL,
    conv_groups, 120 },
  { "conv-dilated", 11, CONV ("w:1,3,2,2", A_INTS ("dilations", "8=3 8=2")), NULL, conv_dilated,
    3 },
  { "conv-same-upper", 7, CONV ("w:1,3,3,2", STRIDES ("2", "2") AUTO ("SAME_UPPER")), NULL,
    conv_same_upper, 6 },
  { "conv-same-lower", 11, CONV ("w:1,3,3,2", STRIDES ("2", "2") AUTO ("SAME_LOWER")), NULL,
    conv_same_lower, 6 },
  { "conv-valid", 11, CONV ("w:1,3,3,2", STRIDES ("2", "2") AUTO ("VALID")), NULL, conv_valid, 2 },
  { "max-pool", 8, STEP ("MaxPool", WINDOW ("2", "2") STRIDES ("2", "2")), NULL, max_small, 12 },
  { "max-pool-ceil", 10,
    STEP ("MaxPool", WINDOW ("2", "2") STRIDES ("2", "2") A_INT ("ceil_mode", "1")), NULL, max_ceil,
    18 },
  { "max-pool-padded", 12,
    STEP ("MaxPool", WINDOW ("3", "3") STRIDES ("2", "2") PADS ("1", "1", "1", "1")), NULL,
    max_padded, 18 },
  { "max-pool-dilated", 12, STEP ("MaxPool", WINDOW ("2", "2") A_INTS ("dilations", "8=2 8=3")),
    NULL, max_dilated, 12 },
  { "max-pool-same-lower", 12,
    STEP ("MaxPool", WINDOW ("2", "2") STRIDES ("2", "2") AUTO ("SAME_LOWER")), NULL,
    max_same_lower, 18 },
  { "average-pool", 7, STEP ("AveragePool", WINDOW ("2", "2") STRIDES ("2", "2")), NULL, mean_small,
    12 },
  { "average-pool-ceil", 10,
    STEP ("AveragePool", WINDOW ("2", "2") STRIDES ("2", "2") A_INT ("ceil_mode", "1")), NULL,
    mean_ceil, 18 },
  { "average-pool-padded", 7,
    STEP ("AveragePool", WINDOW ("3", "3") STRIDES ("2", "2") PADS ("1", "1", "1", "1")), NULL,
    mean_padded, 18 },
  { "average-pool-counts-padding", 11,
    STEP ("AveragePool",
          WINDOW ("3", "3") STRIDES ("2", "2") PADS ("1", "1", "1", "1")
              A_INT ("count_include_pad", "1")),
    NULL, mean_with_padding, 18 },
  { "average-pool-same-upper", 11,
    STEP ("AveragePool", WINDOW ("2", "2") STRIDES ("2", "2") AUTO ("SAME_UPPER")), NULL, mean_ceil,
    18 },
  { "global-average-pool", 7, STEP ("GlobalAveragePool", ""), NULL, mean_of_image, 3 },
  { "global-max-pool", 7, STEP ("GlobalMaxPool", ""), NULL, max_of_image, 3 },
  { "matmul", 9, NODE (IN ("x") IN ("w:5,2"), "v", "MatMul", ""), NULL, matmul, 24 },
  { "matmul-itself", 13,
    NODE (IN ("x"), "t", "Transpose", A_INTS ("perm", "8=0 8=1 8=3 8=2"))
        NODE (IN ("x") IN ("t"), "v", "MatMul", ""),
    NULL, matmul_itself, 48 },
  { "matmul-left", 13, NODE (IN ("w:2,4") IN ("x"), "v", "MatMul", ""), NULL, matmul_left, 30 },
  { "gemm", 11, FLAT (NODE (IN ("f") IN ("w:60,2"), "v", "Gemm", "")), NULL, gemm, 2 },
  { "gemm-turned", 7,
    FLAT (NODE (IN ("f") IN ("w:2,60") IN ("w:2"), "v", "Gemm", A_INT ("transB", "1"))), NULL,
    gemm_turned, 2 },
  /* A single number is a parameter in the place of a bias alone, and scaled it stands elsewhere. */
  { "gemm-scaled", 13,
    FLAT (NODE (IN ("f") IN ("w:2,60") IN ("w:1"),
                "v",
                "Gemm",
                A_INT ("transB", "1") A_FLOAT ("alpha", "0.5") A_FLOAT ("beta", "-0.25"))),
    NULL, gemm_scaled, 2, "there are 1 tensors" },
  { "gemm-turned-input", 13,
    FLAT (NODE (IN ("f"), "t", "Transpose", "")
              NODE (IN ("t") IN ("w:60,2"), "v", "Gemm", A_INT ("transA", "1"))),
    NULL, gemm, 2 },
  { "batch-norm", 7,
    NODE (IN ("x") IN ("w:3") IN ("w:3") IN ("w:3") IN ("p:3"),
          "v",
          "BatchNormalization",
          A_INT ("spatial", "1")),
    NULL, batch_norm, LAB_SIZE },
  { "batch-norm-later", 15,
    NODE (IN ("x") IN ("w:3") IN ("w:3") IN ("w:3") IN ("p:3"),
          "v",
          "BatchNormalization",
          A_INT ("training_mode", "0") A_FLOAT ("momentum", "0.9")),
    NULL, batch_norm, LAB_SIZE },
  { "conv-batch-norm", 14,
    NODE (IN ("x") IN ("w:2,3,1,1") IN ("w:2"), "c", "Conv", "")
        NODE (IN ("c") IN ("w:2") IN ("w:2") IN ("w:2") IN ("p:2"),
              "v",
              "BatchNormalization",
              A_FLOAT ("epsilon", "0.001")),
    NULL, conv_batch_norm, 40 },
  { "instance-norm", 7, NODE (IN ("x") IN ("p:3") IN ("w:3"), "v", "InstanceNormalization", ""),
    NULL, instance_norm, LAB_SIZE },
  { "layer-norm", 17, NODE (IN ("x") IN ("p:5") IN ("w:5"), "v", "LayerNormalization", ""), NULL,
    layer_norm, LAB_SIZE },
  { "layer-norm-table", 17,
    NODE (IN ("x") IN ("w:4,5"),
          "v",
          "LayerNormalization",
          A_INT ("axis", "-2") A_FLOAT ("epsilon", "0.001")),
    NULL, layer_norm_table, LAB_SIZE },
};

const OnnxCase *onnx_layer_cases = cases;
const gsize n_onnx_layer_cases = G_N_ELEMENTS (cases);
