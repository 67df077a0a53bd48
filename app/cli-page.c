#include "app/cli-page.h"

#include <math.h>
#include <string.h>

#include "core/base/error.h"

static const struct
{
  const char *name, *metavar, *fallback, *blurb;
} page_options[] = {
  { "width", "LENGTH", "120mm", "width: 84mm, 8.4cm or 3.3in" },
  { "height", "LENGTH", "what suits the figure", "height" },
  { "dpi", "N", "300", "resolution of PNG, and of dense parts inside SVG and PDF" },
  { "font-size", "POINTS", "the theme's", "size of tick labels" },
  { "theme", "NAME", "print", "print, light, dark, high-contrast or high-contrast-dark" },
};

/**
 * cli_declare_page_options:
 * @kinds: which figures there are, divided by bars
 */
void
cli_declare_page_options (CliArguments *arguments, const char *kinds)
{
  for (guint i = 0; i < G_N_ELEMENTS (page_options); i++)
    cli_arguments_declare (arguments, CLI_GROUP_FIGURES, page_options[i].name,
                           page_options[i].metavar, page_options[i].fallback,
                           page_options[i].blurb);
  cli_arguments_declare (arguments, CLI_GROUP_FIGURES, "figure", kinds, "the best there is",
                         "which figure of the result");
}

static gboolean
refuse (const char *name, const char *found, const char *expected, GError **error)
{
  g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE, "--%s: %s was given, expected %s", name,
               found, expected);
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
read_number (CliArguments *arguments,
             const char *name,
             double minimum,
             double maximum,
             double *value,
             GError **error)
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

/**
 * cli_read_page:
 * @options: what is not given stays
 *
 * Returns: %FALSE with %KAPPA_ERROR_USAGE, naming the option
 */
gboolean
cli_read_page (CliArguments *arguments, KappaExportOptions *options, GError **error)
{
  return read_length (arguments, "width", &options->width_mm, error)
         && read_length (arguments, "height", &options->height_mm, error)
         && read_number (arguments, "dpi", 30.0, 2400.0, &options->dpi, error)
         && read_number (arguments, "font-size", 3.0, 72.0, &options->font_size_pt, error)
         && read_theme (arguments, &options->theme, error);
}
