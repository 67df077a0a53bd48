#include "core/analysis/parts.h"

#include <string.h>

G_DEFINE_ENUM_TYPE (KappaPer,
                    kappa_per,
                    G_DEFINE_ENUM_VALUE (KAPPA_PER_TENSOR, "tensor"),
                    G_DEFINE_ENUM_VALUE (KAPPA_PER_LAYER, "layer"),
                    G_DEFINE_ENUM_VALUE (KAPPA_PER_BLOCK, "block"))

const char *const kappa_per_blurbs[] = {
  "every tensor for itself",
  "weight and bias of a layer together",
  "all layers of a block together; what lies before the first block is the stem, what lies behind "
  "the last one the head",
};

static gboolean
is_inside (const char *layer, const char *block)
{
  const gsize length = strlen (block);

  return g_str_has_prefix (layer, block) && (layer[length] == '.' || layer[length] == '\0');
}

/* The name of the block a layer lies in, or NULL. */
static const char *
find_block (KappaModel *model, const char *layer)
{
  guint n;
  const KappaActivation *activations = kappa_model_get_activations (model, &n);

  for (guint i = 0; i < n; i++)
    if ((activations[i].flags & KAPPA_ACTIVATION_BLOCK) && is_inside (layer, activations[i].name))
      return activations[i].name;
  return NULL;
}

/* Whether a tensor in a block comes at @tensor or behind it. */
static gboolean
has_block_behind (KappaModel *model, guint tensor)
{
  for (guint i = tensor; i < kappa_model_get_n_parameters (model); i++)
    if (find_block (model, kappa_model_get_parameter (model, i)->layer) != NULL)
      return TRUE;
  return FALSE;
}

/* A network without blocks is taken apart by layers. */
static const char *
name_of_block (KappaModel *model, guint tensor)
{
  const char *layer = kappa_model_get_parameter (model, tensor)->layer;
  const char *block = find_block (model, layer);

  if (block != NULL)
    return block;
  if (!has_block_behind (model, 0))
    return layer;
  return has_block_behind (model, tensor) ? "stem" : "head";
}

static const char *
name_of_part (KappaModel *model, KappaPer per, guint tensor)
{
  switch (per)
    {
    case KAPPA_PER_LAYER:
      return kappa_model_get_parameter (model, tensor)->layer;
    case KAPPA_PER_BLOCK:
      return name_of_block (model, tensor);
    default:
      return kappa_model_get_parameter (model, tensor)->name;
    }
}

static guint
find_or_add (KappaParts *self, const char *name)
{
  guint i = 0;

  while (i < self->n && !g_str_equal (self->parts[i].name, name))
    i++;
  if (i == self->n)
    self->parts[self->n++] = (KappaPart) { g_string_chunk_insert (self->names, name), 0 };
  return i;
}

/**
 * kappa_parts_new:
 *
 * Returns: (transfer full): the parts of a network; every tensor is in one
 */
KappaParts *
kappa_parts_new (KappaModel *model, KappaPer per)
{
  KappaParts *self = g_new0 (KappaParts, 1);
  guint n_tensors = kappa_model_get_n_parameters (model);

  self->parts = g_new (KappaPart, n_tensors);
  self->part_of_tensor = g_new (guint, n_tensors);
  self->names = g_string_chunk_new (256);
  for (guint t = 0; t < n_tensors; t++)
    {
      guint part = find_or_add (self, name_of_part (model, per, t));

      self->part_of_tensor[t] = part;
      self->parts[part].size += kappa_model_get_parameter (model, t)->size;
    }
  return self;
}

void
kappa_parts_free (KappaParts *self)
{
  if (self == NULL)
    return;
  g_free (self->parts);
  g_free (self->part_of_tensor);
  g_string_chunk_free (self->names);
  g_free (self);
}
