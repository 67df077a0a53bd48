#include "core/analysis/recipe.h"

#include <string.h>

#include "core/analysis/json-writer.h"
#include "core/base/error.h"
#include "core/formats/json.h"

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
