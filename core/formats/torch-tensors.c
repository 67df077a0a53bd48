#include "core/formats/torch.h"

#include <string.h>

/*
 * How a tensor is pickled: _rebuild_tensor (storage, offset, sizes, strides), _rebuild_tensor_v2
 * (…, requires_grad, hooks[, metadata]), _rebuild_tensor_v3 (…, requires_grad, hooks, dtype[,
 * metadata]), each perhaps inside _rebuild_parameter (tensor, requires_grad, hooks[, state]); in
 * tar files, a reference to a numbered tensor, perhaps as the state of a Parameter.
 * (torch/_utils.py and torch/serialization.py say what is what.)
 */

static gboolean
fail (KappaTorch *self, const char *name, GError **error, const char *what)
{
  g_autofree char *quoted = kappa_source_quote (name, strlen (name));

  return kappa_source_fail (self->source, error, KAPPA_ERROR_FORMAT, "the tensor “%s” %s", quoted,
                            what);
}

static gboolean
is_rebuild (const KappaPickleValue *value, const char *what)
{
  static const char module[] = "torch._utils._rebuild_";
  const char *name = value->kind == KAPPA_PICKLE_CALL ? kappa_pickle_value_get_name (value) : NULL;

  return name != NULL && g_str_has_prefix (name, module)
         && strcmp (name + strlen (module), what) == 0;
}

/* What a parameter is made of; other values are returned as they are. */
static const KappaPickleValue *
unwrap_parameter (const KappaPickleValue *value)
{
  const KappaPickleValue *state, *tensor = NULL;

  if (is_rebuild (value, "parameter") || is_rebuild (value, "parameter_with_state"))
    tensor = kappa_pickle_value_argument (value, 0);
  else if (kappa_pickle_value_is_call (value, "torch.nn.parameter.Parameter"))
    {
      state = kappa_pickle_value_get_state (value);
      tensor = kappa_pickle_value_get_n (state) > 0 ? kappa_pickle_value_get_item (state, 0) : NULL;
    }
  return tensor != NULL ? tensor : value;
}

/**
 * kappa_torch_is_tensor:
 *
 * Returns: whether @value is meant to be a tensor, sound or not
 */
gboolean
kappa_torch_is_tensor (KappaTorch *self, const KappaPickleValue *value)
{
  value = unwrap_parameter (value);
  return (value->kind == KAPPA_PICKLE_REFERENCE && self->tensors != NULL)
         || is_rebuild (value, "tensor") || is_rebuild (value, "tensor_v2")
         || is_rebuild (value, "tensor_v3") || is_rebuild (value, "parameter")
         || is_rebuild (value, "parameter_with_state")
         || kappa_pickle_value_is_call (value, "torch.nn.parameter.Parameter");
}

static gboolean
get_sizes (const KappaPickleValue *value, gsize sizes[KAPPA_TENSOR_MAX_RANK], guint *rank)
{
  if (value != NULL && kappa_pickle_value_is_call (value, "torch.Size"))
    value = kappa_pickle_value_argument (value, 0);
  *rank = kappa_pickle_value_get_n (value);
  if (value == NULL || value->kind != KAPPA_PICKLE_TUPLE || *rank > KAPPA_TENSOR_MAX_RANK)
    return FALSE;
  for (guint i = 0; i < *rank; i++)
    {
      const KappaPickleValue *size = kappa_pickle_value_get_item (value, i);

      if (size->kind != KAPPA_PICKLE_INT || size->number < 0)
        return FALSE;
      sizes[i] = (gsize)size->number;
    }
  return TRUE;
}

static gboolean
parse_dtype (const KappaPickleValue *value, KappaElement *element)
{
  static const char *const names[KAPPA_N_ELEMENTS] = {
    [KAPPA_ELEMENT_F64] = "torch.float64", [KAPPA_ELEMENT_F32] = "torch.float32",
    [KAPPA_ELEMENT_F16] = "torch.float16", [KAPPA_ELEMENT_BF16] = "torch.bfloat16",
    [KAPPA_ELEMENT_I64] = "torch.int64",   [KAPPA_ELEMENT_I32] = "torch.int32",
    [KAPPA_ELEMENT_I16] = "torch.int16",   [KAPPA_ELEMENT_I8] = "torch.int8",
    [KAPPA_ELEMENT_U64] = "torch.uint64",  [KAPPA_ELEMENT_U32] = "torch.uint32",
    [KAPPA_ELEMENT_U16] = "torch.uint16",  [KAPPA_ELEMENT_U8] = "torch.uint8",
    [KAPPA_ELEMENT_BOOL] = "torch.bool",
  };

  for (guint i = 0; i < KAPPA_N_ELEMENTS; i++)
    if (value != NULL && value->kind == KAPPA_PICKLE_GLOBAL
        && strcmp (value->global->name, names[i]) == 0)
      {
        *element = i;
        return TRUE;
      }
  return FALSE;
}

/* Conjugate and negative views are kept as a note beside unchanged elements; reading past the note
 * would be wrong. */
static gboolean
has_note (const KappaPickleValue *metadata)
{
  return metadata != NULL && metadata->kind != KAPPA_PICKLE_NONE
         && !(metadata->kind == KAPPA_PICKLE_DICT && metadata->n == 0);
}

/* Which of the three ways to rebuild a tensor it is, with as many arguments as it takes; 0 if it is
 * none. */
static guint
get_version (const KappaPickleValue *value)
{
  guint n = value->kind == KAPPA_PICKLE_CALL
                ? kappa_pickle_value_get_n (value->items[KAPPA_PICKLE_ARGUMENTS])
                : 0;

  if (is_rebuild (value, "tensor") && n == 4)
    return 1;
  if (is_rebuild (value, "tensor_v2") && (n == 6 || n == 7))
    return 2;
  return is_rebuild (value, "tensor_v3") && (n == 7 || n == 8) ? 3 : 0;
}

static gboolean
get_rebuilt (KappaTorch *self,
             const char *name,
             const KappaPickleValue *value,
             KappaTensorLayout *layout,
             GError **error)
{
  guint version = get_version (value), n_strides;
  const KappaPickleValue *reference = version > 0 ? kappa_pickle_value_argument (value, 0) : NULL;
  KappaTorchStorage *storage;
  gint64 first = 0;

  if (reference == NULL || reference->kind != KAPPA_PICKLE_REFERENCE)
    return fail (self, name, error, "is not rebuilt as PyTorch does it");
  storage = kappa_torch_resolve (self, reference, error);
  if (storage == NULL)
    return FALSE;
  if (!kappa_pickle_value_get_int (kappa_pickle_value_argument (value, 1), &first) || first < 0)
    return fail (self, name, error, "begins before its storage");
  if (!get_sizes (kappa_pickle_value_argument (value, 2), layout->dims, &layout->rank)
      || !get_sizes (kappa_pickle_value_argument (value, 3), layout->strides, &n_strides)
      || n_strides != layout->rank)
    return fail (self, name, error,
                 "has impossible sizes or strides (at most 8 dimensions, none negative)");
  if (storage->untyped != (version == 3))
    return fail (self, name, error, "has a storage of the wrong kind");
  layout->element = storage->element;
  if (version == 3 && !parse_dtype (kappa_pickle_value_argument (value, 6), &layout->element))
    return fail (self, name, error, "has elements of a type that is not read");
  if (version > 1 && has_note (kappa_pickle_value_argument (value, version == 3 ? 7 : 6)))
    return fail (self, name, error, "is a conjugate or negative view; save a clone of it");
  layout->storage = storage->number;
  layout->swap = self->swap;
  if (!g_size_checked_mul (&layout->offset, (gsize)first, kappa_element_get_size (layout->element)))
    return fail (self, name, error, "begins beyond its storage");
  return TRUE;
}

/**
 * kappa_torch_get_layout:
 * @name: for messages
 * @value: something kappa_torch_is_tensor() takes for a tensor
 * @layout: (out): where its elements are
 *
 * Whether they are inside the storage is for kappa_tensor_file_add() to see.
 *
 * Returns: %FALSE with %KAPPA_ERROR_FORMAT
 */
gboolean
kappa_torch_get_layout (KappaTorch *self,
                        const char *name,
                        const KappaPickleValue *value,
                        KappaTensorLayout *layout,
                        GError **error)
{
  const KappaTensorLayout *known;
  const char *key;

  *layout = (KappaTensorLayout) { 0 };
  value = unwrap_parameter (value);
  if (self->tensors == NULL || value->kind != KAPPA_PICKLE_REFERENCE)
    return get_rebuilt (self, name, value, layout, error);
  key = kappa_pickle_value_get_string (value->items[0], NULL);
  known = key != NULL ? g_hash_table_lookup (self->tensors, key) : NULL;
  if (known == NULL)
    return fail (self, name, error, "is not among the tensors of the file");
  *layout = *known;
  return TRUE;
}
