#include "core/analysis/recalibration.h"

#include <string.h>

#include "core/base/error.h"
#include "core/graph/program.h"
#include "core/ops/ops.h"

struct _KappaRecalibration
{
  KappaModel *model;
  KappaBatchSource *batches;
  KappaProgram *program;
};

static gboolean
build (KappaGraph *graph, gint64 batch, KappaOutputs *outputs, gpointer data, GError **error)
{
  KappaRecalibration *self = data;
  const KappaPreprocess *preprocess = kappa_batch_source_get_preprocess (self->batches);
  const gint64 n = kappa_batch_source_get_n (self->batches);
  KappaShape shape = KAPPA_SHAPE (batch, kappa_preprocess_get_n_channels (preprocess),
                                  preprocess->height, preprocess->width);
  g_autoptr (GArray) statistics = g_array_new (FALSE, FALSE, sizeof (KappaNode));
  KappaNode images = kappa_graph_input (graph, KAPPA_ROLE_SAMPLE, "images", KAPPA_F64, &shape);

  kappa_model_build_training (self->model, graph, images, n, statistics);
  if (!kappa_graph_check (graph, error))
    return FALSE;
  for (guint i = 0; i < statistics->len; i++)
    {
      g_autofree char *name = g_strdup_printf ("%u", i);
      KappaNode node = g_array_index (statistics, KappaNode, i);

      /* Every shard has the statistics of all; what is collected is the sum over the shards. */
      kappa_outputs_add (outputs, name, KAPPA_OUTPUT_SUM,
                         kappa_scale (graph, node, (double)batch / (double)n));
    }
  return TRUE;
}

static gboolean
fetch (guint input, gint64 first, gint64 n, void *values, gpointer data, GError **error)
{
  KappaRecalibration *self = data;

  return kappa_batch_source_fetch (self->batches, first, n, KAPPA_PIXEL_DOUBLE, values, error);
}

/**
 * kappa_recalibration_new:
 * @batches: the images
 *
 * Returns: (transfer full): %NULL with %KAPPA_ERROR_MODEL if the network has no batch norm, or with
 * the error if it cannot take such images
 */
KappaRecalibration *
kappa_recalibration_new (KappaModel *model, KappaBatchSource *batches, GError **error)
{
  const KappaProgramOptions options = { .real = KAPPA_F64, .compute = KAPPA_F64 };
  g_autoptr (KappaRecalibration) self = NULL;

  if (kappa_model_get_n_buffers (model) == 0)
    {
      g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_MODEL,
                   "%s: has no batch norm, so there are no statistics to recalibrate; leave "
                   "batchnorm at auto",
                   kappa_model_get_path (model));
      return NULL;
    }
  self = g_new0 (KappaRecalibration, 1);
  self->model = g_object_ref (model);
  self->batches = g_object_ref (batches);
  self->program = kappa_program_new (&options, build, self, NULL, error);
  return self->program != NULL ? g_steal_pointer (&self) : NULL;
}

void
kappa_recalibration_free (KappaRecalibration *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->program, kappa_program_free);
  g_clear_object (&self->model);
  g_clear_object (&self->batches);
  g_free (self);
}

/**
 * kappa_recalibration_get_memory:
 * @n_images: how many images; not necessarily those it has
 *
 * Returns: the predicted peak of a run, in bytes: all images are under way at once
 */
guint64
kappa_recalibration_get_memory (KappaRecalibration *self, gint64 n_images, guint n_workers)
{
  return kappa_program_get_memory (self->program, n_images, 0, n_workers);
}

/**
 * kappa_recalibration_run:
 * @parameters: (array): the weights, in flat order
 * @buffers: (out caller-allocates) (array): mean and variance of each batch norm, in flat order
 *
 * Computes the statistics in float64, each in two passes: means first, then squares of differences
 * from them, divided by the count. The order of summation does not depend on the number of threads.
 *
 * Returns: %FALSE with the error, or %G_IO_ERROR_CANCELLED
 */
gboolean
kappa_recalibration_run (KappaRecalibration *self,
                         const double *parameters,
                         KappaContext *context,
                         double *buffers,
                         GError **error)
{
  const KappaFeed feed = { .n_samples = kappa_batch_source_get_n (self->batches),
                           .wide = TRUE,
                           .parameters = parameters,
                           .fetch = fetch,
                           .data = self };
  const KappaEnvironment environment = { .workers = context->workers,
                                         .cancellable = context->cancellable,
                                         .memory = context->memory_budget };

  if (!kappa_program_run (self->program, &feed, &environment, error))
    return FALSE;
  for (guint i = 0; i < kappa_model_get_n_buffers (self->model); i++)
    {
      const KappaParameter *buffer = kappa_model_get_buffer (self->model, i);
      g_autofree char *name = g_strdup_printf ("%u", i);
      gsize size = 0;
      const double *values = kappa_program_get_output (self->program, name, &size);

      g_return_val_if_fail (size == buffer->size, FALSE);
      memcpy (buffers + buffer->offset, values, size * sizeof *values);
    }
  return TRUE;
}
