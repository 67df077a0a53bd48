#include "ui/kappa-texture.h"

/**
 * kappa_texture_take_surface:
 * @surface: (transfer full): an image surface with colours and alpha
 *
 * Returns: (transfer full) (nullable): the same pixels, not copied; %NULL if the surface could not
 * be painted
 */
GdkTexture *
kappa_texture_take_surface (cairo_surface_t *surface)
{
  int width = cairo_image_surface_get_width (surface),
      height = cairo_image_surface_get_height (surface);
  gsize stride = (gsize)cairo_image_surface_get_stride (surface);
  g_autoptr (GBytes) bytes = NULL;

  if (cairo_surface_status (surface) != CAIRO_STATUS_SUCCESS || width <= 0 || height <= 0)
    {
      cairo_surface_destroy (surface);
      return NULL;
    }
  cairo_surface_flush (surface);
  bytes
      = g_bytes_new_with_free_func (cairo_image_surface_get_data (surface), stride * (gsize)height,
                                    (GDestroyNotify)cairo_surface_destroy, surface);
  return gdk_memory_texture_new (width, height, GDK_MEMORY_DEFAULT, bytes, stride);
}

/* The mean of the pixels that fall into a box, so that nothing aliases. */
static void
average (const KappaImage *image, guint x0, guint x1, guint y0, guint y1, guint8 *rgb)
{
  guint64 sums[3] = { 0 }, n = (guint64)(x1 - x0) * (y1 - y0);

  for (guint y = y0; y < y1; y++)
    for (guint x = x0; x < x1; x++)
      for (guint c = 0; c < 3; c++)
        sums[c] += image->pixels[((gsize)y * image->width + x) * 3 + c];
  for (guint c = 0; c < 3; c++)
    rgb[c] = (guint8)((sums[c] + n / 2) / n);
}

/**
 * kappa_texture_new_for_image:
 * @side: the longer side of the texture, pixels
 *
 * A small image is enlarged without being smoothed, so that its pixels can be seen for what they
 * are; a large one is averaged.
 *
 * Returns: (transfer full): the picture
 */
GdkTexture *
kappa_texture_new_for_image (const KappaImage *image, guint side)
{
  double scale = (double)side / MAX (image->width, image->height);
  guint width = MAX (1, (guint)(image->width * scale + 0.5)),
        height = MAX (1, (guint)(image->height * scale + 0.5));
  gsize size = (gsize)width * height * 3;
  guint8 *pixels = g_malloc (size);
  g_autoptr (GBytes) bytes = g_bytes_new_take (pixels, size);

  for (guint y = 0; y < height; y++)
    for (guint x = 0; x < width; x++)
      {
        guint x0 = (guint)((guint64)x * image->width / width),
              x1 = (guint)((guint64)(x + 1) * image->width / width);
        guint y0 = (guint)((guint64)y * image->height / height),
              y1 = (guint)((guint64)(y + 1) * image->height / height);

        average (image, x0, MAX (x1, x0 + 1), y0, MAX (y1, y0 + 1),
                 pixels + ((gsize)y * width + x) * 3);
      }
  return gdk_memory_texture_new ((int)width, (int)height, GDK_MEMORY_R8G8B8, bytes,
                                 (gsize)width * 3);
}
