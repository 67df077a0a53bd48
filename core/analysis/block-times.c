#include "core/analysis/block-times.h"

#include "core/analysis/memory.h"
#include "core/base/random.h"
#include "core/graph/profile.h"

/* Where the time of a forward pass goes, block by block. */

typedef struct
{
  KappaModel *model;
  const KappaBlocks *blocks;
  KappaProgram *program;
  KappaFeed feed;
  guint repeats;
  GCancellable *cancellable;
  GArray *steps;
} Job;

/* The same graph as that of the blocks: their nodes have the same numbers. */
static gboolean
build (KappaGraph *graph, gint64 batch, KappaOutputs *outputs, gpointer data, GError **error)
{
  Job *job = data;
  guint height, width;
  KappaShape shape;
  KappaNode images, logits;

  kappa_model_get_input_size (job->model, &height, &width);
  shape = KAPPA_SHAPE (batch, kappa_model_get_channels (job->model), height, width);
  images = kappa_graph_input (graph, KAPPA_ROLE_SAMPLE, "images", KAPPA_F32, &shape);
  logits = kappa_model_build (job->model, graph, images);
  kappa_outputs_add (outputs, "logits", KAPPA_OUTPUT_ROWS, logits);
  return kappa_graph_check (graph, error);
}

/* Noise: what is in the image does not change how long it takes. */
static gboolean
fetch (guint input, gint64 first, gint64 n, void *values, gpointer data, GError **error)
{
  Job *job = data;
  const KappaStream stream = kappa_stream_init (0, "image to time a network");
  guint height, width;
  gsize size;

  kappa_model_get_input_size (job->model, &height, &width);
  size = (gsize)n * kappa_model_get_channels (job->model) * height * width;
  for (gsize i = 0; i < size; i++)
    ((float *)values)[i] = (float)(2.0 * kappa_stream_uniform (&stream, i) - 1.0);
  return TRUE;
}

static gboolean
measure_in_worker (gsize task, guint worker, gpointer data, GError **error)
{
  Job *job = data;

  job->steps
      = kappa_program_time_steps (job->program, &job->feed, job->repeats, job->cancellable, error);
  return job->steps != NULL;
}

static double *
sum_up (const Job *job)
{
  double *seconds = g_new0 (double, kappa_blocks_get_n (job->blocks));

  for (guint i = 0; i < job->steps->len; i++)
    {
      const KappaStepTime *step = &g_array_index (job->steps, KappaStepTime, i);
      guint block = kappa_blocks_find_node (job->blocks, step->node);

      if (block == KAPPA_BLOCK_NONE)
        block = 0;
      for (; block != KAPPA_BLOCK_NONE; block = kappa_blocks_get (job->blocks, block)->parent)
        seconds[block] += step->seconds;
    }
  return seconds;
}

/**
 * kappa_block_times_measure:
 * @blocks: of @model
 * @repeats: forward passes over one image in one thread; the median of each step counts
 *
 * What is computed together cannot be told apart: a batch norm that is folded into its convolution
 * takes no time, the sum behind a residual may be done by a convolution.
 *
 * Returns: (transfer full): seconds for each block, that of the whole network first; %NULL with
 *   KAPPA_ERROR_MEMORY, the error of a weight or %G_IO_ERROR_CANCELLED
 */
double *
kappa_block_times_measure (KappaModel *model,
                           const KappaBlocks *blocks,
                           guint repeats,
                           KappaContext *context,
                           GError **error)
{
  const KappaProgramOptions options = { .real = KAPPA_F32, .compute = KAPPA_F32, .micro_batch = 1 };
  Job job = { model, blocks, NULL, { .n_samples = 1 }, repeats, context->cancellable, NULL };
  g_autoptr (KappaProgram) program = kappa_program_new (&options, build, &job, NULL, error);
  double *seconds = NULL;

  job.program = program;
  job.feed.fetch = fetch;
  job.feed.data = &job;
  if (program == NULL
      || !kappa_memory_check (context, kappa_program_get_memory (program, 1, 0, 1),
                              "measuring the network", error))
    return NULL;
  job.feed.parameters = kappa_model_get_parameters (model, error);
  if (job.feed.parameters == NULL)
    return NULL;
  if (kappa_model_get_buffers_size (model) > 0
      && (job.feed.buffers = kappa_model_get_buffers (model, error)) == NULL)
    return NULL;
  if (kappa_workers_run (context->workers, 1, measure_in_worker, &job, context->cancellable, error))
    seconds = sum_up (&job);
  g_clear_pointer (&job.steps, g_array_unref);
  return seconds;
}
