#pragma once

#define H5_USE_110_API
#include <hdf5.h>

#include <gio/gio.h>
#include <glib/gstdio.h>

#include "core/base/error.h"
#include "core/formats/hdf5-file.h"

/* What the tests of HDF5 files share. */

static inline char *
make_path (void)
{
  g_autoptr (GError) error = NULL;
  char *path = NULL;
  int fd = g_file_open_tmp ("kappa-XXXXXX.h5", &path, &error);

  g_assert_no_error (error);
  g_close (fd, NULL);
  return path;
}

static inline void
drop_path (char *path)
{
  g_unlink (path);
  g_free (path);
}

typedef char TemporaryPath;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TemporaryPath, drop_path)

static inline hid_t
create_file (const char *path)
{
  hid_t file = H5Fcreate (path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);

  g_assert_cmpint (file, >=, 0);
  return file;
}

static inline void
put_dataset (hid_t file,
             const char *path,
             hid_t stored,
             int rank,
             const hsize_t *dims,
             hid_t creation,
             hid_t memory,
             const void *values)
{
  hid_t space = H5Screate_simple (rank, dims, NULL);
  hid_t dataset = H5Dcreate2 (file, path, stored, space, H5P_DEFAULT, creation, H5P_DEFAULT);

  g_assert_cmpint (dataset, >=, 0);
  if (values != NULL)
    g_assert_cmpint (H5Dwrite (dataset, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, values), >=, 0);
  H5Dclose (dataset);
  H5Sclose (space);
}

static inline KappaHdf5File *
open_hdf5 (const char *path)
{
  g_autoptr (GError) error = NULL;
  KappaHdf5File *file = kappa_hdf5_file_open (path, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (file);
  return file;
}

/* Reads everything a file has to give. Returns the first error, or NULL. */
static inline GError *
read_everything (const char *path)
{
  GError *error = NULL;
  g_autoptr (KappaHdf5File) file = kappa_hdf5_file_open (path, NULL, &error);

  for (guint i = 0; file != NULL && i < kappa_hdf5_file_get_n_datasets (file); i++)
    {
      const KappaHdf5Dataset *dataset = kappa_hdf5_file_get_dataset (file, i);
      g_autoptr (GError) local = NULL;
      gboolean done;

      if (dataset->type == KAPPA_HDF5_STRING)
        {
          g_auto (GStrv) strings = kappa_hdf5_file_read_strings (file, dataset->path, NULL, NULL, &local);

          done = strings != NULL;
        }
      else if (dataset->type == KAPPA_HDF5_OPAQUE)
        {
          g_autoptr (GBytes) bytes = kappa_hdf5_file_read_bytes (file, dataset->path, NULL, &local);

          done = bytes != NULL;
        }
      else
        {
          g_autofree double *values = kappa_hdf5_file_read_doubles (file, dataset->path, NULL, NULL, &local);

          done = values != NULL;
        }
      g_assert_true (done == (local == NULL));
      if (!done && error == NULL)
        error = g_steal_pointer (&local);
    }
  return error;
}

static inline void
assert_message (GError *error, const char *part)
{
  g_assert_nonnull (error);
  g_assert_true (error->domain == KAPPA_ERROR);
  if (strstr (error->message, part) == NULL)
    g_error ("\"%s\" is not in \"%s\"", part, error->message);
}
