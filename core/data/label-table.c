#include "core/data/label-table.h"

#include <math.h>
#include <string.h>

#include "core/base/error.h"
#include "core/data/folder-list.h"

#define MAX_CLASSES 65536

static const char *const image_headers[]
    = { "image",    "images",   "file",       "filename",   "file_name",
        "path",     "filepath", "image_path", "image_name", "image name",
        "image_id", "id_code",  "name",       "id",         NULL };
static const char *const label_headers[]
    = { "label",    "labels", "class", "target", "level", "grade", "diagnosis", "retinopathy grade",
        "category", "y",      NULL };

static int
find_usual (const KappaCsv *csv, const char *const *headers)
{
  for (; *headers != NULL; headers++)
    {
      int column = kappa_csv_find_column (csv, *headers);

      if (column >= 0)
        return column;
    }
  return -1;
}

static int
find_column (const KappaCsv *csv,
             const char *wanted,
             const char *const *usual,
             const char *what,
             GError **error)
{
  int column = wanted != NULL ? kappa_csv_find_column (csv, wanted) : find_usual (csv, usual);
  g_autofree char *headers = NULL;

  if (column >= 0)
    return column;
  headers = kappa_csv_list_headers (csv);
  if (wanted != NULL)
    g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE, "%s: has no column \"%s\"; it has %s",
                 kappa_csv_get_name (csv), wanted, headers);
  else
    g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_DATA,
                 "%s: which column has the %s cannot be told from %s; choose it (the first line "
                 "must be a header)",
                 kappa_csv_get_name (csv), what, headers);
  return -1;
}

static gboolean
is_missing (const char *cell)
{
  static const char *const words[] = { "", "na", "nan", "n/a", "null", "-1", "-1.0", NULL };
  g_autofree char *lower = g_ascii_strdown (cell, -1);

  return g_strv_contains (words, lower);
}

static gboolean
parse_number (const char *cell, double *number)
{
  char *end;

  *number = g_ascii_strtod (cell, &end);
  return end != cell && *end == '\0' && isfinite (*number);
}

static gboolean
all_numbers (const KappaCsv *csv, guint column)
{
  double number;

  for (guint row = 0; row < kappa_csv_get_n_rows (csv); row++)
    {
      const char *cell = kappa_csv_get (csv, row, column);

      if (!is_missing (cell) && !parse_number (cell, &number))
        return FALSE;
    }
  return TRUE;
}

/* A table that was written by way of floating point has 2.0 for 2. */
static gboolean
read_numbers (KappaLabelTable *self, guint column, GError **error)
{
  for (guint row = 0; row < kappa_csv_get_n_rows (self->csv); row++)
    {
      const char *cell = kappa_csv_get (self->csv, row, column);
      double number = -1.0;

      if (is_missing (cell))
        continue;
      parse_number (cell, &number);
      if (number < 0.0 || number >= MAX_CLASSES || number != floor (number))
        {
          g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_DATA,
                       "%s, line %u: \"%s\" in column \"%s\" is not a class; expected a whole "
                       "number from 0 to %d",
                       kappa_csv_get_name (self->csv), kappa_csv_get_line (self->csv, row), cell,
                       kappa_csv_get_header (self->csv, column), MAX_CLASSES - 1);
          return FALSE;
        }
      self->labels[row] = (gint32)number;
    }
  return TRUE;
}

/**
 * kappa_label_table_find_class:
 *
 * Returns: which of the model's classes @text identifies or names, ASCII case aside; -1 if none
 */
int
kappa_label_table_find_class (const KappaDatasetOptions *options, const char *text)
{
  const char *const *lists[] = { options->class_ids, options->class_names };

  for (gsize l = 0; l < G_N_ELEMENTS (lists); l++)
    for (guint i = 0; lists[l] != NULL && lists[l][i] != NULL; i++)
      if (g_ascii_strcasecmp (lists[l][i], text) == 0)
        return (int)i;
  return -1;
}

static int
compare_texts (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *)a, *(const char *const *)b);
}

/* The texts that occur, sorted, each once. */
static GPtrArray *
list_texts (const KappaCsv *csv, guint column)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  GPtrArray *texts = g_ptr_array_new_with_free_func (g_free);

  for (guint row = 0; row < kappa_csv_get_n_rows (csv); row++)
    {
      const char *cell = kappa_csv_get (csv, row, column);

      if (!is_missing (cell) && g_hash_table_add (seen, (gpointer)cell))
        g_ptr_array_add (texts, g_strdup (cell));
    }
  g_ptr_array_sort (texts, compare_texts);
  return texts;
}

/* Gives each text its class: the model's where it knows them all, else its place in the list. */
static GHashTable *
number_texts (KappaLabelTable *self, GPtrArray *texts, const KappaDatasetOptions *options)
{
  GHashTable *numbers = g_hash_table_new (g_str_hash, g_str_equal);
  gboolean known = options->class_ids != NULL || options->class_names != NULL;

  for (guint i = 0; known && i < texts->len; i++)
    known = kappa_label_table_find_class (options, g_ptr_array_index (texts, i)) >= 0;
  for (guint i = 0; i < texts->len; i++)
    {
      const char *text = g_ptr_array_index (texts, i);

      g_hash_table_insert (
          numbers, (gpointer)text,
          GINT_TO_POINTER (known ? kappa_label_table_find_class (options, text) : (int)i));
    }
  self->by_position = !known;
  return numbers;
}

static gboolean
read_texts (KappaLabelTable *self, guint column, const KappaDatasetOptions *options, GError **error)
{
  g_autoptr (GPtrArray) texts = list_texts (self->csv, column);
  g_autoptr (GHashTable) numbers = NULL;

  if (texts->len > MAX_CLASSES)
    {
      g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_DATA,
                   "%s: column \"%s\" has %u different texts, too many for classes",
                   kappa_csv_get_name (self->csv), kappa_csv_get_header (self->csv, column),
                   texts->len);
      return FALSE;
    }
  numbers = number_texts (self, texts, options);
  for (guint row = 0; row < kappa_csv_get_n_rows (self->csv); row++)
    {
      const char *cell = kappa_csv_get (self->csv, row, column);

      if (!is_missing (cell))
        self->labels[row] = GPOINTER_TO_INT (g_hash_table_lookup (numbers, cell));
    }
  if (self->by_position)
    {
      g_ptr_array_unref (self->classes);
      self->classes = g_steal_pointer (&texts);
    }
  return TRUE;
}

static gboolean
find_columns (KappaLabelTable *self,
              const KappaDatasetOptions *options,
              guint *label_column,
              GError **error)
{
  int image
      = find_column (self->csv, options->image_column, image_headers, "names of the images", error);
  int label;

  if (image < 0)
    return FALSE;
  self->image_column = (guint)image;
  /* Of two columns the one that does not have the names has the labels, whatever it is called. */
  if (options->label_column == NULL && kappa_csv_get_n_columns (self->csv) == 2)
    label = 1 - image;
  else
    label = find_column (self->csv, options->label_column, label_headers, "labels", error);
  *label_column = (guint)label;
  return label >= 0;
}

/**
 * kappa_label_table_load:
 * @path: a CSV file
 * @options: which columns to take, and what classes the model has
 *
 * Reads the labels of images from a table. Whole numbers are labels as they are. Texts are the
 * model's class identifiers or names if every one of them is one; else the classes are the texts,
 * sorted. Empty cells, NA and -1 mean unknown.
 *
 * Returns: (transfer full): the labels; %NULL with %KAPPA_ERROR_DATA, %KAPPA_ERROR_USAGE or an
 * error of kappa_csv_load()
 */
KappaLabelTable *
kappa_label_table_load (const char *path,
                        const KappaDatasetOptions *options,
                        GCancellable *cancellable,
                        GError **error)
{
  g_autoptr (KappaLabelTable) self = g_new0 (KappaLabelTable, 1);
  gboolean numbers;
  guint n_rows, column;

  self->classes = g_ptr_array_new_with_free_func (g_free);
  self->csv = kappa_csv_load (path, cancellable, error);
  if (self->csv == NULL || !find_columns (self, options, &column, error))
    return NULL;
  n_rows = kappa_csv_get_n_rows (self->csv);
  if (n_rows == 0)
    {
      g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_DATA, "%s: has a header and no rows",
                   kappa_csv_get_name (self->csv));
      return NULL;
    }
  self->labels = g_new (gint32, n_rows);
  for (guint row = 0; row < n_rows; row++)
    self->labels[row] = -1;
  numbers = all_numbers (self->csv, column);
  if (!(numbers ? read_numbers (self, column, error) : read_texts (self, column, options, error)))
    return NULL;
  return g_steal_pointer (&self);
}

void
kappa_label_table_free (KappaLabelTable *self)
{
  g_clear_pointer (&self->csv, kappa_csv_free);
  g_ptr_array_unref (self->classes);
  g_free (self->labels);
  g_free (self);
}
