#include "core/models/onnx-numbers.h"

#include <math.h>
#include <string.h>

/*
 * A small interpreter: the arithmetic of shapes that exporters leave in a graph. Every function
 * returns (transfer full), and %NULL where the operands do not fit or the result would be larger
 * than any shape is.
 */

/**
 * kappa_onnx_numbers_new:
 *
 * Returns: (transfer full) (nullable): zeros
 */
KappaOnnxNumbers *
kappa_onnx_numbers_new (const KappaShape *shape, gboolean whole)
{
  KappaOnnxNumbers *self;
  gint64 n = 1;

  for (guint d = 0; d < shape->rank; d++)
    {
      if (shape->dims[d] < 0 || shape->dims[d] > KAPPA_ONNX_MAX_NUMBERS)
        return NULL;
      n *= shape->dims[d];
      if (n > KAPPA_ONNX_MAX_NUMBERS)
        return NULL;
    }
  self = g_atomic_rc_box_alloc0 (sizeof *self + (gsize)n * sizeof (double));
  self->shape = *shape;
  self->whole = whole;
  self->n = (gsize)n;
  return self;
}

KappaOnnxNumbers *
kappa_onnx_numbers_ref (KappaOnnxNumbers *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
kappa_onnx_numbers_unref (KappaOnnxNumbers *self)
{
  g_atomic_rc_box_release (self);
}

/**
 * kappa_onnx_numbers_get:
 *
 * Returns: the number as an integer; what is too large is the largest there is, as the ends of
 *   slices are meant
 */
gint64
kappa_onnx_numbers_get (const KappaOnnxNumbers *self, gsize index)
{
  const double value = self->values[index];

  if (!(value > -9.2e18))
    return G_MININT64;
  return value < 9.2e18 ? (gint64)value : G_MAXINT64;
}

gboolean
kappa_onnx_numbers_are_equal (const KappaOnnxNumbers *self)
{
  for (gsize i = 1; i < self->n; i++)
    if (self->values[i] != self->values[0])
      return FALSE;
  return self->n > 0;
}

/**
 * kappa_onnx_broadcast_shapes:
 * @shape: (out): the shape both are stretched to, aligned at the last axis as NumPy does
 *
 * Returns: %FALSE if they do not fit
 */
gboolean
kappa_onnx_broadcast_shapes (const KappaShape *a, const KappaShape *b, KappaShape *shape)
{
  KappaShape result = { .rank = MAX (a->rank, b->rank) };

  for (guint d = 0; d < result.rank; d++)
    {
      const guint before_a = result.rank - a->rank, before_b = result.rank - b->rank;
      const gint64 x = d < before_a ? 1 : a->dims[d - before_a];
      const gint64 y = d < before_b ? 1 : b->dims[d - before_b];

      if (x != y && x != 1 && y != 1)
        return FALSE;
      result.dims[d] = x == 1 ? y : x;
    }
  *shape = result;
  return TRUE;
}

/* Where in @from the element stands that is element @index of @shape. */
static gsize
locate (const KappaShape *shape, gsize index, const KappaShape *from)
{
  gsize place = 0, stride = 1;

  for (guint d = shape->rank; d-- > 0;)
    {
      const gsize coordinate = index % (gsize)shape->dims[d];
      const guint before = shape->rank - from->rank;

      index /= (gsize)shape->dims[d];
      if (d < before)
        continue;
      place += from->dims[d - before] == 1 ? 0 : coordinate * stride;
      stride *= (gsize)from->dims[d - before];
    }
  return place;
}

static double
negate (double x)
{
  return -x;
}

static double
invert (double x)
{
  return 1.0 / x;
}

static double not(double x) { return x == 0.0; }

static const struct
{
  const char *op;
  double (*apply) (double);
} unaries[] = { { "Neg", negate }, { "Abs", fabs },    { "Sqrt", sqrt },        { "Exp", exp },
                { "Log", log },    { "Floor", floor }, { "Ceil", ceil },        { "Not", not },
                { "Erf", erf },    { "Tanh", tanh },   { "Reciprocal", invert } };

KappaOnnxNumbers *
kappa_onnx_numbers_unary (const char *op, const KappaOnnxNumbers *x)
{
  for (gsize k = 0; k < G_N_ELEMENTS (unaries); k++)
    if (strcmp (unaries[k].op, op) == 0)
      {
        KappaOnnxNumbers *y = kappa_onnx_numbers_new (&x->shape, x->whole);

        for (gsize i = 0; i < x->n; i++)
          y->values[i] = unaries[k].apply (x->values[i]);
        return y;
      }
  return NULL;
}

static double
add (double a, double b)
{
  return a + b;
}

static double
subtract (double a, double b)
{
  return a - b;
}

static double
multiply (double a, double b)
{
  return a * b;
}

static double
divide (double a, double b)
{
  return a / b;
}

static double
equal (double a, double b)
{
  return a == b;
}

static double
less (double a, double b)
{
  return a < b;
}

static double
greater (double a, double b)
{
  return a > b;
}

static double and (double a, double b) { return a != 0.0 && b != 0.0; }

static double or (double a, double b) { return a != 0.0 || b != 0.0; }

/* The sign is that of the divisor. */
static double
modulo (double a, double b)
{
  return a - b * floor (a / b);
}

static const struct
{
  const char *op;
  double (*apply) (double, double);
  gboolean truth;
} binaries[] = { { "Add", add, FALSE },    { "Sub", subtract, FALSE },   { "Mul", multiply, FALSE },
                 { "Div", divide, FALSE }, { "Pow", pow, FALSE },        { "Mod", modulo, FALSE },
                 { "Min", fmin, FALSE },   { "Max", fmax, FALSE },       { "Equal", equal, TRUE },
                 { "Less", less, TRUE },   { "Greater", greater, TRUE }, { "And", and, TRUE },
                 { "Or", or, TRUE },       { "Fmod", fmod, FALSE } };

KappaOnnxNumbers *
kappa_onnx_numbers_binary (const char *op, const KappaOnnxNumbers *a, const KappaOnnxNumbers *b)
{
  const gboolean division
      = strcmp (op, "Div") == 0 || strcmp (op, "Mod") == 0 || strcmp (op, "Fmod") == 0;
  KappaShape shape;

  if (!kappa_onnx_broadcast_shapes (&a->shape, &b->shape, &shape))
    return NULL;
  for (gsize k = 0; k < G_N_ELEMENTS (binaries); k++)
    if (strcmp (binaries[k].op, op) == 0)
      {
        const gboolean whole = binaries[k].truth || (a->whole && b->whole);
        g_autoptr (KappaOnnxNumbers) y = kappa_onnx_numbers_new (&shape, whole);

        for (gsize i = 0; y != NULL && i < y->n; i++)
          {
            const double divisor = b->values[locate (&shape, i, &b->shape)];

            if (whole && division && divisor == 0.0)
              return NULL;
            y->values[i] = binaries[k].apply (a->values[locate (&shape, i, &a->shape)], divisor);
            if (whole)
              y->values[i] = trunc (y->values[i]);
          }
        return g_steal_pointer (&y);
      }
  return NULL;
}

KappaOnnxNumbers *
kappa_onnx_numbers_reshape (const KappaOnnxNumbers *x, const KappaShape *shape)
{
  KappaOnnxNumbers *y = kappa_onnx_numbers_new (shape, x->whole);

  if (y != NULL && y->n != x->n)
    g_clear_pointer (&y, kappa_onnx_numbers_unref);
  if (y != NULL)
    memcpy (y->values, x->values, x->n * sizeof (double));
  return y;
}

KappaOnnxNumbers *
kappa_onnx_numbers_expand (const KappaOnnxNumbers *x, const KappaShape *shape)
{
  KappaOnnxNumbers *y;
  KappaShape both;

  if (!kappa_onnx_broadcast_shapes (&x->shape, shape, &both))
    return NULL;
  y = kappa_onnx_numbers_new (&both, x->whole);
  for (gsize i = 0; y != NULL && i < y->n; i++)
    y->values[i] = x->values[locate (&both, i, &x->shape)];
  return y;
}

KappaOnnxNumbers *
kappa_onnx_numbers_slice (const KappaOnnxNumbers *x, const KappaOnnxRange *range)
{
  KappaShape shape = { .rank = x->shape.rank };
  KappaOnnxNumbers *y;

  memcpy (shape.dims, range->size, sizeof shape.dims);
  y = kappa_onnx_numbers_new (&shape, x->whole);
  for (gsize i = 0; y != NULL && i < y->n; i++)
    {
      gint64 rest = (gint64)i, place = 0, stride = 1;

      for (guint d = shape.rank; d-- > 0;)
        {
          place += (range->start[d] + rest % shape.dims[d] * range->step[d]) * stride;
          rest /= shape.dims[d];
          stride *= x->shape.dims[d];
        }
      y->values[i] = x->values[place];
    }
  return y;
}

KappaOnnxNumbers *
kappa_onnx_numbers_gather (const KappaOnnxNumbers *x, guint axis, const KappaOnnxNumbers *index)
{
  KappaShape shape = { 0 };
  KappaOnnxNumbers *y;
  gsize inner = 1;

  if (axis >= x->shape.rank || x->shape.rank + index->shape.rank - 1 > KAPPA_MAX_RANK)
    return NULL;
  for (guint d = 0; d < axis; d++)
    shape.dims[shape.rank++] = x->shape.dims[d];
  for (guint d = 0; d < index->shape.rank; d++)
    shape.dims[shape.rank++] = index->shape.dims[d];
  for (guint d = axis + 1; d < x->shape.rank; d++)
    {
      shape.dims[shape.rank++] = x->shape.dims[d];
      inner *= (gsize)x->shape.dims[d];
    }
  y = kappa_onnx_numbers_new (&shape, x->whole);
  for (gsize i = 0; y != NULL && i < y->n; i++)
    {
      const gsize outer = i / inner / index->n;
      gint64 at = kappa_onnx_numbers_get (index, i / inner % index->n);

      at += at < 0 ? x->shape.dims[axis] : 0;
      if (at < 0 || at >= x->shape.dims[axis])
        {
          kappa_onnx_numbers_unref (y);
          return NULL;
        }
      y->values[i]
          = x->values[(outer * (gsize)x->shape.dims[axis] + (gsize)at) * inner + i % inner];
    }
  return y;
}

static gboolean
fits_beside (const KappaShape *a, const KappaShape *b, guint axis)
{
  if (a->rank != b->rank || axis >= a->rank)
    return FALSE;
  for (guint d = 0; d < a->rank; d++)
    if (d != axis && a->dims[d] != b->dims[d])
      return FALSE;
  return TRUE;
}

KappaOnnxNumbers *
kappa_onnx_numbers_concat (KappaOnnxNumbers *const *parts, guint n_parts, guint axis)
{
  KappaShape shape = parts[0]->shape;
  gsize outer = 1, inner = 1, at = 0;
  KappaOnnxNumbers *y;

  for (guint p = 0; p < n_parts; p++)
    {
      if (!fits_beside (&parts[0]->shape, &parts[p]->shape, axis))
        return NULL;
      shape.dims[axis] += p > 0 ? parts[p]->shape.dims[axis] : 0;
    }
  for (guint d = 0; d < axis; d++)
    outer *= (gsize)shape.dims[d];
  for (guint d = axis + 1; d < shape.rank; d++)
    inner *= (gsize)shape.dims[d];
  y = kappa_onnx_numbers_new (&shape, parts[0]->whole);
  for (gsize o = 0; y != NULL && o < outer; o++)
    for (guint p = 0; p < n_parts; p++)
      {
        const gsize run = (gsize)parts[p]->shape.dims[axis] * inner;

        memcpy (y->values + at, parts[p]->values + o * run, run * sizeof (double));
        at += run;
      }
  return y;
}

KappaOnnxNumbers *
kappa_onnx_numbers_transpose (const KappaOnnxNumbers *x, const guint *permutation)
{
  KappaShape shape = { .rank = x->shape.rank };
  gsize strides[KAPPA_MAX_RANK];
  KappaOnnxNumbers *y;

  for (guint d = 0; d < shape.rank; d++)
    {
      shape.dims[d] = x->shape.dims[permutation[d]];
      strides[d] = 1;
      for (guint e = permutation[d] + 1; e < shape.rank; e++)
        strides[d] *= (gsize)x->shape.dims[e];
    }
  y = kappa_onnx_numbers_new (&shape, x->whole);
  for (gsize i = 0; y != NULL && i < y->n; i++)
    {
      gsize rest = i, place = 0;

      for (guint d = shape.rank; d-- > 0;)
        {
          place += rest % (gsize)shape.dims[d] * strides[d];
          rest /= (gsize)shape.dims[d];
        }
      y->values[i] = x->values[place];
    }
  return y;
}
