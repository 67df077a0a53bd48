#include "core/data/resize.h"
#include "tests/core/data/data-test.h"

/* PIL 9.4's Image.resize of kappa_test_picture (). */
typedef struct
{
  guint from_width, from_height;
  guint to_width, to_height;
  KappaResample resample;
  gboolean hard;
  const char *sha256;
} Reference;

static const Reference references[] = {
  { 7, 5, 3, 2, KAPPA_RESAMPLE_NEAREST, FALSE,
    "ccf8f0e4584cf17c64d402839124ed2895185b1875d21071f34cf37b81b2bcdc" },
  { 7, 5, 3, 2, KAPPA_RESAMPLE_BOX, TRUE,
    "675eec264021c04b2cf83e380337f63cd6a108aee485c68e205c5837d669d5b6" },
  { 7, 5, 3, 2, KAPPA_RESAMPLE_BILINEAR, FALSE,
    "e18244e6038b1061cc6cd220642ffd275a87795754afb9bdc9fe05ea827810d4" },
  { 7, 5, 3, 2, KAPPA_RESAMPLE_HAMMING, TRUE,
    "73a063e2b0dd158c07027a02fbab220911f891d67c9d9fae5fa65a7ab275bdcf" },
  { 7, 5, 3, 2, KAPPA_RESAMPLE_BICUBIC, FALSE,
    "b3bd40ce6712afba2d750f828d1d52a2aea75e713c6813a99ae74321750a8e4b" },
  { 7, 5, 3, 2, KAPPA_RESAMPLE_LANCZOS, TRUE,
    "69e248acb79cd916f789640a2842aaba32c8f5bb5f970c9f11b0125c590ca9b0" },
  { 7, 5, 16, 11, KAPPA_RESAMPLE_NEAREST, FALSE,
    "5fd5b04a60d65f35f77279875a9897c99ab53efd3f0fbc881a97765545f1adcc" },
  { 7, 5, 16, 11, KAPPA_RESAMPLE_BOX, TRUE,
    "fec7bd5b21e373ca53ddfdeeaef1cef7dbefdb941ebf95dc1a275ecbecb5f724" },
  { 7, 5, 16, 11, KAPPA_RESAMPLE_BILINEAR, FALSE,
    "26a4705967f2d43119ea8090fb12dc9d4da92d4041a32be9e75418cc5f73bcd2" },
  { 7, 5, 16, 11, KAPPA_RESAMPLE_HAMMING, TRUE,
    "8f3f06bd07b16cfadb849d9da735f303a76e938202618eeb5d11c0b8fbe29fbd" },
  { 7, 5, 16, 11, KAPPA_RESAMPLE_BICUBIC, FALSE,
    "296e3bd8142bd8205238dfdc432449460a567f07693ec0e4f5a152dc63d5586f" },
  { 7, 5, 16, 11, KAPPA_RESAMPLE_LANCZOS, TRUE,
    "f7150a0fc7d7868afc24977849ce12ada4580168d84c45d96f5dcc34c0a52b69" },
  { 1, 1, 5, 3, KAPPA_RESAMPLE_NEAREST, FALSE,
    "3a72464aa00ece8c1da4d6f20a61aabccebc1a1406c894f14b9e8479e7a9ebf7" },
  { 1, 1, 5, 3, KAPPA_RESAMPLE_BOX, TRUE,
    "5bf2e7ed6abde478b57e8aaca07e51cb1f499ae5c68086ef60d6cea0572e4740" },
  { 1, 1, 5, 3, KAPPA_RESAMPLE_BILINEAR, FALSE,
    "3a72464aa00ece8c1da4d6f20a61aabccebc1a1406c894f14b9e8479e7a9ebf7" },
  { 1, 1, 5, 3, KAPPA_RESAMPLE_HAMMING, TRUE,
    "5bf2e7ed6abde478b57e8aaca07e51cb1f499ae5c68086ef60d6cea0572e4740" },
  { 1, 1, 5, 3, KAPPA_RESAMPLE_BICUBIC, FALSE,
    "3a72464aa00ece8c1da4d6f20a61aabccebc1a1406c894f14b9e8479e7a9ebf7" },
  { 1, 1, 5, 3, KAPPA_RESAMPLE_LANCZOS, TRUE,
    "5bf2e7ed6abde478b57e8aaca07e51cb1f499ae5c68086ef60d6cea0572e4740" },
  { 1, 9, 4, 1, KAPPA_RESAMPLE_NEAREST, FALSE,
    "283518b2d38d62f3c9e07181a02f39fb3a04415c84b04a4c7935d3dee6f7677a" },
  { 1, 9, 4, 1, KAPPA_RESAMPLE_BOX, TRUE,
    "57437ad1fc01dd1b9540de531ba53f4d48ebf46dc8bc3dacfb75a2f5bbc21e78" },
  { 1, 9, 4, 1, KAPPA_RESAMPLE_BILINEAR, FALSE,
    "000e2f90136dde4bcb128c2829f87fc88cb1a385bd5dad3679781c6599fc09ac" },
  { 1, 9, 4, 1, KAPPA_RESAMPLE_HAMMING, TRUE,
    "394dac2016546d3e6340de7a4dc35d238bf7b15b993dd96080f5da1900386f4f" },
  { 1, 9, 4, 1, KAPPA_RESAMPLE_BICUBIC, FALSE,
    "b9b41f3a64ef9c0e7bb269763bdea3d698c7ee451c648631484a3c8ebbb6987b" },
  { 1, 9, 4, 1, KAPPA_RESAMPLE_LANCZOS, TRUE,
    "6573492c86595a545326a57e7956ae4c951113c5d6bd251615ead21a48e1d6de" },
  { 9, 1, 1, 4, KAPPA_RESAMPLE_NEAREST, FALSE,
    "bd34d010370f51aae4a05368101e8657892686196a6e4232f6990ad5860b3378" },
  { 9, 1, 1, 4, KAPPA_RESAMPLE_BOX, TRUE,
    "4e1cfc7569635c9089c4a20e4fe59fb27291b8eff320e3e988198ffb862d748f" },
  { 9, 1, 1, 4, KAPPA_RESAMPLE_BILINEAR, FALSE,
    "e6b5cf6ac09ffd53ce7bbe97060573863a2efa9e132f4f695e4368458d4e7d92" },
  { 9, 1, 1, 4, KAPPA_RESAMPLE_HAMMING, TRUE,
    "5afd10a33924d727cd097c9be9a6bfd8ecb78c4c8dfad49a2cd37ccd75c2c840" },
  { 9, 1, 1, 4, KAPPA_RESAMPLE_BICUBIC, FALSE,
    "28e6c4c49d007d40a64507f29becb8fb7fe53ff9afb6c63376c2c7f30df2f0de" },
  { 9, 1, 1, 4, KAPPA_RESAMPLE_LANCZOS, TRUE,
    "1f7bdce04a4a1c4f34226ab3e82462091d9f60387d2486f43d11fdeb54812b17" },
  { 31, 17, 31, 8, KAPPA_RESAMPLE_NEAREST, FALSE,
    "e3e306ae9833cb0e3e8afab55ae4cee2714d4023488bb4e8b601a9aee5eff12d" },
  { 31, 17, 31, 8, KAPPA_RESAMPLE_BOX, TRUE,
    "fa8aad0c55ba6756670b675b0feb6f799bacec9baba9aeb7bdf84fd84fa24e07" },
  { 31, 17, 31, 8, KAPPA_RESAMPLE_BILINEAR, FALSE,
    "9d295473be8e64b13f2dce0a17f16141fc30ba17ce80f31c0960af3b8eaa06a8" },
  { 31, 17, 31, 8, KAPPA_RESAMPLE_HAMMING, TRUE,
    "4f5aff68adec63bcc9f4f1083ef27b19d101fe3cad3c2ac5d174a5d9c9c02c8e" },
  { 31, 17, 31, 8, KAPPA_RESAMPLE_BICUBIC, FALSE,
    "c911502b9f58fbd0cdc8f3f5e647a5c61db0a0f37ed9c0509af49eed77d69573" },
  { 31, 17, 31, 8, KAPPA_RESAMPLE_LANCZOS, TRUE,
    "ec7a23f3c8acf7d5d5a2952a8ea7b519ef8c5a2905e19dfe1f7a9d48093f4813" },
  { 31, 17, 9, 17, KAPPA_RESAMPLE_NEAREST, FALSE,
    "f71e0d90190c51179942795ec63c01562141027b7e4721cfa33f5c985c9c5233" },
  { 31, 17, 9, 17, KAPPA_RESAMPLE_BOX, TRUE,
    "ddc6a3a8340dce00ac1a26085106243f7d563c720a520b529e9109768267182d" },
  { 31, 17, 9, 17, KAPPA_RESAMPLE_BILINEAR, FALSE,
    "9ec2ff5fde39f9a69c2f1717ca1e6109e5175cb6b3847a9c89110b4886aa47d5" },
  { 31, 17, 9, 17, KAPPA_RESAMPLE_HAMMING, TRUE,
    "853a08b1df4672fb949200283aaf855a6530481d020f83e33fa11691de8d776d" },
  { 31, 17, 9, 17, KAPPA_RESAMPLE_BICUBIC, FALSE,
    "1cfce09204d3743155b9160214a96725c74e8db098d6e96c98ada3e703cd25fb" },
  { 31, 17, 9, 17, KAPPA_RESAMPLE_LANCZOS, TRUE,
    "40e0bb70b22f38ce8f3b3b6694ab63c42aca99f7d88686b45e26db456b2aeaa4" },
  { 64, 48, 13, 29, KAPPA_RESAMPLE_NEAREST, FALSE,
    "1f7b9d2a6fe7d0d6bef011ad4fdcfa3198e3034b3257d943d990f5ea2e480abc" },
  { 64, 48, 13, 29, KAPPA_RESAMPLE_BOX, TRUE,
    "a5a0113c2f63b771c0438661a311713912a9ae51b994933a16dfd4ffcdaef7b1" },
  { 64, 48, 13, 29, KAPPA_RESAMPLE_BILINEAR, FALSE,
    "a86205fd343cdf327330b8da5e1334faf49c042339061a3210cb4719380eb5ca" },
  { 64, 48, 13, 29, KAPPA_RESAMPLE_HAMMING, TRUE,
    "c50c98dd84905780336b05be9cd3283754df2aa5db1c79162b3ed1ed7dd7a1ed" },
  { 64, 48, 13, 29, KAPPA_RESAMPLE_BICUBIC, FALSE,
    "302ef50e4656d2fb5bf1de2d90da3ac5e192f71e0740ebc50c74b7e4eabc8be0" },
  { 64, 48, 13, 29, KAPPA_RESAMPLE_LANCZOS, TRUE,
    "22ff094e6676d0a1c3f7ba1d81019b79b33c581703afa21af64558e595df2886" },
  { 3, 200, 200, 3, KAPPA_RESAMPLE_NEAREST, FALSE,
    "1e34f0dba55f2e6a30d1dd48d383daab500300c51eb2b5451bdf2c461e02d73f" },
  { 3, 200, 200, 3, KAPPA_RESAMPLE_BOX, TRUE,
    "e2e21bcf8c4bb43fbdaec60e7e69f7a99d07cd6e3efe353dc7b47201ca2c931c" },
  { 3, 200, 200, 3, KAPPA_RESAMPLE_BILINEAR, FALSE,
    "80fd632909cbedb8bf7fb507ae7ed5c3619c93d3b3de192c1f7de2700055fc67" },
  { 3, 200, 200, 3, KAPPA_RESAMPLE_HAMMING, TRUE,
    "ca8f315a5d12d05b6231d1a2706103bc424119bad8b1b54307fc380978df398e" },
  { 3, 200, 200, 3, KAPPA_RESAMPLE_BICUBIC, FALSE,
    "3a0279373e604b87de136f7247e621ee1def82ad9071d7a64bdd6017ca5663da" },
  { 3, 200, 200, 3, KAPPA_RESAMPLE_LANCZOS, TRUE,
    "873c168e23b8c216fa6f3ad68ddb8342ad61d646f3464538d917d5380c50d6da" },
  { 33, 32, 32, 33, KAPPA_RESAMPLE_NEAREST, FALSE,
    "2ad567fdc9dede8901e99a3f2fcd15976567f528978b7fccf4aeae16e7b1655d" },
  { 33, 32, 32, 33, KAPPA_RESAMPLE_BOX, TRUE,
    "0241e4ad94009f6a2743742bf09dc7074791199c0f8674629c50e426db530527" },
  { 33, 32, 32, 33, KAPPA_RESAMPLE_BILINEAR, FALSE,
    "72b3f2168d82f661fd9b51465c124a654e1890445355b806464ba509603203d7" },
  { 33, 32, 32, 33, KAPPA_RESAMPLE_HAMMING, TRUE,
    "8b2015da64f70f9973e57a83869ee113485a0fa620a3da8ad9e0b9b2d0d7e285" },
  { 33, 32, 32, 33, KAPPA_RESAMPLE_BICUBIC, FALSE,
    "35bd779cdc1a7bb87fb9a75cf06a3b7d279665482f26edf2fca5eed3192e7128" },
  { 33, 32, 32, 33, KAPPA_RESAMPLE_LANCZOS, TRUE,
    "2439ab87ab38aa38619be57d0f36bbd0a19b3b4d631f2d02756352d90cf604ab" },
};

static void
test_reference (gconstpointer data)
{
  const Reference *r = data;
  g_autoptr (KappaImage) picture = kappa_test_picture (r->from_width, r->from_height, r->hard);
  g_autoptr (KappaImage) result
      = kappa_image_resize (picture, r->to_width, r->to_height, r->resample);
  g_autofree char *sha256 = kappa_test_image_sha256 (result);

  g_assert_cmpuint (result->width, ==, r->to_width);
  g_assert_cmpuint (result->height, ==, r->to_height);
  g_assert_cmpstr (sha256, ==, r->sha256);
}

/* Every part of a result equals the same part of the whole. */
static void
test_regions (gconstpointer data)
{
  const Reference *r = data;
  g_autoptr (KappaImage) picture = kappa_test_picture (r->from_width, r->from_height, r->hard);
  g_autoptr (KappaImage) whole
      = kappa_image_resize (picture, r->to_width, r->to_height, r->resample);
  KappaRegion region = { 0 };

  region.x = r->to_width / 3;
  region.y = r->to_height / 4;
  for (region.width = 1; region.x + region.width <= r->to_width; region.width += 3)
    for (region.height = 1; region.y + region.height <= r->to_height; region.height += 4)
      {
        g_autoptr (KappaImage) part
            = kappa_image_resize_region (picture, r->to_width, r->to_height, r->resample, &region);

        for (guint y = 0; y < region.height; y++)
          g_assert_cmpmem (part->pixels + (gsize)y * region.width * 3, region.width * 3,
                           whole->pixels + 3 * ((region.y + y) * (gsize)r->to_width + region.x),
                           region.width * 3);
      }
}

/* One row by hand, to see what a filter does: seven pixels to three and to eleven. */
typedef struct
{
  KappaResample resample;
  guint8 three[3];
  guint8 eleven[11];
} Row;

static const Row rows[] = {
  { KAPPA_RESAMPLE_NEAREST, { 255, 0, 255 }, { 0, 0, 255, 0, 0, 0, 255, 255, 255, 0, 0 } },
  { KAPPA_RESAMPLE_BOX, { 128, 85, 128 }, { 0, 0, 255, 0, 0, 0, 255, 255, 255, 0, 0 } },
  { KAPPA_RESAMPLE_BILINEAR, { 109, 90, 164 }, { 0, 116, 232, 70, 0, 0, 162, 255, 255, 116, 0 } },
  { KAPPA_RESAMPLE_HAMMING, { 125, 65, 157 }, { 0, 101, 252, 25, 0, 0, 200, 255, 255, 101, 0 } },
  { KAPPA_RESAMPLE_BICUBIC, { 103, 93, 166 }, { 0, 119, 250, 65, 0, 0, 170, 255, 255, 106, 0 } },
  { KAPPA_RESAMPLE_LANCZOS, { 91, 104, 168 }, { 0, 126, 255, 85, 0, 0, 165, 255, 255, 97, 0 } },
};

static void
check_row (KappaResample resample, const guint8 *expected, guint n)
{
  static const guint8 values[7] = { 0, 255, 0, 0, 255, 255, 0 };
  g_autoptr (KappaImage) across = kappa_image_new (7, 1), down = kappa_image_new (1, 7),
                         wide = NULL, high = NULL;

  for (guint i = 0; i < 21; i++)
    across->pixels[i] = down->pixels[i] = values[i / 3];
  wide = kappa_image_resize (across, n, 1, resample);
  high = kappa_image_resize (down, 1, n, resample);
  for (guint i = 0; i < 3 * n; i++)
    {
      g_assert_cmpuint (wide->pixels[i], ==, expected[i / 3]);
      g_assert_cmpuint (high->pixels[i], ==, expected[i / 3]);
    }
}

static void
test_rows (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      check_row (rows[i].resample, rows[i].three, 3);
      check_row (rows[i].resample, rows[i].eleven, 11);
    }
}

static void
test_names (void)
{
  KappaResample resample;

  for (guint i = KAPPA_RESAMPLE_NEAREST; i <= KAPPA_RESAMPLE_LANCZOS; i++)
    {
      g_assert_true (kappa_resample_from_name (kappa_resample_get_name (i), &resample));
      g_assert_cmpuint (resample, ==, i);
    }
  g_assert_false (kappa_resample_from_name ("cubic", &resample));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (references); i++)
    {
      const Reference *r = &references[i];
      g_autofree char *name
          = g_strdup_printf ("%ux%u-%ux%u/%s", r->from_width, r->from_height, r->to_width,
                             r->to_height, kappa_resample_get_name (r->resample));
      g_autofree char *reference = g_strconcat ("/data/resize/reference/", name, NULL);
      g_autofree char *regions = g_strconcat ("/data/resize/regions/", name, NULL);

      g_test_add_data_func (reference, r, test_reference);
      g_test_add_data_func (regions, r, test_regions);
    }
  g_test_add_func ("/data/resize/rows", test_rows);
  g_test_add_func ("/data/resize/names", test_names);
  return g_test_run ();
}
