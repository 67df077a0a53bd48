#pragma once

#include "core/formats/pickle-private.h"
#include "core/formats/tensor-file-private.h"

/**
 * KappaTorchStorage:
 * @key: what the pickle calls it
 * @element: type of its elements, if it has one; bytes otherwise
 * @n: number of elements
 * @root: the key of the storage this is a part of, or %NULL
 * @first: which element of the root is the first one here
 * @number: of the storage in the tensor file; set by the container's reader
 * @located: whether @number is set
 */
typedef struct
{
  char *key;
  KappaElement element;
  gboolean untyped;
  guint64 n;
  char *root;
  guint64 first;
  guint number;
  gboolean located;
} KappaTorchStorage;

/**
 * KappaTorch:
 * @storages: by key
 * @tensors: layouts by key, in tar files only
 * @swap: whether elements are in the other byte order
 *
 * What the readers of PyTorch's three containers share.
 */
typedef struct
{
  KappaSource *source;
  KappaTensorFile *file;
  GHashTable *storages;
  GHashTable *tensors;
  gboolean swap;
} KappaTorch;

void               kappa_torch_init             (KappaTorch *self, KappaTensorFile *file);
void               kappa_torch_clear            (KappaTorch *self);
KappaTorchStorage *kappa_torch_add_storage      (KappaTorch *self, const char *key, const char *type, guint64 n,
                                                 GError **error);
gboolean           kappa_torch_collect_storages (KappaTorch *self, const KappaPickle *pickle, GError **error);
KappaTorchStorage *kappa_torch_resolve          (KappaTorch *self, const KappaPickleValue *value, GError **error);
KappaTorchStorage *kappa_torch_get_storage      (KappaTorch *self, const char *key);
guint64            kappa_torch_storage_size     (const KappaTorchStorage *storage);
gboolean           kappa_torch_is_tensor        (KappaTorch *self, const KappaPickleValue *value);
gboolean           kappa_torch_get_layout       (KappaTorch *self, const char *name, const KappaPickleValue *value,
                                                 KappaTensorLayout *layout, GError **error);
gboolean           kappa_torch_add_tensors      (KappaTorch *self, KappaPickle *pickle, GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (KappaTorch, kappa_torch_clear)
