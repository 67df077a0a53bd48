#include "tests/core/data/hostile-png.h"

#include <gio/gio.h>
#include <string.h>
#include <zlib.h>

static void
add_u32 (GByteArray *png, guint32 number)
{
  guint32 big = GUINT32_TO_BE (number);

  g_byte_array_append (png, (const guint8 *)&big, sizeof big);
}

void
png_add_signature (GByteArray *png)
{
  g_byte_array_append (png, (const guint8 *)"\x89PNG\r\n\x1a\n", 8);
}

void
png_add_chunk (GByteArray *png, const char *type, const void *data, guint32 size)
{
  guint start = png->len + 4;

  add_u32 (png, size);
  g_byte_array_append (png, (const guint8 *)type, 4);
  if (size > 0)
    g_byte_array_append (png, data, size);
  add_u32 (png, (guint32)crc32 (0, png->data + start, png->len - start));
}

void
png_add_header (GByteArray *png, const PngHeader *header)
{
  guint32 sides[2] = { GUINT32_TO_BE (header->width), GUINT32_TO_BE (header->height) };
  guint8 bytes[13];

  memcpy (bytes, sides, 8);
  memcpy (bytes + 8, &header->depth, 5);
  png_add_chunk (png, "IHDR", bytes, sizeof bytes);
}

/* @rows: filter types and samples, not packed yet */
void
png_add_rows (GByteArray *png, const guint8 *rows, gsize size)
{
  uLongf length = compressBound (size);
  g_autofree guint8 *packed = g_malloc (length);

  g_assert_cmpint (compress (packed, &length, rows, size), ==, Z_OK);
  png_add_chunk (png, "IDAT", packed, (guint32)length);
}

GByteArray *
png_make (const PngHeader *header,
          const guint8 *palette,
          guint32 palette_size,
          const guint8 *rows,
          gsize size)
{
  GByteArray *png = g_byte_array_new ();

  png_add_signature (png);
  png_add_header (png, header);
  if (palette != NULL)
    png_add_chunk (png, "PLTE", palette, palette_size);
  png_add_rows (png, rows, size);
  png_add_chunk (png, "IEND", NULL, 0);
  return png;
}
