#include "core/formats/pickle-private.h"

#include <string.h>

/* How much of a value is written out as text. */
#define TEXT_DEPTH  4
#define TEXT_ITEMS  16
#define TEXT_LENGTH 400

KappaPickleKind
kappa_pickle_value_get_kind (const KappaPickleValue *value)
{
  return value->kind;
}

/**
 * kappa_pickle_value_get_int:
 * @value: (nullable): any value
 * @number: (out): the number; True is 1
 *
 * Returns: %FALSE if @value is neither an integer nor a boolean
 */
gboolean
kappa_pickle_value_get_int (const KappaPickleValue *value, gint64 *number)
{
  if (value == NULL || (value->kind != KAPPA_PICKLE_INT && value->kind != KAPPA_PICKLE_BOOL))
    return FALSE;
  *number = value->number;
  return TRUE;
}

/**
 * kappa_pickle_value_get_number:
 * @value: (nullable): any value
 * @number: (out): the number
 *
 * Returns: %FALSE if @value is not an integer, a float, or a numpy scalar
 */
gboolean
kappa_pickle_value_get_number (const KappaPickleValue *value, double *number)
{
  gint64 integer;

  if (kappa_pickle_value_get_int (value, &integer))
    {
      *number = (double)integer;
      return TRUE;
    }
  if (value == NULL || value->kind != KAPPA_PICKLE_FLOAT)
    return value != NULL && kappa_pickle_value_scalar (value, number);
  *number = value->real;
  return TRUE;
}

/**
 * kappa_pickle_value_get_string:
 * @value: (nullable): any value
 * @length: (out) (optional): bytes in the string
 *
 * Returns: (transfer none) (nullable): text or bytes, with a NUL added; %NULL if @value is not a
 * string
 */
const char *
kappa_pickle_value_get_string (const KappaPickleValue *value, gsize *length)
{
  if (value == NULL || value->kind != KAPPA_PICKLE_STRING)
    return NULL;
  if (length != NULL)
    *length = value->n;
  return value->text;
}

/**
 * kappa_pickle_value_equals:
 *
 * Returns: whether @value is a string with the bytes of @text
 */
gboolean
kappa_pickle_value_equals (const KappaPickleValue *value, const char *text)
{
  gsize length;
  const char *string = kappa_pickle_value_get_string (value, &length);

  return string != NULL && length == strlen (text) && memcmp (string, text, length) == 0;
}

/**
 * kappa_pickle_value_get_n:
 * @value: (nullable): any value
 *
 * Returns: number of items of a tuple, list or dictionary, 0 for anything else
 */
guint
kappa_pickle_value_get_n (const KappaPickleValue *value)
{
  if (value != NULL && (value->kind == KAPPA_PICKLE_TUPLE || value->kind == KAPPA_PICKLE_LIST))
    return value->n;
  return value != NULL && value->kind == KAPPA_PICKLE_DICT ? value->n / 2 : 0;
}

/**
 * kappa_pickle_value_get_item:
 * @index: less than kappa_pickle_value_get_n()
 *
 * Returns: (transfer none): an item of a tuple or list, a value of a dictionary. Values may contain
 * themselves.
 */
const KappaPickleValue *
kappa_pickle_value_get_item (const KappaPickleValue *value, guint index)
{
  return value->items[value->kind == KAPPA_PICKLE_DICT ? 2 * index + 1 : index];
}

/**
 * kappa_pickle_value_get_key:
 * @value: a dictionary
 * @index: less than kappa_pickle_value_get_n()
 *
 * Returns: (transfer none): the key of an item
 */
const KappaPickleValue *
kappa_pickle_value_get_key (const KappaPickleValue *value, guint index)
{
  return value->items[2 * index];
}

/**
 * kappa_pickle_value_lookup:
 * @value: (nullable): any value
 * @key: text; Python 2's and bytes keys are found as well
 *
 * Returns: (transfer none) (nullable): what was last stored under @key, %NULL if @value is not a
 * dictionary or has no such key
 */
const KappaPickleValue *
kappa_pickle_value_lookup (const KappaPickleValue *value, const char *key)
{
  if (value == NULL || value->kind != KAPPA_PICKLE_DICT)
    return NULL;
  for (guint i = value->n / 2; i-- > 0;)
    if (kappa_pickle_value_equals (value->items[2 * i], key))
      return value->items[2 * i + 1];
  return NULL;
}

/**
 * kappa_pickle_value_get_name:
 * @value: (nullable): any value
 *
 * Returns: (transfer none) (nullable): the name of a global, or of what a call called, e.g.
 * "torch.FloatStorage"; %NULL for anything else
 */
const char *
kappa_pickle_value_get_name (const KappaPickleValue *value)
{
  if (value != NULL && value->kind == KAPPA_PICKLE_CALL)
    value = value->items[KAPPA_PICKLE_CALLEE];
  return value != NULL && value->kind == KAPPA_PICKLE_GLOBAL ? value->global->name : NULL;
}

/**
 * kappa_pickle_value_get_state:
 * @value: (nullable): any value
 *
 * Returns: (transfer none) (nullable): the state a call's result was given, for example the
 * dictionary of a Namespace; the identification of a reference; %NULL if there is none
 */
const KappaPickleValue *
kappa_pickle_value_get_state (const KappaPickleValue *value)
{
  if (value != NULL && value->kind == KAPPA_PICKLE_REFERENCE)
    return value->items[0];
  return value != NULL && value->kind == KAPPA_PICKLE_CALL ? value->items[KAPPA_PICKLE_STATE]
                                                           : NULL;
}

gboolean
kappa_pickle_value_is_call (const KappaPickleValue *value, const char *name)
{
  return value != NULL && value->kind == KAPPA_PICKLE_CALL
         && strcmp (value->items[KAPPA_PICKLE_CALLEE]->global->name, name) == 0;
}

/* An argument of a call, NULL if there are fewer. */
const KappaPickleValue *
kappa_pickle_value_argument (const KappaPickleValue *value, guint index)
{
  const KappaPickleValue *arguments = value->items[KAPPA_PICKLE_ARGUMENTS];

  return index < arguments->n ? arguments->items[index] : NULL;
}

/* In as few digits as tell the number from its neighbours. */
static void
append_number (GString *text, double number)
{
  char digits[G_ASCII_DTOSTR_BUF_SIZE];

  g_ascii_formatd (digits, sizeof digits, "%.15g", number);
  if (g_ascii_strtod (digits, NULL) != number)
    g_ascii_dtostr (digits, sizeof digits, number);
  g_string_append (text, digits);
}

static void append_value (GString *text, const KappaPickleValue *value, guint depth);

static void
append_items (GString *text, const KappaPickleValue *value, guint depth)
{
  guint n = kappa_pickle_value_get_n (value);

  for (guint i = 0; i < MIN (n, TEXT_ITEMS) && text->len < TEXT_LENGTH; i++)
    {
      if (i > 0)
        g_string_append (text, ", ");
      if (value->kind == KAPPA_PICKLE_DICT)
        {
          append_value (text, kappa_pickle_value_get_key (value, i), depth + 1);
          g_string_append (text, ": ");
        }
      append_value (text, kappa_pickle_value_get_item (value, i), depth + 1);
    }
  if (n > TEXT_ITEMS)
    g_string_append_printf (text, ", … (%u items)", n);
}

static void
append_call (GString *text, const KappaPickleValue *value, guint depth)
{
  double number;

  if (kappa_pickle_value_scalar (value, &number))
    {
      append_number (text, number);
      return;
    }
  g_string_append (text, kappa_pickle_value_get_name (value));
  if (value->items[KAPPA_PICKLE_ARGUMENTS]->n > 0 || value->items[KAPPA_PICKLE_STATE] == NULL)
    append_value (text, value->items[KAPPA_PICKLE_ARGUMENTS], depth + 1);
  if (value->items[KAPPA_PICKLE_STATE] != NULL)
    append_value (text, value->items[KAPPA_PICKLE_STATE], depth + 1);
}

static void
append_string (GString *text, const KappaPickleValue *value, guint depth)
{
  g_autofree char *quoted = kappa_source_quote (value->text, value->n);

  g_string_append_printf (text, depth > 0 ? "'%s'" : "%s", quoted);
}

static void
append_container (GString *text, const KappaPickleValue *value, guint depth)
{
  static const char brackets[][2] = { [KAPPA_PICKLE_TUPLE] = { '(', ')' },
                                      [KAPPA_PICKLE_LIST] = { '[', ']' },
                                      [KAPPA_PICKLE_DICT] = { '{', '}' } };

  g_string_append_c (text, brackets[value->kind][0]);
  append_items (text, value, depth);
  g_string_append_c (text, brackets[value->kind][1]);
}

static void
append_value (GString *text, const KappaPickleValue *value, guint depth)
{
  if (depth > TEXT_DEPTH || text->len >= TEXT_LENGTH)
    {
      g_string_append (text, "…");
      return;
    }
  switch ((KappaPickleKind)value->kind)
    {
    case KAPPA_PICKLE_NONE:
      g_string_append (text, "None");
      break;
    case KAPPA_PICKLE_BOOL:
      g_string_append (text, value->number != 0 ? "True" : "False");
      break;
    case KAPPA_PICKLE_INT:
      g_string_append_printf (text, "%" G_GINT64_FORMAT, value->number);
      break;
    case KAPPA_PICKLE_FLOAT:
      append_number (text, value->real);
      break;
    case KAPPA_PICKLE_STRING:
      append_string (text, value, depth);
      break;
    case KAPPA_PICKLE_TUPLE:
    case KAPPA_PICKLE_LIST:
    case KAPPA_PICKLE_DICT:
      append_container (text, value, depth);
      break;
    case KAPPA_PICKLE_GLOBAL:
      g_string_append (text, value->global->name);
      break;
    case KAPPA_PICKLE_CALL:
      append_call (text, value, depth);
      break;
    case KAPPA_PICKLE_REFERENCE:
      g_string_append (text, "<stored elsewhere>");
      break;
    }
}

/**
 * kappa_pickle_value_to_text:
 *
 * Returns: (transfer full): the value for people to read, shortened to about 400 characters, as
 * UTF-8
 */
char *
kappa_pickle_value_to_text (const KappaPickleValue *value)
{
  GString *text = g_string_new (NULL);

  append_value (text, value, 0);
  return g_string_free (text, FALSE);
}
