#pragma once

#include <glib.h>

/*
 * A model and everything asked of it is one static graph of primitives. Nodes are only ever appended, operands
 * before users, so node numbers are a topological order. Transforms (core/graph/autodiff.h) append to the same
 * graph; equal nodes are one node; what nothing asks for is never computed.
 *
 * Values are logical: images are N, C, H, W whatever the planner stores. Dimension 0 of everything that depends on
 * samples is the sample.
 */

#define KAPPA_MAX_RANK   8
#define KAPPA_MAX_INPUTS 8

typedef enum
{
  KAPPA_F32,
  KAPPA_F64,
  KAPPA_BF16,
  KAPPA_I32,
} KappaDtype;

typedef struct
{
  guint rank;
  gint64 dims[KAPPA_MAX_RANK];
} KappaShape;

/* A shape from its dimensions: KAPPA_SHAPE (n, 3, 32, 32). */
#define KAPPA_SHAPE(...) \
  ((KappaShape){ sizeof ((gint64[]){ __VA_ARGS__ }) / sizeof (gint64), { __VA_ARGS__ } })

/**
 * KappaNode:
 *
 * A node's number in its graph. %KAPPA_NONE stands for a tangent or cotangent that is zero because nothing depends
 * on it. %KAPPA_BAD is the result of an operation whose operands do not fit; it spreads, and
 * kappa_graph_check() tells the first cause.
 */
typedef gint32 KappaNode;

#define KAPPA_NONE ((KappaNode) -1)
#define KAPPA_BAD  ((KappaNode) -2)

/**
 * KappaRole:
 * @KAPPA_ROLE_PARAMETER: a trained tensor. The order in which a builder asks for them is the flat order of
 *   parameters, everywhere
 * @KAPPA_ROLE_BUFFER: a tensor of the file that is not trained, such as running statistics
 * @KAPPA_ROLE_SAMPLE: differs between samples; dimension 0 is the sample
 * @KAPPA_ROLE_VECTOR: differs between the vectors that pass through one graph together, e.g. a tangent
 */
typedef enum
{
  KAPPA_ROLE_NONE,
  KAPPA_ROLE_PARAMETER,
  KAPPA_ROLE_BUFFER,
  KAPPA_ROLE_SAMPLE,
  KAPPA_ROLE_VECTOR,
} KappaRole;

/* What a node's value depends on: the bits of its rate. */
#define KAPPA_RATE_PARAMETER 1u
#define KAPPA_RATE_SAMPLE    2u
#define KAPPA_RATE_VECTOR    4u

/**
 * KappaAttrs:
 *
 * The constants of a node; what they mean is the primitive's affair. All bytes count for equality, so unused ones
 * stay zero.
 */
typedef struct
{
  gint64 i[24];
  double f[2];
} KappaAttrs;

typedef struct _KappaGraph KappaGraph;
typedef struct _KappaOp KappaOp;

KappaGraph       *kappa_graph_new         (KappaDtype real);
KappaGraph       *kappa_graph_ref         (KappaGraph *self);
void              kappa_graph_unref       (KappaGraph *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KappaGraph, kappa_graph_unref)

KappaDtype        kappa_graph_get_real    (KappaGraph *self);
void              kappa_graph_set_compute (KappaGraph *self, KappaDtype dtype);
KappaDtype        kappa_graph_get_compute (KappaGraph *self);
gboolean          kappa_graph_check       (KappaGraph *self, GError **error);
void              kappa_graph_fail        (KappaGraph *self, const char *format, ...) G_GNUC_PRINTF (2, 3);
guint             kappa_graph_get_n_nodes (KappaGraph *self);

KappaNode         kappa_graph_input       (KappaGraph *self, KappaRole role, const char *name, KappaDtype dtype,
                                           const KappaShape *shape);
guint             kappa_graph_get_n_inputs (KappaGraph *self, KappaRole role);
KappaNode         kappa_graph_get_input   (KappaGraph *self, KappaRole role, guint index);
KappaNode         kappa_graph_find        (KappaGraph *self, const char *name);
void              kappa_graph_set_name    (KappaGraph *self, KappaNode node, const char *name);
const char       *kappa_graph_get_name    (KappaGraph *self, KappaNode node);

const KappaShape *kappa_graph_get_shape   (KappaGraph *self, KappaNode node);
KappaDtype        kappa_graph_get_dtype   (KappaGraph *self, KappaNode node);
guint             kappa_graph_get_rate    (KappaGraph *self, KappaNode node);
const KappaOp    *kappa_graph_get_op      (KappaGraph *self, KappaNode node);
const KappaAttrs *kappa_graph_get_attrs   (KappaGraph *self, KappaNode node);
guint             kappa_graph_get_arity   (KappaGraph *self, KappaNode node);
KappaNode         kappa_graph_get_operand (KappaGraph *self, KappaNode node, guint index);
KappaNode         kappa_graph_apply       (KappaGraph *self, const KappaOp *op, const KappaNode *inputs, guint n_inputs,
                                           const KappaAttrs *attrs);

gboolean          kappa_shape_equal       (const KappaShape *a, const KappaShape *b);
gint64            kappa_shape_size        (const KappaShape *shape);
char             *kappa_shape_to_string   (const KappaShape *shape);
gsize             kappa_dtype_size        (KappaDtype dtype);
const char       *kappa_dtype_name        (KappaDtype dtype);
