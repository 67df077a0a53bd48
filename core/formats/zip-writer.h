#pragma once

#include <gio/gio.h>

/**
 * KappaZipWriter:
 *
 * Writes an archive of stored members; 64-bit records where they are needed. Members carry no time, so that equal
 * content gives equal files.
 */
typedef struct
{
  GOutputStream *stream;
  GCancellable *cancellable;
  guint64 offset;
  guint64 n_members;
  GByteArray *directory;
} KappaZipWriter;

void     kappa_zip_writer_init   (KappaZipWriter *self, GOutputStream *stream, GCancellable *cancellable);
void     kappa_zip_writer_clear  (KappaZipWriter *self);
gboolean kappa_zip_writer_add    (KappaZipWriter *self, const char *name, const GBytes *const *parts, guint n_parts,
                                  GError **error);
gboolean kappa_zip_writer_finish (KappaZipWriter *self, GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (KappaZipWriter, kappa_zip_writer_clear)
