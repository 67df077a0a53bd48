/* The parser of arguments, and options made from classes. */

#include <string.h>

#include "app/cli-arguments.h"
#include "app/cli-options.h"
#include "core/base/error.h"

static CliArguments *
new_arguments (void)
{
  CliArguments *arguments = cli_arguments_new ();

  cli_arguments_declare (arguments, "Test", "x", "FIRST:LAST:COUNT", NULL, "a range");
  cli_arguments_declare (arguments, "Test", "output", "FILE", NULL, "a file");
  cli_arguments_declare (arguments, "Test", "json", NULL, NULL, "a switch");
  cli_arguments_declare (arguments, "Test", "norm", "NAME", NULL, "a name");
  return arguments;
}

static gboolean
parse (CliArguments *arguments, const char *line, GError **error)
{
  g_auto (GStrv) words = g_strsplit (line, " ", -1);

  return cli_arguments_parse (arguments, words, error);
}

static void
test_places_and_options (void)
{
  static const char *const lines[] = {
    "m.th --x=-1:1:51 --json --output a.png --output=b.csv n.th",
    "--output a.png --output b.csv --x -1:1:51 --json m.th n.th",
    "m.th n.th --json=true --x -1:1:51 --output=a.png --output=b.csv",
    "--json --x=-1:1:51 --output=a.png --output=b.csv -- m.th n.th",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_autoptr (CliArguments) arguments = new_arguments ();
      g_autoptr (GError) error = NULL;
      const char *const *texts;
      guint n;

      parse (arguments, lines[i], &error);
      g_assert_no_error (error);
      texts = cli_arguments_get_places (arguments, &n);
      g_assert_cmpuint (n, ==, 2);
      g_assert_cmpstr (texts[0], ==, "m.th");
      g_assert_cmpstr (texts[1], ==, "n.th");
      texts = cli_arguments_get_all (arguments, "output", &n);
      g_assert_cmpuint (n, ==, 2);
      g_assert_cmpstr (texts[1], ==, "b.csv");
      g_assert_cmpstr (cli_arguments_get (arguments, "x"), ==, "-1:1:51");
      g_assert_true (cli_arguments_get_switch (arguments, "json"));
      g_assert_false (cli_arguments_has (arguments, "norm"));
    }
}

static void
test_after_the_dashes (void)
{
  g_autoptr (CliArguments) arguments = new_arguments ();
  guint n;

  g_assert_true (parse (arguments, "-- --json -x -", NULL));
  g_assert_cmpstr (cli_arguments_get_places (arguments, &n)[0], ==, "--json");
  g_assert_cmpuint (n, ==, 3);
  g_assert_false (cli_arguments_has (arguments, "json"));
}

typedef struct
{
  const char *line;
  const char *mentions;
} Refusal;

static void
test_refusals (void)
{
  static const Refusal refusals[] = {
    { "--nrom filter", "--norm" },
    { "--nrom filter", "--nrom" },
    { "--zzzzzzzz", "--help" },
    { "--x", "--x" },
    { "--x --json", "needs a value" },
    { "--json=5", "switch" },
    { "-x 1", "-x" },
    { "--outpu=x", "--output" },
    { "--JSON", "--json" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      g_autoptr (CliArguments) arguments = new_arguments ();
      g_autoptr (GError) error = NULL;

      g_assert_false (parse (arguments, refusals[i].line, &error));
      g_assert_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE);
      g_assert_nonnull (strstr (error->message, refusals[i].mentions));
    }
}

/* Every analysis of the registry can be told everything on the command line, and has a place for
 * each input. */
static void
test_every_analysis (void)
{
  guint n_types, n;
  const GType *types = kappa_analysis_list_types (&n_types);

  for (guint t = 0; t < n_types; t++)
    {
      g_autoptr (KappaAnalysis) analysis = g_object_new (types[t], NULL);
      g_autoptr (CliArguments) arguments = cli_arguments_new ();
      KappaAnalysisClass *klass = KAPPA_ANALYSIS_GET_CLASS (analysis);
      const KappaProperty **properties = kappa_analysis_list_properties (analysis, &n);

      cli_declare_analysis (arguments, analysis);
      for (guint i = 0; i < n; i++)
        g_assert_true (cli_arguments_knows (arguments, properties[i]->name));
      for (guint i = 0; i < klass->n_inputs; i++)
        g_assert_true (klass->inputs[i].positional
                       || cli_arguments_knows (arguments, klass->inputs[i].name));
    }
}

static void
test_apply (void)
{
  g_autoptr (KappaAnalysis) analysis = kappa_analysis_new_by_name ("landscape", NULL);
  g_autoptr (KappaInputs) inputs = kappa_inputs_new ();
  g_autoptr (CliArguments) arguments = cli_arguments_new ();
  g_autoptr (GError) error = NULL;

  cli_declare_analysis (arguments, analysis);
  g_assert_true (
      parse (arguments,
             "a.th b.th --data cifar10:d --x=0:1:3 --images 0:9 --set size=32 --batchnorm frozen", NULL));
  cli_apply_analysis (arguments, analysis, inputs, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (kappa_inputs_get_n (inputs, "model"), ==, 2);
  g_assert_cmpstr (kappa_inputs_get_option (inputs, "model", 1, "set"), ==, "size=32");
  g_assert_cmpstr (kappa_inputs_get_option (inputs, "data", 0, "images"), ==, "0:9");
  g_assert_cmpuint (kappa_analysis_get_range (analysis, "x").n, ==, 3);
}

/* A word that is near is offered; one that is not is not. */
static void
test_nearest (void)
{
  static const char *const known[] = { "norm", "images", "precision", "seed", "seeds" };
  g_autofree char *swapped = cli_nearest ("nrom", known, 5);
  g_autofree char *begun = cli_nearest ("prec", known, 5);
  g_autofree char *exact = cli_nearest ("seed", known, 5);
  g_autofree char *none = cli_nearest ("zzzz", known, 5);

  g_assert_cmpstr (swapped, ==, "norm");
  g_assert_cmpstr (begun, ==, "precision");
  g_assert_cmpstr (exact, ==, "seed");
  g_assert_null (none);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/arguments/places-and-options", test_places_and_options);
  g_test_add_func ("/arguments/after-the-dashes", test_after_the_dashes);
  g_test_add_func ("/arguments/refusals", test_refusals);
  g_test_add_func ("/arguments/every-analysis", test_every_analysis);
  g_test_add_func ("/arguments/apply", test_apply);
  g_test_add_func ("/arguments/nearest", test_nearest);
  return g_test_run ();
}
