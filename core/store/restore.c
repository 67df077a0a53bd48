#include <string.h>

#include "core/base/error.h"
#include "core/store/database.h"
#include "core/store/record.h"
#include "core/store/side-file.h"
#include "core/store/workspace-private.h"

/*
 * Rows to a result. The file may be damaged or made to harm: every length is checked against what
 * it has to fit before memory is taken for it.
 */

/* 1 GiB of values; no analysis keeps that much. */
#define MAX_VALUES  ((gint64)1 << 27)
#define MAX_ROWS    ((gint64)1 << 27)
#define MAX_COLUMNS 4096

typedef struct
{
  sqlite3 *db;
  const char *workspace;
  gint64 run;
} Source;

static gboolean
refuse (const Source *source, const char *what, const char *name, GError **error)
{
  g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_STORE,
               "%s: run %" G_GINT64_FORMAT " is damaged: %s (\"%s\"). Compute it again",
               source->workspace, source->run, what, name != NULL ? name : "");
  return FALSE;
}

static char *
dup_text (sqlite3_stmt *statement, int column)
{
  char *text = kappa_database_dup_text (statement, column);

  return text != NULL ? text : g_strdup ("");
}

static gboolean
restore_scalars (const Source *source, KappaResult *result, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = kappa_database_prepare (
      source->db, error,
      "SELECT name, unit, definition, certainty, numbers FROM scalars WHERE run = ? ORDER BY id",
      "i", source->run);
  int row = -1;

  while (statement != NULL && (row = kappa_database_step (statement, error)) == 1)
    {
      g_autofree char *name = dup_text (statement, 0);
      g_autofree char *unit = dup_text (statement, 1);
      g_autofree char *definition = dup_text (statement, 2);
      gint64 kind = sqlite3_column_int64 (statement, 3);
      double numbers[KAPPA_RECORD_SCALAR_NUMBERS];
      KappaCertainty certainty;

      if (kind < KAPPA_EXACT || kind > KAPPA_RESIDUAL
          || !kappa_database_read_doubles (statement, 4, numbers, G_N_ELEMENTS (numbers)))
        return refuse (source, "a scalar is not what was written", name, error);
      certainty = (KappaCertainty) { (KappaCertaintyKind)kind, numbers[1], numbers[2], numbers[3],
                                     numbers[4] };
      kappa_result_set_scalar (result, name, numbers[0], unit, certainty, definition);
    }
  return row == 0;
}

typedef struct
{
  char *name;
  char *unit;
  KappaColumnType type;
  double *numbers;
  char **texts;
} Column;

static void
column_free (Column *column)
{
  g_free (column->name);
  g_free (column->unit);
  g_free (column->numbers);
  g_strfreev (column->texts);
  g_free (column);
}

static gboolean
read_texts (sqlite3_stmt *statement, int index, char **texts, gsize n)
{
  const char *blob = sqlite3_column_blob (statement, index);
  gsize left = (gsize)sqlite3_column_bytes (statement, index);

  for (gsize i = 0; i < n; i++)
    {
      const char *end = left > 0 ? memchr (blob, '\0', left) : NULL;

      if (end == NULL)
        return FALSE;
      texts[i] = g_utf8_make_valid (blob, end - blob);
      left -= (gsize)(end + 1 - blob);
      blob = end + 1;
    }
  return left == 0;
}

/* Every cell takes at least one byte of the blob, so the blob bounds the memory. */
static gboolean
read_cells (sqlite3_stmt *statement, int index, Column *column, gsize n)
{
  gsize size = (gsize)sqlite3_column_bytes (statement, index);

  if (column->type == KAPPA_COLUMN_TEXT)
    {
      if (size < n)
        return FALSE;
      column->texts = g_new0 (char *, n + 1);
      return read_texts (statement, index, column->texts, n);
    }
  if (size != n * sizeof (double))
    return FALSE;
  column->numbers = g_new (double, n + 1);
  return kappa_database_read_doubles (statement, index, column->numbers, n);
}

static GPtrArray *
read_columns (const Source *source, gint64 table, const char *name, gsize n_rows, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = kappa_database_prepare (
      source->db, error,
      "SELECT position, type, name, unit, cells FROM result_columns WHERE of = ? ORDER BY position",
      "i", table);
  g_autoptr (GPtrArray) columns = g_ptr_array_new_with_free_func ((GDestroyNotify)column_free);
  int row = -1;

  while (statement != NULL && (row = kappa_database_step (statement, error)) == 1)
    {
      gint64 type = sqlite3_column_int64 (statement, 1);
      Column *column = g_new0 (Column, 1);

      g_ptr_array_add (columns, column);
      column->type = (KappaColumnType)type;
      column->name = dup_text (statement, 2);
      column->unit = dup_text (statement, 3);
      if (sqlite3_column_int64 (statement, 0) != columns->len - 1 || columns->len > MAX_COLUMNS
          || type < KAPPA_COLUMN_NUMBER || type > KAPPA_COLUMN_TEXT
          || !read_cells (statement, 4, column, n_rows))
        return refuse (source, "the columns of a table do not fit it", name, error), NULL;
    }
  return row == 0 ? g_steal_pointer (&columns) : NULL;
}

static KappaTable *
make_table (const char *name, const char *definition, GPtrArray *columns)
{
  g_autofree KappaColumn *heads = g_new0 (KappaColumn, columns->len + 1);

  for (guint c = 0; c < columns->len; c++)
    {
      const Column *column = g_ptr_array_index (columns, c);

      heads[c] = (KappaColumn) { column->name, column->unit, column->type };
    }
  return kappa_table_new (name, definition, columns->len, heads);
}

static void
fill_table (KappaTable *table, GPtrArray *columns, gsize n_rows)
{
  g_autofree double *numbers = g_new0 (double, columns->len + 1);
  g_autofree const char **texts = g_new0 (const char *, columns->len + 1);

  for (gsize r = 0; r < n_rows; r++)
    {
      for (guint c = 0; c < columns->len; c++)
        {
          const Column *column = g_ptr_array_index (columns, c);

          if (column->texts != NULL)
            texts[c] = column->texts[r];
          else
            numbers[c] = column->numbers[r];
        }
      kappa_table_add_cells (table, numbers, texts);
    }
}

static gboolean
restore_tables (const Source *source, KappaResult *result, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = kappa_database_prepare (
      source->db, error,
      "SELECT id, name, definition, n_rows FROM result_tables WHERE run = ? ORDER BY id", "i",
      source->run);
  int row = -1;

  while (statement != NULL && (row = kappa_database_step (statement, error)) == 1)
    {
      g_autofree char *name = dup_text (statement, 1);
      g_autofree char *definition = dup_text (statement, 2);
      gint64 n_rows = sqlite3_column_int64 (statement, 3);
      g_autoptr (GPtrArray) columns = NULL;
      KappaTable *table;

      if (n_rows < 0 || n_rows > MAX_ROWS)
        return refuse (source, "a table has an impossible number of rows", name, error);
      columns
          = read_columns (source, sqlite3_column_int64 (statement, 0), name, (gsize)n_rows, error);
      if (columns == NULL)
        return FALSE;
      if (columns->len == 0 && n_rows > 0)
        return refuse (source, "a table has rows and no columns", name, error);
      table = make_table (name, definition, columns);
      fill_table (table, columns, (gsize)n_rows);
      kappa_result_take_table (result, table);
    }
  return row == 0;
}

typedef struct
{
  guint rank;
  gsize dims[KAPPA_ARRAY_MAX_RANK];
  char *names[KAPPA_ARRAY_MAX_RANK];
  double *coordinates[KAPPA_ARRAY_MAX_RANK];
} Axes;

static void
axes_clear (Axes *axes)
{
  for (guint d = 0; d < KAPPA_ARRAY_MAX_RANK; d++)
    {
      g_free (axes->names[d]);
      g_free (axes->coordinates[d]);
    }
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Axes, axes_clear)

static gboolean
read_axis (sqlite3_stmt *statement, Axes *axes, gint64 *left)
{
  gint64 size = sqlite3_column_int64 (statement, 2);
  guint d = axes->rank;

  if (d >= KAPPA_ARRAY_MAX_RANK || sqlite3_column_int64 (statement, 0) != d || size < 0
      || size > *left || sqlite3_column_bytes (statement, 3) != size * (gint64)sizeof (double))
    return FALSE;
  *left = size > 0 ? *left / size : *left;
  axes->rank++;
  axes->dims[d] = (gsize)size;
  axes->names[d] = dup_text (statement, 1);
  axes->coordinates[d] = g_new (double, (gsize)size + 1);
  return kappa_database_read_doubles (statement, 3, axes->coordinates[d], (gsize)size);
}

static gboolean
read_axes (const Source *source, gint64 array, const char *name, Axes *axes, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = kappa_database_prepare (
      source->db, error,
      "SELECT axis, name, size, coordinates FROM array_axes WHERE of = ? ORDER BY axis", "i",
      array);
  gint64 left = MAX_VALUES;
  int row = -1;

  while (statement != NULL && (row = kappa_database_step (statement, error)) == 1)
    if (!read_axis (statement, axes, &left))
      return refuse (source, "an array has impossible axes", name, error);
  return row == 0;
}

static gboolean
read_stretch (const Source *source, sqlite3_stmt *statement, KappaArray *array, GError **error)
{
  gint64 size = (gint64)kappa_array_get_size (array);
  gint64 first = sqlite3_column_int64 (statement, 0), n = sqlite3_column_int64 (statement, 1);
  g_autofree char *file = kappa_database_dup_text (statement, 3);

  if (first < 0 || n < 0 || first > size || n > size - first)
    return refuse (source, "values lie outside their array", array->name, error);
  if (file != NULL)
    {
      if (!kappa_side_file_read (source->workspace, file, array->values + first, (gsize)n, error))
        return FALSE;
    }
  else if (!kappa_database_read_doubles (statement, 2, array->values + first, (gsize)n))
    return refuse (source, "there are not as many values as there should be", array->name, error);
  memset (array->present + first, 1, (gsize)n);
  return TRUE;
}

static gboolean
read_values (const Source *source, gint64 id, KappaArray *array, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = kappa_database_prepare (
      source->db, error,
      "SELECT first, n, numbers, file FROM array_values WHERE of = ? ORDER BY id", "i", id);
  int row = -1;

  while (statement != NULL && (row = kappa_database_step (statement, error)) == 1)
    if (!read_stretch (source, statement, array, error))
      return FALSE;
  return row == 0;
}

static gboolean
restore_array (const Source *source, sqlite3_stmt *statement, KappaResult *result, GError **error)
{
  gint64 id = sqlite3_column_int64 (statement, 0);
  g_autofree char *name = dup_text (statement, 1);
  g_autofree char *unit = dup_text (statement, 2);
  g_autofree char *definition = dup_text (statement, 3);
  g_autoptr (KappaArray) array = NULL;
  g_auto (Axes) axes = { 0 };

  if (!read_axes (source, id, name, &axes, error))
    return FALSE;
  array = kappa_array_new (name, unit, definition, axes.rank, axes.dims);
  for (guint d = 0; d < axes.rank; d++)
    kappa_array_set_axis (array, d, axes.names[d], axes.coordinates[d]);
  if (!read_values (source, id, array, error))
    return FALSE;
  kappa_result_take_array (result, g_steal_pointer (&array));
  return TRUE;
}

static gboolean
restore_arrays (const Source *source, KappaResult *result, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = kappa_database_prepare (
      source->db, error, "SELECT id, name, unit, definition FROM arrays WHERE run = ? ORDER BY id",
      "i", source->run);
  int row = -1;

  while (statement != NULL && (row = kappa_database_step (statement, error)) == 1)
    if (!restore_array (source, statement, result, error))
      return FALSE;
  return row == 0;
}

static gboolean
restore (const Source *source, KappaResult *result, GError **error)
{
  gboolean done;

  /* One transaction, so that all parts are of one moment though the run goes on. */
  if (!kappa_database_exec (source->db, "BEGIN", error))
    return FALSE;
  done = restore_scalars (source, result, error) && restore_tables (source, result, error)
         && restore_arrays (source, result, error);
  return kappa_database_end (source->db, done, error);
}

/**
 * kappa_workspace_load_result:
 * @id: a run
 *
 * Reads what a run has found so far, each number with the bits it had. For a run to be resumed, the
 * values that were stored are present, and no others.
 *
 * Returns: (transfer full): %NULL with %KAPPA_ERROR_STORE, also when what is stored is damaged
 */
KappaResult *
kappa_workspace_load_result (KappaWorkspace *self, gint64 id, GError **error)
{
  g_autoptr (KappaRunInfo) info = kappa_workspace_dup_run (self, id, error);
  g_autoptr (KappaResult) result = kappa_result_new ();
  Source source = { .workspace = kappa_workspace_get_path (self), .run = id };
  gboolean done;

  if (info == NULL)
    return NULL;
  source.db = kappa_workspace_lock (self);
  done = restore (&source, result, error);
  kappa_workspace_unlock (self);
  return done ? g_steal_pointer (&result) : NULL;
}
