#include "core/base/error.h"
#include "core/formats/landscape-h5.h"

/*
 * Projection files: data sets proj_xcoord and proj_ycoord, a number for each checkpoint. What Kappa
 * writes says in the root's attribute "kappa_scale" that a step along an axis is the whole
 * direction. The reference tool divides inner products by the length of the direction, not by its
 * square, which is the same for principal directions alone.
 */

/**
 * kappa_projection_new:
 *
 * Returns: (transfer full): @n checkpoints at the origin
 */
KappaProjection *
kappa_projection_new (gsize n)
{
  KappaProjection *self = g_new0 (KappaProjection, 1);

  self->n = n;
  self->x = g_new0 (double, n);
  self->y = g_new0 (double, n);
  self->exact = TRUE;
  return self;
}

void
kappa_projection_free (KappaProjection *self)
{
  if (self == NULL)
    return;
  g_free (self->x);
  g_free (self->y);
  g_free (self);
}

/**
 * kappa_projection_write:
 *
 * Returns: %FALSE with the system's error
 */
gboolean
kappa_projection_write (const KappaProjection *self, const char *path, GError **error)
{
  g_autoptr (KappaHdf5Writer) writer = kappa_hdf5_writer_new ();

  kappa_hdf5_writer_add_doubles (writer, "/proj_xcoord", KAPPA_HDF5_FLOAT64, 1, &self->n, self->x);
  kappa_hdf5_writer_add_doubles (writer, "/proj_ycoord", KAPPA_HDF5_FLOAT64, 1, &self->n, self->y);
  kappa_hdf5_writer_set_attribute (writer, "/", "kappa_scale", "direction");
  return kappa_hdf5_writer_save (writer, path, error);
}

/**
 * kappa_projection_read:
 *
 * Returns: (transfer full): %NULL with the errors of kappa_hdf5_file_open(), and
 * %KAPPA_ERROR_FORMAT when it is not a projection file
 */
KappaProjection *
kappa_projection_read (const char *path, GCancellable *cancellable, GError **error)
{
  g_autoptr (KappaHdf5File) file = kappa_hdf5_file_open (path, cancellable, error);
  g_autoptr (KappaProjection) self = NULL;
  gsize n_x, n_y;

  if (file == NULL)
    return NULL;
  if (kappa_hdf5_file_find_dataset (file, "/proj_xcoord") == NULL
      || kappa_hdf5_file_find_dataset (file, "/proj_ycoord") == NULL)
    {
      g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_FORMAT,
                   "%s: not a projection file: it has no proj_xcoord or no proj_ycoord", path);
      return NULL;
    }
  self = g_new0 (KappaProjection, 1);
  self->x = kappa_hdf5_file_read_doubles (file, "/proj_xcoord", &n_x, cancellable, error);
  if (self->x == NULL)
    return NULL;
  self->y = kappa_hdf5_file_read_doubles (file, "/proj_ycoord", &n_y, cancellable, error);
  if (self->y == NULL)
    return NULL;
  if (n_x != n_y || n_x == 0)
    {
      g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_FORMAT,
                   "%s: not a projection file: proj_xcoord has %" G_GSIZE_FORMAT
                   " numbers, proj_ycoord %" G_GSIZE_FORMAT "; one of each for every checkpoint is "
                   "wanted",
                   path, n_x, n_y);
      return NULL;
    }
  self->n = n_x;
  self->exact = kappa_hdf5_file_find_attribute (file, "/", "kappa_scale") != NULL;
  return g_steal_pointer (&self);
}
