#include "ui/plot/figure.h"

#include <string.h>

#include "core/base/error.h"

/* What the user chose to see, as texts by name. */

static GParamSpec *
get_spec (KappaFigure *self, const KappaFigureOption *option)
{
  return g_object_class_find_property (G_OBJECT_GET_CLASS (self), option->name);
}

/**
 * kappa_figure_list_options:
 *
 * Returns: (transfer full): the names of all that can be chosen about the view of this kind of
 * figure
 */
char **
kappa_figure_list_options (KappaFigure *self)
{
  const KappaFigureClass *klass = KAPPA_FIGURE_GET_CLASS (self);
  char **names = g_new0 (char *, klass->n_options + 1);

  for (guint i = 0; i < klass->n_options; i++)
    names[i] = g_strdup (klass->options[i].name);
  return names;
}

static gboolean
parse_enum (GParamSpec *spec, const char *text, GValue *value, GError **error)
{
  GEnumClass *klass = G_PARAM_SPEC_ENUM (spec)->enum_class;
  GEnumValue *found = g_enum_get_value_by_nick (klass, text);
  g_autoptr (GString) known = g_string_new (NULL);

  if (found != NULL)
    {
      g_value_set_enum (value, found->value);
      return TRUE;
    }
  for (guint i = 0; i < klass->n_values; i++)
    g_string_append_printf (known, "%s%s", i > 0 ? ", " : "", klass->values[i].value_nick);
  g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE,
               "“%s” is not a value of %s: expected one of %s", text, spec->name, known->str);
  return FALSE;
}

static gboolean
parse_double (GParamSpec *spec, const char *text, GValue *value, GError **error)
{
  GParamSpecDouble *range = G_PARAM_SPEC_DOUBLE (spec);
  char *end;
  double number = g_ascii_strtod (text, &end);

  if (end != text && *end == '\0' && number >= range->minimum && number <= range->maximum)
    {
      g_value_set_double (value, number);
      return TRUE;
    }
  g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE,
               "“%s” is not a value of %s: expected a number from %g to %g", text, spec->name,
               range->minimum, range->maximum);
  return FALSE;
}

static gboolean
parse_boolean (GParamSpec *spec, const char *text, GValue *value, GError **error)
{
  gboolean on = strcmp (text, "true") == 0;

  if (!on && strcmp (text, "false") != 0)
    {
      g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE,
                   "“%s” is not a value of %s: expected true or false", text, spec->name);
      return FALSE;
    }
  g_value_set_boolean (value, on);
  return TRUE;
}

static gboolean
parse_limits (const char *text, GValue *value, GError **error)
{
  KappaLimits limits;

  if (!kappa_limits_parse (text, &limits, error))
    return FALSE;
  g_value_set_boxed (value, &limits);
  return TRUE;
}

static gboolean
parse (GParamSpec *spec, const char *text, GValue *value, GError **error)
{
  g_value_init (value, spec->value_type);
  if (G_IS_PARAM_SPEC_ENUM (spec))
    return parse_enum (spec, text, value, error);
  if (G_IS_PARAM_SPEC_DOUBLE (spec))
    return parse_double (spec, text, value, error);
  if (G_IS_PARAM_SPEC_BOOLEAN (spec))
    return parse_boolean (spec, text, value, error);
  if (spec->value_type == KAPPA_TYPE_LIMITS)
    return parse_limits (text, value, error);
  g_assert (G_IS_PARAM_SPEC_STRING (spec));
  g_value_set_string (value, text);
  return TRUE;
}

static GParamSpec *
find_spec (KappaFigure *self, const char *name, GError **error)
{
  const KappaFigureClass *klass = KAPPA_FIGURE_GET_CLASS (self);
  g_auto (GStrv) names = NULL;
  g_autofree char *known = NULL;

  for (guint i = 0; i < klass->n_options; i++)
    if (strcmp (klass->options[i].name, name) == 0)
      return get_spec (self, &klass->options[i]);
  names = kappa_figure_list_options (self);
  known = g_strjoinv (", ", names);
  g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE,
               "this kind of figure has no option “%s”; it has %s", name, known);
  return NULL;
}

/**
 * kappa_figure_set_text:
 * @name: one of kappa_figure_list_options()
 * @text: an enumeration's nick, a number, true or false, "low:high" or "auto"
 *
 * Returns: %FALSE with %KAPPA_ERROR_USAGE and the view as it was
 */
gboolean
kappa_figure_set_text (KappaFigure *self, const char *name, const char *text, GError **error)
{
  GParamSpec *spec = find_spec (self, name, error);
  g_auto (GValue) value = G_VALUE_INIT;

  if (spec == NULL || !parse (spec, text, &value, error))
    return FALSE;
  g_object_set_property (G_OBJECT (self), name, &value);
  return TRUE;
}

static char *
value_to_text (GParamSpec *spec, const GValue *value)
{
  if (G_IS_PARAM_SPEC_ENUM (spec))
    return g_strdup (
        g_enum_get_value (G_PARAM_SPEC_ENUM (spec)->enum_class, g_value_get_enum (value))
            ->value_nick);
  if (G_IS_PARAM_SPEC_DOUBLE (spec))
    return kappa_plain_number (g_value_get_double (value));
  if (G_IS_PARAM_SPEC_BOOLEAN (spec))
    return g_strdup (g_value_get_boolean (value) ? "true" : "false");
  if (spec->value_type == KAPPA_TYPE_LIMITS)
    return kappa_limits_to_text (g_value_get_boxed (value));
  return g_value_dup_string (value);
}

/**
 * kappa_figure_dup_text:
 *
 * Returns: (transfer full) (nullable): the value of a view option as kappa_figure_set_text() reads
 * it; %NULL if there is no such option
 */
char *
kappa_figure_dup_text (KappaFigure *self, const char *name)
{
  GParamSpec *spec = find_spec (self, name, NULL);
  g_auto (GValue) value = G_VALUE_INIT;

  if (spec == NULL)
    return NULL;
  g_object_get_property (G_OBJECT (self), name, &value);
  return value_to_text (spec, &value);
}

/* "name=text" of every option that is not as it is at first. */
static char **
list_choices (KappaFigure *self, const char *prefix)
{
  const KappaFigureClass *klass = KAPPA_FIGURE_GET_CLASS (self);
  GPtrArray *choices = g_ptr_array_new ();

  for (guint i = 0; i < klass->n_options; i++)
    {
      GParamSpec *spec = get_spec (self, &klass->options[i]);
      g_autofree char *text = kappa_figure_dup_text (self, spec->name);
      g_autofree char *usual = value_to_text (spec, g_param_spec_get_default_value (spec));

      if (klass->options[i].get_alias == NULL && strcmp (text, usual) != 0)
        g_ptr_array_add (choices, g_strdup_printf ("%s%s=%s", prefix, spec->name, text));
    }
  g_ptr_array_add (choices, NULL);
  return (char **)g_ptr_array_free (choices, FALSE);
}

/**
 * kappa_figure_dup_view:
 *
 * Returns: (transfer full): the whole view as one line, "view=contour;limits=0.1:5", for sessions
 * and the store;
 *   "" if nothing was chosen
 */
char *
kappa_figure_dup_view (KappaFigure *self)
{
  g_auto (GStrv) choices = list_choices (self, "");

  return g_strjoinv (";", choices);
}

/**
 * kappa_figure_dup_arguments:
 *
 * Returns: (transfer full): the view as command line options, { "--view=contour", "--limits=0.1:5",
 * NULL }
 */
char **
kappa_figure_dup_arguments (KappaFigure *self)
{
  return list_choices (self, "--");
}

/**
 * kappa_figure_reset_view:
 *
 * Sets every view option as it is at first.
 */
void
kappa_figure_reset_view (KappaFigure *self)
{
  const KappaFigureClass *klass = KAPPA_FIGURE_GET_CLASS (self);

  for (guint i = 0; i < klass->n_options; i++)
    if (klass->options[i].get_alias == NULL)
      g_object_set_property (G_OBJECT (self), klass->options[i].name,
                             g_param_spec_get_default_value (get_spec (self, &klass->options[i])));
}

/**
 * kappa_figure_set_view:
 * @view: what kappa_figure_dup_view() returned
 *
 * Sets the whole view; options that are not named become as they are at first.
 *
 * Returns: %FALSE with %KAPPA_ERROR_USAGE at the first option that is not understood; those before
 * it are set
 */
gboolean
kappa_figure_set_view (KappaFigure *self, const char *view, GError **error)
{
  g_auto (GStrv) choices = g_strsplit (view, ";", -1);

  kappa_figure_reset_view (self);
  for (char **choice = choices; *choice != NULL; choice++)
    {
      char *equals = strchr (*choice, '=');

      if (**choice == '\0')
        continue;
      if (equals == NULL)
        {
          g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE,
                       "“%s” is not part of a view: expected NAME=VALUE", *choice);
          return FALSE;
        }
      *equals = '\0';
      if (!kappa_figure_set_text (self, *choice, equals + 1, error))
        return FALSE;
    }
  return TRUE;
}
