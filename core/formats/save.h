#pragma once

#include "core/formats/export-tensor.h"

/* Puts the bytes of a file into a stream. */
typedef gboolean (*KappaSaveFunc) (GOutputStream *stream, gpointer data, GCancellable *cancellable, GError **error);

gboolean kappa_save_file     (const char *path, KappaSaveFunc func, gpointer data, GCancellable *cancellable,
                              GError **error);
gboolean kappa_save_bytes    (GOutputStream *stream, const void *data, gsize size, GCancellable *cancellable,
                              GError **error);
gboolean kappa_save_size     (const KappaExportTensor *tensor, gsize *size, GError **error);
GBytes  *kappa_save_elements (const KappaExportTensor *tensor, GError **error);
gboolean kappa_save_names    (const KappaExportTensor *tensors, guint n_tensors, GError **error);
