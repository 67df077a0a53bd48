#include "core/analysis/curvature.h"

#include <string.h>

#include "core/analysis/folds.h"
#include "core/analysis/objective.h"
#include "core/base/error.h"
#include "core/graph/autodiff.h"
#include "core/graph/program.h"
#include "core/ops/ops.h"

G_DEFINE_ENUM_TYPE (KappaCurvatureKind,
                    kappa_curvature_kind,
                    G_DEFINE_ENUM_VALUE (KAPPA_CURVATURE_HESSIAN, "hessian"),
                    G_DEFINE_ENUM_VALUE (KAPPA_CURVATURE_GAUSS_NEWTON, "gauss-newton"))

typedef enum
{
  GRADIENT,
  HESSIAN,
  GAUSS_NEWTON,
  N_PROGRAMS,
} ProgramKind;

typedef struct
{
  KappaCurvature *curvature;
  ProgramKind kind;
} Recipe;

struct _KappaCurvature
{
  KappaModel *model;
  KappaBatchSource *batches;
  KappaPrecision precision;
  double l2;
  gint64 first, count;   /* the part of the images */
  const guint32 *chosen; /* if it is no stretch of them, which; first is 0 then */
  guint64 n_products;
  Recipe recipes[N_PROGRAMS];
  KappaProgram *programs[N_PROGRAMS];
};

static const KappaParameter *
parameter_at (KappaCurvature *self, guint index)
{
  return kappa_model_get_parameter (self->model, index);
}

/* Outputs are called by number; a tensor on which nothing depends has none. */
static void
add_tensors (KappaOutputs *outputs, const KappaNode *nodes, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *name = g_strdup_printf ("%u", i);

      if (nodes[i] != KAPPA_NONE)
        kappa_outputs_add (outputs, name, KAPPA_OUTPUT_SUM, nodes[i]);
    }
}

static void
make_tangents (KappaGraph *graph, const KappaNode *inputs, guint n, KappaNode *tangents)
{
  for (guint i = 0; i < n; i++)
    tangents[i] = kappa_graph_input (graph, KAPPA_ROLE_VECTOR, NULL, kappa_graph_get_real (graph),
                                     kappa_graph_get_shape (graph, inputs[i]));
}

static void
add_gradient (KappaGraph *graph,
              KappaNode total,
              const KappaNode *inputs,
              guint n,
              KappaNode *gradient)
{
  kappa_graph_vjp (graph, total, kappa_fill_like (graph, 1.0, total), inputs, n, gradient);
}

static void
add_hessian (KappaGraph *graph,
             KappaNode total,
             const KappaNode *inputs,
             guint n,
             KappaNode *products)
{
  g_autofree KappaNode *gradient = g_new (KappaNode, n), *tangents = g_new (KappaNode, n);

  add_gradient (graph, total, inputs, n, gradient);
  make_tangents (graph, inputs, n, tangents);
  kappa_graph_jvp (graph, gradient, n, inputs, tangents, n, products);
}

/* Jᵀ·(diag p − p·pᵀ)·J·v: the Hessian of the loss in the logits is that of its graph, not written
 * out here. */
static void
add_gauss_newton (KappaGraph *graph,
                  KappaNode logits,
                  KappaNode total,
                  const KappaNode *inputs,
                  guint n,
                  KappaNode *products)
{
  g_autofree KappaNode *tangents = g_new (KappaNode, n);
  KappaNode slope, moved, curved;

  make_tangents (graph, inputs, n, tangents);
  kappa_graph_jvp (graph, &logits, 1, inputs, tangents, n, &moved);
  kappa_graph_vjp (graph, total, kappa_fill_like (graph, 1.0, total), &logits, 1, &slope);
  kappa_graph_jvp (graph, &slope, 1, &logits, &moved, 1, &curved);
  kappa_graph_vjp (graph, logits, curved, inputs, n, products);
}

static gboolean
build (KappaGraph *graph, gint64 batch, KappaOutputs *outputs, gpointer data, GError **error)
{
  const Recipe *recipe = data;
  KappaCurvature *self = recipe->curvature;
  const KappaPreprocess *preprocess = kappa_batch_source_get_preprocess (self->batches);
  const KappaShape shape = KAPPA_SHAPE (batch, kappa_preprocess_get_n_channels (preprocess),
                                        preprocess->height, preprocess->width),
                   column = KAPPA_SHAPE (batch, 1);
  KappaNode images = kappa_graph_input (graph, KAPPA_ROLE_SAMPLE, "images",
                                        kappa_graph_get_real (graph), &shape);
  KappaNode labels = kappa_graph_input (graph, KAPPA_ROLE_SAMPLE, "labels", KAPPA_I32, &column);
  KappaNode logits = kappa_model_build (self->model, graph, images);
  KappaNode total = kappa_reduce_sum (graph, kappa_cross_entropy (graph, logits, labels), 1u << 0);
  guint n = kappa_graph_get_n_inputs (graph, KAPPA_ROLE_PARAMETER);
  g_autofree KappaNode *inputs = g_new (KappaNode, n), *results = g_new (KappaNode, n);

  for (guint i = 0; i < n; i++)
    inputs[i] = kappa_graph_get_input (graph, KAPPA_ROLE_PARAMETER, i);
  if (recipe->kind == GRADIENT)
    kappa_outputs_add (outputs, "loss", KAPPA_OUTPUT_SUM, total);
  if (recipe->kind == GRADIENT)
    add_gradient (graph, total, inputs, n, results);
  else if (recipe->kind == HESSIAN)
    add_hessian (graph, total, inputs, n, results);
  else
    add_gauss_newton (graph, logits, total, inputs, n, results);
  add_tensors (outputs, results, n);
  return kappa_graph_check (graph, error);
}

static gboolean
fetch (guint input, gint64 first, gint64 n, void *values, gpointer data, GError **error)
{
  KappaCurvature *self = data;
  KappaPixelType type
      = self->precision == KAPPA_PRECISION_FLOAT64 ? KAPPA_PIXEL_DOUBLE : KAPPA_PIXEL_FLOAT;

  if (input == 0 && self->chosen != NULL)
    return kappa_images_fetch (self->batches, self->chosen + first, n, type, values, error);
  if (input == 0)
    return kappa_batch_source_fetch (self->batches, self->first + first, n, type, values, error);
  if (self->chosen == NULL)
    kappa_batch_source_fetch_labels (self->batches, self->first + first, n, values);
  for (gint64 i = 0; self->chosen != NULL && i < n; i++)
    kappa_batch_source_fetch_labels (self->batches, self->chosen[first + i], 1,
                                     (gint32 *)values + i);
  return TRUE;
}

static KappaProgram *
get_program (KappaCurvature *self, ProgramKind kind, GError **error)
{
  KappaDtype real = self->precision == KAPPA_PRECISION_FLOAT64 ? KAPPA_F64 : KAPPA_F32;
  const KappaProgramOptions options = { .real = real, .compute = real };

  if (self->programs[kind] == NULL)
    self->programs[kind] = kappa_program_new (&options, build, &self->recipes[kind], NULL, error);
  return self->programs[kind];
}

/**
 * kappa_curvature_new:
 * @batches: the images, prepared as the model wants them, all with labels
 * @precision: float32 or float64; bfloat16 has no derivatives and is refused
 * @l2: λ of the regulariser ½·λ·‖w‖²
 *
 * Returns: (transfer full): %NULL with the error if the network cannot take such images
 */
KappaCurvature *
kappa_curvature_new (KappaModel *model,
                     KappaBatchSource *batches,
                     KappaPrecision precision,
                     double l2,
                     GError **error)
{
  g_autoptr (KappaCurvature) self = g_new0 (KappaCurvature, 1);

  if (precision == KAPPA_PRECISION_BFLOAT16)
    {
      g_set_error_literal (error, KAPPA_ERROR, KAPPA_ERROR_USAGE,
                           "precision: derivatives are computed in float32 or float64; bfloat16 "
                           "has too few digits for them");
      return NULL;
    }
  self->model = g_object_ref (model);
  self->batches = g_object_ref (batches);
  self->precision = precision;
  self->l2 = l2;
  self->count = kappa_batch_source_get_n (batches);
  for (ProgramKind kind = 0; kind < N_PROGRAMS; kind++)
    self->recipes[kind] = (Recipe) { self, kind };
  return get_program (self, GRADIENT, error) != NULL ? g_steal_pointer (&self) : NULL;
}

void
kappa_curvature_free (KappaCurvature *self)
{
  if (self == NULL)
    return;
  for (ProgramKind kind = 0; kind < N_PROGRAMS; kind++)
    g_clear_pointer (&self->programs[kind], kappa_program_free);
  g_clear_object (&self->model);
  g_clear_object (&self->batches);
  g_free (self);
}

gsize
kappa_curvature_get_n_parameters (KappaCurvature *self)
{
  return kappa_model_get_parameters_size (self->model);
}

/**
 * kappa_curvature_get_n_images:
 *
 * Returns: how many images the mean is over: those of the part
 */
gint64
kappa_curvature_get_n_images (KappaCurvature *self)
{
  return self->count;
}

/**
 * kappa_curvature_set_images:
 *
 * From now on the mean is over @count images from @first on; all images until this is called.
 */
void
kappa_curvature_set_images (KappaCurvature *self, gint64 first, gint64 count)
{
  g_return_if_fail (first >= 0 && count > 0
                    && first <= kappa_batch_source_get_n (self->batches) - count);
  self->first = first;
  self->count = count;
  self->chosen = NULL;
}

/**
 * kappa_curvature_choose_images:
 * @images: (transfer none) (array length=count): numbers of images; must stay as long as they are
 *   chosen
 * @count: at least 1
 *
 * From now on the mean is over these images.
 */
void
kappa_curvature_choose_images (KappaCurvature *self, const guint32 *images, gint64 count)
{
  self->first = 0;
  self->count = count;
  self->chosen = images;
}

/**
 * kappa_curvature_describe:
 *
 * Returns: (transfer full): what decides its values, to follow "…over": images, mode, precision,
 * regulariser
 */
char *
kappa_curvature_describe (KappaCurvature *self)
{
  return kappa_objective_describe_settings (self->batches, self->precision, self->l2);
}

/**
 * kappa_curvature_get_n_products:
 *
 * Returns: how many vectors were multiplied so far
 */
guint64
kappa_curvature_get_n_products (KappaCurvature *self)
{
  return self->n_products;
}

static ProgramKind
program_of (KappaCurvatureKind kind)
{
  return kind == KAPPA_CURVATURE_HESSIAN ? HESSIAN : GAUSS_NEWTON;
}

/**
 * kappa_curvature_get_cost:
 * @n_vectors: how many pass at once; 0 for loss and gradient
 * @bytes: (out) (optional): the predicted peak of such a pass, in bytes, the vectors themselves and
 *   the products not counted
 * @macs: (out) (optional): multiply-adds it will execute
 *
 * Returns: %FALSE with the error if the product cannot be built
 */
gboolean
kappa_curvature_get_cost (KappaCurvature *self,
                          KappaCurvatureKind kind,
                          guint n_vectors,
                          guint n_workers,
                          guint64 *bytes,
                          guint64 *macs,
                          GError **error)
{
  KappaProgram *program = get_program (self, n_vectors > 0 ? program_of (kind) : GRADIENT, error);

  if (program == NULL)
    return FALSE;
  if (bytes != NULL)
    *bytes = kappa_program_get_memory (program, self->count, n_vectors, n_workers);
  if (macs != NULL)
    *macs = kappa_program_get_macs (program, self->count, n_vectors);
  return TRUE;
}

static gboolean
run (KappaCurvature *self,
     KappaProgram *program,
     const double *point,
     guint n_vectors,
     const double *const *vectors,
     KappaContext *context,
     GError **error)
{
  gboolean has_buffers = kappa_model_get_buffers_size (self->model) > 0;
  const KappaFeed feed
      = { .n_samples = self->count,
          .wide = TRUE,
          .parameters = point,
          .buffers = has_buffers ? kappa_model_get_buffers_wide (self->model, error) : NULL,
          .n_vectors = n_vectors,
          .vectors = (const void *const *)vectors,
          .fetch = fetch,
          .data = self };
  const KappaEnvironment environment = { .workers = context->workers,
                                         .progress = context->progress,
                                         .cancellable = context->cancellable,
                                         .memory = context->memory_budget };

  return (feed.buffers != NULL || !has_buffers)
         && kappa_program_run (program, &feed, &environment, error);
}

/* Means of what the program summed, all tensors of vector @v side by side. */
static void
collect (KappaCurvature *self, KappaProgram *program, guint v, double *flat)
{
  const double n = (double)self->count;

  for (guint i = 0; i < kappa_model_get_n_parameters (self->model); i++)
    {
      const KappaParameter *parameter = parameter_at (self, i);
      g_autofree char *name = g_strdup_printf ("%u", i);
      gsize size = 0;
      const double *sums = kappa_program_get_output (program, name, &size);

      for (gsize j = 0; j < parameter->size; j++)
        flat[parameter->offset + j] = sums != NULL ? sums[v * parameter->size + j] / n : 0.0;
    }
}

static const double *
get_point (KappaCurvature *self, const double *parameters, GError **error)
{
  return parameters != NULL ? parameters : kappa_model_get_parameters_wide (self->model, error);
}

/**
 * kappa_curvature_differentiate:
 * @parameters: (nullable) (array): where, in flat order; %NULL for the model's own weights
 * @loss: (out) (optional): L, regulariser included
 * @gradient: (out caller-allocates) (array): ∂L/∂w
 *
 * Advances the progress by the number of images.
 *
 * Returns: %FALSE with the error, or %G_IO_ERROR_CANCELLED
 */
gboolean
kappa_curvature_differentiate (KappaCurvature *self,
                               const double *parameters,
                               KappaContext *context,
                               double *loss,
                               double *gradient,
                               GError **error)
{
  KappaProgram *program = get_program (self, GRADIENT, error);
  const double *point = get_point (self, parameters, error);
  double squares = 0.0;
  gsize size;

  if (program == NULL || point == NULL || !run (self, program, point, 0, NULL, context, error))
    return FALSE;
  collect (self, program, 0, gradient);
  for (gsize i = 0; i < kappa_curvature_get_n_parameters (self); i++)
    {
      gradient[i] += self->l2 * point[i];
      squares += point[i] * point[i];
    }
  if (loss != NULL)
    *loss = *kappa_program_get_output (program, "loss", &size) / (double)self->count
            + 0.5 * self->l2 * squares;
  return TRUE;
}

/**
 * kappa_curvature_multiply:
 * @parameters: (nullable) (array): where, in flat order; %NULL for the model's own weights
 * @vectors: (array length=n_vectors): what is multiplied, in flat order
 * @products: (array length=n_vectors): room for the products; may be the vectors themselves
 *
 * Multiplies several vectors at once, which share all that does not depend on them. Advances the
 * progress by the number of images times that of vectors.
 *
 * Returns: %FALSE with the error, or %G_IO_ERROR_CANCELLED
 */
gboolean
kappa_curvature_multiply (KappaCurvature *self,
                          KappaCurvatureKind kind,
                          const double *parameters,
                          guint n_vectors,
                          const double *const *vectors,
                          double *const *products,
                          KappaContext *context,
                          GError **error)
{
  const gsize n = kappa_curvature_get_n_parameters (self);
  KappaProgram *program = get_program (self, program_of (kind), error);
  const double *point = get_point (self, parameters, error);
  g_autofree double *product = NULL;

  g_return_val_if_fail (n_vectors > 0, FALSE);
  if (program == NULL || point == NULL
      || !run (self, program, point, n_vectors, vectors, context, error))
    return FALSE;
  product = g_new (double, n);
  for (guint v = 0; v < n_vectors; v++)
    {
      collect (self, program, v, product);
      for (gsize i = 0; i < n; i++)
        product[i] += self->l2 * vectors[v][i];
      memcpy (products[v], product, n * sizeof *product);
    }
  self->n_products += n_vectors;
  return TRUE;
}
