#include "core/analysis/recipe.h"
#include "ui/kappa-analysis-page.h"

/* What a page can say of the run it shows: the command that repeats it, its recipe, and where it
 * comes from. */

static void
append_quoted (GString *command, char **arguments)
{
  for (guint i = 0; arguments[i] != NULL; i++)
    {
      g_autofree char *quoted = g_shell_quote (arguments[i]);

      g_string_append_printf (command, " %s", quoted);
    }
}

/**
 * kappa_analysis_page_dup_command:
 *
 * Returns: (transfer full) (nullable): a line for the shell that makes the figure as it is looked
 * at now
 */
char *
kappa_analysis_page_dup_command (KappaAnalysisPage *self)
{
  KappaRunItem *item = kappa_page_get_run (KAPPA_PAGE (self));
  KappaFigure *figure = kappa_analysis_page_get_figure (self);
  g_autoptr (KappaAnalysis) analysis = NULL;
  g_autoptr (KappaInputs) inputs = NULL;
  g_autofree char *command = NULL;
  g_auto (GStrv) arguments = NULL;
  GString *whole;

  if (item == NULL || !kappa_run_item_dup_recipe (item, &analysis, &inputs, NULL))
    return NULL;
  command = kappa_recipe_to_command (analysis, inputs);
  whole = g_string_new (command);
  arguments = figure != NULL ? kappa_figure_dup_arguments (figure) : NULL;
  if (arguments != NULL)
    append_quoted (whole, arguments);
  return g_string_free (whole, FALSE);
}

/**
 * kappa_analysis_page_dup_recipe:
 *
 * Returns: (transfer full) (nullable): the recipe of the run, JSON
 */
char *
kappa_analysis_page_dup_recipe (KappaAnalysisPage *self)
{
  KappaRunItem *item = kappa_page_get_run (KAPPA_PAGE (self));
  g_autoptr (KappaAnalysis) analysis = NULL;
  g_autoptr (KappaInputs) inputs = NULL;

  if (item == NULL || !kappa_run_item_dup_recipe (item, &analysis, &inputs, NULL))
    return NULL;
  return kappa_recipe_to_json (analysis, inputs);
}

/* What was computed on which images; every number of a run shares that, and the loss says it best.
 * Not so the numbers of a report, which are of many kinds. */
static char *
dup_definition (KappaAnalysisPage *self, KappaResult *result)
{
  g_auto (GStrv) scalars = kappa_result_list_scalars (result);
  g_auto (GStrv) arrays = kappa_result_list_arrays (result);
  g_autoptr (KappaScalar) loss = kappa_result_dup_scalar (result, "loss");
  g_autoptr (KappaScalar) scalar
      = scalars[0] != NULL ? kappa_result_dup_scalar (result, scalars[0]) : NULL;
  g_autoptr (KappaArray) array
      = arrays[0] != NULL ? kappa_result_dup_array (result, arrays[0]) : NULL;
  const KappaAnalysisClass *klass
      = KAPPA_ANALYSIS_GET_CLASS (kappa_analysis_page_get_analysis (self));
  char *definition = NULL;

  if (g_str_equal (klass->name, "report"))
    return g_strdup (klass->title);
  if (loss != NULL)
    definition = g_strdup (loss->definition);
  else if (array != NULL || scalar != NULL)
    definition = g_strdup (array != NULL ? array->definition : scalar->definition);
  if (definition != NULL)
    *definition = g_ascii_toupper (*definition);
  return definition;
}

/* The files of all inputs of this name, with a word between them. */
static char *
dup_files (KappaInputs *inputs, const char *name)
{
  GString *files = g_string_new (NULL);

  for (guint i = 0; i < kappa_inputs_get_n (inputs, name); i++)
    {
      g_autofree char *file = g_path_get_basename (kappa_inputs_get_source (inputs, name, i));

      g_string_append_printf (files, "%s%s", i > 0 ? " and " : "", file);
    }
  return g_string_free (files, FALSE);
}

/**
 * kappa_analysis_page_dup_provenance:
 *
 * Returns: (transfer full) (nullable): what was computed, on what, with what: one line
 */
char *
kappa_analysis_page_dup_provenance (KappaAnalysisPage *self)
{
  KappaRunItem *item = kappa_page_get_run (KAPPA_PAGE (self));
  KappaResult *result = kappa_analysis_page_get_result (self);
  g_autoptr (KappaAnalysis) analysis = NULL;
  g_autoptr (KappaInputs) inputs = NULL;
  g_autofree char *definition = NULL, *models = NULL, *data = NULL;

  if (item == NULL || result == NULL || (definition = dup_definition (self, result)) == NULL
      || !kappa_run_item_dup_recipe (item, &analysis, &inputs, NULL))
    return NULL;
  models = dup_files (inputs, "model");
  data = dup_files (inputs, "data");
  return g_strdup_printf ("%s · %s%s%s · Kappa %s", definition, models, *data != '\0' ? " · " : "",
                          data, KAPPA_VERSION);
}
