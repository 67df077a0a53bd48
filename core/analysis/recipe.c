#include "core/analysis/recipe.h"

#include "core/analysis/engine.h"
#include "core/analysis/json-writer.h"
#include "core/models/preset.h"

static void
write_property (KappaAnalysis *analysis, const KappaProperty *property, KappaJsonWriter *writer)
{
  g_autofree char *text = kappa_analysis_dup_text (analysis, property->name);

  switch (property->type)
    {
    case KAPPA_PROPERTY_BOOLEAN:
      kappa_json_writer_add_boolean (writer, property->name,
                                     kappa_analysis_get_boolean (analysis, property->name));
      break;
    case KAPPA_PROPERTY_INTEGER:
      kappa_json_writer_add_integer (writer, property->name,
                                     kappa_analysis_get_integer (analysis, property->name));
      break;
    case KAPPA_PROPERTY_DOUBLE:
      kappa_json_writer_add_number (writer, property->name,
                                    kappa_analysis_get_double (analysis, property->name));
      break;
    default:
      kappa_json_writer_add_string (writer, property->name, text);
    }
}

/* @in_full: also what has its default and had none when recipes were first written */
static void
write_properties (KappaAnalysis *analysis,
                  gboolean common,
                  gboolean in_full,
                  KappaJsonWriter *writer)
{
  guint n;
  const KappaProperty **properties = kappa_analysis_list_properties (analysis, &n);

  for (guint i = 0; i < n; i++)
    if (!(properties[i]->flags & KAPPA_PROPERTY_OUTPUT)
        && common == ((properties[i]->flags & KAPPA_PROPERTY_COMMON) != 0)
        && (in_full || !(properties[i]->flags & KAPPA_PROPERTY_ADDED)
            || !kappa_analysis_is_default (analysis, properties[i]->name)))
      write_property (analysis, properties[i], writer);
}

/* What an open input turned out to be, beyond what was told about it: enough to get the same again.
 */
static void
write_resolved (KappaInputs *inputs,
                const KappaInputSpec *spec,
                guint index,
                KappaJsonWriter *writer)
{
  if (spec->kind == KAPPA_INPUT_MODEL)
    {
      const KappaPreset *preset
          = kappa_model_get_preset (kappa_inputs_get_model (inputs, spec->name, index));
      g_autofree char *settings = kappa_preset_to_text (preset);

      kappa_json_writer_add_string (writer, "settings", settings);
    }
  else if (spec->kind == KAPPA_INPUT_DATASET)
    kappa_json_writer_add_string (
        writer, "selection",
        kappa_selection_get_text (kappa_inputs_get_selection (inputs, spec->name, index)));
}

static void
write_given (KappaInputs *inputs, const KappaInputSpec *spec, guint index, KappaJsonWriter *writer)
{
  g_autofree char *location = kappa_inputs_dup_location (inputs, spec->name, index);
  guint n;
  const KappaInputOption *options = kappa_input_list_options (spec->kind, &n);

  kappa_json_writer_add_string (writer, "source", location);
  for (guint i = 0; i < n; i++)
    {
      const char *value = kappa_inputs_get_option (inputs, spec->name, index, options[i].name);

      if (value != NULL)
        kappa_json_writer_add_string (writer, options[i].name, value);
    }
}

static void
write_inputs (KappaAnalysis *analysis,
              KappaInputs *inputs,
              gboolean places,
              KappaJsonWriter *writer)
{
  KappaAnalysisClass *klass = KAPPA_ANALYSIS_GET_CLASS (analysis);

  kappa_json_writer_begin_object (writer, "inputs");
  for (guint s = 0; s < klass->n_inputs; s++)
    {
      const KappaInputSpec *spec = &klass->inputs[s];
      guint n = kappa_inputs_get_n (inputs, spec->name);

      if (n == 0)
        continue;
      kappa_json_writer_begin_array (writer, spec->name);
      for (guint i = 0; i < n; i++)
        {
          const char *hash = kappa_inputs_get_hash (inputs, spec->name, i);

          kappa_json_writer_begin_object (writer, NULL);
          if (places)
            write_given (inputs, spec, i, writer);
          if (hash != NULL)
            {
              kappa_json_writer_add_string (writer, "sha256", hash);
              write_resolved (inputs, spec, i, writer);
            }
          kappa_json_writer_end_object (writer);
        }
      kappa_json_writer_end_array (writer);
    }
  kappa_json_writer_end_object (writer);
}

/* @places: whether to tell where files are and who wrote it, or only what decides the numbers */
static char *
write_recipe (KappaAnalysis *analysis, KappaInputs *inputs, gboolean places)
{
  g_autoptr (KappaJsonWriter) writer = kappa_json_writer_new ();

  kappa_json_writer_begin_object (writer, NULL);
  if (places)
    kappa_json_writer_add_string (writer, "kappa", KAPPA_VERSION);
  kappa_json_writer_add_integer (writer, "engine", KAPPA_ENGINE_VERSION);
  kappa_json_writer_add_string (writer, "isa", kappa_engine_get_isa ());
  kappa_json_writer_add_string (writer, "analysis", KAPPA_ANALYSIS_GET_CLASS (analysis)->name);
  write_properties (analysis, TRUE, places, writer);
  kappa_json_writer_begin_object (writer, "parameters");
  write_properties (analysis, FALSE, places, writer);
  kappa_json_writer_end_object (writer);
  write_inputs (analysis, inputs, places, writer);
  kappa_json_writer_end_object (writer);
  return kappa_json_writer_finish (writer);
}

/**
 * kappa_recipe_to_json:
 * @inputs: open, so that hashes and resolved presets are told; else only what was given
 *
 * Returns: (transfer full): the recipe; every parameter is in it, also those that were not set
 */
char *
kappa_recipe_to_json (KappaAnalysis *analysis, KappaInputs *inputs)
{
  return write_recipe (analysis, inputs, TRUE);
}

/**
 * kappa_recipe_key:
 * @inputs: open
 *
 * Returns: (transfer full): SHA-256 of all that decides the numbers: parameters, content of the
 * inputs, engine and instruction set; neither paths nor threads are part of it
 */
char *
kappa_recipe_key (KappaAnalysis *analysis, KappaInputs *inputs)
{
  g_autofree char *canonical = write_recipe (analysis, inputs, FALSE);

  return g_compute_checksum_for_string (G_CHECKSUM_SHA256, canonical, -1);
}

static void
append_input (GString *command, KappaInputs *inputs, const KappaInputSpec *spec, guint index)
{
  g_autofree char *location = kappa_inputs_dup_location (inputs, spec->name, index);
  g_autofree char *quoted = g_shell_quote (location);

  if (spec->positional)
    g_string_append_printf (command, " %s", quoted);
  else
    g_string_append_printf (command, " --%s=%s", spec->name, quoted);
}

static gboolean
is_told_of_all (KappaInputs *inputs, const KappaInputSpec *spec, const char *option)
{
  const char *first = kappa_inputs_get_option (inputs, spec->name, 0, option);

  for (guint i = 1; i < kappa_inputs_get_n (inputs, spec->name); i++)
    if (g_strcmp0 (kappa_inputs_get_option (inputs, spec->name, i, option), first) != 0)
      return FALSE;
  return TRUE;
}

/* What was told about the inputs called @spec: an option that is given once counts for all of them,
 * else there is one for each, empty where nothing was told. */
static void
append_options (GString *command, KappaInputs *inputs, const KappaInputSpec *spec)
{
  guint n;
  const KappaInputOption *options = kappa_input_list_options (spec->kind, &n);

  for (guint o = 0; o < n; o++)
    {
      g_autofree char *spelling = kappa_input_option_spelling (spec, &options[o]);
      gboolean once = is_told_of_all (inputs, spec, options[o].name);

      for (guint i = 0; i < (once ? 1 : kappa_inputs_get_n (inputs, spec->name)); i++)
        {
          const char *value = kappa_inputs_get_option (inputs, spec->name, i, options[o].name);
          g_autofree char *quoted = g_shell_quote (value != NULL ? value : "");

          if (value != NULL || !once)
            g_string_append_printf (command, " --%s=%s", spelling, quoted);
        }
    }
}

/**
 * kappa_recipe_to_command:
 *
 * Returns: (transfer full): a line for the shell that computes the same; what has its default is
 * left out
 */
char *
kappa_recipe_to_command (KappaAnalysis *analysis, KappaInputs *inputs)
{
  KappaAnalysisClass *klass = KAPPA_ANALYSIS_GET_CLASS (analysis);
  GString *command = g_string_new ("kappa-cli ");
  guint n;
  const KappaProperty **properties = kappa_analysis_list_properties (analysis, &n);

  g_string_append (command, klass->name);
  for (guint s = 0; s < klass->n_inputs; s++)
    {
      const KappaInputSpec *spec = &klass->inputs[s];

      for (guint i = 0; i < kappa_inputs_get_n (inputs, spec->name); i++)
        append_input (command, inputs, spec, i);
      if (kappa_inputs_get_n (inputs, spec->name) > 0)
        append_options (command, inputs, spec);
    }
  for (guint i = 0; i < n; i++)
    if (!kappa_analysis_is_default (analysis, properties[i]->name))
      {
        g_autofree char *text = kappa_analysis_dup_text (analysis, properties[i]->name);
        g_autofree char *quoted = g_shell_quote (text);

        g_string_append_printf (command, " --%s=%s", properties[i]->name, quoted);
      }
  return g_string_free (command, FALSE);
}
