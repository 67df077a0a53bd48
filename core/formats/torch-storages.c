#include "core/formats/torch.h"

#include <string.h>

static void
storage_free (gpointer data)
{
  KappaTorchStorage *storage = data;

  g_free (storage->key);
  g_free (storage->root);
  g_free (storage);
}

void
kappa_torch_init (KappaTorch *self, KappaTensorFile *file)
{
  *self = (KappaTorch) { .source = kappa_tensor_file_get_source (file), .file = file };
  self->storages = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, storage_free);
}

void
kappa_torch_clear (KappaTorch *self)
{
  g_clear_pointer (&self->storages, g_hash_table_unref);
  g_clear_pointer (&self->tensors, g_hash_table_unref);
}

static gboolean
fail (KappaTorch *self, GError **error, const char *what, const char *key)
{
  g_autofree char *quoted = kappa_source_quote (key, strlen (key));

  return kappa_source_fail (self->source, error, KAPPA_ERROR_FORMAT, "%s “%s”", what, quoted);
}

static gboolean
parse_type (const char *type, KappaElement *element, gboolean *untyped)
{
  static const struct
  {
    const char *name;
    KappaElement element;
  } types[] = {
    { "torch.FloatStorage", KAPPA_ELEMENT_F32 },
    { "torch.HalfStorage", KAPPA_ELEMENT_F16 },
    { "torch.BFloat16Storage", KAPPA_ELEMENT_BF16 },
    { "torch.DoubleStorage", KAPPA_ELEMENT_F64 },
    { "torch.LongStorage", KAPPA_ELEMENT_I64 },
    { "torch.IntStorage", KAPPA_ELEMENT_I32 },
    { "torch.ShortStorage", KAPPA_ELEMENT_I16 },
    { "torch.CharStorage", KAPPA_ELEMENT_I8 },
    { "torch.ByteStorage", KAPPA_ELEMENT_U8 },
    { "torch.BoolStorage", KAPPA_ELEMENT_BOOL },
    { "torch.storage.UntypedStorage", KAPPA_ELEMENT_U8 },
  };

  *untyped = g_strcmp0 (type, "torch.storage.UntypedStorage") == 0;
  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    if (g_strcmp0 (type, types[i].name) == 0)
      {
        *element = types[i].element;
        return TRUE;
      }
  return FALSE;
}

/* Notes a storage; one that is known already must be the same in every respect. */
KappaTorchStorage *
kappa_torch_add_storage (KappaTorch *self,
                         const char *key,
                         const char *type,
                         guint64 n,
                         GError **error)
{
  KappaTorchStorage *storage = kappa_torch_get_storage (self, key);
  KappaElement element;
  gboolean untyped;

  if (!parse_type (type, &element, &untyped) || n > G_MAXINT64 / 8)
    {
      fail (self, error, "an unknown type or an impossible size of the storage", key);
      return NULL;
    }
  if (storage == NULL)
    {
      storage = g_new0 (KappaTorchStorage, 1);
      storage->key = g_strdup (key);
      storage->element = element;
      storage->untyped = untyped;
      storage->n = n;
      g_hash_table_insert (self->storages, storage->key, storage);
    }
  if (storage->element == element && storage->untyped == untyped && storage->n == n)
    return storage;
  fail (self, error, "two different descriptions of the storage", key);
  return NULL;
}

KappaTorchStorage *
kappa_torch_get_storage (KappaTorch *self, const char *key)
{
  return g_hash_table_lookup (self->storages, key);
}

guint64
kappa_torch_storage_size (const KappaTorchStorage *storage)
{
  return storage->n * kappa_element_get_size (storage->element);
}

/* A key as PyTorch makes them, a short word that is no path; numbers are written out. */
static gboolean
get_key (const KappaPickleValue *value, char key[64])
{
  gsize length;
  const char *text = kappa_pickle_value_get_string (value, &length);

  if (text == NULL || length == 0 || length >= 64 || strlen (text) != length
      || strstr (text, "..") != NULL)
    return FALSE;
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isalnum (text[i]) && strchr ("_-.", text[i]) == NULL)
      return FALSE;
  g_strlcpy (key, text, 64);
  return TRUE;
}

/* (view key, offset, size): a part of another storage that has a key of its own. */
static KappaTorchStorage *
add_view (KappaTorch *self,
          const KappaPickleValue *view,
          KappaTorchStorage *root,
          const char *type,
          GError **error)
{
  KappaTorchStorage *storage, *known;
  gint64 first, n;
  char key[64];

  if (kappa_pickle_value_get_n (view) != 3 || view->kind != KAPPA_PICKLE_TUPLE
      || !get_key (view->items[0], key) || !kappa_pickle_value_get_int (view->items[1], &first)
      || !kappa_pickle_value_get_int (view->items[2], &n) || first < 0 || n < 0
      || (guint64)first > root->n || (guint64)n > root->n - (guint64)first
      || strcmp (key, root->key) == 0)
    {
      fail (self, error, "an impossible part of the storage", root->key);
      return NULL;
    }
  known = kappa_torch_get_storage (self, key);
  storage = kappa_torch_add_storage (self, key, type, (guint64)n, error);
  if (storage == NULL)
    return NULL;
  if (known == NULL)
    {
      storage->root = g_strdup (root->key);
      storage->first = (guint64)first;
    }
  if (storage->first == (guint64)first && g_strcmp0 (storage->root, root->key) == 0)
    return storage;
  fail (self, error, "two different descriptions of the storage", key);
  return NULL;
}

static KappaTorchStorage *
fail_reference (KappaTorch *self, GError **error)
{
  kappa_source_fail (self->source, error, KAPPA_ERROR_FORMAT,
                     "a reference to a storage is not as PyTorch writes them");
  return NULL;
}

/*
 * ('storage', type, key, location, number of elements[, view]). Older files keep the code of whole
 * modules under
 * ('module', class, file name, source).
 */
KappaTorchStorage *
kappa_torch_resolve (KappaTorch *self, const KappaPickleValue *value, GError **error)
{
  const KappaPickleValue *id = value->items[0], *view;
  guint parts = kappa_pickle_value_get_n (id);
  KappaTorchStorage *storage;
  const char *type;
  gint64 n;
  char key[64];

  if (id->kind == KAPPA_PICKLE_TUPLE && parts > 0
      && kappa_pickle_value_equals (id->items[0], "module"))
    {
      kappa_source_fail (
          self->source, error, KAPPA_ERROR_UNSUPPORTED,
          "this is a pickled module, not only its weights; load it where it was made and save "
          "model.state_dict() instead");
      return NULL;
    }
  if (id->kind != KAPPA_PICKLE_TUPLE || (parts != 5 && parts != 6)
      || !kappa_pickle_value_equals (id->items[0], "storage") || !get_key (id->items[2], key)
      || !kappa_pickle_value_get_int (id->items[4], &n) || n < 0)
    return fail_reference (self, error);
  type = id->items[1]->kind == KAPPA_PICKLE_GLOBAL ? kappa_pickle_value_get_name (id->items[1])
                                                   : NULL;
  view = parts == 6 ? id->items[5] : NULL;
  storage = kappa_torch_add_storage (self, key, type, (guint64)n, error);
  if (storage == NULL)
    return NULL;
  if (storage->root != NULL)
    return fail_reference (self, error);
  if (view == NULL || view->kind == KAPPA_PICKLE_NONE)
    return storage;
  return add_view (self, view, storage, type, error);
}

/**
 * kappa_torch_collect_storages:
 *
 * Notes every storage the pickle mentions anywhere, whether or not a tensor that will be read uses
 * it: the values are gone through in the order in which they were made, so cycles do not matter.
 *
 * Returns: %FALSE with %KAPPA_ERROR_FORMAT or %KAPPA_ERROR_UNSUPPORTED
 */
gboolean
kappa_torch_collect_storages (KappaTorch *self, const KappaPickle *pickle, GError **error)
{
  for (guint i = 0; i < kappa_pickle_get_n_values (pickle); i++)
    {
      KappaPickleValue *value = kappa_pickle_get_value (pickle, i);

      if (value->kind == KAPPA_PICKLE_REFERENCE && kappa_torch_resolve (self, value, error) == NULL)
        return FALSE;
    }
  return TRUE;
}
