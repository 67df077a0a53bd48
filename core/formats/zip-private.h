#pragma once

#include "core/formats/zip.h"

struct _KappaZip
{
  KappaSource *source;
  GArray *entries; /* KappaZipEntry, in the order of the central directory */
  GHashTable *by_name;
};

/**
 * KappaZipDirectory:
 *
 * Where the central directory is, as the records at the end of the archive say.
 */
typedef struct
{
  guint64 offset;
  guint64 size;
  guint64 n_entries;
} KappaZipDirectory;

#define KAPPA_ZIP_FLAG_DESCRIPTOR ((guint16) 1 << 3)

guint16  kappa_zip_u16             (const guint8 *data);
guint32  kappa_zip_u32             (const guint8 *data);
guint64  kappa_zip_u64             (const guint8 *data);
gboolean kappa_zip_fail            (KappaZip *self, GError **error, const char *format, ...) G_GNUC_PRINTF (3, 4);
gboolean kappa_zip_find_directory  (KappaZip *self, KappaZipDirectory *directory, GError **error);
gboolean kappa_zip_read_directory  (KappaZip *self, const KappaZipDirectory *directory, GError **error);
gboolean kappa_zip_check_locals    (KappaZip *self, const KappaZipDirectory *directory, GError **error);
gboolean kappa_zip_find_extra      (const guint8 *extra, gsize size, guint16 id, const guint8 **field, gsize *field_size,
                                    gboolean *sound);
