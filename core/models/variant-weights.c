#include <math.h>
#include <string.h>

#include "core/base/random.h"
#include "core/models/variant.h"

/* Weights for a network that no file holds, so that it can be run and timed. */

/* Smaller than 1, so that hundreds of blocks add up to a finite number. */
#define NORM_SCALE 0.5f

/* Uniform in ±√(6 / inputs), so that the variance is that of K. He et al.: "Delving deep into
 * rectifiers", ICCV 2015: neither subnormal nor infinite numbers arise on the way. */
static void
draw (float *values, gsize n, gsize inputs, guint64 seed, const char *name)
{
  g_autofree char *stream_name = g_strconcat ("variant:", name, NULL);
  const KappaStream stream = kappa_stream_init (seed, stream_name);
  const float bound = (float)sqrt (6.0 / (double)inputs);

  for (gsize i = 0; i < n; i += 4)
    {
      guint32 block[4];

      kappa_stream_block (&stream, i / 4, block);
      for (gsize k = 0; k < MIN (n - i, 4); k++)
        values[i + k] = bound * ((float)(block[k] >> 8) * 0x1p-23f - 1.0f);
    }
}

static void
fill (float *values, gsize n, float value)
{
  for (gsize i = 0; i < n; i++)
    values[i] = value;
}

static void
fill_tensor (const KappaTensorSpec *spec, float *values, guint64 seed)
{
  const gsize n = (gsize)kappa_shape_size (&spec->shape);

  if (spec->role == KAPPA_ROLE_BUFFER)
    fill (values, n, g_str_has_suffix (spec->name, "var") ? 1.0f : 0.0f);
  else if (spec->kind == KAPPA_PARAMETER_NORM_SCALE)
    fill (values, n, NORM_SCALE);
  else if (spec->kind == KAPPA_PARAMETER_CONVOLUTION || spec->kind == KAPPA_PARAMETER_LINEAR)
    draw (values, n, n / (gsize)spec->shape.dims[0], seed, spec->name);
  else
    fill (values, n, 0.0f);
}

static gsize
get_size (const KappaNetworkListing *listing, KappaRole role)
{
  gsize size = 0;

  for (guint i = 0; i < listing->tensors->len; i++)
    {
      const KappaTensorSpec *spec = &g_array_index (listing->tensors, KappaTensorSpec, i);

      size += spec->role == role ? (gsize)kappa_shape_size (&spec->shape) : 0;
    }
  return size;
}

static float *
make_role (const KappaNetworkListing *listing, KappaRole role, guint64 seed)
{
  float *values = g_new (float, MAX (get_size (listing, role), 1)), *next = values;

  for (guint i = 0; i < listing->tensors->len; i++)
    {
      const KappaTensorSpec *spec = &g_array_index (listing->tensors, KappaTensorSpec, i);

      if (spec->role != role)
        continue;
      fill_tensor (spec, next, seed);
      next += kappa_shape_size (&spec->shape);
    }
  return values;
}

/* A model's own. */
static gboolean
copy_weights (KappaModel *model, float **parameters, float **buffers, GError **error)
{
  const gsize n = kappa_model_get_parameters_size (model),
              n_buffers = kappa_model_get_buffers_size (model);
  const float *own = kappa_model_get_parameters (model, error), *own_buffers = NULL;

  if (own == NULL)
    return FALSE;
  if (n_buffers > 0 && (own_buffers = kappa_model_get_buffers (model, error)) == NULL)
    return FALSE;
  *parameters = g_memdup2 (own, n * sizeof (float));
  *buffers = n_buffers > 0 ? g_memdup2 (own_buffers, n_buffers * sizeof (float)) : NULL;
  return TRUE;
}

/**
 * kappa_variant_make_weights:
 * @seed: of the stream from which convolutions and matrices are drawn
 * @parameters: (out) (transfer full): in flat order
 * @buffers: (out) (transfer full) (nullable): likewise
 *
 * The weights of the file, or, for a network of shapes alone, weights drawn so that numbers stay
 * finite: of use to time it, and for nothing else.
 *
 * Returns: %FALSE with the reader's error
 */
gboolean
kappa_variant_make_weights (KappaVariant *self,
                            guint64 seed,
                            float **parameters,
                            float **buffers,
                            GError **error)
{
  g_autoptr (KappaNetworkListing) listing = NULL;
  guint height, width;

  if (kappa_variant_get_model (self) != NULL)
    return copy_weights (kappa_variant_get_model (self), parameters, buffers, error);
  kappa_variant_get_size (self, &height, &width);
  listing = kappa_variant_list (self, height, width, error);
  if (listing == NULL)
    return FALSE;
  *parameters = make_role (listing, KAPPA_ROLE_PARAMETER, seed);
  *buffers = make_role (listing, KAPPA_ROLE_BUFFER, seed);
  return TRUE;
}
