#include "app/cli-progress.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include "app/cli-help.h"

#define INTERVAL_MS 200
#define BAR_WIDTH   24

struct _CliProgress
{
  KappaProgress *progress;
  guint source;
  gboolean shown;
};

static int
terminal_width (void)
{
  struct winsize size;

  return ioctl (STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

static char *
compose (const KappaProgressState *state)
{
  double part = state->total > 0.0 ? CLAMP (state->done / state->total, 0.0, 1.0) : 0.0;
  g_autofree char *left = state->left >= 0.0 ? cli_format_duration (state->left) : NULL;
  GString *line = g_string_new (NULL);

  for (int i = 0; i < BAR_WIDTH; i++)
    g_string_append (line, (i + 0.5) / BAR_WIDTH < part ? "█" : "·");
  g_string_append_printf (line, " %3.0f %%  %s", 100.0 * part, state->message);
  if (left != NULL)
    g_string_append_printf (line, "  %s left", left);
  return g_string_free (line, FALSE);
}

static gboolean
show (gpointer data)
{
  CliProgress *self = data;
  KappaProgressState state = kappa_progress_get_state (self->progress);
  g_autofree char *line = NULL;
  g_autofree char *cut = NULL;

  if (state.total <= 0.0)
    return G_SOURCE_CONTINUE;
  line = compose (&state);
  /* A line that wraps could not be rewritten. */
  cut = g_utf8_substring (line, 0, MIN (g_utf8_strlen (line, -1), terminal_width () - 1));
  g_printerr ("\r\033[K%s", cut);
  self->shown = TRUE;
  return G_SOURCE_CONTINUE;
}

CliProgress *
cli_progress_new (KappaProgress *progress)
{
  CliProgress *self = g_new0 (CliProgress, 1);

  self->progress = g_object_ref (progress);
  if (isatty (STDERR_FILENO))
    self->source = g_timeout_add (INTERVAL_MS, show, self);
  return self;
}

/**
 * cli_progress_free:
 *
 * Takes the line away.
 */
void
cli_progress_free (CliProgress *self)
{
  g_clear_handle_id (&self->source, g_source_remove);
  if (self->shown)
    g_printerr ("\r\033[K");
  g_object_unref (self->progress);
  g_free (self);
}
