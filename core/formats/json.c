#include "core/formats/json.h"

#include <string.h>

#include "core/base/error.h"
#include "core/formats/source.h"

#define MAX_VALUES     ((guint32)1 << 24)
#define MAX_FILE_SIZE  ((guint64)64 << 20)
#define MAX_DEPTH      64
#define FILE_MAX_DEPTH 16
#define LONGEST_NUMBER 64

/**
 * KappaJson:
 *
 * The document as a row of tokens in the order of the text. A key is a string token followed by its
 * value's, and every token knows where the next one after everything inside it is.
 */
struct _KappaJson
{
  char *text;
  gsize size;
  GArray *tokens;
};

typedef struct
{
  guint8 kind;
  guint8 is_key;
  guint8 more;   /* a comma follows */
  guint32 start; /* of the text of a string or a number, without quotes */
  guint32 length;
  guint32 n; /* elements or members */
  guint32 next;
} Token;

typedef struct
{
  KappaJson *json;
  gsize at;
  GError **error;
} Parser;

/* What may follow inside the innermost array or object. */
typedef enum
{
  EXPECT_VALUE,
  EXPECT_FIRST, /* a value or a key, or the end of an empty container */
  EXPECT_KEY,
  EXPECT_COMMA,
  EXPECT_END,
} Expectation;

static Token *
token (const KappaJson *self, guint32 value)
{
  return &g_array_index (self->tokens, Token, value);
}

static gboolean
fail (Parser *parser, const char *what)
{
  g_set_error (parser->error, KAPPA_ERROR, KAPPA_ERROR_FORMAT, "JSON: %s at byte %" G_GSIZE_FORMAT,
               what, parser->at);
  return FALSE;
}

static gboolean
add (Parser *parser, KappaJsonKind kind, gsize start, gsize length)
{
  Token added = { .kind = (guint8)kind, .start = (guint32)start, .length = (guint32)length };

  if (parser->json->tokens->len >= MAX_VALUES)
    return fail (parser, "more than 16,777,216 values");
  added.next = parser->json->tokens->len + 1;
  g_array_append_val (parser->json->tokens, added);
  return TRUE;
}

static gboolean
is_space (char c)
{
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static int
peek (Parser *parser)
{
  const KappaJson *json = parser->json;

  while (parser->at < json->size && is_space (json->text[parser->at]))
    parser->at++;
  return parser->at < json->size ? (guint8)json->text[parser->at] : -1;
}

/* Four hexadecimal digits at @at, or -1. */
static int
parse_unit (const KappaJson *json, gsize at)
{
  int unit = 0;

  if (at + 4 > json->size)
    return -1;
  for (int i = 0; i < 4; i++)
    {
      int digit = g_ascii_xdigit_value (json->text[at + i]);

      if (digit < 0)
        return -1;
      unit = unit << 4 | digit;
    }
  return unit;
}

/* Checks the escape that begins at the backslash at @at; @length is how much text it takes. */
static gboolean
scan_escape (const KappaJson *json, gsize at, gsize *length)
{
  int unit;

  if (at + 1 >= json->size)
    return FALSE;
  *length = 2;
  if (json->text[at + 1] != 'u')
    return json->text[at + 1] != '\0' && strchr ("\"\\/bfnrt", json->text[at + 1]) != NULL;
  unit = parse_unit (json, at + 2);
  *length = 6;
  if (unit < 0xd800 || unit > 0xdfff)
    return unit > 0;
  *length = 12;
  if (unit > 0xdbff || at + 7 >= json->size || json->text[at + 6] != '\\'
      || json->text[at + 7] != 'u')
    return FALSE;
  unit = parse_unit (json, at + 8);
  return unit >= 0xdc00 && unit <= 0xdfff;
}

static gboolean
parse_string (Parser *parser)
{
  const KappaJson *json = parser->json;
  gsize start = ++parser->at;

  while (parser->at < json->size && json->text[parser->at] != '"')
    {
      gsize length = 1;

      if ((guint8)json->text[parser->at] < 0x20)
        return fail (parser, "a control character in a string");
      if (json->text[parser->at] == '\\' && !scan_escape (json, parser->at, &length))
        return fail (parser, "a bad escape in a string");
      parser->at += length;
    }
  if (parser->at >= json->size)
    return fail (parser, "a string without an end");
  return add (parser, KAPPA_JSON_STRING, start, parser->at++ - start);
}

static gsize
skip_digits (Parser *parser)
{
  gsize start = parser->at;

  while (parser->at < parser->json->size && g_ascii_isdigit (parser->json->text[parser->at]))
    parser->at++;
  return parser->at - start;
}

static gboolean
at_char (Parser *parser, const char *set)
{
  return parser->at < parser->json->size && parser->json->text[parser->at] != '\0'
         && strchr (set, parser->json->text[parser->at]) != NULL;
}

static gboolean
parse_number (Parser *parser)
{
  gsize start = parser->at;

  if (at_char (parser, "-"))
    parser->at++;
  if (at_char (parser, "0"))
    parser->at++;
  else if (skip_digits (parser) == 0)
    return fail (parser, "an unexpected character");
  if (at_char (parser, "."))
    {
      parser->at++;
      if (skip_digits (parser) == 0)
        return fail (parser, "a number without digits after the point");
    }
  if (at_char (parser, "eE"))
    {
      parser->at++;
      if (at_char (parser, "+-"))
        parser->at++;
      if (skip_digits (parser) == 0)
        return fail (parser, "a number without an exponent");
    }
  if (parser->at - start > LONGEST_NUMBER)
    return fail (parser, "a number of more than 64 characters");
  return add (parser, KAPPA_JSON_NUMBER, start, parser->at - start);
}

static gboolean
parse_word (Parser *parser)
{
  static const struct
  {
    const char *word;
    KappaJsonKind kind;
  } words[]
      = { { "null", KAPPA_JSON_NULL }, { "false", KAPPA_JSON_FALSE }, { "true", KAPPA_JSON_TRUE } };

  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    {
      gsize length = strlen (words[i].word);

      if (parser->json->size - parser->at < length
          || memcmp (parser->json->text + parser->at, words[i].word, length) != 0)
        continue;
      parser->at += length;
      return add (parser, words[i].kind, parser->at - length, length);
    }
  return parse_number (parser);
}

typedef struct
{
  guint32 containers[MAX_DEPTH];
  guint32 last[MAX_DEPTH]; /* the latest value in each */
  guint depth;
  guint max_depth;
} Nesting;

static gboolean
in_object (Parser *parser, const Nesting *nesting)
{
  return nesting->depth > 0
         && token (parser->json, nesting->containers[nesting->depth - 1])->kind
                == KAPPA_JSON_OBJECT;
}

static Expectation
after_value (const Nesting *nesting)
{
  return nesting->depth > 0 ? EXPECT_COMMA : EXPECT_END;
}

static gboolean
open_container (Parser *parser, Nesting *nesting, KappaJsonKind kind)
{
  if (nesting->depth == nesting->max_depth)
    return fail (parser, "nesting is too deep");
  nesting->containers[nesting->depth++] = parser->json->tokens->len;
  parser->at++;
  return add (parser, kind, parser->at, 0);
}

static void
close_container (Parser *parser, Nesting *nesting)
{
  parser->at++;
  token (parser->json, nesting->containers[--nesting->depth])->next = parser->json->tokens->len;
}

/* The value about to be parsed is a child of the innermost container. */
static void
count_child (Parser *parser, Nesting *nesting)
{
  if (nesting->depth == 0)
    return;
  token (parser->json, nesting->containers[nesting->depth - 1])->n++;
  nesting->last[nesting->depth - 1] = parser->json->tokens->len;
}

static gboolean
parse_key (Parser *parser)
{
  if (!parse_string (parser))
    return FALSE;
  token (parser->json, parser->json->tokens->len - 1)->is_key = TRUE;
  if (peek (parser) != ':')
    return fail (parser, "no colon after a key");
  parser->at++;
  return TRUE;
}

/* One step of the grammar; returns whether the document is sound so far. */
static gboolean
parse_value (Parser *parser, Nesting *nesting, int c, Expectation *expectation)
{
  count_child (parser, nesting);
  if (c == '{' || c == '[')
    {
      *expectation = EXPECT_FIRST;
      return open_container (parser, nesting, c == '{' ? KAPPA_JSON_OBJECT : KAPPA_JSON_ARRAY);
    }
  *expectation = after_value (nesting);
  return c == '"' ? parse_string (parser) : parse_word (parser);
}

static gboolean
parse_step (Parser *parser, Nesting *nesting, Expectation *expectation)
{
  int c = peek (parser);
  gboolean object = in_object (parser, nesting);

  if (c < 0)
    return fail (parser, "the text ends too early");
  if ((*expectation == EXPECT_FIRST || *expectation == EXPECT_COMMA) && c == (object ? '}' : ']'))
    {
      close_container (parser, nesting);
      *expectation = after_value (nesting);
      return TRUE;
    }
  if (*expectation == EXPECT_COMMA)
    {
      if (c != ',')
        return fail (parser, "no comma between values");
      *expectation = object ? EXPECT_KEY : EXPECT_VALUE;
      token (parser->json, nesting->last[nesting->depth - 1])->more = TRUE;
      parser->at++;
      return TRUE;
    }
  if (object && *expectation != EXPECT_VALUE)
    {
      *expectation = EXPECT_VALUE;
      return c == '"' ? parse_key (parser) : fail (parser, "a key that is not a string");
    }
  return parse_value (parser, nesting, c, expectation);
}

/* Readers disagree about which of two equal keys counts, so a text with two says different things
 * to each. */
static gboolean
check_keys (Parser *parser, guint32 object)
{
  g_autoptr (GHashTable) seen = NULL;
  guint32 key = kappa_json_get_first (parser->json, object);

  if (token (parser->json, object)->n < 2)
    return TRUE;
  seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (; key != KAPPA_JSON_MISSING; key = kappa_json_get_next (parser->json, key))
    if (!g_hash_table_add (seen, kappa_json_get_key (parser->json, key)))
      {
        g_autofree char *name = kappa_json_get_key (parser->json, key);
        g_autofree char *quoted = kappa_source_quote (name, strlen (name));
        g_autofree char *what = g_strdup_printf ("the key “%s” appears twice", quoted);

        parser->at = token (parser->json, key)->start;
        return fail (parser, what);
      }
  return TRUE;
}

static gboolean
parse (Parser *parser, guint max_depth)
{
  Nesting nesting = { .max_depth = MIN (max_depth, MAX_DEPTH) };
  Expectation expectation = EXPECT_VALUE;

  while (expectation != EXPECT_END)
    if (!parse_step (parser, &nesting, &expectation))
      return FALSE;
  if (peek (parser) >= 0)
    return fail (parser, "something after the end of the document");
  for (guint32 i = 0; i < parser->json->tokens->len; i++)
    if (token (parser->json, i)->kind == KAPPA_JSON_OBJECT && !check_keys (parser, i))
      return FALSE;
  return TRUE;
}

/**
 * kappa_json_parse:
 * @text: (array length=size): UTF-8, at most 4 GiB
 * @max_depth: how deep arrays and objects may nest, at most 64
 *
 * Returns: (transfer full): the document, or %NULL with %KAPPA_ERROR_FORMAT that says at which byte
 */
KappaJson *
kappa_json_parse (const char *text, gsize size, guint max_depth, GError **error)
{
  g_autoptr (KappaJson) self = g_new0 (KappaJson, 1);
  Parser parser = { .json = self, .error = error };

  self->tokens = g_array_new (FALSE, FALSE, sizeof (Token));
  if (size > G_MAXUINT32)
    {
      fail (&parser, "the text is larger than 4 GiB");
      return NULL;
    }
  if (!g_utf8_validate_len (text, size, NULL))
    {
      fail (&parser, "the text is not UTF-8");
      return NULL;
    }
  self->text = g_memdup2 (text, size);
  self->size = size;
  return parse (&parser, max_depth) ? g_steal_pointer (&self) : NULL;
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
  return value == KAPPA_JSON_MISSING ? KAPPA_JSON_NULL : token (self, value)->kind;
}

/**
 * kappa_json_get_n:
 *
 * Returns: number of elements of an array or members of an object, 0 for anything else
 */
guint32
kappa_json_get_n (const KappaJson *self, guint32 value)
{
  return value == KAPPA_JSON_MISSING ? 0 : token (self, value)->n;
}

/* The value at @index, where a key stands for the member it begins. */
static guint32
member_value (const KappaJson *self, guint32 index)
{
  return token (self, index)->is_key ? index + 1 : index;
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
  return token (self, value)->more ? member_value (self, token (self, value)->next)
                                   : KAPPA_JSON_MISSING;
}

static void
append_escape (GString *string, const KappaJson *self, gsize at, gsize length)
{
  static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
  const char *found = strchr (from, self->text[at + 1]);
  gunichar c = (gunichar)parse_unit (self, at + 2);

  if (length == 2)
    g_string_append_c (string, found != NULL ? to[found - from] : self->text[at + 1]);
  else if (length == 6)
    g_string_append_unichar (string, c);
  else
    g_string_append_unichar (
        string, 0x10000 + ((c & 0x3ff) << 10 | ((gunichar)parse_unit (self, at + 8) & 0x3ff)));
}

static char *
decode (const KappaJson *self, const Token *string)
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
      scan_escape (self, at, &length);
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
  if (value == KAPPA_JSON_MISSING || value == 0 || !token (self, value - 1)->is_key)
    return NULL;
  return decode (self, token (self, value - 1));
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
  return kappa_json_get_kind (self, value) == KAPPA_JSON_STRING ? decode (self, token (self, value))
                                                                : NULL;
}

static char *
number_text (const KappaJson *self, guint32 value)
{
  if (kappa_json_get_kind (self, value) != KAPPA_JSON_NUMBER)
    return NULL;
  return g_strndup (self->text + token (self, value)->start, token (self, value)->length);
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
