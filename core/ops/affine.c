/* Constants, and multiplication and addition with one: the pieces linear rules are made of. */

#include <string.h>

#include "core/ops/elementwise.h"

/* The shape is in the attributes: i[0] the rank, i[1…] the dimensions; f[0] is the value. */
static gboolean
fill_shape (KappaGraph *g,
            const KappaNode *inputs,
            guint n,
            const KappaAttrs *attrs,
            KappaShape *shape,
            KappaDtype *dtype,
            GError **error)
{
  shape->rank = (guint) attrs->i[0];
  memcpy (shape->dims, attrs->i + 1, sizeof shape->dims);
  return TRUE;
}

static void
fill_f32 (float *out, const float *const *in, gsize n, const double *f)
{
  for (gsize i = 0; i < n; i++)
    out[i] = (float) f[0];
}

static void
fill_f64 (double *out, const double *const *in, gsize n, const double *f)
{
  for (gsize i = 0; i < n; i++)
    out[i] = f[0];
}

static const KappaExample fill_examples[] = { { 0, { { 0 } }, { { 2, 3, 4 }, { 1.5 } } } };

static const KappaOp op_fill = { .name = "fill",
                                 .kind = KAPPA_OP_ELEMENTWISE,
                                 .cheap = TRUE,
                                 .shape = fill_shape,
                                 .tile = KAPPA_TILE_FUNCS (fill),
                                 .examples = fill_examples,
                                 .n_examples = G_N_ELEMENTS (fill_examples) };

KAPPA_TILE (scale, a *f)

static KappaNode
scaled (KappaGraph *g, KappaNode node, KappaNode x)
{
  return x == KAPPA_NONE ? KAPPA_NONE : kappa_scale (g, x, kappa_graph_get_attrs (g, node)->f[0]);
}

static KappaNode
scale_jvp (KappaGraph *g, KappaNode node, const KappaNode *tangents)
{
  return scaled (g, node, tangents[0]);
}

static void
scale_vjp (KappaGraph *g, KappaNode node, KappaNode cotangent, KappaNode *cotangents)
{
  cotangents[0] = scaled (g, node, cotangent);
}

static const KappaExample scale_examples[]
    = { { 1, { { 2, { 3, 5 } } }, { { 0 }, { -2.5 } } }, { 1, { { 1, { 1 } } }, { { 0 }, { 0.25 } } } };

static const KappaOp op_scale = { .name = "scale",
                                  .kind = KAPPA_OP_ELEMENTWISE,
                                  .min_inputs = 1,
                                  .max_inputs = 1,
                                  .cheap = TRUE,
                                  .shape = kappa_op_same_shape,
                                  .jvp = scale_jvp,
                                  .vjp = scale_vjp,
                                  .tile = KAPPA_TILE_FUNCS (scale),
                                  .examples = scale_examples,
                                  .n_examples = G_N_ELEMENTS (scale_examples) };

KAPPA_TILE (shift, a + f)

static KappaNode
same_jvp (KappaGraph *g, KappaNode node, const KappaNode *tangents)
{
  return tangents[0];
}

static void
same_vjp (KappaGraph *g, KappaNode node, KappaNode cotangent, KappaNode *cotangents)
{
  cotangents[0] = cotangent;
}

static const KappaOp op_shift = { .name = "shift",
                                  .kind = KAPPA_OP_ELEMENTWISE,
                                  .min_inputs = 1,
                                  .max_inputs = 1,
                                  .cheap = TRUE,
                                  .shape = kappa_op_same_shape,
                                  .jvp = same_jvp,
                                  .vjp = same_vjp,
                                  .tile = KAPPA_TILE_FUNCS (shift),
                                  .examples = scale_examples,
                                  .n_examples = G_N_ELEMENTS (scale_examples) };

/* i[0] is the dtype to become. The planner converts when it loads and stores; the kernel only copies. */
KAPPA_TILE (cast, a)

static gboolean
cast_shape (KappaGraph *g,
            const KappaNode *inputs,
            guint n,
            const KappaAttrs *attrs,
            KappaShape *shape,
            KappaDtype *dtype,
            GError **error)
{
  *shape = *kappa_graph_get_shape (g, inputs[0]);
  *dtype = (KappaDtype) attrs->i[0];
  return TRUE;
}

static KappaNode
cast_jvp (KappaGraph *g, KappaNode node, const KappaNode *tangents)
{
  return kappa_cast (g, tangents[0], kappa_graph_get_dtype (g, node));
}

static void
cast_vjp (KappaGraph *g, KappaNode node, KappaNode cotangent, KappaNode *cotangents)
{
  KappaDtype from = kappa_graph_get_dtype (g, kappa_graph_get_operand (g, node, 0));

  if (from != KAPPA_I32)
    cotangents[0] = kappa_cast (g, cotangent, from);
}

static const KappaExample cast_examples[] = { { 1, { { 2, { 3, 5 } } }, { { KAPPA_F32 } } } };

static const KappaOp op_cast = { .name = "cast",
                                 .kind = KAPPA_OP_ELEMENTWISE,
                                 .min_inputs = 1,
                                 .max_inputs = 1,
                                 .shape = cast_shape,
                                 .jvp = cast_jvp,
                                 .vjp = cast_vjp,
                                 .tile = KAPPA_TILE_FUNCS (cast),
                                 .examples = cast_examples,
                                 .n_examples = G_N_ELEMENTS (cast_examples) };

KappaNode
kappa_fill (KappaGraph *g, double value, const KappaShape *shape)
{
  KappaAttrs attrs = { { shape->rank }, { value } };

  memcpy (attrs.i + 1, shape->dims, shape->rank * sizeof shape->dims[0]);
  return kappa_graph_apply (g, &op_fill, NULL, 0, &attrs);
}

/**
 * kappa_fill_like:
 *
 * Returns: @value in the shape and dtype of @node
 */
KappaNode
kappa_fill_like (KappaGraph *g, double value, KappaNode node)
{
  return kappa_cast (g, kappa_fill (g, value, kappa_graph_get_shape (g, node)), kappa_graph_get_dtype (g, node));
}

KappaNode
kappa_scale (KappaGraph *g, KappaNode node, double factor)
{
  KappaAttrs attrs = { { 0 }, { factor } };

  return kappa_graph_apply (g, &op_scale, &node, 1, &attrs);
}

KappaNode
kappa_neg (KappaGraph *g, KappaNode node)
{
  return kappa_scale (g, node, -1.0);
}

KappaNode
kappa_shift (KappaGraph *g, KappaNode node, double summand)
{
  KappaAttrs attrs = { { 0 }, { summand } };

  return kappa_graph_apply (g, &op_shift, &node, 1, &attrs);
}

KappaNode
kappa_cast (KappaGraph *g, KappaNode node, KappaDtype dtype)
{
  KappaAttrs attrs = { { dtype } };

  return kappa_graph_apply (g, &op_cast, &node, 1, &attrs);
}

const KappaOp *const kappa_ops_affine[] = { &op_fill, &op_scale, &op_shift, &op_cast, NULL };
