#include "core/formats/json-private.h"

#include <string.h>

#include "core/base/error.h"

#define MAX_VALUES     ((guint32)1 << 24)
#define MAX_DEPTH      64
#define LONGEST_NUMBER 64

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

/* Four hexadecimal digits at @at, or -1. */
int
kappa_json_parse_unit (const KappaJson *json, gsize at)
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
gboolean
kappa_json_scan_escape (const KappaJson *json, gsize at, gsize *length)
{
  int unit;

  if (at + 1 >= json->size)
    return FALSE;
  *length = 2;
  if (json->text[at + 1] != 'u')
    return json->text[at + 1] != '\0' && strchr ("\"\\/bfnrt", json->text[at + 1]) != NULL;
  unit = kappa_json_parse_unit (json, at + 2);
  *length = 6;
  if (unit < 0xd800 || unit > 0xdfff)
    return unit > 0;
  *length = 12;
  if (unit > 0xdbff || at + 7 >= json->size || json->text[at + 6] != '\\'
      || json->text[at + 7] != 'u')
    return FALSE;
  unit = kappa_json_parse_unit (json, at + 8);
  return unit >= 0xdc00 && unit <= 0xdfff;
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
  KappaJsonToken added
      = { .kind = (guint8)kind, .start = (guint32)start, .length = (guint32)length };

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
      if (json->text[parser->at] == '\\' && !kappa_json_scan_escape (json, parser->at, &length))
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
         && kappa_json_get_token (parser->json, nesting->containers[nesting->depth - 1])->kind
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
  kappa_json_get_token (parser->json, nesting->containers[--nesting->depth])->next
      = parser->json->tokens->len;
}

/* The value about to be parsed is a child of the innermost container. */
static void
count_child (Parser *parser, Nesting *nesting)
{
  if (nesting->depth == 0)
    return;
  kappa_json_get_token (parser->json, nesting->containers[nesting->depth - 1])->n++;
  nesting->last[nesting->depth - 1] = parser->json->tokens->len;
}

static gboolean
parse_key (Parser *parser)
{
  if (!parse_string (parser))
    return FALSE;
  kappa_json_get_token (parser->json, parser->json->tokens->len - 1)->is_key = TRUE;
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
      kappa_json_get_token (parser->json, nesting->last[nesting->depth - 1])->more = TRUE;
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

  if (kappa_json_get_token (parser->json, object)->n < 2)
    return TRUE;
  seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (; key != KAPPA_JSON_MISSING; key = kappa_json_get_next (parser->json, key))
    if (!g_hash_table_add (seen, kappa_json_get_key (parser->json, key)))
      {
        g_autofree char *name = kappa_json_get_key (parser->json, key);
        g_autofree char *quoted = kappa_source_quote (name, strlen (name));
        g_autofree char *what = g_strdup_printf ("the key “%s” appears twice", quoted);

        parser->at = kappa_json_get_token (parser->json, key)->start;
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
    if (kappa_json_get_token (parser->json, i)->kind == KAPPA_JSON_OBJECT
        && !check_keys (parser, i))
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

  self->tokens = g_array_new (FALSE, FALSE, sizeof (KappaJsonToken));
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
