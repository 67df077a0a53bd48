#include "tests/support/proto-text.h"

#include <string.h>

/*
 * Messages of protobuf as text, sound or not: fields are a number and 'text', =integer, {message},
 * #zero bytes, or ~a float; ! is followed by bytes as they are, in hexadecimal digits, to the next
 * space.
 */

static void
put_varint (GByteArray *out, guint64 value)
{
  guint8 byte;

  for (; value >= 0x80; value >>= 7)
    {
      byte = (guint8)(value | 0x80);
      g_byte_array_append (out, &byte, 1);
    }
  byte = (guint8)value;
  g_byte_array_append (out, &byte, 1);
}

static void
put_block (GByteArray *out, guint64 field, const guint8 *data, gsize size)
{
  put_varint (out, field << 3 | 2);
  put_varint (out, size);
  g_byte_array_append (out, data, (guint)size);
}

static const char *
put_raw (GByteArray *out, const char *text)
{
  for (; g_ascii_isxdigit (text[0]); text += 2)
    {
      const guint8 byte
          = (guint8)(g_ascii_xdigit_value (text[0]) << 4 | g_ascii_xdigit_value (text[1]));

      g_byte_array_append (out, &byte, 1);
    }
  return text;
}

static const char *put_message (GByteArray *out, const char *text);

static const char *
put_field (GByteArray *out, const char *text)
{
  char *end;
  const guint64 field = g_ascii_strtoull (text, &end, 10);
  g_autoptr (GByteArray) inner = g_byte_array_new ();
  const char kind = *end++;

  if (kind == '\'')
    {
      const char *quote = strchr (end, '\'');

      put_block (out, field, (const guint8 *)end, quote - end);
      return quote + 1;
    }
  if (kind == '{')
    {
      const char *rest = put_message (inner, end);

      put_block (out, field, inner->data, inner->len);
      return rest + 1;
    }
  if (kind == '#')
    {
      g_byte_array_set_size (inner, (guint)g_ascii_strtoull (end, &end, 10));
      if (inner->len > 0)
        memset (inner->data, 0, inner->len);
      put_block (out, field, inner->data, inner->len);
    }
  else if (kind == '=')
    {
      put_varint (out, field << 3);
      put_varint (out, (guint64)g_ascii_strtoll (end, &end, 10));
    }
  else
    {
      const float value = (float)g_ascii_strtod (end, &end);

      g_assert (kind == '~');
      put_varint (out, field << 3 | 5);
      g_byte_array_append (out, (const guint8 *)&value, sizeof value);
    }
  return end;
}

static const char *
put_message (GByteArray *out, const char *text)
{
  while (*text != '\0' && *text != '}')
    if (*text == ' ')
      text++;
    else
      text = *text == '!' ? put_raw (out, text + 1) : put_field (out, text);
  return text;
}

GBytes *
proto_from_text (const char *text)
{
  GByteArray *out = g_byte_array_new ();

  put_message (out, text);
  return g_byte_array_free_to_bytes (out);
}
