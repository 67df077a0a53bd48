/* Activation functions and what their derivatives need. */

#include "core/ops/elementwise.h"
#include "core/ops/vector-math.h"

/* Written so that NaN is handed on: a comparison with NaN is false. */
KAPPA_TILE (relu, a < 0 ? (real) 0 : a)

/* The step of the result, not of the operand: so the operand need not be kept, and may be fused away. */
static KappaNode
relu_derivative (KappaGraph *g, KappaNode node, KappaNode x)
{
  return kappa_step (g, node);
}

KAPPA_UNARY (relu, FALSE, -1, 1);

KAPPA_TILE (step, a > 0 ? (real) 1 : (real) 0)

static KappaNode
step_derivative (KappaGraph *g, KappaNode node, KappaNode x)
{
  return kappa_fill_like (g, 0.0, x);
}

KAPPA_UNARY (step, TRUE, -1, 1);

KAPPA_TILE_SPLIT (sigmoid, kappa_float_sigmoid (a), 1 / (1 + exp (-a)))

static KappaNode
sigmoid_derivative (KappaGraph *g, KappaNode node, KappaNode x)
{
  return kappa_mul (g, node, kappa_shift (g, kappa_neg (g, node), 1.0));
}

KAPPA_UNARY (sigmoid, FALSE, -2, 2);

KAPPA_TILE_SPLIT (erf, kappa_float_erf (a), erf (a))

/* erf' = 2 / sqrt (pi) exp (-x^2) */
static KappaNode
erf_derivative (KappaGraph *g, KappaNode node, KappaNode x)
{
  return kappa_scale (g, kappa_exp (g, kappa_neg (g, kappa_mul (g, x, x))), M_2_SQRTPI);
}

KAPPA_UNARY (erf, FALSE, -2, 2);

KappaNode
kappa_relu (KappaGraph *g, KappaNode x)
{
  return kappa_op_unary (g, &kappa_op_relu, x);
}

KappaNode
kappa_step (KappaGraph *g, KappaNode x)
{
  return kappa_op_unary (g, &kappa_op_step, x);
}

KappaNode
kappa_sigmoid (KappaGraph *g, KappaNode x)
{
  return kappa_op_unary (g, &kappa_op_sigmoid, x);
}

KappaNode
kappa_erf (KappaGraph *g, KappaNode x)
{
  return kappa_op_unary (g, &kappa_op_erf, x);
}

const KappaOp *const kappa_ops_activation[]
    = { &kappa_op_relu, &kappa_op_step, &kappa_op_sigmoid, &kappa_op_erf, NULL };
