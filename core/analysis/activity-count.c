#include "core/analysis/activity-count.h"

#include <math.h>
#include <stdlib.h>

#include "core/analysis/folds.h"
#include "core/base/error.h"
#include "core/graph/autodiff.h"
#include "core/graph/op.h"
#include "core/graph/program.h"
#include "core/models/activation.h"
#include "core/ops/ops.h"

/* Activations so many are sorted to find a quantile. */
#define MAX_SORTED ((gsize)16 << 20)

struct _KappaActivityCounter
{
  KappaModel *model;
  KappaBatchSource *batches;
  KappaPrecision precision;
  KappaActive active;
  double threshold;
  gboolean listing; /* collect activations instead of counting */
  guint32 *listed;  /* of which images */
  GArray *layers;   /* of KappaActivityLayer */
  gsize n_neurons;
  KappaProgram *program;
  gint64 first; /* image at which the run under way begins */
};

static const char *const figure_names[] = {
  [KAPPA_ACTIVITY_ACTIVE] = "active",
  [KAPPA_ACTIVITY_SQUARES] = "squares",
  [KAPPA_ACTIVITY_PRE_SQUARES] = "pre-squares",
  [KAPPA_ACTIVITY_KINK] = "kink",
};

static char *
output_name (const char *what, guint layer)
{
  return g_strdup_printf ("%s/%u", what, layer);
}

static void
add (KappaOutputs *outputs, const char *what, guint layer, KappaOutputKind kind, KappaNode node)
{
  g_autofree char *name = output_name (what, layer);

  kappa_outputs_add (outputs, name, kind, node);
}

static KappaNode
magnitude (KappaGraph *graph, KappaNode x)
{
  return kappa_maximum (graph, x, kappa_neg (graph, x));
}

/* 1 where the neuron is active, 0 elsewhere. */
static KappaNode
mark_active (KappaActivityCounter *self, KappaGraph *graph, KappaNode y, KappaNode x)
{
  KappaNode slope, ones;

  switch (self->active)
    {
    case KAPPA_ACTIVE_MAGNITUDE:
      return kappa_step (graph, kappa_shift (graph, magnitude (graph, y), -self->threshold));
    case KAPPA_ACTIVE_SLOPE:
      ones = kappa_fill_like (graph, 1.0, x);
      kappa_graph_jvp (graph, &y, 1, &x, &ones, 1, &slope);
      return kappa_step (graph, kappa_shift (graph, slope, -self->threshold));
    default:
      return kappa_step (graph, y);
    }
}

static void
count_layer (KappaActivityCounter *self,
             KappaGraph *graph,
             KappaOutputs *outputs,
             guint layer,
             KappaNode y,
             KappaNode x)
{
  const guint own = ((1u << kappa_graph_get_shape (graph, y)->rank) - 1u) & ~1u;
  KappaNode active = mark_active (self, graph, y, x), farthest;

  add (outputs, "cells", layer, KAPPA_OUTPUT_SUM, kappa_reduce_sum (graph, active, 1u));
  add (outputs, figure_names[KAPPA_ACTIVITY_ACTIVE], layer, KAPPA_OUTPUT_ROWS,
       kappa_reduce_sum (graph, active, own));
  add (outputs, figure_names[KAPPA_ACTIVITY_SQUARES], layer, KAPPA_OUTPUT_ROWS,
       kappa_reduce_sum (graph, kappa_mul (graph, y, y), own));
  add (outputs, figure_names[KAPPA_ACTIVITY_PRE_SQUARES], layer, KAPPA_OUTPUT_ROWS,
       kappa_reduce_sum (graph, kappa_mul (graph, x, x), own));
  if (!g_array_index (self->layers, KappaActivityLayer, layer).has_kink)
    return;
  farthest = kappa_reduce_max (graph, kappa_neg (graph, magnitude (graph, x)), own);
  add (outputs, figure_names[KAPPA_ACTIVITY_KINK], layer, KAPPA_OUTPUT_ROWS,
       kappa_neg (graph, farthest));
}

static gboolean
build (KappaGraph *graph, gint64 batch, KappaOutputs *outputs, gpointer data, GError **error)
{
  KappaActivityCounter *self = data;
  const KappaPreprocess *preprocess = kappa_batch_source_get_preprocess (self->batches);
  KappaShape shape = KAPPA_SHAPE (batch, kappa_preprocess_get_n_channels (preprocess),
                                  preprocess->height, preprocess->width);
  KappaNode images = kappa_graph_input (graph, KAPPA_ROLE_SAMPLE, "images",
                                        kappa_graph_get_real (graph), &shape);

  kappa_model_build (self->model, graph, images);
  for (guint k = 0; k < self->layers->len; k++)
    {
      const KappaActivation *activation
          = g_array_index (self->layers, KappaActivityLayer, k).activation;
      KappaNode y = kappa_graph_find (graph, activation->name),
                x = kappa_activation_find_input (activation, graph);

      if (y < 0 || x < 0)
        {
          g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_MODEL,
                       "the network has no activation function called “%s”", activation->name);
          return FALSE;
        }
      if (self->listing)
        add (outputs, "values", k, KAPPA_OUTPUT_ROWS, y);
      else
        count_layer (self, graph, outputs, k, y, x);
    }
  return kappa_graph_check (graph, error);
}

static gboolean
fetch (guint input, gint64 first, gint64 n, void *values, gpointer data, GError **error)
{
  KappaActivityCounter *self = data;
  KappaPixelType type
      = self->precision == KAPPA_PRECISION_FLOAT64 ? KAPPA_PIXEL_DOUBLE : KAPPA_PIXEL_FLOAT;

  if (self->listing)
    return kappa_images_fetch (self->batches, self->listed + first, n, type, values, error);
  return kappa_batch_source_fetch (self->batches, self->first + first, n, type, values, error);
}

/* Channels come first in images, last in tokens. */
static void
add_layer (KappaActivityCounter *self, const KappaActivation *activation)
{
  const KappaShape *shape = &activation->shape;
  KappaActivityLayer layer = { .activation = activation, .first = self->n_neurons };

  layer.has_kink = (activation->flags & KAPPA_ACTIVATION_RELU) != 0;
  layer.unit_last = shape->rank == 2;
  layer.n_units = (gsize)shape->dims[layer.unit_last ? 1 : 0];
  layer.n_tokens = (gsize)kappa_shape_size (shape) / layer.n_units;
  self->n_neurons += layer.n_units * layer.n_tokens;
  g_array_append_val (self->layers, layer);
}

static gboolean
rebuild (KappaActivityCounter *self, GError **error)
{
  KappaDtype real = self->precision == KAPPA_PRECISION_FLOAT64 ? KAPPA_F64 : KAPPA_F32;
  const KappaProgramOptions options = { .real = real, .compute = real };

  g_clear_pointer (&self->program, kappa_program_free);
  self->program = kappa_program_new (&options, build, self, NULL, error);
  return self->program != NULL;
}

/**
 * kappa_activity_counter_new:
 * @batches: the images, prepared as the model wants them
 * @precision: float32 or float64
 *
 * Returns: (transfer full): counts neurons with a > 0; %NULL with the error if the network cannot
 * take such images or has no activation functions
 */
KappaActivityCounter *
kappa_activity_counter_new (KappaModel *model,
                            KappaBatchSource *batches,
                            KappaPrecision precision,
                            GError **error)
{
  g_autoptr (KappaActivityCounter) self = g_new0 (KappaActivityCounter, 1);
  const KappaActivation *activations;
  guint n;

  self->model = g_object_ref (model);
  self->batches = g_object_ref (batches);
  self->precision = precision;
  self->layers = g_array_new (FALSE, FALSE, sizeof (KappaActivityLayer));
  activations = kappa_model_get_activations (model, &n);
  for (guint i = 0; i < n; i++)
    if (activations[i].flags & (KAPPA_ACTIVATION_RELU | KAPPA_ACTIVATION_GELU))
      add_layer (self, &activations[i]);
  if (self->layers->len == 0)
    {
      g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_MODEL,
                   "%s: this network has no layer with an activation function that is known here; "
                   "there is nothing to count",
                   kappa_model_get_path (model));
      return NULL;
    }
  return rebuild (self, error) ? g_steal_pointer (&self) : NULL;
}

void
kappa_activity_counter_free (KappaActivityCounter *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->program, kappa_program_free);
  g_clear_pointer (&self->layers, g_array_unref);
  g_clear_object (&self->model);
  g_clear_object (&self->batches);
  g_free (self);
}

/**
 * kappa_activity_counter_get_layers:
 * @n_layers: (out)
 *
 * Returns: (transfer none) (array length=n_layers)
 */
const KappaActivityLayer *
kappa_activity_counter_get_layers (KappaActivityCounter *self, guint *n_layers)
{
  *n_layers = self->layers->len;
  return (const KappaActivityLayer *)self->layers->data;
}

gsize
kappa_activity_counter_get_n_neurons (KappaActivityCounter *self)
{
  return self->n_neurons;
}

/**
 * kappa_activity_counter_set_rule:
 * @threshold: of |a| or of the derivative; not used for a > 0
 *
 * From now on neurons count as active by this rule.
 */
gboolean
kappa_activity_counter_set_rule (KappaActivityCounter *self,
                                 KappaActive active,
                                 double threshold,
                                 GError **error)
{
  self->active = active;
  self->threshold = threshold;
  return rebuild (self, error);
}

/**
 * kappa_activity_counter_get_memory:
 *
 * Returns: the predicted peak of a run over so many images, in bytes
 */
guint64
kappa_activity_counter_get_memory (KappaActivityCounter *self, gint64 n_images, guint n_workers)
{
  return kappa_program_get_memory (self->program, n_images, 0, n_workers);
}

/**
 * kappa_activity_counter_run:
 *
 * Runs the network over @count images from @first on. Advances the progress by their number.
 */
gboolean
kappa_activity_counter_run (KappaActivityCounter *self,
                            gint64 first,
                            gint64 count,
                            KappaContext *context,
                            GError **error)
{
  gboolean has_buffers = kappa_model_get_buffers_size (self->model) > 0;
  KappaFeed feed = { .n_samples = count, .wide = TRUE, .fetch = fetch, .data = self };
  KappaEnvironment environment = { .workers = context->workers,
                                   .progress = context->progress,
                                   .cancellable = context->cancellable,
                                   .memory = context->memory_budget };

  feed.parameters = kappa_model_get_parameters_wide (self->model, error);
  if (feed.parameters == NULL)
    return FALSE;
  feed.buffers = has_buffers ? kappa_model_get_buffers_wide (self->model, error) : NULL;
  if (has_buffers && feed.buffers == NULL)
    return FALSE;
  self->first = first;
  return kappa_program_run (self->program, &feed, &environment, error);
}

static const double *
get_output (KappaActivityCounter *self, const char *what, guint layer, gsize *size)
{
  g_autofree char *name = output_name (what, layer);

  return kappa_program_get_output (self->program, name, size);
}

/**
 * kappa_activity_counter_get_cells:
 *
 * Returns: (transfer none) (array): for each neuron of the layer, row-major, on how many images of
 * the last run it was active
 */
const double *
kappa_activity_counter_get_cells (KappaActivityCounter *self, guint layer)
{
  gsize size;

  return get_output (self, "cells", layer, &size);
}

/**
 * kappa_activity_counter_get_figure:
 *
 * Returns: (transfer none) (array) (nullable): a number for each image of the last run; %NULL if
 * the layer has no such figure
 */
const double *
kappa_activity_counter_get_figure (KappaActivityCounter *self,
                                   KappaActivityFigure figure,
                                   guint layer)
{
  gsize size;

  return get_output (self, figure_names[figure], layer, &size);
}

static int
compare (gconstpointer a, gconstpointer b)
{
  const double x = *(const double *)a, y = *(const double *)b;

  return (x > y) - (x < y);
}

/**
 * kappa_activity_counter_find_quantile:
 * @quantile: in [0, 1]
 * @threshold: (out): of the |a| of all neurons of all layers together; what is smaller than a share
 *   of @quantile of them
 * @n_images: (out): how many images, spread evenly over all, were looked at: as many as can be
 *   sorted
 *
 * Does not advance the progress.
 */
gboolean
kappa_activity_counter_find_quantile (KappaActivityCounter *self,
                                      double quantile,
                                      KappaContext *context,
                                      double *threshold,
                                      gint64 *n_images,
                                      GError **error)
{
  KappaContext quiet = *context;
  g_autofree double *values = NULL;
  gsize n = 0;
  gboolean done;

  quiet.progress = NULL;
  *n_images
      = CLAMP ((gint64)(MAX_SORTED / self->n_neurons), 1, kappa_batch_source_get_n (self->batches));
  self->listed = g_new (guint32, *n_images);
  for (gint64 i = 0; i < *n_images; i++)
    self->listed[i] = (guint32)(i * kappa_batch_source_get_n (self->batches) / *n_images);
  self->listing = TRUE;
  done = rebuild (self, error) && kappa_activity_counter_run (self, 0, *n_images, &quiet, error);
  self->listing = FALSE;
  g_clear_pointer (&self->listed, g_free);
  if (!done)
    return FALSE;
  values = g_new (double, self->n_neurons *(gsize)*n_images);
  for (guint k = 0; k < self->layers->len; k++)
    {
      gsize size;
      const double *some = get_output (self, "values", k, &size);

      for (gsize i = 0; i < size; i++)
        if (!isnan (some[i]))
          values[n++] = fabs (some[i]);
    }
  qsort (values, n, sizeof *values, compare);
  *threshold = n > 0 ? values[(gsize)floor (quantile * (double)(n - 1))] : 0.0;
  return rebuild (self, error);
}
