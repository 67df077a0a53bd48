/* What the workspace holds. */

#include "app/cli-commands.h"

#include <stdio.h>

#include "app/cli-figure.h"
#include "app/cli-options.h"
#include "app/cli-print.h"
#include "core/analysis/result-json.h"
#include "core/analysis/surface-import.h"
#include "core/base/error.h"

static char *
format_time (gint64 microseconds)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (microseconds / G_USEC_PER_SEC);
  g_autoptr (GDateTime) local = g_date_time_to_local (utc);

  return g_date_time_format (local, "%Y-%m-%d %H:%M");
}

static char *
format_time_json (gint64 microseconds)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (microseconds / G_USEC_PER_SEC);

  return g_date_time_format_iso8601 (utc);
}

static void
write_run (const KappaRunInfo *info, KappaJsonWriter *writer)
{
  g_autofree char *created = format_time_json (info->created);
  g_autofree char *finished = info->finished != 0 ? format_time_json (info->finished) : NULL;

  kappa_json_writer_begin_object (writer, NULL);
  kappa_json_writer_add_integer (writer, "id", info->id);
  kappa_json_writer_add_string (writer, "analysis", info->analysis);
  kappa_json_writer_add_string (writer, "title", info->title);
  kappa_json_writer_add_string (writer, "state", kappa_run_state_name (info->state));
  kappa_json_writer_add_string (writer, "error", info->error);
  kappa_json_writer_add_string (writer, "created", created);
  kappa_json_writer_add_string (writer, "finished", finished);
  kappa_json_writer_add_string (writer, "engine", info->engine);
  kappa_json_writer_add_string (writer, "isa", info->isa);
  kappa_json_writer_add_integer (writer, "threads", info->threads);
  kappa_json_writer_add_raw (writer, "recipe", info->recipe);
  kappa_json_writer_end_object (writer);
}

static void
print_json (const GPtrArray *runs)
{
  g_autoptr (KappaJsonWriter) writer = kappa_json_writer_new ();
  g_autofree char *text = NULL;

  kappa_json_writer_begin_object (writer, NULL);
  kappa_json_writer_begin_array (writer, "runs");
  for (guint i = 0; i < runs->len; i++)
    write_run (g_ptr_array_index (runs, i), writer);
  kappa_json_writer_end_array (writer);
  kappa_json_writer_end_object (writer);
  text = kappa_json_writer_finish (writer);
  g_print ("%s", text);
}

static void
print_list (const GPtrArray *runs)
{
  static const KappaColumn columns[] = { { "run", NULL, KAPPA_COLUMN_INTEGER },
                                         { "state", NULL, KAPPA_COLUMN_TEXT },
                                         { "begun", NULL, KAPPA_COLUMN_TEXT },
                                         { "title", NULL, KAPPA_COLUMN_TEXT } };
  g_autoptr (KappaTable) table = kappa_table_new ("runs", "", G_N_ELEMENTS (columns), columns);

  for (guint i = 0; i < runs->len; i++)
    {
      const KappaRunInfo *info = g_ptr_array_index (runs, i);
      g_autofree char *created = format_time (info->created);

      kappa_table_add_row (table, info->id, kappa_run_state_name (info->state), created,
                           info->title);
    }
  cli_print_table (table);
}

static gboolean
parse_id (const char *text, gint64 *id, GError **error)
{
  guint64 number;

  if (g_ascii_string_to_unsigned (text, 10, 1, G_MAXINT64, &number, NULL))
    {
      *id = (gint64) number;
      return TRUE;
    }
  g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE,
               "%s is not the number of a run; “kappa-cli runs” lists them", text);
  return FALSE;
}

static gboolean
delete_runs (CliArguments *arguments, KappaWorkspace *workspace, GError **error)
{
  guint n;
  const char *const *ids = cli_arguments_get_all (arguments, "delete", &n);

  for (guint i = 0; i < n; i++)
    {
      gint64 id;

      if (!parse_id (ids[i], &id, error)
          || !kappa_workspace_set_run_deleted (workspace, id, TRUE, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
list_runs (CliArguments *arguments, GError **error)
{
  g_autoptr (KappaWorkspace) workspace = NULL;
  g_autoptr (GPtrArray) runs = NULL;

  if (!cli_need_places (arguments, 0, NULL, error))
    return FALSE;
  workspace = cli_open_workspace (arguments, TRUE, error);
  if (workspace == NULL || !delete_runs (arguments, workspace, error))
    return FALSE;
  runs = kappa_workspace_list_runs (workspace, error);
  if (runs == NULL)
    return FALSE;
  if (cli_arguments_get_switch (arguments, "json"))
    print_json (runs);
  else if (runs->len > 0)
    print_list (runs);
  else
    g_print ("There are no runs in %s yet\n", kappa_workspace_get_path (workspace));
  return TRUE;
}

static void
declare_runs (CliArguments *arguments)
{
  cli_arguments_declare (arguments, "Runs", "delete", "RUN", NULL,
                         "delete a run first; may be given more than once");
  cli_arguments_declare (arguments, "Output", "json", NULL, NULL, "print one JSON object");
  cli_declare_workspace (arguments);
}

const CliCommand cli_command_runs = {
  "runs", "", "Lists the runs in the workspace, the newest first.", declare_runs, list_runs,
};

/* What is exported: a run of the workspace, or a surface that another program computed. */
typedef struct
{
  KappaResult *result;
  char *analysis;
  char *title;
  char *recipe; /* NULL for a surface */
} Exported;

static void
exported_clear (Exported *exported)
{
  g_clear_object (&exported->result);
  g_free (exported->analysis);
  g_free (exported->title);
  g_free (exported->recipe);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Exported, exported_clear)

static gboolean
load_run (CliArguments *arguments, const char *number, Exported *exported, GError **error)
{
  g_autoptr (KappaWorkspace) workspace = NULL;
  g_autoptr (KappaRunInfo) info = NULL;
  gint64 id;

  if (!parse_id (number, &id, error))
    return FALSE;
  workspace = cli_open_workspace (arguments, TRUE, error);
  info = workspace != NULL ? kappa_workspace_dup_run (workspace, id, error) : NULL;
  exported->result = info != NULL ? kappa_workspace_load_result (workspace, id, error) : NULL;
  if (exported->result == NULL)
    return FALSE;
  if (info->state != KAPPA_RUN_DONE)
    g_printerr ("kappa-cli: run %" G_GINT64_FORMAT " is %s: what it found so far is exported\n", id,
                kappa_run_state_name (info->state));
  exported->analysis = g_strdup (info->analysis);
  exported->title = g_strdup (info->title);
  exported->recipe = g_strdup (info->recipe);
  return TRUE;
}

static gboolean
load_surface (const char *path, Exported *exported, GError **error)
{
  exported->result = kappa_landscape_import (path, NULL, error);
  exported->analysis = g_strdup ("landscape");
  exported->title = g_path_get_basename (path);
  return exported->result != NULL;
}

static gboolean
load (CliArguments *arguments, Exported *exported, GError **error)
{
  guint n;
  const char *what = cli_arguments_get_places (arguments, &n)[0];

  if (g_str_has_suffix (what, ".h5") || g_str_has_suffix (what, ".hdf5"))
    return load_surface (what, exported, error);
  return load_run (arguments, what, exported, error);
}

static gboolean
write_exported (CliArguments *arguments, GError **error)
{
  g_auto (Exported) exported = { 0 };

  if (!cli_need_places (arguments, 1,
                        "RUN: its number, as “kappa-cli runs” lists it, or a surface file", error)
      || !cli_check_outputs (arguments, error) || !cli_check_figure_options (arguments, NULL, error)
      || !load (arguments, &exported, error))
    return FALSE;
  if (cli_arguments_get_switch (arguments, "json"))
    {
      g_autofree char *text = kappa_result_to_json (exported.result, exported.recipe);

      g_print ("%s", text);
    }
  else if (!cli_arguments_has (arguments, "output"))
    {
      g_print ("%s\n", exported.title);
      cli_print_result (exported.result);
    }
  return cli_write_outputs (arguments, exported.result, exported.analysis, exported.title,
                            exported.recipe, error);
}

static void
declare_export (CliArguments *arguments)
{
  cli_declare_output (arguments);
  cli_declare_figure_options (arguments, NULL);
  cli_declare_workspace (arguments);
}

const CliCommand cli_command_export = {
  "export",
  "RUN|SURFACE.h5",
  "Writes the figure and data of a run, or of a surface file of the reference tool, without "
  "computing anything.",
  declare_export,
  write_exported,
};
