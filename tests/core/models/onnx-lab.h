#pragma once

#include "core/models/model.h"

/*
 * Operators of ONNX on small images, their results compared with a formula in float64. Images are 3 × 4 × 5; the model
 * is the case's nodes, from "x" to "v", and Flatten. Inputs that no node makes are tensors that their names describe:
 *
 *   w:2,3   floats of that shape: onnx_lab_weight()     n:0.5      a float         k:5   an integer
 *   p:3     positive floats: onnx_lab_positive()        i:1,2,-1   integers        t:1   a truth value
 */

#define LAB_CHANNELS 3
#define LAB_HEIGHT   4
#define LAB_WIDTH    5
#define LAB_SIZE     (LAB_CHANNELS * LAB_HEIGHT * LAB_WIDTH)

/* Texts of tests/support/proto-text.h. */
#define NODE(inputs, output, operator, attributes) "1{" inputs "2'" output "'4'" operator "'" attributes "}"
#define IN(name)                                   "1'" name "'"
#define A_INT(name, value)                         "5{1'" name "'3=" value " 20=2}"
#define A_FLOAT(name, value)                       "5{1'" name "'2~" value " 20=1}"
#define A_INTS(name, values)                       "5{1'" name "'" values " 20=7}"
#define A_TEXT(name, value)                        "5{1'" name "'4'" value "'20=3}"

/**
 * OnnxCase:
 * @each: (nullable): what becomes of one number
 * @whole: (nullable): what becomes of one image, LAB_SIZE numbers; writes @n
 * @refusal: (nullable): why it cannot be written as it is
 */
typedef struct
{
  const char *name;
  guint opset;
  const char *nodes;
  double (*each) (double x);
  void (*whole) (const double *x, double *y);
  gsize n;
  const char *refusal;
} OnnxCase;

double onnx_lab_weight   (gsize i);
double onnx_lab_positive (gsize i);
double onnx_lab_at       (const double *x, gint64 channel, gint64 row, gint64 column);
void   onnx_lab_add      (const char *group, const OnnxCase *cases, gsize n);
KappaModel *onnx_lab_open (const OnnxCase *self);

extern const OnnxCase *onnx_elementwise_cases, *onnx_layer_cases, *onnx_movement_cases, *onnx_reduction_cases;
extern const gsize n_onnx_elementwise_cases, n_onnx_layer_cases, n_onnx_movement_cases, n_onnx_reduction_cases;
