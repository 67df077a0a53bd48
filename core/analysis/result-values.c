/* The values a result is made of: scalars, tables, arrays. */

#include "core/analysis/result.h"

#include <math.h>
#include <string.h>

KappaScalar *
kappa_scalar_copy (const KappaScalar *scalar)
{
  KappaScalar *copy = g_new (KappaScalar, 1);

  *copy = *scalar;
  copy->name = g_strdup (scalar->name);
  copy->unit = g_strdup (scalar->unit);
  copy->definition = g_strdup (scalar->definition);
  return copy;
}

void
kappa_scalar_free (KappaScalar *scalar)
{
  if (scalar == NULL)
    return;
  g_free (scalar->name);
  g_free (scalar->unit);
  g_free (scalar->definition);
  g_free (scalar);
}

/**
 * kappa_table_new:
 * @columns: (array length=n_columns): name, unit and type of each; copied
 *
 * Returns: (transfer full): a table without rows
 */
KappaTable *
kappa_table_new (const char *name,
                 const char *definition,
                 guint n_columns,
                 const KappaColumn *columns)
{
  KappaTable *table = g_new0 (KappaTable, 1);

  table->name = g_strdup (name);
  table->definition = g_strdup (definition);
  table->n_columns = n_columns;
  table->columns = g_new0 (KappaColumn, n_columns);
  table->numbers = g_new0 (double *, n_columns);
  table->texts = g_new0 (char **, n_columns);
  for (guint c = 0; c < n_columns; c++)
    table->columns[c] = (KappaColumn) { g_strdup (columns[c].name),
                                        g_strdup (columns[c].unit != NULL ? columns[c].unit : ""),
                                        columns[c].type };
  return table;
}

/* Room is made in powers of two, so the number of rows tells when it is used up. */
static void
reserve_row (KappaTable *table)
{
  gsize n = table->n_rows;

  if (n != 0 && (n < 8 || (n & (n - 1)) != 0))
    return;
  for (guint c = 0; c < table->n_columns; c++)
    if (table->columns[c].type == KAPPA_COLUMN_TEXT)
      table->texts[c] = g_renew (char *, table->texts[c], MAX (8, 2 * n));
    else
      table->numbers[c] = g_renew (double, table->numbers[c], MAX (8, 2 * n));
}

/**
 * kappa_table_add_row:
 * @...: one value for each column: a double for numbers, a gint64 for integers, a string for texts
 */
void
kappa_table_add_row (KappaTable *table, ...)
{
  va_list cells;

  reserve_row (table);
  va_start (cells, table);
  for (guint c = 0; c < table->n_columns; c++)
    switch (table->columns[c].type)
      {
      case KAPPA_COLUMN_NUMBER:
        table->numbers[c][table->n_rows] = va_arg (cells, double);
        break;
      case KAPPA_COLUMN_INTEGER:
        table->numbers[c][table->n_rows] = (double) va_arg (cells, gint64);
        break;
      case KAPPA_COLUMN_TEXT:
        table->texts[c][table->n_rows] = g_strdup (va_arg (cells, const char *));
        break;
      default:
        g_assert_not_reached ();
      }
  va_end (cells);
  table->n_rows++;
}

/**
 * kappa_table_add_cells:
 * @numbers: (array length=n_columns): for number and integer columns
 * @texts: (nullable) (array length=n_columns): for text columns
 *
 * Adds a row to a table whose columns are counted at run time only.
 */
void
kappa_table_add_cells (KappaTable *table, const double *numbers, const char *const *texts)
{
  reserve_row (table);
  for (guint c = 0; c < table->n_columns; c++)
    if (table->columns[c].type == KAPPA_COLUMN_TEXT)
      table->texts[c][table->n_rows] = g_strdup (texts[c]);
    else
      table->numbers[c][table->n_rows] = numbers[c];
  table->n_rows++;
}

KappaTable *
kappa_table_copy (const KappaTable *table)
{
  KappaTable *copy
      = kappa_table_new (table->name, table->definition, table->n_columns, table->columns);
  g_autofree double *numbers = g_new0 (double, table->n_columns);
  g_autofree const char **texts = g_new0 (const char *, table->n_columns);

  for (gsize r = 0; r < table->n_rows; r++)
    {
      for (guint c = 0; c < table->n_columns; c++)
        if (table->columns[c].type == KAPPA_COLUMN_TEXT)
          texts[c] = table->texts[c][r];
        else
          numbers[c] = table->numbers[c][r];
      kappa_table_add_cells (copy, numbers, texts);
    }
  return copy;
}

void
kappa_table_free (KappaTable *table)
{
  if (table == NULL)
    return;
  for (guint c = 0; c < table->n_columns; c++)
    {
      for (gsize r = 0; table->texts[c] != NULL && r < table->n_rows; r++)
        g_free (table->texts[c][r]);
      g_free (table->texts[c]);
      g_free (table->numbers[c]);
      g_free (table->columns[c].name);
      g_free (table->columns[c].unit);
    }
  g_free (table->texts);
  g_free (table->numbers);
  g_free (table->columns);
  g_free (table->name);
  g_free (table->definition);
  g_free (table);
}

/**
 * kappa_array_new:
 * @rank: at most %KAPPA_ARRAY_MAX_RANK
 * @dims: (array length=rank)
 *
 * Returns: (transfer full): an array without any value; its axes have no names and count 0, 1, 2, …
 */
KappaArray *
kappa_array_new (const char *name,
                 const char *unit,
                 const char *definition,
                 guint rank,
                 const gsize *dims)
{
  KappaArray *array = g_new0 (KappaArray, 1);
  gsize size;

  g_assert (rank <= KAPPA_ARRAY_MAX_RANK);
  array->name = g_strdup (name);
  array->unit = g_strdup (unit);
  array->definition = g_strdup (definition);
  array->rank = rank;
  for (guint d = 0; d < rank; d++)
    {
      array->dims[d] = dims[d];
      array->axes[d] = g_strdup ("");
      array->coordinates[d] = g_new (double, dims[d]);
      for (gsize i = 0; i < dims[d]; i++)
        array->coordinates[d][i] = (double) i;
    }
  size = kappa_array_get_size (array);
  array->values = g_new (double, size);
  array->present = g_new0 (guint8, size);
  for (gsize i = 0; i < size; i++)
    array->values[i] = NAN;
  return array;
}

/**
 * kappa_array_set_axis:
 * @coordinates: (nullable): as many as the axis is long, copied; %NULL for 0, 1, 2, …
 */
void
kappa_array_set_axis (KappaArray *array, guint axis, const char *name, const double *coordinates)
{
  g_assert (axis < array->rank);
  g_free (array->axes[axis]);
  array->axes[axis] = g_strdup (name);
  if (coordinates != NULL)
    memcpy (array->coordinates[axis], coordinates, array->dims[axis] * sizeof *coordinates);
}

/**
 * kappa_array_get_size:
 *
 * Returns: the number of values: 1 for rank 0
 */
gsize
kappa_array_get_size (const KappaArray *array)
{
  gsize size = 1;

  for (guint d = 0; d < array->rank; d++)
    size *= array->dims[d];
  return size;
}

KappaArray *
kappa_array_copy (const KappaArray *array)
{
  KappaArray *copy
      = kappa_array_new (array->name, array->unit, array->definition, array->rank, array->dims);
  gsize size = kappa_array_get_size (array);

  for (guint d = 0; d < array->rank; d++)
    kappa_array_set_axis (copy, d, array->axes[d], array->coordinates[d]);
  if (size > 0)
    {
      memcpy (copy->values, array->values, size * sizeof *copy->values);
      memcpy (copy->present, array->present, size);
    }
  return copy;
}

void
kappa_array_free (KappaArray *array)
{
  if (array == NULL)
    return;
  for (guint d = 0; d < array->rank; d++)
    {
      g_free (array->axes[d]);
      g_free (array->coordinates[d]);
    }
  g_free (array->values);
  g_free (array->present);
  g_free (array->name);
  g_free (array->unit);
  g_free (array->definition);
  g_free (array);
}
