#include "core/graph/graph.h"

gboolean
kappa_shape_equal (const KappaShape *a, const KappaShape *b)
{
  if (a->rank != b->rank)
    return FALSE;
  for (guint d = 0; d < a->rank; d++)
    if (a->dims[d] != b->dims[d])
      return FALSE;
  return TRUE;
}

/**
 * kappa_shape_size:
 *
 * Returns: the number of elements, 1 for rank 0; −1 if it does not fit into 62 bits
 */
gint64
kappa_shape_size (const KappaShape *shape)
{
  gint64 size = 1;

  for (guint d = 0; d < shape->rank; d++)
    if (__builtin_mul_overflow (size, shape->dims[d], &size) || size > G_MAXINT64 / 2)
      return -1;
  return size;
}

/**
 * kappa_shape_to_string:
 *
 * Returns: (transfer full): e.g. "64×3×7×7", or "()" for rank 0
 */
char *
kappa_shape_to_string (const KappaShape *shape)
{
  GString *text = g_string_new (shape->rank == 0 ? "()" : NULL);

  for (guint d = 0; d < shape->rank; d++)
    g_string_append_printf (text, d > 0 ? "×%" G_GINT64_FORMAT : "%" G_GINT64_FORMAT, shape->dims[d]);
  return g_string_free (text, FALSE);
}

gsize
kappa_dtype_size (KappaDtype dtype)
{
  static const gsize sizes[] = { [KAPPA_F32] = 4, [KAPPA_F64] = 8, [KAPPA_BF16] = 2, [KAPPA_I32] = 4 };

  return sizes[dtype];
}

const char *
kappa_dtype_name (KappaDtype dtype)
{
  static const char *const names[]
      = { [KAPPA_F32] = "float32", [KAPPA_F64] = "float64", [KAPPA_BF16] = "bfloat16", [KAPPA_I32] = "int32" };

  return names[dtype];
}
