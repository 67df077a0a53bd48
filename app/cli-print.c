/* Results as text for people. */

#include "app/cli-print.h"

#include <string.h>

#include "app/cli-help.h"
#include "core/analysis/json-writer.h"

/* Longer tables belong into files. */
#define MAX_ROWS 24

static char *
describe_certainty (const KappaCertainty *certainty)
{
  g_autofree char *low = cli_format_number (certainty->low);
  g_autofree char *high = cli_format_number (certainty->high);
  g_autofree char *residual = cli_format_number (certainty->residual);

  switch (certainty->kind)
    {
    case KAPPA_INTERVAL:
      if (certainty->level >= 1.0)
        return g_strdup_printf ("%s … %s (bound)", low, high);
      return g_strdup_printf ("%s … %s (%g %%)", low, high, 100.0 * certainty->level);
    case KAPPA_RESIDUAL:
      return g_strdup_printf ("± %s (residual)", residual);
    case KAPPA_EXACT:
    default:
      return g_strdup ("exact");
    }
}

static void
print_cells (GPtrArray *rows, guint n_columns, const guint8 *right)
{
  g_autofree glong *widths = g_new0 (glong, n_columns);

  for (guint r = 0; r < rows->len; r++)
    for (guint c = 0; c < n_columns; c++)
      widths[c] = MAX (widths[c], g_utf8_strlen (((char **) rows->pdata[r])[c], -1));
  for (guint r = 0; r < rows->len; r++)
    for (guint c = 0; c < n_columns; c++)
      {
        const char *cell = ((char **) rows->pdata[r])[c];
        int padding = (int) (widths[c] - g_utf8_strlen (cell, -1));
        gboolean last = c + 1 == n_columns;

        g_print ("  %*s%s%*s%s", right[c] ? padding : 0, "", cell, right[c] || last ? 0 : padding,
                 "", last ? "\n" : "");
      }
}

static GPtrArray *
new_rows (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) g_strfreev);
}

static void
print_scalars (KappaResult *result)
{
  static const guint8 right[] = { FALSE, TRUE, FALSE, FALSE };
  g_auto (GStrv) names = kappa_result_list_scalars (result);
  g_autoptr (GPtrArray) rows = new_rows ();

  for (guint i = 0; names[i] != NULL; i++)
    {
      g_autoptr (KappaScalar) scalar = kappa_result_dup_scalar (result, names[i]);
      char **cells = g_new0 (char *, 5);

      cells[0] = g_strdup (scalar->name);
      cells[1] = cli_format_number (scalar->value);
      cells[2] = g_strdup (scalar->unit);
      cells[3] = describe_certainty (&scalar->certainty);
      g_ptr_array_add (rows, cells);
    }
  print_cells (rows, 4, right);
}

/* ", over images 0–255 …", if all definitions end with it. */
static char *
common_end (KappaResult *result, char **names)
{
  g_autoptr (KappaScalar) first
      = names[0] != NULL ? kappa_result_dup_scalar (result, names[0]) : NULL;
  const char *end = first != NULL ? g_strrstr (first->definition, ", over ") : NULL;

  for (guint i = 1; end != NULL && names[i] != NULL; i++)
    {
      g_autoptr (KappaScalar) scalar = kappa_result_dup_scalar (result, names[i]);

      if (!g_str_has_suffix (scalar->definition, end))
        return NULL;
    }
  return end != NULL && names[1] != NULL ? g_strdup (end) : NULL;
}

static void
print_definitions (KappaResult *result)
{
  g_auto (GStrv) names = kappa_result_list_scalars (result);
  g_autofree char *end = common_end (result, names);

  g_print ("\n");
  for (guint i = 0; names[i] != NULL; i++)
    {
      g_autoptr (KappaScalar) scalar = kappa_result_dup_scalar (result, names[i]);
      gsize length = strlen (scalar->definition) - (end != NULL ? strlen (end) : 0);
      g_autofree char *line
          = g_strdup_printf ("  %s: %.*s", scalar->name, (int) length, scalar->definition);

      cli_print_wrapped (line, 4);
    }
  if (end != NULL)
    {
      g_autofree char *line = g_strdup_printf ("  All%s", end + 1);

      cli_print_wrapped (line, 4);
    }
}

/**
 * cli_print_table:
 *
 * Prints a table on standard output, with its columns in line.
 */
void
cli_print_table (const KappaTable *table)
{
  g_autoptr (GPtrArray) rows = new_rows ();
  g_autofree guint8 *right = g_new0 (guint8, table->n_columns);
  char **head = g_new0 (char *, table->n_columns + 1);

  for (guint c = 0; c < table->n_columns; c++)
    {
      right[c] = table->columns[c].type != KAPPA_COLUMN_TEXT;
      head[c] = *table->columns[c].unit != '\0'
                    ? g_strdup_printf ("%s (%s)", table->columns[c].name, table->columns[c].unit)
                    : g_strdup (table->columns[c].name);
    }
  g_ptr_array_add (rows, head);
  for (gsize r = 0; r < table->n_rows; r++)
    {
      char **cells = g_new0 (char *, table->n_columns + 1);

      for (guint c = 0; c < table->n_columns; c++)
        cells[c]
            = right[c] ? cli_format_number (table->numbers[c][r]) : g_strdup (table->texts[c][r]);
      g_ptr_array_add (rows, cells);
    }
  print_cells (rows, table->n_columns, right);
}

static void
print_named_table (KappaResult *result, const char *name)
{
  g_autoptr (KappaTable) table = kappa_result_dup_table (result, name);
  g_autofree char *head = g_strdup_printf ("%s: %s", table->name, table->definition);

  g_print ("\n");
  cli_print_wrapped (head, 2);
  if (table->n_rows > MAX_ROWS)
    g_print ("  %" G_GSIZE_FORMAT
             " rows: write them with --output FILE.csv, or print them with --json\n",
             table->n_rows);
  else
    cli_print_table (table);
}

/**
 * cli_print_result:
 *
 * Prints scalars with their certainty, the smaller tables, and what the scalars mean.
 */
void
cli_print_result (KappaResult *result)
{
  g_auto (GStrv) tables = kappa_result_list_tables (result);

  g_print ("\n");
  print_scalars (result);
  for (guint i = 0; tables[i] != NULL; i++)
    print_named_table (result, tables[i]);
  print_definitions (result);
}

/**
 * cli_describe_estimate:
 *
 * Returns: (transfer full): one line
 */
char *
cli_describe_estimate (const KappaEstimate *estimate, guint n_threads)
{
  g_autofree char *duration = cli_format_duration (estimate->seconds);
  g_autofree char *memory = g_format_size_full (estimate->bytes, G_FORMAT_SIZE_IEC_UNITS);

  return g_strdup_printf ("%.0f %s: about %s with %u thread%s, %s of memory at the peak",
                          estimate->units, estimate->unit, duration, n_threads,
                          n_threads == 1 ? "" : "s", memory);
}

void
cli_print_estimate (const KappaEstimate *estimate,
                    guint n_threads,
                    gboolean json,
                    const char *recipe)
{
  g_autoptr (KappaJsonWriter) writer = kappa_json_writer_new ();
  g_autofree char *text = NULL;

  if (!json)
    {
      text = cli_describe_estimate (estimate, n_threads);
      g_print ("%s\n", text);
      return;
    }
  kappa_json_writer_begin_object (writer, NULL);
  kappa_json_writer_add_raw (writer, "recipe", recipe);
  kappa_json_writer_begin_object (writer, "estimate");
  kappa_json_writer_add_number (writer, "seconds", estimate->seconds);
  kappa_json_writer_add_integer (writer, "bytes", (gint64) estimate->bytes);
  kappa_json_writer_add_number (writer, "units", estimate->units);
  kappa_json_writer_add_string (writer, "unit", estimate->unit);
  kappa_json_writer_add_integer (writer, "threads", n_threads);
  kappa_json_writer_end_object (writer);
  kappa_json_writer_end_object (writer);
  text = kappa_json_writer_finish (writer);
  g_print ("%s", text);
}
