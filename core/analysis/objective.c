#include "core/analysis/objective.h"

#include <math.h>
#include <string.h>

#include "core/analysis/folds.h"
#include "core/graph/program.h"

/* Logits of so many numbers are kept at once; more images than that pass in several runs. */
#define MAX_LOGITS ((gsize) 4 << 20)

struct _KappaObjective
{
  KappaModel *model;
  KappaBatchSource *batches;
  KappaProgram *program;
  KappaPrecision precision;
  double l2;
  gint64 origin, n;      /* the part of the images */
  const guint32 *chosen; /* if it is no stretch of them, which; origin is 0 then */
  guint n_classes;
  gint32 *labels; /* of all images */
  gint64 first;   /* image at which the run under way begins, counted from the origin */
  guint n_evaluations;
};

static gboolean
build (KappaGraph *graph, gint64 batch, KappaOutputs *outputs, gpointer data, GError **error)
{
  KappaObjective *self = data;
  const KappaPreprocess *preprocess = kappa_batch_source_get_preprocess (self->batches);
  KappaShape shape = KAPPA_SHAPE (batch, kappa_preprocess_get_n_channels (preprocess),
                                  preprocess->height, preprocess->width);
  KappaNode images = kappa_graph_input (graph, KAPPA_ROLE_SAMPLE, "images",
                                        kappa_graph_get_real (graph), &shape);
  KappaNode logits = kappa_model_build (self->model, graph, images);

  kappa_outputs_add (outputs, "logits", KAPPA_OUTPUT_ROWS, logits);
  return kappa_graph_check (graph, error);
}

static gboolean
fetch (guint input, gint64 first, gint64 n, void *values, gpointer data, GError **error)
{
  KappaObjective *self = data;
  KappaPixelType type
      = self->precision == KAPPA_PRECISION_FLOAT64 ? KAPPA_PIXEL_DOUBLE : KAPPA_PIXEL_FLOAT;

  if (self->chosen != NULL)
    return kappa_images_fetch (self->batches, self->chosen + self->first + first, n,
                               type, values, error);
  return kappa_batch_source_fetch (self->batches, self->origin + self->first + first, n, type, values,
                                   error);
}

/**
 * kappa_objective_new:
 * @batches: the images, prepared as the model wants them
 * @l2: λ
 *
 * Returns: (transfer full): %NULL with the error if the network cannot take such images
 */
KappaObjective *
kappa_objective_new (KappaModel *model,
                     KappaBatchSource *batches,
                     KappaPrecision precision,
                     double l2,
                     GError **error)
{
  g_autoptr (KappaObjective) self = g_new0 (KappaObjective, 1);
  KappaProgramOptions options
      = { .real = precision == KAPPA_PRECISION_FLOAT64 ? KAPPA_F64 : KAPPA_F32 };

  options.compute = precision == KAPPA_PRECISION_BFLOAT16 ? KAPPA_BF16 : options.real;
  self->model = g_object_ref (model);
  self->batches = g_object_ref (batches);
  self->precision = precision;
  self->l2 = l2;
  self->n = kappa_batch_source_get_n (batches);
  self->n_classes = kappa_model_get_n_classes (model);
  self->labels = g_new (gint32, self->n);
  kappa_batch_source_fetch_labels (batches, 0, self->n, self->labels);
  self->program = kappa_program_new (&options, build, self, NULL, error);
  return self->program != NULL ? g_steal_pointer (&self) : NULL;
}

void
kappa_objective_free (KappaObjective *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->program, kappa_program_free);
  g_clear_object (&self->model);
  g_clear_object (&self->batches);
  g_free (self->labels);
  g_free (self);
}

/**
 * kappa_objective_get_n:
 *
 * Returns: how many images L is the mean over
 */
gint64
kappa_objective_get_n (KappaObjective *self)
{
  return self->n;
}

/**
 * kappa_objective_set_images:
 *
 * From now on L is the mean over @count images from @first on, and images are counted from there;
 * all images until this is called.
 */
void
kappa_objective_set_images (KappaObjective *self, gint64 first, gint64 count)
{
  g_return_if_fail (first >= 0 && count > 0
                    && first <= kappa_batch_source_get_n (self->batches) - count);
  self->origin = first;
  self->n = count;
  self->chosen = NULL;
}

/**
 * kappa_objective_choose_images:
 * @images: (transfer none) (array length=count): numbers of images; must stay as long as they are
 *   chosen
 * @count: at least 1
 *
 * From now on L is the mean over these images, and images are counted among them.
 */
void
kappa_objective_choose_images (KappaObjective *self, const guint32 *images, gint64 count)
{
  self->origin = 0;
  self->n = count;
  self->chosen = images;
}

guint
kappa_objective_get_n_classes (KappaObjective *self)
{
  return self->n_classes;
}

/**
 * kappa_objective_get_n_evaluations:
 *
 * Returns: how often L was computed
 */
guint
kappa_objective_get_n_evaluations (KappaObjective *self)
{
  return self->n_evaluations;
}

static gint64
image_at (KappaObjective *self, gint64 i)
{
  return self->chosen != NULL ? self->chosen[i] : self->origin + i;
}

/* Images that pass in one run: as many as MAX_LOGITS allows, whole micro-batches. */
static gint64
images_per_run (KappaObjective *self, gint64 n)
{
  gint64 micro_batch = kappa_program_get_micro_batch (self->program);
  gint64 most = (gint64) (MAX_LOGITS / self->n_classes) / micro_batch * micro_batch;

  return CLAMP (n, 1, MAX (most, micro_batch));
}

/**
 * kappa_objective_get_memory:
 * @n_images: how many images; not necessarily those it has. Every view counts
 *
 * Returns: the predicted peak of an evaluation, in bytes: the engine's part, the images and one
 * point
 */
guint64
kappa_objective_get_memory (KappaObjective *self, gint64 n_images, guint n_workers)
{
  gsize weights
      = kappa_model_get_parameters_size (self->model) + kappa_model_get_buffers_size (self->model);
  guint64 bytes
      = kappa_program_get_memory (self->program, images_per_run (self, n_images), 0, n_workers);

  bytes += kappa_batch_source_get_memory (self->batches, n_images, n_workers);
  /* The point in float64. */
  return bytes + weights * sizeof (double);
}

static const char *
precision_name (KappaPrecision precision)
{
  static const char *const names[] = { "float32", "float64", "bfloat16" };

  return names[precision];
}

/**
 * kappa_objective_describe_settings:
 *
 * Returns: (transfer full): what decides the loss, to follow "…over": images, mode, precision,
 * regulariser
 */
char *
kappa_objective_describe_settings (KappaBatchSource *batches, KappaPrecision precision, double l2)
{
  g_autofree char *regulariser
      = l2 > 0.0 ? g_strdup_printf (
            "regulariser ½·λ·‖w‖² with λ = %g over all trained parameters", l2)
                 : g_strdup ("no regulariser");

  return g_strdup_printf ("%s; BatchNorm in inference mode; %s; %s",
                          kappa_batch_source_get_description (batches), precision_name (precision),
                          regulariser);
}

char *
kappa_objective_describe (KappaObjective *self)
{
  return kappa_objective_describe_settings (self->batches, self->precision, self->l2);
}

/* Logits of images @first … @first + @count - 1 at a point, which is float64 if @wide, else
 * float32. */
static const double *
run (KappaObjective *self,
     gboolean wide,
     const void *parameters,
     const void *buffers,
     gint64 first,
     gint64 count,
     KappaContext *context,
     GError **error)
{
  KappaFeed feed = { .n_samples = count,
                     .wide = wide,
                     .parameters = parameters,
                     .buffers = buffers,
                     .fetch = fetch,
                     .data = self };
  KappaEnvironment environment = { .workers = context->workers,
                                   .progress = context->progress,
                                   .cancellable = context->cancellable,
                                   .memory = context->memory_budget };
  gsize size;

  self->first = first;
  if (!kappa_program_run (self->program, &feed, &environment, error))
    return NULL;
  return kappa_program_get_output (self->program, "logits", &size);
}

/**
 * kappa_cross_entropy_of_logits:
 *
 * Returns: log Σ exp z − z[label], shifted by the largest logit so that it cannot overflow before
 * the logits do; NaN if a logit is NaN or +∞
 */
double
kappa_cross_entropy_of_logits (const double *logits, guint n_classes, guint label)
{
  double largest = -INFINITY, sum = 0.0;

  for (guint c = 0; c < n_classes; c++)
    if (!(logits[c] <= largest))
      largest = logits[c];
  for (guint c = 0; c < n_classes; c++)
    sum += exp (logits[c] - largest);
  return log (sum) - (logits[label] - largest);
}

/**
 * kappa_rank_of_label:
 *
 * Returns: the place of the true class among the logits, 1 if it is the largest. Of equal logits
 * the first class comes first; a NaN comes before everything
 */
guint
kappa_rank_of_label (const double *logits, guint n_classes, guint label)
{
  guint rank = 1;

  for (guint c = 0; c < n_classes; c++)
    if (c != label && (!(logits[c] <= logits[label]) || (c < label && logits[c] == logits[label])))
      rank++;
  return rank;
}

static double
half_square_norm (const double *values, gsize n)
{
  double sum = 0.0;

  for (gsize i = 0; i < n; i++)
    sum += values[i] * values[i];
  return 0.5 * sum;
}

/**
 * kappa_objective_evaluate:
 * @parameters: (array): a number for each parameter of the model, in flat order
 * @buffers: (array) (nullable): a number for each buffer; %NULL for the model's own
 * @evaluation: (out)
 *
 * Computes L and the number of correct images at a point. Advances the progress by the number of
 * images. One evaluation at a time: the workers share its images.
 *
 * Returns: %FALSE with the error, or %G_IO_ERROR_CANCELLED
 */
gboolean
kappa_objective_evaluate (KappaObjective *self,
                          const double *parameters,
                          const double *buffers,
                          KappaContext *context,
                          KappaEvaluation *evaluation,
                          GError **error)
{
  double sum = 0.0;

  if (buffers == NULL && kappa_model_get_buffers_size (self->model) > 0)
    {
      buffers = kappa_model_get_buffers_wide (self->model, error);
      if (buffers == NULL)
        return FALSE;
    }
  *evaluation = (KappaEvaluation) { 0 };
  for (gint64 first = 0; first < self->n; first += images_per_run (self, self->n))
    {
      gint64 count = MIN (images_per_run (self, self->n), self->n - first);
      const double *logits = run (self, TRUE, parameters, buffers, first, count, context, error);

      if (logits == NULL)
        return FALSE;
      for (gint64 i = 0; i < count; i++, logits += self->n_classes)
        {
          guint label = (guint) self->labels[image_at (self, first + i)];

          sum += kappa_cross_entropy_of_logits (logits, self->n_classes, label);
          evaluation->correct += kappa_rank_of_label (logits, self->n_classes, label) == 1;
        }
    }
  evaluation->loss = sum / (double) self->n;
  if (self->l2 > 0.0)
    evaluation->loss
        += self->l2 * half_square_norm (parameters, kappa_model_get_parameters_size (self->model));
  self->n_evaluations++;
  return TRUE;
}

/**
 * kappa_objective_compute_logits:
 *
 * Returns: (transfer none) (array): a row for each of @count images from @first on, with the
 * model's own weights, until the next computation; %NULL with the error
 */
const double *
kappa_objective_compute_logits (KappaObjective *self,
                                gint64 first,
                                gint64 count,
                                KappaContext *context,
                                GError **error)
{
  gboolean wide = self->precision == KAPPA_PRECISION_FLOAT64;
  const void *parameters = wide
                               ? (const void *) kappa_model_get_parameters_wide (self->model, error)
                               : kappa_model_get_parameters (self->model, error);
  const void *buffers = NULL;

  if (parameters == NULL)
    return NULL;
  if (kappa_model_get_buffers_size (self->model) > 0)
    {
      buffers = wide ? (const void *) kappa_model_get_buffers_wide (self->model, error)
                     : kappa_model_get_buffers (self->model, error);
      if (buffers == NULL)
        return NULL;
    }
  return run (self, wide, parameters, buffers, first, count, context, error);
}

/**
 * kappa_objective_calibrate:
 * @seconds_per_image: (out): wall-clock time with all workers
 *
 * Times a few micro-batches, the first of them only to warm up.
 *
 * Returns: %FALSE with an error that an evaluation would give as well
 */
gboolean
kappa_objective_calibrate (KappaObjective *self,
                           KappaContext *context,
                           double *seconds_per_image,
                           GError **error)
{
  KappaContext quiet = *context;
  gint64 count
      = 2 * kappa_program_get_micro_batch (self->program) * kappa_workers_get_n (context->workers);
  gint64 started;

  quiet.progress = NULL;
  count = CLAMP (count, 1, images_per_run (self, self->n));
  if (kappa_objective_compute_logits (self, 0, count, &quiet, error) == NULL)
    return FALSE;
  started = g_get_monotonic_time ();
  if (kappa_objective_compute_logits (self, 0, count, &quiet, error) == NULL)
    return FALSE;
  *seconds_per_image = (double) (g_get_monotonic_time () - started) * 1e-6 / (double) count;
  return TRUE;
}
