#include "core/analysis/parts.h"

#include <string.h>

G_DEFINE_ENUM_TYPE (KappaPer,
                    kappa_per,
                    G_DEFINE_ENUM_VALUE (KAPPA_PER_TENSOR, "tensor"),
                    G_DEFINE_ENUM_VALUE (KAPPA_PER_LAYER, "layer"),
                    G_DEFINE_ENUM_VALUE (KAPPA_PER_BLOCK, "block"))

G_DEFINE_ENUM_TYPE (KappaPerOrNone,
                    kappa_per_or_none,
                    G_DEFINE_ENUM_VALUE (KAPPA_PER_NONE, "none"),
                    G_DEFINE_ENUM_VALUE (KAPPA_PER_TENSOR, "tensor"),
                    G_DEFINE_ENUM_VALUE (KAPPA_PER_LAYER, "layer"),
                    G_DEFINE_ENUM_VALUE (KAPPA_PER_BLOCK, "block"))

static void
part_free (gpointer data)
{
  KappaPart *self = data;

  g_free (self->name);
  g_array_unref (self->tensors);
  g_free (self);
}

/* The block a layer is in: the longest name of a block's result that the layer's begins with. */
static const char *
find_block (KappaModel *model, const char *layer)
{
  guint n;
  const KappaActivation *activations = kappa_model_get_activations (model, &n);
  const char *found = NULL;
  gsize longest = 0;

  for (guint i = 0; i < n; i++)
    {
      const gsize length = strlen (activations[i].name);

      if ((activations[i].flags & KAPPA_ACTIVATION_BLOCK) && length > longest
          && g_str_has_prefix (layer, activations[i].name)
          && (layer[length] == '.' || layer[length] == '\0'))
        {
          found = activations[i].name;
          longest = length;
        }
    }
  return found;
}

/* What is in no block is the stem before the first block, and the head after the last. Networks
 * without blocks are parted by layer. */
static char *
name_block (KappaModel *model, const KappaParameter *parameter)
{
  const char *block = find_block (model, parameter->layer);
  gboolean before = FALSE, any = FALSE;

  if (block != NULL)
    return g_strdup (block);
  for (guint i = 0; i < kappa_model_get_n_parameters (model); i++)
    {
      const KappaParameter *other = kappa_model_get_parameter (model, i);

      if (find_block (model, other->layer) == NULL)
        continue;
      any = TRUE;
      before |= other->offset > parameter->offset;
    }
  return g_strdup (!any ? parameter->layer : before ? "stem" : "head");
}

static char *
name_part (KappaModel *model, KappaPer per, const KappaParameter *parameter)
{
  switch (per)
    {
    case KAPPA_PER_TENSOR:
      return g_strdup (parameter->name);
    case KAPPA_PER_LAYER:
      return g_strdup (parameter->layer);
    case KAPPA_PER_BLOCK:
      return name_block (model, parameter);
    default:
      return g_strdup ("whole network");
    }
}

static KappaPart *
find_part (GPtrArray *parts, const char *name)
{
  KappaPart *part;

  for (guint i = 0; i < parts->len; i++)
    if (strcmp (((KappaPart *)parts->pdata[i])->name, name) == 0)
      return parts->pdata[i];
  part = g_new0 (KappaPart, 1);
  part->name = g_strdup (name);
  part->tensors = g_array_new (FALSE, FALSE, sizeof (guint));
  g_ptr_array_add (parts, part);
  return part;
}

/**
 * kappa_parts_new:
 *
 * Returns: (transfer full) (element-type KappaPart): parts that make up all parameters, in
 * flat order of their first tensors; the whole network as one for %KAPPA_PER_NONE
 */
GPtrArray *
kappa_parts_new (KappaModel *model, KappaPer per)
{
  GPtrArray *parts = g_ptr_array_new_with_free_func (part_free);

  for (guint i = 0; i < kappa_model_get_n_parameters (model); i++)
    {
      const KappaParameter *parameter = kappa_model_get_parameter (model, i);
      g_autofree char *name = name_part (model, per, parameter);
      KappaPart *part = find_part (parts, name);

      g_array_append_val (part->tensors, i);
      part->size += parameter->size;
    }
  return parts;
}

/**
 * kappa_per_get_name:
 *
 * Returns: (transfer none): "none", "tensor", "layer" or "block"
 */
const char *
kappa_per_get_name (KappaPer per)
{
  static const char *const names[] = { "none", "tensor", "layer", "block" };

  return names[per];
}

/**
 * kappa_part_gather:
 * @flat: a number for each parameter
 * @part: (out caller-allocates): those of the part, side by side
 */
void
kappa_part_gather (const KappaPart *self, KappaModel *model, const double *flat, double *part)
{
  for (guint i = 0; i < self->tensors->len; i++)
    {
      const KappaParameter *tensor
          = kappa_model_get_parameter (model, g_array_index (self->tensors, guint, i));

      memmove (part, flat + tensor->offset, tensor->size * sizeof *part);
      part += tensor->size;
    }
}

/**
 * kappa_part_scatter:
 * @flat: (out caller-allocates): the numbers of the part in their places, 0 elsewhere
 */
void
kappa_part_scatter (const KappaPart *self, KappaModel *model, const double *part, double *flat)
{
  memset (flat, 0, kappa_model_get_parameters_size (model) * sizeof *flat);
  for (guint i = 0; i < self->tensors->len; i++)
    {
      const KappaParameter *tensor
          = kappa_model_get_parameter (model, g_array_index (self->tensors, guint, i));

      memcpy (flat + tensor->offset, part, tensor->size * sizeof *part);
      part += tensor->size;
    }
}
