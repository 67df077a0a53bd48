#pragma once

#include "core/data/image.h"
#include "core/data/resize.h"

/**
 * KappaFit:
 * @KAPPA_FIT_CENTER: keep the proportions, the shorter side to the scale size, then cut the middle
 *   out
 * @KAPPA_FIT_SQUASH: both sides to the scale size, whatever the proportions, then cut the middle
 *   out
 * @KAPPA_FIT_BORDER: keep the proportions, the longer side to the scale size, then cut out or pad
 *   with the mean
 * @KAPPA_FIT_NONE: the image must have the network's size already
 *
 * The scale size is the network's size divided by the crop fraction, rounded down.
 */
typedef enum
{
  KAPPA_FIT_CENTER,
  KAPPA_FIT_SQUASH,
  KAPPA_FIT_BORDER,
  KAPPA_FIT_NONE,
} KappaFit;

/**
 * KappaCropOffset:
 * @KAPPA_CROP_OFFSET_EVEN: half a pixel goes to the even side: round((size - crop) / 2),
 *   torchvision today
 * @KAPPA_CROP_OFFSET_UP: half a pixel goes up: floor((size - crop + 1) / 2), older pipelines
 * @KAPPA_CROP_OFFSET_DOWN: half a pixel goes down: floor((size - crop) / 2), Hugging Face image
 *   processors
 */
typedef enum
{
  KAPPA_CROP_OFFSET_EVEN,
  KAPPA_CROP_OFFSET_UP,
  KAPPA_CROP_OFFSET_DOWN,
} KappaCropOffset;

typedef enum
{
  KAPPA_CHANNELS_RGB,
  KAPPA_CHANNELS_BGR,
  KAPPA_CHANNELS_GREY, /* one channel, ITU-R 601 luma as PIL's convert ("L") rounds it */
} KappaChannels;

typedef enum
{
  KAPPA_PIXEL_FLOAT,
  KAPPA_PIXEL_DOUBLE,
} KappaPixelType;

/**
 * KappaPreprocess:
 * @width: of what the network sees, pixels
 * @height: of what the network sees, pixels
 * @crop: crop fraction in (0, 1]: the scale size is floor (size / @crop)
 * @scale_to: the scale size itself, pixels; 0 to derive it from @crop
 * @divisor: pixel values 0 … 255 are divided by it first
 * @mean: subtracted next, one for each channel in the order the network sees them
 * @std: the last divisor, likewise
 *
 * How an image becomes numbers. A plain value: copy it by assignment.
 */
typedef struct
{
  guint width;
  guint height;
  KappaFit fit;
  double crop;
  guint scale_to;
  KappaResample resample;
  KappaCropOffset offset;
  KappaChannels channels;
  double divisor;
  double mean[3];
  double std[3];
} KappaPreprocess;

/* 224 × 224 pixels, bilinear, crop fraction 0.875, RGB, the mean and standard deviation of
 * ImageNet. */
#define KAPPA_PREPROCESS_IMAGENET                                                                  \
  ((KappaPreprocess){ .width = 224, .height = 224, .fit = KAPPA_FIT_CENTER, .crop = 0.875,         \
                      .resample = KAPPA_RESAMPLE_BILINEAR, .divisor = 255.0,                       \
                      .mean = { 0.485, 0.456, 0.406 }, .std = { 0.229, 0.224, 0.225 } })

/* No side of an input, before or after the crop, may be longer. */
#define KAPPA_PREPROCESS_MAX_SIDE 16384

gboolean kappa_preprocess_set            (KappaPreprocess *self, const char *key,
                                          const char *value, GError **error);
gboolean kappa_preprocess_parse          (KappaPreprocess *self, const char *text, GError **error);
gboolean kappa_preprocess_has_key        (const char *key);
char    *kappa_preprocess_to_text        (const KappaPreprocess *self);
char    *kappa_preprocess_describe       (const KappaPreprocess *self);
gboolean kappa_preprocess_equal          (const KappaPreprocess *self,
                                          const KappaPreprocess *other);
gboolean kappa_preprocess_check          (const KappaPreprocess *self, GError **error);
guint    kappa_preprocess_get_n_channels (const KappaPreprocess *self);
gsize    kappa_preprocess_get_size       (const KappaPreprocess *self);
gboolean kappa_preprocess_apply          (const KappaPreprocess *self, KappaImage *image,
                                          guint8 *chw, GError **error);
void     kappa_preprocess_normalize      (const KappaPreprocess *self, const guint8 *chw,
                                          gsize n_images,
                                          KappaPixelType type, void *values);
