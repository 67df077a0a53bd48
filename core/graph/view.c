#include "core/graph/view.h"

#include <string.h>

#include "core/base/half.h"

/**
 * kappa_view_dense:
 *
 * Returns: the dense view of a tensor; channels-last applies to rank 4 alone, other ranks are row-major
 */
KappaView
kappa_view_dense (KappaDtype dtype, const KappaShape *shape, KappaLayout layout)
{
  static const guint rows[KAPPA_MAX_RANK] = { 0, 1, 2, 3, 4, 5, 6, 7 }, last[] = { 0, 2, 3, 1 };
  const guint *order = layout == KAPPA_LAYOUT_CHANNELS_LAST && shape->rank == 4 ? last : rows;
  KappaView view = { .dtype = dtype, .rank = shape->rank };
  gint64 stride = 1;

  memcpy (view.dims, shape->dims, sizeof view.dims);
  for (guint d = shape->rank; d-- > 0;)
    {
      view.strides[order[d]] = stride;
      stride *= shape->dims[order[d]];
    }
  return view;
}

/**
 * kappa_view_is_dense:
 *
 * Returns: whether the elements lie as kappa_view_dense() would put them; dimensions of 1 may have any stride
 */
gboolean
kappa_view_is_dense (const KappaView *view, KappaLayout layout)
{
  KappaShape shape = { .rank = view->rank };
  KappaView dense;

  memcpy (shape.dims, view->dims, sizeof shape.dims);
  dense = kappa_view_dense (view->dtype, &shape, layout);
  for (guint d = 0; d < view->rank; d++)
    if (view->dims[d] != 1 && view->strides[d] != dense.strides[d])
      return FALSE;
  return TRUE;
}

/**
 * kappa_view_coalesce:
 * @strides: @n_strides arrays of *@rank strides each, one for each tensor that is walked in step
 *
 * Sorts nothing, drops dimensions of 1 and joins neighbours that every tensor walks without a gap.
 */
void
kappa_view_coalesce (guint *rank, gint64 *dims, gint64 *const *strides, guint n_strides)
{
  guint kept = 0;

  for (guint d = 0; d < *rank; d++)
    {
      gboolean joins = kept > 0;

      if (dims[d] == 1)
        continue;
      for (guint t = 0; joins && t < n_strides; t++)
        joins = strides[t][kept - 1] == strides[t][d] * dims[d];
      kept += joins ? 0 : 1;
      dims[kept - 1] = joins ? dims[kept - 1] * dims[d] : dims[d];
      for (guint t = 0; t < n_strides; t++)
        strides[t][kept - 1] = strides[t][d];
    }
  *rank = kept;
}

/* Splits or joins dimensions as far as the strides allow: groups of old and new dimensions of equal size are matched,
 * and within a group the old ones must lie without gaps.
 */
gboolean
kappa_view_reshape (const KappaView *view, const KappaShape *shape, KappaView *out)
{
  guint rank = view->rank, o = 0, n = 0;
  gint64 dims[KAPPA_MAX_RANK], strides[KAPPA_MAX_RANK];
  gint64 *const list[] = { strides };

  memcpy (dims, view->dims, sizeof dims);
  memcpy (strides, view->strides, sizeof strides);
  kappa_view_coalesce (&rank, dims, list, 1);
  *out = *view;
  out->rank = shape->rank;
  memcpy (out->dims, shape->dims, sizeof out->dims);
  while (n < shape->rank)
    {
      gint64 rest, stride;

      if (shape->dims[n] == 1)
        {
          out->strides[n++] = 1;
          continue;
        }
      if (o == rank)
        return FALSE;
      rest = dims[o];
      stride = strides[o] * dims[o];
      while (rest > 1)
        {
          if (n == shape->rank || shape->dims[n] == 0 || rest % shape->dims[n] != 0)
            return FALSE;
          rest /= shape->dims[n];
          stride /= shape->dims[n];
          out->strides[n++] = stride;
        }
      o++;
    }
  return TRUE;
}

static void
copy_run (KappaDtype to, void *target, gint64 to_stride, KappaDtype from, const void *source, gint64 from_stride, gint64 n)
{
  if (to == from && to_stride == 1 && from_stride == 1)
    {
      memcpy (target, source, (gsize) n * kappa_dtype_size (to));
      return;
    }
#define COPY(TO, FROM, expression)                                   \
  {                                                                  \
    TO *t = target;                                                  \
    const FROM *s = source;                                          \
    for (gint64 i = 0; i < n; i++)                                   \
      {                                                              \
        const FROM v = s[i * from_stride];                           \
        t[i * to_stride] = (TO) (expression);                        \
      }                                                              \
    return;                                                          \
  }
#define PAIR(a, b) ((a) * 4 + (b))
  switch (PAIR (to, from))
    {
    case PAIR (KAPPA_F32, KAPPA_F32):
      COPY (float, float, v)
    case PAIR (KAPPA_I32, KAPPA_I32):
      COPY (gint32, gint32, v)
    case PAIR (KAPPA_F64, KAPPA_F64):
      COPY (double, double, v)
    case PAIR (KAPPA_BF16, KAPPA_BF16):
      COPY (guint16, guint16, v)
    case PAIR (KAPPA_F32, KAPPA_F64):
      COPY (float, double, v)
    case PAIR (KAPPA_F64, KAPPA_F32):
      COPY (double, float, v)
    case PAIR (KAPPA_F32, KAPPA_BF16):
      COPY (float, guint16, kappa_bfloat16_to_float (v))
    case PAIR (KAPPA_BF16, KAPPA_F32):
      COPY (guint16, float, kappa_bfloat16_from_float (v))
    case PAIR (KAPPA_F64, KAPPA_BF16):
      COPY (double, guint16, kappa_bfloat16_to_float (v))
    case PAIR (KAPPA_BF16, KAPPA_F64):
      COPY (guint16, double, kappa_bfloat16_from_float ((float) v))
    case PAIR (KAPPA_F32, KAPPA_I32):
      COPY (float, gint32, v)
    case PAIR (KAPPA_F64, KAPPA_I32):
      COPY (double, gint32, v)
    case PAIR (KAPPA_I32, KAPPA_F64):
      COPY (gint32, double, v)
    default:
      g_assert_not_reached ();
    }
#undef PAIR
#undef COPY
}

static void
copy_level (guint rank,
            const gint64 *dims,
            KappaDtype to,
            char *target,
            const gint64 *to_strides,
            KappaDtype from,
            const char *source,
            const gint64 *from_strides)
{
  gint64 to_step = to_strides[0] * (gint64) kappa_dtype_size (to);
  gint64 from_step = from_strides[0] * (gint64) kappa_dtype_size (from);

  if (rank <= 1)
    {
      copy_run (to, target, to_strides[0], from, source, from_strides[0], dims[0]);
      return;
    }
  for (gint64 i = 0; i < dims[0]; i++)
    copy_level (rank - 1, dims + 1, to, target + i * to_step, to_strides + 1, from, source + i * from_step, from_strides + 1);
}

/**
 * kappa_view_copy:
 * @target: first element of @to, offset included
 * @source: first element of @from, offset included
 *
 * Copies a tensor between two places, converting between dtypes. Walks in the order of the target's memory.
 */
void
kappa_view_copy (const KappaView *to, void *target, const KappaView *from, const void *source)
{
  guint rank = to->rank, order[KAPPA_MAX_RANK];
  gint64 dims[KAPPA_MAX_RANK], a[KAPPA_MAX_RANK], b[KAPPA_MAX_RANK];
  gint64 *const strides[] = { a, b };

  for (guint d = 0; d < rank; d++)
    {
      guint place = d;

      if (to->dims[d] == 0)
        return;
      for (; place > 0 && to->strides[order[place - 1]] < to->strides[d]; place--)
        order[place] = order[place - 1];
      order[place] = d;
    }
  for (guint d = 0; d < rank; d++)
    {
      dims[d] = to->dims[order[d]];
      a[d] = to->strides[order[d]];
      b[d] = from->strides[order[d]];
    }
  kappa_view_coalesce (&rank, dims, strides, 2);
  if (rank == 0)
    {
      dims[0] = a[0] = b[0] = 1;
      rank = 1;
    }
  copy_level (rank, dims, to->dtype, target, a, from->dtype, source, b);
}
