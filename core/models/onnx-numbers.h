#pragma once

#include "core/graph/graph.h"

/**
 * KappaOnnxNumbers:
 * @shape: row-major
 * @whole: whether they are integers or truth values
 * @n: how many
 *
 * What is known before anything is run: sizes, axes, scalars. Integers are held as doubles, which is exact up to 2⁵³.
 */
typedef struct
{
  KappaShape shape;
  gboolean whole;
  gsize n;
  double values[];
} KappaOnnxNumbers;

/* More are never made: they are sizes and indices, not weights. */
#define KAPPA_ONNX_MAX_NUMBERS ((gint64) 1 << 16)

/**
 * KappaOnnxRange:
 *
 * A slice along each axis: where it starts, how many there are, and from one to the next.
 */
typedef struct
{
  gint64 start[KAPPA_MAX_RANK];
  gint64 size[KAPPA_MAX_RANK];
  gint64 step[KAPPA_MAX_RANK];
} KappaOnnxRange;

KappaOnnxNumbers *kappa_onnx_numbers_new       (const KappaShape *shape, gboolean whole);
KappaOnnxNumbers *kappa_onnx_numbers_ref       (KappaOnnxNumbers *self);
void              kappa_onnx_numbers_unref     (KappaOnnxNumbers *self);
gint64            kappa_onnx_numbers_get       (const KappaOnnxNumbers *self, gsize index);
gboolean          kappa_onnx_numbers_are_equal (const KappaOnnxNumbers *self);
gboolean          kappa_onnx_broadcast_shapes  (const KappaShape *a, const KappaShape *b, KappaShape *shape);
KappaOnnxNumbers *kappa_onnx_numbers_unary     (const char *op, const KappaOnnxNumbers *x);
KappaOnnxNumbers *kappa_onnx_numbers_binary    (const char *op, const KappaOnnxNumbers *a, const KappaOnnxNumbers *b);
KappaOnnxNumbers *kappa_onnx_numbers_reshape   (const KappaOnnxNumbers *x, const KappaShape *shape);
KappaOnnxNumbers *kappa_onnx_numbers_expand    (const KappaOnnxNumbers *x, const KappaShape *shape);
KappaOnnxNumbers *kappa_onnx_numbers_slice     (const KappaOnnxNumbers *x, const KappaOnnxRange *range);
KappaOnnxNumbers *kappa_onnx_numbers_gather    (const KappaOnnxNumbers *x, guint axis, const KappaOnnxNumbers *index);
KappaOnnxNumbers *kappa_onnx_numbers_concat    (KappaOnnxNumbers *const *parts, guint n_parts, guint axis);
KappaOnnxNumbers *kappa_onnx_numbers_transpose (const KappaOnnxNumbers *x, const guint *permutation);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (KappaOnnxNumbers, kappa_onnx_numbers_unref)
