#pragma once

#include <gio/gio.h>

/**
 * KappaAtomicFunc:
 * @path: where to write; empty, private and beside the file it will become
 */
typedef gboolean (*KappaAtomicFunc) (const char *path, gpointer data, GError **error);

gboolean kappa_atomic_write (const char *path, KappaAtomicFunc func, gpointer data, GError **error);
