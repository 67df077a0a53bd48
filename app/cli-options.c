/* Options of commands from the classes of analyses, and what they say back to the classes. */

#include "app/cli-options.h"

#include <math.h>
#include <string.h>

#include "core/base/error.h"

static const char *
property_metavar (const KappaProperty *property)
{
  switch (property->type)
    {
    case KAPPA_PROPERTY_BOOLEAN:
      return NULL;
    case KAPPA_PROPERTY_INTEGER:
      return "N";
    case KAPPA_PROPERTY_DOUBLE:
      return "NUMBER";
    case KAPPA_PROPERTY_ENUM:
      return "NAME";
    case KAPPA_PROPERTY_RANGE:
      return "FIRST:LAST:COUNT";
    case KAPPA_PROPERTY_STRING:
    default:
      return property->flags & KAPPA_PROPERTY_OUTPUT ? "FILE" : "TEXT";
    }
}

static void
note_values (CliArguments *arguments, const KappaProperty *property)
{
  g_autoptr (GEnumClass) klass = g_type_class_ref (property->enum_type ());

  for (guint i = 0; i < klass->n_values; i++)
    {
      g_autofree char *note
          = g_strdup_printf ("%s: %s", klass->values[i].value_nick, property->value_blurbs[i]);

      cli_arguments_add_note (arguments, note);
    }
}

static void
declare_property (CliArguments *arguments, const KappaProperty *property, const char *group)
{
  g_autofree char *range = kappa_property_describe_range (property);
  gboolean number
      = property->type == KAPPA_PROPERTY_INTEGER || property->type == KAPPA_PROPERTY_DOUBLE;
  g_autofree char *blurb
      = number ? g_strdup_printf ("%s; %s%s%s", property->blurb, range,
                                  *property->unit != '\0' ? ", in " : "", property->unit)
               : g_strdup (property->blurb);

  cli_arguments_declare (arguments, group, property->name, property_metavar (property),
                         property->fallback, blurb);
  if (property->type == KAPPA_PROPERTY_ENUM && property->value_blurbs != NULL)
    note_values (arguments, property);
}

static void
declare_properties (CliArguments *arguments,
                    KappaAnalysis *analysis,
                    gboolean common,
                    const char *group)
{
  guint n;
  const KappaProperty **properties = kappa_analysis_list_properties (analysis, &n);

  for (guint i = 0; i < n; i++)
    if (common == ((properties[i]->flags & KAPPA_PROPERTY_COMMON) != 0))
      declare_property (arguments, properties[i], group);
}

static const char *
input_metavar (KappaInputKind kind)
{
  static const char *const metavars[] = { "MODEL", "DATA", "TABLE", "EMBEDDING", "FILE" };

  return metavars[kind];
}

static void
declare_input_option (CliArguments *arguments,
                      const KappaInputSpec *spec,
                      const KappaInputOption *option)
{
  g_autofree char *spelling = kappa_input_option_spelling (spec, option);
  g_autofree char *blurb
      = spec->max == 1 ? g_strdup (option->blurb)
                       : g_strdup_printf ("%s; once for all of them, or once for each in order",
                                          option->blurb);

  cli_arguments_declare (arguments, "Inputs", spelling, option->metavar, NULL, blurb);
}

static void
declare_input (CliArguments *arguments, const KappaInputSpec *spec)
{
  guint n;
  const KappaInputOption *options = kappa_input_list_options (spec->kind, &n);

  if (!spec->positional)
    cli_arguments_declare (arguments, "Inputs", spec->name, input_metavar (spec->kind), NULL,
                           spec->blurb);
  for (guint i = 0; i < n; i++)
    declare_input_option (arguments, spec, &options[i]);
}

/**
 * cli_declare_analysis:
 *
 * Declares an option for each input that is not positional, for what is told about inputs, and for
 * each property.
 */
void
cli_declare_analysis (CliArguments *arguments, KappaAnalysis *analysis)
{
  KappaAnalysisClass *klass = KAPPA_ANALYSIS_GET_CLASS (analysis);

  for (guint i = 0; i < klass->n_inputs; i++)
    declare_input (arguments, &klass->inputs[i]);
  declare_properties (arguments, analysis, FALSE, "Parameters");
  declare_properties (arguments, analysis, TRUE, "Precision, seed and loss");
}

/**
 * cli_declare_model:
 *
 * Declares what is told about a model, for commands that are no analyses.
 */
void
cli_declare_model (CliArguments *arguments)
{
  static const KappaInputSpec model = { "model", KAPPA_INPUT_MODEL, 1, 1, TRUE, "" };

  declare_input (arguments, &model);
}

void
cli_declare_running (CliArguments *arguments)
{
  const char *group = "Running";

  cli_arguments_declare (arguments, group, "threads", "N", "one for each processor",
                         "threads that compute; the result does "
                         "not depend on it");
  cli_arguments_declare (arguments, group, "memory", "SIZE", "most of what is free",
                         "refuse to use more, e.g. 2GiB");
  cli_arguments_declare (arguments, group, "estimate", NULL, NULL, "only predict time and memory");
  cli_arguments_declare (arguments, group, "fresh", NULL, NULL,
                         "compute anew, even if the workspace knows the answer");
  cli_arguments_declare (arguments, group, "quiet", NULL, NULL,
                         "no progress and no notes on standard error");
}

void
cli_declare_output (CliArguments *arguments)
{
  const char *group = "Output";

  cli_arguments_declare (
      arguments, group, "output", "FILE", NULL,
      "write a figure (png, svg, pdf) or data (csv, json, npz, h5); may be given more than once");
  cli_arguments_declare (arguments, group, "json", NULL, NULL,
                         "print one JSON object: recipe, scalars, tables, arrays");
}

void
cli_declare_workspace (CliArguments *arguments)
{
  cli_arguments_declare (arguments, "Workspace", "workspace", "FILE", "the user's own",
                         "where runs are kept");
}

void
cli_declare_help (CliArguments *arguments)
{
  cli_arguments_declare (arguments, "Help", "help", NULL, NULL, "show this text");
}

static guint
count_rest (KappaAnalysisClass *klass, guint after)
{
  guint needed = 0;

  for (guint i = after; i < klass->n_inputs; i++)
    if (klass->inputs[i].positional)
      needed += klass->inputs[i].min;
  return needed;
}

/* Positional arguments fill the positional inputs in order: each takes what those after it do not
 * need. */
static gboolean
apply_places (CliArguments *arguments,
              KappaAnalysisClass *klass,
              KappaInputs *inputs,
              GError **error)
{
  guint n, next = 0;
  const char *const *places = cli_arguments_get_places (arguments, &n);

  for (guint i = 0; i < klass->n_inputs; i++)
    {
      const KappaInputSpec *spec = &klass->inputs[i];
      guint rest = count_rest (klass, i + 1);

      for (guint taken = 0;
           spec->positional && next + rest < n && (spec->max == 0 || taken < spec->max); taken++)
        kappa_inputs_add (inputs, spec->name, spec->kind, places[next++]);
    }
  if (next == n)
    return TRUE;
  g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE, "%s: there is no place for this argument",
               places[next]);
  return FALSE;
}

/* An option that is given once counts for all inputs of its kind, else once for each, in order; an
 * empty value among several leaves one of them alone. */
static gboolean
apply_input_option (CliArguments *arguments,
                    const KappaInputSpec *spec,
                    const KappaInputOption *option,
                    KappaInputs *inputs,
                    GError **error)
{
  g_autofree char *spelling = kappa_input_option_spelling (spec, option);
  guint n_inputs = kappa_inputs_get_n (inputs, spec->name), n;
  const char *const *values = cli_arguments_get_all (arguments, spelling, &n);

  if (n > 1 && n_inputs == 1)
    {
      g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE,
                   "--%s: %u were given for one input, and the last would replace the others; give "
                   "it once%s",
                   spelling, n, strcmp (option->name, "set") == 0 ? ", as in --set A=1,B=2" : "");
      return FALSE;
    }
  if (n > 1 && n != n_inputs && n_inputs > 1)
    {
      g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE,
                   "--%s: %u were given for %u inputs; give it once for all of them, or once for "
                   "each, empty for those it is not meant for",
                   spelling, n, n_inputs);
      return FALSE;
    }
  for (guint i = 0; n > 0 && i < n_inputs; i++)
    {
      const char *value = values[n == n_inputs ? i : n - 1];

      if ((n == 1 || *value != '\0')
          && !kappa_inputs_set_option (inputs, spec->name, i, option->name, value, error))
        {
          /* The message begins with the option's name; the spelling may have a prefix. */
          g_prefix_error (error, "--%.*s", (int) (strlen (spelling) - strlen (option->name)),
                          spelling);
          return FALSE;
        }
    }
  return TRUE;
}

static gboolean
apply_input_options (CliArguments *arguments,
                     const KappaInputSpec *spec,
                     KappaInputs *inputs,
                     GError **error)
{
  guint n;
  const KappaInputOption *options = kappa_input_list_options (spec->kind, &n);

  for (guint o = 0; o < n; o++)
    if (!apply_input_option (arguments, spec, &options[o], inputs, error))
      return FALSE;
  return TRUE;
}

static gboolean
apply_inputs (CliArguments *arguments,
              KappaAnalysisClass *klass,
              KappaInputs *inputs,
              GError **error)
{
  if (!apply_places (arguments, klass, inputs, error))
    return FALSE;
  for (guint i = 0; i < klass->n_inputs; i++)
    {
      const KappaInputSpec *spec = &klass->inputs[i];
      guint n = 0;
      const char *const *sources
          = spec->positional ? NULL : cli_arguments_get_all (arguments, spec->name, &n);

      for (guint k = 0; k < n; k++)
        kappa_inputs_add (inputs, spec->name, spec->kind, sources[k]);
      if (!apply_input_options (arguments, spec, inputs, error))
        return FALSE;
    }
  return TRUE;
}

/**
 * cli_apply_analysis:
 *
 * Sets properties and inputs as the arguments say, and checks that they fit together.
 *
 * Returns: %FALSE with %KAPPA_ERROR_USAGE
 */
gboolean
cli_apply_analysis (CliArguments *arguments,
                    KappaAnalysis *analysis,
                    KappaInputs *inputs,
                    GError **error)
{
  guint n;
  const KappaProperty **properties = kappa_analysis_list_properties (analysis, &n);

  for (guint i = 0; i < n; i++)
    {
      const char *text = cli_arguments_get (arguments, properties[i]->name);

      if (text != NULL && !kappa_analysis_set_text (analysis, properties[i]->name, text, error))
        {
          g_prefix_error (error, "--");
          return FALSE;
        }
    }
  return apply_inputs (arguments, KAPPA_ANALYSIS_GET_CLASS (analysis), inputs, error)
         && kappa_analysis_check (analysis, inputs, error);
}

static gboolean
read_size (const char *text, guint64 *bytes, GError **error)
{
  static const char units[] = "kmgt";
  char *end;
  double number = g_ascii_strtod (text, &end);
  const char *unit = *end != '\0' ? strchr (units, g_ascii_tolower (*end)) : NULL;
  double factor = unit != NULL ? pow (1024.0, (double) (unit - units + 1)) : 1.0;
  const char *rest = unit != NULL ? end + 1 : end;

  if (end != text && number * factor >= 1.0 && number * factor < 0x1p62
      && (*rest == '\0' || g_ascii_strcasecmp (rest, "b") == 0
          || g_ascii_strcasecmp (rest, "ib") == 0))
    {
      *bytes = (guint64) (number * factor);
      return TRUE;
    }
  g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE,
               "--memory: %s was given, expected a size such as 500MiB or 2GiB", text);
  return FALSE;
}

/**
 * cli_read_context:
 * @context: (out): workers and memory; the caller frees the workers
 *
 * Returns: %FALSE with %KAPPA_ERROR_USAGE
 */
gboolean
cli_read_context (CliArguments *arguments, KappaContext *context, GError **error)
{
  const char *threads = cli_arguments_get (arguments, "threads"),
             *memory = cli_arguments_get (arguments, "memory");
  guint64 n = 0;

  if (threads != NULL && !g_ascii_string_to_unsigned (threads, 10, 1, 1024, &n, NULL))
    {
      g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE,
                   "--threads: %s was given, expected a whole number from 1 to 1024", threads);
      return FALSE;
    }
  if (memory != NULL && !read_size (memory, &context->memory_budget, error))
    return FALSE;
  context->workers = kappa_workers_new ((guint) n);
  return TRUE;
}

/**
 * cli_open_workspace:
 * @needed: whether the command makes no sense without one
 *
 * Returns: (transfer full) (nullable): the workspace. %NULL with @error set if it is needed or was
 * asked for and cannot be opened; %NULL without, if the user's own cannot be: then nothing is kept
 */
KappaWorkspace *
cli_open_workspace (CliArguments *arguments, gboolean needed, GError **error)
{
  const char *path = cli_arguments_get (arguments, "workspace");
  g_autoptr (GError) cause = NULL;
  KappaWorkspace *workspace;

  if (needed && path != NULL && !g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE,
                   "--workspace: %s: there is no such file, so no runs are in it", path);
      return NULL;
    }
  workspace = kappa_workspace_open (path, &cause);
  if (workspace != NULL)
    return workspace;
  if (needed || path != NULL)
    g_propagate_error (error, g_steal_pointer (&cause));
  else if (!cli_arguments_get_switch (arguments, "quiet"))
    g_printerr ("kappa-cli: nothing is kept: %s\n", cause->message);
  return NULL;
}
