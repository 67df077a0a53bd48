#pragma once

#include <math.h>
#include <tgmath.h>

#include "core/base/clones.h"
#include "core/graph/op.h"
#include "core/ops/ops.h"

/*
 * KAPPA_TILE (square, a * a) defines square_f32() and square_f64(), the kernels of an elementwise primitive, from one
 * expression. In it a, b, c are the operands, f and h the primitive's two constants, all of type real; functions of
 * <tgmath.h> suit both.
 */
#define KAPPA_TILE_OF(name, type, suffix, expression)                                                          \
  KAPPA_CLONES static void name##_##suffix (type *out, const type *const *in, gsize n, const double *constants) \
  {                                                                                                             \
    typedef type real;                                                                                          \
    const real f = (real) constants[0], h = (real) constants[1];                                                \
    const real *pa = in[0], *pb = in[1], *pc = in[2];                                                           \
                                                                                                                \
    for (gsize i = 0; i < n; i++)                                                                               \
      {                                                                                                         \
        const real a = pa[i], b = pb[i], c = pc[i];                                                             \
                                                                                                                \
        (void) a, (void) b, (void) c, (void) f, (void) h;                                                       \
        out[i] = (real) (expression);                                                                           \
      }                                                                                                         \
  }

#define KAPPA_TILE(name, expression)                \
  KAPPA_TILE_OF (name, float, f32, expression)      \
  KAPPA_TILE_OF (name, double, f64, expression)

/* The same with a float32 kernel of its own, for functions whose library version no vector instruction can do. */
#define KAPPA_TILE_SPLIT(name, narrow, wide) \
  KAPPA_TILE_OF (name, float, f32, narrow)   \
  KAPPA_TILE_OF (name, double, f64, wide)

#define KAPPA_TILE_FUNCS(name) { name##_f32, name##_f64 }

/* Examples for elementwise primitives: odd sizes, one element, an empty tail of a vector. */
#define KAPPA_EXAMPLES_1(lo, hi)                                                         \
  {                                                                                      \
    { 1, { { 3, { 2, 3, 5 } } }, { { 0 } }, { 0 }, (lo), (hi) },                         \
    { 1, { { 1, { 1 } } }, { { 0 } }, { 0 }, (lo), (hi) },                               \
    { 1, { { 4, { 2, 1, 1, 37 } } }, { { 0 } }, { 0 }, (lo), (hi) },                     \
  }
#define KAPPA_EXAMPLES_2(lo, hi)                                                               \
  {                                                                                            \
    { 2, { { 3, { 2, 3, 5 } }, { 3, { 2, 3, 5 } } }, { { 0 } }, { 0 }, (lo), (hi) },           \
    { 2, { { 1, { 1 } }, { 1, { 1 } } }, { { 0 } }, { 0 }, (lo), (hi) },                       \
  }

/* Defines the primitive kappa_op_NAME of one operand from its tile and its derivative rule. */
#define KAPPA_UNARY(NAME, CHEAP, LOW, HIGH)                                                     \
  static const KappaExample NAME##_examples[] = KAPPA_EXAMPLES_1 (LOW, HIGH);                   \
  const KappaOp kappa_op_##NAME = {                                                             \
    .name = #NAME,                                                                              \
    .kind = KAPPA_OP_ELEMENTWISE,                                                               \
    .min_inputs = 1,                                                                            \
    .max_inputs = 1,                                                                            \
    .cheap = CHEAP,                                                                             \
    .shape = kappa_op_same_shape,                                                               \
    .derivative = NAME##_derivative,                                                            \
    .tile = KAPPA_TILE_FUNCS (NAME),                                                            \
    .examples = NAME##_examples,                                                                \
    .n_examples = G_N_ELEMENTS (NAME##_examples),                                               \
  };                                                                                            \
  extern const KappaOp kappa_op_##NAME
