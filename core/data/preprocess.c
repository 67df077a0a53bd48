#include "core/data/preprocess-private.h"

#include <math.h>
#include <string.h>

#include "core/base/error.h"

/* Where an image of extreme proportions would be enlarged to more than this on a side, something is
 * wrong with it. */
#define MAX_RESIZED_SIDE (1 << 24)

static gboolean
check_range (const char *key, double value, double low, double high, GError **error)
{
  if (value >= low && value <= high)
    return TRUE;
  g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE,
               "preprocessing: %s is %g, expected a value from %g to %g", key, value, low, high);
  return FALSE;
}

static gboolean
check_scale (const KappaPreprocess *self, GError **error)
{
  guint shorter = MIN (self->width, self->height), longer = MAX (self->width, self->height);

  if (self->scale_to == 0)
    return check_range ("size divided by crop", floor (longer / self->crop), 1,
                        KAPPA_PREPROCESS_MAX_SIDE, error);
  return check_range ("scale", self->scale_to, self->fit == KAPPA_FIT_BORDER ? 1 : shorter,
                      KAPPA_PREPROCESS_MAX_SIDE, error);
}

/**
 * kappa_preprocess_check:
 *
 * Returns: %TRUE if every value is in its range; else %FALSE with %KAPPA_ERROR_USAGE, which names
 * the one that is not
 */
gboolean
kappa_preprocess_check (const KappaPreprocess *self, GError **error)
{
  if (!check_range ("width", self->width, 1, KAPPA_PREPROCESS_MAX_SIDE, error)
      || !check_range ("height", self->height, 1, KAPPA_PREPROCESS_MAX_SIDE, error)
      || !check_range ("crop", self->crop, 1e-3, 1.0, error) || !check_scale (self, error)
      || !check_range ("divisor", self->divisor, 1e-6, 1e6, error))
    return FALSE;
  for (guint c = 0; c < kappa_preprocess_get_n_channels (self); c++)
    if (!check_range ("mean", self->mean[c], -1e6, 1e6, error)
        || !check_range ("std", self->std[c], 1e-6, 1e6, error))
      return FALSE;
  return TRUE;
}

guint
kappa_preprocess_get_n_channels (const KappaPreprocess *self)
{
  return self->channels == KAPPA_CHANNELS_GREY ? 1 : 3;
}

/**
 * kappa_preprocess_get_size:
 *
 * Returns: numbers in one preprocessed image: channels × height × width
 */
gsize
kappa_preprocess_get_size (const KappaPreprocess *self)
{
  return (gsize)self->width * self->height * kappa_preprocess_get_n_channels (self);
}

gboolean
kappa_preprocess_equal (const KappaPreprocess *self, const KappaPreprocess *other)
{
  g_autofree char *a = kappa_preprocess_to_text (self), *b = kappa_preprocess_to_text (other);

  return strcmp (a, b) == 0;
}

typedef struct
{
  double width, height;
} Size;

static Size
shorter_side_to (double scale, const KappaImage *image)
{
  double shorter = MIN (image->width, image->height);

  return (Size) { floor (scale * image->width / shorter), floor (scale * image->height / shorter) };
}

static Size
divide (const KappaImage *image, double ratio)
{
  return (Size) { MAX (rint (image->width / ratio), 1.0), MAX (rint (image->height / ratio), 1.0) };
}

/* The size of the whole image before the crop. Rounding is torchvision's for a single scale size,
 * which cuts the longer side off, and timm's for two, which rounds half to even. */
static Size
resized_size (const KappaPreprocess *self, const KappaImage *image)
{
  double across = self->scale_to > 0 ? self->scale_to : floor (self->width / self->crop);
  double down = self->scale_to > 0 ? self->scale_to : floor (self->height / self->crop);
  double ratio_across = image->width / across, ratio_down = image->height / down;

  switch (self->fit)
    {
    case KAPPA_FIT_SQUASH:
      return (Size) { across, down };
    case KAPPA_FIT_BORDER:
      return divide (image, MAX (ratio_across, ratio_down));
    case KAPPA_FIT_CENTER:
      return across == down ? shorter_side_to (across, image)
                            : divide (image, MIN (ratio_across, ratio_down));
    case KAPPA_FIT_NONE:
    default:
      return (Size) { image->width, image->height };
    }
}

/* Where a crop in the middle of @size pixels begins. */
guint
kappa_preprocess_offset (const KappaPreprocess *self, guint size, guint crop)
{
  guint rest = size - crop;

  switch (self->offset)
    {
    case KAPPA_CROP_OFFSET_UP:
      return (rest + 1) / 2;
    case KAPPA_CROP_OFFSET_DOWN:
      return rest / 2;
    case KAPPA_CROP_OFFSET_EVEN:
    default:
      return (guint)rint (rest / 2.0);
    }
}

static guint8
border_of_channel (const KappaPreprocess *self, guint channel)
{
  return (guint8)CLAMP (rint (self->mean[channel] * self->divisor), 0.0, 255.0);
}

static guint8
luma (const guint8 *rgb)
{
  return (guint8)((rgb[0] * 19595u + rgb[1] * 38470u + rgb[2] * 7471u + 0x8000u) >> 16);
}

/* Lays a part of a picture into the planes of the network's channels, in their middle. Where it is
 * smaller than they are, the border has the mean's colour. */
void
kappa_preprocess_place (const KappaPreprocess *self,
                        const KappaImage *picture,
                        const KappaRegion *part,
                        guint8 *chw)
{
  gsize plane = (gsize)self->width * self->height;
  guint first = self->channels == KAPPA_CHANNELS_BGR ? 2 : 0;
  guint left = (self->width - part->width) / 2, top = (self->height - part->height) / 2;

  if (part->width < self->width || part->height < self->height)
    for (guint c = 0; c < kappa_preprocess_get_n_channels (self); c++)
      memset (chw + c * plane, border_of_channel (self, c), plane);
  for (guint y = 0; y < part->height; y++)
    {
      const guint8 *rgb = picture->pixels + 3 * ((gsize)(part->y + y) * picture->width + part->x);
      guint8 *out = chw + (gsize)(top + y) * self->width + left;

      for (guint x = 0; x < part->width; x++, out++, rgb += 3)
        {
          if (self->channels == KAPPA_CHANNELS_GREY)
            {
              out[0] = luma (rgb);
              continue;
            }
          out[0] = rgb[first];
          out[plane] = rgb[1];
          out[2 * plane] = rgb[2 - first];
        }
    }
}

static gboolean
check_fits (const KappaPreprocess *self, const KappaImage *image, Size size, GError **error)
{
  if (self->fit == KAPPA_FIT_NONE && (image->width != self->width || image->height != self->height))
    {
      g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_DATA,
                   "has %u × %u pixels, but the model takes %u × %u and its preset does not "
                   "resize; choose how with "
                   "mode=center, squash or border",
                   image->width, image->height, self->width, self->height);
      return FALSE;
    }
  if (size.width > MAX_RESIZED_SIDE || size.height > MAX_RESIZED_SIDE)
    {
      g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_DATA,
                   "has %u × %u pixels and is too narrow to be resized to %.0f × %.0f",
                   image->width, image->height, size.width, size.height);
      return FALSE;
    }
  return TRUE;
}

/* The size of the whole image before the crop; %FALSE with %KAPPA_ERROR_DATA, and no name in the
 * message, if the image cannot be brought to it. */
gboolean
kappa_preprocess_scale (const KappaPreprocess *self,
                        const KappaImage *image,
                        guint *width,
                        guint *height,
                        GError **error)
{
  Size size = resized_size (self, image);

  if (!check_fits (self, image, size, error))
    return FALSE;
  *width = (guint)size.width;
  *height = (guint)size.height;
  return TRUE;
}

/**
 * kappa_preprocess_apply:
 * @image: an image of any size
 * @chw: (out): kappa_preprocess_get_size() bytes: one plane of rows for each channel, in the
 * network's order
 * @error: the message has no name of the image in it; the caller knows it
 *
 * Resizes, crops and reorders an image, all in 8 bits as torchvision and timm do with PIL images.
 * Where the picture is smaller than the crop, the border has the mean's colour.
 *
 * Returns: %FALSE with %KAPPA_ERROR_DATA if the image cannot be brought to the network's size
 */
gboolean
kappa_preprocess_apply (const KappaPreprocess *self, KappaImage *image, guint8 *chw, GError **error)
{
  g_autoptr (KappaImage) picture = NULL;
  KappaRegion region;
  guint width, height;

  if (!kappa_preprocess_scale (self, image, &width, &height, error))
    return FALSE;
  region.width = MIN (width, self->width);
  region.height = MIN (height, self->height);
  region.x = kappa_preprocess_offset (self, width, region.width);
  region.y = kappa_preprocess_offset (self, height, region.height);
  if (self->fit == KAPPA_FIT_NONE)
    picture = kappa_image_ref (image);
  else
    picture = kappa_image_resize_region (image, width, height, self->resample, &region);
  region.x = region.y = 0;
  kappa_preprocess_place (self, picture, &region, chw);
  return TRUE;
}

/**
 * kappa_preprocess_normalize:
 * @chw: (array): @n_images preprocessed images
 * @values: (out): as many float or double numbers: (pixel / divisor - mean) / std
 *
 * Every step is rounded to the type asked for, as torchvision's ToTensor and Normalize do in float.
 */
void
kappa_preprocess_normalize (const KappaPreprocess *self,
                            const guint8 *chw,
                            gsize n_images,
                            KappaPixelType type,
                            void *values)
{
  guint n_channels = kappa_preprocess_get_n_channels (self);
  gsize plane = (gsize)self->width * self->height;

  for (guint c = 0; c < n_channels; c++)
    {
      double doubles[256];
      float floats[256];

      for (guint v = 0; v < 256; v++)
        {
          doubles[v] = (v / self->divisor - self->mean[c]) / self->std[c];
          floats[v]
              = ((float)v / (float)self->divisor - (float)self->mean[c]) / (float)self->std[c];
        }
      for (gsize i = 0; i < n_images; i++)
        {
          gsize at = (i * n_channels + c) * plane;

          if (type == KAPPA_PIXEL_FLOAT)
            for (gsize p = at; p < at + plane; p++)
              ((float *)values)[p] = floats[chw[p]];
          else
            for (gsize p = at; p < at + plane; p++)
              ((double *)values)[p] = doubles[chw[p]];
        }
    }
}
