#include "ui/plot/figure.h"

/* Options of the view as properties of the class, made from a table. Property number i + 1 is
 * option i. */

static GParamSpec *
make_spec (const KappaFigureOption *option)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS
                            | (option->get_alias == NULL ? G_PARAM_CONSTRUCT : 0);

  switch (option->type)
    {
    case KAPPA_OPTION_BOOLEAN:
      return g_param_spec_boolean (option->name, NULL, NULL, option->fallback != 0.0, flags);
    case KAPPA_OPTION_ENUM:
      return g_param_spec_enum (option->name, NULL, NULL, option->enum_type (),
                                (int)option->fallback, flags);
    case KAPPA_OPTION_DOUBLE:
      return g_param_spec_double (option->name, NULL, NULL, option->minimum, option->maximum,
                                  option->fallback, flags);
    case KAPPA_OPTION_LIMITS:
      return g_param_spec_boxed (option->name, NULL, NULL, KAPPA_TYPE_LIMITS, flags);
    case KAPPA_OPTION_STRING:
    default:
      return g_param_spec_string (option->name, NULL, NULL, "", flags);
    }
}

static gpointer
get_field (GObject *object, const KappaFigureOption *option)
{
  return (char *)object + option->offset;
}

static void
get_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  const KappaFigureOption *option = &KAPPA_FIGURE_GET_CLASS (object)->options[id - 1];

  switch (option->type)
    {
    case KAPPA_OPTION_BOOLEAN:
      g_value_set_boolean (value, option->get_alias != NULL
                                      ? option->get_alias (KAPPA_FIGURE (object))
                                      : *(gboolean *)get_field (object, option));
      break;
    case KAPPA_OPTION_ENUM:
      g_value_set_enum (value, (int)*(guint *)get_field (object, option));
      break;
    case KAPPA_OPTION_DOUBLE:
      g_value_set_double (value, *(double *)get_field (object, option));
      break;
    case KAPPA_OPTION_LIMITS:
      g_value_set_boxed (value, get_field (object, option));
      break;
    case KAPPA_OPTION_STRING:
    default:
      g_value_set_string (value, *(char **)get_field (object, option));
    }
}

static void
set_field (gpointer field, const KappaFigureOption *option, const GValue *value)
{
  const KappaLimits *limits;

  switch (option->type)
    {
    case KAPPA_OPTION_BOOLEAN:
      *(gboolean *)field = g_value_get_boolean (value);
      break;
    case KAPPA_OPTION_ENUM:
      *(guint *)field = (guint)g_value_get_enum (value);
      break;
    case KAPPA_OPTION_DOUBLE:
      *(double *)field = g_value_get_double (value);
      break;
    case KAPPA_OPTION_LIMITS:
      limits = g_value_get_boxed (value);
      *(KappaLimits *)field = kappa_limits_is_auto (limits) ? KAPPA_LIMITS_AUTO : *limits;
      break;
    case KAPPA_OPTION_STRING:
    default:
      g_free (*(char **)field);
      *(char **)field
          = g_strdup (g_value_get_string (value) != NULL ? g_value_get_string (value) : "");
    }
}

static void
set_property (GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
  KappaFigureClass *klass = KAPPA_FIGURE_GET_CLASS (object);
  const KappaFigureOption *option = &klass->options[id - 1];

  if (option->set_alias != NULL)
    {
      option->set_alias (KAPPA_FIGURE (object), g_value_get_boolean (value));
      return;
    }
  set_field (get_field (object, option), option, value);
  if (klass->view_changed != NULL)
    klass->view_changed (KAPPA_FIGURE (object), option->stale);
  if (option->reads)
    kappa_figure_reread (KAPPA_FIGURE (object), NULL);
  kappa_figure_changed (KAPPA_FIGURE (object));
}

/**
 * kappa_figure_class_install_options:
 * @options: kept by reference; the offsets are those of @klass' instances
 *
 * Makes a property of each option. To be called from the class_init of a final class that has no
 * properties of its own. Strings are freed by the instance.
 */
void
kappa_figure_class_install_options (KappaFigureClass *klass,
                                    const KappaFigureOption *options,
                                    guint n)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  klass->options = options;
  klass->n_options = n;
  object_class->get_property = get_property;
  object_class->set_property = set_property;
  for (guint i = 0; i < n; i++)
    g_object_class_install_property (object_class, i + 1, make_spec (&options[i]));
}
