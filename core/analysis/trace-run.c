#include "core/analysis/trace-run.h"

#include <string.h>

#include "core/analysis/trace-estimate.h"

/* Work between two looks at what was found, in multiply-adds; what is in flight is lost when the
 * process is killed. */
#define MACS_AT_ONCE   3e11
#define IMAGES_AT_ONCE 512

static guint
n_tensors (KappaTracePlan *plan)
{
  return kappa_model_get_n_parameters (plan->model);
}

static void
declare (KappaTracePlan *plan, KappaResult *result)
{
  gsize images[] = { (gsize)kappa_batch_source_get_n (plan->batches), n_tensors (plan) };
  gsize folds[] = { plan->n_folds, n_tensors (plan) + 1, 2 };
  KappaArray *array;

  if (plan->exact != NULL)
    {
      array
          = kappa_array_new ("trace_by_image", "nat",
                             "trace of each tensor's block of the Gauss-Newton matrix of a single "
                             "image, exact, without regulariser",
                             2, images);
      kappa_array_set_axis (array, 0, "image", NULL);
      kappa_array_set_axis (array, 1, "tensor", NULL);
      kappa_result_take_array (result, array);
    }
  if (plan->curvature != NULL)
    {
      array = kappa_array_new (
          "estimate_by_fold", "nat",
          "estimate (figure 0) and its standard error (figure 1) of the trace of "
          "each tensor's block over the images of a fold; the last tensor stands "
          "for all together",
          3, folds);
      kappa_array_set_axis (array, 0, "fold", NULL);
      kappa_array_set_axis (array, 1, "tensor", NULL);
      kappa_array_set_axis (array, 2, "figure", NULL);
      kappa_result_take_array (result, array);
    }
}

/* Values of an image, and those of a fold, are written together: the last tells of all. */
static gboolean
is_image_known (KappaTracePlan *plan, KappaResult *result, gint64 image)
{
  return kappa_result_is_present (result, "trace_by_image",
                                  ((gsize)image + 1) * n_tensors (plan) - 1);
}

static gboolean
is_fold_known (KappaTracePlan *plan, KappaResult *result, guint fold)
{
  return kappa_result_is_present (result, "estimate_by_fold",
                                  ((gsize)fold + 1) * (n_tensors (plan) + 1) * 2 - 1);
}

/* Products for each image in a fold: XTrace takes as many probes as basis vectors. */
static guint
n_passes (KappaTracePlan *plan)
{
  switch (plan->method)
    {
    case KAPPA_TRACE_DIFFERENCE:
      return plan->n_products / 2 * 4;
    case KAPPA_TRACE_XTRACE:
      return plan->n_products / 2 * 2;
    default:
      return plan->n_products;
    }
}

static double
count_left (KappaTracePlan *plan, KappaResult *result)
{
  gint64 n = kappa_batch_source_get_n (plan->batches);
  double left = 0.0;

  for (gint64 i = 0; plan->exact != NULL && i < n; i++)
    left += is_image_known (plan, result, i) ? 0.0 : kappa_exact_trace_get_n_passes (plan->exact);
  for (guint f = 0; plan->curvature != NULL && f < plan->n_folds; f++)
    if (!is_fold_known (plan, result, f))
      left += (double)kappa_fold_count (n, plan->n_folds, f) * n_passes (plan);
  return left;
}

static gint64
images_at_once (KappaTracePlan *plan, KappaContext *context)
{
  double one = (double)kappa_exact_trace_get_macs (plan->exact, 1);
  gint64 most = (gint64)(MACS_AT_ONCE / MAX (one, 1.0));

  return CLAMP (most, (gint64)kappa_workers_get_n (context->workers), IMAGES_AT_ONCE);
}

static gboolean
compute_images (KappaTracePlan *plan, KappaResult *result, KappaContext *context, GError **error)
{
  gint64 n = kappa_batch_source_get_n (plan->batches), most = images_at_once (plan, context);
  g_autofree double *traces = g_new (double, (gsize)most *n_tensors (plan));
  gint64 count;

  for (gint64 first = 0; first < n; first += count)
    {
      count = 0;
      while (count < most && first + count < n && !is_image_known (plan, result, first + count))
        count++;
      if (count > 0 && !kappa_exact_trace_run (plan->exact, first, count, context, traces, error))
        return FALSE;
      if (count > 0)
        kappa_result_set_values (result, "trace_by_image", (gsize)first * n_tensors (plan),
                                 (gsize)count * n_tensors (plan), traces);
      count = MAX (count, 1);
    }
  return TRUE;
}

static double **
cut_vectors (double *room, guint n_vectors, gsize n)
{
  double **vectors = g_new (double *, n_vectors);

  for (guint v = 0; v < n_vectors; v++)
    vectors[v] = room + v * n;
  return vectors;
}

/* Tensors in whose blocks both matrices are the same have no share in the difference. */
static void
clear_straight (KappaTracePlan *plan, double *vector)
{
  for (guint t = 0; t < n_tensors (plan); t++)
    {
      const KappaParameter *p = kappa_model_get_parameter (plan->model, t);

      if (!plan->linearity.bent[t])
        memset (vector + p->offset, 0, p->size * sizeof (double));
    }
}

/* (H − G)·v, and what it has of the tensors that bend alone. */
static gboolean
multiply_difference (KappaTracePlan *plan,
                     guint n_vectors,
                     const double *const *vectors,
                     double *const *products,
                     KappaContext *context,
                     GError **error)
{
  const gsize n = kappa_model_get_parameters_size (plan->model);
  g_autofree double *room = g_new (double, 2 * n_vectors * n);
  g_autofree double **masked = cut_vectors (room, n_vectors, n);
  g_autofree double **others = cut_vectors (room + n_vectors * n, n_vectors, n);

  for (guint v = 0; v < n_vectors; v++)
    {
      memcpy (masked[v], vectors[v], n * sizeof (double));
      clear_straight (plan, masked[v]);
    }
  if (!kappa_curvature_multiply (plan->curvature, KAPPA_CURVATURE_HESSIAN, NULL, n_vectors,
                                 (const double *const *)masked, products, context, error)
      || !kappa_curvature_multiply (plan->curvature, KAPPA_CURVATURE_GAUSS_NEWTON, NULL, n_vectors,
                                    (const double *const *)masked, others, context, error))
    return FALSE;
  for (guint v = 0; v < n_vectors; v++)
    {
      for (gsize i = 0; i < n; i++)
        products[v][i] -= others[v][i];
      clear_straight (plan, products[v]);
    }
  return TRUE;
}

static gboolean
multiply (guint n_vectors,
          const double *const *vectors,
          double *const *products,
          KappaContext *context,
          gpointer data,
          GError **error)
{
  KappaTracePlan *plan = data;

  if (plan->method == KAPPA_TRACE_DIFFERENCE)
    return multiply_difference (plan, n_vectors, vectors, products, context, error);
  return kappa_curvature_multiply (plan->curvature, plan->kind, NULL, n_vectors, vectors, products,
                                   context, error);
}

static gboolean
estimate_fold (KappaTracePlan *plan,
               const KappaTraceOperator *of,
               const KappaFolds *folds,
               guint index,
               KappaResult *result,
               KappaContext *context,
               GError **error)
{
  const KappaFold fold = kappa_folds_get (folds, index);
  g_autofree char *stream = g_strdup_printf ("trace, fold %u", index);
  g_autofree double *values = g_new (double, 2 * ((gsize)of->n_blocks + 1));
  g_auto (KappaTraceEstimate) estimate = { 0 };

  kappa_curvature_choose_images (plan->curvature, fold.images, fold.count);
  if (!(plan->method == KAPPA_TRACE_HUTCHINSON ? kappa_trace_hutchinson : kappa_trace_xtrace) (
          of, plan->n_products, plan->seed, stream, context, &estimate, error))
    return FALSE;
  for (guint t = 0; t <= of->n_blocks; t++)
    {
      values[2 * t] = estimate.means[t];
      values[2 * t + 1] = estimate.errors[t];
    }
  kappa_result_set_values (result, "estimate_by_fold", (gsize)index * 2 * (of->n_blocks + 1),
                           2 * ((gsize)of->n_blocks + 1), values);
  return TRUE;
}

static gboolean
estimate_folds (KappaTracePlan *plan, KappaResult *result, KappaContext *context, GError **error)
{
  g_autofree gsize *offsets = g_new (gsize, n_tensors (plan) + 1);
  g_autoptr (KappaFolds) folds = kappa_trace_plan_make_folds (plan);
  const KappaTraceOperator of = { .n = kappa_model_get_parameters_size (plan->model),
                                  .n_blocks = n_tensors (plan),
                                  .offsets = offsets,
                                  .multiply = multiply,
                                  .data = plan };

  for (guint t = 0; t < of.n_blocks; t++)
    offsets[t] = kappa_model_get_parameter (plan->model, t)->offset;
  offsets[of.n_blocks] = of.n;
  for (guint f = 0; f < plan->n_folds; f++)
    if (!is_fold_known (plan, result, f)
        && !estimate_fold (plan, &of, folds, f, result, context, error))
      return FALSE;
  return TRUE;
}

/**
 * kappa_trace_compute:
 *
 * Computes what is missing in @result: the arrays that all else follows from.
 */
gboolean
kappa_trace_compute (KappaTracePlan *plan,
                     KappaResult *result,
                     KappaContext *context,
                     GError **error)
{
  double left;

  declare (plan, result);
  left = count_left (plan, result);
  kappa_progress_start (context->progress, left, "Trace");
  if ((plan->exact != NULL && !compute_images (plan, result, context, error))
      || (plan->curvature != NULL && !estimate_folds (plan, result, context, error)))
    return FALSE;
  /* A matrix of small rank needs fewer products than were allowed for. */
  kappa_progress_set_done (context->progress, left);
  return TRUE;
}
