#include "core/data/image.h"

#include <string.h>

#include "core/base/error.h"
#include "core/data/image-private.h"
#include "core/data/read.h"

/* No image file people train on comes near this; a larger one is something else. */
#define MAX_FILE_SIZE ((gsize)1 << 30)

G_DEFINE_BOXED_TYPE (KappaImage, kappa_image, kappa_image_ref, kappa_image_unref)

static KappaImage *
wrap (guint width, guint height, guint8 *pixels)
{
  KappaImage *self = g_new0 (KappaImage, 1);

  g_atomic_ref_count_init (&self->references);
  self->width = width;
  self->height = height;
  self->pixels = pixels;
  return self;
}

/**
 * kappa_image_new:
 * @width: at least 1
 * @height: at least 1
 *
 * Returns: (transfer full): an image whose pixels are not set
 */
KappaImage *
kappa_image_new (guint width, guint height)
{
  g_return_val_if_fail (
      width > 0 && height > 0 && (guint64)width * height <= KAPPA_IMAGE_MAX_PIXELS, NULL);

  return wrap (width, height, g_malloc ((gsize)width * height * 3));
}

/**
 * kappa_image_try_new:
 * @name: what the image is called in messages
 * @most: as many pixels at most can be held by the bytes at hand, whatever the header says
 *
 * Makes an image of a size that a file declares.
 *
 * Returns: (transfer full): an image whose pixels are not set; %NULL with %KAPPA_ERROR_FORMAT,
 * %KAPPA_ERROR_UNSUPPORTED or %KAPPA_ERROR_MEMORY
 */
KappaImage *
kappa_image_try_new (const char *name, guint64 width, guint64 height, guint64 most, GError **error)
{
  guint8 *pixels;

  if (width == 0 || height == 0)
    {
      g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_FORMAT,
                   "%s: the image has %" G_GUINT64_FORMAT " × %" G_GUINT64_FORMAT
                   " pixels, that is none",
                   name, width, height);
      return NULL;
    }
  if (width > KAPPA_IMAGE_MAX_SIDE || height > KAPPA_IMAGE_MAX_SIDE
      || width * height > KAPPA_IMAGE_MAX_PIXELS)
    {
      g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_UNSUPPORTED,
                   "%s: the image has %" G_GUINT64_FORMAT " × %" G_GUINT64_FORMAT
                   " pixels, the limits are 2^28 in all "
                   "and %d on a side; scale it down first",
                   name, width, height, KAPPA_IMAGE_MAX_SIDE);
      return NULL;
    }
  if (width * height > most)
    {
      g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_FORMAT,
                   "%s: declares %" G_GUINT64_FORMAT " × %" G_GUINT64_FORMAT
                   " pixels, more than a file of its size can "
                   "hold; it is truncated or forged",
                   name, width, height);
      return NULL;
    }
  pixels = g_try_malloc (width * height * 3);
  if (pixels == NULL)
    {
      g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_MEMORY,
                   "%s: no memory for %" G_GUINT64_FORMAT " bytes of pixels", name,
                   width * height * 3);
      return NULL;
    }
  return wrap ((guint)width, (guint)height, pixels);
}

KappaImage *
kappa_image_ref (KappaImage *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
kappa_image_unref (KappaImage *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  g_free (self->pixels);
  g_free (self);
}

/**
 * kappa_image_take_upright:
 * @image: (transfer full): an image as it is stored
 * @orientation: 1 … 8, see kappa_exif_get_orientation()
 *
 * Returns: (transfer full): the image as it is meant to be seen
 */
KappaImage *
kappa_image_take_upright (KappaImage *image, guint orientation)
{
  g_autoptr (KappaImage) stored = image;
  gboolean transposed = orientation >= 5;
  gboolean from_right
      = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
  gboolean from_below
      = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
  KappaImage *upright;
  gssize first, step_x, step_y;

  if (orientation <= 1 || orientation > 8)
    return g_steal_pointer (&stored);
  upright = transposed ? kappa_image_new (stored->height, stored->width)
                       : kappa_image_new (stored->width, stored->height);
  first = (from_right ? (gssize)stored->width - 1 : 0)
          + (from_below ? ((gssize)stored->height - 1) * (gssize)stored->width : 0);
  step_x = from_right ? -1 : 1;
  step_y = from_below ? -(gssize)stored->width : (gssize)stored->width;
  for (guint y = 0; y < upright->height; y++)
    for (guint x = 0; x < upright->width; x++)
      {
        gssize from = first + (transposed ? x * step_y + y * step_x : x * step_x + y * step_y);

        memcpy (upright->pixels + 3 * ((gsize)y * upright->width + x), stored->pixels + 3 * from,
                3);
      }
  return upright;
}

/**
 * kappa_image_decode:
 * @name: what the image is called in messages
 * @data: (array length=size): the content of a PNG or JPEG file
 *
 * Decodes an image to 8-bit RGB. The kind of file is told by its first bytes, never by its name.
 *
 * Pixels equal those of PIL's `convert ("RGB")` after `ImageOps.exif_transpose`: alpha and
 * transparent colours are dropped, not blended; grey is repeated three times; colour profiles and
 * gamma are ignored; CMYK is taken as inverted, as Adobe writes it; JPEG uses the slow integer
 * transform and smooth chroma upsampling. 16-bit samples give their high byte (PIL does so for
 * colour, and clips 16-bit grey at 255, which loses the picture). Damaged and truncated files are
 * refused, also where a decoder could fill the gap with grey.
 *
 * Returns: (transfer full): the image, upright; %NULL with %KAPPA_ERROR_FORMAT,
 * %KAPPA_ERROR_UNSUPPORTED, %KAPPA_ERROR_MEMORY or %G_IO_ERROR_CANCELLED
 */
KappaImage *
kappa_image_decode (const char *name,
                    const guint8 *data,
                    gsize size,
                    GCancellable *cancellable,
                    GError **error)
{
  static const guint8 png[8] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n' };
  static const guint8 jpeg[3] = { 0xff, 0xd8, 0xff };

  if (size >= sizeof png && memcmp (data, png, sizeof png) == 0)
    return kappa_image_decode_png (name, data, size, cancellable, error);
  if (size >= sizeof jpeg && memcmp (data, jpeg, sizeof jpeg) == 0)
    return kappa_image_decode_jpeg (name, data, size, cancellable, error);
  kappa_data_refuse_foreign (name, data, size, "a PNG or JPEG image", error);
  return NULL;
}

/**
 * kappa_image_load:
 * @path: a PNG or JPEG file
 *
 * Reads and decodes an image; see kappa_image_decode().
 *
 * Returns: (transfer full): the image, upright; %NULL with the system's error or one of
 * kappa_image_decode()
 */
KappaImage *
kappa_image_load (const char *path, GCancellable *cancellable, GError **error)
{
  g_autoptr (GBytes) bytes = kappa_data_read_file (path, MAX_FILE_SIZE, cancellable, error);
  g_autofree char *name = g_filename_display_basename (path);
  const guint8 *data;
  gsize size;

  if (bytes == NULL)
    return NULL;
  data = g_bytes_get_data (bytes, &size);
  return kappa_image_decode (name, data, size, cancellable, error);
}
