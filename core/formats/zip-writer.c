#include "core/formats/zip-writer.h"

#include <string.h>
#include <zlib.h>

#include "core/base/error.h"
#include "core/formats/save.h"

#define WIDE 0xffffffffu

/* "Names are UTF-8", and the first day of DOS. */
#define FLAGS 0x0800
#define DATE  0x0021

static void
put (GByteArray *record, guint64 value, guint size)
{
  for (guint i = 0; i < size; i++)
    {
      guint8 byte = i < sizeof value ? (guint8)(value >> (8 * i)) : 0;

      g_byte_array_append (record, &byte, 1);
    }
}

void
kappa_zip_writer_init (KappaZipWriter *self, GOutputStream *stream, GCancellable *cancellable)
{
  *self = (KappaZipWriter) { .stream = stream,
                             .cancellable = cancellable,
                             .directory = g_byte_array_new () };
}

void
kappa_zip_writer_clear (KappaZipWriter *self)
{
  g_clear_pointer (&self->directory, g_byte_array_unref);
}

static gboolean
write_bytes (KappaZipWriter *self, const void *data, gsize size, GError **error)
{
  self->offset += size;
  return kappa_save_bytes (self->stream, data, size, self->cancellable, error);
}

/* The fields that both headers of a member have, from the version needed to the sizes. */
static void
put_common (GByteArray *record, guint32 crc, guint64 size, gboolean wide)
{
  put (record, wide ? 45 : 20, 2);
  put (record, FLAGS, 2);
  put (record, 0, 2);
  put (record, 0, 2);
  put (record, DATE, 2);
  put (record, crc, 4);
  put (record, MIN (size, WIDE), 4);
  put (record, MIN (size, WIDE), 4);
}

/* Sizes and offset that do not fit 32 bits. */
static void
put_wide (GByteArray *extra, guint64 size, guint64 offset)
{
  guint n = (size >= WIDE ? 2 : 0) + (offset >= WIDE ? 1 : 0);

  if (n == 0)
    return;
  put (extra, 1, 2);
  put (extra, 8 * n, 2);
  if (size >= WIDE)
    {
      put (extra, size, 8);
      put (extra, size, 8);
    }
  if (offset >= WIDE)
    put (extra, offset, 8);
}

static void
put_entry (KappaZipWriter *self, const char *name, guint32 crc, guint64 size, guint64 offset)
{
  g_autoptr (GByteArray) extra = g_byte_array_new ();

  put_wide (extra, size, offset);
  put (self->directory, 0x02014b50, 4);
  put (self->directory, 45, 2);
  put_common (self->directory, crc, size, extra->len > 0);
  put (self->directory, strlen (name), 2);
  put (self->directory, extra->len, 2);
  put (self->directory, 0, 2 + 2 + 2 + 4);
  put (self->directory, MIN (offset, WIDE), 4);
  g_byte_array_append (self->directory, (const guint8 *)name, (guint)strlen (name));
  g_byte_array_append (self->directory, extra->data, extra->len);
}

static guint32
get_crc (const GBytes *const *parts, guint n_parts, guint64 *size)
{
  uLong crc = crc32 (0, NULL, 0);

  *size = 0;
  for (guint i = 0; i < n_parts; i++)
    {
      gsize length;
      const guint8 *data = g_bytes_get_data ((GBytes *)parts[i], &length);

      crc = crc32_z (crc, data, length);
      *size += length;
    }
  return (guint32)crc;
}

/**
 * kappa_zip_writer_add:
 * @name: at most 65,535 bytes of UTF-8
 * @parts: (array length=n_parts): the content, one after the other
 *
 * Returns: %FALSE with the system's error or %G_IO_ERROR_CANCELLED
 */
gboolean
kappa_zip_writer_add (KappaZipWriter *self,
                      const char *name,
                      const GBytes *const *parts,
                      guint n_parts,
                      GError **error)
{
  g_autoptr (GByteArray) local = g_byte_array_new ();
  g_autoptr (GByteArray) extra = g_byte_array_new ();
  guint64 size, offset = self->offset;
  guint32 crc = get_crc (parts, n_parts, &size);

  if (strlen (name) > G_MAXUINT16)
    {
      g_set_error_literal (error, KAPPA_ERROR, KAPPA_ERROR_USAGE,
                           "a name of more than 65,535 bytes cannot be saved");
      return FALSE;
    }
  put_wide (extra, size, 0);
  put (local, 0x04034b50, 4);
  put_common (local, crc, size, extra->len > 0);
  put (local, strlen (name), 2);
  put (local, extra->len, 2);
  g_byte_array_append (local, (const guint8 *)name, (guint)strlen (name));
  g_byte_array_append (local, extra->data, extra->len);
  if (!write_bytes (self, local->data, local->len, error))
    return FALSE;
  for (guint i = 0; i < n_parts; i++)
    {
      gsize length;
      gconstpointer data = g_bytes_get_data ((GBytes *)parts[i], &length);

      if (!write_bytes (self, data, length, error))
        return FALSE;
    }
  put_entry (self, name, crc, size, offset);
  self->n_members++;
  return TRUE;
}

/* The end of the directory in 64 bits, and where it is. */
static void
put_wide_end (KappaZipWriter *self, GByteArray *end, guint64 directory_size)
{
  guint64 offset = self->offset - directory_size;

  put (end, 0x06064b50, 4);
  put (end, 44, 8);
  put (end, 45, 2);
  put (end, 45, 2);
  put (end, 0, 4 + 4);
  put (end, self->n_members, 8);
  put (end, self->n_members, 8);
  put (end, directory_size, 8);
  put (end, offset, 8);
  put (end, 0x07064b50, 4);
  put (end, 0, 4);
  put (end, self->offset, 8);
  put (end, 1, 4);
}

/**
 * kappa_zip_writer_finish:
 *
 * Writes the directory. The stream is left open.
 *
 * Returns: %FALSE with the system's error or %G_IO_ERROR_CANCELLED
 */
gboolean
kappa_zip_writer_finish (KappaZipWriter *self, GError **error)
{
  g_autoptr (GByteArray) end = g_byte_array_new ();
  guint64 offset = self->offset;

  if (!write_bytes (self, self->directory->data, self->directory->len, error))
    return FALSE;
  if (offset >= WIDE || self->n_members >= G_MAXUINT16)
    put_wide_end (self, end, self->directory->len);
  put (end, 0x06054b50, 4);
  put (end, 0, 2 + 2);
  put (end, MIN (self->n_members, G_MAXUINT16), 2);
  put (end, MIN (self->n_members, G_MAXUINT16), 2);
  put (end, self->directory->len, 4);
  put (end, MIN (offset, WIDE), 4);
  put (end, 0, 2);
  return write_bytes (self, end->data, end->len, error);
}
