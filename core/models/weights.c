#include "core/models/weights.h"

#include <string.h>

/* Where a tensor stands in the file, and in what order of axes. */
typedef struct
{
  guint index;
  const char *axes;
  KappaShape shape;
} Stored;

struct _KappaWeights
{
  KappaTensorFile *file;
  GStringChunk *strings;
  GArray *parameters; /* KappaParameter */
  GArray *stored;     /* Stored */
  gsize size;

  GMutex mutex;
  float *floats;
  double *doubles;
};

static const char *
layer_of (GStringChunk *strings, const char *name)
{
  const char *dot = strrchr (name, '.');

  return g_string_chunk_insert_len (strings, name,
                                    dot != NULL ? dot - name : (gssize) strlen (name));
}

static void
set_filters (KappaParameter *parameter)
{
  const KappaShape *shape = &parameter->shape;

  switch (parameter->kind)
    {
    case KAPPA_PARAMETER_CONVOLUTION:
    case KAPPA_PARAMETER_LINEAR:
      parameter->n_filters = (gsize) shape->dims[0];
      break;
    case KAPPA_PARAMETER_EMBEDDING:
      parameter->n_filters = parameter->size / (gsize) shape->dims[shape->rank - 1];
      break;
    case KAPPA_PARAMETER_NORM_SCALE:
    case KAPPA_PARAMETER_NORM_SHIFT:
    case KAPPA_PARAMETER_BIAS:
      parameter->n_filters = parameter->size;
      break;
    }
  parameter->filter_size = parameter->size / parameter->n_filters;
}

static void
add (KappaWeights *self,
     const KappaTensorSpec *spec,
     const KappaTensorEntry *entry,
     const char *axes)
{
  const KappaTensorInfo *info = kappa_tensor_file_get_info (self->file, entry->index);
  Stored stored = { entry->index, axes, entry->shape };
  KappaParameter parameter = { .kind = spec->kind, .shape = spec->shape, .offset = self->size };

  parameter.name = g_string_chunk_insert (self->strings, spec->name);
  parameter.file_name = g_string_chunk_insert (self->strings, info->original_name);
  parameter.layer = layer_of (self->strings, spec->name);
  parameter.size = (gsize) kappa_shape_size (&spec->shape);
  set_filters (&parameter);
  self->size += parameter.size;
  g_array_append_val (self->parameters, parameter);
  g_array_append_val (self->stored, stored);
}

/**
 * kappa_weights_new:
 * @match: of the tensors of @file; not needed any more afterwards
 * @role: whether parameters or buffers are wanted
 */
KappaWeights *
kappa_weights_new (KappaTensorFile *file, const KappaMatch *match, KappaRole role)
{
  KappaWeights *self = g_new0 (KappaWeights, 1);

  self->file = g_object_ref (file);
  self->strings = g_string_chunk_new (4096);
  self->parameters = g_array_new (FALSE, FALSE, sizeof (KappaParameter));
  self->stored = g_array_new (FALSE, FALSE, sizeof (Stored));
  g_mutex_init (&self->mutex);
  for (guint i = 0; i < match->listing->tensors->len; i++)
    {
      const KappaTensorSpec *spec = &g_array_index (match->listing->tensors, KappaTensorSpec, i);

      if (spec->role == role)
        add (self, spec, match->entries[i], match->axes[i]);
    }
  return self;
}

void
kappa_weights_free (KappaWeights *self)
{
  g_free (self->floats);
  g_free (self->doubles);
  g_mutex_clear (&self->mutex);
  g_array_unref (self->stored);
  g_array_unref (self->parameters);
  g_string_chunk_free (self->strings);
  g_object_unref (self->file);
  g_free (self);
}

guint
kappa_weights_get_n (const KappaWeights *self)
{
  return self->parameters->len;
}

const KappaParameter *
kappa_weights_get (const KappaWeights *self, guint index)
{
  return &g_array_index (self->parameters, KappaParameter, index);
}

/**
 * kappa_weights_get_size:
 *
 * Returns: how many numbers all tensors have together
 */
gsize
kappa_weights_get_size (const KappaWeights *self)
{
  return self->size;
}

/* Reads one tensor to its place, in the builder's axes. */
static gboolean
read_tensor (KappaWeights *self, guint i, gsize element_size, void *values, GError **error)
{
  const KappaParameter *parameter = &g_array_index (self->parameters, KappaParameter, i);
  const Stored *stored = &g_array_index (self->stored, Stored, i);
  char *place = (char *) values + parameter->offset * element_size;
  g_autofree void *unordered
      = stored->axes != NULL ? g_malloc (parameter->size * element_size) : NULL;
  void *target = unordered != NULL ? unordered : place;
  gboolean read;

  if (element_size == sizeof (float))
    read = kappa_tensor_file_read_floats (self->file, stored->index, target, error);
  else
    read = kappa_tensor_file_read_doubles (self->file, stored->index, target, error);
  if (read && unordered != NULL)
    kappa_key_axes_permute (stored->axes, &stored->shape, unordered, place, element_size);
  return read;
}

static void *
read_all (KappaWeights *self, gsize element_size, GError **error)
{
  g_autofree void *values = g_malloc (self->size * element_size);

  for (guint i = 0; i < self->parameters->len; i++)
    if (!read_tensor (self, i, element_size, values, error))
      return NULL;
  return g_steal_pointer (&values);
}

/**
 * kappa_weights_get_floats:
 *
 * Returns: (transfer none): all numbers in flat order, rounded to float32 if the file has more;
 * %NULL with the reader's error
 */
const float *
kappa_weights_get_floats (KappaWeights *self, GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  if (self->floats == NULL)
    self->floats = read_all (self, sizeof (float), error);
  return self->floats;
}

/**
 * kappa_weights_get_doubles:
 *
 * Returns: (transfer none): all numbers in flat order, exactly; %NULL with the reader's error
 */
const double *
kappa_weights_get_doubles (KappaWeights *self, GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  if (self->doubles == NULL)
    self->doubles = read_all (self, sizeof (double), error);
  return self->doubles;
}
