#pragma once

#include <gio/gio.h>

#include "core/formats/hdf5-file.h"

/*
 * Writing HDF5, in the oldest form of the format (version 0 superblock, symbol-table groups, contiguous data sets),
 * which everything that reads HDF5 reads. No library is needed for it.
 *
 * Objects are named by their path from the root; groups come into being as they are needed. Values are not copied:
 * they must stay as they are until kappa_hdf5_writer_save().
 */

/**
 * KappaHdf5Number:
 *
 * How numbers are stored.
 */
typedef enum
{
  KAPPA_HDF5_FLOAT64,
  KAPPA_HDF5_FLOAT32,
} KappaHdf5Number;

typedef struct _KappaHdf5Writer KappaHdf5Writer;

KappaHdf5Writer *kappa_hdf5_writer_new           (void);
void             kappa_hdf5_writer_free          (KappaHdf5Writer *self);
gpointer         kappa_hdf5_writer_own           (KappaHdf5Writer *self, gpointer memory);
void             kappa_hdf5_writer_add_group     (KappaHdf5Writer *self, const char *path);
void             kappa_hdf5_writer_add_doubles   (KappaHdf5Writer *self, const char *path, KappaHdf5Number number,
                                                  guint rank, const gsize *dims, const double *values);
void             kappa_hdf5_writer_add_bytes     (KappaHdf5Writer *self, const char *path, guint rank,
                                                  const gsize *dims, const guint8 *values);
void             kappa_hdf5_writer_add_strings   (KappaHdf5Writer *self, const char *path, guint rank, gsize n,
                                                  const char *const *strings);
void             kappa_hdf5_writer_set_attribute (KappaHdf5Writer *self, const char *path, const char *name,
                                                  const char *value);
gboolean         kappa_hdf5_writer_save          (KappaHdf5Writer *self, const char *path, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (KappaHdf5Writer, kappa_hdf5_writer_free)
