/* What a spectrum shows: arrays that fill while it is computed, numbers and tables in the end. */

#include <math.h>

#include "core/analysis/folds.h"
#include "core/analysis/spectrum-private.h"

static void
declare (KappaSpectrumRun *run,
         const char *name,
         const char *what,
         guint rank,
         const gsize *dims,
         const char *axis)
{
  g_autofree char *text
      = g_strdup_printf ("%s of the %s over %s", what, run->name, run->description);
  KappaArray *array = kappa_array_new (name, "", text, rank, dims);

  kappa_array_set_axis (array, rank - 1, axis, NULL);
  if (rank == 2)
    kappa_array_set_axis (array, 0, "fold", NULL);
  kappa_result_take_array (run->result, array);
}

static char *
part_array (const KappaSpectrumRun *run, const char *quantity)
{
  return g_strdup_printf ("%s_by_%s", quantity, kappa_per_get_name (run->per));
}

static void
declare_parts (KappaSpectrumRun *run)
{
  static const struct
  {
    const char *name, *what;
  } arrays[] = {
    { "lambda_max", "largest eigenvalue of the diagonal block of each part" },
    { "lambda_max_residual",
      "‖Hv − λv‖ of the largest eigenvalue of the diagonal block of each part" },
    { "lambda_min", "smallest eigenvalue of the diagonal block of each part" },
    { "lambda_min_residual",
      "‖Hv − λv‖ of the smallest eigenvalue of the diagonal block of each part" },
  };
  const gsize n = run->parts->len;

  for (guint i = 0; i < G_N_ELEMENTS (arrays); i++)
    {
      g_autofree char *name = part_array (run, arrays[i].name);

      if (i < 2 ? run->top > 0 : run->bottom > 0)
        declare (run, name, arrays[i].what, 1, &n, "part");
    }
}

/**
 * kappa_spectrum_declare:
 *
 * Makes the arrays of eigenvalues, those of parts, and what tells which are final.
 */
void
kappa_spectrum_declare (KappaSpectrumRun *run)
{
  const gsize n = run->top + run->bottom, dims[] = { MAX (run->n_folds, 1), n };
  g_autofree char *what
      = g_strdup_printf ("%u largest, from the largest on, and %u smallest eigenvalues, from the "
                         "smallest on,",
                         run->top, run->bottom);

  if (n == 0)
    return;
  declare (run, "eigenvalues", what, 1, &n, "index");
  declare (run, "residuals", "‖Hv − λv‖ of each eigenvalue λ and its vector v", 1, &n, "index");
  declare (run, "eigenvalues_by_fold",
           "vᵀHv with each eigenvector v and the matrix H of each fold of the images alone: their "
           "mean is the eigenvalue,",
           2, dims, "index");
  declare (run, ".verified", "whether a value is final:", 1, &n, "index");
  if (run->parts != NULL)
    declare_parts (run);
}

static void
publish_part (KappaSpectrumRun *run, guint index, KappaLanczos *lanczos)
{
  const gboolean wanted[] = { run->top > 0, run->bottom > 0 };
  static const char *const names[]
      = { "lambda_max", "lambda_max_residual", "lambda_min", "lambda_min_residual" };

  for (guint end = 0, at = 0; end < 2; end++)
    {
      const guint last = kappa_lanczos_get_n_values (lanczos) - 1;
      double numbers[2];

      if (!wanted[end])
        continue;
      /* A part of one number has one eigenvalue, which is both. */
      if (!kappa_lanczos_get_value (lanczos, MIN (at, last), &numbers[0], &numbers[1]))
        continue;
      at++;
      for (guint i = 0; i < 2; i++)
        {
          g_autofree char *name = part_array (run, names[2 * end + i]);

          kappa_result_set_values (run->result, name, index, 1, &numbers[i]);
        }
    }
}

/**
 * kappa_spectrum_publish:
 * @data: the run
 *
 * The present Ritz values and residuals.
 */
void
kappa_spectrum_publish (gpointer data)
{
  KappaSpectrumRun *run = data;
  g_autofree char *message = NULL;
  KappaLanczos *whole = run->tasks[0].lanczos;

  for (guint i = 0; i < kappa_lanczos_get_n_values (whole); i++)
    {
      double value, residual;

      if (!kappa_lanczos_get_value (whole, i, &value, &residual))
        break;
      kappa_result_set_values (run->result, "eigenvalues", i, 1, &value);
      kappa_result_set_values (run->result, "residuals", i, 1, &residual);
    }
  for (guint t = 1; t < run->n_tasks; t++)
    publish_part (run, t - 1, run->tasks[t].lanczos);
  message = g_strdup_printf (
      "Product %u: %u of %u eigenvalues found", kappa_lanczos_get_state (whole)->n_products,
      kappa_lanczos_get_n_converged (whole), kappa_lanczos_get_n_values (whole));
  kappa_progress_set_message (run->context->progress, message);
}

static gboolean
get_value (KappaSpectrumRun *run, guint index, double *value, double *residual)
{
  return kappa_result_get_value (run->result, "eigenvalues", index, value)
         && kappa_result_get_value (run->result, "residuals", index, residual);
}

static void
set_extreme (KappaSpectrumRun *run, const char *name, const char *which, guint index)
{
  g_autofree char *text
      = g_strdup_printf ("%s eigenvalue of the %s over %s; the residual is ‖Hv − λv‖, which bounds "
                         "the distance to an eigenvalue",
                         which, run->name, run->description);
  double value, residual;

  if (get_value (run, index, &value, &residual))
    kappa_result_set_scalar (run->result, name, value, "", KAPPA_CERTAINTY_RESIDUAL (residual),
                             text);
}

/* Quotients of two values, their residuals added as relative errors are. */
static void
set_ratios (KappaSpectrumRun *run)
{
  double max, min, max_residual, min_residual;
  g_autofree char *text
      = g_strdup_printf ("|λ_min| / |λ_max|, smallest and largest eigenvalue of the %s over %s",
                         run->name, run->description);
  g_autofree char *condition
      = g_strdup_printf ("λ_max / λ_min of the %s, which is positive definite here, over %s",
                         run->name, run->description);

  if (run->top == 0 || run->bottom == 0 || !get_value (run, 0, &max, &max_residual)
      || !get_value (run, run->top, &min, &min_residual) || max == 0.0)
    return;
  kappa_result_set_scalar (
      run->result, "lambda_ratio", fabs (min / max), "",
      KAPPA_CERTAINTY_RESIDUAL ((min_residual + fabs (min / max) * max_residual) / fabs (max)),
      text);
  if (min > 10.0 * min_residual)
    kappa_result_set_scalar (
        run->result, "condition", max / min, "",
        KAPPA_CERTAINTY_RESIDUAL ((max_residual + max / min * min_residual) / min), condition);
}

/* The spread over folds of vᵀHv is that of the eigenvalue, to first order. */
static void
get_interval (KappaSpectrumRun *run, guint index, double *low, double *high)
{
  const guint n_values = run->top + run->bottom;
  g_autofree double *values = g_new (double, run->n_folds + 1);
  double mean;

  *low = *high = (double)NAN;
  for (guint f = 0; f < run->n_folds; f++)
    if (!kappa_result_get_value (run->result, "eigenvalues_by_fold", f * n_values + index,
                                 &values[f]))
      return;
  if (run->n_folds > 1)
    kappa_mean_interval (values, run->n_folds, &mean, low, high);
}

static void
add_table (KappaSpectrumRun *run)
{
  static const KappaColumn columns[] = {
    { (char *)"index", NULL, KAPPA_COLUMN_INTEGER },
    { (char *)"end", NULL, KAPPA_COLUMN_TEXT },
    { (char *)"value", NULL, KAPPA_COLUMN_NUMBER },
    { (char *)"residual", NULL, KAPPA_COLUMN_NUMBER },
    { (char *)"sample_low", NULL, KAPPA_COLUMN_NUMBER },
    { (char *)"sample_high", NULL, KAPPA_COLUMN_NUMBER },
  };
  g_autofree char *text = g_strdup_printf (
      "eigenvalues of the %s over %s. The residual ‖Hv − λv‖ says how exact a value is for these "
      "images; from sample_low to sample_high is the 95 %% interval as a sample of images, by "
      "Student's t over vᵀHv of %u folds, %s",
      run->name, run->description, run->n_folds, kappa_folds_describe (run->folds));
  KappaTable *table = kappa_table_new ("eigenvalues", text, G_N_ELEMENTS (columns), columns);

  for (guint i = 0; i < run->top + run->bottom; i++)
    {
      double value, residual, low, high;

      if (!get_value (run, i, &value, &residual))
        continue;
      get_interval (run, i, &low, &high);
      kappa_table_add_row (table, (gint64)(i < run->top ? i : i - run->top) + 1,
                           i < run->top ? "top" : "bottom", value, residual, low, high);
    }
  kappa_result_take_table (run->result, table);
}

static double
get_part_value (KappaSpectrumRun *run, const char *quantity, guint part)
{
  g_autofree char *name = part_array (run, quantity);
  double value = (double)NAN;

  kappa_result_get_value (run->result, name, part, &value);
  return value;
}

static double
get_norm (KappaSpectrumRun *run, const KappaPart *part)
{
  const double *weights = kappa_model_get_parameters_wide (run->model, NULL);
  g_autofree double *own = g_new (double, part->size);
  double square = 0.0;

  kappa_part_gather (part, run->model, weights, own);
  for (gsize i = 0; i < part->size; i++)
    square += own[i] * own[i];
  return sqrt (square);
}

static void
add_parts (KappaSpectrumRun *run)
{
  static const KappaColumn columns[] = {
    { (char *)"part", NULL, KAPPA_COLUMN_TEXT },
    { (char *)"parameters", NULL, KAPPA_COLUMN_INTEGER },
    { (char *)"lambda_max", NULL, KAPPA_COLUMN_NUMBER },
    { (char *)"lambda_max_residual", NULL, KAPPA_COLUMN_NUMBER },
    { (char *)"lambda_min", NULL, KAPPA_COLUMN_NUMBER },
    { (char *)"lambda_min_residual", NULL, KAPPA_COLUMN_NUMBER },
    { (char *)"weight_norm", NULL, KAPPA_COLUMN_NUMBER },
  };
  g_autofree char *name = g_strdup_printf ("lambda_by_%s", kappa_per_get_name (run->per));
  g_autofree char *text = g_strdup_printf (
      "extreme eigenvalues of the diagonal block of the %s that belongs to each part of the "
      "network, with the residuals ‖Hv − λv‖ of the Lanczos recurrence, and ‖w‖ of its weights; "
      "over %s",
      run->name, run->description);
  KappaTable *table = kappa_table_new (name, text, G_N_ELEMENTS (columns), columns);

  for (guint i = 0; i < run->parts->len; i++)
    {
      const KappaPart *part = run->parts->pdata[i];

      kappa_table_add_row (
          table, part->name, (gint64)part->size, get_part_value (run, "lambda_max", i),
          get_part_value (run, "lambda_max_residual", i), get_part_value (run, "lambda_min", i),
          get_part_value (run, "lambda_min_residual", i), get_norm (run, part));
    }
  kappa_result_take_table (run->result, table);
}

/**
 * kappa_spectrum_summarise:
 *
 * Sets scalars and tables of the eigenvalues.
 */
void
kappa_spectrum_summarise (KappaSpectrumRun *run)
{
  if (run->top + run->bottom == 0)
    return;
  if (run->top > 0)
    set_extreme (run, "lambda_max", "largest", 0);
  if (run->bottom > 0)
    set_extreme (run, "lambda_min", "smallest", run->top);
  set_ratios (run);
  add_table (run);
  if (run->parts != NULL)
    add_parts (run);
}
