#include "core/analysis/recipe.h"

#include <string.h>

#include "core/analysis/engine.h"
#include "core/analysis/json-writer.h"
#include "core/base/error.h"
#include "core/formats/json.h"
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

static void
write_properties (KappaAnalysis *analysis, gboolean common, KappaJsonWriter *writer)
{
  guint n;
  const KappaProperty **properties = kappa_analysis_list_properties (analysis, &n);

  for (guint i = 0; i < n; i++)
    if (!(properties[i]->flags & KAPPA_PROPERTY_OUTPUT)
        && common == ((properties[i]->flags & KAPPA_PROPERTY_COMMON) != 0))
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
  write_properties (analysis, TRUE, writer);
  kappa_json_writer_begin_object (writer, "parameters");
  write_properties (analysis, FALSE, writer);
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

/* A member's value as the text that a property or an input option takes. */
static char *
value_to_text (const KappaJson *json, guint32 value)
{
  guint64 integer;
  double number;

  switch (kappa_json_get_kind (json, value))
    {
    case KAPPA_JSON_STRING:
      return kappa_json_get_string (json, value);
    case KAPPA_JSON_TRUE:
      return g_strdup ("true");
    case KAPPA_JSON_FALSE:
      return g_strdup ("false");
    case KAPPA_JSON_NUMBER:
      if (kappa_json_get_unsigned (json, value, &integer))
        return g_strdup_printf ("%" G_GUINT64_FORMAT, integer);
      return kappa_json_get_double (json, value, &number) ? kappa_number_to_text (number) : NULL;
    default:
      return NULL;
    }
}

static gboolean
refuse (GError **error, const char *member, const char *expected)
{
  g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE,
               "the recipe's member “%s” is missing or not %s", member, expected);
  return FALSE;
}

static gboolean
read_property (const KappaJson *json,
               guint32 value,
               KappaAnalysis *analysis,
               const char *name,
               GError **error)
{
  g_autofree char *text = value_to_text (json, value);

  return text != NULL ? kappa_analysis_set_text (analysis, name, text, error)
                      : refuse (error, name, "a text, a number or a truth value");
}

static gboolean
read_parameters (const KappaJson *json, guint32 root, KappaAnalysis *analysis, GError **error)
{
  guint32 parameters = kappa_json_lookup (json, root, "parameters"), value;
  guint n;
  const KappaProperty **properties = kappa_analysis_list_properties (analysis, &n);

  for (guint i = 0; i < n; i++)
    {
      value = kappa_json_lookup (json, root, properties[i]->name);
      if ((properties[i]->flags & KAPPA_PROPERTY_COMMON) && value != KAPPA_JSON_MISSING
          && !read_property (json, value, analysis, properties[i]->name, error))
        return FALSE;
    }
  if (parameters == KAPPA_JSON_MISSING)
    return TRUE;
  if (kappa_json_get_kind (json, parameters) != KAPPA_JSON_OBJECT)
    return refuse (error, "parameters", "an object");
  for (value = kappa_json_get_first (json, parameters); value != KAPPA_JSON_MISSING;
       value = kappa_json_get_next (json, value))
    {
      g_autofree char *name = kappa_json_get_key (json, value);

      if (!read_property (json, value, analysis, name, error))
        return FALSE;
    }
  return TRUE;
}

static char *
lookup_text (const KappaJson *json, guint32 object, const char *key)
{
  guint32 value = kappa_json_lookup (json, object, key);

  return value != KAPPA_JSON_MISSING ? value_to_text (json, value) : NULL;
}

static gboolean
read_options (const KappaJson *json,
              guint32 object,
              KappaInputs *inputs,
              const KappaInputSpec *spec,
              GError **error)
{
  guint index = kappa_inputs_get_n (inputs, spec->name) - 1, n;
  const KappaInputOption *options = kappa_input_list_options (spec->kind, &n);
  g_autofree char *hash = lookup_text (json, object, "sha256");
  g_autofree char *settings = lookup_text (json, object, "settings");

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *text = lookup_text (json, object, options[i].name);

      if (text != NULL
          && !kappa_inputs_set_option (inputs, spec->name, index, options[i].name, text, error))
        return FALSE;
    }
  if (hash != NULL)
    kappa_inputs_expect_hash (inputs, spec->name, index, hash);
  /* What the preset resolved to counts, whatever the file is called today. */
  return settings == NULL || spec->kind != KAPPA_INPUT_MODEL
         || kappa_inputs_set_option (inputs, spec->name, index, "set", settings, error);
}

/* One input: an object, or for recipes written by hand a source alone. */
static gboolean
read_input (const KappaJson *json,
            guint32 value,
            KappaInputs *inputs,
            const KappaInputSpec *spec,
            GError **error)
{
  gboolean object = kappa_json_get_kind (json, value) == KAPPA_JSON_OBJECT;
  g_autofree char *source
      = object ? lookup_text (json, value, "source") : kappa_json_get_string (json, value);

  if (source == NULL)
    return refuse (error, spec->name, "a list of objects that have a “source”");
  kappa_inputs_add (inputs, spec->name, spec->kind, source);
  return !object || read_options (json, value, inputs, spec, error);
}

static const KappaInputSpec *
find_spec (KappaAnalysisClass *klass, const char *name)
{
  for (guint i = 0; i < klass->n_inputs; i++)
    if (strcmp (klass->inputs[i].name, name) == 0)
      return &klass->inputs[i];
  return NULL;
}

static gboolean
read_named_inputs (const KappaJson *json,
                   guint32 value,
                   KappaAnalysis *analysis,
                   KappaInputs *inputs,
                   GError **error)
{
  KappaAnalysisClass *klass = KAPPA_ANALYSIS_GET_CLASS (analysis);
  g_autofree char *name = kappa_json_get_key (json, value);
  const KappaInputSpec *spec = find_spec (klass, name);

  if (spec == NULL)
    {
      g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE, "%s has no input called %s", klass->name,
                   name);
      return FALSE;
    }
  if (kappa_json_get_kind (json, value) != KAPPA_JSON_ARRAY)
    return read_input (json, value, inputs, spec, error);
  for (guint32 item = kappa_json_get_first (json, value); item != KAPPA_JSON_MISSING;
       item = kappa_json_get_next (json, item))
    if (!read_input (json, item, inputs, spec, error))
      return FALSE;
  return TRUE;
}

static gboolean
read_inputs (const KappaJson *json,
             guint32 root,
             KappaAnalysis *analysis,
             KappaInputs *inputs,
             GError **error)
{
  guint32 object = kappa_json_lookup (json, root, "inputs");

  if (object == KAPPA_JSON_MISSING || kappa_json_get_kind (json, object) != KAPPA_JSON_OBJECT)
    return refuse (error, "inputs", "an object");
  for (guint32 value = kappa_json_get_first (json, object); value != KAPPA_JSON_MISSING;
       value = kappa_json_get_next (json, value))
    if (!read_named_inputs (json, value, analysis, inputs, error))
      return FALSE;
  return TRUE;
}

/* The recipe may be wrapped with the results it led to. */
static guint32
find_root (const KappaJson *json)
{
  guint32 wrapped;

  if (kappa_json_get_kind (json, 0) != KAPPA_JSON_OBJECT)
    return KAPPA_JSON_MISSING;
  wrapped = kappa_json_lookup (json, 0, "recipe");
  if (wrapped == KAPPA_JSON_MISSING)
    return 0;
  return kappa_json_get_kind (json, wrapped) == KAPPA_JSON_OBJECT ? wrapped : KAPPA_JSON_MISSING;
}

/**
 * kappa_recipe_from_json:
 * @text: a recipe, or an object with a member "recipe", as --json prints and --output FILE.json
 * writes
 * @analysis: (out) (transfer full): with the recipe's parameters; those it does not name have their
 * defaults
 * @inputs: (out) (transfer full): not open yet; their content is checked against the recipe's
 * hashes when they are
 *
 * Returns: %FALSE with %KAPPA_ERROR_USAGE for an unknown analysis, parameter, input or value,
 * %KAPPA_ERROR_FORMAT for what is not JSON
 */
gboolean
kappa_recipe_from_json (const char *text,
                        KappaAnalysis **analysis,
                        KappaInputs **inputs,
                        GError **error)
{
  g_autoptr (KappaJson) json = kappa_json_parse (text, strlen (text), 16, error);
  g_autoptr (KappaAnalysis) recipe_analysis = NULL;
  g_autoptr (KappaInputs) recipe_inputs = kappa_inputs_new ();
  g_autofree char *name = NULL;
  guint32 root;

  if (json == NULL)
    return FALSE;
  root = find_root (json);
  name = root != KAPPA_JSON_MISSING ? lookup_text (json, root, "analysis") : NULL;
  if (name == NULL)
    return refuse (error, "analysis", "the name of an analysis");
  recipe_analysis = kappa_analysis_new_by_name (name, error);
  if (recipe_analysis == NULL || !read_parameters (json, root, recipe_analysis, error)
      || !read_inputs (json, root, recipe_analysis, recipe_inputs, error))
    return FALSE;
  *analysis = g_steal_pointer (&recipe_analysis);
  *inputs = g_steal_pointer (&recipe_inputs);
  return TRUE;
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

/* What was told about the inputs called @spec: options count for all of them. */
static void
append_options (GString *command, KappaInputs *inputs, const KappaInputSpec *spec)
{
  guint n;
  const KappaInputOption *options = kappa_input_list_options (spec->kind, &n);

  for (guint i = 0; i < n; i++)
    {
      const char *value = kappa_inputs_get_option (inputs, spec->name, 0, options[i].name);
      g_autofree char *spelling = kappa_input_option_spelling (spec, &options[i]);
      g_autofree char *quoted = value != NULL ? g_shell_quote (value) : NULL;

      if (quoted != NULL)
        g_string_append_printf (command, " --%s=%s", spelling, quoted);
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
