#include <math.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/error.h"
#include "core/formats/landscape-h5.h"

/*
 * Direction files: groups xdirection and, for a surface, ydirection, with data sets "0", "1", … for
 * the tensors.
 */

/* Weights hardly compress; what says that it grows more than this is not a direction. */
#define MAX_RATIO    64
#define UNSUSPICIOUS ((guint64)16 << 20)

/**
 * kappa_direction_new:
 *
 * Returns: (transfer full): a direction whose tensors are set by kappa_direction_set_tensor()
 */
KappaDirection *
kappa_direction_new (guint n_tensors)
{
  KappaDirection *self = g_new0 (KappaDirection, 1);

  self->n_tensors = n_tensors;
  self->tensors = g_new0 (KappaDirectionTensor, n_tensors);
  return self;
}

void
kappa_direction_free (KappaDirection *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; i < self->n_tensors; i++)
    g_free (self->tensors[i].values);
  g_free (self->tensors);
  g_free (self);
}

static void
set_shape (KappaDirectionTensor *tensor, guint rank, const gsize *dims)
{
  tensor->rank = rank;
  tensor->n = 1;
  for (guint d = 0; d < rank; d++)
    tensor->n *= tensor->dims[d] = dims[d];
}

/**
 * kappa_direction_set_tensor:
 * @dims: (array length=rank)
 * @values: row-major; copied
 */
void
kappa_direction_set_tensor (KappaDirection *self,
                            guint index,
                            guint rank,
                            const gsize *dims,
                            const double *values)
{
  KappaDirectionTensor *tensor = &self->tensors[index];

  g_return_if_fail (index < self->n_tensors && rank <= KAPPA_HDF5_MAX_RANK);
  set_shape (tensor, rank, dims);
  g_free (tensor->values);
  tensor->values
      = g_memdup2 (tensor->n > 0 ? values : &(double) { 0.0 }, MAX (tensor->n, 1) * sizeof *values);
}

/* float32, as the reference tool writes it, wherever that loses nothing. */
static KappaHdf5Number
get_number (const KappaDirection *direction)
{
  for (guint i = 0; i < direction->n_tensors; i++)
    for (gsize k = 0; k < direction->tensors[i].n; k++)
      {
        double value = direction->tensors[i].values[k];

        if ((double)(float)value != value && !isnan (value))
          return KAPPA_HDF5_FLOAT64;
      }
  return KAPPA_HDF5_FLOAT32;
}

static void
add_direction (KappaHdf5Writer *writer, const char *group, const KappaDirection *direction)
{
  KappaHdf5Number number = get_number (direction);

  kappa_hdf5_writer_add_group (writer, group);
  for (guint i = 0; i < direction->n_tensors; i++)
    {
      const KappaDirectionTensor *tensor = &direction->tensors[i];
      g_autofree char *path = g_strdup_printf ("%s/%u", group, i);

      kappa_hdf5_writer_add_doubles (writer, path, number, tensor->rank, tensor->dims,
                                     tensor->values);
    }
}

/* The names and meanings are those of scikit-learn, which the reference tool leaves them to. */
static void
add_principal (KappaHdf5Writer *writer, const KappaPrincipal *principal)
{
  const gsize two = 2;
  double *numbers = kappa_hdf5_writer_own (writer, g_new (double, 6));

  for (guint i = 0; i < 2; i++)
    {
      numbers[i] = principal->values[i] / principal->total;
      numbers[2 + i] = sqrt (principal->values[i]);
      numbers[4 + i] = principal->values[i] / ((double)principal->n - 1.0);
    }
  kappa_hdf5_writer_add_doubles (writer, "/explained_variance_ratio_", KAPPA_HDF5_FLOAT64, 1, &two,
                                 numbers);
  kappa_hdf5_writer_add_doubles (writer, "/singular_values_", KAPPA_HDF5_FLOAT64, 1, &two,
                                 numbers + 2);
  kappa_hdf5_writer_add_doubles (writer, "/explained_variance_", KAPPA_HDF5_FLOAT64, 1, &two,
                                 numbers + 4);
}

/**
 * kappa_directions_write:
 * @y: (nullable): the second axis of a surface
 * @principal: (nullable): what they are the principal directions of
 *
 * Values are stored as float32 if all of a direction are such numbers, as float64 otherwise:
 * reading gives back the same bits.
 *
 * Returns: %FALSE with the system's error
 */
gboolean
kappa_directions_write (const KappaDirection *x,
                        const KappaDirection *y,
                        const KappaPrincipal *principal,
                        const char *path,
                        GError **error)
{
  g_autoptr (KappaHdf5Writer) writer = kappa_hdf5_writer_new ();

  add_direction (writer, "/xdirection", x);
  if (y != NULL)
    add_direction (writer, "/ydirection", y);
  if (principal != NULL)
    add_principal (writer, principal);
  return kappa_hdf5_writer_save (writer, path, error);
}

static guint
count_tensors (KappaHdf5File *file, const char *group)
{
  g_autofree char *prefix = g_strconcat (group, "/", NULL);
  guint n = 0;

  for (guint i = 0; i < kappa_hdf5_file_get_n_datasets (file); i++)
    n += g_str_has_prefix (kappa_hdf5_file_get_dataset (file, i)->path, prefix);
  return n;
}

static gboolean
has_group (KappaHdf5File *file, const char *group)
{
  for (guint i = 0; i < kappa_hdf5_file_get_n_groups (file); i++)
    if (strcmp (kappa_hdf5_file_get_group (file, i), group) == 0)
      return TRUE;
  return FALSE;
}

/* Many links to one data set would make a small file a large direction. */
static gboolean
check_sizes (KappaHdf5File *file, const char *group, guint n, GError **error)
{
  const char *path = kappa_hdf5_file_get_path (file);
  struct stat status = { 0 };
  guint64 total = 0;

  stat (path, &status);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *name = g_strdup_printf ("%s/%u", group, i);
      const KappaHdf5Dataset *dataset = kappa_hdf5_file_find_dataset (file, name);

      if (dataset == NULL)
        {
          g_set_error (
              error, KAPPA_ERROR, KAPPA_ERROR_FORMAT,
              "%s: not a direction file: %s has %u data sets, and none of them is called %u", path,
              group, n, i);
          return FALSE;
        }
      if (dataset->refusal == NULL)
        total += dataset->n * (guint64)dataset->size;
    }
  if (total <= UNSUSPICIOUS || total / MAX_RATIO <= (guint64)status.st_size)
    return TRUE;
  g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_UNSUPPORTED,
               "%s: the tensors of %s say they have %" G_GUINT64_FORMAT
               " bytes; the file has %" G_GUINT64_FORMAT,
               path, group, total, (guint64)status.st_size);
  return FALSE;
}

static KappaDirection *
read_direction (KappaHdf5File *file, const char *group, GCancellable *cancellable, GError **error)
{
  guint n = count_tensors (file, group);
  g_autoptr (KappaDirection) direction = NULL;

  if (!check_sizes (file, group, n, error))
    return NULL;
  direction = kappa_direction_new (n);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *name = g_strdup_printf ("%s/%u", group, i);
      const KappaHdf5Dataset *dataset = kappa_hdf5_file_find_dataset (file, name);
      KappaDirectionTensor *tensor = &direction->tensors[i];
      gsize count;

      tensor->values = kappa_hdf5_file_read_doubles (file, name, &count, cancellable, error);
      if (tensor->values == NULL)
        return NULL;
      set_shape (tensor, dataset->rank, dataset->dims);
    }
  return g_steal_pointer (&direction);
}

/**
 * kappa_directions_read:
 * @x: (out): the first direction
 * @y: (out): the second one; %NULL when the file has only one
 *
 * Returns: %FALSE with the errors of kappa_hdf5_file_open(), and %KAPPA_ERROR_FORMAT when it is not
 * a direction file
 */
gboolean
kappa_directions_read (const char *path,
                       KappaDirection **x,
                       KappaDirection **y,
                       GCancellable *cancellable,
                       GError **error)
{
  g_autoptr (KappaHdf5File) file = kappa_hdf5_file_open (path, cancellable, error);
  g_autoptr (KappaDirection) first = NULL, second = NULL;

  *x = *y = NULL;
  if (file == NULL)
    return FALSE;
  if (!has_group (file, "/xdirection") || count_tensors (file, "/xdirection") == 0)
    {
      g_set_error (
          error, KAPPA_ERROR, KAPPA_ERROR_FORMAT,
          "%s: not a direction file: it has no group xdirection with the tensors of a direction",
          path);
      return FALSE;
    }
  first = read_direction (file, "/xdirection", cancellable, error);
  if (first == NULL)
    return FALSE;
  if (has_group (file, "/ydirection")
      && (second = read_direction (file, "/ydirection", cancellable, error)) == NULL)
    return FALSE;
  *x = g_steal_pointer (&first);
  *y = g_steal_pointer (&second);
  return TRUE;
}
