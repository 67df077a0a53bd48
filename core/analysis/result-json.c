#include "core/analysis/result-json.h"

static void
write_certainty (const KappaCertainty *certainty, KappaJsonWriter *writer)
{
  switch (certainty->kind)
    {
    case KAPPA_EXACT:
      kappa_json_writer_add_boolean (writer, "exact", TRUE);
      break;
    case KAPPA_RESIDUAL:
      kappa_json_writer_add_number (writer, "residual", certainty->residual);
      break;
    case KAPPA_INTERVAL:
      kappa_json_writer_begin_object (writer, "interval");
      kappa_json_writer_add_number (writer, "low", certainty->low);
      kappa_json_writer_add_number (writer, "high", certainty->high);
      kappa_json_writer_add_number (writer, "level", certainty->level);
      kappa_json_writer_end_object (writer);
      break;
    default:
      g_assert_not_reached ();
    }
}

static void
write_scalar (const KappaScalar *scalar, KappaJsonWriter *writer)
{
  kappa_json_writer_begin_object (writer, scalar->name);
  kappa_json_writer_add_number (writer, "value", scalar->value);
  kappa_json_writer_add_string (writer, "unit", scalar->unit);
  kappa_json_writer_add_string (writer, "definition", scalar->definition);
  write_certainty (&scalar->certainty, writer);
  kappa_json_writer_end_object (writer);
}

static void
write_columns (const KappaTable *table, KappaJsonWriter *writer)
{
  static const char *const types[] = { "number", "integer", "text" };

  kappa_json_writer_begin_array (writer, "columns");
  for (guint c = 0; c < table->n_columns; c++)
    {
      kappa_json_writer_begin_object (writer, NULL);
      kappa_json_writer_add_string (writer, "name", table->columns[c].name);
      kappa_json_writer_add_string (writer, "unit", table->columns[c].unit);
      kappa_json_writer_add_string (writer, "type", types[table->columns[c].type]);
      kappa_json_writer_end_object (writer);
    }
  kappa_json_writer_end_array (writer);
}

static void
write_cell (const KappaTable *table, gsize row, guint column, KappaJsonWriter *writer)
{
  if (table->columns[column].type == KAPPA_COLUMN_TEXT)
    kappa_json_writer_add_string (writer, NULL, table->texts[column][row]);
  else
    kappa_json_writer_add_number (writer, NULL, table->numbers[column][row]);
}

static void
write_table (const KappaTable *table, KappaJsonWriter *writer)
{
  kappa_json_writer_begin_object (writer, table->name);
  kappa_json_writer_add_string (writer, "definition", table->definition);
  write_columns (table, writer);
  kappa_json_writer_begin_array (writer, "rows");
  for (gsize r = 0; r < table->n_rows; r++)
    {
      kappa_json_writer_begin_row (writer, NULL);
      for (guint c = 0; c < table->n_columns; c++)
        write_cell (table, r, c, writer);
      kappa_json_writer_end_array (writer);
    }
  kappa_json_writer_end_array (writer);
  kappa_json_writer_end_object (writer);
}

/* @size values from @offset on, which share one index of each dimension before @dimension, as
 * nested arrays. */
static void
write_values (const KappaArray *array,
              guint dimension,
              gsize offset,
              gsize size,
              const char *member,
              KappaJsonWriter *writer)
{
  gsize n;

  if (dimension >= MIN (array->rank, KAPPA_ARRAY_MAX_RANK))
    {
      if (array->present[offset])
        kappa_json_writer_add_number (writer, member, array->values[offset]);
      else
        kappa_json_writer_add_null (writer, member);
      return;
    }
  n = array->dims[dimension];
  if (dimension + 1 == array->rank)
    kappa_json_writer_begin_row (writer, member);
  else
    kappa_json_writer_begin_array (writer, member);
  for (gsize i = 0; i < n; i++)
    write_values (array, dimension + 1, offset + i * (size / n), size / n, NULL, writer);
  kappa_json_writer_end_array (writer);
}

static void
write_array (const KappaArray *array, KappaJsonWriter *writer)
{
  kappa_json_writer_begin_object (writer, array->name);
  kappa_json_writer_add_string (writer, "unit", array->unit);
  kappa_json_writer_add_string (writer, "definition", array->definition);
  kappa_json_writer_begin_array (writer, "axes");
  for (guint d = 0; d < array->rank; d++)
    {
      kappa_json_writer_begin_object (writer, NULL);
      kappa_json_writer_add_string (writer, "name", array->axes[d]);
      kappa_json_writer_begin_row (writer, "coordinates");
      for (gsize i = 0; i < array->dims[d]; i++)
        kappa_json_writer_add_number (writer, NULL, array->coordinates[d][i]);
      kappa_json_writer_end_array (writer);
      kappa_json_writer_end_object (writer);
    }
  kappa_json_writer_end_array (writer);
  write_values (array, 0, 0, kappa_array_get_size (array), "values", writer);
  kappa_json_writer_end_object (writer);
}

/**
 * kappa_result_write_json:
 * @writer: inside an object
 *
 * Adds the members "scalars", "tables" and "arrays": objects keyed by name. A scalar has value,
 * unit, definition and exactly one of "residual" (a number, in the unit of the value), "interval"
 * (low, high, level) and "exact" (true).
 */
void
kappa_result_write_json (KappaResult *self, KappaJsonWriter *writer)
{
  g_auto (GStrv) scalars = kappa_result_list_scalars (self);
  g_auto (GStrv) tables = kappa_result_list_tables (self);
  g_auto (GStrv) arrays = kappa_result_list_arrays (self);

  kappa_json_writer_begin_object (writer, "scalars");
  for (guint i = 0; scalars[i] != NULL; i++)
    {
      g_autoptr (KappaScalar) scalar = kappa_result_dup_scalar (self, scalars[i]);

      write_scalar (scalar, writer);
    }
  kappa_json_writer_end_object (writer);
  kappa_json_writer_begin_object (writer, "tables");
  for (guint i = 0; tables[i] != NULL; i++)
    {
      g_autoptr (KappaTable) table = kappa_result_dup_table (self, tables[i]);

      write_table (table, writer);
    }
  kappa_json_writer_end_object (writer);
  kappa_json_writer_begin_object (writer, "arrays");
  for (guint i = 0; arrays[i] != NULL; i++)
    {
      g_autoptr (KappaArray) array = kappa_result_dup_array (self, arrays[i]);

      write_array (array, writer);
    }
  kappa_json_writer_end_object (writer);
}

/**
 * kappa_result_to_json:
 * @recipe: (nullable): the recipe as JSON
 *
 * Returns: (transfer full): one object with the members "recipe", "scalars", "tables" and "arrays"
 */
char *
kappa_result_to_json (KappaResult *self, const char *recipe)
{
  g_autoptr (KappaJsonWriter) writer = kappa_json_writer_new ();

  kappa_json_writer_begin_object (writer, NULL);
  if (recipe != NULL)
    kappa_json_writer_add_raw (writer, "recipe", recipe);
  else
    kappa_json_writer_add_null (writer, "recipe");
  kappa_result_write_json (self, writer);
  kappa_json_writer_end_object (writer);
  return kappa_json_writer_finish (writer);
}
