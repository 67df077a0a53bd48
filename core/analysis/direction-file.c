/* Displacements to and from the direction files of the reference tool. */

#include "core/analysis/displacement.h"

#include <string.h>

#include "core/base/error.h"

/* Where one tensor of a direction file belongs. */
typedef struct
{
  const KappaParameter *tensor;
  gboolean buffer;
} Slot;

static void
add_slot (GArray *slots, const KappaParameter *tensor, gboolean buffer)
{
  Slot slot = { tensor, buffer };

  g_array_append_val (slots, slot);
}

/* The order in which PyTorch lists a network's state: each layer's parameters, then its buffers.
 * Without buffers, the order of its parameters, which is the builder's. */
static GArray *
list_slots (KappaModel *model, gboolean buffers)
{
  GArray *slots = g_array_new (FALSE, FALSE, sizeof (Slot));
  guint n = kappa_model_get_n_parameters (model);

  for (guint i = 0; i < n; i++)
    {
      const KappaParameter *tensor = kappa_model_get_parameter (model, i);

      add_slot (slots, tensor, FALSE);
      if (!buffers
          || (i + 1 < n
              && strcmp (tensor->layer, kappa_model_get_parameter (model, i + 1)->layer) == 0))
        continue;
      for (guint b = 0; b < kappa_model_get_n_buffers (model); b++)
        if (strcmp (kappa_model_get_buffer (model, b)->layer, tensor->layer) == 0)
          add_slot (slots, kappa_model_get_buffer (model, b), TRUE);
    }
  return slots;
}

static gboolean
fits (const KappaDirectionTensor *given, const KappaParameter *tensor)
{
  if (given->rank != tensor->shape.rank)
    return FALSE;
  for (guint d = 0; d < given->rank; d++)
    if (given->dims[d] != (gsize) tensor->shape.dims[d])
      return FALSE;
  return TRUE;
}

static char *
describe_tensor (const KappaDirectionTensor *given)
{
  GString *text = g_string_new (NULL);

  for (guint d = 0; d < given->rank; d++)
    g_string_append_printf (text, "%s%" G_GSIZE_FORMAT, d > 0 ? " × " : "", given->dims[d]);
  return g_string_free (text, FALSE);
}

/* The tensors that count: counters of batches, which are single numbers, are part of a state and
 * mean nothing here. */
static GPtrArray *
list_given (const KappaDirection *direction)
{
  GPtrArray *given = g_ptr_array_new ();

  for (guint i = 0; i < direction->n_tensors; i++)
    if (direction->tensors[i].rank > 0)
      g_ptr_array_add (given, &direction->tensors[i]);
  return given;
}

static gboolean
copy_tensor (KappaDisplacement *self,
             const Slot *slot,
             const KappaDirectionTensor *given,
             guint index,
             const char *path,
             GError **error)
{
  double *target = (slot->buffer ? self->buffers : self->parameters) + slot->tensor->offset;

  if (!fits (given, slot->tensor))
    {
      g_autofree char *found = describe_tensor (given);
      g_autofree char *expected = kappa_shape_to_string (&slot->tensor->shape);

      g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_DATA,
                   "%s: tensor %u of the direction is %s, but the network's %s is %s. It was made "
                   "for another network",
                   path, index, found, slot->tensor->name, expected);
      return FALSE;
    }
  memcpy (target, given->values, given->n * sizeof *target);
  return TRUE;
}

/**
 * kappa_displacement_new_from_file:
 * @direction: as read from @path: a tensor for each parameter, or for each tensor of the network's
 * state
 *
 * Returns: (transfer full): %NULL with %KAPPA_ERROR_DATA if numbers or shapes of tensors do not fit
 * the network
 */
KappaDisplacement *
kappa_displacement_new_from_file (KappaModel *model,
                                  const KappaDirection *direction,
                                  const char *path,
                                  GError **error)
{
  g_autoptr (GPtrArray) given = list_given (direction);
  guint n_parameters = kappa_model_get_n_parameters (model),
        n_buffers = kappa_model_get_n_buffers (model);
  gboolean buffers = n_buffers > 0 && given->len == n_parameters + n_buffers;
  g_autoptr (GArray) slots = list_slots (model, buffers);
  g_autoptr (KappaDisplacement) self = g_new0 (KappaDisplacement, 1);

  if (given->len != slots->len)
    {
      g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_DATA,
                   "%s: the direction has %u tensors; the network has %u parameters, %u with its "
                   "running statistics",
                   path, given->len, n_parameters, n_parameters + n_buffers);
      return NULL;
    }
  self->n_parameters = kappa_model_get_parameters_size (model);
  self->n_buffers = buffers ? kappa_model_get_buffers_size (model) : 0;
  self->parameters = g_new0 (double, self->n_parameters);
  self->buffers = buffers ? g_new0 (double, self->n_buffers) : NULL;
  for (guint i = 0; i < slots->len; i++)
    if (!copy_tensor (self, &g_array_index (slots, Slot, i), given->pdata[i], i, path, error))
      return NULL;
  return g_steal_pointer (&self);
}

/**
 * kappa_displacement_to_file:
 *
 * Returns: (transfer full): what kappa_directions_write() takes: a tensor for each parameter, or if
 * running statistics move, for each tensor of the network's state
 */
KappaDirection *
kappa_displacement_to_file (const KappaDisplacement *self, KappaModel *model)
{
  g_autoptr (GArray) slots = list_slots (model, self->buffers != NULL);
  KappaDirection *direction = kappa_direction_new (slots->len);

  for (guint i = 0; i < slots->len; i++)
    {
      const Slot *slot = &g_array_index (slots, Slot, i);
      gsize dims[KAPPA_MAX_RANK];

      for (guint d = 0; d < slot->tensor->shape.rank; d++)
        dims[d] = (gsize) slot->tensor->shape.dims[d];
      kappa_direction_set_tensor (direction, i, slot->tensor->shape.rank, dims,
                                  (slot->buffer ? self->buffers : self->parameters)
                                      + slot->tensor->offset);
    }
  return direction;
}
