#include "core/data/resize.h"

#include <math.h>
#include <string.h>

/* As in PIL: 8 bits of pixel, 2 of headroom for weights that overshoot, the rest of 32 for the
 * fraction. */
#define PRECISION_BITS (32 - 8 - 2)

typedef struct
{
  double support;
  double (*weight) (double x);
} Filter;

static double
box (double x)
{
  return x > -0.5 && x <= 0.5 ? 1.0 : 0.0;
}

static double
bilinear (double x)
{
  x = fabs (x);
  return x < 1.0 ? 1.0 - x : 0.0;
}

static double
hamming (double x)
{
  x = fabs (x);
  if (x == 0.0)
    return 1.0;
  if (x >= 1.0)
    return 0.0;
  x *= G_PI;
  return sin (x) / x * (0.54 + 0.46 * cos (x));
}

/* Keys' cubic convolution with a = -0.5. */
static double
bicubic (double x)
{
  const double a = -0.5;

  x = fabs (x);
  if (x < 1.0)
    return ((a + 2.0) * x - (a + 3.0)) * x * x + 1.0;
  return x < 2.0 ? (((x - 5.0) * x + 8.0) * x - 4.0) * a : 0.0;
}

static double
sinc (double x)
{
  if (x == 0.0)
    return 1.0;
  x *= G_PI;
  return sin (x) / x;
}

static double
lanczos (double x)
{
  return x >= -3.0 && x < 3.0 ? sinc (x) * sinc (x / 3.0) : 0.0;
}

static const Filter filters[] = {
  [KAPPA_RESAMPLE_BOX] = { 0.5, box },         [KAPPA_RESAMPLE_BILINEAR] = { 1.0, bilinear },
  [KAPPA_RESAMPLE_HAMMING] = { 1.0, hamming }, [KAPPA_RESAMPLE_BICUBIC] = { 2.0, bicubic },
  [KAPPA_RESAMPLE_LANCZOS] = { 3.0, lanczos },
};

static const char *const names[] = {
  [KAPPA_RESAMPLE_NEAREST] = "nearest",   [KAPPA_RESAMPLE_BOX] = "box",
  [KAPPA_RESAMPLE_BILINEAR] = "bilinear", [KAPPA_RESAMPLE_HAMMING] = "hamming",
  [KAPPA_RESAMPLE_BICUBIC] = "bicubic",   [KAPPA_RESAMPLE_LANCZOS] = "lanczos",
};

const char *
kappa_resample_get_name (KappaResample resample)
{
  return names[resample];
}

gboolean
kappa_resample_from_name (const char *name, KappaResample *resample)
{
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (strcmp (name, names[i]) == 0)
      {
        *resample = i;
        return TRUE;
      }
  return FALSE;
}

/**
 * Taps:
 * @first: for each output position the first input position that counts
 * @n: for each output position how many of them count
 * @weights: @length fixed-point weights for each output position
 *
 * One axis of a resize, for a run of output positions.
 */
typedef struct
{
  guint length;
  guint *first;
  guint *n;
  gint32 *weights;
} Taps;

static void
taps_clear (Taps *self)
{
  g_clear_pointer (&self->first, g_free);
  g_clear_pointer (&self->n, g_free);
  g_clear_pointer (&self->weights, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Taps, taps_clear)

static gint32
to_fixed (double weight)
{
  return (gint32)((weight < 0 ? -0.5 : 0.5) + weight * (1 << PRECISION_BITS));
}

/* Weights of one output position, PIL's Resample.c step by step, since every rounding shows in the
 * pixels. */
static void
taps_set (Taps *self,
          guint i,
          guint in,
          const Filter *filter,
          double scale,
          double center,
          double *weights)
{
  double stretch = MAX (scale, 1.0), support = filter->support * stretch, sum = 0.0,
         inverse = 1.0 / stretch;
  int first = MAX ((int)(center - support + 0.5), 0);
  int n = MIN ((int)(center + support + 0.5), (int)in) - first;

  for (int t = 0; t < n; t++)
    sum += weights[t] = filter->weight ((t + first - center + 0.5) * inverse);
  for (int t = 0; t < n; t++)
    self->weights[(gsize)i * self->length + t]
        = to_fixed (sum != 0.0 ? weights[t] / sum : weights[t]);
  self->first[i] = (guint)first;
  self->n[i] = (guint)n;
}

/* The output positions from … from + count - 1 of an axis that goes from in to out pixels. */
static void
taps_init (Taps *self, guint in, guint out, const Filter *filter, guint from, guint count)
{
  double scale = (double)in / out;
  g_autofree double *weights = NULL;

  self->length = (guint)ceil (filter->support * MAX (scale, 1.0)) * 2 + 1;
  self->first = g_new (guint, count);
  self->n = g_new (guint, count);
  self->weights = g_new0 (gint32, (gsize)count * self->length);
  weights = g_new (double, self->length);
  for (guint i = 0; i < count; i++)
    taps_set (self, i, in, filter, scale, (from + i + 0.5) * scale, weights);
}

static inline guint8
from_fixed (gint32 sum)
{
  gint32 value = sum >> PRECISION_BITS;

  return (guint8)CLAMP (value, 0, 255);
}

static void
resize_row (const guint8 *in, guint8 *out, guint n, const Taps *taps)
{
  for (guint i = 0; i < n; i++)
    {
      const guint8 *pixel = in + 3 * (gsize)taps->first[i];
      const gint32 *weight = taps->weights + (gsize)i * taps->length;
      gint32 red = 1 << (PRECISION_BITS - 1), green = red, blue = red;

      for (guint t = 0; t < taps->n[i]; t++, pixel += 3)
        {
          red += pixel[0] * weight[t];
          green += pixel[1] * weight[t];
          blue += pixel[2] * weight[t];
        }
      *out++ = from_fixed (red);
      *out++ = from_fixed (green);
      *out++ = from_fixed (blue);
    }
}

/* One output row as a weighted sum of whole input rows, which the compiler turns into vector code.
 */
static void
resize_column (const guint8 *in, gsize stride, guint8 *out, gint32 *sums, const Taps *taps, guint i)
{
  const gint32 *weight = taps->weights + (gsize)i * taps->length;

  for (gsize x = 0; x < stride; x++)
    sums[x] = 1 << (PRECISION_BITS - 1);
  for (guint t = 0; t < taps->n[i]; t++)
    {
      const guint8 *row = in + t * stride;

      for (gsize x = 0; x < stride; x++)
        sums[x] += row[x] * weight[t];
    }
  for (gsize x = 0; x < stride; x++)
    out[x] = from_fixed (sums[x]);
}

/* PIL finishes the rows, rounded to 8 bits, before the columns. (It skips an axis that keeps its
 * length, where every filter gives the pixel itself the weight 1 and its neighbours 0.) */
static KappaImage *
resize_smoothly (KappaImage *image,
                 guint width,
                 guint height,
                 const Filter *filter,
                 const KappaRegion *region)
{
  g_auto (Taps) across = { 0 }, down = { 0 };
  KappaImage *result = kappa_image_new (region->width, region->height);
  gsize stride = (gsize)region->width * 3;
  g_autofree gint32 *sums = g_new (gint32, stride);
  g_autofree guint8 *rows = NULL;
  guint first_row, end_row;

  taps_init (&across, image->width, width, filter, region->x, region->width);
  taps_init (&down, image->height, height, filter, region->y, region->height);
  first_row = down.first[0];
  end_row = down.first[region->height - 1] + down.n[region->height - 1];
  rows = g_malloc ((end_row - first_row) * stride);
  for (guint y = first_row; y < end_row; y++)
    resize_row (image->pixels + (gsize)y * image->width * 3, rows + (y - first_row) * stride,
                region->width, &across);
  for (guint i = 0; i < region->height; i++)
    resize_column (rows + (down.first[i] - first_row) * stride, stride, result->pixels + i * stride,
                   sums, &down, i);
  return result;
}

/* PIL walks along the axis by repeated addition; its rounding errors decide which pixel is nearest.
 */
static guint *
nearest_positions (guint in, guint out, guint from, guint count)
{
  guint *positions = g_new (guint, count);
  double step = (double)in / out, at = step * 0.5;

  for (guint i = 0; i < from + count; i++, at += step)
    if (i >= from)
      positions[i - from] = MIN ((guint)at, in - 1);
  return positions;
}

static KappaImage *
resize_nearest (KappaImage *image, guint width, guint height, const KappaRegion *region)
{
  g_autofree guint *columns = nearest_positions (image->width, width, region->x, region->width);
  g_autofree guint *rows = nearest_positions (image->height, height, region->y, region->height);
  KappaImage *result = kappa_image_new (region->width, region->height);
  guint8 *out = result->pixels;

  for (guint y = 0; y < region->height; y++)
    for (guint x = 0; x < region->width; x++, out += 3)
      memcpy (out, image->pixels + 3 * ((gsize)rows[y] * image->width + columns[x]), 3);
  return result;
}

/**
 * kappa_image_resize_region:
 * @image: what to resize
 * @width: of the whole result, at least 1
 * @height: of the whole result, at least 1
 * @region: which part of the result is wanted; inside it
 *
 * Resizes an image as PIL's `Image.resize` (Resample.c and Geometry.c of Pillow 9) does, to the
 * last bit, and computes only the part that is wanted. Rows first, rounded to 8 bits, then columns;
 * weights in 22-bit fixed point.
 *
 * Returns: (transfer full): an image of the size of @region
 */
KappaImage *
kappa_image_resize_region (KappaImage *image,
                           guint width,
                           guint height,
                           KappaResample resample,
                           const KappaRegion *region)
{
  g_return_val_if_fail (region->width > 0 && region->x + region->width <= width, NULL);
  g_return_val_if_fail (region->height > 0 && region->y + region->height <= height, NULL);

  if (resample == KAPPA_RESAMPLE_NEAREST)
    return resize_nearest (image, width, height, region);
  return resize_smoothly (image, width, height, &filters[resample], region);
}

/**
 * kappa_image_resize:
 *
 * Resizes a whole image; see kappa_image_resize_region().
 *
 * Returns: (transfer full): an image of @width × @height pixels
 */
KappaImage *
kappa_image_resize (KappaImage *image, guint width, guint height, KappaResample resample)
{
  KappaRegion whole = { 0, 0, width, height };

  return kappa_image_resize_region (image, width, height, resample, &whole);
}
