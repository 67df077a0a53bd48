/* What is done to the result of a convolution, one number after the other, where the library cannot do it on the way. */

#include "core/base/clones.h"
#include "core/base/half.h"
#include "core/ops/conv-kernels.h"

KAPPA_CLONES static void
link_floats (KappaLink link, float *restrict y, const float *restrict other, gsize n)
{
  if (link == KAPPA_LINK_ADD)
    for (gsize i = 0; i < n; i++)
      y[i] += other[i];
  else if (link == KAPPA_LINK_MUL)
    for (gsize i = 0; i < n; i++)
      y[i] *= other[i];
  else
    for (gsize i = 0; i < n; i++)
      y[i] = y[i] < 0.0f ? 0.0f : y[i];
}

static void
link_halves (KappaLink link, guint16 *y, const guint16 *other, gsize n)
{
  for (gsize i = 0; i < n; i++)
    {
      float a = kappa_bfloat16_to_float (y[i]), b = other != NULL ? kappa_bfloat16_to_float (other[i]) : 0.0f;

      y[i] = kappa_bfloat16_from_float (link == KAPPA_LINK_ADD   ? a + b
                                        : link == KAPPA_LINK_MUL ? a * b
                                        : a < 0.0f               ? 0.0f
                                                                 : a);
    }
}

/**
 * kappa_conv_link:
 * @y: the result, float32 or bfloat16
 * @other: as many numbers in the same order; %NULL for relu
 */
void
kappa_conv_link (KappaLink link, KappaDtype dtype, void *y, const void *other, gsize n)
{
  if (dtype == KAPPA_BF16)
    link_halves (link, y, other, n);
  else
    link_floats (link, y, other, n);
}
