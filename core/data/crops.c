/* Several views of one image, to average what a network says of them. */

#include "core/data/crops.h"

#include <string.h>

#include "core/base/error.h"
#include "core/data/preprocess-private.h"

/* The shorter sides of the published protocol, for a network that sees 224 pixels. */
static const guint scales_of_224[] = { 256, 288, 320, 352 };

#define N_SQUARES        3
#define VIEWS_PER_SQUARE 12

/* A scaled picture of more pixels than this, or of more extreme proportions, is computed crop by
 * crop, so that a line of pixels cannot ask for more memory than a photograph. */
#define MAX_WHOLE_PIXELS     ((guint64)1 << 26)
#define MAX_WHOLE_PROPORTION 8

G_DEFINE_ENUM_TYPE (KappaCrops,
                    kappa_crops,
                    G_DEFINE_ENUM_VALUE (KAPPA_CROPS_ONE, "1"),
                    G_DEFINE_ENUM_VALUE (KAPPA_CROPS_FLIPS, "flips"),
                    G_DEFINE_ENUM_VALUE (KAPPA_CROPS_TEN, "10"),
                    G_DEFINE_ENUM_VALUE (KAPPA_CROPS_TWELVE, "12"),
                    G_DEFINE_ENUM_VALUE (KAPPA_CROPS_MANY, "144"))

/**
 * kappa_crops_get_n:
 *
 * Returns: how many views of each image
 */
guint
kappa_crops_get_n (KappaCrops crops)
{
  static const guint counts[]
      = { [KAPPA_CROPS_ONE] = 1,
          [KAPPA_CROPS_FLIPS] = 2,
          [KAPPA_CROPS_TEN] = 10,
          [KAPPA_CROPS_TWELVE] = VIEWS_PER_SQUARE,
          [KAPPA_CROPS_MANY] = G_N_ELEMENTS (scales_of_224) * N_SQUARES * VIEWS_PER_SQUARE };

  return counts[crops];
}

/* Rounded down, as the preset's own scale size is. */
static guint
scale_of_many (const KappaPreprocess *preprocess, guint s)
{
  return (guint)((guint64)preprocess->width * scales_of_224[s] / 224);
}

static guint
scale_of_preset (const KappaPreprocess *preprocess)
{
  return preprocess->scale_to > 0 ? preprocess->scale_to
                                  : (guint)(preprocess->width / preprocess->crop);
}

/* Whether the network sees all of a square picture. */
static gboolean
cuts_nothing (const KappaPreprocess *preprocess)
{
  return scale_of_preset (preprocess) == MIN (preprocess->width, preprocess->height);
}

/**
 * kappa_crops_get_plain:
 *
 * Returns: which of the views is what the preset does, -1 if none is: the four scales of 144 views
 * need not have the preset's among them
 */
int
kappa_crops_get_plain (KappaCrops crops, const KappaPreprocess *preprocess)
{
  switch (crops)
    {
    case KAPPA_CROPS_ONE:
    case KAPPA_CROPS_FLIPS:
      return 0;
    case KAPPA_CROPS_TEN:
    case KAPPA_CROPS_TWELVE:
      return 8;
    case KAPPA_CROPS_MANY:
    default:
      for (guint s = 0; s < G_N_ELEMENTS (scales_of_224); s++)
        if (scale_of_many (preprocess, s) == scale_of_preset (preprocess))
          return (int)((s * N_SQUARES + 1) * VIEWS_PER_SQUARE + 8);
      return -1;
    }
}

/**
 * kappa_crops_describe:
 *
 * Returns: (transfer full): which views these are, to follow a count of images
 */
char *
kappa_crops_describe (KappaCrops crops, const KappaPreprocess *preprocess)
{
  switch (crops)
    {
    case KAPPA_CROPS_FLIPS:
      return g_strdup ("2 views of each: the preset's crop and its mirror image");
    case KAPPA_CROPS_TEN:
      return g_strdup_printf ("10 views of each: four corners and the centre at the preset's "
                              "scale%s, and their mirror images",
                              cuts_nothing (preprocess) ? ", all the same of a square picture"
                                                        : "");
    case KAPPA_CROPS_TWELVE:
      return g_strdup_printf ("12 views of each: of the middle square at scale %u four corners, "
                              "the centre and the whole square resized, and their mirror images",
                              scale_of_preset (preprocess));
    case KAPPA_CROPS_MANY:
      return g_strdup_printf (
          "144 views of each: at the scales %u, %u, %u and %u three squares along the longer side, "
          "of each four corners, the centre and the whole square resized, and their mirror images",
          scale_of_many (preprocess, 0), scale_of_many (preprocess, 1),
          scale_of_many (preprocess, 2), scale_of_many (preprocess, 3));
    case KAPPA_CROPS_ONE:
    default:
      return g_strdup ("1 view of each: the preset's crop");
    }
}

static const char *
get_nick (KappaCrops crops)
{
  g_autoptr (GEnumClass) klass = g_type_class_ref (KAPPA_TYPE_CROPS);

  return g_enum_get_value (klass, (int)crops)->value_nick;
}

static gboolean
refuse (KappaCrops crops, const char *why, const char *remedy, GError **error)
{
  g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE,
               "crops: %s views cannot be taken: %s; choose %s", get_nick (crops), why, remedy);
  return FALSE;
}

static gboolean
check_square (KappaCrops crops, const KappaPreprocess *preprocess, GError **error)
{
  guint largest = scale_of_many (preprocess, G_N_ELEMENTS (scales_of_224) - 1);

  if (preprocess->width != preprocess->height)
    return refuse (crops, "they are squares, and the model's input is none",
                   "crops=10 or crops=flips", error);
  if (crops == KAPPA_CROPS_TWELVE && cuts_nothing (preprocess))
    return refuse (crops, "the preset shows the network the whole square, so that all are the same",
                   "crops=flips, or a crop below 1 among the model's settings", error);
  if (crops == KAPPA_CROPS_TWELVE)
    return TRUE;
  if (preprocess->fit == KAPPA_FIT_SQUASH)
    return refuse (crops, "the preset squashes each picture into a single square (mode=squash)",
                   "crops=12, or mode=center among the model's settings", error);
  if (largest > KAPPA_PREPROCESS_MAX_SIDE)
    return refuse (crops, "the largest scale would have a side of more than 16384 pixels",
                   "crops=12 or a smaller size among the model's settings", error);
  return TRUE;
}

/**
 * kappa_crops_check:
 *
 * Returns: %FALSE with %KAPPA_ERROR_USAGE if images that are prepared so have no such views: more
 * than a mirror image needs a fit that cuts, squares a square network, and three squares pictures
 * that keep their proportions
 */
gboolean
kappa_crops_check (KappaCrops crops, const KappaPreprocess *preprocess, GError **error)
{
  if (crops == KAPPA_CROPS_ONE || crops == KAPPA_CROPS_FLIPS)
    return TRUE;
  if (preprocess->fit == KAPPA_FIT_NONE)
    return refuse (crops, "the preset takes each picture as it is and cuts nothing (mode=none)",
                   "crops=flips, or mode=center and a crop below 1 among the model's settings",
                   error);
  if (preprocess->fit == KAPPA_FIT_BORDER)
    return refuse (crops, "the preset fits the whole picture in and pads it (mode=border)",
                   "crops=flips, or mode=center among the model's settings", error);
  return crops == KAPPA_CROPS_TEN || check_square (crops, preprocess, error);
}

/* A picture at one scale: whole, or only its size and how to compute any part of it. */
typedef struct
{
  const KappaPreprocess *preprocess;
  KappaImage *image;
  guint width, height;
  KappaImage *whole;
  gsize size;    /* bytes of a view */
  guint8 *views; /* where the next one goes */
} Scaled;

static void
scaled_clear (Scaled *self)
{
  g_clear_pointer (&self->whole, kappa_image_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Scaled, scaled_clear)

static gboolean
scaled_init (Scaled *self,
             const KappaPreprocess *preprocess,
             KappaImage *image,
             guint8 *views,
             GError **error)
{
  guint longer, shorter;

  *self = (Scaled) { .preprocess = preprocess,
                     .image = image,
                     .size = kappa_preprocess_get_size (preprocess),
                     .views = views };
  if (!kappa_preprocess_scale (preprocess, image, &self->width, &self->height, error))
    return FALSE;
  longer = MAX (self->width, self->height);
  shorter = MIN (self->width, self->height);
  if (longer / shorter < MAX_WHOLE_PROPORTION
      && (guint64)self->width * self->height <= MAX_WHOLE_PIXELS)
    self->whole = kappa_image_resize (image, self->width, self->height, preprocess->resample);
  return TRUE;
}

/* A part of the scaled picture; @region becomes its place in the image that is returned. */
static KappaImage *
ref_part (Scaled *self, KappaRegion *region)
{
  KappaImage *part;

  if (self->whole != NULL)
    return kappa_image_ref (self->whole);
  part = kappa_image_resize_region (self->image, self->width, self->height,
                                    self->preprocess->resample, region);
  region->x = region->y = 0;
  return part;
}

static void
mirror (const KappaPreprocess *preprocess, const guint8 *view, guint8 *mirrored)
{
  gsize rows = (gsize)preprocess->height * kappa_preprocess_get_n_channels (preprocess);
  guint width = preprocess->width;

  for (gsize y = 0; y < rows; y++)
    for (guint x = 0; x < width; x++)
      mirrored[y * width + x] = view[y * width + width - 1 - x];
}

/* A view and, behind it, its mirror image. */
static void
add_view (Scaled *self, const KappaImage *picture, const KappaRegion *part)
{
  kappa_preprocess_place (self->preprocess, picture, part, self->views);
  mirror (self->preprocess, self->views, self->views + self->size);
  self->views += 2 * self->size;
}

/* The corners of a frame within the picture, and the crop that the preset would take where the
 * frame is in the middle, else the frame's own centre. */
static void
add_five (Scaled *self, const KappaRegion *frame, gboolean middle)
{
  const KappaPreprocess *preprocess = self->preprocess;
  guint width = MIN (frame->width, preprocess->width);
  guint height = MIN (frame->height, preprocess->height);
  guint right = frame->x + frame->width - width, bottom = frame->y + frame->height - height;
  KappaRegion crops[] = { { frame->x, frame->y, width, height },
                          { right, frame->y, width, height },
                          { frame->x, bottom, width, height },
                          { right, bottom, width, height },
                          { frame->x + kappa_preprocess_offset (preprocess, frame->width, width),
                            frame->y + kappa_preprocess_offset (preprocess, frame->height, height),
                            width, height } };

  if (middle)
    {
      crops[4].x = kappa_preprocess_offset (preprocess, self->width, width);
      crops[4].y = kappa_preprocess_offset (preprocess, self->height, height);
    }
  for (guint i = 0; i < G_N_ELEMENTS (crops); i++)
    {
      g_autoptr (KappaImage) picture = ref_part (self, &crops[i]);

      add_view (self, picture, &crops[i]);
    }
}

/* The whole square at the network's size: the scaled picture is resized once more, as the protocol
 * says. */
static void
add_square (Scaled *self, KappaRegion square)
{
  const KappaPreprocess *preprocess = self->preprocess;
  g_autoptr (KappaImage) picture = ref_part (self, &square);
  g_autoptr (KappaImage) cut = kappa_image_new (square.width, square.height);
  g_autoptr (KappaImage) resized = NULL;

  for (guint y = 0; y < square.height; y++)
    memcpy (cut->pixels + 3 * (gsize)y * square.width,
            picture->pixels + 3 * ((gsize)(square.y + y) * picture->width + square.x),
            3 * (gsize)square.width);
  resized = kappa_image_resize (cut, preprocess->width, preprocess->height, preprocess->resample);
  add_view (self, resized, &(KappaRegion) { 0, 0, preprocess->width, preprocess->height });
}

/* @place: 0 for the left or upper end of the picture, 1 for its middle, 2 for the other end */
static void
add_twelve (Scaled *self, guint place)
{
  guint side = MIN (self->width, self->height);
  guint rest_x = self->width - side, rest_y = self->height - side;
  KappaRegion square = { 0, 0, side, side };

  if (place == 1)
    {
      square.x = kappa_preprocess_offset (self->preprocess, self->width, side);
      square.y = kappa_preprocess_offset (self->preprocess, self->height, side);
    }
  else if (place == 2)
    {
      square.x = rest_x;
      square.y = rest_y;
    }
  add_five (self, &square, place == 1);
  add_square (self, square);
}

static gboolean
apply_many (const KappaPreprocess *preprocess,
            KappaImage *image,
            guint8 *views,
            GCancellable *cancellable,
            GError **error)
{
  const gsize step = N_SQUARES * VIEWS_PER_SQUARE * kappa_preprocess_get_size (preprocess);

  for (guint s = 0; s < G_N_ELEMENTS (scales_of_224); s++)
    {
      KappaPreprocess at_scale = *preprocess;
      g_auto (Scaled) scaled = { 0 };

      at_scale.scale_to = scale_of_many (preprocess, s);
      if (g_cancellable_set_error_if_cancelled (cancellable, error)
          || !scaled_init (&scaled, &at_scale, image, views + s * step, error))
        return FALSE;
      for (guint place = 0; place < N_SQUARES; place++)
        add_twelve (&scaled, place);
    }
  return TRUE;
}

/**
 * kappa_crops_can_apply:
 * @error: the message has no name of the image in it; the caller knows it
 *
 * Returns: %FALSE with the error that kappa_crops_apply() would give for this image
 */
gboolean
kappa_crops_can_apply (KappaCrops crops,
                       const KappaPreprocess *preprocess,
                       const KappaImage *image,
                       GError **error)
{
  KappaPreprocess largest = *preprocess;
  guint width, height;

  if (crops == KAPPA_CROPS_MANY)
    largest.scale_to = scale_of_many (preprocess, G_N_ELEMENTS (scales_of_224) - 1);
  return kappa_preprocess_scale (&largest, image, &width, &height, error);
}

/**
 * kappa_crops_apply:
 * @preprocess: passes kappa_crops_check()
 * @image: an image of any size
 * @views: (out): kappa_crops_get_n() preprocessed images of kappa_preprocess_get_size() bytes, see
 *   kappa_preprocess_apply()
 * @error: the message has no name of the image in it; the caller knows it
 *
 * Makes all views of an image; it is resized once for each scale. Every view is followed by its
 * mirror image, left and right exchanged. The views without those are:
 *
 * - 1 and flips: the preset's crop.
 * - 10 (A. Krizhevsky, I. Sutskever, G. E. Hinton, NIPS 2012; K. He et al., CVPR 2016): of the
 *   picture at the preset's scale size the crops of the network's size in the upper left, upper
 *   right, lower left and lower right corner, and in the centre.
 * - 12: of the square in the middle of the picture, its side the scale size, the same five, and the
 *   whole square resized to the network's size with the preset's filter.
 * - 144 (C. Szegedy et al., "Going deeper with convolutions", CVPR 2015): at each of four scales,
 *   the shorter side 256, 288, 320 and 352 pixels for a network that sees 224, in proportion and
 *   rounded down for others, three squares, left, middle and right, or upper, middle and lower, and
 *   of each those six.
 *
 * The centre crop of a picture, and of the square in its middle, is the preset's crop to the pixel.
 * Pictures smaller than the network's input have been enlarged to the scale size like any other;
 * where a picture has one square only, its three squares are the same.
 *
 * Returns: %FALSE with %KAPPA_ERROR_DATA if the image cannot be brought to the network's size, or
 * %G_IO_ERROR_CANCELLED
 */
gboolean
kappa_crops_apply (KappaCrops crops,
                   const KappaPreprocess *preprocess,
                   KappaImage *image,
                   guint8 *views,
                   GCancellable *cancellable,
                   GError **error)
{
  g_auto (Scaled) scaled = { 0 };

  if (crops == KAPPA_CROPS_MANY)
    return apply_many (preprocess, image, views, cancellable, error);
  if (crops == KAPPA_CROPS_ONE || crops == KAPPA_CROPS_FLIPS)
    {
      if (!kappa_preprocess_apply (preprocess, image, views, error))
        return FALSE;
      if (crops == KAPPA_CROPS_FLIPS)
        mirror (preprocess, views, views + kappa_preprocess_get_size (preprocess));
      return TRUE;
    }
  if (!scaled_init (&scaled, preprocess, image, views, error))
    return FALSE;
  if (crops == KAPPA_CROPS_TWELVE)
    add_twelve (&scaled, 1);
  else
    add_five (&scaled, &(KappaRegion) { 0, 0, scaled.width, scaled.height }, TRUE);
  return TRUE;
}
