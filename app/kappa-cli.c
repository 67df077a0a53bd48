#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "app/cli-commands.h"
#include "app/cli-figure.h"
#include "app/cli-help.h"
#include "app/cli-options.h"
#include "core/base/error.h"

#define EXIT_DONE      0
#define EXIT_FAILED    1
#define EXIT_USAGE     2
#define EXIT_CANCELLED 130

#define SUMMARY_COLUMN 28

static const CliCommand *const commands[] = {
  &cli_command_inspect, &cli_command_classify, &cli_command_convert, &cli_command_run,
  &cli_command_runs,    &cli_command_export,   &cli_command_demo,
};

/**
 * cli_need_places:
 * @n: how many arguments the command takes that are no options
 * @what: (nullable): what they are
 *
 * Returns: %FALSE with %KAPPA_ERROR_USAGE if there are more or fewer
 */
gboolean
cli_need_places (CliArguments *arguments, guint n, const char *what, GError **error)
{
  guint given;
  const char *const *places = cli_arguments_get_places (arguments, &given);

  if (given < n)
    g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE, "an argument is missing: %s", what);
  else if (given > n)
    g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE, "%s: there is no place for this argument",
                 places[n]);
  return given == n;
}

static void
print_command (const char *name, const char *usage, const char *summary)
{
  g_autofree char *left = g_strdup_printf ("  %s %s", name, usage);
  const glong length = g_utf8_strlen (left, -1);

  g_print ("%s", left);
  if (length + 2 > SUMMARY_COLUMN)
    g_print ("\n%*s", SUMMARY_COLUMN, "");
  else
    g_print ("%*s", (int)(SUMMARY_COLUMN - length), "");
  cli_print_wrapped (summary, SUMMARY_COLUMN);
}

static char *
analysis_usage (KappaAnalysisClass *klass)
{
  GString *usage = g_string_new (NULL);

  for (guint i = 0; i < klass->n_inputs; i++)
    {
      const KappaInputSpec *spec = &klass->inputs[i];
      g_autofree char *upper = g_ascii_strup (spec->name, -1);

      if (spec->min == 0)
        continue;
      if (usage->len > 0)
        g_string_append_c (usage, ' ');
      if (spec->positional)
        g_string_append_printf (usage, "%s%s", upper, spec->max == 1 ? "" : "…");
      else
        g_string_append_printf (usage, "--%s D", spec->name);
    }
  return g_string_free (usage, FALSE);
}

static void
print_overview (void)
{
  guint n;
  const GType *types = kappa_analysis_list_types (&n);

  g_print ("Usage: kappa-cli COMMAND [ARGUMENT…] [--OPTION=VALUE…]\n\nAnalyses\n");
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (KappaAnalysisClass) klass = g_type_class_ref (types[i]);
      g_autofree char *usage = analysis_usage (klass);

      print_command (klass->name, usage, klass->summary);
    }
  g_print ("\nOther commands\n");
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    print_command (commands[i]->name, commands[i]->usage, commands[i]->summary);
  g_print ("\n“kappa-cli COMMAND --help” lists the options of a command.\n"
           "Exit status: 0 done, 1 failed, 2 wrong usage, 130 cancelled.\n");
}

static void
print_positional (KappaAnalysisClass *klass)
{
  g_print ("\nArguments\n");
  for (guint i = 0; i < klass->n_inputs; i++)
    if (klass->inputs[i].positional)
      {
        g_autofree char *upper = g_ascii_strup (klass->inputs[i].name, -1);

        g_print ("  %-26s", upper);
        cli_print_wrapped (klass->inputs[i].blurb, 28);
      }
}

static void
print_reading (const KappaReading *reading)
{
  const char *const texts[]
      = { reading->axes, reading->typical, reading->misleads, reading->source };

  g_print ("\nHow to read it\n");
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_print ("  ");
      cli_print_wrapped (texts[i], 2);
    }
}

static void
print_analysis_help (KappaAnalysis *analysis, CliArguments *arguments)
{
  KappaAnalysisClass *klass = KAPPA_ANALYSIS_GET_CLASS (analysis);
  g_autofree char *usage = analysis_usage (klass);

  g_print ("Usage: kappa-cli %s %s [--OPTION=VALUE…]\n\n", klass->name, usage);
  cli_print_wrapped (klass->summary, 0);
  print_positional (klass);
  cli_print_options (arguments);
  print_reading (&klass->reading);
}

static gboolean
run_analysis_command (KappaAnalysis *analysis, char **rest, GError **error)
{
  g_autoptr (CliArguments) arguments = cli_arguments_new ();
  g_autoptr (KappaInputs) inputs = kappa_inputs_new ();

  cli_declare_analysis (arguments, analysis);
  cli_declare_running (arguments);
  cli_declare_output (arguments);
  cli_declare_figure_options (arguments, KAPPA_ANALYSIS_GET_CLASS (analysis)->name);
  cli_declare_workspace (arguments);
  cli_declare_help (arguments);
  if (!cli_arguments_parse (arguments, rest, error))
    return FALSE;
  if (cli_arguments_get_switch (arguments, "help"))
    {
      print_analysis_help (analysis, arguments);
      return TRUE;
    }
  return cli_apply_analysis (arguments, analysis, inputs, error)
         && cli_run_analysis (arguments, analysis, inputs, TRUE, error);
}

static gboolean
run_command (const CliCommand *command, char **rest, GError **error)
{
  g_autoptr (CliArguments) arguments = cli_arguments_new ();

  command->declare (arguments);
  cli_declare_help (arguments);
  if (!cli_arguments_parse (arguments, rest, error))
    return FALSE;
  if (cli_arguments_get_switch (arguments, "help"))
    {
      g_print ("Usage: kappa-cli %s %s%s[--OPTION=VALUE…]\n\n", command->name, command->usage,
               *command->usage != '\0' ? " " : "");
      cli_print_wrapped (command->summary, 0);
      cli_print_options (arguments);
      return TRUE;
    }
  return command->run (arguments, error);
}

static gboolean
refuse_unknown (const char *name, GError **error)
{
  g_autoptr (GPtrArray) known = g_ptr_array_new ();
  g_autofree char *nearest = NULL;
  guint n;
  const GType *types = kappa_analysis_list_types (&n);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (KappaAnalysisClass) klass = g_type_class_ref (types[i]);

      g_ptr_array_add (known, (gpointer)klass->name);
    }
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    g_ptr_array_add (known, (gpointer)commands[i]->name);
  nearest = cli_nearest (name, (const char *const *)known->pdata, known->len);
  if (nearest != NULL)
    g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE, "there is no command %s; did you mean %s?",
                 name, nearest);
  else
    g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE, "there is no command %s; --help lists them",
                 name);
  return FALSE;
}

static gboolean
dispatch (char **arguments, GError **error)
{
  const char *name = arguments[0];
  g_autoptr (KappaAnalysis) analysis = NULL;

  if (strcmp (name, "--version") == 0 || strcmp (name, "version") == 0)
    {
      g_print ("kappa-cli %s\n", KAPPA_VERSION);
      return TRUE;
    }
  if (strcmp (name, "--help") == 0 || strcmp (name, "-h") == 0 || strcmp (name, "help") == 0)
    {
      print_overview ();
      return TRUE;
    }
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    if (strcmp (commands[i]->name, name) == 0)
      return run_command (commands[i], arguments + 1, error);
  analysis = kappa_analysis_new_by_name (name, NULL);
  return analysis != NULL ? run_analysis_command (analysis, arguments + 1, error)
                          : refuse_unknown (name, error);
}

static int
exit_status (const GError *error)
{
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return EXIT_CANCELLED;
  return g_error_matches (error, KAPPA_ERROR, KAPPA_ERROR_USAGE) ? EXIT_USAGE : EXIT_FAILED;
}

/* What is printed is UTF-8 whatever the locale: JSON has to be, and names of files are as they are.
 */
static void
print_raw (const char *text)
{
  fputs (text, stdout);
}

static void
print_raw_error (const char *text)
{
  fputs (text, stderr);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;

  setlocale (LC_CTYPE, "");
  g_set_print_handler (print_raw);
  g_set_printerr_handler (print_raw_error);
  g_set_prgname ("kappa-cli");
  if (argc < 2)
    {
      print_overview ();
      return EXIT_USAGE;
    }
  if (!dispatch (argv + 1, &error))
    {
      if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        g_printerr ("kappa-cli: cancelled\n");
      else
        g_printerr ("kappa-cli: %s\n", error->message);
      return exit_status (error);
    }
  if (fflush (stdout) != 0 || ferror (stdout))
    {
      g_printerr ("kappa-cli: standard output: %s\n", g_strerror (errno));
      return EXIT_FAILED;
    }
  return EXIT_DONE;
}
