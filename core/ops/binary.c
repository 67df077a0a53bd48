/* Functions of two numbers, and the choice between them. */

#include "core/ops/elementwise.h"

#define BINARY(NAME, COMMUTES, LOW, HIGH)                                        \
  static const KappaExample NAME##_examples[] = KAPPA_EXAMPLES_2 (LOW, HIGH);    \
  static const KappaOp op_##NAME = { .name = #NAME,                              \
                                     .kind = KAPPA_OP_ELEMENTWISE,               \
                                     .min_inputs = 2,                            \
                                     .max_inputs = 2,                            \
                                     .commutes = COMMUTES,                       \
                                     .shape = kappa_op_same_shape,               \
                                     .jvp = NAME##_jvp,                          \
                                     .vjp = NAME##_vjp,                          \
                                     .tile = KAPPA_TILE_FUNCS (NAME),            \
                                     .examples = NAME##_examples,                \
                                     .n_examples = G_N_ELEMENTS (NAME##_examples) }

/* A product of which the first factor may be the tangent zero. */
static KappaNode
times (KappaGraph *g, KappaNode tangent, KappaNode factor)
{
  return tangent == KAPPA_NONE ? KAPPA_NONE : kappa_mul (g, tangent, factor);
}

static KappaNode
negated (KappaGraph *g, KappaNode tangent)
{
  return tangent == KAPPA_NONE ? KAPPA_NONE : kappa_neg (g, tangent);
}

KAPPA_TILE (add, a + b)

static KappaNode
add_jvp (KappaGraph *g, KappaNode node, const KappaNode *tangents)
{
  return kappa_graph_sum (g, tangents[0], tangents[1]);
}

static void
add_vjp (KappaGraph *g, KappaNode node, KappaNode cotangent, KappaNode *cotangents)
{
  cotangents[0] = cotangents[1] = cotangent;
}

BINARY (add, TRUE, -1, 1);

KAPPA_TILE (sub, a - b)

static KappaNode
sub_jvp (KappaGraph *g, KappaNode node, const KappaNode *tangents)
{
  return kappa_graph_sum (g, tangents[0], negated (g, tangents[1]));
}

static void
sub_vjp (KappaGraph *g, KappaNode node, KappaNode cotangent, KappaNode *cotangents)
{
  cotangents[0] = cotangent;
  cotangents[1] = negated (g, cotangent);
}

BINARY (sub, FALSE, -1, 1);

KAPPA_TILE (mul, a *b)

static KappaNode
mul_jvp (KappaGraph *g, KappaNode node, const KappaNode *tangents)
{
  return kappa_graph_sum (g, times (g, tangents[0], kappa_graph_get_operand (g, node, 1)),
                          times (g, tangents[1], kappa_graph_get_operand (g, node, 0)));
}

static void
mul_vjp (KappaGraph *g, KappaNode node, KappaNode cotangent, KappaNode *cotangents)
{
  cotangents[0] = kappa_mul (g, cotangent, kappa_graph_get_operand (g, node, 1));
  cotangents[1] = kappa_mul (g, cotangent, kappa_graph_get_operand (g, node, 0));
}

BINARY (mul, TRUE, -1, 1);

KAPPA_TILE (div, a / b)

/* (a / b)' = (a' - (a / b) b') / b */
static KappaNode
div_jvp (KappaGraph *g, KappaNode node, const KappaNode *tangents)
{
  KappaNode numerator = kappa_graph_sum (g, tangents[0], negated (g, times (g, tangents[1], node)));

  return kappa_div (g, numerator, kappa_graph_get_operand (g, node, 1));
}

static void
div_vjp (KappaGraph *g, KappaNode node, KappaNode cotangent, KappaNode *cotangents)
{
  cotangents[0] = kappa_div (g, cotangent, kappa_graph_get_operand (g, node, 1));
  cotangents[1] = negated (g, kappa_mul (g, cotangents[0], node));
}

BINARY (div, FALSE, 0.5, 2);

/* A comparison is 1 or 0 and flat on both sides. */
static KappaNode
flat_jvp (KappaGraph *g, KappaNode node, const KappaNode *tangents)
{
  return KAPPA_NONE;
}

static void
flat_vjp (KappaGraph *g, KappaNode node, KappaNode cotangent, KappaNode *cotangents)
{
}

KAPPA_TILE (greater, a > b ? (real) 1 : (real) 0)
#define greater_jvp flat_jvp
#define greater_vjp flat_vjp
BINARY (greater, FALSE, -1, 1);

KAPPA_TILE (equal, a == b ? (real) 1 : (real) 0)
#define equal_jvp flat_jvp
#define equal_vjp flat_vjp
BINARY (equal, TRUE, -1, 1);

KAPPA_TILE (select, a != 0 ? b : c)

static KappaNode
or_zero (KappaGraph *g, KappaNode tangent, KappaNode like)
{
  return tangent == KAPPA_NONE ? kappa_fill_like (g, 0.0, like) : tangent;
}

static KappaNode
select_jvp (KappaGraph *g, KappaNode node, const KappaNode *tangents)
{
  if (tangents[1] == KAPPA_NONE && tangents[2] == KAPPA_NONE)
    return KAPPA_NONE;
  return kappa_select (g, kappa_graph_get_operand (g, node, 0), or_zero (g, tangents[1], node),
                       or_zero (g, tangents[2], node));
}

static void
select_vjp (KappaGraph *g, KappaNode node, KappaNode cotangent, KappaNode *cotangents)
{
  KappaNode mask = kappa_graph_get_operand (g, node, 0);
  KappaNode zero = kappa_fill_like (g, 0.0, node);

  cotangents[1] = kappa_select (g, mask, cotangent, zero);
  cotangents[2] = kappa_select (g, mask, zero, cotangent);
}

static const KappaExample select_examples[] = {
  { 3, { { 2, { 3, 5 } }, { 2, { 3, 5 } }, { 2, { 3, 5 } } }, .masks = 1 },
};

static const KappaOp op_select = { .name = "select",
                                   .kind = KAPPA_OP_ELEMENTWISE,
                                   .min_inputs = 3,
                                   .max_inputs = 3,
                                   .shape = kappa_op_same_shape,
                                   .jvp = select_jvp,
                                   .vjp = select_vjp,
                                   .tile = KAPPA_TILE_FUNCS (select),
                                   .examples = select_examples,
                                   .n_examples = G_N_ELEMENTS (select_examples) };

/* The larger; the first of equals; NaN if either is. */
KAPPA_TILE (maximum, a >= b || a != a ? a : b)

/* 1 where the node is its first operand. */
static KappaNode
first_mask (KappaGraph *g, KappaNode node)
{
  return kappa_equal (g, node, kappa_graph_get_operand (g, node, 0));
}

static KappaNode
maximum_jvp (KappaGraph *g, KappaNode node, const KappaNode *tangents)
{
  return kappa_select (g, first_mask (g, node), or_zero (g, tangents[0], node), or_zero (g, tangents[1], node));
}

static void
maximum_vjp (KappaGraph *g, KappaNode node, KappaNode cotangent, KappaNode *cotangents)
{
  KappaNode mask = first_mask (g, node);
  KappaNode zero = kappa_fill_like (g, 0.0, node);

  cotangents[0] = kappa_select (g, mask, cotangent, zero);
  cotangents[1] = kappa_select (g, mask, zero, cotangent);
}

BINARY (maximum, FALSE, -1, 1);

KAPPA_TILE (minimum, a <= b || a != a ? a : b)
#define minimum_jvp maximum_jvp
#define minimum_vjp maximum_vjp
BINARY (minimum, FALSE, -1, 1);

KappaNode
kappa_add (KappaGraph *g, KappaNode first, KappaNode second)
{
  return kappa_op_binary (g, &op_add, first, second);
}

KappaNode
kappa_sub (KappaGraph *g, KappaNode first, KappaNode second)
{
  return kappa_op_binary (g, &op_sub, first, second);
}

KappaNode
kappa_mul (KappaGraph *g, KappaNode first, KappaNode second)
{
  return kappa_op_binary (g, &op_mul, first, second);
}

KappaNode
kappa_div (KappaGraph *g, KappaNode first, KappaNode second)
{
  return kappa_op_binary (g, &op_div, first, second);
}

KappaNode
kappa_maximum (KappaGraph *g, KappaNode first, KappaNode second)
{
  return kappa_op_binary (g, &op_maximum, first, second);
}

KappaNode
kappa_minimum (KappaGraph *g, KappaNode first, KappaNode second)
{
  return kappa_op_binary (g, &op_minimum, first, second);
}

KappaNode
kappa_greater (KappaGraph *g, KappaNode first, KappaNode second)
{
  return kappa_op_binary (g, &op_greater, first, second);
}

KappaNode
kappa_equal (KappaGraph *g, KappaNode first, KappaNode second)
{
  return kappa_op_binary (g, &op_equal, first, second);
}

/**
 * kappa_select:
 * @mask: @first is chosen where it is not 0
 */
KappaNode
kappa_select (KappaGraph *g, KappaNode mask, KappaNode first, KappaNode second)
{
  KappaNode operands[] = { mask, first, second };

  return kappa_graph_apply (g, &op_select, operands, 3, NULL);
}

const KappaOp *const kappa_ops_binary[] = { &op_add,   &op_sub,     &op_mul,     &op_div, &op_greater, &op_equal,
                                            &op_select, &op_maximum, &op_minimum, NULL };
