#pragma once

#include "core/base/progress.h"
#include "core/base/workers.h"
#include "core/graph/graph.h"

/*
 * A program is a graph that can be built for any number of samples, and everything needed to run it over many:
 * the plans for the micro-batch and for the remainder, their memory, and the fixed order of summation.
 *
 * A run cuts its samples into micro-batches of one size, whatever the number of threads; workers take them from one
 * counter; sums over samples are accumulated in float64 in the order of the micro-batches. So the result has the same
 * bits for any number of threads.
 */

/**
 * KappaOutputKind:
 * @KAPPA_OUTPUT_SUM: summed over the micro-batches. A node with a sample dimension must be reduced by the graph;
 *   one value for each vector if the node depends on vectors
 * @KAPPA_OUTPUT_ROWS: one row for each sample, kept side by side; dimension 0 is the sample
 * @KAPPA_OUTPUT_ONCE: does not depend on samples: computed once
 */
typedef enum
{
  KAPPA_OUTPUT_SUM,
  KAPPA_OUTPUT_ROWS,
  KAPPA_OUTPUT_ONCE,
} KappaOutputKind;

typedef struct _KappaOutputs KappaOutputs;

void kappa_outputs_add (KappaOutputs *outputs, const char *name, KappaOutputKind kind, KappaNode node);

/**
 * KappaBuildFunc:
 * @graph: an empty graph
 * @batch: how many samples the graph is for
 * @outputs: to be told what is wanted, under the same names and in the same order for every @batch
 *
 * Must create its inputs in the same order for every @batch.
 */
typedef gboolean (*KappaBuildFunc) (KappaGraph *graph, gint64 batch, KappaOutputs *outputs, gpointer data, GError **error);

/**
 * KappaProgramOptions:
 * @real: KAPPA_F32 or KAPPA_F64
 * @compute: KAPPA_BF16 to run the heavy, forward-only part in bfloat16; otherwise equal to @real
 * @micro_batch: samples in a micro-batch, 0 to let the planner choose by cache size
 */
typedef struct
{
  KappaDtype real;
  KappaDtype compute;
  gint64 micro_batch;
} KappaProgramOptions;

/**
 * KappaFeed:
 * @n_samples: how many samples
 * @parameters: all parameters in flat order, float64 if @wide, else float32
 * @buffers: likewise
 * @n_vectors: how many vectors pass together; 0 or 1 where the graph has no vector inputs
 * @vectors: @n_vectors pointers to float32 or float64 (@wide) numbers: all vector inputs, in the order of their creation
 * @fetch: writes samples @first … @first + @n - 1 of sample input @input, in the input's own dtype, row-major; called
 *   from several threads
 */
typedef struct
{
  gint64 n_samples;
  gboolean wide;
  const void *parameters;
  const void *buffers;
  guint n_vectors;
  const void *const *vectors;
  gboolean (*fetch) (guint input, gint64 first, gint64 n, void *values, gpointer data, GError **error);
  gpointer data;
} KappaFeed;

/**
 * KappaEnvironment:
 * @workers: who computes
 * @progress: (nullable): advanced by 1 for each sample and vector finished, not started or reset
 * @memory: bytes a run may take; 0 for no limit
 */
typedef struct
{
  KappaWorkers *workers;
  KappaProgress *progress;
  GCancellable *cancellable;
  guint64 memory;
} KappaEnvironment;

typedef struct _KappaProgram KappaProgram;

KappaProgram *kappa_program_new           (const KappaProgramOptions *options, KappaBuildFunc build, gpointer data,
                                           GDestroyNotify destroy, GError **error);
void          kappa_program_free          (KappaProgram *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KappaProgram, kappa_program_free)

gint64        kappa_program_get_micro_batch (KappaProgram *self);
guint64       kappa_program_get_memory    (KappaProgram *self, gint64 n_samples, guint n_vectors, guint n_workers);
guint64       kappa_program_get_macs      (KappaProgram *self, gint64 n_samples, guint n_vectors);
gsize         kappa_program_get_n_parameters (KappaProgram *self);
gsize         kappa_program_get_n_buffers (KappaProgram *self);
gsize         kappa_program_get_output_size (KappaProgram *self, const char *name, gint64 n_samples, guint n_vectors);
gboolean      kappa_program_run           (KappaProgram *self, const KappaFeed *feed, const KappaEnvironment *environment,
                                           GError **error);
const double *kappa_program_get_output    (KappaProgram *self, const char *name, gsize *size);
