#pragma once

#include <gio/gio.h>

#define KAPPA_HASH_FNV1A G_GUINT64_CONSTANT (0xcbf29ce484222325)

guint64 kappa_hash_fnv1a (guint64 hash, const void *data, gsize size);
char   *kappa_hash_file  (const char *path, GCancellable *cancellable, GError **error);
