#include <math.h>
#include <string.h>

#include "core/base/error.h"
#include "core/data/preprocess.h"
#include "tests/core/data/data-test.h"

/* Six pictures of different proportions through PIL 9.4, cropped and padded by torchvision's and
 * timm's rules. */
typedef struct
{
  const char *text;
  const char *sha256;
} Reference;

static const Reference references[] = {
  { "size=24,mode=center,crop=0.875,resize=bilinear",
    "f5d4f48904b8855b716ec7c15a497216d23bc8b2c29d474937c49306ffcd694b" },
  { "size=24,mode=center,crop=0.9,resize=bicubic,offset=up",
    "5eade2e7a21ca01edeace89fb1bd904ab1b7c2822cb5bbe973d143b8908a72cd" },
  { "size=24,mode=center,scale=27,resize=bicubic,offset=down",
    "401b061dea14984b0fa52e884aa04aa47b34896c1cfafd4098f5d320bfbdb6cb" },
  { "size=24,mode=center,scale=27,resize=bicubic,offset=even",
    "9e3c12ac46ed4dcb0adc2df022ad4ba09ffb0c6e6ae444abf4c27492039fe5d2" },
  { "size=30x20,mode=center,crop=0.95,resize=bilinear",
    "c2258af22f1a4e73eb874624622490b3f5945270cc93447345067bc28a7c0474" },
  { "size=24,mode=squash,crop=0.9,resize=lanczos,channels=bgr",
    "0b39e98b48a6037ffdc5294a67879bf7a7c51472610ab9634361bd153fa89d42" },
  { "size=24,mode=border,crop=1,resize=bicubic",
    "87e6f8b161bfb74653fd3f45507922ddeb68249a15c99ebee350765ef3d78c27" },
  { "size=24,mode=border,crop=0.8,resize=box,channels=bgr",
    "30d0500d8af6d2fbaa4621af537d3ebcdf3cb23bd920a8b1867bc4050067da48" },
  { "size=24,mode=center,crop=1,resize=nearest,channels=grey",
    "d82a40731cf0d087a642dffa6fd90b9d32be8364048a83bf4784ce5bb91d6ddb" },
};

static void
test_reference (gconstpointer data)
{
  static const guint sizes[][2]
      = { { 40, 31 }, { 31, 40 }, { 57, 25 }, { 24, 24 }, { 5, 9 }, { 300, 3 } };
  const Reference *reference = data;
  KappaPreprocess preprocess = KAPPA_PREPROCESS_IMAGENET;
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autoptr (GError) error = NULL;
  g_autofree guint8 *chw = NULL;

  kappa_preprocess_parse (&preprocess, reference->text, &error);
  g_assert_no_error (error);
  chw = g_malloc (kappa_preprocess_get_size (&preprocess));
  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (KappaImage) picture = kappa_test_picture (sizes[i][0], sizes[i][1], FALSE);

      g_assert_true (kappa_preprocess_apply (&preprocess, picture, chw, &error));
      g_checksum_update (checksum, chw, (gssize)kappa_preprocess_get_size (&preprocess));
    }
  g_assert_cmpstr (g_checksum_get_string (checksum), ==, reference->sha256);
}

/* The size most photographs of ImageNet have: 500 × 375 becomes 341 × 256, and half a pixel is left
 * over. */
static void
test_offset_of_500_by_375 (void)
{
  static const struct
  {
    const char *rule;
    guint left;
  } rules[] = { { "even", 58 }, { "up", 59 }, { "down", 58 } };
  g_autoptr (KappaImage) picture = kappa_test_picture (500, 375, FALSE);
  g_autoptr (KappaImage) resized = kappa_image_resize (picture, 341, 256, KAPPA_RESAMPLE_BILINEAR);
  KappaPreprocess preprocess = KAPPA_PREPROCESS_IMAGENET;
  g_autofree guint8 *chw = g_malloc (kappa_preprocess_get_size (&preprocess));

  for (gsize i = 0; i < G_N_ELEMENTS (rules); i++)
    {
      g_assert_true (kappa_preprocess_set (&preprocess, "offset", rules[i].rule, NULL));
      g_assert_true (kappa_preprocess_apply (&preprocess, picture, chw, NULL));
      for (guint y = 0; y < 224; y++)
        for (guint x = 0; x < 224; x++)
          for (guint c = 0; c < 3; c++)
            g_assert_cmpuint (chw[(c * 224 + y) * 224 + x], ==,
                              resized->pixels[3 * ((16 + y) * 341 + rules[i].left + x) + c]);
    }
}

/* The bits of torchvision's ToTensor and Normalize for the values 0 … 255. */
static void
test_normalize (void)
{
  KappaPreprocess preprocess = KAPPA_PREPROCESS_IMAGENET;
  guint8 chw[3 * 256];
  float floats[3 * 256];
  double doubles[3 * 256];
  g_autofree char *sha256 = NULL;

  preprocess.width = preprocess.height = 16;
  for (guint i = 0; i < 3 * 256; i++)
    chw[i] = (guint8)i;
  kappa_preprocess_normalize (&preprocess, chw, 1, KAPPA_PIXEL_FLOAT, floats);
  kappa_preprocess_normalize (&preprocess, chw, 1, KAPPA_PIXEL_DOUBLE, doubles);
  g_assert_cmpfloat (floats[0], ==, -0x1.0f177ap+1f);
  g_assert_cmpfloat (floats[512 + 255], ==, 0x1.51eb86p+1f);
  sha256 = kappa_test_sha256 ((const guint8 *)floats, sizeof floats);
  g_assert_cmpstr (sha256, ==, "1d8b9af12b7b391827f7c801265239e21435c7e29b4d78c6189a35e437633897");
  for (guint i = 0; i < 3 * 256; i++)
    {
      double expected = ((i % 256) / 255.0 - preprocess.mean[i / 256]) / preprocess.std[i / 256];

      g_assert_cmpfloat (doubles[i], ==, expected);
    }
}

static void
test_normalize_caffe (void)
{
  KappaPreprocess preprocess = KAPPA_PREPROCESS_IMAGENET;
  g_autoptr (KappaImage) picture = kappa_test_picture (2, 1, FALSE);
  guint8 chw[6];
  double values[12];

  g_assert_true (kappa_preprocess_parse (
      &preprocess, "size=2x1,mode=none,channels=bgr,divisor=1,mean=103.939:116.779:123.68,std=1",
      NULL));
  g_assert_true (kappa_preprocess_apply (&preprocess, picture, chw, NULL));
  kappa_preprocess_normalize (&preprocess, chw, 1, KAPPA_PIXEL_DOUBLE, values);
  g_assert_cmpfloat (values[0], ==, picture->pixels[2] - 103.939);
  g_assert_cmpfloat (values[1], ==, picture->pixels[5] - 103.939);
  g_assert_cmpfloat (values[2], ==, picture->pixels[1] - 116.779);
  g_assert_cmpfloat (values[5], ==, picture->pixels[3] - 123.68);
}

static void
test_text (void)
{
  static const char *const texts[] = {
    "size=224x224,mode=center,crop=0.875,scale=0,resize=bilinear,offset=even,channels=rgb,divisor="
    "255,"
    "mean=0.485:0.456:0.406,std=0.229:0.224:0.225",
    "size=320x240,mode=border,crop=1,scale=330,resize=lanczos,offset=up,channels=bgr,divisor=1,"
    "mean=103.939:116.779:123.68,std=1:1:1",
    "size=28x28,mode=none,crop=1,scale=0,resize=nearest,offset=down,channels=grey,divisor=255,"
    "mean=0.1307,std=0.30810000000000004",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      KappaPreprocess preprocess = KAPPA_PREPROCESS_IMAGENET, again = KAPPA_PREPROCESS_IMAGENET;
      g_autoptr (GError) error = NULL;
      g_autofree char *text = NULL;

      kappa_preprocess_parse (&preprocess, texts[i], &error);
      g_assert_no_error (error);
      text = kappa_preprocess_to_text (&preprocess);
      g_assert_cmpstr (text, ==, texts[i]);
      g_assert_true (kappa_preprocess_parse (&again, text, NULL));
      g_assert_true (kappa_preprocess_equal (&preprocess, &again));
    }
}

static void
test_overrides (void)
{
  KappaPreprocess preprocess = KAPPA_PREPROCESS_IMAGENET;

  g_assert_true (
      kappa_preprocess_parse (&preprocess, "mean=.5, crop=.9 ,size=240,resize=bicubic", NULL));
  g_assert_cmpuint (preprocess.width, ==, 240);
  g_assert_cmpfloat (preprocess.mean[2], ==, 0.5);
  g_assert_cmpfloat (preprocess.std[2], ==, 0.225);
  /* A fraction takes the place of an explicit scale, and a size keeps the fraction. */
  g_assert_true (kappa_preprocess_parse (&preprocess, "size=224,scale=256", NULL));
  g_assert_true (kappa_preprocess_set (&preprocess, "size", "448", NULL));
  g_assert_cmpuint (preprocess.scale_to, ==, 0);
  g_assert_cmpfloat (preprocess.crop, ==, 0.875);
  g_assert_true (kappa_preprocess_parse (&preprocess, "scale=512,crop=1", NULL));
  g_assert_cmpuint (preprocess.scale_to, ==, 0);
  g_assert_true (kappa_preprocess_has_key ("mean"));
  g_assert_false (kappa_preprocess_has_key ("eps"));
}

static void
test_refusals (void)
{
  static const struct
  {
    const char *text;
    const char *part;
  } cases[] = {
    { "mean=.5,.5,.5", "joined by colons" },
    { "mean=.5:.5", "expected one number or three" },
    { "mean=1:2:3:4", "expected one number or three" },
    { "mean=nan", "expected one number or three" },
    { "std=0", "std is 0" },
    { "std=-1", "std is -1" },
    { "crop=0", "crop is 0" },
    { "crop=1.1", "crop is 1.1" },
    { "crop=7/8", "expected a fraction" },
    { "size=0", "width is 0" },
    { "size=224x224x3", "expected a number of pixels" },
    { "size=-1", "expected a number of pixels" },
    { "size=99999999999999999999", "expected a number of pixels" },
    { "scale=100", "scale is 100" },
    { "resize=cubic", "expected nearest, box" },
    { "mode=centre", "expected center, squash" },
    { "offset=left", "expected even, up or down" },
    { "channels=rgba", "expected rgb, bgr or grey" },
    { "divisor=0", "divisor is 0" },
    { "eps=1e-5", "\"eps\" is unknown; known are size, mode" },
    { "crop=.9,", "not of the form key=value" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      KappaPreprocess preprocess = KAPPA_PREPROCESS_IMAGENET;
      const KappaPreprocess before = preprocess;
      g_autoptr (GError) error = NULL;

      g_assert_false (kappa_preprocess_parse (&preprocess, cases[i].text, &error));
      kappa_test_assert_fails (&error, KAPPA_ERROR, KAPPA_ERROR_USAGE, cases[i].part);
      g_assert_true (kappa_preprocess_equal (&preprocess, &before));
    }
}

static void
test_wrong_size (void)
{
  KappaPreprocess preprocess = KAPPA_PREPROCESS_IMAGENET;
  g_autoptr (KappaImage) picture = kappa_test_picture (33, 32, FALSE);
  g_autoptr (KappaImage) line = kappa_test_picture (KAPPA_IMAGE_MAX_SIDE, 1, FALSE);
  g_autofree guint8 *chw = g_malloc (kappa_preprocess_get_size (&preprocess));
  g_autoptr (GError) error = NULL;

  g_assert_false (kappa_preprocess_apply (&preprocess, line, chw, &error));
  kappa_test_assert_fails (&error, KAPPA_ERROR, KAPPA_ERROR_DATA, "too narrow");
  g_assert_true (kappa_preprocess_parse (&preprocess, "size=32,mode=none", NULL));
  g_assert_false (kappa_preprocess_apply (&preprocess, picture, chw, &error));
  kappa_test_assert_fails (&error, KAPPA_ERROR, KAPPA_ERROR_DATA,
                           "has 33 × 32 pixels, but the model takes 32 × 32");
}

static void
test_describe (void)
{
  static const char *const cases[][2] = {
    { "size=224", "shorter side to 256 (bilinear), centre 224 × 224, RGB, "
                  "(pixel / 255 − (0.485, 0.456, 0.406)) / (0.229, 0.224, 0.225)" },
    { "size=299,mode=squash,crop=0.8975,resize=bicubic,mean=.5,std=.5",
      "squashed to 333 × 333 (bicubic), centre 299 × 299, RGB, (pixel / 255 − (0.5, 0.5, 0.5)) / "
      "(0.5, 0.5, 0.5)" },
    { "size=64,scale=64,mode=border,channels=bgr,divisor=1,mean=1:2:3,std=1",
      "fitted into 64 × 64 (bilinear) with a border, centre 64 × 64, BGR, (pixel / 1 − (1, 2, 3)) "
      "/ (1, 1, 1)" },
    { "size=320x240,crop=1,channels=grey,mean=0.1307,std=0.3081",
      "scaled to cover 320 × 240 (bilinear), centre 320 × 240, grey, (pixel / 255 − (0.1307)) / "
      "(0.3081)" },
    { "size=32,mode=none,mean=0,std=1",
      "as it is, 32 × 32, RGB, (pixel / 255 − (0, 0, 0)) / (1, 1, 1)" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      KappaPreprocess preprocess = KAPPA_PREPROCESS_IMAGENET;
      g_autofree char *text = NULL;

      g_assert_true (kappa_preprocess_parse (&preprocess, cases[i][0], NULL));
      text = kappa_preprocess_describe (&preprocess);
      g_assert_cmpstr (text, ==, cases[i][1]);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (references); i++)
    {
      g_autofree char *path = g_strconcat ("/data/preprocess/reference/", references[i].text, NULL);

      g_test_add_data_func (path, &references[i], test_reference);
    }
  g_test_add_func ("/data/preprocess/offset-of-500-by-375", test_offset_of_500_by_375);
  g_test_add_func ("/data/preprocess/normalize", test_normalize);
  g_test_add_func ("/data/preprocess/normalize-caffe", test_normalize_caffe);
  g_test_add_func ("/data/preprocess/text", test_text);
  g_test_add_func ("/data/preprocess/overrides", test_overrides);
  g_test_add_func ("/data/preprocess/refusals", test_refusals);
  g_test_add_func ("/data/preprocess/wrong-size", test_wrong_size);
  g_test_add_func ("/data/preprocess/describe", test_describe);
  return g_test_run ();
}
