#include "core/analysis/trace-run.h"

#include "core/analysis/objective.h"
#include "core/analysis/trace-estimate.h"
#include "core/base/error.h"

static gboolean
uses_exact (KappaTraceMethod method)
{
  return method == KAPPA_TRACE_EXACT || method == KAPPA_TRACE_DIFFERENCE;
}

static gboolean
uses_products (KappaTraceMethod method)
{
  return method != KAPPA_TRACE_EXACT;
}

/* Vectors that pass through the network for each image: the difference needs both matrices'. */
static gboolean
get_macs_of_products (KappaTracePlan *self, gint64 n_images, guint64 *macs, GError **error)
{
  const double n = (double)kappa_curvature_get_n_images (self->curvature);
  guint64 hessian = 0, gauss_newton = 0;

  if (!kappa_curvature_get_cost (self->curvature, self->kind, 8, 1, NULL, &hessian, error))
    return FALSE;
  if (self->method == KAPPA_TRACE_DIFFERENCE
      && !kappa_curvature_get_cost (self->curvature, KAPPA_CURVATURE_GAUSS_NEWTON, 8, 1, NULL,
                                    &gauss_newton, error))
    return FALSE;
  *macs
      = (guint64)((double)(hessian + gauss_newton) / 8.0 / n * (double)n_images * self->n_products);
  return TRUE;
}

/* Exact wherever that is possible and costs no more than the estimate would; else the exact
 * Gauss-Newton part and an estimate of the rest, which is small. */
static gboolean
choose (KappaTracePlan *self, gint64 n_images, GError **error)
{
  gboolean has_rest = self->kind == KAPPA_CURVATURE_HESSIAN && self->linearity.reason != NULL;
  guint64 estimate;

  if (self->method == KAPPA_TRACE_EXACT && has_rest)
    {
      g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE,
                   "method: there is no exact trace of this Hessian, because %s; let the method be "
                   "chosen, or take the operator gauss-newton, whose trace is exact",
                   self->linearity.reason);
      return FALSE;
    }
  if (self->method != KAPPA_TRACE_AUTO)
    {
      self->reason = g_strdup ("as asked for");
      return TRUE;
    }
  if (!get_macs_of_products (self, n_images, &estimate, error))
    return FALSE;
  if (kappa_exact_trace_get_macs (self->exact, n_images) > estimate)
    {
      self->method = KAPPA_TRACE_XTRACE;
      self->reason = g_strdup_printf ("because %u backward passes for each image would cost more",
                                      kappa_exact_trace_get_n_passes (self->exact));
    }
  else if (has_rest)
    {
      self->method = KAPPA_TRACE_DIFFERENCE;
      self->reason = g_strdup_printf ("because %s", self->linearity.reason);
    }
  else
    {
      self->method = KAPPA_TRACE_EXACT;
      self->reason
          = g_strdup (self->kind == KAPPA_CURVATURE_GAUSS_NEWTON
                          ? "as it always is for this matrix"
                          : "because the logits are piecewise linear in every single tensor");
    }
  return TRUE;
}

/**
 * kappa_trace_plan_new:
 * @batches: the images, or a few of them
 * @n_images: how many there are in the run
 *
 * Decides on the method.
 *
 * Returns: (transfer full): %NULL with the error
 */
KappaTracePlan *
kappa_trace_plan_new (KappaAnalysis *analysis,
                      KappaModel *model,
                      KappaBatchSource *batches,
                      gint64 n_images,
                      GError **error)
{
  g_autoptr (KappaTracePlan) self = g_new0 (KappaTracePlan, 1);
  KappaPrecision precision = kappa_analysis_get_enum (analysis, "precision");

  self->model = g_object_ref (model);
  self->batches = g_object_ref (batches);
  self->kind = kappa_analysis_get_enum (analysis, "operator");
  self->method = kappa_analysis_get_enum (analysis, "method");
  self->n_folds = (guint)CLAMP (kappa_analysis_get_integer (analysis, "folds"), 1, n_images);
  self->fold_images = kappa_analysis_get_enum (analysis, "fold-images");
  self->n_products = (guint)kappa_analysis_get_integer (analysis, "probes");
  self->seed = (guint64)kappa_analysis_get_integer (analysis, "seed");
  self->l2 = kappa_analysis_get_double (analysis, "l2");
  self->exact = kappa_exact_trace_new (model, batches, precision, error);
  if (self->exact == NULL || !kappa_linearity_of_model (model, &self->linearity, error))
    return NULL;
  /* The regulariser's part is added exactly. */
  self->curvature = kappa_curvature_new (model, batches, precision, 0.0, error);
  if (self->curvature == NULL || !choose (self, n_images, error))
    return NULL;
  if (!uses_exact (self->method))
    g_clear_pointer (&self->exact, kappa_exact_trace_free);
  if (!uses_products (self->method))
    g_clear_pointer (&self->curvature, kappa_curvature_free);
  return g_steal_pointer (&self);
}

void
kappa_trace_plan_free (KappaTracePlan *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->exact, kappa_exact_trace_free);
  g_clear_pointer (&self->curvature, kappa_curvature_free);
  g_clear_object (&self->model);
  g_clear_object (&self->batches);
  kappa_linearity_clear (&self->linearity);
  g_free (self->reason);
  g_free (self);
}

/**
 * kappa_trace_plan_get_cost:
 * @bytes: (out): the predicted peak, images not counted
 * @macs: (out): multiply-adds
 */
gboolean
kappa_trace_plan_get_cost (KappaTracePlan *self,
                           gint64 n_images,
                           guint n_workers,
                           guint64 *bytes,
                           guint64 *macs,
                           GError **error)
{
  guint n_tensors = kappa_model_get_n_parameters (self->model);
  guint64 exact = 0, products = 0, part;

  *bytes = (guint64)n_images * n_tensors * 2 * sizeof (double);
  *macs = 0;
  if (self->exact != NULL)
    {
      exact = kappa_exact_trace_get_memory (self->exact, MIN (n_images, 512), n_workers);
      *macs = kappa_exact_trace_get_macs (self->exact, n_images);
    }
  if (self->curvature != NULL)
    {
      if (!kappa_curvature_get_cost (self->curvature, self->kind, 8, n_workers, &products, NULL,
                                     error)
          || !get_macs_of_products (self, n_images, &part, error))
        return FALSE;
      if (self->method == KAPPA_TRACE_DIFFERENCE)
        products += 16 * kappa_model_get_parameters_size (self->model) * sizeof (double);
      products
          += kappa_trace_predict_memory (kappa_model_get_parameters_size (self->model), n_tensors,
                                         self->n_products, self->method != KAPPA_TRACE_HUTCHINSON);
      *macs += part;
    }
  *bytes += MAX (exact, products);
  return TRUE;
}

/**
 * kappa_trace_plan_make_folds:
 *
 * Returns: (transfer full): the images, cut into folds
 */
KappaFolds *
kappa_trace_plan_make_folds (KappaTracePlan *self)
{
  return kappa_folds_new_of_batches (self->batches, self->n_folds, self->fold_images, self->seed);
}

/**
 * kappa_trace_plan_describe:
 *
 * Returns: (transfer full): what the numbers are, and how they were found
 */
char *
kappa_trace_plan_describe (KappaTracePlan *self, KappaPrecision precision)
{
  const char *what = self->kind == KAPPA_CURVATURE_HESSIAN ? "Hessian" : "Gauss-Newton matrix";
  g_autofree char *over = kappa_objective_describe_settings (self->batches, precision, self->l2);
  g_autofree char *estimated = g_strdup_printf (
      "%u products with each of %u folds of the images, %s, seed "
      "%" G_GUINT64_FORMAT,
      self->n_products, self->n_folds,
      self->fold_images == KAPPA_FOLD_IMAGES_DRAWN ? "drawn" : "consecutive", self->seed);
  g_autofree char *how = NULL;

  switch (self->method)
    {
    case KAPPA_TRACE_EXACT:
      how = g_strdup_printf ("exact, %s: the squared lengths of %u gradients of each image",
                             self->reason, kappa_exact_trace_get_n_passes (self->exact));
      break;
    case KAPPA_TRACE_DIFFERENCE:
      how = g_strdup_printf ("the Gauss-Newton part exact, the rest by XTrace (%s), %s", estimated,
                             self->reason);
      break;
    case KAPPA_TRACE_XTRACE:
      how = g_strdup_printf ("estimated by XTrace (%s), %s", estimated, self->reason);
      break;
    default:
      how = g_strdup_printf ("estimated by Hutchinson's method with random signs (%s), %s",
                             estimated, self->reason);
    }
  return g_strdup_printf (
      "trace of the %s of the mean cross-entropy in all trained parameters, over %s; "
      "%s",
      what, over, how);
}
