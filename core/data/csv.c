#include "core/data/csv.h"

#include <string.h>

#include "core/base/error.h"
#include "core/data/read.h"

/* Offsets into the text are 32 bits wide. */
#define MAX_SIZE    ((gsize)1 << 28)
#define MAX_COLUMNS 4096

struct _KappaCsv
{
  char *name;
  char *text; /* every field ends in a NUL of its own */
  guint n_columns;
  GArray *fields; /* guint32 offsets into the text, row by row, the header first */
  GArray *lines;  /* guint32: where each row begins, the header first */
};

typedef enum
{
  END_OF_FIELD,
  END_OF_ROW,
  END_OF_TEXT,
} Ending;

typedef struct
{
  KappaCsv *csv;
  gsize size;
  gsize at;
  guint line;
  char separator;
} Scanner;

static gboolean G_GNUC_PRINTF (4, 5)
    fail (const char *name, guint line, GError **error, const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list arguments;

  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_FORMAT, "%s, line %u: %s", name, line, message);
  return FALSE;
}

static gboolean
is_blank (char c)
{
  return c == ' ' || c == '\t';
}

static gboolean
is_line_end (char c)
{
  return c == '\n' || c == '\r';
}

/* At the character behind a field: says what it is, and steps over it. */
static Ending
finish_field (Scanner *self)
{
  const char *text = self->csv->text;

  if (self->at >= self->size)
    return END_OF_TEXT;
  if (text[self->at] == self->separator)
    {
      self->at++;
      return END_OF_FIELD;
    }
  self->at += text[self->at] == '\r' && text[self->at + 1] == '\n' ? 2 : 1;
  self->line++;
  return END_OF_ROW;
}

static void
skip_blanks (Scanner *self)
{
  const char *text = self->csv->text;

  while (is_blank (text[self->at]) && text[self->at] != self->separator)
    self->at++;
}

/* Unescapes in place: what is written never overtakes what is read. */
static gboolean
read_quoted (Scanner *self, char **end, GError **error)
{
  guint opened = self->line;
  char *text = self->csv->text, *out = text + self->at;

  for (self->at++; self->at < self->size; self->at++)
    {
      if (text[self->at] == '"' && text[self->at + 1] != '"')
        {
          *end = out;
          self->at++;
          skip_blanks (self);
          if (self->at < self->size && text[self->at] != self->separator
              && !is_line_end (text[self->at]))
            return fail (
                self->csv->name, self->line, error,
                "text follows a closing quote; a quote inside a quoted field is written twice");
          return TRUE;
        }
      if (text[self->at] == '"')
        self->at++;
      else if (text[self->at] == '\n' || (text[self->at] == '\r' && text[self->at + 1] != '\n'))
        self->line++;
      *out++ = text[self->at];
    }
  return fail (self->csv->name, opened, error, "a quoted field has no closing quote");
}

static void
read_plain (Scanner *self, char **end)
{
  char *text = self->csv->text, *start = text + self->at;

  while (self->at < self->size && text[self->at] != self->separator
         && !is_line_end (text[self->at]))
    self->at++;
  *end = text + self->at;
  while (*end > start && is_blank ((*end)[-1]))
    (*end)--;
}

static gboolean
read_field (Scanner *self, guint32 *offset, Ending *ending, GError **error)
{
  char *end = self->csv->text + self->at;

  skip_blanks (self);
  *offset = (guint32)self->at;
  if (self->at < self->size && self->csv->text[self->at] == '"')
    {
      if (!read_quoted (self, &end, error))
        return FALSE;
    }
  else
    {
      read_plain (self, &end);
    }
  *ending = finish_field (self);
  *end = '\0';
  return TRUE;
}

/* Spreadsheets leave empty columns to the right of the table; anything else that is not as wide as
 * the header is a mistake whose cells would land in the wrong columns. */
static gboolean
settle_width (Scanner *self, guint n_fields, guint line, GError **error)
{
  KappaCsv *csv = self->csv;
  GArray *fields = csv->fields;

  if (csv->lines->len == 1)
    {
      csv->n_columns = n_fields;
      return TRUE;
    }
  while (n_fields > csv->n_columns
         && csv->text[g_array_index (fields, guint32, fields->len - 1)] == '\0')
    {
      g_array_set_size (fields, fields->len - 1);
      n_fields--;
    }
  return n_fields == csv->n_columns
         || fail (csv->name, line, error, "has %u fields, the header has %u", n_fields,
                  csv->n_columns);
}

static gboolean
read_row (Scanner *self, Ending *ending, GError **error)
{
  KappaCsv *csv = self->csv;
  guint32 line = self->line, first = csv->fields->len, offset;

  do
    {
      if (!read_field (self, &offset, ending, error))
        return FALSE;
      g_array_append_val (csv->fields, offset);
      if (csv->fields->len - first > MAX_COLUMNS)
        return fail (csv->name, line, error, "has more than %d fields", MAX_COLUMNS);
    }
  while (*ending == END_OF_FIELD);
  if (csv->fields->len == first + 1 && csv->text[offset] == '\0')
    {
      g_array_set_size (csv->fields, first); /* an empty line */
      return TRUE;
    }
  g_array_append_val (csv->lines, line);
  return settle_width (self, csv->fields->len - first, line, error);
}

/* The one of comma, semicolon and tab that the first line has most of, quoted text left out. */
static char
guess_separator (const char *text, gsize size)
{
  const char candidates[] = { ',', ';', '\t' };
  guint counts[G_N_ELEMENTS (candidates)] = { 0 }, best = 0;
  gboolean quoted = FALSE;

  for (gsize i = 0; i < size && (quoted || !is_line_end (text[i])); i++)
    {
      quoted ^= text[i] == '"';
      for (guint c = 0; c < G_N_ELEMENTS (candidates) && !quoted; c++)
        counts[c] += text[i] == candidates[c];
    }
  for (guint c = 1; c < G_N_ELEMENTS (candidates); c++)
    if (counts[c] > counts[best])
      best = c;
  return candidates[best];
}

static guint
count_lines (const char *text, const char *end)
{
  guint n = 1;

  for (; text < end; text++)
    n += *text == '\n' || (*text == '\r' && text[1] != '\n');
  return n;
}

static gboolean
check_text (const char *name, const char *text, gsize size, GError **error)
{
  const char *end;

  if (size > MAX_SIZE)
    return fail (name, 1, error, "the table has more than 256 MiB");
  if (size >= 2 && (memcmp (text, "\xff\xfe", 2) == 0 || memcmp (text, "\xfe\xff", 2) == 0))
    return fail (name, 1, error, "the table is written in UTF-16; save it as UTF-8");
  if (g_utf8_validate_len (text, size, &end))
    return TRUE;
  return fail (name, count_lines (text, end), error,
               *end == '\0' ? "has a zero byte; it is not a text table"
                            : "has a character that is not UTF-8; save the table as UTF-8");
}

static gboolean
check_header (KappaCsv *self, GError **error)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  if (self->lines->len == 0)
    return fail (self->name, 1, error, "the table is empty, expected a header and rows");
  for (guint c = 0; c < self->n_columns; c++)
    {
      const char *header = kappa_csv_get_header (self, c);

      if (*header != '\0' && !g_hash_table_add (seen, (gpointer)header))
        return fail (self->name, g_array_index (self->lines, guint32, 0), error,
                     "two columns are called \"%s\"", header);
    }
  return TRUE;
}

/**
 * kappa_csv_parse:
 * @name: what the table is called in messages
 * @text: (array length=size): the table
 *
 * Reads RFC 4180, and what spreadsheets and people make of it: a byte order mark, any line ends,
 * semicolons or tabs instead of commas (told by the first line), blanks around fields, empty lines,
 * empty columns at the right. The first row is the header.
 *
 * Returns: (transfer full): the table; %NULL with %KAPPA_ERROR_FORMAT, which names the line
 */
KappaCsv *
kappa_csv_parse (const char *name, const char *text, gsize size, GError **error)
{
  g_autoptr (KappaCsv) self = NULL;
  Ending ending = END_OF_ROW;
  Scanner scanner;

  if (size >= 3 && memcmp (text, "\xef\xbb\xbf", 3) == 0)
    {
      text += 3;
      size -= 3;
    }
  if (!check_text (name, text, size, error))
    return NULL;
  self = g_new0 (KappaCsv, 1);
  self->name = g_strdup (name);
  self->text = g_malloc (size + 1);
  memcpy (self->text, text, size);
  self->text[size] = '\0';
  self->fields = g_array_new (FALSE, FALSE, sizeof (guint32));
  self->lines = g_array_new (FALSE, FALSE, sizeof (guint32));
  scanner = (Scanner) { self, size, 0, 1, guess_separator (text, size) };
  while (ending != END_OF_TEXT)
    if (!read_row (&scanner, &ending, error))
      return NULL;
  return check_header (self, error) ? g_steal_pointer (&self) : NULL;
}

/**
 * kappa_csv_load:
 *
 * Reads a table from a file; see kappa_csv_parse().
 */
KappaCsv *
kappa_csv_load (const char *path, GCancellable *cancellable, GError **error)
{
  g_autoptr (GBytes) bytes = kappa_data_read_file (path, MAX_SIZE, cancellable, error);
  g_autofree char *name = g_filename_display_basename (path);
  const char *text;
  gsize size;

  if (bytes == NULL)
    return NULL;
  text = g_bytes_get_data (bytes, &size);
  return kappa_csv_parse (name, text, size, error);
}

void
kappa_csv_free (KappaCsv *self)
{
  g_clear_pointer (&self->fields, g_array_unref);
  g_clear_pointer (&self->lines, g_array_unref);
  g_free (self->text);
  g_free (self->name);
  g_free (self);
}

const char *
kappa_csv_get_name (const KappaCsv *self)
{
  return self->name;
}

guint
kappa_csv_get_n_columns (const KappaCsv *self)
{
  return self->n_columns;
}

/**
 * kappa_csv_get_n_rows:
 *
 * Returns: the number of rows under the header
 */
guint
kappa_csv_get_n_rows (const KappaCsv *self)
{
  return self->lines->len - 1;
}

const char *
kappa_csv_get_header (const KappaCsv *self, guint column)
{
  g_return_val_if_fail (column < self->n_columns, NULL);

  return self->text + g_array_index (self->fields, guint32, column);
}

/**
 * kappa_csv_find_column:
 * @header: compared without regard to the case of ASCII letters
 *
 * Returns: the column of that name, or -1
 */
int
kappa_csv_find_column (const KappaCsv *self, const char *header)
{
  for (guint c = 0; c < self->n_columns; c++)
    if (g_ascii_strcasecmp (kappa_csv_get_header (self, c), header) == 0)
      return (int)c;
  return -1;
}

/**
 * kappa_csv_get:
 * @row: 0 is the first row under the header
 */
const char *
kappa_csv_get (const KappaCsv *self, guint row, guint column)
{
  g_return_val_if_fail (row < kappa_csv_get_n_rows (self) && column < self->n_columns, NULL);

  return self->text
         + g_array_index (self->fields, guint32, ((gsize)row + 1) * self->n_columns + column);
}

/**
 * kappa_csv_get_line:
 *
 * Returns: the line of the file on which the row begins, counted from 1
 */
guint
kappa_csv_get_line (const KappaCsv *self, guint row)
{
  g_return_val_if_fail (row < kappa_csv_get_n_rows (self), 0);

  return g_array_index (self->lines, guint32, row + 1);
}

/**
 * kappa_csv_list_headers:
 *
 * Returns: (transfer full): the names of the columns for a message, at most twenty
 */
char *
kappa_csv_list_headers (const KappaCsv *self)
{
  GString *list = g_string_new (NULL);

  for (guint c = 0; c < MIN (self->n_columns, 20); c++)
    g_string_append_printf (list, "%s\"%s\"", c > 0 ? ", " : "", kappa_csv_get_header (self, c));
  if (self->n_columns > 20)
    g_string_append (list, ", …");
  return g_string_free (list, FALSE);
}
