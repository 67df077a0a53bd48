#include "core/store/change.h"

#include <string.h>

#include "core/store/record.h"

struct _KappaChange
{
  /* One of these is set, or the name and the values below. */
  KappaScalar *scalar;
  KappaTable *table;
  KappaArray *array;

  char *name;
  gsize first;
  gsize n;
  double *values;
};

KappaChange *
kappa_change_new_scalar (const KappaScalar *scalar)
{
  KappaChange *self = g_new0 (KappaChange, 1);

  self->scalar = kappa_scalar_copy (scalar);
  return self;
}

KappaChange *
kappa_change_new_table (const KappaTable *table)
{
  KappaChange *self = g_new0 (KappaChange, 1);

  self->table = kappa_table_copy (table);
  return self;
}

KappaChange *
kappa_change_new_array (const KappaArray *array)
{
  KappaChange *self = g_new0 (KappaChange, 1);

  self->array = kappa_array_copy (array);
  return self;
}

/**
 * kappa_change_new_values:
 *
 * The values of @array from flat index @first on, as they are now.
 */
KappaChange *
kappa_change_new_values (const KappaArray *array, gsize first, gsize n)
{
  KappaChange *self = g_new0 (KappaChange, 1);

  self->name = g_strdup (array->name);
  self->first = first;
  self->n = n;
  self->values = g_memdup2 (array->values + first, n * sizeof (double));
  return self;
}

void
kappa_change_free (KappaChange *self)
{
  kappa_scalar_free (self->scalar);
  kappa_table_free (self->table);
  kappa_array_free (self->array);
  g_free (self->name);
  g_free (self->values);
  g_free (self);
}

/**
 * kappa_change_get_size:
 *
 * Returns: about how many bytes writing it takes
 */
gsize
kappa_change_get_size (const KappaChange *self)
{
  if (self->array != NULL)
    return kappa_array_get_size (self->array) * sizeof (double);
  if (self->table != NULL)
    return self->table->n_rows * self->table->n_columns * sizeof (double);
  return sizeof *self + self->n * sizeof (double);
}

/**
 * kappa_change_write:
 *
 * To be called inside a transaction.
 */
gboolean
kappa_change_write (const KappaChange *self,
                    sqlite3 *db,
                    const char *workspace,
                    gint64 run,
                    GError **error)
{
  if (self->scalar != NULL)
    return kappa_record_scalar (db, run, self->scalar, error);
  if (self->table != NULL)
    return kappa_record_table (db, run, self->table, error);
  if (self->array != NULL)
    return kappa_record_array (db, workspace, run, self->array, error);
  return kappa_record_values (db, workspace, run, self->name, self->first, self->n, self->values,
                              error);
}
