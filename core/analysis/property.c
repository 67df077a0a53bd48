#include "core/analysis/property.h"

#include <math.h>
#include <string.h>

#include "core/analysis/json-writer.h"
#include "core/base/error.h"

/* The default; a table with a bad one is a bug of ours. */
static void
parse_fallback (const KappaProperty *self, GValue *value)
{
  g_autoptr (GError) error = NULL;

  if (!kappa_property_parse (self, self->fallback, value, &error))
    g_error ("property table: %s", error->message);
}

static GType
value_type (const KappaProperty *self)
{
  switch (self->type)
    {
    case KAPPA_PROPERTY_BOOLEAN:
      return G_TYPE_BOOLEAN;
    case KAPPA_PROPERTY_INTEGER:
      return G_TYPE_INT64;
    case KAPPA_PROPERTY_DOUBLE:
      return G_TYPE_DOUBLE;
    case KAPPA_PROPERTY_ENUM:
      return self->enum_type ();
    case KAPPA_PROPERTY_STRING:
      return G_TYPE_STRING;
    case KAPPA_PROPERTY_RANGE:
      return KAPPA_TYPE_RANGE;
    default:
      g_assert_not_reached ();
    }
}

/**
 * kappa_property_init_value:
 * @value: (out caller-allocates): zeroed memory; holds the default afterwards
 */
void
kappa_property_init_value (const KappaProperty *self, GValue *value)
{
  g_value_init (value, value_type (self));
  parse_fallback (self, value);
}

/**
 * kappa_property_make_pspec:
 *
 * Returns: (transfer floating): what GObject is to know of the property
 */
GParamSpec *
kappa_property_make_pspec (const KappaProperty *self)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;
  g_auto (GValue) value = G_VALUE_INIT;

  kappa_property_init_value (self, &value);
  switch (self->type)
    {
    case KAPPA_PROPERTY_BOOLEAN:
      return g_param_spec_boolean (self->name, self->title, self->blurb,
                                   g_value_get_boolean (&value), flags);
    case KAPPA_PROPERTY_INTEGER:
      return g_param_spec_int64 (self->name, self->title, self->blurb, (gint64) self->minimum,
                                 (gint64) self->maximum, g_value_get_int64 (&value), flags);
    case KAPPA_PROPERTY_DOUBLE:
      return g_param_spec_double (self->name, self->title, self->blurb, self->minimum,
                                  self->maximum, g_value_get_double (&value), flags);
    case KAPPA_PROPERTY_ENUM:
      return g_param_spec_enum (self->name, self->title, self->blurb, self->enum_type (),
                                g_value_get_enum (&value), flags);
    case KAPPA_PROPERTY_STRING:
      return g_param_spec_string (self->name, self->title, self->blurb, self->fallback, flags);
    case KAPPA_PROPERTY_RANGE:
      return g_param_spec_boxed (self->name, self->title, self->blurb, KAPPA_TYPE_RANGE, flags);
    default:
      g_assert_not_reached ();
    }
}

static char *
list_nicks (GType type)
{
  g_autoptr (GEnumClass) klass = g_type_class_ref (type);
  GString *nicks = g_string_new (NULL);

  for (guint i = 0; i < klass->n_values; i++)
    g_string_append_printf (nicks, "%s%s", i > 0 ? "|" : "", klass->values[i].value_nick);
  return g_string_free (nicks, FALSE);
}

/* Whole numbers in full, 1000000 instead of 1e+06. */
static char *
write_out (double number)
{
  return number == rint (number) && fabs (number) < 1e16 ? g_strdup_printf ("%.0f", number)
                                                         : kappa_number_to_text (number);
}

static char *
describe_numbers (const KappaProperty *self)
{
  g_autofree char *minimum = write_out (self->minimum);
  g_autofree char *maximum = write_out (self->maximum);
  gboolean above = (self->flags & KAPPA_PROPERTY_ABOVE_MINIMUM) != 0;
  const char *kind = self->type == KAPPA_PROPERTY_INTEGER ? "a whole number" : "a number";

  if (self->maximum >= G_MAXDOUBLE)
    return g_strdup_printf (above ? "%s above %s" : "%s, at least %s", kind, minimum);
  return g_strdup_printf (above ? "%s above %s, at most %s" : "%s from %s to %s", kind, minimum,
                          maximum);
}

/**
 * kappa_property_describe_range:
 *
 * Returns: (transfer full): what may be set, in words that follow "expected": "a number from 0 to
 * 1"
 */
char *
kappa_property_describe_range (const KappaProperty *self)
{
  switch (self->type)
    {
    case KAPPA_PROPERTY_BOOLEAN:
      return g_strdup ("true or false");
    case KAPPA_PROPERTY_INTEGER:
    case KAPPA_PROPERTY_DOUBLE:
      return describe_numbers (self);
    case KAPPA_PROPERTY_ENUM:
      return list_nicks (self->enum_type ());
    case KAPPA_PROPERTY_STRING:
      return g_strdup ("a text");
    case KAPPA_PROPERTY_RANGE:
      return g_strdup_printf ("FIRST:LAST:COUNT with a count from %u to %u%s%s",
                              (guint) self->minimum, (guint) self->maximum,
                              self->flags & KAPPA_PROPERTY_NONE ? ", or none" : "",
                              self->flags & KAPPA_PROPERTY_AUTO ? ", or auto" : "");
    default:
      g_assert_not_reached ();
    }
}

static gboolean
refuse (const KappaProperty *self, const char *found, GError **error)
{
  g_autofree char *expected = kappa_property_describe_range (self);

  g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE, "%s: %s was given, expected %s%s%s",
               self->name, *found != '\0' ? found : "an empty text", expected,
               *self->unit != '\0' ? ", in " : "", self->unit);
  return FALSE;
}

static gboolean
check_number (const KappaProperty *self, double number)
{
  if (!isfinite (number) || number < self->minimum || number > self->maximum)
    return FALSE;
  return number > self->minimum || !(self->flags & KAPPA_PROPERTY_ABOVE_MINIMUM);
}

static gboolean
check_range (const KappaProperty *self, const KappaRange *range)
{
  if (range == NULL)
    return FALSE;
  if (range->kind == KAPPA_RANGE_NONE)
    return (self->flags & KAPPA_PROPERTY_NONE) != 0;
  if (range->kind == KAPPA_RANGE_AUTO)
    return (self->flags & KAPPA_PROPERTY_AUTO) != 0;
  return isfinite (range->first) && isfinite (range->last)
         && (range->n > 1) == (range->first != range->last) && range->n >= (guint) self->minimum
         && range->n <= (guint) self->maximum;
}

static gboolean
is_member (GType type, int number)
{
  g_autoptr (GEnumClass) klass = g_type_class_ref (type);

  return g_enum_get_value (klass, number) != NULL;
}

/**
 * kappa_property_check:
 * @value: of the property's type
 *
 * Returns: %FALSE with %KAPPA_ERROR_USAGE, naming the property, the value and what was expected
 */
gboolean
kappa_property_check (const KappaProperty *self, const GValue *value, GError **error)
{
  g_autofree char *text = NULL;
  gboolean fits = TRUE;

  if (self->type == KAPPA_PROPERTY_INTEGER)
    fits = check_number (self, (double) g_value_get_int64 (value));
  else if (self->type == KAPPA_PROPERTY_DOUBLE)
    fits = check_number (self, g_value_get_double (value));
  else if (self->type == KAPPA_PROPERTY_RANGE)
    fits = check_range (self, g_value_get_boxed (value));
  else if (self->type == KAPPA_PROPERTY_STRING)
    fits = g_value_get_string (value) != NULL
           && g_utf8_validate (g_value_get_string (value), -1, NULL);
  else if (self->type == KAPPA_PROPERTY_ENUM)
    fits = is_member (self->enum_type (), g_value_get_enum (value));
  if (fits)
    return TRUE;
  text = kappa_property_to_text (self, value);
  return refuse (self, text, error);
}

static gboolean
parse_boolean (const char *text, gboolean *value)
{
  static const char *const words[] = { "false", "true", "no", "yes", "0", "1" };

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (strcmp (text, words[i]) == 0)
      {
        *value = i % 2 == 1;
        return TRUE;
      }
  return FALSE;
}

static gboolean
parse_double (const char *text, double *value)
{
  char *end = NULL;

  /* strtod would take hexadecimal digits and leading white space, too. */
  if (text[strspn (text, "+-.0123456789eE")] != '\0')
    return FALSE;
  *value = g_ascii_strtod (text, &end);
  return end != text && *end == '\0';
}

static gboolean
parse_enum (GType type, const char *text, int *number)
{
  g_autoptr (GEnumClass) klass = g_type_class_ref (type);
  const GEnumValue *found = g_enum_get_value_by_nick (klass, text);

  if (found != NULL)
    *number = found->value;
  return found != NULL;
}

static gboolean
parse_range (const KappaProperty *self, const char *text, GValue *value, GError **error)
{
  g_autoptr (GError) cause = NULL;
  KappaRange range;

  if (!kappa_range_parse (text, &range, &cause))
    {
      g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE, "%s: %s was given, %s", self->name,
                   *text != '\0' ? text : "an empty text", cause->message);
      return FALSE;
    }
  if (!check_range (self, &range))
    return refuse (self, text, error);
  g_value_set_boxed (value, &range);
  return TRUE;
}

/**
 * kappa_property_parse:
 * @value: of the property's type; unchanged after an error
 *
 * Returns: %FALSE with %KAPPA_ERROR_USAGE, naming the property, the text and what was expected
 */
gboolean
kappa_property_parse (const KappaProperty *self, const char *text, GValue *value, GError **error)
{
  gboolean truth;
  gint64 integer;
  double number;
  int choice;

  switch (self->type)
    {
    case KAPPA_PROPERTY_BOOLEAN:
      if (!parse_boolean (text, &truth))
        return refuse (self, text, error);
      g_value_set_boolean (value, truth);
      return TRUE;
    case KAPPA_PROPERTY_INTEGER:
      if (!g_ascii_string_to_signed (text, 10, G_MININT64, G_MAXINT64, &integer, NULL)
          || !check_number (self, (double) integer))
        return refuse (self, text, error);
      g_value_set_int64 (value, integer);
      return TRUE;
    case KAPPA_PROPERTY_DOUBLE:
      if (!parse_double (text, &number) || !check_number (self, number))
        return refuse (self, text, error);
      g_value_set_double (value, number);
      return TRUE;
    case KAPPA_PROPERTY_ENUM:
      if (!parse_enum (self->enum_type (), text, &choice))
        return refuse (self, text, error);
      g_value_set_enum (value, choice);
      return TRUE;
    case KAPPA_PROPERTY_STRING:
      if (!g_utf8_validate (text, -1, NULL))
        return refuse (self, "a text that is not UTF-8", error);
      g_value_set_string (value, text);
      return TRUE;
    case KAPPA_PROPERTY_RANGE:
      return parse_range (self, text, value, error);
    default:
      g_assert_not_reached ();
    }
}

static char *
enum_to_text (GType type, int number)
{
  g_autoptr (GEnumClass) klass = g_type_class_ref (type);
  const GEnumValue *value = g_enum_get_value (klass, number);

  return value != NULL ? g_strdup (value->value_nick) : g_strdup_printf ("%d", number);
}

/**
 * kappa_property_to_text:
 *
 * Returns: (transfer full): a text that kappa_property_parse() reads back to the same value
 */
char *
kappa_property_to_text (const KappaProperty *self, const GValue *value)
{
  const KappaRange *range;

  switch (self->type)
    {
    case KAPPA_PROPERTY_BOOLEAN:
      return g_strdup (g_value_get_boolean (value) ? "true" : "false");
    case KAPPA_PROPERTY_INTEGER:
      return g_strdup_printf ("%" G_GINT64_FORMAT, g_value_get_int64 (value));
    case KAPPA_PROPERTY_DOUBLE:
      return kappa_number_to_text (g_value_get_double (value));
    case KAPPA_PROPERTY_ENUM:
      return enum_to_text (self->enum_type (), g_value_get_enum (value));
    case KAPPA_PROPERTY_STRING:
      return g_strdup (g_value_get_string (value) != NULL ? g_value_get_string (value) : "");
    case KAPPA_PROPERTY_RANGE:
      range = g_value_get_boxed (value);
      return range != NULL ? kappa_range_to_text (range) : g_strdup ("");
    default:
      g_assert_not_reached ();
    }
}
