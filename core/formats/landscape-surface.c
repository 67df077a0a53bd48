#include <math.h>
#include <string.h>

#include "core/base/error.h"
#include "core/formats/landscape-h5.h"

/*
 * Surface files: data sets dir_file, xcoordinates, ycoordinates, train_loss and train_acc.
 *
 * The reference tool declares its arrays (len x, len y) and fills them in the order of a mesh grid,
 * which is (len y, len x). On a square grid the array is therefore the transpose of what its shape
 * says, which its own plots turn back; on any other grid the values lie at wrong points. What Kappa
 * writes says in the root's attribute "kappa_layout" which way it is, and in "kappa_present" which
 * points were computed; the reference tool knows only a value of -1 for one that was not.
 */

#define NOT_COMPUTED (-1.0)

/**
 * kappa_surface_new:
 * @ny: 0 for a line
 *
 * Returns: (transfer full): a surface without coordinates, and with nothing computed; it has room
 * for an accuracy
 */
KappaSurface *
kappa_surface_new (gsize nx, gsize ny)
{
  KappaSurface *self = g_new0 (KappaSurface, 1);
  gsize n = nx * MAX (ny, 1);

  self->directions = g_strdup ("");
  self->nx = nx;
  self->ny = ny;
  self->x = g_new0 (double, nx);
  self->y = g_new0 (double, ny);
  self->loss = g_new (double, n);
  self->accuracy = g_new (double, n);
  self->present = g_new0 (guint8, n);
  for (gsize i = 0; i < n; i++)
    self->loss[i] = self->accuracy[i] = NAN;
  return self;
}

void
kappa_surface_free (KappaSurface *self)
{
  if (self == NULL)
    return;
  g_free (self->directions);
  g_free (self->x);
  g_free (self->y);
  g_free (self->loss);
  g_free (self->accuracy);
  g_free (self->present);
  g_free (self);
}

/* Where the value of point (i, j) is in the file. */
static gsize
get_place (const KappaSurface *self, KappaSurfaceLayout layout, gsize i, gsize j)
{
  return layout == KAPPA_SURFACE_REFERENCE ? j * self->nx + i : i * MAX (self->ny, 1) + j;
}

static void
add_values (const KappaSurface *self,
            KappaSurfaceLayout layout,
            KappaHdf5Writer *writer,
            const char *path,
            const double *values)
{
  const gsize dims[] = { self->nx, self->ny };
  gsize ny = MAX (self->ny, 1);
  double *stored = kappa_hdf5_writer_own (writer, g_new (double, self->nx *ny));

  for (gsize i = 0; i < self->nx; i++)
    for (gsize j = 0; j < ny; j++)
      stored[get_place (self, layout, i, j)]
          = self->present[i * ny + j] ? values[i * ny + j] : NOT_COMPUTED;
  kappa_hdf5_writer_add_doubles (writer, path, KAPPA_HDF5_FLOAT64, self->ny > 0 ? 2 : 1, dims,
                                 stored);
}

static void
add_present (const KappaSurface *self, KappaSurfaceLayout layout, KappaHdf5Writer *writer)
{
  const gsize dims[] = { self->nx, self->ny };
  gsize ny = MAX (self->ny, 1);
  guint8 *stored = kappa_hdf5_writer_own (writer, g_new (guint8, self->nx * ny));

  for (gsize i = 0; i < self->nx; i++)
    for (gsize j = 0; j < ny; j++)
      stored[get_place (self, layout, i, j)] = self->present[i * ny + j];
  kappa_hdf5_writer_add_bytes (writer, "/kappa_present", self->ny > 0 ? 2 : 1, dims, stored);
}

/**
 * kappa_surface_add:
 * @layout: %KAPPA_SURFACE_REFERENCE for the reference tool's own scripts
 *
 * Adds a surface to a file that is going to be written; @self must live until then.
 */
void
kappa_surface_add (const KappaSurface *self, KappaSurfaceLayout layout, KappaHdf5Writer *writer)
{
  const char **directions = kappa_hdf5_writer_own (writer, g_new (const char *, 1));
  gboolean reference = layout == KAPPA_SURFACE_REFERENCE;

  *directions = self->directions;
  kappa_hdf5_writer_add_strings (writer, "/dir_file", 0, 1, directions);
  kappa_hdf5_writer_add_doubles (writer, "/xcoordinates", KAPPA_HDF5_FLOAT64, 1, &self->nx,
                                 self->x);
  if (self->ny > 0)
    kappa_hdf5_writer_add_doubles (writer, "/ycoordinates", KAPPA_HDF5_FLOAT64, 1, &self->ny,
                                   self->y);
  add_values (self, layout, writer, "/train_loss", self->loss);
  if (self->accuracy != NULL)
    add_values (self, layout, writer, "/train_acc", self->accuracy);
  add_present (self, layout, writer);
  kappa_hdf5_writer_set_attribute (writer, "/", "kappa_layout", reference ? "reference" : "direct");
  kappa_hdf5_writer_set_attribute (
      writer, "/", "kappa_layout_explained",
      reference ? "the value of flat index k belongs to x[k mod nx], y[k div nx]"
                : "value[i][j] belongs to x[i], y[j]");
}

/**
 * kappa_surface_write:
 *
 * Returns: %FALSE with the system's error
 */
gboolean
kappa_surface_write (const KappaSurface *self,
                     KappaSurfaceLayout layout,
                     const char *path,
                     GError **error)
{
  g_autoptr (KappaHdf5Writer) writer = kappa_hdf5_writer_new ();

  kappa_surface_add (self, layout, writer);
  return kappa_hdf5_writer_save (writer, path, error);
}

static gboolean
refuse (KappaHdf5File *file, const char *what, GError **error)
{
  g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_FORMAT,
               "%s: not a surface file of a loss landscape: %s", kappa_hdf5_file_get_path (file),
               what);
  return FALSE;
}

static KappaSurface *
make_surface (KappaHdf5File *file, GError **error)
{
  const KappaHdf5Dataset *x = kappa_hdf5_file_find_dataset (file, "/xcoordinates");
  const KappaHdf5Dataset *y = kappa_hdf5_file_find_dataset (file, "/ycoordinates");
  const KappaHdf5Dataset *loss = kappa_hdf5_file_find_dataset (file, "/train_loss");
  const char *what = NULL;

  if (x == NULL || loss == NULL)
    what = "there is no xcoordinates or no train_loss in it";
  else if (x->rank != 1 || x->n == 0 || (y != NULL && (y->rank != 1 || y->n == 0)))
    what = "xcoordinates or ycoordinates is not a list of numbers";
  else if (loss->rank != (y != NULL ? 2 : 1) || loss->dims[0] != x->n
           || (y != NULL && loss->dims[1] != y->n))
    what = "the dimensions of train_loss are not those of the coordinates";
  else if (loss->refusal != NULL || x->refusal != NULL || (y != NULL && y->refusal != NULL))
    what = loss->refusal != NULL ? loss->refusal : x->refusal != NULL ? x->refusal : y->refusal;
  if (what != NULL)
    {
      refuse (file, what, error);
      return NULL;
    }
  return kappa_surface_new (x->n, y != NULL ? y->n : 0);
}

static KappaSurfaceLayout
get_layout (KappaHdf5File *file, KappaSurfaceLayout wanted)
{
  const KappaHdf5Attribute *told = kappa_hdf5_file_find_attribute (file, "/", "kappa_layout");

  if (wanted != KAPPA_SURFACE_AUTO)
    return wanted;
  if (told != NULL && told->strings != NULL && told->n == 1
      && strcmp (told->strings[0], "direct") == 0)
    return KAPPA_SURFACE_DIRECT;
  return KAPPA_SURFACE_REFERENCE;
}

static gboolean
read_into (KappaHdf5File *file,
           const char *path,
           double *values,
           gsize n,
           GCancellable *cancellable,
           GError **error)
{
  gsize count;
  g_autofree double *read = kappa_hdf5_file_read_doubles (file, path, &count, cancellable, error);

  if (read == NULL)
    return FALSE;
  if (count != n)
    return refuse (file, "its data sets have different sizes", error);
  memcpy (values, read, n * sizeof *values);
  return TRUE;
}

static gboolean
read_grid (KappaHdf5File *file,
           KappaSurface *self,
           KappaSurfaceLayout layout,
           const char *path,
           double *values,
           GCancellable *cancellable,
           GError **error)
{
  gsize ny = MAX (self->ny, 1), n = self->nx * ny;
  g_autofree double *stored = g_new (double, n);

  if (!read_into (file, path, stored, n, cancellable, error))
    return FALSE;
  for (gsize i = 0; i < self->nx; i++)
    for (gsize j = 0; j < ny; j++)
      values[i * ny + j] = stored[get_place (self, layout, i, j)];
  return TRUE;
}

/* What was computed: the file says it, or a loss of exactly -1 says the contrary. */
static gboolean
read_present (KappaHdf5File *file,
              KappaSurface *self,
              KappaSurfaceLayout layout,
              GCancellable *cancellable,
              GError **error)
{
  gsize n = self->nx * MAX (self->ny, 1);
  g_autofree double *present = NULL;

  if (kappa_hdf5_file_find_dataset (file, "/kappa_present") != NULL)
    {
      present = g_new (double, n);
      if (!read_grid (file, self, layout, "/kappa_present", present, cancellable, error))
        return FALSE;
    }
  for (gsize i = 0; i < n; i++)
    {
      self->present[i] = present != NULL ? present[i] != 0.0 : self->loss[i] != NOT_COMPUTED;
      if (self->present[i])
        continue;
      self->loss[i] = NAN;
      if (self->accuracy != NULL)
        self->accuracy[i] = NAN;
    }
  return TRUE;
}

static gboolean
read_directions (KappaHdf5File *file, KappaSurface *self, GCancellable *cancellable, GError **error)
{
  const KappaHdf5Dataset *dataset = kappa_hdf5_file_find_dataset (file, "/dir_file");
  g_auto (GStrv) strings = NULL;

  if (dataset == NULL || dataset->type != KAPPA_HDF5_STRING || dataset->n != 1)
    return TRUE;
  strings = kappa_hdf5_file_read_strings (file, "/dir_file", NULL, cancellable, error);
  if (strings == NULL)
    return FALSE;
  g_free (self->directions);
  self->directions = g_strdup (strings[0]);
  return TRUE;
}

/**
 * kappa_surface_read:
 * @layout: how the file keeps its values; %KAPPA_SURFACE_AUTO to let it say so
 *
 * Returns: (transfer full): the surface, whatever its layout in the file; %NULL with the errors of
 *   kappa_hdf5_file_open(), and %KAPPA_ERROR_FORMAT when it is not a surface file
 */
KappaSurface *
kappa_surface_read (const char *path,
                    KappaSurfaceLayout layout,
                    GCancellable *cancellable,
                    GError **error)
{
  g_autoptr (KappaHdf5File) file = kappa_hdf5_file_open (path, cancellable, error);
  g_autoptr (KappaSurface) self = file != NULL ? make_surface (file, error) : NULL;

  if (self == NULL)
    return NULL;
  layout = get_layout (file, layout);
  if (kappa_hdf5_file_find_dataset (file, "/train_acc") == NULL)
    g_clear_pointer (&self->accuracy, g_free);
  if (!read_into (file, "/xcoordinates", self->x, self->nx, cancellable, error)
      || (self->ny > 0 && !read_into (file, "/ycoordinates", self->y, self->ny, cancellable, error))
      || !read_grid (file, self, layout, "/train_loss", self->loss, cancellable, error)
      || (self->accuracy != NULL
          && !read_grid (file, self, layout, "/train_acc", self->accuracy, cancellable, error))
      || !read_present (file, self, layout, cancellable, error)
      || !read_directions (file, self, cancellable, error))
    return NULL;
  return g_steal_pointer (&self);
}
