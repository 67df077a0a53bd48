#include "core/analysis/scaling-measure.h"

#include <string.h>

#include "core/analysis/engine.h"
#include "core/base/random.h"
#include "core/graph/program.h"

struct _KappaScalingMeter
{
  const KappaScalingPlan *plan;
  KappaContext *context;
  KappaWorkers *workers;

  const KappaScalingPoint *point;
  KappaProgram *program;
  gint64 micro;

  KappaVariant *weights_of;
  float *parameters, *buffers;

  float *images;  /* of a batch */
  gint64 *starts; /* of the micro-batches of a run, monotonic time in microseconds */
  gint64 per_pass;
};

/**
 * kappa_scaling_meter_new:
 * @plan: outlives the meter, as does @context
 */
KappaScalingMeter *
kappa_scaling_meter_new (const KappaScalingPlan *plan, KappaContext *context)
{
  KappaScalingMeter *self = g_new0 (KappaScalingMeter, 1);

  self->plan = plan;
  self->context = context;
  self->workers = kappa_workers_new (plan->threads);
  return self;
}

static void
forget_weights (KappaScalingMeter *self)
{
  g_clear_pointer (&self->parameters, g_free);
  g_clear_pointer (&self->buffers, g_free);
  self->weights_of = NULL;
}

void
kappa_scaling_meter_free (KappaScalingMeter *self)
{
  forget_weights (self);
  g_clear_pointer (&self->program, kappa_program_free);
  g_clear_pointer (&self->workers, kappa_workers_unref);
  g_free (self->images);
  g_free (self->starts);
  g_free (self);
}

static gboolean
build (KappaGraph *graph, gint64 batch, KappaOutputs *outputs, gpointer data, GError **error)
{
  const KappaScalingPoint *point = data;
  const KappaShape shape = KAPPA_SHAPE (batch, kappa_variant_get_channels (point->variant),
                                        point->height, point->width);
  KappaNode images = kappa_graph_input (graph, KAPPA_ROLE_SAMPLE, "images",
                                        kappa_graph_get_real (graph), &shape);

  kappa_outputs_add (outputs, "logits", KAPPA_OUTPUT_ROWS,
                     kappa_variant_build (point->variant, graph, images));
  return kappa_graph_check (graph, error);
}

static KappaProgram *
compile (KappaScalingMeter *self, const KappaScalingPoint *point, gint64 micro, GError **error)
{
  KappaProgramOptions options = { .real = KAPPA_F32, .compute = KAPPA_F32, .micro_batch = micro };

  if (self->plan->precision == KAPPA_PRECISION_BFLOAT16)
    options.compute = KAPPA_BF16;
  return kappa_program_new (&options, build, (gpointer)point, NULL, error);
}

static gsize
get_image_size (const KappaScalingPoint *point)
{
  return (gsize)kappa_variant_get_channels (point->variant) * point->height * point->width;
}

/* Whole micro-batches make a thread's share of the batch, so that passes begin where batches do. */
static gint64
fit_micro_batch (gint64 wanted, gint64 share)
{
  gint64 micro = CLAMP (wanted, 1, share);

  while (share % micro != 0)
    micro--;
  return micro;
}

/**
 * kappa_scaling_meter_prepare:
 * @point: outlives the use of the meter
 * @bytes: (out): what the engine holds in a pass of the batch: parameters, packed weights, and the
 *   planned memory of all threads
 * @bytes_to_run: (out): that, and what a measurement needs besides
 *
 * Compiles the network for the batch.
 *
 * Returns: %FALSE with the planner's error
 */
gboolean
kappa_scaling_meter_prepare (KappaScalingMeter *self,
                             const KappaScalingPoint *point,
                             guint64 *bytes,
                             guint64 *bytes_to_run,
                             GError **error)
{
  const gint64 share = self->plan->batch / self->plan->threads;

  self->point = point;
  g_clear_pointer (&self->program, kappa_program_free);
  self->program = compile (self, point, share == 1 ? 1 : 0, error);
  if (self->program == NULL)
    return FALSE;
  self->micro = fit_micro_batch (kappa_program_get_micro_batch (self->program), share);
  if (self->micro != kappa_program_get_micro_batch (self->program))
    {
      g_clear_pointer (&self->program, kappa_program_free);
      self->program = compile (self, point, self->micro, error);
    }
  if (self->program == NULL)
    return FALSE;
  *bytes = kappa_program_get_memory (self->program, self->plan->batch, 0, self->plan->threads);
  *bytes_to_run = *bytes
                  + (kappa_program_get_n_parameters (self->program)
                     + kappa_program_get_n_buffers (self->program)
                     + get_image_size (point) * (guint64)self->plan->batch)
                        * sizeof (float);
  return TRUE;
}

static gboolean
load_weights (KappaScalingMeter *self, GError **error)
{
  if (self->weights_of == self->point->variant)
    return TRUE;
  forget_weights (self);
  if (!kappa_variant_make_weights (self->point->variant, self->plan->seed, &self->parameters,
                                   &self->buffers, error))
    return FALSE;
  self->weights_of = self->point->variant;
  return TRUE;
}

/* Uniform in ±√3, which has variance 1, as prepared images have about. */
static void
draw_images (KappaScalingMeter *self)
{
  const KappaStream stream = kappa_stream_init (self->plan->seed, "scaling:images");
  const gsize n = get_image_size (self->point) * (gsize)self->plan->batch;

  g_free (self->images);
  self->images = g_new (float, n);
  for (gsize i = 0; i < n; i++)
    self->images[i] = (float)(3.4641016151377544 * (kappa_stream_uniform (&stream, i) - 0.5));
}

/* The beginning of every micro-batch is the clock: weights are folded and packed by then, and what
 * lies between two of them is a pass and nothing else. */
static gboolean
fetch (guint input, gint64 first, gint64 n, void *values, gpointer data, GError **error)
{
  KappaScalingMeter *self = data;
  const gsize size = get_image_size (self->point);

  self->starts[first / self->micro] = g_get_monotonic_time ();
  if ((first / self->micro) % self->per_pass == 0)
    kappa_progress_advance (self->context->progress,
                            kappa_scaling_get_work (self->plan, self->point));
  memcpy (values, self->images + size * (gsize)(first % self->plan->batch),
          size * (gsize)n * sizeof (float));
  return TRUE;
}

static gint64
get_start (const KappaScalingMeter *self, guint pass)
{
  gint64 start = G_MAXINT64;

  for (gint64 i = 0; i < self->per_pass; i++)
    start = MIN (start, self->starts[pass * self->per_pass + i]);
  return start;
}

/**
 * kappa_scaling_meter_run:
 * @repeats: how many passes
 * @seconds: (out) (array length=repeats): for the batch, each
 *
 * Measures the prepared network: passes one after the other, of which the first few and the last do
 * not count. Advances the progress by kappa_scaling_get_work() for each pass; a pause waits until
 * it is over, because it would be measured.
 *
 * Returns: %FALSE with the error, or %G_IO_ERROR_CANCELLED
 */
gboolean
kappa_scaling_meter_run (KappaScalingMeter *self, guint repeats, double *seconds, GError **error)
{
  const guint passes = KAPPA_SCALING_WARM_UP + repeats + 1;
  KappaEnvironment environment
      = { .workers = self->workers, .cancellable = self->context->cancellable };
  KappaFeed feed = { .n_samples = passes * self->plan->batch, .fetch = fetch, .data = self };

  if (!load_weights (self, error))
    return FALSE;
  draw_images (self);
  feed.parameters = self->parameters;
  feed.buffers = self->buffers;
  self->per_pass = self->plan->batch / self->micro;
  g_free (self->starts);
  self->starts = g_new0 (gint64, (gsize)passes * (gsize)self->per_pass);
  if (!kappa_program_run (self->program, &feed, &environment, error))
    return FALSE;
  for (guint i = 0; i < repeats; i++)
    seconds[i] = (double)(get_start (self, KAPPA_SCALING_WARM_UP + i + 1)
                          - get_start (self, KAPPA_SCALING_WARM_UP + i))
                 * 1e-6;
  return TRUE;
}

/**
 * kappa_scaling_get_work:
 *
 * Returns: billions of multiply-adds in a pass: the unit of progress
 */
double
kappa_scaling_get_work (const KappaScalingPlan *plan, const KappaScalingPoint *point)
{
  return 1e-9 * (double)MAX (point->counts.macs, 1) * (double)plan->batch;
}

static char *
dup_processor (void)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  if (!g_file_get_contents ("/proc/cpuinfo", &text, NULL, NULL))
    return g_strdup ("processor of unknown name");
  lines = g_strsplit (text, "\n", 64);
  for (guint i = 0; lines[i] != NULL; i++)
    if (g_str_has_prefix (lines[i], "model name") && strchr (lines[i], ':') != NULL)
      return g_strdup (g_strstrip (strchr (lines[i], ':') + 1));
  return g_strdup ("processor of unknown name");
}

/**
 * kappa_scaling_describe_measure:
 *
 * Returns: (transfer full): what decides a latency, to follow its definition
 */
char *
kappa_scaling_describe_measure (const KappaScalingPlan *plan)
{
  static const char *const precisions[] = { "float32", "float64", "bfloat16" };
  g_autofree char *processor = dup_processor ();

  return g_strdup_printf (
      "batch of %" G_GINT64_FORMAT " image%s of random numbers, %u thread%s of one %s (%s), %s; "
      "median of %u passes in a row after %d that do not count, weights folded and packed before; "
      "one "
      "network at a time; weights of networks without a file are random (seed %" G_GUINT64_FORMAT
      "): time depends on the values only where they are subnormal, and none are",
      plan->batch, plan->batch == 1 ? "" : "s", plan->threads, plan->threads == 1 ? "" : "s",
      processor, kappa_engine_get_isa (), precisions[plan->precision], plan->repeats,
      KAPPA_SCALING_WARM_UP, plan->seed);
}
