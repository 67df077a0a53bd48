#include "core/formats/zip-private.h"

#include <string.h>
#include <zlib.h>

#define CHUNK ((gsize)1 << 18)

/**
 * KappaZip:
 *
 * A zip archive whose every record agrees with every other; anything else is not opened.
 */

guint16
kappa_zip_u16 (const guint8 *data)
{
  return (guint16)(data[0] | data[1] << 8);
}

guint32
kappa_zip_u32 (const guint8 *data)
{
  return kappa_zip_u16 (data) | (guint32)kappa_zip_u16 (data + 2) << 16;
}

guint64
kappa_zip_u64 (const guint8 *data)
{
  return kappa_zip_u32 (data) | (guint64)kappa_zip_u32 (data + 4) << 32;
}

gboolean
kappa_zip_fail (KappaZip *self, GError **error, const char *format, ...)
{
  g_autofree char *what = NULL;
  va_list arguments;

  va_start (arguments, format);
  what = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  return kappa_source_fail (self->source, error, KAPPA_ERROR_FORMAT, "zip archive: %s", what);
}

/* The extra field @id among the extra fields of a header; @sound is whether they follow one another
 * properly. */
gboolean
kappa_zip_find_extra (const guint8 *extra,
                      gsize size,
                      guint16 id,
                      const guint8 **field,
                      gsize *field_size,
                      gboolean *sound)
{
  gboolean found = FALSE;

  *sound = TRUE;
  *field_size = 0;
  while (size >= 4)
    {
      gsize length = kappa_zip_u16 (extra + 2);

      if (length > size - 4 || (found && kappa_zip_u16 (extra) == id))
        {
          *sound = FALSE;
          return FALSE;
        }
      if (kappa_zip_u16 (extra) == id)
        {
          *field = extra + 4;
          *field_size = length;
          found = TRUE;
        }
      extra += 4 + length;
      size -= 4 + length;
    }
  *sound = size == 0;
  return found;
}

static void
clear_entry (gpointer data)
{
  g_free (((KappaZipEntry *)data)->name);
}

/**
 * kappa_zip_open:
 * @source: (transfer none): the archive
 *
 * Returns: (transfer full): the archive; %NULL with %KAPPA_ERROR_FORMAT
 */
KappaZip *
kappa_zip_open (KappaSource *source, GError **error)
{
  g_autoptr (KappaZip) self = g_new0 (KappaZip, 1);
  KappaZipDirectory directory = { 0 };

  self->source = kappa_source_ref (source);
  self->entries = g_array_new (FALSE, TRUE, sizeof (KappaZipEntry));
  g_array_set_clear_func (self->entries, clear_entry);
  self->by_name = g_hash_table_new (g_str_hash, g_str_equal);
  if (!kappa_zip_find_directory (self, &directory, error)
      || !kappa_zip_read_directory (self, &directory, error)
      || !kappa_zip_check_locals (self, &directory, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
kappa_zip_free (KappaZip *self)
{
  g_hash_table_unref (self->by_name);
  g_array_unref (self->entries);
  kappa_source_unref (self->source);
  g_free (self);
}

guint
kappa_zip_get_n_entries (KappaZip *self)
{
  return self->entries->len;
}

const KappaZipEntry *
kappa_zip_get_entry (KappaZip *self, guint index)
{
  return &g_array_index (self->entries, KappaZipEntry, index);
}

/**
 * kappa_zip_find:
 * @index: (out): which entry is called @name
 *
 * Returns: %FALSE if none is
 */
gboolean
kappa_zip_find (KappaZip *self, const char *name, guint *index)
{
  gpointer value;

  if (!g_hash_table_lookup_extended (self->by_name, name, NULL, &value))
    return FALSE;
  *index = GPOINTER_TO_UINT (value);
  return TRUE;
}

static gboolean
fail_crc (KappaZip *self, const KappaZipEntry *entry, GError **error)
{
  g_autofree char *name = kappa_source_quote (entry->name, strlen (entry->name));

  return kappa_zip_fail (self, error,
                         "the checksum of the member “%s” is wrong: the file is damaged", name);
}

static gboolean
check_crc (KappaZip *self, KappaZipEntry *entry, GError **error)
{
  g_autofree guint8 *chunk = g_malloc (MAX (MIN (CHUNK, entry->size), 1));
  uLong crc = crc32 (0, NULL, 0);

  if (g_atomic_int_get (&entry->checked))
    return TRUE;
  for (guint64 at = 0; at < entry->size;)
    {
      gsize n = MIN (CHUNK, entry->size - at);

      if (!kappa_source_read (self->source, entry->offset + at, chunk, n, error))
        return FALSE;
      crc = crc32 (crc, chunk, (uInt)n);
      at += n;
    }
  if (crc != entry->crc)
    return fail_crc (self, entry, error);
  g_atomic_int_set (&entry->checked, TRUE);
  return TRUE;
}

typedef struct
{
  KappaZip *zip;
  KappaZipEntry *entry;
  z_stream stream;
  guint8 *input;
  guint64 read; /* stored bytes handed to zlib */
  gboolean ended;
} Inflater;

/* Up to @size bytes of content; fewer only at its end. */
static gboolean
inflate_some (Inflater *self, guint8 *data, gsize size, gsize *n, GError **error)
{
  g_autofree char *name = kappa_source_quote (self->entry->name, strlen (self->entry->name));

  self->stream.next_out = data;
  self->stream.avail_out = (uInt)size;
  while (self->stream.avail_out > 0 && !self->ended)
    {
      int status;

      if (self->stream.avail_in == 0)
        {
          gsize left = MIN (CHUNK, self->entry->stored_size - self->read);

          if (!kappa_source_read (self->zip->source, self->entry->offset + self->read, self->input,
                                  left, error))
            return FALSE;
          self->stream.next_in = self->input;
          self->stream.avail_in = (uInt)left;
          self->read += left;
        }
      status = inflate (&self->stream, Z_NO_FLUSH);
      self->ended = status == Z_STREAM_END;
      if (status != Z_OK && status != Z_STREAM_END)
        return kappa_zip_fail (self->zip, error, "the member “%s” cannot be decompressed", name);
    }
  *n = size - self->stream.avail_out;
  return TRUE;
}

/* Keeps those of the @n bytes at @at that lie in the @size bytes from @offset on. */
static void
keep_range (const guint8 *chunk, guint64 at, gsize n, guint64 offset, guint8 *data, gsize size)
{
  guint64 from = MAX (at, offset), to = MIN (at + n, offset + size);

  if (from < to)
    memcpy (data + (from - offset), chunk + (from - at), to - from);
}

/* Decompresses the whole member, so that its size and checksum are seen to be right. */
static gboolean
inflate_range (Inflater *self, guint64 offset, guint8 *data, gsize size, GError **error)
{
  gsize room = MIN (CHUNK, self->entry->size + 1), n = room;
  g_autofree guint8 *chunk = g_malloc (room);
  uLong crc = crc32 (0, NULL, 0);
  guint64 at = 0;

  while (n == room && at <= self->entry->size)
    {
      if (!inflate_some (self, chunk, room, &n, error))
        return FALSE;
      crc = crc32 (crc, chunk, (uInt)n);
      keep_range (chunk, at, n, offset, data, size);
      at += n;
    }
  if (at != self->entry->size || !self->ended || self->stream.avail_in > 0
      || self->read != self->entry->stored_size)
    {
      g_autofree char *name = kappa_source_quote (self->entry->name, strlen (self->entry->name));

      return kappa_zip_fail (self->zip, error,
                             "the member “%s” is not compressed as the directory says", name);
    }
  return crc == self->entry->crc || fail_crc (self->zip, self->entry, error);
}

static gboolean
inflate_begin (Inflater *self, KappaZip *zip, KappaZipEntry *entry, GError **error)
{
  *self = (Inflater) { .zip = zip, .entry = entry };
  if (inflateInit2 (&self->stream, -MAX_WBITS) != Z_OK)
    return kappa_zip_fail (zip, error, "zlib cannot be used");
  self->input = g_malloc (MAX (MIN (CHUNK, entry->stored_size), 1));
  return TRUE;
}

static void
inflate_finish (Inflater *self)
{
  inflateEnd (&self->stream);
  g_free (self->input);
}

/**
 * kappa_zip_read:
 * @offset: in the content of the member, decompressed if need be
 * @data: (out) (array length=size): the bytes from there on
 *
 * Checks the whole member's checksum, once for a stored one. May be called from several threads at
 * once.
 *
 * Returns: %FALSE with %KAPPA_ERROR_FORMAT if the member is shorter or damaged, or with the
 * system's error
 */
gboolean
kappa_zip_read (KappaZip *self, guint index, guint64 offset, void *data, gsize size, GError **error)
{
  KappaZipEntry *entry = &g_array_index (self->entries, KappaZipEntry, index);
  Inflater inflater;
  gboolean done;

  if (offset > entry->size || size > entry->size - offset)
    return kappa_zip_fail (self, error, "a member is shorter than what is wanted of it");
  if (!entry->deflated)
    return check_crc (self, entry, error)
           && kappa_source_read (self->source, entry->offset + offset, data, size, error);
  if (!inflate_begin (&inflater, self, entry, error))
    return FALSE;
  done = inflate_range (&inflater, offset, data, size, error);
  inflate_finish (&inflater);
  return done;
}

/**
 * kappa_zip_peek:
 * @data: (out) (array length=size): the first bytes of the member
 *
 * Reads the beginning of a member without looking at the rest, and so without knowing whether its
 * checksum is right.
 *
 * Returns: %FALSE with %KAPPA_ERROR_FORMAT if the member is shorter, or with the system's error
 */
gboolean
kappa_zip_peek (KappaZip *self, guint index, void *data, gsize size, GError **error)
{
  KappaZipEntry *entry = &g_array_index (self->entries, KappaZipEntry, index);
  Inflater inflater;
  gboolean done;
  gsize n = 0;

  if (size > entry->size)
    return kappa_zip_fail (self, error, "a member is shorter than what is wanted of it");
  if (!entry->deflated)
    return kappa_source_read (self->source, entry->offset, data, size, error);
  if (!inflate_begin (&inflater, self, entry, error))
    return FALSE;
  done = inflate_some (&inflater, data, size, &n, error);
  inflate_finish (&inflater);
  if (done && n < size)
    return kappa_zip_fail (self, error, "a compressed member is shorter than the directory says");
  return done;
}
