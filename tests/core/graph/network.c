#include "network.h"

#include <math.h>
#include <string.h>

#include "core/base/random.h"
#include "core/graph/autodiff.h"
#include "core/ops/ops.h"
#include "lab.h"

/* The builder's state: parameters and buffers in the order they are asked for. */
typedef struct
{
  const Network *network;
  KappaGraph *graph;
  guint n_convolutions;
  GArray *parameters; /* of KappaNode */
} Builder;

static KappaNode
parameter (Builder *b, KappaShape shape)
{
  g_autofree char *name = g_strdup_printf ("p%u", b->parameters->len);
  KappaNode node = kappa_graph_input (b->graph, KAPPA_ROLE_PARAMETER, name, kappa_graph_get_real (b->graph), &shape);

  g_array_append_val (b->parameters, node);
  return node;
}

static KappaNode
buffer (Builder *b, gint64 size)
{
  return kappa_graph_input (b->graph, KAPPA_ROLE_BUFFER, NULL, kappa_graph_get_real (b->graph), &KAPPA_SHAPE (size));
}

/* Convolution and BatchNorm, named conv0, conv1, … */
static KappaNode
convolution (Builder *b, KappaNode x, gint64 outputs, gint64 stride)
{
  KappaGraph *g = b->graph;
  gint64 channels = kappa_graph_get_shape (g, x)->dims[1];
  KappaWindow window = KAPPA_WINDOW (3, stride, 1);
  KappaNode weight = parameter (b, KAPPA_SHAPE (outputs, channels, 3, 3));
  KappaNode gamma = parameter (b, KAPPA_SHAPE (outputs)), beta = parameter (b, KAPPA_SHAPE (outputs));
  g_autofree char *name = g_strdup_printf ("conv%u", b->n_convolutions++);
  KappaNode y;

  if (b->network->flags & NETWORK_BATCH_NORM)
    y = kappa_batch_norm_train (g, kappa_conv (g, x, weight, &window), gamma, beta, 1e-5, b->network->declared, NULL,
                                NULL);
  else
    {
      KappaNode mean = buffer (b, outputs), variance = buffer (b, outputs);

      y = kappa_conv_batch_norm (g, x, weight, &window, gamma, beta, mean, variance, 1e-5);
    }
  kappa_graph_set_name (g, y, name);
  return y;
}

static KappaNode
block (Builder *b, KappaNode x, gint64 outputs, gint64 stride)
{
  KappaGraph *g = b->graph;
  const KappaShape shape = *kappa_graph_get_shape (g, x);
  KappaNode y = convolution (b, kappa_relu (g, convolution (b, x, outputs, stride)), outputs, 1);

  if (stride > 1) /* the shortcut without parameters: every second pixel, channels padded on both sides */
    {
      const gint64 step[] = { 1, 1, stride, stride };
      const gint64 size[] = { shape.dims[0], shape.dims[1], (shape.dims[2] + stride - 1) / stride,
                              (shape.dims[3] + stride - 1) / stride };
      const gint64 pad[] = { 0, (outputs - shape.dims[1]) / 2, 0, 0 };

      x = kappa_pad (g, kappa_slice (g, x, NULL, size, step), pad, pad, NULL);
    }
  return kappa_relu (g, kappa_add (g, y, x));
}

static KappaNode
logits_of (Builder *b, KappaNode x)
{
  KappaGraph *g = b->graph;
  gint64 width = b->network->width;

  x = kappa_relu (g, convolution (b, x, width, 1));
  x = block (b, x, width, 1);
  x = block (b, x, 2 * width, 2);
  x = kappa_max_pool (g, x, &KAPPA_WINDOW (3, 2, 1), FALSE);
  return kappa_linear (g, kappa_global_avg_pool (g, x), parameter (b, KAPPA_SHAPE (NETWORK_CLASSES, 2 * width)),
                       parameter (b, KAPPA_SHAPE (NETWORK_CLASSES)));
}

static void
add_outputs (KappaOutputs *outputs, char prefix, const KappaNode *nodes, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *name = g_strdup_printf ("%c%u", prefix, i);

      kappa_outputs_add (outputs, name, KAPPA_OUTPUT_SUM, nodes[i]);
    }
}

static void
add_everything (KappaGraph *g, gint64 batch, KappaOutputs *outputs)
{
  guint n = kappa_graph_get_n_nodes (g);

  for (guint node = 0; node < n; node++)
    {
      const KappaShape *shape = kappa_graph_get_shape (g, (KappaNode) node);
      gboolean samples = kappa_graph_get_rate (g, (KappaNode) node) & KAPPA_RATE_SAMPLE;
      g_autofree char *name = g_strdup_printf ("node%u", node);

      if (kappa_graph_get_arity (g, (KappaNode) node) > 0 && (!samples || shape->dims[0] == batch))
        kappa_outputs_add (outputs, name, samples ? KAPPA_OUTPUT_ROWS : KAPPA_OUTPUT_ONCE, (KappaNode) node);
    }
}

static void
differentiate (Builder *b, KappaNode loss, KappaOutputs *outputs)
{
  KappaGraph *g = b->graph;
  guint n = b->parameters->len;
  const KappaNode *parameters = (const KappaNode *) b->parameters->data;
  g_autofree KappaNode *gradient = g_new (KappaNode, n), *tangents = g_new (KappaNode, n),
                       *products = g_new (KappaNode, n);

  kappa_graph_vjp (g, loss, KAPPA_NONE, parameters, n, gradient);
  if (b->network->flags & NETWORK_GRADIENT)
    add_outputs (outputs, 'g', gradient, n);
  if (!(b->network->flags & NETWORK_HVP))
    return;
  for (guint i = 0; i < n; i++)
    tangents[i] = kappa_graph_input (g, KAPPA_ROLE_VECTOR, NULL, kappa_graph_get_real (g),
                                     kappa_graph_get_shape (g, parameters[i]));
  kappa_graph_jvp (g, gradient, n, parameters, tangents, n, products);
  add_outputs (outputs, 'h', products, n);
}

static gboolean
build (KappaGraph *g, gint64 batch, KappaOutputs *outputs, gpointer data, GError **error)
{
  const Network *network = data;
  g_autoptr (GArray) parameters = g_array_new (FALSE, FALSE, sizeof (KappaNode));
  Builder b = { network, g, 0, parameters };
  KappaDtype real = kappa_graph_get_real (g);
  KappaNode x
      = kappa_graph_input (g, KAPPA_ROLE_SAMPLE, "images", real, &KAPPA_SHAPE (batch, 3, network->side, network->side));
  KappaNode labels = kappa_graph_input (g, KAPPA_ROLE_SAMPLE, "labels", KAPPA_I32, &KAPPA_SHAPE (batch, 1));
  KappaNode logits = logits_of (&b, x), rows = kappa_cross_entropy (g, logits, labels);
  KappaNode loss = kappa_reduce_sum (g, rows, 3);
  KappaNode conv = kappa_graph_find (g, "conv1");

  kappa_graph_set_name (g, logits, "logits");
  kappa_outputs_add (outputs, "loss", KAPPA_OUTPUT_SUM, loss);
  if (network->flags & NETWORK_ROWS)
    {
      kappa_outputs_add (outputs, "rows", KAPPA_OUTPUT_ROWS, rows);
      kappa_outputs_add (outputs, "logits", KAPPA_OUTPUT_ROWS, logits);
    }
  if (network->flags & NETWORK_EVERYTHING)
    add_everything (g, batch, outputs);
  if (network->flags & (NETWORK_GRADIENT | NETWORK_HVP))
    differentiate (&b, loss, outputs);
  /* Names mean the same node after every transform. */
  g_assert_cmpint (kappa_graph_find (g, "conv1"), ==, conv);
  g_assert_cmpint (kappa_graph_find (g, "logits"), ==, logits);
  g_assert_cmpint (kappa_graph_find (g, "images"), ==, x);
  g_assert_cmpstr (kappa_graph_get_name (g, conv), ==, "conv1");
  return kappa_graph_check (g, error);
}

KappaProgram *
network_program (const Network *network, KappaDtype real, KappaDtype compute, gint64 micro_batch)
{
  KappaProgramOptions options = { real, compute, micro_batch };
  g_autoptr (GError) error = NULL;
  KappaProgram *program = kappa_program_new (&options, build, g_memdup2 (network, sizeof *network), g_free, &error);

  g_assert_no_error (error);
  return program;
}

/* Sample i is the same whoever asks. */
static gboolean
fetch (guint input, gint64 first, gint64 n, void *values, gpointer data, GError **error)
{
  const NetworkRun *run = data;
  KappaStream pixels = kappa_stream_init (1, "images"), classes = kappa_stream_init (1, "labels");
  gint64 size = 3 * run->network->side * run->network->side;

  for (gint64 i = 0; input == 1 && i < n; i++)
    ((gint32 *) values)[i] = (gint32) kappa_stream_below (&classes, (guint64) (first + i), NETWORK_CLASSES);
  for (gint64 i = 0; input == 0 && i < n * size; i++)
    {
      double value = kappa_stream_normal (&pixels, (guint64) (first * size + i));

      if (run->real == KAPPA_F64)
        ((double *) values)[i] = value;
      else
        ((float *) values)[i] = (float) value;
    }
  return TRUE;
}

/* Weights as networks begin with, BatchNorm somewhere near 1 and 0. They follow one another in flat order. */
static void
draw (NetworkRun *run)
{
  KappaStream stream = kappa_stream_init (2, "parameters");
  gint64 width = run->network->width, ins[] = { 3, width, width, width, 2 * width };
  gint64 outs[] = { width, width, width, 2 * width, 2 * width };
  gsize at = 0, n = kappa_program_get_n_parameters (run->program);

  run->parameters = g_new (double, n);
  for (guint i = 0; i < G_N_ELEMENTS (ins); i++)
    {
      for (gint64 k = 0; k < outs[i] * ins[i] * 9; k++, at++)
        run->parameters[at] = kappa_stream_normal (&stream, at) * sqrt (2.0 / (9.0 * (double) ins[i]));
      for (gint64 k = 0; k < 2 * outs[i]; k++, at++)
        run->parameters[at] = 0.1 * kappa_stream_normal (&stream, at) + (k < outs[i] ? 1.0 : 0.0);
    }
  for (; at < n; at++)
    run->parameters[at] = 0.5 * kappa_stream_normal (&stream, at);
  /* Means and variances follow each other; all are good variances. */
  stream = kappa_stream_init (2, "buffers");
  n = kappa_program_get_n_buffers (run->program);
  run->buffers = g_new (double, MAX (n, 1));
  for (at = 0; at < n; at++)
    run->buffers[at] = 0.2 + kappa_stream_uniform (&stream, at);
}

NetworkRun *
network_run_new (const Network *network,
                 KappaDtype real,
                 KappaDtype compute,
                 gint64 micro_batch,
                 gint64 n_samples,
                 guint n_vectors)
{
  NetworkRun *self = g_new0 (NetworkRun, 1);
  gsize n;

  self->network = network;
  self->real = real;
  self->program = network_program (network, real, compute, micro_batch);
  draw (self);
  n = kappa_program_get_n_parameters (self->program);
  for (guint v = 0; v < n_vectors; v++)
    {
      g_autofree char *name = g_strdup_printf ("vector %u", v);
      KappaStream stream = kappa_stream_init (3, name);

      self->vectors[v] = g_new (double, n);
      kappa_stream_normals (&stream, 0, n, self->vectors[v]);
    }
  self->feed = (KappaFeed) { .n_samples = n_samples,
                             .wide = TRUE,
                             .parameters = self->parameters,
                             .buffers = self->buffers,
                             .n_vectors = n_vectors,
                             .vectors = (const void *const *) self->vectors,
                             .fetch = fetch,
                             .data = self };
  return self;
}

void
network_run_free (NetworkRun *self)
{
  kappa_program_free (self->program);
  g_free (self->parameters);
  g_free (self->buffers);
  for (guint v = 0; v < G_N_ELEMENTS (self->vectors); v++)
    g_free (self->vectors[v]);
  g_free (self);
}

/* Runs it with so many threads; it must succeed. */
void
network_run (NetworkRun *self, guint n_workers)
{
  KappaEnvironment environment = { .workers = lab_workers (n_workers) };
  g_autoptr (GError) error = NULL;

  kappa_program_run (self->program, &self->feed, &environment, &error);
  g_assert_no_error (error);
}

double
network_loss (const NetworkRun *self)
{
  return kappa_program_get_output (self->program, "loss", NULL)[0];
}

/**
 * network_collect:
 * @prefix: 'g' for the gradient, 'h' for Hessian-vector products
 * @vector: which vector's
 *
 * Returns: (transfer full): one number for each parameter, in flat order
 */
double *
network_collect (const NetworkRun *self, char prefix, guint vector)
{
  gsize n = kappa_program_get_n_parameters (self->program), at = 0;
  double *all = g_new (double, n);

  for (guint i = 0; at < n; i++)
    {
      g_autofree char *name = g_strdup_printf ("%c%u", prefix, i);
      gsize size;
      const double *values = kappa_program_get_output (self->program, name, &size);

      g_assert_nonnull (values);
      size /= prefix == 'h' ? self->feed.n_vectors : 1;
      memcpy (all + at, values + vector * size, size * sizeof *all);
      at += size;
    }
  g_assert_cmpuint (at, ==, n);
  return all;
}

/* |a - b| / |b| */
double
network_distance (const double *a, const double *b, gsize n)
{
  double difference = 0.0, norm = 0.0;

  for (gsize i = 0; i < n; i++)
    {
      difference += (a[i] - b[i]) * (a[i] - b[i]);
      norm += b[i] * b[i];
    }
  return sqrt (difference / norm);
}

double
network_inner (const double *a, const double *b, gsize n)
{
  double sum = 0.0;

  for (gsize i = 0; i < n; i++)
    sum += a[i] * b[i];
  return sum;
}
