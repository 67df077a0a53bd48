#include <string.h>

#include "core/base/error.h"
#include "core/data/exif.h"
#include "core/data/image.h"
#include "tests/core/data/data-test.h"

/* The pixels of PIL 9.4 (ImageOps.exif_transpose, then convert ("RGB")); of grey16.png the high
 * bytes. */
typedef struct
{
  const char *name;
  guint width, height;
  const char *sha256;
} Reference;

static const Reference references[] = {
  { "grey1.png", 13, 9, "34c27b759b0c0111448ecd58fd293e31b3c0f501189fc5304dc87f378851ba09" },
  { "grey2.png", 13, 9, "5bb682b1edcd590c2667f7acef1e8a6d56e53e81b5856d168a1ce09ce78b512e" },
  { "grey4.png", 13, 9, "76dcabe3579d684c4a7a45bc152b2930b55ed39459a5d8e267cb3f771015d6d1" },
  { "grey8.png", 13, 9, "12f35cd34603e6fe5b8443e114ffc5495511f5e9a20d7c282487949e4d5bbd27" },
  { "grey16.png", 13, 9, "53a48c70b72717d25e966bf2ecc5baedba5008b4cad91a638c374c7a27fa1c95" },
  { "rgb8.png", 13, 9, "eac8c96c7619f9059a348be1eaa1ab98b5c2ed2b418cd537dcd45034da1229b2" },
  { "grey-alpha8.png", 13, 9, "e563cba00a05ee9d9eb8b70f5668da3cd01e4a580ac647512ac8159aad7d83ea" },
  { "rgb-alpha8.png", 13, 9, "7cd4158f12ae62aa1cfe47e5adb3a225d7e5bae922e738d5991c7c6c99bb7e4b" },
  { "rgb16.png", 13, 9, "91509caa17dac245787bc5bc62cf2b2fcc3eaaf1fbc0adf818ffd192ed1e3111" },
  { "grey-alpha16.png", 13, 9, "61536912f0dd5dadaa80c8ad00283a0accdd80512e515eb0e95641e394778b4b" },
  { "rgb-alpha16.png", 13, 9, "78f18a1bfc7b28a7f4521aad65fbc0bfc557ff07699705c6ea73742941ce9736" },
  { "palette1.png", 13, 9, "0c2a4ad22fe539278d6ac3e7748a50db7266abfa12310bc3b72b0e813ec7604c" },
  { "palette2.png", 13, 9, "0cdb1060244c840262db51f73f573981d943763cba4047c234b022a6c5fcd0b5" },
  { "palette4.png", 13, 9, "d323759aa1f6193385626947f56c6198218dda61c35abbb3f23fee644baa8603" },
  { "palette8.png", 13, 9, "663f8ea7d3e05de95dee012d494fa842388d3a59cf33c2f5c534a91ab806b0eb" },
  { "palette-transparent.png", 13, 9,
    "808c17484b3b6be6111b75817d12441feefbdd685e6d4186a6b2c79ed772e898" },
  { "rgb-transparent.png", 13, 9,
    "eac8c96c7619f9059a348be1eaa1ab98b5c2ed2b418cd537dcd45034da1229b2" },
  { "rgb-interlaced.png", 13, 9,
    "8213224e85d08cabdf506840f2322c14e03dbff9e982aba9876b84fdb16f061a" },
  { "palette-interlaced.png", 13, 9,
    "d323759aa1f6193385626947f56c6198218dda61c35abbb3f23fee644baa8603" },
  { "rgb-orientation6.png", 9, 13,
    "ded8839b048dbd6cb77b3adaa864a34a9fadd65d5c8e23feba105cc6c926f237" },
  { "rgb-profile.png", 13, 9, "0070879939f0f2783f60a4d078c0fbaba60a543b332007fcb2b2b4c799a12293" },
  { "444.jpg", 45, 31, "8df9804c076cfe0082f6145fc362b101157b92ffe1986cd21ec5557cd1b4f035" },
  { "422.jpg", 45, 31, "e137983c9026f2191ddfaad9715c8e8c9807c0975acca477b1ef8455e0e4fdc1" },
  { "420.jpg", 45, 31, "d0b13a99d2ecc8798492d8bb2dd1bd2852e9fe8716106e752dce1712eb0f53c2" },
  { "progressive.jpg", 45, 31, "d0b13a99d2ecc8798492d8bb2dd1bd2852e9fe8716106e752dce1712eb0f53c2" },
  { "grey.jpg", 45, 31, "b948d13846bbf72c895b55e355c4d091748c86c35d7a58f0bc4bfbb55b3ca622" },
  { "cmyk.jpg", 45, 31, "28ddcaa4cbdcc7d9b9ea57b721004e741f23bf10016c7ada3f94448db9e13d08" },
  { "ycck.jpg", 45, 31, "eb1e90d032067ee66397b87f1ca0589c635e3f0bb10b21ca88c8edc141ae8500" },
  { "orientation1.jpg", 45, 31,
    "d0b13a99d2ecc8798492d8bb2dd1bd2852e9fe8716106e752dce1712eb0f53c2" },
  { "orientation2.jpg", 45, 31,
    "b38a5519f4422543b91e952fe076f637696c638aee7bf3c7fef31171f8b479c6" },
  { "orientation3.jpg", 45, 31,
    "7749b5d4a56b2714a49be8cf0869d44c3aecd5be8291fdb15244ba2015ff871e" },
  { "orientation4.jpg", 45, 31,
    "0f64b8413b8288269fb048de76ec06de1eba8132e8629387bb357aab57ecec55" },
  { "orientation5.jpg", 31, 45,
    "7d720cd5068db7cd2de71392548ccea707e1a07f1a67e24ceedef6ad56a38cea" },
  { "orientation6.jpg", 31, 45,
    "7dc99bd0999494c91134db8a43b3206c14a42b30410382f41f60e1cc1ec905d7" },
  { "orientation7.jpg", 31, 45,
    "cb37b51a64d33f0c89bed2b481fea7b2a8d2f22dd073a85bda5a22877c06b411" },
  { "orientation8.jpg", 31, 45,
    "63d298cdfa37feccd506dd25e7155019097c77c143d303e01aba80d4dfddf382" },
};

static void
test_reference (gconstpointer data)
{
  const Reference *reference = data;
  g_autofree char *path = kappa_test_fixture (reference->name), *sha256 = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (KappaImage) image = kappa_image_load (path, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (image->width, ==, reference->width);
  g_assert_cmpuint (image->height, ==, reference->height);
  sha256 = kappa_test_image_sha256 (image);
  g_assert_cmpstr (sha256, ==, reference->sha256);
}

/* Cut in five hundred places, a file gives an error that says so and never a picture with a grey
 * end. */
static void
test_truncated (gconstpointer data)
{
  const Reference *reference = data;
  g_autofree char *path = kappa_test_fixture (reference->name), *bytes = NULL;
  gsize size;

  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  for (gsize n = 8; n < size; n += 1 + size / 500)
    {
      g_autoptr (GError) error = NULL;
      g_autofree guint8 *cut = g_memdup2 (bytes, n);
      g_autoptr (KappaImage) image = kappa_image_decode ("cut", cut, n, NULL, &error);

      g_assert_null (image);
      g_assert_error (error, KAPPA_ERROR, KAPPA_ERROR_FORMAT);
      g_assert_true (g_str_has_prefix (error->message, "cut: "));
    }
}

/* One byte changed, at five hundred places: an image of the same size or an error, nothing worse.
 */
static void
test_damaged (gconstpointer data)
{
  const Reference *reference = data;
  g_autofree char *path = kappa_test_fixture (reference->name), *bytes = NULL;
  gsize size;

  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  for (gsize i = 0; i < size; i += 1 + size / 500)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (KappaImage) image = NULL;

      bytes[i] ^= 0x55;
      image = kappa_image_decode ("damaged", (const guint8 *)bytes, size, NULL, &error);
      g_assert_true ((image != NULL) == (error == NULL));
      bytes[i] ^= 0x55;
    }
}

static void
test_cancelled (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  const char *const names[] = { "rgb8.png", "420.jpg", "progressive.jpg" };

  g_cancellable_cancel (cancellable);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = kappa_test_fixture (names[i]), *bytes = NULL;
      g_autoptr (GError) error = NULL;
      gsize size;

      g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
      g_assert_null (
          kappa_image_decode (names[i], (const guint8 *)bytes, size, cancellable, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    }
}

static void
test_exif (void)
{
  static const guint8 little[]
      = { 'I', 'I', 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0 };
  guint8 block[sizeof little];

  g_assert_cmpuint (kappa_exif_get_orientation (little, sizeof little), ==, 6);
  for (gsize n = 0; n < sizeof little; n++)
    {
      g_autofree guint8 *cut = g_memdup2 (little, MAX (n, 1));

      g_assert_cmpuint (kappa_exif_get_orientation (cut, n), ==, 1);
    }
  memcpy (block, little, sizeof block);
  block[18] = 9; /* no such orientation */
  g_assert_cmpuint (kappa_exif_get_orientation (block, sizeof block), ==, 1);
  block[18] = 6;
  block[7] = 0xff; /* the directory lies far behind the end */
  g_assert_cmpuint (kappa_exif_get_orientation (block, sizeof block), ==, 1);
  block[7] = 0;
  block[8] = block[9] = 0xff; /* more entries than there are bytes */
  g_assert_cmpuint (kappa_exif_get_orientation (block, sizeof block), ==, 6);
  block[12] = 2; /* a text */
  g_assert_cmpuint (kappa_exif_get_orientation (block, sizeof block), ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (references); i++)
    {
      g_autofree char *path = g_strconcat ("/data/image/reference/", references[i].name, NULL);
      g_autofree char *cut = g_strconcat ("/data/image/truncated/", references[i].name, NULL);
      g_autofree char *damaged = g_strconcat ("/data/image/damaged/", references[i].name, NULL);

      g_test_add_data_func (path, &references[i], test_reference);
      g_test_add_data_func (cut, &references[i], test_truncated);
      g_test_add_data_func (damaged, &references[i], test_damaged);
    }
  g_test_add_func ("/data/image/cancelled", test_cancelled);
  g_test_add_func ("/data/image/exif", test_exif);
  return g_test_run ();
}
