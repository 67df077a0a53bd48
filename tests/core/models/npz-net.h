#pragma once

#include "tests/core/formats/build.h"

typedef enum
{
  NPZ_VIT_GOOGLE,
  NPZ_VIT_BIG_VISION,
  NPZ_VIT_STACKED,
  NPZ_MIXER,
} NpzLayout;

/**
 * NpzChange:
 * @member: glob of the arrays that are meant; one that fits none is the name of another array
 * @gone: whether they are left away
 * @prefix: (nullable): what comes to stand before their names
 * @from: (nullable): a part of their names
 * @to: what comes to stand in its place
 * @descr: (nullable): the type as the header shows it, quotes and all
 * @order: (nullable): what the header shows as fortran_order
 * @shape: (nullable): likewise, with its parentheses
 * @bytes: what follows the header, if it is not what the shape asks for; -1 for none
 * @raw: (nullable): the whole array instead
 * @zip: how the archive lies about it
 *
 * What is to be wrong with some arrays of a network.
 */
typedef struct
{
  const char *member;
  gboolean gone;
  const char *prefix;
  const char *from;
  const char *to;
  const char *descr;
  const char *order;
  const char *shape;
  gint64 bytes;
  const char *raw;
  gsize raw_size;
  ZipMember zip;
} NpzChange;

GBytes *npz_net_build (NpzLayout layout, const NpzChange *changes, guint n, const ZipEnd *end);
