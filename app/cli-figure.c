/* Files: figures through ui/plot, data through core/store/export. */

#include "app/cli-figure.h"

#include <math.h>
#include <string.h>

#include "core/base/error.h"
#include "core/store/export.h"
#include "ui/plot/export.h"
#include "ui/plot/figure-factory.h"
#include "ui/plot/landscape-figure.h"

typedef struct
{
  const char *name, *metavar, *fallback, *blurb;
} Row;

static const Row page_options[] = {
  { "width", "LENGTH", "120mm", "width: 84mm, 8.4cm or 3.3in" },
  { "height", "LENGTH", "what suits the figure", "height" },
  { "dpi", "N", "300", "resolution of PNG, and of dense parts inside SVG and PDF" },
  { "font-size", "POINTS", "the theme's", "size of tick labels" },
  { "theme", "NAME", "print", "print, light, dark, high-contrast or high-contrast-dark" },
};

/* Properties of figures; each figure has some of them. */
static const Row view_options[] = {
  { "view", "KIND", "surface", "surface, contour or heat" },
  { "quantity", "NAME", "loss", "which array is drawn, e.g. accuracy" },
  { "log", NULL, NULL, "logarithmic scale" },
  { "scale", "KIND", "auto", "auto, linear, log or symlog" },
  { "limits", "A:B", "auto", "of value and colour" },
  { "x-range", "A:B", "auto", "the part of the first axis that is shown" },
  { "y-range", "A:B", "auto", "the part of the second axis that is shown" },
  { "azimuth", "DEGREES", NULL, "from where a surface is seen" },
  { "elevation", "DEGREES", NULL, "from how high" },
  { "zoom", "FACTOR", NULL, "how large a surface is drawn" },
  { "colormap", "NAME", "viridis", "viridis, cividis, magma or diverging" },
};

void
cli_declare_figure_options (CliArguments *arguments)
{
  for (guint i = 0; i < G_N_ELEMENTS (page_options); i++)
    cli_arguments_declare (arguments, "Figures (png, svg, pdf)", page_options[i].name, page_options[i].metavar,
                           page_options[i].fallback, page_options[i].blurb);
  for (guint i = 0; i < G_N_ELEMENTS (view_options); i++)
    cli_arguments_declare (arguments, "Figures (png, svg, pdf)", view_options[i].name, view_options[i].metavar,
                           view_options[i].fallback, view_options[i].blurb);
}

static gboolean
refuse (const char *name, const char *found, const char *expected, GError **error)
{
  g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE, "--%s: %s was given, expected %s", name, found, expected);
  return FALSE;
}

static gboolean
parse_number (const char *text, double *number, const char **rest)
{
  char *end;

  *number = g_ascii_strtod (text, &end);
  *rest = end;
  return end != text && isfinite (*number);
}

/* A length on paper, in millimetres unless it says otherwise. */
static gboolean
read_length (CliArguments *arguments, const char *name, double *millimetres, GError **error)
{
  static const struct
  {
    const char *name;
    double millimetres;
  } units[] = { { "", 1.0 }, { "mm", 1.0 }, { "cm", 10.0 }, { "in", 25.4 } };
  const char *text = cli_arguments_get (arguments, name), *rest;
  double number;

  if (text == NULL)
    return TRUE;
  if (parse_number (text, &number, &rest))
    for (guint i = 0; i < G_N_ELEMENTS (units); i++)
      if (strcmp (rest, units[i].name) == 0 && number * units[i].millimetres >= 10.0
          && number * units[i].millimetres <= 2000.0)
        {
          *millimetres = number * units[i].millimetres;
          return TRUE;
        }
  return refuse (name, text, "a length from 10mm to 2000mm, such as 84mm, 8.4cm or 3.3in", error);
}

static gboolean
read_number (CliArguments *arguments, const char *name, double minimum, double maximum, double *value, GError **error)
{
  const char *text = cli_arguments_get (arguments, name), *rest;
  g_autofree char *expected = g_strdup_printf ("a number from %g to %g", minimum, maximum);
  double number;

  if (text == NULL)
    return TRUE;
  if (!parse_number (text, &number, &rest) || *rest != '\0' || number < minimum || number > maximum)
    return refuse (name, text, expected, error);
  *value = number;
  return TRUE;
}

static gboolean
read_theme (CliArguments *arguments, KappaThemeKind *theme, GError **error)
{
  const char *text = cli_arguments_get (arguments, "theme");
  g_autoptr (GEnumClass) klass = g_type_class_ref (KAPPA_TYPE_THEME_KIND);
  const GEnumValue *value = text != NULL ? g_enum_get_value_by_nick (klass, text) : NULL;

  if (text != NULL && value == NULL)
    return refuse ("theme", text, "print, light, dark, high-contrast or high-contrast-dark", error);
  if (value != NULL)
    *theme = (KappaThemeKind) value->value;
  return TRUE;
}

static gboolean
read_page (CliArguments *arguments, KappaExportOptions *options, GError **error)
{
  return read_length (arguments, "width", &options->width_mm, error)
         && read_length (arguments, "height", &options->height_mm, error)
         && read_number (arguments, "dpi", 30.0, 2400.0, &options->dpi, error)
         && read_number (arguments, "font-size", 3.0, 72.0, &options->font_size_pt, error)
         && read_theme (arguments, &options->theme, error);
}

static gboolean
has_view_option (KappaFigure *figure, const char *name)
{
  g_auto (GStrv) names = kappa_figure_list_options (figure);

  return g_strv_contains ((const char *const *) names, name);
}

static gboolean
set_view_option (KappaFigure *figure, const char *name, const char *text, GError **error)
{
  g_autoptr (GError) cause = NULL;

  if (kappa_figure_set_text (figure, name, text, &cause))
    return TRUE;
  g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE, "--%s: %s", name, cause->message);
  return FALSE;
}

/**
 * cli_check_figure_options:
 *
 * Finds wrong values before anything is computed. What a figure does not have at all is found when it is drawn.
 *
 * Returns: %FALSE with %KAPPA_ERROR_USAGE
 */
gboolean
cli_check_figure_options (CliArguments *arguments, GError **error)
{
  KappaExportOptions options = KAPPA_EXPORT_OPTIONS_INIT;
  g_autoptr (KappaFigure) any = kappa_landscape_figure_new ();

  if (!read_page (arguments, &options, error))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (view_options); i++)
    {
      const char *text = cli_arguments_get (arguments, view_options[i].name);

      if (text != NULL && has_view_option (any, view_options[i].name)
          && !set_view_option (any, view_options[i].name, text, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
apply_view (CliArguments *arguments, KappaFigure *figure, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (view_options); i++)
    {
      const char *name = view_options[i].name, *text = cli_arguments_get (arguments, name);

      if (text == NULL)
        continue;
      if (!has_view_option (figure, name))
        {
          g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE, "--%s: the figure of this result has no such choice", name);
          return FALSE;
        }
      if (!set_view_option (figure, name, text, error))
        return FALSE;
    }
  return TRUE;
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
      g_autofree char *directory = g_path_get_dirname (paths[i]);

      if (!kappa_figure_can_export (paths[i]) && !kappa_export_supports (paths[i]))
        {
          g_autofree char *data = g_strjoinv (", ", (char **) kappa_export_list_extensions ());

          g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE,
                       "--output: %s does not end like a figure (png, svg, pdf) or a file of data (%s)", paths[i], data);
          return FALSE;
        }
      if (!g_file_test (directory, G_FILE_TEST_IS_DIR))
        {
          g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE, "--output: %s: there is no directory %s", paths[i], directory);
          return FALSE;
        }
    }
  return TRUE;
}

static KappaFigure *
make_figure (CliArguments *arguments, KappaResult *result, const char *analysis, const char *title, GError **error)
{
  g_autoptr (KappaFigure) figure = kappa_figure_new_for_result (analysis, result, error);

  if (figure == NULL || !kappa_figure_update (figure, result, error) || !apply_view (arguments, figure, error))
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

  if (!read_page (arguments, &options, error))
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
