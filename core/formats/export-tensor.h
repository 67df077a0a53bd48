#pragma once

#include <gio/gio.h>

#include "core/formats/element.h"

typedef struct _KappaExportTensor KappaExportTensor;

/**
 * KappaExportTensor:
 * @name: unique within a file
 * @dims: sizes, slowest axis first
 * @data: the elements, row-major, in the byte order of this machine
 * @read: (nullable): gives the elements when they are wanted, instead of @data
 * @source: for @read
 * @index: for @read
 *
 * A tensor on its way into a file; the caller keeps name and data alive while it is written.
 */
struct _KappaExportTensor
{
  const char *name;
  KappaElement element;
  guint rank;
  gsize dims[KAPPA_TENSOR_MAX_RANK];
  const void *data;
  gboolean (*read) (const KappaExportTensor *tensor, gpointer elements, GError **error);
  gpointer source;
  guint index;
};
