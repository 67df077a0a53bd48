/* The bundled sample, for a first look without any file of one's own. */

#include "app/cli-commands.h"

#include "app/cli-figure.h"
#include "app/cli-options.h"
#include "core/base/error.h"
#include "core/models/sample.h"

typedef struct
{
  const char *analysis;
  const char *const *parameters; /* names and texts in turn */
  const char *const *outputs;    /* file names */
} Picture;

static const char *const no_parameters[] = { NULL };
static const char *const curve_parameters[] = { "x", "-1:1:31", "seeds", "3", NULL };
static const char *const surface_parameters[] = { "x", "-1:1:17", "y", "-1:1:17", NULL };
static const char *const prediction_files[]
    = { "predictions.png", "predictions.csv", "predictions.json", NULL };
static const char *const curve_files[] = { "curve.png", "curve.pdf", "curve.json", NULL };
static const char *const surface_files[]
    = { "surface.png", "surface.pdf", "surface.svg", "surface.json", NULL };

/* Small enough that the surface stands within a minute on two cores. */
static const Picture pictures[] = {
  { "predict", no_parameters, prediction_files },
  { "landscape", surface_parameters, surface_files },
  { "landscape", curve_parameters, curve_files },
};

static gboolean
add_sample (KappaInputs *inputs, GError **error)
{
  g_autofree char *directory = kappa_sample_dir ();
  g_autofree char *model = NULL, *images = NULL;

  if (directory == NULL)
    {
      g_set_error_literal (
          error, KAPPA_ERROR, KAPPA_ERROR_DATA,
          "the bundled sample is not where it was installed; set KAPPA_SAMPLE_DIR to its folder");
      return FALSE;
    }
  model = g_build_filename (directory, KAPPA_SAMPLE_MODEL, NULL);
  images = g_strconcat ("cifar10:", directory, G_DIR_SEPARATOR_S, KAPPA_SAMPLE_IMAGES, NULL);
  kappa_inputs_add (inputs, "model", KAPPA_INPUT_MODEL, model);
  kappa_inputs_add (inputs, "data", KAPPA_INPUT_DATASET, images);
  return TRUE;
}

/* The options of an analysis' command that count for the files of one picture. */
static gboolean
collect_arguments (CliArguments *given,
                   const Picture *picture,
                   const char *directory,
                   CliArguments *own,
                   GError **error)
{
  static const char *const passed[] = { "threads", "memory", "workspace", "quiet", "fresh" };
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) arguments = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (passed); i++)
    if (cli_arguments_has (given, passed[i]))
      {
        g_autofree char *argument
            = g_strdup_printf ("--%s=%s", passed[i], cli_arguments_get (given, passed[i]));

        g_strv_builder_add (builder, argument);
      }
  for (guint i = 0; picture->outputs[i] != NULL; i++)
    {
      g_autofree char *path = g_build_filename (directory, picture->outputs[i], NULL);
      g_autofree char *argument = g_strconcat ("--output=", path, NULL);

      g_strv_builder_add (builder, argument);
    }
  arguments = g_strv_builder_end (builder);
  cli_command_run.declare (own);
  return cli_arguments_parse (own, arguments, error);
}

static gboolean
make_picture (CliArguments *given, const Picture *picture, const char *directory, GError **error)
{
  g_autoptr (KappaAnalysis) analysis = kappa_analysis_new_by_name (picture->analysis, error);
  g_autoptr (KappaInputs) inputs = kappa_inputs_new ();
  g_autoptr (CliArguments) own = cli_arguments_new ();

  if (analysis == NULL || !add_sample (inputs, error)
      || !collect_arguments (given, picture, directory, own, error))
    return FALSE;
  for (guint i = 0; picture->parameters[i] != NULL; i += 2)
    if (!kappa_analysis_set_text (analysis, picture->parameters[i], picture->parameters[i + 1],
                                  error))
      return FALSE;
  return cli_run_analysis (own, analysis, inputs, FALSE, error);
}

static gboolean
demo (CliArguments *arguments, GError **error)
{
  const char *directory = cli_arguments_get (arguments, "output");

  if (!cli_need_places (arguments, 0, NULL, error))
    return FALSE;
  if (directory == NULL)
    {
      g_set_error_literal (error, KAPPA_ERROR, KAPPA_ERROR_USAGE,
                           "--output DIR is missing: where the figures are to be written");
      return FALSE;
    }
  if (g_mkdir_with_parents (directory, 0777) != 0)
    {
      g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE, "--output: %s: %s", directory,
                   g_strerror (errno));
      return FALSE;
    }
  for (guint i = 0; i < G_N_ELEMENTS (pictures); i++)
    if (!make_picture (arguments, &pictures[i], directory, error))
      return FALSE;
  g_print ("The figures are in %s\n", directory);
  return TRUE;
}

static void
declare (CliArguments *arguments)
{
  cli_arguments_declare (arguments, "Output", "output", "DIR", NULL,
                         "where to write the figures; made if it is not there");
  cli_arguments_declare (arguments, "Running", "threads", "N", "one for each processor",
                         "threads that compute");
  cli_arguments_declare (arguments, "Running", "memory", "SIZE", "most of what is free",
                         "refuse to use more, e.g. 2GiB");
  cli_arguments_declare (arguments, "Running", "fresh", NULL, NULL,
                         "compute anew, even if the workspace knows the answer");
  cli_arguments_declare (arguments, "Running", "quiet", NULL, NULL,
                         "no progress and no notes on standard error");
  cli_declare_workspace (arguments);
}

const CliCommand cli_command_demo = {
  "demo",  "--output DIR", "Opens the bundled network and images, and writes their figures.",
  declare, demo,
};
