#pragma once

#include "core/formats/export-tensor.h"
#include "core/models/recogniser.h"

/**
 * SmallNet:
 * @table: names and shapes of a ResNet-18 with an eighth of the channels and five classes
 * @tensors: (array): the same with formula weights, for writing; float64
 *
 * A network that is quickly written to a file.
 */
typedef struct
{
  KappaTensorTable *table;
  GPtrArray *names;
  GPtrArray *data;
  KappaExportTensor *tensors;
  guint n;
} SmallNet;

SmallNet *small_net_new  (const KappaKeyScheme *scheme);
void      small_net_free (SmallNet *net);
void      small_net_save (const SmallNet *net, const char *path, guint first, guint n, const char *const *metadata);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SmallNet, small_net_free)
