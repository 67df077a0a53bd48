#include "core/analysis/compare-logits.h"

#include "core/analysis/memory.h"
#include "core/graph/program.h"

/* One network over the inputs. */
struct _KappaLogits
{
  KappaModel *model;
  const KappaCompareInputs *inputs;
  KappaProgram *program;
  gint64 first; /* input at which the run under way begins */
};

static gboolean
build (KappaGraph *graph, gint64 batch, KappaOutputs *outputs, gpointer data, GError **error)
{
  KappaLogits *self = data;
  const KappaPreprocess *preprocess = self->inputs->preprocess;
  KappaShape shape = KAPPA_SHAPE (batch, kappa_preprocess_get_n_channels (preprocess),
                                  preprocess->height, preprocess->width);
  KappaNode images = kappa_graph_input (graph, KAPPA_ROLE_SAMPLE, "images",
                                        kappa_graph_get_real (graph), &shape);

  kappa_outputs_add (outputs, "logits", KAPPA_OUTPUT_ROWS,
                     kappa_model_build (self->model, graph, images));
  return kappa_graph_check (graph, error);
}

static void
draw (const KappaCompareInputs *inputs, gint64 first, gint64 n, void *values)
{
  gsize size = kappa_preprocess_get_size (inputs->preprocess);

  for (gsize i = 0; i < (gsize)n * size; i++)
    {
      double value = kappa_stream_normal (&inputs->stream, (guint64)first * size + i);

      if (inputs->precision == KAPPA_PRECISION_FLOAT64)
        ((double *)values)[i] = value;
      else
        ((float *)values)[i] = (float)value;
    }
}

static gboolean
fetch (guint input, gint64 first, gint64 n, void *values, gpointer data, GError **error)
{
  KappaLogits *self = data;
  const KappaCompareInputs *inputs = self->inputs;
  KappaPixelType type
      = inputs->precision == KAPPA_PRECISION_FLOAT64 ? KAPPA_PIXEL_DOUBLE : KAPPA_PIXEL_FLOAT;

  if (inputs->batches != NULL)
    return kappa_batch_source_fetch (inputs->batches, self->first + first, n, type, values, error);
  draw (inputs, self->first + first, n, values);
  return TRUE;
}

/**
 * kappa_logits_new:
 * @inputs: outlives this
 *
 * Returns: (transfer full): %NULL with the error if the network cannot take such inputs
 */
KappaLogits *
kappa_logits_new (KappaModel *model, const KappaCompareInputs *inputs, GError **error)
{
  g_autoptr (KappaLogits) self = g_new0 (KappaLogits, 1);
  KappaProgramOptions options
      = { .real = inputs->precision == KAPPA_PRECISION_FLOAT64 ? KAPPA_F64 : KAPPA_F32 };

  options.compute = inputs->precision == KAPPA_PRECISION_BFLOAT16 ? KAPPA_BF16 : options.real;
  self->model = g_object_ref (model);
  self->inputs = inputs;
  self->program = kappa_program_new (&options, build, self, NULL, error);
  return self->program != NULL ? g_steal_pointer (&self) : NULL;
}

void
kappa_logits_free (KappaLogits *self)
{
  g_clear_pointer (&self->program, kappa_program_free);
  g_clear_object (&self->model);
  g_free (self);
}

/**
 * kappa_logits_get_memory:
 *
 * Returns: the predicted peak of @n inputs at once, in bytes, with the weights in both widths
 */
guint64
kappa_logits_get_memory (KappaLogits *self, gint64 n, guint n_workers)
{
  gsize weights
      = kappa_model_get_parameters_size (self->model) + kappa_model_get_buffers_size (self->model);

  return kappa_program_get_memory (self->program, n, 0, n_workers)
         + weights * (sizeof (double) + sizeof (float));
}

/**
 * kappa_logits_compute:
 * @first: number of an input
 * @n: how many of them
 * @n_logits: (out): of all of them
 *
 * Returns: (transfer none): the logits, input by input, until the next call; %NULL with the error
 */
const double *
kappa_logits_compute (KappaLogits *self,
                      gint64 first,
                      gint64 n,
                      KappaContext *context,
                      gsize *n_logits,
                      GError **error)
{
  gboolean wide = self->inputs->precision == KAPPA_PRECISION_FLOAT64;
  KappaFeed feed = { .n_samples = n, .wide = wide, .fetch = fetch, .data = self };
  KappaEnvironment environment = { .workers = context->workers,
                                   .progress = context->progress,
                                   .cancellable = context->cancellable,
                                   .memory = kappa_memory_get_budget (context) };

  self->first = first;
  feed.parameters = wide ? (const void *)kappa_model_get_parameters_wide (self->model, error)
                         : kappa_model_get_parameters (self->model, error);
  if (feed.parameters == NULL)
    return NULL;
  feed.buffers = wide ? (const void *)kappa_model_get_buffers_wide (self->model, error)
                      : kappa_model_get_buffers (self->model, error);
  if (feed.buffers == NULL || !kappa_program_run (self->program, &feed, &environment, error))
    return NULL;
  return kappa_program_get_output (self->program, "logits", n_logits);
}
