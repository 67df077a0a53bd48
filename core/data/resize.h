#pragma once

#include "core/data/image.h"

/**
 * KappaResample:
 *
 * The filters of the Python Imaging Library, under its names. All but nearest are stretched when
 * the image shrinks
 * ("antialias"); bicubic has a = -0.5.
 */
typedef enum
{
  KAPPA_RESAMPLE_NEAREST,
  KAPPA_RESAMPLE_BOX,
  KAPPA_RESAMPLE_BILINEAR,
  KAPPA_RESAMPLE_HAMMING,
  KAPPA_RESAMPLE_BICUBIC,
  KAPPA_RESAMPLE_LANCZOS,
} KappaResample;

/**
 * KappaRegion:
 *
 * A rectangle of pixels: columns @x … @x + @width - 1, rows @y … @y + @height - 1.
 */
typedef struct
{
  guint x, y;
  guint width, height;
} KappaRegion;

const char *kappa_resample_get_name     (KappaResample resample);
gboolean    kappa_resample_from_name    (const char *name, KappaResample *resample);
KappaImage *kappa_image_resize          (KappaImage *image, guint width, guint height,
                                         KappaResample resample);
KappaImage *kappa_image_resize_region   (KappaImage *image, guint width, guint height,
                                         KappaResample resample,
                                         const KappaRegion *region);
