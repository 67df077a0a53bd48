#include "core/graph/program.h"

#include <string.h>

#include "core/base/error.h"
#include "core/graph/program-private.h"

/* Activations of a micro-batch should stay in the second-level cache, 2 MiB on present servers. */
static const gsize cache_target = 1536 << 10;

/* A gradient of p parameters costs about p × 2 ns to add up, a multiply-add 1/60 ns: at most a twentieth for the former. */
static const double adding_against_computing = 2.0 * 60.0 * 20.0;

/* Weights that do not stay in cache are read once for each micro-batch, at about 10 GB/s: at most a thirtieth of it. */
static const double reading_against_computing = 1e-10 * 60e9 * 30.0;

static const gint64 largest_micro_batch = 64;

void
kappa_outputs_add (KappaOutputs *outputs, const char *name, KappaOutputKind kind, KappaNode node)
{
  KappaOutput output = { .name = g_strdup (name), .kind = kind, .node = node };

  g_array_append_val (outputs->list, output);
}

static void
output_clear (gpointer data)
{
  g_free (((KappaOutput *) data)->name);
}

static void
result_free (gpointer data)
{
  KappaProgramResult *result = data;

  g_free (result->values);
  g_free (result);
}

static gboolean
check_outputs (KappaGraph *graph, const GArray *outputs, gint64 batch, GError **error)
{
  for (guint i = 0; i < outputs->len; i++)
    {
      const KappaOutput *output = &g_array_index (outputs, KappaOutput, i);
      const KappaShape *shape = kappa_graph_get_shape (graph, output->node);
      gboolean samples;

      if (output->node < 0)
        {
          g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_SHAPE, "output “%s” depends on nothing", output->name);
          return FALSE;
        }
      samples = (kappa_graph_get_rate (graph, output->node) & KAPPA_RATE_SAMPLE) != 0;
      if (samples == (output->kind == KAPPA_OUTPUT_ONCE)
          || (output->kind == KAPPA_OUTPUT_ROWS && (shape->rank == 0 || shape->dims[0] != batch)))
        {
          g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_SHAPE, "output “%s” cannot be collected that way", output->name);
          return FALSE;
        }
    }
  return TRUE;
}

/**
 * kappa_program_get_plan:
 * @late: whether it may be run many times and put off to the end what can be done to sums
 *
 * Returns: (transfer none): the plan for that many samples, made when it is first asked for
 */
KappaPlan *
kappa_program_get_plan (KappaProgram *self, gint64 batch, gboolean late, GError **error)
{
  gint64 key = late ? batch : -batch;
  KappaPlan *plan = g_hash_table_lookup (self->plans, &key);
  g_autoptr (KappaGraph) graph = NULL;
  g_autoptr (GArray) list = NULL;
  KappaOutputs outputs;

  if (plan != NULL)
    return plan;
  graph = kappa_graph_new (self->options.real);
  kappa_graph_set_compute (graph, self->options.compute);
  outputs.list = list = g_array_new (FALSE, TRUE, sizeof (KappaOutput));
  g_array_set_clear_func (list, output_clear);
  if (!self->build (graph, batch, &outputs, self->data, error) || !kappa_graph_check (graph, error)
      || !check_outputs (graph, list, batch, error))
    return NULL;
  plan = kappa_plan_new (graph, batch, list, late, error);
  if (plan != NULL)
    g_hash_table_insert (self->plans, g_memdup2 (&key, sizeof key), plan);
  return plan;
}

gboolean
kappa_program_output_has_vectors (const KappaOutput *output)
{
  return output->stage == KAPPA_STAGE_VECTOR || output->stage == KAPPA_STAGE_SAMPLE_VECTOR
         || output->stage == KAPPA_STAGE_LATE_VECTOR;
}

/* Numbers in one collected value: of one sample for rows. */
gsize
kappa_program_row_size (const KappaPlan *plan, const KappaOutput *output)
{
  gsize size = (gsize) kappa_shape_size (kappa_graph_get_shape (plan->graph, output->node));

  return output->kind == KAPPA_OUTPUT_ROWS ? size / (gsize) plan->batch : size;
}

static gboolean
same_place (const KappaPlace *a, const KappaPlace *b)
{
  return a->memory == b->memory && a->buffer == b->buffer;
}

/* Bytes of what is shared by all samples that a micro-batch reads: weights, packed or not. */
static gsize
shared_bytes (const KappaPlan *plan)
{
  g_autoptr (GArray) seen = g_array_new (FALSE, FALSE, sizeof (KappaPlace));
  gsize bytes = 0;

  for (guint s = 0; s < plan->stages[KAPPA_STAGE_SAMPLE]->len; s++)
    {
      const KappaStep *step = plan->stages[KAPPA_STAGE_SAMPLE]->pdata[s];

      for (guint i = 0; i < step->n_inputs; i++)
        {
          const KappaPlace *place = &step->inputs[i].place;
          gboolean known = place->memory != KAPPA_ARENA_ONCE && place->memory != KAPPA_PLACE_PARAMETERS;

          for (guint k = 0; !known && k < seen->len; k++)
            known = same_place (place, &g_array_index (seen, KappaPlace, k));
          if (known)
            continue;
          g_array_append_val (seen, *place);
          bytes += kappa_plan_value_bytes (plan, &step->inputs[i]);
        }
    }
  return bytes;
}

/* Powers of two: they divide the usual numbers of images, and what is left over needs a plan and packed weights of its own. */
static gint64
power_of_two (gint64 most)
{
  gint64 power = 1;

  while (2 * power <= most)
    power *= 2;
  return power;
}

static gint64
choose_micro_batch (const KappaPlan *one)
{
  double macs = (double) (kappa_plan_get_macs (one, KAPPA_STAGE_SAMPLE) + kappa_plan_get_macs (one, KAPPA_STAGE_SAMPLE_VECTOR));
  gint64 by_cache = (gint64) (cache_target / MAX (one->arena_sizes[KAPPA_ARENA_WORKER], 1));
  gsize weights = shared_bytes (one), summed = 0;
  gint64 by_sums, by_weights;

  summed = one->n_sums + one->n_vector_sums;
  by_sums = (gint64) ((double) summed * adding_against_computing / MAX (macs, 1.0)) + 1;
  by_weights = weights > cache_target ? (gint64) ((double) weights * reading_against_computing / MAX (macs, 1.0)) + 1 : 1;
  return MIN (power_of_two (MAX (by_cache, MIN (MAX (by_sums, by_weights), 8))), largest_micro_batch);
}

/**
 * kappa_program_new:
 * @build: called at once for one sample, and later for every size that occurs
 * @destroy: (nullable): frees @data
 *
 * Returns: (nullable): the program; %NULL with the reason if the graph cannot be built or planned
 */
KappaProgram *
kappa_program_new (const KappaProgramOptions *options,
                   KappaBuildFunc build,
                   gpointer data,
                   GDestroyNotify destroy,
                   GError **error)
{
  g_autoptr (KappaProgram) self = g_new0 (KappaProgram, 1);
  const KappaPlan *plan;

  self->options = *options;
  self->build = build;
  self->data = data;
  self->destroy = destroy;
  self->plans = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, (GDestroyNotify) kappa_plan_free);
  self->results = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, result_free);
  self->arenas = g_ptr_array_new_with_free_func (free);
  self->arena_sizes = g_array_new (FALSE, TRUE, sizeof (gsize));
  plan = kappa_program_get_plan (self, options->micro_batch > 0 ? options->micro_batch : 1, TRUE, error);
  if (plan == NULL)
    return NULL;
  self->micro_batch = options->micro_batch > 0 ? options->micro_batch : choose_micro_batch (plan);
  return g_steal_pointer (&self);
}

void
kappa_program_free (KappaProgram *self)
{
  g_hash_table_unref (self->plans);
  g_hash_table_unref (self->results);
  g_ptr_array_unref (self->arenas);
  g_array_unref (self->arena_sizes);
  if (self->destroy != NULL)
    self->destroy (self->data);
  g_free (self);
}

gint64
kappa_program_get_micro_batch (KappaProgram *self)
{
  return self->micro_batch;
}

static const KappaPlan *
any_plan (KappaProgram *self)
{
  GHashTableIter iter;
  gpointer plan;

  g_hash_table_iter_init (&iter, self->plans);
  g_assert (g_hash_table_iter_next (&iter, NULL, &plan));
  return plan;
}

gsize
kappa_program_get_n_parameters (KappaProgram *self)
{
  return any_plan (self)->n_parameters;
}

gsize
kappa_program_get_n_buffers (KappaProgram *self)
{
  return any_plan (self)->n_buffers;
}

static const KappaOutput *
find_output (const KappaPlan *plan, const char *name)
{
  for (guint i = 0; i < plan->outputs->len; i++)
    if (strcmp (g_array_index (plan->outputs, KappaOutput, i).name, name) == 0)
      return &g_array_index (plan->outputs, KappaOutput, i);
  return NULL;
}

static gsize
output_size (const KappaPlan *plan, const KappaOutput *output, gint64 n_samples, guint n_vectors)
{
  gsize size = kappa_program_row_size (plan, output);

  if (output->kind == KAPPA_OUTPUT_ROWS)
    size *= (gsize) n_samples;
  return kappa_program_output_has_vectors (output) ? size * n_vectors : size;
}

/**
 * kappa_program_get_output_size:
 *
 * Returns: how many numbers an output has; those of one vector stand together
 */
gsize
kappa_program_get_output_size (KappaProgram *self, const char *name, gint64 n_samples, guint n_vectors)
{
  const KappaPlan *plan = any_plan (self);
  const KappaOutput *output = find_output (plan, name);

  return output == NULL ? 0 : output_size (plan, output, n_samples, n_vectors);
}

/**
 * kappa_program_get_macs:
 *
 * Returns: multiply-adds of a run: what its kernels execute, the part without samples included once
 */
guint64
kappa_program_get_macs (KappaProgram *self, gint64 n_samples, guint n_vectors)
{
  const KappaPlan *plan = any_plan (self);
  double sample = (double) kappa_plan_get_macs (plan, KAPPA_STAGE_SAMPLE);
  double vector = (double) kappa_plan_get_macs (plan, KAPPA_STAGE_SAMPLE_VECTOR) * n_vectors;

  return (guint64) ((sample + vector) / (double) plan->batch * (double) n_samples)
         + kappa_plan_get_macs (plan, KAPPA_STAGE_ONCE) + kappa_plan_get_macs (plan, KAPPA_STAGE_VECTOR) * n_vectors;
}

static guint64
plan_memory (const KappaPlan *plan, guint n_vectors)
{
  return plan->arena_sizes[KAPPA_ARENA_ONCE] + (guint64) n_vectors * plan->arena_sizes[KAPPA_ARENA_VECTOR]
         + (plan->n_sums + (guint64) n_vectors * plan->n_vector_sums) * sizeof (double);
}

/**
 * kappa_program_get_memory:
 *
 * Returns: bytes a run will hold at most: parameters, vectors, sums, packed weights and the workers' memory; what the
 *   caller feeds is not counted
 */
guint64
kappa_program_get_memory (KappaProgram *self, gint64 n_samples, guint n_vectors, guint n_workers)
{
  gint64 micro = MIN (self->micro_batch, MAX (n_samples, 1));
  const KappaPlan *plan = kappa_program_get_plan (self, micro, TRUE, NULL);
  gint64 rest = n_samples % micro;
  guint64 bytes, seats, late = 0;

  if (plan == NULL)
    return G_MAXUINT64;
  seats = plan->has_barriers ? (guint64) ((n_samples + micro - 1) / micro) : n_workers;
  bytes = plan_memory (plan, n_vectors) + seats * (plan->arena_sizes[KAPPA_ARENA_WORKER] + plan->scratch);
  if (rest > 0 && n_samples > micro && kappa_program_get_plan (self, rest, FALSE, NULL) != NULL)
    bytes += plan_memory (kappa_program_get_plan (self, rest, FALSE, NULL), n_vectors);
  bytes += (plan->n_parameters + plan->n_buffers + (guint64) n_vectors * plan->n_vector) * kappa_dtype_size (self->options.real);
  for (guint i = 0; i < plan->outputs->len; i++)
    {
      const KappaOutput *output = &g_array_index (plan->outputs, KappaOutput, i);

      bytes += output_size (plan, output, n_samples, n_vectors) * sizeof (double);
      late += output->stage == KAPPA_STAGE_LATE_VECTOR ? kappa_program_row_size (plan, output) : 0;
    }
  /* Vectors whose results are there have no sums any more; each worker holds both of one. */
  if (n_vectors > n_workers)
    bytes -= (n_vectors - n_workers) * MIN (late, plan->n_vector_sums) * sizeof (double);
  return bytes;
}

/**
 * kappa_program_get_output:
 * @size: (out) (optional): how many numbers
 *
 * Returns: (transfer none) (nullable): what the last run collected, valid until the next
 */
const double *
kappa_program_get_output (KappaProgram *self, const char *name, gsize *size)
{
  const KappaProgramResult *result = g_hash_table_lookup (self->results, name);

  if (size != NULL)
    *size = result != NULL ? result->size : 0;
  return result != NULL ? result->values : NULL;
}
