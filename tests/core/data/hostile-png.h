#pragma once

#include <glib.h>

/* PNG files put together chunk by chunk, so that everything but one thing in them is right. */

typedef struct
{
  guint32 width, height;
  guint8 depth, type, compression, filter, interlace;
} PngHeader;

void        png_add_signature (GByteArray *png);
void        png_add_chunk     (GByteArray *png, const char *type, const void *data, guint32 size);
void        png_add_header    (GByteArray *png, const PngHeader *header);
void        png_add_rows      (GByteArray *png, const guint8 *rows, gsize size);
GByteArray *png_make          (const PngHeader *header, const guint8 *palette,
                               guint32 palette_size, const guint8 *rows,
                               gsize size);
