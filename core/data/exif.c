#include "core/data/exif.h"

#define TAG_ORIENTATION 0x0112
#define TYPE_SHORT      3
#define TYPE_LONG       4
#define ENTRY_SIZE      12

typedef struct
{
  const guint8 *data;
  gsize size;
  gboolean big_endian;
} Tiff;

static guint
read_u16 (const Tiff *tiff, gsize at)
{
  const guint8 *b = tiff->data + at;

  return tiff->big_endian ? (guint)b[0] << 8 | b[1] : (guint)b[1] << 8 | b[0];
}

static guint32
read_u32 (const Tiff *tiff, gsize at)
{
  guint32 first = read_u16 (tiff, at), second = read_u16 (tiff, at + 2);

  return tiff->big_endian ? first << 16 | second : second << 16 | first;
}

static guint
read_orientation (const Tiff *tiff, gsize entry)
{
  guint type = read_u16 (tiff, entry + 2);
  guint32 value;

  if (read_u32 (tiff, entry + 4) != 1)
    return 0;
  if (type == TYPE_SHORT)
    value = read_u16 (tiff, entry + 8);
  else if (type == TYPE_LONG)
    value = read_u32 (tiff, entry + 8);
  else
    return 0;
  return value <= 8 ? value : 0;
}

/**
 * kappa_exif_get_orientation:
 * @tiff: (array length=size): an EXIF block from its byte order mark on, without a leading
 * "Exif\0\0"
 *
 * Looks for the orientation in the first directory. A damaged block says nothing about the pixels,
 * so that it counts as "upright" and is no error. Where the tag stands twice the last one holds.
 *
 * Returns: 1 … 8 as EXIF 2.32 numbers them; 1 is upright, and what is meant where nothing can be
 * read
 */
guint
kappa_exif_get_orientation (const guint8 *tiff, gsize size)
{
  Tiff self = { tiff, size, FALSE };
  guint orientation = 0;
  gsize directory, n_entries;

  if (size < 8 || tiff[0] != tiff[1] || (tiff[0] != 'I' && tiff[0] != 'M'))
    return 1;
  self.big_endian = tiff[0] == 'M';
  directory = read_u32 (&self, 4);
  if (read_u16 (&self, 2) != 42 || directory < 8 || directory > size - 2)
    return 1;
  n_entries = MIN (read_u16 (&self, directory), (size - directory - 2) / ENTRY_SIZE);
  for (gsize i = 0; i < n_entries; i++)
    {
      gsize entry = directory + 2 + i * ENTRY_SIZE;

      if (read_u16 (&self, entry) == TAG_ORIENTATION)
        orientation = read_orientation (&self, entry);
    }
  return orientation > 0 ? orientation : 1;
}
