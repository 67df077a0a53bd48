/* How much the extreme eigenvalues depend on the images: those of each fold alone. */

#include "core/analysis/spectrum-private.h"

static const char *const ends[] = { "lambda_max", "lambda_min" };

static char *
array_name (guint end)
{
  return g_strconcat (ends[end], "_by_fold", NULL);
}

static gboolean
is_wanted (const KappaSpectrumRun *run, guint end)
{
  return end == 0 ? run->top > 0 : run->bottom > 0;
}

static gboolean
is_known (KappaSpectrumRun *run, guint fold)
{
  for (guint end = 0; end < G_N_ELEMENTS (ends); end++)
    {
      g_autofree char *name = array_name (end);

      if (is_wanted (run, end) && !kappa_result_is_present (run->result, name, fold))
        return FALSE;
    }
  return TRUE;
}

static void
declare (KappaSpectrumRun *run)
{
  const gsize n = run->n_folds;

  for (guint end = 0; end < G_N_ELEMENTS (ends); end++)
    {
      g_autofree char *name = array_name (end);
      g_autofree char *text = g_strdup_printf (
          "%s eigenvalue of the %s of each of %u folds of the images alone, %s; of %s",
          end == 0 ? "largest" : "smallest", run->name, run->n_folds,
          kappa_folds_describe (run->folds), run->description);
      KappaArray *array;

      if (!is_wanted (run, end))
        continue;
      array = kappa_array_new (name, "", text, 1, &n);
      kappa_array_set_axis (array, 0, "fold", NULL);
      kappa_result_take_array (run->result, array);
    }
}

/* The eigenvectors of all images are near those of each fold. */
static void
make_task (KappaSpectrumRun *run, guint fold, KappaLockstepTask *task)
{
  KappaLanczosOptions options
      = kappa_spectrum_run_options (run, run->n, run->top > 0, run->bottom > 0);

  options.block = (guint)MIN (options.top + options.bottom, run->n);
  task->part = run->whole->pdata[0];
  task->lanczos = kappa_lanczos_new (&options);
  task->journal
      = (KappaLanczosJournal) { .result = run->result, .name = g_strdup_printf (".fold-%u", fold) };
  task->starts = g_new0 (double *, 2);
  for (guint end = 0; end < G_N_ELEMENTS (ends); end++)
    {
      double *vector;

      if (!is_wanted (run, end) || task->n_starts >= options.block)
        continue;
      vector = g_new (double, run->n);
      if (kappa_spectrum_get_vector (run->result, end == 0 ? 0 : run->top, run->n, vector))
        task->starts[task->n_starts++] = vector;
      else
        g_free (vector);
    }
}

static gboolean
compute_fold (KappaSpectrumRun *run, guint index, GError **error)
{
  const KappaLockstep lockstep = kappa_spectrum_run_lockstep (run, NULL, NULL);
  const KappaFold fold = kappa_folds_get (run->folds, index);
  KappaLockstepTask task = { 0 };
  gboolean done;

  make_task (run, index, &task);
  kappa_curvature_choose_images (run->curvature, fold.images, fold.count);
  done = kappa_lockstep_run (&lockstep, &task, 1, error);
  kappa_curvature_set_images (run->curvature, 0, run->n_images);
  for (guint end = 0, wanted = 0; done && end < G_N_ELEMENTS (ends); end++)
    {
      g_autofree char *name = array_name (end);
      double value, residual;

      if (is_wanted (run, end)
          && kappa_lanczos_get_value (task.lanczos, wanted++, &value, &residual))
        kappa_result_set_values (run->result, name, index, 1, &value);
    }
  if (done)
    kappa_lanczos_journal_forget (run->result, task.journal.name);
  kappa_lanczos_free (task.lanczos);
  kappa_spectrum_free_starts (task.starts, task.n_starts);
  g_free ((char *)task.journal.name);
  return done;
}

static void
summarise (KappaSpectrumRun *run, guint end)
{
  g_autofree char *name = array_name (end), *scalar = g_strconcat (ends[end], "_over_folds", NULL);
  g_autoptr (KappaArray) array = kappa_result_dup_array (run->result, name);
  g_autofree char *text
      = g_strdup_printf ("%s eigenvalue of the %s over %s. Fewer images give %s one on average",
                         end == 0 ? "largest" : "smallest", run->name, run->description,
                         end == 0 ? "a larger" : "a smaller");

  if (kappa_result_count_present (run->result, name) == run->n_folds)
    kappa_folds_set_scalar (run->folds, run->result, scalar, "", array->values, text);
}

/**
 * kappa_spectrum_add_folds:
 *
 * The extreme eigenvalues of each fold alone, and their mean with its interval.
 */
gboolean
kappa_spectrum_add_folds (KappaSpectrumRun *run, GError **error)
{
  if (run->n_folds == 0)
    return TRUE;
  declare (run);
  for (guint fold = 0; fold < run->n_folds; fold++)
    if (!is_known (run, fold) && !compute_fold (run, fold, error))
      return FALSE;
  for (guint end = 0; end < G_N_ELEMENTS (ends); end++)
    if (is_wanted (run, end))
      summarise (run, end);
  return TRUE;
}
