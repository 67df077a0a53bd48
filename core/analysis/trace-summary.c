#include "core/analysis/trace-run.h"

#include <math.h>

#include "core/analysis/parts.h"

/* What was found, by tensor; one entry more stands for all together. */
typedef struct
{
  guint n;       /* tensors */
  double *value; /* n + 1 */
  double *error; /* n + 1: standard errors of the estimated part */
  double *known; /* n + 1: the exact part */
  double *folds; /* n_folds × (n + 1) */
  double *of_images;
  KappaFolds *cut;
} Found;

static Found *
found_new (KappaTracePlan *plan)
{
  Found *self = g_new0 (Found, 1);

  self->n = kappa_model_get_n_parameters (plan->model);
  self->value = g_new0 (double, self->n + 1);
  self->error = g_new0 (double, self->n + 1);
  self->known = g_new0 (double, self->n + 1);
  self->folds = g_new0 (double, (gsize)plan->n_folds *(self->n + 1));
  self->of_images = g_new0 (double, kappa_batch_source_get_n (plan->batches));
  self->cut = kappa_trace_plan_make_folds (plan);
  return self;
}

static void
found_free (Found *self)
{
  g_free (self->value);
  g_free (self->error);
  g_free (self->known);
  g_free (self->folds);
  g_free (self->of_images);
  kappa_folds_free (self->cut);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Found, found_free)

/* The mean over a fold's images of what is known of each. */
static void
add_images_of_fold (Found *self, const KappaArray *images, KappaFold fold, double *mean)
{
  for (gint64 i = 0; i < fold.count; i++)
    for (guint t = 0; t < self->n; t++)
      mean[t] += images->values[(gsize)fold.images[i] * self->n + t] / (double)fold.count;
}

/* Sums over the images in their order, whatever the folds. */
static void
add_images (Found *self, KappaTracePlan *plan, KappaResult *result)
{
  g_autoptr (KappaArray) images = kappa_result_dup_array (result, "trace_by_image");
  const gint64 n = kappa_batch_source_get_n (plan->batches);

  for (gint64 i = 0; i < n; i++)
    for (guint t = 0; t < self->n; t++)
      {
        double trace = images->values[(gsize)i * self->n + t];

        self->known[t] += trace / (double)n;
        self->of_images[i] += trace;
      }
  for (guint f = 0; f < plan->n_folds; f++)
    {
      double *mean = self->folds + (gsize)f * (self->n + 1);

      add_images_of_fold (self, images, kappa_folds_get (self->cut, f), mean);
      for (guint t = 0; t < self->n; t++)
        mean[self->n] += mean[t];
    }
  for (guint t = 0; t < self->n; t++)
    self->known[self->n] += self->known[t];
}

static void
add_estimates (Found *self, KappaTracePlan *plan, KappaResult *result)
{
  g_autoptr (KappaArray) estimates = kappa_result_dup_array (result, "estimate_by_fold");
  const double n = (double)kappa_batch_source_get_n (plan->batches);

  for (guint t = 0; t <= self->n; t++)
    {
      double square = 0.0;

      for (guint f = 0; f < plan->n_folds; f++)
        {
          gsize at = (gsize)f * (self->n + 1) + t;
          double weight = (double)kappa_folds_get (self->cut, f).count / n;
          double error = weight * estimates->values[2 * at + 1];

          self->value[t] += weight * estimates->values[2 * at];
          self->folds[at] += estimates->values[2 * at];
          square += error * error;
        }
      self->error[t] = sqrt (square);
    }
}

/* λ on the diagonal, everywhere. */
static void
add_regulariser (Found *self, KappaTracePlan *plan)
{
  for (guint t = 0; t <= self->n; t++)
    {
      gsize size = t < self->n ? kappa_model_get_parameter (plan->model, t)->size
                               : kappa_model_get_parameters_size (plan->model);

      self->known[t] += plan->l2 * (double)size;
      self->value[t] += self->known[t];
      for (guint f = 0; f < plan->n_folds; f++)
        self->folds[(gsize)f * (self->n + 1) + t] += plan->l2 * (double)size;
    }
  for (gint64 i = 0; i < kappa_batch_source_get_n (plan->batches); i++)
    self->of_images[i] += plan->l2 * (double)kappa_model_get_parameters_size (plan->model);
}

static Found *
find (KappaTracePlan *plan, KappaResult *result)
{
  Found *self = found_new (plan);

  if (plan->exact != NULL)
    add_images (self, plan, result);
  if (plan->curvature != NULL)
    add_estimates (self, plan, result);
  add_regulariser (self, plan);
  return self;
}

/* Half of a 95 % interval, for one standard error: XTrace has half as many estimates as products.
 */
static double
width_of_error (KappaTracePlan *plan)
{
  guint each = plan->method == KAPPA_TRACE_HUTCHINSON ? plan->n_products : plan->n_products / 2;

  return kappa_student_95 ((gsize)plan->n_folds * (each - 1) + 1);
}

static void
set_trace (Found *found, KappaTracePlan *plan, KappaResult *result, const char *definition)
{
  const double trace = found->value[found->n];
  const double n = (double)kappa_model_get_parameters_size (plan->model);
  g_autofree char *mean = g_strdup_printf (
      "mean of all eigenvalues: the %s, divided by the %.0f parameters", definition, n);
  double half = 0.0;
  KappaCertainty whole = KAPPA_CERTAINTY_EXACT, each = KAPPA_CERTAINTY_EXACT;

  if (plan->curvature != NULL)
    {
      half = width_of_error (plan) * found->error[found->n];
      whole = KAPPA_CERTAINTY_INTERVAL (trace - half, trace + half, 0.95);
      each = KAPPA_CERTAINTY_INTERVAL ((trace - half) / n, (trace + half) / n, 0.95);
    }
  kappa_result_set_scalar (result, "trace", trace, "nat", whole, definition);
  kappa_result_set_scalar (result, "mean_eigenvalue", trace / n, "nat", each, mean);
  if (plan->method == KAPPA_TRACE_DIFFERENCE)
    kappa_result_set_scalar (result, "trace_gauss_newton", found->known[found->n], "nat",
                             KAPPA_CERTAINTY_EXACT,
                             "the exact part of the trace: that of the Gauss-Newton matrix");
}

/* How much of it is owed to these images and no others. */
static void
set_spread (Found *found, KappaTracePlan *plan, KappaResult *result, const char *definition)
{
  const gsize n_folds = plan->n_folds;
  const gint64 n = kappa_batch_source_get_n (plan->batches);
  g_autofree double *totals = g_new (double, n_folds);
  KappaArray *array = kappa_array_new ("trace_by_fold", "nat",
                                       "the trace over the images of each fold alone", 1, &n_folds);

  for (gsize f = 0; f < n_folds; f++)
    totals[f] = found->folds[f * (found->n + 1) + found->n];
  kappa_array_set_axis (array, 0, "fold", NULL);
  kappa_result_take_array (result, array);
  kappa_result_set_values (result, "trace_by_fold", 0, n_folds, totals);
  if (n_folds > 1)
    kappa_folds_set_scalar (found->cut, result, "trace_over_folds", "nat", totals, definition);
  if (plan->method == KAPPA_TRACE_EXACT && n > 1)
    {
      g_autofree char *text
          = g_strdup_printf ("mean over the images, each one's trace exact, with the 95 %% "
                             "interval by Student's t, which is "
                             "too narrow where a few images make up most of it: %s",
                             definition);
      double mean, low, high;

      kappa_mean_interval (found->of_images, (gsize)n, &mean, &low, &high);
      kappa_result_set_scalar (result, "trace_over_images", mean, "nat",
                               KAPPA_CERTAINTY_INTERVAL (low, high, 0.95), text);
    }
}

/* The deviation of a part's trace over the folds. */
static double
deviation (Found *found, KappaTracePlan *plan, const KappaPart *part)
{
  double sum = 0.0, squares = 0.0;

  for (guint round = 0; round < 2; round++)
    for (guint f = 0; f < plan->n_folds; f++)
      {
        double trace = 0.0;

        for (guint i = 0; i < part->tensors->len; i++)
          trace
              += found->folds[(gsize)f * (found->n + 1) + g_array_index (part->tensors, guint, i)];
        if (round == 0)
          sum += trace;
        else
          squares += (trace - sum / plan->n_folds) * (trace - sum / plan->n_folds);
      }
  return plan->n_folds > 1 ? sqrt (squares / (plan->n_folds - 1)) : NAN;
}

static void
add_part (KappaTable *table, Found *found, KappaTracePlan *plan, const KappaPart *part)
{
  double trace = 0.0, half = 0.0;

  for (guint i = 0; i < part->tensors->len; i++)
    {
      const guint t = g_array_index (part->tensors, guint, i);

      trace += found->value[t];
      half += plan->curvature != NULL ? width_of_error (plan) * found->error[t] : 0.0;
    }
  kappa_table_add_row (table, part->name, (gint64)part->size, trace, trace - half, trace + half,
                       trace / found->value[found->n], trace / (double)part->size,
                       deviation (found, plan, part));
}

static void
add_table (Found *found,
           KappaTracePlan *plan,
           KappaResult *result,
           KappaPer per,
           const char *definition)
{
  const char *kind = kappa_per_get_name (per);
  g_autofree char *name = g_strdup_printf ("trace_by_%s", kind);
  const KappaColumn columns[] = { { (char *)kind, "", KAPPA_COLUMN_TEXT },
                                  { "parameters", "", KAPPA_COLUMN_INTEGER },
                                  { "trace", "nat", KAPPA_COLUMN_NUMBER },
                                  { "low", "nat", KAPPA_COLUMN_NUMBER },
                                  { "high", "nat", KAPPA_COLUMN_NUMBER },
                                  { "share", "", KAPPA_COLUMN_NUMBER },
                                  { "mean_eigenvalue", "nat", KAPPA_COLUMN_NUMBER },
                                  { "fold_deviation", "nat", KAPPA_COLUMN_NUMBER } };
  g_autoptr (GPtrArray) parts = kappa_parts_new (plan->model, per);
  g_autofree char *text = g_strdup_printf (
      "traces of the diagonal blocks of each %s, with 95 %% intervals where they are estimated (of "
      "several "
      "tensors the sum of theirs, at worst too wide), and the deviation over the folds: %s",
      kind, definition);
  KappaTable *table = kappa_table_new (name, text, G_N_ELEMENTS (columns), columns);

  for (guint i = 0; i < parts->len; i++)
    add_part (table, found, plan, parts->pdata[i]);
  kappa_result_take_table (result, table);
}

static gboolean
set_cost (KappaTracePlan *plan, KappaResult *result, GError **error)
{
  const gint64 n = kappa_batch_source_get_n (plan->batches);
  guint64 bytes, macs;

  if (plan->curvature != NULL)
    kappa_curvature_set_images (plan->curvature, 0, n);
  if (!kappa_trace_plan_get_cost (plan, n, 1, &bytes, &macs, error))
    return FALSE;
  if (plan->exact != NULL)
    kappa_result_set_scalar (
        result, "backward_passes", kappa_exact_trace_get_n_passes (plan->exact), "",
        KAPPA_CERTAINTY_EXACT, "backward passes for each image: one less than classes");
  if (plan->curvature != NULL)
    kappa_result_set_scalar (result, "products", plan->n_products, "", KAPPA_CERTAINTY_EXACT,
                             "vectors multiplied with the matrix of each fold");
  kappa_result_set_scalar (result, "multiply_adds", (double)macs, "", KAPPA_CERTAINTY_EXACT,
                           "multiply-adds of convolutions and matrix products in all");
  return TRUE;
}

/**
 * kappa_trace_summarise_run:
 *
 * Adds scalars and tables to a result whose arrays are complete.
 */
gboolean
kappa_trace_summarise_run (KappaTracePlan *plan,
                           KappaAnalysis *analysis,
                           KappaResult *result,
                           KappaContext *context,
                           GError **error)
{
  g_autofree char *definition
      = kappa_trace_plan_describe (plan, kappa_analysis_get_enum (analysis, "precision"));
  g_autoptr (Found) found = find (plan, result);

  set_trace (found, plan, result, definition);
  set_spread (found, plan, result, definition);
  for (KappaPer per = kappa_analysis_get_enum (analysis, "per"); per <= KAPPA_PER_BLOCK; per++)
    add_table (found, plan, result, per, definition);
  return set_cost (plan, result, error);
}
