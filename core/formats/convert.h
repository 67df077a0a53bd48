#pragma once

#include <gio/gio.h>

/**
 * KappaConversion:
 * @from: what the file was, for people
 * @to: what it is now
 * @n_tensors: how many were written, and read back
 * @n_bytes: that their elements take
 * @n_metadata: texts the file says about itself that were kept
 * @n_left_out: such texts for which the new format has no room
 */
typedef struct
{
  const char *from;
  const char *to;
  guint n_tensors;
  guint64 n_bytes;
  guint n_metadata;
  guint n_left_out;
} KappaConversion;

char    *kappa_convert_list_suffixes (void);
gboolean kappa_convert_file          (const char *from, const char *to, gboolean replace, KappaConversion *conversion,
                                      GCancellable *cancellable, GError **error);
