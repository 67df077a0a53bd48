#pragma once

#include "core/formats/source.h"

/**
 * KappaZipEntry:
 * @name: UTF-8, and never a path on this machine
 * @offset: where the member's bytes begin in the file
 * @stored_size: bytes in the file
 * @size: bytes of the content
 * @deflated: whether the content is compressed
 */
typedef struct
{
  char *name;
  guint64 header_offset;
  guint64 offset;
  guint64 stored_size;
  guint64 size;
  guint32 crc;
  guint16 flags;
  gboolean deflated;
  gint checked; /* atomic */
} KappaZipEntry;

typedef struct _KappaZip KappaZip;

KappaZip            *kappa_zip_open          (KappaSource *source, GError **error);
void                 kappa_zip_free          (KappaZip *self);
guint                kappa_zip_get_n_entries (KappaZip *self);
const KappaZipEntry *kappa_zip_get_entry     (KappaZip *self, guint index);
gboolean             kappa_zip_find          (KappaZip *self, const char *name, guint *index);
gboolean             kappa_zip_read          (KappaZip *self, guint index, guint64 offset, void *data, gsize size,
                                              GError **error);
gboolean             kappa_zip_peek          (KappaZip *self, guint index, void *data, gsize size, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (KappaZip, kappa_zip_free)
