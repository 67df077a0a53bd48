#include <math.h>
#include <string.h>

#include "core/analysis/json-writer.h"
#include "core/store/export-private.h"

/*
 * CSV (RFC 4180, but with line feeds) with comments: lines that begin with "#" and say what the
 * numbers are. Each file is one table, so that everything that reads CSV reads it. Arrays are in
 * long form: one row for each point, its coordinates first; arrays over the same axes share a file.
 * The first table is written to the file that was asked for, each further one beside it: "out.csv",
 * "out-directions.csv", …; the first one says which there are.
 */

typedef struct
{
  char *name;        /* the name of the first array, or of the table */
  GPtrArray *arrays; /* of KappaArray, over the same axes; or NULL */
  KappaTable *table; /* or NULL */
  gboolean scalars;  /* of the result, when there is nothing else */
} Block;

static void
block_free (Block *block)
{
  g_free (block->name);
  g_clear_pointer (&block->arrays, g_ptr_array_unref);
  kappa_table_free (block->table);
  g_free (block);
}

static Block *
add_block (GPtrArray *blocks, const char *name)
{
  Block *block = g_new0 (Block, 1);

  block->name = g_strdup (name);
  g_ptr_array_add (blocks, block);
  return block;
}

static void
add_array (GPtrArray *blocks, KappaArray *array)
{
  Block *block = NULL;

  for (guint i = 0; i < blocks->len && block == NULL; i++)
    if (kappa_export_same_axes (((Block *)blocks->pdata[i])->arrays->pdata[0], array))
      block = blocks->pdata[i];
  if (block == NULL)
    {
      block = add_block (blocks, array->name);
      block->arrays = g_ptr_array_new_with_free_func ((GDestroyNotify)kappa_array_free);
    }
  g_ptr_array_add (block->arrays, array);
}

static GPtrArray *
gather (KappaResult *result)
{
  GPtrArray *blocks = g_ptr_array_new_with_free_func ((GDestroyNotify)block_free);
  g_auto (GStrv) arrays = kappa_result_list_arrays (result);
  g_auto (GStrv) tables = kappa_result_list_tables (result);

  for (guint i = 0; arrays[i] != NULL; i++)
    add_array (blocks, kappa_result_dup_array (result, arrays[i]));
  for (guint i = 0; tables[i] != NULL; i++)
    add_block (blocks, tables[i])->table = kappa_result_dup_table (result, tables[i]);
  if (blocks->len == 0)
    add_block (blocks, "scalars")->scalars = TRUE;
  return blocks;
}

/* A comment goes on for as many lines as its text has. */
static void
add_comment (GString *text, const char *comment)
{
  g_autofree char *trimmed = g_strchomp (g_strdup (comment));
  g_auto (GStrv) lines = g_strsplit (trimmed, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    g_string_append_printf (text, "# %s\n", g_strchomp (lines[i]));
}

static void
add_text (GString *text, const char *cell)
{
  if (strpbrk (cell, ",\"\r\n#") == NULL && g_strcmp0 (cell, "") != 0)
    {
      g_string_append (text, cell);
      return;
    }
  g_string_append_c (text, '"');
  for (; *cell != '\0'; cell++)
    {
      if (*cell == '"')
        g_string_append_c (text, '"');
      g_string_append_c (text, *cell);
    }
  g_string_append_c (text, '"');
}

static void
add_number (GString *text, double value)
{
  g_autofree char *number = kappa_number_to_text (value);

  g_string_append (text, number);
}

static void
add_scalar_comments (GString *text, KappaResult *result)
{
  g_auto (GStrv) names = kappa_result_list_scalars (result);

  for (guint i = 0; names[i] != NULL; i++)
    {
      g_autoptr (KappaScalar) scalar = kappa_result_dup_scalar (result, names[i]);
      g_autofree char *number = kappa_number_to_text (scalar->value);
      g_autofree char *certainty = kappa_export_describe (scalar);
      g_autofree char *line = g_strdup_printf ("scalar %s = %s%s%s (%s): %s", scalar->name, number,
                                               *scalar->unit != '\0' ? " " : "", scalar->unit,
                                               certainty, scalar->definition);

      add_comment (text, line);
    }
}

static void
add_definition (GString *text,
                const char *what,
                const char *name,
                const char *unit,
                const char *definition)
{
  g_autofree char *line = g_strdup_printf ("%s %s%s%s%s: %s", what, name, *unit != '\0' ? " [" : "",
                                           unit, *unit != '\0' ? "]" : "", definition);

  add_comment (text, line);
}

/* A comma between cells, a line feed after the last. */
static void
end_cell (GString *text, gboolean last)
{
  g_string_append_c (text, last ? '\n' : ',');
}

static void
add_array_head (GString *text, const GPtrArray *arrays)
{
  const KappaArray *first = arrays->pdata[0];

  for (guint a = 0; a < arrays->len; a++)
    {
      const KappaArray *array = arrays->pdata[a];

      add_definition (text, "column", array->name, array->unit, array->definition);
    }
  for (guint d = 0; d < first->rank; d++)
    {
      g_autofree char *number = g_strdup_printf ("axis_%u", d);

      add_text (text, *first->axes[d] != '\0' ? first->axes[d] : number);
      end_cell (text, FALSE);
    }
  for (guint a = 0; a < arrays->len; a++)
    {
      add_text (text, ((KappaArray *)arrays->pdata[a])->name);
      end_cell (text, a + 1 == arrays->len);
    }
}

static void
add_point (GString *text, const GPtrArray *arrays, gsize index, gsize size)
{
  const KappaArray *first = arrays->pdata[0];
  gsize rest = index, inner = size;

  for (guint d = 0; d < first->rank; d++)
    {
      inner /= first->dims[d];
      add_number (text, first->coordinates[d][rest / inner]);
      end_cell (text, FALSE);
      rest %= inner;
    }
  for (guint a = 0; a < arrays->len; a++)
    {
      const KappaArray *array = arrays->pdata[a];

      if (array->present[index])
        add_number (text, array->values[index]);
      end_cell (text, a + 1 == arrays->len);
    }
}

static void
add_arrays (GString *text, const GPtrArray *arrays)
{
  gsize size = kappa_array_get_size (arrays->pdata[0]);

  add_array_head (text, arrays);
  for (gsize i = 0; i < size; i++)
    add_point (text, arrays, i, size);
}

static void
add_table (GString *text, const KappaTable *table)
{
  add_definition (text, "table", table->name, "", table->definition);
  for (guint c = 0; c < table->n_columns; c++)
    if (*table->columns[c].unit != '\0')
      add_definition (text, "column", table->columns[c].name, table->columns[c].unit, "");
  for (guint c = 0; c < table->n_columns; c++)
    {
      add_text (text, table->columns[c].name);
      end_cell (text, c + 1 == table->n_columns);
    }
  for (gsize r = 0; r < table->n_rows; r++)
    for (guint c = 0; c < table->n_columns; c++)
      {
        if (table->columns[c].type == KAPPA_COLUMN_TEXT)
          add_text (text, table->texts[c][r]);
        else
          add_number (text, table->numbers[c][r]);
        end_cell (text, c + 1 == table->n_columns);
      }
}

static void
add_scalars (GString *text, KappaResult *result)
{
  g_auto (GStrv) names = kappa_result_list_scalars (result);

  g_string_append (text, "name,value,unit,certainty,definition\n");
  for (guint i = 0; names[i] != NULL; i++)
    {
      g_autoptr (KappaScalar) scalar = kappa_result_dup_scalar (result, names[i]);
      g_autofree char *certainty = kappa_export_describe (scalar);

      add_text (text, scalar->name);
      end_cell (text, FALSE);
      add_number (text, scalar->value);
      end_cell (text, FALSE);
      add_text (text, scalar->unit);
      end_cell (text, FALSE);
      add_text (text, certainty);
      end_cell (text, FALSE);
      add_text (text, scalar->definition);
      end_cell (text, TRUE);
    }
}

/* "out.csv" and "directions" make "out-directions.csv". */
static char *
name_sibling (const char *path, const char *name)
{
  g_autofree char *safe = g_strdelimit (g_strdup (name), "/", '_');
  const char *dot = strrchr (path, '.');

  return g_strdup_printf ("%.*s-%s%s", (int)(dot - path), path, safe, dot);
}

static void
add_head (GString *text, const KappaExport *job, GPtrArray *blocks, guint index)
{
  add_comment (text, "Kappa " KAPPA_VERSION);
  if (index > 0)
    return;
  if (job->recipe != NULL)
    {
      add_comment (text, "recipe:");
      add_comment (text, job->recipe);
    }
  add_scalar_comments (text, job->result);
  for (guint i = 1; i < blocks->len; i++)
    {
      const Block *block = blocks->pdata[i];
      g_autofree char *path = name_sibling (job->path, block->name);
      g_autofree char *base = g_path_get_basename (path);
      g_autofree char *line = g_strdup_printf ("%s is in %s", block->name, base);

      add_comment (text, line);
    }
}

static gboolean
write_block (const KappaExport *job, GPtrArray *blocks, guint index, GError **error)
{
  const Block *block = blocks->pdata[index];
  g_autofree char *path = index == 0 ? g_strdup (job->path) : name_sibling (job->path, block->name);
  g_autoptr (GString) text = g_string_new (NULL);

  add_head (text, job, blocks, index);
  if (block->arrays != NULL)
    add_arrays (text, block->arrays);
  else if (block->table != NULL)
    add_table (text, block->table);
  else
    add_scalars (text, job->result);
  return kappa_export_write_text (path, text->str, text->len, error);
}

/* The file that was asked for comes last: when it is there, all are. */
gboolean
kappa_export_csv (const KappaExport *job, GError **error)
{
  g_autoptr (GPtrArray) blocks = gather (job->result);

  for (guint i = blocks->len; i > 0; i--)
    if (!write_block (job, blocks, i - 1, error))
      return FALSE;
  return TRUE;
}
