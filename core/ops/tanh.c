/* Hyperbolic tangent. */

#include "core/ops/elementwise.h"
#include "core/ops/vector-math.h"

KAPPA_TILE_SPLIT (tanh, kappa_float_tanh (a), tanh (a))

/* tanh' = 1 - tanh^2 */
static KappaNode
tanh_derivative (KappaGraph *g, KappaNode node, KappaNode x)
{
  return kappa_shift (g, kappa_neg (g, kappa_mul (g, node, node)), 1.0);
}

KAPPA_UNARY (tanh, FALSE, -2, 2);

KappaNode
kappa_tanh (KappaGraph *g, KappaNode x)
{
  return kappa_op_unary (g, &kappa_op_tanh, x);
}

const KappaOp *const kappa_ops_tanh[] = { &kappa_op_tanh, NULL };
