#pragma once

#include <gio/gio.h>

#include "core/formats/element.h"
#include "core/formats/pickle.h"

/**
 * KappaTensorInfo:
 * @name: what the tensor is called once wrappers and prefixes ("module.") are taken away
 * @original_name: what the file calls it
 * @dims: sizes, slowest axis first, as the file's own framework prints them
 * @n: number of elements, the product of @dims; 1 for a scalar
 */
typedef struct
{
  const char *name;
  const char *original_name;
  KappaElement element;
  guint rank;
  gsize dims[KAPPA_TENSOR_MAX_RANK];
  gsize n;
} KappaTensorInfo;

#define KAPPA_TYPE_TENSOR_FILE (kappa_tensor_file_get_type ())
G_DECLARE_DERIVABLE_TYPE (KappaTensorFile, kappa_tensor_file, KAPPA, TENSOR_FILE, GObject)

KappaTensorFile        *kappa_tensor_file_open            (const char *path, GCancellable *cancellable, GError **error);
const char             *kappa_tensor_file_get_path        (KappaTensorFile *self);
const char             *kappa_tensor_file_get_format      (KappaTensorFile *self);
guint64                 kappa_tensor_file_get_file_size   (KappaTensorFile *self);

guint                   kappa_tensor_file_get_n_tensors   (KappaTensorFile *self);
const KappaTensorInfo  *kappa_tensor_file_get_info        (KappaTensorFile *self, guint index);
const KappaTensorInfo  *kappa_tensor_file_lookup          (KappaTensorFile *self, const char *name, guint *index);

gboolean                kappa_tensor_file_read_floats     (KappaTensorFile *self, guint index, float *values,
                                                           GError **error);
gboolean                kappa_tensor_file_read_doubles    (KappaTensorFile *self, guint index, double *values,
                                                           GError **error);
gboolean                kappa_tensor_file_read_int64s     (KappaTensorFile *self, guint index, gint64 *values,
                                                           GError **error);
gboolean                kappa_tensor_file_read_elements   (KappaTensorFile *self, guint index, void *elements,
                                                           GError **error);

guint                   kappa_tensor_file_get_n_metadata  (KappaTensorFile *self);
const char             *kappa_tensor_file_get_metadata    (KappaTensorFile *self, guint index, const char **key);
const char             *kappa_tensor_file_lookup_metadata (KappaTensorFile *self, const char *key);
const KappaPickleValue *kappa_tensor_file_get_object      (KappaTensorFile *self);
