#pragma once

#include <gio/gio.h>

#include "core/formats/element.h"

/**
 * KappaExportTensor:
 * @name: unique within a file
 * @dims: sizes, slowest axis first
 * @data: the elements, row-major, in the byte order of this machine
 *
 * A tensor on its way into a file; the caller keeps name and data alive while it is written.
 */
typedef struct
{
  const char *name;
  KappaElement element;
  guint rank;
  gsize dims[KAPPA_TENSOR_MAX_RANK];
  const void *data;
} KappaExportTensor;
