#include "core/analysis/trace-exact.h"

#include "core/base/error.h"
#include "core/graph/autodiff.h"
#include "core/graph/op.h"
#include "core/graph/program.h"
#include "core/ops/ops.h"

/* Below any probability that matters, and far enough above the smallest float32 for its root. */
static const double nearly_nothing = 1e-30;

struct _KappaExactTrace
{
  KappaModel *model;
  KappaBatchSource *batches;
  KappaPrecision precision;
  guint n_classes;
  gint64 first; /* image at which the run under way begins */
  double *vectors;
  KappaProgram *program;
};

static KappaNode
input_of_classes (KappaGraph *graph, const char *name, const KappaShape *shape)
{
  return kappa_graph_input (graph, KAPPA_ROLE_VECTOR, name, kappa_graph_get_real (graph), shape);
}

/* Column k of the Cholesky factor of diag p − p·pᵀ. With r the sum of the probabilities behind k,
 *
 *   s_k = √(p_k·r / (p_k + r)),   s_j = −p_j·√(p_k / ((p_k + r)·r)) for j > k,   0 before.
 *
 * Nothing is subtracted, so that an image of which the network is sure loses no digits, and the
 * last column is zero. */
static KappaNode
column_of_factor (KappaGraph *graph, KappaNode logits)
{
  const KappaShape shape = *kappa_graph_get_shape (graph, logits);
  KappaNode pivot = input_of_classes (graph, "pivot", &shape),
            behind = input_of_classes (graph, "behind", &shape);
  KappaNode p = kappa_softmax (graph, logits), later = kappa_mul (graph, behind, p);
  KappaNode at = kappa_reduce_sum (graph, kappa_mul (graph, pivot, p), 1u << 1),
            r = kappa_shift (graph, kappa_reduce_sum (graph, later, 1u << 1), nearly_nothing);
  KappaNode share = kappa_div (graph, at, kappa_add (graph, at, r)); /* p_k / (p_k + r) */
  KappaNode own = kappa_sqrt (graph, kappa_mul (graph, share, r));
  KappaNode others = kappa_sqrt (graph, kappa_div (graph, share, r));

  return kappa_sub (graph, kappa_mul (graph, pivot, kappa_broadcast (graph, own, &shape)),
                    kappa_mul (graph, later, kappa_broadcast (graph, others, &shape)));
}

/* The gradient in a dense layer's matrix is one column times one row. */
static gboolean
is_outer_product (KappaGraph *graph, KappaNode node)
{
  const KappaShape *first;

  if (!g_str_equal (kappa_graph_get_op (graph, node)->name, "matmul"))
    return FALSE;
  first = kappa_graph_get_shape (graph, kappa_graph_get_operand (graph, node, 0));
  return first->rank == 2
         && first->dims[kappa_graph_get_attrs (graph, node)->i[0] != 0 ? 0 : 1] == 1;
}

/* The length of an outer product is the product of the lengths: the matrix need not be made. */
static KappaNode
square_norm (KappaGraph *graph, KappaNode node)
{
  guint all = (1u << kappa_graph_get_shape (graph, node)->rank) - 1;

  if (is_outer_product (graph, node))
    return kappa_mul (graph, square_norm (graph, kappa_graph_get_operand (graph, node, 0)),
                      square_norm (graph, kappa_graph_get_operand (graph, node, 1)));
  return kappa_reshape (graph, kappa_reduce_sum (graph, kappa_mul (graph, node, node), all),
                        &KAPPA_SHAPE (1));
}

/* For a single image, so that its gradients are not summed with those of others. */
static gboolean
build (KappaGraph *graph, gint64 batch, KappaOutputs *outputs, gpointer data, GError **error)
{
  KappaExactTrace *self = data;
  const KappaPreprocess *preprocess = kappa_batch_source_get_preprocess (self->batches);
  const KappaShape shape = KAPPA_SHAPE (batch, kappa_preprocess_get_n_channels (preprocess),
                                        preprocess->height, preprocess->width);
  KappaNode images = kappa_graph_input (graph, KAPPA_ROLE_SAMPLE, "images",
                                        kappa_graph_get_real (graph), &shape);
  KappaNode logits = kappa_model_build (self->model, graph, images);
  guint n = kappa_graph_get_n_inputs (graph, KAPPA_ROLE_PARAMETER);
  g_autofree KappaNode *inputs = g_new (KappaNode, n), *gradients = g_new (KappaNode, n);

  g_assert (batch == 1);
  for (guint i = 0; i < n; i++)
    inputs[i] = kappa_graph_get_input (graph, KAPPA_ROLE_PARAMETER, i);
  kappa_graph_vjp (graph, logits, column_of_factor (graph, logits), inputs, n, gradients);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *name = g_strdup_printf ("%u", i);

      if (gradients[i] != KAPPA_NONE)
        kappa_outputs_add (outputs, name, KAPPA_OUTPUT_ROWS, square_norm (graph, gradients[i]));
    }
  return kappa_graph_check (graph, error);
}

static gboolean
fetch (guint input, gint64 first, gint64 n, void *values, gpointer data, GError **error)
{
  KappaExactTrace *self = data;
  KappaPixelType type
      = self->precision == KAPPA_PRECISION_FLOAT64 ? KAPPA_PIXEL_DOUBLE : KAPPA_PIXEL_FLOAT;

  return kappa_batch_source_fetch (self->batches, self->first + first, n, type, values, error);
}

/* For each pass: which class is the pivot, then which ones are behind it. */
static double *
make_vectors (guint n_classes, guint n_passes)
{
  double *vectors = g_new0 (double, (gsize)n_passes * 2 * n_classes);

  for (guint k = 0; k < n_passes; k++)
    {
      double *pivot = vectors + (gsize)k * 2 * n_classes, *behind = pivot + n_classes;

      pivot[k] = 1.0;
      for (guint j = k + 1; j < n_classes; j++)
        behind[j] = 1.0;
    }
  return vectors;
}

/**
 * kappa_exact_trace_new:
 * @batches: the images; labels do not matter
 * @precision: float32 or float64
 *
 * Returns: (transfer full): %NULL with the error if the network cannot take such images
 */
KappaExactTrace *
kappa_exact_trace_new (KappaModel *model,
                       KappaBatchSource *batches,
                       KappaPrecision precision,
                       GError **error)
{
  g_autoptr (KappaExactTrace) self = g_new0 (KappaExactTrace, 1);
  KappaDtype real = precision == KAPPA_PRECISION_FLOAT64 ? KAPPA_F64 : KAPPA_F32;
  const KappaProgramOptions options = { .real = real, .compute = real, .micro_batch = 1 };

  if (precision == KAPPA_PRECISION_BFLOAT16)
    {
      g_set_error_literal (error, KAPPA_ERROR, KAPPA_ERROR_USAGE,
                           "precision: the trace is computed in float32 or float64; bfloat16 has "
                           "too few digits for derivatives");
      return NULL;
    }
  self->model = g_object_ref (model);
  self->batches = g_object_ref (batches);
  self->precision = precision;
  self->n_classes = kappa_model_get_n_classes (model);
  self->vectors = make_vectors (self->n_classes, kappa_exact_trace_get_n_passes (self));
  self->program = kappa_program_new (&options, build, self, NULL, error);
  return self->program != NULL ? g_steal_pointer (&self) : NULL;
}

void
kappa_exact_trace_free (KappaExactTrace *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->program, kappa_program_free);
  g_clear_object (&self->model);
  g_clear_object (&self->batches);
  g_free (self->vectors);
  g_free (self);
}

/**
 * kappa_exact_trace_get_n_passes:
 *
 * Returns: backward passes for each image: one less than there are classes
 */
guint
kappa_exact_trace_get_n_passes (KappaExactTrace *self)
{
  return MAX (self->n_classes, 2) - 1;
}

/**
 * kappa_exact_trace_get_macs:
 *
 * Returns: multiply-adds for so many images
 */
guint64
kappa_exact_trace_get_macs (KappaExactTrace *self, gint64 n_images)
{
  return kappa_program_get_macs (self->program, n_images, kappa_exact_trace_get_n_passes (self));
}

/**
 * kappa_exact_trace_get_memory:
 *
 * Returns: the predicted peak of kappa_exact_trace_run() for so many images, in bytes, images and
 * traces not counted
 */
guint64
kappa_exact_trace_get_memory (KappaExactTrace *self, gint64 n_images, guint n_workers)
{
  guint n_passes = kappa_exact_trace_get_n_passes (self);

  return kappa_program_get_memory (self->program, n_images, n_passes, n_workers)
         + (guint64)n_passes * 2 * self->n_classes * sizeof (double);
}

/* Sums over the passes, in their order. */
static void
collect (KappaExactTrace *self, gint64 count, double *traces)
{
  guint n_tensors = kappa_model_get_n_parameters (self->model);
  guint n_passes = kappa_exact_trace_get_n_passes (self);

  for (guint t = 0; t < n_tensors; t++)
    {
      g_autofree char *name = g_strdup_printf ("%u", t);
      gsize size = 0;
      const double *squares = kappa_program_get_output (self->program, name, &size);

      for (gint64 i = 0; i < count; i++)
        {
          double *trace = &traces[i * n_tensors + t];

          *trace = 0.0;
          for (guint k = 0; squares != NULL && k < n_passes; k++)
            *trace += squares[k * count + i];
        }
    }
}

/**
 * kappa_exact_trace_run:
 * @traces: (out caller-allocates) (array): for each of @count images from @first on a row with the
 *   trace of each tensor's block, in nats
 *
 * Advances the progress by the number of images times that of passes. What an image gets does not
 * depend on the others in the run.
 *
 * Returns: %FALSE with the error, or %G_IO_ERROR_CANCELLED
 */
gboolean
kappa_exact_trace_run (KappaExactTrace *self,
                       gint64 first,
                       gint64 count,
                       KappaContext *context,
                       double *traces,
                       GError **error)
{
  guint n_passes = kappa_exact_trace_get_n_passes (self);
  gboolean has_buffers = kappa_model_get_buffers_size (self->model) > 0;
  g_autofree const void **vectors = g_new (const void *, n_passes);
  const KappaFeed feed
      = { .n_samples = count,
          .wide = TRUE,
          .parameters = kappa_model_get_parameters_wide (self->model, error),
          .buffers = has_buffers ? kappa_model_get_buffers_wide (self->model, NULL) : NULL,
          .n_vectors = n_passes,
          .vectors = vectors,
          .fetch = fetch,
          .data = self };
  const KappaEnvironment environment = { .workers = context->workers,
                                         .progress = context->progress,
                                         .cancellable = context->cancellable,
                                         .memory = context->memory_budget };

  for (guint k = 0; k < n_passes; k++)
    vectors[k] = self->vectors + (gsize)k * 2 * self->n_classes;
  self->first = first;
  if (feed.parameters == NULL || !kappa_program_run (self->program, &feed, &environment, error))
    return FALSE;
  collect (self, count, traces);
  return TRUE;
}
