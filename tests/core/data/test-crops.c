#include <string.h>

#include "core/base/error.h"
#include "core/data/crops.h"
#include "tests/core/data/data-test.h"

/* All views of seven pictures, by another program: resized by PIL 9.4, cut by slices of arrays. */
typedef struct
{
  KappaCrops crops;
  const char *text;
  const char *sha256;
} Reference;

static const Reference references[] = {
  { KAPPA_CROPS_TEN, "size=24,mode=center,scale=26,resize=bilinear,offset=even",
    "7816778ae1129f1a73b1a9cf51ab6b92e15414759b15a0236e069ef028386fe8" },
  { KAPPA_CROPS_TEN, "size=24,mode=center,scale=29,resize=bicubic,offset=up,channels=bgr",
    "1aba489b259d716c62c64c4c500e36d7d3e41487cee55bca3155f08924dc2722" },
  { KAPPA_CROPS_TEN, "size=24,mode=squash,scale=27,resize=lanczos,offset=down",
    "2dc14ed722c1123155a10bdc91284b753238fcf3e36b72aaed290b09ea5929d0" },
  { KAPPA_CROPS_TWELVE, "size=24,mode=center,scale=27,resize=bicubic,offset=even",
    "928e5873c2e19c17561233df325cdd308ece920ba5925d26dab48861fbaaed03" },
  { KAPPA_CROPS_TWELVE, "size=24,mode=center,scale=31,resize=bilinear,offset=up",
    "ffd6d49072619dcee410b4fc058fec778a9044a46e45ebe8075734ec71aeaa94" },
  { KAPPA_CROPS_TWELVE, "size=24,mode=squash,scale=28,resize=bicubic,channels=bgr",
    "6babcda00a908d312c5e080cc58231686fb64c228c583b6d40b97dadd4e4c91e" },
  { KAPPA_CROPS_MANY, "size=24,mode=center,scale=27,resize=bicubic,offset=even",
    "c5e0ad1141397c019e9789a7f5b8edc98b631edcc2321157b7075348acc5c66c" },
  { KAPPA_CROPS_MANY, "size=30,mode=center,crop=1,resize=bilinear,offset=down,channels=bgr",
    "452027eaf638491c8eb6dbd183609919698a764e81a24fcaa04f7066c245e4bf" },
  { KAPPA_CROPS_MANY, "size=24,mode=center,scale=27,resize=nearest,offset=even",
    "65570b851933cb4014c3418afd62c5e6b8fab0b7df066da7cffef25a02f2d586" },
};

static const guint sizes[][2]
    = { { 40, 31 }, { 31, 40 }, { 57, 25 }, { 24, 24 }, { 5, 9 }, { 300, 3 }, { 3, 300 } };

static KappaPreprocess
parse (const char *text)
{
  KappaPreprocess preprocess = KAPPA_PREPROCESS_IMAGENET;
  g_autoptr (GError) error = NULL;

  kappa_preprocess_parse (&preprocess, text, &error);
  g_assert_no_error (error);
  return preprocess;
}

static gsize
size_of (KappaCrops crops, const KappaPreprocess *preprocess)
{
  return kappa_crops_get_n (crops) * kappa_preprocess_get_size (preprocess);
}

static guint8 *
apply (KappaCrops crops, const KappaPreprocess *preprocess, KappaImage *image)
{
  guint8 *views = g_malloc (size_of (crops, preprocess));
  g_autoptr (GError) error = NULL;

  g_assert_true (kappa_crops_check (crops, preprocess, NULL));
  g_assert_true (kappa_crops_can_apply (crops, preprocess, image, NULL));
  kappa_crops_apply (crops, preprocess, image, views, NULL, &error);
  g_assert_no_error (error);
  return views;
}

static void
test_reference (gconstpointer data)
{
  const Reference *reference = data;
  KappaPreprocess preprocess = parse (reference->text);
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (KappaImage) picture = kappa_test_picture (sizes[i][0], sizes[i][1], FALSE);
      g_autofree guint8 *views = apply (reference->crops, &preprocess, picture);

      g_checksum_update (checksum, views, (gssize)size_of (reference->crops, &preprocess));
    }
  g_assert_cmpstr (g_checksum_get_string (checksum), ==, reference->sha256);
}

/* A picture whose pixels tell where they are. */
static KappaImage *
make_map (guint width, guint height)
{
  KappaImage *image = kappa_image_new (width, height);

  for (guint y = 0; y < height; y++)
    for (guint x = 0; x < width; x++)
      {
        guint8 *pixel = image->pixels + 3 * (y * width + x);

        pixel[0] = (guint8)x;
        pixel[1] = (guint8)y;
        pixel[2] = (guint8)(x * y);
      }
  return image;
}

static void
check_place (const guint8 *view, guint size, guint left, guint top, gboolean mirrored)
{
  for (guint y = 0; y < size; y++)
    for (guint x = 0; x < size; x++)
      {
        guint from_x = left + (mirrored ? size - 1 - x : x), from_y = top + y;

        g_assert_cmpuint (view[y * size + x], ==, from_x);
        g_assert_cmpuint (view[(size + y) * size + x], ==, from_y);
        g_assert_cmpuint (view[(2 * size + y) * size + x], ==, (guint8)(from_x * from_y));
      }
}

/* The picture has the scale size already, so that its pixels are those of the views. */
static void
check_map (KappaCrops crops, const guint places[][2], guint n_places)
{
  KappaPreprocess preprocess = parse ("size=8,mode=center,scale=11,resize=bicubic");
  g_autoptr (KappaImage) map = make_map (20, 11);
  g_autofree guint8 *views = apply (crops, &preprocess, map);

  for (guint i = 0; i < n_places; i++)
    for (guint mirrored = 0; mirrored < 2; mirrored++)
      check_place (views + (2 * i + mirrored) * 3 * 64, 8, places[i][0], places[i][1],
                   mirrored == 1);
}

static void
test_places (void)
{
  const guint flips[][2] = { { 6, 2 } };
  const guint ten[][2] = { { 0, 0 }, { 12, 0 }, { 0, 3 }, { 12, 3 }, { 6, 2 } };
  /* The square's columns are 4 … 14: 4.5 is rounded to the even side. */
  const guint twelve[][2] = { { 4, 0 }, { 7, 0 }, { 4, 3 }, { 7, 3 }, { 6, 2 } };

  check_map (KAPPA_CROPS_FLIPS, flips, G_N_ELEMENTS (flips));
  check_map (KAPPA_CROPS_TEN, ten, G_N_ELEMENTS (ten));
  check_map (KAPPA_CROPS_TWELVE, twelve, G_N_ELEMENTS (twelve));
}

/* The plain view is the preset's own crop, to the pixel, wherever half pixels go. */
static void
test_plain (void)
{
  static const char *const texts[]
      = { "size=24,mode=center,scale=27,resize=bicubic,offset=even",
          "size=24,mode=center,scale=27,resize=bicubic,offset=up",
          "size=21,mode=center,crop=0.875,resize=bilinear,offset=down",
          "size=21,mode=center,crop=0.875,resize=bilinear,channels=grey" };
  const KappaCrops all[] = { KAPPA_CROPS_ONE, KAPPA_CROPS_FLIPS, KAPPA_CROPS_TEN,
                             KAPPA_CROPS_TWELVE, KAPPA_CROPS_MANY };

  for (gsize t = 0; t < G_N_ELEMENTS (texts); t++)
    for (gsize s = 0; s < G_N_ELEMENTS (sizes); s++)
      for (gsize c = 0; c < G_N_ELEMENTS (all); c++)
        {
          KappaPreprocess preprocess = parse (texts[t]);
          gsize size = kappa_preprocess_get_size (&preprocess);
          g_autoptr (KappaImage) picture = kappa_test_picture (sizes[s][0], sizes[s][1], FALSE);
          g_autofree guint8 *expected = g_malloc (size),
                            *views = apply (all[c], &preprocess, picture);
          int plain = kappa_crops_get_plain (all[c], &preprocess);

          g_assert_true (kappa_preprocess_apply (&preprocess, picture, expected, NULL));
          g_assert_cmpint (plain, >=, 0);
          g_assert_cmpmem (views + (gsize)plain * size, size, expected, size);
        }
}

/* 224 / 0.9 is none of the protocol's scales; 299 / 0.875 is, as all of its scales are rounded. */
static void
test_no_plain (void)
{
  KappaPreprocess usual = parse ("size=224,crop=0.875"), other = parse ("size=224,crop=0.9"),
                  inception = parse ("size=299,crop=0.875");
  g_autofree char *text = kappa_crops_describe (KAPPA_CROPS_MANY, &inception);

  g_assert_cmpint (kappa_crops_get_plain (KAPPA_CROPS_MANY, &usual), ==, 20);
  g_assert_cmpint (kappa_crops_get_plain (KAPPA_CROPS_MANY, &other), ==, -1);
  g_assert_cmpint (kappa_crops_get_plain (KAPPA_CROPS_TWELVE, &other), ==, 8);
  g_assert_cmpint (kappa_crops_get_plain (KAPPA_CROPS_MANY, &inception), ==, 20);
  g_assert_nonnull (strstr (text, "341, 384, 427 and 469"));
}

/* A preset that pads has a mirror image, border and all, and no corners. */
static void
test_border (void)
{
  KappaPreprocess preprocess = parse ("size=8,mode=border,crop=1,resize=bilinear");
  g_autoptr (KappaImage) picture = kappa_test_picture (16, 6, FALSE);
  g_autofree guint8 *views = apply (KAPPA_CROPS_FLIPS, &preprocess, picture);

  for (guint row = 0; row < 24; row++)
    for (guint x = 0; x < 8; x++)
      g_assert_cmpuint (views[8 * row + x], ==, views[192 + 8 * row + 7 - x]);
}

static void
test_refused (void)
{
  static const struct
  {
    KappaCrops crops;
    const char *text, *mentions;
  } cases[] = {
    { KAPPA_CROPS_TEN, "size=24,mode=none", "mode=none" },
    { KAPPA_CROPS_TEN, "size=24,mode=border", "mode=border" },
    { KAPPA_CROPS_TWELVE, "size=30x20,mode=center", "crops=10" },
    { KAPPA_CROPS_TWELVE, "size=32,mode=center,crop=1", "all are the same" },
    { KAPPA_CROPS_MANY, "size=24,mode=squash", "crops=12" },
    { KAPPA_CROPS_MANY, "size=12000,mode=center", "16384" },
  };
  KappaPreprocess preprocess = parse ("size=24,mode=center");
  g_autoptr (KappaImage) line = kappa_test_picture (1, 1 << 20, FALSE);
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      KappaPreprocess refused = parse (cases[i].text);

      g_assert_false (kappa_crops_check (cases[i].crops, &refused, &error));
      kappa_test_assert_fails (&error, KAPPA_ERROR, KAPPA_ERROR_USAGE, cases[i].mentions);
      g_assert_true (kappa_crops_check (KAPPA_CROPS_FLIPS, &refused, NULL));
    }
  g_assert_false (kappa_crops_can_apply (KAPPA_CROPS_MANY, &preprocess, line, &error));
  kappa_test_assert_fails (&error, KAPPA_ERROR, KAPPA_ERROR_DATA, "too narrow");
}

/* A line of pixels becomes a picture too large to keep; its views are cut one by one. */
static void
test_line (void)
{
  KappaPreprocess preprocess = parse ("size=24,mode=center,scale=27,resize=bilinear");
  gsize size = kappa_preprocess_get_size (&preprocess);
  g_autoptr (KappaImage) line = kappa_test_picture (1, 1 << 18, FALSE);
  g_autofree guint8 *views = apply (KAPPA_CROPS_TEN, &preprocess, line), *plain = g_malloc (size);

  g_assert_true (kappa_preprocess_apply (&preprocess, line, plain, NULL));
  g_assert_cmpmem (views + 8 * size, size, plain, size);
}

static void
test_cancel (void)
{
  KappaPreprocess preprocess = parse ("size=24,mode=center");
  g_autoptr (KappaImage) picture = kappa_test_picture (40, 31, FALSE);
  g_autofree guint8 *views = g_malloc (size_of (KAPPA_CROPS_MANY, &preprocess));
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (cancellable);
  g_assert_false (
      kappa_crops_apply (KAPPA_CROPS_MANY, &preprocess, picture, views, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (references); i++)
    {
      g_autofree char *path
          = g_strdup_printf ("/crops/reference/%u-views/%s",
                             kappa_crops_get_n (references[i].crops), references[i].text);

      g_test_add_data_func (path, &references[i], test_reference);
    }
  g_test_add_func ("/crops/places", test_places);
  g_test_add_func ("/crops/plain", test_plain);
  g_test_add_func ("/crops/no-plain", test_no_plain);
  g_test_add_func ("/crops/border", test_border);
  g_test_add_func ("/crops/refused", test_refused);
  g_test_add_func ("/crops/line", test_line);
  g_test_add_func ("/crops/cancel", test_cancel);
  return g_test_run ();
}
