#include "app/cli-session.h"

#include <glib-unix.h>
#include <signal.h>

#include "app/cli-progress.h"

typedef struct
{
  CliSessionFunc func;
  gpointer data;
  GError **error;
  gboolean done;
  GMainLoop *loop;
} Session;

static void
work (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Session *session = data;

  session->done = session->func (session->data, session->error);
  g_task_return_boolean (task, session->done);
}

static void
finished (GObject *source, GAsyncResult *result, gpointer data)
{
  g_main_loop_quit (((Session *) data)->loop);
}

/* The source goes, and with it our handler: a second signal ends the process at once. */
static gboolean
interrupt (gpointer data)
{
  g_cancellable_cancel (data);
  return G_SOURCE_REMOVE;
}

static guint
listen_to (int signal, KappaContext *context)
{
  return g_unix_signal_add (signal, interrupt, context->cancellable);
}

/* A source that has fired is gone already. */
static void
stop_listening (guint source)
{
  GSource *left = g_main_context_find_source_by_id (NULL, source);

  if (left != NULL)
    g_source_destroy (left);
}

/**
 * cli_session_run:
 * @func: what to do, in a thread of its own
 * @context: gets progress and cancellable for the time being
 * @quiet: whether to show no progress
 *
 * Runs the main loop until @func returns: shows progress, and cancels at an interrupt.
 *
 * Returns: what @func returned
 */
gboolean
cli_session_run (CliSessionFunc func,
                 gpointer data,
                 KappaContext *context,
                 gboolean quiet,
                 GError **error)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (KappaProgress) progress = kappa_progress_new ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Session session = { func, data, error, FALSE, loop };
  g_autoptr (GTask) task = g_task_new (NULL, NULL, finished, &session);
  CliProgress *line = quiet ? NULL : cli_progress_new (progress);
  guint interrupts, terminations;

  context->progress = progress;
  context->cancellable = cancellable;
  interrupts = listen_to (SIGINT, context);
  terminations = listen_to (SIGTERM, context);
  g_task_set_task_data (task, &session, NULL);
  g_task_run_in_thread (task, work);
  g_main_loop_run (loop);
  stop_listening (interrupts);
  stop_listening (terminations);
  g_clear_pointer (&line, cli_progress_free);
  context->progress = NULL;
  context->cancellable = NULL;
  return session.done;
}
