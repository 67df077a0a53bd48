#pragma once

#include <gio/gio.h>

#include "core/base/error.h"

/*
 * Where the bytes of a file come from. Everything is read with pread() against the size the file had when it was
 * opened; a file that shrinks meanwhile is an error, never a fault.
 */

typedef struct _KappaSource KappaSource;

KappaSource *kappa_source_open          (const char *path, GError **error);
KappaSource *kappa_source_new_for_descriptor (int fd, const char *path, GError **error);
KappaSource *kappa_source_new_for_bytes (GBytes *bytes, const char *name);
KappaSource *kappa_source_ref           (KappaSource *self);
void         kappa_source_unref         (KappaSource *self);
const char  *kappa_source_get_path      (const KappaSource *self);
const char  *kappa_source_get_name      (const KappaSource *self);
guint64      kappa_source_get_size      (const KappaSource *self);
gboolean     kappa_source_read          (KappaSource *self, guint64 offset, void *data, gsize size, GError **error);
gboolean     kappa_source_fail          (const KappaSource *self, GError **error, KappaError code, const char *format,
                                         ...) G_GNUC_PRINTF (4, 5);
char        *kappa_source_quote         (const char *text, gsize length);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (KappaSource, kappa_source_unref)
