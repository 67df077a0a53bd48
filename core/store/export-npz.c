#include <string.h>

#include "core/analysis/json-writer.h"
#include "core/base/error.h"
#include "core/formats/atomic-file.h"
#include "core/formats/npz.h"
#include "core/store/export-private.h"

/*
 * What numpy.load() gives back:
 *
 *   NAME           values of an array, with its shape; what was not computed is NaN
 *   NAME.present   1 where a value was computed, 0 elsewhere; only when some were not
 *   NAME.AXIS      coordinates along an axis
 *   TABLE.COLUMN   numbers of a table's column
 *   scalar.NAME    a single number
 *   about          JSON as bytes: bytes (f["about"]).decode () has the recipe, units, definitions
 * and texts
 */

typedef struct
{
  GArray *tensors;  /* of KappaExportTensor */
  GPtrArray *owned; /* of what they point to */
} Archive;

static void
add (Archive *archive,
     char *name,
     KappaElement element,
     guint rank,
     const gsize *dims,
     const void *data)
{
  KappaExportTensor tensor = { .name = name, .element = element, .rank = rank, .data = data };

  for (guint d = 0; d < rank; d++)
    tensor.dims[d] = dims[d];
  g_ptr_array_add (archive->owned, name);
  g_array_append_val (archive->tensors, tensor);
}

static gpointer
own (Archive *archive, gconstpointer data, gsize size)
{
  gpointer copy = g_memdup2 (size > 0 ? data : "", MAX (size, 1));

  g_ptr_array_add (archive->owned, copy);
  return copy;
}

static void
add_array (Archive *archive, const KappaArray *array)
{
  gsize size = kappa_array_get_size (array);

  add (archive, g_strdup (array->name), KAPPA_ELEMENT_F64, array->rank, array->dims,
       own (archive, array->values, size * sizeof (double)));
  if (!kappa_export_is_complete (array))
    add (archive, g_strconcat (array->name, ".present", NULL), KAPPA_ELEMENT_U8, array->rank,
         array->dims, own (archive, array->present, size));
  for (guint d = 0; d < array->rank; d++)
    {
      char *name = *array->axes[d] != '\0' ? g_strconcat (array->name, ".", array->axes[d], NULL)
                                           : g_strdup_printf ("%s.axis_%u", array->name, d);

      add (archive, name, KAPPA_ELEMENT_F64, 1, &array->dims[d],
           own (archive, array->coordinates[d], array->dims[d] * sizeof (double)));
    }
}

static void
add_table (Archive *archive, const KappaTable *table)
{
  for (guint c = 0; c < table->n_columns; c++)
    if (table->columns[c].type != KAPPA_COLUMN_TEXT)
      add (archive, g_strconcat (table->name, ".", table->columns[c].name, NULL), KAPPA_ELEMENT_F64,
           1, &table->n_rows, own (archive, table->numbers[c], table->n_rows * sizeof (double)));
}

static void
describe_table (KappaJsonWriter *writer, const KappaTable *table)
{
  kappa_json_writer_begin_object (writer, table->name);
  kappa_json_writer_add_string (writer, "definition", table->definition);
  for (guint c = 0; c < table->n_columns; c++)
    {
      kappa_json_writer_begin_object (writer, table->columns[c].name);
      kappa_json_writer_add_string (writer, "unit", table->columns[c].unit);
      if (table->columns[c].type == KAPPA_COLUMN_TEXT)
        {
          kappa_json_writer_begin_array (writer, "texts");
          for (gsize r = 0; r < table->n_rows; r++)
            kappa_json_writer_add_string (writer, NULL, table->texts[c][r]);
          kappa_json_writer_end_array (writer);
        }
      kappa_json_writer_end_object (writer);
    }
  kappa_json_writer_end_object (writer);
}

static void
describe (KappaJsonWriter *writer,
          const char *name,
          const char *unit,
          const char *definition,
          const char *certainty)
{
  kappa_json_writer_begin_object (writer, name);
  kappa_json_writer_add_string (writer, "unit", unit);
  kappa_json_writer_add_string (writer, "definition", definition);
  if (certainty != NULL)
    kappa_json_writer_add_string (writer, "certainty", certainty);
  kappa_json_writer_end_object (writer);
}

static void
add_arrays (Archive *archive, KappaJsonWriter *about, KappaResult *result)
{
  g_auto (GStrv) names = kappa_result_list_arrays (result);

  kappa_json_writer_begin_object (about, "arrays");
  for (guint i = 0; names[i] != NULL; i++)
    {
      g_autoptr (KappaArray) array = kappa_result_dup_array (result, names[i]);

      add_array (archive, array);
      describe (about, array->name, array->unit, array->definition, NULL);
    }
  kappa_json_writer_end_object (about);
}

static void
add_tables (Archive *archive, KappaJsonWriter *about, KappaResult *result)
{
  g_auto (GStrv) names = kappa_result_list_tables (result);

  kappa_json_writer_begin_object (about, "tables");
  for (guint i = 0; names[i] != NULL; i++)
    {
      g_autoptr (KappaTable) table = kappa_result_dup_table (result, names[i]);

      add_table (archive, table);
      describe_table (about, table);
    }
  kappa_json_writer_end_object (about);
}

static void
add_scalars (Archive *archive, KappaJsonWriter *about, KappaResult *result)
{
  g_auto (GStrv) names = kappa_result_list_scalars (result);

  kappa_json_writer_begin_object (about, "scalars");
  for (guint i = 0; names[i] != NULL; i++)
    {
      g_autoptr (KappaScalar) scalar = kappa_result_dup_scalar (result, names[i]);
      g_autofree char *certainty = kappa_export_describe (scalar);

      add (archive, g_strconcat ("scalar.", scalar->name, NULL), KAPPA_ELEMENT_F64, 0, NULL,
           own (archive, &scalar->value, sizeof (double)));
      describe (about, scalar->name, scalar->unit, scalar->definition, certainty);
    }
  kappa_json_writer_end_object (about);
}

static void
fill (Archive *archive, const KappaExport *job)
{
  g_autoptr (KappaJsonWriter) about = kappa_json_writer_new ();
  char *text;
  gsize size;

  kappa_json_writer_begin_object (about, NULL);
  kappa_json_writer_add_string (about, "kappa", KAPPA_VERSION);
  if (job->recipe != NULL)
    kappa_json_writer_add_raw (about, "recipe", job->recipe);
  add_arrays (archive, about, job->result);
  add_tables (archive, about, job->result);
  add_scalars (archive, about, job->result);
  kappa_json_writer_end_object (about);
  text = kappa_json_writer_finish (about);
  g_ptr_array_add (archive->owned, text);
  size = strlen (text);
  add (archive, g_strdup ("about"), KAPPA_ELEMENT_U8, 1, &size, text);
}

static gboolean
save (const char *path, gpointer data, GError **error)
{
  const Archive *archive = data;

  return kappa_npz_save (path, (const KappaExportTensor *)(gpointer)archive->tensors->data,
                         archive->tensors->len, NULL, error);
}

gboolean
kappa_export_npz (const KappaExport *job, GError **error)
{
  g_autoptr (GArray) tensors = g_array_new (FALSE, FALSE, sizeof (KappaExportTensor));
  g_autoptr (GPtrArray) owned = g_ptr_array_new_with_free_func (g_free);
  Archive archive = { tensors, owned };

  fill (&archive, job);
  return kappa_atomic_write (job->path, save, &archive, error);
}
