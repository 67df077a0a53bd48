#include "core/models/weights.h"

#include <string.h>

/* Where a tensor stands in the file: tensors of it, and how they lie there. */
typedef struct
{
  guint n_parts;
  guint indices[KAPPA_TENSOR_MAX_PARTS];
  const char *axes;
  gint64 slice;
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
                                    dot != NULL ? dot - name : (gssize)strlen (name));
}

static void
set_filters (KappaParameter *parameter)
{
  const KappaShape *shape = &parameter->shape;

  switch (parameter->kind)
    {
    case KAPPA_PARAMETER_CONVOLUTION:
    case KAPPA_PARAMETER_LINEAR:
      parameter->n_filters = (gsize)shape->dims[0];
      break;
    case KAPPA_PARAMETER_EMBEDDING:
      parameter->n_filters = parameter->size / (gsize)shape->dims[shape->rank - 1];
      break;
    case KAPPA_PARAMETER_NORM_SCALE:
    case KAPPA_PARAMETER_NORM_SHIFT:
    case KAPPA_PARAMETER_BIAS:
      parameter->n_filters = parameter->size;
      break;
    }
  parameter->filter_size = parameter->size / parameter->n_filters;
}

/* What the file calls the tensor; parts are separated by "|". */
static char *
name_parts (KappaWeights *self, const Stored *stored)
{
  g_autoptr (GString) names = g_string_new (NULL);

  for (guint part = 0; part < stored->n_parts; part++)
    g_string_append_printf (
        names, "%s%s", part > 0 ? "|" : "",
        kappa_tensor_file_get_info (self->file, stored->indices[part])->original_name);
  return g_string_chunk_insert (self->strings, names->str);
}

static void
add (KappaWeights *self, const KappaTensorSpec *spec, const KappaTensorPlace *place)
{
  Stored stored = { place->n_parts, { 0 }, place->axes, place->slice, place->stored };
  KappaParameter parameter = { .kind = spec->kind, .shape = spec->shape, .offset = self->size };

  for (guint part = 0; part < place->n_parts; part++)
    stored.indices[part] = place->parts[part]->index;
  parameter.name = g_string_chunk_insert (self->strings, spec->name);
  parameter.file_name = name_parts (self, &stored);
  parameter.layer = layer_of (self->strings, spec->name);
  parameter.size = (gsize)kappa_shape_size (&spec->shape);
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
        add (self, spec, &match->places[i]);
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

/* Numbers of one width, or elements as they are stored, and the tensors whose slices belong to
 * several layers. */
typedef struct
{
  KappaWeights *weights;
  gsize element_size;
  gboolean stored;
  GHashTable *stacks; /* index → all its elements */
} Reading;

static gboolean
read_file (Reading *reading, guint index, void *values, GError **error)
{
  KappaTensorFile *file = reading->weights->file;

  if (reading->stored)
    return kappa_tensor_file_read_elements (file, index, values, error);
  return reading->element_size == sizeof (float)
             ? kappa_tensor_file_read_floats (file, index, values, error)
             : kappa_tensor_file_read_doubles (file, index, values, error);
}

static gboolean
read_slice (Reading *reading, guint index, gint64 slice, gsize bytes, void *values, GError **error)
{
  const KappaTensorInfo *info = kappa_tensor_file_get_info (reading->weights->file, index);
  g_autofree void *whole = NULL;
  void *stack = g_hash_table_lookup (reading->stacks, GUINT_TO_POINTER (index));

  if (stack == NULL)
    {
      whole = g_malloc (info->n * reading->element_size);
      if (!read_file (reading, index, whole, error))
        return FALSE;
      stack = g_steal_pointer (&whole);
      g_hash_table_insert (reading->stacks, GUINT_TO_POINTER (index), stack);
    }
  memcpy (values, (const char *)stack + (gsize)slice * bytes, bytes);
  return TRUE;
}

/* Reads one part of a tensor to its place, in the builder's axes. */
static gboolean
read_part (Reading *reading, const Stored *stored, guint part, void *place, GError **error)
{
  gsize bytes = (gsize)kappa_shape_size (&stored->shape) * reading->element_size;
  g_autofree void *unordered = stored->axes != NULL ? g_malloc (bytes) : NULL;
  void *target = unordered != NULL ? unordered : place;

  if (stored->slice >= 0
          ? !read_slice (reading, stored->indices[part], stored->slice, bytes, target, error)
          : !read_file (reading, stored->indices[part], target, error))
    return FALSE;
  if (unordered != NULL)
    kappa_key_axes_permute (stored->axes, &stored->shape, unordered, place, reading->element_size);
  return TRUE;
}

/* Reads all parts of a tensor, one behind the other. */
static gboolean
read_tensor (Reading *reading, guint index, char *values, GError **error)
{
  const Stored *stored = &g_array_index (reading->weights->stored, Stored, index);
  const gsize bytes
      = kappa_weights_get (reading->weights, index)->size / stored->n_parts * reading->element_size;

  for (guint part = 0; part < stored->n_parts; part++)
    if (!read_part (reading, stored, part, values + part * bytes, error))
      return FALSE;
  return TRUE;
}

static void *
read_all (KappaWeights *self, gsize element_size, GError **error)
{
  /* Networks without buffers have none of size zero. */
  g_autofree char *values = g_malloc (MAX (self->size, 1) * element_size);
  g_autoptr (GHashTable) stacks = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  Reading reading = { self, element_size, FALSE, stacks };

  for (guint i = 0; i < self->parameters->len; i++)
    if (!read_tensor (&reading, i, values + kappa_weights_get (self, i)->offset * element_size,
                      error))
      return NULL;
  return g_steal_pointer (&values);
}

/**
 * kappa_weights_get_element:
 * @element: (out): what the file stores the numbers of a tensor as
 *
 * Returns: %FALSE if the tensor is made of several of different types
 */
gboolean
kappa_weights_get_element (const KappaWeights *self, guint index, KappaElement *element)
{
  const Stored *stored = &g_array_index (self->stored, Stored, index);

  *element = kappa_tensor_file_get_info (self->file, stored->indices[0])->element;
  for (guint part = 1; part < stored->n_parts; part++)
    if (kappa_tensor_file_get_info (self->file, stored->indices[part])->element != *element)
      return FALSE;
  return TRUE;
}

/**
 * kappa_weights_read_elements:
 * @index: of a tensor whose parts are of one type
 * @elements: (out): the elements with all their bits, in the builder's axes
 *
 * Returns: %FALSE with the reader's error
 */
gboolean
kappa_weights_read_elements (KappaWeights *self, guint index, void *elements, GError **error)
{
  g_autoptr (GHashTable) stacks = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  Reading reading = { self, 0, TRUE, stacks };
  KappaElement element;

  kappa_weights_get_element (self, index, &element);
  reading.element_size = kappa_element_get_size (element);
  return read_tensor (&reading, index, elements, error);
}

/**
 * kappa_weights_read_floats:
 * @values: (out): the numbers of one tensor, rounded to float32 if the file has more
 *
 * Reads no other tensor, unless the file has them as slices of one; nothing is kept.
 *
 * Returns: %FALSE with the reader's error
 */
gboolean
kappa_weights_read_floats (KappaWeights *self, guint index, float *values, GError **error)
{
  g_autoptr (GHashTable) stacks = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  Reading reading = { self, sizeof (float), FALSE, stacks };

  return read_tensor (&reading, index, (char *)values, error);
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
