#include "tests/golden/golden-net.h"

#include <math.h>
#include <string.h>

#include "core/graph/autodiff.h"
#include "core/models/preset.h"
#include "core/ops/ops.h"

/* Each worker has derivatives of its own; those of the largest networks would not fit twice. */
#define MANY_WEIGHTS 40000000

/* What a program is built and fed for. */
typedef struct
{
  const GoldenNet *net;
  GoldenOrder order;
  KappaDtype real;
} Wanted;

/**
 * golden_net_init:
 * @listing: tells the parameters and buffers; there are no weights yet
 */
void
golden_net_init (GoldenNet *net, const KappaNetworkListing *listing)
{
  net->parameters = g_array_new (FALSE, FALSE, sizeof (GoldenParameter));
  for (guint i = 0; i < listing->tensors->len; i++)
    {
      const KappaTensorSpec *spec = &g_array_index (listing->tensors, KappaTensorSpec, i);
      const gsize size = (gsize)kappa_shape_size (&spec->shape);
      GoldenParameter parameter = { spec->name, spec->shape, net->n_weights, size };

      if (spec->role == KAPPA_ROLE_PARAMETER)
        {
          g_array_append_val (net->parameters, parameter);
          net->n_weights += size;
        }
      else
        net->n_buffers += size;
    }
}

void
golden_net_clear (GoldenNet *net)
{
  g_clear_pointer (&net->parameters, g_array_unref);
  g_clear_pointer (&net->listing, kappa_network_listing_free);
  g_clear_pointer (&net->recognition, kappa_recognition_free);
  g_clear_pointer (&net->preset, kappa_preset_free);
  g_clear_object (&net->model);
  g_clear_pointer (&net->weights, g_free);
  g_clear_pointer (&net->buffers, g_free);
}

static KappaNode
build_logits (const GoldenNet *net, KappaGraph *graph, KappaNode images)
{
  g_autoptr (KappaNetworkListing) listing = NULL;

  if (net->model != NULL)
    return kappa_model_build (net->model, graph, images);
  listing = kappa_network_listing_new ();
  return kappa_network_build (net->recognition->architecture, net->recognition->config,
                              &net->preset->choices, graph, images, listing);
}

static void
add_outputs (KappaGraph *graph,
             KappaOutputs *outputs,
             const GoldenNet *net,
             const char *prefix,
             const KappaNode *nodes)
{
  for (guint i = 0; i < net->parameters->len; i++)
    {
      g_autofree char *name
          = g_strconcat (prefix, g_array_index (net->parameters, GoldenParameter, i).name, NULL);

      if (nodes[i] != KAPPA_NONE)
        kappa_outputs_add (outputs, name, KAPPA_OUTPUT_SUM, nodes[i]);
    }
}

static void
add_derivatives (KappaGraph *graph,
                 KappaOutputs *outputs,
                 const Wanted *wanted,
                 KappaNode total,
                 KappaNode images)
{
  const guint n = wanted->net->parameters->len;
  g_autofree KappaNode *inputs = g_new (KappaNode, n + 1), *gradients = g_new (KappaNode, n + 1);
  g_autofree KappaNode *tangents = g_new (KappaNode, n), *products = g_new (KappaNode, n);

  for (guint i = 0; i < n; i++)
    inputs[i] = kappa_graph_get_input (graph, KAPPA_ROLE_PARAMETER, i);
  inputs[n] = images;
  kappa_graph_vjp (graph, total, kappa_fill_like (graph, 1.0, total), inputs, n + 1, gradients);
  add_outputs (graph, outputs, wanted->net, "gradient:", gradients);
  kappa_outputs_add (outputs, "input-gradient", KAPPA_OUTPUT_ROWS, gradients[n]);
  if (wanted->order < GOLDEN_SECOND_ORDER)
    return;
  for (guint i = 0; i < n; i++)
    tangents[i] = kappa_graph_input (graph, KAPPA_ROLE_VECTOR, NULL, kappa_graph_get_real (graph),
                                     kappa_graph_get_shape (graph, inputs[i]));
  kappa_graph_jvp (graph, gradients, n, inputs, tangents, n, products);
  add_outputs (graph, outputs, wanted->net, "product:", products);
}

static gboolean
build (KappaGraph *graph, gint64 batch, KappaOutputs *outputs, gpointer data, GError **error)
{
  const Wanted *wanted = data;
  const gint64 *dims = wanted->net->image.dims;
  const KappaShape shape = KAPPA_SHAPE (batch, dims[0], dims[1], dims[2]),
                   column = KAPPA_SHAPE (batch, 1);
  KappaNode images = kappa_graph_input (graph, KAPPA_ROLE_SAMPLE, "images",
                                        kappa_graph_get_real (graph), &shape);
  KappaNode labels = kappa_graph_input (graph, KAPPA_ROLE_SAMPLE, "labels", KAPPA_I32, &column);
  KappaNode logits = build_logits (wanted->net, graph, images);
  KappaNode scalar = wanted->net->explain ? kappa_gather (graph, logits, labels, 1)
                                          : kappa_cross_entropy (graph, logits, labels);
  KappaNode total = kappa_reduce_sum (graph, scalar, 1u << 0);

  kappa_outputs_add (outputs, "logits", KAPPA_OUTPUT_ROWS, logits);
  kappa_outputs_add (outputs, "loss", KAPPA_OUTPUT_SUM, total);
  if (wanted->order > GOLDEN_FORWARD)
    add_derivatives (graph, outputs, wanted, total, images);
  return kappa_graph_check (graph, error);
}

static gboolean
fetch (guint input, gint64 first, gint64 n, void *values, gpointer data, GError **error)
{
  const Wanted *wanted = data;

  if (input == 0)
    return wanted->net->fetch_images (first, n, wanted->real, values, wanted->net->data, error);
  wanted->net->fetch_labels (first, n, values, wanted->net->data);
  return TRUE;
}

/* The numbers in the program's own width: themselves, or @floats, to be freed. */
static const void *
narrow (const double *values, gsize n, KappaDtype real, float **floats)
{
  if (real == KAPPA_F64 || values == NULL)
    return values;
  *floats = g_new (float, n);
  for (gsize i = 0; i < n; i++)
    (*floats)[i] = (float)values[i];
  return *floats;
}

/* What has no output does not depend on the weights: zero. */
static double *
gather (KappaProgram *program, const GoldenNet *net, const char *prefix)
{
  double *flat = g_new0 (double, net->n_weights);

  for (guint i = 0; i < net->parameters->len; i++)
    {
      const GoldenParameter *parameter = &g_array_index (net->parameters, GoldenParameter, i);
      g_autofree char *name = g_strconcat (prefix, parameter->name, NULL);
      gsize size = 0;
      const double *values = kappa_program_get_output (program, name, &size);

      for (gsize j = 0; values != NULL && j < parameter->size; j++)
        flat[parameter->offset + j] = values[j] / (double)net->n_samples;
    }
  return flat;
}

static GoldenRun *
collect (KappaProgram *program, const GoldenNet *net, GoldenOrder order)
{
  GoldenRun *run = g_new0 (GoldenRun, 1);
  gsize size;
  const double *logits = kappa_program_get_output (program, "logits", &size);

  run->n_samples = (gsize)net->n_samples;
  run->n_classes = size / run->n_samples;
  run->logits = g_memdup2 (logits, size * sizeof *logits);
  run->loss = *kappa_program_get_output (program, "loss", &size) / (double)net->n_samples;
  run->labels = g_new (gint32, run->n_samples);
  net->fetch_labels (0, net->n_samples, run->labels, net->data);
  if (order > GOLDEN_FORWARD)
    {
      const double *inputs = kappa_program_get_output (program, "input-gradient", &run->n_inputs);

      run->gradient = gather (program, net, "gradient:");
      run->input_gradient = g_new (double, run->n_inputs);
      for (gsize i = 0; i < run->n_inputs; i++)
        run->input_gradient[i] = inputs[i] / (double)net->n_samples;
    }
  if (order > GOLDEN_GRADIENT)
    run->product = gather (program, net, "product:");
  return run;
}

/**
 * golden_net_run:
 * @weights: where to evaluate, in flat order
 * @vector: (nullable): what the Hessian is multiplied with, for %GOLDEN_SECOND_ORDER
 */
GoldenRun *
golden_net_run (const GoldenNet *net,
                KappaDtype real,
                GoldenOrder order,
                const double *weights,
                const double *vector,
                GError **error)
{
  const KappaProgramOptions options = { .real = real, .compute = real };
  Wanted wanted = { net, order, real };
  g_autoptr (KappaProgram) program = kappa_program_new (&options, build, &wanted, NULL, error);
  g_autoptr (KappaWorkers) workers
      = kappa_workers_new (net->n_weights > MANY_WEIGHTS ? 1 : g_get_num_processors ());
  g_autofree float *parameters = NULL, *buffers = NULL, *direction = NULL;
  const gboolean second = order == GOLDEN_SECOND_ORDER;
  const void *const vectors[]
      = { second ? narrow (vector, net->n_weights, real, &direction) : NULL };
  const KappaFeed feed = { .n_samples = net->n_samples,
                           .wide = real == KAPPA_F64,
                           .parameters = narrow (weights, net->n_weights, real, &parameters),
                           .buffers = narrow (net->buffers, net->n_buffers, real, &buffers),
                           .n_vectors = second,
                           .vectors = vectors,
                           .fetch = fetch,
                           .data = &wanted };
  const KappaEnvironment environment = { .workers = workers };

  if (program == NULL || !kappa_program_run (program, &feed, &environment, error))
    return NULL;
  return collect (program, net, order);
}

void
golden_run_free (GoldenRun *run)
{
  g_free (run->logits);
  g_free (run->labels);
  g_free (run->gradient);
  g_free (run->input_gradient);
  g_free (run->product);
  g_free (run);
}

/**
 * golden_run_best:
 *
 * Returns: the class with the largest logit
 */
gsize
golden_run_best (const GoldenRun *run, gsize sample)
{
  const double *logits = run->logits + sample * run->n_classes;
  gsize best = 0;

  for (gsize c = 1; c < run->n_classes; c++)
    if (logits[c] > logits[best])
      best = c;
  return best;
}

/**
 * golden_run_count:
 *
 * Returns: how many samples have their largest logit at their label
 */
gsize
golden_run_count (const GoldenRun *run)
{
  gsize correct = 0;

  for (gsize i = 0; i < run->n_samples; i++)
    correct += golden_run_best (run, i) == (gsize)run->labels[i];
  return correct;
}

double
golden_norm (const double *values, gsize n)
{
  double sum = 0.0;

  for (gsize i = 0; i < n; i++)
    sum += values[i] * values[i];
  return sqrt (sum);
}
