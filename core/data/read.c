#include "core/data/read.h"

#include <string.h>

#include "core/formats/source.h"

#define CHUNK ((gsize)1 << 20)

/**
 * kappa_data_read_file:
 * @most: larger files are refused
 *
 * Reads a whole regular file into memory.
 *
 * Returns: (transfer full): the content; %NULL with an error of kappa_source_open() or
 * kappa_source_read(), %KAPPA_ERROR_UNSUPPORTED, %KAPPA_ERROR_MEMORY or %G_IO_ERROR_CANCELLED
 */
GBytes *
kappa_data_read_file (const char *path, gsize most, GCancellable *cancellable, GError **error)
{
  g_autoptr (KappaSource) source = kappa_source_open (path, error);
  g_autofree guint8 *data = NULL;
  gsize size;

  if (source == NULL)
    return NULL;
  if (kappa_source_get_size (source) > most)
    {
      kappa_source_fail (source, error, KAPPA_ERROR_UNSUPPORTED,
                         "has %" G_GUINT64_FORMAT
                         " bytes, the limit for files of its kind is %" G_GSIZE_FORMAT,
                         kappa_source_get_size (source), most);
      return NULL;
    }
  size = (gsize)kappa_source_get_size (source);
  data = g_try_malloc (MAX (size, 1));
  if (data == NULL)
    {
      kappa_source_fail (source, error, KAPPA_ERROR_MEMORY,
                         "no memory for its %" G_GSIZE_FORMAT " bytes", size);
      return NULL;
    }
  for (gsize at = 0; at < size; at += CHUNK)
    if (g_cancellable_set_error_if_cancelled (cancellable, error)
        || !kappa_source_read (source, at, data + at, MIN (CHUNK, size - at), error))
      return NULL;
  return g_bytes_new_take (g_steal_pointer (&data), size);
}

/**
 * kappa_data_gunzip:
 * @name: what the file is called in messages
 * @packed: a gzip file
 * @most: a longer result is refused, so that a small file cannot fill the memory
 *
 * Returns: (transfer full): the unpacked bytes; %NULL with %KAPPA_ERROR_FORMAT or
 * %KAPPA_ERROR_UNSUPPORTED
 */
GBytes *
kappa_data_gunzip (const char *name,
                   GBytes *packed,
                   gsize most,
                   GCancellable *cancellable,
                   GError **error)
{
  g_autoptr (GInputStream) source = g_memory_input_stream_new_from_bytes (packed);
  g_autoptr (GConverter) inflate
      = G_CONVERTER (g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP));
  g_autoptr (GInputStream) stream = g_converter_input_stream_new (source, inflate);
  g_autoptr (GByteArray) data = g_byte_array_new ();
  g_autoptr (GError) failure = NULL;
  g_autofree guint8 *chunk = g_malloc (CHUNK);
  gssize n;

  while ((n = g_input_stream_read (stream, chunk, CHUNK, cancellable, &failure)) > 0)
    {
      if ((gsize)n > most - data->len)
        {
          g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_UNSUPPORTED,
                       "%s: unpacks to more than %" G_GSIZE_FORMAT
                       " bytes, the limit for files of its kind",
                       name, most);
          return NULL;
        }
      g_byte_array_append (data, chunk, (guint)n);
    }
  if (n == 0)
    return g_byte_array_free_to_bytes (g_steal_pointer (&data));
  if (g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_propagate_error (error, g_steal_pointer (&failure));
  else
    g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_FORMAT, "%s: broken or truncated gzip file: %s",
                 name, failure->message);
  return NULL;
}

typedef struct
{
  guint offset;
  guint size;
  const char *bytes;
  const char *kind;
} Signature;

static const Signature signatures[] = {
  { 0, 4, "II*\0", "a TIFF image, which is not read yet; save it as PNG" },
  { 0, 4, "MM\0*", "a TIFF image, which is not read yet; save it as PNG" },
  { 0, 4, "II+\0", "a BigTIFF image, which is not read; save it as PNG" },
  { 0, 4, "MM\0+", "a BigTIFF image, which is not read; save it as PNG" },
  { 128, 4, "DICM", "a DICOM file, which is not read; export it as PNG" },
  { 0, 4, "GIF8", "a GIF image, which is not read; save it as PNG" },
  { 8, 4, "WEBP", "a WebP image, which is not read; save it as PNG" },
  { 4, 4, "ftyp", "a HEIC, AVIF or video file, which is not read; save it as PNG or JPEG" },
  { 4, 4, "jP  ", "a JPEG 2000 image, which is not read; save it as PNG" },
  { 0, 4, "\xff\x4f\xff\x51", "a JPEG 2000 image, which is not read; save it as PNG" },
  { 0, 2, "\xff\x0a", "a JPEG XL image, which is not read; save it as PNG" },
  { 4, 4, "JXL ", "a JPEG XL image, which is not read; save it as PNG" },
  { 0, 4, "8BPS", "a Photoshop document, which is not read; save it as PNG" },
  { 0, 2, "BM", "a BMP image, which is not read; save it as PNG" },
  { 0, 4, "%PDF", "a PDF document" },
  { 0, 23, "version https://git-lfs",
    "a Git LFS pointer, not the file itself; fetch it with \"git lfs pull\"" },
  { 0, 9, "<!DOCTYPE", "a web page, probably an error message saved under the file's name" },
  { 0, 9, "<!doctype", "a web page, probably an error message saved under the file's name" },
  { 0, 5, "<html", "a web page, probably an error message saved under the file's name" },
  { 0, 5, "<?xml", "an XML document" },
  { 0, 4, "<svg", "an SVG drawing" },
  { 0, 2, "\x1f\x8b", "packed with gzip; unpack it first" },
  { 0, 4, "PK\x03\x04", "a ZIP archive; unpack it first" },
  { 0, 6, "7z\xbc\xaf\x27\x1c", "a 7-Zip archive; unpack it first" },
  { 0, 4, "Rar!", "a RAR archive; unpack it first" },
  { 0, 6, "\x93NUMPY", "a NumPy array" },
  { 0, 4, "\x89HDF", "an HDF5 file" },
  { 0, 4, "\x89PNG",
    "a damaged PNG image: its first bytes were changed, as by a transfer in text mode" },
};

/**
 * kappa_data_refuse_foreign:
 * @name: what the file is called in messages
 * @expected: what it should be, e.g. "a PNG or JPEG image"
 *
 * Sets an error that says what a file is instead of what was expected.
 */
void
kappa_data_refuse_foreign (const char *name,
                           const guint8 *data,
                           gsize size,
                           const char *expected,
                           GError **error)
{
  if (size == 0)
    {
      g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_FORMAT, "%s: is empty, expected %s", name,
                   expected);
      return;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (signatures); i++)
    {
      const Signature *s = &signatures[i];

      if (size >= s->offset + s->size && memcmp (data + s->offset, s->bytes, s->size) == 0)
        {
          g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_UNSUPPORTED, "%s: is %s; expected %s", name,
                       s->kind, expected);
          return;
        }
    }
  g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_FORMAT,
               "%s: is not %s (it begins with %02x %02x %02x %02x)", name, expected, data[0],
               size > 1 ? data[1] : 0, size > 2 ? data[2] : 0, size > 3 ? data[3] : 0);
}
