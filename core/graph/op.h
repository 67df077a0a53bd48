#pragma once

#include <gio/gio.h>

#include "core/graph/graph.h"
#include "core/graph/kernel.h"

/*
 * What a primitive is. One file of core/ops/ holds everything about it: its shape rule, its kernel, its derivative
 * rules and the examples on which the shared test tries all of them.
 */

/**
 * KappaShapeRule:
 * @shape: (out): the result's shape
 * @dtype: (out): preset to the first operand's
 *
 * Returns: %FALSE with KAPPA_ERROR_SHAPE when the operands do not fit
 */
typedef gboolean (*KappaShapeRule) (KappaGraph *graph, const KappaNode *inputs, guint n_inputs, const KappaAttrs *attrs,
                                    KappaShape *shape, KappaDtype *dtype, GError **error);

/**
 * KappaJvpRule:
 * @tangents: one for each operand, %KAPPA_NONE where zero; at least one is not
 *
 * Returns: the tangent of the node, or %KAPPA_NONE
 */
typedef KappaNode (*KappaJvpRule) (KappaGraph *graph, KappaNode node, const KappaNode *tangents);

/**
 * KappaVjpOwnRule:
 * @cotangents: (out): one for each operand, preset to %KAPPA_NONE
 */
typedef void (*KappaVjpOwnRule) (KappaGraph *graph, KappaNode node, KappaNode cotangent, KappaNode *cotangents);

/**
 * KappaDerivativeRule:
 *
 * For an elementwise primitive of one operand: its derivative at the operand as a node; both rules follow from it.
 */
typedef KappaNode (*KappaDerivativeRule) (KappaGraph *graph, KappaNode node, KappaNode x);

/**
 * KappaTile:
 *
 * An elementwise kernel over one tile: n numbers, contiguous; @out may be one of @in.
 */
typedef struct
{
  void (*f32) (float *out, const float *const *in, gsize n, const double *f);
  void (*f64) (double *out, const double *const *in, gsize n, const double *f);
} KappaTile;

/**
 * KappaExample:
 * @shapes: one for each operand
 * @integer_below: the operand is made of integers in [0, integer_below[i]) of dtype I32, where not 0
 * @low, @high: the interval real operands are drawn from; both 0 for [-1, 1]
 * @masks: bits of the operands that are drawn from {0, 1} and held fixed
 */
typedef struct
{
  guint n_inputs;
  KappaShape shapes[3];
  KappaAttrs attrs;
  gint64 integer_below[3];
  double low, high;
  guint masks;
} KappaExample;

typedef enum
{
  KAPPA_OP_SOURCE,      /* no kernel: an input */
  KAPPA_OP_ELEMENTWISE, /* fused with its like and evaluated tile by tile */
  KAPPA_OP_VIEW,        /* another way to look at the operand's memory */
  KAPPA_OP_KERNEL,      /* a step of its own */
} KappaOpKind;

struct _KappaOp
{
  const char *name;
  KappaOpKind kind;
  guint min_inputs;
  guint max_inputs;
  gboolean commutes; /* the two operands may be swapped */
  gboolean cheap;    /* elementwise: done again rather than kept */
  guint rate;        /* what the result depends on whatever the operands do: KAPPA_RATE_… */
  KappaShapeRule shape;
  KappaDerivativeRule derivative;
  KappaJvpRule jvp;
  KappaVjpOwnRule vjp;
  KappaTile tile;
  /* Views: the result's view of the operand's memory; %FALSE when there is none for these strides. */
  gboolean (*view) (const KappaAttrs *attrs, const KappaView *in, const KappaShape *shape, KappaView *out);
  const KappaKernelClass *kernel;
  const KappaExample *examples;
  guint n_examples;
};

/* The table of all primitives, %NULL at its end; made by meson from the list in core/ops/meson.build. */
extern const KappaOp *const *const *const kappa_op_families;

const KappaOp  *kappa_op_find           (const char *name);
gboolean        kappa_op_same_shape     (KappaGraph *graph, const KappaNode *inputs, guint n_inputs,
                                         const KappaAttrs *attrs, KappaShape *shape, KappaDtype *dtype, GError **error);
gboolean        kappa_op_shape_error    (GError **error, KappaGraph *graph, const char *op, const KappaNode *inputs,
                                         guint n_inputs, const char *expected);
gboolean        kappa_op_check_real     (GError **error, KappaGraph *graph, const char *op, const KappaNode *inputs,
                                         guint n_inputs, KappaDtype dtype, gboolean bfloat16);
KappaNode       kappa_op_unary          (KappaGraph *graph, const KappaOp *op, KappaNode x);
KappaNode       kappa_op_binary         (KappaGraph *graph, const KappaOp *op, KappaNode a, KappaNode b);

KappaNode       kappa_graph_sum         (KappaGraph *graph, KappaNode a, KappaNode b);
KappaNode       kappa_graph_simplify    (KappaGraph *graph, const KappaOp *op, const KappaNode *inputs, guint n_inputs,
                                         const KappaAttrs *attrs, const KappaShape *shape);

/* For the test of the rules: called on every node a derivative rule appends; returns what stands in for it. */
typedef KappaNode (*KappaRuleHook) (KappaGraph *graph, const KappaOp *rule_of, KappaNode node, gpointer data);
void            kappa_graph_set_rule_hook (KappaGraph *graph, KappaRuleHook hook, gpointer data);
void            kappa_graph_enter_rule  (KappaGraph *graph, const KappaOp *op);
void            kappa_graph_leave_rule  (KappaGraph *graph);
