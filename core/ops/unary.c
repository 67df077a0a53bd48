/* Functions of one number. Each is its formula, its derivative, and nothing else. */

#include "core/ops/elementwise.h"
#include "core/ops/vector-math.h"

KAPPA_TILE_SPLIT (exp, kappa_float_exp (a), exp (a))

static KappaNode
exp_derivative (KappaGraph *g, KappaNode node, KappaNode x)
{
  return node;
}

KAPPA_UNARY (exp, FALSE, -1, 1);

KAPPA_TILE (log, log (a))

static KappaNode
log_derivative (KappaGraph *g, KappaNode node, KappaNode x)
{
  return kappa_reciprocal (g, x);
}

KAPPA_UNARY (log, FALSE, 0.5, 2);

KAPPA_TILE (sqrt, sqrt (a))

static KappaNode
sqrt_derivative (KappaGraph *g, KappaNode node, KappaNode x)
{
  return kappa_scale (g, kappa_reciprocal (g, node), 0.5);
}

KAPPA_UNARY (sqrt, FALSE, 0.5, 2);

KAPPA_TILE (rsqrt, 1 / sqrt (a))

/* (x^-1/2)' = -1/2 x^-3/2 */
static KappaNode
rsqrt_derivative (KappaGraph *g, KappaNode node, KappaNode x)
{
  return kappa_scale (g, kappa_mul (g, node, kappa_mul (g, node, node)), -0.5);
}

KAPPA_UNARY (rsqrt, FALSE, 0.5, 2);

KAPPA_TILE (reciprocal, 1 / a)

static KappaNode
reciprocal_derivative (KappaGraph *g, KappaNode node, KappaNode x)
{
  return kappa_neg (g, kappa_mul (g, node, node));
}

KAPPA_UNARY (reciprocal, FALSE, 0.5, 2);

KappaNode
kappa_exp (KappaGraph *g, KappaNode x)
{
  return kappa_op_unary (g, &kappa_op_exp, x);
}

KappaNode
kappa_log (KappaGraph *g, KappaNode x)
{
  return kappa_op_unary (g, &kappa_op_log, x);
}

KappaNode
kappa_sqrt (KappaGraph *g, KappaNode x)
{
  return kappa_op_unary (g, &kappa_op_sqrt, x);
}

KappaNode
kappa_rsqrt (KappaGraph *g, KappaNode x)
{
  return kappa_op_unary (g, &kappa_op_rsqrt, x);
}

KappaNode
kappa_reciprocal (KappaGraph *g, KappaNode x)
{
  return kappa_op_unary (g, &kappa_op_reciprocal, x);
}

const KappaOp *const kappa_ops_unary[]
    = { &kappa_op_exp, &kappa_op_log, &kappa_op_sqrt, &kappa_op_rsqrt, &kappa_op_reciprocal, NULL };
