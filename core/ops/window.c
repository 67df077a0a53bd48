#include "core/ops/window.h"

/* A window fills i[0] … i[10] of the attributes: kernel, stride, padding before and after, dilation, groups. */

KappaAttrs
kappa_window_to_attrs (const KappaWindow *window)
{
  KappaAttrs attrs = { { 0 } };

  for (guint d = 0; d < 2; d++)
    {
      attrs.i[d] = window->kernel[d];
      attrs.i[2 + d] = window->stride[d];
      attrs.i[4 + d] = window->pad_begin[d];
      attrs.i[6 + d] = window->pad_end[d];
      attrs.i[8 + d] = window->dilation[d];
    }
  attrs.i[10] = window->groups;
  return attrs;
}

KappaWindow
kappa_window_from_attrs (const KappaAttrs *attrs)
{
  KappaWindow window;

  for (guint d = 0; d < 2; d++)
    {
      window.kernel[d] = attrs->i[d];
      window.stride[d] = attrs->i[2 + d];
      window.pad_begin[d] = attrs->i[4 + d];
      window.pad_end[d] = attrs->i[6 + d];
      window.dilation[d] = attrs->i[8 + d];
    }
  window.groups = attrs->i[10];
  return window;
}

/**
 * kappa_window_output:
 * @size: of the image along @dimension (0: H, 1: W)
 *
 * Returns: how many places the window has; less than 1 if it does not fit. With @ceil_mode a last window that sticks out
 *   counts if it begins before the end of the image or of the padding in front (PyTorch's rule)
 */
gint64
kappa_window_output (const KappaWindow *window, guint dimension, gint64 size, gboolean ceil_mode)
{
  gint64 span = window->dilation[dimension] * (window->kernel[dimension] - 1) + 1;
  gint64 stride = window->stride[dimension];
  gint64 room = size + window->pad_begin[dimension] + window->pad_end[dimension] - span;
  gint64 places;

  if (room < 0 || stride < 1)
    return 0;
  places = (room + (ceil_mode ? stride - 1 : 0)) / stride + 1;
  if (ceil_mode && (places - 1) * stride >= size + window->pad_begin[dimension])
    places--;
  return places;
}
