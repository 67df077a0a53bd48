#include "core/analysis/result.h"

#include <math.h>
#include <string.h>

struct _KappaResult
{
  GObject parent_instance;

  GMutex mutex;
  GPtrArray
      *scalars; /* of KappaScalar, in the order of their first appearance; so are the others */
  GPtrArray *tables;
  GPtrArray *arrays;
  guint64 generation;
  KappaResultListener listener;
  gpointer listener_data;
};

G_DEFINE_FINAL_TYPE (KappaResult, kappa_result, G_TYPE_OBJECT)

static void
kappa_result_finalize (GObject *object)
{
  KappaResult *self = KAPPA_RESULT (object);

  g_ptr_array_unref (self->scalars);
  g_ptr_array_unref (self->tables);
  g_ptr_array_unref (self->arrays);
  g_mutex_clear (&self->mutex);
  G_OBJECT_CLASS (kappa_result_parent_class)->finalize (object);
}

static void
kappa_result_class_init (KappaResultClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = kappa_result_finalize;
}

static void
kappa_result_init (KappaResult *self)
{
  g_mutex_init (&self->mutex);
  self->scalars = g_ptr_array_new_with_free_func ((GDestroyNotify) kappa_scalar_free);
  self->tables = g_ptr_array_new_with_free_func ((GDestroyNotify) kappa_table_free);
  self->arrays = g_ptr_array_new_with_free_func ((GDestroyNotify) kappa_array_free);
}

KappaResult *
kappa_result_new (void)
{
  return g_object_new (KAPPA_TYPE_RESULT, NULL);
}

/* The name is the first member of scalars, tables and arrays alike. */
static gboolean
find (GPtrArray *items, const char *name, guint *index)
{
  for (guint i = 0; i < items->len; i++)
    if (strcmp (*(char **) g_ptr_array_index (items, i), name) == 0)
      {
        *index = i;
        return TRUE;
      }
  return FALSE;
}

static gpointer
lookup (GPtrArray *items, const char *name)
{
  guint index;

  return find (items, name, &index) ? g_ptr_array_index (items, index) : NULL;
}

/* Puts @item in the place of its namesake, or at the end. */
static void
replace (GPtrArray *items, const char *name, gpointer item, GDestroyNotify destroy)
{
  guint index;

  if (find (items, name, &index))
    {
      destroy (items->pdata[index]);
      items->pdata[index] = item;
    }
  else
    g_ptr_array_add (items, item);
}

/**
 * kappa_result_set_listener:
 * @listener: (nullable): copied
 * @data: for the listener's functions
 *
 * There is one listener at a time, the store. What is in the result already is not told again.
 */
void
kappa_result_set_listener (KappaResult *self, const KappaResultListener *listener, gpointer data)
{
  g_mutex_lock (&self->mutex);
  self->listener = listener != NULL ? *listener : (KappaResultListener) { 0 };
  self->listener_data = data;
  g_mutex_unlock (&self->mutex);
}

/**
 * kappa_result_set_scalar:
 * @unit: "" for a pure number
 * @definition: all that decides the number
 *
 * Sets a scalar, or replaces it by a better value.
 */
void
kappa_result_set_scalar (KappaResult *self,
                         const char *name,
                         double value,
                         const char *unit,
                         KappaCertainty certainty,
                         const char *definition)
{
  KappaScalar given = { (char *) name, value, (char *) unit, (char *) definition, certainty };
  KappaScalar *scalar = kappa_scalar_copy (&given);

  g_mutex_lock (&self->mutex);
  replace (self->scalars, name, scalar, (GDestroyNotify) kappa_scalar_free);
  self->generation++;
  if (self->listener.scalar != NULL)
    self->listener.scalar (scalar, self->listener_data);
  g_mutex_unlock (&self->mutex);
}

/**
 * kappa_result_take_table:
 * @table: (transfer full): replaces a table of the same name
 */
void
kappa_result_take_table (KappaResult *self, KappaTable *table)
{
  g_mutex_lock (&self->mutex);
  replace (self->tables, table->name, table, (GDestroyNotify) kappa_table_free);
  self->generation++;
  if (self->listener.table != NULL)
    self->listener.table (table, self->listener_data);
  g_mutex_unlock (&self->mutex);
}

static gboolean
same_grid (const KappaArray *a, const KappaArray *b)
{
  if (a->rank != b->rank)
    return FALSE;
  for (guint d = 0; d < a->rank; d++)
    if (a->dims[d] != b->dims[d]
        || memcmp (a->coordinates[d], b->coordinates[d], a->dims[d] * sizeof (double)) != 0)
      return FALSE;
  return TRUE;
}

/**
 * kappa_result_take_array:
 * @array: (transfer full): usually with nothing present yet
 *
 * Declares an array. If one of the same name, dimensions and coordinates is there already, it
 * stays, with the values it has: that is how a run is resumed. Otherwise @array takes its place.
 */
void
kappa_result_take_array (KappaResult *self, KappaArray *array)
{
  KappaArray *present;

  g_mutex_lock (&self->mutex);
  present = lookup (self->arrays, array->name);
  if (present != NULL && same_grid (present, array))
    {
      g_mutex_unlock (&self->mutex);
      kappa_array_free (array);
      return;
    }
  replace (self->arrays, array->name, array, (GDestroyNotify) kappa_array_free);
  self->generation++;
  if (self->listener.array != NULL)
    self->listener.array (array, self->listener_data);
  g_mutex_unlock (&self->mutex);
}

/**
 * kappa_result_set_values:
 * @array: its name
 * @first: row-major index of the first value
 * @values: (array length=n): computed values, not finite ones included; they become present
 *
 * Returns: %FALSE if there is no such array, or the values do not fit in it
 */
gboolean
kappa_result_set_values (KappaResult *self,
                         const char *array,
                         gsize first,
                         gsize n,
                         const double *values)
{
  KappaArray *target;
  gboolean fits;

  g_mutex_lock (&self->mutex);
  target = lookup (self->arrays, array);
  fits = target != NULL && first <= kappa_array_get_size (target)
         && n <= kappa_array_get_size (target) - first;
  if (fits)
    {
      memcpy (target->values + first, values, n * sizeof *values);
      memset (target->present + first, 1, n);
      self->generation++;
      if (self->listener.values != NULL)
        self->listener.values (target, first, n, self->listener_data);
    }
  g_mutex_unlock (&self->mutex);
  return fits;
}

/**
 * kappa_result_get_value:
 * @value: (out): the value at row-major @index; unchanged if it is not there
 *
 * Returns: whether it was computed
 */
gboolean
kappa_result_get_value (KappaResult *self, const char *array, gsize index, double *value)
{
  KappaArray *target;
  gboolean present;

  g_mutex_lock (&self->mutex);
  target = lookup (self->arrays, array);
  present = target != NULL && index < kappa_array_get_size (target) && target->present[index];
  if (present)
    *value = target->values[index];
  g_mutex_unlock (&self->mutex);
  return present;
}

/**
 * kappa_result_is_present:
 *
 * Returns: whether the value at row-major @index was computed
 */
gboolean
kappa_result_is_present (KappaResult *self, const char *array, gsize index)
{
  double value;

  return kappa_result_get_value (self, array, index, &value);
}

/**
 * kappa_result_count_present:
 *
 * Returns: how many values of the array were computed
 */
gsize
kappa_result_count_present (KappaResult *self, const char *array)
{
  KappaArray *target;
  gsize count = 0;

  g_mutex_lock (&self->mutex);
  target = lookup (self->arrays, array);
  for (gsize i = 0; target != NULL && i < kappa_array_get_size (target); i++)
    count += target->present[i];
  g_mutex_unlock (&self->mutex);
  return count;
}

/**
 * kappa_result_get_generation:
 *
 * Returns: a number that grows with every change, so that a reader sees whether to look again
 */
guint64
kappa_result_get_generation (KappaResult *self)
{
  guint64 generation;

  g_mutex_lock (&self->mutex);
  generation = self->generation;
  g_mutex_unlock (&self->mutex);
  return generation;
}

static char **
list (KappaResult *self, GPtrArray *items)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();

  g_mutex_lock (&self->mutex);
  for (guint i = 0; i < items->len; i++)
    g_strv_builder_add (names, *(char **) g_ptr_array_index (items, i));
  g_mutex_unlock (&self->mutex);
  return g_strv_builder_end (names);
}

/**
 * kappa_result_list_scalars:
 *
 * Returns: (transfer full): names, in the order of their first appearance
 */
char **
kappa_result_list_scalars (KappaResult *self)
{
  return list (self, self->scalars);
}

char **
kappa_result_list_tables (KappaResult *self)
{
  return list (self, self->tables);
}

/**
 * kappa_result_list_arrays:
 *
 * Returns: (transfer full): names, without those of arrays that are there to resume from
 */
char **
kappa_result_list_arrays (KappaResult *self)
{
  g_auto (GStrv) names = list (self, self->arrays);
  g_autoptr (GStrvBuilder) shown = g_strv_builder_new ();

  for (guint i = 0; names[i] != NULL; i++)
    if (names[i][0] != KAPPA_ARRAY_STATE)
      g_strv_builder_add (shown, names[i]);
  return g_strv_builder_end (shown);
}

/**
 * kappa_result_list_stored_arrays:
 *
 * Returns: (transfer full): names of all arrays
 */
char **
kappa_result_list_stored_arrays (KappaResult *self)
{
  return list (self, self->arrays);
}

/**
 * kappa_result_dup_scalar:
 *
 * Returns: (transfer full) (nullable): a copy as of now; %NULL if there is none of that name
 */
KappaScalar *
kappa_result_dup_scalar (KappaResult *self, const char *name)
{
  KappaScalar *scalar;

  g_mutex_lock (&self->mutex);
  scalar = lookup (self->scalars, name);
  if (scalar != NULL)
    scalar = kappa_scalar_copy (scalar);
  g_mutex_unlock (&self->mutex);
  return scalar;
}

KappaTable *
kappa_result_dup_table (KappaResult *self, const char *name)
{
  KappaTable *table;

  g_mutex_lock (&self->mutex);
  table = lookup (self->tables, name);
  if (table != NULL)
    table = kappa_table_copy (table);
  g_mutex_unlock (&self->mutex);
  return table;
}

KappaArray *
kappa_result_dup_array (KappaResult *self, const char *name)
{
  KappaArray *array;

  g_mutex_lock (&self->mutex);
  array = lookup (self->arrays, name);
  if (array != NULL)
    array = kappa_array_copy (array);
  g_mutex_unlock (&self->mutex);
  return array;
}
