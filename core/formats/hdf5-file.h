#pragma once

#include <gio/gio.h>

/*
 * Reading HDF5. The file is opened by a limited child process; what comes back is checked here, so that
 * the worst a hostile file can do is an error message.
 */

#define KAPPA_HDF5_MAX_RANK 8

typedef enum
{
  KAPPA_HDF5_INTEGER,
  KAPPA_HDF5_UNSIGNED,
  KAPPA_HDF5_FLOAT,
  KAPPA_HDF5_STRING,
  KAPPA_HDF5_OPAQUE, /* uninterpreted bytes, e.g. Keras 3 keeps bfloat16 so */
  KAPPA_HDF5_OTHER,  /* compound, reference, enumeration …: listed, not readable */
} KappaHdf5Class;

/**
 * KappaHdf5Dataset:
 * @path: from the root, "/group/name"
 * @size: bytes of one element in the file; 0 for strings of variable length
 * @rank: 0 for a single value
 * @n: number of elements, the product of @dims
 * @refusal: why it cannot be read, e.g. it is a soft link; %NULL when it can
 */
typedef struct
{
  char *path;
  KappaHdf5Class type;
  guint size;
  guint rank;
  gsize dims[KAPPA_HDF5_MAX_RANK];
  gsize n;
  char *refusal;
} KappaHdf5Dataset;

/**
 * KappaHdf5Attribute:
 * @object: path of the group or data set it belongs to, "/" for the root
 * @strings: (array zero-terminated=1): @n strings, or %NULL
 * @numbers: @n numbers, or %NULL
 * @refusal: why it could not be read, or %NULL
 */
typedef struct
{
  char *object;
  char *name;
  gsize n;
  char **strings;
  double *numbers;
  char *refusal;
} KappaHdf5Attribute;

#define KAPPA_TYPE_HDF5_FILE (kappa_hdf5_file_get_type ())
G_DECLARE_FINAL_TYPE (KappaHdf5File, kappa_hdf5_file, KAPPA, HDF5_FILE, GObject)

KappaHdf5File            *kappa_hdf5_file_open            (const char *path, GCancellable *cancellable, GError **error);
const char               *kappa_hdf5_file_get_path        (KappaHdf5File *self);
guint                     kappa_hdf5_file_get_n_datasets  (KappaHdf5File *self);
const KappaHdf5Dataset   *kappa_hdf5_file_get_dataset     (KappaHdf5File *self, guint index);
const KappaHdf5Dataset   *kappa_hdf5_file_find_dataset    (KappaHdf5File *self, const char *path);
guint                     kappa_hdf5_file_get_n_groups    (KappaHdf5File *self);
const char               *kappa_hdf5_file_get_group       (KappaHdf5File *self, guint index);
guint                     kappa_hdf5_file_get_n_attributes (KappaHdf5File *self);
const KappaHdf5Attribute *kappa_hdf5_file_get_attribute   (KappaHdf5File *self, guint index);
const KappaHdf5Attribute *kappa_hdf5_file_find_attribute  (KappaHdf5File *self, const char *object, const char *name);
double                   *kappa_hdf5_file_read_doubles    (KappaHdf5File *self, const char *path, gsize *n,
                                                           GCancellable *cancellable, GError **error);
float                    *kappa_hdf5_file_read_floats     (KappaHdf5File *self, const char *path, gsize *n,
                                                           GCancellable *cancellable, GError **error);
char                    **kappa_hdf5_file_read_strings    (KappaHdf5File *self, const char *path, gsize *n,
                                                           GCancellable *cancellable, GError **error);
GBytes                   *kappa_hdf5_file_read_bytes      (KappaHdf5File *self, const char *path,
                                                           GCancellable *cancellable, GError **error);
gboolean                  kappa_hdf5_file_read_elements   (KappaHdf5File *self, const char *path, gpointer data, gsize size,
                                                           GCancellable *cancellable, GError **error);
