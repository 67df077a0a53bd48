#include "tests/core/models/onnx-lab.h"

/* Operators that move numbers, and those that tell how many there are. */

#define STEP(inputs, operator, attributes)         NODE (inputs, "v", operator, attributes)
#define THEN(inputs, output, operator, attributes) NODE (inputs, output, operator, attributes)
#define FACTOR                                     THEN (IN ("k"), "f", "Cast", A_INT ("to", "1")) STEP (IN ("x") IN ("f"), "Mul", "")

static double
same (double x)
{
  return x;
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
five_times (double x)
{
  return 5.0 * x;
}

static double
sixty_times (double x)
{
  return 60.0 * x;
}

static double
plus_half (double x)
{
  return x + 0.5;
}

static double
plus_one (double x)
{
  return x + 1.0;
}

/* C, H, W in another order: @order names which axis comes first, second, third. */
static void
reorder (const double *x, const guint *order, double *y)
{
  const gint64 sizes[] = { LAB_CHANNELS, LAB_HEIGHT, LAB_WIDTH };
  gint64 at[3];

  for (at[order[0]] = 0; at[order[0]] < sizes[order[0]]; at[order[0]]++)
    for (at[order[1]] = 0; at[order[1]] < sizes[order[1]]; at[order[1]]++)
      for (at[order[2]] = 0; at[order[2]] < sizes[order[2]]; at[order[2]]++)
        *y++ = onnx_lab_at (x, at[0], at[1], at[2]);
}

static void
channels_last (const double *x, double *y)
{
  reorder (x, (const guint[]) { 1, 2, 0 }, y);
}

static void
turned (const double *x, double *y)
{
  reorder (x, (const guint[]) { 0, 2, 1 }, y);
}

/* Rows @first, @first + @step, … and columns likewise. */
static void
take (const double *x,
      const gint64 *rows,
      guint n_rows,
      const gint64 *columns,
      guint n_columns,
      double *y)
{
  for (gint64 k = 0; k < LAB_CHANNELS; k++)
    for (guint r = 0; r < n_rows; r++)
      for (guint c = 0; c < n_columns; c++)
        *y++ = onnx_lab_at (x, k, rows[r], columns[c]);
}

static const gint64 all[] = { 0, 1, 2, 3, 4 };

static void
inner_rows (const double *x, double *y)
{
  take (x, all + 1, 2, all, 5, y);
}

static void
odd_columns (const double *x, double *y)
{
  take (x, all, 4, (const gint64[]) { 1, 3 }, 2, y);
}

static void
corner (const double *x, double *y)
{
  take (x, all + 2, 2, all, 4, y);
}

static void
gathered (const double *x, double *y)
{
  take (x, all, 4, (const gint64[]) { 4, 0, 4 }, 3, y);
}

static void
one_row (const double *x, double *y)
{
  take (x, all + 3, 1, all, 5, y);
}

static void
sum_of_parts (const double *x, double *y)
{
  for (gint64 k = 0; k < LAB_CHANNELS; k++)
    for (gint64 r = 0; r < LAB_HEIGHT; r++)
      *y++ = onnx_lab_at (x, k, r, 0) + onnx_lab_at (x, k, r, 4);
}

static void
middle_part (const double *x, double *y)
{
  take (x, all, 4, all + 1, 3, y);
}

static void
halves (const double *x, double *y)
{
  for (gint64 k = 0; k < LAB_CHANNELS; k++)
    for (gint64 r = 0; r < 2; r++)
      for (gint64 c = 0; c < LAB_WIDTH; c++)
        *y++ = onnx_lab_at (x, k, r, c) - onnx_lab_at (x, k, r + 2, c);
}

static void
twice (const double *x, double *y)
{
  for (gsize i = 0; i < 2 * LAB_SIZE; i++)
    y[i] = (i < LAB_SIZE ? 1.0 : -1.0) * x[i % LAB_SIZE];
}

static void
twice_in_rows (const double *x, double *y)
{
  for (gsize i = 0; i < 2 * LAB_SIZE; i++)
    y[i] = (i % 10 < 5 ? 1.0 : -1.0) * x[i / 10 * 5 + i % 5];
}

/* A row of weights in front of every table. */
static void
row_in_front (const double *x, double *y)
{
  for (gint64 k = 0; k < LAB_CHANNELS; k++)
    for (gint64 r = -1; r < LAB_HEIGHT; r++)
      for (gint64 c = 0; c < LAB_WIDTH; c++)
        *y++ = r < 0 ? onnx_lab_weight ((gsize)(5 * k + c)) : onnx_lab_at (x, k, r, c);
}

static void
padded (const double *x, double *y)
{
  for (gint64 k = 0; k < LAB_CHANNELS; k++)
    for (gint64 r = -1; r < LAB_HEIGHT; r++)
      for (gint64 c = 0; c < LAB_WIDTH + 2; c++)
        *y++ = onnx_lab_at (x, k, r, c);
}

/* Two channels of zeros behind, as networks for CIFAR have them. */
static void
padded_channels (const double *x, double *y)
{
  for (gsize i = 0; i < LAB_SIZE + 40; i++)
    y[i] = i < LAB_SIZE ? x[i] : 0.0;
}

static void
cut_and_padded (const double *x, double *y)
{
  take (x, all, 4, (const gint64[]) { 1, 2, 3, 4, 5 }, 5, y);
}

static void
stretched (const double *x, double *y)
{
  for (gsize i = 0; i < LAB_SIZE; i++)
    y[i] = x[i] + onnx_lab_weight (i / 20);
}

static const OnnxCase cases[] = {
  { "reshape", 7, STEP (IN ("x") IN ("i:0,3,-1"), "Reshape", ""), same, NULL, LAB_SIZE },
  { "reshape-open-batch", 13, STEP (IN ("x") IN ("i:-1,20,3"), "Reshape", ""), same, NULL,
    LAB_SIZE },
  { "reshape-zeros", 14, STEP (IN ("x") IN ("i:0,0,5,4"), "Reshape", A_INT ("allowzero", "0")),
    same, NULL, LAB_SIZE },
  { "reshape-by-shape", 15,
    THEN (IN ("x"), "a", "Shape", A_INT ("end", "1"))
        THEN (IN ("a") IN ("i:-1"), "s", "Concat", A_INT ("axis", "0"))
            STEP (IN ("x") IN ("s"), "Reshape", ""),
    same, NULL, LAB_SIZE },
  { "flatten", 7, STEP (IN ("x"), "Flatten", ""), same, NULL, LAB_SIZE },
  { "flatten-negative", 11, STEP (IN ("x"), "Flatten", A_INT ("axis", "-3")), same, NULL,
    LAB_SIZE },
  { "squeeze", 11,
    THEN (IN ("x"), "u", "Unsqueeze", A_INTS ("axes", "8=1 8=5"))
        STEP (IN ("u"), "Squeeze", A_INTS ("axes", "8=-1 8=1")),
    same, NULL, LAB_SIZE },
  { "squeeze-input", 13,
    THEN (IN ("x") IN ("i:-1,2"), "u", "Unsqueeze", "") STEP (IN ("u") IN ("i:2,5"), "Squeeze", ""),
    same, NULL, LAB_SIZE },
  { "squeeze-all", 13,
    THEN (IN ("x") IN ("i:1"), "u", "Unsqueeze", "") STEP (IN ("u"), "Squeeze", ""), same, NULL,
    LAB_SIZE },
  { "transpose", 7, STEP (IN ("x"), "Transpose", A_INTS ("perm", "8=0 8=2 8=3 8=1")), NULL,
    channels_last, LAB_SIZE },
  { "transpose-table", 13, STEP (IN ("x"), "Transpose", A_INTS ("perm", "8=0 8=1 8=3 8=2")), NULL,
    turned, LAB_SIZE },
  { "concat", 7,
    THEN (IN ("x"), "m", "Neg", "") STEP (IN ("x") IN ("m"), "Concat", A_INT ("axis", "1")), NULL,
    twice, 2 * LAB_SIZE },
  { "concat-negative", 11,
    THEN (IN ("x"), "m", "Neg", "") STEP (IN ("x") IN ("m"), "Concat", A_INT ("axis", "-1")), NULL,
    twice_in_rows, 2 * LAB_SIZE },
  { "concat-weight", 13, STEP (IN ("w:1,3,1,5") IN ("x"), "Concat", A_INT ("axis", "2")), NULL,
    row_in_front, 75 },
  { "slice-attributes", 7,
    STEP (IN ("x"),
          "Slice",
          A_INTS ("starts", "8=1") A_INTS ("ends", "8=-1") A_INTS ("axes", "8=2")),
    NULL, inner_rows, 30 },
  { "slice-inputs", 10, STEP (IN ("x") IN ("i:1") IN ("i:9") IN ("i:-1") IN ("i:2"), "Slice", ""),
    NULL, odd_columns, 24 },
  { "slice-two", 13,
    STEP (IN ("x") IN ("i:-2,-99") IN ("i:9223372036854775807,-1") IN ("i:2,3"), "Slice", ""), NULL,
    corner, 24 },
  { "split-attribute", 7,
    "1{1'x'2'a'2'b'2'c'4'Split'" A_INT ("axis", "3")
        A_INTS ("split", "8=1 8=3 8=1") "}" STEP (IN ("a") IN ("c"), "Add", ""),
    NULL, sum_of_parts, 12 },
  { "split-input", 13, "1{1'x'1'i:1,3,1'2'a'2'v'2'c'4'Split'" A_INT ("axis", "-1") "}", NULL,
    middle_part, 36 },
  { "split-equally", 13,
    "1{1'x'2'a'2'b'4'Split'" A_INT ("axis", "2") "}" STEP (IN ("a") IN ("b"), "Sub", ""), NULL,
    halves, 30 },
  { "split-number", 18,
    "1{1'x'2'a'2'b'4'Split'" A_INT ("axis", "2")
        A_INT ("num_outputs", "2") "}" STEP (IN ("a") IN ("b"), "Sub", ""),
    NULL, halves, 30 },
  { "gather", 7, STEP (IN ("x") IN ("i:4,0,-1"), "Gather", A_INT ("axis", "3")), NULL, gathered,
    36 },
  { "gather-one", 13, STEP (IN ("x") IN ("k:-1"), "Gather", A_INT ("axis", "-2")), NULL, one_row,
    15 },
  { "expand", 8,
    THEN (IN ("w:3,1,1") IN ("i:4,5"), "e", "Expand", "") STEP (IN ("x") IN ("e"), "Add", ""), NULL,
    stretched, LAB_SIZE },
  { "shape", 7,
    THEN (IN ("x"), "s", "Shape", "") THEN (IN ("s") IN ("k:3"), "k", "Gather", A_INT ("axis", "0"))
        FACTOR,
    five_times, NULL, LAB_SIZE },
  { "shape-part", 15,
    THEN (IN ("x"), "s", "Shape", A_INT ("start", "-3") A_INT ("end", "-2"))
        THEN (IN ("s"), "k", "Squeeze", "") FACTOR,
    tripled, NULL, LAB_SIZE },
  { "size", 13, THEN (IN ("w:3,4,5"), "k", "Size", "") FACTOR, sixty_times, NULL, LAB_SIZE },
  { "constant-tensor", 7,
    "1{2'k'4'Constant'5{1'value'5{1=1 2=1 4~0.5}20=4}}" STEP (IN ("x") IN ("k"), "Add", ""),
    plus_half, NULL, LAB_SIZE },
  { "constant-float", 12,
    "1{2'k'4'Constant'" A_FLOAT ("value_float", "0.5") "}" STEP (IN ("x") IN ("k"), "Add", ""),
    plus_half, NULL, LAB_SIZE },
  { "constant-floats", 12,
    "1{2'k'4'Constant'5{1'value_floats'7~0.5 20=6}}" STEP (IN ("x") IN ("k"), "Add", ""), plus_half,
    NULL, LAB_SIZE },
  { "constant-int", 12, "1{2'k'4'Constant'" A_INT ("value_int", "3") "}" FACTOR, tripled, NULL,
    LAB_SIZE },
  { "constant-ints", 12,
    "1{2'l'4'Constant'" A_INTS ("value_ints",
                                "8=7 8=2") "}" THEN (IN ("l") IN ("k:1"), "k", "Gather", "") FACTOR,
    doubled, NULL, LAB_SIZE },
  { "constant-of-shape", 9,
    THEN (IN ("i:3,1,1"), "o", "ConstantOfShape", "5{1'value'5{1=1 2=1 4~1}20=4}")
        STEP (IN ("x") IN ("o"), "Add", ""),
    plus_one, NULL, LAB_SIZE },
  { "constant-of-shape-zeros", 9,
    THEN (IN ("i:4,5"), "o", "ConstantOfShape", "") STEP (IN ("x") IN ("o"), "Add", ""), same, NULL,
    LAB_SIZE },
  { "constant-of-shape-integers", 9,
    THEN (IN ("i:2"), "o", "ConstantOfShape", "5{1'value'5{1=1 2=7 7=3}20=4}")
        THEN (IN ("o") IN ("k:1"), "k", "Gather", "") FACTOR,
    tripled, NULL, LAB_SIZE },
  /* 1, 3, 5 */
  { "range", 11,
    THEN (IN ("k:1") IN ("k:6") IN ("k:2"), "r", "Range", "")
        THEN (IN ("r") IN ("k:2"), "k", "Gather", "") FACTOR,
    five_times, NULL, LAB_SIZE },
  { "pad-attribute", 7, STEP (IN ("x"), "Pad", A_INTS ("pads", "8=0 8=0 8=1 8=0 8=0 8=0 8=0 8=2")),
    NULL, padded, 105 },
  { "pad-input", 11, STEP (IN ("x") IN ("i:0,0,1,0,0,0,0,2") IN ("n:0"), "Pad", ""), NULL, padded,
    105 },
  { "pad-axes", 18, STEP (IN ("x") IN ("i:1,0,0,2") IN ("") IN ("i:2,-1"), "Pad", ""), NULL, padded,
    105 },
  { "pad-channels", 13,
    STEP (IN ("x") IN ("i:0,0,0,0,0,2,0,0"), "Pad", A_TEXT ("mode", "constant")), NULL,
    padded_channels, 100 },
  { "pad-cuts", 13, STEP (IN ("x") IN ("i:0,0,0,-1,0,0,0,1"), "Pad", ""), NULL, cut_and_padded,
    LAB_SIZE },
};

const OnnxCase *onnx_movement_cases = cases;
const gsize n_onnx_movement_cases = G_N_ELEMENTS (cases);
