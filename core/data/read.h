#pragma once

#include <gio/gio.h>

GBytes *kappa_data_read_file (const char *path, gsize most, GCancellable *cancellable,
                              GError **error);
GBytes *kappa_data_gunzip    (const char *name, GBytes *packed, gsize most,
                              GCancellable *cancellable, GError **error);
void    kappa_data_refuse_foreign (const char *name, const guint8 *data, gsize size,
                                   const char *expected,
                                   GError **error);
