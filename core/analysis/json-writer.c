#include "core/analysis/json-writer.h"

#include <math.h>
#include <stdlib.h>

struct _KappaJsonWriter
{
  GString *text;
  GArray *levels; /* of Level: what is open, outermost first */
};

typedef struct
{
  char close;
  gboolean inline_items; /* on one line */
  guint n_items;
} Level;

/**
 * kappa_json_writer_new:
 *
 * Returns: (transfer full): a writer whose first item is the document: usually
 * kappa_json_writer_begin_object() with %NULL for the member, as for all items of arrays
 */
KappaJsonWriter *
kappa_json_writer_new (void)
{
  KappaJsonWriter *self = g_new (KappaJsonWriter, 1);

  self->text = g_string_new (NULL);
  self->levels = g_array_new (FALSE, FALSE, sizeof (Level));
  return self;
}

void
kappa_json_writer_free (KappaJsonWriter *self)
{
  if (self == NULL)
    return;
  g_string_free (self->text, TRUE);
  g_array_unref (self->levels);
  g_free (self);
}

/**
 * kappa_json_writer_finish:
 *
 * Returns: (transfer full): the document, with a line feed at its end; the writer is empty
 * afterwards
 */
char *
kappa_json_writer_finish (KappaJsonWriter *self)
{
  char *text;

  g_assert (self->levels->len == 0);
  g_string_append_c (self->text, '\n');
  text = g_string_free (self->text, FALSE);
  self->text = g_string_new (NULL);
  return text;
}

static Level *
innermost (KappaJsonWriter *self)
{
  return self->levels->len > 0 ? &g_array_index (self->levels, Level, self->levels->len - 1) : NULL;
}

static void
break_line (KappaJsonWriter *self)
{
  g_string_append_c (self->text, '\n');
  for (guint i = 0; i < self->levels->len; i++)
    g_string_append (self->text, "  ");
}

static void
append_string (GString *text, const char *value)
{
  g_string_append_c (text, '"');
  for (const guchar *p = (const guchar *) value; *p != '\0'; p++)
    switch (*p)
      {
      case '"':
        g_string_append (text, "\\\"");
        break;
      case '\\':
        g_string_append (text, "\\\\");
        break;
      case '\n':
        g_string_append (text, "\\n");
        break;
      case '\t':
        g_string_append (text, "\\t");
        break;
      default:
        if (*p < 0x20 || *p == 0x7f)
          g_string_append_printf (text, "\\u%04x", *p);
        else
          g_string_append_c (text, (char) *p);
      }
  g_string_append_c (text, '"');
}

/* The comma, the white space and the member's name before an item. */
static void
begin_item (KappaJsonWriter *self, const char *member)
{
  Level *level = innermost (self);

  if (level == NULL)
    return;
  if (level->n_items++ > 0)
    g_string_append (self->text, level->inline_items ? ", " : ",");
  if (!level->inline_items)
    break_line (self);
  g_assert ((member != NULL) == (level->close == '}'));
  if (member != NULL)
    {
      append_string (self->text, member);
      g_string_append (self->text, ": ");
    }
}

static void
open_level (KappaJsonWriter *self, const char *member, char open, char close, gboolean inline_items)
{
  Level *outer;
  Level level = { close, inline_items, 0 };

  begin_item (self, member);
  outer = innermost (self);
  if (outer != NULL && outer->inline_items)
    level.inline_items = TRUE;
  g_string_append_c (self->text, open);
  g_array_append_val (self->levels, level);
}

static void
close_level (KappaJsonWriter *self, char close)
{
  Level level = *innermost (self);

  g_assert (level.close == close);
  g_array_set_size (self->levels, self->levels->len - 1);
  if (level.n_items > 0 && !level.inline_items)
    break_line (self);
  g_string_append_c (self->text, close);
}

void
kappa_json_writer_begin_object (KappaJsonWriter *self, const char *member)
{
  open_level (self, member, '{', '}', FALSE);
}

void
kappa_json_writer_end_object (KappaJsonWriter *self)
{
  close_level (self, '}');
}

void
kappa_json_writer_begin_array (KappaJsonWriter *self, const char *member)
{
  open_level (self, member, '[', ']', FALSE);
}

/**
 * kappa_json_writer_begin_row:
 *
 * Begins an array that is written on one line; kappa_json_writer_end_array() ends it.
 */
void
kappa_json_writer_begin_row (KappaJsonWriter *self, const char *member)
{
  open_level (self, member, '[', ']', TRUE);
}

void
kappa_json_writer_end_array (KappaJsonWriter *self)
{
  close_level (self, ']');
}

/**
 * kappa_json_writer_add_string:
 * @value: (nullable): text; bytes that are not UTF-8, as file names may have, are replaced; %NULL
 * writes null
 */
void
kappa_json_writer_add_string (KappaJsonWriter *self, const char *member, const char *value)
{
  g_autofree char *valid = value != NULL ? g_utf8_make_valid (value, -1) : NULL;

  begin_item (self, member);
  if (valid != NULL)
    append_string (self->text, valid);
  else
    g_string_append (self->text, "null");
}

/**
 * kappa_json_writer_add_number:
 *
 * JSON has no word for what is not finite: that is written as the string "NaN", "Infinity" or
 * "-Infinity".
 */
void
kappa_json_writer_add_number (KappaJsonWriter *self, const char *member, double value)
{
  g_autofree char *text = kappa_number_to_text (value);

  if (!isfinite (value))
    {
      kappa_json_writer_add_string (self, member, text);
      return;
    }
  begin_item (self, member);
  g_string_append (self->text, text);
}

void
kappa_json_writer_add_integer (KappaJsonWriter *self, const char *member, gint64 value)
{
  begin_item (self, member);
  g_string_append_printf (self->text, "%" G_GINT64_FORMAT, value);
}

void
kappa_json_writer_add_boolean (KappaJsonWriter *self, const char *member, gboolean value)
{
  begin_item (self, member);
  g_string_append (self->text, value ? "true" : "false");
}

void
kappa_json_writer_add_null (KappaJsonWriter *self, const char *member)
{
  begin_item (self, member);
  g_string_append (self->text, "null");
}

/**
 * kappa_json_writer_add_raw:
 * @json: a complete JSON value, written as it is, its lines indented
 */
void
kappa_json_writer_add_raw (KappaJsonWriter *self, const char *member, const char *json)
{
  begin_item (self, member);
  for (const char *p = json; *p != '\0'; p++)
    if (*p != '\n')
      g_string_append_c (self->text, *p);
    else if (p[1] != '\0')
      break_line (self);
}

/**
 * kappa_number_to_text:
 *
 * Returns: (transfer full): the fewest digits that read back to the same double, with a point
 * whatever the locale; "NaN", "Infinity" or "-Infinity"
 */
char *
kappa_number_to_text (double value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  if (isnan (value))
    return g_strdup ("NaN");
  if (isinf (value))
    return g_strdup (value < 0.0 ? "-Infinity" : "Infinity");
  for (int digits = 1; digits <= 17; digits++)
    {
      char format[8];

      g_snprintf (format, sizeof format, "%%.%dg", digits);
      g_ascii_formatd (text, sizeof text, format, value);
      if (g_ascii_strtod (text, NULL) == value)
        break;
    }
  return g_strdup (text);
}
