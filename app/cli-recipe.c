/* A recipe from a file. */

#include "app/cli-commands.h"

#include "app/cli-figure.h"
#include "app/cli-options.h"
#include "core/analysis/recipe.h"
#include "core/base/error.h"

#define MAX_RECIPE_SIZE (64 << 20)

static char *
load (const char *path, GError **error)
{
  g_autofree char *text = NULL;
  gsize size;

  if (!g_file_get_contents (path, &text, &size, error))
    return NULL;
  if (size <= MAX_RECIPE_SIZE && g_utf8_validate (text, (gssize) size, NULL))
    return g_steal_pointer (&text);
  g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_FORMAT,
               "%s: is not a recipe: expected JSON text of at most 64 MiB", path);
  return NULL;
}

static gboolean
run (CliArguments *arguments, GError **error)
{
  g_autoptr (KappaAnalysis) analysis = NULL;
  g_autoptr (KappaInputs) inputs = NULL;
  g_autofree char *text = NULL;
  const char *path;
  guint n;

  if (!cli_need_places (arguments, 1,
                        "RECIPE: a JSON file, as --output FILE.json and --json write it", error))
    return FALSE;
  path = cli_arguments_get_places (arguments, &n)[0];
  text = load (path, error);
  if (text == NULL)
    return FALSE;
  if (!kappa_recipe_from_json (text, &analysis, &inputs, error))
    {
      g_prefix_error (error, "%s: ", path);
      return FALSE;
    }
  return cli_run_analysis (arguments, analysis, inputs, TRUE, error);
}

static void
declare (CliArguments *arguments)
{
  cli_declare_running (arguments);
  cli_declare_output (arguments);
  cli_declare_figure_options (arguments, NULL);
  cli_declare_workspace (arguments);
}

const CliCommand cli_command_run = {
  "run",   "RECIPE", "Computes what a recipe says, or takes the answer from the workspace.",
  declare, run,
};
