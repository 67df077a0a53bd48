#include "core/analysis/displacement.h"

#include <math.h>
#include <string.h>

#include "core/base/error.h"
#include "core/base/random.h"

static KappaDisplacement *
displacement_new (KappaModel *model, gboolean buffers)
{
  KappaDisplacement *self = g_new0 (KappaDisplacement, 1);

  self->n_parameters = kappa_model_get_parameters_size (model);
  self->n_buffers = buffers ? kappa_model_get_buffers_size (model) : 0;
  self->parameters = g_new0 (double, self->n_parameters);
  self->buffers = buffers ? g_new0 (double, self->n_buffers) : NULL;
  return self;
}

void
kappa_displacement_free (KappaDisplacement *self)
{
  if (self == NULL)
    return;
  g_free (self->parameters);
  g_free (self->buffers);
  g_free (self);
}

static double
length (const double *values, gsize n)
{
  double sum = 0.0;

  for (gsize i = 0; i < n; i++)
    sum += values[i] * values[i];
  return sqrt (sum);
}

/* Gives @d the length of @w, both of @n numbers. A direction of no length stays so. */
static void
match_length (double *d, const double *w, gsize n, double guard)
{
  double own = length (d, n) + guard;
  double factor = own > 0.0 ? length (w, n) / own : 0.0;

  for (gsize i = 0; i < n; i++)
    d[i] *= factor;
}

/*
 * One tensor of a random direction. Li, Xu, Taylor, Studer, Goldstein: "Visualizing the loss
 * landscape of neural nets", NeurIPS 2018: each filter of the direction has the length of the
 * network's filter. What a filter is says the builder (core/models/model.h). A tensor of rank 0 or
 * 1 has no filters: it is scaled as a whole, since a single number scaled to the length of another
 * would keep nothing but its sign.
 */
static void
draw_tensor (const KappaParameter *tensor,
             const double *w,
             const char *axis,
             guint64 seed,
             const KappaDirectionRules *rules,
             double *d)
{
  g_autofree char *name = g_strdup_printf ("direction/%s/%s", axis, tensor->name);
  KappaStream stream = kappa_stream_init (seed, name);
  gboolean reference = rules->profile == KAPPA_PROFILE_LI2018;
  /* The reference implementation guards every quotient so. */
  double guard = reference ? 1e-10 : 0.0;

  if (tensor->shape.rank <= 1 && rules->ignore == KAPPA_IGNORE_BIASBN)
    return;
  if (tensor->shape.rank <= 1 && reference)
    {
      /* It does not draw these at all: a step of x scales them by 1 + x. */
      memcpy (d, w, tensor->size * sizeof *d);
      return;
    }
  kappa_stream_normals (&stream, 0, tensor->size, d);
  if (rules->norm == KAPPA_NORM_NONE)
    return;
  if (rules->norm == KAPPA_NORM_FILTER && tensor->shape.rank > 1)
    {
      /* The reference knows filters along the first axis only; embeddings are the difference. */
      gsize size = reference ? tensor->size / (gsize) tensor->shape.dims[0] : tensor->filter_size;

      for (gsize first = 0; first < tensor->size; first += size)
        match_length (d + first, w + first, size, guard);
    }
  else
    match_length (d, w, tensor->size, rules->norm == KAPPA_NORM_FILTER ? guard : 0.0);
}

/**
 * kappa_displacement_new_random:
 * @axis: "x" or "y": axes have streams of their own
 * @seed: the numbers depend on it, the axis and the names of the tensors alone, not on the file's
 * layout
 *
 * Returns: (transfer full): a Gaussian direction, normalised as @rules say; %NULL if the weights
 * cannot be read
 */
KappaDisplacement *
kappa_displacement_new_random (KappaModel *model,
                               const char *axis,
                               guint64 seed,
                               const KappaDirectionRules *rules,
                               GError **error)
{
  const double *weights = kappa_model_get_parameters_wide (model, error);
  const double *statistics
      = weights != NULL && rules->buffers ? kappa_model_get_buffers_wide (model, error) : NULL;
  KappaDisplacement *self;

  if (weights == NULL || (rules->buffers && statistics == NULL))
    return NULL;
  self = displacement_new (model, rules->buffers);
  for (guint i = 0; i < kappa_model_get_n_parameters (model); i++)
    {
      const KappaParameter *tensor = kappa_model_get_parameter (model, i);

      draw_tensor (tensor, weights + tensor->offset, axis, seed, rules,
                   self->parameters + tensor->offset);
    }
  for (guint i = 0; rules->buffers && i < kappa_model_get_n_buffers (model); i++)
    {
      const KappaParameter *tensor = kappa_model_get_buffer (model, i);

      draw_tensor (tensor, statistics + tensor->offset, axis, seed, rules,
                   self->buffers + tensor->offset);
    }
  return self;
}

static gboolean
same_tensor (const KappaParameter *a, const KappaParameter *b)
{
  return strcmp (a->name, b->name) == 0 && kappa_shape_equal (&a->shape, &b->shape);
}

/**
 * kappa_models_check_same:
 *
 * Returns: %FALSE with %KAPPA_ERROR_MODEL if the two networks differ in a tensor's name or shape
 */
gboolean
kappa_models_check_same (KappaModel *first, KappaModel *other, GError **error)
{
  guint n = kappa_model_get_n_parameters (first);
  gboolean same = n == kappa_model_get_n_parameters (other)
                  && kappa_model_get_n_buffers (first) == kappa_model_get_n_buffers (other);

  for (guint i = 0; same && i < n; i++)
    same = same_tensor (kappa_model_get_parameter (first, i), kappa_model_get_parameter (other, i));
  for (guint i = 0; same && i < kappa_model_get_n_buffers (first); i++)
    same = same_tensor (kappa_model_get_buffer (first, i), kappa_model_get_buffer (other, i));
  if (!same)
    g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_MODEL,
                 "%s is a %s with %u classes, but %s is a %s with %u: only checkpoints of one and "
                 "the same network lie on "
                 "a common line or plane",
                 kappa_model_get_path (other), kappa_model_get_architecture (other),
                 kappa_model_get_n_classes (other), kappa_model_get_path (first),
                 kappa_model_get_architecture (first), kappa_model_get_n_classes (first));
  return same;
}

/**
 * kappa_displacement_new_between:
 * @buffers: whether running statistics are part of it, so that one step ends exactly at @to
 *
 * Returns: (transfer full): @to minus @from, not normalised; %NULL with %KAPPA_ERROR_MODEL for
 * different networks
 */
KappaDisplacement *
kappa_displacement_new_between (KappaModel *from, KappaModel *to, gboolean buffers, GError **error)
{
  g_autoptr (KappaDisplacement) self = NULL;
  const double *a, *b;

  if (!kappa_models_check_same (from, to, error))
    return NULL;
  self = displacement_new (from, buffers);
  a = kappa_model_get_parameters_wide (from, error);
  b = a != NULL ? kappa_model_get_parameters_wide (to, error) : NULL;
  if (b == NULL)
    return NULL;
  for (gsize i = 0; i < self->n_parameters; i++)
    self->parameters[i] = b[i] - a[i];
  if (!buffers)
    return g_steal_pointer (&self);
  a = kappa_model_get_buffers_wide (from, error);
  b = a != NULL ? kappa_model_get_buffers_wide (to, error) : NULL;
  if (b == NULL)
    return NULL;
  for (gsize i = 0; i < self->n_buffers; i++)
    self->buffers[i] = b[i] - a[i];
  return g_steal_pointer (&self);
}

/**
 * kappa_displacement_dot:
 *
 * Returns: the inner product over parameters and, if both have them, buffers
 */
double
kappa_displacement_dot (const KappaDisplacement *a, const KappaDisplacement *b)
{
  double sum = 0.0;

  for (gsize i = 0; i < a->n_parameters; i++)
    sum += a->parameters[i] * b->parameters[i];
  for (gsize i = 0; a->buffers != NULL && b->buffers != NULL && i < a->n_buffers; i++)
    sum += a->buffers[i] * b->buffers[i];
  return sum;
}

/**
 * kappa_displacement_add:
 *
 * Adds @factor times @other.
 */
void
kappa_displacement_add (KappaDisplacement *self, double factor, const KappaDisplacement *other)
{
  for (gsize i = 0; i < self->n_parameters; i++)
    self->parameters[i] += factor * other->parameters[i];
  for (gsize i = 0; self->buffers != NULL && other->buffers != NULL && i < self->n_buffers; i++)
    self->buffers[i] += factor * other->buffers[i];
}

void
kappa_displacement_scale (KappaDisplacement *self, double factor)
{
  for (gsize i = 0; i < self->n_parameters; i++)
    self->parameters[i] *= factor;
  for (gsize i = 0; self->buffers != NULL && i < self->n_buffers; i++)
    self->buffers[i] *= factor;
}
