#include "core/analysis/ntk-gram.h"

#include <string.h>

#include "core/analysis/ntk-rows.h"
#include "core/base/error.h"
#include "core/graph/autodiff.h"
#include "core/graph/program.h"
#include "core/ops/ops.h"

/* Some rows of a tensor along its first dimension, with all that belongs to them. */
typedef struct
{
  guint tensor;
  gint64 first, count;
} Piece;

typedef struct
{
  KappaNtkGram *gram;
  GArray *pieces;
  KappaProgram *program; /* made when it is first needed */
} Group;

struct _KappaNtkGram
{
  KappaModel *model;
  KappaBatchSource *batches;
  KappaPrecision precision;
  gint64 n_images;
  guint n_classes, n_outputs;
  double *vectors; /* for each output, how much of each logit it has */
  GPtrArray *groups;
};

static KappaNode
take_piece (KappaGraph *graph, KappaNode gradient, const Piece *piece)
{
  gint64 start[KAPPA_MAX_RANK] = { piece->first };
  KappaShape size = *kappa_graph_get_shape (graph, gradient);

  size.dims[0] = piece->count;
  return kappa_reshape (graph, kappa_slice (graph, gradient, start, size.dims, NULL),
                        &KAPPA_SHAPE (1, kappa_shape_size (&size)));
}

/* The logits' gradient in their bias is the same for all images. */
static void
add_output (KappaGraph *graph, KappaOutputs *outputs, guint index, KappaNode node)
{
  g_autofree char *name = g_strdup_printf ("%u", index);
  gboolean by_image = (kappa_graph_get_rate (graph, node) & KAPPA_RATE_SAMPLE) != 0;

  kappa_outputs_add (outputs, name, by_image ? KAPPA_OUTPUT_ROWS : KAPPA_OUTPUT_ONCE, node);
}

/* For a single image, so that its gradient is not summed with those of others. */
static gboolean
build (KappaGraph *graph, gint64 batch, KappaOutputs *outputs, gpointer data, GError **error)
{
  const Group *group = data;
  KappaNtkGram *self = group->gram;
  const KappaPreprocess *preprocess = kappa_batch_source_get_preprocess (self->batches);
  const KappaShape shape = KAPPA_SHAPE (batch, kappa_preprocess_get_n_channels (preprocess),
                                        preprocess->height, preprocess->width);
  KappaNode images = kappa_graph_input (graph, KAPPA_ROLE_SAMPLE, "images",
                                        kappa_graph_get_real (graph), &shape);
  KappaNode logits = kappa_model_build (self->model, graph, images);
  KappaNode weights
      = kappa_graph_input (graph, KAPPA_ROLE_VECTOR, "weights", kappa_graph_get_real (graph),
                           kappa_graph_get_shape (graph, logits));
  guint n = group->pieces->len;
  g_autofree KappaNode *inputs = g_new (KappaNode, n), *gradients = g_new (KappaNode, n);

  g_assert (batch == 1);
  for (guint i = 0; i < n; i++)
    inputs[i] = kappa_graph_get_input (graph, KAPPA_ROLE_PARAMETER,
                                       g_array_index (group->pieces, Piece, i).tensor);
  kappa_graph_vjp (graph, logits, weights, inputs, n, gradients);
  for (guint i = 0; i < n; i++)
    {
      if (gradients[i] != KAPPA_NONE)
        add_output (graph, outputs, i,
                    take_piece (graph, gradients[i], &g_array_index (group->pieces, Piece, i)));
    }
  return kappa_graph_check (graph, error);
}

static gboolean
fetch (guint input, gint64 first, gint64 n, void *values, gpointer data, GError **error)
{
  KappaNtkGram *self = data;
  KappaPixelType type
      = self->precision == KAPPA_PRECISION_FLOAT64 ? KAPPA_PIXEL_DOUBLE : KAPPA_PIXEL_FLOAT;

  gint64 image = kappa_ntk_gram_get_image (self, first);

  g_assert (n == 1);
  return kappa_batch_source_fetch (self->batches, image, 1, type, values, error);
}

static void
group_free (gpointer data)
{
  Group *group = data;

  g_clear_pointer (&group->program, kappa_program_free);
  g_array_unref (group->pieces);
  g_free (group);
}

static Group *
add_group (KappaNtkGram *self)
{
  Group *group = g_new0 (Group, 1);

  group->gram = self;
  group->pieces = g_array_new (FALSE, FALSE, sizeof (Piece));
  g_ptr_array_add (self->groups, group);
  return group;
}

/* Tensors in flat order, as many in a group as there is room for; one that is too large is cut. */
static void
make_groups (KappaNtkGram *self, gsize numbers_at_once)
{
  const gsize room = MAX (numbers_at_once / kappa_ntk_gram_get_order (self), 1);
  Group *group = add_group (self);
  gsize taken = 0;

  for (guint t = 0; t < kappa_model_get_n_parameters (self->model); t++)
    {
      const KappaParameter *p = kappa_model_get_parameter (self->model, t);
      const gint64 rows = p->shape.dims[0];
      const gsize width = p->size / (gsize)rows;
      Piece piece = { .tensor = t };

      for (; piece.first < rows; piece.first += piece.count)
        {
          if (taken > 0 && taken + MIN (p->size, width * (gsize)(rows - piece.first)) > room)
            {
              group = add_group (self);
              taken = 0;
            }
          piece.count = MIN (rows - piece.first, (gint64)MAX ((room - taken) / width, 1));
          g_array_append_val (group->pieces, piece);
          taken += (gsize)piece.count * width;
        }
    }
}

static void
make_vectors (KappaNtkGram *self, KappaNtkLogits logits, guint logit)
{
  self->vectors = g_new0 (double, (gsize)self->n_outputs * self->n_classes);
  for (guint c = 0; c < self->n_classes; c++)
    if (logits == KAPPA_NTK_ALL)
      self->vectors[(gsize)c * self->n_classes + c] = 1.0;
    else
      self->vectors[c] = logits == KAPPA_NTK_SUM || c == logit;
}

static KappaProgram *
get_program (KappaNtkGram *self, Group *group, GError **error)
{
  KappaDtype real = self->precision == KAPPA_PRECISION_FLOAT64 ? KAPPA_F64 : KAPPA_F32;
  const KappaProgramOptions options = { .real = real, .compute = real, .micro_batch = 1 };

  if (group->program == NULL)
    group->program = kappa_program_new (&options, build, group, NULL, error);
  return group->program;
}

/**
 * kappa_ntk_gram_new:
 * @batches: the images; labels do not matter
 * @logit: which, if @logits is %KAPPA_NTK_ONE
 * @n_images: how many of them, spread evenly; of more than there are only the cost can be asked
 * @numbers_at_once: how many numbers of the Jacobian may stand in memory; the last bits of sums
 * depend on it
 *
 * Returns: (transfer full): %NULL with the error if the network cannot take such images
 */
KappaNtkGram *
kappa_ntk_gram_new (KappaModel *model,
                    KappaBatchSource *batches,
                    KappaPrecision precision,
                    KappaNtkLogits logits,
                    guint logit,
                    gint64 n_images,
                    gsize numbers_at_once,
                    GError **error)
{
  g_autoptr (KappaNtkGram) self = g_new0 (KappaNtkGram, 1);

  self->groups = g_ptr_array_new_with_free_func (group_free);
  self->model = g_object_ref (model);
  self->batches = g_object_ref (batches);
  self->precision = precision;
  self->n_images = n_images;
  self->n_classes = kappa_model_get_n_classes (model);
  self->n_outputs = logits == KAPPA_NTK_ALL ? self->n_classes : 1;
  if (precision == KAPPA_PRECISION_BFLOAT16
      || (logits == KAPPA_NTK_ONE && logit >= self->n_classes))
    {
      if (precision == KAPPA_PRECISION_BFLOAT16)
        g_set_error_literal (
            error, KAPPA_ERROR, KAPPA_ERROR_USAGE,
            "precision: the kernel is computed in float32 or float64; bfloat16 has too "
            "few digits for derivatives");
      else
        g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE,
                     "logit: there is no logit %u, the network has those from 0 to %u", logit,
                     self->n_classes - 1);
      return NULL;
    }
  make_vectors (self, logits, logit);
  make_groups (self, numbers_at_once);
  return get_program (self, self->groups->pdata[0], error) != NULL ? g_steal_pointer (&self) : NULL;
}

void
kappa_ntk_gram_free (KappaNtkGram *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->groups);
  g_clear_object (&self->model);
  g_clear_object (&self->batches);
  g_free (self->vectors);
  g_free (self);
}

/**
 * kappa_ntk_gram_get_n_outputs:
 *
 * Returns: rows of the Jacobian for each image
 */
guint
kappa_ntk_gram_get_n_outputs (KappaNtkGram *self)
{
  return self->n_outputs;
}

/**
 * kappa_ntk_gram_get_image:
 *
 * Returns: the number among all images of the one with number @index here
 */
gint64
kappa_ntk_gram_get_image (KappaNtkGram *self, gint64 index)
{
  return index * kappa_batch_source_get_n (self->batches) / self->n_images;
}

guint
kappa_ntk_gram_get_order (KappaNtkGram *self)
{
  return self->n_outputs * (guint)self->n_images;
}

guint
kappa_ntk_gram_get_n_groups (KappaNtkGram *self)
{
  return self->groups->len;
}

/**
 * kappa_ntk_gram_get_macs:
 *
 * Returns: multiply-adds of all groups together; 0 with the error
 */
guint64
kappa_ntk_gram_get_macs (KappaNtkGram *self, GError **error)
{
  guint64 macs = kappa_ntk_rows_get_macs (kappa_ntk_gram_get_order (self),
                                          kappa_model_get_parameters_size (self->model));

  for (guint g = 0; g < self->groups->len; g++)
    {
      KappaProgram *program = get_program (self, self->groups->pdata[g], error);

      if (program == NULL)
        return 0;
      macs += kappa_program_get_macs (program, self->n_images, self->n_outputs);
    }
  return macs;
}

/**
 * kappa_ntk_gram_get_memory:
 *
 * Returns: the predicted peak of adding a group, in bytes, images and kernel not counted
 */
guint64
kappa_ntk_gram_get_memory (KappaNtkGram *self, guint n_workers)
{
  guint64 most = 0;

  for (guint g = 0; g < self->groups->len; g++)
    {
      KappaProgram *program = get_program (self, self->groups->pdata[g], NULL);

      if (program != NULL)
        most = MAX (most,
                    kappa_program_get_memory (program, self->n_images, self->n_outputs, n_workers));
    }
  return most;
}

/* The columns of the Jacobian that belong to a piece. */
static KappaNtkRows
find_rows (KappaNtkGram *self, const Group *group, guint index)
{
  const Piece *piece = &g_array_index (group->pieces, Piece, index);
  const KappaParameter *parameter = kappa_model_get_parameter (self->model, piece->tensor);
  const gsize width = parameter->size / (gsize)parameter->shape.dims[0] * (gsize)piece->count;
  const gsize n = (gsize)self->n_images;
  g_autofree char *name = g_strdup_printf ("%u", index);
  gsize size = 0;
  KappaNtkRows rows = { .values = kappa_program_get_output (group->program, name, &size) };

  if (rows.values == NULL)
    return rows;
  rows.width = (int)width;
  if (size == self->n_outputs * n * width)
    return rows;
  rows.owned = g_new (double, self->n_outputs *n *width);
  for (gsize row = 0; row < self->n_outputs * n; row++)
    memcpy (rows.owned + row * width, rows.values + row / n * width, width * sizeof (double));
  rows.values = rows.owned;
  return rows;
}

static gboolean
run_group (KappaNtkGram *self, Group *group, KappaContext *context, GError **error)
{
  gboolean has_buffers = kappa_model_get_buffers_size (self->model) > 0;
  g_autofree const void **vectors = g_new (const void *, self->n_outputs);
  const KappaFeed feed
      = { .n_samples = self->n_images,
          .wide = TRUE,
          .parameters = kappa_model_get_parameters_wide (self->model, error),
          .buffers = has_buffers ? kappa_model_get_buffers_wide (self->model, NULL) : NULL,
          .n_vectors = self->n_outputs,
          .vectors = vectors,
          .fetch = fetch,
          .data = self };
  const KappaEnvironment environment = { .workers = context->workers,
                                         .progress = context->progress,
                                         .cancellable = context->cancellable,
                                         .memory = context->memory_budget };

  for (guint v = 0; v < self->n_outputs; v++)
    vectors[v] = self->vectors + (gsize)v * self->n_classes;
  return feed.parameters != NULL && get_program (self, group, error) != NULL
         && kappa_program_run (group->program, &feed, &environment, error);
}

/**
 * kappa_ntk_gram_add:
 * @group: which parameters: all groups, each once, in their order
 * @gram: (array): order × order, row-major; what these parameters have of the kernel is added on
 * and below the diagonal. Rows are in the order of the outputs, those of one output in the order of
 * the images
 *
 * Advances the progress by the number of images times that of outputs.
 *
 * Returns: %FALSE with the error, or %G_IO_ERROR_CANCELLED
 */
gboolean
kappa_ntk_gram_add (KappaNtkGram *self,
                    guint group,
                    double *gram,
                    KappaContext *context,
                    GError **error)
{
  Group *of = self->groups->pdata[group];
  g_autoptr (GArray) all = g_array_new (FALSE, FALSE, sizeof (KappaNtkRows));
  gboolean done = run_group (self, of, context, error);

  g_array_set_clear_func (all, kappa_ntk_rows_clear);
  for (guint i = 0; done && i < of->pieces->len; i++)
    {
      KappaNtkRows rows = find_rows (self, of, i);

      g_array_append_val (all, rows);
    }
  done = done
         && kappa_ntk_rows_add (all, kappa_ntk_gram_get_order (self), gram, context->workers,
                                context->cancellable, error);
  /* Its rows are large; the next group has its own. */
  g_clear_pointer (&of->program, kappa_program_free);
  return done;
}
