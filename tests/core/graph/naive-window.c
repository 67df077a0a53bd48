#include <math.h>

#include "naive.h"

/* One multiplication of a convolution: which element of x, of w and of y meet. */
typedef void (*Meet) (double *x, double *w, double *y);

static void
into_y (double *x, double *w, double *y)
{
  *y += *x * *w;
}

static void
into_x (double *x, double *w, double *y)
{
  *x += *y * *w;
}

static void
into_w (double *x, double *w, double *y)
{
  *w += *x * *y;
}

/* Output pixel o sees input pixel o stride - pad + k dilation through tap k, if the image has it.
 */
static void
convolve (LabTensor *x, LabTensor *w, LabTensor *y, const KappaWindow *window, Meet meet)
{
  gint64 at[4] = { 0 }, channels = w->shape.dims[1];

  do
    {
      gint64 group = at[1] / (y->shape.dims[1] / window->groups);

      for (gint64 c = 0; c < channels; c++)
        for (gint64 ky = 0; ky < window->kernel[0]; ky++)
          for (gint64 kx = 0; kx < window->kernel[1]; kx++)
            {
              gint64 from[] = { at[0], group * channels + c,
                                at[2] * window->stride[0] - window->pad_begin[0] + ky * window->dilation[0],
                                at[3] * window->stride[1] - window->pad_begin[1] + kx * window->dilation[1] };
              gint64 tap[] = { at[1], c, ky, kx };

              if (from[2] >= 0 && from[2] < x->shape.dims[2] && from[3] >= 0 && from[3] < x->shape.dims[3])
                meet (&x->values[lab_at (&x->shape, from)], &w->values[lab_at (&w->shape, tap)],
                      &y->values[lab_at (&y->shape, at)]);
            }
    }
  while (lab_next (&y->shape, at));
}

static gint64
places (const KappaWindow *window, guint d, gint64 size, gboolean ceil_mode)
{
  double span = (double) (window->dilation[d] * (window->kernel[d] - 1) + 1);
  double room = (double) (size + window->pad_begin[d] + window->pad_end[d]) - span;
  double steps = room / (double) window->stride[d];
  gint64 n = (gint64) (ceil_mode ? ceil (steps) : floor (steps)) + 1;

  /* A window that would begin beyond the image and its left padding does not count. */
  return ceil_mode && (n - 1) * window->stride[d] >= size + window->pad_begin[d] ? n - 1 : n;
}

LabTensor *
naive_conv (const LabTensor *x, const LabTensor *weight, const KappaWindow *window)
{
  LabTensor *y = lab_tensor_new (&KAPPA_SHAPE (x->shape.dims[0], weight->shape.dims[0],
                                               places (window, 0, x->shape.dims[2], FALSE),
                                               places (window, 1, x->shape.dims[3], FALSE)));

  convolve ((LabTensor *) x, (LabTensor *) weight, y, window, into_y);
  return y;
}

LabTensor *
naive_conv_input_grad (const LabTensor *dy,
                       const LabTensor *weight,
                       const KappaWindow *window,
                       gint64 height,
                       gint64 width)
{
  LabTensor *dx
      = lab_tensor_new (&KAPPA_SHAPE (dy->shape.dims[0], weight->shape.dims[1] * window->groups, height, width));

  convolve (dx, (LabTensor *) weight, (LabTensor *) dy, window, into_x);
  return dx;
}

LabTensor *
naive_conv_weight_grad (const LabTensor *x, const LabTensor *dy, const KappaWindow *window)
{
  LabTensor *dw = lab_tensor_new (
      &KAPPA_SHAPE (dy->shape.dims[1], x->shape.dims[1] / window->groups, window->kernel[0], window->kernel[1]));

  convolve ((LabTensor *) x, dw, (LabTensor *) dy, window, into_w);
  return dw;
}

static KappaShape
pooled_shape (const LabTensor *x, const KappaWindow *window, gboolean ceil_mode)
{
  return KAPPA_SHAPE (x->shape.dims[0], x->shape.dims[1], places (window, 0, x->shape.dims[2], ceil_mode),
                      places (window, 1, x->shape.dims[3], ceil_mode));
}

/* Calls for every element of the image that the window of @at covers, in row-major order. */
typedef void (*Visit) (gsize element, gint64 place, gpointer data);

static void
visit_window (const KappaShape *image, const KappaWindow *window, const gint64 *at, Visit visit, gpointer data)
{
  for (gint64 ky = 0; ky < window->kernel[0]; ky++)
    for (gint64 kx = 0; kx < window->kernel[1]; kx++)
      {
        gint64 y = at[2] * window->stride[0] - window->pad_begin[0] + ky * window->dilation[0];
        gint64 x = at[3] * window->stride[1] - window->pad_begin[1] + kx * window->dilation[1];
        gint64 from[] = { at[0], at[1], y, x };

        if (y >= 0 && y < image->dims[2] && x >= 0 && x < image->dims[3])
          visit (lab_at (image, from), y * image->dims[3] + x, data);
      }
}

typedef struct
{
  const LabTensor *x;
  gboolean begun;
  double largest;
  gint64 place;
  gsize element;
} Largest;

static void
take_larger (gsize element, gint64 place, gpointer data)
{
  Largest *l = data;
  double value = l->x->values[element];

  if (l->begun && !(value > l->largest) && !(isnan (value) && !isnan (l->largest)))
    return;
  l->begun = TRUE;
  l->largest = value;
  l->place = place;
  l->element = element;
}

/* The first of the largest of every window, or where it stands in its plane. */
LabTensor *
naive_max_pool (const LabTensor *x, const KappaWindow *window, gboolean ceil_mode, gboolean want_places)
{
  KappaShape shape = pooled_shape (x, window, ceil_mode);
  LabTensor *y = lab_tensor_new (&shape);
  gint64 at[4] = { 0 };

  do
    {
      Largest l = { .x = x };

      visit_window (&x->shape, window, at, take_larger, &l);
      y->values[lab_at (&shape, at)] = want_places ? (double) l.place : l.largest;
    }
  while (lab_next (&shape, at));
  return y;
}

LabTensor *
naive_max_pool_grad (const LabTensor *x, const LabTensor *dy, const KappaWindow *window, gboolean ceil_mode)
{
  LabTensor *dx = lab_tensor_new (&x->shape);
  gint64 at[4] = { 0 };

  do
    {
      Largest l = { .x = x };

      visit_window (&x->shape, window, at, take_larger, &l);
      dx->values[l.element] += dy->values[lab_at (&dy->shape, at)];
    }
  while (lab_next (&dy->shape, at));
  return dx;
}

typedef struct
{
  double *values;
  double sum, count, share;
} Average;

static void
add_up (gsize element, gint64 place, gpointer data)
{
  Average *a = data;

  a->sum += a->values[element];
  a->count += 1.0;
}

static void
hand_back (gsize element, gint64 place, gpointer data)
{
  Average *a = data;

  a->values[element] += a->share;
}

/* How many elements a window has when padding counts: what of it lies before the end of the padded
 * image. */
static double
padded_count (const KappaShape *image, const KappaWindow *window, const gint64 *at)
{
  double count = 1.0;

  for (guint d = 0; d < 2; d++)
    {
      gint64 start = at[2 + d] * window->stride[d] - window->pad_begin[d];
      gint64 end = MIN (start + window->kernel[d], image->dims[2 + d] + window->pad_end[d]);

      count *= (double) (end - start);
    }
  return count;
}

LabTensor *
naive_avg_pool (const LabTensor *x, const KappaWindow *window, gboolean ceil_mode, gboolean count_padding)
{
  KappaShape shape = pooled_shape (x, window, ceil_mode);
  LabTensor *y = lab_tensor_new (&shape);
  gint64 at[4] = { 0 };

  do
    {
      Average a = { .values = x->values };

      visit_window (&x->shape, window, at, add_up, &a);
      y->values[lab_at (&shape, at)] = a.sum / (count_padding ? padded_count (&x->shape, window, at) : a.count);
    }
  while (lab_next (&shape, at));
  return y;
}

LabTensor *
naive_avg_pool_grad (const LabTensor *x,
                     const LabTensor *dy,
                     const KappaWindow *window,
                     gboolean ceil_mode,
                     gboolean count_padding)
{
  LabTensor *dx = lab_tensor_new (&x->shape);
  gint64 at[4] = { 0 };

  do
    {
      Average a = { .values = x->values }, back = { .values = dx->values };

      visit_window (&x->shape, window, at, add_up, &a);
      back.share
          = dy->values[lab_at (&dy->shape, at)] / (count_padding ? padded_count (&x->shape, window, at) : a.count);
      visit_window (&x->shape, window, at, hand_back, &back);
    }
  while (lab_next (&dy->shape, at));
  return dx;
}
