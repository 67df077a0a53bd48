#include "core/base/hash.h"

#include "core/base/error.h"

/**
 * kappa_hash_fnv1a:
 * @hash: the hash so far, %KAPPA_HASH_FNV1A to begin
 * @data: (array length=size): bytes to add
 *
 * FNV-1a, 64 bits (Fowler, Noll, Vo). For names and keys, not for content anyone might forge.
 *
 * Returns: the hash of all bytes so far
 */
guint64
kappa_hash_fnv1a (guint64 hash, const void *data, gsize size)
{
  const guint8 *bytes = data;

  for (gsize i = 0; i < size; i++)
    hash = (hash ^ bytes[i]) * G_GUINT64_CONSTANT (0x100000001b3);
  return hash;
}

/**
 * kappa_hash_file:
 * @path: a file
 *
 * Returns: (transfer full): the SHA-256 of the file's content as 64 hexadecimal digits; %NULL with the
 *   system's error, or %G_IO_ERROR_CANCELLED
 */
char *
kappa_hash_file (const char *path, GCancellable *cancellable, GError **error)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileInputStream) stream = g_file_read (file, cancellable, error);
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree guint8 *chunk = NULL;
  const gsize size = 1 << 20;
  gssize n;

  if (stream == NULL)
    return NULL;
  chunk = g_malloc (size);
  while ((n = g_input_stream_read (G_INPUT_STREAM (stream), chunk, size, cancellable, error)) > 0)
    g_checksum_update (checksum, chunk, n);
  return n < 0 ? NULL : g_strdup (g_checksum_get_string (checksum));
}
