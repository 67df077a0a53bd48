#include "app/cli-help.h"

#include <math.h>
#include <string.h>

#define LINE_WIDTH   100
#define BLURB_COLUMN 28

/**
 * cli_print_wrapped:
 * @indent: where lines after the first begin; the first goes on where the line is
 *
 * Prints @text on standard output, broken between words.
 */
void
cli_print_wrapped (const char *text, guint indent)
{
  g_auto (GStrv) words = g_strsplit (text, " ", -1);
  glong column = indent;

  for (guint i = 0; words[i] != NULL; i++)
    {
      glong length = g_utf8_strlen (words[i], -1);

      if (i > 0 && column + 1 + length > LINE_WIDTH)
        {
          g_print ("\n%*s", (int) indent, "");
          column = indent;
        }
      else if (i > 0)
        {
          g_print (" ");
          column++;
        }
      g_print ("%s", words[i]);
      column += length;
    }
  g_print ("\n");
}

static void
print_notes (const char *notes)
{
  g_auto (GStrv) lines = g_strsplit (notes, "\n", -1);

  for (guint i = 0; lines[i] != NULL && *lines[i] != '\0'; i++)
    {
      g_print ("%*s", BLURB_COLUMN + 2, "");
      cli_print_wrapped (lines[i], BLURB_COLUMN + 4);
    }
}

static void
print_option (const CliOption *option)
{
  g_autofree char *left = option->metavar != NULL
                              ? g_strdup_printf ("  --%s %s", option->name, option->metavar)
                              : g_strdup_printf ("  --%s", option->name);
  g_autofree char *blurb = option->fallback != NULL && *option->fallback != '\0'
                               ? g_strdup_printf ("%s [%s]", option->blurb, option->fallback)
                               : g_strdup (option->blurb);
  glong length = g_utf8_strlen (left, -1);

  g_print ("%s", left);
  if (length + 2 > BLURB_COLUMN)
    g_print ("\n%*s", BLURB_COLUMN, "");
  else
    g_print ("%*s", (int) (BLURB_COLUMN - length), "");
  cli_print_wrapped (blurb, BLURB_COLUMN);
  if (option->notes != NULL)
    print_notes (option->notes);
}

/**
 * cli_print_options:
 *
 * Lists all options on standard output, group by group, with their defaults in brackets.
 */
void
cli_print_options (CliArguments *arguments)
{
  const GPtrArray *options = cli_arguments_get_options (arguments);
  const char *group = NULL;

  for (guint i = 0; i < options->len; i++)
    {
      const CliOption *option = g_ptr_array_index (options, i);

      if (g_strcmp0 (option->group, group) != 0)
        g_print ("\n%s\n", option->group);
      group = option->group;
      print_option (option);
    }
}

/**
 * cli_format_duration:
 *
 * Returns: (transfer full): "45 s", "7 min 10 s", "3 h 05 min"
 */
char *
cli_format_duration (double seconds)
{
  gint64 whole = (gint64) fmin (ceil (seconds), 1e15);

  if (whole < 60)
    return g_strdup_printf ("%d s", (int) whole);
  if (whole < 3600)
    return g_strdup_printf ("%d min %02d s", (int) (whole / 60), (int) (whole % 60));
  return g_strdup_printf ("%" G_GINT64_FORMAT " h %02d min", whole / 3600, (int) (whole / 60 % 60));
}

/**
 * cli_format_number:
 *
 * Returns: (transfer full): seven significant digits, for people; --json has all of them
 */
char *
cli_format_number (double value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  if (isnan (value))
    return g_strdup ("NaN");
  if (isinf (value))
    return g_strdup (value > 0.0 ? "inf" : "-inf");
  if (value == rint (value) && fabs (value) < 1e15)
    return g_strdup_printf ("%.0f", value);
  return g_strdup (g_ascii_formatd (text, sizeof text, "%.7g", value));
}
