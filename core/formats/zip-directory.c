#include "core/formats/zip-private.h"

#include <string.h>

/*
 * The records at the end of an archive: end of central directory, its 64-bit version, and the
 * central directory itself. A scanner and a loader that read an archive differently can be shown
 * different files, so whatever two records disagree about is refused; no library at hand is that
 * strict. (APPNOTE.TXT, PKWARE, sections 4.3 and 4.5.)
 */

#define END_SIZE      22
#define MAX_COMMENT   65535
#define LOCATOR_SIZE  20
#define END64_SIZE    56
#define ENTRY_SIZE    46
#define MAX_ENTRIES   ((guint64)1 << 20)
#define MAX_DIRECTORY ((guint64)256 << 20)
#define MAX_NAME      1024
#define EXTRA_ZIP64   0x0001

/* Encryption, patches, strong encryption and hidden headers. */
#define FLAGS_REFUSED 0x2061

static gboolean
fail_truncated (KappaZip *self, GError **error)
{
  return kappa_zip_fail (
      self, error,
      "the archive's directory is missing from its end: the file is truncated (was a download "
      "interrupted?) or something was added to it");
}

/* The record whose comment ends exactly where the file does; the last one, as others may be in the
 * comment. */
static gboolean
find_end (KappaZip *self, guint8 end[END_SIZE], guint64 *offset, GError **error)
{
  guint64 file_size = kappa_source_get_size (self->source);
  gsize size = MIN (file_size, END_SIZE + MAX_COMMENT);
  g_autofree guint8 *tail = g_malloc (MAX (size, 1));

  if (!kappa_source_read (self->source, file_size - size, tail, size, error))
    return FALSE;
  for (gsize at = size >= END_SIZE ? size - END_SIZE + 1 : 0; at-- > 0;)
    if (memcmp (tail + at, "PK\5\6", 4) == 0
        && at + END_SIZE + kappa_zip_u16 (tail + at + 20) == size)
      {
        memcpy (end, tail + at, END_SIZE);
        *offset = file_size - size + at;
        return TRUE;
      }
  return fail_truncated (self, error);
}

/* The 64-bit record counts where it is present; the old one must say the same, or that it cannot.
 */
static gboolean
read_end64 (KappaZip *self,
            const guint8 *end,
            guint64 *end_offset,
            KappaZipDirectory *directory,
            GError **error)
{
  guint8 locator[LOCATOR_SIZE], end64[END64_SIZE];
  guint64 offset;

  if (*end_offset < LOCATOR_SIZE)
    return TRUE;
  if (!kappa_source_read (self->source, *end_offset - LOCATOR_SIZE, locator, LOCATOR_SIZE, error))
    return FALSE;
  if (memcmp (locator, "PK\6\7", 4) != 0)
    return TRUE;
  offset = kappa_zip_u64 (locator + 8);
  if (kappa_zip_u32 (locator + 4) != 0 || kappa_zip_u32 (locator + 16) > 1)
    return kappa_zip_fail (self, error, "archives in several parts are not read");
  if (offset > *end_offset - LOCATOR_SIZE || *end_offset - LOCATOR_SIZE - offset < END64_SIZE)
    return kappa_zip_fail (self, error, "its 64-bit directory record lies outside the file");
  if (!kappa_source_read (self->source, offset, end64, END64_SIZE, error))
    return FALSE;
  if (memcmp (end64, "PK\6\6", 4) != 0
      || kappa_zip_u64 (end64 + 4) + 12 != *end_offset - LOCATOR_SIZE - offset)
    return kappa_zip_fail (self, error, "its 64-bit directory record is not where it should be");
  directory->n_entries = kappa_zip_u64 (end64 + 32);
  directory->size = kappa_zip_u64 (end64 + 40);
  directory->offset = kappa_zip_u64 (end64 + 48);
  if (kappa_zip_u32 (end64 + 16) != 0 || kappa_zip_u32 (end64 + 20) != 0
      || kappa_zip_u64 (end64 + 24) != directory->n_entries)
    return kappa_zip_fail (self, error, "archives in several parts are not read");
  if ((kappa_zip_u16 (end + 10) != MIN (directory->n_entries, 0xffff)
       && kappa_zip_u16 (end + 10) != 0xffff)
      || (kappa_zip_u32 (end + 12) != directory->size && kappa_zip_u32 (end + 12) != 0xffffffff)
      || (kappa_zip_u32 (end + 16) != directory->offset && kappa_zip_u32 (end + 16) != 0xffffffff))
    return kappa_zip_fail (self, error, "its 32-bit and 64-bit directory records disagree");
  *end_offset = offset;
  return TRUE;
}

/* Finds the central directory; it must fill the space up to the records at the end. */
gboolean
kappa_zip_find_directory (KappaZip *self, KappaZipDirectory *directory, GError **error)
{
  guint8 end[END_SIZE];
  guint64 end_offset = 0;

  if (!find_end (self, end, &end_offset, error))
    return FALSE;
  if (kappa_zip_u16 (end + 4) != 0 || kappa_zip_u16 (end + 6) != 0
      || kappa_zip_u16 (end + 8) != kappa_zip_u16 (end + 10))
    return kappa_zip_fail (self, error, "archives in several parts are not read");
  directory->n_entries = kappa_zip_u16 (end + 10);
  directory->size = kappa_zip_u32 (end + 12);
  directory->offset = kappa_zip_u32 (end + 16);
  if (!read_end64 (self, end, &end_offset, directory, error))
    return FALSE;
  if (directory->size > end_offset || directory->offset != end_offset - directory->size)
    return kappa_zip_fail (self, error,
                           "its directory should begin at byte %" G_GUINT64_FORMAT
                           " and take %" G_GUINT64_FORMAT
                           " bytes, which does not lead to its end at %" G_GUINT64_FORMAT,
                           directory->offset, directory->size, end_offset);
  if (directory->n_entries > MAX_ENTRIES || directory->size > MAX_DIRECTORY)
    return kappa_zip_fail (self, error, "more than 1,048,576 members are not read");
  if (directory->size / ENTRY_SIZE < directory->n_entries)
    return kappa_zip_fail (self, error, "%" G_GUINT64_FORMAT " members do not fit its directory",
                           directory->n_entries);
  return TRUE;
}

/* Sizes and offset that do not fit 32 bits stand in an extra field, only those and in this order.
 */
static gboolean
read_zip64 (KappaZipEntry *entry, const guint8 *extra, gsize size, guint16 disk)
{
  guint64 *const wide[] = { &entry->size, &entry->stored_size, &entry->header_offset };
  const guint8 *field;
  gsize field_size, used = 0;
  gboolean sound;
  gboolean found = kappa_zip_find_extra (extra, size, EXTRA_ZIP64, &field, &field_size, &sound);

  if (!sound)
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (wide); i++)
    if (*wide[i] == 0xffffffff)
      {
        if (!found || field_size - used < 8)
          return FALSE;
        *wide[i] = kappa_zip_u64 (field + used);
        used += 8;
      }
  if (disk == 0xffff && (!found || field_size - used < 4 || kappa_zip_u32 (field + used) != 0))
    return FALSE;
  return TRUE;
}

static gboolean
check_entry (KappaZip *self, KappaZipEntry *entry, guint16 method, GError **error)
{
  g_autofree char *name = kappa_source_quote (entry->name, strlen (entry->name));

  if ((entry->flags & FLAGS_REFUSED) != 0)
    return kappa_zip_fail (self, error, "the member “%s” is encrypted or patched", name);
  if (method != 0 && method != 8)
    return kappa_zip_fail (self, error,
                           "the member “%s” is compressed by method %u; only deflate is read", name,
                           method);
  if (method == 0 && entry->size != entry->stored_size)
    return kappa_zip_fail (self, error, "the stored member “%s” has two different sizes", name);
  /* Deflate cannot do better than 1 in 1032. */
  if (method == 8 && entry->size / 1032 > entry->stored_size)
    return kappa_zip_fail (self, error, "the member “%s” claims to grow beyond what deflate can do",
                           name);
  entry->deflated = method == 8;
  if (!g_hash_table_insert (self->by_name, entry->name, GUINT_TO_POINTER (self->entries->len - 1)))
    return kappa_zip_fail (self, error, "two members are called “%s”", name);
  return TRUE;
}

static gboolean
read_entry (KappaZip *self, const guint8 *data, gsize left, gsize *used, GError **error)
{
  gsize name_size, extra_size;
  KappaZipEntry *entry;
  guint16 disk;

  if (left < ENTRY_SIZE || memcmp (data, "PK\1\2", 4) != 0)
    return kappa_zip_fail (self, error, "entry %u of its directory is damaged", self->entries->len);
  name_size = kappa_zip_u16 (data + 28);
  extra_size = kappa_zip_u16 (data + 30);
  *used = ENTRY_SIZE + name_size + extra_size + kappa_zip_u16 (data + 32);
  if (*used > left || name_size == 0 || name_size > MAX_NAME
      || !g_utf8_validate_len ((const char *)data + ENTRY_SIZE, name_size, NULL))
    return kappa_zip_fail (self, error, "entry %u of its directory has a name that is not read",
                           self->entries->len);
  g_array_set_size (self->entries, self->entries->len + 1);
  entry = &g_array_index (self->entries, KappaZipEntry, self->entries->len - 1);
  *entry = (KappaZipEntry) { .name = g_strndup ((const char *)data + ENTRY_SIZE, name_size),
                             .flags = kappa_zip_u16 (data + 8),
                             .crc = kappa_zip_u32 (data + 16),
                             .stored_size = kappa_zip_u32 (data + 20),
                             .size = kappa_zip_u32 (data + 24),
                             .header_offset = kappa_zip_u32 (data + 42) };
  disk = kappa_zip_u16 (data + 34);
  if (disk != 0 && disk != 0xffff)
    return kappa_zip_fail (self, error, "archives in several parts are not read");
  if (!read_zip64 (entry, data + ENTRY_SIZE + name_size, extra_size, disk))
    return kappa_zip_fail (self, error, "entry %u of its directory has broken extra fields",
                           self->entries->len - 1);
  return check_entry (self, entry, kappa_zip_u16 (data + 10), error);
}

/* Reads all entries; they must fill the directory exactly. */
gboolean
kappa_zip_read_directory (KappaZip *self, const KappaZipDirectory *directory, GError **error)
{
  g_autofree guint8 *data = g_malloc (MAX (directory->size, 1));
  gsize at = 0, used = 0;

  if (!kappa_source_read (self->source, directory->offset, data, directory->size, error))
    return FALSE;
  for (guint64 i = 0; i < directory->n_entries; i++, at += used)
    if (!read_entry (self, data + at, directory->size - at, &used, error))
      return FALSE;
  if (at != directory->size)
    return kappa_zip_fail (self, error, "its directory is longer than its entries");
  return TRUE;
}
