#pragma once

#include "core/formats/source.h"

#define KAPPA_IDX_MAX_RANK 3

/**
 * KappaIdx:
 * @dims: slowest axis first
 * @offset: where the elements begin
 *
 * The header of an IDX file of unsigned bytes, as MNIST comes in.
 */
typedef struct
{
  guint rank;
  gsize dims[KAPPA_IDX_MAX_RANK];
  gsize offset;
} KappaIdx;

KappaSource *kappa_idx_open        (const char *path, GCancellable *cancellable, GError **error);
gboolean     kappa_idx_read_header (KappaSource *source, guint rank, KappaIdx *idx, GError **error);
