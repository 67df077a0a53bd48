/* An analysis from its arguments to its files. */

#include "app/cli-commands.h"

#include <unistd.h>

#include "app/cli-figure.h"
#include "app/cli-options.h"
#include "app/cli-print.h"
#include "app/cli-progress.h"
#include "app/cli-session.h"
#include "core/analysis/job.h"
#include "core/analysis/result-json.h"
#include "core/base/error.h"

/* Longer runs are announced. */
#define LONG_RUN_SECONDS 60.0

typedef struct
{
  KappaJob *job;
  KappaContext context;
  gboolean only_estimate;
  gboolean quiet;
  gboolean in_full; /* whether to print more than the title */
  KappaEstimate estimate;
} Computation;

/* On a terminal there may be a line of progress to write over. */
static gboolean
tell (gpointer data)
{
  g_printerr ("%s%s\n", isatty (STDERR_FILENO) ? "\r\033[K" : "", (const char *) data);
  return G_SOURCE_REMOVE;
}

/* Standard error belongs to the main loop, which also keeps the line of progress there. */
static void
tell_from_thread (const Computation *computation, char *line)
{
  if (computation->quiet)
    g_free (line);
  else
    g_main_context_invoke_full (NULL, G_PRIORITY_DEFAULT, tell, line, g_free);
}

static void
announce (Computation *computation)
{
  g_autofree char *text = NULL;

  if (kappa_job_get_origin (computation->job) == KAPPA_JOB_RESUMED)
    tell_from_thread (computation, g_strdup_printf ("Going on with run %" G_GINT64_FORMAT,
                                                    kappa_job_get_run_id (computation->job)));
  if (computation->estimate.seconds < LONG_RUN_SECONDS)
    return;
  text = cli_describe_estimate (&computation->estimate,
                                kappa_workers_get_n (computation->context.workers));
  tell_from_thread (computation, g_steal_pointer (&text));
}

static gboolean
compute (gpointer data, GError **error)
{
  Computation *computation = data;
  KappaContext *context = &computation->context;

  kappa_progress_start (context->progress, 1.0, "Opening files");
  if (!kappa_job_prepare (computation->job, context, error)
      || !kappa_job_estimate (computation->job, context, &computation->estimate, error))
    return FALSE;
  if (computation->only_estimate)
    return TRUE;
  announce (computation);
  return kappa_job_run (computation->job, context, error);
}

static void
print_note (Computation *computation)
{
  g_autoptr (GError) store_error = kappa_job_dup_store_error (computation->job);
  gint64 id = kappa_job_get_run_id (computation->job);

  if (store_error != NULL)
    g_printerr ("kappa-cli: the run could not be kept: %s\n", store_error->message);
  if (computation->quiet || id == 0 || !isatty (STDERR_FILENO))
    return;
  if (kappa_job_get_origin (computation->job) == KAPPA_JOB_STORED)
    g_printerr ("Answered from the workspace, run %" G_GINT64_FORMAT "; --fresh computes anew\n",
                id);
  else
    g_printerr ("Kept as run %" G_GINT64_FORMAT "\n", id);
}

static gboolean
present (CliArguments *arguments, Computation *computation, GError **error)
{
  KappaJob *job = computation->job;
  KappaResult *result = kappa_job_get_result (job);
  gboolean json = cli_arguments_get_switch (arguments, "json");

  if (computation->only_estimate)
    {
      if (!json && kappa_job_get_origin (job) == KAPPA_JOB_STORED)
        g_print ("Nothing to compute: the workspace has the answer, run %" G_GINT64_FORMAT
                 "; --fresh computes anew\n",
                 kappa_job_get_run_id (job));
      else
        cli_print_estimate (&computation->estimate,
                            kappa_workers_get_n (computation->context.workers), json,
                            kappa_job_get_recipe (job));
      return TRUE;
    }
  print_note (computation);
  if (json)
    {
      g_autofree char *text = kappa_result_to_json (result, kappa_job_get_recipe (job));

      g_print ("%s", text);
    }
  else
    {
      g_print ("%s\n", kappa_job_get_title (job));
      if (computation->in_full)
        cli_print_result (result);
    }
  return cli_write_outputs (arguments, result,
                            KAPPA_ANALYSIS_GET_CLASS (kappa_job_get_analysis (job))->name,
                            kappa_job_get_title (job), kappa_job_get_recipe (job), error);
}

/* A run that was stopped is there to go on with, and nobody knows unless told. */
static void
tell_how_to_go_on (Computation *computation, const GError *error)
{
  gint64 id = kappa_job_get_run_id (computation->job);

  if (id != 0 && !computation->quiet && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_printerr ("kappa-cli: kept as run %" G_GINT64_FORMAT
                "; the same command goes on with it, --fresh begins anew\n",
                id);
}

/* Some analyses answer a question, and scripts want to hear it. */
static gboolean
heed_verdict (const Computation *computation, GError **error)
{
  KappaAnalysisClass *klass = KAPPA_ANALYSIS_GET_CLASS (kappa_job_get_analysis (computation->job));
  g_autoptr (KappaScalar) verdict = NULL;

  if (klass->verdict == NULL || computation->only_estimate)
    return TRUE;
  verdict = kappa_result_dup_scalar (kappa_job_get_result (computation->job), klass->verdict);
  if (verdict->value != 0.0)
    return TRUE;
  g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_DATA, "%s: no (%s)", verdict->name,
               verdict->definition);
  return FALSE;
}

/**
 * cli_run_analysis:
 * @arguments: of which those about running and output count here
 * @in_full: whether to print the result, or its title alone
 *
 * Computes, or takes the answer from the workspace; prints it and writes it to files.
 */
gboolean
cli_run_analysis (CliArguments *arguments,
                  KappaAnalysis *analysis,
                  KappaInputs *inputs,
                  gboolean in_full,
                  GError **error)
{
  Computation computation = { .only_estimate = cli_arguments_get_switch (arguments, "estimate"),
                              .quiet = cli_arguments_get_switch (arguments, "quiet"),
                              .in_full = in_full };
  g_autoptr (KappaWorkspace) workspace = NULL;
  g_autoptr (GError) failure = NULL;
  gboolean done;

  if (!cli_check_outputs (arguments, error)
      || !cli_check_figure_options (arguments, KAPPA_ANALYSIS_GET_CLASS (analysis)->name, error))
    return FALSE;
  workspace = cli_open_workspace (arguments, FALSE, &failure);
  if (failure != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  if (!cli_read_context (arguments, &computation.context, error))
    return FALSE;
  computation.job = kappa_job_new (analysis, inputs, workspace);
  kappa_job_set_fresh (computation.job, cli_arguments_get_switch (arguments, "fresh"));
  done = cli_session_run (compute, &computation, &computation.context, computation.quiet, &failure)
         && present (arguments, &computation, &failure) && heed_verdict (&computation, &failure);
  if (!done)
    {
      tell_how_to_go_on (&computation, failure);
      g_propagate_error (error, g_steal_pointer (&failure));
    }
  g_object_unref (computation.job);
  kappa_workers_unref (computation.context.workers);
  return done;
}
