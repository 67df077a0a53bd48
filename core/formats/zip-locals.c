#include "core/formats/zip-private.h"

#include <string.h>

/*
 * The headers in front of the members. The directory counts; but a header that says something else,
 * members that overlap, or bytes that belong to no member are signs of an archive made to be read
 * in two ways.
 */

#define LOCAL_SIZE     30
#define EXTRA_ZIP64    0x0001
#define MAX_DESCRIPTOR 24

/* Sizes in the header: as in the directory, or 64-bit ones in an extra field, or 0 when a
 * descriptor follows. */
static gboolean
sizes_agree (const KappaZipEntry *entry, const guint8 *local, const guint8 *extra, gsize extra_size)
{
  guint64 size = kappa_zip_u32 (local + 22), stored_size = kappa_zip_u32 (local + 18);
  guint32 crc = kappa_zip_u32 (local + 14);
  gboolean descriptor = (entry->flags & KAPPA_ZIP_FLAG_DESCRIPTOR) != 0;
  const guint8 *field;
  gsize field_size, used = 0;
  gboolean sound;
  gboolean found
      = kappa_zip_find_extra (extra, extra_size, EXTRA_ZIP64, &field, &field_size, &sound);

  if (!sound)
    return FALSE;
  if (found && size == 0xffffffff && field_size >= 8)
    {
      size = kappa_zip_u64 (field);
      used = 8;
    }
  if (found && stored_size == 0xffffffff && field_size - used >= 8)
    stored_size = kappa_zip_u64 (field + used);
  /* A writer that put off the sizes wrote zeros, and perhaps what it knew already. */
  return (size == entry->size || (descriptor && size == 0))
         && (stored_size == entry->stored_size || (descriptor && stored_size == 0))
         && (crc == entry->crc || (descriptor && crc == 0));
}

static gboolean
check_local (KappaZip *self, KappaZipEntry *entry, guint64 limit, GError **error)
{
  g_autofree char *name = kappa_source_quote (entry->name, strlen (entry->name));
  g_autofree guint8 *variable = NULL;
  guint8 local[LOCAL_SIZE];
  gsize name_size, extra_size;

  if (entry->header_offset > limit || limit - entry->header_offset < LOCAL_SIZE)
    return kappa_zip_fail (self, error, "the member “%s” lies outside the archive", name);
  if (!kappa_source_read (self->source, entry->header_offset, local, LOCAL_SIZE, error))
    return FALSE;
  name_size = kappa_zip_u16 (local + 26);
  extra_size = kappa_zip_u16 (local + 28);
  entry->offset = entry->header_offset + LOCAL_SIZE + name_size + extra_size;
  if (memcmp (local, "PK\3\4", 4) != 0 || entry->offset > limit
      || entry->stored_size > limit - entry->offset)
    return kappa_zip_fail (self, error, "the member “%s” has no header, or runs past the end",
                           name);
  variable = g_malloc (MAX (name_size + extra_size, 1));
  if (!kappa_source_read (self->source, entry->header_offset + LOCAL_SIZE, variable,
                          name_size + extra_size, error))
    return FALSE;
  if (name_size != strlen (entry->name) || memcmp (variable, entry->name, name_size) != 0)
    return kappa_zip_fail (self, error,
                           "the directory and the header call the member “%s” differently", name);
  if (kappa_zip_u16 (local + 6) != entry->flags
      || kappa_zip_u16 (local + 8) != (entry->deflated ? 8 : 0)
      || !sizes_agree (entry, local, variable + name_size, extra_size))
    return kappa_zip_fail (self, error, "the directory and the header of the member “%s” disagree",
                           name);
  return TRUE;
}

/* What stands between a member's bytes and the next header: nothing, or a descriptor that agrees
 * with the directory. */
static gboolean
check_gap (KappaZip *self, const KappaZipEntry *entry, guint64 next, GError **error)
{
  guint64 end = entry->offset + entry->stored_size, gap = next - end;
  guint8 descriptor[MAX_DESCRIPTOR];
  g_autofree char *name = kappa_source_quote (entry->name, strlen (entry->name));
  gboolean wide = gap >= 20, marked = gap == 16 || gap == 24, agrees;
  const guint8 *fields = descriptor + (marked ? 4 : 0);

  if (next < end)
    return kappa_zip_fail (self, error, "the member “%s” overlaps the next one", name);
  if ((entry->flags & KAPPA_ZIP_FLAG_DESCRIPTOR) == 0 && gap == 0)
    return TRUE;
  if ((entry->flags & KAPPA_ZIP_FLAG_DESCRIPTOR) == 0
      || (gap != 12 && gap != 16 && gap != 20 && gap != 24))
    return kappa_zip_fail (self, error,
                           "%" G_GUINT64_FORMAT " bytes after the member “%s” belong to nothing",
                           gap, name);
  if (!kappa_source_read (self->source, end, descriptor, gap, error))
    return FALSE;
  agrees = (!marked || memcmp (descriptor, "PK\7\10", 4) == 0)
           && kappa_zip_u32 (fields) == entry->crc
           && (wide ? kappa_zip_u64 (fields + 4) : kappa_zip_u32 (fields + 4)) == entry->stored_size
           && (wide ? kappa_zip_u64 (fields + 12) : kappa_zip_u32 (fields + 8)) == entry->size;
  return agrees
         || kappa_zip_fail (self, error,
                            "the descriptor after the member “%s” disagrees with the directory",
                            name);
}

static gint
compare_offsets (gconstpointer a, gconstpointer b)
{
  const KappaZipEntry *first = *(const KappaZipEntry *const *)a,
                      *second = *(const KappaZipEntry *const *)b;

  return (first->header_offset > second->header_offset)
         - (first->header_offset < second->header_offset);
}

/* Compares every header with the directory, and sees that the members fill the archive without
 * overlap. */
gboolean
kappa_zip_check_locals (KappaZip *self, const KappaZipDirectory *directory, GError **error)
{
  g_autoptr (GPtrArray) sorted = g_ptr_array_new ();

  for (guint i = 0; i < self->entries->len; i++)
    {
      KappaZipEntry *entry = &g_array_index (self->entries, KappaZipEntry, i);

      if (!check_local (self, entry, directory->offset, error))
        return FALSE;
      g_ptr_array_add (sorted, entry);
    }
  g_ptr_array_sort (sorted, compare_offsets);
  if (sorted->len > 0 && ((KappaZipEntry *)sorted->pdata[0])->header_offset != 0)
    return kappa_zip_fail (self, error, "something stands before the first member");
  for (guint i = 0; i < sorted->len; i++)
    {
      guint64 next = i + 1 < sorted->len ? ((KappaZipEntry *)sorted->pdata[i + 1])->header_offset
                                         : directory->offset;

      if (!check_gap (self, sorted->pdata[i], next, error))
        return FALSE;
    }
  return TRUE;
}
