#include "core/formats/json-private.h"

#include <string.h>

#include "core/base/error.h"

#define MAX_FILE_SIZE  ((guint64)64 << 20)
#define FILE_MAX_DEPTH 16

KappaJsonToken *
kappa_json_get_token (const KappaJson *self, guint32 value)
{
  return &g_array_index (self->tokens, KappaJsonToken, value);
}

/* kappa_json_load_file() for a file that is open. */
KappaJson *
kappa_json_load (KappaSource *source, GError **error)
{
  g_autofree char *text = NULL;
  KappaJson *self;
  gsize size;

  if (kappa_source_get_size (source) > MAX_FILE_SIZE)
    {
      kappa_source_fail (source, error, KAPPA_ERROR_FORMAT,
                         "a JSON file larger than 64 MiB is not read");
      return NULL;
    }
  size = (gsize)kappa_source_get_size (source);
  text = g_malloc (MAX (size, 1));
  if (!kappa_source_read (source, 0, text, size, error))
    return NULL;
  self = kappa_json_parse (text, size, FILE_MAX_DEPTH, error);
  if (self == NULL)
    g_prefix_error (error, "%s: ", kappa_source_get_name (source));
  return self;
}

/**
 * kappa_json_load_file:
 *
 * Returns: (transfer full): the document in a file of up to 64 MiB; %NULL with %KAPPA_ERROR_FORMAT
 * or the system's error
 */
KappaJson *
kappa_json_load_file (const char *path, GError **error)
{
  g_autoptr (KappaSource) source = kappa_source_open (path, error);

  return source != NULL ? kappa_json_load (source, error) : NULL;
}

void
kappa_json_free (KappaJson *self)
{
  g_array_unref (self->tokens);
  g_free (self->text);
  g_free (self);
}

KappaJsonKind
kappa_json_get_kind (const KappaJson *self, guint32 value)
{
  return value == KAPPA_JSON_MISSING ? KAPPA_JSON_NULL : kappa_json_get_token (self, value)->kind;
}

/**
 * kappa_json_get_n:
 *
 * Returns: number of elements of an array or members of an object, 0 for anything else
 */
guint32
kappa_json_get_n (const KappaJson *self, guint32 value)
{
  return value == KAPPA_JSON_MISSING ? 0 : kappa_json_get_token (self, value)->n;
}

/* The value at @index, where a key stands for the member it begins. */
static guint32
member_value (const KappaJson *self, guint32 index)
{
  return kappa_json_get_token (self, index)->is_key ? index + 1 : index;
}

/**
 * kappa_json_get_first:
 *
 * Returns: the first element of an array or value of an object, %KAPPA_JSON_MISSING if there is
 * none
 */
guint32
kappa_json_get_first (const KappaJson *self, guint32 value)
{
  return kappa_json_get_n (self, value) > 0 ? member_value (self, value + 1) : KAPPA_JSON_MISSING;
}

/**
 * kappa_json_get_next:
 * @value: an element or a member's value
 *
 * Returns: the one after it, %KAPPA_JSON_MISSING after the last
 */
guint32
kappa_json_get_next (const KappaJson *self, guint32 value)
{
  return kappa_json_get_token (self, value)->more
             ? member_value (self, kappa_json_get_token (self, value)->next)
             : KAPPA_JSON_MISSING;
}

static void
append_escape (GString *string, const KappaJson *self, gsize at, gsize length)
{
  static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
  const char *found = strchr (from, self->text[at + 1]);
  gunichar c = (gunichar)kappa_json_parse_unit (self, at + 2);

  if (length == 2)
    g_string_append_c (string, found != NULL ? to[found - from] : self->text[at + 1]);
  else if (length == 6)
    g_string_append_unichar (string, c);
  else
    g_string_append_unichar (
        string,
        0x10000 + ((c & 0x3ff) << 10 | ((gunichar)kappa_json_parse_unit (self, at + 8) & 0x3ff)));
}

static char *
decode (const KappaJson *self, const KappaJsonToken *string)
{
  GString *decoded = g_string_sized_new (string->length);
  gsize at = string->start, end = at + string->length, length;

  for (; at < end; at += length)
    {
      length = 1;
      if (self->text[at] != '\\')
        {
          g_string_append_c (decoded, self->text[at]);
          continue;
        }
      kappa_json_scan_escape (self, at, &length);
      append_escape (decoded, self, at, length);
    }
  return g_string_free (decoded, FALSE);
}

/**
 * kappa_json_get_key:
 * @value: a member's value, as kappa_json_get_first() and kappa_json_get_next() give them
 *
 * Returns: (transfer full) (nullable): the member's key, %NULL if @value is not in an object
 */
char *
kappa_json_get_key (const KappaJson *self, guint32 value)
{
  if (value == KAPPA_JSON_MISSING || value == 0 || !kappa_json_get_token (self, value - 1)->is_key)
    return NULL;
  return decode (self, kappa_json_get_token (self, value - 1));
}

/**
 * kappa_json_lookup:
 *
 * Returns: the value of the member called @key, %KAPPA_JSON_MISSING if @object has none or is none
 */
guint32
kappa_json_lookup (const KappaJson *self, guint32 object, const char *key)
{
  guint32 value = kappa_json_get_first (self, object);

  for (; value != KAPPA_JSON_MISSING; value = kappa_json_get_next (self, value))
    {
      g_autofree char *name = kappa_json_get_key (self, value);

      if (g_strcmp0 (name, key) == 0)
        return value;
    }
  return KAPPA_JSON_MISSING;
}

/**
 * kappa_json_get_string:
 *
 * Returns: (transfer full) (nullable): the text, %NULL if @value is not a string
 */
char *
kappa_json_get_string (const KappaJson *self, guint32 value)
{
  return kappa_json_get_kind (self, value) == KAPPA_JSON_STRING
             ? decode (self, kappa_json_get_token (self, value))
             : NULL;
}

static char *
number_text (const KappaJson *self, guint32 value)
{
  if (kappa_json_get_kind (self, value) != KAPPA_JSON_NUMBER)
    return NULL;
  return g_strndup (self->text + kappa_json_get_token (self, value)->start,
                    kappa_json_get_token (self, value)->length);
}

/**
 * kappa_json_get_unsigned:
 * @number: (out): the value
 *
 * Returns: %FALSE unless @value is written in plain digits and fits: 1.0, 1e3 and -0 do not count
 */
gboolean
kappa_json_get_unsigned (const KappaJson *self, guint32 value, guint64 *number)
{
  g_autofree char *text = number_text (self, value);

  return text != NULL && g_ascii_isdigit (text[0])
         && g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT64, number, NULL);
}

/**
 * kappa_json_get_double:
 * @number: (out): the value
 *
 * Returns: %FALSE unless @value is a number
 */
gboolean
kappa_json_get_double (const KappaJson *self, guint32 value, double *number)
{
  g_autofree char *text = number_text (self, value);

  if (text == NULL)
    return FALSE;
  *number = g_ascii_strtod (text, NULL);
  return TRUE;
}
