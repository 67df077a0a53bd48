#include "tests/core/models/keras-inception.h"

#include <math.h>
#include <string.h>

#define H5_USE_110_API
#include <hdf5.h>

#include "core/base/formula.h"

/*
 * Inception-ResNet-v2 as keras.applications writes it, by the plainest loops, in float64 and with
 * channels last: every layer makes its weights up, saves them under the name Keras would give them,
 * and is computed at once. Nothing of the program that is tested is used, least of all its tables.
 */

#define EPSILON 1e-3

typedef struct
{
  hid_t file;
  GString *layers; /* names one after the other, separated by '\n' */
  guint first;     /* number of the first layer without a name; 0: it has no number */
  guint n_unnamed;
} Net;

void
keras_map_clear (KerasMap *map)
{
  g_clear_pointer (&map->values, g_free);
}

static KerasMap
map_new (gsize height, gsize width, gsize channels)
{
  return (KerasMap) { height, width, channels, g_new0 (double, height *width *channels) };
}

/* Takes @x. */
static KerasMap
replace (KerasMap *x, KerasMap y)
{
  keras_map_clear (x);
  return y;
}

static void
put_names (hid_t object, const char *attribute, const char *list)
{
  g_auto (GStrv) names = g_strsplit (list, "\n", -1);
  const hsize_t n = g_strv_length (names);
  hid_t type = H5Tcopy (H5T_C_S1), space = H5Screate_simple (1, &n, NULL), handle;

  H5Tset_size (type, H5T_VARIABLE);
  handle = H5Acreate2 (object, attribute, type, space, H5P_DEFAULT, H5P_DEFAULT);
  g_assert_cmpint (H5Awrite (handle, type, names), >=, 0);
  H5Aclose (handle);
  H5Sclose (space);
  H5Tclose (type);
}

/* Returns: the weights, uniform between @low and @high, saved as @layer/@weight */
static float *
make_weight (Net *net,
             const char *layer,
             const char *weight,
             int rank,
             const hsize_t *dims,
             double low,
             double high)
{
  g_autofree char *path = g_strdup_printf ("%s/%s/%s:0", layer, layer, weight);
  hid_t creation = H5Pcreate (H5P_LINK_CREATE), space = H5Screate_simple (rank, dims, NULL), data;
  gsize n = 1;
  float *values;

  for (int d = 0; d < rank; d++)
    n *= dims[d];
  values = g_new (float, n);
  kappa_formula_fill ("keras:", path, low, high, n, values);
  H5Pset_create_intermediate_group (creation, 1);
  data = H5Dcreate2 (net->file, path, H5T_IEEE_F32LE, space, creation, H5P_DEFAULT, H5P_DEFAULT);
  g_assert_cmpint (H5Dwrite (data, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values), >=, 0);
  H5Dclose (data);
  H5Sclose (space);
  H5Pclose (creation);
  return values;
}

/* @weights: separated by spaces */
static void
finish_layer (Net *net, const char *layer, const char *weights)
{
  g_auto (GStrv) names = g_strsplit (weights, " ", -1);
  g_autoptr (GString) list = g_string_new (NULL);
  hid_t group = H5Gopen2 (net->file, layer, H5P_DEFAULT);

  for (guint i = 0; names[i] != NULL; i++)
    g_string_append_printf (list, "%s%s/%s:0", i > 0 ? "\n" : "", layer, names[i]);
  put_names (group, "weight_names", list->str);
  H5Gclose (group);
  g_string_append_printf (net->layers, "%s%s", net->layers->len > 0 ? "\n" : "", layer);
}

static char *
name_unnamed (const Net *net, const char *kind)
{
  const guint number = net->first + net->n_unnamed;

  return number > 0 ? g_strdup_printf ("%s_%u", kind, number) : g_strdup (kind);
}

/* One tap of the kernel at one place: inputs times outputs. */
static void
add_tap (const double *in, gsize inputs, const float *tap, double *out, gsize outputs)
{
  for (gsize i = 0; i < inputs; i++)
    for (gsize o = 0; o < outputs; o++)
      out[o] += in[i] * tap[i * outputs + o];
}

static KerasMap
convolve (const KerasMap *x, const float *kernel, const hsize_t *dims, gsize stride, gboolean same)
{
  const gsize top = same ? dims[0] / 2 : 0, left = same ? dims[1] / 2 : 0;
  KerasMap y = map_new ((x->height + 2 * top - dims[0]) / stride + 1,
                        (x->width + 2 * left - dims[1]) / stride + 1, dims[3]);

  for (gsize row = 0; row < y.height; row++)
    for (gsize column = 0; column < y.width; column++)
      for (gsize k = 0; k < dims[0] * dims[1]; k++)
        {
          const gsize from_row = row * stride + k / dims[1], from = column * stride + k % dims[1];

          if (from_row >= top && from_row - top < x->height && from >= left
              && from - left < x->width)
            add_tap (x->values + ((from_row - top) * x->width + from - left) * x->channels, dims[2],
                     kernel + k * dims[2] * dims[3], y.values + (row * y.width + column) * dims[3],
                     dims[3]);
        }
  return y;
}

/* The batch norm without scale behind a convolution, and the relu behind that. */
static void
normalise (Net *net, KerasMap *x, const char *layer)
{
  const hsize_t n = x->channels;
  g_autofree float *beta = make_weight (net, layer, "beta", 1, &n, -0.1, 0.3),
                   *mean = make_weight (net, layer, "moving_mean", 1, &n, -0.1, 0.1),
                   *variance = make_weight (net, layer, "moving_variance", 1, &n, 0.5, 1.5);

  finish_layer (net, layer, "beta moving_mean moving_variance");
  for (gsize i = 0; i < x->height * x->width * n; i++)
    {
      const gsize c = i % n;
      const double y
          = (x->values[i] - mean[c]) / sqrt ((double)variance[c] + EPSILON) + (double)beta[c];

      x->values[i] = MAX (y, 0.0);
    }
}

/* conv2d_bn() of Keras: @name is %NULL for most, which are counted. */
static KerasMap
unit (Net *net,
      const KerasMap *x,
      gsize outputs,
      gsize height,
      gsize width,
      gsize stride,
      gboolean same,
      const char *name)
{
  g_autofree char *conv = name != NULL ? g_strdup (name) : name_unnamed (net, "conv2d");
  g_autofree char *norm
      = name != NULL ? g_strconcat (name, "_bn", NULL) : name_unnamed (net, "batch_normalization");
  const hsize_t dims[] = { height, width, x->channels, outputs };
  const double limit = 1.3 * sqrt (3.0 / (double)(height * width * x->channels));
  g_autofree float *kernel = make_weight (net, conv, "kernel", 4, dims, -limit, limit);
  KerasMap y = convolve (x, kernel, dims, stride, same);

  finish_layer (net, conv, "kernel");
  normalise (net, &y, norm);
  net->n_unnamed += name == NULL;
  return y;
}

static KerasMap
same (Net *net, const KerasMap *x, gsize outputs, gsize height, gsize width)
{
  return unit (net, x, outputs, height, width, 1, TRUE, NULL);
}

static KerasMap
shrink (Net *net, const KerasMap *x, gsize outputs)
{
  return unit (net, x, outputs, 3, 3, 2, FALSE, NULL);
}

/* Over 3 × 3 pixels: the largest of each second, or the mean around each. */
static KerasMap
pool (const KerasMap *x, gboolean average)
{
  const gsize stride = average ? 1 : 2, border = average;
  KerasMap y = map_new ((x->height + 2 * border - 3) / stride + 1,
                        (x->width + 2 * border - 3) / stride + 1, x->channels);

  for (gsize i = 0; i < y.height * y.width * y.channels; i++)
    {
      const gsize c = i % y.channels, column = i / y.channels % y.width,
                  row = i / y.channels / y.width;
      double largest = -INFINITY, sum = 0.0, n = 0.0;

      for (gsize k = 0; k < 9; k++)
        {
          const gsize r = row * stride + k / 3, q = column * stride + k % 3;
          double value;

          if (r < border || q < border || r - border >= x->height || q - border >= x->width)
            continue;
          value = x->values[((r - border) * x->width + q - border) * x->channels + c];
          largest = MAX (largest, value);
          sum += value;
          n += 1.0;
        }
      y.values[i] = average ? sum / n : largest;
    }
  return y;
}

/* Takes the parts. */
static KerasMap
concatenate (KerasMap *parts, guint n)
{
  gsize channels = 0, at = 0;
  KerasMap y;

  for (guint i = 0; i < n; i++)
    channels += parts[i].channels;
  y = map_new (parts[0].height, parts[0].width, channels);
  for (guint i = 0; i < n; i++)
    {
      const gsize size = parts[i].channels;

      for (gsize p = 0; p < y.height * y.width; p++)
        memcpy (y.values + p * channels + at, parts[i].values + p * size, size * sizeof (double));
      at += size;
      keras_map_clear (&parts[i]);
    }
  return y;
}

/* The residual's way back to the trunk, with a bias and without batch norm. Takes @mixed. */
static void
add_residual (Net *net,
              KerasMap *x,
              KerasMap mixed,
              const char *kind,
              guint number,
              double scale,
              gboolean relu)
{
  g_autofree char *layer = g_strdup_printf ("%s_%u_conv", kind, number);
  const hsize_t dims[] = { 1, 1, mixed.channels, x->channels };
  const double limit = sqrt (3.0 / (double)mixed.channels);
  g_autofree float *kernel = make_weight (net, layer, "kernel", 4, dims, -limit, limit),
                   *bias = make_weight (net, layer, "bias", 1, dims + 3, -0.1, 0.1);
  g_auto (KerasMap) up = convolve (&mixed, kernel, dims, 1, FALSE);

  finish_layer (net, layer, "kernel bias");
  keras_map_clear (&mixed);
  for (gsize i = 0; i < x->height * x->width * x->channels; i++)
    {
      x->values[i] += scale * (up.values[i] + (double)bias[i % x->channels]);
      if (relu)
        x->values[i] = MAX (x->values[i], 0.0);
    }
}

static void
block35 (Net *net, KerasMap *x, guint number)
{
  KerasMap parts[3];

  parts[0] = same (net, x, 32, 1, 1);
  parts[1] = same (net, x, 32, 1, 1);
  parts[1] = replace (&parts[1], same (net, &parts[1], 32, 3, 3));
  parts[2] = same (net, x, 32, 1, 1);
  parts[2] = replace (&parts[2], same (net, &parts[2], 48, 3, 3));
  parts[2] = replace (&parts[2], same (net, &parts[2], 64, 3, 3));
  add_residual (net, x, concatenate (parts, 3), "block35", number, 0.17, TRUE);
}

static void
block17 (Net *net, KerasMap *x, guint number)
{
  KerasMap parts[2];

  parts[0] = same (net, x, 192, 1, 1);
  parts[1] = same (net, x, 128, 1, 1);
  parts[1] = replace (&parts[1], same (net, &parts[1], 160, 1, 7));
  parts[1] = replace (&parts[1], same (net, &parts[1], 192, 7, 1));
  add_residual (net, x, concatenate (parts, 2), "block17", number, 0.1, TRUE);
}

static void
block8 (Net *net, KerasMap *x, guint number)
{
  const gboolean last = number == 10;
  KerasMap parts[2];

  parts[0] = same (net, x, 192, 1, 1);
  parts[1] = same (net, x, 192, 1, 1);
  parts[1] = replace (&parts[1], same (net, &parts[1], 224, 1, 3));
  parts[1] = replace (&parts[1], same (net, &parts[1], 256, 3, 1));
  add_residual (net, x, concatenate (parts, 2), "block8", number, last ? 1.0 : 0.2, !last);
}

static KerasMap
mixed_5b (Net *net, const KerasMap *x)
{
  KerasMap parts[4];

  parts[0] = same (net, x, 96, 1, 1);
  parts[1] = same (net, x, 48, 1, 1);
  parts[1] = replace (&parts[1], same (net, &parts[1], 64, 5, 5));
  parts[2] = same (net, x, 64, 1, 1);
  parts[2] = replace (&parts[2], same (net, &parts[2], 96, 3, 3));
  parts[2] = replace (&parts[2], same (net, &parts[2], 96, 3, 3));
  parts[3] = pool (x, TRUE);
  parts[3] = replace (&parts[3], same (net, &parts[3], 64, 1, 1));
  return concatenate (parts, 4);
}

static KerasMap
mixed_6a (Net *net, const KerasMap *x)
{
  KerasMap parts[3];

  parts[0] = shrink (net, x, 384);
  parts[1] = same (net, x, 256, 1, 1);
  parts[1] = replace (&parts[1], same (net, &parts[1], 256, 3, 3));
  parts[1] = replace (&parts[1], shrink (net, &parts[1], 384));
  parts[2] = pool (x, FALSE);
  return concatenate (parts, 3);
}

static KerasMap
mixed_7a (Net *net, const KerasMap *x)
{
  KerasMap parts[4];

  parts[0] = same (net, x, 256, 1, 1);
  parts[0] = replace (&parts[0], shrink (net, &parts[0], 384));
  parts[1] = same (net, x, 256, 1, 1);
  parts[1] = replace (&parts[1], shrink (net, &parts[1], 288));
  parts[2] = same (net, x, 256, 1, 1);
  parts[2] = replace (&parts[2], same (net, &parts[2], 288, 3, 3));
  parts[2] = replace (&parts[2], shrink (net, &parts[2], 320));
  parts[3] = pool (x, FALSE);
  return concatenate (parts, 4);
}

static KerasMap
stem (Net *net, const KerasMap *image)
{
  KerasMap x = unit (net, image, 32, 3, 3, 2, FALSE, NULL);

  x = replace (&x, unit (net, &x, 32, 3, 3, 1, FALSE, NULL));
  x = replace (&x, same (net, &x, 64, 3, 3));
  x = replace (&x, pool (&x, FALSE));
  x = replace (&x, unit (net, &x, 80, 1, 1, 1, FALSE, NULL));
  x = replace (&x, unit (net, &x, 192, 3, 3, 1, FALSE, NULL));
  return replace (&x, pool (&x, FALSE));
}

/* The mean over all places, and the layer of the classes without its softmax. */
static double *
predict (Net *net, const KerasMap *x, gsize classes)
{
  const hsize_t dims[] = { x->channels, classes };
  const double limit = sqrt (3.0 / (double)x->channels), places = (double)(x->height * x->width);
  g_autofree float *kernel = make_weight (net, "predictions", "kernel", 2, dims, -limit, limit),
                   *bias = make_weight (net, "predictions", "bias", 1, dims + 1, -0.1, 0.1);
  double *logits = g_new (double, classes);

  finish_layer (net, "predictions", "kernel bias");
  for (gsize c = 0; c < classes; c++)
    {
      logits[c] = bias[c];
      for (gsize i = 0; i < x->height * x->width * x->channels; i++)
        logits[c] += x->values[i] / places * kernel[i % x->channels * classes + c];
    }
  return logits;
}

/**
 * keras_inception_save:
 * @path: gets the weights, as Keras's save_weights() lays them out
 * @first: number of the first layer without a name; 0 for none
 * @image: any size from 75 × 75 pixels on, three channels
 *
 * Returns: (transfer full) (array length=classes): the logits
 */
double *
keras_inception_save (const char *path, guint first, gsize classes, const KerasMap *image)
{
  g_autoptr (GString) layers = g_string_new (NULL);
  Net net = { H5Fcreate (path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), layers, first, 0 };
  KerasMap x = stem (&net, image);
  double *logits;

  g_assert_cmpint (net.file, >=, 0);
  x = replace (&x, mixed_5b (&net, &x));
  for (guint i = 1; i <= 10; i++)
    block35 (&net, &x, i);
  x = replace (&x, mixed_6a (&net, &x));
  for (guint i = 1; i <= 20; i++)
    block17 (&net, &x, i);
  x = replace (&x, mixed_7a (&net, &x));
  for (guint i = 1; i <= 10; i++)
    block8 (&net, &x, i);
  x = replace (&x, unit (&net, &x, 1536, 1, 1, 1, TRUE, "conv_7b"));
  logits = predict (&net, &x, classes);
  keras_map_clear (&x);
  g_assert_cmpuint (net.n_unnamed, ==, 203);
  put_names (net.file, "layer_names", layers->str);
  H5Fclose (net.file);
  return logits;
}
