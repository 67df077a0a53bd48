#include "core/store/record.h"

#include <string.h>

#include "core/base/error.h"
#include "core/store/database.h"
#include "core/store/side-file.h"

gboolean
kappa_record_scalar (sqlite3 *db, gint64 run, const KappaScalar *scalar, GError **error)
{
  const KappaCertainty *certainty = &scalar->certainty;
  const double numbers[KAPPA_RECORD_SCALAR_NUMBERS]
      = { scalar->value, certainty->low, certainty->high, certainty->level, certainty->residual };
  g_autoptr (sqlite3_stmt) insert = kappa_database_prepare (
      db, error,
      "INSERT INTO scalars (run, name, unit, definition, certainty, numbers) VALUES (?, ?, ?, ?, "
      "?, ?)"
      " ON CONFLICT (run, name) DO UPDATE SET unit = excluded.unit, definition = "
      "excluded.definition,"
      " certainty = excluded.certainty, numbers = excluded.numbers",
      "isssi", run, scalar->name, scalar->unit, scalar->definition, (gint64)certainty->kind);

  if (insert == NULL)
    return FALSE;
  kappa_database_bind_doubles (insert, 6, numbers, G_N_ELEMENTS (numbers));
  return kappa_database_step (insert, error) == 0;
}

static gint64
insert_table (sqlite3 *db, gint64 run, const KappaTable *table, GError **error)
{
  if (!kappa_database_run (db, error, "DELETE FROM result_tables WHERE run = ? AND name = ?", "is",
                           run, table->name)
      || !kappa_database_run (
          db, error,
          "INSERT INTO result_tables (run, name, definition, n_rows) VALUES (?, ?, ?, ?)", "issi",
          run, table->name, table->definition, (gint64)table->n_rows))
    return 0;
  return sqlite3_last_insert_rowid (db);
}

/* The texts of a column one after the other, each with its terminating zero. */
static GByteArray *
join_texts (char **texts, gsize n)
{
  GByteArray *bytes = g_byte_array_new ();

  for (gsize i = 0; i < n; i++)
    {
      const char *text = texts[i] != NULL ? texts[i] : "";

      g_byte_array_append (bytes, (const guint8 *)text, (guint)strlen (text) + 1);
    }
  return bytes;
}

static gboolean
insert_column (sqlite3 *db, gint64 of, const KappaTable *table, guint position, GError **error)
{
  const KappaColumn *column = &table->columns[position];
  g_autoptr (sqlite3_stmt) insert
      = kappa_database_prepare (db, error,
                                "INSERT INTO result_columns (of, position, name, unit, type, "
                                "cells) VALUES (?, ?, ?, ?, ?, ?)",
                                "iissi", of, (gint64)position, column->name,
                                column->unit != NULL ? column->unit : "", (gint64)column->type);
  g_autoptr (GByteArray) joined = NULL;

  if (insert == NULL)
    return FALSE;
  if (column->type == KAPPA_COLUMN_TEXT)
    {
      joined = join_texts (table->texts[position], table->n_rows);
      sqlite3_bind_blob64 (insert, 6, joined->len > 0 ? (const void *)joined->data : "",
                           joined->len, SQLITE_STATIC);
    }
  else
    kappa_database_bind_doubles (insert, 6, table->numbers[position], table->n_rows);
  return kappa_database_step (insert, error) == 0;
}

gboolean
kappa_record_table (sqlite3 *db, gint64 run, const KappaTable *table, GError **error)
{
  gint64 id = insert_table (db, run, table, error);

  if (id == 0)
    return FALSE;
  for (guint c = 0; c < table->n_columns; c++)
    if (!insert_column (db, id, table, c, error))
      return FALSE;
  return TRUE;
}

static sqlite3_stmt *
prepare_stretch (sqlite3 *db, GError **error)
{
  return kappa_database_prepare (
      db, error,
      "INSERT OR REPLACE INTO array_values (of, first, n, numbers, file) VALUES (?, ?, ?, ?, ?)",
      "");
}

static gboolean
insert_stretch (sqlite3_stmt *insert,
                const char *workspace,
                gint64 of,
                gsize first,
                gsize n,
                const double *values,
                GError **error)
{
  g_autofree char *file = NULL;
  gboolean done;

  sqlite3_bind_int64 (insert, 1, of);
  sqlite3_bind_int64 (insert, 2, (gint64)first);
  sqlite3_bind_int64 (insert, 3, (gint64)n);
  sqlite3_bind_null (insert, 4);
  sqlite3_bind_null (insert, 5);
  if (n <= KAPPA_SIDE_FILE_VALUES)
    kappa_database_bind_doubles (insert, 4, values, n);
  else if ((file = kappa_side_file_write (workspace, values, n, error)) == NULL)
    return FALSE;
  else
    sqlite3_bind_text (insert, 5, file, -1, SQLITE_TRANSIENT);
  done = kappa_database_step (insert, error) == 0;
  sqlite3_reset (insert);
  return done;
}

/* Each stretch of values that are present becomes one row. */
static gboolean
insert_present (sqlite3 *db,
                const char *workspace,
                gint64 of,
                const KappaArray *array,
                GError **error)
{
  g_autoptr (sqlite3_stmt) insert = prepare_stretch (db, error);
  gsize size = kappa_array_get_size (array);

  if (insert == NULL)
    return FALSE;
  for (gsize first = 0, end; first < size; first = end + 1)
    {
      while (first < size && !array->present[first])
        first++;
      for (end = first; end < size && array->present[end];)
        end++;
      if (end > first
          && !insert_stretch (insert, workspace, of, first, end - first, array->values + first,
                              error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
insert_axis (sqlite3 *db, gint64 of, const KappaArray *array, guint axis, GError **error)
{
  g_autoptr (sqlite3_stmt) insert = kappa_database_prepare (
      db, error,
      "INSERT INTO array_axes (of, axis, name, size, coordinates) VALUES (?, ?, ?, ?, ?)", "iisi",
      of, (gint64)axis, array->axes[axis], (gint64)array->dims[axis]);

  if (insert == NULL)
    return FALSE;
  if (array->coordinates[axis] != NULL)
    kappa_database_bind_doubles (insert, 5, array->coordinates[axis], array->dims[axis]);
  return kappa_database_step (insert, error) == 0;
}

/**
 * kappa_record_array:
 *
 * Writes what an array is, and the values that are present.
 */
gboolean
kappa_record_array (sqlite3 *db,
                    const char *workspace,
                    gint64 run,
                    const KappaArray *array,
                    GError **error)
{
  gint64 id;

  if (!kappa_database_run (db, error, "DELETE FROM arrays WHERE run = ? AND name = ?", "is", run,
                           array->name)
      || !kappa_database_run (
          db, error, "INSERT INTO arrays (run, name, unit, definition) VALUES (?, ?, ?, ?)", "isss",
          run, array->name, array->unit, array->definition))
    return FALSE;
  id = sqlite3_last_insert_rowid (db);
  for (guint axis = 0; axis < array->rank; axis++)
    if (!insert_axis (db, id, array, axis, error))
      return FALSE;
  return insert_present (db, workspace, id, array, error);
}

static gint64
find_array (sqlite3 *db, gint64 run, const char *name, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = kappa_database_prepare (
      db, error, "SELECT id FROM arrays WHERE run = ? AND name = ?", "is", run, name);
  int row = statement != NULL ? kappa_database_step (statement, error) : -1;

  if (row == 0)
    g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_STORE,
                 "%s: run %" G_GINT64_FORMAT " has no array \"%s\"",
                 sqlite3_db_filename (db, "main"), run, name);
  return row == 1 ? sqlite3_column_int64 (statement, 0) : 0;
}

/**
 * kappa_record_values:
 * @values: (array length=n): the values of an array that was recorded before, from flat index
 * @first on
 */
gboolean
kappa_record_values (sqlite3 *db,
                     const char *workspace,
                     gint64 run,
                     const char *array,
                     gsize first,
                     gsize n,
                     const double *values,
                     GError **error)
{
  gint64 of = find_array (db, run, array, error);
  g_autoptr (sqlite3_stmt) insert = of != 0 ? prepare_stretch (db, error) : NULL;

  return insert != NULL && insert_stretch (insert, workspace, of, first, n, values, error);
}

static gboolean
record_arrays (sqlite3 *db, const char *workspace, gint64 run, KappaResult *result, GError **error)
{
  g_auto (GStrv) names = kappa_result_list_stored_arrays (result);

  for (guint i = 0; names[i] != NULL; i++)
    {
      g_autoptr (KappaArray) array = kappa_result_dup_array (result, names[i]);

      if (array != NULL && !kappa_record_array (db, workspace, run, array, error))
        return FALSE;
    }
  return TRUE;
}

/**
 * kappa_record_result:
 *
 * Writes all of a result. What was stored in many small stretches, as it came, becomes few.
 */
gboolean
kappa_record_result (sqlite3 *db,
                     const char *workspace,
                     gint64 run,
                     KappaResult *result,
                     GError **error)
{
  g_auto (GStrv) scalars = kappa_result_list_scalars (result);
  g_auto (GStrv) tables = kappa_result_list_tables (result);

  for (guint i = 0; scalars[i] != NULL; i++)
    {
      g_autoptr (KappaScalar) scalar = kappa_result_dup_scalar (result, scalars[i]);

      if (scalar != NULL && !kappa_record_scalar (db, run, scalar, error))
        return FALSE;
    }
  for (guint i = 0; tables[i] != NULL; i++)
    {
      g_autoptr (KappaTable) table = kappa_result_dup_table (result, tables[i]);

      if (table != NULL && !kappa_record_table (db, run, table, error))
        return FALSE;
    }
  return record_arrays (db, workspace, run, result, error);
}
