#pragma once

#include "core/formats/source.h"

/**
 * KappaTarMember:
 * @offset: where its bytes begin in the file
 */
typedef struct
{
  char *name;
  guint64 offset;
  guint64 size;
} KappaTarMember;

GArray *kappa_tar_list (KappaSource *source, GError **error);
