#include "core/data/idx.h"

#include <string.h>

#include "core/data/read.h"

#define UNSIGNED_BYTES 0x08

/* Unpacked; the largest set in this form in use, EMNIST, takes 0.6 GB. */
#define MAX_UNPACKED ((gsize)2 << 30)

/**
 * kappa_idx_open:
 * @path: an IDX file, plain or packed by gzip
 *
 * Returns: (transfer full): its bytes, unpacked; %NULL with an error of reading or unpacking
 */
KappaSource *
kappa_idx_open (const char *path, GCancellable *cancellable, GError **error)
{
  g_autoptr (KappaSource) source = kappa_source_open (path, error);
  g_autoptr (GBytes) packed = NULL, bytes = NULL;
  guint8 head[2] = { 0 };

  if (source == NULL)
    return NULL;
  if (kappa_source_get_size (source) >= sizeof head
      && !kappa_source_read (source, 0, head, sizeof head, error))
    return NULL;
  if (head[0] != 0x1f || head[1] != 0x8b)
    return g_steal_pointer (&source);
  packed = kappa_data_read_file (path, MAX_UNPACKED, cancellable, error);
  if (packed == NULL)
    return NULL;
  bytes = kappa_data_gunzip (kappa_source_get_name (source), packed, MAX_UNPACKED, cancellable,
                             error);
  return bytes != NULL ? kappa_source_new_for_bytes (bytes, path) : NULL;
}

static gsize
read_size (const guint8 *bytes)
{
  return (gsize)bytes[0] << 24 | (gsize)bytes[1] << 16 | (gsize)bytes[2] << 8 | bytes[3];
}

/**
 * kappa_idx_read_header:
 * @rank: how many axes are expected
 * @idx: (out): filled on success
 *
 * Reads two zero bytes, the type of the elements, the rank and the sizes (big-endian), and checks
 * that exactly as many bytes follow.
 *
 * Returns: %FALSE with %KAPPA_ERROR_FORMAT or %KAPPA_ERROR_UNSUPPORTED
 */
gboolean
kappa_idx_read_header (KappaSource *source, guint rank, KappaIdx *idx, GError **error)
{
  guint8 head[4 + 4 * KAPPA_IDX_MAX_RANK] = { 0 };
  guint64 size = kappa_source_get_size (source), expected = 1;

  g_return_val_if_fail (rank >= 1 && rank <= KAPPA_IDX_MAX_RANK, FALSE);

  *idx = (KappaIdx) { .rank = rank, .offset = 4 + 4 * rank };
  if (size < idx->offset)
    return kappa_source_fail (
        source, error, KAPPA_ERROR_FORMAT,
        "has %" G_GUINT64_FORMAT " bytes, too few for the header of an IDX file", size);
  if (!kappa_source_read (source, 0, head, idx->offset, error))
    return FALSE;
  if (head[0] != 0 || head[1] != 0)
    return kappa_source_fail (source, error, KAPPA_ERROR_FORMAT,
                              "is not an IDX file: it begins with %02x %02x, expected 00 00",
                              head[0], head[1]);
  if (head[2] != UNSIGNED_BYTES)
    return kappa_source_fail (
        source, error, KAPPA_ERROR_UNSUPPORTED,
        "is an IDX file of elements of type 0x%02x, expected 0x08, unsigned bytes", head[2]);
  if (head[3] != rank)
    return kappa_source_fail (source, error, KAPPA_ERROR_FORMAT,
                              "is an IDX file of %u axes, expected %u", head[3], rank);
  for (guint d = 0; d < rank; d++)
    {
      idx->dims[d] = read_size (head + 4 + 4 * d);
      if (__builtin_mul_overflow (expected, idx->dims[d], &expected))
        return kappa_source_fail (source, error, KAPPA_ERROR_FORMAT,
                                  "declares more elements than any file can hold");
    }
  if (size - idx->offset != expected)
    return kappa_source_fail (source, error, KAPPA_ERROR_FORMAT,
                              "declares %" G_GUINT64_FORMAT
                              " bytes of elements and has %" G_GUINT64_FORMAT
                              "; it is truncated or damaged",
                              expected, size - idx->offset);
  return TRUE;
}
