#include <math.h>
#include <string.h>

#include "core/base/error.h"
#include "core/base/random.h"
#include "core/graph/program.h"
#include "core/models/model-private.h"
#include "core/models/onnx-export.h"

/* Whether a model that was written is the network it was made from. */

/* Of the largest logit: beyond what another order of additions does. */
#define TOLERANCE 1e-3

static gboolean
differ (const char *path, GError **error, const char *format, ...) G_GNUC_PRINTF (3, 4);

static gboolean
differ (const char *path, GError **error, const char *format, ...)
{
  g_autofree char *what = NULL;
  va_list arguments;

  va_start (arguments, format);
  what = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_FORMAT, "%s: read back, %s; the file was not kept",
               path, what);
  return FALSE;
}

static gpointer
read_tensor (KappaWeights *weights, guint index, KappaElement element, gsize *size, GError **error)
{
  g_autofree gpointer elements = NULL;

  *size = kappa_weights_get (weights, index)->size * kappa_element_get_size (element);
  elements = g_try_malloc (MAX (*size, 1));
  if (elements == NULL)
    {
      g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_MEMORY,
                   "comparing a tensor takes %" G_GSIZE_FORMAT
                   " bytes of memory, which cannot be had",
                   *size);
      return NULL;
    }
  return kappa_weights_read_elements (weights, index, elements, error) ? g_steal_pointer (&elements)
                                                                       : NULL;
}

static gboolean
compare_tensor (const char *path, KappaWeights *a, KappaWeights *b, guint index, GError **error)
{
  const KappaParameter *first = kappa_weights_get (a, index),
                       *second = kappa_weights_get (b, index);
  g_autofree gpointer elements = NULL, copied = NULL;
  KappaElement element, other;
  gsize size;

  if (strcmp (first->name, second->name) != 0)
    return differ (path, error, "“%s” stands where “%s” should", second->name, first->name);
  kappa_weights_get_element (a, index, &element);
  kappa_weights_get_element (b, index, &other);
  if (element != other || !kappa_shape_equal (&first->shape, &second->shape)
      || first->n_filters != second->n_filters)
    return differ (path, error, "“%s” has another type, shape or use", first->name);
  elements = read_tensor (a, index, element, &size, error);
  copied = elements != NULL ? read_tensor (b, index, element, &size, error) : NULL;
  if (copied == NULL)
    return FALSE;
  return memcmp (elements, copied, size) == 0
         || differ (path, error, "“%s” has other elements", first->name);
}

static gboolean
compare_tensors (const char *path,
                 KappaWeights *a,
                 KappaWeights *b,
                 GCancellable *cancellable,
                 GError **error)
{
  if (kappa_weights_get_n (a) != kappa_weights_get_n (b))
    return differ (path, error, "there are %u tensors of a kind, not %u", kappa_weights_get_n (b),
                   kappa_weights_get_n (a));
  for (guint i = 0; i < kappa_weights_get_n (a); i++)
    if (g_cancellable_set_error_if_cancelled (cancellable, error)
        || !compare_tensor (path, a, b, i, error))
      return FALSE;
  return TRUE;
}

static gboolean
build (KappaGraph *graph, gint64 batch, KappaOutputs *outputs, gpointer data, GError **error)
{
  KappaModel *model = data;
  KappaShape shape = KAPPA_SHAPE (batch, kappa_model_get_channels (model), 0, 0);
  guint height, width;
  KappaNode images;

  kappa_model_get_input_size (model, &height, &width);
  shape.dims[2] = height;
  shape.dims[3] = width;
  images = kappa_graph_input (graph, KAPPA_ROLE_SAMPLE, "images", KAPPA_F32, &shape);
  kappa_outputs_add (outputs, "logits", KAPPA_OUTPUT_ROWS,
                     kappa_model_build (model, graph, images));
  return kappa_graph_check (graph, error);
}

static gboolean
fetch_noise (guint input, gint64 first, gint64 n, void *values, gpointer data, GError **error)
{
  KappaModel *model = data;
  const KappaStream stream = kappa_stream_init (0, "converted");
  guint height, width;
  gsize size;

  kappa_model_get_input_size (model, &height, &width);
  size = (gsize)kappa_model_get_channels (model) * height * width;
  for (gsize i = 0; i < (gsize)n * size; i++)
    ((float *)values)[i] = (float)kappa_stream_normal (&stream, (guint64)first * size + i);
  return TRUE;
}

/* Returns: (transfer full): the logits of one image of noise */
static double *
compute_logits (KappaModel *model, gsize *n, GCancellable *cancellable, GError **error)
{
  const KappaProgramOptions options = { .real = KAPPA_F32, .compute = KAPPA_F32 };
  g_autoptr (KappaProgram) program = kappa_program_new (&options, build, model, NULL, error);
  g_autoptr (KappaWorkers) workers = kappa_workers_new (1);
  const KappaEnvironment environment = { .workers = workers, .cancellable = cancellable };
  KappaFeed feed = { .n_samples = 1, .fetch = fetch_noise, .data = model };
  const double *logits;

  if (program == NULL)
    return NULL;
  feed.parameters = kappa_model_get_parameters (model, error);
  feed.buffers = feed.parameters != NULL ? kappa_model_get_buffers (model, error) : NULL;
  if (feed.buffers == NULL || !kappa_program_run (program, &feed, &environment, error))
    return NULL;
  logits = kappa_program_get_output (program, "logits", n);
  return g_memdup2 (logits, *n * sizeof *logits);
}

static gboolean
compare_logits (KappaModel *model,
                KappaModel *copy,
                const char *path,
                KappaConversion *conversion,
                GCancellable *cancellable,
                GError **error)
{
  gsize n, n_copied;
  g_autofree double *logits = compute_logits (model, &n, cancellable, error);
  g_autofree double *copied
      = logits != NULL ? compute_logits (copy, &n_copied, cancellable, error) : NULL;

  if (copied == NULL)
    return FALSE;
  if (n != n_copied)
    return differ (path, error, "there are %" G_GSIZE_FORMAT " logits, not %" G_GSIZE_FORMAT,
                   n_copied, n);
  conversion->difference = conversion->largest = 0.0;
  for (gsize i = 0; i < n; i++)
    {
      const double apart = fabs (logits[i] - copied[i]);

      /* Equal ones may be infinite, or no numbers. */
      if (memcmp (&logits[i], &copied[i], sizeof *logits) != 0)
        conversion->difference = isnan (apart) ? INFINITY : fmax (conversion->difference, apart);
      conversion->largest = fmax (conversion->largest, fabs (logits[i]));
    }
  return conversion->difference <= TOLERANCE * conversion->largest
         || differ (path, error, "a logit differs by %g, of %g", conversion->difference,
                    conversion->largest);
}

/**
 * kappa_onnx_export_check:
 * @path: a model that was made of @model
 * @conversion: is told how far the logits are apart
 *
 * Returns: %FALSE with %KAPPA_ERROR_FORMAT if it is another network: its parameters and buffers
 * must be the same ones in the same order, bit by bit, and its logits those of another order of
 * additions at most
 */
gboolean
kappa_onnx_export_check (KappaModel *model,
                         const char *path,
                         KappaConversion *conversion,
                         GCancellable *cancellable,
                         GError **error)
{
  g_autoptr (KappaModel) copy = kappa_model_open (path, NULL, cancellable, error);

  return copy != NULL
         && compare_tensors (path, model->parameters, copy->parameters, cancellable, error)
         && compare_tensors (path, model->buffers, copy->buffers, cancellable, error)
         && compare_logits (model, copy, path, conversion, cancellable, error);
}
