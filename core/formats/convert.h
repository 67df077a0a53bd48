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
 * @n_literals: constants of a graph that are no tensors of its network, which were not written
 * @has_network: whether the network was written, too, and run
 * @difference: then, the largest difference of a logit between both files, of an image of noise
 * @largest: then, the largest logit of the first file, without its sign
 */
typedef struct
{
  const char *from;
  const char *to;
  guint n_tensors;
  guint64 n_bytes;
  guint n_metadata;
  guint n_left_out;
  guint n_literals;
  gboolean has_network;
  double difference;
  double largest;
} KappaConversion;

char    *kappa_convert_list_suffixes (void);
gboolean kappa_convert_needs_network (const char *path);
gboolean kappa_convert_check_target  (const char *path, gboolean replace, GError **error);
gboolean kappa_convert_file          (const char *from, const char *to, gboolean replace, KappaConversion *conversion,
                                      GCancellable *cancellable, GError **error);
