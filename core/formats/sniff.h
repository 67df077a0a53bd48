#pragma once

#include "core/formats/formats-private.h"

/**
 * KappaFormat:
 * @name: what it is, for people
 * @matches: whether a file that begins with @n bytes is of this format
 * @open: its reader, %NULL if there is none
 * @advice: if there is none, what to do instead
 */
typedef struct
{
  const char *name;
  gboolean (*matches) (const guint8 *head, gsize n, guint64 file_size);
  KappaFormatOpen open;
  const char *advice;
} KappaFormat;

gboolean kappa_format_sniff (KappaSource *source, const KappaFormat **format, GError **error);
