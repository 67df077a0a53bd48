#include "naive.h"

#include <math.h>
#include <string.h>

LabTensor *
naive_map (NaiveFunc function, LabTensor *const *operands, guint n)
{
  LabTensor *y = lab_tensor_new (&operands[0]->shape);

  for (gsize i = 0; i < y->size; i++)
    {
      double values[3];

      for (guint k = 0; k < n; k++)
        values[k] = operands[k]->values[i];
      y->values[i] = function (values);
    }
  return y;
}

LabTensor *
naive_broadcast (const LabTensor *x, const KappaShape *shape)
{
  LabTensor *y = lab_tensor_new (shape);
  gint64 index[KAPPA_MAX_RANK] = { 0 }, from[KAPPA_MAX_RANK];

  do
    {
      for (guint d = 0; d < shape->rank; d++)
        from[d] = x->shape.dims[d] == 1 ? 0 : index[d];
      y->values[lab_at (shape, index)] = x->values[lab_at (&x->shape, from)];
    }
  while (lab_next (shape, index));
  return y;
}

LabTensor *
naive_reshape (const LabTensor *x, const KappaShape *shape)
{
  LabTensor *y = lab_tensor_new (shape);

  memcpy (y->values, x->values, x->size * sizeof *x->values);
  return y;
}

LabTensor *
naive_transpose (const LabTensor *x, const guint *permutation)
{
  KappaShape shape = { .rank = x->shape.rank };
  gint64 index[KAPPA_MAX_RANK] = { 0 }, from[KAPPA_MAX_RANK];
  LabTensor *y;

  for (guint d = 0; d < shape.rank; d++)
    shape.dims[d] = x->shape.dims[permutation[d]];
  y = lab_tensor_new (&shape);
  do
    {
      for (guint d = 0; d < shape.rank; d++)
        from[permutation[d]] = index[d];
      y->values[lab_at (&shape, index)] = x->values[lab_at (&x->shape, from)];
    }
  while (lab_next (&shape, index));
  return y;
}

LabTensor *
naive_slice (const LabTensor *x, const gint64 *start, const gint64 *size, const gint64 *step)
{
  KappaShape shape = { .rank = x->shape.rank };
  gint64 index[KAPPA_MAX_RANK] = { 0 }, from[KAPPA_MAX_RANK];
  LabTensor *y;

  memcpy (shape.dims, size, shape.rank * sizeof *size);
  y = lab_tensor_new (&shape);
  do
    {
      for (guint d = 0; d < shape.rank; d++)
        from[d] = start[d] + index[d] * step[d];
      y->values[lab_at (&shape, index)] = x->values[lab_at (&x->shape, from)];
    }
  while (lab_next (&shape, index));
  return y;
}

LabTensor *
naive_pad (const LabTensor *x, const gint64 *before, const gint64 *after, const gint64 *step)
{
  KappaShape shape = { .rank = x->shape.rank };
  gint64 index[KAPPA_MAX_RANK] = { 0 }, to[KAPPA_MAX_RANK];
  LabTensor *y;

  for (guint d = 0; d < shape.rank; d++)
    shape.dims[d] = before[d] + (x->shape.dims[d] - 1) * step[d] + 1 + after[d];
  y = lab_tensor_new (&shape);
  do
    {
      for (guint d = 0; d < shape.rank; d++)
        to[d] = before[d] + index[d] * step[d];
      y->values[lab_at (&shape, to)] = x->values[lab_at (&x->shape, index)];
    }
  while (lab_next (&x->shape, index));
  return y;
}

LabTensor *
naive_concat (LabTensor *const *parts, guint n, guint axis)
{
  KappaShape shape = parts[0]->shape;
  LabTensor *y;
  gint64 start = 0;

  for (guint i = 1; i < n; i++)
    shape.dims[axis] += parts[i]->shape.dims[axis];
  y = lab_tensor_new (&shape);
  for (guint i = 0; i < n; start += parts[i++]->shape.dims[axis])
    {
      gint64 index[KAPPA_MAX_RANK] = { 0 }, to[KAPPA_MAX_RANK];

      do
        {
          memcpy (to, index, sizeof to);
          to[axis] += start;
          y->values[lab_at (&shape, to)] = parts[i]->values[lab_at (&parts[i]->shape, index)];
        }
      while (lab_next (&parts[i]->shape, index));
    }
  return y;
}

LabTensor *
naive_gather (const LabTensor *x, const LabTensor *index, guint axis)
{
  LabTensor *y = lab_tensor_new (&index->shape);
  gint64 at[KAPPA_MAX_RANK] = { 0 }, from[KAPPA_MAX_RANK];

  do
    {
      gsize i = lab_at (&index->shape, at);

      memcpy (from, at, sizeof from);
      from[axis] = (gint64) index->values[i];
      y->values[i] = x->values[lab_at (&x->shape, from)];
    }
  while (lab_next (&index->shape, at));
  return y;
}

LabTensor *
naive_scatter (const LabTensor *x, const LabTensor *index, guint axis, gint64 size)
{
  KappaShape shape = x->shape;
  gint64 at[KAPPA_MAX_RANK] = { 0 }, to[KAPPA_MAX_RANK];
  LabTensor *y;

  shape.dims[axis] = size;
  y = lab_tensor_new (&shape);
  do
    {
      gsize i = lab_at (&x->shape, at);

      memcpy (to, at, sizeof to);
      to[axis] = (gint64) index->values[i];
      y->values[lab_at (&shape, to)] += x->values[i];
    }
  while (lab_next (&x->shape, at));
  return y;
}

/* Where an element goes when the axes of which the bits are set shrink to 1. */
static gsize
reduced_place (const KappaShape *shape, const gint64 *index, guint axes)
{
  gint64 to[KAPPA_MAX_RANK];

  for (guint d = 0; d < shape->rank; d++)
    to[d] = axes >> d & 1 ? 0 : index[d];
  return lab_at (shape, to);
}

static KappaShape
reduced_shape (const LabTensor *x, guint axes)
{
  KappaShape shape = x->shape;

  for (guint d = 0; d < shape.rank; d++)
    if (axes >> d & 1)
      shape.dims[d] = 1;
  return shape;
}

LabTensor *
naive_reduce_sum (const LabTensor *x, guint axes)
{
  KappaShape shape = reduced_shape (x, axes);
  LabTensor *y = lab_tensor_new (&shape);
  gint64 index[KAPPA_MAX_RANK] = { 0 };

  do
    y->values[reduced_place (&shape, index, axes)] += x->values[lab_at (&x->shape, index)];
  while (lab_next (&x->shape, index));
  return y;
}

/* A NaN is larger than all. */
LabTensor *
naive_reduce_max (const LabTensor *x, guint axes)
{
  KappaShape shape = reduced_shape (x, axes);
  LabTensor *y = lab_tensor_new (&shape);
  gint64 index[KAPPA_MAX_RANK] = { 0 };

  for (gsize i = 0; i < y->size; i++)
    y->values[i] = -INFINITY;
  do
    {
      double *largest = &y->values[reduced_place (&shape, index, axes)], value = x->values[lab_at (&x->shape, index)];

      if (value > *largest || isnan (value))
        *largest = value;
    }
  while (lab_next (&x->shape, index));
  return y;
}

/* Along the last axis: the first NaN, else the first of the largest. */
LabTensor *
naive_arg_max (const LabTensor *x)
{
  guint last = x->shape.rank - 1;
  KappaShape shape = reduced_shape (x, 1u << last);
  LabTensor *y = lab_tensor_new (&shape);
  gint64 n = x->shape.dims[last];

  for (gsize row = 0; row < y->size; row++)
    {
      const double *v = x->values + (gint64) row * n;
      gint64 best = 0;

      for (gint64 i = 1; i < n && !isnan (v[best]); i++)
        if (v[i] > v[best] || isnan (v[i]))
          best = i;
      y->values[row] = (double) best;
    }
  return y;
}

LabTensor *
naive_softmax (const LabTensor *x, gboolean logarithm)
{
  LabTensor *y = lab_tensor_new (&x->shape);
  gint64 n = x->shape.dims[x->shape.rank - 1];

  for (gsize row = 0; row < y->size; row += (gsize) n)
    {
      const double *v = x->values + row;
      long double largest = -INFINITY, sum = 0.0;

      for (gint64 i = 0; i < n; i++)
        largest = v[i] > largest ? v[i] : largest;
      for (gint64 i = 0; i < n; i++)
        sum += expl (v[i] - largest);
      for (gint64 i = 0; i < n; i++)
        y->values[row + (gsize) i] = (double) (logarithm ? v[i] - largest - logl (sum) : expl (v[i] - largest) / sum);
    }
  return y;
}

LabTensor *
naive_matmul (const LabTensor *a, const LabTensor *b, gboolean transpose_a, gboolean transpose_b)
{
  guint r = a->shape.rank;
  KappaShape shape = a->shape;
  gint64 inner = a->shape.dims[transpose_a ? r - 2 : r - 1], index[KAPPA_MAX_RANK] = { 0 };
  LabTensor *c;

  shape.dims[r - 2] = a->shape.dims[transpose_a ? r - 1 : r - 2];
  shape.dims[r - 1] = b->shape.dims[transpose_b ? r - 2 : r - 1];
  c = lab_tensor_new (&shape);
  do
    for (gint64 k = 0; k < inner; k++)
      {
        gint64 in_a[KAPPA_MAX_RANK], in_b[KAPPA_MAX_RANK];

        memcpy (in_a, index, sizeof in_a);
        memcpy (in_b, index, sizeof in_b);
        in_a[transpose_a ? r - 1 : r - 2] = index[r - 2];
        in_a[transpose_a ? r - 2 : r - 1] = k;
        in_b[transpose_b ? r - 1 : r - 2] = k;
        in_b[transpose_b ? r - 2 : r - 1] = index[r - 1];
        c->values[lab_at (&shape, index)] += a->values[lab_at (&a->shape, in_a)] * b->values[lab_at (&b->shape, in_b)];
      }
  while (lab_next (&shape, index));
  return c;
}
