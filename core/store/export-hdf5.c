#include <string.h>

#include "core/formats/landscape-h5.h"
#include "core/store/export-private.h"

/*
 * A landscape is a surface file as the reference tool has them (landscape-h5.h), its accuracy in
 * percent; for a run with the profile "li2018", also with that tool's order of values. Whatever a
 * result has is in the group /kappa:
 *
 *   /kappa/arrays/NAME/values, present, AXIS …
 *   /kappa/tables/NAME/COLUMN
 *   /kappa/scalars/NAME
 *
 *   /kappa/recipe
 *
 * with attributes unit, definition and certainty.
 */

static char *
make_path (const char *group, const char *name)
{
  g_autofree char *safe = g_strdelimit (g_strdup (*name != '\0' ? name : "_"), "/", '_');

  return g_strconcat (group, "/", safe, NULL);
}

static void
describe (KappaHdf5Writer *writer, const char *path, const char *unit, const char *definition)
{
  kappa_hdf5_writer_set_attribute (writer, path, "unit", unit);
  kappa_hdf5_writer_set_attribute (writer, path, "definition", definition);
}

static void
add_array (KappaHdf5Writer *writer, const KappaArray *array)
{
  g_autofree char *group = make_path ("/kappa/arrays", array->name);
  g_autofree char *values = make_path (group, "values");
  g_autofree char *present = make_path (group, "present");

  kappa_hdf5_writer_add_doubles (writer, values, KAPPA_HDF5_FLOAT64, array->rank, array->dims,
                                 array->values);
  kappa_hdf5_writer_add_bytes (writer, present, array->rank, array->dims, array->present);
  describe (writer, values, array->unit, array->definition);
  for (guint d = 0; d < array->rank; d++)
    {
      g_autofree char *number = g_strdup_printf ("axis_%u", d);
      g_autofree char *key = g_strdup_printf ("axis %u", d);
      gboolean usable = *array->axes[d] != '\0' && strcmp (array->axes[d], "values") != 0
                        && strcmp (array->axes[d], "present") != 0;
      const char *name = usable ? array->axes[d] : number;
      g_autofree char *axis = make_path (group, name);

      kappa_hdf5_writer_add_doubles (writer, axis, KAPPA_HDF5_FLOAT64, 1, &array->dims[d],
                                     array->coordinates[d]);
      kappa_hdf5_writer_set_attribute (writer, values, key, name);
    }
}

static void
add_table (KappaHdf5Writer *writer, const KappaTable *table)
{
  g_autofree char *group = make_path ("/kappa/tables", table->name);

  kappa_hdf5_writer_add_group (writer, group);
  kappa_hdf5_writer_set_attribute (writer, group, "definition", table->definition);
  for (guint c = 0; c < table->n_columns; c++)
    {
      g_autofree char *path = make_path (group, table->columns[c].name);

      if (table->columns[c].type == KAPPA_COLUMN_TEXT)
        kappa_hdf5_writer_add_strings (writer, path, 1, table->n_rows,
                                       (const char *const *)table->texts[c]);
      else
        kappa_hdf5_writer_add_doubles (writer, path, KAPPA_HDF5_FLOAT64, 1, &table->n_rows,
                                       table->numbers[c]);
      kappa_hdf5_writer_set_attribute (writer, path, "unit", table->columns[c].unit);
    }
}

static void
add_scalar (KappaHdf5Writer *writer, const KappaScalar *scalar)
{
  g_autofree char *path = make_path ("/kappa/scalars", scalar->name);
  g_autofree char *certainty = kappa_export_describe (scalar);

  kappa_hdf5_writer_add_doubles (writer, path, KAPPA_HDF5_FLOAT64, 0, NULL, &scalar->value);
  describe (writer, path, scalar->unit, scalar->definition);
  kappa_hdf5_writer_set_attribute (writer, path, "certainty", certainty);
}

static gboolean
is_landscape (const KappaArray *loss)
{
  return loss != NULL && loss->rank >= 1 && loss->rank <= 2 && strcmp (loss->axes[0], "alpha") == 0
         && (loss->rank == 1 || strcmp (loss->axes[1], "beta") == 0)
         && kappa_array_get_size (loss) > 0;
}

static KappaSurface *
make_surface (const KappaArray *loss, const KappaArray *accuracy)
{
  gsize size = kappa_array_get_size (loss), nx = loss->dims[0],
        ny = loss->rank > 1 ? loss->dims[1] : 0;
  KappaSurface *surface = kappa_surface_new (nx, ny);
  gboolean has_accuracy = accuracy != NULL && kappa_export_same_axes (loss, accuracy);
  double unit = has_accuracy && strcmp (accuracy->unit, "%") == 0 ? 1.0 : 100.0;

  memcpy (surface->x, loss->coordinates[0], nx * sizeof (double));
  if (ny > 0)
    memcpy (surface->y, loss->coordinates[1], ny * sizeof (double));
  memcpy (surface->loss, loss->values, size * sizeof (double));
  memcpy (surface->present, loss->present, size);
  for (gsize i = 0; has_accuracy && i < size; i++)
    {
      surface->accuracy[i] = accuracy->values[i] * unit;
      surface->present[i] = surface->present[i] && accuracy->present[i];
    }
  if (!has_accuracy)
    g_clear_pointer (&surface->accuracy, g_free);
  return surface;
}

static void
add_surface (KappaHdf5Writer *writer,
             const KappaSurface *surface,
             const KappaArray *loss,
             const KappaArray *accuracy,
             const char *recipe)
{
  g_autofree char *profile = kappa_export_recipe_get (recipe, "parameters", "profile");
  gboolean reference = g_strcmp0 (profile, "li2018") == 0;

  kappa_surface_add (surface, reference ? KAPPA_SURFACE_REFERENCE : KAPPA_SURFACE_DIRECT, writer);
  describe (writer, "/train_loss", loss->unit, loss->definition);
  if (surface->accuracy != NULL)
    describe (writer, "/train_acc", "%", accuracy->definition);
}

static void
add_result (KappaHdf5Writer *writer,
            KappaResult *result,
            GPtrArray *arrays,
            GPtrArray *tables,
            GPtrArray *scalars)
{
  g_auto (GStrv) array_names = kappa_result_list_arrays (result);
  g_auto (GStrv) table_names = kappa_result_list_tables (result);
  g_auto (GStrv) scalar_names = kappa_result_list_scalars (result);

  for (guint i = 0; array_names[i] != NULL; i++)
    {
      g_ptr_array_add (arrays, kappa_result_dup_array (result, array_names[i]));
      add_array (writer, arrays->pdata[i]);
    }
  for (guint i = 0; table_names[i] != NULL; i++)
    {
      g_ptr_array_add (tables, kappa_result_dup_table (result, table_names[i]));
      add_table (writer, tables->pdata[i]);
    }
  for (guint i = 0; scalar_names[i] != NULL; i++)
    {
      g_ptr_array_add (scalars, kappa_result_dup_scalar (result, scalar_names[i]));
      add_scalar (writer, scalars->pdata[i]);
    }
}

gboolean
kappa_export_hdf5 (const KappaExport *job, GError **error)
{
  g_autoptr (GPtrArray) arrays = g_ptr_array_new_with_free_func ((GDestroyNotify)kappa_array_free);
  g_autoptr (GPtrArray) tables = g_ptr_array_new_with_free_func ((GDestroyNotify)kappa_table_free);
  g_autoptr (GPtrArray) scalars
      = g_ptr_array_new_with_free_func ((GDestroyNotify)kappa_scalar_free);
  g_autoptr (KappaArray) loss = kappa_result_dup_array (job->result, "loss");
  g_autoptr (KappaArray) accuracy = kappa_result_dup_array (job->result, "accuracy");
  g_autoptr (KappaSurface) surface = is_landscape (loss) ? make_surface (loss, accuracy) : NULL;
  g_autoptr (KappaHdf5Writer) writer = kappa_hdf5_writer_new ();

  if (surface != NULL)
    {
      g_free (surface->directions);
      surface->directions = kappa_export_recipe_get (job->recipe, "inputs", "directions");
      if (surface->directions == NULL)
        surface->directions
            = kappa_export_recipe_get (job->recipe, "parameters", "save-directions");
      if (surface->directions == NULL)
        surface->directions = g_strdup ("");
      add_surface (writer, surface, loss, accuracy, job->recipe);
    }
  kappa_hdf5_writer_set_attribute (writer, "/kappa", "version", KAPPA_VERSION);
  if (job->recipe != NULL)
    kappa_hdf5_writer_add_strings (writer, "/kappa/recipe", 0, 1, &job->recipe);
  add_result (writer, job->result, arrays, tables, scalars);
  return kappa_hdf5_writer_save (writer, job->path, error);
}
