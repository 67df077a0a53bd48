/* Files: figures through ui/plot, data through core/store/export. */

#include "app/cli-figure.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "app/cli-page.h"
#include "core/base/error.h"
#include "core/store/export.h"
#include "ui/plot/figure-factory.h"

typedef struct
{
  const char *name, *metavar, *fallback, *blurb;
} Row;

/* What the options of figures mean; which figure has which it says itself. */
static const Row view_blurbs[] = {
  { "view", NULL, NULL, "how a landscape or a spectrum is drawn" },
  { "quantity", "ARRAY", NULL, "what is drawn, e.g. accuracy instead of loss" },
  { "log", NULL, NULL, "logarithmic scale" },
  { "scale", NULL, NULL, "scale of values" },
  { "lambda-scale", NULL, NULL, "scale of eigenvalues" },
  { "x-scale", NULL, "auto", "scale of the line that curves are over" },
  { "limits", "LOW:HIGH", "auto", "of values and colours" },
  { "x-range", "LOW:HIGH", "auto", "the part of the first axis that is shown" },
  { "y-range", "LOW:HIGH", "auto", "the part of the second axis that is shown" },
  { "azimuth", "DEGREES", NULL, "from where a surface is seen" },
  { "elevation", "DEGREES", NULL, "from how high" },
  { "zoom", "FACTOR", NULL, "how large a surface is drawn" },
  { "mesh", NULL, NULL, "lines on a surface" },
  { "floor", NULL, NULL, "contour lines beneath a surface" },
  { "points", NULL, NULL, "marks where values were computed" },
  { "overlay", NULL, NULL, "the local quadratic model over the plane, where there is one" },
  { "equal", NULL, NULL, "the same length for the same step on both axes" },
  { "colormap", NULL, NULL, "colours of values" },
  { "band", NULL, NULL, "what the band around a mean curve shows" },
  { "seed-lines", NULL, NULL, "a thin line for each seed" },
  { "colors", NULL, NULL, "what the colours of a confusion matrix say" },
  { "order", NULL, NULL, "order of bars" },
  { "parts", NULL, NULL, "figures below the table of a report" },
  { "rules", NULL, NULL, "the rules that another tool's numbers follow" },
  { "sort", NULL, NULL, "order of the units of a layer" },
  { "stretch", NULL, NULL, "layers of any number of units over the whole width" },
  { "bins", "N", "automatic", "bins of a histogram" },
  { "cost", NULL, NULL, "what networks are compared by" },
  { "cost-scale", NULL, NULL, "scale of the cost" },
  { "published", NULL, NULL, "networks that others published" },
  { "front", NULL, NULL, "the line of networks that none dominates" },
  { "lines", NULL, NULL, "lines of networks that differ in one thing alone, and scaling rules" },
  { "labels", NULL, NULL, "names beside networks, where there is room" },
};

/* An option that has the name of a parameter of the analysis is spelt --figure-NAME beside it. */
static char *
spelling (CliArguments *arguments, const char *name)
{
  g_autofree char *longer = g_strconcat ("figure-", name, NULL);

  return cli_arguments_knows (arguments, longer) ? g_steal_pointer (&longer) : g_strdup (name);
}

static const Row *
find_blurb (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (view_blurbs); i++)
    if (strcmp (view_blurbs[i].name, name) == 0)
      return &view_blurbs[i];
  return NULL;
}

static gboolean
has_view_option (KappaFigure *figure, const char *name)
{
  g_auto (GStrv) names = kappa_figure_list_options (figure);

  return g_strv_contains ((const char *const *) names, name);
}

static KappaFigure *
find_figure_with (GPtrArray *figures, const char *name)
{
  for (guint i = 0; i < figures->len; i++)
    if (has_view_option (figures->pdata[i], name))
      return figures->pdata[i];
  return NULL;
}

/* Figures may mean different things by one option: its values are those of all. */
static char *
list_nicks (GPtrArray *figures, const char *name)
{
  g_autoptr (GPtrArray) nicks = g_ptr_array_new ();

  for (guint f = 0; f < figures->len; f++)
    {
      GParamSpec *spec
          = g_object_class_find_property (G_OBJECT_GET_CLASS (figures->pdata[f]), name);
      GEnumClass *klass = spec != NULL && G_IS_PARAM_SPEC_ENUM (spec)
                              ? G_PARAM_SPEC_ENUM (spec)->enum_class
                              : NULL;

      for (guint i = 0; klass != NULL && i < klass->n_values; i++)
        if (!g_ptr_array_find_with_equal_func (nicks, klass->values[i].value_nick, g_str_equal,
                                               NULL))
          g_ptr_array_add (nicks, (gpointer) klass->values[i].value_nick);
    }
  g_ptr_array_add (nicks, NULL);
  return nicks->len > 1 ? g_strjoinv ("|", (char **) nicks->pdata) : NULL;
}

static void
declare_view_option (CliArguments *arguments, GPtrArray *figures, const char *name)
{
  KappaFigure *figure = find_figure_with (figures, name);
  GParamSpec *spec = g_object_class_find_property (G_OBJECT_GET_CLASS (figure), name);
  const Row *row = find_blurb (name);
  g_autofree char *longer = g_strconcat ("figure-", name, NULL);
  g_autofree char *nicks = list_nicks (figures, name);
  g_autofree char *text = kappa_figure_dup_text (figure, name);
  const char *value = nicks != NULL ? text : NULL, *metavar = nicks;

  if (G_IS_PARAM_SPEC_BOOLEAN (spec) && g_strcmp0 (text, "true") == 0)
    value = "on; =false takes them away";
  if (metavar == NULL && !G_IS_PARAM_SPEC_BOOLEAN (spec))
    metavar = row != NULL && row->metavar != NULL ? row->metavar : "VALUE";
  cli_arguments_declare (arguments, CLI_GROUP_FIGURES,
                         cli_arguments_knows (arguments, name) ? longer : name, metavar,
                         value != NULL ? value
                         : row != NULL ? row->fallback
                                       : NULL,
                         row != NULL ? row->blurb : "a choice about the figure");
}

/* The names of all figures' options, each once. */
static GPtrArray *
list_view_options (GPtrArray *figures)
{
  GPtrArray *all = g_ptr_array_new_with_free_func (g_free);

  for (guint f = 0; f < figures->len; f++)
    {
      g_auto (GStrv) names = kappa_figure_list_options (figures->pdata[f]);

      for (guint i = 0; names[i] != NULL; i++)
        if (!g_ptr_array_find_with_equal_func (all, names[i], g_str_equal, NULL))
          g_ptr_array_add (all, g_strdup (names[i]));
    }
  return all;
}

/* Returns: (transfer full): "plane|line"; "KIND" where it is not known of which analysis */
static char *
describe_kinds (const char *analysis)
{
  g_auto (GStrv) kinds = analysis != NULL ? kappa_figure_list_kinds (analysis) : NULL;

  return kinds != NULL && kinds[0] != NULL ? g_strjoinv ("|", kinds) : g_strdup ("KIND");
}

/**
 * cli_declare_figure_options:
 * @analysis: (nullable): whose figures, where that is known
 *
 * Declares size and style of figures, and every option that some figure has. To be called after the
 * analysis' own.
 */
void
cli_declare_figure_options (CliArguments *arguments, const char *analysis)
{
  g_autoptr (GPtrArray) figures = kappa_figure_list_classes ();
  g_autoptr (GPtrArray) names = list_view_options (figures);
  g_autofree char *kinds = describe_kinds (analysis);

  cli_declare_page_options (arguments, kinds);
  for (guint i = 0; i < names->len; i++)
    declare_view_option (arguments, figures, names->pdata[i]);
}

/* Whether some figure that has the option takes the text. */
static gboolean
check_view_option (GPtrArray *figures, const char *name, const char *text, GError **error)
{
  g_autoptr (GError) cause = NULL;
  g_autofree char *nicks = list_nicks (figures, name);

  for (guint f = 0; f < figures->len; f++)
    if (has_view_option (figures->pdata[f], name)
        && kappa_figure_set_text (figures->pdata[f], name, text, cause == NULL ? &cause : NULL))
      return TRUE;
  if (nicks != NULL)
    g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE, "--%s: %s was given, expected %s", name,
                 text, nicks);
  else
    g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE, "--%s: %s", name, cause->message);
  return FALSE;
}

static gboolean
check_kind (CliArguments *arguments, const char *analysis, GError **error)
{
  const char *kind = cli_arguments_get (arguments, "figure");
  g_auto (GStrv) kinds = analysis != NULL ? kappa_figure_list_kinds (analysis) : NULL;
  g_autofree char *known = kinds != NULL ? g_strjoinv (", ", kinds) : NULL;

  if (kind == NULL || kinds == NULL || g_strv_contains ((const char *const *)kinds, kind))
    return TRUE;
  g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE,
               "--figure: %s was given, expected one of the figures of %s: %s", kind, analysis,
               known);
  return FALSE;
}

/**
 * cli_check_figure_options:
 * @analysis: (nullable): of which a figure will be, where that is known
 *
 * Finds wrong values before anything is computed. What the figure of the result does not have at
 * all is found when it is drawn.
 *
 * Returns: %FALSE with %KAPPA_ERROR_USAGE
 */
gboolean
cli_check_figure_options (CliArguments *arguments, const char *analysis, GError **error)
{
  KappaExportOptions options = KAPPA_EXPORT_OPTIONS_INIT;
  g_autoptr (GPtrArray) figures = kappa_figure_list_classes ();
  g_autoptr (GPtrArray) names = list_view_options (figures);

  if (!cli_read_page (arguments, &options, error) || !check_kind (arguments, analysis, error))
    return FALSE;
  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *option = spelling (arguments, names->pdata[i]);
      const char *text = cli_arguments_get (arguments, option);

      if (text != NULL && !check_view_option (figures, names->pdata[i], text, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
apply_view (CliArguments *arguments, KappaFigure *figure, GError **error)
{
  g_autoptr (GPtrArray) figures = kappa_figure_list_classes ();
  g_autoptr (GPtrArray) names = list_view_options (figures);

  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *option = spelling (arguments, names->pdata[i]);
      const char *text = cli_arguments_get (arguments, option);

      if (text == NULL)
        continue;
      if (!has_view_option (figure, names->pdata[i]))
        {
          g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE,
                       "--%s: the figure of this result has no such choice", option);
          return FALSE;
        }
      if (!kappa_figure_set_text (figure, names->pdata[i], text, error))
        return FALSE;
    }
  return kappa_figure_reread (figure, error);
}

/**
 * cli_check_place:
 * @path: of a file that is going to be written
 *
 * Returns: %FALSE with %KAPPA_ERROR_USAGE if that is bound to fail
 */
gboolean
cli_check_place (const char *path, GError **error)
{
  g_autofree char *directory = g_path_get_dirname (path);
  const char *wrong = NULL;

  if (!g_file_test (directory, G_FILE_TEST_IS_DIR))
    {
      g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE,
                   "--output: %s: there is no directory %s; make it first", path, directory);
      return FALSE;
    }
  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    wrong = "is a directory, expected the name of a file";
  else if (g_access (directory, W_OK) != 0)
    wrong = "nothing may be written into its directory; choose another one";
  if (wrong != NULL)
    g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE, "--output: %s: %s", path, wrong);
  return wrong == NULL;
}

/**
 * cli_check_outputs:
 *
 * Finds output files that could not be written, before anything is computed.
 *
 * Returns: %FALSE with %KAPPA_ERROR_USAGE
 */
gboolean
cli_check_outputs (CliArguments *arguments, GError **error)
{
  guint n;
  const char *const *paths = cli_arguments_get_all (arguments, "output", &n);

  for (guint i = 0; i < n; i++)
    {
      if (!kappa_figure_can_export (paths[i]) && !kappa_export_supports (paths[i]))
        {
          g_autofree char *data = g_strjoinv (", ", (char **) kappa_export_list_extensions ());

          g_set_error (
              error, KAPPA_ERROR, KAPPA_ERROR_USAGE,
              "--output: %s does not end like a figure (png, svg, pdf) or a file of data (%s)",
              paths[i], data);
          return FALSE;
        }
      if (!cli_check_place (paths[i], error))
        return FALSE;
    }
  return TRUE;
}

static KappaFigure *
make_figure (CliArguments *arguments,
             KappaResult *result,
             const char *analysis,
             const char *title,
             GError **error)
{
  g_autoptr (KappaFigure) figure
      = kappa_figure_new_of_kind (analysis, cli_arguments_get (arguments, "figure"), result, error);

  if (figure == NULL || !apply_view (arguments, figure, error))
    return NULL;
  kappa_figure_set_provenance (figure, title);
  return g_steal_pointer (&figure);
}

/**
 * cli_write_outputs:
 * @title: one line that says what it is, drawn under figures
 * @recipe: JSON text, written into files of data
 *
 * Writes every --output.
 *
 * Returns: %FALSE with the error of the first that fails
 */
gboolean
cli_write_outputs (CliArguments *arguments,
                   KappaResult *result,
                   const char *analysis,
                   const char *title,
                   const char *recipe,
                   GError **error)
{
  KappaExportOptions options = KAPPA_EXPORT_OPTIONS_INIT;
  guint n;
  const char *const *paths = cli_arguments_get_all (arguments, "output", &n);

  if (!cli_read_page (arguments, &options, error))
    return FALSE;
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (KappaFigure) figure = NULL;

      if (!kappa_figure_can_export (paths[i]))
        {
          if (!kappa_export (result, recipe, paths[i], error))
            return FALSE;
          continue;
        }
      figure = make_figure (arguments, result, analysis, title, error);
      if (figure == NULL || !kappa_figure_export (figure, paths[i], &options, error))
        return FALSE;
    }
  return TRUE;
}
