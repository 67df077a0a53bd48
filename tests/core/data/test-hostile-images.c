#include <string.h>

#include "core/base/error.h"
#include "core/data/image.h"
#include "tests/core/data/data-test.h"
#include "tests/core/data/hostile-png.h"

/* Malformed images, each refused, each for its own reason. */

static const guint8 zeros[1 << 16];

/* A PNG that is right but for its header or its palette; @size: bytes of (zero) rows. */
typedef struct
{
  const char *name;
  PngHeader header;
  int palette; /* bytes, -1 for none */
  gsize size;
  int code;
  const char *part;
} PngCase;

static const PngCase png_cases[] = {
  { "no-width", { 0, 4, 8, 2 }, -1, 52, KAPPA_ERROR_FORMAT, "broken PNG" },
  { "no-height", { 4, 0, 8, 2 }, -1, 52, KAPPA_ERROR_FORMAT, "broken PNG" },
  { "negative-width", { 0x80000004, 4, 8, 2 }, -1, 52, KAPPA_ERROR_FORMAT, "broken PNG" },
  { "long-side", { 1 << 18, 1, 8, 0 }, -1, 65536, KAPPA_ERROR_UNSUPPORTED, "the limits are 2^28" },
  { "high-side", { 1, 1 << 18, 8, 0 }, -1, 65536, KAPPA_ERROR_UNSUPPORTED, "131072 on a side" },
  { "too-many-pixels",
    { 60000, 60000, 8, 2 },
    -1,
    52,
    KAPPA_ERROR_UNSUPPORTED,
    "60000 × 60000 pixels" },
  { "more-than-the-file",
    { 16000, 16000, 8, 2 },
    -1,
    52,
    KAPPA_ERROR_FORMAT,
    "truncated or forged" },
  { "depth-3", { 4, 4, 3, 0 }, -1, 12, KAPPA_ERROR_FORMAT, "broken PNG" },
  { "depth-4-of-colour", { 4, 4, 4, 2 }, -1, 28, KAPPA_ERROR_FORMAT, "broken PNG" },
  { "depth-16-of-palette", { 4, 4, 16, 3 }, 6, 36, KAPPA_ERROR_FORMAT, "broken PNG" },
  { "colour-type-5", { 4, 4, 8, 5 }, -1, 52, KAPPA_ERROR_FORMAT, "broken PNG" },
  { "compression-1", { 4, 4, 8, 2, 1 }, -1, 52, KAPPA_ERROR_FORMAT, "broken PNG" },
  { "filter-method-1", { 4, 4, 8, 2, 0, 1 }, -1, 52, KAPPA_ERROR_FORMAT, "broken PNG" },
  { "interlace-2", { 4, 4, 8, 2, 0, 0, 2 }, -1, 52, KAPPA_ERROR_FORMAT, "broken PNG" },
  { "too-few-rows",
    { 4, 4, 8, 2 },
    -1,
    40,
    KAPPA_ERROR_FORMAT,
    "broken PNG: Not enough image data" },
  { "too-few-rows-interlaced",
    { 9, 9, 8, 2, 0, 0, 1 },
    -1,
    40,
    KAPPA_ERROR_FORMAT,
    "Not enough image data" },
  { "no-palette", { 4, 4, 8, 3 }, -1, 20, KAPPA_ERROR_FORMAT, "broken PNG" },
  { "palette-of-4-bytes", { 4, 4, 8, 3 }, 4, 20, KAPPA_ERROR_FORMAT, "broken PNG" },
  { "palette-of-257-colours", { 4, 4, 8, 3 }, 771, 20, KAPPA_ERROR_FORMAT, "broken PNG" },
  { "empty-palette", { 4, 4, 8, 3 }, 0, 20, KAPPA_ERROR_FORMAT, "broken PNG" },
};

static void
assert_refused (const guint8 *bytes, gsize size, int code, const char *part)
{
  /* Of exactly that size on the heap, so that the sanitizers see a byte too many being read. */
  g_autofree guint8 *copy = g_memdup2 (bytes, size);
  g_autoptr (GError) error = NULL;

  g_assert_null (kappa_image_decode ("x", copy, size, NULL, &error));
  g_assert_true (g_str_has_prefix (error->message, "x: "));
  kappa_test_assert_fails (&error, KAPPA_ERROR, code, part);
}

static void
test_png (gconstpointer data)
{
  const PngCase *png_case = data;
  g_autoptr (GByteArray) png
      = png_make (&png_case->header, png_case->palette >= 0 ? zeros : NULL,
                  (guint32)MAX (png_case->palette, 0), zeros, png_case->size);

  assert_refused (png->data, png->len, png_case->code, png_case->part);
}

static const PngHeader usual = { 4, 4, 8, 2 };

static GByteArray *
begin (void)
{
  GByteArray *png = g_byte_array_new ();

  png_add_signature (png);
  png_add_header (png, &usual);
  return png;
}

static void
test_png_chunks (void)
{
  guint8 rows[52] = { 0 };
  g_autoptr (GByteArray) png = begin ();
  guint n_header = png->len;

  assert_refused (png->data, 8, KAPPA_ERROR_FORMAT, "truncated");
  assert_refused (png->data, 20, KAPPA_ERROR_FORMAT, "truncated");
  png_add_chunk (png, "IEND", NULL, 0);
  assert_refused (png->data, png->len, KAPPA_ERROR_FORMAT, "broken PNG");
  g_byte_array_set_size (png, n_header);
  png_add_chunk (png, "IDAT", "garbage", 7);
  png_add_chunk (png, "IEND", NULL, 0);
  assert_refused (png->data, png->len, KAPPA_ERROR_FORMAT, "broken PNG: IDAT");
  g_byte_array_set_size (png, n_header);
  rows[13] = 9; /* no such filter */
  png_add_rows (png, rows, sizeof rows);
  png_add_chunk (png, "IEND", NULL, 0);
  assert_refused (png->data, png->len, KAPPA_ERROR_FORMAT, "bad adaptive filter");
  rows[13] = 0;
  g_byte_array_set_size (png, n_header);
  png_add_chunk (png, "ABCD", "?", 1);
  png_add_rows (png, rows, sizeof rows);
  png_add_chunk (png, "IEND", NULL, 0);
  assert_refused (png->data, png->len, KAPPA_ERROR_FORMAT, "ABCD: unhandled critical chunk");
  g_byte_array_set_size (png, n_header);
  png_add_rows (png, rows, sizeof rows);
  assert_refused (png->data, png->len, KAPPA_ERROR_FORMAT, "truncated");
  png->data[n_header + 10] ^= 1;
  assert_refused (png->data, png->len, KAPPA_ERROR_FORMAT, "broken PNG: IDAT");
  png->data[n_header + 10] ^= 1;
  memset (png->data + n_header, 0xff, 4); /* the length of the chunk */
  assert_refused (png->data, png->len, KAPPA_ERROR_FORMAT, "broken PNG");
  png->data[0] = 'X';
  assert_refused (png->data, png->len, KAPPA_ERROR_FORMAT,
                  "is not a PNG or JPEG image (it begins with 58 50 4e 47)");
}

/* A pixel of a colour that the palette does not have. */
static void
test_png_palette_index (void)
{
  static const PngHeader header = { 4, 4, 8, 3 };
  guint8 rows[20] = { 0 };
  g_autoptr (GByteArray) png = NULL;

  rows[19] = 2;
  png = png_make (&header, zeros, 6, rows, sizeof rows);
  assert_refused (png->data, png->len, KAPPA_ERROR_FORMAT,
                  "a pixel has colour 2 of a palette of 2");
}

/* Texts that would inflate to gigabytes are not even looked at. */
static void
test_png_text_bomb (void)
{
  g_autoptr (GByteArray) png = begin (), text = g_byte_array_new ();
  g_autoptr (KappaImage) image = NULL;
  g_autoptr (GError) error = NULL;
  guint8 rows[52] = { 0 };

  g_byte_array_append (text, (const guint8 *)"Comment\0", 9);
  for (guint i = 0; i < 16; i++)
    g_byte_array_append (text, zeros, sizeof zeros);
  png_add_chunk (png, "zTXt", text->data, text->len);
  png_add_rows (png, rows, sizeof rows);
  png_add_chunk (png, "IEND", NULL, 0);
  image = kappa_image_decode ("x", png->data, png->len, NULL, &error);
  g_assert_no_error (error);
}

/* 444.jpg with @n bytes put in place of those at @offset, counted from the marker 0xff @marker. */
typedef struct
{
  const char *name;
  guint8 marker;
  guint offset;
  const char *bytes;
  guint n;
  int code;
  const char *part;
} JpegCase;

/* The frame is SOF0: length (2), precision, height (2), width (2), components, then id, sampling
 * and table of each. */
static const JpegCase jpeg_cases[] = {
  { "no-width", 0xc0, 7, "\0\0", 2, KAPPA_ERROR_FORMAT, "broken JPEG: Empty JPEG image" },
  { "no-height", 0xc0, 5, "\0\0", 2, KAPPA_ERROR_FORMAT, "broken JPEG: Empty JPEG image" },
  { "too-wide", 0xc0, 7, "\xff\xff", 2, KAPPA_ERROR_FORMAT, "Maximum supported image dimension" },
  { "more-than-the-file", 0xc0, 5, "\x3f\xff\x3f\xff", 4, KAPPA_ERROR_FORMAT,
    "truncated or forged" },
  { "too-many-pixels", 0xc0, 5, "\xf0\x00\xf0\x00", 4, KAPPA_ERROR_UNSUPPORTED,
    "the limits are 2^28" },
  { "12-bit", 0xc0, 4, "\x0c", 1, KAPPA_ERROR_FORMAT, "Unsupported JPEG data precision 12" },
  { "no-components", 0xc0, 9, "\0", 1, KAPPA_ERROR_FORMAT, "broken JPEG" },
  { "components-unlike-length", 0xc0, 9, "\4", 1, KAPPA_ERROR_FORMAT, "Bogus marker length" },
  { "sampling-0", 0xc0, 11, "\0", 1, KAPPA_ERROR_FORMAT, "Bogus sampling factors" },
  { "sampling-5", 0xc0, 11, "\x55", 1, KAPPA_ERROR_FORMAT, "Bogus sampling factors" },
  { "no-quantization-table", 0xc0, 12, "\3", 1, KAPPA_ERROR_FORMAT,
    "Quantization table 0x03 was not defined" },
  { "lossless", 0xc0, 1, "\xc3", 1, KAPPA_ERROR_FORMAT, "Unsupported JPEG process" },
  { "frame-length-1", 0xc0, 2, "\0\1", 2, KAPPA_ERROR_FORMAT, "Bogus marker length" },
  { "two-frames", 0xc4, 1, "\xc0", 1, KAPPA_ERROR_FORMAT, "broken JPEG" },
  { "no-huffman-table", 0xda, 6, "\x33", 1, KAPPA_ERROR_FORMAT,
    "Huffman table 0x03 was not defined" },
  { "scan-of-unknown-component", 0xda, 5, "\x77", 1, KAPPA_ERROR_FORMAT, "Invalid component ID" },
  { "scan-of-no-components", 0xda, 4, "\0", 1, KAPPA_ERROR_FORMAT, "broken JPEG" },
  { "huffman-table-too-full", 0xc4, 5, "\xff", 1, KAPPA_ERROR_FORMAT,
    "Bogus Huffman table definition" },
  { "huffman-table-17", 0xc4, 4, "\x17", 1, KAPPA_ERROR_FORMAT, "Bogus DHT index" },
  { "quantization-table-9", 0xdb, 4, "\x09", 1, KAPPA_ERROR_FORMAT, "Bogus DQT index" },
  { "end-in-the-scan", 0xda, 40, "\xff\xd9", 2, KAPPA_ERROR_FORMAT,
    "the JPEG ends before its picture does" },
  { "ones-in-the-scan", 0xda, 40, "\xff\0\xff\0\xff\0\xff\0\xff\0\xff\0\xff\0\xff\0", 16,
    KAPPA_ERROR_FORMAT, "broken JPEG" },
  { "no-scan", 0xda, 1, "\xd9", 1, KAPPA_ERROR_FORMAT, "broken JPEG" },
};

static gsize
find_marker (const char *bytes, gsize size, guint8 marker)
{
  for (gsize i = 2; i + 1 < size; i++)
    if ((guint8)bytes[i] == 0xff && (guint8)bytes[i + 1] == marker)
      return i;
  g_assert_not_reached ();
}

static char *
read_fixture (const char *name, gsize *size)
{
  g_autofree char *path = kappa_test_fixture (name);
  char *bytes;

  g_assert_true (g_file_get_contents (path, &bytes, size, NULL));
  return bytes;
}

static void
test_jpeg (gconstpointer data)
{
  const JpegCase *jpeg_case = data;
  gsize size;
  g_autofree char *bytes = read_fixture ("444.jpg", &size);

  memcpy (bytes + find_marker (bytes, size, jpeg_case->marker) + jpeg_case->offset,
          jpeg_case->bytes, jpeg_case->n);
  assert_refused ((const guint8 *)bytes, size, jpeg_case->code, jpeg_case->part);
}

/* A second component that no scan mentions. */
static void
test_jpeg_two_components (void)
{
  gsize size;
  g_autofree char *bytes = read_fixture ("grey.jpg", &size);
  gsize frame = find_marker (bytes, size, 0xc0);
  g_autoptr (GByteArray) jpeg = g_byte_array_new ();

  bytes[frame + 3] += 3;
  bytes[frame + 9] = 2;
  g_byte_array_append (jpeg, (const guint8 *)bytes, (guint)frame + 13);
  g_byte_array_append (jpeg, (const guint8 *)"\x02\x11\0", 3);
  g_byte_array_append (jpeg, (const guint8 *)bytes + frame + 13, (guint)(size - frame - 13));
  assert_refused (jpeg->data, jpeg->len, KAPPA_ERROR_UNSUPPORTED, "the JPEG has 2 components");
}

/* A small file that orders the same pass over all coefficients again and again. */
static void
test_jpeg_scans (void)
{
  gsize size;
  g_autofree char *bytes = read_fixture ("progressive.jpg", &size);
  gsize scan = find_marker (bytes, size, 0xda), next = scan + 2;
  g_autoptr (GByteArray) bomb = g_byte_array_new ();

  while ((guint8)bytes[next] != 0xff || bytes[next + 1] == 0)
    next++;
  bytes[scan + 13] = 0; /* all bits of the coefficient at once, so that a repetition is in order */
  g_byte_array_append (bomb, (const guint8 *)bytes, (guint)scan);
  for (guint i = 0; i < 400; i++)
    g_byte_array_append (bomb, (const guint8 *)bytes + scan, (guint)(next - scan));
  g_byte_array_append (bomb, (const guint8 *)"\xff\xd9", 2);
  assert_refused (bomb->data, bomb->len, KAPPA_ERROR_UNSUPPORTED, "has more than 200 scans");
}

/* What people take for images. */
typedef struct
{
  const char *name;
  const char *bytes;
  gsize n;
  gsize offset;
  int code;
  const char *part;
} ForeignCase;

static const ForeignCase foreign_cases[] = {
  { "empty", "", 0, 0, KAPPA_ERROR_FORMAT, "is empty, expected a PNG or JPEG image" },
  { "one-byte", "\xff", 1, 0, KAPPA_ERROR_FORMAT, "it begins with ff 00 00 00" },
  { "jpeg-begins", "\xff\xd8\xff", 3, 0, KAPPA_ERROR_FORMAT,
    "the JPEG ends before its picture does" },
  { "jpeg-begins-and-ends", "\xff\xd8\xff\xd9", 4, 0, KAPPA_ERROR_FORMAT, "broken JPEG" },
  { "png-by-text-transfer", "\x89PNG\n\x1a\n", 7, 0, KAPPA_ERROR_UNSUPPORTED,
    "a damaged PNG image" },
  { "tiff", "II*\0\10\0\0\0", 8, 0, KAPPA_ERROR_UNSUPPORTED,
    "is a TIFF image, which is not read yet; save it as PNG" },
  { "tiff-big-endian", "MM\0*\0\0\0\10", 8, 0, KAPPA_ERROR_UNSUPPORTED, "is a TIFF image" },
  { "bigtiff", "II+\0\10\0\0\0", 8, 0, KAPPA_ERROR_UNSUPPORTED, "is a BigTIFF image" },
  { "dicom", "DICM", 4, 128, KAPPA_ERROR_UNSUPPORTED, "is a DICOM file" },
  { "gif", "GIF89a", 6, 0, KAPPA_ERROR_UNSUPPORTED, "is a GIF image" },
  { "webp", "WEBPVP8 ", 8, 8, KAPPA_ERROR_UNSUPPORTED, "is a WebP image" },
  { "heic", "ftypheic", 8, 4, KAPPA_ERROR_UNSUPPORTED, "is a HEIC, AVIF or video file" },
  { "jpeg-2000", "jP  \r\n\x87\n", 8, 4, KAPPA_ERROR_UNSUPPORTED, "is a JPEG 2000 image" },
  { "jpeg-2000-stream", "\xff\x4f\xff\x51", 4, 0, KAPPA_ERROR_UNSUPPORTED, "is a JPEG 2000 image" },
  { "jpeg-xl", "\xff\x0a\0\0", 4, 0, KAPPA_ERROR_UNSUPPORTED, "is a JPEG XL image" },
  { "psd", "8BPS\0\1", 6, 0, KAPPA_ERROR_UNSUPPORTED, "is a Photoshop document" },
  { "bmp", "BM\0\0", 4, 0, KAPPA_ERROR_UNSUPPORTED, "is a BMP image" },
  { "pdf", "%PDF-1.7", 8, 0, KAPPA_ERROR_UNSUPPORTED, "is a PDF document" },
  { "git-lfs", "version https://git-lfs.github.com/spec/v1", 42, 0, KAPPA_ERROR_UNSUPPORTED,
    "git lfs pull" },
  { "html", "<!DOCTYPE html>", 15, 0, KAPPA_ERROR_UNSUPPORTED, "is a web page" },
  { "svg", "<svg xmlns=", 11, 0, KAPPA_ERROR_UNSUPPORTED, "is an SVG drawing" },
  { "gzip", "\x1f\x8b\x08\0", 4, 0, KAPPA_ERROR_UNSUPPORTED, "packed with gzip" },
  { "zip", "PK\x03\x04", 4, 0, KAPPA_ERROR_UNSUPPORTED, "is a ZIP archive" },
  { "npy", "\x93NUMPY\1\0", 8, 0, KAPPA_ERROR_UNSUPPORTED, "is a NumPy array" },
  { "hdf5", "\x89HDF\r\n\x1a\n", 8, 0, KAPPA_ERROR_UNSUPPORTED, "is an HDF5 file" },
  { "text", "hello, world", 12, 0, KAPPA_ERROR_FORMAT, "is not a PNG or JPEG image" },
};

static void
test_foreign (gconstpointer data)
{
  const ForeignCase *foreign = data;
  g_autofree guint8 *bytes = g_malloc0 (foreign->offset + foreign->n + 1);

  memcpy (bytes + foreign->offset, foreign->bytes, foreign->n);
  assert_refused (bytes, foreign->offset + foreign->n, foreign->code, foreign->part);
}

#define ADD_CASES(cases, group, function)                                                          \
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)                                                 \
    {                                                                                              \
      g_autofree char *path = g_strconcat ("/data/hostile/", group, "/", cases[i].name, NULL);     \
                                                                                                   \
      g_test_add_data_func (path, &cases[i], function);                                            \
    }

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD_CASES (png_cases, "png", test_png);
  g_test_add_func ("/data/hostile/png/chunks", test_png_chunks);
  g_test_add_func ("/data/hostile/png/palette-index", test_png_palette_index);
  g_test_add_func ("/data/hostile/png/text-bomb", test_png_text_bomb);
  ADD_CASES (jpeg_cases, "jpeg", test_jpeg);
  g_test_add_func ("/data/hostile/jpeg/two-components", test_jpeg_two_components);
  g_test_add_func ("/data/hostile/jpeg/scans", test_jpeg_scans);
  ADD_CASES (foreign_cases, "foreign", test_foreign);
  return g_test_run ();
}
